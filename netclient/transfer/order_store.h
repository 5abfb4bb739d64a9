#pragma once
#include "netclient/base/database.h"
#include "netclient/base/settings.h"
#include "netclient/hl7/message.h"
#include "netclient/transfer/rules.h"

namespace diascope::transfer
{

/// An imaging order as a RIS sends it.
struct ReceivedOrder
{
    QString number; ///< filler's, else placer's, else the accession number: what its changes are known by
    Order order;
    bool isCancelled = false;
    // What a report of it is held against:
    QString accession = {};      ///< OBR-18, IPC-1 (IHE RAD-4)
    QString filler = {};         ///< ORC-3, OBR-3
    QStringList patientIds = {}; ///< all of PID-3
    QString birthDate = {};      ///< yyyyMMdd; empty where PID-7 is no whole date
    QString sex = {};            ///< PID-8
};

/// ORM^O01, OMI^O23 and OMG^O19 (HL7 v2.5.1 chapter 4; IHE RAD-2, RAD-4). Unsupported: another type of message. Invalid: it
/// names no patient or no order.
Result<ReceivedOrder> orderOf(const hl7::Message& message);

/// The orders that came in, for those who look for priors. Use from one thread; any number of processes.
class OrderStore
{
public:
    static Result<std::unique_ptr<OrderStore>> open(const Profile& profile);

    /// Durable when it returns. A changed order replaces the former, a cancelled one is forgotten.
    Result<void> store(const ReceivedOrder& order);
    /// Those that came in, or are scheduled for, since then. Older ones are forgotten after three months.
    Result<std::vector<Order>> since(QDate day) const;
    /// Those that name this study, or bear its accession number or its filler order number. Numbers may be empty.
    Result<std::vector<ReceivedOrder>> ofStudy(const dicom::StudyUid& study, const QString& accession, const QString& filler) const;

private:
    explicit OrderStore(std::unique_ptr<Database> database) : m_database(std::move(database)) {}
    std::unique_ptr<Database> m_database;
};

} // namespace diascope::transfer
