#include "netclient/archive/index.h"
#include "netclient/dicom/person_name.h"
#include <QDateTime>

namespace diascope::archive
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("Archive", text); }

QString orNull(const QString& text) { return text.isEmpty() ? QString() : text; }
QString orEmpty(const QString& text) { return text.isNull() ? QLatin1String("") : text; }

QString whyAnother(dicom::IdentityParts parts)
{
    using Part = dicom::IdentityPart;
    const std::pair<Part, QString> names[] = {{Part::PatientId, tr("patient ID")}, {Part::Issuer, tr("issuer of the patient ID")}, {Part::Name, tr("name")},
                                              {Part::BirthDate, tr("birth date")}, {Part::Sex, tr("sex")}};
    QStringList differing;
    for (const auto& [part, name] : names)
        if (parts.testFlag(part))
            differing << name;
    return differing.isEmpty() ? tr("its study is stored here, and nothing says that it is of the same patient")
                               : tr("its study is stored here with another patient (other %1)").arg(differing.join(tr(", ")));
}

} // namespace

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
    auto query = statement("SELECT instance.id, sha256, reference, confirmed, study.uid, series.uid, size, modified FROM instance"
                           " JOIN series ON series.id=instance.series JOIN study ON study.id=series.study WHERE instance.uid=?");
    if (!query)
        return std::unexpected(query.error());
    (*query)->bindEach(instanceUid);
    const auto row = (*query)->step();
    if (!row)
        return std::unexpected(row.error());
    std::optional<StoredInstance> found;
    if (*row)
        found = StoredInstance{(*query)->integer(0), (*query)->text(1), (*query)->text(2), !(*query)->isNull(3),
                               (*query)->text(4), (*query)->text(5), (*query)->integer(6), (*query)->integer(7)};
    (*query)->reset();
    return found;
}

Result<qint64> IndexWriter::patientOf(const dicom::PatientIdentity& patient)
{
    // Without an ID nothing tells two patients apart but name and birth date.
    const QString nameless = patient.patientId.isEmpty() ? dicom::PersonName::parse(patient.name).comparable() + u'|' + patient.birthDate
                                                         : QString();
    const QVariantList key{orEmpty(patient.patientId), orEmpty(patient.issuer), orEmpty(nameless)};
    auto insert = statement("INSERT OR IGNORE INTO patient(patient_id, issuer, nameless) VALUES(?,?,?)");
    if (!insert)
        return std::unexpected(insert.error());
    (*insert)->bindAll(key);
    if (auto done = (*insert)->run(); !done)
        return std::unexpected(done.error());
    auto query = statement("SELECT id FROM patient WHERE patient_id=? AND issuer=? AND nameless=?");
    if (!query)
        return std::unexpected(query.error());
    (*query)->bindAll(key);
    const auto row = (*query)->step();
    if (!row)
        return std::unexpected(row.error());
    const qint64 id = *row ? (*query)->integer(0) : 0;
    (*query)->reset();
    return id;
}

Result<bool> IndexWriter::isAccepted(const InstanceHeader& header)
{
    const dicom::PatientIdentity patient = header.patient();
    const auto found = m_database.value(QStringLiteral("SELECT 1 FROM accepted_patient WHERE study=? AND patient_id=? AND issuer=?"
                                                       " AND name=? AND birth_date=? AND sex=?"),
                                        {header.studyUid, orEmpty(patient.patientId), orEmpty(patient.issuer), orEmpty(patient.name),
                                         orEmpty(patient.birthDate), orEmpty(patient.sex)});
    if (!found)
        return std::unexpected(found.error());
    return found->has_value();
}

/// Two patients are never mixed in one study.
Result<void> IndexWriter::checkPatient(Study& study, const InstanceHeader& header)
{
    const dicom::PatientIdentity patient = header.patient();
    if (patient == study.last)
        return {};
    if (dicom::isOnePatient(study.patient, patient)) {
        if (const auto merged = study.patient.mergedWith(patient); merged != study.patient)
            if (auto widened = widen(study, merged); !widened)
                return widened;
    } else {
        const auto accepted = isAccepted(header);
        if (!accepted)
            return std::unexpected(accepted.error());
        if (!*accepted)
            return fail(Fault::Conflict, whyAnother(dicom::contradictions(study.patient, patient)));
    }
    study.last = patient;
    return {};
}

