#include "tests/support/scripted_scp.h"
#include <algorithm>
#include <list>
#include <mutex>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

namespace diascope::test
{

namespace
{

uchar byteAt(const QByteArray& bytes, qsizetype at) { return at < bytes.size() ? uchar(bytes[at]) : 0; }

quint64 bigAt(const QByteArray& bytes, qsizetype at, int count)
{
    quint64 value = 0;
    for (int i = 0; i < count; ++i)
        value = value << 8 | byteAt(bytes, at + i);
    return value;
}

quint64 littleAt(const QByteArray& bytes, qsizetype at, int count)
{
    quint64 value = 0;
    for (int i = count - 1; i >= 0; --i)
        value = value << 8 | byteAt(bytes, at + i);
    return value;
}

template <typename Take>
void eachItem(const QByteArray& items, const Take& take)
{
    for (qsizetype at = 0; at + 4 <= items.size(); at += 4 + qsizetype(bigAt(items, at + 2, 2)))
        take(uchar(items[at]), items.mid(at + 4, qsizetype(bigAt(items, at + 2, 2))));
}

QByteArray trimmed(QByteArray value)
{
    while (value.endsWith('\0') || value.endsWith(' '))
        value.chop(1);
    return value;
}

} // namespace

QByteArray big(quint64 value, int bytes)
{
    QByteArray made;
    for (int i = bytes - 1; i >= 0; --i)
        made += char(value >> (8 * i));
    return made;
}

QByteArray little(quint64 value, int bytes)
{
    QByteArray made;
    for (int i = 0; i < bytes; ++i)
        made += char(value >> (8 * i));
    return made;
}

QByteArray item(uchar type, const QByteArray& value)
{
    return QByteArray(1, char(type)) + '\0' + big(quint64(value.size()), 2) + value;
}
QByteArray pdu(uchar type, const QByteArray& value)
{
    return QByteArray(1, char(type)) + '\0' + big(quint64(value.size()), 4) + value;
}
QByteArray pdv(uchar context, uchar flags, const QByteArray& bytes)
{
    return pdu(0x04, big(quint64(bytes.size() + 2), 4) + char(context) + char(flags) + bytes);
}
QByteArray element(quint16 group, quint16 name, const QByteArray& value)
{
    return little(group, 2) + little(name, 2) + little(quint64(value.size()), 4) + value;
}
std::map<quint32, QByteArray> elementsOf(const QByteArray& dataset)
{
    const auto number = [&](qsizetype at, int bytes) {
        quint32 value = 0;
        for (int i = bytes - 1; i >= 0; --i)
            value = value << 8 | uchar(dataset[at + i]);
        return value;
    };
    std::map<quint32, QByteArray> elements;
    for (qsizetype at = 0; at + 8 <= dataset.size(); at += 8 + number(at + 4, 4))
        elements[number(at, 2) << 16 | number(at + 2, 2)] = dataset.mid(at + 8, number(at + 4, 4)).replace('\0', "").trimmed();
    return elements;
}
QByteArray uid(const QByteArray& value) { return value.size() % 2 ? value + '\0' : value; }
QByteArray text(const QByteArray& value) { return value.size() % 2 ? value + ' ' : value; }
QByteArray commandSet(const QByteArray& elements) { return element(0, 0, little(quint64(elements.size()), 4)) + elements; }

QByteArray associateRequest(const QByteArray& called, const QByteArray& sopClass, const QByteArray& syntax)
{
    const QByteArray context = QByteArray::fromHex("01000000") + item(0x30, sopClass) + item(0x40, syntax);
    return pdu(0x01, big(1, 2) + QByteArray(2, '\0') + called + "SCRIPTED        " + QByteArray(32, '\0') +
                         item(0x10, "1.2.840.10008.3.1.1.1") + item(0x20, context) +
                         item(0x50, item(0x51, big(16384, 4)) + item(0x52, "1.2.3.4")));
}

bool ScriptedScp::Conversation::readPdu(uchar& type, QByteArray& value)
{
    flush();
    const auto fill = [this](QByteArray& bytes) {
        for (qsizetype at = 0; at < bytes.size();) {
            const ssize_t count = ::recv(m_socket, bytes.data() + at, size_t(bytes.size() - at), 0);
            if (count <= 0)
                return false;
            at += count;
        }
        return true;
    };
    QByteArray head(6, '\0');
    if (!fill(head))
        return false;
    type = uchar(head[0]);
    value = QByteArray(qsizetype(std::min<quint64>(bigAt(head, 2, 4), 64 << 20)), '\0');
    if (type == 0x04)
        m_largestPdu = std::max(m_largestPdu, value.size());
    return fill(value);
}

void ScriptedScp::Conversation::flush()
{
    for (qsizetype at = 0; at < m_out.size();) {
        const ssize_t count = ::send(m_socket, m_out.constData() + at, size_t(m_out.size() - at), MSG_NOSIGNAL);
        if (count <= 0)
            break;
        at += count;
    }
    m_out.clear();
}

void ScriptedScp::Conversation::close()
{
    flush();
    ::shutdown(m_socket, SHUT_RDWR);
}

void ScriptedScp::Conversation::send(uchar context, const QByteArray& command, const QByteArray& dataset)
{
    const auto put = [&](uchar kind, const QByteArray& bytes) {
        const qsizetype most = std::max<qsizetype>(m_peerPdu - 6, 16);
        for (qsizetype at = 0; at < bytes.size(); at += most)
            m_out += pdv(context, uchar(kind | (at + most >= bytes.size() ? 2 : 0)), bytes.mid(at, most));
    };
    put(1, command);
    put(0, dataset);
    if (m_out.size() > 65536)
        flush();
}

void ScriptedScp::Conversation::respond(const Message& to, quint16 status, const QByteArray& dataset, const QByteArray& more)
{
    send(to.context,
         commandSet(element(0, 0x0002, uid(to.sopClass)) + element(0, 0x0100, little(to.field | 0x8000, 2)) +
                    element(0, 0x0120, little(to.id, 2)) + element(0, 0x0800, little(dataset.isEmpty() ? 0x0101 : 1, 2)) +
                    element(0, 0x0900, little(status, 2)) + more),
         dataset);
}

bool ScriptedScp::Conversation::store(const QByteArray& sopClass, const QByteArray& instance, const QByteArray& dataset,
                                      const QByteArray& syntax)
{
    const uchar context = m_contexts.value(sopClass + ' ' + syntax);
    if (context == 0)
        return false;
    send(context, commandSet(element(0, 0x0002, uid(sopClass)) + element(0, 0x0100, little(0x0001, 2)) +
                                                element(0, 0x0110, little(++m_messageId, 2)) + element(0, 0x0700, little(0, 2)) +
                                                element(0, 0x0800, little(1, 2)) + element(0, 0x1000, uid(instance))), dataset);
    return true;
}

void ScriptedScp::Conversation::report(quint16 eventType, const QByteArray& dataset)
{
    const QByteArray model = "1.2.840.10008.1.20.1";
    send(m_contexts.value(model),
         commandSet(element(0, 0x0002, uid(model)) + element(0, 0x0100, little(0x0100, 2)) +
                    element(0, 0x0110, little(++m_messageId, 2)) + element(0, 0x0800, little(1, 2)) +
                    element(0, 0x1000, uid("1.2.840.10008.1.20.1.1")) + element(0, 0x1002, little(eventType, 2))),
         dataset);
}

bool ScriptedScp::Conversation::receive(Message& message)
{
    message = {};
    QByteArray command;
    bool hasDataset = false, isWhole = false;
    while (!isWhole) {
        uchar type = 0;
        QByteArray value;
        if (!readPdu(type, value))
            return false;
        if (type == 0x05) { // A-RELEASE-RQ
            m_out = pdu(0x06, big(0, 4));
            flush();
            m_isReleased = true;
        }
        if (type != 0x04)
            return false;
        for (qsizetype at = 0; at + 6 <= value.size(); at += 4 + qsizetype(bigAt(value, at, 4))) {
            const QByteArray bytes = value.mid(at + 6, qsizetype(bigAt(value, at, 4)) - 2);
            const uchar flags = uchar(value[at + 5]);
            message.context = uchar(value[at + 4]);
            (flags & 1 ? command : message.dataset) += bytes;
            if (flags == 3) {
                for (qsizetype e = 0; e + 8 <= command.size(); e += 8 + qsizetype(littleAt(command, e + 4, 4))) {
                    const QByteArray found = command.mid(e + 8, qsizetype(littleAt(command, e + 4, 4)));
                    switch (littleAt(command, e + 2, 2)) {
                    case 0x0002: case 0x0003: message.sopClass = trimmed(found); break;
                    case 0x0100: message.field = quint16(littleAt(found, 0, 2)); break;
                    case 0x0110: case 0x0120: message.id = quint16(littleAt(found, 0, 2)); break;
                    case 0x0600: message.destination = trimmed(found); break;
                    case 0x0800: hasDataset = littleAt(found, 0, 2) != 0x0101; break;
                    case 0x0900: message.status = quint16(littleAt(found, 0, 2)); break;
                    default: break;
                    }
                }
                isWhole = !hasDataset;
            } else if (flags == 2) {
                isWhole = true;
            }
        }
    }
    return true;
}

struct ScriptedScp::Private
{
    Script script;
    Habits habits;
    std::atomic<int> associations = 0;
    int socket = -1;
    quint16 port = 0;
    std::atomic<int> releases = 0;
    std::atomic<qint64> largestPdu = 0;
    std::mutex mutex;
    std::list<int> open;
    std::list<std::thread> peers;
    std::thread thread;

