// Random frames on the screen against a plain renderer.
#include "tests/support/plain_picture.h"
#include <QTest>

using namespace diascope;
using namespace diascope::viewer;
using namespace diascope::test;

namespace {

Reached reached{"native: RGB, linear",
                "native: RGB, nearest",
                "native: RGB, reduced",
                "native: VOI LUT",
                "native: frame not loaded",
                "native: function 0",
                "native: function 1",
                "native: function 2",
                "native: modality LUT",
                "native: padding",
                "native: pixels in the picture",
                "native: presentation LUT",
                "native: supplemental palette, linear",
                "native: supplemental palette, nearest",
                "native: supplemental palette, reduced",
                "native: wide or float, linear",
                "native: wide or float, nearest",
                "native: wide or float, reduced",
                "native: words, linear",
                "native: words, nearest",
                "native: words, reduced"};

/// Samples in a plane; NaN: nothing to mix.
struct Plain
{
    int width = columns, height = rows;
    std::vector<double> samples;
    double at(int x, int y) const { return samples[size_t(y * width + x)]; }
};

/// A screen pixel that covers several of the image shows the mean of whole blocks, padding left out.
Plain blocks(const Plain& from, int byX, int byY)
{
    Plain to{(from.width + byX - 1) / byX, (from.height + byY - 1) / byY, {}};
    for (int y = 0; y < to.height; ++y)
        for (int x = 0; x < to.width; ++x) {
            double sum = 0, count = 0;
            for (int row = y * byY; row < std::min(from.height, (y + 1) * byY); ++row)
                for (int column = x * byX; column < std::min(from.width, (x + 1) * byX); ++column)
                    if (const double v = from.at(column, row); !std::isnan(v))
                        sum += v, count += 1;
            to.samples.push_back(count > 0 ? sum / count : noNumber);
        }
    return to;
}

struct Mixed
{
    std::vector<double> values; // any of them is right; NaN: nothing
    void add(double v) { values.push_back(v); }
};

/// Bilinear; beside what cannot be mixed the nearest sample.
Mixed mixedAt(const Plain& plain, double u, double v, bool isNearest)
{
    Mixed mixed;
    const double edge = 1e-6; // of rounding in the transform
    const double x = std::clamp(u, 0.0, plain.width - 1.0), y = std::clamp(v, 0.0, plain.height - 1.0);
    const auto addNearest = [&] {
        for (const double ex : {-edge, edge})
            for (const double ey : {-edge, edge})
                mixed.add(
                    plain.at(std::clamp(int(std::floor(x + 0.5 + ex)), 0, plain.width - 1), std::clamp(int(std::floor(y + 0.5 + ey)), 0, plain.height - 1)));
    };
    if (isNearest) {
        addNearest();
        return mixed;
    }
    double sum = 0;
    bool isBeside = false, isPerhapsBeside = false;
    for (int row = std::max(0, int(std::floor(y - edge))); row <= std::min(plain.height - 1, int(std::ceil(y + edge))); ++row)
        for (int column = std::max(0, int(std::floor(x - edge))); column <= std::min(plain.width - 1, int(std::ceil(x + edge))); ++column) {
            const double weight = std::max(0.0, 1 - std::abs(x - column)) * std::max(0.0, 1 - std::abs(y - row));
            const double sample = plain.at(column, row);
            if (!std::isnan(sample))
                sum += weight * sample;
            else if (weight > edge)
                isBeside = true;
            else
                isPerhapsBeside = true;
        }
    // Exactly on a row or column the next one counts by nothing: both answers are right where it is padding.
    for (const auto& [dx, dy] : {std::pair(-1, 0), {1, 0}, {0, -1}, {0, 1}, {-1, -1}, {1, 1}, {-1, 1}, {1, -1}})
        if (const double column = std::round(x) + dx, row = std::round(y) + dy; column >= 0 && row >= 0 && column < plain.width && row < plain.height)
            if ((std::abs(x - std::round(x)) < edge || dx == 0 || std::abs(x - column) < 1) &&
                (std::abs(y - std::round(y)) < edge || dy == 0 || std::abs(y - row) < 1))
                isPerhapsBeside = isPerhapsBeside || std::isnan(plain.at(int(column), int(row)));
    if (!isBeside)
        mixed.add(sum);
    if (isBeside || isPerhapsBeside)
        addNearest();
    return mixed;
}

QString compareNative(Case c, const Volume& volume)
{
    const int frame = c.view.frame;
    c.isInverted = c.isFrameInverted(frame);
    const auto& [centre, width] = c.presentation.window;
    for (const double x : {centre, centre - 0.5, centre - width / 2, centre + width / 2, centre - width, centre + width, centre - 0.5 - (width - 1) / 2,
                           centre - 0.5 + (width - 1) / 2, centre + 0.7})
        if (const double output = applyVoi(x, c.presentation.window, c.presentation.function), wanted = windowed(x, centre, width, c.presentation.function);
            !(std::abs(output - wanted) < 1e-12))
            return c.words() + QString(": value %1 becomes %2, expected %3").arg(x).arg(output).arg(wanted);
    const RenderedSlice slice = render(volume, c.view, c.presentation, c.size);
    if (c.isMissing[size_t(frame)]) {
        reached.count("native: frame not loaded");
        return slice.problem && slice.problem->fault == Fault::Damaged && slice.image.size() == c.size && slice.image.pixel(0, 0) == qRgb(0, 0, 0)
                   ? QString()
                   : c.words() + ": a missing frame is shown";
    }
    if (slice.problem)
        return c.words() + ": " + slice.problem->detail;
    for (const int none : {-1, c.frames()}) {
        SliceView view = c.view;
        view.frame = none;
        if (const auto problem = render(volume, view, c.presentation, c.size).problem; !problem || problem->fault != Fault::Invalid)
            return c.words() + QString(": frame %1 of %2").arg(none).arg(c.frames());
    }
    const bool isNearest = c.presentation.interpolation == Interpolation::Nearest, isColour = c.cells == Cells::Rgb || c.supplemental;
    Plain planes[3];
    double largest = 0;
    for (int row = 0; row < rows; ++row)
        for (int column = 0; column < columns; ++column)
            if (isColour) {
                const size_t i = size_t(row * columns + column) * 3;
                const auto& s = c.stored[size_t(frame)];
                const QRgb rgb = c.cells == Cells::Rgb ? qRgb(int(s[i]), int(s[i + 1]), int(s[i + 2])) : colourOf(c, frame, c.at(frame, column, row));
                planes[0].samples.push_back(qRed(rgb)), planes[1].samples.push_back(qGreen(rgb)), planes[2].samples.push_back(qBlue(rgb));
            } else {
                const double stored = c.at(frame, column, row), value = c.isWord() ? stored : double(float(modality(c, frame, stored)));
                planes[0].samples.push_back(isPadding(c, frame, stored) || !std::isfinite(value) ? noNumber : value);
                largest = std::max(largest, std::isfinite(value) ? std::abs(value) : 0);
            }
    const auto& pad = c.padding[size_t(frame)];
    const auto& all = c.stored[size_t(frame)];
    const bool isMidway = pad && c.isWord() && *std::min_element(all.begin(), all.end())<pad->low&& * std::max_element(all.begin(), all.end())> pad->high;
    // How many pixels of the image lie between two of the screen.
    const QPointF unit = unitOf(c), step = QPointF(1 / unit.x(), 1 / unit.y()) / zoomOf(c, columns * unit.x(), rows * unit.y());
    const int byX = isNearest ? 1 : std::max(1, int(step.x() + 1e-6)), byY = isNearest ? 1 : std::max(1, int(step.y() + 1e-6));
    const bool isReduced = byX > 1 || byY > 1;
    if (isMidway && isReduced && !isColour)
        return {}; // a mean that falls on padding becomes the number beside it
    for (Plain& plane : planes)
        if (isReduced && !plane.samples.empty())
            plane = blocks(plane, byX, byY);
    int seen = 0;
    for (int y = 0; y < c.size.height(); ++y)
        for (int x = 0; x < c.size.width(); ++x) {
            const QPointF at = imageAt(c, QPointF(x + 0.5, y + 0.5));
            const QRgb got = slice.image.pixel(x, y);
            const double out = std::max({-0.5 - at.x(), at.x() - (columns - 0.5), -0.5 - at.y(), at.y() - (rows - 0.5)});
            // Right on the border rounding decides, and the last block may reach over the edge.
            if (std::abs(out) < 1e-6 || (isReduced && out > 0 && out < std::max(byX, byY)))
                continue;
            if (out > 0) {
                if ((got & 0xffffff) != (c.presentation.colourMap && !isColour ? c.presentation.colourMap->colours[0] & 0xffffff : 0))
                    return placeOf(c, x, y, "outside", got, "black");
                continue;
            }
            ++seen;
            const double u = (at.x() + 0.5) / byX - 0.5, v = (at.y() + 0.5) / byY - 0.5;
            bool isRight = false;
            QString expected;
            if (isColour) {
                const bool isInverted = c.cells == Cells::Rgb && c.presentation.invert;
                const Mixed mixed[3] = {mixedAt(planes[0], u, v, isNearest), mixedAt(planes[1], u, v, isNearest), mixedAt(planes[2], u, v, isNearest)};
                for (size_t i = 0; i < mixed[0].values.size(); ++i) {
                    const double tolerance = isReduced ? 1.001 : 0.501; // rounded once, or twice
                    const auto isNear = [&](int channel, int value) {
                        return std::abs((isInverted ? 255 - value : value) - mixed[channel].values[i]) < tolerance;
                    };
                    isRight = isRight || (isNear(0, qRed(got)) && isNear(1, qGreen(got)) && isNear(2, qBlue(got)));
                    expected += QString(" %1,%2,%3").arg(mixed[0].values[i]).arg(mixed[1].values[i]).arg(mixed[2].values[i]);
                }
            } else
                for (const double value : mixedAt(planes[0], u, v, isNearest).values) {
                    Levels levels;
                    const double rounding = (isNearest ? 0 : largest * 1e-6) + (isReduced && c.isWord() ? 0.5 : 0);
                    if (std::isnan(value))
                        levels = {0, 0};
                    else if (c.isWord())
                        for (double stored = std::floor(value + 0.5 - rounding); stored <= std::floor(value + 0.5 + rounding); ++stored)
                            levels.add(greyOf(c, modality(c, frame, stored))); // also where that number is padding elsewhere
                    else
                        levels = greyAround(c, value, rounding);
                    isRight = isRight || isOf(c, got, levels);
                    expected += QString(" %1 (%2 to %3)").arg(value).arg(levels.low).arg(levels.high);
                }
            if (!isRight)
                return placeOf(c, x, y, QString("image %1 %2").arg(at.x()).arg(at.y()), got, expected);
        }
    reached.count(QString("native: ") +
              (isColour     ? c.supplemental ? "supplemental palette" : "RGB"
               : c.isWord() ? "words"
                            : "wide or float") +
              (isNearest   ? ", nearest"
               : isReduced ? ", reduced"
                           : ", linear"));
    reached.count("native: pixels in the picture", seen > 0);
    reached.count("native: VOI LUT", c.presentation.voiLut >= 0 && size_t(c.presentation.voiLut) < c.voiLuts.size());
    reached.count("native: presentation LUT", c.modules && c.modules->presentationLut);
    reached.count("native: modality LUT", c.table != nullptr);
    reached.count("native: padding", c.padding[size_t(frame)].has_value());
    reached.count(QString("native: function %1").arg(int(c.presentation.function)));
    return {};
}

} // namespace

class TestRandomFrames : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void PIX_06_PIX_07_PIX_08_PIX_10_nativeFrames()
    {
        QCOMPARE(differenceOf(0, 600, [](const Case& c, const auto& volume) { return compareNative(c, *volume); }), QString());
        QCOMPARE(reached.missing(), QString());
    }
};

QTEST_GUILESS_MAIN(TestRandomFrames)
#include "tst_random_frames.moc"
