// Random retrieves from a peer of any habits: what it is asked, what is taken, and the account at the end, against a plain reading of what there is and what
// came.
#include "netclient/dimse/query.h"
#include "netclient/dimse/retrieve.h"
#include "tests/support/dcmtk_servers.h"
#include "tests/support/dice.h"
#include "tests/support/dimse_peers.h"
#include "tests/support/wire.h"
#include <QTest>
#include <map>
#include <mutex>
#include <set>

using namespace diascope;
using namespace diascope::dimse;
using test::big, test::Dice, test::element, test::little, test::Reached, test::ScriptedScp, test::uid;

namespace {

const QByteArray secondaryCapture = "1.2.840.10008.5.1.4.1.1.7", ct = "1.2.840.10008.5.1.4.1.1.2", runLength = "1.2.840.10008.1.2.5",
                 implicitSyntax = "1.2.840.10008.1.2";
const QByteArray studyFind = "1.2.840.10008.5.1.4.1.2.2.1", studyMove = "1.2.840.10008.5.1.4.1.2.2.2", studyGet = "1.2.840.10008.5.1.4.1.2.2.3";
const QString otherPatient = "Contradiction: it belongs to another patient than was asked for",
              otherStudy = "Contradiction: it belongs to another study than was asked for",
              otherSeries = "Contradiction: it belongs to another series than was asked for", notSent = "the peer has it and did not send it",
              couldNot = "the peer could not send it";

struct Instance
{
    QByteArray study, series, instance, sopClass, patient;
    bool isListed = true; ///< in the answers to queries
    int times = 1;        ///< it is sent
    int sinkFault = -1;   ///< of ours
};

QByteArray datasetOf(const Instance& image, bool isExplicit)
{
    QByteArray all;
    const auto put = [&](quint16 group, quint16 name, const char* vr, const QByteArray& value) {
        all += isExplicit ? little(group, 2) + little(name, 2) + vr + little(quint64(value.size()), 2) + value : element(group, name, value);
    };
    put(8, 0x16, "UI", uid(image.sopClass));
    put(8, 0x18, "UI", uid(image.instance));
    put(0x10, 0x20, "LO", test::text(image.patient));
    put(0x20, 0x0D, "UI", uid(image.study));
    put(0x20, 0x0E, "UI", uid(image.series));
    return all;
}

/// A C-STORE of a sub-operation of C-MOVE over an association of its own; the status it is answered.
int sentTo(quint16 port, const Instance& image)
{
    test::Wire wire(test::Wire::connectedTo(port));
    wire.write(test::associateRequest("MOVER           ", image.sopClass));
    if (!wire.pdu().startsWith('\2'))
        return -1;
    wire.write(test::pdv(1, 3,
                         test::commandSet(element(0, 2, uid(image.sopClass)) + element(0, 0x100, little(1, 2)) + element(0, 0x110, little(7, 2)) +
                                          element(0, 0x700, little(0, 2)) + element(0, 0x800, little(1, 2)) + element(0, 0x1000, uid(image.instance)))) +
               test::pdv(1, 2, datasetOf(image, false)));
    const QByteArray answer = wire.pdu();
    wire.write(test::pdu(0x05, big(0, 4)));
    (void)wire.pdu();
    const qsizetype at = answer.indexOf(QByteArray::fromHex("0000000902000000")); // (0000,0900), 2 bytes
    return at < 0 ? -1 : test::byteAt(answer, at + 8) | test::byteAt(answer, at + 9) << 8;
}

/// Its rows have what was asked for and no more. A query without the names of what is above it is refused (PS3.4 C.4.1.2.2.1).
class Peer
{
public:
    std::vector<Instance> images;
    QByteArray deniedLevel; ///< queries of this are answered by the next
    quint16 denial = 0xA900;
    std::optional<int> countOff; ///< it counts so many more than there are; nothing: it does not count
    bool saysClasses = false, givesMoreRows = false, repeatsRows = false, givesBadNames = false, tellsNothing = false;
    quint32 silentAbout = 0; ///< in rows of what is below: the study's UID, or the series'
    bool hasPending = false, hasCounts = false, hasList = false, countsMissing = false;
    quint16 status = 0; ///< at the end, where no instance is asked for by name
    quint16 movePort = 0;

