#include "netclient/dimse/listener.h"
#include "netclient/dimse/query.h"
#include "tests/support/dimse_peers.h"
#include "tests/support/wire.h"
#include <mutex>

using namespace diascope;
using namespace diascope::dimse;

using test::big;
using test::byteAt;
using test::element;
using test::little;
using test::Wire;

namespace {

const QByteArray verification = "1.2.840.10008.1.1", ct = "1.2.840.10008.5.1.4.1.1.2",
                 commitment = "1.2.840.10008.1.20.1";
const QByteArray implicitSyntax = "1.2.840.10008.1.2", explicitSyntax = "1.2.840.10008.1.2.1",
                 deflated = "1.2.840.10008.1.2.1.99", bigEndian = "1.2.840.10008.1.2.2",
                 jpeg = "1.2.840.10008.1.2.4.70", htj2k = "1.2.840.10008.1.2.4.201", unknown = "1.2.3.4.5";
const QByteArray aRelease = test::pdu(0x05, big(0, 4));

struct Wanted
{
    QByteArray sopClass;
    QByteArrayList syntaxes;
    QByteArray roles{}; ///< SCU, SCP; empty: not spoken of
};

/// An A-ASSOCIATE-RQ with contexts 1, 3, 5 ...
QByteArray request(const QList<Wanted>& contexts, QByteArray called = "DIASCOPE", QByteArray calling = "PEER")
{
    QByteArray items = test::item(0x10, "1.2.840.10008.3.1.1.1"),
               user = test::item(0x51, big(16384, 4)) + test::item(0x52, "1.2.3.4");
    uchar id = 1;
    for (const Wanted& wanted : contexts) {
        QByteArray offered = test::item(0x30, wanted.sopClass);
        for (const QByteArray& syntax : wanted.syntaxes)
            offered += test::item(0x40, syntax);
        items += test::item(0x20, char(id) + QByteArray(3, '\0') + offered);
        id += 2;
        if (!wanted.roles.isEmpty())
            user += test::item(0x54, big(quint64(wanted.sopClass.size()), 2) + wanted.sopClass + wanted.roles);
    }
    return test::pdu(0x01, big(1, 2) + QByteArray(2, '\0') + called.leftJustified(16, ' ') +
                               calling.leftJustified(16, ' ') + QByteArray(32, '\0') + items + test::item(0x50, user));
}

/// What was agreed on: "1 taken 1.2.840.10008.1.2" or "1 refused 3" (PS3.8 table 9-18); "role" with its bytes.
QStringList agreedIn(const QByteArray& answer)
{
    QStringList lines;
    for (const auto& [type, value] : test::itemsOf(answer.mid(74))) {
        if (type == 0x21) {
            const auto syntax = test::itemsOf(value.mid(4));
            lines << (byteAt(value, 2) ? QStringLiteral("%1 refused %2").arg(byteAt(value, 0)).arg(byteAt(value, 2))
                                       : QStringLiteral("%1 taken %2")
                                             .arg(byteAt(value, 0))
                                             .arg(QLatin1String(syntax.empty() ? QByteArray() : syntax[0].second)));
        }
        if (type == 0x50)
            for (const auto& [kind, bytes] : test::itemsOf(value)) {
                if (kind == 0x51)
                    lines << "maximum " + QString::number(bytes.toHex().toUInt(nullptr, 16));
                if (kind == 0x54)
                    lines << QStringLiteral("role %1").arg(QLatin1String(bytes.right(2).toHex()));
            }
    }
    return lines;
}

QByteArray storeCommand(const QByteArray& sopClass, const QByteArray& instance, quint16 datasetType = 1,
                        const QByteArray& more = {})
{
    return test::commandSet(element(0, 2, test::uid(sopClass)) + element(0, 0x100, little(1, 2)) +
                            element(0, 0x110, little(7, 2)) + element(0, 0x700, little(0, 2)) +
                            element(0, 0x800, little(datasetType, 2)) + element(0, 0x1000, test::uid(instance)) + more);
}

QByteArray dataset(const QByteArray& sopClass, const QByteArray& instance)
{
    return element(8, 0x16, test::uid(sopClass)) + element(8, 0x18, test::uid(instance)) + element(0x10, 0x20, "P1") +
           element(0x20, 0x0d, test::uid("1.2.3"));
}

} // namespace

