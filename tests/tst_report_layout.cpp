#include "reporting/export/pdf_export.h"
#include "reporting/model/life_cycle.h"
#include "tests/support/dice.h"
#include "tests/support/test_data.h"
#include <QBuffer>
#include <QImage>
#include <QRegularExpression>

using namespace diascope;
using namespace diascope::reporting;

namespace
{

constexpr double mm = 72 / 25.4; ///< in points, as everything here; y from the top
constexpr double pageWidth = 210 * mm, pageHeight = 297 * mm, left = 18 * mm, right = pageWidth - 18 * mm, top = 14 * mm, bottom = pageHeight - 12 * mm;

struct Word
{
    QRectF box;
    QString text;
};

/// What poppler reads, page by page.
QList<QList<Word>> wordsOf(const QByteArray& pdf)
{
    if (const QString folder = qEnvironmentVariable("DIASCOPE_KEEP"); !folder.isEmpty()) {
        QFile file(QString("%1/%2.pdf").arg(folder, QTest::currentTestFunction()));
        if (file.open(QIODevice::WriteOnly))
            file.write(pdf);
    }
    QList<QList<Word>> pages;
    static const QRegularExpression item(R"RE(<page |<word xMin="([^"]+)" yMin="([^"]+)" xMax="([^"]+)" yMax="([^"]+)">(.*)</word>)RE");
    for (const auto& match : item.globalMatch(QString::fromUtf8(test::run("pdftotext", {"-bbox", "-", "-"}, pdf).out))) {
        if (match.captured(0).startsWith("<page"))
            pages.emplaceBack();
        else
            pages.back().push_back({QRectF(QPointF(match.captured(1).toDouble(), match.captured(2).toDouble()),
                                           QPointF(match.captured(3).toDouble(), match.captured(4).toDouble())),
                                    match.captured(5)});
    }
    return pages;
}

/// The first one, or an empty box.
QRectF boxOf(const QList<Word>& words, const QString& text)
{
    for (const Word& word : words)
        if (word.text == text)
            return word.box;
    return {};
}

/// 144 dots an inch: two a point.
QImage drawn(const QByteArray& pdf, int page)
{
    const QString number = QString::number(page);
    return QImage::fromData(test::run("pdftoppm", {"-r", "144", "-png", "-f", number, "-l", number, "-"}, pdf).out).convertToFormat(QImage::Format_RGB32);
}

/// Where a colour is.
QRectF areaOf(const QImage& image, const QColor& colour)
{
    QRect area;
    for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x)
            if (image.pixel(x, y) == colour.rgb())
                area = area.united(QRect(x, y, 1, 1));
    return {area.x() / 2.0, area.y() / 2.0, area.width() / 2.0, area.height() / 2.0};
}

KeyImage keyImage(const QColor& colour, QSize size, const QString& caption)
{
    QImage image(size, QImage::Format_RGB32);
    image.fill(colour);
    KeyImage key;
    QBuffer buffer(&key.png);
    buffer.open(QIODevice::WriteOnly);
    image.save(&buffer, "PNG");
    key.caption = caption;
    return key;
}

Report report(const QString& name = "Doe^Jane")
{
    StudyContext study;
    study.patientName = name;
    study.patientId = "4711";
    study.birthDate = "19800229";
    study.sex = "F";
    study.studyUid = "1.2.3";
    study.accession = "ACC77";
    study.studyDate = "20180107";
    study.description = "Scan";
    study.institution = "Hospital";
    Report report = blankReport(study, "resident");
    report.reportId = "r1";
    report.version = 1;
    report.title = "TITLE";
    report.findSection("findings")->text = "TEXT";
    return report;
}

Report sealed(const Report& report) { return *signedVersion(report, SignAs::Final, "Strange", QDateTime({2018, 1, 8}, {9, 30}, Qt::UTC)); }

} // namespace

/// The printed report as a reader sees it: where things stand, that nothing lies over another, and what is larger than what.
class TestReportLayout : public QObject
{
    Q_OBJECT

