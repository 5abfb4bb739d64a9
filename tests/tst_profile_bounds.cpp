#include "viewer/slice/profile_check.h"
#include <QTest>

using namespace diascope::viewer;

namespace {

QByteArray big(quint32 value, int bytes)
{
    QByteArray made;
    for (int i = bytes - 1; i >= 0; --i)
        made += char(value >> (8 * i));
    return made;
}

QByteArray zeros(qsizetype count)
{
    return QByteArray(count, '\0');
}

/// A profile of these tags (ICC.1:2010 7.2, 7.3), each at an offset of its own.
QByteArray profileOf(const QByteArrayList& tags, const QByteArray& deviceClass = "scnr",
                     const QByteArray& space = "RGB ", const QByteArray& connection = "XYZ ",
                     const QByteArray& signature = "acsp")
{
    QByteArray table = big(quint32(tags.size()), 4), body;
    const qsizetype from = 128 + 4 + 12 * tags.size();
    for (const QByteArray& tag : tags) {
        table += "A2B0" + big(quint32(from + body.size()), 4) + big(quint32(tag.size()), 4);
        body += tag;
    }
    return big(quint32(from + body.size()), 4) + zeros(8) + deviceClass + space + connection + zeros(12) + signature +
           zeros(88) + table + body;
}

QByteArray textTag(qsizetype bytes)
{
    return QByteArray("text\0\0\0\0none", 12).left(bytes).leftJustified(bytes, 'x');
}
/// curveType (10.6): so many entries, and `more` bytes than they need.
QByteArray curve(quint32 count, qsizetype more = 0)
{
    return QByteArray("curv\0\0\0\0", 8) + big(count, 4) + zeros(2 * qsizetype(std::min(count, 70000u)) + more);
}
/// parametricCurveType (10.18)
QByteArray parametric(int function, qsizetype numbers, qsizetype more = 0)
{
    return QByteArray("para\0\0\0\0", 8) + big(quint32(function), 2) + zeros(2 + 4 * numbers + more);
}

/// lut8Type (10.11)
QByteArray lut8(int in, int out, int grid, qsizetype entries, qsizetype more = 0)
{
    return QByteArray("mft1\0\0\0\0", 8) + char(in) + char(out) + char(grid) + zeros(37) +
           zeros(256 * in + entries + 256 * out + more);
}
/// lut16Type (10.10)
QByteArray lut16(int in, int out, int grid, qsizetype entries, int first, int last, qsizetype more = 0)
{
    return QByteArray("mft2\0\0\0\0", 8) + char(in) + char(out) + char(grid) + zeros(37) + big(quint32(first), 2) +
           big(quint32(last), 2) + zeros(2 * (qsizetype(first) * in + entries + qsizetype(last) * out) + more);
}

/// lutAToBType or lutBToAType (10.12, 10.13): the parts in this order behind the 32 bytes of its head; an empty one is
/// not there.
QByteArray pipeline(const char* type, int in, int out, const QByteArray& b, const QByteArray& matrix = {},
                    const QByteArray& m = {}, const QByteArray& table = {}, const QByteArray& a = {})
{
    QByteArray head = QByteArray(type) + zeros(4) + char(in) + char(out) + zeros(2), body;
    for (const QByteArray& part : {b, matrix, m, table, a}) {
        head += big(part.isEmpty() ? 0 : quint32(32 + body.size()), 4);
        body += part;
    }
    return head + body;
}
QByteArray colourTable(const QByteArray& grid, int entryBytes, qsizetype bytes)
{
    return grid.leftJustified(16, '\0') + char(entryBytes) + zeros(3 + bytes);
}

} // namespace

