// Palettes, modality and VOI tables of any descriptor and data, over pixels of any value.
#include "tests/fuzz/fuzzing.h"
#include "viewer/decode/colour.h"
#include "viewer/volume/instance.h"
#include <array>

using namespace diascope;
using namespace diascope::viewer;
namespace tag = dicom::tag;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size)
{
    FuzzedDataProvider data(bytes, size);
    dicom::Dataset dataset = fuzz::image(data);
    const bool isSegmented = data.ConsumeBool();
    const std::array descriptors{tag::RedPaletteColorLookupTableDescriptor, tag::GreenPaletteColorLookupTableDescriptor,
                                 tag::BluePaletteColorLookupTableDescriptor};
    const std::array plain{tag::RedPaletteColorLookupTableData, tag::GreenPaletteColorLookupTableData, tag::BluePaletteColorLookupTableData};
    const std::array segmented{tag::SegmentedRedPaletteColorLookupTableData, tag::SegmentedGreenPaletteColorLookupTableData,
                               tag::SegmentedBluePaletteColorLookupTableData};
    const auto descriptor = [&] {
        return std::vector<double>{double(data.ConsumeIntegral<uint16_t>()), double(data.ConsumeIntegral<uint16_t>()),
                                   double(data.ConsumeBool() ? 16 : data.ConsumeIntegralInRange<int>(0, 17))};
    };
    for (size_t i = 0; i < 3; ++i) {
        dataset.setNumbers(descriptors[i], descriptor());
        dataset.setBytes(isSegmented ? segmented[i] : plain[i], fuzz::bytes(data, 200));
    }
    for (const auto sequence : {tag::ModalityLUTSequence, tag::VOILUTSequence})
        if (data.ConsumeBool()) {
            dicom::Dataset item = dataset.addItem(sequence);
            item.setNumbers(tag::LUTDescriptor, descriptor());
            item.setBytes(tag::LUTData, fuzz::bytes(data, 100));
        }
    const auto pixels = PixelDescription::of(dataset);
    const auto transform = ModalityTransform::of(dataset);
    for (const double stored : {-1e300, -40000.0, -1.0, 0.0, 255.0, 70000.0, 1e300})
        (void)transform.apply(stored);
    const auto palette = Palette::of(dataset, pixels && pixels->isSigned);
    if (!palette || !pixels || pixels->bitsAllocated > 16 || pixels->framePixels() > 4096)
        return 0;
    for (const qint64 stored : {qint64(-70000), qint64(-1), qint64(0), qint64(65535), qint64(1) << 40})
        (void)(**palette)(stored);
    const size_t cellBytes = pixels->bitsAllocated > 8 ? 2 : 1;
    std::vector<std::byte> cells(size_t(pixels->framePixels()) * cellBytes);
    data.ConsumeData(cells.data(), cells.size());
    std::vector<std::byte> colours(size_t(pixels->framePixels()) * 3);
    paletteToRgb(cells, *pixels, pixels->highBit, **palette, colours);
    return 0;
}
