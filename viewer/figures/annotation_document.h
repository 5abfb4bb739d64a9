#pragma once
#include "netclient/base/database.h"
#include "viewer/figures/figure.h"
#include <QObject>
#include <QUndoStack>

namespace diascope::viewer
{

/// Where the figures of all studies are kept: one row a figure, in the profile's database. One thread.
class FigureStore
{
public:
    static Result<std::unique_ptr<FigureStore>> open(const QString& databasePath);
    struct Loaded
    {
        std::vector<Figure> figures; ///< in the order they were drawn
        int damagedCount = 0;        ///< rows that cannot be read; they stay stored
    };
    Result<Loaded> load(const dicom::StudyUid& study);
    Result<std::optional<Figure>> find(const QString& id);
    /// `drawn` is the place that remove() told; without it a new figure is the last.
    Result<void> save(const dicom::StudyUid& study, const Figure& figure, std::optional<qint64> drawn = {});
    /// The place it had among the others; nothing: it was not there.
    Result<std::optional<qint64>> remove(const QString& id);

private:
    explicit FigureStore(std::unique_ptr<Database> database) : m_database(std::move(database)) {}
    std::unique_ptr<Database> m_database;
};

/// The figures of one study. They change by undoable commands only, and every change is stored at once (SAF-06). Without a
/// store (viewing-only mode) nothing outlives the window (SAF-11). UI thread.
class AnnotationDocument : public QObject
{
    Q_OBJECT

public:
    /// `store` may be null, and must outlive the document.
    AnnotationDocument(dicom::StudyUid study, FigureStore* store, QObject* parent = nullptr);

    const dicom::StudyUid& study() const { return m_study; }
    const std::vector<Figure>& figures() const { return m_figures; }
    const Figure* find(const QString& id) const;

    void add(const Figure& figure);
    void replace(const Figure& figure); ///< the one with its id
    void remove(const QString& id);
    QUndoStack& undoStack() { return m_undo; }

Q_SIGNALS:
    void changed();
    /// A change could not be stored (it is still on the screen), or not everything stored could be read.
    void failed(const diascope::Error& error);

private:
    class Change;
    /// Where a figure stood among the others, for its return.
    struct Place
    {
        std::optional<size_t> index;
        std::optional<qint64> drawn; ///< in the store
    };
    void put(const Figure& figure, const Place& place);
    void take(const QString& id, Place& place);

    dicom::StudyUid m_study;
    FigureStore* m_store;
    std::vector<Figure> m_figures;
    QUndoStack m_undo;
};

} // namespace diascope::viewer
