#include "app/cli/verbs.h"
#include "app/demo/phantom.h"
#include "app/demo/servers.h"
#include "netclient/dimse/query.h"
#include "netclient/transfer/study_transfer.h"
#include "reporting/export/hl7_export.h"
#include "reporting/export/pdf_export.h"
#include "reporting/export/text_export.h"
#include "reporting/model/report_document.h"
#include "viewer/scene/scene_renderer.h"
#include "viewer/slice/slice_renderer.h"
#include "viewer/volume/stack_loader.h"
#include <QBuffer>
#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QTemporaryDir>
#include <QThread>
#include <QUuid>

namespace diascope::cli
{

namespace
{

using namespace viewer;

QString tr(const char* text) { return QCoreApplication::translate("Cli", text); }

constexpr int deliverySeconds = 30;

/// One whole reading without a window, step by step; each step says on the summary what it did.
class HeadlessReading
{
public:
    HeadlessReading(Call& call, app::Session& session, const QString& folder) : m_call(call), m_session(session), m_out(folder) {}

    Result<void> run()
    {
        using Step = Result<void> (HeadlessReading::*)();
        for (const Step step : {&HeadlessReading::makePatient, &HeadlessReading::startPeers, &HeadlessReading::findAndRetrieve,
                                &HeadlessReading::look, &HeadlessReading::measure, &HeadlessReading::report,
                                &HeadlessReading::signAndDeliver})
            if (auto done = (this->*step)(); !done)
                return done;
        return write("summary.txt", m_summary.join(u'\n').toUtf8() + '\n');
    }

private:
    void note(const QString& line)
    {
        m_summary << line;
        m_call.say(line);
    }
    Result<void> write(const char* name, const QByteArray& bytes)
    {
        QFile file(QDir(m_out).filePath(QLatin1String(name)));
        if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size())
            return fail(Fault::Unreadable, tr("%1 cannot be written: %2").arg(file.fileName(), file.errorString()));
        return {};
    }
    Result<void> write(const char* name, const QImage& image)
    {
        if (!image.save(QDir(m_out).filePath(QLatin1String(name)), "PNG"))
            return fail(Fault::Unreadable, tr("%1 cannot be written").arg(QLatin1String(name)));
        return {};
    }

    Result<void> makePatient()
    {
        if (!m_scratch.isValid())
            return fail(Fault::DiskFull, m_scratch.errorString());
        const auto files = demo::writeDemonstration(m_scratch.filePath(QStringLiteral("patient")), m_call.task());
        if (!files)
            return std::unexpected(files.error());
        m_files = *files;
        m_hasHead = QDir(m_scratch.filePath(QStringLiteral("patient/head"))).exists();
        m_study = {demo::studyUidOf(m_hasHead ? QLatin1String(demo::headStudySeed) : QStringLiteral("demonstration abdomen"))};
        note(tr("patient: %1 files made").arg(m_files.size()));
        return {};
    }

    Result<void> startPeers()
    {
        m_pacs = demo::Pacs::start(m_scratch.filePath(QStringLiteral("pacs")));
        m_ris = demo::Ris::start(m_scratch.filePath(QStringLiteral("ris")));
        return {};
    }

    Result<void> findAndRetrieve()
    {
        if (!m_pacs) { // DCMTK's server is not on this machine
            note(tr("PACS: %1; the files are imported instead").arg(message(m_pacs.error())));
            const auto imported = m_session.archive().import({m_scratch.filePath(QStringLiteral("patient"))}, archive::ImportMode::Copy, m_call.task());
            if (imported && !imported->failure)
                return {};
            return std::unexpected(imported ? *imported->failure : imported.error());
        }
        const dimse::Node node = (*m_pacs)->node();
        const auto sent = transfer::sendFiles(m_session.archive(), node, *transfer::filesOf(m_files), {m_session.local(), {}, {}, {}}, m_call.task());
        if (!sent)
            return std::unexpected(sent.error());
        if (!sent->isComplete())
            return fail(Fault::Refused, tr("the PACS confirmed %1 of %2 instances").arg(sent->confirmed).arg(m_files.size()));
        note(tr("PACS: %1 instances sent and confirmed").arg(sent->confirmed));
        dimse::FindKeys keys;
        keys.studyUid = m_study.value;
        QString found;
        const auto rows = dimse::find(
            node, dimse::Level::Study, keys,
            [&](const dicom::Dataset& row) {
                found = row.text(dicom::tag::StudyDescription);
                return true;
            },
            m_session.local(), m_call.task());
        if (!rows)
            return std::unexpected(rows.error());
        note(tr("find: %1 study, \"%2\"").arg(*rows).arg(found));
        const auto got = transfer::retrieveStudy(m_session.archive(), node, m_study, {}, transfer::RetrieveBy::Get, {m_session.local(), {}, {}, {}}, m_call.task());
        if (!got)
            return std::unexpected(got.error());
        note(tr("retrieve: %1 of %2 instances").arg(got->received + got->present).arg(got->expected));
        if (!got->isComplete())
            return fail(Fault::Refused, tr("the retrieval is not complete"));
        return {};
    }

