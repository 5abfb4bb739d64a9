#include "netclient/dicomweb/query.h"
#include "netclient/dicom/uid.h"
#include "netclient/dicomweb/http.h"
#include "netclient/dicomweb/json_rows.h"
#include "netclient/dicomweb/matching.h"
#include "netclient/dicomweb/media_type.h"
#include <QSet>
#include <QStringConverter>
#include <utility>

namespace diascope::dicomweb
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("DicomWeb", text); }

namespace tag = dicom::tag;
using dicom::FindKeys;
using dicom::Level;

constexpr qint64 rowsOfPage = 1000;
constexpr qint64 rowsOfSmallPage = 100; // Azure refuses pages of more than 200
constexpr int badRequest = 400;
constexpr qint64 mostBytesOfRows = 512 << 20;
constexpr qint64 mostRows = 1'000'000;
const QByteArray acceptJson = "application/dicom+json, application/json;q=0.9";

enum class Report { Rows, Nothing };

Result<void> checkUids(const QStringList& uids)
{
    for (const QString& uid : uids)
        if (!uid.isEmpty() && !dicom::isValidUid(uid))
            return fail(Fault::Invalid, tr("what was asked for is no UID"));
    return {};
}

/// The resource, then `name=value` for what is looked for and what is to come back (PS3.18 §10.6.1).
QByteArray pathOf(Level level, const FindKeys& keys)
{
    QByteArray path;
    QByteArray query = "?fuzzymatching=false";
    const auto match = [&](const char* name, const QString& value) {
        if (!value.isEmpty())
            query += QByteArray("&") + name + "=" + encoded(value);
    };
    const auto include = [&](std::initializer_list<const char*> names) {
        for (const char* name : names)
            query += QByteArray("&includefield=") + name;
    };
    if (level == Level::Study) {
        path = "/studies";
        match("StudyInstanceUID", keys.studyUid);
        match("PatientID", keys.patientId);
        match("PatientName", keys.patientName);
        match("PatientBirthDate", keys.birthDate);
        match("AccessionNumber", keys.accession);
        match("StudyDate", keys.dates);
        match("ModalitiesInStudy", keys.modality);
        match("StudyDescription", keys.description);
        include({"StudyDescription", "IssuerOfPatientID", "NumberOfStudyRelatedSeries", "NumberOfStudyRelatedInstances", "ModalitiesInStudy"});
    } else {
        path = keys.studyUid.isEmpty() ? QByteArray() : "/studies/" + keys.studyUid.toLatin1();
        const bool isBelowSeries = level == Level::Image && !keys.studyUid.isEmpty() && !keys.seriesUid.isEmpty();
        path += isBelowSeries ? "/series/" + keys.seriesUid.toLatin1() + "/instances" : level == Level::Series ? "/series" : "/instances";
        if (!isBelowSeries)
            match("SeriesInstanceUID", keys.seriesUid);
        if (level == Level::Series) {
            match("Modality", keys.modality);
            match("SeriesDescription", keys.description);
            include({"SeriesDescription", "NumberOfSeriesRelatedInstances"});
        } else {
            match("SOPInstanceUID", keys.instanceUid);
            include({"SOPClassUID", "InstanceNumber"});
        }
    }
    for (dicom::Tag tag : keys.alsoReturn)
        query += "&includefield=" + QByteArray::number(quint32(tag.group) << 16 | tag.element, 16).rightJustified(8, '0').toUpper();
    return path + query;
}

/// The same query with its keys alone.
QByteArray withoutExtras(const QByteArray& path)
{
    const qsizetype mark = path.indexOf('?');
    if (mark < 0)
        return path;
    QByteArrayList keys = path.mid(mark + 1).split('&');
    keys.removeIf([](const QByteArray& parameter) { return parameter.startsWith("includefield=") || parameter.startsWith("fuzzymatching="); });
    return path.left(mark) + (keys.isEmpty() ? "" : "?") + keys.join('&');
}

/// The rows of one answer. JSON is UTF-8 (RFC 8259 §8.1); servers that say they send Latin-1 or UTF-16 are believed.
class RowsOfAnswer
{
public:
    RowsOfAnswer(JsonRows::OnRow onRow, JsonRows::Limits limits) : m_rows(std::move(onRow), limits) {}

    Result<void> feed(const Answer& head, QByteArrayView bytes)
    {
        if (!std::exchange(m_hasBegun, true)) {
            if (!isJson(head, bytes))
                return std::unexpected(notDicomError(head.contentType));
            const auto encoding = QStringConverter::encodingForName(MediaType::parse(head.contentType).parameters.value("charset").constData());
            if (encoding && *encoding != QStringConverter::Utf8)
                m_decoder = QStringDecoder(*encoding);
        }
        if (!m_decoder)
            return m_rows.feed(bytes);
        const QString text = (*m_decoder)(bytes);
        return m_rows.feed(text.toUtf8());
    }

