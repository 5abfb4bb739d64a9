// Masks and first windows of images drawn at random, against plain models of the standard's words.
#include "tests/support/drawn_frames.h"
#include "tests/support/words.h"
#include "viewer/slice/slice_renderer.h"
#include <QTemporaryDir>
#include <QTest>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace diascope;
using namespace diascope::viewer;
using test::Dice, test::drawFrames, test::PlainFrame, test::columns, test::rows, test::pixelCount;
using Drawn = test::DrawnFrames;

namespace
{

constexpr double none = std::numeric_limits<double>::quiet_NaN();

test::Reached reached;

void drawMasks(Dice& dice, Drawn& d, int object)
{
    ImageModules& modules = *d.modules[object];
    const int last = d.counts[object];
    for (int n = dice.upTo(3); n > 0; --n) {
        MaskOperation mask;
        mask.kind = dice.of({MaskOperation::Kind::AverageSubtraction, MaskOperation::Kind::TimeInterval, MaskOperation::Kind::ReverseTimeInterval});
        for (int i = dice.upTo(2); i > 0; --i) {
            const int first = dice.from(0, last);
            mask.applicableFrames.emplace_back(first, first + dice.upTo(2));
        }
        for (int i = mask.kind == MaskOperation::Kind::AverageSubtraction ? dice.from(1, 3) : dice.upTo(1); i > 0; --i)
            mask.maskFrames.push_back(dice.isOneOf(12) ? last : dice.upTo(last - 1));
        mask.contrastFrames = dice.of({1, 1, 2, 3});
        mask.intervalFrames = dice.of({1, 1, 2, 0, -1, -3});
        mask.shiftRows = dice.of({0.0, 1.0, -0.5, 0.25, 40.0});
        mask.shiftColumns = dice.of({0.0, 0.0, 2.0, -1.25, -40.0});
        if (dice.isOneOf(2))
            mask.itemId = dice.upTo(2);
        modules.masks.push_back(mask);
    }
    for (int frame = 0; frame < last; ++frame)
        for (int id = 0; id < 3; ++id)
            if (dice.isOneOf(4))
                modules.frameShifts.push_back({frame, id, dice.of({0.0, 2.0, -0.75}), dice.of({1.0, -1.0, 0.5})});
    modules.isSubtractedAtFirst = dice.isOneOf(2);
    // With padding LIN is left out until its logarithm leaves padding what it is (meanOf in subtraction.cpp).
    modules.intensityRelationship = dice.text({"LIN", "LIN", "LOG", "DISP", ""});
}

/// PS3.3 C.7.6.10.1: the first operation that applies to this frame.
std::optional<SubtractionPlan> plainPlan(const Drawn& d, int at, const Subtraction& wish)
{
    if (at < 0 || at >= int(d.frames.size()) || d.isColour || d.frames.size() < 2 || d.counts[d.frames[0].object] < 2)
        return std::nullopt;
    if (reached.count("by hand", !wish.maskFrames.empty()))
        return SubtractionPlan{{at}, wish.maskFrames, wish.shiftPx};
    const PlainFrame& frame = d.frames[size_t(at)];
    const auto& modules = d.modules[frame.object];
    const auto inStack = [&](int number) {
        for (int i = 0; i < int(d.frames.size()); ++i)
            if (d.frames[size_t(i)].object == frame.object && d.frames[size_t(i)].number == number)
                return i;
        return -1;
    };
    for (size_t k = 0; modules && k < modules->masks.size(); ++k) {
        const MaskOperation& mask = modules->masks[k];
        bool isMeant = mask.applicableFrames.empty();
        for (const auto& [first, last] : mask.applicableFrames)
            for (int number = first; number <= last; ++number)
                isMeant = isMeant || number == frame.number;
        if (reached.count("not applicable", !isMeant))
            continue;
        std::vector<int> numbers = mask.maskFrames;
        if (reached.count("TID", mask.kind == MaskOperation::Kind::TimeInterval))
            numbers = {frame.number - mask.intervalFrames};
        if (reached.count("REV_TID", mask.kind == MaskOperation::Kind::ReverseTimeInterval)) {
            const int start = mask.applicableFrames.empty() ? 0 : mask.applicableFrames[0].first;
            numbers = {start - mask.intervalFrames - (frame.number - start)};
        }
        SubtractionPlan plan{{at}, {}, wish.shiftPx};
        for (const int number : numbers) {
            if (reached.count("a mask is missing", inStack(number) < 0))
                return std::nullopt;
            plan.maskFrames.push_back(inStack(number));
        }
        reached.count("AVG_SUB", plan.maskFrames.size() > 1);
        for (int i = 1; i < mask.contrastFrames; ++i)
            if (reached.count("contrast averaged", inStack(frame.number + i) >= 0))
                plan.contrastFrames.push_back(inStack(frame.number + i));
        double down = mask.shiftRows, left = mask.shiftColumns;
        for (const FrameShift& shift : modules->frameShifts)
            if (reached.count("own shift", mask.itemId && shift.frame == frame.number && shift.itemId == *mask.itemId))
                down = shift.shiftRows, left = shift.shiftColumns;
        plan.shiftPx += QPointF(-left, down);
        return plan;
    }
    return std::nullopt;
}

QString say(const std::optional<SubtractionPlan>& plan)
{
    return plan ? test::line(plan->contrastFrames, "less", plan->maskFrames, "moved", plan->shiftPx.x(), plan->shiftPx.y()) : QStringLiteral("none");
}

/// C.8.7.1.1.2: what is proportional to the intensity becomes its logarithm over the same range.
std::vector<double> plainMean(const Drawn& d, const std::vector<int>& frames)
{
    std::vector<double> mean(pixelCount);
    for (const int at : frames) {
        const PlainFrame& frame = d.frames[size_t(at)];
        if (frame.isMissing)
            return {};
        const auto& modules = d.modules[frame.object];
        const double top = std::pow(2, d.isFloat ? 16 : d.bitsStored) - 1;
        for (int i = 0; i < pixelCount; ++i) {
            double value = d.value(frame, i);
            if (reached.count("linear", modules && modules->intensityRelationship == "LIN" && !d.table) && !std::isnan(value))
                value = top * std::log(1 + std::max(0.0, value)) / std::log(1 + top);
            mean[size_t(i)] += value / double(frames.size());
        }
    }
    return mean;
}

/// "": subtracted as planned; the mask's edge goes on beyond it.
QString valuesDifference(const Drawn& d, int frame, const SubtractionPlan& plan, const std::vector<float>& got)
{
    const std::vector<double> contrast = plainMean(d, plan.contrastFrames.empty() ? std::vector<int>{frame} : plan.contrastFrames),
                              mask = plainMean(d, plan.maskFrames);
    if (reached.count("not loaded", contrast.empty() || mask.empty()))
        return got.empty() ? QString() : QStringLiteral("values of a frame that is not there");
    if (int(got.size()) != pixelCount)
        return QStringLiteral("no values");
    for (int i = 0; i < pixelCount; ++i) {
        const double x = std::clamp(i % columns - plan.shiftPx.x(), 0.0, columns - 1.0),
                     y = std::clamp(i / columns - plan.shiftPx.y(), 0.0, rows - 1.0);
        double moved = 0;
        for (int row = 0; row < rows; ++row)
            for (int column = 0; column < columns; ++column) {
                const double across = 1 - std::abs(x - column), down = 1 - std::abs(y - row), m = mask[size_t(row * columns + column)];
                if (across > 0 && down > 0)
                    moved += across * down * m;
            }
        reached.count("part of a pixel", x != std::floor(x));
        const double expected = contrast[size_t(i)] - moved, is = double(got[size_t(i)]);
        reached.count("padding", std::isnan(expected));
        if (std::isnan(is) ? !std::isnan(expected)
                           : !(std::abs(is - expected) <= 1e-5 * (1 + std::abs(contrast[size_t(i)]) + std::abs(moved))))
            return QStringLiteral("pixel %1 is %2, not %3").arg(i).arg(is).arg(expected);
    }
    return {};
}

/// The picture of a frame, pixel for pixel, where it is subtracted and where it is not.
QString pictureDifference(const Volume& volume, int frame, const Subtraction& wish)
{
    SliceView view;
    view.frame = frame, view.zoom = 1;
    Presentation presentation;
    presentation.window = {10, 300}, presentation.function = VoiFunction::LinearExact, presentation.interpolation = Interpolation::Nearest;
    presentation.showsShutter = presentation.showsOverlayPlanes = false;
    presentation.subtraction = wish;
    const RenderedSlice got = render(volume, view, presentation, {columns, rows});
    const auto plan = subtractionOf(volume, frame, wish);
    if (!plan) {
        reached.count("drawn as it is", !got.problem);
        const RenderedSlice whole = render(volume, view, withSubtraction(volume, frame, presentation, std::nullopt), {columns, rows});
        return got.image == whole.image && !got.problem == !whole.problem ? QString() : QStringLiteral("not as without a mask");
    }
    const std::vector<float> values = subtractedValues(volume, frame, *plan);
    if (reached.count("no picture without its mask", values.empty()))
        return got.problem ? QString() : QStringLiteral("a picture of nothing");
    if (got.problem)
        return got.problem->detail;
    for (int i = 0; i < pixelCount; ++i) {
        const float value = values[size_t(i)];
        const double expected = std::isnan(value) ? 0 : 255 * std::clamp((double(value) - 10) / 300 + 0.5, 0.0, 1.0);
        if (const int is = qGray(got.image.pixel(i % columns, i / columns)); std::abs(is - expected) > 1)
            return QStringLiteral("the picture's pixel %1 is %2, not %3").arg(i).arg(is).arg(expected);
        reached.count("drawn without its mask", expected > 0 && expected < 255);
    }
    return {};
}

/// 1st to 99th percentile of what is not background (PIX-20).
Window plainAutoWindow(const Drawn& d, const PlainFrame& frame, bool isExact)
{
    std::vector<double> values;
    for (int i = 0; i < pixelCount && !frame.isMissing; ++i)
        if (const double value = double(float(d.value(frame, i))); !std::isnan(value) && frame.stored[size_t(i)] < d.coloursFrom.value_or(1000))
            values.push_back(value);
    if (values.empty())
        return {128, 256};
    std::ranges::sort(values);
    const double lowest = values[0];
    const auto background = size_t(std::ranges::count(values, lowest));
    if (reached.count("background", background > values.size() / 10.0 && background < values.size()))
        values.erase(values.begin(), values.begin() + qsizetype(background));
    double low = values[size_t(0.01 * double(values.size() - 1))], high = values[size_t(0.99 * double(values.size() - 1))];
    if (reached.count("one value", low == high)) {
        if (low > lowest)
            low = lowest;
        else
            high = low + (isExact ? std::max(1e-6, std::abs(low)) : 1);
    }
    // LINEAR: the first value black, the last white (PS3.3 C.11.2.1.2.1).
    return isExact ? Window{(low + high) / 2, high - low} : Window{(low + high + 1) / 2, high - low + 1};
}

/// More than nine tenths black, or white.
bool isBlank(const Drawn& d, const PlainFrame& frame, const Window& w, VoiFunction function)
{
    int dark = 0, bright = 0, all = 0;
    for (int i = 0; i < pixelCount && !frame.isMissing; ++i) {
        const double x = double(float(d.value(frame, i)));
        if (std::isnan(x))
            continue;
        const double width = function == VoiFunction::Linear ? std::max(w.width, 1.0) - 1 : w.width,
                     centre = function == VoiFunction::Linear ? w.centre - 0.5 : w.centre;
        dark += x <= centre - width / 2;
        bright += x > centre + width / 2 || (x == centre + width / 2 && width > 0);
        ++all;
    }
    return all > 0 && std::max(dark, bright) > 0.9 * all;
}

QString say(const Presentation& p)
{
    return test::line(p.window.centre, p.window.width, p.function, p.voiLut, p.invert, p.subtraction.has_value());
}

} // namespace

