// Images drawn at random and written byte by byte: every sample, palette and number that is told of them is what was drawn.
#include "tests/support/drawn_pixels.h"
#include "tests/support/words.h"
#include "viewer/decode/decoder_pool.h"
#include "viewer/decode/pixel_layout.h"
#include "viewer/decode/pixel_source.h"
#include "viewer/decode/server_picture.h"
#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <cstring>

using namespace diascope;
using namespace diascope::viewer;
using test::Dice;
using test::Drawn;
using test::Form;
using test::littleEndian;
using test::Order;
using test::Pairs;
using test::reached;
using test::say;
using test::word;
namespace tag = dicom::tag;

namespace
{

/// "": every frame of it is as it was drawn; the frames from `there` on are missing.
QString frameDifference(const PixelSource& source, const Drawn& d, int n)
{
    const auto frame = source.frame(n);
    if (!frame)
        return QStringLiteral("frame %1: %2").arg(n).arg(message(frame.error()));
    const bool isFloat = d.element != PixelDescription::Element::PixelData || d.allocated == 64;
    const bool isSigned = d.isSigned && d.allocated > 1;
    const SampleType type = isFloat             ? SampleType::Float32
                            : d.isColour()      ? SampleType::Rgb8
                            : d.allocated == 32 ? (isSigned ? SampleType::Int32 : SampleType::UInt32)
                            : isSigned          ? SampleType::Int16
                            : d.allocated == 16 ? SampleType::UInt16
                                                : SampleType::UInt8;
    const size_t bytes = d.pixels() * size_t(isFloat || (d.allocated == 32 && !d.isColour()) ? 4
                                             : d.isColour()                                  ? 3
                                             : isSigned || d.allocated == 16                 ? 2
                                                                                             : 1);
    if (frame->type != type || frame->rows != d.rows || frame->columns != d.columns || frame->pixels.size() != bytes)
        return QStringLiteral("form of frame %1").arg(n);
    ModalityTransform transform{2.5, -7, nullptr, 0, {}};
    if (n == 1 && d.element == PixelDescription::Element::PixelData)
        transform.table = std::make_shared<std::vector<float>>(std::vector<float>{5, 7, 11}), transform.firstMapped = 3;
    const std::vector<float> values = modalityValues(*frame, transform);
    if (values.size() != (d.isColour() ? 0 : d.pixels()))
        return QStringLiteral("modality values");
    for (size_t i = 0; i < d.pixels(); ++i) {
        const QString place = QStringLiteral("frame %1 pixel %2").arg(n).arg(i);
        const double got = frame->storedAt(int(i) % d.columns, int(i) / d.columns);
        if (d.isColour()) {
            double luminance = 0;
            const auto rgb = d.rgb(n, i);
            for (size_t k = 0; k < 3; ++k) {
                const int byte = frame->as<quint8>()[3 * i + k];
                luminance += byte * std::array{0.299, 0.587, 0.114}[k]; // ITU-R BT.601
                if (std::abs(byte - std::clamp(rgb[k], 0.0, 255.0)) > 0.505)
                    return QStringLiteral("%1 channel %2 is %3, not %4").arg(place).arg(k).arg(byte).arg(rgb[k]);
            }
            if (std::abs(luminance - got) > 1e-9)
                return place + QStringLiteral(": luminance");
            continue;
        }
        constexpr double largest = std::numeric_limits<float>::max();
        double stored = d.stored_(n, i, 0);
        if (d.allocated == 64 && d.element == PixelDescription::Element::PixelData && std::abs(got - stored) <= 6e-8 * std::abs(stored))
            stored = got;
        if (isFloat)
            stored = double(float(std::isfinite(stored) ? std::clamp(stored, -largest, largest) : stored));
        const float value = transform.table ? (*transform.table)[stored >= 5 ? 2 : stored >= 4 ? 1 : 0] : float(stored * 2.5 - 7);
        if (got != stored && !(std::isnan(got) && std::isnan(stored)))
            return QStringLiteral("%1 is %2, not %3").arg(place).arg(got).arg(stored);
        if (values[i] != value && !std::isnan(stored))
            return QStringLiteral("%1: value %2, not %3").arg(place).arg(double(values[i])).arg(double(value));
    }
    return {};
}

/// Which frames there are, what whoever asks beyond them hears, and all samples; frames from `there` on are missing.
QString difference(const Result<PixelSource>& source, const Drawn& d, int there)
{
    if (!source)
        return message(source.error());
    const PixelDescription& told = source->description();
    const bool isLie = d.pairs == Pairs::Whole; // whole planes are no pairs
    const QString is = test::line(told.rows, told.columns, told.frames, told.samplesPerPixel, told.bitsAllocated, told.bitsStored, told.highBit,
                                  told.isSigned, told.photometric, told.element, told.planarConfiguration, source->layout()->availableFrames());
    const QString expected = test::line(d.rows, d.columns, d.frames, d.samples, d.allocated, d.stored, d.highBit, d.isSigned,
                                        isLie ? "YBR_FULL" : d.photometric, d.element, d.planar, there);
    if (is != expected)
        return QStringLiteral("description %1, not %2").arg(is, expected);
    const auto again = PixelSource::open(source->layout());
    const auto whole = source->wholeBytes();
    const qint64 frameBytes = source->description().frameBytes();
    if (there < d.frames ? whole || whole.error().fault != Fault::Damaged : !whole || *whole != frameBytes * d.frames)
        return QStringLiteral("bytes of all frames");
    for (int n = -1; n <= d.frames; ++n) {
        const bool isThere = n >= 0 && n < there;
        if (isThere) {
            if (const QString text = frameDifference(*again, d, n); !text.isEmpty())
                return text;
            // Into a place among others: no byte beside it is touched.
            constexpr size_t beside = 16;
            std::vector<std::byte> place(size_t(frameBytes) + 2 * beside, std::byte(0xA5));
            if (const auto read = source->readFrame(n, std::span(place).subspan(beside, size_t(frameBytes))); !read)
                return message(read.error());
            const auto isUntouched = [](std::byte byte) { return byte == std::byte(0xA5); };
            if (!std::all_of(place.begin(), place.begin() + beside, isUntouched) || !std::all_of(place.end() - beside, place.end(), isUntouched))
                return QStringLiteral("frame %1 is more than its place").arg(n);
            continue;
        }
        const auto frame = source->frame(n);
        if (frame || frame.error().fault != (n < 0 || n >= d.frames ? Fault::Invalid : Fault::Damaged) || frame.error().detail.isEmpty())
            return QStringLiteral("frame %1 is not refused").arg(n);
        if (n >= there && n < d.frames && frame.error().detail != QStringLiteral("the pixel data ends after %1 of %2 frames").arg(there).arg(d.frames))
            return QStringLiteral("frame %1: %2").arg(n).arg(frame.error().detail);
        std::vector<std::byte> own(size_t(frameBytes), std::byte(0));
        if (const auto read = source->readFrame(n, own); read || read.error().fault != frame.error().fault)
            return QStringLiteral("frame %1 is read").arg(n);
    }
    std::vector<std::byte> wrong(size_t(frameBytes + 1));
    for (const size_t size : {size_t(frameBytes) - 1, size_t(frameBytes) + 1})
        if (const auto read = source->readFrame(0, std::span(wrong).first(size)); read || read.error().fault != Fault::Internal)
            return QStringLiteral("a frame of another size");
    for (const auto& [palette, drawn] : {std::pair(source->layout()->palette, &d.table), {source->layout()->supplemental, &d.supplemental}}) {
        if ((palette != nullptr) != drawn->has_value())
            return QStringLiteral("whether there is a palette");
        if (!palette)
            continue;
        const auto& colours = (*drawn)->colours;
        if (palette->firstMapped != (*drawn)->first || palette->colours.size() != colours.size())
            return QStringLiteral("palette from %1, %2 entries").arg(palette->firstMapped).arg(palette->colours.size());
        for (qint64 at = -2; at < qint64(colours.size()) + 2; ++at)
            if (!std::ranges::equal((*palette)((*drawn)->first + at), colours[size_t(std::clamp<qint64>(at, 0, qint64(colours.size()) - 1))]))
                return QStringLiteral("entry %1 of the palette").arg(at);
    }
    return {};
}

/// PS3.3 C.7.5.1.1.2 and C.7.6.24: what is written, in either VR, and what it means.
std::optional<PaddingRange> drawPadding(Dice& dice, const Drawn& d, std::vector<test::Element>& elements)
{
    using Kind = PixelDescription::Element;
    const bool isSingle = d.element == Kind::FloatPixelData, isDouble = d.element == Kind::DoubleFloatPixelData;
    const auto draw = [&] {
        return isSingle || isDouble ? dice.of({-9999.0, 1.1, -1e30, 7.0})
               : d.allocated == 1   ? dice.upTo(1)
               : d.allocated == 8   ? dice.from(d.isSigned ? -128 : 0, d.isSigned ? 127 : 255)
               : d.allocated == 16  ? dice.of({dice.from(0, 32767), d.isSigned ? -32768 : 32768, d.isSigned ? -1 : 65535, 32767})
                                    : dice.from(0, 32767);
    };
    std::optional<PaddingRange> range;
    for (int i = 0; i < 1 + dice.upTo(1); ++i) {
        const double value = draw();
        QByteArray bytes = word(int(value));
        const float single = float(value);
        if (isSingle)
            bytes = QByteArray(reinterpret_cast<const char*>(&single), 4);
        if (isDouble)
            bytes = QByteArray(reinterpret_cast<const char*>(&value), 8);
        const char* vr = isSingle ? "FL" : isDouble ? "FD" : dice.of({"US", "SS"});
        reached.count("padding in wrong VR", vr[0] == (d.isSigned ? 'U' : 'S') && d.allocated == 16);
        elements.push_back({(isSingle   ? 0x00280122U
                             : isDouble ? 0x00280123U
                                        : 0x00280120U) +
                                (i == 0                 ? 0
                                 : isSingle || isDouble ? 2
                                                        : 1),
                            vr, bytes});
        const double meant = isDouble ? double(float(value)) : isSingle ? double(single) : value;
        range = i == 0 ? PaddingRange{meant, meant} : PaddingRange{std::min(range->low, meant), std::max(range->high, meant)};
    }
    return d.isColour() ? std::nullopt : range;
}

/// Cells of 32 and 64 bits, turned around by word or as a whole: only an image's own smoothness tells which (PS3.5 7.3).
void makeSmooth(Dice& dice, Drawn& d)
{
    for (size_t i = 0; i < d.cells.size(); ++i) // the highest words differ a little, the lowest much
        d.cells[i] = (d.allocated == 64 ? quint64(0x0012003400560000) : quint64(0x00120000)) + (quint64(dice.upTo(3)) << (d.allocated - 16)) +
                     (i % 2 ? 20'000 : 0) + quint64(dice.upTo(9000));
}

/// Streams in fragments, tables of where they begin, and what is to be found of them.
struct Encapsulated
{
    Encapsulated(Dice& dice, const Drawn& d) : isRle(dice.isOneOf(2)), m_isMarked(isRle || dice.isOneOf(2)), m_isCut(dice.isOneOf(2))
    {
        const int count = std::max(1, d.frames + (dice.isOneOf(4) ? dice.from(-2, 2) : 0));
        drawStreams(dice, d, count);
        QList<qsizetype> lies = m_offsets;
        switch (count > d.frames ? dice.upTo(2) : dice.upTo(m_last > m_offsets.back() ? 6 : 5)) {
        case 0: lies[0] += 8; break;
        case 1: lies.back() += 2; break;
        case 2: lies << lies.back(); break;
        case 3: lies.removeLast(); break;
        case 4: lies.back() = m_end; break;
        case 6: lies.removeFirst(), lies << m_last; break;
        default: lies.prepend(0);
        }
        const auto bytesOf = [](const QList<qsizetype>& numbers, int width) {
            QByteArray bytes;
            for (const qsizetype number : numbers)
                bytes += littleEndian(quint64(number), width);
            return bytes;
        };
        const int basic = dice.upTo(2);
        const int extended = dice.of({0, 0, 0, 1, 2}); // none, a true one, a lie
        pixels = test::fragments(m_pieces, basic == 0 ? QByteArray() : bytesOf(basic == 1 ? m_offsets : lies, 4));
        if (extended)
            pixels.prepend(encoded({0x7FE00001, "OV", bytesOf(extended == 1 ? m_offsets : lies, 8)}, Order::Explicit));
        QList<QByteArray> full = m_pieces;
        full.removeAll(QByteArray());
        const bool isTrue = (basic == 1 || extended == 1) && count == d.frames;
        if (d.frames == 1)
            frames << m_pieces.join();
        else if (m_pieces.size() == d.frames || full.size() == d.frames)
            frames = m_pieces.size() == d.frames ? m_pieces : full;
        else if (isTrue || (m_isMarked && count <= d.frames)) {
            frames = streams;
            reached.count(isTrue ? (extended == 1 ? "extended" : "table") : "by streams");
            reached.count("table lies", !isTrue && (basic == 2 || extended == 2));
            reached.count("cut", m_isCut);
        } else if (!m_isMarked && full.size() < d.frames)
            frames = full;
        reached.count("too many streams", count > d.frames);
        reached.count("frames missing", count < d.frames);
        words =
            QStringLiteral("%1 fragments, tables %2 %3, RLE %4, marks %5: ").arg(m_pieces.size()).arg(basic).arg(extended).arg(isRle).arg(m_isMarked);
    }
    QList<QByteArray> streams, frames; ///< as they were made, and as they are found
    QByteArray pixels;
    QString words;
    const bool isRle;

private:
    void drawStreams(Dice& dice, const Drawn& d, int count)
    {
        const auto hex = [](const char* digits) { return QByteArray::fromHex(digits); };
        const auto marks = {hex("ffd8ffe0"), hex("ff4fff51"), hex("0000000c6a502020"), hex("0f00000040000000"), hex("0100000040000000")};
        const auto noMarks = {hex("ffd800ff"),         hex("ff00ff51"),         hex("0000000c6a502120"), hex("1000000040000000"),
                              hex("0000000040000000"), hex("0100000041000000"), hex("00d8ffe0")};
        const bool hasEmpty = dice.isOneOf(6);
        const auto add = [&](const QByteArray& piece) {
            m_pieces << piece;
            m_last = piece.isEmpty() ? m_last : m_end;
            m_end += 8 + piece.size();
        };
        for (int n = 0; n < count; ++n) {
            streams << (isRle ? rleStream(dice, d, std::min(n, d.frames - 1))
                              : (m_isMarked ? dice.of(marks) : dice.of(noMarks)) + QByteArray(2 * dice.upTo(20), char('a' + n)));
            m_offsets << m_end;
            for (QByteArray left = streams.back(); !left.isEmpty();) {
                const qsizetype take = m_isCut ? std::min<qsizetype>(left.size(), 2 * dice.from(1, dice.of({1, 4, 60}))) : left.size();
                add(left.first(take));
                left.remove(0, take);
                if (hasEmpty && reached.count("empty fragment", dice.isOneOf(3)))
                    add({});
            }
        }
    }
    const bool m_isMarked, m_isCut;
    QList<QByteArray> m_pieces;
    QList<qsizetype> m_offsets; // of each stream's first fragment
    qsizetype m_last = 0, m_end = 0; // the last fragment's place
};

/// A chunk of a PNG file (RFC 2083 3.2).
QByteArray chunk(QByteArray content)
{
    quint32 check = 0xFFFFFFFF;
    for (const char byte : content)
        for (int bit = 0; bit < 8; ++bit)
            check = check >> 1 ^ ((check ^ quint32(uchar(byte)) >> bit) & 1 ? 0xEDB88320 : 0);
    const auto number = [](quint32 value) { return test::turned(littleEndian(value, 4), 4); };
    return number(quint32(content.size() - 4)) + content + number(~check);
}

} // namespace

class TestRandomPixels : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder{(QDir("/dev/shm").exists() ? QStringLiteral("/dev/shm") : QDir::tempPath()) + "/diascope-XXXXXX"};

