#include "netclient/dimse/store.h"
#include "netclient/dicom/lossy.h"
#include "netclient/dicom/quick_header.h"
#include "netclient/dicom/structure.h"
#include "netclient/dicom/uid.h"
#include "netclient/dimse/association.h"
#include <QFile>
#include <array>
#include <atomic>
#include <mutex>
#include <set>
#include <thread>
#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcrledrg.h>
#include <dcmtk/dcmdata/dctk.h>
#include <dcmtk/dcmjpeg/djdecode.h>
#include <dcmtk/dcmjpls/djdecode.h>
#include <dcmtk/dcmnet/dimse.h>

namespace diascope::dimse
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("Dimse", text); }

const QStringList uncompressed{QString::fromUtf16(dicom::explicitLittleEndian), QString::fromUtf16(dicom::implicitLittleEndian)};

void registerDecoders()
{
    static std::once_flag once;
    std::call_once(once, [] {
        DJDecoderRegistration::registerCodecs();
        DJLSDecoderRegistration::registerCodecs();
        DcmRLEDecoderRegistration::registerCodecs();
    });
}

struct Outgoing
{
    QString path;
    QString sopClass, sopInstance, transferSyntax;
    qint64 datasetOffset = 0; ///< 0: only the full parser reads it
    qint64 size = 0;          ///< of the file whose structure was checked
};

Result<Outgoing> identify(const QString& path)
{
    static constexpr std::array wanted{dicom::tag::SOPClassUID, dicom::tag::SOPInstanceUID};
    Outgoing outgoing{path, {}, {}, {}, 0, 0};
    QFile file(path);
    if (file.open(QIODevice::ReadOnly)) {
        const QByteArray head = file.read(65536);
        const std::span bytes(reinterpret_cast<const uchar*>(head.constData()), size_t(head.size()));
        if (const auto header = dicom::QuickHeader::read(bytes, wanted)) {
            outgoing.sopClass = header->text(dicom::tag::SOPClassUID);
            outgoing.sopInstance = header->text(dicom::tag::SOPInstanceUID);
            outgoing.transferSyntax = header->transferSyntaxUid();
            outgoing.datasetOffset = header->datasetOffset();
            outgoing.size = file.size();
            // A peer breaks off over a file that ends too early, and those behind it would not be sent.
            if (const auto checked = dicom::checkStructure(file); !checked)
                return std::unexpected(checked.error());
        }
    }
    if (outgoing.datasetOffset == 0) {
        const auto dataset = dicom::Dataset::read(path);
        if (!dataset)
            return std::unexpected(dataset.error());
        outgoing.sopClass = dataset->text(dicom::tag::SOPClassUID);
        outgoing.sopInstance = dataset->text(dicom::tag::SOPInstanceUID);
        outgoing.transferSyntax = dataset->transferSyntax().uid;
    }
    if (!dicom::isValidUid(outgoing.sopClass) || !dicom::isValidUid(outgoing.sopInstance))
        return fail(Fault::Damaged, tr("it has no SOP class or instance UID"));
    return outgoing;
}

/// Sends so many bytes of a file as they are, in PDVs of the size the peer takes. A file that became shorter is never said to be whole.
OFCondition writeDataset(T_ASC_Association* association, quint8 context, QFile& file, qint64 left)
{
    // An odd fragment is not allowed (PS3.8 §9.3.5.1).
    QByteArray block(qsizetype(std::min<qint64>(association->sendPDVLength & ~1UL, maximumPdu)), Qt::Uninitialized);
    while (left > 0) {
        const qint64 count = file.read(block.data(), std::min<qint64>(block.size(), left));
        if (count <= 0)
            return DIMSE_SENDFAILED;
        left -= count;
        DUL_PDV pdv = {static_cast<unsigned long>(count), context, DUL_DATASETPDV, left == 0, block.data()};
        DUL_PDVLIST list = {1, nullptr, 0, {}, &pdv};
        if (const OFCondition written = DUL_WritePDVs(&association->DULassociation, &list); written.bad())
            return written;
    }
    return EC_Normal;
}

/// A C-STORE-RQ command set (PS3.7 Table 9.3-1) in implicit little endian.
QByteArray storeCommand(const Outgoing& outgoing, quint16 messageId)
{
    QByteArray body;
    const auto put = [](QByteArray& to, quint32 number, int bytes) {
        for (int i = 0; i < bytes; ++i)
            to += char(number >> (8 * i));
    };
    const auto element = [&](QByteArray& to, quint16 number, QByteArray value) {
        if (value.size() % 2)
            value += '\0';
        put(to, 0, 2);
        put(to, number, 2);
        put(to, quint32(value.size()), 4);
        to += value;
    };
    const auto word = [&](quint16 number) {
        QByteArray value;
        put(value, number, 2);
        return value;
    };
    element(body, 0x0002, outgoing.sopClass.toLatin1());
    element(body, 0x0100, word(0x0001));
    element(body, 0x0110, word(messageId));
    element(body, 0x0700, word(0));
    element(body, 0x0800, word(0));
    element(body, 0x1000, outgoing.sopInstance.toLatin1());
    QByteArray length;
    put(length, quint32(body.size()), 4);
    QByteArray command;
    element(command, 0x0000, length);
    return command + body;
}

