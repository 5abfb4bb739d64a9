#include "netclient/dicom/dataset.h"
#include "netclient/dicom/structure.h"
#include <QFile>
#include <QFileInfo>
#include <QUuid>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <limits>
#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>
#include <dcmtk/dcmdata/dcistrmf.h>
#include <dcmtk/oflog/oflog.h>
#include <mutex>
#include <sys/mman.h>

namespace diascope::dicom
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("Dicom", text); }

constexpr Uint32 lazyFrom = 4096;

/// DCMTK logs to stderr what we report ourselves, with patient data.
void quietDcmtk()
{
    static std::once_flag once;
    std::call_once(once, [] {
        OFLog::configure(OFLogger::OFF_LOG_LEVEL);
        // Headers that name one encoding over another, and a compressed syntax over pixels as they are: the bytes decide.
        dcmAcceptUnexpectedImplicitEncoding.set(OFTrue);
        dcmUseExplLengthPixDataForEncTS.set(OFTrue);
    });
}

DcmTagKey keyOf(Tag tag) { return {tag.group, tag.element}; }

QString declaredCharacterSet(DcmItem& item, const QString& inherited)
{
    OFString value;
    if (item.findAndGetOFStringArray(DCM_SpecificCharacterSet, value).good())
        return QString::fromLatin1(value.c_str()).trimmed();
    return inherited;
}

DcmElement* elementOf(DcmItem& item, Tag tag)
{
    DcmElement* element = nullptr;
    return item.findAndGetElement(keyOf(tag), element).good() ? element : nullptr;
}

bool isText(DcmEVR vr)
{
    switch (vr) {
    case EVR_LO:
    case EVR_LT:
    case EVR_PN:
    case EVR_SH:
    case EVR_ST:
    case EVR_UC:
    case EVR_UT:
    case EVR_UN:
        return true;
    default:
        return false;
    }
}

/// A list longer than this is no list of codes, dates or names; numbers and UIDs may be many.
qsizetype maxValues(DcmEVR vr)
{
    switch (vr) {
    case EVR_AE:
    case EVR_AS:
    case EVR_CS:
    case EVR_DA:
    case EVR_DT:
    case EVR_LO:
    case EVR_SH:
    case EVR_TM:
        return 256;
    default:
        return std::numeric_limits<qsizetype>::max();
    }
}

bool isSingleValued(DcmEVR vr) { return vr == EVR_LT || vr == EVR_ST || vr == EVR_UT || vr == EVR_UR; }

/// The value's own memory, or nothing.
QByteArray viewOf(DcmElement& element)
{
    Uint8* bytes = nullptr;
    // Strings are held as char, words as Uint16: the value field itself is the same memory.
    if (element.getLength() == 0)
        return {};
    const auto view = [&element](const void* from) {
        return from ? QByteArray::fromRawData(static_cast<const char*>(from), qsizetype(element.getLength())) : QByteArray();
    };
    char* text = nullptr;
    Uint32 length = 0; // a zero in the middle ends nothing: another reader sees what is behind it
    if (element.getString(text, length).good())
        return text ? QByteArray::fromRawData(text, qsizetype(length)) : QByteArray();
    if (element.getUint8Array(bytes).good())
        return view(bytes);
    Uint16* words = nullptr;
    if (element.getUint16Array(words).good())
        return view(words);
    Sint16* signedWords = nullptr;
    if (element.getSint16Array(signedWords).good())
        return view(signedWords);
    Uint32* longs = nullptr;
    if (element.getUint32Array(longs).good())
        return view(longs);
    Sint32* signedLongs = nullptr;
    if (element.getSint32Array(signedLongs).good())
        return view(signedLongs);
    Uint64* veryLongs = nullptr; // OV and UV: an Extended Offset Table
    if (element.getUint64Array(veryLongs).good())
        return view(veryLongs);
    Sint64* signedVeryLongs = nullptr;
    if (element.getSint64Array(signedVeryLongs).good())
        return view(signedVeryLongs);
    Float32* floats = nullptr;
    if (element.getFloat32Array(floats).good())
        return view(floats);
    Float64* doubles = nullptr;
    if (element.getFloat64Array(doubles).good())
        return view(doubles);
    return {};
}

