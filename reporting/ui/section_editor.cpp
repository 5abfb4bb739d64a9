#include "reporting/ui/section_editor.h"
#include "reporting/ui/plain_text.h"
#include <QCheckBox>
#include <QComboBox>
#include <QEvent>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QRegularExpressionValidator>
#include <QStyle>
#include <QVBoxLayout>

namespace diascope::reporting
{

namespace
{

constexpr char valueProperty[] = "optionValue";

bool isChoice(const Field& field)
{
    return field.type == Field::Type::CheckBox || (field.type == Field::Type::Selection && field.isMultiple);
}

/// A property the application's style sheet colours, such as QLineEdit[invalid="true"].
void setStyleProperty(QWidget* widget, const char* name, bool value)
{
    if (widget->property(name).toBool() == value)
        return;
    widget->setProperty(name, value);
    widget->style()->unpolish(widget);
    widget->style()->polish(widget);
}

QString hint(const Field& field)
{
    switch (field.type) {
    case Field::Type::Date:
        return QStringLiteral("YYYY-MM-DD");
    case Field::Type::Time:
        return QStringLiteral("HH:MM");
    case Field::Type::Number:
        if (field.minimum && field.maximum)
            return QStringLiteral("%1 – %2").arg(*field.minimum).arg(*field.maximum);
        return {};
    default:
        return {};
    }
}

} // namespace

SectionEditor::SectionEditor(ReportDocument& document, const QString& sectionId, QWidget* parent)
    : QWidget(parent), m_document(document), m_sectionId(sectionId)
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    const Section* section = document.report().findSection(sectionId);
    if (!section)
        return;
    auto* title = new QLabel(section->title);
    title->setTextFormat(Qt::PlainText);
    title->setProperty("role", "sectionTitle");
    QFont bold = title->font();
    bold.setWeight(QFont::DemiBold);
    title->setFont(bold);
    title->setWordWrap(true);
    layout->addWidget(title);
    if (!section->fields.empty()) {
        auto* form = new QFormLayout;
        form->setContentsMargins(0, 0, 0, 0);
        form->setHorizontalSpacing(8);
        form->setVerticalSpacing(4);
        form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
        form->setRowWrapPolicy(QFormLayout::WrapLongRows);
        for (const Field& field : section->fields) {
            QWidget* widget = makeField(field);
            m_fields.insert(field.id, widget);
            widget->setAccessibleName(field.label);
            const bool isOwnLabel = field.type == Field::Type::CheckBox && field.options.size() == 1;
            QString text = field.label;
            if (!field.trailingText.isEmpty())
                text += QStringLiteral(" … ") + field.trailingText;
            auto* label = new QLabel(isOwnLabel ? QString() : text);
            label->setTextFormat(Qt::PlainText);
            label->setWordWrap(true);
            label->setFixedWidth(130);
            label->setBuddy(widget);
            form->addRow(label, widget);
        }
        layout->addLayout(form);
    }
    const bool isMain = sectionId == QStringView(section::findings);
    m_text = new PlainTextEdit(isMain ? 6 : 2);
    m_text->setObjectName(QStringLiteral("section-") + sectionId);
    m_text->setAccessibleName(section->title);
    layout->addWidget(m_text);
    connect(m_text, &QPlainTextEdit::textChanged, this, [this] {
        if (!m_isRefreshing)
            m_document.setSectionText(m_sectionId, m_text->toPlainText());
    });
    refresh();
}

QWidget* SectionEditor::makeField(const Field& field)
{
    if (isChoice(field))
        return makeChoices(field);
    if (field.type == Field::Type::Selection) {
        auto* combo = new QComboBox;
        combo->setObjectName(QStringLiteral("field-") + field.id);
        combo->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        combo->setMinimumContentsLength(8);
        combo->addItem(QString());
        for (const Option& option : field.options)
            combo->addItem(option.label.isEmpty() ? option.value : option.label, option.value);
        combo->installEventFilter(this);
        connect(combo, &QComboBox::activated, this, [this, combo, id = field.id] {
            m_document.setFieldValue(m_sectionId, id, combo->currentData().toString());
        });
        return combo;
    }
    if (field.type == Field::Type::TextArea) {
        auto* edit = new PlainTextEdit(2);
        edit->setObjectName(QStringLiteral("field-") + field.id);
        connect(edit, &QPlainTextEdit::textChanged, this, [this, edit, id = field.id] {
            if (!m_isRefreshing)
                m_document.setFieldValue(m_sectionId, id, edit->toPlainText());
        });
        return edit;
    }
    return makeLine(field);
}

