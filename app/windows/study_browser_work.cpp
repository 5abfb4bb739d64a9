#include "app/session/media.h"
#include "app/windows/study_browser.h"
#include "netclient/dicom/person_name.h"
#include <QFileDialog>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QTreeView>
#include <QVBoxLayout>

/// What the browser starts on studies: read, retrieve, import, send, write, remove.
namespace diascope::windows
{

namespace
{

/// Whose they are: each patient once, with the number of studies where there are several.
QString namesOf(const std::vector<StudyEntry>& entries)
{
    constexpr qsizetype mostNames = 8;
    QStringList names;
    QHash<QString, int> counts;
    for (const StudyEntry& entry : entries) {
        const QString who = QStringLiteral("%1 (%2)").arg(StudyTable::nameOf(entry.row), entry.row.patientId);
        if (counts[who]++ == 0)
            names << who;
    }
    for (QString& name : names)
        if (const int count = counts[name]; count > 1)
            name += QStringLiteral(" ×%1").arg(count);
    return names.size() <= mostNames ? names.join(QStringLiteral(", ")) : names.mid(0, mostNames).join(QStringLiteral(", ")) + QStringLiteral(", …");
}

} // namespace

void StudyBrowser::openSelected()
{
    const StudyEntry* entry = selected();
    if (!entry)
        return;
    m_opening = entry->row.uid;
    m_waiting = {};
    // What is missing comes while it is read.
    if (!entry->isComplete() && !entry->nodes.isEmpty())
        retrieve(*entry, transfer::Priority::Waiting);
    if (entry->isLocal)
        m_workstation.read(entry->row.uid);
    else if (!entry->nodes.isEmpty()) {
        m_waiting = entry->row.uid;
        // Over a slow line somebody would sit before an empty window for long.
        const auto node = dimse::Nodes(m_session.settings()).find(entry->nodes.first());
        if (node && node->isSlowLine)
            m_workstation.expect(entry->row, *node);
    }
}

void StudyBrowser::retrieveSelected()
{
    for (const StudyEntry& entry : chosen())
        if (!entry.source().isEmpty() && !entry.isComplete())
            retrieve(entry, transfer::Priority::Normal);
}

void StudyBrowser::retrieve(const StudyEntry& entry, transfer::Priority priority)
{
    transfer::NewTransfer wanted;
    wanted.node = entry.source();
    wanted.study = entry.row.uid;
    wanted.priority = priority;
    wanted.title = StudyTable::nameOf(entry.row);
    if (const auto queued = m_session.exchange().request(wanted); !queued)
        return showMessage(message(queued.error()), true);
    showTransfers();
}

/// The first image of a study is looked at while the rest comes (NET-15).
void StudyBrowser::openWhatWaits()
{
    if (m_waiting.isEmpty() || m_opening != m_waiting)
        return;
    const auto row = m_session.archive().study(m_waiting);
    if (!row || !*row || (*row)->instances == 0)
        return;
    const dicom::StudyUid study = std::exchange(m_waiting, {});
    m_table->setLocal(**row);
    m_workstation.read(study);
}

void StudyBrowser::onRetrieved(const QString& studyUid)
{
    const auto row = m_session.archive().study({studyUid});
    if (row && *row)
        m_table->setLocal(**row);
    updateActions();
    showState();
    // Whoever has opened another study meanwhile keeps it (SAF-13).
    if (m_waiting.value == studyUid)
        openWhatWaits();
}

void StudyBrowser::send(const QStringList& studyUids, const QString& node)
{
    for (const QString& uid : studyUids) {
        const StudyEntry* entry = m_table->entryAt(m_table->rowOf({uid}));
        if (!entry || !entry->isLocal) {
            showMessage(tr("Only studies that are here can be sent; retrieve them first."), true);
            continue;
        }
        transfer::NewTransfer wanted;
        wanted.kind = transfer::TransferKind::Send;
        wanted.node = node;
        wanted.study = entry->row.uid;
        wanted.title = StudyTable::nameOf(entry->row);
        if (const auto queued = m_session.exchange().request(wanted); !queued)
            showMessage(message(queued.error()), true);
        else
            showTransfers();
    }
}

void StudyBrowser::pinSelected()
{
    const auto pin = m_pin->isChecked() ? archive::Archive::Pin::Yes : archive::Archive::Pin::No;
    for (const StudyEntry& entry : chosen())
        if (entry.isLocal)
            if (auto pinned = m_session.archive().setPinned(entry.row.uid, pin); !pinned)
                showMessage(message(pinned.error()), true);
    refresh();
}

void StudyBrowser::importPaths(const QStringList& paths)
{
    if (auto permitted = m_session.permit(app::Action::Import); !permitted)
        return showMessage(message(permitted.error()), true);
    m_jobs->start(tr("Import"), [session = &m_session, paths, exchange = &m_session.exchange()](Task& task) -> Result<QString> {
        const auto report = session->import(paths, archive::ImportMode::Copy, task);
        if (!report)
            return std::unexpected(report.error());
        QString text = StudyBrowser::tr("%1 imported, %2 here before, %3 not readable, %4 skipped")
                           .arg(report->imported).arg(report->duplicates).arg(report->quarantined.size()).arg(report->skipped.size());
        for (const auto* remarks : {&report->quarantined, &report->skipped, &report->warned})
            if (!remarks->empty())
                text += QStringLiteral(" (%1: %2)").arg(remarks->front().path, remarks->front().reason);
        exchange->makeRoom();
        if (report->failure)
            return fail(report->failure->fault, QStringLiteral("%1 (%2)").arg(report->failure->detail, text));
        if (report->imported + report->duplicates == 0)
            return fail(Fault::NotDicom, text);
        return text;
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
            if (const auto complete = report->nothingLeftOut(); !complete)
                return std::unexpected(complete.error());
            return StudyBrowser::tr("%1 images, read back and compared").arg(report->written);
        });
    });
    dialog->open();
}