    Result<void> look()
    {
        const auto instances = m_session.archive().instancesOfStudy(m_study);
        if (!instances)
            return std::unexpected(instances.error());
        std::vector<Instance> frames;
        for (const archive::InstanceRow& row : *instances) {
            auto read = readInstances(row.path);
            if (!read)
                return std::unexpected(read.error());
            frames.insert(frames.end(), read->begin(), read->end());
        }
        auto stacks = buildStacks(std::move(frames));
        auto volume = StackLoader::load(stacks.front());
        if (!volume)
            return std::unexpected(volume.error());
        m_volume = *volume;
        const QSize size(800, 800);
        SliceView native;
        native.frame = m_volume->frameCount() * 55 / 100;
        const auto window = findWindowPreset(m_volume->instance(native.frame), m_hasHead ? QStringLiteral("bone") : QStringLiteral("abdomen"));
        Presentation presentation = initialPresentation(*m_volume, native.frame);
        if (auto done = picture("2d.png", native, presentation, size); !done)
            return done;
        if (window)
            presentation.window = window->window;
        const auto grid = m_volume->grid();
        if (!grid)
            return fail(Fault::Unsupported, m_volume->stack().whyNoVolume);
        for (const auto& [name, plane] : {std::pair("mpr-sagittal.png", AnatomicalPlane::Sagittal), std::pair("mpr-coronal.png", AnatomicalPlane::Coronal)}) {
            SliceView view;
            view.mpr = anatomicalPlane(plane, grid->centreLps());
            if (auto done = picture(name, view, presentation, size); !done)
                return done;
        }
        SceneView scene;
        scene.azimuthDeg = 30;
        scene.elevationDeg = 15;
        const auto image = SceneRenderer::renderOnce(m_volume, scene, size);
        if (!image)
            return std::unexpected(image.error());
        note(tr("pictures: 2d.png, mpr-sagittal.png, mpr-coronal.png, 3d.png"));
        return write("3d.png", *image);
    }

    Result<void> picture(const char* name, const SliceView& view, const Presentation& presentation, QSize size)
    {
        const RenderedSlice slice = viewer::render(*m_volume, view, presentation, size);
        if (slice.problem)
            return std::unexpected(*slice.problem);
        if (m_keyImage.isNull())
            m_keyImage = slice.image;
        return write(name, slice.image);
    }

    Result<void> measure()
    {
        m_frame = m_volume->frameCount() * 55 / 100;
        const Instance& instance = m_volume->instance(m_frame);
        const double columns = m_volume->columns();
        const double rows = m_volume->rows();
        const auto figure = [&](const char* kind, const std::vector<QPointF>& points) {
            Figure drawn;
            drawn.id = QUuid::createUuid().toString(QUuid::WithoutBraces);
            drawn.kind = QLatin1String(kind);
            drawn.frameOfReference = instance.frameOfReference;
            drawn.image = ImageRef{instance.seriesUid, instance.uid, instance.frame};
            drawn.normal = instance.plane->normal();
            for (const QPointF& point : points)
                drawn.points.push_back(instance.plane->toPatient(point));
            return drawn;
        };
        for (const Figure& drawn : {figure("length", {{columns * 0.3, rows * 0.5}, {columns * 0.7, rows * 0.5}}),
                                    figure("ellipse", {{columns * 0.4, rows * 0.4}, {columns * 0.5, rows * 0.5}})}) {
            if (auto saved = m_session.figures()->save(m_study, drawn); !saved)
                return saved;
            const auto values = app::measurementsOf(drawn, m_volume);
            m_measurements.insert(m_measurements.end(), values.begin(), values.end());
            note(tr("measured: %1").arg(describe(viewer::measure(drawn, m_volume)).join(QStringLiteral(", "))));
        }
        return {};
    }

