#pragma once
#include "app/session/session.h"
#include <QWidget>

class QLabel;
class QPushButton;
class QTreeWidget;

namespace diascope::windows
{

/// What was set aside when it came in, and why. Of an image that names another patient than its study, both are shown, and a person
/// says whether it is the same one (NET-09).
class AsideWindow : public QWidget
{
    Q_OBJECT

public:
    explicit AsideWindow(app::Session& session);
    void refresh();

private:
    qint64 chosen() const; ///< 0: none
    void showChosen();
    void accept();
    void remove();

    app::Session& m_session;
    std::vector<archive::QuarantineRow> m_rows;
    QTreeWidget* m_list;
    QLabel* m_both;
    QLabel* m_problem;
    QPushButton* m_accept;
    QPushButton* m_remove;
};

} // namespace diascope::windows
