#pragma once
#include "reporting/templates/template.h"
#include "tests/support/markup_writer.h"
#include <map>
#include <set>

/// Templates drawn at dice, and the HTML they are written as.
namespace diascope::test
{

using namespace reporting;
using Type = Field::Type;

/// What others call the sections that all know.
inline const std::map<QString, QString> canonical{{"findings", "findings"}, {"befund", "findings"}, {"history", "clinical-information"},
    {"klinische-angaben", "clinical-information"}, {"conclusion", "impression"}, {"procedure", "technique"}};

inline QString slugOf(const QString& name)
{
    return name.toLower().split(QRegularExpression("[^\\p{L}\\p{N}]+"), Qt::SkipEmptyParts).join('-').left(64);
}

/// A template's sections and fields, and what they are written as.
class DrawnBody
{
public:
    DrawnBody(Dice& dice, Reached& reached) : m_dice(dice), m_reached(reached), m_writer(dice, reached)
    {
        for (const char* id : {"a", "b", "c d", "e-1", "ö", "o1", "o2", "findings", "T001", "history"})
            if (m_dice.isOneOf(2))
                m_codes[QString::fromUtf8(id)] = {QString::number(m_dice.upTo(99)), m_dice.of<QString>({"LN", ""}), m_dice.of({QString(), text()})};
        for (const char* id : {"a", "b", "c d", "e-1", "ö", "o3"})
            if (m_dice.isOneOf(2))
                m_labels[QString::fromUtf8(id)] = text();
        drawBody();
    }
    Template expected; ///< but for what stands in the head
    QString body;      ///< within <body>

protected:
    QString text() { return m_writer.text(); }
    void warn(const QString& what)
    {
        if (!expected.warnings.contains(what))
            expected.warnings << what;
    }
    QString uniqueId(const QString& wanted)
    {
        const QString base = wanted.isEmpty() ? "section" : wanted;
        QString id = base;
        for (int i = 2; std::any_of(expected.sections.begin(), expected.sections.end(), [&](const Section& one) { return one.id == id; }); ++i)
            id = base + '-' + QString::number(i);
        m_reached.count("a doubled section id", id != base);
        return id;
    }
    void addLine(size_t at, const QString& what)
    {
        QString& all = expected.sections[at].text;
        all = all.isEmpty() ? what : all + '\n' + what;
    }
    QString block(const QString& content)
    {
        const QString name = m_dice.of<QString>({"p", "div", "h3", "blockquote", "li", "td"});
        const QString made = m_writer.element(name, {}, content);
        return name == "td" ? table(made) : name == "li" ? m_writer.element("ul", {}, made) : made;
    }
    QString table(const QString& cells) { return m_writer.element("table", {}, m_writer.element("tr", {}, cells)); }

