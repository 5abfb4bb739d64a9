#pragma once
#include "netclient/archive/instance_header.h"
#include "netclient/archive/records.h"
#include "netclient/base/database.h"
#include <QHash>
#include <QSet>

namespace diascope::archive
{

/// The archive's tables.
QStringList schema();

/// A stored instance as conflicts need it.
struct StoredInstance
{
    qint64 id = 0;
    QString sha256;        ///< empty for a reference nobody compared yet
    QString referencePath; ///< empty for ours
    bool isConfirmed = false; ///< somebody else keeps it too
    QString studyUid, seriesUid;
    qint64 sizeBytes = 0, modifiedMs = 0; ///< of a reference: as it was when it was indexed
};

/// Where a file lies, and as what it comes into the index.
struct Placement
{
    QString sha256;        ///< may be empty for references
    QString referencePath; ///< empty: ours
    qint64 sizeBytes = 0;
    qint64 modifiedMs = 0; ///< of references
    Origin origin = Origin::Imported;
    QString source = {}; ///< of received and retrieved ones: who it came from
};

/// What the rows of a study's instances add up to.
struct Sums
{
    qint64 bytes = 0, onlyHere = 0, onlyImported = 0;
};

/// Writes rows inside one transaction of the caller. Remembers row ids for the time of the transaction only.
class IndexWriter
{
public:
    explicit IndexWriter(Database& database) : m_database(database) {}

    Result<std::optional<StoredInstance>> find(const QString& instanceUid);
    /// Conflict: the study is known with another patient, and nobody accepted this one for it. What only this instance states of the
    /// patient is known of the study from then on.
    Result<void> insert(const InstanceHeader& header, const Placement& placement);
    /// Whether a person said that the instance is of its study's patient, whatever it names.
    Result<bool> isAccepted(const InstanceHeader& header);
    enum class Content { Same, Unknown };
    /// The row's bytes lie elsewhere from now on, maybe in another encoding. Nobody else is known to keep Unknown content.
    /// `header` is of the row's study. Conflict: as insert().
    Result<void> replace(qint64 id, const InstanceHeader& header, const Placement& placement, Content content);
    /// `peer` keeps the instance too.
    Result<void> confirm(qint64 id, const QString& peer);
    /// `otherPatient`: the header of one that names another patient than its study here.
    Result<void> addToQuarantine(const QString& source, const QString& instanceUid, const QString& keptSha256, const QString& reason,
                                 const InstanceHeader* otherPatient = nullptr);
    /// Brings counts and modalities of the touched studies up to date and the change counter on. Last in the transaction.
    Result<void> finish();
    /// Whether there is anything to finish.
    bool hasChanges() const { return m_hasChanges; }

private:
    struct Study
    {
        qint64 id = 0;
        dicom::PatientIdentity patient; ///< all that its instances state
        dicom::PatientIdentity last;    ///< the one that was compared before: the same again needs no second look
        Sums growth = {};
        bool isTouched = false; ///< it got an instance
    };
    Result<Statement*> statement(const char* sql);
    Result<qint64> patientOf(const dicom::PatientIdentity& patient);
    Result<void> checkPatient(Study& study, const InstanceHeader& header);
    Result<void> widen(Study& study, const dicom::PatientIdentity& patient);
    Result<qint64> studyOf(const InstanceHeader& header);
    Result<qint64> seriesOf(qint64 study, const InstanceHeader& header);
    Result<void> addWord(qint64 study, const QString& word);
    Result<std::optional<qint64>> peer(const QString& name);
    Result<void> willRecount(qint64 instance);

    Database& m_database;
    QHash<const char*, std::shared_ptr<Statement>> m_statements;
    QHash<QString, Study> m_studies;
    QHash<std::pair<qint64, QString>, qint64> m_series;
    QHash<qint64, qint64> m_newInSeries;
    QHash<QString, qint64> m_peers;
    QSet<qint64> m_recount;
    bool m_hasChanges = false;
};

/// Recounts a study's series, instances, modalities and sums; removes it, and its patient, when nothing is left.
Result<void> recount(Database& database, qint64 study);
/// Brings a study's sums up to date with its instances.
Result<void> recountSums(Database& database, qint64 study);
/// The row of a peer's name, made where it is new.
Result<qint64> peerId(Database& database, const QString& name);
Result<void> countChange(Database& database);

} // namespace diascope::archive
