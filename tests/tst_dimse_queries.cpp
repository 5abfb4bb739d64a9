#include "netclient/dicom/uid.h"
#include "netclient/dimse/query.h"
#include "netclient/dimse/query_session.h"
#include "tests/support/dimse_peers.h"
#include "tests/support/orthanc.h"
#include "tests/support/scripted_scp.h"
#include <mutex>

using namespace diascope;
using namespace diascope::dimse;
namespace tag = diascope::dicom::tag;

using test::abdomen;
using test::element;
using test::makeFile;
using test::ScriptedScp;

namespace
{

const QByteArray studyRoot = "1.2.840.10008.5.1.4.1.2.2.1";

/// An image of a small PACS, as its rows tell it.
struct Image
{
    QByteArray patientId, date, study, modality, series, instance;
};
const QList<Image> pacs{{"P1", "20200101", "2.25.1", "CT", "2.25.1.1", "2.25.1.1.1"},
                        {"P1", "20200101", "2.25.1", "CT", "2.25.1.1", "2.25.1.1.2"},
                        {"P1", "20200101", "2.25.1", "MR", "2.25.1.2", "2.25.1.2.1"},
                        {"P1", "20210101", "2.25.2", "CT", "2.25.2.1", "2.25.2.1.1"},
                        {"P2", "20210101", "2.25.3", "CT", "2.25.3.1", "2.25.3.1.1"}};

/// The value of a key of a query in implicit little endian.
QByteArray key(const QByteArray& query, quint16 group, quint16 name)
{
    const auto little = [&](qsizetype at, int bytes) {
        qsizetype value = 0;
        for (int i = bytes - 1; i >= 0; --i)
            value = value << 8 | uchar(query[at + i]);
        return value;
    };
    for (qsizetype at = 0; at + 8 <= query.size(); at += 8 + little(at + 4, 4))
        if (little(at, 2) == group && little(at + 2, 2) == name)
            return query.mid(at + 8, little(at + 4, 4)).replace('\0', "").trimmed();
    return {};
}

/// Answers as PS3.4 C.4.1 has it. A hierarchical query that names not exactly the one above it, or has its keys, is an error.
class SmallPacs
{
public:
    explicit SmallPacs(bool isRelational) : m_isRelational(isRelational) {}
    QStringList levels() const
    {
        const std::lock_guard lock(m_mutex);
        return m_levels;
    }
    void answer(ScriptedScp::Conversation& conversation, const ScriptedScp::Message& asked)
    {
        if (asked.field != 0x0020) // C-CANCEL: what is done is done
            return;
        const QByteArray& query = asked.dataset;
        const QByteArray level = key(query, 8, 0x52), id = key(query, 0x10, 0x20), date = key(query, 8, 0x20),
                         study = key(query, 0x20, 0x0d), series = key(query, 0x20, 0x0e), modality = key(query, 8, 0x60),
                         instance = key(query, 8, 0x18);
        {
            const std::lock_guard lock(m_mutex);
            m_levels << level;
        }
        const bool isBelowStudy = level != "STUDY", isBelowSeries = level == "IMAGE";
        if (!m_isRelational && isBelowStudy &&
            (study.isEmpty() || !id.isEmpty() || !date.isEmpty() || (isBelowSeries && (series.isEmpty() || !modality.isEmpty()))))
            return conversation.respond(asked, 0xa900);
        QByteArrayList given;
        for (const Image& image : pacs) {
            const auto fits = [](const QByteArray& wanted, const QByteArray& its) { return wanted.isEmpty() || wanted == its; };
            const QByteArray unique = isBelowSeries ? image.instance : isBelowStudy ? image.series : image.study;
            if (given.contains(unique) || !fits(id, image.patientId) || !fits(date, image.date) || !fits(study, image.study) ||
                !fits(series, image.series) || !fits(modality, image.modality) || !fits(instance, image.instance))
                continue;
            given << unique;
            QByteArray row = element(8, 0x52, level == "SERIES" ? level : level + ' ');
            if (isBelowSeries)
                row = element(8, 0x18, test::uid(image.instance)) + row;
            row += element(0x20, 0x0d, test::uid(image.study));
            if (isBelowStudy)
                row += element(0x20, 0x0e, test::uid(image.series));
            conversation.respond(asked, 0xff00, row);
        }
        conversation.respond(asked, 0);
    }

private:
    const bool m_isRelational;
    mutable std::mutex m_mutex;
    QStringList m_levels;
};

QByteArray uniqueOf(const Image& image, Level level) { return level == Level::Image ? image.instance : image.series; }

} // namespace