/// The listener, seen from the wire.
class TestDimseListener : public QObject
{
    Q_OBJECT

    static std::unique_ptr<Listener> start(const ListenerOptions& more, Sink sink)
    {
        ListenerOptions options = more;
        options.interface = ListenerOptions::Interface::Loopback;
        auto started = Listener::start(options, std::move(sink));
        return started ? std::move(*started) : nullptr;
    }

private Q_SLOTS:
    void NET_01_whichContextsAreTaken_data()
    {
        QTest::addColumn<bool>("takesReports");
        QTest::addColumn<QByteArray>("sopClass");
        QTest::addColumn<QByteArrayList>("syntaxes");
        QTest::addColumn<QByteArray>("roles");
        QTest::addColumn<QStringList>("agreed");
        const QString taken = "1 taken ", none = "1 refused 3",
                      noSyntax = "1 refused 4"; // abstract syntax, transfer syntaxes not supported
        const auto row = [&](const char* name, const QByteArray& sopClass, const QByteArrayList& syntaxes,
                             const QString& agreed, bool takesReports = false, const QByteArray& roles = {},
                             const QStringList& more = {}) {
            QTest::newRow(name) << takesReports << sopClass << syntaxes << roles
                                << QStringList{agreed} + QStringList{"maximum 131072"} + more;
        };
        row("echo", verification, {implicitSyntax}, taken + implicitSyntax);
        row("echo: the first that is named", verification, {explicitSyntax, implicitSyntax}, taken + explicitSyntax);
        row("echo: big endian", verification, {bigEndian}, taken + bigEndian);
        row("echo: not compressed", verification, {jpeg, implicitSyntax}, taken + implicitSyntax);
        row("echo: not deflated", verification, {deflated}, noSyntax);
        row("storage", ct, {implicitSyntax}, taken + implicitSyntax);
        row("storage: what the peer has comes as it is", ct, {jpeg, implicitSyntax}, taken + jpeg);
        row("storage: a syntax DCMTK does not know", ct, {htj2k, explicitSyntax}, taken + htj2k);
        row("storage: one nobody knows", ct, {unknown, explicitSyntax}, taken + explicitSyntax);
        row("storage: only that", ct, {unknown}, noSyntax);
        row("storage: deflated", ct, {deflated}, taken + deflated);
        row("another class", "1.2.840.10008.5.1.4.1.2.2.1", {implicitSyntax}, none);
        row("reports, unasked for", commitment, {implicitSyntax}, none);
        row("reports", commitment, {explicitSyntax}, taken + explicitSyntax, true);
        row("reports: not compressed, not deflated", commitment, {jpeg, deflated}, noSyntax, true);
        row("reports by who provides", commitment, {implicitSyntax}, taken + implicitSyntax, true,
            QByteArray::fromHex("0001"), {"role 0001"});
        row("a find, where reports are taken", "1.2.840.10008.5.1.4.31", {implicitSyntax}, none, true);
    }
    void NET_01_whichContextsAreTaken()
    {
        QFETCH(bool, takesReports);
        QFETCH(QByteArray, sopClass);
        QFETCH(QByteArrayList, syntaxes);
        QFETCH(QByteArray, roles);
        QFETCH(QStringList, agreed);
        ListenerOptions options;
        if (takesReports)
            options.onCommitment = [](const CommitmentReport&) {};
        const auto listener = start(options, [](Received&&) { return Result<void>(); });
        QVERIFY(listener);
        Wire wire(Wire::connectedTo(listener->port()));
        wire.write(request({{sopClass, syntaxes, roles}}));
        const QByteArray answer = wire.pdu();
        QCOMPARE(int(byteAt(answer, 0)), 2);
        QCOMPARE(agreedIn(answer), agreed);
        wire.write(aRelease);
        QCOMPARE(wire.pdu().toHex(), test::pdu(0x06, big(0, 4)).toHex());
        wire.close();
        QCOMPARE(listener->status().refused, 0);
    }

