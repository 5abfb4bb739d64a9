#include "app/cli/interruption.h"
#include "app/cli/verbs.h"
#include "app/session/exchange.h"
#include "app/session/prefetch.h"
#include "netclient/transfer/study_transfer.h"
#include <QElapsedTimer>
#include <QEventLoop>
#include <QFileInfo>
#include <QSocketNotifier>
#include <QTimer>

namespace diascope::cli
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("Cli", text); }

using transfer::Transfer;

QJsonArray failuresJson(const std::vector<dicom::InstanceFailure>& failures)
{
    QJsonArray json;
    for (const dicom::InstanceFailure& failure : failures)
        json << QJsonObject{{"sopInstanceUid", failure.sopInstanceUid}, {"reason", failure.reason}};
    return json;
}

QJsonObject toJson(const Transfer& transfer)
{
    const auto remaining = transfer.remainingSeconds();
    return {{"id", transfer.id},
            {"kind", transfer::name(transfer.what.kind)},
            {"node", transfer.what.node},
            {"studyUid", transfer.what.study.value},
            {"seriesUid", transfer.what.series.value},
            {"title", transfer.what.title},
            {"reason", transfer::name(transfer.what.reason)},
            {"priority", transfer::name(transfer.what.priority)},
            {"state", transfer::name(transfer.state)},
            {"done", transfer.done},
            {"total", transfer.total},
            {"bytes", transfer.bytes},
            {"bytesPerSecond", transfer.bytesPerSecond},
            {"remainingSeconds", remaining ? QJsonValue(*remaining) : QJsonValue()},
            {"attempts", transfer.attempts},
            {"lastError", transfer.lastError},
            {"failed", failuresJson(transfer.failed)},
            {"created", transfer.created.toString(Qt::ISODate)},
            {"nextDue", transfer.state == Transfer::State::Queued ? QJsonValue(transfer.nextDue.toString(Qt::ISODate)) : QJsonValue()}};
}

QString line(const Transfer& transfer)
{
    return QStringLiteral("%1  %2  %3  %4  %5/%6  %7  %8").arg(transfer.id).arg(transfer::name(transfer.state), transfer::name(transfer.what.kind), transfer.what.node)
        .arg(transfer.done).arg(transfer.total).arg(transfer.what.title, transfer.lastError).trimmed();
}

/// Queues all, then runs them one after the other; with --queue it only queues. Stopped by a person the rest is cancelled, else it
/// stays queued.
Result<std::vector<Transfer>> runAll(Call& call, const QCommandLineParser& parser, const std::vector<transfer::NewTransfer>& wanted,
                                     const Stopper& stopper)
{
    app::Session& session = **call.session();
    transfer::TransferQueue& queue = session.exchange().queue();
    std::vector<qint64> ids;
    for (const transfer::NewTransfer& transfer : wanted) {
        const auto id = session.exchange().request(transfer);
        if (!id)
            return std::unexpected(id.error());
        ids.push_back(*id);
    }
    std::vector<Transfer> transfers;
    for (qint64 id : ids) {
        const bool isToRun = !parser.isSet("queue") && !call.task().isCancelled();
        if (isToRun) {
            const auto transfer = session.exchange().runner().runNow(id, call.task());
            if (!transfer)
                return std::unexpected(transfer.error());
            transfers.push_back(*transfer);
        } else if (const auto queued = queue.find(id); queued && *queued) {
            transfers.push_back(**queued);
        }
        if (!call.task().isCancelled())
            continue;
        if (isToRun ? !stopper.isByPerson() : stopper.isByPerson()) // what ran is cancelled already
            (void)(isToRun ? queue.retry(id) : queue.cancel(id));
    }
    return transfers;
}

/// The first that is not done, as the one line a verb ends with.
Outcome outcomeOf(const std::vector<Transfer>& transfers)
{
    for (const Transfer& transfer : transfers) {
        if (transfer.state == Transfer::State::Done)
            continue;
        if (transfer.state == Transfer::State::Cancelled || transfer.state == Transfer::State::Paused)
            return failed(tr("transfer %1 was stopped; %2 of %3 instances are through").arg(transfer.id).arg(transfer.done).arg(transfer.total));
        return failed(transfer.lastError);
    }
    return done();
}

/// The same for the JSON document; null where all are done.
QJsonValue errorOf(const std::vector<Transfer>& transfers)
{
    const Outcome outcome = outcomeOf(transfers);
    return outcome.exitCode == 0 ? QJsonValue() : outcome.error;
}

