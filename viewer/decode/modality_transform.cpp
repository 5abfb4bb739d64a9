#include "viewer/decode/modality_transform.h"
#include <algorithm>
#include <cmath>

namespace diascope::viewer
{

namespace
{

using namespace dicom;

/// Modality LUT (PS3.3 C.11.1.1.1): at most 65536 entries of 8 or 16 bits.
bool readTable(const Dataset& item, ModalityTransform& transform)
{
    const auto count = item.integer(tag::LUTDescriptor, 0);
    auto first = item.integer(tag::LUTDescriptor, 1);
    const auto bits = item.integer(tag::LUTDescriptor, 2);
    const QByteArray data = item.bytes(tag::LUTData);
    if (!count || !first || !bits || data.isEmpty())
        return false;
    const size_t entries = size_t(*count & 0xFFFF) ? size_t(*count & 0xFFFF) : 65536;
    const bool isBytes = *bits <= 8 && size_t(data.size()) < entries * 2;
    const size_t stored = isBytes ? size_t(data.size()) : size_t(data.size()) / 2;
    auto table = std::make_shared<std::vector<float>>(std::min(entries, stored));
    if (table->empty())
        return false;
    for (size_t i = 0; i < table->size(); ++i) {
        const auto low = quint8(data[qsizetype(isBytes ? i : 2 * i)]);
        (*table)[i] = isBytes ? float(low) : float(low | quint8(data[qsizetype(2 * i + 1)]) << 8);
    }
    transform.table = table;
    transform.firstMapped = *first;
    return true;
}

/// "US" is DICOM for unspecified (C.11.1.1.2): no unit, and never microseconds.
QString unitOfType(const QString& type)
{
    return type == "US" ? QString() : type;
}

/// Rescale Type is required unless it is HU (PS3.3 C.8.2.1.1.2), but only for CT that are CT values: not a localizer, not
/// something derived that merely has the modality.
bool isHounsfieldByDefault(const Dataset& dataset)
{
    if (dataset.text(tag::Modality) != "CT")
        return false;
    const QStringList type = dataset.texts(tag::ImageType);
    const QString kind = type.value(2);
    return type.value(0) == "ORIGINAL" || (type.value(0) == "DERIVED" && kind == "AXIAL");
}

QString unitOf(const Dataset& dataset, const QString& rescaleType, bool hasRescale)
{
    const QString modality = dataset.text(tag::Modality);
    if (dataset.texts(tag::ImageType).value(2) == "LOCALIZER")
        return {};
    if (modality == "PT" && dataset.hasValue(tag::Units))
        return dataset.text(tag::Units);
    if (!rescaleType.isEmpty())
        return unitOfType(rescaleType);
    return hasRescale && isHounsfieldByDefault(dataset) ? QStringLiteral("HU") : QString();
}

} // namespace

std::optional<Dataset> functionalGroup(const Dataset& dataset, Tag group, int frame)
{
    if (const auto item = dataset.item(tag::PerFrameFunctionalGroupsSequence, frame))
        if (auto found = item->item(group))
            return found;
    if (const auto item = dataset.item(tag::SharedFunctionalGroupsSequence))
        return item->item(group);
    return std::nullopt;
}

double ModalityTransform::apply(double storedValue) const
{
    if (!table)
        return storedValue * slope + intercept;
    if (std::isnan(storedValue))
        return storedValue;
    const double index = std::clamp(storedValue - double(firstMapped), 0.0, double(table->size() - 1));
    return double((*table)[size_t(index)]);
}

ModalityTransform ModalityTransform::of(const Dataset& dataset, int frame)
{
    const auto group = functionalGroup(dataset, tag::PixelValueTransformationSequence, frame);
    return of(dataset, group ? *group : dataset);
}

ModalityTransform ModalityTransform::of(const Dataset& dataset, const Dataset& source)
{
    ModalityTransform transform;
    if (const auto lut = dataset.item(tag::ModalityLUTSequence); lut && readTable(*lut, transform)) {
        if (dataset.number(tag::PixelRepresentation).value_or(0) == 1 && transform.firstMapped > 32767)
            transform.firstMapped -= 65536;
        transform.unit = unitOf(dataset, lut->text(tag::ModalityLUTType), false);
        return transform;
    }
    const auto slope = source.number(tag::RescaleSlope);
    const auto intercept = source.number(tag::RescaleIntercept);
    // What cannot be read ("1,5"), and a slope of 0, which would make every value the same, are mistakes: stored values then, of
    // no unit.
    const auto isMistaken = [&source](Tag tag, std::optional<double> value) {
        return source.hasValue(tag) && !value;
    };
    if (isMistaken(tag::RescaleSlope, slope) || isMistaken(tag::RescaleIntercept, intercept) || (slope && *slope == 0))
        return transform;
    transform.slope = slope.value_or(1);
    transform.intercept = intercept.value_or(0);
    transform.unit = unitOf(dataset, source.text(tag::RescaleType), slope || intercept);
    return transform;
}

} // namespace diascope::viewer
