#include "app/windows/not_shown_window.h"
#include <QAction>
#include <QClipboard>
#include <QDir>
#include <QFileInfo>
#include <QGuiApplication>
#include <QHeaderView>
#include <QPushButton>
#include <QTreeWidget>
#include <QVBoxLayout>

namespace diascope::windows
{

using viewer::NotShown;

NotShownWindow::NotShownWindow(QWidget* parent) : QWidget(parent, Qt::Tool), m_list(new QTreeWidget(this))
{
    setWindowTitle(tr("Not shown"));
    m_list->setHeaderLabels({tr("File"), tr("Why"), tr("Folder")});
    m_list->setRootIsDecorated(false);
    m_list->setUniformRowHeights(true);
    m_list->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_list->header()->resizeSection(0, 200);
    m_list->header()->resizeSection(1, 420);
    m_list->setSortingEnabled(true);
    m_list->sortByColumn(0, Qt::AscendingOrder);
    auto* copy = new QAction(tr("Copy"), m_list);
    copy->setShortcut(QKeySequence::Copy);
    copy->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    m_list->addAction(copy);
    m_list->setContextMenuPolicy(Qt::ActionsContextMenu);
    auto* button = new QPushButton(tr("Copy"), this);
    auto* close = new QAction(this);
    close->setShortcut(Qt::Key_Escape);
    addAction(close);
    connect(close, &QAction::triggered, this, &QWidget::hide);
    const auto toClipboard = [this] { QGuiApplication::clipboard()->setText(text()); };
    connect(copy, &QAction::triggered, this, toClipboard);
    connect(button, &QPushButton::clicked, this, toClipboard);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(m_list);
    layout->addWidget(button, 0, Qt::AlignRight);
    resize(860, 360);
}

void NotShownWindow::setEntries(const std::vector<NotShown>& entries)
{
    const auto isSame = [](const NotShown& a, const NotShown& b) { return a.path == b.path && a.reason == b.reason; };
    if (std::equal(entries.begin(), entries.end(), m_entries.begin(), m_entries.end(), isSame))
        return; // a selection stays while images go on loading
    m_entries = entries;
    m_list->clear();
    QList<QTreeWidgetItem*> items;
    for (const NotShown& entry : entries) {
        const QFileInfo file(entry.path);
        auto* item = new QTreeWidgetItem({file.fileName(), entry.reason, QDir::toNativeSeparators(file.path())});
        item->setToolTip(1, entry.reason.toHtmlEscaped());
        items << item;
    }
    m_list->addTopLevelItems(items);
}

QString NotShownWindow::text() const
{
    const bool isAll = m_list->selectedItems().isEmpty();
    QStringList lines;
    for (int i = 0; i < m_list->topLevelItemCount(); ++i)
        if (const QTreeWidgetItem* item = m_list->topLevelItem(i); isAll || item->isSelected())
            lines << item->text(2) + u'/' + item->text(0) + u'\t' + item->text(1);
    return lines.join(u'\n');
}

} // namespace diascope::windows
