#include "netclient/dicom/dataset.h"
#include "netclient/dicom/uid.h"
#include "netclient/transfer/delivery_queue.h"
#include "netclient/transfer/reception.h"
#include "netclient/transfer/study_transfer.h"
#include "netclient/dimse/store.h"
#include "tests/support/dimse_peers.h"
#include "tests/support/fault_proxy.h"
#include "tests/support/orthanc.h"
#include "tests/support/scripted_scp.h"
#include "tests/support/test_data.h"
#include <QDirIterator>
#include <QTemporaryDir>
#include <atomic>
#include <csignal>
#include <thread>

using namespace diascope;
using namespace diascope::transfer;
namespace tag = diascope::dicom::tag;

namespace
{

NewDelivery delivery(const QString& subject, const QString& controlId, const QString& target = "RIS")
{
    return {subject, "hl7", target, controlId, "MSH|" + controlId.toUtf8()};
}

Result<Acknowledgement> accept(const Delivery& delivery) { return Acknowledgement{Acknowledgement::Accept, delivery.controlId, {}}; }

template <typename T>
T value(Result<T> result)
{
    return result ? std::move(*result) : T();
}

} // namespace

class TestTransfer : public QObject
{
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<Database> m_database;
    std::unique_ptr<DeliveryQueue> m_queue;
    Task m_task;

