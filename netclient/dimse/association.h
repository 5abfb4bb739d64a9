#pragma once
#include "netclient/base/task.h"
#include "netclient/dicom/dataset.h"
#include "netclient/dimse/held_bytes.h"
#include "netclient/dimse/node.h"
#include "netclient/dimse/transport.h"
#include <QHash>

struct T_ASC_Association;
struct T_ASC_Network;
struct T_DIMSE_Message;
struct T_DIMSE_C_StoreRQ;
class OFCondition;

namespace diascope::dimse
{

enum class Role { Scu, Scp };
/// Whether relational queries are wanted of it (extended negotiation, PS3.4 C.5.1.1.1).
enum class Queries { Hierarchical, Relational };

struct Context
{
    QString abstractSyntax;
    QStringList transferSyntaxes;
    Role role = Role::Scu; ///< ours
    Queries queries = Queries::Hierarchical;
};

/// At most this many presentation contexts fit into one association (PS3.8 §9.3.2.2: odd numbers up to 255).
inline constexpr int maximumContexts = 128;
inline constexpr long maximumPdu = 131072;
/// The PDUs of one command, what else is in the last of them too.
inline constexpr qint64 longestCommand = 4 << 20;
/// What is read of one instance before we give up: twice what we take, for the answer to be heard.
inline constexpr qint64 longestStore = qint64(4) << 30;

/// The transfer syntax of each accepted presentation context.
using Syntaxes = QHash<quint8, QString>;
/// Once what was negotiated is out or in. DCMTK breaks an association off when a message comes in a syntax it does not know (HTJ2K),
/// though it need not understand it: from here on it takes those for JPEG 2000, and only we know.
Syntaxes agreedSyntaxes(T_ASC_Association* association);

/// An association we asked for. Aborted when it goes out of scope unreleased.
class Association
{
public:
    /// Where the peer rejects it for now: at once, or after a few more tries in some three seconds (NET-04). There are peers with
    /// room for one association who notice only when the next comes that the last is over (dcmqrscp).
    enum class Patience { None, Some };
    static Result<std::unique_ptr<Association>> open(const Node& node, const Local& local, const std::vector<Context>& contexts,
                                                     Task& task, Patience patience = Patience::Some);
    ~Association();
    Association(const Association&) = delete;
    Association& operator=(const Association&) = delete;

    T_ASC_Association* dcmtk() const { return m_association; }
    /// 0 if the peer did not accept it.
    quint8 contextFor(const QString& abstractSyntax) const;
    quint8 contextFor(const QString& abstractSyntax, const QString& transferSyntax) const;
    QString transferSyntaxOf(quint8 context) const;
    /// The peer agreed to relational queries.
    bool isRelational(const QString& abstractSyntax) const;
    quint16 nextMessageId() { return ++m_messageId; }
    int dimseSeconds() const { return m_dimseSeconds; }

    void release();
    void abort();
    /// What a failed call meant, given what the watch saw.
    Error errorOf(const OFCondition& condition) const;

    /// Sends a message with a dataset (or none).
    Result<void> send(quint8 context, T_DIMSE_Message& message, const dicom::Dataset* dataset);
    /// The next command of the peer.
    Result<void> receive(T_DIMSE_Message& message, quint8& context);
    /// The dataset that follows, parsed: for small ones.
    Result<dicom::Dataset> receiveDataset(quint8 context);
    /// C-CANCEL (PS3.7 §9.3.2.3).
    void cancel(quint8 context, quint16 messageId);

private:
    Association() = default;
    static Result<std::unique_ptr<Association>> openOnce(const Node& node, const Local& local, const std::vector<Context>& contexts,
                                                         Task& task);
    std::shared_ptr<Watch> m_watch;
    std::unique_ptr<DcmTransportLayer> m_layer;
    T_ASC_Network* m_network = nullptr;
    T_ASC_Association* m_association = nullptr;
    Syntaxes m_syntaxes;
    quint16 m_messageId = 0;
    int m_dimseSeconds = 60;
    bool m_isOver = false;
    QString m_peer;
};

/// "192.0.2.1 (port 104)" in front of what went wrong.
QString peerName(const Node& node);

/// What ends the sentence of an error that is worth another try; what stands in that of a service the peer does not have.
QString forNow();
QString notOffered();
QString cutShort();

/// A sentence for a DIMSE failure status (PS3.7 Annex C, PS3.4).
QString statusText(quint16 status);

/// The next command. Whatever its bytes make DCMTK's parser throw is DIMSE_RECEIVEFAILED: the association cannot go on.
OFCondition receiveCommand(T_ASC_Association* association, int seconds, quint8& context, T_DIMSE_Message& message);

/// The dataset of a C-STORE-RQ as a Part 10 file: our header, then the peer's bytes as they come.
/// `error` of the outer Result: the association is no more usable.
struct ReceivedBytes
{
    QByteArray part10;
    qint64 datasetOffset = 0;
    bool isTooLarge = false; ///< or more than `held` has room for: read to its end and thrown away
};
Result<ReceivedBytes> receiveStoreDataset(T_ASC_Association* association, const T_DIMSE_C_StoreRQ& request, quint8 context,
                                          const QString& transferSyntax, int seconds,
                                          const std::function<Error(const OFCondition&)>& errorOf, HeldBytes* held = nullptr);

/// A dataset that is no instance: a row, an identifier, a report. Errors: Damaged where it is no dataset or over 64 MiB.
Result<dicom::Dataset> receiveSmallDataset(T_ASC_Association* association, quint8 context, const QString& transferSyntax,
                                           int seconds, Watch& watch, const std::function<Error(const OFCondition&)>& errorOf);

} // namespace diascope::dimse
