#include "netclient/dicom/dataset.h"
#include "netclient/dicom/judgement.h"
#include "netclient/dicom/structure.h"
#include "netclient/dicom/uid.h"
#include "tests/support/part_ten.h"
#include "tests/support/phantom_files.h"
#include <QTemporaryDir>
#include <QtTest>
#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcrledrg.h>

using namespace diascope;
using namespace diascope::dicom;
using test::element, test::littleEndian, test::word;

namespace {

const QByteArray explicitSyntax = "1.2.840.10008.1.2.1", implicitSyntax = "1.2.840.10008.1.2", bigSyntax = "1.2.840.10008.1.2.2";

QByteArray head(const QByteArray& syntax)
{
    return QByteArray(128, '\0') + "DICM" + element(2, 0x10, "UI", syntax);
}
QByteArray plain(quint16 group, quint16 number, const QByteArray& value) ///< without VR (PS3.5 7.1.3)
{
    return littleEndian(group, 2) + littleEndian(number, 2) + littleEndian(quint64(value.size()), 4) + value;
}
QByteArray big(quint16 group, quint16 number, const char* vr, const QByteArray& value)
{
    const auto word = [](qsizetype n) { return QByteArray(1, char(n >> 8)) + char(n); };
    return word(group) + word(number) + vr + word(value.size()) + value;
}
/// With a length of 32 bits (PS3.5 7.1.2).
QByteArray longElement(quint16 group, quint16 number, const char* vr, const QByteArray& value)
{
    return littleEndian(group, 2) + littleEndian(number, 2) + vr + word(0) + littleEndian(quint64(value.size()), 4) + value;
}

} // namespace

/// A dataset's values: as they lie, as somebody mislabelled them, and as they cannot be written.
class TestDatasetValues : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder;

    QString fileOf(const QByteArray& bytes)
    {
        static int number = 0;
        QFile file(m_folder.filePath(QString::number(++number)));
        return file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size() && file.flush() ? file.fileName() : QString();
    }
    static QString lineOf(const Result<Dataset>& dataset)
    {
        if (!dataset)
            return message(dataset.error());
        return dataset->text(tag::SOPInstanceUID) + ' ' + dataset->text(tag::PatientID) + ' ' + QString::number(dataset->integer(tag::Rows).value_or(-1)) +
               (dataset->contains(tag::PixelData) ? " pixels " + dataset->bytes(tag::PixelData).toHex() : QString());
    }

