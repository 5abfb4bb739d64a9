// Random orders, rules of routing and prefetching and limits of the rate, against plain rules.
#include "netclient/transfer/order_store.h"
#include "netclient/transfer/rate_limit.h"
#include "tests/support/comparison.h"
#include "tests/support/dice.h"
#include <QTest>
#include <map>

using namespace diascope;
using namespace diascope::transfer;

namespace {

QString lineOf(const transfer::Order& one)
{
    return test::line(one.patientId, one.issuer, one.patientName, one.modalities, one.bodyPart, one.description, one.date.toString("yyyyMMdd"), one.study.value);
}
QString lineOf(const ReceivedOrder& one)
{
    return test::line(lineOf(one.order), one.number, one.accession, one.filler, one.patientIds, one.birthDate, one.sex, one.isCancelled);
}
QString lineOf(const RouteRule& one)
{
    return test::line("from", one.from, "modalities", one.modalities, "parts", one.bodyParts, one.description, "to", one.to, one.wantsCommitment);
}
QString lineOf(const PrefetchRule& one)
{
    return test::line("modalities", one.modalities, "parts", one.bodyParts, "priors", one.priors, one.needsSameBodyPart, one.years, one.atMost);
}

/// Some words of each part of the body, in the order in which the program's table has them.
QString plainBodyPart(const QString& named, const QString& description)
{
    static const std::vector<std::pair<QString, QStringList>> parts{{"HEAD", {"HEAD", "brain", "SKULL", "头颅"}},
                                                                    {"NECK", {"NECK", "carotid"}},
                                                                    {"CHEST", {"CHEST", "Thorax", "lung"}},
                                                                    {"HEART", {"HEART", "coronary"}},
                                                                    {"ABDOMEN", {"ABDOMEN", "liver", "abd"}},
                                                                    {"PELVIS", {"PELVIS", "prostate"}},
                                                                    {"SPINE", {"SPINE", "lumbar"}},
                                                                    {"KNEE", {"KNEE"}},
                                                                    {"HIP", {"HIP"}},
                                                                    {"EXTREMITY", {"wrist"}}};
    for (const QString& text : {named, description})
        for (const auto& [part, words] : parts)
            for (const QString& word : words)
                if (text.contains(word, Qt::CaseInsensitive))
                    return part;
    return named.trimmed().toUpper();
}

/// An empty list fits everything.
bool isIn(const QStringList& list, const QString& text)
{
    return list.isEmpty() || list.contains(text.trimmed(), Qt::CaseInsensitive);
}
bool isAnyIn(const QStringList& list, const QStringList& texts)
{
    return list.isEmpty() || std::ranges::any_of(texts, [&](const QString& text) { return isIn(list, text); });
}

/// PS3.5 6.2.1: the groups of a name, without the empty parts at their ends.
QStringList nameGroups(const QString& name)
{
    QStringList groups;
    for (QString group : name.toUpper().split('=')) {
        while (group.endsWith('^'))
            group.chop(1);
        if (!group.isEmpty())
            groups << group;
    }
    return groups;
}
bool isOneName(const QString& a, const QString& b)
{
    const QStringList ours = nameGroups(a), theirs = nameGroups(b);
    return ours.isEmpty() || theirs.isEmpty() || std::ranges::any_of(ours, [&](const QString& group) { return theirs.contains(group); });
}

QStringList drawList(test::Dice& dice, std::initializer_list<const char*> values)
{
    QStringList list;
    for (int i = dice.upTo(2); i > 0; --i)
        list << dice.text(values);
    return list;
}

/// A rule as it is written, and what a reader should find. Members that are absent keep their defaults.
class WrittenRule
{
public:
    WrittenRule(test::Dice& dice, test::Reached& reached) : m_dice(dice), m_reached(reached) {}

