#pragma once
#include "reporting/model/report.h"
#include <optional>

namespace diascope::reporting
{

enum class SignAs { Preliminary, Final };

/// What the images and the order say, to be held against the report (DEL-08).
struct Evidence
{
    /// Something of the report that lies on an image.
    struct Placed
    {
        QString label;    ///< for a sentence
        InstanceRef where; ///< as the report says
        std::optional<StudyContext> study; ///< the study the image belongs to; none: the image is not here
    };
    std::vector<StudyContext> images; ///< of the report's study, one for each series
    std::vector<StudyContext> orders; ///< what the RIS said of it
    std::vector<Placed> placed; ///< what was not signed before
};

/// Whether a report may be signed now. Sentences are translated and hold no patient data.
struct SignCheck
{
    QStringList blocking; ///< signing is refused: PROHIBIT fields, contradictions, an empty report, already signed
    QStringList alerts;   ///< the signer is asked: ALERT fields
    bool isAllowed() const { return blocking.isEmpty(); }
};
SignCheck checkSigning(const Report& report, SignAs as, const Evidence& evidence = {});

/// The status a working copy gets: Report → Preliminary or Final, Addendum → Addendum, Correction → Corrected.
Status statusAfterSigning(const Report& report, SignAs as);

/// A working copy that follows a signed version. Preliminary → Report (to be signed again), any other signed version →
/// Addendum (all sections locked, a new one added) or Correction (all open). Conflict: not signed, cancelled, or the
/// purpose does not fit: a final report is never simply edited on.
Result<Report> succeed(const Report& signedReport, Purpose purpose, const QString& author);

/// The signed version: status, signer, time, hash. Conflict: checkSigning refuses.
Result<Report> signedVersion(const Report& report, SignAs as, const QString& signer, const QDateTime& at,
                             const Evidence& evidence = {});

/// A new draft without a template: the five sections, empty.
Report blankReport(const StudyContext& study, const QString& author);

} // namespace diascope::reporting
