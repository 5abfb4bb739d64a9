#include "app/windows/study_browser.h"
#include "app/windows/icons.h"
#include "netclient/dicom/person_name.h"
#include "netclient/dimse/query.h"
#include "reporting/export/text_export.h"
#include "viewer/ui/thumbnail.h"
#include <QBuffer>
#include <QButtonGroup>
#include <QCloseEvent>
#include <QDockWidget>
#include <QDragEnterEvent>
#include <QFileDialog>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QMenu>
#include <QMimeData>
#include <QPlainTextEdit>
#include <QSplitter>
#include <QToolBar>
#include <QToolButton>
#include <QTreeView>
#include <QTreeWidget>
#include <QVBoxLayout>
#include <QtConcurrent>

namespace diascope::windows
{

namespace
{

const Setting<QByteArray> browserGeometry{"windows.browser.geometry", QByteArray()};
constexpr int typingMs = 250;
constexpr int pictureStoredPx = 112;
constexpr int pictureShownPx = 56;

QToolButton* chip(const QString& text, QWidget* parent)
{
    auto* button = new QToolButton(parent);
    button->setText(text);
    button->setCheckable(true);
    button->setProperty("role", "chip");
    return button;
}

/// What a person typed: a date or a range becomes one, the rest are words.
archive::Query queryOf(const QString& typed)
{
    archive::Query query;
    QStringList words;
    for (const QString& word : typed.simplified().split(u' ', Qt::SkipEmptyParts)) {
        const bool isDateLike = word.size() >= 8 && word.at(0).isDigit() && word.count(u'.') == 0;
        QString compact = word;
        if (word.size() == 10 && word.at(4) == u'-')
            compact.remove(u'-');
        const auto dated = isDateLike && (compact.size() == 8 || compact.size() == 17) ? archive::Query::withDates(query, compact) : std::nullopt;
        if (dated && !(compact.size() == 8 && !dicom::parseDate(compact)))
            query = *dated;
        else
            words << word;
    }
    query.text = words.join(u' ');
    return query;
}

void showIcons(QTreeWidget* series, const std::vector<std::pair<QString, QByteArray>>& pictures)
{
    for (int i = 0; i < series->topLevelItemCount(); ++i)
        for (const auto& [uid, png] : pictures)
            if (series->topLevelItem(i)->data(0, Qt::UserRole).toString() == uid)
                series->topLevelItem(i)->setIcon(0, QIcon(QPixmap::fromImage(QImage::fromData(png))));
}

archive::StudyRow rowOf(const dicom::Dataset& answer)
{
    using namespace dicom;
    archive::StudyRow row;
    row.uid = {answer.text(tag::StudyInstanceUID)};
    row.patientName = answer.text(tag::PatientName);
    row.patientId = answer.text(tag::PatientID);
    row.issuer = answer.text(tag::IssuerOfPatientID);
    row.birthDate = answer.text(tag::PatientBirthDate);
    row.sex = answer.text(tag::PatientSex);
    row.date = answer.text(tag::StudyDate);
    row.time = answer.text(tag::StudyTime);
    row.accession = answer.text(tag::AccessionNumber);
    row.description = answer.text(tag::StudyDescription);
    row.modalities = answer.texts(tag::ModalitiesInStudy);
    row.series = int(answer.integer(tag::NumberOfStudyRelatedSeries).value_or(0));
    row.instances = answer.integer(tag::NumberOfStudyRelatedInstances).value_or(0);
    return row;
}

} // namespace

StudyBrowser::StudyBrowser(Workstation& workstation) : m_workstation(workstation), m_session(workstation.session())
{
    setWindowTitle(m_session.mode() == app::Mode::ViewOnly ? tr("Studies (viewing only)") : tr("Studies"));
    setAcceptDrops(true);
    auto* centre = new QWidget(this);
    auto* layout = new QVBoxLayout(centre);
    layout->setContentsMargins(8, 8, 8, 8);
    buildTop(centre, layout);

    m_table = new StudyTable(this);
    m_view = new QTreeView(centre);
    m_view->setModel(m_table);
    m_view->setRootIsDecorated(false);
    m_view->setUniformRowHeights(true);
    m_view->setAlternatingRowColors(true);
    m_view->setSortingEnabled(true);
    m_view->sortByColumn(StudyTable::Date, Qt::DescendingOrder);
    m_view->setAllColumnsShowFocus(true);
    m_view->setContextMenuPolicy(Qt::ActionsContextMenu);
    const int widths[] = {210, 110, 96, 46, 150, 84, 190, 104, 64, 96, 110};
    for (int i = 0; i < StudyTable::ColumnCount; ++i)
        m_view->setColumnWidth(i, widths[i]);

    auto* below = new QSplitter(Qt::Horizontal, centre);
    m_series = new QTreeWidget(below);
    m_series->setHeaderLabels({tr("Series"), tr("Modality"), tr("Description"), tr("Images")});
    m_series->setRootIsDecorated(false);
    m_series->setIconSize({pictureShownPx, pictureShownPx});
    m_series->setColumnWidth(0, pictureShownPx + 44);
    connect(&m_pictures, &QFutureWatcherBase::finished, this, [this] {
        const Pictures made = m_pictures.result();
        for (const auto& [uid, png] : made)
            (void)m_session.archive().storeThumbnail({uid}, png); // only a cache: made again where it is missing
        m_seenChanges = m_session.archive().changeCounter();
        showIcons(m_series, made);
    });
    m_others = new QListWidget(below);
    m_report = new QPlainTextEdit(below);
    m_report->setReadOnly(true);
    m_report->setPlaceholderText(tr("No report yet"));
    m_others->setToolTip(tr("Other studies of this patient"));
    below->setSizes({420, 300, 420});

    auto* halves = new QSplitter(Qt::Vertical, centre);
    halves->addWidget(m_view);
    halves->addWidget(below);
    halves->setStretchFactor(0, 3);
    halves->setStretchFactor(1, 1);
    layout->addWidget(halves, 1);
    m_message = new QLabel(centre);
    m_message->setTextFormat(Qt::PlainText);
    m_message->setProperty("role", "quiet");
    m_outbox = new QLabel(centre);
    m_outbox->setTextFormat(Qt::PlainText);
    auto* foot = new QHBoxLayout;
    foot->addWidget(m_message, 1);
    foot->addWidget(m_outbox);
    layout->addLayout(foot);
    setCentralWidget(centre);

    auto* dock = new QDockWidget(tr("Transfers"), this);
    dock->setObjectName(QStringLiteral("transfers"));
    dock->setFeatures(QDockWidget::DockWidgetMovable | QDockWidget::DockWidgetClosable);
    m_jobs = new JobList(dock);
    dock->setWidget(m_jobs);
    addDockWidget(Qt::BottomDockWidgetArea, dock);
    dock->hide();
    connect(m_jobs, &JobList::changed, dock, [this, dock] {
        if (m_jobs->runningCount() > 0)
            dock->show();
    });

    buildActions();
    connect(m_view->selectionModel(), &QItemSelectionModel::currentChanged, this, [this] {
        showDetails();
        updateActions();
    });
    connect(m_view, &QTreeView::activated, this, &StudyBrowser::openSelected);
    connect(m_others, &QListWidget::itemActivated, this, [this](QListWidgetItem* item) {
        m_opening = {item->data(Qt::UserRole).toString()};
        m_workstation.read(m_opening);
    });
    m_typing.setSingleShot(true);
    connect(&m_typing, &QTimer::timeout, this, &StudyBrowser::search);
    // Other processes import too: the counter tells, without reading a row.
    auto* watch = new QTimer(this);
    connect(watch, &QTimer::timeout, this, [this] {
        if (m_sourceNode.isEmpty() && m_session.archive().changeCounter() != m_seenChanges)
            search();
    });
    watch->start(1000);
    const auto onDelivered = [this] {
        showOutbox();
        showDetails();
    };
    connect(&m_session, &app::Session::delivered, this, onDelivered, Qt::QueuedConnection);
    connect(&m_session, &app::Session::settingsChanged, this, &StudyBrowser::rebuildSources);

    resize(1180, 720);
    if (!restoreGeometry(m_session.settings().get(browserGeometry)))
        setWindowState(Qt::WindowMaximized);
    search();
}

StudyBrowser::~StudyBrowser() { m_pictures.waitForFinished(); }

void StudyBrowser::buildTop(QWidget* parent, QVBoxLayout* layout)
{
    auto* line = new QHBoxLayout;
    m_search = new QLineEdit(parent);
    m_search->setClearButtonEnabled(true);
    m_search->addAction(icon(QStringLiteral("search")), QLineEdit::LeadingPosition);
    m_search->setPlaceholderText(tr("Name, ID, accession number or date (2026-01-31, 20260101-20260131)"));
    m_source = new QToolButton(parent);
    m_source->setPopupMode(QToolButton::InstantPopup);
    m_source->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_source->setMenu(new QMenu(m_source));
    line->addWidget(m_search, 1);
    line->addWidget(m_source);
    layout->addLayout(line);
    rebuildSources();

    auto* chips = new QHBoxLayout;
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
    chips->addSpacing(24);
    m_modalities = new QButtonGroup(this);
    id = 0;
    for (const QString& modality : {tr("All"), QStringLiteral("CT"), QStringLiteral("MR"), QStringLiteral("CR"), QStringLiteral("DX"),
                                    QStringLiteral("US"), QStringLiteral("MG"), QStringLiteral("XA"), QStringLiteral("PT"), QStringLiteral("NM")}) {
        auto* button = chip(modality, parent);
        m_modalities->addButton(button, id++);
        chips->addWidget(button);
    }
    m_modalities->button(0)->setChecked(true);
    chips->addStretch();
    layout->addLayout(chips);
    connect(m_search, &QLineEdit::textChanged, this, [this] {
        if (m_sourceNode.isEmpty())
            m_typing.start(typingMs); // a PACS is asked when Enter says so
    });
    connect(m_search, &QLineEdit::returnPressed, this, &StudyBrowser::search);
    connect(m_days, &QButtonGroup::idClicked, this, &StudyBrowser::search);
    connect(m_modalities, &QButtonGroup::idClicked, this, &StudyBrowser::search);
}

void StudyBrowser::rebuildSources()
{
    QMenu* menu = m_source->menu();
    menu->clear();
    const auto choose = [this](const QString& node, const QString& text) {
        m_sourceNode = node;
        m_source->setText(text);
        search();
    };
    menu->addAction(tr("This workstation"), this, [choose, this] { choose({}, tr("This workstation")); });
    bool isThere = m_sourceNode.isEmpty();
    for (const dimse::Node& node : dimse::Nodes(m_session.settings()).list()) {
        menu->addAction(node.name, this, [choose, name = node.name] { choose(name, name); });
        isThere = isThere || node.name == m_sourceNode;
    }
    if (m_session.mode() == app::Mode::Reading) {
        menu->addSeparator();
        menu->addAction(tr("Set up a PACS…"), this, [this] { m_workstation.showSettings(); });
    }
    if (!isThere)
        m_sourceNode.clear();
    m_source->setText(m_sourceNode.isEmpty() ? tr("This workstation") : m_sourceNode);
    m_source->setIcon(icon(QStringLiteral("transfers")));
    if (m_sendMenu) {
        m_sendMenu->clear();
        for (const dimse::Node& node : dimse::Nodes(m_session.settings()).list())
            m_sendMenu->addAction(node.name, this, [this, node] { sendSelected(node); });
    }
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
    QAction* read = add("open", tr("Read"), {}, [this] { openSelected(); });
    read->setToolTip(tr("Read (Enter)"));
    QAction* fetch = add("download", tr("Retrieve"), QKeySequence(QStringLiteral("Ctrl+R")), [this] {
        if (const StudyEntry* entry = selected())
            retrieve(*entry, false);
    });
    m_actions = {read, fetch};
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
        QAction* send = add("send", tr("Send"), {}, [] {});
        m_sendMenu = new QMenu(this);
        send->setMenu(m_sendMenu);
        if (auto* button = qobject_cast<QToolButton*>(bar->widgetForAction(send)))
            button->setPopupMode(QToolButton::InstantPopup);
        QAction* disc = add("disc", tr("Write disc image…"), QKeySequence(QStringLiteral("Ctrl+B")), [this] { writeMedium(); });
        QAction* remove = add("remove", tr("Remove…"), QKeySequence(Qt::Key_Delete), [this] { removeSelected(); });
        m_actions << send << disc << remove;
    }
    auto* space = new QWidget(bar);
    space->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    bar->addWidget(space);
    if (m_session.mode() == app::Mode::Reading)
        add("settings", tr("Settings"), QKeySequence(QStringLiteral("Ctrl+,")), [this] { m_workstation.showSettings(); });
    auto* find = new QAction(this);
    find->setShortcut(QKeySequence::Find);
    connect(find, &QAction::triggered, m_search, [this] {
        m_search->setFocus();
        m_search->selectAll();
    });
    addAction(find);
    m_view->addActions(m_actions);
    rebuildSources();
    updateActions();
}