/// What one instance leaves open another may state: the next one is held against both.
Result<void> IndexWriter::widen(Study& study, const dicom::PatientIdentity& patient)
{
    const auto id = patientOf(patient);
    if (!id)
        return std::unexpected(id.error());
    const auto before = m_database.value(QStringLiteral("SELECT patient FROM study WHERE id=?"), {study.id});
    if (!before)
        return std::unexpected(before.error());
    const QString name = foldedName(patient.name);
    const std::pair<const char*, QVariantList> steps[] = {
        {"UPDATE study SET patient=?, patient_name=?, patient_id=?, issuer=?, birth_date=?, sex=?, name_folded=? WHERE id=?",
         {*id, orEmpty(patient.name), orEmpty(patient.patientId), orEmpty(patient.issuer), orEmpty(patient.birthDate), orEmpty(patient.sex), orEmpty(name), study.id}},
        {"DELETE FROM patient WHERE id=?1 AND NOT EXISTS(SELECT 1 FROM study WHERE patient=?1)", {*before ? **before : QVariant()}}};
    for (const auto& [sql, values] : steps)
        if (auto done = m_database.execute(QLatin1String(sql), values); !done)
            return done;
    for (const QString& word : {name, folded(patient.patientId)})
        if (!word.isEmpty())
            if (auto added = addWord(study.id, word); !added)
                return added;
    study.patient = patient;
    return {};
}

Result<qint64> IndexWriter::studyOf(const InstanceHeader& header)
{
    auto known = m_studies.find(header.studyUid);
    if (known == m_studies.end()) {
        auto query = statement("SELECT id, patient_id, issuer, patient_name, birth_date, sex FROM study WHERE uid=?");
        if (!query)
            return std::unexpected(query.error());
        (*query)->bind(1, header.studyUid);
        const auto row = (*query)->step();
        if (!row)
            return std::unexpected(row.error());
        if (*row) {
            const dicom::PatientIdentity patient{(*query)->text(1), (*query)->text(2), (*query)->text(3), (*query)->text(4), (*query)->text(5)};
            known = m_studies.insert(header.studyUid, {(*query)->integer(0), patient, patient, {}});
        }
        (*query)->reset();
    }
    if (known != m_studies.end()) {
        if (auto checked = checkPatient(*known, header); !checked)
            return std::unexpected(checked.error());
        return known->id;
    }
    const auto patient = patientOf(header.patient());
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
    auto pieces = statement("INSERT INTO study_text(rowid, words) VALUES(?,?)");
    if (!pieces)
        return std::unexpected(pieces.error());
    (*pieces)->bindAll({id, words});
    if (auto done = (*pieces)->run(); !done)
        return std::unexpected(done.error());
    m_studies.insert(header.studyUid, {id, header.patient(), header.patient(), {}});
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
    const bool isNew = m_database.changes() > 0;
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
    if (isNew && !header.bodyPart.isEmpty())
        if (auto added = addWord(study, folded(header.bodyPart)); !added)
            return std::unexpected(added.error());
    return id;
}

/// The body part belongs to the series, and the study is found by it.
Result<void> IndexWriter::addWord(qint64 study, const QString& word)
{
    auto query = statement("SELECT words FROM study WHERE id=? AND instr(words,?)=0");
    if (!query)
        return std::unexpected(query.error());
    (*query)->bindAll({study, word});
    const auto row = (*query)->step();
    if (!row)
        return std::unexpected(row.error());
    if (!*row)
        return {};
    const QString words = (*query)->text(0);
    (*query)->reset();
    for (const auto& [sql, values] : {std::pair<const char*, QVariantList>{"INSERT INTO study_text(study_text, rowid, words) VALUES('delete',?,?)", {study, words}},
                                      {"INSERT INTO study_text(rowid, words) VALUES(?,?||' '||?)", {study, words, word}},
                                      {"UPDATE study SET words=?2||' '||?3 WHERE id=?1", {study, words, word}}})
        if (auto done = m_database.execute(QLatin1String(sql), values); !done)
            return done;
    return {};
}

Result<std::optional<qint64>> IndexWriter::peer(const QString& name)
{
    if (name.isEmpty())
        return std::nullopt;
    auto known = m_peers.constFind(name);
    if (known == m_peers.constEnd()) {
        const auto id = peerId(m_database, name);
        if (!id)
            return std::unexpected(id.error());
        known = m_peers.insert(name, *id);
    }
    return *known;
}

