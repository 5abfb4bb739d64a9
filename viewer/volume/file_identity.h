#pragma once
#include <QString>
#include <optional>

namespace diascope::viewer
{

/// Which file a path meant: replaced, cut or rewritten it is another one, and what was laid out of it is stale.
struct FileIdentity
{
    quint64 device = 0;
    quint64 inode = 0;
    qint64 bytes = 0;
    qint64 modifiedNs = 0;
    friend bool operator==(const FileIdentity&, const FileIdentity&) = default;
    bool isSameFile(const FileIdentity& other) const { return device == other.device && inode == other.inode; } ///< hard links

    /// Nothing where there is no such file, or it is no regular one (a pipe would be waited for for ever).
    static std::optional<FileIdentity> of(const QString& path);
};

} // namespace diascope::viewer
