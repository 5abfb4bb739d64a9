#include "reporting/templates/template_library.h"
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QRegularExpression>
#include <QSet>

namespace diascope::reporting
{

namespace
{

constexpr size_t maximumSections = 500;
constexpr int maximumEmbedding = 16;
constexpr size_t maximumEmbedded = 1000; // a part may hold no section at all, and be embedded ever so often

QString tr(const char* text) { return QCoreApplication::translate("Template", text); }

bool matches(const std::vector<Code>& codes, const QStringList& words)
{
    return std::any_of(codes.begin(), codes.end(), [&](const Code& code) {
        return std::any_of(words.begin(), words.end(), [&](const QString& word) {
            return code.value.compare(word, Qt::CaseInsensitive) == 0 || code.meaning.compare(word, Qt::CaseInsensitive) == 0;
        });
    });
}

/// How the modality of DICOM is written in template terms.
QStringList modalityWords(const QString& modality)
{
    QStringList words;
    for (const QString& one : modality.split(u'\\', Qt::SkipEmptyParts)) {
        words << one;
        if (one == u"CT")
            words << QStringLiteral("RID10321");
        if (one == u"MR")
            words << QStringLiteral("RID10312");
        if (one == u"US")
            words << QStringLiteral("RID10326");
        if (one == u"CR" || one == u"DX" || one == u"DR")
            words << QStringLiteral("RID10345") << QStringLiteral("DX");
    }
    return words;
}

} // namespace

TemplateLibrary TemplateLibrary::builtIn()
{
    TemplateLibrary library;
    for (const QFileInfo& file : QDir(QStringLiteral(":/templates")).entryInfoList({QStringLiteral("*.html")}, QDir::Files, QDir::Name)) {
        QFile source(file.filePath());
        const bool isAdded = source.open(QIODevice::ReadOnly) && library.add(source.readAll());
        Q_ASSERT_X(isAdded, "TemplateLibrary", qPrintable(file.fileName()));
        Q_UNUSED(isAdded)
    }
    return library;
}

Result<void> TemplateLibrary::add(const QByteArray& html)
{
    auto parsed = parseTemplate(html);
    if (!parsed)
        return std::unexpected(parsed.error());
    m_templates[parsed->id] = std::move(*parsed);
    return {};
}

Result<QStringList> TemplateLibrary::addFolder(const QString& folder)
{
    const QDir directory(folder);
    if (!directory.exists())
        return fail(Fault::NotFound, tr("there is no folder %1").arg(folder));
    QStringList problems;
    for (const QFileInfo& file : directory.entryInfoList({QStringLiteral("*.html"), QStringLiteral("*.htm")}, QDir::Files, QDir::Name)) {
        QFile source(file.filePath());
        if (!source.open(QIODevice::ReadOnly)) {
            problems << tr("%1: cannot be read").arg(file.fileName());
            continue;
        }
        auto parsed = parseTemplate(source.read(3 * 1024 * 1024));
        if (parsed)
            m_templates[parsed->id] = std::move(*parsed);
        else
            problems << QStringLiteral("%1: %2").arg(file.fileName(), parsed.error().detail);
    }
    return problems;
}

std::vector<Template> TemplateLibrary::usable() const
{
    std::vector<Template> list;
    for (const auto& [id, one] : m_templates)
        if (one.isUsable())
            list.push_back(one);
    std::sort(list.begin(), list.end(), [](const Template& a, const Template& b) { return a.title.localeAwareCompare(b.title) < 0; });
    return list;
}

const Template* TemplateLibrary::find(const QString& id) const
{
    const auto found = m_templates.find(id);
    return found == m_templates.end() ? nullptr : &found->second;
}

Result<void> TemplateLibrary::resolveInto(Template& whole, QStringList& path, size_t& embedded) const
{
    std::vector<Section> sections;
    for (Section& section : whole.sections) {
        if (!section.id.startsWith(u'@')) {
            sections.push_back(std::move(section));
            continue;
        }
        // By identifier, or by a file's or URL's last part without its extension. Nothing is fetched.
        static const QRegularExpression extension(QStringLiteral("\\.html?$"));
        const QString reference = section.title.section(u'/', -1);
        const Template* part = find(section.title);
        if (!part)
            part = find(QString(reference).remove(extension));
        if (!part) {
            whole.warnings << tr("the embedded template \"%1\" is not here").arg(reference.left(80));
            continue;
        }
        if (path.contains(part->id) || path.size() >= maximumEmbedding)
            return fail(Fault::Damaged, tr("the template \"%1\" embeds itself").arg(part->title));
        Template inner = *part;
        path << inner.id;
        if (auto done = resolveInto(inner, path, embedded); !done)
            return done;
        path.removeLast();
        for (const QString& warning : inner.warnings)
            if (!whole.warnings.contains(warning))
                whole.warnings << warning;
        for (Section& one : inner.sections)
            sections.push_back(std::move(one));
        if (sections.size() > maximumSections || ++embedded > maximumEmbedded)
            return fail(Fault::Damaged, tr("the template \"%1\" grows without end").arg(whole.title));
    }
    QSet<QString> ids;
    for (Section& section : sections) {
        const QString base = section.id;
        for (int i = 2; ids.contains(section.id); ++i)
            section.id = base + u'-' + QString::number(i);
        ids.insert(section.id);
    }
    whole.sections = std::move(sections);
    whole.embedded.clear();
    return {};
}

Result<Template> TemplateLibrary::resolve(const QString& id) const
{
    const Template* found = find(id);
    if (!found)
        return fail(Fault::NotFound, tr("there is no template \"%1\"").arg(id));
    Template whole = *found;
    QStringList path{id};
    size_t embedded = 0;
    if (auto done = resolveInto(whole, path, embedded); !done)
        return std::unexpected(done.error());
    return whole;
}

QString TemplateLibrary::suggest(const StudyContext& study) const
{
    QString best = QStringLiteral("general");
    int bestScore = 0;
    const QStringList modality = modalityWords(study.modality);
    const QString where = QStringLiteral("%1 %2 %3").arg(study.bodyPart, study.description, study.procedure.meaning).toLower();
    for (const auto& [id, one] : m_templates) {
        if (!one.isUsable() || !matches(one.modalities, modality))
            continue;
        const bool isPart = std::any_of(one.bodyParts.begin(), one.bodyParts.end(), [&](const Code& code) {
            return !code.meaning.isEmpty() && where.contains(code.meaning.toLower());
        });
        const int score = isPart ? 2 : 0; // the wrong body part is worse than the general template
        if (score > bestScore) {
            best = id;
            bestScore = score;
        }
    }
    return best;
}

Result<Report> TemplateLibrary::newReport(const QString& id, const StudyContext& study, const QString& author) const
{
    const auto whole = resolve(id);
    return whole ? merge(*whole, study, author) : Result<Report>(std::unexpected(whole.error()));
}

} // namespace diascope::reporting
