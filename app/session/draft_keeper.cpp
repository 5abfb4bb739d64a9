#include "app/session/draft_keeper.h"
#include <QTimer>

namespace diascope::app
{

DraftKeeper::~DraftKeeper() { m_thread.waitForDone(); }

void DraftKeeper::keep(const reporting::Report& draft)
{
    Draft& kept = m_drafts[draft.reportId];
    kept.report = draft;
    if (kept.isUnderWay)
        kept.hasGoneOn = true;
    else
        start(kept);
}

const reporting::Report* DraftKeeper::unsaved(const QString& reportId) const
{
    const auto kept = m_drafts.constFind(reportId);
    return kept == m_drafts.constEnd() ? nullptr : &kept->report;
}

QString DraftKeeper::problem(const QString& reportId) const { return m_drafts.value(reportId).problem; }

void DraftKeeper::wait(int milliseconds)
{
    m_thread.waitForDone(milliseconds);
    QCoreApplication::sendPostedEvents(this); // what came of it
}

void DraftKeeper::start(Draft& draft)
{
    draft.isUnderWay = true;
    m_thread.start([this, given = draft.report] {
        auto stored = m_save(given);
        QMetaObject::invokeMethod(this, [this, given, stored = std::move(stored)] { finish(given, stored); }, Qt::QueuedConnection);
    });
}

void DraftKeeper::finish(const reporting::Report& given, const Result<reporting::Report>& stored)
{
    const auto kept = m_drafts.find(given.reportId);
    if (kept == m_drafts.end())
        return; // given up meanwhile
    kept->isUnderWay = false;
    const bool hasGoneOn = std::exchange(kept->hasGoneOn, false);
    if (stored) {
        if (hasGoneOn) {
            kept->report.revision = stored->revision; // the next one follows this one
            kept->problem.clear();
            start(*kept);
        } else {
            m_drafts.erase(kept);
        }
        Q_EMIT saved(*stored);
        return;
    }
    kept->problem = message(stored.error());
    const Fault fault = stored.error().fault;
    if (hasGoneOn) {
        start(*kept);
    } else if (fault != Fault::Conflict && fault != Fault::NotFound) {
        constexpr int againMs = 1000;
        QTimer::singleShot(againMs, this, [this, id = given.reportId] {
            if (const auto again = m_drafts.find(id); again != m_drafts.end() && !again->isUnderWay)
                start(*again);
        });
    }
    Q_EMIT failed(given.reportId);
}

} // namespace diascope::app
