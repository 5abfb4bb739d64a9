#include "netclient/archive/index.h"
#include "netclient/archive/instance_header.h"
#include "tests/support/archive_fixture.h"
#include "tests/support/phantom_files.h"
#include <fcntl.h>
#include <sys/stat.h>

using namespace diascope;
using namespace diascope::archive;
using test::Made, test::make, test::value;

namespace
{

/// A study whose every attribute says something else, so that none can stand in another's column unseen.
const QString fullStudy = QStringLiteral(R"py(
ds = image(rows=6, columns=8, frames=3, modality='MR')
ds.SOPInstanceUID = '1.2.3.9'; ds.StudyInstanceUID = '1.2.3.1'; ds.SeriesInstanceUID = '1.2.3.5'
ds.PatientName = 'Doe^Jane'; ds.PatientID = '4711'; ds.IssuerOfPatientID = 'HOSP'; ds.PatientBirthDate = '19800229'; ds.PatientSex = 'F'
ds.StudyDate = '20180107'; ds.StudyTime = '140312.5'; ds.AccessionNumber = 'ACC-77'; ds.StudyDescription = 'MR Knee'
ds.ReferringPhysicianName = 'House^Gregory'; ds.StudyID = 'SID'
ds.SeriesDate = '20180108'; ds.SeriesTime = '141500'; ds.SeriesDescription = 'pd tse'; ds.BodyPartExamined = 'KNEE'; ds.SeriesNumber = -4
ds.FrameOfReferenceUID = '1.2.3.7'; ds.InstanceNumber = 12
)py");

QStringList uidsOf(const std::vector<StudyRow>& rows)
{
    QStringList uids;
    for (const StudyRow& row : rows)
        uids << row.uid.value;
    return uids;
}

} // namespace

/// What stands in each column of the index, and what each condition of a query finds.
class TestArchiveRows : public QObject, protected test::ArchiveFixture
{
    Q_OBJECT

    QStringList found(const Query& query) const { return uidsOf(value(m_archive->studies(query))); }

private Q_SLOTS:
    void init() { start(); }
    void cleanup() { end(); }

    void STO_06_everyColumnSaysWhatTheFileSays_data()
    {
        QTest::addColumn<QString>("syntax");
        QTest::addColumn<QString>("uid");
        QTest::newRow("STO-06 explicit") << "ExplicitVRLittleEndian" << "1.2.840.10008.1.2.1";
        QTest::newRow("STO-06 implicit") << "ImplicitVRLittleEndian" << "1.2.840.10008.1.2";
        QTest::newRow("STO-06 deflated") << "DeflatedExplicitVRLittleEndian" << "1.2.840.10008.1.2.1.99";
        QTest::newRow("STO-06 big endian") << "ExplicitVRBigEndian" << "1.2.840.10008.1.2.2";
    }
    void STO_06_everyColumnSaysWhatTheFileSays()
    {
        QFETCH(QString, syntax);
        QFETCH(QString, uid);
        const auto written = test::writeFiles(m_folder->path(), fullStudy + QStringLiteral("save(ds, 'a.dcm', %1)").arg(syntax));
        SUCCEEDS(written);
        const qint64 before = QDateTime::currentMSecsSinceEpoch();
        QCOMPARE(import({file("a.dcm")}).imported, 1);
        for (const bool isRebuilt : {false, true}) {
            if (isRebuilt) {
                Task task;
                QVERIFY(m_archive->rebuild(task));
            }
            const auto study = value(m_archive->study({"1.2.3.1"}));
            QVERIFY(study);
            QCOMPARE(study->uid.value, "1.2.3.1");
            QCOMPARE(study->patientName, "Doe^Jane");
            QCOMPARE(study->patientId, "4711");
            QCOMPARE(study->issuer, "HOSP");
            QCOMPARE(study->birthDate, "19800229");
            QCOMPARE(study->sex, "F");
            QCOMPARE(study->date, "20180107");
            QCOMPARE(study->time, "140312.5");
            QCOMPARE(study->accession, "ACC-77");
            QCOMPARE(study->description, "MR Knee");
            QCOMPARE(study->referringPhysician, "House^Gregory");
            QCOMPARE(study->modalities, QStringList{"MR"});
            QCOMPARE(study->series, 1);
            QCOMPARE(study->instances, 1);
            QVERIFY(study->addedMs >= before && study->addedMs <= QDateTime::currentMSecsSinceEpoch());
            QVERIFY(study->usedMs >= before && study->usedMs <= QDateTime::currentMSecsSinceEpoch());
            QCOMPARE(study->isPinned, false);
            QCOMPARE(study->storedBytes, QFileInfo(file("a.dcm")).size());
            QCOMPARE(study->onlyHere, 1);
            const auto series = value(m_archive->series({"1.2.3.1"}));
            QCOMPARE(series.size(), 1u);
            QCOMPARE(series[0].study.value, "1.2.3.1");
            QCOMPARE(series[0].uid.value, "1.2.3.5");
            QCOMPARE(series[0].modality, "MR");
            QCOMPARE(series[0].number, std::optional<qint64>(-4));
            QCOMPARE(series[0].description, "pd tse");
            QCOMPARE(series[0].bodyPart, "KNEE");
            QCOMPARE(series[0].date, "20180108");
            QCOMPARE(series[0].time, "141500");
            QCOMPARE(series[0].frameOfReference, "1.2.3.7");
            QCOMPARE(series[0].instances, 1);
            const auto instances = value(m_archive->instances({"1.2.3.5"}));
            QCOMPARE(instances.size(), 1u);
            const InstanceRow& one = instances[0];
            QCOMPARE(one.study.value, "1.2.3.1");
            QCOMPARE(one.series.value, "1.2.3.5");
            QCOMPARE(one.uid.value, "1.2.3.9");
            QCOMPARE(one.sopClassUid, "1.2.840.10008.5.1.4.1.1.7");
            QCOMPARE(one.transferSyntaxUid, uid);
            QCOMPARE(one.number, std::optional<qint64>(12));
            QCOMPARE(one.rows, 6);
            QCOMPARE(one.columns, 8);
            QCOMPARE(one.frames, 3);
            QCOMPARE(one.sizeBytes, QFileInfo(file("a.dcm")).size());
            QVERIFY(!one.isReference);
            QCOMPARE(one.sha256, QString::fromLatin1(QCryptographicHash::hash(test::bytesOf(file("a.dcm")), QCryptographicHash::Sha256).toHex()));
            QCOMPARE(test::bytesOf(one.path), test::bytesOf(file("a.dcm")));
            QCOMPARE(one.origin, Origin::Imported);
            QCOMPARE(one.source, "");
            QCOMPARE(one.confirmedBy, "");
        }
    }

