// What a DICOMweb server may answer: multipart bodies, DICOM JSON, STOW answers, headers. Pieces cut anywhere.
#include "netclient/dicomweb/json_rows.h"
#include "netclient/dicomweb/media_type.h"
#include "netclient/dicomweb/multipart.h"
#include "netclient/dicomweb/store_answer.h"
#include "tests/fuzz/fuzzing.h"

using namespace diascope;
using namespace diascope::dicomweb;

namespace
{

template <typename Reader>
Result<void> feedInPieces(Reader& reader, QByteArrayView bytes, size_t piece)
{
    Result<void> fed;
    while (!bytes.isEmpty() && fed) {
        const qsizetype count = std::min<qsizetype>(qsizetype(piece), bytes.size());
        fed = reader.feed(bytes.first(count));
        bytes = bytes.sliced(count);
    }
    return fed ? reader.finish() : fed;
}

struct Parts
{
    QList<QByteArray> bodies;
    bool isWhole = false;
};

Parts parts(const QByteArray& bytes, size_t piece, qint64 most)
{
    Parts found;
    MultipartReader reader("b", [&](MultipartReader::Part&& part) -> Result<void> {
        fuzz::demand(part.body.size() <= most + bytes.size());
        found.bodies << part.body;
        return {};
    }, most);
    found.isWhole = feedInPieces(reader, bytes, piece).has_value();
    return found;
}

void readJson(const QByteArray& bytes, size_t piece)
{
    QList<QByteArray> all;
    JsonRows rows([&](const QByteArray& json) -> Result<void> {
        all << json;
        if (const auto dataset = datasetFromJson(json, QStringLiteral("GB18030")))
            for (const dicom::Tag tag : dataset->tags()) {
                (void)dataset->text(tag);
                (void)dataset->numbers(tag);
                (void)dataset->items(tag);
            }
        return {};
    }, {20'000, 2'000});
    (void)feedInPieces(rows, bytes, piece);
    for (const QByteArray& row : all)
        fuzz::demand(row.startsWith('{') && row.endsWith('}') && row.size() <= 20'000);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* input, size_t size)
{
    FuzzedDataProvider data(input, size);
    const int kind = data.ConsumeIntegralInRange<int>(0, 3);
    const size_t piece = data.ConsumeIntegralInRange<size_t>(1, 300);
    const std::string rest = data.ConsumeRemainingBytesAsString();
    const QByteArray bytes(rest.data(), qsizetype(rest.size()));
    if (kind == 0) {
        // However it is cut, the same parts come out.
        const Parts whole = parts(bytes, bytes.size() + 1, 1 << 20), pieces = parts(bytes, piece, 1 << 20);
        fuzz::demand(whole.isWhole == pieces.isWhole && whole.bodies == pieces.bodies);
        (void)parts(bytes, piece, 50);
    } else if (kind == 1) {
        readJson(bytes, piece);
    } else if (kind == 2) {
        readJson("[{" + bytes + "}]", piece);
    } else {
        const auto answer = StoreAnswer::parse(piece % 2 ? "application/dicom+xml" : "application/dicom+json", bytes);
        if (answer)
            for (auto it = answer->failed.constBegin(); it != answer->failed.constEnd(); ++it)
                fuzz::demand(!answer->stored.contains(it.key()) && !failureText(it.value()).isEmpty());
        (void)MediaType::parse(bytes);
    }
    return 0;
}
