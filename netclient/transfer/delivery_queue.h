#pragma once
#include "netclient/base/database.h"
#include "netclient/base/settings.h"
#include "netclient/base/task.h"
#include <QDateTime>
#include <chrono>
#include <functional>

namespace diascope::transfer
{

/// What a receiver said to a delivery.
struct Acknowledgement
{
    enum Code { Accept, Error, Reject, Commit };
    Code code = Accept;    ///< HL7: AA, AE, AR; CA: safely stored, the last word comes later
    QString controlId;     ///< MSA-2: of the message it answers
    QString text;          ///< the receiver's words
};

struct NewDelivery
{
    QString subject;   ///< what is delivered: a report's ID. Deliveries of one subject to one target keep their order
    QString kind;      ///< "hl7", "fhir", "dicom-sr"
    QString target;    ///< a configured receiver's name
    QString controlId; ///< MSH-10: the same for every attempt
    QByteArray payload;
};

struct Delivery
{
    enum class State {
        Queued,       ///< not sent, or sent without an answer
        Sent,         ///< on its way now
        Acknowledged, ///< done
        Held,         ///< the receiver said no, or never the last word: a person has to look
        Committed,    ///< accepted for safe storage (CA): not sent again, the last word is still to come
        Cancelled,    ///< given up by a person, who said why
    };
    qint64 id = 0;
    QString subject;
    QString kind;
    QString target;
    QString controlId;
    QByteArray payload;
    State state = State::Queued;
    int attempts = 0;
    QString lastError; ///< translated, empty after success
    QDateTime created; ///< UTC
    QDateTime updated; ///< UTC
    QDateTime nextDue; ///< UTC; when the next attempt is due
    int behind = 0;    ///< later ones of its subject and target that wait for it
    bool isOpen() const { return state != State::Acknowledged && state != State::Cancelled; }
};

/// Why it is not done and what waits behind it, one line for a person; empty where there is nothing to say.
QString remark(const Delivery& delivery);
/// "queued", "sent" (also what is committed), "acknowledged", "held", "cancelled"
QString name(Delivery::State state);

/// Sends once and waits for the answer. Errors (Unreachable, TimedOut, …): there was none, so the delivery stays queued.
using Sender = std::function<Result<Acknowledgement>(const Delivery&)>;

/// Deliveries that survive everything until they are acknowledged.
class DeliveryQueue
{
public:
    /// Brings the table into a database; call once before enqueue() on it.
    static Result<void> prepare(Database& database);
    /// Adds inside the caller's transaction, so that signing and queueing are one step. Conflict: the control ID is taken.
    static Result<qint64> enqueue(Database& database, const NewDelivery& delivery);

    static Result<std::unique_ptr<DeliveryQueue>> open(const Profile& profile);

    enum class Force { OnlyDue, EvenEarly };
    struct Outcome
    {
        int acknowledged = 0;
        int held = 0;
        int waiting = 0; ///< still queued, sent or committed
    };
    /// Tries what is due: what was never tried first, then the oldest. A delivery waits while an earlier one of its subject and target
    /// is open. A target that cannot be reached, or leaves three in a row unanswered, is left alone for the rest of the call. Two
    /// processes never send one delivery at the same time: each claims it for `leaseSeconds` (longer than the sender's own timeout).
    Result<Outcome> deliverDue(const Sender& sender, Task& task, Force force = Force::OnlyDue, int leaseSeconds = 120);
    /// What was committed so long ago without a last word is held: a person asks the receiver.
    Result<int> holdCommitted(std::chrono::seconds after);

    /// An answer that came later, apart from its request. True: it belonged to a waiting delivery.
    Result<bool> settle(const Acknowledgement& acknowledgement);

    /// Newest last. `subject` empty: all.
    Result<std::vector<Delivery>> list(const QString& subject = {}) const;
    Result<int> pending() const; ///< the open ones
    /// A held one is queued again, by a person's decision, with the same control ID. NotFound.
    Result<void> release(qint64 id);
    /// An open one is given up by a person: it is never sent again, and what waited behind it goes. Invalid: nobody says why.
    /// NotFound: none that is open, or it is on its way at this moment.
    Result<void> cancel(qint64 id, const QString& by, const QString& why);
    /// When the next attempt is due; nothing if none waits.
    Result<std::optional<QDateTime>> nextDue() const;

private:
    explicit DeliveryQueue(std::unique_ptr<Database> database) : m_database(std::move(database)) {}
    Result<std::optional<Delivery>> claim(const QStringList& passed, const QStringList& deadTargets, Force force, int leaseSeconds,
                                          const QString& owner);
    Result<Delivery::State> record(const Delivery& delivery, const Result<Acknowledgement>& answer, const QString& owner);
    std::unique_ptr<Database> m_database;
};

} // namespace diascope::transfer