    void NET_13_whoIsTurnedAwayAndWhy_data()
    {
        QTest::addColumn<QByteArray>("called");
        QTest::addColumn<QByteArray>("calling");
        QTest::addColumn<int>("most");
        QTest::addColumn<bool>("anyCalled");
        QTest::addColumn<QByteArray>("answer"); // "": accepted
        QTest::addColumn<QString>("reason");
        const QByteArray other = "00010107", stranger = "00010103", many = "00020302"; // PS3.8 table 9-21
        QTest::newRow("ours") << QByteArray("DIASCOPE") << QByteArray("PEER") << 32 << false << QByteArray() << "";
        QTest::newRow("ours in small letters")
            << QByteArray(" diascope") << QByteArray("PEER") << 32 << false << QByteArray() << "";
        QTest::newRow("another AE title") << QByteArray("PACS") << QByteArray("PEER") << 32 << false << other
                                          << "it called for the AE title \"PACS\"";
        QTest::newRow("another AE title where any will do")
            << QByteArray("PACS") << QByteArray("PEER") << 32 << true << QByteArray() << "";
        QTest::newRow("a stranger") << QByteArray("DIASCOPE") << QByteArray("EVIL") << 32 << false << stranger
                                    << "no peer \"EVIL\" with this address is set up";
        QTest::newRow("a stranger where any AE title will do")
            << QByteArray("PACS") << QByteArray("EVIL") << 32 << true << stranger
            << "no peer \"EVIL\" with this address is set up";
        QTest::newRow("no place") << QByteArray("DIASCOPE") << QByteArray("PEER") << 0 << false << many
                                  << "there were too many associations";
        QTest::newRow("no place, for another AE title")
            << QByteArray("PACS") << QByteArray("EVIL") << 0 << false << many << "there were too many associations";
    }
    void NET_13_whoIsTurnedAwayAndWhy()
    {
        QFETCH(QByteArray, called);
        QFETCH(QByteArray, calling);
        QFETCH(int, most);
        QFETCH(bool, anyCalled);
        QFETCH(QByteArray, answer);
        QFETCH(QString, reason);
        ListenerOptions options;
        options.maximumAssociations = most;
        options.calledAe = anyCalled ? ListenerOptions::CalledAe::Any : ListenerOptions::CalledAe::MustMatch;
        options.isKnown = [](const QString& ae, quint32 address) { return ae == "PEER" && address == INADDR_LOOPBACK; };
        const auto listener = start(options, [](Received&&) { return Result<void>(); });
        QVERIFY(listener);
        Wire wire(Wire::connectedTo(listener->port()));
        wire.write(request({{verification, {implicitSyntax}}}, called, calling));
        const QByteArray got = wire.pdu();
        if (answer.isEmpty()) {
            QCOMPARE(int(byteAt(got, 0)), 2);
            QCOMPARE(listener->status().refused, 0);
            return;
        }
        QByteArray rejection = QByteArray::fromHex(answer);
        if (answer.endsWith("0302"))
            rejection[1] = 2; // for now
        QCOMPARE(got.toHex(), test::pdu(0x03, rejection).toHex());
        QTRY_COMPARE(listener->status().refused, 1);
        QCOMPARE(listener->status().lastRefusal, "127.0.0.1: " + reason);
    }

