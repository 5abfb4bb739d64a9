#include "netclient/hl7/mllp.h"
#include <QElapsedTimer>
#include <QSslConfiguration>
#include <QSslSocket>
#include <QTcpSocket>

namespace diascope::hl7
{

namespace
{

constexpr int sliceMs = 100; // how often cancelling is looked at
constexpr qsizetype maximumAnswer = 16 * 1024 * 1024;

QString tr(const char* text) { return QCoreApplication::translate("Mllp", text); }

qint64 now()
{
    static const QElapsedTimer clock = [] {
        QElapsedTimer timer; // monotonic: a clock set back changes no timeout
        timer.start();
        return timer;
    }();
    return clock.elapsed();
}

std::optional<AckCode> ackFromCode(const QString& text)
{
    for (const AckCode ack : {AckCode::Accepted, AckCode::Error, AckCode::Rejected, AckCode::CommitAccepted,
                              AckCode::CommitError, AckCode::CommitRejected})
        if (text.compare(code(ack), Qt::CaseInsensitive) == 0)
            return ack;
    return std::nullopt;
}

QString reasonOf(const Message& answer)
{
    for (const char* path : {"MSA-3", "ERR-8", "ERR-7", "ERR-3.2", "ERR-1.4.2"})
        if (const QString text = answer.text(QLatin1String(path)); !text.isEmpty())
            return text;
    return {};
}

} // namespace

std::optional<Acknowledgement> acknowledgementIn(const Message& message)
{
    const auto ack = ackFromCode(message.text(QStringLiteral("MSA-1")));
    if (!ack)
        return std::nullopt;
    return Acknowledgement{*ack, message.text(QStringLiteral("MSA-2")), reasonOf(message)};
}

MllpSender::MllpSender(const MllpTarget& target) : m_target(target) {}

MllpSender::~MllpSender() { close(); }

void MllpSender::close()
{
    if (m_socket)
        m_socket->abort();
    m_socket.reset();
    m_buffer.clear();
}

Result<void> MllpSender::connectToPeer(const Task& task)
{
    if (m_socket) {
        // A peer that closed the kept connection is noticed before anything is written to it.
        m_socket->waitForReadyRead(0);
        if (m_socket->state() == QAbstractSocket::ConnectedState)
            return {};
        close();
    }
    const bool isTls = m_target.security == MllpTarget::Security::Tls;
    const QString where = QStringLiteral("%1:%2").arg(m_target.host).arg(m_target.port);
    if (isTls) {
        auto socket = std::make_unique<QSslSocket>();
        if (!m_target.caFile.isEmpty()) {
            QSslConfiguration configuration = QSslConfiguration::defaultConfiguration();
            if (!configuration.addCaCertificates(m_target.caFile))
                return fail(Fault::Unreadable, tr("the certificates in %1 cannot be read").arg(m_target.caFile));
            socket->setSslConfiguration(configuration);
        }
        socket->connectToHostEncrypted(m_target.host, m_target.port);
        m_socket = std::move(socket);
    } else {
        m_socket = std::make_unique<QTcpSocket>();
        m_socket->connectToHost(m_target.host, m_target.port);
    }
    const qint64 deadline = now() + m_target.connectTimeoutMs;
    const auto isReady = [&] {
        return isTls ? static_cast<QSslSocket*>(m_socket.get())->isEncrypted()
                     : m_socket->state() == QAbstractSocket::ConnectedState;
    };
    while (!isReady()) {
        if (task.isCancelled()) {
            close();
            return fail(Fault::Cancelled, tr("sending was cancelled"));
        }
        const int slice = int(std::clamp<qint64>(deadline - now(), 0, sliceMs));
        if (isTls)
            static_cast<QSslSocket*>(m_socket.get())->waitForEncrypted(slice);
        else
            m_socket->waitForConnected(slice);
        if (isReady())
            break;
        // waitForConnected() gives the attempt up when its slice is over: only then start the next one.
        const auto error = m_socket->error();
        const QString text = m_socket->errorString();
        const bool isStillTrying = m_socket->state() == QAbstractSocket::ConnectingState ||
                                   m_socket->state() == QAbstractSocket::HostLookupState ||
                                   (isTls && m_socket->state() == QAbstractSocket::ConnectedState &&
                                    error == QAbstractSocket::SocketTimeoutError);
        if (now() >= deadline) {
            close();
            return fail(Fault::Unreachable, tr("%1 does not answer").arg(where));
        }
        if (!isStillTrying) {
            if (error == QAbstractSocket::SocketTimeoutError && !isTls) {
                m_socket->abort();
                m_socket->connectToHost(m_target.host, m_target.port);
                continue;
            }
            close();
            return fail(Fault::Unreachable, tr("%1 cannot be reached: %2").arg(where, text));
        }
    }
    m_socket->setSocketOption(QAbstractSocket::LowDelayOption, 1);
    m_socket->setSocketOption(QAbstractSocket::KeepAliveOption, 1);
    return {};
}

Result<QByteArray> MllpSender::readFrame(qint64 deadlineMs, const Task& task)
{
    for (;;) {
        const qsizetype start = m_buffer.indexOf(frameStart);
        const qsizetype end = start < 0 ? -1 : m_buffer.indexOf(frameEnd, start);
        // The CR after FS is taken with the next frame's noise: some peers leave it out, and none starts a frame with it.
        if (end >= 0) {
            const QByteArray frame = m_buffer.mid(start + 1, end - start - 1);
            m_buffer.remove(0, end + 1);
            return frame;
        }
        if (m_buffer.size() > maximumAnswer)
            return fail(Fault::Damaged, tr("the answer has no end"));
        if (task.isCancelled())
            return fail(Fault::Cancelled, tr("sending was cancelled"));
        const qint64 left = deadlineMs - now();
        if (left <= 0)
            return fail(Fault::TimedOut, tr("no acknowledgement came in time"));
        if (m_socket->bytesAvailable() == 0)
            m_socket->waitForReadyRead(int(std::min<qint64>(left, sliceMs)));
        const QByteArray more = m_socket->readAll();
        m_buffer += more;
        if (more.isEmpty() && m_socket->state() != QAbstractSocket::ConnectedState)
            return fail(Fault::Unreachable, tr("the connection broke before the acknowledgement"));
    }
}

Result<Acknowledgement> MllpSender::send(const Message& message, const Task& task)
{
    const auto bytes = message.toBytes();
    if (!bytes)
        return std::unexpected(bytes.error());
    return send(*bytes, message.controlId(), task);
}

Result<Acknowledgement> MllpSender::send(const QByteArray& message, const QString& controlId, const Task& task)
{
    if (message.contains(frameStart) || message.contains(frameEnd))
        return fail(Fault::Invalid, tr("the message holds a byte that would end its frame"));
    if (controlId.isEmpty())
        return fail(Fault::Invalid, tr("the message has no control id (MSH-10)"));
    if (auto connected = connectToPeer(task); !connected)
        return std::unexpected(connected.error());
    // From here on any error closes: a late answer on a kept connection must not be taken for the next message's.
    const auto giveUp = [this](Error error) {
        close();
        return std::unexpected(std::move(error));
    };

    m_socket->write(frameStart + message + frameEnd + '\r');
    qint64 deadline = now() + m_target.answerTimeoutMs;
    while (m_socket->bytesToWrite() > 0) {
        if (task.isCancelled())
            return giveUp({Fault::Cancelled, tr("sending was cancelled")});
        if (!m_socket->waitForBytesWritten(sliceMs) && m_socket->state() != QAbstractSocket::ConnectedState)
            return giveUp({Fault::Unreachable, tr("the connection broke while sending")});
        if (now() > deadline)
            return giveUp({Fault::TimedOut, tr("the peer does not take the message")});
    }

    std::optional<Acknowledgement> committed;
    for (;;) {
        auto frame = readFrame(deadline, task);
        if (!frame) {
            // CA came, the application's answer did not: pending, which is no error (HL7 §2.9.3), and it may still come here.
            const bool isPending = committed && frame.error().fault != Fault::Cancelled;
            if (!isPending || frame.error().fault != Fault::TimedOut)
                close();
            if (isPending)
                return *committed;
            return std::unexpected(frame.error());
        }
        const auto answer = Message::fromBytes(*frame);
        if (!answer)
            return giveUp({Fault::Damaged, tr("the answer is no HL7 message")});
        auto acknowledgement = acknowledgementIn(*answer);
        if (!acknowledgement)
            return giveUp({Fault::Damaged, tr("the answer holds no acknowledgement (MSA-1)")});
        if (acknowledgement->controlId != controlId) {
            keepLate(std::move(*acknowledgement));
            continue;
        }
        if (!acknowledgement->isPending())
            return *acknowledgement;
        committed = acknowledgement;
        deadline = now() + m_target.applicationTimeoutMs;
    }
}

void MllpSender::keepLate(Acknowledgement acknowledgement)
{
    constexpr size_t most = 1000; // whatever a peer says
    if (m_late.size() < most)
        m_late.push_back(std::move(acknowledgement));
}

std::vector<Acknowledgement> MllpSender::takeLate()
{
    if (m_socket) {
        m_socket->waitForReadyRead(0);
        m_buffer += m_socket->readAll();
        while (auto frame = readFrame(now(), {})) // what is there already
            if (const auto message = Message::fromBytes(*frame))
                if (auto acknowledgement = acknowledgementIn(*message))
                    keepLate(std::move(*acknowledgement));
        if (m_socket->state() != QAbstractSocket::ConnectedState)
            close();
    }
    return std::exchange(m_late, {});
}

} // namespace diascope::hl7
