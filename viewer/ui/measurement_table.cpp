#include "viewer/ui/measurement_table.h"
#include <QHeaderView>

namespace diascope::viewer
{

MeasurementTable::MeasurementTable(VolumeOf volumeOf, QWidget* parent) : QTreeWidget(parent), m_volumeOf(std::move(volumeOf))
{
    setColumnCount(3);
    setHeaderLabels({tr("Kind"), tr("Value"), tr("Image")});
    setRootIsDecorated(false);
    setAlternatingRowColors(true);
    header()->setSectionResizeMode(1, QHeaderView::Stretch);
    header()->setStretchLastSection(false);
    connect(this, &QTreeWidget::itemChanged, this, [this](QTreeWidgetItem* item, int column) {
        // Later: the change rebuilds the rows, and this one is still in use.
        if (column == 0)
            QMetaObject::invokeMethod(
                this, [this, id = item->data(0, Qt::UserRole).toString(), isHidden = item->checkState(0) == Qt::Unchecked] { setHidden(id, isHidden); }, Qt::QueuedConnection);
    });
    connect(this, &QTreeWidget::itemClicked, this, [this](QTreeWidgetItem* item) { Q_EMIT figureChosen(item->data(0, Qt::UserRole).toString()); });
    connect(this, &QTreeWidget::itemActivated, this, [this](QTreeWidgetItem* item) { Q_EMIT figureChosen(item->data(0, Qt::UserRole).toString()); });
}

void MeasurementTable::setDocument(AnnotationDocument* document)
{
    if (m_document)
        m_document->disconnect(this);
    m_document = document;
    if (m_document)
        connect(m_document, &AnnotationDocument::changed, this, &MeasurementTable::refresh);
    refresh();
}

void MeasurementTable::refresh()
{
    const QString before = selected();
    const QSignalBlocker quiet(this); // only a person's ticks count
    clear();
    m_isWaiting = false;
    if (!m_document)
        return;
    for (const Figure& figure : m_document->figures()) {
        const FigureKind* kind = figureKind(figure.kind);
        const auto volume = m_volumeOf(figure);
        QStringList values = describe(measure(figure, volume));
        m_isWaiting = m_isWaiting || (kind && kind->values && values.isEmpty());
        if (!figure.text.isEmpty())
            values.prepend(figure.text);
        const auto frame = volume ? frameOf(figure, *volume) : std::nullopt;
        auto* item = new QTreeWidgetItem(this, {kind ? kind->name : figure.kind, values.join(QStringLiteral("  ")),
                                                frame ? QString::number(volume->instance(*frame).instanceNumber.value_or(*frame + 1)) : tr("plane")});
        item->setData(0, Qt::UserRole, figure.id);
        item->setCheckState(0, figure.isHidden ? Qt::Unchecked : Qt::Checked);
        item->setToolTip(0, tr("Ticked: shown on the image"));
        item->setToolTip(1, values.join(u'\n').toHtmlEscaped().replace(u'\n', QStringLiteral("<br>")));
    }
    select(before);
}

void MeasurementTable::setHidden(const QString& id, bool isHidden)
{
    const Figure* figure = m_document ? m_document->find(id) : nullptr;
    if (!figure)
        return;
    Figure changed = *figure;
    changed.isHidden = isHidden;
    m_document->replace(changed);
}

void MeasurementTable::refreshMissing()
{
    if (m_isWaiting)
        refresh();
}

void MeasurementTable::select(const QString& id)
{
    for (int i = 0; i < topLevelItemCount(); ++i)
        if (topLevelItem(i)->data(0, Qt::UserRole).toString() == id)
            return setCurrentItem(topLevelItem(i));
    setCurrentItem(nullptr);
}

QString MeasurementTable::selected() const { return currentItem() ? currentItem()->data(0, Qt::UserRole).toString() : QString(); }

} // namespace diascope::viewer
