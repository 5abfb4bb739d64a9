#include "app/windows/study_table.h"
#include "netclient/dicom/person_name.h"
#include <QColor>
#include <QMimeData>
#include <algorithm>
#include <numeric>

namespace diascope::windows
{

StudyTable::StudyTable(QObject* parent) : QAbstractTableModel(parent)
{
    m_collator.setNumericMode(true);
    m_collator.setCaseSensitivity(Qt::CaseInsensitive);
}

int StudyTable::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : int(m_lines.size()); }
int StudyTable::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : ColumnCount; }

QString StudyTable::nameOf(const archive::StudyRow& row)
{
    const QString name = dicom::PersonName::parse(row.patientName).display();
    return name.isEmpty() ? tr("(no name)") : name;
}

QString StudyTable::text(const Line& line, int column) const
{
    const StudyEntry& entry = line.entry;
    const archive::StudyRow& row = entry.row;
    switch (column) {
    case Patient:
        return nameOf(row);
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
    case Images: { // never a number that hides what is missing (SAF-04)
        const qint64 all = std::max(entry.localInstances, entry.remoteInstances);
        if (entry.isLocal && entry.localInstances < entry.remoteInstances)
            return tr("⚠ %1 of %2").arg(entry.localInstances).arg(all);
        return all > 0 ? QString::number(all) : QString();
    }
    case Report:
        if (!line.report)
            line.report = entry.isLocal && m_reportStatus ? m_reportStatus(row.uid) : QString();
        return *line.report;
    case Source: {
        QStringList places;
        if (entry.isLocal)
            places << tr("here");
        const QString where = (places + entry.nodes).join(QStringLiteral(", "));
        return entry.trouble.isEmpty() ? where : QStringLiteral("%1 ⚠ %2").arg(where, entry.trouble);
    }
    case Referring:
        return dicom::PersonName::parse(row.referringPhysician).display();
    case StudyId:
        return row.uid.value;
    case Issuer:
        return row.issuer;
    default:
        return {};
    }
}

QString StudyTable::tip(const Line& line, int column) const
{
    const StudyEntry& entry = line.entry;
    if (column != Images || !entry.isLocal || entry.isComplete())
        return text(line, column);
    const QString who = (entry.nodes.isEmpty() ? QStringList{entry.countedBy} : entry.nodes).join(QStringLiteral(", "));
    return tr("Incomplete: %1 of %2 images are here, as %3 counts them").arg(entry.localInstances).arg(entry.remoteInstances).arg(who);
}

QVariant StudyTable::data(const QModelIndex& index, int role) const
{
    if (!index.isValid() || index.row() >= rowCount())
        return {};
    const Line& line = m_lines[size_t(index.row())];
    switch (role) {
    case Qt::DisplayRole:
        return text(line, index.column());
    case Qt::ToolTipRole:
        return tip(line, index.column()).toHtmlEscaped();
    case Qt::ForegroundRole:
        if ((index.column() == Images && line.entry.isLocal && !line.entry.isComplete()) || (index.column() == Source && !line.entry.trouble.isEmpty()))
            return QColor(0xf0, 0xb4, 0x3c);
        return line.entry.isLocal ? QVariant() : QColor(0x8f, 0xa3, 0xb3);
    case Qt::TextAlignmentRole:
        return index.column() == Images ? QVariant(Qt::AlignRight | Qt::AlignVCenter) : QVariant();
    default:
        return {};
    }
}

QVariant StudyTable::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation == Qt::Horizontal && role == Qt::TextAlignmentRole && section == Images)
        return QVariant(Qt::AlignRight | Qt::AlignVCenter); // over its numbers
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    const QString names[] = {tr("Patient"),   tr("ID"),     tr("Born"),   tr("Sex"),   tr("Study"),        tr("Modality"), tr("Description"),
                             tr("Accession"), tr("Images"), tr("Report"), tr("Where"), tr("Referring"), tr("Study UID"), tr("Issuer of ID")};
    return names[section];
}

Qt::ItemFlags StudyTable::flags(const QModelIndex& index) const
{
    return QAbstractTableModel::flags(index) | (index.isValid() ? Qt::ItemIsDragEnabled : Qt::NoItemFlags);
}

QMimeData* StudyTable::mimeData(const QModelIndexList& indexes) const
{
    QStringList uids;
    for (const QModelIndex& index : indexes)
        if (const StudyEntry* entry = entryAt(index.row()); entry && !uids.contains(entry->row.uid.value))
            uids << entry->row.uid.value;
    auto* data = new QMimeData;
    data->setData(QLatin1String(mimeType), uids.join(u'\n').toLatin1());
    return data;
}

void StudyTable::numberRows()
{
    m_rowOf.clear();
    m_rowOf.reserve(qsizetype(m_lines.size()));
    for (size_t i = 0; i < m_lines.size(); ++i)
        m_rowOf.insert(m_lines[i].entry.row.uid.value, int(i));
}

