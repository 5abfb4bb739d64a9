#include "viewer/volume/file_identity.h"
#include <QFile>
#include <sys/stat.h>

namespace diascope::viewer
{

std::optional<FileIdentity> FileIdentity::of(const QString& path)
{
    struct stat status;
    if (::stat(QFile::encodeName(path).constData(), &status) != 0 || !S_ISREG(status.st_mode))
        return std::nullopt;
    return FileIdentity{status.st_dev, status.st_ino, status.st_size, status.st_mtim.tv_sec * 1'000'000'000LL + status.st_mtim.tv_nsec};
}

} // namespace diascope::viewer
