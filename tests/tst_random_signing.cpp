// Random reports against plain rules: what blocks signing and what is asked; what a section says; what an edit changes.
#include "reporting/model/report_document.h"
#include "tests/support/plain_report.h"
#include <QTest>

using namespace diascope;
using namespace diascope::reporting;
using test::isBlank;

namespace {

QString unlessBlank(test::Dice& dice, int oddOneIn, const char* usual, const char* other)
{
    return dice.isOneOf(oddOneIn) ? dice.text({other, ""}) : usual;
}

StudyContext drawStudy(test::Dice& dice, int oddOneIn)
{
    StudyContext study;
    study.patientId = unlessBlank(dice, oddOneIn, "P1", "P2");
    study.patientName = unlessBlank(dice, oddOneIn, "Doe^Jane", "Roe^Ann");
    study.accession = unlessBlank(dice, oddOneIn, "A1", "A2");
    study.studyUid = unlessBlank(dice, oddOneIn, "1.2.3", "1.2.4");
    return study;
}

QString drawValue(test::Dice& dice, Field::Type type)
{
    if (dice.isOneOf(4))
        return dice.text({"", " "});
    switch (type) {
    case Field::Type::Number:
        return dice.text({"5", "0", "10", "10.001", "-0.001", "4.999", "5.001", "9,5", "nan", "inf", " 7 ", "1e1"});
    case Field::Type::Date:
        return dice.text({"2018-02-28", "2018-02-30", "2018", " 2018-01-07 "});
    case Field::Type::Time:
        return dice.text({"14:03", "25:00", "x"});
    case Field::Type::Selection:
    case Field::Type::CheckBox:
        return dice.text({"a", "a\nb", "c", "a\nc", "\na"});
    default:
        return dice.text({"word", " two words "});
    }
}

Field drawField(test::Dice& dice, int number)
{
    Field field;
    field.id = QString("f%1").arg(number);
    field.label = dice.text({"", " ", "Size", "Size:", "Yes", "Yes::"});
    field.type = Field::Type(dice.upTo(6));
    field.completion = Field::Completion(dice.upTo(2));
    field.trailingText = dice.isOneOf(4) ? "behind" : "";
    field.unit = dice.isOneOf(2) ? "mm" : "";
    if (dice.isOneOf(2))
        field.minimum = dice.of({0.0, 5.0});
    if (dice.isOneOf(2))
        field.maximum = dice.of({10.0, 5.0});
    field.options = {{"a", "Yes", {}}};
    if (dice.isOneOf(2))
        field.options.push_back({"b", "", {}});
    field.value = drawValue(dice, field.type);
    return field;
}

Report drawReport(test::Dice& dice)
{
    Report report;
    report.status = dice.isOneOf(4) ? Status(dice.upTo(5)) : Status::Draft;
    report.purpose = Purpose(dice.isOneOf(2) ? 0 : dice.upTo(2));
    report.study = drawStudy(dice, 9);
    if (dice.isOneOf(8))
        report.study.patientId = report.study.patientName = dice.text({"", " "});
    if (report.study.studyUid.isEmpty())
        report.study.studyUid = "1.2.3";
    QStringList ids{"findings", "addendum", "addendum-2", "more"};
    for (int i = dice.upTo(3); i > 0; --i) {
        Section section;
        section.id = ids.takeAt(dice.upTo(int(ids.size()) - 1));
        section.title = QString("Title %1").arg(i);
        section.text = dice.text({"", "", " ", "\n", "x", "a\nb \n", " lead"});
        section.completion = Field::Completion(dice.isOneOf(2) ? 0 : dice.upTo(2));
        section.isLocked = dice.isOneOf(4);
        for (int j = dice.upTo(3); j > 0; --j)
            section.fields.push_back(drawField(dice, j));
        report.sections.push_back(section);
    }
    report.critical.isCritical = dice.isOneOf(3);
    report.critical.toldTo = dice.text({"", " ", "Dr. X"});
    return report;
}

Evidence drawEvidence(test::Dice& dice)
{
    Evidence evidence;
    for (int i = dice.upTo(2); i > 0; --i)
        evidence.images.push_back(drawStudy(dice, 12));
    for (int i = dice.upTo(2); i > 0 && dice.isOneOf(2); --i)
        evidence.orders.push_back(drawStudy(dice, 12));
    for (int i = dice.upTo(2); i > 0; --i)
        evidence.placed.push_back({QString("L%1").arg(i), {"1.9", 1, "", "", "", dice.text({"", "1.2.3", "1.2.4"})},
                                   dice.isOneOf(6) ? std::optional<StudyContext>() : drawStudy(dice, 6)});
    return evidence;
}

bool differ(const QString& a, const QString& b)
{
    return !isBlank(a) && !isBlank(b) && a.trimmed() != b.trimmed();
}

bool isChoice(const Field& field)
{
    return field.type == Field::Type::Selection || field.type == Field::Type::CheckBox;
}

QString shownOf(const Field& field)
{
    if (isChoice(field)) {
        QStringList choices;
        for (const QString& choice : field.value.split('\n', Qt::SkipEmptyParts))
            choices << (choice == "a" ? "Yes" : choice);
        return choices.join("; ");
    }
    return field.value.trimmed() + (field.type == Field::Type::Number && !field.unit.isEmpty() ? ' ' + field.unit : QString());
}

/// What is wrong with its value, without its name.
QString problemOf(const Field& field)
{
    const QString value = field.value.trimmed();
    if (field.type == Field::Type::Number && !value.isEmpty()) {
        bool isNumber = false;
        const double number = value.toDouble(&isNumber);
        return !isNumber || !std::isfinite(number)        ? "is no number"
               : field.minimum && number < *field.minimum ? QString("is below %1").arg(*field.minimum)
               : field.maximum && number > *field.maximum ? QString("is above %1").arg(*field.maximum)
                                                          : QString();
    }
    if (field.type == Field::Type::Date && QStringList{"2018-02-30", "2018"}.contains(value))
        return "is no date";
    if (field.type == Field::Type::Time && QStringList{"25:00", "x"}.contains(value))
        return "is no time";
    if (field.type == Field::Type::Selection && (value.contains('c') || (value.contains('b') && field.options.size() == 1)))
        return "has a value that is not among its choices";
    return {};
}

} // namespace

