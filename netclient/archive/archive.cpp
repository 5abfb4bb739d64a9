#include "netclient/archive/archive_private.h"
#include "netclient/base/log.h"
#include <QDir>
#include <QFile>
#include <QFileInfo>

namespace diascope::archive
{

namespace
{

/// Whether the full read can be spared: neither a preamble nor a group a bare dataset begins with.
bool cannotBeDicom(const QByteArray& head)
{
    if (head.mid(128, 4) == "DICM")
        return false;
    const bool beginsLikeDataset = head.size() >= 16 && head[1] == 0 && (head[0] == 8 || head[0] == 2);
    return !beginsLikeDataset;
}

} // namespace

Archive::Archive() = default;
Archive::~Archive() = default;

Result<std::unique_ptr<Archive>> Archive::open(const Profile& profile)
{
    auto opened = tryOpen(profile);
    // On a full disk too: somebody must be able to look what can go, and remove it.
    if (!opened && opened.error().fault == Fault::DiskFull && PixelStore::freeReserve(profile.pixelFolder()))
        opened = tryOpen(profile);
    return opened;
}

Result<std::unique_ptr<Archive>> Archive::tryOpen(const Profile& profile)
{
    std::unique_ptr<Archive> archive(new Archive);
    archive->d = std::make_unique<Private>(*archive, profile);
    auto writer = Database::open(profile.databasePath(), Durability::Full);
    if (!writer)
        return std::unexpected(writer.error());
    archive->d->writer = std::move(*writer);
    const bool isNew = !archive->d->writer->prepare(QStringLiteral("SELECT uid FROM instance"));
    if (auto migrated = archive->d->writer->migrate(QStringLiteral("archive"), schema()); !migrated)
        return std::unexpected(migrated.error());
    auto store = PixelStore::open(profile.pixelFolder());
    if (!store)
        return std::unexpected(store.error());
    archive->d->store = std::move(*store);
    if (auto cleaned = archive->d->cleanUpAfterOthers(isNew); !cleaned)
        return std::unexpected(cleaned.error());
    return archive;
}

Archive::Private::Reader::~Reader()
{
    if (!m_database)
        return;
    const std::lock_guard lock(m_owner->pooling);
    if (m_owner->pool.size() < 8)
        m_owner->pool.push_back(std::move(m_database));
}

Result<Archive::Private::Reader> Archive::Private::reader() const
{
    {
        const std::lock_guard lock(pooling);
        if (!pool.empty()) {
            auto database = std::move(pool.back());
            pool.pop_back();
            return Reader(*this, std::move(database));
        }
    }
    auto database = Database::open(profile.databasePath(), Durability::Normal);
    if (!database)
        return std::unexpected(database.error());
    // What a search walks through stays in memory between two letters somebody types.
    if (auto done = (*database)->execute(QStringLiteral("PRAGMA cache_size=-32768")); !done)
        return std::unexpected(done.error());
    return Reader(*this, std::move(*database));
}

Candidate Archive::Private::prepareCopy(const QString& path)
{
    Candidate candidate;
    candidate.source = path;
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) {
        candidate.header = fail(Fault::Unreadable, tr("the file cannot be read: %1").arg(file.errorString()));
        return candidate;
    }
    const QByteArray head = file.read(132);
    file.close();
    if (cannotBeDicom(head)) {
        candidate.header = fail(Fault::NotDicom, head.isEmpty() ? tr("the file is empty") : tr("the file has no DICOM header"));
        return candidate;
    }
    auto copied = store->copy(path);
    if (!copied) {
        candidate.header = std::unexpected(copied.error());
        return candidate;
    }
    candidate.temporary = *copied;
    candidate.sizeBytes = copied->size;
    candidate.header = readHeader(copied->path);
    return candidate;
}

Candidate Archive::Private::prepareReference(const QString& path)
{
    Candidate candidate;
    candidate.source = path;
    candidate.referencePath = path; // absolute already
    candidate.header = readHeader(path);
    if (candidate.header) {
        candidate.sizeBytes = candidate.header->sizeBytes;
        candidate.modifiedMs = candidate.header->modifiedMs;
    }
    return candidate;
}

Candidate Archive::Private::prepareReceived(const QByteArray& part10, const QString& source, Arrival arrival)
{
    Candidate candidate;
    candidate.source = source;
    candidate.isReceived = true;
    candidate.origin = arrival == Arrival::Fetched ? Origin::Retrieved : Origin::Received;
    const std::span bytes(reinterpret_cast<const uchar*>(part10.constData()), size_t(part10.size()));
    auto written = store->write(bytes);
    if (!written) {
        candidate.header = std::unexpected(written.error());
        return candidate;
    }
    candidate.temporary = *written;
    candidate.sizeBytes = written->size;
    candidate.header = bytes.empty() ? fail(Fault::NotDicom, tr("the file is empty")) : readHeader(bytes, written->path);
    return candidate;
}

