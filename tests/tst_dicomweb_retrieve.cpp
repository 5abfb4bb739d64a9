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
        static const Shelf shelf;
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
        static const Shelf shelf;
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
        static const Shelf shelf;
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
        QCOMPARE(first.result->failed.size(), kind == "stall" ? 0 : 2); // one that is silent is not asked for names at once
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
        static const Shelf shelf;
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
        static const Shelf shelf(9);
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
        QTest::newRow("NET-01 WADO an empty boundary") << 200 << QByteArray("multipart/related; boundary=\"\"");
        QTest::newRow("NET-01 WADO a boundary without end") << 200 << "multipart/related; boundary=" + QByteArray(201, 'b');
        QTest::newRow("NET-01 WADO a boundary of something else") << 200 << QByteArray("text/plain; boundary=cut");
        QTest::newRow("NET-07 WADO 204 for the study") << 204 << QByteArray();
        QTest::newRow("NET-07 WADO no parts for the study") << 200 << Shelf::multipart;
    }
    void aStudyInAnotherFormIsFetchedByInstances()
    {
        QFETCH(int, status);
        QFETCH(QByteArray, type);
        static const Shelf shelf;
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
        static const Shelf shelf;
        ScriptedHttp server([&](const ScriptedHttp::Request& request, ScriptedHttp::Connection& to) {
            if (!shelf.serve(request, to))
                to.answer(200, "multipart/mixed; boundary=cut", shelf.body(shelf.uids));
        });
        QVERIFY(fetch(serviceOf(server)).result->isComplete());
        QCOMPARE(server.requests().size(), 2); // the study as a whole
        const QByteArray longest(200, 'b');
        ScriptedHttp other([&](const ScriptedHttp::Request& request, ScriptedHttp::Connection& to) {
            if (!shelf.serve(request, to))
                to.answer(200, "multipart/related; boundary=" + longest, shelf.body(shelf.uids).replace("--cut", "--" + longest));
        });
        QVERIFY(fetch(serviceOf(other)).result->isComplete());
        QCOMPARE(other.requests().size(), 2);
    }

    /// A part of another kind is no instance; one that says nothing of itself, or octets, may be one.
    void NET_01_WADO_theKindsOfParts_data()
    {
        QTest::addColumn<QByteArray>("header");
        QTest::addColumn<bool>("isTaken");
        QTest::newRow("DICOM") << QByteArray("Content-Type: application/dicom; transfer-syntax=*\r\n") << true;
        QTest::newRow("octets") << QByteArray("Content-Type: application/octet-stream\r\n") << true;
        QTest::newRow("nothing") << QByteArray() << true;
        QTest::newRow("a picture") << QByteArray("Content-Type: image/jpeg\r\n") << false;
        QTest::newRow("a page") << QByteArray("Content-Type: text/html\r\n") << false;
    }
    void NET_01_WADO_theKindsOfParts()
    {
        QFETCH(QByteArray, header);
        QFETCH(bool, isTaken);
        static const Shelf shelf(1);
        ScriptedHttp server([&](const ScriptedHttp::Request& request, ScriptedHttp::Connection& to) {
            if (!shelf.serve(request, to))
                to.answer(200, Shelf::multipart, shelf.body(shelf.uids).replace("Content-Type: application/dicom\r\n", header));
        });
        const Got got = fetch(serviceOf(server));
        QVERIFY(got.result);
        QCOMPARE(got.uids.size(), isTaken ? 1 : 0);
        QCOMPARE(got.result->isComplete(), isTaken);
        if (!isTaken)
            QVERIFY2(got.failures().value(0).contains(header.contains("html") ? "a web page instead of data" : "another kind of data"), qPrintable(got.failures().value(0)));
    }

    /// One series: counted, listed and fetched below its own address; what the server says of others is not about it.
    void NET_01_WADO_oneSeries_data()
    {
        QTest::addColumn<bool>("isPartPresent");
        QTest::addColumn<bool>("hasSearch");
        QTest::newRow("NET-01 the whole series") << false << true;
        QTest::newRow("NET-01 what is missing of it") << true << true;
        QTest::newRow("NET-01 what is missing of it, without search") << true << false;
    }
    void NET_01_WADO_oneSeries()
    {
        QFETCH(bool, isPartPresent);
        QFETCH(bool, hasSearch);
        static const Shelf shelf;
        const QByteArray below = "/dicom-web/studies/1.2.3.4/series/1.2.3.4.5";
        ScriptedHttp server([&](const ScriptedHttp::Request& request, ScriptedHttp::Connection& to) {
            const auto seriesRow = [](const QByteArray& uid, int count) {
                return row(study.toLatin1(), ",\"0020000E\":{\"vr\":\"UI\",\"Value\":[\"" + uid + "\"]},\"00201209\":{\"vr\":\"IS\",\"Value\":[" + QByteArray::number(count) + "]}");
            };
            const QByteArray path = request.path();
            if (path == "/dicom-web/studies/1.2.3.4/series" && hasSearch)
                to.answer(200, jsonType, "[" + seriesRow("9.1", 99) + "," + seriesRow("1.2.3.4.5", 4) + "," + seriesRow("9.2", 98) + "]");
            else if (path == below + "/instances" && hasSearch)
                to.answer(200, jsonType, instanceRows(shelf.uids));
            else if (path == below + "/metadata")
                to.answer(200, jsonType, instanceRows(shelf.uids));
            else if (path == below)
                to.answer(200, Shelf::multipart, shelf.body(shelf.uids));
            else if (path.startsWith(below + "/instances/"))
                to.answer(200, Shelf::multipart, shelf.body({QString::fromLatin1(path.mid(path.lastIndexOf('/') + 1))}));
            else
                to.answer(404, {}, {});
        });
        QStringList uids;
        qint64 total = -1;
        Task task([&](qint64, qint64 of, const QString&) { total = of; });
        const QSet<QString> present = isPartPresent ? QSet<QString>{shelf.uids[0], shelf.uids[1]} : QSet<QString>{};
        const auto got = retrieve(serviceOf(server), {{study}, {series}, present, "P"}, [&](dicom::Received&& received) -> Result<void> {
            uids << received.sopInstanceUid;
            return {};
        }, task);
        QVERIFY2(got, got ? "" : qPrintable(message(got.error())));
        QVERIFY(got->isComplete());
        QCOMPARE(got->expected, 4);
        QCOMPARE(got->present, present.size());
        QCOMPARE(got->received, 4 - present.size());
        uids.sort();
        QCOMPARE(uids, isPartPresent ? shelf.uids.mid(2) : shelf.uids);
        QVERIFY(task.done() == got->received && total == got->received);
    }

    /// What the server counts of another study is not about this one, and fewer than none is none.
    void NET_07_whoseCountItIs()
    {
        static const Shelf shelf;
        for (const auto& [rowsOfStudies, expected] : {std::pair(QByteArray("9.9"), 0), {QByteArray("1.2.3.4"), 4}}) {
            const QByteArray count = ",\"00201208\":{\"vr\":\"IS\",\"Value\":[";
            const QByteArray all = "[" + row("9.8", count + "77]}") + "," + row(rowsOfStudies, count + "4]}") + "," + row("9.7", count + "-3]}") + "]";
            ScriptedHttp server([&](const ScriptedHttp::Request& request, ScriptedHttp::Connection& to) {
                request.path() == "/dicom-web/studies"                ? to.answer(200, jsonType, all)
                : request.path().endsWith("/instances")               ? to.answer(404, {}, {})
                : request.path().endsWith("/metadata")                ? to.answer(404, {}, {})
                                                                      : to.answer(200, Shelf::multipart, shelf.body(shelf.uids));
            });
            const Got got = fetch(serviceOf(server));
            QVERIFY(got.result && got.result->isComplete());
            QCOMPARE(got.result->expected, 4); // by its own account, or by what came
            QCOMPARE(got.uids, shelf.uids);
            QCOMPARE(server.requests().size(), expected == 4 ? 2 : 4);
        }
        ScriptedHttp negative([&](const ScriptedHttp::Request& request, ScriptedHttp::Connection& to) {
            if (request.path() == "/dicom-web/studies")
                to.answer(200, jsonType, "[" + row("1.2.3.4", ",\"00201208\":{\"vr\":\"IS\",\"Value\":[-5]}") + "]");
            else if (!shelf.serve(request, to))
                to.answer(200, Shelf::multipart, shelf.body(shelf.uids));
        });
        const Got got = fetch(serviceOf(negative));
        QVERIFY(got.result && got.result->isComplete());
        QCOMPARE(got.result->expected, 4);
    }

    /// Where nothing came and nothing is known to be there, the server could not be asked; else it is said what is missing.
    void NET_02_whatARefusalComesTo_data()
    {
        QTest::addColumn<int>("ofStudies"); // the status of each kind of request
        QTest::addColumn<int>("ofInstances");
        QTest::addColumn<int>("ofFiles");
        QTest::addColumn<bool>("isPartPresent");
        QTest::addColumn<QString>("line"); // an error's fault; or received, named as missing, and the fault of the end
        const auto row = [](int ofStudies, int ofInstances, int ofFiles, bool isPartPresent, const QString& line) {
            QTest::addRow("%d %d %d%s", ofStudies, ofInstances, ofFiles, isPartPresent ? ", part is here" : "") << ofStudies << ofInstances << ofFiles << isPartPresent << line;
        };
        const auto error = [](Fault fault) { return QStringLiteral("error %1").arg(int(fault)); };
        const auto ended = [](int received, int named, Fault fault) { return QStringLiteral("%1 %2 ended %3").arg(received).arg(named).arg(int(fault)); };
        row(403, 200, 200, false, error(Fault::Denied));
        row(503, 200, 200, false, error(Fault::Refused));
        row(500, 200, 200, false, "4 0");
        row(404, 404, 403, false, error(Fault::Denied));
        row(404, 404, 404, false, error(Fault::NotFound));
        row(200, 200, 403, false, ended(0, 4, Fault::Denied));
        row(200, 403, 403, false, ended(0, 0, Fault::Denied));
        row(200, 403, 200, true, error(Fault::Denied));
        row(200, 404, 200, true, "3 0");
        row(200, 200, 403, true, ended(0, 3, Fault::Denied));
    }
    void NET_02_whatARefusalComesTo()
    {
        QFETCH(int, ofStudies);
        QFETCH(int, ofInstances);
        QFETCH(int, ofFiles);
        QFETCH(bool, isPartPresent);
        static const Shelf shelf;
        ScriptedHttp server([&](const ScriptedHttp::Request& request, ScriptedHttp::Connection& to) {
            const QByteArray path = request.path();
            if (path.endsWith("/metadata"))
                return to.answer(404, {}, {});
            const int status = path == "/dicom-web/studies" ? ofStudies : path.endsWith("/instances") ? ofInstances : ofFiles;
            if (status != 200)
                to.answer(status, {}, {});
            else if (!shelf.serve(request, to))
                to.answer(200, Shelf::multipart, shelf.body(shelf.uids));
        });
        Service service = serviceOf(server);
        service.patienceSeconds = 0;
        const Got got = fetch(service, isPartPresent ? QSet<QString>{shelf.uids[0]} : QSet<QString>{});
        QString line = got.result ? QStringLiteral("%1 %2").arg(got.result->received).arg(got.result->failed.size()) : QStringLiteral("error %1").arg(int(got.result.error().fault));
        if (got.result && got.result->ended)
            line += QStringLiteral(" ended %1").arg(int(got.result->ended->fault));
        QTEST(line, "line");
    }

    /// Who stops it wants no list of what has not come.
    void NET_07_aStoppedRetrievalNamesNobody()
    {
        static const Shelf shelf(9);
        ScriptedHttp server([&](const ScriptedHttp::Request& request, ScriptedHttp::Connection& to) { shelf.serve(request, to); });
        Service service = serviceOf(server);
        service.parallel = 1;
        Task task;
        const auto got = retrieve(service, {{study}, {}, {shelf.uids[0]}, {}}, [&](dicom::Received&&) -> Result<void> {
            task.cancel();
            return {};
        }, task);
        QVERIFY2(got, got ? "" : qPrintable(message(got.error())));
        QVERIFY(got->ended && got->ended->fault == Fault::Cancelled && !got->isComplete());
        QVERIFY(got->received == 1 && got->present == 1 && got->expected == 9);
        QCOMPARE(got->failed.size(), size_t(0));
    }

    /// What would lead to another address is not asked for, whoever has named it.
    void NET_11_whatIsNoUidIsNotAskedFor()
    {
        static const Shelf shelf;
        QByteArray names = instanceRows(shelf.uids).chopped(1) + "," + instanceRows({"../x"}).mid(1);
        ScriptedHttp server([&](const ScriptedHttp::Request& request, ScriptedHttp::Connection& to) {
            if (request.path().endsWith("/instances"))
                to.answer(200, jsonType, names);
            else
                shelf.serve(request, to);
        });
        const Got got = fetch(serviceOf(server), {shelf.uids[0]});
        QVERIFY(got.result && !got.result->isComplete());
        QCOMPARE(got.failures(), QStringList{" its SOP Instance UID is no UID"});
        QCOMPARE(got.uids, shelf.uids.mid(1));
        const auto asked = server.requests().size();
        Task task;
        for (const auto& [of, in] : {std::pair("../x", ""), {"", ""}, {"1.2", "../x"}, {"1.2", "1..2"}}) {
            const auto result = retrieve(serviceOf(server), {{of}, {in}, {}, {}}, [](dicom::Received&&) { return Result<void>(); }, task);
            QVERIFY(!result && result.error().fault == Fault::Invalid);
        }
        QCOMPARE(server.requests().size(), asked);
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
        static const Shelf shelf;
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

    /// One in other letters than ASCII may have been misread by the server: what it sends is not held against it.
    void NET_08_anIdInOtherLettersProvesNothing()
    {
        static const Shelf shelf;
        ScriptedHttp server([&](const ScriptedHttp::Request& request, ScriptedHttp::Connection& to) {
            if (request.path() == "/dicom-web/studies")
                to.answer(200, jsonType, "[" + row(study.toLatin1(), ",\"00100020\":{\"vr\":\"LO\",\"Value\":[\"\xc3\x96\"]}") + "]");
            else if (!shelf.serve(request, to))
                to.answer(200, Shelf::multipart, shelf.body(shelf.uids));
        });
        const Got got = fetch(serviceOf(server));
        QVERIFY2(got.result && got.result->isComplete(), qPrintable(got.failures().join("\n")));
        QCOMPARE(got.uids, shelf.uids);
    }

    /// An instance that comes as a file, not as a part of anything, in as many pieces as the network makes of it.
    void NET_01_WADO_aFileThatIsNoPart()
    {
        static const Shelf shelf;
        ScriptedHttp server([&](const ScriptedHttp::Request& request, ScriptedHttp::Connection& to) {
            const QByteArray path = request.path();
            if (path.contains("/instances/")) {
                const QByteArray file = shelf.files[QString::fromLatin1(path.mid(path.lastIndexOf('/') + 1))];
                to.send("HTTP/1.1 200 OK\r\nContent-Type: application/dicom\r\nContent-Length: " + QByteArray::number(file.size()) + "\r\n\r\n" + file.left(200));
                to.send(file.mid(200));
            } else if (!shelf.serve(request, to)) {
                to.answer(406, {}, {});
            }
        });
        const Got got = fetch(serviceOf(server));
        QVERIFY2(got.result && got.result->isComplete(), qPrintable(got.failures().join("\n")));
        QCOMPARE(QSet<QString>(got.uids.begin(), got.uids.end()), QSet<QString>(shelf.uids.begin(), shelf.uids.end()));
    }

    /// The count and the names of one server contradict each other: never complete without a word, however often it is asked.
    void SAF_04_moreThanItNamesIsSaid()
    {
        static const Shelf shelf;
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
        static const Shelf shelf(30);
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
        static const Shelf shelf;
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
        static const Shelf shelf(1);
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
        static const Shelf shelf;
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
        static const Shelf shelf(1);
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

    /// JPEG-LS without loss first over a slow line, then as it is stored, then without a word of it; by what answers the first ones get.
    void NET_16_compressedIsAskedForFirst_data()
    {
        QTest::addColumn<bool>("isSlow");
        QTest::addColumn<bool>("isHere"); // one is here already: the others are asked for one by one
        QTest::addColumn<QList<int>>("refusals");
        QTest::addColumn<QString>("asked");
        QTest::newRow("NET-16 given") << true << false << QList<int>{} << "jpegls";
        QTest::newRow("NET-16 not compressed here") << true << false << QList<int>{406} << "jpegls any";
        QTest::newRow("NET-16 it fails in compressing") << true << false << QList<int>{500} << "jpegls any";
        QTest::newRow("NET-16 of an old server") << true << false << QList<int>{406, 406} << "jpegls any plain";
        QTest::newRow("NET-16 one by one") << true << true << QList<int>{} << "jpegls";
        QTest::newRow("NET-16 one by one, not compressed here") << true << true << QList<int>{500} << "jpegls any";
        QTest::newRow("NET-16 a quick line") << false << false << QList<int>{} << "any";
        QTest::newRow("NET-16 a quick line to an old server") << false << false << QList<int>{406} << "any plain";
    }
    void NET_16_compressedIsAskedForFirst()
    {
        QFETCH(bool, isSlow);
        QFETCH(bool, isHere);
        QFETCH(QList<int>, refusals);
        static const Shelf shelf(2);
        std::atomic<int> number = 0;
        ScriptedHttp server([&](const ScriptedHttp::Request& request, ScriptedHttp::Connection& to) {
            const bool isFile = request.headers["accept"].startsWith("multipart");
            if (const int refused = isFile ? refusals.value(number++) : 0; refused != 0)
                to.answer(refused, {}, {});
            else if (!shelf.serve(request, to))
                to.answer(200, Shelf::multipart, shelf.body(shelf.uids));
        });
        Service service = serviceOf(server);
        service.wantsCompressed = isSlow;
        const Got got = fetch(service, isHere ? QSet<QString>{shelf.uids[0]} : QSet<QString>());
        QVERIFY(got.result && got.result->isComplete());
        QStringList asked;
        const auto requests = server.requests();
        for (const ScriptedHttp::Request& request : requests)
            if (const QByteArray accept = request.headers["accept"]; accept.startsWith("multipart"))
                asked << (accept.endsWith("transfer-syntax=1.2.840.10008.1.2.4.80") ? "jpegls" : accept.endsWith("transfer-syntax=*") ? "any" : "plain");
        QTEST(asked.join(' '), "asked");
    }

    /// As many frames as were asked for, in the order they come; the numbers count from 1 (PS3.18 10.4.1.1.4).
    void NET_01_WADO_framesAreCounted()
    {
        QByteArray type = "multipart/related; type=\"application/octet-stream\"; boundary=cut";
        QByteArrayList parts;
        ScriptedHttp server([&](const ScriptedHttp::Request&, ScriptedHttp::Connection& to) {
            QByteArray body;
            for (const QByteArray& part : std::as_const(parts))
                body += "--cut\r\nContent-Type: application/octet-stream\r\n\r\n" + part + "\r\n";
            to.answer(200, type, type.isEmpty() ? "" : body + "--cut--\r\n");
        });
        const InstanceName name{{study}, {series}, {series + ".1"}};
        Task task;
        const auto fault = [&](const InstanceName& of, const QList<int>& numbers) {
            const auto got = frames(serviceOf(server), of, numbers, task);
            return got ? Fault::Internal : got.error().fault;
        };
        parts = {"second", "third"};
        const auto two = frames(serviceOf(server), name, {2, 3}, task);
        QVERIFY2(two, two ? "" : qPrintable(message(two.error())));
        QCOMPARE(server.requests().last().path(), "/dicom-web/studies/1.2.3.4/series/1.2.3.4.5/instances/1.2.3.4.5.1/frames/2,3");
        QVERIFY(two->size() == 2 && two->at(0).bytes == "second" && two->at(1).bytes == "third");
        QCOMPARE(fault(name, {2}), Fault::Damaged);       // one too many
        QCOMPARE(fault(name, {2, 3, 4}), Fault::Damaged); // one too few
        const auto count = server.requests().size();
        QCOMPARE(fault(name, {}), Fault::Invalid);
        QCOMPARE(fault(name, {1, 0}), Fault::Invalid);
        QCOMPARE(fault({{study}, {series}, {}}, {1}), Fault::Invalid);
        QCOMPARE(fault({{study}, {series}, {"1..2"}}, {1}), Fault::Invalid);
        QCOMPARE(server.requests().size(), count);
        type = "text/html";
        QCOMPARE(fault(name, {2, 3}), Fault::NotDicom);
    }

    void NET_16_whatIsAskedOfAPicture()
    {
        QByteArray type = "image/png";
        QByteArray bytes = "PNG";
        QSet<QByteArray> refused{"image/jpeg"};
        int status = 406;
        ScriptedHttp server([&](const ScriptedHttp::Request& request, ScriptedHttp::Connection& to) {
            to.answer(refused.contains(request.headers["accept"]) ? status : 200, type, bytes);
        });
        const InstanceName name{{study}, {series}, {series + ".1"}}, ofSeries{{study}, {series}, {}};
        Task task;
        const auto last = [&] { return server.requests().last().target; };
        QCOMPARE(thumbnail(serviceOf(server), ofSeries, {100, 80}, task)->bytes, "PNG"); // what is no JPEG may be a PNG
        QCOMPARE(last(), "/dicom-web/studies/1.2.3.4/series/1.2.3.4.5/thumbnail?viewport=100,80");
        QCOMPARE(server.requests().size(), 2);
        refused.clear();
        QVERIFY(thumbnail(serviceOf(server), name, {}, task));
        QCOMPARE(last(), "/dicom-web/studies/1.2.3.4/series/1.2.3.4.5/instances/1.2.3.4.5.1/thumbnail");
        for (const auto& [quality, said] : {std::pair(0, "1"), {1, "1"}, {100, "100"}, {101, "100"}}) { // PS3.18 8.3.5.1.2
            QVERIFY(rendered(serviceOf(server), name, 0, {}, quality, task));
            QCOMPARE(last(), QByteArray("/dicom-web/studies/1.2.3.4/series/1.2.3.4.5/instances/1.2.3.4.5.1/rendered?quality=") + said);
        }
        QCOMPARE(rendered(serviceOf(server), ofSeries, 0, {}, 60, task).error().fault, Fault::Invalid);
        QCOMPARE(rendered(serviceOf(server), name, -1, {}, 60, task).error().fault, Fault::Invalid);
        refused = {"image/jpeg"};
        status = 404; // it has no other form of it either
        const auto count = server.requests().size();
        QCOMPARE(rendered(serviceOf(server), name, 0, {}, 60, task).error().fault, Fault::NotFound);
        QCOMPARE(server.requests().size(), count + 1);
        refused.clear();
        bytes.clear();
        QCOMPARE(rendered(serviceOf(server), name, 0, {}, 60, task).error().fault, Fault::NotDicom);
    }

    void NET_14_aBusyServerEndsARetrieval()
    {
        static const Shelf shelf(30);
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
