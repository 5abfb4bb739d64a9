#include "viewer/volume/instance.h"
#include "netclient/dicom/sop_class.h"
#include "viewer/decode/pixel_layout.h"
#include "viewer/volume/frame_groups.h"
#include <QFileInfo>
#include <algorithm>

namespace diascope::viewer
{

namespace
{

using namespace dicom;

QString tr(const char* text) { return QCoreApplication::translate("Volume", text); }

/// Where each kind of enhanced object says what a frame is: CT, MR, PET, US, X-ray 3D.
constexpr Tag frameTypeSequences[] = {{0x0018, 0x9329}, {0x0018, 0x9226}, {0x0018, 0x9751}, {0x0018, 0x9806}, {0x0018, 0x9504}};

constexpr int maxWindows = 64; // each frame has its own list, and a person chooses from it

void readWindows(const Dataset& source, Instance& instance)
{
    const auto centres = source.numbers(tag::WindowCenter, maxWindows);
    const auto widths = source.numbers(tag::WindowWidth, maxWindows);
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

/// PS3.3 C.8.8.3: stored values times Dose Grid Scaling are the dose.
void readDose(const Dataset& dataset, Instance& instance)
{
    constexpr Tag DoseUnits{0x3004, 0x0002};
    constexpr Tag DoseGridScaling{0x3004, 0x000E};
    const auto scaling = dataset.number(DoseGridScaling);
    if (!scaling || !(*scaling > 0) || !std::isfinite(*scaling))
        return;
    instance.modalityTransform = {};
    instance.modalityTransform.slope = *scaling;
    instance.modalityTransform.unit = dataset.text(DoseUnits);
}

/// `sharing`: a frame without groups of its own; what no group of this one's own says is taken from it, and not read again.
Instance frameOf(const Dataset& dataset, const FrameGroups& groups, const Instance& common, const Instance* sharing = nullptr)
{
    Instance instance = common;
    if (sharing && !groups.hasOwn(tag::PixelValueTransformationSequence)) {
        instance.modalityTransform = sharing->modalityTransform;
    } else {
        const auto values = groups(tag::PixelValueTransformationSequence);
        instance.modalityTransform = sharing && sharing->modalityTransform.table ? sharing->modalityTransform // a table is the object's
                                                                                 : ModalityTransform::of(dataset, values ? *values : dataset);
        readDose(dataset, instance);
    }
    if (sharing && !groups.hasOwn(tag::FrameVOILUTSequence)) {
        instance.windows = sharing->windows;
    } else {
        const auto voi = groups(tag::FrameVOILUTSequence);
        readWindows(voi ? *voi : dataset, instance);
    }
    if (sharing)
        instance.voiLuts = sharing->voiLuts;
    else
        readVoiLuts(dataset, instance);
    readSpacing(dataset, groups, instance);
    readPlane(dataset, groups, instance);
    readFrameDimensions(dataset, groups, instance);
    readDimensionValues(dataset, groups, instance);
    for (const Tag type : frameTypeSequences)
        if (const auto item = groups(type))
            instance.imageType = item->texts(tag::FrameType);
    return instance;
}

/// A header may claim two thousand million frames over a few bytes: the first missing one stands for the rest. And frames of less
/// than 8 × 8 pixels are no pictures: as many are shown as the bytes would hold of those.
int framesToShow(const PixelLayout& layout)
{
    constexpr qint64 leastFrameBytes = 64;
    qint64 bytes = layout.native.length;
    for (const PixelLayout::Piece& piece : layout.pieces)
        bytes += piece.length;
    const qint64 held = layout.isVideo() ? layout.availableFrames() : std::min<qint64>(layout.availableFrames() + 1, bytes / leastFrameBytes);
    return int(std::max<qint64>(1, std::min<qint64>(layout.description.frames, std::max<qint64>(10'000, held))));
}

/// Of an object without pixels: what it is instead (OBJ-12).
Error noImage(const Dataset& dataset)
{
    const QString sopClass = dataset.text(tag::SOPClassUID);
    const QString kind = objectKind(sopClass);
    if (!kind.isEmpty())
        return {Fault::NotFound, tr("it is no image: %1").arg(kind)};
    return {Fault::NotFound, sopClass.isEmpty() ? tr("the object has no pixels") : tr("the object (SOP class %1) has no pixels").arg(sopClass)};
}

} // namespace

float VoiLut::apply(double modalityValue) const
{
    const double index = std::clamp(std::floor(modalityValue) - double(firstMapped), 0.0, double(values.size() - 1));
    return values[size_t(index)];
}

Result<std::vector<Instance>> readInstances(const QString& path)
{
    const auto file = FileIdentity::of(path); // before it is read: what changes meanwhile is noticed when pixels are read
    if (!file && QFileInfo::exists(path))
        return fail(Fault::Unreadable, tr("it is no file"));
    const auto dataset = Dataset::read(path);
    if (!dataset)
        return std::unexpected(dataset.error());
    auto instances = readInstances(*dataset, path);
    if (instances)
        for (Instance& instance : *instances)
            instance.file = file;
    return instances;
}

Result<std::vector<Instance>> readInstances(const Dataset& dataset, const QString& path)
{
    auto layout = PixelLayout::of(dataset, path);
    if (!layout)
        return std::unexpected(layout.error().fault == Fault::NotFound ? noImage(dataset) : layout.error());
    Instance common;
    common.path = path;
    common.layout = *layout;
    common.pixels = (*layout)->description;
    readCommon(dataset, common);
    readConcatenation(dataset, common);
    common.dimensionIndex = readDimensionIndex(dataset);
    common.modules = ImageModules::of(dataset, common.pixels);

    readDimensions(dataset, common);
    const int frames = framesToShow(**layout);
    const auto shared = dataset.item(tag::SharedFunctionalGroupsSequence);
    const std::vector<Dataset> perFrame = dataset.items(tag::PerFrameFunctionalGroupsSequence);
    const bool isEnhanced = shared || !perFrame.empty();
    // What a frame without groups of its own is: read once, whatever the number of frames that share it.
    const Instance sharing = frameOf(dataset, FrameGroups(shared, nullptr), common);
    std::vector<Instance> instances;
    instances.reserve(size_t(frames));
    for (int frame = 0; frame < frames; ++frame) {
        const Dataset* own = size_t(frame) < perFrame.size() ? &perFrame[size_t(frame)] : nullptr;
        if (own && !own->tags().empty())
            instances.push_back(frameOf(dataset, FrameGroups(shared, own), common, &sharing));
        else
            instances.push_back(sharing);
        instances.back().frame = frame;
    }
    if (!isEnhanced) {
        placeClassicFrames(dataset, instances);
        readVectors(dataset, instances);
    }
    return instances;
}

} // namespace diascope::viewer
