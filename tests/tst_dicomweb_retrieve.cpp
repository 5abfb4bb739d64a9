#include "netclient/dicomweb/pictures.h"
#include "tests/support/web_shelf.h"
#include <atomic>

using namespace diascope;
using namespace diascope::dicomweb;
using namespace diascope::test;
namespace tag = diascope::dicom::tag;

/// Retrieving from servers that do what no real one should; real ones are in tst_dicomweb_peers.
class TestDicomWebRetrieve : public QObject
{
    Q_OBJECT

private Q_SLOTS:
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
        for (const int status : {406, 413, 501, 500, 400, 404, 409}) // some know no study, only instances
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

    void aStudyInAnotherFormIsFetchedByInstances_data()
    {
        QTest::addColumn<int>("status");
        QTest::addColumn<QByteArray>("type");
        QTest::newRow("NET-01 WADO a zip for the study") << 200 << QByteArray("application/zip");
        QTest::newRow("NET-01 WADO a web page for the study") << 200 << QByteArray("text/html");
        QTest::newRow("NET-01 WADO no boundary") << 200 << QByteArray("multipart/related; type=\"application/dicom\"");
        QTest::newRow("NET-07 WADO 204 for the study") << 204 << QByteArray();
        QTest::newRow("NET-07 WADO no parts for the study") << 200 << Shelf::multipart;
    }
    void aStudyInAnotherFormIsFetchedByInstances()
    {
        QFETCH(int, status);
        QFETCH(QByteArray, type);
        const Shelf shelf;
        ScriptedHttp server([&](const ScriptedHttp::Request& request, ScriptedHttp::Connection& to) {
            if (!shelf.serve(request, to))
                to.answer(status, type, status == 204 ? "" : type == Shelf::multipart ? "--cut--\r\n" : "PK\3\4");
        });
        const Got got = fetch(serviceOf(server));
        QVERIFY(got.result && got.result->isComplete());
        QCOMPARE(got.uids, shelf.uids);
    }

    void NET_01_WADO_partsOfAnyMultipartAreTaken()
    {
        const Shelf shelf;
        ScriptedHttp server([&](const ScriptedHttp::Request& request, ScriptedHttp::Connection& to) {
            if (!shelf.serve(request, to))
                to.answer(200, "multipart/mixed; boundary=cut", shelf.body(shelf.uids));
        });
        QVERIFY(fetch(serviceOf(server)).result->isComplete());
        QCOMPARE(server.requests().size(), 2); // the study as a whole
    }

    /// The study is P's by what the server itself says, whatever the caller knew.
    void NET_08_theServersOwnPatientDecides_data()
    {
        QTest::addColumn<bool>("isPartPresent");
        QTest::newRow("NET-08 the whole study") << false;
        QTest::newRow("NET-08 what is missing") << true;
    }
    void NET_08_theServersOwnPatientDecides()
    {
        QFETCH(bool, isPartPresent);
        const Shelf shelf;
        const QByteArray ofP = ",\"00100020\":{\"vr\":\"LO\",\"Value\":[\"P\"]},\"00201208\":{\"vr\":\"IS\",\"Value\":[4]}";
        ScriptedHttp server([&](const ScriptedHttp::Request& request, ScriptedHttp::Connection& to) {
            if (request.path() == "/dicom-web/studies")
                to.answer(200, jsonType, "[" + row(study.toLatin1(), ofP) + "]");
            else if (request.path().endsWith("5.4")) // instead of it, one of Q under its name
                to.answer(200, Shelf::multipart, Shelf::part(QByteArray(shelf.file("patient")).replace("1.2.3.4.5.67", QByteArray("1.2.3.4.5.4\0", 12))) + "--cut--\r\n");
            else if (!shelf.serve(request, to))
                to.answer(200, Shelf::multipart, Shelf::part(shelf.file("patient")) + shelf.body(shelf.uids));
        });
        const Got got = fetch(serviceOf(server), isPartPresent ? QSet<QString>{shelf.uids[0], shelf.uids[1]} : QSet<QString>{});
        QVERIFY(got.result && !got.result->isComplete());
        QCOMPARE(got.uids, isPartPresent ? QStringList{shelf.uids[2]} : shelf.uids);
        QCOMPARE(got.failures().size(), 1);
        QVERIFY2(got.failures()[0].contains("another patient"), qPrintable(got.failures()[0]));
    }

    /// The count and the names of one server contradict each other: never complete without a word, however often it is asked.
    void SAF_04_moreThanItNamesIsSaid()
    {
        const Shelf shelf;
        ScriptedHttp server([&](const ScriptedHttp::Request& request, ScriptedHttp::Connection& to) {
            if (request.path() == "/dicom-web/studies")
                to.answer(200, jsonType, "[" + row(study.toLatin1(), ",\"00201208\":{\"vr\":\"IS\",\"Value\":[10]}") + "]");
            else if (!shelf.serve(request, to))
                to.answer(200, Shelf::multipart, shelf.body(shelf.uids));
        });
        for (const QSet<QString>& present : {QSet<QString>{}, QSet<QString>(shelf.uids.begin(), shelf.uids.end())}) {
            const Got got = fetch(serviceOf(server), present);
            QVERIFY(got.result && !got.result->isComplete());
            QCOMPARE(got.result->expected, 10);
            QCOMPARE(got.result->received + got.result->present, 4);
            QVERIFY(got.result->ended && got.result->ended->detail.contains("has 10 instances and names 4"));
        }
    }

