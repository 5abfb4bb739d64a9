#pragma once
#include "app/demo/phantom.h"
#include "app/session/exchange.h"
#include "app/windows/reading_window.h"
#include "app/windows/study_browser.h"
#include <QAction>
#include <QLabel>
#include <QListWidget>
#include <QPushButton>
#include <QTemporaryDir>
#include <QtTest>

/// A profile with its windows, driven by events as a person would.
namespace diascope::test
{

inline const demo::Patient anna{"Demonstration^Anna", "DEMO-0001", "DIASCOPE", "19710412", "F", "ISO_IR 192"};
inline const demo::Patient wang{QString::fromUtf8("Wang^XiaoDong=王^小东"), "DEMO-0002", "DIASCOPE", "19850930", "M", "GB18030"};

inline dicom::StudyUid studyOf(const QString& seed) { return {demo::studyUidOf(seed)}; }

inline QLabel* label(const QWidget& window, const char* role)
{
    for (QLabel* label : window.findChildren<QLabel*>())
        if (label->property("role").toString() == QLatin1String(role))
            return label;
    return nullptr;
}

inline QAction* action(const QWidget& window, const QKeySequence& key)
{
    for (QAction* action : window.actions())
        if (action->shortcuts().contains(key))
            return action;
    return nullptr;
}

/// One profile with its windows.
struct Desk
{
    std::unique_ptr<app::Session> session;
    std::unique_ptr<windows::Workstation> workstation;
    std::unique_ptr<windows::ReadingWindow> window;

    explicit Desk(const QString& profile, app::Mode mode = app::Mode::Reading)
    {
        session = std::move(*app::Session::open(profile, mode));
        workstation = std::make_unique<windows::Workstation>(*session);
        window = std::make_unique<windows::ReadingWindow>(*workstation);
        window->show();
        window->activateWindow();
        (void)QTest::qWaitForWindowActive(window.get());
    }
    viewer::Viewport& active() const { return *window->grid().active(); }
    viewer::ThumbnailList& thumbnails() const { return *window->findChild<viewer::ThumbnailList*>(); }
    QListWidget& others() const
    {
        for (QListWidget* list : window->findChildren<QListWidget*>())
            if (!qobject_cast<viewer::ThumbnailList*>(list))
                return *list;
        qFatal("no list of other studies");
    }
    reporting::ReportEditor& editor() const { return *window->findChild<reporting::ReportEditor*>(); }
    const reporting::Report& report() const { return editor().document().report(); }
    bool isSettled() const
    {
        for (const viewer::Viewport* viewport : window->grid().visibleViewports())
            if (viewport->stack() && (!viewport->volume() || !viewport->volume()->isComplete() || viewport->isWaitingForPixels()))
                return false;
        return active().stack() != nullptr;
    }
    void press(Qt::Key key, Qt::KeyboardModifiers modifiers = {}) const
    {
        QWidget* at = window->focusWidget();
        QTest::keyClick(at ? at : window.get(), key, modifiers);
    }
    void type(char letter) const
    {
        QWidget* at = window->focusWidget();
        QTest::keyClick(at ? at : window.get(), letter);
    }
    void startReport() const
    {
        auto* create = editor().findChild<QPushButton*>("create");
        QTest::mouseClick(create, Qt::LeftButton);
    }
    void draw(QPoint from, QPoint to) const
    {
        QTest::mousePress(&active(), Qt::LeftButton, {}, from);
        QTest::mouseMove(&active(), to);
        QTest::mouseRelease(&active(), Qt::LeftButton, {}, to);
    }
};

/// Whether a label of the window says these words.
inline bool says(const QWidget& window, const QString& words)
{
    for (const QLabel* label : window.findChildren<QLabel*>())
        if (label->text().contains(words))
            return true;
    return false;
}

/// The archive of a fresh profile holds these files.
inline std::unique_ptr<QTemporaryDir> profileWith(const QStringList& files)
{
    auto profile = std::make_unique<QTemporaryDir>();
    const auto session = app::Session::open(profile->path(), app::Mode::Reading);
    if (files.isEmpty())
        return profile;
    Task task;
    const auto report = (*session)->archive().import(files, archive::ImportMode::Copy, task);
    if (!report || report->imported != files.size())
        qFatal("the phantoms are not imported");
    return profile;
}

} // namespace diascope::test
