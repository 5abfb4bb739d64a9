#include "app/cli/cli.h"
#include "app/session/exchange.h"
#include "netclient/base/log.h"
#include "viewer/decode/decoder_pool.h"
#include <QFileInfo>
#include <QJsonDocument>
#include <QRegularExpression>
#include <QStandardPaths>
#include <cstdio>
#include <unistd.h>

namespace diascope::cli
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("Cli", text); }

/// What peers and files say moves no cursor and clears no screen: control characters are shown as pictures of themselves.
QString shown(QString line)
{
    for (QChar& letter : line) {
        const ushort code = letter.unicode();
        if (code < 0x20 && code != u'\n' && code != u'\t')
            letter = QChar(0x2400 + code);
        else if (code >= 0x7f && code < 0xa0)
            letter = code == 0x7f ? QChar(0x2421) : QChar(QChar::ReplacementCharacter);
    }
    return line;
}

void writeLine(std::FILE* to, const QString& line)
{
    std::fputs(shown(line).toUtf8().constData(), to);
    std::fputc('\n', to);
}

/// Takes the flags common to all verbs out of the words, wherever they stand.
struct Parsed
{
    Call call;
    bool isHelpWanted = false;
};

Parsed parseCommon(const QStringList& arguments)
{
    Parsed parsed;
    QStringList rest;
    const QStringList mediumProfiles{"cd", "dvd", "usb"};
    for (qsizetype i = 0; i < arguments.size(); ++i) {
        const QString& word = arguments[i];
        // `media --profile cd` is the profile of the medium (PS3.11), not ours.
        if (word == QLatin1String("--profile") && rest.value(0) == QLatin1String("media") && mediumProfiles.contains(arguments.value(i + 1)))
            rest << QStringLiteral("--medium") << arguments[++i];
        else if (word == QLatin1String("--profile") && i + 1 < arguments.size())
            parsed.call.profileFolder = arguments[++i];
        else if (word.startsWith(QLatin1String("--profile=")))
            parsed.call.profileFolder = word.mid(10);
        else if (word == QLatin1String("--json"))
            parsed.call.isJson = true;
        else if (word == QLatin1String("--quiet"))
            parsed.call.isQuiet = true;
        else if (word == QLatin1String("--view-only"))
            parsed.call.mode = app::Mode::ViewOnly;
        else if (word == QLatin1String("--help"))
            parsed.isHelpWanted = true;
        else
            rest << word;
    }
    if (!rest.isEmpty())
        parsed.call.verb = rest.takeFirst();
    parsed.call.words = rest;
    return parsed;
}

const Verb* verbNamed(const QString& name)
{
    for (const Verb& verb : verbs())
        if (verb.name == name)
            return &verb;
    return nullptr;
}

QString usageOf(const Verb& verb) { return QStringLiteral("diascope %1 %2").arg(verb.name, verb.arguments).trimmed(); }

void printHelp(const Verb& verb, const QCommandLineParser& parser)
{
    writeLine(stdout, QStringLiteral("%1\n%2").arg(usageOf(verb), verb.summary));
    const QString text = parser.helpText();
    const qsizetype options = text.indexOf(QLatin1String("Options:"));
    if (options >= 0)
        writeLine(stdout, QStringLiteral("\n") + text.mid(options).trimmed());
    writeLine(stdout, QStringLiteral("\n  --profile DIR   everything lies under DIR\n  --json          one JSON document on stdout\n"
                                     "  --quiet         no progress\n  --view-only     refuse what writes"));
}

} // namespace

Result<app::Session*> Call::session()
{
    if (!m_session) {
        auto opened = app::Session::open(profileFolder, mode);
        if (!opened)
            return std::unexpected(opened.error());
        m_session = std::move(*opened);
        startLog(m_session->profile().logPath(), LogToStderr::No);
    }
    return m_session.get();
}

Task& Call::task()
{
    if (!m_task) {
        const bool isShown = !isQuiet && isatty(STDERR_FILENO);
        m_task = std::make_unique<Task>([isShown](qint64 isDone, qint64 total, const QString&) {
            if (isShown && total > 0)
                std::fprintf(stderr, "\r%lld / %lld%s", static_cast<long long>(isDone), static_cast<long long>(total),
                             isDone == total ? "\n" : "");
        });
    }
    return *m_task;
}

void Call::print(const QJsonDocument& json)
{
    m_hasPrinted = true;
    QString text;
    for (const QChar letter : QString::fromUtf8(json.toJson(QJsonDocument::Indented)).trimmed()) // which leaves those from DEL on as they are
        text += letter.unicode() >= 0x7f && letter.unicode() < 0xa0 ? QStringLiteral("\\u%1").arg(letter.unicode(), 4, 16, QLatin1Char('0')) : QString(letter);
    writeLine(stdout, text);
}

void Call::say(const QString& line) const
{
    if (!isJson)
        writeLine(stdout, line);
}

Outcome done() { return {}; }
Outcome failed(const Error& error) { return {1, message(error)}; }
Outcome failed(const QString& line) { return {1, line}; }
Outcome wrongUsage(const QString& line) { return {2, line}; }

bool namesVerb(const QStringList& arguments) { return verbNamed(parseCommon(arguments).call.verb) != nullptr; }

