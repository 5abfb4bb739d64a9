#include "app/demo/phantom.h"
#include "app/demo/writer.h"
#include "tests/support/test_data.h"
#include "viewer/ui/viewport.h"
#include <QDirIterator>
#include <QElapsedTimer>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <set>
#include <sys/stat.h>

using namespace diascope;
using namespace diascope::viewer;

namespace
{

/// An object of each class, without pixels, by pydicom.
const char* const objects = R"(
import sys, pydicom
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import generate_uid, ExplicitVRLittleEndian
for uid in sys.argv[2:]:
    meta = FileMetaDataset(); meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = uid, generate_uid()
    d = FileDataset('', {}, file_meta=meta, preamble=b'\0' * 128)
    d.is_little_endian, d.is_implicit_VR = True, False
    d.SOPClassUID, d.SOPInstanceUID, d.StudyInstanceUID, d.SeriesInstanceUID, d.Modality = uid, meta.MediaStorageSOPInstanceUID, '1.2', '1.2.3', 'OT'
    d.save_as(sys.argv[1] + '/' + uid, write_like_original=False)
)";

std::unique_ptr<OpenStudy> opened(const QStringList& paths, const QString& seriesUid = {})
{
    auto study = std::make_unique<OpenStudy>(std::vector<SeriesFiles>{{seriesUid, paths}});
    QSignalSpy completed(study.get(), &OpenStudy::completed);
    return completed.wait(60000) ? std::move(study) : nullptr;
}

} // namespace

