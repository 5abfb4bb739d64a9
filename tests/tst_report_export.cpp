#include "reporting/export/dicom_export.h"
#include "reporting/export/hl7_export.h"
#include "reporting/export/pdf_export.h"
#include "reporting/export/text_export.h"
#include "reporting/model/life_cycle.h"
#include "tests/support/mllp_receiver.h"
#include "tests/support/test_data.h"
#include "netclient/hl7/mllp.h"
#include <QBuffer>
#include <QImage>
#include <QPainter>
#include <QRegularExpression>
#include <QTemporaryDir>

using namespace diascope;
using namespace diascope::reporting;

namespace
{

const QString poison = QString::fromUtf8("Size 3|4 ^ 5 & 6 ~ \\ <b>not bold</b>\nsecond line: Ödem, 出血");

QByteArray picture(const QColor& colour)
{
    QImage image(200, 150, QImage::Format_RGB32);
    image.fill(colour);
    QByteArray png;
    QBuffer buffer(&png);
    buffer.open(QIODevice::WriteOnly);
    image.save(&buffer, "PNG");
    return png;
}

Report draft(const QString& name = "Doe^Jane^M")
{
    StudyContext study;
    study.patientName = name;
    study.patientId = "4711";
    study.issuerOfPatientId = "HOSP";
    study.birthDate = "19800229";
    study.sex = "F";
    study.studyUid = "1.2.826.0.1.3680043.8.1055.1";
    study.accession = "ACC-77";
    study.studyDate = "20180107";
    study.studyTime = "140312";
    study.description = "CT Head";
    study.modality = "CT";
    study.referringPhysician = "House^Gregory";
    study.placerOrderNumber = "PL-1";
    study.fillerOrderNumber = "FI-2";
    Report report = blankReport(study, "resident");
    report.reportId = "r-1";
    report.version = 1;
    report.title = "CT Head";
    report.findSection("findings")->text = poison;
    report.findSection("impression")->text = "No fracture.";
    Field shift;
    shift.id = "shift";
    shift.label = "Midline shift";
    shift.type = Field::Type::Number;
    shift.unit = "mm";
    shift.value = "4.5";
    report.findSection("findings")->fields = {shift};
    report.measurements = {{"m1", "Lesion 1, long axis", "length", 12.34, 1, "mm",
                            {"1.2.826.0.1.3680043.8.1055.1.1.1", 1, "fig-1", "1.2.826.0.1.3680043.8.1055.1.1", "1.2.840.10008.5.1.4.1.1.2"}},
                           {"m2", "Lesion 1, mean", "mean", 61, 0, "HU", {}}};
    report.keyImages = {{"k1", "Lesion | right", {"1.2.826.0.1.3680043.8.1055.1.1.1", 1, "", "1.2.826.0.1.3680043.8.1055.1.1", "1.2.840.10008.5.1.4.1.1.2"}, picture(Qt::darkGray)}};
    return report;
}

Report signedReport(SignAs as = SignAs::Final, const QString& name = "Doe^Jane^M")
{
    return *signedVersion(draft(name), as, "Dr. Strange", QDateTime({2018, 1, 8}, {9, 30}, Qt::UTC));
}

OruOptions options(const QString& controlId = "DS-1")
{
    OruOptions options;
    options.controlId = controlId;
    return options;
}

QString squeezed(const QString& text)
{
    // Fonts share a glyph between an ideograph and its Kangxi radical, and pdftotext gives the radical.
    return text.normalized(QString::NormalizationForm_KC).simplified().remove(' ');
}

} // namespace

