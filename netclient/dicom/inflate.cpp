#include "netclient/dicom/inflate.h"
#include <algorithm>
#include <limits>
#include <zlib.h>

namespace diascope::dicom
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("Dicom", text); }

constexpr qint64 largest = qint64(2) << 30;
constexpr qint64 plausible = qint64(200) << 20;
constexpr qint64 plausibleRatio = 50;
constexpr qint64 manyAtOnce = qint64(16) << 20;
constexpr qint64 step = qint64(4) << 20;

std::mutex largeOnes;

Result<QByteArray> inflate(const uchar* bytes, qint64 size, qint64 most, std::unique_lock<std::mutex>* turn)
{
    z_stream stream{};
    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK)
        return fail(Fault::Internal, tr("there is not enough memory to read the compressed dataset"));
    struct End
    {
        z_stream& stream;
        ~End() { inflateEnd(&stream); }
    } end{stream};
    const qint64 limit = std::min(largest, std::max(plausible, size * plausibleRatio));
    QByteArray out;
    qint64 consumed = 0;
    qint64 produced = 0;
    for (int result = Z_OK; result == Z_OK && produced < most;) {
        if (turn && !turn->owns_lock() && produced >= manyAtOnce)
            *turn = std::unique_lock(largeOnes);
        if (produced > limit)
            return fail(Fault::Damaged, tr("the compressed dataset grows beyond all measure"));
        if (stream.avail_in == 0) {
            stream.next_in = const_cast<Bytef*>(bytes + consumed);
            stream.avail_in = uInt(std::min<qint64>(size - consumed, step));
            consumed += stream.avail_in;
        }
        if (out.size() == produced)
            out.resize(qsizetype(std::min({std::max({step, 2 * produced, 4 * size}), limit + 2 * step, most})));
        const qint64 room = std::min<qint64>(out.size() - produced, step);
        stream.next_out = reinterpret_cast<Bytef*>(out.data()) + produced;
        stream.avail_out = uInt(room);
        result = ::inflate(&stream, Z_NO_FLUSH);
        produced += room - stream.avail_out;
        // The end of the input without the end of the stream: what is missing shows where the elements are walked.
        if (result == Z_BUF_ERROR || (result == Z_OK && stream.avail_in == 0 && consumed == size && stream.avail_out != 0))
            break;
        if (result != Z_OK && result != Z_STREAM_END)
            return fail(Fault::Damaged, tr("the compressed dataset is broken"));
    }
    out.truncate(qsizetype(produced));
    return out;
}

} // namespace

Result<QByteArray> inflated(const uchar* bytes, qint64 size, std::unique_lock<std::mutex>& turn)
{
    return inflate(bytes, size, std::numeric_limits<qint64>::max(), &turn);
}

Result<QByteArray> inflatedBeginning(const uchar* bytes, qint64 size, qint64 count) { return inflate(bytes, size, count, nullptr); }

} // namespace diascope::dicom