Q_DECLARE_METATYPE(diascope::dimse::FindKeys)

/// C-FIND: levels, character sets, relational queries.
class TestDimseQueries : public QObject
{
    Q_OBJECT

    std::unique_ptr<test::Orthanc> m_orthanc;
    std::unique_ptr<test::DcmQrScp> m_qrscp;
    QString m_whyNot, m_whyNotQr;
    QString m_study;
    QSet<QString> m_uids;
    Local m_local;

    Node orthanc() const { return {"orthanc", "ORTHANC", "127.0.0.1", m_orthanc->port, false, {}, "ISO_IR 192", {}}; }
    Node qrscp() const { return {"qrscp", "QRSCP", "127.0.0.1", m_qrscp->port, false, {}, {}, {}}; }
    QSet<QString> ask(const Node& node, Level level, const FindKeys& keys, dicom::Tag what, std::optional<Error>* error = nullptr)
    {
        Task task;
        QSet<QString> found;
        const auto rows = dimse::find(node, level, keys, [&](const dicom::Dataset& row) {
            found.insert(row.text(what));
            return true;
        }, m_local, task);
        if (!rows && error)
            *error = rows.error();
        if (!rows && !error)
            qWarning("%s", qPrintable(message(rows.error())));
        return found;
    }

private Q_SLOTS:
    /// PS3.4 C.6.2.1, the keys of each level: what is wanted stands in its own attribute, the rest is asked to come back.
    void NET_01_theKeysOfEachLevel_data()
    {
        QTest::addColumn<int>("level");
        QTest::addColumn<bool>("ofAllLevels");
        QTest::addColumn<QString>("keys"); // keyword=value, those with a value
        QTest::addColumn<int>("count");    // all, with the level and the character set
        QTest::newRow("NET-01 study") << int(dicom::Level::Study) << false
                                      << "AccessionNumber=A ModalitiesInStudy=CT PatientBirthDate=19800101 PatientID=P PatientName=N QueryRetrieveLevel=STUDY StudyDate=20200101 "
                                         "StudyDescription=D StudyInstanceUID=1.1" << 17;
        QTest::newRow("NET-01 series") << int(dicom::Level::Series) << false << "Modality=CT QueryRetrieveLevel=SERIES SeriesDescription=D SeriesInstanceUID=1.2 StudyInstanceUID=1.1" << 8;
        QTest::newRow("NET-01 image") << int(dicom::Level::Image) << false << "QueryRetrieveLevel=IMAGE SOPInstanceUID=1.3 SeriesInstanceUID=1.2 StudyInstanceUID=1.1" << 7;
        // across levels: with what those above are known by, each word once, where it means the series
        QTest::newRow("NET-01 series across levels") << int(dicom::Level::Series) << true
                                                     << "AccessionNumber=A Modality=CT PatientBirthDate=19800101 PatientID=P PatientName=N QueryRetrieveLevel=SERIES SeriesDescription=D "
                                                        "SeriesInstanceUID=1.2 StudyDate=20200101 StudyInstanceUID=1.1" << 13;
        QTest::newRow("NET-01 image across levels") << int(dicom::Level::Image) << true
                                                    << "AccessionNumber=A Modality=CT PatientBirthDate=19800101 PatientID=P PatientName=N QueryRetrieveLevel=IMAGE SOPInstanceUID=1.3 "
                                                       "SeriesDescription=D SeriesInstanceUID=1.2 StudyDate=20200101 StudyInstanceUID=1.1" << 14;
    }
    void NET_01_theKeysOfEachLevel()
    {
        QFETCH(int, level);
        QFETCH(bool, ofAllLevels);
        QFETCH(QString, keys);
        QFETCH(int, count);
        dicom::FindKeys wanted{"P", "N", "19800101", "A", "20200101", "CT", "D", "1.1", "1.2", "1.3", {tag::Rows}, 0};
        Node node;
        node.characterSet = "ISO_IR 100";
        const auto made = keysFor(node, dicom::Level(level), wanted, ofAllLevels ? Keys::OfAllLevels : Keys::OfLevel);
        QVERIFY(made);
        const std::pair<dicom::Tag, const char*> names[] = {
            {tag::AccessionNumber, "AccessionNumber"}, {tag::Modality, "Modality"}, {tag::ModalitiesInStudy, "ModalitiesInStudy"}, {tag::PatientBirthDate, "PatientBirthDate"},
            {tag::PatientID, "PatientID"}, {tag::PatientName, "PatientName"}, {tag::QueryRetrieveLevel, "QueryRetrieveLevel"}, {tag::SOPInstanceUID, "SOPInstanceUID"},
            {tag::SeriesDescription, "SeriesDescription"}, {tag::SeriesInstanceUID, "SeriesInstanceUID"}, {tag::StudyDate, "StudyDate"},
            {tag::StudyDescription, "StudyDescription"}, {tag::StudyInstanceUID, "StudyInstanceUID"}};
        QStringList said;
        for (const auto& [attribute, name] : names)
            if (made->hasValue(attribute))
                said << QString("%1=%2").arg(name, made->text(attribute));
        QCOMPARE(said.join(' '), keys);
        QVERIFY(made->contains(tag::Rows) && !made->hasValue(tag::Rows)); // what else was asked for
        QCOMPARE(made->text(tag::SpecificCharacterSet), "ISO_IR 100");
        QCOMPARE(int(made->tags().size()), count + 1);
        node.characterSet.clear();
        wanted.patientName = QStringLiteral("\u0080"); // the first that is none of ASCII
        QVERIFY(!keysFor(node, dicom::Level::Study, wanted, Keys::OfLevel));
        wanted.patientName = QString::fromUtf8("Müller");
        const auto refused = keysFor(node, dicom::Level::Study, wanted, Keys::OfLevel); // a node without a character set understands ASCII
        QVERIFY(!refused && refused.error().fault == Fault::Unsupported);
    }