    QStringList list(const char* name)
    {
        const int kind = m_dice.upTo(7);
        if (kind < 2)
            add(name, kind == 0 ? "[\"ct\",\"MR\"]" : "\"ct\"");
        if (m_reached.count("no such list", kind >= 5 && m_dice.isOneOf(8)))
            addWrong(name, m_dice.text({"5", "[\"\"]", "[1]", "true", "{}", "null"}));
        return kind == 0 ? QStringList{"CT", "MR"} : kind == 1 ? QStringList{"CT"} : QStringList();
    }
    int whole(const char* name, int usual, int most)
    {
        if (!m_dice.isOneOf(3))
            return usual;
        const int value = m_dice.of({1, most, most, 7, 0, -1, most + 1});
        const bool isInRange = value >= 1 && value <= most;
        m_reached.count(isInRange ? "number" : "no such number");
        isInRange ? add(name, QString::number(value)) : addWrong(name, QString::number(value));
        return value;
    }
    bool flag(const char* name)
    {
        const QString value = m_dice.text({"", "true", "false", "true", "1"});
        if (!value.isEmpty())
            value == "1" ? addWrong(name, value) : add(name, value);
        return value == "true";
    }
    void add(const char* name, const QString& value) { m_members << QString("\"%1\":%2").arg(name, value); }
    void addWrong(const char* name, const QString& value)
    {
        add(name, value);
        m_isValid = false;
    }
    QString json() const { return '{' + m_members.join(',') + '}'; }
    bool isValid() const { return m_isValid; }

private:
    test::Dice& m_dice;
    test::Reached& m_reached;
    QStringList m_members;
    bool m_isValid = true;
};

RouteRule drawRoute(test::Dice& dice, WrittenRule& written)
{
    RouteRule rule;
    rule.from = written.list("from");
    rule.modalities = written.list("modalities");
    rule.bodyParts = written.list("bodyParts");
    const QString description = dice.text({"", "\"chest\"", "5"}), to = dice.text({"\"archive\"", "\"archive\"", "\"archive\"", "\"\"", "", "7"});
    rule.description = description == "5" ? "" : QString(description).remove('"');
    rule.to = "archive";
    if (!description.isEmpty())
        description == "5" ? written.addWrong("description", description) : written.add("description", description);
    to == "\"archive\"" ? written.add("to", to) : written.addWrong(to.isEmpty() ? "nothing" : "to", to.isEmpty() ? "1" : to);
    rule.wantsCommitment = written.flag("commit");
    return rule;
}

PrefetchRule drawPrefetch(WrittenRule& written)
{
    PrefetchRule rule;
    rule.modalities = written.list("modalities");
    rule.bodyParts = written.list("bodyParts");
    rule.priors = written.list("priors");
    rule.needsSameBodyPart = written.flag("sameBodyPart");
    rule.years = written.whole("years", 5, 120);
    rule.atMost = written.whole("atMost", 3, 100);
    return rule;
}

} // namespace

class TestRandomRules : public QObject, test::Comparison
{
    Q_OBJECT

