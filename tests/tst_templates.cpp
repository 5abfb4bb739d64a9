#include "reporting/model/life_cycle.h"
#include "reporting/templates/template_library.h"
#include "tests/support/template_page.h"
#include "tests/support/test_data.h"
#include <QDirIterator>

using namespace diascope;
using namespace diascope::reporting;
using test::page, test::someStudy;

namespace
{

const QString connectathon = "messages/mrrt_openmrs_ihe_connectathon/api/src/test/resources/mrrttemplates/ihe/connectathon/2015";

} // namespace

class TestTemplates : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    /// What each of the connectathon's invalid templates breaks stands in its name.
    void REP_01_invalidTemplatesOfTheConnectathon_data()
    {
        QTest::addColumn<QString>("file");
        const QString folder = test::dataFile(connectathon);
        NEEDS_TEST_DATA(folder);
        for (const QString& file : QDir(folder).entryList({"invalid*.html"}))
            QTest::newRow(qPrintable("REP-01 " + file)) << folder + '/' + file;
    }
    void REP_01_invalidTemplatesOfTheConnectathon()
    {
        QFETCH(QString, file);
        QFile source(file);
        QVERIFY(source.open(QIODevice::ReadOnly));
        const auto parsed = parseTemplate(source.readAll());
        QVERIFY(!parsed);
        QCOMPARE(parsed.error().fault, Fault::Damaged);
        // the reason names what the file's name names
        const std::pair<const char*, const char*> reasons[] = {{"noTitle", "<title>"}, {"multipleBody", "<body>"}, {"noMetaElementWithCharset", "charset"},
            {"multipleTemplateAttributes", "template_attributes"}, {"missingHtml", "<html>"}, {"noTemplateAttributes", "template_attributes"},
            {"missingCharset", "<title>"}, {"noScript", "template_attributes"}, {"noHead", "<head>"}, {"noBody", "<body>"}, {"multipleHead", "<head>"}};
        bool isKnown = false;
        for (const auto& [name, reason] : reasons)
            if (file.contains(QLatin1String(name))) {
                isKnown = true;
                QVERIFY2(parsed.error().detail.contains(QLatin1String(reason)), qPrintable(parsed.error().detail));
            }
        QVERIFY2(isKnown, qPrintable(file));
    }

    void REP_01_validTemplateOfTheConnectathon()
    {
        for (const char* name : {"CTChestAbdomen.html", "CTChestAbdomen-schemeIsInLowerCase.html"}) {
            const QString path = test::dataFile(connectathon + '/' + name);
            NEEDS_TEST_DATA(path);
            QFile source(path);
            QVERIFY(source.open(QIODevice::ReadOnly));
            const auto parsed = parseTemplate(source.readAll());
            QVERIFY2(parsed, parsed ? "" : qPrintable(parsed.error().detail));
            QCOMPARE(parsed->title, "CT Chest-Abdomen");
            QCOMPARE(parsed->id, "1.3.6.1.4.1.21367.13.199.1015");
            QCOMPARE(parsed->language, "en");
            QVERIFY(parsed->isUsable());
            QCOMPARE(parsed->modalities.size(), 1u);
            QCOMPARE(parsed->modalities[0].value, "RID10321");
            QCOMPARE(parsed->bodyParts.size(), 2u);
            QCOMPARE(parsed->sections.size(), 1u);
            QCOMPARE(parsed->sections[0].title, "The Only Section");
            QCOMPARE(parsed->sections[0].text, "This is the CT Chest-Abdomen report template");
        }
    }

    /// Field counts by an independent HTML parser (Python's html.parser).
    void germanTemplatesKeepEveryField()
    {
        const QString folder = test::dataFile("messages/mrrt_radreport_de/templates");
        NEEDS_TEST_DATA(folder);
        QDirIterator it(folder, {"template.html"}, QDir::Files, QDirIterator::Subdirectories);
        int files = 0;
        while (it.hasNext()) {
            const QString path = it.next();
            QFile source(path);
            QVERIFY(source.open(QIODevice::ReadOnly));
            const QByteArray html = source.readAll();
            const auto parsed = parseTemplate(html, Strictness::Lenient);
            QVERIFY2(parsed, qPrintable(path));
            QCOMPARE(parsed->language, "de");
            const auto ran = test::python(R"PY(
import sys, html.parser
class P(html.parser.HTMLParser):
    n = 0; inside = False
    def handle_starttag(self, tag, attrs):
        a = dict(attrs)
        if tag in ('select', 'textarea') or tag == 'input' and a.get('type') not in ('hidden', 'button', 'submit', 'reset'): self.n += 1
p = P(); p.feed(open(sys.argv[1], encoding='utf-8').read()); print(p.n)
)PY", {path});
            size_t fields = 0, folded = 0;
            for (const Section& section : parsed->sections) {
                fields += section.fields.size();
                folded += std::none_of(section.fields.begin(), section.fields.end(), [](const Field& f) { return f.type == Field::Type::TextArea; });
            }
            const size_t expected = ran.out.trimmed().toULong();
            QVERIFY2(fields <= expected && fields + folded >= expected, qPrintable(QString("%1: %2 of %3").arg(path).arg(fields).arg(expected)));
            ++files;
        }
        QVERIFY(files >= 5);
    }

    void REP_01_fieldsOfEveryType()
    {
        const auto parsed = parseTemplate(page(R"(
<section id="findings" data-section-name="Findings"><header>Findings</header>
<p>Static text.</p>
<p><label for="t">Text:</label><input id="t" type="text" value="abc" data-field-type="TEXT"/></p>
<p>Lesion of <input id="size" type="number" data-field-type="NUMBER" data-field-units="mm" min="0" max="99.5" step="0.5" data-field-completion-action="PROHIBIT"/> in the liver</p>
<p><label for="d">Date</label><input id="d" type="date" data-field-type="DATE" data-field-completion-action="ALERT"/></p>
<p><label for="h">Time</label><input id="h" type="time" data-field-type="TIME"/></p>
<p><label for="c">Box</label><input id="c" type="checkbox" value="ticked" checked data-field-type="CHECKBOX"/></p>
<p><label for="s">Side</label><select id="s" data-field-type="SELECTION_LIST"><option value="">choose</option><option value="L">left</option><option value="R" selected="selected">right</option></select></p>
<p><label for="m">Many</label><select id="m" multiple data-field-type="SELECTION_LIST"><option selected>a</option><option selected>b</option></select></p>
<p><label for="p">Name</label><input id="p" name="PatientName" type="text" data-field-type="TEXT" data-field-merge-flag="true"/></p>
<p><textarea id="x" data-field-type="TEXTAREA">first
second</textarea></p>
</section>
<section id="impressionX" data-section-name="Impression"><section data-section-name="Inner"><p>inner</p></section></section>)"));
        QVERIFY2(parsed, parsed ? "" : qPrintable(parsed.error().detail));
        QCOMPARE(parsed->sections.size(), 3u);
        QCOMPARE(parsed->sections[1].id, "impression");
        QCOMPARE(parsed->sections[2].level, 2);
        const Section& findings = parsed->sections[0];
        QCOMPARE(findings.text, "Static text.\nfirst\nsecond");
        QCOMPARE(findings.fields.size(), 8u);
        using Type = Field::Type;
        const Type types[] = {Type::Text, Type::Number, Type::Date, Type::Time, Type::CheckBox, Type::Selection, Type::Selection, Type::Text};
        for (size_t i = 0; i < 8; ++i)
            QCOMPARE(findings.fields[i].type, types[i]);
        QCOMPARE(findings.fields[0].label, "Text:");
        QCOMPARE(findings.fields[0].value, "abc");
        const Field& size = findings.fields[1];
        QCOMPARE(size.label, "Lesion of");
        QCOMPARE(size.trailingText, "in the liver");
        QCOMPARE(size.unit, "mm");
        QCOMPARE(size.minimum, 0.0);
        QCOMPARE(size.maximum, 99.5);
        QCOMPARE(size.step, 0.5);
        QCOMPARE(size.completion, Field::Completion::Prohibit);
        QCOMPARE(size.code.value, "RID1");
        QCOMPARE(findings.fields[2].completion, Field::Completion::Alert);
        QCOMPARE(findings.fields[4].value, "ticked");
        QCOMPARE(findings.fields[5].options.size(), 2u);
        QCOMPARE(findings.fields[5].value, "R");
        QCOMPARE(findings.fields[5].display(), "right");
        QCOMPARE(findings.fields[6].value, "a\nb");
        QCOMPARE(findings.fields[7].mergeName, "PatientName");

        const auto report = merge(*parsed, someStudy(), "author");
        QVERIFY(report);
        QCOMPARE(report->sections[0].fields[7].value, "Doe, Jane");
        QVERIFY(!checkSigning(*report, SignAs::Final).isAllowed()); // PROHIBIT
    }

    /// One element and the field it becomes (IHE RAD TF-3 4.105, MRRT): type, id, label, unit, bounds, choices, flags, value.
    void REP_01_whatAnElementBecomes_data()
    {
        QTest::addColumn<QString>("html");
        QTest::addColumn<QString>("field");
        const auto row = [](const char* html, const char* field) { QTest::newRow(html) << html << field; };
        row(R"(<input id="a" type="text"/>)", "text a");
        row(R"(<input id="a" type="text" value="v"/>)", "text a =v");
        row(R"(<input id="a" type="number" min="-1.5" max="2" step="0.25" data-field-units="mm"/>)", "number a mm [-1.5..2 by 0.25]");
        row(R"(<input id="a" type="number" min="x"/>)", "number a");
        row(R"(<input id="a" type="date"/>)", "date a");
        row(R"(<input id="a" type="time"/>)", "time a");
        row(R"(<input id="a" type="checkbox" value="v"/>)", "box a {v:v}");
        row(R"(<input id="a" type="checkbox"/>)", "box a {a:a}");
        row(R"(<label for="a">L</label><input id="a" type="checkbox" value="v" checked/>)", "box a (L) {v:L} =v");
        row(R"(<input id="a" type="radio" value="v"/>)", "box a {v:v}");
        row(R"(<input id="a" type="text" data-field-type="NUMBER"/>)", "number a"); // what is declared counts
        row(R"(<input id="a" type="number" data-field-type="TEXT"/>)", "text a");
        row(R"(<input id="a" type="text" data-field-type="date"/>)", "date a");
        row(R"(<input name="n" type="text"/>)", "text n");
        row(R"(<input type="text"/>)", "text field-1");
        row(R"(<input id="a" title="hint"/>)", "text a (hint)");
        row(R"(<label for="a">L</label><input id="a" title="hint"/>)", "text a (L)");
        row(R"(<label>around <input id="a"/></label>)", "text a (around)");
        row(R"(<p>before <input id="a"/> behind</p>)", "text a (before) +behind");
        row(R"(<input id="a" readonly/>)", "text a readonly");
        row(R"(<input id="a" disabled/>)", "text a readonly");
        row(R"(<input id="a" data-field-completion-action="alert"/>)", "text a alert");
        row(R"(<input id="a" data-field-completion-action="PROHIBIT"/>)", "text a prohibit");
        row(R"(<input id="a" data-field-completion-action="NONE"/>)", "text a");
        row(R"(<input id="a" name="n" data-field-merge-flag="true"/>)", "text a merge n");
        row(R"(<input id="a" name="n" data-field-merge-flag="false"/>)", "text a");
        row(R"(<input id="a" data-field-merge-flag="TRUE"/>)", "text a merge a");
        row(R"(<input id="a" name="n" data-field-merge-name="m"/>)", "text a merge m");
        row(R"(<input id="a" name="n" data-field-type="MERGE"/>)", "text a merge n");
        row(R"(<select id="a"><option value="1">one</option><option value="2" selected>two</option></select>)", "selection a {1:one 2:two} =2");
        row(R"(<select id="a"><option>one</option></select>)", "selection a {one:one}");
        row(R"(<select id="a"><option id="size">x</option></select>)", "selection a {x:x=RID1}");
        row(R"(<select id="a"><option value="">choose</option><option value="1">one</option></select>)", "selection a {1:one}");
        row(R"(<select id="a" multiple><option selected>x</option><option>y</option><option selected>z</option></select>)", "selection a {x:x y:y z:z} multiple =x/z");
        row(R"(<select id="a"><option selected>x</option><option selected>z</option></select>)", "selection a {x:x z:z} =x");
        row(R"(<span id="a" data-field-type="CHECKBOX"><input type="checkbox" value="1" checked/>one<input type="checkbox" value="2"/>two</span>)", "box a {1:one 2:two} multiple =1");
        row(R"(<textarea id="a">x</textarea><textarea id="b">y</textarea>)", "area a =x, area b =y");
        row(R"(<textarea id="a" data-field-type="TEXT">x</textarea>)", "text a =x");
        row(R"(<input id="a" data-field-type="TEXTAREA"/><textarea id="b">y</textarea>)", "area a, area b =y");
        row(R"(<select id="a" data-field-type="TEXT"><option selected>x</option></select>)", "selection a {x:x} =x"); // it can be nothing else
        row(R"(<input id="a" data-field-type="SELECTION_LIST"/>)", "selection a");
        row("<select id=\"a\"><option value=\"a&#10;b\" selected>x</option></select>", "selection a {a b:x} =a b"); // a break parts what is chosen
        row(R"(<select id="a"><optgroup><option value="">choose</option></optgroup><script>x</script><option value="1">one</option></select>)", "selection a {1:one}");
        row(R"(<span id="a" data-field-type="CHECKBOX"><label for="b">L</label><input type="checkbox" id="b"/>one<input type="checkbox" value=""/></span>)", "box a {L:L} multiple");
        row(R"(<label>one <input type="text"/></label><label>two <input type="text"/></label>)", "text field-1 (one), text field-2 (two)");
        row(R"(<output for="a">L</output> <input id="a"/>)", "text a (L)"); // text before it, as any
        row(R"(<label for="a">L</label><output for="a">words</output><input id="a"/>)", "words, text a (L)");
        row(R"(<label for="a"></label><p>before <input id="a"/></p>)", "text a (before)");
        row(R"(<input id="a"/><p>words</p>)", "words, text a");
        row(R"(<p>before <input id="a"/> behind <input id="b"/> last</p>)", "text a (before) +behind, text b +last");
        row(R"(<label for="b">L</label><p>before <input id="a"/> <input id="b"/></p>)", "text a (before), text b (L)");
        row(R"(<textarea id="a" readonly>x</textarea>)", "area a readonly =x"); // else it is the section's text
        row(R"(<textarea id="a" data-field-merge-name="m">x</textarea>)", "area a merge m =x");
        row(R"(<input id="size" type="number"/>)", "number size RID1");
        row(R"(<input id="a"/><input id="a"/>)", "text a, text a-2");
        // every word once, in its place
        row(R"(<label>some words <input id="a"/> behind</label>)", "text a (some words behind)");
        row(R"(words <label>around <input id="a"/></label>)", "words, text a (around)");
        row(R"(words <label for="a">L</label> <input id="a"/>)", "words, text a (L)");
        row(R"(<label>before</label> <input id="a"/>)", "text a (before)");
        row(R"(<label for="">before</label> <input id="a"/>)", "text a (before)");
        row(R"(<label>words <input type="hidden"/></label>)", "words");
        row(R"(<table><tr><td>two</td><th>words</th></tr></table>)", "two words");
        row(R"(<embed src="x">words)", "words"); // no end tag, as in HTML
        for (const char* type : {"hidden", "button", "submit", "reset", "image", "file", "password"})
            QTest::newRow(type) << QString(R"(<input id="a" type="%1"/>)").arg(type) << "";
        for (const char* element : {"script", "iframe", "object", "svg", "video", "button", "noscript", "template", "datalist", "applet", "math", "audio", "canvas"})
            QTest::newRow(element) << QString(R"(<%1><input id="a"/>words</%1>)").arg(element) << "";
    }
    void REP_01_whatAnElementBecomes()
    {
        QFETCH(QString, html);
        QFETCH(QString, field);
        const auto parsed = parseTemplate(page("<section id=\"findings\" data-section-name=\"Findings\">" + html.toUtf8() + "</section>"), Strictness::Lenient);
        QVERIFY2(parsed, parsed ? "" : qPrintable(parsed.error().detail));
        QStringList all;
        for (const Section& section : parsed->sections) {
            if (section.text.contains("words"))
                all << section.text;
            for (const Field& one : section.fields) {
                static const char* const types[] = {"text", "area", "number", "date", "time", "box", "selection"};
                QString text = QString("%1 %2").arg(types[int(one.type)], one.id);
                if (!one.label.isEmpty())
                    text += " (" + one.label + ')';
                if (!one.unit.isEmpty())
                    text += ' ' + one.unit;
                if (one.minimum || one.maximum || one.step)
                    text += QString(" [%1..%2 by %3]").arg(one.minimum.value_or(-99)).arg(one.maximum.value_or(-99)).arg(one.step.value_or(-99));
                QStringList options;
                for (const Option& option : one.options)
                    options << option.value + ':' + option.label + (option.code.isEmpty() ? "" : '=' + option.code.value);
                if (!options.isEmpty())
                    text += " {" + options.join(' ') + '}';
                text += QString(one.isMultiple ? " multiple" : "") + (one.isReadOnly ? " readonly" : "");
                text += one.completion == Field::Completion::Alert ? " alert" : one.completion == Field::Completion::Prohibit ? " prohibit" : "";
                if (!one.mergeName.isEmpty())
                    text += " merge " + one.mergeName;
                if (!one.code.isEmpty())
                    text += ' ' + one.code.value;
                if (!one.trailingText.isEmpty())
                    text += " +" + one.trailingText;
                if (!one.value.isEmpty())
                    text += " =" + QString(one.value).replace('\n', '/');
                all << text;
            }
        }
        QCOMPARE(all.join(", "), field);
    }

    /// The five sections every receiver knows, under the names others give them: by id, else by title.
    void REP_01_whichSectionItIs_data()
    {
        QTest::addColumn<QString>("section");
        QTest::addColumn<QString>("id");
        const auto row = [](const char* section, const char* id) { QTest::newRow(qPrintable(QString("REP-01 ") + section)) << section << id; };
        for (const char* name : {"Clinical Information", "clinicalInformation", "Indication", "Clinical indication", "History", "Clinical_History",
                                 "Klinische Angaben", "Fragestellung"})
            row(qPrintable(QString("data-section-name=\"%1\"").arg(name)), "clinical-information");
        for (const char* name : {"Technique", "Procedure Information", "procedureInformation", "Procedure", "Procedure description", "Technik"})
            row(qPrintable(QString("data-section-name=\"%1\"").arg(name)), "technique");
        for (const char* name : {"Comparison", "comparisonStudy", "Comparison study", "Comparisons", "Vergleich"})
            row(qPrintable(QString("data-section-name=\"%1\"").arg(name)), "comparison");
        for (const char* name : {"Findings", "FINDING", "Befund"})
            row(qPrintable(QString("data-section-name=\"%1\"").arg(name)), "findings");
        for (const char* name : {"Impression", "Conclusion", " Beurteilung: "})
            row(qPrintable(QString("data-section-name=\"%1\"").arg(name)), "impression");
        row("id=\"history\" data-section-name=\"Findings\"", "clinical-information");
        row("id=\"T001\" data-section-name=\"Findings\"", "findings");
        row("id=\"T001\" data-section-name=\"Liver\"", "t001");
        row("data-section-name=\"Liver &amp; Spleen\"", "liver-spleen");
    }
    void REP_01_whichSectionItIs()
    {
        QFETCH(QString, section);
        const auto parsed = parseTemplate(page("<section " + section.toUtf8() + "><p>x</p></section>"));
        QVERIFY2(parsed, parsed ? "" : qPrintable(parsed.error().detail));
        QCOMPARE(parsed->sections.size(), 1u);
        QTEST(parsed->sections[0].id, "id");
    }

    /// What stands outside all sections is called findings too, and takes neither the name nor the level of those that follow.
    void REP_01_whatStandsOutsideAllSections()
    {
        const auto parsed = parseTemplate(page("<h1>CT head</h1><section id=\"findings\"><p>a</p></section><p>between</p><section id=\"impression\"></section>"
                                               "<section><p>b</p></section><section><p>c</p></section><textarea id=\"x\">last</textarea>"));
        QVERIFY2(parsed, parsed ? "" : qPrintable(parsed.error().detail));
        QStringList all;
        for (const Section& section : parsed->sections)
            all << QString("%1 %2 %3").arg(section.id).arg(section.level).arg(QString(section.text).replace('\n', '/'));
        QCOMPARE(all, (QStringList{"findings-2 1 CT head/between/last", "findings 1 a", "impression 1 ", "section 1 b", "section-2 1 c"}));
        QCOMPARE(parsed->sections[0].title, "Findings");
    }

    /// Text that nothing ends stands where it ends.
    void REP_01_theLastLine()
    {
        const auto parsed = parseTemplate(page("<section id=\"impression\"><span>first</span></section><span>last</span>"));
        QVERIFY(parsed);
        QCOMPARE(parsed->sections.size(), 2u);
        QCOMPARE(parsed->sections[0].text, "first");
        QCOMPARE(parsed->sections[1].text, "last");
    }

    /// Without a name, or an id to be found by, it is none; an id comes of a name.
    void REP_01_howATemplateIsCalled()
    {
        const auto called = [](const char* title, const char* metaTitle, const char* id) {
            QByteArray html = page("<section id=\"findings\"><p>x</p></section>", id).replace("<title>T</title>", QByteArray("<title>") + title + "</title>");
            html.replace(QByteArray("content=\"Title ") + id, QByteArray("content=\"") + metaTitle);
            const auto parsed = parseTemplate(html);
            return parsed ? parsed->title + " = " + parsed->id : parsed.error().detail;
        };
        QCOMPARE(called("T", "Meta", "i"), "Meta = i");
        QCOMPARE(called("T", "", "i"), "T = i");
        QCOMPARE(called("CT of the head!", "", ""), "CT of the head! = ct-of-the-head");
        QCOMPARE(called("", "", "i"), "the template has no title");
        QCOMPARE(called("!!!", "", ""), "the template has no title"); // nothing to be found by
        QCOMPARE(called("!!!", "", "i"), "!!! = i");
        const auto twice = parseTemplate(page("<section id=\"findings\"><p>x</p></section>").replace("Title t", "").replace("</title>", "</title><title>U</title>"), Strictness::Lenient);
        QVERIFY(twice && twice->title == "T");
        for (const auto& [link, warnings] : {std::pair("<link rel=\"stylesheet\" href=\"x.css\">", 1), {"<link rel=\"stylesheet\">", 0}})
            QCOMPARE(parseTemplate(page("<section id=\"findings\"><p>x</p></section>").replace("</title>", QByteArray("</title>") + link))->warnings.size(), warnings);
    }

    /// What a template says of itself; codes of entries are those of fields, none of the template's own terms.
    void REP_01_whatATemplateSaysOfItself()
    {
        const auto attributes = [](const QByteArray& xml) {
            QByteArray html = page("<section id=\"findings\" data-section-name=\"Findings\"><input id=\"size\"/></section>");
            return *parseTemplate(html.replace("</template_attributes>", xml + "</template_attributes>"), Strictness::Lenient);
        };
        const auto said = attributes("<term type=\"modality\"><code meaning=\"CT\" value=\"M1\" scheme=\"S\"/></term>"
                                     "<term type=\"body part\"><code meaning=\"Head\" value=\"B1\" scheme=\"S\"/></term>"
                                     "<term type=\"anatomy\"><code meaning=\"Neck\" value=\"B2\" scheme=\"S\"/></term>"
                                     "<term type=\"other\"><code meaning=\"x\" value=\"O1\" scheme=\"S\"/></term><term type=\"modality\"/>");
        const auto values = [](const std::vector<Code>& codes) {
            QStringList all;
            for (const Code& code : codes)
                all << code.value;
            return all.join(' ');
        };
        QCOMPARE(values(said.terms), "M1 B1 B2 O1");
        QCOMPARE(values(said.modalities), "M1");
        QCOMPARE(values(said.bodyParts), "B1 B2");
        QVERIFY(said.modalities[0] == (Code{"M1", "S", "CT"}));
        QCOMPARE(said.sections[0].fields[0].code.value, "RID1");
        for (const auto& [status, expected] : {std::pair("ACTIVE", Template::Status::Active), {"draft", Template::Status::Draft}, {"Retired", Template::Status::Retired},
                                               {"SUPERSEDED", Template::Status::Retired}, {"", Template::Status::Active}})
            QCOMPARE(parseTemplate(page("<section data-section-name=\"x\"></section>", "t", status), Strictness::Lenient)->status, expected);
        QVERIFY(attributes("").isTopLevel);
        QVERIFY(!attributes("<top-level-flag>FALSE</top-level-flag>").isTopLevel);
        QVERIFY(!merge(attributes("<top-level-flag>false</top-level-flag>"), someStudy(), "a")); // a part of others is no report
        QVERIFY(!merge(*parseTemplate(page("<section data-section-name=\"x\"></section>", "t", "RETIRED"), Strictness::Lenient), someStudy(), "a"));
    }

    void mergeFieldsFromTheStudy()
    {
        const StudyContext study = someStudy();
        QCOMPARE(mergeValue("PatientName", study), "Doe, Jane");
        QCOMPARE(mergeValue("patient.name", study), "Doe, Jane");
        QCOMPARE(mergeValue("(0010,0010)", study), "Doe, Jane");
        QCOMPARE(mergeValue("AccessionNumber", study), "A1");
        QCOMPARE(mergeValue("PatientBirthDate", study), "1980-02-29");
        QCOMPARE(mergeValue("PatientAge", study), "37 y");
        QCOMPARE(mergeValue("Institution", study), "");
        QVERIFY(!mergeValue("ShoeSize", study));
        // where the study says nothing, what the template says stays
        const QByteArray body = R"(<section id="findings" data-section-name="Findings"><input id="a" value="as known" data-field-merge-name="Institution"/></section>)";
        const auto report = merge(*parseTemplate(page(body), Strictness::Lenient), study, "author");
        QVERIFY(report);
        QCOMPARE(report->sections[0].fields[0].value, "as known");
    }

    /// Every name a template may use, by word, DICOM tag and HL7 field (PS3.6, HL7 v2.5.1), gives its own value.
    void REP_01_everyMergeNameGivesItsOwnValue()
    {
        StudyContext study = someStudy();
        study.patientName = "Doe^Jane";
        study.patientId = "4711";
        study.birthDate = "19800229";
        study.sex = "F";
        study.accession = "ACC-77";
        study.studyDate = "20180107";
        study.studyTime = "140312";
        study.description = "CT Head";
        study.procedure = {"CTHEAD", "99LOCAL", "CT of the head"};
        study.modality = "CT";
        study.bodyPart = "HEAD";
        study.referringPhysician = "House^Gregory";
        study.requestingPhysician = "Wilson^James";
        study.institution = "St. Elsewhere";
        study.reasonForStudy = "Fall";
        study.studyUid = "1.2.3";
        study.studyId = "SID-3";
        study.placerOrderNumber = "PL-1";
        study.fillerOrderNumber = "FI-2";
        const std::pair<QStringList, QString> names[] = {
            {{"PatientName", "Patient's Name", "patient_name", "(0010,0010)", "PID-5"}, "Doe, Jane"},
            {{"PatientID", "MRN", "00100020", "PID.3"}, "4711"},
            {{"PatientBirthDate", "DOB", "Date of Birth", "0010,0030", "PID-7"}, "1980-02-29"},
            {{"PatientSex", "Gender", "00100040", "PID-8"}, "F"},
            {{"PatientAge", "age", "00101010"}, "37 y"},
            {{"AccessionNumber", "accession", "00080050", "OBR-18"}, "ACC-77"},
            {{"StudyDate", "ExamDate", "00080020", "OBR-7"}, "2018-01-07"},
            {{"StudyTime", "00080030"}, "14:03"},
            {{"StudyDescription", "Examination", "00081030"}, "CT Head"},
            {{"Procedure", "RequestedProcedureDescription", "00321060", "OBR-44"}, "CT of the head"},
            {{"Modality", "00080060"}, "CT"},
            {{"BodyPartExamined", "00180015"}, "HEAD"},
            {{"ReferringPhysicianName", "00080090", "PV1-8"}, "House, Gregory"},
            {{"RequestingPhysician", "OrderingProvider", "00321032", "OBR-16"}, "Wilson, James"},
            {{"InstitutionName", "00080080"}, "St. Elsewhere"},
            {{"ReasonForStudy", "Indication", "00401002", "OBR-31"}, "Fall"},
            {{"StudyInstanceUID", "0020000D"}, "1.2.3"},
            {{"StudyID", "00200010"}, "SID-3"},
            {{"PlacerOrderNumber", "00402016", "ORC-2", "OBR-2"}, "PL-1"},
            {{"FillerOrderNumber", "00402017", "ORC-3", "OBR-3"}, "FI-2"},
        };
        for (const auto& [spellings, value] : names)
            for (const QString& name : spellings)
                QVERIFY2(mergeValue(name, study) == value, qPrintable(name + ": " + mergeValue(name, study).value_or("none")));
        study.procedure = {};
        QCOMPARE(mergeValue("Procedure", study), "CT Head"); // the study's description stands in
    }

    /// A field takes the value in its own form: dates as dates, choices by value or label.
    void REP_01_mergedValuesFitTheirFields()
    {
        StudyContext study = someStudy();
        study.birthDate = "19800229";
        study.studyDate = "20180107";
        study.sex = "F";
        const auto merged = [&study](Field::Type type, const QString& name, const std::vector<Option>& options = {}) {
            Template from;
            from.id = "t";
            Section section;
            section.id = "s";
            Field field;
            field.id = "f";
            field.type = type;
            field.mergeName = name;
            field.options = options;
            section.fields = {field};
            from.sections = {section};
            return merge(from, study, "a")->sections[0].fields[0].value;
        };
        QCOMPARE(merged(Field::Type::Date, "PatientBirthDate"), "1980-02-29");
        QCOMPARE(merged(Field::Type::Date, "(0010,0030)"), "1980-02-29");
        QCOMPARE(merged(Field::Type::Date, "StudyDate"), "2018-01-07");
        QCOMPARE(merged(Field::Type::Date, "(0008,0020)"), "2018-01-07");
        QCOMPARE(merged(Field::Type::Text, "StudyDate"), "2018-01-07");
        QCOMPARE(merged(Field::Type::Selection, "PatientSex", {{"m", "Male", {}}, {"f", "Female", {}}}), "f");
        study.sex = "female";
        QCOMPARE(merged(Field::Type::Selection, "PatientSex", {{"1", "Male", {}}, {"2", "Female", {}}}), "2");
        QCOMPARE(merged(Field::Type::CheckBox, "PatientSex", {{"2", "Female", {}}}), "2"); // ticked
        QCOMPARE(merged(Field::Type::CheckBox, "PatientSex", {{"1", "Male", {}}}), "");    // or not, nothing else
        study.sex.clear();
        QCOMPARE(merged(Field::Type::Text, "PatientSex"), "");
        study.birthDate = "unknown";
        QCOMPARE(merged(Field::Type::Date, "PatientBirthDate"), ""); // no text in a date
    }

    void REP_04_retiredTemplatesCreateNoReport()
    {
        TemplateLibrary library;
        QVERIFY(library.add(page("<section id=\"findings\"><p>x</p></section>", "old", "RETIRED")));
        QVERIFY(library.usable().empty());
        const auto report = library.newReport("old", someStudy(), "a");
        QVERIFY(!report);
        QCOMPARE(report.error().fault, Fault::Denied);
    }

    /// By its identifier, or by the last part of a path or URL, with or without ".html"; what is not here costs only itself.
    void REP_04_whichTemplateIsMeant()
    {
        TemplateLibrary library;
        for (const auto& [id, text] : {std::pair("inner", "by name"), {"1.2.3", "by number"}, {"parts/inner", "by the whole"}, {"other.html", "named so"}})
            QVERIFY(library.add(page(QByteArray("<section data-section-name=\"Part\"><p>") + text + "</p></section>", id)));
        for (const auto& [source, text] :
             {std::pair("inner", "by name"), {"inner.html", "by name"}, {"inner.htm", "by name"}, {"a/b/inner.html", "by name"}, {"https://host/a/inner", "by name"},
              {"1.2.3", "by number"}, {"a/1.2.3.html", "by number"}, {"parts/inner", "by the whole"}, {"other.html", "named so"}, {"a/absent.html", ""},
              {"inner.html/", ""}, {"", ""}}) {
            const QByteArray body = R"(<section id="findings"><p>before</p></section><embed src="SOURCE"/><section id="impression"><p>behind</p></section>)";
            QVERIFY(library.add(page(QByteArray(body).replace("SOURCE", source), "outer")));
            const auto whole = library.resolve("outer");
            QVERIFY2(whole, source);
            QStringList texts;
            for (const Section& section : whole->sections)
                texts << section.text;
            QStringList expected{"before", text, "behind"};
            expected.removeAll(QString());
            QCOMPARE(texts, expected);
            const QString missing = QString("the embedded template \"%1\" is not here").arg(QString(source).section('/', -1));
            QCOMPARE(whole->warnings, *text ? QStringList() : QStringList{missing});
            QVERIFY(whole->embedded.isEmpty());
        }
        QCOMPARE(library.resolve("absent").error().fault, Fault::NotFound);
        QCOMPARE(library.find("INNER"), nullptr);
    }

    /// One part in two places is no cycle; its sections have names of their own.
    void REP_04_howOftenAndHowDeep()
    {
        TemplateLibrary library;
        for (int i = 0; i < 20; ++i) {
            const QString section = "<section id=\"s\"><p>x</p></section>", next = QString("<embed src=\"%1\"/>");
            const QString two = next.arg(QString("d%1").arg(i + 1)).repeated(2), one = i < 19 ? next.arg(QString("c%1").arg(i + 1)) : QString();
            QVERIFY(library.add(page((section + two).toUtf8(), QString("d%1").arg(i).toUtf8())));
            QVERIFY(library.add(page((section + one).toUtf8(), QString("c%1").arg(i).toUtf8())));
        }
        const auto twice = library.resolve("d12"); // of the last, which finds no other, 1; of each before it twice as many and one
        QVERIFY2(twice, twice ? "" : qPrintable(twice.error().detail));
        QCOMPARE(twice->sections.size(), 255u);
        QSet<QString> ids;
        for (const Section& section : twice->sections)
            ids << section.id;
        QCOMPARE(ids.size(), 255);
        QCOMPARE(twice->sections[1].id, "s-2");
        const auto wide = library.resolve("d11"); // 511
        QVERIFY(!wide && wide.error().fault == Fault::Damaged);
        const auto deep = library.resolve("c4"); // sixteen, one within the other
        QVERIFY2(deep, deep ? "" : qPrintable(deep.error().detail));
        QCOMPARE(deep->sections.size(), 16u);
        const auto deeper = library.resolve("c3");
        QVERIFY(!deeper && deeper.error().fault == Fault::Damaged);
    }

    /// The one whose modality and body part fit; the wrong body part is worse than none.
    void REP_01_whichTemplateIsSuggested()
    {
        TemplateLibrary library;
        const auto add = [&](const char* id, const char* modality, const char* meaning, const char* part, const char* status = "ACTIVE",
                             const char* isTop = "true") {
            QByteArray html = page("<section data-section-name=\"x\"><p>x</p></section>", id, status);
            html.replace("<top-level-flag>true", QByteArray("<top-level-flag>") + isTop);
            QByteArray terms = R"(<term type="modality"><code meaning="MEANING" value="MODALITY" scheme="S"/></term>)"
                               R"(<term type="body part"><code meaning="PART" value="B9" scheme="S"/></term></template_attributes>)";
            html.replace("</template_attributes>", terms.replace("MEANING", meaning).replace("MODALITY", modality).replace("PART", part));
            QVERIFY(library.add(html));
        };
        add("0-nameless", "CT", "", "");
        add("1-part", "CT", "", "knee", "ACTIVE", "false");
        add("2-retired", "CT", "", "knee", "RETIRED");
        add("3-ct", "CT", "", "Knee");
        add("4-ct", "CT", "", "knee");
        add("5-ct", "RID10321", "", "hip");
        add("6-mr", "RID10312", "", "knee");
        add("7-us", "x", "us", "knee");
        add("8-us", "RID10326", "", "hip");
        add("9-plain", "RID10345", "", "knee");
        const auto suggested = [&](const char* modality, const char* part, const char* description = "", const char* procedure = "") {
            StudyContext study = someStudy();
            study.modality = modality;
            study.bodyPart = part;
            study.description = description;
            study.procedure.meaning = procedure;
            return library.suggest(study);
        };
        QCOMPARE(suggested("CT", "KNEE"), "3-ct");
        QCOMPARE(suggested("CT", "", "Left knee"), "3-ct");
        QCOMPARE(suggested("CT", "", "", "CT of the KNEE"), "3-ct");
        QCOMPARE(suggested("CT", "HIP"), "5-ct");
        QCOMPARE(suggested("SR\\MR", "KNEE"), "6-mr");
        QCOMPARE(suggested("US", "KNEE"), "7-us");
        QCOMPARE(suggested("US", "HIP"), "8-us");
        for (const char* modality : {"CR", "DX", "DR"})
            QCOMPARE(suggested(modality, "KNEE"), "9-plain");
        for (const char* modality : {"", "NM"})
            QCOMPARE(suggested(modality, "KNEE"), "general");
        QCOMPARE(suggested("CT", "HEAD"), "general");
        QStringList ids;
        for (const Template& one : library.usable())
            ids << one.id;
        QCOMPARE(ids, (QStringList{"0-nameless", "3-ct", "4-ct", "5-ct", "6-mr", "7-us", "8-us", "9-plain"}));
    }

    /// A folder's templates replace ours of the same name, and a file that cannot be taken costs only itself.
    void REP_01_templatesOfAFolder()
    {
        const QTemporaryDir folder;
        QVERIFY(QDir(folder.path()).mkdir("below"));
        const QByteArray section = "<section data-section-name=\"x\"><p>x</p></section>";
        const std::pair<const char*, QByteArray> files[] = {{"a.html", page(section, "general").replace("Title general", "Alpha")},
                                                            {"b.htm", page(section, "b").replace("Title b", "Zeta")}, {"c.txt", page(section, "c")},
                                                            {"d.html", "no template"}, {"e.html", page(section, "e")}, {"below/f.html", page(section, "f")}};
        for (const auto& [name, html] : files) {
            QFile file(folder.filePath(name));
            QVERIFY(file.open(QIODevice::WriteOnly) && file.write(html) == html.size());
        }
        TemplateLibrary library;
        QVERIFY(library.add(page(section, "general")));
        const auto problems = library.addFolder(folder.path());
        QVERIFY(problems);
        QCOMPARE(problems->size(), 1);
        QVERIFY2(problems->front().startsWith("d.html: "), qPrintable(problems->front()));
        QStringList titles;
        for (const Template& one : library.usable())
            titles << one.title;
        QCOMPARE(titles, (QStringList{"Alpha", "Title e", "Zeta"})); // by title
        QCOMPARE(library.addFolder(folder.filePath("none")).error().fault, Fault::NotFound);
    }

    void REP_04_embeddedTemplatesAndCycles()
    {
        TemplateLibrary library;
        QVERIFY(library.add(page("<section id=\"findings\"><p>outer</p></section><embed src=\"templates/inner.html\"/><section id=\"impression\"><p>end</p></section>", "outer")));
        QVERIFY(library.add(page("<section id=\"liver\" data-section-name=\"Liver\"><p>inner</p></section>", "inner")));
        const auto report = library.newReport("outer", someStudy(), "a");
        QVERIFY2(report, report ? "" : qPrintable(report.error().detail));
        QStringList ids;
        for (const Section& section : report->sections)
            ids << section.id;
        QCOMPARE(ids, (QStringList{"findings", "liver", "impression"}));

        // what was ignored in a part is said of the whole, once
        QVERIFY(library.add(page("<section id=\"a\"><p onclick=\"x()\">a</p></section>", "part")));
        QVERIFY(library.add(page("<embed src=\"part\"/><embed src=\"part\"/>", "both")));
        QCOMPARE(library.resolve("both")->warnings, QStringList{"an event handler was ignored"});
        QVERIFY(library.add(page("<section id=\"a\"><p>a</p></section><embed src=\"b.html\"/>", "a")));
        QVERIFY(library.add(page("<section id=\"b\"><p>b</p></section><embed src=\"a.html\"/>", "b")));
        const auto cycle = library.newReport("a", someStudy(), "a");
        QVERIFY(!cycle);
        QCOMPARE(cycle.error().fault, Fault::Damaged);
        // doubling twenty times over would be a million sections
        for (int i = 0; i < 20; ++i)
            QVERIFY(library.add(page(QString("<section id=\"s%1\"><p>x</p></section><embed src=\"d%2.html\"/><embed src=\"d%2.html\"/>").arg(i).arg(i + 1).toUtf8(), QString("d%1").arg(i).toUtf8())));
        QVERIFY(!library.newReport("d0", someStudy(), "a"));
        // nor does it end where the parts have no sections
        for (int i = 0; i < 14; ++i)
            QVERIFY(library.add(page(QString("<embed src=\"e%1.html\"/>").arg(i + 1).repeated(4).toUtf8(), QString("e%1").arg(i).toUtf8())));
        QCOMPARE(library.resolve("e0").error().fault, Fault::Damaged);
        QVERIFY(library.resolve("e10")); // 84
    }

    void ourTemplates()
    {
        const TemplateLibrary library = TemplateLibrary::builtIn();
        QStringList ids;
        for (const Template& one : library.usable()) {
            ids << one.id;
            QVERIFY2(one.warnings.isEmpty(), qPrintable(one.id + ": " + one.warnings.join("; ")));
            for (const char16_t* id : {section::clinicalInformation, section::technique, section::comparison, section::findings, section::impression}) {
                const auto found = std::find_if(one.sections.begin(), one.sections.end(), [&](const Section& s) { return s.id == QStringView(id); });
                QVERIFY2(found != one.sections.end(), qPrintable(one.id));
                QVERIFY(!found->code.isEmpty());
            }
            const auto report = library.newReport(one.id, someStudy(), "author");
            QVERIFY(report);
            QCOMPARE(report->findSection("clinical-information")->fields[0].value, "<b>headache</b> & nausea");
            QVERIFY(!checkSigning(*report, SignAs::Final).alerts.isEmpty()); // the impression
        }
        std::sort(ids.begin(), ids.end());
        QCOMPARE(ids, (QStringList{"chest-radiograph", "ct-chest", "ct-head", "general", "mr-brain", "us-abdomen"}));
        StudyContext study = someStudy();
        const auto suggests = [&](const char* modality, const char* description) {
            study.modality = QLatin1String(modality);
            study.description = QLatin1String(description);
            return library.suggest(study);
        };
        QCOMPARE(suggests("CT", "CT Head without contrast"), "ct-head");
        QCOMPARE(suggests("CT", "CT CHEST"), "ct-chest");
        QCOMPARE(suggests("MR", "Brain routine"), "mr-brain");
        for (const char* modality : {"DX", "CR", "DR", "SR\\CR"})
            QCOMPARE(suggests(modality, "Chest PA"), "chest-radiograph");
        QCOMPARE(suggests("US", "Abdomen"), "us-abdomen");
        QCOMPARE(suggests("CT", "CT Abdomen"), "general");
        QCOMPARE(suggests("NM", "Bone scan"), "general");
    }
};

QTEST_GUILESS_MAIN(TestTemplates)
#include "tst_templates.moc"
