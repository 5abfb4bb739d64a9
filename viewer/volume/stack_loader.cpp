#include "viewer/volume/stack_loader.h"
#include "viewer/volume/volume_data.h"
#include <QFileInfo>
#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <map>
#include <thread>

namespace diascope::viewer
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("Volume", text); }
using Clock = std::chrono::steady_clock;
constexpr auto publishEvery = std::chrono::milliseconds(50);

/// Whether the file is the one whose header was read. Network drives number their files anew at times: where length and time
/// are the same, the SOP Instance UID decides.
bool isStillOf(const Instance& instance)
{
    const auto now = FileIdentity::of(instance.path);
    if (!now || now == instance.file)
        return now.has_value();
    if (now->bytes != instance.file->bytes || now->modifiedNs != instance.file->modifiedNs)
        return false;
    const auto again = readInstances(instance.path);
    return again && again->front().uid == instance.uid;
}

} // namespace

struct StackLoader::State
{
    std::shared_ptr<Volume::Data> data;
    Publish publish;

    mutable std::mutex mutex;
    std::condition_variable changed;
    std::vector<bool> isTaken;
    std::vector<bool> loaded;
    std::vector<std::optional<Error>> errors;
    int loadedCount = 0;
    int failedCount = 0;
    int wanted = 0;
    int taken = 0;
    bool isCancelled = false;
    bool isUnpublished = false;
    Clock::time_point lastPublished{};
    bool hasPublished = false;
    std::shared_ptr<const Volume> latest;
    std::vector<std::thread> threads;
    std::thread watch;
    std::map<int, Clock::time_point> begun; ///< frames being read
    std::chrono::milliseconds patience{};
    int running = 0;
    std::mutex publishing; ///< one snapshot at a time, in order

    int frames() const { return int(isTaken.size()); }

    /// The untaken frame nearest to the wanted one, phase by phase; -1 at the end. Call locked.
    int next()
    {
        if (isCancelled || taken == frames())
            return -1;
        for (int distance = 0; distance < frames(); ++distance)
            for (const int frame : {wanted + distance, wanted - distance})
                if (frame >= 0 && frame < frames() && !isTaken[size_t(frame)]) {
                    isTaken[size_t(frame)] = true;
                    begun[frame] = Clock::now();
                    ++taken;
                    return frame;
                }
        return -1;
    }

    /// Call locked.
    std::shared_ptr<const Volume> snapshotNow() const
    {
        auto snapshot = std::make_shared<Volume::Snapshot>();
        snapshot->data = data;
        snapshot->loaded = loaded;
        snapshot->errors = std::make_shared<const std::vector<std::optional<Error>>>(errors);
        snapshot->loadedCount = loadedCount;
        snapshot->failedCount = failedCount;
        return std::shared_ptr<const Volume>(new Volume(std::move(snapshot)));
    }

    void publishIfDue(bool isLast)
    {
        const std::lock_guard one(publishing);
        std::shared_ptr<const Volume> snapshot;
        {
            const std::lock_guard lock(mutex);
            const auto now = Clock::now();
            // Nothing is shown before the frame that somebody is waiting for.
            const bool isFirstThere = loaded[size_t(wanted)] || errors[size_t(wanted)];
            if (!isLast && !hasPublished && !isFirstThere)
                return;
            if (isCancelled || !isUnpublished || (!isLast && hasPublished && now - lastPublished < publishEvery))
                return;
            lastPublished = now;
            hasPublished = true;
            isUnpublished = false;
            snapshot = latest = snapshotNow();
        }
        if (publish)
            publish(snapshot);
    }

    Result<void> read(int frame)
    {
        const Instance& instance = data->stack.instances[size_t(frame)];
        // What the header said holds for the file it was read from: never bytes of another one under its name.
        const auto isChanged = [&] { return instance.file && QFileInfo::exists(instance.path) && !isStillOf(instance); };
        const auto changed = fail(Fault::Conflict, tr("the file was changed after the study was opened"));
        if (isChanged())
            return changed;
        const auto source = instance.layout ? PixelSource::open(instance.layout) : PixelSource::open(instance.path);
        if (!source)
            return std::unexpected(source.error());
        if (source->description().frameBytes() != data->frameBytes || source->description().sampleType() != data->type)
            return fail(Fault::Damaged, tr("the image has another size than the others"));
        const auto done = source->readFrame(instance.frame, data->frame(frame));
        return isChanged() ? changed : done;
    }

    /// Call locked. A frame's result; one that had been given up may come after all.
    void settle(int frame, const Result<void>& result)
    {
        if (errors[size_t(frame)]) {
            errors[size_t(frame)].reset();
            --failedCount;
        }
        if (result) {
            loaded[size_t(frame)] = true;
            ++loadedCount;
        } else {
            errors[size_t(frame)] = result.error();
            ++failedCount;
        }
        isUnpublished = true;
    }