    QStringList asked, wrong;
    std::map<QByteArray, int> answers; ///< to its stores, by instance
    std::set<QByteArray> packed;       ///< that could go compressed
    int good = 0;                      ///< queries that were answered
    int said = 0, saidLast = 0;        ///< the largest count of sub-operations in any response, and in a last one
    QStringList listedAsFailed;
    QList<int> unnamed; ///< how many were only counted as failed
    std::mutex mutex;

    void answer(ScriptedScp::Conversation& conversation, const ScriptedScp::Message& message)
    {
        const std::lock_guard lock(mutex);
        auto keys = test::elementsOf(message.dataset);
        if (!m_ids.insert({conversation.number(), message.id}).second) // PS3.7 §9.1: it tells a message from others
            wrong << "an ID that was there";
        if (message.sopClass != (message.field == 0x0020 ? studyFind : message.field == 0x0021 ? studyMove : studyGet))
            wrong << message.sopClass;
        message.field == 0x0020 ? answerFind(conversation, message, keys) : bring(conversation, message, keys);
    }

private:
    std::set<std::pair<int, int>> m_ids; // of messages on each association

    void answerFind(ScriptedScp::Conversation& conversation, const ScriptedScp::Message& message, std::map<quint32, QByteArray>& keys)
    {
        const QByteArray level = keys[0x00080052], study = keys[0x0020000D], series = keys[0x0020000E];
        asked << QStringLiteral("FIND %1 %2 %3").arg(level, study, series).trimmed();
        ++good;
        if (tellsNothing)
            return conversation.respond(message, 0);
        good -= level == deniedLevel;
        if (level == deniedLevel)
            return conversation.respond(message, denial);
        if (study.isEmpty() || (level == "IMAGE" && series.isEmpty()))
            return conversation.respond(message, 0xA900);
        QByteArrayList given;
        for (const Instance& image : images) {
            const QByteArray& unique = level == "STUDY" ? image.study : level == "SERIES" ? image.series : image.instance;
            const bool isOther = image.study != study || (level != "STUDY" && !series.isEmpty() && image.series != series);
            // A row that can be told from what was asked for: by a UID that it says, or by its own.
            const bool isTold = silentAbout == 0 || level == "STUDY" ||
                                (silentAbout == 0x0020000D ? !series.isEmpty() && image.series != series : level == "SERIES" || image.study != study);
            if (given.contains(unique) || (isOther && !(givesMoreRows && isTold)) || (level == "IMAGE" && !image.isListed))
                continue;
            given << unique;
            QByteArray classes;
            int ofStudy = countOff.value_or(0), ofSeries = ofStudy;
            for (const Instance& other : images) {
                ofStudy += other.study == image.study;
                ofSeries += other.series == image.series;
                if (other.study == image.study && !classes.contains(other.sopClass))
                    classes += (classes.isEmpty() ? "" : "\\") + other.sopClass;
            }
            std::map<quint32, QByteArray> row{{0x00080052, test::text(level)}, {0x0020000D, uid(image.study)}, {0x00100020, test::text(image.patient)}};
            if (level != "STUDY" || givesMoreRows)
                row[0x0020000E] = uid(image.series);
            if (level == "IMAGE")
                row[0x00080018] = uid(image.instance), row[0x00080016] = uid(image.sopClass);
            if (level != "IMAGE" && saysClasses)
                row[0x00080062] = uid(classes);
            if (level != "IMAGE" && countOff)
                row[level == "STUDY" ? 0x00201208 : 0x00201209] = test::text(QByteArray::number(level == "STUDY" ? ofStudy : ofSeries));
            QByteArray bytes;
            for (const auto& [name, value] : row)
                if ((keys.contains(name) || (givesMoreRows && name == 0x0020000E)) &&
                    (name != silentAbout || level == "STUDY" || (level == "SERIES" && name == 0x0020000E)))
                    bytes += element(quint16(name >> 16), quint16(name), value);
            conversation.respond(message, 0xFF00, bytes);
            if (level == "IMAGE" && repeatsRows)
                conversation.respond(message, 0xFF00, bytes);
            if (level == "IMAGE" && givesBadNames)
                conversation.respond(message, 0xFF00, element(8, 0x18, "1..2"));
        }
        conversation.respond(message, 0);
    }

