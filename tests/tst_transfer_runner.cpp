#include "netclient/dicom/dataset.h"
#include "netclient/transfer/reception.h"
#include "netclient/transfer/study_transfer.h"
#include "netclient/transfer/transfer_runner.h"
#include "tests/support/fault_proxy.h"
#include "tests/support/orthanc.h"
#include "tests/support/test_data.h"
#include <QDirIterator>
#include <QElapsedTimer>
#include <QSignalSpy>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTemporaryDir>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace diascope;
using namespace diascope::transfer;
namespace tag = diascope::dicom::tag;
using State = Transfer::State;

namespace
{

QStringList filesIn(const char* folder, int count)
{
    QStringList files;
    QDirIterator all(test::dataFile(folder), {"*.dcm"}, QDir::Files, QDirIterator::Subdirectories);
    while (all.hasNext())
        files << all.next();
    files.sort();
    return files.mid(0, count);
}

} // namespace

/// The queue against a real Orthanc over a line that can be made slow or cut.
class TestTransferRunner : public QObject
{
    Q_OBJECT

    static constexpr int count = 40;
    QString m_whyNot;
    quint16 m_movePort = 0;
    std::unique_ptr<test::Orthanc> m_orthanc;
    std::unique_ptr<test::FaultProxy> m_line;
    dicom::StudyUid m_study, m_otherStudy;
    QStringList m_files;
    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<archive::Archive> m_archive;
    std::unique_ptr<TransferQueue> m_queue;
    std::unique_ptr<TransferRunner> m_runner;
    Task m_task;
    std::atomic<int> m_roomMade = 0;

    Profile profile() const { return *Profile::open(m_folder->path()); }
    NewTransfer retrieval(Priority priority = Priority::Normal) const
    {
        NewTransfer transfer;
        transfer.node = "pacs";
        transfer.study = m_study;
        transfer.priority = priority;
        return transfer;
    }
    NewTransfer sending(Commitment commitment = Commitment::NotWanted) const
    {
        NewTransfer transfer;
        transfer.kind = TransferKind::Send;
        transfer.node = "target";
        transfer.study = m_study;
        transfer.commitment = commitment;
        return transfer;
    }
    Transfer at(qint64 id) const { return **m_queue->find(id); }
    qint64 here() const
    {
        const auto row = *m_archive->study(m_study);
        return row ? row->instances : 0;
    }
    void slowDown(qint64 bytesPerSecond)
    {
        test::FaultProxy::Faults slow;
        slow.bytesPerSecond = bytesPerSecond;
        m_line->set(test::FaultProxy::Way::ToClient, slow);
    }
    bool isSound() const
    {
        Task task;
        const auto report = m_archive->verify(archive::Archive::Repair::No, task);
        return report && report->missing.empty() && report->changed.empty() && report->orphans == 0 && m_archive->quarantine()->empty();
    }

private Q_SLOTS:
    void initTestCase()
    {
        m_movePort = test::freePort();
        m_orthanc = test::Orthanc::start(m_movePort, &m_whyNot);
        m_files = filesIn("volumes/fnndsc_andrei_abdomen_ct", count);
        if (!m_orthanc || m_files.isEmpty())
            return;
        m_line = std::make_unique<test::FaultProxy>(m_orthanc->port);
        m_study = {dicom::Dataset::read(m_files[0])->text(tag::StudyInstanceUID)};
        const auto sent = test::run("storescu", QStringList{"-aec", "ORTHANC", "127.0.0.1", QString::number(m_orthanc->port)} + m_files);
        QVERIFY2(sent.code == 0, sent.err.constData());
        // A second study, small.
        dicom::Dataset other = dicom::Dataset::read(m_files[0])->deepCopy();
        m_otherStudy = {dicom::newUid()};
        QVERIFY(other.setText(tag::StudyInstanceUID, m_otherStudy.value));
        QVERIFY(other.setText(tag::SOPInstanceUID, dicom::newUid()));
        QTemporaryDir folder;
        QVERIFY(other.write(folder.filePath("other.dcm"), QString::fromUtf16(dicom::explicitLittleEndian)));
        SUCCEEDS(test::run("storescu", {"-aec", "ORTHANC", "127.0.0.1", QString::number(m_orthanc->port), folder.filePath("other.dcm")}));
    }
    void init()
    {
        if (!m_orthanc)
            QSKIP(qPrintable(m_whyNot));
        NEEDS_TEST_DATA(m_files.value(0));
        m_line->clear();
        m_folder = std::make_unique<QTemporaryDir>();
        m_archive = std::move(*archive::Archive::open(profile()));
        m_queue = std::move(*TransferQueue::open(profile()));
        Settings settings(profile());
        dimse::Node node{"pacs", "ORTHANC", "127.0.0.1", m_line->port(), false, {}, "ISO_IR 192", {}};
        node.associations = 1;
        QVERIFY(dimse::Nodes(settings).add(node));
        QVERIFY(settings.set(dimse::listenPort, int(m_movePort)));
        TransferRunner::Options options;
        options.local.dimseSeconds = 3;
        m_roomMade = 0;
        options.makeRoom = [this] { ++m_roomMade; };
        m_runner = std::make_unique<TransferRunner>(*m_archive, profile(), options);
    }
    void cleanup()
    {
        m_runner.reset();
        m_queue.reset();
        m_archive.reset();
    }

