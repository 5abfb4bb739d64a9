#pragma once
#include "netclient/dicom/dataset.h"
#include "reporting/model/report.h"

namespace diascope::reporting
{

/// UIDs follow from report id and version, so that exporting again gives the same object, not a second one.

/// Basic Diagnostic Imaging Report (PS3.16 TID 2000): Enhanced SR where there are measurements, else Basic Text SR.
/// `predecessor`: the signed version before, which is named with its class; null: as if it were of the same class.
/// Unsupported: text does not fit.
Result<dicom::Dataset> toSr(const Report& report, const Report* predecessor = nullptr);

/// Encapsulated PDF (PS3.3 A.45.1) of the bytes toPdf() gave.
Result<dicom::Dataset> toEncapsulatedPdf(const Report& report, const QByteArray& pdf);

} // namespace diascope::reporting