class TestReportExport : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    /// Read by python3-hl7, held against HL7 v2.5.1 chapter 7 and what the report says.
    void REP_14_oruReadByAnotherParser()
    {
        const auto message = toOru(signedReport(), options());
        QVERIFY2(message, message ? "" : qPrintable(message.error().detail));
        const auto ran = test::python(R"PY(
import sys, hl7
m = hl7.parse(sys.argv[1])
g = lambda seg, f, c=1, s=1: m.unescape(str(m.extract_field(seg, 1, f, 1, c, s)))
print([str(s[0][0]) for s in m][:5])
import re
assert re.fullmatch(r'\d{14}[+-]\d{4}', g('MSH',7)), g('MSH',7)
print(g('MSH',9,1), g('MSH',9,2), g('MSH',9,3), g('MSH',10), g('MSH',12), g('MSH',18))
print(g('PID',3,1), g('PID',3,4), g('PID',5,1), g('PID',5,2), g('PID',5,3), g('PID',7), g('PID',8))
print(g('OBR',2), g('OBR',3), g('OBR',7), g('OBR',18), g('OBR',25), g('OBR',32,1,2))
for o in m['OBX']:
    print(o[1], o[2], str(o[3]).split('^')[0], m.unescape(str(o[5])), o[11])
)PY", {message->toText()});
        QVERIFY2(ran.code == 0, ran.err.constData());
        const QStringList lines = QString::fromUtf8(ran.out).split('\n');
        QCOMPARE(lines[0], "['MSH', 'PID', 'PV1', 'ORC', 'OBR']");
        QCOMPARE(lines[1], "ORU R01 ORU_R01 DS-1 2.5.1 UNICODE UTF-8");
        QCOMPARE(lines[2], "4711 HOSP Doe Jane M 19800229 F");
        QCOMPARE(lines[3], "PL-1 FI-2 20180107140312 ACC-77 F Dr. Strange");
        QCOMPARE(lines[4], "1 HD 113014 1.2.826.0.1.3680043.8.1055.1 F");
        QVERIFY(lines.contains("2 TX 59776-5 Midline shift: 4.5 mm F"));
        QVERIFY(lines.contains("3 TX 59776-5 Size 3|4 ^ 5 & 6 ~ \\ <b>not bold</b> F"));
        QVERIFY(lines.contains(QString::fromUtf8("4 TX 59776-5 second line: Ödem, 出血 F")));
        QVERIFY(lines.contains("5 TX 19005-8 No fracture. F"));
        QVERIFY(lines.contains("6 NM length 12.3 F"));
        QVERIFY(lines.contains("7 NM mean 61 F"));
    }

    /// PN has the prefix before the suffix, XPN behind it (HL7 v2.5.1 §2.A.88, PS3.5 §6.2.1).
    void REP_14_prefixAndSuffixChangePlaces()
    {
        Report report = signedReport();
        report.study.patientName = "Doe^Jane^Mary^Dr.^Jr.";
        const auto message = toOru(report, options());
        QVERIFY(message);
        QStringList parts;
        for (const char* path : {"PID-5.1", "PID-5.2", "PID-5.3", "PID-5.4", "PID-5.5"})
            parts << message->text(path);
        QCOMPARE(parts, (QStringList{"Doe", "Jane", "Mary", "Jr.", "Dr."}));
    }

    /// Table 4000: alphabetic, ideographic, phonetic.
    void REP_14_everyWritingOfANameIsSent()
    {
        const auto message = toOru(signedReport(SignAs::Final, QString::fromUtf8("Yamada^Tarou=山田^太郎=やまだ^たろう")), options());
        QVERIFY(message);
        QCOMPARE(message->toText().section("PID|", 1).section('|', 4, 4),
                 QString::fromUtf8("Yamada^Tarou^^^^^L^A~山田^太郎^^^^^L^I~やまだ^たろう^^^^^L^P"));
    }

    void REP_14_statusOfEachVersion()
    {
        QCOMPARE(toOru(signedReport(SignAs::Preliminary), options())->text("OBR-25"), "P");
        const Report final = signedReport();
        QCOMPARE(toOru(final, options())->text("OBR-25"), "F");
        Report addendum = *succeed(final, Purpose::Addendum, "a");
        addendum.findSection("addendum")->text = "Seen again.";
        const auto message = toOru(*signedVersion(addendum, SignAs::Final, "b", QDateTime::currentDateTimeUtc()), options());
        QCOMPARE(message->text("OBR-25"), "C");
        QVERIFY(message->toText().contains("No fracture.") && message->toText().contains("Seen again."));
        QVERIFY(!toOru(draft(), options()));
        QVERIFY(!toOru(final, {}));
    }

    void DEL_02_exportingAgainGivesTheSameBytes()
    {
        const Report report = signedReport();
        QCOMPARE(*toOru(report, options())->toBytes(), *toOru(report, options())->toBytes());
    }

    void DEL_06_chineseNamesFitOrFail_data()
    {
        QTest::addColumn<QString>("set");
        QTest::addColumn<bool>("fits");
        QTest::newRow("DEL-06 UNICODE UTF-8") << "UNICODE UTF-8" << true;
        QTest::newRow("DEL-06 GB 18030-2000") << "GB 18030-2000" << true;
        QTest::newRow("DEL-06 8859/1") << "8859/1" << false;
        QTest::newRow("DEL-06 ASCII") << "ASCII" << false;
    }
    void DEL_06_chineseNamesFitOrFail()
    {
        QFETCH(QString, set);
        QFETCH(bool, fits);
        OruOptions wanted = options();
        wanted.characterSet = set;
        const QString name = QString::fromUtf8("Wang^XiaoDong=王^小东");
        const auto message = toOru(signedReport(SignAs::Final, name), wanted);
        QCOMPARE(message.has_value(), fits);
        if (!fits) {
            QCOMPARE(message.error().fault, Fault::Unsupported);
            return;
        }
        test::MllpReceiver receiver;
        QVERIFY(receiver.isRunning());
        hl7::MllpTarget target;
        target.host = "127.0.0.1";
        target.port = receiver.port();
        hl7::MllpSender sender(target);
        const auto ack = sender.send(*message);
        QVERIFY2(ack && ack->isAccepted(), ack ? "" : qPrintable(ack.error().detail));
        // decoded by Python's codec, not by ours
        QTemporaryDir folder;
        QFile file(folder.filePath("m"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(receiver.messages().value(0));
        file.close();
        const auto ran = test::python("import sys; print([l for l in open(sys.argv[1],'rb').read().decode(sys.argv[2]).split('\\r') if l.startswith('PID')][0].split('|')[5])",
                                      {file.fileName(), set.startsWith("GB") ? "gb18030" : "utf-8"});
        QCOMPARE(QString::fromUtf8(ran.out.trimmed()), QString::fromUtf8("Wang^XiaoDong^^^^^L^A~王^小东^^^^^L^I"));
    }

    void pdfSaysTheSameOnEveryPage()
    {
        Report report = draft(QString::fromUtf8("Wang^XiaoDong=王^小东"));
        QString longText;
        for (int i = 1; i <= 120; ++i)
            longText += QString("Line %1 of a long report\n").arg(i);
        report.findSection("technique")->text = longText;
        report = *signedVersion(report, SignAs::Final, "Dr. Strange", QDateTime({2018, 1, 8}, {9, 30}, Qt::UTC));
        const auto pdf = toPdf(report);
        QVERIFY2(pdf, pdf ? "" : qPrintable(pdf.error().detail));
        QFile file(m_folder.filePath("report.pdf"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(*pdf);
        file.close();
        if (qEnvironmentVariableIsSet("DIASCOPE_KEEP"))
            QFile::copy(file.fileName(), qEnvironmentVariable("DIASCOPE_KEEP") + "/report.pdf");
        const auto ran = test::run("pdftotext", {"-layout", file.fileName(), "-"});
        QVERIFY2(ran.code == 0, ran.err.constData());
        QStringList pages = QString::fromUtf8(ran.out).split('\f', Qt::SkipEmptyParts);
        QVERIFY(pages.size() >= 3);
        for (int i = 0; i < pages.size(); ++i) {
            // SAF-01: name and ID on each
            QVERIFY2(pages[i].contains(QString::fromUtf8("王")) && pages[i].contains("4711"), qPrintable(pages[i].left(200)));
            QVERIFY(squeezed(pages[i]).contains(QString("Page%1of%2").arg(i + 1).arg(pages.size())));
            for (const char* words : {"ID4711born1980-02-29F", "ACC-772018-01-07"})
                QVERIFY2(squeezed(pages[i]).contains(words), qPrintable(words + pages[i].left(400)));
        }
        const QString all = squeezed(QString::fromUtf8(ran.out));
        for (int i = 1; i <= 120; ++i)
            QVERIFY2(all.contains(QString("Line%1ofalongreport").arg(i)), qPrintable(QString::number(i)));
        for (const QString& line : poison.split('\n'))
            QVERIFY2(all.contains(squeezed(line)), qPrintable(line));
        QVERIFY(all.contains("12.3mm"));
        // no heading without what it heads: the picture's page has its title
        QVERIFY(std::any_of(pages.begin(), pages.end(), [](const QString& page) { return page.contains("Key images") && page.contains("Lesion | right"); }));
        QVERIFY(all.contains("Finalreport,signedbyDr.Strange"));
        QVERIFY(all.contains("Version1,SHA-256" + report.contentHash));
        QCOMPARE(test::run("pdfimages", {"-list", file.fileName()}).out.count(" rgb "), 1);
        // 200×150 pixels keep their shape: the same resolution both ways
        const QString image = QString::fromUtf8(test::run("pdfimages", {"-list", file.fileName()}).out).split('\n').value(2).simplified();
        QVERIFY2(qAbs(image.section(' ', 12, 12).toInt() - image.section(' ', 13, 13).toInt()) <= 1, qPrintable(image));
        QVERIFY(!test::run("pdfimages", {"-list", file.fileName()}).out.contains("jpeg")); // key images stay lossless
    }

    /// Each picture over its own caption. 128 is Qt::darkGray.
    void REP_13_eachPictureStandsOverItsCaption()
    {
        Report report = draft();
        report.keyImages[0].caption = "First";
        report.keyImages.push_back({"k2", "Second", {}, picture(Qt::red)});
        const auto pdf = toPdf(report);
        QVERIFY(pdf);
        const QTemporaryDir folder;
        SUCCEEDS(test::run("pdfimages", {"-png", "-", folder.filePath("p")}, *pdf));
        QList<QRgb> colours;
        for (const QString& name : QDir(folder.path()).entryList(QDir::Files, QDir::Name))
            colours << QImage(folder.filePath(name)).pixel(0, 0);
        QCOMPARE(colours, (QList<QRgb>{qRgb(128, 128, 128), qRgb(255, 0, 0)}));
        const QString text = QString::fromUtf8(test::run("pdftotext", {"-layout", "-", "-"}, *pdf).out);
        QVERIFY2(QRegularExpression("Image 1: First +Image 2: Second").match(text).hasMatch(), qPrintable(text));
    }

    /// A4 with margins of 18 mm: where each text stands, how large (points) and how dark. What is said of a value is smaller and greyer than the value.
    void REP_13_howAPageIsSet()
    {
        Report report = draft();
        report.findSection("findings")->text = "Plain words.";
        report.keyImages.push_back({"k2", "Tall", {}, picture(Qt::red)});
        QImage tall(100, 400, QImage::Format_RGB32);
        tall.fill(Qt::blue);
        QBuffer buffer(&report.keyImages[1].png);
        QVERIFY(buffer.open(QIODevice::WriteOnly) && tall.save(&buffer, "PNG"));
        report = *signedVersion(report, SignAs::Final, "Dr. Strange", QDateTime({2018, 1, 8}, {9, 30}, Qt::UTC));
        const auto pdf = toPdf(report, {"Hospital", {}});
        QVERIFY(pdf);
        const QString file = m_folder.filePath("set.pdf");
        SUCCEEDS(test::run("sh", {"-c", "cat > \"$0\"", file}, *pdf));
        const QString xml = QString::fromUtf8(test::run("pdftohtml", {"-xml", "-i", "-stdout", "-zoom", "3", file}).out);
        QVERIFY(xml.contains("height=\"2526\" width=\"1785\"")); // 297 mm by 210 mm
        const double unit = 3 * 72 / 25.4; // a millimetre
        constexpr double left = 18, right = 210 - 18, head = 14, foot = 297 - 12, inside = 174, unsaid = -1;
        const double cell = 1.2; // what a cell keeps free, and the table
        struct Row
        {
            const char* text;
            double points;
            const char* colour;
            bool isBold;
            double beginMm, endMm, middleMm;
        };
        const Row rows[] = {
            {"Doe, Jane M", 11, "#000000", true, left, unsaid, head + 2.5},
            {"ID 4711  born 1980-02-29  F", 8.5, "#5a5a5a", false, left, unsaid, head + 7.5},
            {"Hospital", 8.5, "#5a5a5a", false, unsaid, right, head + 2.5},
            {"ACC-77  2018-01-07", 8.5, "#5a5a5a", false, unsaid, right, head + 7.5},
            {"CT Head", 15, "#000000", true, left, unsaid, head + 17 + 3},
            {"Page 1 of", 8, "#5a5a5a", false, unsaid, right, foot - 1.6},
            {"Final report, signed", 8, "#5a5a5a", false, left, unsaid, foot - 1.6},
            {"Final report, signed", 10, "#000000", true, left, unsaid, unsaid},
            {"Patient ID", 8.5, "#5a5a5a", false, left + cell, unsaid, unsaid},
            {"4711 (HOSP)", 9.5, "#000000", false, left + 0.18 * inside + cell, unsaid, unsaid},
            {"Study date", 8.5, "#5a5a5a", false, left + 0.5 * inside + cell, unsaid, unsaid},
            {"2018-01-07 14:03", 9.5, "#000000", false, left + 0.68 * inside + cell, unsaid, unsaid},
            {"Findings", 11, "#000000", true, left, unsaid, unsaid},
            {"Plain words.", 10, "#000000", false, left, unsaid, unsaid},
            {"Value", 8.5, "#5a5a5a", false, unsaid, unsaid, unsaid},
            {"Unit", 8.5, "#5a5a5a", false, unsaid, unsaid, unsaid},
            {"Lesion 1, long axis", 9.5, "#000000", false, left + cell, unsaid, unsaid},
            {"12.3", 9.5, "#000000", false, unsaid, unsaid, unsaid},
            {"Image 1: Lesion | right", 8.5, "#000000", false, left + cell, unsaid, unsaid},
            {"Image 2: Tall", 8.5, "#000000", false, unsaid, unsaid, unsaid},
            {"Version 1, SHA-256", 7, "#5a5a5a", false, left, unsaid, unsaid}};
        QHash<QString, std::pair<QString, QString>> fonts; // size and colour
        for (const auto& font : QRegularExpression("<fontspec id=\"(\\d+)\" size=\"(\\d+)\" family=\"[^\"]*\" color=\"([^\"]+)\"").globalMatch(xml))
            fonts[font.captured(1)] = {font.captured(2), font.captured(3)};
        for (const Row& row : rows) {
            QStringList seen;
            bool isThere = false;
            const QRegularExpression text("<text top=\"(\\d+)\" left=\"(\\d+)\" width=\"(\\d+)\" height=\"(\\d+)\" font=\"(\\d+)\">(<b>)?([^<]*)<");
            for (const auto& at : text.globalMatch(xml)) {
                if (!at.captured(7).startsWith(row.text))
                    continue;
                seen << at.captured(0) + fonts[at.captured(5)].first;
                const auto isNear = [](double found, double wanted) { return wanted == unsaid || qAbs(found - wanted) < 0.8; };
                const double begin = at.captured(2).toInt() / unit, end = begin + at.captured(3).toInt() / unit;
                isThere = isThere || (qAbs(fonts[at.captured(5)].first.toInt() - 3 * row.points) < 1 && fonts[at.captured(5)].second == row.colour &&
                                      at.captured(6).isEmpty() == !row.isBold && isNear(begin, row.beginMm) && isNear(end, row.endMm) &&
                                      isNear((at.captured(1).toInt() + at.captured(4).toInt() / 2.0) / unit, row.middleMm));
            }
            QVERIFY2(isThere, qPrintable(row.text + QString(": ") + seen.join('\n')));
        }
        // 47 % of the width within the margins, but no higher than 40 % of what is left between head and foot (297 - 14 - 12 - 17 - 10 mm)
        const QStringList images = QString::fromUtf8(test::run("pdfimages", {"-list", file}).out).split('\n').mid(2);
        QCOMPARE(qRound(images[0].simplified().section(' ', 12, 12).toDouble()), qRound(200 / (0.47 * inside / 25.4)));
        QCOMPARE(qRound(images[1].simplified().section(' ', 12, 12).toDouble()), qRound(400 / (0.4 * 244 / 25.4)));
    }

    void REP_13_thePdfNamesThePatientAndTheStudy()
    {
        const QString text = squeezed(QString::fromUtf8(test::run("pdftotext", {"-layout", "-", "-"}, *toPdf(signedReport())).out));
        for (const char* row : {"PatientDoe,JaneM", "PatientID4711(HOSP)", "Birthdate1980-02-29", "SexF", "AccessionnumberACC-77", "Studydate2018-01-0714:03", "StudyCTHead",
                                "ReferringphysicianHouse,Gregory"})
            QVERIFY2(text.contains(row), qPrintable(row + text));
    }

    void aDraftSaysSoOnThePdf()
    {
        const auto pdf = toPdf(draft());
        QVERIFY(pdf);
        const auto ran = test::run("pdftotext", {"-", "-"}, *pdf);
        QVERIFY(QString::fromUtf8(ran.out).contains("DRAFT, not signed"));
        QVERIFY(!ran.out.contains("SHA-256"));
        Report broken = draft();
        broken.keyImages[0].png = "no picture";
        QCOMPARE(toPdf(broken).error().fault, Fault::Damaged);
    }

    /// Across each page, for a single one may be printed: light grey letters, 90 points high, and none where nothing is to be said.
    void REP_12_whatAReportIsStandsAcrossEveryPage_data()
    {
        QTest::addColumn<int>("status");
        QTest::addColumn<QString>("watermark");
        QTest::addColumn<QString>("letters"); // in the alphabet's order: aslant they are read in pieces
        QTest::newRow("REP-12 final") << int(Status::Final) << "" << "";
        QTest::newRow("REP-12 cancelled") << int(Status::Cancelled) << "" << "ACCDEELLN";
        QTest::newRow("REP-09 draft") << int(Status::Draft) << "" << "ADFRT";
        QTest::newRow("REP-09 copy") << int(Status::Final) << "COPY" << "COPY";
        QTest::newRow("REP-09 copy of a draft") << int(Status::Draft) << "COPY" << "COPY";
    }
    void REP_12_whatAReportIsStandsAcrossEveryPage()
    {
        QFETCH(int, status);
        QFETCH(QString, watermark);
        QFETCH(QString, letters);
        Report report = signedReport();
        report.keyImages.clear(); // whose greys are anything
        report.findSection("technique")->text = QString("A line\n").repeated(120);
        report.status = Status(status);
        const auto pdf = toPdf(report, {{}, watermark});
        QVERIFY(pdf);
        const auto pages = QString::fromUtf8(test::run("pdftotext", {"-", "-"}, *pdf).out).count('\f');
        QVERIFY(pages >= 2);
        for (int page = 1; page <= pages; ++page) {
            const QString number = QString::number(page);
            const QImage image = QImage::fromData(test::run("pdftoppm", {"-r", "50", "-png", "-aa", "no", "-f", number, "-l", number, "-"}, *pdf).out);
            QVERIFY(!image.isNull());
            int grey = 0;
            for (int y = 0; y < image.height(); ++y)
                for (int x = 0; x < image.width(); ++x)
                    grey += image.pixel(x, y) == qRgb(232, 232, 232);
            QVERIFY2((grey > 2000) == !letters.isEmpty(), qPrintable(QString("page %1: %2 of %3").arg(page).arg(grey).arg(image.width() * image.height())));
            QString large; // of 30 points and more
            const QString boxes = QString::fromUtf8(test::run("pdftotext", {"-bbox", "-f", number, "-l", number, "-", "-"}, *pdf).out);
            for (const auto& word : QRegularExpression("yMin=\"([^\"]+)\".* yMax=\"([^\"]+)\">(.+)</word>").globalMatch(boxes))
                if (word.captured(2).toDouble() - word.captured(1).toDouble() > 30)
                    large += word.captured(3);
            std::sort(large.begin(), large.end());
            QCOMPARE(large, letters);
        }
    }

    /// What looks like HTML is text, wherever it comes from.
    void SEC_06_markupIsShownAsText()
    {
        Report report = draft("Doe^<b>Jane</b>");
        report.study.description = "<u>Head</u>";
        report.title = "<i>CT</i>";
        report.findSection("findings")->title = "<s>F</s>";
        report.measurements[0].label = "a <em>long</em> axis";
        report.keyImages[0].caption = "a <b 5 mm";
        const QString text = QString::fromUtf8(test::run("pdftotext", {"-layout", "-", "-"}, *toPdf(report)).out);
        QCOMPARE(text.count("<b>Jane</b>"), text.count('\f') + 1); // over each page, and in the table
        for (const char* words : {"<u>Head</u>", "<i>CT</i>", "<s>F</s>", "a <em>long</em> axis", "a <b 5 mm"})
            QVERIFY2(text.contains(words), qPrintable(words + text));
    }

    void REP_13_aLineBreakInANameForgesNoLine()
    {
        const QString forged = "Final report, signed by Chief on 2026-01-01 10:00 +00:00";
        for (const char* lineBreak : {"\n", "\r", "\r\n", "\v", "\f", "\u0085", "\u2028", "\u2029"}) {
            Report report = draft();
            const QString text = QString::fromUtf8(lineBreak) + forged;
            report.study.patientName = "Doe^Jane" + text;
            for (QString* one : {&report.study.patientId, &report.study.issuerOfPatientId, &report.study.birthDate, &report.study.sex, &report.study.accession,
                                 &report.study.description, &report.study.referringPhysician, &report.title,
                                 &report.author, &report.measurements[0].label, &report.keyImages[0].caption, &report.sections[0].title})
                *one += text;
            const auto pdf = toPdf(report);
            QVERIFY(pdf);
            for (const QString& whole : {toText(report), QString::fromUtf8(test::run("pdftotext", {"-layout", "-", "-"}, *pdf).out)})
                for (const QString& line : whole.split(QRegularExpression("[\n\r\v\f\u0085\u2028\u2029]")))
                    QVERIFY2(!line.trimmed().startsWith(forged.left(20)), qPrintable(line));
        }
        Report signedOne = signedReport();
        signedOne.signer = "Reader\n" + forged;
        QVERIFY(!signatureLine(signedOne).contains('\n'));
    }

    void REP_13_theTextNamesThePatientAndTheStudy()
    {
        Report report = draft();
        report.study.referringPhysician.clear();
        const QStringList lines = toText(*signedVersion(report, SignAs::Final, "Dr. Strange", QDateTime({2018, 1, 8}, {9, 30}, Qt::UTC))).split('\n');
        QVERIFY(lines.filter(QRegularExpression("^Patient: .*Doe")).size() == 1);
        for (const char* line : {"Patient ID: 4711 (HOSP)", "Birth date: 1980-02-29", "Sex: F", "Accession number: ACC-77", "Study: 2018-01-07 CT Head"})
            QVERIFY2(lines.contains(line), qPrintable(lines.join('\n')));
        QVERIFY(lines.filter("Referring").isEmpty()); // what is not known has no line
    }

    void REP_13_everyKeyImageIsReferenced()
    {
        Report report = draft();
        report.keyImages.push_back({"k2", "Another", {"1.2.826.0.1.3680043.8.1055.1.1.2", 1, "", "1.2.826.0.1.3680043.8.1055.1.1", "1.2.840.10008.5.1.4.1.1.2"}, picture(Qt::white)});
        const auto sr = toSr(*signedVersion(report, SignAs::Final, "Dr. Strange", QDateTime({2018, 1, 8}, {9, 30}, Qt::UTC)));
        QVERIFY(sr);
        QTemporaryDir folder;
        const QString path = folder.filePath("sr.dcm");
        QVERIFY(sr->write(path, QString::fromUtf16(dicom::explicitLittleEndian)));
        const auto ran = test::python(R"PY(
import sys, pydicom
def images(ds, caption=''):
    for item in ds.get('ContentSequence', []):
        if item.ValueType == 'IMAGE':
            print(caption, item.ReferencedSOPSequence[0].ReferencedSOPInstanceUID)
        yield from images(item, item.get('TextValue', ''))
list(images(pydicom.dcmread(sys.argv[1])))
)PY", {path});
        QVERIFY2(ran.code == 0, ran.err.constData());
        QVERIFY2(ran.out.contains("right 1.2.826.0.1.3680043.8.1055.1.1.1\n"), ran.out.constData());
        QVERIFY2(ran.out.contains("Another 1.2.826.0.1.3680043.8.1055.1.1.2\n"), ran.out.constData());
    }

    void REP_13_allSayTheSame()
    {
        const Report report = signedReport();
        const QString text = squeezed(toText(report));
        const auto message = toOru(report, options());
        const auto pdf = toPdf(report);
        const QString pdfText = squeezed(QString::fromUtf8(test::run("pdftotext", {"-layout", "-", "-"}, *pdf).out));
        QStringList hl7Lines;
        for (int i = 1; i <= message->count("OBX"); ++i)
            hl7Lines << message->text(QString("OBX(%1)-5").arg(i));
        int lines = 0;
        for (const Part& part : parts(report)) {
            for (const QString& line : part.text.split('\n')) {
                QVERIFY(text.contains(squeezed(line)));
                ++lines;
                if (part.id == "measurements")
                    continue;
                QVERIFY2(pdfText.contains(squeezed(line)), qPrintable(line));
                QVERIFY2(hl7Lines.contains(line), qPrintable(line));
            }
        }
        QCOMPARE(lines, 7);
        for (const Measurement& measurement : report.measurements) {
            QVERIFY(pdfText.contains(squeezed(measurement.label + measurement.valueText() + measurement.unit)));
            QVERIFY(hl7Lines.contains(measurement.valueText()));
        }
    }

    /// PixelMed's validator, DCMTK's reader and dicom3tools have the word.
    /// PixelMed's validator takes ten seconds a report: of each kind one.
    void REP_13_structuredReportFollowsItsTemplate_data()
    {
        QTest::addColumn<bool>("hasMeasurements");
        QTest::newRow("REP-13 Enhanced SR") << true;
        QTest::newRow("REP-13 Basic Text SR") << false;
    }
    void REP_13_structuredReportFollowsItsTemplate()
    {
        QFETCH(bool, hasMeasurements);
        Report report = draft(QString::fromUtf8("Wang^XiaoDong=王^小东"));
        if (!hasMeasurements)
            report.measurements.clear();
        report = *signedVersion(report, SignAs::Final, "Strange^Stephen", QDateTime({2018, 1, 8}, {9, 30}, Qt::UTC));
        const QString path = m_folder.filePath("template.dcm");
        QVERIFY(toSr(report)->write(path, QString::fromUtf16(dicom::explicitLittleEndian)));
        // its style sheets are larger than newer Java allows by default
        qputenv("JAVA_TOOL_OPTIONS", "-Djdk.xml.xpathExprOpLimit=0 -Djdk.xml.xpathTotalOpLimit=0 -Djdk.xml.xpathExprGrpLimit=0");
        const auto validator = test::run("DicomSRValidator", {path});
        const QByteArray said = validator.out + validator.err;
        QVERIFY2(said.contains("Found Root Template TID_2000") && said.contains("Root Template Validation Complete") &&
                     said.contains("IOD validation complete"),
                 said.constData());
        QVERIFY2(!said.contains("Error") && !said.contains("Missing"), said.constData());
    }

    void REP_13_structuredReportIsValid_data()
    {
        QTest::addColumn<bool>("hasMeasurements");
        QTest::addColumn<bool>("isFinal");
        QTest::newRow("REP-13 Enhanced SR") << true << true;
        QTest::newRow("REP-13 Basic Text SR") << false << true;
        QTest::newRow("REP-13 preliminary") << true << false;
    }
    void REP_13_structuredReportIsValid()
    {
        QFETCH(bool, hasMeasurements);
        QFETCH(bool, isFinal);
        Report report = draft(QString::fromUtf8("Wang^XiaoDong=王^小东"));
        if (!hasMeasurements)
            report.measurements.clear();
        report = *signedVersion(report, isFinal ? SignAs::Final : SignAs::Preliminary, "Strange^Stephen", QDateTime({2018, 1, 8}, {9, 30}, Qt::UTC));
        const auto sr = toSr(report);
        QVERIFY2(sr, sr ? "" : qPrintable(sr.error().detail));
        const QString path = m_folder.filePath("sr.dcm");
        QVERIFY(sr->write(path, QString::fromUtf16(dicom::explicitLittleEndian)));
        if (qEnvironmentVariableIsSet("DIASCOPE_KEEP"))
            QFile::copy(path, qEnvironmentVariable("DIASCOPE_KEEP") + "/" + QTest::currentDataTag() + ".dcm");
        const auto dump = test::run("dsrdump", {path});
        QVERIFY2(dump.code == 0, dump.err.constData());
        const auto verify = test::run("dciodvfy", {path});
        QVERIFY2(!(verify.out + verify.err).contains("Error"), (verify.out + verify.err).constData());
        // what pydicom reads is what the report says
        const auto ran = test::python(R"PY(
import sys, pydicom
d = pydicom.dcmread(sys.argv[1])
def walk(item):
    for c in getattr(item, 'ContentSequence', []):
        if c.ValueType == 'TEXT': print(c.TextValue.replace('\r\n', '\n'))
        if c.ValueType == 'NUM': print(c.MeasuredValueSequence[0].NumericValue, c.MeasuredValueSequence[0].MeasurementUnitsCodeSequence[0].CodeValue)
        walk(c)
walk(d)
print(d.PatientName.ideographic, d.AccessionNumber, d.VerificationFlag)
)PY", {path});
        const QString text = QString::fromUtf8(ran.out);
        for (const Part& part : parts(report))
            QVERIFY2(text.contains(part.id == "measurements" || part.id == "key-images" ? part.text.section('\n', 0, 0) : part.text), qPrintable(text + ran.err));
        QCOMPARE(text.contains("12.3 mm\n") && text.contains("61 [hnsf'U]"), hasMeasurements);
        QVERIFY(text.contains(QString::fromUtf8("王^小东 ACC-77 ") + (isFinal ? "VERIFIED" : "UNVERIFIED")));
    }

    /// The first version follows none; the second names the first (PS3.3 C.17.2.3).
    void REP_13_aVersionNamesTheOneBefore()
    {
        const Report first = signedReport();
        const auto firstSr = toSr(first);
        QVERIFY(firstSr && first.version == 1);
        QVERIFY(!firstSr->contains(dicom::tag::PredecessorDocumentsSequence));
        Report addendum = *succeed(first, Purpose::Addendum, "Strange^Stephen");
        addendum.sections.back().text = "Addendum: the fracture is old.";
        const Report second = *signedVersion(addendum, SignAs::Final, "Strange^Stephen", QDateTime({2018, 1, 9}, {9, 30}, Qt::UTC));
        QCOMPARE(second.version, 2);
        const auto secondSr = toSr(second);
        QVERIFY(secondSr);
        const QString path = m_folder.filePath("second.dcm");
        QVERIFY(secondSr->write(path, QString::fromUtf16(dicom::explicitLittleEndian)));
        const auto ran = test::python("import sys, pydicom\n"
                                      "d = pydicom.dcmread(sys.argv[1])\n"
                                      "s = d.PredecessorDocumentsSequence[0]\n"
                                      "r = s.ReferencedSeriesSequence[0]\n"
                                      "print(s.StudyInstanceUID, r.SeriesInstanceUID, r.ReferencedSOPSequence[0].ReferencedSOPInstanceUID)\n",
                                      {path});
        SUCCEEDS(ran);
        namespace tag = dicom::tag;
        QCOMPARE(QString::fromUtf8(ran.out).trimmed(),
                 QStringList({firstSr->text(tag::StudyInstanceUID), firstSr->text(tag::SeriesInstanceUID), firstSr->text(tag::SOPInstanceUID)}).join(' '));
        QVERIFY(secondSr->text(tag::SOPInstanceUID) != firstSr->text(tag::SOPInstanceUID));
    }

    /// Evidence is what can be found again: an image without its series' or its own UID is in no list (PS3.3 C.17.2).
    void REP_13_evidenceIsWhatCanBeNamed()
    {
        Report report = draft();
        const QString ct = "1.2.840.10008.5.1.4.1.1.2";
        report.measurements.clear();
        report.keyImages = {{"whole", "a", {"1.2.3.4", 1, "", "1.2.3", ct}, {}},
                            {"no series", "b", {"1.2.3.5", 1, "", "", ct}, {}},
                            {"no class", "c", {"1.2.3.6", 1, "", "1.2.3", ""}, {}},
                            {"no image", "d", {"", 1, "", "1.2.3", ct}, {}}};
        const auto sr = toSr(*signedVersion(report, SignAs::Final, "Strange^Stephen", QDateTime({2018, 1, 8}, {9, 30}, Qt::UTC)));
        QVERIFY2(sr, sr ? "" : qPrintable(sr.error().detail));
        const QString path = m_folder.filePath("evidence.dcm");
        QVERIFY(sr->write(path, QString::fromUtf16(dicom::explicitLittleEndian)));
        const auto ran = test::python("import sys, pydicom\n"
                                      "d = pydicom.dcmread(sys.argv[1])\n"
                                      "for s in d.CurrentRequestedProcedureEvidenceSequence:\n"
                                      "    for r in s.ReferencedSeriesSequence:\n"
                                      "        for i in r.ReferencedSOPSequence: print(r.SeriesInstanceUID, i.ReferencedSOPInstanceUID)\n",
                                      {path});
        SUCCEEDS(ran);
        QCOMPARE(ran.out.trimmed(), QByteArray("1.2.3 1.2.3.4"));
    }

    void encapsulatedPdfIsValid()
    {
        const Report report = signedReport();
        const auto pdf = toPdf(report);
        const auto dataset = toEncapsulatedPdf(report, *pdf);
        QVERIFY2(dataset, dataset ? "" : qPrintable(dataset.error().detail));
        const QString path = m_folder.filePath("pdf.dcm");
        QVERIFY(dataset->write(path, QString::fromUtf16(dicom::explicitLittleEndian)));
        const auto verify = test::run("dciodvfy", {path});
        QVERIFY2(!(verify.out + verify.err).contains("Error"), (verify.out + verify.err).constData());
        const auto ran = test::run("dcm2pdf", {path, m_folder.filePath("again.pdf")});
        QVERIFY2(ran.code == 0, ran.err.constData());
        QFile again(m_folder.filePath("again.pdf"));
        QVERIFY(again.open(QIODevice::ReadOnly));
        QVERIFY(again.readAll().startsWith(*pdf));
        QVERIFY(!toEncapsulatedPdf(report, "no pdf"));
        QCOMPARE(dataset->text(dicom::tag::VerificationFlag), QString("VERIFIED"));
        const Report preliminary = *signedVersion(draft(), SignAs::Preliminary, "Resident", QDateTime({2018, 1, 8}, {9, 30}, Qt::UTC));
        const auto unverified = toEncapsulatedPdf(preliminary, *toPdf(preliminary)); // PS3.3 C.24.2
        QVERIFY(unverified);
        QCOMPARE(unverified->text(dicom::tag::VerificationFlag), QString("UNVERIFIED"));
        QVERIFY(!toSr(draft()));
        QCOMPARE(toSr(report)->text(dicom::tag::SOPInstanceUID), toSr(report)->text(dicom::tag::SOPInstanceUID));
    }

private:
    QTemporaryDir m_folder;
};

QTEST_MAIN(TestReportExport)
#include "tst_report_export.moc"