    void whatIsQueuedComes()
    {
        QSignalSpy retrieved(m_runner.get(), &TransferRunner::retrieved);
        m_runner->start();
        const qint64 id = *m_queue->add(retrieval());
        m_runner->wake();
        QTRY_COMPARE_WITH_TIMEOUT(at(id).state, State::Done, 30000);
        QCOMPARE(at(id).done, count);
        QCOMPARE(at(id).total, count);
        QCOMPARE(here(), count);
        QCOMPARE(m_roomMade, 1); // before it came, and not again: the disk was not full
        QTRY_COMPARE(retrieved.count(), 1);
        QCOMPARE(retrieved[0][0].toString(), m_study.value);
        QVERIFY(isSound());
        // What it has learnt: this node's C-GET works, and how quickly.
        const auto ways = *m_queue->waysOf("pacs");
        QVERIFY(ways.size() == 1 && ways[0].way == "get" && ways[0].bytesPerSecond > 1000 && ways[0].bytesPerSecond < 1e10);
    }

    /// A web server that is down today may be the quicker one tomorrow: it is not remembered as one that refuses.
    void NET_04_aWebServerThatIsDownIsNotGivenUp()
    {
        Settings settings(profile());
        dimse::Nodes nodes(settings);
        dimse::Node node = *nodes.find("pacs");
        node.dicomWebUrl = QString("http://127.0.0.1:%1/dicom-web").arg(test::freePort());
        QVERIFY(nodes.replace(node));
        m_runner->start();
        NewTransfer byWeb = retrieval();
        byWeb.way = "web";
        const qint64 id = *m_queue->add(byWeb);
        m_runner->wake();
        QTRY_VERIFY_WITH_TIMEOUT(!at(id).lastError.isEmpty(), 20000);
        const auto ways = *m_queue->waysOf("pacs");
        QVERIFY(ways.empty());
    }

    /// One line for what is in the background, and one kept free for what a person waits for.
    void onlyOneAtOnceStillBringsTheBackground()
    {
        Settings settings(profile());
        QVERIFY(settings.set(transfer::atOnce, 1));
        m_runner->start();
        const qint64 background = *m_queue->add(retrieval(Priority::Background));
        m_runner->wake();
        QTRY_COMPARE_WITH_TIMEOUT(at(background).state, State::Done, 30000);
        QCOMPARE(here(), count);
    }

    void aRunningOneIsPausedByAnotherProcessAndGoesOnWithTheRest()
    {
        slowDown(4'000'000);
        m_runner->start();
        const qint64 id = *m_queue->add(retrieval());
        m_runner->wake();
        QTRY_VERIFY_WITH_TIMEOUT(at(id).done >= 3, 20000); // progress is written while it runs
        const auto other = TransferQueue::open(profile());
        QVERIFY((*other)->pause(id));
        QTRY_COMPARE_WITH_TIMEOUT(at(id).state, State::Paused, 5000);
        const qint64 paused = here();
        QVERIFY2(paused >= 3 && paused < count, QByteArray::number(paused).constData());
        QVERIFY(at(id).lastError.isEmpty()); // a person's wish is no failure
        m_line->clear();
        QVERIFY((*other)->resume(id));
        m_runner->wake();
        QTRY_COMPARE_WITH_TIMEOUT(at(id).state, State::Done, 30000);
        QCOMPARE(at(id).present, paused); // only what was missing came
        QCOMPARE(at(id).done, count);
        QVERIFY(isSound());
    }

