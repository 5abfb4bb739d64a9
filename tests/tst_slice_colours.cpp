// Colours on the screen: named spaces and profiles, and the tables that are kept from one picture to the next.
#include "tests/support/plain_presentation.h"
#include "tests/support/viewer_phantoms.h"
#include "viewer/decode/palette.h"
#include "viewer/decode/pixel_layout.h"
#include "viewer/slice/colour_transform.h"
#include "viewer/slice/grey_table.h"
#include "viewer/slice/slice_renderer.h"
#include <QtTest>
#include <cmath>
#include <lcms2_plugin.h>

using namespace diascope;
using namespace diascope::viewer;
using test::Phantom, test::plain;

namespace
{

using Matrix = std::array<Vec3, 3>; ///< rows

Vec3 operator*(const Matrix& m, Vec3 v) { return {dot(m[0], v), dot(m[1], v), dot(m[2], v)}; }
Matrix operator*(const Matrix& a, const Matrix& b)
{
    Matrix made;
    for (size_t i = 0; i < 3; ++i)
        made[i] = {dot(a[i], Vec3{b[0].x, b[1].x, b[2].x}), dot(a[i], Vec3{b[0].y, b[1].y, b[2].y}), dot(a[i], Vec3{b[0].z, b[1].z, b[2].z})};
    return made;
}
Matrix inverse(const Matrix& m)
{
    const Vec3 a = cross(m[1], m[2]), b = cross(m[2], m[0]), c = cross(m[0], m[1]);
    const double d = dot(m[0], a);
    return {Vec3{a.x, b.x, c.x} / d, Vec3{a.y, b.y, c.y} / d, Vec3{a.z, b.z, c.z} / d};
}
Vec3 xyzOf(double x, double y) { return {x / y, 1, (1 - x - y) / y}; }
Matrix scaled(Vec3 by) { return {Vec3{by.x, 0, 0}, Vec3{0, by.y, 0}, Vec3{0, 0, by.z}}; }

/// From linear RGB to XYZ: what the primaries and the white of a space say (SMPTE RP 177).
Matrix toXyz(Vec3 white, const std::array<Vec3, 3>& p)
{
    const Matrix primaries{Vec3{p[0].x, p[1].x, p[2].x}, Vec3{p[0].y, p[1].y, p[2].y}, Vec3{p[0].z, p[1].z, p[2].z}};
    return primaries * scaled(inverse(primaries) * white);
}
/// Of colours under one white those under another (Bradford).
Matrix adapted(Vec3 from, Vec3 to)
{
    const Matrix cones{Vec3{0.8951, 0.2664, -0.1614}, Vec3{-0.7502, 1.7135, 0.0367}, Vec3{0.0389, -0.0685, 1.0296}};
    const Vec3 a = cones * from, b = cones * to;
    return inverse(cones) * scaled({b.x / a.x, b.y / a.y, b.z / a.z}) * cones;
}

struct Space
{
    Vec3 white;
    std::array<Vec3, 3> primaries;
    double gamma;
};
const Vec3 d65 = xyzOf(0.3127, 0.3290), d50 = xyzOf(0.3457, 0.3585);
const Space srgb{d65, {xyzOf(0.64, 0.33), xyzOf(0.30, 0.60), xyzOf(0.15, 0.06)}, 0};
const Space adobe{d65, {xyzOf(0.64, 0.33), xyzOf(0.21, 0.71), xyzOf(0.15, 0.06)}, 563 / 256.0};
const Space romm{d50, {xyzOf(0.7347, 0.2653), xyzOf(0.1596, 0.8404), xyzOf(0.0366, 0.0001)}, 1.8};

QRgb onTheScreen(const Space& space, QRgb rgb)
{
    const Vec3 linear{std::pow(qRed(rgb) / 255.0, space.gamma), std::pow(qGreen(rgb) / 255.0, space.gamma), std::pow(qBlue(rgb) / 255.0, space.gamma)};
    const Vec3 seen = inverse(toXyz(srgb.white, srgb.primaries)) * adapted(space.white, srgb.white) * toXyz(space.white, space.primaries) * linear;
    const auto level = [](double v) {
        v = std::clamp(v, 0.0, 1.0);
        return int(std::lround(255 * (v <= 0.0031308 ? 12.92 * v : 1.055 * std::pow(v, 1 / 2.4) - 0.055)));
    };
    return qRgb(level(seen.x), level(seen.y), level(seen.z));
}

const QRgb drawn[] = {qRgb(0, 0, 0), qRgb(255, 255, 255), qRgb(128, 128, 128), qRgb(200, 120, 90), qRgb(90, 160, 80), qRgb(100, 110, 190), qRgb(60, 70, 60)};

/// One row of those colours.
std::shared_ptr<const Volume> colours(const QString& space, const QByteArray& profile = {}, bool hasModules = true)
{
    Phantom phantom;
    phantom.columns = int(std::size(drawn));
    phantom.rows = phantom.slices = 1;
    Instance instance = phantom.instance(0);
    instance.pixels.photometric = "RGB";
    instance.pixels.samplesPerPixel = 3;
    instance.pixels.bitsAllocated = instance.pixels.bitsStored = 8;
    instance.pixels.highBit = 7;
    instance.pixels.isSigned = false;
    auto modules = std::make_shared<ImageModules>();
    modules->colourSpace = space;
    modules->iccProfile = profile;
    if (hasModules)
        instance.modules = modules;
    std::vector<std::byte> bytes;
    for (const QRgb rgb : drawn)
        for (const int value : {qRed(rgb), qGreen(rgb), qBlue(rgb)})
            bytes.push_back(std::byte(value));
    return *Volume::fromPixels(singleFrame(instance), SampleType::Rgb8, std::move(bytes));
}

bool isNear(QRgb a, QRgb b, int tolerance)
{
    return std::abs(qRed(a) - qRed(b)) <= tolerance && std::abs(qGreen(a) - qGreen(b)) <= tolerance && std::abs(qBlue(a) - qBlue(b)) <= tolerance;
}

/// How many blocks of memory the colour library holds, from the first of them on.
int heldBlocks = 0;
void countBlocks()
{
    static cmsPluginMemHandler counting{
        {cmsPluginMagicNumber, LCMS_VERSION, cmsPluginMemHandlerSig, nullptr},
        [](cmsContext, cmsUInt32Number size) {
            ++heldBlocks;
            return std::malloc(size);
        },
        [](cmsContext, void* block) {
            heldBlocks -= block != nullptr;
            std::free(block);
        },
        [](cmsContext, void* block, cmsUInt32Number size) {
            heldBlocks += block == nullptr;
            return std::realloc(block, size);
        },
        nullptr, nullptr, nullptr};
    cmsPlugin(&counting);
}

RenderedSlice atOneToOne(const Volume& volume, const Presentation& presentation = plain(), QPointF panPx = {})
{
    SliceView view;
    view.zoom = 1;
    view.panPx = panPx;
    return render(volume, view, presentation, {volume.columns(), volume.rows()});
}

} // namespace

