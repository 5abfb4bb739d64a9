// Random operations on the store of reports; after each step all that it tells is compared with a plain model.
#include "reporting/store/report_store.h"
#include "tests/support/plain_report.h"
#include <QJsonObject>
#include <QTest>

using namespace diascope;
using namespace diascope::reporting;
using test::PlainResult;
using test::mayBeSigned;

namespace {

struct PlainReport
{
    struct Version
    {
        Report report;
        QString signedAs;
    };
    QString id;
    int revision = 0;
    std::optional<Report> working;
    std::vector<Version> versions;
    Report stored; ///< the working copy that was stored last, there or gone
    QDateTime modified;

    const Report& newest() const { return working ? *working : versions.back().report; }
    const Report& signedLast() const { return versions.back().report; }
    void store(const Report& report)
    {
        working = stored = report;
        revision = report.revision;
        modified = report.modifiedAt;
    }
};

QString lineOf(const ReportSummary& one)
{
    return test::line(one.reportId, one.studyUid, one.patientId, one.issuerOfPatientId, one.accession, one.title, one.status, one.hasWorkingCopy,
                      one.version, one.author, one.signer, one.createdAt, one.modifiedAt, one.signedAt);
}
QStringList linesOf(const std::vector<ReportSummary>& list)
{
    QStringList lines;
    for (const ReportSummary& one : list)
        lines << lineOf(one);
    return lines;
}
PlainResult refusedAs(Fault fault)
{
    return std::unexpected(int(fault));
}
QDateTime now()
{
    return QDateTime::currentDateTimeUtc();
}

} // namespace

class TestRandomReports : public QObject, test::ReportComparison
{
    Q_OBJECT

    test::Dice m_dice{0};
    test::Reached m_reached{"saved",
                            "saved over a signed one",
                            "saved by an author who was overtaken",
                            "saved and not there",
                            "signed and not there",
                            "signed twice",
                            "signed by an author who was overtaken",
                            "an addendum that changes",
                            "another report of the study is signed",
                            "contradicts",
                            "may not be signed",
                            "nobody signs",
                            "the queue breaks",
                            "signed 0 as 0",
                            "signed 0 as 1",
                            "signed 1 as 1",
                            "signed 2 as 1",
                            "followed and unsigned",
                            "report on status 1 allowed",
                            "addendum on status 1 refused",
                            "report on status 2 refused",
                            "addendum on status 2 allowed",
                            "correction on status 2 allowed",
                            "addendum on status 3 allowed",
                            "addendum on status 4 allowed",
                            "addendum on status 5 refused",
                            "discarded altogether",
                            "discarded on a signed one",
                            "discarded by an author who was overtaken",
                            "made void",
                            "made void and unsigned",
                            "made void twice",
                            "made void and not there",
                            "no draft becomes an addendum",
                            "an old draft becomes no addendum",
                            "of another study or patient",
                            "became an addendum",
                            "tampered 0",
                            "tampered 1",
                            "tampered 2",
                            "tampered 3",
                            "tampered 4",
                            "tampered 5"};
    std::vector<PlainReport> m_reports;
    std::vector<bool> m_underKey; ///< of each signature, in their order
    std::unique_ptr<ReportStore> m_stores[2];
    std::unique_ptr<Database> m_database;
    bool m_hasKey = false;
    std::vector<Report> m_held; ///< what somebody had before his eyes at some time
    std::optional<std::pair<Report, Signing>> m_lastSigned;
    int m_queued = 0; ///< calls within this step
    bool m_isQueueBroken = false;

