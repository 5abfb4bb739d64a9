#include "netclient/archive/archive_private.h"
#include <QElapsedTimer>
#include <QFile>
#include <QFileInfo>
#include <QSet>

namespace diascope::archive
{

namespace
{

struct Row
{
    qint64 id = 0;
    qint64 study = 0;
    QString sha256;
    QString reference;
    qint64 size = 0;
};

Result<std::vector<Row>> allRows(Database& database)
{
    auto query = database.prepare(QStringLiteral("SELECT instance.id, series.study, sha256, reference, size FROM instance"
                                                 " JOIN series ON series.id=instance.series"));
    if (!query)
        return std::unexpected(query.error());
    std::vector<Row> rows;
    while (true) {
        const auto row = query->step();
        if (!row)
            return std::unexpected(row.error());
        if (!*row)
            return rows;
        rows.push_back({query->integer(0), query->integer(1), query->text(2), query->text(3), query->integer(4)});
    }
}

Result<void> removeRows(Database& database, const std::vector<Row>& rows)
{
    auto transaction = Transaction::begin(database);
    if (!transaction)
        return std::unexpected(transaction.error());
    QSet<qint64> studies;
    for (const Row& row : rows) {
        if (auto done = database.execute(QStringLiteral("DELETE FROM instance WHERE id=?"), {row.id}); !done)
            return done;
        studies.insert(row.study);
    }
    for (qint64 study : studies)
        if (auto done = recount(database, study); !done)
            return done;
    if (auto done = countChange(database); !done)
        return done;
    return transaction->commit();
}

} // namespace

Result<void> Archive::removeStudy(const dicom::StudyUid& study)
{
    {
        const std::lock_guard lock(d->writing);
        const auto id = d->writer->value(QStringLiteral("SELECT id FROM study WHERE uid=?"), {study.value});
        if (!id)
            return std::unexpected(id.error());
        if (!*id)
            return fail(Fault::NotFound, tr("there is no study %1").arg(study.value));
        QStringList names;
        {
            auto query = d->writer->prepare(QStringLiteral("SELECT sha256 FROM instance JOIN series ON series.id=instance.series"
                                                           " WHERE series.study=? AND reference IS NULL"));
            if (!query)
                return std::unexpected(query.error());
            query->bind(1, **id);
            for (auto row = query->step(); row && *row; row = query->step())
                names << query->text(0);
        }
        // Announced first, rows next, files last: a kill in between leaves nothing without the other.
        if (!names.isEmpty())
            if (auto announced = d->store->announce(names); !announced)
                return announced;
        {
            auto transaction = Transaction::begin(*d->writer);
            if (!transaction)
                return std::unexpected(transaction.error());
            for (const char* sql : {"DELETE FROM thumbnail WHERE series IN (SELECT uid FROM series WHERE study=?)",
                                    "DELETE FROM instance WHERE series IN (SELECT id FROM series WHERE study=?)",
                                    "DELETE FROM series WHERE study=?"})
                if (auto done = d->writer->execute(QLatin1String(sql), {**id}); !done)
                    return done;
            if (auto done = recount(*d->writer, (*id)->toLongLong()); !done)
                return done;
            if (auto done = countChange(*d->writer); !done)
                return done;
            if (auto done = transaction->commit(); !done)
                return done;
        }
        if (auto dropped = d->dropUnreferenced(names); !dropped)
            return dropped;
    }
    Q_EMIT changed();
    return {};
}

Result<VerifyReport> Archive::verify(Repair repair, Task& task)
{
    VerifyReport report;
    auto database = d->reader();
    if (!database)
        return std::unexpected(database.error());
    const auto sound = (*database)->value(QStringLiteral("PRAGMA integrity_check"));
    report.isDatabaseSound = sound && *sound && (*sound)->toString() == u"ok";
    const auto rows = allRows(**database);
    if (!rows)
        return std::unexpected(rows.error());
    std::vector<Row> broken;
    std::vector<Row> rotten;
    QSet<QString> known;
    for (const Row& row : *rows) {
        if (task.isCancelled())
            return fail(Fault::Cancelled, tr("the check was stopped"));
        const bool isReference = !row.reference.isEmpty();
        const QString path = isReference ? row.reference : d->store->pathOf(row.sha256);
        if (!isReference)
            known.insert(row.sha256);
        if (!QFileInfo::exists(path)) {
            report.missing.push_back({path, tr("the file is gone")});
            broken.push_back(row);
        } else if (isReference) {
            if (QFileInfo(path).size() != row.size) {
                report.changed.push_back({path, tr("the file has another size than when it was indexed")});
                broken.push_back(row);
            }
        } else {
            const auto hash = PixelStore::hash(path);
            if (!hash || *hash != row.sha256) {
                report.changed.push_back({path, hash ? tr("the bytes have changed since they were stored") : hash.error().detail});
                rotten.push_back(row);
            }
        }
        task.report(++report.checked, qint64(rows->size()));
    }
    QStringList orphans;
    for (const auto& [sha256, path] : d->store->files())
        if (!known.contains(sha256))
            orphans << path;
    report.orphans = orphans.size();
    if (repair == Repair::No)
        return report;

    for (const Row& row : rotten) { // kept aside: it may still be better than nothing
        QFile::rename(d->store->pathOf(row.sha256), d->store->quarantinePathOf(row.sha256));
        broken.push_back(row);
    }
    if (!broken.empty()) {
        const std::lock_guard lock(d->writing);
        if (auto removed = removeRows(*d->writer, broken); !removed)
            return std::unexpected(removed.error());
        for (const Row& row : rotten)
            if (auto done = d->writer->execute(QStringLiteral("INSERT INTO quarantine(time,source,uid,kept,reason) VALUES"
                                                              "(unixepoch()*1000,?1,'',?2,?3)"),
                                               {d->store->pathOf(row.sha256), row.sha256,
                                                tr("the bytes have changed since they were stored")});
                !done)
                return std::unexpected(done.error());
    }
    for (const QString& path : orphans) {
        std::vector<Candidate> candidate;
        candidate.push_back(d->prepareCopy(path));
        const bool isNamedRightly = candidate.front().temporary.sha256 == QFileInfo(path).fileName();
        const auto outcome = d->commit(candidate);
        if (!outcome)
            return std::unexpected(outcome.error());
        // What became a row lies at the same place again, unless the orphan's name was not its hash.
        if (!isNamedRightly || outcome->front().kind != Outcome::New)
            QFile::remove(path);
    }
    report.repaired = qint64(broken.size()) + orphans.size();
    if (report.repaired > 0)
        Q_EMIT changed();
    return report;
}

Result<ImportReport> Archive::rebuild(Task& task)
{
    QElapsedTimer clock;
    clock.start();
    QStringList references;
    ImportReport report;
    {
        const std::lock_guard lock(d->writing);
        auto transaction = Transaction::begin(*d->writer);
        if (!transaction)
            return std::unexpected(transaction.error());
        auto query = d->writer->prepare(QStringLiteral("SELECT reference FROM instance WHERE reference IS NOT NULL"));
        if (!query)
            return std::unexpected(query.error());
        for (auto row = query->step(); row && *row; row = query->step())
            references << query->text(0);
        query->reset();
        for (const char* table : {"instance", "series", "study", "patient"})
            if (auto done = d->writer->execute(QStringLiteral("DELETE FROM %1").arg(QLatin1String(table))); !done)
                return std::unexpected(done.error());
        // The files' rows, and nothing read from the files but their headers: the bytes lie where they belong.
        IndexWriter writer(*d->writer);
        QSet<QString> studies;
        const auto files = d->store->files();
        qint64 count = 0;
        const auto add = [&](const QString& path, const Placement& placement) -> Result<void> {
            task.report(++count, qint64(files.size()) + references.size());
            const auto header = readHeader(path);
            if (!header) {
                report.skipped.push_back({path, header.error().detail});
                return {};
            }
            const auto known = writer.find(header->instanceUid);
            if (!known)
                return std::unexpected(known.error());
            if (*known) {
                ++report.duplicates;
                return {};
            }
            if (auto inserted = writer.insert(*header, placement); !inserted) {
                if (inserted.error().fault != Fault::Conflict)
                    return inserted;
                report.quarantined.push_back({path, inserted.error().detail});
                return {};
            }
            ++report.imported;
            if (!studies.contains(header->studyUid)) {
                studies.insert(header->studyUid);
                report.studies.push_back({header->studyUid});
            }
            return {};
        };
        for (const auto& [sha256, path] : files) {
            if (task.isCancelled())
                return fail(Fault::Cancelled, tr("the index is as it was before"));
            if (auto added = add(path, {sha256, {}, QFileInfo(path).size(), 0}); !added)
                return std::unexpected(added.error());
        }
        for (const QString& path : references)
            if (auto added = add(path, {{}, path, QFileInfo(path).size(), QFileInfo(path).lastModified().toMSecsSinceEpoch()}); !added)
                return std::unexpected(added.error());
        if (auto finished = writer.finish(); !finished)
            return std::unexpected(finished.error());
        if (auto done = transaction->commit(); !done)
            return std::unexpected(done.error());
    }
    report.seconds = double(clock.nsecsElapsed()) / 1e9;
    Q_EMIT changed();
    return report;
}

} // namespace diascope::archive
