#include "app/windows/study_table.h"
#include "netclient/dicom/person_name.h"
#include <QColor>

namespace diascope::windows
{

int StudyTable::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : int(m_entries.size()); }
int StudyTable::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : ColumnCount; }

QString StudyTable::text(const StudyEntry& entry, int column) const
{
    const archive::StudyRow& row = entry.row;
    switch (column) {
    case Patient:
        return dicom::PersonName::parse(row.patientName).display();
    case Id:
        return row.patientId;
    case BirthDate:
        return dicom::displayDate(row.birthDate);
    case Sex:
        return row.sex;
    case Date:
        return QStringLiteral("%1 %2").arg(dicom::displayDate(row.date), dicom::displayTime(row.time)).trimmed();
    case Modality:
        return row.modalities.join(QStringLiteral(", "));
    case Description:
        return row.description;
    case Accession:
        return row.accession;
    case Images:
        return row.instances > 0 ? QString::number(row.instances) : QString();
    case Report:
        return entry.reportStatus;
    case Source:
        return entry.node.isEmpty() ? tr("here") : entry.isLocal ? tr("here, %1").arg(entry.node) : entry.node;
    default:
        return {};
    }
}

QVariant StudyTable::data(const QModelIndex& index, int role) const
{
    const StudyEntry* entry = entryAt(index.row());
    if (!entry)
        return {};
    switch (role) {
    case Qt::DisplayRole:
        return text(*entry, index.column());
    case Qt::ToolTipRole:
        return text(*entry, index.column()).toHtmlEscaped();
    case Qt::ForegroundRole:
        return entry->isLocal ? QVariant() : QColor(0x8f, 0xa3, 0xb3);
    case Qt::TextAlignmentRole:
        return index.column() == Images ? QVariant(Qt::AlignRight | Qt::AlignVCenter) : QVariant();
    default:
        return {};
    }
}

QVariant StudyTable::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    const QString names[] = {tr("Patient"),     tr("ID"),        tr("Born"),   tr("Sex"),    tr("Study"), tr("Modality"),
                             tr("Description"), tr("Accession"), tr("Images"), tr("Report"), tr("Where")};
    return names[section];
}

void StudyTable::sort(int column, Qt::SortOrder order)
{
    Q_EMIT layoutAboutToBeChanged();
    // The chosen row stays the same patient's, wherever it goes.
    const QModelIndexList before = persistentIndexList();
    std::vector<dicom::StudyUid> studies;
    for (const QModelIndex& index : before)
        studies.push_back(m_entries[size_t(index.row())].row.uid);
    std::stable_sort(m_entries.begin(), m_entries.end(), [&](const StudyEntry& a, const StudyEntry& b) {
        const StudyEntry& first = order == Qt::AscendingOrder ? a : b;
        const StudyEntry& second = order == Qt::AscendingOrder ? b : a;
        if (column == Images)
            return first.row.instances < second.row.instances;
        return QString::localeAwareCompare(text(first, column), text(second, column)) < 0;
    });
    QModelIndexList after;
    for (qsizetype i = 0; i < before.size(); ++i)
        after << index(rowOf(studies[size_t(i)]), before[i].column());
    changePersistentIndexList(before, after);
    Q_EMIT layoutChanged();
}

void StudyTable::setEntries(std::vector<StudyEntry> entries)
{
    beginResetModel();
    m_entries = std::move(entries);
    endResetModel();
}

void StudyTable::merge(const StudyEntry& entry)
{
    const int at = rowOf(entry.row.uid);
    if (at >= 0) {
        m_entries[size_t(at)].node = entry.node;
        Q_EMIT dataChanged(index(at, 0), index(at, ColumnCount - 1));
        return;
    }
    beginInsertRows({}, rowCount(), rowCount());
    m_entries.push_back(entry);
    endInsertRows();
}

void StudyTable::markLocal(const dicom::StudyUid& study)
{
    const int at = rowOf(study);
    if (at < 0)
        return;
    m_entries[size_t(at)].isLocal = true;
    Q_EMIT dataChanged(index(at, 0), index(at, ColumnCount - 1));
}

const StudyEntry* StudyTable::entryAt(int row) const
{
    return row >= 0 && row < rowCount() ? &m_entries[size_t(row)] : nullptr;
}

int StudyTable::rowOf(const dicom::StudyUid& study) const
{
    for (size_t i = 0; i < m_entries.size(); ++i)
        if (m_entries[i].row.uid == study)
            return int(i);
    return -1;
}

} // namespace diascope::windows
