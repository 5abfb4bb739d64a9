#pragma once
#include "reporting/model/report_document.h"
#include <QWidget>

class QVBoxLayout;

namespace diascope::reporting
{

/// Measurements and key images of the report, each a link back to its image (REP-07).
class EvidenceList : public QWidget
{
    Q_OBJECT

public:
    explicit EvidenceList(ReportDocument& document, QWidget* parent = nullptr);
    void refresh();

Q_SIGNALS:
    void linkActivated(const diascope::reporting::InstanceRef& where);

private:
    void addTitle(const QString& text);
    void addMeasurement(const Measurement& measurement);
    void addKeyImage(const KeyImage& image);
    ReportDocument& m_document;
    QVBoxLayout* m_rows;
};

} // namespace diascope::reporting