    void aCancelledOneEndsWithinASecondAndKeepsWhatCame()
    {
        slowDown(4'000'000);
        m_runner->start();
        const qint64 id = *m_queue->add(retrieval());
        m_runner->wake();
        QTRY_VERIFY_WITH_TIMEOUT(at(id).done >= 2, 20000);
        QElapsedTimer clock;
        clock.start();
        QVERIFY(m_queue->cancel(id));
        QTRY_COMPARE_WITH_TIMEOUT(at(id).state, State::Cancelled, 5000);
        QVERIFY2(clock.elapsed() < 2000, QByteArray::number(clock.elapsed()).constData());
        QVERIFY(here() >= 2);
        QVERIFY(isSound());
    }

    void whatAPersonWaitsForTakesTheLineFromTheBackground()
    {
        slowDown(3'000'000);
        m_runner->start();
        const qint64 background = *m_queue->add(retrieval(Priority::Background));
        m_runner->wake();
        QTRY_VERIFY_WITH_TIMEOUT(at(background).done >= 2, 20000);
        NewTransfer urgent = retrieval(Priority::Waiting);
        urgent.study = m_otherStudy;
        const qint64 waiting = *m_queue->add(urgent);
        m_runner->wake();
        QTRY_COMPARE_WITH_TIMEOUT(at(waiting).state, State::Done, 15000);
        QVERIFY2(at(background).state != State::Done, "it was through before: the line was shared");
        m_line->clear();
        QTRY_COMPARE_WITH_TIMEOUT(at(background).state, State::Done, 30000); // and then goes on by itself
        QVERIFY(at(background).present > 0);
        QCOMPARE(at(background).attempts, 1); // having made way is no failed attempt
        QCOMPARE(here(), count);
    }

    void NET_02_aCutCableIsTriedAgainByItself()
    {
        m_line->cutAfter(5'000'000);
        const qint64 id = *m_queue->add(retrieval());
        const auto transfer = m_runner->runNow(id, m_task);
        QVERIFY2(transfer, transfer ? "" : qPrintable(message(transfer.error())));
        QCOMPARE(transfer->state, State::Done); // 21 MB in pieces of five
        QVERIFY(at(id).attempts >= 1);
        QCOMPARE(here(), count);
        QVERIFY(isSound());
    }

    /// A line that is cut before anything moved is as bad as one that is cut later: the peer said nothing, so it refused nothing.
    void NET_02_aLineCutAtOnceIsTriedAgainLater_data()
    {
        QTest::addColumn<int>("bytes"); // from the peer
        QTest::addColumn<bool>("isSend");
        QTest::addColumn<QString>("words");
        for (const bool isSend : {false, true}) {
            QTest::addRow("NET-02 %s: no answer at all", isSend ? "send" : "retrieve") << 0 << isSend << "closed the connection without an answer";
            QTest::addRow("NET-02 %s: nothing behind the acceptance", isSend ? "send" : "retrieve") << 250 << isSend << "the connection broke";
        }
    }
    void NET_02_aLineCutAtOnceIsTriedAgainLater()
    {
        QFETCH(int, bytes);
        QFETCH(bool, isSend);
        QFETCH(QString, words);
        NewTransfer transfer = retrieval();
        if (isSend) {
            QVERIFY(m_archive->import({m_files[0]}, archive::ImportMode::Copy, m_task));
            transfer.kind = TransferKind::Send;
        }
        test::FaultProxy::Faults cut;
        cut.cutAfter = bytes;
        m_line->set(test::FaultProxy::Way::ToClient, cut);
        m_runner->start();
        const qint64 id = *m_queue->add(transfer);
        m_runner->wake();
        QTRY_VERIFY_WITH_TIMEOUT(!at(id).lastError.isEmpty(), 30000);
        QCOMPARE(at(id).state, State::Queued);
        QVERIFY2(at(id).lastError.contains(words), qPrintable(at(id).lastError));
        QVERIFY(at(id).nextDue > QDateTime::currentDateTimeUtc());
    }

