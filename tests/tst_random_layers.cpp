// Shutters, overlays and marks of images drawn at random, against plain models of the standard's words.
#include "tests/support/drawn_frames.h"
#include "tests/support/words.h"
#include "viewer/slice/image_layers.h"
#include "viewer/slice/image_marks.h"
#include <QTest>

using namespace diascope;
using namespace diascope::viewer;
using test::Dice, test::drawFrames, test::PlainFrame, test::columns, test::rows, test::pixelCount;
using Drawn = test::DrawnFrames;

namespace
{

test::Reached reached;

/// In quarters of a pixel, edges included (PS3.3 C.7.6.11).
bool isInPolygon(const std::vector<Shutter::Vertex>& polygon, int column, int row)
{
    bool isInside = false;
    const double x = column, y = row;
    for (size_t i = 0; i < polygon.size(); ++i) {
        const auto a = polygon[i], b = polygon[(i + 1) % polygon.size()];
        const double side = (b.column - a.column) * (y - a.row) - (b.row - a.row) * (x - a.column); // exact: all are quarters
        if (side == 0 && x >= std::min(a.column, b.column) && x <= std::max(a.column, b.column) && y >= std::min(a.row, b.row) &&
            y <= std::max(a.row, b.row))
            return true;
        if ((a.row <= y) != (b.row <= y) && (side > 0) == (b.row > a.row))
            isInside = !isInside;
    }
    return isInside;
}

/// One byte for each pixel of the overlay; nothing: none over this frame.
std::vector<int> plainBits(const OverlayPlane& overlay, int frame)
{
    const int own = overlay.isForEveryFrame ? 0 : frame - overlay.firstFrame;
    std::vector<int> bits;
    if (reached.count("overlay of another frame", own < 0 || own >= overlay.frames))
        return bits;
    for (int i = own * overlay.rows * overlay.columns; i < (own + 1) * overlay.rows * overlay.columns; ++i)
        bits.push_back(uchar(overlay.bits[i / 8]) >> i % 8 & 1);
    return bits;
}

/// What is covered; empty: nothing, or all of it.
std::vector<int> plainShutter(const Instance& instance)
{
    const auto own = instance.modules->frameShutters.find(instance.frame);
    const Shutter& s = reached.count("frame's own shutter", own != instance.modules->frameShutters.end()) ? own->second : instance.modules->shutter;
    std::vector<int> covered;
    for (int row = 0; row < rows; ++row)
        for (int column = 0; column < columns; ++column) {
            bool isOut = s.rectangle &&
                         !(column >= s.rectangle->left && column <= s.rectangle->right && row >= s.rectangle->top && row <= s.rectangle->bottom);
            if (s.circle) {
                const double dx = column - s.circle->column, dy = (row - s.circle->row) * instance.pixelAspect;
                isOut = isOut || dx * dx + dy * dy > s.circle->radius * s.circle->radius;
            }
            isOut = isOut || (!s.polygon.empty() && !isInPolygon(s.polygon, column, row));
            for (const OverlayPlane& overlay : instance.modules->overlays) {
                const int r = row - overlay.firstRow, c = column - overlay.firstColumn;
                const auto bits = s.overlayGroup == overlay.group ? plainBits(overlay, instance.frame) : std::vector<int>();
                if (reached.count("bitmap", !bits.empty() && r >= 0 && c >= 0 && r < overlay.rows && c < overlay.columns))
                    isOut = isOut || bits[size_t(r * overlay.columns + c)] == 1;
            }
            covered.push_back(isOut);
        }
    const auto count = std::ranges::count(covered, 1);
    reached.count("all covered", count == pixelCount);
    reached.count("nothing covered", count == 0);
    return count == 0 || count == pixelCount ? std::vector<int>() : covered;
}

void drawLayers(Dice& dice, ImageModules& modules, int frames)
{
    const auto quarter = [&](double least, double most) {
        return dice.isOneOf(2) ? dice.from(int(least), int(most)) : dice.from(int(least * 4), int(most * 4)) / 4.0;
    };
    for (int i = dice.upTo(2); i > 0; --i) {
        OverlayPlane overlay;
        overlay.group = quint16(0x6000 + 2 * i);
        overlay.rows = dice.of({1, 3, 5, 9}), overlay.columns = dice.of({1, 4, 7, 12});
        overlay.firstRow = dice.of({0, 0, 1, -2, 3}), overlay.firstColumn = dice.of({0, 0, 2, -3, 5});
        if (dice.isOneOf(10))
            overlay.firstRow = dice.of({-20, 30});
        reached.count("overlay outside", overlay.firstRow + overlay.rows <= 0 || overlay.firstRow >= rows);
        overlay.frames = dice.from(1, 3), overlay.firstFrame = dice.of({0, 0, 1, -1});
        overlay.isForEveryFrame = dice.isOneOf(2);
        overlay.isRoi = dice.isOneOf(3);
        const int dense = dice.of({2, 6, 20});
        for (int k = 0; k < (overlay.rows * overlay.columns * overlay.frames + 7) / 8; ++k) {
            int byte = 0;
            for (int bit = 0; bit < 8; ++bit)
                byte |= (overlay.isRoi ? !dice.isOneOf(dense) : dice.isOneOf(dense)) << bit;
            overlay.bits += char(byte);
        }
        modules.overlays.push_back(overlay);
    }
    for (int i = -1; i < frames; ++i) {
        if (i >= 0 && !dice.isOneOf(3))
            continue;
        Shutter& shutter = i < 0 ? modules.shutter : modules.frameShutters[i];
        if (reached.count("rectangle", dice.isOneOf(3)))
            shutter.rectangle = {quarter(-2, 4), quarter(-2, 3), quarter(3, 9), quarter(2, 7)};
        if (reached.count("circle", dice.isOneOf(3)))
            shutter.circle = {quarter(-1, 7), quarter(-1, 5), dice.of({1.0, 2.0, 2.5, 3.0, 5.0, 0.25})};
        if (reached.count("polygon", dice.isOneOf(3)))
            for (int n = dice.from(3, 6); n > 0; --n)
                shutter.polygon.push_back({quarter(-2, 8), quarter(-2, 6)});
        if (dice.isOneOf(3))
            shutter.overlayGroup = dice.of<quint16>({0x6002, 0x6004, 0x6010});
        shutter.red = quint8(dice.upTo(255)), shutter.green = dice.isOneOf(2) ? shutter.red : 3,
        shutter.blue = dice.isOneOf(4) ? quint8(7) : shutter.green;
        reached.count(shutter.red == shutter.green && shutter.green == shutter.blue ? "grey shutter" : "colour shutter");
    }
}

/// The pixels of the image that a pixel of the screen shows: those whose middles it covers, and its nearest.
struct Span
{
    int first, last;
};
Span spanOf(double a, double b)
{
    const double low = std::min(a, b), high = std::max(a, b), middle = (low + high) / 2;
    int nearest = 0;
    for (int i = -400; i <= 400; ++i)
        if (std::abs(i - middle) < std::abs(nearest - middle))
            nearest = i;
    Span span{nearest, nearest};
    for (int i = -400; i <= 400 && high - low > 1; ++i)
        if (i >= low && i < high)
            span = {std::min(span.first, i), std::max(span.last, i)};
    return span;
}
std::pair<Span, Span> pixelsUnder(const SliceTransform& transform, int x, int y)
{
    const QPointF a = transform.toImage(QPointF(x, y)), b = transform.toImage(QPointF(x + 1, y + 1));
    return {spanOf(a.x(), b.x()), spanOf(a.y(), b.y())};
}

QRgb plainMix(QRgb under, QRgb over, double part)
{
    const auto mix = [part](int a, int b) { return int(std::floor((1 - part) * a + part * b + 0.5)); };
    return qRgb(mix(qRed(under), qRed(over)), mix(qGreen(under), qGreen(over)), mix(qBlue(under), qBlue(over)));
}

/// "": what is covered has the shutter's colour, all else is as it was.
QString shutterDifference(Dice& dice, const Instance& instance, const SliceTransform& transform)
{
    const std::vector<int> covered = plainShutter(instance);
    const auto mask = shutterMask(instance);
    if ((mask != nullptr) != !covered.empty() || (mask && !std::ranges::equal(*mask, covered)))
        return QStringLiteral("what the shutter covers");
    const Shutter& shutter = instance.modules->shutterOf(instance.frame);
    if (hasShutter(instance) != (shutter.rectangle || shutter.circle || !shutter.polygon.empty() || shutter.overlayGroup))
        return QStringLiteral("whether there is a shutter");
    QImage image(transform.sizePx(), dice.isOneOf(2) ? QImage::Format_Grayscale8 : QImage::Format_RGB32);
    image.fill(QColor(90, 90, 90));
    applyShutter(image, instance, transform);
    for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x) {
            const auto [across, down] = pixelsUnder(transform, x, y);
            reached.count("reduced", across.first < across.last && down.first < down.last);
            int some = 0, all = 0;
            for (int row = down.first; row <= down.last; ++row)
                for (int column = across.first; column <= across.last; ++column) {
                    some += !covered.empty() && row >= 0 && column >= 0 && row < rows && column < columns && covered[size_t(row * columns + column)];
                    ++all;
                }
            const QRgb got = image.pixel(x, y), colour = qRgb(shutter.red, shutter.green, shutter.blue);
            if ((some == 0 && got != qRgb(90, 90, 90)) || (some == all && got != colour) || (got != colour && got != qRgb(90, 90, 90)))
                return QStringLiteral("shutter at %1 %2: %3").arg(x).arg(y).arg(got, 0, 16);
        }
    return {};
}

