#pragma once
#include "netclient/base/error.h"
#include "netclient/dicom/tags.h"
#include "netclient/dicom/uid.h"
#include <QByteArray>
#include <QSet>
#include <QStringList>
#include <functional>
#include <optional>
#include <vector>

/// What is asked of a peer and what comes back, the same over DIMSE and over DICOMweb.
namespace diascope::dicom
{

class Dataset;

enum class Level { Study, Series, Image };

/// What to look for; empty means any. Wildcards `*` and `?` go to the peer as they are.
struct FindKeys
{
    QString patientId;
    QString patientName;
    QString birthDate;
    QString accession;
    QString dates;    ///< YYYYMMDD, or a range with '-'
    QString modality; ///< in study (study level), of the series (series level)
    QString description;
    QString studyUid;
    QString seriesUid;
    QString instanceUid;
    std::vector<Tag> alsoReturn; ///< more return keys than the usual ones of the level
    int limit = 0; ///< no more than this many rows; 0: all
};

/// Called for every row as it arrives, on the calling thread. False: enough, the peer is told to stop.
using OnMatch = std::function<bool(const Dataset& row)>;

/// An instance as it came from a peer: a Part 10 file. The UIDs are the peer's words: valid in form, and never to become a
/// file name.
struct Received
{
    QByteArray part10;
    QString sopClassUid;
    QString sopInstanceUid;
    QString transferSyntaxUid;
    QString callingAe;       ///< who sent it; empty where we fetched it
    QString moveOriginator;  ///< AE title that asked the sender by C-MOVE; mostly empty
    quint16 moveMessageId = 0;
};

/// Stores it. An error becomes a failure status to the peer and is listed with the instance. May be called from several
/// threads at once.
using Sink = std::function<Result<void>(Received&&)>;

struct RetrieveRequest
{
    StudyUid study;
    SeriesUid series;      ///< empty: the whole study
    QSet<QString> present; ///< SOP Instance UIDs that are here already: only what is missing is asked for
    QString patientId;     ///< where given, instances of any other patient are refused
};

struct InstanceFailure
{
    QString sopInstanceUid; ///< may be empty where the peer does not say which
    QString reason;         ///< translated
};

/// Complete when received + present == expected and nothing failed and nothing ended it early.
struct RetrieveResult
{
    qint64 expected = 0; ///< instances in the study or series, by the peer's own account
    qint64 present = 0;  ///< of these, here before
    qint64 received = 0; ///< taken by the sink
    std::vector<InstanceFailure> failed; ///< refused by us, failed at the peer, or never sent: fetch again
    std::optional<Error> ended;          ///< what ended it early: abort, timeout, cancel. What was received counts
    bool isComplete() const { return !ended && failed.empty() && received + present >= expected; }
};

struct SendFailure
{
    QString path;
    QString sopInstanceUid;
    QString reason; ///< translated
};

struct SendResult
{
    qint64 sent = 0;      ///< requests that went out
    qint64 confirmed = 0; ///< answered with success or a warning
    std::vector<SendFailure> failed; ///< everything that was not confirmed, each with its reason
    std::optional<Error> ended;      ///< what ended it early
    bool isComplete() const { return !ended && failed.empty(); }
};

/// Called for each file as the peer confirms it, one at a time, not always on the calling thread.
using OnConfirmed = std::function<void(const QString& path)>;

/// Turns a file into an uncompressed dataset where the peer accepts nothing else.
using Transcode = std::function<Result<Dataset>(const QString& path)>;

} // namespace diascope::dicom