    /// Gives up frames that take too long, until all are settled.
    void watchOver()
    {
        std::unique_lock lock(mutex);
        while (!isCancelled && running > 0 && loadedCount + failedCount < frames()) {
            changed.wait_for(lock, std::min<std::chrono::milliseconds>(patience / 4, 2 * publishEvery)); // what has come is soon shown
            const auto now = Clock::now();
            const Error late{Fault::TimedOut, tr("the file could not be read in time: the drive does not answer")};
            int stuck = 0;
            for (const auto& [frame, since] : begun) {
                if (now - since < patience)
                    continue;
                ++stuck;
                if (!errors[size_t(frame)])
                    settle(frame, std::unexpected(late));
            }
            for (int frame = 0; stuck > 0 && stuck == running && frame < frames(); ++frame)
                if (!isTaken[size_t(frame)]) {
                    isTaken[size_t(frame)] = true;
                    ++taken;
                    settle(frame, std::unexpected(late));
                }
            if (!isUnpublished)
                continue;
            const bool isLast = loadedCount + failedCount == frames();
            lock.unlock();
            publishIfDue(isLast);
            changed.notify_all();
            lock.lock();
        }
    }

    void work()
    {
        while (true) {
            int frame = -1;
            {
                const std::lock_guard lock(mutex);
                frame = next();
            }
            if (frame < 0)
                break;
            const auto done = read(frame);
            bool isLast = false;
            {
                const std::lock_guard lock(mutex);
                data->letGoUnlessNear(frame, wanted);
                begun.erase(frame);
                settle(frame, done);
                isLast = loadedCount + failedCount == frames();
            }
            publishIfDue(isLast);
        }
        {
            const std::lock_guard lock(mutex);
            --running;
        }
        changed.notify_all();
    }
};

StackLoader::StackLoader(Stack stack, Publish publish, int firstFrame, std::chrono::milliseconds patience) : m_state(std::make_shared<State>())
{
    const SampleType type = stack.instances.empty() ? SampleType::UInt8 : stack.instances.front().pixels.sampleType();
    Stack copy = stack;
    auto data = Volume::Data::create(std::move(stack), type);
    if (!data) {
        // A snapshot with nothing but the reason: an empty block, every frame failed.
        auto empty = std::make_shared<Volume::Data>();
        empty->stack = std::move(copy);
        empty->type = type;
        m_state->data = empty;
        const size_t frames = empty->stack.instances.size();
        m_state->loaded.assign(frames, false);
        m_state->errors.assign(frames, data.error());
        m_state->failedCount = int(frames);
        m_state->latest = m_state->snapshotNow();
        if (publish)
            publish(m_state->latest);
        return;
    }
    State& state = *m_state;
    state.data = *data;
    state.publish = std::move(publish);
    const size_t frames = state.data->stack.instances.size();
    state.isTaken.assign(frames, false);
    state.loaded.assign(frames, false);
    state.errors.assign(frames, std::nullopt);
    state.wanted = std::clamp(firstFrame, 0, int(frames) - 1);
    state.latest = state.snapshotNow();
    const int threads = int(std::min<size_t>(frames, std::max(2u, std::thread::hardware_concurrency())));
    state.running = threads;
    state.patience = patience;
    for (int i = 0; i < threads; ++i)
        state.threads.emplace_back([shared = m_state] { shared->work(); });
    state.watch = std::thread([shared = m_state] { shared->watchOver(); });
}

StackLoader::~StackLoader()
{
    constexpr auto patience = std::chrono::milliseconds(500);
    cancel();
    m_state->changed.notify_all();
    if (m_state->watch.joinable())
        m_state->watch.join();
    bool isDone = false;
    {
        const std::lock_guard noneIsBeingPublished(m_state->publishing); // nor will be: it is cancelled
    }
    {
        std::unique_lock lock(m_state->mutex);
        isDone = m_state->changed.wait_for(lock, patience, [this] { return m_state->running == 0; });
    }
    for (std::thread& thread : m_state->threads)
        isDone ? thread.join() : thread.detach(); // it keeps the state
}

void StackLoader::want(int frame)
{
    const std::lock_guard lock(m_state->mutex);
    m_state->wanted = std::clamp(frame, 0, std::max(0, m_state->frames() - 1));
    m_state->data->keepNear(m_state->wanted);
}

void StackLoader::cancel()
{
    const std::lock_guard lock(m_state->mutex);
    m_state->isCancelled = true;
}

void StackLoader::wait()
{
    {
        std::unique_lock lock(m_state->mutex);
        m_state->changed.wait(lock, [this] {
            const State& state = *m_state;
            return state.running == 0 || (state.loadedCount + state.failedCount == state.frames() && !state.isUnpublished);
        });
    }
    const std::lock_guard published(m_state->publishing);
}

std::shared_ptr<const Volume> StackLoader::latest() const
{
    const std::lock_guard lock(m_state->mutex);
    return m_state->latest;
}

Result<std::shared_ptr<const Volume>> StackLoader::load(Stack stack)
{
    if (stack.instances.empty())
        return fail(Fault::Invalid, tr("there are no images"));
    StackLoader loader(std::move(stack), {});
    loader.wait();
    auto volume = loader.latest();
    if (volume->loadedCount() == 0)
        return std::unexpected(volume->error(0).value_or(Error{Fault::Internal, tr("nothing was loaded")}));
    return volume;
}

} // namespace diascope::viewer
