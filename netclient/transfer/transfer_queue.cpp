#include "netclient/transfer/transfer_queue.h"
#include "netclient/base/process_owner.h"
#include "netclient/transfer/transfer_rows.h"
#include <algorithm>

namespace diascope::transfer
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("Transfer", text); }

using State = Transfer::State;

constexpr qint64 keptFinished = 500;
constexpr int maxStarts = 2; // without an end
constexpr const char* over = QT_TRANSLATE_NOOP("Transfer", "transfer %1 is over already");

QStringList schema()
{
    return {QStringLiteral(R"(
CREATE TABLE transfer(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind INTEGER NOT NULL, node TEXT NOT NULL, study TEXT NOT NULL, series TEXT NOT NULL, paths TEXT NOT NULL,
  priority INTEGER NOT NULL, reason INTEGER NOT NULL, commitment INTEGER NOT NULL, way TEXT NOT NULL, title TEXT NOT NULL,
  state INTEGER NOT NULL DEFAULT 0, wish INTEGER NOT NULL DEFAULT 0,
  done INTEGER NOT NULL DEFAULT 0, total INTEGER NOT NULL DEFAULT 0, present INTEGER NOT NULL DEFAULT 0, bytes INTEGER NOT NULL DEFAULT 0, rate REAL NOT NULL DEFAULT 0,
  attempts INTEGER NOT NULL DEFAULT 0, last_error TEXT NOT NULL DEFAULT '', failed TEXT NOT NULL DEFAULT '',
  created INTEGER NOT NULL, updated INTEGER NOT NULL, started INTEGER NOT NULL DEFAULT 0, next_due INTEGER NOT NULL,
  lease_owner TEXT NOT NULL DEFAULT '', lease_until INTEGER NOT NULL DEFAULT 0);
CREATE INDEX transfer_open ON transfer(priority DESC, id) WHERE state IN (0,1,2);
CREATE INDEX transfer_by_study ON transfer(study);
CREATE TABLE transfer_confirmed(
  transfer INTEGER NOT NULL REFERENCES transfer(id) ON DELETE CASCADE, instance TEXT NOT NULL,
  PRIMARY KEY(transfer, instance)) WITHOUT ROWID;
CREATE TABLE transfer_commitment(
  transaction_uid TEXT PRIMARY KEY, transfer INTEGER NOT NULL REFERENCES transfer(id) ON DELETE CASCADE,
  instances TEXT NOT NULL, requested INTEGER NOT NULL, settled INTEGER, failed TEXT NOT NULL DEFAULT '');
CREATE INDEX transfer_commitment_by_transfer ON transfer_commitment(transfer);
CREATE TABLE transfer_way(
  node TEXT NOT NULL, way TEXT NOT NULL, rate REAL NOT NULL, refused INTEGER NOT NULL,
  PRIMARY KEY(node, way)) WITHOUT ROWID;
CREATE TABLE transfer_change(counter INTEGER NOT NULL);
INSERT INTO transfer_change VALUES(0);
)"),
            // Lines of the list come and go; what a study should have stays.
            QStringLiteral(R"(
CREATE TABLE transfer_count(study TEXT PRIMARY KEY, node TEXT NOT NULL, instances INTEGER NOT NULL) WITHOUT ROWID;
INSERT OR REPLACE INTO transfer_count SELECT study, node, total FROM transfer WHERE kind=0 AND series='' AND total>0 ORDER BY id;
CREATE TRIGGER transfer_counted AFTER UPDATE OF total ON transfer
WHEN NEW.kind=0 AND NEW.series='' AND NEW.total>0 AND NEW.total IS NOT OLD.total
BEGIN
  INSERT OR REPLACE INTO transfer_count VALUES(NEW.study, NEW.node, NEW.total);
END;
)"),
            // Starts since its last orderly end, or since anything moved: what ends the process every time is given up.
            QStringLiteral("ALTER TABLE transfer ADD COLUMN starts INTEGER NOT NULL DEFAULT 0;")};
}

const QString columns = QStringLiteral("id, kind, node, study, series, paths, priority, reason, commitment, way, title, state, done, total,"
                                       " bytes, rate, attempts, last_error, failed, created, updated, started, next_due, present");

