#include "netclient/base/settings.h"
#include <QDir>
#include <QStandardPaths>

namespace diascope
{

Result<Profile> Profile::open(const QString& folder)
{
    Profile profile;
    profile.m_folder = QDir::cleanPath(QDir(folder.isEmpty() ? QStandardPaths::writableLocation(QStandardPaths::AppDataLocation)
                                                             : folder)
                                           .absolutePath());
    const bool isNew = !QDir(profile.m_folder).exists();
    if (!QDir().mkpath(profile.m_folder))
        return fail(Fault::Unreadable,
                    QCoreApplication::translate("Profile", "the folder %1 cannot be created").arg(profile.m_folder));
    if (isNew)
        QFile::setPermissions(profile.m_folder, QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
    return profile;
}

Settings::Settings(const Profile& profile)
    : m_folder(profile.folder()), m_file(std::make_unique<QSettings>(profile.settingsPath(), QSettings::IniFormat))
{
}

QVariant Settings::raw(const QString& key) const { return m_file->value(QString(key).replace(u'.', u'/')); }

Result<void> Settings::setRaw(const QString& key, const QVariant& value)
{
    m_file->setValue(QString(key).replace(u'.', u'/'), value);
    return write();
}

Result<FileLock> Settings::lockForChange()
{
    auto lock = FileLock::take(m_folder + QStringLiteral("/settings.lock"), FileLock::Kind::Exclusive, FileLock::IfHeld::Wait);
    if (!lock && lock.error().fault == Fault::Unsupported) // a file system without locks: as good as it can
        lock = FileLock();
    if (lock)
        m_file->sync();
    return lock;
}

Result<void> Settings::write()
{
    constexpr QFile::Permissions ours = QFile::ReadOwner | QFile::WriteOwner;
    // QSettings gives the file it makes the rights of any other, and keeps those of one that is there.
    if (QFile file(m_file->fileName()); !file.exists())
        (void)file.open(QIODevice::WriteOnly | QIODevice::NewOnly, ours);
    QFile::setPermissions(m_file->fileName(), ours);
    m_file->sync();
    if (m_file->status() != QSettings::NoError)
        return fail(Fault::Unreadable,
                    QCoreApplication::translate("Settings", "the settings file %1 cannot be written").arg(m_file->fileName()));
    return {};
}

void Settings::remove(const QString& key)
{
    m_file->remove(QString(key).replace(u'.', u'/'));
    (void)write();
}

} // namespace diascope
