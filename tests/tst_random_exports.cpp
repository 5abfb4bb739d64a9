// Random reports: what leaves them, against plain readings of HL7 v2.5.1, DICOM and the headers' promises.
#include "reporting/export/dicom_export.h"
#include "reporting/export/hl7_export.h"
#include "reporting/export/text_export.h"
#include "reporting/templates/template.h"
#include "tests/support/dice.h"
#include <QCryptographicHash>
#include <QJsonArray>
#include <QJsonDocument>
#include <QTest>
#include <cstdio>
#include <ctime>
#include <set>

using namespace diascope;
using namespace diascope::reporting;
using test::Dice;

namespace
{

/// A person name as DICOM writes it (PS3.5 §6.2.1), each writing of it as HL7 does (v2.5.1 §2.A.88: suffix before prefix), and for people.
struct Name
{
    QString dicom;
    QStringList xpn; ///< alphabetic, ideographic, phonetic; escaped
    QString shown;
};
const Name names[] = {{"", {"", "", ""}, ""},
                      {"Doe", {"Doe^^^^", "", ""}, "Doe"},
                      {"^Jane", {"^Jane^^^", "", ""}, "Jane"},
                      {"Doe^Jane^Mary^Dr.^Jr.", {"Doe^Jane^Mary^Jr.^Dr.", "", ""}, "Doe, Dr. Jane Mary Jr."},
                      {"A|B^C&D~E", {"A\\F\\B^C\\T\\D\\R\\E^^^", "", ""}, "A|B, C&D~E"},
                      {"Yamada^Tarou=山田^太郎=やまだ^たろう", {"Yamada^Tarou^^^", "山田^太郎^^^", "やまだ^たろう^^^"}, "山田 太郎 (Yamada, Tarou)"},
                      {"=山田^太郎", {"", "山田^太郎^^^", ""}, "山田 太郎"},
                      {"==やまだ^たろう", {"", "", "やまだ^たろう^^^"}, "やまだ たろう"}};

/// DA and TM (PS3.5 §6.2), as HL7 says them and for people.
struct When
{
    QString dicom, hl7, shown;
};
const When dates[] = {
    {"", "", ""}, {"19800229", "19800229", "1980-02-29"}, {"1980.02.28", "19800228", "1980-02-28"}, {"1980", "", "1980"}, {"19810229", "", "19810229"}};
const When times[] = {{"", "", ""}, {"140312", "140312", "14:03"}, {"1403", "140300", "14:03"}, {"14", "140000", "14:00"}, {"14:03:12.250", "140312", "14:03"},
                      {"140360", "140359", "14:03"}, {"2561", "", "2561"}, {"1", "", "1"}};

/// Places and their offsets in winter.
struct Zone
{
    const char* name;
    int minutes;
    QString hl7, shown;
};
const Zone zones[] = {{"UTC", 0, "+0000", "+00:00"},
                      {"America/New_York", -300, "-0500", "-05:00"},
                      {"Asia/Kolkata", 330, "+0530", "+05:30"},
                      {"America/St_Johns", -210, "-0330", "-03:30"}};

/// CID 7001 and 7002 (PS3.16) and LOINC for the sections we name.
struct SectionCode
{
    QString id, loinc, heading, text;
};
const SectionCode sectionCodes[] = {
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
const SectionCode ownCodes[] = {{"measurements", "", "121070 DCM Findings", "121071 DCM Finding"},
                                {"key-images", "key-images^Key images^L", "121070 DCM Findings", "121071 DCM Finding"},
                                {"critical-result", "critical-result^Critical result^L", "121070 DCM Findings", "121071 DCM Finding"}};

/// What a unit is in UCUM, and its meaning.
struct Unit
{
    QString shown, ucum, meaning, scheme = "UCUM"; ///< what has no code is one of ours
};
const Unit units[] = {{"mm", "mm", "millimeter"},
                      {"cm", "cm", "centimeter"},
                      {"HU", "[hnsf'U]", "Hounsfield unit"},
                      {"°", "deg", "degree"},
                      {"deg", "deg", "degree"}, {"mm2", "mm2", "square millimeter"}, {"mm²", "mm2", "square millimeter"}, {"cm²", "cm2", "square centimeter"},
                      {"mm³", "mm3", "cubic millimeter"}, {"cm³", "cm3", "cubic centimeter"}, {"g/ml", "g/ml", "gram per milliliter"}, {"Bq/ml", "Bq/ml", "becquerel per milliliter"},
                      {"px", "{pixels}", "pixels"}, {"s", "s", "second"}, {"", "1", "no units"}, {"px²", "px²", "px²", "99DIASCOPE"},
                      {"counts/s/voxel/time", "counts/s/voxel/time", "counts/s/voxel/time", "99DIASCOPE"}};

const QString ctClass = "1.2.840.10008.5.1.4.1.1.2";

/// PS3.5 §9.1.
bool isUid(const QString& text)
{
    bool isGood = !text.isEmpty() && text.size() <= 64;
    for (const QString& component : text.split('.'))
        isGood = isGood && !component.isEmpty() && std::all_of(component.begin(), component.end(), [](QChar c) { return c >= '0' && c <= '9'; });
    return isGood;
}

/// Runs of white space are one space, none at the ends.
QString oneLine(const QString& text)
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

InstanceRef drawnPlace(Dice& dice, const QString& study)
{
    const QString bad[] = {"", "1.2.x", ".1", "1.", "1..2", QString(65, '1')};
    const auto uid = [&](std::initializer_list<QString> good) { return dice.isOneOf(8) ? dice.of(bad) : dice.of(good); };
    return {uid({"1.2.9.1", "1.2.9.2", QString(64, '1')}), dice.of({1, 2, 0, 17}), dice.of({"", "fig"}), uid({"1.2.8", "1.2.7"}),
            uid({ctClass, ctClass + ".1"}), dice.of({QString(), QString(), study, QString("1.2.55"), QString("1.2")})};
}

Drawn drawnReport(Dice& dice)
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
                                       dice.of({"", "length", "area", "angle", "mean", "volume"}), dice.of({12.34, 0.0, -1000.0, 0.05, 99.96, -0.04, 123456789012.3456, 9999999999999.96, 1e20, -1e17}),
                                       dice.of({0, 1, 2, 3, 9}), dice.of(units).shown, drawnPlace(dice, study.studyUid)});
    for (int i = dice.upTo(3); i > 0; --i)
        report.keyImages.push_back({"k", dice.of({"", " ", "Lesion", "two\n lines"}), drawnPlace(dice, study.studyUid), dice.of({"", "p"})});
    if (dice.isOneOf(2))
        report.critical = {!dice.isOneOf(3), dice.text({"", " ", "Bleeding", "Bleeding\nand more"}), mostly(dice.text({"Dr. Cox", "Dr. Cox\nFinal report"})),
                           mostly(dice.text({"telephone", "by\ntelephone"})), dice.isOneOf(2) ? time() : QDateTime(), mostly("himself\r\n")};
    return drawn;
}

/// "12.3" and "Lesion 1: 12.3 mm".
QString valueOf(const Measurement& measurement)
{
    char text[400];
    std::snprintf(text, sizeof text, "%.*f", measurement.decimals, measurement.value);
    return text;
}
/// DS holds 16 letters (PS3.5 §6.2): as many decimals as there is room for, else nine digits.
QString decimalString(const Measurement& measurement)
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
QString sentenceOf(const Measurement& measurement)
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
std::vector<PlainPart> plainParts(const Drawn& drawn)
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

