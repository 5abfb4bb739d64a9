#include "reporting/ui/report_editor.h"
#include "reporting/ui/evidence_list.h"
#include "reporting/ui/plain_text.h"
#include "reporting/ui/section_editor.h"
#include <QApplication>
#include <QBuffer>
#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPointer>
#include <QPushButton>
#include <QScrollArea>
#include <QShortcut>
#include <QTimer>
#include <QVBoxLayout>

namespace diascope::reporting
{

namespace
{

QLabel* quietLabel(const char* role)
{
    auto* label = new QLabel;
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    label->setProperty("role", role); // coloured by the application's style sheet: QLabel[role="warning"] …
    label->setMinimumWidth(0);
    return label;
}

} // namespace

class ReportEditor::Private
{
    Q_DECLARE_TR_FUNCTIONS(diascope::reporting::ReportEditor)

public:
    explicit Private(ReportEditor& editor) : q(editor), autosave(new QTimer(&editor)) {}

    void build();
    void buildHeader(QVBoxLayout& layout);
    void buildFooter(QVBoxLayout& layout);
    void connectDocument();
    void rebuildSections();
    void showState();
    void sign(SignAs as);
    SectionEditor* target() const;

    ReportEditor& q;
    ReportDocument document;
    QTimer* autosave;
    QLabel* title = nullptr;
    QLabel* status = nullptr;
    QLabel* hint = nullptr;
    QWidget* chooser = nullptr;
    QComboBox* templates = nullptr;
    QPushButton* create = nullptr;
    QLabel* problem = nullptr;
    QScrollArea* scroll = nullptr;
    QVBoxLayout* sectionLayout = nullptr;
    QList<SectionEditor*> sections;
    EvidenceList* evidence = nullptr;
    QLabel* blocking = nullptr;
    QLabel* saved = nullptr;
    QPushButton* delivery = nullptr;
    QLineEdit* password = nullptr;
    QPushButton* preliminary = nullptr;
    QPushButton* final = nullptr;
    QPushButton* addendum = nullptr;
    QPushButton* correction = nullptr;
    QPointer<SectionEditor> lastFocused;
    bool needsPassword = false;
    bool isSigning = false; ///< a signature was asked for and not answered: a second click asks nothing (DEL-07)
    QString confirmedAlerts; ///< the alerts the signer has seen
};

void ReportEditor::Private::build()
{
    auto* layout = new QVBoxLayout(&q);
    layout->setContentsMargins(8, 8, 8, 8);
    layout->setSpacing(6);
    buildHeader(*layout);

    scroll = new QScrollArea;
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    auto* content = new QWidget;
    auto* column = new QVBoxLayout(content);
    column->setContentsMargins(0, 0, 4, 0);
    column->setSpacing(10);
    sectionLayout = new QVBoxLayout;
    sectionLayout->setSpacing(10);
    column->addLayout(sectionLayout);
    evidence = new EvidenceList(document);
    column->addWidget(evidence);
    column->addStretch(1);
    scroll->setWidget(content);
    layout->addWidget(scroll, 1);
    layout->addStretch(0); // without a report the chooser stays at the top
    buildFooter(*layout);

    autosave->setSingleShot(true);
    autosave->setInterval(1500);
    connectDocument();
    auto* back = new QShortcut(QKeySequence(Qt::CTRL | Qt::Key_Tab), &q);
    back->setContext(Qt::WidgetWithChildrenShortcut);
    connect(back, &QShortcut::activated, &q, &ReportEditor::backToImageRequested);
}

void ReportEditor::Private::buildHeader(QVBoxLayout& layout)
{
    title = quietLabel("reportTitle");
    QFont large = title->font();
    large.setWeight(QFont::DemiBold);
    large.setPointSizeF(large.pointSizeF() * 1.15);
    title->setFont(large);
    layout.addWidget(title);
    status = quietLabel("quiet");
    layout.addWidget(status);
    hint = quietLabel("quiet");
    layout.addWidget(hint);

    chooser = new QWidget;
    auto* row = new QHBoxLayout(chooser);
    row->setContentsMargins(0, 0, 0, 0);
    templates = new QComboBox;
    templates->setObjectName(QStringLiteral("templates"));
    templates->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    templates->setMinimumContentsLength(12);
    create = new QPushButton(tr("New report"));
    create->setObjectName(QStringLiteral("create"));
    row->addWidget(templates, 1);
    row->addWidget(create);
    layout.addWidget(chooser);
    connect(create, &QPushButton::clicked, &q, [this] { Q_EMIT q.newReportRequested(templates->currentData().toString()); });

    problem = quietLabel("warning");
    problem->setObjectName(QStringLiteral("problem"));
    problem->hide();
    layout.addWidget(problem);
}

void ReportEditor::Private::buildFooter(QVBoxLayout& layout)
{
    delivery = new QPushButton;
    delivery->setObjectName(QStringLiteral("delivery"));
    delivery->setFlat(true);
    delivery->setStyleSheet(QStringLiteral("text-align: left"));
    delivery->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    delivery->hide();
    connect(delivery, &QPushButton::clicked, &q, &ReportEditor::holdDetailsRequested);
    layout.addWidget(delivery);
    blocking = quietLabel("quiet");
    blocking->setObjectName(QStringLiteral("blocking"));
    layout.addWidget(blocking);
    saved = quietLabel("quiet");
    saved->setObjectName(QStringLiteral("saved"));
    layout.addWidget(saved);
    password = new QLineEdit;
    password->setObjectName(QStringLiteral("password"));
    password->setEchoMode(QLineEdit::Password);
    password->setPlaceholderText(tr("Password to sign"));
    password->hide();
    layout.addWidget(password);
    auto* row = new QHBoxLayout;
    const auto add = [&](const QString& text, const char* name) {
        auto* button = new QPushButton(text);
        button->setObjectName(QLatin1String(name));
        row->addWidget(button);
        return button;
    };
    preliminary = add(tr("Sign preliminary"), "sign-preliminary");
    final = add(tr("Sign final"), "sign-final");
    addendum = add(tr("Addendum"), "addendum");
    correction = add(tr("Correction"), "correction");
    layout.addLayout(row);
    connect(preliminary, &QPushButton::clicked, &q, [this] { sign(SignAs::Preliminary); });
    connect(final, &QPushButton::clicked, &q, [this] { sign(SignAs::Final); });
    connect(password, &QLineEdit::returnPressed, &q, [this] { final->click(); });
    connect(addendum, &QPushButton::clicked, &q, [this] { Q_EMIT q.addendumRequested(document.report().reportId); });
    connect(correction, &QPushButton::clicked, &q, [this] { Q_EMIT q.correctionRequested(document.report().reportId); });
}

void ReportEditor::Private::connectDocument()
{
    connect(evidence, &EvidenceList::linkActivated, &q, &ReportEditor::linkActivated);
    connect(&document, &ReportDocument::reset, &q, [this] {
        isSigning = false;
        confirmedAlerts.clear();
        q.showProblem({});
        autosave->stop();
        rebuildSections();
    });
    connect(&document, &ReportDocument::sectionsChanged, &q, [this] { rebuildSections(); });
    connect(&document, &ReportDocument::sectionChanged, &q, [this](const QString& id) {
        for (SectionEditor* section : sections)
            if (section->sectionId() == id)
                section->refresh();
    });
    connect(&document, &ReportDocument::stateChanged, &q, [this] { showState(); });
    connect(autosave, &QTimer::timeout, &q, &ReportEditor::flush);
    connect(qApp, &QApplication::focusChanged, &q, [this](QWidget*, QWidget* now) {
        for (SectionEditor* section : sections)
            if (now && section->isAncestorOf(now))
                lastFocused = section;
    });
}

void ReportEditor::Private::rebuildSections()
{
    for (SectionEditor* section : sections) {
        section->hide();
        section->deleteLater();
    }
    sections.clear();
    QWidget* previous = nullptr;
    for (const Section& section : document.report().sections) {
        auto* editor = new SectionEditor(document, section.id);
        sectionLayout->addWidget(editor);
        editor->show(); // at once: the caller may focus it
        sections << editor;
        if (previous)
            QWidget::setTabOrder(previous, editor);
        previous = editor;
    }
    evidence->refresh();
}

/// The line about what blocks signing, buttons, saved state: everything the document's state decides.
void ReportEditor::Private::showState()
{
    const Report& report = document.report();
    const bool hasReport = !report.sections.empty();
    const bool isEditable = document.isEditable();
    for (SectionEditor* section : sections)
        section->refresh();
    if (document.isModified() && isEditable && !autosave->isActive())
        autosave->start();

    title->setVisible(hasReport);
    title->setText(report.title);
    hint->setVisible(!hasReport && !hint->text().isEmpty());
    chooser->setVisible(!hasReport && !document.isViewingOnly() && templates->count() > 0);
    scroll->setVisible(hasReport);
    QString state = displayName(report.status);
    if (report.isSigned())
        state = tr("%1 – signed by %2, %3").arg(state, report.signer, report.signedAt.toLocalTime().toString(QStringLiteral("yyyy-MM-dd HH:mm")));
    else if (report.purpose == Purpose::Addendum)
        state = tr("Addendum, not signed");
    else if (report.purpose == Purpose::Correction)
        state = tr("Correction, not signed");
    else
        state = tr("Draft, not signed");
    status->setVisible(hasReport);
    status->setText(state);

    const bool canBeSigned = hasReport && !report.isSigned() && !document.isViewingOnly();
    const SignCheck asFinal = document.checkSigning(SignAs::Final);
    const SignCheck asPreliminary = document.checkSigning(SignAs::Preliminary);
    blocking->setText(asFinal.blocking.join(u'\n'));
    blocking->setVisible(canBeSigned && !asFinal.isAllowed());
    preliminary->setVisible(canBeSigned && report.purpose == Purpose::Report);
    preliminary->setEnabled(asPreliminary.isAllowed() && !isSigning);
    preliminary->setToolTip(plainToolTip(asPreliminary.blocking.join(u'\n')));
    final->setVisible(canBeSigned);
    final->setEnabled(asFinal.isAllowed() && !isSigning);
    final->setToolTip(plainToolTip(asFinal.blocking.join(u'\n')));
    const QString alerts = asFinal.alerts.join(u'\n');
    if (alerts != confirmedAlerts)
        confirmedAlerts.clear();
    final->setText(confirmedAlerts.isEmpty() ? tr("Sign final") : tr("Sign final anyway"));
    preliminary->setText(confirmedAlerts.isEmpty() ? tr("Sign preliminary") : tr("Sign anyway"));
    password->setVisible(canBeSigned && needsPassword);
    const bool isClosed = hasReport && report.isSigned() && report.status != Status::Cancelled && !document.isViewingOnly();
    addendum->setVisible(isClosed && report.status != Status::Preliminary);
    correction->setVisible(isClosed);
    correction->setText(report.status == Status::Preliminary ? tr("Continue") : tr("Correction"));
    saved->setVisible(canBeSigned);
    saved->setText(document.isModified() ? tr("Not saved yet")
                   : report.modifiedAt.isValid() ? tr("Saved %1").arg(report.modifiedAt.toLocalTime().toString(QStringLiteral("HH:mm:ss")))
                                                 : QString());
}

void ReportEditor::Private::sign(SignAs as)
{
    const SignCheck check = document.checkSigning(as);
    if (isSigning || !check.isAllowed())
        return;
    const QString alerts = check.alerts.join(u'\n');
    if (!alerts.isEmpty() && alerts != confirmedAlerts) {
        // ALERT fields ask; the question stands in the editor and the answer is the second click.
        confirmedAlerts = alerts;
        q.showProblem(alerts);
        showState();
        return;
    }
    isSigning = true;
    showState();
    const QString secret = password->text();
    password->clear();
    Q_EMIT q.signRequested(as, secret);
}

SectionEditor* ReportEditor::Private::target() const
{
    if (lastFocused && sections.contains(lastFocused.data()))
        return lastFocused;
    for (SectionEditor* section : sections)
        if (section->sectionId() == QStringView(section::findings))
            return section;
    return sections.isEmpty() ? nullptr : sections.first();
}

ReportEditor::ReportEditor(QWidget* parent) : QWidget(parent), d(std::make_unique<Private>(*this))
{
    d->build();
    setMinimumWidth(300);
    clear(tr("Open a study to report it."));
}

ReportEditor::~ReportEditor()
{
    disconnect(qApp, nullptr, this, nullptr);
    d->document.disconnect(this);
    delete d->evidence; // it refers to the document
    qDeleteAll(d->sections);
}

ReportDocument& ReportEditor::document() { return d->document; }

void ReportEditor::setReport(const Report& report) { d->document.setReport(report); }

void ReportEditor::clear(const QString& why)
{
    d->hint->setText(why);
    setDeliveryStates({});
    d->document.setEvidence({});
    d->document.setReport({});
}

void ReportEditor::setTemplates(const std::vector<Template>& templates, const QString& suggestedId)
{
    d->templates->clear();
    for (const Template& one : templates)
        d->templates->addItem(one.title, one.id);
    d->templates->setCurrentIndex(std::max(0, d->templates->findData(suggestedId)));
    d->showState();
}

void ReportEditor::setDeliveryStates(const std::vector<DeliveryState>& states)
{
    QStringList lines;
    bool isHeld = false;
    for (const DeliveryState& one : states) {
        using State = DeliveryState::State;
        switch (one.state) {
        case State::None:
            break;
        case State::Queued:
            lines << tr("%1: queued").arg(one.target);
            break;
        case State::Sent:
            lines << tr("%1: sent, not acknowledged yet").arg(one.target);
            break;
        case State::Acknowledged:
            lines << tr("%1: acknowledged").arg(one.target);
            break;
        case State::Held:
            lines << tr("%1: held – %2").arg(one.target, one.reason);
            isHeld = true;
            break;
        }
    }
    d->delivery->setProperty("role", isHeld ? "warning" : "quiet");
    d->delivery->setText(buttonText(lines.join(u'\n')));
    d->delivery->setToolTip(plainToolTip(lines.join(u'\n')));
    d->delivery->setVisible(!lines.isEmpty());
}

void ReportEditor::showProblem(const QString& text)
{
    d->problem->setText(text);
    d->problem->setVisible(!text.isEmpty());
    if (d->isSigning) {
        d->isSigning = false;
        d->showState();
    }
}

void ReportEditor::setViewingOnly(bool viewingOnly) { d->document.setViewingOnly(viewingOnly); }

void ReportEditor::setPasswordRequired(bool required)
{
    d->needsPassword = required;
    d->showState();
}

QString ReportEditor::insertMeasurement(const Measurement& measurement) { return d->document.insertMeasurement(measurement); }

QString ReportEditor::insertKeyImage(const QImage& image, const QString& caption, const InstanceRef& where)
{
    KeyImage key;
    key.caption = caption;
    key.where = where;
    QBuffer buffer(&key.png);
    buffer.open(QIODevice::WriteOnly);
    return image.save(&buffer, "PNG") ? d->document.insertKeyImage(key) : QString();
}

void ReportEditor::insertText(const QString& text)
{
    SectionEditor* section = d->target();
    if (section && section->textEdit() && !section->textEdit()->isReadOnly())
        section->textEdit()->insertPlainText(text);
}

void ReportEditor::focusSection(const QString& sectionId)
{
    for (SectionEditor* section : d->sections)
        if (section->sectionId() == sectionId && section->textEdit()) {
            section->textEdit()->setFocus(Qt::ShortcutFocusReason);
            d->scroll->ensureWidgetVisible(section);
            d->lastFocused = section;
        }
}

void ReportEditor::setAutosaveInterval(int milliseconds) { d->autosave->setInterval(milliseconds); }

void ReportEditor::flush()
{
    d->autosave->stop();
    if (d->document.isModified() && d->document.isEditable())
        Q_EMIT saveRequested();
}

} // namespace diascope::reporting
