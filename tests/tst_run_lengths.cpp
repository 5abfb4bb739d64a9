#include "tests/support/dice.h"
#include "viewer/decode/decoder_pool.h"
#include <QtTest>
#include <cstring>

using namespace diascope;
using namespace diascope::viewer;

/// RLE (PS3.5 Annex G), by the decoder that a person's images go through.
class TestRunLengths : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    /// FIL-09: PS3.5 Annex G headers that lie.
    void rleOffsetsOutOfRange()
    {
        DecoderPool pool(1);
        DecodeRequest request; // an RLE frame
        request.rows = request.columns = 2;
        std::vector<std::byte> out(4);
        const auto decoded = [&](const std::vector<quint32>& offsets, quint32 segments) {
            QByteArray rle(64, '\0');
            memcpy(rle.data(), &segments, 4);
            memcpy(rle.data() + 4, offsets.data(), 4 * offsets.size());
            rle += QByteArray("\3abcd\3efgh", 10); // four literal bytes, twice
            return pool.decode(request, std::as_bytes(std::span(rle.constData(), size_t(rle.size()))), out);
        };
        QVERIFY(decoded({64}, 1));
        for (const quint32 offset : {0u, 63u, 74u, 75u, 0xFFFFFFF0u})
            QVERIFY2(!decoded({offset}, 1) && decoded({offset}, 1).error().fault == Fault::Damaged, qPrintable(QString::number(offset)));
        QVERIFY(!decoded({64, 69}, 2));
        request.bitsAllocated = request.bitsStored = 16;
        out.resize(8);
        QVERIFY(decoded({64, 69}, 2));
        QCOMPARE(QByteArray(reinterpret_cast<const char*>(out.data()), 8), QByteArray("eafbgchd"));
        for (const quint32 offset : {0u, 63u, 64u, 68u, 74u, 75u, 5000u})
            QVERIFY2(!decoded({64, offset}, 2), qPrintable(QString::number(offset)));
        QVERIFY(!decoded({64}, 1));
        // PS3.5 G.5: fifteen segments at most.
        request.samplesPerPixel = 8;
        out.resize(64);
        QVERIFY(!decoded(std::vector<quint32>(15, 64), 16));
        QVERIFY(!pool.decode(request, std::span<const std::byte>(), out)); // FIL-12: nothing at all
    }

    /// PS3.5 Annex G, written in every way it may be: literal and replicate runs of any length, the byte that means nothing, a last run
    /// that goes on into the padding.
    void PIX_13_runLengthsOfAnyWriter()
    {
        test::Reached reached{"literal", "replicate", "nothing", "padded", "colour", "more than a byte"};
        DecoderPool pool(1);
        for (int seed = 1; seed <= test::rounds(500); ++seed) {
            test::Dice dice(seed);
            DecodeRequest request;
            request.codec = DecodeRequest::Codec::Rle;
            request.rows = uint32_t(dice.from(1, 6));
            request.columns = uint32_t(dice.of({1, 7, 40, 150}));
            request.bitsAllocated = request.bitsStored = uint32_t(dice.of({8, 8, 16, 32}));
            request.samplesPerPixel = uint32_t(dice.of({1, 1, 3}));
            const size_t pixels = size_t(request.rows) * request.columns, width = request.bitsAllocated / 8, samples = request.samplesPerPixel;
            reached.count("colour", samples == 3);
            reached.count("more than a byte", width > 1);
            QByteArray plain(qsizetype(pixels * width * samples), '\0');
            for (char& byte : plain)
                byte = char(dice.of({0, 0, 0, 1, 255, 128}));
            QByteArray rle(64, '\0');
            rle[0] = char(samples * width);
            qsizetype needed = 0;
            for (size_t segment = 0; segment < samples * width; ++segment) {
                const quint32 offset = quint32(rle.size());
                std::memcpy(rle.data() + 4 + 4 * segment, &offset, 4);
                const size_t sample = segment / width, byte = width - 1 - segment % width; // the most significant first
                const auto at = [&](size_t pixel) { return plain[qsizetype((pixel * samples + sample) * width + byte)]; };
                for (size_t i = 0; i < pixels;) {
                    if (reached.count("nothing", dice.isOneOf(6)))
                        rle += char(-128);
                    size_t same = 1;
                    while (i + same < pixels && same < 128 && at(i + same) == at(i))
                        ++same;
                    if (reached.count("replicate", same > 1 && dice.isOneOf(2))) {
                        size_t run = size_t(dice.from(2, int(same)));
                        i += run;
                        if (reached.count("padded", i == pixels && run < 128 && dice.isOneOf(2)))
                            ++run;
                        rle += char(1 - int(run));
                        rle += at(i - 1);
                        continue;
                    }
                    const size_t run = size_t(dice.from(1, int(std::min<size_t>(128, pixels - i))));
                    reached.count("literal", run > 1);
                    rle += char(run - 1);
                    for (size_t end = i + run; i < end; ++i)
                        rle += at(i);
                }
                needed = rle.size();
                if (rle.size() % 2)
                    rle += '\0';
            }
            std::vector<std::byte> out(size_t(plain.size()));
            const auto decoded = pool.decode(request, std::as_bytes(std::span(rle.constData(), size_t(rle.size()))), out);
            QVERIFY2(decoded, decoded ? "" : qPrintable(QString("seed %1: %2").arg(seed).arg(message(decoded.error()))));
            QVERIFY2(std::memcmp(out.data(), plain.constData(), out.size()) == 0, qPrintable(QString("seed %1").arg(seed)));
            // FIL-12: what lacks a byte is no picture.
            const auto cut = std::as_bytes(std::span(rle.constData(), size_t(needed - dice.of({1, 1, 2, 3}))));
            QVERIFY2(!pool.decode(request, cut, out), qPrintable(QString("seed %1").arg(seed)));
        }
        QCOMPARE(reached.missing(), QString());
    }
};

QTEST_GUILESS_MAIN(TestRunLengths)
#include "tst_run_lengths.moc"
