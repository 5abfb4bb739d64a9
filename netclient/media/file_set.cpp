#include "netclient/media/file_set.h"
#include "netclient/dicom/lossy.h"
#include "netclient/dicom/person_name.h"
#include "netclient/media/pages.h"
#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QFileInfo>
#include <QMap>
#include <QRegularExpression>
#include <QSet>
#include <fcntl.h>
#include <mutex>
#include <openssl/evp.h>
#include <unistd.h>
#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcddirif.h>
#include <dcmtk/dcmdata/dcrledrg.h>
#include <dcmtk/dcmdata/dctk.h>
#include <dcmtk/dcmjpeg/djdecode.h>
#include <dcmtk/dcmjpeg/dipijpeg.h>
#include <dcmtk/dcmjpls/djdecode.h>

namespace diascope::media
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("Media", text); }

namespace tag = dicom::tag;

void registerDecoders()
{
    static std::once_flag once;
    std::call_once(once, [] {
        DJDecoderRegistration::registerCodecs();
        DJLSDecoderRegistration::registerCodecs();
        DcmRLEDecoderRegistration::registerCodecs();
    });
}

/// DCMTK decodes these; JPEG 2000 and video it does not.
bool hasDecoder(const dicom::TransferSyntax& syntax)
{
    using Codec = dicom::TransferSyntax::Codec;
    return syntax.codec == Codec::None || syntax.codec == Codec::Rle || syntax.codec == Codec::Jpeg8 || syntax.codec == Codec::Jpeg12 ||
           syntax.codec == Codec::JpegLossless || syntax.codec == Codec::JpegLs;
}

