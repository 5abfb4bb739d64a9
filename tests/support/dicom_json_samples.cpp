#include "tests/support/dicom_json_samples.h"

namespace diascope::test
{

const char* const pydicomScript = R"py(
import sys, pydicom
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
ds = Dataset()
ds.SpecificCharacterSet = 'ISO_IR 192'
ds.PatientName = 'Yamada^Tarou=山田^太郎=やまだ^たろう'
ds.PatientID = 'P1'
ds.AccessionNumber = ''
ds.ModalitiesInStudy = ['CT', 'SR']
ds.NumberOfStudyRelatedInstances = 72
ds.PixelSpacing = [0.5, 0.25]
ds.Rows = 512
ds.FrameIncrementPointer = [0x00181063, 0x00200032]
ds.DiffusionBValue = 1000.5
ds.SliceThickness = '1.250'
inner = Dataset(); inner.CodeValue = '121327'; inner.CodeMeaning = 'Größe'
outer = Dataset(); outer.ConceptNameCodeSequence = Sequence([inner]); outer.TextValue = 'a\\b'
ds.ContentSequence = Sequence([outer, Dataset()])
ds.ICCProfile = b'\x01\x02\x03\x04'
b = ds.private_block(0x0009, 'US', create=True); b.add_new(0x01, 'LO', 'private'); b.add_new(0x02, 'US', 7)
sys.stdout.write(ds.to_json())
)py";

const char* const oddJson = R"({"00280010":{"vr":"US","Value":["512"]},"00280011":{"vr":"US","Value":[70000]},
            "00201208":{"vr":"IS","Value":[3]},"00280030":{"vr":"DS","Value":["0.5",0.33333333333333331]},
            "00080061":{"vr":"CS","Value":["CT",null,"SR"]},"00100010":{"vr":"PN","Value":["Old^Style"]},
            "7FE00010":{"vr":"OW","BulkDataURI":"http://elsewhere/x"},"00100020":"text","00100030":{"Value":["19700101"]},
            "0020000D":{"vr":"SQ","Value":[{"00100020":{"vr":"LO","Value":["x"]}}]},
            "zzz":{"vr":"LO"},"00020010":{"vr":"UI","Value":["1.2"]},"FFFEE000":{"vr":"LO","Value":["x"]},
            "00080050":{"vr":"SH","Value":["a\u0000b"]},"00100040":{"vr":"CS","Value":"M"}})";

const char* const misreadName = R"({"00100010":{"vr":"PN","Value":[{"Alphabetic":"Zhang^Wei","Ideographic":"@"}]}})";

const char* const rightName = R"({"00100010":{"vr":"PN","Value":[{"Alphabetic":"张^é"}]}})";

const char* const storedJson = R"({"00081190":{"vr":"UR","Value":["http://x"]},"00081199":{"vr":"SQ","Value":[{"00081150":{"vr":"UI","Value":["1.2"]},
            "00081155":{"vr":"UI","Value":["1.2.1"]}}]},"00081198":{"vr":"SQ","Value":[{"00081155":{"vr":"UI","Value":["1.2.2"]},"00081197":{"vr":"US","Value":[49442]}}]}})";

const char* const storedXml = R"(<?xml version="1.0"?>
            <NativeDicomModel xmlns="http://dicom.nema.org/PS3.19/models/NativeDICOM"><DicomAttribute tag="00081190" vr="UR"><Value number="1">http://x</Value></DicomAttribute>
            <DicomAttribute tag="00081198" vr="SQ"><Item number="1"><DicomAttribute tag="00081155" vr="UI"><Value number="1">1.2.2</Value></DicomAttribute>
            <DicomAttribute tag="00081197" vr="US"><Value number="1">49442</Value></DicomAttribute></Item></DicomAttribute>
            <DicomAttribute tag="00081199" vr="SQ"><Item number="1"><DicomAttribute tag="00081155" vr="UI"><Value number="1">1.2.1</Value></DicomAttribute>
            <DicomAttribute tag="00081199" vr="SQ"><Item number="1"><DicomAttribute tag="00081155" vr="UI"><Value number="1">9.9.9</Value></DicomAttribute></Item></DicomAttribute>
            </Item></DicomAttribute></NativeDicomModel>)";

} // namespace diascope::test
