#!/usr/bin/env python3
"""Writes expectations.tsv: what must happen with every file of the real test data, by readers that are not ours
(pydicom with numpy, GDCM, Pillow; DCMTK's tools; OpenJPEG's opj_decompress for JPEG 2000 and HTJ2K). Usage: expectations.py DATA > expectations.tsv

A row a file, tab-separated:
  path      relative to the data folder
  outcome   shown    its first and last frame have the values of the row
            listed   a DICOM object without pixels to be seen; `detail` is its SOP Class UID
            refused  no picture but a sentence; `detail` is the fault as the independent reader found it
            foreign  no DICOM file at all
  detail    see above; of shown: exact, or how far a decoded sample may lie off (lossy syntaxes)
  frames rows columns samples
  first     minimum/maximum/mean after the modality LUT, of the first frame's samples; for colour of R, G and B together
  last      the same of the last frame
  crc       CRC-32 of the first frame's stored values as little-endian int32 (colour: RGB bytes); - where not exact
  origin    Image Position (Patient) of the first frame; - where position, orientation or spacing is missing
  window    first window's centre/width, or -
"""
import io, math, os, resource, signal, subprocess, sys, tempfile, warnings, zlib
import numpy
import pydicom
import pydicom.encaps
from PIL import Image
from pydicom.pixel_data_handlers import util

warnings.simplefilter('ignore')
LOSSLESS = {'1.2.840.10008.1.2.5', '1.2.840.10008.1.2.4.57', '1.2.840.10008.1.2.4.70', '1.2.840.10008.1.2.4.80',
            '1.2.840.10008.1.2.4.90', '1.2.840.10008.1.2.4.201', '1.2.840.10008.1.2.4.202'}
JPEG = {'1.2.840.10008.1.2.4.50', '1.2.840.10008.1.2.4.51'}
HTJ2K = {'1.2.840.10008.1.2.4.201', '1.2.840.10008.1.2.4.202', '1.2.840.10008.1.2.4.203'}
JPEG_2000 = {'1.2.840.10008.1.2.4.90', '1.2.840.10008.1.2.4.91'} | HTJ2K
COLUMNS = ['path', 'outcome', 'detail', 'frames', 'rows', 'columns', 'samples', 'first', 'last', 'crc', 'origin', 'window']


# Where the reader shows something and a picture would be wrong, judged by hand: the reason.
JUDGED = {
    'TC0265_depth_100.dcm': 'nested deeper than 64 (FIL-01)',
    'TC0279_stray_seq_delim.dcm': 'delimiters that end nothing: where the dataset goes on is a guess',
    'TC0301_bits_highbit_eq_ba.dcm': 'High Bit beyond Bits Allocated (FIL-07)',
    'TC0321_encap_empty_bot.dcm': 'the fragment is no JPEG stream',
    'TC0327_mono2_spp3.dcm': 'three samples a pixel of grey: either may be the lie',
    'TC0331_pi_invalid.dcm': 'no such photometric interpretation: bright or dark is a guess',
    'TC0357_stray_item_tag.dcm': 'an item outside a sequence',
    'TC0363_tag_order_violation.dcm': 'an element of group 0004 after the pixels runs beyond the end',
    'TC0405_latin1_utf8_payload.dcm': 'an element after the pixels runs beyond the end',
    'TC0531_meta_0003_vr_5a5a.dcm': 'the file meta header has no such VR (FIL-03)',
    'TC0537_meta_0003_vr_4242.dcm': 'the file meta header has no such VR (FIL-03)',
    'TC0557_meta_0003_vr_5520.dcm': 'the file meta header has no such VR (FIL-03)',
    'TC0587_meta_0012_vr_5a5a.dcm': 'the file meta header has no such VR (FIL-03)',
    'TC0615_meta_0013_vr_5a5a.dcm': 'the file meta header has no such VR (FIL-03)',
    'TC0693_meta_repeat_1000_fake_elems.dcm': 'the file meta header has no such VR (FIL-03)',
    'TC0713_encap_frag_len_2gb.dcm': 'a fragment longer than the file',
    'TC0919_minmax_bs17_ba16.dcm': 'Bits Stored beyond Bits Allocated (FIL-06)',
    'TC0921_minmax_hb0_bs16.dcm': 'High Bit below Bits Stored (FIL-07)',
    'TC0925_minmax_ba8_bs16.dcm': 'Bits Stored beyond Bits Allocated (FIL-06)',
    'TC0935_minmax_hb255.dcm': 'High Bit beyond Bits Allocated (FIL-07)',
    'TC0957_jpegls_huge_near.dcm': 'the JPEG-LS stream is broken (FIL-10)',
    'TC0959_jpegls_prec16_ba8.dcm': 'the JPEG-LS stream is broken (FIL-10)',
    'TC0961_jpegls_truncated.dcm': 'the JPEG-LS stream is broken (FIL-10)',
    'generated_encapsulated_defined_bot_2_to_2.dcm': 'a test of fragments: they hold no JPEG 2000 stream',
    'generated_encapsulated_empty_bot_1_to_1.dcm': 'a test of fragments: they hold no JPEG 2000 stream',
    'generated_encapsulated_empty_bot_2_to_1.dcm': 'a test of fragments: they hold no JPEG 2000 stream',
    'JPEG2000-embedded-sequence-delimiter.dcm': 'its stream was overwritten to make the test; opj_decompress refuses it too',
    'MR_truncated.dcm': 'the pixel data end too early (FIL-05)',
}