    void NET_03_aPeerThatStallsIsTriedAgainLater()
    {
        m_line->stall();
        m_runner->start();
        const qint64 id = *m_queue->add(retrieval());
        m_runner->wake();
        QTRY_VERIFY_WITH_TIMEOUT(at(id).state == State::Queued && !at(id).lastError.isEmpty(), 30000);
        QVERIFY(at(id).nextDue > QDateTime::currentDateTimeUtc());
        m_line->clear();
        QVERIFY(m_queue->retry(id));
        m_runner->wake();
        QTRY_COMPARE_WITH_TIMEOUT(at(id).state, State::Done, 30000);
        QVERIFY(at(id).lastError.isEmpty());
    }

    void aNodeThatIsNotConfiguredAnyMoreFailsPlainly()
    {
        Settings settings(profile());
        QVERIFY(dimse::Nodes(settings).remove("pacs"));
        const qint64 id = *m_queue->add(retrieval());
        const auto transfer = m_runner->runNow(id, m_task);
        QVERIFY(transfer);
        QCOMPARE(transfer->state, State::Failed);
        QVERIFY2(transfer->lastError.contains("pacs"), qPrintable(transfer->lastError));
    }

    /// An exception that left the runner's thread would end the program, and the queue start the same job at its next start.
    void SAF_05_whatATransferThrowsFailsThatTransferAlone()
    {
        TransferRunner::Options options;
        options.complete = [](const dimse::Node&) -> Result<dimse::Node> { throw std::bad_alloc(); };
        TransferRunner runner(*m_archive, profile(), options);
        const qint64 id = *m_queue->add(retrieval());
        runner.start();
        QTRY_COMPARE_WITH_TIMEOUT(at(id).state, State::Failed, 10000);
        QVERIFY2(at(id).lastError.contains("not enough memory"), qPrintable(at(id).lastError));
    }

    void SAF_04_aStudyTheServerDoesNotHaveIsNoSuccess()
    {
        NewTransfer nothing = retrieval();
        nothing.study = {"1.2.3.4.5.6"};
        const auto transfer = m_runner->runNow(*m_queue->add(nothing), m_task);
        QVERIFY(transfer);
        QCOMPARE(transfer->state, State::Failed);
        QVERIFY(!transfer->lastError.isEmpty());
    }

    void aNodeThatIsMovedFromAnswersToOurListener()
    {
        QString why;
        const auto noGet = test::Orthanc::start(m_movePort, &why, R"(,"DicomAlwaysAllowGet":false)");
        if (!noGet)
            QSKIP(qPrintable(why));
        const auto sent = test::run("storescu", QStringList{"-aec", "ORTHANC", "127.0.0.1", QString::number(noGet->port)} + m_files.mid(0, 5));
        QCOMPARE(sent.code, 0);
        Settings settings(profile());
        auto node = *dimse::Nodes(settings).find("pacs");
        node.port = noGet->port;
        node.retrieveBy = dimse::Node::RetrieveBy::Move;
        QVERIFY(dimse::Nodes(settings).replace(node));
        const auto transfer = m_runner->runNow(*m_queue->add(retrieval()), m_task);
        QVERIFY(transfer);
        QVERIFY2(transfer->state == State::Done, qPrintable(transfer->lastError));
        QCOMPARE(here(), 5);
    }

    void aMoveComesByTheListenerThatRunsAlready()
    {
        Settings settings(profile());
        auto node = *dimse::Nodes(settings).find("pacs");
        node.retrieveBy = dimse::Node::RetrieveBy::Move;
        QVERIFY(dimse::Nodes(settings).replace(node));
        dimse::ListenerOptions options;
        options.port = m_movePort;
        const auto listener = listenInto(*m_archive, profile(), options);
        QVERIFY(listener);
        const auto transfer = m_runner->runNow(*m_queue->add(retrieval()), m_task);
        QVERIFY(transfer);
        QVERIFY2(transfer->state == State::Done, qPrintable(transfer->lastError));
        QCOMPARE(transfer->done, count);
        QCOMPARE(here(), count);
        QCOMPARE((*m_archive->study(m_study))->onlyHere, 0); // the node keeps them
    }

