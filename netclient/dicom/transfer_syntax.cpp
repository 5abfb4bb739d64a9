#include "netclient/dicom/transfer_syntax.h"
#include <array>

namespace diascope::dicom
{

bool TransferSyntax::isImplausible(qint64 compressedBytes, qint64 pixelBytes) const
{
    constexpr qint64 large = qint64(64) << 20;
    constexpr qint64 highestRleRatio = 64 * 3; // two bytes for 128 (PS3.5 G.3.2), and colours out of a palette
    constexpr qint64 highestRatio = 20000;
    return pixelBytes >= large && compressedBytes * (codec == Codec::Rle ? highestRleRatio : highestRatio) < pixelBytes;
}

TransferSyntax TransferSyntax::fromUid(const QString& uid)
{
    struct Row
    {
        const char* suffix; // after 1.2.840.10008.1.2
        const char* name;
        Codec codec;
        bool isLossy;
    };
    static constexpr std::array rows{
        Row{"", "Implicit VR Little Endian", Codec::None, false},
        Row{".1", "Explicit VR Little Endian", Codec::None, false},
        Row{".1.99", "Deflated Explicit VR Little Endian", Codec::None, false},
        Row{".2", "Explicit VR Big Endian", Codec::None, false},
        Row{".5", "RLE Lossless", Codec::Rle, false},
        Row{".4.50", "JPEG Baseline", Codec::Jpeg8, true},
        Row{".4.51", "JPEG Extended", Codec::Jpeg12, true},
        // Retired processes, still in archives; the stream itself says how it is coded.
        Row{".4.52", "JPEG Extended (3 & 5)", Codec::Jpeg12, true},
        Row{".4.53", "JPEG Spectral Selection (6 & 8)", Codec::Jpeg12, true},
        Row{".4.54", "JPEG Spectral Selection (7 & 9)", Codec::Jpeg12, true},
        Row{".4.55", "JPEG Full Progression (10 & 12)", Codec::Jpeg12, true},
        Row{".4.56", "JPEG Full Progression (11 & 13)", Codec::Jpeg12, true},
        Row{".4.58", "JPEG Lossless (15)", Codec::JpegLossless, false},
        Row{".4.57", "JPEG Lossless", Codec::JpegLossless, false},
        Row{".4.70", "JPEG Lossless SV1", Codec::JpegLossless, false},
        Row{".4.80", "JPEG-LS Lossless", Codec::JpegLs, false},
        Row{".4.81", "JPEG-LS Near-Lossless", Codec::JpegLs, true},
        Row{".4.90", "JPEG 2000 Lossless", Codec::Jpeg2000, false},
        Row{".4.91", "JPEG 2000", Codec::Jpeg2000, true},
        Row{".4.92", "JPEG 2000 Multi-component Lossless", Codec::Jpeg2000, false},
        Row{".4.93", "JPEG 2000 Multi-component", Codec::Jpeg2000, true},
        Row{".4.100", "MPEG-2 Main Profile, Main Level", Codec::Video, true},
        Row{".4.100.1", "MPEG-2 Main Profile, Main Level (fragmented)", Codec::Video, true},
        Row{".4.101", "MPEG-2 Main Profile, High Level", Codec::Video, true},
        Row{".4.101.1", "MPEG-2 Main Profile, High Level (fragmented)", Codec::Video, true},
        Row{".4.102", "MPEG-4 AVC/H.264 High Profile", Codec::Video, true},
        Row{".4.102.1", "MPEG-4 AVC/H.264 High Profile (fragmented)", Codec::Video, true},
        Row{".4.103", "MPEG-4 AVC/H.264 BD-compatible", Codec::Video, true},
        Row{".4.103.1", "MPEG-4 AVC/H.264 BD-compatible (fragmented)", Codec::Video, true},
        Row{".4.104", "MPEG-4 AVC/H.264 for 2D Video", Codec::Video, true},
        Row{".4.104.1", "MPEG-4 AVC/H.264 for 2D Video (fragmented)", Codec::Video, true},
        Row{".4.105", "MPEG-4 AVC/H.264 for 3D Video", Codec::Video, true},
        Row{".4.105.1", "MPEG-4 AVC/H.264 for 3D Video (fragmented)", Codec::Video, true},
        Row{".4.106", "MPEG-4 AVC/H.264 Stereo", Codec::Video, true},
        Row{".4.106.1", "MPEG-4 AVC/H.264 Stereo (fragmented)", Codec::Video, true},
        Row{".4.107", "HEVC/H.265 Main Profile", Codec::Video, true},
        Row{".4.108", "HEVC/H.265 Main 10 Profile", Codec::Video, true},
        Row{".4.201", "HTJ2K Lossless", Codec::Htj2k, false},
        Row{".4.202", "HTJ2K Lossless RPCL", Codec::Htj2k, false},
        Row{".4.203", "HTJ2K", Codec::Htj2k, true},
    };
    static const QString root = QString::fromUtf16(implicitLittleEndian);
    TransferSyntax syntax;
    syntax.uid = uid;
    syntax.name = uid;
    if (!uid.startsWith(root))
        return syntax;
    QString suffix = uid.mid(root.size());
    if (suffix.startsWith(".4.10") && suffix.endsWith(".1") && suffix.count(u'.') == 3)
        suffix.chop(2); // the fragmentable kinds of the video syntaxes (PS3.5 8.2.5 to 8.2.8)
    for (const Row& row : rows) {
        if (suffix != QLatin1String(row.suffix))
            continue;
        syntax.name = QLatin1String(row.name);
        syntax.codec = row.codec;
        syntax.isLossy = row.isLossy;
        syntax.isExplicit = !suffix.isEmpty();
        syntax.isBigEndian = suffix == QLatin1String(".2");
        syntax.isDeflated = suffix == QLatin1String(".1.99");
    }
    return syntax;
}

} // namespace diascope::dicom
