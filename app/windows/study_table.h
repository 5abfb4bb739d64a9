#pragma once
#include "netclient/archive/records.h"
#include <QAbstractTableModel>
#include <QCollator>
#include <functional>

namespace diascope::windows
{

/// A study in the browser: of the archive, of nodes, or both.
struct StudyEntry
{
    archive::StudyRow row;
    QStringList nodes;         ///< where copies lie besides here, in the order of their answers
    bool isLocal = false;      ///< in the archive, maybe not all of it
    qint64 localInstances = 0;
    qint64 remoteInstances = 0; ///< the most any node counts, or counted when it was retrieved from there; 0: unknown
    QString countedBy{};        ///< the node it was retrieved from
    QString trouble{};          ///< translated: what does not fit between the copies
    QString source() const { return nodes.isEmpty() ? countedBy : nodes.first(); } ///< where the rest can be got
    bool isComplete() const { return isLocal && localInstances >= remoteInstances; }
};

/// The studies found, sortable. Plain text everywhere: names are never taken as HTML (SEC-06). Made for thousands of rows:
/// texts and sort keys are made once, rows that arrive are merged in batches.
class StudyTable : public QAbstractTableModel
{
    Q_OBJECT

public:
    enum Column { Patient, Id, BirthDate, Sex, Date, Modality, Description, Accession, Images, Report, Source, Referring, StudyId, Issuer, ColumnCount };
    static constexpr char mimeType[] = "application/x-diascope-studies"; ///< Study Instance UIDs, a line each

    explicit StudyTable(QObject* parent = nullptr);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;
    void sort(int column, Qt::SortOrder order) override;
    QStringList mimeTypes() const override { return {QLatin1String(mimeType)}; }
    QMimeData* mimeData(const QModelIndexList& indexes) const override;

    /// For people; of a study without a name it says so.
    static QString nameOf(const archive::StudyRow& row);

    /// The translated state of a study's report; asked for the rows that are looked at, once each.
    void setReportStatus(std::function<QString(const dicom::StudyUid&)> status) { m_reportStatus = std::move(status); }

    void setEntries(std::vector<StudyEntry> entries);
    /// Adds rows of nodes, or marks the row of the same study with the node; the order stays sorted.
    void merge(std::vector<StudyEntry> entries);
    /// Studies that are here and not all of them (SAF-04).
    int incompleteCount() const;
    /// What is here of it now, read from the archive.
    void setLocal(const archive::StudyRow& row);
    const StudyEntry* entryAt(int row) const;
    int rowOf(const dicom::StudyUid& study) const; ///< -1: not in the list

private:
    struct Line
    {
        StudyEntry entry;
        mutable std::optional<QString> report;
    };
    QString text(const Line& line, int column) const;
    QString tip(const Line& line, int column) const;
    void keepSorted(const std::function<void()>& change);
    void reorder();
    void numberRows();

    std::vector<Line> m_lines;
    QHash<QString, int> m_rowOf;
    QCollator m_collator;
    int m_sortColumn = Date;
    Qt::SortOrder m_sortOrder = Qt::DescendingOrder;
    std::function<QString(const dicom::StudyUid&)> m_reportStatus;
};

} // namespace diascope::windows