class TestOpenStudy : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    /// The rest of a study comes while its first images are looked at.
    void SAF_13_whatIsLookedAtStaysWhileTheStackGrows()
    {
        QTemporaryDir folder;
        const demo::Patient patient{"Grow^Ing", "G", "D", "19700101", "O", "ISO_IR 192"};
        const demo::Sampling sampling{.columns = 48, .rows = 48, .slices = 12, .columnSpacingMm = 2, .rowSpacingMm = 2, .sliceSpacingMm = 5};
        QStringList files = *demo::writeCt(folder.filePath("ct"), patient, {"grow", "20260110", "104000", "A", "CT", "Abdomen", 1}, sampling);
        const QString series = dicom::Dataset::read(files[0])->text(dicom::tag::SeriesInstanceUID);
        // First every second slice from the third on, so that old images change their number in the grown stack.
        QStringList first;
        for (int i = 2; i < files.size(); i += 2)
            first << files[i];
        const auto study = opened(first, series);
        QVERIFY(study && study->stacks().size() == 1);
        Viewport viewport;
        viewport.resize(200, 200);
        viewport.show();
        viewport.showStack(study->stacks().front(), nullptr);
        QTRY_VERIFY(viewport.volume() && viewport.volume()->isComplete() && !viewport.isWaitingForPixels());
        viewport.showFrame(1);
        SliceView view = viewport.view();
        view.zoom *= 1.5;
        viewport.setView(view);
        viewport.invert();
        QTRY_VERIFY(!viewport.isWaitingForPixels());
        const Instance looked = viewport.stack()->stack().instances[1];
        const QImage before = viewport.keyImage();

        QSignalSpy grown(study.get(), &OpenStudy::stackGrown);
        QSignalSpy added(study.get(), &OpenStudy::stackAdded);
        connect(study.get(), &OpenStudy::stackGrown, &viewport, [&](const std::shared_ptr<OpenStack>&, const std::shared_ptr<OpenStack>& now) { viewport.replaceStack(now); });
        study->grow({{series, files}});
        QTRY_COMPARE(grown.count(), 1);
        QCOMPARE(viewport.frameCount(), 12);
        QTRY_VERIFY(viewport.volume() && viewport.volume()->isComplete() && !viewport.isWaitingForPixels());
        QCOMPARE(viewport.stack()->stack().instances[size_t(viewport.frame())].uid, looked.uid);
        QVERIFY(viewport.frame() != 1); // slices came before it
        QCOMPARE(viewport.view().zoom, view.zoom);
        QVERIFY(viewport.presentation().invert);
        viewport.setOverlay(OverlayDetail::Off);
        QCOMPARE(study->stacks().size(), 1u);
        QCOMPARE(added.count(), 0);
        // The picture is the same but for the words in its corners ("3 of 5" is "5 of 12" now).
        const QImage after = viewport.keyImage();
        const QRect middle = before.rect().adjusted(60, 60, -60, -60);
        QCOMPARE(after.copy(middle), before.copy(middle));
        study->grow({{series, files}}); // nothing new: nothing happens
        QCOMPARE(grown.count(), 1);
        study->grow({{series, files}, {"1.2.3.4.5", {files[0]}}}); // another series' file is not shown under its name
        QVERIFY(QSignalSpy(study.get(), &OpenStudy::completed).wait(10000));
        QCOMPARE(study->stacks().size(), 1u);
        QVERIFY(study->isComplete());
    }

    /// Of an anonymiser's series, where each image names a frame of reference of its own, that shows with the fourth image.
    void SAF_13_stacksThatTurnOutToBeOneAreShownOnce()
    {
        QTemporaryDir folder;
        const QStringList files = *demo::writeCt(folder.path(), {}, {}, {.slices = 6, .sliceSpacingMm = 3});
        const char* const scatter = "import sys, pydicom\n"
                                    "for n, path in enumerate(sys.argv[1:]):\n"
                                    "    d = pydicom.dcmread(path); d.FrameOfReferenceUID = '1.2.3.%d' % n; d.save_as(path)\n";
        QCOMPARE(test::python(scatter, files).code, 0);
        const QString series = dicom::Dataset::read(files[0])->text(dicom::tag::SeriesInstanceUID);
        const auto study = opened(files.mid(0, 2), series);
        QVERIFY(study);
        QCOMPARE(study->stacks().size(), 2u);
        Viewport viewport; // the one that gives way is looked at
        viewport.showStack(study->stacks()[1], nullptr);
        const auto looked = viewport.stack()->stack().instances[0].uid;
        QSignalSpy merged(study.get(), &OpenStudy::stackMerged);
        const auto follow = [&](const std::shared_ptr<OpenStack>& before, const std::shared_ptr<OpenStack>& now) {
            if (viewport.stack() == before)
                viewport.replaceStack(now);
        };
        connect(study.get(), &OpenStudy::stackGrown, &viewport, follow);
        connect(study.get(), &OpenStudy::stackMerged, &viewport, follow);
        study->grow({{series, files}});
        QTRY_COMPARE(merged.count(), 1);
        QCOMPARE(study->stacks().size(), 1u);
        QCOMPARE(study->stacks()[0]->stack().frameCount(), 6);
        QCOMPARE(viewport.stack(), study->stacks()[0]);
        QCOMPARE(viewport.stack()->stack().instances[size_t(viewport.frame())].uid, looked);
    }

    /// A scout stands in the same series: the slices that come take the place of the slices.
    void SAF_13_whatGrowsIsTheStackThatHoldsTheImage()
    {
        QTemporaryDir folder;
        const QStringList files = *demo::writeCt(folder.path(), {}, {}, {.columns = 16, .rows = 16, .slices = 8, .sliceSpacingMm = 3});
        const char* const turn = "import sys, pydicom\n"
                                 "d = pydicom.dcmread(sys.argv[1]); d.ImageOrientationPatient = [0, 1, 0, 0, 0, -1]; d.save_as(sys.argv[1])\n";
        QCOMPARE(test::python(turn, {files[0]}).code, 0);
        const QString series = dicom::Dataset::read(files[0])->text(dicom::tag::SeriesInstanceUID);
        const auto study = opened(files.mid(0, 4), series);
        QVERIFY(study);
        QCOMPARE(study->stacks().size(), 2u);
        const auto scout = study->stacks()[study->stacks()[0]->stack().frameCount() == 1 ? 0 : 1];
        QCOMPARE(scout->stack().frameCount(), 1);
        QSignalSpy grown(study.get(), &OpenStudy::stackGrown), merged(study.get(), &OpenStudy::stackMerged);
        study->grow({{series, files}});
        QTRY_COMPARE(grown.count(), 1);
        QVERIFY(grown[0][0].value<std::shared_ptr<OpenStack>>() != scout);
        QCOMPARE(merged.count(), 0);
        QCOMPARE(study->stacks().size(), 2u);
        for (const auto& stack : study->stacks())
            QCOMPARE(stack->stack().frameCount(), stack == scout ? 1 : 7);
    }

    /// What comes while its series is being read is read after it; what comes before is read with it.
    void SAF_03_imagesThatComeWhileTheSeriesIsRead()
    {
        QTemporaryDir folder;
        const QStringList files = *demo::writeCt(folder.path(), {}, {}, {.columns = 16, .rows = 16, .slices = 8, .sliceSpacingMm = 3});
        const QString series = dicom::Dataset::read(files[0])->text(dicom::tag::SeriesInstanceUID);
        for (const bool hasBegun : {false, true}) {
            OpenStudy study({{series, files.mid(0, 5)}});
            QSignalSpy completed(&study, &OpenStudy::completed), grown(&study, &OpenStudy::stackGrown);
            if (hasBegun)
                QCoreApplication::sendPostedEvents(&study, QEvent::MetaCall); // it begins to read; what it has read comes by another event
            study.grow({{series, files}});
            QVERIFY(completed.wait(60000));
            QCOMPARE(study.stacks().size(), 1u);
            QCOMPARE(study.stacks()[0]->stack().frameCount(), 8);
            QCOMPARE(grown.count(), hasBegun ? 1 : 0);
        }
    }

    /// A series that is read again says anew what of it is not shown, and nothing of the others.
    void OBJ_12_whatIsNotShownOfOtherSeriesStays()
    {
        QTemporaryDir folder;
        const QString report = "1.2.840.10008.5.1.4.1.1.88.11", protocol = "1.2.840.10008.5.1.4.38.1", own = "1.2.826.0.1.3680043.9.1";
        QCOMPARE(test::python(objects, {folder.path(), report, protocol, own}).code, 0);
        OpenStudy study({{"1.2.3", {folder.filePath(report)}}, {"1.2.4", {folder.filePath(protocol)}}});
        QVERIFY(QSignalSpy(&study, &OpenStudy::completed).wait(60000));
        QCOMPARE(study.notShown().size(), 2u);
        study.grow({{"1.2.3", {folder.filePath(report), folder.filePath(own)}}});
        QVERIFY(QSignalSpy(&study, &OpenStudy::completed).wait(60000));
        QStringList paths;
        for (const NotShown& left : study.notShown())
            paths << left.path;
        paths.sort();
        QStringList expected{folder.filePath(report), folder.filePath(protocol), folder.filePath(own)};
        expected.sort();
        QCOMPARE(paths, expected);
    }

    void BIR_01_textsOfAnImage()
    {
        namespace tag = dicom::tag;
        dicom::Dataset dataset;
        for (const auto& [attribute, text] : {std::pair(tag::PatientName, "Doe^Jane"), {tag::PatientID, "P1"}, {tag::IssuerOfPatientID, "H1"},
                                              {tag::PatientBirthDate, "19800302"}, {tag::PatientSex, "F"}, {tag::InstitutionName, "Clinic"},
                                              {tag::StudyDate, "20200301"},
                                              {tag::StudyTime, "131415"}, {tag::StudyDescription, "study"}, {tag::AccessionNumber, "A1"},
                                              {tag::SeriesDescription, "series"}, {tag::SeriesNumber, "7"}, {tag::Modality, "CT"},
                                              {tag::BodyPartExamined, "CHEST"}})
            QVERIFY(dataset.setText(attribute, text));
        const ImageTexts texts = ImageTexts::of(dataset);
        QCOMPARE((QStringList{texts.patientId, texts.issuer, texts.birthDate, texts.sex, texts.age, texts.institution, texts.studyDate,
                              texts.studyTime, texts.studyDescription, texts.accession, texts.seriesDescription, texts.seriesNumber, texts.modality, texts.bodyPart}),
                 (QStringList{"P1", "H1", "1980-03-02", "F", "39 y", "Clinic", "2020-03-01", "13:14", "study", "A1", "series", "7", "CT", "CHEST"}));
        QVERIFY(texts.patientName.contains("Doe") && texts.patientName.contains("Jane"));
        QVERIFY(texts.isSamePatient(texts));
        for (const auto& [attribute, text] : {std::pair(tag::PatientName, "Roe^Jane"), {tag::PatientID, "P2"}, {tag::IssuerOfPatientID, "H2"}}) {
            const QString before = dataset.text(attribute);
            QVERIFY(dataset.setText(attribute, text));
            QVERIFY(!ImageTexts::of(dataset).isSamePatient(texts));
            QVERIFY(dataset.setText(attribute, before));
            QVERIFY(ImageTexts::of(dataset).isSamePatient(texts));
        }
    }

    void whileImagesArriveNothingIsCalledAGap_data()
    {
        QTest::addColumn<std::vector<int>>("missing");
        QTest::addColumn<QString>("code");
        QTest::newRow("GEO-03 missing slices") << std::vector<int>{11, 12} << "GEO-03";
        QTest::newRow("GEO-04 varying distances") << std::vector<int>{1, 3, 4, 7, 8, 9, 12, 13, 14, 15, 17, 18, 20} << "GEO-04";
    }

    void whileImagesArriveNothingIsCalledAGap()
    {
        QFETCH(std::vector<int>, missing);
        QFETCH(QString, code);
        QTemporaryDir folder;
        demo::Sampling sampling{.slices = 24, .sliceSpacingMm = 3};
        sampling.missingSlices = missing;
        const auto study = opened(*demo::writeCt(folder.path(), {}, {}, sampling));
        QVERIFY(study && study->stacks().size() == 1);
        const auto& stack = study->stacks().front();
        const auto codes = [&] {
            QStringList codes;
            for (const StackWarning& warning : stack->warnings())
                codes << warning.code;
            codes.removeDuplicates();
            return codes;
        };
        QCOMPARE(codes(), QStringList{code});
        const QString whyNot = stack->whyNoVolume();
        QSignalSpy changed(stack.get(), &OpenStack::warningsChanged);
        study->setArriving(true);
        QCOMPARE(changed.count(), 1);
        QCOMPARE(codes(), QStringList{"SAF-04"});
        QVERIFY(stack->warnings().front().text.startsWith("Incomplete"));
        QVERIFY(stack->whyNoVolume() != whyNot);
        study->setArriving(false);
        QCOMPARE(changed.count(), 2);
        QCOMPARE(codes(), QStringList{code});
        QCOMPARE(stack->whyNoVolume(), whyNot);
    }

    void whatIsNoImageIsNamed_data()
    {
        QTest::addColumn<QString>("sopClass");
        QTest::addColumn<QString>("kind");
        const auto row = [](const char* sopClass, const char* kind) { QTest::addRow("OBJ-12 %s", kind) << QString("1.2.840.10008.5.1.4.1.1.") + sopClass << kind; };
        row("88.33", "a structured report");
        row("88.67", "a dose report");
        row("88.59", "a key object selection");
        row("11.1", "a presentation state");
        row("104.1", "an encapsulated PDF");
        row("104.2", "an encapsulated CDA document");
        row("66", "raw data");
        row("66.1", "a spatial registration");
        row("66.5", "a surface segmentation");
        row("67", "a map to real world values");
        row("4.2", "MR spectroscopy");
        row("9.1.1", "an ECG"); // OBJ-11
        row("9.4.1", "an audio recording");
        row("481.3", "an RT structure set");
        row("481.5", "an RT plan");
        row("481.8", "an RT plan");
        QTest::newRow("OBJ-12 a CT without pixels") << "1.2.840.10008.5.1.4.1.1.2" << "has no pixels";
        QTest::newRow("OBJ-12 somebody's own class") << "1.2.826.0.1.3680043.9.1" << "1.2.826.0.1.3680043.9.1";
        QTest::newRow("OBJ-12 a hanging protocol") << "1.2.840.10008.5.1.4.38.1" << "a hanging protocol";
    }
    void whatIsNoImageIsNamed()
    {
        QFETCH(QString, sopClass);
        QFETCH(QString, kind);
        QTemporaryDir folder;
        const auto ran = test::python(objects, {folder.path(), sopClass});
        QVERIFY2(ran.code == 0, ran.err.constData());
        const auto study = opened({folder.filePath(sopClass)});
        QVERIFY(study && study->stacks().empty());
        QCOMPARE(study->notShown().size(), 1u);
        QVERIFY2(study->notShown()[0].reason.contains(kind), qPrintable(study->notShown()[0].reason));
        QVERIFY2(!study->notShown()[0].reason.contains("Not found"), "it was found: it is no image");
    }

    /// Every file of many makers is either in a stack or named with a reason.
    void everyFileIsAccountedFor()
    {
        const QString folder = test::dataFile("modalities");
        NEEDS_TEST_DATA(folder);
        QStringList paths;
        QDirIterator it(folder, QDir::Files, QDirIterator::Subdirectories);
        while (it.hasNext())
            paths << it.next();
        const auto study = opened(paths);
        QVERIFY(study);
        std::set<QString> named;
        std::set<QString> shownUids;
        for (const NotShown& left : study->notShown()) {
            QVERIFY(!left.reason.isEmpty());
            named.insert(left.path);
        }
        for (const auto& stack : study->stacks())
            for (const Instance& instance : stack->stack().instances) {
                named.insert(instance.path);
                shownUids.insert(instance.uid.value);
            }
        int copies = 0;
        for (const QString& path : paths)
            if (!named.contains(path)) {
                const auto read = readInstances(path); // a copy of what is shown
                QVERIFY2(read && shownUids.contains(read->front().uid.value), qPrintable(path));
                ++copies;
            }
        qInfo("%d files, %d not shown, %d copies", int(paths.size()), int(study->notShown().size()), copies);
    }

    /// Two files say that they are the same image and are not: one is shown, the other is named (OBJ-12).
    void GEO_18_whatContradictsAnotherFileIsNamed()
    {
        QTemporaryDir folder;
        QStringList files = *demo::writeCt(folder.path(), {}, {}, {.columns = 16, .rows = 16, .slices = 2});
        const QString other = folder.filePath("other");
        auto changed = dicom::Dataset::read(files[1]);
        QVERIFY(changed && changed->setText(dicom::tag::ImageComments, "another one") && changed->write(other, QString::fromUtf16(dicom::explicitLittleEndian)));
        const auto study = opened(files << other);
        QVERIFY(study);
        QCOMPARE(study->notShown().size(), 1u);
        QCOMPARE(study->notShown()[0].path, other);
        QVERIFY2(study->notShown()[0].reason.contains("another image has the same identifier"), qPrintable(study->notShown()[0].reason));
        QCOMPARE(study->stacks().size(), 1u);
        QCOMPARE(study->stacks()[0]->stack().frameCount(), 2);
        // The same when the other file comes later: as many images as before, and one more thing to be said.
        const QString series = dicom::Dataset::read(files[0])->text(dicom::tag::SeriesInstanceUID);
        OpenStudy later({{series, files.mid(0, 2)}});
        QSignalSpy completed(&later, &OpenStudy::completed);
        QVERIFY(completed.wait(60000));
        const auto codes = [&] {
            QStringList all;
            for (const StackWarning& warning : later.stacks()[0]->warnings())
                all << warning.code;
            return all;
        };
        QVERIFY(!codes().contains("GEO-18"));
        later.grow({{series, files}});
        QVERIFY(completed.wait(60000));
        QCOMPARE(later.stacks().size(), 1u);
        QVERIFY2(codes().contains("GEO-18"), qPrintable(codes().join(u' ')));
    }

    /// Slices are missing: the reconstruction is there, right where the gap is too, and says so.
    void aGapIsBridgedAndSaid()
    {
        QTemporaryDir folder;
        demo::Sampling sampling{.slices = 24, .sliceSpacingMm = 3};
        sampling.missingSlices = {11, 12};
        const auto study = opened(*demo::writeCt(folder.path(), {}, {}, sampling));
        QVERIFY(study);
        QCOMPARE(study->stacks().size(), 1u);
        const auto& stack = study->stacks().front();
        QCOMPARE(stack->stack().warnings.front().code, "GEO-03");
        AnnotationDocument document(stack->studyUid(), nullptr);
        Viewport viewport;
        viewport.resize(400, 400);
        viewport.show();
        viewport.showPlane(stack, &document, AnatomicalPlane::Coronal);
        const auto greyAt = [&](Vec3 pointLps) {
            const auto at = viewport.transform().toScreen(pointLps);
            return at ? qGray(viewport.grab().toImage().pixel(at->toPoint())) : -1;
        };
        // The rods of the phantom: 2000 HU at x = 40, -1000 HU at x = -40, along z; the gap is around z = 0.
        QTRY_VERIFY(viewport.view().mpr && viewport.volume() && viewport.volume()->isComplete() && greyAt({40, 0, 0}) > 200);
        for (const double z : {-20.0, -1.5, 1.5, 20.0}) {
            QVERIFY(greyAt({40, 0, z}) > 200);
            QVERIFY(greyAt({-40, 0, z}) < 20);
            QVERIFY(greyAt({0, 0, z}) > 20);
        }
    }

    void brokenFilesAndPipesAreNamedToo()
    {
        QTemporaryDir folder;
        QFile broken(folder.filePath("broken"));
        QVERIFY(broken.open(QIODevice::WriteOnly));
        broken.write(QByteArray(200, 'x'));
        broken.close();
        QCOMPARE(::mkfifo(QFile::encodeName(folder.filePath("pipe")).constData(), 0600), 0);
        const auto study = opened({folder.filePath("broken"), folder.filePath("pipe"), folder.filePath("missing")});
        QVERIFY(study);
        QCOMPARE(study->notShown().size(), 3u); // SAF-12
        for (const NotShown& left : study->notShown())
            QVERIFY(left.reason.size() > 10);
    }

    /// A file that was indexed where it lies, and is another image by now: perhaps another patient's. It is named, not shown.
    void aFileThatBecameAnotherImageIsNotShown()
    {
        const QString path = test::dataFile("pixels/pydicom_test_files/CT_small.dcm");
        NEEDS_TEST_DATA(path);
        const QString series = dicom::Dataset::read(path)->text(dicom::tag::SeriesInstanceUID);
        const auto same = opened({path}, series);
        QVERIFY(same);
        QCOMPARE(same->stacks().size(), 1u);
        const auto other = opened({path}, series + ".1");
        QVERIFY(other);
        QVERIFY(other->stacks().empty());
        QCOMPARE(other->notShown().size(), 1u);
        QVERIFY(!other->notShown().front().reason.isEmpty());
    }

    void closingWhileItReadsIsHarmless()
    {
        const QString folder = test::dataFile("modalities");
        NEEDS_TEST_DATA(folder);
        QStringList paths;
        QDirIterator it(folder, QDir::Files, QDirIterator::Subdirectories);
        while (it.hasNext())
            paths << it.next();
        for (int i = 0; i < 5; ++i) {
            auto study = std::make_unique<OpenStudy>(std::vector<SeriesFiles>{{"", paths.mid(0, 10)}, {"", paths}});
            QSignalSpy added(study.get(), &OpenStudy::stackAdded);
            QTRY_VERIFY(added.count() > 0);
            for (const auto& stack : study->stacks()) {
                stack->wantThumbnail();
                stack->want(0);
            }
            QElapsedTimer clock;
            clock.start();
            study.reset();
            QVERIFY2(clock.elapsed() < 2000, qPrintable(QString::number(clock.elapsed())));
        }
    }
};

QTEST_MAIN(TestOpenStudy)
#include "tst_open_study.moc"