    ReportStore& anyStore() { return *m_dice.in(m_stores); }
    PlainReport* find(const QString& id)
    {
        const auto one = std::ranges::find(m_reports, id, &PlainReport::id);
        return one == m_reports.end() ? nullptr : &*one;
    }
    void forget(const QString& id)
    {
        std::erase_if(m_reports, [&](const PlainReport& one) { return one.id == id; });
    }
    static bool isCurrent(const PlainReport* one, const Report& copy) { return one && one->working && one->revision == copy.revision; }
    ReportStore::InSameTransaction queue()
    {
        return [this](Database&, const Report& version) -> Result<void> {
            ++m_queued;
            compare("what is queued is signed", version.isSigned(), true);
            return m_isQueueBroken ? fail(Fault::DiskFull, "full") : Result<void>{};
        };
    }
    /// The model takes over a time that the store chose within the step.
    void takeTime(const QString& what, QDateTime& time, const QDateTime& chosen, const QDateTime& before)
    {
        compare("time of " + what, chosen.isValid() && chosen >= before && chosen <= now(), true);
        time = chosen;
    }
    /// A version is signed, made void too.
    PlainResult append(PlainReport& one, Report version, const QString& as, const Result<Report>& done, const QDateTime& before)
    {
        if (done) {
            takeTime("the signature", version.signedAt, done->signedAt, before);
            version.contentHash = done->contentHash; // held against the database in compareStored
        }
        if (m_isQueueBroken)
            return refusedAs(Fault::DiskFull);
        one.versions.push_back({version, as});
        one.working.reset();
        one.revision = version.revision + 1;
        one.modified = version.signedAt;
        m_underKey.push_back(m_hasKey);
        return version;
    }

