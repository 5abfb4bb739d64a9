#include "netclient/dicom/dataset.h"
#include "tests/support/faulty_io.h"
#include <QTemporaryDir>
#include <QtTest>
#include <cerrno>

using namespace diascope;
using namespace diascope::dicom;
namespace faulty = test::faulty;

/// Datasets that are written to a disk that fails.
class TestDatasetFaults : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    /// FIL-14, STO-02: whichever write fails, the file is the old one or the new one as it should be, and nothing else is left.
    void FIL_14_everyWriteMayFail_data()
    {
        QTest::addColumn<int>("error");
        QTest::addColumn<int>("fault");
        QTest::newRow("FIL-14 the disk is full") << ENOSPC << int(Fault::DiskFull);
        QTest::newRow("FIL-14 one I/O error") << EIO << int(Fault::Unreadable);
    }
    void FIL_14_everyWriteMayFail()
    {
        QFETCH(int, error);
        QFETCH(int, fault);
        QTemporaryDir folder;
        const QString path = folder.filePath("file");
        Dataset dataset;
        QVERIFY(dataset.setText(tag::SOPClassUID, "1.2.840.10008.5.1.4.1.1.7") && dataset.setText(tag::SOPInstanceUID, "1.2.3"));
        QVERIFY(dataset.setText(tag::PatientID, "old") && dataset.write(path, QString::fromUtf16(explicitLittleEndian)));
        QVERIFY(dataset.setText(tag::PatientID, "new"));
        int failed = 0;
        for (int at = 1;; ++at) {
            QVERIFY2(at < 50, "it never came through");
            faulty::arm(QFile::encodeName(folder.path()), at, error);
            const auto written = dataset.write(path, QString::fromUtf16(explicitLittleEndian));
            const bool wasHit = faulty::disarm() > 0;
            const QByteArray where = QByteArray::number(at);
            QVERIFY2(written.has_value() != wasHit, where.constData());
            QCOMPARE(QDir(folder.path()).entryList(QDir::Files | QDir::Hidden), QStringList{"file"});
            QCOMPARE(Dataset::read(path)->text(tag::PatientID), written ? "new" : "old");
            if (written)
                break;
            ++failed;
            QCOMPARE(int(written.error().fault), fault);
            QVERIFY2(written.error().detail.startsWith(path) && written.error().detail.size() > path.size() + 4, qPrintable(written.error().detail));
        }
        QVERIFY2(failed >= 2, qPrintable(QString::number(failed))); // the preamble and the name at least
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(file.read(132), QByteArray(128, '\0') + "DICM");
    }
};

int main(int argc, char** argv)
{
    faulty::preload(argv);
    QCoreApplication application(argc, argv);
    TestDatasetFaults test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_dataset_faults.moc"