Outcome runGet(Call& call, const QCommandLineParser& parser)
{
    const Stopper stopper(call.task());
    const QStringList words = parser.positionalArguments();
    if (words.size() < 2)
        return wrongUsage(tr("which node, and which study?"));
    if (parser.isSet("move") && parser.isSet("web"))
        return wrongUsage(tr("--move or --web, not both"));
    const auto node = nodeNamed(call, words.first());
    if (!node)
        return failed(node.error());
    if (parser.isSet("web") && node->dicomWebUrl.isEmpty())
        return failed(tr("%1 has no DICOMweb address (diascope node add … --dicomweb URL)").arg(node->name));
    QStringList studies = words.mid(1);
    studies.removeDuplicates();
    for (const QString& uid : parser.isSet("series") ? studies + QStringList(parser.value("series")) : studies)
        if (!dicom::isValidUid(uid))
            return wrongUsage(tr("\"%1\" is no UID: digits and dots, no more than 64").arg(uid));
    std::vector<transfer::NewTransfer> wanted;
    for (const QString& study : studies) {
        transfer::NewTransfer transfer;
        transfer.node = node->name;
        transfer.study = {study};
        transfer.series = {parser.value("series")};
        transfer.priority = parser.isSet("queue") ? transfer::Priority::Normal : transfer::Priority::Waiting;
        transfer.way = parser.isSet("move") ? QStringLiteral("move") : parser.isSet("web") ? QStringLiteral("web") : QString();
        wanted.push_back(transfer);
    }
    const auto transfers = runAll(call, parser, wanted, stopper);
    if (!transfers)
        return failed(transfers.error());
    if (parser.isSet("queue")) {
        for (const Transfer& transfer : *transfers)
            call.say(line(transfer));
        QJsonArray json;
        for (const Transfer& transfer : *transfers)
            json << toJson(transfer);
        if (call.isJson)
            call.print(json);
        return done();
    }
    qint64 expected = 0, received = 0, present = 0;
    QJsonArray failures, ids;
    for (const Transfer& transfer : *transfers) {
        expected += transfer.total;
        received += transfer.done - transfer.present;
        present += transfer.present;
        for (const QJsonValue& failure : failuresJson(transfer.failed))
            failures << failure;
        ids << transfer.id;
    }
    if (call.isJson)
        call.print(QJsonObject{{"expected", expected}, {"received", received}, {"present", present}, {"failed", failures}, {"transfers", ids}, {"error", errorOf(*transfers)}});
    call.say(tr("received %1, here before %2, expected %3").arg(received).arg(present).arg(expected));
    return outcomeOf(*transfers);
}

Outcome runSend(Call& call, const QCommandLineParser& parser)
{
    const Stopper stopper(call.task());
    QStringList words = parser.positionalArguments();
    if (words.isEmpty() || (words.size() == 1) != parser.isSet("study"))
        return wrongUsage(tr("a node, and either --study or files are wanted"));
    if (parser.isSet("study") && !dicom::isValidUid(parser.value("study")))
        return wrongUsage(tr("\"%1\" is no UID: digits and dots, no more than 64").arg(parser.value("study")));
    const auto node = nodeNamed(call, words.takeFirst());
    if (!node)
        return failed(node.error());
    transfer::NewTransfer wanted;
    wanted.kind = transfer::TransferKind::Send;
    wanted.node = node->name;
    wanted.study = {parser.value("study")};
    for (const QString& path : words)
        wanted.paths << QFileInfo(path).absoluteFilePath();
    wanted.priority = parser.isSet("queue") ? transfer::Priority::Normal : transfer::Priority::Waiting;
    wanted.commitment = parser.isSet("commit") ? transfer::Commitment::Wanted : transfer::Commitment::NotWanted;
    app::Exchange& exchange = (*call.session())->exchange();
    // The commitment may come over an association of the peer's. Where the port is taken, the workstation listens already.
    if (parser.isSet("commit") && !parser.isSet("queue"))
        if (auto started = exchange.startListener(exchange.listenerOptions()); !started && started.error().fault != Fault::Conflict)
            return failed(started.error());
    const auto transfers = runAll(call, parser, {wanted}, stopper);
    if (!transfers)
        return failed(transfers.error());
    const Transfer& transfer = transfers->front();
    if (parser.isSet("queue")) {
        call.say(line(transfer));
        if (call.isJson)
            call.print(toJson(transfer));
        return done();
    }
    QJsonArray failures;
    for (const dicom::InstanceFailure& failure : transfer.failed) {
        const bool isPath = failure.sopInstanceUid.contains(u'/');
        failures << QJsonObject{{"path", isPath ? failure.sopInstanceUid : QString()}, {"sopInstanceUid", isPath ? QString() : failure.sopInstanceUid}, {"reason", failure.reason}};
        call.say(QStringLiteral("  %1: %2").arg(failure.sopInstanceUid, failure.reason));
    }
    const bool isCommitted = transfer.state == Transfer::State::Done && wanted.commitment == transfer::Commitment::Wanted;
    if (call.isJson)
        call.print(QJsonObject{{"sent", transfer.total}, {"confirmed", transfer.done}, {"failed", failures}, {"committed", isCommitted}, {"transfer", transfer.id}, {"error", errorOf(*transfers)}});
    call.say(tr("sent %1, confirmed %2, failed %3").arg(transfer.total).arg(transfer.done).arg(transfer.failed.size()));
    return outcomeOf(*transfers);
}

