#include "reporting/templates/markup.h"
#include "reporting/templates/template.h"
#include <QHash>
#include <QRegularExpression>
#include <QSet>
#include <libxml/HTMLparser.h>
#include <libxml/parser.h>
#include <memory>

namespace diascope::reporting
{

namespace
{

constexpr qsizetype maximumBytes = 2 * 1024 * 1024;
constexpr int maximumDepth = 256;
constexpr size_t maximumFields = 2000;

QString tr(const char* text) { return QCoreApplication::translate("Template", text); }

struct FreeDocument
{
    void operator()(xmlDoc* document) const { xmlFreeDoc(document); }
};
using Document = std::unique_ptr<xmlDoc, FreeDocument>;

struct FreeContext
{
    void operator()(htmlParserCtxt* context) const { htmlFreeParserCtxt(context); }
};

QString nameOf(const xmlNode* node)
{
    return node->type == XML_ELEMENT_NODE ? QString::fromUtf8(reinterpret_cast<const char*>(node->name)).toLower() : QString();
}

QString attribute(const xmlNode* node, const char* name)
{
    for (const xmlAttr* attr = node->properties; attr; attr = attr->next)
        if (xmlStrcasecmp(attr->name, reinterpret_cast<const xmlChar*>(name)) == 0 && attr->children && attr->children->content)
            return QString::fromUtf8(reinterpret_cast<const char*>(attr->children->content)).trimmed();
    return {};
}

bool hasAttribute(const xmlNode* node, const char* name)
{
    for (const xmlAttr* attr = node->properties; attr; attr = attr->next)
        if (xmlStrcasecmp(attr->name, reinterpret_cast<const xmlChar*>(name)) == 0)
            return true;
    return false;
}

/// What becomes a field; inputs of other types do not.
bool isField(const xmlNode* node)
{
    static const QStringList others{"hidden", "button", "submit", "reset", "image", "file", "password"};
    const QString name = nameOf(node);
    return name == u"select" || name == u"textarea" || (name == u"input" && !others.contains(attribute(node, "type").toLower())) ||
           (name == u"span" && attribute(node, "data-field-type").toUpper() == u"CHECKBOX");
}

bool holdsField(const xmlNode* node, int depth = 0)
{
    for (const xmlNode* child = node->children; child && depth <= maximumDepth; child = child->next)
        if (isField(child) || holdsField(child, depth + 1))
            return true;
    return false;
}

/// All text below, as it stands; elements that are never content are left out.
void collectText(const xmlNode* node, QString& out, int depth = 0)
{
    if (depth > maximumDepth)
        return;
    for (const xmlNode* child = node->children; child; child = child->next) {
        if (child->type == XML_TEXT_NODE || child->type == XML_CDATA_SECTION_NODE)
            out += QString::fromUtf8(reinterpret_cast<const char*>(child->content));
        else if (const QString name = nameOf(child);
                 !name.isEmpty() && name != u"script" && name != u"style" && name != u"select" && name != u"textarea")
            collectText(child, out, depth + 1);
    }
}

QString textOf(const xmlNode* node)
{
    QString text;
    collectText(node, text);
    return text.simplified();
}

QString slug(const QString& name)
{
    QString out;
    for (const QChar c : name.toLower()) {
        if (c.isLetterOrNumber())
            out += c;
        else if (!out.isEmpty() && !out.endsWith(u'-'))
            out += u'-';
    }
    while (out.endsWith(u'-'))
        out.chop(1);
    return out.left(64);
}

/// The five sections every consumer knows, under the names others give them.
QString canonicalSectionId(const QString& name)
{
    static const QHash<QString, QString> known = [] {
        QHash<QString, QString> ids;
        const std::pair<const char16_t*, QStringList> names[] = {
            {section::clinicalInformation, {"clinical-information", "clinicalinformation", "indication", "clinical-indication", "history", "clinical-history", "klinische-angaben", "fragestellung"}},
            {section::technique, {"technique", "procedure-information", "procedureinformation", "procedure", "procedure-description", "technik"}},
            {section::comparison, {"comparison", "comparison-study", "comparisons", "comparisonstudy", "vergleich"}},
            {section::findings, {"findings", "finding", "befund"}},
            {section::impression, {"impression", "conclusion", "beurteilung"}},
        };
        for (const auto& [id, others] : names)
            for (const QString& other : others)
                ids[other] = QString::fromUtf16(id);
        return ids;
    }();
    return known.value(slug(name));
}

class Parser
{
public:
    explicit Parser(Template& out) : m_out(out) {}

