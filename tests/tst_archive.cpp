#include "netclient/dicom/dataset.h"
#include "netclient/dicom/dicomdir.h"
#include "tests/support/archive_fixture.h"
#include <QCryptographicHash>
#include <sys/stat.h>

using namespace diascope;
using namespace diascope::archive;
using test::ctFiles, test::Made, test::make, test::soundness, test::value;
namespace tag = diascope::dicom::tag;

class TestArchive : public QObject, protected test::ArchiveFixture
{
    Q_OBJECT

private Q_SLOTS:
    void init() { start(); }
    void cleanup() { end(); }

    void realVolumesGiveTheRowsPydicomSees()
    {
        const QString folder = test::dataFile("volumes/ohif_petct_acrin_nsclc");
        NEEDS_TEST_DATA(folder);
        const auto report = import({folder});
        const auto expected = test::python("import sys,os,pydicom\nfrom collections import Counter\nc=Counter()\nn=0\n"
                                           "for d,_,fs in os.walk(sys.argv[1]):\n"
                                           "  for f in fs:\n"
                                           "    try: ds=pydicom.dcmread(os.path.join(d,f),stop_before_pixels=True)\n"
                                           "    except Exception: continue\n"
                                           "    c[(ds.SeriesInstanceUID,ds.Modality,str(ds.get('SeriesNumber','')))]+=1\n"
                                           "for k in sorted(c): print(*k,c[k],sep='|')\n", {folder});
        QStringList rows;
        qint64 total = 0;
        for (const auto& study : value(m_archive->studies()))
            for (const auto& series : value(m_archive->series(study.uid))) {
                rows << QStringLiteral("%1|%2|%3|%4").arg(series.uid.value, series.modality, series.number ? QString::number(*series.number) : "")
                            .arg(series.instances);
                total += series.instances;
                QCOMPARE(qint64(m_archive->instances(series.uid)->size()), series.instances);
            }
        rows.sort();
        QCOMPARE(rows, QString::fromUtf8(expected.out).split('\n', Qt::SkipEmptyParts));
        QCOMPARE(report.imported, total);
        QVERIFY(report.quarantined.empty());
    }

    void importCountsAreExact()
    {
        make(file("in/a"), {.instance = "2.25.100.1.1"});
        make(file("in/b"), {.instance = "2.25.100.1.2"});
        QFile::copy(file("in/a"), file("in/a again"));
        QFile text(file("in/notes.txt"));
        QVERIFY(text.open(QIODevice::WriteOnly));
        text.write("these are no images");
        text.close();
        QFile whole(file("in/b"));
        QVERIFY(whole.open(QIODevice::ReadOnly));
        QFile half(file("in/half"));
        QVERIFY(half.open(QIODevice::WriteOnly));
        half.write(whole.read(whole.size() - 20));
        half.close();
        const auto report = import({file("in")});
        QCOMPARE(report.imported, 2);
        QCOMPARE(report.duplicates, 1);
        QCOMPARE(report.quarantined.size(), size_t(1));
        QCOMPARE(report.quarantined[0].path, file("in/half"));
        QVERIFY(!report.quarantined[0].reason.isEmpty());
        QCOMPARE(report.skipped.size(), size_t(1));
        QCOMPARE(report.skipped[0].path, file("in/notes.txt"));
        QCOMPARE(report.studies, std::vector<dicom::StudyUid>{{"2.25.100"}});
        const auto study = m_archive->study({"2.25.100"});
        QCOMPARE((*study)->instances, 2);
        QCOMPARE((*study)->modalities, QStringList{"CT"});
        QCOMPARE(soundness(profileFolder()), "ok 0 0 True 0 2");
    }

    void aMissingPathAndAnEmptyFolderSaySo()
    {
        Task task;
        QCOMPARE(m_archive->import({file("nothing")}, ImportMode::Copy, task).error().fault, Fault::NotFound);
        QDir().mkpath(file("empty"));
        const auto empty = m_archive->import({file("empty")}, ImportMode::Copy, task);
        QVERIFY(!empty && empty.error().detail.contains("no files"));
    }

