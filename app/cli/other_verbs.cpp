#include "app/cli/verbs.h"
#include "app/demo/phantom.h"
#include "app/session/media.h"
#include "viewer/decode/decoder_pool.h"
#include "viewer/decode/pixel_source.h"
#include <QFile>
#include <QFileInfo>
#include <QGuiApplication>
#include <QOffscreenSurface>
#include <QOpenGLContext>
#include <QOpenGLFunctions>
#include <QJsonDocument>
#include <QProcess>
#include <QScreen>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QThread>
#include <filesystem>

namespace diascope::cli
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("Cli", text); }

Outcome runConfig(Call& call, const QCommandLineParser& parser)
{
    const QStringList words = parser.positionalArguments();
    const auto opened = call.session();
    if (!opened)
        return failed(opened.error());
    app::Session& session = **opened;
    if (words.value(0) == QLatin1String("set") && words.size() == 3) {
        const auto stored = session.configure(words[1], words[2]);
        return stored ? done() : failed(stored.error());
    }
    if (words.value(0) != QLatin1String("get") || words.size() > 2)
        return wrongUsage(tr("get KEY, or set KEY VALUE"));
    QJsonObject json;
    for (const QString& key : words.size() == 2 ? QStringList{words[1]} : app::Session::settingKeys()) {
        const auto value = session.configured(key);
        if (!value)
            return failed(value.error());
        json[key] = *value;
        call.say(words.size() == 2 ? *value : QStringLiteral("%1 = %2").arg(key, *value));
    }
    if (call.isJson)
        call.print(json);
    return done();
}

Outcome runMedia(Call& call, const QCommandLineParser& parser)
{
    const QStringList studies = parser.values("study") + parser.positionalArguments();
    if (studies.isEmpty() || !parser.isSet("out"))
        return wrongUsage(tr("--study and --out are wanted"));
    const QMap<QString, media::MediaProfile> profiles{{"cd", media::MediaProfile::Cd}, {"dvd", media::MediaProfile::Dvd}, {"usb", media::MediaProfile::Usb}};
    const QString profile = parser.isSet("medium") ? parser.value("medium") : QStringLiteral("cd");
    if (!profiles.contains(profile))
        return wrongUsage(tr("the profile is cd, dvd or usb"));
    const auto opened = call.session();
    if (!opened)
        return failed(opened.error());
    std::vector<dicom::StudyUid> uids;
    for (const QString& study : studies)
        uids.push_back({study});
    const auto report = app::writeMedium(**opened, uids, parser.value("out"), profiles[profile], call.task());
    if (!report)
        return failed(report.error());
    QJsonArray leftOut;
    for (const auto& left : report->leftOut)
        leftOut << QJsonObject{{"path", left.path}, {"reason", left.reason}};
    if (call.isJson)
        call.print(QJsonObject{{"out", parser.value("out")},
                               {"written", report->written},
                               {"studies", report->studies},
                               {"series", report->series},
                               {"bytes", report->bytes},
                               {"verified", report->isVerified},
                               {"profileReason", report->profileReason},
                               {"leftOut", leftOut}});
    call.say(tr("wrote %1 instances to %2").arg(report->written).arg(parser.value("out")));
    const auto complete = report->nothingLeftOut();
    return complete ? done() : failed(complete.error());
}

/// The compressions that come back bit by bit, tried out with a phantom rather than believed.
QStringList codecs()
{
    static const std::pair<const char*, const char*> syntaxes[] = {{"uncompressed", "1.2.840.10008.1.2.1"},
                                                                   {"RLE", "1.2.840.10008.1.2.5"},
                                                                   {"JPEG lossless", "1.2.840.10008.1.2.4.70"},
                                                                   {"JPEG-LS", "1.2.840.10008.1.2.4.80"},
                                                                   {"JPEG 2000", "1.2.840.10008.1.2.4.90"}};
    QTemporaryDir folder;
    QStringList sound;
    QByteArray reference;
    for (const auto& [name, syntax] : syntaxes) {
        demo::Sampling sampling;
        sampling.columns = sampling.rows = 32;
        sampling.slices = 1;
        sampling.transferSyntaxUid = QLatin1String(syntax);
        const auto paths = demo::writeCt(folder.filePath(QLatin1String(syntax)), {}, {}, sampling);
        if (!paths)
            continue;
        const auto source = viewer::PixelSource::open(paths->first());
        if (!source)
            continue;
        QByteArray pixels(source->description().frameBytes(), Qt::Uninitialized);
        if (!source->readFrame(0, std::as_writable_bytes(std::span(pixels.data(), size_t(pixels.size())))))
            continue;
        if (reference.isEmpty())
            reference = pixels;
        if (pixels == reference)
            sound << QLatin1String(name);
    }
    return sound;
}

/// Who draws 3D here; empty where nobody does.
QString openGl()
{
    QOffscreenSurface surface;
    surface.create();
    QOpenGLContext context;
    if (!context.create() || !context.makeCurrent(&surface))
        return {};
    const auto said = [&](GLenum what) { return QString::fromLatin1(reinterpret_cast<const char*>(context.functions()->glGetString(what))); };
    return said(GL_RENDERER) + QStringLiteral(", OpenGL ") + said(GL_VERSION);
}

QString memoryMiB()
{
    QFile file(QStringLiteral("/proc/meminfo"));
    if (!file.open(QIODevice::ReadOnly))
        return {};
    return QString::number(QString::fromLatin1(file.readLine()).simplified().section(u' ', 1, 1).toLongLong() / 1024);
}

