#include "app/cli/verbs.h"
#include "app/session/exchange.h"
#include "app/session/recovery.h"
#include "viewer/volume/not_shown.h"
#include "viewer/volume/stack.h"
#include <QTextStream>
#include <unistd.h>

namespace diascope::cli
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("Cli", text); }

QJsonValue spacingJson(const std::optional<viewer::PixelSpacing>& spacing)
{
    return spacing ? QJsonValue(QJsonArray{spacing->row, spacing->column}) : QJsonValue();
}

QJsonObject stackJson(const viewer::Stack& stack)
{
    QJsonArray dimensions;
    for (const viewer::StackDimension& dimension : stack.dimensions)
        dimensions << QJsonObject{{"name", dimension.name},
                                  {"size", dimension.size},
                                  {"unit", dimension.unit},
                                  {"values", QJsonArray::fromVariantList(QVariantList(dimension.values.begin(), dimension.values.end()))},
                                  {"texts", QJsonArray::fromStringList(dimension.texts)}};
    QJsonArray warnings;
    for (const viewer::StackWarning& warning : stack.warnings)
        warnings << QJsonObject{{"code", warning.code}, {"text", warning.text}};
    return {{"frames", stack.frameCount()},
            {"rows", stack.rows},
            {"columns", stack.columns},
            {"pixelSpacingMm", spacingJson(stack.pixelSpacingMm)},
            {"sliceSpacingMm", stack.sliceSpacingMm ? QJsonValue(*stack.sliceSpacingMm) : QJsonValue()},
            {"orientation", stack.orientation},
            {"gantryTiltDeg", stack.gantryTiltDeg},
            {"frameOfReference", stack.frameOfReference},
            {"volume", stack.isVolume},
            {"reslice", stack.canReslice},
            {"whyNoVolume", stack.whyNoVolume},
            {"dimensions", dimensions},
            {"warnings", warnings}};
}

Outcome runImport(Call& call, const QCommandLineParser& parser)
{
    if (parser.positionalArguments().isEmpty())
        return wrongUsage(tr("what shall be imported?"));
    const auto session = call.session();
    if (!session)
        return failed(session.error());
    const auto mode = parser.isSet("reference") ? archive::ImportMode::Reference : archive::ImportMode::Copy;
    const auto report = (*session)->import(parser.positionalArguments(), mode, call.task());
    if (!report)
        return failed(report.error());
    (*session)->exchange().makeRoom();
    const QString overQuota = (*session)->exchange().roomTrouble();
    QJsonArray studies;
    for (const dicom::StudyUid& uid : report->studies)
        studies << uid.value;
    if (call.isJson)
        call.print(QJsonObject{{"imported", report->imported},
                               {"error", report->failure ? QJsonValue(message(*report->failure)) : QJsonValue()},
                               {"overQuota", overQuota.isEmpty() ? QJsonValue() : QJsonValue(overQuota)},
                               {"duplicates", report->duplicates},
                               {"quarantined", toJson(report->quarantined)},
                               {"skipped", toJson(report->skipped)},
                               {"warned", toJson(report->warned)},
                               {"studies", studies},
                               {"seconds", report->seconds}});
    call.say(tr("imported %1, duplicates %2, quarantined %3, skipped %4, in %5 s")
                 .arg(report->imported)
                 .arg(report->duplicates)
                 .arg(report->quarantined.size())
                 .arg(report->skipped.size())
                 .arg(report->seconds, 0, 'f', 2));
    for (const auto* remarks : {&report->quarantined, &report->skipped, &report->warned})
        for (const archive::Remark& remark : *remarks)
            call.say(QStringLiteral("  %1: %2").arg(remark.path, remark.reason));
    if (!overQuota.isEmpty())
        call.say(overQuota);
    if (report->failure)
        return failed(tr("%1 (%2 files are imported, the rest is not)").arg(message(*report->failure)).arg(report->imported + report->duplicates));
    if (report->imported + report->duplicates > 0)
        return done();
    const auto& remarks = report->quarantined.empty() ? report->skipped : report->quarantined;
    return failed(remarks.empty() ? tr("nothing was imported")
                                  : tr("nothing was imported: %1: %2").arg(remarks.front().path, remarks.front().reason));
}