const StudyEntry* StudyBrowser::selected() const { return m_table->entryAt(m_view->currentIndex().row()); }

void StudyBrowser::updateActions()
{
    const StudyEntry* entry = selected();
    for (qsizetype i = 0; i < m_actions.size(); ++i) {
        const bool needsLocal = i >= 2;
        const bool needsNode = i == 1;
        m_actions[i]->setEnabled(entry && (!needsLocal || entry->isLocal) && (!needsNode || !entry->node.isEmpty()));
    }
}

StudyBrowser::Filter StudyBrowser::filter() const
{
    Filter filter;
    filter.text = m_search->text();
    filter.query = queryOf(filter.text);
    filter.node = m_sourceNode;
    filter.days = m_days->checkedButton()->property("days").toInt();
    const QDate today = QDate::currentDate();
    const auto da = [](QDate date) { return date.toString(QStringLiteral("yyyyMMdd")); };
    if (filter.days >= 0) {
        filter.query.dateFrom = da(today.addDays(-filter.days));
        filter.query.dateTo = da(filter.days == 1 ? today.addDays(-1) : today);
    }
    if (m_modalities->checkedId() > 0) {
        filter.modality = m_modalities->checkedButton()->text();
        filter.query.modalities = {filter.modality};
    }
    return filter;
}

