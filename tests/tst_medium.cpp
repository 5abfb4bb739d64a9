#include "app/demo/phantom.h"
#include "app/session/media.h"
#include "app/session/session.h"
#include "tests/support/environment_variable.h"
#include "tests/support/test_data.h"
#include <QDirIterator>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QtTest>

using namespace diascope;
namespace tag = diascope::dicom::tag;

/// A patient's disc out of a session: the images of the studies, and the reports that are signed.
class TestMedium : public QObject
{
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_folder;
    Task m_task;

    std::unique_ptr<app::Session> session(app::Mode mode = app::Mode::Reading)
    {
        auto opened = app::Session::open(m_folder->filePath("profile"), mode);
        return opened ? std::move(*opened) : nullptr;
    }
    dicom::StudyUid phantom(app::Session& session, const QString& seed)
    {
        QTemporaryDir folder;
        demo::Sampling sampling;
        sampling.slices = 2;
        sampling.columns = sampling.rows = 16;
        demo::Study study;
        study.seed = seed;
        (void)demo::writeCt(folder.path(), {}, study, sampling);
        (void)session.archive().import({folder.path()}, archive::ImportMode::Copy, m_task);
        return {demo::studyUidOf(seed)};
    }
    static bool write(app::Session& session, const dicom::StudyUid& study, const QString& text, bool isSigned)
    {
        auto draft = session.newReport(study, "ct-chest", "Reader");
        if (!draft)
            return false;
        draft->findSection("findings")->text = text;
        draft->findSection("impression")->text = "Phantom.";
        const auto saved = session.saveDraft(*draft);
        return saved && (!isSigned || session.sign(*saved, reporting::SignAs::Final, "Reader"));
    }
    static QStringList filesIn(const QString& folder)
    {
        QStringList files;
        QDirIterator all(folder, QDir::Files, QDirIterator::Subdirectories);
        while (all.hasNext())
            files << QDir(folder).relativeFilePath(all.next());
        files.sort();
        return files;
    }
    Result<media::MediaReport> disc(app::Session& session, const std::vector<dicom::StudyUid>& studies,
                                    const QString& out)
    {
        return app::writeMedium(session, studies, m_folder->filePath(out), media::MediaProfile::Cd, m_task);
    }

private Q_SLOTS:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void whatASignedReportIsOnADisc()
    {
        const auto own = session();
        const auto one = phantom(*own, "one"), two = phantom(*own, "two"), three = phantom(*own, "three");
        QVERIFY(own->configure("report.severalOfStudy", "true"));
        QVERIFY(write(*own, one, "A ball in one.", true));
        QVERIFY(write(*own, one, "Another ball in one.", true));
        QVERIFY(write(*own, two, "A ball in two.", true));
        QVERIFY(write(*own, three, "Not signed.", false));
        const auto written = disc(*own, {one, two, three}, "disc");
        QVERIFY2(written, written ? "" : qPrintable(message(written.error())));
        QCOMPARE(written->written, 6);
        const QStringList files = filesIn(m_folder->filePath("disc"));
        QCOMPARE(files.filter("REPORTS/"),
                 (QStringList{"REPORTS/REPORT01.PDF", "REPORTS/REPORT02.PDF", "REPORTS/REPORT03.PDF"}));
        QString all;
        for (const QString& file : files.filter("REPORTS/"))
            all += QString::fromUtf8(test::run("pdftotext", {"-layout", m_folder->filePath("disc/" + file), "-"}).out);
        for (const char* text :
             {"A ball in one.", "Another ball in one.", "A ball in two.", "Final report, signed by Reader"})
            QVERIFY2(all.contains(text), text);
        QVERIFY(!all.contains("Not signed."));
        QVERIFY(!all.contains("DRAFT"));
        // Alone, what is not signed leaves no trace.
        QVERIFY(disc(*own, {three}, "third"));
        QCOMPARE(filesIn(m_folder->filePath("third")).filter("REPORTS/"), QStringList());
    }