    void GEO_18_sameUidOtherBytesIsQuarantined()
    {
        const Made one;
        Made other = one;
        other.pixels = "pixelz";
        import({make(file("one"), one)});
        const auto report = import({make(file("other"), other)});
        QCOMPARE(report.imported, 0);
        QCOMPARE(report.quarantined.size(), size_t(1));
        QVERIFY(report.quarantined[0].reason.contains("other bytes"));
        const auto row = m_archive->instance({one.instance});
        QCOMPARE(dicom::Dataset::read((*row)->path)->bytes(tag::EncapsulatedDocument), one.pixels);
        QCOMPARE(m_archive->quarantine()->size(), size_t(1));
        QCOMPARE(m_archive->quarantine()->front().sopInstanceUid, one.instance);
    }

    /// A file that was lost comes back from the same bytes; other bytes under its name do not take its place.
    void STO_06_aLostFileComesBackFromItsOwnBytesAlone()
    {
        const Made one;
        Made other = one;
        other.pixels = "pixelz";
        import({make(file("one"), one)});
        const QString lost = (*m_archive->instance({one.instance}))->path;
        QVERIFY(QFile::remove(lost));
        const auto contradicts = import({make(file("other"), other)});
        QCOMPARE(contradicts.quarantined.size(), size_t(1));
        QVERIFY(contradicts.quarantined[0].reason.contains("other bytes"));
        QVERIFY(!QFile::exists(lost));
        const auto again = import({file("one")});
        QVERIFY(again.quarantined.empty());
        const auto row = m_archive->instance({one.instance});
        QCOMPARE(dicom::Dataset::read((*row)->path)->bytes(tag::EncapsulatedDocument), one.pixels);
    }

    /// The same instance from a CD and from a PACS differs in its file header and maybe its encoding, and is the same.
    void GEO_18_anotherHeaderOrEncodingIsADuplicate()
    {
        import({make(file("explicit"))});
        make(file("implicit"), {}, QString::fromUtf16(dicom::implicitLittleEndian));
        QVERIFY(QFile::copy(file("explicit"), file("header")));
        const auto changed = test::python("import sys,pydicom\nd=pydicom.dcmread(sys.argv[1])\nd.file_meta.SourceApplicationEntityTitle='OTHER'\n"
                                          "d.save_as(sys.argv[1])\n", {file("header")});
        QVERIFY2(changed.code == 0, changed.err.constData());
        const auto report = import({file("implicit"), file("header")});
        QCOMPARE(report.duplicates, 2);
        QVERIFY(report.quarantined.empty());
    }

    void NET_09_receivedContradictionIsQuarantinedAndKept()
    {
        Made made;
        const auto bytes = [&](const QString& path) {
            QFile f(path);
            (void)f.open(QIODevice::ReadOnly);
            return f.readAll();
        };
        const QByteArray first = bytes(make(file("1"), made));
        made.pixels = "changed";
        const QByteArray second = bytes(make(file("2"), made));
        QCOMPARE(*m_archive->storeReceived(first, "PACS"), Stored::New);
        QCOMPARE(*m_archive->storeReceived(first, "PACS"), Stored::Duplicate);
        const auto contradiction = m_archive->storeReceived(second, "PACS");
        QCOMPARE(contradiction.error().fault, Fault::Conflict);
        const auto quarantine = m_archive->quarantine();
        QCOMPARE(quarantine->size(), size_t(1));
        QCOMPARE(bytes(quarantine->front().keptPath), second);
        QCOMPARE(m_archive->storeReceived("rubbish", "PACS").error().fault, Fault::NotDicom);
        QCOMPARE((*m_archive->study({made.study}))->instances, 1);
    }

