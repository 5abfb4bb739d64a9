#pragma once
#include "viewer/ui/viewport.h"
#include <QWidget>

class QGridLayout;

namespace diascope::viewer
{

/// The viewports of a reading window: which are there, which is active, and what they do together: synchronised scrolling
/// and reference lines, always by position and only within one frame of reference (GEO-12, GEO-13).
class ViewportGrid : public QWidget
{
    Q_OBJECT

public:
    explicit ViewportGrid(QWidget* parent = nullptr);

    void setLayoutSize(int rows, int columns); ///< 1×1 … 3×3; viewports keep what they show
    int layoutRows() const { return m_rows; }
    int layoutColumns() const { return m_columns; }
    Viewport* active() const { return m_active; }
    void activate(Viewport* viewport);
    std::vector<Viewport*> visibleViewports() const;

    void setTool(const QString& toolId);
    QString tool() const { return m_tool; }
    void setDownIsBrighter(bool isBrighter); ///< BIR-09
    void setLinked(bool isLinked);
    bool isLinked() const { return m_isLinked; }
    void setReferenceLinesShown(bool isShown);
    bool areReferenceLinesShown() const { return m_areLinesShown; }
    void setOverlay(OverlayDetail detail);
    OverlayDetail overlay() const { return m_overlay; }
    /// Axial, sagittal and coronal planes of a stack and, fourth, its images as acquired. Does nothing if it cannot be resliced.
    void showPlanes(const std::shared_ptr<OpenStack>& stack, AnnotationDocument* document);
    void clear();
    void toggleMaximized(Viewport* viewport);

Q_SIGNALS:
    void activeChanged(diascope::viewer::Viewport* viewport);
    void viewChanged(diascope::viewer::Viewport* viewport);
    void figureSelected(const QString& id);
    void stackDropped(int stackIndex, diascope::viewer::Viewport* viewport);

private:
    void arrange();
    void follow(Viewport* leader);
    void followPoint(Vec3 pointLps, Viewport* leader);
    void followPhase(int phase, Viewport* leader);
    void updateReferenceLines();

    QGridLayout* m_layout;
    std::vector<Viewport*> m_viewports; ///< nine, those beyond the layout hidden
    Viewport* m_active = nullptr;
    Viewport* m_maximized = nullptr;
    QString m_tool = QStringLiteral("scroll");
    int m_rows = 1;
    int m_columns = 1;
    bool m_isLinked = true;
    bool m_areLinesShown = true;
    OverlayDetail m_overlay = OverlayDetail::Full;
};

} // namespace diascope::viewer