void StudyBrowser::search()
{
    m_typing.stop();
    m_finding.reset();
    const Filter current = filter();
    if (current.node.isEmpty())
        return searchArchive(current);
    if (const auto node = dimse::Nodes(m_session.settings()).find(current.node))
        searchNode(current, *node);
}

void StudyBrowser::refresh()
{
    showOutbox();
    if (m_sourceNode.isEmpty())
        search();
    else
        showDetails();
}

void StudyBrowser::searchArchive(const Filter& filter)
{
    const StudyEntry* before = selected();
    const dicom::StudyUid kept = before ? before->row.uid : dicom::StudyUid{};
    m_seenChanges = m_session.archive().changeCounter();
    const auto rows = m_session.archive().studies(filter.query);
    if (!rows)
        return showMessage(message(rows.error()), true);
    // All reports in one go: this runs while somebody types.
    QHash<QString, QString> reportStatus;
    if (const auto reports = m_session.reports().listAll())
        for (const reporting::ReportSummary& report : *reports)
            if (!reportStatus.contains(report.studyUid))
                reportStatus.insert(report.studyUid, reporting::displayName(report.status));
    std::vector<StudyEntry> entries;
    for (const archive::StudyRow& row : *rows)
        entries.push_back({row, {}, true, reportStatus.value(row.uid.value)});
    m_table->setEntries(std::move(entries));
    m_table->sort(m_view->header()->sortIndicatorSection(), m_view->header()->sortIndicatorOrder());
    const int at = m_table->rowOf(kept);
    m_view->setCurrentIndex(m_table->index(std::max(0, at), 0));
    if (!rows->empty())
        showMessage(tr("%n stud(ies)", nullptr, int(rows->size())));
    else if (m_search->text().isEmpty() && filter.days < 0 && filter.modality.isEmpty())
        showMessage(tr("No studies here yet. Search a PACS (the button at the right of the search field), import files, or drop them here."));
    else
        showMessage(tr("No study fits. Try fewer words, another day or another source."));
    if (!rows->empty())
        return; // the chosen row has shown its details
    showDetails();
    updateActions();
}

