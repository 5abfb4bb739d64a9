#pragma once
#include "viewer/decode/pixel_layout.h"
#include "viewer/slice/presentation.h"

namespace diascope::viewer
{

/// Modality value → grey level 0..255 of one frame under a presentation, with the image's own presentation LUT
/// or polarity (PIX-07); a table leaves the polarity to itself (PS3.3 C.11.6).
struct GreyFunction
{
    GreyFunction(const Instance& instance, const Presentation& presentation);
    quint8 operator()(double modalityValue) const;

    Window window;
    VoiFunction function;
    std::shared_ptr<const VoiLut> lut;
    std::shared_ptr<const ImageModules> modules; ///< null without a presentation LUT
    bool isInverted;
};

/// Stored value of at most 16 bits → grey level, as a table. Padding has its level here too: what is mixed of other samples may be
/// the same number, and is no padding (PIX-08).
struct GreyTable
{
    int lowest = 0; ///< stored value of the first entry
    std::vector<quint8> levels;

    quint8 operator[](int stored) const { return levels[size_t(stored - lowest)]; }

    /// The same table again for the same input: scrolling asks for it frame by frame.
    static std::shared_ptr<const GreyTable> of(const Instance& instance, SampleType type, const Presentation& presentation);
};

/// The colours of a Supplemental Palette (PS3.3 C.7.6.19): stored values from its firstMapped on are shown in them whatever the
/// window, those below are grey (PIX-10). Null without one.
const Palette* supplementalOf(const Instance& instance);

/// Stored value of at most 16 bits → colour of a frame with a supplemental palette; index stored - lowest.
struct SupplementalTable
{
    int lowest = 0;
    std::vector<QRgb> colours;

    SupplementalTable(const Instance& instance, SampleType type, const Presentation& presentation);
    QRgb operator[](int stored) const { return colours[size_t(stored - lowest)]; }
};

} // namespace diascope::viewer
