#include "netclient/archive/archive_private.h"
#include <QDateTime>
#include <QScopeGuard>
#include <limits>

/// What may leave the cache, and what leaves it.
namespace diascope::archive
{

Archive::OpenMark::OpenMark(std::shared_ptr<PixelStore> store, QString study)
    : m_store(std::move(store)), m_study(std::move(study)), m_file(m_store->addOpenMark(m_study))
{
}

Archive::OpenMark::~OpenMark() { m_store->removeOpenMark(m_study, m_file); }

std::unique_ptr<Archive::OpenMark> Archive::markOpen(const dicom::StudyUid& study)
{
    return std::unique_ptr<OpenMark>(new OpenMark(d->store, study.value));
}

Result<void> Archive::markConfirmed(const std::vector<dicom::InstanceUid>& instances, const QString& node)
{
    if (node.isEmpty())
        return fail(Fault::Invalid, tr("who confirms an instance must have a name"));
    constexpr size_t batch = 1000; // others may write in between
    for (size_t from = 0; from < instances.size(); from += batch) {
        const std::lock_guard lock(d->writing);
        auto transaction = Transaction::begin(*d->writer);
        if (!transaction)
            return std::unexpected(transaction.error());
        IndexWriter rows(*d->writer);
        for (size_t i = from; i < std::min(from + batch, instances.size()); ++i) {
            const auto known = rows.find(instances[i].value);
            if (!known)
                return std::unexpected(known.error());
            if (*known && !(*known)->isConfirmed)
                if (auto done = rows.confirm((*known)->id, node); !done)
                    return done;
        }
        if (!rows.hasChanges())
            continue;
        if (auto done = rows.finish(); !done)
            return done;
        if (auto done = transaction->commit(); !done)
            return done;
    }
    Q_EMIT changed();
    return {};
}

Result<void> Archive::markUsed(const dicom::StudyUid& study)
{
    const std::lock_guard lock(d->writing);
    return d->writer->execute(QStringLiteral("UPDATE study SET used=max(used,?2) WHERE uid=?1"),
                              {study.value, QDateTime::currentMSecsSinceEpoch()});
}

Result<void> Archive::setPinned(const dicom::StudyUid& study, Pin pin)
{
    {
        const std::lock_guard lock(d->writing);
        auto transaction = Transaction::begin(*d->writer);
        if (!transaction)
            return std::unexpected(transaction.error());
        if (auto done = d->writer->execute(QStringLiteral("UPDATE study SET pinned=?2 WHERE uid=?1"), {study.value, pin == Pin::Yes}); !done)
            return done;
        if (d->writer->changes() == 0)
            return fail(Fault::NotFound, tr("there is no study %1").arg(study.value));
        if (auto done = countChange(*d->writer); !done)
            return done;
        if (auto done = transaction->commit(); !done)
            return done;
    }
    Q_EMIT changed();
    return {};
}

Result<qint64> Archive::storedBytes() const
{
    auto database = d->reader();
    if (!database)
        return std::unexpected(database.error());
    const auto bytes = (*database)->value(QStringLiteral("SELECT bytes FROM archive_size"));
    if (!bytes)
        return std::unexpected(bytes.error());
    return *bytes ? (*bytes)->toLongLong() : 0;
}

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("Archive", text); }

struct Evictable
{
    qint64 id = 0;
    QString uid;
    qint64 bytes = 0, used = 0;
    bool isPinned = false;
    qint64 onlyHere = 0, onlyImported = 0;
};

const QString evictableColumns = QStringLiteral("SELECT id, uid, bytes, used, pinned, only_here, only_imported FROM study ");

Evictable evictable(const Statement& row)
{
    return {row.integer(0), row.text(1), row.integer(2), row.integer(3), row.integer(4) != 0, row.integer(5), row.integer(6)};
}

