#include "viewer/slice/grey_table.h"
#include "viewer/slice/image_layers.h"
#include "viewer/slice/image_marks.h"
#include "viewer/ui/viewport.h"
#include "viewer/ui/wrapped_lines.h"
#include <QPainter>
#include <QPainterPath>
#include <cmath>

namespace diascope::viewer
{

namespace
{

const QColor textColour(0xe6, 0xe8, 0xea);
const QColor waitingColour(0x9a, 0xa0, 0xa6);
const QColor warningColour(0xf0, 0xb4, 0x3c);
const QColor figureColour(0xf2, 0xd2, 0x4b);
const QColor selectedColour(0x6f, 0xd3, 0x6f);
const QColor accentColour(0x4a, 0xa3, 0xdf);
constexpr int marginPx = 8;

/// Light letters with a thin dark outline: readable on bone and on air.
void drawOutlined(QPainter& painter, QPointF baseline, const QString& text, const QColor& colour)
{
    QPainterPath path;
    path.addText(baseline, painter.font(), text);
    painter.strokePath(path, QPen(QColor(0, 0, 0, 220), 2.6, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    painter.fillPath(path, colour);
}

void drawLines(QPainter& painter, const QRect& area, Qt::Corner corner, const QStringList& lines, const QColor& colour)
{
    const QFontMetricsF metrics(painter.font());
    const double height = metrics.lineSpacing();
    const bool isTop = corner == Qt::TopLeftCorner || corner == Qt::TopRightCorner;
    const bool isLeft = corner == Qt::TopLeftCorner || corner == Qt::BottomLeftCorner;
    double y = isTop ? area.top() + metrics.ascent() : area.bottom() - metrics.descent() - (double(lines.size()) - 1) * height;
    for (const QString& line : lines) {
        const QString shown = metrics.elidedText(line, Qt::ElideRight, area.width() / 2.0 - 3 * marginPx); // the letter between stays readable
        const double x = isLeft ? area.left() : area.right() - metrics.horizontalAdvance(shown);
        drawOutlined(painter, {x, y}, shown, colour);
        y += height;
    }
}

QStringList withoutEmpty(QStringList lines)
{
    lines.removeAll(QString());
    return lines;
}

QString number(double value, int decimals) { return QString::number(value, 'f', decimals); }

} // namespace

void Viewport::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.fillRect(rect(), Qt::black);
    QFont font = painter.font();
    font.setPointSizeF(width() < 320 ? 7.5 : 9.5);
    painter.setFont(font);
    if (m_shown) {
        painter.drawImage(QPointF(0, 0), m_shown->slice.image);
        painter.setRenderHint(QPainter::Antialiasing);
        paintOver(painter, *m_shown, m_overlay);
        paintReferenceLines(painter, *m_shown);
    } else if (!m_stack) {
        paintMessage(painter, tr("Drag a series here"), QColor(0x7a, 0x80, 0x86));
    } else if (const auto current = volume(); current && current->error(m_view.frame)) {
        paintMessage(painter, message(*current->error(m_view.frame)), warningColour);
    } else {
        paintMessage(painter, tr("Loading…"), waitingColour);
    }
    painter.setRenderHint(QPainter::Antialiasing, false);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(m_isActive ? accentColour : QColor(0x2a, 0x2e, 0x33));
    painter.drawRect(rect().adjusted(0, 0, -1, -1));
    if (m_shown)
        Q_EMIT painted();
}

void Viewport::paintOver(QPainter& painter, const Shown& shown, OverlayDetail detail) const
{
    const bool isAwaited = !shown.view.mpr && !shown.volume->isLoaded(shown.view.frame) && !shown.volume->error(shown.view.frame);
    if (isAwaited)
        paintMessage(painter, tr("Loading…"), waitingColour);
    else if (shown.slice.problem)
        paintMessage(painter, message(*shown.slice.problem), warningColour);
    paintFigures(painter, shown);
    if (detail != OverlayDetail::Off) {
        paintLetters(painter, shown);
        paintScaleBar(painter, shown);
    }
    paintCorners(painter, shown, detail);
}

void Viewport::paintMessage(QPainter& painter, const QString& text, const QColor& colour) const
{
    painter.setPen(colour);
    painter.drawText(rect().adjusted(24, 24, -24, -24), Qt::AlignCenter | Qt::TextWordWrap, text);
}

void Viewport::paintFigures(QPainter& painter, const Shown& shown) const
{
    if (!m_document)
        return;
    std::vector<const Figure*> figures;
    for (const Figure& figure : m_document->figures())
        if (!m_draft || figure.id != m_draft->id)
            figures.push_back(&figure);
    if (m_draft)
        figures.push_back(&*m_draft);
    for (const Figure* figure : figures) {
        const FigureKind* kind = figureKind(figure->kind);
        const auto points = figure->isHidden || !kind
                                ? std::nullopt
                                : pointsOnScreen(*figure, *shown.volume, shown.view, shown.slice.transform);
        if (!points)
            continue;
        const bool isSelected = figure->id == m_selected || figure == (m_draft ? &*m_draft : nullptr);
        const QColor colour = isSelected ? selectedColour : figureColour;
        const QPainterPath outline = kind->outline(*points);
        painter.setBrush(Qt::NoBrush);
        painter.strokePath(outline, QPen(QColor(0, 0, 0, 200), 3.4));
        painter.strokePath(outline, QPen(colour, 1.4));
        if (isSelected)
            for (const QPointF& point : *points) {
                painter.setPen(QPen(Qt::black, 1));
                painter.setBrush(colour);
                painter.drawRect(QRectF(point.x() - 3, point.y() - 3, 6, 6));
            }
        QStringList lines = valuesOf(*figure, shown);
        if (!figure->text.isEmpty())
            lines.prepend(figure->text);
        QRectF box(points->front(), points->front());
        for (const QPointF& point : *points)
            box = box.united(QRectF(point, QSizeF(0.01, 0.01)));
        const QFontMetricsF metrics(painter.font());
        // An arrow's words stand at its tail; all others at the lower right.
        QPointF at = figure->kind == QLatin1String("arrow") ? points->back() + QPointF(4, -4) : QPointF(box.right() + 6, box.bottom() + metrics.ascent() / 2);
        double widest = 0;
        for (const QString& line : lines)
            widest = std::max(widest, metrics.horizontalAdvance(line));
        at.setX(std::clamp(at.x(), 4.0, std::max(4.0, width() - widest - 4)));
        at.setY(std::clamp(at.y(), metrics.ascent() + 2, std::max(metrics.ascent() + 2, height() - double(lines.size()) * metrics.lineSpacing())));
        for (const QString& line : lines) {
            drawOutlined(painter, at, line, colour);
            at.ry() += metrics.lineSpacing();
        }
    }
}

QStringList Viewport::valuesOf(const Figure& figure, const Shown& shown) const
{
    if (m_draft && &figure == &*m_draft)
        return describe(measure(figure, shown.volume));
    const auto known = m_values.find(figure.id);
    const int loadedCount = shown.volume->loadedCount();
    // Published pixels never change: values of an image once there stay, those still missing come with more images.
    if (known != m_values.end() && known->second.figure == figure && (!known->second.lines.isEmpty() || known->second.loadedCount == loadedCount))
        return known->second.lines;
    return m_values.insert_or_assign(figure.id, PaintedValues{figure, loadedCount, describe(measure(figure, shown.volume))}).first->second.lines;
}

QStringList Viewport::warnings(const Shown& shown) const
{
    QStringList lines;
    const Instance& instance = shown.volume->instance(shown.view.frame);
    for (const StackWarning& warning : m_stack ? m_stack->warnings() : shown.volume->stack().warnings)
        lines << QStringLiteral("⚠ ") + warning.text;
    lines << imageMarks(instance);
    if (shown.view.mpr && shown.view.slabMm > 0 && supplementalOf(instance))
        lines << tr("The colours of the palette are left out of slabs");
    if (!shown.view.mpr && !shown.presentation.showsShutter && hasShutter(instance))
        lines << tr("Shutter open");
    const auto latest = volume();
    if (latest && latest->failedCount() > 0)
        lines << tr("%n image(s) cannot be shown", nullptr, latest->failedCount());
    if (latest && !latest->isComplete())
        lines << tr("Loaded %1 of %2").arg(latest->loadedCount()).arg(latest->frameCount());
    return lines;
}

QString Viewport::windowText(const Shown& shown) const
{
    const Window& window = shown.presentation.window;
    if (shown.presentation.voiLut >= 0)
        return tr("VOI LUT");
    if (shown.presentation.subtraction && !shown.view.mpr && !subtractionOf(*shown.volume, shown.view.frame, *shown.presentation.subtraction))
        return {}; // shown as it is, with its own window
    const Instance& instance = shown.volume->instance(shown.view.frame);
    const auto factor = instance.modules && instance.modules->pet ? suv(*instance.modules->pet).factor : std::nullopt;
    if (factor)
        return tr("SUVbw %1 – %2").arg(number((window.centre - window.width / 2) * *factor, 1), number((window.centre + window.width / 2) * *factor, 1));
    // Parametric maps have windows below 1: three digits that count.
    if (window.width < 20 && shown.presentation.function != VoiFunction::Linear)
        return tr("C %1  W %2").arg(window.centre, 0, 'g', 3).arg(window.width, 0, 'g', 3);
    return tr("C %1  W %2").arg(number(window.centre, 0), number(window.width, 0));
}

/// What is subtracted from the image shown; empty without subtraction.
QString Viewport::subtractionText(const Shown& shown) const
{
    if (!shown.presentation.subtraction || shown.view.mpr)
        return {};
    const auto plan = subtractionOf(*shown.volume, shown.view.frame, *shown.presentation.subtraction);
    if (!plan)
        return tr("Not subtracted");
    QStringList masks;
    for (const int frame : plan->maskFrames)
        masks << QString::number(frame + 1);
    QString text = tr("Subtracted, mask %1").arg(masks.join(QStringLiteral(", ")));
    if (!plan->shiftPx.isNull())
        text += tr(", shifted %1 / %2 px").arg(plan->shiftPx.x(), 0, 'f', 1).arg(plan->shiftPx.y(), 0, 'f', 1);
    return text;
}

void Viewport::paintCorners(QPainter& painter, const Shown& shown, OverlayDetail detail) const
{
    const QRect area = rect().adjusted(marginPx, marginPx, -marginPx, -marginPx);
    const QStringList warningLines = wrappedLines(warnings(shown), painter.font(), area.width() / 2.0 - 3 * marginPx);
    const Instance& instance = shown.volume->instance(shown.view.frame);
    QStringList bottomLeft;
    QStringList bottomRight;
    if (detail == OverlayDetail::Full && m_stack) {
        const ImageTexts& texts = m_stack->texts();
        drawLines(painter, area, Qt::TopLeftCorner,
                  withoutEmpty({texts.patientName, texts.patientId,
                                withoutEmpty({texts.birthDate, texts.sex, texts.age}).join(QStringLiteral("  ")), texts.accession}),
                  textColour);
        drawLines(painter, area, Qt::TopRightCorner,
                  withoutEmpty({texts.institution, withoutEmpty({texts.studyDate, texts.studyTime}).join(u' '), texts.studyDescription,
                                withoutEmpty({texts.seriesNumber, texts.seriesDescription}).join(QStringLiteral(": "))}),
                  textColour);
    }
    if (detail != OverlayDetail::Off) {
        const Stack& stack = shown.volume->stack();
        if (shown.view.mpr) {
            const Vec3 centre = shown.view.mpr->centreLps;
            bottomLeft << tr("Reconstruction %1 mm").arg(number(dot(centre, shown.view.mpr->normal()), 1));
            if (shown.view.slabMm > 0) {
                const QString blend = shown.view.blend == Blend::Maximum ? tr("MIP") : shown.view.blend == Blend::Minimum ? tr("MinIP") : tr("Mean");
                bottomLeft << tr("Slab %1 mm %2").arg(number(shown.view.slabMm, 1), blend);
            }
        } else {
            const auto& plane = instance.plane;
            const bool isFromHead = plane && stack.phaseCount == 1 && plane->normal().z > 0.5;
            const int ordinal = isFromHead ? stack.frameCount() - shown.view.frame : shown.view.frame + 1;
            bottomLeft << tr("Image %1/%2").arg(ordinal).arg(stack.frameCount());
            if (detail == OverlayDetail::Full && plane)
                bottomLeft << tr("Position %1 mm").arg(number(dot(plane->originLps, plane->normal()), 1));
            if (detail == OverlayDetail::Full && instance.sliceThicknessMm)
                bottomLeft << tr("Thickness %1 mm").arg(number(*instance.sliceThicknessMm, 2));
            const bool hasRegions = instance.modules && !instance.modules->regions.empty();
            if (hasRegions)
                bottomLeft << tr("Calibrated by regions");
            else if (!instance.spacingMm)
                bottomLeft << tr("Not calibrated: lengths in pixels");
            else if (instance.spacingOrigin == SpacingOrigin::Detector)
                bottomLeft << tr("mm at the detector, magnified");
        }
        bottomLeft << stack.dimensionTexts(shown.view.frame);
        if (stack.phaseCount > 1)
            bottomLeft << tr("Phase %1/%2").arg(shown.view.frame / std::max(1, stack.sliceCount) + 1).arg(stack.phaseCount);
        if (!m_probe.isEmpty() && detail == OverlayDetail::Full)
            bottomLeft << m_probe;
        if (detail == OverlayDetail::Full) {
            bottomRight << tr("Zoom %1%").arg(qRound(100 * shown.slice.transform.zoom() / oneToOneZoom(*shown.volume, shown.view)));
            if (const QString window = windowText(shown); !window.isEmpty() && !shown.volume->isColour())
                bottomRight << window;
            if (shown.presentation.invert)
                bottomRight << tr("Inverted");
        }
        if (!shown.view.mpr && shown.presentation.showsOverlayPlanes && hasOverlayPlanes(instance)) {
            QStringList labels;
            for (const OverlayPlane& overlay : instance.modules->overlays)
                if (overlay.frameOver(instance.frame) && !overlay.label.isEmpty())
                    labels << overlay.label;
            if (!labels.isEmpty())
                bottomLeft << tr("Overlay: %1").arg(labels.join(QStringLiteral(", ")));
        }
        if (const QString subtracted = subtractionText(shown); !subtracted.isEmpty())
            bottomLeft << subtracted;
        drawLines(painter, area, Qt::BottomLeftCorner, bottomLeft, textColour);
        drawLines(painter, area, Qt::BottomRightCorner, bottomRight, textColour);
    }
    // What is wrong with an image is never hidden with the other texts.
    if (!warningLines.isEmpty()) {
        const int above = qRound(QFontMetricsF(painter.font()).lineSpacing() * double(bottomRight.size())) + 4;
        drawLines(painter, area.adjusted(0, 0, 0, -above), Qt::BottomRightCorner, warningLines, warningColour);
    }
}

void Viewport::paintLetters(QPainter& painter, const Shown& shown) const
{
    const EdgeLetters letters = shown.slice.transform.letters();
    QFont font = painter.font();
    const QFont before = font;
    font.setPointSizeF(font.pointSizeF() + 3);
    font.setBold(true);
    painter.setFont(font);
    const QFontMetricsF metrics(font);
    const double middleX = width() / 2.0;
    const double middleY = height() / 2.0 + metrics.ascent() / 2;
    drawOutlined(painter, {double(marginPx), middleY}, letters.left, textColour);
    drawOutlined(painter, {width() - marginPx - metrics.horizontalAdvance(letters.right), middleY}, letters.right, textColour);
    drawOutlined(painter, {middleX - metrics.horizontalAdvance(letters.top) / 2, marginPx + metrics.ascent()}, letters.top, textColour);
    drawOutlined(painter, {middleX - metrics.horizontalAdvance(letters.bottom) / 2, height() - marginPx - metrics.descent()},
                 letters.bottom, textColour);
    painter.setFont(before);
}

void Viewport::paintScaleBar(QPainter& painter, const Shown& shown) const
{
    const Instance& instance = shown.volume->instance(shown.view.frame);
    double perMm = shown.slice.transform.zoom();
    if (!shown.view.mpr && instance.modules && !instance.modules->regions.empty()) {
        // Of one region only: of several with other scales none is that of the image.
        const auto& regions = instance.modules->regions;
        if (regions.size() > 1 || !regions.front().isInCentimetres() || shown.view.quarterTurns % 2)
            return;
        const double heightPx = std::abs(shown.slice.transform.toScreen(QPointF(0, 1)).y() - shown.slice.transform.toScreen(QPointF(0, 0)).y());
        perMm = heightPx / std::abs(10 * regions.front().deltaY);
    } else if (!shown.view.mpr && !instance.spacingMm) {
        return;
    }
    // The longest of 1, 2, 5, 10, … mm that takes at most a third of the height.
    double lengthMm = 1;
    for (const double factor : {2.0, 2.5, 2.0, 2.0, 2.5, 2.0, 2.0, 2.5})
        if (lengthMm * factor * perMm <= height() / 3.0)
            lengthMm *= factor;
    const double px = lengthMm * perMm;
    const double x = width() - marginPx - 14;
    const double top = (height() - px) / 2 - height() / 8.0;
    QPainterPath bar;
    bar.moveTo(x - 5, top);
    bar.lineTo(x, top);
    bar.lineTo(x, top + px);
    bar.lineTo(x - 5, top + px);
    for (int i = 1; i < 10; ++i) {
        bar.moveTo(x - (i == 5 ? 5 : 3), top + px * i / 10);
        bar.lineTo(x, top + px * i / 10);
    }
    painter.strokePath(bar, QPen(QColor(0, 0, 0, 200), 3.2));
    painter.strokePath(bar, QPen(textColour, 1.2));
    const QString label = lengthMm >= 10 ? tr("%1 cm").arg(lengthMm / 10) : tr("%1 mm").arg(lengthMm);
    drawOutlined(painter, {x - QFontMetricsF(painter.font()).horizontalAdvance(label) + 4, top - 5}, label, textColour);
}

void Viewport::paintReferenceLines(QPainter& painter, const Shown& shown) const
{
    for (const ReferenceLine& reference : m_referenceLines) {
        const auto from = shown.slice.transform.toScreen(reference.line.fromLps);
        const auto to = shown.slice.transform.toScreen(reference.line.toLps);
        if (!from || !to)
            continue;
        painter.setPen(QPen(QColor(0, 0, 0, 180), 2.6));
        painter.drawLine(*from, *to);
        painter.setPen(QPen(reference.isActive ? accentColour : QColor(0x6b, 0x8a, 0x9e), 1.1));
        painter.drawLine(*from, *to);
    }
}

} // namespace diascope::viewer