    /// No word outside of the margins or over another one.
    static QString faults(const QList<QList<Word>>& pages)
    {
        for (int page = 0; page < pages.size(); ++page)
            for (qsizetype i = 0; i < pages[page].size(); ++i) {
                const Word& word = pages[page][i];
                const QString where = QString("page %1, \"%2\"").arg(page + 1).arg(word.text);
                if (word.box.left() < left - 1 || word.box.right() > right + 1 || word.box.top() < top - 4 || word.box.bottom() > bottom + 2)
                    return where + " lies outside of the margins";
                for (qsizetype k = 0; k < i; ++k) {
                    const QRectF both = word.box.intersected(pages[page][k].box);
                    if (both.width() > 0.5 && both.height() > 0.3 * std::min(word.box.height(), pages[page][k].box.height()))
                        return where + " lies over \"" + pages[page][k].text + '"';
                }
            }
        return {};
    }

private Q_SLOTS:
    /// Head and foot of each page, and what is between them; the larger, the more it counts.
    void REP_13_wherePartsOfAPageStand()
    {
        Report given = report();
        given.findSection("findings")->text.clear();
        for (int i = 1; i <= 130; ++i)
            given.findSection("findings")->text += QString("BODY%1 and more\n").arg(i);
        given.findSection("findings")->text.chop(1);
        given.findSection("impression")->text = "LAST";
        const auto pdf = toPdf(sealed(given));
        QVERIFY(pdf);
        const QByteArray info = test::run("pdfinfo", {"-"}, *pdf).out.simplified();
        QVERIFY2(info.contains("(A4)") && info.contains("Title: TITLE ") && info.contains("Creator: Diascope "), info.constData());
        const auto pages = wordsOf(*pdf);
        QVERIFY(pages.size() >= 3);
        QCOMPARE(faults(pages), QString());
        const double body = boxOf(pages[0], "BODY1").height(), pitch = boxOf(pages[0], "BODY2").top() - boxOf(pages[0], "BODY1").top();
        int line = 0;
        for (int page = 0; page < pages.size(); ++page) {
            const auto& words = pages[page];
            const QRectF name = boxOf(words, "Doe,"), id = boxOf(words, "4711"), place = boxOf(words, "Hospital"), accession = boxOf(words, "ACC77");
            const QRectF pageWord = boxOf(words, "Page"), of = words.back().box;
            // The head: two lines of 5 mm, left and right.
            QVERIFY(qAbs(name.left() - left) < 2 && qAbs(place.right() - right) < 2);
            QVERIFY(qAbs(name.center().y() - (top + 2.5 * mm)) < 2 && qAbs(place.center().y() - (top + 2.5 * mm)) < 2);
            QVERIFY(qAbs(id.center().y() - (top + 7.5 * mm)) < 2 && qAbs(accession.center().y() - (top + 7.5 * mm)) < 2);
            QVERIFY(qAbs(boxOf(words, "ID").left() - left) < 2);
            QVERIFY(name.height() > 1.2 * id.height() && qAbs(id.height() - place.height()) < 0.1);
            // The foot: on the last line.
            QVERIFY2(qAbs(of.right() - right) < 2 && qAbs(of.bottom() - bottom) < 3 && qAbs(pageWord.bottom() - of.bottom()) < 0.1, qPrintable(words.back().text));
            QCOMPARE(words.back().text, QString::number(pages.size()));
            QVERIFY(pageWord.height() < id.height() && pageWord.height() > 0.7 * body);
            const auto signedBy = std::find_if(words.rbegin(), words.rend(), [](const Word& word) { return word.text == "Final"; });
            QVERIFY(signedBy != words.rend() && qAbs(signedBy->box.left() - left) < 2 && qAbs(signedBy->box.bottom() - of.bottom()) < 0.1);
            // Between them the text, line after line, none left out and none twice.
            const double rule = top + 11.5 * mm;
            for (const Word& word : words)
                if (word.text.startsWith("BODY")) {
                    QCOMPARE(word.text, QString("BODY%1").arg(++line));
                    QVERIFY(word.box.top() > rule && word.box.bottom() < bottom - 5 * mm);
                    QVERIFY(qAbs(word.box.left() - left) < 2);
                }
            // Full pages are filled to their end.
            if (page > 0 && page + 1 < pages.size() && std::ranges::any_of(pages[page + 1], [](const Word& word) { return word.text.startsWith("BODY"); })) {
                double lowest = 0, highest = pageHeight;
                for (const Word& word : words)
                    if (word.text.startsWith("BODY")) {
                        lowest = std::max(lowest, word.box.bottom());
                        highest = std::min(highest, word.box.top());
                    }
                QVERIFY2(lowest > bottom - 22 * mm && highest < rule + 6 * mm, qPrintable(QString("%1 to %2 mm").arg(highest / mm).arg(lowest / mm)));
            }
            // The rule under the head, from margin to margin.
            const QImage image = drawn(*pdf, page + 1);
            const auto isInked = [&](double x) {
                for (double y = rule - 1; y <= rule + 1; y += 0.5)
                    if (qGray(image.pixel(int(2 * x), int(2 * y))) < 245)
                        return true;
                return false;
            };
            QVERIFY(isInked(left + 2) && isInked(pageWidth / 2) && isInked(right - 2) && !isInked(left - 4) && !isInked(right + 4));
            QVERIFY(id.bottom() < rule && accession.bottom() < rule);
        }
        QCOMPARE(line, 130);
        QVERIFY(pitch > 1.05 * body * 0.8 && pitch < 1.5 * body);
        // From the title down.
        const double title = boxOf(pages[0], "TITLE").height(), heading = boxOf(pages[0], "Findings").height();
        const double value = boxOf(pages[0], "1980-02-29").height(), hash = boxOf(pages.back(), "SHA-256").height();
        QVERIFY(title > 1.3 * heading && heading > body && hash > 0.6 * body && hash < 0.8 * body && value <= body);
        const auto boxes = [&](const QString& text) {
            QList<QRectF> all;
            for (const Word& word : pages[0])
                if (word.text == text)
                    all << word.box;
            return all;
        };
        const double label = boxes("Patient").first().height(), shown = boxes("4711").last().height();
        QVERIFY(label < shown && shown < body && label > 0.8 * body);
        // More room above a heading than below it; the signature stands apart.
        const QRectF lastLine = boxOf(pages.back(), "BODY130"), impression = boxOf(pages.back(), "Impression"), last = boxOf(pages.back(), "LAST");
        if (!lastLine.isNull() && !impression.isNull())
            QVERIFY(impression.top() - lastLine.bottom() > 2 * std::max(0.5, last.top() - impression.bottom()));
    }