Result<void> IndexWriter::insert(const InstanceHeader& header, const Placement& placement)
{
    const auto study = studyOf(header);
    if (!study)
        return std::unexpected(study.error());
    const auto series = seriesOf(*study, header);
    if (!series)
        return std::unexpected(series.error());
    const auto source = peer(placement.source);
    if (!source)
        return std::unexpected(source.error());
    auto insert = statement("INSERT INTO instance(series, uid, sop_class, transfer_syntax, number, rows, columns, frames, sha256,"
                            " reference, size, modified, origin, source, confirmed)"
                            " VALUES(?1,?2,ifnull(?3,''),ifnull(?4,''),?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15)");
    if (!insert)
        return std::unexpected(insert.error());
    const bool isFetched = placement.origin == Origin::Retrieved;
    (*insert)->bindEach(*series, header.instanceUid, header.sopClassUid, header.transferSyntaxUid, header.instanceNumber, header.rows,
                        header.columns, header.frames, orNull(placement.sha256), orNull(placement.referencePath), placement.sizeBytes,
                        placement.modifiedMs, qint64(placement.origin), *source, isFetched ? *source : std::nullopt);
    if (auto done = (*insert)->run(); !done)
        return done;
    m_hasChanges = true;
    ++m_newInSeries[*series];
    m_studies[header.studyUid].isTouched = true;
    if (placement.referencePath.isEmpty()) {
        Sums& growth = m_studies[header.studyUid].growth;
        const bool isOnlyHere = !isFetched || placement.source.isEmpty();
        growth.bytes += placement.sizeBytes;
        growth.onlyHere += isOnlyHere;
        growth.onlyImported += isOnlyHere && placement.origin == Origin::Imported;
    }
    return {};
}

Result<void> IndexWriter::replace(qint64 id, const InstanceHeader& header, const Placement& placement, Content content)
{
    if (const auto study = studyOf(header); !study)
        return std::unexpected(study.error());
    m_studies[header.studyUid].isTouched = true;
    const auto source = peer(placement.source);
    if (!source)
        return std::unexpected(source.error());
    auto update = statement("UPDATE instance SET sha256=?2, reference=?3, size=?4, modified=?5, origin=?6, source=?7,"
                            " confirmed=CASE WHEN ?9 THEN ifnull(?8,confirmed) ELSE ?8 END, sop_class=ifnull(?10,''),"
                            " transfer_syntax=ifnull(?11,''), number=?12, rows=?13, columns=?14, frames=?15 WHERE id=?1");
    if (!update)
        return std::unexpected(update.error());
    (*update)->bindEach(id, orNull(placement.sha256), orNull(placement.referencePath), placement.sizeBytes, placement.modifiedMs,
                        qint64(placement.origin), *source, placement.origin == Origin::Retrieved ? *source : std::nullopt,
                        qint64(content == Content::Same), header.sopClassUid, header.transferSyntaxUid, header.instanceNumber, header.rows,
                        header.columns, header.frames);
    if (auto done = (*update)->run(); !done)
        return done;
    return willRecount(id);
}

Result<void> IndexWriter::confirm(qint64 id, const QString& name)
{
    const auto keeper = peer(name);
    if (!keeper)
        return std::unexpected(keeper.error());
    auto update = statement("UPDATE instance SET confirmed=?2 WHERE id=?1");
    if (!update)
        return std::unexpected(update.error());
    (*update)->bindEach(id, *keeper);
    if (auto done = (*update)->run(); !done)
        return done;
    return willRecount(id);
}

Result<void> IndexWriter::willRecount(qint64 instance)
{
    auto query = statement("SELECT study FROM series WHERE id=(SELECT series FROM instance WHERE id=?)");
    if (!query)
        return std::unexpected(query.error());
    (*query)->bind(1, instance);
    const auto row = (*query)->step();
    if (!row)
        return std::unexpected(row.error());
    if (*row)
        m_recount.insert((*query)->integer(0));
    (*query)->reset();
    m_hasChanges = true;
    return {};
}