    QString section(int level, size_t outer)
    {
        const QString id = m_dice.text({"", "", "findings", "T001", "history", "Klinische Angaben", "x_y"});
        const QString title =
            m_dice.isOneOf(3) ? "" : m_dice.isOneOf(2) ? m_dice.text({"Findings", "Conclusion", "Befund: ", "Procedure", "R&D"}) : text();
        if (id.isEmpty() && title.isEmpty() && level > 1 && m_reached.count("a section for looks"))
            return m_writer.element("section", {{"class", "x"}}, contents(outer, level - 1));
        const auto known = [&](const QString& name) { return canonical.contains(slugOf(name)) ? canonical.at(slugOf(name)) : QString(); };
        Section made;
        made.title = title.trimmed();
        made.level = level;
        made.code = code(id);
        made.id = uniqueId(!known(id).isEmpty() ? known(id) : !known(title).isEmpty() ? known(title) : slugOf(id.isEmpty() ? title : id));
        expected.sections.push_back(made);
        m_reached.count("a section in a section", level > 1), m_reached.count("no section id", id.isEmpty());
        const size_t at = expected.sections.size() - 1;
        Attributes all = id.isEmpty() ? Attributes() : Attributes{{"id", id}};
        const bool isHeader = !title.isEmpty() && m_dice.isOneOf(2) && m_reached.count("a title in a header");
        if (!title.isEmpty() && !isHeader)
            all.emplace_back("data-section-name", title);
        const QString other = m_dice.isOneOf(2) && !title.isEmpty() ? "<header>Other</header>" : "";
        const QString inside = (isHeader ? m_writer.element("header", {}, m_writer.running(title)) : other) + contents(at, level);
        const QString last = m_dice.isOneOf(3) ? text() : "";
        last.isEmpty() ? void() : addLine(at, last);
        fold(expected.sections[at]);
        return m_writer.element("section", all, inside + m_writer.running(last));
    }
    /// A section's only text area is its text.
    void fold(Section& section)
    {
        std::vector<size_t> areas;
        for (size_t i = 0; i < section.fields.size(); ++i)
            if (section.fields[i].type == Type::TextArea)
                areas.push_back(i);
        const Field area = areas.size() == 1 ? section.fields[areas[0]] : Field();
        if (!m_reached.count("a folded area", areas.size() == 1 && area.mergeName.isEmpty() && !area.isReadOnly)) {
            m_reached.count("an area of its own", !areas.empty());
            return;
        }
        section.text += (section.text.isEmpty() || area.value.isEmpty() ? "" : "\n") + area.value;
        section.completion = area.completion;
        section.code = section.code.isEmpty() ? area.code : section.code;
        section.fields.erase(section.fields.begin() + qsizetype(areas[0]));
    }

    QString contents(size_t at, int level, bool isLoose = false)
    {
        QString html;
        for (int i = m_dice.upTo(5); i > 0; --i) {
            const int what = m_dice.upTo(13);
            html += m_writer.comment();
            if (what < 3) {
                const QString words = text();
                addLine(at, words);
                html += what == 0 ? m_writer.running(words) + lineEnd(at) : what == 1 ? block(m_writer.running(words)) : row(at, words);
            } else if (what < 8) {
                html += block(fields(at));
            } else if (what > 11 && level < 4 && !isLoose) {
                html += section(level + 1, at);
            } else if (what == 8) {
                html += embed();
            } else if (what == 9) {
                html += m_writer.element("div", {}, contents(at, level, isLoose));
            } else if (what == 10) {
                html += ignored(at);
            }
        }
        return html;
    }
    /// Cells beside each other are words of one line.
    QString row(size_t at, const QString& first)
    {
        const QString second = text();
        expected.sections[at].text += ' ' + second, m_reached.count("two cells in a row");
        const auto cell = [&](const QString& words) { return m_writer.element(m_dice.of<QString>({"td", "th"}), {}, m_writer.running(words)); };
        return table(cell(first) + cell(second));
    }
    QString lineEnd(size_t at)
    {
        const QString more = text();
        const int what = m_dice.upTo(2);
        if (what == 1)
            addLine(at, more);
        return what == 0 ? m_writer.alone("br", {}) : what == 1 ? block(m_writer.running(more)) : embed();
    }
    QString embed()
    {
        Section place;
        place.id = QString("@%1").arg(expected.embedded.size());
        place.title = m_dice.of<QString>({"inner.html", "http://x/a&b", "1.2.3"});
        expected.embedded << place.title;
        expected.sections.push_back(place);
        m_reached.count("embedded");
        return m_writer.alone("embed", {{"src", place.title}, {"type", "text/html"}});
    }
    QString ignored(size_t at)
    {
        const QString words = text();
        switch (m_dice.upTo(4)) {
        case 0:
            warn("a script was ignored"), warn("<script> was ignored"), m_reached.count("a script");
            return m_dice.of<QString>({"<script>", "<script type='application/xml'>"}) + "write('<title>x</title>');" + m_writer.end("script");
        case 1:
            warn("an event handler was ignored"), m_reached.count("an event handler");
            addLine(at, words);
            return m_writer.element("p", {{m_dice.of<QString>({"onclick", "onLoad"}), "x()"}}, m_writer.running(words));
        case 2:
            warn("the element <blink> is not known, only its text was kept"), m_reached.count("an unknown element");
            addLine(at, words);
            return m_writer.element("p", {}, m_writer.element("blink", {}, m_writer.running(words)));
        case 3: {
            const QString type = m_dice.of<QString>({"hidden", "submit", "password"});
            warn("an input of type " + type + " was ignored");
            return m_writer.alone("input", {{"type", type}, {"id", "a"}});
        }
        default: {
            const QString name = m_dice.of<QString>({"style", "svg", "button", "iframe", "noscript"});
            warn("<" + name + "> was ignored");
            return m_writer.element(name, {}, "p");
        }
        }
    }
    Code code(const QString& id)
    {
        return m_codes.contains(id) && m_reached.count("a code") ? m_codes.at(id) : Code();
    }

