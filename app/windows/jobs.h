#pragma once
#include "netclient/base/task.h"
#include <QFutureWatcher>
#include <QWidget>

class QLabel;
class QProgressBar;
class QPushButton;
class QVBoxLayout;

namespace diascope::windows
{

/// Something long in the background. `work` runs on a pool thread and returns a sentence for people, or an error.
class Job : public QObject
{
    Q_OBJECT

public:
    using Work = std::function<Result<QString>(Task&)>;
    Job(const QString& title, Work work, QObject* parent);
    ~Job() override; ///< cancels and waits

    /// Nobody waits for a peer that does not answer: the job is told to stop, and goes when it has.
    static void leave(std::unique_ptr<Job> job);

    QString title() const { return m_title; }
    bool isRunning() const { return m_watcher.isRunning(); }
    const Result<QString>& result() const { return m_result; }
    qint64 done() const { return m_task->done(); }
    qint64 total() const { return m_task->total(); }
    void cancel() { m_task->cancel(); }

Q_SIGNALS:
    void progressed();
    void finished();

private:
    QString m_title;
    std::shared_ptr<Task> m_task;
    QFutureWatcher<Result<QString>> m_watcher;
    Result<QString> m_result;
};

/// The running and the finished work: a row each, with progress "n of N", a cancel button, and what came of it. A failure
/// stays until it is put away; a success goes by itself when the next work starts.
class JobList : public QWidget
{
    Q_OBJECT

public:
    explicit JobList(QWidget* parent = nullptr);
    ~JobList() override;
    Job* start(const QString& title, Job::Work work);
    int runningCount() const;
    bool isEmpty() const { return m_rows.empty(); }

Q_SIGNALS:
    void changed();
    void started();

private:
    struct Row;
    void showState(Row& row);
    void putAway(Row& row);
    QVBoxLayout* m_layout;
    QLabel* m_empty;
    std::vector<std::unique_ptr<Row>> m_rows;
};

} // namespace diascope::windows
