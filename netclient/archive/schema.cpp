#include "netclient/archive/index.h"

namespace diascope::archive
{

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
        // Where an instance came from and who else keeps it; what a study takes of the disk and when it was last wanted; the words
        // of a study in three-letter pieces, and once more in the order of the list, so that neither way of searching reads rows.
        // The pieces are kept in step by IndexWriter and recount(): SQLite 3.40 lets no trigger write them in a distrusted schema.
        QStringLiteral(R"(
CREATE TABLE peer(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
ALTER TABLE instance ADD COLUMN origin INTEGER NOT NULL DEFAULT 0;
ALTER TABLE instance ADD COLUMN source INTEGER; -- the peer it came from
ALTER TABLE instance ADD COLUMN confirmed INTEGER; -- the peer that keeps a copy
ALTER TABLE study ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0; -- of files of ours
ALTER TABLE study ADD COLUMN only_here INTEGER NOT NULL DEFAULT 0; -- files of ours that nobody else is known to keep
ALTER TABLE study ADD COLUMN only_imported INTEGER NOT NULL DEFAULT 0; -- of these, imported from files
ALTER TABLE study ADD COLUMN used INTEGER NOT NULL DEFAULT 0;
ALTER TABLE study ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0;
UPDATE study SET used=added, (bytes, only_here)=(SELECT ifnull(sum(size),0), count(*) FROM instance
  WHERE series IN (SELECT id FROM series WHERE study=study.id) AND reference IS NULL);
UPDATE study SET words=words||' '||parts.text FROM (SELECT study, lower(group_concat(body_part,' ')) AS text FROM
  (SELECT DISTINCT study, body_part FROM series WHERE body_part<>'') GROUP BY study) AS parts WHERE parts.study=study.id;
CREATE INDEX study_by_use ON study(used, id) WHERE bytes>0;
CREATE TABLE archive_size(bytes INTEGER NOT NULL);
INSERT INTO archive_size SELECT ifnull(sum(bytes),0) FROM study;
CREATE TRIGGER study_size_grows AFTER INSERT ON study WHEN new.bytes<>0
  BEGIN UPDATE archive_size SET bytes=bytes+new.bytes; END;
CREATE TRIGGER study_size_changes AFTER UPDATE OF bytes ON study WHEN new.bytes<>old.bytes
  BEGIN UPDATE archive_size SET bytes=bytes+new.bytes-old.bytes; END;
CREATE TRIGGER study_size_shrinks AFTER DELETE ON study WHEN old.bytes<>0
  BEGIN UPDATE archive_size SET bytes=bytes-old.bytes; END;
DROP INDEX study_by_day;
CREATE INDEX study_search ON study(date DESC, time DESC, id DESC, modalities, name_folded, words);
CREATE VIRTUAL TABLE study_text USING fts5(words, content='study', content_rowid='id', tokenize='trigram', detail=none, columnsize=0);
INSERT INTO study_text(study_text) VALUES('rebuild');
)"),
        // Of an instance that names another patient than its study does: what it names, and what a person accepted nevertheless.
        QStringLiteral(R"(
ALTER TABLE quarantine ADD COLUMN study TEXT NOT NULL DEFAULT ''; -- only where the patient is another one
ALTER TABLE quarantine ADD COLUMN patient_id TEXT NOT NULL DEFAULT '';
ALTER TABLE quarantine ADD COLUMN issuer TEXT NOT NULL DEFAULT '';
ALTER TABLE quarantine ADD COLUMN name TEXT NOT NULL DEFAULT '';
ALTER TABLE quarantine ADD COLUMN birth_date TEXT NOT NULL DEFAULT '';
ALTER TABLE quarantine ADD COLUMN sex TEXT NOT NULL DEFAULT '';
CREATE TABLE accepted_patient(
  study TEXT NOT NULL, patient_id TEXT NOT NULL, issuer TEXT NOT NULL, name TEXT NOT NULL, birth_date TEXT NOT NULL, sex TEXT NOT NULL,
  accepted_by TEXT NOT NULL, time INTEGER NOT NULL,
  PRIMARY KEY(study, patient_id, issuer, name, birth_date, sex)) WITHOUT ROWID;
)"),
        // folded() makes ss of ß, and i of İ, since then.
        QStringLiteral(R"(
INSERT INTO study_text(study_text, rowid, words) SELECT 'delete', id, words FROM study WHERE words GLOB '*[ßI]*';
INSERT INTO study_text(rowid, words) SELECT id, replace(replace(words,'ß','ss'),'I','i') FROM study WHERE words GLOB '*[ßI]*';
UPDATE study SET words=replace(replace(words,'ß','ss'),'I','i'), name_folded=replace(replace(name_folded,'ß','ss'),'I','i')
  WHERE words GLOB '*[ßI]*';
)"),
    };
}

} // namespace diascope::archive
