#include "app/windows/key_sheet.h"
#include <QCoreApplication>
#include <QHeaderView>
#include <QShortcut>
#include <QTreeWidget>
#include <map>

namespace diascope::windows
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("KeySheet", text); }

} // namespace

QString keysText(const QList<QKeySequence>& keys)
{
    QStringList texts;
    for (const QKeySequence& key : keys)
        texts << key.toString(QKeySequence::NativeText);
    return texts.join(QStringLiteral(", "));
}

void KeySheet::show() const
{
    auto* sheet = new QTreeWidget;
    sheet->setAttribute(Qt::WA_DeleteOnClose);
    sheet->setWindowTitle(tr("Keys and mouse"));
    sheet->setHeaderLabels({tr("What"), tr("Key")});
    sheet->setSelectionMode(QAbstractItemView::NoSelection);
    std::map<QString, QTreeWidgetItem*> groups;
    for (const Command& known : commands) {
        if (known.action->shortcuts().isEmpty())
            continue;
        QTreeWidgetItem*& group = groups[known.group];
        if (!group)
            group = new QTreeWidgetItem(sheet, {known.group});
        new QTreeWidgetItem(group, {known.action->text(), keysText(known.action->shortcuts())});
    }
    auto* byMouse = new QTreeWidgetItem(sheet, {tr("Mouse")});
    for (const auto& [what, how] : mouse)
        new QTreeWidgetItem(byMouse, {what, how});
    sheet->expandAll();
    sheet->header()->setSectionResizeMode(0, QHeaderView::Stretch);
    sheet->resize(520, 760);
    auto* close = new QShortcut(Qt::Key_Escape, sheet);
    QObject::connect(close, &QShortcut::activated, sheet, &QWidget::close);
    sheet->show();
}

} // namespace diascope::windows