Transfer transferOf(const Statement& row)
{
    const auto time = [&](int column) { return QDateTime::fromMSecsSinceEpoch(row.integer(column), Qt::UTC); };
    Transfer transfer;
    transfer.id = row.integer(0);
    NewTransfer& what = transfer.what;
    what.kind = TransferKind(row.integer(1));
    what.node = row.text(2);
    what.study = {row.text(3)};
    what.series = {row.text(4)};
    what.paths = listOf(row.text(5));
    what.priority = Priority(row.integer(6));
    what.reason = Reason(row.integer(7));
    what.commitment = Commitment(row.integer(8));
    what.way = row.text(9);
    what.title = row.text(10);
    transfer.state = State(row.integer(11));
    transfer.done = row.integer(12);
    transfer.total = row.integer(13);
    transfer.bytes = row.integer(14);
    transfer.bytesPerSecond = row.real(15);
    transfer.attempts = int(row.integer(16));
    transfer.lastError = row.text(17);
    transfer.failed = failuresOf(row.text(18));
    transfer.created = time(19);
    transfer.updated = time(20);
    transfer.started = time(21);
    transfer.nextDue = time(22);
    transfer.present = row.integer(23);
    return transfer;
}

Result<std::vector<Transfer>> rows(Database& database, const QString& where, const QVariantList& values = {})
{
    auto query = database.prepare(QStringLiteral("SELECT %1 FROM transfer %2").arg(columns, where));
    if (!query)
        return std::unexpected(query.error());
    query->bindAll(values);
    std::vector<Transfer> found;
    while (true) {
        const auto row = query->step();
        if (!row)
            return std::unexpected(row.error());
        if (!*row)
            return found;
        found.push_back(transferOf(*query));
    }
}

/// Transfers whose process is gone, or whose lease ran out, wait again (what a person wanted of them meanwhile is done). One that
/// was left like this twice, and moved nothing in between, is taken for what ended the process: it is given up.
Result<void> freeAbandoned(Database& database)
{
    auto query = database.prepare(QStringLiteral("SELECT id, lease_owner, lease_until FROM transfer WHERE state=1"));
    if (!query)
        return std::unexpected(query.error());
    std::vector<qint64> abandoned;
    while (true) {
        const auto row = query->step();
        if (!row)
            return std::unexpected(row.error());
        if (!*row)
            break;
        // A lease far in the future is of a clock that was set back since.
        const bool isOver = query->integer(2) <= nowMs() || query->integer(2) > nowMs() + 86'400'000;
        if (isOver || isDeadOwner(query->text(1)))
            abandoned.push_back(query->integer(0));
    }
    for (qint64 id : abandoned)
        if (auto done = database.execute(QStringLiteral("UPDATE transfer SET state=CASE wish WHEN 1 THEN 2 WHEN 2 THEN 5 ELSE CASE WHEN starts>=?2 THEN 4 ELSE 0 END END,"
                                                        " last_error=CASE WHEN wish=0 AND starts>=?2 THEN ?3 ELSE last_error END, wish=0,"
                                                        " lease_owner='', lease_until=0 WHERE id=?1"),
                                         {id, maxStarts, tr("given up: the program ended %1 times while it was at this transfer").arg(maxStarts)});
            !done)
            return done;
    return abandoned.empty() ? Result<void>{} : countTransferChange(database);
}

} // namespace

qint64 delayAfter(int attempts) { return std::min<qint64>(5LL << std::clamp(attempts - 1, 0, 12), 15 * 60); }

std::optional<qint64> Transfer::remainingSeconds() const
{
    const qint64 seconds = started.secsTo(updated);
    const qint64 moved = done - present;
    if (state != State::Running || bytesPerSecond <= 0 || moved <= 0 || total <= done || seconds < 1)
        return std::nullopt;
    const double bytesAnInstance = double(bytes) / double(moved);
    return bytesAnInstance > 0 ? std::optional(qint64(double(total - done) * bytesAnInstance / bytesPerSecond)) : std::nullopt;
}

QString name(Transfer::State state)
{
    static const char* const names[] = {"queued", "running", "paused", "done", "failed", "cancelled"};
    return QLatin1String(names[int(state)]);
}
QString name(TransferKind kind) { return kind == TransferKind::Retrieve ? QStringLiteral("retrieve") : QStringLiteral("send"); }
QString name(Priority priority)
{
    static const char* const names[] = {"background", "normal", "waiting"};
    return QLatin1String(names[int(priority)]);
}
QString name(Reason reason)
{
    static const char* const names[] = {"person", "prefetch", "route"};
    return QLatin1String(names[int(reason)]);
}