    /// The study in two columns of names and values, each on its line; long values stay in their column.
    void REP_13_theStudyStandsInColumns()
    {
        Report given = report(QString::fromUtf8("Wang^XiaoDong=王^小东"));
        given.study.issuerOfPatientId = QString("A very long name of who issued this identifier ").repeated(3);
        given.study.description = QString("Scan of the whole body with and without contrast ").repeated(4);
        given.study.referringPhysician = "House^Gregory";
        given.study.studyTime = "140312";
        given.study.institution = QString("A hospital whose name is longer than a line ").repeated(4);
        given.findSection("findings")->text = "BODY";
        const auto pdf = toPdf(sealed(given));
        QVERIFY(pdf);
        const auto pages = wordsOf(*pdf);
        QCOMPARE(faults(pages), QString());
        QList<Word> table; // between the title and the first heading
        for (const Word& word : pages[0])
            if (word.box.top() > boxOf(pages[0], "TITLE").bottom() && word.box.bottom() < boxOf(pages[0], "Findings").top())
                table << word;
        const double width = right - left;
        const auto columnOf = [&](double x) { return x < left + 0.18 * width ? 0 : x < left + 0.5 * width ? 1 : x < left + 0.68 * width ? 2 : 3; };
        QMap<int, QString> columns;
        QMap<int, double> lefts;
        for (const Word& word : table) {
            const int column = columnOf(word.box.left() - 1);
            QVERIFY2(column == columnOf(word.box.right() - 3), qPrintable(word.text)); // no word goes over its column's edge
            columns[column] += word.text + ' ';
            lefts[column] = std::min(lefts.value(column, 1e9), word.box.left());
        }
        QCOMPARE(columns[0].simplified(), "Patient Patient ID Birth date Sex");
        QCOMPARE(columns[2].simplified(), "Accession number Study date Study Referring physician");
        QVERIFY2(columns[1].contains("1980-02-29") && columns[3].contains("ACC77") && columns[3].contains("House, Gregory"), qPrintable(columns[1] + columns[3]));
        for (const auto& [column, from] : {std::pair(0, 0.0), {1, 0.18}, {2, 0.5}, {3, 0.68}})
            QVERIFY2(lefts[column] >= left + from * width && lefts[column] < left + from * width + 3 * mm, qPrintable(QString::number(column)));
        // A name and its value on one line.
        QVERIFY(qAbs(boxOf(table, "Birth").bottom() - boxOf(table, "1980-02-29").bottom()) < 2);
        QVERIFY(qAbs(boxOf(table, "Accession").bottom() - boxOf(table, "ACC77").bottom()) < 2);
        QVERIFY(qAbs(boxOf(table, "Referring").bottom() - boxOf(table, "House,").bottom()) < 2);
        // The institution is cut with a mark, and ends before the name does.
        const QString head = [&] {
            QString text;
            for (const Word& word : pages[0])
                if (word.box.bottom() < top + 5.5 * mm)
                    text += word.text + ' ';
            return text;
        }();
        QVERIFY2(head.contains(QChar(0x2026)), qPrintable(head));
    }

