#include "reporting/export/pdf_export.h"
#include "netclient/dicom/person_name.h"
#include "reporting/export/text_export.h"
#include <QAbstractTextDocumentLayout>
#include <QBuffer>
#include <QGuiApplication>
#include <QImage>
#include <QPainter>
#include <QPdfWriter>
#include <QScreen>
#include <QTextBlock>
#include <QTextCursor>
#include <QTextDocument>
#include <QTextTable>
#include <cmath>

namespace diascope::reporting
{

namespace
{

constexpr int resolution = 300; // device units an inch: text is vector, images keep their pixels
constexpr double pixelsPerMm = resolution / 25.4;
constexpr double headerMm = 17;
constexpr double footerMm = 10;

QString tr(const char* text) { return QCoreApplication::translate("ReportExport", text); }

/// Latin from one family and Chinese, Japanese, Korean from another: never boxes where a font is installed.
QFont bodyFont(double points, QFont::Weight weight = QFont::Normal)
{
    QFont font;
    font.setFamilies({QStringLiteral("Noto Sans"), QStringLiteral("DejaVu Sans"), QStringLiteral("Noto Sans CJK SC"), QStringLiteral("WenQuanYi Micro Hei")});
    font.setPointSizeF(points);
    font.setWeight(weight);
    return font;
}

QTextCharFormat style(double points, QFont::Weight weight = QFont::Normal, const QColor& colour = Qt::black)
{
    QTextCharFormat format;
    format.setFont(bodyFont(points, weight));
    format.setForeground(colour);
    return format;
}

/// Margins, paddings and image sizes in a document's formats count in the screen's pixels; the layout scales them to the device.
double formatPixelsPerMm()
{
    const QScreen* screen = QGuiApplication::primaryScreen();
    return (screen ? qRound(screen->logicalDotsPerInchY()) : 100) / 25.4;
}

QTextBlockFormat spacing(double aboveMm, double belowMm)
{
    QTextBlockFormat format;
    format.setTopMargin(aboveMm * formatPixelsPerMm());
    format.setBottomMargin(belowMm * formatPixelsPerMm());
    format.setLineHeight(115, QTextBlockFormat::ProportionalHeight);
    return format;
}

const QColor grey(90, 90, 90);

/// Text goes in through cursors, never as HTML: a name with <b> in it is a name (SEC-06).
class Pages
{
public:
    Pages(const Report& report, const PdfOptions& options, QPdfWriter& writer) : m_report(report), m_options(options), m_writer(writer)
    {
        m_document.documentLayout()->setPaintDevice(&writer);
        m_document.setDocumentMargin(0);
        m_document.setDefaultFont(bodyFont(10));
        const QSizeF page(writer.width(), writer.height() - (headerMm + footerMm) * pixelsPerMm);
        m_document.setPageSize(page);
    }

    Result<void> compose()
    {
        QTextCursor cursor(&m_document);
        cursor.setBlockFormat(spacing(0, 2));
        cursor.insertText(m_report.title.isEmpty() ? tr("Radiology report") : m_report.title, style(15, QFont::DemiBold));
        study(cursor);
        for (const Part& part : parts(m_report)) {
            heading(cursor, part.title, part.kind == Part::Kind::KeyImages ? pairMm(0) : part.kind == Part::Kind::Measurements ? 18 : 8);
            if (part.kind == Part::Kind::Measurements)
                measurements(cursor);
            else if (part.kind == Part::Kind::KeyImages) {
                if (auto done = images(cursor); !done)
                    return done;
            } else
                for (const QString& line : part.text.split(u'\n')) {
                    cursor.insertBlock(spacing(0, 0.4), style(10));
                    cursor.insertText(line, style(10));
                }
        }
        cursor.insertBlock(spacing(6, 0), style(10, QFont::DemiBold));
        cursor.insertText(signatureLine(m_report), style(10, QFont::DemiBold));
        if (!m_report.contentHash.isEmpty()) {
            cursor.insertBlock(spacing(0.5, 0), style(7, QFont::Normal, grey));
            cursor.insertText(tr("Version %1, SHA-256 %2").arg(m_report.version).arg(m_report.contentHash), style(7, QFont::Normal, grey));
        }
        return {};
    }

