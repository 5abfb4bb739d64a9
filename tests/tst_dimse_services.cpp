#include "netclient/dicom/uid.h"
#include "netclient/dimse/commitment.h"
#include "netclient/dimse/query.h"
#include "netclient/dimse/retrieve.h"
#include "netclient/dimse/retrieve_session.h"
#include "netclient/dimse/store.h"
#include "tests/support/certificates.h"
#include "tests/support/dimse_peers.h"
#include "tests/support/fault_proxy.h"
#include "tests/support/orthanc.h"
#include "tests/support/scripted_scp.h"
#include <QTcpServer>
#include <QTcpSocket>
#include <condition_variable>
#include <map>
#include <set>
#include <thread>

using namespace diascope;
using namespace diascope::dimse;
namespace tag = diascope::dicom::tag;
using test::abdomen;
using test::Collector;
using test::makeFile;

namespace
{

/// The value of the first sub-item of a kind in the user information of an A-ASSOCIATE-RQ (PS3.8 §9.3.2: items of type, reserved
/// byte, length of 16 bits).
QByteArray userItem(const QByteArray& pdu, uchar wanted)
{
    const auto length = [&](const QByteArray& bytes, qsizetype at) {
        return qsizetype(uchar(bytes[at]) << 8 | uchar(bytes[at + 1]));
    };
    const auto find = [&](const QByteArray& items, uchar type) {
        for (qsizetype at = 0; at + 4 <= items.size(); at += 4 + length(items, at + 2))
            if (uchar(items[at]) == type)
                return items.mid(at + 4, length(items, at + 2));
        return QByteArray();
    };
    return find(find(pdu.mid(74), 0x50), wanted);
}

QByteArray word(qsizetype value) { return {QByteArray(1, char(value >> 8)) + char(value)}; }

/// A file of the test data in a transfer syntax; no instance twice: some are there in several.
QString fileIn(const QString& syntax)
{
    static QSet<QString> given;
    QFile manifest(test::dataFile("MANIFEST.tsv"));
    if (!manifest.open(QIODevice::ReadOnly))
        return {};
    while (!manifest.atEnd()) {
        const QList<QByteArray> columns = manifest.readLine().split('\t');
        const QString path = test::dataFile(QString::fromUtf8(columns.value(0)));
        if (columns.value(3) != syntax.toLatin1() || QFileInfo(path).size() > 20'000'000)
            continue;
        const auto dataset = dicom::Dataset::read(path);
        if (!dataset || dataset->text(tag::SeriesInstanceUID).isEmpty() || !dataset->contains(tag::PixelData))
            continue;
        if (const QString uid = dataset->text(tag::SOPInstanceUID); !given.contains(uid)) {
            given.insert(uid);
            return path;
        }
    }
    return {};
}

} // namespace

class TestDimseServices : public QObject
{
    Q_OBJECT

    std::unique_ptr<test::Orthanc> m_orthanc;
    quint16 m_movePort = 0;
    QString m_whyNot;
    Local m_local;

    Node orthanc() const { return {"orthanc", "ORTHANC", "127.0.0.1", m_orthanc->port, false, {}, "ISO_IR 192", {}}; }
    ListenerOptions loopback(quint16 port = 0) const
    {
        ListenerOptions options;
        options.interface = ListenerOptions::Interface::Loopback;
        options.port = port;
        return options;
    }
    test::Ran upload(const QString& path) const
    {
        return test::python(
            "import "
            "sys,urllib.request\nurllib.request.urlopen(urllib.request.Request(sys.argv[1],open(sys.argv[2],'rb').read()))",
            {QStringLiteral("http://127.0.0.1:%1/instances").arg(m_orthanc->httpPort), path});
    }

private Q_SLOTS:
    void initTestCase()
    {
        m_local.connectSeconds = 5;
        m_local.acseSeconds = 5;
        m_local.dimseSeconds = 20;
        m_movePort = test::freePort();
        m_orthanc = test::Orthanc::start(m_movePort, &m_whyNot);
        if (!m_orthanc)
            QSKIP(qPrintable(m_whyNot));
        qputenv("TCP_NODELAY", "1"); // of the DCMTK programs that fill it: 80 ms an instance otherwise
    }

