#include "netclient/dimse/node.h"
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QScopeGuard>
#include <QUrl>
#include <algorithm>
#include <arpa/inet.h>
#include <netdb.h>
#include <sys/socket.h>

namespace diascope::dimse
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("Dimse", text); }

const Setting<QString> savedNodes{"nodes", {}};

template <typename Kind>
struct Named
{
    Kind kind;
    const char* name;
};
constexpr Named<Node::RetrieveBy> retrieves[] = {{Node::RetrieveBy::Auto, "auto"}, {Node::RetrieveBy::Get, "get"},
                                                 {Node::RetrieveBy::Move, "move"}, {Node::RetrieveBy::Web, "web"}};
constexpr Named<dicom::Login::Kind> logins[] = {
    {dicom::Login::Kind::None, "none"}, {dicom::Login::Kind::Basic, "basic"}, {dicom::Login::Kind::Bearer, "bearer"}};

template <typename Table, typename Kind>
QString nameIn(const Table& table, Kind kind)
{
    for (const auto& entry : table)
        if (entry.kind == kind)
            return QLatin1String(entry.name);
    return {};
}

Result<void> check(const Node& node)
{
    if (node.name.trimmed().isEmpty())
        return fail(Fault::Invalid, tr("a node needs a name"));
    if (!isAeTitle(node.aeTitle))
        return fail(Fault::Invalid, tr("an AE title has 1 to 16 characters, none of them a backslash"));
    if (node.host.trimmed().isEmpty() || node.host.contains(u' ') || node.host.contains(u':'))
        return fail(Fault::Invalid, tr("\"%1\" is no host name or address").arg(node.host));
    if (node.port == 0)
        return fail(Fault::Invalid, tr("a port is a number from 1 to 65535"));
    if (!node.dicomWebUrl.isEmpty()) {
        const QUrl url(node.dicomWebUrl, QUrl::StrictMode);
        const bool isWeb = url.scheme() == QLatin1String("http") || url.scheme() == QLatin1String("https");
        if (!url.isValid() || !isWeb || url.host().isEmpty() || !url.userInfo().isEmpty() || url.hasQuery() || url.hasFragment())
            return fail(Fault::Invalid,
                        tr("\"%1\" is no address of a DICOMweb service (http:// or https://, without user, password or query)")
                            .arg(node.dicomWebUrl));
        if (node.useTls && url.scheme() != QLatin1String("https"))
            return fail(Fault::Invalid, tr("a node with TLS has an https:// address"));
    } else if (node.retrieveBy == Node::RetrieveBy::Web) {
        return fail(Fault::Invalid, tr("retrieving by the web needs the address of the DICOMweb service"));
    }
    if (node.login == dicom::Login::Kind::Basic && node.user.isEmpty())
        return fail(Fault::Invalid, tr("a user name is wanted"));
    if (node.tls.certificateFile.isEmpty() != node.tls.keyFile.isEmpty())
        return fail(Fault::Invalid, tr("a certificate of ours and its key go together"));
    for (const QString& file : {node.tls.caFile, node.tls.certificateFile, node.tls.keyFile})
        if (!file.isEmpty() && !QFileInfo(file).isReadable())
            return fail(Fault::Invalid, tr("%1 cannot be read").arg(file));
    if (node.associations < 1 || node.associations > mostAssociations)
        return fail(Fault::Invalid, tr("a peer is asked over 1 to %1 associations at once").arg(mostAssociations));
    return {};
}

} // namespace

bool isAeTitle(const QString& title)
{
    const QString trimmed = title.trimmed();
    return !trimmed.isEmpty() && title.size() <= 16 && std::all_of(title.begin(), title.end(), [](QChar c) {
        return c.unicode() >= 0x20 && c.unicode() < 0x7f && c != u'\\';
    });
}

bool isCaller(const Node& node, const QString& callingAe, quint32 address)
{
    if (node.aeTitle.trimmed().compare(callingAe.trimmed(), Qt::CaseInsensitive) != 0)
        return false;
    addrinfo wanted = {};
    wanted.ai_family = AF_INET;
    wanted.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (::getaddrinfo(node.host.toUtf8().constData(), nullptr, &wanted, &found) != 0)
        return false;
    const auto freed = qScopeGuard([found] { ::freeaddrinfo(found); });
    for (const addrinfo* one = found; one; one = one->ai_next)
        if (ntohl(reinterpret_cast<const sockaddr_in*>(one->ai_addr)->sin_addr.s_addr) == address)
            return true;
    return false;
}

QString name(Node::RetrieveBy by) { return nameIn(retrieves, by); }
QString name(dicom::Login::Kind kind) { return nameIn(logins, kind); }

