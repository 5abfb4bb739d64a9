#include "viewer/volume/instance.h"
#include "viewer/decode/pixel_layout.h"
#include <algorithm>

namespace diascope::viewer
{

namespace
{

using namespace dicom;

constexpr Tag ReferencedFrameContentGroup{0x0020, 0x9111};
constexpr Tag MrEchoSequence{0x0018, 0x9114};
constexpr Tag EffectiveEchoTime{0x0018, 0x9082};
constexpr Tag MrDiffusionSequence{0x0018, 0x9117};
constexpr Tag CardiacSynchronizationSequence{0x0018, 0x9118};
constexpr Tag NominalCardiacTriggerDelayTime{0x0020, 0x9153};
constexpr Tag TemporalPositionIndex{0x0020, 0x9128};
constexpr Tag CtImageFrameTypeSequence{0x0018, 0x9329};
constexpr Tag MrImageFrameTypeSequence{0x0018, 0x9226};
constexpr Tag NominalScannedPixelSpacing{0x0018, 0x2010};

/// A DICOM time HHMMSS.FFFFFF as seconds since midnight; the tail of a date-time too.
std::optional<double> secondsOf(const QString& time)
{
    if (time.size() < 4)
        return std::nullopt;
    bool isHours = false;
    bool isMinutes = false;
    bool isSeconds = true;
    const int hours = time.left(2).toInt(&isHours);
    const int minutes = time.mid(2, 2).toInt(&isMinutes);
    const double seconds = time.size() > 4 ? time.mid(4).toDouble(&isSeconds) : 0;
    if (!isHours || !isMinutes || !isSeconds)
        return std::nullopt;
    return hours * 3600 + minutes * 60 + seconds;
}

std::optional<double> acquisitionSeconds(const Dataset& dataset)
{
    const QString dateTime = dataset.text(tag::AcquisitionDateTime).section(u'+', 0, 0).section(u'-', 0, 0);
    if (dateTime.size() >= 12)
        return secondsOf(dateTime.mid(8));
    return secondsOf(dataset.text(tag::AcquisitionTime));
}

std::optional<Vec3> vectorOf(const std::vector<double>& numbers, size_t from = 0)
{
    if (numbers.size() < from + 3)
        return std::nullopt;
    const Vec3 v{numbers[from], numbers[from + 1], numbers[from + 2]};
    if (!std::isfinite(v.x) || !std::isfinite(v.y) || !std::isfinite(v.z))
        return std::nullopt;
    return v;
}

std::optional<PixelSpacing> spacingOf(const std::vector<double>& numbers)
{
    if (numbers.size() < 2 || !(numbers[0] > 0) || !(numbers[1] > 0) || !std::isfinite(numbers[0]) || !std::isfinite(numbers[1]))
        return std::nullopt;
    return PixelSpacing{numbers[0], numbers[1]};
}

/// The groups of one frame, looked up once.
class FrameGroups
{
public:
    FrameGroups(const std::optional<Dataset>& shared, const Dataset* perFrame) : m_shared(shared), m_perFrame(perFrame) {}

