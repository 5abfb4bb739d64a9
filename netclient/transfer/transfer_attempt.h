#pragma once
#include "netclient/base/process_owner.h"
#include "netclient/transfer/study_transfer.h"
#include "netclient/transfer/transfer_runner.h"
#include <QElapsedTimer>
#include <condition_variable>
#include <mutex>

namespace diascope::transfer
{

struct TransferRunner::Private
{
    Private(TransferRunner& runner, archive::Archive& ofArchive, const Profile& ofProfile, Options with)
        : owner(runner), archive(ofArchive), profile(ofProfile), options(std::move(with))
    {
    }

    TransferRunner& owner;
    archive::Archive& archive;
    Profile profile;
    Options options;
    const QString claimant = processOwnerName();
    std::mutex claiming; ///< from the look at what runs until what was claimed runs too; taken before `mutex`
    std::mutex mutex;
    std::condition_variable hasWork;
    std::atomic<bool> isStopping = false;
    quint64 wakes = 0;
    std::map<qint64, Attempt*> running; // by transfer
    std::vector<std::thread> threads;

    void work(Priority atLeast);
    std::optional<Transfer> next(TransferQueue& queue, Priority atLeast);
    void makeWay(const Transfer& claimed);
};

/// One attempt of one transfer, with a thread that writes its progress down and looks what a person wants of it.
class TransferRunner::Attempt
{
public:
    Attempt(Private& runner, const Transfer& transfer, Task* watched)
        : m_runner(runner), m_claimed(transfer), m_transfer(transfer), m_watched(watched), m_task([this](qint64 done, qint64 total, const QString&) { progressed(done, total); })
    {
        const std::lock_guard lock(m_runner.mutex);
        m_runner.running.emplace(transfer.id, this);
    }
    ~Attempt()
    {
        const std::lock_guard lock(m_runner.mutex);
        m_runner.running.erase(m_claimed.id);
    }

    Transfer run();
    /// Something that somebody waits for needs the line: go on later.
    void yield()
    {
        m_isYielding = true;
        m_task.cancel();
    }
    Priority priority() const { return m_claimed.what.priority; }
    QString node() const { return m_claimed.what.node; }

private:
    void progressed(qint64 done, qint64 total);
    void monitor();
    void execute(TransferQueue& queue);
    void retrieve(TransferQueue& queue, const dimse::Node& node);
    void send(TransferQueue& queue, const dimse::Node& node);
    void settleSent(TransferQueue& queue, const dimse::Node& node, const std::vector<OutgoingFile>& files);
    Result<void> askForCommitment(TransferQueue& queue, const dimse::Node& node, const std::vector<OutgoingFile>& files);
    void failed(const Error& error);
    void ended(const std::optional<Error>& error, const std::vector<dicom::InstanceFailure>& failures, qint64 moved);
    Result<dimse::Node> connectable() const;
    dimse::Local local() const;
    Transfer current() const;

    Private& m_runner;
    const Transfer m_claimed; ///< as it was taken: other threads look at it
    Transfer m_transfer;      ///< what comes of it: of the thread that runs it alone
    Task* m_watched;
    Task m_task;
    std::atomic<qint64> m_done = 0, m_total = 0, m_bytes = 0;
    std::atomic<qint64> m_before = 0; ///< here (there) before this attempt
    std::atomic<bool> m_isYielding = false, m_isOver = false, m_isTotalKnown = false;
    std::atomic<TransferQueue::Wish> m_wish = TransferQueue::Wish::GoOn;
    QElapsedTimer m_clock;
    std::mutex m_mutex;
    std::condition_variable m_overChanged;
};

} // namespace diascope::transfer