    void bring(ScriptedScp::Conversation& conversation, const ScriptedScp::Message& message, std::map<quint32, QByteArray>& keys)
    {
        const bool isMove = message.field == 0x0021;
        const QByteArray level = keys[0x00080052], study = keys[0x0020000D], series = keys[0x0020000E];
        QByteArrayList names = keys[0x00080018].split('\\');
        std::sort(names.begin(), names.end());
        asked << QStringLiteral("%1 %2 %3 %4 %5").arg(isMove ? "MOVE" : "GET", level, study, series, names.join(',')).trimmed();
        if (isMove && message.destination != "MOVER")
            wrong << message.destination;
        std::vector<Instance> wanted;
        for (const Instance& image : images)
            if (image.study == study && (series.isEmpty() || image.series == series) && (level != "IMAGE" || names.contains(image.instance)))
                wanted.push_back(image);
        if (level != "IMAGE")
            for (const Instance& image : images) // what nobody asked for
                if (image.study != study && image.times > 1)
                    wanted.push_back(image);
        int completed = 0;
        QByteArrayList failed;
        for (size_t i = 0; i < wanted.size(); ++i) {
            const Instance& image = wanted[i];
            if (image.times == 0 && countsMissing)
                failed << image.instance;
            for (int time = 0; time < image.times; ++time) {
                int answered = -1;
                ScriptedScp::Message response;
                if (isMove) {
                    answered = sentTo(movePort, image);
                } else {
                    if (conversation.store(image.sopClass, image.instance, datasetOf(image, true), runLength))
                        packed.insert(image.instance);
                    else if (!conversation.store(image.sopClass, image.instance, datasetOf(image, false), implicitSyntax))
                        wrong << "no context for " + image.sopClass;
                    if (conversation.receive(response))
                        answered = response.status;
                }
                if (answers.contains(image.instance) && answers[image.instance] != answered)
                    wrong << image.instance;
                answers[image.instance] = answered;
                answered == 0 ? void(++completed) : void(failed << image.instance);
                if (hasPending) {
                    conversation.respond(message, 0xFF00, {}, counts(int(wanted.size() - i) - 1, completed, int(failed.size())));
                    said = std::max(said, int(wanted.size() - i) - 1 + completed + int(failed.size()));
                }
            }
        }
        const bool isListing = hasList && !failed.isEmpty();
        conversation.respond(message, level == "IMAGE" ? quint16(0) : status, isListing ? element(8, 0x58, uid(failed.join('\\'))) : QByteArray(),
                             hasCounts ? counts(0, completed, int(failed.size())) : QByteArray());
        if (hasCounts)
            saidLast = std::max(saidLast, completed + int(failed.size()));
        if (isListing)
            for (const QByteArray& instance : failed)
                listedAsFailed << QString::fromLatin1(instance);
        else if (hasCounts && !failed.isEmpty())
            unnamed << int(failed.size());
    }

    static QByteArray counts(int remaining, int completed, int failed)
    {
        return element(0, 0x1020, little(quint64(remaining), 2)) + element(0, 0x1021, little(quint64(completed), 2)) +
               element(0, 0x1022, little(quint64(failed), 2)) + element(0, 0x1023, little(0, 2));
    }
};

QString lineOf(const RetrieveResult& result)
{
    QStringList failed;
    for (const InstanceFailure& failure : result.failed)
        failed << failure.sopInstanceUid + u' ' + failure.reason;
    failed.sort();
    return QStringLiteral("%1 of %2, %3 before, ended %4; %5")
        .arg(result.received)
        .arg(result.expected)
        .arg(result.present)
        .arg(result.ended ? QString::number(int(result.ended->fault)) + result.ended->detail : "not", failed.join("; "));
}

} // namespace

class TestRandomRetrieves : public QObject
{
    Q_OBJECT

    Local m_local;

private Q_SLOTS:
    void initTestCase() { m_local.connectSeconds = m_local.acseSeconds = m_local.dimseSeconds = 10; }

