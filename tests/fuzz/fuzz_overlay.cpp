// Everything an image says about its display: overlays, shutters, tables, regions, masks, profiles, of any numbers.
#include "tests/fuzz/fuzzing.h"
#include "viewer/decode/pixel_layout.h"
#include "viewer/volume/image_modules.h"

using namespace diascope;
using namespace diascope::viewer;

namespace
{

double number(FuzzedDataProvider& data)
{
    static constexpr int values[] = {0, 1, 2, 3, -1, 8, 16, 17, 40, 41, 255, 32767, -32768, 65535};
    return data.ConsumeBool() ? values[data.ConsumeIntegralInRange<size_t>(0, std::size(values) - 1)] : data.ConsumeIntegralInRange<int>(-70000, 70000);
}

std::vector<double> numbers(FuzzedDataProvider& data)
{
    std::vector<double> all;
    for (int i = data.ConsumeIntegralInRange<int>(0, 7); i > 0; --i)
        all.push_back(number(data));
    return all;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size)
{
    FuzzedDataProvider data(bytes, size);
    dicom::Dataset dataset = fuzz::image(data);
    // Numbers into elements of the overlay, shutter, ultrasound, mask, cine, PET and LUT modules, at the top level or in an item.
    static constexpr dicom::Tag plain[] = {
        {0x6000, 0x0010}, {0x6000, 0x0011}, {0x6000, 0x0015}, {0x6000, 0x0050}, {0x6000, 0x0051}, {0x6000, 0x0100}, {0x6000, 0x0102},
        {0x6002, 0x0010}, {0x6002, 0x0011}, {0x6002, 0x0050}, {0x6002, 0x0102}, {0x0018, 0x1602}, {0x0018, 0x1604}, {0x0018, 0x1606},
        {0x0018, 0x1608}, {0x0018, 0x1610}, {0x0018, 0x1612}, {0x0018, 0x1620}, {0x0018, 0x1622}, {0x0018, 0x1623}, {0x0018, 0x1624},
        {0x0018, 0x1065}, {0x0018, 0x1063}, {0x0008, 0x2142}, {0x0008, 0x2143}, {0x0028, 0x0009}, {0x0028, 0x2112}, {0x0054, 0x1321}};
    static constexpr dicom::Tag inItem[] = {
        {0x0018, 0x6012}, {0x0018, 0x6014}, {0x0018, 0x6016}, {0x0018, 0x6018}, {0x0018, 0x601A}, {0x0018, 0x601C}, {0x0018, 0x601E},
        {0x0018, 0x6020}, {0x0018, 0x6022}, {0x0018, 0x6024}, {0x0018, 0x6026}, {0x0018, 0x602C}, {0x0018, 0x602E}, {0x0028, 0x6102},
        {0x0028, 0x6110}, {0x0028, 0x6112}, {0x0028, 0x6114}, {0x0028, 0x6120}, {0x0028, 0x3002}, {0x0018, 0x1072}, {0x0018, 0x1074},
        {0x0018, 0x1075}};
    static constexpr dicom::Tag sequences[] = {{0x0018, 0x6011}, {0x0028, 0x6100}, {0x2050, 0x0010}, {0x0054, 0x0016}, {0x0048, 0x0105}};
    static const char* const shapes[] = {"RECTANGULAR", "CIRCULAR", "POLYGONAL", "BITMAP", "RECTANGULAR\\CIRCULAR\\POLYGONAL"};
    (void)dataset.setText({0x0018, 0x1600}, QString::fromLatin1(shapes[data.ConsumeIntegralInRange<size_t>(0, 4)]));
    if (data.ConsumeBool())
        (void)dataset.setText(dicom::tag::Modality, QStringLiteral("PT"));
    for (int i = data.ConsumeIntegralInRange<int>(0, 20); i > 0; --i)
        dataset.setNumbers(plain[data.ConsumeIntegralInRange<size_t>(0, std::size(plain) - 1)], numbers(data));
    for (const dicom::Tag sequence : sequences)
        for (int n = data.ConsumeIntegralInRange<int>(0, 2); n > 0; --n) {
            dicom::Dataset item = dataset.addItem(sequence);
            for (int i = data.ConsumeIntegralInRange<int>(0, 14); i > 0; --i)
                item.setNumbers(inItem[data.ConsumeIntegralInRange<size_t>(0, std::size(inItem) - 1)], numbers(data));
            if (data.ConsumeBool())
                (void)item.setText({0x0028, 0x6101}, data.ConsumeBool() ? QStringLiteral("AVG_SUB") : QStringLiteral("TID"));
            if (sequence == dicom::Tag{0x2050, 0x0010})
                item.setBytes({0x0028, 0x3006}, fuzz::bytes(data, 60));
        }
    dataset.setBytes({0x6000, 0x3000}, fuzz::bytes(data, 300));
    dataset.setBytes({0x6002, 0x3000}, fuzz::bytes(data, 30));
    dataset.setBytes({0x0028, 0x2000}, fuzz::bytes(data, 200));
    const auto pixels = PixelDescription::of(dataset);
    if (!pixels)
        return 0;
    const auto modules = ImageModules::of(dataset, *pixels);
    fuzz::demand(modules != nullptr);
    auto layout = std::make_shared<PixelLayout>();
    layout->description = *pixels;
    for (int frame = 0; frame < std::min(pixels->frames, 6); ++frame) {
        (void)modules->shutterOf(frame);
        (void)modules->profileOf(frame);
        for (const MaskOperation& mask : modules->masks)
            (void)mask.appliesTo(frame);
        for (const OverlayPlane& overlay : modules->overlays)
            if (const auto bits = overlayBits(overlay, layout, frame))
                fuzz::demand(qint64(bits->size()) == qint64(overlay.rows) * overlay.columns);
    }
    if (modules->presentationLut)
        for (const double value : {-1.0, 0.0, 0.5, 1.0, 2.0})
            (void)modules->presentationLut->apply(value);
    return 0;
}
