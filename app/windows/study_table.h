#pragma once
#include "netclient/archive/records.h"
#include <QAbstractTableModel>

namespace diascope::windows
{

/// A study in the browser: of the archive, of a node, or both.
struct StudyEntry
{
    archive::StudyRow row;
    QString node;          ///< empty: only in the archive
    bool isLocal = false;  ///< in the archive
    QString reportStatus;  ///< translated; empty: no report
};

/// The studies found, sortable. Plain text everywhere: names are never taken as HTML (SEC-06).
class StudyTable : public QAbstractTableModel
{
    Q_OBJECT

public:
    enum Column { Patient, Id, BirthDate, Sex, Date, Modality, Description, Accession, Images, Report, Source, ColumnCount };
    using QAbstractTableModel::QAbstractTableModel;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    void sort(int column, Qt::SortOrder order) override;

    void setEntries(std::vector<StudyEntry> entries);
    /// Adds a row of a node, or marks the archive's row of the same study with it.
    void merge(const StudyEntry& entry);
    void markLocal(const dicom::StudyUid& study); ///< it has come into the archive
    const StudyEntry* entryAt(int row) const;
    int rowOf(const dicom::StudyUid& study) const;

private:
    QString text(const StudyEntry& entry, int column) const;
    std::vector<StudyEntry> m_entries;
};

} // namespace diascope::windows