Placement Archive::Private::placementOf(const Candidate& candidate) const
{
    return {candidate.temporary.sha256, candidate.referencePath, candidate.sizeBytes, candidate.modifiedMs, candidate.origin,
            candidate.origin == Origin::Received || candidate.origin == Origin::Retrieved ? candidate.source : QString()};
}

Result<std::vector<Outcome>> Archive::Private::commit(std::vector<Candidate>& candidates)
{
    std::vector<Outcome> outcomes;
    bool hasChanged = false;
    {
        const std::lock_guard lock(writing);
        QStringList names;
        for (const Candidate& candidate : candidates) {
            if (!candidate.header && candidate.header.error().fault == Fault::DiskFull)
                return std::unexpected(candidate.header.error());
            if (candidate.temporary.path.isEmpty())
                continue;
            names << candidate.temporary.sha256;
            if (candidate.isReceived)
                names << PixelStore::quarantined(candidate.temporary.sha256);
        }
        const auto stored = [&]() -> Result<void> {
            if (!names.isEmpty())
                if (auto announced = store->announce(names); !announced)
                    return announced;
            auto transaction = Transaction::begin(*writer);
            if (!transaction)
                return std::unexpected(transaction.error());
            IndexWriter rows(*writer);
            for (Candidate& candidate : candidates) {
                auto outcome = decide(rows, candidate);
                if (!outcome)
                    return std::unexpected(outcome.error());
                outcomes.push_back(std::move(*outcome));
            }
            if (auto synced = store->syncFolders(); !synced)
                return synced;
            hasChanged = rows.hasChanges();
            if (hasChanged)
                if (auto finished = rows.finish(); !finished)
                    return finished;
            return transaction->commit();
        }();
        for (const Candidate& candidate : candidates)
            store->discard(candidate.temporary);
        if (!stored) {
            dropAfterFailure(names);
            return std::unexpected(stored.error());
        }
        if (!names.isEmpty())
            store->forget();
    }
    if (hasChanged)
        Q_EMIT archive.changed();
    return outcomes;
}

Result<Outcome> Archive::Private::decide(IndexWriter& rows, Candidate& candidate)
{
    if (!candidate.header) {
        const Error& error = candidate.header.error();
        if (candidate.isReceived && candidate.temporary.path.isEmpty())
            return Outcome{Outcome::Skipped, error, {}}; // our disk's fault, not the instance's
        const bool isForeign = error.fault == Fault::NotDicom || error.fault == Fault::Unreadable || error.fault == Fault::NotFound;
        if (isForeign && !candidate.isReceived)
            return Outcome{Outcome::Skipped, error, {}};
        return quarantine(rows, candidate, error);
    }
    if (candidate.header->isDirectory)
        return Outcome{Outcome::Directory, directoryRefused(), {}};
    const auto known = rows.find(candidate.header->instanceUid);
    if (!known)
        return std::unexpected(known.error());
    if (*known)
        return decideOnKnown(rows, candidate, **known);
    const Placement placement = placementOf(candidate);
    if (auto inserted = rows.insert(*candidate.header, placement); !inserted) {
        if (inserted.error().fault == Fault::Conflict)
            return quarantine(rows, candidate, inserted.error(), Whose::AnotherPatient);
        return std::unexpected(inserted.error());
    }
    if (!candidate.temporary.path.isEmpty())
        if (auto placed = store->place(candidate.temporary); !placed)
            return std::unexpected(placed.error());
    return Outcome{Outcome::New, {}, candidate.header->studyUid};
}