    void twoPatientsAreNeverMixedInOneStudy()
    {
        import({make(file("1"), {})});
        const auto report = import({make(file("2"), {.instance = "2.25.100.1.2", .patientId = "P2"})});
        QCOMPARE(report.imported, 0);
        QCOMPARE(report.quarantined.size(), size_t(1));
        QVERIFY(report.quarantined[0].reason.contains("another patient"));
    }

    void priorsAreOfTheSameIdAndIssuer()
    {
        import({make(file("1"), {.study = "2.25.1", .series = "2.25.1.1", .instance = "2.25.1.1.1", .issuer = "A"}),
                make(file("2"), {.study = "2.25.2", .series = "2.25.2.1", .instance = "2.25.2.1.1", .issuer = "A", .date = "20100101"}),
                make(file("3"), {.study = "2.25.3", .series = "2.25.3.1", .instance = "2.25.3.1.1", .issuer = "B"})});
        const auto priors = m_archive->otherStudiesOfPatient({"2.25.1"});
        QCOMPARE(priors->size(), size_t(1));
        QCOMPARE(priors->front().uid.value, "2.25.2");
    }

    void NET_11_aUidIsNeverAPath_data()
    {
        QTest::addColumn<QString>("uid");
        QTest::newRow("NET-11 ../") << "../../../../escaped";
        QTest::newRow("NET-11 absolute") << "/tmp/escaped-absolute";
        QTest::newRow("NET-11 over-long") << QString(64, '1') + "1";
    }
    void NET_11_aUidIsNeverAPath()
    {
        QFETCH(QString, uid);
        const QString path = make(file("in/evil"), {.study = uid, .series = uid, .instance = uid});
        QStringList before, after;
        const auto outside = [&](QStringList& found) {
            QDirIterator all(m_folder->path(), QDir::Files | QDir::Hidden, QDirIterator::Subdirectories);
            while (all.hasNext())
                if (const QString name = all.next(); !name.startsWith(profileFolder()))
                    found << name;
        };
        outside(before);
        const auto report = import({file("in")});
        QFile received(path);
        QVERIFY(received.open(QIODevice::ReadOnly));
        QVERIFY(!m_archive->storeReceived(received.readAll(), "../../" + uid));
        outside(after);
        QCOMPARE(after, before);
        QCOMPARE(report.imported, 0);
        QCOMPARE(report.quarantined.size(), size_t(1));
        QVERIFY(!QFileInfo::exists("/tmp/escaped-absolute"));
        QDirIterator inside(profileFolder(), QDir::Files, QDirIterator::Subdirectories);
        while (inside.hasNext())
            QVERIFY(!inside.next().contains("escaped"));
    }

    void SEC_08_nothingAPersonTypesIsAMetacharacter()
    {
        const QStringList names{"Per%cent", "Under_score", "O'Brien^Pat", "Quote\"d", "Star*", "Quest?", "Semi;DROP TABLE study;--"};
        for (int i = 0; i < names.size(); ++i)
            make(file(QStringLiteral("in/%1").arg(i)), {.study = QStringLiteral("2.25.%1").arg(i + 1), .series = QStringLiteral("2.25.%1.1").arg(i + 1),
                 .instance = QStringLiteral("2.25.%1.1.1").arg(i + 1), .patientId = QStringLiteral("P%1").arg(i), .name = names[i]});
        import({file("in")});
        for (const auto& [typed, count] : std::initializer_list<std::pair<QString, int>>{{"%", 1}, {"_", 1}, {"'", 1}, {"\"", 1}, {"*", 1}, {"?", 1},
                 {"o'brien", 1}, {"' OR 1=1 --", 0}, {"DROP TABLE", 1}, {"\\", 7}, {"zzz", 0}}) {
            Query byName, byText;
            byName.name = byText.text = typed;
            QVERIFY2(int(m_archive->studies(byName)->size()) == count, qPrintable(typed));
            QVERIFY2(int(m_archive->studies(byText)->size()) == count, qPrintable(typed));
        }
        Query injected;
        injected.patientId = "P0' OR '1'='1";
        QCOMPARE(m_archive->studies(injected)->size(), size_t(0));
        injected = {};
        injected.modalities = {"CT') OR 1=1 --"};
        QCOMPARE(m_archive->studies(injected)->size(), size_t(0));
        QCOMPARE(m_archive->studies()->size(), size_t(names.size()));
    }

