#include "netclient/archive/instance_header.h"
#include "netclient/dicom/byte_window.h"
#include "netclient/dicom/inflate.h"
#include "netclient/dicom/quick_header.h"
#include "netclient/dicom/structure.h"
#include "netclient/dicom/uid.h"
#include <QFile>
#include <algorithm>
#include <cstring>
#include <array>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace diascope::archive
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("Archive", text); }

namespace tag = dicom::tag;

constexpr std::array wanted{
    tag::SpecificCharacterSet, tag::SOPClassUID, tag::SOPInstanceUID, tag::StudyDate, tag::SeriesDate, tag::StudyTime,
    tag::SeriesTime, tag::AccessionNumber, tag::Modality, tag::ReferringPhysicianName, tag::StudyDescription,
    tag::SeriesDescription, tag::PatientName, tag::PatientID, tag::IssuerOfPatientID, tag::PatientBirthDate, tag::PatientSex,
    tag::BodyPartExamined, tag::StudyInstanceUID, tag::SeriesInstanceUID, tag::StudyID, tag::SeriesNumber, tag::InstanceNumber,
    tag::FrameOfReferenceUID, tag::NumberOfFrames, tag::Rows, tag::Columns,
};

QString plainDate(QString date) { return date.remove(u'.').remove(u'-'); }

template <typename Source>
InstanceHeader collect(const Source& source)
{
    InstanceHeader header;
    header.patientName = source.text(tag::PatientName);
    header.patientId = source.text(tag::PatientID);
    header.issuer = source.text(tag::IssuerOfPatientID);
    header.birthDate = plainDate(source.text(tag::PatientBirthDate));
    header.sex = source.text(tag::PatientSex);
    header.studyUid = source.text(tag::StudyInstanceUID);
    header.studyDate = plainDate(source.text(tag::StudyDate));
    header.studyTime = source.text(tag::StudyTime);
    header.accession = source.text(tag::AccessionNumber);
    header.studyDescription = source.text(tag::StudyDescription);
    header.referringPhysician = source.text(tag::ReferringPhysicianName);
    header.studyId = source.text(tag::StudyID);
    header.seriesUid = source.text(tag::SeriesInstanceUID);
    header.modality = source.text(tag::Modality);
    header.seriesDescription = source.text(tag::SeriesDescription);
    header.bodyPart = source.text(tag::BodyPartExamined);
    header.seriesDate = plainDate(source.text(tag::SeriesDate));
    header.seriesTime = source.text(tag::SeriesTime);
    header.frameOfReference = source.text(tag::FrameOfReferenceUID);
    header.seriesNumber = source.integer(tag::SeriesNumber);
    header.instanceUid = source.text(tag::SOPInstanceUID);
    header.sopClassUid = source.text(tag::SOPClassUID);
    header.instanceNumber = source.integer(tag::InstanceNumber);
    header.rows = source.integer(tag::Rows).value_or(0);
    header.columns = source.integer(tag::Columns).value_or(0);
    header.frames = std::max<qint64>(1, source.integer(tag::NumberOfFrames).value_or(1));
    return header;
}

Result<InstanceHeader> checked(InstanceHeader header)
{
    if (header.isDirectory)
        return header;
    const std::array uids{std::pair{&header.instanceUid, "SOP Instance UID"}, std::pair{&header.studyUid, "Study Instance UID"},
                          std::pair{&header.seriesUid, "Series Instance UID"}};
    for (const auto& [uid, name] : uids) {
        if (uid->isEmpty())
            return fail(Fault::Damaged, tr("there is no %1").arg(QLatin1String(name)));
        if (!dicom::isValidUid(*uid))
            return fail(Fault::Damaged, tr("the %1 is no UID").arg(QLatin1String(name)));
    }
    return header;
}

/// What systems would run: Windows, Linux, macOS, scripts. TIFF in the preamble (PS3.10 §7.1) is no program.
bool beginsLikeAProgram(std::span<const uchar> bytes)
{
    static const QByteArray starts[] = {"MZ", "\x7F" "ELF", "#!", "\xCF\xFA\xED\xFE", "\xCE\xFA\xED\xFE", "\xCA\xFE\xBA\xBE"};
    return bytes.size() >= 132 && std::any_of(std::begin(starts), std::end(starts), [bytes](const QByteArray& start) {
               return std::memcmp(bytes.data(), start.constData(), size_t(start.size())) == 0;
           });
}

Result<InstanceHeader> fromQuick(const dicom::QuickHeader& quick, std::span<const uchar> bytes)
{
    InstanceHeader header = collect(quick);
    header.transferSyntaxUid = quick.transferSyntaxUid();
    header.isProgram = beginsLikeAProgram(bytes);
    header.isDirectory = header.instanceUid.isEmpty() && bytes.size() > 700 &&
                         QByteArray::fromRawData(reinterpret_cast<const char*>(bytes.data()), 700).contains("1.2.840.10008.1.3.10");
    return checked(std::move(header));
}

/// From the beginning of a deflated dataset: the full parser would hold all that it becomes.
std::optional<Result<InstanceHeader>> fromDeflated(const QString& path, const dicom::Encoding& encoding)
{
    constexpr qint64 enough = 128 * 1024;
    constexpr qint64 mostCompressed = 1 << 20; // of a stream that packs badly
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return std::nullopt;
    const QByteArray head = file.read(132);
    if (!file.seek(encoding.offset))
        return std::nullopt;
    const QByteArray packed = file.read(mostCompressed);
    const auto bytes = dicom::inflatedBeginning(reinterpret_cast<const uchar*>(packed.constData()), packed.size(), enough);
    if (!bytes)
        return std::nullopt;
    const std::span dataset(reinterpret_cast<const uchar*>(bytes->constData()), size_t(bytes->size()));
    const auto quick = dicom::QuickHeader::readDataset(dataset, QString::fromUtf16(dicom::explicitLittleEndian), wanted);
    if (!quick || quick->text(tag::SOPInstanceUID).isEmpty())
        return std::nullopt;
    InstanceHeader header = collect(*quick);
    header.transferSyntaxUid = QStringLiteral("1.2.840.10008.1.2.1.99");
    header.isProgram = beginsLikeAProgram(std::span(reinterpret_cast<const uchar*>(head.constData()), size_t(head.size())));
    return checked(std::move(header));
}