    /// A heading never stands alone at the foot of a page, whatever comes under it, and however much is above.
    void REP_13_aHeadingStandsOverWhatItHeads_data()
    {
        QTest::addColumn<QString>("kind");
        QTest::newRow("text") << "text";
        QTest::newRow("measurements") << "measurements";
        QTest::newRow("pictures") << "pictures";
    }
    void REP_13_aHeadingStandsOverWhatItHeads()
    {
        QFETCH(QString, kind);
        int broken = 0;
        for (int lines = 20; lines < 50; ++lines) {
            Report given = report();
            given.findSection("findings")->text = QString("BODY\n").repeated(lines) + "BODY";
            if (kind == "text")
                given.findSection("impression")->text = "UNDER\nmore\nmore";
            if (kind == "measurements")
                given.measurements = {{"m1", "UNDER", "length", 12.3, 1, "mm", {}}, {"m2", "second", "length", 1, 1, "mm", {}}};
            if (kind == "pictures")
                given.keyImages = {keyImage(Qt::red, {200, 200}, "UNDER"), keyImage(Qt::green, {200, 300}, "second")};
            const auto pdf = toPdf(sealed(given));
            QVERIFY(pdf);
            const auto pages = wordsOf(*pdf);
            QCOMPARE(faults(pages), QString());
            const QString heading = kind == "text" ? "Impression" : kind == "measurements" ? "Measurements" : "Key";
            int headed = -1, under = -2;
            double free = 0;
            for (int page = 0; page < pages.size(); ++page) {
                if (!boxOf(pages[page], heading).isNull())
                    headed = page;
                if (!boxOf(pages[page], "UNDER").isNull())
                    under = page;
            }
            QVERIFY2(headed == under, qPrintable(QString("%1 lines").arg(lines)));
            if (kind == "pictures") { // what is under it is the picture
                QVERIFY(!areaOf(drawn(*pdf, headed + 1), Qt::red).isNull());
                lines += 4;
            }
            if (headed == 1) { // and no page is left early without need
                for (const Word& word : pages[0])
                    if (word.text == "BODY")
                        free = std::max(free, word.box.bottom());
                const double needed = kind == "text" ? 30 * mm : kind == "measurements" ? 42 * mm : 125 * mm;
                QVERIFY2(bottom - 10 * mm - free < needed, qPrintable(QString("%1 lines, %2 mm are free").arg(lines).arg((bottom - free) / mm)));
                ++broken;
            }
        }
        QVERIFY(broken > 0);
    }

