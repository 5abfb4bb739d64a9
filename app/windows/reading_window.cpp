#include "app/windows/reading_window.h"
#include "app/session/exchange.h"
#include "app/windows/study_browser.h"
#include "netclient/dicom/dataset.h"
#include "netclient/dicom/person_name.h"
#include <QCloseEvent>
#include <QDirIterator>
#include <QDockWidget>
#include <QFileInfo>
#include <QLabel>
#include <QListWidget>
#include <QPainter>
#include <QPushButton>
#include <QShortcut>
#include <QStyle>
#include <QTabBar>
#include <QTabWidget>
#include <QToolBar>
#include <QVBoxLayout>
#include <QtConcurrent>

namespace diascope::windows
{

using namespace viewer;

namespace
{

const Setting<QByteArray> readingGeometry{"windows.reading.geometry", QByteArray()};
const Setting<QByteArray> readingState{"windows.reading.state", QByteArray()};
constexpr int stateVersion = 1;

/// One line that gives way: what does not fit ends in an ellipsis, and the window may be as narrow as it likes.
class ElidedLabel : public QLabel
{
public:
    using QLabel::QLabel;
    QSize minimumSizeHint() const override
    {
        const QSize whole = QLabel::minimumSizeHint();
        return {std::min(whole.width(), fontMetrics().averageCharWidth() * leastLetters), whole.height()};
    }

protected:
    void paintEvent(QPaintEvent*) override
    {
        QPainter painter(this);
        style()->drawItemText(&painter, contentsRect(), Qt::AlignLeft | Qt::AlignVCenter, palette(), isEnabled(),
                              fontMetrics().elidedText(text(), Qt::ElideRight, contentsRect().width()), foregroundRole());
    }

private:
    static constexpr int leastLetters = 12;
};

/// Files and folders, grouped by series: for images shown where they lie.
std::vector<SeriesFiles> seriesIn(const QStringList& paths)
{
    QStringList files;
    for (const QString& path : paths) {
        if (!QFileInfo(path).isDir()) {
            files << path;
            continue;
        }
        QDirIterator it(path, QDir::Files | QDir::NoSymLinks, QDirIterator::Subdirectories);
        while (it.hasNext())
            files << it.next();
    }
    files.sort();
    std::map<QString, SeriesFiles> series;
    for (const QString& file : files) {
        const auto dataset = dicom::Dataset::read(file);
        const QString uid = dataset ? dataset->text(dicom::tag::SeriesInstanceUID) : QString();
        SeriesFiles& group = series[uid];
        group.seriesUid = uid;
        group.paths << file;
    }
    std::vector<SeriesFiles> found;
    for (auto& [uid, group] : series)
        found.push_back(std::move(group));
    return found;
}

} // namespace

ReadingWindow::ReadingWindow(Workstation& workstation) : m_workstation(workstation), m_session(workstation.session())
{
    setWindowTitle(tr("Reading"));
    auto* centre = new QWidget(this);
    auto* layout = new QVBoxLayout(centre);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(buildBanner(centre));
    m_grid = new ViewportGrid(centre);
    const auto takeSettings = [this] { m_grid->setDownIsBrighter(m_session.settings().get(viewer::downIsBrighter)); };
    takeSettings();
    connect(&m_session, &app::Session::settingsChanged, this, takeSettings);
    layout->addWidget(m_grid, 1);
    setCentralWidget(centre);
    buildPreview();
    m_toolBar = addToolBar(tr("Tools"));
    m_toolBar->setObjectName(QStringLiteral("tools"));
    m_toolBar->setMovable(false);
    m_toolBar->setIconSize({20, 20});
    buildDocks();
    buildCommands();
    watchArrivals();
    connect(m_grid, &ViewportGrid::activeChanged, this, [this](Viewport* viewport) {
        m_measurements->setDocument(viewport->document());
        updateCommands();
    });
    connect(m_grid, &ViewportGrid::viewChanged, this, [this] {
        updateBanner();
        updateCommands();
    });
    connect(m_grid, &ViewportGrid::stackDropped, this, &ReadingWindow::showStack);
    connect(m_grid, &ViewportGrid::figureSelected, m_measurements, &MeasurementTable::select);
    connect(m_report, &ReportPanel::linkActivated, this, &ReadingWindow::showInstance);
    connect(m_report, &ReportPanel::backToImage, this, [this] { m_grid->active()->setFocus(); });
    connect(m_report, &ReportPanel::stateChanged, this, &ReadingWindow::updateBanner);
    connect(m_report, &ReportPanel::outboxWanted, this, [this] { m_workstation.showOutbox(); });
    connect(&m_pathReader, &QFutureWatcherBase::finished, this, [this] {
        if (!std::exchange(m_isReadingPaths, false))
            return; // something else was opened meanwhile: these may be another patient's (BIR-01)
        auto series = m_pathReader.result();
        if (series.empty()) {
            m_failure = tr("There is no file in what was opened.");
            return updateBanner();
        }
        openStudy(std::move(series), false);
    });
    resize(1200, 720);
    if (!restoreGeometry(m_session.settings().get(readingGeometry)))
        setWindowState(Qt::WindowMaximized);
    restoreState(m_session.settings().get(readingState), stateVersion);
    updateBanner();
    updateCommands();
}

ReadingWindow::~ReadingWindow()
{
    closeStudies();
    m_marking.waitForFinished();
}

QWidget* ReadingWindow::buildBanner(QWidget* parent)
{
    auto* banner = new QWidget(parent);
    banner->setProperty("role", "banner");
    auto* line = new QHBoxLayout(banner);
    line->setContentsMargins(10, 5, 10, 5);
    m_patient = new ElidedLabel(banner);
    m_study = new ElidedLabel(banner);
    m_study->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_study->setMinimumWidth(190); // ID and date of birth, whatever the name
    m_warning = new ElidedLabel(banner);
    m_state = new ElidedLabel(banner);
    for (QLabel* label : {m_patient, m_study, m_warning, m_state})
        label->setTextFormat(Qt::PlainText);
    m_patient->setProperty("role", "patient");
    m_study->setProperty("role", "quiet");
    m_warning->setProperty("role", "warning");
    m_warning->installEventFilter(this);
    m_notShown = new NotShownWindow(this);
    line->addWidget(m_patient);
    line->addSpacing(14);
    line->addWidget(m_study, 1);
    line->addWidget(m_warning);
    line->addSpacing(14);
    line->addWidget(m_state);
    return banner;
}

void ReadingWindow::buildDocks()
{
    auto* left = new QDockWidget(tr("Series"), this);
    left->setObjectName(QStringLiteral("series"));
    left->setFeatures(QDockWidget::NoDockWidgetFeatures);
    left->setTitleBarWidget(new QWidget(left));
    auto* leftContents = new QWidget(left);
    auto* leftLayout = new QVBoxLayout(leftContents);
    leftLayout->setContentsMargins(4, 4, 4, 4);
    m_thumbnails = new ThumbnailList(leftContents);
    m_thumbnails->setMinimumWidth(150);
    auto* heading = new QLabel(tr("Other studies"), leftContents);
    heading->setProperty("role", "quiet");
    m_others = new QListWidget(leftContents);
    m_others->setWordWrap(true);
    m_others->setFocusPolicy(Qt::NoFocus);
    m_others->setToolTip(tr("A click shows the study beside the current one"));
    leftLayout->addWidget(m_thumbnails, 3);
    leftLayout->addWidget(heading);
    leftLayout->addWidget(m_others, 1);
    left->setWidget(leftContents);
    addDockWidget(Qt::LeftDockWidgetArea, left);
    connect(m_thumbnails, &ThumbnailList::chosen, this, [this](int index) { showStack(index, m_grid->active()); });
    connect(m_others, &QListWidget::itemClicked, this, [this](QListWidgetItem* item) { addPrior({item->data(Qt::UserRole).toString()}); });

    auto* right = new QDockWidget(tr("Report"), this);
    right->setObjectName(QStringLiteral("report"));
    right->setFeatures(QDockWidget::NoDockWidgetFeatures);
    right->setTitleBarWidget(new QWidget(right)); // the tabs say what it is
    auto* tabs = new QTabWidget(right);
    m_report = new ReportPanel(m_session, tabs);
    m_measurements = new MeasurementTable([this](const Figure& figure) { return volumeOf(figure); }, tabs);
    connect(m_measurements, &MeasurementTable::figureChosen, this, &ReadingWindow::showFigure);
    tabs->addTab(m_report, tr("Report"));
    tabs->addTab(m_measurements, tr("Measurements"));
    tabs->setDocumentMode(true);
    tabs->tabBar()->setDrawBase(false);
    right->setWidget(tabs);
    addDockWidget(Qt::RightDockWidgetArea, right);
    m_report->setMinimumWidth(380); // what is in the report must not move the images
    leftContents->setFixedWidth(168);
    resizeDocks({left, right}, {168, 400}, Qt::Horizontal);
}

Result<std::vector<SeriesFiles>> ReadingWindow::filesOf(const dicom::StudyUid& study)
{
    const auto rows = m_session.archive().series(study);
    if (!rows)
        return std::unexpected(rows.error());
    std::vector<SeriesFiles> series;
    for (const archive::SeriesRow& row : *rows) {
        const auto instances = m_session.archive().instances(row.uid, study);
        if (!instances)
            return std::unexpected(instances.error());
        SeriesFiles files{row.uid.value, {}};
        for (const archive::InstanceRow& instance : *instances)
            files.paths << instance.path;
        series.push_back(std::move(files));
    }
    if (series.empty())
        return fail(Fault::NotFound, tr("the study is not in the archive"));
    return series;
}

void ReadingWindow::closeStudies()
{
    m_isReadingPaths = false;
    m_stacksBefore.clear();
    m_report->clear(tr("Open a study to report it.")); // stores what is unsaved; nobody types into a closed study's report (SAF-02)
    for (const auto& scene : m_scenes)
        delete scene.data();
    m_scenes.clear();
    m_measurements->setDocument(nullptr);
    m_grid->clear();
    m_thumbnails->clearStacks();
    m_others->clear();
    for (const auto& study : m_studies)
        study->disconnect(this);
    m_studies.clear();
    m_documents.clear();
    m_current = {};
    m_coming = {};
    hidePreview();
    m_openMark.reset();
    m_incoming.clear();
    m_arrived = 0;
    m_isFetching = m_isMoreToCome = m_isGrowing = false;
    m_failure.clear();
    m_notShown->hide();
    m_notShown->setEntries({});
    m_isReconstruction = false;
}

void ReadingWindow::readStudy(const dicom::StudyUid& study)
{
    if (study == m_current)
        return;
    closeStudies();
    auto mark = m_session.archive().markOpen(study); // before its files are asked for
    auto series = filesOf(study);
    if (!series) {
        m_failure = message(series.error());
        return updateBanner();
    }
    m_current = study;
    m_openMark = std::move(mark);
    if (!m_marking.isRunning()) // what it says matters only when room is made
        m_marking = QtConcurrent::run([archive = &m_session.archive(), study] { (void)archive->markUsed(study); });
    // Chosen before anything is shown: what arrives later changes no layout (SAF-13).
    const auto row = m_session.archive().study(study);
    const bool isMr = row && *row && (*row)->modalities.contains(QStringLiteral("MR"));
    const int count = int(series->size());
    if (isMr && count >= 4)
        m_grid->setLayoutSize(2, 2);
    else if (isMr && count >= 2)
        m_grid->setLayoutSize(1, count);
    else
        m_grid->setLayoutSize(1, 1);
    openStudy(std::move(*series), false);
    m_report->setStudy(study);
    listOthers(study);
    lookForArrivals();
    updateBanner();
}

void ReadingWindow::readPaths(const QStringList& paths)
{
    closeStudies();
    for (const QString& path : paths)
        if (!QFileInfo::exists(path)) {
            m_failure = tr("There is no file or folder %1.").arg(path);
            return updateBanner();
        }
    m_grid->setLayoutSize(1, 1);
    m_report->clear(tr("These files are shown where they lie. Import them to write a report."));
    m_isReadingPaths = true;
    m_pathReader.setFuture(QtConcurrent::run(seriesIn, paths));
    updateBanner();
}

void ReadingWindow::openStudy(std::vector<SeriesFiles> series, bool isPrior)
{
    auto study = std::make_unique<OpenStudy>(std::move(series));
    connect(study.get(), &OpenStudy::stackAdded, this, [this, isPrior](const std::shared_ptr<OpenStack>& stack) { onStackAdded(stack, isPrior); });
    connect(study.get(), &OpenStudy::completed, this, [this, opened = study.get()] {
        if (!m_studies.empty() && opened == m_studies.front().get() && std::exchange(m_isGrowing, false))
            showWhetherComplete();
        updateBanner();
    });
    connect(study.get(), &OpenStudy::stackGrown, this, &ReadingWindow::onStackGrown);
    connect(study.get(), &OpenStudy::stackMerged, this, &ReadingWindow::onStackMerged);
    m_studies.push_back(std::move(study));
}

void ReadingWindow::onStackAdded(const std::shared_ptr<OpenStack>& stack, bool isPrior)
{
    if (m_thumbnails->stackCount() > 0 && !m_thumbnails->stackAt(0)->texts().isSamePatient(stack->texts())) {
        // Files of several patients opened together, or a prior whose name differs: not beside one another (BIR-01).
        m_failure = tr("A study of another patient was left out.");
        return updateBanner();
    }
    m_thumbnails->add(stack);
    connect(stack.get(), &OpenStack::grown, this, [this] {
        updateBanner();
        m_measurements->refreshMissing();
    });
    if (isPrior)
        return;
    for (Viewport* viewport : m_grid->visibleViewports())
        if (!viewport->stack()) {
            showStack(m_thumbnails->indexOf(stack.get()), viewport);
            if (viewport == m_grid->active())
                viewport->setFocus();
            break;
        }
    updateBanner();
}

AnnotationDocument* ReadingWindow::documentOf(const dicom::StudyUid& study)
{
    auto& document = m_documents[study.value];
    if (!document) {
        document = std::make_unique<AnnotationDocument>(study, m_session.figures());
        connect(document.get(), &AnnotationDocument::failed, this, [this](const Error& error) {
            m_failure = tr("An annotation is not stored: %1").arg(message(error));
            updateBanner();
        });
        connect(document.get(), &AnnotationDocument::changed, this, &ReadingWindow::updateCommands);
    }
    return document.get();
}

void ReadingWindow::showStack(int index, Viewport* viewport)
{
    const auto stack = m_thumbnails->stackAt(index);
    if (!stack)
        return;
    AnnotationDocument* document = documentOf(stack->studyUid());
    viewport->showStack(stack, document);
    if (viewport == m_grid->active())
        m_measurements->setDocument(document);
    updateCommands();
}

void ReadingWindow::addPrior(const dicom::StudyUid& study)
{
    for (int i = 0; i < m_thumbnails->stackCount(); ++i)
        if (m_thumbnails->stackAt(i)->studyUid() == study)
            return m_thumbnails->setCurrentRow(i);
    auto series = filesOf(study);
    if (!series) {
        m_failure = message(series.error());
        return updateBanner();
    }
    if (m_grid->layoutRows() * m_grid->layoutColumns() == 1)
        m_grid->setLayoutSize(1, 2);
    openStudy(std::move(*series), true);
    connect(m_studies.back().get(), &OpenStudy::stackAdded, this, [this](const std::shared_ptr<OpenStack>& stack) {
        for (Viewport* viewport : m_grid->visibleViewports())
            if (!viewport->stack())
                return showStack(m_thumbnails->indexOf(stack.get()), viewport);
    });
}

void ReadingWindow::listOthers(const dicom::StudyUid& study)
{
    m_others->clear();
    const auto others = m_session.archive().otherStudiesOfPatient(study);
    if (!others)
        return;
    for (const archive::StudyRow& row : *others) {
        auto* item = new QListWidgetItem(QStringLiteral("%1 · %2\n%3").arg(dicom::displayDate(row.date), row.modalities.join(u','), row.description), m_others);
        item->setData(Qt::UserRole, row.uid.value);
    }
}

std::shared_ptr<const Volume> ReadingWindow::volumeOf(const Figure& figure) const
{
    for (int i = 0; i < m_thumbnails->stackCount(); ++i) {
        const auto stack = m_thumbnails->stackAt(i);
        const auto volume = stack->volume();
        if (!volume)
            continue;
        const bool isIts = figure.image ? frameOf(figure, *volume).has_value()
                                        : stack->stack().frameOfReference == figure.frameOfReference.value && volume->grid().has_value() &&
                                              (figure.reconstructedFrom.isEmpty() || stack->seriesUid() == figure.reconstructedFrom);
        if (isIts)
            return volume;
    }
    return nullptr;
}

void ReadingWindow::showInstance(const reporting::InstanceRef& where)
{
    if (!where.figureId.isEmpty())
        showFigure(where.figureId);
    for (int i = 0; i < m_thumbnails->stackCount(); ++i) {
        const auto stack = m_thumbnails->stackAt(i);
        for (const Instance& instance : stack->stack().instances) {
            if (instance.uid.value != where.sopInstanceUid || instance.frame != where.frame - 1)
                continue;
            Viewport* viewport = m_grid->active();
            if (viewport->stack() != stack || viewport->isReconstruction())
                showStack(i, viewport);
            return viewport->showInstance(instance.uid, instance.frame);
        }
    }
}

void ReadingWindow::showFigure(const QString& id)
{
    for (const auto& [study, document] : m_documents) {
        const Figure* figure = document->find(id);
        if (!figure)
            continue;
        if (figure->image)
            showInstance({figure->image->instanceUid.value, figure->image->frame + 1, {}, {}, {}});
        else if (!figure->points.empty())
            m_grid->active()->jumpTo(figure->points.front());
        m_grid->active()->selectFigure(id);
        return;
    }
}

bool ReadingWindow::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == m_warning && event->type() == QEvent::MouseButtonRelease && m_warning->cursor().shape() == Qt::PointingHandCursor)
        showNotShown();
    return QMainWindow::eventFilter(watched, event);
}

