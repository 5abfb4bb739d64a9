#include "app/demo/phantom.h"
#include "app/demo/writer.h"
#include "netclient/dicom/uid.h"
#include <QDir>
#include <cmath>
#include <numbers>

namespace diascope::demo
{

using namespace dicom;

namespace
{

double squared(double x) { return x * x; }

bool isInside(const PointLps& point, const PointLps& centre, double a, double b, double c)
{
    return squared((point[0] - centre[0]) / a) + squared((point[1] - centre[1]) / b) + squared((point[2] - centre[2]) / c) <= 1;
}

PointLps operator+(const PointLps& a, const PointLps& b) { return {a[0] + b[0], a[1] + b[1], a[2] + b[2]}; }
PointLps operator*(double s, const PointLps& a) { return {s * a[0], s * a[1], s * a[2]}; }

/// The directions of rows, columns and of the step from slice to slice.
struct Axes
{
    PointLps row;
    PointLps column;
    PointLps step;
};

Axes axesOf(Plane plane, double tiltDeg)
{
    const double tilt = tiltDeg * std::numbers::pi / 180;
    switch (plane) {
    case Plane::Sagittal: // seen from the patient's left: front at the left of the screen
        return {{0, 1, 0}, {0, 0, -1}, {-1, 0, 0}};
    case Plane::Coronal:
        return {{1, 0, 0}, {0, 0, -1}, {0, 1, 0}};
    case Plane::Axial:
        break;
    }
    return {{1, 0, 0}, {0, std::cos(tilt), -std::sin(tilt)}, {0, 0, 1}};
}

struct SliceOf
{
    int index;
    PointLps originLps;
    Axes axes;
};

/// Calls `write(slice, instanceNumber, path)` for each slice that is not missing.
Result<QStringList> eachSlice(const QString& folder, const Sampling& sampling, Plane plane,
                              const std::function<Result<void>(const SliceOf&, int, const QString&)>& write)
{
    if (!QDir().mkpath(folder))
        return fail(Fault::Unreadable, QCoreApplication::translate("Demo", "the folder %1 cannot be created").arg(folder));
    const Axes axes = axesOf(plane, sampling.gantryTiltDeg);
    QStringList paths;
    for (int i = 0; i < sampling.slices; ++i) {
        if (std::find(sampling.missingSlices.begin(), sampling.missingSlices.end(), i) != sampling.missingSlices.end())
            continue;
        const PointLps centre = (i - (sampling.slices - 1) / 2.0) * sampling.sliceSpacingMm * axes.step;
        const PointLps origin = centre + (-(sampling.columns - 1) / 2.0 * sampling.columnSpacingMm) * axes.row +
                                (-(sampling.rows - 1) / 2.0 * sampling.rowSpacingMm) * axes.column;
        int number = i + 1;
        if (sampling.order == Sampling::Order::FromHead)
            number = sampling.slices - i;
        else if (sampling.order == Sampling::Order::Shuffled)
            number = (i * 7919) % sampling.slices + 1;
        const QString path = QDir(folder).filePath(QStringLiteral("IM%1.dcm").arg(number, 5, 10, QLatin1Char('0')));
        if (auto written = write({i, origin, axes}, number, path); !written)
            return std::unexpected(written.error());
        paths << path;
    }
    return paths;
}

PointLps pointAt(const SliceOf& slice, const Sampling& sampling, int column, int row)
{
    return slice.originLps + (column * sampling.columnSpacingMm) * slice.axes.row +
           (row * sampling.rowSpacingMm) * slice.axes.column;
}

void putPlane(Dataset& dataset, const SliceOf& slice, const Sampling& sampling)
{
    const auto& [row, column, step] = slice.axes;
    dataset.setNumbers(tag::ImagePositionPatient, {slice.originLps[0], slice.originLps[1], slice.originLps[2]});
    dataset.setNumbers(tag::ImageOrientationPatient, {row[0], row[1], row[2], column[0], column[1], column[2]});
    dataset.setNumbers(tag::PixelSpacing, {sampling.rowSpacingMm, sampling.columnSpacingMm});
    dataset.setNumber(tag::SliceThickness, sampling.sliceSpacingMm);
}

} // namespace

std::vector<Ball> ctBalls(double lesionRadiusMm)
{
    return {{"bone", {-25, 0, 0}, 10, 1000},
            {"fat", {25, 0, 0}, 10, -100},
            {"lung", {0, -20, 15}, 12, -800},
            {"lesion", {0, 22, -5}, lesionRadiusMm, 80}};
}

double ctPhantomHu(const PointLps& point, double lesionRadiusMm)
{
    for (const Ball& ball : ctBalls(lesionRadiusMm))
        if (isInside(point, ball.centreLps, ball.radiusMm, ball.radiusMm, ball.radiusMm))
            return ball.value;
    for (const auto& [x, hu] : {std::pair(40.0, 2000.0), std::pair(-40.0, -1000.0)})
        if (squared(point[0] - x) + squared(point[1]) <= squared(3))
            return hu;
    return squared(point[0] / 55) + squared(point[1] / 45) <= 1 ? 40 : -1000;
}

Result<QStringList> writeCt(const QString& folder, const Patient& patient, const Study& study, const Sampling& sampling,
                            double lesionRadiusMm)
{
    return eachSlice(folder, sampling, Plane::Axial, [&](const SliceOf& slice, int number, const QString& path) -> Result<void> {
        auto dataset = begin(patient, study, QStringLiteral("CT"), number);
        if (!dataset)
            return std::unexpected(dataset.error());
        putCt(*dataset, QStringLiteral("ORIGINAL\\PRIMARY\\AXIAL"));
        putPlane(*dataset, slice, sampling);
        QByteArray pixels(qsizetype(sampling.rows) * sampling.columns * 2, Qt::Uninitialized);
        auto* stored = reinterpret_cast<quint16*>(pixels.data());
        for (int row = 0; row < sampling.rows; ++row)
            for (int column = 0; column < sampling.columns; ++column)
                *stored++ = quint16(std::lround(ctPhantomHu(pointAt(slice, sampling, column, row), lesionRadiusMm)) + 1024);
        return finish(*dataset, path, sampling, pixels, {12, false});
    });
}

double mrPhantomSignal(const PointLps& point, int weighting)
{
    const bool isFirst = weighting != 2;
    if (isInside(point, {30, -10, 10}, 8, 8, 8))
        return isFirst ? 300 : 900;
    if (isInside(point, {0, 5, 5}, 9, 25, 12))
        return isFirst ? 120 : 1000;
    if (isInside(point, {0, 0, 0}, 65, 80, 65))
        return isFirst ? 600 : 450;
    return isInside(point, {0, 0, 0}, 72, 87, 72) ? 850 : 10;
}

Result<QStringList> writeMr(const QString& folder, const Patient& patient, const Study& study, const Sampling& sampling,
                            Plane plane, int weighting)
{
    return eachSlice(folder, sampling, plane, [&](const SliceOf& slice, int number, const QString& path) -> Result<void> {
        auto dataset = begin(patient, study, QStringLiteral("MR"), number);
        if (!dataset)
            return std::unexpected(dataset.error());
        putMr(*dataset, weighting);
        putPlane(*dataset, slice, sampling);
        QByteArray pixels(qsizetype(sampling.rows) * sampling.columns * 2, Qt::Uninitialized);
        auto* stored = reinterpret_cast<quint16*>(pixels.data());
        for (int row = 0; row < sampling.rows; ++row)
            for (int column = 0; column < sampling.columns; ++column)
                *stored++ = quint16(mrPhantomSignal(pointAt(slice, sampling, column, row), weighting));
        return finish(*dataset, path, sampling, pixels, {12, false});
    });
}

Result<QStringList> writeCr(const QString& folder, const Patient& patient, const Study& study)
{
    if (!QDir().mkpath(folder))
        return fail(Fault::Unreadable, QCoreApplication::translate("Demo", "the folder %1 cannot be created").arg(folder));
    Sampling sampling;
    sampling.columns = 400;
    sampling.rows = 480;
    auto dataset = begin(patient, study, QStringLiteral("CR"), 1);
    if (!dataset)
        return std::unexpected(dataset.error());
    putCr(*dataset);
    QByteArray pixels(qsizetype(sampling.rows) * sampling.columns * 2, Qt::Uninitialized);
    auto* stored = reinterpret_cast<quint16*>(pixels.data());
    for (int row = 0; row < sampling.rows; ++row)
        for (int column = 0; column < sampling.columns; ++column) {
            // The patient's left is at the right of the image. Values grow with absorption: lungs dark, bone bright.
            const double x = (column - 200) * 0.4;
            const double y = (row - 240) * 0.4;
            double value = 1400 + 300 * std::cos(x / 60);
            for (const double side : {-1.0, 1.0})
                if (squared((x - side * 34) / 27) + squared((y + 8) / 58) <= 1)
                    value = 600 + 60 * std::sin(y * 0.8) * (std::abs(x) > 12);
            if (squared((x - 16) / 26) + squared((y - 20) / 28) <= 1)
                value = 1900;
            if (std::abs(x) < 7)
                value += 500;
            if (y > 76 && y < 80 && x > -20 && x < 20)
                value = 3800; // the marker bar: 40 mm
            *stored++ = quint16(value);
        }
    const QString path = QDir(folder).filePath(QStringLiteral("IM00001.dcm"));
    if (auto written = finish(*dataset, path, sampling, pixels, {12, false}); !written)
        return std::unexpected(written.error());
    return QStringList{path};
}

QString studyUidOf(const QString& seed) { return uidFor(seed + QStringLiteral("/study")); }

} // namespace diascope::demo
