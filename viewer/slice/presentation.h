#pragma once
#include "viewer/slice/subtraction.h"
#include <QRgb>
#include <array>

namespace diascope::viewer
{

struct Window
{
    double centre = 0;
    double width = 1;
    friend bool operator==(const Window&, const Window&) = default;
};

enum class Interpolation { Nearest, Linear };

/// 256 colours for the grey levels, e.g. for PET.
struct ColourMap
{
    QString id;
    std::array<QRgb, 256> colours{};
};

/// How values become brightness: a value, kept by a viewport. Window values are modality values.
struct Presentation
{
    Window window{128, 256};
    VoiFunction function = VoiFunction::Linear;
    int voiLut = -1;     ///< index into the frame's voiLuts, instead of the window; -1: window
    bool invert = false; ///< by the user's wish, on top of the image's own polarity
    Interpolation interpolation = Interpolation::Linear;
    std::shared_ptr<const ColourMap> colourMap; ///< null: grey
    bool showsShutter = true;
    bool showsOverlayPlanes = true;
    /// Native frames are shown less their mask where they have one; then window values are those of the difference.
    std::optional<Subtraction> subtraction;

    friend bool operator==(const Presentation&, const Presentation&) = default;
};

/// Output 0..1 of a VOI function, exactly as PS3.3 C.11.2.1.2.1 (LINEAR), C.11.2.1.3.1 (SIGMOID), C.11.2.1.3.2
/// (LINEAR_EXACT). LINEAR with width 1 is a step at centre - 0.5.
double applyVoi(double modalityValue, Window window, VoiFunction function);

/// What a frame shows at first: subtracted where the file wishes it, PET in SUV, else its first VOI LUT or window, else
/// autoWindow (PIX-20).
Presentation initialPresentation(const Volume& volume, int frame = 0);
/// Whether all that initialPresentation looks at is loaded.
bool isReadyToPresent(const Volume& volume, int frame);
/// The same with the subtraction switched on (with the window of a typical difference) or off (with that of the image).
Presentation withSubtraction(const Volume& volume, int frame, Presentation presentation, const std::optional<Subtraction>& subtraction);

/// From the loaded pixels of a frame without padding: 1st to 99th percentile of what is not background. For windowFunction.
Window autoWindow(const Volume& volume, int frame);
/// LINEAR where modality values are whole numbers, LINEAR_EXACT where they are not (parametric maps, PET).
VoiFunction windowFunction(const Volume& volume, int frame);

/// A window offered by name.
struct WindowPreset
{
    QString id;   ///< "ct-lung": for the command line, never translated
    QString name; ///< translated
    Window window;
    VoiFunction function = VoiFunction::Linear;
    int voiLut = -1;
};
/// Built-in presets for a modality (CT has some, others none).
std::vector<WindowPreset> windowPresets(const QString& modality);
/// All windows a frame offers: those stored with it by name ("stored-1", PIX-05), its VOI LUTs, then the built-in ones.
std::vector<WindowPreset> windowPresets(const Instance& instance);
/// By id or name without regard to case; the prefix of the modality may be left out ("lung").
std::optional<WindowPreset> findWindowPreset(const Instance& instance, const QString& idOrName);

/// Built-in colour maps: "hot-iron", "pet", "rainbow", "inverse-grey"; null for unknown ids.
std::shared_ptr<const ColourMap> colourMap(const QString& id);
QStringList colourMapIds();

} // namespace diascope::viewer
