#pragma once
#include "viewer/tools/tool.h"
#include "viewer/ui/cine_clock.h"
#include "viewer/ui/open_study.h"
#include <QFutureWatcher>
#include <QTimer>
#include <QWidget>

class QLineEdit;

namespace diascope::viewer
{

enum class OverlayDetail { Off, Minimal, Full };

/// A line where another viewport's plane cuts this one (GEO-13).
struct ReferenceLine
{
    LineSegment line;
    bool isActive = false; ///< of the active viewport
};

/// One picture on the screen: a stack's frame or a reconstructed plane, painted from a QImage made off the UI thread, with
/// texts and figures over it. What is painted together belongs together: texts are those of the image shown, not of the
/// one asked for.
class Viewport : public QWidget, public ToolTarget
{
    Q_OBJECT

public:
    explicit Viewport(QWidget* parent = nullptr);
    ~Viewport() override;

    /// Null: empty. The document is that of the stack's study; null: nothing can be drawn.
    void showStack(std::shared_ptr<OpenStack> stack, AnnotationDocument* document);
    /// As a reconstructed plane through the volume's middle; nothing happens if the stack cannot be resliced.
    void showPlane(std::shared_ptr<OpenStack> stack, AnnotationDocument* document, AnatomicalPlane plane);
    /// The same stack with more images: what is looked at stays as it is, image, view and window; the range grows (SAF-13).
    void replaceStack(std::shared_ptr<OpenStack> grown);
    std::shared_ptr<OpenStack> stack() const { return m_stack; }
    bool isReconstruction() const { return m_view.mpr.has_value(); }

    void setActive(bool isActive);
    void setTool(const QString& toolId); ///< of the left button
    void setOverlay(OverlayDetail detail);
    OverlayDetail overlay() const { return m_overlay; }
    void setDownIsBrighter(bool isBrighter) { m_isDownBrighter = isBrighter; }
    void setReferenceLines(std::vector<ReferenceLine> lines);
    const std::vector<ReferenceLine>& referenceLines() const { return m_referenceLines; }
    /// Shows the frame; out of range is clamped.
    void showFrame(int frame);
    int frame() const { return m_view.frame; }
    int frameCount() const;
    /// Through the dimension beyond the slices (GEO-08): the slice or plane stays, the phase changes; ends are ends.
    void scrollPhases(int phases);
    void showPhase(int phase);
    int phase() const;
    void showInstance(const dicom::InstanceUid& uid, int frame);
    /// The slice nearest to the point, or the plane through it.
    void showPoint(Vec3 pointLps);
    bool isWaitingForPixels() const;

    void resetView(); ///< zoom, pan, window and rotation; the scroll position stays (BIR-07)
    void fit();
    void oneToOne();
    void rotateBy(int quarterTurns);
    void flip(Qt::Orientation orientation);
    void invert();
    void applyPreset(const WindowPreset& preset);
    void autoWindow();
    void setSlab(double slabMm, Blend blend);
    void cancelTool();
    /// A figure or its text is being made: Esc ends that, and nothing else.
    bool isDrawing() const { return m_draft.has_value() || m_textEdit; }
    /// The value under the pointer with its place in the patient (MEA-11); empty outside.
    QString probeText() const { return m_probe; }

    bool isPlaying() const { return m_cine.isActive(); }
    void play(bool isOn);
    void setCineRate(double framesPerSecond);
    double cineRate() const;
    void setCineSweep(bool isSweeping) { m_cinePlan.isSweeping = isSweeping; }
    /// Milliseconds that only grow; for tests that make their own time.
    void setClock(std::function<double()> nowMs) { m_nowMs = std::move(nowMs); }
    /// Shows the next frame if it is due, never leaving one out; the timer calls it.
    void advanceCine();

    /// Subtraction (OBJ-08): offered where canSubtract(); with the file's mask, or the frame shown as mask.
    bool isSubtracting() const { return m_presentation.subtraction.has_value(); }
    void toggleSubtraction();
    void useFrameAsMask();
    void shiftMask(QPointF byPx); ///< to the right and down, in image pixels
    void toggleShutter();
    void toggleOverlayPlanes();

    /// What is on the screen with figures, as a key image; null when there is no picture.
    QImage keyImage() const;
    /// The image a key image or figure of this moment belongs to; nothing for reconstructions.
    std::optional<ImageRef> imageRef() const;

