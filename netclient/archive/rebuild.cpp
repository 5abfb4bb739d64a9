#include "netclient/archive/archive_private.h"
#include <QElapsedTimer>
#include <QFileInfo>
#include <QSet>

namespace diascope::archive
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("Archive", text); }

/// What no file knows, kept in temporary tables while the index is made anew.
constexpr const char* remembered[] = {
    ("CREATE TEMP TABLE kept_instance AS SELECT uid, origin, source, confirmed, reference, sha256, size, modified FROM main.instance"
     " WHERE reference IS NOT NULL OR origin<>0 OR confirmed IS NOT NULL"),
    "CREATE UNIQUE INDEX temp.kept_instance_uid ON kept_instance(uid)",
    "CREATE TEMP TABLE kept_study AS SELECT uid, added, used, pinned FROM main.study",
    "CREATE UNIQUE INDEX temp.kept_study_uid ON kept_study(uid)",
    "DELETE FROM instance",
    "DELETE FROM series",
    "INSERT INTO study_text(study_text) VALUES('delete-all')",
    "DELETE FROM study",
    "DELETE FROM patient",
};

constexpr const char* restored[] = {
    // Of other bytes under the same UID nobody knows that.
    "UPDATE instance SET origin=kept.origin, source=kept.source, confirmed=kept.confirmed FROM kept_instance AS kept WHERE kept.uid=instance.uid"
    " AND kept.sha256 IS instance.sha256 AND (instance.reference IS NULL OR (kept.size=instance.size AND kept.modified=instance.modified))",
    "UPDATE study SET added=kept.added, used=kept.used, pinned=kept.pinned FROM kept_study AS kept WHERE kept.uid=study.uid",
    "UPDATE study SET (only_here, only_imported)=(SELECT count(*) FILTER (WHERE confirmed IS NULL),"
    " count(*) FILTER (WHERE confirmed IS NULL AND origin=1) FROM instance"
    " WHERE series IN (SELECT id FROM series WHERE study=study.id) AND reference IS NULL)",
    "DELETE FROM thumbnail WHERE series NOT IN (SELECT uid FROM series)",
};
static_assert(int(Origin::Imported) == 1);

Result<void> runAll(Database& database, std::span<const char* const> steps)
{
    for (const char* step : steps)
        if (auto done = database.execute(QLatin1String(step)); !done)
            return done;
    return {};
}

/// Adds file after file to an emptied index.
class Rebuilder
{
public:
    Rebuilder(Database& database, PixelStore& store, Task& task, ImportReport& report, qint64 total, bool hasAccepted)
        : m_database(database), m_store(store), m_writer(database), m_task(task), m_report(report), m_total(total), m_hasAccepted(hasAccepted)
    {
    }

    Result<void> addStored()
    {
        for (const QString& folder : m_store.folders())
            for (const QString& name : PixelStore::filesIn(folder)) {
                const QString path = folder + u'/' + name;
                // Nothing is read from the files but their headers: the bytes lie where they belong.
                if (auto added = add(path, {name, {}, QFileInfo(path).size(), 0, Origin::Unknown, {}}); !added)
                    return added;
            }
        return {};
    }

    Result<void> addReferences()
    {
        auto query = m_database.prepare(QStringLiteral("SELECT reference, sha256, size, modified FROM kept_instance"
                                                       " WHERE reference IS NOT NULL ORDER BY rowid"));
        if (!query)
            return std::unexpected(query.error());
        while (true) {
            const auto row = query->step();
            if (!row)
                return std::unexpected(row.error());
            if (!*row)
                return {};
            const QString path = query->text(0);
            const QFileInfo info(path);
            const qint64 modified = info.lastModified().toMSecsSinceEpoch();
            const bool isUntouched = info.size() == query->integer(2) && modified == query->integer(3);
            const QString sha256 = isUntouched ? query->text(1) : QString();
            if (auto added = add(path, {sha256, path, info.size(), modified, Origin::Imported, {}}); !added)
                return added;
        }
    }

    Result<void> finish()
    {
        for (const auto& [sha256, uid, reason, kept, otherPatient] : m_aside)
            if (auto added = m_writer.addToQuarantine(m_store.pathOf(sha256), uid, kept, reason, otherPatient ? &*otherPatient : nullptr); !added)
                return added;
        return m_writer.finish();
    }

    /// What a person accepted for a study of another name: after the rest.
    Result<void> addLate()
    {
        const auto late = std::exchange(m_late, std::nullopt);
        for (const auto& [path, placement] : *late)
            if (auto added = add(path, placement); !added)
                return added;
        return {};
    }

    /// Names in the store that did not become rows, to be put aside.
    QStringList names() const
    {
        QStringList all;
        for (const Aside& one : m_aside)
            all << one.sha256 << PixelStore::quarantined(one.kept);
        return all;
    }
    Result<void> linkAside()
    {
        for (const Aside& one : m_aside)
            if (auto linked = m_store.linkToQuarantine(one.sha256, one.kept); !linked)
                return linked;
        return m_store.syncFolders();
    }

private:
    struct Aside
    {
        QString sha256, uid, reason, kept;
        std::optional<InstanceHeader> otherPatient;
    };