    void readHead(const xmlNode* node, int depth = 0);
    void readAttributes(const xmlNode* node, int depth = 0);
    void collectLabels(const xmlNode* node, int depth = 0);
    void readBody(const xmlNode* body);
    void warn(const QString& text)
    {
        if (m_out.warnings.size() < 100 && !m_out.warnings.contains(text))
            m_out.warnings << text;
    }
    bool isOverLimit() const { return m_fields > maximumFields || m_isTooMuch; }

private:
    void walk(const xmlNode* node, int depth);
    void element(const xmlNode* node, const QString& name, int depth);
    void readSection(const xmlNode* node, int depth);
    void addField(const xmlNode* node, const QString& name);
    void readOptions(const xmlNode* node, Field& field, QStringList& chosen, int depth = 0);
    void endLine();
    Section& current();
    QString uniqueSectionId(const QString& wanted);
    void foldTextArea(Section& section);

    Template& m_out;
    QHash<QString, QString> m_labels;
    QHash<QString, Code> m_codes;
    QSet<QString> m_fieldIds;
    std::vector<size_t> m_open; // indices of the sections we are in
    std::optional<size_t> m_loose; // index of the section for what stands in none
    int m_openLabels = 0;
    QString m_line;
    bool m_fieldIsOpen = false; // text on the same line belongs behind the last field
    size_t m_fields = 0;
    bool m_isTooMuch = false; ///< nested too deeply, or too many options of a field
};

void Parser::readHead(const xmlNode* node, int depth)
{
    if (depth > maximumDepth)
        return;
    for (const xmlNode* child = node->children; child; child = child->next) {
        const QString name = nameOf(child);
        if (name == u"title" && m_out.title.isEmpty())
            m_out.title = textOf(child);
        if (name == u"meta") {
            const QString key = attribute(child, "name").toLower();
            const QString content = attribute(child, "content");
            if (key == u"dcterms.title" && !content.isEmpty())
                m_out.title = content;
            else if (key == u"dcterms.identifier")
                m_out.id = content;
            else if (key == u"dcterms.description")
                m_out.description = content;
            else if (key == u"dcterms.language")
                m_out.language = content;
            else if (key == u"dcterms.publisher")
                m_out.publisher = content;
            else if (key == u"dcterms.rights")
                m_out.rights = content;
            else if (key == u"dcterms.date")
                m_out.date = content;
        }
        if (name == u"link" && !attribute(child, "href").isEmpty())
            warn(tr("a style sheet or other linked resource was ignored"));
        if (name != u"body")
            readHead(child, depth + 1);
    }
}

void Parser::readAttributes(const xmlNode* node, int depth)
{
    if (depth > maximumDepth)
        return;
    const auto codeBelow = [](const xmlNode* parent) {
        for (const xmlNode* child = parent->children; child; child = child->next)
            if (nameOf(child) == u"code")
                return Code{attribute(child, "value"), attribute(child, "scheme"), attribute(child, "meaning")};
        return Code{};
    };
    for (const xmlNode* child = node->children; child; child = child->next) {
        const QString name = nameOf(child);
        if (name == u"top-level-flag")
            m_out.isTopLevel = textOf(child).compare(u"false", Qt::CaseInsensitive) != 0;
        else if (name == u"status") {
            const QString status = textOf(child).toUpper();
            m_out.status = status == u"RETIRED" || status == u"SUPERSEDED" ? Template::Status::Retired
                           : status == u"DRAFT"                            ? Template::Status::Draft
                                                                           : Template::Status::Active;
        } else if (name == u"term") {
            const Code code = codeBelow(child);
            if (code.isEmpty())
                continue;
            m_out.terms.push_back(code);
            const QString type = attribute(child, "type").toLower();
            if (type == u"modality")
                m_out.modalities.push_back(code);
            if (type == u"body part" || type == u"anatomy")
                m_out.bodyParts.push_back(code);
        } else if (name == u"entry") {
            for (const xmlNode* term = child->children; term; term = term->next)
                if (nameOf(term) == u"term")
                    if (const Code code = codeBelow(term); !code.isEmpty())
                        m_codes.insert(attribute(child, "origtxt"), code);
        } else if (!name.isEmpty()) {
            readAttributes(child, depth + 1);
        }
    }
}

void Parser::collectLabels(const xmlNode* node, int depth)
{
    if (depth > maximumDepth)
        return;
    for (const xmlNode* child = node->children; child; child = child->next) {
        if (child->type != XML_ELEMENT_NODE)
            continue;
        if (nameOf(child) == u"label" && !attribute(child, "for").isEmpty())
            m_labels.insert(attribute(child, "for"), textOf(child));
        collectLabels(child, depth + 1);
    }
}

QString Parser::uniqueSectionId(const QString& wanted)
{
    const auto isTaken = [&](const QString& id) {
        return std::any_of(m_out.sections.begin(), m_out.sections.end(), [&](const Section& section) { return section.id == id; });
    };
    const QString base = wanted.isEmpty() ? QStringLiteral("section") : wanted;
    QString id = base;
    for (int i = 2; isTaken(id); ++i)
        id = base + u'-' + QString::number(i);
    return id;
}

Section& Parser::current()
{
    if (!m_open.empty())
        return m_out.sections[m_open.back()];
    // Content outside any section: the findings. It gets its id last, for a section may be called so.
    if (!m_loose) {
        m_loose = m_out.sections.size();
        m_out.sections.emplace_back().title = tr("Findings");
    }
    return m_out.sections[*m_loose];
}

void Parser::endLine()
{
    const QString line = m_line.simplified();
    m_line.clear();
    if (!line.isEmpty()) {
        if (m_fieldIsOpen && !current().fields.empty())
            current().fields.back().trailingText = line;
        else {
            QString& text = current().text;
            text += text.isEmpty() ? line : u'\n' + line;
        }
    }
    m_fieldIsOpen = false;
}

/// A section's only text area is the section's text; several are fields of their own.
void Parser::foldTextArea(Section& section)
{
    const auto isArea = [](const Field& field) { return field.type == Field::Type::TextArea; };
    if (std::count_if(section.fields.begin(), section.fields.end(), isArea) != 1)
        return;
    const auto area = std::find_if(section.fields.begin(), section.fields.end(), isArea);
    if (!area->mergeName.isEmpty() || area->isReadOnly)
        return;
    if (!area->value.isEmpty())
        section.text += section.text.isEmpty() ? area->value : u'\n' + area->value;
    section.completion = area->completion;
    if (section.code.isEmpty())
        section.code = area->code;
    section.fields.erase(area);
}

void Parser::readSection(const xmlNode* node, int depth)
{
    endLine();
    Section section;
    section.title = attribute(node, "data-section-name");
    const QString id = attribute(node, "id");
    for (const xmlNode* child = node->children; child && section.title.isEmpty(); child = child->next)
        if (nameOf(child) == u"header")
            section.title = textOf(child);
    if (section.title.isEmpty() && id.isEmpty() && m_open.empty() == false) {
        walk(node, depth); // a section only for looks
        return;
    }
    const QString byId = canonicalSectionId(id);
    const QString byTitle = canonicalSectionId(section.title);
    const QString wanted = !byId.isEmpty() ? byId : !byTitle.isEmpty() ? byTitle : slug(id.isEmpty() ? section.title : id);
    section.id = uniqueSectionId(wanted);
    section.level = int(m_open.size()) + 1;
    section.code = m_codes.value(id);
    m_out.sections.push_back(section);
    m_open.push_back(m_out.sections.size() - 1);
    walk(node, depth);
    endLine();
    foldTextArea(m_out.sections[m_open.back()]);
    m_open.pop_back();
}

void Parser::readOptions(const xmlNode* node, Field& field, QStringList& chosen, int depth)
{
    if (depth > maximumDepth)
        return;
    for (const xmlNode* child = node->children; child; child = child->next) {
        const QString name = nameOf(child);
        const bool isBox = name == u"input" && attribute(child, "type").toLower() == u"checkbox";
        if (name == u"option" || isBox) {
            if (field.options.size() >= maximumFields) {
                m_isTooMuch = true;
                return;
            }
            Option option;
            const QString id = attribute(child, "id");
            option.label = isBox ? m_labels.value(id, textOf(child)) : textOf(child);
            option.value = attribute(child, "value");
            // <input>text</input> does not nest in HTML: the text stands behind the box
            if (isBox && option.label.isEmpty() && child->next && child->next->type == XML_TEXT_NODE)
                option.label = QString::fromUtf8(reinterpret_cast<const char*>(child->next->content)).simplified();
            if (option.value.isEmpty())
                option.value = name == u"option" && hasAttribute(child, "value") ? QString() : option.label;
            option.code = m_codes.value(id.isEmpty() ? attribute(child, "name") : id);
            if (option.value.isEmpty())
                continue; // "please choose": that is the empty value
            option.value.replace(u'\n', u' ');
            if (hasAttribute(child, "selected") || hasAttribute(child, "checked"))
                chosen << option.value;
            field.options.push_back(option);
        } else if (!name.isEmpty() && name != u"script") {
            readOptions(child, field, chosen, depth + 1);
        }
    }
}

void Parser::addField(const xmlNode* node, const QString& name)
{
    if (++m_fields > maximumFields)
        return;
    Field field;
    const QString declared = attribute(node, "data-field-type").toUpper();
    const QString inputType = attribute(node, "type").toLower();
    using Type = Field::Type;
    if (declared == u"TEXTAREA" || (declared.isEmpty() && name == u"textarea"))
        field.type = Type::TextArea;
    else if (declared == u"NUMBER" || (declared.isEmpty() && inputType == u"number"))
        field.type = Type::Number;
    else if (declared == u"DATE" || (declared.isEmpty() && inputType == u"date"))
        field.type = Type::Date;
    else if (declared == u"TIME" || (declared.isEmpty() && inputType == u"time"))
        field.type = Type::Time;
    else if (declared == u"CHECKBOX" || (declared.isEmpty() && (inputType == u"checkbox" || inputType == u"radio")))
        field.type = Type::CheckBox;
    else if (declared == u"SELECTION_LIST" || name == u"select")
        field.type = Type::Selection;

    const QString id = attribute(node, "id");
    const QString nameAttribute = attribute(node, "name");
    field.id = !id.isEmpty() ? id : !nameAttribute.isEmpty() ? nameAttribute : QStringLiteral("field-%1").arg(m_fields);
    const QString base = field.id;
    for (int i = 2; m_fieldIds.contains(field.id); ++i)
        field.id = base + u'-' + QString::number(i);
    m_fieldIds.insert(field.id);

    field.label = m_labels.value(id);
    if (field.label.isEmpty())
        for (const xmlNode* parent = node->parent; parent && field.label.isEmpty(); parent = parent->parent)
            if (nameOf(parent) == u"label")
                field.label = textOf(parent);
    const bool hasOwnLabel = !field.label.isEmpty();
    if (!hasOwnLabel && !m_fieldIsOpen && !m_line.simplified().isEmpty()) {
        field.label = m_line.simplified();
        m_line.clear();
    }
    endLine();
    if (field.label.isEmpty())
        field.label = attribute(node, "title");

    const auto number = [&](const char* attributeName) -> std::optional<double> {
        bool isNumber = false;
        const double value = attribute(node, attributeName).toDouble(&isNumber);
        return isNumber ? std::optional(value) : std::nullopt;
    };
    field.minimum = number("min");
    field.maximum = number("max");
    field.step = number("step");
    field.unit = attribute(node, "data-field-units");
    field.isReadOnly = hasAttribute(node, "readonly") || hasAttribute(node, "disabled");
    field.isMultiple = hasAttribute(node, "multiple");
    const QString completion = attribute(node, "data-field-completion-action").toUpper();
    field.completion = completion == u"PROHIBIT" ? Field::Completion::Prohibit
                       : completion == u"ALERT"  ? Field::Completion::Alert
                                                 : Field::Completion::None;
    const QString mergeName = attribute(node, "data-field-merge-name");
    if (declared == u"MERGE" || attribute(node, "data-field-merge-flag").toLower() == u"true" || !mergeName.isEmpty())
        field.mergeName = !mergeName.isEmpty() ? mergeName : !nameAttribute.isEmpty() ? nameAttribute : id;
    field.code = m_codes.value(id);

    QStringList chosen;
    if (name == u"textarea") {
        QString text;
        collectText(node, text);
        field.value = text.trimmed();
    } else if (field.type == Type::CheckBox && name == u"input") {
        Option ticked{attribute(node, "value"), field.label, field.code};
        if (ticked.value.isEmpty())
            ticked.value = ticked.label.isEmpty() ? field.id : ticked.label;
        if (ticked.label.isEmpty())
            ticked.label = ticked.value;
        field.options = {ticked};
        if (hasAttribute(node, "checked"))
            field.value = ticked.value;
    } else if (field.type == Type::CheckBox || field.type == Type::Selection) {
        readOptions(node, field, chosen);
        field.isMultiple = field.isMultiple || field.type == Type::CheckBox;
        field.value = field.isMultiple ? chosen.join(u'\n') : chosen.value(0);
    } else {
        field.value = attribute(node, "value");
    }
    current().fields.push_back(std::move(field));
    m_fieldIsOpen = true;
}

void Parser::element(const xmlNode* node, const QString& name, int depth)
{
    static const QSet<QString> ignored{"script", "style", "iframe", "frame", "frameset", "object", "applet", "svg", "math", "img", "video",
                                       "audio", "canvas", "link", "meta", "base", "noscript", "template", "button", "head", "title", "datalist"};
    static const QSet<QString> blocks{"p", "div", "li", "ul", "ol", "tr", "table", "tbody", "thead", "h1", "h2", "h3", "h4", "h5", "h6", "fieldset",
                                      "legend", "details", "summary", "dl", "dt", "dd", "hr", "article", "main", "form", "pre", "blockquote", "footer"};
    static const QSet<QString> inlines{"span", "b", "i", "em", "strong", "u", "sub", "sup", "a", "small", "td", "th", "label", "font", "body", "html",
                                       "abbr", "code", "mark", "center", "big", "tfoot", "caption", "colgroup", "col", "nav", "aside", "header"};
    for (const xmlAttr* attr = node->properties; attr; attr = attr->next) {
        const QByteArray key = QByteArray(reinterpret_cast<const char*>(attr->name)).toLower();
        if (key.startsWith("on"))
            warn(tr("an event handler was ignored"));
    }
    if (ignored.contains(name)) {
        warn(tr("<%1> was ignored").arg(name));
    } else if (name == u"section") {
        readSection(node, depth);
    } else if (name == u"embed") {
        endLine();
        Section place;
        const QString reference = attribute(node, "src");
        place.id = QStringLiteral("@%1").arg(m_out.embedded.size());
        place.title = reference;
        m_out.embedded << reference;
        m_out.sections.push_back(place);
        walk(node, depth); // an element without end tag, and libxml2 puts what follows below it
    } else if (isField(node)) {
        addField(node, name);
    } else if (name == u"input") {
        warn(tr("an input of type %1 was ignored").arg(attribute(node, "type")));
    } else if (name == u"header" && !m_open.empty()) {
        // the title of the section, read there
    } else if (name == u"label" && (!attribute(node, "for").isEmpty() || holdsField(node))) {
        ++m_openLabels; // its text is the field's label; fields inside it are still fields
        walk(node, depth);
        --m_openLabels;
    } else if (name == u"br") {
        endLine();
    } else {
        const bool isBlock = blocks.contains(name);
        if (!isBlock && !inlines.contains(name))
            warn(tr("the element <%1> is not known, only its text was kept").arg(name.left(30)));
        if (isBlock)
            endLine();
        if (name == u"td" || name == u"th")
            m_line += u' '; // from the cell before
        walk(node, depth);
        if (isBlock)
            endLine();
    }
}

void Parser::walk(const xmlNode* node, int depth)
{
    if (depth > maximumDepth) {
        m_isTooMuch = true;
        return;
    }
    for (const xmlNode* child = node->children; child && !isOverLimit(); child = child->next) {
        if (child->type == XML_TEXT_NODE && m_openLabels == 0)
            m_line += QString::fromUtf8(reinterpret_cast<const char*>(child->content));
        else if (child->type == XML_ELEMENT_NODE)
            element(child, nameOf(child), depth + 1);
    }
}

void Parser::readBody(const xmlNode* body)
{
    walk(body, 0);
    endLine();
    if (!m_loose)
        return;
    Section& loose = m_out.sections[*m_loose];
    loose.id = uniqueSectionId(QString::fromUtf16(section::findings));
    foldTextArea(loose);
}

const xmlNode* findElement(const xmlNode* node, const QString& name, int depth = 0)
{
    for (const xmlNode* child = node ? node->children : nullptr; child && depth < 8; child = child->next) {
        if (nameOf(child) == name)
            return child;
        if (const xmlNode* found = findElement(child, name, depth + 1))
            return found;
    }
    return nullptr;
}

/// template_attributes of the text/xml scripts; the XML parser loads no DTD and expands no entity.
Result<Document> attributesOf(const MarkupOutline& outline)
{
    QList<QByteArray> found;
    for (const QByteArray& script : outline.xmlScripts)
        for (qsizetype at = script.indexOf("<template_attributes"); at >= 0; at = script.indexOf("<template_attributes", at + 1))
            found << script;
    if (found.isEmpty())
        return fail(Fault::Damaged, tr("the template has no template_attributes"));
    if (found.size() > 1)
        return fail(Fault::Damaged, tr("the template has more than one template_attributes"));
    if (found[0].contains("<!DOCTYPE") || found[0].contains("<!ENTITY"))
        return fail(Fault::Damaged, tr("the template_attributes declare entities"));
    const QByteArray xml = found[0].trimmed();
    Document document(xmlReadMemory(xml.constData(), int(xml.size()), nullptr, "UTF-8",
                                    XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING));
    if (!document || nameOf(xmlDocGetRootElement(document.get())) != u"template_attributes")
        return fail(Fault::Damaged, tr("the template_attributes are no well-formed XML"));
    return document;
}

Result<void> checkOutline(const MarkupOutline& outline)
{
    const std::pair<int, const char*> once[] = {{outline.html, "html"}, {outline.head, "head"}, {outline.title, "title"}, {outline.body, "body"}};
    for (const auto& [count, name] : once) {
        if (count == 0)
            return fail(Fault::Damaged, tr("the template has no <%1>").arg(QLatin1String(name)));
        if (count > 1)
            return fail(Fault::Damaged, tr("the template has more than one <%1>").arg(QLatin1String(name)));
    }
    if (outline.charset == 0)
        return fail(Fault::Damaged, tr("the template does not name its character set (meta charset)"));
    return {};
}

} // namespace

Result<Template> parseTemplate(const QByteArray& html, Strictness strictness)
{
    if (html.size() > maximumBytes)
        return fail(Fault::Unsupported, tr("the template is larger than 2 MiB"));
    const auto outline = outlineOf(html);
    if (!outline)
        return std::unexpected(outline.error());

    Template result;
    Parser parser(result);
    const auto well = checkOutline(*outline);
    auto attributes = attributesOf(*outline);
    if (strictness == Strictness::Strict) {
        if (!well)
            return std::unexpected(well.error());
        if (!attributes)
            return std::unexpected(attributes.error());
    } else {
        for (const auto& problem : {well ? QString() : well.error().detail, attributes ? QString() : attributes.error().detail})
            if (!problem.isEmpty())
                parser.warn(problem);
    }
    if (outline->otherScripts > 0)
        parser.warn(tr("a script was ignored"));
    if (attributes)
        parser.readAttributes(xmlDocGetRootElement(attributes->get()));

    const int options = HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_NONET | HTML_PARSE_NODEFDTD;
    const std::unique_ptr<htmlParserCtxt, FreeContext> context(htmlNewParserCtxt());
    const Document document(context ? htmlCtxtReadMemory(context.get(), html.constData(), int(html.size()), nullptr, "UTF-8", options) : nullptr);
    // Elements that end without an end tag may nest all the same; where libxml2 gives up, the rest is missing.
    const bool isCut = context && xmlCtxtGetLastError(context.get()) && xmlCtxtGetLastError(context.get())->level == XML_ERR_FATAL;
    const xmlNode* root = document ? xmlDocGetRootElement(document.get()) : nullptr;
    const xmlNode* body = root ? findElement(root, QStringLiteral("body")) : nullptr;
    if (!root || !body)
        return fail(Fault::Damaged, tr("the template holds no readable HTML"));
    parser.readHead(root);
    parser.collectLabels(body);
    parser.readBody(body);
    if (isCut || parser.isOverLimit())
        return fail(Fault::Unsupported, tr("the template is nested too deeply or has too many fields"));
    if (result.id.isEmpty())
        result.id = slug(result.title);
    if (result.title.isEmpty() || result.id.isEmpty())
        return fail(Fault::Damaged, tr("the template has no title"));
    if (result.sections.empty())
        return fail(Fault::Damaged, tr("the template has neither sections nor fields"));
    return result;
}

} // namespace diascope::reporting
