#include "netclient/dicom/uid.h"
#include <QUuid>

namespace diascope::dicom
{

namespace
{

QString decimalUid(const QUuid& uuid)
{
    QByteArray bytes = uuid.toRfc4122();
    QString digits;
    bool isZero = false;
    while (!isZero) {
        int remainder = 0;
        isZero = true;
        for (char& byte : bytes) {
            const int value = remainder * 256 + uchar(byte);
            byte = char(value / 10);
            remainder = value % 10;
            isZero = isZero && byte == 0;
        }
        digits.prepend(QChar(u'0' + remainder));
    }
    return QStringLiteral("2.25.") + digits;
}

} // namespace

QString newUid() { return decimalUid(QUuid::createUuid()); }

QString uidFor(const QString& name)
{
    static const QUuid space(QStringLiteral("{6e8bc430-9c3a-11d9-9669-0800200c9a66}"));
    return decimalUid(QUuid::createUuidV5(space, name));
}

bool isValidUid(const QString& uid)
{
    if (uid.isEmpty() || uid.size() > 64 || uid.startsWith(u'.') || uid.endsWith(u'.') || uid.contains(QStringLiteral("..")))
        return false;
    return std::all_of(uid.begin(), uid.end(), [](QChar c) { return (c >= u'0' && c <= u'9') || c == u'.'; });
}

} // namespace diascope::dicom
