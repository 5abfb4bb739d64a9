#include "netclient/dicom/dataset.h"
#include "netclient/dicom/inflate.h"
#include "netclient/dicom/judgement.h"
#include "netclient/dicom/lossy.h"
#include "netclient/dicom/structure.h"
#include "netclient/dicom/uid.h"
#include "tests/support/part_ten.h"
#include "tests/support/phantom_files.h"
#include "tests/support/test_data.h"
#include <QTemporaryDir>
#include <QtEndian>

using namespace diascope;
using namespace diascope::dicom;

class TestDataset : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    /// Expected names come from PS3.5 Annexes H to K and from pydicom's own decoding.
    void namesInEveryScript_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("name");
        const auto row = [](const char* tag, const char* file, const char* name) {
            QTest::newRow(tag) << QStringLiteral("charsets/pydicom_charset/charset_files/") + file << QString::fromUtf8(name);
        };
        row("SAF-07 ISO 8859-6", "chrArab.dcm", "قباني^لنزار");
        row("SAF-07 ISO 8859-1", "chrFren.dcm", "Buc^Jérôme");
        row("SAF-07 ISO 2022 IR 87", "chrH31.dcm", "Yamada^Tarou=山田^太郎=やまだ^たろう");
        row("SAF-07 ISO 2022 IR 13 and 87", "chrH32.dcm", "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう");
        row("SAF-07 ISO 8859-5", "chrRuss.dcm", "Люкceмбypг");
    }
    void namesInEveryScript()
    {
        QFETCH(QString, file);
        const QString path = test::dataFile(file);
        NEEDS_TEST_DATA(path);
        const auto dataset = Dataset::read(path);
        QVERIFY2(dataset, dataset ? "" : qPrintable(message(dataset.error())));
        QFETCH(QString, name);
        QCOMPARE(dataset->text(tag::PatientName), name);
    }

    /// DCMTK 3.6.7 throws at a type of directory record of more than 16 letters, in whatever dataset the record stands.
    void FIL_04_whatTheParserThrowsIsDamage()
    {
        const QByteArray record = test::element(4, 0x1430, "CS", QByteArray(40, 'A'));
        const QByteArray bytes = test::partTen("1.2.840.10008.1.2.1", {}, {}) +
                                 test::element(4, 0x1220, "SQ", QByteArray::fromHex("feff00e0") + test::littleEndian(quint64(record.size()), 4) + record);
        QTemporaryDir folder;
        QFile file(folder.filePath("file"));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size());
        file.close();
        for (const auto& dataset : {Dataset::fromBytes(bytes), Dataset::read(file.fileName())}) {
            QVERIFY(!dataset && dataset.error().fault == Fault::Damaged);
            QVERIFY2(dataset.error().detail.startsWith("the structure of the file is broken"), qPrintable(dataset.error().detail));
        }
    }

    /// Texts and floats can hold what is no number: nobody downstream sorts, converts or scales by it.
    void FIL_04_whatIsNoNumberIsNone()
    {
        QTemporaryDir folder;
        const QString path = folder.filePath("file");
        SUCCEEDS(test::python("import sys, pydicom\n"
                              "from pydicom.dataset import *\n"
                              "from pydicom.uid import *\n"
                              "m = FileMetaDataset(); m.TransferSyntaxUID = ExplicitVRLittleEndian\n"
                              "m.MediaStorageSOPClassUID = CTImageStorage; m.MediaStorageSOPInstanceUID = '1.2.3'\n"
                              "d = FileDataset('', {}, file_meta=m, preamble=b'\\0' * 128)\n"
                              "d.is_little_endian, d.is_implicit_VR = True, False\n"
                              "d.SOPClassUID, d.SOPInstanceUID = CTImageStorage, '1.2.3'\n"
                              "for element, vr in enumerate(['FD', 'FL']):\n"
                              "    for i, v in enumerate(['nan', 'inf', '-inf']):\n"
                              "        d.add_new((0x0011, 0x1000 + 16 * element + i), vr, [1.5, float(v)])\n"
                              "for i, v in enumerate(['nan', 'inf', '-inf', '1e999']):\n"
                              "    d.add_new((0x0011, 0x1020 + i), 'LO', ['1.5', v])\n"
                              "d.add_new((0x0011, 0x1030), 'UL', [7, 4294967295])\n"
                              "d.add_new((0x0011, 0x1031), 'LO', ['7', '1e16'])\n"
                              "d.save_as(sys.argv[1], write_like_original=False)\n",
                              {path}));
        const auto dataset = Dataset::read(path);
        QVERIFY(dataset);
        for (const quint16 element : {0x1000, 0x1001, 0x1002, 0x1010, 0x1011, 0x1012, 0x1020, 0x1021, 0x1022, 0x1023}) {
            const Tag tag{0x0011, element};
            QVERIFY2(dataset->number(tag) == 1.5 && !dataset->number(tag, 1) && dataset->numbers(tag).empty(), qPrintable(QString::number(element, 16)));
        }
        QCOMPARE(dataset->integers({0x0011, 0x1030}), (std::vector<qint64>{7, 4294967295}));
        QVERIFY(dataset->integers({0x0011, 0x1031}).empty() && dataset->integer({0x0011, 0x1031}) == 7);
    }

    void everyNameIsReadAsPydicomReadsIt()
    {
        const QString folder = test::dataFile("charsets");
        NEEDS_TEST_DATA(folder);
        const auto listed = test::python("import glob,sys,pydicom,warnings\n"
                                         "warnings.simplefilter('ignore')\n"
                                         "for p in glob.glob(sys.argv[1]+'/**/*.dcm',recursive=True):\n"
                                         "  d=pydicom.dcmread(p,stop_before_pixels=True)\n"
                                         "  print(p,str(d.get('PatientName','')),sep='\\t')\n",
                                         {folder});
        QCOMPARE(listed.code, 0);
        const QStringList lines = QString::fromUtf8(listed.out).split('\n', Qt::SkipEmptyParts);
        QVERIFY(lines.size() >= 22);
        for (const QString& line : lines) {
            const auto dataset = Dataset::read(line.section('\t', 0, 0));
            QVERIFY(dataset);
            QCOMPARE(dataset->text(tag::PatientName), line.section('\t', 1));
        }
    }

    /// PS3.5 Annexes H.3.1, I.2, K.2: the bytes are the standard's own.
    void iso2022ExamplesOfTheStandard_data()
    {
        QTest::addColumn<QString>("set");
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("name");
        QTest::newRow("SAF-07 Japanese") << "\\ISO 2022 IR 87"
                                         << QByteArray("Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B=\x1b$B$d$^$@\x1b(B^\x1b$B$?$m$&\x1b(B")
                                         << QString::fromUtf8("Yamada^Tarou=山田^太郎=やまだ^たろう");
        QTest::newRow("SAF-07 Korean") << "\\ISO 2022 IR 149"
                                       << QByteArray("Hong^Gildong=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7=\x1b$)C\xc8\xab^\x1b$)C\xb1\xe6\xb5\xbf")
                                       << QString::fromUtf8("Hong^Gildong=洪^吉洞=홍^길동");
        QTest::newRow("SAF-07 Chinese GB2312") << "\\ISO 2022 IR 58"
                                               << QByteArray("Zhang^XiaoDong=\x1b$)A\xd5\xc5^\x1b$)A\xd0\xa1\xb6\xab=")
                                               << QString::fromUtf8("Zhang^XiaoDong=张^小东=");
    }
    void iso2022ExamplesOfTheStandard()
    {
        QFETCH(QString, set);
        QFETCH(QByteArray, bytes);
        QFETCH(QString, name);
        QCOMPARE(decodeText(bytes, set, "^=\\"), name);
        QCOMPARE(encodeText(name, set).value_or("does not fit"), bytes);
    }

    /// PS3.5 §6.1.2.5.3: behind each delimiter the first set holds again, in G1 too.
    void iso2022EndsAtEachDelimiter()
    {
        const QByteArray bytes("Hong^Gildong=\x1b$)C\xfb\xf3^\xe4\xf6");
        QCOMPARE(decodeText(bytes, "ISO 2022 IR 100\\ISO 2022 IR 149", "^=\\"), QString::fromUtf8("Hong^Gildong=洪^äö")); // SAF-07
        // Of an attribute's VR: only in a name do ^ and = end what was designated (PS3.5 6.1.2.5.3).
        const auto dataset = Dataset::fromBytes(test::element(8, 5, "CS", "ISO 2022 IR 100\\ISO 2022 IR 149") + test::element(8, 0x1030, "LO", bytes) + test::element(0x10, 0x10, "PN", bytes));
        QVERIFY(dataset);
        QCOMPARE(dataset->text(tag::PatientName), QString::fromUtf8("Hong^Gildong=洪^äö"));
        QCOMPARE(dataset->text(tag::StudyDescription), QString::fromUtf8("Hong^Gildong=洪^隘"));
        // What is written goes by that: each part escapes anew.
        const auto written = encodeText(QString::fromUtf8("=洪^吉洞"), "\\ISO 2022 IR 149");
        QVERIFY(written);
        QCOMPARE(written->count("\x1b$)C"), 2);
    }

    /// PS3.5 Annex J and K examples: GB18030 and GB2312 with a byte 0x5C inside a character must not split the value.
    void gb18030TextMakesTheRoundTrip()
    {
        Dataset dataset;
        QVERIFY(dataset.setText(tag::SpecificCharacterSet, "GB18030"));
        const QString name = QString::fromUtf8("Wang^XiaoDong=王^小东");
        QVERIFY(dataset.setText(tag::PatientName, name));
        const QString address = QString::fromUtf8("中国\\誠"); // 誠 is D5 5C in GB18030: a trap for splitters
        QVERIFY(dataset.setText(tag::OtherPatientIDs, address));
        QCOMPARE(dataset.bytes(tag::PatientName), QByteArray::fromHex("57616e675e5869616f446f6e673dcdf55ed0a1b6ab"));
        QCOMPARE(dataset.text(tag::PatientName), name);
        QCOMPARE(dataset.texts(tag::OtherPatientIDs), address.split(u'\\'));
    }

    void textThatDoesNotFitIsRefusedNotMangled()
    {
        Dataset dataset;
        QVERIFY(dataset.setText(tag::SpecificCharacterSet, "ISO_IR 100"));
        const auto put = dataset.setText(tag::PatientName, QString::fromUtf8("王^小东"));
        QVERIFY(!put);
        QCOMPARE(put.error().fault, Fault::Unsupported);
        QVERIFY(!dataset.contains(tag::PatientName));
    }

    void aWronglyDeclaredSetCanBeOverridden()
    {
        Dataset dataset;
        QVERIFY(dataset.setText(tag::SpecificCharacterSet, "GB18030"));
        QVERIFY(dataset.setText(tag::PatientName, QString::fromUtf8("王^小东")));
        dataset.overrideCharacterSet("ISO_IR 100");
        QCOMPARE(dataset.text(tag::PatientName), QString::fromUtf8("Íõ^Ð¡¶«"));
        dataset.overrideCharacterSet("GB18030");
        QCOMPARE(dataset.text(tag::PatientName), QString::fromUtf8("王^小东"));
    }

    void numbersOfEveryVr()
    {
        Dataset dataset;
        dataset.setNumbers(tag::PixelSpacing, {0.957031, 0.957031});
        dataset.setNumber(tag::Rows, 512);
        dataset.setNumber(tag::DiffusionBValue, 1000.5);
        QCOMPARE(dataset.numbers(tag::PixelSpacing), (std::vector<double>{0.957031, 0.957031}));
        QCOMPARE(dataset.integer(tag::Rows).value_or(-1), 512);
        QCOMPARE(dataset.number(tag::DiffusionBValue).value_or(-1), 1000.5);
        QVERIFY(!dataset.number(tag::Columns));
        QVERIFY(dataset.setText(tag::SliceThickness, "thick"));
        QVERIFY(!dataset.number(tag::SliceThickness));
    }

    void aFileMakesTheRoundTrip()
    {
        QTemporaryDir folder;
        const QString path = folder.filePath(QString::fromUtf8("Größe 图像.dcm"));
        Dataset dataset;
        QVERIFY(dataset.setText(tag::SOPClassUID, "1.2.840.10008.5.1.4.1.1.7"));
        QVERIFY(dataset.setText(tag::SOPInstanceUID, newUid()));
        QVERIFY(dataset.setText(tag::PatientName, QString::fromUtf8("Müller^Jörg")));
        Dataset item = dataset.addItem(tag::RequestAttributesSequence);
        QVERIFY(item.setText(tag::RequestedProcedureID, "P1"));
        QVERIFY(dataset.write(path, QString::fromUtf16(explicitLittleEndian)));
        QVERIFY(!dataset.write(path, "1.2.3")); // no transfer syntax, and what was written stays
        const auto read = Dataset::read(path);
        QVERIFY(read);
        QCOMPARE(read->text(tag::PatientName), QString::fromUtf8("Müller^Jörg"));
        QCOMPARE(read->item(tag::RequestAttributesSequence)->text(tag::RequestedProcedureID), "P1");
        QCOMPARE(read->transferSyntax().uid, QString::fromUtf16(explicitLittleEndian));
    }

    void badFilesHaveAClearReason_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<int>("fault");
        const QByteArray head = QByteArray(128, '\0') + "DICM";
        const QByteArray meta = head + QByteArray::fromHex("0200100055491400") + QByteArray("1.2.840.10008.1.2.1\0", 20);
        QTest::newRow("text file") << QByteArray("hello, this is text and no DICOM at all") << int(Fault::NotDicom);
        QTest::newRow("empty file") << QByteArray() << int(Fault::NotDicom);
        QTest::newRow("header only") << meta << int(Fault::Damaged);
        QTest::newRow("FIL-02 4 GB length in a short file")
            << meta + QByteArray::fromHex("10001000554e0000fffffff0") + "A" << int(Fault::Damaged);
        QTest::newRow("truncated value") << meta + QByteArray::fromHex("10001000504e4000") + "Half^a" << int(Fault::Damaged);
        for (int depth : {65, 1'000'000}) {
            QByteArray nested = meta;
            for (int i = 0; i < depth; ++i)
                nested += QByteArray::fromHex("0800401153510000fffffffffeff00e0ffffffff");
            QTest::addRow("FIL-01 %d nested sequences", depth) << nested << int(Fault::Damaged);
        }
    }
    void badFilesHaveAClearReason()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(int, fault);
        QTemporaryDir folder;
        QFile file(folder.filePath("bad.dcm"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(bytes);
        file.close();
        const auto dataset = Dataset::read(file.fileName());
        QVERIFY(!dataset);
        QCOMPARE(int(dataset.error().fault), fault);
        QVERIFY(!dataset.error().detail.isEmpty());
    }

    void FIL_03_aBrokenMetaHeaderHasAClearReason_data()
    {
        QTest::addColumn<QByteArray>("vr");
        for (const char* vr : {"ZZ", "  ", "u8", "\xFF\xFF"})
            QTest::newRow(QByteArray(vr).toHex().constData()) << QByteArray(vr, 2);
    }
    void FIL_03_aBrokenMetaHeaderHasAClearReason()
    {
        QFETCH(QByteArray, vr);
        QByteArray bad = QByteArray(128, '\0') + "DICM" + QByteArray::fromHex("02000200") + "UI" + QByteArray::fromHex("0400") + "1.23";
        bad += QByteArray::fromHex("02001000") + vr + QByteArray::fromHex("1400") + QByteArray("1.2.840.10008.1.2.1\0", 20);
        bad += QByteArray::fromHex("10002000") + "LO" + QByteArray::fromHex("0200") + "AB";
        const auto dataset = Dataset::fromBytes(bad);
        QVERIFY(!dataset);
        QCOMPARE(int(dataset.error().fault), int(Fault::Damaged));
        QVERIFY2(dataset.error().detail.contains("header"), qPrintable(dataset.error().detail));
    }

    /// A meta header without VRs breaks PS3.10 §7.1, but exists: the bytes tell.
    void anImplicitMetaHeaderIsRead()
    {
        const auto element = [](quint16 group, quint16 number, const QByteArray& value) {
            QByteArray bytes(8, '\0');
            qToLittleEndian(group, bytes.data());
            qToLittleEndian(number, bytes.data() + 2);
            qToLittleEndian(quint32(value.size()), bytes.data() + 4);
            return bytes + value;
        };
        const QByteArray file = QByteArray(128, '\0') + "DICM" + element(2, 0x10, QByteArray("1.2.840.10008.1.2\0", 18)) +
                                element(0x10, 0x20, "AB12") + element(0x28, 0x10, QByteArray("\x40\x00", 2));
        const auto dataset = Dataset::fromBytes(file);
        QVERIFY2(dataset, qPrintable(dataset ? QString() : message(dataset.error())));
        QCOMPARE(dataset->text(tag::PatientID), QStringLiteral("AB12"));
        QCOMPARE(dataset->integer(tag::Rows), 64);
    }

    /// FIL-15: elements whose VR is wrong or lost (UN, PS3.5 §6.2.2) mean what the dictionary says.
    void FIL_15_wrongVrForAKnownTag_data()
    {
        QTest::addColumn<QByteArray>("vrAndValue");
        QTest::newRow("US") << QByteArray("US\2\0\0\2", 6);
        QTest::newRow("SS") << QByteArray("SS\2\0\0\2", 6);
        QTest::newRow("UL") << QByteArray("UL\4\0\0\2\0\0", 8);
        QTest::newRow("IS") << QByteArray("IS\4\0" "512 ", 8);
        QTest::newRow("LO") << QByteArray("LO\4\0" "512 ", 8);
        QTest::newRow("UN") << QByteArray("UN\0\0\2\0\0\0\0\2", 10);
        QTest::newRow("OB") << QByteArray("OB\0\0\2\0\0\0\0\2", 10);
        QTest::newRow("OW") << QByteArray("OW\0\0\2\0\0\0\0\2", 10);
    }
    void FIL_15_wrongVrForAKnownTag()
    {
        QFETCH(QByteArray, vrAndValue);
        const QByteArray meta = QByteArray(128, '\0') + "DICM" + QByteArray::fromHex("0200100055491400") + QByteArray("1.2.840.10008.1.2.1\0", 20);
        const QByteArray position = "1.5\\-2\\30 ";
        QByteArray file = meta + QByteArray::fromHex("20003200") + "UN" + QByteArray(2, '\0');
        file += QByteArray::fromHex("0a000000") + position;
        file += QByteArray::fromHex("28001000") + vrAndValue;
        const auto dataset = Dataset::fromBytes(file);
        QVERIFY2(dataset, qPrintable(dataset ? QString() : message(dataset.error())));
        QCOMPARE(dataset->integer(tag::Rows), 512);
        QCOMPARE(dataset->numbers(tag::ImagePositionPatient), (std::vector<double>{1.5, -2, 30}));
        QVERIFY(!dataset->number(tag::Rows, 1));
        // A sequence where a number should be, and a number where a sequence should be: nothing, and no crash.
        Dataset odd;
        odd.setBytes(tag::PixelData, "ab");
        QVERIFY(odd.items(tag::PixelData).empty());
        (void)odd.addItem(tag::RequestAttributesSequence);
        QVERIFY(!odd.number(tag::RequestAttributesSequence));
        QCOMPARE(odd.text(tag::RequestAttributesSequence), QString());
    }

    /// PIX-14: pixels that leave a lossy syntax are marked, by the standard's terms; nothing that is written there is overwritten.
    void PIX_14_lossyOnceIsLossyForEver()
    {
        const auto syntax = [](const char* suffix) { return TransferSyntax::fromUid(QStringLiteral("1.2.840.10008.1.2.4.") + QLatin1String(suffix)); };
        Dataset baseline;
        markLossy(baseline, syntax("50"), 12.5);
        QCOMPARE(baseline.text(tag::LossyImageCompression), "01");
        QCOMPARE(baseline.number(tag::LossyImageCompressionRatio), 12.5);
        QCOMPARE(baseline.text(tag::LossyImageCompressionMethod), "ISO_10918_1");
        Dataset declared;
        (void)declared.setText(tag::LossyImageCompression, "01");
        (void)declared.setText(tag::LossyImageCompressionMethod, "ISO_14495_1");
        markLossy(declared, syntax("91"), 3);
        QCOMPARE(declared.text(tag::LossyImageCompressionMethod), "ISO_14495_1");
        QVERIFY(!declared.contains(tag::LossyImageCompressionRatio));
        Dataset reversible;
        (void)reversible.setText(tag::LossyImageCompression, "00");
        markLossy(reversible, syntax("91"), 3);
        QCOMPARE(reversible.text(tag::LossyImageCompression), "00");
        Dataset impossible; // JPEG baseline is never reversible, whatever is written there
        (void)impossible.setText(tag::LossyImageCompression, "00");
        markLossy(impossible, syntax("50"), 12.5);
        QCOMPARE(impossible.text(tag::LossyImageCompression), "01");
        Dataset lossless;
        markLossy(lossless, syntax("70"), 3);
        QVERIFY(!lossless.contains(tag::LossyImageCompression));
        Dataset video;
        markLossy(video, syntax("107"), 0);
        QCOMPARE(video.text(tag::LossyImageCompressionMethod), "ISO_23008_2");
        // Defined Terms of PS3.3 C.7.6.1.1.5.1.
        for (const auto& [suffix, method] : {std::pair("81", "ISO_14495_1"), {"91", "ISO_15444_1"}, {"203", "ISO_15444_15"}, {"100", "ISO_13818_2"}, {"102", "ISO_14496_10"}}) {
            Dataset one;
            markLossy(one, syntax(suffix), 3);
            QCOMPARE(one.text(tag::LossyImageCompressionMethod), QLatin1String(method));
        }
        QVERIFY(!video.contains(tag::LossyImageCompressionRatio));
    }

    /// PS3.6 Table A-1: two of the three are lossless by their names.
    void PIX_13_theThreeSyntaxesOfHighThroughput()
    {
        for (const auto& [uid, isLossy] : {std::pair("1.2.840.10008.1.2.4.201", false), {"1.2.840.10008.1.2.4.202", false}, {"1.2.840.10008.1.2.4.203", true}}) {
            const auto syntax = TransferSyntax::fromUid(QString::fromLatin1(uid));
            QVERIFY2(syntax.codec == TransferSyntax::Codec::Htj2k && syntax.isExplicit && syntax.isEncapsulated(), uid);
            QCOMPARE(syntax.isLossy, isLossy);
        }
    }

    void FIL_18_textsCannotDriveATerminalOrTurnTheirOrder()
    {
        Dataset dataset;
        const QString evil = QString::fromUtf8("Doe^\x1b[31mRED\x1b[0m") + QChar(0x202E) + QString::fromUtf8("nhoJ\x07") + QChar(0x2066) + QChar(0x2069) + QChar(0x202A) + QChar(0x7F) + QChar(0x9B) + QChar(0x9F);
        (void)dataset.setText(tag::PatientName, evil);
        const QString name = dataset.text(tag::PatientName);
        for (const QChar c : name)
            QVERIFY2(c.unicode() >= 0x20 && !(c.unicode() >= 0x7F && c.unicode() < 0xA0) && !(c.unicode() >= 0x202A && c.unicode() <= 0x202E) &&
                         !(c.unicode() >= 0x2066 && c.unicode() <= 0x2069),
                     qPrintable(QString::number(c.unicode(), 16)));
        QVERIFY(name.startsWith("Doe^"));
        QVERIFY(name.contains("nhoJ"));
        const QByteArray withNul = QByteArray("Doe\0^John", 9);
        QVERIFY(!decodeText(withNul, {}).contains(QChar(0)));
        QCOMPARE(decodeText("a\tb\r\nc", {}), QStringLiteral("a\tb\r\nc")); // those may be there
        QVERIFY(decodeText("\xD7\xA9\xD7\x9C\xE2\x80\x8F", "ISO_IR 192").contains(QChar(0x200F))); // Hebrew's own marks stay
    }

    /// What a repertoire has no letter for is a sign that says so, never another letter (JIS X 0201: 0xA1 to 0xDF and ASCII).
    void SAF_07_bytesOfNoLetterAreNone()
    {
        const QChar none = QChar::ReplacementCharacter;
        for (const int byte : {0x80, 0x9F, 0xA0, 0xE0, 0xFF}) {
            const QByteArray bytes = QByteArray("\xB1") + char(byte);
            QCOMPARE(decodeText(bytes, "ISO 2022 IR 13\\ISO 2022 IR 87"), QString(QChar(0xFF71)) + none);
        }
    }

    void everyRealFileThatPydicomReadsIsRead()
    {
        const QString folder = test::dataFile("volumes");
        NEEDS_TEST_DATA(folder);
        const auto listed = test::python("import sys,os,pydicom\n"
                                         "for d,_,fs in os.walk(sys.argv[1]):\n"
                                         "  for f in fs:\n"
                                         "    p=os.path.join(d,f)\n"
                                         "    try: ds=pydicom.dcmread(p,stop_before_pixels=True)\n"
                                         "    except Exception: continue\n"
                                         "    print(p,ds.get('SOPInstanceUID',''),ds.get('Rows',''),sep='\\t')\n",
                                         {folder});
        QCOMPARE(listed.code, 0);
        const QStringList lines = QString::fromUtf8(listed.out).split('\n', Qt::SkipEmptyParts);
        QVERIFY(lines.size() > 500);
        for (const QString& line : lines) {
            const QStringList parts = line.split('\t');
            const auto dataset = Dataset::read(parts[0]);
            QVERIFY2(dataset, dataset ? "" : qPrintable(parts[0] + ": " + message(dataset.error())));
            QCOMPARE(dataset->text(tag::SOPInstanceUID), parts[1]);
            QCOMPARE(dataset->text(tag::Rows), parts[2]);
        }
    }

    /// What packs well is no bomb: an empty segmentation of 20 MB is a file of some kilobytes.
    void FIL_13_whatPacksWellIsReadWhole()
    {
        QTemporaryDir folder;
        dicom::Dataset made;
        QVERIFY(made.setText(tag::SOPClassUID, "1.2.840.10008.5.1.4.1.1.66.4") && made.setText(tag::SOPInstanceUID, "1.2.3"));
        made.setBytes(tag::PixelData, QByteArray(20'000'000, '\0'));
        const QString path = folder.filePath("a.dcm");
        QVERIFY(made.write(path, "1.2.840.10008.1.2.1.99"));
        QVERIFY(QFileInfo(path).size() < 100'000);
        const auto read = dicom::Dataset::read(path);
        QVERIFY2(read, read ? "" : qPrintable(message(read.error())));
        QCOMPARE(read->lengthOf(tag::PixelData), 20'000'000);
    }

    /// 200 MiB, or fifty times what is there: neither more, nor in silence less.
    void FIL_13_whatGrowsBeyondMeasureIsRefused()
    {
        for (const auto& [mebibytes, isTaken] : {std::pair(190, true), {220, false}}) {
            const QByteArray packed = qCompress(QByteArray(qsizetype(mebibytes) << 20, '\0')).mid(6).chopped(4);
            std::unique_lock<std::mutex> turn;
            const auto whole = dicom::inflated(reinterpret_cast<const uchar*>(packed.constData()), packed.size(), turn);
            QCOMPARE(whole ? whole->size() : -1, isTaken ? qsizetype(mebibytes) << 20 : -1);
            QVERIFY(whole || whole.error().fault == Fault::Damaged);
        }
    }

    /// Numbers of every kind (PS3.5 6.2), written by pydicom in each encoding, and what is no number among them.
    void numbersOfEveryKind_data()
    {
        QTest::addColumn<QString>("syntax");
        for (const char* syntax : {"ExplicitVRLittleEndian", "ImplicitVRLittleEndian", "ExplicitVRBigEndian", "DeflatedExplicitVRLittleEndian"})
            QTest::newRow(syntax) << QString(syntax);
    }
    void numbersOfEveryKind()
    {
        QFETCH(QString, syntax);
        QTemporaryDir folder;
        const auto made = test::writeFiles(folder.path(), QStringLiteral(R"PY(
ds = image(rows=65535, columns=1, bits=8)
ds.ReferencePixelX0 = -2147483648
ds.SimpleFrameList = [0, 4294967295]
ds.add_new(0x60000050, 'SS', [-32768, 32767])
ds.DiffusionBValue = -1e-300
ds.RecommendedDisplayFrameRateInFloat = 1.5
ds.ImagePositionPatient = ['-1.5', '2e3', ' 30 ']
ds.SeriesNumber = '-12'
ds.FrameIncrementPointer = [0x00181063, 0x00181065]
save(ds, 'a', %1)
)PY").arg(syntax));
        SUCCEEDS(made);
        const auto read = Dataset::read(folder.filePath("a"));
        QVERIFY(read);
        QCOMPARE(read->integer(tag::Rows), std::optional<qint64>(65535));
        QCOMPARE(read->integer({0x0018, 0x6020}), std::optional<qint64>(-2147483648LL));
        QCOMPARE(read->integers({0x0008, 0x1161}), (std::vector<qint64>{0, 4294967295LL}));
        QCOMPARE(read->integers({0x6000, 0x0050}), (std::vector<qint64>{-32768, 32767}));
        QCOMPARE(read->number(tag::DiffusionBValue), std::optional(-1e-300));
        QCOMPARE(read->number({0x0008, 0x9459}), std::optional(1.5));
        QCOMPARE(read->numbers(tag::ImagePositionPatient), (std::vector{-1.5, 2000.0, 30.0}));
        QCOMPARE(read->numbers(tag::ImagePositionPatient, 2), (std::vector{-1.5, 2000.0}));
        QCOMPARE(read->number(tag::ImagePositionPatient, 1), std::optional(2000.0));
        QVERIFY(!read->number(tag::ImagePositionPatient, 3));
        QCOMPARE(read->integer(tag::SeriesNumber), std::optional<qint64>(-12));
        QVERIFY(!read->number(tag::EchoTime));
        QVERIFY(read->numbers(tag::EchoTime).empty());
    }

    /// What is set is read by pydicom as it was meant: each VR in its own width, decimals in at most sixteen letters.
    void whatIsSetIsWhatOthersRead()
    {
        Dataset dataset;
        (void)dataset.setText(tag::SOPClassUID, "1.2.840.10008.5.1.4.1.1.2");
        (void)dataset.setText(tag::SOPInstanceUID, "1.2.3");
        dataset.setNumber(tag::Rows, 65535);
        dataset.setNumbers({0x6000, 0x0050}, {-32768, 32767});
        dataset.setNumbers({0x0008, 0x1161}, {0, 4294967295.0});
        dataset.setNumber(tag::DiffusionBValue, -1e-300);
        dataset.setNumber({0x0008, 0x9459}, 1.5);
        dataset.setNumber(tag::SmallestImagePixelValue, std::nan("")); // what is no number is 0 in a whole one
        QCOMPARE(dataset.number(tag::SmallestImagePixelValue), std::optional(0.0));
        dataset.setNumbers(tag::ImagePositionPatient, {-1.5, 1.0 / 3, -123456789.123456789});
        dataset.setNumber(tag::PixelRepresentation, 1);
        dataset.setNumber(tag::PixelPaddingValue, -2000); // US or SS: its bits stay
        const auto first = dataset.addItem(tag::ReferencedSeriesSequence);
        Dataset item = first;
        (void)item.setText(tag::SeriesInstanceUID, "1.2.4");
        Dataset second = dataset.addItem(tag::ReferencedSeriesSequence);
        (void)second.setText(tag::SeriesInstanceUID, "1.2.5");
        dataset.setEmpty(tag::PatientID);
        dataset.setNumber(tag::Columns, 5);
        dataset.remove(tag::Columns);
        QTemporaryDir folder;
        QVERIFY(dataset.write(folder.filePath("a"), QString::fromUtf16(dicom::explicitLittleEndian)));
        const auto ran = test::python(R"PY(
import sys, pydicom
d = pydicom.dcmread(sys.argv[1])
print(d.Rows, list(d[0x6000, 0x50].value), list(d.SimpleFrameList), d.DiffusionBValue, d.RecommendedDisplayFrameRateInFloat)
print(*[str(x) for x in d.ImagePositionPatient], max(len(x.original_string) for x in d.ImagePositionPatient) <= 16)
print(d[0x0028, 0x0120].value & 0xffff, [i.SeriesInstanceUID for i in d.ReferencedSeriesSequence], repr(d.PatientID), 'Columns' in d)
)PY", {folder.filePath("a")});
        SUCCEEDS(ran);
        QCOMPARE(QString::fromUtf8(ran.out), "65535 [-32768, 32767] [0, 4294967295] -1e-300 1.5\n"
                                             "-1.5 0.33333333333333 -123456789.12346 True\n"
                                             "63536 ['1.2.4', '1.2.5'] '' False\n");
    }

    /// Where a number, a list or a text ends: what is at the edge counts, what is beyond does not.
    void valuesAtTheirEdges()
    {
        const Tag floats{0x0008, 0x9459}, words{0x6000, 0x0050}, comment{0x0040, 0xA160}, description = tag::StudyDescription;
        Dataset dataset;
        for (const auto& [value, integer] : {std::pair(9e15, std::optional(9'000'000'000'000'000)), {-9e15, -9'000'000'000'000'000}, {9e15 + 2, {}}, {-9e15 - 2, {}}}) {
            dataset.setNumbers(tag::DiffusionBValue, {value, 1});
            QCOMPARE(dataset.integer(tag::DiffusionBValue), integer);
            QCOMPARE(dataset.integers(tag::DiffusionBValue), integer ? (std::vector<qint64>{*integer, 1}) : std::vector<qint64>());
        }
        constexpr double most = std::numeric_limits<float>::max();
        dataset.setNumbers(floats, {most, -most, 1e39});
        QCOMPARE(dataset.numbers(floats), (std::vector{most, -most, 0.0}));
        dataset.setNumber(tag::SliceThickness, -1.23456789012345e-100);
        QCOMPARE(dataset.bytes(tag::SliceThickness), "-1.23456789e-100"); // as many digits as fit
        // As many values as are asked for, of each kind of element.
        dataset.setNumbers(words, {1, 2, 3});
        QVERIFY(dataset.setText(tag::ImagePositionPatient, "1\\2\\3"));
        const auto unknown = Dataset::fromBytes(QByteArray(128, '\0') + "DICM" + QByteArray::fromHex("0200100055491400") + QByteArray("1.2.840.10008.1.2.1\0", 20) +
                                                QByteArray::fromHex("28001000554e000006000000010002000300" // Rows as UN
                                                                    "20003200554e000006000000") + "1\\2\\3 ");
        QVERIFY(unknown);
        const std::vector all{1.0, 2.0, 3.0};
        const std::vector<std::tuple<const Dataset*, Tag>> lists{{&dataset, words}, {&dataset, tag::ImagePositionPatient}, {&*unknown, tag::Rows}, {&*unknown, tag::ImagePositionPatient}};
        for (const auto& [of, tag] : lists) {
            for (int count = 0; count <= 4; ++count)
                QCOMPARE(of->numbers(tag, count), std::vector<double>(all.begin(), all.begin() + std::min(count, 3)));
            QVERIFY(!of->number(tag, 3));
            QCOMPARE(of->number(tag, 2), std::optional(3.0));
        }
        // PS3.5 6.2: in ST, LT and UT a backslash parts nothing and spaces in front stand.
        QVERIFY(dataset.setText(comment, "  a\\b  "));
        QCOMPARE(dataset.texts(comment), QStringList{"  a\\b"});
        QVERIFY(dataset.setText(description, "  a\\ b  "));
        QCOMPARE(dataset.texts(description), (QStringList{"a", "b"}));
        dataset.setEmpty(description);
        QCOMPARE(dataset.texts(description), QStringList());
        QVERIFY(dataset.contains(description) && !dataset.hasValue(description) && !dataset.contains(tag::EchoTime));
    }

    /// Bytes lie in a file as they were set, words too, in either order of bytes.
    void bytesThatAreSetAreWhatOthersRead()
    {
        for (const bool isSwapped : {false, true}) {
            Dataset dataset;
            (void)dataset.setText(tag::SOPClassUID, "1.2.840.10008.5.1.4.1.1.7");
            (void)dataset.setText(tag::SOPInstanceUID, "1.2.3");
            dataset.setNumber(tag::BitsAllocated, 16);
            dataset.setBytes(tag::PixelData, "abcde");
            dataset.setBytes({0x0028, 0x1201}, "fgh");
            dataset.setBytes(tag::EncapsulatedDocument, "ijk");
            dataset.setBytes({0x0028, 0x3006}, "lmn"); // US or OW
            dataset.setBytes({0x6000, 0x3000}, "opq"); // OB or OW
            QCOMPARE(dataset.bytes(tag::PixelData), QByteArray("abcde\0", 6));
            QTemporaryDir folder;
            QVERIFY(dataset.write(folder.filePath("a"), isSwapped ? "1.2.840.10008.1.2.2" : "1.2.840.10008.1.2.1"));
            const auto ran = test::python(R"PY(
import sys, pydicom
d = pydicom.dcmread(sys.argv[1])
for tag in (0x7FE00010, 0x00281201, 0x00420011, 0x00283006, 0x60003000):
    print(d[tag].VR, d[tag].value)
)PY", {folder.filePath("a")});
            SUCCEEDS(ran);
            QCOMPARE(QString::fromUtf8(ran.out), QString(isSwapped ? "OW b'badc\\x00e'\nOW b'gf\\x00h'\nOB b'ijk\\x00'\nOW b'ml\\x00n'\nOW b'po\\x00q'\n"
                                                               : "OW b'abcde\\x00'\nOW b'fgh\\x00'\nOB b'ijk\\x00'\nOW b'lmn\\x00'\nOW b'opq\\x00'\n"));
        }
    }

    void uidsAreValidAndPathsAreNot()
    {
        QVERIFY(isValidUid(newUid()));
        QVERIFY(newUid() != newUid());
        QCOMPARE(uidFor("a"), uidFor("a"));
        for (const char* bad : {"", "../1", "1..2", "1.2a", "/etc", "1.2."})
            QVERIFY(!isValidUid(QLatin1String(bad)));
        QVERIFY(!isValidUid(QString(65, '1')));
    }

    /// Each of what was asked for must be so, and wholly so; what was not asked for may be anything.
    void NET_08_whatComesIsWhatWasAskedFor()
    {
        const dicom::RetrieveRequest asked{{"1.2.3"}, {"1.2.3.4"}, {}, "P12"};
        const dicom::Identity right{"1.2.3", "1.2.3.4", "P12", "1.2.3.4.5", "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.1.2.1"};
        const auto faultOf = [&](const dicom::Identity& identity, const dicom::RetrieveRequest& request, const QString& announced = "1.2.3.4.5") {
            const auto judged = dicom::judge(identity, request, announced);
            return judged ? -1 : int(judged.error().fault);
        };
        const auto with = [&](QString dicom::Identity::*member, const QString& value) {
            dicom::Identity identity = right;
            identity.*member = value;
            return identity;
        };
        QCOMPARE(faultOf(right, asked), -1);
        for (const char* other : {"1.2", "1.2.3.4", "1.2.30", "", "1.2.3 "})
            QCOMPARE(faultOf(with(&dicom::Identity::study, other), asked), int(Fault::Conflict));
        for (const char* other : {"1.2.3", "1.2.3.40", ""})
            QCOMPARE(faultOf(with(&dicom::Identity::series, other), asked), int(Fault::Conflict));
        for (const char* other : {"P1", "P123", "p12", "XP12", ""})
            QCOMPARE(faultOf(with(&dicom::Identity::patientId, other), asked), int(Fault::Conflict));
        QCOMPARE(faultOf(with(&dicom::Identity::patientId, " P12 "), asked), -1); // what fills up is no letter (PS3.5 §6.2, LO)
        QCOMPARE(faultOf(right, asked, "1.2.3.4.6"), int(Fault::Damaged));
        QCOMPARE(faultOf(right, asked, "../x"), int(Fault::Invalid));
        QCOMPARE(faultOf(with(&dicom::Identity::instance, ""), asked, ""), int(Fault::Invalid));
        QCOMPARE(faultOf(with(&dicom::Identity::series, "1.9"), {{"1.2.3"}, {}, {}, "P12"}), -1);
        QCOMPARE(faultOf(with(&dicom::Identity::patientId, "Q"), {{"1.2.3"}, {"1.2.3.4"}, {}, {}}), -1);
    }
};

QTEST_GUILESS_MAIN(TestDataset)
#include "tst_dataset.moc"
