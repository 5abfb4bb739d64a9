#pragma once
#include "app/session/exchange.h"
#include "app/windows/jobs.h"
#include <QWidget>

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QSpinBox;
class QTreeWidget;

namespace diascope::windows
{

/// The peers of the settings: who they are, how they are spoken to, and whether they answer.
class NodePage : public QWidget
{
    Q_OBJECT

public:
    explicit NodePage(app::Session& session, QWidget* parent = nullptr);
    ~NodePage() override;
    bool isEdited() const { return m_isEdited; } ///< and not saved
    void warnOfEdits();

private:
    QWidget* dicomFields();
    QWidget* securityFields();
    QWidget* removalQuestion();
    void watchEdits();
    void updateButtons();
    void leave(const QString& other);
    void list();
    void show(const QString& name);
    void store();
    void remove();
    void test();
    dimse::Node edited() const;
    void say(const QString& text, bool isWarning);

    app::Session& m_session;
    QTreeWidget* m_nodes = nullptr;
    QLineEdit *m_name = nullptr, *m_ae = nullptr, *m_host = nullptr, *m_web = nullptr, *m_user = nullptr, *m_password = nullptr;
    QLineEdit *m_ca = nullptr, *m_certificate = nullptr, *m_key = nullptr;
    QSpinBox *m_port = nullptr, *m_associations = nullptr;
    QComboBox *m_charset = nullptr, *m_assumed = nullptr, *m_login = nullptr, *m_way = nullptr;
    QCheckBox *m_tls = nullptr, *m_slow = nullptr;
    QLabel* m_message = nullptr;
    QPushButton *m_save = nullptr, *m_remove = nullptr;
    QWidget* m_question = nullptr; ///< whether to remove it
    QString m_shown; ///< the one in the fields, as it is called in the settings; empty: a new one
    bool m_isEdited = false;
    bool m_isFilling = false; ///< the fields, not by a person
    void start(const QString& title, Job::Work work); ///< in place of what runs; says what comes of it
    std::unique_ptr<Job> m_job;
};

} // namespace diascope::windows
