// Random reports: what leaves them, against plain readings of HL7 v2.5.1 and DICOM.
#include "reporting/export/dicom_export.h"
#include "reporting/export/hl7_export.h"
#include "reporting/export/text_export.h"
#include "tests/support/drawn_report.h"
#include <QTest>
#include <map>
#include <set>

using namespace diascope;
using namespace diascope::reporting;
using namespace diascope::test;

namespace
{

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
                           {16, xcn(xcn(drawn.requesting).isEmpty() ? drawn.referring : drawn.requesting)}, {18, study.accession},
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
    if (where.frame > 1 || (where.frame == 1 && where.sopClassUid != ctClass)) // of many frames one alone: PS3.3 10.3
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
};

QTEST_GUILESS_MAIN(TestRandomExports)
#include "tst_random_exports.moc"
