#pragma once
#include "app/session/exchange.h"
#include "app/windows/jobs.h"
#include "app/windows/study_table.h"
#include <QTimer>

namespace diascope::windows
{

/// What somebody looks for, and where.
struct SearchTerms
{
    QString text;     ///< as typed: names, IDs, accession numbers, dates
    int days = -1;    ///< 0 today, 1 yesterday, else the last so many; -1: any day
    QString modality; ///< empty: any
    bool inArchive = true;
    QStringList nodes; ///< names

    archive::Query query() const;
    dicom::FindKeys keys() const; ///< for a node: names get wildcards
    /// Neither words nor a day nor a kind: everything. A node is not asked for that by itself.
    bool isEverything() const { return text.trimmed().isEmpty() && days < 0 && modality.isEmpty(); }
    QByteArray toJson() const;
    static std::optional<SearchTerms> fromJson(const QByteArray& json);
};

/// One search over the archive and any number of nodes at once. The archive's rows are there at once, the nodes' come as they
/// arrive, in batches. UI thread.
class StudySearch : public QObject
{
    Q_OBJECT

public:
    explicit StudySearch(app::Session& session, QObject* parent = nullptr);
    ~StudySearch() override;

    static constexpr int mostRows = 2000; ///< of the archive and of each node; more is for a narrower search

    enum class Nodes { Ask, LeaveAlone };
    /// Ends what ran, empties the table, shows the archive's rows and asks the nodes.
    void start(const SearchTerms& terms, StudyTable& table, Nodes nodes);
    /// Asks no more; what came stays.
    void stop();

    struct State
    {
        QString node;
        int rows = 0;
        bool isRunning = false;
        bool isCut = false; ///< it has more than we take
        QString error;      ///< translated
    };
    const std::vector<State>& states() const { return m_states; }
    bool isRunning() const;
    /// Of the archive; nothing: it was not asked.
    std::optional<int> archiveRows() const { return m_archiveRows; }
    bool isArchiveCut() const { return m_isArchiveCut; }
    QString archiveError() const { return m_archiveError; }

Q_SIGNALS:
    void changed();  ///< rows came, or a node is through
    void finished(); ///< of every node

private:
    void showArchive(const SearchTerms& terms, StudyTable& table);
    /// What the nodes they were retrieved from counted of them: of other days too (SAF-04).
    Result<void> addCounts(std::vector<StudyEntry>& entries) const;
    void ask(const QString& node, const SearchTerms& terms);
    void take();

    struct Arrivals;
    app::Session& m_session;
    StudyTable* m_table = nullptr;
    std::shared_ptr<Arrivals> m_arrivals;
    std::vector<std::unique_ptr<Job>> m_jobs;
    std::vector<State> m_states;
    QTimer m_flush;
    std::optional<int> m_archiveRows;
    bool m_isArchiveCut = false;
    QString m_archiveError;
};

} // namespace diascope::windows
