#include "netclient/dimse/query.h"
#include "netclient/transfer/first_picture.h"
#include "netclient/transfer/rules.h"
#include "netclient/transfer/study_transfer.h"
#include "tests/support/scripted_http.h"
#include <QtTest>

using namespace diascope;
using namespace diascope::transfer;

Q_DECLARE_METATYPE(diascope::archive::StudyRow)

namespace
{

archive::StudyRow study(const QString& uid, const QString& date, const QString& modality, const QString& description, const QString& name = "Wang^Fang",
                        const QString& id = "P1", const QString& issuer = "H")
{
    archive::StudyRow row;
    row.uid = {uid};
    row.date = date;
    row.modalities = modality.split('\\');
    row.description = description;
    row.patientName = name;
    row.patientId = id;
    row.issuer = issuer;
    return row;
}

} // namespace

/// Which studies are sent on and which priors are fetched: rules as data (NET-15); and what is asked of a peer first.
class TestTransferRules : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    /// Of the first series that has images, by number, the one in the middle, by number too.
    void NET_16_theFirstPictureIsFromTheMiddle()
    {
        const auto row = [](const QByteArray& series, const QByteArray& instance, int seriesNumber, int number, const QByteArray& modality) {
            const auto value = [](const char* tag, const char* vr, const QByteArray& text) { return QByteArray("'") + tag + "':{'vr':'" + vr + "','Value':[" + text + "]}"; };
            const QByteArrayList members{value("0020000D", "UI", "'1.1'"), value("0020000E", "UI", "'" + series + "'"), value("00080018", "UI", "'" + instance + "'"),
                                         value("00200011", "IS", QByteArray::number(seriesNumber)), value("00200013", "IS", QByteArray::number(number)),
                                         value("00080060", "CS", "'" + modality + "'")};
            return QByteArray('{' + members.join(',') + '}').replace('\'', '"');
        };
        bool hasImages = true;
        QByteArray first = "SR"; // what the series before the images is
        bool isFirstEmpty = false;
        test::ScriptedHttp server([&](const test::ScriptedHttp::Request& asked, test::ScriptedHttp::Connection& connection) {
            if (asked.path().contains("/rendered"))
                return connection.answer(200, "image/png", "\x89PNG");
            const auto isOf = [&](const QByteArray& series) { return asked.path().contains("/series/" + series + "/") || asked.values("SeriesInstanceUID").contains(series); };
            QByteArray rows;
            if (!asked.path().contains("/instances"))
                rows = row("1.1.3", "", 3, 0, "CT") + ',' + row("1.1.1", "", 1, 0, first) + (hasImages ? ',' + row("1.1.2", "", 2, 0, "MR") : QByteArray());
            else if (isOf("1.1.1") && !isFirstEmpty)
                rows = row("1.1.1", "1.1.1.1", 1, 1, first);
            else if (isOf("1.1.2"))
                rows = row("1.1.2", "1.1.2.9", 2, 5, "MR") + ',' + row("1.1.2", "1.1.2.7", 2, 1, "MR") + ',' + row("1.1.2", "1.1.2.8", 2, 3, "MR") + ',' +
                       row("1.1.2", "1.1.2.6", 2, 2, "MR") + ',' + row("1.1.2", "1.1.2.5", 2, 4, "MR");
            connection.answer(200, "application/dicom+json", '[' + rows + ']');
        });
        dimse::Node node;
        node.name = "clinic";
        Task task;
        QCOMPARE(firstPicture(node, {"1.1"}, task).error().fault, Fault::Unsupported); // no web address
        node.dicomWebUrl = server.url();
        const auto picture = firstPicture(node, {"1.1"}, task);
        QVERIFY2(picture, picture ? "" : qPrintable(message(picture.error())));
        QCOMPARE(picture->series.value, "1.1.2"); // the report before it has no images
        QCOMPARE(picture->instance.value, "1.1.2.8");
        QCOMPARE(picture->bytes, "\x89PNG");
        QVERIFY(server.requests().last().path().contains("/instances/1.1.2.8/rendered"));
        QCOMPARE(server.requests().last().values("viewport"), QList<QByteArray>{"512,512"}); // some 30 KB, for a slow line
        QCOMPARE(server.requests().last().values("quality"), QList<QByteArray>{"60"});
        for (const char* modality : {"SR", "PR", "KO", "SEG", "RTSTRUCT", "RTPLAN", "RTRECORD", "REG", "DOC", "ECG", "AU", "FID", "RWV", "PLAN", "CT"}) {
            first = modality;
            isFirstEmpty = first == "CT"; // of images, but it lists none
            const auto later = firstPicture(node, {"1.1"}, task);
            QVERIFY2(later && later->instance.value == "1.1.2.8", modality);
        }
        first = "SR";
        hasImages = false; // the series that is left has none to show
        QCOMPARE(firstPicture(node, {"1.1"}, task).error().fault, Fault::NotFound);
    }

    /// Another way is tried where the peer does not offer one; never where the person stopped it or the disk is full.
    void NET_04_whatIsNoWayForThisPeer()
    {
        for (const Fault fault : {Fault::NotFound, Fault::Refused, Fault::Unreachable, Fault::TimedOut, Fault::Unsupported, Fault::NotDicom, Fault::Damaged})
            QVERIFY2(isNotOffered(RetrieveBy::Web, {fault, "x"}), QByteArray::number(int(fault)).constData());
        for (const Fault fault : {Fault::Cancelled, Fault::DiskFull})
            for (const RetrieveBy way : {RetrieveBy::Get, RetrieveBy::Move, RetrieveBy::Web})
                QVERIFY(!isNotOffered(way, {fault, "x"}));
        for (const RetrieveBy way : {RetrieveBy::Get, RetrieveBy::Move})
            for (const Fault fault : {Fault::Unreachable, Fault::TimedOut, Fault::Damaged})
                QVERIFY(!isNotOffered(way, {fault, "x"}));
        QCOMPARE(name(RetrieveBy::Get), "get");
        QCOMPARE(name(RetrieveBy::Move), "move");
        QCOMPARE(name(RetrieveBy::Web), "web");
    }

    void waysToTryFollowTheSettingAndWhatWasLearnt()
    {
        using By = dimse::Node::RetrieveBy;
        dimse::Node node{"n", "N", "h", 104, false, {}, {}, {}};
        const auto names = [&](const QString& wanted, const std::vector<TransferQueue::Way>& learned) {
            QStringList list;
            for (const RetrieveBy way : waysToTry(node, wanted, learned))
                list << name(way);
            return list;
        };
        QCOMPARE(names("", {}), (QStringList{"get", "move"}));
        node.dicomWebUrl = "http://h/dicom-web";
        QCOMPARE(names("", {}), (QStringList{"get", "web", "move"}));
        QCOMPARE(names("", {{"get", 1e6, false}}), (QStringList{"web", "get", "move"}));                       // not tried yet
        QCOMPARE(names("", {{"get", 2e6, false}, {"web", 1e6, false}}), (QStringList{"get", "web", "move"}));  // the quicker one
        QCOMPARE(names("", {{"get", 0, true}, {"web", 1e6, false}}), (QStringList{"web", "get", "move"}));
        QCOMPARE(names("", {{"get", 0, true}, {"web", 0, false}}), (QStringList{"web", "get", "move"}));       // one that brought nothing before one that is refused
        QCOMPARE(names("move", {}), QStringList{"move"});
        node.isSlowLine = true; // where the web alone gives images small, whatever else was quicker
        QCOMPARE(names("", {}), (QStringList{"web", "get", "move"}));
        QCOMPARE(names("", {{"get", 2e6, false}, {"web", 0, true}}), (QStringList{"web", "get", "move"}));
        QCOMPARE(names("get", {}), QStringList{"get"});
        node.dicomWebUrl = QString();
        QCOMPARE(names("", {}), (QStringList{"get", "move"}));
        node.retrieveBy = By::Web;
        QCOMPARE(names("", {}), QStringList{"web"});
        QCOMPARE(names("get", {}), QStringList{"get"}); // said for this one transfer
    }

    void NET_15_routesAreData_data()
    {
        QTest::addColumn<QString>("json");
        QTest::addColumn<QString>("error"); // a part of it; empty: two rules
        const QString good = R"([{"from":"CT1","modalities":["CT"],"to":"backup","commit":true},{"description":"chest","bodyParts":["CHEST"],"to":"x"}])";
        QTest::newRow("NET-15 good") << good << "";
        QTest::newRow("NET-15 no JSON") << "[{" << "no JSON";
        QTest::newRow("NET-15 no list") << R"({"to":"x"})" << "list";
        QTest::newRow("NET-15 misspelt") << R"([{"too":"x","to":"y"}])" << "too";
        QTest::newRow("NET-15 nowhere") << R"([{"from":["A"]}])" << "to";
        QTest::newRow("NET-15 wrong kind") << R"([{"to":"x","commit":"yes"}])" << "commit";
        QTest::newRow("NET-15 no text in a list") << R"([{"modalities":[5],"to":"y"}])" << "modalities";
        QTest::newRow("NET-15 no rule") << R"(["x"])" << "1";
        QTest::newRow("NET-15 the first of two errors") << R"([{"commit":1,"too":"x","to":"y"}])" << "rule 1: \"commit\" has no such value";
        QTest::newRow("NET-15 an empty text is none") << R"([{"from":"CT1","modalities":["CT"],"bodyParts":"","to":"backup","commit":true},{"description":"chest","bodyParts":["CHEST"],"to":"x"}])" << "";
    }
    void NET_15_routesAreData()
    {
        QFETCH(QString, json);
        QFETCH(QString, error);
        const auto rules = parseRoutes(json);
        if (!error.isEmpty()) {
            QVERIFY(!rules);
            QCOMPARE(rules.error().fault, Fault::Invalid);
            QVERIFY2(rules.error().detail.contains(error), qPrintable(rules.error().detail));
            return;
        }
        QVERIFY2(rules, rules ? "" : qPrintable(rules.error().detail));
        const RouteRule first = (*rules)[0];
        QVERIFY(first.wantsCommitment && first.to == "backup");
        QVERIFY(fits(first, {"ct1", "CT", "", "Head", ""}));
        QVERIFY(!fits(first, {"CT2", "CT", "", "", ""}));
        QVERIFY(!fits(first, {"CT1", "MR", "", "", ""}));
        QVERIFY(fits(first, {"CT1 ", " CT", "", "", ""})); // what only fills up is no letter
        const RouteRule second = (*rules)[1];
        QVERIFY(fits(second, {"ANY", "CT", "THORAX", "CT Chest routine", ""}));
        QVERIFY(!second.wantsCommitment);
        QVERIFY(fits(second, {"ANY", "CT", "", "", "chest 1 mm"}));
        QVERIFY(fits(second, {"ANY", "CT", "", "CT Chest routine", "1 mm"})); // the body part by the study's words alone
        QVERIFY(!fits(second, {"ANY", "CT", "CHEST", "CT Thorax", ""})); // "chest" stands in neither description
        QVERIFY(!fits(second, {"ANY", "CT", "HEAD", "", "not the chest"}));
    }

    void NET_15_priorsOfTheSamePatientAreChosen()
    {
        const auto rules = *parsePrefetch(R"([{"modalities":["CT"],"priors":["CT","CR"],"sameBodyPart":true,"years":3,"atMost":2}])");
        const Order order{"P1", "H", "WANG^FANG", {"CT"}, "", "CT Thorax", QDate(2026, 11, 1), {"1.9"}};
        const auto priors = priorsFor(rules, order,
                                      {study("1.1", "20250101", "CT", "CT chest"), study("1.2", "20260101", "CR", "Chest PA"),
                                       study("1.3", "20240601", "CT", "肺部平扫"),               // the third: one too many
                                       study("1.4", "20200101", "CT", "CT chest"),               // too old
                                       study("1.5", "20260301", "MR", "MR chest"),               // no CT, no CR
                                       study("1.6", "20260301", "CT", "CT head"),                // another part of the body
                                       study("1.7", "20260301", "CT", "CT chest", "Li^Na"),      // another name under the ID
                                       study("1.8", "20260301", "CT", "CT chest", "Wang^Fang", "P1", "OTHER"),
                                       study("1.9", "20261101", "CT", "CT chest"),               // the order itself
                                       study("1.10", "20261201", "CT", "CT chest"),              // later
                                       study("1.11", "20260301", "CT", "CT chest", "Wang^Fang", "P2"), study("1.12", "", "CT", "CT chest")});
        QStringList uids;
        for (const auto& prior : priors)
            uids << prior.uid.value;
        QCOMPARE(uids, (QStringList{"1.2", "1.1"}));
        QVERIFY(priorsFor(rules, {"P1", "H", "WANG^FANG", {"MR"}, "", "", QDate(2026, 11, 1), {}}, {study("1.1", "20250101", "MR", "x")}).empty());
        QVERIFY(priorsFor(*parsePrefetch(""), {"", "", "", {"CT"}, "", "", QDate(), {}}, {study("1.1", "20250101", "CT", "x", "", "")}).empty());
        // The order's own body part, where its words name none.
        const auto ofPart = priorsFor(rules, {"P1", "H", "", {"CT"}, "CHEST", "", QDate(2026, 11, 1), {}}, {study("1.1", "20250101", "CT", "CT head"), study("1.2", "20250101", "CT", "CT chest")});
        QCOMPARE(ofPart.size(), 1u);
        QCOMPARE(ofPart[0].uid.value, "1.2");
        QCOMPARE(priorsFor(*parsePrefetch(""), order, {study("1.1", "20250101", "CT", "anything"), study("1.2", "20250101", "US", "x")}).size(), 1u);
        QVERIFY(!parsePrefetch(R"([{"years":0}])"));
    }

    /// One candidate each, against an order of the first of November 2026 for CT of the chest of P1 of H, Wang^Fang=王^芳.
    void NET_15_whatIsAPrior_data()
    {
        QTest::addColumn<archive::StudyRow>("candidate");
        QTest::addColumn<bool>("isPrior");
        const auto row = [](const char* name, const archive::StudyRow& candidate, bool isPrior) {
            QTest::newRow(qPrintable(QString("NET-15 %1").arg(name))) << candidate << isPrior;
        };
        row("of the same day", study("1.1", "20261101", "CT", "x"), true);
        row("of the day after", study("1.1", "20261102", "CT", "x"), false);
        row("as old as may be", study("1.1", "20211101", "CT", "x"), true);
        row("a day older", study("1.1", "20211031", "CT", "x"), false);
        row("of no day", study("1.1", "soon", "CT", "x"), false);
        row("of several modalities", study("1.1", "20260101", "CT\\SR", "x"), true);
        row("of another modality", study("1.1", "20260101", "SR", "x"), false);
        row("of another ID", study("1.1", "20260101", "CT", "x", "Wang^Fang", "P2"), false);
        row("of another issuer", study("1.1", "20260101", "CT", "x", "Wang^Fang", "P1", "I"), false);
        row("of no issuer", study("1.1", "20260101", "CT", "x", "Wang^Fang", "P1", ""), true);
        row("without a name", study("1.1", "20260101", "CT", "x", "", "P1", "H"), true);
        row("in ideographs alone", study("1.1", "20260101", "CT", "x", QString::fromUtf8("王^芳")), true);
        row("in ideographs without delimiters", study("1.1", "20260101", "CT", "x", QString::fromUtf8("王芳")), true);
        row("in letters run together", study("1.1", "20260101", "CT", "x", "WANGFANG"), true);
        row("in letters with a blank", study("1.1", "20260101", "CT", "x", "Wang Fang"), true);
        row("of another name", study("1.1", "20260101", "CT", "x", "Li^Na"), false);
        row("of other ideographs", study("1.1", "20260101", "CT", "x", QString::fromUtf8("李^娜")), false);
        row("of the order itself", study("1.9", "20261101", "CT", "x"), false);
    }
    void NET_15_whatIsAPrior()
    {
        QFETCH(archive::StudyRow, candidate);
        QFETCH(bool, isPrior);
        const Order order{"P1", "H", QString::fromUtf8("Wang^Fang=王^芳"), {"CT"}, "", "CT Thorax", QDate(2026, 11, 1), {"1.9"}};
        QCOMPARE(priorsFor(*parsePrefetch(""), order, {candidate}).size(), size_t(isPrior));
        Order vague = order; // an order that names no issuer, no person or no day narrows nothing by it
        vague.issuer.clear();
        vague.patientName.clear();
        vague.date = QDate();
        const bool isOfHim = candidate.patientId == "P1" && candidate.uid.value != "1.9" && candidate.modalities.contains("CT") && candidate.date != "soon";
        QCOMPARE(priorsFor(*parsePrefetch(""), vague, {candidate}).size(), size_t(isOfHim));
    }

    void NET_15_theFirstRuleThatFitsDecides()
    {
        const auto rules = *parsePrefetch(R"([{"modalities":["CT"],"bodyParts":["HEAD"],"atMost":1},{"modalities":["ct","mr"],"priors":["MR"]},{"modalities":["US"]}])");
        const std::vector<archive::StudyRow> all{study("1.1", "20260101", "CT", "CT head"), study("1.2", "20260102", "CT", "CT head"), study("1.3", "20260103", "MR", "MR head")};
        const auto found = [&](const char* modality, const char* description) {
            QStringList uids;
            for (const auto& prior : priorsFor(rules, {"P1", "H", "", {modality}, "", description, QDate(2026, 11, 1), {}}, all))
                uids << prior.uid.value;
            return uids.join(' ');
        };
        QCOMPARE(found("CT", "CT of the brain"), "1.2"); // the newest
        QCOMPARE(found("CT", "CT of the knee"), "1.3");
        QCOMPARE(found("MR", "MR head"), "1.3");
        QCOMPARE(found("XA", "angiography"), ""); // no rule
        // up to three, where nothing else is said; the newest first, of one day by the hour
        auto many = all;
        many.push_back(study("1.4", "20260103", "CT", "x"));
        many.back().time = "0900";
        many.push_back(study("1.5", "20260103", "CT", "x"));
        many.back().time = "1000";
        QStringList uids;
        for (const auto& prior : priorsFor(*parsePrefetch(" "), {"P1", "H", "", {"CT"}, "", "", QDate(2026, 11, 1), {}}, many))
            uids << prior.uid.value;
        QCOMPARE(uids, (QStringList{"1.5", "1.4", "1.2"}));
    }

    void NET_15_prefetchRulesAreData_data()
    {
        QTest::addColumn<QString>("json");
        QTest::addColumn<QString>("error");
        for (const char* good : {"[]", "[{}]", R"([{"years":1}])", R"([{"years":120}])", R"([{"atMost":1}])", R"([{"atMost":100}])", R"([{"modalities":"CT","sameBodyPart":false}])"})
            QTest::newRow(good) << good << "";
        for (const auto& [bad, word] : {std::pair(R"([{"years":0}])", "years"), {R"([{"years":121}])", "years"}, {R"([{"years":"3"}])", "years"}, {R"([{"years":-1}])", "years"},
                                        {R"([{"atMost":0}])", "atMost"}, {R"([{"atMost":101}])", "atMost"}, {R"([{"modalities":5}])", "modalities"},
                                        {R"([{"modalities":["CT",5]}])", "modalities"}, {R"([{"modalities":[""]}])", "modalities"}, {R"([{"priors":[null]}])", "priors"},
                                        {R"([{"sameBodyPart":"no"}])", "sameBodyPart"}, {R"([{},{"x":1}])", "rule 2"}, {"{}", "list"}, {"[", "JSON"}})
            QTest::newRow(bad) << bad << word;
    }
    void NET_15_prefetchRulesAreData()
    {
        QFETCH(QString, json);
        QFETCH(QString, error);
        const auto rules = parsePrefetch(json);
        QCOMPARE(bool(rules), error.isEmpty());
        if (!rules)
            QVERIFY2(rules.error().detail.contains(error) && rules.error().fault == Fault::Invalid, qPrintable(rules.error().detail));
    }

    /// CID 4 terms and what descriptions write for them; what is written counts before what is described.
    void NET_15_theBodyPartIsFoundInWords()
    {
        for (const auto& [words, part] : {std::pair("CT Kopf, brain", "HEAD"), {"颅脑平扫", "HEAD"}, {"Carotid", "NECK"}, {"THORAX", "CHEST"}, {"肺", "CHEST"}, {"Coronary", "HEART"},
                                          {"Mammography", "BREAST"}, {"Liver", "ABDOMEN"}, {"腹部", "ABDOMEN"}, {"Prostate", "PELVIS"}, {"Lumbar", "SPINE"}, {"膝", "KNEE"},
                                          {"Shoulder", "SHOULDER"}, {"髋", "HIP"}, {"left wrist", "EXTREMITY"}, {"whole body", ""}})
            QCOMPARE(bodyPartOf({}, QString::fromUtf8(words)), part);
        QCOMPARE(bodyPartOf("CHEST", "brain"), "CHEST");
        QCOMPARE(bodyPartOf(" tail ", "brain"), "HEAD"); // no term that is known: the description tells
        QCOMPARE(bodyPartOf(" tail ", "x"), "TAIL");
    }
};

QTEST_GUILESS_MAIN(TestTransferRules)
#include "tst_transfer_rules.moc"
