#pragma once
#include "viewer/decode/pixel_source.h"
#include <QString>
#include <vector>

/// PER-03: the same frames decoded by us, as a loader does it, and by GDCM in this process on one thread.
namespace diascope::bench
{

struct Course
{
    QString name;
    QString path;         ///< a multi-frame CT of 512² in one transfer syntax
    double aim = 0;       ///< GDCM's time ÷ ours; 0: nothing to reach
    bool isLossless = true;
};

/// The courses for `frames` frames, written into `folder`: the demonstration's head at 512² with a scanner's noise, 12 of 16
/// bits (8 for JPEG 8-bit), compressed by GDCM's and DCMTK's programs. Empty where the head or a program is missing.
std::vector<Course> layOut(const QString& folder, int frames);

/// Seconds for all frames once: by the clock, and of processor time in this process and its decoders, which a busy machine
/// changes less. Ours: two threads. Negative: it failed.
struct Spent
{
    double wall = -1;
    double cpu = -1;
};
Spent ours(const Course& course);
Spent gdcms(const Course& course);
/// Whether both deliver the same values; only of lossless courses.
bool isSame(const Course& course);

} // namespace diascope::bench