/// The next ones in order of use; few at a time, for no reading connection may be held while a callback runs.
Result<std::vector<Evictable>> nextEvictable(Database& database, qint64 usedFrom, qint64 idAfter)
{
    return rowsOf<Evictable>(database, evictableColumns + QStringLiteral("WHERE bytes>0 AND (used, id)>(?1, ?2) ORDER BY used, id LIMIT 200"),
                             {usedFrom, idAfter}, evictable);
}

/// Empty: nothing in its row speaks against it.
QString reasonToStay(const Evictable& study, Archive::OnlyHere onlyHere)
{
    if (study.isPinned)
        return tr("pinned");
    const qint64 mustStay = onlyHere == Archive::OnlyHere::Stays ? study.onlyHere : study.onlyHere - study.onlyImported;
    if (mustStay > 0)
        return QCoreApplication::translate("Archive", "%n image(s) of it are known nowhere else", nullptr, int(mustStay));
    return {};
}

} // namespace

Result<EvictionReport> Archive::evict(qint64 quotaBytes, const Keep& keep, Task& task, OnlyHere onlyHere)
{
    EvictionReport report;
    bool hasEvicted = false; // the report is moved out before the guard runs
    const auto notice = qScopeGuard([&] { // also where it ends with an error
        if (hasEvicted)
            Q_EMIT changed();
    });
    auto stored = storedBytes();
    if (!stored)
        return std::unexpected(stored.error());
    const qint64 toFree = *stored - quotaBytes;
    qint64 freed = 0;
    qint64 usedFrom = std::numeric_limits<qint64>::min();
    qint64 idAfter = 0;
    std::vector<Evictable> waiting;
    size_t next = 0;
    while (freed < toFree && !(report.isCancelled = task.isCancelled())) {
        if (next == waiting.size()) {
            auto database = d->reader();
            if (!database)
                return std::unexpected(database.error());
            auto more = nextEvictable(**database, usedFrom, idAfter);
            if (!more)
                return std::unexpected(more.error());
            if (more->empty())
                break;
            waiting = std::move(*more);
            next = 0;
        }
        const Evictable study = waiting[next++];
        usedFrom = study.used;
        idAfter = study.id;
        QString reason = reasonToStay(study, onlyHere);
        if (reason.isEmpty() && keep)
            reason = keep({study.uid});
        if (reason.isEmpty()) {
            const std::lock_guard lock(d->writing);
            const auto marks = d->store->lockMarks();
            if (!marks)
                return std::unexpected(marks.error());
            // Once more, now that nobody else can write: it may have been pinned, opened, used or added to since.
            const auto mayGo = [&]() -> Result<bool> {
                auto query = d->writer->prepare(evictableColumns + QStringLiteral("WHERE id=? AND uid=?"));
                if (!query)
                    return std::unexpected(query.error());
                query->bindAll({study.id, study.uid});
                const auto row = query->step();
                if (!row)
                    return std::unexpected(row.error());
                if (!*row)
                    return false;
                const Evictable now = evictable(*query);
                reason = d->store->isOpen(study.uid) ? tr("open") : now.used != study.used || now.bytes != study.bytes ? tr("in use just now")
                                                                                                             : reasonToStay(now, onlyHere);
                return reason.isEmpty();
            };
            const auto removed = d->makingRoom([&] { return d->remove(study.id, Private::Removal::OurFiles, mayGo); });
            if (!removed)
                return std::unexpected(removed.error());
            if (*removed) {
                hasEvicted = true;
                report.evicted.push_back({{study.uid}, study.bytes});
                freed += study.bytes;
                task.report(std::min(freed, toFree), toFree);
            }
        }
        if (!reason.isEmpty())
            report.kept.push_back({{study.uid}, study.bytes, reason});
    }
    stored = storedBytes();
    if (!stored)
        return std::unexpected(stored.error());
    report.bytesOver = std::max<qint64>(0, *stored - quotaBytes);
    return report;
}

} // namespace diascope::archive