    void create()
    {
        const QDateTime before = now();
        Report draft = drawDraft(m_dice);
        did("create");
        const auto created = anyStore().create(draft);
        draft.version = draft.revision = 1;
        if (created) {
            compare("a new id", !created->reportId.isEmpty() && !find(created->reportId), true);
            draft.reportId = created->reportId;
            takeTime("creation", draft.createdAt, created->createdAt, before);
            draft.modifiedAt = draft.createdAt;
        }
        compareReport("create", created, draft);
        PlainReport one;
        one.id = draft.reportId;
        one.store(draft);
        m_reports.push_back(one);
        m_held.push_back(draft);
    }
    void save(Report copy)
    {
        const QDateTime before = now();
        PlainReport* one = find(copy.reportId);
        did("save", copy.reportId, "revision", copy.revision);
        const auto saved = anyStore().saveDraft(copy);
        if (copy.isSigned() || !isCurrent(one, copy)) {
            m_reached.count(copy.isSigned() ? "saved over a signed one" : one ? "saved by an author who was overtaken" : "saved and not there");
            compareReport("save", saved, refusedAs(copy.isSigned() || one ? Fault::Conflict : Fault::NotFound));
            return;
        }
        ++copy.revision;
        if (saved)
            takeTime("the save", copy.modifiedAt, saved->modifiedAt, before);
        compareReport("save", saved, copy);
        one->store(copy);
        m_held.push_back(copy);
        m_reached.count("saved");
    }
    void sign(Report copy)
    {
        const QDateTime before = now();
        Signing signing{m_dice.isOneOf(10) ? m_dice.text({"", " "}) : m_dice.text({"supervisor", "resident"}),
                        m_dice.isOneOf(3) ? SignAs::Preliminary : SignAs::Final, {}, m_dice.isOneOf(3)};
        if (m_dice.isOneOf(10)) {
            signing.evidence.images.push_back(copy.study);
            signing.evidence.images.back().patientId = "P9";
        }
        if (m_lastSigned && m_dice.isOneOf(6))
            std::tie(copy, signing) = *m_lastSigned;
        PlainReport* one = find(copy.reportId);
        const QString as = signing.as == SignAs::Final ? "final" : "preliminary";
        did("sign", copy.reportId, "version", copy.version, "revision", copy.revision, as, "by", signing.user, signing.isOnlyOfStudy ? "only of its study" : "");
        const auto done = anyStore().sign(copy, signing, queue());
        bool isQueued = false;
        compareReport("sign", done, signedAs(one, copy, signing, as, done, before, isQueued));
        compare("the queue was called", m_queued, isQueued);
    }
    PlainResult signedAs(PlainReport* one, const Report& copy, const Signing& signing, const QString& as, const Result<Report>& done,
                         const QDateTime& before, bool& isQueued)
    {
        if (m_reached.count("signed and not there", !one))
            return refusedAs(Fault::NotFound);
        if (!isCurrent(one, copy)) {
            if (copy.version >= 1 && size_t(copy.version) <= one->versions.size()) {
                const auto& same = one->versions[size_t(copy.version) - 1];
                const bool isSame = same.report.revision == copy.revision && same.signedAs == as && same.report.signer == signing.user;
                if (m_reached.count("signed twice", isSame))
                    return same.report;
            }
            m_reached.count("signed by an author who was overtaken");
            return refusedAs(Fault::Conflict);
        }
        const bool isBesideOther = std::ranges::any_of(m_reports, [&](const PlainReport& other) {
            return other.id != copy.reportId && other.stored.study.studyUid == copy.study.studyUid && !other.versions.empty() &&
                   other.signedLast().status != Status::Cancelled;
        });
        const bool contradicts = !signing.evidence.images.empty() && !copy.study.patientId.isEmpty();
        if (m_reached.count("an addendum that changes", copy.purpose == Purpose::Addendum && !test::keepsAll(copy, one->signedLast())) ||
            m_reached.count("another report of the study is signed", signing.isOnlyOfStudy && copy.version == 1 && isBesideOther) ||
            m_reached.count("contradicts", contradicts) || m_reached.count("may not be signed", !mayBeSigned(copy, signing.as)))
            return refusedAs(Fault::Conflict);
        if (m_reached.count("nobody signs", test::isBlank(signing.user)))
            return refusedAs(Fault::Invalid);
        isQueued = true;
        m_reached.count(m_isQueueBroken ? "the queue breaks" : test::line("signed", copy.purpose, "as", signing.as));
        Report version = copy;
        version.status = test::statusOf(copy.purpose, signing.as);
        version.signer = signing.user;
        const PlainResult result = append(*one, version, as, done, before);
        if (result)
            m_lastSigned = {copy, signing};
        return result;
    }
    void follow(const QString& id)
    {
        const QDateTime before = now();
        const Purpose purpose = m_dice.of({Purpose::Report, Purpose::Addendum, Purpose::Addendum, Purpose::Correction});
        PlainReport* one = find(id);
        did("follow", id, "by", name(purpose));
        const auto done = anyStore().follow(id, purpose, "author two");
        m_reached.count("followed and unsigned", one && one->working);
        if (!one || one->working) {
            compareReport("follow", done, refusedAs(one ? Fault::Conflict : Fault::NotFound));
            return;
        }
        PlainResult expected = followed(m_reached, one->signedLast(), purpose, "author two");
        if (expected) {
            expected->revision = one->revision + 1;
            if (done)
                takeTime("the follower", expected->modifiedAt, done->modifiedAt, before);
            one->store(*expected);
            m_held.push_back(*expected);
        }
        compareReport("follow", done, expected);
    }
    void discard(const Report& copy)
    {
        PlainReport* one = find(copy.reportId);
        const bool isOwn = isCurrent(one, copy);
        did("discard", copy.reportId, "revision", copy.revision);
        compareFault("discard", anyStore().discardDraft(copy), isOwn ? test::noFault : int(Fault::Conflict));
        m_reached.count(!isOwn ? "discarded by an author who was overtaken" : one->versions.empty() ? "discarded altogether" : "discarded on a signed one");
        if (isOwn && one->versions.empty()) {
            forget(copy.reportId);
            compareReport("discarded", anyStore().load(copy.reportId), refusedAs(Fault::NotFound));
        } else if (isOwn) {
            one->working.reset();
            ++one->revision;
        }
    }
    void cancel(const QString& id)
    {
        const QDateTime before = now();
        PlainReport* one = find(id);
        did("cancel", id);
        const auto done = anyStore().cancel(id, "chief", queue());
        const bool isSigned = one && !one->working;
        if (!isSigned || one->signedLast().status == Status::Cancelled) {
            m_reached.count(!one ? "made void and not there" : isSigned ? "made void twice" : "made void and unsigned");
            compareReport("cancel", done, refusedAs(one ? Fault::Conflict : Fault::NotFound));
            return;
        }
        m_reached.count("made void");
        Report version = one->signedLast();
        version.version += 1;
        version.revision = one->revision + 1;
        version.status = Status::Cancelled;
        version.predecessorHash = version.contentHash;
        version.signer = "chief";
        compareReport("cancel", done, append(*one, version, "cancel", done, before));
        compare("the queue was called", m_queued, 1);
    }
    void becomeAddendum(const Report& copy)
    {
        const bool isDraft = copy.version == 1 && !copy.isSigned();
        if (m_reached.count("an old draft becomes no addendum", isDraft && !isCurrent(find(copy.reportId), copy))) {
            compareFault("an old draft became an addendum", anyStore().becomeAddendum(copy, m_reports.front().id, "author three"), test::anyFault);
            return;
        }
        PlainReport* first = m_reports.empty() ? nullptr : &m_dice.in(m_reports);
        for (PlainReport& other : m_reports)
            if (!m_dice.isOneOf(3) && !other.working && other.stored.study.studyUid == copy.study.studyUid)
                first = &other;
        const QString firstId = first ? first->id : "none";
        did(copy.reportId, "becomes an addendum of", firstId);
        const auto done = anyStore().becomeAddendum(copy, firstId, "author three");
        PlainResult expected = refusedAs(!isDraft || first ? Fault::Conflict : Fault::NotFound);
        const auto isOfOnePatient = [&](const StudyContext& study) {
            return study.studyUid == copy.study.studyUid && study.patientId == copy.study.patientId &&
                   (study.issuerOfPatientId == copy.study.issuerOfPatientId || study.issuerOfPatientId.isEmpty() || copy.study.issuerOfPatientId.isEmpty());
        };
        const bool isOne = first && isOfOnePatient(first->newest().study);
        m_reached.count("no draft becomes an addendum", !isDraft);
        m_reached.count("of another study or patient", isDraft && first && !isOne);
        if (isDraft && isOne && !first->working)
            expected = followed(m_reached, first->signedLast(), Purpose::Addendum, "author three");
        if (m_reached.count("became an addendum", expected.has_value())) {
            expected->revision = first->revision + 2;
            QStringList texts;
            for (const Section& section : copy.sections)
                if (!test::isBlank(section.text))
                    texts << section.title + ":\n" + section.text;
            expected->sections.back().text = texts.join("\n\n");
            expected->measurements.insert(expected->measurements.end(), copy.measurements.begin(), copy.measurements.end());
            expected->keyImages.insert(expected->keyImages.end(), copy.keyImages.begin(), copy.keyImages.end());
            if (done)
                expected->modifiedAt = done->modifiedAt;
            first->store(*expected);
            forget(copy.reportId);
        }
        compareReport("become an addendum", done, expected);
    }
    void openAgain()
    {
        for (auto& store : m_stores) {
            store = std::move(*ReportStore::open(profile().databasePath()));
            store->setSealKey(m_hasKey ? "key" : "");
        }
    }