    void compareRoute(test::Dice& dice, test::Reached& reached, const QString& named, const QString& described, const QString& other)
    {
        const RouteRule rule{drawList(dice, {"CT1", "ct2"}), drawList(dice, {"CT", "mr"}), drawList(dice, {"CHEST", "head", "TOE"}),
                             dice.text({"", "", "thorax", "lu"}), "archive", dice.isOneOf(2)};
        const Arrival arrival{dice.text({"CT1", "ct1 ", "CT2", "X"}), dice.text({"CT", "MR", "US"}), named, described, other};
        const bool saysSo = described.contains(rule.description, Qt::CaseInsensitive) || other.contains(rule.description, Qt::CaseInsensitive);
        const bool goes = isIn(rule.from, arrival.callingAe) && isIn(rule.modalities, arrival.modality) &&
                          isIn(rule.bodyParts, plainBodyPart(named, other + ' ' + described)) && saysSo;
        did("rule", lineOf(rule), "arrival", arrival.callingAe, arrival.modality, named, described, other);
        compare("route", fits(rule, arrival), goes);
        reached.count(goes ? "routed" : "not routed");
    }
    void comparePriors(test::Dice& dice, test::Reached& reached, const QString& named, const QString& described)
    {
        std::vector<PrefetchRule> rules(size_t(dice.upTo(2)));
        for (PrefetchRule& one : rules)
            one = {drawList(dice, {"CT", "mr"}), drawList(dice, {"CHEST", "head", "TOE"}), drawList(dice, {"CT", "CR"}), dice.isOneOf(3), dice.of({1, 5}),
                   dice.of({1, 2, 3})};
        const transfer::Order order{dice.isOneOf(12) ? "" : "P1", dice.text({"", "H"}), dice.text({"Doe^Jane", "DOE^JANE", "", "Wang^Hua=王^华"}),
                                    drawList(dice, {"CT", "MR"}), named, described, dice.isOneOf(6) ? QDate() : QDate(2024, 2, 29), {"1.1"}};
        std::vector<archive::StudyRow> rows(size_t(dice.upTo(5)));
        for (size_t i = 0; i < rows.size(); ++i) {
            rows[i].uid = {dice.isOneOf(6) ? "1.1" : QString("1.2.%1").arg(i)};
            rows[i].patientId = dice.isOneOf(8) ? "P2" : "P1";
            rows[i].issuer = dice.text({"", "H", "H", "K"});
            rows[i].patientName = dice.text({"Doe^Jane", "doe^jane^^", "Roe^Ann", "", "王^华"});
            rows[i].modalities = drawList(dice, {"CT", "CR", "MR"});
            rows[i].date = dice.text({"20240229", "20240301", "20240228", "20230301", "20230228", "20190301", "20190228", "20190227", "", "2020"});
            rows[i].time = dice.text({"080000", "120000"});
            rows[i].description = dice.text({"", "Thorax", "brain", "TOE"});
        }
        const auto rule = std::ranges::find_if(rules, [&](const PrefetchRule& one) {
            return isAnyIn(one.modalities, order.modalities) && isIn(one.bodyParts, plainBodyPart(named, described));
        });
        std::vector<archive::StudyRow> wanted;
        for (const auto& row : rows) {
            const bool isOfPatient = !order.patientId.isEmpty() && row.patientId == order.patientId &&
                                     (row.issuer.isEmpty() || order.issuer.isEmpty() || row.issuer == order.issuer);
            if (rule == rules.end() || !isOfPatient || row.uid == order.study)
                continue;
            // Five years before the 29th of February 2024 is the 28th of February 2019.
            const QString earliest = rule->years == 1 ? "20230228" : "20190228";
            const bool isNamedSo = isOneName(order.patientName, row.patientName);
            const bool isInTime = row.date.size() == 8 && (!order.date.isValid() || (row.date <= "20240229" && row.date >= earliest));
            const bool isOfKind = isAnyIn(rule->priors.isEmpty() ? order.modalities : rule->priors, row.modalities);
            const bool isOfPart = !rule->needsSameBodyPart || plainBodyPart("", row.description) == plainBodyPart(named, described);
            reached.count(!isNamedSo ? "another name" : !isInTime ? "not in time" : !isOfKind ? "another kind" : !isOfPart ? "another part" : "a prior");
            if (isNamedSo && isInTime && isOfKind && isOfPart)
                wanted.push_back(row);
        }
        std::ranges::stable_sort(wanted, std::greater{}, [](const auto& row) { return std::pair(row.date, row.time); });
        if (rule != rules.end() && wanted.size() > size_t(rule->atMost))
            wanted.resize(size_t(rule->atMost));
        const auto uidsOf = [](const std::vector<archive::StudyRow>& list) {
            QStringList uids;
            for (const auto& row : list)
                uids << row.uid.value;
            return uids;
        };
        did("order", lineOf(order));
        compare("priors", uidsOf(priorsFor(rules, order, rows)), uidsOf(wanted));
    }

private Q_SLOTS:
    void NET_15_orders()
    {
        struct Kept
        {
            ReceivedOrder order;
            qint64 received = 0;
        };
        test::Reached reached{"cancelled", "cancelled and not there", "forgotten", "old and planned", "kept", "since", "of a study"};
        const QDate today = QDate::currentDate();
        const qint64 startOfToday = today.startOfDay().toMSecsSinceEpoch();
        for (int seed = 1; seed <= test::rounds(14) && isSame(); ++seed) {
            startInFolder(seed);
            test::Dice dice(seed);
            std::map<QString, Kept> kept;
            auto store = std::move(*OrderStore::open(profile()));
            const auto database = *Database::open(profile().databasePath());
            for (int step = 0; step < 40 && isSame(); ++step) {
                ReceivedOrder order;
                order.number = QString("F%1").arg(dice.upTo(7));
                order.isCancelled = dice.isOneOf(6);
                order.order = {dice.text({"", "P1"}), dice.text({"", "H"}), dice.text({"", "Doe^Jane"}), drawList(dice, {"CT", "MR"}), dice.text({"", "CHEST"}),
                               dice.text({"", "CT Thorax"}), today.addDays(dice.of({-400, -1, 0, 1, 30})), {dice.text({"", "1.2", "1.3"})}};
                order.accession = dice.text({"", "A1", "A2"});
                order.filler = dice.text({"", "N1", "N2"});
                order.patientIds = dice.isOneOf(2) ? QStringList() : QStringList{"P1", "P2"};
                order.birthDate = dice.text({"", "19850930"});
                order.sex = dice.text({"", "F"});
                did("order", lineOf(order));
                compareFault("store", store->store(order), test::noFault);
                if (order.isCancelled) {
                    reached.count(kept.erase(order.number) > 0 ? "cancelled" : "cancelled and not there");
                } else {
                    const qint64 monthsAgo = QDateTime::currentMSecsSinceEpoch() - 92 * test::dayMs;
                    std::erase_if(kept, [&](const auto& one) {
                        const bool isOld = one.second.received < monthsAgo, isPlanned = one.second.order.order.date >= today;
                        reached.count(!isOld ? "kept" : isPlanned ? "old and planned" : "forgotten");
                        return isOld && !isPlanned;
                    });
                    const int days = dice.of({0, 1, 91, 94});
                    const qint64 received = startOfToday - days * test::dayMs + step * 60'000; // at another minute each
                    QVERIFY(database->execute("UPDATE imaging_order SET received=? WHERE number=?", {received, order.number}));
                    kept[order.number] = {order, received};
                }
                if (dice.isOneOf(5))
                    store = std::move(*OrderStore::open(profile()));
                std::map<qint64, ReceivedOrder> inOrder;
                for (const auto& [number, one] : kept)
                    inOrder[one.received] = one.order;
                const QDate since = today.addDays(dice.of({-100, -91, -1, 0, 1, 2, 31}));
                const QString study = dice.text({"", "1.2"}), accession = dice.text({"", " A1 ", "A2"}), filler = dice.text({"", "N1 "});
                did("since", since.toString("yyyyMMdd"), "study", study, "accession", accession, "filler", filler);
                QStringList sinceThen, ofStudy, expectedSince, expectedOfStudy;
                const auto listed = *store->since(since);
                const auto found = *store->ofStudy({study}, accession, filler);
                for (const auto& one : listed)
                    sinceThen << lineOf(one);
                for (const auto& one : found)
                    ofStudy << lineOf(one);
                const auto isNumber = [](const QString& wanted, const QString& number) { return !wanted.isEmpty() && number == wanted.trimmed(); };
                for (const auto& [received, one] : inOrder) {
                    if (reached.count("since", received >= since.startOfDay().toMSecsSinceEpoch() || one.order.date >= since))
                        expectedSince << lineOf(one.order);
                    if (reached.count("of a study", isNumber(study, one.order.study.value) || isNumber(accession, one.accession) || isNumber(filler, one.filler)))
                        expectedOfStudy << lineOf(one);
                }
                compare("since", sinceThen, expectedSince);
                compare("of a study", ofStudy, expectedOfStudy);
            }
        }
        QVERIFY2(isSame(), qPrintable(difference()));
        QCOMPARE(reached.missing(), QString());
    }