    void searchFindsAnyScriptAndField_data()
    {
        QTest::addColumn<QString>("typed");
        QTest::addColumn<QString>("study");
        QTest::newRow("lower case") << "yamada" << "2.25.1";
        QTest::newRow("given name first") << "tarou yamada" << "2.25.1";
        QTest::newRow("ideographic") << QString::fromUtf8("山田") << "2.25.1";
        QTest::newRow("ideographic without delimiter") << QString::fromUtf8("山田太郎") << "2.25.1";
        QTest::newRow("umlaut") << QString::fromUtf8("MÜLLER") << "2.25.2";
        QTest::newRow("without umlaut") << "muller" << "2.25.2";
        QTest::newRow("Cyrillic, other case") << QString::fromUtf8("люкс") << "2.25.3";
        QTest::newRow("accession") << "acc-77" << "2.25.3";
        QTest::newRow("patient ID") << "id-2" << "2.25.2";
        QTest::newRow("description and name") << "angio yamada" << "2.25.1";
        QTest::newRow("body part of any series") << "knee" << "2.25.2";
        QTest::newRow("two letters of it") << "ne" << "2.25.2";
    }
    void searchFindsAnyScriptAndField()
    {
        const auto one = [&](int n, const char* name, const QString& accession, const QString& description) {
            make(file(QStringLiteral("in/%1").arg(n)), {.study = QStringLiteral("2.25.%1").arg(n), .series = QStringLiteral("2.25.%1.1").arg(n),
                 .instance = QStringLiteral("2.25.%1.1.1").arg(n), .patientId = QStringLiteral("ID-%1").arg(n), .name = QString::fromUtf8(name),
                 .accession = accession, .description = description});
        };
        one(1, "Yamada^Tarou=山田^太郎=やまだ^たろう", "A", "CT ANGIO");
        one(2, "Müller^Jörg", "B", "MR");
        one(3, "Люксембург^Роза", "ACC-77", "CR");
        make(file("in/second series"), {.study = "2.25.2", .series = "2.25.2.2", .instance = "2.25.2.2.1", .patientId = "ID-2",
             .name = QString::fromUtf8("Müller^Jörg"), .bodyPart = "KNEE"});
        import({file("in")});
        QFETCH(QString, typed);
        QFETCH(QString, study);
        Query query;
        query.text = typed;
        const auto found = m_archive->studies(query);
        QCOMPARE(found->size(), size_t(1));
        QCOMPARE(found->front().uid.value, study);
    }

    void datesAndModalitiesAndLimit()
    {
        for (int i = 1; i <= 9; ++i)
            make(file(QStringLiteral("in/%1").arg(i)), {.study = QStringLiteral("2.25.%1").arg(i), .series = QStringLiteral("2.25.%1.1").arg(i),
                 .instance = QStringLiteral("2.25.%1.1.1").arg(i), .patientId = QString::number(i), .date = QStringLiteral("2018010%1").arg(i),
                 .modality = i % 2 ? "CT" : "MR"});
        import({file("in")});
        const auto count = [&](const QString& range) -> int {
            const auto query = Query::withDates({}, range);
            return query ? int(m_archive->studies(*query)->size()) : -1;
        };
        QCOMPARE(count("20180102-20180104"), 3);
        QCOMPARE(count("20180102"), 1);
        QCOMPARE(count("20180108-"), 2);
        QCOMPARE(count("-20180102"), 2);
        QCOMPARE(count("2018-01-02 - 2018-01-04"), 3);
        QCOMPARE(count("2018-01-02"), 1);
        QCOMPARE(count("yesterday"), -1);
        QCOMPARE(count("20181345"), -1);
        Query query;
        query.modalities = {"MR"};
        QCOMPARE(m_archive->studies(query)->size(), size_t(4));
        query.limit = 2;
        const auto limited = m_archive->studies(query);
        QCOMPARE(limited->size(), size_t(2));
        QCOMPARE(limited->front().date, "20180108"); // newest first
    }

