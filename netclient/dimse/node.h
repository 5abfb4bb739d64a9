#pragma once
#include "netclient/base/settings.h"
#include "netclient/dicom/security.h"
#include <optional>
#include <vector>

namespace diascope::dimse
{

/// With one peer at once.
inline constexpr int mostAssociations = 16;

/// A peer: a PACS, an archive, a workstation.
struct Node
{
    QString name;    ///< ours, unique
    QString aeTitle; ///< 1 to 16 characters (PS3.5 §6.2, AE)
    QString host;
    quint16 port = 104;
    bool useTls = false;
    QString dicomWebUrl;
    QString characterSet; ///< Specific Character Set for our queries: "ISO_IR 192"; empty: only ASCII is sent undeclared
    /// Overrides the declared character set of what it answers: for sources known to declare a wrong one.
    QString assumedCharacterSet;

    dicom::TlsFiles tls{};  ///< of DICOM over TLS and of https alike
    dicom::Login::Kind login = dicom::Login::Kind::None;
    QString user{};         ///< whom `login` names
    QString secret{};       ///< filled from the keyring by whoever connects; never stored with the node

    /// By what studies are fetched. Auto: what has shown itself to work and be quick.
    enum class RetrieveBy { Auto, Get, Move, Web };
    RetrieveBy retrieveBy = RetrieveBy::Auto;
    /// At most this many at once. More than one only where somebody knows that the peer bears it: DCMTK's dcmqrscp confirms and
    /// then loses what is stored over two at a time.
    int associations = 1;
    bool isSlowLine = false; ///< rendered or compressed images first (NET-16)
};

/// PS3.5 §6.2, AE: default character repertoire without backslash and control characters, not only spaces.
bool isAeTitle(const QString& title);

/// Whether who calls under this AE title, in whatever case, from this IPv4 address is the node. May ask a name server.
bool isCaller(const Node& node, const QString& callingAe, quint32 address);

/// "auto", "get", "move", "web"
QString name(Node::RetrieveBy by);
std::optional<Node::RetrieveBy> retrieveByOf(const QString& name);
/// "none", "basic", "bearer"
QString name(dicom::Login::Kind kind);
std::optional<dicom::Login::Kind> loginKindOf(const QString& name);

/// Our own side of an association.
struct Local
{
    QString aeTitle = QStringLiteral("DIASCOPE");
    int connectSeconds = 10; ///< TCP
    int acseSeconds = 15;    ///< association request, release
    int dimseSeconds = 60;   ///< silence in the middle of an exchange
};

inline const Setting<QString> listenAe{"listen.ae", QStringLiteral("DIASCOPE")};
inline const Setting<int> listenPort{"listen.port", 11112};
inline const Setting<int> connectSeconds{"network.connectSeconds", 10};
inline const Setting<int> acseSeconds{"network.acseSeconds", 15};
inline const Setting<int> dimseSeconds{"network.dimseSeconds", 60};
/// Our side as the settings say; what they do not say is as in `otherwise`, but for the AE title.
Local localOf(const Settings& settings, const Local& otherwise = {});

/// The configured peers, kept in the profile's settings.
class Nodes
{
public:
    explicit Nodes(Settings& settings) : m_settings(settings) {}
    std::vector<Node> list() const; ///< by name
    std::optional<Node> find(const QString& name) const;
    /// Errors: Invalid (name, AE title, host or port break a rule), Conflict (the name is taken).
    Result<void> add(const Node& node);
    Result<void> replace(const Node& node); ///< NotFound
    Result<void> remove(const QString& name); ///< NotFound

private:
    Result<void> save(const std::vector<Node>& nodes);
    Settings& m_settings;
};

} // namespace diascope::dimse
