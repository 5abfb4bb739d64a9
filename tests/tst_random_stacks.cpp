#include "tests/support/viewer_phantoms.h"
#include "viewer/ui/cine_clock.h"
#include "viewer/ui/open_study.h"
#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>
#include <map>
#include <numbers>
#include <random>
#include <set>

using namespace diascope;
using namespace diascope::viewer;
using dicom::Dataset;
using dicom::Tag;
namespace tag = dicom::tag;

namespace {

using Frames = std::vector<Instance>;

struct Draw
{
    std::mt19937 engine;
    bool isTidy = false; ///< whether positions, directions and distances all make sense
    explicit Draw(int seed) : engine(unsigned(seed)) {}
    int below(int count) { return int(engine() % unsigned(count)); }
    bool chance(int percent) { return below(100) < percent; }
    template <typename T>
    T of(std::initializer_list<T> values)
    {
        return values.begin()[below(int(values.size()))];
    }
};

Vec3 turned(Vec3 v, Vec3 axis, double degrees)
{
    const double angle = degrees * std::numbers::pi / 180;
    return v * std::cos(angle) + cross(axis, v) * std::sin(angle) + axis * (dot(axis, v) * (1 - std::cos(angle)));
}

/// One stack as it was made: its frames in order.
struct Truth
{
    Frames frames;
    int slices = 0;
    QStringList dimensions; ///< the one that varies fastest first
    QStringList warnings;   ///< beyond those of the geometry
};

struct Series
{
    QStringList words;
    Frames input;
    std::vector<Truth> stacks;
    bool isScattered = false;
    bool isGeometryCompared = true;
};

struct Block
{
    test::Phantom phantom;
    std::vector<Vec3> origins;
    double toleranceMm = 0; ///< within a plane: a quarter of a pixel, at least 0.1 mm
    double stepMm = 1;
};

/// What tells repeated frames apart, most telling first.
struct Axis
{
    const char* name;
    const char* unit;
    void (*set)(Instance&, double);
};
const Axis axes[] = {{"temporal position", "", [](Instance& i, double v) { i.temporalPosition = v; }},
                     {"echo time", " ms", [](Instance& i, double v) { i.echoTimeMs = v; }},
                     {"b-value", " s/mm²", [](Instance& i, double v) { i.bValue = v; }},
                     {"inversion time", " ms", [](Instance& i, double v) { i.inversionTimeMs = v; }},
                     {"heart phase", " %", [](Instance& i, double v) { i.cardiacPhasePercent = v; }},
                     {"trigger time", " ms", [](Instance& i, double v) { i.triggerTimeMs = v; }},
                     {"frame reference time", " ms", [](Instance& i, double v) { i.frameReferenceTimeMs = v; }},
                     {"tube voltage", " kV", [](Instance& i, double v) { i.tubeVoltageKv = v; }},
                     {"flip angle", " °", [](Instance& i, double v) { i.flipAngleDeg = v; }},
                     {"acquisition", "", [](Instance& i, double v) { i.acquisitionNumber = int(v); }}};
constexpr int axisCount = 10;
/// Those that grow from slice to slice too.
const Axis timeAxes[] = {{"trigger time", " ms", [](Instance& i, double v) { i.triggerTimeMs = v; }},
                         {"acquisition time", " s", [](Instance& i, double v) { i.acquisitionTimeS = v; }},
                         {"content time", " s", [](Instance& i, double v) { i.contentTimeS = v; }},
                         {"repetition", "", [](Instance& i, double v) { i.instanceNumber = int(v * 2); }},
                         {"repetition", "", [](Instance& i, double v) { i.frame = int(v * 2); }}};

QString listed(const char* name, const std::vector<double>& values, const char* unit)
{
    QStringList texts;
    for (const double value : values)
        texts << QString::number(value, 'g', 8) + QString::fromUtf8(unit);
    return QString::fromUtf8(name) + u'=' + texts.join(u',');
}

QString mm(double value)
{
    return QString::number(value, 'f', 2);
}
QString joined(const Frames& frames)
{
    QStringList names;
    for (const Instance& frame : frames)
        names << QStringLiteral("%1#%2").arg(frame.path).arg(frame.frame);
    return names.join(u' ');
}

QString lineOf(const Stack& stack, bool hasGeometry)
{
    QStringList dimensions, warnings;
    for (const StackDimension& dimension : stack.dimensions) {
        QStringList texts;
        for (int i = 0; i < dimension.size; ++i)
            texts << dimension.text(i);
        dimensions << dimension.name + u'=' + texts.join(u',');
    }
    for (const StackWarning& warning : stack.warnings)
        warnings << warning.code + u' ' + warning.text;
    const QString frames =
        QStringLiteral("%1 | %2x%3 | %4").arg(joined(stack.instances)).arg(stack.sliceCount).arg(stack.phaseCount).arg(dimensions.join(u';'));
    if (!hasGeometry)
        return frames;
    return QStringLiteral("%1 | %2 mm %3° %4 %5%6%7 %8 | %9 | ")
               .arg(frames, stack.sliceSpacingMm ? QString::number(*stack.sliceSpacingMm, 'f', 6) : "no", QString::number(stack.gantryTiltDeg, 'f', 4),
                    stack.orientation)
               .arg(int(stack.isVolume))
               .arg(int(stack.canReslice))
               .arg(int(stack.needsResampling))
               .arg(stack.whyNoVolume, warnings.join(u' ')) +
           QStringLiteral("%1x%2 %3 %4")
               .arg(stack.columns)
               .arg(stack.rows)
               .arg(stack.frameOfReference)
               .arg(stack.pixelSpacingMm ? stack.pixelSpacingMm->row : -1);
}

/// PS3.3 C.7.6.2.1.1 and stack.h, by plain loops: what positions and orientations say.
QString lineOf(const Truth& truth, bool hasGeometry, bool isScattered)
{
    const int n = truth.slices;
    const QString frames =
        QStringLiteral("%1 | %2x%3 | %4").arg(joined(truth.frames)).arg(n).arg(truth.frames.size() / size_t(n)).arg(truth.dimensions.join(u';'));
    if (!hasGeometry)
        return frames;
    const Instance& first = truth.frames.front();
    QString spacing = "no", why, orientation = "none";
    double tilt = 0;
    bool isVolume = false, canReslice = false, isIrregular = false, isBent = false;
    QStringList warnings;
    const QStringList slices{"1.2.840.10008.5.1.4.1.1.2",   "1.2.840.10008.5.1.4.1.1.4",   "1.2.840.10008.5.1.4.1.1.128",  "1.2.840.10008.5.1.4.1.1.2.1",
                             "1.2.840.10008.5.1.4.1.1.4.1", "1.2.840.10008.5.1.4.1.1.130", "1.2.840.10008.5.1.4.1.1.481.2"};
    if (!first.plane) {
        why = "the images carry no position in the patient";
        if (slices.contains(first.sopClassUid) && !first.isLocalizer && first.patientOrientation.isEmpty())
            warnings << "GEO-16 The images do not say how they lie in the patient: left and right are not known.";
    } else {
        const PlaneGeometry& plane = *first.plane;
        const Vec3 r = plane.rowDirection, c = plane.columnDirection;
        const Vec3 normal{r.y * c.z - r.z * c.y, r.z * c.x - r.x * c.z, r.x * c.y - r.y * c.x};
        const auto isWithin20Of = [](double cosine) { return std::acos(std::min(1.0, std::abs(cosine))) * 180 / std::numbers::pi <= 20; };
        if (plane.isInPatient)
            orientation = isWithin20Of(normal.z) ? "axial" : isWithin20Of(normal.x) ? "sagittal" : isWithin20Of(normal.y) ? "coronal" : "oblique";
        if (first.frameOfReference.isEmpty())
            warnings << (isScattered ? "GEO-12 Every image names another frame of reference; the series is not linked to others by position."
                                     : "GEO-12 Without a frame of reference the images are not linked to others by position.");
        std::vector<double> x, y, z, d;
        for (int i = 0; i < n; ++i) {
            const Vec3 o = truth.frames[size_t(i)].plane->originLps, f = plane.originLps;
            const double dx = o.x - f.x, dy = o.y - f.y, dz = o.z - f.z;
            x.push_back(dx * r.x + dy * r.y + dz * r.z);
            y.push_back(dx * c.x + dy * c.y + dz * c.z);
            z.push_back(dx * normal.x + dy * normal.y + dz * normal.z);
            if (i > 0)
                d.push_back(z[size_t(i)] - z[size_t(i - 1)]);
        }
        if (n < 2) {
            why = "there are fewer than 3 slices";
        } else {
            std::vector<double> sorted = d;
            std::sort(sorted.begin(), sorted.end());
            const double median = sorted[sorted.size() / 2], tolerance = median * 0.02 > 0.02 ? median * 0.02 : 0.02;
            int odd = 0, oddNoGap = 0;
            for (const double step : d)
                if (step > median + tolerance || step < median - tolerance) {
                    ++odd;
                    bool isGap = false;
                    for (int times = 2; times < 50; ++times)
                        isGap = isGap || (step >= times * median - 2 * tolerance && step <= times * median + 2 * tolerance);
                    oddNoGap += !isGap;
                }
            isIrregular = odd > 0;
            spacing = QString::number(odd == 0 ? z.back() / (n - 1) : median, 'f', 6);
            if (odd > 0 && (oddNoGap > 0 || odd * 3 > int(d.size()))) {
                spacing = "no";
                const QString range = QStringLiteral("varies from %1 to %2 mm").arg(mm(sorted.front()), mm(sorted.back()));
                why = "the distance between slices " + range;
                warnings << "GEO-04 The distance between slices " + range + '.';
            } else if (odd > 0) {
                why = "slices are missing";
                const auto image = [&](size_t i) {
                    return truth.frames[i].instanceNumber ? QString::number(*truth.frames[i].instanceNumber) : QStringLiteral("–");
                };
                for (size_t i = 0; i < d.size(); ++i)
                    if (d[i] > median + tolerance)
                        warnings << QStringLiteral("GEO-03 %1 slice(s) missing between slice %2 (image %3) and slice %4 (image %5): %6 mm instead of %7 mm.")
                                        .arg(qRound(d[i] / median) - 1)
                                        .arg(i + 1)
                                        .arg(image(i))
                                        .arg(i + 2)
                                        .arg(image(i + 1), mm(d[i]), mm(median));
            }
            const double pixel = plane.spacingMm.row < plane.spacingMm.column ? plane.spacingMm.row : plane.spacingMm.column;
            for (size_t i = 0; i < x.size(); ++i)
                isBent = isBent || std::hypot(x[i] - x.back() * z[i] / z.back(), y[i] - y.back() * z[i] / z.back()) > (0.25 * pixel > 0.1 ? 0.25 * pixel : 0.1);
            const double angle = std::atan(std::hypot(x.back(), y.back()) / z.back()) * 180 / std::numbers::pi;
            if (!isBent && angle > 0.5)
                tilt = y.back() < 0 ? -angle : angle;
            if (isBent) {
                warnings << "GEO-04 The slices are shifted against one another.";
                if (!isIrregular)
                    why = "the slices are shifted against one another";
            }
            QString refusal;
            for (size_t i = 0; i < d.size() && refusal.isEmpty(); ++i) {
                const double before = i > 0 ? d[i - 1] : 0, after = i + 1 < d.size() ? d[i + 1] : 0;
                if (d[i] > 6.5 * (before > after ? before : after))
                    refusal = QStringLiteral("more than 5 slices are missing between slice %1 and slice %2").arg(i + 1).arg(i + 2);
                else if (std::abs(x[i + 1] - x[i]) >= plane.columns * plane.spacingMm.column || std::abs(y[i + 1] - y[i]) >= plane.rows * plane.spacingMm.row)
                    refusal = QStringLiteral("slice %1 and slice %2 do not overlap").arg(i + 1).arg(i + 2);
            }
            const auto range = [](const std::vector<double>& v) { return *std::max_element(v.begin(), v.end()) - *std::min_element(v.begin(), v.end()); };
            const double columns = plane.columns + std::ceil(range(x) / plane.spacingMm.column - 0.02),
                         rows = plane.rows + std::ceil(range(y) / plane.spacingMm.row - 0.02);
            if (refusal.isEmpty() && columns * rows > 8.0 * plane.columns * plane.rows)
                refusal = "the slices are shifted too far against one another";
            if (n < 3)
                why = "there are fewer than 3 slices";
            else if ((isIrregular || isBent) && !refusal.isEmpty())
                why = refusal;
            else
                canReslice = true;
            isVolume = canReslice && !isIrregular && !isBent && tilt == 0;
            const QString degrees = QString::number(std::abs(tilt), 'f', 1);
            if (tilt != 0)
                warnings << QStringLiteral("GEO-05 The slices are tilted by %1°").arg(degrees) + (canReslice ? ": MPR follows their true positions." : ".");
            if (tilt != 0 && why.isEmpty())
                why = QStringLiteral("the slices are tilted by %1°").arg(degrees);
        }
    }
    warnings << truth.warnings;
    return QStringLiteral("%1 | %2 mm %3° %4 %5%6%7 %8 | %9 | ")
               .arg(frames, spacing, QString::number(tilt, 'f', 4), orientation)
               .arg(int(isVolume))
               .arg(int(canReslice))
               .arg(int(canReslice && (isIrregular || isBent)))
               .arg(why, warnings.join(u' ')) +
           QStringLiteral("%1x%2 %3 %4")
               .arg(first.pixels.columns)
               .arg(first.pixels.rows)
               .arg(isScattered ? QString() : first.frameOfReference.value)
               .arg(first.spacingMm->row);
}

/// Draws values, writes them and gives what a reader should find: nothing where they are absent, empty or no numbers.
using Numbers = std::vector<double>;

Numbers some(Draw& draw, Dataset& to, Tag tag, std::initializer_list<int> counts, std::initializer_list<double> from, bool* isBad = nullptr)
{
    if (draw.chance(25))
        return {};
    if (draw.chance(8)) {
        to.setEmpty(tag);
        return {};
    }
    if (isBad && draw.chance(6)) {
        *isBad = true;
        (void)to.setText(tag, "abc");
        return {};
    }
    Numbers values;
    for (int left = draw.of(counts); left > 0; --left)
        values.push_back(draw.of(from));
    if (values.empty())
        return {};
    to.setNumbers(tag, values);
    return values;
}
Numbers one(Draw& draw, Dataset& to, Tag tag, std::initializer_list<double> from, bool* isBad = nullptr)
{
    return some(draw, to, tag, {1, 1, 1, 2}, from, isBad);
}

QString word(Draw& draw, Dataset& to, Tag tag, std::initializer_list<const char*> from)
{
    const QString text = QString::fromLatin1(draw.of(from));
    if (text.isEmpty() && draw.chance(50))
        to.setEmpty(tag);
    if (!text.isEmpty())
        (void)to.setText(tag, text);
    return text;
}

QString say(double value)
{
    return QString::number(value, 'g', 9);
}
QString say(const std::optional<double>& value)
{
    return value ? say(*value) : QStringLiteral("-");
}
QString say(const std::optional<int>& value)
{
    return value ? QString::number(*value) : QStringLiteral("-");
}
std::optional<double> first(const Numbers& values)
{
    return values.empty() ? std::nullopt : std::optional(values[0]);
}
QString say(const Numbers& values)
{
    QStringList texts;
    for (const double value : values)
        texts << say(value);
    return texts.join(u',');
}
QString say(Vec3 v)
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
                                .arg(say(i.plane->originLps), say(i.plane->rowDirection), say(i.plane->columnDirection),
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
std::optional<double> drawnMoment(Draw& draw, QString& day, QString& time)
{
    const std::tuple<const char*, std::optional<double>> times[] = {{"000000", 0}, {"1015", 36900}, {"235959.5", 86399.5}, {"010203", 3723},
                                                                    {"", {}},      {"abcd", {}},    {"12ab56", {}},        {"1015x", {}}};
    const std::pair<const char*, int> days[] = {{"20260110", 0}, {"20260111", 1}, {"20260109", -1}, {"", 0}, {"20240101", 0}};
    const auto& [name, seconds] = times[draw.below(8)];
    const auto& [date, after] = days[draw.below(5)];
    time = name;
    day = date;
    return seconds ? std::optional(*seconds + 86400.0 * after) : std::nullopt;
}

Said written(Draw& draw, Dataset& to, Group group, bool isTop)
{
    Said said;
    said.isThere = true;
    if (group == Voi) {
        said.a = some(draw, to, tag::WindowCenter, {0, 1, 2, 3}, {-1000, -0.5, 0, 40});
        said.b = some(draw, to, tag::WindowWidth, {0, 1, 2, 3}, {-5, 0, 0.5, 1, 2, 400});
        const QString names = word(draw, to, tag::WindowCenterWidthExplanation, {"", "BONE", "BONE\\LUNG", "BONE\\LUNG\\BRAIN\\LIVER"});
        said.texts = names.split(u'\\', Qt::SkipEmptyParts);
        said.text = word(draw, to, tag::VOILUTFunction, {"", "LINEAR", "SIGMOID", "LINEAR_EXACT", "OTHER"});
    } else if (group == Rescale) {
        said.a = one(draw, to, tag::RescaleSlope, {1, 0, -2, 0.5}, &said.isBad);
        said.b = one(draw, to, tag::RescaleIntercept, {0, -1024, 7.25}, &said.isBad);
        said.text = word(draw, to, tag::RescaleType, {"", "HU", "US", "OD"});
    } else if (group == Measures) {
        bool isBad = false;
        if (draw.isTidy)
            to.setNumbers(tag::PixelSpacing, said.a = {draw.of({0.5, 0.7, 1.0}), draw.of({0.5, 2.0})});
        else
            said.a = some(draw, to, tag::PixelSpacing, {1, 2, 2, 2, 2, 3}, {0.5, 0.5, 0.7, 1, 1, 2, 1e-6, 1e5, 0, -1, 9e-7, 100001}, &isBad);
        said.b = one(draw, to, tag::SliceThickness, {0, 1.25, 5});
    } else if (group == Position) {
        if (draw.isTidy)
            to.setNumbers(tag::ImagePositionPatient, said.a = {draw.of({-10.0, 0.0, 1e5}), draw.of({-20.0, 5.5}), draw.of({0.0, 12.0, -300.0})});
        else
            said.a = some(draw, to, tag::ImagePositionPatient, {2, 3, 3, 3, 3, 3}, {-10, 0, 20.5, 1e5, 100001});
    } else if (group == Orientation) {
        const Numbers ways[] = {{1, 0, 0, 0, 1, 0},     {0, 1, 0, 0, 0, -1},   {0.8, 0.6, 0, -0.6, 0.8, 0}, {1.04, 0, 0, 0, 0.96, 0},
                                {1.06, 0, 0, 0, 1, 0},  {1, 0, 0, 0, 0.94, 0}, {1, 0, 0, 0.04, 1, 0},       {1, 0, 0, 0.06, 1, 0},
                                {1, 0, 0, -0.06, 1, 0}, {1, 0, 0, 0, 1},       {0, 0, 0, 0, 1, 0}};
        said.a = draw.isTidy && draw.chance(80) ? ways[draw.below(3)] : ways[draw.below(11)];
        to.setNumbers(tag::ImageOrientationPatient, said.a);
    } else if (group == Content) {
        said.a = one(draw, to, isTop ? tag::TemporalPositionIdentifier : Tag{0x0020, 0x9128}, {0, 1, 2});
        if (!isTop) {
            said.text = word(draw, to, tag::StackID, {"", "1", "A"});
            QString day, time;
            const auto seconds = drawnMoment(draw, day, time);
            (void)to.setText(tag::FrameAcquisitionDateTime, day + time + (draw.chance(30) ? "+0100" : draw.chance(30) ? "-0500" : ""));
            if (!day.isEmpty() && !time.isEmpty())
                said.seconds = seconds;
        }
    } else if (group == Echo) {
        said.a = one(draw, to, isTop ? tag::EchoTime : Tag{0x0018, 0x9082}, {0, 12.5, 90});
    } else if (group == Diffusion) {
        said.a = one(draw, to, tag::DiffusionBValue, {0, 500, 1000});
    } else if (group == Cardiac) {
        said.a = one(draw, to, isTop ? tag::TriggerTime : Tag{0x0020, 0x9153}, {0, 33.5});
        said.b = one(draw, to, {0x0020, 0x9241}, {0, 75});
    } else if (group == Positioner) {
        said.a = one(draw, to, {0x0018, 0x1510}, {-30, 0, 12.5});
        said.b = one(draw, to, {0x0018, 0x1511}, {-5, 20});
    } else if (group == Type) {
        const QString type =
            word(draw, to, isTop ? tag::ImageType : tag::FrameType,
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

/// What ImageModules::of found, attribute by attribute.
QStringList linesOf(const ImageModules& m)
{
    QStringList lines;
    for (const OverlayPlane& o : m.overlays)
        lines << QStringLiteral("overlay %1 %2x%3 at %4,%5 frames %6 from %7 every %8 roi %9 ")
                         .arg(o.group, 4, 16)
                         .arg(o.columns)
                         .arg(o.rows)
                         .arg(o.firstColumn)
                         .arg(o.firstRow)
                         .arg(o.frames)
                         .arg(o.firstFrame)
                         .arg(int(o.isForEveryFrame))
                         .arg(int(o.isRoi)) +
                     QStringLiteral("%1 bit %2").arg(o.label).arg(o.embeddedBit);
    const Shutter& s = m.shutter;
    lines << "rectangle " + (s.rectangle ? say(Numbers{s.rectangle->left, s.rectangle->top, s.rectangle->right, s.rectangle->bottom}) : QString(unsaid));
    lines << "circle " + (s.circle ? say(Numbers{s.circle->column, s.circle->row, s.circle->radius}) : QString(unsaid));
    Numbers corners;
    for (const Shutter::Vertex& v : s.polygon)
        corners.insert(corners.end(), {v.column, v.row});
    lines << "polygon " + say(corners) << QStringLiteral("bitmap %1").arg(s.overlayGroup ? QString::number(*s.overlayGroup) : QString(unsaid));
    lines << QStringLiteral("colour %1 %2 %3 empty %4").arg(s.red).arg(s.green).arg(s.blue).arg(int(s.isEmpty()));
    for (const UltrasoundRegion& r : m.regions)
        lines << QStringLiteral("region %1 %2 low %3 %4 units %5 %6 ")
                         .arg(r.spatialFormat)
                         .arg(r.dataType)
                         .arg(int(r.isLowPriority))
                         .arg(say(Numbers{r.left, r.top, r.right, r.bottom}))
                         .arg(unitName(r.unitX), unitName(r.unitY)) +
                     QStringLiteral("delta %1 reference %2 %3 values %4 cm %5 other %6%7")
                         .arg(say(Numbers{r.deltaX, r.deltaY}), say(r.referenceX), say(r.referenceY))
                         .arg(say(Numbers{r.referenceValueX, r.referenceValueY}))
                         .arg(int(r.isInCentimetres()))
                         .arg(int(r.unitX == UltrasoundRegion::Unit::Other))
                         .arg(int(r.unitY == UltrasoundRegion::Unit::Other));
    for (const MaskOperation& o : m.masks) {
        Numbers applicable;
        for (const auto& [from, to] : o.applicableFrames)
            applicable.insert(applicable.end(), {double(from), double(to)});
        lines << QStringLiteral("mask %1 for %2 with %3 contrast %4 interval %5 shift %6 item %7 applies %8%9")
                     .arg(int(o.kind))
                     .arg(say(applicable), say(Numbers(o.maskFrames.begin(), o.maskFrames.end())))
                     .arg(o.contrastFrames)
                     .arg(o.intervalFrames)
                     .arg(say(Numbers{o.shiftRows, o.shiftColumns}), o.itemId ? QString::number(*o.itemId) : QString(unsaid))
                     .arg(int(o.appliesTo(0)))
                     .arg(int(o.appliesTo(2)));
    }
    lines << QStringLiteral("subtracted %1 relation %2").arg(int(m.isSubtractedAtFirst)).arg(m.intensityRelationship);
    lines << QStringLiteral("cine %1 every %2 sweeping %3 from %4 to %5")
                 .arg(say(m.cine.durationsMs), say(m.cine.frameMs))
                 .arg(int(m.cine.isSweeping))
                 .arg(say(m.cine.firstFrame), say(m.cine.lastFrame));
    lines << QStringLiteral("marks %1 %2 %3 %4").arg(m.lossyMethods.join(u','), say(m.lossyRatios), m.qualityControl).arg(int(m.isDeclaredNotForDiagnosis));
    lines << "findings " + m.findings.join(u';');
    if (m.pet) {
        const PetData& p = *m.pet;
        lines << QStringLiteral("pet %1 %2 %3 corrected %4%5 weight %6 height %7 sex %8")
                     .arg(p.units, p.suvType, p.decayCorrection)
                     .arg(int(p.isAttenuationCorrected))
                     .arg(int(p.isDecayCorrected))
                     .arg(say(p.weightKg), say(p.heightM), p.sex);
        lines << QStringLiteral("drugs %1 dose %2 half-life %3 dated %4 frame %5 %6")
                     .arg(p.radiopharmaceuticals)
                     .arg(say(p.doseBq), say(p.halfLifeS))
                     .arg(int(p.isStartDated))
                     .arg(say(p.frameReferenceMs), say(p.frameDurationMs));
        const auto after = [&](const std::optional<double>& to) {
            return to && p.acquisitionS ? say(*p.acquisitionS - *to) : to ? QStringLiteral("alone") : QString(unsaid);
        };
        lines << QStringLiteral("series to acquisition %1 start to acquisition %2").arg(after(p.seriesS), p.isStartDated ? after(p.startS) : say(p.startS));
    }
    return lines;
}

void beginImage(Dataset& d, int frames, int bitsStored, int highBit, bool isSigned)
{
    for (const auto& [t, value] : {std::pair(tag::SamplesPerPixel, 1),
                                   {tag::Rows, 6},
                                   {tag::Columns, 8},
                                   {tag::BitsAllocated, 16},
                                   {tag::BitsStored, bitsStored},
                                   {tag::HighBit, highBit},
                                   {tag::PixelRepresentation, int(isSigned)}})
        d.setNumber(t, value);
    if (frames > 1)
        d.setNumber(tag::NumberOfFrames, frames);
    d.setBytes(tag::PixelData, QByteArray(96 * frames, '\0'));
}

} // namespace

class TestRandomStacks : public QObject
{
    Q_OBJECT

    std::map<QString, int> m_reached;
    int m_files = 0;
    static constexpr int imageFrames = 3;
    QTemporaryDir m_folder;
    QString m_imagePath;
    std::vector<quint16> m_words; ///< of the image's pixels

    bool reached(const QString& what, bool isSo)
    {
        m_reached[what] += isSo;
        return isSo;
    }
    /// Until it is so; false where that takes 20 s.
    static bool waitFor(const std::function<bool()>& isSo)
    {
        bool isLate = false;
        QTimer deadline;
        deadline.callOnTimeout([&] { isLate = true; });
        deadline.start(20000);
        while (!isSo() && !isLate)
            QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
        return !isLate;
    }
    static int rounds(int usual) { return std::max(usual, qEnvironmentVariableIntValue("DIASCOPE_RANDOM_ROUNDS")); }
    void verifyReached()
    {
        QStringList counts;
        for (const auto& [what, count] : m_reached) {
            counts << QStringLiteral("%1 %2").arg(what).arg(count);
            QVERIFY2(count > 0, qPrintable(what));
        }
        qInfo("reached: %s", qPrintable(counts.join(", ")));
        m_reached.clear();
    }

    Instance frame(const Block& block, const Vec3& origin)
    {
        Instance made = block.phantom.instance(0);
        made.path = QStringLiteral("/p/%1.dcm").arg(++m_files);
        made.uid = {QStringLiteral("1.2.3.%1").arg(m_files)};
        made.plane->originLps = origin;
        made.instanceNumber.reset();
        return made;
    }

    Block block(Draw& draw, QStringList& words)
    {
        Block block;
        test::Phantom& p = block.phantom;
        const std::pair<Vec3, Vec3> ways[] = {
            {{1, 0, 0}, {0, 1, 0}}, {{-1, 0, 0}, {0, 1, 0}}, {{0, 1, 0}, {0, 0, -1}}, {{1, 0, 0}, {0, 0, -1}}, {{0, 0, 1}, {1, 0, 0}}};
        std::tie(p.rowDirection, p.columnDirection) = ways[draw.below(5)];
        const Vec3 about = draw.of<Vec3>({p.rowDirection, p.columnDirection});
        const double angle = draw.of({0.0, 0.0, 19.9, 20.1, -19.9, -20.1, 45.0});
        p.rowDirection = turned(p.rowDirection, about, angle);
        p.columnDirection = turned(p.columnDirection, about, angle);
        reached("turned by 19.9° or 20.1°", std::abs(angle) > 1 && std::abs(angle) < 30);
        p.spacingMm = draw.of<PixelSpacing>({{0.5, 0.5}, {1, 1}, {0.7, 2}, {3, 0.3}});
        p.originLps = {draw.of({-10.0, 0.0, 250.5}), draw.of({-20.0, 7.25}), draw.of({-1000.0, 0.0, 30.0})};
        p.frameOfReference = reached("no frame of reference", draw.chance(15)) ? QString() : QStringLiteral("1.2.3");
        block.toleranceMm = std::max(0.1, 0.25 * std::min(p.spacingMm.row, p.spacingMm.column));
        block.stepMm = draw.of({0.5, 1.0, 2.0, 5.0});
        const double tolerance = std::max(0.02, 0.02 * block.stepMm);
        const int n = draw.of({1, 2, 3, 3, 4, 5, 6, 7, 8});
        const int oddPercent = draw.of({0, 0, 12, 30}), jumpPercent = draw.of({0, 0, 0, 15});
        const bool isTilted = draw.chance(35);
        const double lean = isTilted ? std::tan(draw.of({0.48, 0.52, 8.0, 25.0, 60.0}) * std::numbers::pi / 180) : 0;
        const double down = draw.of({1.0, -1.0, 0.0, 0.6, -0.6}), across = std::sqrt(1 - down * down) * draw.of({1.0, -1.0});
        const Vec3 normal = cross(p.rowDirection, p.columnDirection);
        double height = 0, jumpX = 0, jumpY = 0;
        for (int i = 0; i < n; ++i) {
            if (i > 0) {
                double step = block.stepMm;
                if (reached("odd steps", draw.chance(oddPercent)))
                    step = draw.of({step + 0.9 * tolerance, step - 0.9 * tolerance, step + 1.1 * tolerance, step - 1.1 * tolerance, 2 * step, 3 * step,
                                    6 * step, 7 * step, 2 * step + 1.9 * tolerance, 2 * step - 1.9 * tolerance, 2 * step + 2.1 * tolerance,
                                    2 * step - 2.1 * tolerance, 0.5 * step, 1.5 * step, 0.0125});
                height += step;
                const bool isJump = reached("jumps", draw.chance(jumpPercent));
                const double columns = p.columns * p.spacingMm.column, rows = p.rows * p.spacingMm.row;
                if (isJump && draw.chance(50))
                    jumpX += draw.of({0.8 * block.toleranceMm, 1.2 * block.toleranceMm, -1.2 * block.toleranceMm, 0.97 * columns, -1.01 * columns,
                                      0.97 * columns, 0.97 * columns});
                else if (isJump)
                    jumpY += draw.of(
                        {0.8 * block.toleranceMm, 1.2 * block.toleranceMm, -1.2 * block.toleranceMm, 0.97 * rows, -1.01 * rows, 0.97 * rows, 0.97 * rows});
            }
            block.origins.push_back(p.originLps + normal * height + p.rowDirection * (jumpX + across * lean * height) +
                                    p.columnDirection * (jumpY + down * lean * height));
        }
        reached("tilted", isTilted && n > 2);
        words << QStringLiteral("%1 slices every %2 mm, turned %3°, odd %4%, jumps %5%, lean %6")
                     .arg(n)
                     .arg(block.stepMm)
                     .arg(angle)
                     .arg(oddPercent)
                     .arg(jumpPercent)
                     .arg(lean);
        return block;
    }

    Truth plain(const Block& block)
    {
        Truth truth;
        for (const Vec3& origin : block.origins)
            truth.frames.push_back(frame(block, origin));
        truth.slices = int(block.origins.size());
        return truth;
    }

    /// Frames in order, slice by slice and phase by phase.
    Truth repeated(const Block& block, int phases, const std::function<void(Instance&, int slice, int phase)>& set, const QStringList& dimensions)
    {
        Truth truth;
        for (int phase = 0; phase < phases; ++phase)
            for (size_t slice = 0; slice < block.origins.size(); ++slice) {
                truth.frames.push_back(frame(block, block.origins[slice]));
                set(truth.frames.back(), int(slice), phase);
            }
        truth.slices = int(block.origins.size());
        truth.dimensions = dimensions;
        return truth;
    }

    static void number(Draw& draw, std::vector<Truth>& stacks)
    {
        const int how = draw.below(6);
        int n = 100;
        for (Truth& truth : stacks)
            for (Instance& instance : truth.frames)
                if (how < 5 && !instance.instanceNumber)
                    instance.instanceNumber = how == 0 ? n++ : how == 1 ? n-- : how == 2 ? 5 : how == 3 ? draw.below(4) : -n++;
    }

    Series series(Draw& draw);
    void addOthers(Draw& draw, const Block& block, Series& made);
    void addCopies(Draw& draw, Series& made);

private Q_SLOTS:
    void GEO_01_GEO_02_GEO_03_GEO_04_GEO_05_GEO_06_GEO_07_GEO_08_GEO_10_GEO_12_GEO_16_GEO_18_stacksAreWhatTheSeriesWasMadeOf();

    /// A file whose pixels are known; the headers are made anew each time.
    void initTestCase()
    {
        QFile file(m_imagePath = m_folder.filePath("image"));
        Dataset d;
        beginImage(d, imageFrames, 16, 15, false);
        std::mt19937 engine(1);
        QByteArray bytes;
        for (int i = 0; i < 48 * imageFrames; ++i) {
            m_words.push_back(quint16(engine()));
            bytes += char(m_words.back() & 0xFF);
            bytes += char(m_words.back() >> 8);
        }
        d.setBytes(tag::PixelData, bytes);
        QVERIFY(d.write(m_imagePath, QStringLiteral("1.2.840.10008.1.2.1")));
    }

    /// PS3.3 C.7.6.16: what the frame says, else what is shared, else the object; C.7.6.2, C.11.2, C.7.5.1.1.2, 10.7.1, C.8.8.3.2.
    void GEO_11_GEO_16_GEO_19_PIX_04_PIX_05_PIX_06_PIX_07_PIX_08_PIX_14_PIX_17_eachFrameIsReadAsItWasWritten()
    {
        for (int seed = 1; seed <= rounds(4000); ++seed) {
            Draw draw(seed);
            draw.isTidy = draw.chance(60);
            Dataset d;
            const int frames = draw.of({1, 1, 3});
            const bool isSigned = draw.chance(50);
            beginImage(d, frames, 16, 15, isSigned);
            const QString photometric = word(draw, d, tag::PhotometricInterpretation, {"MONOCHROME1", "MONOCHROME2", ""});
            const QString shape = word(draw, d, tag::PresentationLUTShape, {"", "INVERSE", "IDENTITY"});
            const QString modality = word(draw, d, tag::Modality, {"CT", "CT", "MR", "CR", "DX", "MG", "RG", "XA", "RF", "IO", "PX", "US", "NM", "NM", "PT"});
            QStringList uids;
            for (const Tag uid : {tag::StudyInstanceUID, tag::SeriesInstanceUID, tag::SOPInstanceUID, tag::FrameOfReferenceUID, tag::SOPClassUID})
                uids << word(draw, d, uid, {"", "1.2.3", "1.2.4", "1.2.840.10008.5.1.4.1.1.2"});
            const QString pixelUnits = word(draw, d, tag::Units, {"", "BQML", "CNTS"});
            const auto number = first(one(draw, d, tag::InstanceNumber, {0, 7, -3, 2147483648.0 * 2})),
                       acquisition = first(one(draw, d, tag::AcquisitionNumber, {1, -5e9}));
            const QString orientation = word(draw, d, tag::PatientOrientation, {"", "L\\P", "A\\FR"});
            const QString lossy = word(draw, d, tag::LossyImageCompression, {"", "00", "01"}),
                          ratio = word(draw, d, tag::LossyImageCompressionRatio, {"", "10", "10\\5.5"});
            const QString intent = word(draw, d, tag::PresentationIntentType, {"", "FOR PROCESSING", "FOR PRESENTATION"});
            const auto frameTime = first(one(draw, d, tag::FrameTime, {0, 40, 33.5})),
                       rate = first(one(draw, d, tag::RecommendedDisplayFrameRate, {0, 10, 25}));
            const auto cineRate = first(one(draw, d, tag::CineRate, {0, 8, 50}));
            const auto padding = first(one(draw, d, tag::PixelPaddingValue, {0, -2000, 63536, 32767, 32768})),
                       limit = first(one(draw, d, tag::PixelPaddingRangeLimit, {0, -1990, 65535, 40000}));
            const Numbers detector = some(draw, d, tag::ImagerPixelSpacing, {1, 2, 2, 2}, {0.5, 0.7, 0, 1}),
                          nominal = some(draw, d, {0x0018, 0x2010}, {1, 2, 2}, {0.25, 0, 3});
            const Numbers aspect = some(draw, d, tag::PixelAspectRatio, {1, 2, 2}, {1, 3, 0});
            const QString calibration = word(draw, d, tag::PixelSpacingCalibrationType, {"", "", "GEOMETRY", "FIDUCIAL"});
            const auto inversion = first(one(draw, d, tag::InversionTime, {0, 150})), flip = first(one(draw, d, tag::FlipAngle, {15, 90})),
                       voltage = first(one(draw, d, tag::KVP, {80, 120}));
            const auto reference = first(one(draw, d, {0x0054, 0x1300}, {0, 1500}));
            const QString kernel = word(draw, d, tag::ConvolutionKernel, {"", "B30f", "B70f"});
            // Times over midnight count from the study's day.
            const bool hasStudyDate = draw.chance(80);
            if (hasStudyDate)
                (void)d.setText(tag::StudyDate, "20260110");
            const auto moment = [&](Tag date, Tag time) {
                QString day, clock;
                auto seconds = drawnMoment(draw, day, clock);
                if (!day.isEmpty())
                    (void)d.setText(date, day);
                if (!clock.isEmpty())
                    (void)d.setText(time, clock);
                return seconds && !hasStudyDate ? std::optional(std::fmod(*seconds + 2 * 86400, 86400)) : seconds;
            };
            auto acquired = moment(tag::AcquisitionDate, tag::AcquisitionTime);
            const auto content = moment(tag::ContentDate, tag::ContentTime);
            if (reached("acquisition date time", draw.chance(30))) {
                (void)d.setText(tag::AcquisitionDateTime, draw.chance(50) ? "20260111000010.5+0100" : "20260111000010.5");
                acquired = hasStudyDate ? 86410.5 : 10.5;
            }
            QString concatenation;
            int part = 1, parts = 0;
            qint64 offset = 0;
            if (reached("concatenation", draw.chance(30))) {
                concatenation = word(draw, d, tag::ConcatenationUID, {"1.7", ""});
                const auto n = first(one(draw, d, tag::InConcatenationNumber, {0, 1, 3})), total = first(one(draw, d, {0x0020, 0x9163}, {0, 4})),
                           before = first(one(draw, d, {0x0020, 0x9228}, {0, 12}));
                if (!concatenation.isEmpty()) {
                    part = n && *n > 1 ? int(*n) : 1;
                    parts = int(total.value_or(0));
                    offset = before ? qint64(*before) : qint64(part - 1) * (qint64(1) << 32);
                }
            }
            // The functional groups: of the object, shared, of each frame.
            std::vector<std::array<Said, groupCount>> levels(2 + size_t(frames));
            for (int g = 0; g < groupCount; ++g)
                levels[0][size_t(g)] = written(draw, d, Group(g), true);
            const int hasGroups = draw.of({0, 0, 1, 2, 3}); // bits: shared, per frame
            const auto writeGroups = [&](Dataset item, std::array<Said, groupCount>& level) {
                for (int g = 0; g < groupCount; ++g)
                    if (reached(QStringLiteral("group %1").arg(g), draw.chance(40))) {
                        Dataset inner = item.addItem(groupTags[g]);
                        level[size_t(g)] = written(draw, inner, Group(g), false);
                        if (!hasStudyDate && level[size_t(g)].seconds)
                            level[size_t(g)].seconds = std::fmod(*level[size_t(g)].seconds + 2 * 86400, 86400);
                    }
            };
            if (hasGroups & 1)
                writeGroups(d.addItem(tag::SharedFunctionalGroupsSequence), levels[1]);
            for (int f = 0; f < frames && hasGroups & 2; ++f) {
                Dataset item = d.addItem(tag::PerFrameFunctionalGroupsSequence);
                if (reached("frames with groups of their own", draw.chance(80)))
                    writeGroups(item, levels[2 + size_t(f)]);
            }
            // VOI LUTs and doses are the object's.
            QStringList luts;
            const bool isBelowZero = [&] {
                const Said& s = levels[levels[1][Rescale].isThere ? 1 : 0][Rescale];
                return !s.isBad && first(s.a).value_or(1) != 0 && first(s.b).value_or(0) < 0;
            }();
            const auto doseScaling =
                modality == "CT" && reached("dose", draw.chance(15)) ? first(one(draw, d, {0x3004, 0x000E}, {0.001, 0, -1})) : std::nullopt;
            const QString doseUnits = doseScaling ? word(draw, d, {0x3004, 0x0002}, {"", "GY"}) : QString();
            const bool isDose = doseScaling && *doseScaling > 0;
            if (reached("VOI LUT", draw.chance(25))) {
                Dataset item = d.addItem(tag::VOILUTSequence);
                const int bits = draw.of({8, 10, 12, 16, 0, 17}), low = draw.of({0, 100, 65530}), count = draw.of({3, 4});
                item.setNumbers(tag::LUTDescriptor, {double(count), double(low), double(bits)});
                const QString name = word(draw, item, tag::LUTExplanation, {"", "SOFT"});
                QByteArray bytes;
                Numbers expected;
                const bool isPacked = bits == 8 && draw.chance(50);
                const int stored = draw.of({count, count, 2});
                for (int i = 0; i < stored; ++i) {
                    const int value = draw.below(bits == 8 ? 256 : bits == 16 ? 65536 : 5000);
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
            const auto between = modality == "NM" && reached("NM reconstruction", draw.chance(70)) ? std::optional(draw.of({3.0, -2.5, 0.0})) : std::nullopt;
            if (between)
                d.setNumber(tag::SpacingBetweenSlices, *between);
            const QString reconstruction = "ORIGINAL\\PRIMARY\\RECON TOMO";
            if (between && draw.chance(80)) {
                (void)d.setText(tag::ImageType, reconstruction);
                levels[0][Type].texts = reconstruction.split(u'\\');
            }
            Numbers sliceVector, offsets;
            if (between && frames == 3 && draw.chance(60))
                d.setNumbers(tag::SliceVector, sliceVector = draw.of<Numbers>({{1, 2, 3}, {3, 2, 1}, {2, 1}}));
            Numbers detectorPosition;
            Numbers detectorOrientation;
            if (between && reached("detector's position", draw.chance(30))) {
                Dataset item = d.addItem({0x0054, 0x0022});
                item.setNumbers(tag::ImagePositionPatient, detectorPosition = {1, 2, 3});
                item.setNumbers(tag::ImageOrientationPatient, detectorOrientation = {0, 1, 0, 0, 0, -1});
            }
            const double z = levels[0][Position].a.size() > 2 ? levels[0][Position].a[2] : 0;
            if (reached("frame offsets", modality != "NM" && draw.chance(20)))
                d.setNumbers({0x3004, 0x000C},
                             offsets = draw.of<Numbers>(
                                 {{0, 2, 5}, {z, z + 2, z + 5}, {0, -3, -6}, {0, 2}, {z + 0.009, z + 2, z + 5}, {z + 0.011, z + 2, z + 5}, {7, 9, 11}}));
            const auto read = readInstances(d, m_imagePath);
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
                if (reached("padding", padding.has_value())) {
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
                reached(QStringLiteral("spacing origin %1").arg(int(from)), true);
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
                        if (reached("dose by distances", offsets[0] == 0))
                            placed = along(*firstPlane, offsets[size_t(f)]);
                        else if (reached("dose by heights", isTransverse && std::abs(offsets[0] - firstPlane->originLps.z) <= 0.01)) {
                            placed = firstPlane;
                            placed->originLps.z = offsets[size_t(f)];
                        }
                    } else if (offsets.empty() && isRecon) {
                        placed = along(*recon, *between * (int(sliceVector.size()) == frames ? sliceVector[size_t(f)] - 1 : f));
                    }
                    if (placed || frames > 1)
                        plane = placed;
                }
                reached("plane", plane.has_value());
                should << (plane ? QStringLiteral("plane %1 %2 %3 %4 8x6 1")
                                       .arg(say(plane->originLps), say(plane->rowDirection), say(plane->columnDirection), say(Numbers{used->row, used->column}))
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
                if (reached("mistaken rescale", rescale.isBad || slope == 0)) {
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
                reached("several windows", windows.size() > 1);
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
        verifyReached();
    }

    /// PS3.3 C.9.2, C.7.6.11, C.8.5.5, C.7.6.10, C.7.6.5, C.8.9.
    void MEA_03_OBJ_07_PIX_14_PIX_15_PIX_16_PIX_19_whatStandsBesideThePixelsIsReadAsItWasWritten()
    {
        for (int seed = 1; seed <= rounds(4000); ++seed) {
            Draw draw(seed);
            Dataset d;
            const int frames = draw.of({1, 1, 3}), bitsStored = 12, highBit = draw.of({11, 13, 15});
            beginImage(d, frames, bitsStored, highBit, draw.chance(50));
            (void)d.setText(tag::PhotometricInterpretation, "MONOCHROME2");
            const QString modality = word(draw, d, tag::Modality, {"CT", "US", "XA", "PT", "PT"});
            QStringList should, findings;
            std::vector<std::vector<quint8>> bits; // of each overlay over frame 0, 1, 2; empty: none there
            for (const quint16 group : {quint16(0x6000), quint16(0x6002), quint16(0x601E), quint16(0x6020)}) {
                if (!reached("overlay", draw.chance(30)))
                    continue;
                const auto at = [group](quint16 element) { return Tag{group, element}; };
                const auto rows = first(one(draw, d, at(0x10), {6, 6, 6, 3, 0, 65535})), columns = first(one(draw, d, at(0x11), {8, 8, 8, 5, 0}));
                const Numbers origin = some(draw, d, at(0x50), {1, 2, 2, 2}, {1, -2, 3, 0});
                const auto count = first(one(draw, d, at(0x15), {1, 2, 0})), from = first(one(draw, d, at(0x51), {1, 2, 0}));
                const QString type = word(draw, d, at(0x40), {"R", "G", ""}), label = word(draw, d, at(0x1500), {"", "label"}),
                              description = word(draw, d, at(0x22), {"", "words"});
                const int height = int(rows.value_or(0)), width = int(columns.value_or(0));
                const int own = count && *count > 1 ? int(*count) : 1;
                const bool isSeparate = height < 100 && reached("separate overlay", draw.chance(60));
                const qint64 needed = (qint64(height) * width * own + 7) / 8;
                QByteArray data;
                if (isSeparate) {
                    const qint64 length = std::max<qint64>(2, (reached("short overlay", draw.chance(25)) ? needed / 2 : needed));
                    for (qint64 i = 0; i < length; ++i)
                        data += char(draw.below(256));
                    if (data.size() % 2)
                        data += '\0';
                    d.setBytes(at(0x3000), data);
                }
                const auto position = first(one(draw, d, at(0x102), {0, 1, 2, 3, 4, 11, 12, 13, 14, 15, 16}));
                if (group == 0x6020 || (!rows && !columns))
                    continue; // 6000 to 601E
                if (!rows || !columns || height == 0 || width == 0) {
                    findings << QStringLiteral("Overlay %1: it has no size").arg(group, 4, 16);
                    continue;
                }
                const bool isEvery = isSeparate && !count && !from && frames > 1;
                const int firstFrame = isSeparate && from && *from > 1 ? int(*from) - 1 : 0;
                int bit = -1;
                if (isSeparate && data.size() < needed)
                    findings << QStringLiteral("Overlay %1: its data end after %2 of %3 bytes").arg(group, 4, 16).arg(data.size()).arg(needed);
                if (!isSeparate) {
                    bit = int(position.value_or(-1));
                    if (!reached("embedded overlay", bit >= 0 && bit <= 15 && (bit > highBit || bit < highBit - 11)))
                        continue;
                }
                should << QStringLiteral("overlay %1 %2x%3 at %4,%5 frames %6 from %7 every %8 roi %9 ")
                                  .arg(group, 4, 16)
                                  .arg(width)
                                  .arg(height)
                                  .arg(origin.size() < 2 ? 0 : int(origin[1]) - 1)
                                  .arg(origin.size() < 2 ? 0 : int(origin[0]) - 1)
                                  .arg(isSeparate ? own : frames)
                                  .arg(firstFrame)
                                  .arg(int(isEvery))
                                  .arg(int(type == "R")) +
                              QStringLiteral("%1 bit %2").arg(label.isEmpty() ? description : label).arg(bit);
                for (int f = 0; f < 3; ++f) {
                    std::vector<quint8> over;
                    const int ownFrame = isEvery ? 0 : f - firstFrame;
                    const bool isThere = ownFrame >= 0 && ownFrame < (isSeparate ? own : frames);
                    for (int i = 0; isThere && height < 100 && i < height * width; ++i) {
                        const int place = ownFrame * height * width + i;
                        over.push_back(isSeparate ? place / 8 < data.size() && (data[place / 8] >> place % 8 & 1)
                                                  : height == 6 && width == 8 && (m_words[size_t(f * 48 + i)] >> bit & 1));
                    }
                    if (!isSeparate && (height != 6 || width != 8))
                        over.clear();
                    bits.push_back(over);
                }
            }
            // Shutters.
            const QString shapes =
                word(draw, d, tag::ShutterShape,
                     {"", "RECTANGULAR", "CIRCULAR", "POLYGONAL", "BITMAP", "RECTANGULAR\\CIRCULAR", "CIRCULAR\\POLYGONAL\\BITMAP", "ROUND"});
            const auto left = first(one(draw, d, tag::ShutterLeftVerticalEdge, {1, 0, 3, 8, 9})),
                       right = first(one(draw, d, tag::ShutterRightVerticalEdge, {8, 3, 1, 0, 2000000}));
            const auto top = first(one(draw, d, tag::ShutterUpperHorizontalEdge, {1, -2, 2, 6, 7})),
                       bottom = first(one(draw, d, tag::ShutterLowerHorizontalEdge, {6, 2, 1, 0}));
            const Numbers centre = some(draw, d, tag::CenterOfCircularShutter, {1, 2, 2, 2}, {3, 5, 100}),
                          corner = some(draw, d, tag::VerticesOfThePolygonalShutter, {4, 5, 6, 6, 7, 8}, {1, 2, 6, 8});
            const auto radius = first(one(draw, d, tag::RadiusOfCircularShutter, {2, 0, -1, 7})),
                       group = first(one(draw, d, {0x0018, 0x1623}, {0x6000, 0x601E, 0x6001, 0x6020, 0x5FFE}));
            QString rectangle = unsaid, circle = unsaid, polygon, bitmap = unsaid;
            for (const QString& shape : shapes.split(u'\\')) {
                QString bad;
                if (shape == "RECTANGULAR") {
                    if (left && right && top && bottom && *right < 1e6 && *left <= *right && *top <= *bottom && *right > 0 && *bottom > 0 && *left < 9 &&
                        *top < 7)
                        rectangle = say(Numbers{*left - 1, *top - 1, *right - 1, *bottom - 1});
                    else
                        bad = "rectangular";
                } else if (shape == "CIRCULAR") {
                    if (centre.size() == 2 && radius && *radius > 0)
                        circle = say(Numbers{centre[1] - 1, centre[0] - 1, *radius});
                    else
                        bad = "circular";
                } else if (shape == "POLYGONAL") {
                    Numbers swapped;
                    for (size_t i = 0; i + 1 < corner.size(); i += 2)
                        swapped.insert(swapped.end(), {corner[i + 1] - 1, corner[i] - 1});
                    if (corner.size() == 6 || corner.size() == 8)
                        polygon = say(swapped);
                    else
                        bad = "polygonal";
                } else if (shape == "BITMAP") {
                    if (group && (*group == 0x6000 || *group == 0x601E))
                        bitmap = QString::number(*group);
                    else
                        bad = "bitmap";
                }
                if (reached("a shutter that makes no sense", !bad.isEmpty()))
                    findings << QStringLiteral("The %1 shutter makes no sense and is not applied").arg(bad);
            }
            for (const QString& shape : {rectangle, circle, bitmap})
                reached("shutter", shape != unsaid);
            reached("polygon", !polygon.isEmpty());
            const auto grey = first(one(draw, d, {0x0018, 0x1622}, {0, 65535, 25700, 129, 128}));
            int rgb[3] = {0, 0, 0};
            if (grey)
                rgb[0] = rgb[1] = rgb[2] = int((*grey + 128) / 257);
            if (reached("shutter in colour", draw.chance(30))) { // L*a*b* of known colours, PS3.3 C.10.7.1.1
                const auto encoded = [](double l, double a, double b) {
                    return Numbers{std::round(l * 655.35), std::round((a + 128) * 257), std::round((b + 128) * 257)};
                };
                const std::tuple<Numbers, int, int, int> colours[] = {{encoded(100, 0, 0), 255, 255, 255},
                                                                      {encoded(0, 0, 0), 0, 0, 0},
                                                                      {encoded(50, 0, 0), 119, 119, 119},
                                                                      {encoded(54.2917, 80.8125, 69.8851), 255, 0, 0},
                                                                      {encoded(87.8181, -79.2873, 80.9902), 0, 255, 0},
                                                                      {encoded(29.5676, 68.2986, -112.0294), 0, 0, 255}};
                const auto& [lab, r, g, b] = colours[draw.below(6)];
                d.setNumbers({0x0018, 0x1624}, lab);
                rgb[0] = r;
                rgb[1] = g;
                rgb[2] = b;
            }
            const bool isOpen = rectangle == unsaid && circle == unsaid && polygon.isEmpty() && bitmap == unsaid;
            should << "rectangle " + rectangle << "circle " + circle << "polygon " + polygon << "bitmap " + bitmap
                   << QStringLiteral("colour %1 %2 %3 empty %4").arg(rgb[0]).arg(rgb[1]).arg(rgb[2]).arg(int(isOpen));
            // Ultrasound regions.
            for (int n = draw.below(3); n > 0; --n) {
                Dataset item = d.addItem(tag::SequenceOfUltrasoundRegions);
                const bool isTidy = draw.chance(70);
                const auto edge = [&](Tag t, double value) {
                    if (!isTidy)
                        return first(one(draw, item, t, {value, value, 4}));
                    item.setNumber(t, value);
                    return std::optional(value);
                };
                const auto x0 = edge(tag::RegionLocationMinX0, 1), y0 = edge(tag::RegionLocationMinY0, 2), x1 = edge(tag::RegionLocationMaxX1, 3),
                           y1 = edge(tag::RegionLocationMaxY1, 3);
                const auto dx = edge({0x0018, 0x602C}, draw.of({0.02, -0.5, isTidy ? 1.5 : 0.0})),
                           dy = edge({0x0018, 0x602E}, draw.of({0.03, -0.25, isTidy ? 2.5 : 0.0}));
                const auto format = first(one(draw, item, tag::RegionSpatialFormat, {0, 1, 2, 3, 5})),
                           type = first(one(draw, item, tag::RegionDataType, {1, 2, 18}));
                const auto flags = first(one(draw, item, tag::RegionFlags, {0, 1, 2, 3, 6}));
                const auto ux = first(one(draw, item, tag::PhysicalUnitsXDirection, {0, 1, 2, 3, 3, 3, 4, 5, 6, 7, 8, 12})),
                           uy = first(one(draw, item, tag::PhysicalUnitsYDirection, {0, 1, 2, 3, 3, 3, 4, 5, 6, 7, 8, 12}));
                const auto rx = first(one(draw, item, {0x0018, 0x6020}, {0, -3, 5})), ry = first(one(draw, item, {0x0018, 0x6022}, {0, 7, -1}));
                const auto vx = first(one(draw, item, {0x0018, 0x6028}, {0, 1.5, -7, 2e6})), vy = first(one(draw, item, {0x0018, 0x602A}, {0, 2.5, 1e13}));
                if (!x0 || !y0 || !x1 || !y1 || *x0 > *x1 || *y0 > *y1 || !dx || !dy || *dx == 0 || *dy == 0)
                    continue;
                reached("region", true);
                const QStringList units{"", "%", "dB", "mm", "s", "Hz", "dB/s", "cm/s"}; // C.8.5.5.1.15
                const auto unit = [&](const std::optional<double>& code) { return code && *code < 8 ? units[int(*code)] : QString(); };
                const auto isOther = [](const std::optional<double>& code) { return !code || *code > 7; };
                should << QStringLiteral("region %1 %2 low %3 %4 units %5 %6 ")
                                  .arg(format.value_or(0))
                                  .arg(type.value_or(0))
                                  .arg(int(flags.value_or(0)) % 2)
                                  .arg(say(Numbers{*x0, *y0, *x1, *y1}))
                                  .arg(unit(ux), unit(uy)) +
                              QStringLiteral("delta %1 reference %2 %3 values %4 cm %5 other %6%7")
                                  .arg(say(Numbers{*dx, *dy}), say(rx ? std::optional(*x0 + *rx) : rx), say(ry ? std::optional(*y0 + *ry) : ry))
                                  .arg(say(Numbers{vx.value_or(0), vy && *vy < 1e12 ? *vy : 0}))
                                  .arg(int(ux == 3.0 && uy == 3.0))
                                  .arg(int(isOther(ux)))
                                  .arg(int(isOther(uy)));
            }
            // Masks.
            for (int n = draw.below(3); n > 0; --n) {
                Dataset item = d.addItem({0x0028, 0x6100});
                const QString name = word(draw, item, {0x0028, 0x6101}, {"AVG_SUB", "AVG_SUB", "TID", "REV_TID", "NONE", ""});
                const Numbers ranges = some(draw, item, {0x0028, 0x6102}, {1, 2, 2, 4}, {1, 2, 3}),
                              with = some(draw, item, {0x0028, 0x6110}, {1, 2}, {1, 2, 0, 3});
                const auto contrast = first(one(draw, item, {0x0028, 0x6112}, {0, 1, 3, 200})), interval = first(one(draw, item, {0x0028, 0x6120}, {1, 2, -1}));
                const Numbers shift = some(draw, item, {0x0028, 0x6114}, {1, 2, 2}, {0.5, -1.25, 0}), id = one(draw, item, {0x0028, 0x9416}, {1, 7});
                Numbers applicable, used;
                bool isFirst = false, isThird = false;
                for (size_t i = 0; i + 1 < ranges.size(); i += 2) {
                    applicable.insert(applicable.end(), {ranges[i] - 1, ranges[i + 1] - 1});
                    isFirst = isFirst || ranges[i] == 1;
                    isThird = isThird || ranges[i + 1] == 3;
                }
                for (const double frame : with)
                    if (frame > 0)
                        used.push_back(frame - 1);
                const int kind = name == "AVG_SUB" ? 1 : name == "TID" ? 2 : name == "REV_TID" ? 3 : 0;
                if (!reached("mask", kind > 0 && (kind > 1 || !used.empty())))
                    continue;
                should << QStringLiteral("mask %1 for %2 with %3 contrast %4 interval %5 shift %6 item %7 applies %8%9")
                              .arg(kind)
                              .arg(say(applicable), say(used))
                              .arg(std::max(1.0, std::min(100.0, contrast.value_or(1))))
                              .arg(interval.value_or(1))
                              .arg(shift.size() < 2 ? "0,0" : say(shift), say(first(id)))
                              .arg(int(applicable.empty() || isFirst))
                              .arg(int(applicable.empty() || isThird));
            }
            const QString mode = word(draw, d, {0x0028, 0x1090}, {"", "SUB", "NAT"}),
                          relation = word(draw, d, tag::PixelIntensityRelationship, {"", "LIN", "LOG"});
            should << QStringLiteral("subtracted %1 relation %2").arg(int(mode == "SUB")).arg(relation);
            // Cine.
            const Numbers vector = some(draw, d, tag::FrameTimeVector, {1, 3, 3, 3, 2}, {0, 40, 33.5, 600000, 600001});
            const auto rate = first(one(draw, d, tag::RecommendedDisplayFrameRate, {0, 10, 25})), time = first(one(draw, d, tag::FrameTime, {0, 20, 700000})),
                       old = first(one(draw, d, tag::CineRate, {0, 8, 50}));
            Numbers durations;
            if (frames == 3 && vector.size() == 3 && vector[1] > 0 && vector[2] > 0 && vector[1] <= 600000 && vector[2] <= 600000)
                durations = {vector[1], vector[2], vector[2]};
            reached("frame time vector", !durations.empty());
            std::optional<double> every;
            if (rate && *rate > 0)
                every = 1000 / *rate;
            else if (time && *time > 0 && *time <= 600000)
                every = time;
            else if (old && *old > 0)
                every = 1000 / *old;
            const auto sweep = first(one(draw, d, {0x0018, 0x1244}, {0, 1, 2})), start = first(one(draw, d, {0x0008, 0x2142}, {1, 2, 0, 3})),
                       stop = first(one(draw, d, {0x0008, 0x2143}, {2, 3, 4, 1}));
            const bool isTrimmed = reached("trimmed", start && stop && *start > 0 && *stop > *start && *stop <= frames);
            // Enhanced angiography and ultrasound say when each frame began.
            if (reached("frames with times", frames == 3 && draw.chance(40))) {
                const int how = draw.below(4);
                Numbers acquired, starts;
                for (int f = 0; f < 3; ++f) {
                    Dataset content = d.addItem(tag::PerFrameFunctionalGroupsSequence).addItem(tag::FrameContentSequence);
                    starts.push_back(how == 1 && f == 2 ? 0 : f * (f + 1) * 125);
                    if (how != 2)
                        (void)content.setText(tag::FrameAcquisitionDateTime, "2026011023595" + QString::number(9 + starts.back() / 1000 >= 10 ? 0 : 9) +
                                                                                 QString::number(starts.back() / 1000, 'f', 3).mid(1) +
                                                                                 (how == 3 ? "+0100" : ""));
                    acquired.push_back(100 + f);
                    if (draw.chance(90))
                        content.setNumber({0x0018, 0x9220}, acquired.back());
                    else
                        acquired.push_back(-1);
                }
                if (!every && durations.empty() && (modality == "XA" || modality == "US"))
                    durations = how == 0 || how == 3 ? Numbers{250, 500, 500} : acquired.size() == 3 ? acquired : Numbers();
            }
            should << QStringLiteral("cine %1 every %2 sweeping %3 from %4 to %5")
                          .arg(say(durations), say(every))
                          .arg(int(sweep == 1.0))
                          .arg(say(isTrimmed ? std::optional(int(*start) - 1) : std::nullopt), say(isTrimmed ? std::optional(int(*stop) - 1) : std::nullopt));
            const QString methods = word(draw, d, tag::LossyImageCompressionMethod, {"", "ISO_10918_1", "ISO_10918_1\\ISO_15444_1"});
            const Numbers ratios = some(draw, d, tag::LossyImageCompressionRatio, {1, 2}, {10, 0, -3, 2e6, 5.5});
            const QString quality = word(draw, d, tag::QualityControlImage, {"", "YES", "BOTH"}),
                          comment = word(draw, d, tag::ImageComments, {"", "fine", "Not for diagnosis"}),
                          derived = word(draw, d, tag::DerivationDescription, {"", "NOT FOR DIAGNOSTIC USE", "resized"});
            Numbers plausible;
            for (const double ratio : ratios)
                if (ratio > 0 && ratio < 1e6)
                    plausible.push_back(ratio);
            should << QStringLiteral("marks %1 %2 %3 %4")
                          .arg(QString(methods).replace(u'\\', u','), say(plausible), quality)
                          .arg(int(comment.startsWith("Not") || derived.startsWith("NOT")))
                   << "findings " + findings.join(u';');
            // PET: C.8.9.1, C.8.9.2.
            if (reached("PET", modality == "PT")) {
                const QString units = word(draw, d, tag::Units, {"", "BQML", "CNTS", "GML"}), suvType = word(draw, d, {0x0054, 0x1006}, {"", "BW", "LBM"}),
                              decay = word(draw, d, tag::DecayCorrection, {"", "START", "ADMIN", "NONE"});
                const QString corrections = word(draw, d, {0x0028, 0x0051}, {"", "ATTN", "DECY", "NORM\\DECY\\ATTN"}),
                              attenuation = word(draw, d, {0x0018, 0x9759}, {"", "YES", "NO"}), decayed = word(draw, d, {0x0018, 0x9758}, {"", "YES", "NO"});
                const auto weight = first(one(draw, d, tag::PatientWeight, {70, 0, -1, 3.5})), size = first(one(draw, d, tag::PatientSize, {1.75, 0}));
                const QString sex = word(draw, d, tag::PatientSex, {"", "M", "F"});
                const auto positive = [](const std::optional<double>& v) { return v && *v > 0 ? v : std::nullopt; };
                should << QStringLiteral("pet %1 %2 %3 corrected %4%5 weight %6 height %7 sex %8")
                              .arg(units, suvType, decay)
                              .arg(int(corrections.contains("ATTN") || attenuation == "YES"))
                              .arg(int(corrections.contains("DECY") || decayed == "YES"))
                              .arg(say(positive(weight)), say(positive(size)), sex);
                const auto reference = first(one(draw, d, {0x0054, 0x1300}, {0, 1500})), duration = first(one(draw, d, {0x0018, 0x1242}, {120000, 0}));
                // Seconds since the midnight of 10 January.
                const bool hasStudyDate = draw.chance(70), hasDate = draw.chance(60), hasSeriesDate = draw.chance(60), hasZone = draw.chance(50);
                if (hasStudyDate)
                    (void)d.setText(tag::StudyDate, "20260110");
                if (hasDate)
                    (void)d.setText(tag::AcquisitionDate, draw.chance(50) ? "20260111" : "2026.01.11");
                if (hasSeriesDate)
                    (void)d.setText(tag::SeriesDate, "20260109");
                if (hasZone)
                    (void)d.setText(tag::TimezoneOffsetFromUTC, "+0200");
                const std::tuple<const char*, bool, double> clocks[] = {{"10", true, 36000},         {"1015", true, 36900}, {"10:15:30", true, 36930},
                                                                        {"235960.5", true, 86400.5}, {"240000", false, 0},  {"1060", false, 0},
                                                                        {"101561", false, 0},        {"x", false, 0}};
                const auto clock = [&](Tag time, bool hasDay, double day) -> std::optional<double> {
                    const auto& [text, isTime, seconds] = clocks[draw.chance(60) ? draw.below(4) : draw.below(8)];
                    (void)d.setText(time, text);
                    return isTime && (hasDay || hasStudyDate) ? std::optional(seconds + (hasDay ? day * 86400 : 0)) : std::nullopt;
                };
                const auto seriesTime = clock(tag::SeriesTime, hasSeriesDate, -1);
                auto acquisition = clock(tag::AcquisitionTime, hasDate, 1);
                if (reached("PET acquisition date time", draw.chance(40))) {
                    (void)d.setText(tag::AcquisitionDateTime, "20260111001000.5-0100");
                    if (!acquisition)
                        acquisition = 86400 + 600.5 + (hasZone ? 3 * 3600 : 0);
                }
                const int drugs = draw.below(3);
                std::optional<double> dose, halfLife, injected;
                bool isDated = false;
                for (int n = 0; n < drugs; ++n) {
                    Dataset drug = d.addItem(tag::RadiopharmaceuticalInformationSequence);
                    const auto activity = first(one(draw, drug, tag::RadionuclideTotalDose, {3.7e8, 0, 1})),
                               life = first(one(draw, drug, {0x0018, 0x1075}, {6586.2, 0}));
                    const QString at = word(draw, drug, {0x0018, 0x1078}, {"", "20260110090000", "20260110090000+0300", "202601", "20260110090000-0130"}),
                                  time = word(draw, drug, tag::RadiopharmaceuticalStartTime, {"", "083000.5", "99"});
                    if (n > 0)
                        continue;
                    dose = positive(activity);
                    halfLife = positive(life);
                    isDated = at.size() > 8;
                    if (isDated)
                        injected = 32400 + (hasZone && at.endsWith("+0300") ? -3600 : hasZone && at.endsWith("-0130") ? 12600 : 0);
                    else if (time == "083000.5")
                        injected = 30600.5;
                }
                should << QStringLiteral("drugs %1 dose %2 half-life %3 dated %4 frame %5 %6")
                              .arg(drugs)
                              .arg(say(dose), say(halfLife))
                              .arg(int(isDated))
                              .arg(say(reference), say(positive(duration)));
                const auto after = [&](const std::optional<double>& to) {
                    return to && acquisition ? say(*acquisition - *to) : to ? QStringLiteral("alone") : QString(unsaid);
                };
                should << QStringLiteral("series to acquisition %1 start to acquisition %2").arg(after(seriesTime), isDated ? after(injected) : say(injected));
            }
            const auto read = readInstances(d, m_imagePath);
            QVERIFY2(read, qPrintable(QStringLiteral("seed %1").arg(seed)));
            const ImageModules& modules = *read->front().modules;
            const QStringList is = linesOf(modules);
            for (qsizetype i = 0; i < std::max(is.size(), should.size()); ++i)
                if (is.value(i) != should.value(i))
                    QFAIL(qPrintable(
                        QStringLiteral("seed %1, %2 frame(s), %3:\nis     %4\nshould %5").arg(seed).arg(frames).arg(modality, is.value(i), should.value(i))));
            auto layout = std::make_shared<PixelLayout>(*read->front().layout);
            layout->description.syntax = dicom::TransferSyntax::fromUid(QStringLiteral("1.2.840.10008.1.2.1")); // of the file; a dataset in memory has none
            for (size_t i = 0; i < bits.size(); ++i) {
                const OverlayPlane& overlay = modules.overlays[i / 3];
                if (overlay.rows > 100)
                    continue;
                const auto found = overlayBits(overlay, layout, int(i % 3));
                QVERIFY2((found ? *found : std::vector<quint8>()) == bits[i],
                         qPrintable(QStringLiteral("seed %1, bits of overlay %2 over frame %3").arg(seed).arg(i / 3).arg(i % 3)));
            }
        }
        verifyReached();
    }

    /// PS3.3 C.7.6.5: how long each frame stays and which comes next.
    void OBJ_07_aCineIsPlayedAsItsFramesSay()
    {
        for (int seed = 1; seed <= rounds(4000); ++seed) {
            Draw draw(seed);
            const int frames = 1 + draw.below(6);
            const bool isOneFile = reached("one file", draw.chance(70) || frames == 1);
            auto modules = std::make_shared<ImageModules>();
            Cine& cine = modules->cine;
            cine.isSweeping = draw.chance(50);
            if (reached("durations", draw.chance(40)))
                for (int left = draw.of({frames, frames, frames - 1}); left > 0; --left)
                    cine.durationsMs.push_back(draw.of({40.0, 1.0, 250.5, 90000.0, 8.0}));
            if (reached("one duration for all", draw.chance(50)))
                cine.frameMs = draw.of({20.0, 100.0, 5.0});
            if (reached("trims", draw.chance(50))) {
                cine.firstFrame = draw.below(frames);
                cine.lastFrame = std::min(frames, *cine.firstFrame + draw.below(4));
                if (draw.chance(10))
                    cine.lastFrame.reset();
            }
            Stack stack;
            std::vector<double> should;
            for (int i = 0; i < frames; ++i) {
                Instance instance;
                instance.uid = {isOneFile ? QStringLiteral("1") : QString::number(i)};
                instance.frame = isOneFile ? i : 0;
                if (draw.chance(70))
                    instance.frameTimeMs = draw.of({0.0, -5.0, 50.0, 200.0});
                if (i == 0 || !reached("a frame of a file without modules", draw.chance(10)))
                    instance.modules = modules;
                double ms = instance.frameTimeMs && *instance.frameTimeMs > 0 ? *instance.frameTimeMs : 1000.0 / 15;
                if (instance.modules && cine.frameMs)
                    ms = *cine.frameMs;
                if (instance.modules && instance.frame < int(cine.durationsMs.size()))
                    ms = cine.durationsMs[size_t(instance.frame)];
                should.push_back(ms < 1000.0 / 120 ? 1000.0 / 120 : ms > 60000 ? 60000 : ms);
                stack.instances.push_back(instance);
            }
            stack.sliceCount = frames;
            int from = 0, to = frames - 1;
            if (reached("trimmed", isOneFile && cine.firstFrame && cine.lastFrame && *cine.lastFrame < frames)) {
                from = *cine.firstFrame;
                to = *cine.lastFrame;
            }
            const bool isSweeping = isOneFile && cine.isSweeping;
            const double wanted = draw.of({0.0, 0.0, 10.0, 30.0, -1.0});
            double total = 0;
            for (int i = from; i <= to; ++i)
                total += should[size_t(i)];
            const double ownRate = 1000 * (to - from + 1) / total, rate = reached("another rate", wanted > 0) ? wanted : ownRate;
            const CineClock clock = CineClock::of(stack, wanted);
            const QString where = QStringLiteral("seed %1").arg(seed);
            const auto isNear = [](double a, double b) { return std::abs(a - b) <= 1e-9 * std::abs(b); }; // sums in another order
            QVERIFY2(clock.isSweeping == isSweeping && isNear(clock.rate(), rate), qPrintable(where));
            int at = from, step = 1;
            for (int i = -1; i <= frames; ++i)
                QVERIFY2(isNear(clock.durationMs(i), i < from || i > to ? 1000 / rate : should[size_t(i)] * ownRate / rate),
                         qPrintable(where + " frame " + QString::number(i)));
            // Forwards to the end, backwards to the beginning; or over and over again.
            int direction = 1;
            for (int i = 0; i < 15; ++i) {
                int next = at;
                if (from == to || (!isSweeping && at == to))
                    next = from;
                else if (!isSweeping)
                    next = at + 1;
                else {
                    direction = at == to ? -1 : at == from ? 1 : direction;
                    next = at + direction;
                }
                QVERIFY2(clock.next(at, step) == next, qPrintable(where + " after frame " + QString::number(at)));
                if (from != to)
                    QVERIFY2(step == direction, qPrintable(where + " step after frame " + QString::number(at)));
                at = next;
            }
            for (int outside = -3; outside < frames + 3; ++outside) {
                int way = draw.of({1, -1});
                const int next = clock.next(outside, way);
                QVERIFY2(next >= from && next <= to, qPrintable(where + " from outside " + QString::number(outside)));
            }
        }
        const CineClock empty = CineClock::of(Stack());
        QCOMPARE(empty.rate(), 15.0);
        verifyReached();
    }

    /// The series of a study come in any order and in parts; in the end all is as if it had been there from the beginning.
    void SAF_13_SAF_04_aStudyIsTheSameHoweverItArrives()
    {
        QTemporaryDir folder;
        std::vector<SeriesFiles> whole;
        int files = 0;
        for (int s = 0; s < 3; ++s) {
            whole.push_back({QStringLiteral("1.2.3.%1").arg(s), {}});
            for (int i = 0; i < 5; ++i) {
                Dataset d;
                beginImage(d, 1, 16, 15, false);
                (void)d.setText(tag::PhotometricInterpretation, "MONOCHROME2");
                (void)d.setText(tag::Modality, s == 1 ? "MR" : "CT");
                (void)d.setText(tag::PatientName, QStringLiteral("Name%1").arg(s));
                (void)d.setText(tag::StudyInstanceUID, "1.2.3");
                (void)d.setText(tag::SeriesInstanceUID, s == 2 && i == 4 ? QStringLiteral("1.9") : whole.back().seriesUid);
                (void)d.setText(tag::SOPInstanceUID,
                                QStringLiteral("1.2.3.%1.%2").arg(s).arg(s == 0 && i == 4 ? 0 : i)); // another image with the first's identifier
                (void)d.setText(tag::FrameOfReferenceUID, s == 1 ? QStringLiteral("1.5.%1").arg(i) : QStringLiteral("1.5")); // scattered by an anonymiser
                d.setNumber(tag::InstanceNumber, 5 - i);
                d.setNumbers(tag::PixelSpacing, {1, 1});
                d.setNumbers(tag::ImagePositionPatient, {0, 0, (i < 3 ? i : i + 2) * 2.0});
                d.setNumbers(tag::ImageOrientationPatient, s == 2 && i % 2 ? Numbers{0, 1, 0, 0, 0, -1} : Numbers{1, 0, 0, 0, 1, 0});
                whole.back().paths << folder.filePath(QString::number(++files));
                QVERIFY(d.write(whole.back().paths.last(), QStringLiteral("1.2.840.10008.1.2.1")));
            }
        }
        const QString noImage = folder.filePath("text");
        QFile text(noImage);
        QVERIFY(text.open(QIODevice::WriteOnly) && text.write("no image at all, but long enough") > 0);
        text.close();
        whole[1].paths << noImage;
        for (int seed = 1; seed <= rounds(150); ++seed) {
            Draw draw(seed);
            const QString where = QStringLiteral("seed %1").arg(seed);
            std::vector<SeriesFiles> now;
            const int atOnce = draw.below(3);
            for (int s = 0; s < atOnce; ++s)
                now.push_back({whole[size_t(s)].seriesUid, whole[size_t(s)].paths.mid(0, 1 + draw.below(6))});
            OpenStudy study(now);
            std::vector<std::shared_ptr<OpenStack>> mirror;
            int completed = 0;
            bool isMirrored = true;
            const auto find = [&](const std::shared_ptr<OpenStack>& stack) { return std::find(mirror.begin(), mirror.end(), stack); };
            connect(&study, &OpenStudy::completed, this, [&] { ++completed; });
            connect(&study, &OpenStudy::stackAdded, this, [&](const std::shared_ptr<OpenStack>& stack) { mirror.push_back(stack); });
            connect(&study, &OpenStudy::stackGrown, this, [&](const std::shared_ptr<OpenStack>& before, const std::shared_ptr<OpenStack>& after) {
                reached("grown", true);
                isMirrored = isMirrored && find(before) != mirror.end() && after != before;
                if (isMirrored)
                    *find(before) = after;
            });
            connect(&study, &OpenStudy::stackMerged, this, [&](const std::shared_ptr<OpenStack>& before, const std::shared_ptr<OpenStack>& into) {
                reached("merged", true);
                isMirrored = isMirrored && find(before) != mirror.end() && find(into) != mirror.end();
                if (isMirrored)
                    mirror.erase(find(before));
            });
            const bool isArriving = reached("said to be arriving", draw.chance(50));
            study.setArriving(isArriving);
            for (bool isAll = false; !isAll;) {
                const int wait = draw.below(3);
                if (reached("files come when all is read", wait == 0))
                    QVERIFY2(waitFor([&] { return study.isComplete(); }), qPrintable(where));
                else if (wait == 1)
                    QCoreApplication::processEvents();
                std::vector<SeriesFiles> more;
                isAll = true;
                for (int s = 2; s >= 0; --s) {
                    const auto known = std::find_if(study.series().begin(), study.series().end(),
                                                    [&](const SeriesFiles& f) { return f.seriesUid == whole[size_t(s)].seriesUid; });
                    const qsizetype have = known == study.series().end() ? 0 : known->paths.size();
                    if (have < whole[size_t(s)].paths.size() && draw.chance(70))
                        more.push_back({whole[size_t(s)].seriesUid, whole[size_t(s)].paths.mid(0, have + 1 + draw.below(4))});
                    else if (have > 1 && reached("fewer files than known", draw.chance(20)))
                        more.push_back({whole[size_t(s)].seriesUid, whole[size_t(s)].paths.mid(0, have - 1)}); // files are only ever added
                }
                study.grow(more);
                for (const SeriesFiles& series : whole)
                    isAll = isAll && std::any_of(study.series().begin(), study.series().end(),
                                                 [&](const SeriesFiles& f) { return f.seriesUid == series.seriesUid && f.paths == series.paths; });
            }
            QVERIFY2(waitFor([&] { return study.isComplete() && completed > 0 && study.filesRead() == study.fileCount(); }), qPrintable(where));
            QCOMPARE(study.fileCount(), 16);
            QVERIFY2(isMirrored && mirror == study.stacks(), qPrintable(where));
            // Each series alone, read at once.
            QStringList is, should, left;
            for (const auto& stack : study.stacks()) {
                QStringList warnings;
                for (const StackWarning& warning : stack->warnings())
                    warnings << warning.code;
                is << QStringLiteral("%1: %2 %3 %4 %5 %6")
                          .arg(stack->seriesUid().value, joined(stack->stack().instances), stack->texts().patientName, stack->modality(), warnings.join(u','),
                               stack->whyNoVolume());
                QVERIFY(stack->isArriving() == isArriving);
            }
            for (const SeriesFiles& series : whole) {
                Frames all;
                for (const QString& path : series.paths)
                    if (const auto read = readInstances(path); read && read->front().seriesUid.value == series.seriesUid)
                        all.insert(all.end(), read->begin(), read->end());
                for (const Stack& stack : buildStacks(all)) {
                    QStringList warnings;
                    bool isGap = false;
                    for (const StackWarning& warning : stack.warnings) {
                        const bool isOfGaps = warning.code == "GEO-03" || warning.code == "GEO-04";
                        isGap = isGap || isOfGaps;
                        if (!isArriving || !isOfGaps)
                            warnings << warning.code;
                    }
                    if (reached("incomplete", isArriving && isGap))
                        warnings.prepend("SAF-04");
                    should << QStringLiteral("%1: %2 Name%3 %4 %5 %6")
                                  .arg(series.seriesUid, joined(stack.instances), series.seriesUid.right(1), stack.instances.front().modality,
                                       warnings.join(u','),
                                       isArriving && isGap && !stack.whyNoVolume.isEmpty() ? QStringLiteral("more images are to come") : stack.whyNoVolume);
                }
            }
            is.sort();
            should.sort();
            for (qsizetype i = 0; i < std::max(is.size(), should.size()); ++i)
                if (is.value(i) != should.value(i))
                    QFAIL(qPrintable(where + ":\nis     " + is.value(i) + "\nshould " + should.value(i)));
            for (const NotShown& file : study.notShown())
                left << file.path;
            QStringList named{noImage, whole[2].paths[4], whole[0].paths[4]};
            left.sort();
            named.sort();
            QVERIFY2(left == named, qPrintable(where + " not shown: " + left.join(u' ')));
        }
        verifyReached();
    }
};

/// Another kind of image in the same series, or one that only seems to be another.
void TestRandomStacks::addOthers(Draw& draw, const Block& block, Series& made)
{
    const auto turn = [](Instance& i, bool isRow, double degrees) {
        Vec3& turning = isRow ? i.plane->rowDirection : i.plane->columnDirection;
        turning = turned(turning, isRow ? i.plane->columnDirection : i.plane->rowDirection, degrees);
    };
    struct Kind
    {
        const char* name;
        std::function<void(Instance&)> set;
    };
    const Kind kinds[] = {{"other rows", [](Instance& i) { i.pixels.rows = i.plane->rows = 7; }},
                          {"other columns", [](Instance& i) { i.pixels.columns = i.plane->columns = 7; }},
                          {"unsigned", [](Instance& i) { i.pixels.isSigned = false; }},
                          {"other series", [](Instance& i) { i.seriesUid = {QStringLiteral("1.9")}; }},
                          {"other modality", [](Instance& i) { i.modality = "MR"; }},
                          {"other frame of reference", [](Instance& i) { i.frameOfReference = {QStringLiteral("1.8")}; }},
                          {"localizer", [](Instance& i) { i.isLocalizer = true; }},
                          {"other stack", [](Instance& i) { i.stackId = "2"; }},
                          {"inverted", [](Instance& i) { i.isInverted = true; }},
                          {"rows farther apart", [](Instance& i) { i.plane->spacingMm.row *= 1.0012; }},
                          {"columns farther apart", [](Instance& i) { i.plane->spacingMm.column *= 1.0012; }},
                          {"row turned 1.2°", [=](Instance& i) { turn(i, true, 1.2); }},
                          {"column turned 1.2°", [=](Instance& i) { turn(i, false, -1.2); }},
                          {"no plane", [](Instance& i) { i.plane.reset(); }}};
    const auto place = [&](int i) { return block.origins.back() + cross(block.phantom.rowDirection, block.phantom.columnDirection) * (3.0 * i); };
    const QString classUid =
        draw.of<const char*>({"1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.4", "1.2.840.10008.5.1.4.1.1.128", "1.2.840.10008.5.1.4.1.1.2.1",
                              "1.2.840.10008.5.1.4.1.1.4.1", "1.2.840.10008.5.1.4.1.1.130", "1.2.840.10008.5.1.4.1.1.481.2", "1.2.840.10008.5.1.4.1.1.1"});
    for (const Kind& kind : kinds) {
        if (!reached(kind.name, draw.chance(9)))
            continue;
        made.words << kind.name;
        Truth other;
        other.slices = 1 + draw.below(2);
        const bool isLocalizer = draw.chance(30), isOriented = draw.chance(30);
        for (int i = 0; i < other.slices; ++i) {
            Instance image = frame(block, place(i));
            image.sopClassUid = classUid;
            kind.set(image);
            if (!image.plane) {
                image.isLocalizer = isLocalizer;
                image.instanceNumber = 10 - i; // without a place by number
                image.patientOrientation = isOriented ? QStringList{"L", "P"} : QStringList();
                other.frames.insert(other.frames.begin(), image);
            } else
                other.frames.push_back(image);
        }
        made.stacks.push_back(other);
    }
    if (reached("cine", draw.chance(10))) {
        Truth cine;
        cine.slices = 3;
        const Instance one = frame(block, {});
        for (int i = 0; i < 3; ++i) {
            cine.frames.push_back(one);
            cine.frames.back().plane.reset();
            cine.frames.back().frame = i;
            cine.frames.back().instanceNumber = 4;
            cine.frames.back().pixels.frames = 3;
        }
        made.stacks.push_back(cine);
    }
    if (reached("concatenation", draw.chance(10))) {
        Truth whole;
        QStringList missing;
        const int total = 2 + draw.below(4), said = draw.chance(30) ? 0 : total, known = said > 0 ? total : 0;
        int highest = 0;
        for (int part = 1; part <= total; ++part)
            if (draw.chance(60) || (part == total && whole.frames.empty())) {
                const Instance one = frame(block, {});
                const bool isSingle = draw.chance(30);
                highest = part;
                for (int i = 0; i < (isSingle ? 1 : 2); ++i) {
                    whole.frames.push_back(one);
                    Instance& image = whole.frames.back();
                    image.plane.reset();
                    image.frame = i;
                    image.pixels.frames = isSingle ? 1 : 2;
                    image.concatenationUid = "1.7";
                    image.concatenationNumber = part;
                    image.concatenationTotal = said;
                    image.firstFrameInObject = 2 * (part - 1);
                    image.instanceNumber = 4;
                }
            } else
                missing << QString::number(part);
        if (known == 0)
            while (!missing.isEmpty() && missing.back().toInt() > highest)
                missing.removeLast();
        whole.slices = int(whole.frames.size());
        if (reached("missing parts", !missing.isEmpty()))
            whole.warnings << QStringLiteral("OBJ-10 Part %1 of %2 of this image is missing.").arg(missing.join(", ")).arg(known == 0 ? highest : total);
        made.stacks.push_back(whole);
    }
}

Series TestRandomStacks::series(Draw& draw)
{
    Series made;
    Block base = block(draw, made.words);
    const int n = int(base.origins.size()), phases = draw.of({2, 3, 4});
    const Vec3 normal = cross(base.phantom.rowDirection, base.phantom.columnDirection);
    const auto values = [&](int axis, double from, double step, int count) {
        std::vector<double> all;
        for (int i = 0; i < count; ++i)
            all.push_back(axis == 9 ? double(int(from + i * step)) : from + i * step);
        return all;
    };
    const double from = draw.of({0.0, 1.0, 12.5}), step = draw.of({1.0, 40.0});
    const int axis = draw.below(axisCount), later = axis + 1 < axisCount ? axis + 1 + draw.below(axisCount - axis - 1) : -1;
    const int how = draw.below(13);
    made.words << QStringLiteral("repetition %1 by %2 and %3, %4 phases").arg(how).arg(axis).arg(later).arg(phases);
    bool isMixed = draw.chance(60);
    if (reached("one value", how == 1)) {
        const auto v = values(axis, from, step, phases);
        const bool hasDecoy = reached("a less telling value in another order", later >= 0 && draw.chance(60));
        made.stacks = {repeated(base, phases,
                                [&](Instance& i, int, int p) {
                                    axes[axis].set(i, v[size_t(p)]);
                                    if (hasDecoy)
                                        axes[later].set(i, 200 - p);
                                },
                                {listed(axes[axis].name, v, axes[axis].unit)})};
    } else if (reached("gradients", how == 2)) {
        QStringList texts;
        for (int p = 0; p < phases; ++p)
            texts << QStringLiteral("1000 s/mm², %1 0.5 0").arg(p);
        made.stacks = {repeated(base, phases,
                                [&](Instance& i, int, int p) {
                                    i.bValue = 1000;
                                    i.gradient = Vec3{double(p), 0.5, 0};
                                    i.flipAngleDeg = 90 - p;
                                },
                                {"b-value and gradient direction=" + texts.join(u',')})};
    } else if (reached("times", how == 3)) {
        const int time = draw.below(5), decoy = time + 1 + draw.below(2);
        reached(QStringLiteral("time %1").arg(time), true);
        std::vector<double> v;
        for (int p = 0; p < phases; ++p)
            v.push_back(time < 3 ? p * 100 : p * 200);
        const bool isNear = reached("phases a little apart", draw.chance(50));
        made.stacks = {repeated(base, phases,
                                [&](Instance& i, int slice, int p) {
                                    timeAxes[time].set(i, p * 100 + slice * 0.5);
                                    if (time == 4)
                                        i.instanceNumber = 5;
                                    if (decoy < 5)
                                        timeAxes[decoy].set(i, 900 - p * 100 + slice);
                                    if (isNear && p > 0)
                                        i.plane->originLps = i.plane->originLps + normal * 0.006 + i.plane->rowDirection * (0.8 * base.toleranceMm);
                                },
                                {listed(timeAxes[time].name, v, timeAxes[time].unit)})};
    } else if (reached("a grid", how == 4 && later >= 0)) {
        const auto slow = values(axis, from, step, 2), fast = values(later, 7, 2, phases);
        const bool isThree = reached("a value that says nothing new", later + 1 < axisCount && draw.chance(50));
        made.stacks = {repeated(base, 2 * phases,
                                [&](Instance& i, int, int p) {
                                    axes[axis].set(i, slow[size_t(p / phases)]);
                                    axes[later].set(i, fast[size_t(p % phases)]);
                                    if (isThree)
                                        axes[later + 1].set(i, 70 - p / phases);
                                },
                                {listed(axes[later].name, fast, axes[later].unit), listed(axes[axis].name, slow, axes[axis].unit)})};
    } else if (reached("kinds", how == 5 || how == 6)) {
        const int what = draw.below(3);
        reached(QStringLiteral("kind %1").arg(what), true);
        const bool isRepeated = reached("kinds with echoes", how == 6);
        const bool isUneven = reached("uneven kinds", n > 1 && draw.chance(40)), hasThird = draw.chance(50) && !isUneven;
        for (int kind = 0; kind < (hasThird ? 3 : 2); ++kind) {
            Truth part = repeated(
                base, isRepeated && !isUneven ? 2 : 1,
                [&](Instance& i, int, int p) {
                    i.imageType = QStringList{"ORIGINAL", "PRIMARY", what == 0 ? QString("M%1").arg(kind) : "M"};
                    i.kernel = what == 1 ? QString("K%1").arg(kind) : "K";
                    i.sliceThicknessMm = what == 2 ? kind + 1 : 1;
                    if (isRepeated)
                        i.echoTimeMs = isUneven ? 20 : p * 10 + 10;
                },
                isRepeated && !isUneven ? QStringList{"echo time=10 ms,20 ms"} : QStringList());
            if (isUneven && kind == 1) {
                part.frames.erase(part.frames.begin() + draw.below(n));
                --part.slices;
            }
            if (isUneven)
                part.warnings << "GEO-08 Positions are repeated unevenly in this series; it is shown as separate stacks.";
            made.stacks.push_back(part);
        }
    } else if (reached("uneven values", how == 7 && n > 2)) {
        const bool isTwofold = reached("two values together", draw.chance(40)), isSilent = !isTwofold && reached("nothing tells them apart", draw.chance(40));
        for (int p = 0; p < (isTwofold ? 4 : 2); ++p) {
            Truth part = repeated(base, 1,
                                  [&](Instance& i, int slice, int) {
                                      if (!isSilent)
                                          axes[axis].set(i, isTwofold ? p / 2 + 1 : p + 1);
                                      if (isTwofold)
                                          i.kernel = p % 2 ? "soft" : "sharp";
                                      if (isSilent)
                                          i.instanceNumber = p * 100 + slice;
                                  },
                                  {});
            if (p == (isTwofold ? 3 : 1)) {
                part.frames.erase(part.frames.begin() + draw.below(n));
                --part.slices;
            }
            part.warnings << "GEO-08 Positions are repeated unevenly in this series; it is shown as separate stacks.";
            made.stacks.push_back(part);
        }
    } else if (reached("beside one another", how == 8)) {
        Truth left = plain(base), right = plain(base);
        const double apart = draw.of({1.2 * base.toleranceMm + 0.001, 50.0});
        const int missing = draw.of({-1, 0, n - 1});
        for (Instance& i : right.frames)
            i.plane->originLps = i.plane->originLps + base.phantom.columnDirection * apart;
        if (n > 2 && missing >= 0) {
            right.frames.erase(right.frames.begin() + missing);
            --right.slices;
        }
        // Where the field of view moves between the slices, who is whose neighbour is not said.
        const Vec3 way = base.origins.back() - base.origins.front();
        bool isStraight = norm(cross(normalized(way), normal)) < 1e-6;
        for (const Vec3& o : base.origins)
            isStraight = isStraight && norm(cross(o - base.origins.front(), normal)) < 1e-6;
        if (reached("straight beside one another", isStraight))
            made.stacks = {left, right};
        else
            made.stacks = {left};
    } else if (reached("interleaved acquisitions", how == 9)) {
        const int each = draw.of({2, 3, 4, 5});
        const double shift = draw.of({0.3, 0.5, 0.6}) * base.stepMm;
        const bool isInTurn = draw.chance(70);
        Truth parts[2], all;
        for (int i = 0; i < 2 * each; ++i) {
            const int part = isInTurn ? i % 2 : i / each;
            const double height = isInTurn ? i / 2 * base.stepMm + part * shift : (i < each ? i : i + 0.4) * base.stepMm;
            Instance image = frame(base, base.phantom.originLps + normal * height);
            image.acquisitionNumber = part + 1;
            parts[part].frames.push_back(image);
            all.frames.push_back(image);
        }
        parts[0].slices = parts[1].slices = each;
        all.slices = 2 * each;
        const bool isEven = isInTurn && shift == 0.5 * base.stepMm;
        if (reached("two acquisitions", isInTurn && !isEven && each >= 3))
            made.stacks = {parts[0], parts[1]};
        else
            made.stacks = {all};
    } else if (reached("frames of reference", how == 10)) {
        const int kinds = 1 + draw.below(n);
        made.isScattered = reached("scattered frames of reference", n > 3 && 2 * kinds > n);
        Truth all = plain(base);
        std::vector<Truth> apart{size_t(kinds)};
        for (int i = 0; i < n; ++i) {
            all.frames[size_t(i)].frameOfReference = {QStringLiteral("1.5.%1").arg(i % kinds)};
            apart[size_t(i % kinds)].frames.push_back(all.frames[size_t(i)]);
            ++apart[size_t(i % kinds)].slices;
        }
        made.stacks = made.isScattered ? std::vector{all} : apart;
        isMixed = false;
        if (made.isScattered)
            for (Instance& i : made.stacks[0].frames)
                i.frameOfReference = {};
    } else if (reached("nearly the same", how == 11)) {
        Truth all = plain(base);
        made.isGeometryCompared = false;
        const int what = draw.below(3);
        for (Instance& i : all.frames)
            if (draw.chance(40)) {
                i.plane->spacingMm.row *= what == 0 ? 1 / 1.0009 : 1;
                i.plane->spacingMm.column *= what == 1 ? 1 / 1.0009 : 1;
                if (what == 2) {
                    i.plane->rowDirection = turned(i.plane->rowDirection, normal, 1.1);
                    i.plane->columnDirection = turned(i.plane->columnDirection, normal, 1.1);
                }
            }
        made.stacks = {all};
    } else {
        made.stacks = {plain(base)};
        if (reached("in the transducer's frame", draw.chance(10)))
            for (Instance& i : made.stacks[0].frames)
                i.plane->isInPatient = false;
    }
    if (isMixed)
        addOthers(draw, base, made);
    number(draw, made.stacks);
    for (const Truth& truth : made.stacks)
        made.input.insert(made.input.end(), truth.frames.begin(), truth.frames.end());
    if (how == 10 && made.isScattered)
        for (size_t i = 0; i < made.input.size(); ++i)
            made.input[i].frameOfReference = {QStringLiteral("1.5.%1").arg(int(i) % 8)};
    std::shuffle(made.input.begin(), made.input.end(), draw.engine);
    return made;
}

/// Copies of a file with the same content, and other images with its identifier (GEO-18): the first that came stays.
void TestRandomStacks::addCopies(Draw& draw, Series& made)
{
    std::map<QString, std::pair<QString, QString>> changed; // identifier: the first path, the warning
    const Frames originals = made.input;
    for (const Instance& original : originals) {
        if (original.pixels.frames > 1 || !original.concatenationUid.isEmpty() || !draw.chance(20))
            continue;
        Instance copy = original;
        copy.path.replace("/p/", "/q/c");
        const bool isOther = reached("another image with the same identifier", draw.chance(50));
        copy.contentHash = isOther ? "b" : "a";
        for (Instance& instance : made.input)
            if (instance.uid == original.uid)
                instance.contentHash = "a";
        const auto at = made.input.begin() + draw.below(int(made.input.size()) + 1);
        made.input.insert(at, copy);
        const auto first = std::find_if(made.input.begin(), made.input.end(), [&](const Instance& i) { return i.uid == original.uid; });
        const QString left = first->path == copy.path ? original.path : copy.path;
        changed[original.uid.value] = {first->path, isOther ? QStringLiteral("GEO-18 Two different images carry the same identifier; %1 is shown, %2 is not.")
                                                                  .arg(first->path.section(u'/', -1), left.section(u'/', -1))
                                                            : QStringLiteral("GEO-18 An image is there more than once and shown once.")};
    }
    for (Truth& truth : made.stacks)
        for (Instance& instance : truth.frames)
            if (const auto found = changed.find(instance.uid.value); reached("copies", found != changed.end())) {
                instance.path = found->second.first;
                if (!truth.warnings.contains(found->second.second))
                    truth.warnings << found->second.second;
            }
}

void TestRandomStacks::GEO_01_GEO_02_GEO_03_GEO_04_GEO_05_GEO_06_GEO_07_GEO_08_GEO_10_GEO_12_GEO_16_GEO_18_stacksAreWhatTheSeriesWasMadeOf()
{
    for (int seed = 1; seed <= rounds(6000); ++seed) {
        Draw draw(seed);
        Series made = series(draw);
        if (!made.isScattered && draw.chance(30))
            addCopies(draw, made);
        QStringList is, should;
        int lowest = INT_MIN;
        for (const Stack& stack : buildStacks(made.input)) {
            is << lineOf(stack, made.isGeometryCompared);
            int own = INT_MAX;
            for (const Instance& instance : stack.instances)
                own = std::min(own, instance.instanceNumber.value_or(INT_MAX));
            QVERIFY2(own >= lowest, qPrintable(QStringLiteral("seed %1: stacks out of order").arg(seed)));
            lowest = own;
        }
        for (const Truth& truth : made.stacks)
            should << lineOf(truth, made.isGeometryCompared, made.isScattered);
        for (const char* const word :
             {"slices are missing", "varies from", "are shifted against", "tilted by", "fewer than", "more than 5", "do not overlap", "too far"})
            reached(word, !should.filter(word).isEmpty());
        is.sort();
        should.sort();
        for (qsizetype i = 0; i < std::max(is.size(), should.size()); ++i)
            if (is.value(i) != should.value(i))
                QFAIL(qPrintable(QStringLiteral("seed %1 (%2), stack %3 of %4:\nis     %5\nshould %6")
                                     .arg(seed)
                                     .arg(made.words.join("; "))
                                     .arg(i)
                                     .arg(should.size())
                                     .arg(is.value(i), should.value(i))));
    }
    verifyReached();
}

QTEST_GUILESS_MAIN(TestRandomStacks)
#include "tst_random_stacks.moc"
