#include "app/session/draft_keeper.h"
#include "app/demo/phantom.h"
#include "app/session/recovery.h"
#include "app/session/session.h"
#include "netclient/hl7/message.h"
#include "tests/support/dcmtk_servers.h"
#include "tests/support/mllp_receiver.h"
#include "tests/support/test_data.h"
#include <QSemaphore>
#include <QSignalSpy>
#include <csignal>
#include <cstdio>
#include <sys/wait.h>

using namespace diascope;

namespace
{

constexpr char helperMode[] = "--sign-and-deliver";

std::unique_ptr<app::Session> openSession(const QString& profile, app::Mode mode = app::Mode::Reading)
{
    auto session = app::Session::open(profile, mode);
    return session ? std::move(*session) : nullptr;
}

/// A written draft on a phantom of this patient.
reporting::Report draftIn(app::Session& session, const QString& seed = QStringLiteral("phantom"), const demo::Patient& patient = {})
{
    QTemporaryDir folder;
    demo::Sampling sampling;
    sampling.slices = 2;
    sampling.columns = sampling.rows = 16;
    demo::Study study;
    study.seed = seed;
    study.accession = "A-" + seed.right(10);
    Task task;
    (void)demo::writeCt(folder.path(), patient, study, sampling);
    (void)session.archive().import({folder.path()}, archive::ImportMode::Copy, task);
    auto draft = session.newReport({demo::studyUidOf(seed)}, "ct-chest", "Reader");
    if (!draft)
        return {};
    draft->findSection("findings")->text = "A ball.";
    draft->findSection("impression")->text = "Phantom.";
    return session.saveDraft(*draft).value_or(reporting::Report{});
}

std::vector<transfer::Delivery> deliveriesOf(app::Session& session, const QString& reportId)
{
    return session.deliveries().list(reportId).value_or(std::vector<transfer::Delivery>{});
}

void setRis(app::Session& session, quint16 port)
{
    QVERIFY(session.configure("ris.hl7.host", "127.0.0.1"));
    QVERIFY(session.configure("ris.hl7.port", QString::number(port)));
}

QByteArray controlIdIn(const QByteArray& message) { return message.split('|').value(9); }

void tell(const char* step)
{
    std::fputs(step, stdout);
    std::fputc('\n', stdout);
    std::fflush(stdout);
}

/// The reader's machine, to be killed at any step: signs a draft and delivers.
int signAndDeliver(const QString& profile, const QString& reportId)
{
    const auto session = openSession(profile);
    const auto draft = session->reports().load(reportId);
    tell("opened");
    const auto done = session->sign(*draft, reporting::SignAs::Final, "Reader");
    tell(done ? "signed" : "refused");
    Task task;
    (void)session->deliver(task, transfer::DeliveryQueue::Force::EvenEarly);
    tell("delivered");
    return 0;
}

} // namespace

