#pragma once
#include "reporting/model/report.h"
#include "tests/support/dice.h"
#include <cstdio>
#include <ctime>
#include <map>

/// Random reports, and what every output is to say of them.
namespace diascope::test
{

using namespace reporting;

/// A person name as DICOM writes it (PS3.5 §6.2.1), each writing of it as HL7 does (v2.5.1 §2.A.88: suffix before prefix), and for people.
struct Name
{
    QString dicom;
    QStringList xpn; ///< alphabetic, ideographic, phonetic; escaped
    QString shown;
};
inline const Name names[] = {{"", {"", "", ""}, ""},
                      {"Doe", {"Doe^^^^", "", ""}, "Doe"},
                      {"^Jane", {"^Jane^^^", "", ""}, "Jane"},
                      {"Doe^Jane^Mary^Dr.^Jr.", {"Doe^Jane^Mary^Jr.^Dr.", "", ""}, "Doe, Dr. Jane Mary Jr."},
                      {"A|B^C&D~E", {"A\\F\\B^C\\T\\D\\R\\E^^^", "", ""}, "A|B, C&D~E"},
                      {"Yamada^Tarou=山田^太郎=やまだ^たろう", {"Yamada^Tarou^^^", "山田^太郎^^^", "やまだ^たろう^^^"}, "山田 太郎 (Yamada, Tarou)"},
                      {"=山田^太郎", {"", "山田^太郎^^^", ""}, "山田 太郎"},
                      {"=", {"", "", ""}, ""},
                      {"==やまだ^たろう", {"", "", "やまだ^たろう^^^"}, "やまだ たろう"}};

/// DA and TM (PS3.5 §6.2), as HL7 says them and for people.
struct When
{
    QString dicom, hl7, shown;
};
inline const When dates[] = {
    {"", "", ""}, {"19800229", "19800229", "1980-02-29"}, {"1980.02.28", "19800228", "1980-02-28"}, {"1980", "", "1980"}, {"19810229", "", "19810229"}};
inline const When times[] = {{"", "", ""}, {"140312", "140312", "14:03"}, {"1403", "140300", "14:03"}, {"14", "140000", "14:00"}, {"14:03:12.250", "140312", "14:03"},
                      {"140360", "140359", "14:03"}, {"2561", "", "2561"}, {"1", "", "1"}};

/// Places and their offsets in winter.
struct Zone
{
    const char* name;
    int minutes;
    QString hl7, shown;
};
inline const Zone zones[] = {{"UTC", 0, "+0000", "+00:00"},
                      {"America/New_York", -300, "-0500", "-05:00"},
                      {"Asia/Kolkata", 330, "+0530", "+05:30"},
                      {"America/St_Johns", -210, "-0330", "-03:30"}};

/// CID 7001 and 7002 (PS3.16) and LOINC for the sections we name.
struct SectionCode
{
    QString id, loinc, heading, text;
};
inline const SectionCode sectionCodes[] = {
    {"clinical-information", "55752-0^Clinical information^LN", "121060 DCM History", "121060 DCM History"},
    {"technique", "55111-9^Current imaging procedure descriptions^LN", "121064 DCM Current Procedure Descriptions", "121065 DCM Procedure Description"},
    {"comparison", "18834-2^Radiology Comparison study^LN", "121066 DCM Prior Procedure Descriptions", "121065 DCM Procedure Description"},
    {"findings", "59776-5^Procedure findings^LN", "121070 DCM Findings", "121071 DCM Finding"},
    {"impression", "19005-8^Radiology Imaging study [Impression]^LN", "121072 DCM Impressions", "121073 DCM Impression"},
    {"addendum", "55107-7^Addendum Document^LN", "55107-7 LN Addendum", "121071 DCM Finding"},
    {"addendum-2", "55107-7^Addendum Document^LN", "55107-7 LN Addendum", "121071 DCM Finding"},
    // What a template may call its sections, and we our own parts.
    {"measurements", "measurements^Title of measurements^L", "measurements 99DIASCOPE Title of measurements", "121071 DCM Finding"},
    {"key-images", "key-images^Title of key-images^L", "key-images 99DIASCOPE Title of key-images", "121071 DCM Finding"},
    {"critical-result", "critical-result^Title of critical-result^L", "critical-result 99DIASCOPE Title of critical-result", "121071 DCM Finding"},
    {"untitled", "untitled^^L", "untitled 99DIASCOPE untitled", "121071 DCM Finding"}, // Code Meaning is never empty
    {"liver", "liver^Title of liver^L", "liver 99DIASCOPE Title of liver", "121071 DCM Finding"},
    {"segments-of-the-liver", "segments-of-the-live^Title of segments-of-the-liver^L", "segments-of-the- 99DIASCOPE Title of segments-of-the-liver",
     "121071 DCM Finding"}};
/// Parts that are no sections of the report; each measurement has a code of its own.
inline const SectionCode ownCodes[] = {{"measurements", "", "121070 DCM Findings", "121071 DCM Finding"},
                                {"key-images", "key-images^Key images^L", "121070 DCM Findings", "121071 DCM Finding"},
                                {"critical-result", "critical-result^Critical result^L", "121070 DCM Findings", "121071 DCM Finding"}};

/// What a unit is in UCUM, and its meaning.
struct Unit
{
    QString shown, ucum, meaning, scheme = "UCUM"; ///< what has no code is one of ours
};
inline const Unit units[] = {{"mm", "mm", "millimeter"},
                      {"cm", "cm", "centimeter"},
                      {"HU", "[hnsf'U]", "Hounsfield unit"},
                      {"°", "deg", "degree"},
                      {"deg", "deg", "degree"}, {"mm2", "mm2", "square millimeter"}, {"mm²", "mm2", "square millimeter"}, {"cm²", "cm2", "square centimeter"},
                      {"mm³", "mm3", "cubic millimeter"}, {"cm³", "cm3", "cubic centimeter"}, {"g/ml", "g/ml", "gram per milliliter"}, {"Bq/ml", "Bq/ml", "becquerel per milliliter"},
                      {"px", "{pixels}", "pixels"}, {"s", "s", "second"}, {"", "1", "no units"}, {"px²", "px²", "px²", "99DIASCOPE"},
                      {"counts/s/voxel/time", "counts/s/voxel/time", "counts/s/voxel/time", "99DIASCOPE"}};

inline const QString ctClass = "1.2.840.10008.5.1.4.1.1.2", xaClass = "1.2.840.10008.5.1.4.1.1.12.1"; ///< with ".1" the enhanced CT: of many frames, as the XA

/// PS3.5 §9.1.
inline bool isUid(const QString& text)
{
    bool isGood = !text.isEmpty() && text.size() <= 64;
    for (const QString& component : text.split('.'))
        isGood = isGood && !component.isEmpty() && std::all_of(component.begin(), component.end(), [](QChar c) { return c >= '0' && c <= '9'; });
    return isGood;
}

/// Runs of white space are one space, none at the ends.
inline QString oneLine(const QString& text)
{
    QString made;
    for (const QChar c : text)
        if (!c.isSpace())
            made += c;
        else if (!made.isEmpty() && !made.endsWith(' '))
            made += ' ';
    return made.endsWith(' ') ? made.chopped(1) : made;
}

/// A report and what was drawn of it that a reference wants to know.
struct Drawn
{
    Report report;
    Name patient, referring, requesting;
    When birth, studyDate, studyTime;
    Zone here, there; ///< where it is read, and the offset that the signature's time is given in
    QDateTime toldAt;

