#include "netclient/dimse/node.h"
#include "tests/support/test_data.h"
#include <QTemporaryDir>
#include <QtTest>
#include <cstring>
#include <dlfcn.h>
#include <functional>
#include <netdb.h>
#include <netinet/in.h>

using namespace diascope;
using namespace diascope::dimse;

/// Of two network cards, as no name of every machine has them; takes the place of the library's for the whole program.
extern "C" int getaddrinfo(const char* name, const char* service, const addrinfo* wanted, addrinfo** found)
{
    static const auto real = reinterpret_cast<decltype(&getaddrinfo)>(::dlsym(RTLD_NEXT, "getaddrinfo"));
    const bool hasTwo = name && !std::strcmp(name, "two-cards.example");
    const int code = real(hasTwo ? "192.0.2.1" : name, service, wanted, found);
    return code != 0 || !hasTwo ? code : real("192.0.2.2", service, wanted, &(*found)->ai_next);
}

/// Which peers may be set up, and who is taken for one of them.
class TestNodes : public QObject
{
    Q_OBJECT

    using Change = std::function<void(Node&)>;

private Q_SLOTS:
    void NET_01_whatANodeMayBe_data()
    {
        QTest::addColumn<Change>("change");
        QTest::addColumn<QString>("sentence"); // "": it is taken
        const auto row = [](const char* name, const Change& change, const QString& sentence = {}) {
            QTest::newRow(name) << change << sentence;
        };
        const QString
            title = "an AE title has 1 to 16 characters, none of them a backslash",
            together = "a certificate of ours and its key go together",
            many = "a peer is asked over 1 to 16 associations at once",
            web = "\"%1\" is no address of a DICOMweb service (http:// or https://, without user, password or query)";
        row("plain", [](Node&) {});
        row(
            "no name", [](Node& n) { n.name = "  "; }, "a node needs a name");
        row("an AE title of one", [](Node& n) { n.aeTitle = "A"; });
        row("of sixteen", [](Node& n) { n.aeTitle = QString(16, u'A'); });
        row(
            "of seventeen", [](Node& n) { n.aeTitle = QString(17, u'A'); }, title);
        row(
            "of none", [](Node& n) { n.aeTitle = ""; }, title);
        row(
            "of blanks", [](Node& n) { n.aeTitle = "   "; }, title);
        row("with a blank", [](Node& n) { n.aeTitle = "A B"; });
        row(
            "with a backslash", [](Node& n) { n.aeTitle = "A\\B"; }, title);
        row(
            "with a line break", [](Node& n) { n.aeTitle = "A\nB"; }, title);
        row("with the last sign", [](Node& n) { n.aeTitle = "A~"; });
        row(
            "with DEL", [](Node& n) { n.aeTitle = "A\x7f"; }, title);
        row(
            "with an umlaut", [](Node& n) { n.aeTitle = QString::fromUtf8("Ä"); }, title);
        row(
            "no host", [](Node& n) { n.host = " "; }, "\" \" is no host name or address");
        row(
            "a host with a blank", [](Node& n) { n.host = "a b"; }, "\"a b\" is no host name or address");
        row(
            "a host with its port", [](Node& n) { n.host = "a:104"; }, "\"a:104\" is no host name or address");
        row(
            "no port", [](Node& n) { n.port = 0; }, "a port is a number from 1 to 65535");
        row("http", [](Node& n) { n.dicomWebUrl = "http://pacs/x"; });
        row("https", [](Node& n) { n.dicomWebUrl = "https://pacs:8443/x"; });
        for (const char* url : {"ftp://pacs/x", "pacs/x", "https:///x", "https://anna@pacs/x", "https://pacs/x?y=1",
                                "https://pacs/x#y", "https://pacs:port/x"})
            row(
                url, [url](Node& n) { n.dicomWebUrl = url; }, web.arg(url));
        row("TLS and https", [](Node& n) {
            n.useTls = true;
            n.dicomWebUrl = "https://pacs/x";
        });
        row(
            "TLS and http",
            [](Node& n) {
                n.useTls = true;
                n.dicomWebUrl = "http://pacs/x";
            },
            "a node with TLS has an https:// address");
        row("by the web", [](Node& n) {
            n.retrieveBy = Node::RetrieveBy::Web;
            n.dicomWebUrl = "http://pacs/x";
        });
        row(
            "by the web, and none", [](Node& n) { n.retrieveBy = Node::RetrieveBy::Web; },
            "retrieving by the web needs the address of the DICOMweb service");
        row("by C-MOVE, and no web", [](Node& n) { n.retrieveBy = Node::RetrieveBy::Move; });
        row("a password and a user", [](Node& n) {
            n.login = dicom::Login::Kind::Basic;
            n.user = "anna";
        });
        row(
            "a password and no user", [](Node& n) { n.login = dicom::Login::Kind::Basic; }, "a user name is wanted");
        row("a token and no user", [](Node& n) { n.login = dicom::Login::Kind::Bearer; });
        row(
            "a certificate alone", [](Node& n) { n.tls.certificateFile = "/bin/sh"; }, together);
        row(
            "a key alone", [](Node& n) { n.tls.keyFile = "/bin/sh"; }, together);
        row("both", [](Node& n) { n.tls.certificateFile = n.tls.keyFile = "/bin/sh"; });
        row("authorities", [](Node& n) { n.tls.caFile = "/bin/sh"; });
        row(
            "authorities that are not there", [](Node& n) { n.tls.caFile = "/nowhere"; }, "/nowhere cannot be read");
        row(
            "a certificate that is not there",
            [](Node& n) {
                n.tls.certificateFile = "/nowhere";
                n.tls.keyFile = "/bin/sh";
            },
            "/nowhere cannot be read");
        row(
            "a key that is not there",
            [](Node& n) {
                n.tls.certificateFile = "/bin/sh";
                n.tls.keyFile = "/nowhere";
            },
            "/nowhere cannot be read");
        row(
            "no association", [](Node& n) { n.associations = 0; }, many);
        row("sixteen associations", [](Node& n) { n.associations = 16; });
        row(
            "seventeen", [](Node& n) { n.associations = 17; }, many);
    }
    void NET_01_whatANodeMayBe()
    {
        QFETCH(Change, change);
        QFETCH(QString, sentence);
        QTemporaryDir folder;
        const auto profile = Profile::open(folder.path());
        Settings settings(*profile);
        Nodes nodes(settings);
        Node node{"pacs", "PACS", "pacs.example.org", 104, false, {}, {}, {}};
        change(node);
        const auto added = nodes.add(node);
        QCOMPARE(added ? QString() : added.error().detail, sentence);
        QCOMPARE(nodes.list().size(), size_t(added ? 1 : 0));
        if (!added)
            QCOMPARE(added.error().fault, Fault::Invalid);
        // The same rules where one takes another's place.
        Node whole{"pacs", "PACS", "pacs.example.org", 104, false, {}, {}, {}};
        if (!added)
            QVERIFY(nodes.add(whole));
        node.name = sentence == "a node needs a name" ? node.name : QString("pacs");
        QCOMPARE(nodes.replace(node).has_value(), sentence.isEmpty());
    }

