#pragma once
#include "app/windows/study_search.h"
#include <QTreeWidget>

namespace diascope::windows
{

/// Where is searched: everywhere, here, one of the nodes; and the searches somebody saved. Studies dropped on a node are sent
/// to it.
class PlacesPanel : public QTreeWidget
{
    Q_OBJECT

public:
    explicit PlacesPanel(app::Session& session, QWidget* parent = nullptr);

    /// Reads nodes and saved searches again; the choice stays where it is still there.
    void rebuild();
    /// What is chosen: the archive, and these nodes.
    bool isArchiveChosen() const;
    QStringList chosenNodes() const;
    /// A small mark behind a node's name: how many rows it has, that it is asked, or that it failed.
    void showStates(const std::vector<StudySearch::State>& states);

    void save(const QString& name, const SearchTerms& terms);

Q_SIGNALS:
    void placeChosen();
    void searchChosen(const diascope::windows::SearchTerms& terms);
    void studiesDropped(const QStringList& studyUids, const QString& node);
    void settingsWanted();

protected:
    QStringList mimeTypes() const override { return {QLatin1String(StudyTable::mimeType)}; }
    Qt::DropActions supportedDropActions() const override { return Qt::CopyAction; }
    bool dropMimeData(QTreeWidgetItem* parent, int index, const QMimeData* data, Qt::DropAction action) override;
    void dragMoveEvent(QDragMoveEvent* event) override;

private:
    enum Kind { Heading, Everywhere, Here, Node, Search, SetUp };
    QTreeWidgetItem* add(QTreeWidgetItem* under, Kind kind, const QString& text, const QString& data = {});
    QStringList nodeNames() const;
    void showMenu(QPoint at);
    void store();

    app::Session& m_session;
    QTreeWidgetItem* m_current = nullptr;
    QMap<QString, QByteArray> m_searches;
};

} // namespace diascope::windows
