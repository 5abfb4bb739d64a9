#include "viewer/ui/wrapped_lines.h"
#include <QTextLayout>

namespace diascope::viewer
{

QStringList wrappedLines(const QStringList& lines, const QFont& font, double widthPx)
{
    QTextOption option;
    option.setWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
    QStringList all;
    for (const QString& line : lines) {
        QTextLayout layout(line, font);
        layout.setTextOption(option);
        layout.beginLayout();
        for (QTextLine part = layout.createLine(); part.isValid(); part = layout.createLine()) {
            part.setLineWidth(widthPx);
            all << line.mid(part.textStart(), part.textLength()).trimmed();
        }
        layout.endLayout();
    }
    return all;
}

} // namespace diascope::viewer
