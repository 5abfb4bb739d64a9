#pragma once
#include "viewer/volume/volume.h"
#include <cstring>
#include <functional>

/// Stacks and volumes of known geometry and values, without files.
namespace diascope::test
{

struct Phantom
{
    int columns = 8;
    int rows = 6;
    int slices = 5;
    viewer::Vec3 originLps{-10, -20, 30};
    viewer::Vec3 rowDirection{1, 0, 0};
    viewer::Vec3 columnDirection{0, 1, 0};
    viewer::PixelSpacing spacingMm{1, 1};
    viewer::Vec3 sliceStep{0, 0, 2};
    QString modality = QStringLiteral("CT");
    QString frameOfReference = QStringLiteral("1.2.3");

    viewer::Instance instance(int slice) const
    {
        viewer::Instance made;
        made.uid = {QStringLiteral("1.2.%1").arg(slice + 1)};
        made.seriesUid = {QStringLiteral("1.2")};
        made.frameOfReference = {frameOfReference};
        made.modality = modality;
        made.instanceNumber = slice + 1;
        made.pixels.rows = rows;
        made.pixels.columns = columns;
        made.pixels.bitsAllocated = made.pixels.bitsStored = 16;
        made.pixels.highBit = 15;
        made.pixels.isSigned = true;
        made.pixels.photometric = QStringLiteral("MONOCHROME2");
        made.spacingMm = spacingMm;
        made.spacingOrigin = viewer::SpacingOrigin::Patient;
        made.pixelAspect = spacingMm.row / spacingMm.column;
        made.modalityTransform.unit = QStringLiteral("HU");
        viewer::PlaneGeometry plane;
        plane.originLps = originLps + sliceStep * slice;
        plane.rowDirection = rowDirection;
        plane.columnDirection = columnDirection;
        plane.spacingMm = spacingMm;
        plane.rows = rows;
        plane.columns = columns;
        made.plane = plane;
        return made;
    }
    std::vector<viewer::Instance> instances() const
    {
        std::vector<viewer::Instance> all;
        for (int slice = 0; slice < slices; ++slice)
            all.push_back(instance(slice));
        return all;
    }
    viewer::Stack stack() const { return viewer::buildStacks(instances()).front(); }

    /// Stored value at a point of the patient.
    using Field = std::function<double(viewer::Vec3 pointLps)>;
    static std::shared_ptr<const viewer::Volume> volume(viewer::Stack stack, const Field& field)
    {
        std::vector<std::byte> pixels;
        for (const viewer::Instance& instance : stack.instances)
            for (int row = 0; row < stack.rows; ++row)
                for (int column = 0; column < stack.columns; ++column) {
                    const auto value = qint16(std::lround(field(instance.plane->toPatient(QPointF(column, row)))));
                    pixels.resize(pixels.size() + 2);
                    std::memcpy(pixels.data() + pixels.size() - 2, &value, 2);
                }
        return *viewer::Volume::fromPixels(std::move(stack), viewer::SampleType::Int16, std::move(pixels));
    }
};

} // namespace diascope::test
