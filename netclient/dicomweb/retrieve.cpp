#include "netclient/dicomweb/retrieve.h"
#include "netclient/dicom/dataset.h"
#include "netclient/dicom/uid.h"
#include "netclient/dicomweb/http.h"
#include "netclient/dicomweb/intake.h"
#include "netclient/dicomweb/media_type.h"
#include "netclient/dicomweb/multipart.h"
#include "netclient/dicomweb/query.h"
#include <algorithm>
#include <memory>
#include <utility>

namespace diascope::dicomweb
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("DicomWeb", text); }

namespace tag = dicom::tag;

constexpr qint64 mostBytesOfInstance = Q_INT64_C(2) << 30;
constexpr qint64 mostBytesOfStudy = Q_INT64_C(1) << 40;
constexpr qint64 mostOddParts = 10'000; // refused, or there twice

/// PS3.18 §8.7.3.5.2: as the server keeps it. Servers from before 2018 do not know the asterisk. JPEG-LS without loss first over
/// a slow line. What a server cannot do is asked for in the next way.
enum class Syntax { Compressed, AsStored, Unsaid };

QByteArray accept(Syntax syntax)
{
    const QByteArray plain = "multipart/related; type=\"application/dicom\"";
    switch (syntax) {
    case Syntax::Compressed:
        return plain + "; transfer-syntax=1.2.840.10008.1.2.4.80";
    case Syntax::AsStored:
        return plain + "; transfer-syntax=*";
    case Syntax::Unsaid:
        break;
    }
    return plain;
}

struct Instance
{
    QString series, uid;
};

/// The body of an answer with instances: parts to the intake, or one file without parts.
class Body
{
public:
    /// `here`: instances that may come although they are here.
    Body(Intake& intake, QString announced, qint64 here) : m_intake(intake), m_announced(std::move(announced)), m_mostOdd(mostOddParts + here) {}

    Result<void> feed(const Answer& head, QByteArrayView bytes)
    {
        if (!m_hasBegun) {
            m_hasBegun = true;
            const MediaType type = MediaType::parse(head.contentType);
            m_isFile = type.name == "application/dicom";
            const QByteArray boundary = type.parameters.value("boundary");
            if (!m_isFile && (!type.name.startsWith("multipart/") || boundary.isEmpty() || boundary.size() > 200))
                return std::unexpected(notDicomError(head.contentType));
            if (!m_isFile)
                m_reader = std::make_unique<MultipartReader>(boundary, [this](MultipartReader::Part&& part) { return take(std::move(part)); }, mostBytesOfInstance);
        }
        if (!m_isFile)
            return m_reader->feed(bytes);
        if (m_file.size() + bytes.size() > mostBytesOfInstance)
            return fail(Fault::Damaged, tr("an instance is larger than %1 MiB").arg(mostBytesOfInstance >> 20));
        m_file.append(bytes);
        return {};
    }

    Result<void> finish()
    {
        const auto done = m_reader ? m_reader->finish() : Result<void>();
        if (!m_hasBegun || (done && m_reader && m_reader->parts() == 0))
            return fail(Fault::NotFound, tr("the server answered with nothing"));
        if (!m_isFile)
            return done;
        m_intake.take(std::move(m_file), m_announced);
        return {};
    }

private:
    Result<void> take(MultipartReader::Part&& part)
    {
        const QByteArray type = MediaType::parse(part.contentType).name;
        if (!type.isEmpty() && type != "application/dicom" && type != "application/octet-stream")
            m_intake.failed(m_announced, notDicomError(part.contentType).detail);
        else
            m_intake.take(std::move(part.body), m_announced);
        // Each is listed, and a list has an end.
        if (m_reader->parts() - m_intake.received().size() > m_mostOdd)
            return fail(Fault::Damaged, tr("the server goes on sending what was not asked for"));
        return {};
    }

