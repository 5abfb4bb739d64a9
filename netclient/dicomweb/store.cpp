#include "netclient/dicomweb/store.h"
#include "netclient/base/scratch_folder.h"
#include "netclient/dicom/dataset.h"
#include "netclient/dicom/quick_header.h"
#include "netclient/dicom/uid.h"
#include "netclient/dicomweb/http.h"
#include "netclient/dicomweb/query.h"
#include "netclient/dicomweb/store_answer.h"
#include "netclient/dicomweb/store_body.h"
#include <QFileInfo>
#include <QUuid>
#include <array>
#include <map>

namespace diascope::dicomweb
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("DicomWeb", text); }

namespace tag = dicom::tag;

constexpr qint64 mostBytesOfBatch = 64 << 20; // servers have limits of their own; a file alone may be larger
constexpr int mostFilesOfBatch = 100;

struct Outgoing
{
    QString path;     ///< the caller's
    QString filePath; ///< what is sent: the same, or a copy in another form
    QString study, series, instance, transferSyntax;
    qint64 bytes = 0;
    bool isTranscoded = false;
};

class Sender
{
public:
    Sender(Http& http, const Service& service, Task& task, const dicom::Transcode& transcode, const dicom::OnConfirmed& onConfirmed, qint64 total,
           ScratchFolder copies)
        : m_http(http), m_service(service), m_task(task), m_transcode(transcode), m_onConfirmed(onConfirmed), m_total(total), m_copies(std::move(copies))
    {
    }

    Result<dicom::SendResult> send(const QStringList& paths)
    {
        std::vector<Outgoing> batch;
        qint64 bytes = 0;
        const auto flush = [&] {
            if (!batch.empty())
                sendBatch(batch);
            batch.clear();
            bytes = 0;
        };
        for (const QString& path : paths) {
            auto file = identify(path);
            if (!file) {
                m_result.failed.push_back({path, {}, message(file.error())});
                continue;
            }
            // The same instance twice in one request could not be told apart in the answer.
            const bool isTwice = std::any_of(batch.begin(), batch.end(), [&](const Outgoing& other) { return other.instance == file->instance; });
            if (isTwice || bytes + file->bytes > mostBytesOfBatch || int(batch.size()) >= mostFilesOfBatch)
                flush();
            bytes += file->bytes;
            batch.push_back(std::move(*file));
        }
        flush();
        sendTranscoded();
        if (m_result.sent == 0 && m_result.ended)
            return std::unexpected(*m_result.ended);
        return std::move(m_result);
    }

private:
    Result<Outgoing> identify(const QString& path)
    {
        static constexpr std::array wanted{tag::SOPClassUID, tag::SOPInstanceUID, tag::StudyInstanceUID, tag::SeriesInstanceUID};
        Outgoing file{path, path, {}, {}, {}, {}, QFileInfo(path).size()};
        QFile source(path);
        if (!source.open(QIODevice::ReadOnly))
            return fail(Fault::Unreadable, source.errorString());
        const QByteArray head = source.read(65536);
        const auto header = dicom::QuickHeader::read({reinterpret_cast<const uchar*>(head.constData()), size_t(head.size())}, wanted);
        const auto take = [&](const auto& found) {
            file.study = found.text(tag::StudyInstanceUID);
            file.series = found.text(tag::SeriesInstanceUID);
            file.instance = found.text(tag::SOPInstanceUID);
        };
        if (header) {
            take(*header);
            file.transferSyntax = header->transferSyntaxUid();
        } else {
            const auto dataset = dicom::Dataset::read(path);
            if (!dataset)
                return std::unexpected(dataset.error());
            take(*dataset);
            file.transferSyntax = dataset->transferSyntax().uid;
            // A bare dataset gets the header that the media type asks for.
            if (!head.mid(128).startsWith("DICM"))
                if (auto written = writeCopy(file, *dataset, file.transferSyntax); !written)
                    return std::unexpected(written.error());
        }
        if (!dicom::isValidUid(file.instance) || !dicom::isValidUid(file.study))
            return fail(Fault::Damaged, tr("it has no SOP Instance UID or Study Instance UID"));
        return file;
    }

    Result<void> writeCopy(Outgoing& file, const dicom::Dataset& dataset, const QString& transferSyntax)
    {
        const QString path = m_copies.filePath(QUuid::createUuid().toString(QUuid::Id128));
        if (auto written = dataset.write(path, transferSyntax); !written)
            return written;
        file.filePath = path;
        file.bytes = QFileInfo(path).size();
        return {};
    }

    /// What has ended the whole is not progress.
    void failed(const Outgoing& file, const QString& reason)
    {
        m_result.failed.push_back({file.path, file.instance, reason});
        if (!m_result.ended)
            m_task.report(m_result.confirmed + qint64(m_result.failed.size()), m_total);
    }

    void confirmed(const Outgoing& file)
    {
        ++m_result.confirmed;
        if (m_onConfirmed)
            m_onConfirmed(file.path);
        m_task.report(m_result.confirmed + qint64(m_result.failed.size()), m_total);
    }

