#include "app/windows/study_browser.h"
#include "app/windows/flow_layout.h"
#include "app/windows/icons.h"
#include "app/windows/key_sheet.h"
#include "app/windows/places_panel.h"
#include "app/windows/study_preview.h"
#include "app/windows/transfer_list.h"
#include "netclient/dicom/person_name.h"
#include <QButtonGroup>
#include <QCloseEvent>
#include <QDockWidget>
#include <QDragEnterEvent>
#include <QFileDialog>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QMimeData>
#include <QPushButton>
#include <QShortcut>
#include <QSplitter>
#include <QToolBar>
#include <QToolButton>
#include <QTreeView>
#include <QVBoxLayout>

namespace diascope::windows
{

namespace
{

const Setting<QByteArray> browserGeometry{"windows.browser.geometry", QByteArray()};
const Setting<QByteArray> browserColumns{"windows.browser.columns", QByteArray()};
constexpr int typingMs = 250;   // the archive follows the fingers
constexpr int askingMs = 800;   // the nodes are asked when they rest
constexpr int leastAskedLetters = 3;
constexpr char sendKey[] = "Ctrl+E";

QToolButton* chip(const QString& text, QWidget* parent)
{
    auto* button = new QToolButton(parent);
    button->setText(text);
    button->setCheckable(true);
    button->setProperty("role", "chip");
    return button;
}

} // namespace

StudyBrowser::StudyBrowser(Workstation& workstation) : m_workstation(workstation), m_session(workstation.session())
{
    setWindowTitle(m_session.mode() == app::Mode::ViewOnly ? tr("Studies (viewing only)") : tr("Studies"));
    setAcceptDrops(true);
    auto* centre = new QWidget(this);
    auto* layout = new QVBoxLayout(centre);
    layout->setContentsMargins(8, 8, 8, 8);
    m_finding = new StudySearch(m_session, this);
    buildTop(centre, layout);
    buildTable(centre);
    m_places = new PlacesPanel(m_session, centre);
    m_preview = new StudyPreview(m_session, centre);
    auto* halves = new QSplitter(Qt::Vertical, centre);
    halves->addWidget(m_view);
    halves->addWidget(m_preview);
    halves->setStretchFactor(0, 3);
    halves->setStretchFactor(1, 1);
    auto* across = new QSplitter(Qt::Horizontal, centre);
    across->addWidget(m_places);
    across->addWidget(halves);
    across->setStretchFactor(1, 1);
    across->setSizes({190, 1000});
    layout->addWidget(across, 1);
    m_message = new QLabel(centre);
    m_message->setTextFormat(Qt::PlainText);
    m_message->setProperty("role", "quiet");
    m_outbox = new QLabel(centre);
    m_outbox->setTextFormat(Qt::PlainText);
    auto* foot = new QHBoxLayout;
    foot->addWidget(m_message, 1);
    const auto counter = [&](auto show) {
        auto* button = new QPushButton(centre);
        button->setFlat(true);
        button->setStyleSheet(QStringLiteral("color: #f0b43c; padding: 0 4px"));
        button->hide();
        foot->addWidget(button);
        connect(button, &QPushButton::clicked, this, [this, show] { (m_workstation.*show)(); });
        return button;
    };
    m_reports = counter(&Workstation::showOutbox);
    m_reports->setObjectName(QStringLiteral("reports"));
    m_aside = counter(&Workstation::showAside);
    m_aside->setObjectName(QStringLiteral("aside"));
    foot->addWidget(m_outbox);
    layout->addLayout(foot);
    setCentralWidget(centre);
    buildDock();
    buildActions();

    connectParts();
    resize(1180, 720);
    if (!restoreGeometry(m_session.settings().get(browserGeometry)))
        setWindowState(Qt::WindowMaximized);
    runSearch(StudySearch::Nodes::LeaveAlone);
    showOutbox();
}

void StudyBrowser::connectParts()
{
    connect(m_places, &PlacesPanel::placeChosen, this, &StudyBrowser::search);
    connect(m_places, &PlacesPanel::searchChosen, this, &StudyBrowser::setTerms);
    connect(m_places, &PlacesPanel::studiesDropped, this, &StudyBrowser::send);
    connect(m_places, &PlacesPanel::settingsWanted, this, [this] { m_workstation.showSettings(); });
    connect(m_preview, &StudyPreview::studyActivated, this, [this](const QString& uid) {
        m_opening = {uid};
        m_workstation.read(m_opening);
    });
    connect(m_finding, &StudySearch::changed, this, &StudyBrowser::showState);
    connect(m_view->selectionModel(), &QItemSelectionModel::currentChanged, this, [this] { m_preview->show(selected()); });
    connect(m_view->selectionModel(), &QItemSelectionModel::selectionChanged, this, &StudyBrowser::updateActions);
    connect(m_view, &QTreeView::activated, this, &StudyBrowser::openSelected);
    for (QTimer* timer : {&m_typing, &m_askSoon, &m_told})
        timer->setSingleShot(true);
    connect(&m_typing, &QTimer::timeout, this, [this] { runSearch(StudySearch::Nodes::LeaveAlone); });
    connect(&m_askSoon, &QTimer::timeout, this, &StudyBrowser::search);
    connect(&m_told, &QTimer::timeout, this, &StudyBrowser::showState);
    // Other processes import too: the counter tells, without reading a row.
    auto* watch = new QTimer(this);
    connect(watch, &QTimer::timeout, this, &StudyBrowser::onArchiveChanged);
    watch->start(1000);
    const auto onDelivered = [this] {
        showOutbox();
        m_preview->show(selected());
    };
    connect(&m_session, &app::Session::delivered, this, onDelivered, Qt::QueuedConnection);
    connect(&m_session, &app::Session::settingsChanged, this, &StudyBrowser::rebuildNodes);
    connect(&m_session.exchange(), &app::Exchange::roomMade, this, &StudyBrowser::showOutbox, Qt::QueuedConnection);
    connect(&m_session.exchange().runner(), &transfer::TransferRunner::retrieved, this, &StudyBrowser::onRetrieved, Qt::QueuedConnection);
    connect(&m_session.exchange().runner(), &transfer::TransferRunner::changed, this, &StudyBrowser::openWhatWaits, Qt::QueuedConnection);
    connect(m_transfers, &TransferList::changed, this, &StudyBrowser::showOutbox);
}

StudyBrowser::~StudyBrowser() = default;

void StudyBrowser::buildTop(QWidget* parent, QVBoxLayout* layout)
{
    auto* line = new QHBoxLayout;
    m_search = new QLineEdit(parent);
    m_search->setClearButtonEnabled(true);
    m_search->addAction(icon(QStringLiteral("search")), QLineEdit::LeadingPosition);
    m_search->setPlaceholderText(tr("Name, ID, accession number or date (2026-01-31, 20260101-20260131)"));
    line->addWidget(m_search, 1);
    if (m_session.permit(app::Action::ChangeSettings)) {
        auto* keep = new QToolButton(parent);
        keep->setDefaultAction(addCommand(QKeySequence(QStringLiteral("Ctrl+D")), tr("Save search…"), [this] { saveSearch(); }));
        keep->setToolTip(tr("Words, day and modality under a name, at the left (%1)").arg(keep->defaultAction()->shortcut().toString(QKeySequence::NativeText)));
        line->addWidget(keep);
    }
    layout->addLayout(line);

    auto* chips = new FlowLayout;
    chips->setSpacing(6);
    m_days = new QButtonGroup(this);
    const std::pair<QString, int> days[] = {{tr("Any day"), -1}, {tr("Today"), 0}, {tr("Yesterday"), 1}, {tr("Week"), 7}, {tr("Month"), 31}};
    int id = 0;
    for (const auto& [text, count] : days) {
        auto* button = chip(text, parent);
        button->setProperty("days", count);
        m_days->addButton(button, id++);
        chips->addWidget(button);
    }
    m_days->button(0)->setChecked(true);
    chips->addItem(new QSpacerItem(18, 1));
    m_modalities = new QButtonGroup(this);
    id = 0;
    for (const QString& modality : {tr("All"), QStringLiteral("CT"), QStringLiteral("MR"), QStringLiteral("CR"), QStringLiteral("DX"),
                                    QStringLiteral("US"), QStringLiteral("MG"), QStringLiteral("XA"), QStringLiteral("PT"), QStringLiteral("NM")}) {
        auto* button = chip(modality, parent);
        m_modalities->addButton(button, id++);
        chips->addWidget(button);
    }
    m_modalities->button(0)->setChecked(true);
    layout->addLayout(chips);
    connect(m_search, &QLineEdit::textChanged, this, [this] {
        m_typing.start(typingMs);
        const bool isAskedByItself = m_search->text().trimmed().size() >= leastAskedLetters && !m_places->chosenNodes().isEmpty();
        isAskedByItself ? m_askSoon.start(askingMs) : m_askSoon.stop();
    });
    connect(m_search, &QLineEdit::returnPressed, this, &StudyBrowser::search);
    connect(m_days, &QButtonGroup::idClicked, this, &StudyBrowser::search);
    connect(m_modalities, &QButtonGroup::idClicked, this, &StudyBrowser::search);
}

void StudyBrowser::buildTable(QWidget* parent)
{
    m_table = new StudyTable(this);
    m_table->setReportStatus([this](const dicom::StudyUid& study) { return reportStatusOf(study); });
    m_view = new QTreeView(parent);
    m_view->setModel(m_table);
    m_view->setRootIsDecorated(false);
    m_view->setUniformRowHeights(true);
    m_view->setAlternatingRowColors(true);
    m_view->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_view->setSortingEnabled(true);
    m_view->sortByColumn(StudyTable::Date, Qt::DescendingOrder);
    m_view->setAllColumnsShowFocus(true);
    m_view->setContextMenuPolicy(Qt::ActionsContextMenu);
    m_view->setDragEnabled(m_session.permit(app::Action::Send).has_value());
    m_view->setDragDropMode(QAbstractItemView::DragOnly);
    // By the letters that are in use; all that counts fits 1280 pixels.
    const char* const samples[] = {"Featherstonehaugh, Al", "P000000000", "2026-12-31", "Sex", "2026-12-31 23:59", "Modality", "CT Abdomen, follow-u",
                                   "A000000000", "⚠ 999 of 999", "preliminary", "here, Hospital", "Featherstone, A", "1.2.826.0.1.3680043.9.9", "Hospital A"};
    constexpr int marginsPx = 18;
    for (int i = 0; i < StudyTable::ColumnCount; ++i)
        m_view->setColumnWidth(i, fontMetrics().horizontalAdvance(QString::fromUtf8(samples[i])) + marginsPx);
    for (const int column : {StudyTable::Referring, StudyTable::StudyId, StudyTable::Issuer})
        m_view->setColumnHidden(column, true);
    m_hint = new QLabel(m_view->viewport());
    m_hint->setTextFormat(Qt::PlainText);
    m_hint->setWordWrap(true);
    m_hint->setAlignment(Qt::AlignCenter);
    m_hint->setProperty("role", "quiet");
    m_hint->setAttribute(Qt::WA_TransparentForMouseEvents); // files are dropped there
    (new QVBoxLayout(m_view->viewport()))->addWidget(m_hint);
    m_view->header()->moveSection(StudyTable::Source, StudyTable::Report); // seen on small screens too
    m_view->header()->restoreState(m_session.settings().get(browserColumns));
    m_view->header()->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(m_view->header(), &QWidget::customContextMenuRequested, this, &StudyBrowser::buildColumnsMenu);
}

void StudyBrowser::buildColumnsMenu()
{
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    for (int column = 0; column < StudyTable::ColumnCount; ++column) {
        QAction* action = menu->addAction(m_table->headerData(column, Qt::Horizontal, Qt::DisplayRole).toString());
        action->setCheckable(true);
        action->setChecked(!m_view->isColumnHidden(column));
        action->setEnabled(column != StudyTable::Patient); // whose study it is always stands there
        connect(action, &QAction::toggled, this, [this, column](bool isOn) {
            m_view->setColumnHidden(column, !isOn);
            if (isOn && m_view->columnWidth(column) < 30)
                m_view->setColumnWidth(column, 110);
        });
    }
    menu->popup(QCursor::pos());
}

void StudyBrowser::buildDock()
{
    m_dock = new QDockWidget(tr("Transfers"), this);
    m_dock->setObjectName(QStringLiteral("transfers"));
    m_dock->setFeatures(QDockWidget::DockWidgetClosable);
    auto* content = new QWidget(m_dock);
    auto* lines = new QVBoxLayout(content);
    lines->setContentsMargins(0, 0, 0, 0);
    lines->setSpacing(0);
    m_jobs = new JobList(content);
    m_transfers = new TransferList(m_session, content);
    lines->addWidget(m_jobs);
    lines->addWidget(m_transfers, 1);
    m_dock->setWidget(content);
    addDockWidget(Qt::BottomDockWidgetArea, m_dock);
    constexpr int firstHeightPx = 190; // some lines; the studies are what one looks at
    resizeDocks({m_dock}, {firstHeightPx}, Qt::Vertical);
    m_dock->setVisible(m_transfers->openCount() + m_transfers->failedCount() > 0);
    connect(m_jobs, &JobList::changed, this, &StudyBrowser::updateDock);
    connect(m_jobs, &JobList::started, this, &StudyBrowser::showTransfers);
    connect(m_transfers, &TransferList::changed, this, &StudyBrowser::updateDock);
    updateDock();
}

/// Opened by what a person begins, never by what goes on by itself: the list of studies does not jump, and what was closed
/// stays closed (SAF-13).
void StudyBrowser::showTransfers() { m_dock->show(); }

void StudyBrowser::updateDock()
{
    m_jobs->setVisible(!m_jobs->isEmpty());
    m_dock->setWindowTitle(m_transfers->openCount() > 0 ? tr("Transfers (%1)").arg(m_transfers->openCount()) : tr("Transfers"));
}

void StudyBrowser::buildActions()
{
    auto* bar = addToolBar(tr("Studies"));
    bar->setObjectName(QStringLiteral("studies"));
    bar->setMovable(false);
    bar->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    const auto add = [&](const char* iconName, const QString& text, const QKeySequence& key, auto function) {
        auto* action = bar->addAction(icon(QLatin1String(iconName)), text, this, function);
        action->setShortcut(key);
        action->setToolTip(key.isEmpty() ? text : QStringLiteral("%1 (%2)").arg(text, key.toString(QKeySequence::NativeText)));
        return action;
    };
    m_read = add("open", tr("Read"), {}, [this] { openSelected(); });
    m_read->setToolTip(tr("Read (Enter)")); // the table's own key, in both its places
    m_fetch = add("download", tr("Retrieve"), QKeySequence(QStringLiteral("Ctrl+R")), [this] { retrieveSelected(); });
    QList<QAction*> forRows{m_read, m_fetch};
    if (m_session.mode() == app::Mode::Reading) {
        add("report", tr("Import files…"), QKeySequence(QStringLiteral("Ctrl+O")), [this] {
            auto* dialog = new QFileDialog(this, tr("Import files"));
            dialog->setFileMode(QFileDialog::ExistingFiles);
            dialog->setAttribute(Qt::WA_DeleteOnClose);
            connect(dialog, &QFileDialog::filesSelected, this, &StudyBrowser::importPaths);
            dialog->open();
        });
        add("open", tr("Import folder or disc…"), QKeySequence(QStringLiteral("Ctrl+Shift+O")), [this] {
            auto* dialog = new QFileDialog(this, tr("Import folder or disc"));
            dialog->setFileMode(QFileDialog::Directory);
            dialog->setOption(QFileDialog::ShowDirsOnly);
            dialog->setAttribute(Qt::WA_DeleteOnClose);
            connect(dialog, &QFileDialog::filesSelected, this, &StudyBrowser::importPaths);
            dialog->open();
        });
        m_send = add("send", tr("Send"), {}, [] {});
        m_send->setToolTip(tr("Send to a peer (%1, or drag the rows onto its name)").arg(QKeySequence(QLatin1String(sendKey)).toString(QKeySequence::NativeText)));
        m_sendMenu = new QMenu(this);
        m_send->setMenu(m_sendMenu);
        if (auto* button = qobject_cast<QToolButton*>(bar->widgetForAction(m_send))) {
            button->setPopupMode(QToolButton::InstantPopup);
            addCommand(QKeySequence(QLatin1String(sendKey)), tr("Send"), [this, button] {
                if (m_send->isEnabled())
                    button->showMenu();
            });
        }
        m_disc = add("disc", tr("Write disc image…"), QKeySequence(QStringLiteral("Ctrl+B")), [this] { writeMedium(); });
        m_pin = new QAction(tr("Keep on this workstation"), this);
        m_pin->setCheckable(true);
        m_pin->setShortcut(QKeySequence(QStringLiteral("Ctrl+K")));
        m_pin->setToolTip(tr("Never goes to make room for others"));
        connect(m_pin, &QAction::triggered, this, &StudyBrowser::pinSelected);
        m_remove = add("remove", tr("Remove…"), QKeySequence(Qt::Key_Delete), [this] { removeSelected(); });
        forRows << m_send << m_disc << m_pin << m_remove;
    }
    auto* space = new QWidget(bar);
    space->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    space->setStyleSheet(QStringLiteral("background: transparent"));
    bar->addWidget(space);
    QAction* transfers = m_dock->toggleViewAction();
    transfers->setIcon(icon(QStringLiteral("transfers")));
    transfers->setShortcut(QKeySequence(QStringLiteral("Ctrl+T")));
    transfers->setToolTip(tr("Transfers (%1)").arg(transfers->shortcut().toString(QKeySequence::NativeText)));
    bar->addAction(transfers);
    if (m_session.mode() == app::Mode::Reading)
        add("settings", tr("Settings"), QKeySequence(QStringLiteral("Ctrl+,")), [this] { m_workstation.showSettings(); });
    buildKeys();
    m_view->addActions(forRows);
    rebuildNodes();
    updateActions();
}

/// What has no button.
void StudyBrowser::buildKeys()
{
    addCommand(QKeySequence::Find, tr("Search field"), [this] {
        m_search->setFocus();
        m_search->selectAll();
    });
    addCommand(QKeySequence::Refresh, tr("Search again"), [this] { search(); });
    addCommand(QKeySequence(Qt::Key_Escape), tr("Stop the search"), [this] { leave(); });
    addCommand(QKeySequence(QStringLiteral("Ctrl+Shift+D")), tr("Reports on their way"), [this] { m_workstation.showOutbox(); });
    addCommand(QKeySequence(QStringLiteral("Ctrl+Shift+A")), tr("Set aside at import"), [this] { m_workstation.showAside(); });
    addCommand(QKeySequence(Qt::Key_F1), tr("Keys"), [this] { showKeys(); });
    auto* down = new QShortcut(Qt::Key_Down, m_search, nullptr, nullptr, Qt::WidgetShortcut); // from the words to what they found
    connect(down, &QShortcut::activated, m_view, qOverload<>(&QWidget::setFocus));
}

QAction* StudyBrowser::addCommand(const QKeySequence& key, const QString& text, std::function<void()> run)
{
    auto* action = new QAction(text, this);
    action->setShortcut(key);
    connect(action, &QAction::triggered, this, std::move(run));
    addAction(action);
    return action;
}

void StudyBrowser::showKeys()
{
    KeySheet sheet;
    for (const QAction* action : findChildren<QAction*>())
        if (!action->text().isEmpty())
            sheet.commands.push_back({m_transfers->isAncestorOf(qobject_cast<QWidget*>(action->parent())) ? tr("Transfers") : tr("Studies"), action});
    sheet.mouse = {{tr("Read"), tr("double click, or Enter")},
                   {tr("Send"), tr("drag rows onto the name of a peer")},
                   {tr("Import"), tr("drop files or folders")},
                   {tr("Choose columns"), tr("right click on their titles")}};
    sheet.show();
}

void StudyBrowser::leave()
{
    if (auto* asked = centralWidget()->findChild<QWidget*>(QStringLiteral("removing"))) {
        delete asked;
        m_view->setFocus();
    } else {
        m_askSoon.stop();
        m_finding->stop();
    }
}

void StudyBrowser::rebuildNodes()
{
    m_places->rebuild();
    if (!m_sendMenu)
        return;
    m_sendMenu->clear();
    for (const dimse::Node& node : dimse::Nodes(m_session.settings()).list())
        m_sendMenu->addAction(node.name, this, [this, name = node.name] {
            QStringList uids;
            for (const StudyEntry& entry : chosen())
                uids << entry.row.uid.value;
            send(uids, name);
        });
    if (m_sendMenu->isEmpty())
        m_sendMenu->addAction(tr("Set up a PACS…"), this, [this] { m_workstation.showSettings(); });
}

const StudyEntry* StudyBrowser::selected() const { return m_table->entryAt(m_view->currentIndex().row()); }

std::vector<StudyEntry> StudyBrowser::chosen() const
{
    std::vector<StudyEntry> entries;
    for (const QModelIndex& index : m_view->selectionModel()->selectedRows())
        if (const StudyEntry* entry = m_table->entryAt(index.row()))
            entries.push_back(*entry);
    return entries;
}

void StudyBrowser::updateActions()
{
    const auto entries = chosen();
    const auto isAny = [&](auto is) { return std::any_of(entries.begin(), entries.end(), is); };
    const bool hasLocal = isAny([](const StudyEntry& entry) { return entry.isLocal; });
    m_read->setEnabled(!entries.empty());
    m_fetch->setEnabled(isAny([](const StudyEntry& entry) { return !entry.source().isEmpty() && !entry.isComplete(); }));
    if (m_session.mode() != app::Mode::Reading)
        return;
    for (QAction* action : {m_send, m_disc, m_pin, m_remove})
        action->setEnabled(hasLocal);
    m_pin->setChecked(hasLocal && !isAny([](const StudyEntry& entry) { return entry.isLocal && !entry.row.isPinned; }));
}

void StudyBrowser::dragEnterEvent(QDragEnterEvent* event)
{
    if (event->mimeData()->hasUrls() && m_session.permit(app::Action::Import))
        event->acceptProposedAction();
}

void StudyBrowser::dropEvent(QDropEvent* event)
{
    QStringList paths;
    for (const QUrl& url : event->mimeData()->urls())
        if (url.isLocalFile())
            paths << url.toLocalFile();
    if (!paths.isEmpty())
        importPaths(paths);
}

void StudyBrowser::closeEvent(QCloseEvent* event)
{
    if (m_session.permit(app::Action::ChangeSettings)) {
        m_session.settings().set(browserGeometry, saveGeometry());
        m_session.settings().set(browserColumns, m_view->header()->saveState());
    }
    event->accept();
}

} // namespace diascope::windows
