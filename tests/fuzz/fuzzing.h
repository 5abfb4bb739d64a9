#pragma once
#include "netclient/dicom/dataset.h"
#include <fuzzer/FuzzedDataProvider.h>

/// What the fuzzers share (FIL-20). A target returns from LLVMFuzzerTestOneInput whatever the bytes are, within the memory and time
/// limits given on the command line; sanitizers and `demand` find what is wrong.
namespace diascope::fuzz
{

/// Not assert: release builds are fuzzed too.
inline void demand(bool holds)
{
    if (!holds)
        __builtin_trap();
}

inline QByteArray bytes(FuzzedDataProvider& data, size_t most)
{
    const std::string taken = data.ConsumeRandomLengthString(most);
    return QByteArray(taken.data(), qsizetype(taken.size()));
}

/// An image's header whose numbers are mostly sensible, so that the code behind the first checks is reached.
inline dicom::Dataset image(FuzzedDataProvider& data)
{
    namespace tag = dicom::tag;
    dicom::Dataset dataset;
    const auto pick = [&](std::initializer_list<int> values) { return *(values.begin() + data.ConsumeIntegralInRange<int>(0, int(values.size()) - 1)); };
    (void)dataset.setText(tag::SOPClassUID, QStringLiteral("1.2.840.10008.5.1.4.1.1.7"));
    (void)dataset.setText(tag::SOPInstanceUID, QStringLiteral("1.2.3"));
    (void)dataset.setText(tag::Modality, QStringLiteral("OT"));
    static const char* const photometrics[] = {"MONOCHROME2", "MONOCHROME1", "PALETTE COLOR", "RGB", "YBR_FULL", "YBR_FULL_422", "ARGB", "HSV"};
    (void)dataset.setText(tag::PhotometricInterpretation, QString::fromLatin1(photometrics[data.ConsumeIntegralInRange<size_t>(0, 7)]));
    dataset.setNumber(tag::SamplesPerPixel, pick({1, 3, 1, 4, 0}));
    dataset.setNumber(tag::PlanarConfiguration, data.ConsumeIntegralInRange<int>(0, 1));
    dataset.setNumber(tag::Rows, data.ConsumeIntegralInRange<int>(0, 40));
    dataset.setNumber(tag::Columns, data.ConsumeIntegralInRange<int>(0, 40));
    const int allocated = pick({8, 16, 1, 32, 64, 12, 24});
    const int stored = data.ConsumeIntegralInRange<int>(0, allocated + 1);
    dataset.setNumber(tag::BitsAllocated, allocated);
    dataset.setNumber(tag::BitsStored, stored);
    dataset.setNumber(tag::HighBit, data.ConsumeBool() ? stored - 1 : data.ConsumeIntegralInRange<int>(0, 70));
    dataset.setNumber(tag::PixelRepresentation, data.ConsumeIntegralInRange<int>(0, 1));
    if (data.ConsumeBool())
        (void)dataset.setText(tag::NumberOfFrames, QString::number(data.ConsumeIntegralInRange<int>(-1, 6)));
    return dataset;
}

} // namespace diascope::fuzz
