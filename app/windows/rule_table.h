#pragma once
#include <QJsonArray>
#include <QWidget>

class QTableWidget;

namespace diascope::windows
{

/// Rules of the settings (a JSON array of objects) as a table: a rule a row, a member a column.
class RuleTable : public QWidget
{
    Q_OBJECT

public:
    struct Column
    {
        enum Kind { Words, Text, YesNo, Number } kind;
        QString member; ///< its name in JSON
        QString title;  ///< translated
        int otherwise = 0; ///< of a Number that is not there
    };
    explicit RuleTable(std::vector<Column> columns, QWidget* parent = nullptr);

    void setJson(const QString& json);
    QString toJson() const; ///< empty where there is no rule

Q_SIGNALS:
    void edited();

private:
    void addRow(const QJsonObject& rule);
    std::vector<Column> m_columns;
    QTableWidget* m_table;
    bool m_isFilling = false;
};

} // namespace diascope::windows
