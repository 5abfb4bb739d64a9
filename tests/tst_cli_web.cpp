#include "tests/support/dcmtk_servers.h"
#include "tests/support/program.h"
#include "tests/support/web_shelf.h"
#include <QStandardPaths>
#include <atomic>

using namespace diascope;
using namespace diascope::test;

namespace
{

/// A web server's node; nothing listens at its DICOM port.
QStringList node(const ScriptedHttp& server, const QStringList& more = {})
{
    return QStringList{"node", "add", "W", "--ae", "WEB", "--host", "127.0.0.1", "--port", QString::number(freePort()), "--dicomweb", server.url()} + more;
}

QByteArray ofPatient(const QByteArray& patient, int instances)
{
    return "[" + row(study.toLatin1(), ",\"00100020\":{\"vr\":\"LO\",\"Value\":[\"" + patient + "\"]},\"00201208\":{\"vr\":\"IS\",\"Value\":[" + QByteArray::number(instances) + "]}") + "]";
}

/// What one call of the program gave: exactly one JSON document, or none.
struct Answer
{
    int code = -1;
    QByteArray err;
    QJsonDocument json;
    QJsonObject object() const { return json.object(); }
    QStringList reasons() const
    {
        QStringList all;
        const QJsonArray failures = object()["failed"].toArray();
        for (const QJsonValue& failure : failures)
            all << failure["sopInstanceUid"].toString() + u' ' + failure["reason"].toString();
        return all;
    }
};

Answer ask(const Program& program, const QStringList& words)
{
    Answer answer;
    answer.json = program.json(words, &answer.code, &answer.err);
    return answer;
}

} // namespace

/// DICOMweb by the program, as a script calls it, against servers that do what no real one should.
class TestCliWeb : public QObject
{
    Q_OBJECT

    const Shelf m_shelf;

    QStringList paths() const
    {
        QStringList all;
        for (int i = 1; i <= 4; ++i)
            all << m_shelf.folder.filePath(QString::number(i));
        return all;
    }

private Q_SLOTS:
    /// SAF-05: nothing counts as confirmed that no server has confirmed, however the sending ended.
    void nothingIsConfirmedThatWasNot_data()
    {
        QTest::addColumn<int>("status");
        QTest::addColumn<QByteArray>("type");
        QTest::addColumn<QByteArray>("body");
        QTest::newRow("SAF-05 a login page") << 200 << QByteArray("text/html") << QByteArray("<html>");
        QTest::newRow("SAF-05 401") << 401 << QByteArray() << QByteArray();
        QTest::newRow("SAF-05 404") << 404 << QByteArray() << QByteArray();
        QTest::newRow("SAF-05 413") << 413 << QByteArray() << QByteArray();
        QTest::newRow("SAF-05 502") << 502 << QByteArray() << QByteArray();
        QTest::newRow("SAF-05 no answer") << 0 << QByteArray() << QByteArray();
    }
    void nothingIsConfirmedThatWasNot()
    {
        QFETCH(int, status);
        QFETCH(QByteArray, type);
        QFETCH(QByteArray, body);
        ScriptedHttp server([&](const ScriptedHttp::Request& request, ScriptedHttp::Connection& to) {
            if (request.method == "POST" && status == 0)
                to.close();
            else if (request.method == "POST")
                to.answer(status, type, body);
            else
                to.answer(200, jsonType, "[]");
        });
        Program program;
        SUCCEEDS(program.run(node(server, {"--retrieve-by", "web"})));
        const Answer sent = ask(program, QStringList{"send", "W"} + paths());
        QCOMPARE(sent.code, 1);
        QVERIFY2(isOnePlainLine(sent.err), sent.err.constData());
        QCOMPARE(sent.object()["confirmed"].toInt(-1), 0);
        QCOMPARE(sent.object()["failed"].toArray().size(), 4);
        QCOMPARE(program.json({"transfers"}).array().at(0)["done"].toInt(-1), 0);
    }