void StudyBrowser::removeSelected()
{
    std::vector<StudyEntry> going;
    for (const StudyEntry& entry : chosen())
        if (entry.isLocal)
            going.push_back(entry);
    if (auto permitted = m_session.permit(app::Action::Delete); !permitted || going.empty())
        return;
    for (const StudyEntry& entry : going)
        if (const auto reason = m_session.exchange().reasonToKeep(entry.row.uid))
            return showMessage(tr("%1 cannot be removed: %2").arg(StudyTable::nameOf(entry.row), *reason), true);
    if (auto* asked = centralWidget()->findChild<QWidget*>(QStringLiteral("removing")))
        delete asked;
    // Asked in the row's own place, not in a box over somebody's images (SAF-15).
    auto* bar = new QWidget(this);
    bar->setObjectName(QStringLiteral("removing"));
    auto* line = new QHBoxLayout(bar);
    line->setContentsMargins(0, 0, 0, 0);
    auto* text = new QLabel(bar);
    text->setTextFormat(Qt::PlainText);
    qint64 images = 0;
    for (const StudyEntry& entry : going)
        images += entry.localInstances;
    const archive::StudyRow& first = going.front().row;
    QString question = going.size() == 1 ? tr("Remove %1 (%2), %3 with %n image(s) from this workstation?", nullptr, int(images))
                                               .arg(StudyTable::nameOf(first), first.patientId,
                                                    QStringLiteral("%1 %2").arg(dicom::displayDate(first.date), first.description).trimmed())
                                         : tr("Remove %1 studies with %n image(s) from this workstation: %2?", nullptr, int(images)).arg(going.size()).arg(namesOf(going));
    const bool isOnlyHere = std::any_of(going.begin(), going.end(), [this](const StudyEntry& entry) {
        const auto row = m_session.archive().study(entry.row.uid);
        return !row || (*row && (*row)->onlyHere > 0);
    });
    if (isOnlyHere)
        question += u' ' + tr("As far as is known, some of it is nowhere else.");
    text->setText(question);
    text->setWordWrap(true);
    text->setStyleSheet(QStringLiteral("color: #f0b43c"));
    auto* yes = new QPushButton(tr("Remove"), bar);
    auto* no = new QPushButton(tr("Keep"), bar);
    line->addWidget(text, 1);
    no->setToolTip(tr("Keep (%1)").arg(QKeySequence(Qt::Key_Escape).toString(QKeySequence::NativeText)));
    line->addWidget(yes);
    line->addWidget(no);
    qobject_cast<QVBoxLayout*>(centralWidget()->layout())->insertWidget(2, bar);
    no->setFocus();
    connect(no, &QPushButton::clicked, bar, &QWidget::deleteLater);
    connect(yes, &QPushButton::clicked, this, [this, bar, going] {
        bar->deleteLater();
        for (const StudyEntry& entry : going)
            if (auto removed = m_session.exchange().remove(entry.row.uid); !removed)
                return showMessage(message(removed.error()), true);
        runSearch(StudySearch::Nodes::LeaveAlone);
    });
}

} // namespace diascope::windows