    /// The last word that was signed, and nothing that was not.
    void REP_13_aDiscHasTheNewestSignedVersion()
    {
        const auto own = session();
        const auto study = phantom(*own, "one");
        QVERIFY(write(*own, study, "A ball.", true));
        const QString id = own->reports().list(study.value)->front().reportId;
        auto addendum = own->addendum(id, "Reader");
        QVERIFY(addendum);
        addendum->findSection("addendum")->text = "Second thought.";
        QVERIFY(own->sign(*addendum, reporting::SignAs::Final, "Reader"));
        auto correction = own->correction(id, "Reader");
        QVERIFY(correction);
        correction->findSection("findings")->text = "Unsigned words.";
        QVERIFY(own->saveDraft(*correction));
        QVERIFY(disc(*own, {study}, "disc"));
        QCOMPARE(filesIn(m_folder->filePath("disc")).filter("REPORTS/"), QStringList("REPORTS/REPORT01.PDF"));
        const QString text = QString::fromUtf8(test::run("pdftotext", {"-layout", m_folder->filePath("disc/REPORTS/REPORT01.PDF"), "-"}).out);
        QVERIFY2(text.contains("A ball.") && text.contains("Second thought.") && text.contains("Final report with addendum, signed by Reader"), qPrintable(text));
        QVERIFY(!text.contains("Unsigned words.") && !text.contains("DRAFT"));
    }

    /// What has no pixels belongs to the study as well (PDI-01).
    void PDI_01_documentsAreOnTheDisc()
    {
        const auto own = session();
        const auto study = phantom(*own, "one");
        const auto image = dicom::Dataset::read((*own->archive().instancesOfStudy(study))[0].path);
        QVERIFY(image);
        dicom::Dataset document;
        for (const dicom::Tag& one : {tag::PatientID, tag::IssuerOfPatientID, tag::PatientName, tag::PatientBirthDate, tag::PatientSex, tag::StudyInstanceUID, tag::StudyDate, tag::StudyTime})
            if (image->contains(one))
                QVERIFY(document.setText(one, image->text(one)));
        for (const auto& [one, text] : {std::pair(tag::SOPClassUID, "1.2.840.10008.5.1.4.1.1.104.1"), {tag::SOPInstanceUID, "2.25.7"}, {tag::SeriesInstanceUID, "2.25.8"},
                                        {tag::Modality, "DOC"}, {tag::MIMETypeOfEncapsulatedDocument, "application/pdf"}, {tag::DocumentTitle, "Letter"}, {tag::InstanceNumber, "1"},
                                        {tag::SeriesNumber, "99"}, {tag::ContentDate, "20180107"}, {tag::ContentTime, "1200"}})
            QVERIFY(document.setText(one, QString::fromLatin1(text)));
        document.setEmpty(tag::ConceptNameCodeSequence);
        document.setBytes(tag::EncapsulatedDocument, "%PDF-1.4 x ");
        QVERIFY(document.write(m_folder->filePath("letter"), QString::fromUtf16(dicom::explicitLittleEndian)));
        QCOMPARE(own->archive().import({m_folder->filePath("letter")}, archive::ImportMode::Copy, m_task)->imported, 1);
        const auto written = disc(*own, {study}, "disc");
        QVERIFY2(written, written ? "" : qPrintable(message(written.error())));
        QCOMPARE(written->written, 3);
        QVERIFY(written->nothingLeftOut());
        QCOMPARE(filesIn(m_folder->filePath("disc")).filter("DICOM/").size(), 3);
    }

