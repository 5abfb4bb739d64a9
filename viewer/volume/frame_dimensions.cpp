#include "viewer/volume/frame_groups.h"
#include <QDate>
#include <QSet>
#include <cstring>
#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctag.h>

namespace diascope::viewer
{

namespace
{

using namespace dicom;

QString tr(const char* text) { return QCoreApplication::translate("Volume", text); }

constexpr Tag MrEchoSequence{0x0018, 0x9114};
constexpr Tag EffectiveEchoTime{0x0018, 0x9082};
constexpr Tag MrDiffusionSequence{0x0018, 0x9117};
constexpr Tag CardiacSynchronizationSequence{0x0018, 0x9118};
constexpr Tag NominalCardiacTriggerDelayTime{0x0020, 0x9153};
constexpr Tag TemporalPositionIndex{0x0020, 0x9128};
constexpr Tag MrModifierSequence{0x0018, 0x9115};
constexpr Tag InversionTimes{0x0018, 0x9079};
constexpr Tag DiffusionGradientDirectionSequence{0x0018, 0x9076};
constexpr Tag DiffusionGradientOrientation{0x0018, 0x9089};
constexpr Tag NominalPercentageOfCardiacPhase{0x0020, 0x9241};
constexpr Tag FrameReferenceTime{0x0054, 0x1300};
constexpr Tag PositionerPositionSequence{0x0018, 0x9405};
constexpr Tag PositionerPrimaryAngle{0x0018, 0x1510};
constexpr Tag PositionerSecondaryAngle{0x0018, 0x1511};
constexpr Tag PositionerPrimaryAngleIncrement{0x0018, 0x1520};
constexpr Tag PositionerSecondaryAngleIncrement{0x0018, 0x1521};
constexpr Tag ImagePositionVolume{0x0020, 0x9301};
constexpr Tag ImageOrientationVolume{0x0020, 0x9302};
constexpr Tag PlanePositionVolumeSequence{0x0020, 0x930E};
constexpr Tag PlaneOrientationVolumeSequence{0x0020, 0x930F};
constexpr Tag InConcatenationTotalNumber{0x0020, 0x9163};
constexpr Tag ConcatenationFrameOffsetNumber{0x0020, 0x9228};

/// What people call the attributes that dimensions usually point to, and their units.
struct KnownPointer
{
    Tag tag;
    const char* name;
    const char* unit;
};
constexpr KnownPointer knownPointers[] = {
    {EffectiveEchoTime, QT_TRANSLATE_NOOP("Volume", "echo time"), "ms"},
    {tag::DiffusionBValue, QT_TRANSLATE_NOOP("Volume", "b-value"), "s/mm²"},
    {DiffusionGradientOrientation, QT_TRANSLATE_NOOP("Volume", "gradient direction"), ""},
    {InversionTimes, QT_TRANSLATE_NOOP("Volume", "inversion time"), "ms"},
    {NominalCardiacTriggerDelayTime, QT_TRANSLATE_NOOP("Volume", "trigger time"), "ms"},
    {NominalPercentageOfCardiacPhase, QT_TRANSLATE_NOOP("Volume", "heart phase"), "%"},
    {TemporalPositionIndex, QT_TRANSLATE_NOOP("Volume", "temporal position"), ""},
    {{0x0020, 0x930D}, QT_TRANSLATE_NOOP("Volume", "time"), "s"},             // Temporal Position Time Offset
    {{0x0062, 0x000B}, QT_TRANSLATE_NOOP("Volume", "segment"), ""},           // Referenced Segment Number
    {{0x0054, 0x0010}, QT_TRANSLATE_NOOP("Volume", "energy window"), ""},     // and the other vectors of NM
    {{0x0054, 0x0020}, QT_TRANSLATE_NOOP("Volume", "detector"), ""},
    {{0x0054, 0x0030}, QT_TRANSLATE_NOOP("Volume", "phase"), ""},
    {{0x0054, 0x0050}, QT_TRANSLATE_NOOP("Volume", "rotation"), ""},
    {{0x0054, 0x0060}, QT_TRANSLATE_NOOP("Volume", "R-R interval"), ""},
    {{0x0054, 0x0070}, QT_TRANSLATE_NOOP("Volume", "time slot"), ""},
    {{0x0054, 0x0080}, QT_TRANSLATE_NOOP("Volume", "slice"), ""},
    {{0x0054, 0x0090}, QT_TRANSLATE_NOOP("Volume", "angular view"), ""},
    {{0x0054, 0x0100}, QT_TRANSLATE_NOOP("Volume", "time slice"), ""},
};

/// Where a frame is, not what it is.
bool isSpatial(Tag pointer)
{
    static constexpr Tag places[] = {tag::ImagePositionPatient, tag::ImageOrientationPatient, tag::InStackPositionNumber, tag::StackID,
                                     tag::SliceLocation, tag::PlanePositionSequence, tag::PlaneOrientationSequence, ImagePositionVolume,
                                     ImageOrientationVolume, PlanePositionVolumeSequence, PlaneOrientationVolumeSequence, tag::SliceVector};
    return std::find(std::begin(places), std::end(places), pointer) != std::end(places);
}

DimensionIndex indexOf(Tag pointer, Tag group, const QString& label)
{
    DimensionIndex index{pointer, group, label, {}, isSpatial(pointer)};
    for (const KnownPointer& known : knownPointers)
        if (known.tag == pointer) {
            index.unit = QString::fromUtf8(known.unit);
            if (label.isEmpty())
                index.name = tr(known.name);
        }
    if (index.name.isEmpty())
        index.name = QString::fromLatin1(DcmTag(pointer.group, pointer.element).getTagName());
    return index;
}

/// The value of an AT element.
Tag pointerOf(const Dataset& item, Tag attribute)
{
    const QByteArray bytes = item.bytes(attribute);
    if (bytes.size() < 4)
        return {};
    const auto word = [&](int at) { return quint16(quint8(bytes[at]) | quint8(bytes[at + 1]) << 8); };
    return {word(0), word(2)};
}

constexpr qint64 longestDimensionBytes = 1024; // of a value that tells frames apart

std::optional<Vec3> gradientOf(const Dataset& source)
{
    const auto numbers = source.numbers(DiffusionGradientOrientation, 4);
    return numbers.size() == 3 ? std::optional(Vec3{numbers[0], numbers[1], numbers[2]}) : std::nullopt;
}

/// A DICOM time HHMMSS.FFFFFF as seconds since midnight; the tail of a Date Time too.
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

/// Since the midnight of the study's date, so that what is acquired over midnight stays in order; without dates since midnight.
std::optional<double> secondsOf(const Dataset& dataset, const QString& date, const QString& time)
{
    const auto seconds = secondsOf(time);
    const auto dayOf = [](const QString& text) { return QDate::fromString(text.left(8), QStringLiteral("yyyyMMdd")); };
    const qint64 days = dayOf(dataset.text(tag::StudyDate)).daysTo(dayOf(date)); // 0 where one is no date
    return seconds && std::abs(days) < 366 ? std::optional(*seconds + double(days) * 86400) : seconds;
}

/// Of a Date Time.
std::optional<double> secondsOf(const Dataset& dataset, const QString& dateTime)
{
    const QString local = dateTime.section(u'+', 0, 0).section(u'-', 0, 0);
    return local.size() >= 12 ? secondsOf(dataset, local, local.mid(8)) : std::nullopt;
}

std::optional<double> acquisitionSeconds(const Dataset& dataset)
{
    if (const auto seconds = secondsOf(dataset, dataset.text(tag::AcquisitionDateTime)))
        return seconds;
    return secondsOf(dataset, dataset.text(tag::AcquisitionDate), dataset.text(tag::AcquisitionTime));
}

/// Of a private element, which is of no known kind (UN) in files with implicit VR: decimal text, a float, or doubles.
std::vector<double> privateNumbers(const Dataset& dataset, Tag attribute)
{
    if (auto numbers = dataset.numbers(attribute); !numbers.empty())
        return numbers;
    const QByteArray bytes = dataset.bytes(attribute);
    std::vector<double> numbers;
    bool isText = true;
    for (const QByteArray& part : bytes.split('\\')) {
        bool isNumber = false;
        numbers.push_back(part.trimmed().toDouble(&isNumber));
        isText = isText && isNumber;
    }
    if (isText)
        return numbers;
    numbers.clear();
    if (bytes.size() == sizeof(float)) {
        float single = 0;
        std::memcpy(&single, bytes.data(), sizeof(single));
        numbers = {double(single)};
    } else if (bytes.size() % qsizetype(sizeof(double)) == 0) {
        numbers.resize(size_t(bytes.size()) / sizeof(double));
        std::memcpy(numbers.data(), bytes.data(), numbers.size() * sizeof(double));
    }
    return numbers;
}

/// Before the standard had attributes for it the vendors wrote the b-value into their own, and many still do.
void readPrivateDiffusion(const Dataset& dataset, Instance& instance)
{
    std::vector<double> values;
    if (const auto siemens = privateTag(dataset, 0x0019, "SIEMENS MR HEADER", 0x0C)) {
        values = privateNumbers(dataset, *siemens);
        const auto direction = privateNumbers(dataset, {siemens->group, quint16(siemens->element + 2)});
        if (!instance.gradient && direction.size() == 3)
            instance.gradient = Vec3{direction[0], direction[1], direction[2]};
    } else if (const auto ge = privateTag(dataset, 0x0043, "GEMS_PARM_01", 0x39)) {
        values = privateNumbers(dataset, *ge);
    } else if (const auto philips = privateTag(dataset, 0x2001, "Philips Imaging DD 001", 0x03)) {
        values = privateNumbers(dataset, *philips);
    }
    if (!values.empty() && values.front() >= 0 && std::isfinite(values.front()))
        instance.bValue = std::fmod(values.front(), 1e9); // newer GE scanners add 10⁹ for flags
}

} // namespace

std::optional<Tag> privateTag(const Dataset& dataset, quint16 group, const char* creator, quint16 low)
{
    const std::vector<Tag> all = dataset.tags();
    for (const Tag block : all)
        if (block.group == group && block.element >= 0x10 && block.element <= 0xFF && dataset.text(block) == QLatin1String(creator))
            return Tag{group, quint16(block.element << 8 | low)};
    return std::nullopt;
}

void readDimensions(const Dataset& dataset, Instance& instance)
{
    instance.temporalPosition = dataset.number(tag::TemporalPositionIdentifier);
    instance.echoTimeMs = dataset.number(tag::EchoTime);
    instance.bValue = dataset.number(tag::DiffusionBValue);
    instance.triggerTimeMs = dataset.number(tag::TriggerTime);
    instance.acquisitionTimeS = acquisitionSeconds(dataset);
    instance.inversionTimeMs = dataset.number(tag::InversionTime);
    instance.gradient = gradientOf(dataset);
    instance.positionerPrimaryDeg = dataset.number(PositionerPrimaryAngle);
    instance.positionerSecondaryDeg = dataset.number(PositionerSecondaryAngle);
    instance.contentTimeS = secondsOf(dataset, dataset.text(tag::ContentDate), dataset.text(tag::ContentTime));
    instance.cardiacPhasePercent = dataset.number(NominalPercentageOfCardiacPhase);
    instance.frameReferenceTimeMs = dataset.number(FrameReferenceTime);
    instance.flipAngleDeg = dataset.number(tag::FlipAngle);
    instance.tubeVoltageKv = dataset.number(tag::KVP);
    instance.kernel = dataset.text(tag::ConvolutionKernel);
    if (!instance.bValue && instance.modality == "MR" && !instance.isMultiFrame())
        readPrivateDiffusion(dataset, instance);
}

void readFrameDimensions(const Dataset& dataset, const FrameGroups& groups, Instance& instance)
{
    if (const auto content = groups(tag::FrameContentSequence)) {
        if (const auto index = content->number(TemporalPositionIndex))
            instance.temporalPosition = index;
        instance.stackId = content->text(tag::StackID);
        instance.dimensionIndices = content->integers(tag::DimensionIndexValues, 256);
        if (const auto seconds = secondsOf(dataset, content->text(tag::FrameAcquisitionDateTime)))
            instance.acquisitionTimeS = seconds;
    }
    if (const auto echo = groups(MrEchoSequence))
        instance.echoTimeMs = echo->number(EffectiveEchoTime);
    if (const auto diffusion = groups(MrDiffusionSequence)) {
        instance.bValue = diffusion->number(tag::DiffusionBValue);
        const auto direction = diffusion->item(DiffusionGradientDirectionSequence);
        instance.gradient = direction ? gradientOf(*direction) : std::nullopt;
    }
    if (const auto modifier = groups(MrModifierSequence))
        if (const auto time = modifier->number(InversionTimes))
            instance.inversionTimeMs = time;
    if (const auto cardiac = groups(CardiacSynchronizationSequence)) {
        instance.triggerTimeMs = cardiac->number(NominalCardiacTriggerDelayTime);
        instance.cardiacPhasePercent = cardiac->number(NominalPercentageOfCardiacPhase);
    }
    if (const auto positioner = groups(PositionerPositionSequence)) {
        instance.positionerPrimaryDeg = positioner->number(PositionerPrimaryAngle);
        instance.positionerSecondaryDeg = positioner->number(PositionerSecondaryAngle);
    }
}

std::shared_ptr<const std::vector<DimensionIndex>> readDimensionIndex(const Dataset& dataset)
{
    auto dimensions = std::make_shared<std::vector<DimensionIndex>>();
    const std::vector<Dataset> items = dataset.items(tag::DimensionIndexSequence);
    for (const Dataset& item : items)
        dimensions->push_back(indexOf(pointerOf(item, tag::DimensionIndexPointer), pointerOf(item, tag::FunctionalGroupPointer), item.text(tag::DimensionDescriptionLabel)));
    return dimensions->empty() ? nullptr : dimensions;
}

void readDimensionValues(const Dataset& dataset, const FrameGroups& groups, Instance& instance)
{
    if (!instance.dimensionIndex || instance.dimensionIndex->size() != instance.dimensionIndices.size()) {
        instance.dimensionIndex.reset();
        return;
    }
    for (const DimensionIndex& dimension : *instance.dimensionIndex) {
        const auto group = groups(dimension.group);
        QString value;
        const Dataset& source = group ? *group : dataset;
        if (!dimension.isSpatial && source.lengthOf(dimension.pointer) <= longestDimensionBytes)
            value = source.text(dimension.pointer);
        if (value.isEmpty() && dimension.pointer == DiffusionGradientOrientation && instance.gradient)
            value = QStringLiteral("%1\\%2\\%3").arg(instance.gradient->x).arg(instance.gradient->y).arg(instance.gradient->z);
        instance.dimensionValues << value;
    }
}

void readVectors(const Dataset& dataset, std::vector<Instance>& frames)
{
    // Rotational angiography: the angles of each frame from those of the first (PS3.3 C.8.7.5).
    const auto primary = dataset.numbers(PositionerPrimaryAngleIncrement);
    const auto secondary = dataset.numbers(PositionerSecondaryAngleIncrement);
    for (size_t i = 0; i < frames.size(); ++i) {
        if (frames[i].positionerPrimaryDeg && primary.size() == frames.size())
            *frames[i].positionerPrimaryDeg += primary[i];
        if (frames[i].positionerSecondaryDeg && secondary.size() == frames.size())
            *frames[i].positionerSecondaryDeg += secondary[i];
    }
    if (frames.front().modality != "NM")
        return;
    auto dimensions = std::make_shared<std::vector<DimensionIndex>>();
    for (const quint16 element : {0x0010, 0x0020, 0x0030, 0x0050, 0x0060, 0x0070, 0x0080, 0x0090, 0x0100}) {
        const Tag vector{0x0054, element};
        const auto numbers = dataset.integers(vector);
        if (numbers.size() != frames.size())
            continue;
        dimensions->push_back(indexOf(vector, {}, {}));
        for (size_t i = 0; i < frames.size(); ++i) {
            frames[i].dimensionIndices.push_back(numbers[i]);
            frames[i].dimensionValues << QString::number(numbers[i]);
        }
    }
    if (!dimensions->empty())
        for (Instance& frame : frames)
            frame.dimensionIndex = dimensions;
}

void readConcatenation(const Dataset& dataset, Instance& instance)
{
    instance.concatenationUid = dataset.text(tag::ConcatenationUID);
    if (instance.concatenationUid.isEmpty())
        return;
    instance.concatenationNumber = int(std::clamp<qint64>(dataset.integer(tag::InConcatenationNumber).value_or(1), 1, 65535));
    instance.concatenationTotal = int(std::clamp<qint64>(dataset.integer(InConcatenationTotalNumber).value_or(0), 0, 65535));
    // Without the offset the parts are ordered by their numbers.
    instance.firstFrameInObject = std::clamp<qint64>(
        dataset.integer(ConcatenationFrameOffsetNumber).value_or(qint64(instance.concatenationNumber - 1) << 32), 0, qint64(1) << 48);
}

} // namespace diascope::viewer
