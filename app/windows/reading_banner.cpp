#include "app/windows/reading_window.h"
#include "netclient/dicom/person_name.h"
#include <QFileInfo>
#include <QLabel>

/// What always stands over the images: whose they are, how much of them is here, what is wrong (SAF-01, SAF-04).
namespace diascope::windows
{

using namespace viewer;

void ReadingWindow::updateBanner()
{
    if (!m_coming.uid.isEmpty())
        return showWhoComes();
    // The study that is read, never a prior that arrived first.
    const OpenStack* read = m_current.isEmpty() && m_thumbnails->stackCount() > 0 ? m_thumbnails->stackAt(0).get() : nullptr;
    for (int i = 0; !read && i < m_thumbnails->stackCount(); ++i)
        if (m_thumbnails->stackAt(i)->studyUid() == m_current)
            read = m_thumbnails->stackAt(i).get();
    showWhoIsRead(read ? &read->texts() : nullptr);

    QStringList warnings;
    if (!m_failure.isEmpty())
        warnings << m_failure;
    if (!read && !m_studies.empty() && m_studies.front()->isComplete())
        warnings = {m_studies.front()->notShown().empty() ? tr("There is no image in this study.") : m_studies.front()->notShown().front().reason};
    const std::vector<NotShown> left = notShown();
    if (read && !left.empty())
        warnings << tr("%n image(s) or file(s) not shown", nullptr, int(left.size()));
    listNotShown(left);

    int loaded = 0;
    int wanted = 0;
    for (int i = 0; i < m_thumbnails->stackCount(); ++i)
        if (const auto volume = m_thumbnails->stackAt(i)->volume()) {
            loaded += volume->loadedCount();
            wanted += volume->frameCount() - volume->failedCount();
        }
    QStringList state;
    if (m_session.mode() == app::Mode::ViewOnly)
        state << tr("viewing only");
    if (!read && !m_studies.empty() && !m_studies.front()->isComplete())
        state << tr("Opening…");
    if (loaded < wanted)
        state << tr("loaded %1 of %2").arg(loaded).arg(wanted);
    if (!m_incoming.isEmpty())
        (m_isIncomplete ? warnings : state) << m_incoming;
    if (m_arrived > 0 && !m_isFetching)
        state << tr("%n new image(s) here: F8 shows them", nullptr, int(m_arrived));
    if (const QString report = m_report->state(); !report.isEmpty())
        state << report;
    m_warning->setText(warnings.join(QStringLiteral("  ")));
    if (m_warning->toolTip().isEmpty()) // where it does not fit
        m_warning->setToolTip(m_warning->text().toHtmlEscaped());
    m_state->setText(state.join(QStringLiteral("  ·  ")));
    m_state->setToolTip(m_state->text().toHtmlEscaped());
}

void ReadingWindow::showWhoComes()
{
    showWho(m_coming);
    m_warning->clear();
    m_state->setText(m_incoming.isEmpty() ? tr("waiting for the first image") : m_incoming);
}

void ReadingWindow::showWhoIsRead(const ImageTexts* texts)
{
    if (texts)
        return showWho(texts->patientName, {texts->patientId, texts->birthDate, texts->sex, texts->age, texts->studyDate, texts->studyDescription, texts->accession},
                       texts->studyDescription.isEmpty() ? texts->studyDate : texts->studyDescription);
    if (!m_current.isEmpty())
        if (const auto row = m_session.archive().study(m_current); row && *row)
            return showWho(**row); // nothing of it can be shown yet, or at all
    showWho(m_current.isEmpty() && m_studies.empty() && !m_isReadingPaths ? tr("No study is open") : tr("Opening…"), {}, {});
    setWindowTitle(tr("Reading"));
}

void ReadingWindow::showWho(const archive::StudyRow& study)
{
    const QString date = dicom::displayDate(study.date);
    showWho(dicom::PersonName::parse(study.patientName).display(), {study.patientId, dicom::displayDate(study.birthDate), study.sex, date, study.description, study.accession},
            study.description.isEmpty() ? date : study.description);
}

void ReadingWindow::showWho(const QString& name, QStringList details, const QString& study)
{
    QStringList title{name, study};
    m_patient->setText(name.isEmpty() ? tr("(no name)") : name);
    details.removeAll(QString());
    title.removeAll(QString());
    m_patient->setToolTip(m_patient->text().toHtmlEscaped());
    m_study->setText(details.join(QStringLiteral("   ")));
    m_study->setToolTip(m_study->text().toHtmlEscaped());
    setWindowTitle(title.isEmpty() ? tr("Reading") : title.join(QStringLiteral(" · "))); // never the last patient's
}

std::vector<NotShown> ReadingWindow::notShown() const
{
    std::vector<NotShown> all;
    for (const auto& study : m_studies) {
        all.insert(all.end(), study->notShown().begin(), study->notShown().end());
        for (const auto& stack : study->stacks()) {
            const auto volume = stack->volume();
            for (int frame = 0; volume && volume->failedCount() > 0 && frame < volume->frameCount(); ++frame) {
                const auto error = volume->error(frame);
                if (!error)
                    continue;
                const Instance& instance = volume->instance(frame);
                const QString reason = message(*error);
                all.push_back({instance.path, instance.isMultiFrame() ? tr("image %1: %2").arg(instance.frame + 1).arg(reason) : reason, instance.uid});
            }
        }
    }
    return all;
}

/// The list, its first lines under the pointer, and a sign that the warning can be clicked.
void ReadingWindow::listNotShown(const std::vector<NotShown>& left)
{
    m_notShown->setEntries(left);
    QStringList reasons;
    for (size_t i = 0; i < std::min<size_t>(left.size(), 30); ++i)
        reasons << QStringLiteral("%1: %2").arg(QFileInfo(left[i].path).fileName(), left[i].reason);
    m_warning->setToolTip(reasons.join(u'\n').toHtmlEscaped().replace(u'\n', QStringLiteral("<br>")));
    QFont font = m_warning->font();
    font.setUnderline(!left.empty());
    m_warning->setFont(font);
    m_warning->setCursor(left.empty() ? Qt::ArrowCursor : Qt::PointingHandCursor);
}

void ReadingWindow::showNotShown()
{
    if (!m_notShown->isVisible()) // beneath the line that was clicked, not over the series
        m_notShown->move(m_grid->mapToGlobal(QPoint(std::max(0, m_grid->width() - m_notShown->width() - 20), 30)));
    m_notShown->show();
    m_notShown->raise();
    m_notShown->activateWindow();
}

} // namespace diascope::windows
