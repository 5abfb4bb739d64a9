// Templates drawn as trees and written as HTML in many ways: what is read must be what was drawn.
#include "reporting/templates/template_library.h"
#include "tests/support/drawn_template.h"
#include "tests/support/words.h"
#include <QRegularExpression>
#include <QTest>

using namespace diascope;
using namespace diascope::reporting;
using test::Type, test::Dice, test::Reached, test::line, test::slugOf;

namespace
{

Reached reached{"a section in a section", "a section for looks", "text outside any section", "a doubled section id", "no section id",
                "a title in a header", "embedded", "a doubled field id", "no field id", "a label elsewhere", "a label around", "a label before",
                "a title", "text behind", "no id", "two fields in a line", "a folded area", "an area of its own", "a code", "an option's code",
                "please choose", "a group of boxes", "a script", "a choice of several", "merge", "a comment", "an unknown element",
                "an event handler", "capitals", "merged in a number", "merged in a choice",
                "merged in a box", "cannot be merged", "two cells in a row", "a label of no field", "text before all sections",
                "text outside in two places"};
Reached embedded{"a cycle", "a section twice"};

QString codeWords(const Code& code) { return code.value + '/' + code.scheme + '/' + code.meaning; }

/// Everything a template says, line by line.
QStringList linesOf(const Template& one)
{
    QStringList lines{one.id, one.title, one.description, one.language, one.publisher, one.rights, one.date, line(one.status, one.isTopLevel)};
    for (const auto* codes : {&one.modalities, &one.bodyParts, &one.terms}) {
        lines << "codes";
        for (const Code& code : *codes)
            lines << codeWords(code);
    }
    lines << one.embedded.join('|');
    for (const Section& section : one.sections) {
        lines << line("section", section.id, section.title, section.level, section.completion, codeWords(section.code), section.isLocked);
        lines << section.text;
        for (const Field& field : section.fields) {
            QStringList options;
            for (const Option& option : field.options)
                options << option.value + ':' + option.label + '=' + codeWords(option.code);
            lines << line("field", field.id, QStringList{field.label, field.trailingText, field.unit, field.mergeName, field.value}.join(';'),
                          field.type, field.minimum, field.maximum, field.step, options.join(", "), field.isMultiple, field.isReadOnly,
                          field.completion, codeWords(field.code));
        }
    }
    QStringList warnings = one.warnings;
    std::sort(warnings.begin(), warnings.end());
    return lines << warnings;
}

QString firstDifference(const QStringList& got, const QStringList& expected)
{
    for (qsizetype i = 0; i < std::max(got.size(), expected.size()); ++i)
        if (got.value(i, "nothing") != expected.value(i, "nothing"))
            return got.value(i, "nothing") + "\n and not " + expected.value(i, "nothing");
    return {};
}

/// A whole page.
class Drawn : public test::DrawnBody
{
public:
    explicit Drawn(Dice& dice) : DrawnBody(dice, reached) { head(); }
    QString attributes; ///< template_attributes