    /// What comes before there is an association.
    void NET_13_whatIsNoRequestIsClosed_data()
    {
        QTest::addColumn<QByteArrayList>("pieces");
        QTest::addColumn<bool>("endsWriting");
        QTest::addColumn<QString>("reason"); // "": an association
        const QByteArray whole = request({{verification, {implicitSyntax}}});
        const QString wrong = "127.0.0.1: it did not ask for an association as DICOM does";
        QByteArrayList bytes;
        for (char byte : whole)
            bytes << QByteArray(1, byte);
        QTest::newRow("whole") << QByteArrayList{whole} << false << "";
        QTest::newRow("byte by byte") << bytes << false << "";
        QTest::newRow("in two pieces") << QByteArrayList{whole.left(100), whole.mid(100)} << false << "";
        QTest::newRow("another PDU") << QByteArrayList{test::pdu(0x04, QByteArray(200, '\0'))} << false << wrong;
        QTest::newRow("HTTP") << QByteArrayList{"GET / HTTP/1.1\r\n\r\n"} << false << wrong;
        QTest::newRow("closed at once") << QByteArrayList{} << true << wrong;
        QTest::newRow("five bytes, closed") << QByteArrayList{whole.left(5)} << true << wrong;
        QTest::newRow("all but the last byte, closed") << QByteArrayList{whole.chopped(1)} << true << wrong;
        QTest::newRow("longer than any request")
            << QByteArrayList{QByteArray::fromHex("01000000fffb")} << false << wrong; // 65536 + 1 in all
        QTest::newRow("nothing") << QByteArrayList{} << false << "127.0.0.1: it asked for no association in time";
        QTest::newRow("five bytes") << QByteArrayList{whole.left(5)} << false
                                    << "127.0.0.1: it asked for no association in time";
        QTest::newRow("as long as a request may be") << QByteArrayList{QByteArray::fromHex("01000000fffa")} << false
                                                     << "127.0.0.1: it asked for no association in time";
    }
    void NET_13_whatIsNoRequestIsClosed()
    {
        QFETCH(QByteArrayList, pieces);
        QFETCH(bool, endsWriting);
        QFETCH(QString, reason);
        ListenerOptions options;
        options.acseSeconds = reason.contains("in time") ? 1 : 20;
        const auto listener = start(options, [](Received&&) { return Result<void>(); });
        QVERIFY(listener);
        Wire wire(Wire::connectedTo(listener->port()));
        for (const QByteArray& piece : pieces)
            wire.write(piece);
        if (endsWriting)
            wire.endWriting();
        const QByteArray answer = wire.pdu();
        QCOMPARE(int(byteAt(answer, 0)), reason.isEmpty() ? 2 : 0);
        QCOMPARE(listener->status().lastRefusal, reason);
        QCOMPARE(listener->status().refused, reason.isEmpty() ? 0 : 1);
        if (!reason.isEmpty())
            QTRY_COMPARE(listener->connections(), 0);
    }

    /// PS3.4 table B.2-1, PS3.7 Annex C.
    void NET_13_whatIsAnsweredToAStore_data()
    {
        QTest::addColumn<QByteArray>("sopClass");
        QTest::addColumn<QByteArray>("announced");
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<int>("fault"); // of the sink; -1: it takes it
        QTest::addColumn<int>("status");
        QTest::addColumn<bool>("reachesSink");
        const QByteArray mr = "1.2.840.10008.5.1.4.1.1.4", uid = "1.2.3.4";
        const auto row = [&](const char* name, int status, bool reachesSink, int fault = -1) {
            QTest::newRow(name) << ct << uid << dataset(ct, uid) << fault << status << reachesSink;
        };
        row("taken", 0x0000, true);
        row("the disk is full", 0xA700, true, int(Fault::DiskFull));
        row("it contradicts what is here", 0xA900, true, int(Fault::Conflict));
        row("it is not permitted", 0x0124, true, int(Fault::Denied));
        row("our own defect", 0xA701, true, int(Fault::Internal));
        row("we took too long", 0xA701, true, int(Fault::TimedOut));
        row("our disk cannot be read", 0xA701, true, int(Fault::Unreadable));
        row("we stopped", 0xA701, true, int(Fault::Cancelled));
        row("damaged", 0xC000, true, int(Fault::Damaged));
        row("unsupported", 0xC000, true, int(Fault::Unsupported));
        row("invalid", 0xC000, true, int(Fault::Invalid));
        QTest::newRow("another class than agreed on") << mr << uid << dataset(mr, uid) << -1 << 0x0122 << false;
        QTest::newRow("no UID") << ct << QByteArray("1.2.x") << dataset(ct, "1.2.x") << -1 << 0xC000 << false;
        QTest::newRow("another instance") << ct << uid << dataset(ct, "1.2.3.5") << -1 << 0xA900 << false;
        QTest::newRow("another class inside") << ct << uid << dataset(mr, uid) << -1 << 0xA900 << false;
        QTest::newRow("no class inside") << ct << uid << element(8, 0x18, test::uid(uid)) << -1 << 0x0000 << true;
        QTest::newRow("no instance inside") << ct << uid << element(8, 0x16, test::uid(ct)) << -1 << 0x0000 << true;
    }
    void NET_13_whatIsAnsweredToAStore()
    {
        QFETCH(QByteArray, sopClass);
        QFETCH(QByteArray, announced);
        QFETCH(QByteArray, bytes);
        QFETCH(int, fault);
        QFETCH(int, status);
        QFETCH(bool, reachesSink);
        std::atomic<int> taken = 0;
        const auto listener = start({}, [&](Received&&) -> Result<void> {
            ++taken;
            return fault < 0 ? Result<void>() : fail(Fault(fault), "why");
        });
        QVERIFY(listener);
        Wire wire(Wire::connectedTo(listener->port()));
        wire.write(request({{verification, {implicitSyntax}}, {ct, {implicitSyntax}}}));
        QCOMPARE(int(byteAt(wire.pdu(), 0)), 2);
        // The answer whole (PS3.7 table 9.3-2), twice: the association stays good.
        const QByteArray answer = test::pdv(
            3, 3,
            test::commandSet(element(0, 2, test::uid(sopClass)) + element(0, 0x100, little(0x8001, 2)) +
                             element(0, 0x120, little(7, 2)) + element(0, 0x800, little(0x0101, 2)) +
                             element(0, 0x900, little(quint64(status), 2)) + element(0, 0x1000, test::uid(announced))));
        for (int i = 0; i < 2; ++i) {
            wire.write(test::pdv(3, 3, storeCommand(sopClass, announced)) + test::pdv(3, 2, bytes));
            QCOMPARE(wire.pdu().toHex(' '), answer.toHex(' '));
        }
        QCOMPARE(taken.load(), reachesSink ? 2 : 0);
    }

