#pragma once
#include "viewer/ui/open_study.h"
#include <QListWidget>

namespace diascope::viewer
{

/// The stacks of the open studies, one picture each (BIR-02): double click shows it in the active viewport, dragging it
/// into any. Indices count stacks in the order they were added.
class ThumbnailList : public QListWidget
{
    Q_OBJECT

public:
    explicit ThumbnailList(QWidget* parent = nullptr);

    void add(const std::shared_ptr<OpenStack>& stack);
    /// The same stack with more images, at the same place.
    void replace(const OpenStack* stack, const std::shared_ptr<OpenStack>& grown);
    /// Its images are another one's now.
    void remove(const OpenStack* stack);
    std::shared_ptr<OpenStack> stackAt(int index) const;
    int stackCount() const { return int(m_stacks.size()); }
    int indexOf(const OpenStack* stack) const; ///< -1: not here
    void clearStacks();

Q_SIGNALS:
    void chosen(int stackIndex);

protected:
    QMimeData* mimeData(const QList<QListWidgetItem*>& items) const override;

private:
    void caption(int index);
    void watch(int index);
    std::vector<std::shared_ptr<OpenStack>> m_stacks;
};

} // namespace diascope::viewer
