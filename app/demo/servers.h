#pragma once
#include "netclient/base/error.h"
#include "netclient/dimse/node.h"
#include <QProcess>
#include <memory>

namespace diascope::demo
{

/// A PACS that is not ours, for a demonstration on one machine: DCMTK's dcmqrscp on a free loopback port, gone with this object.
class Pacs
{
public:
    /// Errors: NotFound (not installed), TimedOut (it does not answer).
    static Result<std::unique_ptr<Pacs>> start(const QString& folder);
    ~Pacs();
    dimse::Node node() const { return m_node; }

private:
    QProcess m_process;
    dimse::Node m_node;
};

/// A RIS that is not ours: python3-hl7's MLLP server on a free loopback port. It accepts every message and keeps it.
class Ris
{
public:
    static Result<std::unique_ptr<Ris>> start(const QString& folder);
    ~Ris();
    quint16 port() const { return m_port; }
    QByteArray lastAcknowledgement() const; ///< as it was sent, segments ended by CR
    QByteArray lastMessage() const;

private:
    QProcess m_process;
    QString m_folder;
    quint16 m_port = 0;
};

} // namespace diascope::demo