QByteArray rawBytes(DcmElement& element)
{
    const QByteArray view = viewOf(element);
    return QByteArray(view.constData(), view.size());
}

QString trimmedValue(QString value, bool keepsLeading)
{
    while (value.endsWith(u' '))
        value.chop(1);
    if (!keepsLeading)
        while (value.startsWith(u' '))
            value.remove(0, 1);
    return value;
}

/// A number out of bytes whose VR says nothing (UN by PS3.5 §6.2.2 note, OB by mistake), by the dictionary's VR; little endian.
std::optional<double> numberFromBytes(const QByteArray& bytes, DcmEVR vr, qsizetype index)
{
    const auto as = [&]<typename T>(T) -> std::optional<double> {
        if ((index + 1) * qsizetype(sizeof(T)) > bytes.size())
            return std::nullopt;
        T value;
        std::memcpy(&value, bytes.constData() + index * qsizetype(sizeof(T)), sizeof(T));
        return double(value);
    };
    switch (vr) {
    case EVR_US:
    case EVR_xs:
        return as(Uint16{});
    case EVR_SS:
        return as(Sint16{});
    case EVR_UL:
    case EVR_up:
        return as(Uint32{});
    case EVR_SL:
        return as(Sint32{});
    case EVR_FL:
        return as(Float32{});
    case EVR_FD:
        return as(Float64{});
    default:
        return std::nullopt;
    }
}

/// The values of a text from `first` on, at most `most`; nothing where one is no number.
std::vector<std::optional<double>> numbersOfText(const QByteArray& text, int first, int most)
{
    std::vector<std::optional<double>> values;
    int index = 0;
    for (qsizetype from = 0; from <= text.size() && qsizetype(values.size()) < most; ++index) {
        const qsizetype found = text.indexOf('\\', from);
        const qsizetype end = found < 0 ? text.size() : found;
        if (index >= first) {
            QByteArrayView value(text.constData() + from, end - from);
            while (value.endsWith('\0'))
                value.chop(1);
            bool isNumber = false;
            const double number = value.trimmed().toDouble(&isNumber);
            values.push_back(isNumber ? std::optional(number) : std::nullopt);
        }
        from = end + 1;
    }
    return values;
}

/// What DCMTK found wrong with a file, for people.
Error damaged(const OFCondition& condition)
{
    if (condition == EC_StreamNotifyClient || condition == EC_EndOfStream)
        return {Fault::Damaged, tr("the file ends inside a value, or a length in it is wrong")};
    const OFConditionConst* const broken[] = {&EC_InvalidTag, &EC_CorruptedData, &EC_InvalidStream, &EC_ItemEnd, &EC_SequEnd,
                                              &EC_ItemDelimitationItemMissing, &EC_SequDelimitationItemMissing};
    if (std::any_of(std::begin(broken), std::end(broken), [&](const OFConditionConst* one) { return condition == *one; }))
        return {Fault::Damaged, tr("the structure of the file is broken (%1)").arg(QString::fromUtf8(condition.text()))};
    return {Fault::Damaged, QString::fromUtf8(condition.text())};
}

/// DCMTK's parser throws where its authors did not think of it: in 3.6.7 at a Directory Record Type of more than 16 letters.
template <typename Load>
Result<void> guarded(const Load& load)
{
    try {
        if (const OFCondition loaded = load(); loaded.bad())
            return std::unexpected(damaged(loaded));
        return {};
    } catch (const std::bad_alloc&) {
        return fail(Fault::Internal, tr("there is not enough memory to read the dataset"));
    } catch (const std::exception& exception) {
        return fail(Fault::Damaged, tr("the structure of the file is broken (%1)").arg(QString::fromUtf8(exception.what())));
    }
}

/// A dataset that does not lie as its header says.
OFCondition readAs(const Encoding& encoding, const QByteArray& path, DcmDataset& dataset)
{
    const E_TransferSyntax syntax = encoding.isBigEndian ? EXS_BigEndianExplicit
                                    : encoding.isImplicit ? EXS_LittleEndianImplicit
                                                          : EXS_LittleEndianExplicit;
    DcmInputFileStream stream(OFFilename(path.constData()), encoding.offset);
    if (stream.status().bad())
        return stream.status();
    dataset.transferInit();
    const OFCondition loaded = dataset.read(stream, syntax, EGL_noChange, lazyFrom);
    dataset.transferEnd();
    return loaded;
}