QString plainSignature(const Drawn& drawn)
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
QString escaped(const QString& text)
{
    QString made;
    for (const QChar c : text)
        made += c == '|' ? "\\F\\" : c == '^' ? "\\S\\" : c == '&' ? "\\T\\" : c == '~' ? "\\R\\" : c == '\\' ? "\\E\\" : QString(c);
    return made;
}

/// A segment of fields by their numbers; what is empty at its end is not written.
QString segment(const QString& name, const std::map<int, QString>& fields)
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

QString withoutEnd(QString text, QChar end)
{
    while (text.endsWith(end))
        text.chop(1);
    return text;
}

/// XCN: an empty id before the name, in letters if it has such.
QString xcn(const Name& name)
{
    QString written;
    for (int i = 2; i >= 0; --i)
        written = name.xpn[i].isEmpty() ? written : name.xpn[i];
    return withoutEnd('^' + written, '^');
}

/// HL7 v2.5.1 §7.3.1.
QStringList plainOru(const Drawn& drawn, const OruOptions& options)
{
    const Report& report = drawn.report;
    const StudyContext& study = report.study;
    const QString stamp = drawn.stamp();
    const bool isPreliminary = report.status == Status::Preliminary, isCancelled = report.status == Status::Cancelled;
    const QString status = isPreliminary ? "P" : isCancelled ? "X" : report.status == Status::Final ? "F" : "C";
    const QString placer = escaped(study.placerOrderNumber), filler = study.fillerOrderNumber.isEmpty() ? study.accession : study.fillerOrderNumber;
    const QString time = options.time.isValid() ? options.time.toString("yyyyMMddHHmmss") + "+0000" : stamp;
    QStringList all;
    // The separator is MSH-1 itself, so that each field stands one place earlier.
    all << segment("MSH", {{1, "^~\\&"}, {2, options.sendingApplication}, {3, options.sendingFacility}, {4, options.receivingApplication},
                           {5, options.receivingFacility}, {6, time}, {8, "ORU^R01^ORU_R01"}, {9, options.controlId}, {10, "P"}, {11, "2.5.1"},
                           {17, options.characterSet}});
    QStringList writings;
    for (int i = 0; i < 3; ++i)
        if (!drawn.patient.xpn[i].isEmpty())
            writings << drawn.patient.xpn[i] + "^^L^" + QStringList{"A", "I", "P"}[i];
    const QString id = withoutEnd(escaped(study.patientId) + "^^^" + study.issuerOfPatientId + (study.patientId.isEmpty() ? "" : "^PI"), '^');
    all << segment("PID", {{1, "1"}, {3, id}, {5, writings.join('~')}, {7, drawn.birth.hl7}, {8, study.sex}});
    all << segment("PV1", {{1, "1"}, {2, "U"}, {8, xcn(drawn.referring)}, {19, study.visitNumber}});
    all << segment("ORC", {{1, "RE"}, {2, placer}, {3, filler}, {5, isCancelled ? "CA" : isPreliminary ? "IP" : "CM"}});
    const Code& code = study.procedure;
    const QString procedure = !code.value.isEmpty()         ? code.value + '^' + code.meaning + '^' + code.scheme
                              : !study.description.isEmpty() ? "18748-4^" + study.description + "^LN"
                                                             : "18748-4^Diagnostic imaging study^LN";
    all << segment("OBR", {{1, "1"}, {2, placer}, {3, filler}, {4, procedure},
                           {7, drawn.studyDate.hl7.isEmpty() ? QString() : drawn.studyDate.hl7 + drawn.studyTime.hl7},
                           {16, xcn(drawn.requesting.dicom.isEmpty() ? drawn.referring : drawn.requesting)}, {18, study.accession},
                           {19, study.requestedProcedureId}, {22, stamp}, {24, study.modality.startsWith("MR") ? "MR" : study.modality}, {25, status},
                           {31, study.reasonForStudy.isEmpty() ? QString() : '^' + escaped(study.reasonForStudy)},
                           {32, '&' + escaped(report.signer) + '^' + stamp}});
    int number = 0, group = 1;
    const auto observe = [&](const QString& type, const QString& what, const QString& subId, const QString& value, const QString& unit = {}) {
        all << segment("OBX", {{1, QString::number(++number)}, {2, type}, {3, what}, {4, subId}, {5, value}, {6, unit}, {11, status}, {14, stamp}});
    };
    observe("HD", "113014^DICOM Study^DCM", "1", study.studyUid);
    for (const PlainPart& part : plainParts(drawn)) {
        if (!part.section && part.code.id == "measurements") {
            for (int i = 0; i < int(report.measurements.size()); ++i) {
                const Measurement& one = report.measurements[i];
                const QString label = one.label.isEmpty() ? QString("Measurement %1").arg(i + 1) : escaped(oneLine(one.label));
                for (const Unit& unit : units)
                    if (unit.shown == one.unit)
                        observe("NM", (one.kind.isEmpty() ? "measurement" : one.kind) + '^' + label + "^L", QString("M%1").arg(i + 1), valueOf(one),
                                unit.shown.isEmpty() ? QString() : unit.ucum + '^' + unit.shown + (unit.scheme == "UCUM" ? "^UCUM" : "^L"));
            }
            continue;
        }
        ++group;
        for (const QString& line : part.lines)
            observe("TX", part.section && !part.section->code.value.isEmpty() ? "X1^Own^99L" : part.code.loinc, QString::number(group), escaped(line));
    }
    observe("TX", "signature^Signature^L", QString::number(++group), escaped(plainSignature(drawn)));
    if (!options.pdf.isEmpty())
        observe("ED", "18748-4^Diagnostic imaging study^LN", QString::number(++group), "^application^pdf^Base64^" + QString(options.pdf.toBase64()));
    return all;
}

/// A dataset to be compared, by PS3.6's numbers.
struct Item
{
    std::map<quint32, QString> texts;
    std::map<quint32, std::vector<Item>> items;
    QString& operator[](quint32 tag) { return texts[tag]; }
    Item& add(quint32 tag) { return items[tag].emplace_back(); }
    /// "121071 DCM Finding": PS3.3 §8; SH holds 16 letters, LO 64.
    void code(quint32 tag, const QString& code)
    {
        Item& one = add(tag);
        one[0x00080100] = code.section(' ', 0, 0).left(16);
        one[0x00080102] = code.section(' ', 1, 1);
        one[0x00080104] = code.section(' ', 2).left(64);
    }
    Item& content(const QString& relationship, const QString& type, const QString& name)
    {
        Item& one = add(0x0040A730);
        one[0x0040A010] = relationship;
        one[0x0040A040] = type;
        if (!name.isEmpty())
            one.code(0x0040A043, name);
        return one;
    }
    QStringList lines(const QString& path = {}) const
    {
        QStringList all;
        for (const auto& [tag, text] : texts)
            all << path + QString("%1 %2").arg(tag, 8, 16, QChar('0')).arg(text);
        for (const auto& [tag, list] : items)
            for (size_t i = 0; i < list.size(); ++i)
                all << list[i].lines(path + QString("%1[%2] ").arg(tag, 8, 16, QChar('0')).arg(i));
        return all;
    }
    static Item of(const dicom::Dataset& dataset)
    {
        Item item;
        for (const dicom::Tag tag : dataset.tags()) {
            const quint32 number = quint32(tag.group) << 16 | tag.element;
            const auto list = dataset.items(tag);
            for (const auto& one : list)
                item.items[number].push_back(of(one));
            if (list.empty())
                item[number] = number == 0x00420011 ? QString(dataset.bytes(tag).toHex()) : dataset.text(tag);
        }
        return item;
    }
};

