// PER-01, PER-06, PER-11: the archive beside dcmmkdir and pydicom, Orthanc, and SQLite by itself.
//   bench_archive [index] [search] [start] [orthanc]      all where none is named
// DIASCOPE_BENCH_STUDIES: how many studies (100000) of 100 instances; DIASCOPE_BENCH_ORTHANC: how many Orthanc gets (10000).
// DIASCOPE_BENCH_ARCHIVE: a folder where that archive is kept for the next time.
#include "netclient/archive/archive.h"
#include "netclient/base/database.h"
#include "tests/support/many_studies.h"
#include "tests/support/orthanc.h"
#include "tests/support/test_data.h"
#include <QCoreApplication>
#include <QElapsedTimer>
#include <QJsonDocument>
#include <QTemporaryDir>
#include <algorithm>
#include <array>
#include <cstdio>
#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

using namespace diascope;
using namespace diascope::archive;

namespace
{

template <typename Work>
double medianMs(int rounds, const Work& work)
{
    std::vector<double> times;
    for (int i = 0; i < rounds; ++i) {
        QElapsedTimer clock;
        clock.start();
        work();
        times.push_back(double(clock.nsecsElapsed()) / 1e6);
    }
    std::sort(times.begin(), times.end());
    return times[times.size() / 2];
}

std::unique_ptr<Archive> opened(const QString& folder)
{
    auto archive = Archive::open(*Profile::open(folder));
    if (!archive)
        qFatal("%s", qPrintable(message(archive.error())));
    return std::move(*archive);
}

void check(bool isRight, const char* what)
{
    if (!isRight)
        qFatal("%s", what);
}

// PER-01 -------------------------------------------------------------------------------------------------------------------

void raceOfIndexing()
{
    constexpr int count = 5000;
    QTemporaryDir folder;
    const QString files = folder.filePath("files");
    QDir().mkpath(files);
    const auto made = test::run("/usr/bin/python3", {"-W", "ignore", DIASCOPE_SOURCE_DIR "/tests/bench/ct_files.py", files, QString::number(count)});
    check(made.code == 0, made.err.constData());
    const QStringList studies = QDir(files).entryList(QDir::Dirs | QDir::NoDotAndDotDot);
    double ours = 0, dcmmkdir = 0, pydicom = 0;
    // In turns, so that what the machine does beside meets all alike; the median of three.
    std::vector<double> times[3];
    for (int round = 0; round < 3; ++round) {
        times[0].push_back(medianMs(1, [&] {
            QTemporaryDir profile;
            const auto archive = opened(profile.path());
            Task task;
            const auto report = archive->import({files}, ImportMode::Reference, task);
            check(report && report->imported == count, "not all were indexed");
        }));
        times[1].push_back(medianMs(1, [&] {
            const QString directory = folder.filePath("DICOMDIR");
            QFile::remove(directory);
            QProcess process;
            process.setWorkingDirectory(files);
            process.start("dcmmkdir", QStringList{"+r", "-Pgp", "+D", directory} + studies);
            check(process.waitForFinished(120000) && process.exitCode() == 0 && QFileInfo(directory).size() > 1'000'000, "dcmmkdir failed");
        }));
        const auto read = test::python("import os,sys,time,warnings,pydicom\nwarnings.simplefilter('ignore')\ns=time.perf_counter(); n=0\n"
                                       "for d,_,fs in os.walk(sys.argv[1]):\n"
                                       "  for f in fs:\n"
                                       "    ds=pydicom.dcmread(os.path.join(d,f),stop_before_pixels=True)\n"
                                       "    n+=bool((ds.StudyInstanceUID,ds.SeriesInstanceUID,ds.SOPInstanceUID,ds.PatientName,ds.PatientID,ds.Modality,ds.Rows))\n"
                                       "print((time.perf_counter()-s)*1000)\n", {files});
        times[2].push_back(read.out.trimmed().toDouble());
    }
    for (auto& each : times)
        std::sort(each.begin(), each.end());
    ours = times[0][1];
    dcmmkdir = times[1][1];
    pydicom = times[2][1];
    std::printf("\nPER-01, %d CT files indexed where they lie, durably (files in the system's memory), ms, medians of 3\n", count);
    std::printf("  ours, with opening and closing %.0f\n  dcmmkdir %.0f  ratio %.1f  aim 6\n  pydicom (without its start) %.0f  ratio %.1f  aim 4\n", ours, dcmmkdir,
                dcmmkdir / ours, pydicom, pydicom / ours);
}

/// The archive that is searched and started with: made once, and kept where DIASCOPE_BENCH_ARCHIVE says.
class LargeArchive
{
public:
    LargeArchive()
    {
        if (const int wanted = qEnvironmentVariableIntValue("DIASCOPE_BENCH_STUDIES"); wanted > 0)
            m_studies = std::max(1000, wanted);
        m_folder = qEnvironmentVariable("DIASCOPE_BENCH_ARCHIVE", m_temporary.path());
        const bool isThere = QFileInfo::exists(databasePath());
        auto archive = opened(m_folder);
        if (isThere && int(archive->studies()->size()) == m_studies)
            return;
        check(!isThere, "the kept archive has another size");
        archive.reset();
        QElapsedTimer clock;
        clock.start();
        const auto filled = test::fillWithStudies(databasePath(), {.studies = m_studies, .instancesPerStudy = 100});
        check(bool(filled), "the archive could not be filled");
        std::printf("\n%d studies, %lld MiB, filled in %.0f s\n", m_studies, QFileInfo(databasePath()).size() >> 20, double(clock.elapsed()) / 1000);
    }
    QString folder() const { return m_folder; }
    QString databasePath() const { return m_folder + QStringLiteral("/diascope.db"); }
    int studies() const { return m_studies; }

private:
    QTemporaryDir m_temporary;
    QString m_folder;
    int m_studies = 100'000;
};

// PER-06 -------------------------------------------------------------------------------------------------------------------

struct Course
{
    const char* name;
    Query query;
    QByteArray orthancs; ///< JSON, of the same meaning
};

std::vector<Course> courses()
{
    const auto by = [](const char* name, auto change, const char* orthancs) {
        Course course{name, {}, orthancs};
        change(course.query);
        return course;
    };
    const QString family = QString::fromUtf8("王");
    return {
        by("name part, frequent", [](Query& q) { q.name = "schmidt"; }, R"({"PatientName":"*schmidt*"})"),
        by("name part, rare", [](Query& q) { q.name = "igmond"; }, R"({"PatientName":"*igmond*"})"),
        by("Chinese name, one character", [&](Query& q) { q.name = family; }, R"({"PatientName":"*王*"})"),
        by("Chinese name, two characters", [&](Query& q) { q.name = family + QString::fromUtf8("磊"); }, R"({"PatientName":"*王磊*"})"),
        by("one month", [](Query& q) { q.dateFrom = "20200301"; q.dateTo = "20200331"; }, R"({"StudyDate":"20200301-20200331"})"),
        by("name, year, modality", [](Query& q) { q.name = "garcia"; q.dateFrom = "20200101"; q.dateTo = "20201231"; q.modalities = QStringList{"MR"}; },
           R"({"PatientName":"*garcía*","StudyDate":"20200101-20201231","ModalitiesInStudy":"MR"})"),
    };
}

struct PlainRow
{
    std::array<std::string, 12> texts;
    std::array<qint64, 7> numbers;
};

/// The same question in plain SQL through the C API, all columns of all rows kept: what SQLite does by itself on this file.
std::vector<PlainRow> askSqlite(sqlite3* database, const Query& query)
{
    QByteArray sql = "SELECT uid, patient_name, patient_id, issuer, birth_date, sex, date, time, accession, description, referring,"
                     " modalities, series, instances, added, used, pinned, bytes, only_here FROM study WHERE 1";
    std::vector<QByteArray> values;
    const auto add = [&](const char* condition, const QString& value) {
        if (!value.isEmpty()) {
            sql += condition;
            values.push_back(value.toUtf8());
        }
    };
    add(" AND instr(name_folded,?)>0", query.name);
    add(" AND instr(words,?)>0", query.text);
    add(" AND date>=?", query.dateFrom);
    add(" AND date<=?", query.dateTo);
    for (const QString& modality : query.modalities)
        add(" AND instr('\\'||modalities||'\\',?)>0", u'\\' + modality + u'\\');
    sql += " ORDER BY date DESC, time DESC, id DESC";
    if (query.limit > 0)
        sql += " LIMIT " + QByteArray::number(query.limit);
    sqlite3_stmt* statement = nullptr;
    check(sqlite3_prepare_v2(database, sql.constData(), -1, &statement, nullptr) == SQLITE_OK, sqlite3_errmsg(database));
    for (size_t i = 0; i < values.size(); ++i)
        sqlite3_bind_text(statement, int(i) + 1, values[i].constData(), int(values[i].size()), SQLITE_STATIC);
    std::vector<PlainRow> rows;
    rows.reserve(size_t(std::clamp(query.limit, 256, 2048)));
    while (sqlite3_step(statement) == SQLITE_ROW) {
        PlainRow row;
        for (int i = 0; i < 12; ++i)
            row.texts[size_t(i)].assign(reinterpret_cast<const char*>(sqlite3_column_text(statement, i)), size_t(sqlite3_column_bytes(statement, i)));
        for (int i = 0; i < 7; ++i)
            row.numbers[size_t(i)] = sqlite3_column_int64(statement, i + 12);
        rows.push_back(std::move(row));
    }
    sqlite3_finalize(statement);
    return rows;
}

void dropFromMemory(const QString& path)
{
    const int file = ::open(QFile::encodeName(path).constData(), O_RDONLY);
    ::fdatasync(file);
    ::posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
    ::close(file);
}

void raceOfSearching(const LargeArchive& large)
{
    const auto archive = opened(large.folder());
    sqlite3* raw = nullptr;
    check(sqlite3_open_v2(large.databasePath().toUtf8().constData(), &raw, SQLITE_OPEN_READONLY, nullptr) == SQLITE_OK, "SQLite does not open it");
    sqlite3_exec(raw, "PRAGMA cache_size=-32768", nullptr, nullptr, nullptr);
    std::printf("PER-06, %d studies, ms, medians of 25; aim 0.8 of SQLite by itself\n%-34s %8s %8s %8s %8s\n", large.studies(), "", "rows", "ours", "SQLite", "ratio");
    auto all = courses();
    for (const char* typed : {"s", "sc", "sch", "schm", "王", "麴", "欧阳", "zq", "thorax", "p0000123", "schmidt ct"}) {
        Course course{typed, {}, {}};
        course.query.text = QString::fromUtf8(typed);
        course.query.limit = 500;
        if (!course.query.text.contains(u' '))
            all.push_back(course);
    }
    for (const Course& course : all) {
        int rows = 0, others = 0;
        // In turns, so that what the machine does beside meets both alike.
        std::vector<double> times[2];
        for (int round = 0; round < 25; ++round) {
            times[0].push_back(medianMs(1, [&] { rows = int(archive->studies(course.query)->size()); }));
            times[1].push_back(medianMs(1, [&] { others = int(askSqlite(raw, course.query).size()); }));
        }
        for (auto& each : times)
            std::sort(each.begin(), each.end());
        const double ours = times[0][12], theirs = times[1][12];
        check(rows == others, "SQLite finds others");
        std::printf("%-34s %8d %8.2f %8.2f %8.2f\n", (course.query.limit > 0 ? QByteArray("typing ") + course.name : QByteArray(course.name)).constData(), rows, ours, theirs,
                    theirs / ours);
    }
    sqlite3_close(raw);
}

// PER-11 -------------------------------------------------------------------------------------------------------------------

void startOfArchive(const LargeArchive& large)
{
    const auto median = [](std::vector<double> times) {
        std::sort(times.begin(), times.end());
        return times[times.size() / 2];
    };
    std::vector<double> opens, colds, starts;
    const auto start = [&] {
        const auto ran = test::run(QCoreApplication::applicationDirPath() + "/diascope", {"bench", "start", "--json", "--profile", large.folder()});
        check(ran.code == 0, ran.err.constData());
        return QJsonDocument::fromJson(ran.out)["firstMs"].toDouble();
    };
    for (int round = 0; round < 5; ++round) {
        dropFromMemory(large.databasePath());
        opens.push_back(medianMs(1, [&] {
            const auto archive = opened(large.folder());
            Query first;
            first.limit = 500;
            check(archive->studies(first)->size() == 500, "no first page");
            check(*archive->storedBytes() > 0, "no bytes");
        }));
        dropFromMemory(large.databasePath());
        colds.push_back(start());
        starts.push_back(start());
    }
    std::printf("\nPER-11, %d studies, ms, medians of 5; aim for the whole start 700\n  archive opened to its first page of 500, nothing of it in memory: %.0f\n"
                "  process start to the list painted, nothing of the archive in memory: %.0f\n  process start to the list painted, all in memory: %.0f\n",
                large.studies(), median(opens), median(colds), median(starts));
}

void raceWithOrthanc()
{
    const int studies = qEnvironmentVariableIntValue("DIASCOPE_BENCH_ORTHANC") ? qEnvironmentVariableIntValue("DIASCOPE_BENCH_ORTHANC") : 10'000;
    QString why;
    const auto orthanc = test::Orthanc::start(4242, &why);
    if (!orthanc) {
        std::printf("\nno Orthanc: %s\n", qPrintable(why));
        return;
    }
    QByteArray lines;
    for (int n = 0; n < studies; ++n) {
        const auto made = test::madeStudy(n);
        lines += QStringList{"store", made.uid, made.patientName, made.patientId, made.date, made.time, made.accession, made.description, made.modality}.join(u'\t').toUtf8() + '\n';
    }
    const auto all = courses();
    for (const Course& course : all)
        lines += "find\t5\t{\"Level\":\"Study\",\"CaseSensitive\":false,\"Expand\":true,\"Query\":" + course.orthancs + "}\n";
    QElapsedTimer clock;
    clock.start();
    QProcess process;
    process.start("/usr/bin/python3", {DIASCOPE_SOURCE_DIR "/tests/bench/orthanc_find.py", QString::number(orthanc->httpPort)});
    process.write(lines);
    process.closeWriteChannel();
    check(process.waitForFinished(600'000) && process.exitCode() == 0, "Orthanc could not be filled or asked");
    const QList<QByteArray> answers = process.readAllStandardOutput().split('\n');

    QTemporaryDir folder;
    opened(folder.path()).reset();
    check(bool(test::fillWithStudies(folder.filePath("diascope.db"), {.studies = studies, .instancesPerStudy = 1})), "not filled");
    const auto archive = opened(folder.path());
    std::printf("\nPER-06 beside Orthanc, %d studies each (Orthanc one instance a study, ours three), filled in %.0f s; ms, medians; aim 20\n%-34s %8s %8s %8s %8s\n", studies,
                double(clock.elapsed()) / 1000, "", "rows", "ours", "Orthanc", "ratio");
    for (size_t i = 0; i < all.size(); ++i) {
        int rows = 0;
        const double ours = medianMs(9, [&] { rows = int(archive->studies(all[i].query)->size()); });
        const QList<QByteArray> answer = answers.value(qsizetype(i)).split('\t');
        const double theirs = answer.value(1).toDouble();
        std::printf("%-34s %8d %8.2f %8.2f %8.1f%s\n", all[i].name, rows, ours, theirs, theirs / ours, answer.value(0).toInt() == rows ? "" : "  IT FINDS OTHERS");
    }
}

} // namespace

int main(int argc, char** argv)
{
    QCoreApplication application(argc, argv);
    const QStringList wanted = application.arguments().mid(1);
    const auto isWanted = [&](const char* name) { return wanted.isEmpty() || wanted.contains(QLatin1String(name)); };
    if (isWanted("index"))
        raceOfIndexing();
    if (isWanted("orthanc"))
        raceWithOrthanc();
    if (isWanted("search") || isWanted("start")) {
        const LargeArchive large;
        if (isWanted("search"))
            raceOfSearching(large);
        if (isWanted("start"))
            startOfArchive(large);
    }
    return 0;
}