Result<void> load(const Encoding& encoding, const QByteArray& path, DcmFileFormat& file)
{
    return guarded([&] {
        return encoding.isMislabelled ? readAs(encoding, path, *file.getDataset())
                                      : file.loadFile(path.constData(), EXS_Unknown, EGL_noChange, lazyFrom, ERM_autoDetect);
    });
}

bool hasNoVr(DcmElement& element)
{
    return element.ident() == EVR_UN || element.ident() == EVR_OB || element.ident() == EVR_OW;
}

/// Of any number, finite or not.
std::optional<double> numberOf(DcmElement& element, Tag tag, int index)
{
    if (hasNoVr(element)) {
        const QByteArray bytes = rawBytes(element);
        const DcmEVR vr = DcmTag(keyOf(tag)).getEVR();
        if (numberFromBytes(bytes, vr, 0))
            return numberFromBytes(bytes, vr, index);
    }
    if (element.isaString() || element.ident() == EVR_UN) {
        const auto values = numbersOfText(rawBytes(element), index, 1);
        return values.empty() ? std::nullopt : values.front();
    }
    const auto at = static_cast<unsigned long>(index);
    Float64 real = 0;
    Float32 single = 0;
    Uint16 word = 0;
    Sint16 signedWord = 0;
    Uint32 longWord = 0;
    Sint32 signedLong = 0;
    switch (element.ident()) {
    case EVR_FD:
        return element.getFloat64(real, at).good() ? std::optional(real) : std::nullopt;
    case EVR_FL:
        return element.getFloat32(single, at).good() ? std::optional(double(single)) : std::nullopt;
    case EVR_SS:
        return element.getSint16(signedWord, at).good() ? std::optional(double(signedWord)) : std::nullopt;
    case EVR_SL:
        return element.getSint32(signedLong, at).good() ? std::optional(double(signedLong)) : std::nullopt;
    case EVR_UL:
    case EVR_up:
        return element.getUint32(longWord, at).good() ? std::optional(double(longWord)) : std::nullopt;
    default:
        return element.getUint16(word, at).good() ? std::optional(double(word)) : std::nullopt;
    }
}

/// Beyond this numbers are no integers any more, and converting them would be undefined.
bool fitsInteger(double number) { return std::abs(number) <= 9.0e15; }

std::optional<double> finite(std::optional<double> number) { return number && std::isfinite(*number) ? number : std::nullopt; }

Fault faultOfErrno()
{
    return errno == ENOSPC ? Fault::DiskFull : Fault::Unreadable;
}

/// DCMTK writes the preamble it has read, and that may be a program's beginning (FIL-14).
Result<void> clearPreamble(const QString& path)
{
    constexpr qint64 preambleBytes = 128;
    QFile file(path);
    if (!file.open(QIODevice::ReadWrite) || file.write(QByteArray(preambleBytes, '\0')) != preambleBytes || !file.flush())
        return fail(faultOfErrno(), QStringLiteral("%1: %2").arg(path, file.errorString()));
    return {};
}

/// DCMTK takes memory for all frames that the header names before it decodes the first, and counts their bytes in 32 bits: what
/// the header says is held against the compressed bytes that are there.
Result<void> checkCompressedFrames(DcmItem& item)
{
    constexpr double longestValue = 0xFFFFFFFEu; // PS3.5 7.1.1
    DcmStack found;
    if (item.search(DCM_PixelData, found, ESM_fromHere, OFFalse).bad())
        return {};
    auto* pixels = dynamic_cast<DcmPixelData*>(found.top());
    E_TransferSyntax syntax = EXS_Unknown;
    const DcmRepresentationParameter* parameter = nullptr;
    DcmPixelSequence* fragments = nullptr;
    if (!pixels)
        return {};
    pixels->getOriginalRepresentationKey(syntax, parameter);
    pixels->getEncapsulatedRepresentation(syntax, parameter, fragments);
    if (!fragments)
        return {};
    double held = 0;
    for (DcmObject* fragment = nullptr; (fragment = fragments->nextInContainer(fragment)) != nullptr;)
        held += fragment->getLength();
    const auto size = [&item](const DcmTagKey& key) {
        Uint16 value = 0;
        return item.findAndGetUint16(key, value).good() ? double(value) : 1;
    };
    Sint32 frames = 1;
    (void)item.findAndGetSint32(DCM_NumberOfFrames, frames);
    const double bytes = size(DCM_Rows) * size(DCM_Columns) * size(DCM_SamplesPerPixel) * std::ceil(size(DCM_BitsAllocated) / 8) * std::max(1, frames);
    if (bytes > longestValue)
        return fail(Fault::Unsupported, tr("%1 frames are too large to be written uncompressed").arg(frames));
    if (frames > 1 && double(frames) > double(fragments->card()) - 1) // the first item is the offset table
        return fail(Fault::Damaged, tr("the compressed data of frame %1 of %2 are missing").arg(fragments->card()).arg(frames));
    if (TransferSyntax::fromUid(QString::fromLatin1(DcmXfer(syntax).getXferID())).isImplausible(qint64(held), qint64(bytes)))
        return fail(Fault::Damaged, tr("the compressed data are far too short for %1 frames").arg(std::max(1, frames)));
    return {};
}