    /// What the sink is given: the peer's bytes behind a header of ours (PS3.10 §7.1), and who sent them on whose
    /// behalf.
    void NET_01_whatTheSinkIsGiven()
    {
        test::Collector collector;
        const auto listener = start({}, collector.sink());
        QVERIFY(listener);
        Wire wire(Wire::connectedTo(listener->port()));
        wire.write(request({{ct, {jpeg}}}, "DIASCOPE", "MODALITY1"));
        QCOMPARE(int(byteAt(wire.pdu(), 0)), 2);
        const QByteArray bytes = QByteArray::fromHex("08001600") + "UI" + little(26, 2) + test::uid(ct) +
                                 QByteArray::fromHex("08001800") + "UI" + little(8, 2) + test::uid("1.2.3.4");
        const QByteArray mover = element(0, 0x1030, "WORKSTATION ") + element(0, 0x1031, little(4711, 2));
        wire.write(test::pdv(1, 3, storeCommand(ct, "1.2.3.4", 1, mover)) + test::pdv(1, 0, bytes.left(11)) +
                   test::pdv(1, 2, bytes.mid(11)));
        QVERIFY(!wire.pdu().isEmpty());
        wire.write(test::pdv(1, 3, storeCommand(ct, "1.2.3.4")) + test::pdv(1, 2, bytes));
        QVERIFY(!wire.pdu().isEmpty());
        QCOMPARE(collector.all.size(), size_t(2));
        const Received &moved = collector.all[0], &sent = collector.all[1];
        QCOMPARE(moved.sopClassUid, QString(ct));
        QCOMPARE(moved.sopInstanceUid, "1.2.3.4");
        QCOMPARE(moved.transferSyntaxUid, QString(jpeg));
        QCOMPARE(moved.callingAe, "MODALITY1");
        QCOMPARE(moved.moveOriginator, "WORKSTATION");
        QCOMPARE(int(moved.moveMessageId), 4711);
        QCOMPARE(sent.moveOriginator, "");
        QCOMPARE(int(sent.moveMessageId), 0);
        QCOMPARE(moved.part10, sent.part10);
        QVERIFY(moved.part10.endsWith(bytes));
        QTemporaryDir folder;
        QFile file(folder.filePath("a.dcm"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(moved.part10);
        file.close();
        const auto read = test::python(
            "import pydicom,sys\nd=pydicom.dcmread(sys.argv[1]); m=d.file_meta\n"
            "print(len(d.preamble),m.FileMetaInformationVersion.hex(),m.MediaStorageSOPClassUID,m."
            "MediaStorageSOPInstanceUID,m.TransferSyntaxUID,m.SourceApplicationEntityTitle,d.SOPInstanceUID,"
            "sorted('%04x'%t.elem for t in m.keys()))\n"
            "g=m.FileMetaInformationGroupLength; raw=open(sys.argv[1],'rb').read(); "
            "print(raw[144+g:]==raw[-int(sys.argv[2]):])\n"
            "at=132; odd=0\n" // every length is even (PS3.5 §7.1), with NULL behind a UID and a space behind text
            "while at<144+g:\n"
            " long=raw[at+4:at+6]==b'OB'; size=int.from_bytes(raw[at+8:at+12] if long else raw[at+6:at+8],'little')\n"
            " name=raw[at+2]; at+=12 if long else 8; odd+=size%2; end=raw[at:at+size].hex()[-4:]; at+=size\n"
            " if name not in (18, 19): print(end)\n"
            "print(odd,at-144-g)\n",
            {file.fileName(), QString::number(bytes.size())});
        SUCCEEDS(read);
        QCOMPARE(read.out.simplified(),
                 "128 0001 " + ct + " 1.2.3.4 " + jpeg +
                     " MODALITY1 1.2.3.4 ['0000', '0001', '0002', '0003', '0010', '0012', '0013', '0016'] True "
                     "0000 0001 3200 3400 3730 3120 0 0");
    }

    /// N-EVENT-REPORT of storage commitment (PS3.4 J.3.3, PS3.7 §10.3.1): what it says is told once it is one of ours to hear.
    void NET_01_whatIsAnsweredToAReport_data()
    {
        QTest::addColumn<QByteArray>("sopClass");
        QTest::addColumn<int>("event");
        QTest::addColumn<QByteArray>("transaction");
        QTest::addColumn<int>("status"); // -1: the association ends
        const QByteArray good = "1.2.3.99";
        QTest::newRow("NET-01 all is kept") << commitment << 1 << good << 0;
        QTest::newRow("NET-01 not all is kept") << commitment << 2 << good << 0;
        QTest::newRow("NET-01 no such event, 0") << commitment << 0 << good << 0x0110;
        QTest::newRow("NET-01 no such event, 3") << commitment << 3 << good << 0x0110;
        QTest::newRow("NET-01 of another class") << verification << 1 << good << 0x0110;
        QTest::newRow("NET-01 of a transaction without a name") << commitment << 1 << QByteArray("1..2") << 0x0110;
        QTest::newRow("NET-01 without a dataset") << commitment << 1 << QByteArray() << -1;
        QTest::newRow("NET-01 with what is no dataset") << commitment << 1 << QByteArray("no dataset") << -1;
    }
    void NET_01_whatIsAnsweredToAReport()
    {
        QFETCH(QByteArray, sopClass);
        QFETCH(int, event);
        QFETCH(QByteArray, transaction);
        QFETCH(int, status);
        std::mutex mutex;
        QStringList told;
        ListenerOptions options;
        options.onCommitment = [&](const CommitmentReport& report) {
            const std::lock_guard lock(mutex);
            told << QStringLiteral("%1 by %2: %3; %4 not")
                        .arg(report.transactionUid, report.callingAe, report.committed.join(','), report.failed.empty() ? "" : report.failed[0].sopInstanceUid);
        };
        const auto listener = start(options, [](Received&&) { return Result<void>(); });
        QVERIFY(listener);
        Wire wire(Wire::connectedTo(listener->port()));
        wire.write(request({{verification, {implicitSyntax}}, {commitment, {implicitSyntax}, QByteArray::fromHex("0001")}}, "DIASCOPE", "ARCHIVE"));
        QCOMPARE(int(byteAt(wire.pdu(), 0)), 2);
        const auto references = [](quint16 sequence, const QByteArray& instance) {
            const QByteArray reference = element(8, 0x1150, test::uid(ct)) + element(8, 0x1155, test::uid(instance));
            return element(8, sequence, little(0xfffe, 2) + little(0xe000, 2) + little(quint64(reference.size()), 4) + reference);
        };
        const QByteArray wellKnown = "1.2.840.10008.1.20.1.1";
        const QByteArray command = test::commandSet(element(0, 2, test::uid(sopClass)) + element(0, 0x100, little(0x0100, 2)) +
                                                    element(0, 0x110, little(9, 2)) + element(0, 0x800, little(transaction.isEmpty() ? 0x0101 : 1, 2)) +
                                                    element(0, 0x1000, test::uid(wellKnown)) + element(0, 0x1002, little(quint64(event), 2)));
        const QByteArray bytes = transaction == "no dataset"
                                     ? transaction
                                     : element(8, 0x1195, test::uid(transaction)) + references(0x1198, "1.2.3.5") + references(0x1199, "1.2.3.4");
        const QByteArray answer =
            test::pdv(3, 3,
                      test::commandSet(element(0, 2, test::uid(sopClass)) + element(0, 0x100, little(0x8100, 2)) + element(0, 0x120, little(9, 2)) +
                                       element(0, 0x800, little(0x0101, 2)) + element(0, 0x900, little(quint64(status), 2)) +
                                       element(0, 0x1000, test::uid(wellKnown)) + element(0, 0x1002, little(quint64(event), 2))));
        for (int i = 0; i < (status < 0 ? 1 : 2); ++i) { // the association stays good
            wire.write(test::pdv(3, 3, command) + (transaction.isEmpty() ? QByteArray() : test::pdv(3, 2, bytes)));
            const QByteArray got = wire.pdu();
            QCOMPARE(int(byteAt(got, 0)), status < 0 ? 7 : 4);
            if (status >= 0)
                QCOMPARE(got.toHex(' '), answer.toHex(' '));
        }
        const std::lock_guard lock(mutex);
        QCOMPARE(told, status == 0 ? QStringList(2, "1.2.3.99 by ARCHIVE: 1.2.3.4; 1.2.3.5 not") : QStringList());
        QTRY_COMPARE(listener->status().refused, status < 0 ? 1 : 0);
    }

    /// A request that is whole by its length and none by what it says.
    void NET_13_aRequestThatIsNone()
    {
        const auto listener = start({}, [](Received&&) { return Result<void>(); });
        QVERIFY(listener);
        Wire wire(Wire::connectedTo(listener->port()));
        wire.write(test::pdu(0x01, QByteArray(100, '\xff')));
        QVERIFY(byteAt(wire.pdu(), 0) != 2); // not accepted
        QTRY_COMPARE(listener->status().refused, 1);
        QCOMPARE(listener->status().lastRefusal, "127.0.0.1: its request for an association was broken");
        QTRY_COMPARE(listener->connections(), 0);
    }

    /// Who stops in the middle of a message is waited for as long as for any answer, and no longer.
    void NET_12_aMessageThatStopsInTheMiddle()
    {
        ListenerOptions options;
        options.dimseSeconds = 1;
        options.rateWindowMs = 60000; // it is not the slowness that ends it
        const auto listener = start(options, [](Received&&) { return Result<void>(); });
        QVERIFY(listener);
        Wire wire(Wire::connectedTo(listener->port()));
        wire.write(request({{ct, {implicitSyntax}}}));
        QCOMPARE(int(byteAt(wire.pdu(), 0)), 2);
        wire.write(test::pdv(1, 3, storeCommand(ct, "1.2.3.4")) + test::pdv(1, 2, dataset(ct, "1.2.3.4")).chopped(3));
        QTRY_COMPARE(listener->status().refused, 1);
        QCOMPARE(listener->status().lastRefusal, "127.0.0.1: it broke the protocol");
    }

    /// What no provider of storage knows ends the association with an A-ABORT (PS3.8 §9.3.8), and is counted.
    void NET_13_whatBreaksTheProtocolEndsTheAssociation_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        const auto command = [](quint16 field) {
            return test::commandSet(element(0, 2, test::uid(ct)) + element(0, 0x100, little(field, 2)) +
                                    element(0, 0x110, little(1, 2)) + element(0, 0x800, little(0x101, 2)));
        };
        QTest::newRow("C-FIND") << test::pdv(1, 3, command(0x0020));
        QTest::newRow("a store without a dataset") << test::pdv(1, 3, storeCommand(ct, "1.2.3.4", 0x0101));
        QTest::newRow("a store on a context nobody agreed on")
            << test::pdv(5, 3, storeCommand(ct, "1.2.3.4")) + test::pdv(5, 2, dataset(ct, "1.2.3.4"));
        QTest::newRow("a dataset on another context")
            << test::pdv(1, 3, storeCommand(ct, "1.2.3.4")) + test::pdv(3, 2, dataset(ct, "1.2.3.4"));
        QTest::newRow("a command where the dataset is due")
            << test::pdv(1, 3, storeCommand(ct, "1.2.3.4")) + test::pdv(1, 3, command(0x0030));
        QTest::newRow("a report, unasked for") << test::pdv(1, 3, command(0x0100));
    }
    void NET_13_whatBreaksTheProtocolEndsTheAssociation()
    {
        QFETCH(QByteArray, bytes);
        test::Collector collector;
        const auto listener = start({}, collector.sink());
        QVERIFY(listener);
        Wire wire(Wire::connectedTo(listener->port()));
        wire.write(request({{ct, {implicitSyntax}}, {verification, {implicitSyntax}}}));
        QCOMPARE(int(byteAt(wire.pdu(), 0)), 2);
        wire.write(bytes);
        QCOMPARE(int(byteAt(wire.pdu(), 0)), 7);
        QTRY_COMPARE(listener->status().refused, 1);
        QCOMPARE(listener->status().lastRefusal, "127.0.0.1: it broke the protocol");
        QVERIFY(collector.all.empty());
    }

    /// Who leaves, by an A-ABORT or without a word, between two messages is no offender.
    void NET_12_whoLeavesIsNotCounted()
    {
        const auto listener = start({}, [](Received&&) { return Result<void>(); });
        QVERIFY(listener);
        for (const QByteArray& last : {test::pdu(0x07, big(0, 4)), QByteArray()}) {
            Wire wire(Wire::connectedTo(listener->port()));
            wire.write(request({{verification, {implicitSyntax}}}));
            QCOMPARE(int(byteAt(wire.pdu(), 0)), 2);
            QTRY_COMPARE(listener->status().associations, 1);
            QCOMPARE(listener->status().connections, 1);
            QCOMPARE(listener->connections(), 1);
            wire.write(last);
            wire.close();
            QTRY_COMPARE(listener->status().connections, 0);
        }
        QCOMPARE(listener->status().refused, 0);
        QCOMPARE(listener->status().lastRefusal, "");
    }

    /// Who ended connections himself (TCP remembers them for a minute) listens on his port again at once; two do not share it.
    void NET_12_thePortIsTakenAgainAtOnce()
    {
        const auto sink = [](Received&&) { return Result<void>(); };
        auto listener = start({}, sink);
        QVERIFY(listener);
        ListenerOptions options;
        options.port = listener->port();
        for (int i = 0; i < 2; ++i) {
            Wire wire(Wire::connectedTo(options.port));
            wire.write(request({{verification, {implicitSyntax}}}));
            QCOMPARE(int(byteAt(wire.pdu(), 0)), 2);
            options.interface = ListenerOptions::Interface::Loopback;
            const auto second = Listener::start(options, sink);
            QCOMPARE(second.error().fault, Fault::Conflict);
            QCOMPARE(second.error().detail, QString("port %1 is taken by another program").arg(options.port));
            listener.reset();
            while (!wire.bytes(100).isEmpty()) { // until it is closed
            }
            wire.close();
            listener = start(options, sink);
            QVERIFY(listener);
            QCOMPARE(listener->port(), options.port);
        }
    }

    /// As many associations as are allowed are served at once, and who comes then hears why not (PS3.8 table 9-21).
    void NET_12_asManyAsAreAllowed()
    {
        ListenerOptions options;
        options.maximumAssociations = 80;
        options.maximumPerAddress = 1000;
        const auto listener = start(options, [](Received&&) { return Result<void>(); });
        QVERIFY(listener);
        std::vector<std::unique_ptr<Wire>> wires;
        for (int i = 0; i < options.maximumAssociations + 3; ++i) {
            wires.push_back(std::make_unique<Wire>(Wire::connectedTo(listener->port())));
            wires.back()->write(request({{verification, {implicitSyntax}}}));
            const QByteArray answer = wires.back()->pdu();
            const bool isServed = i < options.maximumAssociations;
            QVERIFY2(int(byteAt(answer, 0)) == (isServed ? 2 : 3), qPrintable(QString::number(i)));
            if (!isServed)
                QCOMPARE(answer.mid(7, 3).toHex(), QByteArray("020302")); // for now, presentation, local limit
        }
        wires.resize(size_t(options.maximumAssociations)); // who was turned away has gone
        QTRY_COMPARE(listener->status().associations, options.maximumAssociations);
    }
};

QTEST_GUILESS_MAIN(TestDimseListener)
#include "tst_dimse_listener.moc"
