#pragma once
#include "netclient/dicom/dataset.h"

namespace diascope::dicom
{

/// Before pixels leave a lossy transfer syntax: writes down that they were in it, where nobody has (PS3.3 C.7.6.1.1.5; what
/// was lossy once stays so). `ratio`: bytes of the pixels ÷ bytes of the stream; left out if it is not above 1.
void markLossy(Dataset& dataset, const TransferSyntax& from, double ratio);

} // namespace diascope::dicom
