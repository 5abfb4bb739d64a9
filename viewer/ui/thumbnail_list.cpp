#include "viewer/ui/thumbnail_list.h"
#include "viewer/ui/viewer_mime.h"
#include <QMimeData>
#include <QPainter>

namespace diascope::viewer
{

namespace
{

constexpr int picturePx = 112;

QIcon iconOf(const QImage& image)
{
    QPixmap picture(picturePx, picturePx);
    picture.fill(Qt::black);
    if (!image.isNull()) {
        QPainter painter(&picture);
        painter.drawImage(QRect(0, 0, picturePx, picturePx), image);
    }
    return QIcon(picture);
}

} // namespace

ThumbnailList::ThumbnailList(QWidget* parent) : QListWidget(parent)
{
    setIconSize({picturePx, picturePx});
    setViewMode(QListView::IconMode);
    setFlow(QListView::TopToBottom);
    setWrapping(false);
    setMovement(QListView::Static);
    setResizeMode(QListView::Adjust);
    setWordWrap(true);
    setSpacing(4);
    setUniformItemSizes(false);
    setDragEnabled(true);
    setDragDropMode(QAbstractItemView::DragOnly);
    setSelectionMode(QAbstractItemView::SingleSelection);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setFocusPolicy(Qt::NoFocus);
    connect(this, &QListWidget::itemDoubleClicked, this, [this](QListWidgetItem* item) { Q_EMIT chosen(row(item)); });
    connect(this, &QListWidget::itemActivated, this, [this](QListWidgetItem* item) { Q_EMIT chosen(row(item)); });
}

void ThumbnailList::add(const std::shared_ptr<OpenStack>& stack)
{
    const int index = stackCount();
    m_stacks.push_back(stack);
    auto* added = new QListWidgetItem(iconOf({}), QString(), this);
    added->setSizeHint({picturePx + 20, picturePx + 14 + 5 * fontMetrics().lineSpacing()});
    added->setTextAlignment(Qt::AlignHCenter | Qt::AlignTop);
    watch(index);
}

void ThumbnailList::watch(int index)
{
    OpenStack* stack = m_stacks[size_t(index)].get();
    connect(stack, &OpenStack::thumbnailReady, this, [this, stack] {
        if (const int index = indexOf(stack); index >= 0)
            item(index)->setIcon(iconOf(stack->thumbnail()));
    });
    connect(stack, &OpenStack::warningsChanged, this, [this, stack] {
        if (const int index = indexOf(stack); index >= 0)
            caption(index);
    });
    stack->wantThumbnail();
    caption(index);
}

void ThumbnailList::replace(const OpenStack* stack, const std::shared_ptr<OpenStack>& grown)
{
    const int index = indexOf(stack);
    if (index < 0)
        return;
    m_stacks[size_t(index)]->disconnect(this);
    m_stacks[size_t(index)] = grown;
    watch(index);
}

void ThumbnailList::remove(const OpenStack* stack)
{
    const int index = indexOf(stack);
    if (index < 0)
        return;
    m_stacks[size_t(index)]->disconnect(this);
    m_stacks.erase(m_stacks.begin() + index);
    delete takeItem(index);
}

void ThumbnailList::caption(int index)
{
    const OpenStack& stack = *m_stacks[size_t(index)];
    const ImageTexts& texts = stack.texts();
    const int count = stack.stack().frameCount();
    const std::vector<StackWarning> warnings = stack.warnings();
    const QString mark = warnings.empty() ? QString() : QStringLiteral("⚠ ");
    const QString description = texts.seriesDescription.isEmpty() ? texts.studyDescription : texts.seriesDescription;
    const int twoLines = 2 * picturePx - 20; // where words break, room is lost
    item(index)->setText(QStringLiteral("%1%2 %3\n%4\n%5\n%6")
                             .arg(mark, texts.seriesNumber, texts.modality, fontMetrics().elidedText(description, Qt::ElideRight, twoLines),
                                  tr("%n image(s)", nullptr, count), texts.studyDate));
    QStringList tip{texts.patientName, texts.studyDescription, texts.seriesDescription};
    for (const StackDimension& dimension : stack.stack().dimensions)
        tip << QStringLiteral("%1 × %2").arg(dimension.size).arg(dimension.name);
    for (const StackWarning& warning : warnings)
        tip << QStringLiteral("⚠ ") + warning.text;
    if (!stack.stack().canReslice && !stack.whyNoVolume().isEmpty())
        tip << tr("No reconstruction: %1").arg(stack.whyNoVolume());
    item(index)->setToolTip(tip.join(u'\n').toHtmlEscaped().replace(u'\n', QStringLiteral("<br>")));
}

std::shared_ptr<OpenStack> ThumbnailList::stackAt(int index) const
{
    return index >= 0 && index < stackCount() ? m_stacks[size_t(index)] : nullptr;
}

int ThumbnailList::indexOf(const OpenStack* stack) const
{
    for (size_t i = 0; i < m_stacks.size(); ++i)
        if (m_stacks[i].get() == stack)
            return int(i);
    return -1;
}

void ThumbnailList::clearStacks()
{
    for (const auto& stack : m_stacks)
        stack->disconnect(this);
    m_stacks.clear();
    clear();
}

QMimeData* ThumbnailList::mimeData(const QList<QListWidgetItem*>& items) const
{
    auto* data = new QMimeData;
    if (!items.isEmpty())
        data->setData(QLatin1String(stackMimeType), QByteArray::number(row(items.first())));
    return data;
}

} // namespace diascope::viewer
