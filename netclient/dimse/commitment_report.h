#pragma once
#include "netclient/dicom/dataset.h"
#include "netclient/dimse/association.h"
#include "netclient/dimse/commitment.h"

struct T_DIMSE_N_EventReportRQ;

namespace diascope::dimse
{

/// The event information of an N-EVENT-REPORT (PS3.4 Table J.3-2). Error Damaged: it names no transaction.
Result<CommitmentReport> commitmentReport(const dicom::Dataset& information);

/// Whether the event is one of the service (PS3.4 J.3.3): 1 all is kept, 2 something failed.
bool isCommitmentEvent(const T_DIMSE_N_EventReportRQ& request);
bool answerEvent(T_ASC_Association* association, quint8 context, const T_DIMSE_N_EventReportRQ& request, quint16 status);

} // namespace diascope::dimse
