#pragma once
#include <QString>

namespace diascope::dicom
{

/// How the bytes of a dataset and its pixels are encoded (PS3.5 §10, PS3.6 Table A-1).
struct TransferSyntax
{
    enum class Codec { None, Rle, Jpeg8, Jpeg12, JpegLossless, JpegLs, Jpeg2000, Htj2k, Video, Unknown };

    QString uid;
    QString name; ///< short, for people: "JPEG 2000 (lossless)"
    Codec codec = Codec::Unknown;
    bool isExplicit = true;
    bool isBigEndian = false;
    bool isDeflated = false;
    bool isLossy = false;
    bool isEncapsulated() const { return codec != Codec::None; }
    /// 64 MiB of pixels and more out of fewer compressed bytes than this codec makes of what a scanner saw: memory is not taken
    /// for what a header claims.
    bool isImplausible(qint64 compressedBytes, qint64 pixelBytes) const;

    /// Unknown UIDs give codec Unknown and the UID as name.
    static TransferSyntax fromUid(const QString& uid);
};

inline constexpr char16_t implicitLittleEndian[] = u"1.2.840.10008.1.2";
inline constexpr char16_t explicitLittleEndian[] = u"1.2.840.10008.1.2.1";

} // namespace diascope::dicom