int run(const QStringList& arguments)
{
    Parsed parsed = parseCommon(arguments);
    const Verb* verb = verbNamed(parsed.call.verb);
    QCommandLineParser parser;
    parser.setOptionsAfterPositionalArgumentsMode(QCommandLineParser::ParseAsOptions);
    if (verb->declare)
        verb->declare(parser);
    if (parsed.isHelpWanted) {
        printHelp(*verb, parser);
        return 0;
    }
    // Verbs that only look at a file open no session: what the profile allows holds for them too, where there is one.
    const QString& folder = parsed.call.profileFolder;
    if (QFileInfo::exists((folder.isEmpty() ? QStandardPaths::writableLocation(QStandardPaths::AppDataLocation) : folder) + QStringLiteral("/settings.ini")))
        if (const auto profile = Profile::open(folder))
            viewer::allowUnconfinedDecoders(Settings(*profile).get(viewer::unconfinedDecoders));
    // The text of a section may begin like an option.
    QStringList& words = parsed.call.words;
    if (verb->name == QLatin1String("report") && words.value(0) == QLatin1String("set") && words.size() > 3 && words[3] != QLatin1String("--"))
        words.insert(3, QStringLiteral("--"));
    Outcome outcome;
    if (!parser.parse(QStringList{verb->name} + words))
        outcome = wrongUsage(parser.errorText());
    else
        outcome = verb->run(parsed.call, parser);
    const QString error = outcome.error.simplified();
    if (outcome.exitCode != 0 && parsed.call.isJson && !parsed.call.hasPrinted())
        parsed.call.print(QJsonObject{{"error", error}});
    if (!error.isEmpty())
        writeLine(stderr, QStringLiteral("diascope: ") + error);
    if (outcome.exitCode == 2)
        writeLine(stderr, tr("usage: %1").arg(usageOf(*verb)));
    std::fflush(stdout);
    return outcome.exitCode;
}

std::optional<int> refusal(const QStringList& arguments)
{
    const QString word = parseCommon(arguments).call.verb;
    static const QRegularExpression wordOnly(QStringLiteral("^[a-z][a-z-]*$"));
    if (wordOnly.match(word).hasMatch() && !verbNamed(word) && !QFileInfo::exists(word)) {
        writeLine(stderr, tr("diascope: %1 is neither a verb nor a file (see diascope --help)").arg(word));
        return 2;
    }
    if (qEnvironmentVariableIsEmpty("DISPLAY") && qEnvironmentVariableIsEmpty("WAYLAND_DISPLAY") && qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM")) {
        writeLine(stderr, tr("diascope: there is no display to open a window on; the verbs work without one (see diascope --help)"));
        return 1;
    }
    return std::nullopt;
}

void silenceLibraries()
{
    qInstallMessageHandler([](QtMsgType type, const QMessageLogContext&, const QString& text) {
        if (type == QtCriticalMsg || type == QtFatalMsg)
            writeLine(stderr, text);
    });
}

QString help()
{
    QString text = QStringLiteral("diascope [PATH…]               open the workstation; paths are shown in place, not copied\n"
                                  "diascope --view-only [PATH…]   viewing-only mode\n"
                                  "diascope --study-uid UID | --accession N | --patient-id ID\n\n");
    for (const Verb& verb : verbs())
        text += QStringLiteral("%1\n    %2\n").arg(usageOf(verb), verb.summary);
    return text + QStringLiteral("\nEvery verb: --profile DIR, --json, --quiet, --help. Exit code 0 done, 1 failed, 2 wrong usage.");
}

QJsonObject toJson(const archive::StudyRow& row)
{
    return {{"studyUid", row.uid.value},      {"patientName", row.patientName}, {"patientId", row.patientId},
            {"issuer", row.issuer},           {"birthDate", row.birthDate},     {"sex", row.sex},
            {"date", row.date},               {"time", row.time},               {"accession", row.accession},
            {"description", row.description}, {"modalities", QJsonArray::fromStringList(row.modalities)},
            {"series", row.series},           {"instances", row.instances},     {"referringPhysician", row.referringPhysician}};
}

QJsonArray toJson(const std::vector<archive::Remark>& remarks)
{
    QJsonArray array;
    for (const archive::Remark& remark : remarks) {
        QJsonObject one{{"path", remark.path}, {"reason", remark.reason}};
        if (!remark.instanceUid.isEmpty())
            one.insert("sopInstanceUid", remark.instanceUid);
        array << one;
    }
    return array;
}

std::optional<std::vector<double>> numbersOf(const QString& text, int count)
{
    std::vector<double> numbers;
    for (const QString& part : text.split(u',')) {
        bool isNumber = false;
        numbers.push_back(part.trimmed().toDouble(&isNumber));
        if (!isNumber || !std::isfinite(numbers.back()))
            return std::nullopt;
    }
    return count == 0 || int(numbers.size()) == count ? std::optional(numbers) : std::nullopt;
}

std::optional<int> wholeNumber(const QCommandLineParser& parser, const QString& option, int least, int most, int otherwise)
{
    if (!parser.isSet(option))
        return otherwise;
    bool isNumber = false;
    const int number = parser.value(option).toInt(&isNumber);
    return isNumber && number >= least && number <= most ? std::optional(number) : std::nullopt;
}

Result<dimse::Node> nodeNamed(Call& call, const QString& name)
{
    const auto session = call.session();
    if (!session)
        return std::unexpected(session.error());
    if (!dimse::Nodes((*session)->settings()).find(name))
        return fail(Fault::NotFound, tr("there is no node %1 (see diascope node list)").arg(name));
    return (*session)->exchange().node(name);
}

} // namespace diascope::cli
