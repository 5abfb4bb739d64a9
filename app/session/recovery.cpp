#include "app/session/recovery.h"
#include "app/session/session.h"
#include <QDateTime>
#include <QDir>

namespace diascope::app
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("Session", text); }

/// The database and its log, which holds its newest pages.
Result<void> moveDatabase(const QString& from, const QString& to)
{
    for (const char* part : {"", "-wal"}) {
        const QString file = from + QLatin1String(part);
        if (QFile::exists(file) && !QFile::rename(file, to + QLatin1String(part)))
            return fail(Fault::Unreadable, tr("%1 cannot be moved to %2").arg(file, to + QLatin1String(part)));
    }
    QFile::remove(from + QStringLiteral("-shm"));
    return {};
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
    Recovery recovery;
    recovery.damagedFile = profile->databasePath() + QDateTime::currentDateTime().toString(QStringLiteral("'.damaged-'yyyyMMdd-hhmmss"));
    if (auto moved = moveDatabase(profile->databasePath(), recovery.damagedFile); !moved)
        return std::unexpected(moved.error());
    const auto done = [&]() -> Result<void> {
        const auto session = Session::open(profileFolder, Mode::Reading); // makes everybody's tables
        if (!session)
            return std::unexpected(session.error());
        auto database = Database::open(profile->databasePath());
        if (!database)
            return std::unexpected(database.error());
        auto saved = salvage(recovery.damagedFile, **database);
        if (!saved)
            return std::unexpected(saved.error());
        recovery.salvage = *saved;
        auto index = (*session)->archive().rebuild(task);
        if (!index)
            return std::unexpected(index.error());
        recovery.index = std::move(*index);
        return {};
    }();
    if (!done) {
        for (const char* part : {"", "-wal", "-shm"})
            QFile::remove(profile->databasePath() + QLatin1String(part));
        if (auto back = moveDatabase(recovery.damagedFile, profile->databasePath()); !back)
            return std::unexpected(back.error());
        return std::unexpected(done.error());
    }
    return recovery;
}

} // namespace diascope::app