    int m_functions = 0;

    QString written(const QByteArray& bytes)
    {
        QFile out(m_folder.filePath("a.dcm"));
        return out.open(QIODevice::WriteOnly) && out.write(bytes) == bytes.size() ? out.fileName() : QString();
    }
    /// "": a stream that lies of itself is refused (PS3.5 G.5).
    QString breakRle(Dice& dice, Drawn d, const Form& form)
    {
        d.frames = 1;
        QByteArray broken = rleStream(dice, d, 0);
        const int segments = broken[0], which = dice.upTo(segments - 1);
        const auto setOffset = [&](quint64 offset) { broken.replace(4 + 4 * which, 4, littleEndian(offset, 4)); };
        switch (dice.upTo(5)) {
        case 0: broken.truncate(dice.upTo(31) * 2); break;
        case 1: broken[0] = char(segments + dice.of({-1, 1})); break;
        case 2: setOffset(62); break;
        case 3: setOffset(quint64(broken.size())); break;
        case 4: setOffset(0xFFFFFFFF); break;
        default: broken.chop(broken.back() == 0 ? 4 : 2);
        }
        DecodeRequest request; // and one that lacks its last bytes, or part of its header
        request.rows = uint32_t(d.rows), request.columns = uint32_t(d.columns), request.samplesPerPixel = uint32_t(d.samples);
        request.bitsAllocated = uint32_t(std::max(8, d.allocated));
        QByteArray cut = rleStream(dice, d, 0, false);
        cut.chop(dice.isOneOf(3) ? cut.size() - dice.upTo(63) : dice.from(1, 2));
        std::vector<std::byte> out(d.pixels() * size_t(d.samples) * request.bitsAllocated / 8);
        if (const auto decoded = DecoderPool::instance().decode(request, std::as_bytes(std::span(std::as_const(cut))), out);
            decoded || decoded.error().fault != Fault::Damaged)
            return QStringLiteral("cut RLE is shown");
        const auto source = PixelSource::open(written(file(dice, form, header(d), test::fragments({broken}))));
        const auto frame = source ? source->frame(0) : std::unexpected(source.error());
        return !frame && frame.error().fault == Fault::Damaged ? QString() : QStringLiteral("broken RLE is shown");
    }

private Q_SLOTS:
    void init() { ++m_functions; }