    void aPortTakenBySomebodyElseIsNoSuccess()
    {
        Settings settings(profile());
        auto node = *dimse::Nodes(settings).find("pacs");
        node.retrieveBy = dimse::Node::RetrieveBy::Move;
        QVERIFY(dimse::Nodes(settings).replace(node));
        QTcpServer stranger;
        QVERIFY(stranger.listen(QHostAddress::AnyIPv4, m_movePort));
        connect(&stranger, &QTcpServer::newConnection, &stranger, [&] { stranger.nextPendingConnection()->abort(); });
        TransferRunner::Options options;
        options.local.dimseSeconds = 3;
        Result<Transfer> transfer = fail(Fault::Internal, {});
        const qint64 id = *m_queue->add(retrieval());
        std::thread run([&] { transfer = m_runner->runNow(id, m_task); });
        QTRY_VERIFY_WITH_TIMEOUT(at(id).state == State::Failed, 60000);
        run.join();
        QVERIFY(transfer && !transfer->lastError.isEmpty());
        QCOMPARE(here(), 0);
    }

    void STO_01_aKilledSendGoesOnWithWhatWasNotConfirmed()
    {
        QString why;
        const auto target = test::StoreScp::start({}, &why);
        if (!target)
            QSKIP(qPrintable(why));
        test::FaultProxy line(target->port);
        test::FaultProxy::Faults slow;
        slow.bytesPerSecond = 5'000'000;
        line.set(test::FaultProxy::Way::ToServer, slow);
        Settings settings(profile());
        dimse::Node node{"target", "STORESCP", "127.0.0.1", line.port(), false, {}, {}, {}};
        node.associations = 1;
        QVERIFY(dimse::Nodes(settings).add(node));
        QVERIFY(m_archive->import(m_files, archive::ImportMode::Copy, m_task));
        const NewTransfer send = sending();
        const qint64 id = *m_queue->add(send);
        m_runner.reset();
        m_queue.reset();
        m_archive.reset();
        QProcess child;
        child.start(QCoreApplication::applicationFilePath(), {"-child", m_folder->path(), QString::number(id)});
        QVERIFY(child.waitForStarted());
        m_queue = std::move(*TransferQueue::open(profile()));
        QTRY_VERIFY_WITH_TIMEOUT(m_queue->confirmed(id)->size() >= 5, 20000);
        child.kill();
        QVERIFY(child.waitForFinished());
        const qsizetype confirmed = m_queue->confirmed(id)->size();
        QVERIFY2(confirmed < count, QByteArray::number(confirmed).constData());
        line.clear();
        m_archive = std::move(*archive::Archive::open(profile()));
        m_runner = std::make_unique<TransferRunner>(*m_archive, profile(), TransferRunner::Options{});
        m_runner->start();
        QTRY_COMPARE_WITH_TIMEOUT(at(id).state, State::Done, 30000);
        QCOMPARE(at(id).present, confirmed); // these did not go out again
        QCOMPARE(at(id).done, count);
        QCOMPARE(QDir(target->folder.path()).entryList(QDir::Files).size(), count);
    }

