#pragma once
#include "viewer/volume/instance.h"
#include <QRgb>

namespace diascope::viewer
{

/// From the colours of an image with an ICC profile to those of the screen, sRGB (PS3.3 C.11.15). Any thread.
class ColourTransform
{
public:
    ~ColourTransform();
    /// RGB32 pixels, in place.
    void apply(QRgb* pixels, int count) const;

    /// Kept for the last profiles. Errors: Damaged (no usable RGB profile).
    static Result<std::shared_ptr<const ColourTransform>> of(const QByteArray& profile);

private:
    explicit ColourTransform(void* transform) : m_transform(transform) {}
    void* m_transform;
};

/// The frame's: by its embedded profile, else by Color Space where that is not sRGB; null: its colours are those of the screen.
Result<std::shared_ptr<const ColourTransform>> colourTransformOf(const Instance& instance);

} // namespace diascope::viewer