    void initTestCase()
    {
        m_local.connectSeconds = 5;
        m_local.acseSeconds = 5;
        m_local.dimseSeconds = 20;
        m_orthanc = test::Orthanc::start(test::freePort(), &m_whyNot);
        m_qrscp = test::DcmQrScp::start(test::freePort(), &m_whyNotQr);
        const QStringList files = abdomen(30);
        if (files.isEmpty() || !m_orthanc || !m_qrscp)
            return;
        for (const QString& file : files) {
            const auto dataset = dicom::Dataset::read(file);
            QVERIFY(dataset);
            m_study = dataset->text(tag::StudyInstanceUID);
            m_uids.insert(dataset->text(tag::SOPInstanceUID));
        }
        // Filled by an independent program.
        for (const auto& [aet, port] : {std::pair{"ORTHANC", m_orthanc->port}, std::pair{"QRSCP", m_qrscp->port}})
            SUCCEEDS(test::run("storescu", QStringList{"-aec", aet, "127.0.0.1", QString::number(port)} + files));
    }

    void find_data()
    {
        QTest::addColumn<bool>("isOrthanc");
        QTest::newRow("NET-01 C-FIND Orthanc") << true;
        QTest::newRow("NET-01 C-FIND dcmqrscp") << false;
    }
    void find()
    {
        QFETCH(bool, isOrthanc);
        NEEDS_SERVER(m_orthanc, m_whyNot);
        NEEDS_SERVER(m_qrscp, m_whyNotQr);
        if (m_study.isEmpty())
            QSKIP("the real test data is not here");
        const Node node = isOrthanc ? orthanc() : qrscp();
        Task task;
        QStringList studies, series;
        QSet<QString> images;
        FindKeys keys;
        keys.studyUid = m_study;
        auto rows = dimse::find(node, Level::Study, keys, [&](const dicom::Dataset& row) {
            studies << row.text(tag::StudyInstanceUID);
            return true;
        }, m_local, task);
        QVERIFY2(rows, rows ? "" : qPrintable(message(rows.error())));
        QCOMPARE(studies, QStringList{m_study});
        rows = dimse::find(node, Level::Series, keys, [&](const dicom::Dataset& row) {
            series << row.text(tag::SeriesInstanceUID);
            return true;
        }, m_local, task);
        QVERIFY(rows);
        QCOMPARE(series.size(), 1);
        keys.seriesUid = series.front();
        rows = dimse::find(node, Level::Image, keys, [&](const dicom::Dataset& row) {
            images.insert(row.text(tag::SOPInstanceUID));
            return true;
        }, m_local, task);
        QVERIFY(rows);
        QCOMPARE(images, m_uids);
        keys.limit = 5;
        rows = dimse::find(node, Level::Image, keys, [](const dicom::Dataset&) { return true; }, m_local, task);
        QVERIFY2(rows, rows ? "" : qPrintable(message(rows.error())));
        QCOMPARE(*rows, 5);
    }

