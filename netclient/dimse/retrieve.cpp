#include "netclient/dimse/retrieve.h"
#include "netclient/dicom/uid.h"
#include "netclient/dimse/query.h"
#include "netclient/dimse/retrieve_session.h"
#include <condition_variable>
#include <deque>
#include <thread>
#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>
#include <dcmtk/dcmnet/dimse.h>

namespace diascope::dimse
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("Dimse", text); }

constexpr dicom::Tag failedInstances{0x0008, 0x0058};

const QStringList uncompressed{QString::fromUtf16(dicom::explicitLittleEndian), QString::fromUtf16(dicom::implicitLittleEndian)};
/// What we can show beside plain little endian, so that a peer sends what it has as it has it.
const char* const compressed[] = {
    UID_JPEG2000LosslessOnlyTransferSyntax, UID_JPEG2000TransferSyntax,      UID_JPEGLSLosslessTransferSyntax,
    UID_JPEGLSLossyTransferSyntax,          UID_JPEGProcess14SV1TransferSyntax, UID_JPEGProcess14TransferSyntax,
    UID_JPEGProcess1TransferSyntax,         UID_JPEGProcess2_4TransferSyntax, UID_RLELosslessTransferSyntax,
    UID_MPEG4HighProfileLevel4_1TransferSyntax, "1.2.840.10008.1.2.4.201", "1.2.840.10008.1.2.4.202", "1.2.840.10008.1.2.4.203",
    UID_DeflatedExplicitVRLittleEndianTransferSyntax, UID_BigEndianExplicitTransferSyntax};

/// One context for the request, the storage classes in the study with every syntax apart, then all others uncompressed.
std::vector<Context> getContexts(const QStringList& sopClasses)
{
    std::vector<Context> contexts{{QLatin1String(UID_GETStudyRootQueryRetrieveInformationModel), uncompressed}};
    QSet<QString> seen;
    for (const QString& sopClass : sopClasses) {
        if (seen.contains(sopClass) || sopClass.isEmpty() ||
            contexts.size() + std::size(compressed) + 1 > size_t(maximumContexts))
            continue;
        seen.insert(sopClass);
        for (const char* syntax : compressed)
            contexts.push_back({sopClass, {QLatin1String(syntax)}, Role::Scp});
        contexts.push_back({sopClass, uncompressed, Role::Scp});
    }
    for (int i = 0; i < numberOfDcmLongSCUStorageSOPClassUIDs && contexts.size() < size_t(maximumContexts); ++i) {
        const QString sopClass = QLatin1String(dcmLongSCUStorageSOPClassUIDs[i]);
        if (!seen.contains(sopClass))
            contexts.push_back({sopClass, uncompressed, Role::Scp});
    }
    return contexts;
}

/// What a C-GET-RSP and a C-MOVE-RSP have in common.
struct Progress
{
    quint16 status = 0;
    bool hasDataset = false;
    qint64 remaining = 0, completed = 0, failedCount = 0, warning = 0;
    bool isPending() const { return status == 0xff00 || status == 0xff01; }
};

template <typename Response>
Progress progressOf(const Response& response)
{
    return {response.DimseStatus, response.DataSetType != DIMSE_DATASET_NULL, response.NumberOfRemainingSubOperations,
            response.NumberOfCompletedSubOperations, response.NumberOfFailedSubOperations, response.NumberOfWarningSubOperations};
}

/// The last response: what failed by the peer's account.
Result<void> conclude(const Progress& last, const QStringList& failedUids, Intake& intake)
{
    for (const QString& uid : failedUids)
        if (!uid.isEmpty())
            intake.failed(uid, tr("the peer could not send it"));
    if (failedUids.isEmpty() && last.failedCount > 0)
        intake.failed({}, tr("the peer could not send %1 instances").arg(last.failedCount));
    intake.expect(last.completed + last.failedCount + last.warning + last.remaining);
    const bool isFailure = last.status != 0 && last.status != 0xb000;
    if (isFailure)
        return fail(last.status == 0xfe00 ? Fault::Cancelled : Fault::Refused, statusText(last.status));
    return {};
}

Result<void> answerStore(Association& association, quint8 context, T_DIMSE_C_StoreRQ& request, quint16 status)
{
    T_DIMSE_C_StoreRSP response = {};
    response.DimseStatus = status;
    const OFCondition sent = DIMSE_sendStoreResponse(association.dcmtk(), context, &request, &response, nullptr);
    if (sent.bad())
        return std::unexpected(association.errorOf(sent));
    return {};
}

