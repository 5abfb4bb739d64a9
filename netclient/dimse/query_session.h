#pragma once
#include "netclient/dicom/dataset.h"
#include "netclient/dimse/association.h"
#include "netclient/dimse/query.h"

namespace diascope::dimse
{

enum class Report { Rows, Nothing };

/// A query without dataset, on one association.
struct Question
{
    const Node& node;
    QString abstractSyntax;
    const dicom::Dataset& keys;
    int limit = 0;
    Report report = Report::Rows;
};
/// Returns the number of rows.
Result<qint64> ask(Association& association, const Question& question, const OnMatch& onMatch, Task& task);

/// Which keys a query has: those of its own level, or those of the levels above as well, which is for peers that agreed on it
/// alone (PS3.4 C.4.1.2.2.2).
enum class Keys { OfLevel, OfAllLevels };
/// In the node's character set. Error Unsupported: the text does not fit.
Result<dicom::Dataset> keysFor(const Node& node, Level level, const FindKeys& wanted, Keys which);

/// Whether the levels above have to be asked, or a peer that can do so at once (PS3.4 C.4.1.2.2.1: a query names the one study
/// and the one series it is about, and has no other key of theirs).
bool reachesAcrossLevels(Level level, const FindKeys& keys);
/// Such a query: at once where the peer agrees to relational queries, else from study to study and series to series.
Result<qint64> findAcrossLevels(const Node& node, Level level, const FindKeys& wanted, const OnMatch& onMatch, const Local& local,
                                Task& task, Report report);

} // namespace diascope::dimse
