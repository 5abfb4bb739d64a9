#include "netclient/dicom/structure.h"
#include "netclient/dicomweb/json_rows.h"
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>

namespace diascope::dicomweb
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("DicomWeb", text); }

/// How values of a VR stand in JSON (PS3.18 Table F.2.3-1).
enum class Form { Text, PersonName, Number, TagList, Sequence, Binary };

Form formOf(DcmEVR vr)
{
    switch (vr) {
    case EVR_PN:
        return Form::PersonName;
    case EVR_US:
    case EVR_SS:
    case EVR_UL:
    case EVR_SL:
    case EVR_FL:
    case EVR_FD:
    case EVR_UV:
    case EVR_SV:
        return Form::Number;
    case EVR_AT:
        return Form::TagList;
    case EVR_SQ:
        return Form::Sequence;
    case EVR_OB:
    case EVR_OW:
    case EVR_OD:
    case EVR_OF:
    case EVR_OL:
    case EVR_OV:
    case EVR_UN:
        return Form::Binary;
    default:
        return Form::Text;
    }
}

/// Eight hexadecimal digits and nothing else (PS3.18 F.2.2).
std::optional<DcmTagKey> tagKeyOf(const QString& digits)
{
    bool isNumber = false;
    const uint number = digits.toUInt(&isNumber, 16);
    if (!isNumber || digits.size() != 8 || digits.contains(u'x', Qt::CaseInsensitive) || digits.startsWith(u'+'))
        return std::nullopt;
    return DcmTagKey(Uint16(number >> 16), Uint16(number & 0xffff));
}

std::optional<DcmTagKey> keyOf(const QString& name)
{
    const auto key = tagKeyOf(name);
    // No file meta header, no group length, no delimiters of items.
    const bool isData = key && key->getGroup() > 0x0002 && key->getGroup() != 0xfffe && key->getGroup() != 0xffff && key->getElement() != 0;
    return isData ? key : std::nullopt;
}

/// The dictionary's VR, where it has one; the peer's word for private elements and where the dictionary leaves it open.
DcmTag tagOf(const DcmTagKey& key, const QJsonObject& attribute)
{
    const DcmVR said(attribute.value(QStringLiteral("vr")).toString().toLatin1().constData());
    DcmTag known(key);
    const bool isOpen = !known.getVR().isStandard() || known.getEVR() == EVR_UN;
    if (isOpen && said.isStandard())
        return DcmTag(key, said);
    return isOpen ? DcmTag(key, EVR_UN) : known;
}

class Reader
{
public:
    explicit Reader(const QString& assumedCharacterSet) : m_assumed(assumedCharacterSet) {}

    Result<void> read(const QJsonObject& object, DcmItem& item, int depth) const
    {
        if (depth > dicom::maximumNesting)
            return fail(Fault::Damaged, tr("sequences of the server's answer are nested deeper than any real ones"));
        for (auto it = object.constBegin(); it != object.constEnd(); ++it) { // ascending, as Qt keeps them
            const auto key = keyOf(it.key());
            if (!key || !it.value().isObject() || *key == DCM_SpecificCharacterSet)
                continue; // JSON is UTF-8, whatever the original was in (PS3.18 F.2)
            const QJsonObject attribute = it.value().toObject();
            if (auto done = readAttribute(tagOf(*key, attribute), attribute, item, depth); !done)
                return done;
        }
        return {};
    }

private:
    /// One value without its brackets, as some servers write it, is an array of one.
    static QJsonArray valuesOf(const QJsonObject& attribute)
    {
        const QJsonValue value = attribute.value(QStringLiteral("Value"));
        const bool isBare = !value.isUndefined() && !value.isNull() && !value.isArray();
        return isBare ? QJsonArray{value} : value.toArray();
    }

    Result<void> readAttribute(const DcmTag& tag, const QJsonObject& attribute, DcmItem& item, int depth) const
    {
        const QJsonArray values = valuesOf(attribute);
        const Form form = formOf(tag.getEVR());
        if (form == Form::Sequence)
            return readSequence(tag, values, item, depth);
        if (attribute.contains(QStringLiteral("BulkDataURI")))
            return {}; // empty would say that there is nothing
        if (form == Form::Binary)
            readBinary(tag, attribute, item);
        else if (values.isEmpty())
            item.insertEmptyElement(tag);
        else if (form == Form::Number)
            readNumbers(tag, values, item);
        else
            readTexts(tag, form, values, item);
        return {};
    }