/// Number, date and time are lines too: unlike spin boxes they can be empty, and the wheel cannot change them.
QWidget* SectionEditor::makeLine(const Field& field)
{
    auto* line = new QLineEdit;
    line->setObjectName(QStringLiteral("field-") + field.id);
    line->setPlaceholderText(hint(field));
    if (field.type == Field::Type::Number)
        line->setValidator(new QRegularExpressionValidator(QRegularExpression(QStringLiteral("-?\\d*[.,]?\\d*")), line));
    connect(line, &QLineEdit::textEdited, this, [this, id = field.id, isNumber = field.type == Field::Type::Number](QString text) {
        m_document.setFieldValue(m_sectionId, id, isNumber ? text.replace(u',', u'.') : text);
    });
    if (field.unit.isEmpty())
        return line;
    auto* row = new QWidget;
    auto* layout = new QHBoxLayout(row);
    layout->setContentsMargins(0, 0, 0, 0);
    auto* unit = new QLabel(field.unit);
    unit->setTextFormat(Qt::PlainText);
    layout->addWidget(line, 1);
    layout->addWidget(unit);
    row->setFocusProxy(line);
    return row;
}

QWidget* SectionEditor::makeChoices(const Field& field)
{
    auto* column = new QWidget;
    auto* layout = new QVBoxLayout(column);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(2);
    for (const Option& option : field.options) {
        auto* box = new QCheckBox(buttonText(option.label.isEmpty() ? option.value : option.label));
        box->setObjectName(QStringLiteral("field-") + field.id);
        box->setProperty(valueProperty, option.value);
        connect(box, &QCheckBox::clicked, this, [this, column, id = field.id] {
            QStringList ticked;
            for (const QCheckBox* one : column->findChildren<QCheckBox*>())
                if (one->isChecked())
                    ticked << one->property(valueProperty).toString();
            m_document.setFieldValue(m_sectionId, id, ticked.join(u'\n'));
        });
        layout->addWidget(box);
        if (!column->focusProxy())
            column->setFocusProxy(box);
    }
    return column;
}

void SectionEditor::showField(const Field& field, QWidget* widget)
{
    const QString problem = field.problem();
    widget->setToolTip(plainToolTip(problem));
    if (auto* combo = qobject_cast<QComboBox*>(widget)) {
        const int index = field.value.isEmpty() ? 0 : combo->findData(field.value);
        combo->setCurrentIndex(index);
        setStyleProperty(combo, "invalid", !problem.isEmpty());
    } else if (auto* edit = qobject_cast<PlainTextEdit*>(widget)) {
        if (edit->toPlainText() != field.value)
            edit->setPlainText(field.value);
    } else if (isChoice(field)) {
        const QStringList ticked = field.value.split(u'\n');
        for (QCheckBox* box : widget->findChildren<QCheckBox*>())
            box->setChecked(ticked.contains(box->property(valueProperty).toString()));
    } else {
        auto* line = qobject_cast<QLineEdit*>(widget);
        if (!line)
            line = widget->findChild<QLineEdit*>();
        if (line->text().replace(u',', u'.') != field.value && line->text() != field.value)
            line->setText(field.value);
        setStyleProperty(line, "invalid", !problem.isEmpty());
    }
}

void SectionEditor::refresh()
{
    const Section* section = m_document.report().findSection(m_sectionId);
    if (!section || !m_text)
        return;
    m_isRefreshing = true;
    const bool isEditable = m_document.isEditable() && !section->isLocked;
    // The text is compared first: setting it anew would throw the cursor and the undo history away.
    if (m_text->toPlainText() != section->text)
        m_text->setPlainText(section->text);
    m_text->setReadOnly(!isEditable);
    for (const Field& field : section->fields)
        if (QWidget* widget = m_fields.value(field.id)) {
            showField(field, widget);
            widget->setEnabled(isEditable && !field.isReadOnly);
        }
    m_isRefreshing = false;
}

/// A wheel over a closed list scrolls the report and never changes a finding.
bool SectionEditor::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() == QEvent::Wheel && qobject_cast<QComboBox*>(watched)) {
        event->ignore();
        return true;
    }
    return QWidget::eventFilter(watched, event);
}

} // namespace diascope::reporting
