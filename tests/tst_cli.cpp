#include "app/demo/phantom.h"
#include "netclient/dicom/dataset.h"
#include "tests/support/environment_variable.h"
#include "tests/support/program.h"

using namespace diascope;
using test::Program;
using test::Ran;

namespace
{

/// Positions, spacing and main direction of every series below a folder, by pydicom and numpy, sorted by series number and UID:
/// one group an orientation, as {"frames","columns","rows","spacing","gap","least","most","orientation","increasing"}.
constexpr char geometryScript[] = R"(
import sys, os, json, numpy as np, pydicom
series = {}
for root, _, names in os.walk(sys.argv[1]):
    for name in sorted(names):
        try: d = pydicom.dcmread(os.path.join(root, name), stop_before_pixels=True)
        except Exception: continue
        if 'ImageOrientationPatient' not in d: continue
        key = tuple(np.round(np.array(d.ImageOrientationPatient, float), 3))
        series.setdefault((str(d.SeriesInstanceUID), key), {})[str(d.SOPInstanceUID)] = d
out = []
for (uid, key), found in series.items():
    ds = list(found.values())
    iop = np.array(ds[0].ImageOrientationPatient, float)
    normal = np.cross(iop[:3], iop[3:])
    along = sorted(float(np.dot(normal, np.array(d.ImagePositionPatient, float))) for d in ds)
    gaps = np.diff(along)
    axis = int(np.argmax(np.abs(normal)))
    out.append(dict(seriesUid=uid, frames=len(ds), rows=int(ds[0].Rows), columns=int(ds[0].Columns),
                    spacing=[float(x) for x in ds[0].PixelSpacing], gap=float(np.median(gaps)) if len(gaps) else None,
                    least=float(gaps.min()) if len(gaps) else None, most=float(gaps.max()) if len(gaps) else None,
                    orientation=['sagittal', 'coronal', 'axial'][axis] if abs(normal[axis]) > 0.8 else 'oblique'))
print(json.dumps(out))
)";

QStringList warningCodes(const QJsonObject& stack)
{
    QStringList codes;
    for (const QJsonValue& warning : stack["warnings"].toArray())
        codes << warning["code"].toString();
    return codes;
}

/// A stack of the only series of a study.
QJsonObject stackOf(const Program& program, const QString& study)
{
    const QJsonObject series = program.json({"series", study}).array().at(0).toObject();
    return series["stacks"].toArray().at(0).toObject();
}

demo::Sampling small(int slices)
{
    demo::Sampling sampling;
    sampling.slices = slices;
    sampling.columns = sampling.rows = 32;
    return sampling;
}

} // namespace

