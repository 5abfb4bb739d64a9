// What a decoder that was taken over may answer: the program must not believe it.
#include "tests/fuzz/fuzzing.h"
#include "viewer/decode/decoder_pool.h"
#include "viewer/decode/pixel_layout.h"
#include "viewer/decode/pixel_source.h"
#include <QFileInfo>
#include <cstdlib>
#include <fcntl.h>
#include <unistd.h>

using namespace diascope;
using namespace diascope::viewer;

extern "C" int LLVMFuzzerInitialize(int*, char***)
{
    const QString folder = QFileInfo(QFileInfo(QStringLiteral("/proc/self/exe")).symLinkTarget()).absolutePath();
    setenv("DIASCOPE_DECODER", QString(folder + QStringLiteral("/hostile/diascope-decoder")).toLocal8Bit().constData(), 1);
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size)
{
    FuzzedDataProvider data(bytes, size);
    dicom::Dataset dataset = fuzz::image(data);
    dataset.setBytes(dicom::tag::PixelData, "ab");
    auto description = PixelDescription::of(dataset);
    // A layout never says PALETTE COLOR without a palette; fuzz_tables makes those.
    if (!description || description->frameBytes() > 100'000 || description->photometric == "PALETTE COLOR")
        return 0;
    static const char* const syntaxes[] = {"5", "4.50", "4.70", "4.80", "4.90", "4.201"};
    description->syntax = dicom::TransferSyntax::fromUid(
        QStringLiteral("1.2.840.10008.1.2.") + QLatin1String(syntaxes[data.ConsumeIntegralInRange<size_t>(0, std::size(syntaxes) - 1)]));
    static const std::string path = "/dev/shm/diascope-fuzz-protocol-" + std::to_string(getpid());
    const std::vector<uint8_t> stream = data.ConsumeRemainingBytes<uint8_t>();
    const int file = open(path.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
    fuzz::demand(file >= 0 && write(file, stream.data(), stream.size()) == ssize_t(stream.size()));
    close(file);
    auto layout = std::make_shared<PixelLayout>();
    layout->path = QString::fromStdString(path);
    layout->description = *description;
    layout->isEncapsulated = true;
    layout->pieces = {{0, qint64(stream.size())}};
    layout->firstPieces = {0, 1};
    const auto source = PixelSource::open(layout);
    fuzz::demand(source.has_value());
    if (const auto frame = source->frame(0))
        fuzz::demand(qint64(frame->pixels.size()) == description->frameBytes());
    return 0;
}