/// Sign, queue, deliver: several libraries joined by the session, with a receiver that is not ours.
class TestWorkflow : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    /// A draft that could not be stored is tried again; one that was stored, or given up, meanwhile is not.
    void SAF_06_aDraftIsTriedAgainUntilItIsStored()
    {
        using reporting::Report;
        std::mutex mutex;
        QStringList saves;
        const auto saved = [&] {
            const std::lock_guard lock(mutex);
            return saves.join(' ');
        };
        app::DraftKeeper keeper([&](const Report& report) -> Result<Report> {
            const std::lock_guard lock(mutex);
            saves << report.reportId + ':' + report.title;
            if (saves.count(saves.back()) == 1 && report.title != "second")
                return fail(Fault::DiskFull, "no room");
            return report;
        });
        const auto draft = [](const QString& id, const QString& title) {
            Report report;
            report.reportId = id;
            report.title = title;
            return report;
        };
        keeper.keep(draft("a", "first"));
        QTRY_VERIFY(!keeper.problem("a").isEmpty());
        keeper.keep(draft("a", "second"));
        QTRY_VERIFY(keeper.isEmpty());
        keeper.keep(draft("c", "given up"));
        QTRY_VERIFY(!keeper.problem("c").isEmpty());
        keeper.discardAll();
        keeper.keep(draft("b", "first")); // its second try comes after those of the others were due
        QTRY_VERIFY(!keeper.problem("b").isEmpty());
        QTRY_VERIFY(keeper.isEmpty());
        QCOMPARE(saved(), "a:first a:second c:given up b:first b:first");
    }

    /// What was typed while a save was under way is saved as what follows it, not as a second draft of the same revision.
    void SAF_06_whatIsTypedMeanwhileFollows()
    {
        using reporting::Report;
        std::mutex mutex;
        QStringList saves;
        QSemaphore begun, mayGoOn;
        app::DraftKeeper keeper([&](Report report) -> Result<Report> {
            begun.release();
            mayGoOn.acquire();
            const std::lock_guard lock(mutex);
            saves << QStringLiteral("%1@%2").arg(report.title).arg(report.revision);
            ++report.revision;
            return report;
        });
        Report draft;
        draft.reportId = "a";
        draft.title = "first";
        draft.revision = 4;
        keeper.keep(draft);
        begun.acquire();
        draft.title = "second";
        keeper.keep(draft);
        mayGoOn.release(2);
        QTRY_VERIFY(keeper.isEmpty());
        QCOMPARE(saves, (QStringList{"first@4", "second@5"}));
    }

    void signingQueuesInTheSameStep()
    {
        QTemporaryDir profile;
        const auto session = openSession(profile.path());
        const auto draft = draftIn(*session);
        QVERIFY(!draft.reportId.isEmpty());
        QCOMPARE(deliveriesOf(*session, draft.reportId).size(), size_t(0));
        const auto done = session->sign(draft, reporting::SignAs::Final, "Reader");
        QVERIFY2(done, done ? "" : qPrintable(message(done.error())));
        const auto queued = deliveriesOf(*session, draft.reportId);
        QCOMPARE(queued.size(), size_t(1));
        QCOMPARE(queued[0].controlId, app::controlIdOf(*done));
        QVERIFY(queued[0].state == transfer::Delivery::State::Queued);

        // What cannot be queued is not signed either.
        const auto second = draftIn(*session, "second");
        auto& database = session->reports().database();
        QVERIFY(database.execute("CREATE TRIGGER full BEFORE INSERT ON delivery BEGIN SELECT RAISE(ABORT, 'no room'); END"));
        QVERIFY(!session->sign(second, reporting::SignAs::Final, "Reader"));
        QVERIFY(!session->reports().load(second.reportId)->isSigned());
        QVERIFY(database.execute("DROP TRIGGER full"));
        QVERIFY(session->sign(second, reporting::SignAs::Final, "Reader").has_value());
    }

    void aNameOutsideTheCharacterSetIsNotSigned() // DEL-06
    {
        QTemporaryDir profile;
        const auto session = openSession(profile.path());
        QVERIFY(session->configure("ris.hl7.charset", "8859/1"));
        const demo::Patient chinese{QString::fromUtf8("Wang^XiaoDong=王^小东"), "ZH-1", "HOSPITAL", "19850930", "F", "GB18030"};
        const auto draft = draftIn(*session, "chinese", chinese);
        const auto refused = session->sign(draft, reporting::SignAs::Final, "Reader");
        QVERIFY(!refused);
        QCOMPARE(refused.error().fault, Fault::Unsupported);
        QVERIFY(!message(refused.error()).isEmpty());
        QCOMPARE(deliveriesOf(*session, draft.reportId).size(), size_t(0));
        const auto kept = session->reports().load(draft.reportId);
        QVERIFY(kept && !kept->isSigned());
        QCOMPARE(kept->findSection("findings")->text, "A ball.");
        // With a set that has the characters the very same draft can be signed.
        QVERIFY(session->configure("ris.hl7.charset", "UNICODE UTF-8"));
        QVERIFY(session->sign(*kept, reporting::SignAs::Final, "Reader").has_value());
        const QByteArray payload = deliveriesOf(*session, draft.reportId).at(0).payload;
        QVERIFY2(payload.contains("王"), payload.constData());
        QVERIFY(!payload.contains('?'));
    }

    /// What is signed while the database is made anew stands in the one that stays, or is refused: no signature is lost with
    /// the database it went into. Tried at each step of the recovery that it tells of.
    void STO_06_noSignatureIsLostInARecovery()
    {
        QTemporaryDir profile;
        QStringList drafts;
        {
            const auto session = openSession(profile.path());
            for (int number = 0; number < 3; ++number)
                drafts << draftIn(*session, QStringLiteral("recovered %1").arg(number)).reportId;
        }
        QStringList acknowledged;
        int tries = 0;
        const auto sign = [&] {
            const auto session = app::Session::open(profile.path(), app::Mode::Reading);
            const QString id = drafts.value(tries++);
            const auto draft = session ? (*session)->reports().load(id) : std::unexpected(session.error());
            if (draft && (*session)->sign(*draft, reporting::SignAs::Final, "Reader"))
                acknowledged << id;
            else if (!draft)
                QVERIFY2(draft.error().fault == Fault::Denied && !draft.error().detail.isEmpty(), qPrintable(message(draft.error())));
        };
        Task task([&](qint64, qint64, const QString&) {
            if (tries < drafts.size())
                sign();
        });
        // The log of the damaged database is not to be played into the new one.
        QFile log(profile.filePath("diascope.db-wal"));
        QVERIFY(log.open(QIODevice::WriteOnly) && log.write("of the damaged one") > 0);
        log.close();
        const auto recovered = app::recoverDatabase(profile.path(), task);
        QVERIFY2(recovered, recovered ? "" : qPrintable(message(recovered.error())));
        QVERIFY(!log.exists());
        QVERIFY(tries > 0);
        const auto session = openSession(profile.path());
        for (const QString& id : drafts) {
            const auto report = session->reports().load(id);
            QVERIFY(report);
            QVERIFY2(report->isSigned() || !acknowledged.contains(id), "a report that was signed is a draft again");
            QCOMPARE(deliveriesOf(*session, id).size(), size_t(acknowledged.contains(id)));
            if (!report->isSigned())
                QVERIFY(session->sign(*report, reporting::SignAs::Final, "Reader"));
        }
        // The other way round: who has the profile open is not robbed of its database.
        Task again;
        const auto refused = app::recoverDatabase(profile.path(), again);
        QVERIFY(!refused);
        QCOMPARE(refused.error().fault, Fault::Denied);
    }

    /// What was signed last stands in the log alone, which lies beside a damaged database without its index (-shm).
    void STO_06_whatStandsInTheLogIsSavedToo()
    {
        QTemporaryDir profile, copy;
        const QString id = [&] { return draftIn(*openSession(profile.path())).reportId; }();
        {
            const auto session = openSession(profile.path());
            const auto draft = session->reports().load(id);
            QVERIFY(draft && session->sign(*draft, reporting::SignAs::Final, "Reader"));
            QCOMPARE(QProcess::execute("cp", {"-r", profile.path() + "/.", copy.path()}), 0); // as the power went
        }
        QVERIFY(QFileInfo(copy.filePath("diascope.db-wal")).size() > 0);
        QVERIFY(QFile::remove(copy.filePath("diascope.db-shm")));
        Task task;
        const auto recovered = app::recoverDatabase(copy.path(), task);
        QVERIFY2(recovered, recovered ? "" : qPrintable(message(recovered.error())));
        const auto session = openSession(copy.path());
        const auto report = session->reports().load(id);
        QVERIFY(report && report->isSigned());
        QCOMPARE(deliveriesOf(*session, id).size(), size_t(1));
    }

    void signingTwiceQueuesOnce() // DEL-07
    {
        QTemporaryDir profile;
        const auto session = openSession(profile.path());
        const auto draft = draftIn(*session);
        const auto first = session->sign(draft, reporting::SignAs::Final, "Reader");
        const auto second = session->sign(draft, reporting::SignAs::Final, "Reader");
        QVERIFY(first && second);
        QCOMPARE(second->version, first->version);
        QCOMPARE(second->contentHash, first->contentHash);
        QCOMPARE(deliveriesOf(*session, draft.reportId).size(), size_t(1));
    }

    void viewingOnlyModeSignsNothing() // SAF-11
    {
        QTemporaryDir profile;
        reporting::Report draft, signedReport;
        {
            const auto session = openSession(profile.path());
            QVERIFY(session->configure("report.severalOfStudy", "true"));
            signedReport = draftIn(*session);
            QVERIFY(session->sign(signedReport, reporting::SignAs::Final, "Reader"));
            draft = draftIn(*session);
        }
        const auto session = openSession(profile.path(), app::Mode::ViewOnly);
        const auto refusals = {session->sign(draft, reporting::SignAs::Final, "Reader"), session->saveDraft(draft),
                               session->newReport({demo::studyUidOf("phantom")}, "general", "Reader"), session->addendum(draft.reportId, "Reader"),
                               session->correction(draft.reportId, "Reader"), session->becomeAddendum(draft, signedReport.reportId, "Reader")};
        for (const auto& refused : refusals) {
            QVERIFY(!refused);
            QCOMPARE(refused.error().fault, Fault::Denied);
        }
        QCOMPARE(session->configure("ris.hl7.host", "x").error().fault, Fault::Denied);
        QVERIFY(!session->figures());
        const auto kept = session->reports().load(draft.reportId);
        QVERIFY(kept && !kept->isSigned());
        QCOMPARE(session->reports().load(signedReport.reportId)->version, 1);
    }

    void versionsArriveInOrder() // DEL-04
    {
        test::MllpReceiver ris;
        if (!ris.isRunning())
            QSKIP("python3-hl7 is not installed");
        QTemporaryDir profile;
        const auto session = openSession(profile.path());
        setRis(*session, test::freePort()); // down
        Task task;
        const auto draft = draftIn(*session);
        QVERIFY(session->sign(draft, reporting::SignAs::Final, "Reader").has_value());
        (void)session->deliver(task, transfer::DeliveryQueue::Force::EvenEarly);
        auto addendum = session->addendum(draft.reportId, "Reader");
        QVERIFY(addendum);
        for (reporting::Section& section : addendum->sections)
            if (!section.isLocked)
                section.text = "Second thought.";
        const auto saved = session->saveDraft(*addendum);
        QVERIFY(saved);
        const auto done = session->sign(*saved, reporting::SignAs::Final, "Reader");
        QVERIFY2(done, done ? "" : qPrintable(message(done.error())));
        setRis(*session, ris.port());
        const auto outcome = session->deliver(task, transfer::DeliveryQueue::Force::EvenEarly);
        QCOMPARE(outcome->acknowledged, 2);
        const auto messages = ris.messages();
        QCOMPARE(messages.size(), 2);
        QVERIFY(!messages[0].contains("Second thought."));
        QVERIFY(messages[1].contains("Second thought."));
    }

    /// What was final is replaced by a corrected version, and the RIS is told so (HL7 table 0123, C).
    void REP_09_aCorrectionReplacesWhatWasFinal()
    {
        QTemporaryDir profile;
        const auto session = openSession(profile.path());
        const auto draft = draftIn(*session);
        QVERIFY(session->sign(draft, reporting::SignAs::Final, "Reader"));
        auto correction = session->correction(draft.reportId, "Reader");
        QVERIFY(correction);
        QCOMPARE(correction->purpose, reporting::Purpose::Correction);
        for (const reporting::Section& section : correction->sections)
            QVERIFY2(!section.isLocked, qPrintable(section.id));
        correction->findSection("findings")->text = "Other.";
        const auto done = session->sign(*correction, reporting::SignAs::Final, "Reader");
        QVERIFY2(done, done ? "" : qPrintable(message(done.error())));
        QCOMPARE(done->status, reporting::Status::Corrected);
        QCOMPARE(done->version, 2);
        for (const transfer::Delivery& delivery : deliveriesOf(*session, draft.reportId)) {
            const auto message = hl7::Message::fromBytes(delivery.payload);
            const bool isSecond = delivery.controlId == app::controlIdOf(*done);
            QCOMPARE(message->text("OBR-25"), isSecond ? "C" : "F");
            QCOMPARE(delivery.payload.contains("Other."), isSecond);
            QCOMPARE(delivery.payload.contains("A ball."), !isSecond);
        }
        QCOMPARE(deliveriesOf(*session, draft.reportId).size(), size_t(2));
    }

    /// Whoever only looks sends nothing that others left in the queue. The courier's first rounds are at 0 and 5 s.
    void SAF_11_aViewerSendsNothingOfOthers()
    {
        test::MllpReceiver ris;
        if (!ris.isRunning())
            QSKIP("python3-hl7 is not installed");
        QTemporaryDir profile;
        reporting::Report draft;
        {
            const auto session = openSession(profile.path());
            setRis(*session, ris.port());
            draft = draftIn(*session);
            QVERIFY(session->sign(draft, reporting::SignAs::Final, "Reader"));
        }
        const auto session = openSession(profile.path(), app::Mode::ViewOnly);
        QSignalSpy delivered(session.get(), &app::Session::delivered);
        session->startCourier();
        QVERIFY(!delivered.wait(7000));
        QCOMPARE(ris.messages().size(), 0);
        QCOMPARE(int(deliveriesOf(*session, draft.reportId).at(0).state), int(transfer::Delivery::State::Queued));
        QCOMPARE(deliveriesOf(*session, draft.reportId).at(0).attempts, 0);
    }

    void killedAtAnyStepNothingIsLostOrDoubled() // DEL-01
    {
        // The first message of every round's reader may stay unanswered: the receiver is silent for the rounds that are killed
        // while they wait, and answers all that come later.
        // DIASCOPE_KILLS=200 for the full number.
        const int rounds = qEnvironmentVariableIsSet("DIASCOPE_KILLS") ? qEnvironmentVariableIntValue("DIASCOPE_KILLS") : 10;
        QTemporaryDir profile;
        QStringList reports;
        {
            const auto session = openSession(profile.path());
            for (int i = 0; i < rounds; ++i)
                reports << draftIn(*session, QString("killed %1").arg(i)).reportId;
        }
        QHash<QByteArray, QByteArray> arrived; // by control ID
        QHash<QByteArray, QString> reportOf;
        for (int i = 0; i < rounds; ++i) {
            const bool isKilledWaiting = i % 5 == 2;
            test::MllpReceiver ris(isKilledWaiting ? "none,AA" : "AA");
            if (!ris.isRunning())
                QSKIP("python3-hl7 is not installed");
            {
                const auto session = openSession(profile.path());
                setRis(*session, ris.port());
            }
            QProcess reader;
            reader.start(QCoreApplication::applicationFilePath(), {helperMode, profile.path(), reports[i]});
            QByteArray said;
            const auto hears = [&](const char* step) {
                while (!said.contains(step) && reader.waitForReadyRead(20000))
                    said += reader.readAllStandardOutput();
                return said.contains(step);
            };
            switch (i % 5) {
            case 0: QVERIFY2(hears("opened"), said.constData()); break; // about to sign
            case 1: QVERIFY2(hears("signed"), said.constData()); break; // about to send
            case 2: QTRY_COMPARE_WITH_TIMEOUT(ris.messages().size(), 1, 20000); break; // sent, no answer yet
            case 3: QVERIFY2(hears("delivered"), said.constData()); break;
            default: // anywhere in between
                QVERIFY2(hears("opened"), said.constData());
                (void)reader.waitForFinished(i % 60);
            }
            reader.kill(); // SIGKILL; one that came to its end by itself is left alone
            QVERIFY(reader.waitForFinished(20000) || reader.state() == QProcess::NotRunning);

            // The reader comes back: what is still a draft is signed again, and what is queued goes out.
            const auto session = openSession(profile.path());
            const auto report = session->reports().load(reports[i]);
            QVERIFY2(report, report ? "" : qPrintable(message(report.error())));
            QCOMPARE(report->findSection("findings")->text, "A ball.");
            if (!report->isSigned())
                QVERIFY(session->sign(*report, reporting::SignAs::Final, "Reader").has_value());
            else
                QCOMPARE(deliveriesOf(*session, reports[i]).size(), size_t(1));
            Task task;
            const auto outcome = session->deliver(task, transfer::DeliveryQueue::Force::EvenEarly);
            QVERIFY(outcome);
            const auto deliveries = deliveriesOf(*session, reports[i]);
            QCOMPARE(deliveries.size(), size_t(1));
            QVERIFY2(deliveries[0].state == transfer::Delivery::State::Acknowledged, qPrintable(QString("round %1: %2").arg(i).arg(deliveries[0].lastError)));
            for (const QByteArray& message : ris.messages()) {
                const QByteArray id = controlIdIn(message);
                if (arrived.contains(id))
                    QCOMPARE(message, arrived[id]); // sent again byte by byte: a RIS knows it by its MSH-10
                arrived[id] = message;
                reportOf[id] = reports[i];
                QCOMPARE(QString::fromLatin1(id), deliveries[0].controlId);
            }
            QVERIFY(!ris.messages().isEmpty());
            QVERIFY(session->reports().verify(reports[i])->problems.isEmpty());
        }
        const auto reported = QSet<QString>(reportOf.cbegin(), reportOf.cend()).size();
        qInfo("DEL-01: %d kills around sign and deliver, %d lost, %d doubled", rounds, rounds - int(reported), int(arrived.size()) - int(reported));
        QCOMPARE(arrived.size(), rounds);
        QCOMPARE(reported, rounds);
    }

    void theCourierDeliversWhenTheRisIsBack() // SAF-10
    {
        test::MllpReceiver ris;
        if (!ris.isRunning())
            QSKIP("python3-hl7 is not installed");
        QTemporaryDir profile;
        const auto session = openSession(profile.path());
        setRis(*session, test::freePort()); // down
        QSignalSpy delivered(session.get(), &app::Session::delivered);
        session->startCourier();
        const auto draft = draftIn(*session);
        QVERIFY(session->sign(draft, reporting::SignAs::Final, "Reader").has_value());
        QTRY_VERIFY_WITH_TIMEOUT(deliveriesOf(*session, draft.reportId).at(0).attempts >= 1, 10000);
        QTRY_VERIFY_WITH_TIMEOUT(!deliveriesOf(*session, draft.reportId).at(0).lastError.isEmpty(), 10000);
        QVERIFY(deliveriesOf(*session, draft.reportId).at(0).state != transfer::Delivery::State::Acknowledged);
        QTRY_VERIFY_WITH_TIMEOUT(!delivered.isEmpty(), 5000);
        setRis(*session, ris.port()); // back; nobody presses anything
        QTRY_VERIFY_WITH_TIMEOUT(deliveriesOf(*session, draft.reportId).at(0).state == transfer::Delivery::State::Acknowledged, 40000);
        QCOMPARE(ris.messages().size(), 1);
        QCOMPARE(QString::fromLatin1(controlIdIn(ris.messages().first())), deliveriesOf(*session, draft.reportId).at(0).controlId);
    }

    /// The rounds let a RIS that is down alone until it is due; what is signed then takes along what waits.
    void DEL_04_theBackoffIsKept()
    {
        test::MllpReceiver ris;
        if (!ris.isRunning())
            QSKIP("python3-hl7 is not installed");
        QTemporaryDir profile;
        const auto session = openSession(profile.path());
        setRis(*session, test::freePort()); // down
        const auto first = draftIn(*session), second = draftIn(*session, "second");
        QVERIFY(session->sign(first, reporting::SignAs::Final, "Reader"));
        const auto attempts = [&] { return deliveriesOf(*session, first.reportId).at(0).attempts; };
        QSignalSpy rounds(session.get(), &app::Session::delivered); // told of each while something waits
        session->startCourier();
        QTRY_COMPARE_WITH_TIMEOUT(rounds.size(), 1, 15000);
        QCOMPARE(attempts(), 1);
        QVERIFY(session->reports().database().execute("UPDATE delivery SET next_due=?1", {QDateTime::currentMSecsSinceEpoch() + 600000}));
        QTRY_COMPARE_WITH_TIMEOUT(rounds.size(), 2, 15000);
        QCOMPARE(attempts(), 1);
        setRis(*session, ris.port());
        QVERIFY(session->sign(second, reporting::SignAs::Final, "Reader"));
        QTRY_COMPARE_WITH_TIMEOUT(int(deliveriesOf(*session, first.reportId).at(0).state), int(transfer::Delivery::State::Acknowledged), 20000);
        QCOMPARE(attempts(), 2);
    }

    /// Of the last one too, after which nothing waits.
    void SAF_10_anAcknowledgementIsToldOf()
    {
        test::MllpReceiver ris;
        if (!ris.isRunning())
            QSKIP("python3-hl7 is not installed");
        QTemporaryDir profile;
        const auto session = openSession(profile.path());
        setRis(*session, ris.port());
        QSignalSpy delivered(session.get(), &app::Session::delivered);
        session->startCourier();
        const auto draft = draftIn(*session);
        QCOMPARE(delivered.size(), 0);
        QVERIFY(session->sign(draft, reporting::SignAs::Final, "Reader").has_value());
        QTRY_COMPARE_WITH_TIMEOUT(delivered.size(), 1, 20000);
        QCOMPARE(int(deliveriesOf(*session, draft.reportId).at(0).state), int(transfer::Delivery::State::Acknowledged));
    }
};

int main(int argc, char* argv[])
{
    QCoreApplication application(argc, argv);
    const QStringList arguments = QCoreApplication::arguments();
    if (arguments.value(1) == QLatin1String(helperMode))
        return signAndDeliver(arguments.value(2), arguments.value(3));
    TestWorkflow test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_workflow.moc"
