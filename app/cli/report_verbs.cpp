#include "app/cli/verbs.h"
#include "app/session/courier.h"
#include "reporting/export/dicom_export.h"
#include "reporting/export/hl7_export.h"
#include "reporting/export/pdf_export.h"
#include "reporting/export/text_export.h"
#include "reporting/model/report_document.h"
#include "viewer/volume/stack_loader.h"
#include <QElapsedTimer>
#include <QSaveFile>
#include <QThread>

namespace diascope::cli
{

namespace
{

using namespace reporting;

QString tr(const char* text) { return QCoreApplication::translate("Cli", text); }

QJsonObject summaryJson(const Report& report)
{
    QJsonArray sections;
    for (const Section& section : report.sections)
        sections << QJsonObject{{"id", section.id}, {"title", section.title}, {"text", section.text}};
    QJsonArray measurements;
    for (const Measurement& measurement : report.measurements)
        measurements << QJsonObject{{"id", measurement.id}, {"label", measurement.label}, {"value", measurement.value}, {"unit", measurement.unit},
                                    {"sopInstanceUid", measurement.where.sopInstanceUid}, {"frame", measurement.where.frame}};
    return {{"reportId", report.reportId},
            {"studyUid", report.study.studyUid},
            {"templateId", report.templateId},
            {"title", report.title},
            {"status", name(report.status)},
            {"version", report.version},
            {"patientName", report.study.patientName},
            {"patientId", report.study.patientId},
            {"accession", report.study.accession},
            {"author", report.author},
            {"signer", report.signer},
            {"signedAt", report.signedAt.isValid() ? QJsonValue(report.signedAt.toString(Qt::ISODate)) : QJsonValue()},
            {"contentHash", report.contentHash},
            {"sections", sections},
            {"measurements", measurements},
            {"keyImages", qint64(report.keyImages.size())}};
}

Outcome shown(Call& call, const Result<Report>& report)
{
    if (!report)
        return failed(report.error());
    if (call.isJson)
        call.print(summaryJson(*report));
    return done();
}

Outcome runNew(Call& call, app::Session& session, const QCommandLineParser& parser, const QStringList&)
{
    if (!parser.isSet("study"))
        return wrongUsage(tr("--study is wanted"));
    const auto context = session.studyContext({parser.value("study")});
    if (!context)
        return failed(context.error());
    const QString id = parser.isSet("template") ? parser.value("template") : session.templates().suggest(*context);
    const auto report = session.newReport({parser.value("study")}, id, parser.isSet("user") ? parser.value("user") : app::Session::systemUser());
    if (!report)
        return failed(report.error());
    call.say(report->reportId);
    if (const auto other = session.signedBeside(*report); other && *other)
        call.say(tr("this study has a signed report of %1, to which this one can only become an addendum: report addendum %2 --from %3").arg((*other)->signer, (*other)->reportId, report->reportId));
    return shown(call, report);
}

Outcome runShow(Call& call, app::Session& session, const QCommandLineParser&, const QStringList& words)
{
    const auto report = session.reports().load(words.value(0));
    if (report)
        call.say(toText(*report));
    return shown(call, report);
}

Outcome runSet(Call& call, app::Session& session, const QCommandLineParser&, const QStringList& words)
{
    if (words.size() != 3)
        return wrongUsage(tr("a report, a section and a text are wanted"));
    auto report = session.reports().load(words[0]);
    if (!report)
        return failed(report.error());
    ReportDocument document(*report);
    if (!document.isEditable())
        return failed(tr("the report is signed: only an addendum or a correction can follow"));
    if (!report->findSection(words[1])) {
        QStringList ids;
        for (const Section& section : report->sections)
            ids << section.id;
        return failed(tr("the report has no section %1; it has %2").arg(words[1], ids.join(QStringLiteral(", "))));
    }
    if (!document.setSectionText(words[1], words[2]))
        return failed(tr("the section %1 cannot be changed").arg(words[1]));
    return shown(call, session.saveDraft(document.report()));
}

Outcome runMeasure(Call& call, app::Session& session, const QCommandLineParser&, const QStringList& words)
{
    if (words.size() != 2)
        return wrongUsage(tr("a report and a figure are wanted"));
    auto report = session.reports().load(words[0]);
    if (!report)
        return failed(report.error());
    if (!session.figures())
        return failed(session.permit(app::Action::Report).error());
    const auto figure = session.figures()->find(words[1]);
    if (!figure)
        return failed(figure.error());
    if (!*figure)
        return failed(tr("there is no figure %1").arg(words[1]));
    if (!(*figure)->image)
        return failed(tr("the figure lies on a reconstruction: insert it from the reading window"));
    const auto instance = session.archive().instance((*figure)->image->instanceUid);
    if (!instance)
        return failed(instance.error());
    if (!*instance)
        return failed(tr("the image of the figure is not in the archive"));
    auto instances = viewer::readInstances((*instance)->path);
    if (!instances)
        return failed(instances.error());
    const auto volume = viewer::StackLoader::load(viewer::buildStacks(*instances).front());
    if (!volume)
        return failed(volume.error());
    ReportDocument document(*report);
    for (Measurement& measurement : app::measurementsOf(**figure, *volume)) {
        if (auto placed = session.place(*report, measurement.where, measurement.label); !placed)
            return failed(placed.error());
        if (document.insertMeasurement(measurement).isEmpty())
            return failed(tr("the report is signed: only an addendum or a correction can follow"));
    }
    return shown(call, session.saveDraft(document.report()));
}

Outcome runSign(Call& call, app::Session& session, const QCommandLineParser& parser, const QStringList& words)
{
    auto report = session.reports().load(words.value(0));
    if (!report)
        return failed(report.error());
    const QString user = parser.isSet("user") ? parser.value("user") : app::Session::systemUser();
    if (report->status == Status::Preliminary && !parser.isSet("preliminary")) {
        report = session.correction(report->reportId, user); // the supervisor's final follows the resident's preliminary
        if (!report)
            return failed(report.error());
    } else if (report->isSigned()) {
        return failed(tr("the report is signed: only an addendum or a correction can follow"));
    }
    const auto signedReport = session.sign(*report, parser.isSet("preliminary") ? SignAs::Preliminary : SignAs::Final, user);
    if (signedReport)
        call.say(signatureLine(*signedReport));
    return shown(call, signedReport);
}

Outcome runAddendum(Call& call, app::Session& session, const QCommandLineParser& parser, const QStringList& words)
{
    const QString user = parser.isSet("user") ? parser.value("user") : app::Session::systemUser();
    if (!parser.isSet("from"))
        return shown(call, session.addendum(words.value(0), user));
    const auto draft = session.reports().load(parser.value("from"));
    if (!draft)
        return failed(draft.error());
    return shown(call, session.becomeAddendum(*draft, words.value(0), user));
}

QJsonObject deliveryJson(const transfer::Delivery& delivery)
{
    return {{"id", delivery.id},
            {"reportId", delivery.subject},
            {"target", delivery.target},
            {"state", transfer::name(delivery.state)},
            {"controlId", delivery.controlId},
            {"attempts", delivery.attempts},
            {"lastError", delivery.lastError},
            {"committed", delivery.state == transfer::Delivery::State::Committed},
            {"waitingBehind", delivery.behind}};
}

Outcome runStatus(Call& call, app::Session& session, const QCommandLineParser&, const QStringList& words)
{
    const auto report = session.reports().load(words.value(0));
    if (!report)
        return failed(report.error());
    const auto deliveries = session.deliveries().list(report->reportId);
    if (!deliveries)
        return failed(deliveries.error());
    const auto check = session.verifyReports(report->reportId);
    if (!check)
        return failed(check.error());
    QJsonArray json;
    for (const transfer::Delivery& delivery : *deliveries) {
        json << deliveryJson(delivery);
        call.say(QStringLiteral("%1: %2 %3").arg(delivery.target, transfer::name(delivery.state), transfer::remark(delivery)));
    }
    QJsonObject result = summaryJson(*report);
    result["deliveries"] = json;
    result["intact"] = check->problems.isEmpty();
    call.say(displayName(report->status));
    if (call.isJson)
        call.print(result);
    return check->problems.isEmpty() ? done() : failed(check->problems.first());
}

Outcome runVerify(Call& call, app::Session& session, const QCommandLineParser& parser, const QStringList& words)
{
    if (words.isEmpty() != parser.isSet("all") || words.size() > 1)
        return wrongUsage(tr("one report or --all is wanted"));
    if (!words.isEmpty()) {
        const auto history = session.reports().history(words[0]);
        if (!history)
            return failed(history.error());
    }
    const auto check = session.verifyReports(words.value(0));
    if (!check)
        return failed(check.error());
    if (!words.isEmpty() && check->versions == 0 && check->problems.isEmpty())
        if (const auto report = session.reports().load(words[0]); !report)
            return failed(report.error());
    if (call.isJson)
        call.print(QJsonObject{{"versions", check->versions},
                               {"withoutKey", check->withoutKey},
                               {"key", check->hasKey},
                               {"intact", check->problems.isEmpty()},
                               {"problems", QJsonArray::fromStringList(check->problems)}});
    for (const QString& problem : check->problems)
        call.say(problem);
    if (!check->problems.isEmpty())
        return failed(tr("%1 signed versions looked at, %2 problems: %3").arg(check->versions).arg(check->problems.size()).arg(check->problems.first()));
    call.say(tr("%1 signed versions, all as they were signed; %2 of them under no key").arg(check->versions).arg(check->withoutKey));
    return done();
}

Outcome runExport(Call& call, app::Session& session, const QCommandLineParser& parser, const QStringList& words)
{
    if (!parser.isSet("format") || !parser.isSet("out"))
        return wrongUsage(tr("--format and --out are wanted"));
    if (auto permitted = session.permit(app::Action::Export); !permitted)
        return failed(permitted.error());
    const auto report = session.reports().load(words.value(0));
    if (!report)
        return failed(report.error());
    const QString format = parser.value("format");
    const QString out = parser.value("out");
    QByteArray bytes;
    if (format == QLatin1String("text")) {
        bytes = toText(*report).toUtf8();
    } else if (format == QLatin1String("pdf")) {
        const auto pdf = toPdf(*report);
        if (!pdf)
            return failed(pdf.error());
        bytes = *pdf;
    } else if (format == QLatin1String("hl7")) {
        OruOptions options;
        options.controlId = app::controlIdOf(*report);
        options.characterSet = session.settings().get(app::risCharset);
        const auto message = toOru(*report, options);
        if (!message)
            return failed(message.error());
        const auto encoded = message->toBytes();
        if (!encoded)
            return failed(encoded.error());
        bytes = *encoded;
    } else if (format == QLatin1String("sr")) {
        const auto before = report->version > 1 ? session.reports().loadVersion(report->reportId, report->version - 1) : report;
        if (!before)
            return failed(before.error());
        const auto dataset = toSr(*report, &*before);
        if (!dataset)
            return failed(dataset.error());
        if (auto written = dataset->write(out, QString::fromUtf16(dicom::explicitLittleEndian)); !written)
            return failed(written.error());
        return done();
    } else {
        return wrongUsage(tr("--format is text, pdf, hl7 or sr"));
    }
    QSaveFile file(out);
    if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size() || !file.commit())
        return failed(tr("%1 cannot be written: %2").arg(out, file.errorString()));
    if (call.isJson)
        call.print(QJsonObject{{"out", out}, {"bytes", bytes.size()}});
    return done();
}

Outcome runReport(Call& call, const QCommandLineParser& parser)
{
    using Handler = Outcome (*)(Call&, app::Session&, const QCommandLineParser&, const QStringList&);
    static const std::pair<const char*, Handler> handlers[] = {{"new", runNew},           {"show", runShow},     {"set", runSet},
                                                               {"measure", runMeasure},   {"sign", runSign},     {"addendum", runAddendum},
                                                               {"status", runStatus},     {"export", runExport}, {"verify", runVerify}};
    QStringList words = parser.positionalArguments();
    const QString what = words.isEmpty() ? QString() : words.takeFirst();
    for (const auto& [name, handler] : handlers) {
        if (what != QLatin1String(name))
            continue;
        if (words.isEmpty() && handler != runNew && handler != runVerify)
            return wrongUsage(tr("which report?"));
        const auto session = call.session();
        return session ? handler(call, **session, parser, words) : failed(session.error());
    }
    return wrongUsage(tr("what shall be done with a report?"));
}

/// The delivery of this number or control ID, or of a report the first that is open.
Result<qint64> deliveryNamed(app::Session& session, const QString& name)
{
    const auto deliveries = session.deliveries().list();
    if (!deliveries)
        return std::unexpected(deliveries.error());
    for (const transfer::Delivery& delivery : *deliveries)
        if (name == QString::number(delivery.id) || name == delivery.controlId || (name == delivery.subject && delivery.isOpen()))
            return delivery.id;
    return fail(Fault::NotFound, tr("there is no delivery %1").arg(name));
}

Outcome listDeliveries(Call& call, app::Session& session)
{
    const auto deliveries = session.deliveries().list();
    if (!deliveries)
        return failed(deliveries.error());
    QJsonArray json;
    QString firstProblem;
    int open = 0;
    for (const transfer::Delivery& delivery : *deliveries) {
        json << deliveryJson(delivery);
        call.say(QStringLiteral("%1  %2  %3  %4  %5").arg(delivery.id).arg(delivery.subject, delivery.target, transfer::name(delivery.state), transfer::remark(delivery)));
        if (!delivery.isOpen())
            continue;
        ++open;
        if (firstProblem.isEmpty())
            firstProblem = transfer::remark(delivery);
    }
    if (call.isJson)
        call.print(json);
    return open == 0 ? done() : failed(tr("%1 not acknowledged: %2").arg(open).arg(firstProblem));
}

Outcome runDeliver(Call& call, const QCommandLineParser& parser)
{
    const auto wait = numbersOf(parser.isSet("wait") ? parser.value("wait") : QStringLiteral("0"), 1);
    if (!wait || wait->front() < 0)
        return wrongUsage(tr("--wait wants seconds"));
    if (parser.isSet("release") && parser.isSet("cancel"))
        return wrongUsage(tr("--release or --cancel, not both"));
    if (parser.isSet("cancel") != parser.isSet("why"))
        return wrongUsage(tr("--cancel wants --why, and --why belongs to --cancel"));
    const auto opened = call.session();
    if (!opened)
        return failed(opened.error());
    app::Session& session = **opened;
    if (auto permitted = session.permit(app::Action::Send); !permitted)
        return failed(permitted.error());
    for (const char* option : {"release", "cancel"}) {
        if (!parser.isSet(option))
            continue;
        const auto id = deliveryNamed(session, parser.value(option));
        if (!id)
            return failed(id.error());
        const auto changed = parser.isSet("release") ? session.releaseDelivery(*id) : session.cancelDelivery(*id, app::Session::systemUser(), parser.value("why"));
        if (!changed)
            return failed(changed.error());
    }
    if (parser.isSet("cancel") && !parser.isSet("wait")) { // nothing is sent unasked
        (void)listDeliveries(call, session);
        return done();
    }
    QElapsedTimer timer;
    timer.start();
    const qint64 waitMs = qint64(wait->front() * 1000);
    app::Courier courier(session.profile());
    for (;;) {
        const auto outcome = courier.round(call.task(), transfer::DeliveryQueue::Force::EvenEarly);
        if (!outcome)
            return failed(outcome.error());
        if (outcome->waiting == 0 || timer.elapsed() >= waitMs)
            break;
        QThread::msleep(250);
    }
    return listDeliveries(call, session);
}

} // namespace

