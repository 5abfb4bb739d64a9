#pragma once
#include "tests/support/test_data.h"
#include <QTemporaryDir>

/// DICOM files written by pydicom, an independent writer: what they hold is said in Python beside each test.
namespace diascope::test
{

/// Runs a script that begins with `image(**attributes)`: a dataset of a grey 16-bit secondary capture of 8×6 pixels, ready to be
/// changed, `px`: an array to PixelData, and `save(ds, name, syntax)`. `out` is the folder (sys.argv[1]).
inline Ran writeFiles(const QString& folder, const QString& script)
{
    static const QString head = QStringLiteral(R"py(
import sys, os, struct, numpy as np, pydicom
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import *
out = sys.argv[1]
def image(rows=6, columns=8, frames=1, bits=16, stored=None, signed=0, photometric='MONOCHROME2', samples=1, modality='OT', sop='1.2.840.10008.5.1.4.1.1.7'):
    ds = Dataset()
    ds.SOPClassUID = sop; ds.SOPInstanceUID = generate_uid(); ds.StudyInstanceUID = '1.2.3.4'; ds.SeriesInstanceUID = '1.2.3.4.5'
    ds.Modality = modality; ds.PatientID = 'P'; ds.PatientName = 'Phantom^Made'
    ds.Rows, ds.Columns = rows, columns
    if frames > 1: ds.NumberOfFrames = frames
    ds.SamplesPerPixel = samples; ds.PhotometricInterpretation = photometric
    if samples > 1: ds.PlanarConfiguration = 0
    ds.BitsAllocated = bits; ds.BitsStored = stored or bits; ds.HighBit = ds.BitsStored - 1; ds.PixelRepresentation = signed
    px(ds, np.zeros((frames, rows, columns, samples), np.uint8 if bits == 8 else np.uint16))
    return ds
def px(ds, array):
    ds.PixelData = np.ascontiguousarray(array).tobytes()
    if len(ds.PixelData) % 2: ds.PixelData += b'\0'
def pack(mask):
    data = np.packbits(np.asarray(mask, np.uint8).ravel(), bitorder='little').tobytes()
    return data + b'\0' * (len(data) % 2)
def overlay(ds, group, mask, origin=(1, 1), kind='G', frames=None, first=None):
    rows, columns = mask.shape[-2:]
    ds.add_new((group, 0x0010), 'US', rows); ds.add_new((group, 0x0011), 'US', columns)
    ds.add_new((group, 0x0040), 'CS', kind); ds.add_new((group, 0x0050), 'SS', list(origin))
    ds.add_new((group, 0x0100), 'US', 1); ds.add_new((group, 0x0102), 'US', 0)
    if frames: ds.add_new((group, 0x0015), 'IS', frames)
    if first: ds.add_new((group, 0x0051), 'US', first)
    ds.add_new((group, 0x3000), 'OW', pack(mask))
def save(ds, name, syntax=ExplicitVRLittleEndian):
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = syntax; meta.MediaStorageSOPClassUID = ds.SOPClassUID; meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
    path = os.path.join(out, name)
    ds.file_meta = meta
    ds.is_little_endian = syntax != ExplicitVRBigEndian; ds.is_implicit_VR = syntax == ImplicitVRLittleEndian
    if syntax == ExplicitVRBigEndian:
        for element in ds:
            if element.VR == 'OW' or element.keyword == 'PixelData' and ds.BitsAllocated == 16:
                element.VR = 'OW'; element.value = np.frombuffer(element.value, '<u2').astype('>u2').tobytes()
    pydicom.dcmwrite(path, ds, write_like_original=False)
    return path
)py");
    return python(head + script, {folder});
}

/// Files of a table of tests, written together: Python and its libraries take longer to start than to write them.
class PhantomBatch
{
public:
    /// `script` makes `ds`. The name of its file, which is written when the first is asked for.
    QString add(const QString& script)
    {
        const QString name = QString::number(++m_files) + QStringLiteral(".dcm");
        m_scripts += script + QStringLiteral("\nsave(ds, '%1')\n").arg(name);
        return name;
    }
    QString path(const QString& name)
    {
        if (!m_scripts.isEmpty())
            if (const Ran written = writeFiles(m_folder.path(), std::exchange(m_scripts, {})); written.code != 0)
                QTest::qFail(written.err.constData(), __FILE__, __LINE__);
        return m_folder.filePath(name);
    }

private:
    QTemporaryDir m_folder;
    QString m_scripts;
    int m_files = 0;
};

} // namespace diascope::test

#define WRITES(folder, script)                                                                                         \
    do {                                                                                                               \
        const auto written = diascope::test::writeFiles(folder, script);                                               \
        QVERIFY2(written.code == 0, written.err.constData());                                                          \
    } while (false)
