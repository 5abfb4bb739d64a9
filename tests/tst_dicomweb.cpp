#include "netclient/dicom/uid.h"
#include "netclient/dicomweb/pictures.h"
#include "netclient/dicomweb/query.h"
#include "netclient/dicomweb/retrieve.h"
#include "netclient/dicomweb/store.h"
#include "tests/support/phantom_files.h"
#include "tests/support/scripted_http.h"
#include <QElapsedTimer>
#include <atomic>
#include <thread>
#include <zlib.h>

using namespace diascope;
using namespace diascope::dicomweb;
using test::ScriptedHttp;
namespace tag = diascope::dicom::tag;

/// Servers that do what no real one should (NET-14); those that are real are in tst_dicomweb_peers.
namespace
{

const QString study = QStringLiteral("1.2.3.4");
const QString series = QStringLiteral("1.2.3.4.5");
const QByteArray jsonType = "application/dicom+json";

QByteArray row(const QByteArray& uid, const QByteArray& more = {})
{
    return "{\"0020000D\":{\"vr\":\"UI\",\"Value\":[\"" + uid + "\"]}" + more + "}";
}

QByteArray rows(int from, int count)
{
    QByteArray json = "[";
    for (int i = from; i < from + count; ++i)
        json += (i > from ? "," : "") + row("1.9." + QByteArray::number(i + 1));
    return json + "]";
}

QByteArray instanceRows(const QStringList& uids)
{
    QByteArray json = "[";
    for (const QString& uid : uids)
        json += (json.size() > 1 ? ",{" : "{") + QByteArray("\"0020000D\":{\"vr\":\"UI\",\"Value\":[\"") + study.toLatin1() + "\"]},\"0020000E\":{\"vr\":\"UI\",\"Value\":[\"" +
                series.toLatin1() + "\"]},\"00080018\":{\"vr\":\"UI\",\"Value\":[\"" + uid.toLatin1() + "\"]}}";
    return json + "]";
}

Service serviceOf(const ScriptedHttp& server)
{
    Service service;
    service.url = server.url();
    service.connectSeconds = 2;
    service.silenceSeconds = 2;
    service.patienceSeconds = 5;
    return service;
}

Result<qint64> findAll(const Service& service, QStringList* found = nullptr, const dicom::FindKeys& keys = {})
{
    Task task;
    return find(service, dicom::Level::Study, keys, [&](const dicom::Dataset& dataset) {
        if (found)
            *found << dataset.text(tag::StudyInstanceUID);
        return true;
    }, task);
}

/// The files of one study, and what a server needs to give them out.
struct Shelf
{
    QTemporaryDir folder;
    QStringList uids;
    QMap<QString, QByteArray> files;

