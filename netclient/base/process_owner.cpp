#include "netclient/base/process_owner.h"
#include <QFile>
#include <QFileInfo>
#include <QStringList>
#include <QUuid>
#include <unistd.h>

namespace diascope
{

namespace
{

/// When a process of this machine was started, in ticks since the machine was (proc(5), field 22 of stat); empty: it does not run.
QByteArray startOf(qint64 process)
{
    QFile file(QStringLiteral("/proc/%1/stat").arg(process));
    if (!file.open(QIODevice::ReadOnly))
        return {};
    const QByteArray line = file.readAll();
    const QList<QByteArray> fields = line.mid(line.lastIndexOf(')') + 2).split(' '); // the name before may hold anything
    const bool isGone = fields.value(0) == "Z" || fields.value(0) == "X";
    return isGone ? QByteArray() : fields.value(19);
}

/// This run of this machine, and where its process numbers count.
QString machine()
{
    QFile file(QStringLiteral("/proc/sys/kernel/random/boot_id"));
    const QByteArray boot = file.open(QIODevice::ReadOnly) ? file.readAll().trimmed() : QByteArray();
    return boot.isEmpty() ? QString() : QString::fromLatin1(boot) + QFileInfo(QStringLiteral("/proc/self/ns/pid")).symLinkTarget().section(u'/', -1);
}

} // namespace

QString processOwnerName()
{
    return QStringList{machine(), QString::number(::getpid()), QString::fromLatin1(startOf(::getpid())), QUuid::createUuid().toString(QUuid::Id128)}
        .join(u'|');
}

bool isDeadOwner(const QString& owner)
{
    const QStringList parts = owner.split(u'|');
    return parts.size() == 4 && !parts[0].isEmpty() && parts[0] == machine() && !parts[2].isEmpty() &&
           startOf(parts[1].toLongLong()) != parts[2].toLatin1();
}

} // namespace diascope
