#pragma once
#include "netclient/archive/records.h"
#include "netclient/base/settings.h"
#include <QDate>

namespace diascope::transfer
{

/// Rules as data: a JSON array in the settings. An empty list in a rule fits everything; texts are compared without case.
inline const Setting<QString> routeRules{"transfer.routes", {}};
inline const Setting<QString> prefetchRules{"transfer.prefetch", {}};

/// What arrives and matches is sent on:
/// {"from":["CT1"],"modalities":["CT"],"bodyParts":[],"description":"chest","to":"archive","commit":true}
struct RouteRule
{
    QStringList from; ///< calling AE titles
    QStringList modalities;
    QStringList bodyParts;
    QString description; ///< a part of the study's or the series' description
    QString to;          ///< a configured node
    bool wantsCommitment = false;
};

/// Which priors of a patient are fetched when a study is ordered or arrives:
/// {"modalities":["CT"],"bodyParts":["CHEST"],"priors":["CT","CR","DX"],"sameBodyPart":true,"years":5,"atMost":3}
struct PrefetchRule
{
    QStringList modalities; ///< of the new study
    QStringList bodyParts;
    QStringList priors;     ///< modalities of the priors; empty: those of the new study
    bool needsSameBodyPart = false;
    int years = 5;
    int atMost = 3;
};

/// What the rules look at.
struct Arrival
{
    QString callingAe, modality, bodyPart, studyDescription, seriesDescription;
};
struct Order
{
    QString patientId, issuer, patientName;
    QStringList modalities;
    QString bodyPart, description;
    QDate date;
    dicom::StudyUid study; ///< the new one, never its own prior
};

/// Errors: Invalid, with what is wrong where. An empty text has no routes.
Result<std::vector<RouteRule>> parseRoutes(const QString& json);
/// An empty text gives the rules that come with the program: up to three priors of the same modality within five years.
Result<std::vector<PrefetchRule>> parsePrefetch(const QString& json);

bool fits(const RouteRule& rule, const Arrival& arrival);
/// Of these studies the patient's priors that the first fitting rule wants, newest first. Studies of another ID or issuer, of
/// another name under the same ID, later ones, and the order's own are none.
std::vector<archive::StudyRow> priorsFor(const std::vector<PrefetchRule>& rules, const Order& order, const std::vector<archive::StudyRow>& candidates);
/// A word for the body part in a description: what DICOM leaves to the description in most studies.
QString bodyPartOf(const QString& bodyPartExamined, const QString& description);

} // namespace diascope::transfer
