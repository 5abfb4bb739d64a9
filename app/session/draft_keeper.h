#pragma once
#include "netclient/base/error.h"
#include "reporting/model/report.h"
#include <QHash>
#include <QObject>
#include <QThreadPool>
#include <functional>

namespace diascope::app
{

/// Stores drafts on a thread of its own, one after the other, and holds each until it is stored: a busy database or a full disk
/// costs time, never text. Of one report the newest text counts. UI thread.
class DraftKeeper : public QObject
{
    Q_OBJECT

public:
    /// As ReportStore::saveDraft(); called on the keeper's thread only.
    using Save = std::function<Result<reporting::Report>(const reporting::Report&)>;
    explicit DraftKeeper(Save save) : m_save(std::move(save)) { m_thread.setMaxThreadCount(1); }
    ~DraftKeeper() override; ///< waits for what is under way

    void keep(const reporting::Report& draft);
    /// What was given and is not stored yet.
    const reporting::Report* unsaved(const QString& reportId) const;
    /// Why it is not, one line for a person; empty: it is under way.
    QString problem(const QString& reportId) const;
    bool isEmpty() const { return m_drafts.isEmpty(); }
    QStringList reportIds() const { return m_drafts.keys(); }
    /// Waits this long at most, so that a window that closes does not linger for a write of milliseconds.
    void wait(int milliseconds);
    /// A person gives these texts up.
    void discardAll() { m_drafts.clear(); }

Q_SIGNALS:
    /// `report` as the store returned it.
    void saved(const diascope::reporting::Report& report);
    /// It is tried again, but for a text that somebody else has overtaken (Conflict, NotFound).
    void failed(const QString& reportId);

private:
    struct Draft
    {
        reporting::Report report;
        bool isUnderWay = false;
        bool hasGoneOn = false; ///< while it was under way
        QString problem = {};
    };
    void start(Draft& draft);
    void finish(const reporting::Report& given, const Result<reporting::Report>& stored);

    Save m_save;
    QHash<QString, Draft> m_drafts;
    QThreadPool m_thread;
};

} // namespace diascope::app