    void paint()
    {
        splitAtPages();
        QPainter painter(&m_writer);
        painter.setRenderHint(QPainter::LosslessImageRendering); // a key image is evidence: no JPEG of it
        const int count = m_document.pageCount();
        const QSizeF page = m_document.pageSize();
        for (int i = 0; i < count; ++i) {
            if (i > 0)
                m_writer.newPage();
            frame(painter, i + 1, count);
            painter.save();
            painter.translate(0, headerMm * pixelsPerMm - i * page.height());
            const QRectF part(0, i * page.height(), page.width(), page.height());
            painter.setClipRect(part);
            QAbstractTextDocumentLayout::PaintContext context;
            // A line reaches into the next page with the room below it, and one that begins there touches this one: unseen, and read twice.
            context.clip = part.adjusted(0, pixelsPerMm, 0, -1);
            context.palette.setColor(QPalette::Text, Qt::black);
            m_document.documentLayout()->draw(&painter, context);
            painter.restore();
        }
    }

private:
    /// A block is drawn whole on each page that it lies on, and clipped: who reads the PDF by machine reads it twice. So none lies on two.
    void splitAtPages()
    {
        const double height = m_document.pageSize().height();
        for (QTextBlock block = m_document.begin(); block.isValid(); block = block.next()) {
            const double top = m_document.documentLayout()->blockBoundingRect(block).top() - block.layout()->lineAt(0).y();
            const auto page = [&](int line) { return int((top + block.layout()->lineAt(line).y() + 1) / height); };
            for (int line = 1; line < block.layout()->lineCount(); ++line)
                if (page(line) != page(line - 1)) {
                    QTextCursor cursor(&m_document);
                    cursor.setPosition(block.position() + block.layout()->lineAt(line).textStart());
                    QTextBlockFormat format = block.blockFormat();
                    format.setTopMargin(0);
                    format.setPageBreakPolicy(QTextFormat::PageBreak_Auto);
                    cursor.insertBlock(format);
                    break;
                }
        }
    }

    /// On the page on which the text ends for now.
    bool fits(double neededMm) const
    {
        const double used = m_document.documentLayout()->blockBoundingRect(m_document.lastBlock()).bottom();
        const double height = m_document.pageSize().height();
        return height - std::fmod(used, height) >= neededMm * pixelsPerMm;
    }

    /// A heading that never stands alone at the foot of a page: `neededMm` of what follows fit below it.
    void heading(QTextCursor& cursor, const QString& text, double neededMm)
    {
        QTextBlockFormat format = spacing(4, 0.8);
        if (!fits(12 + neededMm))
            format.setPageBreakPolicy(QTextFormat::PageBreak_AlwaysBefore);
        cursor.insertBlock(format, style(11, QFont::DemiBold));
        cursor.insertText(text, style(11, QFont::DemiBold));
    }

    void study(QTextCursor& cursor)
    {
        const StudyContext& study = m_report.study;
        const auto person = [](const QString& name) { return dicom::PersonName::parse(name).display(); };
        QList<std::pair<QString, QString>> rows{
            {tr("Patient"), person(study.patientName)},
            {tr("Patient ID"), study.issuerOfPatientId.isEmpty() ? study.patientId : QStringLiteral("%1 (%2)").arg(study.patientId, study.issuerOfPatientId)},
            {tr("Birth date"), dicom::displayDate(study.birthDate)},
            {tr("Sex"), study.sex},
            {tr("Accession number"), study.accession},
            {tr("Study date"), QStringLiteral("%1 %2").arg(dicom::displayDate(study.studyDate), dicom::displayTime(study.studyTime)).trimmed()},
            {tr("Study"), study.description},
            {tr("Referring physician"), person(study.referringPhysician)},
        };
        rows.removeIf([](const auto& row) { return row.second.isEmpty(); });
        QTextTableFormat format;
        format.setBorder(0);
        format.setCellPadding(0.6 * formatPixelsPerMm());
        format.setWidth(QTextLength(QTextLength::PercentageLength, 100));
        format.setColumnWidthConstraints({QTextLength(QTextLength::PercentageLength, 18), QTextLength(QTextLength::PercentageLength, 32),
                                          QTextLength(QTextLength::PercentageLength, 18), QTextLength(QTextLength::PercentageLength, 32)});
        const int half = int(rows.size() + 1) / 2;
        QTextTable* table = cursor.insertTable(std::max(1, half), 4, format);
        for (int i = 0; i < rows.size(); ++i) {
            const int column = i < half ? 0 : 2;
            table->cellAt(i % std::max(1, half), column).firstCursorPosition().insertText(rows[i].first, style(8.5, QFont::Normal, grey));
            table->cellAt(i % std::max(1, half), column + 1).firstCursorPosition().insertText(rows[i].second, style(9.5));
        }
        cursor.movePosition(QTextCursor::End);
    }