    /// Orthanc keeps two of three, and says so on an association of its own.
    void NET_01_storageCommitment()
    {
        QTemporaryDir folder;
        const QString study = dicom::newUid();
        std::vector<InstanceReference> references;
        for (int i = 0; i < 3; ++i) {
            references.push_back({"1.2.840.10008.5.1.4.1.1.7", dicom::newUid()});
            const QString file = makeFile(folder.filePath(QString::number(i)), study, "COMMIT", references.back().sopInstanceUid);
            if (i < 2)
                QCOMPARE(upload(file).code, 0);
        }
        std::mutex mutex;
        std::vector<CommitmentReport> reports;
        ListenerOptions options = loopback(m_movePort);
        options.onCommitment = [&](const CommitmentReport& report) {
            const std::lock_guard lock(mutex);
            reports.push_back(report);
        };
        const auto listener = Listener::start(options, [](Received&&) { return Result<void>(); });
        QVERIFY(listener);
        const QString transaction = dicom::newUid();
        Task task;
        const auto asked = requestCommitment(orthanc(), transaction, references, m_local, task);
        QVERIFY2(asked, asked ? "" : qPrintable(message(asked.error())));
        const auto count = [&] {
            const std::lock_guard lock(mutex);
            return reports.size();
        };
        QTRY_COMPARE_WITH_TIMEOUT(count(), size_t(1), 20000);
        const CommitmentReport& report = reports.front();
        QCOMPARE(report.transactionUid, transaction);
        QCOMPARE(report.callingAe, "ORTHANC");
        QCOMPARE(QSet<QString>(report.committed.begin(), report.committed.end()),
                 (QSet<QString>{references[0].sopInstanceUid, references[1].sopInstanceUid}));
        QCOMPARE(report.failed.size(), size_t(1));
        QCOMPARE(report.failed.front().sopInstanceUid, references[2].sopInstanceUid);
        QCOMPARE(report.failed.front().reason, "the peer does not have it"); // 0112H, no such object instance (PS3.3 C.14.1.1)
    }

    void whoDoesNotCommitSaysSo()
    {
        QString why;
        const auto server = test::StoreScp::start({}, &why);
        NEEDS_SERVER(server, why);
        Task task;
        const auto asked = requestCommitment({"s", "STORESCP", "127.0.0.1", server->port, false, {}, {}, {}}, dicom::newUid(),
                                             {{"1.2.840.10008.5.1.4.1.1.7", "1.2.3"}}, m_local, task);
        QVERIFY(!asked);
        QVERIFY(isNotOffered(asked.error()));
        QCOMPARE(requestCommitment(orthanc(), dicom::newUid(), {}, m_local, task).error().fault, Fault::Invalid);
    }

