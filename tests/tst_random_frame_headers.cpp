// Headers drawn at random, and what is read of each frame.
#include "tests/support/drawn_dataset.h"
#include "viewer/volume/instance.h"
#include <QTemporaryDir>
#include <QTest>

using namespace diascope;
using namespace diascope::viewer;
using dicom::Dataset;
using dicom::Tag;
using test::Numbers;
using test::first;
using test::one;
using test::oneOrTwo;
using test::say;
using test::some;
using test::word;
namespace tag = dicom::tag;

namespace {

QString coordinates(Vec3 v)
{
    return QStringLiteral("(%1 %2 %3)").arg(v.x, 0, 'f', 6).arg(v.y, 0, 'f', 6).arg(v.z, 0, 'f', 6).replace("-0.000000", "0.000000");
}

const char* const unsaid = "-";

/// What readInstances found, attribute by attribute.
QStringList linesOf(const Instance& i)
{
    QStringList lines;
    lines << QStringLiteral("uids %1 %2 %3 %4 %5").arg(i.studyUid.value, i.seriesUid.value, i.uid.value, i.frameOfReference.value, i.sopClassUid);
    lines << QStringLiteral("numbers %1 %2 frame %3 modality %4").arg(say(i.instanceNumber), say(i.acquisitionNumber)).arg(i.frame).arg(i.modality);
    lines << QStringLiteral("type %1 localizer %2 orientation %3").arg(i.imageType.join(u'\\')).arg(int(i.isLocalizer)).arg(i.patientOrientation.join(u'\\'));
    lines << QStringLiteral("inverted %1 lossy %2 %3 processing %4").arg(int(i.isInverted)).arg(int(i.isLossy)).arg(i.lossyRatio).arg(int(i.isForProcessing));
    lines << QStringLiteral("padding %1").arg(i.pixels.padding ? say(i.pixels.padding->low) + u'/' + say(i.pixels.padding->high) : QString(unsaid));
    lines << QStringLiteral("spacing %1 origin %2 aspect %3 thickness %4")
                 .arg(i.spacingMm ? say(Numbers{i.spacingMm->row, i.spacingMm->column}) : QString(unsaid))
                 .arg(int(i.spacingOrigin))
                 .arg(say(i.pixelAspect), say(i.sliceThicknessMm));
    lines << (i.plane ? QStringLiteral("plane %1 %2 %3 %4")
                                .arg(coordinates(i.plane->originLps), coordinates(i.plane->rowDirection), coordinates(i.plane->columnDirection),
                                     say(Numbers{i.plane->spacingMm.row, i.plane->spacingMm.column})) +
                            QStringLiteral(" %1x%2 %3").arg(i.plane->columns).arg(i.plane->rows).arg(int(i.plane->isInPatient))
                      : QStringLiteral("plane -"));
    lines << QStringLiteral("rescale %1 %2 %3").arg(say(i.modalityTransform.slope), say(i.modalityTransform.intercept), i.modalityTransform.unit);
    QStringList windows;
    for (const StoredWindow& w : i.windows)
        windows << QStringLiteral("%1/%2 %3 %4").arg(say(w.centre), say(w.width), w.name).arg(int(w.function));
    lines << "windows " + windows.join(u';');
    QStringList luts;
    for (const auto& lut : i.voiLuts)
        luts << QStringLiteral("%1 from %2: %3").arg(lut->name).arg(lut->firstMapped).arg(say(Numbers(lut->values.begin(), lut->values.end())));
    lines << "luts " + luts.join(u';');
    lines << QStringLiteral("temporal %1 echo %2 b %3 trigger %4 heart %5")
                 .arg(say(i.temporalPosition), say(i.echoTimeMs), say(i.bValue), say(i.triggerTimeMs), say(i.cardiacPhasePercent));
    lines << QStringLiteral("inversion %1 flip %2 kv %3 reference %4 kernel %5")
                 .arg(say(i.inversionTimeMs), say(i.flipAngleDeg), say(i.tubeVoltageKv), say(i.frameReferenceTimeMs), i.kernel);
    lines << QStringLiteral("acquired %1 content %2 stack %3").arg(say(i.acquisitionTimeS), say(i.contentTimeS), i.stackId);
    lines << QStringLiteral("angles %1 %2 frame time %3").arg(say(i.positionerPrimaryDeg), say(i.positionerSecondaryDeg), say(i.frameTimeMs));
    lines << QStringLiteral("concatenation %1 %2 of %3 from %4")
                 .arg(i.concatenationUid)
                 .arg(i.concatenationNumber)
                 .arg(i.concatenationTotal)
                 .arg(i.firstFrameInObject);
    return lines;
}

/// What one level of an object (itself, shared, a frame's own) says in one functional group.
struct Said
{
    bool isThere = false;
    Numbers a, b;
    bool isBad = false;
    QStringList texts;
    QString text;
    std::optional<double> seconds; ///< since the midnight of the study's date
};
enum Group { Voi, Rescale, Measures, Position, Orientation, Content, Echo, Diffusion, Cardiac, Positioner, Type, groupCount };
constexpr Tag groupTags[] = {tag::FrameVOILUTSequence,
                             tag::PixelValueTransformationSequence,
                             tag::PixelMeasuresSequence,
                             tag::PlanePositionSequence,
                             tag::PlaneOrientationSequence,
                             tag::FrameContentSequence,
                             {0x0018, 0x9114},
                             {0x0018, 0x9117},
                             {0x0018, 0x9118},
                             {0x0018, 0x9405},
                             {0x0018, 0x9226}};

/// A day and a time of day, in seconds since the midnight of 10 January; nothing where the time is none.
std::optional<double> drawnMoment(test::Dice& dice, QString& day, QString& time)
{
    const std::tuple<const char*, std::optional<double>> times[] = {{"000000", 0}, {"1015", 36900}, {"235959.5", 86399.5}, {"010203", 3723},
                                                                    {"", {}},      {"abcd", {}},    {"12ab56", {}},        {"1015x", {}}};
    const std::pair<const char*, int> days[] = {{"20260110", 0}, {"20260111", 1}, {"20260109", -1}, {"", 0}, {"20240101", 0}};
    const auto& [name, seconds] = times[dice.upTo(7)];
    const auto& [date, after] = days[dice.upTo(4)];
    time = name;
    day = date;
    return seconds ? std::optional(*seconds + 86400.0 * after) : std::nullopt;
}

Said written(test::Dice& dice, Dataset& to, Group group, bool isTop, bool isTidy)
{
    Said said;
    said.isThere = true;
    if (group == Voi) {
        said.a = some(dice, to, tag::WindowCenter, {0, 1, 2, 3}, {-1000, -0.5, 0, 40});
        said.b = some(dice, to, tag::WindowWidth, {0, 1, 2, 3}, {-5, 0, 0.5, 1, 2, 400});
        const QString names = word(dice, to, tag::WindowCenterWidthExplanation, {"", "BONE", "BONE\\LUNG", "BONE\\LUNG\\BRAIN\\LIVER"});
        said.texts = names.split(u'\\', Qt::SkipEmptyParts);
        said.text = word(dice, to, tag::VOILUTFunction, {"", "LINEAR", "SIGMOID", "LINEAR_EXACT", "OTHER"});
    } else if (group == Rescale) {
        said.a = oneOrTwo(dice, to, tag::RescaleSlope, {1, 0, -2, 0.5}, &said.isBad);
        said.b = oneOrTwo(dice, to, tag::RescaleIntercept, {0, -1024, 7.25}, &said.isBad);
        said.text = word(dice, to, tag::RescaleType, {"", "HU", "US", "OD"});
    } else if (group == Measures) {
        bool isBad = false;
        if (isTidy)
            to.setNumbers(tag::PixelSpacing, said.a = {dice.of({0.5, 0.7, 1.0}), dice.of({0.5, 2.0})});
        else
            said.a = some(dice, to, tag::PixelSpacing, {1, 2, 2, 2, 2, 3}, {0.5, 0.5, 0.7, 1, 1, 2, 1e-6, 1e5, 0, -1, 9e-7, 100001}, &isBad);
        said.b = oneOrTwo(dice, to, tag::SliceThickness, {0, 1.25, 5});
    } else if (group == Position) {
        if (isTidy)
            to.setNumbers(tag::ImagePositionPatient, said.a = {dice.of({-10.0, 0.0, 1e5}), dice.of({-20.0, 5.5}), dice.of({0.0, 12.0, -300.0})});
        else
            said.a = some(dice, to, tag::ImagePositionPatient, {2, 3, 3, 3, 3, 3}, {-10, 0, 20.5, 1e5, 100001});
    } else if (group == Orientation) {
        const Numbers ways[] = {{1, 0, 0, 0, 1, 0},     {0, 1, 0, 0, 0, -1},   {0.8, 0.6, 0, -0.6, 0.8, 0}, {1.04, 0, 0, 0, 0.96, 0},
                                {1.06, 0, 0, 0, 1, 0},  {1, 0, 0, 0, 0.94, 0}, {1, 0, 0, 0.04, 1, 0},       {1, 0, 0, 0.06, 1, 0},
                                {1, 0, 0, -0.06, 1, 0}, {1, 0, 0, 0, 1},       {0, 0, 0, 0, 1, 0}};
        said.a = isTidy && dice.chance(80) ? ways[dice.upTo(2)] : ways[dice.upTo(10)];
        to.setNumbers(tag::ImageOrientationPatient, said.a);
    } else if (group == Content) {
        said.a = oneOrTwo(dice, to, isTop ? tag::TemporalPositionIdentifier : Tag{0x0020, 0x9128}, {0, 1, 2});
        if (!isTop) {
            said.text = word(dice, to, tag::StackID, {"", "1", "A"});
            QString day, time;
            const auto seconds = drawnMoment(dice, day, time);
            (void)to.setText(tag::FrameAcquisitionDateTime, day + time + (dice.chance(30) ? "+0100" : dice.chance(30) ? "-0500" : ""));
            if (!day.isEmpty() && !time.isEmpty())
                said.seconds = seconds;
        }
    } else if (group == Echo) {
        said.a = oneOrTwo(dice, to, isTop ? tag::EchoTime : Tag{0x0018, 0x9082}, {0, 12.5, 90});
    } else if (group == Diffusion) {
        said.a = oneOrTwo(dice, to, tag::DiffusionBValue, {0, 500, 1000});
    } else if (group == Cardiac) {
        said.a = oneOrTwo(dice, to, isTop ? tag::TriggerTime : Tag{0x0020, 0x9153}, {0, 33.5});
        said.b = oneOrTwo(dice, to, {0x0020, 0x9241}, {0, 75});
    } else if (group == Positioner) {
        said.a = oneOrTwo(dice, to, {0x0018, 0x1510}, {-30, 0, 12.5});
        said.b = oneOrTwo(dice, to, {0x0018, 0x1511}, {-5, 20});
    } else if (group == Type) {
        const QString type =
            word(dice, to, isTop ? tag::ImageType : tag::FrameType,
                 {"", "ORIGINAL\\PRIMARY\\AXIAL", "DERIVED\\PRIMARY\\AXIAL", "DERIVED\\SECONDARY\\MPR", "ORIGINAL\\PRIMARY\\LOCALIZER", "ORIGINAL\\PRIMARY"});
        said.texts = type.split(u'\\', Qt::SkipEmptyParts);
    }
    return said;
}

std::optional<PixelSpacing> spacingOf(const Numbers& numbers)
{
    for (size_t i = 0; i < 2; ++i)
        if (numbers.size() < 2 || numbers[i] < 1e-6 || numbers[i] > 1e5)
            return std::nullopt;
    return PixelSpacing{numbers[0], numbers[1]};
}

} // namespace