Verb reportVerb()
{
    return {"report",
            "new --study UID [--template ID] | show ID | set ID SECTION TEXT | measure ID FIGURE | sign ID [--user U] [--preliminary] | addendum ID [--from DRAFT] | status ID "
            "| verify ID|--all | export ID --format text|pdf|hl7|sr --out F",
            tr("write, sign and export reports"),
            [](QCommandLineParser& parser) {
                parser.addOptions({{"study", tr("of the archive"), "UID"},
                                   {"template", tr("general, ct-head, ct-chest, mr-brain, chest-radiograph, us-abdomen; the fitting one where not given"), "ID"},
                                   {"user", tr("the name on the report; the system's user where not given"), "U"},
                                   {"preliminary", tr("sign as preliminary")},
                                   {"from", tr("the draft of the same study whose text the addendum takes over"), "DRAFT"},
                                   {"all", tr("every report: whether all that was signed is there and unchanged")},
                                   {"format", tr("text, pdf, hl7 or sr"), "F"},
                                   {"out", tr("file to write"), "F"}});
            },
            runReport};
}

Verb deliverVerb()
{
    return {"deliver", "[--wait S] [--release ID | --cancel ID --why TEXT]", tr("deliver signed reports to the RIS; done when all are acknowledged"),
            [](QCommandLineParser& parser) {
                parser.addOptions({{"wait", tr("try again for this many seconds"), "S"},
                                   {"release", tr("send again what the RIS refused, after the cause is set right: the number of the delivery, or its report"), "ID"},
                                   {"cancel", tr("give a delivery up, so that what waits behind it goes"), "ID"},
                                   {"why", tr("the reason, which is kept"), "TEXT"}});
            },
            runDeliver};
}

} // namespace diascope::cli