/// PS3.3 C.7.1.1, C.7.2.1, C.7.5.1, C.12.1: what both documents say.
Item plainDocument(const Drawn& drawn, const QString& sopClass, const QString& modality)
{
    const Report& report = drawn.report;
    const StudyContext& study = report.study;
    Item item;
    item.texts = {{0x00080005, "ISO_IR 192"}, {0x00080016, sopClass}, {0x00080020, study.studyDate},
                  {0x00080023, drawn.local(report.signedAt).toString("yyyyMMdd")}, {0x00080030, study.studyTime},
                  {0x00080033, drawn.local(report.signedAt).toString("HHmmss")}, {0x00080050, study.accession}, {0x00080060, modality},
                  {0x00080070, "Diascope"}, {0x00080090, study.referringPhysician}, {0x0008103E, report.title.left(64)}, {0x00100010, study.patientName},
                  {0x00100020, study.patientId}, {0x00100030, study.birthDate}, {0x00100040, study.sex}, {0x0020000D, study.studyUid},
                  {0x00200010, study.studyId}, {0x00200011, "9900"}, {0x00200013, QString::number(report.version)}};
    if (!study.issuerOfPatientId.isEmpty())
        item[0x00100021] = study.issuerOfPatientId;
    if (!study.description.isEmpty())
        item[0x00081030] = study.description;
    item.code(0x0040A043, "18748-4 LN Diagnostic Imaging Report");
    item[0x0040A493] = report.status == Status::Preliminary ? "UNVERIFIED" : "VERIFIED";
    return item;
}

/// PS3.3 C.17.2.1: what can be found again, each once.
using Evidence = std::map<QString, std::map<QString, std::vector<std::pair<QString, QString>>>>;
bool isFound(const InstanceRef& where) { return isUid(where.sopInstanceUid) && isUid(where.sopClassUid) && isUid(where.seriesUid); }
std::vector<InstanceRef> placesOf(const Report& report)
{
    std::vector<InstanceRef> places;
    for (const Measurement& one : report.measurements)
        places.push_back(one.where);
    for (const KeyImage& one : report.keyImages)
        places.push_back(one.where);
    return places;
}
void refer(Item& into, const QString& sopClass, const QString& instance)
{
    into[0x00081150] = sopClass;
    into[0x00081155] = instance;
}
void plainImage(Item& into, const InstanceRef& where)
{
    if (!isFound(where))
        return;
    Item& reference = into.content("INFERRED FROM", "IMAGE", {}).add(0x00081199);
    refer(reference, where.sopClassUid, where.sopInstanceUid);
    if (where.frame > 1)
        reference[0x00081160] = QString::number(where.frame);
}

/// PS3.16 TID 2000, and PS3.3 C.17.2 and C.17.3; the UIDs of the document and of the one before are left to the test.
Item plainSr(const Drawn& drawn)
{
    const Report& report = drawn.report;
    const bool isPreliminary = report.status == Status::Preliminary;
    Item item = plainDocument(drawn, report.measurements.empty() ? "1.2.840.10008.5.1.4.1.1.88.11" : "1.2.840.10008.5.1.4.1.1.88.22", "SR");
    for (const quint32 empty : {0x00081111, 0x0040A372})
        item[empty] = "";
    item[0x0040A491] = "COMPLETE";
    item[0x0040A496] = isPreliminary ? "PRELIMINARY" : "FINAL";
    item[0x0040A040] = "CONTAINER";
    item[0x0040A050] = "SEPARATE";
    if (!isPreliminary)
        item.add(0x0040A073).texts = {{0x0040A075, report.signer},
                                      {0x0040A027, report.study.institution.isEmpty() ? "not stated" : report.study.institution.left(64)},
                                      {0x0040A030, drawn.local(report.signedAt).toString("yyyyMMddHHmmss")}, {0x0040A088, ""}};
    Item& used = item.add(0x0040A504);
    used[0x00080105] = "DCMR";
    used[0x0040DB00] = "2000";
    Evidence evidence;
    std::set<QString> seen;
    for (const InstanceRef& one : placesOf(report)) {
        const QString study = one.studyUid.isEmpty() ? report.study.studyUid : one.studyUid;
        if (isFound(one) && seen.insert(QStringList{study, one.seriesUid, one.sopClassUid, one.sopInstanceUid}.join(' ')).second)
            evidence[study][one.seriesUid].push_back({one.sopClassUid, one.sopInstanceUid});
    }
    for (const auto& [study, series] : evidence) {
        Item& ofStudy = item.add(study == report.study.studyUid ? 0x0040A375 : 0x0040A385);
        ofStudy[0x0020000D] = study;
        for (const auto& [uid, instances] : series) {
            Item& ofSeries = ofStudy.add(0x00081115);
            ofSeries[0x0020000E] = uid;
            for (const auto& [sopClass, instance] : instances)
                refer(ofSeries.add(0x00081199), sopClass, instance);
        }
    }
    const QString language = report.language.isEmpty() ? "en" : report.language;
    item.content("HAS CONCEPT MOD", "CODE", "121049 DCM Language of Content Item and Descendants")
        .code(0x0040A168, language + " RFC5646 " + (language == "en" ? "English" : language == "de" ? "German" : language == "zh-CN" ? "Chinese" : language));
    item.content("HAS OBS CONTEXT", "CODE", "121005 DCM Observer Type").code(0x0040A168, "121006 DCM Person");
    item.content("HAS OBS CONTEXT", "PNAME", "121008 DCM Person Observer Name")[0x0040A123] = report.signer;
    static const std::map<QString, QString> quantities{
        {"length", "410668003 SCT Length"}, {"area", "42798000 SCT Area"}, {"angle", "1483009 SCT Angle"}, {"mean", "373098007 SCT Mean"}};
    for (const PlainPart& part : plainParts(drawn)) {
        Item& section = item.content("CONTAINS", "CONTAINER", part.code.heading);
        section[0x0040A050] = "SEPARATE";
        const bool isMeasured = !part.section && part.code.id == "measurements", isPicture = !part.section && part.code.id == "key-images";
        if (!isMeasured && !isPicture)
            section.content("CONTAINS", "TEXT", part.code.text)[0x0040A160] = part.lines.join("\r\n");
        for (qsizetype i = 0; (isMeasured || isPicture) && i < part.lines.size(); ++i) {
            Item& sentence = section.content("CONTAINS", "TEXT", part.code.text);
            sentence[0x0040A160] = part.lines[i];
            if (isPicture)
                plainImage(sentence, report.keyImages[i].where);
            if (!isMeasured)
                continue;
            const Measurement& one = report.measurements[i];
            const QString meaning = one.label.isEmpty() ? "Measurement" : oneLine(one.label);
            Item& number = sentence.content("INFERRED FROM", "NUM",
                                            quantities.contains(one.kind) ? quantities.at(one.kind) : QString("M%1 99DIASCOPE %2").arg(i + 1).arg(meaning));
            Item& value = number.add(0x0040A300);
            value[0x0040A30A] = decimalString(one);
            for (const Unit& unit : units)
                if (unit.shown == one.unit)
                    value.code(0x004008EA, unit.ucum + ' ' + unit.scheme + ' ' + unit.meaning);
            plainImage(number, one.where);
        }
    }
    return item;
}

/// The first line that differs, and what was to be said; empty: none.
QString difference(int seed, const char* what, const QStringList& said, const QStringList& expected)
{
    for (qsizetype i = 0; i < std::max(said.size(), expected.size()); ++i)
        if (i >= said.size() || i >= expected.size() || said[i] != expected[i])
            return QString("seed %1, %2, line %3: \"%4\", not \"%5\"\nof\n")
                       .arg(QString::number(seed), what, QString::number(i + 1), said.value(i, "none"), expected.value(i, "none")) +
                   expected.join('\n');
    return {};
}