    void measurements(QTextCursor& cursor)
    {
        QTextTableFormat format;
        format.setBorder(0);
        format.setCellPadding(0.8 * formatPixelsPerMm());
        format.setHeaderRowCount(1);
        format.setWidth(QTextLength(QTextLength::PercentageLength, 70));
        const int count = int(m_report.measurements.size());
        QTextTable* table = cursor.insertTable(count + 1, 3, format);
        const auto put = [&](int row, int column, const QString& text, const QTextCharFormat& charFormat) {
            table->cellAt(row, column).firstCursorPosition().insertText(text, charFormat);
        };
        put(0, 0, tr("Measurement"), style(8.5, QFont::Normal, grey));
        put(0, 1, tr("Value"), style(8.5, QFont::Normal, grey));
        put(0, 2, tr("Unit"), style(8.5, QFont::Normal, grey));
        for (int i = 0; i < count; ++i) {
            const Measurement& measurement = m_report.measurements[i];
            put(i + 1, 0, measurement.label.isEmpty() ? tr("Measurement %1").arg(i + 1) : measurement.label, style(9.5));
            put(i + 1, 1, measurement.valueText(), style(9.5));
            put(i + 1, 2, measurement.unit, style(9.5));
        }
        cursor.movePosition(QTextCursor::End);
    }

    double imageWidth() const { return m_document.pageSize().width() * 0.47; }

    double imageHeight(const QImage& image) const
    {
        return std::min(imageWidth() * image.height() / std::max(1, image.width()), m_document.pageSize().height() * 0.4);
    }

    /// Of the key images `first` and the next, with their captions.
    double pairMm(size_t first) const
    {
        double height = 0;
        for (size_t i = first; i < std::min(first + 2, m_report.keyImages.size()); ++i)
            height = std::max(height, imageHeight(QImage::fromData(m_report.keyImages[i].png, "PNG")));
        return height / pixelsPerMm + 12;
    }

    /// Two by two; a pair that does not fit on the page goes to the next.
    Result<void> images(QTextCursor& cursor)
    {
        QTextTableFormat format;
        format.setBorder(0);
        format.setCellPadding(0.8 * formatPixelsPerMm());
        format.setWidth(QTextLength(QTextLength::PercentageLength, 100));
        format.setColumnWidthConstraints({QTextLength(QTextLength::PercentageLength, 50), QTextLength(QTextLength::PercentageLength, 50)});
        QTextTable* table = nullptr;
        for (size_t i = 0; i < m_report.keyImages.size(); ++i) {
            const KeyImage& key = m_report.keyImages[i];
            const QImage image = QImage::fromData(key.png, "PNG");
            if (image.isNull())
                return fail(Fault::Damaged, tr("key image %1 is no picture").arg(i + 1));
            if (i % 2 == 0) {
                format.setPageBreakPolicy(i > 0 && !fits(pairMm(i)) ? QTextFormat::PageBreak_AlwaysBefore : QTextFormat::PageBreak_Auto);
                table = cursor.insertTable(1, 2, format);
                cursor.movePosition(QTextCursor::End);
                cursor.setBlockFormat({}); // what stands between two tables
                cursor.setBlockCharFormat(style(1));
            }
            const QUrl name(QStringLiteral("key-image:%1").arg(i));
            m_document.addResource(QTextDocument::ImageResource, name, image);
            QTextImageFormat picture;
            picture.setName(name.toString());
            const double height = imageHeight(image);
            const double toFormat = formatPixelsPerMm() / pixelsPerMm;
            picture.setHeight(height * toFormat);
            picture.setWidth(height * toFormat * image.width() / std::max(1, image.height()));
            QTextCursor cell = table->cellAt(0, int(i % 2)).firstCursorPosition();
            cell.insertImage(picture);
            cell.insertBlock();
            const QString caption = key.caption.simplified();
            cell.insertText(caption.isEmpty() ? tr("Image %1").arg(i + 1) : tr("Image %1: %2").arg(QString::number(i + 1), caption), style(8.5));
        }
        return {};
    }

