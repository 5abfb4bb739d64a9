#include "netclient/dicom/uid.h"
#include "netclient/media/file_set.h"
#include "tests/support/environment_variable.h"
#include "tests/support/test_data.h"
#include <QCryptographicHash>
#include <QDirIterator>
#include <QRegularExpression>
#include <QTemporaryDir>

using namespace diascope;
using namespace diascope::media;
namespace tag = diascope::dicom::tag;

namespace
{

QStringList filesIn(const QString& folder, const QStringList& patterns = {"*"})
{
    QStringList files;
    QDirIterator all(folder, patterns, QDir::Files, QDirIterator::Subdirectories);
    while (all.hasNext())
        files << all.next();
    files.sort();
    return files;
}

QStringList abdomen(int count)
{
    return filesIn(test::dataFile("volumes/fnndsc_andrei_abdomen_ct"), {"*.dcm"}).mid(0, count);
}

/// A file of the manifest with this transfer syntax.
QString fileOf(const QString& transferSyntax)
{
    QFile manifest(test::dataFile("MANIFEST.tsv"));
    if (!manifest.open(QIODevice::ReadOnly))
        return {};
    while (!manifest.atEnd()) {
        const QStringList columns = QString::fromUtf8(manifest.readLine()).split('\t');
        if (columns.value(3) == transferSyntax && columns.value(1) == "CT" && columns.value(0).startsWith("pixels/"))
            return test::dataFile(columns[0]);
    }
    return {};
}

QString makeReport(const QString& path, const QString& study, const QString& patientId)
{
    dicom::Dataset dataset;
    (void)dataset.setText(tag::SOPClassUID, "1.2.840.10008.5.1.4.1.1.104.1"); // Encapsulated PDF
    (void)dataset.setText(tag::SOPInstanceUID, dicom::newUid());
    (void)dataset.setText(tag::StudyInstanceUID, study);
    (void)dataset.setText(tag::SeriesInstanceUID, dicom::newUid());
    (void)dataset.setText(tag::PatientID, patientId);
    (void)dataset.setText(tag::PatientName, "Doe^Jane");
    (void)dataset.setText(tag::Modality, "DOC");
    (void)dataset.setText(tag::MIMETypeOfEncapsulatedDocument, "application/pdf");
    (void)dataset.setText(tag::DocumentTitle, "Report");
    (void)dataset.setText(tag::InstanceNumber, "1");
    (void)dataset.setText(tag::SeriesNumber, "99");
    (void)dataset.setText(tag::ContentDate, "20180107");
    (void)dataset.setText(tag::ContentTime, "1200");
    dataset.setEmpty(tag::ConceptNameCodeSequence);
    dataset.setBytes(tag::EncapsulatedDocument, "%PDF-1.4 x ");
    (void)dataset.write(path, QString::fromUtf16(dicom::explicitLittleEndian));
    return path;
}

/// Turns one bit in the middle of a file; done again, it is as it was.
void turnABit(const QString& path)
{
    QFile file(path);
    QVERIFY(file.open(QIODevice::ReadWrite) && file.seek(file.size() / 2));
    file.write(QByteArray(1, char(file.peek(1)[0] ^ 1)));
}

} // namespace

