#include "app/windows/transfer_list.h"
#include <QHeaderView>
#include <QLabel>
#include <QLocale>
#include <QPainter>
#include <QStyledItemDelegate>
#include <QToolBar>
#include <QTreeView>
#include <QVBoxLayout>

namespace diascope::windows
{

namespace
{

using transfer::Transfer;

constexpr int watchMs = 300;
constexpr int fractionRole = Qt::UserRole;

constexpr int overRank = 3;

int rank(const Transfer& transfer)
{
    switch (transfer.state) {
    case Transfer::State::Running:
        return 0;
    case Transfer::State::Failed:
        return 1;
    case Transfer::State::Queued:
    case Transfer::State::Paused:
        return 2;
    case Transfer::State::Done:
    case Transfer::State::Cancelled:
        break;
    }
    return overRank;
}

QString duration(qint64 seconds)
{
    if (seconds < 60)
        return TransferTable::tr("%n s", nullptr, int(seconds));
    if (seconds < 3600)
        return TransferTable::tr("%n min", nullptr, int((seconds + 30) / 60));
    return TransferTable::tr("%1 h %2 min").arg(seconds / 3600).arg(seconds % 3600 / 60);
}

/// "n of N" over a bar of that length.
class ProgressDelegate : public QStyledItemDelegate
{
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override
    {
        const double fraction = index.data(fractionRole).toDouble();
        const QRect bar = option.rect.adjusted(3, 3, -6, -3);
        if (option.state & QStyle::State_Selected)
            painter->fillRect(option.rect, option.palette.highlight());
        painter->fillRect(bar, QColor(0x12, 0x14, 0x17));
        painter->fillRect(QRect(bar.topLeft(), QSize(int(bar.width() * fraction), bar.height())), QColor(0x2d, 0x5f, 0x80));
        painter->setPen(QColor(0xd7, 0xda, 0xdd));
        painter->drawText(bar, Qt::AlignCenter, index.data().toString());
    }
};

} // namespace

QString TransferTable::text(const Transfer& transfer, int column) const
{
    switch (column) {
    case What: {
        const QString title = !transfer.what.title.isEmpty()     ? transfer.what.title
                              : !transfer.what.study.isEmpty()    ? transfer.what.study.value
                                                                  : tr("%n file(s)", nullptr, int(transfer.what.paths.size()));
        const QString why = transfer.what.reason == transfer::Reason::Prefetch ? tr("prior")
                            : transfer.what.reason == transfer::Reason::Route  ? tr("route")
                                                                               : QString();
        return why.isEmpty() ? title : QStringLiteral("%1 (%2)").arg(title, why);
    }
    case Node:
        return QStringLiteral("%1 %2").arg(transfer.what.kind == transfer::TransferKind::Retrieve ? QStringLiteral("←") : QStringLiteral("→"), transfer.what.node);
    case Progress:
        return transfer.total > 0 ? tr("%1 of %2").arg(transfer.done).arg(transfer.total) : QString();
    case Rate:
        return transfer.state == Transfer::State::Running && transfer.bytesPerSecond > 0
                   ? tr("%1/s", "bytes a second").arg(QLocale().formattedDataSize(qint64(transfer.bytesPerSecond), 1, QLocale::DataSizeSIFormat))
                   : QString();
    case Remaining: {
        const auto seconds = transfer.remainingSeconds();
        return seconds ? duration(*seconds) : QString();
    }
    case State:
        switch (transfer.state) {
        case Transfer::State::Queued: {
            const qint64 wait = QDateTime::currentDateTimeUtc().secsTo(transfer.nextDue);
            const QString when = wait > 1 && wait < 86400 ? tr("again in %1").arg(duration(wait)) : tr("waits");
            return transfer.lastError.isEmpty() ? when : QStringLiteral("%1: %2").arg(when, transfer.lastError);
        }
        case Transfer::State::Running:
            return transfer.attempts > 1 ? tr("running (attempt %1)").arg(transfer.attempts) : tr("running");
        case Transfer::State::Paused:
            return tr("paused");
        case Transfer::State::Done:
            return tr("done");
        case Transfer::State::Failed:
            return tr("failed: %1").arg(transfer.lastError);
        case Transfer::State::Cancelled:
            return tr("cancelled");
        }
        return {};
    default:
        return {};
    }
}

QVariant TransferTable::data(const QModelIndex& index, int role) const
{
    const Transfer* transfer = at(index.row());
    if (!transfer)
        return {};
    switch (role) {
    case Qt::DisplayRole:
        return text(*transfer, index.column());
    case Qt::ToolTipRole: {
        QStringList lines{text(*transfer, index.column())};
        if (index.column() == State)
            for (size_t i = 0; i < std::min<size_t>(transfer->failed.size(), 12); ++i)
                lines << QStringLiteral("%1: %2").arg(transfer->failed[i].sopInstanceUid, transfer->failed[i].reason);
        return lines.join(u'\n').toHtmlEscaped().replace(u'\n', QStringLiteral("<br>"));
    }
    case Qt::ForegroundRole:
        if (transfer->state == Transfer::State::Failed || (transfer->state == Transfer::State::Queued && !transfer->lastError.isEmpty()))
            return QColor(0xf0, 0xb4, 0x3c);
        return transfer->isOpen() ? QVariant() : QColor(0x9a, 0xa0, 0xa6);
    case fractionRole:
        return transfer->state == Transfer::State::Done ? 1.0 : transfer->total > 0 ? double(transfer->done) / double(transfer->total) : 0.0;
    default:
        return {};
    }
}

QVariant TransferTable::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    const QString names[] = {tr("Study"), tr("From, to"), tr("Images"), tr("Rate"), tr("Remaining"), tr("State")};
    return names[section];
}