Outcome runStudies(Call& call, const QCommandLineParser& parser)
{
    const auto limit = wholeNumber(parser, "limit", 1, std::numeric_limits<int>::max(), 0);
    if (!limit)
        return wrongUsage(tr("--limit wants a whole number of 1 or more"));
    const auto session = call.session();
    if (!session)
        return failed(session.error());
    archive::Query query;
    query.patientId = parser.value("patient-id");
    query.name = parser.value("name");
    query.accession = parser.value("accession");
    query.modalities = parser.value("modality").split(u',', Qt::SkipEmptyParts);
    query.text = parser.positionalArguments().join(u' ');
    query.limit = *limit;
    if (parser.isSet("date")) {
        const auto dated = archive::Query::withDates(query, parser.value("date"));
        if (!dated)
            return wrongUsage(tr("%1 is no date and no range of dates").arg(parser.value("date")));
        query = *dated;
    }
    const auto rows = (*session)->archive().studies(query);
    if (!rows)
        return failed(rows.error());
    QStringList uids;
    for (const archive::StudyRow& row : *rows)
        uids << row.uid.value;
    const auto counts = (*session)->exchange().queue().countsOf(uids);
    if (!counts)
        return failed(counts.error());
    QJsonArray json;
    for (const archive::StudyRow& row : *rows) {
        const auto counted = counts->constFind(row.uid.value);
        const bool isCounted = counted != counts->constEnd();
        QJsonObject object = toJson(row);
        object["expected"] = isCounted ? QJsonValue(counted->instances) : QJsonValue();
        json << object;
        QString line = QStringLiteral("%1  %2  %3  %4  %5  %6  %7").arg(row.date, row.patientId, row.patientName, row.modalities.join(u','), row.accession, row.description, row.uid.value);
        if (isCounted && row.instances < counted->instances) // never silent (SAF-04)
            line += QStringLiteral("  ") + tr("incomplete: %1 of %2 images are here").arg(row.instances).arg(counted->instances);
        call.say(line);
    }
    if (call.isJson)
        call.print(json);
    return done();
}

Outcome runSeries(Call& call, const QCommandLineParser& parser)
{
    if (parser.positionalArguments().size() != 1)
        return wrongUsage(tr("which study?"));
    const auto session = call.session();
    if (!session)
        return failed(session.error());
    archive::Archive& archive = (*session)->archive();
    const dicom::StudyUid study{parser.positionalArguments().first()};
    const auto rows = archive.series(study);
    if (!rows)
        return failed(rows.error());
    if (rows->empty())
        return failed(tr("there is no study %1 in the archive").arg(study.value));
    QJsonArray json;
    for (const archive::SeriesRow& row : *rows) {
        const auto files = archive.instances(row.uid, study);
        if (!files)
            return failed(files.error());
        std::vector<viewer::Instance> instances;
        QJsonArray notShown;
        for (const archive::InstanceRow& file : *files) {
            const auto read = viewer::readKnownInstances(file.path, row.uid, file.uid);
            if (read)
                instances.insert(instances.end(), read->begin(), read->end());
            else
                notShown << QJsonObject{{"sopInstanceUid", file.uid.value}, {"reason", viewer::reasonNotShown(read.error())}};
        }
        for (const viewer::NotShown& left : viewer::compareDuplicates(instances))
            notShown << QJsonObject{{"sopInstanceUid", left.uid.value}, {"path", left.path}, {"reason", left.reason}};
        QJsonArray stacks;
        for (const viewer::Stack& stack : viewer::buildStacks(std::move(instances)))
            stacks << stackJson(stack);
        json << QJsonObject{{"seriesUid", row.uid.value},
                            {"modality", row.modality},
                            {"number", row.number ? QJsonValue(*row.number) : QJsonValue()},
                            {"description", row.description},
                            {"instances", row.instances},
                            {"stacks", stacks},
                            {"notShown", notShown}};
        call.say(tr("%1  %2  %3  %4 instances, %5 stacks").arg(row.uid.value, row.modality, row.description).arg(row.instances).arg(stacks.size()));
        for (const QJsonValue& left : notShown)
            call.say(tr("    not shown: %1").arg(left["reason"].toString()));
        for (const QJsonValue& stack : stacks)
            for (const QJsonValue& warning : stack["warnings"].toArray())
                call.say(QStringLiteral("    %1: %2").arg(warning["code"].toString(), warning["text"].toString()));
    }
    if (call.isJson)
        call.print(json);
    return done();
}

