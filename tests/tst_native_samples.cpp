#include "tests/support/plain_presentation.h"
#include "tests/support/viewer_phantoms.h"
#include "viewer/slice/slice_renderer.h"
#include <QTest>
#include <random>

using namespace diascope;
using namespace diascope::viewer;
using test::Phantom;
using test::plain;

namespace {

/// Samples as doubles, NaN for padding: `channels` a pixel.
struct Picture
{
    int columns = 0;
    int rows = 0;
    int channels = 1;
    std::vector<double> samples;
    double at(int column, int row, int channel) const
    {
        return samples[size_t((row * columns + column) * channels + channel)];
    }
};

constexpr double nothing = std::numeric_limits<double>::quiet_NaN();

Picture random(int columns, int rows, int channels, bool hasPadding)
{
    std::mt19937 generator(columns * 100 + rows + channels);
    Picture picture{columns, rows, channels, {}};
    for (int i = 0; i < columns * rows * channels; ++i)
        picture.samples.push_back(hasPadding && generator() % 4 == 0 ? nothing : double(generator() % 256));
    return picture;
}

/// Means of blocks that begin at the first pixel, of what is no padding; whole numbers where the samples are.
Picture blocks(const Picture& from, int byColumns, int byRows, bool isWhole)
{
    Picture to{(from.columns + byColumns - 1) / byColumns, (from.rows + byRows - 1) / byRows, from.channels, {}};
    for (int row = 0; row < to.rows; ++row)
        for (int column = 0; column < to.columns; ++column)
            for (int channel = 0; channel < to.channels; ++channel) {
                double sum = 0;
                int count = 0;
                for (int r = row * byRows; r < std::min(from.rows, (row + 1) * byRows); ++r)
                    for (int c = column * byColumns; c < std::min(from.columns, (column + 1) * byColumns); ++c)
                        if (const double value = from.at(c, r, channel); !std::isnan(value)) {
                            sum += value;
                            ++count;
                        }
                const double mean = count ? sum / count : nothing;
                to.samples.push_back(isWhole ? std::floor(mean + 0.5) : mean);
            }
    return to;
}

/// What a point of the picture looks like: linear between the four pixels around it; the nearest where one of them is
/// padding.
double sampled(const Picture& picture, double u, double v, int channel, bool isNearest)
{
    if (isNearest)
        return picture.at(std::clamp(int(std::floor(u + 0.5)), 0, picture.columns - 1),
                          std::clamp(int(std::floor(v + 0.5)), 0, picture.rows - 1), channel);
    u = std::clamp(u, 0.0, picture.columns - 1.0);
    v = std::clamp(v, 0.0, picture.rows - 1.0);
    const int left = std::min(int(u), std::max(0, picture.columns - 2)),
              top = std::min(int(v), std::max(0, picture.rows - 2));
    const int right = std::min(left + 1, picture.columns - 1), bottom = std::min(top + 1, picture.rows - 1);
    const double across = u - left, down = v - top;
    const double corners[2][2] = {{picture.at(left, top, channel), picture.at(right, top, channel)},
                                  {picture.at(left, bottom, channel), picture.at(right, bottom, channel)}};
    const double mixed = (1 - down) * ((1 - across) * corners[0][0] + across * corners[0][1]) +
                         down * ((1 - across) * corners[1][0] + across * corners[1][1]);
    for (const auto& line : corners)
        for (const double corner : line)
            if (std::isnan(corner))
                return corners[down >= 0.5 ? 1 : 0][across >= 0.5 ? 1 : 0];
    return mixed;
}

template <typename T>
std::vector<std::byte> bytesOf(const Picture& picture, T padding)
{
    std::vector<std::byte> bytes;
    for (const double sample : picture.samples) {
        const T value = std::isnan(sample) ? padding : T(sample);
        const auto* from = reinterpret_cast<const std::byte*>(&value);
        bytes.insert(bytes.end(), from, from + sizeof value);
    }
    return bytes;
}

} // namespace