    /// All that was asked for is here; what came with it is refused, and said.
    void whatDoesNotBelongIsSaid_data()
    {
        QTest::addColumn<QByteArray>("extra");
        QTest::addColumn<QString>("words");
        QTest::newRow("NET-08 another patient's image") << m_shelf.file("patient") << "another patient";
        QTest::newRow("NET-08 another study's image") << m_shelf.file("study") << "another study";
        QTest::newRow("NET-11 a path for a UID") << m_shelf.file("path") << "is no UID";
        QTest::newRow("NET-09 GEO-18 the same UID with other bytes") << m_shelf.file("1").replace("Phantom^Made", "Phantom^Mode") << "with other bytes";
        QTest::newRow("GEO-18 the same UID with the same bytes") << m_shelf.file("1") << "";
    }
    void whatDoesNotBelongIsSaid()
    {
        QFETCH(QByteArray, extra);
        QFETCH(QString, words);
        ScriptedHttp server([&](const ScriptedHttp::Request& request, ScriptedHttp::Connection& to) {
            if (request.path() == "/dicom-web/studies")
                to.answer(200, jsonType, ofPatient("P", 4));
            else if (!m_shelf.serve(request, to))
                to.answer(200, Shelf::multipart, m_shelf.body(m_shelf.uids).replace("--cut--\r\n", Shelf::part(extra) + "--cut--\r\n"));
        });
        Program program;
        SUCCEEDS(program.run(node(server)));
        const Answer got = ask(program, {"get", "W", study, "--web"});
        QCOMPARE(got.object()["expected"].toInt(), 4);
        QCOMPARE(got.object()["received"].toInt(), 4);
        QCOMPARE(got.code, words.isEmpty() ? 0 : 1);
        QCOMPARE(got.reasons().size(), words.isEmpty() ? 0 : 1);
        if (!words.isEmpty()) {
            QVERIFY2(isOnePlainLine(got.err), got.err.constData());
            QVERIFY2(got.reasons()[0].contains(words), qPrintable(got.reasons()[0]));
            QVERIFY2(!got.err.contains("missing"), got.err.constData());
        }
        const QJsonArray studies = program.json({"studies"}).array();
        QCOMPARE(studies.size(), 1);
        QCOMPARE(studies[0]["instances"].toInt(), 4);
        QCOMPARE(studies[0]["patientId"].toString(), "P");
    }

    /// The whole study is another patient's than the server's own list says.
    void NET_08_aStudyOfAnotherPatientIsRefused()
    {
        ScriptedHttp server([&](const ScriptedHttp::Request& request, ScriptedHttp::Connection& to) {
            if (request.path() == "/dicom-web/studies")
                to.answer(200, jsonType, ofPatient("SOMEBODY", 4));
            else if (!m_shelf.serve(request, to))
                to.answer(200, Shelf::multipart, m_shelf.body(m_shelf.uids));
        });
        Program program;
        SUCCEEDS(program.run(node(server)));
        const Answer got = ask(program, {"get", "W", study, "--web"});
        QCOMPARE(got.code, 1);
        QVERIFY2(isOnePlainLine(got.err) && got.err.contains("another patient"), got.err.constData());
        QCOMPARE(got.object()["received"].toInt(-1), 0);
        QCOMPARE(got.reasons().size(), 4);
        QCOMPARE(program.json({"studies"}).array().size(), 0);
    }

    void SAF_04_NET_07_moreThanItNamesIsSaid()
    {
        ScriptedHttp server([&](const ScriptedHttp::Request& request, ScriptedHttp::Connection& to) {
            if (request.path() == "/dicom-web/studies")
                to.answer(200, jsonType, ofPatient("P", 9));
            else if (!m_shelf.serve(request, to))
                to.answer(200, Shelf::multipart, m_shelf.body(m_shelf.uids));
        });
        Program program;
        SUCCEEDS(program.run(node(server)));
        const Answer got = ask(program, {"get", "W", study, "--web"});
        QCOMPARE(got.code, 1);
        QCOMPARE(got.object()["expected"].toInt(), 9);
        QCOMPARE(got.object()["received"].toInt(), 4);
        QVERIFY2(got.err.contains("has 9 instances and names 4"), got.err.constData());
    }