class TestRandomFrameHeaders : public QObject
{
    Q_OBJECT

    test::Reached m_reached;
    const test::DrawnImageFile m_image;

private Q_SLOTS:
    void initTestCase() { QVERIFY(m_image.isWritten); }

    /// PS3.3 C.7.6.16: what the frame says, else what is shared, else the object; C.7.6.2, C.11.2, C.7.5.1.1.2, 10.7.1, C.8.8.3.2.
    void GEO_11_GEO_16_GEO_19_PIX_04_PIX_05_PIX_06_PIX_07_PIX_08_PIX_14_PIX_17_eachFrameIsReadAsItWasWritten()
    {
        for (int seed = 1; seed <= test::rounds(4000); ++seed) {
            test::Dice dice(seed);
            const bool isTidy = dice.chance(60);
            Dataset d;
            const int frames = dice.of({1, 1, 3});
            const bool isSigned = dice.chance(50);
            test::beginImage(d, frames, 16, 15, isSigned);
            const QString photometric = word(dice, d, tag::PhotometricInterpretation, {"MONOCHROME1", "MONOCHROME2", ""});
            const QString shape = word(dice, d, tag::PresentationLUTShape, {"", "INVERSE", "IDENTITY"});
            const QString modality = word(dice, d, tag::Modality, {"CT", "CT", "MR", "CR", "DX", "MG", "RG", "XA", "RF", "IO", "PX", "US", "NM", "NM", "PT"});
            QStringList uids;
            for (const Tag uid : {tag::StudyInstanceUID, tag::SeriesInstanceUID, tag::SOPInstanceUID, tag::FrameOfReferenceUID, tag::SOPClassUID})
                uids << word(dice, d, uid, {"", "1.2.3", "1.2.4", "1.2.840.10008.5.1.4.1.1.2"});
            const QString pixelUnits = word(dice, d, tag::Units, {"", "BQML", "CNTS"});
            const auto number = one(dice, d, tag::InstanceNumber, {0, 7, -3, 2147483648.0 * 2}),
                       acquisition = one(dice, d, tag::AcquisitionNumber, {1, -5e9});
            const QString orientation = word(dice, d, tag::PatientOrientation, {"", "L\\P", "A\\FR"});
            const QString lossy = word(dice, d, tag::LossyImageCompression, {"", "00", "01"}),
                          ratio = word(dice, d, tag::LossyImageCompressionRatio, {"", "10", "10\\5.5"});
            const QString intent = word(dice, d, tag::PresentationIntentType, {"", "FOR PROCESSING", "FOR PRESENTATION"});
            const auto frameTime = one(dice, d, tag::FrameTime, {0, 40, 33.5}),
                       rate = one(dice, d, tag::RecommendedDisplayFrameRate, {0, 10, 25});
            const auto cineRate = one(dice, d, tag::CineRate, {0, 8, 50});
            const auto padding = one(dice, d, tag::PixelPaddingValue, {0, -2000, 63536, 32767, 32768}),
                       limit = one(dice, d, tag::PixelPaddingRangeLimit, {0, -1990, 65535, 40000});
            const Numbers detector = some(dice, d, tag::ImagerPixelSpacing, {1, 2, 2, 2}, {0.5, 0.7, 0, 1}),
                          nominal = some(dice, d, {0x0018, 0x2010}, {1, 2, 2}, {0.25, 0, 3});
            const Numbers aspect = some(dice, d, tag::PixelAspectRatio, {1, 2, 2}, {1, 3, 0});
            const QString calibration = word(dice, d, tag::PixelSpacingCalibrationType, {"", "", "GEOMETRY", "FIDUCIAL"});
            const auto inversion = one(dice, d, tag::InversionTime, {0, 150}), flip = one(dice, d, tag::FlipAngle, {15, 90}),
                       voltage = one(dice, d, tag::KVP, {80, 120});
            const auto reference = one(dice, d, {0x0054, 0x1300}, {0, 1500});
            const QString kernel = word(dice, d, tag::ConvolutionKernel, {"", "B30f", "B70f"});
            // Times over midnight count from the study's day.
            const bool hasStudyDate = dice.chance(80);
            if (hasStudyDate)
                (void)d.setText(tag::StudyDate, "20260110");
            const auto moment = [&](Tag date, Tag time) {
                QString day, clock;
                auto seconds = drawnMoment(dice, day, clock);
                if (!day.isEmpty())
                    (void)d.setText(date, day);
                if (!clock.isEmpty())
                    (void)d.setText(time, clock);
                return seconds && !hasStudyDate ? std::optional(std::fmod(*seconds + 2 * 86400, 86400)) : seconds;
            };
            auto acquired = moment(tag::AcquisitionDate, tag::AcquisitionTime);
            const auto content = moment(tag::ContentDate, tag::ContentTime);
            if (m_reached.count("acquisition date time", dice.chance(30))) {
                (void)d.setText(tag::AcquisitionDateTime, dice.chance(50) ? "20260111000010.5+0100" : "20260111000010.5");
                acquired = hasStudyDate ? 86410.5 : 10.5;
            }
            QString concatenation;
            int part = 1, parts = 0;
            qint64 offset = 0;
            if (m_reached.count("concatenation", dice.chance(30))) {
                concatenation = word(dice, d, tag::ConcatenationUID, {"1.7", ""});
                const auto n = one(dice, d, tag::InConcatenationNumber, {0, 1, 3}), total = one(dice, d, {0x0020, 0x9163}, {0, 4}),
                           before = one(dice, d, {0x0020, 0x9228}, {0, 12});
                if (!concatenation.isEmpty()) {
                    part = n && *n > 1 ? int(*n) : 1;
                    parts = int(total.value_or(0));
                    offset = before ? qint64(*before) : qint64(part - 1) * (qint64(1) << 32);
                }
            }
            // The functional groups: of the object, shared, of each frame.
            std::vector<std::array<Said, groupCount>> levels(2 + size_t(frames));
            for (int g = 0; g < groupCount; ++g)
                levels[0][size_t(g)] = written(dice, d, Group(g), true, isTidy);
            const int hasGroups = dice.of({0, 0, 1, 2, 3}); // bits: shared, per frame
            const auto writeGroups = [&](Dataset item, std::array<Said, groupCount>& level) {
                for (int g = 0; g < groupCount; ++g)
                    if (m_reached.count(QStringLiteral("group %1").arg(g), dice.chance(40))) {
                        Dataset inner = item.addItem(groupTags[g]);
                        level[size_t(g)] = written(dice, inner, Group(g), false, isTidy);
                        if (!hasStudyDate && level[size_t(g)].seconds)
                            level[size_t(g)].seconds = std::fmod(*level[size_t(g)].seconds + 2 * 86400, 86400);
                    }
            };
            if (hasGroups & 1)
                writeGroups(d.addItem(tag::SharedFunctionalGroupsSequence), levels[1]);
            for (int f = 0; f < frames && hasGroups & 2; ++f) {
                Dataset item = d.addItem(tag::PerFrameFunctionalGroupsSequence);
                if (m_reached.count("frames with groups of their own", dice.chance(80)))
                    writeGroups(item, levels[2 + size_t(f)]);
            }
            // VOI LUTs and doses are the object's.
            QStringList luts;
            const bool isBelowZero = [&] {
                const Said& s = levels[levels[1][Rescale].isThere ? 1 : 0][Rescale];
                return !s.isBad && first(s.a).value_or(1) != 0 && first(s.b).value_or(0) < 0;
            }();
            const auto doseScaling =
                modality == "CT" && m_reached.count("dose", dice.chance(15)) ? one(dice, d, {0x3004, 0x000E}, {0.001, 0, -1}) : std::nullopt;
            const QString doseUnits = doseScaling ? word(dice, d, {0x3004, 0x0002}, {"", "GY"}) : QString();
            const bool isDose = doseScaling && *doseScaling > 0;
            if (m_reached.count("VOI LUT", dice.chance(25))) {
                Dataset item = d.addItem(tag::VOILUTSequence);
                const int bits = dice.of({8, 10, 12, 16, 0, 17}), low = dice.of({0, 100, 65530}), count = dice.of({3, 4});
                item.setNumbers(tag::LUTDescriptor, {double(count), double(low), double(bits)});
                const QString name = word(dice, item, tag::LUTExplanation, {"", "SOFT"});
                QByteArray bytes;
                Numbers expected;
                const bool isPacked = bits == 8 && dice.chance(50);
                const int stored = dice.of({count, count, 2});
                for (int i = 0; i < stored; ++i) {
                    const int value = dice.upTo(bits == 8 ? 255 : bits == 16 ? 65535 : 4999);
                    bytes += char(value & 0xFF);
                    if (!isPacked)
                        bytes += char(value >> 8);
                    if (bits > 0 && bits < 17)
                        expected.push_back(double(std::min(1.0f, float(value) / float((1 << bits) - 1))));
                }
                item.setBytes(tag::LUTData, bytes);
                if (isPacked && bytes.size() % 2 && count > int(bytes.size())) // the byte that makes it even counts as data
                    expected.push_back(0);
                if (bits == 8 && !isPacked && stored < count) { // too short for words: bytes
                    expected.clear();
                    for (int i = 0; i < count; ++i)
                        expected.push_back(double(float(quint8(bytes[i])) / 255.0f));
                }
                if (bits > 0 && bits < 17)
                    luts << QStringLiteral("%1 from %2: %3")
                                .arg(name)
                                .arg(low > 32767 && (isSigned || (!isDose && isBelowZero)) ? low - 65536 : low)
                                .arg(say(expected));
            }
            // Frames without groups of their own have their places elsewhere.
            const auto between = modality == "NM" && m_reached.count("NM reconstruction", dice.chance(70)) ? std::optional(dice.of({3.0, -2.5, 0.0})) : std::nullopt;
            if (between)
                d.setNumber(tag::SpacingBetweenSlices, *between);
            const QString reconstruction = "ORIGINAL\\PRIMARY\\RECON TOMO";
            if (between && dice.chance(80)) {
                (void)d.setText(tag::ImageType, reconstruction);
                levels[0][Type].texts = reconstruction.split(u'\\');
            }
            Numbers sliceVector, offsets;
            if (between && frames == 3 && dice.chance(60))
                d.setNumbers(tag::SliceVector, sliceVector = dice.of<Numbers>({{1, 2, 3}, {3, 2, 1}, {2, 1}}));
            Numbers detectorPosition;
            Numbers detectorOrientation;
            if (between && m_reached.count("detector's position", dice.chance(30))) {
                Dataset item = d.addItem({0x0054, 0x0022});
                item.setNumbers(tag::ImagePositionPatient, detectorPosition = {1, 2, 3});
                item.setNumbers(tag::ImageOrientationPatient, detectorOrientation = {0, 1, 0, 0, 0, -1});
            }
            const double z = levels[0][Position].a.size() > 2 ? levels[0][Position].a[2] : 0;
            if (m_reached.count("frame offsets", modality != "NM" && dice.chance(20)))
                d.setNumbers({0x3004, 0x000C},
                             offsets = dice.of<Numbers>(
                                 {{0, 2, 5}, {z, z + 2, z + 5}, {0, -3, -6}, {0, 2}, {z + 0.009, z + 2, z + 5}, {z + 0.011, z + 2, z + 5}, {7, 9, 11}}));
            const auto read = readInstances(d, m_image.path);
            QVERIFY2(read && int(read->size()) == frames, qPrintable(QStringLiteral("seed %1").arg(seed)));

            std::optional<PlaneGeometry> firstPlane;
            for (int f = 0; f < frames; ++f) {
                const auto group = [&](Group g) -> const Said& {
                    return levels[2 + size_t(f)][g].isThere ? levels[2 + size_t(f)][g] : levels[levels[1][g].isThere ? 1 : 0][g];
                };
                const auto isGrouped = [&](Group g) { return levels[2 + size_t(f)][g].isThere || levels[1][g].isThere; };
                QStringList should;
                const QStringList top = levels[0][Type].texts;
                should << QStringLiteral("uids %1 %2 %3 %4 %5").arg(uids[0], uids[1], uids[2], uids[3], uids[4]);
                const auto bounded = [](const std::optional<double>& v) {
                    return v ? std::optional(int(std::max(-2147483647.0, std::min(2147483647.0, *v)))) : std::nullopt;
                };
                should << QStringLiteral("numbers %1 %2 frame %3 modality %4").arg(say(bounded(number)), say(bounded(acquisition))).arg(f).arg(modality);
                const QStringList type = isGrouped(Type) ? group(Type).texts : top;
                should << QStringLiteral("type %1 localizer %2 orientation %3")
                              .arg(type.join(u'\\'))
                              .arg(int(top.size() > 2 && top[2] == "LOCALIZER"))
                              .arg(orientation);
                const bool isInverted = photometric == "MONOCHROME1" || (photometric != "MONOCHROME1" && shape == "INVERSE");
                should << QStringLiteral("inverted %1 lossy %2 %3 processing %4")
                              .arg(int(isInverted))
                              .arg(int(lossy == "01"))
                              .arg(ratio)
                              .arg(int(intent == "FOR PROCESSING"));
                const auto stored = [&](double v) { return isSigned && v > 32767 ? v - 65536 : !isSigned && v < 0 ? v + 65536 : v; };
                QString range = unsaid;
                if (m_reached.count("padding", padding.has_value())) {
                    const double low = stored(*padding), high = stored(limit.value_or(*padding));
                    range = say(std::min(low, high)) + u'/' + say(std::max(low, high));
                }
                should << "padding " + range;
                const Said& measures = group(Measures);
                const auto spacing = spacingOf(measures.a), atDetector = spacingOf(detector), scanned = spacingOf(nominal);
                const bool isProjection =
                    QStringList{"CR", "DX", "MG", "RG", "XA", "RF", "IO", "PX"}.contains(modality) && !(isGrouped(Measures) && isGrouped(Position));
                std::optional<PixelSpacing> used = spacing ? spacing : atDetector ? atDetector : scanned;
                SpacingOrigin from = SpacingOrigin::None;
                if (spacing)
                    from = !isProjection             ? SpacingOrigin::Patient
                           : !calibration.isEmpty()  ? SpacingOrigin::Calibrated
                           : !atDetector             ? SpacingOrigin::Unknown
                           : *atDetector == *spacing ? SpacingOrigin::Detector
                                                     : SpacingOrigin::Calibrated;
                else if (used)
                    from = atDetector ? SpacingOrigin::Detector : SpacingOrigin::Unknown;
                m_reached.count(QStringLiteral("spacing origin %1").arg(int(from)), true);
                const auto byAspect = spacingOf(aspect);
                should << QStringLiteral("spacing %1 origin %2 aspect %3 thickness %4")
                              .arg(used ? say(Numbers{used->row, used->column}) : QString(unsaid))
                              .arg(int(from))
                              .arg(say(used       ? used->row / used->column
                                       : byAspect ? byAspect->row / byAspect->column
                                                  : 1),
                                   say(first(measures.b)));
                // The plane.
                const auto planeAt = [&](const Numbers& at, const Numbers& way) -> std::optional<PlaneGeometry> {
                    if (at.size() < 3 || way.size() < 6 || !used)
                        return std::nullopt;
                    for (const double v : at)
                        if (std::abs(v) > 1e5)
                            return std::nullopt;
                    const double rowLength = std::hypot(way[0], way[1], way[2]), columnLength = std::hypot(way[3], way[4], way[5]);
                    const double along = way[0] * way[3] + way[1] * way[4] + way[2] * way[5];
                    if (rowLength < 0.95 || rowLength > 1.05 || columnLength < 0.95 || columnLength > 1.05 || std::abs(along) > 0.05)
                        return std::nullopt;
                    PlaneGeometry plane;
                    plane.originLps = {at[0], at[1], at[2]};
                    plane.rowDirection = {way[0] / rowLength, way[1] / rowLength, way[2] / rowLength};
                    const double k = along / rowLength; // Gram and Schmidt
                    Vec3 c{way[3] - k * plane.rowDirection.x, way[4] - k * plane.rowDirection.y, way[5] - k * plane.rowDirection.z};
                    const double length = std::hypot(c.x, c.y, c.z);
                    plane.columnDirection = {c.x / length, c.y / length, c.z / length};
                    plane.spacingMm = *used;
                    plane.rows = 6;
                    plane.columns = 8;
                    return plane;
                };
                auto plane = planeAt(group(Position).a, group(Orientation).a);
                if (hasGroups == 0) {
                    if (f == 0)
                        firstPlane = plane;
                    const auto along = [&](const PlaneGeometry& p, double distance) {
                        const Vec3 r = p.rowDirection, c = p.columnDirection;
                        PlaneGeometry moved = p;
                        moved.originLps = {p.originLps.x + distance * (r.y * c.z - r.z * c.y), p.originLps.y + distance * (r.z * c.x - r.x * c.z),
                                           p.originLps.z + distance * (r.x * c.y - r.y * c.x)};
                        return moved;
                    };
                    const auto recon =
                        detectorPosition.empty() ? planeAt(levels[0][Position].a, levels[0][Orientation].a) : planeAt(detectorPosition, detectorOrientation);
                    const bool isRecon = between && *between != 0 && type.value(2) == "RECON TOMO" && recon;
                    std::optional<PlaneGeometry> placed;
                    if (!offsets.empty() && int(offsets.size()) >= frames && firstPlane) {
                        const bool isTransverse = std::abs(firstPlane->rowDirection.x) > 0.999 && std::abs(firstPlane->columnDirection.y) > 0.999;
                        if (m_reached.count("dose by distances", offsets[0] == 0))
                            placed = along(*firstPlane, offsets[size_t(f)]);
                        else if (m_reached.count("dose by heights", isTransverse && std::abs(offsets[0] - firstPlane->originLps.z) <= 0.01)) {
                            placed = firstPlane;
                            placed->originLps.z = offsets[size_t(f)];
                        }
                    } else if (offsets.empty() && isRecon) {
                        placed = along(*recon, *between * (int(sliceVector.size()) == frames ? sliceVector[size_t(f)] - 1 : f));
                    }
                    if (placed || frames > 1)
                        plane = placed;
                }
                m_reached.count("plane", plane.has_value());
                should << (plane ? QStringLiteral("plane %1 %2 %3 %4 8x6 1")
                                       .arg(coordinates(plane->originLps), coordinates(plane->rowDirection), coordinates(plane->columnDirection), say(Numbers{used->row, used->column}))
                                 : QStringLiteral("plane -"));
                const Said& rescale = group(Rescale);
                double slope = first(rescale.a).value_or(1), intercept = first(rescale.b).value_or(0);
                QString unit = rescale.text == "US" ? QString() : rescale.text;
                const bool isHounsfield = modality == "CT" && (!rescale.a.empty() || !rescale.b.empty()) &&
                                          (top.value(0) == "ORIGINAL" || (top.value(0) == "DERIVED" && top.value(2) == "AXIAL"));
                if (rescale.text.isEmpty() && isHounsfield)
                    unit = "HU";
                if (modality == "PT" && !pixelUnits.isEmpty())
                    unit = pixelUnits;
                if (top.value(2) == "LOCALIZER")
                    unit.clear();
                if (m_reached.count("mistaken rescale", rescale.isBad || slope == 0)) {
                    slope = 1;
                    intercept = 0;
                    unit.clear();
                }
                if (isDose) {
                    slope = *doseScaling;
                    intercept = 0;
                    unit = doseUnits;
                }
                should << QStringLiteral("rescale %1 %2 %3").arg(say(slope), say(intercept), unit);
                const Said& voi = group(Voi);
                QStringList windows;
                for (size_t i = 0; i < voi.a.size() && i < voi.b.size(); ++i) {
                    const bool isExact = voi.text == "LINEAR_EXACT", isSigmoid = voi.text == "SIGMOID";
                    if (voi.b[i] >= 1 || (voi.b[i] > 0 && (isExact || isSigmoid)))
                        windows << QStringLiteral("%1/%2 %3 %4")
                                       .arg(say(voi.a[i]), say(voi.b[i]), voi.texts.value(qsizetype(i)))
                                       .arg(isSigmoid ? 2
                                            : isExact ? 1
                                                      : 0);
                }
                m_reached.count("several windows", windows.size() > 1);
                should << "windows " + windows.join(u';') << "luts " + luts.join(u';');
                const auto ofContent = isGrouped(Content) ? first(group(Content).a) : std::nullopt;
                should << QStringLiteral("temporal %1 echo %2 b %3 trigger %4 heart %5")
                              .arg(say(ofContent ? ofContent : first(levels[0][Content].a)), say(first(group(Echo).a)), say(first(group(Diffusion).a)),
                                   say(first(group(Cardiac).a)), say(first(group(Cardiac).b)));
                should
                    << QStringLiteral("inversion %1 flip %2 kv %3 reference %4 kernel %5").arg(say(inversion), say(flip), say(voltage), say(reference), kernel);
                const auto seconds = isGrouped(Content) && group(Content).seconds ? group(Content).seconds : acquired;
                should
                    << QStringLiteral("acquired %1 content %2 stack %3").arg(say(seconds), say(content), isGrouped(Content) ? group(Content).text : QString());
                const double usedRate = rate ? *rate : cineRate.value_or(0);
                should << QStringLiteral("angles %1 %2 frame time %3")
                              .arg(say(first(group(Positioner).a)), say(first(group(Positioner).b)),
                                   say(frameTime      ? frameTime
                                       : usedRate > 0 ? std::optional(1000 / usedRate)
                                                      : std::nullopt));
                should << QStringLiteral("concatenation %1 %2 of %3 from %4").arg(concatenation).arg(part).arg(parts).arg(offset);
                const QStringList is = linesOf((*read)[size_t(f)]);
                QCOMPARE(is.size(), should.size());
                for (qsizetype i = 0; i < is.size(); ++i)
                    if (is[i] != should[i])
                        QFAIL(qPrintable(QStringLiteral("seed %1, frame %2 of %3, %4, groups %5:\nis     %6\nshould %7")
                                             .arg(seed)
                                             .arg(f)
                                             .arg(frames)
                                             .arg(modality)
                                             .arg(hasGroups)
                                             .arg(is[i], should[i])));
            }
        }
        QCOMPARE(m_reached.missing(), QString());
    }
};

QTEST_GUILESS_MAIN(TestRandomFrameHeaders)
#include "tst_random_frame_headers.moc"
