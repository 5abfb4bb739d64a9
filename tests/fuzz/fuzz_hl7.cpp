// Any bytes as what a RIS sends: HL7 messages, orders, acknowledgements and frames of MLLP in pieces. What is read can be written
// again, and says the same.
#include "netclient/hl7/mllp.h"
#include "netclient/transfer/order_store.h"
#include "tests/fuzz/fuzzing.h"
#include <QCoreApplication>
#include <QTcpSocket>

using namespace diascope;
using namespace diascope::hl7;

namespace
{

void lookAt(const Message& message)
{
    (void)message.text(QStringLiteral("PID-5.2"));
    (void)message.text(QStringLiteral("OBX(3)-5"));
    (void)acknowledgementIn(message);
    if (const auto order = transfer::orderOf(message))
        fuzz::demand(!order->order.patientId.isEmpty() && !order->number.isEmpty() && order->order.date.isValid());
    const auto again = Message::parse(message.toText());
    fuzz::demand(again && again->segments().size() == message.segments().size());
    // What is said of a message can never end its frame.
    if (const auto answer = acknowledge(message, AckCode::Error, message.text(QStringLiteral("MSH-10"))).toBytes())
        fuzz::demand(!answer->contains(frameStart) && !answer->contains(frameEnd));
}

/// The listener over a real socket, in pieces: it answers what follows.
void sendTo(MllpListener& listener, const QByteArray& bytes, size_t piece)
{
    QTcpSocket socket;
    socket.connectToHost(QHostAddress::LocalHost, listener.port());
    for (qsizetype at = 0; at < bytes.size(); at += qsizetype(piece)) {
        socket.write(bytes.mid(at, qsizetype(piece)));
        QCoreApplication::processEvents();
    }
    socket.write("\x1c\r\x0bMSH|^~\\&|A|B|C|D|1||ADT^A08|LAST|P|2.5\r\x1c\r");
    QByteArray answer;
    for (int i = 0; i < 20'000 && !answer.contains("|LAST") && socket.state() != QAbstractSocket::UnconnectedState; ++i) {
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents, 1);
        answer += socket.readAll();
    }
    fuzz::demand(answer.contains("|LAST"));
    if (bytes.size() % 2)
        socket.abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size)
{
    static int argc = 1;
    static char name[] = "fuzz_hl7";
    static char* argv[] = {name, nullptr};
    static QCoreApplication application(argc, argv);
    static MllpListener* listener = [] {
        auto* made = new MllpListener([](const Message& message) {
            lookAt(message);
            return MllpListener::Reply{};
        });
        fuzz::demand(made->listen(QHostAddress::LocalHost, 0).has_value());
        return made;
    }();
    FuzzedDataProvider data(bytes, size);
    const bool isOverSocket = data.ConsumeIntegralInRange(0, 15) == 0;
    const size_t piece = data.ConsumeIntegralInRange<size_t>(1, 5000);
    const std::string text = data.ConsumeRemainingBytesAsString();
    const QByteArray message(text.data(), qsizetype(text.size()));
    if (isOverSocket)
        sendTo(*listener, message, std::max<size_t>(piece, size_t(message.size()) / 50 + 1));
    else if (const auto read = Message::fromBytes(message))
        lookAt(*read);
    return 0;
}