    /// What a file does not say has no value, and is no zero (ACR-NEMA wrote dates with dots).
    void STO_06_whatAFileDoesNotSay()
    {
        SUCCEEDS(test::writeFiles(m_folder->path(), "ds = image()\nds.SOPInstanceUID = '1.2.3.9'\ndel ds.PatientID\nds.StudyDate = '2018.01.07'\nsave(ds, 'a.dcm')"));
        QCOMPARE(import({file("a.dcm")}).imported, 1);
        const auto study = value(m_archive->study({"1.2.3.4"}));
        QVERIFY(study);
        QCOMPARE(study->date, "20180107");
        QCOMPARE(study->patientId, "");
        QCOMPARE(study->accession, "");
        const auto series = value(m_archive->series({"1.2.3.4"}));
        QCOMPARE(series.size(), 1u);
        QVERIFY(!series[0].number);
        const auto one = value(m_archive->instance({"1.2.3.9"}));
        QVERIFY(one);
        QVERIFY(!one->number);
        QCOMPARE(one->frames, 1);
    }

    /// Who has it, by the way it came: what a sender pushed may be only here, what was fetched is still where it came from.
    void STO_07_theWayAnInstanceCameIsKept_data()
    {
        QTest::addColumn<int>("arrival");
        QTest::addColumn<QString>("source");
        QTest::addColumn<int>("origin");
        QTest::addColumn<QString>("confirmedBy");
        QTest::addColumn<int>("onlyHere");
        QTest::newRow("STO-07 pushed") << int(Arrival::Pushed) << "CT1" << int(Origin::Received) << "" << 1;
        QTest::newRow("STO-07 fetched") << int(Arrival::Fetched) << "PACS" << int(Origin::Retrieved) << "PACS" << 0;
        QTest::newRow("STO-07 fetched from nobody") << int(Arrival::Fetched) << "" << int(Origin::Retrieved) << "" << 1;
    }
    void STO_07_theWayAnInstanceCameIsKept()
    {
        QFETCH(int, arrival);
        QFETCH(QString, source);
        QFETCH(int, origin);
        QFETCH(QString, confirmedBy);
        QFETCH(int, onlyHere);
        const QByteArray bytes = test::bytesOf(make(file("a")));
        QCOMPARE(*m_archive->storeReceived(bytes, source, Arrival(arrival)), Stored::New);
        const auto check = [&](const QString& by, int only) {
            const auto one = value(m_archive->instance({"2.25.100.1.1"}));
            QVERIFY(one);
            QCOMPARE(int(one->origin), origin);
            QCOMPARE(one->source, source);
            QCOMPARE(one->confirmedBy, by);
            QCOMPARE(value(m_archive->study({"2.25.100"}))->onlyHere, only);
        };
        check(confirmedBy, onlyHere);
        Task task;
        QVERIFY(m_archive->rebuild(task));
        check(confirmedBy, onlyHere);
        // a node that has it too, said by a transfer or by what it sends
        QCOMPARE(*m_archive->storeReceived(bytes, "OTHER", Arrival::Pushed), Stored::Duplicate);
        check(confirmedBy, onlyHere);
        QCOMPARE(*m_archive->storeReceived(bytes, "OTHER", Arrival::Fetched), Stored::Duplicate);
        check(confirmedBy.isEmpty() ? "OTHER" : confirmedBy, 0);
    }