    /// Killed while the third instance is on its way: the two before are kept, and only the rest is asked for.
    void NET_02_killedInTheMiddleOnlyTheRestIsFetched()
    {
        std::atomic<bool> isHalfOut = false;
        const QByteArray half = Shelf::part(m_shelf.files[m_shelf.uids[0]]) + Shelf::part(m_shelf.files[m_shelf.uids[1]]) + Shelf::part(m_shelf.files[m_shelf.uids[2]]).chopped(50);
        ScriptedHttp server([&](const ScriptedHttp::Request& request, ScriptedHttp::Connection& to) {
            if (m_shelf.serve(request, to))
                return;
            to.close();
            to.send("HTTP/1.1 200 OK\r\nContent-Type: " + Shelf::multipart + "\r\nContent-Length: 100000\r\n\r\n" + half);
            isHalfOut = true;
            to.waitUntilGone(30000);
        });
        Program program;
        SUCCEEDS(program.run(node(server)));
        QProcess getting;
        program.start(getting, {"get", "W", study, "--web"});
        QTRY_VERIFY_WITH_TIMEOUT(isHalfOut.load(), 15000);
        const auto kept = [&] { return program.json({"studies"}).array().at(0)["instances"].toInt(); };
        QTRY_COMPARE_WITH_TIMEOUT(kept(), 2, 15000);
        getting.kill();
        QVERIFY(getting.waitForFinished());
        const auto before = server.requests().size();
        const Answer got = ask(program, {"get", "W", study, "--web"});
        QVERIFY2(got.code == 0, got.err.constData());
        QCOMPARE(got.object()["present"].toInt(), 2);
        QCOMPARE(got.object()["received"].toInt(), 2);
        for (const auto& request : server.requests().mid(before))
            QVERIFY2(!request.path().endsWith(".5.1") && !request.path().endsWith(".5.2") && request.path() != "/dicom-web/studies/1.2.3.4", request.target.constData());
        SUCCEEDS(program.run({"verify"}));
    }

    /// Nothing listens at its DICOM port: it is searched, fetched from and sent to by the web all the same.
    void NET_01_aNodeThatIsOnlyInTheWeb()
    {
        ScriptedHttp server([&](const ScriptedHttp::Request& request, ScriptedHttp::Connection& to) {
            if (request.method == "POST")
                to.answer(200, {}, {});
            else if (request.path() == "/dicom-web/studies")
                to.answer(200, jsonType, ofPatient("P", 4));
            else if (!m_shelf.serve(request, to))
                to.answer(200, Shelf::multipart, m_shelf.body(m_shelf.uids));
        });
        Program program;
        SUCCEEDS(program.run(node(server)));
        for (const QStringList& words : {QStringList{"find", "W"}, QStringList{"find", "W", "--web"}}) {
            const Answer found = ask(program, words);
            QVERIFY2(found.code == 0, found.err.constData());
            QCOMPARE(found.json.array().size(), 1);
            QCOMPARE(found.json.array().at(0)["studyUid"].toString(), study);
            QCOMPARE(found.json.array().at(0)["instances"].toInt(), 4);
        }
        const Answer sent = ask(program, QStringList{"send", "W"} + paths());
        QVERIFY2(sent.code == 0, sent.err.constData());
        QCOMPARE(sent.object()["confirmed"].toInt(), 4);
        FAILS_PLAINLY(program.run({"echo", "W"})); // its DICOM port
        SUCCEEDS(program.run({"node", "remove", "W"}));
        SUCCEEDS(program.run(node(server, {"--retrieve-by", "web"})));
        SUCCEEDS(program.run({"echo", "W"}));
    }

