#pragma once
#include "viewer/decode/palette.h"
#include "viewer/decode/pixel_description.h"
#include <memory>

namespace diascope::viewer
{

/// Where the frames' bytes lie in a file. Made once when the file is parsed; then frames are read without parsing again.
struct PixelLayout
{
    struct Piece
    {
        qint64 offset = 0;
        qint64 length = 0;
    };

    QString path;
    PixelDescription description;
    bool isEncapsulated = false;
    bool hasByteWords = true; ///< big endian: OB, else words are swapped too
    bool hasWordOrder = false; ///< big endian cells of 32 or 64 bits lie as words, the lowest first
    Piece native;             ///< all frames, one after the other
    std::vector<Piece> pieces;         ///< encapsulated: the fragments
    std::vector<size_t> firstPieces;   ///< of each frame, and one past the last; frames whose pieces are unknown are missing; empty for a video
    std::shared_ptr<const QByteArray> memory; ///< of a deflated file: the value itself
    std::shared_ptr<const Palette> palette; ///< of PALETTE COLOR: frames come out as RGB
    /// Supplemental Palette (PS3.3 C.7.6.19): frames stay grey; stored values from firstMapped on are shown in its colours,
    /// those below through the window.
    std::shared_ptr<const Palette> supplemental;

    /// Frames for which there are bytes; may be less than description.frames in a damaged file.
    int availableFrames() const;
    /// Its frames come out of one stream, all pieces together (PS3.5 8.2.5 to 8.2.8).
    bool isVideo() const { return isEncapsulated && description.syntax.codec == dicom::TransferSyntax::Codec::Video; }
    /// description.storedFrameBits(), or more where rows of odd length hold whole pairs of 4:2:2 pixels.
    qint64 nativeFrameBits() const;
    qint64 frameLength(int n) const; ///< encapsulated: compressed bytes of an available frame; of a video all bytes

    /// Errors: those of PixelDescription::of; Damaged where the element structure hides the pixel data.
    static Result<std::shared_ptr<const PixelLayout>> of(const dicom::Dataset& dataset, const QString& path);
};

} // namespace diascope::viewer
