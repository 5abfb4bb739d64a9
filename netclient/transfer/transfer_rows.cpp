#include "netclient/transfer/transfer_rows.h"
#include <QDateTime>
#include <QJsonArray>
#include <QJsonDocument>
#include <atomic>

namespace diascope::transfer
{

QString listJson(const QStringList& list) { return QString::fromUtf8(QJsonDocument(QJsonArray::fromStringList(list)).toJson(QJsonDocument::Compact)); }

QString failuresJson(const std::vector<dicom::InstanceFailure>& failures)
{
    if (failures.empty())
        return QStringLiteral("");
    QJsonArray array;
    for (const dicom::InstanceFailure& failure : failures)
        array << QJsonArray{failure.sopInstanceUid, failure.reason};
    return QString::fromUtf8(QJsonDocument(array).toJson(QJsonDocument::Compact));
}

QStringList listOf(const QString& json)
{
    QStringList list;
    for (const QJsonValue& value : QJsonDocument::fromJson(json.toUtf8()).array())
        list << value.toString();
    return list;
}

std::vector<dicom::InstanceFailure> failuresOf(const QString& json)
{
    std::vector<dicom::InstanceFailure> failures;
    for (const QJsonValue& value : QJsonDocument::fromJson(json.toUtf8()).array())
        failures.push_back({value.toArray().at(0).toString(), value.toArray().at(1).toString()});
    return failures;
}

namespace
{

std::atomic<Clock> theClock = nullptr;

} // namespace

void setClock(Clock clock) { theClock = clock; }

qint64 nowMs()
{
    const Clock clock = theClock;
    return clock ? clock() : QDateTime::currentMSecsSinceEpoch();
}

Result<void> countTransferChange(Database& database)
{
    return database.execute(QStringLiteral("UPDATE transfer_change SET counter=counter+1"));
}

Result<qint64> changeTransfers(Database& database, const QString& sql, const QVariantList& values)
{
    auto transaction = Transaction::begin(database);
    if (!transaction)
        return std::unexpected(transaction.error());
    if (auto done = database.execute(sql, values); !done)
        return std::unexpected(done.error());
    const qint64 changed = database.changes();
    if (changed > 0)
        if (auto counted = countTransferChange(database); !counted)
            return std::unexpected(counted.error());
    if (auto done = transaction->commit(); !done)
        return std::unexpected(done.error());
    return changed;
}

} // namespace diascope::transfer