/// Whoever keeps a listener running hears of floods of idle connections and of who is turned away; not of the everyday.
void tellTrouble(const dimse::ListenerStatus& now, dimse::ListenerStatus& told)
{
    constexpr int many = 100;
    const bool isFlood = now.idle >= many && now.idle >= 2 * told.idle;
    if (!isFlood && now.refused == told.refused) {
        told.idle = std::min(told.idle, now.idle);
        return;
    }
    QString line = tr("idle connections: %1, associations: %2").arg(now.idle).arg(now.associations);
    if (now.refused > told.refused)
        line += tr(", turned away: %1, the last: %2").arg(now.refused).arg(now.lastRefusal);
    std::fprintf(stderr, "diascope: %s\n", line.toUtf8().constData());
    told = now;
}

Outcome runListen(Call& call, const QCommandLineParser& parser)
{
    const auto port = wholeNumber(parser, "port", 0, 65535, -1);
    if (!port)
        return wrongUsage(tr("a port lies between 0 and 65535"));
    if (parser.isSet("ae") && !dimse::isAeTitle(parser.value("ae")))
        return wrongUsage(tr("an AE title has 1 to 16 characters, none of them a backslash"));
    const auto orderPort = wholeNumber(parser, "hl7-port", 0, 65535, -1);
    if (!orderPort)
        return wrongUsage(tr("a port lies between 0 and 65535"));
    const Interruption interruption;
    const auto opened = call.session();
    if (!opened)
        return failed(opened.error());
    app::Exchange& exchange = (*opened)->exchange();
    dimse::ListenerOptions options = exchange.listenerOptions();
    if (parser.isSet("ae"))
        options.aeTitle = parser.value("ae");
    if (*port >= 0)
        options.port = quint16(*port);
    if (auto started = exchange.startListener(options); !started)
        return failed(started.error());
    if (*orderPort >= 0)
        if (auto started = exchange.startOrders(quint16(*orderPort)); !started)
            return failed(started.error());
    exchange.runner().start(); // what is routed, and the priors of orders, go from here as well
    QJsonObject json{{"ae", options.aeTitle}, {"port", exchange.listener()->port()}};
    if (exchange.orders())
        json.insert("hl7Port", exchange.orders()->port());
    if (call.isJson)
        call.print(json);
    call.say(tr("listening as %1 on port %2").arg(options.aeTitle).arg(exchange.listener()->port()));
    if (exchange.orders())
        call.say(tr("taking orders by HL7 on port %1").arg(exchange.orders()->port()));
    std::fflush(stdout);
    QEventLoop loop;
    QSocketNotifier notifier(interruption.descriptor(), QSocketNotifier::Read);
    QObject::connect(&notifier, &QSocketNotifier::activated, &loop, &QEventLoop::quit);
    QTimer watch;
    dimse::ListenerStatus told;
    QObject::connect(&watch, &QTimer::timeout, &loop, [&] { tellTrouble(exchange.listener()->status(), told); });
    watch.start(2000);
    loop.exec();
    return done();
}

/// Until nothing is open any more that may still move, or the time is over.
Outcome runOpen(Call& call, int seconds)
{
    const Interruption interruption;
    app::Exchange& exchange = (*call.session())->exchange();
    exchange.runner().start();
    QEventLoop loop;
    QSocketNotifier notifier(interruption.descriptor(), QSocketNotifier::Read);
    QObject::connect(&notifier, &QSocketNotifier::activated, &loop, &QEventLoop::quit);
    QElapsedTimer clock;
    clock.start();
    QTimer look;
    std::optional<Error> error;
    QObject::connect(&look, &QTimer::timeout, &loop, [&] {
        const auto open = exchange.queue().list(transfer::TransferQueue::Which::Open);
        if (!open)
            error = open.error();
        const bool hasWork = open && std::any_of(open->begin(), open->end(), [](const Transfer& transfer) { return transfer.state != Transfer::State::Paused; });
        if (!hasWork || clock.elapsed() > qint64(seconds) * 1000)
            loop.quit();
    });
    look.start(200);
    loop.exec();
    return error ? failed(*error) : done();
}