private Q_SLOTS:
    /// What no header should say, and files say: one element without its VR, and a compressed syntax over pixels as they are.
    void FIL_15_oddBytesInAFile()
    {
        const QByteArray uid = element(8, 0x18, "UI", "1.2.3"), rows = element(0x28, 0x10, "US", word(3));
        const QString whole = fileOf(head("1.2.840.10008.1.2.4.70") + uid + plain(0x10, 0x20, "AB12") + rows + longElement(0x7FE0, 0x10, "OW", "\1\2\3\4"));
        QCOMPARE(lineOf(Dataset::read(whole)), "1.2.3 AB12 3 pixels 01020304");
    }
    void FIL_15_oddBytesInMemory()
    {
        const QByteArray uid = element(8, 0x18, "UI", "1.2.3"), rows = element(0x28, 0x10, "US", word(3));
        QCOMPARE(lineOf(Dataset::fromBytes(head("1.2.840.10008.1.2.4.70") + uid + plain(0x10, 0x20, "AB12") + rows + longElement(0x7FE0, 0x10, "OW", "\1\2\3\4"))),
                 "1.2.3 AB12 3 pixels 01020304");
    }

    /// The bytes decide how they are read, whatever the head says.
    void FIL_15_mislabelledBytes_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        const QByteArray little = element(8, 0x18, "UI", "1.2.34") + element(0x10, 0x20, "LO", "AB12") + element(0x28, 0x10, "US", word(3));
        const QByteArray bare = plain(8, 0x18, "1.2.34") + plain(0x10, 0x20, "AB12") + plain(0x28, 0x10, word(3));
        const QByteArray swapped = big(8, 0x18, "UI", "1.2.34") + big(0x10, 0x20, "LO", "AB12") + big(0x28, 0x10, "US", QByteArray("\0\3", 2));
        for (const auto& syntax : {explicitSyntax, implicitSyntax, bigSyntax, QByteArray("1.2.3"), QByteArray("1.2.840.10008.1.2.4.50")})
            for (const auto& [name, bytes] : {std::pair("little", little), {"bare", bare}, {"swapped", swapped}})
                QTest::addRow("%s as %s", name, syntax.constData()) << head(syntax) + bytes;
        QTest::newRow("no head, explicit") << little;
        QTest::newRow("no head, implicit") << bare;
    }
    void FIL_15_mislabelledBytes()
    {
        QFETCH(QByteArray, bytes);
        QCOMPARE(lineOf(Dataset::read(fileOf(bytes))), "1.2.34 AB12 3");
        QCOMPARE(lineOf(Dataset::fromBytes(bytes)), "1.2.34 AB12 3");
    }

    /// What looks whole from outside, and what the parser makes of it: a reason, and no dataset.
    void FIL_04_whatTheParserRefuses()
    {
        const QByteArray start = head(explicitSyntax) + element(8, 0x18, "UI", "1.2.34");
        const QByteArray stray = littleEndian(0xFFFE, 2) + littleEndian(0xE000, 2) + littleEndian(0, 4);
        for (const auto& [more, reason] : {std::pair(QByteArray(7, 'A'), "the file ends inside a value, or a length in it is wrong"), {stray, "the structure of the file is broken ("}}) {
            QVERIFY(checkStructure(reinterpret_cast<const uchar*>((start + more).constData()), start.size() + more.size()));
            for (const auto& dataset : {Dataset::read(fileOf(start + more)), Dataset::fromBytes(start + more)}) {
                QVERIFY(!dataset && dataset.error().fault == Fault::Damaged);
                QVERIFY2(dataset.error().detail.startsWith(reason), qPrintable(dataset.error().detail));
            }
        }
    }

    /// Numbers whose VR is lost: the dictionary says how wide they are (PS3.5 6.2.2).
    void FIL_15_numbersWithoutTheirVr_data()
    {
        QTest::addColumn<QByteArray>("vr");
        for (const char* vr : {"UN", "OB", "OW"})
            QTest::newRow(vr) << QByteArray(vr);
    }
    void FIL_15_numbersWithoutTheirVr()
    {
        QFETCH(QByteArray, vr);
        const auto bytesOf = [](const auto... values) {
            QByteArray bytes;
            (bytes.append(reinterpret_cast<const char*>(&values), sizeof values), ...);
            return bytes;
        };
        const std::vector<std::tuple<Tag, QByteArray, std::vector<double>>> all{
            {{0x0008, 0x1161}, bytesOf(quint32(1), quint32(4294967295)), {1, 4294967295.0}},    // UL
            {{0x0008, 0x9459}, bytesOf(1.5f, -0.25f), {1.5, -0.25}},                            // FL
            {{0x0018, 0x6020}, bytesOf(qint32(-2147483647), qint32(5)), {-2147483647.0, 5}},    // SL
            {{0x0018, 0x9087}, bytesOf(1000.5, -1e-300), {1000.5, -1e-300}},                    // FD
            {{0x0018, 0x9219}, bytesOf(qint16(-32768), qint16(7)), {-32768, 7}},                // SS
            {{0x0028, 0x0010}, bytesOf(quint16(65535), quint16(7)), {65535, 7}},                // US
            {{0x0028, 0x0106}, bytesOf(quint16(65535), quint16(7)), {65535, 7}}};               // US or SS
        QByteArray bytes = head(explicitSyntax);
        for (const auto& [tag, value, numbers] : all)
            bytes += longElement(tag.group, tag.element, vr.constData(), value);
        const auto dataset = Dataset::fromBytes(bytes);
        QVERIFY2(dataset, dataset ? "" : qPrintable(message(dataset.error())));
        for (const auto& [tag, value, numbers] : all) {
            QCOMPARE(dataset->numbers(tag), numbers);
            QCOMPARE(dataset->numbers(tag, 1), std::vector{numbers[0]});
            QCOMPARE(dataset->number(tag, 1), std::optional(numbers[1]));
            QVERIFY(!dataset->number(tag, 2));
        }
    }

    /// How a dataset lies, where the parser knows its syntax and where it does not.
    void FIL_15_theSyntaxOfADataset_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("line");
        const QByteArray little = element(8, 0x18, "UI", "1.2.34"), bare = plain(8, 0x18, "1.2.34"), swapped = big(8, 0x18, "UI", "1.2.34");
        const QString root = "1.2.840.10008.1.2";
        const auto row = [](const char* name, const QByteArray& bytes, const QString& line) { QTest::newRow(name) << bytes << line; };
        row("explicit", head(explicitSyntax) + little, root + ".1 explicit");
        row("implicit", head(implicitSyntax) + bare, root);
        row("big", head(bigSyntax) + swapped, root + ".2 explicit big");
        row("JPEG", head("1.2.840.10008.1.2.4.50") + little, root + ".4.50 explicit");
        row("HTJ2K", head("1.2.840.10008.1.2.4.201") + little, root + ".4.201 explicit");
        row("HTJ2K, and implicit", head("1.2.840.10008.1.2.4.201") + bare, root + ".4.201");
        row("unknown", head("1.2.3") + little, "1.2.3 explicit");
        row("unknown, implicit", head("1.2.3 ") + bare, "1.2.3");
        row("no head", little + element(0x10, 0x20, "LO", "ABCD"), root + ".1 explicit");
        row("no head, implicit", bare + plain(0x10, 0x20, "ABCD"), root);
        row("explicit, and is big", head(explicitSyntax) + swapped, root + ".2 explicit big");
        row("implicit, and is explicit", head(implicitSyntax) + little, root + ".1 explicit");
    }
    void FIL_15_theSyntaxOfADataset()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, line);
        for (const auto& dataset : {Dataset::read(fileOf(bytes)), Dataset::fromBytes(bytes)}) {
            QVERIFY2(dataset, dataset ? "" : qPrintable(message(dataset.error())));
            const auto syntax = dataset->transferSyntax();
            QCOMPARE(syntax.uid + (syntax.isExplicit ? " explicit" : "") + (syntax.isBigEndian ? " big" : ""), line);
        }
    }

    /// Each VR's value as it lies in memory (PS3.5 6.2), short and so long that it stays in the file at first.
    void FIL_15_theBytesOfEachVr_data()
    {
        QTest::addColumn<QByteArray>("vr");
        QTest::addColumn<QByteArray>("value");
        for (const char* vr : {"US", "SS", "UL", "SL", "FL", "FD", "AT", "LO", "CS", "UI", "LT"})
            for (const int times : {1, 1000})
                QTest::addRow("FIL-15 %s %d", vr, times) << QByteArray(vr) << QByteArray("12345678").repeated(times);
        for (const char* vr : {"OB", "OW", "OF", "OD", "OL", "OV", "SV", "UV", "UN", "UT", "UC", "UR"})
            for (const int times : {1, 1000})
                QTest::addRow("FIL-15 %s %d", vr, times) << QByteArray(vr) << QByteArray("12345678").repeated(times);
        QTest::addRow("a zero in it") << QByteArray("LO") << QByteArray("1234\0" "678", 8);
        QTest::addRow("nothing in it") << QByteArray("US") << QByteArray();
    }
    void FIL_15_theBytesOfEachVr()
    {
        QFETCH(QByteArray, vr);
        QFETCH(QByteArray, value);
        const bool isLong = vr.startsWith('O') || vr.endsWith('V') || vr == "UN" || vr == "UT" || vr == "UC" || vr == "UR";
        const QByteArray bytes = head(explicitSyntax) + (isLong ? longElement(0x11, 0x1000, vr.constData(), value) : element(0x11, 0x1000, vr.constData(), value));
        const Tag tag{0x11, 0x1000}, none{0x11, 0x1001};
        for (auto dataset : {Dataset::read(fileOf(bytes)), Dataset::fromBytes(bytes)}) {
            QVERIFY(dataset);
            QCOMPARE(dataset->bytes(tag), value);
            QCOMPARE(dataset->lengthOf(tag), value.size());
            QVERIFY(dataset->bytes(none).isEmpty() && dataset->sharedBytes(none)->isEmpty() && dataset->lengthOf(none) == 0);
            const auto shared = dataset->sharedBytes(tag);
            dataset = fail(Fault::NotFound, {}); // it is there as long as somebody holds it
            QCOMPARE(*shared, value);
        }
    }

    /// A list of numbers in a text: between any two backslashes is one value, and what is none makes no list (PS3.5 6.2, DS).
    void FIL_04_numbersInAText_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<std::vector<double>>("numbers");
        QTest::addColumn<QString>("each");
        const auto row = [](const QByteArray& text, const std::vector<double>& numbers, const QString& each) {
            QTest::newRow(text.toPercentEncoding().constData()) << text << numbers << each;
        };
        row("1", {1}, "1 none none");
        row("1\\2", {1, 2}, "1 2 none");
        row("1\\2\\", {}, "1 2 none");
        row("\\2", {}, "none 2 none");
        row("1\\\\3", {}, "1 none 3");
        row("\\", {}, "none none none");
        row("", {}, "none none none");
        row(QByteArray("1\0", 2), {1}, "1 none none");
        row(QByteArray("\0\0", 2), {}, "none none none");
        row(QByteArray("1\0\0\\2\0", 6), {1, 2}, "1 2 none");
        row(QByteArray("\0\\2 ", 4), {}, "none 2 none");
        row("  1 \\ 2 ", {1, 2}, "1 2 none");
    }
    void FIL_04_numbersInAText()
    {
        QFETCH(QByteArray, text);
        QFETCH(std::vector<double>, numbers);
        QFETCH(QString, each);
        const QByteArray bytes = head(explicitSyntax) + element(0x11, 0x1000, "DS", text);
        const auto dataset = Dataset::fromBytes(bytes);
        QVERIFY(dataset);
        const Tag tag{0x11, 0x1000};
        QCOMPARE(dataset->numbers(tag), numbers);
        QVERIFY(dataset->numbers(tag, 0).empty() && dataset->numbers({0x11, 0x1001}).empty());
        QStringList found, whole;
        for (int i = 0; i < 3; ++i) {
            const auto number = dataset->number(tag, i);
            found << (number ? QString::number(*number) : "none");
            const auto integer = dataset->integer(tag, i);
            whole << (integer ? QString::number(*integer) : "none");
        }
        QCOMPARE(found.join(' '), each);
        QCOMPARE(whole.join(' '), each);
        QVERIFY(!dataset->number({0x11, 0x1001}) && !dataset->integer({0x11, 0x1001}));
    }

    /// PS3.5 6.1.2.5.3: a backslash parts values, and ends what was designated, only where the VR may have many.
    void SAF_07_aBackslashInAText()
    {
        const QByteArray text = "\x1b$)C\xfb\xf3\\\xfb\xf3 ";
        const auto dataset = Dataset::fromBytes(head(explicitSyntax) + element(8, 5, "CS", "ISO 2022 IR 100\\ISO 2022 IR 149") + element(0x11, 0x1000, "LT", text) +
                                                element(0x11, 0x1001, "LO", text) + element(0x11, 0x1002, "ST", text));
        QVERIFY(dataset);
        QCOMPARE(dataset->texts({0x11, 0x1000}), QStringList{QString::fromUtf8("洪\\洪")});
        QCOMPARE(dataset->texts({0x11, 0x1001}), (QStringList{QString::fromUtf8("洪"), QString::fromUtf8("ûó")}));
        QCOMPARE(dataset->texts({0x11, 0x1002}), QStringList{QString::fromUtf8("洪\\洪")});
    }

    /// What a file says that it is, wherever its dataset begins and whoever has said how it lies.
    void NET_08_theIdentityOfAFile_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("said");
        QTest::addColumn<int>("offset");
        QTest::addColumn<QString>("syntax"); // "": no DICOM
        const QByteArray little = element(8, 0x16, "UI", "1.2.840.10008.5.1.4.1.1.7") + element(8, 0x18, "UI", "1.2.34") + element(0x10, 0x20, "LO", "AB12") +
                                  element(0x20, 0x0D, "UI", "1.5") + element(0x20, 0x0E, "UI", "1.6");
        const QByteArray swapped = big(8, 0x16, "UI", "1.2.840.10008.5.1.4.1.1.7" + QByteArray(1, '\0')) + big(8, 0x18, "UI", "1.2.34") + big(0x10, 0x20, "LO", "AB12") +
                                   big(0x20, 0x0D, "UI", QByteArray("1.5\0", 4)) + big(0x20, 0x0E, "UI", QByteArray("1.6\0", 4));
        const QString jpeg = "1.2.840.10008.1.2.4.50";
        const int start = int(head(jpeg.toLatin1()).size());
        QTest::newRow("as it says") << head(jpeg.toLatin1()) + little << QString() << 0 << jpeg;
        QTest::newRow("as somebody says") << head(jpeg.toLatin1()) + little << "1.2.840.10008.1.2.4.51" << start << "1.2.840.10008.1.2.4.51";
        QTest::newRow("as nobody says where it begins") << head(jpeg.toLatin1()) + little << "1.2.840.10008.1.2.4.51" << 0 << jpeg;
        QTest::newRow("big endian") << head(bigSyntax) + swapped << QString(bigSyntax) << int(head(bigSyntax).size()) << QString(bigSyntax);
        QTest::newRow("no head") << little << QString() << 0 << QString(explicitSyntax);
        QTest::newRow("no DICOM") << QByteArray(1000, 'x') << QString() << 0 << QString();
    }
    void NET_08_theIdentityOfAFile()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, said);
        QFETCH(int, offset);
        QFETCH(QString, syntax);
        const auto identity = identityOf(bytes, said, offset);
        QCOMPARE(identity.has_value(), !syntax.isEmpty());
        if (!identity) {
            QCOMPARE(identity.error().fault, Fault::NotDicom);
            return;
        }
        QCOMPARE(QStringList({identity->study, identity->series, identity->patientId, identity->instance, identity->sopClass, identity->transferSyntax}),
                 QStringList({"1.5", "1.6", "AB12", "1.2.34", "1.2.840.10008.5.1.4.1.1.7", syntax}));
    }

    /// PS3.5 9.1 and B.2: digits and dots, at most 64; of a UUID the decimal number of its 128 bits (Python's).
    void uidsAsTheStandardHasThem()
    {
        for (const QString& uid : {QString("0"), QString("1.2"), QString("0123456789.9"), QString(64, u'1')})
            QVERIFY2(isValidUid(uid), qPrintable(uid));
        for (const QString& uid : {QString(), QString(65, u'1'), QString(".1"), QString("1."), QString("1..2"), QString("1/2"), QString("1:2"), QString("1 "), QString("1-2"), QString(QChar(0x0661))})
            QVERIFY2(!isValidUid(uid), qPrintable(uid));
        QCOMPARE(uidFor("a"), "2.25.51484195073911103418343022368231342833");
        QCOMPARE(uidFor(QString::fromUtf8("Größe")), "2.25.279006557345315254216671044021579966254");
        QVERIFY(isValidUid(newUid()) && newUid().startsWith("2.25.") && newUid() != newUid());
    }

    /// A copy is whole, and its own.
    void FIL_15_aDeepCopy()
    {
        Dataset dataset;
        QVERIFY(dataset.setText(tag::PatientID, "AB12"));
        Dataset item = dataset.addItem(tag::ReferencedSeriesSequence);
        QVERIFY(item.setText(tag::SeriesInstanceUID, "1.2.4"));
        dataset.setBytes(tag::PixelData, "abcd");
        Dataset copy = dataset.deepCopy();
        QCOMPARE(copy.tags(), dataset.tags());
        QCOMPARE(copy.tags().size(), 4u); // with the character set
        QCOMPARE(copy.text(tag::PatientID) + copy.bytes(tag::PixelData) + copy.item(tag::ReferencedSeriesSequence)->text(tag::SeriesInstanceUID), "AB12abcd1.2.4");
        QVERIFY(copy.setText(tag::PatientID, QString::fromUtf8("Ä")));
        QVERIFY(copy.item(tag::ReferencedSeriesSequence)->setText(tag::SeriesInstanceUID, "1.2.5"));
        QCOMPARE(dataset.text(tag::PatientID) + dataset.item(tag::ReferencedSeriesSequence)->text(tag::SeriesInstanceUID), "AB121.2.4");
    }

    /// What cannot be written is said, and leaves nothing behind.
    void FIL_14_whatCannotBeWritten()
    {
        Dataset dataset;
        QVERIFY(dataset.setText(tag::SOPClassUID, "1.2.840.10008.5.1.4.1.1.7") && dataset.setText(tag::SOPInstanceUID, "1.2.3"));
        Dataset item = dataset.addItem(tag::ReferencedSeriesSequence);
        QTemporaryDir folder;
        const QString path = folder.filePath("a");
        const Error whole{Fault::Internal, "only a whole dataset can be written, in a known transfer syntax"};
        const auto says = [](const Result<void>& result, const Error& error) { return !result && result.error().fault == error.fault && result.error().detail == error.detail; };
        QVERIFY(says(item.write(path, explicitSyntax), whole) && says(dataset.write(path, "1.2.3"), whole));
        QVERIFY(says(item.decompress(explicitSyntax), whole) && says(dataset.decompress("1.2.3"), whole));
        QVERIFY(QDir(folder.path()).mkdir("b"));
        for (const auto& [to, fault] : {std::pair(folder.filePath("gone/a"), Fault::Unreadable), {folder.filePath("b"), Fault::Unreadable}}) {
            errno = ENOSPC; // of something before
            const auto written = dataset.write(to, explicitSyntax);
            QVERIFY(!written);
            QCOMPARE(written.error().fault, fault);
            QVERIFY2(written.error().detail.startsWith(to + " cannot be written: "), qPrintable(written.error().detail));
        }
        QCOMPARE(QDir(folder.path()).entryList(QDir::AllEntries | QDir::NoDotAndDotDot), QStringList{"b"});
        QVERIFY(dataset.decompress(explicitSyntax)); // it is not compressed
    }

    /// Fragments that are there are decoded; fewer than the head names, or far too little in them, are not (PS3.5 A.4, G).
    void FIL_04_compressedFrames_data()
    {
        QTest::addColumn<int>("rows");
        QTest::addColumn<int>("columns");
        QTest::addColumn<int>("frames");
        QTest::addColumn<int>("allocated");
        QTest::addColumn<int>("fragments");
        QTest::addColumn<int>("bytes");
        QTest::addColumn<QString>("reason");
        const auto row = [](const char* name, int rows, int columns, int frames, int allocated, int fragments, int bytes, const QString& reason) {
            QTest::newRow(name) << rows << columns << frames << allocated << fragments << bytes << reason;
        };
        const QString missing = "the compressed data of frame %1 of %2 are missing", large = "%1 frames are too large to be written uncompressed";
        row("one", 1, 4, 1, 8, 1, 66, {});
        row("none", 1, 4, 1, 8, 0, 66, "the pixels cannot be written as Little Endian Explicit");
        row("two of two", 1, 4, 2, 8, 2, 66, {});
        row("one of two", 1, 4, 2, 8, 1, 66, missing.arg(2).arg(2));
        row("no number of frames", 1, 4, 0, 8, 1, 66, {});
        // 0xFFFFFFFE = 2 * 2147483647 bytes are the longest value (PS3.5 7.1.1): 65535 * 65535 are below, and twice that above.
        row("as large as may be, and nothing in it", 65535, 65535, 1, 8, 1, 66, "the compressed data are far too short for 1 frames");
        row("too large", 65535, 32770, 1, 16, 1, 66, large.arg(1));
        row("too large in two frames", 65535, 65535, 2, 8, 2, 66, large.arg(2));
        row("twelve bits take two bytes", 65535, 65535, 1, 12, 1, 66, large.arg(1));
    }
    void FIL_04_compressedFrames()
    {
        QFETCH(int, rows);
        QFETCH(int, columns);
        QFETCH(int, frames);
        QFETCH(int, allocated);
        QFETCH(int, fragments);
        QFETCH(int, bytes);
        QFETCH(QString, reason);
        DcmRLEDecoderRegistration::registerCodecs();
        // One RLE segment: literally four bytes (PS3.5 G.3).
        const QByteArray header = littleEndian(1, 4) + littleEndian(64, 4) + QByteArray(56, '\0'), blank = (header + QByteArray("\3\1\2\3\4\0", 6)).left(bytes + 4);
        const QByteArray file = test::partTen("1.2.840.10008.1.2.5", {.rows = rows, .columns = columns, .frames = frames, .allocated = allocated, .stored = 8},
                                              test::fragments(QList<QByteArray>(fragments, blank)));
        auto dataset = Dataset::fromBytes(file);
        QVERIFY2(dataset, dataset ? "" : qPrintable(message(dataset.error())));
        const auto done = dataset->decompress(explicitSyntax);
        QCOMPARE(done ? QString() : done.error().detail, reason);
        const auto written = Dataset::fromBytes(file)->write(m_folder.filePath("written"), explicitSyntax);
        QCOMPARE(written ? QString() : written.error().detail, reason);
        QCOMPARE(QFile::exists(m_folder.filePath("written")), written.has_value());
        if (written) {
            const auto pixels = Dataset::read(m_folder.filePath("written"))->bytes(tag::PixelData);
            QCOMPARE(pixels, QByteArray("\1\2\3\4").repeated(fragments));
            QVERIFY(QFile::remove(m_folder.filePath("written")));
        }
    }
};

QTEST_GUILESS_MAIN(TestDatasetValues)
#include "tst_dataset_values.moc"