    /// The query's bytes as an independent server reads them: Orthanc finds the name only if they are right.
    void queriesAreSentInTheNodesCharacterSet()
    {
        NEEDS_SERVER(m_orthanc, m_whyNot);
        QTemporaryDir folder;
        const QString name = QString::fromUtf8("Люкceмбypг");
        const QString file = makeFile(folder.filePath("name"), dicom::newUid(), "CYR", dicom::newUid(), name);
        SUCCEEDS(test::run("storescu", {"-aec", "ORTHANC", "127.0.0.1", QString::number(m_orthanc->port), file}));
        Task task;
        FindKeys keys;
        keys.patientName = name.left(4) + u'*';
        QStringList names;
        const auto collect = [&](const dicom::Dataset& row) {
            names << row.text(tag::PatientName);
            return true;
        };
        Node node = orthanc();
        for (const char* characterSet : {"ISO_IR 192", "ISO_IR 144"}) {
            names.clear();
            node.characterSet = QLatin1String(characterSet);
            QVERIFY(dimse::find(node, Level::Study, keys, collect, m_local, task));
            QCOMPARE(names, QStringList{name});
        }
        node.characterSet = "ISO_IR 100"; // cannot spell it: refused, never question marks
        QCOMPARE(dimse::find(node, Level::Study, keys, collect, m_local, task).error().fault, Fault::Unsupported);
        node.characterSet.clear();
        QCOMPARE(dimse::find(node, Level::Study, keys, collect, m_local, task).error().fault, Fault::Unsupported);
    }

    void SAF_07_aNameInEveryCharacterSet_data()
    {
        QTest::addColumn<QString>("set");
        QTest::addColumn<QString>("name");
        QTest::addColumn<QByteArray>("bytes"); // by hex; empty: it does not fit
        const auto row = [](const char* title, const char* set, const char* name, const char* bytes) {
            QTest::newRow(title) << QString(QLatin1String(set)) << QString::fromUtf8(name) << QByteArray(bytes);
        };
        row("SAF-07 ISO_IR 192", "ISO_IR 192", "王*", "e78e8b2a");
        row("SAF-07 GB18030", "GB18030", "王*", "cdf52a");
        row("SAF-07 GBK, a byte that looks like a backslash", "GBK", "誠*", "d55c2a");
        row("SAF-07 ISO 2022 IR 58", "\\ISO 2022 IR 58", "王*", "1b242941cdf52a");
        row("SAF-07 ISO 2022 IR 58 alone", "ISO 2022 IR 58", "王*", "1b242941cdf52a");
        row("SAF-07 ISO 2022 IR 149", "\\ISO 2022 IR 149", "홍^길동", "1b242943c8ab5e1b242943b1e6b5bf");
        row("SAF-07 ISO 2022 IR 87", "\\ISO 2022 IR 87", "山田*", "1b24423b3345441b28422a");
        row("SAF-07 ISO 2022 IR 87 has no narrow katakana", "\\ISO 2022 IR 87", "ﾔﾏﾀﾞ*", "");
        row("SAF-07 ISO_IR 13", "ISO_IR 13", "ﾔﾏﾀﾞ^ﾀﾛｳ", "d4cfc0de5ec0dbb3");
        row("SAF-07 ISO_IR 13 has no kanji", "ISO_IR 13", "山田", "");
        row("SAF-07 katakana beside kanji", "ISO 2022 IR 13\\ISO 2022 IR 87", "ﾔﾏﾀﾞ=山田", "1b2949d4cfc0de3d1b24423b3345441b2842");
        row("SAF-07 ISO_IR 144", "ISO_IR 144", "Люк", "bbeeda");
        row("SAF-07 ISO_IR 100 has no Cyrillic", "ISO_IR 100", "Люк", "");
    }
    /// As the bytes stand in PS3.5 H.3, I.2 and J.3, or as iconv has them.
    void SAF_07_aNameInEveryCharacterSet()
    {
        QFETCH(QString, set);
        QFETCH(QString, name);
        QFETCH(QByteArray, bytes);
        QByteArray asked;
        ScriptedScp peer([&](ScriptedScp::Conversation& conversation, const ScriptedScp::Message& request) {
            asked = request.dataset;
            conversation.respond(request, 0);
        });
        FindKeys keys;
        keys.patientName = name;
        std::optional<Error> error;
        ask({"s", "SCRIPTED", "127.0.0.1", peer.port(), false, {}, set, {}}, Level::Study, keys, tag::PatientName, &error);
        QCOMPARE(error.has_value(), bytes.isEmpty());
        if (error)
            QCOMPARE(error->fault, Fault::Unsupported);
        QCOMPARE(key(asked, 0x10, 0x10).toHex(), bytes);
        if (!error)
            QCOMPARE(key(asked, 8, 5), set.toLatin1());
        // The same where the caller brings the keys themselves, as a worklist does.
        asked.clear();
        dicom::Dataset own;
        QVERIFY(own.setText(tag::PatientName, name));
        Task task;
        const auto found = dimse::find({"s", "SCRIPTED", "127.0.0.1", peer.port(), false, {}, set, {}}, Level::Study, own,
                                       [](const dicom::Dataset&) { return true; }, m_local, task);
        QCOMPARE(found.has_value(), !bytes.isEmpty());
        QCOMPARE(key(asked, 0x10, 0x10).toHex(), bytes);
        if (found)
            QCOMPARE(key(asked, 8, 5), set.toLatin1());
    }

