// Series drawn at random, and the stacks that are made of them.
#include "tests/support/dice.h"
#include "tests/support/plain_stack.h"
#include "tests/support/viewer_phantoms.h"
#include <QTest>
#include <map>

using namespace diascope;
using namespace diascope::viewer;
using test::Frames;
using test::Truth;

namespace {

Vec3 turned(Vec3 v, Vec3 axis, double degrees)
{
    const double angle = degrees * std::numbers::pi / 180;
    return v * std::cos(angle) + cross(axis, v) * std::sin(angle) + axis * (dot(axis, v) * (1 - std::cos(angle)));
}

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
constexpr int axisCount = int(std::size(axes));
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

} // namespace

class TestRandomStacks : public QObject
{
    Q_OBJECT

    test::Reached m_reached;
    int m_files = 0;

    Instance frame(const Block& block, const Vec3& origin)
    {
        Instance made = block.phantom.instance(0);
        made.path = QStringLiteral("/p/%1.dcm").arg(++m_files);
        made.uid = {QStringLiteral("1.2.3.%1").arg(m_files)};
        made.plane->originLps = origin;
        made.instanceNumber.reset();
        return made;
    }

    Block block(test::Dice& dice, QStringList& words)
    {
        Block block;
        test::Phantom& p = block.phantom;
        const std::pair<Vec3, Vec3> ways[] = {
            {{1, 0, 0}, {0, 1, 0}}, {{-1, 0, 0}, {0, 1, 0}}, {{0, 1, 0}, {0, 0, -1}}, {{1, 0, 0}, {0, 0, -1}}, {{0, 0, 1}, {1, 0, 0}}};
        std::tie(p.rowDirection, p.columnDirection) = ways[dice.upTo(4)];
        const Vec3 about = dice.of<Vec3>({p.rowDirection, p.columnDirection});
        const double angle = dice.of({0.0, 0.0, 19.9, 20.1, -19.9, -20.1, 45.0});
        p.rowDirection = turned(p.rowDirection, about, angle);
        p.columnDirection = turned(p.columnDirection, about, angle);
        m_reached.count("turned by 19.9° or 20.1°", std::abs(angle) > 1 && std::abs(angle) < 30);
        p.spacingMm = dice.of<PixelSpacing>({{0.5, 0.5}, {1, 1}, {0.7, 2}, {3, 0.3}});
        p.originLps = {dice.of({-10.0, 0.0, 250.5}), dice.of({-20.0, 7.25}), dice.of({-1000.0, 0.0, 30.0})};
        p.frameOfReference = m_reached.count("no frame of reference", dice.chance(15)) ? QString() : QStringLiteral("1.2.3");
        block.toleranceMm = std::max(0.1, 0.25 * std::min(p.spacingMm.row, p.spacingMm.column));
        block.stepMm = dice.of({0.5, 1.0, 2.0, 5.0});
        const double tolerance = std::max(0.02, 0.02 * block.stepMm);
        const int n = dice.of({1, 2, 3, 3, 4, 5, 6, 7, 8});
        const int oddPercent = dice.of({0, 0, 12, 30}), jumpPercent = dice.of({0, 0, 0, 15});
        const bool isTilted = dice.chance(35);
        const double lean = isTilted ? std::tan(dice.of({0.48, 0.52, 8.0, 25.0, 60.0}) * std::numbers::pi / 180) : 0;
        const double down = dice.of({1.0, -1.0, 0.0, 0.6, -0.6}), across = std::sqrt(1 - down * down) * dice.of({1.0, -1.0});
        const Vec3 normal = cross(p.rowDirection, p.columnDirection);
        double height = 0, jumpX = 0, jumpY = 0;
        for (int i = 0; i < n; ++i) {
            if (i > 0) {
                double step = block.stepMm;
                if (m_reached.count("odd steps", dice.chance(oddPercent)))
                    step = dice.of({step + 0.9 * tolerance, step - 0.9 * tolerance, step + 1.1 * tolerance, step - 1.1 * tolerance, 2 * step, 3 * step,
                                    6 * step, 7 * step, 2 * step + 1.9 * tolerance, 2 * step - 1.9 * tolerance, 2 * step + 2.1 * tolerance,
                                    2 * step - 2.1 * tolerance, 0.5 * step, 1.5 * step, 0.0125});
                height += step;
                const bool isJump = m_reached.count("jumps", dice.chance(jumpPercent));
                const double columns = p.columns * p.spacingMm.column, rows = p.rows * p.spacingMm.row;
                if (isJump && dice.chance(50))
                    jumpX += dice.of({0.8 * block.toleranceMm, 1.2 * block.toleranceMm, -1.2 * block.toleranceMm, 0.97 * columns, -1.01 * columns,
                                      0.97 * columns, 0.97 * columns});
                else if (isJump)
                    jumpY += dice.of(
                        {0.8 * block.toleranceMm, 1.2 * block.toleranceMm, -1.2 * block.toleranceMm, 0.97 * rows, -1.01 * rows, 0.97 * rows, 0.97 * rows});
            }
            block.origins.push_back(p.originLps + normal * height + p.rowDirection * (jumpX + across * lean * height) +
                                    p.columnDirection * (jumpY + down * lean * height));
        }
        m_reached.count("tilted", isTilted && n > 2);
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

    static void number(test::Dice& dice, std::vector<Truth>& stacks)
    {
        const int how = dice.upTo(5);
        int n = 100;
        for (Truth& truth : stacks)
            for (Instance& instance : truth.frames)
                if (how < 5 && !instance.instanceNumber)
                    instance.instanceNumber = how == 0 ? n++ : how == 1 ? n-- : how == 2 ? 5 : how == 3 ? dice.upTo(3) : -n++;
    }

    /// Another kind of image in the same series, or one that only seems to be another.
    void addOthers(test::Dice& dice, const Block& block, Series& made)
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
            dice.of<const char*>({"1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.4", "1.2.840.10008.5.1.4.1.1.128", "1.2.840.10008.5.1.4.1.1.2.1",
                                  "1.2.840.10008.5.1.4.1.1.4.1", "1.2.840.10008.5.1.4.1.1.130", "1.2.840.10008.5.1.4.1.1.481.2", "1.2.840.10008.5.1.4.1.1.1"});
        for (const Kind& kind : kinds) {
            if (!m_reached.count(kind.name, dice.chance(9)))
                continue;
            made.words << kind.name;
            Truth other;
            other.slices = 1 + dice.upTo(1);
            const bool isLocalizer = dice.chance(30), isOriented = dice.chance(30);
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
        if (m_reached.count("cine", dice.chance(10))) {
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
        if (m_reached.count("concatenation", dice.chance(10))) {
            Truth whole;
            QStringList missing;
            const int total = 2 + dice.upTo(3), said = dice.chance(30) ? 0 : total, known = said > 0 ? total : 0;
            int highest = 0;
            for (int part = 1; part <= total; ++part)
                if (dice.chance(60) || (part == total && whole.frames.empty())) {
                    const Instance one = frame(block, {});
                    const bool isSingle = dice.chance(30);
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
            if (m_reached.count("missing parts", !missing.isEmpty()))
                whole.warnings << QStringLiteral("OBJ-10 Part %1 of %2 of this image is missing.").arg(missing.join(", ")).arg(known == 0 ? highest : total);
            made.stacks.push_back(whole);
        }
    }

    Series series(test::Dice& dice)
    {
        Series made;
        Block base = block(dice, made.words);
        const int n = int(base.origins.size()), phases = dice.of({2, 3, 4});
        const Vec3 normal = cross(base.phantom.rowDirection, base.phantom.columnDirection);
        const auto values = [&](int axis, double from, double step, int count) {
            std::vector<double> all;
            for (int i = 0; i < count; ++i)
                all.push_back(axis == 9 ? double(int(from + i * step)) : from + i * step);
            return all;
        };
        const double from = dice.of({0.0, 1.0, 12.5}), step = dice.of({1.0, 40.0});
        const int axis = dice.upTo(axisCount - 1), later = axis + 1 < axisCount ? axis + 1 + dice.upTo(axisCount - axis - 1 - 1) : -1;
        const int how = dice.upTo(12);
        made.words << QStringLiteral("repetition %1 by %2 and %3, %4 phases").arg(how).arg(axis).arg(later).arg(phases);
        bool isMixed = dice.chance(60);
        if (m_reached.count("one value", how == 1)) {
            const auto v = values(axis, from, step, phases);
            const bool hasDecoy = m_reached.count("a less telling value in another order", later >= 0 && dice.chance(60));
            made.stacks = {repeated(base, phases,
                                    [&](Instance& i, int, int p) {
                                        axes[axis].set(i, v[size_t(p)]);
                                        if (hasDecoy)
                                            axes[later].set(i, 200 - p);
                                    },
                                    {listed(axes[axis].name, v, axes[axis].unit)})};
        } else if (m_reached.count("gradients", how == 2)) {
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
        } else if (m_reached.count("times", how == 3)) {
            const int time = dice.upTo(4), decoy = time + 1 + dice.upTo(1);
            m_reached.count(QStringLiteral("time %1").arg(time), true);
            std::vector<double> v;
            for (int p = 0; p < phases; ++p)
                v.push_back(time < 3 ? p * 100 : p * 200);
            const bool isNear = m_reached.count("phases a little apart", dice.chance(50));
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
        } else if (m_reached.count("a grid", how == 4 && later >= 0)) {
            const auto slow = values(axis, from, step, 2), fast = values(later, 7, 2, phases);
            const bool isThree = m_reached.count("a value that says nothing new", later + 1 < axisCount && dice.chance(50));
            made.stacks = {repeated(base, 2 * phases,
                                    [&](Instance& i, int, int p) {
                                        axes[axis].set(i, slow[size_t(p / phases)]);
                                        axes[later].set(i, fast[size_t(p % phases)]);
                                        if (isThree)
                                            axes[later + 1].set(i, 70 - p / phases);
                                    },
                                    {listed(axes[later].name, fast, axes[later].unit), listed(axes[axis].name, slow, axes[axis].unit)})};
        } else if (m_reached.count("kinds", how == 5 || how == 6)) {
            const int what = dice.upTo(2);
            m_reached.count(QStringLiteral("kind %1").arg(what), true);
            const bool isRepeated = m_reached.count("kinds with echoes", how == 6);
            const bool isUneven = m_reached.count("uneven kinds", n > 1 && dice.chance(40)), hasThird = dice.chance(50) && !isUneven;
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
                    part.frames.erase(part.frames.begin() + dice.upTo(n - 1));
                    --part.slices;
                }
                if (isUneven)
                    part.warnings << "GEO-08 Positions are repeated unevenly in this series; it is shown as separate stacks.";
                made.stacks.push_back(part);
            }
        } else if (m_reached.count("uneven values", how == 7 && n > 2)) {
            const bool isTwofold = m_reached.count("two values together", dice.chance(40)), isSilent = !isTwofold && m_reached.count("nothing tells them apart", dice.chance(40));
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
                    part.frames.erase(part.frames.begin() + dice.upTo(n - 1));
                    --part.slices;
                }
                part.warnings << "GEO-08 Positions are repeated unevenly in this series; it is shown as separate stacks.";
                made.stacks.push_back(part);
            }
        } else if (m_reached.count("beside one another", how == 8)) {
            Truth left = plain(base), right = plain(base);
            const double apart = dice.of({1.2 * base.toleranceMm + 0.001, 50.0});
            const int missing = dice.of({-1, 0, n - 1});
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
            if (m_reached.count("straight beside one another", isStraight))
                made.stacks = {left, right};
            else
                made.stacks = {left};
        } else if (m_reached.count("interleaved acquisitions", how == 9)) {
            const int each = dice.of({2, 3, 4, 5});
            const double shift = dice.of({0.3, 0.5, 0.6}) * base.stepMm;
            const bool isInTurn = dice.chance(70);
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
            if (m_reached.count("two acquisitions", isInTurn && !isEven && each >= 3))
                made.stacks = {parts[0], parts[1]};
            else
                made.stacks = {all};
        } else if (m_reached.count("frames of reference", how == 10)) {
            const int kinds = 1 + dice.upTo(n - 1);
            made.isScattered = m_reached.count("scattered frames of reference", n > 3 && 2 * kinds > n);
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
        } else if (m_reached.count("nearly the same", how == 11)) {
            Truth all = plain(base);
            made.isGeometryCompared = false;
            const int what = dice.upTo(2);
            for (Instance& i : all.frames)
                if (dice.chance(40)) {
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
            if (m_reached.count("in the transducer's frame", dice.chance(10)))
                for (Instance& i : made.stacks[0].frames)
                    i.plane->isInPatient = false;
        }
        if (isMixed)
            addOthers(dice, base, made);
        number(dice, made.stacks);
        for (const Truth& truth : made.stacks)
            made.input.insert(made.input.end(), truth.frames.begin(), truth.frames.end());
        if (how == 10 && made.isScattered)
            for (size_t i = 0; i < made.input.size(); ++i)
                made.input[i].frameOfReference = {QStringLiteral("1.5.%1").arg(int(i) % 8)};
        dice.shuffle(made.input);
        return made;
    }

