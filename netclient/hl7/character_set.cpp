#include "netclient/hl7/message.h"
#include <cerrno>
#include <iconv.h>

namespace diascope::hl7
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("Hl7", text); }

/// HL7 table 0211 → iconv. UTF-16 and UTF-32 are left out on purpose: their bytes hold CR and FS, which end segments and frames.
struct Known
{
    const char16_t* name;
    const char* iconvName;
};
constexpr Known known[] = {
    {u"ASCII", "ASCII"},          {u"8859/1", "ISO-8859-1"},    {u"8859/2", "ISO-8859-2"},
    {u"8859/3", "ISO-8859-3"},    {u"8859/4", "ISO-8859-4"},    {u"8859/5", "ISO-8859-5"},
    {u"8859/6", "ISO-8859-6"},    {u"8859/7", "ISO-8859-7"},    {u"8859/8", "ISO-8859-8"},
    {u"8859/9", "ISO-8859-9"},    {u"8859/15", "ISO-8859-15"},  {u"UNICODE UTF-8", "UTF-8"},
    {u"GB 18030-2000", "GB18030"}, {u"BIG-5", "BIG5"},          {u"KS X 1001", "EUC-KR"},
    {u"ISO IR87", "ISO-2022-JP"}, {u"ISO IR14", "JISX0201-1976"},
    // names seen in the field for the same sets
    {u"UTF-8", "UTF-8"},          {u"UTF8", "UTF-8"},           {u"UNICODE", "UTF-8"},
    {u"GB18030", "GB18030"},      {u"GB 18030", "GB18030"},     {u"ISO-8859-1", "ISO-8859-1"},
    {u"US-ASCII", "ASCII"},
};
constexpr size_t standardNames = 17;

const char* iconvName(const QString& characterSet)
{
    const QString wanted = characterSet.trimmed();
    if (wanted.isEmpty())
        return "ASCII"; // §2.15.9.18: the default
    for (const Known& entry : known)
        if (wanted.compare(QStringView(entry.name), Qt::CaseInsensitive) == 0)
            return entry.iconvName;
    return nullptr;
}

class Converter
{
public:
    Converter(const char* to, const char* from) : m_handle(iconv_open(to, from)) {}
    ~Converter()
    {
        if (isOpen())
            iconv_close(m_handle);
    }
    Converter(const Converter&) = delete;
    Converter& operator=(const Converter&) = delete;
    bool isOpen() const { return m_handle != reinterpret_cast<iconv_t>(-1); }

    /// What does not map goes to `onFailure`, which returns the bytes to write instead, or nothing to give up.
    template <typename OnFailure>
    bool convert(const QByteArray& in, QByteArray& out, OnFailure onFailure)
    {
        char* source = const_cast<char*>(in.constData());
        size_t left = size_t(in.size());
        char chunk[4096];
        bool isFlushed = false;
        while (!isFlushed) {
            char* target = chunk;
            size_t room = sizeof chunk;
            const bool isFlush = left == 0;
            const size_t done = isFlush ? iconv(m_handle, nullptr, nullptr, &target, &room)
                                        : iconv(m_handle, &source, &left, &target, &room);
            const int error = done == size_t(-1) ? errno : 0;
            out.append(chunk, target - chunk);
            isFlushed = isFlush && error == 0;
            if (error == EILSEQ || error == EINVAL) {
                const std::optional<QByteArray> instead = onFailure();
                if (!instead)
                    return false;
                out += *instead;
                ++source;
                --left;
            } else if (error != 0 && error != E2BIG) {
                return false;
            }
        }
        return true;
    }

private:
    iconv_t m_handle;
};

} // namespace

QStringList characterSets()
{
    QStringList names;
    for (size_t i = 0; i < standardNames; ++i)
        names << QString::fromUtf16(known[i].name);
    return names;
}

Result<QByteArray> encode(const QString& text, const QString& characterSet)
{
    const char* name = iconvName(characterSet);
    if (!name)
        return fail(Fault::Unsupported, tr("the HL7 character set \"%1\" is not known").arg(characterSet));
    const auto doesNotFit = [&] {
        return fail(Fault::Unsupported, tr("the text has characters that do not fit the HL7 character set %1")
                                            .arg(characterSet.trimmed().isEmpty() ? QStringLiteral("ASCII") : characterSet));
    };
    if (!text.isValidUtf16())
        return doesNotFit();
    Converter converter(name, "UTF-8");
    QByteArray bytes;
    if (!converter.isOpen() || !converter.convert(text.toUtf8(), bytes, [] { return std::optional<QByteArray>(); }))
        return doesNotFit();
    return bytes;
}

Result<QString> decode(const QByteArray& bytes, const QString& characterSet)
{
    const char* name = iconvName(characterSet);
    if (!name)
        return fail(Fault::Unsupported, tr("the HL7 character set \"%1\" is not known").arg(characterSet));
    Converter converter("UTF-8", name);
    QByteArray utf8;
    if (!converter.isOpen() ||
        !converter.convert(bytes, utf8, [] { return std::optional<QByteArray>(QByteArray("\xef\xbf\xbd")); }))
        return fail(Fault::Unsupported, tr("the HL7 character set \"%1\" is not known").arg(characterSet));
    return QString::fromUtf8(utf8);
}

} // namespace diascope::hl7