/// The picture of a frame, every pixel of the screen against the rule of PS3.3 C.11.2 and of PIX-08 written down
/// plainly: all kinds of samples, turned and flipped, larger and smaller, with padding and without.
class TestNativeSamples : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void PIX_08_everyPixelOfTheScreen_data()
    {
        QTest::addColumn<int>("type");
        QTest::addColumn<bool>("hasPadding");
        QTest::addColumn<bool>("isNearest");
        QTest::addColumn<double>("rowMm"); // the columns are 1 mm apart
        const std::pair<SampleType, const char*> types[] = {{SampleType::UInt8, "8 bits"},
                                                            {SampleType::UInt16, "16 bits"},
                                                            {SampleType::Int16, "16 bits, signed"},
                                                            {SampleType::Float32, "float"},
                                                            {SampleType::Rgb8, "colour"}};
        for (const auto& [type, name] : types)
            for (const bool hasPadding : {false, true})
                for (const bool isNearest : {false, true})
                    for (const double rowMm : {1.0, 2.0})
                        if (type != SampleType::Rgb8 || !hasPadding)
                            QTest::addRow("%s%s%s, rows %g mm apart", name, hasPadding ? ", padding" : "",
                                          isNearest ? ", nearest" : "", rowMm)
                                << int(type) << hasPadding << isNearest << rowMm;
    }
    void PIX_08_everyPixelOfTheScreen()
    {
        QFETCH(int, type);
        QFETCH(bool, hasPadding);
        QFETCH(bool, isNearest);
        QFETCH(double, rowMm);
        const bool isColour = type == int(SampleType::Rgb8), isFloat = type == int(SampleType::Float32);
        for (const QSize size : {QSize(13, 9), QSize(9, 21), QSize(1, 7), QSize(8, 1)}) {
            const Picture picture = random(size.width(), size.height(), isColour ? 3 : 1, hasPadding);
            Phantom phantom;
            phantom.columns = size.width();
            phantom.rows = size.height();
            phantom.slices = 1;
            phantom.spacingMm = {rowMm, 1};
            Instance instance = phantom.instance(0);
            instance.pixels.bitsAllocated = instance.pixels.bitsStored = type == int(SampleType::UInt8) || isColour ? 8
                                                                         : isFloat                                  ? 32
                                                                                   : 16;
            instance.pixels.highBit = instance.pixels.bitsStored - 1;
            instance.pixels.isSigned = type == int(SampleType::Int16);
            if (isFloat)
                instance.pixels.element = PixelDescription::Element::FloatPixelData;
            if (isColour) {
                instance.pixels.samplesPerPixel = 3;
                instance.pixels.photometric = "RGB";
            }
            // A value of its own: of bytes all 256 are in use, so one of them is given up.
            const int padding = type == int(SampleType::UInt8) ? 255 : type == int(SampleType::Int16) ? -2000 : 60000;
            if (hasPadding && !isFloat)
                instance.pixels.padding = PaddingRange{double(padding), double(padding)};
            Picture shown = picture;
            if (type == int(SampleType::UInt8) && hasPadding)
                for (double& sample : shown.samples)
                    sample = sample == 255 ? nothing : sample;
            std::vector<std::byte> bytes;
            switch (SampleType(type)) {
            case SampleType::UInt8:
            case SampleType::Rgb8:
                bytes = bytesOf<quint8>(shown, quint8(padding));
                break;
            case SampleType::UInt16:
                bytes = bytesOf<quint16>(shown, quint16(padding));
                break;
            case SampleType::Int16:
                bytes = bytesOf<qint16>(shown, qint16(padding));
                break;
            default:
                bytes = bytesOf<float>(shown, std::numeric_limits<float>::quiet_NaN());
            }
            const auto volume = Volume::fromPixels(buildStacks({instance}).front(), SampleType(type), std::move(bytes));
            QVERIFY(volume);
            Presentation presentation = plain();
            presentation.interpolation = isNearest ? Interpolation::Nearest : Interpolation::Linear;
            for (const double zoom : {3.3, 1.0, 0.7, 0.5, 0.3, 0.21, 0.13})
                for (int way = 0; way < 16; ++way) {
                    SliceView view;
                    view.zoom = zoom;
                    view.quarterTurns = way % 4;
                    view.flipHorizontal = way & 4;
                    view.flipVertical = way & 8;
                    view.panPx = {0.37, -1.21};
                    const QSize screen(40, 31);
                    const auto slice = render(**volume, view, presentation, screen);
                    QVERIFY(!slice.problem);
                    const int byColumns = std::max(1, int(1 / zoom + 1e-9)),
                              byRows = std::max(1, int(1 / (zoom * rowMm) + 1e-9));
                    const bool isReduced = !isNearest && (byColumns > 1 || byRows > 1);
                    const Picture source = isReduced ? blocks(shown, byColumns, byRows, !isFloat) : shown;
                    int inside = 0;
                    for (int y = 0; y < screen.height(); ++y)
                        for (int x = 0; x < screen.width(); ++x) {
                            const QPointF at = slice.transform.toImage(QPointF(x + 0.5, y + 0.5));
                            const QRgb pixel = slice.image.pixel(x, y);
                            const double u = isReduced ? (at.x() + 0.5) / byColumns - 0.5 : at.x(),
                                         v = isReduced ? (at.y() + 0.5) / byRows - 0.5 : at.y();
                            // The last block may reach beyond the frame by less than a pixel of the screen.
                            const double fromEdge =
                                std::min({u + 0.5, source.columns - 0.5 - u, v + 0.5, source.rows - 0.5 - v});
                            if (fromEdge < -1e-6)
                                QCOMPARE(pixel, qRgb(0, 0, 0));
                            const double fromBorder = std::min(std::abs(at.x() + 0.5 - std::round(at.x() + 0.5)),
                                                               std::abs(at.y() + 0.5 - std::round(at.y() + 0.5)));
                            if (fromEdge < 1e-6 || ((isNearest || hasPadding) && fromBorder < 1e-6))
                                continue;
                            ++inside;
                            // Where rounding decides which pixel is nearest to one beside padding, both are right.
                            const double a = std::abs(u - std::floor(u) - 0.5), b = std::abs(v - std::floor(v) - 0.5);
                            if (hasPadding && (a < 1e-6 || b < 1e-6 || a > 0.5 - 1e-6 || b > 0.5 - 1e-6))
                                continue;
                            const int channels[] = {qRed(pixel), qGreen(pixel), qBlue(pixel)};
                            for (int channel = 0; channel < 3; ++channel) {
                                const double value = sampled(source, u, v, isColour ? channel : 0, isNearest);
                                const double wanted = std::isnan(value) ? 0 : value;
                                if (std::abs(channels[channel] - wanted) > (isNearest ? 0 : 1.001))
                                    QFAIL(qPrintable(QStringLiteral("%1 x %2, zoom %3, way %4, (%5, %6): %7 for %8")
                                                         .arg(size.width())
                                                         .arg(size.height())
                                                         .arg(zoom)
                                                         .arg(way)
                                                         .arg(x)
                                                         .arg(y)
                                                         .arg(channels[channel])
                                                         .arg(wanted)));
                            }
                        }
                    QVERIFY(inside > 0 || zoom < 0.3 || size.width() == 1 || size.height() == 1);
                }
        }
    }
};

QTEST_GUILESS_MAIN(TestNativeSamples)
#include "tst_native_samples.moc"