Outcome runRemove(Call& call, const QCommandLineParser& parser)
{
    if (parser.positionalArguments().isEmpty())
        return wrongUsage(tr("which study?"));
    const auto session = call.session();
    if (!session)
        return failed(session.error());
    // A script says what it wants by calling; a person is asked, as the window asks.
    if (isatty(STDIN_FILENO) && !parser.isSet("yes")) {
        qint64 onlyHere = 0;
        for (const QString& uid : parser.positionalArguments()) {
            const auto row = (*session)->archive().study({uid});
            if (!row)
                return failed(row.error());
            onlyHere += *row ? (*row)->onlyHere : 0;
        }
        if (onlyHere > 0) {
            std::fprintf(stderr, "%s ", qPrintable(tr("%1 of its images are, as far as is known, nowhere else. Remove them (y/N)?").arg(onlyHere)));
            const QString answer = QTextStream(stdin).readLine().trimmed();
            if (answer.compare(QLatin1String("y"), Qt::CaseInsensitive) != 0 && answer.compare(tr("y"), Qt::CaseInsensitive) != 0)
                return failed(tr("nothing was removed"));
        }
    }
    for (const QString& uid : parser.positionalArguments())
        if (auto removed = (*session)->exchange().remove({uid}); !removed)
            return failed(removed.error());
    if (call.isJson)
        call.print(QJsonObject{{"removed", parser.positionalArguments().size()}});
    return done();
}

Outcome runVerify(Call& call, const QCommandLineParser& parser)
{
    const auto session = call.session();
    if (!session)
        return failed(session.error());
    const auto repair = parser.isSet("repair") ? archive::Archive::Repair::Yes : archive::Archive::Repair::No;
    if (repair == archive::Archive::Repair::Yes)
        if (auto permitted = (*session)->permit(app::Action::Delete); !permitted)
            return failed(permitted.error());
    const auto report = (*session)->archive().verify(repair, call.task());
    if (!report)
        return failed(report.error());
    QJsonArray refetch;
    for (const dicom::StudyUid& study : report->refetch)
        refetch << study.value;
    if (call.isJson)
        call.print(QJsonObject{{"checked", report->checked},
                               {"missing", toJson(report->missing)},
                               {"changed", toJson(report->changed)},
                               {"refetch", refetch},
                               {"orphans", report->orphans},
                               {"repaired", report->repaired},
                               {"databaseSound", report->isDatabaseSound}});
    call.say(tr("checked %1, missing %2, changed %3, without row %4, repaired %5")
                 .arg(report->checked).arg(report->missing.size()).arg(report->changed.size()).arg(report->orphans).arg(report->repaired));
    for (const auto* remarks : {&report->missing, &report->changed})
        for (const archive::Remark& remark : *remarks)
            call.say(QStringLiteral("  %1: %2").arg(remark.path, remark.reason));
    for (const dicom::StudyUid& study : report->refetch)
        call.say(tr("  what was lost of study %1 may be on the PACS still: diascope get NODE %1").arg(study.value));
    const bool isSound = report->isDatabaseSound && (repair == archive::Archive::Repair::Yes ||
                                                     (report->missing.empty() && report->changed.empty() && report->orphans == 0));
    if (isSound)
        return done();
    if (!report->isDatabaseSound)
        return failed(tr("the archive's database is damaged: diascope rebuild makes it anew from the files"));
    return failed(tr("the archive is not sound: %1 files are missing, %2 have changed, %3 are without row; diascope verify --repair sets right what can be")
                      .arg(report->missing.size()).arg(report->changed.size()).arg(report->orphans));
}

