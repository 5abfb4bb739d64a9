#pragma once
#include "reporting/model/report.h"

namespace diascope::reporting
{

/// A report template (IHE RAD Management of Radiology Report Templates). A value without markup.
struct Template
{
    enum class Status { Active, Draft, Retired };

    QString id; ///< dcterms.identifier; ours: "ct-head"
    QString title;
    QString description;
    QString language;
    QString publisher;
    QString rights;
    QString date;
    Status status = Status::Active;
    bool isTopLevel = true; ///< false: only to be embedded in others
    std::vector<Code> modalities; ///< term type="modality"
    std::vector<Code> bodyParts;
    std::vector<Code> terms; ///< all terms
    std::vector<Section> sections;
    QStringList embedded; ///< ids or references of templates to be embedded, in order of their sections
    QStringList warnings; ///< what was ignored: scripts, remote resources, unknown elements; for the author of the template

    bool isUsable() const { return status != Status::Retired && isTopLevel; }
};

/// Parses with libxml2's HTML parser, without network, entities or scripts.
/// Damaged: breaks the structure MRRT demands (one html, head, title, body, charset, one template_attributes);
/// Unsupported: over 2 MiB, too deeply nested, too many fields.
/// Strict demands what the profile demands; Lenient takes what has a title and a field or a section (with warnings).
enum class Strictness { Strict, Lenient };
Result<Template> parseTemplate(const QByteArray& html, Strictness strictness = Strictness::Strict);

/// What a merge field of this name is filled with: "PatientName" → "Jane Doe"; also "patient.name", "(0010,0010)"-style and
/// HL7 names are understood. Nothing: not a name we know; empty text: known, and the study does not say.
std::optional<QString> mergeValue(const QString& name, const StudyContext& study);

/// A draft report from a template: merge fields filled, default texts and choices in place.
/// Denied: the template is retired, or only meant to be embedded.
Result<Report> merge(const Template& from, const StudyContext& study, const QString& author);

} // namespace diascope::reporting
