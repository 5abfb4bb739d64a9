// A file of any bytes: structure check, parsing, every element, instances, stacks, the first frame of what is uncompressed.
#include "tests/fuzz/fuzzing.h"
#include "viewer/decode/pixel_layout.h"
#include "viewer/volume/stack.h"
#include <fcntl.h>
#include <unistd.h>

using namespace diascope;

namespace
{

void visit(const dicom::Dataset& dataset, int depth)
{
    for (const dicom::Tag tag : dataset.tags()) {
        (void)dataset.text(tag);
        (void)dataset.numbers(tag);
        (void)dataset.integer(tag, 1);
        (void)dataset.bytes(tag);
        for (const dicom::Dataset& item : dataset.items(tag))
            if (depth < 70)
                visit(item, depth + 1);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size)
{
    static const std::string path = "/dev/shm/diascope-fuzz-" + std::to_string(getpid()) + ".dcm";
    const int file = open(path.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
    fuzz::demand(file >= 0 && write(file, bytes, size) == ssize_t(size));
    close(file);
    const QString name = QString::fromStdString(path);
    const auto dataset = dicom::Dataset::read(name);
    const auto fromMemory = dicom::Dataset::fromBytes(QByteArray::fromRawData(reinterpret_cast<const char*>(bytes), qsizetype(size)));
    if (!dataset) {
        fuzz::demand(!dataset.error().detail.isEmpty());
        return 0;
    }
    visit(*dataset, 0);
    if (fromMemory)
        visit(*fromMemory, 0);
    auto instances = viewer::readInstances(*dataset, name);
    if (!instances)
        return 0;
    const auto source = viewer::PixelSource::open(instances->front().layout);
    const viewer::PixelDescription& pixels = instances->front().pixels;
    if (source && !instances->front().layout->isEncapsulated && pixels.frameBytes() < (qint64(1) << 24))
        if (const auto frame = source->frame(0))
            fuzz::demand(qint64(frame->pixels.size()) == pixels.frameBytes());
    const auto stacks = viewer::buildStacks(std::move(*instances));
    for (const viewer::Stack& stack : stacks)
        fuzz::demand(!stack.instances.empty());
    return 0;
}
