#pragma once
#include "tests/support/dcmtk_servers.h"

namespace diascope::test
{

/// A real Orthanc on loopback ports, AE title ORTHANC, empty; it knows DIASCOPE at 127.0.0.1:`movePort`.
struct Orthanc
{
    static std::unique_ptr<Orthanc> start(quint16 movePort, QString* why, const QByteArray& moreJson = {});
    QTemporaryDir folder;
    std::unique_ptr<ServerProcess> process;
    quint16 port = 0;
    quint16 httpPort = 0;

    /// The instances in it, by its REST interface.
    QStringList instanceIds() const;
    QByteArray get(const QString& path) const;
};

} // namespace diascope::test