    void PIX_01_PIX_02_PIX_09_PIX_10_PIX_11_uncompressed()
    {
        for (int seed = 1; seed <= test::rounds(5000); ++seed) {
            Dice dice(seed);
            Drawn d = drawImage(dice, false);
            Form form;
            form.order = dice.of({Order::Explicit, Order::Explicit, Order::Implicit, Order::Big, Order::Big, Order::Deflated});
            const bool isBig = form.order == Order::Big;
            form.syntax = QByteArray("1.2.840.10008.1.2") + std::array{".1", "", ".2", ".1.99"}[size_t(form.order)];
            if (form.order == Order::Explicit || form.order == Order::Implicit) {
                form.hasMeta = !reached.count("no header", dice.isOneOf(8));
                form.isMetaImplicit = form.hasMeta && reached.count("implicit header", dice.isOneOf(8));
                form.hasPreamble =
                    !form.hasMeta || form.isMetaImplicit || form.order == Order::Implicit || !reached.count("no preamble", dice.isOneOf(8));
            }
            const char* vr = "OW";
            int width = 0;
            if (d.element != PixelDescription::Element::PixelData)
                vr = d.allocated == 32 ? "OF" : "OD";
            else if (d.allocated <= 8 && dice.isOneOf(3))
                vr = "OB";
            else if (isBig && d.allocated > 16 && !d.isColour()) {
                makeSmooth(dice, d);
                if (reached.count("whole cells", d.cells.size() > 1 && dice.isOneOf(2)))
                    width = d.allocated / 8;
                reached.count("words of cells", width == 0);
            } else if (isBig && d.allocated == 32)
                continue; // colour is not smooth
            QByteArray bytes = nativeBytes(d);
            const qint64 bits = qint64(bytes.size()) / d.frames * 8;
            const auto held = [&](qint64 size) { return int(size * 8 / (qint64(d.pixels()) * d.samples * d.allocated)); };
            int there = d.frames;
            if (d.pairs == Pairs::No && width == 0 && (!isBig || d.allocated <= 16)) {
                if (reached.count("too short", dice.isOneOf(8))) {
                    bytes.truncate(dice.upTo(int(bytes.size()) - 1));
                    there = held(bytes.size());
                } else if (reached.count("longer", dice.isOneOf(8)))
                    bytes += QByteArray(dice.from(1, 40), 'e');
            }
            reached.count("frames within bytes", d.allocated == 1 && bits % 8 == 0 && d.frames > 1 && d.pixels() % 8 != 0);
            if (bytes.size() % 2 && (there == d.frames || held(bytes.size() + 1) == there) && !reached.count("lone byte", dice.isOneOf(4)))
                bytes += '\0';
            auto elements = header(d);
            const auto padding = dice.isOneOf(3) ? drawPadding(dice, d, elements) : std::nullopt;
            reached.count("padding", padding.has_value());
            const quint32 number = d.element == PixelDescription::Element::PixelData ? 0x7FE00010 : d.allocated == 32 ? 0x7FE00008 : 0x7FE00009;
            const bool isOfBytes = isBig && d.allocated == 16 && dice.isOneOf(4); // against the standard, and still words
            const auto source =
                PixelSource::open(written(file(dice, form, elements, encoded({number, isOfBytes ? "OB" : vr, bytes, isOfBytes ? 2 : width}, form.order))));
            const QString words = QStringLiteral("seed %1 %2 %3, %4 bits, %5 stored to %6, %7 frames: ")
                                      .arg(seed)
                                      .arg(form.syntax, d.photometric)
                                      .arg(d.allocated)
                                      .arg(d.stored)
                                      .arg(d.highBit)
                                      .arg(d.frames);
            reached.count(isBig ? "big endian" : "implicit", isBig || form.order == Order::Implicit);
            reached.count("deflated", form.order == Order::Deflated);
            if ((d.table && d.table->isBroken) || (d.supplemental && d.supplemental->isBroken)) {
                QVERIFY2(!source && source.error().fault == Fault::Damaged && !source.error().detail.isEmpty(),
                         qPrintable(words + "a broken palette"));
                continue;
            }
            QCOMPARE(source ? QString() : words + message(source.error()), QString());
            const auto difference = ::difference(source, d, there);
            QVERIFY2(difference.isEmpty(), qPrintable(words + difference));
            QVERIFY2(source->description().padding == padding, qPrintable(words + "padding"));
        }
    }

