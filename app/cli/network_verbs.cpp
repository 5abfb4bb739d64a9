#include "app/cli/verbs.h"
#include "app/session/exchange.h"
#include <QFile>
#include "netclient/dicomweb/query.h"
#include "netclient/dimse/query.h"
#include "netclient/transfer/study_transfer.h"

namespace diascope::cli
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("Cli", text); }

QJsonObject toJson(const dimse::Node& node)
{
    return {{"name", node.name}, {"ae", node.aeTitle}, {"host", node.host}, {"port", node.port},
            {"tls", node.useTls}, {"dicomweb", node.dicomWebUrl}, {"charset", node.characterSet}, {"assumedCharset", node.assumedCharacterSet},
            {"ca", node.tls.caFile}, {"certificate", node.tls.certificateFile}, {"key", node.tls.keyFile},
            {"login", dimse::name(node.login)}, {"user", node.user}, {"retrieveBy", dimse::name(node.retrieveBy)},
            {"associations", node.associations}, {"slowLine", node.isSlowLine}};
}

/// Security, limits and habits of a peer.
Result<void> readMore(const QCommandLineParser& parser, dimse::Node& node)
{
    node.tls = {parser.value("ca"), parser.value("certificate"), parser.value("key")};
    node.user = parser.value("user");
    const auto login = parser.isSet("login") ? dimse::loginKindOf(parser.value("login"))
                                             : std::optional(node.user.isEmpty() ? dicom::Login::Kind::None : dicom::Login::Kind::Basic);
    if (!login)
        return fail(Fault::Invalid, tr("--login is none, basic or bearer"));
    node.login = *login;
    const auto by = parser.isSet("retrieve-by") ? dimse::retrieveByOf(parser.value("retrieve-by")) : std::optional(dimse::Node::RetrieveBy::Auto);
    if (!by)
        return fail(Fault::Invalid, tr("--retrieve-by is auto, get, move or web"));
    node.retrieveBy = *by;
    const auto associations = wholeNumber(parser, "associations", 1, 16, node.associations);
    if (!associations)
        return fail(Fault::Invalid, tr("--associations wants a number from 1 to 16"));
    node.associations = *associations;
    node.isSlowLine = parser.isSet("slow-line");
    return {};
}

Outcome runNode(Call& call, const QCommandLineParser& parser)
{
    const QStringList words = parser.positionalArguments();
    const auto session = call.session();
    if (!session)
        return failed(session.error());
    dimse::Nodes nodes((*session)->settings());
    const QString what = words.value(0);
    if (what == QLatin1String("list")) {
        QJsonArray json;
        for (const dimse::Node& node : nodes.list()) {
            json << toJson(node);
            call.say(QStringLiteral("%1  %2@%3:%4").arg(node.name, node.aeTitle, node.host).arg(node.port));
        }
        if (call.isJson)
            call.print(json);
        return done();
    }
    if (what != QLatin1String("add") && what != QLatin1String("remove"))
        return wrongUsage(tr("add, list or remove?"));
    if (words.size() != 2)
        return wrongUsage(tr("which node?"));
    if (auto permitted = (*session)->permit(app::Action::ChangeSettings); !permitted)
        return failed(permitted.error());
    if (what == QLatin1String("remove")) {
        const auto removed = (*session)->exchange().removeNode(words[1]);
        return removed ? done() : failed(removed.error());
    }
    for (const char* option : {"ae", "host", "port"})
        if (!parser.isSet(option))
            return wrongUsage(tr("--%1 is wanted").arg(QLatin1String(option)));
    bool isPort = false;
    const uint port = parser.value("port").toUInt(&isPort);
    if (!isPort || port < 1 || port > 65535)
        return wrongUsage(tr("a port lies between 1 and 65535"));
    dimse::Node node;
    node.name = words[1];
    node.aeTitle = parser.value("ae");
    node.host = parser.value("host");
    node.port = quint16(port);
    node.characterSet = parser.value("charset");
    node.assumedCharacterSet = parser.value("assumed-charset");
    node.useTls = parser.isSet("tls");
    node.dicomWebUrl = parser.value("dicomweb");
    if (auto read = readMore(parser, node); !read)
        return wrongUsage(read.error().detail);
    if (nodes.find(node.name))
        return failed(tr("there is a node \"%1\" already").arg(node.name));
    QString secret;
    if (parser.isSet("password-stdin")) {
        QFile input;
        if (!input.open(stdin, QIODevice::ReadOnly))
            return failed(input.errorString());
        secret = QString::fromUtf8(input.readLine()).trimmed();
    }
    const auto added = (*session)->exchange().storeNode(node, secret);
    return added ? done() : failed(added.error());
}

