#include "tests/support/web_shelf.h"

using namespace diascope;
using namespace diascope::dicomweb;
using namespace diascope::test;
namespace tag = diascope::dicom::tag;

/// Searching servers that speak DICOMweb with an accent: what they do not understand is asked in another way.
class TestDicomWebDialects : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void jsonIsKnownHoweverItIsNamed_data()
    {
        QTest::addColumn<QByteArray>("type");
        QTest::addColumn<QByteArray>("body");
        const QString text = QString::fromUtf8("[{\"0020000D\":{\"vr\":\"UI\",\"Value\":[\"1.9.1\"]},\"00100010\":{\"vr\":\"PN\",\"Value\":[{\"Alphabetic\":\"Müller\"}]}}]");
        QByteArray utf16("\xFF\xFE");
        for (const QChar c : text)
            utf16 += char(c.unicode() & 0xff), utf16 += char(c.unicode() >> 8);
        QTest::newRow("NET-14 no Content-Type") << QByteArray() << text.toUtf8();
        QTest::newRow("NET-14 text/plain") << QByteArray("text/plain; charset=utf-8") << text.toUtf8();
        QTest::newRow("NET-14 octets with a byte order mark") << QByteArray("application/octet-stream") << "\xEF\xBB\xBF" + text.toUtf8();
        QTest::newRow("NET-14 some other JSON") << QByteArray("application/hal+json") << text.toUtf8();
        QTest::newRow("SAF-07 declared Latin-1") << QByteArray("application/json; charset=ISO-8859-1") << text.toLatin1();
        QTest::newRow("SAF-07 declared UTF-16") << QByteArray("application/json; charset=utf-16") << utf16;
    }
    void jsonIsKnownHoweverItIsNamed()
    {
        QFETCH(QByteArray, type);
        QFETCH(QByteArray, body);
        ScriptedHttp server([&](const ScriptedHttp::Request&, ScriptedHttp::Connection& to) { to.answer(200, type, body); });
        QStringList names;
        Task task;
        const auto done = find(serviceOf(server), dicom::Level::Study, {}, [&](const dicom::Dataset& row) {
            names << row.text(tag::PatientName);
            return true;
        }, task);
        QVERIFY2(done, done ? "" : qPrintable(message(done.error())));
        QCOMPARE(names, QStringList{QString::fromUtf8("Müller")});
    }

    /// Azure takes pages of 200 rows at most and answers 400 to more; others do so to fields they do not know.
    void aRefusedQueryIsAskedMoreSimply_data()
    {
        QTest::addColumn<bool>("isStrict");
        QTest::addColumn<int>("requests");
        QTest::newRow("NET-14 QIDO pages of 200 at most") << false << 5;
        QTest::newRow("NET-14 QIDO no unknown fields") << true << 6;
    }
    void aRefusedQueryIsAskedMoreSimply()
    {
        QFETCH(bool, isStrict);
        QFETCH(int, requests);
        ScriptedHttp server([&](const ScriptedHttp::Request& request, ScriptedHttp::Connection& to) {
            const int limit = request.values("limit").value(0).toInt(), offset = request.values("offset").value(0).toInt();
            if (limit > 200 || (isStrict && request.target.contains("includefield")))
                to.answer(400, "application/json", "{\"error\":\"limit\"}");
            else
                to.answer(200, jsonType, rows(offset, std::max(0, std::min(limit, 330 - offset))));
        });
        QStringList found;
        dicom::FindKeys keys;
        keys.modality = "CT";
        const auto done = findAll(serviceOf(server), &found, keys);
        QVERIFY2(done, done ? "" : qPrintable(message(done.error())));
        QCOMPARE(QSet<QString>(found.begin(), found.end()).size(), 330);
        QCOMPARE(found.size(), 330);
        QCOMPARE(server.requests().size(), requests);
        for (const auto& request : server.requests())
            QCOMPARE(request.values("ModalitiesInStudy"), QList<QByteArray>{"CT"});
        if (isStrict) // its keys alone
            QCOMPARE(server.requests()[2].target, "/dicom-web/studies?ModalitiesInStudy=CT&limit=100");
    }

    /// What is refused in its simplest form too is refused; and a query without a key has none to lose.
    void NET_14_aQueryThatIsRefusedInEveryForm()
    {
        ScriptedHttp server([](const ScriptedHttp::Request&, ScriptedHttp::Connection& to) { to.answer(400, {}, {}); });
        const auto done = findAll(serviceOf(server), nullptr);
        QCOMPARE(done.error().detail, "the server does not understand the request (400)");
        QCOMPARE(server.requests().size(), 3);
        QCOMPARE(server.requests()[0].values("limit"), QList<QByteArray>{"1000"});
        QVERIFY(server.requests()[1].target.contains("includefield=") && server.requests()[1].target.endsWith("&limit=100"));
        QCOMPARE(server.requests()[2].target, "/dicom-web/studies?limit=100");
        // Once there are rows it is not asked for the same again.
        ScriptedHttp later([](const ScriptedHttp::Request& request, ScriptedHttp::Connection& to) {
            request.number == 0 ? to.answer(200, jsonType, rows(0, 1000)) : to.answer(400, {}, {});
        });
        QVERIFY(!findAll(serviceOf(later), nullptr));
        QCOMPARE(later.requests().size(), 2);
    }

    /// A row is known by the UID of its level, whatever else it says.
    void NET_14_eachRowOnce()
    {
        const auto row = [](int study, int series, int instance) {
            const auto uid = [](const char* tag, int number) { return QByteArray("\"") + tag + "\":{\"vr\":\"UI\",\"Value\":[\"1." + QByteArray::number(number) + "\"]}"; };
            return "{" + uid("0020000D", study) + "," + uid("0020000E", series) + "," + uid("00080018", instance) + "}";
        };
        using dicom::Level;
        for (const auto& [level, same, other, text] : {std::tuple(Level::Study, row(1, 5, 6), row(4, 2, 3), "1.4 1.2 1.3"),
                                                       {Level::Series, row(4, 2, 6), row(1, 5, 3), "1.1 1.5 1.3"},
                                                       {Level::Image, row(4, 5, 3), row(1, 2, 6), "1.1 1.2 1.6"}}) {
            const QByteArray all = "[" + row(1, 2, 3) + "," + same + "," + other + "]";
            ScriptedHttp server([&](const ScriptedHttp::Request&, ScriptedHttp::Connection& to) { to.answer(200, jsonType, all); });
            Task task;
            QStringList found;
            const auto done = find(serviceOf(server), level, {}, [&](const dicom::Dataset& one) {
                found << one.text(tag::StudyInstanceUID) + ' ' + one.text(tag::SeriesInstanceUID) + ' ' + one.text(tag::SOPInstanceUID);
                return true;
            }, task);
            QVERIFY2(done, done ? "" : qPrintable(message(done.error())));
            QCOMPARE(*done, 2);
            QCOMPARE(found, (QStringList{"1.1 1.2 1.3", text}));
            QCOMPARE(task.done(), 2);
        }
    }

    /// PS3.18 8.3.4.4: where a server may have cut its list it is asked for more, and only there.
    void NET_14_whereAListMayGoOn_data()
    {
        QTest::addColumn<int>("rowsOfFirst");
        QTest::addColumn<QByteArray>("headers");
        QTest::addColumn<int>("requests");
        QTest::newRow("a round number") << 50 << QByteArray() << 2;
        QTest::newRow("one less") << 49 << QByteArray() << 1;
        QTest::newRow("one more") << 51 << QByteArray() << 1;
        QTest::newRow("as many as were asked for") << 1000 << QByteArray() << 2;
        QTest::newRow("one less than that") << 999 << QByteArray() << 1;
        QTest::newRow("more than were asked for") << 1001 << QByteArray() << 1;
        QTest::newRow("a total that is more") << 49 << QByteArray("X-Total-Count: 50\r\n") << 2;
        QTest::newRow("a total that is all") << 49 << QByteArray("X-Total-Count: 49\r\n") << 1;
    }
    void NET_14_whereAListMayGoOn()
    {
        QFETCH(int, rowsOfFirst);
        QFETCH(QByteArray, headers);
        QFETCH(int, requests);
        ScriptedHttp server([&](const ScriptedHttp::Request& request, ScriptedHttp::Connection& to) {
            request.number == 0 ? to.answer(200, jsonType, rows(0, rowsOfFirst), headers) : to.answer(200, jsonType, "[]");
        });
        QCOMPARE(findAll(serviceOf(server), nullptr).value_or(-1), rowsOfFirst);
        QCOMPARE(server.requests().size(), requests);
        if (requests > 1)
            QCOMPARE(server.requests()[1].values("offset"), QList<QByteArray>{QByteArray::number(rowsOfFirst)});
    }

    /// The headers of a study or of one of its series (PS3.18 10.4.1.1.2), and of no other.
    void NET_01_WADO_theHeadersOfAStudy()
    {
        QByteArray json = instanceRows({"1.2.3.4.5.1", "1.2.3.4.5.2"});
        int status = 200;
        ScriptedHttp server([&](const ScriptedHttp::Request&, ScriptedHttp::Connection& to) { to.answer(status, jsonType, json); });
        Task task;
        const auto read = [&](const char* of, const char* in) { return dicomweb::metadata(serviceOf(server), {of}, {in}, task); };
        const auto headers = read("1.2.3.4", "");
        QVERIFY2(headers, headers ? "" : qPrintable(message(headers.error())));
        QCOMPARE(headers->size(), 2u);
        QVERIFY(headers->at(0).text(tag::SOPInstanceUID) == "1.2.3.4.5.1" && headers->at(1).text(tag::SOPInstanceUID) == "1.2.3.4.5.2");
        QCOMPARE(task.done(), 2);
        QVERIFY(read("1.2.3.4", "1.2.3.4.5"));
        QCOMPARE(server.requests()[0].target, "/dicom-web/studies/1.2.3.4/metadata");
        QCOMPARE(server.requests()[1].target, "/dicom-web/studies/1.2.3.4/series/1.2.3.4.5/metadata");
        QVERIFY(server.requests()[0].headers["accept"].startsWith("application/dicom+json"));
        for (const auto& [of, in] : {std::pair("", ""), {"", "1.2"}, {"../x", ""}, {"1.2.3.4", "../x"}})
            QCOMPARE(read(of, in).error().fault, Fault::Invalid);
        QCOMPARE(server.requests().size(), 2);
        QCOMPARE(read("1.2.3", "").error().fault, Fault::Conflict); // they are of 1.2.3.4
        json = "[{";
        QCOMPARE(read("1.2.3.4", "").error().fault, Fault::Damaged);
        status = 403;
        QCOMPARE(read("1.2.3.4", "").error().fault, Fault::Denied);
    }

    /// A look whether somebody answers asks for one row, and any answer that is one will do.
    void NET_01_whetherAServerAnswers()
    {
        ScriptedHttp server([](const ScriptedHttp::Request& request, ScriptedHttp::Connection& to) {
            request.number == 0 ? to.answer(200, jsonType, rows(0, 3)) : request.number == 1 ? to.answer(200, jsonType, "[]") : to.answer(403, {}, {});
        });
        Task task;
        QVERIFY(dicomweb::check(serviceOf(server), task) && dicomweb::check(serviceOf(server), task));
        const auto denied = dicomweb::check(serviceOf(server), task);
        QVERIFY(!denied && denied.error().fault == Fault::Denied);
        QCOMPARE(task.done(), 0);
        for (const auto& request : server.requests())
            QCOMPARE(request.values("limit"), QList<QByteArray>{"1"});
    }

    /// Orthanc's plugin up to 1.7 compares what stands in the address, percent signs and all.
    void namesAreFoundWherePercentSignsAreNotUnderstood_data()
    {
        QTest::addColumn<QString>("wanted");
        QTest::addColumn<QStringList>("found");
        QTest::newRow("SAF-07 a blank and an umlaut") << QString::fromUtf8("Müller^Anna Maria") << QStringList{"1.9.1"};
        QTest::newRow("SAF-07 a name in another case, with a wildcard") << QString::fromUtf8("MÜLL*") << QStringList{"1.9.1", "1.9.2"};
        QTest::newRow("SAF-07 a single letter's wildcard") << "M?ller^Bo" << QStringList{"1.9.2"};
        QTest::newRow("SAF-07 nobody") << QString::fromUtf8("Möller*") << QStringList{};
    }
    void namesAreFoundWherePercentSignsAreNotUnderstood()
    {
        QFETCH(QString, wanted);
        QFETCH(QStringList, found);
        const auto person = [](const char* uid, const char* name) { return row(uid, QByteArray(",\"00100010\":{\"vr\":\"PN\",\"Value\":[{\"Alphabetic\":\"") + name + "\"}]}"); };
        const QByteArray all = "[" + person("1.9.1", "Müller^Anna Maria") + "," + person("1.9.2", "Müller^Bo") + "," + person("1.9.3", "Miller^Anna Mary") + "]";
        ScriptedHttp server([&](const ScriptedHttp::Request& request, ScriptedHttp::Connection& to) {
            to.answer(200, jsonType, request.target.contains('%') ? "[]" : all);
        });
        QStringList uids;
        dicom::FindKeys keys;
        keys.patientName = wanted;
        QCOMPARE(findAll(serviceOf(server), &uids, keys).value_or(-1), found.size());
        QCOMPARE(uids, found);
        keys.limit = 1; // of what matches, not of what comes
        QCOMPARE(findAll(serviceOf(server), nullptr, keys).value_or(-1), std::min<qsizetype>(1, found.size()));
    }
    /// One that takes no wider query has nothing, as it said first; one that was busy or shut us out then has not said it.
    void SAF_07_aWiderQueryThatIsNotTaken_data()
    {
        QTest::addColumn<int>("status");
        QTest::addColumn<bool>("isAnswer");
        for (const int status : {400, 404, 405, 406, 410, 413, 415, 501})
            QTest::addRow("SAF-07 %d", status) << status << true;
        for (const int status : {401, 403, 429, 503})
            QTest::addRow("SAF-07 %d", status) << status << false;
    }
    void SAF_07_aWiderQueryThatIsNotTaken()
    {
        QFETCH(int, status);
        QFETCH(bool, isAnswer);
        ScriptedHttp server([&](const ScriptedHttp::Request& request, ScriptedHttp::Connection& to) {
            request.target.contains('%') ? to.answer(200, jsonType, "[]") : to.answer(status, {}, {});
        });
        dicom::FindKeys keys;
        keys.patientName = QString::fromUtf8("Müller*");
        auto service = serviceOf(server);
        service.patienceSeconds = 1;
        const auto rows = findAll(service, nullptr, keys);
        QVERIFY(server.requests().last().target.contains("M*ller"));
        QVERIFY2(rows.has_value() == isAnswer, rows ? "" : qPrintable(rows.error().detail));
        QCOMPARE(rows.value_or(0), 0);
        if (!isAnswer)
            QVERIFY2(rows.error().detail.contains(QString::number(status)), qPrintable(rows.error().detail));
    }

    void SAF_07_aServerThatUnderstandsIsNotAskedWider()
    {
        ScriptedHttp server([&](const ScriptedHttp::Request& request, ScriptedHttp::Connection& to) {
            to.answer(200, jsonType, request.values("PatientID").contains("*") ? rows(0, 1) : "[]");
        });
        dicom::FindKeys keys;
        keys.patientName = QString::fromUtf8("Müller*");
        QCOMPARE(*findAll(serviceOf(server), nullptr, keys), 0);
        for (const auto& request : server.requests())
            QVERIFY2(!request.target.contains("M*ller"), request.target.constData());
        QCOMPARE(server.requests().size(), 2);
        QCOMPARE(server.requests()[1].target, "/dicom-web/studies?PatientID=%2A&limit=1");
        for (const auto& request : server.requests())
            QCOMPARE(request.headers["accept"], "application/dicom+json, application/json;q=0.9");
        keys.patientName = "Mueller*"; // nothing in it that may be misunderstood
        QCOMPARE(*findAll(serviceOf(server), nullptr, keys), 0);
        QCOMPARE(server.requests().size(), 3);
    }
};

QTEST_GUILESS_MAIN(TestDicomWebDialects)
#include "tst_dicomweb_dialects.moc"