void StudyBrowser::searchNode(const Filter& filter, const dimse::Node& node)
{
    m_table->setEntries({});
    showDetails();
    showMessage(tr("Asking %1…").arg(node.name));
    dimse::FindKeys keys;
    // One field, several meanings: what has digits is an ID or accession number, the rest is a name.
    const QString text = filter.query.text;
    const bool hasDigit = std::any_of(text.begin(), text.end(), [](QChar c) { return c.isDigit(); });
    if (!text.isEmpty())
        (hasDigit ? keys.patientId : keys.patientName) = hasDigit ? text : QStringLiteral("*%1*").arg(QString(text).replace(u' ', u'*'));
    if (!filter.query.dateFrom.isEmpty() || !filter.query.dateTo.isEmpty())
        keys.dates = filter.query.dateFrom == filter.query.dateTo ? filter.query.dateFrom : QStringLiteral("%1-%2").arg(filter.query.dateFrom, filter.query.dateTo);
    keys.modality = filter.modality;
    keys.limit = 1000;
    const auto onRow = [this, name = node.name](const dicom::Dataset& answer) {
        QMetaObject::invokeMethod(
            this,
            [this, name, row = rowOf(answer)] {
                if (name != m_sourceNode)
                    return;
                const auto local = m_session.archive().study(row.uid);
                const bool isComplete = local && *local && (row.instances == 0 || (*local)->instances >= row.instances);
                m_table->merge({row, name, isComplete, {}});
            },
            Qt::QueuedConnection);
        return true;
    };
    m_finding = std::make_unique<Job>(
        tr("Search in %1").arg(node.name),
        [node, keys, onRow, hasDigit, text, local = m_session.local()](Task& task) -> Result<QString> {
            auto found = dimse::find(node, dimse::Level::Study, keys, onRow, local, task);
            if (found && hasDigit) { // nobody of this ID, or an accession number as well
                dimse::FindKeys byAccession = keys;
                byAccession.accession = std::exchange(byAccession.patientId, QString());
                const auto more = dimse::find(node, dimse::Level::Study, byAccession, onRow, local, task);
                if (!more)
                    return std::unexpected(more.error());
                *found += *more;
            }
            if (!found)
                return std::unexpected(found.error());
            return QString::number(*found);
        },
        nullptr);
    connect(m_finding.get(), &Job::finished, this, [this, name = node.name] {
        const auto& result = m_finding->result();
        if (!result)
            return showMessage(QStringLiteral("%1: %2").arg(name, message(result.error())), true);
        showMessage(result->toInt() == 0 ? tr("%1 has no study that fits.").arg(name) : tr("%n stud(ies) on %1", nullptr, result->toInt()).arg(name));
        m_table->sort(m_view->header()->sortIndicatorSection(), m_view->header()->sortIndicatorOrder());
        m_view->setCurrentIndex(m_table->index(0, 0));
        updateActions();
    });
}

