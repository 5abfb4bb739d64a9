#include "netclient/transfer/order_store.h"
#include <QDateTime>

namespace diascope::transfer
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("Transfer", text); }

/// The first that is not empty.
QString first(const hl7::Message& message, std::initializer_list<const char*> paths)
{
    for (const char* path : paths)
        if (const QString text = message.text(QLatin1String(path)).trimmed(); !text.isEmpty())
            return text;
    return {};
}

/// XPN: family^given^middle^suffix^prefix; PN: family^given^middle^prefix^suffix (PS3.5 §6.2.1).
QString personName(const hl7::Segment& pid)
{
    QStringList parts{pid.text(5, 1), pid.text(5, 2), pid.text(5, 3), pid.text(5, 5), pid.text(5, 4)};
    while (!parts.isEmpty() && parts.last().trimmed().isEmpty())
        parts.removeLast();
    return parts.join(u'^').trimmed();
}

/// The hospital's identifier among those of PID-3: the one that says so (table 0203), else the first.
int identifier(const hl7::Segment& pid)
{
    for (const char* type : {"MR", "PI"})
        for (int repetition = 1; repetition <= pid.repetitionCount(3); ++repetition)
            if (pid.text(3, 5, repetition) == QLatin1String(type))
                return repetition;
    return 1;
}

constexpr QLatin1String orderColumns("patient_id, issuer, patient_name, modalities, body_part, description, date, study");

Order orderIn(const Statement& row)
{
    return {row.text(0), row.text(1), row.text(2), row.text(3).split(u'\\', Qt::SkipEmptyParts), row.text(4), row.text(5),
            QDate::fromString(row.text(6), QStringLiteral("yyyyMMdd")), {row.text(7)}};
}

} // namespace

Result<ReceivedOrder> orderOf(const hl7::Message& message)
{
    const QString type = message.type();
    if (!QStringList{"ORM^O01", "OMI^O23", "OMG^O19"}.contains(type))
        return fail(Fault::Unsupported, tr("messages of type %1 are not taken here, only orders (ORM^O01, OMI^O23, OMG^O19)").arg(type));
    const hl7::Segment* pid = message.segment(QStringLiteral("PID"));
    ReceivedOrder received;
    received.number = first(message, {"ORC-3", "OBR-3", "ORC-2", "OBR-2", "IPC-1", "OBR-18"});
    if (!pid || received.number.isEmpty())
        return fail(Fault::Invalid, pid ? tr("the order has no number (ORC-2, ORC-3)") : tr("the order names no patient (PID)"));
    Order& order = received.order;
    const int which = identifier(*pid);
    order.patientId = pid->text(3, 1, which).trimmed();
    order.issuer = pid->text(3, 4, which).trimmed();
    if (order.patientId.isEmpty())
        return fail(Fault::Invalid, tr("the order names no patient (PID-3)"));
    order.patientName = personName(*pid);
    for (int i = 1; i <= message.count(QStringLiteral("OBR")); ++i) {
        const QString modality = message.segment(QStringLiteral("OBR"), i)->text(24).trimmed();
        if (!modality.isEmpty() && modality != QLatin1String("RAD") && !order.modalities.contains(modality))
            order.modalities << modality;
    }
    for (int i = 1; i <= message.count(QStringLiteral("IPC")); ++i)
        if (const QString modality = message.segment(QStringLiteral("IPC"), i)->text(5).trimmed(); !modality.isEmpty() && !order.modalities.contains(modality))
            order.modalities << modality;
    order.bodyPart = first(message, {"OBR-15.4"});
    order.description = first(message, {"OBR-44.2", "OBR-4.2", "OBR-4.5", "OBR-44.1", "OBR-4.1"});
    order.study = {first(message, {"IPC-3.1", "ZDS-1.1"})};
    order.date = QDate::fromString(first(message, {"TQ1-7", "OBR-36", "OBR-27.4", "ORC-7.4", "ORC-15"}).left(8), QStringLiteral("yyyyMMdd"));
    order.date = std::max(order.date, QDate::currentDate()); // an old time stamp makes no prior of what lies between; none is before any day
    received.accession = first(message, {"OBR-18", "IPC-1"});
    received.filler = first(message, {"ORC-3", "OBR-3"});
    for (int i = 1; i <= pid->repetitionCount(3); ++i)
        if (const QString id = pid->text(3, 1, i).trimmed(); !id.isEmpty())
            received.patientIds << id;
    const QString birthDate = pid->text(7).trimmed().left(8);
    received.birthDate = QDate::fromString(birthDate, QStringLiteral("yyyyMMdd")).isValid() ? birthDate : QString();
    received.sex = pid->text(8).trimmed();
    received.isCancelled = QStringList{"CA", "OC", "DC", "CR"}.contains(message.text(QStringLiteral("ORC-1")));
    return received;
}

