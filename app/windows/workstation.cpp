#include "app/windows/workstation.h"
#include "app/windows/start_trouble.h"
#include "app/demo/phantom.h"
#include "app/demo/servers.h"
#include "app/session/exchange.h"
#include "app/windows/aside_window.h"
#include "app/windows/outbox_window.h"
#include "app/windows/reading_window.h"
#include "app/windows/settings_window.h"
#include "app/windows/study_browser.h"
#include "netclient/base/log.h"
#include "netclient/transfer/first_picture.h"
#include "netclient/transfer/study_transfer.h"
#include "viewer/decode/server_picture.h"
#include <QCommandLineParser>
#include <QFile>
#include <QLibraryInfo>
#include <QStandardPaths>
#include <QStyleFactory>
#include <QTemporaryDir>
#include <QTranslator>
#include <QUrl>
#include <QUrlQuery>
#include <QtConcurrent>
#include <cstdio>
#include <span>

namespace diascope::windows
{

namespace
{

template <typename Window>
void raise(Window& window)
{
    window.refresh();
    window.show();
    window.raise();
    window.activateWindow();
}

/// A picture from a peer, of about the size it was asked for; null where it is none. What a peer sends is never decoded here.
QImage imageOf(const QByteArray& bytes)
{
    constexpr int mostPx = 2048;
    const auto picture = viewer::decodeServerPicture(std::as_bytes(std::span(bytes)), mostPx);
    if (!picture)
        return {};
    const QImage image(reinterpret_cast<const uchar*>(picture->pixels.data()), picture->columns, picture->rows, 3 * picture->columns, QImage::Format_RGB888);
    return image.copy(); // its own bytes
}

} // namespace

Workstation::Workstation(app::Session& session) : m_session(session), m_browser(std::make_unique<StudyBrowser>(*this))
{
    connect(&m_preview, &QFutureWatcherBase::finished, this, [this] {
        const auto [study, picture] = m_preview.result();
        if (m_reading)
            m_reading->showPreview({study}, picture);
    });
}

Workstation::~Workstation()
{
    if (m_previewTask)
        m_previewTask->cancel();
    m_preview.waitForFinished();
    delete m_reading.data();
    delete m_settings.data();
    delete m_outbox.data();
    delete m_aside.data();
}

void Workstation::showOutbox()
{
    if (!m_outbox)
        m_outbox = new OutboxWindow(m_session);
    raise(*m_outbox);
}

void Workstation::showAside()
{
    if (!m_aside)
        m_aside = new AsideWindow(m_session);
    raise(*m_aside);
}

ReadingWindow& Workstation::readingWindow()
{
    if (!m_reading)
        m_reading = new ReadingWindow(*this);
    m_reading->setVisible(true);
    m_reading->raise();
    m_reading->activateWindow();
    return *m_reading;
}

void Workstation::read(const dicom::StudyUid& study) { readingWindow().readStudy(study); }
void Workstation::expect(const archive::StudyRow& study, const dimse::Node& node)
{
    readingWindow().showComing(study);
    if (node.dicomWebUrl.isEmpty())
        return;
    if (m_previewTask)
        m_previewTask->cancel();
    m_previewTask = std::make_shared<Task>();
    m_preview.setFuture(QtConcurrent::run([configured = node, study = study.uid, task = m_previewTask] {
        const auto complete = app::withSecret(configured);
        const auto picture = complete ? transfer::firstPicture(*complete, study, *task) : std::unexpected(complete.error());
        return std::pair(study.value, picture ? imageOf(picture->bytes) : QImage());
    }));
}

void Workstation::readPaths(const QStringList& paths) { readingWindow().readPaths(paths); }

void Workstation::showBrowser()
{
    m_browser->setVisible(true);
    m_browser->raise();
    m_browser->activateWindow();
    m_browser->refresh();
}

void Workstation::showSettings()
{
    if (!m_session.permit(app::Action::ChangeSettings))
        return;
    if (!m_settings) {
        m_settings = new SettingsWindow(m_session);
        m_settings->setAttribute(Qt::WA_DeleteOnClose);
    }
    m_settings->show();
    m_settings->raise();
}

bool isDemonstration(const QStringList& arguments)
{
    const bool isHeadless = std::any_of(arguments.begin(), arguments.end(),
                                        [](const QString& word) { return word.startsWith(QLatin1String("--headless")) || word == QLatin1String("--help"); });
    return arguments.contains(QStringLiteral("demo")) && !isHeadless;
}

void applyTheme(QApplication& application, const QString& language)
{
    application.setStyle(QStyleFactory::create(QStringLiteral("Fusion")));
    QPalette palette;
    palette.setColor(QPalette::Window, QColor(0x1a, 0x1d, 0x21));
    palette.setColor(QPalette::WindowText, QColor(0xd7, 0xda, 0xdd));
    palette.setColor(QPalette::Base, QColor(0x14, 0x17, 0x1a));
    palette.setColor(QPalette::AlternateBase, QColor(0x18, 0x1b, 0x1f));
    palette.setColor(QPalette::Text, QColor(0xd7, 0xda, 0xdd));
    palette.setColor(QPalette::Button, QColor(0x2a, 0x2f, 0x35));
    palette.setColor(QPalette::ButtonText, QColor(0xd7, 0xda, 0xdd));
    palette.setColor(QPalette::Highlight, QColor(0x24, 0x46, 0x5d));
    palette.setColor(QPalette::HighlightedText, Qt::white);
    palette.setColor(QPalette::PlaceholderText, QColor(0x7a, 0x80, 0x86));
    palette.setColor(QPalette::ToolTipBase, QColor(0x26, 0x2a, 0x2f));
    palette.setColor(QPalette::ToolTipText, QColor(0xe6, 0xe8, 0xea));
    palette.setColor(QPalette::Link, QColor(0x4a, 0xa3, 0xdf));
    palette.setColor(QPalette::Disabled, QPalette::Text, QColor(0x6b, 0x72, 0x79));
    palette.setColor(QPalette::Disabled, QPalette::ButtonText, QColor(0x6b, 0x72, 0x79));
    palette.setColor(QPalette::Disabled, QPalette::WindowText, QColor(0x6b, 0x72, 0x79));
    application.setPalette(palette);
    QFile theme(QStringLiteral(":/themes/dark.qss"));
    if (theme.open(QIODevice::ReadOnly))
        application.setStyleSheet(QString::fromUtf8(theme.readAll()));
    QFont font = application.font();
    // One family for one script: mixed by fallback, Chinese comes out in another weight.
    const QString chinese = QStringLiteral("Noto Sans CJK SC");
    font.setFamilies(language.startsWith(QLatin1String("zh")) ? QStringList{chinese, QStringLiteral("DejaVu Sans")}
                                                             : QStringList{QStringLiteral("Noto Sans"), QStringLiteral("DejaVu Sans"), chinese});
    font.setPointSize(10);
    application.setFont(font);
    application.setWindowIcon(QIcon(QStringLiteral(":/icons/diascope.svg")));
}

namespace
{

/// "3 image(s)" in the sources is "3 images" on the screen.
class EnglishPlurals : public QTranslator
{
public:
    using QTranslator::QTranslator;
    bool isEmpty() const override { return false; }
    QString translate(const char*, const char* source, const char*, int n) const override
    {
        if (n < 0)
            return {};
        QString text = QString::fromUtf8(source);
        text.replace(QLatin1String("(ies)"), n == 1 ? QStringLiteral("y") : QStringLiteral("ies"));
        return text.replace(QLatin1String("(s)"), n == 1 ? QString() : QStringLiteral("s"));
    }
};

/// All our texts lie in one context (translations/extract.py); Qt's own keep theirs.
class OneContextTranslator : public QTranslator
{
public:
    using QTranslator::QTranslator;
    QString translate(const char*, const char* source, const char* comment, int n) const override
    {
        return QTranslator::translate("Diascope", source, comment, n);
    }
};

} // namespace

void applyLanguage(QApplication& application, const QString& language)
{
    const QLocale locale = language.isEmpty() ? QLocale::system() : QLocale(language);
    auto* translator = new OneContextTranslator(&application);
    if (translator->load(locale, QStringLiteral("diascope"), QStringLiteral("_"), QStringLiteral(":/i18n")))
        application.installTranslator(translator);
    else
        application.installTranslator(new EnglishPlurals(&application));
    auto* ofQt = new QTranslator(&application);
    if (ofQt->load(locale, QStringLiteral("qtbase"), QStringLiteral("_"), QLibraryInfo::path(QLibraryInfo::TranslationsPath)))
        application.installTranslator(ofQt);
}

namespace
{

/// The demonstration with windows: a PACS and a RIS that are not ours on loopback ports, the demonstration patient in the
/// archive, everything in the PACS.
struct Demonstration
{
    QTemporaryDir folder;
    std::unique_ptr<demo::Pacs> pacs;
    std::unique_ptr<demo::Ris> ris;

