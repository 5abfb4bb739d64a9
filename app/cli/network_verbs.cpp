#include "app/cli/verbs.h"
#include "app/session/media.h"
#include "netclient/dimse/query.h"
#include "netclient/transfer/study_transfer.h"
#include <QEventLoop>
#include <QSocketNotifier>
#include <csignal>
#include <sys/signalfd.h>
#include <unistd.h>

namespace diascope::cli
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("Cli", text); }

QJsonObject toJson(const dimse::Node& node)
{
    return {{"name", node.name}, {"ae", node.aeTitle}, {"host", node.host}, {"port", node.port},
            {"tls", node.useTls}, {"dicomweb", node.dicomWebUrl}, {"charset", node.characterSet}, {"assumedCharset", node.assumedCharacterSet}};
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
        const auto removed = nodes.remove(words[1]);
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
    const auto added = nodes.add(node);
    return added ? done() : failed(added.error());
}

Outcome runEcho(Call& call, const QCommandLineParser& parser)
{
    if (parser.positionalArguments().size() != 1)
        return wrongUsage(tr("which node?"));
    const auto node = nodeNamed(call, parser.positionalArguments().first());
    if (!node)
        return failed(node.error());
    const auto echoed = dimse::echo(*node, (*call.session())->local(), call.task());
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
        json["modalities"] = QJsonArray::fromStringList(row.texts(tag::ModalitiesInStudy));
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
    const auto node = nodeNamed(call, parser.positionalArguments().first());
    if (!node)
        return failed(node.error());
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
    const auto found = dimse::find(
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

QJsonArray failuresJson(const std::vector<dimse::InstanceFailure>& failures)
{
    QJsonArray json;
    for (const dimse::InstanceFailure& failure : failures)
        json << QJsonObject{{"sopInstanceUid", failure.sopInstanceUid}, {"reason", failure.reason}};
    return json;
}

Outcome runGet(Call& call, const QCommandLineParser& parser)
{
    const QStringList words = parser.positionalArguments();
    if (words.size() < 2)
        return wrongUsage(tr("which node, and which study?"));
    const auto node = nodeNamed(call, words.first());
    if (!node)
        return failed(node.error());
    app::Session& session = **call.session();
    if (auto permitted = session.permit(app::Action::Retrieve); !permitted)
        return failed(permitted.error());
    const auto how = parser.isSet("move") ? transfer::RetrieveBy::Move : transfer::RetrieveBy::Get;
    dimse::MoveDestination destination;
    destination.aeTitle = session.local().aeTitle;
    destination.port = quint16(session.settings().get(dimse::listenPort));
    qint64 expected = 0;
    qint64 received = 0;
    qint64 present = 0;
    std::vector<dimse::InstanceFailure> failures;
    std::optional<Error> ended;
    for (const QString& study : words.mid(1)) {
        const auto result = transfer::retrieveStudy(session.archive(), *node, {study}, {parser.value("series")}, how, session.local(), call.task(), destination);
        if (!result)
            return failed(result.error());
        expected += result->expected;
        received += result->received;
        present += result->present;
        failures.insert(failures.end(), result->failed.begin(), result->failed.end());
        if (result->ended && !ended)
            ended = result->ended;
        if (!result->isComplete() && !ended)
            ended = Error{Fault::Refused, tr("incomplete: %1 of %2 instances are here").arg(received + present).arg(expected)};
    }
    if (call.isJson)
        call.print(QJsonObject{{"expected", expected}, {"received", received}, {"present", present}, {"failed", failuresJson(failures)}});
    call.say(tr("received %1, here before %2, expected %3").arg(received).arg(present).arg(expected));
    if (expected == 0 && !ended)
        return failed(tr("%1 has no such study").arg(node->name));
    return ended ? failed(*ended) : done();
}

Outcome runSend(Call& call, const QCommandLineParser& parser)
{
    QStringList words = parser.positionalArguments();
    if (words.isEmpty() || (words.size() == 1) != parser.isSet("study"))
        return wrongUsage(tr("a node, and either --study or files are wanted"));
    const auto node = nodeNamed(call, words.takeFirst());
    if (!node)
        return failed(node.error());
    app::Session& session = **call.session();
    if (auto permitted = session.permit(app::Action::Send); !permitted)
        return failed(permitted.error());
    const auto result = parser.isSet("study")
                            ? transfer::sendStudy(session.archive(), *node, {parser.value("study")}, session.local(), call.task(), app::decompressed)
                            : transfer::sendInstances(*node, words, session.local(), call.task(), app::decompressed);
    if (!result)
        return failed(result.error());
    QJsonArray failures;
    for (const dimse::SendFailure& failure : result->failed) {
        failures << QJsonObject{{"path", failure.path}, {"sopInstanceUid", failure.sopInstanceUid}, {"reason", failure.reason}};
        call.say(QStringLiteral("  %1: %2").arg(failure.path, failure.reason));
    }
    if (call.isJson)
        call.print(QJsonObject{{"sent", result->sent}, {"confirmed", result->confirmed}, {"failed", failures}});
    call.say(tr("sent %1, confirmed %2, failed %3").arg(result->sent).arg(result->confirmed).arg(result->failed.size()));
    if (result->isComplete())
        return done();
    return result->ended ? failed(*result->ended) : failed(tr("%1 of the instances were not confirmed: %2").arg(result->failed.size()).arg(result->failed.front().reason));
}

Outcome runListen(Call& call, const QCommandLineParser& parser)
{
    const auto port = wholeNumber(parser, "port", 0, 65535, -1);
    if (!port)
        return wrongUsage(tr("a port lies between 0 and 65535"));
    // Before any thread exists, so that all of them leave these signals to us.
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    const int descriptor = signalfd(-1, &signals, SFD_CLOEXEC);
    const auto opened = call.session();
    if (!opened)
        return failed(opened.error());
    app::Session& session = **opened;
    if (auto permitted = session.permit(app::Action::Import); !permitted)
        return failed(permitted.error());
    dimse::ListenerOptions options;
    options.aeTitle = parser.isSet("ae") ? parser.value("ae") : session.local().aeTitle;
    options.port = quint16(*port >= 0 ? *port : session.settings().get(dimse::listenPort));
    const auto listener = transfer::listenInto(session.archive(), options);
    if (!listener)
        return failed(listener.error());
    if (call.isJson)
        call.print(QJsonObject{{"ae", options.aeTitle}, {"port", (*listener)->port()}});
    call.say(tr("listening as %1 on port %2").arg(options.aeTitle).arg((*listener)->port()));
    std::fflush(stdout);
    QEventLoop loop;
    QSocketNotifier notifier(descriptor, QSocketNotifier::Read);
    QObject::connect(&notifier, &QSocketNotifier::activated, &loop, &QEventLoop::quit);
    loop.exec();
    ::close(descriptor);
    return done();
}

} // namespace

Verb nodeVerb()
{
    return {"node", "add NAME --ae AET --host H --port P [--tls] [--dicomweb URL] [--charset C] [--assumed-charset C] | list | remove NAME", tr("the PACS and other peers"),
            [](QCommandLineParser& parser) {
                parser.addOptions({{"ae", tr("its AE title"), "AET"},
                                   {"host", tr("name or address"), "H"},
                                   {"port", tr("of its DICOM service"), "P"},
                                   {"tls", tr("only encrypted; nothing is ever sent in the clear")},
                                   {"dicomweb", tr("the root of its DICOMweb service"), "URL"},
                                   {"charset", tr("for queries, such as \"ISO_IR 192\" or GB18030"), "C"},
                                   {"assumed-charset", tr("what it really sends, where it declares a wrong one"), "C"}});
            },
            runNode};
}

Verb echoVerb() { return {"echo", "NODE", tr("ask a peer whether it is there"), {}, runEcho}; }

Verb findVerb()
{
    return {"find", "NODE [--level study|series|image] [--patient-id ID] [--name N] [--accession A] [--date A-B] [--modality M]",
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
                                   {"limit", tr("at most this many"), "N"}});
            },
            runFind};
}

Verb getVerb()
{
    return {"get", "NODE STUDYUID… [--series UID] [--move]", tr("retrieve studies into the archive; what is here already is not fetched again"),
            [](QCommandLineParser& parser) {
                parser.addOptions({{"series", tr("only this series"), "UID"}, {"move", tr("by C-MOVE to our listener's port")}});
            },
            runGet};
}

Verb sendVerb()
{
    return {"send", "NODE (--study UID | FILE…)", tr("send instances to a peer; done when each was confirmed"),
            [](QCommandLineParser& parser) { parser.addOption({"study", tr("of the archive"), "UID"}); }, runSend};
}

Verb listenVerb()
{
    return {"listen", "[--port P] [--ae AET]", tr("receive what peers send, until interrupted"),
            [](QCommandLineParser& parser) {
                parser.addOptions({{"port", tr("0: any free one"), "P"}, {"ae", tr("our AE title"), "AET"}});
            },
            runListen};
}

} // namespace diascope::cli