    Result<void> report()
    {
        const auto context = m_session.studyContext(m_study);
        if (!context)
            return std::unexpected(context.error());
        auto draft = m_session.newReport(m_study, m_session.templates().suggest(*context), QStringLiteral("Demonstration Reader"));
        if (!draft)
            return std::unexpected(draft.error());
        reporting::ReportDocument document(*draft);
        document.setSectionText(QStringLiteral("clinical-information"), tr("Demonstration of a reading from end to end."));
        document.setSectionText(QStringLiteral("findings"), tr("No midline shift. The skull is intact. Measurements as listed."));
        document.setSectionText(QStringLiteral("impression"), tr("Normal demonstration study; not a medical statement."));
        for (reporting::Measurement& measurement : m_measurements) {
            if (auto placed = m_session.place(*draft, measurement.where, measurement.label); !placed)
                return placed;
            document.insertMeasurement(measurement);
        }
        QByteArray png;
        QBuffer buffer(&png);
        buffer.open(QIODevice::WriteOnly);
        m_keyImage.save(&buffer, "PNG");
        const Instance& instance = m_volume->instance(m_frame);
        document.insertKeyImage({{}, tr("Axial image"), {instance.uid.value, instance.frame + 1, {}, instance.seriesUid.value, instance.sopClassUid}, png});
        auto saved = m_session.saveDraft(document.report());
        if (!saved)
            return std::unexpected(saved.error());
        m_report = *saved;
        note(tr("report: %1, %2 measurements").arg(m_report.title).arg(m_report.measurements.size()));
        return {};
    }

    Result<void> signAndDeliver()
    {
        if (m_ris) {
            m_session.settings().set(app::risHost, QStringLiteral("127.0.0.1"));
            m_session.settings().set(app::risPort, int((*m_ris)->port()));
        }
        const auto signedReport = m_session.sign(m_report, reporting::SignAs::Final, QStringLiteral("Demonstration Reader"));
        if (!signedReport)
            return std::unexpected(signedReport.error());
        note(reporting::signatureLine(*signedReport));
        const auto pdf = reporting::toPdf(*signedReport);
        if (!pdf)
            return std::unexpected(pdf.error());
        if (auto done = write("report.pdf", *pdf); !done)
            return done;
        if (auto done = write("report.txt", reporting::toText(*signedReport).toUtf8()); !done)
            return done;
        auto deliveries = m_session.deliveries().list(signedReport->reportId);
        if (!deliveries)
            return std::unexpected(deliveries.error());
        if (auto done = write("report.hl7", deliveries->front().payload); !done)
            return done;
        if (!m_ris) {
            note(tr("RIS: %1; the report stays queued").arg(message(m_ris.error())));
            return {};
        }
        QElapsedTimer timer;
        timer.start();
        for (;;) {
            const auto outcome = m_session.deliver(m_call.task(), transfer::DeliveryQueue::Force::EvenEarly);
            if (!outcome)
                return std::unexpected(outcome.error());
            if (outcome->waiting == 0 || timer.elapsed() > deliverySeconds * 1000)
                break;
            QThread::msleep(200);
        }
        deliveries = m_session.deliveries().list(signedReport->reportId);
        if (!deliveries)
            return std::unexpected(deliveries.error());
        const transfer::Delivery& delivery = deliveries->front();
        note(tr("RIS: %1, control id %2 %3").arg(transfer::name(delivery.state), delivery.controlId, delivery.lastError).trimmed());
        if (delivery.state != transfer::Delivery::State::Acknowledged)
            return fail(Fault::TimedOut, tr("the RIS did not acknowledge the report: %1").arg(delivery.lastError));
        return write("acknowledgement.hl7", (*m_ris)->lastAcknowledgement());
    }

    Call& m_call;
    app::Session& m_session;
    QString m_out;
    QTemporaryDir m_scratch;
    QStringList m_summary;
    QStringList m_files;
    bool m_hasHead = false;
    dicom::StudyUid m_study;
    Result<std::unique_ptr<demo::Pacs>> m_pacs;
    Result<std::unique_ptr<demo::Ris>> m_ris;
    std::shared_ptr<const Volume> m_volume;
    int m_frame = 0;
    QImage m_keyImage;
    std::vector<reporting::Measurement> m_measurements;
    reporting::Report m_report;
};

Outcome runDemo(Call& call, const QCommandLineParser& parser)
{
    if (!parser.isSet("headless"))
        return wrongUsage(tr("--headless DIR is wanted"));
    const QString folder = QDir(parser.value("headless")).absolutePath();
    if (!QDir().mkpath(folder))
        return failed(tr("the folder %1 cannot be created").arg(folder));
    if (call.profileFolder.isEmpty())
        call.profileFolder = folder + QStringLiteral("/profile");
    const auto session = call.session();
    if (!session)
        return failed(session.error());
    const auto done = HeadlessReading(call, **session, folder).run();
    if (!done)
        return failed(done.error());
    if (call.isJson)
        call.print(QJsonObject{{"out", folder}, {"files", QJsonArray::fromStringList(QDir(folder).entryList(QDir::Files))}});
    return cli::done();
}

} // namespace

Verb demoVerb()
{
    return {"demo", "[--headless DIR]", tr("a demonstration profile and patient; --headless does one whole reading and leaves what came of it in DIR"),
            [](QCommandLineParser& parser) { parser.addOption({"headless", tr("where to leave pictures, report and acknowledgement"), "DIR"}); }, runDemo};
}

} // namespace diascope::cli
