#pragma once
#include <QWidget>

class QLineEdit;

namespace diascope::windows
{

/// A path of a PEM file that can be typed or chosen. What is chosen counts as edited: `field` says editingFinished.
QWidget* fileField(QLineEdit*& field, const QString& title, QWidget* parent);

} // namespace diascope::windows
