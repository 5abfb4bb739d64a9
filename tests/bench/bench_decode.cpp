// PER-03: decoding 500 frames of a 512² CT in each transfer syntax, ours beside GDCM. Ends with a table of medians.
#include "tests/bench/decode_race.h"
#include <QCoreApplication>
#include <QTemporaryDir>
#include <algorithm>
#include <benchmark/benchmark.h>
#include <cstdio>
#include <map>

using namespace diascope;

namespace
{

constexpr int distinct = 50;
constexpr int rounds = 10; ///< 500 frames in all

struct Times
{
    std::vector<double> ours;
    std::vector<double> theirs;
};

double median(std::vector<double> values)
{
    std::sort(values.begin(), values.end());
    return values.empty() ? 0 : values[values.size() / 2];
}

void race(benchmark::State& state, const bench::Course& course, double (*decode)(const bench::Course&), std::vector<double>& times)
{
    for (auto _ : state) {
        const double seconds = decode(course);
        if (seconds < 0) {
            state.SkipWithError("not decoded");
            break;
        }
        state.SetIterationTime(seconds);
        times.push_back(seconds / distinct * 1000);
    }
    state.SetItemsProcessed(state.iterations() * distinct);
}

} // namespace

int main(int argc, char** argv)
{
    QCoreApplication application(argc, argv);
    benchmark::Initialize(&argc, argv);
    QTemporaryDir folder;
    const auto courses = bench::layOut(folder.path(), distinct);
    if (courses.empty()) {
        std::fputs("the phantom could not be made (invesalius-examples, libgdcm-tools, dcmtk)\n", stderr);
        return 1;
    }
    std::map<QString, Times> all;
    for (const bench::Course& course : courses) {
        Times& times = all[course.name];
        for (const bool isOurs : {true, false})
            benchmark::RegisterBenchmark(qPrintable(course.name + (isOurs ? "/ours" : "/GDCM")),
                                         [&course, &times, isOurs](benchmark::State& state) {
                                             race(state, course, isOurs ? bench::ours : bench::gdcms, isOurs ? times.ours : times.theirs);
                                         })
                ->UseManualTime()
                ->Unit(benchmark::kMillisecond)
                ->Iterations(rounds);
    }
    benchmark::RunSpecifiedBenchmarks();
    std::printf("\n%-20s %10s %10s %8s %6s\n", "PER-03, ms a frame", "ours", "GDCM", "ratio", "aim");
    for (const bench::Course& course : courses) {
        const double us = median(all[course.name].ours);
        const double they = median(all[course.name].theirs);
        std::printf("%-20s %10.2f %10.2f %8.1f %6.1f%s\n", qPrintable(course.name), us, they, us > 0 ? they / us : 0, course.aim,
                    course.isLossless && !bench::isSame(course) ? "  DIFFERS" : "");
    }
    return 0;
}