/// What only a program on the display can tell: {"screens", "openGl"}.
QJsonObject displayHere()
{
    QJsonArray screens;
    for (const QScreen* screen : QGuiApplication::screens())
        screens << QStringLiteral("%1 %2x%3").arg(screen->name()).arg(screen->size().width()).arg(screen->size().height());
    return {{"screens", screens}, {"openGl", openGl()}};
}

/// Verbs run without a display, and Qt aborts on one that cannot be opened: so a second process looks.
QJsonObject displayOutside()
{
    const QString display = qEnvironmentVariable("WAYLAND_DISPLAY", qEnvironmentVariable("DISPLAY"));
    QJsonObject found{{"display", display}, {"screens", QJsonArray()}, {"openGl", QString()}};
    if (display.isEmpty())
        return found;
    QProcess looker;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("QT_QPA_PLATFORM"), qEnvironmentVariableIsEmpty("DISPLAY") ? QStringLiteral("wayland") : QStringLiteral("xcb"));
    looker.setProcessEnvironment(environment);
    looker.start(QCoreApplication::applicationFilePath(), {QStringLiteral("doctor"), QStringLiteral("--display-only"), QStringLiteral("--json")});
    constexpr int lookMs = 20000;
    if (!looker.waitForFinished(lookMs))
        looker.kill();
    const QJsonObject seen = QJsonDocument::fromJson(looker.readAllStandardOutput()).object();
    if (seen.isEmpty()) {
        found["displayProblem"] = tr("the display %1 cannot be opened").arg(display);
        return found;
    }
    found["screens"] = seen["screens"];
    found["openGl"] = seen["openGl"];
    return found;
}

Outcome runDoctor(Call& call, const QCommandLineParser& parser)
{
    if (parser.isSet("display-only")) {
        call.print(displayHere());
        return done();
    }
    const auto opened = call.session();
    if (!opened)
        return failed(opened.error());
    app::Session& session = **opened;
    std::error_code noSpaceKnown; // of the folder itself: a table of mounts may lack it
    const auto space = std::filesystem::space(session.profile().folder().toStdString(), noSpaceKnown);
    QJsonArray nodes;
    for (const dimse::Node& node : dimse::Nodes(session.settings()).list())
        nodes << node.name;
    const QString worker = QCoreApplication::applicationDirPath() + QStringLiteral("/diascope-decoder");
    const auto confined = viewer::DecoderPool::instance().isConfined();
    QJsonObject json{{"version", QCoreApplication::applicationVersion()},
                           {"cores", QThread::idealThreadCount()},
                           {"memoryMiB", memoryMiB().toLongLong()},
                           {"codecs", QJsonArray::fromStringList(codecs())},
                           {"profile", session.profile().folder()},
                           {"diskFreeMiB", noSpaceKnown ? 0 : qint64(space.available / 1024 / 1024)},
                           {"decoder", QFileInfo(worker).isExecutable() || qEnvironmentVariableIsSet("DIASCOPE_DECODER")},
                           {"decoderConfined", confined.value_or(false)},
                           {"decoderMayBeUnconfined", session.settings().get(viewer::unconfinedDecoders)},
                           {"decoderProblem", confined ? QString() : confined.error().detail},
                           {"discImages", !QStandardPaths::findExecutable("xorriso").isEmpty()},
                           {"ris", session.settings().get(app::risHost)},
                           {"nodes", nodes}};
    if (const auto reports = session.verifyReports()) {
        json["signedVersions"] = reports->versions;
        json["signedWithoutKey"] = reports->withoutKey;
        json["reportProblems"] = QJsonArray::fromStringList(reports->problems);
    } else {
        json["reportProblems"] = QJsonArray{message(reports.error())};
    }
    const QJsonObject outside = displayOutside();
    for (auto it = outside.begin(); it != outside.end(); ++it)
        json[it.key()] = it.value();
    if (call.isJson)
        call.print(json);
    for (auto it = json.begin(); it != json.end(); ++it)
        call.say(QStringLiteral("%1: %2").arg(it.key(), it.value().isArray() ? it.value().toVariant().toStringList().join(QStringLiteral(", "))
                                                                             : it.value().toVariant().toString()));
    return done();
}

} // namespace

Verb configVerb() { return {"config", "get [KEY] | set KEY VALUE", tr("settings of the profile"), {}, runConfig}; }

Verb mediaVerb()
{
    return {"media", "--study UID… --out DIR|F.iso [--profile cd|dvd|usb]", tr("write a patient's disc: a folder with DICOMDIR, or an ISO image"),
            [](QCommandLineParser& parser) {
                parser.addOptions({{"study", tr("of the archive; may be given several times"), "UID"},
                                   {"out", tr("an empty folder, or a file ending in .iso"), "OUT"},
                                   {"medium", tr("cd (uncompressed), dvd or usb"), "P"}});
            },
            runMedia};
}

Verb doctorVerb()
{
    return {"doctor", "", tr("what this machine has: memory, disk, decoders, displays, OpenGL, peers"),
            [](QCommandLineParser& parser) {
                QCommandLineOption displayOnly("display-only");
                displayOnly.setFlags(QCommandLineOption::HiddenFromHelp);
                parser.addOption(displayOnly);
            },
            runDoctor};
}

} // namespace diascope::cli