    void anAddressThatIsNoneIsRefusedAtOnce_data()
    {
        QTest::addColumn<QString>("url");
        for (const char* url : {"https://host/x?key=1", "https://host/x#part", "https://user:secret@host/x", "host/x", "127.0.0.1:8042/x", "ftp://host/x", "https:///x", "https://host:99999/x"})
            QTest::newRow(qPrintable(QStringLiteral("NET-01 %1").arg(QLatin1String(url)))) << url;
    }
    void anAddressThatIsNoneIsRefusedAtOnce()
    {
        QFETCH(QString, url);
        Program program;
        FAILS_PLAINLY(program.run({"node", "add", "W", "--ae", "A", "--host", "h", "--port", "104", "--dicomweb", url}));
        QCOMPARE(program.json({"node", "list"}).array().size(), 0);
    }

    /// A node whose password lies in a keyring that is locked, and nobody answers the question for it.
    void NET_10_aLockedKeyringEndsInTimeAndIsSaid()
    {
        if (QStandardPaths::findExecutable("gnome-keyring-daemon").isEmpty() || QStandardPaths::findExecutable("dbus-run-session").isEmpty())
            QSKIP("gnome-keyring or dbus is not here");
        ScriptedHttp server([&](const ScriptedHttp::Request&, ScriptedHttp::Connection& to) { to.answer(200, jsonType, "[]"); });
        Program program;
        QTemporaryDir home;
        QVERIFY(QDir().mkpath(home.filePath("d/dbus-1/services")));
        QFile service(home.filePath("d/dbus-1/services/org.gnome.keyring.SystemPrompter.service"));
        QVERIFY(service.open(QIODevice::WriteOnly));
        service.write("[D-BUS Service]\nName=org.gnome.keyring.SystemPrompter\nExec=/bin/sleep 20\n");
        service.close();
        const QString diascope = QStringLiteral("'%1/diascope' --profile '%2'").arg(QCoreApplication::applicationDirPath(), program.profile());
        const QString script = QStringLiteral("printf x | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1; %1 config set keyring.seconds 2 >/dev/null;"
                                              " echo s3cret | %1 %2 --login basic --user anna --password-stdin >/dev/null; %1 find W --web --json | tr -d '\\n'; echo;"
                                              " dbus-send --session --print-reply --dest=org.freedesktop.secrets /org/freedesktop/secrets org.freedesktop.Secret.Service.Lock"
                                              " array:objpath:/org/freedesktop/secrets/collection/login >/dev/null; date +%s; %1 find W --web 2>&1; echo code $?; date +%s")
                                   .arg(diascope, node(server).join(u' '));
        const Ran ran = run("env", {"HOME=" + home.path(), "XDG_RUNTIME_DIR=" + home.path(), "XDG_CONFIG_HOME=" + home.filePath("c"), "XDG_DATA_HOME=" + home.filePath("d"),
                                    "dbus-run-session", "--", "/bin/sh", "-c", script});
        const QList<QByteArray> lines = ran.out.trimmed().split('\n');
        QVERIFY2(lines.size() == 5, (ran.out + ran.err).constData());
        QCOMPARE(QJsonDocument::fromJson(lines[0]), QJsonDocument(QJsonArray())); // unlocked, it is asked with the password
        QCOMPARE(server.requests().size(), 1);
        QCOMPARE(server.requests()[0].headers["authorization"], "Basic YW5uYTpzM2NyZXQ="); // printf anna:s3cret | base64
        QVERIFY2(lines[2].contains("the keyring does not answer; it may be waiting to be unlocked"), lines[2].constData());
        QCOMPARE(lines[3], "code 1");
        QVERIFY2(lines[4].toLongLong() - lines[1].toLongLong() <= 8, (lines[1] + ' ' + lines[4]).constData());
    }
};

QTEST_GUILESS_MAIN(TestCliWeb)
#include "tst_cli_web.moc"