Result<void> changeRepresentation(DcmDataset& dataset, const DcmXfer& xfer)
{
    if (auto held = checkCompressedFrames(dataset); !held)
        return held;
    if (dataset.chooseRepresentation(xfer.getXfer(), nullptr).bad() || !dataset.canWriteXfer(xfer.getXfer()))
        return fail(Fault::Unsupported, tr("the pixels cannot be written as %1").arg(QLatin1String(xfer.getXferName())));
    return {};
}

} // namespace

Dataset::Dataset() : m_file(std::make_shared<DcmFileFormat>()), m_item(m_file->getDataset())
{
    quietDcmtk();
    m_characterSet = QStringLiteral("ISO_IR 192");
    m_item->putAndInsertString(DCM_SpecificCharacterSet, "ISO_IR 192");
}

Dataset::Dataset(std::shared_ptr<DcmFileFormat> file, DcmItem* item, QString characterSet)
    : m_file(std::move(file)), m_item(item), m_characterSet(std::move(characterSet))
{
}

Result<Dataset> Dataset::read(const QString& path)
{
    const auto encoding = checkStructure(path);
    if (!encoding)
        return std::unexpected(encoding.error());
    quietDcmtk();
    auto file = std::make_shared<DcmFileFormat>();
    if (auto loaded = load(*encoding, QFile::encodeName(path), *file); !loaded)
        return std::unexpected(loaded.error());
    DcmItem* item = file->getDataset();
    if (item->card() == 0)
        return fail(Fault::Damaged, tr("there is no dataset in the file"));
    return Dataset(file, item, declaredCharacterSet(*item, {}));
}

Result<Dataset> Dataset::fromBytes(const QByteArray& bytes)
{
    const auto encoding = checkStructure(reinterpret_cast<const uchar*>(bytes.constData()), bytes.size());
    if (!encoding)
        return std::unexpected(encoding.error());
    quietDcmtk();
    auto file = std::make_shared<DcmFileFormat>();
    // As a file: of one DCMTK looks whether a value can be there before it takes memory for it.
    const int memory = memfd_create("diascope-dataset", MFD_CLOEXEC);
    QFile stream;
    if (!stream.open(memory, QIODevice::WriteOnly, QFile::AutoCloseHandle) || stream.write(bytes) != bytes.size() || !stream.flush())
        return fail(Fault::Internal, tr("there is not enough memory to read the dataset"));
    const QByteArray path = "/proc/self/fd/" + QByteArray::number(memory);
    if (auto loaded = load(*encoding, path, *file); !loaded)
        return std::unexpected(loaded.error());
    if (!guarded([&] { return file->loadAllDataIntoMemory(); }))
        return fail(Fault::Damaged, tr("there is no dataset in the file"));
    DcmItem* item = file->getDataset();
    return Dataset(file, item, declaredCharacterSet(*item, {}));
}

Dataset Dataset::copyOf(DcmItem& item)
{
    quietDcmtk();
    auto file = std::make_shared<DcmFileFormat>();
    DcmDataset* dataset = file->getDataset();
    for (DcmObject* child = nullptr; (child = item.nextInContainer(child)) != nullptr;)
        dataset->insert(OFstatic_cast(DcmElement*, child->clone()), OFTrue);
    return Dataset(file, dataset, declaredCharacterSet(*dataset, {}));
}