    void aCommitmentIsAskedForWaitedForAndKept()
    {
        QString why;
        const quint16 port = test::freePort();
        const auto target = test::Orthanc::start(port, &why);
        if (!target)
            QSKIP(qPrintable(why));
        Settings settings(profile());
        QVERIFY(dimse::Nodes(settings).add({"target", "ORTHANC", "127.0.0.1", target->port, false, {}, {}, {}}));
        dimse::ListenerOptions options;
        options.port = port;
        const auto listener = listenInto(*m_archive, profile(), options); // Orthanc answers over an association of its own
        QVERIFY(listener);
        QVERIFY(m_archive->import(m_files.mid(0, 8), archive::ImportMode::Copy, m_task));
        const NewTransfer send = sending(Commitment::Wanted);
        const qint64 id = *m_queue->add(send);
        const auto transfer = m_runner->runNow(id, m_task);
        QVERIFY(transfer);
        QVERIFY2(transfer->state == State::Done, qPrintable(transfer->lastError));
        const auto commitment = *m_queue->commitmentOf(id);
        QVERIFY(commitment && commitment->isSettled && commitment->failed.empty());
        QCOMPARE(commitment->instances.size(), 8);
        // Somebody deletes one there; asked again, the peer says so, and it is sent again.
        QVERIFY(m_queue->takeBack(id, {}));
        const QString gone = target->instanceIds().first();
        test::python("import sys,urllib.request\nurllib.request.urlopen(urllib.request.Request(sys.argv[1], method='DELETE'))",
                     {QStringLiteral("http://127.0.0.1:%1/instances/%2").arg(target->httpPort).arg(gone)});
        QCOMPARE(target->instanceIds().size(), 7);
        NewTransfer again = send;
        const qint64 second = *m_queue->add(again);
        QVERIFY(second != id);
        QStringList uids;
        const auto rows = *m_archive->instancesOfStudy(m_study);
        for (const auto& row : rows)
            uids << row.uid.value;
        QVERIFY(m_queue->confirm(second, uids)); // as if it had been confirmed before it was lost
        const auto resent = m_runner->runNow(second, m_task);
        QVERIFY(resent);
        QTRY_VERIFY_WITH_TIMEOUT(at(second).state != State::Running, 5000);
        if (at(second).state != State::Done) { // its failure was told; a person tries again
            QVERIFY2(at(second).failed.size() == 1, qPrintable(at(second).lastError));
            QVERIFY(m_queue->retry(second));
            const auto mended = m_runner->runNow(second, m_task);
            QVERIFY2(mended && mended->state == State::Done, mended ? qPrintable(mended->lastError) : "");
        }
        QCOMPARE(target->instanceIds().size(), 8);
    }

    /// Who waits for work holds up nobody who closes the program: the queue is looked at every two seconds.
    void NET_02_stoppingTakesNoRound()
    {
        qint64 stoppingMs = 0;
        for (int i = 0; i < 3; ++i) {
            m_runner = std::make_unique<TransferRunner>(*m_archive, profile(), TransferRunner::Options{});
            NewTransfer transfer = retrieval();
            transfer.node = QString("nobody %1").arg(i);
            const qint64 id = *m_queue->add(transfer);
            m_runner->start();
            QTRY_COMPARE_WITH_TIMEOUT(at(id).state, State::Failed, 20000);
            QElapsedTimer clock;
            clock.start();
            m_runner.reset();
            stoppingMs += clock.elapsed();
        }
        QVERIFY2(stoppingMs < 3000, QByteArray::number(stoppingMs).constData()); // of six
    }

    /// What the peer does not commit itself to keep is ours alone, whatever it took (PS3.4 J.3.3).
    void STO_07_whatIsNotCommittedToIsKeptNowhereElse()
    {
        Settings settings(profile());
        QVERIFY(dimse::Nodes(settings).add({"target", "ORTHANC", "127.0.0.1", test::freePort(), false, {}, {}, {}}));
        QVERIFY(m_archive->import(m_files.mid(0, 3), archive::ImportMode::Copy, m_task));
        QStringList uids;
        const auto sent = *m_archive->instancesOfStudy(m_study);
        for (const auto& row : sent)
            uids << row.uid.value;
        QCOMPARE(uids.size(), 3);
        const NewTransfer send = sending(Commitment::Wanted);
        const qint64 id = *m_queue->add(send);
        QVERIFY(m_queue->confirm(id, uids) && m_queue->requested("2.25.1", id, uids));
        QCOMPARE(*m_queue->settle("2.25.1", uids.mid(1), {{uids[0], "no room"}}), id);
        QVERIFY(m_runner->runNow(id, m_task));
        QTRY_VERIFY_WITH_TIMEOUT(at(id).state != State::Running, 5000);
        QCOMPARE(at(id).failed.size(), size_t(1));
        const auto kept = *m_archive->instancesOfStudy(m_study);
        for (const auto& row : kept)
            QCOMPARE(row.confirmedBy, row.uid.value == uids[0] ? "" : "target");
    }