void StudyBrowser::showOutbox()
{
    const auto deliveries = m_session.deliveries().list();
    if (!deliveries)
        return;
    int waiting = 0;
    QStringList reasons;
    for (const transfer::Delivery& delivery : *deliveries) {
        if (delivery.state == transfer::Delivery::State::Acknowledged)
            continue;
        ++waiting;
        if (!delivery.lastError.isEmpty() && !reasons.contains(delivery.lastError))
            reasons << delivery.lastError;
    }
    m_outbox->setText(waiting > 0 ? tr("%n report(s) not yet acknowledged by the RIS", nullptr, waiting) : QString());
    m_outbox->setToolTip(reasons.join(u'\n').toHtmlEscaped().replace(u'\n', QStringLiteral("<br>")));
    m_outbox->setStyleSheet(QStringLiteral("color: #f0b43c"));
}

void StudyBrowser::showDetails()
{
    m_series->clear();
    m_others->clear();
    m_report->clear();
    const StudyEntry* entry = selected();
    if (!entry || !entry->isLocal)
        return;
    if (const auto series = m_session.archive().series(entry->row.uid)) {
        for (const archive::SeriesRow& row : *series) {
            auto* item = new QTreeWidgetItem(m_series, {row.number ? QString::number(*row.number) : QString(), row.modality, row.description, QString::number(row.instances)});
            item->setData(0, Qt::UserRole, row.uid.value);
        }
        showPictures(*series);
    }
    if (const auto others = m_session.archive().otherStudiesOfPatient(entry->row.uid))
        for (const archive::StudyRow& row : *others) {
            auto* item = new QListWidgetItem(QStringLiteral("%1  %2  %3").arg(dicom::displayDate(row.date), row.modalities.join(u','), row.description), m_others);
            item->setData(Qt::UserRole, row.uid.value);
        }
    const auto reports = m_session.reports().list(entry->row.uid.value);
    if (reports && !reports->empty())
        if (const auto report = m_session.reports().load(reports->front().reportId)) {
            QString text = reporting::toText(*report);
            if (const auto deliveries = m_session.deliveries().list(report->reportId))
                for (const transfer::Delivery& delivery : *deliveries)
                    text += tr("\nRIS: %1 %2").arg(transfer::name(delivery.state), delivery.lastError);
            m_report->setPlainText(text);
        }
}

