#!/usr/bin/env python3
"""Seeds for the fuzzers: seeds.py DATA SEEDS copies small files into SEEDS/files and the compressed frames in files into
SEEDS/streams. Each file is read in a process that may be lost."""
import hashlib, os, resource, sys


def put(folder, data):
    with open(os.path.join(folder, hashlib.sha256(data).hexdigest()[:16]), 'wb') as file:
        file.write(data)


def streams(path, to):
    import pydicom
    from pydicom.encaps import generate_pixel_data_frame
    ds = pydicom.dcmread(path)
    if ds.file_meta.TransferSyntaxUID.is_compressed and ds['PixelData'].is_undefined_length:
        stream = next(generate_pixel_data_frame(ds.PixelData, int(ds.get('NumberOfFrames', 1) or 1)))
        if len(stream) < 60000:
            put(to, stream)


data, seeds = sys.argv[1:]
for part in ('hostile', 'pixels', 'charsets'):
    for folder, _, names in os.walk(os.path.join(data, part)):
        for name in names:
            path = os.path.join(folder, name)
            size = os.path.getsize(path)
            if size < 40000:
                with open(path, 'rb') as file:
                    put(os.path.join(seeds, 'files'), file.read())
            if part != 'charsets' and size < 2000000:
                child = os.fork()
                if child == 0:
                    resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
                    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
                    try:
                        streams(path, os.path.join(seeds, 'streams'))
                    except Exception:
                        pass
                    os._exit(0)
                os.waitpid(child, 0)