    void start(Workstation& workstation)
    {
        app::Session& session = workstation.session();
        if (auto started = demo::Pacs::start(folder.filePath(QStringLiteral("pacs")))) {
            pacs = std::move(*started);
            dimse::Nodes nodes(session.settings());
            (void)nodes.remove(pacs->node().name);
            (void)nodes.add(pacs->node());
        }
        if (auto started = demo::Ris::start(folder.filePath(QStringLiteral("ris")))) {
            ris = std::move(*started);
            (void)session.configure(QString::fromLatin1(app::risHost.key), QStringLiteral("127.0.0.1"));
            (void)session.configure(QString::fromLatin1(app::risPort.key), QString::number(ris->port()));
        }
        Q_EMIT session.settingsChanged();
        const QString patient = folder.filePath(QStringLiteral("patient"));
        archive::Archive* archive = &session.archive();
        const auto node = pacs ? std::optional(pacs->node()) : std::nullopt;
        Job* job = workstation.browser().jobs().start(
            Workstation::tr("Demonstration patient"), [patient, archive, node, local = session.local()](Task& task) -> Result<QString> {
                const auto files = demo::writeDemonstration(patient, task);
                if (!files)
                    return std::unexpected(files.error());
                // The Chinese patient lies in the PACS alone: to be found and retrieved there.
                QStringList here;
                for (const QString& file : *files)
                    if (!file.contains(QLatin1String("/brain/")) && !file.contains(QLatin1String("/chest/")))
                        here << file;
                const auto imported = archive->import(here, archive::ImportMode::Copy, task);
                if (!imported || imported->failure)
                    return std::unexpected(imported ? *imported->failure : imported.error());
                if (node)
                    if (const auto sent = transfer::sendFiles(*archive, *node, *transfer::filesOf(*files), {local, {}, {}, {}}, task); !sent)
                        return std::unexpected(sent.error());
                return Workstation::tr("%1 images").arg(files->size());
            });
        QObject::connect(job, &Job::finished, &workstation, [&workstation, job] {
            if (job->result())
                workstation.read({demo::studyUidOf(QLatin1String(demo::headStudySeed))});
        });
    }
};

struct Wanted
{
    QString profile;
    app::Mode mode = app::Mode::Reading;
    QString studyUid;
    QString accession;
    QString patientId;
    QStringList paths;
};

/// diascope://open?study=…&accession=…&patient=… says the same as the options.
void takeUrl(const QString& text, Wanted& wanted)
{
    const QUrlQuery query{QUrl(text)};
    wanted.studyUid = query.queryItemValue(QStringLiteral("study"), QUrl::FullyDecoded);
    wanted.accession = query.queryItemValue(QStringLiteral("accession"), QUrl::FullyDecoded);
    wanted.patientId = query.queryItemValue(QStringLiteral("patient"), QUrl::FullyDecoded);
}

int fail(const QString& line, int code)
{
    std::fprintf(stderr, "diascope: %s\n", line.toUtf8().constData());
    return code;
}

} // namespace

int run(QApplication& application, QStringList arguments)
{
    const bool isDemo = isDemonstration(arguments);
    arguments.removeAll(QStringLiteral("demo"));
    QCommandLineParser parser;
    parser.addOptions({{"profile", {}, "DIR"}, {"view-only", {}}, {"study-uid", {}, "UID"}, {"accession", {}, "N"}, {"patient-id", {}, "ID"}, {"quiet", {}}});
    if (!parser.parse(QStringList{QStringLiteral("diascope")} + arguments))
        return fail(parser.errorText(), 2);
    Wanted wanted{parser.value("profile"), parser.isSet("view-only") ? app::Mode::ViewOnly : app::Mode::Reading, parser.value("study-uid"),
                  parser.value("accession"), parser.value("patient-id"), parser.positionalArguments()};
    if (wanted.paths.size() == 1 && wanted.paths.first().startsWith(QLatin1String("diascope:")))
        takeUrl(wanted.paths.takeFirst(), wanted);
    if (isDemo && wanted.profile.isEmpty())
        wanted.profile = QStandardPaths::writableLocation(QStandardPaths::AppDataLocation) + QStringLiteral("-demonstration");

    const auto profile = Profile::open(wanted.profile);
    const QString language = profile ? Settings(*profile).get(app::uiLanguage) : QString();
    applyLanguage(application, language);
    applyTheme(application, language.isEmpty() ? QLocale::system().name() : language);
    auto session = app::Session::open(wanted.profile, wanted.mode);
    if (!session && explainStartTrouble(session.error(), wanted.profile, wanted.mode))
        session = app::Session::open(wanted.profile, wanted.mode);
    if (!session)
        return fail(message(session.error()), 1);
    startLog((*session)->profile().logPath(), LogToStderr::Warnings);
    (*session)->startCourier();
    (*session)->exchange().start();
    auto demonstration = isDemo ? std::make_unique<Demonstration>() : nullptr;
    Workstation workstation(**session);
    workstation.showBrowser();
    if (demonstration)
        demonstration->start(workstation);

    if (!wanted.paths.isEmpty())
        workstation.readPaths(wanted.paths);
    archive::Query query;
    query.study = {wanted.studyUid};
    query.accession = wanted.accession;
    query.patientId = wanted.patientId;
    if (!wanted.studyUid.isEmpty() || !wanted.accession.isEmpty() || !wanted.patientId.isEmpty()) {
        const auto rows = (*session)->archive().studies(query);
        if (rows && !rows->empty())
            workstation.read(rows->front().uid);
        else
            workstation.browser().showMessage(rows ? Workstation::tr("The study that was asked for is not on this workstation. Search a PACS for it.") : message(rows.error()), true);
    }
    return application.exec();
}

} // namespace diascope::windows