    explicit Shelf(int count = 4)
    {
        const auto ran = test::writeFiles(folder.path(), QStringLiteral("for i in range(%1):\n    ds = image(); ds.SOPInstanceUID = f'1.2.3.4.5.{i + 1}'\n"
                                                                        "    ds.PatientID = 'P'; save(ds, f'{i + 1}')\n"
                                                                        "ds = image(); ds.StudyInstanceUID = '9.9'; ds.SOPInstanceUID = '1.2.3.4.5.66'; save(ds, 'study')\n"
                                                                        "ds = image(); ds.PatientID = 'Q'; ds.SOPInstanceUID = '1.2.3.4.5.67'; save(ds, 'patient')\n"
                                                                        "ds = image(); ds.SOPInstanceUID = '../../x'; save(ds, 'path')\n").arg(count));
        if (ran.code != 0)
            qFatal("%s", ran.err.constData());
        for (int i = 1; i <= count; ++i) {
            uids << series + u'.' + QString::number(i);
            files[uids.back()] = file(QString::number(i));
        }
    }
    QByteArray file(const QString& name) const
    {
        QFile source(folder.filePath(name));
        return source.open(QIODevice::ReadOnly) ? source.readAll() : QByteArray();
    }
    static QByteArray part(const QByteArray& bytes) { return "--cut\r\nContent-Type: application/dicom\r\n\r\n" + bytes + "\r\n"; }
    QByteArray body(const QStringList& of) const
    {
        QByteArray all;
        for (const QString& uid : of)
            all += part(files[uid]);
        return all + "--cut--\r\n";
    }
    /// QIDO as it should be, and WADO of single instances.
    bool serve(const ScriptedHttp::Request& request, ScriptedHttp::Connection& to) const
    {
        const QByteArray path = request.path();
        if (path == "/dicom-web/studies")
            to.answer(200, jsonType, "[" + row(study.toLatin1(), ",\"00201208\":{\"vr\":\"IS\",\"Value\":[" + QByteArray::number(uids.size()) + "]}") + "]");
        else if (path.endsWith("/instances"))
            to.answer(200, jsonType, instanceRows(uids));
        else if (path.contains("/instances/"))
            to.answer(200, multipart, body({QString::fromLatin1(path.mid(path.lastIndexOf('/') + 1))}));
        else
            return false;
        return true;
    }
    inline static const QByteArray multipart = "multipart/related; type=\"application/dicom\"; boundary=\"cut\"";
};

struct Got
{
    Result<dicom::RetrieveResult> result;
    QStringList uids;
    QStringList failures() const
    {
        QStringList all;
        for (const auto& failure : result->failed)
            all << failure.sopInstanceUid + u' ' + failure.reason;
        return all;
    }
};

Got fetch(const Service& service, const QSet<QString>& present = {}, const QString& patientId = {})
{
    Got got;
    Task task;
    got.result = retrieve(service, {{study}, {}, present, patientId}, [&](dicom::Received&& received) -> Result<void> {
        got.uids << received.sopInstanceUid;
        return {};
    }, task);
    got.uids.sort();
    return got;
}

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
            if (kind == "206" || kind == "299" || kind == "total")
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
    }

    void NET_01_queriesSayWhatIsLookedFor()
    {
        ScriptedHttp server([&](const ScriptedHttp::Request&, ScriptedHttp::Connection& to) { to.answer(204, {}, {}); });
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
        QCOMPARE(server.requests().size(), 1);
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
                to.send(head + "Transfer-Encoding: chunked\r\n\r\n" + QByteArray::number(json.size() + 100, 16) + "\r\n" + json);
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
        QVERIFY2(int(done.error().fault) == fault || (kind == "rubbish" && done.error().fault == Fault::Damaged), said.constData());
        QVERIFY2(clock.elapsed() < 6000, said.constData());
    }

    void NET_14_gzipIsUnpacked()
    {
        ScriptedHttp server([&](const ScriptedHttp::Request&, ScriptedHttp::Connection& to) {
            to.answer(200, jsonType, gzip(rows(0, 900)), "Content-Encoding: gzip\r\n");
        });
        QCOMPARE(*findAll(serviceOf(server)), 900);
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
        QVERIFY2(sinceCancel.elapsed() < 200, QByteArray::number(sinceCancel.elapsed()).constData());
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

    void aStudyIsFetchedAsStored()
    {
        const Shelf shelf;
        ScriptedHttp server([&](const ScriptedHttp::Request& request, ScriptedHttp::Connection& to) {
            if (!shelf.serve(request, to))
                to.answer(200, Shelf::multipart, shelf.body(shelf.uids));
        });
        const Got got = fetch(serviceOf(server), {}, "P");
        QVERIFY(got.result && got.result->isComplete());
        QCOMPARE(got.result->expected, 4);
        QCOMPARE(got.uids, shelf.uids);
        QVERIFY(server.requests().last().headers["accept"].contains("transfer-syntax=*"));
    }

    void whatWasNotAskedForIsRefused_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("words");
        QTest::newRow("NET-08 another study") << "study" << "another study";
        QTest::newRow("NET-08 another patient") << "patient" << "another patient";
        QTest::newRow("NET-11 a path for a UID") << "path" << "is no UID";
    }
    void whatWasNotAskedForIsRefused()
    {
        QFETCH(QString, file);
        QFETCH(QString, words);
        const Shelf shelf;
        ScriptedHttp server([&](const ScriptedHttp::Request& request, ScriptedHttp::Connection& to) {
            if (!shelf.serve(request, to))
                to.answer(200, Shelf::multipart, Shelf::part(shelf.file(file)) + shelf.body(shelf.uids));
        });
        const Got got = fetch(serviceOf(server), {}, "P");
        QVERIFY(got.result && !got.result->isComplete() && !got.result->ended);
        QCOMPARE(got.uids, shelf.uids);
        QCOMPARE(got.result->failed.size(), 1);
        QVERIFY2(got.failures()[0].contains(words), qPrintable(got.failures()[0]));
    }

    void aBreakKeepsWhatCameAndTheRestIsFetched_data()
    {
        QTest::addColumn<QString>("kind");
        QTest::newRow("NET-02 cut") << "cut";
        QTest::newRow("NET-02 reset") << "reset";
        QTest::newRow("NET-02 stall") << "stall";
        QTest::newRow("NET-02 no last boundary") << "open";
    }
    void aBreakKeepsWhatCameAndTheRestIsFetched()
    {
        QFETCH(QString, kind);
        const Shelf shelf;
        const QByteArray body = shelf.body(shelf.uids);
        const QByteArray half = Shelf::part(shelf.files[shelf.uids[0]]) + Shelf::part(shelf.files[shelf.uids[1]]) + Shelf::part(shelf.files[shelf.uids[2]]).chopped(40);
        ScriptedHttp server([&](const ScriptedHttp::Request& request, ScriptedHttp::Connection& to) {
            if (shelf.serve(request, to))
                return;
            to.close();
            const qsizetype length = kind == "open" ? half.size() : body.size();
            to.send("HTTP/1.1 200 OK\r\nContent-Type: " + Shelf::multipart + "\r\nContent-Length: " + QByteArray::number(length) + "\r\n\r\n" + half);
            if (kind == "stall" || kind == "reset")
                to.waitUntilGone(kind == "reset" ? 300 : 20000);
            if (kind == "reset")
                to.reset();
        });
        const Got first = fetch(serviceOf(server));
        QVERIFY2(first.result, first.result ? "" : qPrintable(message(first.result.error())));
        QVERIFY(first.result->ended && !first.result->isComplete());
        QCOMPARE(first.uids, shelf.uids.mid(0, 2));
        QCOMPARE(first.result->received, 2);
        const auto before = server.requests().size();
        const Got second = fetch(serviceOf(server), {first.uids.begin(), first.uids.end()});
        QVERIFY(second.result && second.result->isComplete());
        QCOMPARE(second.uids, shelf.uids.mid(2));
        QCOMPARE(second.result->present, 2);
        for (const auto& request : server.requests().mid(before))
            QVERIFY2(!request.target.endsWith(first.uids[0].toLatin1()) && !request.target.endsWith(first.uids[1].toLatin1()), request.target.constData());
    }

    void NET_07_whatIsMissingIsNamed()
    {
        const Shelf shelf;
        ScriptedHttp server([&](const ScriptedHttp::Request& request, ScriptedHttp::Connection& to) {
            if (!shelf.serve(request, to))
                to.answer(200, Shelf::multipart, shelf.body(shelf.uids.mid(1)));
        });
        const Got got = fetch(serviceOf(server));
        QVERIFY(got.result && !got.result->isComplete());
        QCOMPARE(got.failures().size(), 1);
        QVERIFY(got.failures()[0].startsWith(shelf.uids[0] + u' '));
    }

    void aRefusedStudyIsFetchedByInstances_data()
    {
        QTest::addColumn<int>("status");
        for (const int status : {406, 413, 501, 500})
            QTest::newRow(qPrintable(QStringLiteral("NET-01 WADO %1 for the study").arg(status))) << status;
    }
    void aRefusedStudyIsFetchedByInstances()
    {
        QFETCH(int, status);
        const Shelf shelf(9);
        ScriptedHttp server([&](const ScriptedHttp::Request& request, ScriptedHttp::Connection& to) {
            const bool isOld = request.headers["accept"].contains("transfer-syntax");
            if (request.path().contains("/instances/") && isOld && status == 406)
                to.answer(406, {}, {});
            else if (!shelf.serve(request, to))
                to.answer(status, {}, {});
        });
        const Got got = fetch(serviceOf(server));
        QVERIFY(got.result && got.result->isComplete());
        QStringList all = shelf.uids;
        all.sort();
        QCOMPARE(got.uids, all);
    }

    /// A slow disk slows the server down instead of filling the memory.
    void theServerWaitsForASlowSink()
    {
        const Shelf shelf(1);
        std::atomic<qint64> sent = 0;
        const QByteArray part = Shelf::part(shelf.files[shelf.uids[0]] + QByteArray(1 << 20, '\0'));
        ScriptedHttp server([&](const ScriptedHttp::Request& request, ScriptedHttp::Connection& to) {
            if (shelf.serve(request, to))
                return;
            to.close();
            to.send("HTTP/1.1 200 OK\r\nContent-Type: " + Shelf::multipart + "\r\n\r\n");
            for (int i = 0; i < 200 && to.send(part); ++i)
                sent = to.sent();
            to.send("--cut--\r\n");
        });
        Task task;
        qint64 ahead = 0, taken = 0;
        (void)retrieve(serviceOf(server), {{study}, {}, {}, {}}, [&](dicom::Received&& received) -> Result<void> {
            taken += received.part10.size();
            if (taken < 3 * received.part10.size()) { // the disk is busy as long as the server can still send
                for (qint64 last = -1; last != sent;) {
                    last = sent;
                    QTest::qWait(100);
                }
                ahead = std::max(ahead, sent - taken);
            }
            return {};
        }, task);
        QVERIFY(taken > 100 << 20);
        QVERIFY2(ahead < 40 << 20, QByteArray::number(ahead >> 20).constData());
    }

    void NET_16_renderedImagesAreAskedForSmall()
    {
        QByteArray type = "image/jpeg";
        ScriptedHttp server([&](const ScriptedHttp::Request&, ScriptedHttp::Connection& to) { to.answer(200, type, "JPEGBYTES"); });
        Task task;
        const InstanceName name{{study}, {series}, {series + ".1"}};
        const auto picture = rendered(serviceOf(server), name, 2, {512, 400}, 60, task);
        QVERIFY(picture);
        QCOMPARE(picture->bytes, "JPEGBYTES");
        const auto request = server.requests().last();
        QCOMPARE(request.path(), "/dicom-web/studies/1.2.3.4/series/1.2.3.4.5/instances/1.2.3.4.5.1/frames/2/rendered");
        QCOMPARE(request.values("viewport"), QList<QByteArray>{"512,400"});
        QCOMPARE(request.values("quality"), QList<QByteArray>{"60"});
        QVERIFY(request.headers["accept"].startsWith("image/jpeg"));
        type = "text/html";
        QCOMPARE(rendered(serviceOf(server), name, 0, {}, 60, task).error().fault, Fault::NotDicom);
        QCOMPARE(thumbnail(serviceOf(server), {{study}, {"../x"}, {}}, {}, task).error().fault, Fault::Invalid);
    }

    void storedOnlyWhatIsNamed_data()
    {
        QTest::addColumn<QString>("kind");
        QTest::addColumn<int>("confirmed");
        QTest::addColumn<QString>("words");
        QTest::newRow("NET-01 STOW 200") << "named" << 4 << "";
        QTest::newRow("NET-01 STOW 202, one failed") << "some" << 3 << "out of resources (0xa700)";
        QTest::newRow("NET-01 STOW 409, all failed") << "conflict" << 0 << "does not match its kind (0xa900)";
        QTest::newRow("NET-01 STOW 200 without a word, and it is there") << "empty" << 4 << "";
        QTest::newRow("NET-01 STOW 200 without a word, and it is not there") << "lost" << 0 << "does not say that it has stored it";
        QTest::newRow("NET-01 STOW 401") << "denied" << -1 << "password";
    }
    void storedOnlyWhatIsNamed()
    {
        QFETCH(QString, kind);
        QFETCH(int, confirmed);
        QFETCH(QString, words);
        const Shelf shelf;
        ScriptedHttp server([&](const ScriptedHttp::Request& request, ScriptedHttp::Connection& to) {
            if (request.method != "POST") {
                to.answer(200, jsonType, kind == "lost" ? "[]" : instanceRows(shelf.uids));
                return;
            }
            const auto items = [&](const QStringList& uids, const QByteArray& more) {
                QByteArray json = "[";
                for (const QString& uid : uids)
                    json += (json.size() > 1 ? ",{" : "{") + QByteArray("\"00081155\":{\"vr\":\"UI\",\"Value\":[\"") + uid.toLatin1() + "\"]}" + more + "}";
                return json + "]";
            };
            const auto sequence = [](const QByteArray& tag, const QByteArray& items) { return "\"" + tag + "\":{\"vr\":\"SQ\",\"Value\":" + items + "}"; };
            const auto reason = [](int number) { return ",\"00081197\":{\"vr\":\"US\",\"Value\":[" + QByteArray::number(number) + "]}"; };
            if (kind == "named")
                to.answer(200, jsonType, "{" + sequence("00081199", items(shelf.uids, {})) + "}");
            else if (kind == "some")
                to.answer(202, jsonType, "{" + sequence("00081199", items(shelf.uids.mid(1), {})) + "," + sequence("00081198", items({shelf.uids[0]}, reason(0xA700))) + "}");
            else if (kind == "conflict")
                to.answer(409, jsonType, "{" + sequence("00081198", items(shelf.uids, reason(0xA900))) + "}");
            else if (kind == "denied")
                to.answer(401, {}, {});
            else
                to.answer(200, {}, {});
        });
        QStringList paths;
        for (int i = 1; i <= 4; ++i)
            paths << shelf.folder.filePath(QString::number(i));
        Task task;
        const auto sent = store(serviceOf(server), paths, task);
        if (confirmed < 0) {
            QVERIFY(!sent);
            QVERIFY(sent.error().detail.contains(words));
            return;
        }
        QVERIFY2(sent, sent ? "" : qPrintable(message(sent.error())));
        QCOMPARE(sent->confirmed, confirmed);
        QCOMPARE(qint64(sent->failed.size()), 4 - confirmed);
        for (const auto& failure : sent->failed)
            QVERIFY2(failure.reason.contains(words), qPrintable(failure.reason));
        const auto request = server.requests()[0];
        QCOMPARE(request.path(), "/dicom-web/studies");
        QCOMPARE(request.headers["content-type"].left(47), "multipart/related; type=\"application/dicom\"; bo");
        for (const QByteArray& file : shelf.files) // byte by byte as they lie on the disk
            QVERIFY(request.body.contains("\r\n\r\n" + file + "\r\n--"));
    }

    /// A server that takes nothing compressed gets it uncompressed, once.
    void NET_01_STOW_aRefusedTransferSyntaxIsTranscodedOnce()
    {
        QTemporaryDir folder;
        const auto made = test::writeFiles(folder.path(), "ds = image(); ds.SOPInstanceUID = '1.2.3.4.5.1'; ds.PixelData = pydicom.encaps.encapsulate([b'abcd'])\n"
                                                          "ds['PixelData'].is_undefined_length = True; ds['PixelData'].VR = 'OB'; save(ds, 'compressed', JPEG2000Lossless)\n"
                                                          "ds = image(); ds.SOPInstanceUID = '1.2.3.4.5.1'; save(ds, 'plain')");
        QVERIFY2(made.code == 0, made.err.constData());
        ScriptedHttp server([&](const ScriptedHttp::Request& request, ScriptedHttp::Connection& to) {
            const bool isPlain = !request.body.contains("1.2.840.10008.1.2.4.90");
            const QByteArray item = "\"Value\":[{\"00081155\":{\"vr\":\"UI\",\"Value\":[\"1.2.3.4.5.1\"]},\"00081197\":{\"vr\":\"US\",\"Value\":[49442]}}]";
            to.answer(isPlain ? 200 : 409, jsonType, QByteArray(isPlain ? "{\"00081199\"" : "{\"00081198\"") + ":{\"vr\":\"SQ\"," + item + "}}");
        });
        Task task;
        int transcoded = 0;
        const auto sent = store(serviceOf(server), {folder.filePath("compressed")}, task, [&](const QString&) {
            ++transcoded;
            return dicom::Dataset::read(folder.filePath("plain"));
        });
        QVERIFY2(sent, sent ? "" : qPrintable(message(sent.error())));
        QVERIFY2(sent->isComplete(), sent->failed.empty() ? "" : qPrintable(sent->failed[0].reason));
        QCOMPARE(sent->confirmed, 1);
        QCOMPARE(sent->sent, 1);
        QCOMPARE(transcoded, 1);
        QCOMPARE(server.requests().size(), 2);
        const auto without = store(serviceOf(server), {folder.filePath("compressed")}, task);
        QVERIFY(without && without->failed.size() == 1 && without->failed[0].reason.contains("transfer syntax"));
    }

    /// Requests are bounded in files and bytes, and what is sent lies on the disk, not in memory.
    void NET_01_STOW_batchesAreBounded()
    {
        QTemporaryDir folder;
        const auto made = test::writeFiles(folder.path(), "for i in range(205):\n    ds = image(); ds.SOPInstanceUID = f'1.2.3.4.5.{i + 1}'; save(ds, f'{i + 1}')\n"
                                                          "ds = image(4000, 5000); ds.SOPInstanceUID = '1.2.3.4.5.999'; save(ds, 'large')");
        QVERIFY2(made.code == 0, made.err.constData());
        ScriptedHttp server([&](const ScriptedHttp::Request& request, ScriptedHttp::Connection& to) {
            if (request.method == "POST")
                return to.answer(200, {}, {});
            QStringList all;
            for (int i = 1; i <= 205; ++i)
                all << series + u'.' + QString::number(i);
            to.answer(200, jsonType, instanceRows(all << "1.2.3.4.5.999"));
        });
        QStringList paths;
        for (int i = 1; i <= 205; ++i)
            paths << folder.filePath(QString::number(i));
        for (int i = 0; i < 2; ++i)
            paths << folder.filePath("large");
        Task task;
        const auto sent = store(serviceOf(server), paths, task);
        QVERIFY2(sent, sent ? "" : qPrintable(message(sent.error())));
        QCOMPARE(sent->confirmed, 207);
        QList<qsizetype> parts;
        for (const auto& request : server.requests())
            if (request.method == "POST")
                parts << request.body.count("Content-Type: application/dicom");
        QCOMPARE(parts, (QList<qsizetype>{100, 100, 6, 1})); // the same instance never twice in one request
    }

    void NET_14_aBusyServerEndsARetrieval()
    {
        const Shelf shelf(30);
        ScriptedHttp server([&](const ScriptedHttp::Request& request, ScriptedHttp::Connection& to) {
            if (request.path().contains("/instances/") && request.number > 6)
                to.answer(503, {}, {});
            else
                shelf.serve(request, to);
        });
        Service service = serviceOf(server);
        service.patienceSeconds = 0;
        const Got got = fetch(service, {shelf.uids[0]});
        QVERIFY(got.result && got.result->ended && isTransient(*got.result->ended));
        QVERIFY(!got.uids.isEmpty() && !got.result->isComplete());
        QVERIFY(server.requests().size() < 16); // not every instance is asked for in vain
        QCOMPARE(qint64(got.result->failed.size()) + got.result->received + got.result->present, 30); // each missing one is named
    }
};

QTEST_GUILESS_MAIN(TestDicomWeb)
#include "tst_dicomweb.moc"