    /// What was shown in place and is then pushed: whoever gave it away does not keep it.
    void STO_07_whoPushesInTheReferencesPlaceIsNoKeeper()
    {
        const QString path = make(file("a"));
        const QByteArray bytes = test::bytesOf(path);
        Task task;
        QVERIFY(m_archive->import({path}, ImportMode::Reference, task));
        QVERIFY(m_archive->storeReceived(bytes, "CT1", Arrival::Pushed));
        const auto pushed = value(m_archive->instance({"2.25.100.1.1"}));
        QVERIFY(pushed);
        QCOMPARE(int(pushed->origin), int(Origin::Received));
        QCOMPARE(pushed->source, "CT1");
        QCOMPARE(pushed->confirmedBy, "");
        QCOMPARE(value(m_archive->study({"2.25.100"}))->onlyHere, 1);
    }

    /// Who looks for a file that did not come in finds it by its path, whichever way it was to come.
    void SAF_12_whatIsSetAsideIsNamed()
    {
        const QByteArray bytes = test::bytesOf(make(file("in/a")));
        QFile half(file("in/half"));
        QVERIFY(half.open(QIODevice::WriteOnly) && half.write(bytes.left(bytes.size() - 5)) == bytes.size() - 5);
        half.close();
        for (const ImportMode mode : {ImportMode::Copy, ImportMode::Reference}) {
            const auto report = import({file("in/half")}, mode);
            QCOMPARE(report.quarantined.size(), 1u);
            QCOMPARE(report.quarantined[0].path, file("in/half"));
        }
        for (const QuarantineRow& row : value(m_archive->quarantine()))
            QCOMPARE(row.source, file("in/half"));
        QVERIFY(!m_archive->storeReceived(bytes.left(bytes.size() - 5), "CT1"));
        QCOMPARE(value(m_archive->quarantine()).back().source, "CT1");
    }