    void keysOfTheLevelsAboveHold_data()
    {
        QTest::addColumn<bool>("isRelational");
        QTest::addColumn<bool>("isOfSeries");
        QTest::addColumn<FindKeys>("keys");
        QTest::addColumn<QList<int>>("found"); // of the small PACS
        QTest::addColumn<QStringList>("levels"); // a hierarchical peer is asked for
        for (bool isRelational : {true, false}) {
            const auto row = [&](const char* name, bool isOfSeries, const FindKeys& keys, const QList<int>& found, const QStringList& levels) {
                QTest::newRow(qPrintable(QStringLiteral("NET-01 %1, %2").arg(QLatin1String(name), isRelational ? "relational" : "level by level")))
                    << isRelational << isOfSeries << keys << found
                    << (isRelational ? QStringList(isOfSeries ? "SERIES" : "IMAGE") : levels);
            };
            FindKeys patient;
            patient.patientId = "P1";
            row("images of a patient", false, patient, {0, 1, 2, 3}, {"STUDY", "SERIES", "IMAGE", "IMAGE", "SERIES", "IMAGE"});
            row("series of a patient", true, patient, {0, 2, 3}, {"STUDY", "SERIES", "SERIES"});
            FindKeys nobody;
            nobody.patientId = "P7";
            row("images of nobody", false, nobody, {}, {"STUDY"});
            FindKeys dated = patient;
            dated.dates = "20210101";
            row("images of a patient's day", false, dated, {3}, {"STUDY", "SERIES", "IMAGE"});
            FindKeys modality;
            modality.studyUid = "2.25.1";
            modality.modality = "MR";
            row("images of a modality", false, modality, {2}, {"STUDY", "SERIES", "IMAGE"});
            FindKeys ofStudy;
            ofStudy.studyUid = "2.25.1";
            row("images of a study", false, ofStudy, {0, 1, 2}, {"STUDY", "SERIES", "IMAGE", "IMAGE"});
            row("all series", true, {}, {0, 2, 3, 4}, {"STUDY", "SERIES", "SERIES", "SERIES"});
            FindKeys few = patient;
            few.limit = 2;
            row("the first images of a patient", false, few, {0, 1}, {"STUDY", "SERIES", "IMAGE"});
        }
        FindKeys whole;
        whole.studyUid = "2.25.1";
        QTest::newRow("NET-01 series of a study, no need to walk") << false << true << whole << QList<int>{0, 2} << QStringList{"SERIES"};
        whole.seriesUid = "2.25.1.1";
        QTest::newRow("NET-01 images of a series, no need to walk") << false << false << whole << QList<int>{0, 1} << QStringList{"IMAGE"};
    }
    void keysOfTheLevelsAboveHold()
    {
        QFETCH(bool, isRelational);
        QFETCH(bool, isOfSeries);
        QFETCH(FindKeys, keys);
        QFETCH(QList<int>, found);
        QFETCH(QStringList, levels);
        SmallPacs small(isRelational);
        ScriptedScp peer([&](ScriptedScp::Conversation& conversation, const ScriptedScp::Message& asked) {
            small.answer(conversation, asked);
        }, {.relational = isRelational ? QByteArrayList{studyRoot} : QByteArrayList(), .saysNo = isOfSeries});
        const Level level = isOfSeries ? Level::Series : Level::Image;
        QSet<QString> expected;
        for (int i : found)
            expected.insert(uniqueOf(pacs[i], level));
        std::optional<Error> error;
        const auto got = ask({"s", "SCRIPTED", "127.0.0.1", peer.port(), false, {}, {}, {}}, level, keys,
                             isOfSeries ? tag::SeriesInstanceUID : tag::SOPInstanceUID, &error);
        QVERIFY2(!error, error ? qPrintable(message(*error)) : "");
        QCOMPARE(got, expected);
        QCOMPARE(small.levels(), levels);
        QTRY_COMPARE(peer.releases(), 1); // over one association
    }

