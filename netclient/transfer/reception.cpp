#include "netclient/transfer/reception.h"
#include "netclient/base/log.h"
#include "netclient/dicom/person_name.h"
#include "netclient/dicom/quick_header.h"
#include "netclient/dimse/commitment.h"
#include "netclient/transfer/transfer_queue.h"
#include <QElapsedTimer>
#include <array>
#include <mutex>

namespace diascope::transfer
{

namespace
{

namespace tag = dicom::tag;

constexpr int quietSeconds = 15;      // a study is sent on when nothing more of it has come for so long
constexpr qint64 rememberedMs = 5000; // and the disk is not asked again for every instance of it

/// Queues the sending on of what comes. Thread-safe.
class Router
{
public:
    Router(std::vector<RouteRule> rules, std::unique_ptr<TransferQueue> queue) : m_rules(std::move(rules)), m_queue(std::move(queue)) { m_clock.start(); }

    Result<void> arrived(const dicom::Received& received)
    {
        if (m_rules.empty())
            return {};
        static constexpr std::array wanted{tag::SpecificCharacterSet, tag::StudyInstanceUID, tag::Modality,         tag::BodyPartExamined,
                                           tag::StudyDescription,     tag::SeriesDescription, tag::PatientName};
        const std::span bytes(reinterpret_cast<const uchar*>(received.part10.constData()), size_t(received.part10.size()));
        const auto header = dicom::QuickHeader::read(bytes, wanted);
        const auto parsed = header ? Result<dicom::Dataset>(dicom::Dataset()) : dicom::Dataset::fromBytes(received.part10);
        if (!parsed)
            return std::unexpected(parsed.error());
        const auto text = [&](dicom::Tag tag) { return header ? header->text(tag) : parsed->text(tag); };
        const Arrival arrival{received.callingAe, text(tag::Modality), text(tag::BodyPartExamined), text(tag::StudyDescription), text(tag::SeriesDescription)};
        for (const RouteRule& rule : m_rules)
            if (fits(rule, arrival))
                if (auto queued = queue(rule, text(tag::StudyInstanceUID), dicom::PersonName::parse(text(tag::PatientName)).display()); !queued)
                    return queued;
        return {};
    }

private:
    Result<void> queue(const RouteRule& rule, const QString& study, const QString& patient)
    {
        const std::lock_guard lock(m_mutex);
        const std::pair key(study, rule.to);
        const auto known = m_queuedMs.constFind(key);
        if (known != m_queuedMs.constEnd() && m_clock.elapsed() - *known < rememberedMs)
            return {};
        NewTransfer transfer;
        transfer.kind = TransferKind::Send;
        transfer.node = rule.to;
        transfer.study = {study};
        transfer.priority = Priority::Background;
        transfer.reason = Reason::Route;
        transfer.commitment = rule.wantsCommitment ? Commitment::Wanted : Commitment::NotWanted;
        transfer.title = patient;
        transfer.startsInSeconds = quietSeconds;
        if (const auto added = m_queue->add(transfer); !added)
            return std::unexpected(added.error());
        if (m_queuedMs.size() > 10'000)
            m_queuedMs.clear();
        m_queuedMs.insert(key, m_clock.elapsed());
        return {};
    }

    const std::vector<RouteRule> m_rules;
    std::mutex m_mutex;
    std::unique_ptr<TransferQueue> m_queue;
    QHash<std::pair<QString, QString>, qint64> m_queuedMs;
    QElapsedTimer m_clock;
};

} // namespace

Result<std::unique_ptr<dimse::Listener>> listenInto(archive::Archive& archive, const Profile& profile, const dimse::ListenerOptions& options,
                                                    std::function<void()> onArrived)
{
    auto rules = parseRoutes(Settings(profile).get(routeRules));
    if (!rules)
        return std::unexpected(rules.error());
    auto queue = TransferQueue::open(profile);
    if (!queue)
        return std::unexpected(queue.error());
    auto router = std::make_shared<Router>(std::move(*rules), std::move(*queue));
    dimse::ListenerOptions complete = options;
    complete.onCommitment = [profile](const dimse::CommitmentReport& report) {
        auto answers = TransferQueue::open(profile); // of this thread
        const auto settled = answers ? (*answers)->settle(report.transactionUid, report.committed, report.failed) : std::unexpected(answers.error());
        if (!settled)
            qCWarning(lcNet) << "a storage commitment could not be taken:" << int(settled.error().fault);
    };
    return dimse::Listener::start(complete, [&archive, router, onArrived = std::move(onArrived)](dicom::Received&& received) -> Result<void> {
        const auto stored = archive.storeReceived(received.part10, received.callingAe);
        if (!stored)
            return std::unexpected(stored.error());
        if (auto routed = router->arrived(received); !routed) {
            qCWarning(lcNet) << "what came could not be sent on:" << int(routed.error().fault);
            return routed; // the sender tries again, and then it is
        }
        if (onArrived)
            onArrived();
        return {};
    });
}

} // namespace diascope::transfer