    void NET_15_NET_17_rules()
    {
        test::Reached reached{"routed", "not routed", "another name", "not in time", "another kind", "another part", "a prior"};
        for (int seed = 1; seed <= test::rounds(3000) && isSame(); ++seed) {
            start(seed);
            test::Dice dice(seed);
            const QString described = dice.text({"", "Thorax", "CT brain", "LUMBAR spine", "wrist left", "liver of a knee", "nothing", "prostate"}),
                          other = dice.text({"", "lung", "carotid", "hip"}), named = dice.text({"", "", " chest ", "HEAD", "TOE", "knee"});
            compare("part of the body", bodyPartOf(named, described), plainBodyPart(named, described));
            compareRoute(dice, reached, named, described, other);
            comparePriors(dice, reached, named, described);
        }
        QVERIFY2(isSame(), qPrintable(difference()));
        QCOMPARE(reached.missing(), QString());
    }

    void NET_15_writtenRules()
    {
        test::Reached reached{"no such list", "number", "no such number", "a misspelt word", "no object", "no array", "taken", "refused"};
        for (int seed = 1; seed <= test::rounds(2000) && isSame(); ++seed) {
            start(seed);
            test::Dice dice(seed);
            const bool isRoute = dice.isOneOf(2);
            bool isValid = true;
            QStringList rules, expected, got;
            for (int i = dice.upTo(2); i > 0; --i) {
                WrittenRule written(dice, reached);
                expected << (isRoute ? lineOf(drawRoute(dice, written)) : lineOf(drawPrefetch(written)));
                if (reached.count("a misspelt word", dice.isOneOf(12)))
                    written.addWrong("modality", "[\"CT\"]");
                const bool isNoObject = reached.count("no object", dice.isOneOf(20));
                rules << (isNoObject ? QString("5") : written.json());
                isValid = isValid && written.isValid() && !isNoObject;
            }
            QString json = '[' + rules.join(',') + ']';
            if (reached.count("no array", dice.isOneOf(12))) {
                json = dice.text({"", " \n", "{}", "[", "5"});
                isValid = json.trimmed().isEmpty();
                expected = isRoute ? QStringList() : QStringList{lineOf(PrefetchRule{})};
            }
            did(isRoute ? "routes" : "prefetch", json);
            const auto read = [&](const auto& parsed) {
                compareFault("whether it is taken", parsed, isValid ? test::noFault : int(Fault::Invalid));
                if (parsed)
                    for (const auto& one : *parsed)
                        got << lineOf(one);
            };
            isRoute ? read(parseRoutes(json)) : read(parsePrefetch(json));
            compare("rules", got, isValid ? expected : QStringList());
            reached.count(isValid ? "taken" : "refused");
        }
        QVERIFY2(isSame(), qPrintable(difference()));
        QCOMPARE(reached.missing(), QString());
    }