    /// What stands on every page: whose report this is (SAF-01), its state and the page number.
    void frame(QPainter& painter, int page, int count)
    {
        const StudyContext& study = m_report.study;
        const double width = m_writer.width();
        const double line = 5 * pixelsPerMm;
        const QString watermark = m_report.isSigned() ? m_options.watermark : m_options.watermark.isEmpty() ? tr("DRAFT") : m_options.watermark;
        if (m_report.status == Status::Cancelled || !watermark.isEmpty()) {
            painter.save();
            painter.setFont(bodyFont(90, QFont::Bold));
            painter.setPen(QColor(232, 232, 232));
            painter.translate(width / 2, m_writer.height() / 2.0);
            painter.rotate(-45);
            painter.drawText(QRectF(-width, -line * 8, 2 * width, line * 16), Qt::AlignCenter, watermark.isEmpty() ? tr("CANCELLED") : watermark);
            painter.restore();
        }
        painter.setPen(Qt::black);
        const QString institution = m_options.institution.isEmpty() ? study.institution : m_options.institution;
        painter.setFont(bodyFont(8.5));
        painter.setPen(grey);
        const QFontMetricsF small(painter.font(), &m_writer);
        painter.drawText(QRectF(width * 0.6, 0, width * 0.4, line), Qt::AlignRight | Qt::AlignVCenter, small.elidedText(institution, Qt::ElideRight, width * 0.4));
        painter.drawText(QRectF(width * 0.6, line, width * 0.4, line), Qt::AlignRight | Qt::AlignVCenter,
                         small.elidedText(QStringLiteral("%1  %2").arg(study.accession, dicom::displayDate(study.studyDate)), Qt::ElideRight, width * 0.4));
        QStringList identity{tr("ID %1").arg(study.patientId)};
        if (!study.birthDate.isEmpty())
            identity << tr("born %1").arg(dicom::displayDate(study.birthDate));
        if (!study.sex.isEmpty())
            identity << study.sex;
        painter.drawText(QRectF(0, line, width * 0.6, line), Qt::AlignLeft | Qt::AlignVCenter, small.elidedText(identity.join(QStringLiteral("  ")), Qt::ElideRight, width * 0.6));
        painter.setPen(Qt::black);
        painter.setFont(bodyFont(11, QFont::DemiBold));
        const QFontMetricsF large(painter.font(), &m_writer);
        painter.drawText(QRectF(0, 0, width * 0.6, line), Qt::AlignLeft | Qt::AlignVCenter,
                         large.elidedText(dicom::PersonName::parse(study.patientName).display(), Qt::ElideRight, width * 0.6));
        painter.setPen(QPen(QColor(190, 190, 190), 0.2 * pixelsPerMm));
        painter.drawLine(QPointF(0, 2.3 * line), QPointF(width, 2.3 * line));
        painter.setFont(bodyFont(8));
        painter.setPen(grey);
        const double bottom = m_writer.height() - line;
        painter.drawText(QRectF(0, bottom, width * 0.75, line), Qt::AlignLeft | Qt::AlignBottom, signatureLine(m_report));
        painter.drawText(QRectF(width * 0.75, bottom, width * 0.25, line), Qt::AlignRight | Qt::AlignBottom, tr("Page %1 of %2").arg(page).arg(count));
    }

    const Report& m_report;
    const PdfOptions& m_options;
    QPdfWriter& m_writer;
    QTextDocument m_document;
};

} // namespace

Result<QByteArray> toPdf(const Report& given, const PdfOptions& options)
{
    const Report report = withPlainLines(given);
    if (!qobject_cast<QGuiApplication*>(QCoreApplication::instance()))
        return fail(Fault::Internal, QStringLiteral("a PDF needs a QGuiApplication for its fonts"));
    QBuffer buffer;
    buffer.open(QIODevice::WriteOnly);
    {
        QPdfWriter writer(&buffer);
        writer.setResolution(resolution);
        writer.setPageSize(QPageSize(QPageSize::A4));
        writer.setPageMargins(QMarginsF(18, 14, 18, 12), QPageLayout::Millimeter);
        writer.setTitle(report.title);
        writer.setCreator(QStringLiteral("Diascope"));
        Pages pages(report, options, writer);
        if (auto done = pages.compose(); !done)
            return std::unexpected(done.error());
        pages.paint();
    }
    return buffer.data();
}

} // namespace diascope::reporting