class TestSliceColours : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { countBlocks(); }

    /// PS3.3 C.11.15.1.2; the colours on the screen are worked out from the primaries of each space.
    void PIX_12_namedSpaces_data()
    {
        QTest::addColumn<QString>("space");
        for (const char* space : {"ADOBERGB", "ROMMRGB", "SRGB", "", "NONE"})
            QTest::newRow(*space ? space : "not named") << space;
    }
    void PIX_12_namedSpaces()
    {
        QFETCH(QString, space);
        const auto volume = colours(space);
        const auto transform = colourTransformOf(volume->instance(0));
        QVERIFY(transform);
        const bool isKnown = space == "ADOBERGB" || space == "ROMMRGB";
        QCOMPARE(*transform != nullptr, isKnown);
        for (const bool isInverted : {false, true}) {
            Presentation presentation = plain();
            presentation.invert = isInverted;
            const auto slice = atOneToOne(*volume, presentation);
            QVERIFY(!slice.problem);
            for (int x = 0; x < volume->columns(); ++x) {
                QRgb expected = isKnown ? onTheScreen(space == "ADOBERGB" ? adobe : romm, drawn[x]) : drawn[x];
                if (isInverted)
                    expected = qRgb(255 - qRed(expected), 255 - qGreen(expected), 255 - qBlue(expected));
                QVERIFY2(isNear(slice.image.pixel(x, 0), expected, isKnown ? 2 : 0),
                         qPrintable(QStringLiteral("%1 becomes %2, not %3").arg(drawn[x], 0, 16).arg(slice.image.pixel(x, 0), 0, 16).arg(expected, 0, 16)));
            }
        }
    }

    /// A profile of the image's own comes before the name of a space; one that cannot be used leaves the colours as they are.
    void PIX_12_whichProfileHolds()
    {
        const auto volume = colours("ADOBERGB", "no profile");
        const auto transform = colourTransformOf(volume->instance(0));
        QVERIFY(!transform);
        QCOMPARE(transform.error().fault, Fault::Damaged);
        for (int x = 0; x < volume->columns(); ++x)
            QCOMPARE(atOneToOne(*volume).image.pixel(x, 0), drawn[x]);
        QVERIFY(*colourTransformOf(colours("ADOBERGB")->instance(0)));
        QVERIFY(!*colourTransformOf(colours("ADOBERGB", {}, false)->instance(0))); // a phantom
        Instance grey = Phantom{}.instance(0); // what has no colours has no profile
        auto modules = std::make_shared<ImageModules>();
        modules->iccProfile = "no profile";
        grey.modules = modules;
        QVERIFY(colourTransformOf(grey) && !*colourTransformOf(grey));
    }

    /// Moved to the edge of the screen and out of it, by columns and by rows.
    void PIX_12_atTheEdgeOfTheScreen()
    {
        const auto volume = colours("ADOBERGB");
        const int columns = volume->columns();
        for (const bool isInverted : {false, true})
            for (int pan = -columns - 1; pan <= columns + 1; ++pan) {
                Presentation presentation = plain();
                presentation.invert = isInverted;
                const auto slice = atOneToOne(*volume, presentation, QPointF(pan, 0));
                QVERIFY(!slice.problem);
                for (int x = 0; x < columns; ++x) {
                    const int from = x - pan;
                    QRgb expected = qRgb(0, 0, 0);
                    if (from >= 0 && from < columns) {
                        expected = onTheScreen(adobe, drawn[from]);
                        if (isInverted)
                            expected = qRgb(255 - qRed(expected), 255 - qGreen(expected), 255 - qBlue(expected));
                    }
                    QVERIFY2(isNear(slice.image.pixel(x, 0), expected, from >= 0 && from < columns ? 2 : 0), qPrintable(QStringLiteral("%1 moved by %2").arg(x).arg(pan)));
                }
            }
        for (const int pan : {-1, 1})
            QCOMPARE(atOneToOne(*volume, plain(), QPointF(0, pan)).image.pixel(1, 0), qRgb(0, 0, 0));
    }

    /// Colours beside grey are of the profile, grey is not (PS3.3 C.7.6.19), and padding is black in either part.
    void PIX_10_PIX_12_coloursBesideGrey_data()
    {
        QTest::addColumn<int>("first"); // stored value of the first colour
        QTest::addColumn<bool>("isProfiled");
        QTest::addColumn<bool>("isMapped");
        for (const int first : {-5, 0, 3, 4, 9})
            for (const bool isProfiled : {false, true})
                for (const bool isMapped : {false, true})
                    QTest::addRow("from %d%s%s", first, isProfiled ? ", profile" : "", isMapped ? ", colour map" : "") << first << isProfiled << isMapped;
    }
    void PIX_10_PIX_12_coloursBesideGrey()
    {
        QFETCH(int, first);
        QFETCH(bool, isProfiled);
        QFETCH(bool, isMapped);
        Phantom phantom;
        phantom.originLps = {0, 0, 0};
        Instance instance = phantom.instance(0);
        Palette palette;
        palette.firstMapped = first;
        palette.colours = {{200, 120, 90}, {90, 160, 80}, {100, 110, 190}};
        auto layout = std::make_shared<PixelLayout>();
        layout->description = instance.pixels;
        layout->supplemental = std::make_shared<const Palette>(palette);
        instance.layout = layout;
        instance.pixels.padding = PaddingRange{2, 2};
        auto modules = std::make_shared<ImageModules>();
        modules->colourSpace = isProfiled ? "ADOBERGB" : "";
        instance.modules = modules;
        Presentation presentation = plain();
        presentation.window = {3.5, 8}; // 0 to 7
        if (isMapped)
            presentation.colourMap = colourMap("hot-iron");
        const auto volume = Phantom::volume(singleFrame(instance), [](Vec3 p) { return p.x; });
        const auto slice = atOneToOne(*volume, presentation);
        for (int x = 0; x < 8; ++x) {
            const int level = x == 2 ? 0 : int(std::lround(255 * std::clamp((x - 3.0) / 7 + 0.5, 0.0, 1.0)));
            QRgb expected = isMapped ? presentation.colourMap->colours[size_t(level)] : qRgb(level, level, level);
            const bool isColour = x >= first && x != 2;
            if (isColour) {
                const auto& rgb = palette.colours[size_t(std::min(x - first, 2))];
                expected = qRgb(rgb[0], rgb[1], rgb[2]);
                if (isProfiled)
                    expected = onTheScreen(adobe, expected);
            }
            QVERIFY2(isNear(slice.image.pixel(x, 3), expected, isColour && isProfiled ? 2 : 0),
                     qPrintable(QStringLiteral("%1 is %2, not %3").arg(x).arg(slice.image.pixel(x, 3), 0, 16).arg(expected, 0, 16)));
        }
    }

    /// Of the last profiles one is at hand at once, and no more than eight stay in memory.
    void PIX_12_theLastProfilesAreKept()
    {
        for (int i = 0; i < 8; ++i)
            QVERIFY(!ColourTransform::of("no profile either " + QByteArray::number(i)));
        const auto ours = *colourTransformOf(colours("ADOBERGB")->instance(0));
        QCOMPARE(*colourTransformOf(colours("ADOBERGB")->instance(0)), ours);
        for (int i = 0; i < 7; ++i)
            for (int again = 0; again < 2; ++again)
                QVERIFY(!ColourTransform::of("no profile " + QByteArray::number(i)));
        QCOMPARE(*colourTransformOf(colours("ADOBERGB")->instance(0)), ours);
        QVERIFY(!ColourTransform::of("no profile 7"));
        QVERIFY(*colourTransformOf(colours("ADOBERGB")->instance(0)) != ours); // made anew
        QRgb pixel = drawn[3];
        ours->apply(&pixel, 1);
        QVERIFY(isNear(pixel, onTheScreen(adobe, drawn[3]), 2));
    }

    /// What is no longer kept or used takes no memory: however many profiles come, the library holds as much as for the first ones.
    void PIX_12_aProfileThatIsForgottenTakesNoMemory()
    {
        cmsHPROFILE made = cmsCreate_sRGBProfile();
        cmsUInt32Number size = 0;
        QVERIFY(cmsSaveProfileToMem(made, nullptr, &size));
        QByteArray profile(qsizetype(size), '\0');
        QVERIFY(cmsSaveProfileToMem(made, profile.data(), &size));
        cmsCloseProfile(made);
        const auto useMany = [&](char which) {
            for (int i = 0; i < 10; ++i)
                QVERIFY(ColourTransform::of(profile + which + QByteArray::number(i))); // what stands behind a profile is not read
        };
        for (int i = 0; i < 10; ++i)
            QVERIFY(!ColourTransform::of("no profile at all " + QByteArray::number(i)));
        const int none = heldBlocks;
        useMany('a');
        const int some = heldBlocks;
        QVERIFY(some > none);
        useMany('b');
        QCOMPARE(heldBlocks, some);
        for (int i = 0; i < 10; ++i)
            QVERIFY(!ColourTransform::of("no profile again " + QByteArray::number(i)));
        QCOMPARE(heldBlocks, none);
    }

    /// A profile says when it was made, to the second: that of a named space is the same a second later, and so is its transform.
    void PIX_12_aNamedSpaceIsMadeOnce()
    {
        std::vector<std::shared_ptr<const ColourTransform>> before;
        const int none = heldBlocks;
        for (const char* space : {"ADOBERGB", "ROMMRGB"})
            before.push_back(*colourTransformOf(colours(space)->instance(0)));
        QVERIFY(before[0] && before[1] && before[0] != before[1]);
        const int held = heldBlocks;
        QTest::qWait(1100);
        for (size_t i = 0; i < 2; ++i)
            QCOMPARE(*colourTransformOf(colours(i ? "ROMMRGB" : "ADOBERGB")->instance(0)), before[i]);
        QCOMPARE(heldBlocks, held);
        before.clear();
        for (int i = 0; i < 10; ++i)
            QVERIFY(!ColourTransform::of("no profile at last " + QByteArray::number(i)));
        QVERIFY(heldBlocks <= none);
    }

    /// The same for grey tables, of which sixteen are kept; whatever differs makes another.
    void PIX_06_theLastGreyTablesAreKept()
    {
        const Instance instance = Phantom{}.instance(0);
        const auto of = [&](double centre) {
            Presentation presentation = plain();
            presentation.window.centre = centre;
            return GreyTable::of(instance, SampleType::Int16, presentation);
        };
        const auto ours = of(1);
        QCOMPARE(of(1), ours);
        for (int i = 0; i < 15; ++i)
            QVERIFY(of(100 + i) != ours);
        QCOMPARE(of(1), ours);
        of(200);
        QVERIFY(of(1) != ours);
        QVERIFY(of(1)->levels == ours->levels);
        const std::pair<SampleType, std::pair<int, size_t>> forms[] = {{SampleType::UInt8, {0, 256}}, {SampleType::UInt16, {0, 65536}}, {SampleType::Int16, {-32768, 65536}}};
        for (const auto& [type, form] : forms) {
            const auto table = GreyTable::of(instance, type, plain());
            QCOMPARE(table->lowest, form.first);
            QCOMPARE(table->levels.size(), form.second);
            QCOMPARE((*table)[100], quint8(100)); // of 0 to 255
        }
    }
};

QTEST_GUILESS_MAIN(TestSliceColours)
#include "tst_slice_colours.moc"