Result<std::unique_ptr<TransferQueue>> TransferQueue::open(const Profile& profile)
{
    auto database = Database::open(profile.databasePath(), Durability::Full);
    if (!database)
        return std::unexpected(database.error());
    if (auto migrated = (*database)->migrate(QStringLiteral("transfers"), schema()); !migrated)
        return std::unexpected(migrated.error());
    return std::unique_ptr<TransferQueue>(new TransferQueue(std::move(*database)));
}

Result<qint64> TransferQueue::add(const NewTransfer& transfer)
{
    if (transfer.node.isEmpty() || (transfer.study.isEmpty() && transfer.paths.isEmpty()))
        return fail(Fault::Invalid, tr("a transfer needs a node, and a study or files"));
    const qint64 time = nowMs();
    const qint64 due = time + qint64(transfer.startsInSeconds) * 1000;
    const QString paths = transfer.paths.isEmpty() ? QStringLiteral("") : listJson(transfer.paths);
    auto transaction = Transaction::begin(*m_database);
    if (!transaction)
        return std::unexpected(transaction.error());
    // A running send has read its list already: what arrived since needs another one.
    const auto same = m_database->value(QStringLiteral("SELECT id FROM transfer WHERE study=?1 AND kind=?2 AND node=?3 AND series=?4 AND paths=?5"
                                                       " AND commitment=?6 AND (state IN (0,2) OR (state=1 AND ?2=0)) ORDER BY id LIMIT 1"),
                                        {orEmpty(transfer.study.value), int(transfer.kind), transfer.node, orEmpty(transfer.series.value), paths,
                                         int(transfer.commitment)});
    if (!same)
        return std::unexpected(same.error());
    qint64 id = 0;
    if (*same) {
        id = (*same)->toLongLong();
        // A person who asks for a paused one wants it; a route waits until its study has been quiet for a while.
        const QString update = transfer.reason == Reason::Person
                                   ? QStringLiteral("UPDATE transfer SET priority=max(priority,?2), state=CASE state WHEN 2 THEN 0 ELSE state END,"
                                                    " next_due=min(next_due,?3), updated=?4 WHERE id=?1")
                                   : QStringLiteral("UPDATE transfer SET priority=max(priority,?2), next_due=CASE WHEN reason=2 AND attempts=0"
                                                    " THEN max(next_due,?3) ELSE next_due END, updated=?4 WHERE id=?1");
        if (auto done = m_database->execute(update, {id, int(transfer.priority), due, time}); !done)
            return std::unexpected(done.error());
    } else {
        if (auto done = m_database->execute(
                QStringLiteral("INSERT INTO transfer(kind, node, study, series, paths, priority, reason, commitment, way, title, created,"
                               " updated, next_due) VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?11,?12)"),
                {int(transfer.kind), transfer.node, orEmpty(transfer.study.value), orEmpty(transfer.series.value), paths, int(transfer.priority),
                 int(transfer.reason), int(transfer.commitment), orEmpty(transfer.way), orEmpty(transfer.title), time, due});
            !done)
            return std::unexpected(done.error());
        id = m_database->lastInsertId();
        // The list of what is over does not grow for ever.
        if (auto done = m_database->execute(QStringLiteral("DELETE FROM transfer WHERE state IN (3,5) AND id<=?"), {id - keptFinished}); !done)
            return std::unexpected(done.error());
    }
    if (auto counted = countTransferChange(*m_database); !counted)
        return std::unexpected(counted.error());
    if (auto done = transaction->commit(); !done)
        return std::unexpected(done.error());
    return id;
}

Result<std::vector<Transfer>> TransferQueue::list(Which which) const
{
    return rows(*m_database, which == Which::Open ? QStringLiteral("WHERE state IN (0,1,2) ORDER BY id") : QStringLiteral("ORDER BY id"));
}

Result<std::optional<Transfer>> TransferQueue::find(qint64 id) const
{
    auto found = rows(*m_database, QStringLiteral("WHERE id=?"), {id});
    if (!found)
        return std::unexpected(found.error());
    return found->empty() ? std::nullopt : std::optional(std::move(found->front()));
}

Result<std::vector<Transfer>> TransferQueue::unfinishedOf(const dicom::StudyUid& study) const
{
    // A send that was given up is unsent work; a retrieval that was given up lost nothing.
    return rows(*m_database, QStringLiteral("WHERE study=?1 AND (state IN (0,1,2) OR (kind=1 AND state=4)) ORDER BY id"), {orEmpty(study.value)});
}

Result<std::optional<Transfer>> TransferQueue::latestRetrievalOf(const dicom::StudyUid& study) const
{
    auto found = rows(*m_database, QStringLiteral("WHERE study=?1 AND kind=0 AND series='' ORDER BY id DESC LIMIT 1"), {orEmpty(study.value)});
    if (!found)
        return std::unexpected(found.error());
    return found->empty() ? std::nullopt : std::optional(std::move(found->front()));
}