    void NET_01_keysOfTheLevelsAboveHoldAtRealServers_data() { find_data(); }
    void NET_01_keysOfTheLevelsAboveHoldAtRealServers()
    {
        QFETCH(bool, isOrthanc);
        NEEDS_SERVER(m_orthanc, m_whyNot);
        NEEDS_SERVER(m_qrscp, m_whyNotQr);
        const Node node = isOrthanc ? orthanc() : qrscp();
        QTemporaryDir folder;
        const QString patient = isOrthanc ? "RELATIONAL1" : "RELATIONAL2", made = dicom::newUid();
        QSet<QString> images;
        QStringList files;
        for (int i = 0; i < 4; ++i) {
            const QString uid = dicom::newUid();
            images.insert(uid);
            files << makeFile(folder.filePath(QString::number(i)), i < 3 ? made : made.chopped(2) + ".9", patient, uid, "Made^Up",
                              made.chopped(3) + QStringLiteral(".%1").arg(i));
        }
        SUCCEEDS(test::run("storescu", QStringList{"-aec", node.aeTitle, "127.0.0.1", QString::number(node.port)} + files));
        FindKeys keys;
        keys.patientId = patient;
        QCOMPARE(ask(node, Level::Image, keys, tag::SOPInstanceUID), images);
        QCOMPARE(ask(node, Level::Series, keys, tag::SeriesInstanceUID).size(), 4);
        keys.patientId = "NOBODY";
        QCOMPARE(ask(node, Level::Image, keys, tag::SOPInstanceUID).size(), 0);
        FindKeys ofStudy;
        ofStudy.studyUid = made;
        QCOMPARE(ask(node, Level::Image, ofStudy, tag::SOPInstanceUID).size(), 3);
        FindKeys named;
        named.patientId = patient + "*";
        QSet<QString> ids;
        Task task;
        const auto rows = dimse::findPatients(node, named, [&](const dicom::Dataset& row) {
            ids.insert(row.text(tag::PatientID));
            return true;
        }, m_local, task);
        QVERIFY2(rows, rows ? "" : qPrintable(message(rows.error())));
        QCOMPARE(*rows, 1);
        QCOMPARE(ids, QSet<QString>{patient});
    }

    /// What came is good, and that there is more is said.
    void SAF_04_aPeerWithALimitOfItsOwn()
    {
        QString why;
        const auto limited = test::Orthanc::start(test::freePort(), &why, R"(,"LimitFindResults":3)");
        NEEDS_SERVER(limited, why);
        QTemporaryDir folder;
        QStringList files;
        for (int i = 0; i < 5; ++i)
            files << makeFile(folder.filePath(QString::number(i)), dicom::newUid(), QStringLiteral("P%1").arg(i), dicom::newUid());
        SUCCEEDS(test::run("storescu", QStringList{"-aec", "ORTHANC", "127.0.0.1", QString::number(limited->port)} + files));
        Node node = orthanc();
        node.port = limited->port;
        std::optional<Error> error;
        QCOMPARE(ask(node, Level::Study, {}, tag::StudyInstanceUID, &error).size(), 3);
        QVERIFY(error && isCutShort(*error) && !isTransient(*error));
        QVERIFY2(message(*error).contains("gave 3 rows"), qPrintable(message(*error)));
        error.reset();
        FindKeys one;
        one.patientId = "P4";
        QCOMPARE(ask(node, Level::Study, one, tag::StudyInstanceUID, &error).size(), 1);
        QVERIFY(!error);
    }
};

QTEST_GUILESS_MAIN(TestDimseQueries)
#include "tst_dimse_queries.moc"