Outcome runTransfers(Call& call, const QCommandLineParser& parser)
{
    QStringList words = parser.positionalArguments();
    const QString what = words.isEmpty() ? QStringLiteral("list") : words.takeFirst();
    const auto opened = call.session();
    if (!opened)
        return failed(opened.error());
    transfer::TransferQueue& queue = (*opened)->exchange().queue();
    const QMap<QString, Result<void> (transfer::TransferQueue::*)(qint64)> changes{{"pause", &transfer::TransferQueue::pause},
                                                                                    {"resume", &transfer::TransferQueue::resume},
                                                                                    {"cancel", &transfer::TransferQueue::cancel},
                                                                                    {"retry", &transfer::TransferQueue::retry}};
    Outcome outcome;
    if (changes.contains(what)) {
        if (words.isEmpty())
            return wrongUsage(tr("which transfer? (see diascope transfers)"));
        if (auto permitted = (*opened)->permit(app::Action::Send); !permitted)
            return failed(permitted.error());
        std::vector<qint64> ids;
        for (const QString& word : words) {
            bool isNumber = false;
            ids.push_back(word.toLongLong(&isNumber));
            if (!isNumber)
                return wrongUsage(tr("%1 is no transfer's number (see diascope transfers)").arg(word));
        }
        for (qint64 id : ids)
            if (auto changed = (queue.*changes[what])(id); !changed)
                return failed(changed.error());
    } else if (what == QLatin1String("clear")) {
        if (auto permitted = (*opened)->permit(app::Action::Send); !permitted)
            return failed(permitted.error());
        if (auto cleared = queue.clearFinished(); !cleared)
            return failed(cleared.error());
    } else if (what == QLatin1String("run")) {
        const auto seconds = wholeNumber(parser, "wait", 1, 7 * 86400, 86400);
        if (!seconds)
            return wrongUsage(tr("--wait wants seconds"));
        if (auto permitted = (*opened)->permit(app::Action::Send); !permitted) // what waits may be to be sent (SAF-11)
            return failed(permitted.error());
        outcome = runOpen(call, *seconds);
    } else if (what != QLatin1String("list")) {
        return wrongUsage(tr("list, run, pause, resume, cancel, retry or clear?"));
    }
    const auto transfers = queue.list();
    if (!transfers)
        return failed(transfers.error());
    QJsonArray json;
    for (const Transfer& transfer : *transfers) {
        json << toJson(transfer);
        call.say(line(transfer));
    }
    if (call.isJson)
        call.print(json);
    if (what == QLatin1String("run") && outcome.exitCode == 0)
        for (const Transfer& transfer : *transfers)
            if (transfer.state == Transfer::State::Failed || transfer.state == Transfer::State::Queued || transfer.state == Transfer::State::Running)
                return failed(tr("transfer %1 is not through: %2").arg(transfer.id).arg(transfer.lastError));
    return outcome;
}

Outcome runWorklist(Call& call, const QCommandLineParser&)
{
    using namespace dicom;
    const auto opened = call.session();
    if (!opened)
        return failed(opened.error());
    const auto entries = app::worklist((*opened)->profile(), QDate::currentDate(), call.task());
    if (!entries)
        return failed(entries.error());
    QJsonArray json;
    for (const Dataset& entry : *entries) {
        const auto step = entry.item(tag::ScheduledProcedureStepSequence).value_or(Dataset());
        json << QJsonObject{{"patientName", entry.text(tag::PatientName)},
                            {"patientId", entry.text(tag::PatientID)},
                            {"issuer", entry.text(tag::IssuerOfPatientID)},
                            {"birthDate", entry.text(tag::PatientBirthDate)},
                            {"sex", entry.text(tag::PatientSex)},
                            {"accession", entry.text(tag::AccessionNumber)},
                            {"studyUid", entry.text(tag::StudyInstanceUID)},
                            {"description", entry.text(tag::RequestedProcedureDescription)},
                            {"modality", step.text(tag::Modality)},
                            {"date", step.text(tag::ScheduledProcedureStepStartDate)},
                            {"time", step.text(tag::ScheduledProcedureStepStartTime)},
                            {"station", step.text(tag::ScheduledStationAETitle)}};
        const QJsonObject last = json.last().toObject();
        call.say(QStringLiteral("%1  %2  %3  %4  %5").arg(last["time"].toString(), last["modality"].toString(), last["patientId"].toString(), last["patientName"].toString(), last["description"].toString()));
    }
    if (call.isJson)
        call.print(json);
    return done();
}