    Intake& m_intake;
    QString m_announced;
    qint64 m_mostOdd;
    bool m_hasBegun = false, m_isFile = false;
    QByteArray m_file;
    std::unique_ptr<MultipartReader> m_reader;
};

/// One retrieval.
class Retrieval
{
public:
    Retrieval(Http& http, const Service& service, const dicom::RetrieveRequest& request, const dicom::Sink& sink, Task& task)
        : m_http(http), m_service(service), m_request(request), m_task(task), m_intake(m_request, sink, task, m_result),
          m_syntax(service.wantsCompressed ? Syntax::Compressed : Syntax::AsStored)
    {
    }

    Result<dicom::RetrieveResult> run()
    {
        if (auto counted = count(); !counted)
            return std::unexpected(counted.error());
        m_task.report(0, m_result.expected - m_result.present);
        // What cannot be listed cannot be fetched one by one.
        const bool isWhole = m_request.present.isEmpty() || !m_hasInstances;
        auto fetched = isWhole ? fetchWhole() : fetchInstances();
        if (!fetched && isWhole && m_result.received == 0 && wantsSmaller(fetched.error()) && list() && !m_instances.empty())
            fetched = fetchInstances();
        // Nothing came and nothing is known to be there: the peer could not be asked.
        if (!fetched && m_result.received == 0 && m_result.failed.empty() && m_result.expected == 0)
            return std::unexpected(fetched.error());
        if (!fetched)
            m_result.ended = fetched.error();
        settle();
        return std::move(m_result);
    }

private:
    /// How many there are by the server's own account; a server without QIDO may still have WADO.
    Result<void> count()
    {
        const bool isSeries = !m_request.series.isEmpty();
        dicom::FindKeys keys;
        keys.studyUid = m_request.study.value;
        keys.seriesUid = m_request.series.value;
        keys.alsoReturn = {tag::PatientID};
        const dicom::Tag counter = isSeries ? tag::NumberOfSeriesRelatedInstances : tag::NumberOfStudyRelatedInstances;
        const dicom::Tag key = isSeries ? tag::SeriesInstanceUID : tag::StudyInstanceUID;
        const auto rows = findQuietly(m_http, m_service, isSeries ? dicom::Level::Series : dicom::Level::Study, keys, [&](const dicom::Dataset& row) {
            if (row.text(key) != (isSeries ? keys.seriesUid : keys.studyUid)) // some servers ignore a key
                return true;
            m_result.expected = std::max<qint64>(0, row.integer(counter).value_or(0));
            expectPatient(row);
            return true;
        }, m_task);
        Result<void> counted = rows ? Result<void>() : std::unexpected(rows.error());
        if ((counted || hasNoSearch(counted.error())) && !m_request.present.isEmpty()) {
            const qint64 announced = m_result.expected;
            counted = list();
            m_result.expected = std::max(m_result.expected, announced);
        }
        return counted || hasNoSearch(counted.error()) ? Result<void>() : counted;
    }

    static bool hasNoSearch(const Error& error)
    {
        return error.fault == Fault::NotFound || error.fault == Fault::Unsupported || error.fault == Fault::NotDicom ||
               (error.fault == Fault::Refused && !isTransient(error));
    }

    /// The study is somebody's by the server's own account: whoever else's images come are not what was asked for (NET-08). An ID in
    /// other letters than ASCII may have been read in a character set that the file does not declare: it proves nothing.
    void expectPatient(const dicom::Dataset& row)
    {
        const QString patientId = row.text(tag::PatientID);
        const bool isPlain = std::all_of(patientId.begin(), patientId.end(), [](QChar c) { return c.unicode() < 0x80; });
        if (m_request.patientId.isEmpty() && isPlain)
            m_request.patientId = patientId;
    }

