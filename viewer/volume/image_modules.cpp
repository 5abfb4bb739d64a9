#include "viewer/volume/image_modules.h"
#include "viewer/decode/pixel_source.h"
#include <QDate>
#include <algorithm>
#include <cmath>

namespace diascope::viewer
{

namespace
{

using namespace dicom;

QString tr(const char* text) { return QCoreApplication::translate("ImageModules", text); }

constexpr Tag ShutterOverlayGroup{0x0018, 0x1623};
constexpr Tag ShutterPresentationValue{0x0018, 0x1622};
constexpr Tag ShutterPresentationColor{0x0018, 0x1624};
constexpr Tag FrameDisplayShutterSequence{0x0018, 0x9472};
constexpr Tag OpticalPathSequence{0x0048, 0x0105};
constexpr Tag OpticalPathIdentifier{0x0048, 0x0106};
constexpr Tag OpticalPathIdentificationSequence{0x0048, 0x0207};
constexpr Tag ColorSpace{0x0028, 0x2002};
constexpr Tag PresentationLUTSequence{0x2050, 0x0010};
constexpr Tag MaskSubtractionSequence{0x0028, 0x6100};
constexpr Tag RecommendedViewingMode{0x0028, 0x1090};
constexpr Tag PixelIntensityRelationship{0x0028, 0x1040};
constexpr Tag FramePixelDataPropertiesSequence{0x0028, 0x9443};
constexpr Tag FramePixelShiftSequence{0x0028, 0x9415};
constexpr Tag SubtractionItemId{0x0028, 0x9416};
constexpr Tag MaskSubPixelShift{0x0028, 0x6114};
constexpr Tag PreferredPlaybackSequencing{0x0018, 0x1244};
constexpr Tag StartTrim{0x0008, 0x2142};
constexpr Tag StopTrim{0x0008, 0x2143};
constexpr Tag FrameAcquisitionDuration{0x0018, 0x9220};

constexpr int most = 1'000'000; ///< no number of rows, pixels or frames of an image is beyond this

/// A number that an image can have, else nothing.
std::optional<double> sane(const std::optional<double>& value, double limit = most)
{
    return std::abs(value.value_or(0)) <= limit ? value : std::nullopt; // no NaN either
}

bool allSane(const std::vector<double>& numbers)
{
    return std::all_of(numbers.begin(), numbers.end(), [](double number) { return sane(number).has_value(); });
}

/// Signed where the file wrote it unsigned (Overlay Origin is SS).
double asSigned(double value) { return value > 32767 && value < 65536 ? value - 65536 : value; }

void readOverlays(const Dataset& dataset, const PixelDescription& pixels, ImageModules& modules)
{
    for (quint16 group = 0x6000; group <= 0x601E; group += 2) {
        const auto at = [group](quint16 element) { return Tag{group, element}; };
        const auto rows = dataset.integer(at(0x0010));
        const auto columns = dataset.integer(at(0x0011));
        if (!rows && !columns)
            continue;
        const auto leftOut = [&](const QString& why) { modules.findings << tr("Overlay %1: %2").arg(group, 4, 16).arg(why); };
        if (!rows || !columns || *rows < 1 || *columns < 1 || *rows > 65535 || *columns > 65535) {
            leftOut(tr("it has no size"));
            continue;
        }
        OverlayPlane overlay;
        overlay.group = group;
        overlay.rows = int(*rows);
        overlay.columns = int(*columns);
        const auto origin = dataset.numbers(at(0x0050));
        if (origin.size() >= 2 && allSane(origin)) { // where it is missing: 1\1
            overlay.firstRow = int(asSigned(origin[0])) - 1;
            overlay.firstColumn = int(asSigned(origin[1])) - 1;
        }
        const auto frames = dataset.integer(at(0x0015));
        overlay.frames = int(std::clamp<qint64>(frames.value_or(1), 1, most));
        const auto firstFrame = dataset.integer(at(0x0051));
        overlay.firstFrame = int(std::clamp<qint64>(firstFrame.value_or(1), 1, most)) - 1;
        overlay.isForEveryFrame = !frames && !firstFrame && pixels.frames > 1;
        overlay.isRoi = dataset.text(at(0x0040)) == QLatin1String("R");
        overlay.label = dataset.text(at(0x1500));
        if (overlay.label.isEmpty())
            overlay.label = dataset.text(at(0x0022));
        if (dataset.hasValue(at(0x3000))) {
            overlay.bits = dataset.bytes(at(0x3000));
            const qint64 needed = (qint64(overlay.rows) * overlay.columns * overlay.frames + 7) / 8;
            if (overlay.bits.size() < needed) {
                leftOut(tr("its data end after %1 of %2 bytes").arg(overlay.bits.size()).arg(needed));
                constexpr qint64 large = qint64(1) << 26; // no memory for pixels that nobody wrote
                if (qint64(overlay.rows) * overlay.columns > large)
                    continue;
            }
        } else { // in unused bits of the pixel cells (retired in 2004)
            const qint64 bit = dataset.integer(at(0x0102)).value_or(-1);
            const int lowest = pixels.highBit - pixels.bitsStored + 1;
            const bool isUnused = bit >= 0 && bit < pixels.bitsAllocated && (bit > pixels.highBit || bit < lowest);
            // Declared and then not used: nothing to show, and nothing that a reader misses.
            if (!isUnused || pixels.samplesPerPixel != 1 || pixels.element != PixelDescription::Element::PixelData)
                continue;
            overlay.embeddedBit = int(bit);
            overlay.frames = pixels.frames;
            overlay.firstFrame = 0;
            overlay.isForEveryFrame = false;
        }
        modules.overlays.push_back(std::move(overlay));
    }
}

/// CIE L*a*b* as PS3.3 C.10.7.1.1 scales it, D50, to sRGB.
void labToRgb(const std::vector<double>& lab, Shutter& shutter)
{
    const double l = lab[0] * 100 / 65535;
    const double a = lab[1] * 255 / 65535 - 128;
    const double b = lab[2] * 255 / 65535 - 128;
    const double fy = (l + 16) / 116;
    const auto back = [](double t) { return t > 6.0 / 29 ? t * t * t : 3 * 36.0 / 841 * (t - 4.0 / 29); };
    const double x = 0.96422 * back(fy + a / 500);
    const double y = back(fy);
    const double z = 0.82521 * back(fy - b / 200);
    const auto encode = [](double v) {
        v = std::clamp(v, 0.0, 1.0);
        return quint8(std::lround(255 * (v <= 0.0031308 ? 12.92 * v : 1.055 * std::pow(v, 1 / 2.4) - 0.055)));
    };
    shutter.red = encode(3.1338561 * x - 1.6168667 * y - 0.4906146 * z); // Bradford to D65
    shutter.green = encode(-0.9787684 * x + 1.9161415 * y + 0.0334540 * z);
    shutter.blue = encode(0.0719453 * x - 0.2289914 * y + 1.4052427 * z);
}

constexpr int maxCorners = 10'000;

/// An invalid shape is left out, so that it neither hides the image nor counts (PIX-16).
Shutter readShutter(const Dataset& source, const PixelDescription& pixels, QStringList& findings)
{
    Shutter shutter;
    const auto invalid = [&](const QString& shape) {
        const QString text = tr("The %1 shutter makes no sense and is not applied").arg(shape);
        if (!findings.contains(text))
            findings << text;
    };
    for (const QString& shape : source.texts(tag::ShutterShape)) {
        if (shape == QLatin1String("RECTANGULAR")) {
            const auto edge = [&](Tag tag) { return sane(source.number(tag)); };
            const auto left = edge(tag::ShutterLeftVerticalEdge);
            const auto right = edge(tag::ShutterRightVerticalEdge);
            const auto top = edge(tag::ShutterUpperHorizontalEdge);
            const auto bottom = edge(tag::ShutterLowerHorizontalEdge);
            if (left && right && top && bottom && *left <= *right && *top <= *bottom && *right >= 1 && *bottom >= 1 &&
                *left <= pixels.columns && *top <= pixels.rows)
                shutter.rectangle = Shutter::Rectangle{*left - 1, *top - 1, *right - 1, *bottom - 1};
            else
                invalid(tr("rectangular"));
        } else if (shape == QLatin1String("CIRCULAR")) {
            const auto centre = source.numbers(tag::CenterOfCircularShutter);
            const auto radius = sane(source.number(tag::RadiusOfCircularShutter));
            if (centre.size() >= 2 && allSane(centre) && radius && *radius > 0)
                shutter.circle = Shutter::Circle{centre[1] - 1, centre[0] - 1, *radius};
            else
                invalid(tr("circular"));
        } else if (shape == QLatin1String("POLYGONAL")) {
            const auto numbers = source.numbers(tag::VerticesOfThePolygonalShutter, 2 * maxCorners + 1);
            if (numbers.size() < 6 || numbers.size() % 2 || numbers.size() > 2 * size_t(maxCorners) || !allSane(numbers)) {
                invalid(tr("polygonal"));
                continue;
            }
            for (size_t i = 0; i < numbers.size(); i += 2)
                shutter.polygon.push_back({numbers[i + 1] - 1, numbers[i] - 1});
        } else if (shape == QLatin1String("BITMAP")) {
            const qint64 group = source.integer(ShutterOverlayGroup).value_or(0);
            if (group >= 0x6000 && group <= 0x601E && group % 2 == 0)
                shutter.overlayGroup = quint16(group);
            else
                invalid(tr("bitmap"));
        }
    }
    const auto lab = source.numbers(ShutterPresentationColor);
    if (lab.size() == 3 && allSane(lab))
        labToRgb(lab, shutter);
    else if (const auto grey = sane(source.number(ShutterPresentationValue)))
        shutter.red = shutter.green = shutter.blue = quint8(std::lround(std::clamp(*grey, 0.0, 65535.0) / 257));
    return shutter;
}

void readShutters(const Dataset& dataset, const PixelDescription& pixels, const std::vector<Dataset>& perFrame, ImageModules& modules)
{
    modules.shutter = readShutter(dataset, pixels, modules.findings);
    if (const auto shared = dataset.item(tag::SharedFunctionalGroupsSequence))
        if (const auto item = shared->item(FrameDisplayShutterSequence))
            modules.shutter = readShutter(*item, pixels, modules.findings);
    for (size_t frame = 0; frame < perFrame.size(); ++frame)
        if (const auto item = perFrame[frame].item(FrameDisplayShutterSequence))
            modules.frameShutters[int(frame)] = readShutter(*item, pixels, modules.findings);
}

/// Input 0 … entries - 1 stands for the whole range of the VOI's output; the first value mapped is always 0.
std::optional<PresentationLut> readPresentationLut(const Dataset& dataset)
{
    const auto item = dataset.item(PresentationLUTSequence);
    if (!item)
        return std::nullopt;
    const qint64 bits = item->integer(tag::LUTDescriptor, 2).value_or(0);
    const QByteArray data = item->bytes(tag::LUTData);
    if (bits < 8 || bits > 16)
        return std::nullopt;
    const qsizetype count = item->integer(tag::LUTDescriptor, 0).value_or(0) & 0xFFFF;
    const qsizetype entries = count ? count : 65536;
    const bool isBytes = bits == 8 && data.size() < entries * 2;
    if (data.size() < entries * (isBytes ? 1 : 2))
        return std::nullopt;
    PresentationLut lut;
    for (qsizetype i = 0; i < entries; ++i) {
        const int value = isBytes ? quint8(data[i]) : quint8(data[2 * i]) | quint8(data[2 * i + 1]) << 8;
        lut.values.push_back(std::min(1.0f, float(value) / float((1 << bits) - 1)));
    }
    return lut;
}

void readProfiles(const Dataset& dataset, const std::vector<Dataset>& perFrame, ImageModules& modules)
{
    constexpr qsizetype largest = 16 << 20;
    const auto profile = [&](const Dataset& source) {
        const QByteArray bytes = source.bytes(tag::ICCProfile);
        return bytes.size() <= largest ? bytes : QByteArray();
    };
    modules.iccProfile = profile(dataset);
    modules.colourSpace = dataset.text(ColorSpace);
    const auto paths = dataset.items(OpticalPathSequence);
    for (const Dataset& path : paths) {
        if (modules.colourSpace.isEmpty())
            modules.colourSpace = path.text(ColorSpace);
        if (const QByteArray bytes = profile(path); !bytes.isEmpty())
            modules.opticalPathProfiles.emplace_back(path.text(OpticalPathIdentifier), bytes);
    }
    if (modules.opticalPathProfiles.empty())
        return;
    if (modules.iccProfile.isEmpty())
        modules.iccProfile = modules.opticalPathProfiles.front().second;
    for (const Dataset& frame : perFrame) {
        const auto item = frame.item(OpticalPathIdentificationSequence);
        modules.opticalPaths.push_back(item ? item->text(OpticalPathIdentifier) : QString());
    }
}

void readMasks(const Dataset& dataset, const std::vector<Dataset>& perFrame, ImageModules& modules)
{
    modules.isSubtractedAtFirst = dataset.text(RecommendedViewingMode) == QLatin1String("SUB");
    modules.intensityRelationship = dataset.text(PixelIntensityRelationship);
    // Enhanced XA says it in the functional groups.
    const auto shared = dataset.item(tag::SharedFunctionalGroupsSequence);
    for (const Dataset* groups : {shared ? &*shared : nullptr, perFrame.empty() ? nullptr : &perFrame.front()})
        if (const auto item = groups && modules.intensityRelationship.isEmpty() ? groups->item(FramePixelDataPropertiesSequence) : std::nullopt)
            modules.intensityRelationship = item->text(PixelIntensityRelationship);
    for (const Dataset& item : dataset.items(MaskSubtractionSequence)) {
        const QString name = item.text({0x0028, 0x6101});
        MaskOperation mask;
        if (name == QLatin1String("AVG_SUB"))
            mask.kind = MaskOperation::Kind::AverageSubtraction;
        else if (name == QLatin1String("TID"))
            mask.kind = MaskOperation::Kind::TimeInterval;
        else if (name == QLatin1String("REV_TID"))
            mask.kind = MaskOperation::Kind::ReverseTimeInterval;
        else
            continue;
        const auto ranges = item.numbers({0x0028, 0x6102});
        if (!allSane(ranges))
            continue;
        for (size_t i = 0; i + 1 < ranges.size(); i += 2)
            mask.applicableFrames.emplace_back(int(ranges[i]) - 1, int(ranges[i + 1]) - 1);
        for (const double frame : item.numbers({0x0028, 0x6110}))
            if (sane(frame) && frame >= 1)
                mask.maskFrames.push_back(int(frame) - 1);
        mask.contrastFrames = int(std::clamp(sane(item.number({0x0028, 0x6112})).value_or(1), 1.0, 100.0));
        mask.intervalFrames = int(sane(item.number({0x0028, 0x6120})).value_or(1));
        const auto shift = item.numbers(MaskSubPixelShift); // vertical \ horizontal
        if (shift.size() >= 2 && allSane(shift)) {
            mask.shiftRows = shift[0];
            mask.shiftColumns = shift[1];
        }
        mask.itemId = item.integer(SubtractionItemId);
        if (mask.kind != MaskOperation::Kind::AverageSubtraction || !mask.maskFrames.empty())
            modules.masks.push_back(std::move(mask));
    }
}

void readFrameShifts(const Dataset& dataset, const std::vector<Dataset>& perFrame, int frames, ImageModules& modules)
{
    const auto shared = dataset.item(tag::SharedFunctionalGroupsSequence);
    if (modules.masks.empty())
        return;
    for (int frame = 0; frame < std::min(frames, 100'000); ++frame) {
        const bool isOwn = size_t(frame) < perFrame.size() && perFrame[size_t(frame)].contains(FramePixelShiftSequence);
        const Dataset* groups = isOwn ? &perFrame[size_t(frame)] : shared ? &*shared : nullptr;
        if (!groups)
            continue;
        for (const Dataset& item : groups->items(FramePixelShiftSequence)) {
            const auto shift = item.numbers(MaskSubPixelShift);
            const auto id = item.integer(SubtractionItemId);
            if (id && shift.size() >= 2 && allSane(shift))
                modules.frameShifts.push_back({frame, *id, shift[0], shift[1]});
        }
    }
}

UltrasoundRegion::Unit unitOf(std::optional<qint64> code)
{
    using Unit = UltrasoundRegion::Unit;
    constexpr Unit units[] = {Unit::None, Unit::Percent, Unit::Decibel, Unit::Centimetre, Unit::Second, Unit::Hertz, Unit::DecibelPerSecond, Unit::CentimetrePerSecond};
    const auto number = size_t(code.value_or(-1));
    return number < std::size(units) ? units[number] : Unit::Other;
}

void readRegions(const Dataset& dataset, ImageModules& modules)
{
    for (const Dataset& item : dataset.items(tag::SequenceOfUltrasoundRegions)) {
        const auto left = sane(item.number(tag::RegionLocationMinX0));
        const auto top = sane(item.number(tag::RegionLocationMinY0));
        const auto right = sane(item.number(tag::RegionLocationMaxX1));
        const auto bottom = sane(item.number(tag::RegionLocationMaxY1));
        const auto deltaX = sane(item.number({0x0018, 0x602C}));
        const auto deltaY = sane(item.number({0x0018, 0x602E}));
        if (!left || !top || !right || !bottom || *left > *right || *top > *bottom || !deltaX || !deltaY || *deltaX == 0 || *deltaY == 0)
            continue;
        UltrasoundRegion region;
        region.spatialFormat = int(item.integer(tag::RegionSpatialFormat).value_or(0));
        region.dataType = int(item.integer(tag::RegionDataType).value_or(0));
        region.isLowPriority = item.integer(tag::RegionFlags).value_or(0) & 1;
        region.left = *left;
        region.top = *top;
        region.right = *right;
        region.bottom = *bottom;
        region.unitX = unitOf(item.integer(tag::PhysicalUnitsXDirection));
        region.unitY = unitOf(item.integer(tag::PhysicalUnitsYDirection));
        region.deltaX = *deltaX;
        region.deltaY = *deltaY;
        // The reference pixel lies relative to the region's corner (C.8.5.5.1.9).
        if (const auto x = sane(item.number({0x0018, 0x6020})))
            region.referenceX = *left + *x;
        if (const auto y = sane(item.number({0x0018, 0x6022})))
            region.referenceY = *top + *y;
        region.referenceValueX = sane(item.number({0x0018, 0x6028}), 1e12).value_or(0);
        region.referenceValueY = sane(item.number({0x0018, 0x602A}), 1e12).value_or(0);
        modules.regions.push_back(region);
    }
}

template <typename IsDuration>
std::vector<double> enhancedDurations(const std::vector<Dataset>& perFrame, const IsDuration& isDuration)
{
    std::vector<double> starts;
    std::vector<double> acquired;
    for (const Dataset& frame : perFrame) {
        const auto content = frame.item(tag::FrameContentSequence);
        const QString time = content ? content->text(tag::FrameAcquisitionDateTime) : QString();
        const auto day = QDate::fromString(time.left(8), QStringLiteral("yyyyMMdd"));
        const QString clock = time.mid(8, 6);
        if (day.isValid() && clock.size() == 6)
            starts.push_back(1000 * (double(day.toJulianDay()) * 86400 + clock.left(2).toInt() * 3600 + clock.mid(2, 2).toInt() * 60 + clock.mid(4).toInt()) +
                             1000 * (u'0' + time.mid(14).section(u'+', 0, 0).section(u'-', 0, 0)).toDouble());
        if (const auto duration = content ? content->number(FrameAcquisitionDuration) : std::nullopt)
            acquired.push_back(*duration);
    }
    std::vector<double> durations;
    for (size_t i = 1; i < starts.size() && starts.size() == perFrame.size(); ++i)
        durations.push_back(starts[i] - starts[i - 1]);
    if (!durations.empty())
        durations.push_back(durations.back());
    if (durations.empty() || !std::all_of(durations.begin(), durations.end(), isDuration))
        durations = acquired;
    if (durations.size() != perFrame.size() || !std::all_of(durations.begin(), durations.end(), isDuration))
        return {};
    return durations;
}

void readCine(const Dataset& dataset, const PixelDescription& pixels, const std::vector<Dataset>& perFrame, ImageModules& modules)
{
    Cine& cine = modules.cine;
    const auto isDuration = [](double ms) { return ms > 0 && ms <= 600'000; };
    const size_t frames = size_t(std::max(1, pixels.frames));
    // The increment of frame n is the time since frame n - 1; the last frame stays as long as the one before (C.7.6.5.1.2).
    auto increments = dataset.numbers(tag::FrameTimeVector);
    if (increments.size() == frames && frames > 1 && std::all_of(increments.begin() + 1, increments.end(), isDuration)) {
        cine.durationsMs.assign(increments.begin() + 1, increments.end());
        cine.durationsMs.push_back(cine.durationsMs.back());
    }
    const auto rate = [&](Tag tag) -> std::optional<double> {
        const auto value = dataset.number(tag);
        return value && isDuration(1000 / *value) ? std::optional(1000 / *value) : std::nullopt;
    };
    cine.frameMs = rate(tag::RecommendedDisplayFrameRate);
    if (const auto time = dataset.number(tag::FrameTime); !cine.frameMs && isDuration(time.value_or(0)))
        cine.frameMs = time;
    if (!cine.frameMs)
        cine.frameMs = rate(tag::CineRate);
    // Enhanced angiography and ultrasound: from one frame's begin to the next. In CT and MR these are no display times.
    static const QStringList moving{"XA", "RF", "US"};
    if (!cine.frameMs && cine.durationsMs.empty() && perFrame.size() == frames && frames > 1 && moving.contains(dataset.text(tag::Modality)))
        cine.durationsMs = enhancedDurations(perFrame, isDuration);
    cine.isSweeping = dataset.integer(PreferredPlaybackSequencing).value_or(0) == 1;
    const auto first = dataset.integer(StartTrim).value_or(0);
    const auto last = dataset.integer(StopTrim).value_or(0);
    if (first >= 1 && last > first && last <= pixels.frames) {
        cine.firstFrame = int(first) - 1;
        cine.lastFrame = int(last) - 1;
    }
}

void readMarks(const Dataset& dataset, ImageModules& modules)
{
    modules.lossyMethods = dataset.texts(tag::LossyImageCompressionMethod);
    for (const QString& text : dataset.texts(tag::LossyImageCompressionRatio)) {
        const double ratio = text.toDouble(); // 0 where it is no number
        if (ratio > 0 && ratio < 1e6)
            modules.lossyRatios.push_back(ratio);
    }
    modules.qualityControl = dataset.text(tag::QualityControlImage);
    for (const Tag tag : {tag::DerivationDescription, tag::ImageComments})
        if (dataset.text(tag).contains(QLatin1String("not for diagnos"), Qt::CaseInsensitive))
            modules.isDeclaredNotForDiagnosis = true;
}

} // namespace

std::optional<int> OverlayPlane::frameOver(int imageFrame) const
{
    if (isForEveryFrame)
        return 0;
    const int own = imageFrame - firstFrame;
    return own >= 0 && own < frames ? std::optional(own) : std::nullopt;
}

Result<std::vector<quint8>> overlayBits(const OverlayPlane& overlay, const std::shared_ptr<const PixelLayout>& layout, int imageFrame)
{
    const auto own = overlay.frameOver(imageFrame);
    if (!own)
        return fail(Fault::NotFound, tr("the overlay does not lie over this frame"));
    const size_t count = size_t(overlay.rows) * size_t(overlay.columns);
    std::vector<quint8> bits(count);
    if (overlay.embeddedBit < 0) {
        const size_t first = count * size_t(*own);
        const size_t available = std::max(size_t(overlay.bits.size()) * 8, first) - first; // what is missing is off
        for (size_t i = 0; i < std::min(count, available); ++i)
            bits[i] = quint8(overlay.bits[qsizetype((first + i) / 8)]) >> ((first + i) % 8) & 1;
        return bits;
    }
    if (!layout || overlay.rows != layout->description.rows || overlay.columns != layout->description.columns)
        return fail(Fault::Damaged, tr("an overlay in the pixels has another size than the image"));
    // The same pixels with every bit of their cells.
    auto whole = std::make_shared<PixelLayout>(*layout);
    whole->description.bitsStored = whole->description.bitsAllocated;
    whole->description.highBit = whole->description.bitsAllocated - 1;
    whole->description.isSigned = false;
    whole->description.photometric = QStringLiteral("MONOCHROME2");
    whole->palette.reset();
    const auto source = PixelSource::open(std::shared_ptr<const PixelLayout>(whole));
    const auto frame = source ? source->frame(imageFrame) : std::unexpected(source.error());
    if (!frame)
        return std::unexpected(frame.error());
    for (int row = 0; row < overlay.rows; ++row)
        for (int column = 0; column < overlay.columns; ++column)
            bits[size_t(row) * size_t(overlay.columns) + size_t(column)] = quint64(frame->storedAt(column, row)) >> overlay.embeddedBit & 1;
    return bits;
}

float PresentationLut::apply(double voiOutput) const
{
    return values[size_t(std::lround(std::clamp(voiOutput, 0.0, 1.0) * double(values.size() - 1)))];
}

bool MaskOperation::appliesTo(int frame) const
{
    return applicableFrames.empty() ||
           std::any_of(applicableFrames.begin(), applicableFrames.end(), [frame](const auto& range) { return frame >= range.first && frame <= range.second; });
}

QString unitName(UltrasoundRegion::Unit unit)
{
    using Unit = UltrasoundRegion::Unit;
    switch (unit) {
    case Unit::Percent:
        return QStringLiteral("%");
    case Unit::Decibel:
        return QStringLiteral("dB");
    case Unit::Centimetre:
        return QStringLiteral("mm");
    case Unit::Second:
        return QStringLiteral("s");
    case Unit::Hertz:
        return QStringLiteral("Hz");
    case Unit::DecibelPerSecond:
        return QStringLiteral("dB/s");
    case Unit::CentimetrePerSecond:
        return QStringLiteral("cm/s");
    case Unit::None:
    case Unit::Other:
        break;
    }
    return {};
}

const QByteArray& ImageModules::profileOf(int frame) const
{
    if (size_t(frame) < opticalPaths.size())
        for (const auto& [identifier, profile] : opticalPathProfiles)
            if (identifier == opticalPaths[size_t(frame)])
                return profile;
    return iccProfile;
}

std::shared_ptr<const ImageModules> ImageModules::of(const Dataset& dataset, const PixelDescription& pixels)
{
    auto modules = std::make_shared<ImageModules>();
    const std::vector<Dataset> perFrame = dataset.items(tag::PerFrameFunctionalGroupsSequence);
    readOverlays(dataset, pixels, *modules);
    readShutters(dataset, pixels, perFrame, *modules);
    modules->presentationLut = readPresentationLut(dataset);
    if (pixels.isColour() || dataset.contains(tag::RedPaletteColorLookupTableDescriptor))
        readProfiles(dataset, perFrame, *modules);
    readMasks(dataset, perFrame, *modules);
    readFrameShifts(dataset, perFrame, pixels.frames, *modules);
    readRegions(dataset, *modules);
    readCine(dataset, pixels, perFrame, *modules);
    readMarks(dataset, *modules);
    modules->pet = PetData::of(dataset);
    return modules;
}

} // namespace diascope::viewer
