#include "netclient/dimse/query_session.h"
#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>

namespace diascope::dimse
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("Dimse", text); }

namespace tag = dicom::tag;

const QString studyRoot = QStringLiteral(UID_FINDStudyRootQueryRetrieveInformationModel);

bool isOne(const QString& uid) { return dicom::isValidUid(uid); }

bool hasStudyKeys(const FindKeys& keys)
{
    return !keys.patientId.isEmpty() || !keys.patientName.isEmpty() || !keys.birthDate.isEmpty() || !keys.accession.isEmpty() ||
           !keys.dates.isEmpty();
}

/// From study to study and from series to series, as every peer can be asked.
class Walk
{
public:
    Walk(Association& association, const Node& node, Level level, const FindKeys& wanted, const OnMatch& onMatch, Task& task,
         Report report)
        : m_association(association), m_node(node), m_level(level), m_wanted(wanted), m_onMatch(onMatch), m_task(task),
          m_report(report)
    {
    }

    Result<qint64> run()
    {
        FindKeys ofStudy = m_wanted;
        ofStudy.description.clear(); // of the series, here
        const auto studies = uids(Level::Study, ofStudy, tag::StudyInstanceUID);
        if (!studies)
            return std::unexpected(studies.error());
        for (const QString& study : *studies)
            if (auto gone = intoStudy(study); !gone)
                return std::unexpected(gone.error());
            else if (m_isEnough)
                break;
        return m_rows;
    }

private:
    FindKeys below(const QString& study) const
    {
        FindKeys keys;
        keys.studyUid = study;
        keys.seriesUid = m_wanted.seriesUid;
        keys.modality = m_wanted.modality;
        keys.description = m_wanted.description;
        return keys;
    }

    Result<void> intoStudy(const QString& study)
    {
        FindKeys keys = below(study);
        if (m_level == Level::Series) {
            keys.alsoReturn = m_wanted.alsoReturn;
            return rows(keys);
        }
        QStringList series{m_wanted.seriesUid};
        if (!isOne(m_wanted.seriesUid) || !m_wanted.modality.isEmpty() || !m_wanted.description.isEmpty()) {
            const auto found = uids(Level::Series, keys, tag::SeriesInstanceUID);
            if (!found)
                return std::unexpected(found.error());
            series = *found;
        }
        for (const QString& uid : series) {
            FindKeys ofImage;
            ofImage.studyUid = study;
            ofImage.seriesUid = uid;
            ofImage.instanceUid = m_wanted.instanceUid;
            ofImage.alsoReturn = m_wanted.alsoReturn;
            if (auto found = rows(ofImage); !found || m_isEnough)
                return found;
        }
        return {};
    }

    /// What is below which to go on: each once.
    Result<QStringList> uids(Level level, const FindKeys& wanted, dicom::Tag key)
    {
        const auto keys = keysFor(m_node, level, wanted, Keys::OfLevel);
        if (!keys)
            return std::unexpected(keys.error());
        QStringList found;
        const auto asked = ask(m_association, {m_node, studyRoot, *keys, 0, Report::Nothing}, [&](const dicom::Dataset& row) {
            if (const QString uid = row.text(key); isOne(uid))
                found << uid;
            return !m_task.isCancelled();
        }, m_task);
        if (!asked)
            return std::unexpected(asked.error());
        if (m_task.isCancelled())
            return fail(Fault::Cancelled, tr("stopped"));
        found.removeDuplicates();
        return found;
    }

    Result<void> rows(const FindKeys& wanted)
    {
        const auto keys = keysFor(m_node, m_level, wanted, Keys::OfLevel);
        if (!keys)
            return std::unexpected(keys.error());
        const auto found = ask(m_association, {m_node, studyRoot, *keys, 0, Report::Nothing}, [&](const dicom::Dataset& row) {
            ++m_rows;
            if (m_report == Report::Rows)
                m_task.report(m_rows, 0);
            m_isEnough = !m_onMatch(row) || (m_wanted.limit > 0 && m_rows >= m_wanted.limit);
            return !m_isEnough;
        }, m_task);
        return found ? Result<void>{} : std::unexpected(found.error());
    }

    Association& m_association;
    const Node& m_node;
    const Level m_level;
    const FindKeys& m_wanted;
    const OnMatch& m_onMatch;
    Task& m_task;
    const Report m_report;
    qint64 m_rows = 0;
    bool m_isEnough = false;
};

} // namespace

bool reachesAcrossLevels(Level level, const FindKeys& keys)
{
    if (level == Level::Study)
        return false;
    if (!isOne(keys.studyUid) || hasStudyKeys(keys))
        return true;
    return level == Level::Image && (!isOne(keys.seriesUid) || !keys.modality.isEmpty() || !keys.description.isEmpty());
}

Result<qint64> findAcrossLevels(const Node& node, Level level, const FindKeys& wanted, const OnMatch& onMatch, const Local& local,
                                Task& task, Report report)
{
    const QStringList uncompressed{QString::fromUtf16(dicom::explicitLittleEndian), QString::fromUtf16(dicom::implicitLittleEndian)};
    auto association =
        Association::open(node, local, {{studyRoot, uncompressed, Role::Scu, Queries::Relational}}, task);
    if (!association)
        return std::unexpected(association.error());
    Result<qint64> rows = 0;
    if ((*association)->isRelational(studyRoot)) {
        const auto keys = keysFor(node, level, wanted, Keys::OfAllLevels);
        if (!keys)
            return std::unexpected(keys.error());
        rows = ask(**association, {node, studyRoot, *keys, wanted.limit, report}, onMatch, task);
    } else {
        rows = Walk(**association, node, level, wanted, onMatch, task, report).run();
    }
    if (rows)
        (*association)->release();
    return rows;
}

} // namespace diascope::dimse