    bool accept(Conversation& conversation)
    {
        uchar type = 0;
        QByteArray request;
        if (!conversation.readPdu(type, request) || type != 0x01)
            return false;
        QByteArray answers = item(0x10, "1.2.840.10008.3.1.1.1"), roles, extended;
        eachItem(request.mid(68), [&](uchar kind, const QByteArray& value) {
            if (kind == 0x50)
                eachItem(value, [&](uchar part, const QByteArray& bytes) {
                    if (part == 0x51 && bigAt(bytes, 0, 4) > 0)
                        conversation.m_peerPdu = qsizetype(bigAt(bytes, 0, 4));
                    if (part == 0x54)
                        roles += item(0x54, bytes);
                    // PS3.7 D.3.3.5: length of the UID, the UID, what the class negotiates
                    if (part == 0x56) {
                        const qsizetype end = 2 + qsizetype(bigAt(bytes, 0, 2));
                        if (habits.relational.contains(bytes.mid(2, end - 2)))
                            extended += item(0x56, bytes);
                        else if (habits.saysNo)
                            extended += item(0x56, bytes.left(end) + '\0');
                    }
                });
            if (kind != 0x20)
                return;
            QByteArray abstractSyntax;
            QByteArrayList offered;
            eachItem(value.mid(4), [&](uchar part, const QByteArray& bytes) {
                if (part == 0x30)
                    abstractSyntax = trimmed(bytes);
                if (part == 0x40)
                    offered << trimmed(bytes);
            });
            const auto chosen = std::find_if(habits.syntaxes.begin(), habits.syntaxes.end(),
                                             [&](const QByteArray& syntax) { return offered.contains(syntax); });
            const bool isAccepted = chosen != habits.syntaxes.end() && !habits.refused.contains(abstractSyntax);
            if (isAccepted) {
                conversation.m_contexts.insert(abstractSyntax, uchar(value[0]));
                conversation.m_contexts.insert(abstractSyntax + ' ' + *chosen, uchar(value[0]));
            }
            answers += item(0x21, value.left(1) + '\0' + char(isAccepted ? 0 : 4) + '\0' +
                                      item(0x40, isAccepted ? *chosen : offered.value(0)));
        });
        answers += item(0x50, item(0x51, big(habits.maximumPdu, 4)) + item(0x52, "1.2.3.4") + roles + extended);
        conversation.m_out = pdu(0x02, request.left(68) + answers);
        return true;
    }

