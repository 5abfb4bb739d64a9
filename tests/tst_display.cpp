#include "tests/support/phantom_files.h"
#include "viewer/figures/figure.h"
#include "viewer/slice/image_marks.h"
#include "viewer/slice/slice_renderer.h"
#include "viewer/ui/viewport.h"
#include "viewer/volume/stack_loader.h"
#include <QTemporaryDir>

using namespace diascope;
using namespace diascope::viewer;

namespace
{

std::shared_ptr<const Volume> loaded(const QString& path)
{
    const auto instances = readInstances(path);
    if (!instances)
        return nullptr;
    const auto stacks = buildStacks(*instances);
    return StackLoader::load(stacks.front()).value_or(nullptr);
}

RenderedSlice atOneToOne(const Volume& volume, const Presentation& presentation, int frame = 0)
{
    SliceView view;
    view.frame = frame;
    return render(volume, view, presentation, {volume.columns(), volume.rows()});
}

std::vector<double> numbersIn(const QString& path)
{
    QFile file(path);
    std::vector<double> numbers;
    if (file.open(QIODevice::ReadOnly))
        for (const QByteArray& word : file.readAll().simplified().split(' '))
            numbers.push_back(word.toDouble());
    return numbers;
}

} // namespace

/// The chain from stored values to the screen, with its colours, marks and times.
class TestDisplay : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { QVERIFY(m_folder.isValid()); }

    /// Stored → Modality LUT → VOI → Presentation LUT; the levels are computed in numpy from PS3.3 C.11.
    void theWholeGreyChain_data()
    {
        QTest::addColumn<QString>("attributes");
        QTest::addColumn<QString>("levels"); // numpy, from s: the stored values 0 … 47; levels 0 … 255
        const QString lut = "def lut(first, values, bits):\n"
                            "    i = Dataset(); i.LUTDescriptor = [len(values), first, bits]; i.LUTData = [int(v) for v in values]\n"
                            "    i['LUTDescriptor'].VR = 'US'; i['LUTData'].VR = 'US'; return Sequence([i])\n";
        const QString window = "ds.WindowCenter = 24; ds.WindowWidth = 48\n";
        const QString linear = "voi = lambda x, c, w: np.clip((x - (c - 0.5)) / (w - 1) + 0.5, 0, 1)\n";
        QTest::newRow("PIX-03 Modality LUT before Rescale") << lut + window + "ds.RescaleSlope = 100; ds.RescaleIntercept = 7; ds.ModalityLUTSequence = lut(10, np.arange(20) * 2, 16); ds.ModalityLUTSequence[0].ModalityLUTType = 'US'"
                                                            << linear + "m = np.clip(s - 10, 0, 19) * 2; v = voi(m, 24, 48)";
        QTest::newRow("PIX-06 VOI LUT after Rescale") << lut + "ds.RescaleSlope = 2; ds.RescaleIntercept = 0; ds.VOILUTSequence = lut(20, np.arange(40) * 6, 8)"
                                                      << "v = np.clip(s * 2 - 20, 0, 39) * 6 / 255";
        QTest::newRow("PIX-06 VOI LUT from below zero, its first value written as US") << lut + "ds.RescaleSlope = 1; ds.RescaleIntercept = -1000; ds.VOILUTSequence = lut(65536 - 1000, np.arange(48) * 5, 8)"
                                                                                       << "v = s * 5 / 255";
        QTest::newRow("PIX-06 VOI LUT in bytes") << "i = Dataset(); i.add_new(0x00283002, 'US', [4, 0, 8]); i.add_new(0x00283006, 'OW', b'\\x00\\x40\\x80\\xff'); ds.VOILUTSequence = Sequence([i])"
                                                 << "v = np.array([0, 64, 128, 255])[np.minimum(s, 3).astype(int)] / 255";
        QTest::newRow("PIX-07 Presentation LUT Shape INVERSE") << window + "ds.PresentationLUTShape = 'INVERSE'" << linear + "v = 1 - voi(s, 24, 48)";
        QTest::newRow("PIX-07 IDENTITY") << window + "ds.PresentationLUTShape = 'IDENTITY'" << linear + "v = voi(s, 24, 48)";
        QTest::newRow("PIX-07 MONOCHROME1 and INVERSE are one inversion") << window + "ds.PhotometricInterpretation = 'MONOCHROME1'; ds.PresentationLUTShape = 'INVERSE'" << linear + "v = 1 - voi(s, 24, 48)";
        QTest::newRow("PIX-07 Presentation LUT Sequence") << lut + window + "t = (np.arange(256) / 255) ** 2 * 4095; ds.PresentationLUTSequence = lut(0, t.round(), 12)"
                                                          << linear + "t = ((np.arange(256) / 255) ** 2 * 4095).round(); v = t[np.floor(voi(s, 24, 48) * 255 + 0.5).astype(int)] / 4095";
        // It ends in P-values: nothing is inverted after it (PS3.3 C.11.4).
        QTest::newRow("PIX-07 Presentation LUT Sequence of a MONOCHROME1 image") << lut + window + "ds.PhotometricInterpretation = 'MONOCHROME1'; ds.PresentationLUTSequence = lut(0, 255 - np.arange(256), 8)"
                                                                                 << linear + "v = 1 - np.floor(voi(s, 24, 48) * 255 + 0.5) / 255";
        QTest::newRow("PIX-03 PIX-06 all four") << lut + "ds.ModalityLUTSequence = lut(0, 1000 + np.arange(48) * 10, 16); ds.ModalityLUTSequence[0].ModalityLUTType = 'US'; ds.VOILUTSequence = lut(1000, np.arange(480) * 8, 12); ds.PresentationLUTSequence = lut(0, 255 - np.arange(256), 8)"
                                                << "m = 1000 + s * 10; v1 = np.minimum(1, (m - 1000) * 8 / 4095); v = (255 - np.floor(v1 * 255 + 0.5)) / 255";
        QTest::newRow("PIX-06 SIGMOID") << window + "ds.VOILUTFunction = 'SIGMOID'" << "v = 1 / (1 + np.exp(-4 * (s - 24) / 48))";
        QTest::newRow("PIX-07 an invalid Presentation LUT is left out") << window + "i = Dataset(); i.add_new(0x00283002, 'US', [256, 0, 12]); i.add_new(0x00283006, 'OW', b'ab'); ds.PresentationLUTSequence = Sequence([i])" << linear + "v = voi(s, 24, 48)";
    }
    void theWholeGreyChain()
    {
        QFETCH(QString, attributes);
        QFETCH(QString, levels);
        WRITES(m_folder.path(), QStringLiteral(R"py(
ds = image()
px(ds, np.arange(48).reshape(6, 8).astype(np.uint16))
%1
save(ds, 'grey.dcm')
s = np.arange(48).astype(float)
%2
open(os.path.join(out, 'grey.txt'), 'w').write(' '.join('%g' % x for x in np.clip(v, 0, 1) * 255))
)py")
                                   .arg(attributes, levels));
        const auto volume = loaded(m_folder.filePath("grey.dcm"));
        QVERIFY(volume);
        const auto expected = numbersIn(m_folder.filePath("grey.txt"));
        const auto slice = atOneToOne(*volume, initialPresentation(*volume));
        for (int i = 0; i < 48; ++i)
            QVERIFY2(std::abs(qGray(slice.image.pixel(i % 8, i / 8)) - expected[size_t(i)]) <= 0.51,
                     qPrintable(QStringLiteral("%1: %2, not %3").arg(i).arg(qGray(slice.image.pixel(i % 8, i / 8))).arg(expected[size_t(i)])));
    }

    void PIX_06_eachVoiLutIsChosenByItsName() // as mammographs write them
    {
        WRITES(m_folder.path(), QStringLiteral(R"py(
def lut(name, values):
    i = Dataset(); i.LUTDescriptor = [2, 0, 8]; i.LUTExplanation = name; i.LUTData = values
    i['LUTDescriptor'].VR = 'US'; i['LUTData'].VR = 'US'; return i
ds = image(modality='MG')
ds.VOILUTSequence = Sequence([lut('NORMAL', [0, 255]), lut('HARD', [255, 0])])
save(ds, 'tables.dcm')
)py"));
        const auto volume = loaded(m_folder.filePath("tables.dcm"));
        QVERIFY(volume);
        for (const auto& [name, table, grey] : {std::tuple("NORMAL", 0, 0), {"HARD", 1, 255}}) {
            const auto preset = findWindowPreset(volume->instance(0), name);
            QVERIFY2(preset, name);
            QCOMPARE(preset->voiLut, table);
            Presentation presentation = initialPresentation(*volume);
            presentation.voiLut = preset->voiLut;
            QCOMPARE(qGray(atOneToOne(*volume, presentation).image.pixel(0, 0)), grey);
        }
    }

    void aWindowForStoredValuesDoesNotBlindAfterAModalityLut() // PIX-20: a run whose window was written before its table
    {
        const QString path = test::dataFile("modalities/grailbio_us_xa/I_000000.dcm");
        NEEDS_TEST_DATA(path);
        const auto volume = loaded(path);
        QVERIFY(volume);
        const auto slice = atOneToOne(*volume, initialPresentation(*volume, 30), 30);
        qint64 middle = 0;
        for (int y = 0; y < slice.image.height(); ++y)
            for (int x = 0; x < slice.image.width(); ++x)
                middle += qGray(slice.image.pixel(x, y)) > 10 && qGray(slice.image.pixel(x, y)) < 245;
        QVERIFY(middle * 3 > qint64(slice.image.width()) * slice.image.height());
    }

    void smallNumbersHaveAWindow_data()
    {
        QTest::addColumn<QString>("attributes");
        QTest::newRow("PIX-20 PIX-11 a parametric map from 0 to 0.01") << "";
        QTest::newRow("PIX-20 PIX-11 with an exact window") << "ds.WindowCenter = 0.005; ds.WindowWidth = 0.01; ds.VOILUTFunction = 'LINEAR_EXACT'";
        QTest::newRow("PIX-20 PIX-11 whose window leaves nothing to see") << "ds.WindowCenter = 400; ds.WindowWidth = 100";
    }
    void smallNumbersHaveAWindow()
    {
        QFETCH(QString, attributes);
        WRITES(m_folder.path(), QStringLiteral(R"py(
ds = image(bits=32, sop='1.2.840.10008.5.1.4.1.1.30'); del ds.PixelData; del ds.BitsStored; del ds.HighBit; del ds.PixelRepresentation
ds.add_new(0x7fe00008, 'OF', (np.arange(48) / 4700).astype('<f4').tobytes())
%1
save(ds, 'float.dcm')
)py").arg(attributes));
        const auto volume = loaded(m_folder.filePath("float.dcm"));
        QVERIFY(volume);
        const auto slice = atOneToOne(*volume, initialPresentation(*volume));
        QVERIFY(qGray(slice.image.pixel(0, 0)) < 10);
        QVERIFY(qGray(slice.image.pixel(7, 5)) > 245);
        QVERIFY(std::abs(qGray(slice.image.pixel(0, 3)) - 128) < 10);
    }

    void aMaskIsBrightOnDark() // PIX-20: one value on a background
    {
        WRITES(m_folder.path(), QStringLiteral("ds = image(); a = np.zeros((6, 8), np.uint16); a[2:4, 2:6] = 1; px(ds, a); save(ds, 'mask.dcm')"));
        const auto volume = loaded(m_folder.filePath("mask.dcm"));
        QVERIFY(volume);
        const QImage shown = atOneToOne(*volume, initialPresentation(*volume)).image;
        QCOMPARE(qGray(shown.pixel(0, 0)), 0);
        QCOMPARE(qGray(shown.pixel(3, 3)), 255);
    }

    /// Against PIL's ImageCms: the same profile, the same pixels.
    void embeddedProfilesAreApplied_data() // PIX-12
    {
        QTest::addColumn<QString>("attributes");
        QTest::addColumn<QString>("colours"); // of `rgb`, made `seen`
        QTest::newRow("PIX-12 embedded profile") << "ds.ICCProfile = profile" << "seen = through(profile, rgb)";
        QTest::newRow("PIX-12 optical path") << "p = Dataset(); p.OpticalPathIdentifier = '1'; p.ICCProfile = profile; ds.OpticalPathSequence = Sequence([p])" << "seen = through(profile, rgb)";
        QTest::newRow("PIX-12 broken profile") << "ds.ICCProfile = profile[:60] + bytes(200)" << "seen = rgb";
        QTest::newRow("PIX-12 profile of grey") << "ds.ICCProfile = profile[:16] + b'GRAY' + profile[20:]" << "seen = rgb";
        QTest::newRow("PIX-12 sRGB by name") << "ds.ColorSpace = 'SRGB'" << "seen = rgb";
        // Both white points are D65: the matrices of the two standards, computed here from their primaries.
        QTest::newRow("PIX-12 Adobe RGB by name") << "ds.ColorSpace = 'ADOBERGB'" << "seen = adobe(rgb)";
        QTest::newRow("PIX-12 planes") << "ds.ICCProfile = profile; ds.PlanarConfiguration = 1; px(ds, rgb.transpose(2, 0, 1))" << "seen = through(profile, rgb)";
    }
    void embeddedProfilesAreApplied()
    {
        QFETCH(QString, attributes);
        QFETCH(QString, colours);
        WRITES(m_folder.path(), QStringLiteral(R"py(
from PIL import Image, ImageCms
import io
def s15(x): return struct.pack('>i', int(round(x * 65536)))
def xyz(v): return b'XYZ \0\0\0\0' + b''.join(s15(x) for x in v)
# A matrix profile of our own: red and blue swapped in their primaries, gamma 1.4.
def made():
    tags = [(b'wtpt', xyz((0.9642, 1, 0.8249))), (b'rXYZ', xyz((0.1431, 0.0606, 0.7141))), (b'gXYZ', xyz((0.3851, 0.7169, 0.0971))), (b'bXYZ', xyz((0.4360, 0.2225, 0.0139)))]
    curve = b'curv\0\0\0\0' + struct.pack('>IH', 1, int(1.4 * 256)) + b'\0\0'
    tags += [(t, curve) for t in (b'rTRC', b'gTRC', b'bTRC')]
    tags += [(b'desc', b'desc\0\0\0\0' + struct.pack('>I', 5) + b'made\0' + bytes(83)), (b'cprt', b'text\0\0\0\0none\0\0\0\0')]
    body, table, at = b'', struct.pack('>I', len(tags)), 128 + 4 + 12 * len(tags)
    for t, d in tags:
        d += b'\0' * (-len(d) % 4); table += t + struct.pack('>II', at + len(body), len(d)); body += d
    head = struct.pack('>I', at + len(body)) + bytes(4) + b'\x02\x10\0\0' + b'scnr' + b'RGB ' + b'XYZ ' + bytes(12) + b'acsp' + bytes(28) + s15(0.9642) + s15(1) + s15(0.8249) + bytes(48)
    return head + table + body
profile = made()
def through(p, rgb):
    seen = ImageCms.profileToProfile(Image.fromarray(rgb, 'RGB'), ImageCms.ImageCmsProfile(io.BytesIO(p)), ImageCms.createProfile('sRGB'), renderingIntent=0)
    return np.asarray(seen)
def matrix(primaries, white=(0.3127, 0.3290)):
    m = np.array([[x / y, 1, (1 - x - y) / y] for x, y in primaries]).T
    w = np.array([white[0] / white[1], 1, (1 - white[0] - white[1]) / white[1]])
    return m * np.linalg.solve(m, w)
def adobe(rgb):
    linear = (rgb / 255.0) ** (563 / 256)
    linear = linear @ (np.linalg.inv(matrix([(0.64, 0.33), (0.30, 0.60), (0.15, 0.06)])) @ matrix([(0.64, 0.33), (0.21, 0.71), (0.15, 0.06)])).T
    linear = np.clip(linear, 0, 1)
    return np.rint(255 * np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)).astype(int)
rgb = np.random.default_rng(3).integers(0, 256, (6, 8, 3)).astype(np.uint8)
ds = image(bits=8, photometric='RGB', samples=3)
px(ds, rgb)
%1
if len(profile) % 2: profile += b'\0'
save(ds, 'icc.dcm')
%2
open(os.path.join(out, 'icc.txt'), 'w').write(' '.join(map(str, seen.ravel())))
)py")
                                   .arg(attributes, colours));
        const auto volume = loaded(m_folder.filePath("icc.dcm"));
        QVERIFY(volume);
        const auto expected = numbersIn(m_folder.filePath("icc.txt"));
        const auto slice = atOneToOne(*volume, {});
        for (int i = 0; i < 48; ++i) {
            const QRgb pixel = slice.image.pixel(i % 8, i / 8);
            const int seen[] = {qRed(pixel), qGreen(pixel), qBlue(pixel)};
            for (int channel = 0; channel < 3; ++channel)
                QVERIFY2(std::abs(seen[channel] - expected[size_t(3 * i + channel)]) <= (attributes.contains("ADOBE") ? 2 : 1), qPrintable(QStringLiteral("pixel %1: %2, not %3").arg(i).arg(seen[channel]).arg(expected[size_t(3 * i + channel)])));
        }
        const bool isMarked = imageMarks(volume->instance(0)).join(u' ').contains("profile");
        QCOMPARE(isMarked, attributes.contains("bytes(200)") || attributes.contains("GRAY"));
    }

    void marks_data()
    {
        QTest::addColumn<QString>("attributes");
        QTest::addColumn<QStringList>("words"); // all in one mark; none: no mark at all
        QTest::newRow("PIX-14 nothing to mark") << "ds.LossyImageCompression = '00'" << QStringList{};
        QTest::newRow("PIX-14 method and ratio") << "ds.LossyImageCompression = '01'; ds.LossyImageCompressionMethod = 'ISO_10918_1'; ds.LossyImageCompressionRatio = '12.5'" << QStringList{"Lossy", "JPEG 12.5:1"};
        QTest::newRow("PIX-14 method without a ratio") << "ds.LossyImageCompression = '01'; ds.LossyImageCompressionMethod = 'ISO_10918_1'" << QStringList{"Lossy", "JPEG"};
        QTest::newRow("PIX-14 neither method nor ratio") << "ds.LossyImageCompression = '01'" << QStringList{"Lossy"};
        QTest::newRow("PIX-14 two steps") << "ds.LossyImageCompression = '01'; ds.LossyImageCompressionMethod = ['ISO_10918_1', 'ISO_15444_1']; ds.LossyImageCompressionRatio = ['10', '4']" << QStringList{"JPEG 10:1", "JPEG 2000 4:1", "40:1"};
        QTest::newRow("PIX-14 lossy once is lossy for ever") << "ds.LossyImageCompression = '00'; ds.LossyImageCompressionRatio = '8'" << QStringList{"Lossy", "8:1"};
        const QString pet = "ds.Modality = 'PT'; ds.SOPClassUID = '1.2.840.10008.5.1.4.1.1.128'; ds.Units = 'BQML'; ds.CorrectedImage = ['ATTN', 'DECY']; ds.DecayCorrection = 'START'\n"
                            "ds.StudyDate = ds.SeriesDate = ds.AcquisitionDate = '20200229'; ds.SeriesTime = '110000'; ds.AcquisitionTime = '110100'\n"
                            "d = Dataset(); d.RadionuclideTotalDose = 370e6; d.RadionuclideHalfLife = 6586.2; d.RadiopharmaceuticalStartTime = '100000'; ds.RadiopharmaceuticalInformationSequence = Sequence([d])\n";
        QTest::newRow("PIX-19 PET without a weight") << pet << QStringList{"patient's weight is missing"};
        QTest::newRow("PIX-19 PET with all there is to SUV") << pet + "ds.PatientWeight = 70" << QStringList{};
        QTest::newRow("PIX-17 for processing") << "ds.PresentationIntentType = 'FOR PROCESSING'" << QStringList{"FOR PROCESSING"};
        QTest::newRow("PIX-17 quality control") << "ds.QualityControlImage = 'YES'" << QStringList{"QUALITY CONTROL", "not for diagnosis"};
        QTest::newRow("PIX-17 its own words") << "ds.DerivationDescription = 'Thumbnail, NOT FOR DIAGNOSTIC use'" << QStringList{"NOT FOR DIAGNOSIS"};
        QTest::newRow("PIX-16 a shutter without sense") << "ds.ShutterShape = 'CIRCULAR'" << QStringList{"shutter"};
    }
    void marks()
    {
        QFETCH(QString, attributes);
        QFETCH(QStringList, words);
        WRITES(m_folder.path(), QStringLiteral("ds = image()\n%1\nsave(ds, 'marks.dcm')").arg(attributes));
        const auto instances = readInstances(m_folder.filePath("marks.dcm"));
        QVERIFY(instances.has_value());
        const QStringList found = imageMarks(instances->front());
        if (words.isEmpty())
            QCOMPARE(found, QStringList{});
        QVERIFY2(words.isEmpty() || std::any_of(found.begin(), found.end(), [&](const QString& mark) { return std::all_of(words.begin(), words.end(), [&](const QString& word) { return mark.contains(word); }); }),
                 qPrintable(found.join(u'|')));
    }

    /// (0028,2110) may be missing: what the file lies in says enough (PS3.5 A.4).
    void PIX_14_aLossySyntaxIsMarked_data()
    {
        QTest::addColumn<QString>("syntax");
        QTest::addColumn<QStringList>("marks");
        QTest::newRow("JPEG") << "1.2.840.10008.1.2.4.50" << QStringList{"Lossy compression: JPEG"};
        QTest::newRow("JPEG of 12 bits") << "1.2.840.10008.1.2.4.51" << QStringList{"Lossy compression: JPEG"};
        QTest::newRow("JPEG-LS") << "1.2.840.10008.1.2.4.81" << QStringList{"Lossy compression: JPEG-LS"};
        QTest::newRow("JPEG 2000") << "1.2.840.10008.1.2.4.91" << QStringList{"Lossy compression: JPEG 2000"};
        QTest::newRow("HTJ2K") << "1.2.840.10008.1.2.4.203" << QStringList{"Lossy compression: HTJ2K"};
        QTest::newRow("JPEG 2000, lossless") << "1.2.840.10008.1.2.4.90" << QStringList{};
    }
    void PIX_14_aLossySyntaxIsMarked()
    {
        QFETCH(QString, syntax);
        WRITES(m_folder.path(), QStringLiteral(R"py(
uid = '%1'; pydicom.uid.UID_dictionary.setdefault(uid, ('', 'Transfer Syntax', '', '', ''))
ds = image(); ds.PixelData = pydicom.encaps.encapsulate([b'abcd']); ds['PixelData'].is_undefined_length = True; ds['PixelData'].VR = 'OB'
save(ds, 'syntax.dcm', UID(uid))
)py").arg(syntax));
        const auto instances = readInstances(m_folder.filePath("syntax.dcm"));
        QVERIFY(instances.has_value());
        QTEST(imageMarks(instances->front()), "marks");
    }

    /// A Pixel Spacing that only repeats the detector's is no calibration (PS3.3 10.7.1.1).
    void MEA_02_spacingThatRepeatsTheDetectors_data()
    {
        QTest::addColumn<QString>("attributes");
        QTest::addColumn<int>("origin");
        QTest::newRow("MEA-02 repeated") << "ds.PixelSpacing = [0.2, 0.2]; ds.ImagerPixelSpacing = [0.2, 0.2]" << int(SpacingOrigin::Detector);
        QTest::newRow("MEA-02 another") << "ds.PixelSpacing = [0.15, 0.15]; ds.ImagerPixelSpacing = [0.2, 0.2]" << int(SpacingOrigin::Calibrated);
        QTest::newRow("MEA-02 said") << "ds.PixelSpacing = [0.2, 0.2]; ds.ImagerPixelSpacing = [0.2, 0.2]; ds.PixelSpacingCalibrationType = 'FIDUCIAL'" << int(SpacingOrigin::Calibrated);
        QTest::newRow("MEA-02 alone") << "ds.PixelSpacing = [0.2, 0.2]" << int(SpacingOrigin::Unknown);
    }
    void MEA_02_spacingThatRepeatsTheDetectors()
    {
        QFETCH(QString, attributes);
        QFETCH(int, origin);
        WRITES(m_folder.path(), QStringLiteral("ds = image(modality='DX')\nfor k in ('PixelSpacing', 'ImagerPixelSpacing'):\n  if k in ds: del ds[k]\n%1\nsave(ds, 'spacing.dcm')").arg(attributes));
        const auto instances = readInstances(m_folder.filePath("spacing.dcm"));
        QVERIFY(instances.has_value());
        QCOMPARE(int(instances->front().spacingOrigin), origin);
    }

    /// A vessel only in the later frames, bone in all: the truth is known to the pixel (OBJ-08).
    void subtraction_data()
    {
        QTest::addColumn<QString>("attributes");
        QTest::addColumn<int>("frame");
        QTest::addColumn<QString>("difference"); // numpy; f: frames as float
        const QString item = "i = Dataset(); i.MaskOperation = '%1'; %2; ds.MaskSubtractionSequence = Sequence([i]); ds.RecommendedViewingMode = 'SUB'";
        QTest::newRow("OBJ-08 average of two masks") << item.arg("AVG_SUB", "i.MaskFrameNumbers = [1, 2]") << 3 << "d = f[3] - (f[0] + f[1]) / 2";
        QTest::newRow("OBJ-08 mask moved down and to the left") << item.arg("AVG_SUB", "i.MaskFrameNumbers = 1; i.MaskSubPixelShift = [1.0, 2.0]") << 3
                                                                << "d = f[3] - np.pad(f[0], ((1, 0), (0, 2)), 'edge')[:-1, 2:]";
        QTest::newRow("OBJ-08 half a pixel to the right") << item.arg("AVG_SUB", "i.MaskFrameNumbers = 1; i.MaskSubPixelShift = [0.0, -0.5]") << 3
                                                          << "d = f[3] - (f[0] + np.pad(f[0], ((0, 0), (1, 0)), 'edge')[:, :-1]) / 2";
        QTest::newRow("OBJ-08 frames of contrast averaged") << item.arg("AVG_SUB", "i.MaskFrameNumbers = 1; i.ContrastFrameAveraging = 2") << 2 << "d = (f[2] + f[3]) / 2 - f[0]";
        QTest::newRow("OBJ-08 TID") << item.arg("TID", "i.TIDOffset = 2") << 3 << "d = f[3] - f[1]";
        QTest::newRow("OBJ-08 REV_TID") << item.arg("REV_TID", "i.ApplicableFrameRange = [3, 4]; i.TIDOffset = 1") << 2 << "d = f[2] - f[1]";
        QTest::newRow("OBJ-08 REV_TID, further on") << item.arg("REV_TID", "i.ApplicableFrameRange = [3, 4]; i.TIDOffset = 1") << 3 << "d = f[3] - f[0]";
        QTest::newRow("OBJ-08 linear intensities") << item.arg("AVG_SUB", "i.MaskFrameNumbers = 1") + "; ds.PixelIntensityRelationship = 'LIN'" << 3
                                                   << "k = 65535 / np.log(65536); d = k * np.log(f[3] + 1) - k * np.log(f[0] + 1)";
        const QString linear = "; p = Dataset(); p.PixelIntensityRelationship = 'LIN'; g = Dataset(); g.FramePixelDataPropertiesSequence = Sequence([p]); ";
        QTest::newRow("OBJ-08 linear intensities, enhanced, of all frames") << item.arg("AVG_SUB", "i.MaskFrameNumbers = 1") + linear + "ds.SharedFunctionalGroupsSequence = Sequence([g])" << 3
                                                                            << "k = 65535 / np.log(65536); d = k * np.log(f[3] + 1) - k * np.log(f[0] + 1)";
        QTest::newRow("OBJ-08 linear intensities, enhanced, frame by frame") << item.arg("AVG_SUB", "i.MaskFrameNumbers = 1") + linear + "ds.PerFrameFunctionalGroupsSequence = Sequence([g] * 4)" << 3
                                                                             << "k = 65535 / np.log(65536); d = k * np.log(f[3] + 1) - k * np.log(f[0] + 1)";
        QTest::newRow("OBJ-08 a shift of the frame's own") << item.arg("AVG_SUB", "i.MaskFrameNumbers = 1; i.SubtractionItemID = 7") + "; p = Dataset(); p.SubtractionItemID = 7; p.MaskSubPixelShift = [0.0, 1.0]; g = Dataset(); g.FramePixelShiftSequence = Sequence([p]); ds.PerFrameFunctionalGroupsSequence = Sequence([Dataset(), Dataset(), Dataset(), g])" << 3
                                                         << "d = f[3] - np.pad(f[0], ((0, 0), (0, 1)), 'edge')[:, 1:]";
        QTest::newRow("OBJ-08 shifts of several operations") << item.arg("AVG_SUB", "i.MaskFrameNumbers = 1; i.SubtractionItemID = 7") + "\ndef own(number, columns):\n  p = Dataset(); p.SubtractionItemID = number; p.MaskSubPixelShift = [0.0, columns]; return p\ng = Dataset(); g.FramePixelShiftSequence = Sequence([own(5, 4.0), own(7, 1.0), own(9, 2.0)]); ds.PerFrameFunctionalGroupsSequence = Sequence([Dataset(), Dataset(), Dataset(), g])" << 3
                                                            << "d = f[3] - np.pad(f[0], ((0, 0), (0, 1)), 'edge')[:, 1:]";
        QTest::newRow("OBJ-08 each frame has its own shift") << item.arg("AVG_SUB", "i.MaskFrameNumbers = 1; i.SubtractionItemID = 7") + "\ndef own(columns):\n  p = Dataset(); p.SubtractionItemID = 7; p.MaskSubPixelShift = [0.0, columns]; g = Dataset(); g.FramePixelShiftSequence = Sequence([p]); return g\nds.PerFrameFunctionalGroupsSequence = Sequence([Dataset(), own(3.0), own(1.0), own(2.0)])" << 2
                                                             << "d = f[2] - np.pad(f[0], ((0, 0), (0, 1)), 'edge')[:, 1:]";
        QTest::newRow("OBJ-08 not an applicable frame") << item.arg("AVG_SUB", "i.MaskFrameNumbers = 1; i.ApplicableFrameRange = [3, 4]") << 1 << "d = None";
        QTest::newRow("OBJ-08 a mask that is not there") << item.arg("AVG_SUB", "i.MaskFrameNumbers = 77") << 3 << "d = None";
        QTest::newRow("OBJ-08 TID before the first frame") << item.arg("TID", "i.TIDOffset = 2") << 1 << "d = None";
    }
    void subtraction()
    {
        QFETCH(QString, attributes);
        QFETCH(int, frame);
        QFETCH(QString, difference);
        WRITES(m_folder.path(), QStringLiteral(R"py(
rng = np.random.default_rng(9)
bone = rng.integers(1000, 3000, (6, 8))
frames = np.stack([bone, bone + 10, bone + 4, bone]); frames[3, 2:4, :] -= 700; frames[2, 2:3, :] -= 300
ds = image(frames=4, modality='XA'); px(ds, frames.astype(np.uint16))
%1
save(ds, 'dsa.dcm')
f = frames.astype(float)
%2
open(os.path.join(out, 'dsa.txt'), 'w').write('' if d is None else ' '.join('%.9g' % x for x in d.ravel()))
)py")
                                   .arg(attributes, difference));
        const auto volume = loaded(m_folder.filePath("dsa.dcm"));
        QVERIFY(volume);
        const auto plan = subtractionOf(*volume, frame, Subtraction{});
        const auto truth = numbersIn(m_folder.filePath("dsa.txt"));
        if (truth.size() < 48) {
            QVERIFY(!plan);
            // Then it is shown as it is.
            QVERIFY(!atOneToOne(*volume, initialPresentation(*volume, frame), frame).problem);
            return;
        }
        QVERIFY(plan.has_value());
        const auto values = subtractedValues(*volume, frame, *plan);
        for (size_t i = 0; i < 48; ++i)
            QVERIFY2(std::abs(double(values[i]) - truth[i]) < 0.02, qPrintable(QStringLiteral("%1: %2, not %3").arg(i).arg(values[i]).arg(truth[i])));
        // Whatever frame is looked at first, the window is one of differences.
        for (int first = 0; first < 4; ++first) {
            const Presentation presentation = initialPresentation(*volume, first);
            const double low = presentation.window.centre - presentation.window.width / 2;
            QVERIFY(low < 0 && presentation.window.width > 1); // stored values lie far above 0
        }
        Presentation tabled; // a VOI LUT is of stored values, never of differences
        tabled.voiLut = 0;
        QCOMPARE(withSubtraction(*volume, frame, tabled, Subtraction{}).voiLut, -1);
        // Recommended Viewing Mode SUB: so it is at first, the values measured stay those stored.
        QVERIFY(initialPresentation(*volume, frame).subtraction.has_value());
        QCOMPARE(volume->valueAt(3, 0, 0), std::optional(double(volume->stored<quint16>(3)[0])));
    }

    void theMaskIsChosenAndMovedByHand() // OBJ-08
    {
        WRITES(m_folder.path(), QStringLiteral(R"py(
frames = np.full((3, 6, 8), 1000); frames[1, 1, 2] = 400; frames[2, 1, 3] = 400
ds = image(frames=3, modality='XA'); px(ds, frames.astype(np.uint16)); save(ds, 'hand.dcm')
)py"));
        const auto volume = loaded(m_folder.filePath("hand.dcm"));
        Viewport viewport;
        const auto open = std::make_shared<OpenStack>(volume->stack(), ImageTexts{});
        viewport.resize(80, 60);
        viewport.showStack(open, nullptr);
        QTRY_VERIFY(open->volume() && open->volume()->isComplete());
        QVERIFY(!viewport.isSubtracting());
        viewport.showFrame(1);
        viewport.useFrameAsMask();
        QVERIFY(viewport.isSubtracting());
        viewport.showFrame(2);
        const auto values = [&] { return subtractedValues(*volume, 2, *subtractionOf(*volume, 2, *viewport.presentation().subtraction)); };
        QCOMPARE(values()[8 + 2], 600.0f); // the mask's vessel shows bright, the frame's dark
        QCOMPARE(values()[8 + 3], -600.0f);
        viewport.shiftMask({1, 0});
        for (const float value : values()) // moved by a pixel they meet
            QCOMPARE(value, 0.0f);
        viewport.toggleSubtraction();
        QVERIFY(!viewport.isSubtracting());
    }

    /// The frame shown follows the vector, by a clock that the test turns.
    void cineFollowsTheFrameTimes_data()
    {
        QTest::addColumn<QString>("attributes");
        QTest::addColumn<QList<double>>("beginMs"); // when each next frame appears
        QTest::addColumn<QList<int>>("frames");
        QTest::newRow("OBJ-07 Frame Time") << "ds.FrameTime = 40" << QList<double>{40, 80, 120, 160} << QList<int>{1, 2, 3, 0};
        QTest::newRow("OBJ-07 Frame Time Vector") << "ds.FrameTimeVector = [0, 100, 20, 300]; ds.FrameIncrementPointer = 0x00181065" << QList<double>{100, 120, 420, 720} << QList<int>{1, 2, 3, 0};
        QTest::newRow("OBJ-07 Recommended Display Frame Rate") << "ds.RecommendedDisplayFrameRate = 25; ds.CineRate = 10" << QList<double>{40, 80, 120, 160} << QList<int>{1, 2, 3, 0};
        QTest::newRow("OBJ-07 Cine Rate") << "ds.CineRate = 20" << QList<double>{50, 100, 150} << QList<int>{1, 2, 3};
        QTest::newRow("OBJ-07 sweep") << "ds.FrameTime = 40; ds.PreferredPlaybackSequencing = 1" << QList<double>{40, 80, 120, 160, 200, 240, 280} << QList<int>{1, 2, 3, 2, 1, 0, 1};
        QTest::newRow("OBJ-07 trimmed, by the vector") << "ds.FrameTimeVector = [0, 100, 20, 300]; ds.FrameIncrementPointer = 0x00181065; ds.StartTrim = 2; ds.StopTrim = 4"
                                                       << QList<double>{620 / 3.0, 620 / 3.0 + 20, 620 / 3.0 + 320, 620 / 3.0 + 620} << QList<int>{1, 2, 3, 1};
        QTest::newRow("OBJ-07 trimmed") << "ds.FrameTime = 40; ds.StartTrim = 2; ds.StopTrim = 3" << QList<double>{40, 80, 120} << QList<int>{1, 2, 1};
        const QString group = "def content(**k):\n    c = Dataset(); [setattr(c, n, v) for n, v in k.items()]; g = Dataset(); g.FrameContentSequence = Sequence([c]); return g\n";
        const QString times = group + "ds.PerFrameFunctionalGroupsSequence = Sequence([content(FrameAcquisitionDateTime='202001012359' + t) for t in ('59.000', '59.100', '59.350', '59.400')]); ds.Modality = ";
        for (const char* modality : {"US", "XA", "RF"})
            QTest::addRow("OBJ-07 enhanced %s, times of the frames", modality) << times + QStringLiteral("'%1'").arg(QLatin1String(modality)) << QList<double>{100, 350, 400, 450} << QList<int>{1, 2, 3, 0};
        QTest::newRow("OBJ-07 enhanced CT: times of the frames are no times of display") << times + "'CT'" << QList<double>{1000 / 15.0, 2000 / 15.0} << QList<int>{1, 2};
        QTest::newRow("OBJ-07 enhanced, durations") << group + "ds.PerFrameFunctionalGroupsSequence = Sequence([content(FrameAcquisitionDuration=float(d)) for d in (50, 70, 30, 40)])"
                                                    << QList<double>{50, 120, 150, 190} << QList<int>{1, 2, 3, 0};
        QTest::newRow("OBJ-07 nonsense: 15 a second") << "ds.FrameTime = -5; ds.CineRate = 0; ds.FrameTimeVector = [0, 1]" << QList<double>{1000 / 15.0, 2000 / 15.0} << QList<int>{1, 2};
    }
    void cineFollowsTheFrameTimes()
    {
        QFETCH(QString, attributes);
        QFETCH(QList<double>, beginMs);
        QFETCH(QList<int>, frames);
        WRITES(m_folder.path(), QStringLiteral("ds = image(frames=4, modality='US')\n%1\nsave(ds, 'cine.dcm')").arg(attributes));
        const auto volume = loaded(m_folder.filePath("cine.dcm"));
        QVERIFY(volume);
        Viewport viewport;
        double nowMs = 5000;
        viewport.setClock([&nowMs] { return nowMs; });
        const auto open = std::make_shared<OpenStack>(volume->stack(), ImageTexts{});
        viewport.resize(80, 60);
        viewport.showStack(open, nullptr);
        QTRY_VERIFY(open->volume() && open->volume()->isComplete());
        viewport.showFrame(0);
        viewport.play(true);
        int before = 0;
        for (qsizetype i = 0; i < frames.size(); ++i) {
            nowMs = 5000 + beginMs[i] - 1;
            viewport.advanceCine();
            QCOMPARE(viewport.frame(), before);
            nowMs = 5000 + beginMs[i] + 0.001;
            viewport.advanceCine();
            QCOMPARE(viewport.frame(), frames[i]);
            before = frames[i];
        }
    }

    /// The region under a line decides its unit (MEA-03). Regions: 2D tissue 0.2 mm by 0.1 mm a pixel; M-mode 2 ms by 0.1 mm;
    /// a spectrum 2 ms by 1 cm/s upwards from row 70; a low priority one over all.
    void ultrasoundRegionsCalibrate_data()
    {
        QTest::addColumn<QList<double>>("line");
        QTest::addColumn<QStringList>("values");
        QTest::newRow("MEA-03 2D tissue") << QList<double>{10, 10, 10, 20} << QStringList{"length 1 mm"};
        QTest::newRow("MEA-03 2D tissue across") << QList<double>{10, 10, 20, 10} << QStringList{"length 2 mm"};
        QTest::newRow("MEA-03 M-mode") << QList<double>{110, 10, 160, 30} << QStringList{"time 0.1 s", "depth 2 mm"};
        QTest::newRow("MEA-03 spectrum") << QList<double>{10, 60, 60, 65} << QStringList{"time 0.1 s", "velocity 5 cm/s"};
        QTest::newRow("MEA-03 across two regions: pixels") << QList<double>{90, 10, 110, 10} << QStringList{"length 20 px"};
        QTest::newRow("MEA-03 outside: pixels") << QList<double>{10, 95, 30, 95} << QStringList{"length 20 px"};
    }
    void ultrasoundRegionsCalibrate()
    {
        QFETCH(QList<double>, line);
        QFETCH(QStringList, values);
        WRITES(m_folder.path(), QStringLiteral(R"py(
ds = image(100, 200, bits=8, modality='US')
def region(x0, y0, x1, y1, ux, uy, dx, dy, flags=0, kind=1, ry=0):
    r = Dataset(); r.RegionSpatialFormat = kind; r.RegionDataType = 1; r.RegionFlags = flags
    r.RegionLocationMinX0, r.RegionLocationMinY0, r.RegionLocationMaxX1, r.RegionLocationMaxY1 = x0, y0, x1, y1
    r.PhysicalUnitsXDirection, r.PhysicalUnitsYDirection = ux, uy; r.PhysicalDeltaX, r.PhysicalDeltaY = dx, dy
    r.ReferencePixelX0, r.ReferencePixelY0 = 0, ry; r.ReferencePixelPhysicalValueX = r.ReferencePixelPhysicalValueY = 0.0
    return r
ds.SequenceOfUltrasoundRegions = Sequence([region(0, 0, 99, 49, 3, 3, 0.02, 0.01), region(100, 0, 199, 49, 4, 3, 0.002, 0.01, kind=2),
    region(0, 50, 199, 89, 4, 7, 0.002, -1.0, kind=3, ry=20), region(0, 0, 199, 89, 3, 3, 1, 1, flags=1)])
save(ds, 'us.dcm')
)py"));
        const auto volume = loaded(m_folder.filePath("us.dcm"));
        QVERIFY(volume);
        const std::vector<QPointF> points{{line[0], line[1]}, {line[2], line[3]}};
        const auto found = figureKind("length")->values(points, MeasuringPlane::ofFrame(volume, 0, points));
        QStringList texts;
        for (const FigureValue& value : found)
            texts << QStringLiteral("%1 %2 %3").arg(value.name).arg(value.value, 0, 'g', 6).arg(value.unit);
        QCOMPARE(texts, values);
        // The probe reads the axes from the reference pixel: row 60 is 10 cm/s above the line at row 70.
        QVERIFY2(probeText(*volume, 0, {50, 60}).endsWith("0.100 s   10.0 cm/s"), qPrintable(probeText(*volume, 0, {50, 60})));
    }

    /// Grey below, colours from the first mapped value on, padding black; the image and its RGB by numpy.
    void supplementalPalette_data()
    {
        QTest::addColumn<QString>("image");
        QTest::addColumn<int>("firstMapped");
        QTest::addColumn<int>("bits");
        QTest::newRow("PIX-10 US, colour flow on grey, 8 bit") << "ds = image(32, 40, bits=8, modality='US', sop='1.2.840.10008.5.1.4.1.1.6.2'); kind = np.uint8; c, w = 100, 200" << 200 << 8;
        QTest::newRow("PIX-10 MR with a map over it, 16 bit") << "ds = image(32, 40, modality='MR', sop='1.2.840.10008.5.1.4.1.1.4.1'); kind = np.uint16; c, w = 900, 1800" << 2000 << 16;
        QTest::newRow("PIX-10 signed, first mapped below zero") << "ds = image(32, 40, signed=1, modality='MR', sop='1.2.840.10008.5.1.4.1.1.4.1'); kind = np.int16; c, w = -900, 800" << -500 << 16;
    }
    void supplementalPalette()
    {
        QFETCH(QString, image);
        QFETCH(int, firstMapped);
        QFETCH(int, bits);
        WRITES(m_folder.path(), QStringLiteral(R"py(
%1
first, bits = %2, %3
ds.WindowCenter, ds.WindowWidth = c, w
ds.PixelPresentation = 'COLOR'
n = 40
table = np.array([[(k * 6) % 256, 255 - k * 5, (k * 37) % 256] for k in range(n)])
for i, name in enumerate(['Red', 'Green', 'Blue']):
    ds.add_new(0x00281101 + i, 'SS' if ds.PixelRepresentation else 'US', [n, first, bits])
    data = table[:, i].astype(np.uint8) if bits == 8 else (table[:, i] * 257).astype(np.uint16)
    ds.add_new(0x00281201 + i, 'OW', data.tobytes())
rng = np.random.default_rng(7)
grey = rng.integers(first - int(w), first, (32, 40))
coded = rng.integers(first, first + n + 5, (32, 40))
s = np.where(rng.random((32, 40)) < 0.4, coded, grey)
if bits == 8: s = np.clip(s, 0, 255)
px(ds, s.astype(kind))
ds.add_new(0x00280120, 'SS' if ds.PixelRepresentation else 'US', int(s[0, 0]))
ds.FrameOfReferenceUID = '1.2.3'; ds.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]; ds.PixelSpacing = [1, 1]
for z in range(4):
    ds.ImagePositionPatient = [0, 0, z]; ds.InstanceNumber = z + 1; ds.SOPInstanceUID = generate_uid()
    save(ds, 'supplemental%d.dcm' % z)
level = np.floor(np.clip((s - (c - 0.5)) / (w - 1) + 0.5, 0, 1) * 255 + 0.5)
rgb = np.where((s >= first)[..., None], table[np.clip(s - first, 0, n - 1)], level[..., None])
rgb[s == s[0, 0]] = 0
open(os.path.join(out, 'supplemental.txt'), 'w').write(' '.join('%d' % v for v in rgb.ravel()))
)py")
                                   .arg(image)
                                   .arg(firstMapped)
                                   .arg(bits));
        std::vector<Instance> instances;
        for (int z = 0; z < 4; ++z)
            instances.push_back(readInstances(m_folder.filePath(QStringLiteral("supplemental%1.dcm").arg(z))).value().front());
        const auto volume = StackLoader::load(buildStacks(instances).front()).value();
        const auto expected = numbersIn(m_folder.filePath("supplemental.txt"));
        QCOMPARE(expected.size(), size_t(32 * 40 * 3));
        Presentation presentation = initialPresentation(*volume);
        const auto differing = [&](const QImage& image) {
            int count = 0;
            for (int i = 0; i < 32 * 40; ++i) {
                const QRgb shown = image.pixel(i % 40, i / 40);
                const int rgb[] = {qRed(shown), qGreen(shown), qBlue(shown)};
                for (size_t k = 0; k < 3; ++k)
                    count += std::abs(rgb[k] - expected[size_t(i) * 3 + k]) > 1;
            }
            return count;
        };
        QCOMPARE(differing(atOneToOne(*volume, presentation).image), 0);
        // A colour's code is no value that is measured (MEA-07).
        const double padding = *volume->storedAt(0, 0, 0);
        for (int i = 0; i < 32 * 40; ++i) {
            const double stored = *volume->storedAt(0, i % 40, i / 40);
            QCOMPARE(volume->valueAt(0, i % 40, i / 40).has_value(), stored < firstMapped && stored != padding);
        }
        // The window moves the grey part only.
        Presentation dark = presentation;
        dark.window.centre += 1e6;
        const QImage codes = atOneToOne(*volume, dark).image;
        for (int i = 0; i < 32 * 40; ++i)
            if (const QRgb shown = codes.pixel(i % 40, i / 40); qRed(shown) != qGreen(shown) || qGreen(shown) != qBlue(shown))
                QCOMPARE(int(qRed(shown)), int(expected[size_t(i) * 3]));
        // A plane through the voxels' middles is the slice itself; a slab has no colours.
        QVERIFY(volume->grid());
        SliceView view;
        view.mpr = anatomicalPlane(AnatomicalPlane::Axial, {19.5, 15.5, 2});
        view.zoom = 1;
        const RenderedSlice plane = render(*volume, view, presentation, {40, 32});
        QVERIFY(!plane.problem);
        QCOMPARE(differing(plane.image), 0);
        view.slabMm = 2;
        const RenderedSlice slab = render(*volume, view, presentation, {40, 32});
        for (int i = 0; i < 32 * 40; ++i)
            QVERIFY(qRed(slab.image.pixel(i % 40, i / 40)) == qGreen(slab.image.pixel(i % 40, i / 40)));
        // Automatic window: codes are no brightness.
        const Window automatic = autoWindow(*volume, 0);
        QVERIFY(automatic.centre + automatic.width / 2 <= firstMapped + 1);
    }

private:
    QTemporaryDir m_folder;
};

QTEST_MAIN(TestDisplay)
#include "tst_display.moc"