    /// Parts are written so many times; once those that are not named.
    QByteArray page(const std::map<QString, int>& times = {}) const
    {
        const auto part = [&](const char* name, const QString& text) { return text.repeated(times.contains(name) ? times.at(name) : 1); };
        const QString script = part("script", "<script type=\"text/xml\">" + attributes + m_scriptEnd);
        const QString title = part("title", m_title), start = part("html", "<html lang=en>") + part("head", "<head>") + part("charset", m_charset);
        const QString metas = m_isTitleLast ? m_metas + title : title + m_metas;
        return ("<!DOCTYPE html>\n" + start + metas + script + "</head>" + part("body", "<body>") + body + "</body></html>").toUtf8();
    }

private:
    void head()
    {
        expected.title = "T" + text();
        QStringList metas;
        const auto meta = [&](const char* name, QString Template::*part, const QString& value) {
            metas << m_writer.alone("meta", {{"name", m_writer.letters(QString("dcterms.") + name)}, {"content", value}});
            expected.*part = value;
        };
        const bool hasOther = m_dice.isOneOf(2); // what the profile calls the title goes before the page's
        if (hasOther)
            meta("title", &Template::title, "Title " + text());
        expected.id = slugOf(expected.title);
        for (const auto& [name, part] : {std::pair("identifier", &Template::id), {"description", &Template::description},
                                         {"language", &Template::language}, {"publisher", &Template::publisher},
                                         {"rights", &Template::rights}, {"date", &Template::date}})
            if (!m_dice.isOneOf(4))
                meta(name, part, text());
            else
                reached.count("no id", part == &Template::id);
        metas << m_writer.alone("meta", {{"name", "dcterms.creator"}, {"content", "x"}});
        m_charset = m_dice.of<QString>({"<meta charset='utf-8'>", "<META CHARSET = UTF-8 />", "<meta content=\"text/html; charset=UTF-8\"/>"});
        m_title = m_writer.element("title", {}, m_writer.escaped(hasOther ? "Other" : expected.title));
        m_dice.shuffle(metas);
        m_metas = metas.join('\n');
        m_scriptEnd = m_writer.end("script");
        m_isTitleLast = m_dice.isOneOf(2);
        const QString status = m_dice.of<QString>({"ACTIVE", "draft", "RETIRED", "Superseded", ""});
        using Status = Template::Status;
        expected.status = status == "draft" ? Status::Draft : status == "RETIRED" || status == "Superseded" ? Status::Retired : Status::Active;
        const QString isTop = m_dice.of<QString>({"true", "FALSE", "false", ""});
        expected.isTopLevel = isTop.toLower() != "false";
        QStringList parts{status.isEmpty() ? "" : "<status> " + status + "\n</status>"};
        if (!isTop.isEmpty())
            parts << "<top-level-flag>" + isTop + "</top-level-flag>";
        QString entries;
        const auto codeOf = [&](const Code& code) {
            return m_writer.alone("code", {{"value", code.value}, {"scheme", code.scheme}, {"meaning", code.meaning}}, true);
        };
        for (const auto& [id, code] : m_codes)
            entries += m_writer.tag("entry", {{m_dice.of<QString>({"ORIGTXT", "origtxt"}), id}}, true) + "<term>" + codeOf(code) + "</term></entry>";
        parts << "<coded_content>" + entries + "</coded_content>";
        m_dice.shuffle(parts);
        for (int i = m_dice.upTo(4); i > 0; --i) {
            const QString type = m_dice.of<QString>({"modality", "Body Part", "anatomy", "other"});
            const Code code{m_dice.of<QString>({"CT", "RID10321", ""}), "RADLEX", text()};
            parts << m_writer.tag("term", {{"type", type}}, true) + (m_dice.isOneOf(9) ? "" : codeOf(code)) + "</term>";
            if (code.value.isEmpty() || !parts.back().contains("code"))
                continue;
            expected.terms.push_back(code);
            if (type == "modality")
                expected.modalities.push_back(code);
            else if (type != "other")
                expected.bodyParts.push_back(code);
        }
        attributes = "<template_attributes>" + parts.join("\n ") + "</template_attributes>";
    }