    /// PS3.5 A.4, G and PS3.3 C.7.6.3.1.8: which fragments are which frame's.
    void PIX_13_FIL_09_FIL_12_fragments()
    {
        for (int seed = 1; seed <= test::rounds(4000); ++seed) {
            Dice dice(seed);
            const Drawn d = drawImage(dice, true);
            if ((d.table && d.table->isBroken) || d.supplemental)
                continue;
            const Encapsulated drawn(dice, d);
            const QList<QByteArray>& expected = drawn.frames;
            Form form;
            form.syntax = drawn.isRle ? "1.2.840.10008.1.2.5" : "1.2.840.10008.1.2.4.90";
            const QString path = written(file(dice, form, header(d), drawn.pixels));
            const auto source = PixelSource::open(path);
            const QString words = QStringLiteral("seed %1, %2 of %3 frames: ").arg(seed).arg(expected.size()).arg(d.frames) + drawn.words;
            QVERIFY2(source, qPrintable(words + (source ? QString() : message(source.error()))));
            const PixelLayout& layout = *source->layout();
            QVERIFY2(layout.isEncapsulated && layout.availableFrames() == expected.size(),
                     qPrintable(words + QString::number(layout.availableFrames())));
            QFile raw(path);
            QVERIFY(raw.open(QIODevice::ReadOnly));
            const QByteArray all = raw.readAll();
            for (int n = 0; n < expected.size(); ++n) {
                QByteArray found;
                for (size_t i = layout.firstPieces[size_t(n)]; i < layout.firstPieces[size_t(n) + 1]; ++i)
                    found += all.mid(layout.pieces[i].offset, layout.pieces[i].length);
                QVERIFY2(found == expected[n] && layout.frameLength(n) == found.size(), qPrintable(words + QString::number(n)));
            }
            if (!reached.count("RLE", drawn.isRle))
                continue;
            for (int n = 0; n < d.frames; ++n) {
                const bool isEmpty = n >= expected.size() || expected[n].isEmpty();
                if (!isEmpty && expected[n] != drawn.streams.value(n))
                    continue; // another frame's fragment, or part of one
                const auto frame = source->frame(n);
                const QString text = !isEmpty                                         ? frameDifference(*source, d, n)
                                     : frame || frame.error().fault != Fault::Damaged ? QStringLiteral("frame %1").arg(n)
                                                                                      : QString();
                QVERIFY2(text.isEmpty(), qPrintable(words + text));
                QVERIFY2(n < expected.size() || frame.error().detail == QStringLiteral("the compressed data of frame %1 of %2 are missing").arg(n + 1).arg(d.frames), qPrintable(words));
            }
            if (reached.count("broken RLE", dice.isOneOf(3)))
                if (const QString text = breakRle(dice, d, form); !text.isEmpty())
                    QFAIL(qPrintable(words + text));
        }
    }

