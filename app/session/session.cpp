#include "app/session/session.h"
#include "app/session/courier.h"
#include "app/session/exchange.h"
#include "app/session/prefetch.h"
#include "netclient/base/log.h"
#include "netclient/base/scratch_folder.h"
#include "netclient/base/secrets.h"
#include "netclient/dicom/person_name.h"
#include "netclient/hl7/mllp.h"
#include "netclient/transfer/order_store.h"
#include "netclient/transfer/rate_limit.h"
#include "reporting/export/hl7_export.h"
#include "viewer/decode/decoder_pool.h"
#include "viewer/volume/frame_memory.h"
#include <QDir>
#include <QRandomGenerator>
#include <QSet>
#include <QCryptographicHash>
#include <pwd.h>
#include <unistd.h>

namespace diascope::app
{

namespace
{

constexpr int courierRoundMs = 5000;
constexpr char risTarget[] = "RIS";
constexpr char hl7Kind[] = "hl7";

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
        known(risHost), known(risPort), known(risTls), known(risCa), known(risCharset), known(risAnswerMinutes), known(severalReports), known(viewer::unconfinedDecoders),
        known(uiLanguage), known(archive::quotaGiB), known(dimse::listenPort), known(orderPort), known(orderAddress), known(orderCallers), known(orderTls), known(dimse::listenAe),
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

/// What the archive knows of a study's patient.
reporting::StudyContext contextOf(const archive::StudyRow& row)
{
    reporting::StudyContext context;
    context.studyUid = row.uid.value;
    context.setPatient(row.patient());
    return context;
}

} // namespace

Result<std::unique_ptr<Session>> Session::open(const QString& profileFolder, Mode mode)
{
    auto profile = Profile::open(profileFolder);
    if (!profile)
        return std::unexpected(profile.error());
    ScratchFolder::removeAbandoned();
    std::unique_ptr<Session> session(new Session);
    session->m_profile = *profile;
    session->m_mode = mode;
    session->m_settings = std::make_unique<Settings>(*profile);
    setKeyringPatience(std::chrono::seconds(session->m_settings->get(keyringSeconds)));
    viewer::allowUnconfinedDecoders(session->m_settings->get(viewer::unconfinedDecoders));
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
    auto orders = transfer::OrderStore::open(*profile);
    if (!orders)
        return std::unexpected(orders.error());
    session->m_orders = std::move(*orders);
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

Result<std::vector<reporting::StudyContext>> Session::studyContexts(const dicom::StudyUid& study)
{
    const auto row = m_archive->study(study);
    if (!row)
        return std::unexpected(row.error());
    const auto instances = m_archive->instancesOfStudy(study);
    if (!instances)
        return std::unexpected(instances.error());
    const auto accepted = m_archive->acceptedPatients(study);
    if (!accepted)
        return std::unexpected(accepted.error());
    if (!*row || instances->empty())
        return fail(Fault::NotFound, tr("no such study in the archive"));
    std::vector<reporting::StudyContext> contexts;
    QSet<QString> series;
    std::optional<Error> unreadable;
    for (const archive::InstanceRow& instance : *instances) {
        if (series.contains(instance.series.value))
            continue;
        const auto dataset = dicom::Dataset::read(instance.path);
        if (!dataset) { // costs one image (SAF-12): the next of the series speaks for it
            unreadable = dataset.error();
            continue;
        }
        series.insert(instance.series.value);
        auto context = reporting::StudyContext::fromDataset(*dataset);
        const bool isAccepted = std::find(accepted->begin(), accepted->end(), context.patient()) != accepted->end();
        if (isAccepted) // as the archive took it in: under the study's patient
            context.setPatient((*row)->patient());
        context.modality = (*row)->modalities.join(u'\\');
        contexts.push_back(context);
    }
    if (contexts.empty())
        return std::unexpected(*unreadable);
    return contexts;
}

Result<reporting::Evidence> Session::evidenceOf(const dicom::StudyUid& study)
{
    auto images = studyContexts(study);
    if (!images)
        return std::unexpected(images.error());
    reporting::Evidence evidence;
    QSet<QStringList> asked; // most series say the same
    for (const reporting::StudyContext& series : *images) {
        const QStringList numbers{series.accession, series.fillerOrderNumber, series.patientId};
        if (asked.contains(numbers))
            continue;
        asked.insert(numbers);
        const auto orders = m_orders->ofStudy(study, series.accession, series.fillerOrderNumber);
        if (!orders)
            return std::unexpected(orders.error());
        for (const transfer::ReceivedOrder& order : *orders) {
            // Without the issuer and the study: HL7 names an authority in its own words, and one accession number may have several studies.
            reporting::StudyContext said;
            said.patientId = order.patientIds.contains(series.patientId) ? series.patientId : order.order.patientId;
            said.patientName = order.order.patientName;
            said.birthDate = order.birthDate;
            said.sex = order.sex;
            said.accession = order.accession;
            if (std::find(evidence.orders.begin(), evidence.orders.end(), said) == evidence.orders.end())
                evidence.orders.push_back(said);
        }
    }
    evidence.images = std::move(*images);
    return evidence;
}

Result<reporting::StudyContext> Session::studyContext(const dicom::StudyUid& study)
{
    auto contexts = studyContexts(study);
    if (!contexts)
        return std::unexpected(contexts.error());
    return contexts->front();
}

Result<std::optional<archive::StudyRow>> Session::studyOf(const reporting::InstanceRef& where)
{
    dicom::StudyUid study;
    if (!where.sopInstanceUid.isEmpty()) {
        const auto instance = m_archive->instance({where.sopInstanceUid});
        if (!instance)
            return std::unexpected(instance.error());
        if (*instance)
            study = (*instance)->study;
    } else if (!where.seriesUid.isEmpty()) {
        const auto instances = m_archive->instances({where.seriesUid}, {where.studyUid});
        if (!instances)
            return std::unexpected(instances.error());
        if (!instances->empty())
            study = instances->front().study;
    }
    return study.value.isEmpty() ? std::optional<archive::StudyRow>() : m_archive->study(study);
}

Result<void> Session::place(const reporting::Report& report, reporting::InstanceRef& where, QString& label)
{
    if (auto permitted = permit(Action::Report); !permitted)
        return permitted;
    const auto study = studyOf(where);
    if (!study)
        return std::unexpected(study.error());
    if (!*study)
        return fail(Fault::NotFound, tr("the image is not in the archive"));
    where.studyUid.clear();
    if ((*study)->uid.value == report.study.studyUid)
        return {};
    if (!dicom::isOnePatient(report.study.patient(), contextOf(**study).patient()))
        return fail(Fault::Conflict, tr("the image is of another patient than the report"));
    where.studyUid = (*study)->uid.value;
    const QString date = dicom::displayDate((*study)->date);
    label += QStringLiteral(" (%1)").arg(date.isEmpty() ? tr("prior") : date);
    return {};
}

Result<std::vector<reporting::Evidence::Placed>> Session::placedIn(const reporting::Report& report)
{
    // What was signed before stands, also where the prior it lies on has been evicted meanwhile.
    reporting::Report before;
    if (report.version > 1) {
        auto loaded = m_reports->loadVersion(report.reportId, report.version - 1);
        if (!loaded)
            return std::unexpected(loaded.error());
        before = std::move(*loaded);
    }
    std::vector<reporting::Evidence::Placed> placed;
    const auto add = [&](const QString& label, const reporting::InstanceRef& where) -> Result<void> {
        reporting::InstanceRef own = where; // a series is looked for in the report's study first: others may bear its UID
        if (own.studyUid.isEmpty())
            own.studyUid = report.study.studyUid;
        auto study = studyOf(own);
        if (study && !*study)
            study = studyOf(where);
        if (!study)
            return std::unexpected(study.error());
        placed.push_back({label, where, *study ? std::optional(contextOf(**study)) : std::nullopt});
        return {};
    };
    for (const reporting::Measurement& measurement : report.measurements)
        if (std::find(before.measurements.begin(), before.measurements.end(), measurement) == before.measurements.end())
            if (auto done = add(measurement.label, measurement.where); !done)
                return std::unexpected(done.error());
    for (const reporting::KeyImage& image : report.keyImages)
        if (std::find(before.keyImages.begin(), before.keyImages.end(), image) == before.keyImages.end())
            if (auto done = add(image.caption, image.where); !done)
                return std::unexpected(done.error());
    return placed;
}

Result<archive::ImportReport> Session::acceptFromQuarantine(qint64 id, const QString& user)
{
    if (auto permitted = permit(Action::Import); !permitted)
        return std::unexpected(permitted.error());
    return m_archive->acceptFromQuarantine(id, user);
}

Result<void> Session::removeFromQuarantine(qint64 id)
{
    if (auto permitted = permit(Action::Delete); !permitted)
        return permitted;
    return m_archive->removeFromQuarantine(id);
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

Result<std::optional<reporting::ReportSummary>> Session::signedBeside(const reporting::Report& draft)
{
    if (m_settings->get(severalReports) || draft.version != 1 || draft.isSigned())
        return std::optional<reporting::ReportSummary>();
    return m_reports->signedBeside(draft);
}

Result<reporting::Report> Session::becomeAddendum(const reporting::Report& draft, const QString& reportId, const QString& author)
{
    if (auto permitted = permit(Action::Report); !permitted)
        return std::unexpected(permitted.error());
    return m_reports->becomeAddendum(draft, reportId, author);
}

DraftKeeper& Session::drafts()
{
    if (!m_drafts)
        m_drafts = std::make_unique<DraftKeeper>(
            [this, store = std::shared_ptr<reporting::ReportStore>()](const reporting::Report& draft) mutable -> Result<reporting::Report> {
                if (auto permitted = permit(Action::Report); !permitted)
                    return std::unexpected(permitted.error());
                if (!store) { // of the keeper's thread
                    auto opened = reporting::ReportStore::open(m_profile.databasePath());
                    if (!opened)
                        return std::unexpected(opened.error());
                    store = std::move(*opened);
                }
                return store->saveDraft(draft);
            });
    return *m_drafts;
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
    auto evidence = evidenceOf({report.study.studyUid});
    if (!evidence)
        return std::unexpected(evidence.error());
    auto placed = placedIn(report);
    if (!placed)
        return std::unexpected(placed.error());
    reporting::Signing signing;
    signing.user = user;
    signing.as = as;
    signing.evidence = std::move(*evidence);
    signing.evidence.placed = std::move(*placed);
    signing.isOnlyOfStudy = !m_settings->get(severalReports);
    sealKey(MakeKey::Yes);
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
            database, {version.reportId, QLatin1String(hl7Kind), QLatin1String(risTarget), options.controlId, *bytes});
        return queued ? Result<void>{} : std::unexpected(queued.error());
    });
    if (signedReport)
        wakeCourier();
    return signedReport;
}