/// Which colour profiles are handed to the library: at both sides of every bound (PIX-12).
class TestProfileBounds : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void PIX_12_whichProfilesAreSound_data()
    {
        QTest::addColumn<QByteArray>("profile");
        QTest::addColumn<bool>("isSound");
        const auto row = [](const char* name, const QByteArray& profile, bool isSound) {
            QTest::newRow(name) << profile << isSound;
        };
        const auto tag = [](const char* name, const QByteArray& one, bool isSound) {
            QTest::newRow(name) << profileOf({textTag(12), one}) << isSound;
        };
        const QByteArray good = profileOf({textTag(12)});
        const auto with = [&](qsizetype at, const QByteArray& bytes) {
            return QByteArray(good).replace(at, bytes.size(), bytes);
        };
        row("one tag", good, true);
        row("nothing", {}, false);
        row("its head alone", good.left(132), false);
        row("one byte cut", good.chopped(1), false);
        row("bytes behind it", good + "xyz", true);
        row("a size that leaves the tag out", with(0, big(quint32(good.size() - 1), 4)), false);
        row("a size of the head alone", with(0, big(132, 4)), false);
        row("a size under the head", with(0, big(131, 4)), false);
        row("no size", with(0, big(0, 4)), false);
        row("three bytes", good.left(3), false);
        row("as large as two numbers", with(0, big(8, 4)), false);
        row("a size over what is there", with(0, big(quint32(good.size() + 1), 4)), false);
        row("as large as one may be", good + zeros((16 << 20) - good.size()), true);
        row("one byte larger", good + zeros((16 << 20) - good.size() + 1), false);
        for (const char* deviceClass : {"scnr", "mntr", "prtr", "spac"})
            row(deviceClass, profileOf({textTag(12)}, deviceClass), true);
        for (const char* deviceClass : {"link", "abst", "nmcl", "SCNR"})
            row(deviceClass, profileOf({textTag(12)}, deviceClass), false);
        row("grey", profileOf({textTag(12)}, "scnr", "GRAY"), false);
        row("by way of Lab", profileOf({textTag(12)}, "scnr", "RGB ", "Lab "), true);
        row("by way of Luv", profileOf({textTag(12)}, "scnr", "RGB ", "Luv "), false);
        row("another signature", profileOf({textTag(12)}, "scnr", "RGB ", "XYZ ", "acsq"), false);
        row("no tags", profileOf({}) + zeros(20), false);
        row("a hundred tags", profileOf(QByteArrayList(100, textTag(8))), true);
        row("one tag more", profileOf(QByteArrayList(101, textTag(8))), false);
        row("a tag in the head", with(136, big(127, 4)), false);
        row("a tag that begins behind the head", with(136, big(128, 4)), true);
        row("a tag that ends one byte late", with(136, big(quint32(good.size() - 11), 4)), false);
        row("more tags than bytes", with(128, big(2, 4)), false);

        tag("a tag of eight bytes", textTag(8), true);
        tag("a tag of seven", textTag(7), false);
        tag("several processes", QByteArray("mpet").leftJustified(400, '\0'), false);
        tag("named colours", QByteArray("ncl2").leftJustified(400, '\0'), false);

        tag("a curve of nothing", curve(0), true);
        tag("a curve without its count", curve(0).chopped(1), false);
        tag("a curve of one", curve(1), true);
        tag("a curve of one, cut", curve(1).chopped(1), false);
        tag("a curve of as many as may be", curve(65536), true);
        tag("a curve of one more", curve(65537), false);
        const int numbers[] = {1, 3, 4, 5, 7}; // 10.18, table 68
        for (int function = 0; function < 5; ++function) {
            tag(qPrintable(QStringLiteral("function %1").arg(function)), parametric(function, numbers[function]), true);
            tag(qPrintable(QStringLiteral("function %1, cut").arg(function)),
                parametric(function, numbers[function]).chopped(1), false);
        }
        tag("function 5", parametric(5, 9), false);

        tag("lut8", lut8(3, 3, 2, 8 * 3), true);
        tag("lut8, cut", lut8(3, 3, 2, 8 * 3).chopped(1), false);
        tag("lut8 of one channel", lut8(1, 1, 2, 2), true);
        tag("lut8 of four channels", lut8(4, 4, 2, 16 * 4), true);
        tag("lut8 of no channel in", lut8(0, 3, 2, 3), false);
        tag("lut8 of no channel out", lut8(3, 0, 2, 0), false);
        tag("lut8 of five channels in", lut8(5, 3, 2, 32 * 3), false);
        tag("lut8 of five channels out", lut8(3, 5, 2, 8 * 5), false);
        tag("lut8 of one point", lut8(3, 3, 1, 3), false);
        tag("lut8 of 22 points, four channels", lut8(4, 4, 22, 22 * 22 * 22 * 22 * 4), true);
        tag("lut8 of 23 points, four channels", lut8(4, 4, 23, 23 * 23 * 23 * 23 * 4), false); // over 2^20 entries
        tag("lut8 of 2^20 entries", lut8(4, 1, 32, 1 << 20), true);

        tag("lut16", lut16(3, 3, 2, 8 * 3, 256, 256), true);
        tag("lut16, cut", lut16(3, 3, 2, 8 * 3, 256, 256).chopped(1), false);
        tag("lut16 of two entries", lut16(3, 3, 2, 8 * 3, 2, 2), true);
        tag("lut16 of 4096 entries", lut16(3, 3, 2, 8 * 3, 4096, 4096), true);
        tag("lut16 of one entry in", lut16(3, 3, 2, 8 * 3, 1, 256), false);
        tag("lut16 of one entry out", lut16(3, 3, 2, 8 * 3, 256, 1), false);
        tag("lut16 of 4097 entries in", lut16(3, 3, 2, 8 * 3, 4097, 256), false);
        tag("lut16 of 4097 entries out", lut16(3, 3, 2, 8 * 3, 256, 4097), false);
        tag("lut16, more in than out", lut16(2, 1, 3, 9, 7, 5), true);
        tag("lut16, more in than out, cut", lut16(2, 1, 3, 9, 7, 5).chopped(1), false);

        for (const char* type : {"mAB ", "mBA "}) {
            const auto made = [&](const char* name, const QByteArray& one, bool isSound) {
                tag(qPrintable(QLatin1String(type) + QLatin1String(name)), one, isSound);
            };
            const QByteArray two = curve(1, 2) + curve(1), three = curve(1, 2) + curve(1, 2) + curve(1);
            made("nothing", pipeline(type, 3, 3, {}), true);
            made("nothing, other channels", pipeline(type, 3, 2, {}), false);
            made("no channel", pipeline(type, 0, 0, {}), false);
            made("four channels", pipeline(type, 4, 4, {}), true);
            made("five channels", pipeline(type, 5, 5, {}), false);
            made("B curves", pipeline(type, 3, 3, three), true);
            made("B curves, one missing", pipeline(type, 3, 3, two), false);
            made("B curves, cut", pipeline(type, 3, 3, three).chopped(1), false);
            made("a matrix", pipeline(type, 3, 3, {}, zeros(48)), true);
            made("a matrix, cut", pipeline(type, 3, 3, {}, zeros(47)), false);
            made("M curves", pipeline(type, 3, 3, {}, {}, three), true);
            made("M curves, one missing", pipeline(type, 3, 3, {}, {}, two), false);
            made("A curves", pipeline(type, 3, 3, {}, {}, {}, {}, three), true);
            made("A curves, one missing", pipeline(type, 3, 3, {}, {}, {}, {}, two), false);
            const QByteArray table = colourTable("\2\3", 1, 2 * 3 * 3);
            made("a table", pipeline(type, 2, 3, {}, {}, {}, table), true);
            made("a table, no channel in", pipeline(type, 0, 3, {}, {}, {}, table), false);
            made("a table, no channel out", pipeline(type, 2, 0, {}, {}, {}, table), false);
            made("a table, five channels in", pipeline(type, 5, 3, {}, {}, {}, colourTable("\2\2\2\2\2", 1, 32 * 3)), false);
            made("a table, five channels out", pipeline(type, 2, 5, {}, {}, {}, colourTable("\2\3", 1, 2 * 3 * 5)), false);
            made("a table, cut", pipeline(type, 2, 3, {}, {}, {}, table.chopped(1)), false);
            made("a table of words", pipeline(type, 2, 3, {}, {}, {}, colourTable("\2\3", 2, 2 * 18)), true);
            made("a table of words, cut", pipeline(type, 2, 3, {}, {}, {}, colourTable("\2\3", 2, 2 * 18 - 1)), false);
            made("a table of nothing", pipeline(type, 2, 3, {}, {}, {}, colourTable("\2\3", 0, 100)), false);
            made("a table of three bytes", pipeline(type, 2, 3, {}, {}, {}, colourTable("\2\3", 3, 100)), false);
            made("a table of one point", pipeline(type, 2, 3, {}, {}, {}, colourTable("\2\1", 1, 100)), false);
            made("a table's head, cut", pipeline(type, 1, 1, {}, {}, {}, colourTable("\2", 1, 0).chopped(1)), false);
            made("a table of 2^20 entries",
                 pipeline(type, 4, 1, {}, {}, {}, colourTable("\x20\x20\x20\x20", 1, 1 << 20)), true);
            made("a table of over 2^20 entries",
                 pipeline(type, 4, 1, {}, {}, {}, colourTable("\x20\x20\x20\x21", 1, (1 << 20) + (1 << 15))), false);
        }
        // B curves last, so that one too few ends the tag: three towards the PCS, two away from it; A curves the other
        // way round.
        const QByteArray two = curve(1, 2) + curve(1), three = curve(1, 2) + two, table = colourTable("\2\3", 1, 18);
        const auto last = [&](const char* type, int offset, const QByteArray& curves) {
            QByteArray made = pipeline(type, 2, 3, {}, {}, {}, table + zeros(2), {});
            made.replace(offset, 4, big(quint32(made.size()), 4));
            return made + curves;
        };
        for (const auto& [offset, name] : {std::pair(12, "B"), std::pair(20, "M"), std::pair(28, "A")}) {
            const bool isPcs = offset != 28;
            tag(qPrintable(QStringLiteral("mAB: two %1 curves").arg(name)), last("mAB ", offset, two), !isPcs);
            tag(qPrintable(QStringLiteral("mAB: three %1 curves").arg(name)), last("mAB ", offset, three), true);
            tag(qPrintable(QStringLiteral("mBA: two %1 curves").arg(name)), last("mBA ", offset, two), isPcs);
            tag(qPrintable(QStringLiteral("mBA: three %1 curves").arg(name)), last("mBA ", offset, three), true);
        }
    }
    void PIX_12_whichProfilesAreSound()
    {
        QFETCH(QByteArray, profile);
        QTEST(isProfileSound(profile), "isSound");
    }
};

QTEST_GUILESS_MAIN(TestProfileBounds)
#include "tst_profile_bounds.moc"