    void NET_06_NET_07_NET_08_theAccountOfEachRetrieve()
    {
        Reached reached({"C-GET",
                         "C-MOVE",
                         "a series",
                         "here before",
                         "by lists",
                         "by two lists",
                         "asked for no instance",
                         "complete",
                         "missing by name",
                         "missing by count",
                         "counted too many",
                         "counted too few",
                         "no count",
                         "a peer without queries",
                         "busy",
                         "no list",
                         "unknown",
                         "another patient",
                         "another study",
                         "our sink refuses",
                         "twice",
                         "ended",
                         "failed by the peer",
                         "failed unnamed",
                         "classes unknown",
                         "packed",
                         "more rows than asked for",
                         "rows twice",
                         "listed less",
                         "more here than it counts",
                         "says less",
                         "unknown and brought",
                         "by another patient than the peer says"});
        const std::map<Fault, int> statuses{{Fault::DiskFull, 0xA700},  {Fault::Conflict, 0xA900}, {Fault::Denied, 0x0124},
                                            {Fault::Internal, 0xA701},  {Fault::TimedOut, 0xA701}, {Fault::Unreadable, 0xA701},
                                            {Fault::Cancelled, 0xA701}, {Fault::Damaged, 0xC000},  {Fault::NotDicom, 0xC000}}; // PS3.4 table B.2-1, PS3.7 C.5
        for (int seed = 1; seed <= test::rounds(250); ++seed) {
            Dice dice(seed);
            Peer peer;
            const bool isQuiet = dice.isOneOf(2); // nothing goes wrong on the way
            for (const char* study : {"1.2.1", "1.2.2"})
                for (int series = dice.from(1, 2); series > 0; --series)
                    for (int number = dice.from(1, 3); number > 0; --number) {
                        const QByteArray seriesUid = study + QByteArray(".") + QByteArray::number(series);
                        Instance image{study, seriesUid, seriesUid + '.' + QByteArray::number(number), dice.of({secondaryCapture, secondaryCapture, ct}),
                                       study == QByteArray("1.2.1") ? "P1" : "P2"};
                        image.isListed = !dice.isOneOf(12);
                        if (dice.isOneOf(10))
                            image.patient = "P9";
                        if (!isQuiet) {
                            image.times = dice.of({1, 1, 1, 1, 0, 2});
                            if (dice.isOneOf(8))
                                image.sinkFault = int(std::next(statuses.begin(), dice.upTo(int(statuses.size()) - 1))->first);
                        }
                        peer.images.push_back(image);
                    }
            dice.shuffle(peer.images);
            const bool isMove = dice.isOneOf(3);
            peer.deniedLevel = dice.isOneOf(3) ? dice.of({"STUDY", "SERIES", "IMAGE"}) : "";
            peer.denial = dice.of({0xA900, 0xA900, 0xA700});
            if (!dice.isOneOf(4))
                peer.countOff = dice.of({0, 0, 0, 1, -1});
            peer.saysClasses = dice.isOneOf(2), peer.givesMoreRows = dice.isOneOf(2), peer.repeatsRows = dice.isOneOf(3), peer.givesBadNames = dice.isOneOf(3);
            peer.tellsNothing = dice.isOneOf(12);
            peer.silentAbout = dice.of({0U, 0U, 0x0020000DU, 0x0020000EU});
            peer.hasPending = dice.isOneOf(2), peer.hasCounts = !dice.isOneOf(3), peer.hasList = dice.isOneOf(2), peer.countsMissing = dice.isOneOf(2);
            peer.status = isQuiet ? 0 : dice.of({0, 0, 0xB000, 0xA701, 0xC001, 0xFE00});
            peer.movePort = isMove ? test::freePort() : quint16(0);
            RetrieveRequest request{{dice.isOneOf(12) ? "1.2.9" : "1.2.1"}, {}, {}, dice.of({"", "", "P1", "P7"})};
            if (dice.isOneOf(4))
                request.series.value = dice.of({"1.2.1.1", "1.2.1.2"});
            const bool isSeries = !request.series.isEmpty();
            if (dice.isOneOf(isMove ? 2 : 3))
                for (const Instance& image : peer.images)
                    if (image.study == "1.2.1" && (!isSeries || image.series == request.series.value.toLatin1()) && !dice.isOneOf(3))
                        request.present.insert(QString::fromLatin1(image.instance));

            // What the peer says there is.
            QStringList asked, seriesNames;
            const QString study = request.study.value;
            qint64 count = 0, listed = 0;
            QMap<QString, QStringList> names;
            std::set<QByteArray> classes;
            QString patient = request.patientId;
            const QByteArray countLevel = isSeries ? "SERIES" : "STUDY";
            const auto isOf = [&](const Instance& image) {
                return image.study == study.toLatin1() && (!isSeries || image.series == request.series.value.toLatin1());
            };
            const qint64 there = peer.tellsNothing ? 0 : std::count_if(peer.images.begin(), peer.images.end(), isOf);
            asked << ("FIND " + QString(countLevel) + ' ' + study + ' ' + request.series.value).trimmed();
            const bool isCounted = peer.tellsNothing || peer.deniedLevel != countLevel;
            if (isCounted && there > 0) {
                count = peer.countOff ? std::max<qint64>(there + *peer.countOff, 0) : 0;
                if (peer.saysClasses)
                    for (const Instance& image : peer.images)
                        if (image.study == study.toLatin1())
                            classes.insert(image.sopClass);
                if (patient.isEmpty() && !isSeries)
                    patient =
                        QString::fromLatin1(std::find_if(peer.images.begin(), peer.images.end(), isOf)->patient); // a row of a series does not say whose it is
            }
            bool isListed = false;
            const auto list = [&] {
                if (isSeries)
                    seriesNames = {request.series.value};
                if (seriesNames.isEmpty()) {
                    asked << "FIND SERIES " + study;
                    if (peer.deniedLevel == "SERIES" && !peer.tellsNothing)
                        return false;
                    for (const Instance& image : peer.images)
                        if (isOf(image) && !peer.tellsNothing && !seriesNames.contains(QString::fromLatin1(image.series)))
                            seriesNames << QString::fromLatin1(image.series);
                }
                std::set<QByteArray> found;
                for (const QString& series : seriesNames) {
                    asked << "FIND IMAGE " + study + ' ' + series;
                    if (peer.deniedLevel == "IMAGE" && !peer.tellsNothing)
                        return false;
                    for (const Instance& image : peer.images)
                        if (isOf(image) && !peer.tellsNothing && image.isListed && image.series == series.toLatin1())
                            names[series] << QString::fromLatin1(image.instance), found.insert(image.sopClass), ++listed;
                }
                if (!found.empty())
                    classes = found;
                return isListed = true;
            };
            bool isBusy = !isCounted && peer.denial == 0xA700;
            if (isCounted && ((!isMove && classes.empty()) || !request.present.isEmpty()))
                isBusy = !list() && peer.denial == 0xA700;
            const bool isUnknown = isCounted && there == 0;
            const bool isByName = !request.present.isEmpty() && isListed && listed > 0 && listed >= count;
            qint64 present = request.present.size(), expected = std::max(count, listed);
            QStringList wantedRequests;
            const QString verb = isMove ? "MOVE" : "GET";
            if (isByName) {
                present = 0;
                for (auto it = names.cbegin(); it != names.cend(); ++it) {
                    QStringList missing;
                    for (const QString& name : it.value())
                        request.present.contains(name) ? void(++present) : void(missing << name);
                    missing.sort();
                    if (!missing.isEmpty())
                        wantedRequests << verb + " IMAGE " + study + ' ' + it.key() + ' ' + missing.join(',');
                }
            } else {
                wantedRequests << (verb + (isSeries ? " SERIES " : " STUDY ") + study + ' ' + request.series.value).trimmed();
            }
            const qint64 total = std::max<qint64>(expected - present, 0);

            ScriptedScp scp([&](ScriptedScp::Conversation& conversation, const ScriptedScp::Message& message) { peer.answer(conversation, message); },
                            {.syntaxes = {runLength, implicitSyntax}});
            const Node node{"s", "SCRIPTED", "127.0.0.1", scp.port(), false, {}, {}, {}};
            QStringList progress;
            std::mutex mutex;
            std::map<QByteArray, int> taken;
            bool isAsSent = true;
            Task task([&](qint64 done, qint64 of, const QString&) { progress << QStringLiteral("%1 of %2").arg(done).arg(of); });
            const Sink sink = [&](Received&& received) -> Result<void> {
                const std::lock_guard lock(mutex);
                for (const Instance& image : peer.images)
                    if (image.instance == received.sopInstanceUid.toLatin1() && image.sinkFault >= 0)
                        return fail(Fault(image.sinkFault), "why");
                isAsSent &= std::any_of(peer.images.begin(), peer.images.end(), [&](const Instance& image) {
                    const bool isPacked = received.transferSyntaxUid == QLatin1String(runLength);
                    return received.sopInstanceUid == QLatin1String(image.instance) && received.sopClassUid == QLatin1String(image.sopClass) &&
                           (isPacked || received.transferSyntaxUid == QLatin1String(implicitSyntax)) && received.part10.endsWith(datasetOf(image, isPacked));
                });
                ++taken[received.sopInstanceUid.toLatin1()];
                return {};
            };
            const auto result = isMove ? dimse::move(node, request, {"MOVER", peer.movePort, ListenerOptions::Interface::Loopback}, sink, m_local, task)
                                       : dimse::get(node, request, sink, m_local, task);
            const QByteArray where = "seed " + QByteArray::number(seed) + ": ";
            const std::lock_guard lock(peer.mutex);
            if (reached.count("busy", isBusy)) {
                QVERIFY2(!result && isTransient(result.error()), where.constData());
                QVERIFY2(peer.asked == asked, (where + peer.asked.join("; ").toUtf8() + " not " + asked.join("; ").toUtf8()).constData());
                continue;
            }
            QVERIFY2(result, result ? "" : (where + message(result.error()).toUtf8()).constData());

            // What came of it.
            QMap<QString, QString> failed;
            QSet<QString> received;
            qint64 repeated = 0;
            bool hasPacked = false;
            for (const Instance& image : peer.images) {
                const QString name = QString::fromLatin1(image.instance);
                const bool isSent = image.times > 0 && (isByName ? isOf(image) && image.isListed && !request.present.contains(name)
                                                                 : isOf(image) || (image.study != study.toLatin1() && image.times > 1));
                QVERIFY2(peer.answers.contains(image.instance) == isSent, (where + image.instance).constData());
                if (!isSent)
                    continue;
                const bool isOther = image.study != study.toLatin1(), isOtherSeries = isSeries && !isOther && !isOf(image),
                           isOtherPatient = !patient.isEmpty() && image.patient != patient.toLatin1();
                if (isOther || isOtherSeries || isOtherPatient)
                    failed[name] = isOther ? otherStudy : isOtherSeries ? otherSeries : otherPatient;
                else if (image.sinkFault >= 0)
                    failed[name] = message(Error{Fault(image.sinkFault), "why"});
                else
                    received << name, repeated += image.times - 1;
                const int status = isOther || isOtherSeries || isOtherPatient ? 0xA900 : image.sinkFault >= 0 ? statuses.at(Fault(image.sinkFault)) : 0;
                QVERIFY2(peer.answers[image.instance] == status,
                         (where + image.instance + ' ' + QByteArray::number(peer.answers[image.instance], 16)).constData());
                QVERIFY2(taken[image.instance] == (received.contains(name) ? image.times : 0), (where + image.instance).constData());
                QVERIFY2(isMove || (peer.packed.contains(image.instance) == (classes.contains(image.sopClass))), (where + image.instance).constData());
                hasPacked |= peer.packed.contains(image.instance);
                reached.count("another patient", isOtherPatient && !isOther);
                reached.count("another study", isOther);
                reached.count("our sink refuses", image.sinkFault >= 0 && !isOther && !isOtherPatient);
                reached.count("twice", received.contains(name) && image.times > 1);
            }
            for (const QString& name : peer.listedAsFailed)
                if (!failed.contains(name))
                    failed[name] = couldNot;
            QStringList unnamed;
            for (int number : peer.unnamed)
                unnamed << QStringLiteral("the peer could not send %1 instances").arg(number);
            std::optional<Error> ended;
            if (!isByName && peer.status != 0 && peer.status != 0xB000)
                ended = Error{peer.status == 0xFE00 ? Fault::Cancelled : Fault::Refused,
                              peer.status == 0xC001   ? "the peer was unable to process it (0xc001)"
                              : peer.status == 0xFE00 ? "the peer stopped as asked (0xfe00)"
                                                      : "the peer is out of resources (0xa701) (for now: try again later)"};
            const qint64 spokenOf = std::max(isMove ? 0 : peer.said, peer.saidLast) - repeated;
            const qint64 came = (received - request.present).size();
            expected = std::max(expected, spokenOf);
            asked << wantedRequests;
            if (ended || !failed.isEmpty() || !unnamed.isEmpty() || std::max(count, listed) == 0 || came + present < expected) {
                if (!isListed)
                    (void)list();
                expected = std::max({expected, count, listed});
                bool isMissing = false;
                for (const QStringList& series : names)
                    for (const QString& name : series)
                        if (!received.contains(name) && !request.present.contains(name) && !failed.contains(name))
                            failed[name] = notSent, isMissing = true;
                reached.count("missing by name", isMissing);
                if (isMissing || (isListed && listed > 0 && listed >= count))
                    unnamed.clear();
                if (expected > came + present && failed.isEmpty() && unnamed.isEmpty() && !ended) {
                    unnamed << QStringLiteral("the peer counts %1 instances more than it sent").arg(expected - came - present);
                    reached.count("missing by count");
                }
            }
            if (isUnknown && came == 0 && (!ended || peer.status == 0xC001))
                ended = Error{Fault::NotFound, QStringLiteral("127.0.0.1:%1 (SCRIPTED) has no such %2").arg(scp.port()).arg(isSeries ? "series" : "study")};

            RetrieveResult wanted;
            wanted.received = came, wanted.expected = expected, wanted.present = present, wanted.ended = ended;
            for (auto it = failed.cbegin(); it != failed.cend(); ++it)
                wanted.failed.push_back({it.key(), it.value()});
            for (const QString& reason : unnamed)
                wanted.failed.push_back({{}, reason});
            QVERIFY2(lineOf(*result) == lineOf(wanted), (where + lineOf(*result).toUtf8() + "\nnot " + lineOf(wanted).toUtf8()).constData());
            QStringList got = peer.asked; // the series of a list come in any order
            std::sort(got.begin(), got.end());
            std::sort(asked.begin(), asked.end());
            QVERIFY2(got == asked, (where + got.join("; ").toUtf8() + "\nnot " + asked.join("; ").toUtf8()).constData());
            QVERIFY2(isAsSent, where.constData());
            const bool isReleased = !wantedRequests.isEmpty() && (isByName || peer.status == 0 || peer.status == 0xB000);
            QTRY_COMPARE(scp.releases(), peer.good + isReleased); // each association ends as it should (PS3.8 §7.2)
            reached.count("unknown and brought", isUnknown && came > 0);
            QVERIFY2(peer.wrong.isEmpty(), (where + peer.wrong.join("; ").toUtf8()).constData());
            QVERIFY2(progress.value(0) == QStringLiteral("0 of %1").arg(total), (where + progress.join(", ").toUtf8()).constData());
            QVERIFY2(progress.last() == QStringLiteral("%1 of %2").arg(came).arg(std::max(total, came)), (where + progress.join(", ").toUtf8()).constData());

            reached.count(isMove ? "C-MOVE" : "C-GET");
            reached.count("a series", isSeries);
            reached.count("here before", !request.present.isEmpty());
            reached.count("by lists", isByName && !wantedRequests.isEmpty());
            reached.count("by two lists", isMove && wantedRequests.size() > 1);
            reached.count("asked for no instance", wantedRequests.isEmpty());
            reached.count("complete", result->isComplete() && there > 0);
            reached.count("counted too many", count > there);
            reached.count("counted too few", count > 0 && count < there);
            reached.count("no count", isCounted && there > 0 && count == 0);
            reached.count("a peer without queries", !isCounted);
            reached.count("no list", isCounted && !isListed && !peer.deniedLevel.isEmpty());
            reached.count("unknown", isUnknown);
            reached.count("ended", ended.has_value());
            reached.count("failed by the peer", failed.values().contains(couldNot));
            reached.count("failed unnamed", !peer.unnamed.isEmpty());
            reached.count("classes unknown", !isMove && classes.empty() && there > 0);
            reached.count("packed", hasPacked);
            reached.count("more rows than asked for", peer.givesMoreRows);
            reached.count("rows twice", peer.repeatsRows && listed > 0);
            reached.count("more here than it counts", std::max(count, listed) < present);
            reached.count("says less", peer.silentAbout != 0 && isListed);
            reached.count("by another patient than the peer says", request.patientId.isEmpty() && patient == "P9");
            reached.count("listed less", isListed && listed < there);
        }
        qInfo("%s", qPrintable(reached.summary()));
        QCOMPARE(reached.missing(), QString());
    }
};

QTEST_GUILESS_MAIN(TestRandomRetrieves)
#include "tst_random_retrieves.moc"
