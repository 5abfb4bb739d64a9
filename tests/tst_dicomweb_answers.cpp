#include "netclient/dicomweb/http.h"
#include "netclient/dicomweb/store.h"
#include "netclient/dicomweb/store_answer.h"
#include "tests/support/web_shelf.h"
#include <QBuffer>
#include <QLocale>
#include <QMutex>
#include <QWaitCondition>

using namespace diascope;
using namespace diascope::dicomweb;
using namespace diascope::test;

namespace {

/// "5 the sentence", or the status and the body.
QString said(const Result<Answer>& answer)
{
    return answer ? QStringLiteral("%1 %2").arg(answer->status).arg(QLatin1String(answer->body))
                  : QStringLiteral("%1 %2").arg(int(answer.error().fault)).arg(answer.error().detail);
}
QString said(Fault fault, const QString& sentence)
{
    return QStringLiteral("%1 %2").arg(int(fault)).arg(sentence);
}

QString sentenceOf(int status)
{
    Answer answer;
    answer.status = status;
    return statusError(answer).detail;
}

QString lineOf(const Result<StoreAnswer>& answer)
{
    if (!answer)
        return QStringLiteral("error %1").arg(int(answer.error().fault));
    QStringList stored = answer->stored.values(), failed;
    for (auto it = answer->failed.constBegin(); it != answer->failed.constEnd(); ++it)
        failed << it.key() + u'=' + QString::number(it.value(), 16);
    stored.sort();
    failed.sort();
    return stored.join(u' ') + u'|' + failed.join(u' ') + (answer->namesNone() ? " none" : "");
}

} // namespace