Dataset Dataset::deepCopy() const
{
    Dataset copy = copyOf(*m_item);
    copy.m_characterSet = m_characterSet;
    return copy;
}

Result<void> Dataset::write(const QString& path, const QString& transferSyntaxUid) const
{
    const DcmXfer xfer(transferSyntaxUid.toLatin1().constData());
    auto* dataset = dynamic_cast<DcmDataset*>(m_item);
    if (!dataset || xfer.getXfer() == EXS_Unknown)
        return fail(Fault::Internal, tr("only a whole dataset can be written, in a known transfer syntax"));
    if (!dataset->canWriteXfer(xfer.getXfer()))
        if (auto changed = changeRepresentation(*dataset, xfer); !changed)
            return changed;
    const QString temporary = path + QStringLiteral(".%1.part").arg(QUuid::createUuid().toString(QUuid::Id128));
    errno = 0;
    const OFCondition saved = m_file->saveFile(QFile::encodeName(temporary).constData(), xfer.getXfer(), EET_UndefinedLength,
                                               EGL_recalcGL, EPD_withoutPadding, 0, 0, EWM_createNewMeta);
    if (saved.bad()) {
        const Fault fault = faultOfErrno();
        QFile::remove(temporary);
        return fail(fault, tr("%1 cannot be written: %2").arg(path, QString::fromUtf8(saved.text())));
    }
    if (auto cleared = clearPreamble(temporary); !cleared) {
        QFile::remove(temporary);
        return cleared;
    }
    if (std::rename(QFile::encodeName(temporary).constData(), QFile::encodeName(path).constData()) != 0) {
        const Fault fault = faultOfErrno();
        QFile::remove(temporary);
        return fail(fault, tr("%1 cannot be written: %2").arg(path, QString::fromLocal8Bit(std::strerror(errno))));
    }
    return {};
}

Result<void> Dataset::decompress(const QString& transferSyntaxUid)
{
    auto* dataset = dynamic_cast<DcmDataset*>(m_item);
    const DcmXfer xfer(transferSyntaxUid.toLatin1().constData());
    if (!dataset || xfer.getXfer() == EXS_Unknown)
        return fail(Fault::Internal, tr("only a whole dataset can be written, in a known transfer syntax"));
    return changeRepresentation(*dataset, xfer);
}

TransferSyntax Dataset::transferSyntax() const
{
    // DCMTK knows fewer syntaxes than we decode; of one it does not know it tells how the bytes lie.
    const DcmXfer found(m_file->getDataset()->getOriginalXfer());
    OFString declared;
    m_file->getMetaInfo()->findAndGetOFString(DCM_TransferSyntaxUID, declared);
    const auto syntax = TransferSyntax::fromUid(QString::fromLatin1(found.getXferID()));
    if (declared.empty() || DcmXfer(declared.c_str()).getXfer() != EXS_Unknown)
        return syntax;
    TransferSyntax named = TransferSyntax::fromUid(QString::fromLatin1(declared.c_str()).trimmed());
    named.isExplicit = syntax.isExplicit;
    return named;
}

bool Dataset::contains(Tag tag) const { return m_item->tagExists(keyOf(tag)); }

bool Dataset::hasValue(Tag tag) const
{
    DcmElement* element = elementOf(*m_item, tag);
    return element && !element->isEmpty();
}

QStringList Dataset::texts(Tag tag) const
{
    DcmElement* element = elementOf(*m_item, tag);
    if (!element)
        return {};
    const DcmEVR vr = element->ident();
    if (!element->isaString() && vr != EVR_UN) {
        QStringList values;
        for (unsigned long i = 0; i < element->getVM(); ++i) {
            OFString value;
            if (element->getOFString(value, i).good())
                values << QString::fromLatin1(value.c_str());
        }
        return values;
    }
    const QByteArray bytes = rawBytes(*element);
    const char* delimiters = vr == EVR_PN ? "^=\\" : isSingleValued(vr) ? "" : "\\";
    const QString whole = isText(vr) ? decodeText(bytes, m_characterSet, delimiters) : decodeText(bytes, {}, "");
    if (whole.isEmpty())
        return {};
    QStringList values;
    if (isSingleValued(vr))
        values << whole;
    else
        for (const QStringView value : qTokenize(whole, u'\\')) {
            if (values.size() == maxValues(vr))
                break;
            values << value.toString();
        }
    for (QString& value : values)
        value = trimmedValue(value, isSingleValued(vr));
    return values;
}