/// So many files are worth one more association.
constexpr size_t worthAnAssociation = 50;

class Sender
{
public:
    Sender(const Node& node, const Local& local, Task& task, const Transcode& transcode, const OnConfirmed& onConfirmed,
           SendResult& result)
        : m_node(node), m_local(local), m_task(task), m_transcode(transcode), m_onConfirmed(onConfirmed), m_result(result)
    {
    }

    /// These over as many associations as the peer bears. An error: not even one came about.
    Result<void> send(const std::vector<Outgoing>& files, const std::vector<Context>& contexts, qint64 total)
    {
        auto first = Association::open(m_node, m_local, contexts, m_task);
        if (!first)
            return std::unexpected(first.error());
        std::atomic<size_t> next = 0;
        const auto work = [&](Association& association) {
            for (size_t at = next++; at < files.size(); at = next++) {
                const auto sent = sendOne(association, files[at]);
                if (!sent)
                    ended(files[at], sent.error());
                report(total);
                if (!sent)
                    return;
            }
            association.release();
        };
        std::vector<std::thread> others;
        const size_t most = std::min(size_t(std::clamp(m_node.associations, 1, mostAssociations)), files.size() / worthAnAssociation + 1);
        for (size_t i = 1; i < most; ++i)
            others.emplace_back([&] {
                // A peer that gives no more than it gave is no error: the others do the work.
                if (auto association = Association::open(m_node, m_local, contexts, m_task, Association::Patience::None))
                    work(**association);
            });
        work(**first);
        for (std::thread& other : others)
            other.join();
        for (size_t at = next; at < files.size(); ++at) // every association is over
            failed(files[at], tr("not sent: the association was over"));
        report(total);
        return {};
    }

    void failed(const Outgoing& file, const QString& reason)
    {
        const std::lock_guard lock(m_mutex);
        m_result.failed.push_back({file.path, file.sopInstance, reason});
    }

private:
    /// An error: the association is over. What is wrong with the instance alone goes into the result.
    Result<void> sendOne(Association& association, const Outgoing& file)
    {
        if (m_task.isCancelled())
            return fail(Fault::Cancelled, tr("stopped"));
        const quint8 asItIs = association.contextFor(file.sopClass, file.transferSyntax);
        Result<quint16> status = 0;
        if (asItIs != 0 && file.datasetOffset > 0) {
            QFile source(file.path);
            if (!source.open(QIODevice::ReadOnly) || !source.seek(file.datasetOffset)) {
                failed(file, source.errorString());
                return {};
            }
            status = sendBytes(association, asItIs, file, source);
        } else {
            const quint8 context = asItIs != 0 ? asItIs : contextForConverted(association, file.sopClass);
            if (context == 0) {
                failed(file, tr("the peer does not accept this kind of object"));
                return {};
            }
            const auto dataset = converted(file, association.transferSyntaxOf(context));
            if (!dataset) {
                failed(file, dataset.error().detail);
                return {};
            }
            status = sendDataset(association, context, file, *dataset);
        }
        if (status && isWorthPlain(file, *status, asItIs))
            status = sendPlain(association, file, *status);
        if (!status)
            return std::unexpected(status.error());
        const bool isConfirmed = *status == 0 || DICOM_WARNING_STATUS(*status);
        {
            const std::lock_guard lock(m_mutex);
            ++m_result.sent;
            m_result.confirmed += isConfirmed;
            if (isConfirmed && m_onConfirmed)
                m_onConfirmed(file.path);
        }
        if (!isConfirmed)
            failed(file, statusText(*status));
        return {};
    }

    void ended(const Outgoing& file, const Error& error)
    {
        {
            const std::lock_guard lock(m_mutex);
            if (!m_result.ended)
                m_result.ended = error;
        }
        failed(file, error.detail);
    }

    void report(qint64 total)
    {
        const std::lock_guard lock(m_mutex); // it never goes back
        m_task.report(m_result.confirmed + qint64(m_result.failed.size()), total);
    }

    /// A peer that accepted the syntax and cannot take the image in it (Orthanc and HTJ2K): maybe uncompressed.
    static bool isWorthPlain(const Outgoing& file, quint16 status, quint8 asItIs)
    {
        const bool isRefused = (status & 0xff00) == 0xA700 || (status & 0xff00) == 0xA900 || (status & 0xf000) == 0xC000;
        return asItIs != 0 && isRefused && dicom::TransferSyntax::fromUid(file.transferSyntax).isEncapsulated();
    }

    /// The first answer stays where there is nothing to send instead.
    Result<quint16> sendPlain(Association& association, const Outgoing& file, quint16 first)
    {
        const quint8 context = contextForConverted(association, file.sopClass);
        if (context == 0)
            return first;
        const auto dataset = converted(file, association.transferSyntaxOf(context));
        return dataset ? sendDataset(association, context, file, *dataset) : Result<quint16>(first);
    }

    static quint8 contextForConverted(const Association& association, const QString& sopClass)
    {
        for (const QString& syntax : uncompressed)
            if (const quint8 context = association.contextFor(sopClass, syntax))
                return context;
        return 0;
    }

