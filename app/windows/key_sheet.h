#pragma once
#include <QAction>
#include <vector>

namespace diascope::windows
{

/// What F1 opens: every command of a window with its keys, in groups, and what the mouse does.
struct KeySheet
{
    struct Command
    {
        QString group;
        const QAction* action;
    };
    std::vector<Command> commands;
    std::vector<std::pair<QString, QString>> mouse; ///< what, how

    void show() const; ///< a window of its own
};

QString keysText(const QList<QKeySequence>& keys);

} // namespace diascope::windows
