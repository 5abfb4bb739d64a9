#pragma once
#include "viewer/volume/volume.h"
#include <QImage>
#include <QPointF>
#include <functional>

namespace diascope::viewer
{

struct ScenePreset
{
    QString id;       ///< "ct-bone": for the command line, never translated
    QString name;     ///< translated
    QString modality; ///< "CT", "MR", or empty for any
};
std::vector<ScenePreset> scenePresets();
/// The preset to begin with for a modality.
QString defaultScenePreset(const QString& modality);

/// The camera and the look: a value. Azimuth 0, elevation 0: from the front, head up; azimuth turns the camera around the
/// patient to the patient's left, elevation lifts it.
struct SceneView
{
    QString preset = QStringLiteral("ct-bone");
    double azimuthDeg = 0;
    double elevationDeg = 0;
    double zoom = 1; ///< 1: the whole volume fits
    QPointF panPx;
    double levelShift = 0; ///< moves the preset along the values (HU)
    int phase = 0;
    friend bool operator==(const SceneView&, const SceneView&) = default;
};

enum class SceneQuality {
    Interactive, ///< coarse while the hand moves
    Still,
};

/// 3D of one volume on its own thread. The latest request wins; after an interactive one the still picture follows by
/// itself when no other request came for a while.
class SceneRenderer
{
public:
    struct Picture
    {
        QImage image;
        SceneView view;
        SceneQuality quality = SceneQuality::Still;
    };
    using Deliver = std::function<void(Result<Picture>)>; ///< called on the renderer's thread

    /// Errors: Unsupported (no display; no regular volume, with the reason), Invalid (not completely loaded).
    static Result<std::unique_ptr<SceneRenderer>> create(std::shared_ptr<const Volume> volume, Deliver deliver);
    ~SceneRenderer();
    SceneRenderer(const SceneRenderer&) = delete;
    SceneRenderer& operator=(const SceneRenderer&) = delete;

    void request(const SceneView& view, QSize sizePx, SceneQuality quality);
    QString description() const; ///< which mapper, which GL: for doctor; empty until the first picture

    /// One still picture, waiting for it: for the command line and printing.
    static Result<QImage> renderOnce(std::shared_ptr<const Volume> volume, const SceneView& view, QSize sizePx);

private:
    SceneRenderer();
    struct State;
    std::unique_ptr<State> m_state;
};

/// Nothing if 3D can be offered, else the reason for a disabled control (GEO-14).
std::optional<QString> whyNoScene(const Volume& volume);

} // namespace diascope::viewer