    void SAF_08_anyNameOfAFile()
    {
        const QString odd = file(QString::fromUtf8("in/Größe 图像 ' \" $(x) ; -rf\n")) + QString(120, QChar(0x4E00 + 77)).left(60) + "/";
        for (const QString& name : {QString::fromUtf8("影像 1.dcm"), QString("-o"), QString(200, 'x'), QString("a\tb"), QString("%s%n")})
            make(odd + name, {.instance = "2.25.100.1." + QString::number(qHash(name) % 1000000 + 1)});
        const auto report = import({file("in")});
        QCOMPARE(report.imported, 5);
        const auto rows = m_archive->instancesOfStudy({"2.25.100"});
        QCOMPARE(rows->size(), size_t(5));
        for (const auto& row : *rows)
            QVERIFY(QFileInfo::exists(row.path));
    }

    /// A disc burnt on a system that writes GB18030, mounted as it lies: the name cannot be said in UTF-8.
    void SAF_08_aNameOfForeignBytesIsSaidNotLost()
    {
        make(file("in/good"));
        const QByteArray foreign = QFile::encodeName(file("in/")) + "\xCD\xBC\xCF\xF1.dcm";
        QCOMPARE(::link(QFile::encodeName(file("in/good")).constData(), foreign.constData()), 0);
        const auto report = import({file("in")});
        QCOMPARE(report.imported, 1);
        QCOMPARE(report.skipped.size(), size_t(1));
        QVERIFY2(report.skipped.front().reason.contains("UTF-8"), qPrintable(report.skipped.front().reason));
        QCOMPARE(report.skipped.front().path.section(u'/', -1).right(4), QString(".dcm"));
    }

    void FIL_17_fifosDevicesAndLoopsAreSkipped()
    {
        make(file("in/good"));
        QCOMPARE(::mkfifo(QFile::encodeName(file("in/fifo")).constData(), 0600), 0);
        QVERIFY(QFile::link(file("in"), file("in/loop")));
        QVERIFY(QFile::link("/dev/zero", file("in/zero")));
        QVERIFY(QFile::link(file("gone"), file("in/dangling")));
        QVERIFY(QFile::link(file("in/self"), file("in/self")));
        for (ImportMode mode : {ImportMode::Copy, ImportMode::Reference}) {
            const auto report = import({file("in")}, mode);
            QCOMPARE(report.imported + report.duplicates, 1);
            QStringList skipped;
            for (const auto& remark : report.skipped)
                skipped << QFileInfo(remark.path).fileName();
            skipped.sort();
            QCOMPARE(skipped, (QStringList{"dangling", "fifo", "loop", "self", "zero"}));
        }
    }

    /// FIL-14: a file that is a program too is imported, named, and never leaves with that preamble.
    void FIL_14_anExecutablePreambleIsNamed()
    {
        for (const auto& [name, start] : {std::pair{"windows", QByteArray("MZ")}, std::pair{"linux", QByteArray("\x7F" "ELF")}, std::pair{"plain", QByteArray("II*")}}) {
            const QString path = file(QStringLiteral("in/") + QLatin1String(name));
            Made made;
            made.instance += QStringLiteral(".%1").arg(start.size() + start[0]);
            make(path, made);
            QFile written(path);
            QVERIFY(written.open(QIODevice::ReadWrite));
            QCOMPARE(written.write(start), start.size());
        }
        const auto report = import({file("in")}, ImportMode::Copy);
        QCOMPARE(report.imported, 3);
        QStringList warned;
        for (const auto& remark : report.warned)
            warned << QFileInfo(remark.path).fileName();
        warned.sort();
        QCOMPARE(warned, (QStringList{"linux", "windows"}));
        const auto dataset = dicom::Dataset::read(file("in/windows"));
        QVERIFY(dataset);
        QVERIFY(dataset->write(file("out.dcm"), dataset->transferSyntax().uid));
        QFile out(file("out.dcm"));
        QVERIFY(out.open(QIODevice::ReadOnly));
        QCOMPARE(out.read(128), QByteArray(128, '\0'));
    }

