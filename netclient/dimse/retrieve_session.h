#pragma once
#include "netclient/dimse/association.h"
#include "netclient/dimse/query.h"
#include "netclient/dimse/retrieve.h"
#include <QHash>
#include <mutex>

namespace diascope::dimse
{

/// What the peer says there is to retrieve.
struct Inventory
{
    bool isKnown = false;              ///< it has the study or series
    std::optional<qint64> count;       ///< NumberOfStudy/SeriesRelatedInstances
    QString patientId;                 ///< whose study it is
    QStringList sopClasses;            ///< SOPClassesInStudy, where it tells
    bool hasInstances = false;         ///< the list below was asked for; sopClasses is complete then
    QHash<QString, QStringList> instances; ///< by series UID
    struct Series
    {
        QString uid;
        qint64 count = 0; ///< 0: the peer does not say
    };
    std::vector<Series> series; ///< where they were asked for
    qint64 listed() const; ///< in the list
    /// The larger of what it counts and what it lists: an account that is cut short hides nothing.
    qint64 size() const { return std::max(count.value_or(0), listed()); }
    bool isWholeListed() const { return hasInstances && listed() > 0 && listed() >= count.value_or(0); }
};

/// find() that leaves the task's progress alone.
Result<qint64> findQuietly(const Node& node, Level level, const FindKeys& keys, const OnMatch& onMatch, const Local& local,
                           Task& task);

Result<Inventory> countInstances(const Node& node, const RetrieveRequest& request, const Local& local, Task& task);
/// Into an inventory that has none yet.
Result<void> listSeries(Inventory& inventory, const Node& node, const RetrieveRequest& request, const Local& local, Task& task);
/// Image level, series by series.
Result<void> listInstances(Inventory& inventory, const Node& node, const RetrieveRequest& request, const Local& local,
                           Task& task);

enum class Split { Whole, Series, Lists };
/// Identifiers of the C-GET or C-MOVE requests that fetch what is missing: one for a whole study or series; one for each of
/// inventory.series, the largest first; or one for each hundred instances of a series (PS3.4 C.4.2.1.4: UID lists), which needs
/// inventory.instances.
std::vector<dicom::Dataset> identifiers(const RetrieveRequest& request, const Inventory& inventory, Split split);

/// Judges every instance as it comes in and keeps the count. Thread-safe.
class Intake
{
public:
    enum class Calls { OneAtATime, AtOnce }; ///< of the sink
    Intake(const RetrieveRequest& request, const Sink& sink, Calls calls, Task& task, RetrieveResult& result)
        : m_request(request), m_sink(sink), m_calls(calls), m_task(task), m_result(result),
          m_total(result.expected - result.present)
    {
    }
    /// The peer speaks of so many.
    void expect(qint64 count);
    /// All it spoke of, without what it sent more than once.
    qint64 spokenOf() const;
    /// What ended one of the associations; the first that is told stays.
    void ended(const Error& error);
    /// An error: refused, and listed. `datasetOffset` 0: not known.
    Result<void> take(Received&& received, qint64 datasetOffset);
    void failed(const QString& instanceUid, const QString& reason);
    /// These have come by another way and are stored.
    void arrived(const QSet<QString>& instanceUids);
    QSet<QString> receivedUids() const;

private:
    const RetrieveRequest& m_request;
    const Sink& m_sink;
    const Calls m_calls;
    Task& m_task;
    RetrieveResult& m_result;
    const qint64 m_total;
    mutable std::mutex m_mutex;
    std::mutex m_sinkMutex;
    QSet<QString> m_received;
    QSet<QString> m_failed;
    qint64 m_spokenOf = 0, m_repeated = 0;
};

/// Compares what came with what the peer has: the missing are listed by name (NET-07).
void settle(RetrieveResult& result, Inventory& inventory, const RetrieveRequest& request, const Intake& intake, const Node& node,
            const Local& local, Task& task);

/// PS3.7 C.4: the status that tells the sender why.
quint16 storeStatus(const Error& error);

} // namespace diascope::dimse
