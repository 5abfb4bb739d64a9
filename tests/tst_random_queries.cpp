// Random queries to a small PACS: one that answers relational queries and one that has to be asked level by level give what a plain search of its images gives.
#include "netclient/dimse/query.h"
#include "netclient/dimse/query_session.h"
#include "tests/support/dice.h"
#include "tests/support/dimse_peers.h"
#include "tests/support/scripted_scp.h"
#include <QTest>
#include <map>
#include <mutex>

using namespace diascope;
using namespace diascope::dimse;
namespace tag = diascope::dicom::tag;
using test::Dice, test::element, test::little, test::Reached, test::ScriptedScp;

namespace {

const QByteArray studyRoot = "1.2.840.10008.5.1.4.1.2.2.1";

/// An image as its rows tell it.
struct Image
{
    QByteArray patient, date, study, series, modality, description, instance;
};

bool fits(const QByteArray& wanted, const QByteArray& its)
{
    return wanted.isEmpty() || wanted == its;
}

/// A peer with images. Asked level by level it wants to know exactly what is above, and no other key of there (PS3.4 C.4.1.2.2.1).
class Pacs
{
public:
    Pacs(const std::vector<Image>& images, bool isRelational) : m_images(images), m_isRelational(isRelational) {}

    bool repeatsItself = false;        ///< studies and series that are asked for to go on from
    int stopsAfter = 0, rowsGiven = 0; ///< it reads the C-CANCEL that comes after so many rows; 0: only when it is done
    int failsAt = 0;                   ///< this query gets a failure instead; 0: none
    QByteArray wantedLevel;            ///< of the rows that are asked for
    QStringList asked;                 ///< levels, and what stands for what is to come back
    int cancels = 0;
    bool areIdsDifferent = true;
    quint16 queryId = 0, cancelledId = 0;

    void answer(ScriptedScp::Conversation& conversation, const ScriptedScp::Message& message)
    {
        const std::lock_guard lock(m_mutex);
        if (message.field == 0x0FFF) {
            ++cancels;
            cancelledId = message.id;
            return;
        }
        queryId = message.id;
        areIdsDifferent = areIdsDifferent && !m_ids.contains(message.id); // PS3.7 §9.1: it tells a message from others
        m_ids << message.id;
        auto keys = test::elementsOf(message.dataset);
        const QByteArray level = keys[0x00080052];
        asked << QString::fromLatin1(level) + (keys.contains(0x00080080) ? "+" : "");
        if (asked.size() == failsAt)
            return conversation.respond(message, 0xA700);
        const bool isStudy = level == "STUDY", isImage = level == "IMAGE";
        const bool hasForeign = !isStudy && (!keys[0x00100020].isEmpty() || !keys[0x00080020].isEmpty() ||
                                             (isImage && (!keys[0x00080060].isEmpty() || !keys[0x0008103E].isEmpty())));
        if (!m_isRelational && ((!isStudy && keys[0x0020000D].isEmpty()) || (isImage && keys[0x0020000E].isEmpty()) || hasForeign))
            return conversation.respond(message, 0xA900);
        QByteArrayList given;
        ScriptedScp::Message cancel;
        for (const Image& image : m_images) {
            const QByteArray& unique = isImage ? image.instance : isStudy ? image.study : image.series;
            const bool hasModality = std::any_of(m_images.begin(), m_images.end(),
                                                 [&](const Image& other) { return other.study == image.study && fits(keys[0x00080061], other.modality); });
            if (given.contains(unique) || !fits(keys[0x00100020], image.patient) || !fits(keys[0x00080020], image.date) ||
                !fits(keys[0x0020000D], image.study) || !fits(keys[0x00081030], {}) || !fits(keys[0x0020000E], image.series) ||
                !fits(keys[0x00080060], image.modality) || !fits(keys[0x0008103E], image.description) || !fits(keys[0x00080018], image.instance) ||
                !hasModality)
                continue;
            given << unique;
            const QByteArray row = (isImage ? element(8, 0x18, test::uid(image.instance)) : QByteArray()) + element(8, 0x52, test::text(level)) +
                                   element(0x20, 0x0D, test::uid(image.study)) + (isStudy ? QByteArray() : element(0x20, 0x0E, test::uid(image.series)));
            conversation.respond(message, 0xFF00, row);
            if (level == wantedLevel && ++rowsGiven == stopsAfter && conversation.receive(cancel)) { // as it is told, while more is to come
                ++cancels;
                cancelledId = cancel.field == 0x0FFF ? cancel.id : quint16(0);
                return conversation.respond(message, 0xFE00);
            }
            if (repeatsItself && level != wantedLevel) {
                conversation.respond(message, 0xFF01, row);
                conversation.respond(message, 0xFF00,
                                     element(8, 0x52, test::text(level)) + element(0x20, 0x0D, "1..2") + element(0x20, 0x0E, "1..2")); // not to be asked by
                conversation.respond(message, 0xFF00);
            }
        }
        conversation.respond(message, 0);
    }
    std::unique_lock<std::mutex> lock() { return std::unique_lock(m_mutex); }

private:
    const std::vector<Image>& m_images;
    const bool m_isRelational;
    QList<quint16> m_ids;
    std::mutex m_mutex;
};

} // namespace