/// Usage, geometry, viewing-only mode and media, through the program itself.
class TestCli : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void wrongUsage_data()
    {
        QTest::addColumn<QStringList>("words");
        const auto row = [](const char* words) { QTest::newRow(words) << QString::fromLatin1(words).split(' '); };
        for (const char* words :
             {"import", "import --nonsense x", "series", "studies --date yesterday", "pixels", "pixels a.dcm", "measure a.dcm",
              "measure a.dcm --length 1,2", "measure a.dcm --length 1,2,3,x", "render", "render a.dcm", "render a.dcm --out x.png --size 3",
              "node", "node add", "node add X --ae A --host h --port 0", "echo", "find", "find X --level slice", "get X", "send X", "report",
              "report new", "report show", "report sign", "deliver --wait", "deliver --wait long", "studies --limit few", "find X --limit 0", "listen --port 99999", "media", "media --study 1.2", "config", "config set ris.hl7.host",
              "remove", "bench", "bench nothing", "bench start now", "bench typing", "no-such-verb"})
            row(words);
    }
    void wrongUsage()
    {
        QFETCH(QStringList, words);
        const Ran ran = Program().run(words);
        QVERIFY2(ran.code == 2, ran.err.constData());
        QVERIFY2(ran.err.startsWith("diascope: "), ran.err.constData());
        QVERIFY(ran.out.isEmpty());
    }

    void everyVerbHasHelpAndNoneNeedsADisplay()
    {
        Program program;
        const Ran all = program.run({"--help"});
        SUCCEEDS(all);
        for (const char* verb : {"import", "studies", "series", "remove", "verify", "rebuild", "pixels", "render", "measure", "node",
                                 "echo", "find", "get", "send", "listen", "report", "deliver", "media", "demo", "bench", "config", "doctor"}) {
            QVERIFY2(all.out.contains("diascope " + QByteArray(verb)), verb);
            const Ran help = program.run({verb, "--help"});
            SUCCEEDS(help);
            QVERIFY2(help.out.startsWith("diascope " + QByteArray(verb)), help.out.constData());
            QVERIFY2(help.err.isEmpty(), help.err.constData());
        }
        const Ran version = program.run({"--version"});
        SUCCEEDS(version);
        QVERIFY(version.out.startsWith("diascope "));
        const QJsonObject doctor = program.json({"doctor"}).object();
        QCOMPARE(doctor["profile"].toString(), QDir(program.profile()).canonicalPath());
        QVERIFY(doctor["decoder"].toBool());
        QVERIFY2(doctor["decoderConfined"].toBool(), "SAF-12: the decoders can open nothing on this system");
        QVERIFY(doctor["memoryMiB"].toInt() > 0);
        QVERIFY(doctor["diskFreeMiB"].toInt() > 0);
        QVERIFY2(doctor["screens"].toArray().isEmpty(), "there is no display");
        QVERIFY(doctor["codecs"].toArray().size() >= 5);
        // A display that cannot be opened is a finding, not a crash.
        const test::EnvironmentVariable display("DISPLAY", ":4711");
        const QJsonObject broken = program.json({"doctor"}).object();
        QVERIFY2(broken["displayProblem"].toString().contains(":4711"), qPrintable(broken["displayProblem"].toString()));
    }

    void studiesHaveTheFieldsAndAreFoundByEach_data()
    {
        QTest::addColumn<QStringList>("words");
        QTest::addColumn<int>("found");
        const auto row = [](const char* name, int found, const QStringList& words) { QTest::newRow(name) << words << found; };
        row("all", 3, {});
        row("patient ID", 1, {"--patient-id", "ZH-1"});
        row("patient ID is whole", 0, {"--patient-id", "ZH"});
        row("SAF-07 family name in Chinese", 1, {"--name", QString::fromUtf8("王")});
        row("SAF-07 given name in Chinese", 1, {"--name", QString::fromUtf8("小东")});
        row("SAF-07 both in Chinese", 1, {"--name", QString::fromUtf8("王^小东")});
        row("SAF-07 another Chinese name", 0, {"--name", QString::fromUtf8("李")});
        row("name in Latin, any case", 1, {"--name", "wang"});
        row("part of a name", 2, {"--name", "phan"});
        row("accession", 1, {"--accession", "B7"});
        row("one day", 1, {"--date", "20260110"});
        row("range", 2, {"--date", "20260101-20260131"});
        row("open at the end", 2, {"--date", "20260101-"});
        row("open at the start", 1, {"--date", "-20251231"});
        row("modality", 1, {"--modality", "CR"});
        row("two modalities", 3, {"--modality", "CR,CT"});
        row("limit", 1, {"--limit", "1"});
        row("two keys", 0, {"--modality", "CR", "--name", "phantom"});
    }
    void studiesHaveTheFieldsAndAreFoundByEach()
    {
        static Program program;
        static bool isFilled = false;
        if (!isFilled) {
            QTemporaryDir source;
            demo::Study prior;
            prior.seed = "prior";
            prior.date = "20250301";
            prior.accession = "B7";
            demo::Study radiograph;
            radiograph.seed = "radiograph";
            radiograph.date = "20260111";
            radiograph.accession = "C9";
            radiograph.description = QString::fromUtf8("胸部");
            const demo::Patient chinese{QString::fromUtf8("Wang^XiaoDong=王^小东"), "ZH-1", "HOSPITAL", "19850930", "F", "GB18030"};
            QVERIFY(demo::writeCt(source.filePath("a"), {}, {}, small(2)));
            QVERIFY(demo::writeCt(source.filePath("b"), {}, prior, small(2)));
            QVERIFY(demo::writeCr(source.filePath("c"), chinese, radiograph));
            SUCCEEDS(program.run({"import", source.path()}));
            isFilled = true;
            const QJsonObject expected{{"studyUid", demo::studyUidOf("radiograph")}, {"patientName", QString::fromUtf8("Wang^XiaoDong=王^小东")},
                                       {"patientId", "ZH-1"}, {"issuer", "HOSPITAL"}, {"birthDate", "19850930"}, {"sex", "F"},
                                       {"date", "20260111"}, {"time", "101500"}, {"accession", "C9"},
                                       {"description", QString::fromUtf8("胸部")}, {"modalities", QJsonArray{"CR"}}, {"series", 1}, {"instances", 1}};
            const QJsonObject row = program.json({"studies", "--accession", "C9"}).array()[0].toObject();
            for (auto field = expected.begin(); field != expected.end(); ++field)
                QVERIFY2(row[field.key()] == field.value(), qPrintable(field.key() + ": " + row[field.key()].toVariant().toString()));
        }
        QFETCH(QStringList, words);
        const QJsonDocument answer = program.json(QStringList{"studies"} + words);
        QVERIFY(answer.isArray());
        QTEST(int(answer.array().size()), "found");
    }

    void geometryOfRealSeriesAgreesWithPydicom_data()
    {
        QTest::addColumn<QString>("folder");
        QTest::addColumn<bool>("isRegular");
        QTest::newRow("GEO-01 GEO-02 CT with shuffled names") << "volumes/fnndsc_andrei_abdomen_ct" << true;
        QTest::newRow("GEO-02 MR coronal and sagittal") << "volumes/taichi_cd_ct_mr_mr" << true;
        QTest::newRow("GEO-02 MR sagittal, decubitus") << "volumes/dcm_qa_decubitus" << true;
        QTest::newRow("GEO-02 CT without spacing between slices") << "volumes/cerr_ibsi_ct_rtstruct" << true;
        QTest::newRow("GEO-04 CT whose spacing varies") << "volumes/dcm_qa_ct_tilt" << false;
        QTest::newRow("GEO-02 PET and CT") << "volumes/ohif_petct_acrin_nsclc/PT_PET_AC_81015" << true;
        QTest::newRow("GEO-02 JPEG-LS CT") << "volumes/ohif_petct_acrin_nsclc/CT_CT_IMAGES_58561" << true;
        QTest::newRow("odd: tilt") << "volumes/dicom2nifti_odd_volumes/tests/data/failing/gantrytilting" << false;
        QTest::newRow("odd: two slices") << "volumes/dicom2nifti_odd_volumes/tests/data/failing/slicecount" << true;
    }
    void geometryOfRealSeriesAgreesWithPydicom()
    {
        QFETCH(QString, folder);
        QFETCH(bool, isRegular);
        const QString path = test::dataFile(folder);
        NEEDS_TEST_DATA(path);
        Program program;
        const QJsonObject imported = program.json({"import", "--reference", path}).object();
        const auto reference = test::python(geometryScript, {path});
        QVERIFY2(reference.code == 0, reference.err.constData());
        QHash<QString, QJsonObject> series;
        for (const QJsonValue& study : imported["studies"].toArray())
            for (const QJsonValue& row : program.json({"series", study.toString()}).array())
                series[row["seriesUid"].toString()] = row.toObject();
        const QJsonArray groups = QJsonDocument::fromJson(reference.out).array();
        QVERIFY(!groups.isEmpty());
        for (const QJsonValue& group : groups) {
            const QJsonObject row = series.value(group["seriesUid"].toString());
            const QJsonArray stacks = row["stacks"].toArray();
            QVERIFY2(stacks.size() == 1, qPrintable(QString::number(stacks.size())));
            const QJsonObject stack = stacks[0].toObject();
            QCOMPARE(row["instances"].toInt(), group["frames"].toInt());
            QCOMPARE(stack["frames"].toInt(), group["frames"].toInt());
            QCOMPARE(stack["rows"].toInt(), group["rows"].toInt());
            QCOMPARE(stack["columns"].toInt(), group["columns"].toInt());
            QCOMPARE(stack["orientation"].toString(), group["orientation"].toString());
            QCOMPARE(stack["pixelSpacingMm"].toArray().size(), 2);
            for (int i = 0; i < 2; ++i)
                QVERIFY(qAbs(stack["pixelSpacingMm"][i].toDouble() - group["spacing"][i].toDouble()) < 1e-6);
            if (isRegular) {
                QVERIFY2(qAbs(stack["sliceSpacingMm"].toDouble() - group["gap"].toDouble()) < 0.01,
                         qPrintable(QString("%1 for %2").arg(stack["sliceSpacingMm"].toDouble()).arg(group["gap"].toDouble())));
                QCOMPARE(stack["volume"].toBool(), group["frames"].toInt() >= 3);
            } else if (group["most"].toDouble() - group["least"].toDouble() > 0.1) {
                QVERIFY(stack["sliceSpacingMm"].isNull());
            }
        }
    }

    void oddSeriesAreNamed_data()
    {
        QTest::addColumn<QString>("folder");
        QTest::addColumn<QString>("code");
        QTest::newRow("GEO-04 varying spacing") << "volumes/dcm_qa_ct_tilt" << "GEO-04";
        QTest::newRow("GEO-05 tilt of 18.5 degrees") << "volumes/dcm_qa_ct_tilt" << "GEO-05";
        QTest::newRow("GEO-05 tilt of 14 degrees") << "volumes/dicom2nifti_odd_volumes/tests/data/failing/gantrytilting" << "GEO-05";
    }
    void oddSeriesAreNamed()
    {
        QFETCH(QString, folder);
        QFETCH(QString, code);
        const QString path = test::dataFile(folder);
        NEEDS_TEST_DATA(path);
        Program program;
        const QJsonObject imported = program.json({"import", "--reference", path}).object();
        const QJsonObject stack = stackOf(program, imported["studies"].toArray().at(0).toString());
        QVERIFY2(warningCodes(stack).contains(code), qPrintable(warningCodes(stack).join(' ')));
        if (code == "GEO-05") {
            const auto said = test::python("import sys,os,numpy as np,pydicom\np=[]\nfor r,_,n in os.walk(sys.argv[1]):\n for f in n:\n"
                                           "  try: d=pydicom.dcmread(os.path.join(r,f)); p.append(np.array(d.ImagePositionPatient,float))\n"
                                           "  except (pydicom.errors.InvalidDicomError, AttributeError): continue\n"
                                           "  i=np.array(d.ImageOrientationPatient,float); n=np.cross(i[:3],i[3:])\n"
                                           "p.sort(key=lambda x:np.dot(x,n)); w=p[-1]-p[0]\n"
                                           "print(np.degrees(np.arccos(np.dot(w,n)/np.linalg.norm(w))))",
                                           {path});
            QVERIFY2(qAbs(qAbs(stack["gantryTiltDeg"].toDouble()) - said.out.trimmed().toDouble()) < 0.1, said.out.constData());
        }
        QVERIFY(!stack["volume"].toBool() && stack["reslice"].toBool()); // MPR follows the true positions
    }

    void aMissingSliceIsNamed()
    {
        Program program;
        QTemporaryDir source;
        demo::Sampling sampling = small(12);
        sampling.missingSlices = {5};
        sampling.order = demo::Sampling::Order::Shuffled;
        QVERIFY(demo::writeCt(source.path(), {}, {}, sampling));
        SUCCEEDS(program.run({"import", source.path()}));
        const QJsonObject stack = stackOf(program, demo::studyUidOf("phantom"));
        QVERIFY2(warningCodes(stack).contains("GEO-03"), qPrintable(warningCodes(stack).join(' ')));
        QCOMPARE(stack["frames"].toInt(), 11);
        QCOMPARE(stack["sliceSpacingMm"].toDouble(), 2.0);
        const Ran text = program.run({"series", demo::studyUidOf("phantom")});
        QVERIFY(text.out.contains("GEO-03"));
    }

    void twoOrientationsAreTwoStacks()
    {
        Program program;
        QTemporaryDir source;
        demo::Study study;
        const auto axial = demo::writeMr(source.filePath("a"), {}, study, small(5), demo::Plane::Axial, 1);
        study.seriesNumber = 2;
        const auto coronal = demo::writeMr(source.filePath("b"), {}, study, small(4), demo::Plane::Coronal, 1);
        QVERIFY(axial && coronal);
        // As some scanners store them: in one series.
        const auto joined = test::python("import sys,pydicom\nu=pydicom.dcmread(sys.argv[1]).SeriesInstanceUID\nfor p in sys.argv[2:]:\n"
                                         " d=pydicom.dcmread(p)\n d.SeriesInstanceUID=u\n d.save_as(p)",
                                         QStringList{axial->first()} + *coronal);
        QVERIFY2(joined.code == 0, joined.err.constData());
        SUCCEEDS(program.run({"import", source.path()}));
        const QJsonArray series = program.json({"series", demo::studyUidOf("phantom")}).array();
        QCOMPARE(series.size(), 1);
        QStringList seen;
        for (const QJsonValue& stack : series[0]["stacks"].toArray())
            seen << QString("%1 %2").arg(stack["orientation"].toString()).arg(stack["frames"].toInt());
        seen.sort();
        QCOMPARE(seen, (QStringList{"axial 5", "coronal 4"})); // GEO-07
    }

    void aLocalizerIsSplitOff() // GEO-06
    {
        Program program;
        QTemporaryDir source;
        const auto axial = demo::writeCt(source.filePath("a"), {}, {}, small(6));
        QVERIFY(axial);
        const auto marked = test::python("import sys,pydicom\nd=pydicom.dcmread(sys.argv[1])\nd.ImageType=['ORIGINAL','PRIMARY','LOCALIZER']\n"
                                         "d.ImageOrientationPatient=[1,0,0,0,0,-1]\nd.ImagePositionPatient=[-16,0,16]\nd.save_as(sys.argv[1])",
                                         {axial->first()});
        QVERIFY2(marked.code == 0, marked.err.constData());
        SUCCEEDS(program.run({"import", source.path()}));
        const QJsonArray series = program.json({"series", demo::studyUidOf("phantom")}).array();
        QCOMPARE(series.size(), 1);
        QStringList seen;
        for (const QJsonValue& stack : series[0]["stacks"].toArray())
            seen << QString("%1 %2").arg(stack["orientation"].toString()).arg(stack["frames"].toInt());
        seen.sort();
        QCOMPARE(seen, (QStringList{"axial 5", "coronal 1"}));
    }

    void viewingOnlyModeRefusesWhatWrites_data()
    {
        QTest::addColumn<QStringList>("words");
        QTest::addColumn<int>("code");
        const auto row = [](const char* name, int code, const QStringList& words) { QTest::newRow(name) << words << code; };
        const QString study = demo::studyUidOf("phantom");
        row("SAF-11 import", 1, {"import", "FILE"});
        row("SAF-11 import by reference", 1, {"import", "--reference", "FILE"});
        row("SAF-11 remove", 1, {"remove", study});
        row("SAF-11 repair", 1, {"verify", "--repair"});
        row("SAF-11 rebuild", 1, {"rebuild"});
        row("SAF-11 report new", 1, {"report", "new", "--study", study, "--template", "general"});
        row("SAF-11 report set", 1, {"report", "set", "REPORT", "findings", "changed"});
        row("SAF-11 report measure", 1, {"report", "measure", "REPORT", "FIGURE"});
        row("SAF-11 report sign", 1, {"report", "sign", "REPORT"});
        row("SAF-11 report addendum", 1, {"report", "addendum", "REPORT"});
        row("SAF-11 report export", 1, {"report", "export", "REPORT", "--format", "pdf", "--out", "OUT"});
        row("SAF-11 deliver", 1, {"deliver"});
        row("SAF-11 send", 1, {"send", "PEER", "--study", study});
        row("SAF-11 node add", 1, {"node", "add", "X", "--ae", "X", "--host", "127.0.0.1", "--port", "104"});
        row("SAF-11 node remove", 1, {"node", "remove", "PEER"});
        row("SAF-11 config set", 1, {"config", "set", "ris.hl7.host", "elsewhere"});
        row("SAF-11 measure and save", 1, {"measure", "FILE", "--length", "1,1,5,5", "--save"});
        row("SAF-11 demonstration", 1, {"demo", "--headless", "OUT"});
        row("SAF-11 media", 1, {"media", "--study", study, "--out", "OUT"});
        row("SAF-11 listen", 1, {"listen", "--port", "0"});
        row("studies", 0, {"studies"});
        row("series", 0, {"series", study});
        row("render", 0, {"render", "FILE", "--out", "OUT"});
        row("pixels", 0, {"pixels", "FILE", "--out", "OUT"});
        row("measure", 0, {"measure", "FILE", "--length", "1,1,5,5"});
        row("report show", 0, {"report", "show", "REPORT"});
        row("report status", 0, {"report", "status", "REPORT"});
        row("node list", 0, {"node", "list"});
        row("config get", 0, {"config", "get", "ris.hl7.host"});
        row("verify", 0, {"verify"});
    }
    void viewingOnlyModeRefusesWhatWrites()
    {
        static Program program;
        static QTemporaryDir source;
        static QString file;
        static QString report;
        static QString figure;
        if (file.isEmpty()) {
            const auto paths = demo::writeCt(source.filePath("ct"), {}, {}, small(3));
            QVERIFY(paths);
            SUCCEEDS(program.run({"import", source.path()}));
            file = paths->first();
            report = program.json({"report", "new", "--study", demo::studyUidOf("phantom"), "--template", "general"}).object()["reportId"].toString();
            figure = program.json({"measure", file, "--length", "1,1,9,9", "--save"}).object()["figureId"].toString();
            SUCCEEDS(program.run({"node", "add", "PEER", "--ae", "PEER", "--host", "127.0.0.1", "--port", "9"}));
            QVERIFY(!report.isEmpty() && !figure.isEmpty());
        }
        QFETCH(QStringList, words);
        QFETCH(int, code);
        const QString out = source.filePath("out");
        words.replaceInStrings("FILE", file).replaceInStrings("REPORT", report).replaceInStrings("FIGURE", figure).replaceInStrings("OUT", out);
        const auto state = [&] {
            return QList<QByteArray>{program.run({"studies", "--json"}).out, program.run({"report", "show", report, "--json"}).out,
                                     program.run({"config", "get", "--json"}).out};
        };
        static const QList<QByteArray> before = state();
        const Ran ran = program.run(QStringList{"--view-only"} + words);
        if (code == 1) {
            FAILS_PLAINLY(ran);
            QVERIFY2(ran.err.contains("viewing-only"), ran.err.constData());
            QVERIFY(!QFile::exists(out));
            QCOMPARE(state(), before);
        } else {
            SUCCEEDS(ran);
        }
        QFile::remove(out);
    }

    void aMediumIsReadByOthers()
    {
        Program program;
        QTemporaryDir folder;
        const auto paths = demo::writeCt(folder.filePath("ct"), {}, {}, [] {
            demo::Sampling sampling = small(4);
            sampling.transferSyntaxUid = "1.2.840.10008.1.2.4.70";
            return sampling;
        }());
        QVERIFY(paths);
        SUCCEEDS(program.run({"import", folder.path()}));
        const QString study = demo::studyUidOf("phantom");
        // The first --profile is ours, the second the medium's (PS3.11).
        const QJsonObject cd = program.json({"media", "--study", study, "--out", folder.filePath("cd"), "--profile", "cd"}).object();
        QCOMPARE(cd["written"].toInt(), 4);
        QVERIFY(cd["verified"].toBool());
        const auto dump = test::run("dcdirdmp", {folder.filePath("cd/DICOMDIR")});
        QVERIFY2(dump.code == 0 && !dump.err.contains("Error"), dump.err.constData()); // PDI-01
        const auto read = test::python("import sys,pydicom\nd=pydicom.dcmread(sys.argv[1]+'/DICOMDIR')\n"
                                       "n=[r for r in d.DirectoryRecordSequence if r.DirectoryRecordType=='IMAGE']\n"
                                       "s={str(pydicom.dcmread(sys.argv[1]+'/'+'/'.join(r.ReferencedFileID)).file_meta.TransferSyntaxUID) for r in n}\n"
                                       "print(len(n),*s)",
                                       {folder.filePath("cd")});
        QCOMPARE(read.out.trimmed(), QByteArray("4 1.2.840.10008.1.2.1")); // PDI-03

        const QJsonObject dvd = program.json({"media", "--study", study, "--out", folder.filePath("dvd"), "--profile", "dvd"}).object();
        QCOMPARE(dvd["written"].toInt(), 4);
        const auto kept = test::python("import sys,glob,pydicom\nprint({str(pydicom.dcmread(f).file_meta.TransferSyntaxUID) for f in "
                                       "glob.glob(sys.argv[1]+'/DICOM/**/IM*',recursive=True)})",
                                       {folder.filePath("dvd")});
        QCOMPARE(kept.out.trimmed(), QByteArray("{'1.2.840.10008.1.2.4.70'}"));
        QCOMPARE(program.json({"media", "--study", study, "--out", folder.filePath("usb"), "--profile", "usb"}).object()["written"].toInt(), 4);
        for (const auto& [medium, profile] : {std::pair("cd", "STD-GEN-CD"), {"dvd", "STD-GEN-DVD"}, {"usb", "STD-GEN-USB"}}) { // PS3.11 Annexes D, H, J
            const QByteArray readme = test::bytesOf(folder.filePath(medium) + "/README.TXT");
            QVERIFY2(readme.contains(QByteArray("application profile ") + profile), readme.constData());
        }
        const QString first = QDir(folder.filePath("usb/DICOM/ST000001/SE000001")).filePath("IM000001");
        QCOMPARE(dicom::Dataset::read(first)->transferSyntax().uid, "1.2.840.10008.1.2.4.70");

        if (QStandardPaths::findExecutable("xorriso").isEmpty())
            QSKIP("xorriso is not installed");
        SUCCEEDS(program.run({"media", "--study", study, "--out", folder.filePath("disc.iso")}));
        const auto extracted = test::run("xorriso", {"-osirrox", "on", "-indev", folder.filePath("disc.iso"), "-extract", "/", folder.filePath("extracted")});
        QVERIFY2(extracted.code == 0, extracted.err.constData());
        const auto extractedDump = test::run("dcdirdmp", {folder.filePath("extracted/DICOMDIR")});
        QVERIFY2(extractedDump.code == 0, extractedDump.err.constData()); // PDI-11

        FAILS_PLAINLY(program.run({"media", "--study", study, "--out", folder.filePath("disc.iso")}));
        FAILS_PLAINLY(program.run({"media", "--study", "1.2.3", "--out", folder.filePath("none")}));
        // What was written reads back as the same study.
        Program other;
        QCOMPARE(other.json({"import", folder.filePath("cd")}).object()["imported"].toInt(), 4);

        // A disc that lacks an image is made, and is no success.
        Program referring;
        SUCCEEDS(referring.run({"import", "--reference", folder.filePath("ct")}));
        QVERIFY(QFile::resize(paths->first(), 20));
        int code = 0;
        QByteArray err;
        const QJsonObject said = referring.json({"media", "--study", study, "--out", folder.filePath("lacking")}, &code, &err).object();
        QCOMPARE(code, 1);
        QVERIFY2(test::isOnePlainLine(err) && err.contains("1 of 4 images are not on the medium"), err.constData());
        QCOMPARE(said["written"].toInt(), 3);
        QCOMPARE(said["leftOut"].toArray().size(), 1);
    }
};

QTEST_GUILESS_MAIN(TestCli)
#include "tst_cli.moc"
