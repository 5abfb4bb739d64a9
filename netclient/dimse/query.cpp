#include "netclient/dimse/query.h"
#include "netclient/dimse/query_session.h"
#include "netclient/dimse/retrieve_session.h"
#include <cstring>
#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>
#include <dcmtk/dcmnet/dimse.h>

namespace diascope::dimse
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("Dimse", text); }

namespace tag = dicom::tag;

const QStringList uncompressed{QString::fromUtf16(dicom::explicitLittleEndian), QString::fromUtf16(dicom::implicitLittleEndian)};

bool isAscii(const QString& text)
{
    return std::all_of(text.begin(), text.end(), [](QChar c) { return c.unicode() < 0x80; });
}

/// Keys in the peer's character set: names that it cannot spell are never sent as something else.
Result<dicom::Dataset> emptyKeys(const Node& node, Level level)
{
    dicom::Dataset keys;
    keys.remove(tag::SpecificCharacterSet);
    if (!node.characterSet.isEmpty())
        if (auto set = keys.setText(tag::SpecificCharacterSet, node.characterSet); !set)
            return std::unexpected(set.error());
    const char* const names[] = {"STUDY", "SERIES", "IMAGE"};
    (void)keys.setText(tag::QueryRetrieveLevel, QLatin1String(names[int(level)]));
    return keys;
}

Result<void> put(dicom::Dataset& keys, const Node& node, dicom::Tag tag, const QString& value)
{
    if (value.isEmpty()) {
        keys.setEmpty(tag);
        return {};
    }
    if (node.characterSet.isEmpty() && !isAscii(value))
        return fail(Fault::Unsupported, tr("the node has no character set, so only ASCII can be asked for: set one for it"));
    return keys.setText(tag, value);
}

/// What is asked for and what is to come back, of one level alone.
std::vector<std::pair<dicom::Tag, QString>> valuesOf(Level level, const FindKeys& wanted)
{
    switch (level) {
    case Level::Study:
        return {{tag::StudyDate, wanted.dates},
                {tag::StudyTime, {}},
                {tag::AccessionNumber, wanted.accession},
                {tag::ModalitiesInStudy, wanted.modality},
                {tag::ReferringPhysicianName, {}},
                {tag::StudyDescription, wanted.description},
                {tag::PatientName, wanted.patientName},
                {tag::PatientID, wanted.patientId},
                {tag::IssuerOfPatientID, {}},
                {tag::PatientBirthDate, wanted.birthDate},
                {tag::PatientSex, {}},
                {tag::StudyID, {}},
                {tag::NumberOfStudyRelatedSeries, {}},
                {tag::NumberOfStudyRelatedInstances, {}}};
    case Level::Series:
        return {{tag::SeriesInstanceUID, wanted.seriesUid},
                {tag::Modality, wanted.modality},
                {tag::SeriesDescription, wanted.description},
                {tag::SeriesNumber, {}},
                {tag::NumberOfSeriesRelatedInstances, {}}};
    case Level::Image:
        break;
    }
    return {{tag::SeriesInstanceUID, wanted.seriesUid},
            {tag::SOPInstanceUID, wanted.instanceUid},
            {tag::SOPClassUID, {}},
            {tag::InstanceNumber, {}}};
}

Result<qint64> findWith(const Node& node, const char* abstractSyntax, const dicom::Dataset& keys, const OnMatch& onMatch,
                        int limit, const Local& local, Task& task, Report report = Report::Rows)
{
    auto association = Association::open(node, local, {{QLatin1String(abstractSyntax), uncompressed}}, task);
    if (!association)
        return std::unexpected(association.error());
    auto rows = ask(**association, {node, QLatin1String(abstractSyntax), keys, limit, report}, onMatch, task);
    if (rows)
        (*association)->release();
    return rows;
}

Result<qint64> findAt(const Node& node, Level level, const FindKeys& wanted, const OnMatch& onMatch, const Local& local, Task& task,
                      Report report)
{
    if (reachesAcrossLevels(level, wanted))
        return findAcrossLevels(node, level, wanted, onMatch, local, task, report);
    const auto keys = keysFor(node, level, wanted, Keys::OfLevel);
    if (!keys)
        return std::unexpected(keys.error());
    return findWith(node, UID_FINDStudyRootQueryRetrieveInformationModel, *keys, onMatch, wanted.limit, local, task, report);
}