class TestRandomQueries : public QObject
{
    Q_OBJECT

    Local m_local;

private Q_SLOTS:
    void initTestCase() { m_local.connectSeconds = m_local.acseSeconds = m_local.dimseSeconds = 10; }

    /// PS3.4 C.4.1: which rows come, in which order, how many; what the peer is asked, and that it is told to stop where there is enough.
    void NET_01_theSameRowsFromEveryPeer()
    {
        Reached reached({"relational",
                         "level by level",
                         "of one level",
                         "study",
                         "series",
                         "image",
                         "a limit",
                         "the limit is met",
                         "no more wanted",
                         "as many as there are",
                         "no rows",
                         "fails",
                         "fails before the last",
                         "repeats itself",
                         "a description",
                         "a modality",
                         "two studies",
                         "more to come back",
                         "quietly",
                         "asked nothing below",
                         "stops as told",
                         "a series by its description",
                         "fails within a study"});
        for (int seed = 1; seed <= test::rounds(400); ++seed) {
            Dice dice(seed);
            std::vector<Image> images;
            const int studies = dice.from(1, 3);
            for (int study = 1; study <= studies; ++study)
                for (int series = dice.from(1, 2); series > 0; --series)
                    for (int image = dice.from(1, 3); image > 0; --image) {
                        const QByteArray uid = "2.25." + QByteArray::number(study), seriesUid = uid + '.' + QByteArray::number(series);
                        images.push_back({study == 3 ? "P2" : "P1", study == 1 ? "20200101" : "20210101", uid, seriesUid, series == 1 ? "CT" : "MR",
                                          study == series ? "one" : "two", seriesUid + '.' + QByteArray::number(image)});
                    }
            const Level level = dice.of({Level::Study, Level::Series, Level::Image, Level::Image});
            FindKeys wanted;
            const auto draw = [&](std::initializer_list<const char*> all) { return dice.isOneOf(3) ? QString(dice.of(all)) : QString(); };
            wanted.patientId = draw({"P1", "P2"});
            wanted.dates = draw({"20200101", "20210101"});
            wanted.modality = draw({"CT", "MR"});
            wanted.studyUid = draw({"2.25.1", "2.25.2", "2.25.1"});
            wanted.seriesUid = level == Level::Study ? QString() : draw({"2.25.1.1", "2.25.2.1"});
            wanted.description = level == Level::Study ? QString() : draw({"one", "two"});
            wanted.instanceUid = level == Level::Image ? draw({"2.25.1.1.1", "2.25.2.1.1"}) : QString();
            if (dice.isOneOf(2))
                wanted.alsoReturn = {tag::InstitutionName};
            wanted.limit = dice.isOneOf(2) ? dice.from(1, 5) : 0;
            const int stopAt = dice.isOneOf(4) ? dice.from(1, 3) : 0;
            const bool isRelational = dice.isOneOf(3), isQuiet = dice.isOneOf(3), isAcross = reachesAcrossLevels(level, wanted);
            Pacs pacs(images, isRelational || !isAcross);
            pacs.wantedLevel = level == Level::Study ? "STUDY" : level == Level::Series ? "SERIES" : "IMAGE";
            pacs.repeatsItself = dice.isOneOf(2);
            pacs.failsAt = dice.isOneOf(4) ? dice.from(1, 5) : 0;

            // The plain search, and the way there: each query with the rows it gives.
            const auto isOf = [&](const Image& image) {
                return fits(wanted.patientId.toLatin1(), image.patient) && fits(wanted.dates.toLatin1(), image.date) &&
                       fits(wanted.studyUid.toLatin1(), image.study) && fits(wanted.seriesUid.toLatin1(), image.series) &&
                       fits(wanted.modality.toLatin1(), image.modality) && fits(wanted.description.toLatin1(), image.description) &&
                       fits(wanted.instanceUid.toLatin1(), image.instance);
            };
            std::vector<std::pair<QString, QStringList>> queries;
            const QString own = QString::fromLatin1(pacs.wantedLevel) + (wanted.alsoReturn.empty() ? "" : "+");
            const bool isWalk = isAcross && !isRelational;
            const auto uniqueOf = [&](const Image& image) {
                return QString::fromLatin1(level == Level::Study ? image.study : level == Level::Series ? image.series : image.instance);
            };
            // A modality is one of the study's: all of a study that has it is gone into.
            const auto isStudyOf = [&](const QByteArray& study) {
                return std::any_of(images.begin(), images.end(), [&](const Image& image) {
                    return image.study == study && fits(wanted.patientId.toLatin1(), image.patient) && fits(wanted.dates.toLatin1(), image.date) &&
                           fits(wanted.studyUid.toLatin1(), study) && fits(wanted.modality.toLatin1(), image.modality);
                });
            };
            if (!isWalk) {
                queries.push_back({own, {}});
                for (const Image& image : images)
                    if (isOf(image) || (level == Level::Study && isStudyOf(image.study)))
                        if (!queries.back().second.contains(uniqueOf(image)))
                            queries.back().second << uniqueOf(image);
            } else {
                queries.push_back({own.endsWith('+') ? "STUDY+" : "STUDY", {}});
                const bool isNamed = !wanted.seriesUid.isEmpty() && wanted.modality.isEmpty() && wanted.description.isEmpty();
                for (int study = 1; study <= studies; ++study) {
                    const QByteArray uid = "2.25." + QByteArray::number(study);
                    if (!isStudyOf(uid))
                        continue;
                    if (level == Level::Image && !isNamed)
                        queries.push_back({"SERIES", {}});
                    if (level == Level::Series)
                        queries.push_back({own, {}});
                    QByteArrayList series;
                    if (level == Level::Image && isNamed)
                        series << wanted.seriesUid.toLatin1();
                    for (const Image& image : images)
                        if (image.study == uid && !series.contains(image.series) && fits(wanted.seriesUid.toLatin1(), image.series) &&
                            fits(wanted.modality.toLatin1(), image.modality) && fits(wanted.description.toLatin1(), image.description))
                            series << image.series;
                    for (const QByteArray& one : series) {
                        if (level == Level::Series) {
                            queries.back().second << QString::fromLatin1(one);
                            continue;
                        }
                        queries.push_back({own, {}});
                        for (const Image& image : images)
                            if (image.study == uid && image.series == one && fits(wanted.instanceUid.toLatin1(), image.instance))
                                queries.back().second << uniqueOf(image);
                    }
                }
            }
            QStringList rows, asked;
            const qsizetype most = std::min(wanted.limit > 0 ? wanted.limit : 1000, stopAt > 0 ? stopAt : 1000);
            bool fails = false;
            for (const auto& [name, found] : queries) {
                asked << name;
                fails = asked.size() == pacs.failsAt;
                if (!fails)
                    rows << found.mid(0, most - rows.size());
                if (fails || rows.size() == most)
                    break;
            }
            if (rows.size() == most && dice.isOneOf(2))
                pacs.stopsAfter = int(most);
            qsizetype all = 0;
            for (const auto& [name, found] : queries)
                all += found.size();

            ScriptedScp peer([&](ScriptedScp::Conversation& conversation, const ScriptedScp::Message& message) { pacs.answer(conversation, message); },
                             {.relational = isRelational ? QByteArrayList{studyRoot} : QByteArrayList(), .saysNo = dice.isOneOf(2)});
            QStringList progress, given, expected;
            Task task([&](qint64 done, qint64 total, const QString&) { progress << QStringLiteral("%1 of %2").arg(done).arg(total); });
            const Node node{"s", "SCRIPTED", "127.0.0.1", peer.port(), false, {}, {}, {}};
            const dicom::Tag unique = level == Level::Study ? tag::StudyInstanceUID : level == Level::Series ? tag::SeriesInstanceUID : tag::SOPInstanceUID;
            const auto find = [&](auto&& how) {
                return how(
                    node, level, wanted,
                    [&](const dicom::Dataset& row) {
                        given << row.text(unique);
                        return given.size() != stopAt;
                    },
                    m_local, task);
            };
            const Result<qint64> found = isQuiet && isAcross ? findAcrossLevels(
                                                                   node, level, wanted,
                                                                   [&](const dicom::Dataset& row) {
                                                                       given << row.text(unique);
                                                                       return given.size() != stopAt;
                                                                   },
                                                                   m_local, task, Report::Nothing)
                                                             : find([](auto&&... all) { return dimse::find(all...); });
            const QByteArray where = "seed " + QByteArray::number(seed);
            QVERIFY2(given == rows, (where + ": " + given.join(' ').toUtf8() + " not " + rows.join(' ').toUtf8()).constData());
            QVERIFY2(found.has_value() == !fails, where.constData());
            if (fails)
                QVERIFY2(isTransient(found.error()), where.constData());
            else
                QVERIFY2(*found == rows.size(), where.constData());
            for (int i = 1; i <= rows.size() && !(isQuiet && isAcross); ++i)
                expected << QStringLiteral("%1 of 0").arg(i);
            QVERIFY2(progress == expected, (where + ": " + progress.join(' ').toUtf8()).constData());
            if (!fails)
                QTRY_COMPARE(peer.releases(), 1); // over one association, which ends as it should
            const auto lock = pacs.lock();
            QVERIFY2(pacs.asked == asked, (where + ": " + pacs.asked.join(' ').toUtf8() + " not " + asked.join(' ').toUtf8()).constData());
            QVERIFY2(pacs.areIdsDifferent, where.constData());
            if (!fails) {
                QVERIFY2(pacs.cancels == (rows.size() == most), where.constData()); // PS3.7 §9.3.2.3
                QVERIFY2(pacs.cancels == 0 || pacs.cancelledId == pacs.queryId, where.constData());
            }
            reached.count("stops as told", pacs.stopsAfter > 0 && !fails);
            reached.count(!isAcross ? "of one level" : isRelational ? "relational" : "level by level");
            reached.count(level == Level::Study ? "study" : level == Level::Series ? "series" : "image");
            reached.count("a limit", wanted.limit > 0);
            reached.count("the limit is met", rows.size() == wanted.limit && all > wanted.limit);
            reached.count("as many as there are", rows.size() == wanted.limit && all == wanted.limit);
            reached.count("no more wanted", rows.size() == stopAt && all > stopAt);
            reached.count("no rows", rows.isEmpty() && !fails);
            reached.count("fails", fails);
            reached.count("fails before the last", fails && size_t(asked.size()) < queries.size());
            reached.count("repeats itself", pacs.repeatsItself && isWalk);
            reached.count("a description", isWalk && !wanted.description.isEmpty());
            reached.count("a series by its description", isWalk && level == Level::Image && !wanted.seriesUid.isEmpty() && wanted.modality.isEmpty() &&
                                                             !wanted.description.isEmpty() && !asked.filter("IMAGE").isEmpty());
            reached.count("fails within a study", fails && asked.last() == own && level == Level::Image && queries.size() > size_t(asked.size()) &&
                                                      queries[size_t(asked.size())].first == own);
            reached.count("a modality", isWalk && !wanted.modality.isEmpty());
            reached.count("two studies", isWalk && asked.filter("STUDY").size() < asked.size() && studies > 1);
            reached.count("more to come back", isWalk && own.endsWith('+'));
            reached.count("quietly", isQuiet && isAcross);
            reached.count("asked nothing below", isWalk && asked.size() == 1 && !fails);
        }
        qInfo("%s", qPrintable(reached.summary()));
        QCOMPARE(reached.missing(), QString());
    }
};

QTEST_GUILESS_MAIN(TestRandomQueries)
#include "tst_random_queries.moc"
