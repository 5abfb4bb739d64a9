#pragma once
#include "netclient/dicom/dataset.h"

namespace diascope::viewer
{

/// Standardized uptake value by body weight, by lean body mass (Janmahasatian et al. 2005), by body surface (Du Bois).
enum class SuvKind { BodyWeight, LeanBodyMass, BodySurface };

/// What one PET file says of dose, patient and times. Times are seconds since an arbitrary day's midnight in the file's
/// own time zone; a Date Time with another offset has been converted (PS3.3 C.12.1.1.8).
struct PetData
{
    QString units;              ///< BQML, CNTS, GML, …
    QString suvType;            ///< BW, LBM, …; empty: BW where the unit is GML (PS3.3 C.8.9.1.1.3)
    QString decayCorrection;    ///< START, ADMIN, NONE
    bool isAttenuationCorrected = false;
    bool isDecayCorrected = false;
    std::optional<double> weightKg;
    std::optional<double> heightM;
    QString sex;                ///< M, F, O or empty
    int radiopharmaceuticals = 0;
    std::optional<double> doseBq;
    std::optional<double> halfLifeS;
    std::optional<double> startS;      ///< of the injection
    bool isStartDated = false;         ///< by a Date Time; else only the time of day is known
    std::optional<double> seriesS;
    std::optional<double> acquisitionS;
    std::optional<double> decayReferenceS; ///< Decay Correction Date Time (enhanced), or GE's private scan date and time
    std::optional<double> frameReferenceMs;
    std::optional<double> frameDurationMs;
    std::optional<double> philipsSuvFactor;      ///< (7053,xx00)
    std::optional<double> philipsActivityFactor; ///< (7053,xx09)
    friend bool operator==(const PetData&, const PetData&) = default;

    /// Nothing where the object is no PET image.
    static std::optional<PetData> of(const dicom::Dataset& dataset);
};

/// Modality value × factor = SUV; or why there is none, for a person.
struct Suv
{
    std::optional<double> factor;
    QString unit;   ///< "g/ml", "cm2/ml"
    QString reason; ///< translated, empty with a factor
    QString basis;  ///< translated: which times and formula the factor rests on
};
Suv suv(const PetData& pet, SuvKind kind = SuvKind::BodyWeight);

} // namespace diascope::viewer
