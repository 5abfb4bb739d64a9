#include "reporting/ui/plain_text.h"
#include <QAbstractTextDocumentLayout>
#include <QWheelEvent>

namespace diascope::reporting
{

PlainTextEdit::PlainTextEdit(int minimumLines, QWidget* parent) : QPlainTextEdit(parent), m_minimumLines(minimumLines)
{
    setTabChangesFocus(true);
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setLineWrapMode(WidgetWidth);
    QSizePolicy policy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setSizePolicy(policy);
    connect(document()->documentLayout(), &QAbstractTextDocumentLayout::documentSizeChanged, this, [this] { updateGeometry(); });
}

QSize PlainTextEdit::sizeHint() const
{
    // QPlainTextDocumentLayout counts its height in lines.
    const int lines = std::max(m_minimumLines, int(document()->size().height()));
    const int margins = 2 * int(document()->documentMargin()) + 2 * frameWidth();
    return {120, lines * fontMetrics().lineSpacing() + margins + 2};
}

void PlainTextEdit::resizeEvent(QResizeEvent* event)
{
    QPlainTextEdit::resizeEvent(event);
    updateGeometry(); // another width wraps to another height
}

void PlainTextEdit::wheelEvent(QWheelEvent* event) { event->ignore(); } // the report scrolls as a whole

} // namespace diascope::reporting
