#pragma once
#include "netclient/archive/archive.h"
#include "netclient/dicom/dataset.h"
#include "netclient/transfer/rules.h"
#include <QDate>

namespace diascope::app
{

/// The node asked for the modality worklist; empty: none.
inline const Setting<QString> worklistNode{"worklist.node", QString()};
/// The workstation looks for priors this often by itself, and soon after something arrived; 0: only when it is told to.
inline const Setting<int> prefetchMinutes{"transfer.prefetchMinutes", 0};

/// The worklist of a day, from the configured node. A worker's thread. Errors: NotFound (none is configured), those of the query.
Result<std::vector<dicom::Dataset>> worklist(const Profile& profile, QDate day, Task& task);

struct Prior
{
    QString patientId;
    archive::StudyRow study;
    QString node;
    qint64 transfer = 0;
};
/// Queues the priors that the rules want for today's worklist, the orders of the RIS and what arrived since yesterday, or for `orders`
/// alone: those of every node that are not here. Each node is asked once for a patient. A worker's thread. `unreachable`: nodes that
/// did not answer, each with its sentence.
Result<std::vector<Prior>> prefetch(const Profile& profile, const archive::Archive& archive, QStringList& unreachable, Task& task,
                                    std::vector<transfer::Order> orders = {});

} // namespace diascope::app