/// Read from the medium, not from memory: what the kernel still holds is dropped first.
Result<QByteArray> hashOnMedium(const QString& path)
{
    const int file = ::open(QFile::encodeName(path).constData(), O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return fail(Fault::Damaged, tr("%1 is not on the medium").arg(path));
    ::fsync(file);
    ::posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    EVP_DigestInit_ex(context, EVP_sha256(), nullptr);
    QByteArray block(1 << 20, Qt::Uninitialized);
    ssize_t count = 0;
    while ((count = ::read(file, block.data(), size_t(block.size()))) > 0)
        EVP_DigestUpdate(context, block.constData(), size_t(count));
    QByteArray digest(32, '\0');
    EVP_DigestFinal_ex(context, reinterpret_cast<unsigned char*>(digest.data()), nullptr);
    EVP_MD_CTX_free(context);
    ::close(file);
    if (count < 0)
        return fail(Fault::Damaged, tr("%1 cannot be read back").arg(path));
    return digest;
}

struct Source
{
    QString path;
    QString patient, study, series;
    qint64 instanceNumber = 0;
    dicom::TransferSyntax syntax;
    QString fileId; ///< on the medium, with '/'
};

Result<Source> inspect(const QString& path)
{
    const auto dataset = dicom::Dataset::read(path);
    if (!dataset)
        return std::unexpected(dataset.error());
    if (!dataset->hasValue(tag::SOPInstanceUID) || !dataset->hasValue(tag::StudyInstanceUID))
        return fail(Fault::Damaged, tr("it has no SOP Instance UID or no Study Instance UID"));
    Source source;
    source.path = path;
    const QString id = dataset->text(tag::PatientID);
    source.patient = id.isEmpty() ? dicom::PersonName::parse(dataset->text(tag::PatientName)).comparable() + u'|' +
                                        dataset->text(tag::PatientBirthDate)
                                  : id + u'|' + dataset->text(tag::IssuerOfPatientID);
    source.study = dataset->text(tag::StudyInstanceUID);
    source.series = dataset->text(tag::SeriesInstanceUID);
    source.instanceNumber = dataset->integer(tag::InstanceNumber).value_or(0);
    source.syntax = dataset->transferSyntax();
    return source;
}

class Writer
{
public:
    Writer(const QString& folder, const MediaOptions& options, Task& task) : m_folder(folder), m_options(options), m_task(task) {}

    Result<MediaReport> write(const QStringList& paths)
    {
        if (auto ready = checkOptions(); !ready)
            return std::unexpected(ready.error());
        for (const QString& path : paths) {
            if (m_task.isCancelled())
                return fail(Fault::Cancelled, tr("stopped; nothing was written"));
            if (auto source = inspect(path))
                m_sources.push_back(std::move(*source));
            else
                m_report.leftOut.push_back({path, message(source.error())});
        }
        if (m_sources.empty())
            return fail(Fault::NotDicom, tr("there is nothing to write"));
        if (auto sorted = arrange(); !sorted)
            return std::unexpected(sorted.error());
        const bool isNew = !QFileInfo::exists(m_folder);
        if (!QDir().mkpath(m_folder))
            return fail(Fault::Unreadable, tr("the folder %1 cannot be made").arg(m_folder));
        registerDecoders();
        auto written = writeAll();
        if (!written) { // half a medium is none
            for (const QString& name : QDir(m_folder).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot)) {
                const QString path = m_folder + u'/' + name;
                QFileInfo(path).isDir() ? QDir(path).removeRecursively() : QFile::remove(path);
            }
            if (isNew)
                QDir().rmdir(m_folder);
            return std::unexpected(written.error());
        }
        return m_report;
    }

private:
    Result<void> checkOptions() const
    {
        static const QRegularExpression fileSetId(QStringLiteral("^[A-Z0-9_]{0,16}$"));
        static const QRegularExpression extraName(QStringLiteral("^([A-Z0-9_]{1,8}/)*[A-Z0-9_]{1,8}(\\.[A-Z0-9]{1,3})?$"));
        static const QSet<QString> taken{QStringLiteral("DICOMDIR"), QStringLiteral("README.TXT"), QStringLiteral("INDEX.HTM")};
        if (!fileSetId.match(m_options.fileSetId).hasMatch())
            return fail(Fault::Invalid, tr("a file-set ID has at most 16 characters A-Z 0-9 _"));
        for (const ExtraFile& file : m_options.extraFiles)
            if (!extraName.match(file.nameOnMedium).hasMatch() || taken.contains(file.nameOnMedium) ||
                file.nameOnMedium.startsWith(QLatin1String("DICOM/")))
                return fail(Fault::Invalid, tr("%1 is no name for a file on a medium").arg(file.nameOnMedium));
        const QFileInfo info(m_folder);
        if (info.exists() && (!info.isDir() || !QDir(m_folder).isEmpty(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot)))
            return fail(Fault::Conflict, tr("the folder %1 is not empty").arg(m_folder));
        return {};
    }

    /// Counts patients, chooses the profile, gives every file its place.
    Result<void> arrange()
    {
        QSet<QString> patients;
        for (const Source& source : m_sources)
            patients.insert(source.patient);
        if (patients.size() > 1 && m_options.patients == MediaOptions::Patients::One)
            return fail(Fault::Conflict, tr("these are images of %1 patients; a medium is for one").arg(patients.size()));
        m_report.patients = int(patients.size());
        m_report.profile = m_options.profile;
        for (const Source& source : m_sources)
            if (m_report.profile == MediaProfile::Cd && !hasDecoder(source.syntax) && !m_options.transcode) {
                m_report.profile = MediaProfile::Usb;
                m_report.profileReason = tr("the CD profile is uncompressed only, and %1 cannot be decompressed here: written compressed, in "
                                            "the USB profile").arg(source.syntax.name);
            }
        QMap<QString, QMap<QString, std::vector<Source*>>> tree;
        for (Source& source : m_sources)
            tree[source.study][source.series].push_back(&source);
        int study = 0;
        for (auto& ofStudy : tree) {
            ++study;
            int series = 0;
            for (auto& ofSeries : ofStudy) {
                ++series;
                ++m_report.series;
                std::stable_sort(ofSeries.begin(), ofSeries.end(),
                                 [](const Source* a, const Source* b) { return a->instanceNumber < b->instanceNumber; });
                int instance = 0;
                for (Source* source : ofSeries) // PS3.10 §8.2: at most 8 components of 8 characters
                    source->fileId = QStringLiteral("DICOM/ST%1/SE%2/IM%3").arg(study, 6, 10, QLatin1Char('0'))
                                         .arg(series, 6, 10, QLatin1Char('0')).arg(++instance, 6, 10, QLatin1Char('0'));
            }
        }
        m_report.studies = study;
        return {};
    }

    static DicomDirInterface::E_ApplicationProfile applicationProfile(MediaProfile profile, const std::vector<Source>& sources)
    {
        const bool has2000 = std::any_of(sources.begin(), sources.end(), [](const Source& source) {
            return source.syntax.codec == dicom::TransferSyntax::Codec::Jpeg2000;
        });
        const bool hasOther = std::any_of(sources.begin(), sources.end(), [](const Source& source) {
            using Codec = dicom::TransferSyntax::Codec;
            return source.syntax.codec != Codec::None && source.syntax.codec != Codec::Jpeg2000 && source.syntax.codec != Codec::Jpeg8 &&
                   source.syntax.codec != Codec::Jpeg12 && source.syntax.codec != Codec::JpegLossless;
        });
        if (profile == MediaProfile::Cd)
            return DicomDirInterface::AP_GeneralPurpose;
        if (hasOther) // in no JPEG profile: the MIME profile takes any syntax
            return DicomDirInterface::AP_GeneralPurposeMIME;
        if (profile == MediaProfile::Dvd)
            return has2000 ? DicomDirInterface::AP_GeneralPurposeDVDJPEG2000 : DicomDirInterface::AP_GeneralPurposeDVDJPEG;
        return has2000 ? DicomDirInterface::AP_USBandFlashJPEG2000 : DicomDirInterface::AP_USBandFlashJPEG;
    }

    Result<void> writeInstance(const Source& source)
    {
        const QString target = m_folder + u'/' + source.fileId;
        if (!QDir().mkpath(QFileInfo(target).path()))
            return fail(Fault::Unreadable, tr("the folder %1 cannot be made").arg(QFileInfo(target).path()));
        const bool isKnownToWriter = DcmXfer(source.syntax.uid.toLatin1().constData()).getXfer() != EXS_Unknown; // HTJ2K is not
        const bool staysCompressed = m_report.profile != MediaProfile::Cd && source.syntax.isEncapsulated() && isKnownToWriter;
        const QString syntax = staysCompressed ? source.syntax.uid : QString::fromUtf16(dicom::explicitLittleEndian);
        auto dataset = dicom::Dataset::read(source.path);
        if (!dataset)
            return std::unexpected(dataset.error());
        if (!staysCompressed)
            dicom::markLossy(*dataset, source.syntax, 0);
        if (!staysCompressed && !hasDecoder(source.syntax)) {
            if (!m_options.transcode)
                return fail(Fault::Unsupported, tr("%1 cannot be decompressed here").arg(source.syntax.name));
            dataset = m_options.transcode(source.path);
            if (!dataset)
                return std::unexpected(dataset.error());
        }
        auto written = dataset->write(target, syntax);
        if (!written && written.error().fault == Fault::Unsupported && m_options.transcode) {
            dataset = m_options.transcode(source.path);
            if (!dataset)
                return std::unexpected(dataset.error());
            written = dataset->write(target, syntax);
        }
        return written;
    }

    Result<void> writeAll()
    {
        DicomDirInterface directory;
        directory.enableInventMode(OFTrue);
        directory.enableInventPatientIDMode(OFTrue);
        directory.enableMapFilenamesMode(OFFalse);
        const QByteArray folder = QFile::encodeName(m_folder);
        const OFCondition created = directory.createNewDicomDir(applicationProfile(m_report.profile, m_sources),
                                                                (folder + "/DICOMDIR").constData(), m_options.fileSetId.toLatin1().constData());
        if (created.bad())
            return fail(Fault::Unreadable, QString::fromUtf8(created.text()));
        qint64 done = 0;
        for (const Source& source : m_sources) {
            if (m_task.isCancelled())
                return fail(Fault::Cancelled, tr("stopped; the folder is empty again"));
            if (auto written = writeInstance(source); !written) {
                if (written.error().fault == Fault::DiskFull)
                    return written;
                m_report.leftOut.push_back({source.path, written.error().detail});
            } else if (const OFCondition added = directory.addDicomFile(source.fileId.toLatin1().constData(), folder.constData());
                       added.bad()) {
                QFile::remove(m_folder + u'/' + source.fileId);
                m_report.leftOut.push_back({source.path, tr("the profile has no place for it: %1").arg(QString::fromUtf8(added.text()))});
            } else {
                auto hash = hashOnMedium(m_folder + u'/' + source.fileId);
                if (!hash)
                    return std::unexpected(hash.error());
                m_report.hashes.insert(source.fileId, *hash);
                ++m_report.written;
            }
            m_task.report(++done, qint64(m_sources.size()));
        }
        if (m_report.written == 0)
            return fail(Fault::Unsupported, m_report.leftOut.front().reason);
        if (const OFCondition saved = directory.writeDicomDir(); saved.bad())
            return fail(Fault::Unreadable, tr("the DICOMDIR cannot be written: %1").arg(QString::fromUtf8(saved.text())));
        QFile::remove(m_folder + QStringLiteral("/DICOMDIR.BAK"));
        if (auto done = writeOthers(); !done)
            return done;
        if (auto verified = verifyFileSet(m_folder, m_report.hashes, m_task); !verified)
            return verified;
        m_report.isVerified = true;
        QDirIterator all(m_folder, QDir::Files, QDirIterator::Subdirectories);
        while (all.hasNext()) {
            all.next();
            m_report.bytes += all.fileInfo().size();
        }
        return {};
    }

    Result<void> writeOthers()
    {
        const auto write = [this](const char* name, const QByteArray& text) {
            QFile file(m_folder + u'/' + QLatin1String(name));
            return file.open(QIODevice::WriteOnly) && file.write(text) == text.size() && file.flush();
        };
        if (!write("README.TXT", readme(m_options, m_report)) || !write("INDEX.HTM", index(m_options, m_report)))
            return fail(Fault::DiskFull, tr("the texts cannot be written"));
        for (const ExtraFile& file : m_options.extraFiles) {
            const QString target = m_folder + u'/' + file.nameOnMedium;
            if (!QFileInfo(file.path).isFile())
                return fail(Fault::NotFound, tr("there is no file %1").arg(file.path));
            if (!QDir().mkpath(QFileInfo(target).path()) || !QFile::copy(file.path, target))
                return fail(Fault::DiskFull, tr("%1 cannot be written").arg(target));
        }
        return {};
    }

    QString m_folder;
    const MediaOptions& m_options;
    Task& m_task;
    std::vector<Source> m_sources;
    MediaReport m_report;
};

} // namespace