Result<void> takeStore(Association& association, quint8 context, T_DIMSE_C_StoreRQ& request, Intake& intake)
{
    Received received;
    received.sopClassUid = QString::fromLatin1(request.AffectedSOPClassUID);
    received.sopInstanceUid = QString::fromLatin1(request.AffectedSOPInstanceUID);
    received.transferSyntaxUid = association.transferSyntaxOf(context);
    auto bytes =
        receiveStoreDataset(association.dcmtk(), request, context, received.transferSyntaxUid, association.dimseSeconds(),
                            [&](const OFCondition& condition) { return association.errorOf(condition); });
    if (!bytes)
        return std::unexpected(bytes.error());
    if (bytes->isTooLarge) {
        intake.failed(received.sopInstanceUid, tr("it is larger than 2 GiB"));
        return answerStore(association, context, request, STATUS_STORE_Refused_OutOfResources);
    }
    received.part10 = std::move(bytes->part10);
    const auto taken = intake.take(std::move(received), bytes->datasetOffset);
    return answerStore(association, context, request, taken ? STATUS_STORE_Success : storeStatus(taken.error()));
}

/// One C-GET to its last response. An error: the association is over.
Result<void> getOne(Association& association, const dicom::Dataset& identifier, Intake& intake)
{
    T_DIMSE_Message request = {};
    request.CommandField = DIMSE_C_GET_RQ;
    request.msg.CGetRQ.MessageID = association.nextMessageId();
    qstrncpy(request.msg.CGetRQ.AffectedSOPClassUID, UID_GETStudyRootQueryRetrieveInformationModel,
             sizeof request.msg.CGetRQ.AffectedSOPClassUID);
    request.msg.CGetRQ.DataSetType = DIMSE_DATASET_PRESENT;
    const quint8 context = association.contextFor(QLatin1String(UID_GETStudyRootQueryRetrieveInformationModel));
    if (context == 0)
        return fail(Fault::Refused, tr("the peer does not offer C-GET; C-MOVE may work") + u' ' + notOffered());
    if (auto sent = association.send(context, request, &identifier); !sent)
        return sent;
    while (true) {
        T_DIMSE_Message incoming = {};
        quint8 on = 0;
        if (auto received = association.receive(incoming, on); !received)
            return received;
        if (incoming.CommandField == DIMSE_C_STORE_RQ) {
            if (auto taken = takeStore(association, on, incoming.msg.CStoreRQ, intake); !taken)
                return taken;
            continue;
        }
        if (incoming.CommandField != DIMSE_C_GET_RSP)
            return fail(Fault::Damaged, tr("the peer broke the protocol: an answer to something else came"));
        const Progress progress = progressOf(incoming.msg.CGetRSP);
        QStringList failedUids;
        if (progress.hasDataset) {
            const auto dataset = association.receiveDataset(on);
            if (!dataset)
                return std::unexpected(dataset.error());
            failedUids = dataset->texts(failedInstances);
        }
        if (!progress.isPending())
            return conclude(progress, failedUids, intake);
        intake.expect(progress.remaining + progress.completed + progress.failedCount + progress.warning);
    }
}

Result<void> moveOne(Association& association, const dicom::Dataset& identifier, const QString& destination, Intake& intake)
{
    T_DIMSE_Message request = {};
    request.CommandField = DIMSE_C_MOVE_RQ;
    request.msg.CMoveRQ.MessageID = association.nextMessageId();
    qstrncpy(request.msg.CMoveRQ.AffectedSOPClassUID, UID_MOVEStudyRootQueryRetrieveInformationModel,
             sizeof request.msg.CMoveRQ.AffectedSOPClassUID);
    qstrncpy(request.msg.CMoveRQ.MoveDestination, destination.toLatin1().constData(), sizeof request.msg.CMoveRQ.MoveDestination);
    request.msg.CMoveRQ.DataSetType = DIMSE_DATASET_PRESENT;
    const quint8 context = association.contextFor(QLatin1String(UID_MOVEStudyRootQueryRetrieveInformationModel));
    if (auto sent = association.send(context, request, &identifier); !sent)
        return sent;
    while (true) {
        T_DIMSE_Message incoming = {};
        quint8 on = 0;
        if (auto received = association.receive(incoming, on); !received)
            return received;
        if (incoming.CommandField != DIMSE_C_MOVE_RSP)
            return fail(Fault::Damaged, tr("the peer broke the protocol: an answer to something else came"));
        const Progress progress = progressOf(incoming.msg.CMoveRSP);
        QStringList failedUids;
        if (progress.hasDataset) {
            const auto dataset = association.receiveDataset(on);
            if (!dataset)
                return std::unexpected(dataset.error());
            failedUids = dataset->texts(failedInstances);
        }
        if (!progress.isPending())
            return conclude(progress, failedUids, intake);
    }
}

/// What is asked for and what is known before anything is sent.
struct Plan
{
    Inventory inventory;
    std::vector<dicom::Dataset> requests;
    bool isUnknown = false; ///< the peer was asked and has no such study or series
};

