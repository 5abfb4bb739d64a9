// Random display modules of an image (PS3.3 C.7.6.5, .10, .11, .16.2.16, C.8.5.5, C.9.2, C.11.4) against plain readings of them.
#include "tests/support/dice.h"
#include "viewer/volume/image_modules.h"
#include <QTest>
#include <cmath>

using namespace diascope;
using namespace diascope::viewer;
using dicom::Dataset;
using dicom::Tag;
using test::Dice;

namespace
{

using Number = std::optional<double>;
using Numbers = std::vector<double>;

/// Of these or, where it is NaN, none; written where there is one.
constexpr double absent = std::numeric_limits<double>::quiet_NaN();
Number put(Dataset& dataset, Tag tag, double value)
{
    if (std::isnan(value))
        return {};
    dataset.setNumber(tag, value);
    return value;
}
Number put(Dataset& dataset, Tag tag, Dice& dice, std::initializer_list<double> values) { return put(dataset, tag, dice.of(values)); }

QString put(Dataset& dataset, Tag tag, const QString& text)
{
    if (!text.isEmpty() && !dataset.setText(tag, text))
        qFatal("a text that cannot be written");
    return text;
}

Numbers put(Dataset& dataset, Tag tag, const Numbers& values)
{
    if (!values.empty())
        dataset.setNumbers(tag, values);
    return values;
}

QString words(double value) { return std::isnan(value) ? QStringLiteral("-") : QString::number(value, 'g', 9); }
QString words(const Number& value) { return words(value.value_or(absent)); }
QString words(const Numbers& values)
{
    QStringList all;
    for (const double value : values)
        all << words(value);
    return all.join(u' ');
}

PixelDescription pixelsOf(int frames)
{
    PixelDescription pixels;
    pixels.rows = 60;
    pixels.columns = 80;
    pixels.frames = frames;
    pixels.bitsAllocated = 16;
    pixels.bitsStored = 12;
    pixels.highBit = 11;
    pixels.photometric = QStringLiteral("MONOCHROME2");
    return pixels;
}

constexpr Tag sharedGroups{0x5200, 0x9229}, perFrameGroups{0x5200, 0x9230};

QString words(const OverlayPlane& one)
{
    return QString("%1: %2x%3 at %4,%5 frames %6 from %7%8%9 '%10' bit %11 bytes %12")
        .arg(one.group, 4, 16).arg(one.rows).arg(one.columns).arg(one.firstRow).arg(one.firstColumn).arg(one.frames).arg(one.firstFrame)
        .arg(one.isForEveryFrame ? " every" : "", one.isRoi ? " ROI" : "", one.label).arg(one.embeddedBit).arg(one.bits.size());
}

QString words(const Shutter& shutter)
{
    QStringList all;
    if (const auto& one = shutter.rectangle)
        all << "rectangle " + words(Numbers{one->left, one->top, one->right, one->bottom});
    if (const auto& one = shutter.circle)
        all << "circle " + words(Numbers{one->column, one->row, one->radius});
    for (const auto& corner : shutter.polygon)
        all << "corner " + words(Numbers{corner.column, corner.row});
    if (shutter.overlayGroup)
        all << "overlay " + QString::number(*shutter.overlayGroup, 16);
    return all.join(", ");
}

/// CIE 1976 L*a*b* of D50 as PCS values (C.10.7.1.1), by Bradford to D65, to sRGB (IEC 61966-2-1).
std::array<double, 3> srgbOf(const Numbers& pcs)
{
    const double l = pcs[0] / 655.35, a = pcs[1] / 257 - 128, b = pcs[2] / 257 - 128;
    const auto part = [](double f) { return f * f * f > 216.0 / 24389 ? f * f * f : (116 * f - 16) * 27 / 24389; };
    const double f = (l + 16) / 116;
    const double d50[] = {0.96422 * part(f + a / 500), part(f), 0.82521 * part(f - b / 200)};
    const double bradford[3][3] = {{0.9555766, -0.0230393, 0.0631636}, {-0.0282895, 1.0099416, 0.0210077}, {0.0122982, -0.0204830, 1.3299098}};
    const double rgb[3][3] = {{3.2404542, -1.5371385, -0.4985314}, {-0.9692660, 1.8760108, 0.0415560}, {0.0556434, -0.2040259, 1.0572252}};
    std::array<double, 3> made{};
    for (int i = 0; i < 3; ++i) {
        for (int j = 0; j < 3; ++j)
            for (int k = 0; k < 3; ++k)
                made[size_t(i)] += rgb[i][j] * bradford[j][k] * d50[k];
        double& value = made[size_t(i)];
        value = value < 0.0031308 ? 12.92 * std::max(value, 0.0) : 1.055 * std::pow(std::min(value, 1.0), 1 / 2.4) - 0.055;
        value *= 255;
    }
    return made;
}

struct PlainShutter
{
    QStringList shapes, nonsense; ///< in words; each kind of nonsense once
    std::optional<std::array<double, 3>> colour;
};

PlainShutter drawShutter(Dataset& dataset, Dice& dice, test::Reached& reached)
{
    PlainShutter plain;
    QStringList shapes;
    for (const char* shape : {"RECTANGULAR", "CIRCULAR", "POLYGONAL", "BITMAP", "OVAL"})
        if (dice.isOneOf(2))
            shapes << shape;
    if (dice.isOneOf(8) && !shapes.isEmpty())
        shapes << shapes.front();
    put(dataset, {0x0018, 0x1600}, shapes.join('\\'));
    const Number left = put(dataset, {0x0018, 0x1602}, dice, {1, 1, 5, -3, 80, 81, absent}), right = put(dataset, {0x0018, 0x1604}, dice, {80, 80, 5, 1, 0, 4, 90, absent});
    const Number top = put(dataset, {0x0018, 0x1606}, dice, {1, 1, 5, -3, 60, 61, 70, absent}), bottom = put(dataset, {0x0018, 0x1608}, dice, {60, 80, 5, 1, 0, 4, absent});
    const auto shows = [](const Number& first, const Number& last, double size) { // one pixel of 1 … size at least
        for (int at = 1; at <= int(size); ++at)
            if (first && last && at >= *first && at <= *last)
                return true;
        return false;
    };
    const Numbers centre = put(dataset, {0x0018, 0x1610}, dice.of({Numbers{30, 40}, Numbers{30, 40}, Numbers{-2, 7}, Numbers{30}, Numbers{}}));
    const Number radius = put(dataset, {0x0018, 0x1612}, dice, {9, 9, 100, 0, -1, absent});
    const Numbers corners = put(dataset, {0x0018, 0x1620}, dice.of({Numbers{1, 2, 3, 4, 50, 6}, Numbers{9, 8, 7, 6, 5, 4, 3, 2}, Numbers{1, 2, 3, 4}, Numbers{1, 2, 3, 4, 5, 6, 7}, Numbers{}}));
    const Number group = put(dataset, {0x0018, 0x1623}, dice, {0x6000, 0x6010, 0x601E, 0x6020, 0x5FFE, 0x6001, absent});
    const Number grey = put(dataset, {0x0018, 0x1622}, dice, {absent, 0, 65535, 257 * 100, 257 * 7 + 128});
    const Numbers lab = put(dataset, {0x0018, 0x1624}, dice.of({Numbers{}, Numbers{}, Numbers{32768, 32896, 32896}, Numbers{2621, 33000, 32800}, Numbers{5300, 32896, 32896}, Numbers{40000, 50000, 20000},
                                                                Numbers{65535, 0, 65535}, Numbers{900, 900}}));
    if (lab.size() == 3)
        plain.colour = srgbOf(lab);
    else if (grey)
        plain.colour = {*grey / 65535 * 255, *grey / 65535 * 255, *grey / 65535 * 255};
    reached.count("a dark colour", lab.size() == 3 && lab[0] < 0.08 * 65535);
    const auto add = [&](const QString& kind, const QString& found) {
        if (!found.isEmpty())
            plain.shapes << found;
        else if (!plain.nonsense.contains(kind))
            plain.nonsense << kind;
        reached.count(kind + (found.isEmpty() ? " without sense" : " with sense"));
    };
    if (shapes.contains("RECTANGULAR"))
        add("rectangular", shows(left, right, 80) && shows(top, bottom, 60) ? "rectangle " + words(Numbers{*left - 1, *top - 1, *right - 1, *bottom - 1}) : "");
    if (shapes.contains("CIRCULAR")) // row \ column
        add("circular", centre.size() == 2 && radius.value_or(0) > 0 ? "circle " + words(Numbers{centre[1] - 1, centre[0] - 1, *radius}) : "");
    if (shapes.contains("POLYGONAL")) {
        QStringList all; // row \ column, one after the other
        for (size_t i = 0; corners.size() >= 6 && corners.size() % 2 == 0 && i < corners.size(); i += 2)
            all << "corner " + words(Numbers{corners[i + 1] - 1, corners[i] - 1});
        add("polygonal", (shapes.count("POLYGONAL") > 1 ? all + all : all).join(", "));
    }
    if (shapes.contains("BITMAP"))
        add("bitmap", group && int(*group) % 2 == 0 && *group >= 0x6000 && *group <= 0x601E ? "overlay " + QString::number(int(*group), 16) : "");
    return plain;
}

QString difference(const Shutter& shutter, const PlainShutter& plain)
{
    if (words(shutter) != plain.shapes.join(", "))
        return words(shutter) + " where there is " + plain.shapes.join(", ");
    const auto colour = plain.colour.value_or(std::array<double, 3>{});
    const int found[] = {shutter.red, shutter.green, shutter.blue};
    for (size_t i = 0; i < 3; ++i)
        if (std::abs(found[i] - colour[i]) > 0.6) // the nearest whole number, and matrices of seven digits
            return QString("colour %1 is %2 where it is %3").arg(i).arg(found[i]).arg(colour[i]);
    return {};
}

} // namespace

