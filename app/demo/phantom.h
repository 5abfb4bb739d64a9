#pragma once
#include "netclient/base/error.h"
#include "netclient/base/task.h"
#include <QStringList>
#include <array>
#include <vector>

namespace diascope::demo
{

/// Who a phantom belongs to. Text is written in `characterSet` (PS3.3 C.12.1.1.2).
struct Patient
{
    QString name = QStringLiteral("Phantom^Peter");
    QString id = QStringLiteral("PH-0001");
    QString issuer = QStringLiteral("DIASCOPE");
    QString birthDate = QStringLiteral("19600229");
    QString sex = QStringLiteral("M");
    QString characterSet = QStringLiteral("ISO_IR 192");
};

/// Which study and series. UIDs follow from `seed` in a fixed way: the same seed gives the same UIDs.
struct Study
{
    QString seed = QStringLiteral("phantom");
    QString date = QStringLiteral("20260110");
    QString time = QStringLiteral("101500");
    QString accession = QStringLiteral("A0001");
    QString description = QStringLiteral("CT phantom");
    QString seriesDescription;
    int seriesNumber = 1;
    QString referringPhysician = QStringLiteral("Referrer^Rosa");
};

/// How a stack of slices lies in space and in the file. The centre of the stack is the origin of patient space.
struct Sampling
{
    int columns = 128;
    int rows = 128;
    int slices = 48;
    double columnSpacingMm = 1.0; ///< between columns: PixelSpacing[1]
    double rowSpacingMm = 1.0;    ///< between rows: PixelSpacing[0]
    double sliceSpacingMm = 2.0;  ///< between slice positions, measured along the table
    double gantryTiltDeg = 0;     ///< the slices lean about the x axis, the table moves along z
    std::vector<int> missingSlices = {}; ///< left out, counted from the feet
    QString transferSyntaxUid = QStringLiteral("1.2.840.10008.1.2.1");
    enum class Order { FromFeet, FromHead, Shuffled } order = Order::FromFeet; ///< of instance numbers and files
};

using PointLps = std::array<double, 3>; ///< mm

/// A ball of one value in the phantom.
struct Ball
{
    const char* name;
    PointLps centreLps;
    double radiusMm;
    double value; ///< HU
};

/// Bone 1000 HU, fat -100 HU, lung -800 HU, and the lesion 80 HU of the given radius.
std::vector<Ball> ctBalls(double lesionRadiusMm);
/// HU at a point: the balls, two rods along z (2000 HU at x=40, -1000 HU at x=-40, radius 3 mm), in an elliptic body of
/// 40 HU (half axes 55 and 45 mm), in air of -1000 HU. Edges are hard.
double ctPhantomHu(const PointLps& point, double lesionRadiusMm);

/// A CT of the phantom above. Returns the files' paths in `folder`.
Result<QStringList> writeCt(const QString& folder, const Patient&, const Study&, const Sampling&, double lesionRadiusMm = 9);

enum class Plane { Axial, Sagittal, Coronal };
/// Signal of the MR phantom: a head-like ellipsoid with a brighter ventricle and a lesion on the patient's left at
/// (30, -10, 10) mm, radius 8 mm. `weighting` 1 and 2 swap what is bright.
double mrPhantomSignal(const PointLps& point, int weighting);
/// One MR series in the given plane; series of one study seed share their frame of reference.
Result<QStringList> writeMr(const QString& folder, const Patient&, const Study&, const Sampling&, Plane, int weighting);

/// A chest radiograph: 400×480, 0.4 mm at the detector, two lungs, a heart on the patient's left, a 40 mm marker bar.
Result<QStringList> writeCr(const QString& folder, const Patient&, const Study&);

/// Debian's invesalius-examples head as a CT series. NotFound: the package is not installed.
Result<QStringList> writeHead(const QString& folder, const Patient&, const Study&);

/// Everything the demonstration shows, in subfolders of `folder`: the head, a CT of the phantom with a prior of a smaller
/// lesion, an MR of three series and a CR of a Chinese patient in GB18030. Without the head's package, the rest.
Result<QStringList> writeDemonstration(const QString& folder, Task& task);
inline constexpr char headStudySeed[] = "demonstration head";
QString studyUidOf(const QString& seed);

/// Rewrites a file in another transfer syntax (GDCM; JPEG-LS: DCMTK's dcmcjpls). Only for files that we wrote ourselves.
Result<void> transcode(const QString& path, const QString& transferSyntaxUid);

} // namespace diascope::demo