/// From so many instances on more than one association pays.
constexpr qint64 worthSplitting = 200;

/// Whole series are shared between associations: a peer reads one in order and names nothing twice, while lists of instances cost
/// it a search for each (1,000 CT of one series from Orthanc: 3.0 s as lists over two associations, 1.9 s whole over one).
Split splitOf(Inventory& inventory, const Node& node, const RetrieveRequest& request, const Local& local, Task& task)
{
    if (!request.series.isEmpty() || node.associations < 2 || inventory.count.value_or(0) < worthSplitting)
        return Split::Whole;
    if (inventory.series.empty() && !listSeries(inventory, node, request, local, task))
        return Split::Whole;
    qint64 total = 0;
    for (const Inventory::Series& series : inventory.series) {
        if (!dicom::isValidUid(series.uid))
            return Split::Whole;
        total += inventory.hasInstances ? inventory.instances.value(series.uid).size() : series.count;
    }
    // Where the series do not make up the study, only the study brings all of it.
    return inventory.series.size() > 1 && total >= inventory.count ? Split::Series : Split::Whole;
}

enum class By { Get, Move };

Result<Plan> makePlan(const Node& node, const RetrieveRequest& request, By by, RetrieveResult& result, const Local& local,
                      Task& task)
{
    Plan plan;
    if (request.study.isEmpty())
        return fail(Fault::Invalid, tr("there is no Study Instance UID to ask for"));
    auto counted = countInstances(node, request, local, task);
    if (counted)
        plan.inventory = std::move(*counted);
    else if (counted.error().fault != Fault::Refused || isTransient(counted.error()))
        return std::unexpected(counted.error()); // a peer without C-FIND may still have C-GET
    if (task.isCancelled())
        return fail(Fault::Cancelled, tr("stopped"));
    // What is not told has to be asked for: without the classes a peer would send everything decompressed.
    const bool isInTheDark = by == By::Get && plan.inventory.sopClasses.isEmpty();
    if (counted && (isInTheDark || !request.present.isEmpty()))
        if (const auto listed = listInstances(plan.inventory, node, request, local, task);
            !listed && (listed.error().fault != Fault::Refused || isTransient(listed.error())))
            return std::unexpected(listed.error());
    Split split = Split::Whole;
    if (!request.present.isEmpty() && plan.inventory.isWholeListed()) {
        split = Split::Lists;
        for (const QStringList& series : plan.inventory.instances)
            result.present += std::count_if(series.begin(), series.end(),
                                            [&](const QString& uid) { return request.present.contains(uid); });
    } else {
        // A peer that names nothing, or not all, is asked for all once more: what is here already does not count again.
        result.present = request.present.size();
        if (by == By::Get && request.present.isEmpty())
            split = splitOf(plan.inventory, node, request, local, task);
    }
    result.expected = plan.inventory.size();
    plan.requests = identifiers(request, plan.inventory, split);
    plan.isUnknown = counted && !plan.inventory.isKnown && plan.inventory.size() == 0;
    return plan;
}

/// What is still to be asked for, shared by the associations that ask.
class Work
{
public:
    explicit Work(size_t count)
    {
        for (size_t i = 0; i < count; ++i)
            m_waiting.push_back({i, 0});
    }
    struct Piece
    {
        size_t request = 0;
        int failures = 0;
    };
    /// The next; nothing: all is done. Waits while what another works on may still come back.
    std::optional<Piece> take()
    {
        std::unique_lock lock(m_mutex);
        m_changed.wait(lock, [this] { return !m_waiting.empty() || m_busy == 0; });
        if (m_waiting.empty())
            return std::nullopt;
        ++m_busy;
        const Piece piece = m_waiting.front();
        m_waiting.pop_front();
        return piece;
    }
    void done() { settle(std::nullopt); }
    /// Others try it; false: it has failed often enough.
    bool giveBack(Piece piece)
    {
        const bool isToTry = ++piece.failures < 2;
        settle(isToTry ? std::optional(piece) : std::nullopt);
        return isToTry;
    }
    /// Nobody was left to try.
    bool hasRest() const
    {
        const std::lock_guard lock(m_mutex);
        return !m_waiting.empty();
    }

private:
    void settle(std::optional<Piece> back)
    {
        {
            const std::lock_guard lock(m_mutex);
            --m_busy;
            if (back)
                m_waiting.push_front(*back);
        }
        m_changed.notify_all();
    }
    mutable std::mutex m_mutex;
    std::condition_variable m_changed;
    std::deque<Piece> m_waiting;
    int m_busy = 0;
};