    /// What was answered to a request. An error: none, or one that has nothing to do with what was sent.
    struct Posted
    {
        StoreAnswer answer;
        std::optional<Error> refused; ///< it is said of the whole request, and names nobody
        QString unread;               ///< taken, but what the server says of it cannot be read
    };
    Result<Posted> post(const std::vector<Outgoing>& batch)
    {
        const QByteArray boundary = "diascope-" + QUuid::createUuid().toString(QUuid::Id128).toLatin1();
        QStringList paths;
        for (const Outgoing& file : batch)
            paths << file.filePath;
        Request request;
        request.path = "/studies";
        request.accept = "application/dicom+json, application/dicom+xml;q=0.5";
        request.contentType = "multipart/related; type=\"application/dicom\"; boundary=" + boundary;
        request.body = [paths, boundary] { return std::make_unique<StoreBody>(paths, boundary); };
        request.alsoTakes = {400, 406, 409, 413, 415, 422, 500, 507}; // of the form, the size or the content
        const auto answer = m_http.exchange(std::move(request));
        if (!answer)
            return std::unexpected(answer.error());
        Posted posted;
        const auto read = StoreAnswer::parse(answer->contentType, answer->body);
        if (read)
            posted.answer = *read;
        if (answer->status >= 300 && posted.answer.namesNone())
            posted.refused = statusError(*answer);
        else if (!read)
            posted.unread = message(read.error());
        return posted;
    }

    void sendBatch(std::vector<Outgoing> batch)
    {
        if (m_result.ended || m_task.isCancelled()) {
            if (!m_result.ended)
                m_result.ended = Error{Fault::Cancelled, tr("stopped")};
            for (const Outgoing& file : batch)
                failed(file, tr("not sent: the transfer had ended"));
            return;
        }
        std::erase_if(batch, [this](const Outgoing& file) {
            const bool isChanged = QFileInfo(file.filePath).size() != file.bytes;
            if (isChanged)
                failed(file, tr("the file has changed since it was looked at"));
            return isChanged;
        });
        if (batch.empty())
            return;
        const auto posted = post(batch);
        if (!posted) {
            m_result.ended = posted.error();
            for (const Outgoing& file : batch)
                failed(file, posted.error().detail);
            return;
        }
        if (posted->refused)
            return refused(batch, *posted->refused);
        m_result.sent += qint64(batch.size());
        const StoreAnswer& answer = posted->answer;
        std::vector<Outgoing> unnamed;
        for (const Outgoing& file : batch) {
            const auto reason = answer.failed.constFind(file.instance);
            if (answer.stored.contains(file.instance))
                confirmed(file);
            else if (reason == answer.failed.constEnd())
                unnamed.push_back(file);
            else if (*reason == transferSyntaxNotSupported && canTranscode(file))
                m_again.push_back(file);
            else
                failed(file, failureText(*reason));
        }
        verify(unnamed, posted->unread.isEmpty() ? tr("the server does not say that it has stored it") : posted->unread);
    }

    /// No answer about single files: tried again smaller.
    void refused(const std::vector<Outgoing>& batch, const Error& error)
    {
        if (batch.size() > 1) {
            for (const Outgoing& file : batch)
                sendBatch({file});
        } else if (error.fault == Fault::Unsupported && canTranscode(batch.front())) {
            ++m_result.sent;
            m_again.push_back(batch.front());
        } else {
            ++m_result.sent;
            failed(batch.front(), error.detail);
        }
    }

    bool canTranscode(const Outgoing& file) const
    {
        return m_transcode && !file.isTranscoded && dicom::TransferSyntax::fromUid(file.transferSyntax).isEncapsulated();
    }

    void sendTranscoded()
    {
        for (Outgoing& file : std::exchange(m_again, {})) {
            const auto dataset = m_transcode(file.path);
            if (!dataset) {
                failed(file, message(dataset.error()));
                continue;
            }
            --m_result.sent; // the same file, not one more
            file.isTranscoded = true;
            file.transferSyntax = QString::fromUtf16(dicom::explicitLittleEndian);
            if (auto written = writeCopy(file, *dataset, file.transferSyntax); !written) {
                ++m_result.sent;
                failed(file, message(written.error()));
                continue;
            }
            sendBatch({file});
            QFile::remove(file.filePath);
        }
    }

    /// Files the server said nothing about are there only if it lists them; else `reason` is why they count as failed.
    void verify(const std::vector<Outgoing>& files, const QString& reason)
    {
        std::map<std::pair<QString, QString>, QSet<QString>> bySeries;
        for (const Outgoing& file : files) {
            auto [at, isNew] = bySeries.try_emplace({file.study, file.series});
            if (isNew) {
                dicom::FindKeys keys;
                keys.studyUid = file.study;
                keys.seriesUid = dicom::isValidUid(file.series) ? file.series : QString();
                (void)findQuietly(m_http, m_service, dicom::Level::Image, keys, [&](const dicom::Dataset& row) {
                    at->second.insert(row.text(tag::SOPInstanceUID));
                    return true;
                }, m_task);
            }
            if (at->second.contains(file.instance))
                confirmed(file);
            else
                failed(file, reason);
        }
    }

    Http& m_http;
    const Service& m_service;
    Task& m_task;
    const dicom::Transcode& m_transcode;
    const dicom::OnConfirmed& m_onConfirmed;
    const qint64 m_total;
    dicom::SendResult m_result;
    std::vector<Outgoing> m_again; ///< to be sent uncompressed
    ScratchFolder m_copies;
};

} // namespace

Result<dicom::SendResult> store(const Service& service, const QStringList& paths, Task& task, const dicom::Transcode& transcode,
                                const dicom::OnConfirmed& onConfirmed)
{
    if (paths.isEmpty())
        return fail(Fault::Invalid, tr("there is nothing to send"));
    const auto http = Http::open(service, task);
    if (!http)
        return std::unexpected(http.error());
    auto copies = ScratchFolder::make();
    if (!copies)
        return std::unexpected(copies.error());
    return Sender(**http, service, task, transcode, onConfirmed, paths.size(), std::move(*copies)).send(paths);
}

} // namespace diascope::dicomweb
