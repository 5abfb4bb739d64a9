#include "viewer/ui/scene_widget.h"
#include <QMouseEvent>
#include <QPainter>

namespace diascope::viewer
{

SceneWidget::SceneWidget(std::shared_ptr<OpenStack> stack, QWidget* parent) : QWidget(parent), m_stack(std::move(stack))
{
    setMinimumSize(300, 300);
    setAttribute(Qt::WA_OpaquePaintEvent);
    m_view.preset = defaultScenePreset(m_stack->modality());
    connect(m_stack.get(), &OpenStack::grown, this, &SceneWidget::onGrown);
    m_stack->want(0);
    onGrown();
}

SceneWidget::~SceneWidget()
{
    m_renderer.reset(); // no picture is delivered after this
}

void SceneWidget::onGrown()
{
    const auto volume = m_stack->volume();
    if (m_renderer || !volume || !volume->isComplete())
        return update();
    auto created = SceneRenderer::create(volume, [this](Result<SceneRenderer::Picture> picture) {
        QMetaObject::invokeMethod(
            this,
            [this, picture = std::move(picture)] {
                if (picture)
                    m_picture = picture->image;
                m_problem = picture ? QString() : message(picture.error());
                update();
                Q_EMIT delivered();
            },
            Qt::QueuedConnection);
    });
    if (created)
        m_renderer = std::move(*created);
    else
        m_problem = message(created.error());
    request(SceneQuality::Still);
    update();
}

void SceneWidget::request(SceneQuality quality)
{
    if (m_renderer && !size().isEmpty())
        m_renderer->request(m_view, size(), quality);
}

void SceneWidget::setPreset(const QString& id)
{
    m_view.preset = id;
    request(SceneQuality::Still);
}

void SceneWidget::resetView()
{
    const QString preset = m_view.preset;
    m_view = {};
    m_view.preset = preset;
    request(SceneQuality::Still);
}

void SceneWidget::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.fillRect(rect(), Qt::black);
    if (!m_problem.isEmpty()) {
        painter.setPen(QColor(0xf0, 0xb4, 0x3c));
        painter.drawText(rect().adjusted(24, 24, -24, -24), Qt::AlignCenter | Qt::TextWordWrap, m_problem);
    } else if (!m_picture.isNull()) {
        painter.setRenderHint(QPainter::SmoothPixmapTransform);
        painter.drawImage(rect(), m_picture);
    } else {
        const auto volume = m_stack->volume();
        painter.setPen(QColor(0x9a, 0xa0, 0xa6));
        painter.drawText(rect(), Qt::AlignCenter,
                         volume ? tr("Loaded %1 of %2").arg(volume->loadedCount()).arg(volume->frameCount()) : tr("Loading…"));
    }
    const ImageTexts& texts = m_stack->texts();
    painter.setPen(QColor(0xe6, 0xe8, 0xea));
    painter.drawText(rect().adjusted(8, 8, -8, -8), Qt::AlignLeft | Qt::AlignTop,
                     QStringList{texts.patientName, texts.patientId, texts.seriesDescription}.join(u'\n'));
}

void SceneWidget::resizeEvent(QResizeEvent*) { request(SceneQuality::Still); }

void SceneWidget::mousePressEvent(QMouseEvent* event) { m_lastPx = event->position(); }

void SceneWidget::mouseMoveEvent(QMouseEvent* event)
{
    const QPointF moved = event->position() - m_lastPx;
    m_lastPx = event->position();
    if (event->buttons() & Qt::LeftButton) {
        m_view.azimuthDeg -= moved.x() * 0.5;
        m_view.elevationDeg = std::clamp(m_view.elevationDeg + moved.y() * 0.5, -89.0, 89.0);
    } else if (event->buttons() & Qt::RightButton) {
        m_view.zoom = std::clamp(m_view.zoom * std::exp(moved.y() / 200), 0.2, 10.0);
    } else if (event->buttons() & Qt::MiddleButton) {
        m_view.panPx += moved;
    } else {
        return;
    }
    request(SceneQuality::Interactive);
}

void SceneWidget::mouseReleaseEvent(QMouseEvent*) { request(SceneQuality::Still); }

void SceneWidget::wheelEvent(QWheelEvent* event)
{
    m_view.zoom = std::clamp(m_view.zoom * std::exp(event->angleDelta().y() / 800.0), 0.2, 10.0);
    request(SceneQuality::Interactive);
}

} // namespace diascope::viewer
