#pragma once
#include "netclient/archive/records.h"
#include "tests/support/dice.h"
#include "tests/support/drawn_archive.h"
#include <QRegularExpression>
#include <QSet>
#include <map>
#include <set>

/// An archive as plain lists, and what an archive tells as lines.
namespace diascope::test
{

using namespace archive;

struct Row
{
    File file; ///< as it came
    QString sha, reference;
    qint64 size = 0;
    Origin origin = Origin::Unknown;
    QString source, confirmed;
    int order = 0, written = 0; ///< when its bytes were written, of a reference
    bool isOurs() const { return reference.isEmpty(); }
    QString operator[](quint32 tag) const { return file.says[tag]; }
};
struct StudyState
{
    Says first; ///< of its instances
    PatientIdentity patient;
    QStringList words;
    QMap<QString, Says> series = {}; ///< the first instance of each
    qint64 added = 0, used = 0;
    bool isPinned = false, isTouched = false;
    int order = 0;
};
struct Aside
{
    QString source, uid, reason, kept, study;
    PatientIdentity patient = {};
};
/// Something on its way in.
struct Incoming
{
    QByteArray bytes;
    QString name, reference; ///< what a remark calls it; the path where it stays there
    Origin origin = Origin::Imported;
    bool isReceived = false;
};
struct Outcome
{
    enum Kind { New, Duplicate, Quarantined, Skipped, Directory } kind = New;
    QString reason = {};
};
inline const QString otherBytes = "the same SOP Instance UID is stored with other bytes", rotten = "the bytes have changed since they were stored";

inline QString whyAnother(const PatientIdentity& a, const PatientIdentity& b)
{
    using Part = dicom::IdentityPart;
    QStringList parts;
    for (const auto& [part, name] : {std::pair(Part::PatientId, "patient ID"), {Part::Issuer, "issuer of the patient ID"}, {Part::Name, "name"},
                                     {Part::BirthDate, "birth date"}, {Part::Sex, "sex"}})
        if (contradictions(a, b).testFlag(part))
            parts << name;
    return parts.isEmpty() ? QString("its study is stored here, and nothing says that it is of the same patient")
                           : QString("its study is stored here with another patient (other %1)").arg(parts.join(", "));
}
inline void addTo(std::vector<dicom::StudyUid>& studies, const QString& uid)
{
    if (std::ranges::count(studies, dicom::StudyUid{uid}) == 0)
        studies.push_back({uid});
}

/// The archive as plain lists: all is counted and sorted anew whenever it is asked for.
struct PlainArchive
{
    QString folder;                                    ///< of the pixels
    QMap<QString, QByteArray> disk, users, thumbnails; ///< by place in the store; by path; by series
    QMap<QString, int> written;                        ///< by path, counted
    QMap<QString, Row> rows;
    QMap<QString, StudyState> studies;
    std::vector<Aside> quarantine;
    std::set<std::pair<QString, QString>> accepted;
    QHash<QString, File> meanings; ///< of bytes, by their hash
    Reached* reached = nullptr;
    int last = 0;

