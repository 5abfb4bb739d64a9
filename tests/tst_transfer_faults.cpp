#include "netclient/transfer/study_transfer.h"
#include "tests/support/archive_fixture.h"
#include "tests/support/faulty_io.h"
#include "tests/support/scripted_scp.h"
#include <QDeadlineTimer>
#include <cerrno>
#include <thread>

using namespace diascope;
using namespace diascope::transfer;
using test::element;
using test::ScriptedScp;
namespace faulty = test::faulty;

/// Studies from a peer onto a disk that fails.
class TestTransferFaults : public QObject, test::ArchiveFixture
{
    Q_OBJECT

    const QByteArray m_class = "1.2.840.10008.5.1.4.1.1.7";
    Task m_task;

private Q_SLOTS:
    void init() { start(); }
    void cleanup() { end(); }

    /// The peer is told soon (PS3.4 B.2.3: A7xx), nothing is asked for again, and what came before stays.
    void STO_02_aFullDiskEndsARetrieval()
    {
        constexpr int most = 20'000;
        int given = 0, gets = 0;
        quint16 status = 0;
        ScriptedScp peer([&](ScriptedScp::Conversation& conversation, const ScriptedScp::Message& message) {
            const QByteArray study = element(0x20, 0x0d, test::uid("1.2.3")), series = element(0x20, 0x0e, test::uid("1.2.3.0"));
            const auto image = [&](int n) {
                return element(8, 0x16, test::uid(m_class)) + element(8, 0x18, test::uid("1.2.3." + QByteArray::number(n))) + element(8, 0x60, "OT") +
                       element(0x10, 0x10, "Doe^Jane") + element(0x10, 0x20, "P1") + study + series;
            };
            if (message.field == 0x0020) {
                if (message.dataset.contains("STUDY"))
                    conversation.respond(message, 0xff00, element(8, 0x62, test::uid(m_class)) + study + element(0x20, 0x1208, "20000 "));
                else if (message.dataset.contains("SERIES"))
                    conversation.respond(message, 0xff00, study + series + element(0x20, 0x1209, "20000 "));
                return conversation.respond(message, 0);
            }
            ++gets;
            ScriptedScp::Message answer;
            while (given < most && status == 0) {
                ++given;
                if (!conversation.store(m_class, "1.2.3." + QByteArray::number(given), image(given)) || !conversation.receive(answer))
                    return;
                status = answer.field == 0x8001 ? answer.status : status;
                for (QDeadlineTimer limit(20000); given == 1 && !limit.hasExpired() && !test::value(m_archive->instance({"1.2.3.1"}));)
                    std::this_thread::yield(); // the first has its place, and then there is no more
                if (given == 1)
                    faulty::arm(QFile::encodeName(profileFolder() + "/pixels/incoming"), 1, ENOSPC);
            }
            conversation.respond(message, 0xA702);
        });
        dimse::Node node{"pacs", "PACS", "127.0.0.1", peer.port(), false, {}, {}, {}};
        RetrieveOptions options;
        options.local.connectSeconds = options.local.acseSeconds = options.local.dimseSeconds = 5;
        const auto got = retrieveStudy(*m_archive, node, {"1.2.3"}, {}, RetrieveBy::Get, options, m_task);
        QVERIFY(faulty::disarm() > 0);
        QVERIFY2(got, got ? "" : qPrintable(message(got.error())));
        QVERIFY(got->ended);
        QCOMPARE(got->ended->fault, Fault::DiskFull);
        QVERIFY(!isNotOffered(RetrieveBy::Get, *got->ended));
        QCOMPARE(status & 0xff00, 0xA700);
        QVERIFY(given > 1 && given < most);
        QCOMPARE(gets, 1);
        QCOMPARE(test::value(m_archive->instancesOfStudy({"1.2.3"})).size(), 1u);
        QCOMPARE(got->received, 1);
        QVERIFY(qint64(got->failed.size()) >= given - got->received); // each of the others is named
        const auto verified = m_archive->verify(Archive::Repair::No, m_task);
        QVERIFY(verified && verified->missing.empty() && verified->changed.empty() && verified->orphans == 0);
    }
};

int main(int argc, char** argv)
{
    faulty::preload(argv);
    QCoreApplication application(argc, argv);
    TestTransferFaults test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_transfer_faults.moc"