/// The requests of a plan, taken one by one by as many associations as the peer bears; what fails on one is tried on the others.
/// An error: not even one came about.
Result<void> getAll(const Node& node, const Plan& plan, Intake& intake, const Local& local, Task& task)
{
    const auto contexts = getContexts(plan.inventory.sopClasses);
    auto first = Association::open(node, local, contexts, task);
    if (!first)
        return std::unexpected(first.error());
    Work work(plan.requests.size());
    std::mutex mutex;
    std::optional<Error> lastError;
    const auto run = [&](Association& association) {
        while (const auto piece = work.take()) {
            const auto got = getOne(association, plan.requests[piece->request], intake);
            if (got) {
                work.done();
                continue;
            }
            {
                const std::lock_guard lock(mutex);
                lastError = got.error();
            }
            if (!work.giveBack(*piece))
                intake.ended(got.error());
            return;
        }
        association.release();
    };
    std::vector<std::thread> others;
    const size_t count = std::min(size_t(std::clamp(node.associations, 1, mostAssociations)), plan.requests.size());
    for (size_t i = 1; i < count; ++i)
        others.emplace_back([&] {
            // A peer that gives no more than it gave is no error: the others do the work.
            if (auto association = Association::open(node, local, contexts, task, Association::Patience::None))
                run(**association);
        });
    run(**first);
    for (std::thread& other : others)
        other.join();
    if (work.hasRest()) // an error left it
        intake.ended(*lastError);
    return {};
}

/// A peer that has no such study says many things when it is asked for it.
void sayIfUnknown(RetrieveResult& result, const Plan& plan, const RetrieveRequest& request, const Node& node)
{
    const bool isRefused = result.ended && result.ended->fault == Fault::Refused && !isTransient(*result.ended) &&
                           !isNotOffered(*result.ended);
    if (!plan.isUnknown || result.received > 0 || (result.ended && !isRefused))
        return;
    result.ended = Error{Fault::NotFound, request.series.isEmpty() ? tr("%1 has no such study").arg(peerName(node))
                                                                   : tr("%1 has no such series").arg(peerName(node))};
}

/// With the patient the peer says it is of.
RetrieveRequest withPatient(const RetrieveRequest& request, const Inventory& inventory)
{
    RetrieveRequest full = request;
    if (full.patientId.isEmpty())
        full.patientId = inventory.patientId;
    return full;
}

} // namespace

Result<RetrieveResult> get(const Node& node, const RetrieveRequest& request, const Sink& sink, const Local& local, Task& task)
{
    RetrieveResult result;
    auto plan = makePlan(node, request, By::Get, result, local, task);
    if (!plan)
        return std::unexpected(plan.error());
    const RetrieveRequest full = withPatient(request, plan->inventory);
    Intake intake(full, sink, Intake::Calls::OneAtATime, task, result);
    task.report(0, std::max<qint64>(result.expected - result.present, 0)); // it may count fewer than are here
    if (!plan->requests.empty())
        if (auto opened = getAll(node, *plan, intake, local, task); !opened)
            return std::unexpected(opened.error());
    settle(result, plan->inventory, request, intake, node, local, task);
    sayIfUnknown(result, *plan, request, node);
    return result;
}

Result<RetrieveResult> move(const Node& node, const RetrieveRequest& request, const MoveDestination& destination,
                            const Sink& sink, const Local& local, Task& task)
{
    RetrieveResult result;
    auto plan = makePlan(node, request, By::Move, result, local, task);
    if (!plan)
        return std::unexpected(plan.error());
    const RetrieveRequest full = withPatient(request, plan->inventory);
    Intake intake(full, sink, Intake::Calls::AtOnce, task, result);
    ListenerOptions options;
    options.aeTitle = destination.aeTitle;
    options.port = destination.port;
    options.interface = destination.interface;
    options.tls = destination.tls;
    auto listener = Listener::start(options, [&](Received&& received) { return intake.take(std::move(received), 0); });
    const bool isElsewhere = !listener && listener.error().fault == Fault::Conflict && destination.arrivedElsewhere;
    if (!listener && !isElsewhere)
        return std::unexpected(listener.error());
    task.report(0, std::max<qint64>(result.expected - result.present, 0)); // it may count fewer than are here
    if (!plan->requests.empty()) {
        const QString model = QLatin1String(UID_MOVEStudyRootQueryRetrieveInformationModel);
        auto association = Association::open(node, local, {{model, uncompressed}}, task);
        if (!association)
            return std::unexpected(association.error());
        for (const dicom::Dataset& identifier : plan->requests)
            if (auto moved = moveOne(**association, identifier, destination.aeTitle, intake); !moved) {
                result.ended = moved.error();
                break;
            }
        if (!result.ended)
            (*association)->release();
    }
    if (isElsewhere)
        intake.arrived(destination.arrivedElsewhere());
    else
        (*listener)->stop();
    settle(result, plan->inventory, request, intake, node, local, task);
    sayIfUnknown(result, *plan, request, node);
    return result;
}

} // namespace diascope::dimse