QString Dataset::text(Tag tag) const { return texts(tag).join(u'\\'); }

std::optional<double> Dataset::number(Tag tag, int index) const
{
    DcmElement* element = elementOf(*m_item, tag);
    return element ? finite(numberOf(*element, tag, index)) : std::nullopt;
}

std::vector<double> Dataset::numbers(Tag tag, int most) const
{
    DcmElement* element = elementOf(*m_item, tag);
    if (!element)
        return {};
    std::vector<double> values;
    if (hasNoVr(*element)) {
        const QByteArray bytes = rawBytes(*element);
        const DcmEVR vr = DcmTag(keyOf(tag)).getEVR();
        for (int i = 0; i < most; ++i) {
            const auto value = numberFromBytes(bytes, vr, i);
            if (!value)
                break;
            if (!std::isfinite(*value))
                return {};
            values.push_back(*value);
        }
        if (!values.empty())
            return values;
    }
    if (element->isaString() || element->ident() == EVR_UN) { // one pass over the text, however many
        for (const auto& value : numbersOfText(rawBytes(*element), 0, most)) {
            if (!finite(value))
                return {};
            values.push_back(*value);
        }
        return values;
    }
    const int count = int(std::min<unsigned long>(element->getVM(), static_cast<unsigned long>(most)));
    for (int i = 0; i < count; ++i) {
        const auto value = number(tag, i);
        if (!value)
            return {};
        values.push_back(*value);
    }
    return values;
}

qint64 Dataset::lengthOf(Tag tag) const
{
    DcmElement* element = elementOf(*m_item, tag);
    return element ? qint64(element->getLength()) : 0;
}

std::optional<qint64> Dataset::integer(Tag tag, int index) const
{
    const auto value = number(tag, index);
    return value && fitsInteger(*value) ? std::optional(qint64(*value)) : std::nullopt;
}

std::vector<qint64> Dataset::integers(Tag tag, int most) const
{
    std::vector<qint64> values;
    for (const double value : numbers(tag, most)) {
        if (!fitsInteger(value))
            return {};
        values.push_back(qint64(value));
    }
    return values;
}

QByteArray Dataset::bytes(Tag tag) const
{
    DcmElement* element = elementOf(*m_item, tag);
    return element ? rawBytes(*element) : QByteArray();
}

std::shared_ptr<const QByteArray> Dataset::sharedBytes(Tag tag) const
{
    struct Shared
    {
        std::shared_ptr<DcmFileFormat> file;
        QByteArray bytes;
    };
    DcmElement* element = elementOf(*m_item, tag);
    auto shared = std::make_shared<const Shared>(m_file, element ? viewOf(*element) : QByteArray());
    return {shared, &shared->bytes};
}

std::vector<Dataset> Dataset::items(Tag tag) const
{
    DcmSequenceOfItems* sequence = nullptr;
    std::vector<Dataset> found;
    m_item->findAndGetSequence(keyOf(tag), sequence);
    if (!sequence)
        return found;
    found.reserve(sequence->card());
    for (DcmObject* child = nullptr; (child = sequence->nextInContainer(child)) != nullptr;)
        if (auto* item = dynamic_cast<DcmItem*>(child))
            found.push_back(Dataset(m_file, item, declaredCharacterSet(*item, m_characterSet)));
    return found;
}

std::optional<Dataset> Dataset::item(Tag tag, int index) const
{
    DcmItem* found = nullptr;
    m_item->findAndGetSequenceItem(keyOf(tag), found, index);
    if (!found)
        return std::nullopt;
    return Dataset(m_file, found, declaredCharacterSet(*found, m_characterSet));
}

std::vector<Tag> Dataset::tags() const
{
    std::vector<Tag> found;
    for (DcmObject* child = nullptr; (child = m_item->nextInContainer(child)) != nullptr;)
        found.push_back({child->getGTag(), child->getETag()});
    return found;
}

