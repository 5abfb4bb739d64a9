#include "netclient/dicom/dataset.h"
#include "netclient/dicom/quick_header.h"
#include "netclient/dicom/structure.h"
#include "tests/support/part_ten.h"
#include "tests/support/test_data.h"
#include <QtTest>
#include <array>

using namespace diascope;
using namespace diascope::dicom;
using test::element;
using test::littleEndian;
using test::word;

namespace {

const QByteArray explicitSyntax = "1.2.840.10008.1.2.1", implicitSyntax = "1.2.840.10008.1.2";

QByteArray plain(quint16 group, quint16 number, QByteArray value) ///< implicit VR
{
    if (value.size() % 2)
        value += ' ';
    return littleEndian(group, 2) + littleEndian(number, 2) + littleEndian(quint64(value.size()), 4) + value;
}
QByteArray head(const QByteArray& syntax)
{
    const QByteArray meta = element(2, 0x10, "UI", syntax);
    return QByteArray(128, '\0') + "DICM" + element(2, 0, "UL", littleEndian(quint64(meta.size()), 4)) + meta;
}
QByteArray item(const QByteArray& content)
{
    return QByteArray::fromHex("feff00e0") + littleEndian(quint64(content.size()), 4) + content;
}
QByteArray openItem(const QByteArray& content)
{
    return QByteArray::fromHex("feff00e0ffffffff") + content + QByteArray::fromHex("feff0de000000000");
}
QByteArray sequence(quint16 group, quint16 number, const QByteArray& items)
{
    return littleEndian(group, 2) + littleEndian(number, 2) + "SQ" + word(0) + littleEndian(quint64(items.size()), 4) +
           items;
}
QByteArray openSequence(quint16 group, quint16 number, const QByteArray& items, const char* vr = "SQ")
{
    return littleEndian(group, 2) + littleEndian(number, 2) + vr + word(0) + QByteArray::fromHex("ffffffff") + items +
           QByteArray::fromHex("feffdde000000000");
}
QByteArray nested(int depth, const QByteArray& inner)
{
    QByteArray bytes = inner;
    for (int i = 0; i < depth; ++i)
        bytes = openItem(openSequence(8, 0x1140, bytes));
    return openSequence(8, 0x1140, bytes);
}

constexpr std::array wanted{tag::PatientName, tag::SOPInstanceUID, tag::PatientID, tag::Rows, tag::Modality};

/// "declined", or what was found of what was wanted, and where the dataset begins.
QString lineOf(const std::optional<QuickHeader>& header)
{
    if (!header)
        return QStringLiteral("declined");
    QStringList parts;
    for (const Tag tag : {tag::SOPInstanceUID, tag::Modality, tag::PatientName, tag::PatientID, tag::Rows})
        if (header->contains(tag))
            parts << header->text(tag);
    return parts.join(u'|') + QStringLiteral(" @%1").arg(header->datasetOffset());
}
QString read(const QByteArray& bytes)
{
    return lineOf(QuickHeader::read({reinterpret_cast<const uchar*>(bytes.constData()), size_t(bytes.size())}, wanted));
}

} // namespace

