#include "app/windows/node_page.h"
#include "app/windows/file_field.h"
#include "netclient/base/secrets.h"
#include "netclient/dicomweb/query.h"
#include "netclient/dimse/query.h"
#include "netclient/transfer/study_transfer.h"
#include <QCheckBox>
#include <QComboBox>
#include <QFormLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QToolButton>
#include <QTreeWidget>
#include <QVBoxLayout>

namespace diascope::windows
{

NodePage::NodePage(app::Session& session, QWidget* parent) : QWidget(parent), m_session(session)
{
    auto* layout = new QVBoxLayout(this);
    m_nodes = new QTreeWidget(this);
    m_nodes->setHeaderLabels({tr("Name", "of a peer"), tr("AE title"), tr("Host"), tr("Port"), tr("Encrypted"), tr("DICOMweb")});
    m_nodes->setRootIsDecorated(false);
    m_nodes->header()->setSectionResizeMode(QHeaderView::Stretch);
    m_nodes->setMinimumHeight(110);
    layout->addWidget(m_nodes, 1);
    auto* fields = new QHBoxLayout;
    fields->addWidget(dicomFields(), 1);
    fields->addSpacing(16);
    fields->addWidget(securityFields(), 1);
    layout->addLayout(fields);
    auto* buttons = new QHBoxLayout;
    const auto button = [&](const QString& text, auto function) {
        auto* made = new QPushButton(text, this);
        connect(made, &QPushButton::clicked, this, function);
        buttons->addWidget(made);
        return made;
    };
    button(tr("New"), [this] {
        m_nodes->setCurrentItem(nullptr);
        leave({});
    });
    m_save = button(tr("Save"), [this] { store(); });
    m_remove = button(tr("Remove…"), [this] { m_question->setVisible(true); });
    button(tr("Test"), [this] { test(); });
    buttons->addStretch();
    layout->addLayout(buttons);
    layout->addWidget(removalQuestion());
    m_message = new QLabel(this);
    m_message->setTextFormat(Qt::PlainText);
    m_message->setWordWrap(true);
    layout->addWidget(m_message);
    connect(m_nodes, &QTreeWidget::currentItemChanged, this, [this](QTreeWidgetItem* item) {
        if (item)
            leave(item->text(0));
    });
    watchEdits();
    list();
    m_nodes->setCurrentItem(m_nodes->topLevelItem(0));
    if (!m_nodes->currentItem()) {
        show({});
        list(); // says that there is none
    }
}

/// Asked here, not in a box over somebody's images.
QWidget* NodePage::removalQuestion()
{
    m_question = new QWidget(this);
    auto* line = new QHBoxLayout(m_question);
    line->setContentsMargins(0, 0, 0, 0);
    auto* text = new QLabel(tr("Remove this peer and its password? What is queued for it fails."), m_question);
    text->setStyleSheet(QStringLiteral("color: #f0b43c"));
    auto* yes = new QPushButton(tr("Remove"), m_question);
    yes->setObjectName(QStringLiteral("remove-node"));
    auto* no = new QPushButton(tr("Keep"), m_question);
    line->addWidget(text);
    line->addWidget(yes);
    line->addWidget(no);
    line->addStretch();
    connect(yes, &QPushButton::clicked, this, &NodePage::remove);
    connect(no, &QPushButton::clicked, m_question, &QWidget::hide);
    m_question->hide();
    return m_question;
}

void NodePage::watchEdits()
{
    const auto edited = [this] {
        if (m_isFilling)
            return;
        m_isEdited = true;
        m_question->hide();
        say({}, false); // what was said was of other values
        updateButtons();
    };
    for (QLineEdit* field : {m_name, m_ae, m_host, m_web, m_user, m_password, m_ca, m_certificate, m_key})
        connect(field, &QLineEdit::textChanged, this, edited);
    for (QSpinBox* field : {m_port, m_associations})
        connect(field, &QSpinBox::valueChanged, this, edited);
    for (QComboBox* field : {m_charset, m_assumed, m_login, m_way})
        connect(field, &QComboBox::currentTextChanged, this, edited);
    for (QCheckBox* field : {m_tls, m_slow})
        connect(field, &QCheckBox::toggled, this, edited);
}

void NodePage::warnOfEdits() { say(tr("%1 is not saved. Save it, or close once more.").arg(m_name->text().trimmed()), true); }

void NodePage::updateButtons()
{
    m_save->setEnabled(m_isEdited);
    m_remove->setEnabled(!m_shown.isEmpty());
}

/// Shows another one; what was edited and not saved is not lost without a word.
void NodePage::leave(const QString& other)
{
    const QString lost = m_isEdited ? m_name->text().trimmed() : QString();
    show(other);
    if (!lost.isEmpty())
        say(tr("The changes to %1 were not saved.").arg(lost), true);
}

QWidget* NodePage::dicomFields()
{
    auto* fields = new QWidget(this);
    auto* form = new QFormLayout(fields);
    form->setContentsMargins(0, 0, 0, 0);
    m_name = new QLineEdit(fields);
    m_ae = new QLineEdit(fields);
    m_ae->setMaxLength(16);
    m_host = new QLineEdit(fields);
    m_port = new QSpinBox(fields);
    m_port->setRange(1, 65535);
    m_port->setValue(104);
    const auto charsets = [&](const QString& tip) {
        auto* box = new QComboBox(fields);
        box->setEditable(true);
        box->addItems({QString(), QStringLiteral("ISO_IR 192"), QStringLiteral("GB18030"), QStringLiteral("GBK"), QStringLiteral("ISO_IR 100"),
                       QStringLiteral("ISO_IR 13"), QStringLiteral("ISO 2022 IR 149")});
        box->setToolTip(tip);
        return box;
    };
    m_charset = charsets(tr("In which our queries are written; empty: ASCII only"));
    m_assumed = charsets(tr("What it really sends, where it declares a wrong one"));
    m_way = new QComboBox(fields);
    for (const auto& [text, value] : {std::pair{tr("the quicker one"), "auto"}, std::pair{QStringLiteral("C-GET"), "get"},
                                      std::pair{QStringLiteral("C-MOVE"), "move"}, std::pair{QStringLiteral("DICOMweb"), "web"}})
        m_way->addItem(text, QString::fromLatin1(value));
    m_associations = new QSpinBox(fields);
    m_associations->setRange(1, 16);
    m_associations->setToolTip(tr("1 for peers that bear no more"));
    m_slow = new QCheckBox(tr("Slow line: a small picture first, images compressed"), fields);
    form->addRow(tr("Name", "of a peer"), m_name);
    form->addRow(tr("AE title"), m_ae);
    form->addRow(tr("Host"), m_host);
    form->addRow(tr("Port"), m_port);
    form->addRow(tr("Character set"), m_charset);
    form->addRow(tr("Real character set"), m_assumed);
    form->addRow(tr("Retrieve by"), m_way);
    form->addRow(tr("Associations at once"), m_associations);
    form->addRow(QString(), m_slow);
    return fields;
}

QWidget* NodePage::securityFields()
{
    auto* fields = new QWidget(this);
    auto* form = new QFormLayout(fields);
    form->setContentsMargins(0, 0, 0, 0);
    m_web = new QLineEdit(fields);
    m_web->setPlaceholderText(QStringLiteral("https://…/dicom-web"));
    m_tls = new QCheckBox(tr("Encrypted (TLS); nothing is ever sent in the clear"), fields);
    m_login = new QComboBox(fields);
    m_login->addItem(tr("none"), QStringLiteral("none"));
    m_login->addItem(tr("user and password"), QStringLiteral("basic"));
    m_login->addItem(tr("token"), QStringLiteral("bearer"));
    m_user = new QLineEdit(fields);
    m_password = new QLineEdit(fields);
    m_password->setEchoMode(QLineEdit::Password);
    m_password->setToolTip(tr("Kept in the system's keyring, never in a file of ours"));
    form->addRow(tr("DICOMweb address"), m_web);
    form->addRow(QString(), m_tls);
    form->addRow(tr("Trusted certificates"), fileField(m_ca, tr("Certificates trusted beside the system's"), fields));
    form->addRow(tr("Our certificate"), fileField(m_certificate, tr("Our certificate, where the peer asks for one"), fields));
    form->addRow(tr("Its key"), fileField(m_key, tr("The key of our certificate"), fields));
    form->addRow(tr("Login"), m_login);
    form->addRow(tr("User"), m_user);
    form->addRow(tr("Password or token"), m_password);
    const auto update = [this] {
        const QString kind = m_login->currentData().toString();
        m_user->setEnabled(kind == QLatin1String("basic"));
        m_password->setEnabled(kind != QLatin1String("none"));
    };
    connect(m_login, &QComboBox::currentIndexChanged, this, update);
    update();
    return fields;
}

void NodePage::say(const QString& text, bool isWarning)
{
    m_message->setText(text);
    m_message->setStyleSheet(isWarning ? QStringLiteral("color: #f0b43c") : QStringLiteral("color: #7fbf7f"));
}

void NodePage::list()
{
    const QSignalBlocker blocker(m_nodes);
    m_nodes->clear();
    for (const dimse::Node& node : dimse::Nodes(m_session.settings()).list()) {
        auto* item = new QTreeWidgetItem(m_nodes, {node.name, node.aeTitle, node.host, QString::number(node.port), node.useTls ? tr("yes") : QString(), node.dicomWebUrl});
        if (node.name == m_shown)
            m_nodes->setCurrentItem(item);
    }
    if (m_nodes->topLevelItemCount() == 0)
        say(tr("No PACS is set up. Fill in the fields and save."), true);
}

void NodePage::show(const QString& name)
{
    const dimse::Node node = dimse::Nodes(m_session.settings()).find(name).value_or(dimse::Node{});
    m_isFilling = true;
    m_shown = name;
    m_name->setText(node.name);
    m_ae->setText(node.aeTitle);
    m_host->setText(node.host);
    m_port->setValue(node.port);
    m_charset->setEditText(node.characterSet);
    m_assumed->setEditText(node.assumedCharacterSet);
    m_way->setCurrentIndex(m_way->findData(dimse::name(node.retrieveBy)));
    m_associations->setValue(node.associations);
    m_slow->setChecked(node.isSlowLine);
    m_web->setText(node.dicomWebUrl);
    m_tls->setChecked(node.useTls);
    m_ca->setText(node.tls.caFile);
    m_certificate->setText(node.tls.certificateFile);
    m_key->setText(node.tls.keyFile);
    m_login->setCurrentIndex(m_login->findData(dimse::name(node.login)));
    m_user->setText(node.user);
    m_password->clear();
    m_password->setPlaceholderText(name.isEmpty() ? QString() : tr("unchanged"));
    m_message->clear();
    m_question->hide();
    m_isFilling = m_isEdited = false;
    updateButtons();
    if (name.isEmpty())
        m_name->setFocus();
}

dimse::Node NodePage::edited() const
{
    dimse::Node node;
    node.name = m_name->text().trimmed();
    node.aeTitle = m_ae->text().trimmed();
    node.host = m_host->text().trimmed();
    node.port = quint16(m_port->value());
    node.characterSet = m_charset->currentText().trimmed();
    node.assumedCharacterSet = m_assumed->currentText().trimmed();
    node.retrieveBy = dimse::retrieveByOf(m_way->currentData().toString()).value_or(dimse::Node::RetrieveBy::Auto);
    node.associations = m_associations->value();
    node.isSlowLine = m_slow->isChecked();
    node.dicomWebUrl = m_web->text().trimmed();
    node.useTls = m_tls->isChecked();
    node.tls = {m_ca->text().trimmed(), m_certificate->text().trimmed(), m_key->text().trimmed()};
    node.login = dimse::loginKindOf(m_login->currentData().toString()).value_or(dicom::Login::Kind::None);
    node.user = m_user->text().trimmed();
    return node;
}

void NodePage::store()
{
    const dimse::Node node = edited();
    if (const auto stored = m_session.exchange().storeNode(node, {}); !stored)
        return say(message(stored.error()), true);
    const QString secret = m_password->text();
    const bool isCopy = !m_shown.isEmpty() && m_shown != node.name;
    const QString saved = isCopy ? tr("%1 is saved; %2 stays as it was.").arg(node.name, m_shown) : tr("%1 is saved.").arg(node.name);
    m_shown = node.name;
    list();
    show(node.name);
    if (secret.isEmpty())
        return say(saved, false);
    // The keyring may ask a person, and no window waits for that.
    say(tr("%1 is saved; the keyring is asked to keep its password…").arg(node.name), false);
    start(tr("Save"), [name = node.name, secret, saved](Task&) -> Result<QString> {
        if (const auto kept = storeSecret(name, secret); !kept)
            return fail(kept.error().fault, NodePage::tr("%1 is saved without its password: %2").arg(name, kept.error().detail));
        return saved;
    });
}

void NodePage::remove()
{
    m_question->hide();
    if (const auto removed = m_session.exchange().removeNode(m_shown); !removed)
        return say(message(removed.error()), true);
    show({});
    list();
}

/// What each of its services says, as it is in the fields now.
void NodePage::test()
{
    const dimse::Node node = edited();
    say(tr("Asking %1…").arg(node.host), false);
    start(
        tr("Test"),
        [node, typed = m_password->text(), local = m_session.local()](Task& task) -> Result<QString> {
            dimse::Node asked = node;
            asked.secret = typed;
            if (node.login != dicom::Login::Kind::None && typed.isEmpty()) {
                const auto secret = readSecret(node.name);
                if (!secret)
                    return std::unexpected(secret.error());
                asked.secret = *secret;
            }
            if (const auto echoed = dimse::echo(asked, local, task); !echoed)
                return std::unexpected(echoed.error());
            if (node.dicomWebUrl.isEmpty())
                return NodePage::tr("%1 answers.").arg(node.aeTitle);
            if (const auto checked = dicomweb::check(transfer::serviceOf(asked), task); !checked)
                return fail(checked.error().fault, NodePage::tr("%1 answers, its DICOMweb service does not: %2").arg(node.aeTitle, checked.error().detail));
            return NodePage::tr("%1 answers, and so does its DICOMweb service.").arg(node.aeTitle);
        });
}

void NodePage::start(const QString& title, Job::Work work)
{
    Job::leave(std::move(m_job));
    m_job = std::make_unique<Job>(title, std::move(work), nullptr);
    connect(m_job.get(), &Job::finished, this, [this, job = m_job.get()] {
        if (job == m_job.get())
            say(job->result() ? *job->result() : message(job->result().error()), !job->result());
    });
}

NodePage::~NodePage() { Job::leave(std::move(m_job)); }

} // namespace diascope::windows