QString overlayDifference(Dice& dice, const Instance& instance, const SliceTransform& transform)
{
    const bool isShutterShown = dice.isOneOf(2);
    QImage image(transform.sizePx(), QImage::Format_RGB32);
    for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x)
            image.setPixel(x, y, qRgb(dice.upTo(255), dice.upTo(255), dice.upTo(255)));
    QImage plain = image;
    for (const OverlayPlane& overlay : instance.modules->overlays) {
        const std::vector<int> bits = plainBits(overlay, instance.frame);
        if (bits.empty() || (isShutterShown && instance.modules->shutterOf(instance.frame).overlayGroup == overlay.group))
            continue;
        const auto isOn = [&](int x, int y) {
            bool isThere = false;
            if (x < 0 || y < 0 || x >= plain.width() || y >= plain.height())
                return isThere;
            const auto [across, down] = pixelsUnder(transform, x, y);
            for (int r = std::max(0, down.first - overlay.firstRow); r <= std::min(down.last - overlay.firstRow, overlay.rows - 1); ++r)
                for (int c = std::max(0, across.first - overlay.firstColumn); c <= std::min(across.last - overlay.firstColumn, overlay.columns - 1);
                     ++c)
                    isThere = isThere || bits[size_t(r * overlay.columns + c)];
            return isThere;
        };
        std::vector<bool> on;
        for (int y = -1; y <= plain.height(); ++y)
            for (int x = -1; x <= plain.width(); ++x)
                on.push_back(isOn(x, y));
        for (int y = 0; y < plain.height(); ++y)
            for (int x = 0; x < plain.width(); ++x) {
                const auto at = [&](int dx, int dy) { return int(on[size_t((y + 1 + dy) * (plain.width() + 2) + x + 1 + dx)]); };
                const int around = at(-1, 0) + at(1, 0) + at(0, -1) + at(0, 1);
                const QRgb under = plain.pixel(x, y), line = qRgb(0x6f, 0xd0, 0xe6);
                if (at(0, 0))
                    plain.setPixel(x, y, reached.count("region", overlay.isRoi && around == 4) ? plainMix(under, line, 0.2) : line);
                else if (around > 0)
                    plain.setPixel(x, y, plainMix(under, qRgb(0, 0, 0), 0.6));
            }
    }
    paintOverlayPlanes(image, instance, isShutterShown, transform);
    for (int y = 0; y < plain.height(); ++y)
        for (int x = 0; x < plain.width(); ++x)
            if (image.pixel(x, y) != plain.pixel(x, y))
                return QStringLiteral("overlays at %1 %2: %3, not %4").arg(x).arg(y).arg(image.pixel(x, y), 0, 16).arg(plain.pixel(x, y), 0, 16);
    return hasOverlayPlanes(instance) == !instance.modules->overlays.empty() ? QString() : QStringLiteral("whether there are overlays");
}

} // namespace

