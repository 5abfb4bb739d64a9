#pragma once
#include "app/windows/jobs.h"
#include "app/windows/workstation.h"
#include <QWidget>

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QSpinBox;
class QTreeWidget;

namespace diascope::windows
{

/// Peers, RIS, listener and language. Every change is checked and stored at once; what is wrong is said beside it.
class SettingsWindow : public QWidget
{
    Q_OBJECT

public:
    explicit SettingsWindow(app::Session& session, QWidget* parent = nullptr);

private:
    QWidget* nodesPage();
    QWidget* risPage();
    QWidget* generalPage();
    void listNodes();
    void showNode();
    void storeNode();
    void removeNode();
    void echoNode();
    /// A line edit, spin box, combo or check box bound to a setting's key.
    QWidget* bound(const char* key, QWidget* editor, QLabel* message);
    void say(QLabel* label, const QString& text, bool isWarning);

    app::Session& m_session;
    QTreeWidget* m_nodes = nullptr;
    QLineEdit* m_name = nullptr;
    QLineEdit* m_ae = nullptr;
    QLineEdit* m_host = nullptr;
    QSpinBox* m_port = nullptr;
    QComboBox* m_charset = nullptr;
    QLabel* m_nodeMessage = nullptr;
    std::unique_ptr<Job> m_echo;
};

} // namespace diascope::windows