/// The quick look at a header: byte by byte where it says something, and where it leaves the word to the full reader.
class TestQuickHeader : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void FIL_15_whatIsFound_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("line");
        const QByteArray uid = element(8, 0x18, "UI", "1.2.3"), modality = element(8, 0x60, "CS", "CT"),
                         name = element(0x10, 0x10, "PN", "Doe^Jane"), id = element(0x10, 0x20, "LO", "P1"),
                         rows = element(0x28, 0x10, "US", word(512));
        const QByteArray start = head(explicitSyntax);
        const QString at = QStringLiteral(" @%1").arg(start.size()), all = "1.2.3|CT|Doe^Jane|P1|512" + at;
        const QString atImplicit = QStringLiteral(" @%1").arg(head(implicitSyntax).size());
        const auto row = [](const char* of, const QByteArray& bytes, const QString& line) {
            QTest::newRow(of) << bytes << line;
        };
        row("all", start + uid + modality + name + id + rows, all);
        row("implicit",
            head(implicitSyntax) + plain(8, 0x18, QByteArray("1.2.3\0", 6)) + plain(8, 0x60, "CT") +
                plain(0x10, 0x10, "Doe^Jane") + plain(0x10, 0x20, "P1") + plain(0x28, 0x10, word(512)),
            "1.2.3|CT|Doe^Jane|P1|512" + atImplicit);
        row("compressed: explicit", head("1.2.840.10008.1.2.4.70") + uid,
            "1.2.3" + QStringLiteral(" @%1").arg(head("1.2.840.10008.1.2.4.70").size()));
        row("nothing wanted", start + element(8, 0x20, "DA", "20260101"), at);
        row("nothing at all", start, at);
        row("too short for a header", start.left(139), "declined");
        row("meta ends with nothing in it", start + element(2, 0x13, "SH", ""), QStringLiteral(" @%1").arg(start.size() + 8));
        row("no mark", QByteArray(start).replace("DICM", "DICN") + uid, "declined");
        row("no transfer syntax",
            QByteArray(128, '\0') + "DICM" + element(2, 2, "UI", "1.2.840.10008.5.1.4.1.1.2") + uid, "declined");
        row("deflated", head("1.2.840.10008.1.2.1.99") + uid, "declined");
        row("big endian", head("1.2.840.10008.1.2.2") + uid, "declined");
        row("implicit, and it is not", head(implicitSyntax) + uid, "declined");
        row("explicit, and it is not", start + plain(8, 0x18, "1.2.34"), "declined");
        row("meta cut", start.chopped(1), "declined");
        row("meta of no VR", QByteArray(start).replace(132 + 4, 2, "??") + uid, "declined");
        row("out of order", start + modality + uid, "declined");
        row("twice", start + uid + uid, "declined");
        row("out of order behind the last wanted", start + rows + element(0x28, 0x100, "US", word(16)) + uid,
            "512" + at);
        row("rubbish behind the last wanted",
            start + rows + element(0x28, 0x11, "US", word(3)) + "rubbish and no element", "512" + at);
        row("a wanted one cut", start + uid + modality + name.chopped(1), "declined");
        row("one not wanted cut", start + uid + element(8, 0x20, "DA", "20260101").chopped(1), "declined");
        row("cut in a head", start + uid + name.left(7), "declined");
        row("cut in a long head", start + uid + element(8, 0x1140, "UN", "x").left(11), "declined");
        row("behind it cut", start + uid + rows + element(0x7fe0, 0x10, "OW", "pixels").chopped(3), "1.2.3|512" + at);
        row("a long element", start + element(8, 0x1140, "UN", QByteArray(70000, 'x')) + id, "P1" + at);
        row("a long element with nothing in it", start + element(8, 0x1140, "UN", {}), at);
        row("half a word", start + littleEndian(0x28, 2) + littleEndian(0x10, 2) + "US" + word(3) + QByteArray("\1\0\7", 3), "1" + at);
        row("a sequence", start + sequence(8, 0x1140, item(element(8, 0x18, "UI", "9.9")) + item({})) + id, "P1" + at);
        row("an open sequence", start + openSequence(8, 0x1140, item(element(8, 0x18, "UI", "9.9")) + item({})) + id,
            "P1" + at);
        row("an open sequence of open items",
            start + openSequence(8, 0x1140, openItem(element(8, 0x18, "UI", "9.9")) + openItem({})) + id, "P1" + at);
        row("open in open",
            start +
                openSequence(8, 0x1140,
                             openItem(openSequence(8, 0x1199, openItem(element(0x10, 0x20, "LO", "P9"))) +
                                      element(0x10, 0x20, "LO", "P8"))) +
                id,
            "P1" + at);
        row("open, of unknown VR: implicit inside (PS3.5 6.2.2)",
            start + openSequence(8, 0x1140, openItem(plain(0x10, 0x20, "P9") + plain(0x10, 0x30, "19990101")), "UN") +
                id,
            "P1" + at);
        row("open, of unknown VR, in an open one",
            start + openSequence(8, 0x1140, openItem(openSequence(8, 0x1150, openItem(plain(0x10, 0x20, "P9")), "UN"))) + id,
            "P1" + at);
        row("open and without an end", start + openSequence(8, 0x1140, openItem({})).chopped(8) + id, "declined");
        row("open, implicit",
            head(implicitSyntax) + littleEndian(8, 2) + littleEndian(0x1140, 2) + QByteArray::fromHex("ffffffff") +
                openItem(plain(8, 0x18, "9.9 ")) + QByteArray::fromHex("feffdde000000000") + plain(0x10, 0x20, "P1"),
            "P1" + atImplicit);
        // A sequence's content is level 0, the content of an item 1, and so on.
        row("as deep as may be", start + nested(maximumNesting / 2, {}) + id, "P1" + at);
        row("deeper", start + nested(maximumNesting / 2 + 1, {}) + id, "declined");
    }
    void FIL_15_whatIsFound()
    {
        QFETCH(QByteArray, bytes);
        QTEST(read(bytes), "line");
    }

    /// A dataset without its head, as DIMSE carries it.
    void FIL_15_withoutAHead()
    {
        const auto of = [](const QByteArray& bytes, const QByteArray& syntax) {
            return lineOf(QuickHeader::readDataset(
                {reinterpret_cast<const uchar*>(bytes.constData()), size_t(bytes.size())}, QString(syntax), wanted));
        };
        const QByteArray bytes = element(8, 0x18, "UI", "1.2.3") + element(0x10, 0x20, "LO", "P1"),
                         implicit = plain(8, 0x18, "1.2.34") + plain(0x10, 0x20, "P1");
        QCOMPARE(of(bytes, explicitSyntax), "1.2.3|P1 @0");
        QCOMPARE(of(implicit, implicitSyntax), "1.2.34|P1 @0");
        QCOMPARE(of(bytes, implicitSyntax), "declined");
        QCOMPARE(of(implicit, explicitSyntax), "declined");
        QCOMPARE(of(bytes, ""), "declined");
        QCOMPARE(of({}, explicitSyntax), " @0");
    }

    /// The same words as the full reader has, and they are right.
    void FIL_18_theWordsOfAValue_data()
    {
        QTest::addColumn<QByteArray>("vr");
        QTest::addColumn<quint32>("key");
        QTest::addColumn<QByteArray>("value");
        QTest::addColumn<QByteArray>("characterSet");
        QTest::addColumn<QString>("text");
        const auto row = [](const char* of, const char* vr, quint32 key, const QByteArray& value, const QByteArray& set,
                            const QString& text) {
            QTest::newRow(of) << QByteArray(vr) << key << value << set << text;
        };
        constexpr quint32 name = 0x00100010, id = 0x00100020, rows = 0x00280010, comments = 0x00104000;
        row("plain", "LO", id, "P1", {}, "P1");
        row("blanks around it", "LO", id, "  P 1 ", {}, "P 1");
        row("nothing but blanks", "LO", id, "    ", {}, "");
        row("a zero at the end", "LO", id, QByteArray("P1 \0", 4), {}, "P1");
        row("two zeros at the end", "LO", id, QByteArray("P1\0\0", 4), {}, "P1");
        row("a zero in the middle", "LO", id, QByteArray("P1\0P2", 5), {}, QString::fromUtf8("P1\uFFFDP2"));
        row("a zero in a UID", "UI", 0x00080018, QByteArray("1.2\0.3", 6), {}, QString::fromUtf8("1.2\uFFFD.3"));
        row("a zero in a code", "CS", 0x00080060, QByteArray("C\0T ", 4), {}, QString::fromUtf8("C\uFFFDT"));
        row("a zero in a date", "DA", 0x00080020, QByteArray("2026\0\060101", 9), {}, QString::fromUtf8("2026\uFFFD0101"));
        row("a zero at the beginning", "LO", id, QByteArray("\0P2", 3), {}, QString::fromUtf8("\uFFFDP2"));
        row("a backslash", "LO", id, "P1 \\ P2", {}, "P1\\P2");
        row("a tilde, and no letter of another set", "LO", id, "P~", {}, "P~");
        row("a delete sign", "LO", id, "P\x7f", {}, QString::fromUtf8("P\uFFFD"));
        row("a yen sign where the set has one", "LO", id, "P\\1", "ISO_IR 13",
            QString::fromUtf8("P¥1").replace(QString::fromUtf8("¥"), "\\"));
        row("empty", "LO", id, {}, {}, "");
        row("Latin 1", "PN", name, "M\xfcller^J\xfcrgen ", "ISO_IR 100", QString::fromUtf8("Müller^Jürgen"));
        row("UTF-8", "PN", name, QString::fromUtf8("王^小东").toUtf8(), "ISO_IR 192", QString::fromUtf8("王^小东"));
        row("GB 18030", "PN", name, QByteArray::fromHex("cdf55ed0a1b6ab"), "GB18030", QString::fromUtf8("王^小东"));
        row("Japanese, ISO 2022", "PN", name, QByteArray("Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B"),
            "\\ISO 2022 IR 87", QString::fromUtf8("Yamada^Tarou=山田^太郎"));
        row("one word", "US", rows, word(512), {}, "512");
        row("three words", "US", rows, word(1) + word(65535) + word(0), {}, "1\\65535\\0");
        row("digits of 65535 bytes", "UT", comments, QByteArray(65534, 'x'), {}, QString(65534, u'x'));
    }
    void FIL_18_theWordsOfAValue()
    {
        QFETCH(QByteArray, vr);
        QFETCH(quint32, key);
        QFETCH(QByteArray, value);
        QFETCH(QByteArray, characterSet);
        QFETCH(QString, text);
        const Tag tag{quint16(key >> 16), quint16(key)};
        QByteArray bytes = head(explicitSyntax);
        if (!characterSet.isEmpty())
            bytes += element(8, 5, "CS", characterSet);
        if (vr == "UT")
            bytes += littleEndian(tag.group, 2) + littleEndian(tag.element, 2) + "UT" + word(0) +
                     littleEndian(quint64(value.size()), 4) + value;
        else
            bytes += element(tag.group, tag.element, vr.constData(), value);
        const std::array one{tag};
        const auto header =
            QuickHeader::read({reinterpret_cast<const uchar*>(bytes.constData()), size_t(bytes.size())}, one);
        QVERIFY(header);
        QVERIFY(header->contains(tag));
        QCOMPARE(header->text(tag), text);
        const auto dataset = Dataset::fromBytes(bytes);
        QVERIFY(dataset);
        QCOMPARE(dataset->text(tag), text);
        QCOMPARE(header->transferSyntaxUid(), QString(explicitSyntax));
    }

    /// What the VR would say is known without it, of each element that is asked for (PS3.6): names, words, and neither.
    void SAF_07_FIL_15_kindsOfElements()
    {
        // Behind ^ the first set holds again in a name, and nowhere else (PS3.5 6.1.2.5.3).
        const QByteArray set = "ISO 2022 IR 100\\ISO 2022 IR 149", text = "Hong=\x1b$)C\xfb\xf3^\xe4\xf6 ";
        const QString name = QString::fromUtf8("Hong=洪^äö"), words = QString::fromUtf8("Hong=洪^隘");
        const std::vector<std::tuple<Tag, const char*, QByteArray, QString>> kinds{
            {{0x0008, 0x0005}, "CS", set, "ISO 2022 IR 100\\ISO 2022 IR 149"}, {{0x0008, 0x0020}, "DA", "20260101", {}}, {{0x0008, 0x0090}, "PN", text, name},
            {{0x0008, 0x1030}, "LO", text, words}, {{0x0008, 0x1050}, "PN", text, name}, {{0x0008, 0x1060}, "PN", text, name}, {{0x0010, 0x0010}, "PN", text, name},
            {{0x0010, 0x0020}, "LO", text, words}, {{0x0028, 0x0002}, "US", word(3), "3"}, {{0x0028, 0x0004}, "CS", "RGB ", "RGB"}, {{0x0028, 0x0008}, "IS", "12", "12"},
            {{0x0028, 0x0010}, "US", word(512), "512"}, {{0x0028, 0x0030}, "DS", "0.5\\0.25", "0.5\\0.25"}, {{0x0028, 0x0100}, "US", word(8), "8"}};
        QByteArray explicitBytes, implicitBytes;
        std::vector<Tag> all;
        for (const auto& [tag, vr, value, expected] : kinds) {
            explicitBytes += element(tag.group, tag.element, vr, value);
            implicitBytes += plain(tag.group, tag.element, value);
            if (!expected.isNull())
                all.push_back(tag);
        }
        for (const auto& [bytes, syntax] : {std::pair(explicitBytes, explicitSyntax), {implicitBytes, implicitSyntax}}) {
            const auto header = QuickHeader::readDataset({reinterpret_cast<const uchar*>(bytes.constData()), size_t(bytes.size())}, QString(syntax), all);
            QVERIFY(header);
            for (const auto& [tag, vr, value, expected] : kinds) {
                QCOMPARE(header->text(tag), expected);
                QCOMPARE(header->contains(tag), !expected.isNull());
            }
        }
    }

    void FIL_15_aWholeNumber_data()
    {
        QTest::addColumn<QByteArray>("value");
        QTest::addColumn<qlonglong>("number");
        QTest::addColumn<bool>("isOne");
        const auto row = [](const char* value, qlonglong number, bool isOne = true) {
            QTest::newRow(value) << QByteArray(value) << number << isOne;
        };
        row("12", 12);
        row("-7", -7);
        row("12.9", 12);
        row("1e3", 1000);
        row("3\\4", 3);
        row("9e15", 9'000'000'000'000'000);
        row("-9e15", -9'000'000'000'000'000);
        row("9.1e15", 0, false);
        row("x", 0, false);
        row("", 0, false);
        row("nan", 0, false);
        row("inf", 0, false);
    }
    void FIL_15_aWholeNumber()
    {
        QFETCH(QByteArray, value);
        QFETCH(qlonglong, number);
        QFETCH(bool, isOne);
        const QByteArray bytes = element(0x20, 0x13, "IS", value);
        const std::array one{tag::InstanceNumber};
        const auto header = QuickHeader::readDataset(
            {reinterpret_cast<const uchar*>(bytes.constData()), size_t(bytes.size())}, QString(explicitSyntax), one);
        QVERIFY(header);
        QCOMPARE(header->integer(tag::InstanceNumber), isOne ? std::optional<qint64>(number) : std::nullopt);
        QCOMPARE(header->integer(tag::PatientID), std::nullopt);
    }

    /// What is longer than any text somebody asks for is passed over.
    void FIL_15_whatIsTooLongIsLeftOut_data()
    {
        QTest::addColumn<int>("bytes");
        QTest::addColumn<bool>("isThere");
        QTest::newRow("65534") << 65534 << true;
        QTest::newRow("65536") << 65536 << false;
    }
    void FIL_15_whatIsTooLongIsLeftOut()
    {
        QFETCH(int, bytes);
        const QByteArray value(bytes, 'x');
        const QByteArray all = littleEndian(0x10, 2) + littleEndian(0x4000, 2) + "UT" + word(0) +
                               littleEndian(quint64(bytes), 4) + value + element(0x28, 0x10, "US", word(3));
        const std::array both{Tag{0x0010, 0x4000}, tag::Rows};
        const auto header = QuickHeader::readDataset(
            {reinterpret_cast<const uchar*>(all.constData()), size_t(all.size())}, QString(explicitSyntax), both);
        QVERIFY(header);
        QTEST(header->contains({0x0010, 0x4000}), "isThere");
        QCOMPARE(header->text(tag::Rows), "3");
    }

    /// Every file of the test data: what it says is what the full reader says, and of most it says something.
    void FIL_15_sameAsTheFullReader()
    {
        QFile manifest(test::dataFile("MANIFEST.tsv"));
        NEEDS_TEST_DATA(manifest.fileName());
        QVERIFY(manifest.open(QIODevice::ReadOnly));
        constexpr std::array of{tag::SOPClassUID,
                                tag::SOPInstanceUID,
                                tag::StudyDate,
                                tag::Modality,
                                tag::StudyDescription,
                                tag::PatientName,
                                tag::PatientID,
                                tag::PatientBirthDate,
                                tag::PatientSex,
                                tag::StudyInstanceUID,
                                tag::SeriesInstanceUID,
                                tag::InstanceNumber,
                                tag::Rows,
                                tag::Columns};
        (void)manifest.readLine();
        int files = 0, quick = 0;
        for (int number = 0; !manifest.atEnd(); ++number) {
            const QString path = test::dataFile(QString::fromUtf8(manifest.readLine().split('\t').front()));
            if (number % 7)
                continue;
            QFile file(path);
            if (!file.open(QIODevice::ReadOnly))
                continue;
            const QByteArray head = file.read(1 << 20);
            const auto header =
                QuickHeader::read({reinterpret_cast<const uchar*>(head.constData()), size_t(head.size())}, of);
            const auto dataset = Dataset::read(path);
            files += dataset.has_value();
            if (!header || !dataset)
                continue;
            ++quick;
            for (const Tag tag : of) {
                if (dataset->text(tag).size() >= 65536) // left out
                    continue;
                QVERIFY2(header->text(tag) == dataset->text(tag),
                         qPrintable(QStringLiteral("%1 %2: \"%3\" \"%4\"")
                                        .arg(path)
                                        .arg(tag.group << 16 | tag.element, 8, 16)
                                        .arg(header->text(tag), dataset->text(tag))));
                QCOMPARE(header->contains(tag), dataset->contains(tag));
            }
        }
        QVERIFY2(quick * 10 > files * 8, qPrintable(QStringLiteral("%1 of %2").arg(quick).arg(files)));
    }
};

QTEST_GUILESS_MAIN(TestQuickHeader)
#include "tst_quick_header.moc"
