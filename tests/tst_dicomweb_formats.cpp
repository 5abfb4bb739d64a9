#include "netclient/dicom/dataset.h"
#include "netclient/dicomweb/http.h"
#include "netclient/dicomweb/json_rows.h"
#include "netclient/dicomweb/matching.h"
#include "netclient/dicomweb/media_type.h"
#include "netclient/dicomweb/multipart.h"
#include "netclient/dicomweb/store_answer.h"
#include "netclient/dicomweb/store_body.h"
#include "tests/support/dicom_json_samples.h"
#include "tests/support/phantom_files.h"
#include <QElapsedTimer>
#include <malloc.h>

using namespace diascope;
using namespace diascope::dicomweb;
namespace tag = diascope::dicom::tag;

namespace
{

struct Read
{
    QList<QByteArray> bodies, types;
    Result<void> fed, finished;
};

Read readParts(const QByteArray& text, qsizetype chunk, const QByteArray& boundary = "b", qint64 most = 1 << 20)
{
    Read read;
    MultipartReader reader(boundary, [&](MultipartReader::Part&& part) -> Result<void> {
        read.bodies << part.body;
        read.types << part.contentType;
        return {};
    }, most);
    for (qsizetype at = 0; at < text.size() && read.fed; at += chunk)
        read.fed = reader.feed(QByteArrayView(text).sliced(at, std::min(chunk, text.size() - at)));
    if (read.fed)
        read.finished = reader.finish();
    return read;
}

QStringList readRows(const QByteArray& json, qsizetype chunk, Result<void>& result, JsonRows::Limits limits = {})
{
    QStringList rows;
    JsonRows reader([&](const QByteArray& row) -> Result<void> {
        rows << QString::fromUtf8(row);
        return {};
    }, limits);
    for (qsizetype at = 0; at < json.size() && result; at += chunk)
        result = reader.feed(QByteArrayView(json).sliced(at, std::min(chunk, json.size() - at)));
    if (result)
        result = reader.finish();
    return rows;
}

} // namespace

