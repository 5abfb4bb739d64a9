#include "tests/support/web_shelf.h"
#include <QElapsedTimer>
#include <atomic>
#include <thread>
#include <zlib.h>

using namespace diascope;
using namespace diascope::dicomweb;
using namespace diascope::test;
namespace tag = diascope::dicom::tag;

namespace
{

QByteArray gzip(const QByteArray& bytes)
{
    z_stream stream{};
    deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
    QByteArray out(qsizetype(deflateBound(&stream, uLong(bytes.size()))), '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.constData()));
    stream.avail_in = uInt(bytes.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = uInt(out.size());
    deflate(&stream, Z_FINISH);
    out.truncate(qsizetype(stream.total_out));
    deflateEnd(&stream);
    return out;
}

} // namespace

/// Searching servers that do what no real one should (NET-14), and what they do to HTTP; real ones are in tst_dicomweb_peers.
class TestDicomWeb : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void pagesAreReadToTheEnd_data()
    {
        QTest::addColumn<QString>("kind");
        QTest::addColumn<int>("total");
        QTest::addColumn<int>("requests");
        QTest::newRow("NET-14 QIDO paging, short last page") << "right" << 2303 << 3;
        QTest::newRow("NET-14 QIDO paging, empty last page") << "right" << 2000 << 3;
        QTest::newRow("NET-14 QIDO paging, 204 after the last") << "204" << 2000 << 3;
        QTest::newRow("NET-14 QIDO offset ignored") << "same" << 1000 << 2;
        QTest::newRow("NET-14 QIDO limit ignored") << "all" << 1700 << 1;
        QTest::newRow("NET-14 QIDO 206") << "206" << 230 << 3;
        QTest::newRow("NET-14 QIDO Warning 299") << "299" << 230 << 3;
        QTest::newRow("NET-14 QIDO a link to the next page") << "link" << 230 << 3;
        QTest::newRow("NET-14 QIDO X-Total-Count") << "total" << 230 << 3;
        QTest::newRow("NET-14 QIDO capped without a word") << "capped" << 230 << 3;
        QTest::newRow("NET-14 QIDO pages that overlap") << "overlap" << 2303 << 3;
        QTest::newRow("NET-14 QIDO nothing") << "right" << 0 << 1;
        QTest::newRow("NET-14 QIDO nothing, 204") << "204" << 0 << 1;
        QTest::newRow("NET-14 QIDO nothing, an empty body") << "empty" << 0 << 1;
    }
    void pagesAreReadToTheEnd()
    {
        QFETCH(QString, kind);
        QFETCH(int, total);
        QFETCH(int, requests);
        ScriptedHttp server([&](const ScriptedHttp::Request& request, ScriptedHttp::Connection& to) {
            int limit = request.values("limit").value(0).toInt();
            int offset = request.values("offset").value(0).toInt();
            if (kind == "same")
                offset = 0;
            if (kind == "all")
                limit = total, offset = 0;
            if (kind == "206" || kind == "299" || kind == "link" || kind == "total")
                limit = 99;
            if (kind == "capped")
                limit = 100;
            if (kind == "overlap" && offset > 0)
                offset -= 1; // a study has come in between
            const int count = std::max(0, std::min(limit, total - offset));
            if (kind == "empty")
                return to.answer(200, jsonType, "");
            if (kind == "204" && count == 0)
                return to.answer(204, {}, {});
            const bool isMore = offset + count < total;
            QByteArray headers;
            if (kind == "299" && isMore)
                headers = "Warning: 299 server \"There are more\"\r\n";
            if (kind == "link" && isMore)
                headers = "Link: </dicom-web/studies?offset=99>; rel=\"next\"\r\n";
            if (kind == "total")
                headers = "X-Total-Count: " + QByteArray::number(total) + "\r\n";
            to.answer(kind == "206" && isMore ? 206 : 200, jsonType, rows(offset, count), headers);
        });
        QStringList found;
        const auto done = findAll(serviceOf(server), &found);
        QVERIFY2(done, done ? "" : qPrintable(message(done.error())));
        QCOMPARE(*done, total);
        QCOMPARE(found.size(), total);
        QCOMPARE(QSet<QString>(found.begin(), found.end()).size(), total);
        QCOMPARE(server.requests().size(), requests);
        QVERIFY(server.requests()[0].values("offset").isEmpty()); // the first page is where every server begins
    }

    void aLimitStopsTheSearch()
    {
        ScriptedHttp server([&](const ScriptedHttp::Request& request, ScriptedHttp::Connection& to) {
            to.answer(200, jsonType, rows(request.values("offset").value(0).toInt(), 5000));
        });
        dicom::FindKeys keys;
        keys.limit = 7;
        QCOMPARE(*findAll(serviceOf(server), nullptr, keys), 7);
        QCOMPARE(server.requests()[0].values("limit"), QList<QByteArray>{"7"});
        // Of a server of small pages the next one is asked for what is still wanted.
        ScriptedHttp small([&](const ScriptedHttp::Request& request, ScriptedHttp::Connection& to) {
            to.answer(200, jsonType, rows(request.values("offset").value(0).toInt(), std::min(50, request.values("limit").value(0).toInt())));
        });
        keys.limit = 170;
        QCOMPARE(*findAll(serviceOf(small), nullptr, keys), 170);
        QList<QByteArray> asked;
        for (const auto& request : small.requests())
            asked << request.values("limit");
        QCOMPARE(asked, (QList<QByteArray>{"170", "120", "70", "20"}));
    }

    void NET_01_queriesSayWhatIsLookedFor()
    {
        ScriptedHttp server([&](const ScriptedHttp::Request&, ScriptedHttp::Connection& to) { to.answer(200, jsonType, rows(0, 1)); });
        dicom::FindKeys keys;
        keys.patientName = QString::fromUtf8("Mü&ller*");
        keys.dates = "20200101-20201231";
        keys.modality = "CT";
        keys.alsoReturn = {tag::PatientBirthDate};
        QVERIFY(findAll(serviceOf(server), nullptr, keys));
        const auto request = server.requests()[0];
        QCOMPARE(request.path(), "/dicom-web/studies");
        QCOMPARE(request.values("PatientName"), QList<QByteArray>{"Mü&ller*"});
        QVERIFY(request.target.contains("PatientName=M%C3%BC%26ller*&"));
        QCOMPARE(request.values("StudyDate"), QList<QByteArray>{"20200101-20201231"});
        QCOMPARE(request.values("ModalitiesInStudy"), QList<QByteArray>{"CT"});
        QCOMPARE(request.values("fuzzymatching"), QList<QByteArray>{"false"});
        QVERIFY(request.values("includefield").contains("00100030"));
        keys.studyUid = "../../admin";
        QCOMPARE(findAll(serviceOf(server), nullptr, keys).error().fault, Fault::Invalid);
        QCOMPARE(server.requests().size(), 1);
    }

    /// PS3.18 10.6.1: the whole of each query, every key under its own name.
    void NET_01_theKeysOfEachLevel_data()
    {
        QTest::addColumn<int>("level");
        QTest::addColumn<QString>("study");
        QTest::addColumn<QString>("series");
        QTest::addColumn<QByteArray>("target");
        const QByteArray ofStudies = "PatientID=P&PatientName=N&PatientBirthDate=19800101&AccessionNumber=A&StudyDate=20200101&ModalitiesInStudy=CT&StudyDescription=D"
                                     "&includefield=StudyDescription&includefield=IssuerOfPatientID&includefield=NumberOfStudyRelatedSeries"
                                     "&includefield=NumberOfStudyRelatedInstances&includefield=ModalitiesInStudy";
        const QByteArray ofSeries = "Modality=CT&SeriesDescription=D&includefield=SeriesDescription&includefield=NumberOfSeriesRelatedInstances";
        const QByteArray ofImages = "SOPInstanceUID=1.3&includefield=SOPClassUID&includefield=InstanceNumber";
        using dicom::Level;
        QTest::newRow("NET-01 studies") << int(Level::Study) << "" << "" << "/dicom-web/studies?fuzzymatching=false&" + ofStudies;
        QTest::newRow("NET-01 one study") << int(Level::Study) << "1.1" << "" << "/dicom-web/studies?fuzzymatching=false&StudyInstanceUID=1.1&" + ofStudies;
        QTest::newRow("NET-01 series of a study") << int(Level::Series) << "1.1" << "" << "/dicom-web/studies/1.1/series?fuzzymatching=false&" + ofSeries;
        QTest::newRow("NET-01 one series") << int(Level::Series) << "1.1" << "1.2" << "/dicom-web/studies/1.1/series?fuzzymatching=false&SeriesInstanceUID=1.2&" + ofSeries;
        QTest::newRow("NET-01 images of a series") << int(Level::Image) << "1.1" << "1.2" << "/dicom-web/studies/1.1/series/1.2/instances?fuzzymatching=false&" + ofImages;
        QTest::newRow("NET-01 series of anybody") << int(Level::Series) << "" << "1.2" << "/dicom-web/series?fuzzymatching=false&SeriesInstanceUID=1.2&" + ofSeries;
        QTest::newRow("NET-01 images of anybody") << int(Level::Image) << "" << "" << "/dicom-web/instances?fuzzymatching=false&" + ofImages;
        QTest::newRow("NET-01 images of a series alone") << int(Level::Image) << "" << "1.2" << "/dicom-web/instances?fuzzymatching=false&SeriesInstanceUID=1.2&" + ofImages;
        QTest::newRow("NET-01 images of a study") << int(Level::Image) << "1.1" << "" << "/dicom-web/studies/1.1/instances?fuzzymatching=false&" + ofImages;
    }
    void NET_01_theKeysOfEachLevel()
    {
        QFETCH(int, level);
        QFETCH(QString, study);
        QFETCH(QString, series);
        QFETCH(QByteArray, target);
        ScriptedHttp server([&](const ScriptedHttp::Request&, ScriptedHttp::Connection& to) { to.answer(200, jsonType, "[]"); });
        const dicom::FindKeys keys{"P", "N", "19800101", "A", "20200101", "CT", "D", study, series, "1.3", {tag::Rows}, 0};
        Task task;
        (void)dicomweb::find(serviceOf(server), dicom::Level(level), keys, [](const dicom::Dataset&) { return true; }, task);
        QVERIFY(!server.requests().isEmpty());
        QByteArray sent = server.requests()[0].target;
        sent = sent.left(sent.indexOf("&limit") < 0 ? sent.size() : sent.indexOf("&limit"));
        QCOMPARE(sent, target + "&includefield=00280010");
    }

    void eachStatusHasItsOwnSentence_data()
    {
        QTest::addColumn<int>("status");
        QTest::addColumn<int>("fault");
        QTest::addColumn<QString>("words");
        QTest::newRow("NET-14 400") << 400 << int(Fault::Refused) << "does not understand";
        QTest::newRow("NET-14 401") << 401 << int(Fault::Denied) << "user name, password or token";
        QTest::newRow("NET-14 403") << 403 << int(Fault::Denied) << "does not permit";
        QTest::newRow("NET-14 404") << 404 << int(Fault::NotFound) << "does not have it";
        QTest::newRow("NET-14 406") << 406 << int(Fault::Unsupported) << "in a form we asked for";
        QTest::newRow("NET-14 409") << 409 << int(Fault::Conflict) << "contradicts";
        QTest::newRow("NET-14 413") << 413 << int(Fault::Refused) << "too large";
        QTest::newRow("NET-14 429") << 429 << int(Fault::Refused) << "too many requests";
        QTest::newRow("NET-14 500") << 500 << int(Fault::Refused) << "failed inside";
        QTest::newRow("NET-14 501") << 501 << int(Fault::Unsupported) << "does not offer";
        QTest::newRow("NET-14 502") << 502 << int(Fault::Unreachable) << "proxy";
        QTest::newRow("NET-14 503") << 503 << int(Fault::Refused) << "busy";
    }
    void eachStatusHasItsOwnSentence()
    {
        QFETCH(int, status);
        QFETCH(int, fault);
        QFETCH(QString, words);
        ScriptedHttp server([&](const ScriptedHttp::Request&, ScriptedHttp::Connection& to) { to.answer(status, "text/html", "<html>", "WWW-Authenticate: Basic realm=\"x\"\r\n"); });
        Service service = serviceOf(server);
        service.patienceSeconds = 0;
        Task task;
        const auto done = check(service, task);
        QVERIFY(!done);
        QVERIFY2(int(done.error().fault) == fault && done.error().detail.contains(words), qPrintable(message(done.error())));
        QCOMPARE(isTransient(done.error()), status == 429 || status == 503);
        QCOMPARE(server.requests().size(), status == 400 ? 2 : 1); // once more with its keys alone
    }

    void NET_14_retryAfterIsHonouredUpToABound()
    {
        std::atomic<int> wait = 0;
        ScriptedHttp server([&](const ScriptedHttp::Request& request, ScriptedHttp::Connection& to) {
            if (request.number < 2)
                to.answer(request.number == 0 ? 503 : 429, "text/plain", "busy", "Retry-After: " + QByteArray::number(wait) + "\r\n");
            else
                to.answer(200, jsonType, rows(0, 1));
        });
        QElapsedTimer clock;
        clock.start();
        wait = 1;
        QCOMPARE(*findAll(serviceOf(server)), 1);
        QVERIFY(clock.elapsed() >= 2000);
        QCOMPARE(server.requests().size(), 3);
        ScriptedHttp later([&](const ScriptedHttp::Request&, ScriptedHttp::Connection& to) {
            to.answer(503, "text/plain", "busy", "Retry-After: Wed, 21 Oct 2099 07:28:00 GMT\r\n");
        });
        clock.restart();
        const auto done = findAll(serviceOf(later));
        QVERIFY(!done && isTransient(done.error()));
        QVERIFY(clock.elapsed() < 1500); // 2099 is not waited for
        QCOMPARE(later.requests().size(), 1);
        ScriptedHttp never([&](const ScriptedHttp::Request&, ScriptedHttp::Connection& to) {
            to.answer(429, "text/plain", "busy", "Retry-After: 99999999999999999999\r\n");
        });
        QVERIFY(!findAll(serviceOf(never)));
        QCOMPARE(never.requests().size(), 1);
    }

    void NET_14_aLoginWeDoNotSpeakIsSaid()
    {
        ScriptedHttp server([&](const ScriptedHttp::Request&, ScriptedHttp::Connection& to) { to.answer(401, {}, {}, "WWW-Authenticate: Digest realm=\"x\", nonce=\"y\"\r\n"); });
        const auto done = findAll(serviceOf(server));
        QVERIFY(!done && done.error().fault == Fault::Denied);
        QVERIFY2(done.error().detail.contains("other than by password or token"), qPrintable(done.error().detail));
    }

    void redirectsKeepCredentialsAtHome()
    {
        ScriptedHttp other([&](const ScriptedHttp::Request&, ScriptedHttp::Connection& to) { to.answer(200, jsonType, rows(0, 3)); });
        ScriptedHttp server([&](const ScriptedHttp::Request& request, ScriptedHttp::Connection& to) {
            if (request.number == 0)
                to.answer(302, {}, {}, "Location: /moved\r\n");
            else
                to.answer(307, {}, {}, "Location: " + other.url("/there").toLatin1() + "\r\n");
        });
        Service service = serviceOf(server);
        service.login = {dicom::Login::Kind::Basic, "anna", "sesame"};
        QCOMPARE(*findAll(service), 3);
        const auto requests = server.requests();
        QCOMPARE(requests.size(), 2);
        QCOMPARE(requests[1].target, "/moved");
        for (const auto& request : requests)
            QCOMPARE(request.headers["authorization"], "Basic YW5uYTpzZXNhbWU="); // printf anna:sesame | base64
        QCOMPARE(other.requests().size(), 1);
        QVERIFY2(!other.requests()[0].headers.contains("authorization"), "NET-14 credentials went to another origin");
        service.login = {dicom::Login::Kind::Bearer, {}, "abc.def"};
        QVERIFY(findAll(service));
        QCOMPARE(server.requests().last().headers["authorization"], "Bearer abc.def");
    }

    void badRedirectsAreRefused_data()
    {
        QTest::addColumn<QByteArray>("location");
        QTest::addColumn<QString>("words");
        QTest::newRow("NET-14 redirect without end") << QByteArray("/again") << "without end";
        QTest::newRow("NET-14 redirect to a file") << QByteArray("file://localhost/etc/passwd") << "not followed";
        QTest::newRow("NET-14 redirect to nowhere") << QByteArray("") << "without saying where";
    }
    void badRedirectsAreRefused()
    {
        QFETCH(QByteArray, location);
        QFETCH(QString, words);
        ScriptedHttp server([&](const ScriptedHttp::Request&, ScriptedHttp::Connection& to) { to.answer(302, {}, {}, "Location: " + location + "\r\n"); });
        const auto done = findAll(serviceOf(server));
        QVERIFY(!done);
        QVERIFY2(done.error().fault == Fault::Refused && done.error().detail.contains(words), qPrintable(message(done.error())));
        QVERIFY(server.requests().size() <= 6);
    }

    void NET_10_noLoginOverPlainHttp()
    {
        Service service;
        Task task;
        for (const auto kind : {dicom::Login::Kind::Basic, dicom::Login::Kind::Bearer}) {
            service.url = "http://pacs.invalid/dicom-web";
            service.login = {kind, "a", "b"};
            const auto done = check(service, task);
            QVERIFY(!done);
            QVERIFY2(done.error().fault == Fault::Invalid && done.error().detail.contains("without encryption"), qPrintable(message(done.error())));
        }
        service.login = {};
        for (const char* url : {"", "pacs/dicom-web", "ftp://pacs/x", "https://user:secret@pacs/x", "https://pacs/x?y=1", "https:///x"}) {
            service.url = QLatin1String(url);
            QCOMPARE(check(service, task).error().fault, Fault::Invalid);
        }
        service = {"https://pacs.invalid", {}, {dicom::Login::Kind::Bearer, {}, "a\r\nX-Evil: 1"}};
        QCOMPARE(check(service, task).error().fault, Fault::Invalid);
        service.login.secret.clear();
        QCOMPARE(check(service, task).error().fault, Fault::Invalid);
    }

    void badBodiesEndInTime_data()
    {
        QTest::addColumn<QString>("kind");
        QTest::addColumn<int>("fault");
        QTest::newRow("NET-14 slow drip of a byte a time") << "drip" << int(Fault::TimedOut);
        QTest::newRow("NET-03 silent after the request") << "silent" << int(Fault::TimedOut);
        QTest::newRow("NET-03 silent in the head") << "head" << int(Fault::TimedOut);
        QTest::newRow("NET-14 cut in the middle") << "cut" << int(Fault::Unreachable);
        QTest::newRow("NET-14 reset in the middle") << "reset" << int(Fault::Unreachable);
        QTest::newRow("NET-14 chunks cut") << "chunks" << int(Fault::Unreachable);
        QTest::newRow("NET-14 a login page") << "html" << int(Fault::NotDicom);
        QTest::newRow("NET-14 rubbish") << "rubbish" << int(Fault::Unreachable);
        QTest::newRow("NET-14 JSON without end") << "endless" << int(Fault::Damaged);
        QTest::newRow("NET-14 a gigabyte in a gzip") << "bomb" << int(Fault::Damaged);
    }
    void badBodiesEndInTime()
    {
        QFETCH(QString, kind);
        QFETCH(int, fault);
        const QByteArray json = rows(0, 50);
        const QByteArray head = "HTTP/1.1 200 OK\r\nContent-Type: application/dicom+json\r\n";
        const QByteArray bomb = kind == "bomb" ? gzip("[{\"a\":\"" + QByteArray(1'000'000'000, 'x')) : QByteArray();
        ScriptedHttp server([&](const ScriptedHttp::Request&, ScriptedHttp::Connection& to) {
            to.close();
            if (kind == "drip") {
                to.send(head + "Content-Length: " + QByteArray::number(json.size()) + "\r\n\r\n");
                for (qsizetype i = 0; i < json.size() && to.send(json.mid(i, 1)) && !to.waitUntilGone(50); ++i)
                    ;
            } else if (kind == "silent" || kind == "head") {
                to.send(kind == "head" ? head : QByteArray());
                to.waitUntilGone(20000);
            } else if (kind == "cut" || kind == "reset") {
                to.send(head + "Content-Length: 100000\r\n\r\n" + json);
                if (kind == "reset")
                    to.reset();
            } else if (kind == "chunks") {
                // Within the list: whether Qt sees the end of the line before or after the last bytes is chance, and after them it says nothing.
                to.send(head + "Transfer-Encoding: chunked\r\n\r\n" + QByteArray::number(json.size(), 16) + "\r\n" + json.chopped(20));
            } else if (kind == "html") {
                to.answer(200, "text/html; charset=utf-8", "<html><form>Log in</form></html>");
            } else if (kind == "rubbish") {
                to.send("SSH-2.0-OpenSSH_9.2p1\r\n");
            } else if (kind == "endless") {
                to.send(head + "\r\n[{\"00100010\":\"");
                while (to.send(QByteArray(65536, 'x')))
                    ;
            } else {
                to.answer(200, jsonType, bomb, "Content-Encoding: gzip\r\n");
            }
        });
        QElapsedTimer clock;
        clock.start();
        const auto done = findAll(serviceOf(server));
        QVERIFY(!done);
        const QByteArray said = QByteArray::number(clock.elapsed()) + " ms, " + message(done.error()).toUtf8();
        const bool isEitherWay = kind == "rubbish" || kind == "chunks";
        QVERIFY2(int(done.error().fault) == fault || (isEitherWay && done.error().fault == Fault::Damaged), said.constData());
        QVERIFY2(clock.elapsed() < 20000, said.constData());
    }

    void NET_14_gzipIsUnpacked()
    {
        ScriptedHttp server([&](const ScriptedHttp::Request&, ScriptedHttp::Connection& to) {
            to.answer(200, jsonType, gzip(rows(0, 900)), "Content-Encoding: gzip\r\n");
        });
        QCOMPARE(*findAll(serviceOf(server)), 900);
    }

    /// What a broken line leaves is never taken for "nothing found".
    void whatMayBeCutIsNoEmptyList_data()
    {
        QTest::addColumn<QByteArray>("answer");
        const QByteArray head = "HTTP/1.1 200 OK\r\nContent-Type: application/dicom+json\r\n";
        QTest::newRow("NET-14 chunks that are none") << head + "Transfer-Encoding: chunked\r\n\r\nzz\r\n[]\r\n0\r\n\r\n";
        QTest::newRow("NET-14 cut before the body") << head + "\r\n";
        QTest::newRow("NET-14 cut within the list") << head + "\r\n" + rows(0, 50).chopped(20);
        QTest::newRow("NET-14 cut between two rows") << head + "\r\n" + rows(0, 50).chopped(1);
        QTest::newRow("NET-14 an interim answer that stays the last") << QByteArray("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n") + head + "Content-Length: 2\r\n\r\n[]";
    }
    void whatMayBeCutIsNoEmptyList()
    {
        QFETCH(QByteArray, answer);
        ScriptedHttp server([&](const ScriptedHttp::Request&, ScriptedHttp::Connection& to) {
            to.send(answer);
            to.close();
        });
        const auto done = findAll(serviceOf(server));
        QVERIFY(!done);
        QCOMPARE(done.error().fault, Fault::Damaged);
    }

    void NET_14_rowsWithoutUidsAndWithoutOffsetEnd()
    {
        QByteArray json = "[";
        for (int i = 0; i < 50; ++i)
            json += (i > 0 ? ",{" : "{") + QByteArray("\"00100020\":{\"vr\":\"LO\",\"Value\":[\"P") + QByteArray::number(i % 25) + "\"]}}";
        ScriptedHttp server([&](const ScriptedHttp::Request&, ScriptedHttp::Connection& to) { to.answer(200, jsonType, json + "]"); });
        QCOMPARE(*findAll(serviceOf(server)), 25);
        QCOMPARE(server.requests().size(), 2);
    }

    void aCancelEndsItAtOnce()
    {
        ScriptedHttp server([&](const ScriptedHttp::Request&, ScriptedHttp::Connection& to) { to.waitUntilGone(20000); });
        Task task;
        QElapsedTimer sinceCancel;
        Result<void> done;
        std::thread worker([&] {
            Service service = serviceOf(server);
            service.silenceSeconds = 30;
            done = check(service, task);
        });
        QTRY_COMPARE(server.requests().size(), 1);
        sinceCancel.start();
        task.cancel();
        worker.join();
        QVERIFY2(sinceCancel.elapsed() < 2000, QByteArray::number(sinceCancel.elapsed()).constData());
        QCOMPARE(done.error().fault, Fault::Cancelled);
    }

    void tenThousandRowsStayLinear()
    {
        const auto timeOf = [](int total) {
            ScriptedHttp server([total](const ScriptedHttp::Request& request, ScriptedHttp::Connection& to) {
                const int offset = request.values("offset").value(0).toInt();
                to.answer(200, jsonType, rows(offset, std::max(0, std::min(1000, total - offset))));
            });
            QElapsedTimer clock;
            clock.start();
            if (findAll(serviceOf(server)).value_or(0) != total)
                return qint64(-1);
            return std::max<qint64>(1, clock.elapsed());
        };
        (void)timeOf(1000);
        const qint64 small = timeOf(2000), large = timeOf(10000);
        QVERIFY(small > 0 && large > 0);
        qInfo("2,000 rows %lld ms, 10,000 rows %lld ms", static_cast<long long>(small), static_cast<long long>(large));
        QVERIFY(large < 12 * small);
    }
};

QTEST_GUILESS_MAIN(TestDicomWeb)
#include "tst_dicomweb.moc"
