#pragma once
#include "netclient/dicom/uid.h"
#include "viewer/decode/pixel_source.h"
#include "viewer/volume/file_identity.h"
#include "viewer/volume/geometry.h"
#include "viewer/volume/image_modules.h"

namespace diascope::viewer
{

/// VOI LUT Function (PS3.3 C.11.2.1.3).
enum class VoiFunction { Linear, LinearExact, Sigmoid };

/// A window stored with the image; `name` is its explanation, empty if it has none.
struct StoredWindow
{
    double centre = 0;
    double width = 1;
    QString name;
    VoiFunction function = VoiFunction::Linear;
    friend bool operator==(const StoredWindow&, const StoredWindow&) = default;
};

/// One item of VOI LUT Sequence: modality value → 0..1.
struct VoiLut
{
    qint64 firstMapped = 0;
    std::vector<float> values; ///< output divided by 2^bits - 1
    QString name;
    float apply(double modalityValue) const;
};

/// What a distance between pixels means (MEA: a length without a spacing is in pixels).
enum class SpacingOrigin {
    None,       ///< no spacing: measure in pixels
    Patient,    ///< Pixel Spacing of cross-sectional images
    Calibrated, ///< Pixel Spacing with a calibration type (FIDUCIAL or GEOMETRY)
    Detector,   ///< Imager Pixel Spacing: at the detector, magnified
    Unknown,    ///< Pixel Spacing of a projection image that does not say how it came about
};

/// One of the dimensions along which an object's frames are counted (Dimension Index Sequence, PS3.3 C.7.6.17), or a vector
/// of an NM object (C.8.4.8).
struct DimensionIndex
{
    dicom::Tag pointer; ///< the attribute that differs
    dicom::Tag group;   ///< the functional group it lies in
    QString name;       ///< Dimension Description Label, else what people call it, else its keyword
    QString unit;       ///< "ms", "s/mm²", "%", …; empty where it has none
    bool isSpatial = false; ///< a place (position, stack), no dimension of its own
    friend bool operator==(const DimensionIndex&, const DimensionIndex&) = default;
};

/// Everything the viewer needs to know of one frame of one instance; no pixels. A value.
struct Instance
{
    QString path;
    int frame = 0; ///< in the file, from 0
    std::optional<FileIdentity> file; ///< as it was when the header was read; nothing: not from a file
    dicom::StudyUid studyUid;
    dicom::SeriesUid seriesUid;
    dicom::InstanceUid uid;
    dicom::FrameOfReferenceUid frameOfReference; ///< empty: positions mean nothing to other images (GEO-12)
    QString sopClassUid;
    QString modality;
    QStringList imageType;
    std::optional<int> instanceNumber;
    std::optional<int> acquisitionNumber;

    PixelDescription pixels;
    std::shared_ptr<const PixelLayout> layout;
    std::shared_ptr<const ImageModules> modules; ///< null for phantoms without a file

    std::optional<PlaneGeometry> plane; ///< only with position, orientation and spacing; never guessed (GEO-16)
    QStringList patientOrientation;     ///< (0020,0020): letters of the row's and the column's direction, e.g. {"P","FR"}
    std::optional<PixelSpacing> spacingMm;
    SpacingOrigin spacingOrigin = SpacingOrigin::None;
    double pixelAspect = 1; ///< height ÷ width of a pixel, from spacing or Pixel Aspect Ratio (GEO-11)
    std::optional<double> sliceThicknessMm;

    ModalityTransform modalityTransform;
    std::vector<StoredWindow> windows;
    std::vector<std::shared_ptr<const VoiLut>> voiLuts;
    /// Low values are bright: MONOCHROME1 or Presentation LUT Shape INVERSE; never both at once (PIX-07).
    bool isInverted = false;

    std::optional<double> temporalPosition;
    std::optional<double> echoTimeMs;
    std::optional<double> bValue;
    std::optional<Vec3> gradient; ///< of diffusion; nothing for b = 0 and traces
    std::optional<double> inversionTimeMs;
    std::optional<double> cardiacPhasePercent;
    std::optional<double> triggerTimeMs;
    std::optional<double> flipAngleDeg;
    std::optional<double> tubeVoltageKv;
    std::optional<double> frameReferenceTimeMs; ///< PET
    QString kernel;                         ///< CT: Convolution Kernel
    std::optional<double> acquisitionTimeS; ///< seconds since the midnight of Study Date (Acquisition Date Time or Time)
    std::optional<double> contentTimeS;
    QString stackId;
    std::shared_ptr<const std::vector<DimensionIndex>> dimensionIndex; ///< null: the object does not say
    std::vector<qint64> dimensionIndices; ///< of this frame, one for each of dimensionIndex
    QStringList dimensionValues;       ///< what the attributes pointed to say, likewise; empty texts where nothing
    std::optional<double> positionerPrimaryDeg; ///< XA: towards the patient's left (LAO) positive, of this frame
    std::optional<double> positionerSecondaryDeg; ///< towards the head (CRA) positive

    QString concatenationUid; ///< of a part of an object that was split (PS3.3 C.7.6.16.2.2.4); empty: whole
    int concatenationNumber = 1;
    int concatenationTotal = 0; ///< 0: not said
    qint64 firstFrameInObject = 0; ///< frames of the whole object before this part

    std::optional<double> frameTimeMs; ///< cine (OBJ-07)
    bool isLossy = false;              ///< (0028,2110) or a lossy transfer syntax (PIX-14)
    QString lossyRatio;
    bool isForProcessing = false;      ///< Presentation Intent Type FOR PROCESSING (PIX-17)
    bool isLocalizer = false;          ///< Image Type value 3
    QString contentHash;               ///< only where two files have one UID (not_shown.h); decides GEO-18

    /// What its frames belong to: the concatenation, else the SOP instance.
    const QString& objectUid() const { return concatenationUid.isEmpty() ? uid.value : concatenationUid; }
    bool isMultiFrame() const { return pixels.frames > 1; }
};

/// One Instance a frame: enhanced and other multi-frame objects are expanded through their functional groups (GEO-19).
/// Errors: those of Dataset::read and PixelDescription::of; NotFound for objects without pixels, with what they are instead; Unreadable for what is no
/// regular file.
Result<std::vector<Instance>> readInstances(const QString& path);
Result<std::vector<Instance>> readInstances(const dicom::Dataset& dataset, const QString& path);

} // namespace diascope::viewer
