#include "netclient/dicom/dataset.h"
#include <QMutex>
#include <QStringDecoder>
#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcspchrs.h>
#include <map>
#include <memory>

namespace diascope::dicom
{

namespace
{

QMutex assumedMutex;
QString assumedCharacterSet;

using Converter = std::unique_ptr<DcmSpecificCharacterSet>;

/// Converters are dear to make and not thread-safe: one a thread and pair.
DcmSpecificCharacterSet* converter(const QString& from, const QString& to)
{
    thread_local std::map<std::pair<QString, QString>, Converter> converters;
    auto [at, isNew] = converters.try_emplace({from, to});
    if (isNew) {
        auto made = std::make_unique<DcmSpecificCharacterSet>();
        if (made->selectCharacterSet(from.toLatin1().constData(), to.toLatin1().constData()).good())
            at->second = std::move(made);
    }
    return at->second.get();
}

bool isAscii(const QByteArray& bytes)
{
    return std::all_of(bytes.begin(), bytes.end(), [](char c) { return uchar(c) < 0x80 && c != 0x1b; });
}

std::optional<QString> asUtf8(const QByteArray& bytes)
{
    QStringDecoder decoder(QStringDecoder::Utf8);
    const QString text = decoder(bytes);
    return decoder.hasError() ? std::nullopt : std::optional(text);
}

QString asciiOnly(const QByteArray& bytes)
{
    QString text;
    for (char c : bytes)
        text += uchar(c) < 0x80 ? QChar(u'\0' + c) : QChar(QChar::ReplacementCharacter);
    return text;
}

} // namespace

void Dataset::setAssumedCharacterSet(const QString& characterSet)
{
    const QMutexLocker lock(&assumedMutex);
    assumedCharacterSet = characterSet;
}

QString decodeText(const QByteArray& bytes, const QString& characterSet, const char* delimiters)
{
    // ISO_IR 13 puts a yen sign and an overline on two ASCII places; readers everywhere show the ASCII letters.
    if (isAscii(bytes))
        return QString::fromLatin1(bytes);
    QString from = characterSet;
    if (from.isEmpty()) {
        const QMutexLocker lock(&assumedMutex);
        from = assumedCharacterSet;
    }
    if (!from.isEmpty()) {
        OFString utf8;
        DcmSpecificCharacterSet* known = converter(from, QStringLiteral("ISO_IR 192"));
        if (known && known->convertString(bytes.constData(), size_t(bytes.size()), utf8, delimiters).good())
            if (auto text = asUtf8(QByteArray(utf8.c_str(), qsizetype(utf8.length()))))
                return *text;
    }
    return asUtf8(bytes).value_or(asciiOnly(bytes));
}

std::optional<QByteArray> encodeText(const QString& text, const QString& characterSet)
{
    const QByteArray utf8 = text.toUtf8();
    if (isAscii(utf8) || characterSet == QLatin1String("ISO_IR 192"))
        return utf8;
    // Code extensions are switched by escape sequences that only a reader needs: we write the single-set ones.
    if (characterSet.isEmpty() || characterSet.contains(u'\\'))
        return std::nullopt;
    OFString encoded;
    DcmSpecificCharacterSet* known = converter(QStringLiteral("ISO_IR 192"), characterSet);
    if (!known || known->convertString(utf8.constData(), size_t(utf8.size()), encoded).bad())
        return std::nullopt;
    const QByteArray bytes(encoded.c_str(), qsizetype(encoded.length()));
    return decodeText(bytes, characterSet) == text ? std::optional(bytes) : std::nullopt;
}

} // namespace diascope::dicom
