#include "viewer/ui/viewport.h"
#include <QElapsedTimer>
#include <QLineEdit>
#include <QPainter>
#include <QtConcurrent>

namespace diascope::viewer
{

namespace
{

/// Going down an axial stack goes towards the feet, as on a film; the other stacks go along their normal.
int downStep(const Stack& stack)
{
    const auto& plane = stack.instances.front().plane;
    return plane && stack.phaseCount == 1 && stack.frameCount() > 1 && plane->normal().z > 0.5 ? -1 : 1;
}

int firstFrameOf(const Stack& stack)
{
    return stack.instances.front().plane && stack.frameCount() > 2 ? stack.sliceCount / 2 : 0;
}

} // namespace

Viewport::Viewport(QWidget* parent) : QWidget(parent)
{
    setMouseTracking(true);
    setAcceptDrops(true);
    setFocusPolicy(Qt::ClickFocus);
    setMinimumSize(120, 120);
    setAttribute(Qt::WA_OpaquePaintEvent);
    connect(&m_renderer, &QFutureWatcherBase::finished, this, [this] {
        Shown shown = m_renderer.result();
        // Another stack may have been put here meanwhile: its predecessor's picture must not appear (SAF-13, BIR-01).
        if (m_stack && shown.stack == m_stack.get()) {
            m_shown = std::move(shown);
            update();
        }
        if (std::exchange(m_isRenderWanted, false))
            startRendering();
    });
    m_cine.setSingleShot(true);
    m_cine.setTimerType(Qt::PreciseTimer);
    connect(&m_cine, &QTimer::timeout, this, &Viewport::advanceCine);
    QElapsedTimer since;
    since.start();
    m_nowMs = [since] { return double(since.nsecsElapsed()) / 1e6; };
}

Viewport::~Viewport() { m_renderer.waitForFinished(); }

void Viewport::showStack(std::shared_ptr<OpenStack> stack, AnnotationDocument* document)
{
    cancelTool();
    play(false);
    if (m_stack)
        m_stack->disconnect(this);
    if (m_document)
        m_document->disconnect(this);
    m_stack = std::move(stack);
    m_document = m_stack ? document : nullptr;
    m_view = {};
    m_presentation = {};
    m_hasPresentation = false;
    m_wantedPlane.reset();
    m_shown.reset();
    m_selected.clear();
    m_values.clear();
    m_referenceLines.clear();
    m_probe.clear();
    m_cinePlan = m_stack ? CineClock::of(m_stack->stack()) : CineClock();
    if (m_document)
        connect(m_document, &AnnotationDocument::changed, this, [this] {
            if (m_document && !m_document->find(m_selected))
                selectFigure({});
            std::erase_if(m_values, [this](const auto& entry) { return !m_document || !m_document->find(entry.first); });
            update();
        });
    if (m_stack) {
        m_view.frame = firstFrameOf(m_stack->stack());
        watchStack();
        m_stack->want(m_view.frame);
        onGrown();
    }
    update();
    Q_EMIT viewChanged(this);
}

void Viewport::watchStack()
{
    connect(m_stack.get(), &OpenStack::grown, this, &Viewport::onGrown);
    connect(m_stack.get(), &OpenStack::warningsChanged, this, qOverload<>(&QWidget::update));
}

void Viewport::replaceStack(std::shared_ptr<OpenStack> grown)
{
    if (!m_stack || !grown || grown == m_stack)
        return;
    const Instance looked = m_stack->stack().instances[size_t(std::clamp(m_view.frame, 0, m_stack->stack().frameCount() - 1))];
    m_stack->disconnect(this);
    m_stack = std::move(grown);
    const auto& instances = m_stack->stack().instances;
    const auto same = std::find_if(instances.begin(), instances.end(), [&](const Instance& other) { return other.uid == looked.uid && other.frame == looked.frame; });
    m_view.frame = same != instances.end() ? int(same - instances.begin()) : std::clamp(m_view.frame, 0, m_stack->stack().frameCount() - 1);
    if (m_shown) // the picture stays until one of the new stack is made: with the volume and the number it was made with
        m_shown->stack = nullptr;
    m_cinePlan = CineClock::of(m_stack->stack());
    watchStack();
    m_stack->want(m_view.frame);
    onGrown();
    update();
}

void Viewport::showPlane(std::shared_ptr<OpenStack> stack, AnnotationDocument* document, AnatomicalPlane plane)
{
    showStack(std::move(stack), document);
    if (!m_stack || !m_stack->stack().canReslice)
        return;
    m_wantedPlane = plane;
    onGrown();
}

void Viewport::onGrown()
{
    const auto current = volume();
    if (!current)
        return;
    if (m_probePx)
        updateProbe(*m_probePx);
    if (m_wantedPlane && !m_view.mpr && current->grid())
        m_view.mpr = anatomicalPlane(*m_wantedPlane, current->grid()->centreLps());
    if (!m_hasPresentation && (isReadyToPresent(*current, m_view.frame) || current->isComplete())) {
        m_presentation = initialPresentation(*current, m_view.frame);
        m_hasPresentation = true;
    }
    // What is shown complete stays as it is while the rest arrives.
    const bool isSettled = m_shown && m_shown->stack == m_stack.get() && !m_view.mpr && m_shown->view.frame == m_view.frame && !m_shown->slice.problem;
    if (isSettled)
        update();
    else
        requestPicture();
    Q_EMIT viewChanged(this);
}

std::shared_ptr<const Volume> Viewport::volume() const { return m_stack ? m_stack->volume() : nullptr; }
int Viewport::frameCount() const { return m_stack ? m_stack->stack().frameCount() : 0; }
SliceTransform Viewport::transform() const
{
    const auto current = volume();
    return current ? SliceTransform::of(*current, m_view, size()) : SliceTransform();
}

bool Viewport::isWaitingForPixels() const
{
    return m_stack && (!m_shown || m_shown->stack != m_stack.get() || m_renderer.isRunning() || m_isRenderWanted || m_shown->view != m_view ||
                       m_shown->presentation != m_presentation || m_shown->size != size());
}

void Viewport::requestPicture()
{
    if (m_renderer.isRunning())
        m_isRenderWanted = true;
    else
        startRendering();
}

void Viewport::startRendering()
{
    const auto current = volume();
    if (!current || size().isEmpty())
        return;
    const double ratio = devicePixelRatioF();
    m_renderer.setFuture(QtConcurrent::run([stack = m_stack.get(), current, view = m_view, presentation = m_presentation, size = size(), ratio] {
        SliceView device = view;
        device.zoom *= ratio;
        device.panPx *= ratio;
        Shown shown{stack, current, view, presentation, viewer::render(*current, device, presentation, size * ratio), size};
        shown.slice.image.setDevicePixelRatio(ratio);
        shown.slice.transform = SliceTransform::of(*current, view, size);
        return shown;
    }));
}

void Viewport::setActive(bool isActive)
{
    m_isActive = isActive;
    update();
}

void Viewport::setTool(const QString& toolId)
{
    cancelTool();
    m_leftTool = toolId;
    if (Tool* tool = toolFor(Qt::LeftButton))
        setCursor(tool->cursor());
}

Tool* Viewport::toolFor(Qt::MouseButtons buttons)
{
    QString id = m_leftTool;
    if ((buttons & Qt::LeftButton) && (buttons & Qt::RightButton))
        id = QStringLiteral("zoom");
    else if (buttons & Qt::RightButton)
        id = QStringLiteral("window");
    else if (buttons & Qt::MiddleButton)
        id = QStringLiteral("pan");
    auto& tool = m_tools[id];
    if (!tool)
        tool = makeTool(id);
    return tool.get();
}

void Viewport::setOverlay(OverlayDetail detail)
{
    m_overlay = detail;
    update();
}

void Viewport::setReferenceLines(std::vector<ReferenceLine> lines)
{
    m_referenceLines = std::move(lines);
    update();
}

void Viewport::setView(const SliceView& view)
{
    if (view == m_view)
        return;
    m_view = view;
    if (m_probePx) // keys, cine and linked viewports move what lies under a pointer that stays
        updateProbe(*m_probePx);
    requestPicture();
    Q_EMIT viewChanged(this);
}

void Viewport::setPresentation(const Presentation& presentation)
{
    if (presentation == m_presentation)
        return;
    m_presentation = presentation;
    m_hasPresentation = true;
    requestPicture();
    Q_EMIT viewChanged(this);
}

void Viewport::showFrame(int frame)
{
    if (!m_stack || m_view.mpr)
        return;
    SliceView view = m_view;
    view.frame = std::clamp(frame, 0, frameCount() - 1);
    m_stack->want(view.frame);
    setView(view);
}

int Viewport::phase() const { return m_stack ? m_view.frame / std::max(1, m_stack->stack().sliceCount) : 0; }

void Viewport::showPhase(int phase)
{
    if (!m_stack)
        return;
    const Stack& stack = m_stack->stack();
    SliceView view = m_view;
    view.frame = stack.frameOf(view.frame % std::max(1, stack.sliceCount), std::clamp(phase, 0, stack.phaseCount - 1));
    m_stack->want(view.frame);
    setView(view);
}

void Viewport::scrollPhases(int phases)
{
    if (!m_stack || phases == 0 || m_stack->stack().phaseCount < 2)
        return;
    showPhase(phase() + phases);
    Q_EMIT phaseChosen(phase(), this);
}

void Viewport::showInstance(const dicom::InstanceUid& uid, int frame)
{
    if (!m_stack)
        return;
    const auto& instances = m_stack->stack().instances;
    for (size_t i = 0; i < instances.size(); ++i)
        if (instances[i].uid == uid && instances[i].frame == frame)
            return showFrame(int(i));
}

void Viewport::showPoint(Vec3 pointLps)
{
    const auto current = volume();
    if (!current)
        return;
    if (m_view.mpr) {
        // The plane moves along its normal only; the picture stays where it is.
        SliceView view = m_view;
        const Vec3 normal = view.mpr->normal();
        view.mpr->centreLps = view.mpr->centreLps + normal * dot(pointLps - view.mpr->centreLps, normal);
        setView(view);
    } else if (const auto nearest = current->nearestFrame(pointLps, m_view.frame / std::max(1, current->sliceCount()))) {
        showFrame(*nearest);
    }
}

void Viewport::scrollBy(int frames)
{
    const auto current = volume();
    if (!m_stack || frames == 0)
        return;
    if (m_view.mpr && current && current->grid()) {
        const VolumeGrid grid = *current->grid();
        SliceView view = m_view;
        const Vec3 normal = view.mpr->normal();
        const double down = normal.z > 0.5 ? -1 : 1;
        const Vec3 moved = view.mpr->centreLps + normal * (down * frames * grid.smallestSpacingMm());
        const Vec3 voxel = grid.toVoxel(moved);
        const auto isWithin = [](double at, int count) { return at >= -0.5 && at <= count - 0.5; };
        if (!isWithin(voxel.x, grid.columns) || !isWithin(voxel.y, grid.rows) || !isWithin(voxel.z, grid.slices))
            return;
        view.mpr->centreLps = moved;
        setView(view);
    } else {
        showFrame(m_view.frame + frames * downStep(m_stack->stack()));
    }
    Q_EMIT scrolled(this);
}

void Viewport::jumpTo(Vec3 pointLps)
{
    showPoint(pointLps);
    Q_EMIT pointChosen(pointLps, this);
}

void Viewport::resetView()
{
    const auto current = volume();
    if (!current)
        return;
    setView(reset(m_view));
    setPresentation(initialPresentation(*current, m_view.frame));
}

void Viewport::fit()
{
    SliceView view = m_view;
    view.zoom = 0;
    view.panPx = {};
    setView(view);
}

void Viewport::oneToOne()
{
    if (const auto current = volume()) {
        SliceView view = m_view;
        view.zoom = oneToOneZoom(*current, view);
        setView(view);
    }
}

void Viewport::rotateBy(int quarterTurns)
{
    SliceView view = m_view;
    view.quarterTurns = (view.quarterTurns + quarterTurns + 4) % 4;
    setView(view);
}

void Viewport::flip(Qt::Orientation orientation)
{
    // What lies at the screen's left goes to its right, whatever the rotation.
    SliceView view = m_view;
    const bool isHorizontal = (orientation == Qt::Horizontal) == (view.quarterTurns % 2 == 0);
    (isHorizontal ? view.flipHorizontal : view.flipVertical) ^= true;
    setView(view);
}

void Viewport::invert()
{
    Presentation changed = m_presentation;
    changed.invert = !changed.invert;
    setPresentation(changed);
}

void Viewport::applyPreset(const WindowPreset& preset)
{
    if (m_presentation.subtraction)
        return; // its values are those of the image, not of a difference
    Presentation changed = m_presentation;
    changed.window = preset.window;
    changed.function = preset.function;
    changed.voiLut = preset.voiLut;
    setPresentation(changed);
}

void Viewport::autoWindow()
{
    if (const auto current = volume(); current && !current->isColour()) {
        Presentation changed = m_presentation;
        if (changed.subtraction) {
            changed = withSubtraction(*current, m_view.frame, changed, changed.subtraction);
        } else {
            changed.window = viewer::autoWindow(*current, m_view.frame);
            changed.function = windowFunction(*current, m_view.frame);
        }
        changed.voiLut = -1;
        setPresentation(changed);
    }
}

void Viewport::setSlab(double slabMm, Blend blend)
{
    SliceView view = m_view;
    view.slabMm = slabMm;
    view.blend = blend;
    setView(view);
}

void Viewport::cancelTool()
{
    for (auto& [id, tool] : m_tools)
        if (tool)
            tool->cancel(*this);
    m_activeTool = nullptr;
    if (m_textEdit)
        m_textEdit->deleteLater();
    m_textEdit = nullptr;
}

void Viewport::selectFigure(const QString& id)
{
    if (id == m_selected)
        return;
    m_selected = id;
    update();
    Q_EMIT figureSelected(id);
}

void Viewport::setDraft(const std::optional<Figure>& draft)
{
    m_draft = draft;
    update();
}

void Viewport::editText(const Figure& figure)
{
    if (m_textEdit)
        m_textEdit->deleteLater();
    const auto current = volume();
    const auto points = current ? pointsOnScreen(figure, *current, m_view, transform()) : std::nullopt;
    if (!points)
        return;
    m_textEdit = new QLineEdit(figure.text, this);
    m_textEdit->setPlaceholderText(tr("Text, then Enter"));
    m_textEdit->resize(220, m_textEdit->sizeHint().height());
    const QPoint at = points->back().toPoint();
    m_textEdit->move(std::clamp(at.x(), 0, std::max(0, width() - 220)), std::clamp(at.y(), 0, std::max(0, height() - 30)));
    m_textEdit->show();
    m_textEdit->setFocus();
    connect(m_textEdit, &QLineEdit::returnPressed, this, [this, figure] {
        Figure written = figure;
        written.text = m_textEdit->text().trimmed();
        cancelTool();
        if (!m_document || (written.text.isEmpty() && written.kind == QLatin1String("text")))
            return;
        if (m_document->find(written.id))
            m_document->replace(written);
        else
            m_document->add(written);
        selectFigure(written.id);
    });
}

void Viewport::play(bool isOn)
{
    m_cine.stop();
    if (!isOn || frameCount() < 2 || m_view.mpr)
        return;
    m_cineStep = 1;
    m_cineDueMs = m_nowMs() + m_cinePlan.durationMs(m_view.frame);
    waitForCine();
}

double Viewport::cineRate() const { return m_cinePlan.rate(); }

void Viewport::setCineRate(double framesPerSecond)
{
    if (!m_stack)
        return;
    const bool isSweeping = m_cinePlan.isSweeping;
    m_cinePlan = CineClock::of(m_stack->stack(), std::clamp(framesPerSecond, 0.5, 120.0));
    m_cinePlan.isSweeping = isSweeping;
    if (isPlaying())
        play(true);
}

void Viewport::waitForCine() { m_cine.start(std::max(0, int(std::ceil(m_cineDueMs - m_nowMs())))); }

void Viewport::advanceCine()
{
    const auto current = volume();
    if (!current || frameCount() < 2)
        return play(false);
    if (m_nowMs() >= m_cineDueMs) {
        int step = m_cineStep;
        const int next = m_cinePlan.next(m_view.frame, step);
        if (current->isLoaded(next) || current->error(next)) {
            m_cineStep = step;
            showFrame(next);
            // Far behind, what is lost is lost: it does not race afterwards.
            constexpr double patienceMs = 250;
            m_cineDueMs = std::max(m_cineDueMs, m_nowMs() - patienceMs) + m_cinePlan.durationMs(next);
        } else {
            m_stack->want(next);
            m_cineDueMs = m_nowMs() + 10;
        }
    }
    waitForCine();
}

void Viewport::toggleSubtraction()
{
    const auto current = volume();
    if (!current || m_view.mpr || !canSubtract(*current))
        return;
    const bool isOff = !m_presentation.subtraction;
    // Without a mask of the file's the first frame is one.
    Subtraction wanted;
    const auto& modules = current->instance(m_view.frame).modules;
    if (!modules || modules->masks.empty())
        wanted.maskFrames = {0};
    setPresentation(withSubtraction(*current, m_view.frame, m_presentation, isOff ? std::optional(wanted) : std::nullopt));
}

void Viewport::useFrameAsMask()
{
    const auto current = volume();
    if (!current || m_view.mpr || !canSubtract(*current))
        return;
    Presentation changed = m_presentation;
    if (changed.subtraction)
        changed.subtraction->maskFrames = {m_view.frame};
    else
        changed = withSubtraction(*current, m_view.frame, changed, Subtraction{{m_view.frame}, {}});
    setPresentation(changed);
}

void Viewport::shiftMask(QPointF byPx)
{
    if (!m_presentation.subtraction)
        return;
    Presentation changed = m_presentation;
    changed.subtraction->shiftPx += byPx;
    setPresentation(changed);
}

void Viewport::toggleShutter()
{
    Presentation changed = m_presentation;
    changed.showsShutter = !changed.showsShutter;
    setPresentation(changed);
}

void Viewport::toggleOverlayPlanes()
{
    Presentation changed = m_presentation;
    changed.showsOverlayPlanes = !changed.showsOverlayPlanes;
    setPresentation(changed);
}

QImage Viewport::keyImage() const
{
    if (!m_shown || m_shown->slice.problem)
        return {};
    QImage image = m_shown->slice.image.convertToFormat(QImage::Format_RGB32);
    QPainter painter(&image);
    painter.setRenderHint(QPainter::Antialiasing);
    paintOver(painter, *m_shown, OverlayDetail::Minimal);
    return image;
}

std::optional<ImageRef> Viewport::imageRef() const
{
    if (!m_stack || m_view.mpr)
        return std::nullopt;
    const Instance& instance = m_stack->stack().instances[size_t(m_view.frame)];
    return ImageRef{instance.seriesUid, instance.uid, instance.frame};
}

void Viewport::resizeEvent(QResizeEvent*)
{
    requestPicture();
    Q_EMIT viewChanged(this);
}

} // namespace diascope::viewer
