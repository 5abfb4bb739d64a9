#include "tests/support/mllp_receiver.h"
#include <QDir>
#include <QFile>

namespace diascope::test
{

MllpReceiver::MllpReceiver(const QString& answers)
{
    m_process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
    m_process.start(QStringLiteral("/usr/bin/python3"),
                    {QStringLiteral(DIASCOPE_SOURCE_DIR "/tests/support/mllp_receiver.py"), m_folder.path(), answers});
    while (!m_process.canReadLine() && m_process.waitForReadyRead(30000)) {
    }
    m_port = quint16(m_process.readLine().trimmed().toUInt());
}

MllpReceiver::~MllpReceiver()
{
    m_process.kill();
    m_process.waitForFinished();
}

QList<QByteArray> MllpReceiver::messages() const
{
    QList<QByteArray> found;
    const QDir folder(m_folder.path());
    for (const QString& name : folder.entryList({QStringLiteral("*.hl7")}, QDir::Files, QDir::Name)) {
        QFile file(folder.filePath(name));
        if (file.open(QIODevice::ReadOnly))
            found << file.readAll();
    }
    return found;
}

} // namespace diascope::test