Outcome runEcho(Call& call, const QCommandLineParser& parser)
{
    if (parser.positionalArguments().size() != 1)
        return wrongUsage(tr("which node?"));
    const auto node = nodeNamed(call, parser.positionalArguments().first());
    if (!node)
        return failed(node.error());
    const dimse::Local local = (*call.session())->local();
    const auto echoed = node->retrieveBy == dimse::Node::RetrieveBy::Web ? dicomweb::check(transfer::serviceOf(*node, local), call.task())
                                                                         : dimse::echo(*node, local, call.task());
    if (!echoed)
        return failed(echoed.error());
    if (call.isJson)
        call.print(QJsonObject{{"node", node->name}, {"answered", true}});
    call.say(tr("%1 answers").arg(node->name));
    return done();
}

QJsonObject rowJson(const dicom::Dataset& row, dimse::Level level)
{
    using namespace dicom;
    QJsonObject json{{"studyUid", row.text(tag::StudyInstanceUID)}};
    const auto put = [&](const char* name, Tag tag) { json[QLatin1String(name)] = row.text(tag); };
    const auto putNumber = [&](const char* name, Tag tag) {
        const auto number = row.integer(tag);
        json[QLatin1String(name)] = number ? QJsonValue(*number) : QJsonValue();
    };
    switch (level) {
    case dimse::Level::Study:
        put("patientName", tag::PatientName);
        put("patientId", tag::PatientID);
        put("issuer", tag::IssuerOfPatientID);
        put("birthDate", tag::PatientBirthDate);
        put("sex", tag::PatientSex);
        put("date", tag::StudyDate);
        put("time", tag::StudyTime);
        put("accession", tag::AccessionNumber);
        put("description", tag::StudyDescription);
        json["modalities"] = QJsonArray::fromStringList(transfer::studyRowOf(row).modalities);
        putNumber("series", tag::NumberOfStudyRelatedSeries);
        putNumber("instances", tag::NumberOfStudyRelatedInstances);
        break;
    case dimse::Level::Series:
        put("seriesUid", tag::SeriesInstanceUID);
        put("modality", tag::Modality);
        putNumber("number", tag::SeriesNumber);
        put("description", tag::SeriesDescription);
        putNumber("instances", tag::NumberOfSeriesRelatedInstances);
        break;
    case dimse::Level::Image:
        put("seriesUid", tag::SeriesInstanceUID);
        put("sopInstanceUid", tag::SOPInstanceUID);
        put("sopClassUid", tag::SOPClassUID);
        putNumber("number", tag::InstanceNumber);
        break;
    }
    return json;
}