    /// PS3.3 C.7.6.3: what contradicts itself, or cannot be shown.
    void FIL_04_FIL_06_FIL_07_headers()
    {
        for (int seed = 1; seed <= test::rounds(5000); ++seed) {
            Dice dice(seed);
            Drawn d;
            const auto photometric = dice.of({"MONOCHROME1", "MONOCHROME2", "RGB", "YBR_FULL", "YBR_RCT", "HSV", "CMYK", "YBR_PARTIAL_420",
                                              "YBR_FULL_422", "PALETTE COLOR", "ARGB", "PURPLE", " rgb", ""});
            d.photometric = photometric;
            const QByteArray clean = d.photometric.trimmed().toUpper();
            const bool isPalette = clean == "PALETTE COLOR", isGrey = clean.startsWith("MONO") || clean.isEmpty() || isPalette,
                       isCompressed = dice.isOneOf(3);
            d.samples = clean == "CMYK" ? 4 : isGrey ? 1 : 3;
            if (dice.isOneOf(6))
                d.samples = dice.of({0, 1, 2, 3, 4});
            d.rows = dice.of({0, 1, 2, 2, 16384, 32768, 65535}), d.columns = dice.of({0, 1, 2, 2, 32768, 32769, 65535});
            d.allocated = dice.of({0, 1, 2, 8, 8, 8, 12, 16, 16, 16, 24, 32, 32, 64});
            d.stored = std::max(0, d.allocated - dice.of({0, 0, 0, 1, 4, 8, -1}));
            d.highBit = std::max(0, d.stored - 1 + dice.of({0, 0, 0, 1, 4, -1}));
            const QByteArray frames = dice.of({"1", "2", "0", "", "-1", "x", "2147483647", "2147483648"});
            if (isPalette)
                do
                    d.table = drawTable(dice, false);
                while (d.table->isBroken);
            auto elements = header(d);
            std::erase_if(elements, [](const auto& e) { return e.tag == 0x00280008; });
            if (!frames.isEmpty() || dice.isOneOf(2))
                elements.push_back({0x00280008, "IS", frames.size() % 2 ? frames + ' ' : frames});
            const bool hasPixels = !dice.isOneOf(20);
            Form form;
            form.syntax = isCompressed ? "1.2.840.10008.1.2.5" : "1.2.840.10008.1.2.1";
            const QByteArray pixels =
                isCompressed ? test::fragments({QByteArray(66, 'x')}) : encoded({0x7FE00010, "OW", QByteArray(2, 'x')}, Order::Explicit);
            const auto source = PixelSource::open(written(file(dice, form, elements, hasPixels ? pixels : QByteArray())));
            // Refused for the first of these.
            std::optional<Fault> fault;
            const auto refuse = [&](bool isSo, Fault as) {
                if (isSo && !fault)
                    fault = as;
            };
            refuse(!hasPixels, Fault::NotFound);
            refuse(d.rows == 0 || d.columns == 0, Fault::Damaged);
            refuse(frames == "-1" || frames == "x" || frames == "2147483648", Fault::Damaged);
            refuse(d.allocated == 2 || d.allocated == 12, Fault::Damaged);
            refuse(d.allocated == 0 || d.allocated == 24, Fault::Unsupported);
            refuse(d.stored < 1 || d.stored > d.allocated, Fault::Damaged);
            refuse(d.highBit + 1 < d.stored || d.highBit + 1 > d.allocated, Fault::Damaged);
            refuse(clean == "ARGB" || clean == "PURPLE" || (clean.isEmpty() && d.samples != 1), Fault::Unsupported);
            refuse(isCompressed ? clean == "HSV" || clean == "CMYK" : clean == "YBR_PARTIAL_420", Fault::Unsupported);
            refuse(d.samples != (clean == "CMYK" ? 4 : isGrey ? 1 : 3), Fault::Damaged);
            refuse(d.samples > 1 && (d.allocated == 1 || d.allocated == 64), Fault::Unsupported);
            refuse(isPalette && d.allocated > 16, Fault::Damaged);
            const double pixelCount = double(d.rows) * d.columns, cell = d.allocated / 8.0;
            const double shown = d.samples > 1 || isPalette ? 3
                                 : d.allocated == 64        ? 4
                                                            : std::max(1.0, cell),
                         stored = clean.endsWith("422") ? 2 * cell : d.samples * cell;
            refuse(pixelCount * shown > 2147483648.0 || pixelCount * stored > 2147483648.0 + 0.999, Fault::Unsupported);
            const QString words = QStringLiteral("seed %1 %2 %3 × %4, %5 %6 %7 %8 bits, frames %9: ")
                                      .arg(seed)
                                      .arg(photometric)
                                      .arg(d.rows)
                                      .arg(d.columns)
                                      .arg(d.samples)
                                      .arg(d.allocated)
                                      .arg(d.stored)
                                      .arg(d.highBit)
                                      .arg(frames);
            QVERIFY2(source.has_value() == !fault && (source || source.error().fault == *fault),
                     qPrintable(words + (source ? "is taken" : message(source.error()))));
            reached.count("refused", fault.has_value());
            reached.count("too large", fault == Fault::Unsupported && d.rows > 2 && d.columns > 2);
            if (!source)
                continue;
            const auto& told = source->description();
            QVERIFY2(told.photometric == (clean.isEmpty() ? "MONOCHROME2" : clean) && told.frames == std::max(1, frames.toInt()), qPrintable(words));
        }
    }