    std::optional<Dataset> operator()(Tag group) const
    {
        if (m_perFrame)
            if (auto found = m_perFrame->item(group))
                return found;
        return m_shared ? m_shared->item(group) : std::nullopt;
    }

private:
    const std::optional<Dataset>& m_shared;
    const Dataset* m_perFrame;
};

void readWindows(const Dataset& source, Instance& instance)
{
    const auto centres = source.numbers(tag::WindowCenter);
    const auto widths = source.numbers(tag::WindowWidth);
    const QStringList names = source.texts(tag::WindowCenterWidthExplanation);
    const QString function = source.text(tag::VOILUTFunction);
    for (size_t i = 0; i < std::min(centres.size(), widths.size()); ++i) {
        StoredWindow window{centres[i], widths[i], names.value(qsizetype(i)), VoiFunction::Linear};
        if (function == "SIGMOID")
            window.function = VoiFunction::Sigmoid;
        else if (function == "LINEAR_EXACT")
            window.function = VoiFunction::LinearExact;
        // Width under 1 (0 or less for the others) is no window (PS3.3 C.11.2.1.2).
        const bool isValid = window.function == VoiFunction::Linear ? window.width >= 1 : window.width > 0;
        if (isValid && std::isfinite(window.centre) && std::isfinite(window.width))
            instance.windows.push_back(window);
    }
}

void readVoiLuts(const Dataset& source, Instance& instance)
{
    for (const Dataset& item : source.items(tag::VOILUTSequence)) {
        const auto count = item.integer(tag::LUTDescriptor, 0);
        auto first = item.integer(tag::LUTDescriptor, 1);
        const auto bits = item.integer(tag::LUTDescriptor, 2);
        const QByteArray data = item.bytes(tag::LUTData);
        if (!count || !first || !bits || *bits < 1 || *bits > 16 || data.isEmpty())
            continue;
        const size_t entries = size_t(*count & 0xFFFF) ? size_t(*count & 0xFFFF) : 65536;
        const bool isBytes = *bits <= 8 && size_t(data.size()) < entries * 2;
        const size_t stored = isBytes ? size_t(data.size()) : size_t(data.size()) / 2;
        auto lut = std::make_shared<VoiLut>();
        if (*first > 32767 && (instance.pixels.isSigned || instance.modalityTransform.intercept < 0))
            first = *first - 65536;
        lut->firstMapped = *first;
        lut->name = item.text(tag::LUTExplanation);
        lut->values.resize(std::min(entries, stored));
        for (size_t i = 0; i < lut->values.size(); ++i) {
            const int value = isBytes ? quint8(data[qsizetype(i)]) : quint8(data[qsizetype(2 * i)]) | quint8(data[qsizetype(2 * i + 1)]) << 8;
            lut->values[i] = std::min(1.0f, float(value) / float((1 << *bits) - 1));
        }
        if (!lut->values.empty())
            instance.voiLuts.push_back(lut);
    }
}

/// Projection images: Pixel Spacing is a calibrated value, Imager Pixel Spacing lies at the detector (PS3.3 10.7.1.1).
void readSpacing(const Dataset& dataset, const FrameGroups& groups, Instance& instance)
{
    std::optional<Dataset> measures = groups(tag::PixelMeasuresSequence);
    const Dataset& source = measures ? *measures : dataset;
    const auto spacing = spacingOf(source.numbers(tag::PixelSpacing));
    const auto detector = spacingOf(dataset.numbers(tag::ImagerPixelSpacing));
    static const QStringList projections{"CR", "DX", "MG", "RG", "XA", "RF", "IO", "PX"};
    if (spacing) {
        instance.spacingMm = spacing;
        if (!projections.contains(instance.modality))
            instance.spacingOrigin = SpacingOrigin::Patient;
        else if (dataset.hasValue(tag::PixelSpacingCalibrationType))
            instance.spacingOrigin = SpacingOrigin::Calibrated;
        else if (detector && *detector == *spacing)
            instance.spacingOrigin = SpacingOrigin::Detector;
        else
            instance.spacingOrigin = detector ? SpacingOrigin::Calibrated : SpacingOrigin::Unknown;
    } else if (detector) {
        instance.spacingMm = detector;
        instance.spacingOrigin = SpacingOrigin::Detector;
    } else if (const auto nominal = spacingOf(dataset.numbers(NominalScannedPixelSpacing))) {
        instance.spacingMm = nominal;
        instance.spacingOrigin = SpacingOrigin::Unknown;
    }
    if (instance.spacingMm) {
        instance.pixelAspect = instance.spacingMm->row / instance.spacingMm->column;
    } else if (const auto aspect = spacingOf(dataset.numbers(tag::PixelAspectRatio))) {
        instance.pixelAspect = aspect->row / aspect->column; // vertical \ horizontal (PS3.3 C.7.6.3.1.7)
    }
    instance.sliceThicknessMm = source.number(tag::SliceThickness);
}

/// Position, orientation and spacing, or nothing: a plane is never half known (GEO-16).
void readPlane(const Dataset& dataset, const FrameGroups& groups, Instance& instance)
{
    const auto position = groups(tag::PlanePositionSequence);
    const auto orientation = groups(tag::PlaneOrientationSequence);
    const auto origin = vectorOf((position ? *position : dataset).numbers(tag::ImagePositionPatient));
    const auto cosines = (orientation ? *orientation : dataset).numbers(tag::ImageOrientationPatient);
    const auto row = vectorOf(cosines, 0);
    const auto column = vectorOf(cosines, 3);
    if (!origin || !row || !column || !instance.spacingMm || instance.spacingOrigin == SpacingOrigin::None)
        return;
    // Written with few digits they are not quite unit vectors; far off they are no orientation.
    if (std::abs(norm(*row) - 1) > 0.05 || std::abs(norm(*column) - 1) > 0.05 || std::abs(dot(*row, *column)) > 0.05)
        return;
    PlaneGeometry plane;
    plane.originLps = *origin;
    plane.rowDirection = normalized(*row);
    plane.columnDirection = normalized(*column - plane.rowDirection * dot(*column, plane.rowDirection));
    plane.spacingMm = *instance.spacingMm;
    plane.rows = instance.pixels.rows;
    plane.columns = instance.pixels.columns;
    instance.plane = plane;
}

void readDimensions(const Dataset& dataset, const FrameGroups& groups, Instance& instance)
{
    instance.temporalPosition = dataset.number(tag::TemporalPositionIdentifier);
    instance.echoTimeMs = dataset.number(tag::EchoTime);
    instance.bValue = dataset.number(tag::DiffusionBValue);
    instance.triggerTimeMs = dataset.number(tag::TriggerTime);
    instance.acquisitionTimeS = acquisitionSeconds(dataset);
    instance.contentTimeS = secondsOf(dataset.text(tag::ContentTime));
    if (const auto content = groups(ReferencedFrameContentGroup)) {
        if (const auto index = content->number(TemporalPositionIndex))
            instance.temporalPosition = index;
        instance.stackId = content->text(tag::StackID);
        for (const double index : content->numbers(tag::DimensionIndexValues))
            instance.dimensionIndices.push_back(int(index));
        const QString time = content->text(tag::FrameAcquisitionDateTime);
        if (time.size() >= 12)
            instance.acquisitionTimeS = secondsOf(time.mid(8).section(u'+', 0, 0).section(u'-', 0, 0));
    }
    if (const auto echo = groups(MrEchoSequence))
        instance.echoTimeMs = echo->number(EffectiveEchoTime);
    if (const auto diffusion = groups(MrDiffusionSequence))
        instance.bValue = diffusion->number(tag::DiffusionBValue);
    if (const auto cardiac = groups(CardiacSynchronizationSequence))
        instance.triggerTimeMs = cardiac->number(NominalCardiacTriggerDelayTime);
}

void readCommon(const Dataset& dataset, Instance& instance)
{
    instance.studyUid = {dataset.text(tag::StudyInstanceUID)};
    instance.seriesUid = {dataset.text(tag::SeriesInstanceUID)};
    instance.uid = {dataset.text(tag::SOPInstanceUID)};
    instance.frameOfReference = {dataset.text(tag::FrameOfReferenceUID)};
    instance.sopClassUid = dataset.text(tag::SOPClassUID);
    instance.modality = dataset.text(tag::Modality);
    instance.imageType = dataset.texts(tag::ImageType);
    if (const auto number = dataset.integer(tag::InstanceNumber))
        instance.instanceNumber = int(std::clamp<qint64>(*number, -2147483647, 2147483647));
    if (const auto number = dataset.integer(tag::AcquisitionNumber))
        instance.acquisitionNumber = int(std::clamp<qint64>(*number, -2147483647, 2147483647));
    instance.patientOrientation = dataset.texts(tag::PatientOrientation);
    instance.isInverted = instance.pixels.photometric == "MONOCHROME1" ||
                          (instance.pixels.photometric == "MONOCHROME2" && dataset.text(tag::PresentationLUTShape) == "INVERSE");
    instance.frameTimeMs = dataset.number(tag::FrameTime);
    const auto rate = dataset.number(tag::RecommendedDisplayFrameRate).value_or(dataset.number(tag::CineRate).value_or(0));
    if (!instance.frameTimeMs && rate > 0)
        instance.frameTimeMs = 1000 / rate;
    instance.isLossy = dataset.text(tag::LossyImageCompression) == "01" || instance.pixels.syntax.isLossy;
    instance.lossyRatio = dataset.text(tag::LossyImageCompressionRatio);
    instance.isForProcessing = dataset.text(tag::PresentationIntentType) == "FOR PROCESSING";
    instance.isLocalizer = instance.imageType.value(2) == "LOCALIZER";
}

} // namespace

float VoiLut::apply(double modalityValue) const
{
    const double index = std::clamp(std::floor(modalityValue) - double(firstMapped), 0.0, double(values.size() - 1));
    return values[size_t(index)];
}

Result<std::vector<Instance>> readInstances(const QString& path)
{
    const auto dataset = Dataset::read(path);
    if (!dataset)
        return std::unexpected(dataset.error());
    return readInstances(*dataset, path);
}

Result<std::vector<Instance>> readInstances(const Dataset& dataset, const QString& path)
{
    auto layout = PixelLayout::of(dataset, path);
    if (!layout)
        return std::unexpected(layout.error());
    Instance common;
    common.path = path;
    common.layout = *layout;
    common.pixels = (*layout)->description;
    readCommon(dataset, common);
    common.modules = ImageModules::of(dataset, common.pixels);

    // A header may claim two thousand million frames over a few bytes: the first missing one stands for the rest.
    const int frames = std::max(1, std::min(common.pixels.frames, std::max(100'000, (*layout)->availableFrames() + 1)));
    const auto shared = dataset.item(tag::SharedFunctionalGroupsSequence);
    const std::vector<Dataset> perFrame = dataset.items(tag::PerFrameFunctionalGroupsSequence);
    std::vector<Instance> instances;
    instances.reserve(size_t(frames));
    const bool isEnhanced = shared || !perFrame.empty();
    for (int frame = 0; frame < frames; ++frame) {
        if (!isEnhanced && frame > 0) { // nothing differs but the pixels
            instances.push_back(instances.front());
            instances.back().frame = frame;
            continue;
        }
        Instance instance = common;
        instance.frame = frame;
        const FrameGroups groups(shared, size_t(frame) < perFrame.size() ? &perFrame[size_t(frame)] : nullptr);
        const auto values = groups(tag::PixelValueTransformationSequence);
        instance.modalityTransform = ModalityTransform::of(dataset, values ? *values : dataset);
        const auto voi = groups(tag::FrameVOILUTSequence);
        readWindows(voi ? *voi : dataset, instance);
        readVoiLuts(dataset, instance);
        readSpacing(dataset, groups, instance);
        readPlane(dataset, groups, instance);
        readDimensions(dataset, groups, instance);
        for (const Tag type : {CtImageFrameTypeSequence, MrImageFrameTypeSequence})
            if (const auto item = groups(type))
                instance.imageType = item->texts(tag::FrameType);
        instances.push_back(std::move(instance));
    }
    // Several frames of a classic object at one position (a cine, a multi-frame without groups) have no place of their own.
    if (!isEnhanced && instances.size() > 1)
        for (Instance& instance : instances)
            instance.plane.reset();
    return instances;
}

} // namespace diascope::viewer