/// A report with everything that is stored of it, which the outputs do not show.
Report storedReport(Dice& dice)
{
    Report report = drawnReport(dice).report;
    const auto some = [&](const char* text) { return dice.isOneOf(2) ? QString() : QString(text); };
    const auto number = [&] { return dice.isOneOf(2) ? std::optional<double>() : dice.of({0.0, -1.5, 10.0}); };
    const auto time = [&] { return dice.isOneOf(2) ? QDateTime() : report.signedAt.addMSecs(dice.of({0, 1, 999})); };
    const auto code = [&] { return dice.isOneOf(2) ? Code() : Code{"c", some("s"), some("m")}; };
    const auto completion = [&] { return dice.of({Field::Completion::None, Field::Completion::Alert, Field::Completion::Prohibit}); };
    report.createdAt = time();
    report.modifiedAt = time();
    report.signedAt = time();
    report.signer = some("Strange");
    report.predecessorHash = some("aa");
    report.contentHash = some("bb");
    report.critical.isCritical = report.critical.isCritical && dice.isOneOf(2);
    for (Section& section : report.sections) {
        section.level = dice.from(0, 2);
        section.isLocked = dice.isOneOf(2);
        section.completion = completion();
        section.code = code();
        section.fields.clear();
        for (int i = dice.upTo(2); i > 0; --i) {
            Field field{some("f"),       some("Size"),    some("behind"), Field::Type(dice.upTo(6)), some("mm"), number(), number(), number(), {},
                        dice.isOneOf(2), dice.isOneOf(2), completion(),   some("PatientID"),         code(),     some("4")};
            for (int j = dice.upTo(2); j > 0; --j)
                field.options.push_back({some("a"), some("A"), code()});
            section.fields.push_back(field);
        }
    }
    return report;
}

/// What is stored: members in their order of names, and none that has its default, so that what was stored long ago keeps its bytes.
QJsonObject& with(QJsonObject& object, std::initializer_list<std::pair<const char*, QString>> texts)
{
    for (const auto& [name, text] : texts)
        if (!text.isEmpty())
            object[name] = text;
    return object;
}
void withCode(QJsonObject& object, const Code& code, const char* name = "code")
{
    if (!code.value.isEmpty())
        object[name] = QJsonObject{{"value", code.value}, {"scheme", code.scheme}, {"meaning", code.meaning}};
}
QString stored(const QDateTime& time) { return time.isValid() ? time.toUTC().toString("yyyy-MM-ddTHH:mm:ss.zzzZ") : QString(); }
QString stored(Field::Completion completion) { return QStringList{"", "alert", "prohibit"}[int(completion)]; }
QString sha256(const QByteArray& bytes) { return QCryptographicHash::hash(bytes, QCryptographicHash::Sha256).toHex(); }

QJsonObject plainJson(const InstanceRef& where)
{
    QJsonObject object{{"frame", where.frame}};
    return with(object, {{"sopInstanceUid", where.sopInstanceUid}, {"figureId", where.figureId}, {"seriesUid", where.seriesUid},
                         {"sopClassUid", where.sopClassUid}, {"studyUid", where.studyUid}});
}

QJsonObject plainJson(const StudyContext& study)
{
    QJsonObject object;
    with(object, {{"patientName", study.patientName}, {"patientId", study.patientId}, {"issuerOfPatientId", study.issuerOfPatientId},
                  {"birthDate", study.birthDate}, {"sex", study.sex}, {"studyUid", study.studyUid}, {"accession", study.accession},
                  {"issuerOfAccession", study.issuerOfAccession}, {"studyId", study.studyId}, {"studyDate", study.studyDate}, {"studyTime", study.studyTime},
                  {"description", study.description}, {"modality", study.modality}, {"bodyPart", study.bodyPart},
                  {"referringPhysician", study.referringPhysician}, {"requestingPhysician", study.requestingPhysician}, {"institution", study.institution},
                  {"placerOrderNumber", study.placerOrderNumber}, {"fillerOrderNumber", study.fillerOrderNumber},
                  {"requestedProcedureId", study.requestedProcedureId}, {"reasonForStudy", study.reasonForStudy}, {"visitNumber", study.visitNumber}});
    withCode(object, study.procedure, "procedure");
    return object;
}

QJsonObject plainJson(const Field& field)
{
    const char* const types[] = {"text", "textarea", "number", "date", "time", "checkbox", "selection"};
    QJsonObject object{{"id", field.id}, {"type", types[int(field.type)]}, {"value", field.value}};
    with(object, {{"label", field.label}, {"trailingText", field.trailingText}, {"unit", field.unit}, {"mergeName", field.mergeName},
                  {"completion", stored(field.completion)}});
    for (const auto& [name, number] : {std::pair("minimum", field.minimum), {"maximum", field.maximum}, {"step", field.step}})
        if (number)
            object[name] = *number;
    if (field.isMultiple)
        object["multiple"] = true;
    if (field.isReadOnly)
        object["readOnly"] = true;
    withCode(object, field.code);
    QJsonArray options;
    for (const Option& option : field.options) {
        QJsonObject one{{"value", option.value}};
        withCode(with(one, {{"label", option.label}}), option.code);
        options << one;
    }
    if (!options.isEmpty())
        object["options"] = options;
    return object;
}

QJsonObject plainJson(const Report& report, Images images)
{
    const char* const states[] = {"draft", "preliminary", "final", "corrected", "addendum", "cancelled"};
    const char* const purposes[] = {"report", "addendum", "correction"};
    QJsonArray sections, measurements, keyImages;
    for (const Section& section : report.sections) {
        QJsonObject one{{"id", section.id}, {"title", section.title}, {"level", section.level}, {"text", section.text}};
        withCode(with(one, {{"completion", stored(section.completion)}}), section.code);
        if (section.isLocked)
            one["locked"] = true;
        QJsonArray fields;
        for (const Field& field : section.fields)
            fields << plainJson(field);
        if (!fields.isEmpty())
            one["fields"] = fields;
        sections << one;
    }
    for (const Measurement& one : report.measurements) {
        QJsonObject object{{"id", one.id}, {"value", one.value}, {"decimals", one.decimals}, {"unit", one.unit}, {"where", plainJson(one.where)}};
        measurements << with(object, {{"label", one.label}, {"kind", one.kind}});
    }
    for (const KeyImage& image : report.keyImages) {
        QJsonObject one{{"id", image.id}, {"where", plainJson(image.where)}, {"sha256", sha256(image.png)}};
        if (images == Images::Embedded)
            one["png"] = QString(image.png.toBase64());
        keyImages << with(one, {{"caption", image.caption}});
    }
    QJsonObject object{{"format", 1}, {"reportId", report.reportId}, {"version", report.version}, {"revision", report.revision},
                       {"status", states[int(report.status)]}, {"purpose", purposes[int(report.purpose)]}, {"study", plainJson(report.study)},
                       {"sections", sections}, {"measurements", measurements}, {"keyImages", keyImages}};
    with(object, {{"templateId", report.templateId}, {"title", report.title}, {"language", report.language}, {"author", report.author},
                  {"createdAt", stored(report.createdAt)}, {"modifiedAt", stored(report.modifiedAt)}, {"signer", report.signer},
                  {"signedAt", stored(report.signedAt)}, {"predecessorHash", report.predecessorHash}, {"contentHash", report.contentHash}});
    const CriticalResult& critical = report.critical;
    QJsonObject result{{"isCritical", critical.isCritical}};
    with(result, {{"finding", critical.finding}, {"toldTo", critical.toldTo}, {"how", critical.how}, {"toldAt", stored(critical.toldAt)},
                  {"acknowledgedBy", critical.acknowledgedBy}});
    if (critical.isCritical || result.size() > 1)
        object["critical"] = result;
    return object;
}

