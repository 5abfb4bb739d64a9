#pragma once
#include "netclient/base/file_lock.h"
#include <QString>

namespace diascope
{

/// A folder for what is needed for a while, which may be patients' files: of this user alone (0700), gone with the object, and where
/// the process was killed gone at the next start (STO-08).
class ScratchFolder
{
public:
    /// Errors: DiskFull, Unreadable.
    static Result<ScratchFolder> make();
    ScratchFolder(ScratchFolder&& other) noexcept;
    ScratchFolder& operator=(ScratchFolder&&) = delete;
    ~ScratchFolder();
    QString filePath(const QString& name) const { return m_path + u'/' + name; }

    /// What killed processes left.
    static void removeAbandoned();

private:
    ScratchFolder(QString path, FileLock lock) : m_path(std::move(path)), m_lock(std::move(lock)) {}
    QString m_path;
    FileLock m_lock;
};

} // namespace diascope
