#pragma once
#include "netclient/dicom/patient_identity.h"
#include <QJsonObject>
#include <QString>
#include <QStringList>
#include <optional>

namespace diascope::dicom
{
class Dataset;
}

namespace diascope::reporting
{

/// A code with its scheme: {"RID10321", "RADLEX", "computed tomography"}.
struct Code
{
    QString value;
    QString scheme;
    QString meaning;
    bool isEmpty() const { return value.isEmpty(); }
    friend bool operator==(const Code&, const Code&) = default;
};

/// Whose study a report is about, as the images or an order say. Names stay in DICOM form (PN with ^ and =), dates in DA,
/// times in TM, so that nothing is lost on the way out again.
struct StudyContext
{
    QString patientName;
    QString patientId;
    QString issuerOfPatientId;
    QString birthDate;
    QString sex; ///< M, F, O or empty
    QString studyUid;
    QString accession;
    QString issuerOfAccession;
    QString studyId;
    QString studyDate;
    QString studyTime;
    QString description;
    QString modality; ///< several joined by '\'
    QString bodyPart;
    QString referringPhysician;
    QString requestingPhysician;
    QString institution;
    QString placerOrderNumber;
    QString fillerOrderNumber;
    QString requestedProcedureId;
    QString reasonForStudy;
    QString visitNumber;
    Code procedure;

    friend bool operator==(const StudyContext&, const StudyContext&) = default;

    dicom::PatientIdentity patient() const { return {patientId, issuerOfPatientId, patientName, birthDate, sex}; }
    void setPatient(const dicom::PatientIdentity& patient);

    /// From one instance of the study; UIDs of request attributes included where they are there.
    static StudyContext fromDataset(const dicom::Dataset& dataset);
    QJsonObject toJson() const;
    static StudyContext fromJson(const QJsonObject& object);
};

/// Where two sources contradict each other about patient, study or accession: one translated sentence each, without patient
/// data. The patient as in dicom::contradictions(); what one of them does not state is no contradiction.
QStringList contradictions(const StudyContext& a, const QString& nameOfA, const StudyContext& b, const QString& nameOfB);

} // namespace diascope::reporting