    /// A server that gives a dozen rows at a time, whatever it is asked for, and does not say so: the study's count tells.
    void NET_02_NET_14_pagesThatAreCappedWithoutAWordAreReadToTheCount()
    {
        const Shelf shelf(30);
        ScriptedHttp server([&](const ScriptedHttp::Request& request, ScriptedHttp::Connection& to) {
            const int offset = request.values("offset").value(0).toInt();
            if (request.path().endsWith("/instances"))
                to.answer(200, jsonType, instanceRows(shelf.uids.mid(offset, 12)));
            else
                shelf.serve(request, to);
        });
        const Got got = fetch(serviceOf(server), {shelf.uids[0]});
        QVERIFY2(got.result && got.result->isComplete(), got.result && got.result->ended ? qPrintable(message(*got.result->ended)) : "");
        QCOMPARE(got.result->expected, 30);
        QCOMPARE(got.result->received, 29);
    }

    void aServerWithoutSearchIsRetrievedFrom_data()
    {
        QTest::addColumn<bool>("hasMetadata");
        QTest::addColumn<bool>("isPartPresent");
        QTest::newRow("NET-01 WADO without QIDO") << false << false;
        QTest::newRow("NET-01 WADO without QIDO, part is here") << false << true;
        QTest::newRow("NET-01 WADO without QIDO, with metadata") << true << false;
        QTest::newRow("NET-02 WADO without QIDO, with metadata, part is here") << true << true;
    }
    void aServerWithoutSearchIsRetrievedFrom()
    {
        QFETCH(bool, hasMetadata);
        QFETCH(bool, isPartPresent);
        const Shelf shelf;
        ScriptedHttp server([&](const ScriptedHttp::Request& request, ScriptedHttp::Connection& to) {
            const QByteArray path = request.path();
            if (path.endsWith("/metadata") && hasMetadata)
                to.answer(200, jsonType, instanceRows(shelf.uids));
            else if (path.endsWith("/metadata") || path.endsWith("/studies") || path.endsWith("/instances"))
                to.answer(404, {}, {});
            else if (!shelf.serve(request, to))
                to.answer(200, Shelf::multipart, shelf.body(shelf.uids));
        });
        const QSet<QString> present = isPartPresent ? QSet<QString>{shelf.uids[0]} : QSet<QString>{};
        const Got got = fetch(serviceOf(server), present);
        QVERIFY2(got.result, got.result ? "" : qPrintable(message(got.result.error())));
        QVERIFY2(got.result->isComplete(), got.result->ended ? qPrintable(message(*got.result->ended)) : "");
        QCOMPARE(got.result->expected, 4);
        QCOMPARE(got.result->present, present.size());
        QCOMPARE(got.result->received, 4 - present.size());
        for (const auto& request : server.requests()) // named, only what is missing is asked for
            QVERIFY(!hasMetadata || !isPartPresent || !request.target.endsWith(shelf.uids[0].toLatin1()));
    }

    void NET_06_aServerThatGivesNoneIsNotAskedForAll()
    {
        const Shelf shelf(1);
        QStringList many;
        for (int i = 1; i <= 500; ++i)
            many << series + u'.' + QString::number(i);
        ScriptedHttp server([&](const ScriptedHttp::Request& request, ScriptedHttp::Connection& to) {
            if (request.path().endsWith("/instances"))
                to.answer(200, jsonType, instanceRows(many));
            else
                to.answer(404, {}, {});
        });
        const Got got = fetch(serviceOf(server));
        QVERIFY(got.result && got.result->ended);
        QCOMPARE(got.result->ended->fault, Fault::NotFound);
        QCOMPARE(got.result->failed.size(), 500); // each is named all the same
        QVERIFY2(server.requests().size() < 40, QByteArray::number(server.requests().size()).constData());
    }

    void partsWithoutEndAreNotListedWithoutEnd_data()
    {
        QTest::addColumn<bool>("isRubbish");
        QTest::newRow("NET-14 rubbish without end") << true;
        QTest::newRow("NET-14 GEO-18 the same instance without end") << false;
    }
    void partsWithoutEndAreNotListedWithoutEnd()
    {
        QFETCH(bool, isRubbish);
        const Shelf shelf;
        const QByteArray some = Shelf::part(isRubbish ? QByteArray("no DICOM") : shelf.files[shelf.uids[0]]).repeated(100);
        ScriptedHttp server([&](const ScriptedHttp::Request& request, ScriptedHttp::Connection& to) {
            if (shelf.serve(request, to))
                return;
            to.close();
            to.send("HTTP/1.1 200 OK\r\nContent-Type: " + Shelf::multipart + "\r\n\r\n");
            while (to.send(some))
                ;
        });
        const Got got = fetch(serviceOf(server));
        QVERIFY(got.result && got.result->ended);
        QCOMPARE(got.result->ended->fault, Fault::Damaged);
        QVERIFY2(got.result->failed.size() < 11'000, QByteArray::number(qint64(got.result->failed.size())).constData());
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

QTEST_GUILESS_MAIN(TestDicomWebRetrieve)
#include "tst_dicomweb_retrieve.moc"