std::optional<Node::RetrieveBy> retrieveByOf(const QString& name)
{
    for (const auto& entry : retrieves)
        if (name == QLatin1String(entry.name))
            return entry.kind;
    return std::nullopt;
}

std::optional<dicom::Login::Kind> loginKindOf(const QString& name)
{
    for (const auto& entry : logins)
        if (name == QLatin1String(entry.name))
            return entry.kind;
    return std::nullopt;
}

Local localOf(const Settings& settings, const Local& otherwise)
{
    const auto seconds = [&](const Setting<int>& setting, int unset) {
        const QVariant value = settings.raw(QString::fromLatin1(setting.key));
        return value.isValid() ? value.toInt() : unset;
    };
    return {settings.get(listenAe), seconds(connectSeconds, otherwise.connectSeconds), seconds(acseSeconds, otherwise.acseSeconds),
            seconds(dimseSeconds, otherwise.dimseSeconds)};
}

std::vector<Node> Nodes::list() const
{
    std::vector<Node> nodes;
    const QJsonArray array = QJsonDocument::fromJson(m_settings.get(savedNodes).toUtf8()).array();
    for (const QJsonValue& value : array) {
        const QJsonObject object = value.toObject();
        Node node{object[u"name"].toString(), object[u"ae"].toString(), object[u"host"].toString(),
                  quint16(object[u"port"].toInt()), object[u"tls"].toBool(), object[u"dicomweb"].toString(),
                  object[u"charset"].toString(), object[u"assumedCharset"].toString()};
        node.tls = {object[u"ca"].toString(), object[u"certificate"].toString(), object[u"key"].toString()};
        node.login = loginKindOf(object[u"login"].toString()).value_or(dicom::Login::Kind::None);
        node.user = object[u"user"].toString();
        node.retrieveBy = retrieveByOf(object[u"retrieveBy"].toString()).value_or(Node::RetrieveBy::Auto);
        node.associations = std::clamp(object[u"associations"].toInt(Node{}.associations), 1, mostAssociations);
        node.isSlowLine = object[u"slowLine"].toBool();
        nodes.push_back(std::move(node));
    }
    std::sort(nodes.begin(), nodes.end(), [](const Node& a, const Node& b) { return a.name < b.name; });
    return nodes;
}

Result<void> Nodes::save(const std::vector<Node>& nodes)
{
    QJsonArray array;
    for (const Node& node : nodes)
        array << QJsonObject{{"name", node.name},
                             {"ae", node.aeTitle},
                             {"host", node.host},
                             {"port", node.port},
                             {"tls", node.useTls},
                             {"dicomweb", node.dicomWebUrl},
                             {"charset", node.characterSet},
                             {"assumedCharset", node.assumedCharacterSet},
                             {"ca", node.tls.caFile},
                             {"certificate", node.tls.certificateFile},
                             {"key", node.tls.keyFile},
                             {"login", diascope::dimse::name(node.login)},
                             {"user", node.user},
                             {"retrieveBy", diascope::dimse::name(node.retrieveBy)},
                             {"associations", node.associations},
                             {"slowLine", node.isSlowLine}};
    return m_settings.set(savedNodes, QString::fromUtf8(QJsonDocument(array).toJson(QJsonDocument::Compact)));
}

std::optional<Node> Nodes::find(const QString& name) const
{
    for (const Node& node : list())
        if (node.name == name)
            return node;
    return std::nullopt;
}

Result<void> Nodes::add(const Node& node)
{
    if (auto checked = check(node); !checked)
        return checked;
    const auto lock = m_settings.lockForChange();
    if (!lock)
        return std::unexpected(lock.error());
    if (find(node.name))
        return fail(Fault::Conflict, tr("there is a node \"%1\" already").arg(node.name));
    auto nodes = list();
    nodes.push_back(node);
    return save(nodes);
}

Result<void> Nodes::replace(const Node& node)
{
    if (auto checked = check(node); !checked)
        return checked;
    const auto lock = m_settings.lockForChange();
    if (!lock)
        return std::unexpected(lock.error());
    auto nodes = list();
    const auto found = std::find_if(nodes.begin(), nodes.end(), [&](const Node& other) { return other.name == node.name; });
    if (found == nodes.end())
        return fail(Fault::NotFound, tr("there is no node \"%1\"").arg(node.name));
    *found = node;
    return save(nodes);
}

Result<void> Nodes::remove(const QString& name)
{
    const auto lock = m_settings.lockForChange();
    if (!lock)
        return std::unexpected(lock.error());
    auto nodes = list();
    if (std::erase_if(nodes, [&](const Node& node) { return node.name == name; }) == 0)
        return fail(Fault::NotFound, tr("there is no node \"%1\"").arg(name));
    return save(nodes);
}

} // namespace diascope::dimse
