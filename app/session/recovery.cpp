#include "app/session/recovery.h"
#include "app/session/session.h"
#include <QDateTime>
#include <QDir>
#include <QScopeGuard>
#include <fcntl.h>
#include <filesystem>
#include <sys/file.h>
#include <unistd.h>

namespace diascope::app
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("Session", text); }

QString freeName(const QString& wanted)
{
    QString name = wanted;
    for (int number = 2; QFileInfo::exists(name) || QFileInfo::exists(name + QStringLiteral("-wal")); ++number)
        name = QStringLiteral("%1-%2").arg(wanted).arg(number);
    return name;
}

/// The database and its log, which holds its newest pages, under a second name.
Result<void> keep(const QString& database, const QString& as)
{
    for (const char* part : {"", "-wal"}) {
        const QString from = database + QLatin1String(part), to = as + QLatin1String(part);
        std::error_code error;
        if (QFile::exists(from))
            std::filesystem::create_hard_link(from.toStdU16String(), to.toStdU16String(), error);
        if (error && !QFile::copy(from, to)) // a file system without links
            return fail(Fault::Unreadable, tr("%1 cannot be kept as %2").arg(from, to));
    }
    return {};
}

/// Of a profile beside the database, whose images are a link to the same.
void removeFolder(const QString& folder)
{
    QFile::remove(folder + QStringLiteral("/pixels")); // the link alone
    QDir(folder).removeRecursively();
}

Result<Recovery> makeAnew(const QString& original, const QString& damaged, const Profile& made, Task& task)
{
    if (auto kept = keep(original, damaged); !kept)
        return std::unexpected(kept.error());
    Recovery recovery{damaged, {}, {}};
    if (const auto session = Session::open(made.folder(), Mode::Reading); !session) // makes everybody's tables
        return std::unexpected(session.error());
    const auto database = Database::open(made.databasePath());
    if (!database)
        return std::unexpected(database.error());
    auto saved = salvage(damaged, **database);
    if (!saved)
        return std::unexpected(saved.error());
    recovery.salvage = std::move(*saved);
    if (auto sealed = reporting::sealUnsealed(**database); !sealed) // what was damaged, or of an earlier version
        return std::unexpected(sealed.error());
    { // closed again before the database becomes one file
        const auto archive = archive::Archive::open(made);
        if (!archive)
            return std::unexpected(archive.error());
        auto index = (*archive)->rebuild(task);
        if (!index)
            return std::unexpected(index.error());
        recovery.index = std::move(*index);
    }
    if (auto inOneFile = (*database)->execute(QStringLiteral("PRAGMA journal_mode=DELETE")); !inOneFile)
        return std::unexpected(inOneFile.error());
    return recovery;
}

} // namespace

Result<bool> isDatabaseSound(const QString& profileFolder)
{
    const auto profile = Profile::open(profileFolder);
    if (!profile)
        return std::unexpected(profile.error());
    const auto database = Database::open(profile->databasePath());
    if (!database && database.error().fault != Fault::Damaged)
        return std::unexpected(database.error());
    const auto check = database ? (*database)->value(QStringLiteral("PRAGMA quick_check(1)")) : std::unexpected(database.error());
    return check && *check && (*check)->toString() == QLatin1String("ok");
}

Result<Recovery> recoverDatabase(const QString& profileFolder, Task& task)
{
    const auto profile = Profile::open(profileFolder);
    if (!profile)
        return std::unexpected(profile.error());
    if (!QDir(profile->pixelFolder()).exists())
        return fail(Fault::Damaged, tr("%1 is no database, and there are no images beside it").arg(profile->databasePath()));
    // The system's lock: one that is only written into a file outlives a kill between the two.
    const QString lock = profile->folder() + QStringLiteral("/recovery.lock");
    const int alone = ::open(QFile::encodeName(lock).constData(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (alone < 0)
        return fail(Fault::Unreadable, tr("%1 cannot be made").arg(lock));
    const auto unlock = qScopeGuard([alone] { ::close(alone); });
    if (::flock(alone, LOCK_EX | LOCK_NB) != 0 || archive::Archive::isOpen(*profile))
        return fail(Fault::Denied, tr("another Diascope has %1 open: close it first").arg(profile->folder()));
    const QString folder = profile->folder() + QStringLiteral("/recovery");
    removeFolder(folder);
    const auto made = Profile::open(folder);
    if (!made)
        return std::unexpected(made.error());
    if (!QFile::link(profile->pixelFolder(), made->pixelFolder()))
        return fail(Fault::Unreadable, tr("%1 cannot be made").arg(made->pixelFolder()));
    const QString damaged = freeName(profile->databasePath() + QDateTime::currentDateTime().toString(QStringLiteral("'.damaged-'yyyyMMdd-hhmmss")));
    auto recovery = makeAnew(profile->databasePath(), damaged, *made, task);
    if (!recovery) {
        for (const char* part : {"", "-wal", "-shm"})
            QFile::remove(damaged + QLatin1String(part));
    } else {
        for (const char* part : {"-wal", "-shm"}) // they belong to the damaged one
            QFile::remove(profile->databasePath() + QLatin1String(part));
        std::error_code error;
        std::filesystem::rename(made->databasePath().toStdU16String(), profile->databasePath().toStdU16String(), error);
        if (error)
            recovery = fail(Fault::Unreadable, tr("%1 cannot be replaced: %2").arg(profile->databasePath(), QString::fromStdString(error.message())));
    }
    removeFolder(folder);
    return recovery;
}

} // namespace diascope::app