    /// Memory is not taken for what compressed bytes cannot hold, nor for what no value could (PS3.5 7.1.1).
    void FIL_04_tooMuchOutOfTooLittle()
    {
        for (int seed = 1; seed <= test::rounds(30); ++seed) {
            Dice dice(seed);
            Drawn d;
            d.rows = 8192, d.columns = dice.of({8192, 8191, 16384, 32768});
            d.frames = dice.of({1, 2, 3});
            if (dice.isOneOf(4))
                d.rows = 32767 + (d.frames = dice.upTo(1)), d.columns = 65535, d.frames = 2; // two frames just below, or just beyond 4 GiB
            if (seed == 1)
                d.rows = 32768, d.columns = 32768, d.frames = 4; // 4 GiB
            const qint64 frameBytes = qint64(d.rows) * d.columns, least = (frameBytes + 191) / 192;
            QList<QByteArray> streams;
            bool isFar = frameBytes * d.frames >= 64 << 20, isLastFar = false;
            qint64 compressed = 0;
            for (int n = 0; n < d.frames; ++n) {
                const qsizetype length = frameBytes > (1 << 28) ? 10 : least / 2 * 2 + dice.of({-2, 0, 2, 40});
                streams << QByteArray::fromHex("0100000040000000") + QByteArray(length - 8, 's');
                compressed += length;
                isLastFar = frameBytes >= 64 << 20 && length * 192 < frameBytes;
            }
            isFar = (isFar && compressed * 192 < frameBytes * d.frames) ||
                    std::ranges::any_of(streams, [&](const auto& s) { return frameBytes >= 64 << 20 && s.size() * 192 < frameBytes; });
            const bool isTooLong = frameBytes * d.frames > 0xFFFFFFFE;
            Form form;
            form.syntax = "1.2.840.10008.1.2.5";
            const auto source = PixelSource::open(written(file(dice, form, header(d), test::fragments(streams))));
            QVERIFY(source);
            const auto whole = source->wholeBytes();
            const QString words =
                QStringLiteral("seed %1: %2 bytes of %3 × %4, %5 frames").arg(seed).arg(compressed).arg(d.rows).arg(d.columns).arg(d.frames);
            const int got = whole ? -1 : int(whole.error().fault);
            QVERIFY2(got == (isTooLong ? int(Fault::Unsupported) : isFar ? int(Fault::Damaged) : -1), qPrintable(words));
            QVERIFY2(!whole || *whole == frameBytes * d.frames, qPrintable(words));
            reached.count("far too short", isFar && !isTooLong);
            reached.count("too long for a value", isTooLong);
            if (reached.count("the last frame is too short", isLastFar)) // told before a decoder is asked
                QVERIFY2(source->frame(d.frames - 1).error().detail.contains("far too short"), qPrintable(words));
            else if (seed <= 8 && d.frames == 1) // long enough, and broken
                QVERIFY2(!source->frame(0) && !source->frame(0).error().detail.contains("far too short"), qPrintable(words));
        }
    }