    /// Everything the store tells of one report, and the chain as it stands in the database.
    void compareStored(const ReportStore& store, const PlainReport& one)
    {
        compareReport("load", store.load(one.id), one.newest());
        const auto rows = *rowsOf<std::pair<QByteArray, QString>>(*m_database, "SELECT content, sha256 FROM report_version WHERE report_id=? ORDER BY version",
                                                                  {one.id}, [](const Statement& row) { return std::pair(row.blob(0), row.text(1)); });
        QStringList history, expected;
        QString before;
        for (const auto& [content, hash] : rows) {
            const QJsonObject object = QJsonDocument::fromJson(content).object();
            compare("hash of the frozen bytes", hash, test::hashOf(content));
            compare("the hash it follows", object["predecessorHash"].toString(), before);
            compare("no hash of itself in it", object.contains("contentHash") || object.contains("revision"), false);
            before = hash;
        }
        for (size_t i = 0; i < one.versions.size(); ++i) {
            const Report& version = one.versions[i].report;
            compareReport("version", store.loadVersion(one.id, int(i) + 1), version);
            expected << test::line(i + 1, version.status, version.signer, version.signedAt, i < rows.size() ? rows[i].second : "");
        }
        const auto told = *store.history(one.id);
        for (const ReportVersion& version : told)
            history << test::line(version.version, version.status, version.signer, version.signedAt, version.contentHash);
        compare("history", history, expected);
        for (const int none : {0, int(one.versions.size()) + 1})
            compareReport("no such version", store.loadVersion(one.id, none), refusedAs(Fault::NotFound));
    }
    void compareSeals(const ReportStore& store)
    {
        const auto lastUnderKey = std::find(m_underKey.rbegin(), m_underKey.rend(), true);
        const auto check = *store.verify();
        compare(m_hasKey ? "seals under the key" : "seals", test::line(check.sealed, check.withoutKey, check.problems),
                test::line(m_underKey.size(), lastUnderKey - m_underKey.rbegin(), ""));
        if (m_reports.empty())
            return;
        const auto one = *store.verify(m_reports.back().id);
        compare("seals of one", test::line(one.sealed, one.problems), test::line(m_reports.back().versions.size(), ""));
    }
    template <typename IsWanted>
    QStringList plainLines(const IsWanted& isWanted) const
    {
        std::vector<ReportSummary> list;
        for (const PlainReport& one : m_reports) {
            const Report& stored = one.stored;
            const StudyContext& study = stored.study;
            ReportSummary summary{one.id, study.studyUid, study.patientId, study.issuerOfPatientId, study.accession, stored.title, Status::Draft,
                                  one.working.has_value(), 0, stored.author, {}, stored.createdAt, one.modified, {}};
            if (!one.versions.empty()) {
                const Report& last = one.signedLast();
                summary.status = last.status;
                summary.version = last.version;
                summary.signer = last.signer;
                summary.signedAt = last.signedAt;
            }
            if (isWanted(summary))
                list.push_back(summary);
        }
        std::ranges::sort(list, {}, [](const auto& one) { return std::pair(one.createdAt, one.reportId); });
        return linesOf(list);
    }
    void compareLists(const ReportStore& store)
    {
        for (const QString study : {"1.2.3", "1.2.4"}) {
            compare("of a study", linesOf(*store.list(study)), plainLines([&](const auto& summary) { return summary.studyUid == study; }));
            Report asking;
            asking.study.studyUid = study;
            asking.reportId = m_dice.isOneOf(2) && !m_reports.empty() ? m_reports.front().id : "none";
            const auto beside = *store.signedBeside(asking);
            const QStringList others = plainLines([&](const auto& summary) {
                return summary.studyUid == study && summary.version > 0 && summary.status != Status::Cancelled && summary.reportId != asking.reportId;
            });
            compare("signed beside", beside ? lineOf(*beside) : "", others.value(0));
        }
        for (const QString patient : {"P1", "P2", ""})
            compare("of a patient", linesOf(*store.listForPatient(patient, "")),
                    plainLines([&](const auto& summary) { return summary.patientId == patient && summary.issuerOfPatientId.isEmpty(); }));
    }

