#pragma once
#include <QString>

namespace diascope::dicom
{

/// What an object that is no image is, for a person: "a structured report", "a presentation state", "an encapsulated PDF".
/// Empty for images and for classes unknown here (PS3.4 B.5, PS3.6 Table A-1).
QString objectKind(const QString& sopClassUid);

} // namespace diascope::dicom
