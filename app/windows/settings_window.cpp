#include "app/windows/settings_window.h"
#include "app/session/exchange.h"
#include "app/session/prefetch.h"
#include "app/windows/file_field.h"
#include "app/windows/node_page.h"
#include "app/windows/rule_table.h"
#include "netclient/hl7/message.h"
#include <QCheckBox>
#include <QCloseEvent>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QScreen>
#include <QScrollArea>
#include <QShortcut>
#include <QSpinBox>
#include <QTabBar>
#include <QTabWidget>
#include <QTimer>
#include <QVBoxLayout>

namespace diascope::windows
{

SettingsWindow::SettingsWindow(app::Session& session, QWidget* parent) : QWidget(parent, Qt::Window), m_session(session)
{
    setWindowTitle(tr("Settings"));
    auto* layout = new QVBoxLayout(this);
    auto* tabs = new QTabWidget(this);
    tabs->setDocumentMode(true);
    tabs->tabBar()->setDrawBase(false);
    m_tabs = tabs;
    m_nodes = new NodePage(m_session, this);
    for (const auto& [page, title] : {std::pair<QWidget*, QString>(m_nodes, tr("PACS")), {networkPage(), tr("Network and archive")},
                                      {rulesPage(), tr("Priors and routes")}, {risPage(), tr("RIS")}, {generalPage(), tr("This workstation")}}) {
        auto* scrolled = new QScrollArea(tabs); // on a small or much enlarged screen
        scrolled->setWidgetResizable(true);
        scrolled->setFrameShape(QFrame::NoFrame);
        scrolled->setWidget(page);
        tabs->addTab(scrolled, title);
    }
    layout->addWidget(tabs);
    auto* close = new QShortcut(Qt::Key_Escape, this);
    connect(close, &QShortcut::activated, this, &QWidget::close);
    resize(QSize(900, 640).boundedTo(screen()->availableSize() * 0.95));
}

void SettingsWindow::closeEvent(QCloseEvent* event)
{
    if (!m_nodes->isEdited() || std::exchange(m_isWarned, true))
        return event->accept();
    m_tabs->setCurrentIndex(0);
    m_nodes->warnOfEdits();
    event->ignore();
}

void SettingsWindow::say(QLabel* label, const QString& text, bool isWarning)
{
    label->setText(text);
    label->setStyleSheet(isWarning ? QStringLiteral("color: #f0b43c") : QStringLiteral("color: #7fbf7f"));
}

QWidget* SettingsWindow::bound(const char* key, QWidget* editor, QLabel* message)
{
    const QString name = QString::fromLatin1(key);
    const QString value = m_session.configured(name).value_or(QString());
    const auto store = [this, name, message](const QString& text) {
        const auto stored = m_session.configure(name, text);
        say(message, stored ? tr("Saved.") : diascope::message(stored.error()), !stored);
    };
    if (auto* line = qobject_cast<QLineEdit*>(editor)) {
        line->setText(value);
        connect(line, &QLineEdit::editingFinished, this, [line, store, this, name] {
            if (line->text() != m_session.configured(name).value_or(QString()))
                store(line->text().trimmed());
        });
    } else if (auto* number = qobject_cast<QSpinBox*>(editor)) {
        number->setValue(value.toInt());
        number->setKeyboardTracking(false); // "150" is never stored as 1 on its way: an archive would be emptied
        connect(number, &QSpinBox::valueChanged, this, [store](int changed) { store(QString::number(changed)); });
    } else if (auto* amount = qobject_cast<QDoubleSpinBox*>(editor)) {
        amount->setKeyboardTracking(false);
        amount->setValue(value.toDouble());
        connect(amount, &QDoubleSpinBox::valueChanged, this, [store](double changed) { store(QString::number(changed)); });
    } else if (auto* box = qobject_cast<QCheckBox*>(editor)) {
        box->setChecked(value == QLatin1String("true"));
        connect(box, &QCheckBox::toggled, this, [store](bool isOn) { store(isOn ? QStringLiteral("true") : QStringLiteral("false")); });
    } else if (auto* choice = qobject_cast<QComboBox*>(editor)) {
        const int at = choice->findData(value);
        choice->setCurrentIndex(std::max(0, at));
        connect(choice, &QComboBox::activated, this, [choice, store] { store(choice->currentData().toString()); });
    }
    return editor;
}

QWidget* SettingsWindow::risPage()
{
    auto* page = new QWidget(this);
    auto* form = new QFormLayout(page);
    auto* message = new QLabel(page);
    auto* port = new QSpinBox(page);
    port->setRange(1, 65535);
    auto* charset = new QComboBox(page);
    for (const QString& set : hl7::characterSets())
        charset->addItem(set, set);
    auto* explanation = new QLabel(tr("Signed reports go to the RIS as HL7 v2.5.1 ORU^R01 over MLLP, and are sent again until it acknowledges them."), page);
    explanation->setWordWrap(true);
    explanation->setProperty("role", "quiet");
    form->addRow(explanation);
    form->addRow(tr("Host"), bound(app::risHost.key, new QLineEdit(page), message));
    form->addRow(tr("Port"), bound(app::risPort.key, port, message));
    form->addRow(tr("Encrypted (TLS)"), bound(app::risTls.key, new QCheckBox(page), message));
    form->addRow(tr("Character set"), bound(app::risCharset.key, charset, message));
    form->addRow(message);
    return page;
}

QWidget* SettingsWindow::networkPage()
{
    auto* page = new QWidget(this);
    auto* form = new QFormLayout(page);
    auto* message = new QLabel(page);
    message->setWordWrap(true);
    const auto number = [&](int least, int most) {
        auto* box = new QSpinBox(page);
        box->setRange(least, most);
        return box;
    };
    auto* ae = new QLineEdit(page);
    ae->setMaxLength(16);
    auto* always = new QCheckBox(tr("Receive what peers send, as long as the program runs"), page);
    auto* state = new QLabel(page);
    state->setWordWrap(true);
    state->setProperty("role", "quiet");
    const auto showState = [this, state] {
        const app::Exchange& exchange = m_session.exchange();
        if (!exchange.listenerTrouble().isEmpty())
            return say(state, exchange.listenerTrouble(), true);
        if (!exchange.listener()) {
            state->setStyleSheet(QString());
            return state->setText(tr("Nobody can send to this workstation now; C-MOVE opens the port for its own time."));
        }
        const dimse::ListenerStatus status = exchange.listener()->status();
        QString text = tr("Listening on port %1: %n association(s)", nullptr, status.associations).arg(exchange.listener()->port());
        if (status.idle > 0)
            text += tr(", %n idle connection(s)", nullptr, status.idle);
        if (status.refused > 0)
            text += tr(", %n turned away, the last: %1", nullptr, int(status.refused)).arg(status.lastRefusal);
        say(state, text, false);
    };
    auto* watch = new QTimer(page);
    connect(watch, &QTimer::timeout, page, showState);
    watch->start(1000);
    connect(&m_session, &app::Session::settingsChanged, page, showState, Qt::QueuedConnection);
    showState();
    form->addRow(tr("Our AE title"), bound(dimse::listenAe.key, ae, message));
    form->addRow(tr("Our port for C-MOVE and the listener"), bound(dimse::listenPort.key, number(1, 65535), message));
    form->addRow(QString(), bound(app::listenAlways.key, always, message));
    const auto addFile = [&](const QString& title, const char* key) {
        QLineEdit* field = nullptr;
        QWidget* line = fileField(field, title, page);
        bound(key, field, message);
        form->addRow(title, line);
    };
    addFile(tr("Certificate of the listener"), app::listenCertificate.key);
    addFile(tr("Its key"), app::listenKey.key);
    addFile(tr("Only peers certified by"), app::listenCa.key);
    auto* orders = number(0, 65535);
    orders->setSpecialValueText(tr("none"));
    orders->setToolTip(tr("The RIS sends imaging orders here (HL7 over MLLP); the priors of their patients are fetched at once."));
    form->addRow(tr("Port for orders (HL7)"), bound(app::orderPort.key, orders, message));
    form->addRow(QString(), state);
    auto* quota = new QDoubleSpinBox(page);
    quota->setRange(0, 1'000'000);
    quota->setDecimals(2);
    quota->setSuffix(tr(" GiB"));
    quota->setSpecialValueText(tr("no limit"));
    auto* imported = new QCheckBox(tr("Imported studies may go too: their files are kept elsewhere"), page);
    form->addRow(tr("Archive at most"), bound(archive::quotaGiB.key, quota, message));
    form->addRow(QString(), bound(app::evictImported.key, imported, message));
    auto* limits = new QLineEdit(page);
    limits->setPlaceholderText(QStringLiteral("07:00-19:00 2000"));
    limits->setToolTip(tr("kbit/s for priors and routes by the time of day, several separated by semicolons; 0: nothing. What somebody waits for is never slowed."));
    form->addRow(tr("Transfers at once"), bound(transfer::atOnce.key, number(1, 8), message));
    form->addRow(tr("Limits in the background"), bound(transfer::backgroundLimits.key, limits, message));
    form->addRow(message);
    return page;
}

QWidget* SettingsWindow::rulesPage()
{
    auto* page = new QWidget(this);
    auto* layout = new QVBoxLayout(page);
    auto* message = new QLabel(page);
    message->setWordWrap(true);
    const auto add = [&](const QString& title, const char* key, std::vector<RuleTable::Column> columns) {
        auto* heading = new QLabel(title, page);
        heading->setWordWrap(true);
        layout->addWidget(heading);
        auto* table = new RuleTable(std::move(columns), page);
        const QString name = QString::fromLatin1(key);
        table->setJson(m_session.configured(name).value_or(QString()));
        connect(table, &RuleTable::edited, this, [this, table, name, message] {
            const auto stored = m_session.configure(name, table->toJson());
            say(message, stored ? tr("Saved.") : diascope::message(stored.error()), !stored);
        });
        layout->addWidget(table, 1);
    };
    using Column = RuleTable::Column;
    add(tr("Priors that are fetched for today's worklist and arrivals. The first rule that fits counts; an empty field fits everything. Without rules: three of the same modality within five years."),
        transfer::prefetchRules.key,
        {{Column::Words, QStringLiteral("modalities"), tr("New study")},
         {Column::Words, QStringLiteral("bodyParts"), tr("Body parts")},
         {Column::Words, QStringLiteral("priors"), tr("Priors")},
         {Column::YesNo, QStringLiteral("sameBodyPart"), tr("Same body part")},
         {Column::Number, QStringLiteral("years"), tr("Years"), 5},
         {Column::Number, QStringLiteral("atMost"), tr("At most"), 3}});
    add(tr("What arrives and fits is sent on. All rules that fit count."), transfer::routeRules.key,
        {{Column::Words, QStringLiteral("from"), tr("From AE title")},
         {Column::Words, QStringLiteral("modalities"), tr("Modality")},
         {Column::Words, QStringLiteral("bodyParts"), tr("Body parts")},
         {Column::Text, QStringLiteral("description"), tr("Description")},
         {Column::Text, QStringLiteral("to"), tr("To (name of a peer)")},
         {Column::YesNo, QStringLiteral("commit"), tr("Commitment")}});
    auto* form = new QFormLayout;
    auto* worklist = new QComboBox(page);
    const auto listNodes = [this, worklist] {
        worklist->clear();
        worklist->addItem(tr("none"), QString());
        for (const dimse::Node& node : dimse::Nodes(m_session.settings()).list())
            worklist->addItem(node.name, node.name);
        worklist->setCurrentIndex(std::max(0, worklist->findData(m_session.configured(QString::fromLatin1(app::worklistNode.key)).value_or(QString()))));
    };
    listNodes();
    connect(&m_session, &app::Session::settingsChanged, worklist, listNodes, Qt::QueuedConnection); // one was added, or is gone
    form->addRow(tr("Worklist from"), bound(app::worklistNode.key, worklist, message));
    auto* every = new QSpinBox(page);
    every->setRange(0, 1440);
    every->setSuffix(tr(" min"));
    every->setSpecialValueText(tr("only when told to"));
    form->addRow(tr("Look for priors every"), bound(app::prefetchMinutes.key, every, message));
    layout->addLayout(form);
    layout->addWidget(message);
    return page;
}

QWidget* SettingsWindow::generalPage()
{
    auto* page = new QWidget(this);
    auto* form = new QFormLayout(page);
    auto* message = new QLabel(page);
    auto* language = new QComboBox(page);
    language->addItem(tr("As the system"), QString());
    language->addItem(QStringLiteral("English"), QStringLiteral("en"));
    language->addItem(QString::fromUtf8("简体中文"), QStringLiteral("zh_CN"));
    form->addRow(tr("Language"), bound(app::uiLanguage.key, language, message));
    auto* note = new QLabel(tr("The language changes with the next start."), page);
    note->setProperty("role", "quiet");
    form->addRow(QString(), note);
    auto* folder = new QLabel(m_session.profile().folder(), page);
    folder->setTextInteractionFlags(Qt::TextSelectableByMouse);
    form->addRow(tr("Everything lies in"), folder);
    form->addRow(message);
    return page;
}

} // namespace diascope::windows