def number(value):
    return format(float(value), '.9g')


def group(ds, frame, name):
    """The item of a functional group: per-frame, else shared."""
    for source in ('PerFrameFunctionalGroupsSequence', 'SharedFunctionalGroupsSequence'):
        items = ds.get(source)
        if not items:
            continue
        at = frame if source.startswith('Per') else 0
        if at < len(items) and items[at].get(name):
            return items[at][name].value[0]
    return None


def modality_values(stored, ds, frame):
    if ds.get('ModalityLUTSequence'):
        item = ds.ModalityLUTSequence[0]
        count, first, bits = [int(v) for v in item.LUTDescriptor]
        data = item['LUTData'].value
        if isinstance(data, bytes):
            data = numpy.frombuffer(data, '<u2' if bits > 8 else 'u1')
        data = numpy.asarray(data, dtype=numpy.int64)
        if first > 32767 and ds.get('PixelRepresentation', 0):
            first -= 65536
        return data[numpy.clip(stored - first, 0, len(data) - 1)]
    item = group(ds, frame, 'PixelValueTransformationSequence') or ds
    if ds.get('Modality') == 'RTDOSE' and ds.get('DoseGridScaling'):
        return stored * float(ds.DoseGridScaling)
    slope, intercept = item.get('RescaleSlope'), item.get('RescaleIntercept')
    if slope is None or intercept is None or str(slope) == '' or str(intercept) == '':
        return stored
    return stored * float(slope) + float(intercept)


def statistics(values):
    return '/'.join(number(v) for v in (values.min(), values.max(), values.mean()))


def pixels(path, ds):
    """All frames as they are stored (before mask and sign), and whether by the native path."""
    syntax = ds.file_meta.TransferSyntaxUID
    native = syntax not in HTJ2K and not syntax.is_compressed or syntax == '1.2.840.10008.1.2.5'
    if not native and not ds['PixelData'].is_undefined_length:  # a compressed syntax over pixels as they are: the length tells
        ds.file_meta.TransferSyntaxUID, native = '1.2.840.10008.1.2.1', True
        ds.PixelData = ds.PixelData
    ds.SamplesPerPixel = ds.get('SamplesPerPixel') or 1
    if syntax == '1.2.840.10008.1.2.2' and ds.get('BitsAllocated') == 8 and ds['PixelData'].VR == 'OW':
        ds.PixelData = numpy.frombuffer(ds.PixelData, '>u2').astype('<u2').tobytes()  # PS3.5 7.3; pydicom 2 forgets it
    photometric = ds.PhotometricInterpretation
    if syntax in JPEG and ds.SamplesPerPixel == 3 and ds.BitsAllocated == 8:
        stream = next(pydicom.encaps.generate_pixel_data_frame(ds.PixelData, int(ds.get('NumberOfFrames', 1) or 1)))
        if int(ds.get('NumberOfFrames', 1) or 1) == 1 and (b'JFIF' in stream[:64] or b'Adobe' in stream[:512]):
            ds.PhotometricInterpretation = 'RGB'  # a stream that says how its colours are coded is believed, as every JPEG reader does
            return numpy.array(Image.open(io.BytesIO(stream)).convert('RGB')), native
        if (array := converted(['dcmdjpeg'], path, ds)) is not None:
            return array, native
    if syntax in ('1.2.840.10008.1.2.4.80', '1.2.840.10008.1.2.4.81') and (array := converted(['dcmdjpls'], path, ds)) is not None:
        return array, native
    if syntax in JPEG_2000:
        try:
            return jpeg_2000(ds), native
        except Exception:
            ds.PhotometricInterpretation = photometric
    if syntax in HTJ2K:
        raise ValueError('no independent reader of HTJ2K')
    try:
        return ds.pixel_array, native
    except Exception as first:
        for tool in (['dcmdjpls'], ['dcmdjpeg'], ['dcmdrle'], ['gdcmconv', '--raw']):
            if (array := converted(tool, path, ds)) is not None:
                return array, native
        raise first


