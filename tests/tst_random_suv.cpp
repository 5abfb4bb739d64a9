// Standardized uptake values of random PET files against the sentences of PS3.3 C.8.9.1, C.8.9.2 and C.12.1.1.8.
#include "tests/support/dice.h"
#include "viewer/volume/suv.h"
#include <QDateTime>
#include <QTest>
#include <cmath>

using namespace diascope;
using namespace diascope::viewer;
using dicom::Dataset;
using dicom::Tag;
using test::Dice;

namespace
{

using Number = std::optional<double>;

Number maybe(Dice& dice, std::initializer_list<double> values)
{
    return dice.isOneOf(8) ? std::nullopt : Number(dice.of(values));
}

/// Seconds from the begin of an acquisition until the activity is what it is on average over the acquisition: by adding it up.
double secondsToMean(double duration, double halfLife)
{
    constexpr int steps = 500;
    double sum = 0;
    for (int i = 0; i < steps; ++i)
        sum += std::pow(0.5, duration * (i + 0.5) / steps / halfLife);
    return -halfLife * std::log2(sum / steps);
}

/// The moment that corrected values stand for (Decay Correction START: the scan's start).
Number startOf(const PetData& pet)
{
    const bool isSeriesFirst = pet.seriesS && pet.acquisitionS && *pet.acquisitionS - *pet.seriesS >= 0; // a later one is of a copy
    if (isSeriesFirst)
        return pet.seriesS;
    if (pet.decayReferenceS)
        return pet.decayReferenceS;
    if (!pet.acquisitionS || !pet.frameDurationMs || pet.frameReferenceMs.value_or(0) <= 0)
        return {};
    return *pet.acquisitionS + secondsToMean(*pet.frameDurationMs * 0.001, *pet.halfLifeS) - *pet.frameReferenceMs * 0.001;
}

/// Bq at the moment the values stand for.
Number activityOf(const PetData& pet)
{
    if (pet.radiopharmaceuticals > 1 || !pet.doseBq || *pet.doseBq < 1e5 || *pet.doseBq > 1e12)
        return {};
    if (pet.isDecayCorrected && pet.decayCorrection == "ADMIN")
        return pet.doseBq; // corrected to the injection
    if (!pet.halfLifeS || *pet.halfLifeS < 1 || !pet.startS)
        return {};
    Number moment;
    if (pet.isDecayCorrected && pet.decayCorrection == "START")
        moment = startOf(pet);
    else if (!pet.isDecayCorrected && QStringList{"NONE", ""}.contains(pet.decayCorrection) && pet.acquisitionS)
        moment = *pet.acquisitionS + (pet.frameDurationMs ? secondsToMean(*pet.frameDurationMs / 1000, *pet.halfLifeS) : 0);
    if (!moment)
        return {};
    double seconds = *moment - *pet.startS;
    // Only a time of day: the injection is the last such time before the scan, or at most ten minutes after its begin.
    while (!pet.isStartDated && seconds > 86400 - 600)
        seconds -= 86400;
    while (!pet.isStartDated && seconds < -600)
        seconds += 86400;
    if (seconds < -600 || seconds > 10 * *pet.halfLifeS)
        return {};
    return *pet.doseBq * std::pow(0.5, seconds / *pet.halfLifeS);
}

/// g, g, cm².
Number bodyOf(const PetData& pet, SuvKind kind)
{
    if (!pet.weightKg || *pet.weightKg > 700)
        return {};
    const double kg = *pet.weightKg;
    if (kind == SuvKind::BodyWeight)
        return kg * 1000;
    if (!pet.heightM || *pet.heightM < 0.2 || *pet.heightM > 2.8)
        return {};
    const double m = *pet.heightM;
    if (kind == SuvKind::BodySurface) // Du Bois 1916: 71.84 cm² from kg and cm
        return 71.84 * std::pow(kg, 0.425) * std::pow(100 * m, 0.725);
    if (pet.sex == "F") // Janmahasatian 2005
        return 1000 * 9270 * kg / (8780 + 244 * kg / m / m);
    if (pet.sex == "M")
        return 1000 * 9270 * kg / (6680 + 216 * kg / m / m);
    return {};
}

Number factorOf(const PetData& pet, SuvKind kind)
{
    const QString wanted = kind == SuvKind::BodyWeight ? "BW" : kind == SuvKind::LeanBodyMass ? "LBM" : "BSA";
    if (pet.units == "GML" || pet.units == "CM2ML") { // C.8.9.1.1.3: GML is by body weight where nothing else is said
        QString stored = pet.units == "GML" ? "BW" : "BSA";
        if (!pet.suvType.isEmpty())
            stored = pet.suvType == "LBMJANMA" ? "LBM" : pet.suvType;
        if (stored == wanted)
            return 1;
        const Number body = bodyOf(pet, kind), weight = bodyOf(pet, SuvKind::BodyWeight);
        return stored == "BW" && body ? Number(*body / *weight) : Number();
    }
    double toBq = 1;
    if (pet.units == "CNTS") {
        if (pet.philipsSuvFactor && kind == SuvKind::BodyWeight)
            return pet.philipsSuvFactor;
        if (!pet.philipsActivityFactor)
            return {};
        toBq = *pet.philipsActivityFactor;
    } else if (pet.units != "BQML") {
        return {};
    }
    const Number body = bodyOf(pet, kind), activity = activityOf(pet);
    return pet.isAttenuationCorrected && body && activity ? Number(toBq * *body / *activity) : Number();
}

/// What a factor rests on, as it is said to the reader.
QString basisOf(const PetData& pet, SuvKind kind, double factor)
{
    const QString body = kind == SuvKind::BodyWeight ? "body weight" : kind == SuvKind::LeanBodyMass ? "lean body mass by Janmahasatian" : "body surface by Du Bois";
    if (pet.units == "GML" || pet.units == "CM2ML") {
        const bool isByWeight = pet.suvType == "BW" || (pet.suvType.isEmpty() && pet.units == "GML");
        return isByWeight && kind != SuvKind::BodyWeight ? "stored as SUV, " + body : "stored as SUV";
    }
    if (pet.units == "CNTS" && pet.philipsSuvFactor && kind == SuvKind::BodyWeight)
        return "the maker's factor";
    if (pet.decayCorrection == "ADMIN")
        return "decay corrected to the injection; " + body;
    QString moment = "not decay corrected: acquisition time";
    if (pet.isDecayCorrected)
        moment = startOf(pet) == pet.seriesS ? "series time" : pet.decayReferenceS ? "the maker's scan time" : "acquisition and frame reference time";
    const double activity = (pet.units == "CNTS" ? *pet.philipsActivityFactor : 1) * *bodyOf(pet, kind) / factor;
    const double minutes = *pet.halfLifeS / 60 * std::log2(*pet.doseBq / activity);
    return QString("%1, %2 min after the injection; %3").arg(moment).arg(minutes, 0, 'f', 1).arg(body);
}

} // namespace

