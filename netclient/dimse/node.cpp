#include "netclient/dimse/node.h"
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <algorithm>

namespace diascope::dimse
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("Dimse", text); }

const Setting<QString> savedNodes{"nodes", {}};

/// PS3.5 §6.2, AE: default character repertoire without backslash and control characters, not only spaces.
bool isAeTitle(const QString& title)
{
    const QString trimmed = title.trimmed();
    return !trimmed.isEmpty() && title.size() <= 16 &&
           std::all_of(title.begin(), title.end(), [](QChar c) { return c.unicode() >= 0x20 && c.unicode() < 0x7f && c != u'\\'; });
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
    return {};
}

} // namespace

std::vector<Node> Nodes::list() const
{
    std::vector<Node> nodes;
    const QJsonArray array = QJsonDocument::fromJson(m_settings.get(savedNodes).toUtf8()).array();
    for (const QJsonValue& value : array) {
        const QJsonObject object = value.toObject();
        nodes.push_back({object[u"name"].toString(), object[u"ae"].toString(), object[u"host"].toString(),
                         quint16(object[u"port"].toInt()), object[u"tls"].toBool(), object[u"dicomweb"].toString(),
                         object[u"charset"].toString(), object[u"assumedCharset"].toString()});
    }
    std::sort(nodes.begin(), nodes.end(), [](const Node& a, const Node& b) { return a.name < b.name; });
    return nodes;
}

Result<void> Nodes::save(const std::vector<Node>& nodes)
{
    QJsonArray array;
    for (const Node& node : nodes)
        array << QJsonObject{{"name", node.name}, {"ae", node.aeTitle}, {"host", node.host}, {"port", node.port}, {"tls", node.useTls},
                             {"dicomweb", node.dicomWebUrl}, {"charset", node.characterSet},
                             {"assumedCharset", node.assumedCharacterSet}};
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
    auto nodes = list();
    const auto found = std::find_if(nodes.begin(), nodes.end(), [&](const Node& other) { return other.name == node.name; });
    if (found == nodes.end())
        return fail(Fault::NotFound, tr("there is no node \"%1\"").arg(node.name));
    *found = node;
    return save(nodes);
}

Result<void> Nodes::remove(const QString& name)
{
    auto nodes = list();
    if (std::erase_if(nodes, [&](const Node& node) { return node.name == name; }) == 0)
        return fail(Fault::NotFound, tr("there is no node \"%1\"").arg(name));
    return save(nodes);
}

} // namespace diascope::dimse