const Transfer* TransferTable::at(int row) const { return row >= 0 && row < rowCount() ? &m_transfers[size_t(row)] : nullptr; }

void TransferTable::setTransfers(std::vector<Transfer> transfers)
{
    // What moves stands on top, then what a person has to look at, then what waits in the order of its turn; what is over last,
    // the newest first.
    std::sort(transfers.begin(), transfers.end(), [](const Transfer& a, const Transfer& b) {
        const int rankA = rank(a), rankB = rank(b);
        if (rankA != rankB)
            return rankA < rankB;
        if (rankA == overRank)
            return a.id > b.id;
        return a.what.priority != b.what.priority ? a.what.priority > b.what.priority : a.id < b.id;
    });
    const bool isSameRows = transfers.size() == m_transfers.size() &&
                            std::equal(transfers.begin(), transfers.end(), m_transfers.begin(), [](const Transfer& a, const Transfer& b) { return a.id == b.id; });
    if (isSameRows) { // the common case, many times a second: whoever has chosen a row keeps it
        m_transfers = std::move(transfers);
        if (rowCount() > 0)
            Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, ColumnCount - 1));
        return;
    }
    Q_EMIT layoutAboutToBeChanged();
    const QModelIndexList before = persistentIndexList();
    std::vector<qint64> ids;
    for (const QModelIndex& index : before)
        ids.push_back(m_transfers[size_t(index.row())].id);
    m_transfers = std::move(transfers);
    QModelIndexList after;
    for (qsizetype i = 0; i < before.size(); ++i) {
        const auto found = std::find_if(m_transfers.begin(), m_transfers.end(), [&](const Transfer& transfer) { return transfer.id == ids[size_t(i)]; });
        after << (found == m_transfers.end() ? QModelIndex() : createIndex(int(found - m_transfers.begin()), before[i].column()));
    }
    changePersistentIndexList(before, after);
    Q_EMIT layoutChanged();
}

/// "again in 12 s" is 11 s soon.
void TransferTable::countDown()
{
    const bool isAnyWaiting = std::any_of(m_transfers.begin(), m_transfers.end(), [](const Transfer& transfer) {
        return transfer.state == Transfer::State::Queued && transfer.nextDue > QDateTime::currentDateTimeUtc();
    });
    if (isAnyWaiting)
        Q_EMIT dataChanged(index(0, State), index(rowCount() - 1, State));
}

TransferList::TransferList(app::Session& session, QWidget* parent) : QWidget(parent), m_session(session)
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    auto* bar = new QToolBar(this);
    bar->setToolButtonStyle(Qt::ToolButtonTextOnly);
    const auto add = [&](const QString& text, const char* key, const QString& tip, auto function) {
        QAction* action = bar->addAction(text, this, function);
        action->setShortcut(QKeySequence(QLatin1String(key)));
        action->setToolTip(QStringLiteral("%1 (%2)").arg(tip, action->shortcut().toString(QKeySequence::NativeText)));
        return action;
    };
    m_pause = add(tr("Pause"), "Ctrl+Shift+P", tr("Stop until told to go on"), [this] { forChosen(&transfer::TransferQueue::pause); });
    m_resume = add(tr("Go on"), "Ctrl+Shift+G", tr("Go on with what is paused"), [this] { forChosen(&transfer::TransferQueue::resume); });
    m_cancel = add(tr("Cancel"), "Ctrl+Shift+X", tr("Do it no more; also puts away what has failed"), [this] { cancelChosen(); });
    m_retry = add(tr("Try again now"), "Ctrl+Shift+R", tr("Wait no longer for the next attempt"), [this] { forChosen(&transfer::TransferQueue::retry); });
    m_first = add(tr("Put first"), "Ctrl+Shift+F", tr("Before all others"), [this] {
        for (const QModelIndex& index : m_view->selectionModel()->selectedRows())
            if (const Transfer* transfer = m_table.at(index.row()); transfer && mayChange(*transfer))
                (void)m_session.exchange().queue().setPriority(transfer->id, transfer::Priority::Waiting);
        m_session.exchange().runner().wake();
        refresh();
    });
    bar->addSeparator();
    QAction* clear = bar->addAction(tr("Clear what is over"), this, [this] {
        (void)m_session.exchange().queue().clearFinished();
        refresh();
    });
    clear->setEnabled(m_session.permit(app::Action::Send).has_value()); // the lines are others' too (SAF-11)
    layout->addWidget(bar);
    m_view = new QTreeView(this);
    m_view->setModel(&m_table);
    m_view->setRootIsDecorated(false);
    m_view->setUniformRowHeights(true);
    m_view->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_view->setItemDelegateForColumn(TransferTable::Progress, new ProgressDelegate(m_view));
    m_view->setContextMenuPolicy(Qt::ActionsContextMenu);
    m_view->addActions({m_pause, m_resume, m_cancel, m_retry, m_first});
    const int widths[] = {240, 130, 150, 90, 90};
    for (int i = 0; i < int(std::size(widths)); ++i)
        m_view->setColumnWidth(i, widths[i]);
    layout->addWidget(m_view);
    m_message = new QLabel(tr("Nothing is being transferred."), this);
    m_message->setProperty("role", "quiet");
    m_message->setContentsMargins(8, 4, 8, 4);
    layout->addWidget(m_message);
    connect(m_view->selectionModel(), &QItemSelectionModel::selectionChanged, this, &TransferList::updateActions);
    connect(&m_session.exchange().runner(), &transfer::TransferRunner::changed, this, [this] {
        if (!m_watch.isActive())
            m_watch.start(watchMs);
    }, Qt::QueuedConnection);
    // Other processes transfer too: the counter tells, without reading a row.
    connect(&m_watch, &QTimer::timeout, this, &TransferList::refresh);
    m_watch.start(watchMs);
    refresh();
}

