#include "netclient/transfer/delivery_queue.h"
#include "netclient/base/log.h"
#include "netclient/base/process_owner.h"
#include "netclient/transfer/transfer_rows.h"
#include <algorithm>

namespace diascope::transfer
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("Transfer", text); }

constexpr qint64 firstDelayMs = 5'000;
constexpr qint64 longestDelayMs = 15 * 60'000;

// States 0 queued, 1 sent, 2 acknowledged, 3 held, 4 committed, 5 cancelled; open are all but 2 and 5.
const QString columns = QStringLiteral("id, subject, kind, target, control_id, payload, state, attempts, last_error, created, updated, next_due,"
                                       " CASE WHEN d.state IN (2,5) THEN 0 ELSE (SELECT count(*) FROM delivery AS later WHERE later.subject=d.subject AND"
                                       " later.target=d.target AND later.id>d.id AND later.state NOT IN (2,5)) END");

Delivery deliveryOf(const Statement& row)
{
    const auto time = [](qint64 milliseconds) { return QDateTime::fromMSecsSinceEpoch(milliseconds, Qt::UTC); };
    Delivery delivery;
    delivery.id = row.integer(0);
    delivery.subject = row.text(1);
    delivery.kind = row.text(2);
    delivery.target = row.text(3);
    delivery.controlId = row.text(4);
    delivery.payload = row.blob(5);
    delivery.state = static_cast<Delivery::State>(row.integer(6));
    delivery.attempts = int(row.integer(7));
    delivery.lastError = row.text(8);
    delivery.created = time(row.integer(9));
    delivery.updated = time(row.integer(10));
    delivery.nextDue = time(row.integer(11));
    delivery.behind = int(row.integer(12));
    return delivery;
}

/// A process that was killed holds nothing up: its claims are free at once, not when the lease has run out.
Result<void> freeClaimsOfTheDead(Database& database)
{
    auto query = database.prepare(QStringLiteral("SELECT DISTINCT lease_owner FROM delivery WHERE state=1 AND lease_owner<>''"));
    if (!query)
        return std::unexpected(query.error());
    QStringList dead;
    while (true) {
        const auto row = query->step();
        if (!row)
            return std::unexpected(row.error());
        if (!*row)
            break;
        if (const QString owner = query->text(0); isDeadOwner(owner))
            dead << owner;
    }
    for (const QString& owner : dead)
        if (auto done = database.execute(QStringLiteral("UPDATE delivery SET lease_owner='', lease_until=0 WHERE lease_owner=?1"), {owner}); !done)
            return done;
    return {};
}

qint64 delayAfter(int attempts) { return std::min(firstDelayMs << std::clamp(attempts - 1, 0, 12), longestDelayMs); }

} // namespace

QString name(Delivery::State state)
{
    switch (state) {
    case Delivery::State::Queued:
        return QStringLiteral("queued");
    case Delivery::State::Sent:
    case Delivery::State::Committed:
        return QStringLiteral("sent");
    case Delivery::State::Acknowledged:
        return QStringLiteral("acknowledged");
    case Delivery::State::Held:
        return QStringLiteral("held");
    case Delivery::State::Cancelled:
        return QStringLiteral("cancelled");
    }
    return {};
}

QString remark(const Delivery& delivery)
{
    QStringList parts{delivery.lastError};
    if (delivery.behind > 0)
        parts << tr("later versions of this report that wait behind it: %1").arg(delivery.behind);
    parts.removeAll(QString());
    return parts.join(QStringLiteral("; "));
}

