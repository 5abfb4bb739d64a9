#include "netclient/dicomweb/store.h"
#include "tests/support/environment_variable.h"
#include "tests/support/part_ten.h"
#include "tests/support/web_shelf.h"
#include <QDirIterator>

using namespace diascope;
using namespace diascope::dicomweb;
using namespace diascope::test;
namespace tag = diascope::dicom::tag;

/// Storing in servers that do what no real one should; real ones are in tst_dicomweb_peers.
class TestDicomWebStore : public QObject
{
    Q_OBJECT

private Q_SLOTS:
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
        QTest::newRow("SAF-05 STOW 202, one named as stored and as failed") << "both" << 3 << "out of resources (0xa700)";
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
            else if (kind == "both")
                to.answer(202, jsonType, "{" + sequence("00081199", items(shelf.uids, {})) + "," + sequence("00081198", items({shelf.uids[0]}, reason(0xA700))) + "}");
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
        for (const auto& [path, program] : {std::pair(paths[0], QByteArray("MZ")), {paths[1], QByteArray("\x7f" "ELF")}}) {
            QFile file(path);
            QVERIFY(file.open(QIODevice::ReadWrite) && file.write(program) == program.size());
        }
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
        for (const QByteArray& file : shelf.files) // as they lie on the disk, but for the preamble (FIL-14)
            QVERIFY(request.body.contains("\r\n\r\n" + QByteArray(128, '\0') + file.mid(128) + "\r\n--"));
    }

    void whatIsSaidOfARequestIsUnderstood_data()
    {
        QTest::addColumn<int>("status");
        QTest::addColumn<QByteArray>("type");
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<bool>("isThere");
        QTest::addColumn<int>("confirmed");
        QTest::addColumn<int>("posts");
        QTest::addColumn<QString>("words");
        const QByteArray failed = "{\"00081198\":{\"vr\":\"SQ\",\"Value\":[{\"00081155\":{\"vr\":\"UI\",\"Value\":[\"1.2.3.4.5.1\"]}%},{\"00081155\":{\"vr\":\"UI\",\"Value\":[\"1.2.3.4.5.2\"]}%}]}}";
        const auto reason = [&](const QByteArray& code) { return QByteArray(failed).replace("%", ",\"00081197\":{\"vr\":\"US\",\"Value\":[" + code + "]}"); };
        QTest::newRow("NET-01 STOW 200 and a web page, and it is there") << 200 << QByteArray("text/html") << QByteArray("<html>") << true << 2 << 1 << "";
        QTest::newRow("SAF-05 STOW 200 and a web page, and it is not there") << 200 << QByteArray("text/html") << QByteArray("<html>") << false << 0 << 1 << "web page";
        QTest::newRow("NET-01 STOW 200 and rubbish, and it is there") << 200 << jsonType << QByteArray("{{{") << true << 2 << 1 << "";
        QTest::newRow("SAF-05 STOW 400 that names the reasons") << 400 << jsonType << reason("43264") << false << 0 << 1 << "does not match its kind (0xa900)";
        QTest::newRow("SAF-05 STOW 409 without a reason") << 409 << jsonType << QByteArray(failed).replace("%", "") << false << 0 << 1 << "does not say why";
        QTest::newRow("NET-09 STOW 409, it has another one") << 409 << jsonType << reason("45070") << true << 0 << 1 << "has an instance of this name already";
        QTest::newRow("SAF-05 STOW 413, too large even one by one") << 413 << QByteArray() << QByteArray() << false << 0 << 3 << "too large";
    }
    void whatIsSaidOfARequestIsUnderstood()
    {
        QFETCH(int, status);
        QFETCH(QByteArray, type);
        QFETCH(QByteArray, body);
        QFETCH(bool, isThere);
        QFETCH(int, confirmed);
        QFETCH(int, posts);
        QFETCH(QString, words);
        static const Shelf shelf(2);
        ScriptedHttp server([&](const ScriptedHttp::Request& request, ScriptedHttp::Connection& to) {
            if (request.method == "POST")
                to.answer(status, type, body);
            else
                to.answer(200, jsonType, isThere ? instanceRows(shelf.uids) : "[]");
        });
        Task task;
        const auto sent = store(serviceOf(server), {shelf.folder.filePath("1"), shelf.folder.filePath("2")}, task);
        QVERIFY2(sent, sent ? "" : qPrintable(message(sent.error())));
        QCOMPARE(sent->confirmed, confirmed);
        QCOMPARE(qint64(sent->failed.size()), 2 - confirmed);
        for (const auto& failure : sent->failed)
            QVERIFY2(failure.reason.contains(words), qPrintable(failure.reason));
        int asked = 0;
        for (const auto& request : server.requests())
            asked += request.method == "POST";
        QCOMPARE(asked, posts);
    }

    /// What no smaller request mends ends it at once, and what was not sent is no progress.
    void whatIsNotOfferedIsAskedForOnce_data()
    {
        QTest::addColumn<int>("status");
        for (const int status : {401, 403, 404, 405, 501, 302})
            QTest::newRow(qPrintable(QStringLiteral("SAF-05 STOW %1").arg(status))) << status;
    }
    void whatIsNotOfferedIsAskedForOnce()
    {
        QFETCH(int, status);
        static const Shelf shelf(3);
        ScriptedHttp server([&](const ScriptedHttp::Request&, ScriptedHttp::Connection& to) { to.answer(status, {}, {}, "Location: /elsewhere\r\n"); });
        qint64 progress = 0;
        Task task([&](qint64 done, qint64, const QString&) { progress = std::max(progress, done); });
        QVERIFY(!store(serviceOf(server), {shelf.folder.filePath("1"), shelf.folder.filePath("2"), shelf.folder.filePath("3")}, task));
        QCOMPARE(server.requests().size(), 1);
        QCOMPARE(progress, 0);
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

    /// Refused uncompressed too, or not to be decompressed: it is said, and it is one file all the same.
    void NET_01_STOW_whatCannotBeTranscodedFails_data()
    {
        QTest::addColumn<QByteArray>("syntax");
        QTest::addColumn<bool>("isReadable");
        QTest::addColumn<int>("status");
        QTest::addColumn<int>("posts");
        QTest::addColumn<int>("transcoded");
        QTest::addColumn<QString>("reason");
        const QByteArray jpeg = "1.2.840.10008.1.2.4.90", plain = "1.2.840.10008.1.2.1";
        QTest::newRow("refused in both forms") << jpeg << true << 415 << 2 << 1 << "the server does not accept this kind of data (415)";
        QTest::newRow("cannot be read") << jpeg << false << 415 << 1 << 1 << "Damaged: no pixels";
        QTest::newRow("not compressed") << plain << true << 415 << 1 << 0 << "the server does not accept this kind of data (415)";
        QTest::newRow("refused for another reason") << jpeg << true << 413 << 1 << 0 << "the server says it is too large for one request (413)";
    }
    void NET_01_STOW_whatCannotBeTranscodedFails()
    {
        QFETCH(QByteArray, syntax);
        QFETCH(bool, isReadable);
        QFETCH(int, status);
        QFETCH(int, posts);
        QFETCH(int, transcoded);
        QFETCH(QString, reason);
        QTemporaryDir folder;
        const QByteArray bytes = QByteArray(128, '\0') + "DICM" + element(2, 0x10, "UI", syntax) + element(8, 0x16, "UI", "1.2.840.10008.5.1.4.1.1.7") + element(8, 0x18, "UI", "1.2.3") +
                                 element(0x20, 0xD, "UI", "1.2") + element(0x20, 0xE, "UI", "1.2.1");
        QFile file(folder.filePath("file"));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size() && file.flush());
        ScriptedHttp server([&](const ScriptedHttp::Request&, ScriptedHttp::Connection& to) { to.answer(status, {}, {}); });
        qint64 progress = 0;
        Task task([&](qint64 done, qint64, const QString&) { progress = done; });
        int asked = 0;
        const auto sent = store(serviceOf(server), {file.fileName()}, task, [&](const QString& path) -> Result<dicom::Dataset> {
            ++asked;
            return isReadable ? dicom::Dataset::read(path) : fail(Fault::Damaged, "no pixels");
        });
        QVERIFY2(sent, sent ? "" : qPrintable(message(sent.error())));
        QVERIFY(sent->sent == 1 && sent->confirmed == 0 && sent->failed.size() == 1 && progress == 1);
        QCOMPARE(sent->failed[0].reason, reason);
        QVERIFY(sent->failed[0].path == file.fileName() && sent->failed[0].sopInstanceUid == "1.2.3");
        QCOMPARE(asked, transcoded);
        QCOMPARE(server.requests().size(), posts);
    }

    /// Files that are no instances are named with what is wrong with them; the others are sent.
    void SAF_05_whatCannotBeSentIsSaid()
    {
        QTemporaryDir folder;
        const QByteArray head = QByteArray(128, '\0') + "DICM" + element(2, 0x10, "UI", "1.2.840.10008.1.2.1") + element(8, 0x16, "UI", "1.2.840.10008.5.1.4.1.1.7");
        const auto make = [&](const char* name, const QByteArray& bytes) {
            QFile file(folder.filePath(name));
            return file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size() ? file.fileName() : QString();
        };
        const QStringList paths{folder.filePath("gone"), make("text", QByteArray(500, 'x')), make("no study", head + element(8, 0x18, "UI", "1.2.3.4.5.7") + element(0x20, 0xE, "UI", series.toLatin1())),
                                make("no instance", head + element(0x20, 0xD, "UI", study.toLatin1()) + element(0x20, 0xE, "UI", series.toLatin1())),
                                make("no series", head + element(8, 0x18, "UI", "1.2.3.4.5.8") + element(0x20, 0xD, "UI", study.toLatin1())),
                                make("good", head + element(8, 0x18, "UI", "1.2.3.4.5.9") + element(0x20, 0xD, "UI", study.toLatin1()) + element(0x20, 0xE, "UI", series.toLatin1())),
                                make("other", head + element(8, 0x18, "UI", "1.2.3.4.5.6") + element(0x20, 0xD, "UI", study.toLatin1()) + element(0x20, 0xE, "UI", series.toLatin1()))};
        ScriptedHttp server([](const ScriptedHttp::Request& request, ScriptedHttp::Connection& to) {
            request.method == "POST" ? to.answer(200, {}, {}) : to.answer(200, jsonType, instanceRows({"1.2.3.4.5.9", "1.2.3.4.5.8"}));
        });
        qint64 progress = 0, total = 0;
        Task task([&](qint64 done, qint64 of, const QString&) { progress = done, total = of; });
        QStringList confirmed;
        const auto sent = store(serviceOf(server), paths, task, {}, [&](const QString& path) { confirmed << path; });
        QVERIFY2(sent, sent ? "" : qPrintable(message(sent.error())));
        QVERIFY(sent->sent == 3 && sent->confirmed == 2 && !sent->ended && !sent->isComplete());
        QCOMPARE(confirmed, paths.mid(4, 2));
        QStringList lines;
        for (const auto& failure : sent->failed)
            lines << QFileInfo(failure.path).fileName() + '|' + failure.sopInstanceUid + '|' + failure.reason;
        QCOMPARE(lines.size(), 5);
        QVERIFY2(lines[0].startsWith("gone||") && lines[0].size() > 12, qPrintable(lines[0]));
        QVERIFY2(lines[1].startsWith("text||") && lines[1].contains("no DICOM header"), qPrintable(lines[1]));
        QVERIFY2(lines[2].startsWith("no study||") && lines[2].contains("it has no SOP Instance UID or Study Instance UID"), qPrintable(lines[2]));
        QVERIFY2(lines[3].startsWith("no instance||") && lines[3].contains("it has no SOP Instance UID or Study Instance UID"), qPrintable(lines[3]));
        QCOMPARE(lines[4], "other|1.2.3.4.5.6|the server does not say that it has stored it");
        QCOMPARE(total, 7);
        QCOMPARE(progress, 7);
        // What is looked up is each series once, and the study where a file names no series.
        QStringList asked;
        for (const auto& request : server.requests().mid(1))
            asked << request.path();
        asked.sort();
        QCOMPARE(asked, (QStringList{"/dicom-web/studies/1.2.3.4/instances", "/dicom-web/studies/1.2.3.4/series/1.2.3.4.5/instances"}));
        QVERIFY(!store(serviceOf(server), {}, task) && store(serviceOf(server), {}, task).error().fault == Fault::Invalid);
    }

    /// A file that is not as long any more as when it was looked at is not sent as if it were whole.
    void SAF_05_aFileThatChangesBeforeItsTurn_data()
    {
        QTest::addColumn<int>("by");
        QTest::newRow("shorter") << -30;
        QTest::newRow("longer") << 30;
        QTest::newRow("as it was") << 0;
    }
    void SAF_05_aFileThatChangesBeforeItsTurn()
    {
        QFETCH(int, by);
        QTemporaryDir folder;
        const auto make = [&](const char* name, const char* instance) {
            QFile file(folder.filePath(name));
            const QByteArray bytes = QByteArray(128, '\0') + "DICM" + element(2, 0x10, "UI", "1.2.840.10008.1.2.1") + element(8, 0x16, "UI", "1.2.840.10008.5.1.4.1.1.7") +
                                     element(8, 0x18, "UI", instance) + element(0x20, 0xD, "UI", study.toLatin1()) + element(0x20, 0xE, "UI", series.toLatin1()) +
                                     element(0x20, 0x4000, "LT", QByteArray(100, 'x'));
            return file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size() ? file.fileName() : QString();
        };
        // The same instance twice is two requests, and the second was looked at before the first is sent.
        const QStringList paths{make("a", "1.2.3.4.5.9"), make("b", "1.2.3.4.5.9")};
        int posts = 0;
        ScriptedHttp server([&](const ScriptedHttp::Request& request, ScriptedHttp::Connection& to) {
            if (request.method == "POST" && ++posts == 1)
                QFile::resize(paths[1], QFileInfo(paths[1]).size() + by);
            request.method == "POST" ? to.answer(200, {}, {}) : to.answer(200, jsonType, instanceRows({"1.2.3.4.5.9"}));
        });
        Task task;
        const auto sent = store(serviceOf(server), paths, task);
        QVERIFY2(sent, sent ? "" : qPrintable(message(sent.error())));
        QCOMPARE(posts, by ? 1 : 2);
        QCOMPARE(sent->confirmed, by ? 1 : 2);
        QCOMPARE(sent->failed.size(), size_t(by ? 1 : 0));
        if (by)
            QCOMPARE(sent->failed[0].path + sent->failed[0].reason, paths[1] + "the file has changed since it was looked at");
    }

    /// Stopped between two requests: what was confirmed counts, the rest is not sent, and it is said of each.
    void SAF_05_aStopBetweenRequests()
    {
        const Shelf shelf(2);
        ScriptedHttp server([&](const ScriptedHttp::Request& request, ScriptedHttp::Connection& to) {
            to.answer(200, request.method == "POST" ? QByteArray() : jsonType, request.method == "POST" ? QByteArray() : instanceRows(shelf.uids));
        });
        QStringList paths;
        for (const char* name : {"1", "2", "1", "2"}) // the same instance twice is two requests
            paths << shelf.folder.filePath(name);
        Task task;
        const auto sent = store(serviceOf(server), paths, task, {}, [&](const QString& path) {
            if (path.endsWith("2"))
                task.cancel();
        });
        QVERIFY2(sent, sent ? "" : qPrintable(message(sent.error())));
        QCOMPARE(sent->sent, 2);
        QCOMPARE(sent->confirmed, 2);
        QVERIFY(sent->ended && sent->ended->fault == Fault::Cancelled);
        QCOMPARE(sent->failed.size(), size_t(2));
        for (const auto& failure : sent->failed)
            QCOMPARE(failure.reason, "not sent: the transfer had ended");
        int posts = 0;
        for (const auto& request : server.requests())
            posts += request.method == "POST";
        QCOMPARE(posts, 1);
    }

    /// A bare dataset is written anew to be sent; its own UID, which may be a path, names no file of ours.
    void NET_11_aUidIsNoPath()
    {
        const QTemporaryDir folder;
        QVERIFY(QDir().mkpath(folder.filePath("temporary")));
        QFile bare(folder.filePath("bare"));
        QVERIFY(bare.open(QIODevice::WriteOnly));
        bare.write(element(8, 0x16, "UI", "1.2.840.10008.5.1.4.1.1.7") + element(8, 0x18, "UI", "../../../escaped") + element(0x20, 0xD, "UI", "1.2") + element(0x20, 0xE, "UI", "1.2.1"));
        bare.close();
        ScriptedHttp server([](const ScriptedHttp::Request&, ScriptedHttp::Connection& to) { to.answer(200, {}, {}); });
        const test::EnvironmentVariable temporary("TMPDIR", QFile::encodeName(folder.filePath("temporary")));
        Task task;
        const auto sent = store(serviceOf(server), {bare.fileName()}, task);
        QVERIFY2(sent, sent ? "" : qPrintable(message(sent.error())));
        QCOMPARE(sent->confirmed, 0);
        QCOMPARE(sent->failed.size(), size_t(1));
        QVERIFY2(sent->failed[0].reason.contains("UID"), qPrintable(sent->failed[0].reason));
        QVERIFY(server.requests().isEmpty());
        QDirIterator all(folder.path(), {"*escaped*"}, QDir::Files, QDirIterator::Subdirectories);
        QVERIFY(!all.hasNext());
    }

    /// A dataset without a file's head gets the one that application/dicom asks for (PS3.10 7.1), for as long as it is sent.
    void NET_01_STOW_aBareDatasetGetsItsHead()
    {
        const QTemporaryDir folder;
        QVERIFY(QDir().mkpath(folder.filePath("temporary")));
        const QByteArray dataset = element(8, 0x16, "UI", "1.2.840.10008.5.1.4.1.1.7") + element(8, 0x18, "UI", "1.2.3.4.5.1") + element(0x10, 0x20, "LO", "P1") +
                                   element(0x20, 0xD, "UI", "1.2.3.4") + element(0x20, 0xE, "UI", "1.2.3.4.5");
        QFile bare(folder.filePath("bare"));
        QVERIFY(bare.open(QIODevice::WriteOnly) && bare.write(dataset) == dataset.size());
        bare.close();
        ScriptedHttp server([](const ScriptedHttp::Request& request, ScriptedHttp::Connection& to) {
            to.answer(200, request.method == "POST" ? QByteArray() : jsonType, request.method == "POST" ? QByteArray() : instanceRows({"1.2.3.4.5.1"}));
        });
        const test::EnvironmentVariable temporary("TMPDIR", QFile::encodeName(folder.filePath("temporary")));
        Task task;
        QStringList confirmed;
        const auto sent = store(serviceOf(server), {bare.fileName()}, task, {}, [&](const QString& path) { confirmed << path; });
        QVERIFY2(sent && sent->isComplete(), sent ? "" : qPrintable(message(sent.error())));
        QCOMPARE(confirmed, QStringList{bare.fileName()}); // by the caller's name
        const QByteArray body = server.requests()[0].body;
        QVERIFY(body.contains("\r\n\r\n" + QByteArray(128, '\0') + "DICM"));
        QVERIFY(body.contains(element(2, 0x10, "UI", "1.2.840.10008.1.2.1")));
        QVERIFY(body.contains(dataset + "\r\n--"));
        QDirIterator left(folder.filePath("temporary"), QDir::Files | QDir::Hidden, QDirIterator::Subdirectories);
        QVERIFY2(!left.hasNext(), qPrintable(left.next()));
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
};

QTEST_GUILESS_MAIN(TestDicomWebStore)
#include "tst_dicomweb_store.moc"