class TestDicomWebFormats : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    /// What looks like the boundary inside a body is a part of it, where the body's own length says so.
    void aBodyMayHoldItsBoundary()
    {
        const QByteArray body = "pixels\r\n--b\r\nand more\r\n--b--\r\nto the end";
        const QByteArray text = "--b\r\nContent-Type: application/dicom\r\nContent-Length: " + QByteArray::number(body.size()) + "\r\n\r\n" + body + "\r\n--b\r\n\r\nsecond\r\n--b--\r\n";
        for (const qsizetype chunk : {qsizetype(1), qsizetype(7), text.size()}) {
            const Read read = readParts(text, chunk);
            QVERIFY(read.fed && read.finished);
            QCOMPARE(read.bodies, (QList<QByteArray>{body, "second"}));
            QCOMPARE(read.types[0], "application/dicom");
        }
        // a length that is wrong is not believed: the boundary decides
        for (const char* length : {"3", "5", "7", "8", "9", "700"}) {
            const Read read = readParts(QByteArray("--b\r\nContent-Length: ") + length + "\r\n\r\nshort!\r\n--b--\r\n", 4);
            QVERIFY2(read.fed && read.finished && read.bodies == QList<QByteArray>{"short!"}, length);
        }
    }

    void partsComeWholeHoweverTheyAreCut_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QList<QByteArray>>("bodies");
        QTest::newRow("CRLF") << QByteArray("--b\r\nContent-Type: application/dicom\r\n\r\nONE\r\n--b\r\n\r\nTWO\r\n--b--\r\n") << QList<QByteArray>{"ONE", "TWO"};
        QTest::newRow("LF only") << QByteArray("--b\nContent-Type: x/y\n\nONE\n--b\n\nTWO\n--b--") << QList<QByteArray>{"ONE", "TWO"};
        QTest::newRow("preamble and epilogue") << QByteArray("ignore --b me\r\n--b\r\n\r\nONE\r\n--b--\r\nmore\r\n--b\r\n\r\nNO\r\n--b--") << QList<QByteArray>{"ONE"};
        QTest::newRow("Content-Length") << QByteArray("--b\r\nContent-Length: 3\r\n\r\nONE\r\n--b\r\nContent-Length: 5\r\n\r\nT\r\nWO\r\n--b--\r\n") << QList<QByteArray>{"ONE", "T\r\nWO"};
        QTest::newRow("Content-Length too small") << QByteArray("--b\r\nContent-Length: 1\r\n\r\nONE\r\n--b\r\n\r\nTWO\r\n--b--\r\n") << QList<QByteArray>{"ONE", "TWO"};
        QTest::newRow("Content-Length too large") << QByteArray("--b\r\nContent-Length: 999\r\n\r\nONE\r\n--b\r\n\r\nTWO\r\n--b--\r\n") << QList<QByteArray>{"ONE", "TWO"};
        QTest::newRow("Content-Length into the next part") << QByteArray("--b\r\nContent-Length: 10\r\n\r\nONE\r\n--b\r\n\r\nTWO\r\n--b--\r\n") << QList<QByteArray>{"ONE", "TWO"};
        QTest::newRow("Content-Length into the epilogue") << QByteArray("--b\r\n\r\nONE\r\n--b\r\nContent-Length: 6\r\n\r\nTWO\r\n--b--\r\nand more behind it") << QList<QByteArray>{"ONE", "TWO"};
        QTest::newRow("boundary inside a line") << QByteArray("--b\r\n\r\nx--b--y\r\n--bb\r\n--b--\r\n") << QList<QByteArray>{"x--b--y\r\n--bb"};
        QTest::newRow("body of line breaks") << QByteArray("--b\r\n\r\n\r\n\r\n\r\n--b--\r\n") << QList<QByteArray>{"\r\n\r\n"};
        QTest::newRow("empty body") << QByteArray("--b\r\n\r\n\r\n--b--\r\n") << QList<QByteArray>{""};
        QTest::newRow("no body at all") << QByteArray("--b\r\n\r\n--b\r\nX: y\r\n\r\n--b--\r\n") << QList<QByteArray>{"", ""};
        QTest::newRow("white space after the boundary") << QByteArray("--b \t\r\n\r\nONE\r\n--b  \r\n\r\nTWO\r\n--b--\r\n") << QList<QByteArray>{"ONE", "TWO"};
        QTest::newRow("zeros") << QByteArray("--b\r\n\r\n\0\0\r\n-\0\r\n--b--\r\n", 22) << QList<QByteArray>{QByteArray("\0\0\r\n-\0", 6)};
        QTest::newRow("no parts") << QByteArray("--b--\r\n") << QList<QByteArray>{};
    }
    void partsComeWholeHoweverTheyAreCut()
    {
        QFETCH(QByteArray, text);
        QFETCH(QList<QByteArray>, bodies);
        for (qsizetype chunk = 1; chunk <= text.size(); ++chunk) {
            const Read read = readParts(text, chunk);
            QVERIFY2(read.fed && read.finished, QByteArray::number(chunk).constData());
            QCOMPARE(read.bodies, bodies);
        }
    }

    void aLargePartAmongSmallOnesIsNotDamaged()
    {
        QByteArray large(3'000'000, 'x');
        for (qsizetype i = 0; i < large.size(); i += 997)
            large.replace(i, 6, "\r\n--bx");
        const QByteArray text = "--b\r\n\r\nONE\r\n--b\r\n\r\n" + large + "\r\n--b\r\n\r\nTWO\r\n--b--\r\n";
        for (const qsizetype chunk : {1000, 65536, 4'000'000}) {
            const Read read = readParts(text, chunk, "b", 4 << 20);
            QVERIFY(read.fed && read.finished);
            QCOMPARE(read.bodies, (QList<QByteArray>{"ONE", large, "TWO"}));
        }
        QElapsedTimer clock; // small pieces do not make it slow: the search goes on where it was
        clock.start();
        (void)readParts(text, 100, "b", 4 << 20);
        QVERIFY2(clock.elapsed() < 3000, QByteArray::number(clock.elapsed()).constData());
    }

    void aBodyWithoutItsEndIsDamaged()
    {
        const Read cut = readParts("--b\r\n\r\nONE\r\n--b\r\n\r\nTW", 7);
        QCOMPARE(cut.bodies, QList<QByteArray>{"ONE"});
        QCOMPARE(cut.finished.error().fault, Fault::Damaged);
        const Read whole = readParts("--b\r\nContent-Length: 3\r\n\r\nONE\r\n", 7); // its own length says it is whole
        QCOMPARE(whole.bodies, QList<QByteArray>{"ONE"});
        QCOMPARE(whole.finished.error().fault, Fault::Damaged);
        const Read empty = readParts("--b\r\nContent-Length: 0\r\n\r\n\r\n--b\r\n\r\n", 99); // of the first part, not of the second
        QCOMPARE(empty.bodies, QList<QByteArray>{""});
        QVERIFY(!empty.finished);
        QVERIFY(!readParts("nothing of the kind", 7).finished);
        QVERIFY(!readParts("", 7).finished);
    }

    void partsAndTheirHeadersAreBounded()
    {
        QCOMPARE(readParts("--b\r\n\r\n" + QByteArray(5000, 'x') + "\r\n--b--\r\n", 100, "b", 1000).fed.error().fault, Fault::Damaged);
        // Whatever its length says; and a body that is as long as may be is believed to hold its boundary.
        for (const char* length : {"999999999", "1001"})
            QCOMPARE(readParts(QByteArray("--b\r\nContent-Length: ") + length + "\r\n\r\n" + QByteArray(5000, 'x') + "\r\n--b--\r\n", 100, "b", 1000).fed.error().detail,
                     "an instance is larger than 0 MiB");
        const QByteArray body = QByteArray("\r\n--b\r\n\r\n").leftJustified(1000, 'x');
        for (const qint64 most : {999, 1002}) { // with the line break that belongs to the boundary
            const Read read = readParts("--b\r\nContent-Length: 1000\r\n\r\n" + body + "\r\n--b--\r\n", 2000, "b", most);
            QCOMPARE(read.bodies.size(), most == 1002 ? 1 : 2);
            QCOMPARE(read.bodies[0], most == 1002 ? body : QByteArray());
        }
        // In front of the first boundary 64 KiB, in a line of headers and behind a boundary 16 KiB.
        for (const int more : {0, 1}) {
            QCOMPARE(readParts(QByteArray(65535 + more, 'x') + "\n--b\r\n\r\nA\r\n--b--", 1 << 20).fed.has_value(), more == 0);
            QCOMPARE(readParts("--b\r\nX: " + QByteArray((16 << 10) - 4 + more, 'x') + "\r\n\r\nA\r\n--b--", 1 << 20).fed.has_value(), more == 0);
        }
        for (const QByteArray& endless : {"--b\r\nX: " + QByteArray(50'000, 'x'), QByteArray(100'000, 'x'), "--b" + QByteArray(50'000, ' ')})
            QCOMPARE(readParts(endless, 100).fed.error().detail, "the parts of the server's answer are not divided as they should be");
    }

    /// A study of many instances is never held as a whole.
    void NET_14_oneInstanceAtATimeIsInMemory()
    {
        const auto inUse = [] {
            const auto info = mallinfo2();
            return qint64(info.uordblks + info.hblkhd);
        };
        const qint64 before = inUse();
        qint64 most = 0;
        for (const qsizetype size : {100'000, 300'000}) {
            const QByteArray part = "\r\n--b\r\n\r\n" + QByteArray(size, 'x');
            MultipartReader reader("b", [&](MultipartReader::Part&& given) -> Result<void> {
                most = std::max(most, inUse() - before);
                return given.body.size() == size ? Result<void>() : fail(Fault::Internal, {});
            });
            for (int i = 0; i < 100; ++i)
                QVERIFY(reader.feed(part));
            QVERIFY(reader.feed("\r\n--b--") && reader.feed(QByteArray(5'000'000, 'x'))); // what comes behind is nothing
            QCOMPARE(reader.parts(), 100);
            QVERIFY(reader.finish());
        }
        QVERIFY2(most < 3'000'000, QByteArray::number(most).constData());
    }

    /// What a part does not say of itself it does not have from the one before it.
    void NET_14_eachPartHasItsOwnHeaders()
    {
        std::vector<MultipartReader::Part> parts;
        MultipartReader reader("b", [&](MultipartReader::Part&& part) -> Result<void> {
            parts.push_back(std::move(part));
            return {};
        });
        QVERIFY(reader.feed("--b\r\nContent-Type: a/b\r\nCONTENT-LOCATION : http://x:1/y\r\n\r\nONE\r\n--b\r\nno colon\r\n: no name\r\n\r\nTWO\r\n--b--") && reader.finish());
        QCOMPARE(parts.size(), 2u);
        QVERIFY(parts[0].contentType == "a/b" && parts[0].contentLocation == "http://x:1/y" && parts[0].body == "ONE");
        QVERIFY(parts[1].contentType.isEmpty() && parts[1].contentLocation.isEmpty() && parts[1].body == "TWO");
    }

    /// An error of who takes the parts ends it.
    void NET_14_aPartThatIsNotTakenEndsIt()
    {
        int given = 0;
        MultipartReader reader("b", [&](MultipartReader::Part&&) -> Result<void> { return ++given < 2 ? Result<void>() : fail(Fault::DiskFull, {}); });
        const auto fed = reader.feed("--b\r\n\r\nONE\r\n--b\r\n\r\nTWO\r\n--b\r\n\r\nTHREE\r\n--b--");
        QVERIFY(!fed && fed.error().fault == Fault::DiskFull);
        QCOMPARE(given, 2);
        MultipartReader last("b", [&](MultipartReader::Part&&) -> Result<void> { return fail(Fault::DiskFull, {}); });
        QVERIFY(last.feed("--b\r\nContent-Length: 3\r\n\r\nONE"));
        QCOMPARE(last.finish().error().fault, Fault::DiskFull);
    }

    void mediaTypesAreReadWithQuotes()
    {
        const MediaType type = MediaType::parse("Multipart/Related; Type=\"application/dicom\" ;boundary=\"a;\\\"b c\"; start=<x>");
        QCOMPARE(type.name, "multipart/related");
        QCOMPARE(type.parameters.value("type"), "application/dicom");
        QCOMPARE(type.parameters.value("boundary"), "a;\"b c");
        QCOMPARE(type.parameters.value("start"), "<x>");
        QCOMPARE(MediaType::parse("multipart/related;boundary=abc").parameters.value("boundary"), "abc");
    }

    /// RFC 9110 8.3.1 and 5.6.6, and what is sent against it.
    void NET_14_mediaTypes_data()
    {
        QTest::addColumn<QByteArray>("header");
        QTest::addColumn<QByteArray>("line");
        const auto row = [](const QByteArray& header, const QByteArray& line) { QTest::newRow(header.constData()) << header << line; };
        row("", "");
        row("x/y", "x/y");
        row(" X/Y ;", "x/y");
        row(";a=b", " a<b>");
        row("x/y;a", "x/y");
        row("x/y;a=", "x/y a<>");
        row("x/y; A = 1 ; b=2", "x/y a<1> b<2>");
        row("x/y;a= \t\"q;r\" ; b=\t \"s\"", "x/y a<q;r> b<s>");
        row("x/y;a=\"\"", "x/y a<>");
        row("x/y;a=\"bc", "x/y a<bc>");
        row("x/y;a=\"b\\", "x/y a<b\\>");
        row("x/y;a=\"b\\\"c\"", "x/y a<b\"c>");
        row("x/y;a=1;A=2", "x/y a<1>");
        row("x/y;a=b\"c;d\"", "x/y a<b\"c>");
    }
    void NET_14_mediaTypes()
    {
        QFETCH(QByteArray, header);
        const MediaType type = MediaType::parse(header);
        QByteArray line = type.name;
        QByteArrayList names = type.parameters.keys();
        std::sort(names.begin(), names.end());
        for (const QByteArray& name : names)
            line += ' ' + name + '<' + type.parameters[name] + '>';
        QTEST(line, "line");
    }

    void rowsComeHoweverTheyAreCut()
    {
        const QByteArray json = "\xEF\xBB\xBF [ {\"a\":\"]}\\\"\\\\\"}, \n{\"b\":[{},[1]]} ] ";
        for (qsizetype chunk = 1; chunk <= json.size(); ++chunk) {
            Result<void> result;
            QCOMPARE(readRows(json, chunk, result), (QStringList{"{\"a\":\"]}\\\"\\\\\"}", "{\"b\":[{},[1]]}"}));
            QVERIFY(result);
        }
        Result<void> empty;
        QVERIFY(readRows("", 1, empty).isEmpty() && empty);
        QVERIFY(readRows("[]", 1, empty).isEmpty() && empty);
    }

    /// As large, of as many pieces and as deep as may be, and one more; each row by itself.
    void NET_14_theBoundsOfARow()
    {
        const QByteArray row = R"({"a":[1,2]})", rows = "[" + row + ",\t" + row + "\r\n,\n" + row + "\t]\r"; // pieces: colon, bracket, comma
        const auto deep = [](int arrays) { return "[{\"a\":" + QByteArray(arrays, '[') + QByteArray(arrays, ']') + "}]"; };
        for (const auto& [json, bytes, tokens, count] : {std::tuple(rows, int(row.size()), 3, 3), {rows, int(row.size()) - 1, 3, 0}, {rows, int(row.size()), 2, 0},
                                                         {deep(191), 10'000, 10'000, 1}, {deep(192), 10'000, 10'000, 0}}) {
            Result<void> result;
            QCOMPARE(readRows(json, 7, result, {bytes, tokens}).size(), count);
            QCOMPARE(result.has_value(), count > 0);
            QVERIFY(count > 0 || (result.error().fault == Fault::Damaged && result.error().detail == "a row of the server's answer is larger or deeper than any real one"));
        }
        JsonRows reader([](const QByteArray&) -> Result<void> { return fail(Fault::DiskFull, {}); });
        QCOMPARE(reader.feed(rows).error().fault, Fault::DiskFull);
    }

    void hostileJsonIsBounded_data()
    {
        QTest::addColumn<QByteArray>("json");
        QTest::newRow("NET-14 nested without end") << "[{\"a\":" + QByteArray(100'000, '[');
        QTest::newRow("NET-14 a hundred thousand deep") << "[{\"a\":" + QByteArray(100'000, '[') + QByteArray(100'000, ']') + "}]";
        QTest::newRow("NET-14 millions of values") << "[{\"a\":[" + QByteArray(2'000'000, ',').replace(",", "0,") + "0]}]";
        QTest::newRow("NET-14 a string without end") << "[{\"a\":\"" + QByteArray(5'000'000, 'x');
        QTest::newRow("NET-14 brackets that do not fit") << QByteArray("[{\"a\":[}]]");
        QTest::newRow("NET-14 a number") << QByteArray("17");
        QTest::newRow("NET-14 numbers for rows") << QByteArray("[1,2]");
        QTest::newRow("NET-14 an object") << QByteArray("{\"error\":\"no\"}");
        QTest::newRow("NET-14 cut") << QByteArray("[{\"a\":1},");
        QTest::newRow("NET-14 something behind it") << QByteArray("[] []");
        QTest::newRow("NET-14 a byte order mark inside") << QByteArray("[\xEF\xBB\xBF{\"a\":1}]");
        QTest::newRow("NET-14 a zero behind the byte order mark") << QByteArray("\xEF\xBB\xBF\0[]", 6);
    }
    void hostileJsonIsBounded()
    {
        QFETCH(QByteArray, json);
        Result<void> result;
        readRows(json, 65536, result);
        QVERIFY(!result);
        QCOMPARE(result.error().fault, Fault::Damaged);
    }

    void sequencesNestedTooDeepAreRefused()
    {
        const auto nested = [](int depth) {
            QByteArray json = "{\"00100020\":{\"vr\":\"LO\",\"Value\":[\"P\"]}}";
            for (int i = 0; i < depth; ++i)
                json = "{\"00081199\":{\"vr\":\"SQ\",\"Value\":[" + json + "]}}";
            return json;
        };
        QVERIFY(datasetFromJson(nested(60)));
        QCOMPARE(datasetFromJson(nested(70)).error().fault, Fault::Damaged);
    }

    /// pydicom writes a dataset as DICOM JSON; ours must say what pydicom's says.
    void jsonOfAnIndependentWriterIsRead()
    {
        const auto ran = test::python(QString::fromUtf8(test::pydicomScript));
        QVERIFY2(ran.code == 0, ran.err.constData());
        const auto row = datasetFromJson(ran.out);
        QVERIFY(row);
        QCOMPARE(row->text(tag::PatientName), QString::fromUtf8("Yamada^Tarou=山田^太郎=やまだ^たろう"));
        QCOMPARE(row->text(tag::PatientID), "P1");
        QVERIFY(row->contains(tag::AccessionNumber) && !row->hasValue(tag::AccessionNumber));
        QCOMPARE(row->texts(tag::ModalitiesInStudy), (QStringList{"CT", "SR"}));
        QCOMPARE(row->integer(tag::NumberOfStudyRelatedInstances), 72);
        QCOMPARE(row->numbers(tag::PixelSpacing), (std::vector<double>{0.5, 0.25}));
        QCOMPARE(row->integer(tag::Rows), 512);
        QCOMPARE(row->number(tag::DiffusionBValue), 1000.5);
        QCOMPARE(row->number(dicom::Tag{0x0018, 0x0050}), 1.25);
        QCOMPARE(row->bytes(tag::FrameIncrementPointer), QByteArray("\x18\x00\x63\x10\x20\x00\x32\x00", 8));
        QCOMPARE(row->bytes(tag::ICCProfile), QByteArray("\1\2\3\4"));
        const auto items = row->items(tag::ContentSequence);
        QCOMPARE(items.size(), 2);
        QCOMPARE(items[0].text(tag::TextValue), "a\\b");
        QCOMPARE(items[0].item(tag::ConceptNameCodeSequence)->text(dicom::Tag{0x0008, 0x0104}), QString::fromUtf8("Größe"));
        QCOMPARE(row->text(dicom::Tag{0x0009, 0x1001}), "private");
        QCOMPARE(row->integer(dicom::Tag{0x0009, 0x1002}), 7);
    }

    /// What is there and empty is there and empty, of whatever kind (PS3.18 F.2.5); a link to bulk data is no empty value.
    void whatIsEmptyIsThere()
    {
        const QByteArray without = R"({"00081115":{"vr":"SQ"},"00100020":{"vr":"LO"},"00280010":{"vr":"US"}})";
        const QByteArray with = R"({"00081115":{"vr":"SQ","Value":[]},"00100020":{"vr":"LO","Value":[]},"00280010":{"vr":"US","Value":[]}})";
        for (const QByteArray& empty : {without, with}) {
            const auto row = datasetFromJson(empty);
            QVERIFY(row);
            for (const dicom::Tag tag : {dicom::Tag{0x0008, 0x1115}, tag::PatientID, tag::Rows}) {
                QVERIFY2(row->contains(tag), empty.constData());
                QVERIFY(!row->hasValue(tag));
            }
        }
        const auto one = datasetFromJson(R"({"00081115":{"vr":"SQ","Value":[{"0020000E":{"vr":"UI","Value":["1.2"]}},{}]}})");
        QVERIFY(one);
        QCOMPARE(one->items({0x0008, 0x1115}).size(), 2u);
        QCOMPARE(one->items({0x0008, 0x1115})[0].text(tag::SeriesInstanceUID), "1.2");
        const QByteArray linked = R"({"00281201":{"vr":"OW","BulkDataURI":"http://x/y"}})";
        QVERIFY(!datasetFromJson(linked)->contains({0x0028, 0x1201}));
    }

    void oddJsonIsReadOrLeftOut()
    {
        const auto row = datasetFromJson(test::oddJson);
        QVERIFY(row);
        QCOMPARE(row->integer(tag::Rows), 512);
        QVERIFY(!row->contains(tag::Columns)); // does not fit into 16 bits: never another number
        QCOMPARE(row->integer(tag::NumberOfStudyRelatedInstances), 3);
        QCOMPARE(row->number(tag::PixelSpacing, 0), 0.5);
        QVERIFY(std::abs(*row->number(tag::PixelSpacing, 1) - 1.0 / 3) < 1e-13);
        QCOMPARE(row->texts(tag::ModalitiesInStudy), (QStringList{"CT", "", "SR"}));
        QCOMPARE(row->text(tag::PatientName), "Old^Style");
        QVERIFY(!row->contains(tag::PixelData));
        QVERIFY(!row->contains(tag::PatientID));
        QCOMPARE(row->text(tag::PatientBirthDate), "19700101");
        QCOMPARE(row->text(tag::StudyInstanceUID), QString()); // an object where a UID should be
        QVERIFY(!row->contains(dicom::Tag{0x0002, 0x0010}));
        QCOMPARE(row->text(tag::AccessionNumber), "ab");
    }

    /// GB18030 that a server took for ISO 8859-1: 张 is D5 C5, 伟 is CE B0 (by Python's codec).
    void SAF_07_aWronglyDeclaredCharacterSetIsOverridden()
    {
        const QString misread = QString::fromLatin1("\xD5\xC5^\xCE\xB0");
        const QByteArray json = QByteArray(test::misreadName).replace("@", misread.toUtf8());
        QCOMPARE(datasetFromJson(json)->text(tag::PatientName), "Zhang^Wei=" + misread);
        QCOMPARE(datasetFromJson(json, "GB18030")->text(tag::PatientName), QString::fromUtf8("Zhang^Wei=张^伟"));
        // Text that was never Latin-1 stays.
        const QByteArray right = test::rightName;
        QCOMPARE(datasetFromJson(right, "GB18030")->text(tag::PatientName), QString::fromUtf8("张^é"));
        const auto description = [](const QString& text, const QString& assumed) {
            return datasetFromJson("{\"00081030\":{\"vr\":\"LO\",\"Value\":[\"" + text.toUtf8() + "\"]}}", assumed)->text(tag::StudyDescription);
        };
        const QString both = QString::fromUtf8("张") + QString::fromLatin1("\xD5\xC5"), utf8 = QString::fromLatin1("\xC3\xA4");
        QCOMPARE(description(both, "GB18030"), both);
        QCOMPARE(description(utf8, {}), utf8); // nobody has said that it is anything else
        QCOMPARE(description(utf8, "ISO_IR 192"), QString::fromUtf8("ä"));
        QCOMPARE(description("Kopf", "GB18030"), "Kopf");
    }

    /// The same bytes as they are, in a JSON that is no UTF-8: read in the character set of the source, shown as damaged without one.
    void SAF_07_textThatIsNoUtf8DoesNotHideTheRow()
    {
        const QByteArray json = QByteArray(test::misreadName).replace("@", "\xD5\xC5^\xCE\xB0").replace("{\"00", "{\n\t\"00");
        QCOMPARE(datasetFromJson(json, "GB18030")->text(tag::PatientName), QString::fromUtf8("Zhang^Wei=张^伟"));
        const auto damaged = datasetFromJson(json);
        QVERIFY(damaged);
        QVERIFY(damaged->text(tag::PatientName).startsWith("Zhang^Wei="));
        QVERIFY(damaged->text(tag::PatientName).contains(QChar::ReplacementCharacter));
    }

    void NET_14_aValueWithoutItsBracketsIsOne()
    {
        const auto row = datasetFromJson(R"({"0020000D":{"vr":"UI","Value":"1.2.3"},"00100010":{"vr":"PN","Value":{"Alphabetic":"A^B"}},"00201208":{"vr":"IS","Value":7},"00100020":{"vr":"LO","Value":null}})");
        QVERIFY(row);
        QCOMPARE(row->text(tag::StudyInstanceUID), "1.2.3");
        QCOMPARE(row->text(tag::PatientName), "A^B");
        QCOMPARE(row->integer(tag::NumberOfStudyRelatedInstances), 7);
        QVERIFY(row->contains(tag::PatientID) && !row->hasValue(tag::PatientID));
    }

    /// PS3.4 C.2.2.2.1 and C.2.2.2.4.
    void rowsMatchAsTheStandardSays_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("pattern");
        QTest::addColumn<bool>("isMatch");
        QTest::newRow("SAF-07 the whole name") << "Müller^Anna Maria" << "Müller^Anna Maria" << true;
        QTest::newRow("SAF-07 any case") << "MÜLLER^ANNA" << "müller^anna" << true;
        QTest::newRow("SAF-07 empty components at the end") << "Müller^Anna^^^" << "Müller^Anna" << true;
        QTest::newRow("SAF-07 only the family name") << "Müller^Anna" << "Müller" << false;
        QTest::newRow("SAF-07 only the family name, with an asterisk") << "Müller^Anna" << "Müller*" << true;
        QTest::newRow("SAF-07 the ideographic group") << "Zhang^XiaoDong=张^小东" << "张^小东" << true;
        QTest::newRow("SAF-07 two groups") << "Zhang^XiaoDong=张^小东" << "*=张*" << true;
        QTest::newRow("SAF-07 another ideograph") << "Zhang^XiaoDong=张^小东" << "章*" << false;
        QTest::newRow("SAF-07 a composed letter") << QString::fromUtf8("Je\u0301ro\u0302me^A") << QString::fromUtf8("J\u00e9r\u00f4me^A") << true;
        QTest::newRow("SAF-07 a letter is not its bare one") << "Jérôme^A" << "Jerome ^A" << false;
        QTest::newRow("SAF-07 one letter") << "Müller^Bo" << "M?ller^Bo" << true;
        QTest::newRow("SAF-07 one letter is not none") << "Mller^Bo" << "M?ller^Bo" << false;
        QTest::newRow("SAF-07 a blank in front of empty components") << "Müller^Anna ^^" << "Müller^Anna" << true;
        QTest::newRow("SAF-07 two groups, and the second is another") << "Zhang^XiaoDong=张^小东" << "Zhang^XiaoDong=李*" << false;
        QTest::newRow("SAF-07 two groups, the second empty") << "Müller^Anna=" << "Müller^Anna==" << true;
        QTest::newRow("SAF-07 nobody") << "" << "M?ller" << false;
    }
    void rowsMatchAsTheStandardSays()
    {
        QFETCH(QString, name);
        QFETCH(QString, pattern);
        QFETCH(bool, isMatch);
        const auto row = datasetFromJson(QStringLiteral(R"({"00100010":{"vr":"PN","Value":["%1"]},"00100020":{"vr":"LO","Value":["a 1"]},"00081030":{"vr":"LO","Value":["CT Kopf"]}})").arg(name).toUtf8());
        QVERIFY(row);
        dicom::FindKeys keys;
        keys.patientName = pattern;
        QCOMPARE(matches(*row, dicom::Level::Study, keys), isMatch);
        keys.patientName.clear();
        keys.patientId = "A 1"; // an ID is another in capitals
        QVERIFY(!matches(*row, dicom::Level::Study, keys));
        keys.patientId = "a 1";
        keys.description = "CT K*";
        QVERIFY(matches(*row, dicom::Level::Study, keys));
        keys.description = "MR K*";
        QVERIFY(!matches(*row, dicom::Level::Study, keys));
        // What every server understands is its own to match, and of each level only its own keys.
        keys.description = "kopf";
        QVERIFY(matches(*row, dicom::Level::Study, keys));
        const auto series = datasetFromJson(R"({"00080060":{"vr":"CS","Value":["CT"]},"0008103E":{"vr":"LO","Value":["T1 axial"]}})");
        dicom::FindKeys ofSeries;
        ofSeries.patientName = QString::fromUtf8("Müller*");
        ofSeries.patientId = "a 1";
        ofSeries.accession = "b 2";
        ofSeries.description = "T1 *";
        ofSeries.modality = "C?";
        QVERIFY(matches(*series, dicom::Level::Series, ofSeries));
        ofSeries.modality = "M?";
        QVERIFY(!matches(*series, dicom::Level::Series, ofSeries) && matches(*series, dicom::Level::Image, ofSeries));
        ofSeries.modality.clear();
        ofSeries.description = "T2 *";
        QVERIFY(!matches(*series, dicom::Level::Series, ofSeries));
    }

    void wildcardsAreMatchedInGoodTime()
    {
        QVERIFY(matchesWildcards(u"", u"**"));
        QVERIFY(!matchesWildcards(u"", u"?"));
        QVERIFY(matchesWildcards(u"abcabd", u"*ab?"));
        QVERIFY(!matchesWildcards(u"abc", u"abcd"));
        QElapsedTimer clock;
        clock.start();
        QVERIFY(!matchesWildcards(QString(5000, u'a'), QStringLiteral("*a*a*a*a*a*a*a*a*a*a*b")));
        QVERIFY2(clock.elapsed() < 1000, QByteArray::number(clock.elapsed()).constData());
    }

    void onlyWhatWouldBePercentSignsIsWidened()
    {
        dicom::FindKeys keys;
        keys.patientName = QString::fromUtf8("Müller^Anna-Maria*");
        keys.accession = "A 1";
        keys.patientId = "A_1.2~3";
        keys.dates = "20200101-20200102";
        const auto wide = widened(keys);
        QVERIFY(wide);
        QCOMPARE(wide->patientName, "M*ller*Anna-Maria*");
        QCOMPARE(wide->accession, "A*1");
        QCOMPARE(wide->patientId, "A_1.2~3");
        QCOMPARE(wide->dates, "20200101-20200102");
        QVERIFY(!widened(*wide));
        dicom::FindKeys plain; // RFC 3986 2.3: unreserved
        plain.patientId = "AZaz09-._~";
        plain.modality = plain.accession = plain.description = "C*";
        QVERIFY(!widened(plain));
        for (const char c : QByteArray("@[`{/:!,+%"))
            for (QString dicom::FindKeys::*value : {&dicom::FindKeys::patientId, &dicom::FindKeys::patientName, &dicom::FindKeys::accession, &dicom::FindKeys::modality,
                                                    &dicom::FindKeys::description}) {
                dicom::FindKeys one;
                one.*value = QString("A") + c + c + "B";
                QVERIFY(widened(one));
                QCOMPARE((*widened(one)).*value, "A*B");
            }
    }

    void whatAServerSaysOfStoredObjectsIsRead_data()
    {
        QTest::addColumn<QByteArray>("type");
        QTest::addColumn<QByteArray>("body");
        const QByteArray object = test::storedJson;
        QTest::newRow("NET-01 STOW answer in JSON") << QByteArray("application/dicom+json") << object;
        QTest::newRow("NET-01 STOW answer in a JSON array") << QByteArray("application/json; charset=utf-8") << "[" + object + "]";
        QTest::newRow("NET-01 STOW answer in JSON without a type") << QByteArray() << object;
        QTest::newRow("NET-01 STOW answer in XML that is called JSON") << QByteArray("application/dicom+json") << QByteArray(test::storedXml);
        QTest::newRow("NET-01 STOW answer in XML") << QByteArray("application/dicom+xml") << QByteArray(test::storedXml);
    }
    void whatAServerSaysOfStoredObjectsIsRead()
    {
        QFETCH(QByteArray, type);
        QFETCH(QByteArray, body);
        const auto answer = StoreAnswer::parse(type, body);
        QVERIFY(answer);
        QCOMPARE(answer->stored, QSet<QString>{"1.2.1"});
        QCOMPARE(answer->failed, (QHash<QString, quint16>{{"1.2.2", 0xC122}}));
        QVERIFY(StoreAnswer::parse(type, "")->stored.isEmpty());
        QVERIFY(!StoreAnswer::parse(type, body.left(body.size() - 30)));
        QCOMPARE(StoreAnswer::parse("text/html", "<html>").error().fault, Fault::NotDicom);
    }

    /// Files in one body (PS3.18 8.6.1), read in pieces of any size and again from its beginning; their preambles are zeros (PS3.10 7.1).
    void FIL_14_NET_01_STOW_theBodyOfARequest()
    {
        QTemporaryDir folder;
        QByteArray whole;
        QStringList paths;
        for (const int size : {0, 127, 128, 129, 1000}) {
            QByteArray content(size, 'x');
            for (int i = 128; i < size; ++i)
                content[i] = char(i);
            paths << folder.filePath(QString::number(size));
            QFile file(paths.last());
            QVERIFY(file.open(QIODevice::WriteOnly) && file.write(content) == size);
            whole += QByteArray(whole.isEmpty() ? "" : "\r\n") + "--b\r\nContent-Type: application/dicom\r\n\r\n" + QByteArray(128, '\0') + content.mid(128);
        }
        whole += "\r\n--b--\r\n";
        StoreBody body(paths, "b");
        QVERIFY(!body.isSequential() && body.isReadable() && !body.isWritable());
        QCOMPARE(body.size(), whole.size());
        for (const int chunk : {1, 7, 128, 500, 10'000}) {
            QVERIFY(body.seek(0));
            QByteArray read;
            while (!body.atEnd()) {
                const QByteArray piece = body.read(chunk);
                QVERIFY(!piece.isEmpty() && piece.size() <= chunk);
                read += piece;
            }
            QCOMPARE(read, whole);
        }
        QVERIFY(body.seek(whole.size() - 200));
        QCOMPARE(body.read(100), whole.mid(whole.size() - 200, 100));
        // What has become shorter, or is gone, is not filled up.
        QVERIFY(QFile::resize(paths.last(), 500) && body.seek(0));
        QByteArray all(whole.size(), 'z');
        QCOMPARE(body.read(all.data(), all.size()), -1);
        StoreBody gone({paths.last()}, "b");
        QVERIFY(QFile::remove(paths.last()));
        QCOMPARE(gone.read(all.data(), all.size()), -1);
    }

    void queryValuesArePercentEncodedUtf8()
    {
        QCOMPARE(encoded(QString::fromUtf8("Mü*&=? +/山")), "M%C3%BC*%26%3D%3F%20%2B%2F%E5%B1%B1");
    }
};

QTEST_GUILESS_MAIN(TestDicomWebFormats)
#include "tst_dicomweb_formats.moc"