class TestRandomLayers : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void PIX_15_PIX_16_shuttersAndOverlays()
    {
        reached = test::Reached{"rectangle", "circle", "polygon", "bitmap", "all covered", "nothing covered",
                                "frame's own shutter", "grey shutter", "colour shutter", "reduced", "turned", "region",
                                "overlay outside", "overlay of another frame"};
        for (int seed = 1; seed <= test::rounds(600); ++seed) {
            Dice dice(seed);
            Drawn d = drawFrames(dice);
            for (auto& modules : d.modules) {
                modules = std::make_shared<ImageModules>();
                drawLayers(dice, *modules, 3);
            }
            const auto volume = d.volume();
            SliceView view;
            view.frame = dice.upTo(int(d.frames.size()) - 1);
            view.zoom = dice.of({0.0, 1.37, 2.61, 4.03, 0.43, 0.31});
            view.panPx = {dice.real(-3, 3) + 1e-4 * std::sqrt(2), dice.real(-3, 3) + 1e-4 * std::sqrt(3)}; // never just between two pixels
            view.quarterTurns = dice.upTo(3);
            view.flipHorizontal = dice.isOneOf(2), view.flipVertical = dice.isOneOf(2);
            reached.count("turned", view.quarterTurns % 2 == 1);
            const auto transform = SliceTransform::of(*volume, view, dice.of<QSize>({{20, 16}, {13, 17}, {31, 9}, {1, 1}, {8, 6}}));
            const Instance& instance = volume->instance(view.frame);
            const QString text = shutterDifference(dice, instance, transform) + overlayDifference(dice, instance, transform);
            QVERIFY2(text.isEmpty(),
                     qPrintable(QStringLiteral("seed %1, zoom %2, turns %3: ").arg(seed).arg(view.zoom).arg(view.quarterTurns) + text));
        }
        QVERIFY(!hasShutter(Instance()) && !hasOverlayPlanes(Instance()) && !shutterMask(Instance()));
        QVERIFY2(reached.missing().isEmpty(), qPrintable(reached.missing()));
    }

    void PIX_14_PIX_17_marks()
    {
        reached = test::Reached{"lossy by syntax", "ratios", "more methods", "no methods", "quality"};
        const QMap<QString, QString> known{
            {"ISO_10918_1", "JPEG"},   {"ISO_14495_1", "JPEG-LS"}, {"ISO_15444_1", "JPEG 2000"}, {"ISO_15444_15", "HTJ2K"}, {"ISO_13818_2", "MPEG-2"},
            {"ISO_14496_10", "H.264"}, {"ISO_23008_2", "H.265"},   {"ISO_18181_1", "JPEG XL"},   {"OTHER", "OTHER"},        {"", ""}};
        const QMap<QString, QString> syntaxes{{"1", ""},          {"4.50", "JPEG"}, {"4.51", "JPEG"}, {"4.81", "JPEG-LS"}, {"4.91", "JPEG 2000"},
                                              {"4.203", "HTJ2K"}, {"4.80", ""}};
        for (int seed = 1; seed <= test::rounds(1000); ++seed) {
            Dice dice(seed);
            Instance instance;
            auto modules = std::make_shared<ImageModules>();
            QStringList expected, steps;
            const QString syntax = dice.of(syntaxes.keys());
            instance.pixels.syntax = dicom::TransferSyntax::fromUid("1.2.840.10008.1.2." + syntax);
            instance.isLossy = dice.isOneOf(2);
            const bool hasModules = dice.chance(85);
            const int methods = dice.upTo(2), ratios = dice.upTo(2);
            double all = 1;
            for (int i = 0; i < std::max(methods, ratios); ++i) {
                QString step;
                if (i < methods) {
                    modules->lossyMethods << dice.of(known.keys());
                    step = known[modules->lossyMethods.back()];
                }
                if (i < ratios) {
                    modules->lossyRatios.push_back(dice.of({10.0, 4.5, 12.3456, 1.0}));
                    all *= modules->lossyRatios.back();
                    step += (step.isEmpty() ? "" : " ") + QString::number(modules->lossyRatios.back(), 'g', 3) + ":1";
                }
                if (!step.isEmpty())
                    steps << step;
            }
            reached.count("more methods", methods > ratios);
            reached.count("ratios", ratios > 1);
            if (reached.count("no methods", !hasModules || steps.isEmpty())) {
                steps.clear();
                if (reached.count("lossy by syntax", !syntaxes[syntax].isEmpty()))
                    steps << syntaxes[syntax];
            }
            if (hasModules && ratios > 1)
                steps << "in all " + QString::number(all, 'g', 3) + ":1";
            if (instance.isLossy || (hasModules && ratios > 0))
                expected << (steps.isEmpty() ? "Lossy compression" : "Lossy compression: " + steps.join(", "));
            if ((instance.isForProcessing = dice.isOneOf(2)))
                expected << "FOR PROCESSING: not for diagnosis";
            modules->qualityControl = dice.of<QString>({"YES", "NO", "BOTH", ""});
            modules->isDeclaredNotForDiagnosis = dice.isOneOf(2);
            instance.pixels.samplesPerPixel = dice.of({1, 3});
            if (dice.isOneOf(2))
                modules->iccProfile = "no profile";
            if (dice.isOneOf(2))
                modules->pet.emplace();
            if (modules->pet && dice.isOneOf(2))
                modules->pet->units = "CNTS", modules->pet->philipsSuvFactor = 2;
            modules->findings = dice.isOneOf(2) ? QStringList{"one", "two"} : QStringList();
            if (hasModules) {
                if (reached.count("quality", modules->qualityControl == "YES"))
                    expected << "QUALITY CONTROL IMAGE: not for diagnosis";
                if (modules->qualityControl == "BOTH")
                    expected << "Quality control and patient image";
                if (modules->isDeclaredNotForDiagnosis)
                    expected << "NOT FOR DIAGNOSIS";
                if (instance.pixels.samplesPerPixel == 3 && !modules->iccProfile.isEmpty())
                    expected << "Its colour profile cannot be used: the colours are as stored";
                if (modules->pet && !modules->pet->philipsSuvFactor)
                    expected << suv(*modules->pet).reason;
                expected << modules->findings;
                instance.modules = modules;
            }
            QVERIFY2(imageMarks(instance) == expected,
                     qPrintable(QStringLiteral("seed %1: %2, not %3").arg(seed).arg(imageMarks(instance).join(" | "), expected.join(" | "))));
        }
        QVERIFY2(reached.missing().isEmpty(), qPrintable(reached.missing()));
    }
};

QTEST_GUILESS_MAIN(TestRandomLayers)
#include "tst_random_layers.moc"