    /// Attributes in another order than the standard has them (PS3.5 7.1) are found all the same.
    void FIL_15_aHeaderOutOfOrderIsReadWhole()
    {
        SUCCEEDS(test::writeFiles(m_folder->path(), fullStudy + R"py(
save(ds, 'a.dcm')
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_data_element
d = pydicom.dcmread(os.path.join(out, 'a.dcm'))
b = DicomBytesIO(); b.is_little_endian = True; b.is_implicit_VR = False
for element in sorted(d, key=lambda e: (e.tag == 0x7fe00010, e.tag > 0x00100000, -e.tag)): write_data_element(b, element)
whole = open(os.path.join(out, 'a.dcm'), 'rb').read()
begin = 132 + 12 + d.file_meta.FileMetaInformationGroupLength
open(os.path.join(out, 'b.dcm'), 'wb').write(whole[:begin] + b.getvalue())
)py"));
        const auto report = import({file("b.dcm")});
        QVERIFY2(report.imported == 1, qPrintable(report.quarantined.empty() ? QString() : report.quarantined[0].reason));
        const auto study = value(m_archive->study({"1.2.3.1"}));
        QVERIFY(study);
        QCOMPARE(study->patientName, "Doe^Jane");
        QCOMPARE(study->patientId, "4711");
        QCOMPARE(study->accession, "ACC-77");
        QCOMPARE(study->description, "MR Knee");
        const auto one = value(m_archive->instance({"1.2.3.9"}));
        QVERIFY(one && one->number == 12 && one->rows == 6 && one->columns == 8);
    }

    /// However much a maker puts in front of the patient's name (private group 0009), packed or not: what is behind it is read too.
    void FIL_15_aHeaderOfAnyLengthIsReadWhole()
    {
        const int sizes[] = {0, 5000, 20'000, 200'000, 1'500'000}; // two pages, and 128 KiB, and 1 MiB packed are steps of reading
        SUCCEEDS(test::writeFiles(m_folder->path(), fullStudy + R"py(
for name, syntax in (('explicit', ExplicitVRLittleEndian), ('implicit', ImplicitVRLittleEndian),
                     ('deflated', DeflatedExplicitVRLittleEndian), ('big', ExplicitVRBigEndian)):
    for size in (0, 5000, 20000, 200000, 1500000):
        if size:
            ds.add_new((0x0009, 0x0010), 'LO', 'MAKER'); ds.add_new((0x0009, 0x1001), 'OB', np.random.default_rng(1).bytes(size)) # which packs badly
        save(ds, '%s %d' % (name, size), syntax)
    del ds[0x0009, 0x0010], ds[0x0009, 0x1001]
)py"));
        for (const char* syntax : {"explicit", "implicit", "deflated", "big"})
            for (const int size : sizes) {
                const QString path = file(QStringLiteral("%1 %2").arg(syntax).arg(size));
                const QByteArray bytes = test::bytesOf(path);
                QVERIFY(bytes.size() > size);
                const timespec late[] = {{1'600'000'000, 999'999'999}, {1'600'000'000, 999'999'999}};
                QCOMPARE(::utimensat(AT_FDCWD, qPrintable(path), late, 0), 0);
                for (const bool isInMemory : {false, true}) {
                    const std::span inMemory(reinterpret_cast<const uchar*>(bytes.constData()), size_t(bytes.size()));
                    const auto header = isInMemory ? readHeader(inMemory, path) : readHeader(path);
                    QVERIFY2(header, qPrintable(path + (header ? "" : message(header.error()))));
                    QCOMPARE((QStringList{header->patientName, header->patientId, header->issuer, header->birthDate, header->sex,
                                          header->studyUid, header->studyDate, header->studyTime,
                                          header->accession, header->studyDescription, header->referringPhysician, header->studyId}.join('|')),
                             "Doe^Jane|4711|HOSP|19800229|F|1.2.3.1|20180107|140312.5|ACC-77|MR Knee|House^Gregory|SID");
                    QCOMPARE((QStringList{header->seriesUid, header->modality, header->seriesDescription, header->bodyPart,
                                          header->seriesDate, header->seriesTime, header->frameOfReference,
                                          header->instanceUid, header->sopClassUid}.join('|')),
                             "1.2.3.5|MR|pd tse|KNEE|20180108|141500|1.2.3.7|1.2.3.9|1.2.840.10008.5.1.4.1.1.7");
                    QCOMPARE((std::vector{*header->seriesNumber, *header->instanceNumber, header->rows, header->columns, header->frames}),
                             (std::vector<qint64>{-4, 12, 6, 8, 3}));
                    QVERIFY(!header->isDirectory && !header->isProgram);
                    QCOMPARE(header->sizeBytes, isInMemory ? 0 : bytes.size());
                    QCOMPARE(header->modifiedMs, isInMemory ? 0 : 1'600'000'000'999);
                }
            }
        const auto report = readHeader(make(file("no image")));
        QVERIFY(report && report->rows == 0 && report->columns == 0 && report->frames == 1 && !report->seriesNumber && !report->instanceNumber);
    }

    /// Each instance of a row of many is settled by its own name, in order, with what became of it.
    void NET_09_whatBecameOfEachIsSaid()
    {
        const QByteArray first = test::bytesOf(make(file("1"))), second = test::bytesOf(make(file("2"), {.instance = "2.25.100.1.2"}));
        const QByteArray other = test::bytesOf(make(file("3"), {.instance = "2.25.100.1.2", .pixels = "others"}));
        QStringList settled;
        {
            auto intake = m_archive->intake("PACS", [&](const dicom::InstanceUid& uid, const Result<Stored>& stored) {
                settled << uid.value + (!stored ? QString(" fault %1").arg(int(stored.error().fault)) : *stored == Stored::New ? " new" : " duplicate");
            });
            intake->add(first, {"a"});
            intake->add(second, {"b"});
            intake->add(first, {"c"});
            intake->add(other, {"d"});
            intake->add("rubbish", {"e"});
            intake->finish();
        }
        QCOMPARE(settled, (QStringList{"a new", "b new", "c duplicate", QString("d fault %1").arg(int(Fault::Conflict)), QString("e fault %1").arg(int(Fault::NotDicom))}));
        QCOMPARE(value(m_archive->study({"2.25.100"}))->instances, 2);
    }

    void STO_07_sumsFollowWhatIsConfirmedAndRemoved()
    {
        import({make(file("1"), {.instance = "2.25.100.1.1"}), make(file("2"), {.instance = "2.25.100.1.2", .pixels = "two of them"})});
        const qint64 bytes = QFileInfo(file("1")).size() + QFileInfo(file("2")).size();
        QCOMPARE(value(m_archive->study({"2.25.100"}))->onlyHere, 2);
        QCOMPARE(value(m_archive->study({"2.25.100"}))->storedBytes, bytes);
        QCOMPARE(value(m_archive->storedBytes()), bytes);
        QVERIFY(m_archive->markConfirmed({{"2.25.100.1.2"}, {"2.25.9"}}, "PACS"));
        QCOMPARE(value(m_archive->study({"2.25.100"}))->onlyHere, 1);
        QCOMPARE(value(m_archive->instance({"2.25.100.1.2"}))->confirmedBy, "PACS");
        QVERIFY(m_archive->markConfirmed({{"2.25.100.1.2"}}, "ANOTHER")); // the first word stays
        QCOMPARE(value(m_archive->instance({"2.25.100.1.2"}))->confirmedBy, "PACS");
        QCOMPARE(value(m_archive->study({"2.25.100"}))->onlyHere, 1);
        QCOMPARE(m_archive->markConfirmed({{"2.25.100.1.1"}}, "").error().fault, Fault::Invalid);
        // a reference is nobody's but the user's, until it is imported
        import({make(file("3"), {.instance = "2.25.100.1.3"})}, ImportMode::Reference);
        QCOMPARE(value(m_archive->study({"2.25.100"}))->instances, 3);
        QCOMPARE(value(m_archive->study({"2.25.100"}))->onlyHere, 1);
        QCOMPARE(value(m_archive->storedBytes()), bytes);
        QVERIFY((*Database::open(profileFolder() + "/diascope.db"))->execute("UPDATE study SET used=10"));
        const qint64 before = QDateTime::currentMSecsSinceEpoch();
        import({file("3")});
        QVERIFY(value(m_archive->study({"2.25.100"}))->usedMs >= before); // who imports it wants it
        QCOMPARE(value(m_archive->study({"2.25.100"}))->instances, 3);
        QCOMPARE(value(m_archive->study({"2.25.100"}))->onlyHere, 2);
        QCOMPARE(value(m_archive->storedBytes()), bytes + QFileInfo(file("3")).size());
        QVERIFY(m_archive->removeStudy({"2.25.100"}));
        QCOMPARE(value(m_archive->storedBytes()), 0);
        QCOMPARE(m_archive->removeStudy({"2.25.100"}).error().fault, Fault::NotFound);
    }

    /// A rebuild brings the sums up to date in between: what is added in then is not added once more.
    void STO_06_sumsGrowBatchByBatch()
    {
        const auto database = *Database::open(profileFolder() + "/diascope.db");
        auto transaction = Transaction::begin(*database);
        QVERIFY(transaction);
        IndexWriter writer(*database);
        const std::pair<const char*, const char*> instances[] = {{"1", "1"}, {"1", "2"}, {"2", "3"}}; // of two series
        qint64 bytes = 0;
        for (const auto& [series, number] : instances) {
            Made one;
            one.series = one.study + '.' + series;
            one.instance = one.series + '.' + number;
            one.modality = series[0] == '1' ? "MR" : "CT";
            const auto header = readHeader(make(file(number), one));
            QVERIFY(header && !writer.hasChanges() == (bytes == 0));
            bytes += header->sizeBytes;
            QVERIFY(writer.insert(*header, {QString(64, QChar(number[0])), {}, header->sizeBytes, 0, Origin::Imported, {}}));
            QVERIFY(writer.finish());
        }
        const auto second = writer.find("2.25.100.1.2");
        QVERIFY(second && *second && !(*second)->isConfirmed);
        QVERIFY(writer.confirm((*second)->id, "PACS") && writer.finish() && writer.finish());
        QVERIFY(transaction->commit());
        const auto study = value(m_archive->study({"2.25.100"}));
        QVERIFY(study);
        QCOMPARE((std::vector<qint64>{study->series, study->instances, study->storedBytes, study->onlyHere}), (std::vector<qint64>{2, 3, bytes, 2}));
        QCOMPARE(study->modalities, (QStringList{"CT", "MR"}));
        QCOMPARE(value(m_archive->storedBytes()), bytes);
        const auto series = value(m_archive->series({"2.25.100"}));
        QCOMPARE(series.size(), 2u);
        QCOMPARE(series[0].instances, 2);
        QCOMPARE(series[1].instances, 1);
    }

    void STO_06_listsAreInOrder()
    {
        SUCCEEDS(test::writeFiles(m_folder->path(), R"py(
def one(study, series, number, instance, image_number, date='20180107', time='100000'):
    ds = image()
    ds.StudyInstanceUID = study; ds.SeriesInstanceUID = series; ds.SOPInstanceUID = instance; ds.StudyDate = date; ds.StudyTime = time
    if number is not None: ds.SeriesNumber = number
    if image_number is not None: ds.InstanceNumber = image_number
    save(ds, instance)
one('1.1', '1.1.3', 10, '1.1.3.1', 1)
one('1.1', '1.1.2', 2, '1.1.2.1', 10)
one('1.1', '1.1.2', 2, '1.1.2.2', 9)
one('1.1', '1.1.2', 2, '1.1.2.3', None)
one('1.1', '1.1.2', 2, '1.1.2.0', 9)
one('1.1', '1.1.1', None, '1.1.1.1', 1)
one('1.1', '1.1.0', 10, '1.1.0.1', 1)
one('1.2', '1.2.1', 1, '1.2.1.1', 1, '20180107', '090000')
one('1.3', '1.3.1', 1, '1.3.1.1', 1, '20180107', '110000')
one('1.4', '1.4.1', 1, '1.4.1.1', 1, '20180108', '010000')
one('1.5', '1.5.1', 1, '1.5.1.1', 1, '20170108', '010000')
one('1.6', '1.6.1', 1, '1.6.1.1', 1, '20180107', '100000')
)py"));
        for (const char* name : {"1.1.3.1", "1.1.2.1", "1.1.2.2", "1.1.2.3", "1.1.2.0", "1.1.1.1", "1.1.0.1", "1.2.1.1", "1.3.1.1", "1.4.1.1", "1.5.1.1", "1.6.1.1"})
            QCOMPARE(import({file(name)}).imported, 1);
        QStringList series, instances, all;
        for (const auto& row : value(m_archive->series({"1.1"})))
            series << row.uid.value;
        QCOMPARE(series, (QStringList{"1.1.2", "1.1.0", "1.1.3", "1.1.1"})); // by number, then UID; those without one last
        for (const auto& row : value(m_archive->instances({"1.1.2"})))
            instances << row.uid.value;
        QCOMPARE(instances, (QStringList{"1.1.2.0", "1.1.2.2", "1.1.2.1", "1.1.2.3"}));
        for (const auto& row : value(m_archive->instancesOfStudy({"1.1"})))
            all << row.uid.value;
        QCOMPARE(all, (QStringList{"1.1.2.0", "1.1.2.2", "1.1.2.1", "1.1.2.3", "1.1.0.1", "1.1.3.1", "1.1.1.1"}));
        const QStringList newestFirst{"1.4", "1.3", "1.6", "1.1", "1.2", "1.5"}; // of one moment what was stored last
        QCOMPARE(found({}), newestFirst);
        QCOMPARE(uidsOf(value(m_archive->studiesByUid({"1.1", "1.5", "1.6", "9.9"}))), (QStringList{"1.6", "1.1", "1.5"}));
        QStringList paged;
        Query page;
        for (page.limit = 2; paged.size() < 6;) {
            const QStringList next = found(page);
            QCOMPARE(next.size(), 2);
            paged << next;
            page.after = {next.last()};
        }
        QCOMPARE(paged, newestFirst);
        QCOMPARE(found(page), QStringList());
        page.after = {"9.9"};
        QCOMPARE(found(page), QStringList()); // behind what is not there is nothing
        QVERIFY(!*m_archive->study({}));
        QVERIFY(!*m_archive->study({"9.9"}));
        QVERIFY(!*m_archive->instance({"9.9"}));
        // one at a time, as long as somebody wants them
        QStringList taken;
        QVERIFY(m_archive->studies({}, [&](StudyRow&& row) {
            taken << row.uid.value;
            return taken.size() < 3;
        }));
        QCOMPARE(taken, newestFirst.mid(0, 3));
    }

    void eachConditionFindsItsColumn_data()
    {
        QTest::addColumn<QString>("what");
        QTest::addColumn<QString>("value");
        QTest::addColumn<QStringList>("studies");
        const auto row = [](const char* what, const char* value, const QStringList& studies) {
            QTest::newRow(qPrintable(QString("%1 %2").arg(what, value))) << what << QString::fromUtf8(value) << studies;
        };
        row("id", "P1", {"2.25.3", "2.25.1"});
        row("id", "P", {}); // exactly
        row("id", "A1", {});
        row("issuer", "H1", {"2.25.1"});
        row("accession", "A2", {"2.25.2"});
        row("accession", "A", {});
        row("study", "2.25.2", {"2.25.2"});
        row("modality", "mr", {"2.25.2"});
        row("modality", "C", {}); // no part of CT
        row("modality", "CT", {"2.25.4", "2.25.3", "2.25.1"});
        row("name", "doe", {"2.25.3", "2.25.1"});
        row("name", "jane doe", {"2.25.1"});
        row("name", "john doe", {"2.25.3"});
        row("name", "head", {}); // a description is no name
        row("text", "head", {"2.25.1"});
        row("text", "head doe", {"2.25.1"});
        row("text", "head smith", {});
        row("text", "nguyen", {"2.25.4"});
        row("text", "NGUYỄN", {"2.25.4"});
        row("text", "が", {"2.25.4"});
        row("text", "か", {}); // another letter, not one without an accent
        row("text", "ガ", {}); // another script
        row("text", "ｶﾞ", {}); // its narrow form is the wide one, which is not here
        row("text", "ＣＴ", {"2.25.3", "2.25.1"}); // wide letters are letters
        row("text", "   ", {"2.25.4", "2.25.3", "2.25.2", "2.25.1"});
    }
    void eachConditionFindsItsColumn()
    {
        QFETCH(QString, what);
        QFETCH(QString, value);
        QFETCH(QStringList, studies);
        const auto one = [&](int n, const Made& made) {
            Made all = made;
            all.study = QStringLiteral("2.25.%1").arg(n);
            all.series = all.study + ".1";
            all.instance = all.series + ".1";
            all.date = QStringLiteral("2018010%1").arg(n);
            import({make(file(QString::number(n)), all)});
        };
        one(1, {.patientId = "P1", .issuer = "H1", .name = "Doe^Jane", .accession = "A1", .description = "CT HEAD", .modality = "CT"});
        one(2, {.patientId = "P2", .issuer = "H2", .name = "Smith^Ann", .accession = "A2", .description = "MR KNEE", .modality = "MR"});
        one(3, {.patientId = "P1", .issuer = "H3", .name = "Doe^John", .accession = "A3", .description = "CT CHEST", .modality = "CT"});
        one(4, {.patientId = "P4", .issuer = "H4", .name = QString::fromUtf8("Nguyễn^Văn=が"), .accession = "A4", .description = "X", .modality = "CT"});
        Query query;
        const QHash<QString, QString*> texts{{"id", &query.patientId}, {"issuer", &query.issuer}, {"accession", &query.accession},
                                             {"study", &query.study.value}, {"name", &query.name}, {"text", &query.text}};
        if (what == "modality")
            query.modalities = {value};
        else
            *texts.value(what) = value;
        QCOMPARE(found(query), studies);
    }

    void whatIsARangeOfDates_data()
    {
        QTest::addColumn<QString>("typed");
        QTest::addColumn<QString>("from");
        QTest::addColumn<QString>("to");
        const auto row = [](const char* typed, const char* from, const char* to) { QTest::newRow(typed) << QString(typed) << QString(from) << QString(to); };
        row("20180107", "20180107", "20180107");
        row(" 20180107 ", "20180107", "20180107");
        row("2018-01-07", "20180107", "20180107");
        row("20180107-20180131", "20180107", "20180131");
        row("2018-01-07-2018-01-31", "20180107", "20180131");
        row("2018-01-07 - 2018-01-31", "20180107", "20180131");
        row("20180107 - ", "20180107", "");
        row(" - 20180131", "", "20180131");
        row("20180107-", "20180107", "");
        row("-20180131", "", "20180131");
        for (const char* none : {"", "-", " - ", "2018", "20180107-2018", "2018-20180107", "20181301-", "2018-01-07-2018-01", "x - 20180107", "201801070"})
            row(none, "none", "");
    }
    void whatIsARangeOfDates()
    {
        QFETCH(QString, typed);
        QFETCH(QString, from);
        QFETCH(QString, to);
        const auto query = Query::withDates({}, typed);
        QCOMPARE(query ? query->dateFrom : QString("none"), from);
        QCOMPARE(query ? query->dateTo : QString(), to);
    }

    /// A study without a date is in no range that ends; every other in those that hold its day.
    void aRangeHoldsItsBothDays()
    {
        for (const auto& [n, date] : {std::pair(1, "20180101"), {2, "20180102"}, {3, "20180103"}, {4, ""}})
            import({make(file(QString::number(n)), {.study = QStringLiteral("2.25.%1").arg(n), .series = QStringLiteral("2.25.%1.1").arg(n),
                                                    .instance = QStringLiteral("2.25.%1.1.1").arg(n), .date = date})});
        const auto range = [&](const QString& from, const QString& to) {
            Query query;
            query.dateFrom = from;
            query.dateTo = to;
            return found(query);
        };
        QCOMPARE(range("20180101", "20180102"), (QStringList{"2.25.2", "2.25.1"}));
        QCOMPARE(range("20180102", ""), (QStringList{"2.25.3", "2.25.2"}));
        QCOMPARE(range("", "20180102"), (QStringList{"2.25.2", "2.25.1"}));
        QCOMPARE(range("", "").size(), 4);
        QCOMPARE(range("20180104", ""), QStringList());
    }

    /// FIL-14: what a system would run is said, a TIFF in the preamble (PS3.10 7.1) is none of that.
    void FIL_14_aFileThatBeginsLikeAProgramIsNamed_data()
    {
        QTest::addColumn<QByteArray>("start");
        QTest::addColumn<bool>("isProgram");
        const auto row = [](const char* name, const QByteArray& start, bool isProgram) { QTest::newRow(name) << start << isProgram; };
        row("FIL-14 Windows", "MZ", true);
        row("FIL-14 Linux", "\x7f" "ELF", true);
        row("FIL-14 a script", "#!", true);
        row("FIL-14 macOS, 64 bits", "\xCF\xFA\xED\xFE", true);
        row("FIL-14 macOS, 32 bits", "\xCE\xFA\xED\xFE", true);
        row("FIL-14 macOS, several", "\xCA\xFE\xBA\xBE", true);
        row("FIL-14 TIFF, Intel", QByteArray("II*\0", 4), false);
        row("FIL-14 TIFF, Motorola", QByteArray("MM\0*", 4), false);
        row("FIL-14 nothing", QByteArray(4, '\0'), false);
        row("FIL-14 almost", "M", false);
    }
    void FIL_14_aFileThatBeginsLikeAProgramIsNamed()
    {
        QFETCH(QByteArray, start);
        QFETCH(bool, isProgram);
        for (const auto& [name, syntax] : {std::pair("plain", "1.2.840.10008.1.2.1"), {"deflated", "1.2.840.10008.1.2.1.99"}}) {
            test::Made made;
            made.instance += QString(".%1").arg(name[0] == 'p' ? 1 : 2);
            const QString folder = file(name), path = make(folder + "/a", made, syntax);
            QByteArray bytes = test::bytesOf(path);
            bytes.replace(0, start.size(), start);
            QFile out(path);
            QVERIFY(out.open(QIODevice::WriteOnly) && out.write(bytes) == bytes.size());
            out.close();
            const auto report = import({folder});
            QCOMPARE(report.imported, 1);
            QCOMPARE(report.warned.size(), size_t(isProgram));
            if (isProgram)
                QCOMPARE(report.warned[0].path, path);
            QCOMPARE(import({folder}).warned.size(), 0u); // said once
        }
    }

    void aThumbnailIsOfItsSeries()
    {
        QCOMPARE(value(m_archive->thumbnail({"2.25.100.1"})), QByteArray());
        QVERIFY(m_archive->storeThumbnail({"2.25.100.1"}, "one"));
        QVERIFY(m_archive->storeThumbnail({"2.25.100.2"}, "two"));
        QVERIFY(m_archive->storeThumbnail({"2.25.100.1"}, "again"));
        QCOMPARE(value(m_archive->thumbnail({"2.25.100.1"})), "again");
        QCOMPARE(value(m_archive->thumbnail({"2.25.100.2"})), "two");
    }

    /// Everybody who shows the list learns that it changed, and nobody that it did where it did not.
    void theCounterGrowsWithEachChange()
    {
        qint64 last = m_archive->changeCounter();
        const auto grows = [&] {
            const qint64 now = m_archive->changeCounter();
            const bool grew = now > last;
            last = now;
            return grew;
        };
        import({make(file("a"))});
        QVERIFY(grows());
        import({file("a")});
        QVERIFY(!grows());
        QVERIFY(m_archive->setPinned({"2.25.100"}, Archive::Pin::Yes));
        QVERIFY(grows());
        QVERIFY(value(m_archive->study({"2.25.100"}))->isPinned);
        QCOMPARE(m_archive->setPinned({"2.25.9"}, Archive::Pin::Yes).error().fault, Fault::NotFound);
        QVERIFY(!grows());
        QVERIFY(m_archive->setPinned({"2.25.100"}, Archive::Pin::No));
        QVERIFY(grows());
        QVERIFY(!value(m_archive->study({"2.25.100"}))->isPinned);
        QVERIFY(m_archive->markConfirmed({{"2.25.100.1.1"}}, "PACS"));
        QVERIFY(grows());
        QVERIFY(m_archive->removeStudy({"2.25.100"}));
        QVERIFY(grows());
    }
};

QTEST_GUILESS_MAIN(TestArchiveRows)
#include "tst_archive_rows.moc"