    void weSayWhoWeAre_data()
    {
        QTest::addColumn<int>("kind");
        QTest::addColumn<QString>("user");
        QTest::addColumn<QString>("secret");
        QTest::addColumn<QByteArray>("item");
        using Kind = dicom::Login::Kind;
        const QByteArray name = QString::fromUtf8("Müller").toUtf8();
        // PS3.7 Table D.3-14: type, whether an answer is wanted, length and primary field, length and secondary field.
        QTest::newRow("NET-01 nobody") << int(Kind::None) << "x" << "y" << QByteArray();
        QTest::newRow("NET-01 name") << int(Kind::Basic) << QString::fromUtf8(name) << ""
                                     << QByteArray::fromHex("0100") + word(name.size()) + name + word(0);
        QTest::newRow("NET-01 name and password") << int(Kind::Basic) << "reader" << "secret"
                                                  << QByteArray::fromHex("0200") + word(6) + "reader" + word(6) + "secret";
        QTest::newRow("NET-01 token") << int(Kind::Bearer) << ""
                                      << "aaa.bbb.ccc" << QByteArray::fromHex("0500") + word(11) + "aaa.bbb.ccc" + word(0);
    }
    /// The request's bytes, read by the standard at the other end of TLS (openssl s_server prints what it is sent).
    void weSayWhoWeAre()
    {
        QFETCH(int, kind);
        QFETCH(QString, user);
        QFETCH(QString, secret);
        QFETCH(QByteArray, item);
        QString why;
        test::Certificates certificates(&why);
        const auto pair = certificates.signedFor("server", "IP:127.0.0.1");
        if (!why.isEmpty())
            QSKIP(qPrintable(why));
        QProcess server;
        const quint16 port = test::freePort();
        server.start("openssl",
                     {"s_server", "-accept", QString::number(port), "-cert", pair.certificate, "-key", pair.key, "-quiet"});
        QVERIFY(server.waitForStarted());
        QTRY_VERIFY([&] {
            QTcpSocket probe;
            probe.connectToHost(QHostAddress::LocalHost, port);
            return probe.waitForConnected(200);
        }());
        Node node{"n", "PEER", "127.0.0.1", port, true, {}, {}, {}};
        node.tls.caFile = certificates.authority();
        node.login = dicom::Login::Kind(kind);
        node.user = user;
        node.secret = secret;
        Local local = m_local;
        local.acseSeconds = 1;
        Task task;
        QCOMPARE(dimse::echo(node, local, task).error().fault, Fault::TimedOut); // it answers nothing
        server.kill();
        server.waitForFinished();
        const QByteArray pdu = server.readAllStandardOutput();
        QVERIFY(pdu.startsWith('\x01'));
        QCOMPARE(userItem(pdu, 0x58), item);
        // The same without encryption: no secret leaves us.
        test::FaultProxy proxy(port);
        node.useTls = false;
        node.port = proxy.port();
        if (!secret.isEmpty() && node.login != dicom::Login::Kind::None) {
            QCOMPARE(dimse::echo(node, local, task).error().fault, Fault::Invalid);
            QCOMPARE(proxy.connections(), 0);
        }
    }

    void NET_01_aLargeStudyComesOverSeveralAssociations_data()
    {
        QTest::addColumn<QList<int>>("series");
        QTest::addColumn<int>("associations");
        QTest::addColumn<bool>("isShared");
        QTest::newRow("NET-01 four series, three associations") << QList<int>{20, 130, 40, 60} << 3 << true;
        QTest::newRow("NET-01 four series, one association") << QList<int>{20, 130, 40, 60} << 1 << false;
        QTest::newRow("NET-01 one series, three associations") << QList<int>{250} << 3 << false;
    }
    /// A study of 250: whole, nothing twice, one at a time to the sink, progress never back; a series is never torn apart.
    void NET_01_aLargeStudyComesOverSeveralAssociations()
    {
        QFETCH(QList<int>, series);
        QFETCH(int, associations);
        QFETCH(bool, isShared);
        QTemporaryDir folder;
        const QString study = dicom::newUid();
        QSet<QString> uids;
        for (int of = 0; of < series.size(); ++of)
            for (int i = 0; i < series[of]; ++i) {
                const QString uid = QStringLiteral("%1.9.%2").arg(study).arg(of * 1000 + i).right(64);
                uids.insert(uid);
                makeFile(folder.filePath(QString::number(of * 1000 + i)), study, "MANY", uid, "Made^Up",
                         QStringLiteral("%1.%2").arg(study).arg(of + 1));
            }
        const auto sent = test::run(
            "storescu", QStringList{"-aec", "ORTHANC", "127.0.0.1", QString::number(m_orthanc->port), "+sd", folder.path()});
        QVERIFY2(sent.code == 0, (sent.out + sent.err).constData());
        Node node = orthanc();
        node.associations = associations;
        std::map<QString, std::set<std::thread::id>> threadsOf; // of each series
        std::set<std::thread::id> threads;
        std::atomic<int> inside = 0;
        bool isAlone = true, isForward = true;
        qint64 last = 0;
        Collector collector;
        Task task([&](qint64 done, qint64, const QString&) {
            isForward &= done >= last;
            last = done;
        });
        const auto result = dimse::get(node, {{study}, {}, {}, {}}, [&](Received&& received) -> Result<void> {
            isAlone &= ++inside == 1;
            threads.insert(std::this_thread::get_id());
            threadsOf[dicom::Dataset::fromBytes(received.part10)->text(tag::SeriesInstanceUID)].insert(
                std::this_thread::get_id());
            auto taken = collector.sink()(std::move(received));
            --inside;
            return taken;
        }, m_local, task);
        QVERIFY2(result, result ? "" : qPrintable(message(result.error())));
        QVERIFY(result->isComplete());
        QCOMPARE(result->received, 250);
        QCOMPARE(collector.all.size(), size_t(250));
        QCOMPARE(collector.uids(), uids);
        QVERIFY(isAlone && isForward);
        QCOMPARE(last, 250);
        QCOMPARE(threads.size() > 1, isShared);
        QCOMPARE(threadsOf.size(), size_t(series.size()));
        for (const auto& [uid, those] : threadsOf)
            QCOMPARE(those.size(), size_t(1));
    }