    void FIL_16_aDicomDirLeadsNowhereOutside()
    {
        make(file("secret"), {.instance = "2.25.666"});
        make(file("medium/DICOM/IM1"));
        QVERIFY(QFile::link(file("secret"), file("medium/LINK")));
        // pydicom writes what no decent program would.
        const auto made = test::python(
            "import sys,pydicom\nfrom pydicom.dataset import Dataset,FileMetaDataset\nfrom pydicom.sequence import Sequence\n"
            "d=Dataset(); d.file_meta=FileMetaDataset(); d.file_meta.TransferSyntaxUID='1.2.840.10008.1.2.1'\n"
            "d.file_meta.MediaStorageSOPClassUID='1.2.840.10008.1.3.10'; d.file_meta.MediaStorageSOPInstanceUID='2.25.9'\n"
            "d.FileSetID='X'; d.OffsetOfTheFirstDirectoryRecordOfTheRootDirectoryEntity=0\n"
            "d.OffsetOfTheLastDirectoryRecordOfTheRootDirectoryEntity=0; d.FileSetConsistencyFlag=0\n"
            "def rec(ids,nxt=0,low=0):\n r=Dataset(); r.OffsetOfTheNextDirectoryRecord=nxt; r.RecordInUseFlag=0xffff\n"
            " r.OffsetOfReferencedLowerLevelDirectoryEntity=low; r.DirectoryRecordType='IMAGE'; r.ReferencedFileID=ids\n return r\n"
            "d.DirectoryRecordSequence=Sequence([rec(['..','secret']),rec(['DICOM','IM1']),rec(['','etc','passwd']),rec(['LINK']),"
            "rec(['DICOM','GONE']),rec(['DICOMDIR']),rec(['DICOM','..','..','secret']),rec(['C:','X'])])\n"
            "d.is_little_endian=True; d.is_implicit_VR=False\npydicom.dcmwrite(sys.argv[1],d,write_like_original=False)\n"
            "# every record names the first as the next and as the lower one: a circle\n"
            "b=bytearray(open(sys.argv[1],'rb').read()); first=b.find(b'\\xfe\\xff\\x00\\xe0',132)\n"
            "import struct\nat=0\n"
            "for t in (b'\\x04\\x00\\x00\\x14UL\\x04\\x00',b'\\x04\\x00\\x20\\x14UL\\x04\\x00',b'\\x04\\x00\\x00\\x12UL\\x04\\x00'):\n"
            "  at=b.find(t)\n"
            "  while at>=0:\n    b[at+8:at+12]=struct.pack('<I',first); at=b.find(t,at+1)\n"
            "open(sys.argv[1],'wb').write(b)\n",
            {file("medium/DICOMDIR")});
        QVERIFY2(made.code == 0, made.err.constData());
        const auto directory = dicom::DicomDir::read(file("medium/DICOMDIR"));
        QVERIFY2(directory, directory ? "" : qPrintable(message(directory.error())));
        QCOMPARE(directory->files.size(), size_t(1));
        QCOMPARE(directory->missing.size(), size_t(1));
        QCOMPARE(directory->refused.size(), size_t(6));
        const QString root = QDir(file("medium")).canonicalPath();
        QCOMPARE(directory->files[0].path, root + "/DICOM/IM1");
        QCOMPARE(directory->missing[0].path, root + "/DICOM/GONE");
        QVERIFY(directory->isCircular);
        const auto report = import({file("medium/DICOMDIR")});
        QCOMPARE(report.imported, 1);
        QVERIFY(!*m_archive->instance({"2.25.666"}));
        QCOMPARE(report.skipped.size(), size_t(8)); // the missing, six refused, and the circle

        // A circle by one of the two offsets alone, and none.
        const auto without = [](QByteArray bytes, const QByteArray& offset) {
            for (qsizetype at = bytes.indexOf(offset); at >= 0; at = bytes.indexOf(offset, at + 1))
                bytes.replace(at + 8, 4, QByteArray(4, '\0'));
            return bytes;
        };
        const QByteArray both = test::bytesOf(file("medium/DICOMDIR"));
        const QByteArray next = QByteArray::fromHex("04000014554c0400"), lower = QByteArray::fromHex("04002014554c0400");
        for (const auto& [bytes, isCircular] :
             {std::pair(without(both, next), true), {without(both, lower), true}, {without(without(both, next), lower), false}}) {
            QFile medium(file("medium/DICOMDIR"));
            QVERIFY(medium.open(QIODevice::WriteOnly) && medium.write(bytes) == bytes.size());
            medium.close();
            QCOMPARE(dicom::DicomDir::read(file("medium/DICOMDIR"))->isCircular, isCircular);
        }
    }