/// HTTP as RFC 9110 has it: what is sent, and what is made of every answer; what a server says it stored.
class TestDicomWebAnswers : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void NET_14_whatEachStatusMeans_data()
    {
        QTest::addColumn<int>("status");
        QTest::addColumn<QString>("line");
        const auto row = [](int status, Fault fault, const QString& sentence) {
            QTest::newRow(qPrintable(QString::number(status))) << status << said(fault, sentence);
        };
        const QString elsewhere = "the server sends us elsewhere without saying where (%1)",
                      inside = "the server failed inside (%1)", refused = "the server refused (%1)",
                      proxy = "a proxy on the way does not reach the server (%1)",
                      service = "the server does not offer this service (%1)";
        for (const int status : {300, 301, 302, 303, 304, 305, 307, 308, 399})
            row(status, Fault::Refused, elsewhere.arg(status));
        row(400, Fault::Refused, "the server does not understand the request (400)");
        row(401, Fault::Denied, "the server does not accept our user name, password or token (401)");
        row(402, Fault::Refused, refused.arg(402));
        row(403, Fault::Denied, "the server does not permit it to this user (403)");
        row(404, Fault::NotFound, "the server does not have it, or has no such service (404)");
        row(405, Fault::Unsupported, service.arg(405));
        row(406, Fault::Unsupported, "the server cannot send it in a form we asked for (406)");
        row(407, Fault::Unreachable, proxy.arg(407));
        row(409, Fault::Conflict, "the server says it contradicts what it has (409)");
        row(410, Fault::NotFound, "the server no longer has it (410)");
        row(413, Fault::Refused, "the server says it is too large for one request (413)");
        row(415, Fault::Unsupported, "the server does not accept this kind of data (415)");
        row(418, Fault::Refused, refused.arg(418));
        row(429, Fault::Refused, "the server gets too many requests from us (429). Try again later.");
        row(499, Fault::Refused, refused.arg(499));
        row(500, Fault::Refused, inside.arg(500));
        row(501, Fault::Unsupported, service.arg(501));
        row(502, Fault::Unreachable, proxy.arg(502));
        row(503, Fault::Refused, "the server is busy or being maintained (503). Try again later.");
        row(504, Fault::Unreachable, proxy.arg(504));
        row(505, Fault::Refused, inside.arg(505));
        row(599, Fault::Refused, inside.arg(599));
    }
    void NET_14_whatEachStatusMeans()
    {
        QFETCH(int, status);
        QFETCH(QString, line);
        ScriptedHttp server(
            [&](const ScriptedHttp::Request&, ScriptedHttp::Connection& to) { to.answer(status, {}, {}); });
        Service service = serviceOf(server);
        service.patienceSeconds = 0;
        Task task;
        const auto http = Http::open(service, task);
        QVERIFY(http);
        const auto answer = (*http)->exchange({"/x", "text/plain"});
        QCOMPARE(said(answer), line);
        QCOMPARE(isTransient(answer.error()), status == 429 || status == 503);
        QVERIFY(!isTransient({Fault::Damaged, answer.error().detail}));
        QCOMPARE(server.requests().size(), 1);
        // The same status as an answer, where it is one.
        Request also{"/x", "text/plain"};
        also.alsoTakes = {status};
        if (status != 407) // Qt asks for the proxy's password itself
            QCOMPARE(said((*http)->exchange(also)), QString::number(status) + ' ');
    }

    void NET_14_whichLoginIsMeant_data()
    {
        QTest::addColumn<QByteArray>("challenge");
        QTest::addColumn<bool>("isOurs");
        QTest::newRow("none") << QByteArray() << true;
        QTest::newRow("basic") << QByteArray("BASIC realm=\"x\"") << true;
        QTest::newRow("bearer") << QByteArray("Bearer") << true;
        QTest::newRow("negotiate") << QByteArray("Negotiate") << false;
        QTest::newRow("one of two") << QByteArray("Negotiate, Basic realm=\"x\"") << true;
    }
    void NET_14_whichLoginIsMeant()
    {
        QFETCH(QByteArray, challenge);
        QFETCH(bool, isOurs);
        Answer answer;
        answer.status = 401;
        answer.challenge = challenge;
        const Error error = statusError(answer);
        QCOMPARE(error.detail, isOurs ? "the server does not accept our user name, password or token (401)"
                                      : "the server wants a kind of login other than by password or token (401)");
        QCOMPARE(error.fault, Fault::Denied);
    }

    /// From here to there, with a body or without.
    void NET_14_whichRedirectsAreFollowed_data()
    {
        QTest::addColumn<int>("status");
        QTest::addColumn<bool>("isPost");
        QTest::addColumn<QString>("to"); // "here", "there" or a location
        QTest::addColumn<QString>("line");
        const QString kept = "the server sends us elsewhere with what we store: not followed",
                      clear = "the server sends us from https to an unencrypted address: not followed";
        for (const int status : {301, 302, 303, 307, 308}) {
            QTest::addRow("%d here", status) << status << false << "here"
                                             << "200 GET ";
            QTest::addRow("%d there", status) << status << false << "there"
                                              << "200 GET ";
            QTest::addRow("%d here with a body", status)
                << status << true << "here"
                << (status >= 307 ? QString("200 POST what is stored") : said(Fault::Refused, kept));
            QTest::addRow("%d there with a body", status) << status << true << "there" << said(Fault::Refused, kept);
        }
        QTest::newRow("another kind of redirect")
            << 304 << false << "here"
            << said(Fault::Refused, "the server sends us elsewhere without saying where (304)");
        QTest::newRow("to a file") << 302 << false << "file:///etc/passwd"
                                   << said(Fault::Refused, "the server sends us elsewhere without saying where (302)");
        QTest::newRow("to a file of a host")
            << 302 << false << "file://localhost/etc/passwd" << said(Fault::Refused, clear);
        QTest::newRow("to another kind") << 302 << false << "ftp://localhost/x" << said(Fault::Refused, clear);
        QTest::newRow("to nothing that is an address")
            << 302 << false << "http://[x"
            << said(Fault::Refused, "the server sends us elsewhere without saying where (302)");
    }
    void NET_14_whichRedirectsAreFollowed()
    {
        QFETCH(int, status);
        QFETCH(bool, isPost);
        QFETCH(QString, to);
        QFETCH(QString, line);
        const auto echo = [](const ScriptedHttp::Request& request, ScriptedHttp::Connection& back) {
            back.answer(200, "text/plain", request.method + ' ' + request.body);
        };
        ScriptedHttp there(echo);
        ScriptedHttp here([&](const ScriptedHttp::Request& request, ScriptedHttp::Connection& back) {
            if (request.number > 0)
                return echo(request, back);
            const QString location = to == "here" ? "/moved"
                                     : to == "there"
                                         ? QString(there.url("/moved")).replace("http://", "http://eve:secret@")
                                         : to;
            back.answer(status, {}, {}, "Location: " + location.toLatin1() + "\r\n");
        });
        Service service = serviceOf(here);
        service.login = {dicom::Login::Kind::Basic, "anna", "sesame"};
        Task task;
        const auto http = Http::open(service, task);
        QVERIFY(http);
        Request request{"/x", "text/plain"};
        if (isPost)
            request.body = [] {
                auto body = std::make_unique<QBuffer>();
                body->setData("what is stored");
                body->open(QIODevice::ReadOnly);
                return body;
            };
        QCOMPARE(said((*http)->exchange(request)), line);
        const bool isFollowed = line.startsWith("200");
        QCOMPARE(there.requests().size(), isFollowed && to == "there" ? 1 : 0);
        QCOMPARE(here.requests().size(), isFollowed && to == "here" ? 2 : 1);
        if (!there.requests().isEmpty())
            QVERIFY(!there.requests()[0].headers.contains("authorization")); // neither ours nor the one it names
        for (const auto& one : here.requests())
            QCOMPARE(one.headers["authorization"], "Basic YW5uYTpzZXNhbWU=");
    }

    void NET_14_howOftenWeAreSentOn_data()
    {
        QTest::addColumn<int>("redirects");
        QTest::addColumn<QString>("line");
        QTest::newRow("five times") << 5 << "200 here";
        QTest::newRow("six times") << 6
                                   << said(Fault::Refused,
                                           "the server sends us from one address to the next without end");
    }
    void NET_14_howOftenWeAreSentOn()
    {
        QFETCH(int, redirects);
        ScriptedHttp server([&](const ScriptedHttp::Request& request, ScriptedHttp::Connection& to) {
            if (request.number < redirects)
                to.answer(302, {}, {}, "Location: /" + QByteArray::number(request.number) + "\r\n");
            else
                to.answer(200, "text/plain", "here");
        });
        Task task;
        const auto http = Http::open(serviceOf(server), task);
        QTEST(said((*http)->exchange({"/x", "text/plain"})), "line");
        QCOMPARE(server.requests().size(), 6);
    }

    /// Byte by byte what goes out, and the head that comes back.
    void NET_14_whatIsAskedAndAnswered()
    {
        ScriptedHttp server([](const ScriptedHttp::Request&, ScriptedHttp::Connection& to) {
            to.answer(206, "application/dicom+json; charset=utf-8", "[]",
                      "X-Total-Count: 12\r\nRetry-After: 7\r\nWWW-Authenticate: Basic\r\n");
        });
        Service service = serviceOf(server);
        service.url += "/";
        service.login = {dicom::Login::Kind::Bearer, {}, "a.b.c"};
        Task task;
        const auto http = Http::open(service, task);
        const auto answer = (*http)->exchange({"/studies?x=%2A", "application/dicom+json"});
        QVERIFY(answer);
        QCOMPARE(answer->status, 206);
        QCOMPARE(answer->contentType, "application/dicom+json; charset=utf-8");
        QVERIFY(answer->saysMore);
        QVERIFY(!answer->mayBeCut);
        QCOMPARE(answer->totalCount, std::optional<qint64>(12));
        QCOMPARE(answer->retryAfterSeconds, std::optional<int>(7));
        QCOMPARE(answer->challenge, "Basic");
        const auto asked = server.requests().at(0);
        QCOMPARE(asked.method, "GET");
        QCOMPARE(asked.target, "/dicom-web/studies?x=%2A");
        QCOMPARE(asked.headers["accept"], "application/dicom+json");
        QCOMPARE(asked.headers["user-agent"], "Diascope");
        QCOMPARE(asked.headers["authorization"], "Bearer a.b.c");
        QVERIFY(!asked.headers.contains("content-type"));
    }

    void NET_14_whatTheHeadSays_data()
    {
        QTest::addColumn<QByteArray>("headers");
        QTest::addColumn<bool>("saysMore");
        QTest::addColumn<int>("total");
        QTest::newRow("nothing") << QByteArray() << false << -1;
        QTest::newRow("a warning of more") << QByteArray("Warning: 299 x \"more\"\r\n") << true << -1;
        QTest::newRow("another warning") << QByteArray("Warning: 214 x \"other\"\r\n") << false << -1;
        QTest::newRow("a link") << QByteArray("Link: </y>; rel=\"next\"\r\n") << true << -1;
        QTest::newRow("a link without quotes") << QByteArray("Link: </y>; REL=next\r\n") << true << -1;
        QTest::newRow("another link") << QByteArray("Link: </y>; rel=\"prev\"\r\n") << false << -1;
        QTest::newRow("none at all") << QByteArray("X-Total-Count: 0\r\n") << false << 0;
        QTest::newRow("fewer than none") << QByteArray("X-Total-Count: -1\r\n") << false << -1;
        QTest::newRow("no number") << QByteArray("X-Total-Count: many\r\n") << false << -1;
    }
    void NET_14_whatTheHeadSays()
    {
        QFETCH(QByteArray, headers);
        ScriptedHttp server([&](const ScriptedHttp::Request&, ScriptedHttp::Connection& to) {
            to.answer(200, "text/plain", "x", headers);
        });
        Task task;
        const auto http = Http::open(serviceOf(server), task);
        const auto answer = (*http)->exchange({"/x", "text/plain"});
        QVERIFY(answer);
        QTEST(answer->saysMore, "saysMore");
        QTEST(int(answer->totalCount.value_or(-1)), "total");
        QVERIFY(!answer->mayBeCut);
    }

    /// RFC 9110 10.2.3: seconds, or a date; never without end, never back in time.
    void NET_14_howLongToWait_data()
    {
        QTest::addColumn<QByteArray>("value");
        QTest::addColumn<int>("least");
        QTest::addColumn<int>("most"); // both -1: nothing is said
        const auto row = [](const QByteArray& value, int least, int most) { QTest::newRow(value.constData()) << value << least << most; };
        row("0", 0, 0);
        row(" 7 ", 7, 7);
        row("1000000", 1'000'000, 1'000'000);
        row("1000001", 1'000'000, 1'000'000);
        row("99999999999999999999", 1'000'000, 1'000'000);
        row("-1", -1, -1);
        row("1.5", -1, -1);
        row("9a", -1, -1);
        row("", -1, -1);
        row("soon", -1, -1);
        row("Wed, 21 Oct 2015 07:28:00 GMT", 0, 0);
        row("Thu, 31 Dec 2999 23:59:59 GMT", -1, -1); // that was a Tuesday
        row("Tue, 31 Dec 2999 23:59:59 GMT", 1'000'000, 1'000'000);
        const QDateTime soon = QDateTime::currentDateTimeUtc().addSecs(3600);
        row(QLocale::c().toString(soon, QStringLiteral("ddd, dd MMM yyyy hh:mm:ss 'GMT'")).toLatin1(), 3000, 3600);
    }
    void NET_14_howLongToWait()
    {
        QFETCH(QByteArray, value);
        QFETCH(int, least);
        QFETCH(int, most);
        ScriptedHttp server([&](const ScriptedHttp::Request&, ScriptedHttp::Connection& to) {
            to.answer(503, "text/plain", "x", "Retry-After: " + value + "\r\n");
        });
        Task task;
        const auto http = Http::open(serviceOf(server), task);
        Request request{"/x", "text/plain"};
        request.alsoTakes = {503};
        const auto answer = (*http)->exchange(request);
        QVERIFY(answer);
        const int seconds = answer->retryAfterSeconds.value_or(-1);
        QVERIFY2(seconds >= least && seconds <= most, qPrintable(QString::number(seconds)));
    }

    /// What is said where no answer comes, or not all of it; one that fails does not take the others with it.
    void NET_03_NET_14_whatIsSaidOfABrokenConnection()
    {
        const QByteArray head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 100000\r\n\r\n";
        ScriptedHttp server([&](const ScriptedHttp::Request& request, ScriptedHttp::Connection& to) {
            if (request.target.endsWith("/whole"))
                return to.answer(200, "text/plain", "all of it");
            to.close();
            if (request.target.endsWith("/slow") || request.target.endsWith("/cut"))
                to.send(head + "some of it");
            if (request.target.endsWith("/silent") || request.target.endsWith("/slow"))
                to.waitUntilGone(20'000);
        });
        quint16 closed = 0;
        {
            const ScriptedHttp gone([](const ScriptedHttp::Request&, ScriptedHttp::Connection&) {});
            closed = gone.port();
        }
        Service service = serviceOf(server);
        service.parallel = 6;
        service.silenceSeconds = 1;
        Task task;
        const auto http = Http::open(service, task);
        QMap<QByteArray, QString> found;
        QList<QByteArray> paths{"/silent", "/slow", "/none", "/cut", "/whole"};
        (*http)->exchangeAll([&]() -> std::optional<Http::Job> {
            if (paths.isEmpty())
                return std::nullopt;
            const QByteArray path = paths.takeFirst();
            return Http::Job{{path, "text/plain"}, [&found, path](Result<Answer>&& answer) { found[path] = said(answer); }};
        });
        QCOMPARE(found, (QMap<QByteArray, QString>{{"/silent", said(Fault::TimedOut, "the server did not answer within 1 s")},
                                                   {"/slow", said(Fault::TimedOut, "the server sent next to nothing for 1 s")},
                                                   {"/none", said(Fault::Unreachable, "the server closed the connection without an answer")},
                                                   {"/cut", said(Fault::Unreachable, "the connection was cut in the middle of the answer")},
                                                   {"/whole", "200 all of it"}}));
        service.url = QStringLiteral("http://127.0.0.1:%1/x").arg(closed);
        QCOMPARE(said((*Http::open(service, task))->exchange({"/x", "text/plain"})), said(Fault::Unreachable, "the connection was refused: nothing listens there"));
        service.url = "http://no-such-host.invalid/x";
        QCOMPARE(said((*Http::open(service, task))->exchange({"/x", "text/plain"})), said(Fault::Unreachable, "the host name is unknown"));
        task.cancel();
        QCOMPARE(said((*http)->exchange({"/whole", "text/plain"})), said(Fault::Cancelled, "stopped"));
    }

    /// Several at once where that is wished, but no more than six (what Qt opens to a host).
    void NET_14_howManyAtOnce_data()
    {
        QTest::addColumn<int>("wished");
        QTest::addColumn<int>("atOnce");
        for (const auto& [wished, atOnce] : {std::pair(-1, 1), {0, 1}, {1, 1}, {2, 2}, {6, 6}, {7, 6}})
            QTest::addRow("%d", wished) << wished << atOnce;
    }
    void NET_14_howManyAtOnce()
    {
        QFETCH(int, wished);
        QFETCH(int, atOnce);
        QMutex mutex;
        QWaitCondition changed;
        int active = 0, most = 0;
        ScriptedHttp server([&](const ScriptedHttp::Request&, ScriptedHttp::Connection& to) {
            {
                QMutexLocker lock(&mutex);
                most = std::max(most, ++active);
                changed.wakeAll();
                while (most < atOnce && changed.wait(&mutex, 5000)) // until as many are there as may be
                    ;
                changed.wait(&mutex, 20); // one more would come now
                --active;
            }
            to.answer(200, "text/plain", "x");
        });
        Service service = serviceOf(server);
        service.parallel = wished;
        Task task;
        const auto http = Http::open(service, task);
        int left = 12, done = 0;
        (*http)->exchangeAll([&]() -> std::optional<Http::Job> {
            if (left-- <= 0)
                return std::nullopt;
            return Http::Job{{"/x", "text/plain"}, [&](Result<Answer>&& answer) { done += answer.has_value(); }};
        });
        QCOMPARE(done, 12);
        QMutexLocker lock(&mutex);
        QCOMPARE(most, atOnce);
    }

    /// As much as may come, and one byte more.
    void NET_14_howLongABodyMayBe_data()
    {
        QTest::addColumn<int>("bytes");
        QTest::addColumn<bool>("isTaken");
        QTest::newRow("as long") << (1 << 20) << true;
        QTest::newRow("longer") << (1 << 20) + 1 << false;
    }
    void NET_14_howLongABodyMayBe()
    {
        QFETCH(int, bytes);
        QFETCH(bool, isTaken);
        ScriptedHttp server([&](const ScriptedHttp::Request&, ScriptedHttp::Connection& to) {
            to.answer(200, "text/plain", QByteArray(bytes, 'x'));
        });
        Task task;
        const auto http = Http::open(serviceOf(server), task);
        Request request{"/x", "text/plain"};
        request.mostBytes = 1 << 20;
        for (const bool isConsumed : {false, true}) {
            qint64 taken = 0;
            if (isConsumed)
                request.consumer = [&](const Answer& head, QByteArrayView piece) -> Result<void> {
                    taken += head.status == 200 ? piece.size() : 0;
                    return {};
                };
            const auto answer = (*http)->exchange(request);
            if (!isTaken) {
                QCOMPARE(said(answer), said(Fault::Damaged, "the server's answer does not end: more than 1 MiB"));
                continue;
            }
            QVERIFY(answer);
            QCOMPARE(isConsumed ? taken : answer->body.size(), qint64(bytes));
        }
        request.consumer = [](const Answer&, QByteArrayView) -> Result<void> {
            return fail(Fault::DiskFull, "no room");
        };
        QCOMPARE(said((*http)->exchange(request)), said(Fault::DiskFull, "no room"));
    }

    /// A login over plain http stays on this machine.
    void NET_10_whichServicesAreSpokenTo_data()
    {
        QTest::addColumn<QString>("url");
        QTest::addColumn<int>("kind");
        QTest::addColumn<QString>("user");
        QTest::addColumn<QString>("secret");
        QTest::addColumn<QString>("sentence"); // "": it is
        using Kind = dicom::Login::Kind;
        const QString
            form = "the address of the DICOMweb service is not of the form https://host/path",
            clear = "a password or token is not sent over http without encryption: the address must begin with https";
        const auto row = [](const char* name, const char* url, Kind kind, const QString& user, const QString& secret,
                            const QString& sentence) {
            QTest::newRow(name) << url << int(kind) << user << secret << sentence;
        };
        row("http", "http://pacs/x", Kind::None, "", "", "");
        row("https", "https://pacs/x", Kind::None, "", "", "");
        row("a user in it", "https://anna@pacs/x", Kind::None, "", "", form);
        row("a query", "https://pacs/x?y=1", Kind::None, "", "", form);
        row("a fragment", "https://pacs/x#y", Kind::None, "", "", form);
        row("no host", "https:///x", Kind::None, "", "", form);
        row("another kind", "ftp://pacs/x", Kind::None, "", "", form);
        row("no kind", "pacs/x", Kind::None, "", "", form);
        row("not valid", "http://pacs:port/x", Kind::None, "", "", form);
        row("password, https", "https://pacs/x", Kind::Basic, "anna", "sesame", "");
        row("password, http", "http://pacs/x", Kind::Basic, "anna", "sesame", clear);
        row("password, http, here", "http://localhost/x", Kind::Basic, "anna", "sesame", "");
        row("password, http, 127.0.0.1", "http://127.0.0.1/x", Kind::Basic, "anna", "sesame", "");
        row("password, http, ::1", "http://[::1]/x", Kind::Basic, "anna", "sesame", "");
        row("password, http, 128.0.0.1", "http://128.0.0.1/x", Kind::Basic, "anna", "sesame", clear);
        row("token, http", "http://pacs/x", Kind::Bearer, "", "abc", clear);
        row("token", "https://pacs/x", Kind::Bearer, "", "abc~.-_+/=", "");
        row("an empty token", "https://pacs/x", Kind::Bearer, "", "", "the token is empty");
        row("an empty password", "https://pacs/x", Kind::Basic, "anna", "", "");
        row("a colon in the name", "https://pacs/x", Kind::Basic, "an:na", "sesame",
            "a user name for HTTP may not have a colon");
        row("a colon in the password", "https://pacs/x", Kind::Basic, "anna", "ses:ame", "");
        row("a blank in the token", "https://pacs/x", Kind::Bearer, "", "a b",
            "a token has only letters, digits and signs");
        row("the last sign of a token", "https://pacs/x", Kind::Bearer, "", "a~", "");
        row("DEL in the token", "https://pacs/x", Kind::Bearer, "", "a\x7f",
            "a token has only letters, digits and signs");
        row("an umlaut in the token", "https://pacs/x", Kind::Bearer, "", QString(QChar(0xe4)),
            "a token has only letters, digits and signs");
    }
    void NET_10_whichServicesAreSpokenTo()
    {
        QFETCH(QString, url);
        QFETCH(int, kind);
        QFETCH(QString, user);
        QFETCH(QString, secret);
        QFETCH(QString, sentence);
        Service service;
        service.url = url;
        service.login = {dicom::Login::Kind(kind), user, secret};
        Task task;
        const auto http = Http::open(service, task);
        QCOMPARE(http ? QString() : http.error().detail, sentence);
        if (!http)
            QCOMPARE(http.error().fault, Fault::Invalid);
    }

    /// PS3.18 Annex I, as JSON (F) and as XML (PS3.19 A.1).
    void NET_01_STOW_whatIsSaidOfEach_data()
    {
        QTest::addColumn<QByteArray>("type");
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<QString>("line");
        const QByteArray json = "application/dicom+json", xml = "application/dicom+xml";
        const auto uid = [](const QByteArray& value) {
            return "\"00081155\":{\"vr\":\"UI\",\"Value\":[\"" + value + "\"]}";
        };
        const auto why = [](const QByteArray& code) {
            return ",\"00081197\":{\"vr\":\"US\",\"Value\":[" + code + "]}";
        };
        const auto sequence = [](const QByteArray& tag, const QByteArray& items) {
            return "\"" + tag + "\":{\"vr\":\"SQ\",\"Value\":[" + items + "]}";
        };
        const QByteArray both = sequence("00081199", '{' + uid("1.1") + "},{" + uid("1.2") + '}') + ',' +
                                sequence("00081198", '{' + uid("1.3") + why("42752") + '}');
        QTest::newRow("nothing") << json << QByteArray() << "| none";
        QTest::newRow("white space") << QByteArray() << QByteArray(" \r\n") << "| none";
        QTest::newRow("an empty object") << json << QByteArray("{}") << "| none";
        QTest::newRow("stored and failed") << json << '{' + both + '}' << "1.1 1.2|1.3=a700";
        QTest::newRow("in an array") << json << "[{" + both + "}]"
                                     << "1.1 1.2|1.3=a700";
        QTest::newRow("in an array of two") << json
                                            << "[{" + sequence("00081199", '{' + uid("1.1") + '}') + "},{" +
                                                   sequence("00081199", '{' + uid("1.2") + '}') + "}]"
                                            << "1.1 1.2|";
        QTest::newRow("as text, and it begins like JSON")
            << QByteArray("text/plain") << '{' + both + '}' << "1.1 1.2|1.3=a700";
        QTest::newRow("no reason") << json << '{' + sequence("00081198", '{' + uid("1.3") + '}') + '}' << "|1.3=0";
        QTest::newRow("said to be both") << json
                                         << '{' + sequence("00081199", '{' + uid("1.3") + '}') + ',' +
                                                sequence("00081198", '{' + uid("1.3") + why("272") + '}') + '}'
                                         << "|1.3=110";
        QTest::newRow("not JSON") << json << QByteArray("{{{") << "error " + QString::number(int(Fault::Damaged));
        QTest::newRow("a web page") << QByteArray("text/html") << QByteArray("<html>")
                                    << "error " + QString::number(int(Fault::NotDicom));
        const auto attribute = [](const QByteArray& tag, const QByteArray& content) {
            return "<DicomAttribute tag=\"" + tag + "\" vr=\"x\">" + content + "</DicomAttribute>";
        };
        const auto value = [](const QByteArray& text) { return "<Value number=\"1\"> " + text + " </Value>"; };
        const auto item = [](const QByteArray& content) { return "<Item number=\"1\">" + content + "</Item>"; };
        const QByteArray good =
            "<NativeDicomModel>" + attribute("00081190", value("http://x")) +
            attribute("00081199", item(attribute("00081155", value("1.1")) + attribute("00081190", value("http://y"))) +
                                      item(attribute("00081155", value("1.2")))) +
            attribute("00081198", item(attribute("00081155", value("1.3")) + attribute("00081197", value("42752"))) +
                                      item(attribute("00081155", value("1.4")))) +
            "</NativeDicomModel>";
        QTest::newRow("XML") << xml << good << "1.1 1.2|1.3=a700 1.4=0";
        QTest::newRow("XML, indented") << xml << QByteArray(good).replace("><", ">\n  <") << "1.1 1.2|1.3=a700 1.4=0";
        QTest::newRow("XML in something else") << xml << "<x>" + good + "</x>"
                                               << "1.1 1.2|1.3=a700 1.4=0";
        QTest::newRow("XML, more in an attribute")
            << xml
            << "<NativeDicomModel>" + attribute("00081199", item(attribute("00081155", value("1.1") + "<BulkData uuid=\"x\"/>"))) + "</NativeDicomModel>"
            << "1.1|";
        QTest::newRow("JSON by its name alone") << json << QByteArray("stored") << "error " + QString::number(int(Fault::Damaged));
        QTest::newRow("XML, small letters in tags") << xml
                                                    << QByteArray(good)
                                                           .replace("00081198", "00081198")
                                                           .toLower()
                                                           .replace("nativedicommodel", "NativeDicomModel")
                                                           .replace("dicomattribute", "DicomAttribute")
                                                           .replace("<item", "<Item")
                                                           .replace("/item", "/Item")
                                                           .replace("<value", "<Value")
                                                           .replace("/value", "/Value")
                                                    << "1.1 1.2|1.3=a700 1.4=0";
        QTest::newRow("XML by its text") << QByteArray("application/octet-stream") << "<?xml version=\"1.0\"?>" + good
                                         << "1.1 1.2|1.3=a700 1.4=0";
        QTest::newRow("XML by its first word") << QByteArray() << good << "1.1 1.2|1.3=a700 1.4=0";
        QTest::newRow("text/xml") << QByteArray("text/xml") << "<x>" + good + "</x>"
                                  << "1.1 1.2|1.3=a700 1.4=0";
        QTest::newRow("application/xml") << QByteArray("application/xml") << "<x>" + good + "</x>"
                                         << "1.1 1.2|1.3=a700 1.4=0";
        QTest::newRow("XML: an item in an item")
            << xml
            << "<NativeDicomModel>" +
                   attribute("00081199", item(attribute("00081155", value("1.1")) +
                                              attribute("0040A170", item(attribute("00081155", value("9.9")))))) +
                   "</NativeDicomModel>"
            << "1.1|";
        QTest::newRow("XML, cut") << xml << good.chopped(5) << "error " + QString::number(int(Fault::Damaged));
    }
    void NET_01_STOW_whatIsSaidOfEach()
    {
        QFETCH(QByteArray, type);
        QFETCH(QByteArray, body);
        QTEST(lineOf(StoreAnswer::parse(type, body)), "line");
    }

    /// PS3.18 table I.2-2.
    void NET_01_STOW_eachReason_data()
    {
        QTest::addColumn<int>("reason");
        QTest::addColumn<QString>("text");
        const auto row = [](int reason, const char* text) {
            const QString code = QStringLiteral("0x%1").arg(reason, 4, 16, QLatin1Char('0'));
            QTest::newRow(qPrintable(code)) << reason << QString::fromLatin1(text).replace("%", code);
        };
        row(0, "the server refused it and does not say why");
        row(0x0110, "the server failed while storing it");
        row(0x0111, "the server has an instance of this name already, and kept it as it was");
        row(0xB00E, "the server has an instance of this name already, and kept it as it was");
        row(0x0122, "the server does not support this kind of object");
        row(0x0123, "the server refused it (%)");
        row(0x0124, "the server does not permit it");
        row(0xC122, "the server does not accept its transfer syntax");
        row(0xA6FF, "the server refused it (%)");
        row(0xA700, "the server is out of resources (%)");
        row(0xA7FF, "the server is out of resources (%)");
        row(0xA800, "the server refused it (%)");
        row(0xA900, "the server says the data does not match its kind (%)");
        row(0xA9FF, "the server says the data does not match its kind (%)");
        row(0xAA00, "the server refused it (%)");
        row(0xBFFF, "the server refused it (%)");
        row(0xC000, "the server cannot understand it (%)");
        row(0xCFFF, "the server cannot understand it (%)");
        row(0xD000, "the server refused it (%)");
    }
    void NET_01_STOW_eachReason()
    {
        QFETCH(int, reason);
        QTEST(failureText(quint16(reason)), "text");
    }

    /// What each status of the whole request comes to, for two files in one: taken on trust, looked up, tried one by
    /// one, or the end.
    void SAF_05_whatAStatusSaysOfARequest_data()
    {
        QTest::addColumn<int>("status");
        QTest::addColumn<int>("posts");
        QTest::addColumn<QString>("account"); // sent, confirmed, failed; or the error
        const auto row = [](int status, int posts, const QString& account) {
            QTest::newRow(qPrintable(QString::number(status))) << status << posts << account;
        };
        for (const int status : {200, 202, 204, 299})
            row(status, 1,
                "2 1 the server does not say that it has stored it"); // the list of the series has one of them
        for (const int status : {400, 406, 409, 413, 415, 422, 500, 507})
            row(status, 3, "2 0 " + sentenceOf(status));
        for (const int status : {300, 304, 401, 402, 403, 404, 405, 408, 410, 411, 412,
                                 414, 416, 421, 423, 499, 501, 502, 504, 505, 506, 508})
            row(status, 1, "error " + sentenceOf(status));
    }
    void SAF_05_whatAStatusSaysOfARequest()
    {
        QFETCH(int, status);
        QFETCH(int, posts);
        QFETCH(QString, account);
        static const Shelf shelf(2);
        ScriptedHttp server([&](const ScriptedHttp::Request& request, ScriptedHttp::Connection& to) {
            if (request.method == "POST")
                to.answer(status, {}, {});
            else
                to.answer(200, jsonType, instanceRows({shelf.uids[0]}));
        });
        Task task;
        const auto sent = store(serviceOf(server), {shelf.folder.filePath("1"), shelf.folder.filePath("2")}, task);
        QString got =
            sent ? QStringLiteral("%1 %2").arg(sent->sent).arg(sent->confirmed) : "error " + sent.error().detail;
        if (sent && !sent->failed.empty())
            got += ' ' + sent->failed.front().reason;
        QCOMPARE(got, account);
        if (sent)
            QCOMPARE(sent->confirmed + qint64(sent->failed.size()), 2);
        int asked = 0;
        for (const auto& request : server.requests())
            asked += request.method == "POST";
        QCOMPARE(asked, posts);
    }
};

QTEST_GUILESS_MAIN(TestDicomWebAnswers)
#include "tst_dicomweb_answers.moc"