Result<Outcome> Archive::Private::decideOnKnown(IndexWriter& rows, Candidate& candidate, const StoredInstance& known)
{
    const bool isKnownReference = !known.referencePath.isEmpty();
    const QString knownPath = isKnownReference ? known.referencePath : store->pathOf(known.sha256);
    const bool isCopy = !candidate.temporary.path.isEmpty();
    const bool isThere = QFileInfo::exists(knownPath);
    // The user may have written another file over a reference.
    const bool isElsewhere = known.studyUid != candidate.header->studyUid || known.seriesUid != candidate.header->seriesUid;
    const auto otherBytes = [&] { return quarantine(rows, candidate, {Fault::Conflict, tr("the same SOP Instance UID is stored with other bytes")}); };

    if (!isThere) { // ours was lost, or the medium is gone: what comes now takes its place if nothing speaks against it
        const bool isSameFile = !known.sha256.isEmpty() && known.sha256 == candidate.temporary.sha256;
        if (isKnownReference ? isElsewhere : !isSameFile)
            return otherBytes();
        return takePlace(rows, candidate, known, isSameFile ? IndexWriter::Content::Same : IndexWriter::Content::Unknown);
    }
    const QString candidatePath = isCopy ? candidate.temporary.path : candidate.referencePath;
    bool isSame = isKnownReference && candidate.referencePath == known.referencePath;
    if (!isSame && isCopy && !known.sha256.isEmpty())
        isSame = known.sha256 == candidate.temporary.sha256;
    if (!isSame && (!isCopy || known.sha256.isEmpty())) {
        const auto one = PixelStore::hash(knownPath);
        const auto other = isCopy ? Result<QString>(candidate.temporary.sha256) : PixelStore::hash(candidatePath);
        isSame = one && other && *one == *other;
    }
    if (!isSame)
        isSame = hasSameContent(knownPath, candidatePath);
    if (!isSame || isElsewhere)
        return otherBytes();
    // A file that its user wrote anew may be of another patient: it is looked at like one that comes for the first time.
    const QFileInfo lying(knownPath);
    const bool isUntouched = !isKnownReference || (lying.size() == known.sizeBytes && lying.lastModified().toMSecsSinceEpoch() == known.modifiedMs);
    const bool isImportedNow = isKnownReference && isCopy; // shown in place before
    if (isImportedNow || !isUntouched)
        return takePlace(rows, candidate, known, isUntouched ? IndexWriter::Content::Same : IndexWriter::Content::Unknown);
    if (candidate.origin == Origin::Retrieved && !known.isConfirmed) // who gave it to us keeps it: it is not only here
        if (auto confirmed = rows.confirm(known.id, candidate.source); !confirmed)
            return std::unexpected(confirmed.error());
    return Outcome{Outcome::Duplicate, {}, candidate.header->studyUid};
}

Result<Outcome> Archive::Private::takePlace(IndexWriter& rows, Candidate& candidate, const StoredInstance& known, IndexWriter::Content content)
{
    if (auto replaced = rows.replace(known.id, *candidate.header, placementOf(candidate), content); !replaced) {
        if (replaced.error().fault == Fault::Conflict)
            return quarantine(rows, candidate, replaced.error(), Whose::AnotherPatient);
        return std::unexpected(replaced.error());
    }
    if (!candidate.temporary.path.isEmpty())
        if (auto placed = store->place(candidate.temporary); !placed)
            return std::unexpected(placed.error());
    return Outcome{Outcome::New, {}, candidate.header->studyUid};
}

Result<Outcome> Archive::Private::quarantine(IndexWriter& rows, Candidate& candidate, const Error& error, Whose whose)
{
    const bool isKept = candidate.isReceived && !candidate.temporary.path.isEmpty();
    if (isKept)
        if (auto placed = store->placeInQuarantine(candidate.temporary); !placed)
            return std::unexpected(placed.error());
    const QString uid = candidate.header ? candidate.header->instanceUid : QString();
    if (auto added = rows.addToQuarantine(candidate.source, uid, isKept ? candidate.temporary.sha256 : QString(), error.detail,
                                          whose == Whose::AnotherPatient ? &*candidate.header : nullptr);
        !added)
        return std::unexpected(added.error());
    qCInfo(lcArchive) << "quarantined an instance:" << title(error.fault);
    return Outcome{Outcome::Quarantined, error, candidate.header ? candidate.header->studyUid : QString()};
}

Result<void> Archive::Private::dropUnreferenced(const QStringList& names)
{
    QString left;
    const auto dropped = [&]() -> Result<void> {
        // In a write transaction: no other process can be between placing such a file and committing its row.
        auto transaction = Transaction::begin(*writer);
        if (!transaction)
            return std::unexpected(transaction.error());
        auto inQuarantine = writer->prepare(QStringLiteral("SELECT 1 FROM quarantine WHERE kept=?"));
        auto inPlace = writer->prepare(QStringLiteral("SELECT 1 FROM instance WHERE sha256=? AND reference IS NULL"));
        if (!inQuarantine || !inPlace)
            return std::unexpected(inPlace ? inQuarantine.error() : inPlace.error());
        for (const QString& name : names) {
            const bool isQuarantined = name.startsWith(u'q');
            Statement& query = isQuarantined ? *inQuarantine : *inPlace;
            query.bind(1, isQuarantined ? name.mid(1) : name);
            const auto row = query.step();
            if (!row)
                return std::unexpected(row.error());
            query.reset();
            if (*row)
                continue;
            if (const auto removed = PixelStore::removeFile(store->pathOfAnnounced(name)); !removed)
                left = removed.error().detail;
        }
        return transaction->commit();
    }();
    if (!dropped || !left.isEmpty())
        store->leaveToTheNext();
    if (!dropped)
        return dropped;
    if (!left.isEmpty())
        return fail(Fault::Unreadable, tr("a file could not be deleted, which is tried again at the next start: %1").arg(left));
    store->forget();
    return {};
}