def converted(tool, path, ds):
    """The pixels as another program writes them uncompressed."""
    with tempfile.TemporaryDirectory() as folder:
        other = os.path.join(folder, 'o.dcm')
        done = subprocess.run(tool + [path, other], capture_output=True, timeout=60)
        if done.returncode != 0 or not os.path.exists(other):
            return None
        try:
            again = pydicom.dcmread(other)
            array = again.pixel_array
            ds.PhotometricInterpretation = again.PhotometricInterpretation
            return array
        except Exception:
            return None


def jpeg_2000(ds):
    """All frames by opj_decompress (OpenJPEG's own program), which undoes RCT and ICT."""
    frames = int(ds.get('NumberOfFrames', 1) or 1)
    arrays = []
    with tempfile.TemporaryDirectory() as folder:
        for n, stream in enumerate(pydicom.encaps.generate_pixel_data_frame(ds.PixelData, frames)):
            if n not in (0, frames - 1):
                arrays.append(None)
                continue
            begin = os.path.join(folder, 'f.jp2' if stream[4:8] == b'jP  ' else 'f.j2k')
            with open(begin, 'wb') as file:
                file.write(stream)
            to = os.path.join(folder, 'f.rawl')
            done = subprocess.run(['opj_decompress', '-i', begin, '-o', to], capture_output=True, timeout=60)
            if done.returncode != 0:
                raise ValueError('opj_decompress: ' + done.stderr.decode(errors='replace')[-60:])
            with open(to, 'rb') as file:
                data = file.read()
            samples = ds.SamplesPerPixel
            bits = max(8, ds.BitsAllocated) if len(data) >= ds.Rows * ds.Columns * samples * max(8, ds.BitsAllocated) // 8 else 8
            array = numpy.frombuffer(data, '<u%d' % (bits // 8))[:ds.Rows * ds.Columns * samples]
            arrays.append(array.reshape((ds.Rows, ds.Columns)) if samples == 1
                          else numpy.moveaxis(array.reshape((samples, ds.Rows, ds.Columns)), 0, -1))
    if ds.SamplesPerPixel == 3 and ds.PhotometricInterpretation.startswith('YBR_'):
        ds.PhotometricInterpretation = 'RGB'
    arrays = [a if a is not None else numpy.zeros_like(arrays[0]) for a in arrays]
    return arrays[0] if frames == 1 else numpy.stack(arrays)


def row_of(path, data):
    row = {name: '-' for name in COLUMNS}
    row['path'] = os.path.relpath(path, data)
    try:
        ds = pydicom.dcmread(path)
        if 'TransferSyntaxUID' not in getattr(ds, 'file_meta', {}):
            raise ValueError('no transfer syntax')
    except Exception as error:
        try:
            ds = pydicom.dcmread(path, force=True)
            assert 'SOPClassUID' in ds and len(ds) > 5
            ds.file_meta = getattr(ds, 'file_meta', None) or pydicom.dataset.FileMetaDataset()
            if 'TransferSyntaxUID' not in ds.file_meta:
                explicit = not ds.is_implicit_VR
                ds.file_meta.TransferSyntaxUID = ('1.2.840.10008.1.2.1' if explicit else '1.2.840.10008.1.2') if ds.is_little_endian else '1.2.840.10008.1.2.2'
        except Exception:
            row.update(outcome='foreign', detail=type(error).__name__)
            return row
    sop = str(ds.get('SOPClassUID', '') or '')
    if not any(name in ds for name in ('PixelData', 'FloatPixelData', 'DoubleFloatPixelData')):
        row.update(outcome='listed', detail=sop or 'none')
        return row
    try:
        frames = int(ds.get('NumberOfFrames', 1) or 1)
        signed = ds.get('PixelRepresentation', 0)
        array, native = pixels(path, ds)
    except Exception as error:
        row.update(outcome='refused', detail=(type(error).__name__ + ': ' + str(error).split('\n')[0])[:100].replace('\t', ' '))
        return row
    syntax = ds.file_meta.TransferSyntaxUID
    samples, photometric = int(ds.get('SamplesPerPixel') or 1), ds.PhotometricInterpretation
    if native or syntax in LOSSLESS:
        tolerance = 0
    else:
        tolerance = 1 if syntax in ('1.2.840.10008.1.2.4.81', '1.2.840.10008.1.2.4.91', '1.2.840.10008.1.2.4.203') else 3
    if frames == 1:
        array = array[None]
    ends = []
    for at in (0, frames - 1):
        frame = array[at]
        if samples == 3:
            if photometric in ('YBR_FULL', 'YBR_FULL_422') and (native or syntax == '1.2.840.10008.1.2.5'):
                frame, tolerance = util.convert_color_space(frame, 'YBR_FULL', 'RGB'), max(tolerance, 1)
            elif photometric not in ('RGB', 'YBR_RCT', 'YBR_ICT'):
                tolerance = max(tolerance, 3)
            if ds.BitsAllocated > 8:
                frame, tolerance = frame.astype(numpy.float64) / ((1 << ds.BitsStored) - 1) * 255, max(tolerance, 1)
            ends.append((frame, frame))
            continue
        if array.dtype.kind == 'f':
            ends.append((frame, modality_values(frame.astype(numpy.float64), ds, at)))
            continue
        stored = frame.astype(numpy.int64)
        bits = ds.BitsStored
        low = (ds.HighBit + 1 - bits) if native else 0
        stored = (stored >> low) & ((1 << bits) - 1)
        if signed:
            stored = numpy.where(stored >= 1 << (bits - 1), stored - (1 << bits), stored)
        if photometric == 'PALETTE COLOR':
            rgb = util.apply_color_lut(stored.astype(numpy.uint16 if bits > 8 else numpy.uint8), ds)
            wide = ds.RedPaletteColorLookupTableDescriptor[2] == 16 and rgb.max() > 255
            rgb = rgb / 65535.0 * 255 if wide else rgb
            tolerance = max(tolerance, 1 if wide else 0)
            ends.append((rgb, rgb))
            continue
        ends.append((stored, modality_values(stored, ds, at)))
    is_colour = samples == 3 or photometric == 'PALETTE COLOR'
    crc = '-'
    if tolerance == 0 and array.dtype.kind != 'f' and ds.BitsAllocated <= 32:
        crc = format(zlib.crc32(ends[0][0].astype('u1' if is_colour else '<i4').tobytes()), '08x')
    position = group(ds, 0, 'PlanePositionSequence') or ds
    orientation = group(ds, 0, 'PlaneOrientationSequence') or ds
    measures = group(ds, 0, 'PixelMeasuresSequence') or ds
    origin = '-'
    if position.get('ImagePositionPatient') and orientation.get('ImageOrientationPatient') and measures.get('PixelSpacing'):
        if frames == 1 or 'PerFrameFunctionalGroupsSequence' in ds:
            origin = '/'.join(number(v) for v in position.ImagePositionPatient)
    voi = group(ds, 0, 'FrameVOILUTSequence') or ds
    window = '-'
    try:
        centre, width = [float(numpy.atleast_1d(voi[name].value)[0]) for name in ('WindowCenter', 'WindowWidth')]
        if width >= 1:
            window = number(centre) + '/' + number(width)
    except Exception:
        pass
    row.update(outcome='shown', detail='exact' if tolerance == 0 else str(tolerance), frames=frames, rows=ds.Rows, columns=ds.Columns,
               samples=3 if is_colour else 1, first=statistics(ends[0][1]), last=statistics(ends[1][1]), crc=crc, origin=origin,
               window=window)
    return row


def main(data):
    sys.stdout.reconfigure(encoding='utf-8', errors='surrogateescape')
    print('\t'.join(COLUMNS), flush=True)
    for folder, folders, files in os.walk(data):
        folders.sort()
        for name in sorted(files):
            path = os.path.join(folder, name)
            if folder == data:
                continue
            read, write = os.pipe()
            child = os.fork()
            if child == 0:
                os.close(read)
                resource.setrlimit(resource.RLIMIT_AS, (6 << 30, 6 << 30))
                signal.alarm(60)
                devnull = os.open('/dev/null', os.O_WRONLY)
                os.dup2(devnull, 2)
                row = row_of(path, data)
                os.write(write, '\t'.join(str(row[n]) for n in COLUMNS).encode('utf-8', 'surrogateescape'))
                os._exit(0)
            os.close(write)
            with os.fdopen(read, 'rb') as stream:
                line = stream.read().decode('utf-8', 'surrogateescape')
            _, status = os.waitpid(child, 0)
            if status != 0 or not line:
                line = '\t'.join([os.path.relpath(path, data), 'refused', 'the reader ended: %d' % status] + ['-'] * (len(COLUMNS) - 3))
            if name in JUDGED:
                line = '\t'.join([os.path.relpath(path, data), 'refused', 'judged: ' + JUDGED[name]] + ['-'] * (len(COLUMNS) - 3))
            print(line, flush=True)


if __name__ == '__main__':
    main(os.path.abspath(sys.argv[1]))
