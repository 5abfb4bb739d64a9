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

QByteArray segment(const QByteArray& name, const QMap<int, QByteArray>& fields)
{
    QByteArray text = name;
    for (int i = 1; !fields.isEmpty() && i <= fields.lastKey(); ++i)
        text += '|' + fields.value(i);
    return text + '\r';
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
        QCOMPARE(received->accession, "A77");
        QCOMPARE(received->filler, "F1");
        QCOMPARE(received->patientIds, (QStringList{"99", "P77"}));
        QCOMPARE(received->birthDate, "19850930");
        QCOMPARE(received->sex, "F");
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

    void NET_15_whatIsNoOrder()
    {
        const QByteArray head = "MSH|^~\\&|A|B|C|D|20260101||OMI^O23|1|P|2.5\r", pid = "PID|1||7^^^H^MR||Doe^Jane\r", orc = "ORC|NW|P1|F1\r";
        const auto said = [](const QByteArray& message) {
            const auto order = orderOf(parsed(message));
            return order ? QString() : order.error().detail;
        };
        QCOMPARE(said(head + pid + orc), "");
        QCOMPARE(said(head + orc), "the order names no patient (PID)");
        QCOMPARE(said(head), "the order names no patient (PID)");
        QCOMPARE(said(head + pid), "the order has no number (ORC-2, ORC-3)");
        QCOMPARE(said(head + "PID|1||^^^H^MR||Doe^Jane\r" + orc), "the order names no patient (PID-3)");
    }

    /// Which field says what where senders differ: each row is one message and what is taken from it.
    void NET_15_theFirstFieldThatSaysItCounts_data()
    {
        QTest::addColumn<QByteArray>("segments");
        QTest::addColumn<QString>("what");
        QTest::addColumn<QString>("expected");
        const QByteArray pid = segment("PID", {{1, "1"}, {3, "7^^^H^MR"}, {5, "Doe^Jane"}}), orc = segment("ORC", {{1, "NW"}, {2, "P1"}, {3, "F1"}});
        const auto row = [](const char* name, const QByteArray& segments, const char* what, const char* expected) {
            QTest::newRow(name) << segments << QString(what) << QString(expected);
        };
        row("NET-15 number: the filler's of ORC", pid + segment("ORC", {{1, "NW"}, {2, "P1"}, {3, "F1"}}) + segment("OBR", {{1, "1"}, {2, "P2"}, {3, "F2"}, {18, "A9"}}), "number", "F1");
        row("NET-15 number: the filler's of OBR", pid + segment("ORC", {{1, "NW"}, {2, "P1"}}) + segment("OBR", {{1, "1"}, {2, "P2"}, {3, "F2"}, {18, "A9"}}), "number", "F2");
        row("NET-15 number: the placer's of ORC", pid + segment("ORC", {{1, "NW"}, {2, "P1"}}) + segment("OBR", {{1, "1"}, {2, "P2"}, {18, "A9"}}), "number", "P1");
        row("NET-15 number: the placer's of OBR", pid + segment("ORC", {{1, "NW"}}) + segment("OBR", {{1, "1"}, {2, "P2"}, {18, "A9"}}), "number", "P2");
        row("NET-15 number: the accession of IPC", pid + segment("ORC", {{1, "NW"}}) + segment("OBR", {{1, "1"}, {18, "A9"}}) + segment("IPC", {{1, "A1"}}), "number", "A1");
        row("NET-15 number: OBR-18", pid + segment("ORC", {{1, "NW"}}) + segment("OBR", {{1, "1"}, {18, " A9 "}}), "number", "A9");
        row("NET-15 patient: MR before PI", segment("PID", {{1, "1"}, {3, "1^^^A^PI~2^^^B^MR"}}) + orc, "patient", "2|B");
        row("NET-15 patient: the first MR of two", segment("PID", {{1, "1"}, {3, "1^^^A^MR~2^^^B^MR"}}) + orc, "patient", "1|A");
        row("NET-15 patient: PI where there is no MR", segment("PID", {{1, "1"}, {3, "1^^^A^PN~ 2 ^^^ B ^PI"}}) + orc, "patient", "2|B");
        row("NET-15 patient: the first where none says so", segment("PID", {{1, "1"}, {3, "1^^^A~2^^^B^PN"}}) + orc, "patient", "1|A");
        row("NET-15 name: no empty parts behind it", segment("PID", {{1, "1"}, {3, "1"}, {5, "Doe^Jane^^^"}}) + orc, "name", "Doe^Jane");
        row("NET-15 name: prefix alone", segment("PID", {{1, "1"}, {3, "1"}, {5, "Doe^^^^Dr"}}) + orc, "name", "Doe^^^Dr");
        row("NET-15 modality: of each OBR once, RAD is none", pid + orc + segment("OBR", {{1, "1"}, {24, " CT "}}) + segment("OBR", {{1, "2"}, {24, "MR"}}) + segment("OBR", {{1, "3"}, {24, "CT"}}) + segment("OBR", {{1, "4"}, {24, "RAD"}}),
            "modalities", "CT,MR");
        row("NET-15 modality: of each IPC",
            pid + orc + segment("OBR", {{1, "1"}, {24, "CT"}}) + segment("IPC", {{1, "A1"}, {5, " US "}}) + segment("IPC", {{1, "A1"}, {5, "CT"}}) + segment("IPC", {{1, "A1"}, {5, "MG"}}),
            "modalities", "CT,US,MG");
        row("NET-15 modality: none where none is said",
            pid + orc + segment("OBR", {{1, "1"}, {24, " "}}) + segment("OBR", {{1, "2"}, {24, "CT"}}) + segment("IPC", {{1, "A1"}, {6, "x"}}), "modalities", "CT");
        row("NET-15 description: OBR-44.2 first", pid + orc + segment("OBR", {{1, "1"}, {4, "c^d^L^a^f"}, {44, "g^h"}}), "description", "h");
        row("NET-15 description: then OBR-4.2", pid + orc + segment("OBR", {{1, "1"}, {4, "c^d^L^a^f"}, {44, "g"}}), "description", "d");
        row("NET-15 description: then OBR-4.5", pid + orc + segment("OBR", {{1, "1"}, {4, "c^^L^a^f"}, {44, "g"}}), "description", "f");
        row("NET-15 description: then OBR-44.1", pid + orc + segment("OBR", {{1, "1"}, {4, "c"}, {44, "g"}}), "description", "g");
        row("NET-15 description: then OBR-4.1", pid + orc + segment("OBR", {{1, "1"}, {4, "c"}}), "description", "c");
        row("NET-15 study: of IPC before ZDS", pid + orc + segment("IPC", {{1, "A1"}, {3, "1.2.3"}}) + segment("ZDS", {{1, "1.2.4"}}), "study", "1.2.3");
        row("NET-15 study: of ZDS", pid + orc + segment("ZDS", {{1, "1.2.4^100"}}), "study", "1.2.4");
        row("NET-15 date: TQ1-7", pid + segment("ORC", {{1, "NW"}, {2, "P1"}, {3, "F1"}, {15, "29990105"}}) + segment("OBR", {{1, "1"}, {36, "29990102"}}) + segment("TQ1", {{1, "1"}, {7, "29990101"}}), "date", "29990101");
        row("NET-15 date: OBR-36", pid + segment("ORC", {{1, "NW"}, {2, "P1"}, {3, "F1"}, {15, "29990105"}}) + segment("OBR", {{1, "1"}, {27, "^^^29990103"}, {36, "29990102"}}), "date", "29990102");
        row("NET-15 date: OBR-27.4", pid + segment("ORC", {{1, "NW"}, {2, "P1"}, {3, "F1"}, {7, "^^^29990104"}, {15, "29990105"}}) + segment("OBR", {{1, "1"}, {27, "^^^29990103"}}), "date", "29990103");
        row("NET-15 date: ORC-7.4", pid + segment("ORC", {{1, "NW"}, {2, "P1"}, {3, "F1"}, {7, "^^^29990104"}, {15, "29990105"}}), "date", "29990104");
        row("NET-15 date: ORC-15", pid + segment("ORC", {{1, "NW"}, {2, "P1"}, {3, "F1"}, {15, "299901051200"}}), "date", "29990105");
        row("NET-15 birth date: without its time", segment("PID", {{1, "1"}, {3, "7"}, {7, "198509301200"}}) + orc, "birth date", "19850930");
        row("NET-15 birth date: a year and a month are none", segment("PID", {{1, "1"}, {3, "7"}, {7, "198509"}}) + orc, "birth date", "");
        row("NET-15 birth date: there is no such day", segment("PID", {{1, "1"}, {3, "7"}, {7, "19850931"}}) + orc, "birth date", "");
        row("NET-15 body part: without its parts", pid + orc + segment("OBR", {{1, "1"}, {15, "^^^CHEST&x"}}), "body part", "CHEST");
        row("NET-15 body part: an ampersand of its own", pid + orc + segment("OBR", {{1, "1"}, {15, "^^^CHEST \\T\\ ABDOMEN&x"}}), "body part", "CHEST & ABDOMEN");
        for (const char* control : {"CA", "OC", "DC", "CR"})
            row(qPrintable(QString("NET-15 %1 ends an order").arg(control)), pid + segment("ORC", {{1, control}, {3, "F1"}}), "cancelled", "yes");
        for (const char* control : {"NW", "XO", "SC", "RE"})
            row(qPrintable(QString("NET-15 %1 ends none").arg(control)), pid + segment("ORC", {{1, control}, {3, "F1"}}), "cancelled", "no");
    }
    void NET_15_theFirstFieldThatSaysItCounts()
    {
        QFETCH(QByteArray, segments);
        QFETCH(QString, what);
        QFETCH(QString, expected);
        const auto received = orderOf(parsed("MSH|^~\\&|A|B|C|D|20260101||OMI^O23|1|P|2.5\r" + segments));
        QVERIFY2(received, received ? "" : qPrintable(diascope::message(received.error())));
        const Order& order = received->order;
        const QHash<QString, QString> said{{"number", received->number},
                                           {"patient", order.patientId + '|' + order.issuer},
                                           {"name", order.patientName},
                                           {"modalities", order.modalities.join(',')},
                                           {"description", order.description},
                                           {"study", order.study.value},
                                           {"date", order.date.toString("yyyyMMdd")},
                                           {"body part", order.bodyPart},
                                           {"birth date", received->birthDate},
                                           {"cancelled", received->isCancelled ? "yes" : "no"}};
        QVERIFY(said.contains(what));
        QCOMPARE(said[what], expected);
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
        // what is 92 days old and was planned before today goes with the next that comes
        const auto database = *Database::open(profile.databasePath());
        const qint64 day = 86'400'000, now = QDateTime::currentMSecsSinceEpoch();
        const qint64 minute = 60'000, limit = 92 * day;
        for (const auto& [number, age, date] : {std::tuple("old", limit + minute, "20200101"),
                                                {"kept", limit - minute, "20200101"}, {"planned", limit + minute, "29990101"}})
            QVERIFY(database->execute("INSERT INTO imaging_order(number,received,date,patient_id,issuer,patient_name,modalities,body_part,description,study)"
                                      " VALUES(?,?,?,'','','','','','','')", {number, now - age, date}));
        QVERIFY(store->store(*orderOf(parsed(order("XO", "F2", "P79")))));
        const auto numbers = rowsOf<QString>(*database, "SELECT number FROM imaging_order ORDER BY number", {},
                                             [](const Statement& row) { return row.text(0); });
        QCOMPARE(QStringList(numbers->begin(), numbers->end()), (QStringList{"F2", "kept", "planned"}));
        QVERIFY(database->execute("DELETE FROM imaging_order WHERE number<>'F2'"));
        // every column under its own name
        ReceivedOrder full;
        full.number = "F9";
        full.order = {"id", "issuer", "Doe^Jane", {"CT", "MR"}, "HEAD", "CT of the head", QDate(2998, 3, 4), {"1.2.3"}};
        QVERIFY(store->store(full));
        const auto kept = store->since(QDate::currentDate());
        QVERIFY(kept);
        const auto same = std::find_if(kept->begin(), kept->end(), [](const Order& one) { return one.patientId == "id"; });
        QVERIFY(same != kept->end());
        QCOMPARE(same->issuer, "issuer");
        QCOMPARE(same->patientName, "Doe^Jane");
        QCOMPARE(same->modalities, (QStringList{"CT", "MR"}));
        QCOMPARE(same->bodyPart, "HEAD");
        QCOMPARE(same->description, "CT of the head");
        QCOMPARE(same->date, QDate(2998, 3, 4));
        QCOMPARE(same->study.value, "1.2.3");
        full.accession = "A9";
        full.filler = "FILLER";
        full.patientIds = {"id", "other"};
        full.birthDate = "19850930";
        full.sex = "F";
        QVERIFY(store->store(full));
        const auto found = store->ofStudy({}, "A9", {});
        QVERIFY(found);
        QCOMPARE(found->size(), 1u);
        const ReceivedOrder& one = found->front();
        QCOMPARE(one.number, "F9");
        QVERIFY(!one.isCancelled); // those are forgotten
        QCOMPARE(one.order.patientName, "Doe^Jane");
        QCOMPARE(one.accession, "A9");
        QCOMPARE(one.filler, "FILLER");
        QCOMPARE(one.patientIds, (QStringList{"id", "other"}));
        QCOMPARE(one.birthDate, "19850930");
        QCOMPARE(one.sex, "F");
        QCOMPARE(store->ofStudy({"1.2.3"}, {}, {})->size(), 1u);
        QCOMPARE(store->ofStudy({}, {}, "FILLER")->size(), 1u);
        QCOMPARE(store->ofStudy({"1.2.3.9"}, "F9", "A9")->size(), 0u);
        ReceivedOrder bare;
        bare.number = "F8";
        QVERIFY(store->store(bare));
        QCOMPARE(store->ofStudy({}, {}, {})->size(), 0u);
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