    Profile profile() const { return *Profile::open(m_folder->path()); }
    void enqueue(const NewDelivery& delivery)
    {
        const auto added = DeliveryQueue::enqueue(*m_database, delivery);
        QVERIFY2(added, added ? "" : qPrintable(message(added.error())));
    }
    QStringList states() const
    {
        QStringList all;
        for (const Delivery& delivery : value(m_queue->list()))
            all << delivery.controlId + ':' + name(delivery.state);
        return all;
    }

private Q_SLOTS:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_queue = std::move(*DeliveryQueue::open(profile()));
        m_database = std::move(*Database::open(profile().databasePath()));
    }
    void cleanup()
    {
        m_queue.reset();
        m_database.reset();
    }

    void queueingBelongsToTheCallersTransaction()
    {
        {
            auto transaction = Transaction::begin(*m_database);
            QVERIFY(DeliveryQueue::enqueue(*m_database, delivery("R1", "C1")));
        } // the signing failed: rolled back
        QCOMPARE(*m_queue->pending(), 0);
        {
            auto transaction = Transaction::begin(*m_database);
            QVERIFY(DeliveryQueue::enqueue(*m_database, delivery("R1", "C1")));
            QVERIFY(transaction->commit());
        }
        QCOMPARE(*m_queue->pending(), 1);
        QCOMPARE(DeliveryQueue::enqueue(*m_database, delivery("R1", "C1")).error().fault, Fault::Conflict);
    }

    void DEL_02_aLostAcknowledgementIsResentWithTheSameControlId()
    {
        enqueue(delivery("R1", "C1"));
        QStringList sent;
        QList<QByteArray> payloads;
        const Sender loses = [&](const Delivery& d) -> Result<Acknowledgement> {
            sent << d.controlId;
            payloads << d.payload;
            if (sent.size() == 1)
                return fail(Fault::TimedOut, "no answer");
            return accept(d);
        };
        auto outcome = m_queue->deliverDue(loses, m_task);
        QCOMPARE(outcome->waiting, 1);
        QCOMPARE(states(), QStringList{"C1:queued"});
        QVERIFY(value(m_queue->list())[0].lastError.contains("no answer"));
        QVERIFY(m_queue->deliverDue(loses, m_task)); // not due yet: backs off
        QCOMPARE(sent.size(), 1);
        QVERIFY(value(m_queue->nextDue())->toMSecsSinceEpoch() > QDateTime::currentMSecsSinceEpoch());
        outcome = m_queue->deliverDue(loses, m_task, DeliveryQueue::Force::EvenEarly);
        QCOMPARE(outcome->acknowledged, 1);
        QCOMPARE(sent, (QStringList{"C1", "C1"}));
        QCOMPARE(payloads[0], payloads[1]);
        QCOMPARE(states(), QStringList{"C1:acknowledged"});
        QCOMPARE(value(m_queue->list())[0].attempts, 2);
        QVERIFY(m_queue->deliverDue(loses, m_task, DeliveryQueue::Force::EvenEarly));
        QCOMPARE(sent.size(), 2); // done is done
    }

    void DEL_03_refusedIsHeldAndNotBlindlyRetried_data()
    {
        QTest::addColumn<int>("code");
        QTest::newRow("DEL-03 AE") << int(Acknowledgement::Error);
        QTest::newRow("DEL-03 AR") << int(Acknowledgement::Reject);
    }
    void DEL_03_refusedIsHeldAndNotBlindlyRetried()
    {
        QFETCH(int, code);
        enqueue(delivery("R1", "C1"));
        int sent = 0;
        const Sender refuses = [&](const Delivery& d) -> Result<Acknowledgement> {
            ++sent;
            return Acknowledgement{Acknowledgement::Code(code), d.controlId, "unknown patient"};
        };
        QCOMPARE(m_queue->deliverDue(refuses, m_task)->held, 1);
        QVERIFY(m_queue->deliverDue(refuses, m_task, DeliveryQueue::Force::EvenEarly));
        QCOMPARE(sent, 1);
        QCOMPARE(states(), QStringList{"C1:held"});
        QVERIFY(value(m_queue->list())[0].lastError.contains("unknown patient"));
        QVERIFY(m_queue->release(value(m_queue->list())[0].id)); // a person decides
        QCOMPARE(m_queue->deliverDue(accept, m_task)->acknowledged, 1);
        QCOMPARE(m_queue->release(1).error().fault, Fault::NotFound);
    }

    /// What the receiver says later ends what waits for it, with its words; what is over or held stays so.
    void DEL_03_whatALateAnswerDoes_data()
    {
        QTest::addColumn<int>("before");
        QTest::addColumn<int>("code");
        QTest::addColumn<int>("after"); // -1: it is none of its
        QTest::addColumn<QString>("words");
        using State = Delivery::State;
        const auto row = [](const char* name, State before, Acknowledgement::Code code, int after, const QString& words = {}) {
            QTest::newRow(name) << int(before) << int(code) << after << words;
        };
        row("DEL-03 queued, AA", State::Queued, Acknowledgement::Accept, 2);
        row("DEL-03 on its way, AA", State::Sent, Acknowledgement::Accept, 2);
        row("DEL-03 committed, AA", State::Committed, Acknowledgement::Accept, 2);
        row("DEL-03 committed, AE", State::Committed, Acknowledgement::Error, 3, "the receiver could not process it: words");
        row("DEL-03 committed, AR", State::Committed, Acknowledgement::Reject, 3, "the receiver rejected it: words");
        row("DEL-03 queued, CA", State::Queued, Acknowledgement::Commit, 4, "the receiver has it and has not said yet that it processed it");
        row("DEL-03 committed, CA again", State::Committed, Acknowledgement::Commit, -1);
        row("DEL-03 held, AA", State::Held, Acknowledgement::Accept, -1);
        row("DEL-03 acknowledged, AE", State::Acknowledged, Acknowledgement::Error, -1);
        row("DEL-03 given up, AA", State::Cancelled, Acknowledgement::Accept, -1);
    }
    void DEL_03_whatALateAnswerDoes()
    {
        QFETCH(int, before);
        QFETCH(int, code);
        QFETCH(int, after);
        enqueue(delivery("R1", "C1"));
        enqueue(delivery("R2", "C2"));
        QVERIFY(m_database->execute("UPDATE delivery SET state=?1, attempts=1, last_error='earlier'", {before}));
        QCOMPARE(*m_queue->settle({Acknowledgement::Code(code), "C1", "words"}), after >= 0);
        const auto list = value(m_queue->list());
        QCOMPARE(int(list[0].state), after < 0 ? before : after);
        if (after < 0)
            QCOMPARE(list[0].lastError, "earlier");
        else
            QTEST(list[0].lastError, "words");
        QCOMPARE(int(list[1].state), before); // no other is meant
        QCOMPARE(list[1].lastError, "earlier");
    }

    /// What is answered at once is held or waits with the receiver's own words.
    void DEL_03_whatAnAnswerSaysIsKept()
    {
        for (const char* id : {"AE", "AR", "CA"})
            enqueue(delivery(QString("R") + id, id));
        const auto outcome = m_queue->deliverDue([](const Delivery& d) -> Result<Acknowledgement> {
            const QHash<QString, Acknowledgement::Code> codes{{"AE", Acknowledgement::Error}, {"AR", Acknowledgement::Reject}, {"CA", Acknowledgement::Commit}};
            return Acknowledgement{codes[d.controlId], d.controlId, "words"};
        }, m_task);
        QCOMPARE(outcome->held, 2);
        QCOMPARE(outcome->acknowledged, 0);
        QCOMPARE(outcome->waiting, 1);
        QStringList said;
        for (const Delivery& one : value(m_queue->list()))
            said << one.lastError;
        QCOMPARE(said, (QStringList{"the receiver could not process it: words", "the receiver rejected it: words",
                                    "the receiver has it and has not said yet that it processed it"}));
        QCOMPARE(*m_queue->pending(), 3);
        QVERIFY(!value(m_queue->nextDue())); // none of them is tried again by itself
    }

    /// 5 s, doubled with each attempt, 15 minutes at most; what is due then goes without force.
    void DEL_04_howLongItWaits()
    {
        enqueue(delivery("R1", "C1"));
        const Sender down = [](const Delivery&) -> Result<Acknowledgement> { return fail(Fault::Unreachable, "down"); };
        for (const auto& [attempt, seconds] : {std::pair(1, 5), {2, 10}, {3, 20}, {8, 640}, {9, 900}, {40, 900}}) {
            QVERIFY(m_database->execute("UPDATE delivery SET attempts=?1, next_due=0", {attempt - 1}));
            QVERIFY(m_queue->deliverDue(down, m_task));
            const Delivery now = value(m_queue->list())[0];
            QCOMPARE(now.attempts, attempt);
            QCOMPARE(now.updated.msecsTo(now.nextDue), seconds * 1000);
            QCOMPARE(value(m_queue->nextDue()), now.nextDue);
        }
    }

    /// How many later versions wait behind an open one, for a person to see.
    void DEL_04_whatWaitsBehind()
    {
        for (const char* id : {"1", "2", "3", "4"})
            enqueue(delivery("R1", id));
        enqueue(delivery("R1", "elsewhere", "ARCHIVE"));
        enqueue(delivery("R2", "other"));
        QVERIFY(m_database->execute("UPDATE delivery SET state=2 WHERE id=1"));
        QVERIFY(m_database->execute("UPDATE delivery SET state=5 WHERE id=3"));
        QVERIFY(m_database->execute("UPDATE delivery SET state=3, last_error='no' WHERE id=2"));
        QList<int> behind;
        for (const Delivery& one : value(m_queue->list()))
            behind << one.behind;
        QCOMPARE(behind, (QList<int>{0, 1, 0, 0, 0, 0}));
        QCOMPARE(remark(value(m_queue->list())[1]), "no; later versions of this report that wait behind it: 1");
        QCOMPARE(remark(value(m_queue->list())[3]), QString());
        QCOMPARE(value(m_queue->list("R1")).size(), 5u);
        QCOMPARE(*m_queue->pending(), 4);
    }

    /// A person gives up what is open and not on its way, with a reason; only what is held is sent again by a person.
    void DEL_04_whatAPersonMayDecide_data()
    {
        QTest::addColumn<int>("state");
        QTest::addColumn<bool>("mayGiveUp");
        QTest::newRow("DEL-04 queued") << 0 << true;
        QTest::newRow("DEL-04 sent, and nobody sends it") << 1 << true;
        QTest::newRow("DEL-04 acknowledged") << 2 << false;
        QTest::newRow("DEL-04 held") << 3 << true;
        QTest::newRow("DEL-04 committed") << 4 << true;
        QTest::newRow("DEL-04 given up") << 5 << false;
    }
    void DEL_04_whatAPersonMayDecide()
    {
        QFETCH(int, state);
        QFETCH(bool, mayGiveUp);
        enqueue(delivery("R1", "C1"));
        enqueue(delivery("R2", "C2"));
        const auto set = [&](int leaseMs) {
            const qint64 until = leaseMs ? QDateTime::currentMSecsSinceEpoch() + leaseMs : 0;
            return m_database->execute("UPDATE delivery SET state=?1, last_error='', lease_until=?2, next_due=9000000000000000", {state, until});
        };
        QVERIFY(set(0));
        QCOMPARE(bool(m_queue->release(1)), state == int(Delivery::State::Held));
        if (state == int(Delivery::State::Held)) {
            QCOMPARE(states(), (QStringList{"C1:queued", "C2:held"}));
            QVERIFY(value(m_queue->list())[0].nextDue <= QDateTime::currentDateTimeUtc()); // at once
        }
        QVERIFY(set(60'000));
        const auto onItsWay = m_queue->cancel(1, "Reader", "told them");
        QVERIFY(!onItsWay);
        QCOMPARE(onItsWay.error().fault, Fault::NotFound);
        QVERIFY(set(0));
        const auto withoutReason = m_queue->cancel(1, "Reader", " \t");
        QVERIFY(!withoutReason);
        QCOMPARE(withoutReason.error().fault, Fault::Invalid);
        const auto given = m_queue->cancel(1, "Reader", " told them ");
        QCOMPARE(bool(given), mayGiveUp);
        const auto list = value(m_queue->list());
        QCOMPARE(int(list[0].state), mayGiveUp ? 5 : state);
        QCOMPARE(list[0].lastError, mayGiveUp ? "given up by Reader: told them" : "");
        QCOMPARE(int(list[1].state), state);
    }

    void DEL_03_aWrongControlIdIsIgnored()
    {
        enqueue(delivery("R1", "C1"));
        const Sender confused = [](const Delivery&) -> Result<Acknowledgement> { return Acknowledgement{Acknowledgement::Accept, "OTHER", {}}; };
        const auto outcome = m_queue->deliverDue(confused, m_task);
        QCOMPARE(outcome->acknowledged, 0);
        QCOMPARE(states(), QStringList{"C1:queued"});
        QVERIFY(!*m_queue->settle({Acknowledgement::Accept, "NEVER-SENT", {}}));
        QVERIFY(*m_queue->settle({Acknowledgement::Accept, "C1", {}})); // the right one comes late
        QCOMPARE(states(), QStringList{"C1:acknowledged"});
    }

    void DEL_04_orderIsKeptForEachSubjectAfterTheRisWasDown()
    {
        for (const char* id : {"preliminary", "final", "addendum"})
            enqueue(delivery("R1", id));
        enqueue(delivery("R2", "other"));
        int tries = 0;
        const Sender down = [&](const Delivery&) -> Result<Acknowledgement> {
            ++tries;
            return fail(Fault::Unreachable, "down");
        };
        QVERIFY(m_queue->deliverDue(down, m_task));
        QCOMPARE(tries, 1); // an unreachable target is not asked once for every delivery
        QStringList sent;
        const Sender up = [&](const Delivery& d) {
            sent << d.controlId;
            return accept(d);
        };
        QVERIFY(m_queue->deliverDue(up, m_task, DeliveryQueue::Force::EvenEarly));
        QVERIFY(sent.indexOf("preliminary") < sent.indexOf("final") && sent.indexOf("final") < sent.indexOf("addendum"));
        QCOMPARE(sent.size(), 4);
        QCOMPARE(*m_queue->pending(), 0);
    }

    /// A RIS that is down for days costs nothing but time: nobody has to release what was never refused.
    void DEL_04_noAttemptIsTheLast()
    {
        enqueue(delivery("R1", "C1"));
        for (const Fault fault : {Fault::Unreachable, Fault::TimedOut})
            for (int attempt = 0; attempt < 100; ++attempt) {
                QVERIFY(m_queue->deliverDue([fault](const Delivery&) -> Result<Acknowledgement> { return fail(fault, "down"); }, m_task, DeliveryQueue::Force::EvenEarly));
                QCOMPARE(int(value(m_queue->list())[0].state), int(Delivery::State::Queued));
            }
    }

    /// One report without an answer holds up no other.
    void DEL_04_oneWithoutAnAnswerHoldsUpNoOther()
    {
        enqueue(delivery("R1", "silent"));
        QStringList sent;
        const Sender ris = [&](const Delivery& d) -> Result<Acknowledgement> {
            sent << d.controlId;
            if (d.controlId == "silent")
                return fail(Fault::TimedOut, "no answer");
            return accept(d);
        };
        QVERIFY(m_queue->deliverDue(ris, m_task));
        enqueue(delivery("R2", "second"));
        enqueue(delivery("R3", "third"));
        sent.clear();
        QCOMPARE(m_queue->deliverDue(ris, m_task, DeliveryQueue::Force::EvenEarly)->acknowledged, 2);
        QCOMPARE(sent, (QStringList{"second", "third", "silent"})); // what was never tried goes first
        enqueue(delivery("R4", "fourth"));
        sent.clear();
        const Sender backwards = [&](const Delivery& d) -> Result<Acknowledgement> {
            sent << d.controlId;
            return d.controlId == "fourth" ? Result<Acknowledgement>(fail(Fault::TimedOut, "no answer")) : accept(d);
        };
        QCOMPARE(m_queue->deliverDue(backwards, m_task, DeliveryQueue::Force::EvenEarly)->acknowledged, 1); // the target is not dead
        QCOMPARE(sent, (QStringList{"fourth", "silent"}));
    }

    /// But a receiver that answers nobody is left alone for a while.
    void DEL_04_aReceiverThatNeverAnswersIsLeftAlone()
    {
        for (const char* id : {"1", "2", "3", "4", "5"})
            enqueue(delivery(QString("R") + id, id));
        int tries = 0;
        QVERIFY(m_queue->deliverDue([&](const Delivery&) -> Result<Acknowledgement> {
            ++tries;
            return fail(Fault::TimedOut, "no answer");
        }, m_task));
        QCOMPARE(tries, 3);
    }

    /// Who writes last after its claim ran out has no say.
    void DEL_01_aClaimThatRanOutChangesNothing()
    {
        enqueue(delivery("R1", "C1"));
        const auto other = std::move(*DeliveryQueue::open(profile()));
        const Sender slow = [&](const Delivery&) -> Result<Acknowledgement> {
            Task task;
            if (other->deliverDue(accept, task, DeliveryQueue::Force::EvenEarly)->acknowledged != 1) // the claim of no seconds is over
                return fail(Fault::Internal, "nobody took it over");
            return fail(Fault::TimedOut, "no answer");
        };
        QVERIFY(m_queue->deliverDue(slow, m_task, DeliveryQueue::Force::OnlyDue, 0));
        QCOMPARE(states(), QStringList{"C1:acknowledged"});
        QCOMPARE(value(m_queue->list())[0].lastError, QString());
    }

    /// What a sender is given is claimed: nobody else is given it meanwhile.
    void DEL_01_aClaimedOneSaysSo()
    {
        enqueue(delivery("R1", "C1"));
        const auto other = std::move(*DeliveryQueue::open(profile()));
        int asked = 0;
        const Sender sender = [&](const Delivery& d) -> Result<Acknowledgement> {
            ++asked;
            const auto beside = other->deliverDue([&](const Delivery&) -> Result<Acknowledgement> { return fail(Fault::Internal, "claimed twice"); }, m_task,
                                                  DeliveryQueue::Force::EvenEarly);
            const bool isClaimed = d.state == Delivery::State::Sent && d.attempts == 1 && d.controlId == "C1" && states() == QStringList{"C1:sent"} && beside && beside->acknowledged == 0;
            return Acknowledgement{isClaimed ? Acknowledgement::Accept : Acknowledgement::Error, d.controlId, {}};
        };
        QVERIFY(m_queue->deliverDue(sender, m_task));
        QCOMPARE(asked, 1);
        QCOMPARE(states(), QStringList{"C1:acknowledged"});
        QCOMPARE(value(m_queue->list())[0].lastError, QString());
    }

    /// Nor where another has taken it over and is still sending.
    void DEL_01_aClaimOfAnotherIsNotTouched()
    {
        enqueue(delivery("R1", "C1"));
        const Sender slow = [&](const Delivery& d) -> Result<Acknowledgement> {
            if (!m_database->execute("UPDATE delivery SET lease_owner='another', lease_until=lease_until+60000"))
                return fail(Fault::Internal, "the row cannot be changed");
            return Acknowledgement{Acknowledgement::Reject, d.controlId, {}};
        };
        QVERIFY(m_queue->deliverDue(slow, m_task));
        QCOMPARE(states(), QStringList{"C1:sent"});
    }

    /// What the receiver has and has not processed yet may still be refused: the next version waits for its word.
    void DEL_04_nothingOvertakesACommittedOne()
    {
        enqueue(delivery("R1", "final"));
        enqueue(delivery("R1", "addendum"));
        QStringList sent;
        const Sender sender = [&](const Delivery& d) -> Result<Acknowledgement> {
            sent << d.controlId;
            return Acknowledgement{d.controlId == "final" ? Acknowledgement::Commit : Acknowledgement::Accept, d.controlId, {}};
        };
        QVERIFY(m_queue->deliverDue(sender, m_task, DeliveryQueue::Force::EvenEarly));
        QCOMPARE(sent, QStringList{"final"});
        QVERIFY(*m_queue->settle({Acknowledgement::Accept, "final", {}}));
        QVERIFY(m_queue->deliverDue(sender, m_task, DeliveryQueue::Force::EvenEarly));
        QCOMPARE(sent, (QStringList{"final", "addendum"}));
    }

    /// An answer to what was never sent is none, however right its control ID.
    void DEL_03_whatWasNotSentIsNotSettled()
    {
        enqueue(delivery("R1", "C1"));
        QVERIFY(!*m_queue->settle({Acknowledgement::Accept, "C1", {}}));
        QCOMPARE(states(), QStringList{"C1:queued"});
    }

    void DEL_04_nothingOvertakesAHeldOne()
    {
        enqueue(delivery("R1", "final"));
        enqueue(delivery("R1", "addendum"));
        enqueue(delivery("R2", "other"));
        enqueue(delivery("R1", "elsewhere", "ARCHIVE"));
        QStringList sent;
        const Sender sender = [&](const Delivery& d) -> Result<Acknowledgement> {
            sent << d.controlId;
            return Acknowledgement{d.controlId == "final" ? Acknowledgement::Reject : Acknowledgement::Accept, d.controlId, {}};
        };
        QVERIFY(m_queue->deliverDue(sender, m_task));
        QCOMPARE(sent, (QStringList{"final", "other", "elsewhere"}));
        QCOMPARE(states(), (QStringList{"final:held", "addendum:queued", "other:acknowledged", "elsewhere:acknowledged"}));
    }

    void DEL_10_aClockSetBackReordersNothing()
    {
        enqueue(delivery("R1", "first"));
        QVERIFY(m_database->execute("UPDATE delivery SET created=created+86400000, updated=updated+86400000, next_due=next_due+864000000"));
        enqueue(delivery("R1", "second"));
        QStringList sent;
        QVERIFY(m_queue->deliverDue([&](const Delivery& d) {
            sent << d.controlId;
            return accept(d);
        }, m_task));
        QCOMPARE(sent, (QStringList{"first", "second"})); // a due time far ahead of the clock is no due time
    }

    void twoProcessesNeverSendOneDeliveryAtATime()
    {
        for (int i = 0; i < 40; ++i)
            enqueue(delivery(QString::number(i), QStringLiteral("C%1").arg(i)));
        std::mutex mutex;
        QHash<QString, int> sent;
        const auto run = [&] {
            const auto queue = DeliveryQueue::open(profile());
            Task task;
            QVERIFY((*queue)->deliverDue([&](const Delivery& d) {
                const std::lock_guard lock(mutex);
                ++sent[d.controlId];
                return accept(d);
            }, task));
        };
        std::thread one(run), two(run);
        one.join();
        two.join();
        QCOMPARE(sent.size(), 40);
        for (int count : sent)
            QCOMPARE(count, 1);
    }

    /// A process that claimed and was killed: its lease runs out, the same message goes again.
    void aKilledSendersDeliveryIsSentAgain()
    {
        enqueue(delivery("R1", "C1"));
        QVERIFY(m_database->execute("UPDATE delivery SET state=1, attempts=1, lease_owner='dead', lease_until=?", {QDateTime::currentMSecsSinceEpoch() + 60000}));
        QCOMPARE(m_queue->deliverDue(accept, m_task, DeliveryQueue::Force::EvenEarly)->acknowledged, 0); // it may live
        QVERIFY(m_database->execute("UPDATE delivery SET lease_until=?", {QDateTime::currentMSecsSinceEpoch() - 1}));
        QCOMPARE(m_queue->deliverDue(accept, m_task)->acknowledged, 1);
    }

    void studiesComeFromAServerIntoTheArchive_data()
    {
        QTest::addColumn<bool>("isGet");
        QTest::newRow("NET-01 C-GET") << true;
        QTest::newRow("NET-01 C-MOVE") << false;
    }
    void studiesComeFromAServerIntoTheArchive()
    {
        QFETCH(bool, isGet);
        QString why;
        const quint16 movePort = test::freePort();
        const auto orthanc = test::Orthanc::start(movePort, &why);
        if (!orthanc)
            QSKIP(qPrintable(why));
        QStringList files;
        QDirIterator all(test::dataFile("volumes/fnndsc_andrei_abdomen_ct"), {"*.dcm"}, QDir::Files, QDirIterator::Subdirectories);
        while (all.hasNext())
            files << all.next();
        NEEDS_TEST_DATA(files.value(0));
        files = files.mid(0, 25);
        const dicom::StudyUid study{dicom::Dataset::read(files[0])->text(tag::StudyInstanceUID)};
        auto archive = archive::Archive::open(profile());
        QVERIFY(archive);
        const dimse::Node node{"orthanc", "ORTHANC", "127.0.0.1", orthanc->port, false, {}, {}, {}};

        // SAF-05: sent, and counted by the server itself.
        const auto sent = sendFiles(**archive, node, *filesOf(files), {}, m_task);
        QVERIFY2(sent && sent->isComplete(), sent ? "" : qPrintable(message(sent.error())));
        QCOMPARE(sent->confirmed, files.size());
        QCOMPARE(orthanc->instanceIds().size(), files.size());

        const dimse::MoveDestination destination{"DIASCOPE", movePort, dimse::ListenerOptions::Interface::Loopback};
        const RetrieveBy how = isGet ? RetrieveBy::Get : RetrieveBy::Move;
        RetrieveOptions options;
        options.destination = destination;
        auto result = retrieveStudy(**archive, node, study, {}, how, options, m_task);
        QVERIFY2(result && result->isComplete(), result ? "" : qPrintable(message(result.error())));
        QCOMPARE(result->received, files.size());
        QCOMPARE((*(*archive)->study(study))->instances, files.size());
        result = retrieveStudy(**archive, node, study, {}, how, options, m_task); // nothing twice
        QVERIFY(result && result->isComplete());
        QCOMPARE(result->received, 0);
        QCOMPARE(result->present, files.size());

        // NET-09: the server's copy of one instance changes; ours stays, and the contradiction is told.
        const auto rows = value((*archive)->instancesOfStudy(study));
        auto changed = dicom::Dataset::read(rows[0].path);
        QVERIFY(changed->setText(tag::ImageComments, "changed"));
        const QString other = m_folder->filePath("changed.dcm");
        QVERIFY(changed->write(other, QString::fromUtf16(dicom::explicitLittleEndian)));
        QFile bytes(other);
        QVERIFY(bytes.open(QIODevice::ReadOnly));
        QCOMPARE((*archive)->storeReceived(bytes.readAll(), "orthanc").error().fault, Fault::Conflict);
        QCOMPARE((*(*archive)->study(study))->instances, files.size());
    }

    void NET_02_aCutCableIsResumedWithoutDuplicatesAndHalfFiles()
    {
        QString why;
        const auto orthanc = test::Orthanc::start(1, &why);
        if (!orthanc)
            QSKIP(qPrintable(why));
        QStringList files;
        QDirIterator all(test::dataFile("volumes/fnndsc_andrei_abdomen_ct"), {"*.dcm"}, QDir::Files, QDirIterator::Subdirectories);
        while (all.hasNext())
            files << all.next();
        NEEDS_TEST_DATA(files.value(0));
        files = files.mid(0, 20);
        const dicom::StudyUid study{dicom::Dataset::read(files[0])->text(tag::StudyInstanceUID)};
        dimse::Node node{"orthanc", "ORTHANC", "127.0.0.1", orthanc->port, false, {}, {}, {}};
        auto archive = archive::Archive::open(profile());
        QVERIFY(sendFiles(**archive, node, *filesOf(files), {}, m_task)->isComplete());
        test::FaultProxy proxy(orthanc->port);
        proxy.cutAfter(3'000'000); // five instances and a half, each time
        node.port = proxy.port();
        int rounds = 0;
        while (rounds < 10) {
            ++rounds;
            const auto result = retrieveStudy(**archive, node, study, {}, RetrieveBy::Get, {}, m_task);
            QVERIFY2(result, result ? "" : qPrintable(message(result.error())));
            if (result->isComplete())
                break;
            const auto now = (*archive)->study(study);
            QCOMPARE(result->present + result->received, (*now)->instances); // what is counted is stored
        }
        QVERIFY2(rounds >= 2 && rounds < 10, QByteArray::number(rounds).constData());
        QCOMPARE((*(*archive)->study(study))->instances, files.size());
        QVERIFY((*archive)->quarantine()->empty());
        const auto verified = (*archive)->verify(archive::Archive::Repair::No, m_task);
        QVERIFY(verified->missing.empty() && verified->changed.empty() && verified->orphans == 0);
    }

    /// What must be sent on and cannot be queued is not confirmed: the sender keeps it and comes again.
    void NET_15_whatCannotBeQueuedToBeSentOnIsNotConfirmed()
    {
        auto archive = archive::Archive::open(profile());
        QVERIFY(Settings(profile()).set(routeRules, QStringLiteral("[{\"modalities\":[\"OT\"],\"to\":\"PACS\"}]")));
        dimse::ListenerOptions options;
        options.interface = dimse::ListenerOptions::Interface::Loopback;
        std::atomic<int> arrived = 0;
        const auto listener = listenInto(**archive, profile(), options, [&] { ++arrived; });
        QVERIFY2(listener, listener ? "" : qPrintable(message(listener.error())));
        const auto database = Database::open(profile().databasePath());
        QVERIFY((*database)->execute("CREATE TRIGGER full BEFORE INSERT ON transfer BEGIN SELECT RAISE(ABORT, 'no room'); END"));
        QTemporaryDir elsewhere;
        const QString path = test::makeFile(elsewhere.filePath("one"), "2.25.900", "P", "2.25.900.1.1");
        const dimse::Node us{"us", "DIASCOPE", "127.0.0.1", (*listener)->port(), false, {}, {}, {}};
        const auto refused = dimse::store(us, {path}, {}, m_task);
        QVERIFY(refused);
        QCOMPARE(refused->confirmed, 0);
        QCOMPARE(refused->failed.size(), size_t(1));
        QCOMPARE(arrived.load(), 0);
        QVERIFY((*database)->execute("DROP TRIGGER full"));
        const auto taken = dimse::store(us, {path}, {}, m_task);
        QVERIFY(taken && taken->isComplete());
        QCOMPARE(arrived.load(), 1); // and who shows it is told
        const auto queued = (*TransferQueue::open(profile()))->list().value();
        QCOMPARE(queued.size(), size_t(1));
        const NewTransfer& what = queued[0].what;
        QVERIFY(what.kind == TransferKind::Send && what.priority == Priority::Background && what.reason == Reason::Route && what.commitment == Commitment::NotWanted);
        QCOMPARE(what.node + ' ' + what.study.value + ' ' + what.title, "PACS 2.25.900 Made, Up");
        const qint64 seconds = queued[0].created.secsTo(queued[0].nextDue);
        QVERIFY2(seconds >= 14 && seconds <= 16, qPrintable(QString::number(seconds))); // until it is quiet
        QVERIFY(Settings(profile()).set(routeRules, QStringLiteral("[{\"modalities\":[\"OT\"]}]")));
        const auto wrong = listenInto(**archive, profile(), options);
        QVERIFY(!wrong);
        QCOMPARE(wrong.error().fault, Fault::Invalid);
    }

    /// An image that is shown from a medium is not here: the medium goes, and the study would be gone with it.
    void SAF_04_whatIsHereByReferenceIsFetchedAllTheSame()
    {
        auto archive = archive::Archive::open(profile());
        const QByteArray capture = "1.2.840.10008.5.1.4.1.1.7", study = "2.25.901", instance = "2.25.901.1.1";
        QTemporaryDir medium;
        const QString path = test::makeFile(medium.filePath("one"), study, "P", instance);
        QVERIFY((*archive)->import({path}, archive::ImportMode::Reference, m_task));
        QCOMPARE((*archive)->instancesOfStudy({QString(study)})->size(), size_t(1));
        const auto imageOf = [&] {
            using test::element;
            return element(8, 0x16, test::uid(capture)) + element(8, 0x18, test::uid(instance)) + element(8, 0x60, "OT") + element(0x10, 0x10, "A^B ") +
                   element(0x10, 0x20, "P ") + element(0x20, 0x0d, test::uid(study)) + element(0x20, 0x0e, test::uid(study + ".1"));
        };
        std::atomic<int> stores = 0;
        test::ScriptedScp peer([&](test::ScriptedScp::Conversation& conversation, const test::ScriptedScp::Message& asked) {
            const bool isFind = asked.field == 0x0020;
            if (isFind)
                conversation.respond(asked, 0xff00, test::element(8, 0x18, test::uid(instance)) + test::element(8, 0x62, test::uid(capture)) +
                                                        test::element(0x20, 0x0d, test::uid(study)) + test::element(0x20, 0x0e, test::uid(study + ".1")) +
                                                        test::element(0x20, 0x1208, "1 ") + test::element(0x20, 0x1209, "1 "));
            test::ScriptedScp::Message answer;
            if (!isFind && conversation.store(capture, instance, imageOf()) && conversation.receive(answer))
                ++stores;
            conversation.respond(asked, 0);
        });
        const auto got = retrieveStudy(**archive, {"s", "SCRIPTED", "127.0.0.1", peer.port(), false, {}, {}, {}}, {QString(study)}, {}, RetrieveBy::Get, {}, m_task);
        QVERIFY2(got, got ? "" : qPrintable(message(got.error())));
        QCOMPARE(int(stores), 1);
        QCOMPARE(got->present, 0);
        QCOMPARE(got->expected, 1);
    }

    void NET_11_whatASenderCallsItsInstanceIsNoPath()
    {
        auto archive = archive::Archive::open(profile());
        dimse::ListenerOptions options;
        options.interface = dimse::ListenerOptions::Interface::Loopback;
        const auto listener = listenInto(**archive, profile(), options);
        QVERIFY(listener);
        QTemporaryDir elsewhere;
        int number = 0;
        for (const char* uid : {"../../../escaped", "/tmp/escaped-by-store", "1.2.3"}) {
            dicom::Dataset dataset;
            (void)dataset.setText(tag::SOPClassUID, "1.2.840.10008.5.1.4.1.1.7");
            (void)dataset.setText(tag::SOPInstanceUID, uid);
            (void)dataset.setText(tag::StudyInstanceUID, QStringLiteral("../../%1").arg(uid));
            (void)dataset.setText(tag::SeriesInstanceUID, "1.2");
            const QString path = elsewhere.filePath(QString::number(++number));
            QVERIFY(dataset.write(path, QString::fromUtf16(dicom::explicitLittleEndian)));
            test::run("storescu", {"-aec", "DIASCOPE", "127.0.0.1", QString::number((*listener)->port()), path});
        }
        QVERIFY((*archive)->studies()->empty());
        QVERIFY(!QFileInfo::exists("/tmp/escaped-by-store"));
        QDirIterator all(m_folder->path(), QDir::Files, QDirIterator::Subdirectories);
        while (all.hasNext())
            QVERIFY(!all.next().contains("escaped"));
    }
};

QTEST_GUILESS_MAIN(TestTransfer)
#include "tst_transfer.moc"