class TestRandomSuv : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void PIX_19_factors()
    {
        test::Reached reached({"stored", "stored, by another body", "none", "counts", "counts by the maker's factor", "to the injection", "not corrected", "series time", "maker's time", "from the frame's time",
                               "yesterday's injection", "injection after the begin", "injection long before", "injection long after"});
        for (int seed = 1; seed <= test::rounds(12000); ++seed) {
            Dice dice(seed);
            PetData pet;
            pet.units = dice.text({"BQML", "BQML", "BQML", "BQML", "CNTS", "GML", "CM2ML", "PROPCPS", ""});
            pet.suvType = dice.text({"", "", "BW", "LBM", "LBMJANMA", "BSA", "IBW"});
            pet.isDecayCorrected = !dice.isOneOf(4);
            pet.decayCorrection = pet.isDecayCorrected ? dice.text({"START", "START", "START", "ADMIN", "NONE", ""}) : dice.text({"NONE", "NONE", "START", "ADMIN", ""});
            pet.isAttenuationCorrected = !dice.isOneOf(8);
            pet.weightKg = maybe(dice, {70, 70, 3.5, 700, 700.5});
            pet.heightM = maybe(dice, {1.7, 1.7, 0.2, 2.8, 0.19, 2.81, 170});
            pet.sex = dice.text({"M", "F", "O", ""});
            pet.radiopharmaceuticals = dice.of({1, 1, 1, 2});
            pet.doseBq = maybe(dice, {3.7e8, 3.7e8, 3.7e8, 1e5, 99'999, 370, 1e12, 1.1e12});
            pet.halfLifeS = maybe(dice, {6586.2, 6586.2, 4062.6, 1, 0.9});
            constexpr double day = 2'458'000.0 * 86400, scan = day + 600;
            pet.acquisitionS = maybe(dice, {scan, scan, scan + 1200});
            pet.seriesS = maybe(dice, {scan, scan - 30, scan + 60});
            if (dice.isOneOf(3))
                pet.decayReferenceS = scan - 90;
            pet.frameReferenceMs = maybe(dice, {0, 60'000, 90'500});
            pet.frameDurationMs = maybe(dice, {120'000, 1'800'000, 1});
            if (pet.halfLifeS.value_or(60) < 60)
                pet.frameDurationMs = 1; // the pieces of the mean are too long for the others
            pet.isStartDated = dice.isOneOf(2);
            const double injected = scan - dice.of({3600.0, 3600.0, 0.0, -500.0, -599.0, -700.0, 65'000.0, 66'000.0, 90'000.0});
            pet.startS = pet.isStartDated ? injected : std::fmod(injected, 86400);
            if (dice.isOneOf(8))
                pet.startS.reset();
            if (dice.isOneOf(2))
                pet.philipsSuvFactor = 0.0004;
            if (dice.isOneOf(2))
                pet.philipsActivityFactor = 1.7;
            for (const SuvKind kind : {SuvKind::BodyWeight, SuvKind::LeanBodyMass, SuvKind::BodySurface}) {
                const Suv found = suv(pet, kind);
                const Number plain = factorOf(pet, kind);
                const QString where = QString("seed %1, kind %2: %3 where it is %4; %5 %6").arg(seed).arg(int(kind)).arg(found.factor.value_or(-1), 0, 'g', 12).arg(plain.value_or(-1), 0, 'g', 12).arg(found.reason, found.basis);
                QVERIFY2(found.factor.has_value() == plain.has_value(), qPrintable(where));
                // The mean of 500 pieces is right to 1e-7 or better over half an hour of an isotope of minutes.
                QVERIFY2(!plain || std::abs(*found.factor / *plain - 1) < 1e-6, qPrintable(where));
                QVERIFY2(found.reason.isEmpty() == plain.has_value() && (!plain || !found.basis.isEmpty()), qPrintable(where));
                QVERIFY2(!plain || found.basis == basisOf(pet, kind, *plain), qPrintable(where));
                QCOMPARE(found.unit, kind == SuvKind::BodySurface ? "cm2/ml" : "g/ml");
                reached.count("none", !plain);
                const bool isStored = pet.units == "GML" || pet.units == "CM2ML", isReckoned = plain && !isStored && !(pet.units == "CNTS" && kind == SuvKind::BodyWeight && pet.philipsSuvFactor);
                reached.count("stored", isStored && plain && *plain == 1);
                reached.count("stored, by another body", isStored && plain && *plain != 1);
                reached.count("counts by the maker's factor", pet.units == "CNTS" && plain && !isReckoned);
                reached.count("counts", isReckoned && pet.units == "CNTS");
                reached.count("to the injection", isReckoned && pet.decayCorrection == "ADMIN");
                reached.count("not corrected", isReckoned && !pet.isDecayCorrected);
                const bool isOfStart = isReckoned && pet.decayCorrection == "START", isSeries = isOfStart && startOf(pet) == pet.seriesS;
                reached.count("series time", isSeries);
                reached.count("maker's time", isOfStart && !isSeries && pet.decayReferenceS);
                reached.count("from the frame's time", isOfStart && !isSeries && !pet.decayReferenceS);
                reached.count("yesterday's injection", isOfStart && !pet.isStartDated && *pet.startS > 80'000);
                reached.count("injection after the begin", isOfStart && injected > scan);
                reached.count("injection long before", !plain && injected < scan - 66'000);
                reached.count("injection long after", !plain && injected > scan + 600);
            }
        }
        QCOMPARE(reached.missing(), QString());
    }

    /// Which moment each element names: dates and times of every form (PS3.5 6.2), and zones.
    void PIX_19_moments()
    {
        test::Reached reached({"series", "series of the study's day", "acquisition", "acquisition's Date Time", "enhanced", "corrected to", "injection dated", "injection by the time of day", "no injection", "another zone"});
        const auto seconds = [](const QDateTime& when) { return double(when.date().toJulianDay()) * 86400 + when.time().msecsSinceStartOfDay() / 1000.0; };
        for (int seed = 1; seed <= test::rounds(6000); ++seed) {
            Dice dice(seed);
            Dataset dataset;
            const auto put = [&](Dataset& to, Tag tag, const QString& text) {
                if (!text.isEmpty() && !to.setText(tag, text))
                    qFatal("a text that cannot be written");
            };
            const bool isEnhanced = dice.isOneOf(3);
            put(dataset, {0x0008, 0x0016}, isEnhanced ? "1.2.840.10008.5.1.4.1.1.130" : "1.2.840.10008.5.1.4.1.1.128");
            put(dataset, {0x0008, 0x0060}, "PT");
            const QString zone = dice.text({"", "+0100", "-0330"});
            put(dataset, {0x0008, 0x0201}, zone);
            const auto minutes = [](const QString& offset) { return (offset[0] == '-' ? -1 : 1) * (offset.mid(1, 2).toInt() * 60 + offset.mid(3, 2).toInt()); };
            const QDateTime about(QDate(2020, 2, 28), QTime(23, 40), Qt::UTC);
            const auto draw = [&] { return about.addSecs(dice.upTo(3600)); };
            struct Said
            {
                QString text;
                Number means; ///< since midnight
            };
            const auto time = [&](const QDateTime& when) -> Said {
                const QTime at = when.time();
                const int form = dice.upTo(6);
                if (form == 0)
                    return {};
                if (form == 1)
                    return {dice.text({"2", "2460", "noon", "236100", "235975"}), {}};
                if (form == 2)
                    return {at.toString("hhmm"), at.hour() * 3600.0 + at.minute() * 60};
                if (form == 3)
                    return {at.toString("hhmmss") + ".25", at.msecsSinceStartOfDay() / 1000.0 + 0.25};
                if (form == 4 && !isEnhanced)
                    return {at.toString("hh:mm:ss"), at.msecsSinceStartOfDay() / 1000.0};
                return {at.toString("hhmmss"), at.msecsSinceStartOfDay() / 1000.0};
            };
            const auto date = [&](const QDateTime& when) -> Said {
                if (dice.isOneOf(4))
                    return {dice.text({"", "", "20200231"}), {}};
                return {when.toString(dice.isOneOf(5) ? "yyyy.MM.dd" : "yyyyMMdd"), double(when.date().toJulianDay()) * 86400};
            };
            const auto dateTime = [&](const QDateTime& when) -> Said {
                if (dice.isOneOf(4))
                    return {dice.text({"", "", "2020", "20200231120000", "20200228"}), {}};
                const QString own = dice.text({"", "", "+0100", "-0330", "+0800"});
                const bool isMoved = !own.isEmpty() && !zone.isEmpty() && own != zone;
                reached.count("another zone", isMoved);
                return {when.toString("yyyyMMddhhmmss") + own, seconds(when) + (isMoved ? 60.0 * (minutes(zone) - minutes(own)) : 0)};
            };
            const auto moment = [&](Tag dateTag, Tag timeTag, const Said& studyDay) {
                const QDateTime when = draw();
                const Said day = date(when), clock = time(when);
                put(dataset, dateTag, day.text);
                put(dataset, timeTag, clock.text);
                const Number of = day.means ? day.means : studyDay.means;
                return of && clock.means ? Number(*of + *clock.means) : Number();
            };
            const Said study = date(about);
            put(dataset, {0x0008, 0x0020}, study.text);
            PetData plain;
            plain.seriesS = moment({0x0008, 0x0021}, {0x0008, 0x0031}, study);
            const Number acquired = moment({0x0008, 0x0022}, {0x0008, 0x0032}, study);
            const Said exactly = dateTime(draw()), correctedTo = dateTime(draw());
            put(dataset, {0x0008, 0x002A}, exactly.text);
            put(dataset, {0x0018, 0x9701}, correctedTo.text);
            plain.acquisitionS = exactly.means && (isEnhanced || !acquired) ? exactly.means : acquired;
            plain.decayReferenceS = correctedTo.means;
            if (isEnhanced && correctedTo.means)
                plain.seriesS.reset();
            Dataset drug = dataset.addItem({0x0054, 0x0016});
            const QDateTime injection = draw();
            const Said dated = dateTime(injection), ofDay = time(injection);
            put(drug, {0x0018, 0x1078}, dated.text);
            put(drug, {0x0018, 0x1072}, ofDay.text);
            plain.startS = dated.means ? dated.means : ofDay.means;
            plain.isStartDated = dated.means.has_value();
            reached.count("series", plain.seriesS.has_value());
            reached.count("series of the study's day", plain.seriesS && !QDate::fromString(dataset.text({0x0008, 0x0021}).remove('.'), "yyyyMMdd").isValid());
            reached.count("acquisition", acquired && plain.acquisitionS == acquired);
            reached.count("acquisition's Date Time", plain.acquisitionS && plain.acquisitionS != acquired);
            reached.count("enhanced", isEnhanced);
            reached.count("corrected to", correctedTo.means.has_value());
            reached.count("injection dated", plain.isStartDated);
            reached.count("injection by the time of day", plain.startS && !plain.isStartDated);
            reached.count("no injection", !plain.startS);
            const auto found = PetData::of(dataset);
            QVERIFY(found);
            const auto say = [](const PetData& pet) {
                const auto words = [](const Number& value) { return value ? QString::number(*value, 'f', 2) : QString("-"); };
                return QString("series %1 acquisition %2 corrected to %3 injection %4 dated %5").arg(words(pet.seriesS), words(pet.acquisitionS), words(pet.decayReferenceS), words(pet.startS)).arg(pet.isStartDated);
            };
            QVERIFY2(say(*found) == say(plain), qPrintable(QString("seed %1: %2\nwhere there is %3").arg(seed).arg(say(*found), say(plain))));
        }
        QCOMPARE(reached.missing(), QString());
    }
};

QTEST_GUILESS_MAIN(TestRandomSuv)
#include "tst_random_suv.moc"
