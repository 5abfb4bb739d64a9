#pragma once
#include "app/session/session.h"
#include <QApplication>
#include <QFutureWatcher>
#include <QImage>
#include <QPointer>

namespace diascope::windows
{

class AsideWindow;
class OutboxWindow;
class ReadingWindow;
class SettingsWindow;
class StudyBrowser;

/// The windows of one session: one study browser, any number of reading windows, one settings window.
class Workstation : public QObject
{
    Q_OBJECT

public:
    explicit Workstation(app::Session& session);
    ~Workstation() override;

    app::Session& session() { return m_session; }
    StudyBrowser& browser() { return *m_browser; }
    /// Opens the study in the reading window, a new one if there is none.
    void read(const dicom::StudyUid& study);
    /// The reading window says whose study comes, with a small picture of it where the node makes one, until read() of it.
    void expect(const archive::StudyRow& study, const dimse::Node& node);
    /// Files and folders shown in place, not copied.
    void readPaths(const QStringList& paths);
    void showSettings();
    void showBrowser();
    void showOutbox(); ///< reports on their way
    void showAside();  ///< what was set aside at import

private:
    ReadingWindow& readingWindow();
    app::Session& m_session;
    std::unique_ptr<StudyBrowser> m_browser;
    QPointer<ReadingWindow> m_reading;
    QPointer<SettingsWindow> m_settings;
    QPointer<OutboxWindow> m_outbox;
    QPointer<AsideWindow> m_aside;
    QFutureWatcher<std::pair<QString, QImage>> m_preview; ///< study UID and what the server made of it
    std::shared_ptr<Task> m_previewTask;
};

/// Whether the command line asks for the demonstration with windows.
bool isDemonstration(const QStringList& arguments);

/// The program with windows, from its arguments to its exit code.
int run(QApplication& application, QStringList arguments);

/// Colours, style sheet and fonts of a dark room; `language` ("zh_CN") chooses the letters.
void applyTheme(QApplication& application, const QString& language);
/// "zh_CN", "en"; empty: the system's. Installs the translator; windows opened afterwards speak it.
void applyLanguage(QApplication& application, const QString& language);

} // namespace diascope::windows