Outcome runPrefetch(Call& call, const QCommandLineParser& parser)
{
    const auto opened = call.session();
    if (!opened)
        return failed(opened.error());
    app::Exchange& exchange = (*opened)->exchange();
    if (auto permitted = (*opened)->permit(app::Action::Retrieve); !permitted)
        return failed(permitted.error());
    QStringList unreachable;
    const auto priors = app::prefetch((*opened)->profile(), (*opened)->archive(), unreachable, call.task());
    if (!priors)
        return failed(priors.error());
    QJsonArray json;
    std::vector<Transfer> transfers;
    for (const app::Prior& prior : *priors) {
        QJsonObject entry{{"patientId", prior.patientId}, {"studyUid", prior.study.uid.value}, {"node", prior.node}, {"transfer", prior.transfer}};
        if (!parser.isSet("queue")) {
            const auto transfer = exchange.runner().runNow(prior.transfer, call.task());
            if (!transfer)
                return failed(transfer.error());
            entry["state"] = transfer::name(transfer->state);
            entry["done"] = transfer->done;
            entry["total"] = transfer->total;
            entry["lastError"] = transfer->lastError;
            transfers.push_back(*transfer);
        }
        json << entry;
        call.say(QStringLiteral("%1  %2  %3  %4").arg(prior.patientId, prior.study.date, prior.study.description, prior.node));
    }
    if (call.isJson)
        call.print(json);
    if (const Outcome outcome = outcomeOf(transfers); outcome.exitCode != 0)
        return outcome;
    return unreachable.isEmpty() ? done() : failed(unreachable.first());
}

const QCommandLineOption& queueOption()
{
    static const QCommandLineOption option("queue", tr("only queue it: the workstation, or diascope transfers run, does it"));
    return option;
}

} // namespace

Verb getVerb()
{
    return {"get", "NODE STUDYUID… [--series UID] [--move | --web] [--queue]", tr("retrieve studies into the archive; what is here already is not fetched again"),
            [](QCommandLineParser& parser) {
                parser.addOptions({{"series", tr("only this series"), "UID"},
                                   {"move", tr("by C-MOVE to our listener's port")},
                                   {"web", tr("by DICOMweb")},
                                   queueOption()});
            },
            runGet};
}

Verb sendVerb()
{
    return {"send", "NODE (--study UID | PATH…) [--commit] [--queue]", tr("send instances to a peer; done when each was confirmed"),
            [](QCommandLineParser& parser) {
                parser.addOptions({{"study", tr("of the archive"), "UID"},
                                   {"commit", tr("done only when the peer has committed itself to keep them (storage commitment)")},
                                   queueOption()});
            },
            runSend};
}

Verb listenVerb()
{
    return {"listen", "[--port P] [--ae AET] [--hl7-port P]",
            tr("receive what peers send and orders by HL7, send on what a route wants and fetch the priors, until interrupted"),
            [](QCommandLineParser& parser) {
                parser.addOptions({{"port", tr("0: any free one"), "P"}, {"ae", tr("our AE title"), "AET"}, {"hl7-port", tr("orders come in here; 0: any free one"), "P"}});
            },
            runListen};
}

Verb transfersVerb()
{
    return {"transfers", "[list | run [--wait S] | pause ID… | resume ID… | cancel ID… | retry ID… | clear]",
            tr("what is to be retrieved and sent, and how far it is; run does what waits, also what a killed program left"),
            [](QCommandLineParser& parser) { parser.addOption({"wait", tr("with run: no longer than this"), "S"}); }, runTransfers};
}

Verb worklistVerb()
{
    return {"worklist", "[--refresh]", tr("today's worklist from the node of the setting worklist.node"),
            [](QCommandLineParser& parser) { parser.addOption({"refresh", tr("asks the node, as every call does")}); }, runWorklist};
}

Verb prefetchVerb()
{
    return {"prefetch", "[--queue]", tr("fetch the priors that the rules (setting transfer.prefetch) want for today's worklist and arrivals"),
            [](QCommandLineParser& parser) { parser.addOption(queueOption()); }, runPrefetch};
}

} // namespace diascope::cli
