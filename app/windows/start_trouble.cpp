#include "app/windows/start_trouble.h"
#include "app/session/recovery.h"
#include <QApplication>
#include <QFutureWatcher>
#include <QMessageBox>
#include <QProgressDialog>
#include <QPushButton>
#include <QTimer>
#include <QtConcurrent/QtConcurrentRun>
#include <atomic>

namespace diascope::windows
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("StartTrouble", text); }

void tell(QMessageBox::Icon icon, const QString& text)
{
    QMessageBox box(icon, QStringLiteral("Diascope"), text, QMessageBox::Close);
    box.exec();
}

/// Waits with a progress that can be cancelled.
Result<app::Recovery> recover(const QString& profileFolder)
{
    QProgressDialog progress(tr("The images are indexed again…"), tr("Cancel"), 0, 0);
    progress.setWindowTitle(QStringLiteral("Diascope"));
    progress.setMinimumDuration(0);
    std::atomic<int> done = 0, total = 0;
    Task task([&](qint64 isDone, qint64 of, const QString&) {
        done = int(isDone);
        total = int(of);
    });
    QFutureWatcher<Result<app::Recovery>> watcher;
    QObject::connect(&watcher, &QFutureWatcherBase::finished, &progress, &QProgressDialog::reset);
    QObject::connect(&progress, &QProgressDialog::canceled, &progress, [&task] { task.cancel(); });
    QTimer look;
    QObject::connect(&look, &QTimer::timeout, &progress, [&] {
        progress.setMaximum(std::max(total.load(), 1));
        progress.setValue(std::min(done.load(), progress.maximum() - 1)); // at its maximum it would close itself
    });
    look.start(100);
    watcher.setFuture(QtConcurrent::run([&] { return app::recoverDatabase(profileFolder, task); }));
    progress.exec();
    watcher.waitForFinished();
    return watcher.result();
}

} // namespace

bool explainStartTrouble(const Error& error, const QString& profileFolder, app::Mode mode)
{
    if (QGuiApplication::platformName() == QLatin1String("offscreen"))
        return false;
    QMessageBox box(QMessageBox::Critical, QStringLiteral("Diascope"), tr("Diascope cannot start.\n\n%1").arg(message(error)), QMessageBox::Close);
    const bool canBeRecovered = error.fault == Fault::Damaged && mode != app::Mode::ViewOnly;
    const QPushButton* again = canBeRecovered ? box.addButton(tr("Make a new database"), QMessageBox::AcceptRole) : nullptr;
    box.exec();
    if (!again || box.clickedButton() != again)
        return false;
    const auto recovery = recover(profileFolder);
    if (!recovery) {
        tell(QMessageBox::Critical, message(recovery.error()));
        return false;
    }
    QString text = tr("%1 images are indexed again, and %2 rows of reports, annotations and settings of transfers are taken over. The damaged database lies at %3.")
                       .arg(recovery->index.imported).arg(recovery->salvage.rows).arg(recovery->damagedFile);
    if (!recovery->salvage.damaged.isEmpty())
        text += u' ' + tr("Of these tables a part could not be read: %1.").arg(recovery->salvage.damaged.join(QStringLiteral(", ")));
    tell(QMessageBox::Information, text);
    return true;
}

} // namespace diascope::windows