Result<void> IndexWriter::addToQuarantine(const QString& source, const QString& instanceUid, const QString& keptSha256,
                                          const QString& reason, const InstanceHeader* otherPatient)
{
    auto insert = statement("INSERT INTO quarantine(time, source, uid, kept, reason, study, patient_id, issuer, name, birth_date, sex)"
                            " VALUES(?1,ifnull(?2,''),ifnull(?3,''),ifnull(?4,''),?5,ifnull(?6,''),ifnull(?7,''),ifnull(?8,''),ifnull(?9,''),"
                            "ifnull(?10,''),ifnull(?11,''))");
    if (!insert)
        return std::unexpected(insert.error());
    const dicom::PatientIdentity patient = otherPatient ? otherPatient->patient() : dicom::PatientIdentity();
    (*insert)->bindAll({QDateTime::currentMSecsSinceEpoch(), source, instanceUid, keptSha256, reason, otherPatient ? otherPatient->studyUid : QString(),
                        patient.patientId, patient.issuer, patient.name, patient.birthDate, patient.sex});
    m_hasChanges = true;
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
                         " (SELECT DISTINCT modality FROM series WHERE study=study.id AND modality<>'' ORDER BY modality)),"
                         " bytes=bytes+?2, only_here=only_here+?3, only_imported=only_imported+?4, used=max(used,?5) WHERE id=?1");
    if (!sum)
        return std::unexpected(sum.error());
    const qint64 now = QDateTime::currentMSecsSinceEpoch();
    for (const Study& study : m_studies) {
        if (!study.isTouched)
            continue;
        (*sum)->bindAll({study.id, study.growth.bytes, study.growth.onlyHere, study.growth.onlyImported, now});
        if (auto done = (*sum)->run(); !done)
            return done;
    }
    for (qint64 study : m_recount)
        if (auto done = recountSums(m_database, study); !done)
            return done;
    m_studies.clear(); // their growth is written
    m_series.clear();
    m_newInSeries.clear();
    m_recount.clear();
    return countChange(m_database);
}

Result<void> countChange(Database& database)
{
    return database.execute(QStringLiteral("UPDATE archive_change SET counter=counter+1"));
}

Result<qint64> peerId(Database& database, const QString& name)
{
    if (auto done = database.execute(QStringLiteral("INSERT OR IGNORE INTO peer(name) VALUES(?)"), {name}); !done)
        return std::unexpected(done.error());
    const auto id = database.value(QStringLiteral("SELECT id FROM peer WHERE name=?"), {name});
    if (!id)
        return std::unexpected(id.error());
    return *id ? (*id)->toLongLong() : 0;
}

Result<void> recountSums(Database& database, qint64 study)
{
    return database.execute(QStringLiteral("UPDATE study SET (bytes, only_here, only_imported)=(SELECT ifnull(sum(size),0),"
                                           " count(*) FILTER (WHERE confirmed IS NULL),"
                                           " count(*) FILTER (WHERE confirmed IS NULL AND origin=%1) FROM instance"
                                           " WHERE series IN (SELECT id FROM series WHERE study=?1) AND reference IS NULL) WHERE id=?1")
                                .arg(int(Origin::Imported)), {study});
}

Result<void> recount(Database& database, qint64 study)
{
    const auto patient = database.value(QStringLiteral("SELECT patient FROM study WHERE id=?"), {study});
    if (!patient)
        return std::unexpected(patient.error());
    const char* const steps[] = {
        "UPDATE series SET instances=(SELECT count(*) FROM instance WHERE series=series.id) WHERE study=?",
        "DELETE FROM series WHERE study=? AND instances=0",
        "UPDATE study SET instances=(SELECT ifnull(sum(instances),0) FROM series WHERE study=study.id),"
        " series=(SELECT count(*) FROM series WHERE study=study.id),"
        " modalities=(SELECT ifnull(group_concat(modality,'\\'),'') FROM"
        " (SELECT DISTINCT modality FROM series WHERE study=study.id AND modality<>'' ORDER BY modality)) WHERE id=?",
        "INSERT INTO study_text(study_text, rowid, words) SELECT 'delete', id, words FROM study WHERE id=? AND series=0",
        "DELETE FROM study WHERE id=? AND series=0",
    };
    for (const char* step : steps)
        if (auto done = database.execute(QLatin1String(step), {study}); !done)
            return done;
    if (auto done = recountSums(database, study); !done)
        return done;
    // Only this patient: a sweep of all of them would take longer with every study of the archive.
    return database.execute(QStringLiteral("DELETE FROM patient WHERE id=?1 AND NOT EXISTS(SELECT 1 FROM study WHERE patient=?1)"),
                            {*patient ? **patient : QVariant()});
}

} // namespace diascope::archive
