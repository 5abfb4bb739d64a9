#include "netclient/dicom/lossy.h"

namespace diascope::dicom
{

namespace
{

/// Defined Terms of Lossy Image Compression Method.
QString methodOf(const TransferSyntax& syntax)
{
    switch (syntax.codec) {
    case TransferSyntax::Codec::Jpeg8:
    case TransferSyntax::Codec::Jpeg12:
        return QStringLiteral("ISO_10918_1");
    case TransferSyntax::Codec::JpegLs:
        return QStringLiteral("ISO_14495_1");
    case TransferSyntax::Codec::Jpeg2000:
        return QStringLiteral("ISO_15444_1");
    case TransferSyntax::Codec::Htj2k:
        return QStringLiteral("ISO_15444_15");
    case TransferSyntax::Codec::Video:
        return syntax.name.startsWith(QLatin1String("MPEG-2"))   ? QStringLiteral("ISO_13818_2")
               : syntax.name.startsWith(QLatin1String("MPEG-4")) ? QStringLiteral("ISO_14496_10")
                                                                 : QStringLiteral("ISO_23008_2");
    default:
        return {};
    }
}

} // namespace

void markLossy(Dataset& dataset, const TransferSyntax& from, double ratio)
{
    const QString declared = dataset.text(tag::LossyImageCompression);
    // These syntaxes may hold a reversible stream too; who says so is believed.
    const bool mayBeReversible = from.codec == TransferSyntax::Codec::Jpeg2000 || from.codec == TransferSyntax::Codec::Htj2k;
    if (!from.isLossy || declared == "01" || (mayBeReversible && declared == "00"))
        return;
    (void)dataset.setText(tag::LossyImageCompression, QStringLiteral("01"));
    if (ratio > 1)
        dataset.setNumber(tag::LossyImageCompressionRatio, ratio);
    (void)dataset.setText(tag::LossyImageCompressionMethod, methodOf(from));
}

} // namespace diascope::dicom