    const File& meaning(const QByteArray& bytes) { return meanings[shaOf(bytes)]; }
    QStringList rowsOf(const QString& study, const QString& series = {}) const
    {
        QStringList found;
        for (const auto& [uid, row] : rows.asKeyValueRange())
            if ((study.isEmpty() || row[Study] == study) && (series.isEmpty() || row[Series] == series))
                found << uid;
        return found;
    }
    QString pathOf(const Row& row) const { return row.isOurs() ? folder + '/' + placeOf(row.sha) : row.reference; }
    bool isThere(const Row& row) const { return row.isOurs() ? disk.contains(placeOf(row.sha)) : users.contains(row.reference); }
    QByteArray bytesOf(const Row& row) const { return row.isOurs() ? disk.value(placeOf(row.sha)) : users.value(row.reference); }
    qint64 storedBytes(const QString& study = {}) const
    {
        qint64 sum = 0;
        for (const QString& uid : rowsOf(study))
            sum += rows[uid].isOurs() ? rows[uid].size : 0;
        return sum;
    }
    qint64 onlyHere(const QString& study, bool alsoImported = true) const
    {
        return std::ranges::count_if(rows, [&](const Row& row) {
            return row[Study] == study && row.isOurs() && row.confirmed.isEmpty() && (alsoImported || row.origin != Origin::Imported);
        });
    }
    QStringList newestFirst() const
    {
        QStringList found = studies.keys();
        std::ranges::sort(found, std::greater(), [&](const QString& uid) {
            const StudyState& one = studies[uid];
            return std::tuple(plainDate(one.first[StudyDate]), one.first[StudyTime], one.order);
        });
        return found;
    }
    QStringList places() const { return disk.keys().filter(QRegularExpression("^../")); }
    /// What has no instance any more goes.
    void sweep()
    {
        for (const QString& uid : studies.keys()) {
            for (const QString& series : studies[uid].series.keys())
                if (rowsOf(uid, series).empty())
                    studies[uid].series.remove(series);
            if (studies[uid].series.isEmpty())
                studies.remove(uid);
        }
    }
    Outcome putAside(const Incoming& in, const QString& uid, const QString& reason, const Says& another = {})
    {
        if (in.isReceived)
            disk["quarantine/" + shaOf(in.bytes)] = in.bytes;
        quarantine.push_back({in.name, uid, reason, in.isReceived ? shaOf(in.bytes) : "", another[Study], patientOf(another)});
        return {Outcome::Quarantined, reason};
    }
    void put(Row& row, const Incoming& in)
    {
        row.file = meaning(in.bytes);
        row.reference = in.reference;
        row.sha = row.isOurs() ? shaOf(in.bytes) : "";
        row.size = in.bytes.size();
        row.written = written.value(in.reference);
        row.origin = in.origin;
        row.source = in.origin == Origin::Received || in.origin == Origin::Retrieved ? in.name : "";
        if (in.origin == Origin::Retrieved && !in.name.isEmpty())
            row.confirmed = in.name;
        if (row.isOurs())
            disk[placeOf(row.sha)] = in.bytes;
    }
    bool isAccepted(const Says& says) const { return accepted.contains({says[Study], lineOf(patientOf(says))}); }
    /// "": it is of the study's patient, and told more of him. Else why it is not.
    QString join(StudyState& study, const Says& says)
    {
        const PatientIdentity patient = patientOf(says);
        const bool isOne = isOnePatient(study.patient, patient);
        if (!isOne && !isAccepted(says))
            return whyAnother(study.patient, patient);
        reached->count("another patient, accepted", !isOne);
        if (isOne)
            study.patient = study.patient.mergedWith(patient);
        study.words << plainName(study.patient.name) << plain(study.patient.patientId);
        study.isTouched = true;
        return {};
    }
    /// "": it has a row now. Else why it has not.
    QString insert(const Says& says, const Incoming& in)
    {
        const bool isNew = !studies.contains(says[Study]);
        StudyState& study = studies[says[Study]];
        if (isNew)
            study = {.first = says, .patient = patientOf(says), .words = {plain(says[Accession]), plain(says[Description]), plain(says[StudyId])},
                     .order = ++last};
        if (const QString why = join(study, says); !why.isEmpty())
            return why;
        if (!study.series.contains(says[Series])) {
            study.series[says[Series]] = says;
            study.words << plain(says[BodyPart]);
        }
        rows[says[Instance]].order = ++last;
        put(rows[says[Instance]], in);
        return {};
    }
    Outcome decide(const Incoming& in)
    {
        const Row row = rows.value(meaning(in.bytes).says[Instance]);
        const QString known = row.order == 0 ? "unknown" : QString(isThere(row) ? "" : "lost ") + (row.isOurs() ? "copy" : "reference");
        const Outcome outcome = decided(in);
        const QString way = in.isReceived ? "received" : in.reference.isEmpty() ? "copy" : "reference";
        reached->count(QString("%1, %2 comes: %3").arg(known, way).arg(outcome.kind));
        return outcome;
    }
    Outcome decided(const Incoming& in)
    {
        const File& file = meaning(in.bytes);
        const QString uid = file.says[Instance];
        if (file.kind == File::NotDicom && !in.isReceived)
            return {Outcome::Skipped, file.reason};
        if (file.kind == File::NotDicom || file.kind == File::Damaged)
            return putAside(in, {}, file.reason);
        if (file.kind == File::Directory)
            return {Outcome::Directory};
        if (!rows.contains(uid)) {
            const QString why = insert(file.says, in);
            return why.isEmpty() ? Outcome{Outcome::New} : putAside(in, uid, why, file.says);
        }
        Row& row = rows[uid];
        const bool isElsewhere = row[Study] != file.says[Study] || row[Series] != file.says[Series];
        if (isThere(row)) {
            const bool isSameFile = row.isOurs() ? in.reference.isEmpty() && row.sha == shaOf(in.bytes) : row.reference == in.reference;
            if (isElsewhere || (!isSameFile && bytesOf(row) != in.bytes && !meaning(bytesOf(row)).isSameAs(file)))
                return putAside(in, uid, otherBytes);
            const bool isAnew = !row.isOurs() && row.written != written[row.reference];
            reached->count("a reference written over comes again", isAnew && !in.reference.isEmpty());
            if (row.isOurs() || (!in.reference.isEmpty() && !isAnew)) {
                if (in.origin == Origin::Retrieved && row.confirmed.isEmpty())
                    row.confirmed = in.name;
                return {Outcome::Duplicate};
            }
        } else if (row.isOurs() ? !in.reference.isEmpty() || shaOf(in.bytes) != row.sha : isElsewhere) {
            return putAside(in, uid, otherBytes);
        }
        if (const QString why = join(studies[row[Study]], file.says); reached->count("another patient in its place", !why.isEmpty()))
            return putAside(in, uid, why, file.says);
        const bool isAsIndexed = row.isOurs() || (isThere(row) && row.written == written[row.reference]);
        reached->count("what was confirmed has gone", !isAsIndexed && !row.confirmed.isEmpty());
        row.confirmed = isAsIndexed ? row.confirmed : "";
        put(row, in);
        return {Outcome::New};
    }
    void dropFromQuarantine(size_t index)
    {
        const QString kept = quarantine[index].kept;
        quarantine.erase(quarantine.begin() + qsizetype(index));
        if (!reached->count("bytes that two remarks keep", std::ranges::any_of(quarantine, [&](const Aside& one) { return one.kept == kept; })))
            disk.remove("quarantine/" + kept);
    }
    void count(ImportReport& report, const Incoming& in)
    {
        const File& file = meaning(in.bytes);
        const Outcome outcome = decide(in);
        report.imported += outcome.kind == Outcome::New;
        report.duplicates += outcome.kind == Outcome::Duplicate;
        if (outcome.kind == Outcome::Quarantined)
            report.quarantined.push_back({in.name, outcome.reason});
        if (outcome.kind == Outcome::Skipped)
            report.skipped.push_back({in.name, outcome.reason});
        if (outcome.kind == Outcome::New && file.header & Program)
            report.warned.push_back({in.name, "the file begins like a program; never run it"});
        if (outcome.kind <= Outcome::Duplicate)
            addTo(report.studies, file.says[Study]);
    }
    void remove(const QString& study, bool alsoReferences)
    {
        QSet<QString> gone, staying;
        for (const QString& uid : rowsOf(study)) {
            const Row row = rows[uid];
            const bool isGoing = alsoReferences || row.isOurs();
            (isGoing ? gone : staying).insert(row[Series]);
            if (isGoing)
                rows.remove(uid);
            if (row.isOurs())
                disk.remove(placeOf(row.sha));
        }
        for (const QString& series : gone - staying)
            reached->count("a thumbnail goes", thumbnails.remove(series) > 0);
        sweep();
    }
    EvictionReport evict(qint64 quota, const QString& wanted, const QStringList& open, bool importedMayGo, bool isStopped, QStringList& told)
    {
        EvictionReport report;
        const qint64 toFree = storedBytes() - quota;
        qint64 freed = 0;
        QStringList all = studies.keys();
        std::ranges::sort(all, {}, [&](const QString& uid) { return std::tuple(studies[uid].used, studies[uid].order); });
        for (const QString& uid : all) {
            const qint64 bytes = storedBytes(uid), stays = onlyHere(uid, !importedMayGo);
            if (bytes == 0 || freed >= toFree)
                continue;
            const bool isPinned = studies[uid].isPinned;
            QString reason = isPinned ? "pinned" : stays > 0 ? QString("%1 image(s) of it are known nowhere else").arg(stays) : "";
            if (reason.isEmpty()) {
                told << "asked for " + uid;
                reason = wanted == uid ? "wanted" : open.contains(uid) ? "open" : "";
            }
            reached->count("evict: " + (reason.isEmpty() ? "goes" : reason.section(' ', -1)));
            if (!reason.isEmpty()) {
                report.kept.push_back({{uid}, bytes, reason});
                continue;
            }
            report.evicted.push_back({{uid}, bytes});
            freed += bytes;
            told << QString("%1 of %2").arg(std::min(freed, toFree)).arg(toFree);
            remove(uid, false);
            reached->count("evict: references stay", studies.contains(uid));
            report.isCancelled = isStopped && freed < toFree;
            if (reached->count("evict: stopped", report.isCancelled))
                break;
        }
        report.bytesOver = std::max<qint64>(0, storedBytes() - quota);
        return report;
    }
    void moveAside(const QString& name, const QString& uid, const QString& reason, const Says& another = {})
    {
        int i = 1;
        while (disk.contains(QString("quarantine/%1.%2").arg(name).arg(i)))
            ++i;
        const QString kept = QString("%1.%2").arg(name).arg(i);
        disk["quarantine/" + kept] = disk.take(placeOf(name));
        quarantine.push_back({folder + '/' + placeOf(name), uid, reason, kept, another[Study], patientOf(another)});
    }
    VerifyReport verify(bool isRepair)
    {
        VerifyReport report;
        QSet<QString> seriesOfThem;
        QStringList all = rows.keys();
        std::ranges::sort(all, {}, [&](const QString& uid) { return rows[uid].order; });
        for (const QString& uid : all) {
            const Row row = rows[uid];
            ++report.checked;
            if (isThere(row) && (row.isOurs() ? shaOf(bytesOf(row)) == row.sha : bytesOf(row).size() == row.size))
                continue;
            const QString why = row.isOurs() ? rotten : "the file has another size than when it was indexed";
            (isThere(row) ? report.changed : report.missing).push_back({pathOf(row), isThere(row) ? why : "the file is gone", uid});
            reached->count(QString("verify: %1 %2").arg(row.isOurs() ? "copy" : "reference", isThere(row) ? "changed" : "missing"));
            addTo(report.refetch, row[Study]);
            if (!isRepair)
                continue;
            ++report.repaired;
            if (row.isOurs() && isThere(row))
                moveAside(row.sha, uid, rotten);
            seriesOfThem << row[Series];
            rows.remove(uid);
        }
        sweep();
        for (const QString& series : seriesOfThem)
            if (rowsOf({}, series).isEmpty())
                reached->count("verify: a thumbnail goes", thumbnails.remove(series) > 0);
        for (const QString& place : places()) {
            const QString name = place.section('/', 1);
            if (std::ranges::any_of(rows, [&](const Row& row) { return row.isOurs() && row.sha == name; }))
                continue;
            ++report.orphans;
            report.repaired += isRepair;
            const QByteArray bytes = disk.value(place);
            if (isRepair && (decide({bytes, folder + '/' + place, {}, Origin::Unknown, true}).kind != Outcome::New || shaOf(bytes) != name))
                disk.remove(place);
        }
        return report;
    }
    /// One file more in an index made anew; false: its turn comes later.
    bool rebuildOne(ImportReport& report, const QString& path, const QByteArray& bytes, bool isOurs, bool isLate, std::vector<Aside>& moved)
    {
        const File file = meaning(bytes);
        const QString name = path.section('/', -1), uid = file.says[Instance];
        const auto aside = [&](const QString& of, const QString& reason, const Says& another = {}) {
            if (isOurs)
                moved.push_back({name, of, reason, {}, another[Study], patientOf(another)});
        };
        if (!isOurs && !users.contains(path)) {
            report.skipped.push_back({path, "there is no file " + path});
        } else if (file.kind != File::Sound) {
            report.skipped.push_back({path, file.reason});
            aside({}, file.reason);
        } else if (!isLate && isAccepted(file.says)) {
            return reached->count("rebuild: late"), false;
        } else if (reached->count("rebuild: the same again", rows.contains(uid))) {
            ++report.duplicates;
            aside(uid, otherBytes);
        } else if (const QString why = insert(file.says, {bytes, path, isOurs ? "" : path, isOurs ? Origin::Unknown : Origin::Imported});
                   reached->count("rebuild: another patient", !why.isEmpty() && isOurs) || !why.isEmpty()) {
            report.quarantined.push_back({path, why, uid});
            aside(uid, why, file.says);
        } else {
            rows[uid].sha = isOurs ? name : "";
            ++report.imported;
            addTo(report.studies, file.says[Study]);
        }
        return true;
    }
    ImportReport rebuild()
    {
        ImportReport report;
        const auto oldRows = std::exchange(rows, {});
        const auto oldStudies = std::exchange(studies, {});
        const auto lying = disk;
        std::vector<std::pair<QString, QByteArray>> all, late;
        for (const QString& place : places())
            all.emplace_back(folder + '/' + place, lying[place]);
        const size_t ours = all.size();
        std::map<int, QString> references;
        for (const Row& row : oldRows)
            if (!row.isOurs())
                references[row.order] = row.reference;
        for (const auto& [order, path] : references)
            all.emplace_back(path, users.value(path));
        std::vector<Aside> moved;
        for (size_t i = 0; i < all.size(); ++i)
            if (!rebuildOne(report, all[i].first, all[i].second, i < ours, false, moved))
                late.push_back(all[i]);
        for (const auto& [path, bytes] : late)
            rebuildOne(report, path, bytes, path.startsWith(folder), true, moved);
        disk = lying;
        for (const Aside& one : moved) {
            moveAside(one.source, one.uid, one.reason);
            quarantine.back().study = one.study, quarantine.back().patient = one.patient;
        }
        for (const auto& [uid, old] : oldRows.asKeyValueRange())
            if (rows.contains(uid) && reached->count("rebuild: as it was", rows[uid].sha == old.sha && rows[uid].written == old.written))
                rows[uid].origin = old.origin, rows[uid].source = old.source, rows[uid].confirmed = old.confirmed;
            else
                reached->count("rebuild: other bytes", rows.contains(uid));
        for (const auto& [uid, old] : oldStudies.asKeyValueRange())
            if (studies.contains(uid)) {
                studies[uid].added = old.added, studies[uid].used = old.used, studies[uid].isPinned = old.isPinned;
                studies[uid].isTouched = false;
            }
        for (const QString& series : thumbnails.keys())
            if (rowsOf({}, series).isEmpty())
                thumbnails.remove(series);
        return report;
    }
};

inline QStringList remarks(const QString& title, const std::vector<Remark>& all)
{
    QStringList lines{title};
    for (const Remark& one : all)
        lines << line(one.path, one.reason, one.instanceUid);
    return lines;
}
inline QString uids(const std::vector<dicom::StudyUid>& all)
{
    QString found = "of";
    for (const auto& one : all)
        found += ' ' + one.value;
    return found;
}
inline QStringList linesOf(const ImportReport& report)
{
    return QStringList{line(report.imported, report.duplicates, report.isCancelled, report.failure.has_value()), uids(report.studies)} +
           remarks("quarantined", report.quarantined) + remarks("skipped", report.skipped) + remarks("warned", report.warned);
}
inline QStringList linesOf(const VerifyReport& report)
{
    return QStringList{line(report.checked, report.orphans, report.repaired, report.isDatabaseSound), uids(report.refetch)} +
           remarks("missing", report.missing) + remarks("changed", report.changed);
}
inline QStringList linesOf(const EvictionReport& report)
{
    QStringList lines{line(report.bytesOver, report.isCancelled)};
    for (const auto& one : report.evicted)
        lines << line("gone", one.study.value, one.bytes);
    for (const auto& one : report.kept)
        lines << line("kept", one.study.value, one.bytes, one.reason);
    return lines;
}
inline QString lineOf(const SeriesRow& one)
{
    return line("  series", one.study.value, one.uid.value, one.modality, one.number, one.description, one.bodyPart, one.date, one.time,
                one.frameOfReference, one.instances);
}
inline QString lineOf(const InstanceRow& one)
{
    return line("    instance", one.study.value, one.series.value, one.uid.value, one.sopClassUid, one.transferSyntaxUid, one.number, one.rows,
                one.columns, one.frames, one.sizeBytes, one.path, one.isReference, one.sha256, one.origin, one.source, one.confirmedBy);
}
inline QString lineOf(const StudyRow& one)
{
    return line(one.uid.value, lineOf(one.patient()), one.date, one.time, one.accession, one.description, one.referringPhysician, one.modalities,
                one.series, one.instances, one.isPinned, one.storedBytes, one.onlyHere);
}
/// The program's rows as lines.
template <typename Row>
inline QStringList linesOf(const std::vector<Row>& rows)
{
    QStringList lines;
    for (const Row& row : rows)
        lines << lineOf(row);
    return lines;
}
inline QStringList studyUids(const std::vector<StudyRow>& all)
{
    QStringList found;
    for (const StudyRow& one : all)
        found << one.uid.value;
    return found;
}
inline std::optional<qint64> wholeNumber(const QString& text) { return text.isEmpty() ? std::nullopt : std::optional(text.toLongLong()); }
inline auto byNumber(const QString& number, const QString& uid) { return std::tuple(number.isEmpty(), number.toLongLong(), uid); }

} // namespace diascope::test