    /// What somebody has before his eyes, and what he does with it.
    QString takeStep()
    {
        int what = m_reports.size() < 2 ? 0 : m_dice.upTo(23);
        if (what < 3 && m_reports.size() > 4)
            what = m_dice.from(8, 17);
        Report copy = m_reports.empty() || m_dice.isOneOf(25) ? drawDraft(m_dice) : m_dice.in(m_reports).newest();
        if (!m_held.empty() && m_dice.isOneOf(8))
            copy = m_dice.in(m_held);
        const bool isFollowing = what >= 14 && what < 18;
        for (const PlainReport& each : m_reports) // a draft for what becomes an addendum, a signed one for what follows it
            if ((((what == 20 || what == 21) && each.versions.empty()) || (isFollowing && !each.working)) && m_dice.isOneOf(2))
                copy = each.newest();
        const PlainReport* one = find(copy.reportId);
        if (isFollowing && one && one->working && !m_dice.isOneOf(4))
            what = 9;
        if (what >= 8 && what < 14 && isCurrent(one, copy) && !mayBeSigned(copy, SignAs::Final) && !m_dice.isOneOf(4)) { // filled in first
            if (copy.purpose == Purpose::Addendum && m_dice.isOneOf(2))
                for (int i = 0; i < 3; ++i)
                    edit(m_dice, copy);
            for (Section& section : copy.sections)
                if (!section.isLocked && test::isBlank(section.text))
                    section.text = "Words.";
            save(copy);
        } else if (what < 3) {
            create();
        } else if (what < 8) {
            for (int i = m_dice.upTo(2); i > 0; --i)
                edit(m_dice, copy);
            save(copy);
        } else if (what < 14) {
            sign(copy);
        } else if (what < 18) {
            follow(copy.reportId);
        } else if (what == 18) {
            discard(copy);
        } else if (what == 19) {
            cancel(copy.reportId);
        } else if (what < 22) {
            becomeAddendum(copy);
        } else {
            m_hasKey = what == 22 ? m_dice.isOneOf(2) : m_hasKey;
            did(what == 23 ? "opened again" : m_hasKey ? "under a key" : "under no key");
            if (what == 23)
                openAgain();
            for (auto& store : m_stores)
                store->setSealKey(m_hasKey ? "key" : "");
        }
        return copy.reportId;
    }

