#include "netclient/transfer/transfer_queue.h"
#include "netclient/transfer/transfer_rows.h"

/// What the queue remembers beside its transfers: what was confirmed, what was committed to, which ways work.
namespace diascope::transfer
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("Transfer", text); }

} // namespace

Result<void> TransferQueue::confirm(qint64 id, const QStringList& instances)
{
    auto transaction = Transaction::begin(*m_database);
    if (!transaction)
        return std::unexpected(transaction.error());
    for (const QString& instance : instances)
        if (auto done = m_database->execute(QStringLiteral("INSERT OR IGNORE INTO transfer_confirmed VALUES(?,?)"), {id, instance}); !done)
            return done;
    return transaction->commit();
}

Result<QSet<QString>> TransferQueue::confirmed(qint64 id) const
{
    auto query = m_database->prepare(QStringLiteral("SELECT instance FROM transfer_confirmed WHERE transfer=?"));
    if (!query)
        return std::unexpected(query.error());
    query->bind(1, id);
    QSet<QString> found;
    while (true) {
        const auto row = query->step();
        if (!row)
            return std::unexpected(row.error());
        if (!*row)
            return found;
        found.insert(query->text(0));
    }
}

Result<void> TransferQueue::requested(const QString& transactionUid, qint64 id, const QStringList& instances)
{
    return m_database->execute(QStringLiteral("INSERT INTO transfer_commitment(transaction_uid, transfer, instances, requested) VALUES(?,?,?,?)"),
                               {transactionUid, id, listJson(instances), nowMs()});
}

Result<qint64> TransferQueue::settle(const QString& transactionUid, const QStringList& committed, std::vector<dicom::InstanceFailure> failed)
{
    struct Asked
    {
        qint64 transfer = 0;
        QStringList instances;
    };
    const auto asked = rowsOf<Asked>(*m_database, QStringLiteral("SELECT transfer, instances FROM transfer_commitment WHERE transaction_uid=?"),
                                     {transactionUid}, [](const Statement& row) { return Asked{row.integer(0), listOf(row.text(1))}; });
    if (!asked)
        return std::unexpected(asked.error());
    if (asked->empty())
        return fail(Fault::Conflict, tr("a commitment came that nobody asked for"));
    const auto& [transfer, instances] = asked->front();
    QSet<QString> named(committed.begin(), committed.end());
    for (const dicom::InstanceFailure& failure : failed)
        named.insert(failure.sopInstanceUid);
    for (const QString& instance : instances)
        if (!named.contains(instance))
            failed.push_back({instance, tr("the peer's commitment does not name it")});
    if (auto changed = changeTransfers(*m_database, QStringLiteral("UPDATE transfer_commitment SET settled=?2, failed=?3 WHERE transaction_uid=?1"),
                                       {transactionUid, nowMs(), failuresJson(failed)});
        !changed)
        return std::unexpected(changed.error());
    // Who waits for it looks now.
    if (auto due = changeTransfers(*m_database, QStringLiteral("UPDATE transfer SET next_due=?2 WHERE id=?1 AND state=0"), {transfer, nowMs()}); !due)
        return std::unexpected(due.error());
    return transfer;
}

Result<std::optional<TransferQueue::CommitmentState>> TransferQueue::commitmentOf(qint64 id) const
{
    auto query = m_database->prepare(QStringLiteral("SELECT settled, failed, requested, instances FROM transfer_commitment WHERE transfer=?"
                                                    " ORDER BY requested DESC, rowid DESC LIMIT 1"));
    if (!query)
        return std::unexpected(query.error());
    query->bind(1, id);
    const auto row = query->step();
    if (!row)
        return std::unexpected(row.error());
    if (!*row)
        return std::optional<CommitmentState>();
    CommitmentState state;
    state.isSettled = !query->isNull(0);
    state.failed = failuresOf(query->text(1));
    state.requested = QDateTime::fromMSecsSinceEpoch(query->integer(2), Qt::UTC);
    state.instances = listOf(query->text(3));
    return std::optional(std::move(state));
}

Result<void> TransferQueue::takeBack(qint64 id, const QStringList& instances)
{
    auto transaction = Transaction::begin(*m_database);
    if (!transaction)
        return std::unexpected(transaction.error());
    for (const QString& instance : instances)
        if (auto done = m_database->execute(QStringLiteral("DELETE FROM transfer_confirmed WHERE transfer=? AND instance=?"), {id, instance}); !done)
            return done;
    // What was asked for is answered: the next question is a new one.
    if (auto done = m_database->execute(QStringLiteral("DELETE FROM transfer_commitment WHERE transfer=?"), {id}); !done)
        return done;
    return transaction->commit();
}

Result<void> TransferQueue::learn(const QString& node, const Way& way)
{
    // The latest counts as much as all before it: lines and servers change.
    return m_database->execute(QStringLiteral("INSERT INTO transfer_way VALUES(?1,?2,?3,?4) ON CONFLICT(node,way) DO UPDATE SET"
                                              " rate=CASE WHEN rate>0 AND ?3>0 THEN (rate+?3)/2 ELSE max(rate,?3) END, refused=?4"),
                               {node, way.way, way.bytesPerSecond, way.isRefused});
}

Result<std::vector<TransferQueue::Way>> TransferQueue::waysOf(const QString& node) const
{
    auto query = m_database->prepare(QStringLiteral("SELECT way, rate, refused FROM transfer_way WHERE node=? ORDER BY rate DESC"));
    if (!query)
        return std::unexpected(query.error());
    query->bind(1, node);
    std::vector<Way> ways;
    while (true) {
        const auto row = query->step();
        if (!row)
            return std::unexpected(row.error());
        if (!*row)
            return ways;
        ways.push_back({query->text(0), query->real(1), query->integer(2) != 0});
    }
}

Result<void> TransferQueue::forget(const QString& node)
{
    return m_database->execute(QStringLiteral("DELETE FROM transfer_way WHERE node=?"), {node});
}

} // namespace diascope::transfer
