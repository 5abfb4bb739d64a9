#pragma once
#include "reporting/model/report.h"

namespace diascope::reporting
{

/// One part of a report as every output shows it, in order: sections that are not empty, measurements, key images,
/// critical result (REP-13).
struct Part
{
    enum class Kind { Section, Measurements, KeyImages, CriticalResult };
    Kind kind = Kind::Section;
    QString id; ///< section id, as the template chose it; "measurements", "key-images", "critical-result"
    QString title;
    QString text; ///< lines by '\n', never empty
};
std::vector<Part> parts(const Report& report);

/// "Final report signed by … on 2018-01-07 14:03 +01:00"; for drafts "DRAFT, not signed".
QString signatureLine(const Report& report);
/// What stands in one line stays in one line: a line break in a name, a title, a label, a choice, an identifier or who was told becomes a
/// space, so that none of them can pose as a line of the report.
Report withPlainLines(Report report);

/// Plain text with a header about patient and study.
QString toText(const Report& report);

} // namespace diascope::reporting