Result<QHash<QString, TransferQueue::Count>> TransferQueue::countsOf(const QStringList& studyUids) const
{
    auto query = m_database->prepare(QStringLiteral("SELECT study, node, instances FROM transfer_count WHERE study IN (SELECT value FROM json_each(?))"));
    if (!query)
        return std::unexpected(query.error());
    query->bindAll({listJson(studyUids)});
    QHash<QString, Count> counts;
    while (true) {
        const auto row = query->step();
        if (!row)
            return std::unexpected(row.error());
        if (!*row)
            return counts;
        counts.insert(query->text(0), {query->text(1), query->integer(2)});
    }
}

/// Changes one transfer; where it is in no state for that, `why` says so with its number.
Result<void> TransferQueue::change(qint64 id, const QString& sql, const QVariantList& values, const char* why)
{
    const auto changed = changeTransfers(*m_database, sql, values);
    if (!changed)
        return std::unexpected(changed.error());
    if (*changed > 0)
        return {};
    const auto found = find(id);
    if (!found)
        return std::unexpected(found.error());
    return *found ? fail(Fault::Conflict, tr(why).arg(id)) : fail(Fault::NotFound, tr("there is no transfer %1").arg(id));
}

Result<void> TransferQueue::wish(qint64 id, Wish wish, State idleState)
{
    return change(id, QStringLiteral("UPDATE transfer SET wish=CASE state WHEN 1 THEN ?2 ELSE 0 END,"
                                     " state=CASE state WHEN 1 THEN 1 ELSE ?3 END, updated=?4 WHERE id=?1 AND state IN (0,1,2)"),
                  {id, int(wish), int(idleState), nowMs()}, over);
}

Result<void> TransferQueue::pause(qint64 id) { return wish(id, Wish::Pause, State::Paused); }
Result<void> TransferQueue::cancel(qint64 id) { return wish(id, Wish::Cancel, State::Cancelled); }

Result<void> TransferQueue::resume(qint64 id)
{
    return change(id, QStringLiteral("UPDATE transfer SET state=CASE state WHEN 2 THEN 0 ELSE state END, wish=0, next_due=?2, updated=?2"
                                     " WHERE id=?1 AND (state=2 OR (state=1 AND wish=1))"),
                  {id, nowMs()}, QT_TRANSLATE_NOOP("Transfer", "transfer %1 is not paused"));
}

Result<void> TransferQueue::retry(qint64 id)
{
    return change(id, QStringLiteral("UPDATE transfer SET state=0, attempts=0, starts=0, next_due=?2, updated=?2 WHERE id=?1 AND state IN (0,2,4,5)"),
                  {id, nowMs()}, QT_TRANSLATE_NOOP("Transfer", "transfer %1 is running or done"));
}

Result<void> TransferQueue::giveUp(qint64 id)
{
    const auto changed = changeTransfers(*m_database, QStringLiteral("UPDATE transfer SET state=4, updated=?2 WHERE id=?1 AND state=0"), {id, nowMs()});
    return changed ? Result<void>{} : std::unexpected(changed.error());
}

Result<void> TransferQueue::setPriority(qint64 id, Priority priority)
{
    return change(id, QStringLiteral("UPDATE transfer SET priority=?2, updated=?3 WHERE id=?1 AND state IN (0,1,2)"), {id, int(priority), nowMs()}, over);
}

Result<void> TransferQueue::clearFinished()
{
    const auto changed = changeTransfers(*m_database, QStringLiteral("DELETE FROM transfer WHERE state IN (3,5)"), {});
    return changed ? Result<void>{} : std::unexpected(changed.error());
}

