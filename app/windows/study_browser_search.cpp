#include "app/windows/places_panel.h"
#include "app/windows/study_browser.h"
#include <QPushButton>
#include "app/windows/study_preview.h"
#include "app/windows/transfer_list.h"
#include <QButtonGroup>
#include <QInputDialog>
#include <QLabel>
#include <QLineEdit>
#include <QScrollBar>
#include <QToolButton>
#include <QTreeView>

/// What the browser looks for, and what it says of what it found.
namespace diascope::windows
{

SearchTerms StudyBrowser::terms() const
{
    SearchTerms terms;
    terms.text = m_search->text();
    terms.days = m_days->checkedButton()->property("days").toInt();
    if (m_modalities->checkedId() > 0)
        terms.modality = m_modalities->checkedButton()->text();
    terms.inArchive = m_places->isArchiveChosen();
    terms.nodes = m_places->chosenNodes();
    return terms;
}

void StudyBrowser::setTerms(const SearchTerms& terms)
{
    m_search->setText(terms.text);
    for (QAbstractButton* button : m_days->buttons())
        if (button->property("days").toInt() == terms.days)
            button->setChecked(true);
    m_modalities->button(0)->setChecked(true);
    for (QAbstractButton* button : m_modalities->buttons())
        if (button->text() == terms.modality)
            button->setChecked(true);
    search();
}

void StudyBrowser::saveSearch()
{
    const SearchTerms wanted = terms();
    if (wanted.isEverything())
        return showMessage(tr("There is nothing to save: type words, or choose a day or a modality."), true);
    auto* dialog = new QInputDialog(this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(tr("Save search"));
    dialog->setLabelText(tr("Name of the search"));
    dialog->setTextValue(QStringList{wanted.text.trimmed(), wanted.days >= 0 ? m_days->checkedButton()->text() : QString(), wanted.modality}.join(u' ').simplified());
    connect(dialog, &QInputDialog::textValueSelected, this, [this, wanted](const QString& name) {
        if (!name.trimmed().isEmpty())
            m_places->save(name.trimmed(), wanted);
    });
    dialog->open();
}

void StudyBrowser::search()
{
    const SearchTerms wanted = terms();
    m_told.stop();
    // Everything of a hospital is for nobody.
    runSearch(wanted.isEverything() ? StudySearch::Nodes::LeaveAlone : StudySearch::Nodes::Ask);
}

void StudyBrowser::runSearch(StudySearch::Nodes nodes)
{
    m_typing.stop();
    if (nodes == StudySearch::Nodes::Ask)
        m_askSoon.stop();
    const StudyEntry* before = selected();
    const dicom::StudyUid kept = before ? before->row.uid : dicom::StudyUid{};
    const std::vector<StudyEntry> wereChosen = chosen();
    const int scrolled = m_view->verticalScrollBar()->value();
    m_seenChanges = m_session.archive().changeCounter();
    m_finding->start(terms(), *m_table, nodes);
    const int at = m_table->rowOf(kept);
    choose(std::max(0, at));
    if (at >= 0) { // the same rows stay chosen, at the same place (SAF-13)
        QItemSelection chosenAgain;
        for (const StudyEntry& entry : wereChosen)
            if (const int row = m_table->rowOf(entry.row.uid); row >= 0)
                chosenAgain.select(m_table->index(row, 0), m_table->index(row, 0));
        m_view->selectionModel()->select(chosenAgain, QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
        m_view->verticalScrollBar()->setValue(scrolled);
    }
    if (m_table->rowCount() == 0)
        m_preview->show(nullptr);
    updateActions();
}

/// The view's own way would ask which keys are held just then: nobody chooses with them here.
void StudyBrowser::choose(int row)
{
    m_view->selectionModel()->setCurrentIndex(m_table->index(row, 0), QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
}

/// Rows of the archive that have changed, where the list is the archive's; a node's answer stays as it came (SAF-13).
void StudyBrowser::onArchiveChanged()
{
    const qint64 counter = m_session.archive().changeCounter();
    if (counter == m_seenChanges || m_finding->isRunning())
        return;
    m_seenChanges = counter;
    if (m_finding->states().empty())
        return runSearch(StudySearch::Nodes::LeaveAlone);
    QStringList uids;
    for (int row = 0; row < m_table->rowCount(); ++row)
        uids << m_table->entryAt(row)->row.uid.value;
    QSet<QString> here;
    if (const auto rows = m_session.archive().studiesByUid(uids))
        for (const archive::StudyRow& row : *rows) {
            here.insert(row.uid.value);
            m_table->setLocal(row);
        }
    for (const QString& uid : uids)
        if (const StudyEntry* entry = m_table->entryAt(m_table->rowOf({uid})); entry && entry->isLocal && !here.contains(uid)) {
            archive::StudyRow gone;
            gone.uid = {uid};
            m_table->setLocal(gone);
        }
    updateActions();
    showState();
}

void StudyBrowser::refresh()
{
    showOutbox();
    m_seenChanges = -1;
    onArchiveChanged();
    m_preview->show(selected());
}

QString StudyBrowser::reportStatusOf(const dicom::StudyUid& study) const
{
    const auto reports = m_session.reports().list(study.value);
    return reports && !reports->empty() ? reporting::displayName(reports->front().status) : QString();
}

void StudyBrowser::showState()
{
    const bool hadNothing = !m_view->currentIndex().isValid();
    if (hadNothing && m_table->rowCount() > 0)
        choose(0);
    m_places->showStates(m_finding->states());
    QStringList parts;
    bool isWarning = false;
    if (!m_finding->archiveError().isEmpty()) {
        parts << m_finding->archiveError();
        isWarning = true;
    } else if (m_finding->isArchiveCut()) {
        parts << tr("the newest %n studies here; there are more: narrow the search", nullptr, StudySearch::mostRows);
        isWarning = true; // whatever they are sorted by
    } else if (m_finding->archiveRows()) {
        parts << tr("%n stud(ies) here", nullptr, *m_finding->archiveRows());
    }
    if (const int incomplete = m_table->incompleteCount(); incomplete > 0) {
        parts << tr("%n incomplete", nullptr, incomplete);
        isWarning = true;
    }
    for (const StudySearch::State& state : m_finding->states()) {
        if (!state.error.isEmpty()) {
            parts << QStringLiteral("%1: %2").arg(state.node, state.error);
            isWarning = true;
        } else if (state.isRunning) {
            parts << tr("asking %1… (Esc stops)").arg(state.node);
        } else {
            parts << (state.isCut ? tr("%n on %1, and more", nullptr, state.rows) : tr("%n on %1", nullptr, state.rows)).arg(state.node);
            isWarning = isWarning || state.isCut;
        }
    }
    if (!m_told.isActive())
        showLine(parts.join(QStringLiteral(" · ")), isWarning);
    m_hint->setText(m_table->rowCount() > 0 ? QString() : hint());
}

/// What an empty list says, where one looks: in its middle.
QString StudyBrowser::hint() const
{
    const SearchTerms wanted = terms();
    if (!m_finding->archiveError().isEmpty())
        return m_finding->archiveError();
    if (m_finding->isRunning())
        return tr("Searching…");
    if (!wanted.isEverything())
        return tr("No study fits. Try fewer words, another day or another place.");
    if (!wanted.inArchive)
        return tr("Type words or choose a day, then Enter: %1 is asked.").arg(wanted.nodes.value(0));
    return tr("No studies here yet. Choose a PACS at the left and search it, import files, or drop them here.");
}

void StudyBrowser::showOutbox()
{
    QStringList lines, reasons;
    const auto count = [](QPushButton* button, int number, const QString& text, const QStringList& why) {
        button->setVisible(number > 0);
        button->setText(text);
        button->setToolTip(why.join(u'\n').toHtmlEscaped().replace(u'\n', QStringLiteral("<br>")));
    };
    if (const auto deliveries = m_session.deliveries().list()) {
        int waiting = 0;
        QStringList why;
        for (const transfer::Delivery& delivery : *deliveries) {
            waiting += delivery.isOpen();
            if (const QString remark = transfer::remark(delivery); delivery.isOpen() && !remark.isEmpty() && !why.contains(remark))
                why << remark;
        }
        count(m_reports, waiting, tr("%n report(s) not yet acknowledged by the RIS", nullptr, waiting), why);
    }
    if (const auto aside = m_session.archive().quarantine()) {
        QStringList why;
        for (const archive::QuarantineRow& row : *aside)
            if (!why.contains(row.reason))
                why << row.reason;
        count(m_aside, int(aside->size()), tr("%n file(s) set aside", nullptr, int(aside->size())), why);
    }
    if (m_transfers->failedCount() > 0)
        lines << tr("%n transfer(s) failed", nullptr, m_transfers->failedCount());
    for (const QString& trouble : {m_session.exchange().listenerTrouble(), m_session.exchange().roomTrouble()})
        if (!trouble.isEmpty()) {
            lines << trouble;
            reasons << trouble;
        }
    m_outbox->setText(lines.join(QStringLiteral(" · ")));
    m_outbox->setToolTip(reasons.join(u'\n').toHtmlEscaped().replace(u'\n', QStringLiteral("<br>")));
    m_outbox->setStyleSheet(QStringLiteral("color: #f0b43c"));
}

/// What somebody was told stays for a while: what goes on by itself meanwhile is no answer.
void StudyBrowser::showMessage(const QString& text, bool isWarning)
{
    constexpr int toldMs = 12'000;
    m_told.start(toldMs);
    showLine(text, isWarning);
}

void StudyBrowser::showLine(const QString& text, bool isWarning)
{
    m_message->setText(text);
    m_message->setToolTip(text.toHtmlEscaped()); // where it does not fit
    m_message->setStyleSheet(isWarning ? QStringLiteral("color: #f0b43c") : QString());
}

} // namespace diascope::windows
