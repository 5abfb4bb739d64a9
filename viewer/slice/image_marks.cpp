#include "viewer/slice/image_marks.h"
#include "viewer/slice/colour_transform.h"
#include <algorithm>

namespace diascope::viewer
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("Slice", text); }

/// The defined terms of PS3.3 C.7.6.1.1.5.1 as people know them.
QString methodName(const QString& term)
{
    static const QMap<QString, QString> names{{"ISO_10918_1", "JPEG"},    {"ISO_14495_1", "JPEG-LS"}, {"ISO_15444_1", "JPEG 2000"},
                                              {"ISO_15444_15", "HTJ2K"},  {"ISO_13818_2", "MPEG-2"},  {"ISO_14496_10", "H.264"},
                                              {"ISO_23008_2", "H.265"},   {"ISO_18181_1", "JPEG XL"}};
    return names.value(term, term);
}

QString codecName(const dicom::TransferSyntax& syntax)
{
    using Codec = dicom::TransferSyntax::Codec;
    switch (syntax.codec) {
    case Codec::Jpeg8:
    case Codec::Jpeg12:
        return QStringLiteral("JPEG");
    case Codec::JpegLs:
        return QStringLiteral("JPEG-LS");
    case Codec::Jpeg2000:
        return QStringLiteral("JPEG 2000");
    case Codec::Htj2k:
        return QStringLiteral("HTJ2K");
    default:
        return syntax.name;
    }
}

/// "Lossy compression: JPEG 10:1, JPEG 2000 4:1, in all 40:1".
QString lossyMark(const Instance& instance)
{
    const QStringList methods = instance.modules ? instance.modules->lossyMethods : QStringList();
    const std::vector<double> ratios = instance.modules ? instance.modules->lossyRatios : std::vector<double>();
    QStringList steps;
    double all = 1;
    for (qsizetype i = 0; i < std::max(methods.size(), qsizetype(ratios.size())); ++i) {
        QStringList step;
        if (i < methods.size() && !methods[i].isEmpty())
            step << methodName(methods[i]);
        if (size_t(i) < ratios.size()) {
            step << QStringLiteral("%1:1").arg(ratios[size_t(i)], 0, 'g', 3);
            all *= ratios[size_t(i)];
        }
        steps << step.join(u' ');
    }
    steps.removeAll(QString());
    // The syntax the file lies in is a step too, even where the header forgets it.
    if (steps.isEmpty() && instance.pixels.syntax.isLossy)
        steps << codecName(instance.pixels.syntax);
    if (ratios.size() > 1)
        steps << tr("in all %1:1").arg(all, 0, 'g', 3);
    return steps.isEmpty() ? tr("Lossy compression") : tr("Lossy compression: %1").arg(steps.join(QStringLiteral(", ")));
}

} // namespace

QStringList imageMarks(const Instance& instance)
{
    QStringList marks;
    // Lossy once is lossy for ever: what was written later says nothing about the pixels.
    if (instance.isLossy || (instance.modules && !instance.modules->lossyRatios.empty()))
        marks << lossyMark(instance);
    if (instance.isForProcessing)
        marks << tr("FOR PROCESSING: not for diagnosis");
    if (!instance.modules)
        return marks;
    if (instance.modules->qualityControl == QLatin1String("YES"))
        marks << tr("QUALITY CONTROL IMAGE: not for diagnosis");
    else if (instance.modules->qualityControl == QLatin1String("BOTH"))
        marks << tr("Quality control and patient image");
    if (instance.modules->isDeclaredNotForDiagnosis)
        marks << tr("NOT FOR DIAGNOSIS");
    if (const auto colours = colourTransformOf(instance); !colours)
        marks << colours.error().detail;
    if (instance.modules->pet)
        if (const Suv value = suv(*instance.modules->pet); !value.factor)
            marks << value.reason;
    marks << instance.modules->findings;
    return marks;
}

} // namespace diascope::viewer