    /// IHE PDI: the README says where the medium comes from.
    void PDI_04_theReadmeNamesTheInstitution()
    {
        const auto own = session();
        const auto made = phantom(*own, "one");
        auto image = dicom::Dataset::read((*own->archive().instancesOfStudy(made))[0].path)->deepCopy();
        QVERIFY(image.setText(tag::InstitutionName, "Clinic A") && image.setText(tag::StudyInstanceUID, "2.25.1") &&
                image.setText(tag::SeriesInstanceUID, "2.25.2") && image.setText(tag::SOPInstanceUID, "2.25.3"));
        QVERIFY(image.write(m_folder->filePath("image"), QString::fromUtf16(dicom::explicitLittleEndian)));
        QCOMPARE(own->archive().import({m_folder->filePath("image")}, archive::ImportMode::Copy, m_task)->imported, 1);
        QVERIFY(disc(*own, {{"2.25.1"}}, "disc"));
        const QByteArray readme = test::bytesOf(m_folder->filePath("disc/README.TXT"));
        QVERIFY2(readme.contains("Creator: Clinic A\r\n") && readme.contains("Institution: Clinic A\r\n"), readme.constData());
        QVERIFY2(readme.contains("Contact: not given\r\n"), readme.constData()); // said, not left empty
    }

    /// xorriso says that all is well, and the image is cut off, or holds another file: it is read back before it is one.
    void PDI_07_anImageThatIsDamagedIsNone_data()
    {
        QTest::addColumn<QByteArray>("damage"); // done by the shell to the image $image
        QTest::newRow("PDI-07 sound") << QByteArray(":");
        QTest::newRow("PDI-07 cut off") << QByteArray("truncate -s 64K \"$image\"");
        QTest::newRow("PDI-07 a changed byte") << QByteArray("sed -i 's/This medium/That medium/' \"$image\"");
    }
    void PDI_07_anImageThatIsDamagedIsNone()
    {
        QFETCH(QByteArray, damage);
        const QString real = QStandardPaths::findExecutable("xorriso");
        if (real.isEmpty())
            QSKIP("xorriso is not installed");
        const auto own = session();
        const auto study = phantom(*own, "one");
        QVERIFY(QDir().mkpath(m_folder->filePath("bin")));
        QFile script(m_folder->filePath("bin/xorriso"));
        QVERIFY(script.open(QIODevice::WriteOnly));
        script.write("#!/bin/sh\n" + real.toLocal8Bit() + " \"$@\" || exit\n[ \"$2\" = mkisofs ] || exit 0\nwhile [ \"$1\" != -o ]; do shift; done\nimage=\"$2\"\n" + damage + "\n");
        script.close();
        QVERIFY(script.setPermissions(QFile::ReadOwner | QFile::ExeOwner));
        const test::EnvironmentVariable path("PATH", QFile::encodeName(m_folder->filePath("bin")) + ':' + qgetenv("PATH"));
        const auto written = disc(*own, {study}, "x.iso");
        const bool isSound = damage == ":";
        QVERIFY2(written.has_value() == isSound, written ? "" : qPrintable(message(written.error())));
        if (!isSound)
            QCOMPARE(written.error().fault, Fault::Damaged);
        QCOMPARE(QDir(m_folder->path()).entryList({"x.iso*"}), isSound ? QStringList{"x.iso"} : QStringList());
    }

    void whatIsRefused()
    {
        dicom::StudyUid study;
        {
            const auto own = session();
            study = phantom(*own, "one");
            QCOMPARE(disc(*own, {{"1.2.9"}}, "disc").error().fault, Fault::NotFound);
            QFile taken(m_folder->filePath("taken.ISO"));
            QVERIFY(taken.open(QIODevice::WriteOnly));
            const auto there = disc(*own, {study}, "taken.ISO");
            QCOMPARE(there.error().fault, Fault::Conflict);
            QVERIFY(there.error().detail.endsWith("taken.ISO is there already"));
        }
        const auto viewing = session(app::Mode::ViewOnly);
        QCOMPARE(disc(*viewing, {study}, "disc").error().fault, Fault::Denied);
        QVERIFY(!QFileInfo::exists(m_folder->filePath("disc")));
    }
};

QTEST_MAIN(TestMedium)
#include "tst_medium.moc"