/// One member changed, at the end of a path through objects and first elements.
QJsonValue changed(const QJsonValue& value, const QStringList& path, const QJsonValue& to)
{
    if (path.isEmpty())
        return to;
    if (value.isArray()) {
        QJsonArray array = value.toArray();
        array[0] = changed(array[0], path, to);
        return array;
    }
    QJsonObject object = value.toObject();
    const QJsonValue inner = changed(object[path[0]], path.mid(1), to);
    if (inner.isUndefined())
        object.remove(path[0]);
    else
        object[path[0]] = inner;
    return object;
}

QStringList linesOf(const QJsonObject& object) { return QString(QJsonDocument(object).toJson()).split('\n'); }

} // namespace

class TestRandomExports : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void cleanup()
    {
        qputenv("TZ", "UTC");
        tzset();
    }

    /// Every field of every segment stands where HL7 v2.5.1 has it, or the message is refused.
    void REP_14_DEL_02_DEL_06_everyFieldOfAMessage()
    {
        test::Reached reached({"sent",
                               "no draft",
                               "no control id",
                               "does not fit",
                               "P",
                               "F",
                               "C",
                               "X",
                               "a time of its own",
                               "a PDF",
                               "no order",
                               "no filler",
                               "a procedure",
                               "three writings",
                               "no patient",
                               "a code of its own",
                               "a local section",
                               "a line of none",
                               "measurements",
                               "key images",
                               "critical",
                               "no date",
                               "a date without a time",
                               "another's physician"});
        for (int seed = 1; seed <= test::rounds(2500); ++seed) {
            Dice dice(seed);
            Drawn drawn = drawnReport(dice);
            OruOptions options;
            options.controlId = dice.isOneOf(12) ? "" : "DS-1";
            if (dice.isOneOf(2))
                options.time = QDateTime({2018, 1, 9}, {8, 7, 6}, Qt::UTC);
            options.characterSet = dice.of({"UNICODE UTF-8", "GB 18030-2000", "8859/1", "ASCII"});
            options.sendingApplication = dice.of({"DIASCOPE", "OTHER"});
            options.sendingFacility = dice.of({"", "SF"});
            options.receivingApplication = dice.of({"", "RA"});
            options.receivingFacility = dice.of({"", "RF"});
            options.pdf = dice.of({"", "", "%PDF-1.4 x", "%PDF-1.4 >>>???"});
            const auto message = toOru(drawn.report, options);
            const QStringList expected = plainOru(drawn, options);
            const QString whole = expected.join('\r');
            const auto fits = [&](ushort most) { return std::all_of(whole.begin(), whole.end(), [&](QChar c) { return c.unicode() <= most; }); };
            const bool isDraft = drawn.report.status == Status::Draft, doesFit = options.characterSet == "ASCII"    ? fits(0x7f)
                                                                                 : options.characterSet == "8859/1" ? fits(0xff)
                                                                                                                    : true;
            reached.count("no draft", isDraft);
            reached.count("no control id", !isDraft && options.controlId.isEmpty());
            if (isDraft || options.controlId.isEmpty() || !doesFit) {
                QVERIFY2(!message, qPrintable(QString::number(seed)));
                QCOMPARE(message.error().fault, isDraft || options.controlId.isEmpty() ? Fault::Invalid : Fault::Unsupported);
                reached.count("does not fit", message.error().fault == Fault::Unsupported);
                continue;
            }
            QVERIFY2(message, qPrintable(QString("seed %1: %2").arg(seed).arg(message ? "" : message.error().detail)));
            QStringList said;
            for (const QString& line : message->toText().split('\r', Qt::SkipEmptyParts))
                said << withoutEnd(line, '|');
            const QString problem = difference(seed, "ORU", said, expected);
            QVERIFY2(problem.isEmpty(), qPrintable(problem));
            QCOMPARE(*toOru(drawn.report, options)->toBytes(), *message->toBytes());
            const StudyContext& study = drawn.report.study;
            reached.count("sent");
            reached.count(expected[4].section('|', 25, 25).toLatin1().constData());
            reached.count("a time of its own", options.time.isValid());
            reached.count("a PDF", !options.pdf.isEmpty());
            reached.count("no order", study.placerOrderNumber.isEmpty());
            reached.count("no filler", study.fillerOrderNumber.isEmpty() && !study.accession.isEmpty());
            reached.count("a procedure", !study.procedure.value.isEmpty());
            reached.count("three writings", drawn.patient.dicom.count('=') == 2);
            reached.count("no patient", drawn.patient.dicom.isEmpty() && study.patientId.isEmpty());
            reached.count("a code of its own", whole.contains("X1^Own"));
            reached.count("a local section", whole.contains("^Title of segments-of-the-liver^L"));
            reached.count("a line of none", whole.contains("59776-5^Procedure findings^LN|2||"));
            reached.count("measurements", drawn.report.measurements.size() > 1);
            reached.count("key images", drawn.report.keyImages.size() > 1);
            reached.count("critical", drawn.report.critical.isCritical);
            reached.count("no date", drawn.studyDate.hl7.isEmpty() && !drawn.studyTime.hl7.isEmpty());
            reached.count("a date without a time", !drawn.studyDate.hl7.isEmpty() && drawn.studyTime.hl7.isEmpty());
            reached.count("another's physician", drawn.requesting.dicom.isEmpty() && !drawn.referring.dicom.isEmpty());
        }
        qInfo("%s", qPrintable(reached.summary()));
        QCOMPARE(reached.missing(), QString());
    }

    /// Every attribute of both documents, and no other; the same version gives the same UID, any other another one.
    void REP_13_everyAttributeOfADocument()
    {
        test::Reached reached({"SR", "PDF", "not signed", "no id", "no study", "no PDF", "odd", "even", "preliminary", "one before", "evidence of its own",
                               "evidence of another study", "an image twice", "not found again", "a frame", "basic", "enhanced"});
        std::map<QString, QString> uids;
        const auto uidOf = [&](const char* kind, const Report& report, int version) -> QString& {
            return uids[QString("%1 %2 %3").arg(kind, report.reportId).arg(version)];
        };
        for (int seed = 1; seed <= test::rounds(1000); ++seed) {
            Dice dice(seed);
            const Drawn drawn = drawnReport(dice);
            const Report& report = drawn.report;
            Report former = report; // the version before, with measurements or without
            if (dice.isOneOf(2))
                former.measurements = dice.isOneOf(2) ? std::vector<Measurement>() : std::vector<Measurement>(1);
            const QByteArray pdf = dice.of({"%PDF-1.4", "%PDF-1.45", "%PDF-", "%PDF-x", "", "PDF-1.4", " %PDF-1.4"});
            for (const char* kind : {"sr", "pdf"}) {
                const bool isSr = *kind == 's', isPdf = isSr || pdf.startsWith("%PDF-");
                const auto made = isSr ? toSr(report, &former) : toEncapsulatedPdf(report, pdf);
                const bool isSigned = report.status != Status::Draft;
                reached.count("not signed", !isSigned);
                reached.count("no id", isSigned && report.reportId.isEmpty());
                reached.count("no study", isSigned && !report.reportId.isEmpty() && !isUid(report.study.studyUid));
                reached.count("no PDF", isSigned && !report.reportId.isEmpty() && isUid(report.study.studyUid) && !isPdf);
                if (!isSigned || report.reportId.isEmpty() || !isUid(report.study.studyUid) || !isPdf) {
                    QVERIFY2(!made, qPrintable(QString::number(seed)));
                    QCOMPARE(made.error().fault, Fault::Invalid);
                    continue;
                }
                QVERIFY2(made, qPrintable(QString("seed %1: %2").arg(seed).arg(made ? "" : made.error().detail)));
                Item said = Item::of(*made), expected;
                if (isSr) {
                    expected = plainSr(drawn);
                } else {
                    expected = plainDocument(drawn, "1.2.840.10008.5.1.4.1.1.104.1", "DOC");
                    for (const auto& [tag, text] : std::map<quint32, QString>{
                             {0x0008002A, ""}, {0x00080064, "WSD"}, {0x00280301, "YES"}, {0x00420010, report.title}, {0x00420012, "application/pdf"}})
                        expected[tag] = text;
                    expected[0x00420011] = (pdf.size() % 2 ? pdf + '\0' : pdf).toHex();
                }
                for (int version = 0; version <= report.version; ++version) { // 0: of the series
                    Report one = report;
                    one.version = std::max(1, version);
                    const auto dataset = isSr ? toSr(one) : toEncapsulatedPdf(one, pdf);
                    const QString uid = dataset->text(version ? dicom::tag::SOPInstanceUID : dicom::tag::SeriesInstanceUID),
                                  key = QString("%1 %2 %3").arg(kind, report.reportId).arg(version);
                    QVERIFY(isUid(uid));
                    if (!uids.contains(key)) {
                        QVERIFY2(std::none_of(uids.begin(), uids.end(), [&](const auto& other) { return other.second == uid; }), qPrintable(key));
                        uids[key] = uid;
                    }
                    QCOMPARE(uid, uids[key]);
                }
                expected[0x00080018] = uidOf(kind, report, report.version);
                expected[0x0020000E] = uidOf(kind, report, 0);
                if (isSr && report.version > 1) {
                    Item& before = expected.add(0x0040A360);
                    before[0x0020000D] = report.study.studyUid;
                    Item& series = before.add(0x00081115);
                    series[0x0020000E] = uidOf(kind, report, 0);
                    refer(series.add(0x00081199), QString("1.2.840.10008.5.1.4.1.1.88.") + (former.measurements.empty() ? "11" : "22"), uidOf(kind, report, report.version - 1));
                }
                const QString problem = difference(seed, kind, said.lines(), expected.lines());
                QVERIFY2(problem.isEmpty(), qPrintable(problem));
                reached.count(isSr ? "SR" : "PDF");
                reached.count("odd", !isSr && pdf.size() % 2);
                reached.count("even", !isSr && pdf.size() % 2 == 0);
                if (!isSr)
                    continue;
                std::vector<InstanceRef> found = placesOf(report);
                const auto all = found.size();
                std::erase_if(found, [](const InstanceRef& where) { return !isFound(where); });
                const auto isTwice = [&](const InstanceRef& one) {
                    return std::count_if(found.begin(), found.end(), [&](const InstanceRef& other) {
                               return other.sopInstanceUid == one.sopInstanceUid && other.sopClassUid == one.sopClassUid && other.seriesUid == one.seriesUid &&
                                      other.studyUid == one.studyUid;
                           }) > 1;
                };
                reached.count("preliminary", report.status == Status::Preliminary);
                reached.count("one before", report.version > 1);
                reached.count("evidence of its own", expected.items.contains(0x0040A375));
                reached.count("evidence of another study", expected.items.contains(0x0040A385));
                reached.count("an image twice", std::any_of(found.begin(), found.end(), isTwice));
                reached.count("not found again", found.size() < all);
                reached.count("a frame", !found.empty() && found[0].frame > 1);
                reached.count(report.measurements.empty() ? "basic" : "enhanced");
            }
        }
        qInfo("%s", qPrintable(reached.summary()));
        QCOMPARE(reached.missing(), QString());
    }

    /// A header of what is known, each part under its title, the signature; what is one line stays one.
    void REP_12_REP_13_everyLineOfTheText()
    {
        test::Reached reached(
            {"a line break", "an issuer", "no study date", "a draft", "signed", "measurements", "key images", "critical", "told", "no parts"});
        for (int seed = 1; seed <= test::rounds(2500); ++seed) {
            Dice dice(seed);
            Drawn drawn = drawnReport(dice);
            Report given = drawn.report;
            const auto stain = [&](std::initializer_list<QString*> texts) {
                for (QString* text : texts)
                    if (!text->isEmpty() && dice.isOneOf(4)) {
                        const qsizetype at = text->indexOf(' ');
                        text->insert(at < 0 ? text->size() : at, dice.of({"\n", "\r\n ", "\u2028", " \v"}));
                        reached.count("a line break");
                    }
            };
            StudyContext& study = given.study;
            stain({&given.title, &given.signer, &given.author, &study.modality, &study.patientName, &study.patientId, &study.issuerOfPatientId,
                   &study.birthDate, &study.sex, &study.accession, &study.studyDate, &study.description, &study.referringPhysician});
            for (Section& section : given.sections) {
                stain({&section.title});
                for (Field& field : section.fields)
                    stain({&field.label, &field.unit});
            }
            stain({&given.critical.toldTo, &given.critical.how, &given.critical.acknowledgedBy});
            for (Measurement& measurement : given.measurements)
                stain({&measurement.label, &measurement.unit});
            for (KeyImage& image : given.keyImages)
                stain({&image.caption});
            Report clean = drawn.report;
            for (KeyImage& image : clean.keyImages)
                image.caption = oneLine(image.caption);
            for (Measurement& measurement : clean.measurements)
                measurement.label = oneLine(measurement.label);
            for (QString* text : {&clean.critical.toldTo, &clean.critical.how, &clean.critical.acknowledgedBy})
                *text = oneLine(*text);
            QVERIFY2(withPlainLines(given) == clean, qPrintable(QString("seed %1").arg(seed)));
            QCOMPARE(signatureLine(given), plainSignature(drawn));
            const StudyContext& plain = drawn.report.study;
            QStringList expected{drawn.report.title, ""};
            const auto line = [&](const QString& label, const QString& text) {
                if (!text.isEmpty())
                    expected << label + ": " + text;
            };
            line("Patient", drawn.patient.shown);
            line("Patient ID", plain.issuerOfPatientId.isEmpty() ? plain.patientId : plain.patientId + " (" + plain.issuerOfPatientId + ')');
            line("Birth date", drawn.birth.shown);
            line("Sex", plain.sex);
            line("Accession number", plain.accession);
            line("Study", oneLine(drawn.studyDate.shown + ' ' + plain.description));
            line("Referring physician", drawn.referring.shown);
            const auto parts = plainParts(drawn);
            for (const PlainPart& part : parts)
                expected << "" << part.title.toUpper() << part.lines;
            expected << "" << plainSignature(drawn) << "";
            const QString problem = difference(seed, "text", toText(given).split('\n'), expected);
            QVERIFY2(problem.isEmpty(), qPrintable(problem));
            reached.count("an issuer", !plain.issuerOfPatientId.isEmpty());
            reached.count("no study date", plain.studyDate.isEmpty() && !plain.description.isEmpty());
            reached.count(given.status == Status::Draft ? "a draft" : "signed");
            reached.count("measurements", !given.measurements.empty());
            reached.count("key images", !given.keyImages.empty());
            reached.count("critical", given.critical.isCritical);
            reached.count("told", given.critical.isCritical && !given.critical.toldTo.isEmpty() && given.critical.toldAt.isValid());
            reached.count("no parts", parts.empty());
        }
        qInfo("%s", qPrintable(reached.summary()));
        QCOMPARE(reached.missing(), QString());
    }

    /// Stored and read again nothing is lost; no default is written; what a report cannot be without is missed.
    void REP_10_everyMemberOfAStoredReport()
    {
        test::Reached reached({"with pictures", "a report", "a field", "an option", "a measurement", "a key image", "critical", "not critical, with words",
                               "damaged", "missing without harm"});
        for (int seed = 1; seed <= test::rounds(1000); ++seed) {
            Dice dice(seed);
            Report report = storedReport(dice);
            const Images images = dice.of({Images::HashOnly, Images::Embedded});
            const QJsonObject json = toJson(report, images);
            const QJsonObject expected = plainJson(report, images);
            const QString problem = json == expected ? QString() : difference(seed, "JSON", linesOf(json), linesOf(expected));
            QVERIFY2(problem.isEmpty(), qPrintable(problem));
            QJsonObject frozen = plainJson(report, Images::HashOnly);
            frozen.remove("revision");
            frozen.remove("contentHash");
            const QByteArray bytes = QJsonDocument(frozen).toJson(QJsonDocument::Compact);
            QCOMPARE(canonicalBytes(report), bytes);
            QCOMPARE(contentHash(report), sha256(bytes));
            if (images == Images::HashOnly)
                for (KeyImage& image : report.keyImages)
                    image.png.clear();
            const auto read = reportFromJson(json);
            QVERIFY2(read && *read == report, qPrintable(QString("seed %1").arg(seed)));
            const Section* first = report.sections.empty() ? nullptr : &report.sections.front();
            const bool hasField = first && !first->fields.empty(), isMeasured = !report.measurements.empty(), hasImage = !report.keyImages.empty();
            const auto path = [&](const char* text) { return QString(text).split('.'); };
            std::vector<const char*> required{"status", "format", "sections"};
            if (hasField)
                required.push_back("sections.fields.type");
            if (isMeasured)
                required.push_back("measurements.value");
            const char* const which = dice.of(required);
            const auto refused =
                reportFromJson(changed(json, path(which), dice.of({QJsonValue(QJsonValue::Undefined), QJsonValue("2"), QJsonValue(QJsonObject())})).toObject());
            QVERIFY2(!refused && refused.error().fault == Fault::Damaged, qPrintable(QString("seed %1, %2").arg(seed).arg(which)));
            reached.count("damaged");
            using Change = void (*)(Report&);
            std::vector<std::pair<const char*, Change>> optional{{"purpose", [](Report& one) { one.purpose = Purpose::Report; }},
                                                                 {"critical", [](Report& one) { one.critical = {}; }},
                                                                 {"measurements", [](Report& one) { one.measurements.clear(); }},
                                                                 {"keyImages", [](Report& one) { one.keyImages.clear(); }}};
            if (first) {
                optional.push_back({"sections.level", [](Report& one) { one.sections[0].level = 1; }});
                optional.push_back({"sections.completion", [](Report& one) { one.sections[0].completion = Field::Completion::None; }});
            }
            if (hasField)
                optional.push_back({"sections.fields.completion", [](Report& one) { one.sections[0].fields[0].completion = Field::Completion::None; }});
            if (isMeasured) {
                optional.push_back({"measurements.decimals", [](Report& one) { one.measurements[0].decimals = 1; }});
                optional.push_back({"measurements.where.frame", [](Report& one) { one.measurements[0].where.frame = 1; }});
            }
            const auto& [without, change] = dice.of(optional);
            Report rest = report;
            change(rest);
            const auto left = reportFromJson(changed(json, path(without), QJsonValue::Undefined).toObject());
            QVERIFY2(left && *left == rest, qPrintable(QString("seed %1, without %2").arg(seed).arg(without)));
            reached.count("missing without harm");
            reached.count("with pictures", images == Images::Embedded && hasImage && !report.keyImages[0].png.isEmpty());
            reached.count("a report");
            reached.count("a field", hasField);
            reached.count("an option", hasField && !first->fields[0].options.empty());
            reached.count("a measurement", isMeasured);
            reached.count("a key image", hasImage);
            reached.count("critical", report.critical.isCritical);
            reached.count("not critical, with words", !report.critical.isCritical && !report.critical.finding.isEmpty());
        }
        qInfo("%s", qPrintable(reached.summary()));
        QCOMPARE(reached.missing(), QString());
    }

    /// PS3.6: what an image says of its study; what it does not say is empty, unless its request says it.
    void DEL_08_everyAttributeOfTheContext()
    {
        test::Reached reached({"said", "not said", "by the request", "by both", "by the request's second item", "a procedure"});
        for (int seed = 1; seed <= test::rounds(1500); ++seed) {
            Dice dice(seed);
            StudyContext expected;
            dicom::Dataset dataset;
            const std::pair<quint32, QString*> members[] = {{0x00100010, &expected.patientName}, {0x00100020, &expected.patientId},
                                                            {0x00100021, &expected.issuerOfPatientId}, {0x00100030, &expected.birthDate},
                                                            {0x00100040, &expected.sex}, {0x0020000D, &expected.studyUid}, {0x00080050, &expected.accession},
                                                            {0x00200010, &expected.studyId}, {0x00080020, &expected.studyDate},
                                                            {0x00080030, &expected.studyTime}, {0x00081030, &expected.description},
                                                            {0x00080060, &expected.modality}, {0x00180015, &expected.bodyPart},
                                                            {0x00080090, &expected.referringPhysician}, {0x00321032, &expected.requestingPhysician},
                                                            {0x00080080, &expected.institution}, {0x00402016, &expected.placerOrderNumber},
                                                            {0x00402017, &expected.fillerOrderNumber}, {0x00401001, &expected.requestedProcedureId},
                                                            {0x00401002, &expected.reasonForStudy}, {0x00380010, &expected.visitNumber}};
            const auto tagOf = [](quint32 number) { return dicom::Tag{quint16(number >> 16), quint16(number)}; };
            int number = 0;
            for (const auto& [tag, member] : members) {
                ++number;
                const bool isSaid = dice.isOneOf(2);
                reached.count(isSaid ? "said" : "not said");
                if (!isSaid)
                    continue;
                *member = QString::number(100 + number);
                QVERIFY(dataset.setText(tagOf(tag), *member));
            }
            for (int item = dice.upTo(2), i = 0; i < item; ++i) {
                dicom::Dataset request = dataset.addItem(tagOf(0x00400275));
                for (const auto& [tag, member] : {std::pair(0x00080050, &expected.accession), {0x00401001, &expected.requestedProcedureId}})
                    if (dice.isOneOf(2)) {
                        const QString other = QString::number(900 + 2 * i + (tag == 0x00080050));
                        QVERIFY(request.setText(tagOf(tag), other));
                        reached.count(i > 0 ? "by the request's second item" : member->isEmpty() ? "by the request" : "by both");
                        if (i == 0 && member->isEmpty())
                            *member = other;
                    }
            }
            if (dice.isOneOf(2)) {
                dicom::Dataset code = dataset.addItem(tagOf(0x00321064));
                QVERIFY(code.setText(tagOf(0x00080100), expected.procedure.value = "V") && code.setText(tagOf(0x00080102), expected.procedure.scheme = "S"));
                QVERIFY(code.setText(tagOf(0x00080104), expected.procedure.meaning = "M"));
                reached.count("a procedure");
            }
            const StudyContext said = StudyContext::fromDataset(dataset);
            const QString problem = said == expected ? QString() : difference(seed, "context", linesOf(plainJson(said)), linesOf(plainJson(expected)));
            QVERIFY2(problem.isEmpty(), qPrintable(problem));
            QVERIFY(said.toJson() == plainJson(expected));
            QVERIFY(StudyContext::fromJson(plainJson(expected)) == expected);
            StudyContext other;
            other.setPatient({expected.patientId, expected.issuerOfPatientId, expected.patientName, expected.birthDate, expected.sex});
            QCOMPARE((QStringList{other.patientId, other.issuerOfPatientId, other.patientName, other.birthDate, other.sex}),
                     (QStringList{expected.patientId, expected.issuerOfPatientId, expected.patientName, expected.birthDate, expected.sex}));
        }
        qInfo("%s", qPrintable(reached.summary()));
        QCOMPARE(reached.missing(), QString());
    }

    /// Each name of a merge field, however it is spelled, gives its own value, in the form the field holds; what is not known changes nothing.
    void REP_01_REP_04_everyFieldOfATemplate()
    {
        test::Reached reached({"retired", "only a part", "merged", "an unknown name", "not said", "by its value", "by its label", "among no choice", "a date",
                               "no date", "not resolved", "no language", "no such value"});
        for (int seed = 1; seed <= test::rounds(4000); ++seed) {
            Dice dice(seed);
            const Drawn drawn = drawnReport(dice);
            StudyContext study = drawn.report.study;
            study.sex = dice.of({"", "F", "female", "m"});
            const QString procedure = study.procedure.meaning.isEmpty() ? study.description : study.procedure.meaning;
            const std::pair<QStringList, QString> known[] = {
                {{"PatientName", "Patient's Name", "(0010,0010)", "PID-5"}, drawn.patient.shown},
                {{"patient_id", "PatientMRN", "MRN", "Medical Record Number", "0010,0020", "PID.3"}, study.patientId},
                {{"PatientBirthDate", "Patient's Birth Date", "birth-date", "Date of Birth", "Patient DOB", "DOB", "00100030", "pid7"}, drawn.birth.shown},
                {{"patient.sex", "Patient's Sex", "SEX", "gender", "Patient Gender", "00100040", "PID-8"}, study.sex},
                {{"Accession Number", "accession", "00080050", "OBR-18"}, study.accession},
                {{"StudyDate", "exam date", "00080020", "OBR-7"}, drawn.studyDate.shown}, {{"StudyTime", "exam time", "00080030"}, drawn.studyTime.shown},
                {{"StudyDescription", "ExamName", "examination", "00081030"}, study.description},
                {{"procedure", "Procedure Name", "RequestedProcedureDescription", "00321060", "OBR-44"}, procedure}, {{"Modality", "00080060"}, study.modality},
                {{"BodyPart", "BodyPartExamined", "00180015"}, study.bodyPart},
                {{"ReferringPhysician", "ReferringPhysicianName", "Referring Physician's Name", "00080090", "PV1-8"}, drawn.referring.shown},
                {{"RequestingPhysician", "OrderingPhysician", "OrderingProvider", "00321032", "OBR-16"}, drawn.requesting.shown},
                {{"Institution", "InstitutionName", "00080080"}, study.institution},
                {{"ReasonForStudy", "ReasonForExam", "Indication", "ClinicalInformation", "ReasonForTheRequestedProcedure", "00401002", "OBR-31"},
                 study.reasonForStudy},
                {{"StudyInstanceUID", "StudyUID", "0020000D"}, study.studyUid}, {{"StudyID", "00200010"}, study.studyId},
                {{"PlacerOrderNumber", "00402016", "ORC-2", "OBR-2"}, study.placerOrderNumber},
                {{"FillerOrderNumber", "00402017", "ORC-3", "OBR-3"}, study.fillerOrderNumber}, {{"ShoeSize", "PID-99", "patient"}, {}}};
            const auto& [spellings, value] = known[dice.isOneOf(2) ? dice.of({2, 3, 5}) : dice.upTo(int(std::size(known)) - 1)];
            const QString name = dice.of(spellings);
            const bool isKnown = spellings[0] != "ShoeSize", isBirth = spellings[0] == "PatientBirthDate", isStudyDay = spellings[0] == "StudyDate";
            QVERIFY2(mergeValue(name, study) == (isKnown ? std::optional(value) : std::nullopt), qPrintable(QString("seed %1, %2").arg(seed).arg(name)));

            Template from;
            from.id = "t";
            from.title = "Title";
            from.language = dice.of({"", "de"});
            from.status = dice.of({Template::Status::Active, Template::Status::Draft, Template::Status::Active, Template::Status::Retired});
            from.isTopLevel = !dice.isOneOf(6);
            Field field;
            field.id = "f";
            field.value = "as it was";
            field.type = dice.isOneOf(2) ? dice.of({Field::Type::Date, Field::Type::Selection}) : Field::Type(dice.upTo(6));
            field.mergeName = dice.isOneOf(8) ? QString() : name;
            field.options =
                dice.of({std::vector<Option>{{"m", "Male", {}}, {"f", "Female", {}}}, {{"1", "M", {}}, {"2", "f", {}}, {"F", "", {}}}, {{"x", "X", {}}}});
            const When& day = isBirth ? drawn.birth : drawn.studyDate;
            Section section, part;
            section.id = "s";
            section.text = "text";
            section.fields = {Field(), field};
            part.id = "@1";
            from.sections = {section, part, section};
            const auto report = merge(from, study, "author");
            if (from.status == Template::Status::Retired || !from.isTopLevel) {
                QVERIFY2(!report && report.error().fault == Fault::Denied, qPrintable(QString::number(seed)));
                reached.count(from.isTopLevel ? "retired" : "only a part");
                continue;
            }
            const bool isMerged = isKnown && !value.isEmpty() && !field.mergeName.isEmpty();
            if (isMerged && field.type == Field::Type::Date && (isBirth || isStudyDay)) {
                section.fields[1].value = day.hl7.isEmpty() ? QString() : day.shown;
                reached.count(day.hl7.isEmpty() ? "no date" : "a date");
            } else if (isMerged) {
                // What cannot stand in the field is left out.
                bool isNumber = false;
                value.toDouble(&isNumber);
                const bool isLeftOut = field.type == Field::Type::Date     ? !QDate::fromString(value, "yyyy-MM-dd").isValid()
                                       : field.type == Field::Type::Time   ? !QTime::fromString(value, "HH:mm").isValid()
                                       : field.type == Field::Type::Number ? !isNumber
                                                                           : field.type == Field::Type::Selection;
                section.fields[1].value = reached.count("no such value", isLeftOut) ? QString() : value;
                const auto is = [&](const QString& text) { return text.toLower() == value.toLower(); };
                const auto chosen = std::find_if(field.options.begin(), field.options.end(), [&](const Option& one) { return is(one.value) || is(one.label); });
                if (field.type == Field::Type::Selection && chosen != field.options.end()) {
                    section.fields[1].value = chosen->value;
                    reached.count(is(chosen->value) ? "by its value" : "by its label");
                }
                reached.count("among no choice", field.type == Field::Type::Selection && chosen == field.options.end());
            }
            Report expected;
            expected.templateId = "t";
            expected.title = "Title";
            expected.language = from.language.isEmpty() ? "en" : from.language;
            expected.study = study;
            expected.author = "author";
            expected.sections = {section, section};
            const QString problem =
                report && *report == expected
                    ? QString()
                    : difference(seed, qPrintable(name), report ? linesOf(plainJson(*report, Images::HashOnly)) : QStringList{report.error().detail},
                                 linesOf(plainJson(expected, Images::HashOnly)));
            QVERIFY2(problem.isEmpty(), qPrintable(problem));
            reached.count("merged", isMerged);
            reached.count("an unknown name", !isKnown);
            reached.count("not said", isKnown && value.isEmpty());
            reached.count("not resolved");
            reached.count("no language", from.language.isEmpty());
        }
        qInfo("%s", qPrintable(reached.summary()));
        QCOMPARE(reached.missing(), QString());
    }
};

QTEST_GUILESS_MAIN(TestRandomExports)
#include "tst_random_exports.moc"
