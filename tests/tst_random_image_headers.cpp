// Headers drawn at random, and what is read of that which stands beside the pixels.
#include "tests/support/drawn_dataset.h"
#include "viewer/decode/pixel_layout.h"
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
using test::say;
using test::some;
using test::word;
namespace tag = dicom::tag;

namespace {

const char* const unsaid = "-";

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

} // namespace

class TestRandomImageHeaders : public QObject
{
    Q_OBJECT

    test::Reached m_reached;
    const test::DrawnImageFile m_image;

private Q_SLOTS:
    void initTestCase() { QVERIFY(m_image.isWritten); }

    /// PS3.3 C.9.2, C.7.6.11, C.8.5.5, C.7.6.10, C.7.6.5, C.8.9.
    void MEA_03_OBJ_07_PIX_14_PIX_15_PIX_16_PIX_19_whatStandsBesideThePixelsIsReadAsItWasWritten()
    {
        for (int seed = 1; seed <= test::rounds(4000); ++seed) {
            test::Dice dice(seed);
            Dataset d;
            const int frames = dice.of({1, 1, 3}), bitsStored = 12, highBit = dice.of({11, 13, 15});
            test::beginImage(d, frames, bitsStored, highBit, dice.chance(50));
            (void)d.setText(tag::PhotometricInterpretation, "MONOCHROME2");
            const QString modality = word(dice, d, tag::Modality, {"CT", "US", "XA", "PT", "PT"});
            QStringList should, findings;
            std::vector<std::vector<quint8>> bits; // of each overlay over frame 0, 1, 2; empty: none there
            for (const quint16 group : {quint16(0x6000), quint16(0x6002), quint16(0x601E), quint16(0x6020)}) {
                if (!m_reached.count("overlay", dice.chance(30)))
                    continue;
                const auto at = [group](quint16 element) { return Tag{group, element}; };
                const auto rows = one(dice, d, at(0x10), {6, 6, 6, 3, 0, 65535}), columns = one(dice, d, at(0x11), {8, 8, 8, 5, 0});
                const Numbers origin = some(dice, d, at(0x50), {1, 2, 2, 2}, {1, -2, 3, 0});
                const auto count = one(dice, d, at(0x15), {1, 2, 0}), from = one(dice, d, at(0x51), {1, 2, 0});
                const QString type = word(dice, d, at(0x40), {"R", "G", ""}), label = word(dice, d, at(0x1500), {"", "label"}),
                              description = word(dice, d, at(0x22), {"", "words"});
                const int height = int(rows.value_or(0)), width = int(columns.value_or(0));
                const int own = count && *count > 1 ? int(*count) : 1;
                const bool isSeparate = height < 100 && m_reached.count("separate overlay", dice.chance(60));
                const qint64 needed = (qint64(height) * width * own + 7) / 8;
                QByteArray data;
                if (isSeparate) {
                    const qint64 length = std::max<qint64>(2, (m_reached.count("short overlay", dice.chance(25)) ? needed / 2 : needed));
                    for (qint64 i = 0; i < length; ++i)
                        data += char(dice.upTo(255));
                    if (data.size() % 2)
                        data += '\0';
                    d.setBytes(at(0x3000), data);
                }
                const auto position = one(dice, d, at(0x102), {0, 1, 2, 3, 4, 11, 12, 13, 14, 15, 16});
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
                    if (!m_reached.count("embedded overlay", bit >= 0 && bit <= 15 && (bit > highBit || bit < highBit - 11)))
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
                                                  : height == 6 && width == 8 && (m_image.words[size_t(f * 48 + i)] >> bit & 1));
                    }
                    if (!isSeparate && (height != 6 || width != 8))
                        over.clear();
                    bits.push_back(over);
                }
            }
            // Shutters.
            const QString shapes =
                word(dice, d, tag::ShutterShape,
                     {"", "RECTANGULAR", "CIRCULAR", "POLYGONAL", "BITMAP", "RECTANGULAR\\CIRCULAR", "CIRCULAR\\POLYGONAL\\BITMAP", "ROUND"});
            const auto left = one(dice, d, tag::ShutterLeftVerticalEdge, {1, 0, 3, 8, 9}),
                       right = one(dice, d, tag::ShutterRightVerticalEdge, {8, 3, 1, 0, 2000000});
            const auto top = one(dice, d, tag::ShutterUpperHorizontalEdge, {1, -2, 2, 6, 7}),
                       bottom = one(dice, d, tag::ShutterLowerHorizontalEdge, {6, 2, 1, 0});
            const Numbers centre = some(dice, d, tag::CenterOfCircularShutter, {1, 2, 2, 2}, {3, 5, 100}),
                          corner = some(dice, d, tag::VerticesOfThePolygonalShutter, {4, 5, 6, 6, 7, 8}, {1, 2, 6, 8});
            const auto radius = one(dice, d, tag::RadiusOfCircularShutter, {2, 0, -1, 7}),
                       group = one(dice, d, {0x0018, 0x1623}, {0x6000, 0x601E, 0x6001, 0x6020, 0x5FFE});
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
                if (m_reached.count("a shutter that makes no sense", !bad.isEmpty()))
                    findings << QStringLiteral("The %1 shutter makes no sense and is not applied").arg(bad);
            }
            for (const QString& shape : {rectangle, circle, bitmap})
                m_reached.count("shutter", shape != unsaid);
            m_reached.count("polygon", !polygon.isEmpty());
            const auto grey = one(dice, d, {0x0018, 0x1622}, {0, 65535, 25700, 129, 128});
            int rgb[3] = {0, 0, 0};
            if (grey)
                rgb[0] = rgb[1] = rgb[2] = int((*grey + 128) / 257);
            if (m_reached.count("shutter in colour", dice.chance(30))) { // L*a*b* of known colours, PS3.3 C.10.7.1.1
                const auto encoded = [](double l, double a, double b) {
                    return Numbers{std::round(l * 655.35), std::round((a + 128) * 257), std::round((b + 128) * 257)};
                };
                const std::tuple<Numbers, int, int, int> colours[] = {{encoded(100, 0, 0), 255, 255, 255},
                                                                      {encoded(0, 0, 0), 0, 0, 0},
                                                                      {encoded(50, 0, 0), 119, 119, 119},
                                                                      {encoded(54.2917, 80.8125, 69.8851), 255, 0, 0},
                                                                      {encoded(87.8181, -79.2873, 80.9902), 0, 255, 0},
                                                                      {encoded(29.5676, 68.2986, -112.0294), 0, 0, 255}};
                const auto& [lab, r, g, b] = colours[dice.upTo(5)];
                d.setNumbers({0x0018, 0x1624}, lab);
                rgb[0] = r;
                rgb[1] = g;
                rgb[2] = b;
            }
            const bool isOpen = rectangle == unsaid && circle == unsaid && polygon.isEmpty() && bitmap == unsaid;
            should << "rectangle " + rectangle << "circle " + circle << "polygon " + polygon << "bitmap " + bitmap
                   << QStringLiteral("colour %1 %2 %3 empty %4").arg(rgb[0]).arg(rgb[1]).arg(rgb[2]).arg(int(isOpen));
            // Ultrasound regions.
            for (int n = dice.upTo(2); n > 0; --n) {
                Dataset item = d.addItem(tag::SequenceOfUltrasoundRegions);
                const bool isTidy = dice.chance(70);
                const auto edge = [&](Tag t, double value) {
                    if (!isTidy)
                        return one(dice, item, t, {value, value, 4});
                    item.setNumber(t, value);
                    return std::optional(value);
                };
                const auto x0 = edge(tag::RegionLocationMinX0, 1), y0 = edge(tag::RegionLocationMinY0, 2), x1 = edge(tag::RegionLocationMaxX1, 3),
                           y1 = edge(tag::RegionLocationMaxY1, 3);
                const auto dx = edge({0x0018, 0x602C}, dice.of({0.02, -0.5, isTidy ? 1.5 : 0.0})),
                           dy = edge({0x0018, 0x602E}, dice.of({0.03, -0.25, isTidy ? 2.5 : 0.0}));
                const auto format = one(dice, item, tag::RegionSpatialFormat, {0, 1, 2, 3, 5}),
                           type = one(dice, item, tag::RegionDataType, {1, 2, 18});
                const auto flags = one(dice, item, tag::RegionFlags, {0, 1, 2, 3, 6});
                const auto ux = one(dice, item, tag::PhysicalUnitsXDirection, {0, 1, 2, 3, 3, 3, 4, 5, 6, 7, 8, 12}),
                           uy = one(dice, item, tag::PhysicalUnitsYDirection, {0, 1, 2, 3, 3, 3, 4, 5, 6, 7, 8, 12});
                const auto rx = one(dice, item, {0x0018, 0x6020}, {0, -3, 5}), ry = one(dice, item, {0x0018, 0x6022}, {0, 7, -1});
                const auto vx = one(dice, item, {0x0018, 0x6028}, {0, 1.5, -7, 2e6}), vy = one(dice, item, {0x0018, 0x602A}, {0, 2.5, 1e13});
                if (!x0 || !y0 || !x1 || !y1 || *x0 > *x1 || *y0 > *y1 || !dx || !dy || *dx == 0 || *dy == 0)
                    continue;
                m_reached.count("region", true);
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
            for (int n = dice.upTo(2); n > 0; --n) {
                Dataset item = d.addItem({0x0028, 0x6100});
                const QString name = word(dice, item, {0x0028, 0x6101}, {"AVG_SUB", "AVG_SUB", "TID", "REV_TID", "NONE", ""});
                const Numbers ranges = some(dice, item, {0x0028, 0x6102}, {1, 2, 2, 4}, {1, 2, 3}),
                              with = some(dice, item, {0x0028, 0x6110}, {1, 2}, {1, 2, 0, 3});
                const auto contrast = one(dice, item, {0x0028, 0x6112}, {0, 1, 3, 200}), interval = one(dice, item, {0x0028, 0x6120}, {1, 2, -1});
                const Numbers shift = some(dice, item, {0x0028, 0x6114}, {1, 2, 2}, {0.5, -1.25, 0}), id = test::oneOrTwo(dice, item, {0x0028, 0x9416}, {1, 7});
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
                if (!m_reached.count("mask", kind > 0 && (kind > 1 || !used.empty())))
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
            const QString mode = word(dice, d, {0x0028, 0x1090}, {"", "SUB", "NAT"}),
                          relation = word(dice, d, tag::PixelIntensityRelationship, {"", "LIN", "LOG"});
            should << QStringLiteral("subtracted %1 relation %2").arg(int(mode == "SUB")).arg(relation);
            // Cine.
            const Numbers vector = some(dice, d, tag::FrameTimeVector, {1, 3, 3, 3, 2}, {0, 40, 33.5, 600000, 600001});
            const auto rate = one(dice, d, tag::RecommendedDisplayFrameRate, {0, 10, 25}), time = one(dice, d, tag::FrameTime, {0, 20, 700000}),
                       old = one(dice, d, tag::CineRate, {0, 8, 50});
            Numbers durations;
            if (frames == 3 && vector.size() == 3 && vector[1] > 0 && vector[2] > 0 && vector[1] <= 600000 && vector[2] <= 600000)
                durations = {vector[1], vector[2], vector[2]};
            m_reached.count("frame time vector", !durations.empty());
            std::optional<double> every;
            if (rate && *rate > 0)
                every = 1000 / *rate;
            else if (time && *time > 0 && *time <= 600000)
                every = time;
            else if (old && *old > 0)
                every = 1000 / *old;
            const auto sweep = one(dice, d, {0x0018, 0x1244}, {0, 1, 2}), start = one(dice, d, {0x0008, 0x2142}, {1, 2, 0, 3}),
                       stop = one(dice, d, {0x0008, 0x2143}, {2, 3, 4, 1});
            const bool isTrimmed = m_reached.count("trimmed", start && stop && *start > 0 && *stop > *start && *stop <= frames);
            // Enhanced angiography and ultrasound say when each frame began.
            if (m_reached.count("frames with times", frames == 3 && dice.chance(40))) {
                const int how = dice.upTo(3);
                Numbers acquired, starts;
                for (int f = 0; f < 3; ++f) {
                    Dataset content = d.addItem(tag::PerFrameFunctionalGroupsSequence).addItem(tag::FrameContentSequence);
                    starts.push_back(how == 1 && f == 2 ? 0 : f * (f + 1) * 125);
                    if (how != 2)
                        (void)content.setText(tag::FrameAcquisitionDateTime, "2026011023595" + QString::number(9 + starts.back() / 1000 >= 10 ? 0 : 9) +
                                                                                 QString::number(starts.back() / 1000, 'f', 3).mid(1) +
                                                                                 (how == 3 ? "+0100" : ""));
                    acquired.push_back(100 + f);
                    if (dice.chance(90))
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
            const QString methods = word(dice, d, tag::LossyImageCompressionMethod, {"", "ISO_10918_1", "ISO_10918_1\\ISO_15444_1"});
            const Numbers ratios = some(dice, d, tag::LossyImageCompressionRatio, {1, 2}, {10, 0, -3, 2e6, 5.5});
            const QString quality = word(dice, d, tag::QualityControlImage, {"", "YES", "BOTH"}),
                          comment = word(dice, d, tag::ImageComments, {"", "fine", "Not for diagnosis"}),
                          derived = word(dice, d, tag::DerivationDescription, {"", "NOT FOR DIAGNOSTIC USE", "resized"});
            Numbers plausible;
            for (const double ratio : ratios)
                if (ratio > 0 && ratio < 1e6)
                    plausible.push_back(ratio);
            should << QStringLiteral("marks %1 %2 %3 %4")
                          .arg(QString(methods).replace(u'\\', u','), say(plausible), quality)
                          .arg(int(comment.startsWith("Not") || derived.startsWith("NOT")))
                   << "findings " + findings.join(u';');
            // PET: C.8.9.1, C.8.9.2.
            if (m_reached.count("PET", modality == "PT")) {
                const QString units = word(dice, d, tag::Units, {"", "BQML", "CNTS", "GML"}), suvType = word(dice, d, {0x0054, 0x1006}, {"", "BW", "LBM"}),
                              decay = word(dice, d, tag::DecayCorrection, {"", "START", "ADMIN", "NONE"});
                const QString corrections = word(dice, d, {0x0028, 0x0051}, {"", "ATTN", "DECY", "NORM\\DECY\\ATTN"}),
                              attenuation = word(dice, d, {0x0018, 0x9759}, {"", "YES", "NO"}), decayed = word(dice, d, {0x0018, 0x9758}, {"", "YES", "NO"});
                const auto weight = one(dice, d, tag::PatientWeight, {70, 0, -1, 3.5}), size = one(dice, d, tag::PatientSize, {1.75, 0});
                const QString sex = word(dice, d, tag::PatientSex, {"", "M", "F"});
                const auto positive = [](const std::optional<double>& v) { return v && *v > 0 ? v : std::nullopt; };
                should << QStringLiteral("pet %1 %2 %3 corrected %4%5 weight %6 height %7 sex %8")
                              .arg(units, suvType, decay)
                              .arg(int(corrections.contains("ATTN") || attenuation == "YES"))
                              .arg(int(corrections.contains("DECY") || decayed == "YES"))
                              .arg(say(positive(weight)), say(positive(size)), sex);
                const auto reference = one(dice, d, {0x0054, 0x1300}, {0, 1500}), duration = one(dice, d, {0x0018, 0x1242}, {120000, 0});
                // Seconds since the midnight of 10 January.
                const bool hasStudyDate = dice.chance(70), hasDate = dice.chance(60), hasSeriesDate = dice.chance(60), hasZone = dice.chance(50);
                if (hasStudyDate)
                    (void)d.setText(tag::StudyDate, "20260110");
                if (hasDate)
                    (void)d.setText(tag::AcquisitionDate, dice.chance(50) ? "20260111" : "2026.01.11");
                if (hasSeriesDate)
                    (void)d.setText(tag::SeriesDate, "20260109");
                if (hasZone)
                    (void)d.setText(tag::TimezoneOffsetFromUTC, "+0200");
                const std::tuple<const char*, bool, double> clocks[] = {{"10", true, 36000},         {"1015", true, 36900}, {"10:15:30", true, 36930},
                                                                        {"235960.5", true, 86400.5}, {"240000", false, 0},  {"1060", false, 0},
                                                                        {"101561", false, 0},        {"x", false, 0}};
                const auto clock = [&](Tag time, bool hasDay, double day) -> std::optional<double> {
                    const auto& [text, isTime, seconds] = clocks[dice.chance(60) ? dice.upTo(3) : dice.upTo(7)];
                    (void)d.setText(time, text);
                    return isTime && (hasDay || hasStudyDate) ? std::optional(seconds + (hasDay ? day * 86400 : 0)) : std::nullopt;
                };
                const auto seriesTime = clock(tag::SeriesTime, hasSeriesDate, -1);
                auto acquisition = clock(tag::AcquisitionTime, hasDate, 1);
                if (m_reached.count("PET acquisition date time", dice.chance(40))) {
                    (void)d.setText(tag::AcquisitionDateTime, "20260111001000.5-0100");
                    if (!acquisition)
                        acquisition = 86400 + 600.5 + (hasZone ? 3 * 3600 : 0);
                }
                const int drugs = dice.upTo(2);
                std::optional<double> dose, halfLife, injected;
                bool isDated = false;
                for (int n = 0; n < drugs; ++n) {
                    Dataset drug = d.addItem(tag::RadiopharmaceuticalInformationSequence);
                    const auto activity = one(dice, drug, tag::RadionuclideTotalDose, {3.7e8, 0, 1}),
                               life = one(dice, drug, {0x0018, 0x1075}, {6586.2, 0});
                    const QString at = word(dice, drug, {0x0018, 0x1078}, {"", "20260110090000", "20260110090000+0300", "202601", "20260110090000-0130"}),
                                  time = word(dice, drug, tag::RadiopharmaceuticalStartTime, {"", "083000.5", "99"});
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
            const auto read = readInstances(d, m_image.path);
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
        QCOMPARE(m_reached.missing(), QString());
    }
};

QTEST_GUILESS_MAIN(TestRandomImageHeaders)
#include "tst_random_image_headers.moc"
