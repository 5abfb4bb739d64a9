#pragma once
#include "app/demo/phantom.h"
#include "netclient/dicom/dataset.h"

/// The modules that phantoms share (PS3.3 A.3 CT, A.4 MR, A.2 CR): internal to app/demo.
namespace diascope::demo
{

struct StoredAs
{
    int bitsStored;
    bool isSigned;
};

/// SOP common, patient, study, series, frame of reference, equipment, general image.
Result<dicom::Dataset> begin(const Patient&, const Study&, const QString& modality, int instanceNumber);
void putCt(dicom::Dataset&, const QString& imageType);
void putMr(dicom::Dataset&, int weighting);
void putCr(dicom::Dataset&);
/// Image pixel module; writes the file, in the sampling's transfer syntax.
Result<void> finish(dicom::Dataset&, const QString& path, const Sampling&, const QByteArray& pixels, StoredAs);

} // namespace diascope::demo