class TestMedia : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aFileSetPassesIndependentChecks()
    {
        QStringList sources = abdomen(8);
        NEEDS_TEST_DATA(sources.value(0));
        QTemporaryDir folder;
        const auto first = dicom::Dataset::read(sources[0]);
        sources << makeReport(folder.filePath("report"), first->text(tag::StudyInstanceUID), first->text(tag::PatientID));
        QFile pdf(folder.filePath("report.pdf"));
        QVERIFY(pdf.open(QIODevice::WriteOnly));
        pdf.write("%PDF-1.4 x");
        pdf.close();
        MediaOptions options;
        options.institution = QString::fromUtf8("Klinik Köln");
        options.contact = "radiology@example.org <script src='//x'>";
        options.fileSetId = "SET_1";
        options.extraFiles.push_back({pdf.fileName(), "REPORT/REPORT.PDF"});
        Task task;
        const QString out = folder.filePath("out");
        const auto report = writeFileSet(sources, out, options, task);
        QVERIFY2(report, report ? "" : qPrintable(message(report.error())));
        QVERIFY2(report->leftOut.empty(), report->leftOut.empty() ? "" : qPrintable(report->leftOut[0].reason));
        QCOMPARE(report->written, 9);
        QVERIFY(report->isVerified);
        QCOMPARE(report->profile, MediaProfile::Cd);
        QCOMPARE(report->studies, 1);

        // PDI-01: the DICOMDIR by dicom3tools and by DCMTK.
        const auto checked = test::run("dcdirdmp", {out + "/DICOMDIR"});
        const QByteArray all = checked.out + checked.err;
        QVERIFY2(checked.code == 0 && !all.contains("Error"), all.left(2000).constData());
        const auto dumped = test::run("dcmdump", {out + "/DICOMDIR"});
        QVERIFY(dumped.out.contains("=LittleEndianExplicit"));
        QVERIFY(dumped.out.contains("(0004,1130) CS [SET_1]"));
        qint64 bytes = 0; // whether it fits on a disc is told by all that is on it (PDI-08)
        for (const QString& path : filesIn(out))
            bytes += QFileInfo(path).size();
        QCOMPARE(report->bytes, bytes);
        for (const char* type : {"PATIENT", "STUDY", "SERIES", "IMAGE", "ENCAP DOC"})
            QVERIFY2(dumped.out.contains(QByteArray("[") + type), type);
        // PDI-02: every file ID.
        static const QRegularExpression component("^[A-Z0-9_]{1,8}$");
        const auto listed = test::python("import sys,pydicom\nfor x in pydicom.dcmread(sys.argv[1]).DirectoryRecordSequence:\n"
                                         "  i=x.get('ReferencedFileID')\n"
                                         "  if i: print('/'.join(i),x.ReferencedTransferSyntaxUIDInFile)\n", {out + "/DICOMDIR"});
        const QStringList lines = QString::fromUtf8(listed.out).split('\n', Qt::SkipEmptyParts);
        QCOMPARE(lines.size(), 9);
        for (const QString& line : lines) {
            const QStringList components = line.section(' ', 0, 0).split('/');
            QVERIFY(components.size() <= 8);
            for (const QString& part : components)
                QVERIFY2(component.match(part).hasMatch(), qPrintable(part));
            QCOMPARE(line.section(' ', 1), "1.2.840.10008.1.2.1"); // PDI-03
            QVERIFY(QFileInfo::exists(out + '/' + line.section(' ', 0, 0)));
        }
        // PDI-04
        QFile readme(out + "/README.TXT");
        QVERIFY(readme.open(QIODevice::ReadOnly));
        const QByteArray text = readme.readAll();
        for (const char* word : {"Creator: Klinik Koln\r\n", "Institution: Klinik Koln\r\n", "Software: Diascope",
                                 "Contact: radiology@example.org", "Disclaimer",
                                 "Content: 9 instances in 2 series of 1 studies; application profile STD-GEN-CD."})
            QVERIFY2(text.contains(word), word);
        QVERIFY(std::all_of(text.begin(), text.end(), [](char c) { return uchar(c) < 0x80; }));
        QFile index(out + "/INDEX.HTM"); // SEC-06: whatever an image says of its institution is text there
        QVERIFY(index.open(QIODevice::ReadOnly));
        const QByteArray page = index.readAll();
        QVERIFY2(page.contains("radiology@example.org &lt;script src=") && !page.contains("<script"), page.constData());
        QVERIFY(QFileInfo::exists(out + "/REPORT/REPORT.PDF"));
        QVERIFY(page.contains("<a href=\"README.TXT\">") && page.contains("<a href=\"REPORT/REPORT.PDF\">REPORT/REPORT.PDF</a>"));
        QVERIFY(!page.contains(pdf.fileName().toUtf8()));

        // The pixels are those of the sources.
        QHash<QString, QByteArray> pixels;
        for (const QString& path : sources)
            pixels.insert(dicom::Dataset::read(path)->text(tag::SOPInstanceUID), dicom::Dataset::read(path)->bytes(tag::PixelData));
        for (const QString& path : filesIn(out + "/DICOM"))
            QCOMPARE(dicom::Dataset::read(path)->bytes(tag::PixelData), pixels.value(dicom::Dataset::read(path)->text(tag::SOPInstanceUID)));

        // PDI-11: the image opens in another program and holds the same bytes.
        const QString iso = folder.filePath("disc.iso");
        const auto written = writeIso(out, iso, "DIASCOPE", task);
        QVERIFY2(written, written ? "" : qPrintable(message(written.error())));
        const QString back = folder.filePath("back");
        QCOMPARE(test::run("xorriso", {"-osirrox", "on", "-indev", iso, "-extract", "/", back}).code, 0);
        QVERIFY(verifyFileSet(back, report->hashes, task));
        const auto again = test::run("dcdirdmp", {back + "/DICOMDIR"});
        QVERIFY(again.code == 0 && !(again.out + again.err).contains("Error"));
        QVERIFY(test::run("file", {iso}).out.contains("ISO 9660"));
        test::run("chmod", {"-R", "u+w", back});
    }

    void PDI_07_aChangedByteOrAMissingFileIsFound()
    {
        const QStringList sources = abdomen(3);
        NEEDS_TEST_DATA(sources.value(0));
        QTemporaryDir folder;
        Task task;
        const QString out = folder.filePath("out");
        const auto report = writeFileSet(sources, out, {}, task);
        QVERIFY(report && report->isVerified);
        QVERIFY(verifyFileSet(out, report->hashes, task));
        const QString victim = filesIn(out + "/DICOM")[1];
        turnABit(victim);
        const auto changed = verifyFileSet(out, report->hashes, task);
        QVERIFY(!changed);
        QCOMPARE(changed.error().fault, Fault::Damaged);
        QVERIFY(changed.error().detail.contains(QFileInfo(victim).fileName()));
        turnABit(victim);
        QVERIFY(verifyFileSet(out, report->hashes, task));
        const QString series = "DICOM/ST000001/SE000001/";
        auto hashes = report->hashes; // a record too many
        const QByteArray hash = hashes.take(series + "IM000003");
        const auto more = verifyFileSet(out, hashes, task);
        QVERIFY(!more && more.error().fault == Fault::Damaged);
        QCOMPARE(more.error().detail, "the DICOMDIR names 3 files, 2 were written");
        QVERIFY(QFile::copy(out + '/' + series + "IM000003", out + '/' + series + "IM000009")); // an image without a record
        hashes.insert(series + "IM000009", hash);
        const auto nameless = verifyFileSet(out, hashes, task);
        QVERIFY(!nameless && nameless.error().fault == Fault::Damaged);
        QCOMPARE(nameless.error().detail, "the DICOMDIR does not name DICOM/ST000001/SE000001/IM000009");
        QVERIFY(QFile::remove(out + '/' + series + "IM000009"));
        QVERIFY(QFile::rename(out + "/DICOMDIR", out + "/dicomdir")); // as other systems show it
        QVERIFY(verifyFileSet(out, report->hashes, task));
        QVERIFY(QFile::remove(victim));
        QVERIFY(!verifyFileSet(out, report->hashes, task));
        QVERIFY(QFile::remove(out + "/dicomdir"));
        QCOMPARE(verifyFileSet(out, report->hashes, task).error().detail, "there is no DICOMDIR in " + out);
    }

    void PDI_07_aMediumThatIsDamagedBeforeItIsReadBackIsNone()
    {
        const QStringList sources = abdomen(3);
        NEEDS_TEST_DATA(sources.value(0));
        QTemporaryDir folder;
        const QString out = folder.filePath("out");
        Task task([&](qint64 done, qint64, const QString&) {
            if (done == 3) // all are written
                turnABit(out + "/DICOM/ST000001/SE000001/IM000001");
        });
        const auto report = writeFileSet(sources, out, {}, task);
        QVERIFY(!report);
        QCOMPARE(report.error().fault, Fault::Damaged);
        QVERIFY2(report.error().detail.contains("IM000001"), qPrintable(report.error().detail));
        QVERIFY(!QFileInfo::exists(out));
    }

    void PDI_07_halfAMediumDoesNotStay()
    {
        const QStringList sources = abdomen(5);
        NEEDS_TEST_DATA(sources.value(0));
        QTemporaryDir folder;
        QVERIFY(QDir(folder.path()).mkdir("empty"));
        for (const char* name : {"new", "empty"}) {
            Task task([&](qint64 done, qint64, const QString&) {
                if (done == 2)
                    task.cancel();
            });
            QCOMPARE(writeFileSet(sources, folder.filePath(name), {}, task).error().fault, Fault::Cancelled);
        }
        QVERIFY(!QFileInfo::exists(folder.filePath("new")));
        QVERIFY(QFileInfo(folder.filePath("empty")).isDir());
        QVERIFY(QDir(folder.filePath("empty")).isEmpty(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot));
    }

    void PDI_07_anImageThatCouldNotBeMadeIsNone_data()
    {
        QTest::addColumn<QByteArray>("words");
        QTest::addColumn<Fault>("fault");
        QTest::newRow("PDI-07 xorriso ends with an error") << QByteArray("libburn: failure") << Fault::Internal;
        QTest::newRow("PDI-07 the disk is full") << QByteArray("No space left on device") << Fault::DiskFull;
    }
    void PDI_07_anImageThatCouldNotBeMadeIsNone()
    {
        QFETCH(QByteArray, words);
        QFETCH(Fault, fault);
        QTemporaryDir folder;
        QFile script(folder.filePath("xorriso"));
        QVERIFY(script.open(QIODevice::WriteOnly));
        script.write("#!/bin/sh\nwhile [ \"$1\" != -o ]; do shift; done\necho half > \"$2\"\necho '" + words + "'\nexit 5\n");
        script.close();
        QVERIFY(script.setPermissions(QFile::ReadOwner | QFile::ExeOwner));
        const test::EnvironmentVariable path("PATH", folder.path().toLocal8Bit() + ':' + qgetenv("PATH"));
        Task task;
        const auto written = writeIso(folder.path(), folder.filePath("x.iso"), "X", task);
        QVERIFY(!written);
        QCOMPARE(written.error().fault, fault);
        QCOMPARE(QDir(folder.path()).entryList(QDir::Files), QStringList{"xorriso"});
    }

    void PDI_06_whoIsOnePatient_data()
    {
        QTest::addColumn<QStringList>("first"); // number, issuer, name, birth date
        QTest::addColumn<QStringList>("second");
        QTest::addColumn<int>("patients");
        const QStringList jane{"", "", "Doe^Jane", "19700101"};
        QTest::newRow("PDI-06 one number of two hospitals") << QStringList{"P1", "H1", "Doe^Jane", ""} << QStringList{"P1", "H2", "Doe^Jane", ""} << 2;
        QTest::newRow("PDI-06 no number, one name, two births") << jane << QStringList{"", "", "Doe^Jane", "19800101"} << 2;
        QTest::newRow("PDI-06 no number, one name in capitals") << jane << QStringList{"", "", "DOE^JANE", "19700101"} << 1;
    }
    void PDI_06_whoIsOnePatient()
    {
        QFETCH(QStringList, first);
        QFETCH(QStringList, second);
        QFETCH(int, patients);
        QTemporaryDir folder;
        QStringList paths;
        for (const QStringList& person : {first, second}) {
            auto changed = dicom::Dataset::read(makeReport(folder.filePath("made"), dicom::newUid(), person[0]))->deepCopy();
            for (const auto& [tag, at] : {std::pair(tag::IssuerOfPatientID, 1), {tag::PatientName, 2}, {tag::PatientBirthDate, 3}})
                QVERIFY(changed.setText(tag, person[at]));
            paths << folder.filePath(QString::number(paths.size()));
            QVERIFY(changed.write(paths.last(), QString::fromUtf16(dicom::explicitLittleEndian)));
        }
        Task task;
        const QString out = folder.filePath("out");
        const auto report = writeFileSet(paths, out, {}, task);
        QCOMPARE(report.has_value(), patients == 1);
        QCOMPARE(QFileInfo::exists(out), patients == 1);
        if (report)
            QCOMPARE(report->patients, 1);
        else
            QCOMPARE(report.error().fault, Fault::Conflict);
    }

    void PDI_06_onlyOnePatient()
    {
        const QStringList sources = abdomen(1);
        NEEDS_TEST_DATA(sources.value(0));
        QTemporaryDir folder;
        const QStringList mixed{sources[0], makeReport(folder.filePath("other"), dicom::newUid(), "SOMEBODY")};
        Task task;
        const QString out = folder.filePath("out");
        const auto refused = writeFileSet(mixed, out, {}, task);
        QCOMPARE(refused.error().fault, Fault::Conflict);
        QVERIFY(!QFileInfo::exists(out));
        MediaOptions several;
        several.patients = MediaOptions::Patients::Several;
        const auto report = writeFileSet(mixed, out, several, task);
        QVERIFY(report);
        QCOMPARE(report->patients, 2);
    }

    void compressedFilesAreDecompressedOrTheProfileSaysWhyNot_data()
    {
        QTest::addColumn<QString>("syntax");
        QTest::addColumn<bool>("becomesCd");
        QTest::newRow("PDI-03 RLE") << "1.2.840.10008.1.2.5" << true;
        QTest::newRow("PDI-03 JPEG lossless") << "1.2.840.10008.1.2.4.70" << true;
        QTest::newRow("PDI-03 PIX-14 JPEG") << "1.2.840.10008.1.2.4.51" << true;
        QTest::newRow("PDI-03 JPEG-LS") << "1.2.840.10008.1.2.4.80" << true;
        QTest::newRow("PDI-03 JPEG 2000") << "1.2.840.10008.1.2.4.90" << false;
    }
    void compressedFilesAreDecompressedOrTheProfileSaysWhyNot()
    {
        QFETCH(QString, syntax);
        QFETCH(bool, becomesCd);
        const QString path = fileOf(syntax);
        NEEDS_TEST_DATA(path);
        QTemporaryDir folder;
        Task task;
        const QString out = folder.filePath("out");
        const auto report = writeFileSet({path}, out, {}, task);
        QVERIFY2(report, report ? "" : qPrintable(message(report.error())));
        QCOMPARE(report->written, 1);
        QCOMPARE(report->profile == MediaProfile::Cd, becomesCd);
        QCOMPARE(report->profileReason.isEmpty(), becomesCd);
        const QString written = filesIn(out + "/DICOM").value(0);
        QCOMPARE(dicom::Dataset::read(written)->transferSyntax().uid, becomesCd ? "1.2.840.10008.1.2.1" : syntax);
        const bool isLossy = dicom::TransferSyntax::fromUid(syntax).isLossy;
        if (isLossy) { // whether the source said so or not
            const auto said = test::python("import sys,pydicom; d=pydicom.dcmread(sys.argv[1]); print(d.LossyImageCompression, d.LossyImageCompressionMethod)", {written});
            QCOMPARE(said.out.trimmed(), QByteArray("01 ISO_10918_1"));
        }
        if (becomesCd && !isLossy) { // against GDCM's decoder, which is another than DCMTK's
            QCOMPARE(test::run("gdcmconv", {"--raw", path, folder.filePath("raw")}).code, 0);
            QCOMPARE(dicom::Dataset::read(written)->bytes(tag::PixelData), dicom::Dataset::read(folder.filePath("raw"))->bytes(tag::PixelData));
        }
        const auto checked = test::run("dcdirdmp", {out + "/DICOMDIR"});
        QVERIFY(!(checked.out + checked.err).contains("Error"));
    }

    void whatMayStayCompressedStays_data()
    {
        QTest::addColumn<MediaProfile>("profile");
        QTest::addColumn<QString>("syntax");
        for (const MediaProfile profile : {MediaProfile::Dvd, MediaProfile::Usb})
            for (const char* syntax : {"5", "4.80", "4.90", "4.51", "4.70"}) // RLE, JPEG-LS, JPEG 2000, JPEG, JPEG lossless
                QTest::addRow("PDI-03 %s %s", profile == MediaProfile::Dvd ? "DVD" : "USB", syntax) << profile << QString("1.2.840.10008.1.2.") + syntax;
    }
    void whatMayStayCompressedStays()
    {
        QFETCH(MediaProfile, profile);
        QFETCH(QString, syntax);
        MediaOptions options;
        options.profile = profile;
        const QString path = fileOf(syntax);
        NEEDS_TEST_DATA(path);
        QTemporaryDir folder;
        const QString out = folder.filePath("out");
        Task task;
        const auto report = writeFileSet({path}, out, options, task);
        QVERIFY2(report, report ? "" : qPrintable(message(report.error())));
        QVERIFY2(report->leftOut.empty(), report->leftOut.empty() ? "" : qPrintable(report->leftOut[0].reason));
        QCOMPARE(report->written, 1);
        QCOMPARE(report->profile, options.profile);
        QCOMPARE(dicom::Dataset::read(filesIn(out + "/DICOM").value(0))->transferSyntax().uid, syntax);
        const auto checked = test::run("dcdirdmp", {out + "/DICOMDIR"});
        QVERIFY(checked.code == 0 && !(checked.out + checked.err).contains("Error"));
    }

    /// A patient without a number is on the disc, under a number made up for it (the Patient ID is type 1 in a DICOMDIR, PS3.3 F.5.1).
    void PDI_01_aPatientWithoutANumberIsOnTheDisc()
    {
        const QStringList sources = abdomen(1);
        NEEDS_TEST_DATA(sources.value(0));
        QTemporaryDir folder;
        dicom::Dataset image = dicom::Dataset::read(sources[0])->deepCopy();
        image.remove(tag::PatientID);
        QVERIFY(image.setText(tag::PatientName, "Doe^Jane") && image.write(folder.filePath("image"), QString::fromUtf16(dicom::explicitLittleEndian)));
        Task task;
        const auto report = writeFileSet({folder.filePath("image")}, folder.filePath("out"), {}, task);
        QVERIFY2(report, report ? "" : qPrintable(message(report.error())));
        QVERIFY(report->leftOut.empty());
        QCOMPARE(report->written, 1);
        const auto checked = test::run("dcdirdmp", {folder.filePath("out/DICOMDIR")});
        QVERIFY(checked.code == 0 && !(checked.out + checked.err).contains("Error"));
        const auto directory = dicom::Dataset::read(folder.filePath("out/DICOMDIR"));
        QVERIFY(directory && directory->items(tag::DirectoryRecordSequence)[0].hasValue(tag::PatientID));
    }

    /// What could not be written is named, with the reason; the rest is on the medium.
    void PDI_07_whatIsLeftOutIsNamed()
    {
        const QStringList sources = abdomen(1);
        NEEDS_TEST_DATA(sources.value(0));
        QTemporaryDir folder;
        QFile text(folder.filePath("text"));
        QVERIFY(text.open(QIODevice::WriteOnly) && text.write("no image") == 8 && text.flush());
        QStringList paths{text.fileName(), sources[0]};
        for (const dicom::Tag& lacks : {tag::StudyInstanceUID, tag::SOPInstanceUID}) {
            dicom::Dataset image = dicom::Dataset::read(sources[0])->deepCopy();
            if (lacks != tag::SOPInstanceUID)
                QVERIFY(image.setText(tag::SOPInstanceUID, dicom::newUid()));
            QVERIFY(image.write(folder.filePath(QString::number(paths.size())), QString::fromUtf16(dicom::explicitLittleEndian)));
            SUCCEEDS(test::run("dcmodify", {"-nb", "-ea", lacks.text(), folder.filePath(QString::number(paths.size()))}));
            paths << folder.filePath(QString::number(paths.size()));
        }
        Task task;
        const auto report = writeFileSet(paths, folder.filePath("out"), {}, task);
        QVERIFY2(report, report ? "" : qPrintable(message(report.error())));
        QCOMPARE(report->written, 1);
        QStringList left;
        for (const auto& one : report->leftOut) {
            left << one.path;
            QVERIFY(!one.reason.isEmpty());
        }
        QCOMPARE(left, (QStringList{paths[0], paths[2], paths[3]}));
        QVERIFY(report->nothingLeftOut().error().detail.startsWith("3 of 4 images are not on the medium"));
    }

    void PDI_02_namesFollowTheInstanceNumbers()
    {
        const QStringList sources = abdomen(3);
        NEEDS_TEST_DATA(sources.value(0));
        QTemporaryDir folder;
        QStringList paths;
        for (const char* number : {"10", "2", "1"}) {
            dicom::Dataset image = dicom::Dataset::read(sources[paths.size()])->deepCopy();
            paths << folder.filePath(number);
            QVERIFY(image.setText(tag::InstanceNumber, number) && image.write(paths.last(), QString::fromUtf16(dicom::explicitLittleEndian)));
        }
        Task task;
        QVERIFY(writeFileSet(paths, folder.filePath("out"), {}, task));
        QStringList numbers;
        for (const QString& path : filesIn(folder.filePath("out/DICOM")))
            numbers << dicom::Dataset::read(path)->text(tag::InstanceNumber);
        QCOMPARE(numbers, (QStringList{"1", "2", "10"}));
    }

    /// Volume identifier at byte 40 of the primary volume descriptor in sector 16; names in capitals of 8 and 3 (ISO 9660 8.4, 10.1).
    void PDI_11_theImageIsOfLevelOne()
    {
        QTemporaryDir folder;
        QVERIFY(QDir(folder.path()).mkdir("in"));
        QVERIFY(QFile(folder.filePath("in/a long name.html")).open(QIODevice::WriteOnly));
        Task task;
        QVERIFY(writeIso(folder.filePath("in"), folder.filePath("x.iso"), "DIASCOPE", task));
        const QByteArray image = test::bytesOf(folder.filePath("x.iso"));
        QCOMPARE(image.mid(32808, 32), QByteArray("DIASCOPE").leftJustified(32));
        QVERIFY(image.contains("A_LONG_N.HTM;1"));
    }

    void aTranscoderOfTheCallersIsUsed()
    {
        const QString path = fileOf("1.2.840.10008.1.2.4.90");
        NEEDS_TEST_DATA(path);
        QTemporaryDir folder;
        MediaOptions options;
        options.transcode = [&](const QString& from) -> Result<dicom::Dataset> {
            test::run("gdcmconv", {"--raw", from, folder.filePath("raw")});
            return dicom::Dataset::read(folder.filePath("raw"));
        };
        Task task;
        const auto report = writeFileSet({path}, folder.filePath("out"), options, task);
        QVERIFY(report);
        QCOMPARE(report->profile, MediaProfile::Cd);
        QCOMPARE(dicom::Dataset::read(filesIn(folder.filePath("out/DICOM")).value(0))->transferSyntax().uid, "1.2.840.10008.1.2.1");
    }

    void whatIsThereIsNeverOverwritten()
    {
        const QStringList sources = abdomen(1);
        NEEDS_TEST_DATA(sources.value(0));
        QTemporaryDir folder;
        QFile mine(folder.filePath("mine"));
        QVERIFY(mine.open(QIODevice::WriteOnly));
        mine.close();
        Task task;
        QCOMPARE(writeFileSet(sources, folder.path(), {}, task).error().fault, Fault::Conflict);
        QVERIFY(mine.exists());
        MediaOptions bad;
        bad.extraFiles.push_back({mine.fileName(), "../ESCAPE.TXT"});
        QCOMPARE(writeFileSet(sources, folder.filePath("out"), bad, task).error().fault, Fault::Invalid);
        for (const char* name : {"DICOMDIR", "README.TXT", "INDEX.HTM", "DICOM/X", "LOWER/x", "NINECHARS", "A.TEXT", "/A", ""}) {
            bad.extraFiles[0].nameOnMedium = name;
            const auto refused = writeFileSet(sources, folder.filePath("out"), bad, task);
            QVERIFY2(!refused && refused.error().fault == Fault::Invalid, name);
        }
        bad.extraFiles.clear();
        for (const char* id : {"ABCDEFGHIJKLMNOPQ", "set", "A B"}) { // CS of at most 16 (PS3.3 F.3.2.1)
            bad.fileSetId = id;
            const auto refused = writeFileSet(sources, folder.filePath("out"), bad, task);
            QVERIFY2(!refused && refused.error().fault == Fault::Invalid, id);
        }
        bad.fileSetId = "ABCDEFGHIJKLMNOP";
        bad.extraFiles.push_back({folder.filePath("gone"), "EXTRA.TXT"});
        QCOMPARE(writeFileSet(sources, folder.filePath("out"), bad, task).error().fault, Fault::NotFound);
        QVERIFY(!QFileInfo::exists(folder.filePath("out")));
        Task cancelled;
        cancelled.cancel();
        QCOMPARE(writeFileSet(sources, folder.filePath("out"), {}, cancelled).error().fault, Fault::Cancelled);
        QVERIFY(!QFileInfo::exists(folder.filePath("out")));
    }

    void mediaOfOtherMakersAreRead()
    {
        const QString folder = test::dataFile("volumes/taichi_cd_ct_mr_mr");
        NEEDS_TEST_DATA(folder);
        QDirIterator all(folder, {"DICOMDIR"}, QDir::Files, QDirIterator::Subdirectories);
        QVERIFY(all.hasNext());
        all.next();
        const auto directory = readFileSet(all.fileInfo().path());
        QVERIFY2(directory, directory ? "" : qPrintable(message(directory.error())));
        const auto listed = test::python("import sys,pydicom\nprint(len({'/'.join(x.ReferencedFileID) for x in pydicom.dcmread(sys.argv[1])"
                                         ".DirectoryRecordSequence if x.get('ReferencedFileID')}))\n", {all.filePath()});
        QCOMPARE(QByteArray::number(qint64(directory->files.size() + directory->missing.size() + directory->refused.size())), listed.out.trimmed());
        QVERIFY(!directory->isCircular);
    }
};

QTEST_GUILESS_MAIN(TestMedia)
#include "tst_media.moc"