    /// One line: text, a field or two, text between and behind.
    QString fields(size_t at)
    {
        QString html;
        const int count = m_dice.isOneOf(4) && m_reached.count("two fields in a line") ? 2 : 1;
        for (int i = 0; i < count; ++i) {
            Field field;
            QString label;
            const QString element = this->field(field, label);
            const QString before = m_dice.isOneOf(3) ? text() : "";
            std::vector<Field>& all = expected.sections[at].fields;
            if (!before.isEmpty() && i == 0 && label.isEmpty() && m_reached.count("a label before"))
                label = before;
            else if (!before.isEmpty())
                i > 0 ? void(all.back().trailingText = before) : addLine(at, before);
            field.label = label.isEmpty() ? field.label : label; // else its title
            finish(field);
            all.push_back(field);
            const bool isInLabel = !before.isEmpty() && m_dice.isOneOf(3) && m_reached.count("a label of no field");
            const QString words = m_writer.running(before);
            html += (isInLabel ? m_writer.element("label", m_dice.of<Attributes>({{}, {{"for", ""}}}), words) : words) + ' ' + element + ' ';
        }
        if (m_dice.isOneOf(3) && m_reached.count("text behind")) {
            expected.sections[at].fields.back().trailingText = text();
            html += m_writer.running(expected.sections[at].fields.back().trailingText);
        }
        return html;
    }
    QString field(Field& field, QString& label)
    {
        const QString id = m_dice.text({"a", "b", "c d", "e-1", "ö", "f", "", ""}), name = m_dice.text({"", "n1", "PatientName"});
        const QString base = !id.isEmpty() ? id : !name.isEmpty() ? name : QString("field-%1").arg(++m_count);
        m_count += !id.isEmpty() || !name.isEmpty();
        field.id = base;
        for (int i = 2; m_fieldIds.contains(field.id) && m_reached.count("a doubled field id"); ++i)
            field.id = base + '-' + QString::number(i);
        m_fieldIds.insert(field.id), m_reached.count("no field id", id.isEmpty());
        field.code = code(id);
        Attributes all;
        const auto say = [&](const char* key, const QString& value) { // what is empty is not there
            if (!value.isEmpty())
                all.emplace_back(key, value);
            return value;
        };
        say("id", id), say("name", name);
        field.label = say("title", m_dice.isOneOf(4) && m_reached.count("a title") ? text() : "");
        const auto number = [&](const char* key) -> std::optional<double> {
            const QString value = say(key, m_dice.of<QString>({"", "", "0", "-1.5", "99.5", "x"}));
            return value.isEmpty() || value == "x" ? std::nullopt : std::optional(value.toDouble());
        };
        field.minimum = number("min"), field.maximum = number("max"), field.step = number("step");
        field.unit = say("data-field-units", m_dice.text({"", "", "mm", "cm²"}));
        if ((field.isReadOnly = m_dice.isOneOf(6)))
            all.emplace_back(m_dice.of<QString>({"readonly", "disabled"}), QString());
        using Completion = Field::Completion;
        const std::vector<std::pair<QString, Completion>> completions{
            {"", {}}, {"NONE", {}}, {"ALERT", Completion::Alert}, {"prohibit", Completion::Prohibit}};
        const auto [completion, meant] = m_dice.of(completions);
        say("data-field-completion-action", completion);
        field.completion = meant;
        const QString flag = say("data-field-merge-flag", m_dice.of<QString>({"", "", "", "true", "TRUE", "false"}));
        const QStringList mergeNames{"", "", "", "PatientID", "PatientName", "(0010,0020)", "patient's_name", "PatientSex"};
        const QString mergeName = say("data-field-merge-name", m_dice.of(mergeNames));
        QString element = this->element(field, all, m_dice.upTo(9));
        if (flag.toLower() == "true" || !mergeName.isEmpty() || all.contains({"data-field-type", "MERGE"}))
            field.mergeName = m_reached.count("merge") && !mergeName.isEmpty() ? mergeName : !name.isEmpty() ? name : id;
        if (m_labels.contains(id)) {
            label = m_labels.at(id);
            if (!m_placed.contains(id) && m_dice.isOneOf(2))
                element = labelFor(id) + element;
        } else if (m_dice.isOneOf(6) && !(field.isMultiple && field.type == Type::CheckBox) && m_reached.count("a label around")) {
            label = text();
            const QString words = m_writer.running(label);
            element = m_writer.element("label", {}, m_dice.isOneOf(2) ? words + ' ' + element : element + ' ' + words);
        }
        return element;
    }
    QString labelFor(const QString& id)
    {
        m_placed.insert(id);
        return m_writer.element("label", {{"for", id}}, m_writer.running(m_labels.at(id)));
    }
    QString element(Field& field, Attributes& all, int form)
    {
        if (form < 5) {
            using Types = std::vector<std::pair<QString, Type>>;
            static const Types inputs{{"text", Type::Text}, {"number", Type::Number}, {"Date", Type::Date}, {"time", Type::Time},
                                      {"checkbox", Type::CheckBox}, {"radio", Type::CheckBox}, {"", Type::Text}};
            static const Types declared{{"TEXT", Type::Text}, {"number", Type::Number}, {"DATE", Type::Date}, {"TIME", Type::Time},
                                        {"CHECKBOX", Type::CheckBox}, {"TEXTAREA", Type::TextArea}, {"MERGE", Type::Text}};
            const auto input = m_dice.of(inputs);
            field.type = input.second;
            if (m_dice.isOneOf(3)) {
                const auto type = m_dice.of(declared);
                field.type = type.second;
                all.emplace_back("data-field-type", type.first);
            }
            all.emplace_back("type", input.first);
            field.value = m_dice.isOneOf(3) ? "" : text();
            all += field.value.isEmpty() ? Attributes() : Attributes{{"value", field.value}};
            if (field.type == Type::CheckBox) {
                field.options = {{field.value, "", field.code}};
                field.value = m_dice.isOneOf(2) ? "ticked" : "";
                if (!field.value.isEmpty())
                    all.emplace_back("checked", QString());
            }
            return m_writer.alone("input", all);
        }
        if (form > 7) {
            field.type = Type::TextArea;
            if (m_dice.isOneOf(2))
                all.emplace_back("data-field-type", "TEXTAREA");
            field.value = m_dice.isOneOf(3) ? "" : m_dice.isOneOf(2) ? text() : text() + "\n" + text();
            return m_writer.element("textarea", all, m_writer.escaped(field.value));
        }
        const bool isGroup = form == 7 && m_reached.count("a group of boxes");
        field.type = isGroup ? Type::CheckBox : Type::Selection;
        if (isGroup || m_dice.isOneOf(2))
            all.emplace_back("data-field-type", isGroup ? "CHECKBOX" : "SELECTION_LIST");
        field.isMultiple = isGroup || (m_dice.isOneOf(3) && m_reached.count("a choice of several"));
        if (field.isMultiple && !isGroup)
            all.emplace_back("multiple", QString());
        QString content;
        QStringList chosen;
        for (int i = m_dice.from(1, 4); i > 0; --i)
            content += option(field, isGroup, chosen);
        if (isGroup && m_dice.isOneOf(3))
            content += m_writer.alone("input", {{"type", "hidden"}, {"value", "x"}});
        field.value = field.isMultiple ? chosen.join('\n') : chosen.value(0);
        if (!isGroup && m_dice.isOneOf(4))
            content = m_writer.element("optgroup", {{"label", "x"}}, content);
        return m_writer.element(isGroup ? "span" : "select", all, content);
    }
    QString option(Field& field, bool isBox, QStringList& chosen)
    {
        const QString id = m_dice.of<QString>({"o1", "", "o3"}), name = m_dice.of<QString>({"", "o2"});
        const QString value = m_dice.of<QString>({"", "", text(), text(), "42"});
        const bool isAsked = !isBox && m_dice.isOneOf(5) && m_reached.count("please choose"), isChosen = m_dice.isOneOf(3);
        const QString inside = m_dice.isOneOf(5) ? "doe, JANE" : text();
        const Option made{value, isBox && m_labels.contains(id) ? m_labels.at(id) : inside, code(id.isEmpty() ? name : id)};
        Attributes all;
        for (const auto& [key, said] : {std::pair("id", id), {"name", name}, {"value", value}})
            if (!said.isEmpty() && !(isAsked && QString(key) == "value"))
                all.emplace_back(key, said);
        all += isAsked ? Attributes{{"value", ""}} : Attributes();
        all += isChosen ? Attributes{{isBox ? "checked" : "selected", QString()}} : Attributes();
        if (!isAsked) {
            field.options.push_back({value.isEmpty() ? made.label : value, made.label, made.code});
            m_reached.count("an option's code", !made.code.isEmpty());
            if (isChosen)
                chosen << field.options.back().value;
        }
        all += isBox ? Attributes{{"type", "checkbox"}} : Attributes();
        const QString label = m_writer.escaped(inside);
        return isBox ? m_writer.alone("input", all) + label : m_writer.element("option", all, label);
    }
    /// A single box says what it means by its label.
    static void finish(Field& field)
    {
        if (field.type != Type::CheckBox || field.isMultiple)
            return;
        Option& box = field.options[0];
        if (box.value.isEmpty())
            box.value = field.label.isEmpty() ? field.id : field.label;
        box.label = field.label.isEmpty() ? box.value : field.label;
        field.value = field.value.isEmpty() ? "" : box.value;
    }

