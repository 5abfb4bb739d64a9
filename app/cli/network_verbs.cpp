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

QJsonObject patientJson(const dicom::Dataset& row)
{
    using namespace dicom;
    const auto studies = row.integer(tag::NumberOfPatientRelatedStudies);
    return {{"patientName", row.text(tag::PatientName)},   {"patientId", row.text(tag::PatientID)},
            {"issuer", row.text(tag::IssuerOfPatientID)},  {"birthDate", row.text(tag::PatientBirthDate)},
            {"sex", row.text(tag::PatientSex)},            {"studies", studies ? QJsonValue(*studies) : QJsonValue()}};
}

/// What is looked for; an error says which option is no good.
Result<dimse::FindKeys> keysOf(const QCommandLineParser& parser)
{
    dimse::FindKeys keys;
    keys.patientId = parser.value("patient-id");
    keys.patientName = parser.value("name");
    keys.accession = parser.value("accession");
    keys.modality = parser.value("modality");
    keys.studyUid = parser.value("study-uid");
    keys.seriesUid = parser.value("series-uid");
    const std::pair<const char*, QString> texts[] = {
        {"patient-id", keys.patientId}, {"name", keys.patientName}, {"accession", keys.accession}, {"modality", keys.modality}};
    for (const auto& [option, text] : texts) // it divides values: half of it would be looked for
        if (text.contains(u'\\'))
            return fail(Fault::Invalid, tr("--%1 has no backslash").arg(QLatin1String(option)));
    for (const char* option : {"study-uid", "series-uid"})
        for (const QString& uid : parser.value(option).split(u'\\'))
            if (parser.isSet(option) && !dicom::isValidUid(uid))
                return fail(Fault::Invalid, tr("--%1 wants a UID: digits and dots").arg(QLatin1String(option)));
    if (parser.isSet("date")) {
        const auto dated = archive::Query::withDates({}, parser.value("date"));
        if (!dated)
            return fail(Fault::Invalid, tr("%1 is no date and no range of dates").arg(parser.value("date")));
        keys.dates = dated->dateFrom == dated->dateTo ? dated->dateFrom : dated->dateFrom + u'-' + dated->dateTo;
    }
    return keys;
}

Outcome runFind(Call& call, const QCommandLineParser& parser)
{
    if (parser.positionalArguments().size() != 1)
        return wrongUsage(tr("which node?"));
    const QString named = parser.isSet("level") ? parser.value("level") : QStringLiteral("study");
    const QStringList levels{"study", "series", "image"};
    const bool isOfPatients = named == QLatin1String("patient");
    if (!levels.contains(named) && !isOfPatients)
        return wrongUsage(tr("--level is patient, study, series or image"));
    const auto limit = wholeNumber(parser, "limit", 1, std::numeric_limits<int>::max(), 0);
    if (!limit)
        return wrongUsage(tr("--limit wants a whole number of 1 or more"));
    auto keys = keysOf(parser);
    if (!keys)
        return wrongUsage(keys.error().detail);
    keys->limit = *limit;
    auto node = nodeNamed(call, parser.positionalArguments().first());
    if (!node)
        return failed(node.error());
    if (parser.isSet("web")) {
        if (node->dicomWebUrl.isEmpty())
            return failed(tr("%1 has no DICOMweb address (diascope node add … --dicomweb URL)").arg(node->name));
        node->retrieveBy = dimse::Node::RetrieveBy::Web;
    }
    const auto level = isOfPatients ? dimse::Level::Study : dimse::Level(levels.indexOf(named));
    QJsonArray json;
    const auto onRow = [&](const dicom::Dataset& row) {
        json << (isOfPatients ? patientJson(row) : rowJson(row, level));
        QStringList values;
        const QJsonObject last = json.last().toObject();
        for (const QJsonValue& value : last)
            values << value.toVariant().toString();
        call.say(values.join(QStringLiteral("  ")));
        return true;
    };
    const auto local = (*call.session())->local();
    const auto found = isOfPatients ? dimse::findPatients(*node, *keys, onRow, local, call.task())
                                    : transfer::find(*node, level, *keys, onRow, local, call.task());
    if (call.isJson && (found || dimse::isCutShort(found.error())))
        call.print(json);
    return found ? done() : failed(found.error());
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
    return {"find", "NODE [--level patient|study|series|image] [--patient-id ID] [--name N] [--accession A] [--date A-B] [--modality M] [--web]",
            tr("search a peer"),
            [](QCommandLineParser& parser) {
                parser.addOptions({{"level", tr("patient, study, series or image"), "L"},
                                   {"patient-id", tr("its wildcards go to the peer"), "ID"},
                                   {"name", tr("its wildcards go to the peer"), "N"},
                                   {"accession", tr("accession number"), "A"},
                                   {"date", tr("a day or a range, YYYYMMDD-YYYYMMDD"), "A-B"},
                                   {"modality", tr("one"), "M"},
                                   {"study-uid", tr("the study the series or images are in"), "UID"},
                                   {"series-uid", tr("the series the images are in"), "UID"},
                                   {"web", tr("by DICOMweb")},
                                   {"limit", tr("at most this many"), "N"}});
            },
            runFind};
}

} // namespace diascope::cli