    /// Copies of a file with the same content, and other images with its identifier (GEO-18): the first that came stays.
    void addCopies(test::Dice& dice, Series& made)
    {
        std::map<QString, std::pair<QString, QString>> changed; // identifier: the first path, the warning
        const Frames originals = made.input;
        for (const Instance& original : originals) {
            if (original.pixels.frames > 1 || !original.concatenationUid.isEmpty() || !dice.chance(20))
                continue;
            Instance copy = original;
            copy.path.replace("/p/", "/q/c");
            const bool isOther = m_reached.count("another image with the same identifier", dice.chance(50));
            copy.contentHash = isOther ? "b" : "a";
            for (Instance& instance : made.input)
                if (instance.uid == original.uid)
                    instance.contentHash = "a";
            const auto at = made.input.begin() + dice.upTo(int(made.input.size()));
            made.input.insert(at, copy);
            const auto first = std::find_if(made.input.begin(), made.input.end(), [&](const Instance& i) { return i.uid == original.uid; });
            const QString left = first->path == copy.path ? original.path : copy.path;
            changed[original.uid.value] = {first->path, isOther ? QStringLiteral("GEO-18 Two different images carry the same identifier; %1 is shown, %2 is not.")
                                                                      .arg(first->path.section(u'/', -1), left.section(u'/', -1))
                                                                : QStringLiteral("GEO-18 An image is there more than once and shown once.")};
        }
        for (Truth& truth : made.stacks)
            for (Instance& instance : truth.frames)
                if (const auto found = changed.find(instance.uid.value); m_reached.count("copies", found != changed.end())) {
                    instance.path = found->second.first;
                    if (!truth.warnings.contains(found->second.second))
                        truth.warnings << found->second.second;
                }
    }

private Q_SLOTS:
    void GEO_01_GEO_02_GEO_03_GEO_04_GEO_05_GEO_06_GEO_07_GEO_08_GEO_10_GEO_12_GEO_16_GEO_18_stacksAreWhatTheSeriesWasMadeOf()
    {
        for (int seed = 1; seed <= test::rounds(6000); ++seed) {
            test::Dice dice(seed);
            Series made = series(dice);
            if (!made.isScattered && dice.chance(30))
                addCopies(dice, made);
            QStringList is, should;
            int lowest = INT_MIN;
            for (const Stack& stack : buildStacks(made.input)) {
                is << test::lineOf(stack, made.isGeometryCompared);
                int own = INT_MAX;
                for (const Instance& instance : stack.instances)
                    own = std::min(own, instance.instanceNumber.value_or(INT_MAX));
                QVERIFY2(own >= lowest, qPrintable(QStringLiteral("seed %1: stacks out of order").arg(seed)));
                lowest = own;
            }
            for (const Truth& truth : made.stacks)
                should << test::lineOf(truth, made.isGeometryCompared, made.isScattered);
            for (const char* const word :
                 {"slices are missing", "varies from", "are shifted against", "tilted by", "fewer than", "more than 5", "do not overlap", "too far"})
                m_reached.count(word, !should.filter(word).isEmpty());
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
        QCOMPARE(m_reached.missing(), QString());
    }
};

QTEST_GUILESS_MAIN(TestRandomStacks)
#include "tst_random_stacks.moc"
