#include "viewer/figures/annotation_document.h"
#include <QJsonDocument>

namespace diascope::viewer
{

Result<std::unique_ptr<FigureStore>> FigureStore::open(const QString& databasePath)
{
    auto database = Database::open(databasePath);
    if (!database)
        return std::unexpected(database.error());
    if (auto migrated = (*database)->migrate(QStringLiteral("figures"),
                                             {QStringLiteral("CREATE TABLE figure(id TEXT PRIMARY KEY, study_uid TEXT NOT NULL,"
                                                             " drawn INTEGER NOT NULL, json TEXT NOT NULL);"
                                                             "CREATE INDEX figure_of_study ON figure(study_uid, drawn);")});
        !migrated)
        return std::unexpected(migrated.error());
    return std::unique_ptr<FigureStore>(new FigureStore(std::move(*database)));
}

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("Figures", text); }

/// A damaged row costs one figure, never all of them (SAF-12).
Result<FigureStore::Loaded> figuresOf(Statement& statement)
{
    FigureStore::Loaded loaded;
    for (;;) {
        const auto row = statement.step();
        if (!row)
            return std::unexpected(row.error());
        if (!*row)
            return loaded;
        if (auto figure = figureFromJson(QJsonDocument::fromJson(statement.text(0).toUtf8()).object()))
            loaded.figures.push_back(std::move(*figure));
        else
            ++loaded.damagedCount;
    }
}

} // namespace

Result<FigureStore::Loaded> FigureStore::load(const dicom::StudyUid& study)
{
    auto statement = m_database->prepare(QStringLiteral("SELECT json FROM figure WHERE study_uid=? ORDER BY drawn"));
    if (!statement)
        return std::unexpected(statement.error());
    statement->bind(1, study.value);
    return figuresOf(*statement);
}

Result<std::optional<Figure>> FigureStore::find(const QString& id)
{
    auto statement = m_database->prepare(QStringLiteral("SELECT json FROM figure WHERE id=?"));
    if (!statement)
        return std::unexpected(statement.error());
    statement->bind(1, id);
    const auto loaded = figuresOf(*statement);
    if (!loaded)
        return std::unexpected(loaded.error());
    if (loaded->damagedCount > 0)
        return fail(Fault::Damaged, tr("a stored annotation cannot be read"));
    return loaded->figures.empty() ? std::nullopt : std::optional(loaded->figures.front());
}

Result<void> FigureStore::save(const dicom::StudyUid& study, const Figure& figure, std::optional<qint64> drawn)
{
    const QString json = QString::fromUtf8(QJsonDocument(toJson(figure)).toJson(QJsonDocument::Compact));
    return m_database->execute(QStringLiteral("INSERT INTO figure(id,study_uid,drawn,json)"
                                              " VALUES(?,?,ifnull(?,(SELECT ifnull(max(drawn),0)+1 FROM figure)),?)"
                                              " ON CONFLICT(id) DO UPDATE SET json=excluded.json"),
                               {figure.id, study.value, drawn ? QVariant(*drawn) : QVariant(), json});
}

Result<std::optional<qint64>> FigureStore::remove(const QString& id)
{
    const auto drawn = m_database->value(QStringLiteral("SELECT drawn FROM figure WHERE id=?"), {id});
    if (!drawn)
        return std::unexpected(drawn.error());
    if (auto removed = m_database->execute(QStringLiteral("DELETE FROM figure WHERE id=?"), {id}); !removed)
        return std::unexpected(removed.error());
    return *drawn ? std::optional(drawn->value().toLongLong()) : std::nullopt;
}

/// From one state of a figure to another; nothing stands for its absence.
class AnnotationDocument::Change : public QUndoCommand
{
public:
    Change(AnnotationDocument& document, std::optional<Figure> before, std::optional<Figure> after)
        : m_document(document), m_before(std::move(before)), m_after(std::move(after))
    {
    }
    void redo() override { apply(m_before, m_after); }
    void undo() override { apply(m_after, m_before); }

private:
    void apply(const std::optional<Figure>& from, const std::optional<Figure>& to)
    {
        if (to)
            m_document.put(*to, m_place);
        else
            m_document.take(from->id, m_place);
    }
    AnnotationDocument& m_document;
    std::optional<Figure> m_before;
    std::optional<Figure> m_after;
    Place m_place;
};

AnnotationDocument::AnnotationDocument(dicom::StudyUid study, FigureStore* store, QObject* parent)
    : QObject(parent), m_study(std::move(study)), m_store(store)
{
    if (!m_store)
        return;
    auto loaded = m_store->load(m_study);
    if (loaded)
        m_figures = std::move(loaded->figures);
    // Whoever opens us connects first.
    std::optional<Error> problem;
    if (!loaded)
        problem = loaded.error();
    else if (loaded->damagedCount > 0)
        problem = Error{Fault::Damaged, tr("%1 stored annotations cannot be read").arg(loaded->damagedCount)};
    if (problem)
        QMetaObject::invokeMethod(
            this, [this, error = *problem] { Q_EMIT failed(error); }, Qt::QueuedConnection);
}

const Figure* AnnotationDocument::find(const QString& id) const
{
    const auto at = std::find_if(m_figures.begin(), m_figures.end(), [&](const Figure& figure) { return figure.id == id; });
    return at == m_figures.end() ? nullptr : &*at;
}

void AnnotationDocument::add(const Figure& figure) { m_undo.push(new Change(*this, std::nullopt, figure)); }

void AnnotationDocument::replace(const Figure& figure)
{
    const Figure* before = find(figure.id);
    if (before && *before != figure)
        m_undo.push(new Change(*this, *before, figure));
}

void AnnotationDocument::remove(const QString& id)
{
    if (const Figure* before = find(id))
        m_undo.push(new Change(*this, *before, std::nullopt));
}

void AnnotationDocument::put(const Figure& figure, const Place& place)
{
    if (m_store)
        if (auto saved = m_store->save(m_study, figure, place.drawn); !saved)
            Q_EMIT failed(saved.error());
    const auto at = std::find_if(m_figures.begin(), m_figures.end(), [&](const Figure& other) { return other.id == figure.id; });
    if (at == m_figures.end())
        m_figures.insert(m_figures.begin() + qsizetype(std::min(place.index.value_or(m_figures.size()), m_figures.size())), figure);
    else
        *at = figure;
    Q_EMIT changed();
}

void AnnotationDocument::take(const QString& id, Place& place)
{
    if (m_store) {
        if (auto removed = m_store->remove(id); !removed)
            Q_EMIT failed(removed.error());
        else if (*removed)
            place.drawn = *removed;
    }
    const auto at = std::find_if(m_figures.begin(), m_figures.end(), [&](const Figure& figure) { return figure.id == id; });
    if (at != m_figures.end()) {
        place.index = size_t(at - m_figures.begin());
        m_figures.erase(at);
    }
    Q_EMIT changed();
}

} // namespace diascope::viewer
