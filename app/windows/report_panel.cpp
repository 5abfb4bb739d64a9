#include "app/windows/report_panel.h"
#include <QPushButton>
#include <QVBoxLayout>

namespace diascope::windows
{

using namespace reporting;

namespace
{

DeliveryState::State stateOf(transfer::Delivery::State state)
{
    switch (state) {
    case transfer::Delivery::State::Queued:
        return DeliveryState::State::Queued;
    case transfer::Delivery::State::Sent:
    case transfer::Delivery::State::Committed:
        return DeliveryState::State::Sent;
    case transfer::Delivery::State::Acknowledged:
        return DeliveryState::State::Acknowledged;
    case transfer::Delivery::State::Cancelled:
        return DeliveryState::State::None;
    case transfer::Delivery::State::Held:
        break;
    }
    return DeliveryState::State::Held;
}

} // namespace

ReportPanel::ReportPanel(app::Session& session, QWidget* parent) : QWidget(parent), m_session(session), m_editor(new ReportEditor(this)), m_toAddendum(new QPushButton(this))
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_toAddendum);
    layout->addWidget(m_editor);
    m_toAddendum->hide();
    connect(m_toAddendum, &QPushButton::clicked, this, [this] {
        m_editor->flush();
        if (m_session.drafts().unsaved(m_editor->document().report().reportId))
            return showSaving(); // once more, when it is stored
        open(m_session.becomeAddendum(m_editor->document().report(), m_beside, app::Session::systemUser()));
    });
    m_editor->setViewingOnly(session.mode() == app::Mode::ViewOnly);
    connect(m_editor, &ReportEditor::newReportRequested, this,
            [this](const QString& id) { open(m_session.newReport(m_study, id, app::Session::systemUser())); });
    app::DraftKeeper& drafts = m_session.drafts();
    connect(m_editor, &ReportEditor::saveRequested, this, [this, &drafts] { drafts.keep(m_editor->document().report()); });
    connect(&drafts, &app::DraftKeeper::saved, this, &ReportPanel::onSaved);
    connect(&drafts, &app::DraftKeeper::failed, this, &ReportPanel::showSaving);
    connect(m_editor, &ReportEditor::signRequested, this, [this](SignAs as, const QString&) { sign(as); });
    connect(m_editor, &ReportEditor::addendumRequested, this,
            [this](const QString& id) { open(m_session.addendum(id, app::Session::systemUser())); });
    connect(m_editor, &ReportEditor::correctionRequested, this,
            [this](const QString& id) { open(m_session.correction(id, app::Session::systemUser())); });
    connect(m_editor, &ReportEditor::linkActivated, this, &ReportPanel::linkActivated);
    connect(m_editor, &ReportEditor::backToImageRequested, this, &ReportPanel::backToImage);
    connect(m_editor, &ReportEditor::holdDetailsRequested, this, &ReportPanel::outboxWanted);
    connect(&m_editor->document(), &ReportDocument::stateChanged, this, &ReportPanel::stateChanged);
    connect(&m_session, &app::Session::delivered, this, &ReportPanel::showDeliveries, Qt::QueuedConnection);
}

bool ReportPanel::hasReport() const { return !m_editor->document().report().reportId.isEmpty(); }

void ReportPanel::setStudy(const dicom::StudyUid& study)
{
    m_editor->flush();
    m_toAddendum->hide();
    m_study = study;
    m_evidence = {};
    const auto evidence = m_session.evidenceOf(study);
    if (!evidence)
        return clear(message(evidence.error()));
    m_evidence = *evidence;
    const auto reports = m_session.reports().list(study.value);
    if (reports && !reports->empty())
        return open(m_session.reports().load(reports->front().reportId));
    const bool isReading = m_session.mode() == app::Mode::Reading;
    m_editor->clear(isReading ? tr("Choose a template to report this study.") : tr("No report yet"));
    if (isReading)
        m_editor->setTemplates(m_session.templates().usable(), m_session.templates().suggest(m_evidence.images.front()));
    m_deliveryState.clear();
    if (!reports)
        m_editor->showProblem(message(reports.error()));
    Q_EMIT stateChanged();
}

void ReportPanel::clear(const QString& why)
{
    m_editor->flush();
    m_study = {};
    m_deliveryState.clear();
    m_toAddendum->hide();
    m_editor->clear(why);
    m_editor->setTemplates({});
    Q_EMIT stateChanged();
}

void ReportPanel::open(const Result<Report>& report)
{
    if (!report)
        return m_editor->showProblem(message(report.error()));
    const Report* unsaved = m_session.drafts().unsaved(report->reportId); // more than the store knows
    m_signing.reset();
    m_editor->setReport(unsaved ? *unsaved : *report);
    m_editor->document().setEvidence(m_evidence);
    showSaving();
    showBeside();
    showDeliveries();
}