    void NET_01_everyMemberIsKept()
    {
        QTemporaryDir folder;
        const auto profile = Profile::open(folder.path());
        Settings settings(*profile);
        Nodes nodes(settings);
        Node node{"pacs", "PACS", "pacs.example.org", 11112, true, "https://pacs/x", "ISO_IR 192", "GB18030"};
        node.tls = {"/bin/sh", "/bin/sh", "/bin/sh"};
        node.login = dicom::Login::Kind::Basic;
        node.user = "anna";
        node.secret = "sesame";
        node.retrieveBy = Node::RetrieveBy::Move;
        node.associations = 3;
        node.isSlowLine = true;
        QVERIFY(nodes.add(node));
        QVERIFY(nodes.add({"archive", "ARCHIVE", "archive.example.org", 104, false, {}, {}, {}}));
        Settings again(*profile);
        const auto list = Nodes(again).list();
        QCOMPARE(list.size(), size_t(2));
        QCOMPARE(list[0].name, "archive"); // by name
        const Node& kept = list[1];
        QCOMPARE((QStringList{kept.name, kept.aeTitle, kept.host, kept.dicomWebUrl, kept.characterSet,
                              kept.assumedCharacterSet, kept.tls.caFile, kept.tls.certificateFile, kept.tls.keyFile,
                              kept.user, kept.secret}),
                 (QStringList{"pacs", "PACS", "pacs.example.org", "https://pacs/x", "ISO_IR 192", "GB18030", "/bin/sh",
                              "/bin/sh", "/bin/sh", "anna", ""})); // a secret belongs into the keyring
        QCOMPARE(kept.port, 11112);
        QVERIFY(kept.useTls && kept.isSlowLine);
        QCOMPARE(kept.login, dicom::Login::Kind::Basic);
        QCOMPARE(kept.retrieveBy, Node::RetrieveBy::Move);
        QCOMPARE(kept.associations, 3);
        QCOMPARE(Nodes(again).replace({"nobody", "A", "h", 104, false, {}, {}, {}}).error().fault, Fault::NotFound);
        QCOMPARE(Nodes(again).remove("nobody").error().fault, Fault::NotFound);
        QCOMPARE(Nodes(again).find("nobody"), std::nullopt);
    }

    void NET_12_whoIsTakenForANode()
    {
        const Node node{"n", " Pacs ", "127.0.0.1", 104, false, {}, {}, {}};
        QVERIFY(isCaller(node, "PACS", INADDR_LOOPBACK));
        QVERIFY(isCaller(node, " pacs", INADDR_LOOPBACK));
        QVERIFY(!isCaller(node, "PACS2", INADDR_LOOPBACK));
        QVERIFY(!isCaller(node, "PACS", INADDR_LOOPBACK + 1));
        QVERIFY(!isCaller({"n", "PACS", "no-such-host.invalid", 104, false, {}, {}, {}}, "PACS", INADDR_LOOPBACK));
        QVERIFY(isCaller({"n", "PACS", "localhost", 104, false, {}, {}, {}}, "PACS", INADDR_LOOPBACK));
        for (const quint32 card : {0, 1, 2, 3}) // 192.0.2.0 … 3
            QCOMPARE(isCaller({"n", "PACS", "two-cards.example", 104, false, {}, {}, {}}, "PACS", 0xc0000200 + card), card == 1 || card == 2);
    }

    void theirNames()
    {
        for (const auto& [by, text] : {std::pair(Node::RetrieveBy::Auto, "auto"),
                                       {Node::RetrieveBy::Get, "get"},
                                       {Node::RetrieveBy::Move, "move"},
                                       {Node::RetrieveBy::Web, "web"}}) {
            QCOMPARE(name(by), text);
            QCOMPARE(retrieveByOf(text), std::optional(by));
        }
        QCOMPARE(retrieveByOf("post"), std::nullopt);
        for (const auto& [kind, text] : {std::pair(dicom::Login::Kind::None, "none"),
                                         {dicom::Login::Kind::Basic, "basic"},
                                         {dicom::Login::Kind::Bearer, "bearer"}}) {
            QCOMPARE(name(kind), text);
            QCOMPARE(loginKindOf(text), std::optional(kind));
        }
        QCOMPARE(loginKindOf("digest"), std::nullopt);
    }
};

QTEST_GUILESS_MAIN(TestNodes)
#include "tst_nodes.moc"
