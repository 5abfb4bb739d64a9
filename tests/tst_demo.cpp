#include "app/demo/phantom.h"
#include "netclient/dicom/dataset.h"
#include "tests/support/test_data.h"
#include <QTemporaryDir>

using namespace diascope;

/// The phantoms are the truth of other tests: here they are held against validators that are not ours.
class TestDemo : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyObjectIsValidDicom()
    {
        if (QStandardPaths::findExecutable("dciodvfy").isEmpty())
            QSKIP("dciodvfy (dicom3tools) is not installed");
        QTemporaryDir folder;
        Task task;
        const auto paths = demo::writeDemonstration(folder.path(), task);
        QVERIFY2(paths, paths ? "" : qPrintable(message(paths.error())));
        QVERIFY(paths->size() > 200);
        for (qsizetype i = 0; i < paths->size(); i += 29) {
            const auto ran = test::run("dciodvfy", {paths->at(i)});
            for (const QByteArray& line : ran.err.split('\n'))
                QVERIFY2(!line.startsWith("Error"), qPrintable(paths->at(i) + ": " + QString::fromUtf8(line)));
        }
        const auto last = test::run("dciodvfy", {paths->last()});
        QVERIFY2(!last.err.contains("Error"), last.err.constData());
    }

    void pydicomReadsTheValuesOfTheFormula()
    {
        QTemporaryDir folder;
        for (const char* syntax : {"1.2.840.10008.1.2.1", "1.2.840.10008.1.2", "1.2.840.10008.1.2.5", "1.2.840.10008.1.2.4.70",
                                   "1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.80"}) {
            demo::Sampling sampling;
            sampling.slices = 3;
            sampling.transferSyntaxUid = QLatin1String(syntax);
            const auto paths = demo::writeCt(folder.filePath(QLatin1String(syntax)), {}, {}, sampling);
            QVERIFY2(paths, syntax);
            const auto ran = test::python("import sys,gdcm\n"
                                          "r=gdcm.ImageReader();r.SetFileName(sys.argv[1]);assert r.Read()\n"
                                          "import numpy,pydicom\n"
                                          "a=numpy.frombuffer(r.GetImage().GetBuffer().encode('utf8','surrogateescape'),'<u2').reshape(128,128)\n"
                                          "print(pydicom.dcmread(sys.argv[1]).file_meta.TransferSyntaxUID,a[64,39]-1024,a[0,0]-1024.0,a[64,103]-1024)",
                                          {paths->at(1)});
            // Column 39 lies at x = 39 - 63.5 = -24.5 mm: bone; column 103 at 39.5 mm: the rod; the corner: air.
            QCOMPARE(QString::fromUtf8(ran.out).simplified(), QStringLiteral("%1 1000 -1000.0 2000").arg(QLatin1String(syntax)));
        }
    }

    void theChinesePatientsNameIsReadByPydicom()
    {
        QTemporaryDir folder;
        const demo::Patient patient{QString::fromUtf8("Wang^XiaoDong=王^小东"), "1", "X", "19850930", "M", "GB18030"};
        const auto paths = demo::writeCr(folder.path(), patient, {});
        QVERIFY(paths);
        const auto ran = test::python("import sys,pydicom\nd=pydicom.dcmread(sys.argv[1])\nprint(d.SpecificCharacterSet,d.PatientName)",
                                      {paths->first()});
        QCOMPARE(QString::fromUtf8(ran.out).trimmed(), QString::fromUtf8("GB18030 Wang^XiaoDong=王^小东"));
    }

    void gapsTiltAndOrderAreAsAsked()
    {
        QTemporaryDir folder;
        demo::Sampling sampling;
        sampling.slices = 10;
        sampling.gantryTiltDeg = 20;
        sampling.missingSlices = {4};
        sampling.order = demo::Sampling::Order::FromHead;
        const auto paths = demo::writeCt(folder.path(), {}, {}, sampling);
        QVERIFY(paths);
        QCOMPARE(paths->size(), 9);
        const auto first = dicom::Dataset::read(paths->first());
        QCOMPARE(first->text(dicom::tag::InstanceNumber), "10");
        const auto iop = first->numbers(dicom::tag::ImageOrientationPatient);
        QVERIFY(std::abs(iop[4] - std::cos(20 * M_PI / 180)) < 1e-9);
        const auto second = dicom::Dataset::read(paths->at(1));
        QVERIFY(std::abs(second->numbers(dicom::tag::ImagePositionPatient)[2] -
                         first->numbers(dicom::tag::ImagePositionPatient)[2] - 2.0) < 1e-9);
    }
};

QTEST_GUILESS_MAIN(TestDemo)
#include "tst_demo.moc"