/// The caller's keys with their text in the node's character set.
Result<dicom::Dataset> inCharacterSetOf(const Node& node, const dicom::Dataset& keys)
{
    dicom::Dataset copy = keys.deepCopy();
    copy.remove(tag::SpecificCharacterSet);
    if (!node.characterSet.isEmpty())
        if (auto set = copy.setText(tag::SpecificCharacterSet, node.characterSet); !set)
            return std::unexpected(set.error());
    for (dicom::Tag tag : keys.tags()) {
        if (tag == tag::SpecificCharacterSet)
            continue;
        const QString text = keys.text(tag);
        if (isAscii(text))
            continue;
        if (auto done = put(copy, node, tag, text); !done)
            return std::unexpected(done.error());
    }
    return copy;
}

} // namespace

Result<dicom::Dataset> keysFor(const Node& node, Level level, const FindKeys& wanted, Keys which)
{
    auto keys = emptyKeys(node, level);
    if (!keys)
        return keys;
    auto values = valuesOf(level, wanted);
    values.insert(values.begin(), {tag::StudyInstanceUID, wanted.studyUid});
    if (which == Keys::OfAllLevels)
        for (Level above = Level::Study; above < level; above = Level(int(above) + 1))
            for (const auto& [tag, value] : valuesOf(above, wanted))
                // The description is that of the series, and what is of no use is not asked for.
                if (!value.isEmpty() && tag != tag::StudyDescription && tag != tag::ModalitiesInStudy)
                    values.push_back({tag, value});
    for (const auto& [tag, value] : values)
        if (auto done = put(*keys, node, tag, value); !done)
            return std::unexpected(done.error());
    for (dicom::Tag tag : wanted.alsoReturn)
        if (!keys->contains(tag))
            keys->setEmpty(tag);
    return keys;
}

Result<qint64> ask(Association& association, const Question& question, const OnMatch& onMatch, Task& task)
{
    T_DIMSE_Message request = {};
    request.CommandField = DIMSE_C_FIND_RQ;
    T_DIMSE_C_FindRQ& asked = request.msg.CFindRQ;
    asked.MessageID = association.nextMessageId();
    qstrncpy(asked.AffectedSOPClassUID, question.abstractSyntax.toLatin1().constData(), sizeof asked.AffectedSOPClassUID);
    asked.DataSetType = DIMSE_DATASET_PRESENT;
    const quint8 context = association.contextFor(question.abstractSyntax);
    if (auto sent = association.send(context, request, &question.keys); !sent)
        return std::unexpected(sent.error());
    qint64 rows = 0;
    bool isEnough = false;
    while (true) {
        T_DIMSE_Message response = {};
        quint8 answered = 0;
        if (auto received = association.receive(response, answered); !received)
            return std::unexpected(received.error());
        if (response.CommandField != DIMSE_C_FIND_RSP)
            return fail(Fault::Damaged, tr("the peer broke the protocol: an answer to something else came"));
        std::optional<dicom::Dataset> row;
        if (response.msg.CFindRSP.DataSetType != DIMSE_DATASET_NULL) {
            auto dataset = association.receiveDataset(answered);
            if (!dataset)
                return std::unexpected(dataset.error());
            row = std::move(*dataset);
        }
        const quint16 status = response.msg.CFindRSP.DimseStatus;
        const bool isPending =
            status == STATUS_FIND_Pending_MatchesAreContinuing || status == STATUS_FIND_Pending_WarningUnsupportedOptionalKeys;
        if (!isPending && status == STATUS_FIND_Cancel && !isEnough) // it has a limit of its own
            return fail(Fault::Refused, tr("the peer gave %1 rows and stopped there").arg(rows) + u' ' + cutShort());
        if (!isPending) {
            if (status != STATUS_FIND_Success && status != STATUS_FIND_Cancel)
                return fail(Fault::Refused, statusText(status));
            return rows;
        }
        if (!row || isEnough)
            continue;
        if (!question.node.assumedCharacterSet.isEmpty())
            row->overrideCharacterSet(question.node.assumedCharacterSet);
        ++rows;
        if (question.report == Report::Rows)
            task.report(rows, 0);
        if (!onMatch(*row) || (question.limit > 0 && rows >= question.limit)) {
            isEnough = true;
            association.cancel(context, asked.MessageID);
        }
    }
}