    /// Key images two by two, in their shape, none over another or over words, each caption right under its picture.
    void REP_13_picturesStandSideBySide()
    {
        const QList<std::pair<QColor, QSize>> given{{Qt::red, {400, 300}}, {Qt::green, {300, 400}}, {Qt::blue, {100, 900}}, {Qt::cyan, {900, 50}}, {Qt::magenta, {1, 1}}};
        Report with = report();
        for (const auto& [colour, size] : given)
            with.keyImages.push_back(keyImage(colour, size, QString("CAPTION%1").arg(with.keyImages.size())));
        const auto pdf = toPdf(sealed(with));
        QVERIFY(pdf);
        const auto pages = wordsOf(*pdf);
        QCOMPARE(faults(pages), QString());
        QList<QRectF> areas(given.size());
        QList<int> on(given.size(), -1);
        for (int page = 0; page < pages.size(); ++page) {
            const QImage image = drawn(*pdf, page + 1);
            for (int i = 0; i < given.size(); ++i) {
                const QRectF area = areaOf(image, given[i].first);
                if (area.isNull())
                    continue;
                QCOMPARE(on[i], -1); // once
                on[i] = page;
                areas[i] = area;
                const QString what = QString("picture %1: %2 × %3 mm").arg(i).arg(area.width() / mm).arg(area.height() / mm);
                QVERIFY2(area.left() > left - 1 && area.right() < right + 1 && area.top() > top + 11 * mm && area.bottom() < bottom - 5 * mm, qPrintable(what));
                QVERIFY2(qAbs(area.width() * given[i].second.height() - area.height() * given[i].second.width()) < 2.5 * std::max(given[i].second.width(), given[i].second.height()), qPrintable(what));
                QVERIFY2(area.width() < 0.5 * (right - left) && area.height() < 0.4 * (bottom - top), qPrintable(what));
                QVERIFY2(area.width() > 0.44 * (right - left) || area.height() > 0.3 * (bottom - top), qPrintable(what));
                for (const Word& word : pages[page])
                    QVERIFY2(!word.box.adjusted(0, 2, 0, -2).intersects(area), qPrintable(word.text));
                const QRectF caption = boxOf(pages[page], QString("CAPTION%1").arg(i));
                QVERIFY2(caption.top() - area.bottom() > -2 && caption.top() - area.bottom() < 6 * mm, qPrintable(what));
                const QRectF number = boxOf(pages[page], QString("%1:").arg(i + 1));
                QVERIFY2(number.left() > area.left() && number.left() < area.left() + 15 * mm, qPrintable(what));
                QVERIFY(caption.height() < 0.95 * boxOf(pages[0], "Key").height());
            }
        }
        for (int i = 0; i < areas.size(); ++i) {
            QVERIFY(on[i] >= 0);
            const bool isLeft = i % 2 == 0;
            QVERIFY2(isLeft ? areas[i].left() < left + 3 * mm : areas[i].left() > pageWidth / 2 && areas[i].left() < pageWidth / 2 + 3 * mm, qPrintable(QString::number(areas[i].left() / mm)));
            if (!isLeft)
                QVERIFY(on[i] == on[i - 1] && qAbs(areas[i].top() - areas[i - 1].top()) < 1);
            for (int k = 0; k < i; ++k)
                QVERIFY(on[i] != on[k] || !areas[i].intersects(areas[k]));
        }
    }

