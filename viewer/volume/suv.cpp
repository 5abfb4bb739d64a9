#include "viewer/volume/suv.h"
#include "viewer/volume/frame_groups.h"
#include <QDate>
#include <algorithm>
#include <cmath>

namespace diascope::viewer
{

namespace
{

using namespace dicom;

QString tr(const char* text) { return QCoreApplication::translate("Suv", text); }

constexpr Tag CorrectedImage{0x0028, 0x0051};
constexpr Tag RadionuclideHalfLife{0x0018, 0x1075};
constexpr Tag RadiopharmaceuticalStartDateTime{0x0018, 0x1078};
constexpr Tag ActualFrameDuration{0x0018, 0x1242};
constexpr Tag DecayCorrected{0x0018, 0x9758};
constexpr Tag AttenuationCorrected{0x0018, 0x9759};
constexpr Tag DecayCorrectionDateTime{0x0018, 0x9701};
constexpr Tag FrameReferenceTime{0x0054, 0x1300};
constexpr Tag SuvTypeTag{0x0054, 0x1006};
constexpr Tag RealWorldValueMappingSequence{0x0040, 0x9096};
constexpr Tag RealWorldValueSlope{0x0040, 0x9225};
constexpr Tag RealWorldValueIntercept{0x0040, 0x9224};
constexpr Tag CodeValue{0x0008, 0x0100};
const char* const enhancedPet = "1.2.840.10008.5.1.4.1.1.130";

constexpr double day = 86400;

std::optional<double> secondsOfDate(const QString& date)
{
    const QDate parsed = QDate::fromString(QString(date).remove(u'.').left(8), QStringLiteral("yyyyMMdd"));
    return parsed.isValid() ? std::optional(double(parsed.toJulianDay()) * day) : std::nullopt;
}

/// HH, HHMM, HHMMSS and fractions (PS3.5 6.2).
std::optional<double> secondsOfTime(QString time)
{
    time.remove(u':');
    bool isNumber = true;
    const auto part = [&](int from) {
        bool isOk = true;
        const int value = from < time.size() ? time.mid(from, 2).toInt(&isOk) : 0;
        isNumber = isNumber && isOk && value >= 0;
        return value;
    };
    if (time.size() < 2)
        return std::nullopt;
    const int hours = part(0);
    const int minutes = part(2);
    bool isSeconds = true;
    const double seconds = time.size() > 4 ? time.mid(4).toDouble(&isSeconds) : 0;
    if (!isNumber || !isSeconds || hours > 23 || minutes > 59 || !(seconds >= 0) || seconds >= 61)
        return std::nullopt;
    return hours * 3600 + minutes * 60 + seconds;
}

/// "+0130" in seconds.
std::optional<double> secondsOfOffset(const QString& offset)
{
    if (offset.size() != 5 || (offset[0] != u'+' && offset[0] != u'-'))
        return std::nullopt;
    const auto seconds = secondsOfTime(offset.mid(1));
    return seconds ? std::optional(offset[0] == u'-' ? -*seconds : *seconds) : std::nullopt;
}

/// A Date Time, moved into the zone of the file's other times where both are known.
std::optional<double> secondsOfDateTime(const QString& text, const std::optional<double>& fileOffset)
{
    const auto sign = std::max(text.lastIndexOf(u'+'), text.lastIndexOf(u'-'));
    const QString local = sign > 0 ? text.left(sign) : text;
    const auto date = local.size() >= 8 ? secondsOfDate(local.left(8)) : std::nullopt;
    const auto time = secondsOfTime(local.mid(8));
    if (!date || !time)
        return std::nullopt;
    const auto own = sign > 0 ? secondsOfOffset(text.mid(sign)) : std::nullopt;
    return *date + *time + (own && fileOffset ? *fileOffset - *own : 0);
}

std::optional<double> positive(const std::optional<double>& value)
{
    return value && *value > 0 && std::isfinite(*value) ? value : std::nullopt;
}

/// Enhanced PET: the units stand in the real world values, which must then be the rescaled ones.
QString enhancedUnits(const Dataset& dataset)
{
    const auto shared = dataset.item(tag::SharedFunctionalGroupsSequence);
    const auto first = dataset.item(tag::PerFrameFunctionalGroupsSequence);
    for (const auto* groups : {&first, &shared}) {
        const auto mapping = *groups ? (*groups)->item(RealWorldValueMappingSequence) : std::nullopt;
        const auto rescale = *groups ? (*groups)->item(tag::PixelValueTransformationSequence) : std::nullopt;
        const auto units = mapping ? mapping->item(tag::MeasurementUnitsCodeSequence) : std::nullopt;
        if (!units)
            continue;
        const Dataset& source = rescale ? *rescale : dataset;
        const double slope = source.number(tag::RescaleSlope).value_or(1);
        const double intercept = source.number(tag::RescaleIntercept).value_or(0);
        const bool isSame = std::abs(mapping->number(RealWorldValueSlope).value_or(0) - slope) <= 1e-6 * std::abs(slope) &&
                            std::abs(mapping->number(RealWorldValueIntercept).value_or(0) - intercept) <= 1e-6 * std::max(1.0, std::abs(intercept));
        const QString code = units->text(CodeValue).toLower();
        if (isSame)
            return code == QLatin1String("bq/ml") ? QStringLiteral("BQML") : code == QLatin1String("g/ml") ? QStringLiteral("GML") : code;
    }
    return {};
}

/// Janmahasatian et al., Clin Pharmacokinet 2005: lean body mass in kg from kg and m.
double leanBodyMassKg(double weightKg, double heightM, bool isFemale)
{
    const double bmi = weightKg / (heightM * heightM);
    return isFemale ? 9270 * weightKg / (8780 + 244 * bmi) : 9270 * weightKg / (6680 + 216 * bmi);
}

/// Du Bois and Du Bois 1916, in m².
double bodySurfaceM2(double weightKg, double heightM)
{
    return 0.007184 * std::pow(weightKg, 0.425) * std::pow(heightM * 100, 0.725);
}

/// What stands above the dose: g, g, cm².
std::optional<double> bodyMeasure(const PetData& pet, SuvKind kind, QString& reason)
{
    if (!pet.weightKg) {
        reason = tr("no SUV: the patient's weight is missing");
        return std::nullopt;
    }
    if (*pet.weightKg > 700) {
        reason = tr("no SUV: a patient's weight of %1 kg").arg(*pet.weightKg);
        return std::nullopt;
    }
    if (kind == SuvKind::BodyWeight)
        return *pet.weightKg * 1000;
    if (!pet.heightM || *pet.heightM < 0.2 || *pet.heightM > 2.8) {
        reason = pet.heightM ? tr("no SUV by body composition: a patient's height of %1 m").arg(*pet.heightM)
                             : tr("no SUV by body composition: the patient's height is missing");
        return std::nullopt;
    }
    if (kind == SuvKind::BodySurface)
        return bodySurfaceM2(*pet.weightKg, *pet.heightM) * 10000;
    if (pet.sex != QLatin1String("M") && pet.sex != QLatin1String("F")) {
        reason = tr("no SUV by lean body mass: the patient's sex is missing");
        return std::nullopt;
    }
    return leanBodyMassKg(*pet.weightKg, *pet.heightM, pet.sex == QLatin1String("F")) * 1000;
}

/// Time from an acquisition's start to its average count rate: where the decaying activity has its mean.
double toAverageS(double durationS, double halfLifeS)
{
    const double decay = std::log(2.0) / halfLifeS * durationS;
    return decay > 1e-9 ? std::log(decay / (1 - std::exp(-decay))) * halfLifeS / std::log(2.0) : durationS / 2;
}

/// The moment to which the values are decay corrected: the scan's start, as the vendor-neutral way of QIBA's FDG-PET group finds it. The
/// series' time where it is not after the acquisition; else what the maker wrote; else back from the frame's reference time.
std::optional<double> scanStart(const PetData& pet, QString& basis)
{
    if (pet.seriesS && pet.acquisitionS && *pet.seriesS <= *pet.acquisitionS) {
        basis = tr("series time");
        return pet.seriesS;
    }
    if (pet.decayReferenceS) {
        basis = tr("the maker's scan time");
        return pet.decayReferenceS;
    }
    if (pet.acquisitionS && pet.frameReferenceMs && pet.frameDurationMs && pet.halfLifeS && *pet.frameReferenceMs > 0) {
        basis = tr("acquisition and frame reference time");
        return *pet.acquisitionS - *pet.frameReferenceMs / 1000 + toAverageS(*pet.frameDurationMs / 1000, *pet.halfLifeS);
    }
    return std::nullopt;
}

/// The dose left at the moment the values stand for.
std::optional<double> doseThen(const PetData& pet, QString& reason, QString& basis)
{
    const auto none = [&](const QString& why) {
        reason = why;
        return std::optional<double>();
    };
    if (pet.radiopharmaceuticals > 1)
        return none(tr("no SUV: several radiopharmaceuticals"));
    if (!pet.doseBq)
        return none(tr("no SUV: the injected dose is missing"));
    if (*pet.doseBq < 1e5)
        return none(tr("no SUV: an injected dose of %1 Bq, perhaps written in MBq").arg(*pet.doseBq));
    if (*pet.doseBq > 1e12)
        return none(tr("no SUV: an injected dose of %1 Bq").arg(*pet.doseBq));
    if (pet.isDecayCorrected && pet.decayCorrection == QLatin1String("ADMIN")) {
        basis = tr("decay corrected to the injection");
        return pet.doseBq;
    }
    if (!pet.halfLifeS || *pet.halfLifeS < 1)
        return none(tr("no SUV: the half-life is missing"));
    if (!pet.startS)
        return none(tr("no SUV: the time of the injection is missing"));
    const bool isSaidUncorrected = pet.decayCorrection.isEmpty() || pet.decayCorrection == QLatin1String("NONE");
    if (pet.isDecayCorrected == isSaidUncorrected)
        return none(pet.decayCorrection.isEmpty() ? tr("no SUV: how the decay was corrected is not said")
                                                  : tr("no SUV: the file contradicts itself about the correction of decay"));
    std::optional<double> reference;
    if (!pet.isDecayCorrected) {
        basis = tr("not decay corrected: acquisition time");
        if (pet.acquisitionS)
            reference = *pet.acquisitionS + (pet.frameDurationMs ? toAverageS(*pet.frameDurationMs / 1000, *pet.halfLifeS) : 0);
    } else if (pet.decayCorrection == QLatin1String("START")) {
        reference = scanStart(pet, basis);
    } else {
        return none(tr("no SUV: how the decay was corrected is not said"));
    }
    if (!reference)
        return none(tr("no SUV: the time of the scan is missing"));
    double elapsedS = *reference - *pet.startS;
    constexpr double dynamicS = 600; // dynamic studies start before the injection
    if (!pet.isStartDated) { // only a time of day: of the scan's day, or of the evening before it
        elapsedS = std::fmod(std::fmod(elapsedS, day) + day, day);
        if (elapsedS > day - dynamicS)
            elapsedS -= day;
    }
    if (elapsedS < -dynamicS)
        return none(tr("no SUV: the injection lies %1 min after the scan").arg(-elapsedS / 60, 0, 'f', 0));
    if (elapsedS > 10 * *pet.halfLifeS)
        return none(tr("no SUV: the injection lies %1 h before the scan, over ten half-lives").arg(elapsedS / 3600, 0, 'f', 1));
    basis += tr(", %1 min after the injection").arg(elapsedS / 60, 0, 'f', 1);
    return *pet.doseBq * std::exp2(-elapsedS / *pet.halfLifeS);
}

QString typeOf(SuvKind kind)
{
    return kind == SuvKind::BodyWeight ? QStringLiteral("BW") : kind == SuvKind::LeanBodyMass ? QStringLiteral("LBM") : QStringLiteral("BSA");
}

} // namespace

std::optional<PetData> PetData::of(const Dataset& dataset)
{
    const bool isEnhanced = dataset.text(tag::SOPClassUID) == QLatin1String(enhancedPet);
    if (dataset.text(tag::Modality) != QLatin1String("PT"))
        return std::nullopt;
    PetData pet;
    pet.units = isEnhanced ? enhancedUnits(dataset) : dataset.text(tag::Units);
    pet.suvType = dataset.text(SuvTypeTag);
    const QStringList corrected = dataset.texts(CorrectedImage);
    pet.isAttenuationCorrected = corrected.contains(QLatin1String("ATTN")) || dataset.text(AttenuationCorrected) == QLatin1String("YES");
    pet.isDecayCorrected = corrected.contains(QLatin1String("DECY")) || dataset.text(DecayCorrected) == QLatin1String("YES");
    pet.decayCorrection = isEnhanced ? (pet.isDecayCorrected ? QStringLiteral("START") : QStringLiteral("NONE")) : dataset.text(tag::DecayCorrection);
    pet.weightKg = positive(dataset.number(tag::PatientWeight));
    pet.heightM = positive(dataset.number(tag::PatientSize));
    pet.sex = dataset.text(tag::PatientSex);

    const auto fileOffset = secondsOfOffset(dataset.text(tag::TimezoneOffsetFromUTC));
    const auto studyDay = secondsOfDate(dataset.text(tag::StudyDate));
    const auto moment = [&](Tag date, Tag time) -> std::optional<double> {
        const auto seconds = secondsOfTime(dataset.text(time));
        const auto ofDay = secondsOfDate(dataset.text(date));
        if (!seconds || (!ofDay && !studyDay))
            return std::nullopt;
        return *seconds + (ofDay ? *ofDay : *studyDay);
    };
    pet.seriesS = moment(tag::SeriesDate, tag::SeriesTime);
    pet.acquisitionS = moment(tag::AcquisitionDate, tag::AcquisitionTime);
    if (const auto exact = secondsOfDateTime(dataset.text(tag::AcquisitionDateTime), fileOffset); exact && (isEnhanced || !pet.acquisitionS))
        pet.acquisitionS = exact;
    pet.decayReferenceS = secondsOfDateTime(dataset.text(DecayCorrectionDateTime), fileOffset);
    if (isEnhanced) // the values are corrected to that moment, whenever the series began
        pet.seriesS = pet.decayReferenceS ? std::nullopt : pet.seriesS;
    else if (const auto scan = privateTag(dataset, 0x0009, "GEMS_PETD_01", 0x0D))
        pet.decayReferenceS = secondsOfDateTime(dataset.text(*scan), fileOffset);
    pet.frameReferenceMs = dataset.number(FrameReferenceTime);
    pet.frameDurationMs = positive(dataset.number(ActualFrameDuration));

    const auto drugs = dataset.items(tag::RadiopharmaceuticalInformationSequence);
    pet.radiopharmaceuticals = int(drugs.size());
    if (!drugs.empty()) {
        const Dataset& drug = drugs.front();
        pet.doseBq = positive(drug.number(tag::RadionuclideTotalDose));
        pet.halfLifeS = positive(drug.number(RadionuclideHalfLife));
        pet.startS = secondsOfDateTime(drug.text(RadiopharmaceuticalStartDateTime), fileOffset);
        pet.isStartDated = pet.startS.has_value();
        if (!pet.startS)
            pet.startS = secondsOfTime(drug.text(tag::RadiopharmaceuticalStartTime));
    }
    if (const auto factor = privateTag(dataset, 0x7053, "Philips PET Private Group", 0x00))
        pet.philipsSuvFactor = positive(dataset.number(*factor));
    if (const auto factor = privateTag(dataset, 0x7053, "Philips PET Private Group", 0x09))
        pet.philipsActivityFactor = positive(dataset.number(*factor));
    return pet;
}

Suv suv(const PetData& pet, SuvKind kind)
{
    Suv result;
    result.unit = kind == SuvKind::BodySurface ? QStringLiteral("cm2/ml") : QStringLiteral("g/ml");
    const auto formula = [kind] {
        return kind == SuvKind::LeanBodyMass  ? tr("lean body mass by Janmahasatian")
               : kind == SuvKind::BodySurface ? tr("body surface by Du Bois")
                                              : tr("body weight");
    };
    const bool isSuv = pet.units == QLatin1String("GML") || pet.units == QLatin1String("CM2ML");
    if (isSuv) {
        QString stored = pet.suvType.isEmpty() ? (pet.units == QLatin1String("CM2ML") ? QStringLiteral("BSA") : QStringLiteral("BW")) : pet.suvType;
        if (stored == QLatin1String("LBMJANMA"))
            stored = QStringLiteral("LBM");
        if (stored == typeOf(kind)) {
            result.factor = 1;
            result.basis = tr("stored as SUV");
            return result;
        }
        if (stored != QLatin1String("BW")) {
            result.reason = tr("no such SUV: the values are stored as SUV by %1").arg(stored);
            return result;
        }
        const auto wanted = bodyMeasure(pet, kind, result.reason);
        if (wanted) {
            result.factor = *wanted / (*pet.weightKg * 1000);
            result.basis = tr("stored as SUV, %1").arg(formula());
        }
        return result;
    }
    // Values in counts: only the maker's own factors lead on.
    double toBqMl = 1;
    if (pet.units == QLatin1String("CNTS")) {
        if (pet.philipsSuvFactor && kind == SuvKind::BodyWeight) {
            result.factor = pet.philipsSuvFactor;
            result.basis = tr("the maker's factor");
            return result;
        }
        if (!pet.philipsActivityFactor) {
            result.reason = tr("no SUV: the values are counts");
            return result;
        }
        toBqMl = *pet.philipsActivityFactor;
    } else if (pet.units != QLatin1String("BQML")) {
        result.reason = pet.units.isEmpty() ? tr("no SUV: the unit of the values is missing") : tr("no SUV: the unit of the values is %1").arg(pet.units);
        return result;
    }
    if (!pet.isAttenuationCorrected) {
        result.reason = tr("no SUV: not corrected for attenuation");
        return result;
    }
    const auto measure = bodyMeasure(pet, kind, result.reason);
    const auto dose = measure ? doseThen(pet, result.reason, result.basis) : std::nullopt;
    if (!dose)
        return result;
    result.factor = toBqMl * *measure / *dose;
    result.basis += QStringLiteral("; ") + formula();
    return result;
}

} // namespace diascope::viewer
