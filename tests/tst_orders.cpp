#include "app/session/order_intake.h"
#include "netclient/hl7/mllp.h"
#include "netclient/transfer/order_store.h"
#include "tests/support/test_data.h"
#include <QtTest>

using namespace diascope;
using namespace diascope::transfer;

namespace
{

QByteArray order(const QByteArray& control, const QByteArray& number, const QByteArray& patient, const QByteArray& type = "ORM^O01")
{
    return "MSH|^~\\&|RIS|H|DIASCOPE|R|20260101120000||" + type + "|" + number + control + "|P|2.3.1||||||UNICODE UTF-8\r"
           "PID|1||99^^^OTHER^PN~" + patient + "^^^HOSPITAL^MR||Wang^XiaoDong^^Jr^Dr||19850930|F\r"
           "ORC|" + control + "|P1|" + number + "||SC||^^^29990102103000\r"
           "OBR|1|P1|" + number + "|7^CT Thorax^L|||||||||||^^^CHEST|||A77||||||CT\r"
           "ZDS|1.2.3.4^100^Application^DICOM\r";
}

hl7::Message parsed(const QByteArray& bytes) { return hl7::Message::fromBytes(bytes).value_or(hl7::Message()); }

} // namespace

/// Orders by HL7, which priors are fetched for (NET-15).
class TestOrders : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void NET_15_anOrderIsUnderstood()
    {
        const auto received = orderOf(parsed(order("NW", "F1", "P77")));
        QVERIFY(received);
        QCOMPARE(received->number, "F1");
        QVERIFY(!received->isCancelled);
        QCOMPARE(received->order.patientId, "P77"); // the one that is marked as the hospital's
        QCOMPARE(received->order.issuer, "HOSPITAL");
        QCOMPARE(received->order.patientName, "Wang^XiaoDong^^Dr^Jr"); // PN has the prefix before the suffix, XPN behind it
        QCOMPARE(received->order.modalities, QStringList{"CT"});
        QCOMPARE(received->order.bodyPart, "CHEST");
        QCOMPARE(received->order.description, "CT Thorax");
        QCOMPARE(received->order.study.value, "1.2.3.4");
        QCOMPARE(received->order.date, QDate(2999, 1, 2));
        QVERIFY(orderOf(parsed(order("CA", "F1", "P77")))->isCancelled);
    }

    void NET_15_ordersOfOtherSystems_data()
    {
        QTest::addColumn<QString>("file");
        QTest::newRow("NET-15 OMG") << "messages/hl7v2_dcm4che/hl7/OMG^O19-GeneralClinicalOrder-Eyecare.hl7";
        QTest::newRow("NET-15 OMI") << "messages/hl7v2_dcm4che/hl7/ORM^O01-GeneralOrder.hl7";
    }
    void NET_15_ordersOfOtherSystems()
    {
        QFETCH(QString, file);
        const QString path = test::dataFile(file);
        if (path.isEmpty())
            QSKIP("the test data is not here");
        QFile message(path);
        QVERIFY(message.open(QIODevice::ReadOnly));
        const auto received = orderOf(parsed(message.readAll()));
        QVERIFY2(received, received ? "" : qPrintable(diascope::message(received.error())));
        QCOMPARE(received->number, "FillerOrderNumberImagingServiceRequest");
        QCOMPARE(received->order.patientId, "PID_1");
        QCOMPARE(received->order.issuer, "ADT1");
        QCOMPARE(received->order.patientName, "Smith^Lucy^Mark");
        QCOMPARE(received->order.modalities, QStringList{"CT"});
        QCOMPARE(received->order.study.value, "1.2.392.200036.9125.0.198811291108.7");
        QCOMPARE(received->order.date, QDate::currentDate()); // scheduled in the year 2000, and asked for today
    }

    void NET_15_whatIsNoOrderIsRefused_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<int>("fault");
        QTest::newRow("NET-15 a result") << order("NW", "F1", "P77", "ORU^R01") << int(Fault::Unsupported);
        QTest::newRow("NET-15 nobody") << order("NW", "F1", "") << int(Fault::Invalid);
        QTest::newRow("NET-15 no number") << QByteArray("MSH|^~\\&|A|B|C|D|20260101||ORM^O01|1|P|2.3.1\rPID|1||7\r") << int(Fault::Invalid);
        QTest::newRow("NET-15 no PID") << QByteArray("MSH|^~\\&|A|B|C|D|20260101||ORM^O01|1|P|2.3.1\rORC|NW|1\r") << int(Fault::Invalid);
    }
    void NET_15_whatIsNoOrderIsRefused()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(int, fault);
        const auto received = orderOf(parsed(bytes));
        QVERIFY(!received);
        QCOMPARE(int(received.error().fault), fault);
        QVERIFY(!received.error().detail.isEmpty());
    }

    void NET_15_ordersAreKeptChangedAndForgotten()
    {
        QTemporaryDir folder;
        const auto profile = *Profile::open(folder.path());
        auto store = *OrderStore::open(profile);
        QVERIFY(store->store(*orderOf(parsed(order("NW", "F1", "P77")))));
        QVERIFY(store->store(*orderOf(parsed(order("NW", "F2", "P78")))));
        QVERIFY(store->store(*orderOf(parsed(order("XO", "F2", "P79")))));
        store = *OrderStore::open(profile);
        const auto today = store->since(QDate::currentDate());
        QVERIFY(today);
        QCOMPARE(today->size(), 2u);
        QCOMPARE((*today)[0].patientId, "P77");
        QCOMPARE((*today)[0].modalities, QStringList{"CT"});
        QCOMPARE((*today)[0].study.value, "1.2.3.4");
        QCOMPARE((*today)[0].date, QDate(2999, 1, 2));
        QCOMPARE((*today)[1].patientId, "P79");
        QVERIFY(store->store(*orderOf(parsed(order("CA", "F1", "P77")))));
        QCOMPARE(store->since(QDate::currentDate())->size(), 1u);
        QCOMPARE(store->since(QDate(2999, 1, 2))->size(), 1u); // planned
        QCOMPARE(store->since(QDate(2999, 1, 3))->size(), 0u);
    }

    /// Over MLLP: what is acknowledged is there after the process is gone.
    void NET_15_anAcknowledgedOrderIsStored()
    {
        QTemporaryDir folder;
        const auto profile = *Profile::open(folder.path());
        std::atomic<int> told = 0;
        {
            auto intake = app::OrderIntake::start(profile, 0, {[&](const Order&) { ++told; }, {}});
            QVERIFY(intake);
            hl7::MllpTarget target;
            target.host = "127.0.0.1";
            target.port = (*intake)->port();
            hl7::MllpSender sender(target);
            const auto taken = sender.send(order("NW", "F1", "P77"), "F1NW");
            QVERIFY(taken && taken->isAccepted());
            const auto other = sender.send(order("NW", "F2", "P77", "ADT^A01"), "F2NW");
            QVERIFY(other);
            QCOMPARE(other->code, hl7::AckCode::Rejected);
            QVERIFY2(other->text.contains("ADT^A01"), qPrintable(other->text));
            const auto nobody = sender.send(order("NW", "F3", ""), "F3NW");
            QVERIFY(nobody);
            QCOMPARE(nobody->code, hl7::AckCode::Error);
            QVERIFY(!nobody->text.isEmpty());
            const auto second = app::OrderIntake::start(profile, (*intake)->port(), {});
            QVERIFY(!second);
            QCOMPARE(second.error().fault, Fault::Unreachable);
        }
        QCOMPARE(told, 1);
        const auto kept = (*OrderStore::open(profile))->since(QDate::currentDate());
        QVERIFY(kept);
        QCOMPARE(kept->size(), 1u);
        QCOMPARE((*kept)[0].patientId, "P77");
    }
};

QTEST_GUILESS_MAIN(TestOrders)
#include "tst_orders.moc"