/// From the first bytes of a file of sound structure; the full parser reads what they do not tell.
Result<InstanceHeader> headerFrom(std::span<const uchar> bytes, const QString& path)
{
    if (const auto quick = dicom::QuickHeader::read(bytes, wanted))
        return fromQuick(*quick, bytes);
    const auto dataset = dicom::Dataset::read(path);
    if (!dataset)
        return std::unexpected(dataset.error());
    InstanceHeader header = collect(*dataset);
    header.transferSyntaxUid = dataset->transferSyntax().uid;
    header.isProgram = beginsLikeAProgram(bytes);
    header.isDirectory = header.instanceUid.isEmpty() && dataset->contains(tag::DirectoryRecordSequence);
    return checked(std::move(header));
}

struct PlainFile
{
    int descriptor;
    ~PlainFile()
    {
        if (descriptor >= 0)
            ::close(descriptor);
    }
};

/// Ideographs or syllables: of such a name the parts are also written without a space.
bool isWrittenTogether(const QString& group)
{
    constexpr QChar::Script scripts[] = {QChar::Script_Han, QChar::Script_Bopomofo, QChar::Script_Hiragana, QChar::Script_Katakana, QChar::Script_Hangul};
    return std::ranges::any_of(group.toStdU32String(), [&](char32_t letter) { return std::ranges::count(scripts, QChar::script(letter)) > 0; });
}

} // namespace

Result<InstanceHeader> readHeader(std::span<const uchar> bytes, const QString& path)
{
    const auto sound = dicom::checkStructure(bytes.data(), qint64(bytes.size()));
    if (!sound)
        return std::unexpected(sound.error());
    if (sound->isDeflated)
        if (auto header = fromDeflated(path, *sound))
            return *header;
    return headerFrom(bytes, path);
}

Result<InstanceHeader> readHeader(const QString& path)
{
    const auto unreadable = [](int code) {
        return fail(Fault::Unreadable, tr("the file cannot be read: %1").arg(QString::fromLocal8Bit(std::strerror(code))));
    };
    // Without waiting for the writer of a FIFO.
    const PlainFile file{::open(QFile::encodeName(path).constData(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    if (file.descriptor < 0)
        return errno == ENOENT ? fail(Fault::NotFound, tr("there is no file %1").arg(path)) : unreadable(errno);
    struct stat status = {};
    if (::fstat(file.descriptor, &status) != 0)
        return unreadable(errno);
    if (!S_ISREG(status.st_mode))
        return fail(Fault::Unreadable, tr("%1 is not a plain file").arg(path));
    dicom::ByteWindow bytes(file.descriptor, status.st_size);
    const auto sound = dicom::checkStructure(bytes);
    if (!sound)
        return std::unexpected(sound.error());
    // Most headers end within two pages; the longest ones are for the full parser.
    const auto beginning = [&bytes](qint64 count) {
        const qint64 available = std::min(count, bytes.size());
        const uchar* from = bytes.at(0, available);
        return std::span(from, from ? size_t(available) : 0);
    };
    const auto shortly = beginning(8 * 1024);
    const auto quick = dicom::QuickHeader::read(shortly, wanted);
    const auto deflated = sound->isDeflated ? fromDeflated(path, *sound) : std::nullopt;
    auto header = deflated ? *deflated : quick ? fromQuick(*quick, shortly) : headerFrom(beginning(128 * 1024), path);
    if (header) {
        header->sizeBytes = status.st_size;
        header->modifiedMs = qint64(status.st_mtim.tv_sec) * 1000 + status.st_mtim.tv_nsec / 1'000'000;
    }
    return header;
}

Error directoryRefused() { return {Fault::Unsupported, tr("a DICOMDIR cannot be stored")}; }

QString folded(const QString& text)
{
    QString plain;
    for (QChar letter : text.normalized(QString::NormalizationForm_KC).toCaseFolded()) {
        const bool isLatin = letter.unicode() < 0x250 || (letter.unicode() >= 0x1E00 && letter.unicode() < 0x1F00);
        if (letter == u'ß') // Qt folds letter by letter, and leaves İ
            plain += QLatin1String("ss");
        else if (letter == u'İ')
            plain += u'i';
        else if (letter == u'^' || letter == u'=' || letter == u',' || letter == u'\\')
            plain += u' ';
        else if (isLatin && letter.decompositionTag() == QChar::Canonical && !letter.decomposition().isEmpty())
            plain += letter.decomposition().front().decomposition().isEmpty() ? letter.decomposition().front()
                                                                               : letter.decomposition().front().decomposition().front();
        else
            plain += letter;
    }
    return plain.simplified();
}

QString foldedName(const QString& personName)
{
    const QStringList groups = personName.split(u'=');
    QStringList parts{folded(personName)};
    for (qsizetype i = 0; i < groups.size(); ++i)
        if (i > 0 || isWrittenTogether(groups[i]))
            parts << folded(groups[i]).remove(u' ');
    return parts.join(u' ').simplified();
}

} // namespace diascope::archive