Outcome runRebuild(Call& call, const QCommandLineParser&)
{
    const auto isSound = app::isDatabaseSound(call.profileFolder);
    if (!isSound)
        return failed(isSound.error());
    if (!*isSound && call.mode == app::Mode::ViewOnly)
        return failed(tr("the database is damaged, and this is viewing-only mode"));
    archive::ImportReport report;
    QJsonObject json;
    if (!*isSound) {
        auto recovery = app::recoverDatabase(call.profileFolder, call.task());
        if (!recovery)
            return failed(recovery.error());
        json = {{"damagedDatabase", recovery->damagedFile},
                {"salvagedRows", recovery->salvage.rows},
                {"damagedTables", QJsonArray::fromStringList(recovery->salvage.damaged)}};
        call.say(tr("the database was damaged and lies now at %1; %2 rows of it are taken over").arg(recovery->damagedFile).arg(recovery->salvage.rows));
        for (const QString& table : recovery->salvage.damaged)
            call.say(tr("  a part of what it knew could not be read: %1").arg(table));
        report = std::move(recovery->index);
    } else {
        const auto session = call.session();
        if (!session)
            return failed(session.error());
        if (auto permitted = (*session)->permit(app::Action::Import); !permitted)
            return failed(permitted.error());
        auto rebuilt = (*session)->archive().rebuild(call.task());
        if (!rebuilt)
            return failed(rebuilt.error());
        report = std::move(*rebuilt);
    }
    json.insert("imported", report.imported);
    json.insert("quarantined", toJson(report.quarantined));
    json.insert("skipped", toJson(report.skipped));
    if (call.isJson)
        call.print(json);
    call.say(tr("indexed again: %1 files; aside: %2").arg(report.imported).arg(report.quarantined.size() + report.skipped.size()));
    return done();
}

QString spoken(const dicom::PatientIdentity& patient)
{
    QStringList parts;
    for (const QString& part : {patient.name, patient.patientId, patient.issuer, patient.birthDate, patient.sex})
        parts << (part.isEmpty() ? QStringLiteral("-") : part);
    return parts.join(QStringLiteral(", "));
}

QJsonObject patientJson(const dicom::PatientIdentity& patient)
{
    return {{"patientId", patient.patientId}, {"issuer", patient.issuer}, {"patientName", patient.name}, {"birthDate", patient.birthDate}, {"sex", patient.sex}};
}

Outcome listQuarantine(Call& call, app::Session& session)
{
    const auto rows = session.archive().quarantine();
    if (!rows)
        return failed(rows.error());
    QJsonArray json;
    for (const archive::QuarantineRow& row : *rows) {
        QJsonObject object{{"id", row.id},
                           {"time", QDateTime::fromMSecsSinceEpoch(row.timeMs).toString(Qt::ISODate)},
                           {"source", row.source},
                           {"sopInstanceUid", row.sopInstanceUid},
                           {"reason", row.reason},
                           {"isOfAnotherPatient", row.isOfAnotherPatient()}};
        call.say(QStringLiteral("%1  %2  %3").arg(row.id).arg(row.source, row.reason));
        if (row.isOfAnotherPatient()) {
            const auto study = session.archive().study(row.study);
            if (!study)
                return failed(study.error());
            object["studyUid"] = row.study.value;
            object["patient"] = patientJson(row.patient);
            call.say(tr("    names:   %1").arg(spoken(row.patient)));
            if (*study) {
                object["studyPatient"] = patientJson((*study)->patient());
                call.say(tr("    is here: %1").arg(spoken((*study)->patient())));
            }
        }
        json << object;
    }
    if (call.isJson)
        call.print(json);
    return done();
}

