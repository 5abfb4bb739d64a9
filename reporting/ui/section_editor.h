#pragma once
#include "reporting/model/report_document.h"
#include <QWidget>

class QLabel;

namespace diascope::reporting
{

class PlainTextEdit;

/// One section: its title, its structured fields, its text. Writes into the document, follows its changes.
class SectionEditor : public QWidget
{
    Q_OBJECT

public:
    SectionEditor(ReportDocument& document, const QString& sectionId, QWidget* parent = nullptr);

    QString sectionId() const { return m_sectionId; }
    PlainTextEdit* textEdit() const { return m_text; }
    /// Shows what the document says now: values, and whether they can be changed.
    void refresh();

private:
    QWidget* makeField(const Field& field);
    QWidget* makeLine(const Field& field);
    QWidget* makeChoices(const Field& field);
    void showField(const Field& field, QWidget* widget);
    bool eventFilter(QObject* watched, QEvent* event) override;

    ReportDocument& m_document;
    QString m_sectionId;
    PlainTextEdit* m_text = nullptr;
    QHash<QString, QWidget*> m_fields;
    bool m_isRefreshing = false;
};

} // namespace diascope::reporting