class TestRandomModules : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void PIX_15_overlays()
    {
        test::Reached reached({"no overlay", "unknown size", "cut off", "too large for what is there", "in the pixels", "in used bits", "over every frame", "frames of its own", "unsigned origin"});
        for (int seed = 1; seed <= test::rounds(4000); ++seed) {
            Dice dice(seed);
            Dataset dataset;
            PixelDescription pixels = pixelsOf(dice.of({1, 1, 3}));
            pixels.samplesPerPixel = dice.isOneOf(6) ? 3 : 1;
            if (dice.isOneOf(3))
                pixels.highBit = 15;
            if (dice.isOneOf(8))
                pixels.element = PixelDescription::Element::FloatPixelData;
            QStringList plain;
            int findings = 0;
            for (const quint16 group : {0x6000, 0x6002, 0x600A, 0x601E, 0x6020}) {
                const auto at = [&](quint16 element) { return Tag{group, element}; };
                if (dice.isOneOf(3))
                    continue;
                const Number rows = put(dataset, at(0x10), dice, {3, 3, 5, 1, 0, 8192, 65535, absent}), columns = put(dataset, at(0x11), dice, {2, 7, 1, 0, 1024, 1025, 8192, absent});
                Numbers origin = put(dataset, at(0x50), dice.of({Numbers{}, Numbers{1, 1}, Numbers{5, -7}, Numbers{-32768, 32767}, Numbers{4}}));
                const Number frames = put(dataset, at(0x15), dice, {absent, absent, 1, 3, 0}), first = put(dataset, at(0x51), dice, {absent, absent, 1, 2, 0});
                const QString type = put(dataset, at(0x40), dice.text({"", "G", "R"})), label = put(dataset, at(0x1500), dice.text({"", "label"})), about = put(dataset, at(0x22), dice.text({"", "words"}));
                const int bit = dice.of({-1, 0, 3, 4, 11, 12, 15, 16});
                put(dataset, at(0x102), bit < 0 ? absent : bit);
                const qint64 area = qint64(rows.value_or(0)) * qint64(columns.value_or(0)), count = frames ? std::max(1, int(*frames)) : 1;
                const qint64 needed = (area * count + 7) / 8;
                QByteArray bits;
                if (!dice.isOneOf(4))
                    bits = area * count > 10'000 ? QByteArray(2, 'x') : QByteArray(std::max<qint64>(1, needed - (dice.isOneOf(4) ? 2 : 0)), 'x');
                for (char& c : bits)
                    c = char(dice.upTo(255));
                if (!bits.isEmpty())
                    dataset.setBytes(at(0x3000), bits);
                bits.resize(bits.size() + bits.size() % 2); // a value's length is even (PS3.5 7.1)
                if (group > 0x601E || (!rows && !columns))
                    continue;
                if (reached.count("unknown size", area == 0)) {
                    ++findings;
                    continue;
                }
                OverlayPlane one;
                one.group = group;
                one.rows = int(*rows);
                one.columns = int(*columns);
                if (origin.size() == 2) {
                    one.firstRow = int(origin[0]) - 1;
                    one.firstColumn = int(origin[1]) - 1;
                }
                one.isRoi = type == "R";
                one.label = label.isEmpty() ? about : label;
                one.bits = bits;
                if (bits.isEmpty()) {
                    const bool isOutside = bit > pixels.highBit || bit <= pixels.highBit - pixels.bitsStored;
                    if (reached.count("in used bits", bit < 0 || bit > 15 || !isOutside || pixels.samplesPerPixel != 1 || pixels.element != PixelDescription::Element::PixelData))
                        continue;
                    reached.count("in the pixels");
                    one.embeddedBit = bit;
                    one.frames = pixels.frames; // each pixel has its bit
                } else {
                    one.frames = int(count);
                    one.firstFrame = std::max(1, int(first.value_or(1))) - 1;
                    one.isForEveryFrame = reached.count("over every frame", !frames && !first && pixels.frames > 1);
                    reached.count("frames of its own", frames && *frames > 1);
                    if (reached.count("cut off", bits.size() < needed)) {
                        ++findings;
                        if (reached.count("too large for what is there", area > (1 << 26)))
                            continue;
                    }
                }
                reached.count("unsigned origin", one.firstRow < -1000);
                plain << words(one);
            }
            reached.count("no overlay", plain.isEmpty());
            const auto modules = ImageModules::of(dataset, pixels);
            QStringList found;
            for (const OverlayPlane& one : modules->overlays)
                found << words(one);
            QVERIFY2(found == plain, qPrintable(QString("seed %1: %2\nwhere there is %3").arg(seed).arg(found.join("\n"), plain.join("\n"))));
            QVERIFY2(modules->findings.size() == findings, qPrintable(QString("seed %1: %2").arg(seed).arg(modules->findings.join("\n"))));
            // Each bit, the first of a byte its lowest, frames one after the other without a gap; what is missing is off.
            for (const OverlayPlane& one : modules->overlays) {
                const qint64 area = qint64(one.rows) * one.columns;
                const int frame = dice.upTo(4), own = one.isForEveryFrame ? 0 : frame - one.firstFrame;
                if (one.embeddedBit >= 0 || area > 1000)
                    continue;
                const auto bits = overlayBits(one, nullptr, frame);
                QCOMPARE(bits.has_value(), own >= 0 && own < one.frames);
                for (qint64 i = 0; bits && i < area; ++i) {
                    const qint64 n = own * area + i;
                    const bool isOn = n / 8 < one.bits.size() && (one.bits[n / 8] & (1 << n % 8));
                    QVERIFY2((*bits)[size_t(i)] == isOn, qPrintable(QString("seed %1, frame %2, bit %3").arg(seed).arg(frame).arg(i)));
                }
            }
        }
        QCOMPARE(reached.missing(), QString());
    }

    void PIX_16_shutters()
    {
        test::Reached reached({"a dark colour", "rectangular without sense", "rectangular with sense", "circular without sense", "circular with sense", "polygonal without sense",
                               "polygonal with sense", "bitmap without sense", "bitmap with sense", "of all frames", "of one frame"});
        for (int seed = 1; seed <= test::rounds(4000); ++seed) {
            Dice dice(seed);
            Dataset dataset;
            PlainShutter plain = drawShutter(dataset, dice, reached);
            QStringList nonsense = plain.nonsense;
            std::map<int, PlainShutter> own;
            if (dice.isOneOf(3)) { // Frame Display Shutter (C.7.6.16.2.16)
                Dataset groups = dataset.addItem(sharedGroups);
                if (reached.count("of all frames", dice.isOneOf(2))) {
                    Dataset item = groups.addItem({0x0018, 0x9472});
                    plain = drawShutter(item, dice, reached);
                    nonsense += plain.nonsense;
                }
                for (int frame = 0; frame < 3; ++frame) {
                    Dataset its = dataset.addItem(perFrameGroups);
                    if (!reached.count("of one frame", dice.isOneOf(2)))
                        continue;
                    Dataset item = its.addItem({0x0018, 0x9472});
                    own[frame] = drawShutter(item, dice, reached);
                    nonsense += own[frame].nonsense;
                }
            }
            const auto modules = ImageModules::of(dataset, pixelsOf(3));
            for (int frame = 0; frame < 3; ++frame) {
                const QString differs = difference(modules->shutterOf(frame), own.contains(frame) ? own[frame] : plain);
                QVERIFY2(differs.isEmpty(), qPrintable(QString("seed %1, frame %2: %3").arg(seed).arg(frame).arg(differs)));
            }
            nonsense.removeDuplicates();
            QStringList expected;
            for (const QString& shape : nonsense)
                expected << QString("The %1 shutter makes no sense and is not applied").arg(shape);
            QVERIFY2(modules->findings == expected, qPrintable(QString("seed %1: %2").arg(seed).arg(modules->findings.join("\n"))));
        }
        QCOMPARE(reached.missing(), QString());
    }

    void OBJ_07_cines()
    {
        test::Reached reached({"a rate", "a time", "a vector", "starts", "starts that make no times", "starts of some", "acquisition durations", "nothing", "trimmed"});
        for (int seed = 1; seed <= test::rounds(6000); ++seed) {
            Dice dice(seed);
            Dataset dataset;
            const int frames = dice.of({1, 2, 4});
            const auto isTime = [](double ms) { return ms > 0 && ms <= 600'000; };
            Numbers vector;
            if (dice.isOneOf(3))
                for (int i = dice.isOneOf(4) ? 1 : 0; i < frames; ++i)
                    vector.push_back(i == 0 ? 0 : dice.of({40.0, 33.3, 600'000.0, 0.0, 600'001.0, 20.0, 50.0}));
            put(dataset, {0x0018, 0x1065}, vector);
            const Number recommended = put(dataset, {0x0008, 0x2144}, dice, {absent, absent, absent, 15, 0, -5}), time = put(dataset, {0x0018, 0x1063}, dice, {absent, absent, 40, 0, -1, 600'000, 600'001});
            const Number rate = put(dataset, {0x0018, 0x0040}, dice, {absent, absent, 30, 0, 0.001});
            const QString modality = put(dataset, {0x0008, 0x0060}, dice.text({"XA", "RF", "US", "CT", "MR"}));
            // Frame Acquisition DateTime, a day's end in the middle, to the microsecond and with or without the zone.
            const int items = dice.isOneOf(3) ? frames : dice.isOneOf(4) ? frames + 1 : 0;
            const QString zone = dice.text({"", "+0800", "-0500"});
            const int digits = dice.of({0, 1, 3, 6});
            qint64 at = QDateTime(QDate(2024, 2, 28), QTime(23, dice.of({59, 58}), dice.of({0, 30, 59})), Qt::UTC).toMSecsSinceEpoch();
            const bool hasAllStarts = dice.isOneOf(2);
            Numbers steps, acquired;
            std::vector<qint64> starts;
            for (int i = 0; i < items; ++i) {
                Dataset content = dataset.addItem(perFrameGroups).addItem({0x0020, 0x9111});
                if (i > 0)
                    at += digits == 0 ? dice.of({1000, 61'000, 2000, 599'000}) : digits == 1 ? dice.of({100, 300, 60'100}) : dice.of({33, 40, 1001, 61'033, 0, -40, 601'000});
                const QDateTime when = QDateTime::fromMSecsSinceEpoch(at, Qt::UTC);
                QString text = when.toString("yyyyMMddhhmmss") + (digits ? "." + (when.toString("zzz") + "000").left(digits) : QString()) + zone;
                if (!hasAllStarts && dice.isOneOf(2))
                    text = dice.text({"", "20240228", "202402282359", "20240231120000"});
                else
                    starts.push_back(at);
                put(content, {0x0018, 0x9074}, text);
                if (const Number duration = put(content, {0x0018, 0x9220}, dice, {12.5, 12.5, 80, 80, absent, 0}); duration)
                    acquired.push_back(*duration);
            }
            for (size_t i = 1; i < starts.size(); ++i)
                steps.push_back(double(starts[i] - starts[i - 1]));
            if (!steps.empty())
                steps.push_back(steps.back());
            const Number sequencing = put(dataset, {0x0018, 0x1244}, dice, {absent, 0, 1, 2});
            const Number first = put(dataset, {0x0008, 0x2142}, dice, {absent, 1, 2, 0}), last = put(dataset, {0x0008, 0x2143}, dice, {absent, 1, 2, 4, 5});

            Cine plain;
            const auto areTimes = [&](const Numbers& times) { return std::all_of(times.begin(), times.end(), isTime); };
            if (frames > 1 && vector.size() == size_t(frames) && areTimes({vector.begin() + 1, vector.end()})) {
                plain.durationsMs.assign(vector.begin() + 1, vector.end()); // each is the time since the one before
                plain.durationsMs.push_back(vector.back());
                reached.count("a vector");
            }
            if (recommended.value_or(0) > 0)
                plain.frameMs = 1000 / *recommended;
            else if (time && isTime(*time))
                plain.frameMs = time;
            else if (rate.value_or(0) > 1)
                plain.frameMs = 1000 / *rate;
            reached.count("a rate", recommended.value_or(0) > 0 || rate.value_or(0) > 1);
            reached.count("a time", plain.frameMs && plain.frameMs == time);
            if (!plain.frameMs && plain.durationsMs.empty() && frames > 1 && items == frames && QStringList{"XA", "RF", "US"}.contains(modality)) {
                const bool isWhole = starts.size() == size_t(items);
                reached.count("starts of some", !isWhole && acquired.size() == size_t(items));
                if (reached.count("starts", isWhole && areTimes(steps)))
                    plain.durationsMs = steps;
                else if (reached.count("acquisition durations", acquired.size() == size_t(items) && areTimes(acquired)))
                    plain.durationsMs = acquired;
                reached.count("starts that make no times", isWhole && !areTimes(steps));
            }
            reached.count("nothing", !plain.frameMs && plain.durationsMs.empty());
            plain.isSweeping = sequencing == 1;
            if (reached.count("trimmed", first.value_or(0) >= 1 && last.value_or(0) > *first && *last <= frames)) {
                plain.firstFrame = int(*first) - 1;
                plain.lastFrame = int(*last) - 1;
            }
            const Cine found = ImageModules::of(dataset, pixelsOf(frames))->cine;
            const auto say = [](const Cine& cine) {
                return QString("%1; every %2; sweeping %3; from %4 to %5")
                    .arg(words(cine.durationsMs), words(cine.frameMs)).arg(cine.isSweeping).arg(cine.firstFrame.value_or(-1)).arg(cine.lastFrame.value_or(-1));
            };
            Cine rounded = found; // a day and its milliseconds in one double: to a sixteenth
            for (double& ms : rounded.durationsMs)
                if (std::abs(ms - std::round(ms)) < 0.07)
                    ms = std::round(ms);
            QVERIFY2(say(rounded) == say(plain) || say(found) == say(plain), qPrintable(QString("seed %1: %2\nwhere there is %3").arg(seed).arg(say(found), say(plain))));
        }
        QCOMPARE(reached.missing(), QString());
    }

    void OBJ_08_masks()
    {
        test::Reached reached({"average", "interval", "backwards", "no mask frames", "half a range", "shared shift", "shift of its own", "half a shift"});
        for (int seed = 1; seed <= test::rounds(4000); ++seed) {
            Dice dice(seed);
            Dataset dataset;
            constexpr int frames = 4;
            const QString mode = put(dataset, {0x0028, 0x1090}, dice.text({"", "SUB", "NAT"}));
            QString relationship = put(dataset, {0x0028, 0x1040}, dice.text({"", "LIN", "LOG"}));
            QStringList plain;
            std::vector<std::vector<bool>> applies;
            for (int i = dice.upTo(2); i > 0; --i) {
                Dataset item = dataset.addItem({0x0028, 0x6100});
                const QString name = put(item, {0x0028, 0x6101}, dice.text({"AVG_SUB", "TID", "REV_TID", "NONE", ""}));
                const Numbers ranges = put(item, {0x0028, 0x6102}, dice.of({Numbers{}, Numbers{2, 3}, Numbers{1, 1, 4, 9}, Numbers{2, 2, 4}})),
                              masks = put(item, {0x0028, 0x6110}, dice.of({Numbers{}, Numbers{1}, Numbers{1, 3}, Numbers{0, 2}})),
                              shift = put(item, {0x0028, 0x6114}, dice.of({Numbers{}, Numbers{0.5, -1.25}, Numbers{3}}));
                const Number contrast = put(item, {0x0028, 0x6112}, dice, {absent, 1, 3, 0}), interval = put(item, {0x0028, 0x6120}, dice, {absent, 1, 2, -2}),
                             id = put(item, {0x0028, 0x9416}, dice, {absent, 1, 7});
                Numbers maskFrames;
                for (const double frame : masks)
                    if (frame >= 1)
                        maskFrames.push_back(frame - 1);
                if (name.isEmpty() || name == "NONE" || reached.count("no mask frames", name == "AVG_SUB" && maskFrames.empty()))
                    continue;
                reached.count(name == "TID" ? "interval" : name == "REV_TID" ? "backwards" : "average");
                reached.count("half a range", ranges.size() == 3);
                plain << QString("%1 masks %2 contrast %3 interval %4 shift %5 id %6")
                             .arg(name, words(maskFrames), words(std::max(1.0, contrast.value_or(1))), words(interval.value_or(1)), words(shift.size() == 2 ? shift : Numbers{0, 0}), words(id));
                std::vector<bool> its;
                for (int frame = 1; frame <= 5; ++frame)
                    its.push_back(ranges.empty() || (frame >= ranges[0] && frame <= ranges[1]) || (ranges.size() == 4 && frame >= ranges[2] && frame <= ranges[3]));
                applies.push_back(its);
            }
            // Frame Pixel Shift (C.8.19.6.3): the frame's own, or that of all.
            QStringList shifts;
            const auto drawShifts = [&](Dataset& groups) {
                QStringList its;
                for (int i = dice.from(1, 2); i > 0; --i) {
                    Dataset item = groups.addItem({0x0028, 0x9415});
                    const Number id = put(item, {0x0028, 0x9416}, dice, {absent, 1, 7});
                    const Numbers shift = put(item, {0x0028, 0x6114}, dice.of({Numbers{1, 2}, Numbers{-0.5, 4}, Numbers{6}, Numbers{}}));
                    if (!reached.count("half a shift", !id || shift.size() != 2))
                        its << words(*id) + " " + words(shift);
                }
                return its;
            };
            const auto drawRelationship = [&](Dataset& groups) { // Frame Pixel Data Properties (C.8.19.6.1)
                Dataset item = groups.addItem({0x0028, 0x9443});
                return put(item, {0x0028, 0x1040}, dice.text({"LIN", "LOG", ""}));
            };
            QStringList ofAll;
            bool isOfAll = false;
            if (dice.isOneOf(2)) {
                Dataset groups = dataset.addItem(sharedGroups);
                if (dice.isOneOf(2)) {
                    ofAll = drawShifts(groups);
                    isOfAll = true;
                }
                if (const QString its = dice.isOneOf(2) ? drawRelationship(groups) : QString(); relationship.isEmpty())
                    relationship = its;
            }
            const int items = dice.of({0, frames, frames, 2});
            for (int frame = 0; frame < frames; ++frame) {
                QStringList its = ofAll;
                reached.count("shared shift", isOfAll && !its.isEmpty() && !plain.isEmpty());
                if (frame < items) {
                    Dataset groups = dataset.addItem(perFrameGroups);
                    if (reached.count("shift of its own", dice.isOneOf(2)))
                        its = drawShifts(groups);
                    if (const QString own = dice.isOneOf(2) ? drawRelationship(groups) : QString(); frame == 0 && relationship.isEmpty())
                        relationship = own;
                }
                for (const QString& shift : its)
                    shifts << QString("frame %1: %2").arg(frame).arg(shift);
            }
            if (plain.isEmpty())
                shifts.clear(); // nothing is subtracted
            const auto modules = ImageModules::of(dataset, pixelsOf(frames));
            QStringList found, foundShifts;
            for (size_t i = 0; i < modules->masks.size(); ++i) {
                const MaskOperation& one = modules->masks[i];
                const char* const names[] = {"NONE", "AVG_SUB", "TID", "REV_TID"};
                found << QString("%1 masks %2 contrast %3 interval %4 shift %5 id %6")
                             .arg(names[int(one.kind)], words(Numbers(one.maskFrames.begin(), one.maskFrames.end())), words(one.contrastFrames), words(one.intervalFrames),
                                  words(Numbers{one.shiftRows, one.shiftColumns}), words(one.itemId ? Number(double(*one.itemId)) : Number()));
                for (int frame = 0; frame < 5 && i < applies.size(); ++frame)
                    QVERIFY2(one.appliesTo(frame) == applies[i][size_t(frame)], qPrintable(QString("seed %1, mask %2, frame %3").arg(seed).arg(i).arg(frame)));
            }
            for (const FrameShift& shift : modules->frameShifts)
                foundShifts << QString("frame %1: %2 %3").arg(shift.frame).arg(words(double(shift.itemId)), words(Numbers{shift.shiftRows, shift.shiftColumns}));
            QVERIFY2(found == plain, qPrintable(QString("seed %1: %2\nwhere there is %3").arg(seed).arg(found.join("\n"), plain.join("\n"))));
            QVERIFY2(foundShifts == shifts, qPrintable(QString("seed %1: %2\nwhere there is %3").arg(seed).arg(foundShifts.join("\n"), shifts.join("\n"))));
            QCOMPARE(modules->isSubtractedAtFirst, mode == "SUB");
            QVERIFY2(modules->intensityRelationship == relationship, qPrintable(QString("seed %1: %2").arg(seed).arg(modules->intensityRelationship)));
        }
        QCOMPARE(reached.missing(), QString());
    }

    void MEA_03_regions()
    {
        test::Reached reached({"with a reference", "without a reference", "no region", "low priority"});
        for (int seed = 1; seed <= test::rounds(4000); ++seed) {
            Dice dice(seed);
            Dataset dataset;
            QStringList plain;
            for (int i = dice.upTo(3); i > 0; --i) {
                Dataset item = dataset.addItem({0x0018, 0x6011});
                const Number left = put(item, {0x0018, 0x6018}, dice, {0, 5, 5, 10, absent}), top = put(item, {0x0018, 0x601A}, dice, {0, 6, 6, 12, absent}),
                             right = put(item, {0x0018, 0x601C}, dice, {5, 10, 30, 30, absent}), bottom = put(item, {0x0018, 0x601E}, dice, {6, 12, 40, 40, absent}),
                             deltaX = put(item, {0x0018, 0x602C}, dice, {0.02, 0.02, -0.5, 0, absent}), deltaY = put(item, {0x0018, 0x602E}, dice, {0.03, 0.03, -0.6, 0, absent});
                const Number format = put(item, {0x0018, 0x6012}, dice, {1, 2, 3, absent}), data = put(item, {0x0018, 0x6014}, dice, {1, 2, absent}), flags = put(item, {0x0018, 0x6016}, dice, {0, 1, 2, 3, absent}),
                             unitX = put(item, {0x0018, 0x6024}, dice, {0, 1, 2, 3, 4, 5, 6, 7, 8, absent}), unitY = put(item, {0x0018, 0x6026}, dice, {0, 1, 2, 3, 4, 5, 6, 7, 12, absent}),
                             x = put(item, {0x0018, 0x6020}, dice, {absent, 0, 7, -4}), y = put(item, {0x0018, 0x6022}, dice, {absent, 0, 8, -5}),
                             valueX = put(item, {0x0018, 0x6028}, dice, {absent, 1.5}), valueY = put(item, {0x0018, 0x602A}, dice, {absent, -2.5});
                const bool isThere = left && right && top && bottom && *left <= *right && *top <= *bottom && deltaX.value_or(0) != 0 && deltaY.value_or(0) != 0;
                if (reached.count("no region", !isThere))
                    continue;
                reached.count("low priority", int(flags.value_or(0)) % 2 == 1);
                reached.count(x && y ? "with a reference" : "without a reference");
                // C.8.5.5.1.15: 1 %, 2 dB, 3 cm, 4 s, 5 Hz, 6 dB/s, 7 cm/s; centimetres are shown as millimetres.
                const char* const units[] = {"", "%", "dB", "mm", "s", "Hz", "dB/s", "cm/s"};
                const auto unit = [&](const Number& code) { return code.value_or(99) <= 7 ? QString(units[int(*code)]) : QString(); };
                plain << QString("%1 low %2 units '%3' '%4' none %5 cm %6")
                             .arg(words(Numbers{format.value_or(0), data.value_or(0), *left, *top, *right, *bottom, *deltaX, *deltaY, x ? *left + *x : absent, y ? *top + *y : absent,
                                                valueX.value_or(0), valueY.value_or(0)}))
                             .arg(int(flags.value_or(0)) % 2).arg(unit(unitX), unit(unitY)).arg(unitX == 0).arg(unitX == 3 && unitY == 3);
            }
            QStringList found;
            const auto regions = ImageModules::of(dataset, pixelsOf(1))->regions;
            for (const UltrasoundRegion& one : regions)
                found << QString("%1 low %2 units '%3' '%4' none %5 cm %6")
                             .arg(words(Numbers{double(one.spatialFormat), double(one.dataType), one.left, one.top, one.right, one.bottom, one.deltaX, one.deltaY, one.referenceX.value_or(absent),
                                                one.referenceY.value_or(absent), one.referenceValueX, one.referenceValueY}))
                             .arg(one.isLowPriority).arg(unitName(one.unitX), unitName(one.unitY)).arg(one.unitX == UltrasoundRegion::Unit::None).arg(one.isInCentimetres());
            QVERIFY2(found == plain, qPrintable(QString("seed %1: %2\nwhere there is %3").arg(seed).arg(found.join("\n"), plain.join("\n"))));
        }
        QCOMPARE(reached.missing(), QString());
    }

    void PIX_07_presentationTables()
    {
        test::Reached reached({"bytes", "bytes in words", "words", "too short", "no depth", "as many as there can be", "over its depth"});
        for (int seed = 1; seed <= test::rounds(1000); ++seed) {
            Dice dice(seed);
            Dataset dataset;
            const int entries = dice.of({1, 2, 5, 16, 256}), bits = dice.of({8, 8, 10, 12, 16, 7, 17}), width = bits == 8 && dice.isOneOf(2) ? 1 : 2;
            const bool isFull = dice.isOneOf(50);
            const int count = isFull ? 65536 : entries;
            Numbers plain;
            QByteArray data;
            for (int i = 0; i < count; ++i) {
                const int value = std::min(width == 1 ? 255 : 65535, dice.of({0, 1, 100, 255, (1 << bits) - 1, (1 << bits) + 3}));
                data += char(value & 0xFF);
                if (width == 2)
                    data += char(value >> 8);
                reached.count("over its depth", value >= 1 << bits);
                plain.push_back(std::min(1.0, value / double((1 << bits) - 1)));
            }
            const bool isShort = dice.isOneOf(6) && data.size() > 4;
            if (isShort)
                data.resize(data.size() / 2 - 2);
            Dataset item = dataset.addItem({0x2050, 0x0010});
            put(item, {0x0028, 0x3002}, Numbers{isFull ? 0.0 : double(entries), 0, double(bits)});
            item.setBytes({0x0028, 0x3006}, data);
            const bool isThere = bits >= 8 && bits <= 16 && !isShort;
            reached.count("no depth", bits < 8 || bits > 16);
            reached.count("too short", isShort);
            reached.count("as many as there can be", isThere && isFull);
            reached.count(width == 1 ? "bytes" : bits == 8 ? "bytes in words" : "words", isThere);
            // One byte to an entry, made even, is two bytes for a single one.
            if (width == 1 && entries == 1)
                continue;
            const auto found = ImageModules::of(dataset, pixelsOf(1))->presentationLut;
            if (isShort && bits == 8 && width == 2 && data.size() >= count)
                continue; // half of it is a whole table of bytes
            QVERIFY2(found.has_value() == isThere, qPrintable(QString("seed %1").arg(seed)));
            for (size_t i = 0; found && i < plain.size(); ++i)
                QVERIFY2(found->values.size() == plain.size() && std::abs(found->values[i] - plain[i]) < 1e-6, qPrintable(QString("seed %1, entry %2").arg(seed).arg(i)));
            for (const double at : {-0.5, 0.0, 0.2, 0.49, 0.51, 1.0, 2.0})
                if (found) {
                    size_t nearest = 0;
                    for (size_t i = 0; i < plain.size() && plain.size() <= 256; ++i)
                        if (std::abs(double(i) / double(plain.size() - 1) - at) < std::abs(double(nearest) / double(plain.size() - 1) - at))
                            nearest = i;
                    QVERIFY2(plain.size() > 256 || found->apply(at) == found->values[nearest], qPrintable(QString("seed %1 at %2").arg(seed).arg(at)));
                }
        }
        QCOMPARE(reached.missing(), QString());
    }

    /// A profile of 16 MiB is read, a larger one is none.
    void PIX_12_howLargeAProfileMayBe()
    {
        PixelDescription pixels = pixelsOf(1);
        pixels.samplesPerPixel = 3;
        for (const qsizetype size : {(16 << 20) - 2, 16 << 20, (16 << 20) + 2}) {
            Dataset dataset;
            dataset.setBytes({0x0028, 0x2000}, QByteArray(size, 'p'));
            QCOMPARE(ImageModules::of(dataset, pixels)->profileOf(0).size(), size <= 16 << 20 ? size : 0);
        }
    }

    void PIX_12_profilesAndMarks()
    {
        test::Reached reached({"grey", "of a path", "of the image", "path without a profile", "frame of no path", "no ratio", "not for diagnosis"});
        for (int seed = 1; seed <= test::rounds(4000); ++seed) {
            Dice dice(seed);
            Dataset dataset;
            PixelDescription pixels = pixelsOf(3);
            const bool isColour = dice.isOneOf(2), hasPalette = dice.isOneOf(4);
            if (isColour) {
                pixels.samplesPerPixel = 3;
                pixels.photometric = QStringLiteral("RGB");
            }
            if (hasPalette)
                put(dataset, {0x0028, 0x1101}, Numbers{4, 0, 8});
            QByteArray profile = dice.of({QByteArray(), QByteArray("image's")});
            if (!profile.isEmpty())
                dataset.setBytes({0x0028, 0x2000}, profile + '\0');
            QString space = put(dataset, {0x0028, 0x2002}, dice.text({"", "SRGB"}));
            std::map<QString, QByteArray> ofPath;
            QByteArray first;
            for (int i = 0, paths = dice.upTo(2); i < paths; ++i) {
                Dataset path = dataset.addItem({0x0048, 0x0105});
                const QString name = put(path, {0x0048, 0x0106}, QString::number(i + 1)), its = put(path, {0x0028, 0x2002}, dice.text({"", "ADOBERGB"}));
                if (space.isEmpty())
                    space = its;
                if (reached.count("path without a profile", dice.isOneOf(3)))
                    continue;
                ofPath[name] = QByteArray("path ") + name.toLatin1();
                path.setBytes({0x0028, 0x2000}, ofPath[name]);
                if (first.isEmpty())
                    first = ofPath[name];
            }
            QStringList names;
            for (int frame = 0; frame < 3; ++frame) {
                Dataset item = dataset.addItem(perFrameGroups);
                names << dice.text({"1", "2", "9", ""});
                if (!names.back().isEmpty()) {
                    Dataset identification = item.addItem({0x0048, 0x0207});
                    put(identification, {0x0048, 0x0106}, names.back());
                }
            }
            const QStringList methods = dice.of({QStringList{}, QStringList{"ISO_10918_1"}, QStringList{"ISO_10918_1", "ISO_15444_1"}});
            put(dataset, {0x0028, 0x2114}, methods.join('\\'));
            const QStringList ratios = dice.of({QStringList{}, QStringList{"10.5"}, QStringList{"3", "0", "7"}, QStringList{"-4"}, QStringList{"1e9", "2"}, QStringList{"999999", "1000000"}});
            put(dataset, {0x0028, 0x2112}, ratios.join('\\'));
            const QString quality = put(dataset, {0x0028, 0x0300}, dice.text({"", "YES", "NO", "BOTH"}));
            const QString derived = put(dataset, {0x0008, 0x2111}, dice.text({"", "", "NOT FOR DIAGNOSTIC USE", "shrunk"})), comments = put(dataset, {0x0020, 0x4000}, dice.text({"", "", "Not for diagnosis", "fine"}));

            const auto modules = ImageModules::of(dataset, pixels);
            const QString where = QString("seed %1").arg(seed);
            for (int frame = 0; frame < 3; ++frame) {
                QByteArray plain;
                if (!reached.count("grey", !isColour && !hasPalette)) {
                    plain = !profile.isEmpty() ? profile + '\0' : first; // what no frame's path says
                    if (reached.count("of a path", ofPath.contains(names[frame])))
                        plain = ofPath[names[frame]];
                    else
                        reached.count("frame of no path", !first.isEmpty());
                    reached.count("of the image", !profile.isEmpty());
                }
                QVERIFY2(modules->profileOf(frame) == plain, qPrintable(where + QString(", frame %1: %2").arg(frame).arg(QString::fromLatin1(modules->profileOf(frame)))));
            }
            if (isColour || hasPalette)
                QVERIFY2(modules->colourSpace == space, qPrintable(where));
            Numbers plainRatios;
            for (const QString& ratio : ratios)
                if (ratio.toDouble() > 0 && ratio.toDouble() < 1e6)
                    plainRatios.push_back(ratio.toDouble());
            reached.count("no ratio", plainRatios.size() < size_t(ratios.size()));
            QVERIFY2(modules->lossyMethods == methods && words(modules->lossyRatios) == words(plainRatios) && modules->qualityControl == quality, qPrintable(where));
            const bool isDeclared = derived.startsWith("NOT") || comments.startsWith("Not");
            reached.count("not for diagnosis", isDeclared);
            QVERIFY2(modules->isDeclaredNotForDiagnosis == isDeclared, qPrintable(where));
        }
        QCOMPARE(reached.missing(), QString());
    }
};

QTEST_GUILESS_MAIN(TestRandomModules)
#include "tst_random_modules.moc"
