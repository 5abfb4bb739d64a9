#include "viewer/scene/scene_renderer.h"
#include "viewer/scene/display.h"
#include "viewer/scene/scene_pipeline.h"
#include <algorithm>
#include <condition_variable>
#include <future>
#include <mutex>
#include <thread>

namespace diascope::viewer
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("Scene", text); }

constexpr auto stillAfter = std::chrono::milliseconds(250);

/// VTK's OpenGL keeps state between windows: two renderers take turns.
std::mutex& vtkMutex()
{
    static std::mutex mutex;
    return mutex;
}

std::optional<Error> obstacle(const std::shared_ptr<const Volume>& volume)
{
    if (!volume)
        return Error{Fault::Invalid, tr("there is no volume")};
    if (const auto reason = whyNoScene(*volume))
        return Error{Fault::Unsupported, *reason};
    if (!volume->isComplete())
        return Error{Fault::Invalid, tr("the images are not all loaded yet")};
    if (!hasDisplay())
        return Error{Fault::Unsupported, tr("3D needs a display (X11), and there is none here")};
    return std::nullopt;
}

struct Request
{
    SceneView view;
    QSize sizePx;
    SceneQuality quality = SceneQuality::Still;
};

} // namespace

struct SceneRenderer::State
{
    std::shared_ptr<const Volume> volume;
    Deliver deliver;
    mutable std::mutex mutex;
    std::condition_variable changed;
    std::optional<Request> next;
    std::optional<Request> coarse; ///< shown coarsely, its still picture is owed
    bool isEnding = false;
    QString description;
    std::thread thread;

    /// The next thing to draw; nothing at the end.
    std::optional<Request> await()
    {
        std::unique_lock lock(mutex);
        const auto isCalled = [this] { return isEnding || next; };
        if (coarse) {
            if (!changed.wait_for(lock, stillAfter, isCalled)) {
                Request still = *std::exchange(coarse, std::nullopt);
                still.quality = SceneQuality::Still;
                return still;
            }
        } else {
            changed.wait(lock, isCalled);
        }
        if (isEnding)
            return std::nullopt;
        const Request request = *std::exchange(next, std::nullopt);
        coarse = request.quality == SceneQuality::Interactive ? std::optional(request) : std::nullopt;
        return request;
    }

    void run()
    {
        std::unique_ptr<ScenePipeline> pipeline;
        int phase = -1;
        while (const auto request = await()) {
            QImage image;
            const auto regular = volume->regular(); // may take a second the first time
            if (!regular) {
                deliver(std::unexpected(regular.error()));
                continue;
            }
            {
                const std::lock_guard turn(vtkMutex());
                if (!pipeline) {
                    auto made = makeScenePipeline();
                    if (!made) {
                        deliver(std::unexpected(made.error()));
                        continue;
                    }
                    pipeline = std::move(*made);
                    const std::lock_guard lock(mutex);
                    description = pipeline->description();
                }
                if (const int wanted = std::clamp(request->view.phase, 0, (*regular)->phaseCount() - 1); wanted != phase)
                    pipeline->setPixels(scenePixels(*regular, phase = wanted));
                const SceneLook* look = findSceneLook(request->view.preset);
                image = pipeline->render(look ? *look : sceneLooks().front(), request->view, request->sizePx, request->quality);
            }
            if (image.isNull())
                deliver(fail(Fault::Internal, tr("the 3D picture could not be drawn")));
            else
                deliver(Picture{image, request->view, request->quality});
        }
        const std::lock_guard turn(vtkMutex());
        pipeline.reset();
    }
};

std::optional<QString> whyNoScene(const Volume& volume)
{
    if (volume.isColour())
        return tr("3D is not offered for colour images");
    if (!volume.stack().canReslice)
        return tr("3D needs a regular volume: %1").arg(volume.stack().whyNoVolume);
    if (volume.failedCount() > 0)
        return tr("%1 image(s) could not be read").arg(volume.failedCount());
    return std::nullopt;
}

SceneRenderer::SceneRenderer() : m_state(std::make_unique<State>()) {}

SceneRenderer::~SceneRenderer()
{
    {
        const std::lock_guard lock(m_state->mutex);
        m_state->isEnding = true;
    }
    m_state->changed.notify_all();
    if (m_state->thread.joinable())
        m_state->thread.join();
}

Result<std::unique_ptr<SceneRenderer>> SceneRenderer::create(std::shared_ptr<const Volume> volume, Deliver deliver)
{
    if (const auto error = obstacle(volume))
        return std::unexpected(*error);
    std::unique_ptr<SceneRenderer> renderer(new SceneRenderer);
    renderer->m_state->volume = std::move(volume);
    renderer->m_state->deliver = std::move(deliver);
    renderer->m_state->thread = std::thread([state = renderer->m_state.get()] { state->run(); });
    return renderer;
}

void SceneRenderer::request(const SceneView& view, QSize sizePx, SceneQuality quality)
{
    {
        const std::lock_guard lock(m_state->mutex);
        m_state->next = Request{view, sizePx, quality};
    }
    m_state->changed.notify_all();
}

QString SceneRenderer::description() const
{
    const std::lock_guard lock(m_state->mutex);
    return m_state->description;
}

Result<QImage> SceneRenderer::renderOnce(std::shared_ptr<const Volume> volume, const SceneView& view, QSize sizePx)
{
    if (!findSceneLook(view.preset))
        return fail(Fault::Invalid, tr("there is no 3D preset “%1”").arg(view.preset));
    std::promise<Result<QImage>> promise;
    auto future = promise.get_future();
    auto renderer = create(std::move(volume), [&](Result<Picture> picture) {
        if (picture)
            promise.set_value(picture->image);
        else
            promise.set_value(std::unexpected(picture.error()));
    });
    if (!renderer)
        return std::unexpected(renderer.error());
    (*renderer)->request(view, sizePx, SceneQuality::Still);
    return future.get();
}

} // namespace diascope::viewer