void StudyTable::reorder()
{
    std::vector<size_t> order(m_lines.size());
    std::iota(order.begin(), order.end(), size_t(0));
    const auto sorted = [&](const auto& isBefore) { // the archive's answers come in order
        if (!std::is_sorted(order.begin(), order.end(), isBefore))
            std::stable_sort(order.begin(), order.end(), isBefore);
    };
    const auto apply = [&](const auto& isBefore) {
        if (m_sortOrder == Qt::AscendingOrder)
            sorted(isBefore);
        else
            sorted([&](size_t a, size_t b) { return isBefore(b, a); });
    };
    if (m_sortColumn == Images) {
        const auto count = [&](size_t i) { return std::max(m_lines[i].entry.localInstances, m_lines[i].entry.remoteInstances); };
        apply([&](size_t a, size_t b) { return count(a) < count(b); });
    } else if (m_sortColumn == Date) {
        const auto row = [&](size_t i) -> const archive::StudyRow& { return m_lines[i].entry.row; };
        apply([&](size_t a, size_t b) { return row(a).date != row(b).date ? row(a).date < row(b).date : row(a).time < row(b).time; });
    } else {
        std::vector<QCollatorSortKey> keys; // comparing texts by the rules of a language is dear: once a row
        keys.reserve(m_lines.size());
        for (const Line& line : m_lines)
            keys.push_back(m_collator.sortKey(text(line, m_sortColumn)));
        apply([&](size_t a, size_t b) { return keys[a].compare(keys[b]) < 0; });
    }
    if (!std::is_sorted(order.begin(), order.end())) {
        std::vector<Line> lines;
        lines.reserve(m_lines.size());
        for (size_t i : order)
            lines.push_back(std::move(m_lines[i]));
        m_lines = std::move(lines);
    }
    numberRows();
}

/// The chosen rows stay the same patients', wherever they go.
void StudyTable::keepSorted(const std::function<void()>& change)
{
    Q_EMIT layoutAboutToBeChanged({}, QAbstractItemModel::VerticalSortHint);
    const QModelIndexList before = persistentIndexList();
    std::vector<dicom::StudyUid> studies;
    for (const QModelIndex& index : before)
        studies.push_back(m_lines[size_t(index.row())].entry.row.uid);
    change();
    reorder();
    QModelIndexList after;
    for (qsizetype i = 0; i < before.size(); ++i)
        after << createIndex(rowOf(studies[size_t(i)]), before[i].column());
    changePersistentIndexList(before, after);
    Q_EMIT layoutChanged({}, QAbstractItemModel::VerticalSortHint);
}

void StudyTable::sort(int column, Qt::SortOrder order)
{
    m_sortColumn = column < 0 ? int(Date) : column;
    m_sortOrder = column < 0 ? Qt::DescendingOrder : order;
    keepSorted([] {});
}

void StudyTable::setEntries(std::vector<StudyEntry> entries)
{
    beginResetModel();
    m_lines.clear();
    m_lines.reserve(entries.size());
    for (StudyEntry& entry : entries)
        m_lines.push_back({std::move(entry), {}});
    reorder();
    endResetModel();
}

void StudyTable::merge(std::vector<StudyEntry> entries)
{
    std::vector<StudyEntry> added;
    QHash<QString, size_t> addedAt; // two nodes may name one new study in one batch
    int first = rowCount(), last = -1;
    const auto mark = [](StudyEntry& known, const StudyEntry& entry) {
        for (const QString& node : entry.nodes)
            if (!known.nodes.contains(node))
                known.nodes << node;
        known.remoteInstances = std::max(known.remoteInstances, entry.remoteInstances);
        // One UID for two patients is somebody's mistake: said, and no copy is taken for the other (NET-08).
        const bool isOtherPatient = !known.row.patientId.isEmpty() && !entry.row.patientId.isEmpty() && known.row.patientId != entry.row.patientId;
        if (isOtherPatient || !entry.trouble.isEmpty())
            known.trouble = isOtherPatient ? tr("%1 has it as another patient's").arg(entry.nodes.value(0)) : entry.trouble;
    };
    for (StudyEntry& entry : entries) {
        if (const int at = rowOf(entry.row.uid); at >= 0) {
            mark(m_lines[size_t(at)].entry, entry);
            first = std::min(first, at);
            last = std::max(last, at);
        } else if (const auto known = addedAt.constFind(entry.row.uid.value); known != addedAt.constEnd()) {
            mark(added[*known], entry);
        } else {
            addedAt.insert(entry.row.uid.value, added.size());
            added.push_back(std::move(entry));
        }
    }
    if (last >= 0)
        Q_EMIT dataChanged(createIndex(first, 0), createIndex(last, ColumnCount - 1));
    if (added.empty())
        return;
    // Inserted at the end, then put in order: views keep their selection and their place.
    beginInsertRows({}, rowCount(), rowCount() + int(added.size()) - 1);
    for (StudyEntry& entry : added)
        m_lines.push_back({std::move(entry), {}});
    numberRows();
    endInsertRows();
    keepSorted([] {});
}

int StudyTable::incompleteCount() const
{
    return int(std::count_if(m_lines.begin(), m_lines.end(), [](const Line& line) { return line.entry.isLocal && !line.entry.isComplete(); }));
}

void StudyTable::setLocal(const archive::StudyRow& row)
{
    const int at = rowOf(row.uid);
    if (at < 0)
        return;
    Line& line = m_lines[size_t(at)];
    line.entry.isLocal = row.instances > 0;
    line.entry.localInstances = row.instances;
    line.report.reset();
    Q_EMIT dataChanged(createIndex(at, 0), createIndex(at, ColumnCount - 1));
}

const StudyEntry* StudyTable::entryAt(int row) const { return row >= 0 && row < rowCount() ? &m_lines[size_t(row)].entry : nullptr; }
int StudyTable::rowOf(const dicom::StudyUid& study) const { return m_rowOf.value(study.value, -1); }

} // namespace diascope::windows