Result<void> Dataset::setText(Tag tag, const QString& text)
{
    if (tag == tag::SpecificCharacterSet)
        m_characterSet = text;
    const auto encoded = encodeText(text, m_characterSet);
    if (!encoded)
        return fail(Fault::Unsupported, tr("the text of %1 does not fit the character set %2").arg(tag.text(), m_characterSet));
    const OFCondition put = m_item->putAndInsertString(DcmTag(keyOf(tag)), encoded->constData(), Uint32(encoded->size()));
    if (put.bad())
        return fail(Fault::Internal, QStringLiteral("%1: %2").arg(tag.text(), QString::fromUtf8(put.text())));
    return {};
}

namespace
{

/// Two's complement in the width of T: US and SS share elements whose sign another element tells.
template <typename T>
std::vector<T> wrapped(const std::vector<double>& values)
{
    std::vector<T> all;
    for (const double value : values)
        all.push_back(T(std::isfinite(value) ? qint64(std::clamp(value, -9e15, 9e15)) : 0));
    return all;
}

} // namespace

void Dataset::setNumber(Tag tag, double value) { setNumbers(tag, {value}); }

void Dataset::setNumbers(Tag tag, const std::vector<double>& values)
{
    const DcmTag dcmTag(keyOf(tag));
    switch (dcmTag.getEVR()) {
    case EVR_FD:
        m_item->putAndInsertFloat64Array(dcmTag, values.data(), values.size());
        return;
    case EVR_FL: {
        std::vector<Float32> singles;
        for (const double value : values)
            singles.push_back(std::abs(value) <= std::numeric_limits<Float32>::max() ? Float32(value) : 0);
        m_item->putAndInsertFloat32Array(dcmTag, singles.data(), singles.size());
        return;
    }
    case EVR_US:
    case EVR_xs: {
        const auto words = wrapped<Uint16>(values);
        m_item->putAndInsertUint16Array(dcmTag, words.data(), words.size());
        return;
    }
    case EVR_SS: {
        const auto words = wrapped<Sint16>(values);
        m_item->putAndInsertSint16Array(dcmTag, words.data(), words.size());
        return;
    }
    case EVR_UL:
    case EVR_up: {
        const auto longs = wrapped<Uint32>(values);
        auto element = std::make_unique<DcmUnsignedLong>(dcmTag); // DCMTK's own function for items takes one value alone
        if (element->putUint32Array(longs.data(), static_cast<unsigned long>(longs.size())).good() && m_item->insert(element.get(), OFTrue).good())
            (void)element.release();
        return;
    }
    default: {
        QStringList texts; // DS has at most 16 characters (PS3.5 §6.2)
        for (double value : values) {
            QString text = QString::number(value, 'g', 15);
            for (int digits = 14; text.size() > 16; --digits)
                text = QString::number(value, 'g', digits);
            texts << text;
        }
        m_item->putAndInsertString(dcmTag, texts.join(u'\\').toLatin1().constData());
    }
    }
}

void Dataset::setBytes(Tag tag, const QByteArray& bytes)
{
    const DcmTag dcmTag(keyOf(tag));
    const bool isWords = dcmTag.getEVR() == EVR_OW || dcmTag.getEVR() == EVR_ox || dcmTag.getEVR() == EVR_px ||
                         dcmTag.getEVR() == EVR_lt;
    if (isWords) {
        std::vector<Uint16> words(size_t(bytes.size() + 1) / 2);
        std::copy(bytes.begin(), bytes.end(), reinterpret_cast<char*>(words.data()));
        DcmTag asWords(dcmTag);
        asWords.setVR(EVR_OW);
        m_item->putAndInsertUint16Array(asWords, words.data(), words.size());
    } else {
        m_item->putAndInsertUint8Array(dcmTag, reinterpret_cast<const Uint8*>(bytes.constData()), size_t(bytes.size()));
    }
}

Dataset Dataset::addItem(Tag tag)
{
    DcmItem* added = nullptr;
    m_item->findOrCreateSequenceItem(DcmTag(keyOf(tag)), added, -2);
    return Dataset(m_file, added, m_characterSet);
}

void Dataset::setEmpty(Tag tag) { m_item->insertEmptyElement(DcmTag(keyOf(tag))); }

void Dataset::remove(Tag tag) { m_item->findAndDeleteElement(keyOf(tag)); }

} // namespace diascope::dicom