    void STO_01_aKilledProcesssRetrievalGoesOn()
    {
        slowDown(5'000'000);
        const qint64 id = *m_queue->add(retrieval());
        m_runner.reset();
        m_queue.reset();
        m_archive.reset(); // nothing crosses the fork
        const QString program = QCoreApplication::applicationFilePath();
        QProcess child;
        child.start(program, {"-child", m_folder->path(), QString::number(id)});
        QVERIFY(child.waitForStarted());
        m_queue = std::move(*TransferQueue::open(profile()));
        QTRY_VERIFY_WITH_TIMEOUT(at(id).done >= 4, 20000);
        child.kill(); // SIGKILL
        QVERIFY(child.waitForFinished());
        m_line->clear();
        m_archive = std::move(*archive::Archive::open(profile()));
        const qint64 survived = here();
        QVERIFY2(survived >= 1 && survived < count, QByteArray::number(survived).constData());
        QVERIFY(isSound());
        m_runner = std::make_unique<TransferRunner>(*m_archive, profile(), TransferRunner::Options{});
        m_runner->start();
        QTRY_COMPARE_WITH_TIMEOUT(at(id).state, State::Done, 30000);
        QCOMPARE(at(id).present, survived);
        QCOMPARE(here(), count);
        QVERIFY(isSound());
    }

    void SAF_05_aSendIsResumedWithWhatWasNotConfirmed()
    {
        QString why;
        const auto target = test::Orthanc::start(1, &why);
        if (!target)
            QSKIP(qPrintable(why));
        test::FaultProxy line(target->port);
        Settings settings(profile());
        dimse::Node node{"target", "ORTHANC", "127.0.0.1", line.port(), false, {}, {}, {}};
        node.associations = 1;
        QVERIFY(dimse::Nodes(settings).add(node));
        QVERIFY(m_archive->import(m_files, archive::ImportMode::Copy, m_task));
        QVERIFY((*m_archive->study(m_study))->onlyHere > 0);
        test::FaultProxy::Faults cut;
        cut.cutAfter = 6'000'000;
        line.set(test::FaultProxy::Way::ToServer, cut);
        const NewTransfer send = sending();
        const qint64 id = *m_queue->add(send);
        const auto transfer = m_runner->runNow(id, m_task);
        QVERIFY(transfer);
        QVERIFY2(transfer->state == State::Done, qPrintable(transfer->lastError));
        QCOMPARE(transfer->done, count);
        QCOMPARE(transfer->total, count);
        QCOMPARE(target->instanceIds().size(), count);
        QCOMPARE(m_queue->confirmed(id)->size(), count);
        QCOMPARE((*m_archive->study(m_study))->onlyHere, 0); // now it is elsewhere too (STO-07)
    }

