#include "app/session/exchange.h"
#include "app/windows/reading_window.h"
#include "netclient/dicom/person_name.h"
#include <QPainter>

/// What comes for the study that is read, or is about to be: a server's preview, its first images, the rest.
namespace diascope::windows
{

using namespace viewer;

namespace
{

constexpr int arrivalsMs = 250;
constexpr int othersMs = 1000;

} // namespace

/// A server's small picture over the empty viewports, and what it is not.
class ReadingWindow::PreviewLabel : public QWidget
{
public:
    explicit PreviewLabel(QWidget* parent) : QWidget(parent) { hide(); }
    void show(const QImage& picture)
    {
        m_picture = picture;
        setGeometry(parentWidget()->rect());
        QWidget::show();
        raise();
        update();
    }

protected:
    void paintEvent(QPaintEvent*) override
    {
        QPainter painter(this);
        painter.fillRect(rect(), Qt::black);
        const QImage scaled = m_picture.scaled(size(), Qt::KeepAspectRatio, Qt::SmoothTransformation);
        painter.drawImage((width() - scaled.width()) / 2, (height() - scaled.height()) / 2, scaled);
        const QString text = ReadingWindow::tr("Preview made by the server, not for diagnosis. The images are on their way.");
        const QRect line(0, 0, width(), fontMetrics().height() + 16);
        painter.fillRect(line, QColor(0, 0, 0, 190));
        painter.setPen(QColor(0xf0, 0xb4, 0x3c));
        painter.drawText(line, Qt::AlignCenter, fontMetrics().elidedText(text, Qt::ElideRight, width() - 12));
    }

private:
    QImage m_picture;
};

void ReadingWindow::buildPreview() { m_preview = new PreviewLabel(m_grid); }
void ReadingWindow::hidePreview() { m_preview->hide(); }

void ReadingWindow::watchArrivals()
{
    m_arrivals.setSingleShot(true);
    connect(&m_arrivals, &QTimer::timeout, this, &ReadingWindow::lookForArrivals);
    const auto lookSoon = [this] {
        if (!m_arrivals.isActive())
            m_arrivals.start(arrivalsMs);
    };
    connect(&m_session.exchange().runner(), &transfer::TransferRunner::changed, this, lookSoon, Qt::QueuedConnection);
    connect(&m_session.archive(), &archive::Archive::changed, this, lookSoon, Qt::QueuedConnection);
    // Other processes receive too, a listener without windows above all: the counters tell, without reading a row (SAF-03).
    auto* others = new QTimer(this);
    connect(others, &QTimer::timeout, this, [this, lookSoon] {
        if (m_current.isEmpty() && m_coming.uid.isEmpty())
            return;
        const std::pair now(m_session.archive().changeCounter(), m_session.exchange().queue().changeCounter());
        if (std::exchange(m_seenChanges, now) != now)
            lookSoon();
    });
    others->start(othersMs);
}

void ReadingWindow::onStackGrown(const std::shared_ptr<OpenStack>& before, const std::shared_ptr<OpenStack>& now)
{
    m_thumbnails->replace(before.get(), now);
    connect(now.get(), &OpenStack::grown, this, [this] {
        updateBanner();
        m_measurements->refreshMissing();
    });
    showGrown(before, now);
}

void ReadingWindow::onStackMerged(const std::shared_ptr<OpenStack>& before, const std::shared_ptr<OpenStack>& into)
{
    m_thumbnails->remove(before.get());
    showGrown(before, into);
}

/// Wherever the one is looked at, the other is from now on: the same image, window and zoom (SAF-13).
void ReadingWindow::showGrown(const std::shared_ptr<OpenStack>& before, const std::shared_ptr<OpenStack>& now)
{
    for (Viewport* viewport : m_grid->visibleViewports())
        if (viewport->stack() == before)
            viewport->replaceStack(now);
    for (auto& stack : m_stacksBefore)
        if (stack == before)
            stack = now;
    updateBanner();
    updateCommands();
}

void ReadingWindow::showComing(const archive::StudyRow& study)
{
    closeStudies();
    m_coming = study;
    m_grid->setLayoutSize(1, 1);
    updateBanner();
    lookForArrivals();
}

void ReadingWindow::showPreview(const dicom::StudyUid& study, const QImage& picture)
{
    // Something else may have been opened meanwhile, or the first image be here (SAF-13).
    if (m_coming.uid == study && !study.isEmpty() && !picture.isNull())
        m_preview->show(picture);
}

bool ReadingWindow::isPreviewing() const { return m_preview->isVisible(); }

void ReadingWindow::lookForArrivals()
{
    if (!m_coming.uid.isEmpty()) {
        const auto latest = m_session.exchange().queue().latestRetrievalOf(m_coming.uid);
        m_incoming = !latest || !*latest ? QString() : (*latest)->lastError.isEmpty() ? tr("retrieving") : (*latest)->lastError;
        return updateBanner();
    }
    if (m_current.isEmpty() || m_studies.empty())
        return;
    const auto row = m_session.archive().study(m_current);
    const auto latest = m_session.exchange().queue().latestRetrievalOf(m_current);
    if (!row || !*row || !latest)
        return;
    const QString before = m_incoming;
    const qint64 arrivedBefore = m_arrived;
    const bool isComing = *latest && (*latest)->isOpen();
    const auto counts = m_session.exchange().queue().countsOf({m_current.value}); // of other days too
    const qint64 total = counts ? counts->value(m_current.value).instances : 0;
    const bool isRunning = isComing && (*latest)->state == transfer::Transfer::State::Running;
    m_incoming.clear();
    // Never silent: what the server has and is not here is said as long as the study is open (SAF-04).
    m_isIncomplete = !isRunning && (*row)->instances < total;
    if (isRunning)
        m_incoming = tr("retrieving %1 of %2").arg((*latest)->done).arg((*latest)->total);
    else if (m_isIncomplete)
        m_incoming = tr("incomplete: %1 of %2 images are here").arg((*row)->instances).arg(total);
    const qint64 shown = m_studies.front()->fileCount();
    m_arrived = std::max<qint64>(0, (*row)->instances - shown);
    // What somebody waits for is shown as it comes, in steps that cost no more than all of it once again.
    if (m_arrived > 0 && m_isFetching && (!isComing || (*row)->instances >= 2 * shown))
        showArrivals();
    m_isFetching = isComing;
    m_isMoreToCome = isComing && (*latest)->state != transfer::Transfer::State::Paused;
    showWhetherComplete();
    if (before != m_incoming || arrivedBefore != m_arrived)
        updateBanner();
}

void ReadingWindow::showArrivals()
{
    if (m_current.isEmpty() || m_studies.empty())
        return;
    if (const auto series = filesOf(m_current)) {
        m_studies.front()->grow(*series);
        m_isGrowing = !m_studies.front()->isComplete();
    }
    m_arrived = 0;
    showWhetherComplete();
    updateBanner();
}

/// Gaps are a fault of the series only when nothing comes any more (GEO-03, GEO-04); a pause by a person is such an end.
void ReadingWindow::showWhetherComplete()
{
    m_studies.front()->setArriving(m_isMoreToCome || m_isGrowing || m_arrived > 0);
    updateCommands();
}

} // namespace diascope::windows