    /// One thing is changed behind the store's back, by somebody who knows the tables.
    void tamper(ReportStore& store)
    {
        for (const char* name : {"report_version_stays", "report_version_is_kept", "report_seal_stays", "report_seal_is_kept"})
            QVERIFY(m_database->execute(QString("DROP TRIGGER ") + name));
        std::vector<const PlainReport*> candidates;
        for (const PlainReport& each : m_reports)
            if (!each.versions.empty())
                candidates.push_back(&each);
        const PlainReport& one = *m_dice.of(candidates);
        const int version = m_dice.from(1, int(one.versions.size()));
        QVERIFY(m_database->execute("PRAGMA foreign_keys=OFF"));
        const QString where = QString(" WHERE report_id='%1' AND version=%2").arg(one.id).arg(version);
        const QByteArray changed = m_database->value("SELECT content FROM report_version" + where).value()->toString()
                                       .replace("\"signer\":\"", "\"signer\":\"x").toUtf8();
        const QString ofLast = " WHERE (report_id, version)=(SELECT report_id, version FROM report_seal ORDER BY number DESC LIMIT 1)";
        const std::vector<std::pair<QString, QVariantList>> ways[] = {
            {{"UPDATE report_version SET content=?" + where, {changed}}},
            {{"UPDATE report_version SET content=?, sha256=?" + where, {changed, test::hashOf(changed)}}},
            {{"DELETE FROM report_version" + where, {}}},
            {{"DELETE FROM report_seal" + where, {}}},
            {{"UPDATE report_seal SET previous='00'" + where, {}}},
            {{"DELETE FROM report_version" + ofLast, {}}, {"DELETE FROM report_seal WHERE number=(SELECT max(number) FROM report_seal)", {}}}};
        const int what = m_dice.upTo(5);
        for (const auto& [sql, values] : ways[what])
            QVERIFY(m_database->execute(sql, values));
        did("tampered", what, "version", version, "of", one.id);
        m_reached.count(test::line("tampered", what));
        compare("the store is whole", store.verify()->problems.isEmpty(), false);
        if (what == 5) // the last signature, with all that tells of it
            return;
        compare("the report is whole", store.verify(one.id)->problems.isEmpty(), false);
        for (int i = 1; i <= int(one.versions.size()); ++i)
            compareFault(test::line("version", i), store.loadVersion(one.id, i),
                         i != version ? test::noFault : int(what == 2 ? Fault::NotFound : Fault::Damaged));
    }

private Q_SLOTS:
    /// Two authors at one database, who hold copies old and new.
    void REP_09_REP_10_REP_15_DEL_07_reports()
    {
        for (int seed = 1; seed <= test::rounds(45); ++seed) {
            startInFolder(seed);
            m_dice = test::Dice(seed);
            m_reports.clear();
            m_underKey.clear();
            m_held.clear();
            m_lastSigned.reset();
            m_hasKey = false;
            openAgain();
            m_database = std::move(*Database::open(profile().databasePath()));
            for (int step = 0; step < 60 && isSame(); ++step) {
                m_queued = 0;
                m_isQueueBroken = m_dice.isOneOf(6);
                const QString id = takeStep();
                const ReportStore& look = anyStore();
                const bool isWhole = step % 11 == 10 || step == 59;
                for (const PlainReport& each : m_reports)
                    if (isWhole || each.id == id)
                        compareStored(look, each);
                compare("all", linesOf(*look.listAll()), plainLines([](const auto&) { return true; }));
                if (!isWhole)
                    continue;
                compareLists(look);
                compareSeals(look);
            }
            if (isSame() && !m_underKey.empty())
                tamper(*m_stores[0]);
            QVERIFY2(isSame(), qPrintable(difference()));
        }
        QCOMPARE(m_reached.missing(), QString());
    }
};

QTEST_GUILESS_MAIN(TestRandomReports)
#include "tst_random_reports.moc"
