#pragma once
#include "tests/support/test_data.h"
#include "viewer/decode/pixel_layout.h"
#include "viewer/volume/stack.h"
#include <QTemporaryDir>

namespace diascope::test
{

/// Slices as files, each of one value: 10, 11, …; their headers are read before anything happens to them.
struct SliceFiles
{
    QTemporaryDir folder;
    QStringList paths;
    viewer::Stack stack;

    static bool write(const QString& path, int slice, int value, const QString& uid = {})
    {
        dicom::Dataset dataset;
        (void)dataset.setText(dicom::tag::SOPClassUID, "1.2.840.10008.5.1.4.1.1.2");
        (void)dataset.setText(dicom::tag::SOPInstanceUID, uid.isEmpty() ? QString("1.2.3.%1").arg(slice + 1) : uid);
        (void)dataset.setText(dicom::tag::SeriesInstanceUID, "1.2");
        (void)dataset.setText(dicom::tag::Modality, "CT");
        (void)dataset.setText(dicom::tag::PhotometricInterpretation, "MONOCHROME2");
        for (const auto& [t, n] : {std::pair(dicom::tag::SamplesPerPixel, 1), {dicom::tag::Rows, 64}, {dicom::tag::Columns, 64}, {dicom::tag::BitsAllocated, 8},
                                   {dicom::tag::BitsStored, 8}, {dicom::tag::HighBit, 7}, {dicom::tag::PixelRepresentation, 0}, {dicom::tag::InstanceNumber, slice + 1}})
            dataset.setNumber(t, n);
        dataset.setNumbers(dicom::tag::ImagePositionPatient, {0, 0, double(slice)});
        dataset.setNumbers(dicom::tag::ImageOrientationPatient, {1, 0, 0, 0, 1, 0});
        dataset.setNumbers(dicom::tag::PixelSpacing, {1, 1});
        dataset.setBytes(dicom::tag::PixelData, QByteArray(64 * 64, char(value)));
        return dataset.write(path, "1.2.840.10008.1.2.1").has_value();
    }
    explicit SliceFiles(int count = 4)
    {
        std::vector<viewer::Instance> instances;
        for (int slice = 0; slice < count; ++slice) {
            paths << folder.filePath(QString::number(slice));
            if (!write(paths.last(), slice, 10 + slice))
                qFatal("no phantom");
            instances.push_back(viewer::readInstances(paths.last())->front());
        }
        stack = viewer::buildStacks(std::move(instances)).front();
    }
    /// The same bytes' places in another file; without the identity of the first, so that it is read.
    void pretend(int slice, const QString& path)
    {
        viewer::Instance& instance = stack.instances[size_t(slice)];
        auto layout = std::make_shared<viewer::PixelLayout>(*instance.layout);
        layout->path = path;
        layout->native.offset = 0;
        instance.layout = layout;
        instance.path = path;
        instance.file.reset();
    }
};

} // namespace diascope::test