    Result<void> list()
    {
        const auto found = search();
        if (!found && !hasNoSearch(found.error()))
            return found;
        // A server without QIDO may tell by the headers what it has.
        if (!found)
            if (const auto read = readMetadata(m_http, m_service, m_request.study, m_request.series, [this](const dicom::Dataset& header) { add(header); }); !read)
                return found;
        m_hasInstances = true;
        m_result.expected = qint64(m_instances.size());
        m_result.present = std::count_if(m_instances.begin(), m_instances.end(),
                                         [&](const Instance& instance) { return m_request.present.contains(instance.uid); });
        return {};
    }

    void add(const dicom::Dataset& row)
    {
        const QString series = m_request.series.isEmpty() ? row.text(tag::SeriesInstanceUID) : m_request.series.value;
        const QString uid = row.text(tag::SOPInstanceUID);
        expectPatient(row);
        // They go into addresses.
        if (dicom::isValidUid(uid) && dicom::isValidUid(series))
            m_instances.push_back({series, uid});
        else
            m_intake.failed({}, tr("its SOP Instance UID is no UID"));
    }

    Result<void> search()
    {
        dicom::FindKeys keys;
        keys.studyUid = m_request.study.value;
        keys.seriesUid = m_request.series.value;
        keys.alsoReturn = {tag::PatientID};
        m_instances.clear();
        const auto rows = findQuietly(m_http, m_service, dicom::Level::Image, keys, [&](const dicom::Dataset& row) {
            add(row);
            return true;
        }, m_task, m_result.expected);
        return rows ? Result<void>() : std::unexpected(rows.error());
    }

    /// What a smaller request may mend: 406, 413, 501 and the like; a failure inside; a server that gives out no more than an
    /// instance at a time and knows no study by itself, or packs a study in another way.
    static bool wantsSmaller(const Error& error) { return isOfOneInstance(error) && error.fault != Fault::Damaged; }

    QByteArray studyPath() const { return "/studies/" + m_request.study.value.toLatin1(); }

    Request requestFor(const QByteArray& path, const std::shared_ptr<Body>& body)
    {
        Request request;
        request.path = path;
        request.accept = accept(m_syntax);
        request.consumer = [body](const Answer& head, QByteArrayView bytes) { return body->feed(head, bytes); };
        return request;
    }

    Result<void> fetchWhole()
    {
        const QByteArray path = studyPath() + (m_request.series.isEmpty() ? QByteArray() : "/series/" + m_request.series.value.toLatin1());
        while (true) {
            auto body = std::make_shared<Body>(m_intake, QString(), m_request.present.size());
            Request request = requestFor(path, body);
            request.mostBytes = mostBytesOfStudy;
            request.version = Request::Version::Http1;
            const auto answer = m_http.exchange(std::move(request));
            if (answer)
                return body->finish();
            // A server that fails in compressing is asked for what it has.
            const bool isMended = answer.error().fault == Fault::Unsupported ||
                                  (m_syntax == Syntax::Compressed && answer.error().fault == Fault::Refused && m_result.received == 0);
            if (!isMended || m_syntax == Syntax::Unsaid)
                return std::unexpected(answer.error());
            m_syntax = m_syntax == Syntax::Compressed ? Syntax::AsStored : Syntax::Unsaid;
        }
    }

