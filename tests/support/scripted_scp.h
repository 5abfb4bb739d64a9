#pragma once
#include <QByteArrayList>
#include <QHash>
#include <QtGlobal>
#include <atomic>
#include <functional>
#include <map>
#include <memory>

/// DICOM by hand, byte for byte as PS3.7 and PS3.8 have it, without DCMTK: what peers send that no toolkit would.
namespace diascope::test
{

QByteArray big(quint64 value, int bytes);
QByteArray little(quint64 value, int bytes);
/// An item of an association request or answer; a PDU; a PDU with one PDV (flags: 1 command, 2 last).
QByteArray item(uchar type, const QByteArray& value);
QByteArray pdu(uchar type, const QByteArray& value);
QByteArray pdv(uchar context, uchar flags, const QByteArray& bytes);
/// Implicit VR little endian; the value as it is, whatever its length.
QByteArray element(quint16 group, quint16 name, const QByteArray& value);
/// The elements of a dataset without sequences that is written so, by group and element; padding is taken off.
std::map<quint32, QByteArray> elementsOf(const QByteArray& dataset);
/// A UID or text padded to an even length.
QByteArray uid(const QByteArray& value);
QByteArray text(const QByteArray& value);
/// A command set with its group length in front.
QByteArray commandSet(const QByteArray& elements);

/// An A-ASSOCIATE-RQ for one presentation context, number 1. `called`: 16 characters.
QByteArray associateRequest(const QByteArray& called, const QByteArray& sopClass, const QByteArray& syntax = "1.2.840.10008.1.2");

/// What a peer agrees to.
struct Habits
{
    quint32 maximumPdu = 16384;
    QByteArrayList syntaxes{"1.2.840.10008.1.2"}; ///< each presentation context in the first of these that is offered
    QByteArrayList relational{}; ///< SOP classes whose relational queries it does
    bool saysNo = false; ///< of the others it answers that it does none; else it answers nothing
    QByteArrayList refused{}; ///< SOP classes it does not know
};

/// A peer on a loopback port that answers what a script says. It accepts every presentation context for which one of its transfer
/// syntaxes is offered, and the roles that are asked for. Each association has a thread.
class ScriptedScp
{
public:
    struct Message
    {
        uchar context = 0;
        quint16 field = 0;     ///< 0x0020 C-FIND-RQ, ...
        quint16 id = 0;        ///< Message ID, or the one being responded to
        quint16 status = 0;    ///< of a response
        QByteArray sopClass;
        QByteArray destination; ///< of a C-MOVE
        QByteArray dataset;
    };

    class Conversation
    {
    public:
        /// A response to `to` with a dataset or none; `more`: elements of its command, in order.
        void respond(const Message& to, quint16 status, const QByteArray& dataset = {}, const QByteArray& more = {});
        /// A C-STORE-RQ on the context of its class and syntax. False: none was agreed on.
        bool store(const QByteArray& sopClass, const QByteArray& instance, const QByteArray& dataset,
                   const QByteArray& syntax = "1.2.840.10008.1.2");
        /// Which association with this peer it is, from 0.
        int number() const { return m_number; }
        /// An N-EVENT-REPORT-RQ of storage commitment.
        void report(quint16 eventType, const QByteArray& dataset);
        /// The next message; false: the peer ended it.
        bool receive(Message& message);
        void flush();
        void close(); ///< without a release

    private:
        friend class ScriptedScp;
        void send(uchar context, const QByteArray& command, const QByteArray& dataset);
        bool readPdu(uchar& type, QByteArray& value);
        int m_socket = -1;
        bool m_isReleased = false;
        qsizetype m_peerPdu = 16384;
        qsizetype m_largestPdu = 0;
        quint16 m_messageId = 0;
        int m_number = 0;
        QByteArray m_out;
        QHash<QByteArray, uchar> m_contexts; ///< by abstract syntax, and by it and the transfer syntax
    };
    /// Called for every request.
    using Script = std::function<void(Conversation&, const Message&)>;

    explicit ScriptedScp(Script script, const Habits& habits = {});
    ~ScriptedScp();
    quint16 port() const;
    int releases() const; ///< associations that ended as they should
    qint64 largestPdu() const; ///< of data that came, in associations that are over

private:
    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace diascope::test
