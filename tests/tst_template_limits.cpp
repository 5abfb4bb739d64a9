// Templates that mean harm, or want more than there is room for: nothing of them is run, nothing is read in part.
#include "reporting/templates/template_library.h"
#include "tests/support/template_page.h"
#include <QElapsedTimer>
#include <QTcpServer>
#include <QtTest>

using namespace diascope;
using namespace diascope::reporting;
using test::page, test::someStudy;

class TestTemplateLimits : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void REP_03_hostileTemplatesDoNothing()
    {
        // Whatever asks for something remote would have to connect here.
        QTcpServer trap;
        QVERIFY(trap.listen(QHostAddress::LocalHost));
        QFile file(DIASCOPE_SOURCE_DIR "/tests/support/hostile_template.html");
        QVERIFY(file.open(QIODevice::ReadOnly));
        QByteArray body = file.readAll();
        body.replace("PORT", QByteArray::number(trap.serverPort()));
        TemplateLibrary library;
        QVERIFY(library.add(page(body)));
        const auto report = library.newReport("t", someStudy(), "a");
        QVERIFY(report);
        QCOMPARE(report->sections.size(), 1u);
        QCOMPARE(report->sections[0].text, "kept text\nlink text");
        QCOMPARE(report->sections[0].fields.size(), 1u);
        // markup in text is text, for people to see as it stands
        QCOMPARE(report->sections[0].title, "Find<script>ings");
        QCOMPARE(report->sections[0].fields[0].label, "La<i>bel");
        QCOMPARE(report->sections[0].fields[0].value, "<img src=x>");
        QVERIFY(library.find("t")->warnings.size() >= 5);
        QVERIFY(!trap.waitForNewConnection(50));
    }

    /// What is never content is no part of a title or label either.
    void REP_03_titlesAndLabelsAreTextAlone()
    {
        for (const char* alien : {"<script>alert(1)</script>", "<style>p { color: red }</style>", "<select><option>x</option></select>", "<textarea>x</textarea>", "<!-- x -->"}) {
            TemplateLibrary library;
            QVERIFY(library.add(page(QByteArray("<section id=\"findings\"><header>Find") + alien + "ings</header><label for=\"size\">Si" + alien +
                                     "ze</label><input type=\"text\" id=\"size\"></section>")));
            const auto report = library.newReport("t", someStudy(), "a");
            QVERIFY(report);
            QCOMPARE(report->sections.size(), 1u);
            QVERIFY2(report->sections[0].title == "Findings", qPrintable(alien + (": " + report->sections[0].title)));
            QVERIFY2(!report->sections[0].fields.empty() && report->sections[0].fields[0].label == "Size", alien);
        }
    }

    void SEC_07_xmlBombsAndExternalEntities()
    {
        QFile secret(m_folder.filePath("secret.txt"));
        QVERIFY(secret.open(QIODevice::WriteOnly));
        secret.write("TOPSECRET");
        secret.close();
        const QByteArray url = "file://" + secret.fileName().toUtf8();
        const QByteArray external = "<!DOCTYPE html [<!ENTITY x SYSTEM \"" + url + "\">]>" + page("<section id=\"findings\"><p>a &x; b</p></section>").mid(15);
        const auto parsed = parseTemplate(external);
        if (parsed)
            QVERIFY(!parsed->sections[0].text.contains("TOPSECRET"));
        QByteArray bombed = page("<section id=\"findings\"><p>x</p></section>");
        bombed.replace("<template_attributes>", "<!DOCTYPE t [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;\">]><template_attributes>&b;");
        const auto refused = parseTemplate(bombed);
        QVERIFY(!refused);
        QCOMPARE(refused.error().fault, Fault::Damaged);
        // Wherever the declarations stand, and in either strictness.
        const QByteArray declared = "<!DOCTYPE t [<!ENTITY a SYSTEM \"" + url + "\">]>";
        for (const QByteArray& before : {declared, " \r\n" + declared, "<?xml version=\"1.0\"?>" + declared, "<!-- x -->" + declared, QByteArray("<!-- x --><!ENTITY a \"b\">")})
            for (const auto strictness : {Strictness::Strict, Strictness::Lenient}) {
                QByteArray html = page("<section id=\"findings\"><p>x</p></section>");
                html.replace("<template_attributes>", before + "<template_attributes>");
                const auto hostile = parseTemplate(html, strictness);
                const QString said = hostile ? hostile->warnings.join(u'\n') : hostile.error().detail;
                QVERIFY2(said.contains("declare entities"), qPrintable(before + ": " + said));
            }

        QElapsedTimer timer;
        timer.start();
        QVERIFY(!parseTemplate(page("<section id=\"f\">" + QByteArray("<div>").repeated(100000) + "</section>")));
        QVERIFY(!parseTemplate(page("<section id=\"f\">" + QByteArray("<div>").repeated(3000) + "<p>x</section>")));
        QVERIFY(!parseTemplate(page("<section id=\"f\">" + QByteArray("<input type=text>").repeated(5000) + "</section>")));
        QVERIFY(!parseTemplate(QByteArray(3 * 1024 * 1024, 'x')));
        QVERIFY(!parseTemplate({}));
        QVERIFY(!parseTemplate("<"));
        QVERIFY(!parseTemplate(QByteArray("\0\xff<html><script type=\"text/xml\">", 32)));
        QVERIFY2(timer.elapsed() < 20000, "hostile templates take too long");
    }

    /// Two hundred elements may be open: at the bottom all is read, and one more is refused, never read in part.
    void REP_03_theDeepestIsRead_data()
    {
        QTest::addColumn<QString>("nest");
        QTest::addColumn<int>("open"); // beside those of the nest
        const auto row = [](const char* nest, int open) { QTest::newRow(nest) << nest << open; };
        row("<head>%1<title>deep</title>%2", 3); // with html
        row("<section>%1deep%2", 3);
        row("<section><header>%1deep%2</header>", 4);
        row("<section>%1<input title='deep'>%2", 3);
        row("<section>%1<label for='a'>deep</label>%2<input id='a'>", 4);
        row("<section><label for='a'>%1deep%2</label><input id='a'>", 4);
        row("<section><label>deep %1<input>%2</label>", 4);
        row("<section><span data-field-type='checkbox'>%1<input type='checkbox' value='deep'>%2</span>", 4);
        row("<section>%1<select><option>deep</option></select>%2", 4);
    }
    void REP_03_theDeepestIsRead()
    {
        QFETCH(QString, nest);
        QFETCH(int, open);
        const auto parsed = [&](int depth) {
            const QString made = nest.arg(QString("<b>").repeated(depth), QString("</b>").repeated(depth));
            QByteArray html = page(nest.startsWith("<head>") ? "<section><p>x</p></section>" : made.toUtf8() + "</section>").replace("Title t", "");
            if (nest.startsWith("<head>"))
                html.replace("<head><title>T</title>", QString(made).replace("b>", "x>").toUtf8());
            return parseTemplate(html);
        };
        const auto deepest = parsed(200 - open);
        QVERIFY2(deepest, deepest ? "" : qPrintable(deepest.error().detail));
        QStringList words{deepest->title};
        for (const Section& section : deepest->sections) {
            words << section.title << section.text;
            for (const Field& field : section.fields)
                words << field.label << (field.options.empty() ? QString() : field.options[0].value);
        }
        QVERIFY2(words.join(' ').count("deep") == 1, qPrintable(words.join('|')));
        const auto deeper = parsed(201 - open);
        QVERIFY(!deeper && deeper.error().fault == Fault::Unsupported);
    }

    /// Elements that need no end tag are not counted, and nest here; where the HTML parser gives up, the template is refused.
    void REP_03_nothingIsCutOff()
    {
        // A header is a section's title within one, and text like any outside.
        const auto outside = parseTemplate(page("<header>Before</header><section id=\"findings\"><header>Title</header><p>last</p></section>"));
        QVERIFY(outside && outside->sections.size() == 2);
        QCOMPARE(outside->sections[0].text, "Before");
        QCOMPARE(outside->sections[1].title, "Title");
        for (const char* open : {"<embed src=\"x\">", "<wbr>", "<option><p>", "<li><dt>"})
            for (const int count : {100, 300}) {
                const auto parsed = parseTemplate(page("<section id=\"findings\">" + QByteArray(open).repeated(count) + "last</section>"));
                if (parsed)
                    QVERIFY2(parsed->sections[0].text == "last", open);
                else
                    QCOMPARE(parsed.error().fault, Fault::Unsupported);
                QVERIFY(parsed || count == 300);
            }
        // XML has a limit of its own
        for (const int count : {240, 3000}) {
            const QByteArray term = "<term type=\"modality\"><code value=\"deep\"/></term>";
            const QByteArray nested = QByteArray("<x>").repeated(count) + term + QByteArray("</x>").repeated(count) + "</template_attributes>";
            const auto parsed = parseTemplate(page("<section id=\"findings\"><p>x</p></section>").replace("</template_attributes>", nested));
            QCOMPARE(parsed ? int(parsed->modalities.size()) : -1, count == 240 ? 1 : -1);
        }
    }

    /// Every prefix of a template, and every byte of it damaged, is either refused or harmless.
    void mutilatedTemplatesDoNoHarm()
    {
        QFile source(":/templates/ct-head.html");
        QVERIFY(source.open(QIODevice::ReadOnly));
        const QByteArray whole = source.readAll();
        for (qsizetype i = 0; i < whole.size(); i += 37) {
            (void)parseTemplate(whole.left(i), Strictness::Lenient);
            QByteArray damaged = whole;
            damaged[i] = "<>\"&\0\xff"[i % 6];
            (void)parseTemplate(damaged, Strictness::Lenient);
        }
    }

    /// A template has two thousand fields, and a list two thousand choices: of one with more nothing is shown.
    void REP_03_howManyFieldsAndChoices()
    {
        const auto fields = [](int count) { return parseTemplate(page("<section id=\"findings\">" + QByteArray("<p><input type=text></p>").repeated(count) + "last</section>")); };
        const auto choices = [](int count, const char* open = "<select id=a>", const char* one = "<option>x", const char* close = "</select>") {
            return parseTemplate(page("<section id=\"findings\">" + QByteArray(open) + QByteArray(one).repeated(count) + close + "last</section>"));
        };
        const auto most = fields(2000), many = choices(2000);
        QVERIFY(most && most->sections[0].fields.size() == 2000 && most->sections[0].text == "last");
        QVERIFY(many && many->sections[0].fields[0].options.size() == 2000 && many->sections[0].fields[0].trailingText == "last");
        QVERIFY(choices(2000, "<span id=a data-field-type=checkbox>", "<input type=checkbox value=x>", "</span>"));
        for (const auto& more : {fields(2001), choices(2001), choices(2001, "<select id=a><optgroup>", "<option>x", "</optgroup></select>"),
                                 choices(2001, "<span id=a data-field-type=checkbox>", "<input type=checkbox value=x>", "</span>")}) {
            QVERIFY(!more);
            QCOMPARE(more.error().fault, Fault::Unsupported);
            QCOMPARE(more.error().detail, "the template is nested too deeply or has too many fields");
        }
    }

    /// A hundred warnings are told, each once.
    void REP_03_howManyWarnings()
    {
        QByteArray unknown;
        for (int i = 0; i < 102; ++i)
            unknown += "<x" + QByteArray::number(i) + "></x" + QByteArray::number(i) + "><x0></x0>";
        for (const int count : {99, 100, 101}) {
            const auto parsed = parseTemplate(page("<section id=\"findings\"><p>x</p>" + unknown.left(unknown.indexOf("<x" + QByteArray::number(count) + '>')) + "</section>"));
            QVERIFY(parsed);
            QCOMPARE(parsed->warnings.size(), std::min(count, 100));
            QCOMPARE(parsed->warnings.last(), QString("the element <x%1> is not known, only its text was kept").arg(std::min(count, 100) - 1));
        }
    }

private:
    QTemporaryDir m_folder;
};

QTEST_GUILESS_MAIN(TestTemplateLimits)
#include "tst_template_limits.moc"