Outcome runQuarantine(Call& call, const QCommandLineParser& parser)
{
    const QStringList words = parser.positionalArguments();
    const QString what = words.value(0, QStringLiteral("list"));
    const bool isList = what == QLatin1String("list"), isAccept = what == QLatin1String("accept");
    if (!isList && !isAccept && what != QLatin1String("remove"))
        return wrongUsage(tr("list, accept or remove?"));
    bool isNumber = isList;
    const qint64 id = isList ? 0 : words.value(1).toLongLong(&isNumber);
    if (words.size() > (isList ? 1 : 2) || !isNumber)
        return wrongUsage(tr("the number of one entry is wanted"));
    const auto session = call.session();
    if (!session)
        return failed(session.error());
    if (isList)
        return listQuarantine(call, **session);
    if (!isAccept) {
        const auto removed = (*session)->removeFromQuarantine(id);
        if (removed && call.isJson)
            call.print(QJsonObject{{"removed", 1}});
        return removed ? done() : failed(removed.error());
    }
    const auto report = (*session)->acceptFromQuarantine(id, app::Session::systemUser());
    if (!report)
        return failed(report.error());
    if (call.isJson)
        call.print(QJsonObject{{"imported", report->imported},
                               {"duplicates", report->duplicates},
                               {"quarantined", toJson(report->quarantined)},
                               {"skipped", toJson(report->skipped)}});
    call.say(tr("%1 taken in").arg(report->imported));
    if (report->quarantined.empty() && report->skipped.empty())
        return done();
    const archive::Remark& first = (report->skipped.empty() ? report->quarantined : report->skipped).front();
    return failed(tr("%1 did not come in: %2: %3").arg(report->quarantined.size() + report->skipped.size()).arg(first.path, first.reason));
}

} // namespace

Verb quarantineVerb()
{
    return {"quarantine", "[list] | accept ID | remove ID",
            tr("what was set aside at import and why; accept says that it is the same patient, and takes all of its kind in"), {}, runQuarantine};
}

Verb importVerb()
{
    return {"import", "PATH… [--reference]", tr("copy files, folders or media into the archive, or only index them"),
            [](QCommandLineParser& parser) { parser.addOption({"reference", tr("only index the files where they lie")}); }, runImport};
}

Verb studiesVerb()
{
    return {"studies", "[WORDS…] [--patient-id ID] [--name N] [--accession A] [--date A-B] [--modality M] [--limit N]",
            tr("search the archive"),
            [](QCommandLineParser& parser) {
                parser.addOptions({{"patient-id", tr("exactly this ID"), "ID"},
                                   {"name", tr("words of the name, any script"), "N"},
                                   {"accession", tr("exactly this accession number"), "A"},
                                   {"date", tr("a day or a range, YYYYMMDD-YYYYMMDD"), "A-B"},
                                   {"modality", tr("one or several, separated by commas"), "M"},
                                   {"limit", tr("at most this many"), "N"}});
            },
            runStudies};
}

Verb seriesVerb()
{
    return {"series", "STUDYUID", tr("the series of a study, their stacks, geometry and warnings"), {}, runSeries};
}

Verb removeVerb()
{
    return {"remove", "STUDYUID… [--yes]", tr("remove studies from the archive; at a terminal it asks where they are nowhere else"),
            [](QCommandLineParser& parser) { parser.addOption({"yes", tr("ask nothing")}); }, runRemove};
}

Verb verifyVerb()
{
    return {"verify", "[--repair]", tr("read every file of the archive and compare it with the index"),
            [](QCommandLineParser& parser) { parser.addOption({"repair", tr("set right what can be")}); }, runVerify};
}

Verb rebuildVerb()
{
    return {"rebuild", "", tr("make the index anew from the files"), {}, runRebuild};
}

} // namespace diascope::cli