    void aDicomDirOfAnotherMakerIsImported()
    {
        const QString path = test::dataFile("volumes/taichi_cd_ct_mr_mr");
        NEEDS_TEST_DATA(path);
        QDirIterator all(path, {"DICOMDIR"}, QDir::Files, QDirIterator::Subdirectories);
        QVERIFY(all.hasNext());
        const QString dicomDir = all.next();
        const auto listed = test::python("import sys,os,pydicom\nd=pydicom.dcmread(sys.argv[1])\nr=os.path.dirname(sys.argv[1])\nn=g=0\n"
                                         "for x in d.DirectoryRecordSequence:\n"
                                         "  i=x.get('ReferencedFileID')\n"
                                         "  if not i: continue\n"
                                         "  i=[i] if isinstance(i,str) else list(i)\n"
                                         "  if os.path.exists(os.path.join(r,*i)): n+=1\n"
                                         "  else: g+=1\n"
                                         "print(n,g)\n", {dicomDir});
        const auto report = import({dicomDir});
        const auto missing = std::count_if(report.skipped.begin(), report.skipped.end(),
                                           [](const Remark& remark) { return remark.reason.contains("not on the medium"); });
        QCOMPARE(QStringLiteral("%1 %2").arg(report.imported + report.duplicates + qint64(report.quarantined.size())).arg(missing),
                 QString::fromUtf8(listed.out).trimmed());
    }

    void referencesStayTheUsersUntilImported()
    {
        const QString path = make(file("in/a"));
        QCOMPARE(import({path}, ImportMode::Reference).imported, 1);
        auto row = *m_archive->instance({"2.25.100.1.1"});
        QVERIFY(row->isReference);
        QCOMPARE(row->path, path);
        QCOMPARE(import({path}, ImportMode::Reference).duplicates, 1);
        QCOMPARE(import({path}).imported, 1); // now it is ours
        row = *m_archive->instance({"2.25.100.1.1"});
        QVERIFY(!row->isReference);
        QVERIFY(row->path.startsWith(profileFolder()));
        QVERIFY(m_archive->removeStudy({"2.25.100"}));
        QVERIFY(QFileInfo::exists(path));
        QVERIFY(!QFileInfo::exists(row->path));
    }

    void hostileFilesCostOneFileEach()
    {
        const QString folder = test::dataFile("hostile");
        NEEDS_TEST_DATA(folder);
        const auto report = import({folder});
        qInfo() << "hostile:" << report.imported << "imported," << report.quarantined.size() << "quarantined," << report.skipped.size() << "skipped";
        QVERIFY(soundness(profileFolder()).startsWith("ok 0 0 True 0 "));
    }
};

QTEST_GUILESS_MAIN(TestArchive)
#include "tst_archive.moc"