void Archive::Private::dropAfterFailure(const QStringList& names)
{
    auto settled = countChange(*writer);
    if (!settled)
        store->leaveToTheNext();
    else if (!names.isEmpty())
        settled = dropUnreferenced(names);
    if (!settled)
        qCWarning(lcArchive) << "files are left for the next start to clean up:" << title(settled.error().fault);
}

Result<void> Archive::Private::cleanUpAfterOthers(bool isIndexNew)
{
    const std::lock_guard lock(writing);
    for (const PixelStore::Abandoned& session : store->abandoned()) {
        if (isIndexNew) { // it was lost: that it does not know a file says nothing against the file
            PixelStore::remove(session);
            continue;
        }
        if (auto dropped = dropUnreferenced(session.names); !dropped) {
            PixelStore::release(session);
            // What cannot be deleted today is no reason not to read.
            qCWarning(lcArchive) << "could not clean up after a killed process:" << title(dropped.error().fault);
            continue;
        }
        qCInfo(lcArchive) << "cleaned up after a killed process:" << session.names.size() << "announced files";
        PixelStore::remove(session);
    }
    return {};
}

Result<Stored> Archive::storeReceived(const QByteArray& part10, const QString& source, Arrival arrival)
{
    std::vector<Candidate> candidates;
    candidates.push_back(d->prepareReceived(part10, source, arrival));
    const auto outcomes = d->commit(candidates);
    if (!outcomes)
        return std::unexpected(outcomes.error());
    switch (outcomes->front().kind) {
    case Outcome::New:
        return Stored::New;
    case Outcome::Duplicate:
        return Stored::Duplicate;
    default:
        return std::unexpected(outcomes->front().error);
    }
}

struct Archive::Intake::Private
{
    Private(Archive::Private& ofArchive, QString fromSource, Arrival how, Settled onSettled)
        : archive(ofArchive), source(std::move(fromSource)), arrival(how), settled(std::move(onSettled)),
          pipeline(archive, [this](qint64 index, const Candidate&, const Result<Outcome>& outcome) { settle(index, outcome); })
    {
    }

    void settle(qint64 index, const Result<Outcome>& outcome)
    {
        dicom::InstanceUid uid;
        {
            const std::lock_guard lock(guard);
            uid = uids.extract(index).mapped();
        }
        if (!outcome)
            return settled(uid, std::unexpected(outcome.error()));
        if (outcome->kind == Outcome::New || outcome->kind == Outcome::Duplicate)
            return settled(uid, outcome->kind == Outcome::New ? Stored::New : Stored::Duplicate);
        settled(uid, std::unexpected(outcome->error));
    }

    Archive::Private& archive;
    QString source;
    Arrival arrival;
    Settled settled;
    std::mutex guard;
    std::map<qint64, dicom::InstanceUid> uids;
    qint64 count = 0;
    Pipeline pipeline; // last: its threads use the others
};

Archive::Intake::Intake(Archive& archive, QString source, Arrival arrival, Settled settled)
    : d(std::make_unique<Private>(*archive.d, std::move(source), arrival, std::move(settled)))
{
}

Archive::Intake::~Intake() = default;

void Archive::Intake::add(QByteArray part10, dicom::InstanceUid uid)
{
    {
        const std::lock_guard lock(d->guard);
        d->uids.emplace(d->count++, std::move(uid));
    }
    const qint64 size = part10.size();
    d->pipeline.add([this, bytes = std::move(part10)] { return d->archive.prepareReceived(bytes, d->source, d->arrival); }, size);
}

void Archive::Intake::finish() { d->pipeline.finish(); }

std::unique_ptr<Archive::Intake> Archive::intake(const QString& source, Intake::Settled settled, Arrival arrival)
{
    return std::unique_ptr<Intake>(new Intake(*this, source, arrival, std::move(settled)));
}

} // namespace diascope::archive