Result<transfer::DeliveryQueue::Outcome> Session::deliver(Task& task, transfer::DeliveryQueue::Force force) const
{
    return Courier(m_profile).round(task, force);
}

Result<void> Session::releaseDelivery(qint64 id)
{
    if (auto permitted = permit(Action::Send); !permitted)
        return permitted;
    auto released = m_deliveries->release(id);
    if (released)
        wakeCourier();
    return released;
}

Result<void> Session::cancelDelivery(qint64 id, const QString& user, const QString& why)
{
    if (auto permitted = permit(Action::Send); !permitted)
        return permitted;
    auto cancelled = m_deliveries->cancel(id, user, why);
    if (cancelled)
        wakeCourier(); // for what waited behind it
    return cancelled;
}

void Session::startCourier()
{
    if (m_mode == Mode::ViewOnly || m_courier)
        return;
    m_courier = std::make_unique<RoundThread>(0, [this, courier = std::make_shared<Courier>(m_profile)](Task& task, RoundThread::Why why) {
        using Force = transfer::DeliveryQueue::Force;
        const auto outcome = courier->round(task, why == RoundThread::Why::Woken ? Force::EvenEarly : Force::OnlyDue);
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

/// Empty where there is no keyring: the chain of seals still stands, without it.
QByteArray Session::sealKey(MakeKey make)
{
    constexpr char name[] = "report-seal";
    constexpr qsizetype keyBytes = 32;
    if (m_sealKey && (!m_sealKey->isEmpty() || make == MakeKey::No))
        return *m_sealKey;
    auto secret = readSecret(QLatin1String(name));
    if (!secret && secret.error().fault == Fault::NotFound && make == MakeKey::Yes) {
        QByteArray fresh(keyBytes, Qt::Uninitialized);
        QRandomGenerator::system()->generate(fresh.begin(), fresh.end());
        secret = QString::fromLatin1(fresh.toHex());
        if (auto stored = storeSecret(QLatin1String(name), *secret); !stored)
            secret = std::unexpected(stored.error());
    }
    if (!secret && secret.error().fault != Fault::NotFound)
        qCInfo(lcReport) << "reports are sealed without a key:" << title(secret.error().fault);
    m_sealKey = secret ? secret->toUtf8() : QByteArray();
    m_reports->setSealKey(*m_sealKey);
    return *m_sealKey;
}

Result<Session::ReportCheck> Session::verifyReports(const QString& reportId)
{
    ReportCheck check;
    check.hasKey = !sealKey(MakeKey::No).isEmpty();
    auto seals = m_reports->verify(reportId);
    if (!seals)
        return std::unexpected(seals.error());
    check.versions = seals->sealed;
    check.withoutKey = seals->withoutKey;
    check.problems = std::move(seals->problems);
    const auto deliveries = m_deliveries->list(reportId);
    if (!deliveries)
        return std::unexpected(deliveries.error());
    QHash<QString, QSet<QString>> known; // control IDs, by report
    for (const transfer::Delivery& delivery : *deliveries) {
        if (delivery.kind != QLatin1String(hl7Kind))
            continue;
        if (!known.contains(delivery.subject)) {
            QSet<QString>& ids = known[delivery.subject];
            const auto versions = m_reports->history(delivery.subject);
            if (!versions)
                return std::unexpected(versions.error());
            for (const reporting::ReportVersion& version : *versions)
                ids.insert(controlIdOf(delivery.subject, version.version, version.contentHash));
        }
        if (!known[delivery.subject].contains(delivery.controlId))
            check.problems << tr("Report %1: what was queued for the %2 as %3 is not among its signed versions").arg(delivery.subject, delivery.target, delivery.controlId);
    }
    return check;
}

QString controlIdOf(const reporting::Report& signedReport)
{
    return controlIdOf(signedReport.reportId, signedReport.version, signedReport.contentHash);
}

QString controlIdOf(const QString& reportId, int version, const QString& contentHash)
{
    // MSH-10 has at most 20 characters in v2.5.1.
    const QByteArray whole = reportId.toUtf8() + '/' + QByteArray::number(version) + '/' + contentHash.toUtf8();
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
        measurement.where.seriesUid = volume->instance(0).seriesUid.value;
        measurement.where.studyUid = volume->instance(0).studyUid.value;
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
