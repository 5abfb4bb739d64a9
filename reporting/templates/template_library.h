#pragma once
#include "reporting/templates/template.h"
#include <map>

namespace diascope::reporting
{

/// The templates at hand: ours and those of a folder. A value; load on any thread.
class TemplateLibrary
{
public:
    /// general, ct-head, ct-chest, mr-brain, chest-radiograph, us-abdomen; for programs that link Diascope::resources.
    static TemplateLibrary builtIn();

    /// Adds every *.html of the folder (not below); one with the id of an earlier one replaces it. The messages say which
    /// file was not taken and why. NotFound: no such folder.
    Result<QStringList> addFolder(const QString& folder);
    Result<void> add(const QByteArray& html);

    /// Usable ones, by title.
    std::vector<Template> usable() const;
    const Template* find(const QString& id) const;
    /// The template, with those it embeds in place. NotFound; Damaged: embeds itself through others, or too many.
    Result<Template> resolve(const QString& id) const;
    /// The best for the study by modality and body part; "general" where nothing fits.
    QString suggest(const StudyContext& study) const;
    /// resolve + merge.
    Result<Report> newReport(const QString& id, const StudyContext& study, const QString& author) const;

private:
    Result<void> resolveInto(Template& whole, QStringList& path, size_t& embedded) const;
    std::map<QString, Template> m_templates;
};

} // namespace diascope::reporting
