#include "app/session/session.h"
#include "app/session/exchange.h"
#include "app/session/prefetch.h"
#include "netclient/base/log.h"
#include "netclient/base/secrets.h"
#include "netclient/hl7/mllp.h"
#include "netclient/transfer/rate_limit.h"
#include "reporting/export/hl7_export.h"
#include "viewer/volume/frame_memory.h"
#include <QDir>
#include <QCryptographicHash>
#include <pwd.h>
#include <unistd.h>

namespace diascope::app
{

namespace
{

constexpr int courierRoundMs = 5000;
constexpr char risTarget[] = "RIS";

/// Every key `diascope config` and the settings window know.
struct KnownSetting
{
    QString key;
    QVariant defaultValue;
};

template <typename T>
KnownSetting known(const Setting<T>& setting)
{
    return {QString::fromLatin1(setting.key), QVariant::fromValue(setting.defaultValue)};
}

const std::vector<KnownSetting>& knownSettings()
{
    static const std::vector<KnownSetting> settings{
        known(risHost),  known(risPort),           known(risTls),           known(risCharset),
        known(uiLanguage), known(archive::quotaGiB), known(dimse::listenPort), known(orderPort), known(dimse::listenAe),
        known(listenAlways), known(listenAnyone), known(listenCertificate), known(listenKey), known(listenCa),
        known(dimse::connectSeconds), known(dimse::acseSeconds), known(dimse::dimseSeconds), known(keyringSeconds),
        known(evictImported), known(worklistNode), known(prefetchMinutes),
        known(transfer::routeRules), known(transfer::prefetchRules), known(transfer::backgroundLimits), known(transfer::atOnce),
    };
    return settings;
}

const KnownSetting* knownSetting(const QString& key)
{
    for (const KnownSetting& setting : knownSettings())
        if (setting.key == key)
            return &setting;
    return nullptr;
}

/// Settings whose text has a form of its own.
Result<void> checkText(const QString& key, const QString& value)
{
    const auto outcome = [](const auto& parsed) { return parsed ? Result<void>{} : std::unexpected(parsed.error()); };
    if (key == QLatin1String(transfer::routeRules.key))
        return outcome(transfer::parseRoutes(value));
    if (key == QLatin1String(transfer::prefetchRules.key))
        return outcome(transfer::parsePrefetch(value));
    if (key == QLatin1String(transfer::backgroundLimits.key))
        return outcome(transfer::RateLimits::parse(value));
    return {};
}

transfer::Acknowledgement plain(const hl7::Acknowledgement& answer)
{
    using transfer::Acknowledgement;
    Acknowledgement::Code code = Acknowledgement::Accept;
    if (answer.code == hl7::AckCode::Error || answer.code == hl7::AckCode::CommitError)
        code = Acknowledgement::Error;
    else if (answer.code == hl7::AckCode::Rejected || answer.code == hl7::AckCode::CommitRejected)
        code = Acknowledgement::Reject;
    return {code, answer.controlId, answer.text};
}

} // namespace

Result<std::unique_ptr<Session>> Session::open(const QString& profileFolder, Mode mode)
{
    auto profile = Profile::open(profileFolder);
    if (!profile)
        return std::unexpected(profile.error());
    std::unique_ptr<Session> session(new Session);
    session->m_profile = *profile;
    session->m_mode = mode;
    session->m_settings = std::make_unique<Settings>(*profile);
    setKeyringPatience(std::chrono::seconds(session->m_settings->get(keyringSeconds)));
    viewer::setMemoryBudget(qint64(session->m_settings->get(viewer::memoryMiB)) << 20);
    auto opened = archive::Archive::open(*profile);
    if (!opened && opened.error().fault == Fault::Damaged && !opened.error().detail.contains(QLatin1String("diascope rebuild")) && QDir(profile->pixelFolder()).exists())
        return fail(Fault::Damaged, tr("%1 (%2); diascope rebuild makes a new database from the images").arg(opened.error().detail, profile->databasePath()));
    if (!opened)
        return std::unexpected(opened.error());
    session->m_archive = std::move(*opened);
    auto reports = reporting::ReportStore::open(profile->databasePath());
    if (!reports)
        return std::unexpected(reports.error());
    session->m_reports = std::move(*reports);
    auto figures = viewer::FigureStore::open(profile->databasePath());
    if (!figures)
        return std::unexpected(figures.error());
    session->m_figures = std::move(*figures);
    // The report store's connection queues the deliveries it signs.
    if (auto prepared = transfer::DeliveryQueue::prepare(session->m_reports->database()); !prepared)
        return std::unexpected(prepared.error());
    auto deliveries = transfer::DeliveryQueue::open(*profile);
    if (!deliveries)
        return std::unexpected(deliveries.error());
    session->m_deliveries = std::move(*deliveries);
    session->m_templates = reporting::TemplateLibrary::builtIn();
    auto exchange = Exchange::open(*session);
    if (!exchange)
        return std::unexpected(exchange.error());
    session->m_exchange = std::move(*exchange);
    return session;
}

Session::~Session() = default;

Result<void> Session::permit(Action action) const
{
    if (m_mode == Mode::ViewOnly && action != Action::Retrieve)
        return fail(Fault::Denied, tr("this is viewing-only mode"));
    return {};
}

dimse::Local Session::local() const
{
    return dimse::localOf(*m_settings);
}

QStringList Session::settingKeys()
{
    QStringList keys;
    for (const KnownSetting& setting : knownSettings())
        keys << setting.key;
    keys.sort();
    return keys;
}

Result<QString> Session::configured(const QString& key) const
{
    const KnownSetting* setting = knownSetting(key);
    if (!setting)
        return fail(Fault::NotFound, tr("there is no setting %1").arg(key));
    const QVariant value = m_settings->raw(key);
    return (value.isValid() ? value : setting->defaultValue).toString();
}

Result<void> Session::configure(const QString& key, const QString& value)
{
    if (auto permitted = permit(Action::ChangeSettings); !permitted)
        return permitted;
    const KnownSetting* setting = knownSetting(key);
    if (!setting)
        return fail(Fault::NotFound, tr("there is no setting %1").arg(key));
    const auto invalid = [&](const char* why) { return fail(Fault::Invalid, tr("%1: %2").arg(key, tr(why))); };
    QVariant typed = value;
    switch (setting->defaultValue.metaType().id()) {
    case QMetaType::Int: {
        bool isNumber = false;
        const int number = value.toInt(&isNumber);
        if (!isNumber || number < 0)
            return invalid(QT_TRANSLATE_NOOP("Session", "a whole number is wanted"));
        if (key == QLatin1String(orderPort.key) && number > 65535)
            return invalid(QT_TRANSLATE_NOOP("Session", "a port lies between 1 and 65535, and 0 is none"));
        if (key.endsWith(QLatin1String("port")) && (number < 1 || number > 65535))
            return invalid(QT_TRANSLATE_NOOP("Session", "a port lies between 1 and 65535"));
        if (key.endsWith(QLatin1String("Seconds")) && (number < 1 || number > 3600))
            return invalid(QT_TRANSLATE_NOOP("Session", "1 to 3600 seconds are possible"));
        typed = number;
        break;
    }
    case QMetaType::Double: {
        bool isNumber = false;
        const double number = value.toDouble(&isNumber);
        if (!isNumber || !(number >= 0 && number <= 1e6))
            return invalid(QT_TRANSLATE_NOOP("Session", "a number of 0 or more is wanted"));
        typed = number;
        break;
    }
    case QMetaType::Bool:
        if (value != QLatin1String("true") && value != QLatin1String("false"))
            return invalid(QT_TRANSLATE_NOOP("Session", "true or false is wanted"));
        typed = value == QLatin1String("true");
        break;
    default:
        if (key == QLatin1String(uiLanguage.key) && !QStringList{"", "en", "zh_CN"}.contains(value))
            return invalid(QT_TRANSLATE_NOOP("Session", "the languages are en and zh_CN"));
        if (key == QLatin1String(risCharset.key) && !hl7::characterSets().contains(value))
            return invalid(QT_TRANSLATE_NOOP("Session", "this character set is not known"));
        if (key == QLatin1String(dimse::listenAe.key) && (value.trimmed().isEmpty() || value.size() > 16))
            return invalid(QT_TRANSLATE_NOOP("Session", "an AE title has 1 to 16 characters"));
        if (auto checked = checkText(key, value); !checked)
            return checked;
    }
    auto stored = m_settings->setRaw(key, typed);
    if (stored)
        Q_EMIT settingsChanged();
    return stored;
}

Result<archive::ImportReport> Session::import(const QStringList& paths, archive::ImportMode mode, Task& task)
{
    if (auto permitted = permit(Action::Import); !permitted)
        return std::unexpected(permitted.error());
    return m_archive->import(paths, mode, task);
}

Result<void> Session::saveFigure(const dicom::StudyUid& study, const viewer::Figure& figure)
{
    if (auto permitted = permit(Action::Annotate); !permitted)
        return permitted;
    return m_figures->save(study, figure);
}

Result<reporting::StudyContext> Session::studyContext(const dicom::StudyUid& study)
{
    const auto row = m_archive->study(study);
    if (!row)
        return std::unexpected(row.error());
    const auto instances = m_archive->instancesOfStudy(study);
    if (!instances)
        return std::unexpected(instances.error());
    if (!*row || instances->empty())
        return fail(Fault::NotFound, tr("no such study in the archive"));
    const auto dataset = dicom::Dataset::read(instances->front().path);
    if (!dataset)
        return std::unexpected(dataset.error());
    auto context = reporting::StudyContext::fromDataset(*dataset);
    context.modality = (*row)->modalities.join(u'\\');
    return context;
}

Result<reporting::Report> Session::newReport(const dicom::StudyUid& study, const QString& templateId, const QString& author)
{
    if (auto permitted = permit(Action::Report); !permitted)
        return std::unexpected(permitted.error());
    const auto context = studyContext(study);
    if (!context)
        return std::unexpected(context.error());
    auto draft = m_templates.newReport(templateId, *context, author);
    if (!draft)
        return draft;
    return m_reports->create(*draft);
}

Result<reporting::Report> Session::saveDraft(const reporting::Report& report)
{
    if (auto permitted = permit(Action::Report); !permitted)
        return std::unexpected(permitted.error());
    return m_reports->saveDraft(report);
}

Result<reporting::Report> Session::addendum(const QString& reportId, const QString& author)
{
    if (auto permitted = permit(Action::Report); !permitted)
        return std::unexpected(permitted.error());
    return m_reports->addendum(reportId, author);
}

Result<reporting::Report> Session::correction(const QString& reportId, const QString& author)
{
    if (auto permitted = permit(Action::Report); !permitted)
        return std::unexpected(permitted.error());
    const auto signedReport = m_reports->load(reportId);
    if (!signedReport)
        return signedReport;
    const bool isPreliminary = signedReport->status == reporting::Status::Preliminary;
    return m_reports->follow(reportId, isPreliminary ? reporting::Purpose::Report : reporting::Purpose::Correction, author);
}

Result<reporting::Report> Session::sign(const reporting::Report& report, reporting::SignAs as, const QString& user)
{
    if (auto permitted = permit(Action::Sign); !permitted)
        return std::unexpected(permitted.error());
    const auto images = studyContext({report.study.studyUid});
    if (!images)
        return std::unexpected(images.error());
    reporting::Signing signing;
    signing.user = user;
    signing.as = as;
    signing.evidence.images = *images;
    auto signedReport = m_reports->sign(report, signing, [&](Database& database, const reporting::Report& version) -> Result<void> {
        reporting::OruOptions options;
        options.controlId = controlIdOf(version);
        options.characterSet = m_settings->get(risCharset);
        const auto message = reporting::toOru(version, options);
        if (!message)
            return std::unexpected(message.error());
        const auto bytes = message->toBytes();
        if (!bytes)
            return std::unexpected(bytes.error());
        const auto queued = transfer::DeliveryQueue::enqueue(
            database, {version.reportId, QStringLiteral("hl7"), QLatin1String(risTarget), options.controlId, *bytes});
        return queued ? Result<void>{} : std::unexpected(queued.error());
    });
    if (signedReport)
        wakeCourier();
    return signedReport;
}

Result<transfer::DeliveryQueue::Outcome> Session::deliver(Task& task, transfer::DeliveryQueue::Force force) const
{
    const Settings settings(m_profile); // of this thread
    auto queue = transfer::DeliveryQueue::open(m_profile);
    if (!queue)
        return std::unexpected(queue.error());
    hl7::MllpTarget target;
    target.host = settings.get(risHost);
    target.port = quint16(settings.get(risPort));
    target.security = settings.get(risTls) ? hl7::MllpTarget::Security::Tls : hl7::MllpTarget::Security::Plain;
    hl7::MllpSender mllp(target);
    return (*queue)->deliverDue(
        [&](const transfer::Delivery& delivery) -> Result<transfer::Acknowledgement> {
            if (target.host.isEmpty())
                return fail(Fault::Unreachable, tr("no RIS is set up (setting ris.hl7.host)"));
            const auto answer = mllp.send(delivery.payload, delivery.controlId, task);
            if (!answer)
                return std::unexpected(answer.error());
            if (answer->isPending())
                return fail(Fault::TimedOut, tr("the RIS took the report but has not said yet that it processed it"));
            return plain(*answer);
        },
        task, force);
}

void Session::startCourier()
{
    if (m_mode == Mode::ViewOnly || m_courier)
        return;
    m_courier = std::make_unique<RoundThread>(0, [this](Task& task, RoundThread::Why why) {
        using Force = transfer::DeliveryQueue::Force;
        const auto outcome = deliver(task, why == RoundThread::Why::Woken ? Force::EvenEarly : Force::OnlyDue);
        if (!outcome)
            qCWarning(lcNet) << "delivery round failed:" << int(outcome.error().fault);
        else if (outcome->acknowledged + outcome->held + outcome->waiting > 0)
            Q_EMIT delivered();
        return courierRoundMs;
    });
    m_courier->start();
}

void Session::wakeCourier()
{
    if (m_courier)
        m_courier->wakeUp();
}

QString Session::systemUser()
{
    const passwd* entry = getpwuid(getuid());
    const QString fullName = entry ? QString::fromLocal8Bit(entry->pw_gecos).section(u',', 0, 0).trimmed() : QString();
    return !fullName.isEmpty() ? fullName : entry ? QString::fromLocal8Bit(entry->pw_name) : QStringLiteral("user");
}

QString controlIdOf(const reporting::Report& signedReport)
{
    // MSH-10 has at most 20 characters in v2.5.1.
    const QByteArray whole = signedReport.reportId.toUtf8() + '/' + QByteArray::number(signedReport.version) + '/' +
                             signedReport.contentHash.toUtf8();
    return QString::fromLatin1("DS" + QCryptographicHash::hash(whole, QCryptographicHash::Sha256).toHex().left(18).toUpper());
}

std::vector<reporting::Measurement> measurementsOf(const viewer::Figure& figure,
                                                   const std::shared_ptr<const viewer::Volume>& volume)
{
    const viewer::FigureKind* kind = viewer::figureKind(figure.kind);
    std::vector<reporting::Measurement> measurements;
    for (const viewer::FigureValue& value : viewer::measure(figure, volume)) {
        if (value.name == QLatin1String("count"))
            continue;
        reporting::Measurement measurement;
        measurement.id = figure.id + u'/' + value.name;
        measurement.label = kind->name;
        // The words of the view (MEA-09): "Mean 41.2 HU" gives the label its "Mean".
        const QString words = viewer::describe(value);
        if (const qsizetype at = words.indexOf(u' '); at > 0 && words.front().isLetter())
            measurement.label += u' ' + words.left(at);
        if (!value.note.isEmpty())
            measurement.label += QStringLiteral(" (%1)").arg(value.note);
        measurement.kind = value.name;
        measurement.value = value.value;
        measurement.decimals = viewer::decimalsOf(value);
        measurement.unit = viewer::displayUnit(value.unit);
        measurement.where.figureId = figure.id;
        if (figure.image) {
            measurement.where.sopInstanceUid = figure.image->instanceUid.value;
            measurement.where.frame = figure.image->frame + 1;
            measurement.where.seriesUid = figure.image->seriesUid.value;
            if (const auto frame = viewer::frameOf(figure, *volume))
                measurement.where.sopClassUid = volume->instance(*frame).sopClassUid;
        }
        measurements.push_back(measurement);
    }
    return measurements;
}

} // namespace diascope::app