Result<void> echo(const Node& node, const Local& local, Task& task)
{
    auto association = Association::open(node, local, {{QLatin1String(UID_VerificationSOPClass), uncompressed}}, task,
                                         Association::Patience::None);
    if (!association)
        return std::unexpected(association.error());
    T_DIMSE_Message request = {};
    request.CommandField = DIMSE_C_ECHO_RQ;
    request.msg.CEchoRQ.MessageID = (*association)->nextMessageId();
    request.msg.CEchoRQ.DataSetType = DIMSE_DATASET_NULL;
    qstrncpy(request.msg.CEchoRQ.AffectedSOPClassUID, UID_VerificationSOPClass, sizeof request.msg.CEchoRQ.AffectedSOPClassUID);
    const quint8 context = (*association)->contextFor(QLatin1String(UID_VerificationSOPClass));
    if (auto sent = (*association)->send(context, request, nullptr); !sent)
        return sent;
    T_DIMSE_Message response = {};
    quint8 answered = 0;
    if (auto received = (*association)->receive(response, answered); !received)
        return received;
    if (response.CommandField != DIMSE_C_ECHO_RSP)
        return fail(Fault::Damaged, tr("the peer broke the protocol: an answer to something else came"));
    (*association)->release();
    if (response.msg.CEchoRSP.DimseStatus != STATUS_Success)
        return fail(Fault::Refused, statusText(response.msg.CEchoRSP.DimseStatus));
    return {};
}

Result<qint64> find(const Node& node, Level level, const FindKeys& wanted, const OnMatch& onMatch, const Local& local, Task& task)
{
    return findAt(node, level, wanted, onMatch, local, task, Report::Rows);
}

Result<qint64> findQuietly(const Node& node, Level level, const FindKeys& wanted, const OnMatch& onMatch, const Local& local,
                           Task& task)
{
    return findAt(node, level, wanted, onMatch, local, task, Report::Nothing);
}

Result<qint64> findPatients(const Node& node, const FindKeys& wanted, const OnMatch& onMatch, const Local& local, Task& task)
{
    auto keys = emptyKeys(node, Level::Study);
    if (!keys)
        return std::unexpected(keys.error());
    (void)keys->setText(tag::QueryRetrieveLevel, QStringLiteral("PATIENT"));
    const std::pair<dicom::Tag, QString> values[] = {{tag::PatientName, wanted.patientName},
                                                     {tag::PatientID, wanted.patientId},
                                                     {tag::IssuerOfPatientID, {}},
                                                     {tag::PatientBirthDate, wanted.birthDate},
                                                     {tag::PatientSex, {}},
                                                     {tag::NumberOfPatientRelatedStudies, {}}};
    for (const auto& [tag, value] : values)
        if (auto done = put(*keys, node, tag, value); !done)
            return std::unexpected(done.error());
    return findWith(node, UID_FINDPatientRootQueryRetrieveInformationModel, *keys, onMatch, wanted.limit, local, task);
}

Result<qint64> find(const Node& node, Level level, const dicom::Dataset& keys, const OnMatch& onMatch, const Local& local,
                    Task& task)
{
    auto encoded = inCharacterSetOf(node, keys);
    if (!encoded)
        return std::unexpected(encoded.error());
    const char* const names[] = {"STUDY", "SERIES", "IMAGE"};
    (void)encoded->setText(tag::QueryRetrieveLevel, QLatin1String(names[int(level)]));
    return findWith(node, UID_FINDStudyRootQueryRetrieveInformationModel, *encoded, onMatch, 0, local, task);
}

Result<qint64> findWorklist(const Node& node, const dicom::Dataset& keys, const OnMatch& onMatch, const Local& local, Task& task)
{
    const auto encoded = inCharacterSetOf(node, keys);
    if (!encoded)
        return std::unexpected(encoded.error());
    return findWith(node, UID_FINDModalityWorklistInformationModel, *encoded, onMatch, 0, local, task);
}

} // namespace diascope::dimse
