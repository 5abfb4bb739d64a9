#include "netclient/dicomweb/store_answer.h"
#include "netclient/dicom/dataset.h"
#include "netclient/dicomweb/http.h"
#include "netclient/dicomweb/json_rows.h"
#include "netclient/dicomweb/media_type.h"
#include <QXmlStreamReader>

namespace diascope::dicomweb
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("DicomWeb", text); }

constexpr dicom::Tag failedSequence{0x0008, 0x1198};
constexpr dicom::Tag referencedSequence{0x0008, 0x1199};
constexpr dicom::Tag referencedInstance{0x0008, 0x1155};
constexpr dicom::Tag failureReason{0x0008, 0x1197};

constexpr quint16 instanceAlreadyExists = 0xB00E; // not of the standard: Azure's

void addStored(StoreAnswer& answer, const QString& instance)
{
    if (!instance.isEmpty()) // what is not named is not known to be there
        answer.stored.insert(instance);
}

void addJson(StoreAnswer& answer, const dicom::Dataset& dataset)
{
    for (const dicom::Dataset& item : dataset.items(referencedSequence))
        addStored(answer, item.text(referencedInstance));
    for (const dicom::Dataset& item : dataset.items(failedSequence))
        answer.failed.insert(item.text(referencedInstance), quint16(item.integer(failureReason).value_or(0)));
}

/// PS3.19 §A.1: attributes by tag, items in them; the two sequences stand on the first level.
Result<StoreAnswer> parseXml(const QByteArray& body)
{
    StoreAnswer answer;
    QXmlStreamReader xml(body);
    QString sequence, attribute, instance;
    quint16 reason = 0;
    int items = 0;
    while (!xml.atEnd()) {
        const auto token = xml.readNext();
        const bool isItem = xml.name() == QLatin1String("Item");
        if (token == QXmlStreamReader::StartElement) {
            if (xml.name() == QLatin1String("DicomAttribute"))
                (items == 0 ? sequence : attribute) = xml.attributes().value(QLatin1String("tag")).toString().toUpper();
            else if (isItem && ++items == 1)
                instance.clear(), reason = 0;
            else if (items == 1 && xml.name() == QLatin1String("Value")) {
                const QString value = xml.readElementText(QXmlStreamReader::IncludeChildElements).trimmed();
                if (attribute == QLatin1String("00081155"))
                    instance = value;
                else if (attribute == QLatin1String("00081197"))
                    reason = quint16(value.toUInt());
            }
        } else if (isItem && --items == 0) { // its end
            if (sequence == QLatin1String("00081199"))
                addStored(answer, instance);
            else if (sequence == QLatin1String("00081198"))
                answer.failed.insert(instance, reason);
        }
    }
    if (xml.hasError())
        return fail(Fault::Damaged, tr("what the server says about the stored objects cannot be read"));
    return answer;
}

} // namespace

Result<StoreAnswer> StoreAnswer::parse(const QByteArray& contentType, const QByteArray& given)
{
    const QByteArray body = given.startsWith("\xef\xbb\xbf") ? given.mid(3) : given; // a byte order mark
    if (body.trimmed().isEmpty())
        return StoreAnswer();
    const MediaType type = MediaType::parse(contentType);
    Result<StoreAnswer> answer;
    const bool isXmlText = body.trimmed().startsWith("<?xml") || body.trimmed().startsWith("<NativeDicomModel");
    Answer head;
    head.contentType = contentType;
    if (!isXmlText && isJson(head, body)) {
        // One object by the standard; some servers put it into an array.
        const bool isArray = body.trimmed().startsWith('[');
        JsonRows rows([&](const QByteArray& json) -> Result<void> {
            const auto dataset = datasetFromJson(json);
            if (dataset)
                addJson(*answer, *dataset);
            return dataset ? Result<void>() : std::unexpected(dataset.error());
        }, {64 << 20, 4'000'000});
        auto done = rows.feed(isArray ? body : "[" + body + "]");
        if (done)
            done = rows.finish();
        if (!done)
            return std::unexpected(done.error());
    } else if (type.name == "application/dicom+xml" || type.name == "application/xml" || type.name == "text/xml" || isXmlText) {
        answer = parseXml(body);
    } else {
        return std::unexpected(notDicomError(contentType));
    }
    if (answer)
        for (auto it = answer->failed.constBegin(); it != answer->failed.constEnd(); ++it)
            answer->stored.remove(it.key()); // both: not believed
    return answer;
}

/// PS3.18 Table I.2-2.
QString failureText(quint16 reason)
{
    const QString code = QStringLiteral("0x%1").arg(reason, 4, 16, QLatin1Char('0'));
    if (reason == transferSyntaxNotSupported)
        return tr("the server does not accept its transfer syntax");
    if (reason == 0x0122)
        return tr("the server does not support this kind of object");
    if (reason == 0x0124)
        return tr("the server does not permit it");
    if (reason == 0x0111 || reason == instanceAlreadyExists)
        return tr("the server has an instance of this name already, and kept it as it was");
    if (reason == 0)
        return tr("the server refused it and does not say why");
    if (reason == 0x0110)
        return tr("the server failed while storing it");
    if ((reason & 0xff00) == 0xA700)
        return tr("the server is out of resources (%1)").arg(code);
    if ((reason & 0xff00) == 0xA900)
        return tr("the server says the data does not match its kind (%1)").arg(code);
    if ((reason & 0xf000) == 0xC000)
        return tr("the server cannot understand it (%1)").arg(code);
    return tr("the server refused it (%1)").arg(code);
}

} // namespace diascope::dicomweb
