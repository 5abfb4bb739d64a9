#include "app/windows/settings_window.h"
#include "netclient/dimse/query.h"
#include "netclient/hl7/message.h"
#include <QCheckBox>
#include <QComboBox>
#include <QFormLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QTabBar>
#include <QTabWidget>
#include <QTreeWidget>
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
    tabs->addTab(nodesPage(), tr("PACS"));
    tabs->addTab(risPage(), tr("RIS"));
    tabs->addTab(generalPage(), tr("This workstation"));
    layout->addWidget(tabs);
    resize(680, 520);
    listNodes();
}

void SettingsWindow::say(QLabel* label, const QString& text, bool isWarning)
{
    label->setText(text);
    label->setStyleSheet(isWarning ? QStringLiteral("color: #f0b43c") : QStringLiteral("color: #7fbf7f"));
}

QWidget* SettingsWindow::nodesPage()
{
    auto* page = new QWidget(this);
    auto* layout = new QVBoxLayout(page);
    m_nodes = new QTreeWidget(page);
    m_nodes->setHeaderLabels({tr("Name", "of a peer"), tr("AE title"), tr("Host"), tr("Port"), tr("Character set")});
    m_nodes->setRootIsDecorated(false);
    m_nodes->header()->setSectionResizeMode(QHeaderView::Stretch);
    layout->addWidget(m_nodes, 1);
    auto* form = new QFormLayout;
    m_name = new QLineEdit(page);
    m_ae = new QLineEdit(page);
    m_ae->setMaxLength(16);
    m_host = new QLineEdit(page);
    m_port = new QSpinBox(page);
    m_port->setRange(1, 65535);
    m_port->setValue(104);
    m_charset = new QComboBox(page);
    m_charset->setEditable(true);
    m_charset->addItems({QString(), QStringLiteral("ISO_IR 192"), QStringLiteral("GB18030"), QStringLiteral("GBK"), QStringLiteral("ISO_IR 100")});
    m_charset->setToolTip(tr("In which our queries are written; empty: ASCII only"));
    form->addRow(tr("Name", "of a peer"), m_name);
    form->addRow(tr("AE title"), m_ae);
    form->addRow(tr("Host"), m_host);
    form->addRow(tr("Port"), m_port);
    form->addRow(tr("Character set"), m_charset);
    layout->addLayout(form);
    auto* buttons = new QHBoxLayout;
    auto* store = new QPushButton(tr("Save"), page);
    auto* remove = new QPushButton(tr("Remove"), page);
    auto* test = new QPushButton(tr("Test (C-ECHO)"), page);
    buttons->addWidget(store);
    buttons->addWidget(remove);
    buttons->addWidget(test);
    buttons->addStretch();
    layout->addLayout(buttons);
    m_nodeMessage = new QLabel(page);
    m_nodeMessage->setTextFormat(Qt::PlainText);
    m_nodeMessage->setWordWrap(true);
    layout->addWidget(m_nodeMessage);
    connect(m_nodes, &QTreeWidget::currentItemChanged, this, &SettingsWindow::showNode);
    connect(store, &QPushButton::clicked, this, &SettingsWindow::storeNode);
    connect(remove, &QPushButton::clicked, this, &SettingsWindow::removeNode);
    connect(test, &QPushButton::clicked, this, &SettingsWindow::echoNode);
    return page;
}

void SettingsWindow::listNodes()
{
    m_nodes->clear();
    for (const dimse::Node& node : dimse::Nodes(m_session.settings()).list())
        new QTreeWidgetItem(m_nodes, {node.name, node.aeTitle, node.host, QString::number(node.port), node.characterSet});
    if (m_nodes->topLevelItemCount() == 0)
        say(m_nodeMessage, tr("No PACS is set up. Fill in the fields and save."), true);
}

