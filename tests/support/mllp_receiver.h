#pragma once
#include <QByteArray>
#include <QProcess>
#include <QStringList>
#include <QTemporaryDir>

namespace diascope::test
{

/// A real MLLP receiver that is not ours (python3-hl7), on a free loopback port; ends with the object.
/// `answers`: see mllp_receiver.py, for example "AA", "none,AA", "wrong+AA".
class MllpReceiver
{
public:
    explicit MllpReceiver(const QString& answers = QStringLiteral("AA"));
    ~MllpReceiver();

    bool isRunning() const { return m_port != 0; } ///< false: python3-hl7 is not there
    quint16 port() const { return m_port; }
    /// What came so far, byte by byte, in order.
    QList<QByteArray> messages() const;

private:
    QTemporaryDir m_folder;
    QProcess m_process;
    quint16 m_port = 0;
};

} // namespace diascope::test