    Result<void> readSequence(const DcmTag& tag, const QJsonArray& values, DcmItem& item, int depth) const
    {
        auto sequence = std::make_unique<DcmSequenceOfItems>(tag);
        for (const QJsonValue& value : values) {
            auto child = std::make_unique<DcmItem>();
            if (auto done = read(value.toObject(), *child, depth + 1); !done)
                return done;
            if (sequence->append(child.get()).good())
                (void)child.release();
        }
        if (item.insert(sequence.get(), OFTrue).good())
            (void)sequence.release();
        return {};
    }

    static void readBinary(const DcmTag& tag, const QJsonObject& attribute, DcmItem& item)
    {
        QByteArray bytes = QByteArray::fromBase64(attribute.value(QStringLiteral("InlineBinary")).toString().toLatin1());
        if (bytes.isEmpty() && tag.getEVR() != EVR_UN) { // that one it refuses
            item.insertEmptyElement(tag);
            return;
        }
        if (bytes.size() % 2)
            bytes += '\0';
        if (tag.getEVR() == EVR_OB || tag.getEVR() == EVR_UN) {
            put<DcmOtherByteOtherWord>(&DcmElement::putUint8Array, std::vector<Uint8>(bytes.begin(), bytes.end()), tag, item);
            return;
        }
        std::vector<Uint16> words(size_t(bytes.size()) / 2);
        std::memcpy(words.data(), bytes.constData(), size_t(bytes.size()));
        DcmTag asWords(tag);
        asWords.setVR(EVR_OW);
        item.putAndInsertUint16Array(asWords, words.data(), words.size());
    }

    /// Numbers, and the same as strings, as some servers write them.
    static std::optional<double> numberOf(const QJsonValue& value)
    {
        if (value.isDouble())
            return value.toDouble();
        bool isNumber = false;
        const double number = value.toString().trimmed().toDouble(&isNumber);
        return isNumber ? std::optional(number) : std::nullopt;
    }

    template <typename Element, typename T>
    static void put(OFCondition (DcmElement::*putArray)(const T*, unsigned long), const std::vector<T>& values, const DcmTag& tag, DcmItem& item)
    {
        auto element = std::make_unique<Element>(tag);
        const bool isWell = ((*element).*putArray)(values.data(), static_cast<unsigned long>(values.size())).good();
        if (isWell && item.insert(element.get(), OFTrue).good())
            (void)element.release();
    }

    /// All of the numbers, or none where one of them is none that the VR holds.
    template <typename Element, typename T>
    static void putNumbers(OFCondition (DcmElement::*putArray)(const T*, unsigned long), const std::vector<double>& numbers, const DcmTag& tag, DcmItem& item)
    {
        using Limits = std::numeric_limits<T>;
        if (std::all_of(numbers.begin(), numbers.end(), [](double n) {
                return n >= double(Limits::lowest()) && n <= double(Limits::max()) && (!Limits::is_integer || n == std::trunc(n));
            }))
            put<Element>(putArray, std::vector<T>(numbers.begin(), numbers.end()), tag, item);
    }

    static void readNumbers(const DcmTag& tag, const QJsonArray& values, DcmItem& item)
    {
        std::vector<double> numbers;
        for (const QJsonValue& value : values) {
            const auto number = numberOf(value);
            if (!number)
                return; // a list of numbers with a hole has no form in DICOM
            numbers.push_back(*number);
        }
        switch (tag.getEVR()) {
        case EVR_FD:
            putNumbers<DcmFloatingPointDouble>(&DcmElement::putFloat64Array, numbers, tag, item);
            break;
        case EVR_FL:
            putNumbers<DcmFloatingPointSingle>(&DcmElement::putFloat32Array, numbers, tag, item);
            break;
        case EVR_US:
            putNumbers<DcmUnsignedShort>(&DcmElement::putUint16Array, numbers, tag, item);
            break;
        case EVR_SS:
            putNumbers<DcmSignedShort>(&DcmElement::putSint16Array, numbers, tag, item);
            break;
        case EVR_UL:
            putNumbers<DcmUnsignedLong>(&DcmElement::putUint32Array, numbers, tag, item);
            break;
        case EVR_SL:
            putNumbers<DcmSignedLong>(&DcmElement::putSint32Array, numbers, tag, item);
            break;
        default:
            break; // UV and SV: no element of ours is one
        }
    }

