#pragma once
#include "netclient/base/error.h"
#include "reporting/model/study_context.h"
#include <QByteArray>
#include <QDateTime>
#include <vector>

namespace diascope::reporting
{

/// Ids of the sections every template of ours has; templates of others may have more.
namespace section
{
inline constexpr char16_t clinicalInformation[] = u"clinical-information";
inline constexpr char16_t technique[] = u"technique";
inline constexpr char16_t comparison[] = u"comparison";
inline constexpr char16_t findings[] = u"findings";
inline constexpr char16_t impression[] = u"impression";
inline constexpr char16_t addendum[] = u"addendum"; ///< "addendum", "addendum-2" …
} // namespace section

/// What one choice of a selection list is.
struct Option
{
    QString value;
    QString label;
    Code code;
    friend bool operator==(const Option&, const Option&) = default;
};

/// A structured field (IHE RAD TF-3 4.105, MRRT) with its definition and its value, so that a report stays whole when its
/// template is gone.
struct Field
{
    enum class Type { Text, TextArea, Number, Date, Time, CheckBox, Selection };
    /// What a missing value does at signing (data-field-completion-action).
    enum class Completion { None, Alert, Prohibit };

    QString id;
    QString label;
    QString trailingText; ///< static text that follows the field
    Type type = Type::Text;
    QString unit;         ///< NUMBER: as written in the template, "mm"
    std::optional<double> minimum;
    std::optional<double> maximum;
    std::optional<double> step;
    std::vector<Option> options; ///< Selection; CheckBox: [0] is the ticked value
    bool isMultiple = false;
    bool isReadOnly = false;
    Completion completion = Completion::None;
    QString mergeName; ///< what is filled in from the study: "PatientName"; empty: nothing
    Code code;         ///< from coded_content

    /// Text as typed; Number with '.'; Date 2018-01-07; Time 14:03; CheckBox the ticked value or empty; Selection the chosen
    /// values, one a line.
    QString value;

    bool hasValue() const { return !value.trimmed().isEmpty(); }
    /// The value as a reader sees it: labels of the choices, number with unit.
    QString display() const;
    /// Why the value cannot stand (out of range, no number, no date); empty: it can.
    QString problem() const;
    friend bool operator==(const Field&, const Field&) = default;
};

struct Section
{
    QString id; ///< stable, unique in the report
    QString title;
    int level = 1;
    QString text; ///< plain text, lines by '\n'
    std::vector<Field> fields;
    Code code;
    Field::Completion completion = Field::Completion::None; ///< what an empty text does at signing
    bool isLocked = false; ///< part of an earlier signed version, shown and not edited (addenda)

    const Field* findField(const QString& fieldId) const;
    bool isEmpty() const;
    /// Fields with a value as "Label: value", then the text. Every output says exactly this (REP-13).
    QString plainText() const;
    friend bool operator==(const Section&, const Section&) = default;
};

/// Where in the images something is: the link back from the report.
struct InstanceRef
{
    QString sopInstanceUid;
    int frame = 1;    ///< from 1
    QString figureId; ///< empty: the whole image
    QString seriesUid; ///< of a reconstruction, which has no image of its own, all there is
    QString sopClassUid;
    QString studyUid = {}; ///< of a prior; empty: the report's own study
    friend bool operator==(const InstanceRef&, const InstanceRef&) = default;
};

struct Measurement
{
    QString id;
    QString label; ///< "Lesion 1, long axis"
    QString kind;  ///< length, area, mean, angle …
    double value = 0;
    int decimals = 1; ///< as many as are shown are stored and sent
    QString unit;     ///< as shown: mm, cm², HU
    InstanceRef where;

    QString valueText() const; ///< "12.3", with '.', without unit
    QString display() const;   ///< "Lesion 1, long axis: 12.3 mm"
    friend bool operator==(const Measurement&, const Measurement&) = default;
};

struct KeyImage
{
    QString id;
    QString caption;
    InstanceRef where;
    QByteArray png;
    friend bool operator==(const KeyImage&, const KeyImage&) = default;
};

/// A finding that somebody had to be told at once (REP-11).
struct CriticalResult
{
    bool isCritical = false;
    QString finding;
    QString toldTo;
    QString how; ///< telephone, in person …
    QDateTime toldAt;
    QString acknowledgedBy;
    friend bool operator==(const CriticalResult&, const CriticalResult&) = default;
};

enum class Status { Draft, Preliminary, Final, Corrected, Addendum, Cancelled };
/// What a working copy becomes when it is signed final.
enum class Purpose { Report, Addendum, Correction };

/// Stable names for JSON and the database: "draft", "preliminary" …
QString name(Status status);
std::optional<Status> statusFromName(const QString& name);
QString displayName(Status status); ///< translated
QString name(Purpose purpose);

/// One version of a report, whole in itself.
struct Report
{
    QString reportId; ///< the same through all versions; empty until stored
    int version = 0;  ///< of the signed versions: 1, 2 …; a working copy has the number it will get
    int revision = 0; ///< of the working copy, raised by each save: two authors cannot overwrite one another
    QString templateId;
    QString title;    ///< "CT Head"
    QString language; ///< BCP 47, of the report's text: "en", "zh-CN"
    StudyContext study;
    std::vector<Section> sections;
    std::vector<Measurement> measurements;
    std::vector<KeyImage> keyImages;
    CriticalResult critical;

    Status status = Status::Draft;
    Purpose purpose = Purpose::Report;
    QString author;
    QDateTime createdAt;
    QDateTime modifiedAt;

    QString signer; ///< the name that stands under the report
    QDateTime signedAt;
    QString predecessorHash; ///< of the signed version before; chains the versions
    QString contentHash;     ///< SHA-256, hex, of the frozen bytes; empty while a draft

    bool isSigned() const { return status != Status::Draft; }
    const Section* findSection(const QString& id) const;
    Section* findSection(const QString& id);
    friend bool operator==(const Report&, const Report&) = default;
};

/// The report as JSON. Key images carry their SHA-256; with Images::Embedded the PNG too.
enum class Images { HashOnly, Embedded };
QJsonObject toJson(const Report& report, Images images = Images::HashOnly);
/// Damaged: a required member is missing or of another type.
Result<Report> reportFromJson(const QJsonObject& object);

/// The bytes that signing freezes: JSON with sorted keys, UTF-8, no spaces, without revision and contentHash.
QByteArray canonicalBytes(const Report& report);
/// SHA-256 of canonicalBytes, hex.
QString contentHash(const Report& report);

} // namespace diascope::reporting
