#pragma once
#include "netclient/hl7/message.h"
#include "reporting/model/report.h"

namespace diascope::reporting
{

struct OruOptions
{
    QString controlId; ///< MSH-10, given by the queue: the same for each resend (DEL-02)
    QDateTime time;    ///< MSH-7; empty: when the report was signed, so that a resend is identical
    QString characterSet = QStringLiteral("UNICODE UTF-8"); ///< MSH-18, table 0211
    QString sendingApplication = QStringLiteral("DIASCOPE");
    QString sendingFacility;
    QString receivingApplication;
    QString receivingFacility;
    QByteArray pdf; ///< embedded as an ED observation where given
};

/// HL7 v2.5.1 ORU^R01 of a signed report. Invalid: not signed, or without a control id. Unsupported: a name or text does
/// not fit the character set (DEL-06). The message fits: toBytes() succeeds.
Result<hl7::Message> toOru(const Report& report, const OruOptions& options);

} // namespace diascope::reporting
