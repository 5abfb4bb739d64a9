#include "netclient/archive/archive_private.h"
#include <QFile>
#include <QFileInfo>
#include <QSet>
#include <sys/stat.h>

namespace diascope::archive
{

Result<bool> Archive::Private::remove(qint64 study, Removal removal, const std::function<Result<bool>()>& mayGo)
{
    const QString ours = QStringLiteral(" FROM instance WHERE series IN (SELECT id FROM series WHERE study=?) AND reference IS NULL");
    QStringList names;
    const auto done = [&]() -> Result<bool> {
        auto transaction = Transaction::begin(*writer);
        if (!transaction)
            return std::unexpected(transaction.error());
        if (mayGo)
            if (const auto permitted = mayGo(); !permitted || !*permitted)
                return permitted;
        const auto files = rowsOf<QString>(*writer, QStringLiteral("SELECT sha256") + ours, {study}, [](const Statement& row) { return row.text(0); });
        if (!files)
            return std::unexpected(files.error());
        names = QStringList(files->begin(), files->end());
        // Announced first, rows next, files last: a kill in between leaves nothing without the other.
        if (!names.isEmpty())
            if (auto announced = store->announce(names); !announced)
                return std::unexpected(announced.error());
        QStringList steps{QStringLiteral("DELETE") + ours};
        if (removal == Removal::Whole)
            steps = QStringList{QStringLiteral("DELETE FROM thumbnail WHERE series IN (SELECT uid FROM series WHERE study=?)"),
                                QStringLiteral("DELETE FROM instance WHERE series IN (SELECT id FROM series WHERE study=?)")};
        else // thumbnails of series that are gone afterwards
            steps.prepend(QStringLiteral("DELETE FROM thumbnail WHERE series IN (SELECT uid FROM series WHERE study=?"
                                         " AND NOT EXISTS(SELECT 1 FROM instance WHERE series=series.id AND reference IS NOT NULL))"));
        for (const QString& sql : steps)
            if (auto done = writer->execute(sql, {study}); !done)
                return std::unexpected(done.error());
        if (auto done = recount(*writer, study); !done)
            return std::unexpected(done.error());
        if (auto done = countChange(*writer); !done)
            return std::unexpected(done.error());
        if (auto committed = transaction->commit(); !committed)
            return std::unexpected(committed.error());
        return true;
    }();
    if (!done)
        dropAfterFailure(names);
    if (!done || !*done)
        return done;
    if (auto dropped = dropUnreferenced(names); !dropped)
        return std::unexpected(dropped.error());
    return true;
}

Result<void> Archive::removeStudy(const dicom::StudyUid& study)
{
    {
        const std::lock_guard lock(d->writing);
        const auto id = d->writer->value(QStringLiteral("SELECT id FROM study WHERE uid=?"), {study.value});
        if (!id)
            return std::unexpected(id.error());
        if (!*id)
            return fail(Fault::NotFound, tr("there is no study %1").arg(study.value));
        const auto removed = d->makingRoom([&] { return d->remove((*id)->toLongLong(), Private::Removal::Whole); });
        if (!removed) {
            const auto left = d->writer->value(QStringLiteral("SELECT 1 FROM study WHERE id=?"), {**id});
            if (left && !*left)
                Q_EMIT changed();
            return std::unexpected(removed.error());
        }
    }
    Q_EMIT changed();
    return {};
}

Result<void> Archive::removeFromQuarantine(qint64 id)
{
    {
        const std::lock_guard lock(d->writing);
        QStringList names;
        {
            auto transaction = Transaction::begin(*d->writer);
            if (!transaction)
                return std::unexpected(transaction.error());
            const auto kept = d->writer->value(QStringLiteral("SELECT kept FROM quarantine WHERE id=?"), {id});
            if (!kept)
                return std::unexpected(kept.error());
            if (!*kept)
                return fail(Fault::NotFound, tr("there is nothing in quarantine with the number %1").arg(id));
            if (const QString sha256 = (*kept)->toString(); !sha256.isEmpty())
                names << PixelStore::quarantined(sha256);
            if (!names.isEmpty())
                if (auto announced = d->store->announce(names); !announced)
                    return announced;
            if (auto done = d->writer->execute(QStringLiteral("DELETE FROM quarantine WHERE id=?"), {id}); !done)
                return done;
            if (auto done = countChange(*d->writer); !done)
                return done;
            if (auto done = transaction->commit(); !done)
                return done;
        }
        if (!names.isEmpty()) // another remark may still keep the same bytes
            if (auto dropped = d->dropUnreferenced(names); !dropped)
                return dropped;
    }
    Q_EMIT changed();
    return {};
}

Result<ImportReport> Archive::acceptFromQuarantine(qint64 id, const QString& by)
{
    const auto rows = quarantine();
    if (!rows)
        return std::unexpected(rows.error());
    const auto chosen = std::find_if(rows->begin(), rows->end(), [id](const QuarantineRow& row) { return row.id == id; });
    if (chosen == rows->end())
        return fail(Fault::NotFound, tr("there is nothing in quarantine with the number %1").arg(id));
    if (!chosen->isOfAnotherPatient())
        return fail(Fault::Conflict, tr("only what names another patient can be accepted; this is there because: %1").arg(chosen->reason));
    const auto text = [](const QString& one) { return one.isNull() ? QLatin1String("") : one; };
    const dicom::PatientIdentity& patient = chosen->patient;
    bool isNews = false;
    {
        const std::lock_guard lock(d->writing);
        auto transaction = Transaction::begin(*d->writer);
        if (!transaction)
            return std::unexpected(transaction.error());
        if (auto done = d->writer->execute(QStringLiteral("INSERT OR IGNORE INTO accepted_patient VALUES(?,?,?,?,?,?,?,?)"),
                                           {chosen->study.value, text(patient.patientId), text(patient.issuer), text(patient.name), text(patient.birthDate),
                                            text(patient.sex), by, QDateTime::currentMSecsSinceEpoch()});
            !done)
            return std::unexpected(done.error());
        isNews = d->writer->changes() > 0;
        if (auto done = isNews ? countChange(*d->writer) : Result<void>(); !done)
            return std::unexpected(done.error());
        if (auto done = transaction->commit(); !done)
            return std::unexpected(done.error());
    }
    if (isNews)
        Q_EMIT changed();
    ImportReport report;
    report.studies.push_back(chosen->study);
    for (const QuarantineRow& row : *rows) {
        if (row.study != chosen->study || row.patient != patient)
            continue;
        std::vector<Candidate> candidates;
        if (row.keptPath.isEmpty()) {
            candidates.push_back(d->prepareCopy(row.source));
        } else {
            QFile kept(row.keptPath);
            if (kept.open(QIODevice::ReadOnly))
                candidates.push_back(d->prepareReceived(kept.readAll(), row.source, Arrival::Pushed));
        }
        if (candidates.empty() || !candidates.front().header || candidates.front().header->isDirectory) {
            const QString reason = candidates.empty()            ? tr("its bytes are gone")
                                   : candidates.front().header ? directoryRefused().detail
                                                               : candidates.front().header.error().detail;
            report.skipped.push_back({row.source, reason, row.sopInstanceUid});
            for (const Candidate& candidate : candidates)
                d->store->discard(candidate.temporary);
            continue;
        }
        const auto outcomes = d->commit(candidates);
        if (!outcomes)
            return std::unexpected(outcomes.error());
        // A kill before the remark goes leaves it to be accepted, or removed, once more.
        const Outcome& outcome = outcomes->front();
        if (outcome.kind == Outcome::Quarantined) { // the same number with other bytes: it has a remark of its own now
            report.quarantined.push_back({row.source, outcome.error.detail, row.sopInstanceUid});
        } else {
            ++(outcome.kind == Outcome::New ? report.imported : report.duplicates);
        }
        if (auto removed = removeFromQuarantine(row.id); !removed)
            return std::unexpected(removed.error());
    }
    return report;
}

Result<qint64> Archive::Private::removeBroken(const std::vector<Broken>& broken)
{
    const std::lock_guard lock(writing);
    qint64 removed = 0;
    QStringList names;
    const auto done = [&]() -> Result<void> {
        auto transaction = Transaction::begin(*writer); // and no other process takes the free names
        if (!transaction)
            return std::unexpected(transaction.error());
        QHash<QString, QString> aside;
        for (const Broken& one : broken)
            if (one.isRotten) {
                aside[one.sha256] = store->freeNameInQuarantine(one.sha256);
                names << one.sha256 << PixelStore::quarantined(aside[one.sha256]);
            }
        if (!names.isEmpty())
            if (auto announced = store->announce(names); !announced)
                return announced;
        auto gone = writer->prepare(QStringLiteral("DELETE FROM instance WHERE id=?1 AND ifnull(sha256,'')=?2"
                                                   " RETURNING uid, (SELECT study FROM series WHERE id=series),"
                                                   " (SELECT uid FROM series WHERE id=series)"));
        if (!gone)
            return std::unexpected(gone.error());
        IndexWriter rows(*writer);
        QSet<qint64> studies;
        QSet<QString> series;
        for (const Broken& one : broken) {
            gone->bindAll({one.id, one.sha256.isNull() ? QStringLiteral("") : one.sha256});
            const auto row = gone->step();
            if (!row)
                return std::unexpected(row.error());
            const QString uid = *row ? gone->text(0) : QString();
            if (*row) {
                studies.insert(gone->integer(1));
                series.insert(gone->text(2));
            }
            gone->reset();
            if (uid.isEmpty())
                continue;
            ++removed;
            if (!one.isRotten)
                continue;
            if (auto kept = store->linkToQuarantine(one.sha256, aside[one.sha256]); !kept)
                return kept;
            if (auto added = rows.addToQuarantine(store->pathOf(one.sha256), uid, aside[one.sha256],
                                                  tr("the bytes have changed since they were stored"));
                !added)
                return added;
        }
        if (auto synced = store->syncFolders(); !synced)
            return synced;
        for (qint64 study : studies)
            if (auto counted = recount(*writer, study); !counted)
                return counted;
        for (const QString& one : series)
            if (auto dropped = writer->execute(QStringLiteral("DELETE FROM thumbnail WHERE series=?1"
                                                              " AND NOT EXISTS(SELECT 1 FROM series WHERE uid=?1)"), {one});
                !dropped)
                return dropped;
        if (auto counted = countChange(*writer); !counted)
            return counted;
        return transaction->commit();
    }();
    if (!done) {
        dropAfterFailure(names);
        return std::unexpected(done.error());
    }
    if (!names.isEmpty())
        if (auto dropped = dropUnreferenced(names); !dropped)
            return std::unexpected(dropped.error());
    return removed;
}

Result<bool> Archive::Private::isOrphan(const QString& sha256, const QString& path)
{
    const std::lock_guard lock(writing);
    auto transaction = Transaction::begin(*writer); // nobody is between placing it and committing its row
    if (!transaction)
        return std::unexpected(transaction.error());
    const auto row = writer->value(QStringLiteral("SELECT 1 FROM instance WHERE sha256=? AND reference IS NULL"), {sha256});
    if (!row)
        return std::unexpected(row.error());
    return !*row && QFileInfo::exists(path);
}

Result<bool> Archive::Private::adopt(const QString& sha256, const QString& path)
{
    auto copied = store->copy(path);
    if (!copied && copied.error().fault == Fault::DiskFull)
        return std::unexpected(copied.error());
    if (!copied)
        return false; // it cannot even be read
    std::vector<Candidate> candidates(1);
    Candidate& candidate = candidates.front();
    candidate.source = path;
    candidate.isReceived = true; // what is no image is still somebody's bytes: aside, not away
    candidate.origin = Origin::Unknown;
    candidate.temporary = *copied;
    candidate.sizeBytes = copied->size;
    candidate.header = readHeader(copied->path);
    const bool isNamedRightly = copied->sha256 == sha256;
    const auto outcome = commit(candidates);
    if (!outcome)
        return std::unexpected(outcome.error());
    // What became a row lies at the same place again, unless the file's name was not its hash.
    const Outcome::Kind kind = outcome->front().kind;
    const bool isSettled = kind == Outcome::New || kind == Outcome::Duplicate || kind == Outcome::Quarantined || kind == Outcome::Directory;
    if (isSettled && (!isNamedRightly || kind != Outcome::New))
        if (auto removed = PixelStore::removeFile(path); !removed)
            return std::unexpected(removed.error());
    return isSettled;
}

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("Archive", text); }

