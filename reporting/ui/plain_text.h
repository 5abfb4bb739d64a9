#pragma once
#include <QPlainTextEdit>

namespace diascope::reporting
{

/// A tooltip that shows text as text, whatever markup it holds (SEC-06).
inline QString plainToolTip(const QString& text)
{
    return text.isEmpty() ? QString() : QStringLiteral("<qt>%1</qt>").arg(text.toHtmlEscaped().replace(u'\n', QStringLiteral("<br>")));
}

/// Text for a button: '&' is no mnemonic.
inline QString buttonText(QString text) { return text.replace(u'&', QStringLiteral("&&")); }

/// A text field as high as its text, within limits; Tab leaves it, nothing but plain text comes in.
class PlainTextEdit : public QPlainTextEdit
{
    Q_OBJECT

public:
    explicit PlainTextEdit(int minimumLines, QWidget* parent = nullptr);
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void resizeEvent(QResizeEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;

private:
    int m_minimumLines;
};

} // namespace diascope::reporting
