#pragma once
#include "viewer/decode/pixel_layout.h"
#include "viewer/volume/suv.h"
#include <map>

namespace diascope::viewer
{

/// Overlay Plane module (PS3.3 C.9.2): one bit a pixel over the image.
struct OverlayPlane
{
    quint16 group = 0x6000;
    int rows = 0;
    int columns = 0;
    int firstRow = 0;    ///< of the image, from 0, where the overlay's first row lies; may be negative (Overlay Origin - 1)
    int firstColumn = 0;
    int frames = 1;
    int firstFrame = 0;  ///< of the image, from 0, that has the overlay's first frame (Image Frame Origin - 1)
    bool isForEveryFrame = false; ///< a single overlay in a multi-frame image without Image Frame Origin
    bool isRoi = false;  ///< Overlay Type R
    QString label;
    QByteArray bits;     ///< least significant bit first, frame after frame; empty where embedded
    int embeddedBit = -1; ///< retired: the bit of the pixel cells, else -1

    /// The overlay's own frame over this frame of the image; nothing: none there.
    std::optional<int> frameOver(int imageFrame) const;
};

/// One byte a pixel, 0 or 1, row by row, of the overlay's frame over `imageFrame`. Embedded ones are read from the file.
/// Missing data are 0. Errors: NotFound (none over this frame), Damaged (embedded, of another size), those of PixelSource::frame.
Result<std::vector<quint8>> overlayBits(const OverlayPlane& overlay, const std::shared_ptr<const PixelLayout>& layout, int imageFrame);

/// Display Shutter, Frame Display Shutter and Bitmap Display Shutter (PS3.3 C.7.6.11, C.7.6.15, C.7.6.16.2.16). Image coordinates
/// are pixels from 0. What is outside any of the shapes is covered.
struct Shutter
{
    struct Rectangle
    {
        double left = 0;
        double top = 0;
        double right = 0; ///< the edges themselves stay visible
        double bottom = 0;
    };
    struct Circle
    {
        double column = 0;
        double row = 0;
        double radius = 0; ///< in pixels of a row
    };
    struct Vertex
    {
        double column = 0;
        double row = 0;
    };
    std::optional<Rectangle> rectangle;
    std::optional<Circle> circle;
    std::vector<Vertex> polygon;           ///< closed from the last to the first; at least three or none
    std::optional<quint16> overlayGroup;   ///< BITMAP: pixels whose bit is 1 are covered
    quint8 red = 0;                        ///< colour of what is covered
    quint8 green = 0;
    quint8 blue = 0;

    bool isEmpty() const { return !rectangle && !circle && polygon.empty() && !overlayGroup; }
};

/// A table from 0..1 to P-values 0..1 (PS3.3 C.11.6.1.1).
struct PresentationLut
{
    std::vector<float> values; ///< never empty
    float apply(double voiOutput) const;
};

/// One item of Mask Subtraction Sequence (PS3.3 C.7.6.10). Frames count from 0.
struct MaskOperation
{
    enum class Kind { None, AverageSubtraction, TimeInterval, ReverseTimeInterval };
    Kind kind = Kind::None;
    std::vector<std::pair<int, int>> applicableFrames; ///< ranges, both ends included; empty: all
    std::vector<int> maskFrames;
    int contrastFrames = 1;   ///< Contrast Frame Averaging
    int intervalFrames = 1;   ///< TID Offset
    double shiftRows = 0;     ///< of the mask, towards the lower rows of the image
    double shiftColumns = 0;  ///< of the mask, towards the left columns of the image
    std::optional<qint64> itemId; ///< Subtraction Item ID: frames may have a shift of their own for it
    bool appliesTo(int frame) const;
};

/// Frame Pixel Shift of one frame: the shift of the mask for one item of Mask Subtraction Sequence.
struct FrameShift
{
    int frame = 0;
    qint64 itemId = 0;
    double shiftRows = 0;
    double shiftColumns = 0;
};

/// One item of Sequence of Ultrasound Regions (PS3.3 C.8.5.5). Pixels from 0, both corners included.
struct UltrasoundRegion
{
    enum class Unit { None, Percent, Decibel, Centimetre, Second, Hertz, DecibelPerSecond, CentimetrePerSecond, Other };
    int spatialFormat = 0; ///< 1: 2D, 2: M-mode, 3: spectral, 4: wave form, 5: graphics
    int dataType = 0;
    bool isLowPriority = false; ///< Region Flags bit 0: where regions overlap the others win
    double left = 0;
    double top = 0;
    double right = 0;
    double bottom = 0;
    Unit unitX = Unit::None;
    Unit unitY = Unit::None;
    double deltaX = 0; ///< physical units a pixel, as stored, may be negative
    double deltaY = 0;
    std::optional<double> referenceX; ///< image pixel at which the physical value is referenceValueX
    std::optional<double> referenceY;
    double referenceValueX = 0;
    double referenceValueY = 0;

    bool contains(double column, double row) const { return column >= left && column <= right && row >= top && row <= bottom; }
    bool isInCentimetres() const { return unitX == Unit::Centimetre && unitY == Unit::Centimetre; }
};
/// "mm" (for centimetres), "s", "cm/s", …; empty without unit.
QString unitName(UltrasoundRegion::Unit unit);

/// How an image wants to be played (PS3.3 C.7.6.5).
struct Cine
{
    std::vector<double> durationsMs;  ///< one a frame where they differ (Frame Time Vector), else empty
    std::optional<double> frameMs;    ///< of every frame
    bool isSweeping = false;          ///< Preferred Playback Sequencing 1
    std::optional<int> firstFrame;    ///< Start Trim, from 0
    std::optional<int> lastFrame;
};

/// What a file says about its display beyond Instance: read once a file and shared by its frames. Every number is checked;
/// what makes no sense is left out and, where a person should know, named in `findings`.
struct ImageModules
{
    std::vector<OverlayPlane> overlays;
    Shutter shutter;
    std::map<int, Shutter> frameShutters; ///< of the frames that have one of their own
    std::optional<PresentationLut> presentationLut;
    QByteArray iccProfile;                                ///< of the image or of its only optical path
    std::vector<std::pair<QString, QByteArray>> opticalPathProfiles; ///< by Optical Path Identifier
    std::vector<QString> opticalPaths;                    ///< identifier of each frame
    QString colourSpace;                                  ///< Color Space (0028,2002): SRGB, ADOBERGB, …
    std::vector<MaskOperation> masks;
    std::vector<FrameShift> frameShifts;                  ///< enhanced XA
    bool isSubtractedAtFirst = false;                     ///< Recommended Viewing Mode SUB
    QString intensityRelationship;                        ///< LIN, LOG, DISP
    std::vector<UltrasoundRegion> regions;
    Cine cine;
    QStringList lossyMethods;                             ///< ISO_10918_1, …: one a step
    std::vector<double> lossyRatios;
    QString qualityControl;                               ///< YES, NO, BOTH
    bool isDeclaredNotForDiagnosis = false;               ///< the image's own words say so
    std::optional<PetData> pet;                           ///< PET only
    QStringList findings;                                 ///< translated sentences

    const Shutter& shutterOf(int frame) const
    {
        const auto own = frameShutters.find(frame);
        return own != frameShutters.end() ? own->second : shutter;
    }
    const QByteArray& profileOf(int frame) const;

    static std::shared_ptr<const ImageModules> of(const dicom::Dataset& dataset, const PixelDescription& pixels);
};

} // namespace diascope::viewer
