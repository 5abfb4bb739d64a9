#pragma once
#include "netclient/base/error.h"
#include "netclient/base/file_lock.h"
#include <QSettings>
#include <QVariant>
#include <memory>

namespace diascope
{

/// A setting's key and default, declared once in the library it belongs to. Secrets never go here: see the keyring.
template <typename T>
struct Setting
{
    const char* key;
    T defaultValue;
};

/// Where everything of one installation of a user lies: database, pixel store, settings, logs.
class Profile
{
public:
    /// Creates the folder (mode 0700) if need be. Empty: the platform's data folder.
    static Result<Profile> open(const QString& folder = {});

    QString folder() const { return m_folder; }
    QString databasePath() const { return m_folder + QStringLiteral("/diascope.db"); }
    QString pixelFolder() const { return m_folder + QStringLiteral("/pixels"); }
    QString settingsPath() const { return m_folder + QStringLiteral("/settings.ini"); }
    QString logPath() const { return m_folder + QStringLiteral("/diascope.log"); }

private:
    QString m_folder;
};

/// Typed access to the profile's settings file. UI thread, or one instance a thread.
class Settings
{
public:
    explicit Settings(const Profile& profile);

    template <typename T>
    T get(const Setting<T>& setting) const
    {
        const QVariant value = raw(QString::fromLatin1(setting.key));
        return value.isValid() ? value.value<T>() : setting.defaultValue;
    }
    template <typename T>
    Result<void> set(const Setting<T>& setting, const T& value)
    {
        return setRaw(QString::fromLatin1(setting.key), QVariant::fromValue(value));
    }
    /// For who changes what it has read, a list for one: until the lock goes no other instance of any process changes what is
    /// locked like this, and what others wrote has been read. Errors: those of FileLock::take().
    Result<FileLock> lockForChange();
    QVariant raw(const QString& key) const;
    Result<void> setRaw(const QString& key, const QVariant& value); ///< written through at once
    void remove(const QString& key);

private:
    Result<void> write();
    QString m_folder;
    std::unique_ptr<QSettings> m_file;
};

} // namespace diascope