    // ToolTarget
    std::shared_ptr<const Volume> volume() const override;
    const SliceView& view() const override { return m_view; }
    const Presentation& presentation() const override { return m_presentation; }
    SliceTransform transform() const override;
    QSize sizePx() const override { return size(); }
    void setView(const SliceView& view) override;
    void setPresentation(const Presentation& presentation) override;
    void scrollBy(int frames) override;
    void jumpTo(Vec3 pointLps) override;
    bool isDownBrighter() const override { return m_isDownBrighter; }
    AnnotationDocument* document() const override { return m_document; }
    QString selectedFigure() const override { return m_selected; }
    void selectFigure(const QString& id) override;
    void setDraft(const std::optional<Figure>& draft) override;
    void editText(const Figure& figure) override;

Q_SIGNALS:
    void activated(diascope::viewer::Viewport* viewport);
    void scrolled(diascope::viewer::Viewport* viewport); ///< by the user: linked viewports follow
    void viewChanged(diascope::viewer::Viewport* viewport);
    void phaseChosen(int phase, diascope::viewer::Viewport* viewport); ///< by the user: the other planes of the stack follow
    void pointChosen(diascope::viewer::Vec3 pointLps, diascope::viewer::Viewport* viewport);
    void figureSelected(const QString& id);
    void maximizeWanted(diascope::viewer::Viewport* viewport);
    void stackDropped(int stackIndex, diascope::viewer::Viewport* viewport);
    void painted(); ///< a picture reached the screen

protected:
    void paintEvent(QPaintEvent*) override;
    void resizeEvent(QResizeEvent*) override;
    void mousePressEvent(QMouseEvent*) override;
    void mouseMoveEvent(QMouseEvent*) override;
    void mouseReleaseEvent(QMouseEvent*) override;
    void mouseDoubleClickEvent(QMouseEvent*) override;
    void wheelEvent(QWheelEvent*) override;
    void leaveEvent(QEvent*) override;
    void dragEnterEvent(QDragEnterEvent*) override;
    void dropEvent(QDropEvent*) override;

private:
    struct Shown ///< what the picture on the screen was made from
    {
        const OpenStack* stack = nullptr; ///< only to be compared
        std::shared_ptr<const Volume> volume;
        SliceView view;
        Presentation presentation;
        RenderedSlice slice;
        QSize size;
    };

    void requestPicture();
    void startRendering();
    void watchStack();
    void onGrown();
    void waitForCine();
    Tool* toolFor(Qt::MouseButtons buttons);
    void updateProbe(QPointF positionPx);

    // viewport_painter.cpp
    void paintOver(QPainter& painter, const Shown& shown, OverlayDetail detail) const;
    void paintFigures(QPainter& painter, const Shown& shown) const;
    void paintCorners(QPainter& painter, const Shown& shown, OverlayDetail detail) const;
    void paintLetters(QPainter& painter, const Shown& shown) const;
    void paintScaleBar(QPainter& painter, const Shown& shown) const;
    void paintReferenceLines(QPainter& painter, const Shown& shown) const;
    void paintMessage(QPainter& painter, const QString& text, const QColor& colour) const;
    QStringList warnings(const Shown& shown) const;
    QString windowText(const Shown& shown) const;
    QString subtractionText(const Shown& shown) const;
    QStringList valuesOf(const Figure& figure, const Shown& shown) const;

    std::shared_ptr<OpenStack> m_stack;
    AnnotationDocument* m_document = nullptr;
    SliceView m_view;
    Presentation m_presentation;
    bool m_hasPresentation = false;
    std::optional<AnatomicalPlane> m_wantedPlane;
    std::optional<Shown> m_shown;
    QFutureWatcher<Shown> m_renderer;
    bool m_isRenderWanted = false;

    std::map<QString, std::unique_ptr<Tool>> m_tools;
    QString m_leftTool = QStringLiteral("scroll");
    Tool* m_activeTool = nullptr;
    Qt::MouseButtons m_heldButtons;
    QString m_selected;
    std::optional<Figure> m_draft;
    QLineEdit* m_textEdit = nullptr;
    QString m_probe;
    std::optional<QPointF> m_probePx; ///< the pointer, while it is over us
    /// Values as painted: an area of a large figure is not summed up anew for every paint.
    struct PaintedValues
    {
        Figure figure;
        int loadedCount = 0;
        QStringList lines;
    };
    mutable std::map<QString, PaintedValues> m_values; ///< by figure id
    std::vector<ReferenceLine> m_referenceLines;
    OverlayDetail m_overlay = OverlayDetail::Full;
    bool m_isActive = false;
    bool m_isDownBrighter = true;
    double m_wheelRest = 0;
    double m_phaseWheelRest = 0;
    QTimer m_cine;
    CineClock m_cinePlan;
    int m_cineStep = 1;
    double m_cineDueMs = 0;
    std::function<double()> m_nowMs;
};

} // namespace diascope::viewer