    QString m_title, m_charset, m_metas, m_scriptEnd;
    bool m_isTitleLast = false;
};

/// What is left where the template_attributes cannot be read.
Template withoutAttributes(Template one)
{
    one.status = Template::Status::Active;
    one.isTopLevel = true;
    one.modalities = one.bodyParts = one.terms = {};
    for (Section& section : one.sections) {
        section.code = {};
        for (Field& field : section.fields) {
            field.code = {};
            for (Option& option : field.options)
                option.code = {};
        }
    }
    return one;
}

/// Too much, or nothing: a fault and what its text names.
QString compareRefusal(const QByteArray& html, Strictness strictness, Fault fault, const QString& words)
{
    const auto parsed = parseTemplate(html, strictness);
    const bool isRight = !parsed && parsed.error().fault == fault && parsed.error().detail.contains(words);
    return isRight ? QString() : line(words, "but", parsed ? "no error" : parsed.error().detail);
}

QString compareDamage(Dice& dice, Drawn made)
{
    const std::vector<std::pair<QString, QString>> parts{{"html", "<html>"}, {"head", "<head>"}, {"title", "<title>"}, {"body", "<body>"},
                                                         {"charset", "character set"}, {"script", "template_attributes"}};
    const auto [part, words] = dice.of(parts);
    const int times = part == "charset" || dice.isOneOf(2) ? 0 : 2;
    const QString asked = line("the template", times == 0 ? "has no" : "has more than one", words);
    if (part == "charset")
        made.body += "<p charset=utf-8></p>"; // that is none
    QByteArray html = made.page({{part, times}});
    QString reason = part == "charset" ? "the template does not name its character set (meta charset)" : asked;
    bool hasAttributes = part != "script";
    if (dice.isOneOf(3)) { // what stands in the script
        hasAttributes = false;
        const QString whole = made.attributes;
        const QString noXml = "the template_attributes are no well-formed XML", declared = "the template_attributes declare entities";
        const auto [text, problem] = dice.of(std::vector<std::pair<QString, QString>>{{whole.chopped(3), noXml}, {"<x>" + whole + "</x>", noXml},
            {whole + "<template_attributes/>", "the template has more than one template_attributes"}, {"<!DOCTYPE t>" + whole, declared},
            {"<!DOCTYPE t [<!ENTITY a 'b'>]>" + whole, declared}, {"<!ENTITY a 'b'>" + whole, declared}});
        made.attributes = text;
        html = made.page();
        reason = problem;
    }
    if (const QString wrong = compareRefusal(html, Strictness::Strict, Fault::Damaged, reason); !wrong.isEmpty() || part == "title" || part == "body")
        return wrong;
    Template expected = hasAttributes ? made.expected : withoutAttributes(made.expected);
    expected.warnings << reason;
    const auto parsed = parseTemplate(html, Strictness::Lenient);
    return parsed ? firstDifference(linesOf(*parsed), linesOf(expected)) : "lenient: " + parsed.error().detail;
}

QString compareLimits(Drawn made)
{
    const QString body = made.body, depth = QString("<div>").repeated(190), fields = QString("<input type=text>").repeated(1900);
    QString wrong;
    for (const Strictness strictness : {Strictness::Strict, Strictness::Lenient}) {
        made.body = body;
        made.body = body + "<!--" + QString(2 * 1024 * 1024 - made.page().size() - 7, 'x') + "-->";
        wrong += parseTemplate(made.page(), strictness) ? "" : "2 MiB are too many; ";
        made.body += ' ';
        wrong += compareRefusal(made.page(), strictness, Fault::Unsupported, "larger than 2 MiB");
        made.body = body + depth + QString("</div>").repeated(190);
        wrong += parseTemplate(made.page(), strictness) ? "" : "190 elements are too deep; ";
        made.body = body + depth + depth;
        wrong += compareRefusal(made.page(), strictness, Fault::Unsupported, "nested too deeply");
        for (const char* one : {"<span/>", "<li>x", "<br>", "<p>x", "<hr>"}) {
            made.body = body + "<ul>" + QString(one).repeated(250) + "</ul>";
            wrong += parseTemplate(made.page(), strictness) ? "" : line(one, "does not nest; ");
        }
        made.body = body + "<select>" + QString("<option>x").repeated(250) + "</select>";
        wrong += parseTemplate(made.page(), strictness) ? "" : "options do not nest; ";
        made.body = fields;
        wrong += parseTemplate(made.page(), strictness) ? "" : "1900 fields are too many; ";
        made.body = fields + fields;
        wrong += compareRefusal(made.page(), strictness, Fault::Unsupported, "too many fields");
        made.body = " <p> </p><!-- x --><div><br></div>";
        wrong += compareRefusal(made.page(), strictness, Fault::Damaged, "neither sections nor fields");
    }
    return wrong;
}

/// A field takes what is known of the study in its own form, or stays as it is.
QString compareReport(const Template& from)
{
    StudyContext study;
    study.patientName = "Doe^Jane";
    study.patientId = "42";
    const auto report = merge(from, study, "author");
    if (from.status == Template::Status::Retired || !from.isTopLevel)
        return !report && report.error().fault == Fault::Denied ? QString() : "a report of a template that makes none";
    Template expected = from;
    std::erase_if(expected.sections, [](const Section& one) { return one.id.startsWith('@'); });
    Template got = expected;
    got.sections = report ? report->sections : std::vector<Section>();
    for (size_t i = 0; i < expected.sections.size() && i < got.sections.size(); ++i)
        for (size_t j = 0; j < expected.sections[i].fields.size() && j < got.sections[i].fields.size(); ++j) {
            Field& field = expected.sections[i].fields[j];
            const bool isName = field.mergeName == "PatientName" || field.mergeName == "patient's_name";
            if (!isName && field.mergeName != "PatientID" && field.mergeName != "(0010,0020)")
                continue;
            const bool isInRange = field.minimum.value_or(42) <= 42 && field.maximum.value_or(42) >= 42;
            if (field.type == Type::Text || field.type == Type::TextArea || (field.type == Type::Number && !isName && isInRange))
                field.value = isName ? "Doe, Jane" : "42";
            else
                field.value.clear();
            for (const Option& option : field.options) // of a choice or a box
                if (const QString value = isName ? "doe, jane" : "42"; option.value.toLower() == value || option.label.toLower() == value) {
                    field.value = option.value;
                    reached.count(field.type == Type::CheckBox ? "merged in a box" : "merged in a choice");
                    break;
                }
            reached.count("merged in a number", field.type == Type::Number && !field.value.isEmpty());
            reached.count("cannot be merged", field.value.isEmpty());
        }
    if (!report || report->templateId != from.id || report->title != from.title || report->author != "author" || !(report->study == study) ||
        report->language != (from.language.isEmpty() ? "en" : from.language))
        return "what the report says of itself";
    return firstDifference(linesOf(got), linesOf(expected));
}

/// Templates that embed each other: a part of one letter is a section of this name, others are references.
using Parts = std::map<QString, QStringList>;
std::optional<QStringList> flattened(const Parts& parts, const QString& id, QStringList path, QStringList& said)
{
    path << id;
    said << "<x-" + id + '>';
    QStringList all;
    for (const QString& part : parts.at(id)) {
        const QString name = QString(part).remove(QRegularExpression("^.*/")).remove(QRegularExpression("\\.html?$"));
        if (part.size() == 1)
            all << part;
        else if (path.contains(name))
            return std::nullopt;
        else if (const auto inner = parts.contains(name) ? flattened(parts, name, path, said) : QStringList())
            all += *inner;
        else
            return std::nullopt;
        if (name == "none")
            said << '"' + part.section('/', -1) + '"';
    }
    return all;
}

QString compareLibrary(Dice& dice)
{
    TemplateLibrary library;
    Parts parts;
    std::vector<std::pair<QString, QString>> usable; // titles and ids
    const QStringList ids{"p1", "p2", "p3", "p4", "p5"};
    for (const QString& id : ids) {
        QString body = "<x-" + id + "></x-" + id + '>'; // said to be unknown
        for (int i = dice.from(1, 3); i > 0; --i) {
            const int later = std::min(int(ids.indexOf(id)) + dice.from(1, 2), int(ids.size()) - 1);
            const QString name = dice.isOneOf(4) ? dice.of(ids) : dice.isOneOf(3) ? "none" : ids[later];
            QString reference = dice.of<QString>({"", "a/", "http://x/y/"}) + name + dice.of<QString>({"", ".html", ".htm"});
            reference = dice.isOneOf(2) ? dice.of<QString>({"s", "t"}) : reference;
            parts[id] << reference;
            body += reference.size() == 1 ? "<section id=" + reference + "></section>" : "<embed src='" + reference + "'/>";
        }
        const QString title = dice.of<QString>({"a", "b", "c"}) + id, status = dice.of<QString>({"ACTIVE", "RETIRED"});
        const QString isTop = dice.of<QString>({"true", "true", "false"});
        if (status == "ACTIVE" && isTop == "true")
            usable.emplace_back(title, id);
        const QString head = "<html><head><meta charset=utf-8><title>" + title + "</title><meta name=dcterms.identifier content=" + id + ">";
        const QString attributes = "<status>" + status + "</status><top-level-flag>" + isTop + "</top-level-flag></template_attributes>";
        const QString script = "<script type=text/xml><template_attributes>" + attributes + "</script></head>";
        if (!library.add((head + script + "<body>" + body + "</body></html>").toUtf8()))
            return "not taken: " + body;
    }
    std::sort(usable.begin(), usable.end());
    QStringList got, expected;
    for (const Template& one : library.usable())
        got << one.id;
    for (const auto& [title, id] : usable)
        expected << id;
    if (got != expected)
        return line("usable", got, "and not", expected);
    for (const QString& id : ids) {
        const auto whole = library.resolve(id);
        QStringList said;
        const auto flat = flattened(parts, id, {}, said);
        embedded.count("a cycle", !flat);
        if (!flat && (whole || whole.error().fault != Fault::Damaged))
            return "a cycle from " + id;
        if (flat && !whole)
            return "no cycle from " + id;
        QStringList names;
        std::set<QString> all;
        for (const Section& section : whole ? whole->sections : std::vector<Section>()) {
            names << section.id.left(1);
            embedded.count("a section twice", section.id.size() > 1);
            if (!all.insert(section.id).second || (section.id.size() > 1 && !all.contains(names.back())) || !whole->embedded.isEmpty())
                return line("sections of", id, section.id);
        }
        if (flat && names != *flat)
            return line("sections of", id, names, "and not", *flat);
        for (const QString& one : whole ? said : QStringList())
            if (const auto times = whole->warnings.filter(one).size(); times == 0 || (times > 1 && one.startsWith('<')))
                return line("said of", one, "in", id, int(times), "times");
    }
    return library.find("P1") || library.resolve("none").error().fault != Fault::NotFound ? "found" : QString();
}

} // namespace

