#include "app/windows/study_search.h"
#include "netclient/dicom/person_name.h"
#include "netclient/transfer/study_transfer.h"
#include <QJsonDocument>
#include <QJsonObject>
#include <mutex>

namespace diascope::windows
{

namespace
{

constexpr int flushMs = 60;

QString da(QDate date) { return date.toString(QStringLiteral("yyyyMMdd")); }

/// What a person typed: a date or a range becomes one, the rest are words.
archive::Query queryOf(const QString& typed)
{
    archive::Query query;
    QStringList words;
    for (const QString& word : typed.simplified().split(u' ', Qt::SkipEmptyParts)) {
        const bool isDateLike = word.size() >= 8 && word.at(0).isDigit() && word.count(u'.') == 0;
        QString compact = word;
        if (word.size() == 10 && word.at(4) == u'-')
            compact.remove(u'-');
        const auto dated = isDateLike && (compact.size() == 8 || compact.size() == 17) ? archive::Query::withDates(query, compact) : std::nullopt;
        if (dated && !(compact.size() == 8 && !dicom::parseDate(compact)))
            query = *dated;
        else
            words << word;
    }
    query.text = words.join(u' ');
    return query;
}

bool hasDigit(const QString& text)
{
    return std::any_of(text.begin(), text.end(), [](QChar c) { return c.isDigit(); });
}

} // namespace

archive::Query SearchTerms::query() const
{
    archive::Query query = queryOf(text);
    if (days >= 0) {
        const QDate today = QDate::currentDate();
        query.dateFrom = da(today.addDays(-days));
        query.dateTo = da(days == 1 ? today.addDays(-1) : today);
    }
    if (!modality.isEmpty())
        query.modalities = {modality};
    return query;
}

dicom::FindKeys SearchTerms::keys() const
{
    const archive::Query query = this->query();
    dicom::FindKeys keys;
    // One field, several meanings: what has digits is an ID or accession number, the rest is a name.
    if (!query.text.isEmpty())
        (hasDigit(query.text) ? keys.patientId : keys.patientName) =
            hasDigit(query.text) ? query.text : QStringLiteral("*%1*").arg(QString(query.text).replace(u' ', u'*'));
    if (!query.dateFrom.isEmpty() || !query.dateTo.isEmpty())
        keys.dates = query.dateFrom == query.dateTo ? query.dateFrom : QStringLiteral("%1-%2").arg(query.dateFrom, query.dateTo);
    keys.modality = modality;
    keys.limit = StudySearch::mostRows;
    return keys;
}

QByteArray SearchTerms::toJson() const
{
    return QJsonDocument(QJsonObject{{"text", text}, {"days", days}, {"modality", modality}}).toJson(QJsonDocument::Compact);
}

std::optional<SearchTerms> SearchTerms::fromJson(const QByteArray& json)
{
    const QJsonDocument document = QJsonDocument::fromJson(json);
    if (!document.isObject())
        return std::nullopt;
    SearchTerms terms;
    terms.text = document[u"text"].toString();
    terms.days = document[u"days"].toInt(-1);
    terms.modality = document[u"modality"].toString();
    return terms;
}

/// Rows on their way from the nodes' threads to ours; outlives us as long as a node still answers.
struct StudySearch::Arrivals
{
    std::mutex mutex;
    std::vector<std::pair<size_t, archive::StudyRow>> rows; // which node, and what it has
};

StudySearch::StudySearch(app::Session& session, QObject* parent) : QObject(parent), m_session(session)
{
    m_flush.setInterval(flushMs);
    connect(&m_flush, &QTimer::timeout, this, &StudySearch::take);
}

StudySearch::~StudySearch() = default;

bool StudySearch::isRunning() const
{
    return std::any_of(m_states.begin(), m_states.end(), [](const State& state) { return state.isRunning; });
}

void StudySearch::stop()
{
    for (const auto& job : m_jobs)
        job->cancel();
    take();
}

void StudySearch::start(const SearchTerms& terms, StudyTable& table, Nodes nodes)
{
    for (auto& job : m_jobs)
        Job::leave(std::move(job));
    m_jobs.clear();
    m_states.clear();
    m_flush.stop();
    m_table = &table;
    m_arrivals = std::make_shared<Arrivals>();
    showArchive(terms, table);
    if (nodes == Nodes::Ask && !terms.nodes.isEmpty()) {
        for (const QString& node : terms.nodes)
            ask(node, terms);
        m_flush.start();
    }
    Q_EMIT changed();
}

void StudySearch::showArchive(const SearchTerms& terms, StudyTable& table)
{
    m_archiveRows.reset();
    m_archiveError.clear();
    m_isArchiveCut = false;
    std::vector<StudyEntry> entries;
    if (terms.inArchive) {
        archive::Query query = terms.query();
        query.limit = mostRows + 1;
        entries.reserve(size_t(mostRows));
        // Row by row into its place: somebody is typing.
        const auto done = m_session.archive().studies(query, [&](archive::StudyRow&& row) {
            m_isArchiveCut = entries.size() == size_t(mostRows);
            if (!m_isArchiveCut) {
                const qint64 instances = row.instances;
                entries.push_back({std::move(row), {}, true, instances, 0});
            }
            return !m_isArchiveCut;
        });
        if (!done) {
            m_archiveError = message(done.error());
            entries.clear();
        }
        m_archiveRows = int(entries.size());
        if (const auto counted = addCounts(entries); !counted)
            m_archiveError = message(counted.error());
    }
    table.setEntries(std::move(entries));
}

Result<void> StudySearch::addCounts(std::vector<StudyEntry>& entries) const
{
    QStringList uids;
    for (const StudyEntry& entry : entries)
        if (entry.isLocal)
            uids << entry.row.uid.value;
    if (uids.isEmpty())
        return {};
    const auto counts = m_session.exchange().queue().countsOf(uids);
    if (!counts)
        return std::unexpected(counts.error());
    for (StudyEntry& entry : entries)
        if (const auto counted = counts->constFind(entry.row.uid.value); counted != counts->constEnd()) {
            entry.remoteInstances = std::max(entry.remoteInstances, counted->instances);
            entry.countedBy = counted->node;
        }
    return {};
}

void StudySearch::ask(const QString& name, const SearchTerms& terms)
{
    const size_t number = m_states.size();
    m_states.push_back({name, 0, true, false, {}});
    const auto node = dimse::Nodes(m_session.settings()).find(name);
    if (!node) {
        m_states[number].isRunning = false;
        m_states[number].error = tr("it is not set up any more");
        return;
    }
    const auto onRow = [arrivals = m_arrivals, number](const dicom::Dataset& answer) {
        archive::StudyRow row = transfer::studyRowOf(answer);
        const std::lock_guard lock(arrivals->mutex);
        arrivals->rows.emplace_back(number, std::move(row));
        return true;
    };
    auto job = std::make_unique<Job>(
        tr("Search in %1").arg(name),
        [configured = *node, keys = terms.keys(), onRow, local = m_session.local()](Task& task) -> Result<QString> {
            const auto node = app::withSecret(configured);
            if (!node)
                return std::unexpected(node.error());
            auto found = transfer::find(*node, dicom::Level::Study, keys, onRow, local, task);
            if (found && !keys.patientId.isEmpty()) { // nobody of this ID, or an accession number as well
                dicom::FindKeys byAccession = keys;
                byAccession.accession = std::exchange(byAccession.patientId, QString());
                const auto more = transfer::find(*node, dicom::Level::Study, byAccession, onRow, local, task);
                if (!more)
                    return std::unexpected(more.error());
                *found = std::max(*found, *more);
            }
            if (!found)
                return std::unexpected(found.error());
            return QString::number(*found);
        },
        nullptr);
    connect(job.get(), &Job::finished, this, [this, number, finished = job.get()] {
        take();
        State& state = m_states[number];
        state.isRunning = false;
        if (!finished->result())
            state.error = message(finished->result().error());
        else
            state.isCut = finished->result()->toLongLong() >= mostRows;
        if (!isRunning())
            m_flush.stop();
        Q_EMIT changed();
        if (!isRunning())
            Q_EMIT this->finished();
    });
    m_jobs.push_back(std::move(job));
}

void StudySearch::take()
{
    if (!m_arrivals || !m_table)
        return;
    std::vector<std::pair<size_t, archive::StudyRow>> rows;
    {
        const std::lock_guard lock(m_arrivals->mutex);
        rows.swap(m_arrivals->rows);
    }
    if (rows.empty())
        return;
    // One question for all of them: what is here of these.
    QStringList uids;
    for (const auto& [number, row] : rows)
        uids << row.uid.value;
    QHash<QString, archive::StudyRow> here;
    if (const auto local = m_session.archive().studiesByUid(uids))
        for (const archive::StudyRow& row : *local)
            here.insert(row.uid.value, row);
    std::vector<StudyEntry> entries;
    for (auto& [number, row] : rows) {
        ++m_states[number].rows;
        const auto local = here.constFind(row.uid.value);
        const qint64 remote = row.instances;
        StudyEntry entry{std::move(row), {m_states[number].node}, local != here.constEnd(), 0, remote};
        if (entry.isLocal) {
            if (!local->patientId.isEmpty() && !entry.row.patientId.isEmpty() && local->patientId != entry.row.patientId)
                entry.trouble = tr("%1 has it as another patient's").arg(entry.nodes.first());
            entry.row = *local; // what is here was read from the images themselves
            entry.localInstances = local->instances;
        }
        entries.push_back(std::move(entry));
    }
    if (const auto counted = addCounts(entries); !counted)
        m_archiveError = message(counted.error());
    m_table->merge(std::move(entries));
    Q_EMIT changed();
}

} // namespace diascope::windows
