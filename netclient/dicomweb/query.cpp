#include "netclient/dicomweb/query.h"
#include "netclient/dicom/uid.h"
#include "netclient/dicomweb/http.h"
#include "netclient/dicomweb/json_rows.h"
#include "netclient/dicomweb/media_type.h"
#include <QSet>

namespace diascope::dicomweb
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("DicomWeb", text); }

namespace tag = dicom::tag;
using dicom::FindKeys;
using dicom::Level;

constexpr qint64 rowsOfPage = 1000;
constexpr qint64 mostBytesOfRows = 512 << 20;
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

/// Reads the pages of one query and gives out each row once.
class Pages
{
public:
    Pages(Http& http, const Service& service, Level level, const FindKeys& keys, const dicom::OnMatch& onMatch, Task& task, Report report)
        : m_http(http), m_service(service), m_keys(keys), m_onMatch(onMatch), m_task(task), m_report(report), m_path(pathOf(level, keys)),
          m_key(level == Level::Study ? tag::StudyInstanceUID : level == Level::Series ? tag::SeriesInstanceUID : tag::SOPInstanceUID)
    {
    }

    Result<qint64> read()
    {
        for (qint64 offset = 0;;) {
            m_ofPage = m_newOfPage = 0;
            const qint64 asked = m_keys.limit > 0 ? std::min<qint64>(rowsOfPage, m_keys.limit - m_rows) : rowsOfPage;
            const auto answer = readPage(offset, asked);
            if (m_isEnough)
                return m_rows;
            if (!answer)
                return std::unexpected(answer.error());
            offset += m_ofPage;
            // The same rows again: the server knows no offset and has given all it gives.
            if (m_newOfPage == 0)
                return m_rows;
            const bool isMoreSaid = answer->saysMore || (answer->totalCount && *answer->totalCount > offset);
            // Servers with a cap of their own cut at a round number, and not all of them say so (PS3.18 §8.3.4.4).
            const bool mayBeCapped = m_ofPage < asked && m_ofPage % 50 == 0;
            if (m_ofPage != asked && !isMoreSaid && !mayBeCapped)
                return m_rows;
        }
    }

private:
    Result<Answer> readPage(qint64 offset, qint64 asked)
    {
        JsonRows rows([this](const QByteArray& json) { return take(json); });
        Request request;
        request.path = m_path + "&limit=" + QByteArray::number(asked) + (offset > 0 ? "&offset=" + QByteArray::number(offset) : QByteArray());
        request.accept = acceptJson;
        request.mostBytes = mostBytesOfRows;
        request.consumer = [&](const Answer& head, QByteArrayView bytes) -> Result<void> {
            if (!MediaType::parse(head.contentType).isDicomJson())
                return std::unexpected(notDicomError(head.contentType));
            return rows.feed(bytes);
        };
        auto answer = m_http.exchange(std::move(request));
        if (answer)
            if (auto done = rows.finish(); !done)
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
        if (!uid.isEmpty() && m_seen.contains(uid))
            return {};
        m_seen.insert(uid);
        ++m_newOfPage;
        ++m_rows;
        if (m_report == Report::Rows)
            m_task.report(m_rows, 0);
        m_isEnough = !m_onMatch(*row) || (m_keys.limit > 0 && m_rows >= m_keys.limit);
        return m_isEnough ? fail(Fault::Cancelled, {}) : Result<void>();
    }

    Http& m_http;
    const Service& m_service;
    const FindKeys& m_keys;
    const dicom::OnMatch& m_onMatch;
    Task& m_task;
    const Report m_report;
    const QByteArray m_path;
    const dicom::Tag m_key;
    QSet<QString> m_seen;
    qint64 m_rows = 0, m_ofPage = 0, m_newOfPage = 0;
    bool m_isEnough = false;
};

Result<qint64> findWith(Http& http, const Service& service, Level level, const FindKeys& keys, const dicom::OnMatch& onMatch, Task& task,
                        Report report)
{
    if (auto checked = checkUids({keys.studyUid, keys.seriesUid, keys.instanceUid}); !checked)
        return std::unexpected(checked.error());
    return Pages(http, service, level, keys, onMatch, task, report).read();
}

} // namespace

Result<qint64> find(const Service& service, Level level, const FindKeys& keys, const dicom::OnMatch& onMatch, Task& task)
{
    const auto http = Http::open(service, task);
    if (!http)
        return std::unexpected(http.error());
    return findWith(**http, service, level, keys, onMatch, task, Report::Rows);
}

Result<qint64> findQuietly(Http& http, const Service& service, Level level, const FindKeys& keys, const dicom::OnMatch& onMatch, Task& task)
{
    return findWith(http, service, level, keys, onMatch, task, Report::Nothing);
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
    if (auto checked = checkUids({study.value, series.value}); !checked || study.isEmpty())
        return fail(Fault::Invalid, tr("what was asked for is no UID"));
    const auto http = Http::open(service, task);
    if (!http)
        return std::unexpected(http.error());
    std::vector<dicom::Dataset> all;
    // An enhanced object of ten thousand frames has millions of attributes.
    JsonRows rows([&](const QByteArray& json) -> Result<void> {
        auto row = datasetFromJson(json, service.assumedCharacterSet);
        if (!row)
            return std::unexpected(row.error());
        if (row->text(tag::StudyInstanceUID) != study.value)
            return fail(Fault::Conflict, tr("it belongs to another study than was asked for"));
        all.push_back(std::move(*row));
        task.report(qint64(all.size()), 0);
        return {};
    }, {256 << 20, 8'000'000});
    Request request;
    request.path = "/studies/" + study.value.toLatin1() + (series.isEmpty() ? QByteArray() : "/series/" + series.value.toLatin1()) + "/metadata";
    request.accept = acceptJson;
    request.mostBytes = 2 * mostBytesOfRows;
    request.consumer = [&](const Answer& head, QByteArrayView bytes) -> Result<void> {
        if (!MediaType::parse(head.contentType).isDicomJson())
            return std::unexpected(notDicomError(head.contentType));
        return rows.feed(bytes);
    };
    if (const auto answer = (*http)->exchange(std::move(request)); !answer)
        return std::unexpected(answer.error());
    if (auto done = rows.finish(); !done)
        return std::unexpected(done.error());
    return all;
}

} // namespace diascope::dicomweb
