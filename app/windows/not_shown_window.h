#pragma once
#include "viewer/volume/not_shown.h"
#include <QWidget>

class QTreeWidget;

namespace diascope::windows
{

/// Every file and image of the open studies that is not shown, with its reason, to be read, selected and copied (OBJ-12). Stands
/// beside the reading window and never blocks it.
class NotShownWindow : public QWidget
{
    Q_OBJECT

public:
    explicit NotShownWindow(QWidget* parent);

    void setEntries(const std::vector<viewer::NotShown>& entries);
    /// The selected lines, or all where none is selected: "path, tab, reason", one a line.
    QString text() const;

private:
    QTreeWidget* m_list;
    std::vector<viewer::NotShown> m_entries;
};

} // namespace diascope::windows