    void whatFailsOnOneAssociationIsTriedOnTheOthers_data()
    {
        QTest::addColumn<int>("breaks"); // how many times the association that asks for the first series breaks
        QTest::addColumn<bool>("isWhole");
        QTest::newRow("NET-05 one of two associations breaks") << 1 << true;
        QTest::newRow("NET-05 both break") << 2 << false;
    }
    /// Two series of 110. The association that asks for the first breaks in the middle of it, while the other is at work.
    void whatFailsOnOneAssociationIsTriedOnTheOthers()
    {
        QFETCH(int, breaks);
        QFETCH(bool, isWhole);
        const QByteArray study = "2.25.900", sopClass = "1.2.840.10008.5.1.4.1.1.7";
        const auto seriesOf = [&](int number) { return study + '.' + QByteArray::number(number); };
        constexpr int each = 110;
        std::mutex mutex;
        std::condition_variable bothAsk;
        QSet<int> associations; // that ask for images
        std::atomic<int> broken = 0, askedForFirst = 0;
        test::ScriptedScp peer([&](test::ScriptedScp::Conversation& conversation, const test::ScriptedScp::Message& asked) {
            const auto uid = [&](quint16 name, const QByteArray& value) { return test::element(0x20, name, test::uid(value)); };
            if (asked.field == 0x0020) {
                const bool isOfStudy = asked.dataset.contains("STUDY");
                for (int number = 1; number <= (isOfStudy ? 1 : 2); ++number)
                    conversation.respond(asked, 0xff00,
                                         (isOfStudy ? test::element(8, 0x62, test::uid(sopClass)) : QByteArray()) + uid(0x0d, study) +
                                             (isOfStudy ? test::element(0x20, 0x1208, "220 ")
                                                        : uid(0x0e, seriesOf(number)) + test::element(0x20, 0x1209, "110 ")));
                return conversation.respond(asked, 0);
            }
            {
                std::unique_lock lock(mutex);
                associations.insert(conversation.number());
                bothAsk.notify_all();
                bothAsk.wait_for(lock, std::chrono::seconds(5), [&] { return associations.size() == 2; });
            }
            const int number = asked.dataset.contains(seriesOf(1)) ? 1 : 2;
            askedForFirst += number == 1;
            for (int i = 1; i <= each; ++i) {
                if (number == 1 && i == 50 && broken < breaks) {
                    ++broken;
                    return conversation.close();
                }
                const QByteArray instance = seriesOf(number) + '.' + QByteArray::number(i);
                test::ScriptedScp::Message answer;
                if (!conversation.store(sopClass, instance,
                                        test::element(8, 0x16, test::uid(sopClass)) + test::element(8, 0x18, test::uid(instance)) +
                                            uid(0x0d, study) + uid(0x0e, seriesOf(number))) ||
                    !conversation.receive(answer))
                    return;
            }
            conversation.respond(asked, 0);
        });
        Node node{"s", "SCRIPTED", "127.0.0.1", peer.port(), false, {}, {}, {}};
        node.associations = 2;
        Collector collector;
        Task task;
        const auto result = dimse::get(node, {{QString(study)}, {}, {}, {}}, collector.sink(), m_local, task);
        QVERIFY2(result, result ? "" : qPrintable(message(result.error())));
        QCOMPARE(broken, breaks);
        QCOMPARE(askedForFirst, 2);
        QCOMPARE(result->expected, 2 * each);
        QCOMPARE(result->isComplete(), isWhole);
        QCOMPARE(result->ended.has_value(), !isWhole);
        QCOMPARE(result->received, isWhole ? 2 * each : each + 49);
        QCOMPARE(collector.uids().size(), result->received);
    }