    /// One line is shared by none that is as important.
    void NET_02_oneAtATimeFromANode()
    {
        slowDown(200'000);
        const qint64 first = *m_queue->add(retrieval());
        m_runner->start();
        QTRY_COMPARE_WITH_TIMEOUT(at(first).state, State::Running, 10000);
        NewTransfer other = retrieval();
        other.study = m_otherStudy;
        const qint64 second = *m_queue->add(other);
        m_runner->wake();
        QVERIFY(!QTest::qWaitFor([&] { return at(second).state != State::Queued || at(first).state != State::Running; }, 2000));
        m_line->clear();
        QTRY_COMPARE_WITH_TIMEOUT(at(second).state, State::Done, 60000);
        QCOMPARE(at(first).state, State::Done);
    }

    /// A night's prefetch leaves the line to what a person waits for.
    void NET_15_theLimitHoldsTheBackgroundAlone()
    {
        Settings settings(profile());
        QVERIFY(settings.set(backgroundLimits, QString("00:00-24:00 0")));
        m_runner->start();
        const qint64 background = *m_queue->add(retrieval(Priority::Background));
        m_runner->wake();
        QTRY_COMPARE_WITH_TIMEOUT(at(background).state, State::Running, 10000);
        QVERIFY(!QTest::qWaitFor([&] { return at(background).state != State::Running || here() > 0; }, 2000));
        NewTransfer urgent = retrieval(Priority::Waiting);
        urgent.study = m_otherStudy;
        const qint64 waiting = *m_queue->add(urgent);
        m_runner->wake();
        QTRY_COMPARE_WITH_TIMEOUT(at(waiting).state, State::Done, 30000);
        QVERIFY(here() < count);
        QVERIFY(m_queue->cancel(background));
        QTRY_COMPARE_WITH_TIMEOUT(at(background).state, State::Cancelled, 5000);
    }

    void NET_15_everyRuleThatFitsGetsTheStudyOnce()
    {
        Settings settings(profile());
        QVERIFY(settings.set(routeRules, QString(R"([{"bodyParts":["CHEST"],"to":"a","commit":true},{"description":"trauma","to":"b"},
                                                     {"description":"thin","to":"c"}])")));
        dimse::ListenerOptions options;
        options.interface = dimse::ListenerOptions::Interface::Loopback;
        const auto listener = listenInto(*m_archive, profile(), options);
        QVERIFY(listener);
        const auto arrives = [&](const QString& study, const QString& bodyPart, const QString& ofStudy, const QString& ofSeries) {
            dicom::Dataset image = dicom::Dataset::read(m_files[0])->deepCopy();
            for (const auto& [tag, text] : {std::pair(tag::StudyInstanceUID, study), {tag::SOPInstanceUID, dicom::newUid()}, {tag::BodyPartExamined, bodyPart},
                                            {tag::StudyDescription, ofStudy}, {tag::SeriesDescription, ofSeries}})
                QVERIFY(image.setText(tag, text));
            QVERIFY(image.write(m_folder->filePath("image"), QString::fromUtf16(dicom::explicitLittleEndian)));
            SUCCEEDS(test::run("storescu", {"-aec", "DIASCOPE", "127.0.0.1", QString::number((*listener)->port()), m_folder->filePath("image")}));
        };
        const auto queued = [&] {
            QStringList list;
            const auto transfers = *m_queue->list();
            for (const Transfer& transfer : transfers)
                list << transfer.what.node + (transfer.what.commitment == Commitment::Wanted ? " committed" : "");
            list.sort();
            return list;
        };
        const QStringList all{"a committed", "b", "c"};
        arrives(m_study.value, "CHEST", "Trauma", "Thin 1 mm");
        QCOMPARE(queued(), all);
        arrives(m_study.value, "CHEST", "Trauma", "Thin 1 mm");
        QCOMPARE(queued(), all);
        arrives(m_otherStudy.value, "KNEE", "x", "y");
        QCOMPARE(queued(), all);
    }

    void NET_15_whatArrivesAndMatchesIsSentOn()
    {
        QString why;
        const auto target = test::StoreScp::start({}, &why);
        if (!target)
            QSKIP(qPrintable(why));
        Settings settings(profile());
        QVERIFY(dimse::Nodes(settings).add({"backup", "STORESCP", "127.0.0.1", target->port, false, {}, {}, {}}));
        QVERIFY(settings.set(routeRules, QString(R"([{"from":"STORESCU","modalities":["CT"],"to":"backup"},{"modalities":["MR"],"to":"nowhere"}])")));
        dimse::ListenerOptions options;
        options.interface = dimse::ListenerOptions::Interface::Loopback;
        const auto listener = listenInto(*m_archive, profile(), options);
        QVERIFY(listener);
        const auto sent = test::run("storescu", QStringList{"-aet", "STORESCU", "-aec", "DIASCOPE", "127.0.0.1", QString::number((*listener)->port())} + m_files.mid(0, 6));
        QVERIFY2(sent.code == 0, sent.err.constData());
        const auto queued = *m_queue->list();
        QCOMPARE(queued.size(), 1u); // one for the study, not one an image, and none for the rule that does not fit
        QCOMPARE(queued[0].what.node, "backup");
        QCOMPARE(queued[0].what.reason, Reason::Route);
        QVERIFY(queued[0].nextDue > QDateTime::currentDateTimeUtc().addSecs(5)); // until the study is quiet
        QVERIFY(m_queue->retry(queued[0].id));
        const auto routed = m_runner->runNow(queued[0].id, m_task);
        QVERIFY2(routed && routed->state == State::Done, routed ? qPrintable(routed->lastError) : "");
        QCOMPARE(QDir(target->folder.path()).entryList(QDir::Files).size(), 6);
    }
};

int main(int argc, char** argv)
{
    QCoreApplication application(argc, argv);
    const QStringList arguments = application.arguments();
    if (arguments.value(1) == "-child") { // the process that is killed
        const auto profile = *Profile::open(arguments[2]);
        const auto archive = archive::Archive::open(profile);
        TransferRunner runner(**archive, profile, {});
        Task task;
        return runner.runNow(arguments[3].toLongLong(), task) ? 0 : 1;
    }
    TestTransferRunner test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_transfer_runner.moc"
