#include "app/windows/rule_table.h"
#include <QHBoxLayout>
#include <QHeaderView>
#include <QJsonDocument>
#include <QJsonObject>
#include <QPushButton>
#include <QTableWidget>
#include <QVBoxLayout>

namespace diascope::windows
{

RuleTable::RuleTable(std::vector<Column> columns, QWidget* parent) : QWidget(parent), m_columns(std::move(columns)), m_table(new QTableWidget(this))
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    m_table->setColumnCount(int(m_columns.size()));
    QStringList titles;
    for (const Column& column : m_columns)
        titles << column.title;
    m_table->setHorizontalHeaderLabels(titles);
    m_table->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
    m_table->verticalHeader()->hide();
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setMinimumHeight(96);
    layout->addWidget(m_table);
    auto* buttons = new QHBoxLayout;
    auto* add = new QPushButton(tr("Add rule"), this);
    auto* remove = new QPushButton(tr("Remove rule"), this);
    buttons->addWidget(add);
    buttons->addWidget(remove);
    buttons->addStretch();
    layout->addLayout(buttons);
    connect(add, &QPushButton::clicked, this, [this] {
        addRow({});
        m_table->setCurrentCell(m_table->rowCount() - 1, 0);
        m_table->editItem(m_table->currentItem());
    });
    connect(remove, &QPushButton::clicked, this, [this] {
        if (m_table->currentRow() < 0)
            return;
        m_table->removeRow(m_table->currentRow());
        Q_EMIT edited();
    });
    connect(m_table, &QTableWidget::cellChanged, this, [this] {
        if (!m_isFilling)
            Q_EMIT edited();
    });
}

void RuleTable::addRow(const QJsonObject& rule)
{
    m_isFilling = true;
    const int row = m_table->rowCount();
    m_table->insertRow(row);
    for (int i = 0; i < int(m_columns.size()); ++i) {
        const Column& column = m_columns[size_t(i)];
        const QJsonValue value = rule[column.member];
        auto* item = new QTableWidgetItem;
        switch (column.kind) {
        case Column::Words: {
            QStringList words = value.isString() ? QStringList{value.toString()} : QStringList();
            for (const QJsonValue& word : value.toArray())
                words << word.toString();
            item->setText(words.join(QStringLiteral(", ")));
            break;
        }
        case Column::Text:
            item->setText(value.toString());
            break;
        case Column::YesNo:
            item->setFlags(Qt::ItemIsEnabled | Qt::ItemIsUserCheckable | Qt::ItemIsSelectable);
            item->setCheckState(value.toBool() ? Qt::Checked : Qt::Unchecked);
            break;
        case Column::Number:
            item->setText(QString::number(value.toInt(column.otherwise)));
            break;
        }
        m_table->setItem(row, i, item);
    }
    m_isFilling = false;
}

void RuleTable::setJson(const QString& json)
{
    m_table->setRowCount(0);
    for (const QJsonValue& rule : QJsonDocument::fromJson(json.toUtf8()).array())
        addRow(rule.toObject());
}

QString RuleTable::toJson() const
{
    QJsonArray rules;
    for (int row = 0; row < m_table->rowCount(); ++row) {
        QJsonObject rule;
        for (int i = 0; i < int(m_columns.size()); ++i) {
            const Column& column = m_columns[size_t(i)];
            const QTableWidgetItem* item = m_table->item(row, i);
            const QString text = item->text().trimmed();
            switch (column.kind) {
            case Column::Words: {
                QJsonArray words;
                for (const QString& word : text.split(u',', Qt::SkipEmptyParts))
                    words << word.trimmed();
                rule[column.member] = words;
                break;
            }
            case Column::Text:
                rule[column.member] = text;
                break;
            case Column::YesNo:
                rule[column.member] = item->checkState() == Qt::Checked;
                break;
            case Column::Number:
                rule[column.member] = text.toInt(); // what is no number is refused as 0 is
                break;
            }
        }
        rules << rule;
    }
    return rules.isEmpty() ? QString() : QString::fromUtf8(QJsonDocument(rules).toJson(QJsonDocument::Compact));
}

} // namespace diascope::windows
