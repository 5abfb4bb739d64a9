#include "reporting/ui/evidence_list.h"
#include "reporting/ui/plain_text.h"
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QToolButton>
#include <QVBoxLayout>

namespace diascope::reporting
{

namespace
{

constexpr int thumbnailPx = 72;

QToolButton* removeButton(const QString& toolTip)
{
    auto* button = new QToolButton;
    button->setText(QStringLiteral("×"));
    button->setAutoRaise(true);
    button->setToolTip(toolTip);
    button->setFocusPolicy(Qt::ClickFocus);
    return button;
}

} // namespace

EvidenceList::EvidenceList(ReportDocument& document, QWidget* parent) : QWidget(parent), m_document(document), m_rows(new QVBoxLayout(this))
{
    m_rows->setContentsMargins(0, 0, 0, 0);
    m_rows->setSpacing(2);
    connect(&document, &ReportDocument::measurementsChanged, this, &EvidenceList::refresh);
    connect(&document, &ReportDocument::keyImagesChanged, this, &EvidenceList::refresh);
    connect(&document, &ReportDocument::reset, this, &EvidenceList::refresh);
    refresh();
}

void EvidenceList::refresh()
{
    while (QLayoutItem* item = m_rows->takeAt(0)) {
        if (QWidget* widget = item->widget()) {
            widget->hide();
            widget->deleteLater(); // the click that removes a row may come from the row
        }
        delete item;
    }
    const Report& report = m_document.report();
    if (!report.measurements.empty())
        addTitle(tr("Measurements"));
    for (const Measurement& measurement : report.measurements)
        addMeasurement(measurement);
    if (!report.keyImages.empty())
        addTitle(tr("Key images"));
    for (const KeyImage& image : report.keyImages)
        addKeyImage(image);
    setVisible(!report.measurements.empty() || !report.keyImages.empty());
}

void EvidenceList::addTitle(const QString& text)
{
    auto* title = new QLabel(text);
    title->setProperty("role", "sectionTitle");
    QFont bold = title->font();
    bold.setWeight(QFont::DemiBold);
    title->setFont(bold);
    m_rows->addWidget(title);
}

void EvidenceList::addMeasurement(const Measurement& measurement)
{
    auto* row = new QWidget;
    auto* layout = new QHBoxLayout(row);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(2);
    auto* link = new QToolButton;
    link->setObjectName(QStringLiteral("measurement-") + measurement.id);
    link->setText(buttonText(measurement.display()));
    link->setAutoRaise(true);
    link->setToolTip(measurement.where.sopInstanceUid.isEmpty() ? QString() : tr("Show in the image"));
    link->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    connect(link, &QToolButton::clicked, this, [this, where = measurement.where] { Q_EMIT linkActivated(where); });
    layout->addWidget(link, 1);
    if (m_document.isEditable()) {
        QToolButton* remove = removeButton(tr("Remove from the report"));
        connect(remove, &QToolButton::clicked, this, [this, id = measurement.id] { m_document.removeMeasurement(id); });
        layout->addWidget(remove);
    }
    m_rows->addWidget(row);
}

void EvidenceList::addKeyImage(const KeyImage& image)
{
    auto* row = new QWidget;
    auto* layout = new QHBoxLayout(row);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(6);
    auto* thumbnail = new QToolButton;
    thumbnail->setObjectName(QStringLiteral("key-image-") + image.id);
    thumbnail->setAutoRaise(true);
    thumbnail->setToolTip(tr("Show the image"));
    thumbnail->setIconSize({thumbnailPx, thumbnailPx});
    const QImage picture = QImage::fromData(image.png, "PNG");
    if (picture.isNull())
        thumbnail->setText(tr("no picture"));
    else
        thumbnail->setIcon(QPixmap::fromImage(picture.scaled(thumbnailPx * 2, thumbnailPx * 2, Qt::KeepAspectRatio, Qt::SmoothTransformation)));
    connect(thumbnail, &QToolButton::clicked, this, [this, where = image.where] { Q_EMIT linkActivated(where); });
    layout->addWidget(thumbnail);
    auto* caption = new QLineEdit(image.caption);
    caption->setPlaceholderText(tr("Caption"));
    caption->setReadOnly(!m_document.isEditable());
    connect(caption, &QLineEdit::textEdited, this, [this, id = image.id](const QString& text) { m_document.setKeyImageCaption(id, text); });
    layout->addWidget(caption, 1);
    if (m_document.isEditable()) {
        QToolButton* remove = removeButton(tr("Remove from the report"));
        connect(remove, &QToolButton::clicked, this, [this, id = image.id] { m_document.removeKeyImage(id); });
        layout->addWidget(remove);
    }
    m_rows->addWidget(row);
}

} // namespace diascope::reporting