Result<void> DeliveryQueue::prepare(Database& database)
{
    // The order is the row's number, never a clock: a clock set back reorders nothing (DEL-10).
    return database.migrate(QStringLiteral("transfer"), {QStringLiteral(R"(
CREATE TABLE delivery(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  subject TEXT NOT NULL, kind TEXT NOT NULL, target TEXT NOT NULL,
  control_id TEXT NOT NULL UNIQUE, payload BLOB NOT NULL,
  state INTEGER NOT NULL DEFAULT 0, attempts INTEGER NOT NULL DEFAULT 0, last_error TEXT NOT NULL DEFAULT '',
  created INTEGER NOT NULL, updated INTEGER NOT NULL, next_due INTEGER NOT NULL,
  lease_owner TEXT NOT NULL DEFAULT '', lease_until INTEGER NOT NULL DEFAULT 0);
CREATE INDEX delivery_open ON delivery(id) WHERE state<>2;
CREATE INDEX delivery_by_subject ON delivery(subject, target, id);
)"), QStringLiteral(R"(
DROP INDEX delivery_open;
CREATE INDEX delivery_open ON delivery(id) WHERE state NOT IN (2,5);
)")});
}

Result<qint64> DeliveryQueue::enqueue(Database& database, const NewDelivery& delivery)
{
    if (delivery.controlId.isEmpty() || delivery.target.isEmpty() || delivery.subject.isEmpty())
        return fail(Fault::Invalid, tr("a delivery needs a subject, a target and a control ID"));
    const qint64 time = nowMs();
    const QByteArray payload = delivery.payload.isNull() ? QByteArray("") : delivery.payload;
    auto done = database.execute(QStringLiteral("INSERT INTO delivery(subject, kind, target, control_id, payload, created, updated, next_due)"
                                                " VALUES(?1,ifnull(?2,''),?3,?4,?5,?6,?6,?6)"),
                                 {delivery.subject, delivery.kind, delivery.target, delivery.controlId, payload, time});
    if (!done)
        return done.error().fault == Fault::Conflict ? fail(Fault::Conflict, tr("a delivery with the control ID %1 is in the queue already").arg(delivery.controlId))
                                                     : std::unexpected(done.error());
    return database.lastInsertId();
}

Result<std::unique_ptr<DeliveryQueue>> DeliveryQueue::open(const Profile& profile)
{
    auto database = Database::open(profile.databasePath(), Durability::Full);
    if (!database)
        return std::unexpected(database.error());
    if (auto prepared = prepare(**database); !prepared)
        return std::unexpected(prepared.error());
    return std::unique_ptr<DeliveryQueue>(new DeliveryQueue(std::move(*database)));
}

Result<std::optional<Delivery>> DeliveryQueue::claim(const QStringList& passed, const QStringList& deadTargets, Force force, int leaseSeconds,
                                                     const QString& owner)
{
    auto transaction = Transaction::begin(*m_database);
    if (!transaction)
        return std::unexpected(transaction.error());
    if (auto freed = freeClaimsOfTheDead(*m_database); !freed)
        return std::unexpected(freed.error());
    const qint64 time = nowMs();
    // The first open one of each subject and target; a held one holds those behind it (DEL-04).
    auto candidates = rowsOf<Delivery>(*m_database,
                                       QStringLiteral("SELECT %1 FROM delivery AS d WHERE state IN (0,1) AND NOT EXISTS"
                                                      "(SELECT 1 FROM delivery AS e WHERE e.subject=d.subject AND e.target=d.target"
                                                      " AND e.id<d.id AND e.state NOT IN (2,5))"
                                                      " AND (lease_until<=?1 OR lease_until>?1+86400000) ORDER BY attempts>0, id").arg(columns),
                                       {time}, deliveryOf);
    if (!candidates)
        return std::unexpected(candidates.error());
    for (Delivery& delivery : *candidates) {
        const bool isDue = delivery.nextDue.toMSecsSinceEpoch() <= time || delivery.nextDue.toMSecsSinceEpoch() > time + 2 * longestDelayMs;
        if (passed.contains(QString::number(delivery.id)) || deadTargets.contains(delivery.target) || (force == Force::OnlyDue && !isDue))
            continue;
        if (auto done = m_database->execute(QStringLiteral("UPDATE delivery SET state=1, attempts=attempts+1, updated=?2, lease_owner=?3,"
                                                           " lease_until=?4 WHERE id=?1"),
                                            {delivery.id, time, owner, time + qint64(leaseSeconds) * 1000});
            !done)
            return std::unexpected(done.error());
        if (auto done = transaction->commit(); !done)
            return std::unexpected(done.error());
        ++delivery.attempts;
        delivery.state = Delivery::State::Sent;
        return delivery;
    }
    return std::nullopt;
}

Result<Delivery::State> DeliveryQueue::record(const Delivery& delivery, const Result<Acknowledgement>& answer, const QString& owner)
{
    auto state = Delivery::State::Queued;
    QString error;
    if (!answer) {
        error = message(answer.error());
    } else if (answer->controlId != delivery.controlId) {
        // An answer to some other message is none to this one (DEL-03).
        error = tr("the receiver answered another message than the one sent");
    } else if (answer->code == Acknowledgement::Accept) {
        state = Delivery::State::Acknowledged;
    } else if (answer->code == Acknowledgement::Commit) {
        state = Delivery::State::Committed;
        error = tr("the receiver has it and has not said yet that it processed it");
    } else {
        state = Delivery::State::Held;
        error = answer->code == Acknowledgement::Error ? tr("the receiver could not process it: %1").arg(answer->text)
                                                        : tr("the receiver rejected it: %1").arg(answer->text);
    }
    const qint64 time = nowMs();
    // Only while the claim is still ours: after a lease that ran out another process has the last word.
    const auto done = m_database->execute(QStringLiteral("UPDATE delivery SET state=?2, last_error=ifnull(?3,''), updated=?4, next_due=?5, lease_owner='',"
                                                         " lease_until=0 WHERE id=?1 AND lease_owner=?6 AND state=1"),
                                          {delivery.id, int(state), error, time, time + delayAfter(delivery.attempts), owner});
    if (!done)
        return std::unexpected(done.error());
    return state;
}

Result<DeliveryQueue::Outcome> DeliveryQueue::deliverDue(const Sender& sender, Task& task, Force force, int leaseSeconds)
{
    Outcome outcome;
    QStringList passed;
    QStringList deadTargets;
    QHash<QString, int> unanswered; // in a row, by target
    constexpr int mostUnanswered = 3;
    const QString owner = processOwnerName();
    while (!task.isCancelled()) {
        const auto delivery = claim(passed, deadTargets, force, leaseSeconds, owner);
        if (!delivery)
            return std::unexpected(delivery.error());
        if (!*delivery)
            break;
        passed << QString::number((*delivery)->id);
        const auto answer = sender(**delivery);
        const auto state = record(**delivery, answer, owner);
        if (!state)
            return std::unexpected(state.error());
        // One message without an answer says nothing about the next one.
        const auto fault = answer ? std::nullopt : std::optional(answer.error().fault);
        int& inARow = unanswered[(*delivery)->target];
        inARow = fault == Fault::TimedOut ? inARow + 1 : 0;
        if (fault == Fault::Unreachable || inARow >= mostUnanswered)
            deadTargets << (*delivery)->target;
        outcome.acknowledged += *state == Delivery::State::Acknowledged;
        outcome.held += *state == Delivery::State::Held;
        qCInfo(lcNet) << "delivery" << (*delivery)->id << "attempt" << (*delivery)->attempts << qPrintable(name(*state));
        task.report(passed.size(), 0);
    }
    const auto waiting = m_database->value(QStringLiteral("SELECT count(*) FROM delivery WHERE state IN (0,1,4)"));
    if (!waiting)
        return std::unexpected(waiting.error());
    outcome.waiting = (*waiting)->toInt();
    return outcome;
}

Result<bool> DeliveryQueue::settle(const Acknowledgement& acknowledgement)
{
    auto state = Delivery::State::Held;
    QString text = acknowledgement.code == Acknowledgement::Error ? tr("the receiver could not process it: %1").arg(acknowledgement.text)
                                                                  : tr("the receiver rejected it: %1").arg(acknowledgement.text);
    if (acknowledgement.code == Acknowledgement::Accept) {
        state = Delivery::State::Acknowledged;
        text.clear();
    } else if (acknowledgement.code == Acknowledgement::Commit) {
        state = Delivery::State::Committed;
        text = tr("the receiver has it and has not said yet that it processed it");
    }
    const auto done = m_database->execute(QStringLiteral("UPDATE delivery SET state=?2, last_error=ifnull(?3,''), updated=?4, lease_owner='',"
                                                         " lease_until=0 WHERE control_id=?1 AND attempts>0 AND state IN (0,1,4) AND state<>?2"),
                                          {acknowledgement.controlId, int(state), text, nowMs()});
    if (!done)
        return std::unexpected(done.error());
    return m_database->changes() > 0;
}

Result<int> DeliveryQueue::holdCommitted(std::chrono::seconds after)
{
    const qint64 time = nowMs();
    const auto done = m_database->execute(QStringLiteral("UPDATE delivery SET state=3, last_error=?1, updated=?2 WHERE state=4 AND updated<=?3"),
                                          {tr("the receiver took it and never said that it processed it"), time, time - std::chrono::milliseconds(after).count()});
    if (!done)
        return std::unexpected(done.error());
    return int(m_database->changes());
}

Result<std::vector<Delivery>> DeliveryQueue::list(const QString& subject) const
{
    return rowsOf<Delivery>(*m_database, QStringLiteral("SELECT %1 FROM delivery AS d WHERE ?1='' OR subject=?1 ORDER BY id").arg(columns),
                            {subject.isNull() ? QStringLiteral("") : subject}, deliveryOf);
}

Result<int> DeliveryQueue::pending() const
{
    const auto count = m_database->value(QStringLiteral("SELECT count(*) FROM delivery WHERE state NOT IN (2,5)"));
    if (!count)
        return std::unexpected(count.error());
    return (*count)->toInt();
}

Result<void> DeliveryQueue::release(qint64 id)
{
    const qint64 time = nowMs();
    if (auto done = m_database->execute(QStringLiteral("UPDATE delivery SET state=0, next_due=?2, updated=?2 WHERE id=?1 AND state=3"), {id, time});
        !done)
        return done;
    if (m_database->changes() == 0)
        return fail(Fault::NotFound, tr("there is no held delivery %1").arg(id));
    return {};
}

Result<void> DeliveryQueue::cancel(qint64 id, const QString& by, const QString& why)
{
    if (why.trimmed().isEmpty())
        return fail(Fault::Invalid, tr("a delivery is given up only with the reason"));
    const qint64 time = nowMs();
    if (auto done = m_database->execute(QStringLiteral("UPDATE delivery SET state=5, last_error=?3, updated=?2 WHERE id=?1 AND state IN (0,1,3,4) AND lease_until<=?2"),
                                        {id, time, tr("given up by %1: %2").arg(by, why.trimmed())});
        !done)
        return done;
    if (m_database->changes() == 0)
        return fail(Fault::NotFound, tr("there is no delivery %1 that could be given up now").arg(id));
    return {};
}

Result<std::optional<QDateTime>> DeliveryQueue::nextDue() const
{
    const auto due = m_database->value(QStringLiteral("SELECT next_due FROM delivery WHERE state IN (0,1) ORDER BY next_due LIMIT 1"));
    if (!due)
        return std::unexpected(due.error());
    if (!*due)
        return std::optional<QDateTime>();
    return QDateTime::fromMSecsSinceEpoch((*due)->toLongLong(), Qt::UTC);
}

} // namespace diascope::transfer