void SettingsWindow::showNode()
{
    if (!m_nodes->currentItem())
        return;
    if (const auto node = dimse::Nodes(m_session.settings()).find(m_nodes->currentItem()->text(0))) {
        m_name->setText(node->name);
        m_ae->setText(node->aeTitle);
        m_host->setText(node->host);
        m_port->setValue(node->port);
        m_charset->setEditText(node->characterSet);
    }
}

void SettingsWindow::storeNode()
{
    if (auto permitted = m_session.permit(app::Action::ChangeSettings); !permitted)
        return say(m_nodeMessage, message(permitted.error()), true);
    dimse::Nodes nodes(m_session.settings());
    dimse::Node node = nodes.find(m_name->text()).value_or(dimse::Node{});
    const bool isNew = node.name.isEmpty();
    node.name = m_name->text().trimmed();
    node.aeTitle = m_ae->text().trimmed();
    node.host = m_host->text().trimmed();
    node.port = quint16(m_port->value());
    node.characterSet = m_charset->currentText().trimmed();
    const auto stored = isNew ? nodes.add(node) : nodes.replace(node);
    if (!stored)
        return say(m_nodeMessage, message(stored.error()), true);
    listNodes();
    say(m_nodeMessage, tr("%1 is saved.").arg(node.name), false);
    Q_EMIT m_session.settingsChanged();
}

void SettingsWindow::removeNode()
{
    if (auto permitted = m_session.permit(app::Action::ChangeSettings); !permitted)
        return say(m_nodeMessage, message(permitted.error()), true);
    const auto removed = dimse::Nodes(m_session.settings()).remove(m_name->text());
    if (!removed)
        return say(m_nodeMessage, message(removed.error()), true);
    listNodes();
    Q_EMIT m_session.settingsChanged();
}

void SettingsWindow::echoNode()
{
    dimse::Node node;
    node.name = m_name->text();
    node.aeTitle = m_ae->text().trimmed();
    node.host = m_host->text().trimmed();
    node.port = quint16(m_port->value());
    say(m_nodeMessage, tr("Asking %1…").arg(node.host), false);
    m_echo = std::make_unique<Job>(
        tr("Test"),
        [node, local = m_session.local()](Task& task) -> Result<QString> {
            const auto echoed = dimse::echo(node, local, task);
            return echoed ? Result<QString>(QString()) : std::unexpected(echoed.error());
        },
        nullptr);
    connect(m_echo.get(), &Job::finished, this, [this, node] {
        const auto& result = m_echo->result();
        say(m_nodeMessage, result ? tr("%1 answers.").arg(node.aeTitle) : message(result.error()), !result);
    });
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
        connect(number, &QSpinBox::valueChanged, this, [store](int changed) { store(QString::number(changed)); });
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

QWidget* SettingsWindow::generalPage()
{
    auto* page = new QWidget(this);
    auto* form = new QFormLayout(page);
    auto* message = new QLabel(page);
    auto* language = new QComboBox(page);
    language->addItem(tr("As the system"), QString());
    language->addItem(QStringLiteral("English"), QStringLiteral("en"));
    language->addItem(QString::fromUtf8("简体中文"), QStringLiteral("zh_CN"));
    auto* port = new QSpinBox(page);
    port->setRange(1, 65535);
    auto* ae = new QLineEdit(page);
    ae->setMaxLength(16);
    form->addRow(tr("Language"), bound(app::uiLanguage.key, language, message));
    auto* note = new QLabel(tr("The language changes with the next start."), page);
    note->setProperty("role", "quiet");
    form->addRow(QString(), note);
    form->addRow(tr("Our AE title"), bound(dimse::listenAe.key, ae, message));
    form->addRow(tr("Our port for C-MOVE and the listener"), bound(dimse::listenPort.key, port, message));
    auto* folder = new QLabel(m_session.profile().folder(), page);
    folder->setTextInteractionFlags(Qt::TextSelectableByMouse);
    form->addRow(tr("Everything lies in"), folder);
    form->addRow(message);
    return page;
}

} // namespace diascope::windows
