#include "app/windows/icons.h"
#include "app/windows/key_sheet.h"
#include "app/windows/reading_window.h"
#include "app/windows/study_browser.h"
#include "viewer/slice/image_layers.h"
#include "viewer/ui/scene_widget.h"
#include <QActionGroup>
#include <QMenu>
#include <QToolBar>
#include <QToolButton>

namespace diascope::windows
{

using namespace viewer;

QAction* ReadingWindow::command(const QString& group, const QString& text, const char* iconName, const QList<QKeySequence>& keys,
                                std::function<void()> run)
{
    auto* action = new QAction(text, this);
    if (iconName)
        action->setIcon(icon(QLatin1String(iconName)));
    action->setShortcuts(keys);
    action->setToolTip(keys.isEmpty() ? text : QStringLiteral("%1 (%2)").arg(text, keysText(keys)));
    connect(action, &QAction::triggered, this, std::move(run));
    addAction(action);
    m_commands.push_back({group, action});
    return action;
}

void ReadingWindow::buildCommands()
{
    const auto key = [](const char* text) { return QKeySequence(QLatin1String(text)); };
    const QString tools = tr("Tools");
    const QString image = tr("Image");
    const QString move = tr("Moving");
    const QString layout = tr("Layout");
    const QString figures = tr("Annotations and report");

    m_tools = new QActionGroup(this);
    for (const ToolDescription& tool : toolDescriptions()) {
        QAction* action = command(tools, tool.name, tool.icon.toLatin1().constData(), {QKeySequence(tool.key)}, [this, id = tool.id] { m_grid->setTool(id); });
        action->setCheckable(true);
        action->setData(tool.id);
        m_tools->addAction(action);
        m_toolBar->addAction(action);
        if (tool.id == QLatin1String("select"))
            m_toolBar->addSeparator();
    }
    m_tools->actions().first()->setChecked(true);
    m_toolBar->addSeparator();

    const auto onActive = [this](auto function) { return [this, function] { (m_grid->active()->*function)(); }; };
    m_undo = command(figures, tr("Undo"), "undo", {QKeySequence::Undo}, [this] {
        if (AnnotationDocument* document = m_grid->active()->document())
            document->undoStack().undo();
    });
    m_redo = command(figures, tr("Redo"), "redo", {key("Ctrl+Shift+Z"), key("Ctrl+Y")}, [this] {
        if (AnnotationDocument* document = m_grid->active()->document())
            document->undoStack().redo();
    });
    m_toolBar->addActions({m_undo, m_redo});
    command(figures, tr("Delete annotation"), nullptr, {key("Del")}, [this] {
        Viewport* viewport = m_grid->active();
        if (AnnotationDocument* document = viewport->document())
            document->remove(viewport->selectedFigure());
    });
    m_toolBar->addSeparator();

    auto* presets = command(image, tr("Window presets"), "preset", {}, [] {});
    m_presetMenu = new QMenu(this);
    presets->setMenu(m_presetMenu);
    m_toolBar->addAction(presets);
    if (auto* button = qobject_cast<QToolButton*>(m_toolBar->widgetForAction(presets)))
        button->setPopupMode(QToolButton::InstantPopup);
    connect(m_presetMenu, &QMenu::aboutToShow, this, [this] {
        m_presetMenu->clear();
        const auto volume = m_grid->active()->volume();
        if (!volume)
            return;
        int index = 0;
        for (const WindowPreset& preset : windowPresets(volume->instance(m_grid->active()->view().frame))) {
            ++index;
            const bool isNamedByItsEnds = preset.id.startsWith(QLatin1String("suv-"));
            const QString name = isNamedByItsEnds ? preset.name : QStringLiteral("%1   %2 / %3").arg(preset.name).arg(preset.window.centre).arg(preset.window.width);
            m_presetMenu->addAction(index <= 9 ? QStringLiteral("%1\t%2").arg(name).arg(index) : name, this, [this, preset] { m_grid->active()->applyPreset(preset); });
        }
        m_presetMenu->addAction(tr("Automatic") + QStringLiteral("\t0"), this, [this] { m_grid->active()->autoWindow(); });
    });
    for (int i = 1; i <= 9; ++i)
        command(image, tr("Window preset %1").arg(i), nullptr, {QKeySequence(Qt::Key_0 + i)}, [this, i] { applyPreset(i - 1); });
    command(image, tr("Automatic window"), nullptr, {key("0")}, onActive(&Viewport::autoWindow));
    m_toolBar->addAction(command(image, tr("Invert"), "invert", {key("N")}, onActive(&Viewport::invert)));
    m_toolBar->addAction(command(image, tr("Rotate"), "rotate", {key("]")}, [this] { m_grid->active()->rotateBy(1); }));
    command(image, tr("Rotate back"), nullptr, {key("[")}, [this] { m_grid->active()->rotateBy(-1); });
    m_toolBar->addAction(command(image, tr("Mirror left and right"), "flip", {key("Shift+F")}, [this] { m_grid->active()->flip(Qt::Horizontal); }));
    command(image, tr("Mirror top and bottom"), nullptr, {key("Shift+V")}, [this] { m_grid->active()->flip(Qt::Vertical); });
    command(image, tr("Fit to window"), nullptr, {key("F")}, onActive(&Viewport::fit));
    command(image, tr("One image pixel per screen pixel"), nullptr, {key("Shift+1")}, onActive(&Viewport::oneToOne));
    m_overlayPlanes = command(image, tr("Overlay planes of the file"), nullptr, {key("Shift+O")}, onActive(&Viewport::toggleOverlayPlanes));
    m_shutter = command(image, tr("Shutter"), nullptr, {key("Shift+S")}, onActive(&Viewport::toggleShutter));
    m_subtraction = command(image, tr("Subtraction"), nullptr, {key("Shift+D")}, onActive(&Viewport::toggleSubtraction));
    m_mask = command(image, tr("This image as mask"), nullptr, {key("Shift+M")}, onActive(&Viewport::useFrameAsMask));
    constexpr double half = 0.5; // pixels: finer than one sees, coarse enough to get there
    const std::tuple<QString, const char*, QPointF> shifts[] = {{tr("Mask to the left"), "Alt+Left", {-half, 0}},
                                                                {tr("Mask to the right"), "Alt+Right", {half, 0}},
                                                                {tr("Mask up"), "Alt+Up", {0, -half}},
                                                                {tr("Mask down"), "Alt+Down", {0, half}}};
    for (const auto& [text, shortcut, byPx] : shifts)
        command(image, text, nullptr, {key(shortcut)}, [this, byPx = byPx] { m_grid->active()->shiftMask(byPx); });
    m_toolBar->addAction(command(image, tr("Reset"), "reset", {key("Esc")}, [this] {
        Viewport* viewport = m_grid->active();
        if (viewport->isDrawing())
            viewport->cancelTool();
        else
            viewport->resetView();
    }));
    m_toolBar->addSeparator();

    m_cine = command(move, tr("Cine"), "cine", {key("C")}, [this] { m_grid->active()->play(!m_grid->active()->isPlaying()); });
    m_toolBar->addAction(m_cine);
    command(move, tr("Cine faster"), nullptr, {key(".")}, [this] { m_grid->active()->setCineRate(m_grid->active()->cineRate() * 1.25); });
    command(move, tr("Cine slower"), nullptr, {key(",")}, [this] { m_grid->active()->setCineRate(m_grid->active()->cineRate() / 1.25); });
    command(move, tr("Previous image"), nullptr, {key("Up"), key("Left")}, [this] { m_grid->active()->scrollBy(-1); });
    command(move, tr("Next image"), nullptr, {key("Down"), key("Right")}, [this] { m_grid->active()->scrollBy(1); });
    m_previousPhase = command(move, tr("Previous phase (time, echo, b-value …), same slice"), nullptr, {key("Shift+Up"), key("Shift+Left")}, [this] { m_grid->active()->scrollPhases(-1); });
    m_nextPhase = command(move, tr("Next phase (time, echo, b-value …), same slice"), nullptr, {key("Shift+Down"), key("Shift+Right")}, [this] { m_grid->active()->scrollPhases(1); });
    command(move, tr("First image"), nullptr, {key("Home")}, [this] { m_grid->active()->scrollBy(-m_grid->active()->frameCount()); });
    command(move, tr("Last image"), nullptr, {key("End")}, [this] { m_grid->active()->scrollBy(m_grid->active()->frameCount()); });
    command(move, tr("Previous series"), nullptr, {key("PgUp")}, [this] { moveStack(-1); });
    command(move, tr("Next series"), nullptr, {key("PgDown")}, [this] { moveStack(1); });

    auto* layouts = command(layout, tr("Layout"), "layout", {}, [] {});
    m_layoutMenu = new QMenu(this);
    layouts->setMenu(m_layoutMenu);
    m_toolBar->addAction(layouts);
    if (auto* button = qobject_cast<QToolButton*>(m_toolBar->widgetForAction(layouts)))
        button->setPopupMode(QToolButton::InstantPopup);
    const std::tuple<int, int, const char*> sizes[] = {{1, 1, "F2"}, {1, 2, "F3"}, {2, 1, ""}, {1, 3, ""}, {2, 2, "F4"}, {2, 3, ""}, {3, 3, "F5"}};
    for (const auto& [rows, columns, shortcut] : sizes) {
        const QList<QKeySequence> keys = *shortcut ? QList<QKeySequence>{key(shortcut)} : QList<QKeySequence>{};
        m_layoutMenu->addAction(command(layout, tr("Layout %1×%2").arg(rows).arg(columns), nullptr, keys, [this, rows = rows, columns = columns] {
            m_grid->setLayoutSize(rows, columns);
            m_isReconstruction = false;
        }));
    }
    m_reconstruct = command(layout, tr("Axial, sagittal and coronal planes"), "mpr", {key("M")}, [this] { toggleReconstruction(); });
    m_scene = command(layout, tr("3D"), "cube", {key("Ctrl+3")}, [this] { showScene(); });
    m_toolBar->addActions({m_reconstruct, m_scene});
    m_toolBar->addSeparator();
    auto* link = command(layout, tr("Link scrolling"), "link", {key("L")}, [this] { m_grid->setLinked(true); });
    command(layout, tr("Unlink scrolling"), nullptr, {key("U")}, [this, link] {
        link->setChecked(false);
        m_grid->setLinked(false);
    });
    link->setCheckable(true);
    link->setChecked(true);
    connect(link, &QAction::toggled, this, [this](bool isOn) { m_grid->setLinked(isOn); });
    auto* lines = command(layout, tr("Reference lines"), "lines", {key("O")}, [] {});
    lines->setCheckable(true);
    lines->setChecked(true);
    connect(lines, &QAction::toggled, this, [this](bool isOn) { m_grid->setReferenceLinesShown(isOn); });
    auto* annotation = command(layout, tr("Texts: full, few, none"), "annotation", {key("I")}, [this] {
        m_grid->setOverlay(m_grid->overlay() == OverlayDetail::Full ? OverlayDetail::Minimal : m_grid->overlay() == OverlayDetail::Minimal ? OverlayDetail::Off : OverlayDetail::Full);
    });
    m_toolBar->addActions({link, lines, annotation});
    m_toolBar->addSeparator();

    if (m_session.mode() == app::Mode::Reading) {
        m_toolBar->addAction(command(figures, tr("Measurement into the report"), "report", {key("Ctrl+M")}, [this] { insertMeasurement(); }));
        m_toolBar->addAction(command(figures, tr("Key image into the report"), "keyimage", {key("K")}, [this] { insertKeyImage(); }));
    }
    command(figures, tr("To the report"), nullptr, {key("R")}, [this] { m_report->focusEditor(); });
    auto* space = new QWidget(m_toolBar);
    space->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    space->setStyleSheet(QStringLiteral("background: transparent"));
    m_toolBar->addWidget(space);
    m_toolBar->addAction(command(move, tr("Studies"), "search", {key("Backspace"), key("Ctrl+W")}, [this] { m_workstation.showBrowser(); }));
    command(move, tr("Show images that have arrived"), nullptr, {key("F8")}, [this] { showArrivals(); });
    command(move, tr("What is not shown, and why"), nullptr, {key("F9")}, [this] { showNotShown(); });
    m_toolBar->addAction(command(move, tr("Keys"), "help", {key("F1"), key("H")}, [this] { showHelp(); }));
}

void ReadingWindow::showHelp()
{
    KeySheet{m_commands,
             {{tr("Scroll"), tr("wheel")}, {tr("Through the phases of a slice"), tr("Shift and wheel")}, {tr("Chosen tool"), tr("left drag")},
              {tr("Window"), tr("right drag")}, {tr("Pan"), tr("middle drag")}, {tr("Zoom"), tr("both buttons, or Ctrl and wheel")},
              {tr("One viewport large, and back"), tr("double click")}}}
        .show();
}

void ReadingWindow::applyPreset(int index)
{
    const auto volume = m_grid->active()->volume();
    if (!volume)
        return;
    const auto presets = windowPresets(volume->instance(m_grid->active()->view().frame));
    if (index < int(presets.size()))
        m_grid->active()->applyPreset(presets[size_t(index)]);
}

void ReadingWindow::insertMeasurement()
{
    Viewport* viewport = m_grid->active();
    const AnnotationDocument* document = viewport->document();
    const Figure* figure = document ? document->find(viewport->selectedFigure()) : nullptr;
    if (!figure && document && !document->figures().empty())
        figure = &document->figures().back();
    m_report->insert(figure ? app::measurementsOf(*figure, volumeOf(*figure)) : std::vector<reporting::Measurement>{});
}

void ReadingWindow::insertKeyImage()
{
    Viewport* viewport = m_grid->active();
    const auto where = viewport->imageRef();
    reporting::InstanceRef reference;
    if (viewport->stack()) {
        const Instance& first = viewport->stack()->stack().instances.front();
        reference = {{}, 1, {}, first.seriesUid.value, first.sopClassUid, first.studyUid.value};
    }
    if (where) {
        reference.sopInstanceUid = where->instanceUid.value;
        reference.frame = where->frame + 1;
        reference.seriesUid = where->seriesUid.value;
    }
    const QString caption = viewport->stack() ? viewport->stack()->texts().seriesDescription : QString();
    m_report->insertKeyImage(viewport->keyImage(), caption, reference);
}

void ReadingWindow::toggleReconstruction()
{
    if (m_isReconstruction) {
        m_isReconstruction = false;
        m_grid->clear();
        m_grid->setLayoutSize(m_layoutBefore.height(), m_layoutBefore.width());
        const auto viewports = m_grid->visibleViewports();
        for (size_t i = 0; i < viewports.size() && i < m_stacksBefore.size(); ++i)
            showStack(m_thumbnails->indexOf(m_stacksBefore[i].get()), viewports[i]);
        return;
    }
    const auto stack = m_grid->active()->stack();
    if (!stack || !stack->stack().canReslice)
        return;
    m_layoutBefore = {m_grid->layoutColumns(), m_grid->layoutRows()};
    m_isReconstruction = true;
    m_stacksBefore.clear();
    for (const Viewport* viewport : m_grid->visibleViewports())
        m_stacksBefore.push_back(viewport->stack());
    m_grid->showPlanes(stack, documentOf(stack->studyUid()));
}

void ReadingWindow::showScene()
{
    const auto stack = m_grid->active()->stack();
    if (!stack || !stack->stack().canReslice)
        return;
    auto* window = new QMainWindow;
    window->setAttribute(Qt::WA_DeleteOnClose);
    window->setWindowTitle(tr("3D · %1 · %2").arg(stack->texts().patientName, stack->texts().seriesDescription));
    auto* scene = new SceneWidget(stack, window);
    window->setCentralWidget(scene);
    QToolBar* bar = window->addToolBar(tr("Presets"));
    bar->setMovable(false);
    auto* group = new QActionGroup(window);
    int index = 0;
    for (const ScenePreset& preset : scenePresets()) {
        if (!preset.modality.isEmpty() && preset.modality != stack->modality())
            continue;
        QAction* action = bar->addAction(preset.name, scene, [scene, id = preset.id] { scene->setPreset(id); });
        action->setCheckable(true);
        action->setChecked(preset.id == scene->preset());
        action->setShortcut(QKeySequence(Qt::Key_1 + index++));
        group->addAction(action);
    }
    QAction* reset = bar->addAction(icon(QStringLiteral("reset")), tr("Reset"), scene, &SceneWidget::resetView);
    reset->setShortcut(Qt::Key_Escape);
    window->resize(900, 760);
    window->show();
    m_scenes.push_back(window);
}

void ReadingWindow::moveStack(int step)
{
    const int count = m_thumbnails->stackCount();
    if (count == 0)
        return;
    const int now = m_thumbnails->indexOf(m_grid->active()->stack().get());
    showStack(std::clamp(now + step, 0, count - 1), m_grid->active());
}

void ReadingWindow::updateCommands()
{
    const Viewport* viewport = m_grid->active();
    const auto stack = viewport->stack();
    const bool canReslice = stack && stack->stack().canReslice;
    for (QAction* action : {m_reconstruct, m_scene}) {
        action->setEnabled(canReslice || (action == m_reconstruct && m_isReconstruction));
        const QString why = stack && !canReslice ? tr("not possible: %1").arg(stack->whyNoVolume()) : keysText(action->shortcuts());
        action->setToolTip(QStringLiteral("%1 (%2)").arg(action->text(), why)); // GEO-14
    }
    for (QAction* action : {m_previousPhase, m_nextPhase})
        action->setEnabled(stack && stack->stack().phaseCount > 1);
    m_cine->setEnabled(viewport->frameCount() > 1);
    const Instance* instance = stack && !viewport->isReconstruction() ? &stack->stack().instances[size_t(viewport->frame())] : nullptr;
    m_overlayPlanes->setEnabled(instance && hasOverlayPlanes(*instance));
    m_shutter->setEnabled(instance && hasShutter(*instance));
    const bool hasFrames = instance && viewport->volume() && canSubtract(*viewport->volume());
    m_subtraction->setEnabled(hasFrames);
    m_mask->setEnabled(hasFrames);
    AnnotationDocument* document = viewport->document();
    m_undo->setEnabled(document && document->undoStack().canUndo());
    m_redo->setEnabled(document && document->undoStack().canRedo());
}

} // namespace diascope::windows