    /// Nothing at all means no rows only where the server says that nothing is all; else it may be what a broken line left.
    Result<void> finish(const Answer& answer)
    {
        if (!m_hasBegun && answer.mayBeCut)
            return fail(Fault::Damaged, tr("the server's answer ends before it has begun"));
        return m_rows.finish();
    }

private:
    JsonRows m_rows;
    std::optional<QStringDecoder> m_decoder;
    bool m_hasBegun = false;
};

/// Reads the pages of one query and gives out each row once.
class Pages
{
public:
    /// `exactly`: what is looked for, where `keys` ask for more than that; what does not match is left out.
    Pages(Http& http, const Service& service, Level level, const FindKeys& keys, const FindKeys* exactly, const dicom::OnMatch& onMatch,
          Task& task, Report report, qint64 atLeast)
        : m_http(http), m_service(service), m_level(level), m_keys(keys), m_exactly(exactly), m_onMatch(onMatch), m_task(task), m_report(report),
          m_atLeast(atLeast), m_path(pathOf(level, keys)),
          m_key(level == Level::Study ? tag::StudyInstanceUID : level == Level::Series ? tag::SeriesInstanceUID : tag::SOPInstanceUID)
    {
    }

    Result<qint64> read()
    {
        for (qint64 offset = 0;;) {
            m_ofPage = m_newOfPage = 0;
            const qint64 asked = m_keys.limit > 0 && !m_exactly ? std::min<qint64>(m_pageRows, m_keys.limit - m_rows) : m_pageRows;
            const auto answer = readPage(offset, asked);
            if (m_isEnough)
                return m_rows;
            if (!answer)
                return std::unexpected(answer.error());
            if (answer->status == badRequest) {
                if (m_seen.isEmpty() && asksSimpler(asked))
                    continue;
                return std::unexpected(statusError(*answer));
            }
            offset += m_ofPage;
            // The same rows again: the server knows no offset and has given all it gives.
            if (m_newOfPage == 0)
                return m_rows;
            const bool isMoreSaid = answer->saysMore || (answer->totalCount && *answer->totalCount > offset);
            // Servers with a cap of their own cut at a round number, and not all of them say so (PS3.18 §8.3.4.4).
            const bool mayBeCapped = m_ofPage < asked && m_ofPage % 50 == 0;
            if (m_ofPage != asked && !isMoreSaid && !mayBeCapped && m_rows >= m_atLeast)
                return m_rows;
        }
    }

private:
    /// Some servers refuse a query for what they should ignore in it (PS3.18 §8.3.4.1): larger pages than they give, fields they do
    /// not know. False: it cannot be asked more simply.
    bool asksSimpler(qint64 asked)
    {
        if (asked > rowsOfSmallPage) {
            m_pageRows = rowsOfSmallPage;
            return true;
        }
        const QByteArray bare = withoutExtras(m_path);
        return std::exchange(m_path, bare) != bare;
    }

    Result<Answer> readPage(qint64 offset, qint64 asked)
    {
        RowsOfAnswer rows([this](const QByteArray& json) { return take(json); }, {});
        Request request;
        request.path = m_path + (m_path.contains('?') ? '&' : '?') + "limit=" + QByteArray::number(asked) + (offset > 0 ? "&offset=" + QByteArray::number(offset) : QByteArray());
        request.accept = acceptJson;
        request.mostBytes = mostBytesOfRows;
        request.alsoTakes = {badRequest};
        request.consumer = [&](const Answer& head, QByteArrayView bytes) { return rows.feed(head, bytes); };
        auto answer = m_http.exchange(std::move(request));
        if (answer && answer->status != badRequest)
            if (auto done = rows.finish(*answer); !done)
                return std::unexpected(done.error());
        return answer;
    }

    Result<void> take(const QByteArray& json)
    {
        const auto row = datasetFromJson(json, m_service.assumedCharacterSet);
        if (!row)
            return std::unexpected(row.error());
        ++m_ofPage;
        const QString uid = row->text(m_key);
        const QString name = uid.isEmpty() ? QString::fromUtf8(json) : uid; // a row without its UID is known by all it says
        if (m_seen.contains(name))
            return {};
        m_seen.insert(name);
        ++m_newOfPage;
        if (m_seen.size() > mostRows)
            return fail(Fault::Damaged, tr("the server's answer does not end: more than %1 rows").arg(mostRows));
        if (m_exactly && !matches(*row, m_level, *m_exactly))
            return {};
        ++m_rows;
        if (m_report == Report::Rows)
            m_task.report(m_rows, 0);
        m_isEnough = !m_onMatch(*row) || (m_keys.limit > 0 && m_rows >= m_keys.limit);
        return m_isEnough ? fail(Fault::Cancelled, {}) : Result<void>();
    }

    Http& m_http;
    const Service& m_service;
    const Level m_level;
    const FindKeys& m_keys;
    const FindKeys* const m_exactly;
    const dicom::OnMatch& m_onMatch;
    Task& m_task;
    const Report m_report;
    const qint64 m_atLeast;
    QByteArray m_path;
    qint64 m_pageRows = rowsOfPage;
    const dicom::Tag m_key;
    QSet<QString> m_seen;
    qint64 m_rows = 0, m_ofPage = 0, m_newOfPage = 0;
    bool m_isEnough = false;
};