struct Row
{
    qint64 id = 0;
    QString uid, study, sha256, reference;
    qint64 size = 0;
};

/// A page of the index, so that no reading transaction lasts: the log could not be written back meanwhile.
Result<std::vector<Row>> rowsAfter(Database& database, qint64 id)
{
    return rowsOf<Row>(database, QStringLiteral("SELECT instance.id, instance.uid, study.uid, sha256, reference, size FROM instance"
                                                " CROSS JOIN series ON series.id=instance.series CROSS JOIN study ON study.id=series.study"
                                                " WHERE instance.id>? ORDER BY instance.id LIMIT 500"),
                       {id}, [](const Statement& row) -> Row {
                           return {row.integer(0), row.text(1), row.text(2), row.text(3), row.text(4), row.integer(5)};
                       });
}

enum class State { Sound, Missing, Changed };

struct Finding
{
    State state = State::Sound;
    QString reason;
};

Finding lookAt(const Row& row, const QString& path)
{
    struct stat status = {};
    if (::stat(QFile::encodeName(path).constData(), &status) != 0)
        return {State::Missing, tr("the file is gone")};
    if (!row.reference.isEmpty())
        return qint64(status.st_size) == row.size
                   ? Finding()
                   : Finding{State::Changed, tr("the file has another size than when it was indexed")};
    const auto hash = PixelStore::hash(path);
    if (!hash)
        return {State::Changed, hash.error().detail};
    if (*hash != row.sha256)
        return {State::Changed, tr("the bytes have changed since they were stored")};
    return {};
}

} // namespace

