// PER-03: decoding 500 frames of a 512² CT in each transfer syntax, ours beside GDCM. Ends with a table of medians.
#include "tests/bench/decode_race.h"
#include <QCoreApplication>
#include <QTemporaryDir>
#include <algorithm>
#include <array>
#include <benchmark/benchmark.h>
#include <cstdio>
#include <map>

using namespace diascope;

namespace
{

constexpr int distinct = 50;
constexpr int rounds = 10; ///< 500 frames in all

/// Milliseconds a frame, of each round.
struct Times
{
    std::vector<double> wall;
    std::vector<double> cpu;
};

double median(std::vector<double> values)
{
    std::sort(values.begin(), values.end());
    return values.empty() ? 0 : values[values.size() / 2];
}

void race(benchmark::State& state, const bench::Course& course, bench::Spent (*decode)(const bench::Course&), Times& times)
{
    for (auto _ : state) {
        const bench::Spent spent = decode(course);
        if (spent.wall < 0) {
            state.SkipWithError("not decoded");
            break;
        }
        state.SetIterationTime(spent.wall);
        times.wall.push_back(spent.wall / distinct * 1000);
        times.cpu.push_back(spent.cpu / distinct * 1000);
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
    std::map<QString, std::array<Times, 2>> all; // ours, GDCM's
    for (const bench::Course& course : courses) {
        auto& times = all[course.name];
        for (const bool isOurs : {true, false})
            benchmark::RegisterBenchmark(qPrintable(course.name + (isOurs ? "/ours" : "/GDCM")),
                                         [&course, &times, isOurs](benchmark::State& state) {
                                             race(state, course, isOurs ? bench::ours : bench::gdcms, times[isOurs ? 0 : 1]);
                                         })
                ->UseManualTime()
                ->Unit(benchmark::kMillisecond)
                ->Iterations(rounds);
    }
    benchmark::RunSpecifiedBenchmarks();
    std::printf("\nPER-03, ms a frame, medians. Ours on two threads; by processor time: as two idle cores would do.\n");
    std::printf("%-20s %8s %8s %8s %10s %10s %8s %6s\n", "", "ours", "GDCM", "ratio", "ours, cpu", "GDCM, cpu", "ratio", "aim");
    for (const bench::Course& course : courses) {
        const auto& [us, they] = all[course.name];
        if (us.wall.empty() || they.wall.empty())
            continue; // filtered out
        const double wall = median(us.wall);
        const double cpu = median(us.cpu);
        std::printf("%-20s %8.2f %8.2f %8.1f %10.2f %10.2f %8.1f %6.1f%s\n", qPrintable(course.name), wall, median(they.wall),
                    median(they.wall) / wall, cpu, median(they.cpu), median(they.cpu) / (cpu / 2), course.aim,
                    course.isLossless && !bench::isSame(course) ? "  DIFFERS" : "");
    }
    return 0;
}