void StudyBrowser::showPictures(const std::vector<archive::SeriesRow>& series)
{
    std::vector<std::pair<QString, QString>> wanted; // series UID, a file from its middle
    Pictures stored;
    for (const archive::SeriesRow& row : series) {
        const auto picture = m_session.archive().thumbnail(row.uid);
        if (picture && !picture->isEmpty()) {
            stored.emplace_back(row.uid.value, *picture);
        } else if (const auto instances = m_session.archive().instances(row.uid, row.study); instances && !instances->empty()) {
            wanted.emplace_back(row.uid.value, (*instances)[instances->size() / 2].path);
        }
    }
    showIcons(m_series, stored);
    if (wanted.empty())
        return;
    m_pictures.setFuture(QtConcurrent::run([wanted] {
        Pictures made;
        for (const auto& [uid, path] : wanted) {
            QByteArray png;
            QBuffer buffer(&png);
            buffer.open(QIODevice::WriteOnly);
            if (viewer::thumbnailOf(path, pictureStoredPx).save(&buffer, "PNG"))
                made.emplace_back(uid, png);
        }
        return made;
    }));
}

void StudyBrowser::showMessage(const QString& text, bool isWarning)
{
    m_message->setText(text);
    m_message->setStyleSheet(isWarning ? QStringLiteral("color: #f0b43c") : QString());
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
    if (m_session.permit(app::Action::ChangeSettings))
        m_session.settings().set(browserGeometry, saveGeometry());
    event->accept();
}

} // namespace diascope::windows
