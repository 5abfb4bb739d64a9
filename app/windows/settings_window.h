#pragma once
#include "app/windows/workstation.h"
#include <QWidget>

class QLabel;
class QTabWidget;

namespace diascope::windows
{

class NodePage;

/// Peers, network and archive, rules, RIS, language. Every change is checked and stored at once; what is wrong is said beside it.
class SettingsWindow : public QWidget
{
    Q_OBJECT

public:
    explicit SettingsWindow(app::Session& session, QWidget* parent = nullptr);

protected:
    void closeEvent(QCloseEvent*) override;

private:
    QWidget* networkPage();
    QWidget* rulesPage();
    QWidget* risPage();
    QWidget* generalPage();
    /// A line edit, spin box, combo or check box bound to a setting's key.
    QWidget* bound(const char* key, QWidget* editor, QLabel* message);
    void say(QLabel* label, const QString& text, bool isWarning);

    app::Session& m_session;
    QTabWidget* m_tabs = nullptr;
    NodePage* m_nodes = nullptr;
    bool m_isWarned = false; ///< that something is not saved
};

} // namespace diascope::windows