Result<std::optional<Transfer>> TransferQueue::claim(const Claim& wanted, const QString& owner)
{
    auto transaction = Transaction::begin(*m_database);
    if (!transaction)
        return std::unexpected(transaction.error());
    if (auto freed = freeAbandoned(*m_database); !freed)
        return std::unexpected(freed.error());
    const qint64 time = nowMs();
    // A due time far ahead is of a clock that was set back since.
    auto waiting = wanted.id != 0 ? rows(*m_database, QStringLiteral("WHERE id=?1 AND state IN (0,2)"), {wanted.id})
                                  : rows(*m_database,
                                         QStringLiteral("WHERE state=0 AND priority>=?1 AND (next_due<=?2 OR next_due>?2+86400000)"
                                                        " ORDER BY priority DESC, id"),
                                         {int(wanted.atLeast), time});
    if (!waiting)
        return std::unexpected(waiting.error());
    const auto chosen = std::find_if(waiting->begin(), waiting->end(), [&](const Transfer& transfer) {
        const auto busy = wanted.busyNodes.find(transfer.what.node);
        if (wanted.only && *wanted.only != transfer.what.kind)
            return false;
        return busy == wanted.busyNodes.end() || transfer.what.priority > busy->second;
    });
    std::optional<Transfer> claimed;
    if (chosen != waiting->end()) {
        if (auto done = m_database->execute(QStringLiteral("UPDATE transfer SET state=1, wish=0, attempts=attempts+1, starts=starts+1, updated=?2, started=?2, bytes=0,"
                                                           " rate=0, lease_owner=?3, lease_until=?4 WHERE id=?1"),
                                            {chosen->id, time, owner, time + qint64(wanted.leaseSeconds) * 1000});
            !done)
            return std::unexpected(done.error());
        if (auto counted = countTransferChange(*m_database); !counted)
            return std::unexpected(counted.error());
        claimed = std::move(*chosen);
        claimed->state = State::Running;
        ++claimed->attempts;
        claimed->bytes = 0;
        claimed->bytesPerSecond = 0;
        claimed->started = claimed->updated = QDateTime::fromMSecsSinceEpoch(time, Qt::UTC);
    }
    if (auto done = transaction->commit(); !done)
        return std::unexpected(done.error());
    return claimed;
}

Result<TransferQueue::Wish> TransferQueue::report(const Transfer& transfer, const QString& owner, int leaseSeconds)
{
    const qint64 time = nowMs();
    const auto changed = changeTransfers(*m_database,
                                QStringLiteral("UPDATE transfer SET starts=CASE WHEN ?3>done THEN 1 ELSE starts END, done=?3, total=?4, bytes=?5, rate=?6,"
                                               " updated=?7, lease_until=?8, present=?9"
                                               " WHERE id=?1 AND lease_owner=?2 AND state=1"),
                                {transfer.id, owner, transfer.done, transfer.total, transfer.bytes, transfer.bytesPerSecond, time,
                                 time + qint64(leaseSeconds) * 1000, transfer.present});
    if (!changed)
        return std::unexpected(changed.error());
    if (*changed == 0)
        return Wish::Lost;
    const auto wish = m_database->value(QStringLiteral("SELECT wish FROM transfer WHERE id=?"), {transfer.id});
    if (!wish)
        return std::unexpected(wish.error());
    return *wish ? Wish((*wish)->toInt()) : Wish::Lost;
}

Result<void> TransferQueue::finish(const Transfer& transfer, const QString& owner)
{
    // Only while the claim is still ours: after a lease that ran out another process has the last word.
    const auto changed = changeTransfers(*m_database,
                                QStringLiteral("UPDATE transfer SET state=?3, done=?4, total=?5, bytes=?6, rate=?7, last_error=?8, failed=?9,"
                                               " attempts=?10, starts=0, next_due=?11, updated=?12, present=?13,"
                                               " title=CASE title WHEN '' THEN ?14 ELSE title END, wish=0, lease_owner='', lease_until=0"
                                               " WHERE id=?1 AND lease_owner=?2 AND state=1"),
                                {transfer.id, owner, int(transfer.state), transfer.done, transfer.total, transfer.bytes, transfer.bytesPerSecond,
                                 orEmpty(transfer.lastError), failuresJson(transfer.failed), transfer.attempts,
                                 transfer.nextDue.isValid() ? transfer.nextDue.toMSecsSinceEpoch() : nowMs(), nowMs(), transfer.present, orEmpty(transfer.what.title)});
    return changed ? Result<void>{} : std::unexpected(changed.error());
}

Result<std::optional<QDateTime>> TransferQueue::nextDue() const
{
    const auto due = m_database->value(QStringLiteral("SELECT next_due FROM transfer WHERE state=0 ORDER BY next_due LIMIT 1"));
    if (!due)
        return std::unexpected(due.error());
    if (!*due)
        return std::optional<QDateTime>();
    return QDateTime::fromMSecsSinceEpoch((*due)->toLongLong(), Qt::UTC);
}

qint64 TransferQueue::changeCounter() const
{
    return m_database->value(QStringLiteral("SELECT counter FROM transfer_change")).value_or(std::nullopt).value_or(QVariant()).toLongLong();
}

} // namespace diascope::transfer
