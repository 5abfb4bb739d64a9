#pragma once
#include "netclient/base/task.h"
#include "netclient/dicom/exchange.h"
#include <QSet>

namespace diascope::dicomweb
{

/// Judges every instance as it comes in and keeps the count. One thread.
class Intake
{
public:
    Intake(const dicom::RetrieveRequest& request, const dicom::Sink& sink, Task& task, dicom::RetrieveResult& result)
        : m_request(request), m_sink(sink), m_task(task), m_result(result)
    {
    }
    /// `announced`: the instance that was asked for; empty: any of the study. What is refused is listed (NET-08).
    void take(QByteArray&& part10, const QString& announced);
    void failed(const QString& instanceUid, const QString& reason);
    const QSet<QString>& received() const { return m_received; }

private:
    const dicom::RetrieveRequest& m_request;
    const dicom::Sink& m_sink;
    Task& m_task;
    dicom::RetrieveResult& m_result;
    QSet<QString> m_received, m_failed;
};

} // namespace diascope::dicomweb
