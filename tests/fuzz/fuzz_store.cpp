// A C-STORE's dataset of any bytes on its way through the archive into a transfer: stored, read as an image, decompressed for a peer
// that wants it plain. It costs a sentence or gives the image back, and nothing of it is left open.
#include "app/session/media.h"
#include "netclient/archive/archive.h"
#include "tests/fuzz/fuzzing.h"
#include <QCoreApplication>
#include <QTemporaryDir>

using namespace diascope;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size)
{
    static int argc = 1;
    static char name[] = "fuzz_store";
    static char* argv[] = {name, nullptr};
    static QCoreApplication application(argc, argv);
    static QTemporaryDir folder;
    static const auto archive = std::move(*archive::Archive::open(*Profile::open(folder.path())));
    FuzzedDataProvider data(bytes, size);
    QByteArray part10;
    if (data.ConsumeBool()) { // mostly sensible numbers, and pixels of any length
        dicom::Dataset dataset = fuzz::image(data);
        (void)dataset.setText(dicom::tag::StudyInstanceUID, QStringLiteral("1.2"));
        (void)dataset.setText(dicom::tag::SeriesInstanceUID, QStringLiteral("1.2.1"));
        dataset.setNumber(dicom::tag::NumberOfFrames, data.ConsumeIntegralInRange<int>(0, 2'000'000'000));
        dataset.setBytes(dicom::tag::PixelData, fuzz::bytes(data, 4000));
        const QString path = folder.filePath(QStringLiteral("made"));
        if (!dataset.write(path, QString::fromUtf16(dicom::explicitLittleEndian)))
            return 0;
        QFile file(path);
        if (file.open(QIODevice::ReadOnly))
            part10 = file.readAll();
    } else {
        const std::string rest = data.ConsumeRemainingBytesAsString();
        part10 = QByteArray(rest.data(), qsizetype(rest.size()));
    }
    const auto stored = archive->storeReceived(part10, QStringLiteral("FUZZ"));
    if (!stored) {
        fuzz::demand(!message(stored.error()).isEmpty());
        return 0;
    }
    Task task;
    for (const archive::StudyRow& study : archive->studies({}).value_or(std::vector<archive::StudyRow>{})) {
        for (const archive::InstanceRow& instance : archive->instancesOfStudy(study.uid).value_or(std::vector<archive::InstanceRow>{}))
            if (const auto plain = app::decompressed(instance.path); !plain)
                fuzz::demand(!message(plain.error()).isEmpty());
        fuzz::demand(archive->removeStudy(study.uid).has_value());
    }
    return 0;
}