    void serve(int client)
    {
        const int on = 1;
        ::setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        Conversation conversation;
        conversation.m_socket = client;
        conversation.m_number = associations++;
        Message message;
        if (accept(conversation))
            while (conversation.receive(message)) {
                script(conversation, message);
            }
        releases += conversation.m_isReleased;
        largestPdu = std::max<qint64>(largestPdu, conversation.m_largestPdu);
        const std::lock_guard lock(mutex);
        open.remove(client);
        ::close(client);
    }
};

ScriptedScp::ScriptedScp(Script script, const Habits& habits) : d(std::make_unique<Private>())
{
    d->script = std::move(script);
    d->habits = habits;
    d->socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(d->socket, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(d->socket, 64) != 0 ||
        ::getsockname(d->socket, reinterpret_cast<sockaddr*>(&address), &size) != 0)
        return;
    d->port = ntohs(address.sin_port);
    d->thread = std::thread([this] {
        while (true) {
            const int client = ::accept4(d->socket, nullptr, nullptr, SOCK_CLOEXEC);
            if (client < 0)
                return;
            const std::lock_guard lock(d->mutex);
            d->open.push_back(client);
            d->peers.emplace_back([this, client] { d->serve(client); });
        }
    });
}

ScriptedScp::~ScriptedScp()
{
    ::shutdown(d->socket, SHUT_RDWR);
    if (d->thread.joinable())
        d->thread.join();
    {
        const std::lock_guard lock(d->mutex);
        for (int client : d->open)
            ::shutdown(client, SHUT_RDWR);
    }
    for (std::thread& peer : d->peers)
        peer.join();
    ::close(d->socket);
}

quint16 ScriptedScp::port() const { return d->port; }
int ScriptedScp::releases() const { return d->releases; }
qint64 ScriptedScp::largestPdu() const { return d->largestPdu; }

} // namespace diascope::test
