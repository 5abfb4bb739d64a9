#include "netclient/archive/index.h"
#include "netclient/dicom/person_name.h"
#include <QDateTime>

namespace diascope::archive
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("Archive", text); }

} // namespace

QStringList schema()
{
    return {
        QStringLiteral(R"(
CREATE TABLE patient(
  id INTEGER PRIMARY KEY,
  patient_id TEXT NOT NULL,
  issuer TEXT NOT NULL,
  nameless TEXT NOT NULL DEFAULT '', -- name and birth date where there is no ID
  UNIQUE(patient_id, issuer, nameless));
CREATE TABLE study(
  id INTEGER PRIMARY KEY,
  uid TEXT NOT NULL UNIQUE,
  patient INTEGER NOT NULL REFERENCES patient(id),
  patient_name TEXT NOT NULL, patient_id TEXT NOT NULL, issuer TEXT NOT NULL, birth_date TEXT NOT NULL, sex TEXT NOT NULL,
  date TEXT NOT NULL, time TEXT NOT NULL, accession TEXT NOT NULL, description TEXT NOT NULL,
  referring TEXT NOT NULL, study_id TEXT NOT NULL,
  name_folded TEXT NOT NULL, words TEXT NOT NULL,
  modalities TEXT NOT NULL DEFAULT '', series INTEGER NOT NULL DEFAULT 0, instances INTEGER NOT NULL DEFAULT 0,
  added INTEGER NOT NULL);
CREATE INDEX study_by_day ON study(date DESC, time DESC, id DESC);
CREATE INDEX study_by_patient ON study(patient);
CREATE INDEX study_by_patient_id ON study(patient_id);
CREATE INDEX study_by_accession ON study(accession) WHERE accession<>'';
CREATE TABLE series(
  id INTEGER PRIMARY KEY,
  study INTEGER NOT NULL REFERENCES study(id) ON DELETE CASCADE,
  uid TEXT NOT NULL,
  modality TEXT NOT NULL, number INTEGER, description TEXT NOT NULL, body_part TEXT NOT NULL,
  date TEXT NOT NULL, time TEXT NOT NULL, frame_of_reference TEXT NOT NULL,
  instances INTEGER NOT NULL DEFAULT 0,
  UNIQUE(study, uid));
CREATE INDEX series_by_uid ON series(uid);
CREATE TABLE instance(
  id INTEGER PRIMARY KEY,
  series INTEGER NOT NULL REFERENCES series(id) ON DELETE CASCADE,
  uid TEXT NOT NULL UNIQUE,
  sop_class TEXT NOT NULL, transfer_syntax TEXT NOT NULL, number INTEGER,
  rows INTEGER NOT NULL, columns INTEGER NOT NULL, frames INTEGER NOT NULL,
  sha256 TEXT, reference TEXT, size INTEGER NOT NULL, modified INTEGER NOT NULL);
CREATE INDEX instance_by_series ON instance(series);
CREATE INDEX instance_by_hash ON instance(sha256);
CREATE TABLE quarantine(
  id INTEGER PRIMARY KEY,
  time INTEGER NOT NULL, source TEXT NOT NULL, uid TEXT NOT NULL, kept TEXT NOT NULL, reason TEXT NOT NULL);
CREATE TABLE thumbnail(series TEXT PRIMARY KEY, png BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE archive_change(counter INTEGER NOT NULL);
INSERT INTO archive_change VALUES(0);
)"),
    };
}

Result<Statement*> IndexWriter::statement(const char* sql)
{
    auto& found = m_statements[sql];
    if (!found) {
        auto prepared = m_database.prepare(QLatin1String(sql));
        if (!prepared) {
            m_statements.remove(sql);
            return std::unexpected(prepared.error());
        }
        found = std::make_shared<Statement>(std::move(*prepared));
    }
    found->reset();
    return found.get();
}

Result<std::optional<StoredInstance>> IndexWriter::find(const QString& instanceUid)
{
    auto query = statement("SELECT id, sha256, reference FROM instance WHERE uid=?");
    if (!query)
        return std::unexpected(query.error());
    (*query)->bind(1, instanceUid);
    const auto row = (*query)->step();
    if (!row)
        return std::unexpected(row.error());
    std::optional<StoredInstance> found;
    if (*row)
        found = StoredInstance{(*query)->integer(0), (*query)->text(1), (*query)->text(2)};
    (*query)->reset();
    return found;
}

Result<qint64> IndexWriter::patientOf(const InstanceHeader& header)
{
    // Without an ID nothing tells two patients apart but name and birth date.
    const QString nameless = header.patientId.isEmpty()
                                 ? dicom::PersonName::parse(header.patientName).comparable() + u'|' + header.birthDate
                                 : QString();
    auto insert = statement("INSERT OR IGNORE INTO patient(patient_id, issuer, nameless) VALUES(?,?,?)");
    if (!insert)
        return std::unexpected(insert.error());
    (*insert)->bindAll({header.patientId.isNull() ? QLatin1String("") : header.patientId,
                        header.issuer.isNull() ? QLatin1String("") : header.issuer,
                        nameless.isNull() ? QLatin1String("") : nameless});
    if (auto done = (*insert)->run(); !done)
        return std::unexpected(done.error());
    auto query = statement("SELECT id FROM patient WHERE patient_id=? AND issuer=? AND nameless=?");
    if (!query)
        return std::unexpected(query.error());
    (*query)->bindAll({header.patientId.isNull() ? QLatin1String("") : header.patientId,
                       header.issuer.isNull() ? QLatin1String("") : header.issuer,
                       nameless.isNull() ? QLatin1String("") : nameless});
    const auto row = (*query)->step();
    if (!row)
        return std::unexpected(row.error());
    const qint64 id = *row ? (*query)->integer(0) : 0;
    (*query)->reset();
    return id;
}

Result<qint64> IndexWriter::studyOf(const InstanceHeader& header)
{
    auto known = m_studies.constFind(header.studyUid);
    if (known == m_studies.constEnd()) {
        auto query = statement("SELECT id, patient_id, issuer, patient_name FROM study WHERE uid=?");
        if (!query)
            return std::unexpected(query.error());
        (*query)->bind(1, header.studyUid);
        const auto row = (*query)->step();
        if (!row)
            return std::unexpected(row.error());
        if (*row)
            known = m_studies.insert(header.studyUid,
                                     {(*query)->integer(0), (*query)->text(1), (*query)->text(2), (*query)->text(3)});
        (*query)->reset();
    }
    if (known != m_studies.constEnd()) {
        // Two patients are never mixed in one study. An absent ID or issuer says nothing against it.
        const bool isOtherId = known->patientId != header.patientId && !known->patientId.isEmpty() && !header.patientId.isEmpty();
        const bool isOtherIssuer = known->issuer != header.issuer && !known->issuer.isEmpty() && !header.issuer.isEmpty();
        const bool lacksId = known->patientId.isEmpty() != header.patientId.isEmpty();
        const bool isOtherName = dicom::PersonName::parse(known->name).comparable() !=
                                 dicom::PersonName::parse(header.patientName).comparable();
        if (isOtherId || isOtherIssuer || (lacksId && isOtherName))
            return fail(Fault::Conflict, tr("its study is stored here with another patient"));
        return known->id;
    }
    const auto patient = patientOf(header);
    if (!patient)
        return std::unexpected(patient.error());
    const QString name = foldedName(header.patientName);
    const QString words = QStringList{name, folded(header.patientId), folded(header.accession), folded(header.studyDescription),
                                      folded(header.studyId)}.join(u' ');
    auto insert = statement("INSERT INTO study(uid, patient, patient_name, patient_id, issuer, birth_date, sex, date, time, accession,"
                            " description, referring, study_id, name_folded, words, added)"
                            " VALUES(?1,?2,ifnull(?3,''),ifnull(?4,''),ifnull(?5,''),ifnull(?6,''),ifnull(?7,''),ifnull(?8,''),"
                            "ifnull(?9,''),ifnull(?10,''),ifnull(?11,''),ifnull(?12,''),ifnull(?13,''),ifnull(?14,''),ifnull(?15,''),?16)");
    if (!insert)
        return std::unexpected(insert.error());
    (*insert)->bindAll({header.studyUid, *patient, header.patientName, header.patientId, header.issuer, header.birthDate, header.sex,
                        header.studyDate, header.studyTime, header.accession, header.studyDescription, header.referringPhysician,
                        header.studyId, name, words, QDateTime::currentMSecsSinceEpoch()});
    if (auto done = (*insert)->run(); !done)
        return std::unexpected(done.error());
    const qint64 id = m_database.lastInsertId();
    m_studies.insert(header.studyUid, {id, header.patientId, header.issuer, header.patientName});
    return id;
}

Result<qint64> IndexWriter::seriesOf(qint64 study, const InstanceHeader& header)
{
    const std::pair key(study, header.seriesUid);
    if (const auto known = m_series.constFind(key); known != m_series.constEnd())
        return *known;
    auto insert = statement("INSERT OR IGNORE INTO series(study, uid, modality, number, description, body_part, date, time,"
                            " frame_of_reference) VALUES(?1,?2,ifnull(?3,''),?4,ifnull(?5,''),ifnull(?6,''),ifnull(?7,''),"
                            "ifnull(?8,''),ifnull(?9,''))");
    if (!insert)
        return std::unexpected(insert.error());
    (*insert)->bindAll({study, header.seriesUid, header.modality,
                        header.seriesNumber ? QVariant(*header.seriesNumber) : QVariant(), header.seriesDescription,
                        header.bodyPart, header.seriesDate, header.seriesTime, header.frameOfReference});
    if (auto done = (*insert)->run(); !done)
        return std::unexpected(done.error());
    auto query = statement("SELECT id FROM series WHERE study=? AND uid=?");
    if (!query)
        return std::unexpected(query.error());
    (*query)->bindAll({study, header.seriesUid});
    const auto row = (*query)->step();
    if (!row)
        return std::unexpected(row.error());
    const qint64 id = *row ? (*query)->integer(0) : 0;
    (*query)->reset();
    m_series.insert(key, id);
    return id;
}

Result<void> IndexWriter::insert(const InstanceHeader& header, const Placement& placement)
{
    const auto study = studyOf(header);
    if (!study)
        return std::unexpected(study.error());
    const auto series = seriesOf(*study, header);
    if (!series)
        return std::unexpected(series.error());
    auto insert = statement("INSERT INTO instance(series, uid, sop_class, transfer_syntax, number, rows, columns, frames, sha256,"
                            " reference, size, modified) VALUES(?1,?2,ifnull(?3,''),ifnull(?4,''),?5,?6,?7,?8,?9,?10,?11,?12)");
    if (!insert)
        return std::unexpected(insert.error());
    (*insert)->bindAll({*series, header.instanceUid, header.sopClassUid, header.transferSyntaxUid,
                        header.instanceNumber ? QVariant(*header.instanceNumber) : QVariant(), header.rows, header.columns,
                        header.frames, placement.sha256.isEmpty() ? QVariant() : QVariant(placement.sha256),
                        placement.referencePath.isEmpty() ? QVariant() : QVariant(placement.referencePath), placement.sizeBytes,
                        placement.modifiedMs});
    if (auto done = (*insert)->run(); !done)
        return done;
    ++m_newInSeries[*series];
    return {};
}

Result<void> IndexWriter::replace(qint64 id, const Placement& placement)
{
    auto update = statement("UPDATE instance SET sha256=?2, reference=?3, size=?4, modified=?5 WHERE id=?1");
    if (!update)
        return std::unexpected(update.error());
    (*update)->bindAll({id, placement.sha256.isEmpty() ? QVariant() : QVariant(placement.sha256),
                        placement.referencePath.isEmpty() ? QVariant() : QVariant(placement.referencePath), placement.sizeBytes,
                        placement.modifiedMs});
    return (*update)->run();
}

Result<void> IndexWriter::addToQuarantine(const QString& source, const QString& instanceUid, const QString& keptSha256,
                                          const QString& reason)
{
    auto insert = statement("INSERT INTO quarantine(time, source, uid, kept, reason)"
                            " VALUES(?1,ifnull(?2,''),ifnull(?3,''),ifnull(?4,''),?5)");
    if (!insert)
        return std::unexpected(insert.error());
    (*insert)->bindAll({QDateTime::currentMSecsSinceEpoch(), source, instanceUid, keptSha256, reason});
    return (*insert)->run();
}

Result<void> IndexWriter::finish()
{
    auto add = statement("UPDATE series SET instances=instances+?2 WHERE id=?1");
    if (!add)
        return std::unexpected(add.error());
    for (auto it = m_newInSeries.constBegin(); it != m_newInSeries.constEnd(); ++it) {
        (*add)->bindAll({it.key(), it.value()});
        if (auto done = (*add)->run(); !done)
            return done;
    }
    auto sum = statement("UPDATE study SET instances=(SELECT ifnull(sum(instances),0) FROM series WHERE study=study.id),"
                         " series=(SELECT count(*) FROM series WHERE study=study.id),"
                         " modalities=(SELECT ifnull(group_concat(modality,'\\'),'') FROM"
                         " (SELECT DISTINCT modality FROM series WHERE study=study.id AND modality<>'' ORDER BY modality)) WHERE id=?");
    if (!sum)
        return std::unexpected(sum.error());
    for (const Study& study : m_studies) {
        (*sum)->bind(1, study.id);
        if (auto done = (*sum)->run(); !done)
            return done;
    }
    return countChange(m_database);
}

Result<void> countChange(Database& database)
{
    return database.execute(QStringLiteral("UPDATE archive_change SET counter=counter+1"));
}

Result<void> recount(Database& database, qint64 study)
{
    const char* const steps[] = {
        "UPDATE series SET instances=(SELECT count(*) FROM instance WHERE series=series.id) WHERE study=?",
        "DELETE FROM series WHERE study=? AND instances=0",
        "UPDATE study SET instances=(SELECT ifnull(sum(instances),0) FROM series WHERE study=study.id),"
        " series=(SELECT count(*) FROM series WHERE study=study.id),"
        " modalities=(SELECT ifnull(group_concat(modality,'\\'),'') FROM"
        " (SELECT DISTINCT modality FROM series WHERE study=study.id AND modality<>'' ORDER BY modality)) WHERE id=?",
        "DELETE FROM study WHERE id=? AND series=0",
    };
    for (const char* step : steps)
        if (auto done = database.execute(QLatin1String(step), {study}); !done)
            return done;
    return database.execute(QStringLiteral("DELETE FROM patient WHERE NOT EXISTS(SELECT 1 FROM study WHERE patient=patient.id)"));
}

} // namespace diascope::archive