    QDateTime local(const QDateTime& time) const { return time.toUTC().addSecs(60 * here.minutes); }
    QString minute(const QDateTime& time) const { return local(time).toString("yyyy-MM-dd HH:mm ") + here.shown; }
    QString stamp() const { return report.signedAt.toUTC().addSecs(60 * there.minutes).toString("yyyyMMddHHmmss") + there.hl7; }
};

inline InstanceRef drawnPlace(Dice& dice, const QString& study)
{
    const QString bad[] = {"", "1.2.x", ".1", "1.", "1..2", QString(65, '1')};
    const auto uid = [&](std::initializer_list<QString> good) { return dice.isOneOf(8) ? dice.of(bad) : dice.of(good); };
    return {uid({"1.2.9.1", "1.2.9.2", QString(64, '1')}), dice.of({1, 2, 0, 17}), dice.of({"", "fig"}), uid({"1.2.8", "1.2.7"}),
            uid({ctClass, ctClass + ".1", xaClass}), dice.of({QString(), QString(), study, QString("1.2.55"), QString("1.2")})};
}

inline Drawn drawnReport(Dice& dice)
{
    Drawn drawn;
    const auto mostly = [&](const QString& text) { return dice.isOneOf(3) ? QString() : text; };
    drawn.here = dice.of(zones);
    drawn.there = dice.of(zones);
    qputenv("TZ", drawn.here.name);
    tzset();
    StudyContext study;
    drawn.patient = dice.of(names);
    drawn.referring = dice.of(names);
    drawn.requesting = dice.of(names);
    drawn.birth = dice.of(dates);
    drawn.studyDate = dice.of(dates);
    drawn.studyTime = dice.of(times);
    study.patientName = drawn.patient.dicom;
    study.referringPhysician = drawn.referring.dicom;
    study.requestingPhysician = drawn.requesting.dicom;
    study.birthDate = drawn.birth.dicom;
    study.studyDate = drawn.studyDate.dicom;
    study.studyTime = drawn.studyTime.dicom;
    study.patientId = mostly("4|711");
    study.issuerOfPatientId = mostly("HOSP");
    study.sex = dice.of({"M", "F", "O", ""});
    study.studyUid = dice.isOneOf(12) ? dice.of({"", "1.2.x"}) : dice.of({"1.2.3", "1.2.33"});
    study.accession = mostly("ACC-77");
    study.issuerOfAccession = mostly("IA");
    study.studyId = mostly("SID-3");
    study.description = mostly("CT Head");
    study.modality = dice.of({"", "CT", "MR\\SR"});
    study.bodyPart = mostly("HEAD");
    study.institution = mostly(dice.of({QString("St. Elsewhere"), QString(70, 'i')}));
    study.placerOrderNumber = mostly("PL^1");
    study.fillerOrderNumber = mostly("FI-2");
    study.requestedProcedureId = mostly("RP-5");
    study.reasonForStudy = mostly("Fall & pain");
    study.visitNumber = mostly("V-6");
    if (dice.isOneOf(2))
        study.procedure = {"CTH", "99L", dice.of({"CT of the head", ""})};
    Report& report = drawn.report;
    report.study = study;
    report.reportId = dice.isOneOf(12) ? QString() : dice.of({"r-1", "r-2"});
    report.version = dice.from(1, 3);
    report.revision = dice.upTo(2);
    report.templateId = mostly("ct-head");
    report.title = dice.of({QString("CT of the head"), QString(70, 't'), QString()});
    report.language = dice.of({"", "en", "zh-CN", "de", "xx"});
    report.author = mostly("resident");
    report.status = dice.isOneOf(8) ? Status::Draft : dice.of({Status::Preliminary, Status::Final, Status::Corrected, Status::Addendum, Status::Cancelled});
    report.purpose = dice.of({Purpose::Report, Purpose::Addendum, Purpose::Correction});
    report.signer = dice.of({"Strange^Stephen", "Dr. A & B"});
    const auto time = [&] {
        return QDateTime({2018, 1, dice.of({1, 8, 31})}, {dice.of({0, 9, 23}), dice.of({5, 59}), dice.of({0, 15})}, Qt::UTC)
            .toOffsetFromUtc(60 * drawn.there.minutes);
    };
    report.signedAt = time();
    for (const SectionCode& code : sectionCodes)
        if (dice.isOneOf(3)) {
            Section section;
            section.id = code.id;
            section.title = code.id == "untitled" ? QString() : "Title of " + code.id;
            section.text = dice.of({"", " ", "One line.", "Two\nlines", "a|b^c\n\nd&e~f\\g", "\n Ödem"});
            if (dice.isOneOf(4))
                section.code = {"X1", "99L", "Own"};
            if (dice.isOneOf(3)) {
                Field field;
                field.type = Field::Type::Number;
                field.label = "Size";
                field.unit = "mm";
                field.value = dice.of({"4", ""});
                section.fields = {field};
            }
            report.sections.push_back(section);
        }
    for (int i = dice.upTo(3); i > 0; --i)
        report.measurements.push_back({"m", dice.of({QString(), QString("Lesion | 1"), QString("Lesion\n 2"), QString(70, 'l')}),
                                       dice.of({"", "length", "area", "angle", "mean", "volume"}), dice.of({12.34, 0.0, -1000.0, 0.05, 99.96, -0.04, 123456789012.3456, 9999999999999.96, 1.23456789e20, -1e17}),
                                       dice.of({0, 1, 2, 3, 9}), dice.of(units).shown, drawnPlace(dice, study.studyUid)});
    for (int i = dice.upTo(3); i > 0; --i)
        report.keyImages.push_back({"k", dice.of({"", " ", "Lesion", "two\n lines"}), drawnPlace(dice, study.studyUid), dice.of({"", "p"})});
    if (dice.isOneOf(2))
        report.critical = {!dice.isOneOf(3), dice.text({"", " ", "Bleeding", "Bleeding\nand more"}), mostly(dice.text({"Dr. Cox", "Dr. Cox\nFinal report"})),
                           mostly(dice.text({"telephone", "by\ntelephone"})), dice.isOneOf(2) ? time() : QDateTime(), mostly("himself\r\n")};
    return drawn;
}

/// "12.3" and "Lesion 1: 12.3 mm".
inline QString valueOf(const Measurement& measurement)
{
    char text[400];
    std::snprintf(text, sizeof text, "%.*f", measurement.decimals, measurement.value);
    return text;
}
/// DS holds 16 letters (PS3.5 §6.2): as many decimals as there is room for, else nine digits.
inline QString decimalString(const Measurement& measurement)
{
    for (int decimals = measurement.decimals; decimals >= 0; --decimals) {
        char text[400];
        if (std::snprintf(text, sizeof text, "%.*f", decimals, measurement.value) <= 16)
            return text;
    }
    char text[40];
    std::snprintf(text, sizeof text, "%.9g", measurement.value);
    return text;
}
inline QString sentenceOf(const Measurement& measurement)
{
    return (measurement.label.isEmpty() ? QString() : oneLine(measurement.label) + ": ") + valueOf(measurement) +
           (measurement.unit.isEmpty() ? QString() : ' ' + measurement.unit);
}

struct PlainPart
{
    SectionCode code;
    QString title;
    QStringList lines;
    const Section* section = nullptr;
};

/// What every output shows, in order (REP-13).
inline std::vector<PlainPart> plainParts(const Drawn& drawn)
{
    std::vector<PlainPart> parts;
    const Report& report = drawn.report;
    for (const Section& section : report.sections) {
        QStringList lines;
        if (!section.fields.empty() && !section.fields[0].value.isEmpty())
            lines << "Size: " + section.fields[0].value + " mm";
        if (!oneLine(section.text).isEmpty())
            lines << section.text.split('\n');
        for (const SectionCode& code : sectionCodes)
            if (code.id == section.id && !lines.isEmpty())
                parts.push_back({code, section.title, lines, &section});
    }
    QStringList lines;
    for (const Measurement& measurement : report.measurements)
        lines << sentenceOf(measurement);
    if (!lines.isEmpty())
        parts.push_back({ownCodes[0], "Measurements", lines});
    lines.clear();
    for (const KeyImage& image : report.keyImages) {
        const QString caption = oneLine(image.caption);
        lines << QString("Image %1").arg(lines.size() + 1) + (caption.isEmpty() ? "" : ": " + caption);
    }
    if (!lines.isEmpty())
        parts.push_back({ownCodes[1], "Key images", lines});
    const CriticalResult& critical = report.critical;
    if (critical.isCritical) {
        lines = oneLine(critical.finding).isEmpty() ? QStringList("Critical result") : critical.finding.split('\n');
        if (!critical.toldTo.isEmpty())
            lines << "Communicated to " + oneLine(critical.toldTo) + (critical.how.isEmpty() ? "" : " (" + oneLine(critical.how) + ")") +
                         (critical.toldAt.isValid() ? ", " + drawn.minute(critical.toldAt) : QString());
        if (!critical.acknowledgedBy.isEmpty())
            lines << "Acknowledged by " + oneLine(critical.acknowledgedBy);
        parts.push_back({ownCodes[2], "Critical result", lines});
    }
    return parts;
}

inline QString plainSignature(const Drawn& drawn)
{
    const QString by = oneLine(drawn.report.signer) + " on " + drawn.minute(drawn.report.signedAt);
    switch (drawn.report.status) {
    case Status::Draft: return "DRAFT, not signed";
    case Status::Preliminary: return "Preliminary report, signed by " + by;
    case Status::Final: return "Final report, signed by " + by;
    case Status::Corrected: return "Corrected report, signed by " + by;
    case Status::Addendum: return "Final report with addendum, signed by " + by;
    case Status::Cancelled: return "CANCELLED by " + by;
    }
    return {};
}

/// HL7 v2.5.1 §2.7.
inline QString escaped(const QString& text)
{
    QString made;
    for (const QChar c : text)
        made += c == '|' ? "\\F\\" : c == '^' ? "\\S\\" : c == '&' ? "\\T\\" : c == '~' ? "\\R\\" : c == '\\' ? "\\E\\" : QString(c);
    return made;
}

/// A segment of fields by their numbers; what is empty at its end is not written.
inline QString segment(const QString& name, const std::map<int, QString>& fields)
{
    QStringList all{name};
    for (const auto& [number, text] : fields)
        if (!text.isEmpty()) {
            while (all.size() <= number)
                all << QString();
            all[number] = text;
        }
    return all.join('|');
}

inline QString withoutEnd(QString text, QChar end)
{
    while (text.endsWith(end))
        text.chop(1);
    return text;
}

/// XCN: an empty id before the name, in letters if it has such.
inline QString xcn(const Name& name)
{
    QString written;
    for (int i = 2; i >= 0; --i)
        written = name.xpn[i].isEmpty() ? written : name.xpn[i];
    return withoutEnd('^' + written, '^');
}

/// The first line that differs, and what was to be said; empty: none.
inline QString difference(int seed, const char* what, const QStringList& said, const QStringList& expected)
{
    for (qsizetype i = 0; i < std::max(said.size(), expected.size()); ++i)
        if (i >= said.size() || i >= expected.size() || said[i] != expected[i])
            return QString("seed %1, %2, line %3: \"%4\", not \"%5\"\nof\n")
                       .arg(QString::number(seed), what, QString::number(i + 1), said.value(i, "none"), expected.value(i, "none")) +
                   expected.join('\n');
    return {};
}

} // namespace diascope::test
