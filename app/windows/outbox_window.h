#pragma once
#include "app/session/session.h"
#include <QWidget>

class QLineEdit;
class QPushButton;
class QTreeWidget;

namespace diascope::windows
{

/// Signed reports that no receiver has acknowledged: where each stands, why, and what waits behind it. What is held is sent again or
/// given up here (DEL-04).
class OutboxWindow : public QWidget
{
    Q_OBJECT

public:
    explicit OutboxWindow(app::Session& session);
    void refresh();

private:
    qint64 chosen() const; ///< 0: none
    void updateButtons();
    void tell(const Result<void>& done);

    app::Session& m_session;
    QTreeWidget* m_list;
    QLineEdit* m_why;
    QPushButton* m_release;
    QPushButton* m_cancel;
    QWidget* m_problem;
};

} // namespace diascope::windows
