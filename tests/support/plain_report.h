#pragma once
#include "reporting/model/life_cycle.h"
#include "reporting/model/report.h"
#include "tests/support/comparison.h"
#include "tests/support/dice.h"
#include <QCryptographicHash>
#include <QJsonDocument>

/// What a report may become, by plain loops.
namespace diascope::test
{

using namespace reporting;
using PlainResult = std::expected<Report, int>; ///< or the number of a fault

inline bool isBlank(const QString& text) { return text.trimmed().isEmpty(); }
inline QString hashOf(const QByteArray& bytes) { return QString::fromLatin1(QCryptographicHash::hash(bytes, QCryptographicHash::Sha256).toHex()); }

class ReportComparison : protected Comparison
{
protected:
    static QString textOf(const Report& report)
    {
        return line(QJsonDocument(toJson(report, Images::Embedded)).toJson(QJsonDocument::Compact), "revision", report.revision);
    }
    void compareReport(const QString& what, const Result<Report>& got, const PlainResult& expected)
    {
        if (got && expected && *got == *expected)
            return;
        compare(what, got ? textOf(*got) : line("refused", got.error().fault), expected ? textOf(*expected) : line("refused", expected.error()));
        if (got && expected)
            compare(what, "differs in what the JSON does not show", "");
    }
};

/// Something else in the report: any part of it, so that what was signed is touched too.
inline void edit(Dice& dice, Report& report)
{
    if (report.purpose == Purpose::Addendum && !dice.isOneOf(3)) { // else hardly one could be signed
        report.sections.back().text = dice.text({"Words.", "More words.", ""});
        if (report.sections.size() > 1 && dice.isOneOf(4)) { // nothing added, what was signed laid open
            report.sections.pop_back();
            for (Section& section : report.sections)
                section.isLocked = false;
        }
        return;
    }
    const int what = dice.upTo(13);
    if (what < 6 && !report.sections.empty()) {
        dice.in(report.sections).text = dice.text({"", " ", "A lesion.", "No lesion.", "One.\nTwo."});
        if (dice.isOneOf(2))
            report.sections.back().text = "Words.";
    } else if (what == 6) {
        const QString id = QString("m%1").arg(dice.upTo(2));
        report.measurements.push_back({id, "Lesion", "length", dice.of({0.0, 12.3, -1.0}), dice.upTo(2), "mm", {"1.2.3.1", 1, "f", "", ""}});
    } else if (what == 7 && !report.measurements.empty()) {
        dice.isOneOf(2) ? report.measurements.pop_back() : void(report.measurements.front().value += 1);
    } else if (what == 8) {
        const QString id = QString("k%1").arg(dice.upTo(2));
        report.keyImages.push_back({id, dice.text({"", "here"}), {"1.2.3.1", 2, "", "", ""}, dice.text({"png one", "png two", "other"}).toUtf8()});
    } else if (what == 9 && !report.keyImages.empty()) {
        dice.isOneOf(2) ? report.keyImages.pop_back() : void(report.keyImages.front().caption += "x");
    } else if (what == 10) {
        report.title = dice.text({"CT Head", "CT Head", "MR Knee"});
    } else if (what == 11) {
        report.critical.isCritical = dice.isOneOf(2);
        report.critical.toldTo = report.critical.isCritical ? "Dr. X" : "";
    } else if (what == 12) {
        report.study.accession = dice.text({"A1", "A1", "A2"});
    } else if (what == 13 && !report.sections.empty() && dice.isOneOf(3)) {
        report.sections.pop_back();
    } else if (what == 13) {
        const auto completion = dice.isOneOf(3) ? Field::Completion::Prohibit : Field::Completion::None;
        report.sections.push_back({QString("more-%1").arg(report.sections.size()), "More", 1, dice.text({"", "more"}), {}, {}, completion, false});
    }
}

inline Report drawDraft(Dice& dice)
{
    StudyContext study;
    study.studyUid = dice.text({"1.2.3", "1.2.3", "1.2.4"});
    const int patient = dice.upTo(7);
    study.patientId = patient == 0 ? "" : patient < 3 ? "P2" : "P1";
    study.patientName = patient == 0 ? "" : patient < 3 ? "Roe^Ann" : "Doe^Jane";
    study.issuerOfPatientId = dice.text({"", "", "", "H"});
    study.accession = "A1";
    Report draft = blankReport(study, dice.text({"resident", "consultant"}));
    draft.sections.resize(size_t(dice.from(1, 3)));
    draft.title = "CT Head";
    for (int i = dice.upTo(4); i > 0; --i)
        edit(dice, draft);
    return draft;
}

inline bool mayBeSigned(const Report& report, SignAs as)
{
    bool saysSomething = false, isComplete = true;
    for (const Section& section : report.sections) {
        saysSomething = saysSomething || (!section.isLocked && !isBlank(section.text));
        isComplete = isComplete && (section.isLocked || !isBlank(section.text) || section.completion != Field::Completion::Prohibit);
    }
    const bool hasPatient = !report.study.patientId.isEmpty() || !report.study.patientName.isEmpty();
    return report.status == Status::Draft && saysSomething && isComplete && hasPatient && (as == SignAs::Final || report.purpose == Purpose::Report);
}

inline Status statusOf(Purpose purpose, SignAs as)
{
    switch (purpose) {
    case Purpose::Addendum: return Status::Addendum;
    case Purpose::Correction: return Status::Corrected;
    default: return as == SignAs::Final ? Status::Final : Status::Preliminary;
    }
}

/// An addendum adds: all that was signed before stands in it.
inline bool keepsAll(const Report& now, const Report& before)
{
    if (now.sections.size() <= before.sections.size() || now.study != before.study || now.title != before.title ||
        (before.critical.isCritical && !now.critical.isCritical))
        return false;
    for (size_t i = 0; i < before.sections.size(); ++i) {
        Section one = before.sections[i];
        one.isLocked = now.sections[i].isLocked;
        if (one != now.sections[i])
            return false;
    }
    const auto hasAllOf = [](const auto& list, const auto& wanted) {
        return std::ranges::all_of(wanted, [&](const auto& one) { return std::ranges::count(list, one) > 0; });
    };
    return hasAllOf(now.measurements, before.measurements) && hasAllOf(now.keyImages, before.keyImages);
}

/// What may follow a signed version: a preliminary one is edited on, any other takes an addendum or a correction, a void one nothing.
inline PlainResult followed(Reached& reached, const Report& before, Purpose purpose, const QString& author)
{
    const bool isOpen = before.status == Status::Preliminary, isClosed = before.status == Status::Draft || before.status == Status::Cancelled;
    const bool isAllowed = !isClosed && isOpen == (purpose == Purpose::Report);
    reached.count(line(name(purpose), "on status", before.status, isAllowed ? "allowed" : "refused"));
    if (!isAllowed)
        return std::unexpected(int(Fault::Conflict));
    Report next = before;
    next.version = before.version + 1;
    next.revision = 0;
    next.status = Status::Draft;
    next.purpose = purpose;
    next.author = author;
    next.predecessorHash = before.contentHash;
    next.contentHash = next.signer = QString();
    next.signedAt = QDateTime();
    QStringList ids;
    for (Section& section : next.sections) {
        section.isLocked = purpose == Purpose::Addendum;
        ids << section.id;
    }
    if (purpose == Purpose::Addendum) {
        Section added;
        added.id = "addendum";
        for (int i = 2; ids.contains(added.id); ++i)
            added.id = QString("addendum-%1").arg(i);
        added.title = "Addendum";
        next.sections.push_back(added);
    }
    return next;
}

} // namespace diascope::test
