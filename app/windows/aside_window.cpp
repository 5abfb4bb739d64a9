#include "app/windows/aside_window.h"
#include "netclient/dicom/person_name.h"
#include <QAction>
#include <QDateTime>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLocale>
#include <QPushButton>
#include <QTreeWidget>
#include <QVBoxLayout>

namespace diascope::windows
{

namespace
{

constexpr int idRole = Qt::UserRole;

QString spoken(const dicom::PatientIdentity& patient)
{
    QStringList parts{dicom::PersonName::parse(patient.name).display(), patient.patientId, patient.issuer, dicom::displayDate(patient.birthDate), patient.sex};
    for (QString& part : parts)
        if (part.isEmpty())
            part = QStringLiteral("–");
    return parts.join(QStringLiteral("   "));
}

} // namespace

AsideWindow::AsideWindow(app::Session& session)
    : m_session(session), m_list(new QTreeWidget(this)), m_both(new QLabel(this)), m_problem(new QLabel(this)),
      m_accept(new QPushButton(tr("It is the same patient"), this)), m_remove(new QPushButton(tr("Remove"), this))
{
    setWindowTitle(tr("Set aside at import"));
    m_list->setHeaderLabels({tr("When"), tr("From"), tr("Why")});
    m_list->setRootIsDecorated(false);
    m_list->setUniformRowHeights(true);
    m_list->header()->resizeSection(0, 150);
    m_list->header()->resizeSection(1, 300);
    for (QLabel* label : {m_both, m_problem}) {
        label->setTextFormat(Qt::PlainText);
        label->setTextInteractionFlags(Qt::TextSelectableByMouse);
        label->setWordWrap(true);
    }
    m_problem->setProperty("role", "warning");
    m_accept->setToolTip(tr("Takes in this image and every other of its study that names the same patient, now and later"));
    m_remove->setToolTip(tr("The entry goes, and the copy of the file that was kept for it"));
    auto* close = new QAction(this);
    close->setShortcut(Qt::Key_Escape);
    addAction(close);
    auto* line = new QHBoxLayout;
    line->addWidget(m_accept);
    line->addStretch(1);
    line->addWidget(m_remove);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(m_list);
    layout->addWidget(m_both);
    layout->addWidget(m_problem);
    layout->addLayout(line);
    resize(960, 400);
    connect(close, &QAction::triggered, this, &QWidget::hide);
    connect(m_list, &QTreeWidget::itemSelectionChanged, this, &AsideWindow::showChosen);
    connect(m_accept, &QPushButton::clicked, this, &AsideWindow::accept);
    connect(m_remove, &QPushButton::clicked, this, &AsideWindow::remove);
}

void AsideWindow::refresh()
{
    const qint64 before = chosen();
    auto rows = m_session.archive().quarantine();
    if (!rows)
        return m_problem->setText(message(rows.error()));
    m_rows = std::move(*rows);
    m_list->clear();
    for (const archive::QuarantineRow& row : m_rows) {
        auto* item = new QTreeWidgetItem(m_list, {QLocale().toString(QDateTime::fromMSecsSinceEpoch(row.timeMs), QLocale::ShortFormat), row.source, row.reason});
        item->setToolTip(1, row.source.toHtmlEscaped());
        item->setToolTip(2, row.reason.toHtmlEscaped());
        item->setData(0, idRole, row.id);
        if (row.id == before || !m_list->currentItem())
            m_list->setCurrentItem(item);
    }
    showChosen();
}

qint64 AsideWindow::chosen() const
{
    const auto selected = m_list->selectedItems();
    return selected.isEmpty() ? 0 : selected.front()->data(0, idRole).toLongLong();
}

void AsideWindow::showChosen()
{
    const auto row = std::find_if(m_rows.begin(), m_rows.end(), [id = chosen()](const archive::QuarantineRow& one) { return one.id == id; });
    const bool isAny = row != m_rows.end(), isOther = isAny && row->isOfAnotherPatient();
    m_accept->setEnabled(isOther && m_session.permit(app::Action::Import));
    m_remove->setEnabled(isAny && m_session.permit(app::Action::Delete));
    m_both->clear();
    if (!isOther)
        return;
    const auto study = m_session.archive().study(row->study);
    m_both->setText(tr("Came:\t%1\nHere:\t%2").arg(spoken(row->patient), study && *study ? spoken((*study)->patient()) : tr("the study is not here any more")));
}

void AsideWindow::accept()
{
    const auto report = m_session.acceptFromQuarantine(chosen(), app::Session::systemUser());
    m_problem->clear();
    if (!report)
        return m_problem->setText(message(report.error()));
    for (const auto* remarks : {&report->skipped, &report->quarantined})
        if (!remarks->empty())
            m_problem->setText(tr("%1 did not come in: %2").arg(remarks->front().path, remarks->front().reason));
    refresh();
}

void AsideWindow::remove()
{
    const auto removed = m_session.removeFromQuarantine(chosen());
    m_problem->setText(removed ? QString() : message(removed.error()));
    refresh();
}

} // namespace diascope::windows