Result<void> MediaReport::nothingLeftOut() const
{
    if (leftOut.empty())
        return {};
    return fail(Fault::Damaged, tr("%1 of %2 images are not on the medium; the first: %3").arg(leftOut.size()).arg(written + qint64(leftOut.size())).arg(leftOut.front().reason));
}

Result<MediaReport> writeFileSet(const QStringList& paths, const QString& outFolder, const MediaOptions& options, Task& task)
{
    try {
        return Writer(QDir(outFolder).absolutePath(), options, task).write(paths);
    } catch (const std::exception& exception) {
        return fail(Fault::Internal, QString::fromUtf8(exception.what()));
    }
}

Result<void> verifyFileSet(const QString& folder, const QHash<QString, QByteArray>& hashes, Task& task)
{
    const auto directory = readFileSet(folder);
    if (!directory)
        return std::unexpected(directory.error());
    if (!directory->missing.empty() || !directory->refused.empty())
        return fail(Fault::Damaged, tr("the DICOMDIR names %1 files that are not there").arg(directory->missing.size() + directory->refused.size()));
    QSet<QString> named;
    for (const auto& entry : directory->files)
        named.insert(QString(entry.fileId).replace(u'\\', u'/'));
    for (auto it = hashes.constBegin(); it != hashes.constEnd(); ++it) {
        if (task.isCancelled())
            return fail(Fault::Cancelled, tr("stopped"));
        if (!named.contains(it.key()))
            return fail(Fault::Damaged, tr("the DICOMDIR does not name %1").arg(it.key()));
        const auto hash = hashOnMedium(QFileInfo(directory->path).path() + u'/' + it.key());
        if (!hash)
            return std::unexpected(hash.error());
        if (*hash != it.value())
            return fail(Fault::Damaged, tr("%1 is not as it was written").arg(it.key()));
    }
    if (named.size() != hashes.size())
        return fail(Fault::Damaged, tr("the DICOMDIR names %1 files, %2 were written").arg(named.size()).arg(hashes.size()));
    return {};
}

Result<dicom::DicomDir> readFileSet(const QString& path)
{
    if (!QFileInfo(path).isDir())
        return dicom::DicomDir::read(path);
    for (const QString& name : QDir(path).entryList(QDir::Files | QDir::Hidden))
        if (name.compare(QStringLiteral("DICOMDIR"), Qt::CaseInsensitive) == 0)
            return dicom::DicomDir::read(QDir(path).filePath(name));
    return fail(Fault::NotFound, tr("there is no DICOMDIR in %1").arg(path));
}

} // namespace diascope::media
