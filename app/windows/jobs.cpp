#include "app/windows/jobs.h"
#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QtConcurrent>

namespace diascope::windows
{

Job::Job(const QString& title, Work work, QObject* parent) : QObject(parent), m_title(title)
{
    // Progress is told at most as often as the event loop comes round.
    auto isTold = std::make_shared<std::atomic<bool>>(false);
    m_task = std::make_shared<Task>([this, isTold](qint64, qint64, const QString&) {
        if (!isTold->exchange(true))
            QMetaObject::invokeMethod(
                this,
                [this, isTold] {
                    *isTold = false;
                    Q_EMIT progressed();
                },
                Qt::QueuedConnection);
    });
    connect(&m_watcher, &QFutureWatcherBase::finished, this, [this] {
        m_result = m_watcher.result();
        Q_EMIT finished();
    });
    m_watcher.setFuture(QtConcurrent::run([task = m_task, work = std::move(work)] { return work(*task); }));
}

Job::~Job()
{
    m_task->cancel();
    m_watcher.waitForFinished();
}

void Job::leave(std::unique_ptr<Job> job)
{
    if (!job)
        return;
    job->disconnect();
    job->cancel();
    Job* left = job.release();
    if (left->isRunning())
        connect(left, &Job::finished, left, &QObject::deleteLater);
    else
        left->deleteLater();
}

struct JobList::Row
{
    Job* job = nullptr;
    QWidget* widget = nullptr;
    QLabel* text = nullptr;
    QProgressBar* bar = nullptr;
    QPushButton* button = nullptr;
};

JobList::JobList(QWidget* parent) : QWidget(parent), m_layout(new QVBoxLayout(this)), m_empty(new QLabel(tr("Nothing is being transferred."), this))
{
    m_layout->setContentsMargins(8, 4, 8, 4);
    m_layout->setSpacing(4);
    m_empty->setProperty("role", "quiet");
    m_layout->addWidget(m_empty);
    m_layout->addStretch();
}

JobList::~JobList() = default;

Job* JobList::start(const QString& title, Job::Work work)
{
    for (size_t i = m_rows.size(); i-- > 0;)
        if (!m_rows[i]->job->isRunning() && m_rows[i]->job->result())
            putAway(*m_rows[i]);
    auto row = std::make_unique<Row>();
    row->widget = new QWidget(this);
    auto* line = new QHBoxLayout(row->widget);
    line->setContentsMargins(0, 0, 0, 0);
    row->text = new QLabel(row->widget);
    row->text->setTextFormat(Qt::PlainText);
    row->bar = new QProgressBar(row->widget);
    row->bar->setFixedWidth(220);
    row->button = new QPushButton(tr("Cancel"), row->widget);
    line->addWidget(row->text, 1);
    line->addWidget(row->bar);
    line->addWidget(row->button);
    m_layout->insertWidget(0, row->widget);
    row->job = new Job(title, std::move(work), this);
    Row& shown = *row;
    m_rows.push_back(std::move(row));
    connect(shown.job, &Job::progressed, this, [this, &shown] { showState(shown); });
    connect(shown.job, &Job::finished, this, [this, &shown] {
        showState(shown);
        Q_EMIT changed();
    });
    connect(shown.button, &QPushButton::clicked, this, [this, &shown] {
        if (shown.job->isRunning())
            shown.job->cancel();
        else
            putAway(shown);
    });
    showState(shown);
    m_empty->hide();
    Q_EMIT changed();
    Q_EMIT started();
    return shown.job;
}

void JobList::showState(Row& row)
{
    const Job& job = *row.job;
    if (job.isRunning()) {
        row.bar->setRange(0, int(std::min<qint64>(job.total(), INT_MAX)));
        row.bar->setValue(int(job.done()));
        row.bar->setFormat(tr("%1 of %2").arg(job.done()).arg(job.total()));
        row.text->setText(job.title());
        return;
    }
    row.bar->hide();
    row.button->setText(tr("Close"));
    const bool isGood = job.result().has_value();
    row.text->setText(QStringLiteral("%1 %2 %3").arg(isGood ? QStringLiteral("✓") : QStringLiteral("⚠"), job.title(),
                                                     isGood ? *job.result() : message(job.result().error())));
    row.text->setProperty("role", isGood ? "quiet" : "warning");
    row.text->setStyleSheet(isGood ? QString() : QStringLiteral("color: #f0b43c"));
    row.text->setToolTip(row.text->text().toHtmlEscaped());
}

void JobList::putAway(Row& row)
{
    row.widget->deleteLater();
    row.job->deleteLater();
    std::erase_if(m_rows, [&](const auto& other) { return other.get() == &row; });
    m_empty->setVisible(m_rows.empty());
    Q_EMIT changed();
}

int JobList::runningCount() const
{
    return int(std::count_if(m_rows.begin(), m_rows.end(), [](const auto& row) { return row->job->isRunning(); }));
}

} // namespace diascope::windows