    /// By the time of day: the last range that fits counts.
    void NET_15_limitsOfTheRate()
    {
        test::Reached reached{"no such range", "no limit", "limited"};
        for (int seed = 1; seed <= test::rounds(2000) && isSame(); ++seed) {
            start(seed);
            test::Dice dice(seed);
            const auto clock = [&](int minutes) { // one digit or two
                return QString("%1:%2").arg(minutes / 60, dice.from(1, 2), 10, QChar('0')).arg(minutes % 60, 2, 10, QChar('0'));
            };
            QStringList texts;
            std::map<int, int> expected; // of each minute
            bool isValid = true;
            for (int i = dice.upTo(3); i > 0; --i) {
                const int from = dice.of({0, 1, 419, 420, 1320, 1439}), to = dice.of({0, 60, 420, 421, 1140, 1439, 1440});
                const int rate = dice.of({0, 1, 2000, 9'999'999});
                texts << clock(from) + dice.text({"-", " - ", "-"}) + clock(to) + ' ' + QString::number(rate);
                int minute = from;
                do { // over midnight if need be
                    expected[minute] = rate;
                    minute = (minute + 1) % 1440;
                } while (minute != to % 1440 && minute != from);
                if (reached.count("no such range", dice.isOneOf(12))) {
                    texts.last() = dice.text({"all day", "07:00-19:00", "7-19 100", "24:00-07:00 5", "07:60-08:00 5", "07:00-08:00 -5", "07:00-25:00 5",
                                              "07:00-08:00 12345678", "x07:00-08:00 5"});
                    isValid = false;
                }
            }
            const QString text = texts.join(dice.text({";", "; ", " ;"})) + dice.text({"", ";"});
            did("limits", text);
            const auto limits = RateLimits::parse(text);
            compareFault("limits", limits, isValid ? test::noFault : int(Fault::Invalid));
            for (const int minute : {0, 1, 59, 60, 419, 420, 421, 1139, 1140, 1320, 1438, 1439}) {
                const int rate = expected.contains(minute) ? expected[minute] : -1;
                if (limits)
                    compare(test::line("limit at minute", minute), limits->at(QTime(minute / 60, minute % 60)).value_or(-1), rate);
                reached.count(rate < 0 ? "no limit" : "limited", limits.has_value());
            }
        }
        QVERIFY2(isSame(), qPrintable(difference()));
        QCOMPARE(reached.missing(), QString());
    }
};

QTEST_GUILESS_MAIN(TestRandomRules)
#include "tst_random_rules.moc"
