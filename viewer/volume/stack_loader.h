#pragma once
#include "viewer/volume/volume.h"
#include <chrono>
#include <functional>

namespace diascope::viewer
{

/// Loads a stack's pixels on worker threads and publishes growing snapshots: the wanted frame first, then outwards from it.
/// A frame that fails does not stop the others; its reason is in Volume::error.
class StackLoader
{
public:
    /// Called on a worker thread, never two at a time: after the first frame, then at most 20 times a second, and once when
    /// all is done. Go to the UI thread from there by a queued call on an object the receiver owns.
    using Publish = std::function<void(std::shared_ptr<const Volume>)>;

    /// Starts at once. `firstFrame` is loaded and published before all others. A frame that takes longer than `patience`
    /// fails with TimedOut (a drive that does not answer) until it comes after all; when every thread waits for such a one,
    /// the frames not yet begun fail too.
    StackLoader(Stack stack, Publish publish, int firstFrame = 0, std::chrono::milliseconds patience = std::chrono::seconds(60));
    /// Cancels. Waits half a second at most for frames being read: a thread that a dead drive holds is left to itself. Nothing
    /// is published any more.
    ~StackLoader();
    StackLoader(const StackLoader&) = delete;
    StackLoader& operator=(const StackLoader&) = delete;

    void want(int frame); ///< from now on this frame and its neighbours come first
    void cancel();        ///< no further snapshot is published
    void wait();          ///< until all frames are loaded, failed, or cancelled
    std::shared_ptr<const Volume> latest() const; ///< a snapshot without any frame before the first is loaded

    /// All at once, on this thread's time: for the command line and tests. Errors: Damaged with the first frame's reason if
    /// no frame could be read; Invalid for an empty stack.
    static Result<std::shared_ptr<const Volume>> load(Stack stack);

private:
    struct State;
    std::shared_ptr<State> m_state;
};

} // namespace diascope::viewer