class TestRandomSigning : public QObject, test::ReportComparison
{
    Q_OBJECT

    test::Reached m_reached{"patient ID",
                            "patient name",
                            "accession number",
                            "study",
                            "placed on no image",
                            "placed on another patient",
                            "placed on its own study",
                            "placed on another study",
                            "placed well",
                            "placed on a prior",
                            "field prohibits",
                            "field alerts",
                            "section prohibits",
                            "section alerts",
                            "is no number",
                            "is no date",
                            "is no time",
                            "is above 10",
                            "is above 5",
                            "is below 0",
                            "is below 5",
                            "has a value",
                            "empty",
                            "nobody",
                            "preliminary addendum",
                            "nobody told",
                            "signed already",
                            "signed"};
    QStringList m_blocking, m_alerts;

    void block(const QString& sentence, const char* feature)
    {
        m_blocking << sentence;
        m_reached.count(feature);
    }
    void ask(const QString& sentence, const char* feature)
    {
        m_alerts << sentence;
        m_reached.count(feature);
    }

    void check(const StudyContext& a, const char* nameOfA, const StudyContext& b, const char* nameOfB)
    {
        const std::tuple<const char*, QString, QString> parts[] = {{"patient ID", a.patientId, b.patientId},
                                                                   {"patient name", a.patientName, b.patientName},
                                                                   {"accession number", a.accession, b.accession},
                                                                   {"study", a.studyUid, b.studyUid}};
        for (const auto& [what, one, other] : parts)
            if (const QString sentence = QString("The %1 of %2 and %3 differs.").arg(what, nameOfA, nameOfB);
                differ(one, other) && !m_blocking.contains(sentence)) // said once for all series
                block(sentence, what);
    }
    void check(const Report& report, const Evidence& evidence)
    {
        for (const auto& images : evidence.images)
            check(report.study, "report", images, "images");
        for (const auto& order : evidence.orders) {
            check(report.study, "report", order, "order");
            for (const auto& images : evidence.images)
                check(images, "images", order, "order");
        }
        const StudyContext& a = report.study;
        for (const auto& placed : evidence.placed) {
            const QString quoted = '"' + placed.label + '"';
            if (!placed.study) {
                block("The image under " + quoted + " is not in the archive.", "placed on no image");
                continue;
            }
            const StudyContext& b = *placed.study;
            const auto bothSay = [](const QString& one, const QString& other) { return !isBlank(one) && !isBlank(other); };
            const bool isAnonymous = isBlank(a.patientId + a.patientName) && isBlank(b.patientId + b.patientName);
            const bool isOnePatient = !differ(a.patientId, b.patientId) && !differ(a.patientName, b.patientName) &&
                                      (bothSay(a.patientId, b.patientId) || bothSay(a.patientName, b.patientName) || isAnonymous);
            const bool isOwn = b.studyUid == a.studyUid, isNamed = placed.where.studyUid == b.studyUid || (isOwn && placed.where.studyUid.isEmpty());
            if (!isOwn && !isOnePatient)
                block(quoted + " lies on an image of another patient.", "placed on another patient");
            else if (!isNamed)
                block(quoted + " lies on another study than it names.", isOwn ? "placed on its own study" : "placed on another study");
            else
                m_reached.count(isOwn ? "placed well" : "placed on a prior");
        }
    }
    void checkField(const Section& section, const Field& field)
    {
        const QString problem = problemOf(field), quoted = '"' + (isBlank(field.label) ? section.title : field.label.trimmed()) + '"';
        compare("problem of a field", field.problem(), problem.isEmpty() ? problem : '"' + field.label + "\" " + problem);
        if (section.isLocked)
            return;
        if (!problem.isEmpty())
            block(section.title + ": \"" + field.label + "\" " + problem + '.', qPrintable(problem.section(' ', 0, 2)));
        else if (isBlank(field.value) && field.completion == Field::Completion::Prohibit)
            block(quoted + " must be filled in.", "field prohibits");
        else if (isBlank(field.value) && field.completion == Field::Completion::Alert)
            ask(quoted + " is not filled in.", "field alerts");
    }
    /// True where somebody has something to say in it.
    bool checkSection(const Section& section)
    {
        QStringList lines;
        bool isFilled = false;
        for (const Field& field : section.fields) {
            checkField(section, field);
            if (isBlank(field.value))
                continue;
            isFilled = true;
            QString label = field.label.trimmed();
            while (label.endsWith(':'))
                label.chop(1);
            const QString shown = shownOf(field);
            const bool isSentence = field.type == Field::Type::CheckBox && field.options.size() == 1 && shown == label;
            lines << (label.isEmpty() || isSentence ? shown : label + ": " + shown) + (field.trailingText.isEmpty() ? "" : " behind");
            compare("what a field shows", field.display(), shown);
        }
        QString text = section.text;
        while (text.endsWith('\n') || text.endsWith(' '))
            text.chop(1);
        if (!isBlank(text))
            lines << text;
        compare("what a section says", section.plainText(), lines.join('\n'));
        compare("whether a section is empty", section.isEmpty(), isBlank(text) && !isFilled);
        const QString quoted = '"' + section.title + '"';
        if (!section.isLocked && isBlank(text) && section.completion == Field::Completion::Prohibit)
            block(quoted + " must be filled in.", "section prohibits");
        if (!section.isLocked && isBlank(text) && section.completion == Field::Completion::Alert)
            ask(quoted + " is not filled in.", "section alerts");
        return !section.isLocked && (isFilled || !isBlank(text));
    }

private Q_SLOTS:
    /// Any report with any evidence; and what follows a signed version.
    void REP_02_REP_09_REP_13_DEL_08_signing()
    {
        for (const Purpose purpose : {Purpose::Report, Purpose::Addendum, Purpose::Correction})
            for (int status = 0; status < 6; ++status) {
                const bool isAllowed = status == 1 ? purpose == Purpose::Report : status > 1 && status < 5 && purpose != Purpose::Report;
                m_reached.count(test::line(name(purpose), "on status", status, isAllowed ? "allowed" : "refused"), false);
            }
        for (int seed = 1; seed <= test::rounds(2500) && isSame(); ++seed) {
            start(seed);
            test::Dice dice(seed);
            Report report = drawReport(dice);
            const SignAs as = dice.isOneOf(3) ? SignAs::Preliminary : SignAs::Final;
            const Evidence evidence = drawEvidence(dice);
            did(textOf(report));
            m_blocking.clear();
            m_alerts.clear();
            check(report, evidence);
            bool saysSomething = false;
            for (const Section& section : report.sections)
                saysSomething |= checkSection(section);
            if (report.status != Status::Draft)
                block("The report is signed already.", "signed already");
            if (!saysSomething)
                block(report.purpose == Purpose::Addendum ? "The addendum is empty." : "The report is empty.", "empty");
            if (isBlank(report.study.patientId) && isBlank(report.study.patientName))
                block("The report names no patient.", "nobody");
            if (as == SignAs::Preliminary && report.purpose != Purpose::Report)
                block("An addendum or a correction is signed final.", "preliminary addendum");
            if (report.critical.isCritical && isBlank(report.critical.toldTo))
                ask("The result is critical, and nobody is named who was told.", "nobody told");
            SignCheck checked = checkSigning(report, as, evidence);
            for (QStringList* list : {&checked.blocking, &checked.alerts, &m_blocking, &m_alerts})
                list->sort();
            compare("what blocks", checked.blocking, m_blocking);
            compare("what is asked", checked.alerts, m_alerts);
            compareSigned(report, as, evidence, dice.isOneOf(6) ? " " : "supervisor");
            const Purpose purpose = Purpose(dice.upTo(2));
            report.version = dice.upTo(3);
            report.contentHash = "hash";
            report.signer = "somebody";
            compareReport("succeed", succeed(report, purpose, "next"), followed(m_reached, report, purpose, "next"));
        }
        QVERIFY2(isSame(), qPrintable(difference()));
        QCOMPARE(m_reached.missing(), QString());
        for (const Status status : {Status::Draft, Status::Preliminary, Status::Final, Status::Corrected, Status::Addendum, Status::Cancelled})
            QVERIFY(statusFromName(name(status)) == status);
    }

private:
    void compareSigned(const Report& report, SignAs as, const Evidence& evidence, const QString& signer)
    {
        const QDateTime at(QDate(2026, 3, 1), QTime(12, 0), Qt::OffsetFromUTC, 3600);
        const auto done = signedVersion(report, as, signer, at, evidence);
        if (!m_blocking.isEmpty() || isBlank(signer)) {
            compareFault("signed", done, int(m_blocking.isEmpty() ? Fault::Invalid : Fault::Conflict));
            return;
        }
        m_reached.count("signed");
        Report version = report;
        version.status = test::statusOf(report.purpose, as);
        version.signer = signer;
        version.signedAt = test::timeOf(at.toMSecsSinceEpoch());
        version.contentHash = test::hashOf(canonicalBytes(version));
        compareReport("signed version", done, version);
    }
};

QTEST_GUILESS_MAIN(TestRandomSigning)
#include "tst_random_signing.moc"