class TestRandomSubtraction : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void OBJ_08_subtraction()
    {
        reached = test::Reached{"TID", "REV_TID", "AVG_SUB", "contrast averaged", "a mask is missing", "not applicable",
                                "own shift", "by hand", "two objects", "linear", "padding", "part of a pixel",
                                "nothing typical", "not loaded", "drawn as it is", "no picture without its mask",
                                "drawn without its mask", "colour", "colours beside grey"};
        for (int seed = 1; seed <= test::rounds(1500); ++seed) {
            Dice dice(seed);
            Drawn d = drawFrames(dice);
            reached.count("two objects", d.counts[1] > 0);
            reached.count("colour", d.isColour);
            reached.count("colours beside grey", d.coloursFrom.has_value());
            for (int object : {0, 1})
                if (d.modules[object] && d.counts[object] > 0)
                    drawMasks(dice, d, object);
            const auto volume = d.volume();
            const QString words = QStringLiteral("seed %1: ").arg(seed);
            const int count = int(d.frames.size());
            Subtraction wish;
            if (dice.isOneOf(3))
                wish.maskFrames = {dice.upTo(count - 1), dice.upTo(count - 1)};
            wish.maskFrames.resize(std::min(wish.maskFrames.size(), size_t(dice.from(1, 2))));
            wish.shiftPx = dice.of<QPointF>({{0, 0}, {0, 0}, {1, -2}, {0.5, 0.25}});
            QCOMPARE(canSubtract(*volume), !d.isColour && count > 1 && d.counts[d.frames[0].object] > 1);
            std::vector<int> typical;
            for (int frame = -1; frame <= count; ++frame) {
                const auto plan = subtractionOf(*volume, frame, wish), expected = plainPlan(d, frame, wish);
                QVERIFY2(say(plan) == say(expected), qPrintable(words + QString::number(frame) + ": " + say(plan) + ", not " + say(expected)));
                if (!plan)
                    continue;
                if (plan->maskFrames != std::vector<int>{frame})
                    typical.push_back(frame);
                SubtractionPlan used = *plan;
                if (dice.isOneOf(6))
                    used.contrastFrames.clear();
                const QString text = valuesDifference(d, frame, used, subtractedValues(*volume, frame, used));
                QVERIFY2(text.isEmpty(), qPrintable(words + say(plan) + ": " + text));
            }
            for (int frame = 0; frame < count && d.aspect == 1 && !d.isColour; ++frame) {
                const QString text = pictureDifference(*volume, frame, wish);
                QVERIFY2(text.isEmpty(), qPrintable(words + QString::number(frame) + ": " + text));
            }
            reached.count("nothing typical", typical.empty());
            const auto got = typicalSubtraction(*volume, wish);
            QVERIFY2(got == (typical.empty() ? std::nullopt : std::optional(typical[typical.size() / 2])), qPrintable(words + "typical"));
            if (got) {
                Presentation before;
                before.voiLut = 0;
                const Presentation shown = withSubtraction(*volume, dice.upTo(count - 1), before, wish);
                QVERIFY2(shown.subtraction == wish && shown.voiLut == -1 && shown.function == VoiFunction::LinearExact, qPrintable(words));
                const QString text = differenceWindow(subtractedValues(*volume, *got, *subtractionOf(*volume, *got, wish)), shown.window);
                QVERIFY2(text.isEmpty(), qPrintable(words + text));
            }
        }
        QVERIFY2(reached.missing().isEmpty(), qPrintable(reached.missing()));
    }
    /// "": nearly all values of the difference are within the window, and what is most of it is neither black nor white.
    static QString differenceWindow(std::vector<float> values, Window window)
    {
        std::erase_if(values, [](float v) { return std::isnan(v); });
        if (values.empty())
            return window == Window{0, 1} ? QString() : QStringLiteral("a window of nothing");
        std::ranges::sort(values);
        const double low = window.centre - window.width / 2, high = window.centre + window.width / 2,
                     slack = 1e-4 * (1 + std::abs(low) + std::abs(high));
        const auto outside = std::ranges::count_if(values, [&](float v) { return v < low - slack || v > high + slack; });
        const double range = double(values.back() - values.front()), grey = (double(values[(values.size() - 1) / 2]) - low) / window.width;
        if (window.width > std::max(1e-3, range * 4 / 3) + slack || outside > 1 || grey < 0.249 - slack || grey > 0.751 + slack)
            return QStringLiteral("window %1 to %2 of %3 to %4").arg(low).arg(high).arg(values.front()).arg(values.back());
        return range < 1e-6 && std::abs(window.width - 1e-3) > 1e-5 ? QStringLiteral("a window of one value") : QString();
    }

    void PIX_05_PIX_06_PIX_19_PIX_20_firstWindows()
    {
        reached = test::Reached{"blank window", "blank, then exact", "by table", "by SUV", "no window", "background",
                                "one value", "subtracted at first"};
        for (int seed = 1; seed <= test::rounds(2000); ++seed) {
            Dice dice(seed);
            Drawn d = drawFrames(dice);
            for (int i = dice.upTo(2); i > 0; --i)
                d.windows.push_back({dice.of({0.5, 100.0, 3000.0, -2000.0, 1.5}), dice.of({1.0, 2.0, 0.5, 300.0}),
                                     dice.of<QString>({"", "Bone", "lung"}),
                                     dice.of({VoiFunction::Linear, VoiFunction::Linear, VoiFunction::LinearExact})});
            for (int i = dice.isOneOf(4) ? 2 : 0; i > 0; --i) {
                auto lut = std::make_shared<VoiLut>();
                lut->values = {0, 1};
                lut->name = dice.of<QString>({"", "Hard"});
                d.voiLuts.push_back(lut);
            }
            for (const auto& modules : d.modules)
                if (modules && dice.isOneOf(5)) {
                    modules->pet.emplace();
                    modules->pet->units = "CNTS";
                    if (dice.isOneOf(2))
                        modules->pet->philipsSuvFactor = 0.25;
                }
            for (int object : {0, 1})
                if (d.modules[object] && d.counts[object] > 0 && dice.isOneOf(4))
                    drawMasks(dice, d, object);
            const auto volume = d.volume();
            const int count = int(d.frames.size()), asked = dice.from(-1, count), at = std::clamp(asked, 0, count - 1);
            const PlainFrame& frame = d.frames[size_t(at)];
            const auto& modules = d.modules[frame.object];
            const QString words = QStringLiteral("seed %1, frame %2: ").arg(seed).arg(asked);
            const auto isWhole = [](double v) { return v == std::floor(v); };
            const bool isExact = d.isFloat || (!d.table && !(isWhole(d.slope) && isWhole(d.intercept)));
            if (!d.isColour) {
                QCOMPARE(windowFunction(*volume, at), isExact ? VoiFunction::LinearExact : VoiFunction::Linear);
                const Window window = autoWindow(*volume, at), expected = plainAutoWindow(d, frame, isExact);
                QVERIFY2(std::abs(window.centre - expected.centre) < 1e-3 && std::abs(window.width - expected.width) < 1e-3,
                         qPrintable(words + test::line(window.centre, window.width, "not", expected.centre, expected.width)));
            }
            QVERIFY(isReadyToPresent(*volume, at));
            Presentation expected;
            const bool isSubtracted = !d.isColour && modules && modules->isSubtractedAtFirst && !modules->masks.empty() && canSubtract(*volume);
            if (reached.count("subtracted at first", isSubtracted))
                expected.subtraction.emplace();
            const Presentation got = initialPresentation(*volume, asked);
            if (isSubtracted && typicalSubtraction(*volume, {})) {
                QVERIFY2(got.subtraction && got.function == VoiFunction::LinearExact && got.voiLut == -1, qPrintable(words + say(got)));
                continue;
            }
            const double factor = modules && modules->pet && modules->pet->philipsSuvFactor ? 0.25 : 0;
            if (reached.count("by SUV", !d.isColour && factor > 0)) {
                expected.window = {5 / factor, 10 / factor};
                expected.function = VoiFunction::LinearExact;
            } else if (!d.isColour) {
                expected.voiLut = reached.count("by table", !d.voiLuts.empty()) ? 0 : -1;
                expected.function = isExact ? VoiFunction::LinearExact : VoiFunction::Linear;
                expected.window = plainAutoWindow(d, frame, isExact);
                const bool mayBeBlank = d.table || isExact; // else it is taken as it was written
                reached.count("no window", d.windows.empty());
                if (!d.windows.empty()) {
                    const StoredWindow& stored = d.windows[0];
                    const Window window{stored.centre, stored.width};
                    const bool isFirstBlank = mayBeBlank && isBlank(d, frame, window, stored.function);
                    if (!isFirstBlank)
                        expected.window = window, expected.function = stored.function;
                    else if (reached.count("blank, then exact", !isBlank(d, frame, window, expected.function)))
                        expected.window = window;
                    reached.count("blank window", isFirstBlank);
                }
            }
            QVERIFY2(say(got) == say(expected), qPrintable(words + say(got) + ", not " + say(expected)));
            if (const QString text = presetsDifference(d, volume->instance(at), factor, dice.of<QString>({"CT", "MR", "XA"})); !text.isEmpty())
                QFAIL(qPrintable(words + text));
        }
        QVERIFY2(reached.missing().isEmpty(), qPrintable(reached.missing()));
    }
    /// "": those stored with it, its tables, SUV, those of the modality; found by id, by name, without the modality.
    static QString presetsDifference(const Drawn& d, Instance instance, double factor, const QString& modality)
    {
        instance.modality = modality;
        QStringList ids, names;
        for (size_t i = 0; i < d.windows.size(); ++i)
            ids << QStringLiteral("stored-%1").arg(i + 1),
                names << (d.windows[i].name.isEmpty() ? QStringLiteral("Stored %1").arg(i + 1) : d.windows[i].name);
        for (size_t i = 0; i < d.voiLuts.size(); ++i)
            ids << QStringLiteral("lut-%1").arg(i + 1),
                names << (d.voiLuts[i]->name.isEmpty() ? QStringLiteral("Table %1").arg(i + 1) : d.voiLuts[i]->name);
        for (const int top : {5, 7, 10, 15, 20})
            if (factor > 0)
                ids << QStringLiteral("suv-0-%1").arg(top), names << QStringLiteral("SUV 0–%1").arg(top);
        for (const WindowPreset& builtIn : windowPresets(modality))
            ids << builtIn.id, names << builtIn.name;
        if ((modality == "CT") != ids.contains("ct-lung") || ids.filter("ct-").size() != (modality == "CT" ? 11 : 0))
            return QStringLiteral("presets of the modality");
        const auto presets = windowPresets(instance);
        if (qsizetype(presets.size()) != ids.size())
            return QStringLiteral("%1 presets").arg(presets.size());
        for (size_t i = 0; i < presets.size(); ++i) {
            const WindowPreset& p = presets[i];
            const size_t lut = i - d.windows.size();
            const bool isStored = i < d.windows.size(), isLut = !isStored && lut < d.voiLuts.size();
            if (p.id != ids[qsizetype(i)] || p.name != names[qsizetype(i)] || p.voiLut != (isLut ? int(lut) : -1) ||
                (isStored && (p.window != Window{d.windows[i].centre, d.windows[i].width} || p.function != d.windows[i].function)))
                return QStringLiteral("preset %1 %2").arg(p.id, p.name);
            if (p.id.startsWith("suv-") && (p.window.width != p.id.section('-', 2).toInt() / factor || p.window.centre != p.window.width / 2 ||
                                            p.function != VoiFunction::LinearExact))
                return QStringLiteral("preset %1").arg(p.id);
        }
        for (const QString& wanted :
             {QStringLiteral("Stored-1"), QStringLiteral("LUNG"), QStringLiteral("hard"), QStringLiteral("1"), QStringLiteral("0-7"),
              QStringLiteral("ct-Bone"), QStringLiteral("table 2"), QStringLiteral("nothing"), QString()}) {
            qsizetype first = 0;
            const auto is = [&](const QString& name) { return !name.isEmpty() && name.toLower() == wanted.toLower(); };
            while (first < ids.size() && !is(ids[first]) && !is(names[first]) && !is(ids[first].mid(ids[first].indexOf('-') + 1)))
                ++first;
            const auto found = findWindowPreset(instance, wanted);
            if ((found ? found->id : QString()) != ids.value(first))
                return QStringLiteral("looking for %1").arg(wanted);
        }
        return {};
    }

    /// A picture that is subtracted at first waits for its mask and for what is averaged with it, no other does.
    void OBJ_08_whatIsSubtractedWaitsForItsMask_data()
    {
        QTest::addColumn<bool>("isSubtracted");
        QTest::addColumn<int>("slow");
        QTest::newRow("the mask") << true << 0;
        QTest::newRow("one that is averaged with it") << true << 3;
        QTest::newRow("none of them") << true << 1;
        QTest::newRow("not subtracted") << false << 0;
    }
    void OBJ_08_whatIsSubtractedWaitsForItsMask()
    {
        QFETCH(bool, isSubtracted);
        QFETCH(int, slow);
        QTemporaryDir folder;
        const QString pipe = folder.filePath("pipe");
        QCOMPARE(::mkfifo(QFile::encodeName(pipe).constData(), 0600), 0);
        Drawn d;
        d.counts[0] = 4;
        d.modules[0] = std::make_shared<ImageModules>();
        d.modules[0]->isSubtractedAtFirst = isSubtracted;
        MaskOperation mask;
        mask.maskFrames = {0};
        mask.contrastFrames = 2;
        d.modules[0]->masks = {mask};
        for (int i = 0; i < 4; ++i)
            d.frames.push_back({0, i, false, std::vector<int>(pixelCount, 10 * i)});
        Stack stack = d.stack();
        Instance& late = stack.instances[size_t(slow)]; // on a drive that does not answer
        auto layout = std::make_shared<PixelLayout>(*late.layout);
        layout->memory.reset();
        layout->path = pipe;
        late.layout = layout;
        late.path = pipe;
        StackLoader loader(stack, {}, 2, std::chrono::minutes(5));
        QTRY_COMPARE(loader.latest()->loadedCount(), 3);
        QVERIFY(!isReadyToPresent(*loader.latest(), slow));
        QCOMPARE(isReadyToPresent(*loader.latest(), 2), !isSubtracted || slow == 1);
        const int fd = ::open(QFile::encodeName(pipe).constData(), O_RDWR | O_NONBLOCK); // now it does, and fails
        QVERIFY(fd >= 0);
        QTRY_VERIFY(loader.latest()->isComplete());
        ::close(fd);
        for (int frame = 0; frame < 4; ++frame)
            QVERIFY(isReadyToPresent(*loader.latest(), frame));
    }
};

QTEST_GUILESS_MAIN(TestRandomSubtraction)
#include "tst_random_subtraction.moc"
