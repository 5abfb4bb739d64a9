"""Writes N CT files as a scanner would, 100 a series, 500 a study: ct_files.py FOLDER N

The headers are whole and all UIDs their own; the pixels are a hole in the file, for nobody who indexes reads them.
Names are those of a file-set (PS3.10 8.2), so that dcmmkdir takes them.
"""
import io
import os
import sys

import pydicom
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian

folder, count = sys.argv[1], int(sys.argv[2])


def template():
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.2"
    meta.MediaStorageSOPInstanceUID = "1.2.826.0.1.3680043.9.1111.100003.100002.100001"
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    ds.is_little_endian, ds.is_implicit_VR = True, False
    ds.SpecificCharacterSet = "ISO_IR 100"
    ds.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL", "CT_SOM5 SPI"]
    ds.SOPClassUID = meta.MediaStorageSOPClassUID
    ds.SOPInstanceUID = meta.MediaStorageSOPInstanceUID
    ds.StudyInstanceUID = "1.2.826.0.1.3680043.9.1111.100003"
    ds.SeriesInstanceUID = "1.2.826.0.1.3680043.9.1111.100003.100002"
    ds.FrameOfReferenceUID = "1.2.826.0.1.3680043.9.1111.9"
    ds.StudyDate = ds.SeriesDate = ds.AcquisitionDate = ds.ContentDate = "20240105"
    ds.StudyTime = ds.SeriesTime = ds.AcquisitionTime = ds.ContentTime = "101112.345000"
    ds.AccessionNumber, ds.Modality, ds.Manufacturer = "A000003", "CT", "SIEMENS"
    ds.InstitutionName, ds.ReferringPhysicianName, ds.StationName = "Hospital", "Referrer^Ralf", "CT54321"
    ds.StudyDescription, ds.SeriesDescription, ds.ManufacturerModelName = "CT Thorax", "Thorax 1.0 B30f", "Sensation 64"
    ds.PatientName, ds.PatientID, ds.PatientBirthDate, ds.PatientSex, ds.PatientAge = "Phantom^Peter", "P000003", "19600101", "M", "064Y"
    ds.BodyPartExamined, ds.SliceThickness, ds.KVP, ds.DataCollectionDiameter = "CHEST", "1", "120", "500"
    ds.ProtocolName, ds.ReconstructionDiameter, ds.DistanceSourceToDetector = "Thorax", "350", "1040"
    ds.GantryDetectorTilt, ds.TableHeight, ds.RotationDirection, ds.ExposureTime = "0", "150", "CW", "500"
    ds.XRayTubeCurrent, ds.Exposure, ds.FilterType, ds.GeneratorPower, ds.ConvolutionKernel = "180", "90", "0", "30", "B30f"
    ds.PatientPosition, ds.StudyID, ds.SeriesNumber, ds.AcquisitionNumber, ds.InstanceNumber = "HFS", "1", "888888", "1", "999999"
    ds.ImagePositionPatient, ds.ImageOrientationPatient = [-175, -175, 0], [1, 0, 0, 0, 1, 0]
    ds.SliceLocation, ds.SamplesPerPixel, ds.PhotometricInterpretation = "0", 1, "MONOCHROME2"
    ds.Rows, ds.Columns, ds.PixelSpacing = 512, 512, [0.68359375, 0.68359375]
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 12, 11, 0
    ds.WindowCenter, ds.WindowWidth, ds.RescaleIntercept, ds.RescaleSlope, ds.RescaleType = "40", "400", "-1024", "1", "HU"
    ds.PixelData = b"\0" * (512 * 512 * 2)
    ds["PixelData"].VR = "OW"
    out = io.BytesIO()
    pydicom.dcmwrite(out, ds, write_like_original=False)
    return out.getvalue()


whole = template()
head = whole[:len(whole) - 512 * 512 * 2]
for n in range(count):
    study, series, image = n // 500 + 1, n // 100 + 1, n % 100 + 1
    place = os.path.join(folder, "ST%06d" % study, "SE%06d" % series)
    os.makedirs(place, exist_ok=True)
    own = head.replace(b".100003.100002.100001", b".1%05d.1%05d.1%05d" % (study, series, image))
    own = own.replace(b".1111.100003.100002", b".1111.1%05d.1%05d" % (study, series)).replace(b".1111.100003", b".1111.1%05d" % study)
    own = own.replace(b"P000003", b"P%06d" % study).replace(b"A000003", b"A%06d" % study)
    own = own.replace(b"IS\x06\x00999999", b"IS\x06\x00%06d" % image).replace(b"IS\x06\x00888888", b"IS\x06\x00%06d" % series)
    with open(os.path.join(place, "IM%06d" % image), "wb") as file:
        file.write(own)
        file.truncate(len(whole))
