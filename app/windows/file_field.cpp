#include "app/windows/file_field.h"
#include <QCoreApplication>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QToolButton>

namespace diascope::windows
{

QWidget* fileField(QLineEdit*& field, const QString& title, QWidget* parent)
{
    auto* line = new QWidget(parent);
    auto* layout = new QHBoxLayout(line);
    layout->setContentsMargins(0, 0, 0, 0);
    auto* edit = field = new QLineEdit(line);
    edit->setToolTip(title);
    auto* choose = new QToolButton(line);
    choose->setText(QStringLiteral("…"));
    choose->setProperty("role", "choose");
    choose->setToolTip(title);
    layout->addWidget(edit, 1);
    layout->addWidget(choose);
    QObject::connect(choose, &QToolButton::clicked, line, [edit, line, title] {
        auto* dialog = new QFileDialog(line, title, {}, QCoreApplication::translate("FileField", "PEM files (*.pem *.crt *.cer *.key);;All files (*)"));
        dialog->setFileMode(QFileDialog::ExistingFile);
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        QObject::connect(dialog, &QFileDialog::fileSelected, edit, [edit](const QString& path) {
            edit->setText(path);
            Q_EMIT edit->editingFinished();
        });
        dialog->open();
    });
    return line;
}

} // namespace diascope::windows
