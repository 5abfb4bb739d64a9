#include "app/demo/phantom.h"
#include "app/session/session.h"
#include "netclient/dicom/dataset.h"
#include "netclient/transfer/order_store.h"
#include "tests/support/archive_phantoms.h"
#include "tests/support/program.h"
#include <QDirIterator>
#include <QtTest>

using namespace diascope;
using test::Program;
using test::Ran;

namespace
{

using Patient = demo::Patient;

Patient changed(Patient patient, QString Patient::*part, const QString& text)
{
    patient.*part = text;
    return patient;
}

demo::Sampling small()
{
    demo::Sampling sampling;
    sampling.columns = sampling.rows = 16;
    sampling.slices = 1;
    return sampling;
}

QString write(const QTemporaryDir& folder, const Patient& patient, int series, const QString& seed = QStringLiteral("phantom"), const QString& date = QStringLiteral("20260110"))
{
    demo::Study study;
    study.seed = seed;
    study.date = date;
    study.seriesNumber = series;
    const auto files = demo::writeCt(folder.filePath(QStringLiteral("%1-%2").arg(seed).arg(series)), patient, study, small());
    return files ? files->front() : QString();
}

/// Written and signed as far as it goes.
QString draft(const Program& program, const QString& seed = QStringLiteral("phantom"))
{
    const QString id = program.json({"report", "new", "--study", demo::studyUidOf(seed), "--template", "general"}).object()["reportId"].toString();
    for (const char* section : {"findings", "impression"})
        (void)program.run({"report", "set", id, section, "A ball."});
    return id;
}

QStringList stepsOf(const QByteArray& dump, const QByteArray& name)
{
    QStringList found;
    for (const QByteArray& line : dump.split('\n'))
        if (line.contains(name))
            found << QString::fromUtf8(line);
    return found;
}

} // namespace