Result<std::unique_ptr<OrderStore>> OrderStore::open(const Profile& profile)
{
    auto database = Database::open(profile.databasePath(), Durability::Full);
    if (!database)
        return std::unexpected(database.error());
    auto prepared = (*database)->migrate(QStringLiteral("orders"), {QStringLiteral(R"(
CREATE TABLE imaging_order(
  number TEXT PRIMARY KEY, received INTEGER NOT NULL, date TEXT NOT NULL,
  patient_id TEXT NOT NULL, issuer TEXT NOT NULL, patient_name TEXT NOT NULL,
  modalities TEXT NOT NULL, body_part TEXT NOT NULL, description TEXT NOT NULL, study TEXT NOT NULL) WITHOUT ROWID;
)"),
                                                                    QStringLiteral(R"(
ALTER TABLE imaging_order ADD COLUMN accession TEXT NOT NULL DEFAULT '';
ALTER TABLE imaging_order ADD COLUMN filler TEXT NOT NULL DEFAULT '';
ALTER TABLE imaging_order ADD COLUMN patient_ids TEXT NOT NULL DEFAULT '';
ALTER TABLE imaging_order ADD COLUMN birth_date TEXT NOT NULL DEFAULT '';
ALTER TABLE imaging_order ADD COLUMN sex TEXT NOT NULL DEFAULT '';
)")});
    if (!prepared)
        return std::unexpected(prepared.error());
    return std::unique_ptr<OrderStore>(new OrderStore(std::move(*database)));
}

Result<void> OrderStore::store(const ReceivedOrder& received)
{
    if (received.isCancelled)
        return m_database->execute(QStringLiteral("DELETE FROM imaging_order WHERE number=?"), {received.number});
    constexpr qint64 keptMs = 92LL * 86'400'000;
    const qint64 now = QDateTime::currentMSecsSinceEpoch();
    const Order& order = received.order;
    const auto text = [](const QString& value) { return value.isNull() ? QStringLiteral("") : value; };
    auto transaction = Transaction::begin(*m_database);
    if (!transaction)
        return std::unexpected(transaction.error());
    if (auto done = m_database->execute(QStringLiteral("DELETE FROM imaging_order WHERE received<?1 AND date<?2"),
                                        {now - keptMs, QDate::currentDate().toString(QStringLiteral("yyyyMMdd"))});
        !done)
        return done;
    if (auto done = m_database->execute(QStringLiteral("INSERT OR REPLACE INTO imaging_order VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"),
                                        {received.number, now, order.date.toString(QStringLiteral("yyyyMMdd")), text(order.patientId), text(order.issuer),
                                         text(order.patientName), text(order.modalities.join(u'\\')), text(order.bodyPart), text(order.description),
                                         text(order.study.value), text(received.accession), text(received.filler), text(received.patientIds.join(u'\\')),
                                         text(received.birthDate), text(received.sex)});
        !done)
        return done;
    return transaction->commit();
}

Result<std::vector<Order>> OrderStore::since(QDate day) const
{
    return rowsOf<Order>(*m_database, QStringLiteral("SELECT %1 FROM imaging_order WHERE received>=?1 OR date>=?2 ORDER BY received").arg(orderColumns),
                         {day.startOfDay().toMSecsSinceEpoch(), day.toString(QStringLiteral("yyyyMMdd"))}, orderIn);
}

Result<std::vector<ReceivedOrder>> OrderStore::ofStudy(const dicom::StudyUid& study, const QString& accession, const QString& filler) const
{
    return rowsOf<ReceivedOrder>(*m_database,
                                 QStringLiteral("SELECT %1, number, accession, filler, patient_ids, birth_date, sex FROM imaging_order"
                                                " WHERE (study<>'' AND study=?1) OR (accession<>'' AND accession=?2) OR (filler<>'' AND filler=?3)"
                                                " ORDER BY received")
                                     .arg(orderColumns),
                                 {study.value, accession.trimmed(), filler.trimmed()}, [](const Statement& row) -> ReceivedOrder {
                                     return {row.text(8), orderIn(row), false, row.text(9), row.text(10), row.text(11).split(u'\\', Qt::SkipEmptyParts),
                                             row.text(12), row.text(13)};
                                 });
}

} // namespace diascope::transfer