class TestRandomTemplates : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void REP_01_whatIsReadIsWhatWasDrawn()
    {
        for (int seed = 1; seed <= test::rounds(400); ++seed) {
            Dice dice(seed);
            const Drawn made(dice);
            for (const Strictness strictness : {Strictness::Strict, Strictness::Lenient}) {
                const auto parsed = parseTemplate(made.page(), strictness);
                QVERIFY2(parsed, qPrintable(line("seed", seed, parsed ? "" : parsed.error().detail)));
                const QString difference = firstDifference(linesOf(*parsed), linesOf(made.expected));
                QVERIFY2(difference.isEmpty(), qPrintable(line("seed", seed, difference)));
            }
            const QString difference = compareReport(made.expected);
            QVERIFY2(difference.isEmpty(), qPrintable(line("seed", seed, "report", difference)));
        }
        qInfo("%s", qPrintable(reached.summary()));
        QVERIFY2(reached.missing().isEmpty(), qPrintable(reached.missing()));
    }
    void REP_04_whatIsEmbedded()
    {
        for (int seed = 1; seed <= test::rounds(100); ++seed) {
            Dice dice(seed);
            const QString wrong = compareLibrary(dice);
            QVERIFY2(wrong.isEmpty(), qPrintable(line("seed", seed, wrong)));
        }
        QVERIFY2(embedded.missing().isEmpty(), qPrintable(embedded.missing()));
    }
    void REP_01_REP_03_whatIsRefused()
    {
        for (int seed = 1; seed <= test::rounds(200); ++seed) {
            Dice dice(seed);
            const Drawn made(dice);
            const QString wrong = seed == 1 ? compareLimits(made) : compareDamage(dice, made);
            QVERIFY2(wrong.isEmpty(), qPrintable(line("seed", seed, wrong)));
        }
    }
};

QTEST_GUILESS_MAIN(TestRandomTemplates)
#include "tst_random_templates.moc"