/// One study is of one patient, and so is a report.
class TestIdentity : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void NET_09_anotherPatientsImageDoesNotJoinTheStudy_data()
    {
        QTest::addColumn<QList<Patient>>("patients");
        QTest::addColumn<int>("stored"); // all but the last where it is another one
        const Patient peter;
        const auto row = [](const char* name, int stored, const QList<Patient>& patients) { QTest::newRow(name) << patients << stored; };
        const auto but = [&](QString Patient::*part, const char* text) { return changed(peter, part, QString::fromUtf8(text)); };
        row("another name", 1, {peter, but(&Patient::name, "Phantom^Paula")});
        row("another birth date", 1, {peter, but(&Patient::birthDate, "19600228")});
        row("another sex", 1, {peter, but(&Patient::sex, "F")});
        row("another ID", 1, {peter, but(&Patient::id, "PH-0002")});
        row("another issuer", 1, {peter, but(&Patient::issuer, "ELSEWHERE")});
        const Patient nobody = changed(changed(changed(changed(peter, &Patient::id, {}), &Patient::name, {}), &Patient::birthDate, {}), &Patient::sex, {});
        row("nobody", 1, {peter, nobody});
        const Patient peterNoId = but(&Patient::id, "");
        row("no ID, another name", 1, {peterNoId, changed(peterNoId, &Patient::name, "Phantom^Paula")});
        row("no ID, the same name", 2, {peterNoId, peter});
        row("another writing of the name", 2, {peter, but(&Patient::name, "PHANTOM^PETER^^Dr.")});
        row("a middle name in one alone", 2, {peter, but(&Patient::name, "Phantom^Peter^John")});
        row("another given name and a middle name", 1, {peter, but(&Patient::name, "Phantom^Paul^John")});
        row("accents and case", 2, {but(&Patient::name, "Núñez^José"), but(&Patient::name, "NUNEZ^JOSE")});
        row("a sex that is none", 2, {peter, but(&Patient::sex, "U")});
        row("no birth date and no sex", 2, {peter, changed(but(&Patient::sex, ""), &Patient::birthDate, {})});
        const auto wang = [](const char* name, const char* set = "ISO_IR 192") { return Patient{QString::fromUtf8(name), "W-1", "DIASCOPE", "19850930", "M", set}; };
        row("letters, both, ideographs", 3, {wang("Wang^XiaoDong"), wang("Wang^XiaoDong=王^小东", "GB18030"), wang("王^小东", "GB18030")});
        row("ideographs of another", 2, {wang("Wang^XiaoDong"), wang("Wang^XiaoDong=王^小东", "GB18030"), wang("李^小东", "GB18030")});
        // What the first leaves open the second states: the third is held against both.
        row("another than the second states", 2, {changed(nobody, &Patient::id, "PH-0001"), peter, but(&Patient::name, "Phantom^Paula")});
        row("another birth date than the second states", 2, {but(&Patient::birthDate, ""), peter, but(&Patient::birthDate, "19600228")});
        row("another issuer than the second states", 2, {but(&Patient::issuer, ""), peter, but(&Patient::issuer, "ELSEWHERE")});
    }
    void NET_09_anotherPatientsImageDoesNotJoinTheStudy()
    {
        QFETCH(QList<Patient>, patients);
        QFETCH(int, stored);
        const Program program;
        const QTemporaryDir folder;
        for (int i = 0; i < patients.size(); ++i)
            (void)program.run({"import", write(folder, patients[i], i + 1)});
        const auto studies = program.json({"studies"}).array();
        QCOMPARE(studies.size(), 1);
        QCOMPARE(studies.at(0)["instances"].toInt(), stored);
    }

    void NET_09_aPersonDecidesAboutWhatWasSetAside()
    {
        const Program program;
        const QTemporaryDir folder;
        const Patient peter, paula = changed(peter, &Patient::name, "Phantom^Paula"), other = changed(peter, &Patient::birthDate, "19700101");
        const QString first = write(folder, peter, 1);
        SUCCEEDS(program.run({"import", first}));
        for (const auto& [patient, series] : {std::pair(paula, 2), std::pair(paula, 3), std::pair(other, 4)})
            FAILS_PLAINLY(program.run({"import", write(folder, patient, series)}));
        auto rows = program.json({"quarantine"}).array();
        QCOMPARE(rows.size(), 3);
        QCOMPARE(rows.at(0)["patient"]["patientName"].toString(), QString("Phantom^Paula"));
        QCOMPARE(rows.at(0)["studyPatient"]["patientName"].toString(), QString("Phantom^Peter"));
        QVERIFY2(rows.at(0)["reason"].toString().contains("other name"), qPrintable(rows.at(0)["reason"].toString()));
        QVERIFY2(rows.at(2)["reason"].toString().contains("other birth date"), qPrintable(rows.at(2)["reason"].toString()));
        // One word for both of hers, none for the third.
        SUCCEEDS(program.run({"quarantine", "accept", QString::number(rows.at(0)["id"].toInteger())}));
        QCOMPARE(program.json({"studies"}).array().at(0)["instances"].toInt(), 3);
        QCOMPARE(program.json({"studies"}).array().at(0)["patientName"].toString(), QString("Phantom^Peter"));
        rows = program.json({"quarantine"}).array();
        QCOMPARE(rows.size(), 1);
        SUCCEEDS(program.run({"quarantine", "remove", QString::number(rows.at(0)["id"].toInteger())}));
        QVERIFY(program.json({"quarantine"}).array().isEmpty());
        FAILS_PLAINLY(program.run({"quarantine", "accept", "4711"}));
        QCOMPARE(program.run({"quarantine", "accept"}).code, 2);
        FAILS_PLAINLY(program.run({"--view-only", "quarantine", "remove", "1"}));
        // What follows with the same words comes in; the index made anew knows it still, whatever file it meets first.
        SUCCEEDS(program.run({"import", write(folder, paula, 5)}));
        SUCCEEDS(program.run({"rebuild"}));
        QCOMPARE(program.json({"studies"}).array().at(0)["instances"].toInt(), 4);
        QCOMPARE(program.json({"studies"}).array().at(0)["patientName"].toString(), QString("Phantom^Peter"));
        QVERIFY(program.json({"quarantine"}).array().isEmpty());
        QCOMPARE(test::soundness(program.profile()), QString("ok 0 0 True 0 4"));
        // And what was accepted does not keep the report from being signed.
        SUCCEEDS(program.run({"report", "sign", draft(program)}));
    }

    void NET_09_onlyAnotherPatientCanBeAccepted()
    {
        const Program program;
        const QTemporaryDir folder;
        test::make(folder.filePath("a/one"));
        test::make(folder.filePath("b/one"), {.pixels = "other"});
        SUCCEEDS(program.run({"import", folder.filePath("a")}));
        FAILS_PLAINLY(program.run({"import", folder.filePath("b")}));
        const auto rows = program.json({"quarantine"}).array();
        QCOMPARE(rows.size(), 1);
        FAILS_PLAINLY(program.run({"quarantine", "accept", QString::number(rows.at(0)["id"].toInteger())}));
        QCOMPARE(program.json({"quarantine"}).array().size(), 1);
    }

    void REP_15_theSecondReportOfAStudyIsToldOfTheFirst()
    {
        const Program program;
        const QTemporaryDir folder;
        SUCCEEDS(program.run({"import", write(folder, {}, 1)}));
        const QString first = draft(program), second = draft(program);
        SUCCEEDS(program.run({"report", "set", second, "findings", "Another view."}));
        SUCCEEDS(program.run({"report", "sign", first, "--user", "Alpha"}));
        const Ran refused = program.run({"report", "sign", second, "--user", "Beta"});
        FAILS_PLAINLY(refused);
        QVERIFY2(refused.err.contains("signed by Alpha") && refused.err.contains(first.toUtf8()), refused.err.constData());
        const Ran third = program.run({"report", "new", "--study", demo::studyUidOf("phantom"), "--template", "general"});
        QVERIFY2(third.out.contains("Alpha"), third.out.constData());
        // Its text is not lost: it becomes the addendum.
        SUCCEEDS(program.run({"report", "addendum", first, "--from", second, "--user", "Beta"}));
        FAILS_PLAINLY(program.run({"report", "show", second}));
        const QByteArray shown = program.run({"report", "show", first}).out;
        QVERIFY2(shown.contains("Another view."), shown.constData());
        SUCCEEDS(program.run({"report", "sign", first, "--user", "Beta"}));
        // A department may want it otherwise.
        SUCCEEDS(program.run({"config", "set", "report.severalOfStudy", "true"}));
        SUCCEEDS(program.run({"report", "sign", draft(program)}));
        SUCCEEDS(program.run({"report", "verify", "--all"}));
    }

    void DEL_08_everySeriesIsHeldAgainstTheReport()
    {
        const Program program;
        const QTemporaryDir folder;
        for (int series : {1, 2})
            SUCCEEDS(program.run({"import", write(folder, {}, series)}));
        const QString report = draft(program);
        // A file in the store that an earlier version let in.
        const QString foreign = write(folder, changed({}, &Patient::name, "Phantom^Paula"), 3);
        QString second;
        QDirIterator stored(program.profile() + "/pixels", QDir::Files, QDirIterator::Subdirectories);
        while (stored.hasNext()) {
            const QString path = stored.next();
            const auto dataset = dicom::Dataset::read(path);
            if (dataset && dataset->text(dicom::tag::SeriesNumber) == "2")
                second = path;
        }
        QVERIFY(!second.isEmpty());
        QVERIFY(QFile::remove(second) && QFile::copy(foreign, second));
        const Ran ran = program.run({"report", "sign", report});
        FAILS_PLAINLY(ran);
        QVERIFY2(ran.err.contains("name of report and images differs"), ran.err.constData());
    }

    void DEL_08_anotherPatientsMeasurementIsRefused()
    {
        const Program program;
        const QTemporaryDir folder;
        const QString own = write(folder, {}, 1);
        const QString others = write(folder, {"Other^Olga", "PH-0009", "DIASCOPE", "19800101", "F", "ISO_IR 192"}, 1, "other");
        const QString prior = write(folder, {}, 1, "prior", "20250301");
        for (const QString& file : {own, others, prior})
            SUCCEEDS(program.run({"import", file}));
        const auto figureOn = [&](const QString& file) {
            return program.json({"measure", file, "--length", "1,1,5,5", "--save"}).object()["figureId"].toString();
        };
        const QString report = draft(program);
        const Ran ran = program.run({"report", "measure", report, figureOn(others)});
        FAILS_PLAINLY(ran);
        QVERIFY2(ran.err.contains("another patient"), ran.err.constData());
        QVERIFY(program.json({"report", "show", report}).object()["measurements"].toArray().isEmpty());
        // On a prior of the same patient it is allowed, and the report names it.
        SUCCEEDS(program.run({"report", "measure", report, figureOn(prior)}));
        SUCCEEDS(program.run({"report", "measure", report, figureOn(own)}));
        const auto measurements = program.json({"report", "show", report}).object()["measurements"].toArray();
        QCOMPARE(measurements.size(), 2);
        QVERIFY2(measurements.at(0)["label"].toString().endsWith("(2025-03-01)"), qPrintable(measurements.at(0)["label"].toString()));
        SUCCEEDS(program.run({"report", "sign", report}));
        // The structured report lists what lies on the prior apart (PS3.3 C.17.2).
        const QString sr = folder.filePath("sr.dcm");
        SUCCEEDS(program.run({"report", "export", report, "--format", "sr", "--out", sr}));
        const auto studiesIn = [&](const QByteArray& sequence) {
            const QByteArray dump = test::run("dcmdump", {"-q", "+p", "+P", "StudyInstanceUID", sr}).out;
            return stepsOf(dump, sequence);
        };
        const QStringList current = studiesIn("(0040,a375)"), pertinent = studiesIn("(0040,a385)");
        QCOMPARE(current.size(), 1);
        QVERIFY2(current[0].contains(demo::studyUidOf("phantom")), qPrintable(current[0]));
        QCOMPARE(pertinent.size(), 1);
        QVERIFY2(pertinent[0].contains(demo::studyUidOf("prior")), qPrintable(pertinent[0]));
    }

    /// It stands, also where the prior it lies on is gone from the archive; what is new is looked at.
    void DEL_08_whatIsSignedIsNotLookedAtAgain()
    {
        const QTemporaryDir folder;
        const auto session = std::move(*app::Session::open(folder.filePath("profile"), app::Mode::Reading));
        for (const char* seed : {"phantom", "prior"}) {
            Task task;
            QVERIFY(session->archive().import({write(folder, {}, 1, seed)}, archive::ImportMode::Copy, task));
        }
        reporting::InstanceRef where;
        where.studyUid = demo::studyUidOf("prior");
        where.sopInstanceUid = session->archive().instancesOfStudy({where.studyUid})->front().uid.value;
        const auto sign = [&](reporting::Report report) -> Result<reporting::Report> {
            report.sections.back().text = "A ball.";
            const auto saved = session->saveDraft(report);
            return saved ? session->sign(*saved, reporting::SignAs::Final, "Reader") : saved;
        };
        auto report = *session->newReport({demo::studyUidOf("phantom")}, "general", "Reader");
        report.findSection("findings")->text = "A ball.";
        report.measurements.push_back({"m", "Ball", "length", 1, 1, "mm", where});
        report.keyImages.push_back({"k", "Ball", where, {}});
        QVERIFY(sign(report));
        QVERIFY(session->archive().removeStudy({where.studyUid}));
        const auto followed = sign(*session->addendum(report.reportId, "Reader"));
        QVERIFY2(followed, followed ? "" : qPrintable(message(followed.error())));
        auto more = *session->addendum(report.reportId, "Reader");
        more.measurements.push_back({"n", "Ball", "length", 2, 1, "mm", where});
        const auto refused = sign(more);
        QVERIFY(!refused);
        QVERIFY2(refused.error().detail.contains("not in the archive"), qPrintable(refused.error().detail));
    }

    /// However it got there.
    void DEL_08_signingLooksAtEveryPlace_data()
    {
        QTest::addColumn<QString>("on");
        QTest::addColumn<QString>("named");
        QTest::addColumn<QString>("series"); // of a reconstruction, which has no image; "shared": by all three studies
        QTest::addColumn<QString>("problem");
        QTest::newRow("its own study") << "phantom" << "" << "" << "";
        QTest::newRow("a prior it names") << "prior" << "prior" << "" << "";
        QTest::newRow("a prior it does not name") << "prior" << "" << "" << "another study than it names";
        QTest::newRow("another patient") << "other" << "other" << "" << "another patient";
        QTest::newRow("another patient, unnamed") << "other" << "" << "" << "another patient";
        QTest::newRow("not here") << "absent" << "" << "" << "not in the archive";
        QTest::newRow("reconstruction of its own study") << "phantom" << "" << "own" << "";
        QTest::newRow("reconstruction of another patient, unnamed") << "other" << "" << "own" << "another patient";
        QTest::newRow("reconstruction of a series not here") << "absent" << "" << "own" << "not in the archive";
        QTest::newRow("reconstruction of its own study, shared series") << "phantom" << "phantom" << "shared" << "";
        QTest::newRow("reconstruction of its own study, unnamed, shared series") << "phantom" << "" << "shared" << "";
        QTest::newRow("reconstruction of a prior, shared series") << "prior" << "prior" << "shared" << "";
        QTest::newRow("reconstruction of another patient, shared series") << "other" << "other" << "shared" << "another patient";
    }
    void DEL_08_signingLooksAtEveryPlace()
    {
        QFETCH(QString, on);
        QFETCH(QString, named);
        QFETCH(QString, series);
        QFETCH(QString, problem);
        const QTemporaryDir folder;
        const auto session = std::move(*app::Session::open(folder.filePath("profile"), app::Mode::Reading));
        const Patient olga{"Other^Olga", "PH-0009", "DIASCOPE", "19800101", "F", "ISO_IR 192"};
        for (const auto& [seed, patient] : {std::pair("phantom", Patient{}), std::pair("prior", Patient{}), std::pair("other", olga)}) {
            const QString file = write(folder, patient, 1, seed);
            if (series == "shared") {
                auto dataset = *dicom::Dataset::read(file);
                QVERIFY(dataset.setText(dicom::tag::SeriesInstanceUID, "2.25.77") && dataset.write(file, QString::fromUtf16(dicom::explicitLittleEndian)));
            }
            Task task;
            const auto imported = session->archive().import({file}, archive::ImportMode::Copy, task);
            QVERIFY(imported && imported->imported == 1);
        }
        reporting::InstanceRef where;
        QString& uid = series.isEmpty() ? where.sopInstanceUid : where.seriesUid;
        uid = "2.25.4711";
        if (on != "absent") {
            const auto image = session->archive().instancesOfStudy({demo::studyUidOf(on)})->front();
            uid = series.isEmpty() ? image.uid.value : image.series.value;
        }
        where.studyUid = named.isEmpty() ? QString() : demo::studyUidOf(named);
        QVERIFY(session->configure("report.severalOfStudy", "true"));
        for (const bool isKeyImage : {false, true}) {
            auto report = *session->newReport({demo::studyUidOf("phantom")}, "general", "Reader");
            report.findSection("findings")->text = "A ball.";
            report.findSection("impression")->text = "Phantom.";
            if (isKeyImage)
                report.keyImages.push_back({"k", "Ball", where, {}});
            else
                report.measurements.push_back({"m", "Ball", "length", 1, 1, "mm", where});
            const auto saved = session->saveDraft(report);
            QVERIFY(saved);
            const auto done = session->sign(*saved, reporting::SignAs::Final, "Reader");
            QVERIFY2(bool(done) == problem.isEmpty(), done ? "signed" : qPrintable(message(done.error())));
            if (done)
                continue;
            QCOMPARE(done.error().fault, Fault::Conflict);
            QVERIFY2(done.error().detail.contains(problem), qPrintable(done.error().detail));
        }
    }

    void DEL_08_whatTheOrderSaysBlocksSigning_data()
    {
        QTest::addColumn<QByteArray>("pid"); // PID-3, -5, -7, -8
        QTest::addColumn<QByteArray>("numbers"); // control, filler, accession, study
        QTest::addColumn<QString>("problem");
        const QByteArray peter = "PH-0001^^^H^MR||Phantom^Peter||19600229|M", study = demo::studyUidOf("phantom").toUtf8();
        const auto row = [](const char* name, const QByteArray& pid, const QByteArray& numbers, const char* problem) { QTest::newRow(name) << pid << numbers << problem; };
        row("the same", peter, "NW|F1|A0001|" + study, "");
        row("by the study, another ID", "PH-0002^^^H^MR||Phantom^Peter||19600229|M", "NW|F1||" + study, "patient ID");
        row("by the study, another name", "PH-0001^^^H^MR||Phantom^Paul||19600229|M", "NW|F1||" + study, "patient name");
        row("by the study, another birth date", "PH-0001^^^H^MR||Phantom^Peter||196002281200|M", "NW|F1||" + study, "birth date");
        row("by the study, another sex", "PH-0001^^^H^MR||Phantom^Peter||19600229|F", "NW|F1||" + study, "sex");
        row("by the study, another accession number", peter, "NW|F1|A0002|" + study, "accession number");
        row("by the accession number", "PH-0002^^^H^MR||Phantom^Peter", "NW|F1|A0001|1.2.3", "patient ID");
        row("by the filler's number", "PH-0002^^^H^MR||Phantom^Peter", "NW|FILLER-1|A0002|", "patient ID");
        row("of another study", "PH-0002^^^H^MR||Other^Olga||19800101|F", "NW|F1|A0002|1.2.3", "");
        row("cancelled", "PH-0002^^^H^MR||Phantom^Peter", "CA|F1||" + study, "");
        row("two studies of one accession number", peter, "NW|F1|A0001|1.2.3", "");
        row("one of several IDs", "HIS-7^^^HIS^MR~PH-0001^^^R^PI||Phantom^Peter", "NW|F1|A0001|", "");
        row("half a birth date and another word for the sex", "PH-0001^^^H^MR||PHANTOM^PETER||1960|A", "NW|F1|A0001|", "");
        row("no number at all", "PH-0002^^^H^MR||Other^Olga", "NW|F1||", "");
    }
    void DEL_08_whatTheOrderSaysBlocksSigning()
    {
        QFETCH(QByteArray, pid);
        QFETCH(QByteArray, numbers);
        QFETCH(QString, problem);
        const QTemporaryDir folder;
        const auto session = std::move(*app::Session::open(folder.filePath("profile"), app::Mode::Reading));
        const QString path = write(folder, {}, 1);
        auto image = *dicom::Dataset::read(path);
        QVERIFY(image.setText(dicom::tag::FillerOrderNumberImagingServiceRequest, "FILLER-1"));
        QVERIFY(image.write(path, small().transferSyntaxUid));
        Task task;
        QVERIFY(session->archive().import({path}, archive::ImportMode::Copy, task));
        const auto number = numbers.split('|');
        const auto order = [&](const QByteArray& control) {
            return hl7::Message::fromBytes("MSH|^~\\&|RIS|H|D|R|20260101120000||ORM^O01|1|P|2.5||||||UNICODE UTF-8\rPID|1||" + pid + "\rORC|" + control + "||" + number[1]
                                           + "\rOBR|1||" + number[1] + "|||||||||||||||" + number[2] + "\rZDS|" + number[3] + "\r");
        };
        const auto orders = *transfer::OrderStore::open(session->profile());
        for (const QByteArray& control : {QByteArray("NW"), number[0]})
            QVERIFY(orders->store(*transfer::orderOf(*order(control))));
        auto report = *session->newReport({demo::studyUidOf("phantom")}, "general", "Reader");
        report.findSection("findings")->text = "A ball.";
        report.findSection("impression")->text = "Phantom.";
        const auto saved = session->saveDraft(report);
        const auto refused = session->sign(*saved, reporting::SignAs::Final, "Reader");
        QVERIFY2(bool(refused) == problem.isEmpty(), refused ? "signed" : qPrintable(message(refused.error())));
        if (refused)
            return;
        QCOMPARE(refused.error().fault, Fault::Conflict);
        QVERIFY2(refused.error().detail.contains("The " + problem + " of report and order differs"), qPrintable(refused.error().detail));
        // until it is resolved: the RIS takes it back
        QVERIFY(orders->store(*transfer::orderOf(*order("CA"))));
        QVERIFY(session->sign(*saved, reporting::SignAs::Final, "Reader"));
    }

    /// The next image of the series says whose it is; a series of which nothing can be read says nothing.
    void SAF_12_aDamagedFileKeepsNobodyFromReporting()
    {
        const QTemporaryDir folder;
        const auto session = std::move(*app::Session::open(folder.filePath("profile"), app::Mode::Reading));
        auto sampling = small();
        sampling.slices = 2;
        demo::Study study;
        QStringList files = *demo::writeCt(folder.filePath("two"), {}, study, sampling);
        files << write(folder, {}, 2);
        Task task;
        QVERIFY(session->archive().import(files, archive::ImportMode::Copy, task));
        const auto instances = *session->archive().instancesOfStudy({demo::studyUidOf("phantom")});
        QCOMPARE(instances.size(), 3u);
        const auto damage = [](const archive::InstanceRow& instance) {
            QFile file(instance.path);
            return file.open(QIODevice::WriteOnly) && file.write("no image") == 8;
        };
        const auto alone = std::find_if(instances.begin(), instances.end(), [&](const auto& one) {
            return std::count_if(instances.begin(), instances.end(), [&](const auto& other) { return other.series == one.series; }) == 1;
        });
        const auto ofTwo = std::find_if(instances.begin(), instances.end(), [&](const auto& one) { return one.series != alone->series; });
        QVERIFY(damage(*ofTwo));
        QCOMPARE(session->evidenceOf({demo::studyUidOf("phantom")})->images.size(), 2u);
        QVERIFY(damage(*alone));
        QCOMPARE(session->evidenceOf({demo::studyUidOf("phantom")})->images.size(), 1u);
        auto report = *session->newReport({demo::studyUidOf("phantom")}, "general", "Reader");
        QCOMPARE(report.study.patientName, "Phantom^Peter");
        report.findSection("findings")->text = "A ball.";
        report.findSection("impression")->text = "Phantom.";
        QVERIFY(session->sign(*session->saveDraft(report), reporting::SignAs::Final, "Reader"));
        for (const auto& instance : instances)
            QVERIFY(damage(instance));
        const auto nothing = session->evidenceOf({demo::studyUidOf("phantom")});
        QVERIFY(!nothing);
        QVERIFY(!nothing.error().detail.isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestIdentity)
#include "tst_identity.moc"