void ReadingWindow::closeEvent(QCloseEvent* event)
{
    m_report->flush();
    constexpr int mostMs = 300;
    m_session.drafts().wait(mostMs);
    if (!m_session.drafts().isEmpty()) {
        event->ignore();
        return closeWhenStored();
    }
    if (m_session.permit(app::Action::ChangeSettings)) {
        m_session.settings().set(readingGeometry, saveGeometry());
        m_session.settings().set(readingState, saveState(stateVersion));
    }
    m_workstation.showBrowser();
    event->accept();
}

/// Asked in the window, not in a box over somebody's images (SAF-15).
void ReadingWindow::closeWhenStored()
{
    auto* layout = qobject_cast<QVBoxLayout*>(centralWidget()->layout());
    if (centralWidget()->findChild<QWidget*>(QStringLiteral("closing")))
        return;
    auto* bar = new QWidget(centralWidget());
    bar->setObjectName(QStringLiteral("closing"));
    auto* line = new QHBoxLayout(bar);
    auto* text = new QLabel(bar);
    text->setTextFormat(Qt::PlainText);
    text->setWordWrap(true);
    text->setProperty("role", "warning");
    auto* stay = new QPushButton(tr("Stay"), bar);
    auto* discard = new QPushButton(tr("Close and lose the text"), bar);
    line->addWidget(text, 1);
    line->addWidget(stay);
    line->addWidget(discard);
    layout->insertWidget(1, bar);
    stay->setFocus();
    app::DraftKeeper& drafts = m_session.drafts();
    const auto say = [text, &drafts] {
        QStringList problems;
        for (const QString& id : drafts.reportIds())
            if (const QString problem = drafts.problem(id); !problem.isEmpty() && !problems.contains(problem))
                problems << problem;
        text->setText(problems.isEmpty() ? tr("The report is being stored; the window closes as soon as it is.")
                                         : tr("The report is not stored: %1. The window closes as soon as it is.").arg(problems.join(QStringLiteral("; "))));
    };
    say();
    connect(&drafts, &app::DraftKeeper::failed, bar, say);
    connect(&drafts, &app::DraftKeeper::saved, bar, [this, &drafts] {
        if (drafts.isEmpty())
            close();
    });
    connect(stay, &QPushButton::clicked, bar, &QWidget::deleteLater);
    connect(discard, &QPushButton::clicked, bar, [this, &drafts] {
        drafts.discardAll();
        m_report->clear({});
        drafts.discardAll();
        close();
    });
}

} // namespace diascope::windows