    /// What is missing, several at once. An error: nothing more can come.
    Result<void> fetchInstances()
    {
        size_t at = 0;
        std::vector<Instance> again; // in another syntax
        Result<void> ended;
        const auto next = [&]() -> std::optional<Http::Job> {
            while (at < m_instances.size() && m_request.present.contains(m_instances[at].uid))
                ++at;
            if (!ended || at >= m_instances.size())
                return std::nullopt;
            const Instance instance = m_instances[at++];
            auto body = std::make_shared<Body>(m_intake, instance.uid, 0);
            Http::Job job;
            job.request = requestFor(studyPath() + "/series/" + instance.series.toLatin1() + "/instances/" + instance.uid.toLatin1(), body);
            job.request.mostBytes = mostBytesOfInstance + (1 << 20);
            const Syntax syntax = m_syntax;
            job.done = [this, instance, body, syntax, &again, &ended](Result<Answer>&& answer) {
                Result<void> done = answer ? body->finish() : std::unexpected(answer.error());
                if (done)
                    return;
                const bool isMended = done.error().fault == Fault::Unsupported || (syntax == Syntax::Compressed && done.error().fault == Fault::Refused);
                if (isMended && syntax != Syntax::Unsaid)
                    again.push_back(instance);
                else if (isOfOneInstance(done.error()) && !isHopeless())
                    m_intake.failed(instance.uid, message(done.error()));
                else if (ended)
                    ended = std::unexpected(done.error());
            };
            return job;
        };
        m_http.exchangeAll(next);
        while (ended && !again.empty()) {
            const auto all = std::exchange(m_instances, std::move(again));
            m_syntax = m_syntax == Syntax::Compressed ? Syntax::AsStored : Syntax::Unsaid;
            at = 0;
            again.clear();
            m_http.exchangeAll(next);
            m_instances = all;
        }
        return ended;
    }

    /// A server that has given none of the first few gives none of the other thousand.
    bool isHopeless() const { return m_result.received == 0 && m_result.failed.size() >= 20; }

    static bool isOfOneInstance(const Error& error)
    {
        return error.fault == Fault::NotFound || error.fault == Fault::Unsupported || error.fault == Fault::NotDicom ||
               error.fault == Fault::Damaged || error.fault == Fault::Conflict || (error.fault == Fault::Refused && !isTransient(error));
    }

    /// Compares what came with what the peer has: the missing are listed by name (NET-07).
    void settle()
    {
        const bool isComplete = !m_result.ended && m_result.failed.empty() && m_result.expected > 0 &&
                                m_result.received + m_result.present >= m_result.expected;
        // One that did not answer in time is not asked again at once.
        const bool isSilent = m_result.ended && (m_result.ended->fault == Fault::TimedOut || isTransient(*m_result.ended));
        if (isComplete || m_task.isCancelled() || (isSilent && !m_hasInstances))
            return;
        const qint64 expected = m_result.expected;
        if (!m_hasInstances && !list()) {
            // It does not say how many it has: what it sent whole is what it has.
            if (expected == 0 && !m_result.ended) {
                m_result.present = m_request.present.size();
                m_result.expected = m_result.present + m_result.received + qint64(m_result.failed.size());
            }
            return;
        }
        m_result.expected = std::max(expected, m_result.expected);
        QSet<QString> named;
        for (const dicom::InstanceFailure& failure : m_result.failed)
            named.insert(failure.sopInstanceUid);
        for (const Instance& instance : m_instances)
            if (!m_intake.received().contains(instance.uid) && !m_request.present.contains(instance.uid) && !named.contains(instance.uid))
                m_result.failed.push_back({instance.uid, tr("the server has it and did not send it")});
        // More than it can name (SAF-04).
        if (!m_result.ended && expected > qint64(m_instances.size()))
            m_result.ended = Error{Fault::Conflict, tr("the server says that it has %1 instances and names %2").arg(expected).arg(m_instances.size())};
    }

    Http& m_http;
    const Service& m_service;
    dicom::RetrieveRequest m_request;
    Task& m_task;
    dicom::RetrieveResult m_result;
    Intake m_intake;
    std::vector<Instance> m_instances;
    bool m_hasInstances = false;
    Syntax m_syntax;
};

} // namespace

Result<dicom::RetrieveResult> retrieve(const Service& service, const dicom::RetrieveRequest& request, const dicom::Sink& sink, Task& task)
{
    if (!dicom::isValidUid(request.study.value) || (!request.series.isEmpty() && !dicom::isValidUid(request.series.value)))
        return fail(Fault::Invalid, tr("what was asked for is no UID"));
    const auto http = Http::open(service, task);
    if (!http)
        return std::unexpected(http.error());
    return Retrieval(**http, service, request, sink, task).run();
}

} // namespace diascope::dicomweb