    void putAside(const QString& sha256, const QString& uid, const QString& reason, const std::optional<InstanceHeader>& otherPatient = {})
    {
        m_aside.push_back({sha256, uid, reason, m_store.freeNameInQuarantine(sha256), otherPatient});
    }

    Result<void> add(const QString& path, const Placement& placement)
    {
        if (m_task.isCancelled())
            return fail(Fault::Cancelled, tr("the index is as it was before"));
        ++m_count;
        m_task.report(m_count, std::max(m_total, m_count));
        const bool isOurs = placement.referencePath.isEmpty();
        const auto header = readHeader(path);
        if (!header || header->isDirectory) {
            const QString reason = header ? directoryRefused().detail : header.error().detail;
            m_report.skipped.push_back({path, reason, {}});
            if (isOurs)
                putAside(placement.sha256, {}, reason);
            return {};
        }
        if (m_late && m_hasAccepted) { // whom the study is of, its other instances say
            const auto accepted = m_writer.isAccepted(*header);
            if (!accepted)
                return std::unexpected(accepted.error());
            if (*accepted) {
                m_late->push_back({path, placement});
                return {};
            }
        }
        const auto known = m_writer.find(header->instanceUid);
        if (!known)
            return std::unexpected(known.error());
        if (*known) {
            ++m_report.duplicates;
            if (isOurs)
                putAside(placement.sha256, header->instanceUid, tr("the same SOP Instance UID is stored with other bytes"));
            return {};
        }
        if (auto inserted = m_writer.insert(*header, placement); !inserted) {
            if (inserted.error().fault != Fault::Conflict)
                return inserted;
            m_report.quarantined.push_back({path, inserted.error().detail, header->instanceUid});
            if (isOurs)
                putAside(placement.sha256, header->instanceUid, inserted.error().detail, *header);
            return {};
        }
        ++m_report.imported;
        if (!m_studies.contains(header->studyUid)) {
            m_studies.insert(header->studyUid);
            m_report.studies.push_back({header->studyUid});
        }
        constexpr qint64 batch = 50'000; // what the writer remembers of studies and series stays small
        return m_report.imported % batch == 0 ? m_writer.finish() : Result<void>();
    }

    Database& m_database;
    PixelStore& m_store;
    IndexWriter m_writer;
    Task& m_task;
    ImportReport& m_report;
    qint64 m_total;
    qint64 m_count = 0;
    QSet<QString> m_studies;
    std::vector<Aside> m_aside;
    const bool m_hasAccepted;
    std::optional<std::vector<std::pair<QString, Placement>>> m_late{std::in_place};
};

} // namespace

Result<ImportReport> Archive::rebuild(Task& task)
{
    QElapsedTimer clock;
    clock.start();
    ImportReport report;
    {
        const std::lock_guard lock(d->writing);
        QStringList announced;
        const auto rebuilt = [&]() -> Result<void> {
            const auto total = d->writer->value(QStringLiteral("SELECT ifnull(sum(instances),0) FROM study"));
            if (!total)
                return std::unexpected(total.error());
            auto transaction = Transaction::begin(*d->writer);
            if (!transaction)
                return std::unexpected(transaction.error());
            if (auto done = runAll(*d->writer, remembered); !done)
                return done;
            const auto accepted = d->writer->value(QStringLiteral("SELECT 1 FROM accepted_patient LIMIT 1"));
            if (!accepted)
                return std::unexpected(accepted.error());
            Rebuilder rebuilder(*d->writer, *d->store, task, report, (*total)->toLongLong(), accepted->has_value());
            if (auto added = rebuilder.addStored(); !added)
                return added;
            if (auto added = rebuilder.addReferences(); !added)
                return added;
            if (auto added = rebuilder.addLate(); !added)
                return added;
            announced = rebuilder.names();
            if (!announced.isEmpty()) {
                if (auto done = d->store->announce(announced); !done)
                    return done;
                if (auto linked = rebuilder.linkAside(); !linked)
                    return linked;
            }
            if (auto finished = rebuilder.finish(); !finished)
                return finished;
            if (auto done = runAll(*d->writer, restored); !done)
                return done;
            for (const char* table : {"kept_instance", "kept_study"})
                if (auto done = d->writer->execute(QStringLiteral("DROP TABLE temp.%1").arg(QLatin1String(table))); !done)
                    return done;
            return transaction->commit();
        }();
        if (!rebuilt) {
            d->dropAfterFailure(announced);
            return std::unexpected(rebuilt.error());
        }
        if (!announced.isEmpty()) // the first names of what lies in quarantine now
            if (auto dropped = d->dropUnreferenced(announced); !dropped)
                return std::unexpected(dropped.error());
    }
    report.seconds = double(clock.nsecsElapsed()) / 1e9;
    Q_EMIT changed();
    return report;
}

} // namespace diascope::archive