    void drawBody()
    {
        QString inside;
        std::optional<size_t> at; // of the one section for all that stands in none; it leaves the others their ids
        const int count = m_dice.upTo(3);
        for (int i = 0; i <= count; ++i) {
            if (m_dice.isOneOf(4) || (i == count && expected.sections.empty())) {
                m_reached.count(at ? "text outside in two places" : i == 0 ? "text before all sections" : "text outside any section");
                const QString words = text();
                if (!at)
                    expected.sections.emplace_back().title = "Findings";
                at = at.value_or(expected.sections.size() - 1);
                addLine(*at, words);
                inside += block(m_writer.running(words)) + contents(*at, 1, true);
            }
            inside += i == count ? "" : m_dice.isOneOf(5) ? embed() : section(1, 0);
        }
        if (at) {
            expected.sections[*at].id = uniqueId("findings");
            fold(expected.sections[*at]);
        }
        for (const auto& [id, label] : m_labels)
            if (!m_placed.contains(id) && m_reached.count("a label elsewhere"))
                inside += m_writer.element("p", {}, labelFor(id));
        body = inside;
    }

    Dice& m_dice;
    Reached& m_reached;
    MarkupWriter m_writer;
    std::map<QString, Code> m_codes;
    std::map<QString, QString> m_labels;
    std::set<QString> m_placed, m_fieldIds;
    int m_count = 0;
};

} // namespace diascope::test