void ReportPanel::onSaved(const Report& report)
{
    const bool isOpen = report.reportId == m_editor->document().report().reportId;
    if (isOpen)
        m_editor->document().markSaved(report);
    showSaving();
    const auto as = isOpen ? std::exchange(m_signing, std::nullopt) : std::nullopt;
    if (as && m_editor->document().isModified())
        m_editor->showProblem(tr("Not signed: the text went on. Sign again."));
    else if (as)
        sign(*as);
}

void ReportPanel::showSaving()
{
    const app::DraftKeeper& drafts = m_session.drafts();
    const QString own = m_editor->document().report().reportId;
    QString text;
    for (const QString& id : drafts.reportIds())
        if (const QString problem = drafts.problem(id); !problem.isEmpty() && (text.isEmpty() || id == own))
            text = (id == own ? tr("The draft is not stored: %1") : tr("The draft of another study is not stored: %1")).arg(problem);
    if (drafts.unsaved(own) && !drafts.problem(own).isEmpty())
        m_signing.reset();
    m_editor->showProblem(text);
    Q_EMIT stateChanged();
}

void ReportPanel::sign(SignAs as)
{
    m_editor->flush();
    if (m_session.drafts().unsaved(m_editor->document().report().reportId)) {
        m_signing = as; // as soon as it is stored
        return;
    }
    const auto done = m_session.sign(m_editor->document().report(), as, app::Session::systemUser());
    open(done);
    if (!done)
        showBeside();
}

/// Somebody else's signed report of the same study is said at once, not when this one is to be signed.
void ReportPanel::showBeside()
{
    const auto other = m_session.signedBeside(m_editor->document().report());
    m_beside = other && *other ? (*other)->reportId : QString();
    m_toAddendum->setVisible(!m_beside.isEmpty());
    if (!m_beside.isEmpty())
        m_toAddendum->setText(tr("Signed already by %1: make this an addendum").arg((*other)->signer).replace(u'&', QStringLiteral("&&")));
}

void ReportPanel::showDeliveries()
{
    if (!hasReport())
        return;
    const auto deliveries = m_session.deliveries().list(m_editor->document().report().reportId);
    if (!deliveries)
        return m_editor->showProblem(message(deliveries.error()));
    std::vector<DeliveryState> states;
    m_deliveryState.clear();
    QMap<QString, const transfer::Delivery*> shown; // by target: the one that holds the others up, else the last version's
    for (const transfer::Delivery& delivery : *deliveries)
        if (const transfer::Delivery*& one = shown[delivery.target]; !one || !one->isOpen())
            one = &delivery;
    for (const transfer::Delivery* delivery : shown) {
        using State = transfer::Delivery::State;
        states.push_back({delivery->target, stateOf(delivery->state), transfer::remark(*delivery)});
        const QString sentence = delivery->state == State::Acknowledged ? tr("acknowledged by the %1")
                                 : delivery->state == State::Cancelled  ? tr("not sent to the %1")
                                 : delivery->state == State::Held       ? tr("held by the %1")
                                                                        : tr("waiting for the %1");
        m_deliveryState = sentence.arg(delivery->target);
    }
    m_editor->setDeliveryStates(states);
    Q_EMIT stateChanged();
}

bool ReportPanel::insert(const std::vector<Measurement>& measurements)
{
    bool isInserted = false;
    if (hasReport())
        for (Measurement measurement : measurements) {
            if (auto placed = m_session.place(m_editor->document().report(), measurement.where, measurement.label); !placed) {
                m_editor->showProblem(message(placed.error()));
                return isInserted;
            }
            isInserted |= !m_editor->insertMeasurement(measurement).isEmpty();
        }
    sayWhetherInserted(isInserted);
    return isInserted;
}

void ReportPanel::sayWhetherInserted(bool isInserted)
{
    m_editor->showProblem(isInserted ? QString() : hasReport() ? tr("Nothing to insert, or the report is signed.") : tr("Start a report first: choose a template."));
}

bool ReportPanel::insertKeyImage(const QImage& image, QString caption, InstanceRef where)
{
    if (hasReport() && !image.isNull())
        if (auto placed = m_session.place(m_editor->document().report(), where, caption); !placed) {
            m_editor->showProblem(message(placed.error()));
            return false;
        }
    const bool isInserted = hasReport() && !image.isNull() && !m_editor->insertKeyImage(image, caption, where).isEmpty();
    sayWhetherInserted(isInserted);
    return isInserted;
}

QString ReportPanel::state() const
{
    if (!hasReport())
        return {};
    const ReportDocument& document = m_editor->document();
    if (document.isModified() || m_session.drafts().unsaved(document.report().reportId))
        return tr("report unsaved");
    if (!document.report().isSigned())
        return tr("report not signed");
    return m_deliveryState.isEmpty() ? displayName(document.report().status) : tr("report %1").arg(m_deliveryState);
}

void ReportPanel::focusEditor() { m_editor->focusSection(QStringLiteral("findings")); }

} // namespace diascope::windows
