#pragma once
#include "viewer/scene/scene_renderer.h"
#include "viewer/ui/open_study.h"
#include <QWidget>

namespace diascope::viewer
{

/// 3D of a stack: turned by dragging, zoomed by wheel or right drag, panned by the middle button. Pictures come from the
/// scene's own thread. Waits, and says so, until the stack is loaded.
class SceneWidget : public QWidget
{
    Q_OBJECT

public:
    explicit SceneWidget(std::shared_ptr<OpenStack> stack, QWidget* parent = nullptr);
    ~SceneWidget() override;

    void setPreset(const QString& id);
    QString preset() const { return m_view.preset; }
    void resetView();
    QImage picture() const { return m_picture; }

Q_SIGNALS:
    void delivered();

protected:
    void paintEvent(QPaintEvent*) override;
    void resizeEvent(QResizeEvent*) override;
    void mousePressEvent(QMouseEvent*) override;
    void mouseMoveEvent(QMouseEvent*) override;
    void mouseReleaseEvent(QMouseEvent*) override;
    void wheelEvent(QWheelEvent*) override;

private:
    void onGrown();
    void request(SceneQuality quality);

    std::shared_ptr<OpenStack> m_stack;
    std::unique_ptr<SceneRenderer> m_renderer;
    SceneView m_view;
    QImage m_picture;
    QString m_problem;
    QPointF m_lastPx;
};

} // namespace diascope::viewer