    /// PS3.18 8.7.4: pictures made by a server, no larger than was asked for.
    void FIL_19_picturesOfServers()
    {
        for (int seed = 1; seed <= test::rounds(150); ++seed) {
            Dice dice(seed);
            const int width = dice.from(1, 9), height = dice.from(1, 9), most = dice.of({9, 9, 9, 5, 20}),
                      kind = dice.of({0, 2, 6}); // grey, RGB, RGBA
            QByteArray rows, expected;
            for (int i = 0; i < width * height; ++i) {
                if (i % width == 0)
                    rows += '\0'; // no filter
                QByteArray rgb;
                for (int k = 0; k < (kind == 0 ? 1 : 3); ++k)
                    rgb += char(dice.upTo(255));
                const bool isClear = kind == 6 && dice.isOneOf(3); // over black
                rows += rgb + (kind == 6 ? QByteArray(1, isClear ? '\0' : '\xff') : QByteArray());
                expected += isClear ? QByteArray(3, '\0') : kind == 0 ? rgb.repeated(3) : rgb;
            }
            const QByteArray size = QByteArray(3, '\0') + char(width) + QByteArray(3, '\0') + char(height);
            QByteArray png = "\x89PNG\r\n\x1a\n" + chunk("IHDR" + size + char(8) + char(kind) + QByteArray(3, '\0')) +
                             chunk("IDAT" + qCompress(rows).mid(4)) + chunk("IEND");
            const bool isCut = reached.count("broken picture", dice.isOneOf(5));
            if (isCut)
                png.truncate(dice.of<qsizetype>({0, 3, 4, 20, png.size() - 26}));
            const auto picture = decodeServerPicture(std::as_bytes(std::span(png)), most);
            const bool isLarge = reached.count("larger picture", width > most || height > most);
            const QString words = QStringLiteral("seed %1, %2 × %3, kind %4, at most %5").arg(seed).arg(width).arg(height).arg(kind).arg(most);
            if (isCut || isLarge) {
                QVERIFY2(!picture && picture.error().fault == Fault::Damaged && !picture.error().detail.isEmpty(), qPrintable(words));
                continue;
            }
            QVERIFY2(picture && picture->columns == width && picture->rows == height && picture->pixels.size() == size_t(expected.size()),
                     qPrintable(words));
            QVERIFY2(std::memcmp(picture->pixels.data(), expected.constData(), picture->pixels.size()) == 0, qPrintable(words));
        }
    }