/// Viewing-only mode has no say in what is sent (SAF-11).
bool TransferList::mayChange(const Transfer& transfer) const
{
    return transfer.what.kind == transfer::TransferKind::Retrieve || m_session.permit(app::Action::Send).has_value();
}

void TransferList::forChosen(Result<void> (transfer::TransferQueue::*change)(qint64))
{
    for (const QModelIndex& index : m_view->selectionModel()->selectedRows())
        if (const Transfer* transfer = m_table.at(index.row()); transfer && mayChange(*transfer))
            (void)(m_session.exchange().queue().*change)(transfer->id); // what is over meanwhile shows its state by itself
    m_session.exchange().runner().wake();
    refresh();
}

/// A failed one is asked about by nobody else: a person who gives it up has decided (SAF-15).
void TransferList::cancelChosen()
{
    auto& queue = m_session.exchange().queue();
    for (const QModelIndex& index : m_view->selectionModel()->selectedRows())
        if (const Transfer* transfer = m_table.at(index.row()); transfer && mayChange(*transfer)) {
            if (transfer->state == Transfer::State::Failed)
                (void)queue.retry(transfer->id); // open again, only to be cancelled
            (void)queue.cancel(transfer->id); // what is over meanwhile shows its state by itself
        }
    m_session.exchange().runner().wake();
    refresh();
}

void TransferList::refresh()
{
    const qint64 counter = m_session.exchange().queue().changeCounter();
    if (std::exchange(m_seen, counter) == counter)
        return m_table.countDown();
    auto transfers = m_session.exchange().queue().list();
    if (!transfers) {
        m_message->setText(message(transfers.error()));
        m_message->show();
        return;
    }
    m_open = int(std::count_if(transfers->begin(), transfers->end(), [](const Transfer& transfer) { return transfer.isOpen(); }));
    m_failed = int(std::count_if(transfers->begin(), transfers->end(), [](const Transfer& transfer) { return transfer.state == Transfer::State::Failed; }));
    m_message->setVisible(transfers->empty());
    m_view->setVisible(!transfers->empty());
    m_table.setTransfers(std::move(*transfers));
    updateActions();
    Q_EMIT changed();
}

void TransferList::updateActions()
{
    bool canPause = false, canResume = false, canCancel = false, canRetry = false, canGoFirst = false;
    for (const QModelIndex& index : m_view->selectionModel()->selectedRows()) {
        const Transfer* transfer = m_table.at(index.row());
        if (!transfer || !mayChange(*transfer))
            continue;
        using State = Transfer::State;
        canPause = canPause || transfer->state == State::Queued || transfer->state == State::Running;
        canResume = canResume || transfer->state == State::Paused;
        canCancel = canCancel || transfer->isOpen() || transfer->state == State::Failed;
        canRetry = canRetry || transfer->state == State::Failed || transfer->state == State::Cancelled || transfer->state == State::Queued;
        canGoFirst = canGoFirst || (transfer->isOpen() && transfer->what.priority != transfer::Priority::Waiting);
    }
    m_pause->setEnabled(canPause);
    m_resume->setEnabled(canResume);
    m_cancel->setEnabled(canCancel);
    m_retry->setEnabled(canRetry);
    m_first->setEnabled(canGoFirst);
}

} // namespace diascope::windows