Outcome runFind(Call& call, const QCommandLineParser& parser)
{
    if (parser.positionalArguments().size() != 1)
        return wrongUsage(tr("which node?"));
    const QString named = parser.isSet("level") ? parser.value("level") : QStringLiteral("study");
    const QStringList levels{"study", "series", "image"};
    if (!levels.contains(named))
        return wrongUsage(tr("--level is study, series or image"));
    const auto limit = wholeNumber(parser, "limit", 1, std::numeric_limits<int>::max(), 0);
    if (!limit)
        return wrongUsage(tr("--limit wants a whole number of 1 or more"));
    const auto level = dimse::Level(levels.indexOf(named));
    auto node = nodeNamed(call, parser.positionalArguments().first());
    if (!node)
        return failed(node.error());
    if (parser.isSet("web")) {
        if (node->dicomWebUrl.isEmpty())
            return failed(tr("%1 has no DICOMweb address (diascope node add … --dicomweb URL)").arg(node->name));
        node->retrieveBy = dimse::Node::RetrieveBy::Web;
    }
    dimse::FindKeys keys;
    keys.patientId = parser.value("patient-id");
    keys.patientName = parser.value("name");
    keys.accession = parser.value("accession");
    keys.dates = parser.value("date");
    keys.modality = parser.value("modality");
    keys.studyUid = parser.value("study-uid");
    keys.seriesUid = parser.value("series-uid");
    keys.limit = *limit;
    QJsonArray json;
    const auto found = transfer::find(
        *node, level, keys,
        [&](const dicom::Dataset& row) {
            json << rowJson(row, level);
            QStringList values;
            const QJsonObject last = json.last().toObject();
            for (const QJsonValue& value : last)
                values << value.toVariant().toString();
            call.say(values.join(QStringLiteral("  ")));
            return true;
        },
        (*call.session())->local(), call.task());
    if (!found)
        return failed(found.error());
    if (call.isJson)
        call.print(json);
    return done();
}

} // namespace

Verb nodeVerb()
{
    return {"node", "add NAME --ae AET --host H --port P [--tls] [--dicomweb URL] [--charset C] [--assumed-charset C] [--ca F] [--certificate F --key F] [--login KIND] [--user U] [--password-stdin] [--retrieve-by WAY] [--associations N] [--slow-line] | list | remove NAME", tr("the PACS and other peers"),
            [](QCommandLineParser& parser) {
                parser.addOptions({{"ae", tr("its AE title"), "AET"},
                                   {"host", tr("name or address"), "H"},
                                   {"port", tr("of its DICOM service"), "P"},
                                   {"tls", tr("only encrypted; nothing is ever sent in the clear")},
                                   {"dicomweb", tr("the root of its DICOMweb service"), "URL"},
                                   {"charset", tr("for queries, such as \"ISO_IR 192\" or GB18030"), "C"},
                                   {"assumed-charset", tr("what it really sends, where it declares a wrong one"), "C"},
                                   {"ca", tr("certificates trusted beside the system's, PEM"), "FILE"},
                                   {"certificate", tr("ours, where the peer asks for one, PEM"), "FILE"},
                                   {"key", tr("of our certificate, PEM"), "FILE"},
                                   {"login", tr("none, basic or bearer"), "KIND"},
                                   {"user", tr("the user of a basic login"), "U"},
                                   {"password-stdin", tr("password or token from the first line of the input; it goes to the system's keyring (or set DIASCOPE_SECRET_<NAME>)")},
                                   {"retrieve-by", tr("auto (the quicker one), get, move or web"), "WAY"},
                                   {"associations", tr("at most this many at once; 1 for peers that bear no more"), "N"},
                                   {"slow-line", tr("first images small, all of them compressed")}});
            },
            runNode};
}

Verb echoVerb() { return {"echo", "NODE", tr("ask a peer whether it is there"), {}, runEcho}; }

Verb findVerb()
{
    return {"find", "NODE [--level study|series|image] [--patient-id ID] [--name N] [--accession A] [--date A-B] [--modality M] [--web]",
            tr("search a peer"),
            [](QCommandLineParser& parser) {
                parser.addOptions({{"level", tr("study, series or image"), "L"},
                                   {"patient-id", tr("its wildcards go to the peer"), "ID"},
                                   {"name", tr("its wildcards go to the peer"), "N"},
                                   {"accession", tr("accession number"), "A"},
                                   {"date", tr("a day or a range, YYYYMMDD-YYYYMMDD"), "A-B"},
                                   {"modality", tr("one"), "M"},
                                   {"study-uid", tr("for series and images"), "UID"},
                                   {"series-uid", tr("for images"), "UID"},
                                   {"web", tr("by DICOMweb")},
                                   {"limit", tr("at most this many"), "N"}});
            },
            runFind};
}

} // namespace diascope::cli