    /// PS3.3 C.11.1: a table before slope and intercept, those of the frame before those of all (C.7.6.16).
    void PIX_03_PIX_04_MEA_07_modality()
    {
        for (int seed = 1; seed <= test::rounds(600); ++seed) {
            Dice dice(seed);
            dicom::Dataset dataset;
            const bool isSigned = dice.isOneOf(2);
            dataset.setNumber(tag::PixelRepresentation, isSigned);
            const QString modality = dice.of<QString>({"CT", "CT", "PT", "MR"}), kind = dice.of<QString>({"AXIAL", "LOCALIZER", "OTHER"}),
                          origin = dice.of<QString>({"ORIGINAL", "DERIVED"});
            const QString units = dice.of<QString>({"", "BQML"}), type = dice.of<QString>({"", "US", "OD", "HU"});
            (void)dataset.setText(tag::Modality, modality);
            (void)dataset.setText(tag::ImageType, origin + "\\PRIMARY\\" + kind);
            if (!units.isEmpty())
                (void)dataset.setText(tag::Units, units);
            std::vector<double> table;
            qint64 first = 0;
            if (reached.count("modality LUT", dice.isOneOf(2))) {
                const int bits = dice.of({8, 16}), said = dice.isOneOf(40) ? 65536 : dice.from(2, 20),
                          stored = said == 65536 ? said : dice.from(1, said + 2);
                first = isSigned ? dice.from(-9, 9) : dice.of({0, 7, 40000});
                const bool isBytes = bits == 8 && 2 * ((stored + 1) / 2) < 2 * said && dice.isOneOf(2);
                QByteArray data;
                for (int i = 0; i < (isBytes ? (stored + 1) / 2 * 2 : bits == 8 ? said : stored); ++i) {
                    table.push_back(dice.upTo(bits == 8 ? 255 : 65535));
                    data += littleEndian(quint64(table.back()), isBytes ? 1 : 2);
                }
                table.resize(std::min(table.size(), size_t(said)));
                dicom::Dataset item = dataset.addItem(tag::ModalityLUTSequence);
                item.setNumbers(tag::LUTDescriptor,
                                {double(said % 65536), double(first < 0 && dice.isOneOf(2) ? first + 65536 : first), double(bits)});
                item.setBytes(tag::LUTData, data);
                if (!type.isEmpty())
                    (void)item.setText(tag::ModalityLUTType, type);
                if (reached.count("unusable LUT", dice.isOneOf(6))) {
                    table.clear();
                    dice.isOneOf(2) ? item.setNumbers(tag::LUTDescriptor, {double(said % 65536), 0}) : item.setBytes(tag::LUTData, {});
                }
            }
            // Of the object, of all frames, of each of two frames.
            std::array<std::optional<std::pair<double, double>>, 4> rescales;
            for (size_t i = 0; i < 4; ++i) {
                dicom::Dataset to =
                    i == 0 ? dataset : dataset.addItem(i == 1 ? tag::SharedFunctionalGroupsSequence : tag::PerFrameFunctionalGroupsSequence);
                if (dice.isOneOf(2))
                    continue;
                rescales[i] = {dice.of({1.0, 2.0, -0.5}), dice.of({0.0, -1024.0, 3.0})};
                if (i > 0)
                    to = to.addItem(tag::PixelValueTransformationSequence);
                to.setNumber(tag::RescaleSlope, rescales[i]->first);
                to.setNumber(tag::RescaleIntercept, rescales[i]->second);
                if (!type.isEmpty())
                    (void)to.setText(tag::RescaleType, type);
            }
            const int frame = dice.upTo(2);
            const auto own = frame < 2 && rescales[size_t(frame) + 2] ? rescales[size_t(frame) + 2] : rescales[1] ? rescales[1] : rescales[0];
            reached.count("per frame", frame < 2 && rescales[size_t(frame) + 2] && rescales[1]);
            const auto transform = ModalityTransform::of(dataset, frame);
            const QString words = QStringLiteral("seed %1: ").arg(seed);
            for (int i = 0; i < 12; ++i) {
                const int stored = int(first) + (i % 2 ? dice.from(-3, 25) : int(table.size()) - dice.from(-1, 3));
                const double expected = !table.empty() ? table[size_t(std::clamp<qint64>(stored - first, 0, qint64(table.size()) - 1))]
                                        : own          ? own->first * stored + own->second
                                                       : stored;
                QVERIFY2(transform.apply(stored) == expected, qPrintable(words + test::line(stored, transform.apply(stored), expected)));
            }
            QCOMPARE(transform.isIdentity(), table.empty() && (!own || *own == std::pair(1.0, 0.0)));
            const QString said = own || !table.empty() ? type : QString();
            const bool isHounsfield = said.isEmpty() && table.empty() && own && modality == "CT" && (origin == "ORIGINAL" || kind == "AXIAL");
            const QString unit = kind == "LOCALIZER"                    ? ""
                                 : modality == "PT" && !units.isEmpty() ? units
                                 : isHounsfield                         ? "HU"
                                 : said == "US"                         ? ""
                                                                        : said;
            reached.count("unit", !unit.isEmpty());
            QVERIFY2(transform.unit == unit, qPrintable(words + transform.unit + " not " + unit));
        }
    }

    void cleanupTestCase()
    {
        if (m_functions == 6) // all of them: each reaches some of the features
            QVERIFY2(reached.missing().isEmpty(), qPrintable(reached.missing()));
    }
};

QTEST_GUILESS_MAIN(TestRandomPixels)
#include "tst_random_pixels.moc"
