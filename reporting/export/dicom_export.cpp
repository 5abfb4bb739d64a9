#include "reporting/export/dicom_export.h"
#include "netclient/dicom/uid.h"
#include "reporting/export/text_export.h"
#include <QFile>

namespace diascope::reporting
{

Result<dicom::Dataset> toSr(const Report&) { return fail(Fault::Unsupported, QStringLiteral("not yet")); }
Result<dicom::Dataset> toEncapsulatedPdf(const Report&, const QByteArray&) { return fail(Fault::Unsupported, QStringLiteral("not yet")); }

} // namespace diascope::reporting
