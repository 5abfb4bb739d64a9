#include "netclient/dicom/dicomdir.h"
#include "netclient/dicom/dataset.h"
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QHash>
#include <QSet>
#include <QtEndian>

namespace diascope::dicom
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("Dicom", text); }

constexpr char16_t mediaStorageDirectory[] = u"1.2.840.10008.1.3.10";

/// The name on the medium that a component means: media come back from other systems with other case and extensions.
QString findName(const QDir& folder, const QString& component, QHash<QString, QStringList>& listings)
{
    if (QFileInfo::exists(folder.filePath(component)))
        return component;
    auto listing = listings.find(folder.path());
    if (listing == listings.end())
        listing = listings.insert(folder.path(), folder.entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot));
    const auto bare = [](QString name) {
        name = name.toUpper();
        if (const qsizetype version = name.indexOf(u';'); version > 0)
            name.truncate(version);
        while (name.endsWith(u'.'))
            name.chop(1);
        return name;
    };
    const QString wanted = bare(component);
    for (const QString& name : *listing)
        if (bare(name) == wanted)
            return name;
    for (const QString& name : *listing)
        if (bare(name).section(u'.', 0, 0) == wanted.section(u'.', 0, 0))
            return name;
    return {};
}

/// Where each record begins in the file: an item whose first element is the offset of the next record (PS3.3 F.3.2.2).
std::vector<qint64> recordOffsets(const QString& path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return {};
    const QByteArray bytes = file.readAll();
    const QByteArray item = QByteArray::fromHex("feff00e0");
    const QByteArray nextRecord = QByteArray::fromHex("04000014");
    std::vector<qint64> offsets;
    for (qsizetype at = bytes.indexOf(item, 132); at >= 0; at = bytes.indexOf(item, at + 4))
        if (bytes.mid(at + 8, 4) == nextRecord)
            offsets.push_back(at);
    return offsets;
}

/// An offset element: DCMTK's VR for it is one of its own, so its bytes are read.
qint64 offsetOf(const Dataset& dataset, Tag tag)
{
    const QByteArray bytes = dataset.bytes(tag);
    return bytes.size() >= 4 ? qFromLittleEndian<quint32>(bytes.constData()) : 0;
}

/// Record offsets that come back to a record already passed (PS3.3 F.2.2): a chain that never ends.
bool hasCircle(const std::vector<Dataset>& records, const Dataset& directory, const std::vector<qint64>& offsets)
{
    constexpr Tag firstRecord{0x0004, 0x1200};
    constexpr Tag nextRecord{0x0004, 0x1400};
    constexpr Tag lowerRecord{0x0004, 0x1420};
    if (offsets.size() != records.size())
        return false;
    QHash<qint64, size_t> byOffset;
    for (size_t i = 0; i < records.size(); ++i)
        byOffset.insert(offsets[i], i);
    std::vector<qint64> waiting{offsetOf(directory, firstRecord)};
    QSet<qint64> seen;
    while (!waiting.empty()) {
        const qint64 offset = waiting.back();
        waiting.pop_back();
        const auto found = byOffset.constFind(offset);
        if (offset == 0 || found == byOffset.constEnd())
            continue;
        if (seen.contains(offset))
            return true;
        seen.insert(offset);
        waiting.push_back(offsetOf(records[*found], nextRecord));
        waiting.push_back(offsetOf(records[*found], lowerRecord));
    }
    return false;
}

class Resolver
{
public:
    explicit Resolver(const QString& dicomDirPath)
        : m_root(QFileInfo(dicomDirPath).absoluteDir().canonicalPath()), m_self(QFileInfo(dicomDirPath).canonicalFilePath())
    {
    }

    void resolve(DicomDir& result, DicomDir::Entry entry)
    {
        const auto refuse = [&](const char* reason) { result.refused.push_back({entry.fileId, tr(reason)}); };
        const QStringList components = QString(entry.fileId).replace(u'/', u'\\').split(u'\\');
        for (const QString& component : components)
            if (component.isEmpty() || component == u"." || component == u".." ||
                (component.size() == 2 && component[1] == u':'))
                return refuse(QT_TRANSLATE_NOOP("Dicom", "the reference leads outside of the medium"));
        QString path = m_root;
        for (const QString& component : components) {
            const QString name = findName(QDir(path), component, m_listings);
            if (name.isEmpty()) {
                entry.path = m_root + u'/' + components.join(u'/');
                result.missing.push_back(entry);
                return;
            }
            path += u'/' + name;
        }
        const QString canonical = QFileInfo(path).canonicalFilePath();
        if (!canonical.startsWith(m_root.endsWith(u'/') ? m_root : m_root + u'/'))
            return refuse(QT_TRANSLATE_NOOP("Dicom", "the reference leads outside of the medium"));
        if (canonical == m_self)
            return refuse(QT_TRANSLATE_NOOP("Dicom", "the DICOMDIR refers to itself"));
        if (!QFileInfo(canonical).isFile())
            return refuse(QT_TRANSLATE_NOOP("Dicom", "the reference is to something that is no plain file"));
        if (m_seen.contains(canonical))
            return; // several records may name one file
        m_seen.insert(canonical);
        entry.path = canonical;
        result.files.push_back(entry);
    }

private:
    QString m_root;
    QString m_self;
    QHash<QString, QStringList> m_listings;
    QSet<QString> m_seen;
};

} // namespace

Result<DicomDir> DicomDir::read(const QString& path)
{
    const auto dataset = Dataset::read(path);
    if (!dataset)
        return std::unexpected(dataset.error());
    if (!dataset->contains(tag::DirectoryRecordSequence))
        return fail(Fault::Damaged, tr("%1 has no directory records").arg(path));
    DicomDir result;
    result.path = QFileInfo(path).absoluteFilePath();
    result.fileSetId = dataset->text(tag::FileSetID);
    const auto records = dataset->items(tag::DirectoryRecordSequence);
    // The references are read record by record, never along the offsets: a circle cannot hold us.
    result.isCircular = hasCircle(records, *dataset, recordOffsets(path));
    Resolver resolver(path);
    for (const Dataset& record : records) {
        const QStringList components = record.texts(tag::ReferencedFileID);
        if (components.isEmpty())
            continue;
        resolver.resolve(result, {{}, components.join(u'\\'), record.text(tag::DirectoryRecordType),
                                  record.text(tag::ReferencedSOPClassUIDInFile), record.text(tag::ReferencedSOPInstanceUIDInFile)});
    }
    return result;
}

bool DicomDir::isDicomDir(const QString& path)
{
    if (QFileInfo(path).fileName().compare(QStringLiteral("DICOMDIR"), Qt::CaseInsensitive) == 0)
        return true;
    QFile file(path);
    if (!QFileInfo(path).isFile() || !file.open(QIODevice::ReadOnly))
        return false;
    const QByteArray head = file.read(1024);
    // The whole element (0002,0002): a UID of even length has no padding that would end it.
    const QByteArray isDirectory = QByteArray::fromHex("020002005549") + QByteArray::fromHex("1400") + QString::fromUtf16(mediaStorageDirectory).toLatin1();
    return head.mid(128, 4) == "DICM" && head.contains(isDirectory);
}

} // namespace diascope::dicom
