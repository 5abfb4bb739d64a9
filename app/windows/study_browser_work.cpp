#include "app/session/media.h"
#include "app/windows/study_browser.h"
#include "netclient/dicom/person_name.h"
#include "netclient/transfer/study_transfer.h"
#include <QFileDialog>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QTreeView>
#include <QVBoxLayout>

/// What the browser starts on studies: read, retrieve, import, send, write, remove.
namespace diascope::windows
{

void StudyBrowser::openSelected()
{
    const StudyEntry* entry = selected();
    if (!entry)
        return;
    m_opening = entry->row.uid;
    if (entry->isLocal)
        m_workstation.read(entry->row.uid);
    else
        retrieve(*entry, true);
}

void StudyBrowser::retrieve(const StudyEntry& entry, bool opensAfterwards)
{
    const auto node = dimse::Nodes(m_session.settings()).find(entry.node);
    if (!node)
        return;
    const dicom::StudyUid study = entry.row.uid;
    archive::Archive* archive = &m_session.archive();
    Job* job = m_jobs->start(tr("Retrieve %1 from %2").arg(dicom::PersonName::parse(entry.row.patientName).display(), node->name),
                             [archive, node = *node, study, local = m_session.local()](Task& task) -> Result<QString> {
                                 const auto result = transfer::retrieveStudy(*archive, node, study, {}, transfer::RetrieveBy::Get, {local, {}, {}, {}}, task);
                                 if (!result)
                                     return std::unexpected(result.error());
                                 if (result->ended)
                                     return std::unexpected(*result->ended);
                                 if (!result->isComplete())
                                     return fail(Fault::Refused, StudyBrowser::tr("incomplete: %1 of %2 images are here; retrieve again for the rest")
                                                                     .arg(result->received + result->present).arg(result->expected));
                                 return StudyBrowser::tr("%1 of %2 images").arg(result->received + result->present).arg(result->expected);
                             });
    connect(job, &Job::finished, this, [this, job, study, opensAfterwards] {
        const bool hasSome = m_session.archive().study(study).value_or(std::nullopt).has_value();
        if (job->result())
            m_table->markLocal(study);
        updateActions();
        // Whoever has opened another study meanwhile keeps it (SAF-13).
        if (opensAfterwards && hasSome && m_opening == study)
            m_workstation.read(study);
    });
}

void StudyBrowser::importPaths(const QStringList& paths)
{
    if (auto permitted = m_session.permit(app::Action::Import); !permitted)
        return showMessage(message(permitted.error()), true);
    archive::Archive* archive = &m_session.archive();
    m_jobs->start(tr("Import"), [archive, paths](Task& task) -> Result<QString> {
        const auto report = archive->import(paths, archive::ImportMode::Copy, task);
        if (!report)
            return std::unexpected(report.error());
        QString text = StudyBrowser::tr("%1 imported, %2 here before, %3 not readable, %4 skipped")
                           .arg(report->imported).arg(report->duplicates).arg(report->quarantined.size()).arg(report->skipped.size());
        for (const auto* remarks : {&report->quarantined, &report->skipped, &report->warned})
            if (!remarks->empty())
                text += QStringLiteral(" (%1: %2)").arg(remarks->front().path, remarks->front().reason);
        if (report->imported + report->duplicates == 0)
            return fail(Fault::NotDicom, text);
        return text;
    });
}

void StudyBrowser::sendSelected(const dimse::Node& node)
{
    const StudyEntry* entry = selected();
    if (auto permitted = m_session.permit(app::Action::Send); !permitted || !entry)
        return;
    archive::Archive* archive = &m_session.archive();
    m_jobs->start(tr("Send %1 to %2").arg(dicom::PersonName::parse(entry->row.patientName).display(), node.name),
                  [archive, node, study = entry->row.uid, local = m_session.local()](Task& task) -> Result<QString> {
                      const auto files = transfer::filesOf(*archive, study);
                      if (!files)
                          return std::unexpected(files.error());
                      const auto result = transfer::sendFiles(*archive, node, *files, {local, app::decompressed, {}, {}}, task);
                      if (!result)
                          return std::unexpected(result.error());
                      if (!result->isComplete())
                          return result->ended ? std::unexpected(*result->ended)
                                               : fail(Fault::Refused, StudyBrowser::tr("%1 confirmed, %2 failed: %3").arg(result->confirmed).arg(result->failed.size()).arg(result->failed.front().reason));
                      return StudyBrowser::tr("all %1 images confirmed").arg(result->confirmed);
                  });
}

void StudyBrowser::writeMedium()
{
    const StudyEntry* entry = selected();
    if (auto permitted = m_session.permit(app::Action::Export); !permitted || !entry)
        return;
    auto* dialog = new QFileDialog(this, tr("Write disc image"));
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(QStringLiteral("iso"));
    dialog->setNameFilter(tr("Disc images (*.iso)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QFileDialog::fileSelected, this, [this, study = entry->row.uid, profile = m_session.profile().folder()](const QString& path) {
        m_jobs->start(tr("Write %1").arg(path), [profile, study, path](Task& task) -> Result<QString> {
            // A session of its own: the windows' one belongs to this thread.
            const auto session = app::Session::open(profile, app::Mode::Reading);
            if (!session)
                return std::unexpected(session.error());
            const auto report = app::writeMedium(**session, {study}, path, media::MediaProfile::Cd, task);
            if (!report)
                return std::unexpected(report.error());
            return StudyBrowser::tr("%1 images, read back and compared").arg(report->written);
        });
    });
    dialog->open();
}

void StudyBrowser::removeSelected()
{
    const StudyEntry* entry = selected();
    if (auto permitted = m_session.permit(app::Action::Delete); !permitted || !entry)
        return;
    // Asked in the row's own place, not in a box over somebody's images (SAF-15).
    auto* bar = new QWidget(this);
    auto* line = new QHBoxLayout(bar);
    line->setContentsMargins(0, 0, 0, 0);
    auto* text = new QLabel(bar);
    text->setTextFormat(Qt::PlainText);
    text->setText(tr("Remove %1, %2 %3 with %n image(s) from this workstation?", nullptr, int(entry->row.instances))
                      .arg(dicom::PersonName::parse(entry->row.patientName).display(), dicom::displayDate(entry->row.date), entry->row.description));
    text->setStyleSheet(QStringLiteral("color: #f0b43c"));
    auto* yes = new QPushButton(tr("Remove"), bar);
    auto* no = new QPushButton(tr("Keep"), bar);
    line->addWidget(text, 1);
    line->addWidget(yes);
    line->addWidget(no);
    qobject_cast<QVBoxLayout*>(centralWidget()->layout())->insertWidget(2, bar);
    no->setFocus();
    connect(no, &QPushButton::clicked, bar, &QWidget::deleteLater);
    connect(yes, &QPushButton::clicked, this, [this, bar, study = entry->row.uid] {
        bar->deleteLater();
        if (auto removed = m_session.archive().removeStudy(study); !removed)
            showMessage(message(removed.error()), true);
        else
            search();
    });
}

} // namespace diascope::windows