    /// The largest series is asked for first: the others go beside it.
    void theLargestSeriesIsAskedForFirst()
    {
        Inventory inventory;
        inventory.series = {{"1.2.1", 20}, {"1.2.2", 130}, {"1.2.3", 40}, {"1.2.4", 130}};
        QStringList asked;
        for (const dicom::Dataset& identifier : identifiers({{"1.2"}, {}, {}, {}}, inventory, Split::Series)) {
            QCOMPARE(identifier.text(tag::QueryRetrieveLevel), "SERIES");
            QCOMPARE(identifier.text(tag::StudyInstanceUID), "1.2");
            asked << identifier.text(tag::SeriesInstanceUID);
        }
        QCOMPARE(asked, (QStringList{"1.2.2", "1.2.4", "1.2.3", "1.2.1"}));
    }

    /// 120 over three associations to a peer that refuses every tenth: exactly those are listed, each once.
    void SAF_05_manyAreSentOverSeveralAssociations()
    {
        QTemporaryDir folder;
        QStringList files;
        QSet<QString> refused;
        for (int i = 0; i < 120; ++i) {
            files << makeFile(folder.filePath(QString::number(i)), "2.25.79", "P", QStringLiteral("2.25.79.%1").arg(i + 1000));
            if (i % 10 == 0)
                refused.insert(files.back());
        }
        std::mutex mutex;
        std::condition_variable all;
        QHash<QString, int> seen;
        std::set<std::thread::id> threads; // the listener has one for each association
        const auto listener = Listener::start(loopback(), [&](Received&& received) -> Result<void> {
            std::unique_lock lock(mutex);
            threads.insert(std::this_thread::get_id());
            all.notify_all();
            all.wait_for(lock, std::chrono::seconds(5), [&] { return threads.size() == 3; }); // nobody sends everything alone
            ++seen[received.sopInstanceUid];
            return received.sopInstanceUid.endsWith('0') ? fail(Fault::Conflict, {}) : Result<void>();
        });
        QVERIFY(listener);
        Node node{"l", "DIASCOPE", "127.0.0.1", (*listener)->port(), false, {}, {}, {}};
        node.associations = 3;
        qint64 last = 0;
        bool isForward = true;
        Task task([&](qint64 done, qint64, const QString&) {
            isForward &= done >= last;
            last = done;
        });
        const auto sent = dimse::store(node, files, m_local, task);
        QVERIFY2(sent, sent ? "" : qPrintable(message(sent.error())));
        QCOMPARE(sent->sent, 120);
        QCOMPARE(sent->confirmed, 108);
        QSet<QString> listed;
        for (const SendFailure& failure : sent->failed)
            listed.insert(failure.path);
        QCOMPARE(sent->failed.size(), size_t(12));
        QCOMPARE(listed, refused);
        QCOMPARE(seen.size(), 120);
        QVERIFY(std::all_of(seen.begin(), seen.end(), [](int times) { return times == 1; }));
        QCOMPARE(threads.size(), size_t(3));
        QVERIFY(isForward);
        QCOMPARE(last, 120);
    }

