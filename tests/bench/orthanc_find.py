"""Fills an Orthanc with studies and asks it: orthanc_find.py PORT < lines

A line of tabs: "store" and uid, name, id, date, time, accession, description, modality; or "find", rounds and a JSON query.
Answers to "find": studies found, milliseconds (the median), over one connection that is kept.
"""
import http.client
import io
import sys
import time
import warnings

warnings.simplefilter("ignore")
import pydicom  # noqa: E402
from pydicom.dataset import FileDataset, FileMetaDataset  # noqa: E402
from pydicom.uid import ExplicitVRLittleEndian  # noqa: E402

connection = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]))


def post(path, body):
    connection.request("POST", path, body)
    answer = connection.getresponse()
    text = answer.read()
    if answer.status != 200:
        sys.exit("Orthanc answered %d %s" % (answer.status, text[:200]))
    return text


def instance(uid, name, patient, date, clock, accession, description, modality):
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.7"
    meta.MediaStorageSOPInstanceUID = uid + ".1.1"
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    ds.is_little_endian, ds.is_implicit_VR = True, False
    ds.SpecificCharacterSet = "ISO_IR 192"
    ds.SOPClassUID, ds.SOPInstanceUID = meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID
    ds.StudyInstanceUID, ds.SeriesInstanceUID = uid, uid + ".1"
    ds.PatientName, ds.PatientID, ds.StudyDate, ds.StudyTime = name, patient, date, clock
    ds.AccessionNumber, ds.StudyDescription, ds.Modality = accession, description, modality
    out = io.BytesIO()
    pydicom.dcmwrite(out, ds, write_like_original=False)
    return out.getvalue()


for line in sys.stdin:
    fields = line.rstrip("\n").split("\t")
    if fields[0] == "store":
        post("/instances", instance(*fields[1:]))
    else:
        times = []
        for _ in range(int(fields[1])):
            start = time.perf_counter()
            found = post("/tools/find", fields[2].encode())
            times.append(time.perf_counter() - start)
        import json
        print(len(json.loads(found)), sorted(times)[len(times) // 2] * 1000, sep="\t", flush=True)