Result<VerifyReport> Archive::verify(Repair repair, Task& task)
{
    VerifyReport report;
    const auto stopped = [&] { return fail(Fault::Cancelled, tr("the check was stopped")); };
    auto database = d->reader();
    if (!database)
        return std::unexpected(database.error());
    (*database)->stopWhen([&task] { return task.isCancelled(); });
    const auto sound = (*database)->value(QStringLiteral("PRAGMA integrity_check"));
    (*database)->stopWhen({});
    if (task.isCancelled())
        return stopped();
    report.isDatabaseSound = sound && *sound && (*sound)->toString() == u"ok";
    const auto total = (*database)->value(QStringLiteral("SELECT ifnull(sum(instances),0) FROM study"));
    if (!total)
        return std::unexpected(total.error());

    QSet<QString> refetch;
    qint64 last = 0;
    while (true) {
        const auto rows = rowsAfter(**database, last);
        if (!rows)
            return std::unexpected(rows.error());
        if (rows->empty())
            break;
        std::vector<Private::Broken> broken;
        for (const Row& row : *rows) {
            if (task.isCancelled())
                return stopped();
            last = row.id;
            const QString path = row.reference.isEmpty() ? d->store->pathOf(row.sha256) : row.reference;
            const Finding found = lookAt(row, path);
            task.report(++report.checked, (*total)->toLongLong());
            if (found.state == State::Sound)
                continue;
            // It may have been removed, or its bytes replaced, since the page was read.
            const auto still = (*database)->value(QStringLiteral("SELECT 1 FROM instance WHERE id=?1 AND ifnull(sha256,'')=?2"),
                                                  {row.id, row.sha256.isNull() ? QStringLiteral("") : row.sha256});
            if (!still)
                return std::unexpected(still.error());
            if (!*still)
                continue;
            (found.state == State::Missing ? report.missing : report.changed).push_back({path, found.reason, row.uid});
            broken.push_back({row.id, row.sha256, found.state == State::Changed && row.reference.isEmpty()});
            if (!refetch.contains(row.study)) {
                refetch.insert(row.study);
                report.refetch.push_back({row.study});
            }
        }
        if (repair == Repair::Yes && !broken.empty()) {
            const auto removed = d->removeBroken(broken);
            if (!removed)
                return std::unexpected(removed.error());
            report.repaired += *removed;
        }
    }
    for (const QString& folder : d->store->folders())
        for (const QString& name : PixelStore::filesIn(folder)) {
            if (task.isCancelled())
                return stopped();
            const auto row = (*database)->value(QStringLiteral("SELECT 1 FROM instance WHERE sha256=? AND reference IS NULL"), {name});
            if (!row)
                return std::unexpected(row.error());
            if (*row)
                continue;
            const QString path = folder + u'/' + name;
            const auto isOrphan = d->isOrphan(name, path);
            if (!isOrphan)
                return std::unexpected(isOrphan.error());
            report.orphans += *isOrphan;
            if (repair == Repair::No || !*isOrphan)
                continue;
            const auto adopted = d->adopt(name, path);
            if (!adopted)
                return std::unexpected(adopted.error());
            report.repaired += *adopted;
        }
    if (report.repaired > 0)
        Q_EMIT changed();
    return report;
}

} // namespace diascope::archive