    void compressedImagesComeAsTheyAre_data()
    {
        QTest::addColumn<QString>("syntax");
        QTest::newRow("NET-01 C-GET JPEG baseline") << "1.2.840.10008.1.2.4.50";
        QTest::newRow("NET-01 C-GET JPEG 12 bit") << "1.2.840.10008.1.2.4.51";
        QTest::newRow("NET-01 C-GET JPEG lossless") << "1.2.840.10008.1.2.4.70";
        QTest::newRow("NET-01 C-GET JPEG-LS") << "1.2.840.10008.1.2.4.80";
        QTest::newRow("NET-01 C-GET JPEG 2000 lossless") << "1.2.840.10008.1.2.4.90";
        QTest::newRow("NET-01 C-GET JPEG 2000") << "1.2.840.10008.1.2.4.91";
        QTest::newRow("NET-01 C-GET RLE") << "1.2.840.10008.1.2.5";
        QTest::newRow("NET-01 C-GET deflated") << "1.2.840.10008.1.2.1.99";
        QTest::newRow("NET-01 C-GET big endian") << "1.2.840.10008.1.2.2";
    }
    void compressedImagesComeAsTheyAre()
    {
        QFETCH(QString, syntax);
        const QString path = fileIn(syntax);
        NEEDS_TEST_DATA(path);
        if (upload(path).code != 0)
            QSKIP("Orthanc does not take this one");
        const auto original = dicom::Dataset::read(path);
        Collector collector;
        Task task;
        const auto result =
            dimse::get(orthanc(), {{original->text(tag::StudyInstanceUID)}, {original->text(tag::SeriesInstanceUID)}, {}, {}},
                       collector.sink(), m_local, task);
        QVERIFY2(result, result ? "" : qPrintable(message(result.error())));
        const QString uid = original->text(tag::SOPInstanceUID);
        const auto found =
            std::find_if(collector.all.begin(), collector.all.end(), [&](const Received& r) { return r.sopInstanceUid == uid; });
        QVERIFY(found != collector.all.end());
        QCOMPARE(found->transferSyntaxUid, syntax);
        const auto received = dicom::Dataset::fromBytes(found->part10);
        QVERIFY(received);
        QCOMPARE(received->bytes(tag::PixelData), original->bytes(tag::PixelData));
    }

    /// storescp that takes the compressed syntax and answers 0xA700 for it: here a listener of ours plays it.
    void SAF_05_anImageThatIsRefusedCompressedGoesAgainUncompressed()
    {
        const QString path = fileIn("1.2.840.10008.1.2.4.80");
        NEEDS_TEST_DATA(path);
        QStringList syntaxes;
        const auto listener = Listener::start(loopback(), [&](Received&& received) -> Result<void> {
            syntaxes << received.transferSyntaxUid;
            if (syntaxes.size() == 1)
                return fail(Fault::DiskFull, {}); // 0xA700
            return {};
        });
        QVERIFY(listener);
        Task task;
        const auto sent =
            dimse::store({"l", "DIASCOPE", "127.0.0.1", (*listener)->port(), false, {}, {}, {}}, {path}, m_local, task);
        QVERIFY(sent);
        QVERIFY2(sent->isComplete(), sent->failed.empty() ? "" : qPrintable(sent->failed.front().reason));
        QCOMPARE(sent->confirmed, 1);
        QCOMPARE(syntaxes, (QStringList{"1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.1"}));
    }

    void aPeerWithoutGetSaysSo()
    {
        QString why;
        const auto server = test::StoreScp::start({}, &why);
        NEEDS_SERVER(server, why);
        Task task;
        const auto result = dimse::get({"s", "STORESCP", "127.0.0.1", server->port, false, {}, {}, {}}, {{"1.2.3"}, {}, {}, {}},
                                       [](Received&&) { return Result<void>(); }, m_local, task);
        QVERIFY(result ? result->ended && isNotOffered(*result->ended) : false);
    }
};

QTEST_GUILESS_MAIN(TestDimseServices)
#include "tst_dimse_services.moc"