/// Whether a percent sign in a query is understood: an encoded asterisk finds what a plain one would. A server with nothing in it,
/// or without wildcards, looks as if it did not: then it is asked once in vain.
bool decodesQueries(Http& http)
{
    bool hasRow = false;
    RowsOfAnswer rows([&](const QByteArray&) -> Result<void> {
        hasRow = true;
        return {};
    }, {});
    Request request;
    request.path = "/studies?PatientID=%2A&limit=1";
    request.accept = acceptJson;
    request.mostBytes = mostBytesOfRows;
    request.consumer = [&](const Answer& head, QByteArrayView bytes) { return rows.feed(head, bytes); };
    const auto answer = http.exchange(std::move(request));
    return !answer || hasRow;
}

/// The server does not like to be asked this way; it is there all the same.
bool isOfQuery(const Error& error)
{
    return error.fault == Fault::NotFound || error.fault == Fault::Unsupported || (error.fault == Fault::Refused && !isTransient(error));
}

Result<qint64> findWith(Http& http, const Service& service, Level level, const FindKeys& keys, const dicom::OnMatch& onMatch, Task& task,
                        Report report, qint64 atLeast)
{
    if (auto checked = checkUids({keys.studyUid, keys.seriesUid, keys.instanceUid}); !checked)
        return std::unexpected(checked.error());
    auto rows = Pages(http, service, level, keys, nullptr, onMatch, task, report, atLeast).read();
    if (!rows || *rows > 0 || task.isCancelled())
        return rows;
    const auto wide = widened(keys);
    if (!wide || decodesQueries(http))
        return rows;
    const auto more = Pages(http, service, level, *wide, &keys, onMatch, task, report, 0).read();
    return more || !isOfQuery(more.error()) ? more : rows;
}

} // namespace

Result<qint64> find(const Service& service, Level level, const FindKeys& keys, const dicom::OnMatch& onMatch, Task& task)
{
    const auto http = Http::open(service, task);
    if (!http)
        return std::unexpected(http.error());
    return findWith(**http, service, level, keys, onMatch, task, Report::Rows, 0);
}

Result<qint64> findQuietly(Http& http, const Service& service, Level level, const FindKeys& keys, const dicom::OnMatch& onMatch, Task& task,
                           qint64 atLeast)
{
    return findWith(http, service, level, keys, onMatch, task, Report::Nothing, atLeast);
}

Result<void> check(const Service& service, Task& task)
{
    const auto http = Http::open(service, task);
    if (!http)
        return std::unexpected(http.error());
    FindKeys keys;
    keys.limit = 1;
    const auto rows = findQuietly(**http, service, Level::Study, keys, [](const dicom::Dataset&) { return false; }, task);
    return rows ? Result<void>() : std::unexpected(rows.error());
}

Result<std::vector<dicom::Dataset>> metadata(const Service& service, const dicom::StudyUid& study, const dicom::SeriesUid& series, Task& task)
{
    std::vector<dicom::Dataset> all;
    const auto http = Http::open(service, task);
    if (!http)
        return std::unexpected(http.error());
    const auto read = readMetadata(**http, service, study, series, [&](dicom::Dataset&& row) {
        all.push_back(std::move(row));
        task.report(qint64(all.size()), 0);
    });
    return read ? Result<std::vector<dicom::Dataset>>(std::move(all)) : std::unexpected(read.error());
}

Result<void> readMetadata(Http& http, const Service& service, const dicom::StudyUid& study, const dicom::SeriesUid& series,
                          const std::function<void(dicom::Dataset&&)>& onInstance)
{
    if (auto checked = checkUids({study.value, series.value}); !checked || study.isEmpty())
        return fail(Fault::Invalid, tr("what was asked for is no UID"));
    // An enhanced object of ten thousand frames has millions of attributes.
    RowsOfAnswer rows([&](const QByteArray& json) -> Result<void> {
        auto row = datasetFromJson(json, service.assumedCharacterSet);
        if (!row)
            return std::unexpected(row.error());
        if (row->text(tag::StudyInstanceUID) != study.value)
            return fail(Fault::Conflict, tr("it belongs to another study than was asked for"));
        onInstance(std::move(*row));
        return {};
    }, {256 << 20, 8'000'000});
    Request request;
    request.path = "/studies/" + study.value.toLatin1() + (series.isEmpty() ? QByteArray() : "/series/" + series.value.toLatin1()) + "/metadata";
    request.accept = acceptJson;
    request.mostBytes = 2 * mostBytesOfRows;
    request.consumer = [&](const Answer& head, QByteArrayView bytes) { return rows.feed(head, bytes); };
    const auto answer = http.exchange(std::move(request));
    if (!answer)
        return std::unexpected(answer.error());
    if (auto done = rows.finish(*answer); !done)
        return std::unexpected(done.error());
    return {};
}

} // namespace diascope::dicomweb