    /// Measurements in three columns over 70 % of the width, each on its line; what the columns are stands on each page.
    void REP_13_measurementsStandInATable()
    {
        Report given = report();
        for (int i = 0; i < 60; ++i)
            given.measurements.push_back({QString("m%1").arg(i), i == 2 ? QString() : QString("LABEL%1").arg(i), "length", 10.0 + i, 1, "mm", {}});
        const auto pdf = toPdf(sealed(given));
        QVERIFY(pdf);
        const auto pages = wordsOf(*pdf);
        QVERIFY(pages.size() > 1);
        QCOMPARE(faults(pages), QString());
        int found = 0;
        for (int page = 0; page < pages.size(); ++page) {
            const QRectF label = boxOf(pages[page], "Measurement"), value = boxOf(pages[page], "Value"), unit = boxOf(pages[page], "Unit");
            double lowest = 0, pitch = 0;
            for (int i = 0; i < 60; ++i) {
                const QRectF box = boxOf(pages[page], QString("%1.0").arg(10 + i));
                if (box.isNull())
                    continue;
                ++found;
                QVERIFY(!label.isNull() && !value.isNull() && !unit.isNull()); // the head stands over each page's part
                QVERIFY(qAbs(box.left() - value.left()) < 1);
                const QRectF name = i == 2 ? boxOf(pages[page], "3") : boxOf(pages[page], QString("LABEL%1").arg(i));
                QVERIFY2(qAbs(name.bottom() - box.bottom()) < 1, qPrintable(QString::number(i)));
                if (i != 2)
                    QVERIFY(qAbs(name.left() - label.left()) < 1);
                if (lowest > 0)
                    pitch = box.bottom() - lowest;
                lowest = box.bottom();
                QVERIFY(box.height() > value.height());
            }
            if (label.isNull())
                continue;
            QVERIFY(label.left() > left && label.left() < left + 3 * mm && unit.right() < left + 0.7 * (right - left));
            QVERIFY(pitch == 0 || (pitch > label.height() && pitch < 2.2 * label.height()));
        }
        QCOMPARE(found, 60);
    }

    /// Reports of any length and letters: nothing outside, nothing over another, every line once.
    void REP_13_anyReport()
    {
        for (int seed = 1; seed <= test::rounds(12); ++seed) {
            test::Dice dice(seed);
            Report given = report(QString::fromUtf8(dice.of({"Doe^Jane", "Very^Long^Name of somebody who has been given more names than a line of the head of a page has room for, in the hope that", "王^小东", "Müller-Lüdenscheidt^Karl-Friedrich Maria Eusebius Hieronymus", "O^A"})));
            int lines = 0;
            given.study.patientId = QString("4711 ").repeated(dice.of({1, 1, 40})).trimmed();
            given.study.accession = QString("A77 ").repeated(dice.of({1, 1, 40})).trimmed();
            given.findSection("findings")->text.clear();
            for (const char* id : {"technique", "findings", "impression"})
                for (int i = dice.from(1, 40); i > 0; --i) {
                    auto& text = given.findSection(id)->text;
                    text += (text.isEmpty() ? "" : "\n") + QString("LINE%1 ").arg(++lines) + QString("words of text ").repeated(dice.upTo(12)) + QString::fromUtf8(dice.of({"", "出血", "Ödem"}));
                }
            for (int i = dice.upTo(5); i > 0; --i)
                given.measurements.push_back({QString("m%1").arg(i), QString("length ").repeated(dice.from(1, 9)), "length", 10.0, 1, "mm", {}});
            for (int i = dice.upTo(5); i > 0; --i)
                given.keyImages.push_back(keyImage(Qt::gray, {dice.from(1, 500), dice.from(1, 500)}, QString("caption ").repeated(dice.upTo(12))));
            const auto pdf = toPdf(sealed(given));
            QVERIFY(pdf);
            const auto pages = wordsOf(*pdf);
            QVERIFY2(faults(pages).isEmpty(), qPrintable(QString("seed %1: %2").arg(seed).arg(faults(pages))));
            int next = 0;
            for (const auto& words : pages)
                for (const Word& word : words)
                    if (word.text.startsWith("LINE"))
                        QCOMPARE(word.text, QString("LINE%1").arg(++next));
            QCOMPARE(next, lines);
        }
    }
};

QTEST_MAIN(TestReportLayout)
#include "tst_report_layout.moc"
