#include "app/windows/outbox_window.h"
#include "netclient/dicom/person_name.h"
#include <QAction>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTreeWidget>
#include <QVBoxLayout>

namespace diascope::windows
{

namespace
{

constexpr int idRole = Qt::UserRole, heldRole = Qt::UserRole + 1;

QString stateName(transfer::Delivery::State state)
{
    using State = transfer::Delivery::State;
    switch (state) {
    case State::Queued:
        return OutboxWindow::tr("waits");
    case State::Sent:
        return OutboxWindow::tr("on its way");
    case State::Committed:
        return OutboxWindow::tr("taken, not yet processed");
    case State::Held:
        return OutboxWindow::tr("held");
    default:
        return {};
    }
}

} // namespace

OutboxWindow::OutboxWindow(app::Session& session)
    : m_session(session), m_list(new QTreeWidget(this)), m_why(new QLineEdit(this)), m_release(new QPushButton(tr("Send again"), this)),
      m_cancel(new QPushButton(tr("Give up"), this)), m_problem(new QLabel(this))
{
    setWindowTitle(tr("Reports on their way"));
    m_list->setHeaderLabels({tr("Patient"), tr("Report"), tr("To"), tr("State"), tr("Why, and what waits behind it")});
    m_list->setRootIsDecorated(false);
    m_list->setUniformRowHeights(true);
    for (const auto& [column, width] : {std::pair(0, 220), std::pair(1, 160), std::pair(2, 60), std::pair(3, 120)})
        m_list->header()->resizeSection(column, width);
    m_why->setPlaceholderText(tr("Why it is not sent"));
    m_release->setToolTip(tr("The same message once more, after what was wrong has been set right at the receiver"));
    m_cancel->setToolTip(tr("The message is never sent; what waits behind it goes"));
    auto* label = qobject_cast<QLabel*>(m_problem);
    label->setProperty("role", "warning");
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    auto* close = new QAction(this);
    close->setShortcut(Qt::Key_Escape);
    addAction(close);
    auto* line = new QHBoxLayout;
    line->addWidget(m_release);
    line->addStretch(1);
    line->addWidget(m_why, 2);
    line->addWidget(m_cancel);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(m_list);
    layout->addWidget(m_problem);
    layout->addLayout(line);
    resize(960, 360);
    connect(close, &QAction::triggered, this, &QWidget::hide);
    connect(m_list, &QTreeWidget::itemSelectionChanged, this, &OutboxWindow::updateButtons);
    connect(m_why, &QLineEdit::textChanged, this, &OutboxWindow::updateButtons);
    connect(m_release, &QPushButton::clicked, this, [this] { tell(m_session.releaseDelivery(chosen())); });
    connect(m_cancel, &QPushButton::clicked, this, [this] { tell(m_session.cancelDelivery(chosen(), app::Session::systemUser(), m_why->text())); });
    connect(&m_session, &app::Session::delivered, this, &OutboxWindow::refresh, Qt::QueuedConnection);
}

void OutboxWindow::refresh()
{
    const qint64 before = chosen();
    const auto deliveries = m_session.deliveries().list();
    if (!deliveries)
        return tell(std::unexpected(deliveries.error()));
    m_list->clear();
    for (const transfer::Delivery& delivery : *deliveries) {
        if (!delivery.isOpen())
            continue;
        const auto report = m_session.reports().load(delivery.subject);
        const QString who = report ? QStringLiteral("%1 (%2)").arg(dicom::PersonName::parse(report->study.patientName).display(), report->study.patientId) : delivery.subject;
        auto* item = new QTreeWidgetItem(m_list, {who, report ? report->title : QString(), delivery.target, stateName(delivery.state), transfer::remark(delivery)});
        item->setToolTip(4, transfer::remark(delivery).toHtmlEscaped());
        item->setData(0, idRole, delivery.id);
        item->setData(0, heldRole, delivery.state == transfer::Delivery::State::Held);
        if (delivery.id == before || !m_list->currentItem())
            m_list->setCurrentItem(item);
    }
    updateButtons();
}

qint64 OutboxWindow::chosen() const
{
    const auto selected = m_list->selectedItems();
    return selected.isEmpty() ? 0 : selected.front()->data(0, idRole).toLongLong();
}

void OutboxWindow::updateButtons()
{
    const auto selected = m_list->selectedItems();
    const bool mayAct = !selected.isEmpty() && m_session.permit(app::Action::Send);
    m_release->setEnabled(mayAct && selected.front()->data(0, heldRole).toBool());
    m_cancel->setEnabled(mayAct && !m_why->text().trimmed().isEmpty());
}

void OutboxWindow::tell(const Result<void>& done)
{
    qobject_cast<QLabel*>(m_problem)->setText(done ? QString() : message(done.error()));
    if (!done)
        return;
    m_why->clear();
    refresh();
    Q_EMIT m_session.delivered();
}

} // namespace diascope::windows