    QString textOf(const QJsonValue& value) const
    {
        if (value.isDouble()) { // IS and DS (16 characters: PS3.5 §6.2)
            const double number = value.toDouble();
            if (number == std::floor(number) && std::abs(number) < 1e15)
                return QString::number(qint64(number));
            QString text = QString::number(number, 'g', 15);
            for (int digits = 14; text.size() > 16; --digits)
                text = QString::number(number, 'g', digits);
            return text;
        }
        return repaired(value.toString());
    }

    /// Undoes a server's reading of other text as ISO 8859-1, which turns every byte into one letter.
    QString repaired(const QString& text) const
    {
        if (m_assumed.isEmpty() || std::any_of(text.begin(), text.end(), [](QChar c) { return c.unicode() > 0xff; }))
            return text;
        const QString decoded = dicom::decodeText(text.toLatin1(), m_assumed, "^=\\");
        return decoded.contains(QChar::ReplacementCharacter) ? text : decoded;
    }

    /// The three groups of a name (PS3.18 F.2.2), or one string as old servers write it.
    QString nameOf(const QJsonValue& value) const
    {
        if (!value.isObject())
            return repaired(value.toString());
        const QJsonObject groups = value.toObject();
        QString name;
        for (const char* group : {"Alphabetic", "Ideographic", "Phonetic"})
            name += repaired(groups.value(QLatin1String(group)).toString()).remove(u'=').remove(QChar(u'\0')) + u'=';
        while (name.endsWith(u'='))
            name.chop(1);
        return name;
    }

    /// PS3.18 F.2.3: hexadecimal digits.
    static void readTags(const DcmTag& tag, const QJsonArray& values, DcmItem& item)
    {
        std::vector<Uint16> words;
        for (const QJsonValue& value : values) {
            const auto named = tagKeyOf(value.toString());
            if (!named)
                return;
            words.push_back(named->getGroup());
            words.push_back(named->getElement());
        }
        auto element = std::make_unique<DcmAttributeTag>(tag);
        if (element->putUint16Array(words.data(), static_cast<unsigned long>(words.size() / 2)).good() && item.insert(element.get(), OFTrue).good())
            (void)element.release();
    }

    void readTexts(const DcmTag& tag, Form form, const QJsonArray& values, DcmItem& item) const
    {
        if (form == Form::TagList)
            return readTags(tag, values, item);
        QStringList texts; // null is an empty value in its place (PS3.18 F.2.5)
        for (const QJsonValue& value : values)
            texts << (form == Form::PersonName ? nameOf(value) : textOf(value)).remove(QChar(u'\0'));
        const QByteArray bytes = texts.join(u'\\').toUtf8();
        item.putAndInsertString(tag, bytes.constData(), Uint32(bytes.size()));
    }

    QString m_assumed;
};

QByteArray utf8Of(const QByteArray& json, const QString& characterSet)
{
    return (characterSet.isEmpty() ? QString::fromUtf8(json) : dicom::decodeText(json, characterSet)).toUtf8();
}

} // namespace

Result<dicom::Dataset> datasetFromJson(const QByteArray& json, const QString& assumedCharacterSet)
{
    // One name in another character set does not hide all the others. Where it is not known in which, it is shown as damaged.
    const QJsonDocument document = QJsonDocument::fromJson(json.isValidUtf8() ? json : utf8Of(json, assumedCharacterSet));
    if (!document.isObject())
        return fail(Fault::Damaged, tr("the server's answer is no DICOM JSON"));
    dicom::Dataset dataset;
    if (auto done = Reader(assumedCharacterSet).read(document.object(), dataset.dcmtk(), 0); !done)
        return std::unexpected(done.error());
    return dataset;
}

} // namespace diascope::dicomweb