    Result<dicom::Dataset> converted(const Outgoing& file, const QString& transferSyntax)
    {
        registerDecoders();
        auto dataset = dicom::Dataset::read(file.path);
        if (!dataset)
            return dataset;
        dicom::markLossy(*dataset, dataset->transferSyntax(), 0);
        const auto decompressed = dataset->decompress(transferSyntax);
        if (decompressed)
            return dataset;
        if (decompressed.error().fault == Fault::Damaged)
            return std::unexpected(decompressed.error());
        if (m_transcode) {
            const std::lock_guard lock(m_transcodeMutex);
            return m_transcode(file.path);
        }
        return fail(Fault::Unsupported, tr("the peer does not accept %1, and it cannot be decompressed here")
                                            .arg(dicom::TransferSyntax::fromUid(file.transferSyntax).name));
    }

    Result<quint16> sendBytes(Association& association, quint8 context, const Outgoing& file, QFile& source)
    {
        QByteArray command = storeCommand(file, association.nextMessageId());
        DUL_PDV pdv = {static_cast<unsigned long>(command.size()), context, DUL_COMMANDPDV, OFTrue, command.data()};
        DUL_PDVLIST list = {1, nullptr, 0, {}, &pdv};
        OFCondition written = DUL_WritePDVs(&association.dcmtk()->DULassociation, &list);
        if (written.good())
            written = writeDataset(association.dcmtk(), context, source, file.size - file.datasetOffset);
        if (written.bad() && source.size() < file.size)
            return fail(Fault::Unreadable, tr("the file became shorter while it was sent"));
        if (written.bad())
            return std::unexpected(association.errorOf(written));
        return answer(association);
    }

    Result<quint16> sendDataset(Association& association, quint8 context, const Outgoing& file, const dicom::Dataset& dataset)
    {
        T_DIMSE_Message request = {};
        request.CommandField = DIMSE_C_STORE_RQ;
        request.msg.CStoreRQ.MessageID = association.nextMessageId();
        qstrncpy(request.msg.CStoreRQ.AffectedSOPClassUID, file.sopClass.toLatin1().constData(),
                 sizeof request.msg.CStoreRQ.AffectedSOPClassUID);
        qstrncpy(request.msg.CStoreRQ.AffectedSOPInstanceUID, file.sopInstance.toLatin1().constData(),
                 sizeof request.msg.CStoreRQ.AffectedSOPInstanceUID);
        request.msg.CStoreRQ.DataSetType = DIMSE_DATASET_PRESENT;
        if (auto sent = association.send(context, request, &dataset); !sent)
            return std::unexpected(sent.error());
        return answer(association);
    }

    static Result<quint16> answer(Association& association)
    {
        T_DIMSE_Message response = {};
        quint8 on = 0;
        if (auto received = association.receive(response, on); !received)
            return std::unexpected(received.error());
        if (response.CommandField != DIMSE_C_STORE_RSP)
            return fail(Fault::Damaged, tr("the peer broke the protocol: an answer to something else came"));
        return response.msg.CStoreRSP.DimseStatus;
    }

    const Node& m_node;
    const Local& m_local;
    Task& m_task;
    const Transcode& m_transcode;
    const OnConfirmed& m_onConfirmed;
    std::mutex m_mutex; ///< of the result and the progress
    SendResult& m_result;
    std::mutex m_transcodeMutex;
};

} // namespace

Result<SendResult> store(const Node& node, const QStringList& paths, const Local& local, Task& task, const Transcode& transcode,
                         const OnConfirmed& onConfirmed)
{
    SendResult result;
    Sender sender(node, local, task, transcode, onConfirmed, result);
    // Files in groups whose presentation contexts fit into one association.
    struct Group
    {
        std::vector<Outgoing> files;
        std::vector<Context> contexts;
        std::set<QString> kinds;
        std::set<QString> classes;
    };
    std::vector<Group> groups;
    for (const QString& path : paths) {
        auto file = identify(path);
        if (!file) {
            result.failed.push_back({path, {}, message(file.error())});
            continue;
        }
        if (groups.empty() || groups.back().contexts.size() + 2 > size_t(maximumContexts))
            groups.emplace_back();
        Group& group = groups.back();
        if (group.kinds.insert(file->sopClass + u' ' + file->transferSyntax).second)
            group.contexts.push_back({file->sopClass, {file->transferSyntax}});
        if (group.classes.insert(file->sopClass).second)
            group.contexts.push_back({file->sopClass, uncompressed});
        group.files.push_back(std::move(*file));
    }
    if (groups.empty() && result.failed.empty())
        return fail(Fault::Invalid, tr("there is nothing to send"));
    for (const Group& group : groups) {
        const auto sent = sender.send(group.files, group.contexts, paths.size());
        if (sent)
            continue;
        if (result.sent == 0 && !result.ended)
            return std::unexpected(sent.error());
        result.ended = sent.error();
        for (const Outgoing& file : group.files)
            sender.failed(file, sent.error().detail);
    }
    return result;
}

} // namespace diascope::dimse
