#pragma once
#include "viewer/figures/annotation_document.h"
#include <QTreeWidget>

namespace diascope::viewer
{

/// The figures of the open studies with their values: the same values as in the view (MEA-09). Selecting one shows its
/// image; its tick shows and hides it (MEA-05).
class MeasurementTable : public QTreeWidget
{
    Q_OBJECT

public:
    /// Finds the volume a figure was drawn on; null if it is not open.
    using VolumeOf = std::function<std::shared_ptr<const Volume>(const Figure&)>;

    explicit MeasurementTable(VolumeOf volumeOf, QWidget* parent = nullptr);
    void setDocument(AnnotationDocument* document);
    void refresh();
    void refreshMissing(); ///< more images are there: refresh() if a value was waiting for one
    void select(const QString& id);
    QString selected() const;

Q_SIGNALS:
    void figureChosen(const QString& id);

private:
    void setHidden(const QString& id, bool isHidden);
    VolumeOf m_volumeOf;
    AnnotationDocument* m_document = nullptr;
    bool m_isWaiting = false;
};

} // namespace diascope::viewer
