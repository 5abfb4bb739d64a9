// Figures as lines, on planes and as stored rows, and a study's document of them, against plain lists.
#include "tests/support/dice.h"
#include "tests/support/words.h"
#include "viewer/figures/annotation_document.h"
#include <QDir>
#include <QJsonArray>
#include <QJsonDocument>
#include <QTemporaryDir>
#include <QTest>
#include <array>
#include <numeric>

using namespace diascope;
using namespace diascope::viewer;
using test::Dice, test::Reached, test::line;

namespace
{

struct Kind
{
    const char *id, *name;
    int points;
    bool isOpenEnded, hasText, hasValues;
};
const std::vector<Kind> kinds{{"length", "Length", 2, false, false, true},   {"angle", "Angle", 3, false, false, true},
                              {"ellipse", "Ellipse", 2, false, false, true}, {"rectangle", "Rectangle", 2, false, false, true},
                              {"polygon", "Polygon", 3, true, false, true},  {"arrow", "Arrow", 2, false, true, false},
                              {"text", "Text", 1, false, true, false}};

using Points = std::vector<QPointF>;
/// A path's moves and lines; -0 is 0.
QString elementOf(bool isMove, QPointF at) { return line(isMove ? "move" : "line", std::round(at.x() * 1e6) + 0.0, std::round(at.y() * 1e6) + 0.0); }

QString compareOutline(Dice& dice, const Kind& kind)
{
    Points points;
    for (int i = kind.points + (kind.isOpenEnded ? dice.upTo(4) : 0); i > 0; --i) // none where another is
        points.emplace_back(dice.from(-40, 40) / 4.0 + i * 0.01, dice.from(-40, 40) / (dice.isOneOf(3) ? 40.0 : 4.0));
    const QString id = kind.id;
    const QPainterPath path = figureKind(id)->outline(points);
    std::vector<Points> strokes{points};
    const QPointF low(std::min(points[0].x(), points.back().x()), std::min(points[0].y(), points.back().y()));
    const QPointF size(std::abs(points[0].x() - points.back().x()), std::abs(points[0].y() - points.back().y()));
    if (id == "ellipse") {
        for (int i = 0; size.y() > 0 && i <= 20; ++i)
            if (const QPointF at = path.pointAtPercent(i / 20.0) - low - size / 2;
                std::abs(std::hypot(at.x() * 2 / size.x(), at.y() * 2 / size.y()) - 1) > 1e-3)
                return line("an ellipse passes", at.x(), at.y(), "from its centre, size", size.x(), size.y());
        const QPointF off = path.boundingRect().topLeft() - low, more = path.boundingRect().bottomRight() - low - size;
        return off.manhattanLength() + more.manhattanLength() < 1e-9 ? QString() : "the box of an ellipse";
    }
    if (id == "text")
        strokes = {};
    else if (id == "polygon")
        strokes[0].push_back(points[0]);
    else if (id == "rectangle")
        strokes = {{low, low + QPointF(size.x(), 0), low + size, low + QPointF(0, size.y()), low}};
    else if (id == "arrow") // its head at the first point: a fifth of its length, at least 3, at most half; 0.4 radians aside
        for (const double side : {1.0, -1.0}) {
            const QPointF back = points[1] - points[0];
            const double length = std::hypot(back.x(), back.y()), barb = length > 15 ? length / 5 : length > 6 ? 3 : length / 2;
            const double c = std::cos(0.4) * barb / length, d = side * std::sin(0.4) * barb / length;
            strokes.push_back({points[0], points[0] + QPointF(back.x() * c - back.y() * d, back.y() * c + back.x() * d)});
        }
    QStringList got, expected;
    for (int i = 0; i < path.elementCount(); ++i)
        got << elementOf(path.elementAt(i).isMoveTo(), path.elementAt(i));
    for (const Points& stroke : strokes)
        for (size_t i = 0; i < stroke.size(); ++i)
            expected << elementOf(i == 0, stroke[i]);
    return got == expected ? QString() : line(id, got, "and not", expected);
}

/// MEA-08: nothing where one point is further from the plane than is borne.
QString comparePlane(Dice& dice)
{
    const bool isTurned = dice.isOneOf(2);
    const Vec3 across = isTurned ? Vec3{0, 1, 0} : Vec3{1, 0, 0}, down = isTurned ? Vec3{0, 0, -1} : Vec3{0, 1, 0};
    const PlaneGeometry plane{{4, -2, 8}, across, down, dice.of<PixelSpacing>({{1, 1}, {0.5, 2}, {4, 0.25}}), 5, 5, true};
    Figure figure;
    figure.frameOfReference = {dice.of<QString>({"1.9", "1.9", ""})};
    const double tolerance = dice.of<double>({0, 0.25, 1});
    bool hasPlane = dice.chance(80), isOff = false;
    Points expected;
    for (int i = dice.upTo(3); i > 0; --i) {
        const double column = dice.from(-8, 8) / 4.0, row = dice.from(-8, 8) / 4.0, off = dice.isOneOf(3) ? dice.from(-5, 5) / 4.0 : 0;
        const Vec3 foot = plane.originLps + across * (column * plane.spacingMm.column) + down * (row * plane.spacingMm.row);
        figure.points.push_back(foot + cross(across, down) * off);
        expected.emplace_back(figure.isInPatientSpace() ? QPointF(column, row) : QPointF(figure.points.back().x, figure.points.back().y));
        isOff = isOff || (figure.isInPatientSpace() && (!hasPlane || off > tolerance || off < -tolerance));
    }
    const auto got = pointsOnPlane(figure, hasPlane ? std::optional(plane) : std::nullopt, tolerance);
    return got == (isOff ? std::nullopt : std::optional(expected)) ? QString() : line("on a plane:", got.has_value(), "and not", !isOff);
}

Figure drawFigure(Dice& dice, const QString& id)
{
    const Kind& kind = dice.of(kinds);
    Figure figure;
    figure.id = id, figure.kind = kind.id;
    const auto number = [&] { return dice.of<double>({0, dice.from(-9, 9) / 3.0, dice.real(-500, 500), 1e-9}); };
    for (int i = kind.points + (kind.isOpenEnded ? dice.upTo(3) : 0); i > 0; --i)
        figure.points.push_back({number(), number(), number()});
    figure.frameOfReference = {dice.of<QString>({"", "1.9", "1.10"})};
    figure.normal = {number(), number(), number()};
    figure.text = dice.text({"", "here", "小结节 <b>5 mm</b>", "a\"b\\c\nd", "'); DROP TABLE figure;--"});
    figure.isHidden = dice.isOneOf(3);
    if (dice.isOneOf(2))
        figure.image = ImageRef{{dice.of<QString>({"1.5", ""})}, {dice.of<QString>({"1.6", "1.7"})}, dice.upTo(300)};
    else
        figure.reconstructedFrom = {dice.of<QString>({"", "1.8"})};
    return figure;
}

QJsonObject plainJson(const Figure& figure)
{
    QJsonArray points;
    for (const Vec3& at : figure.points)
        points.append(QJsonArray{at.x, at.y, at.z});
    QJsonObject json{{"points", points}, {"normal", QJsonArray{figure.normal.x, figure.normal.y, figure.normal.z}}, {"hidden", figure.isHidden}};
    json["id"] = figure.id, json["kind"] = figure.kind, json["text"] = figure.text, json["frameOfReference"] = figure.frameOfReference.value;
    if (const auto& image = figure.image)
        json["seriesUid"] = image->seriesUid.value, json["sopInstanceUid"] = image->instanceUid.value, json["frame"] = image->frame;
    else if (!figure.reconstructedFrom.isEmpty())
        json["seriesUid"] = figure.reconstructedFrom.value;
    return json;
}

QString compareJson(Dice& dice)
{
    const Figure figure = drawFigure(dice, "f1");
    const auto text = [](const QJsonObject& json) { return QJsonDocument(json).toJson(QJsonDocument::Compact); };
    QJsonObject json = plainJson(figure);
    if (text(toJson(figure)) != text(json))
        return line(text(toJson(figure)), "and not", text(json));
    if (const auto back = figureFromJson(json); !back || *back != figure)
        return line("not read back:", text(json));
    QJsonArray points = json["points"].toArray();
    QJsonArray vector = dice.isOneOf(2) ? json["normal"].toArray() : points[0].toArray();
    const int damage = dice.upTo(9), place = dice.upTo(2);
    if (damage < 3) // of one number
        vector[place] = dice.of<QJsonValue>({QJsonValue(), "1", QJsonArray{1}});
    else if (damage == 3)
        vector.removeAt(place);
    else if (damage == 4)
        vector.append(0);
    if (damage < 5 && dice.isOneOf(2)) {
        json["normal"] = vector;
    } else if (damage < 5) {
        points[dice.upTo(int(points.size()) - 1)] = vector;
        json["points"] = points;
    } else if (damage < 8) { // undefined: not there
        const QJsonValue none = QJsonValue::Undefined;
        const std::vector<std::pair<QString, QJsonValue>> wrong{{"id", none}, {"id", ""}, {"id", 7}, {"kind", none}, {"kind", "Length"}, {"kind", 1},
                                                                {"points", none}, {"points", 5}, {"normal", none}, {"normal", "x"}};
        const auto [key, value] = dice.of(wrong);
        json[key] = value;
    } else { // too few or too many
        const Kind& kind = *std::find_if(kinds.begin(), kinds.end(), [&](const Kind& one) { return one.id == figure.kind; });
        if (damage == 9 && !kind.isOpenEnded)
            points.append(points[0]);
        else
            while (points.size() >= kind.points)
                points.removeLast();
        json["points"] = points;
    }
    const auto read = figureFromJson(json);
    return !read && read.error().fault == Fault::Damaged ? QString() : line("read:", text(json));
}

/// Of a study: what is on the screen, and what was done and undone.
struct Study
{
    struct Step
    {
        std::optional<Figure> before, after;
        size_t index = 999, drawn = 0; // where it stood before it went, on the screen and in the store
        QString id() const { return before ? before->id : after->id; }
    };
    QString uid;
    bool isStored = true;
    std::unique_ptr<AnnotationDocument> document;
    std::vector<Figure> figures;
    std::vector<Step> steps;
    size_t done = 0;
    int changes = 0, failures = 0, seenChanges = 0;
    QStringList seenFailures;

    std::optional<Figure> find(const QString& id) const
    {
        const auto at = std::find_if(figures.begin(), figures.end(), [&](const Figure& figure) { return figure.id == id; });
        return at == figures.end() ? std::nullopt : std::optional(*at);
    }
};

/// Two studies on one store, one of them now and then without.
class Desk
{
public:
    explicit Desk(Dice& dice, Reached& reached) : m_dice(dice), m_reached(reached)
    {
        m_store = *FigureStore::open(path());
        m_database = *Database::open(path());
        m_studies[0].uid = "1.2.0", m_studies[1].uid = "1.2.1";
        m_studies[1].isStored = m_dice.isOneOf(2);
        open(m_studies[0]), open(m_studies[1]);
    }
    /// The first difference.
    QString step()
    {
        Study& study = m_studies[m_dice.upTo(1)];
        const QString id = QString::number(m_dice.upTo(m_count + 1));
        const std::optional<Figure> before = study.find(id);
        const int what = m_dice.upTo(15);
        if (what < 5) {
            const Figure added = drawFigure(m_dice, QString::number(++m_count));
            study.document->add(added);
            push(study, {{}, added});
        } else if (what < 7) {
            Figure other = before && m_reached.count("nothing replaced", m_dice.isOneOf(2)) ? *before : drawFigure(m_dice, id);
            other.isHidden = other.isHidden != m_dice.isOneOf(3);
            study.document->replace(other);
            if (before && *before != other)
                push(study, {before, other});
            m_reached.count("replaced", before.has_value()), m_reached.count("replaced, not there", !before);
        } else if (what < 9) {
            study.document->remove(id);
            if (m_reached.count("removed", before.has_value()))
                push(study, {before, {}});
        } else if (what < 12 && study.done > 0 && m_reached.count("undone")) {
            study.document->undoStack().undo();
            apply(study, study.steps[--study.done], &Study::Step::before);
        } else if (what == 12 && study.done < study.steps.size() && m_reached.count("redone")) {
            study.document->undoStack().redo();
            apply(study, study.steps[study.done++], &Study::Step::after);
        } else if (what == 13) {
            m_isBroken = m_reached.count("no table", !m_isBroken);
            (void)m_database->execute(m_isBroken ? "ALTER TABLE figure RENAME TO elsewhere" : "ALTER TABLE elsewhere RENAME TO figure");
        } else if (what == 14 && !m_rows.empty() && !m_isBroken) {
            Row& row = m_dice.in(m_rows);
            row.isDamaged = m_reached.count("a damaged row");
            (void)m_database->execute("UPDATE figure SET json=substr(json,1,?) WHERE id=?", {m_dice.upTo(60), row.figure.id});
        } else if (what == 15 && m_reached.count("opened again")) {
            open(study);
        }
        return compare();
    }

private:
    struct Row
    {
        QString study;
        Figure figure;
        bool isDamaged = false;
        size_t drawn = 0;
    };

    QString path() const { return m_folder.filePath("profile.db"); }
    void open(Study& study)
    {
        const bool isStored = study.isStored;
        study = Study{.uid = study.uid, .isStored = isStored, .document = {}, .figures = {}, .steps = {}, .seenFailures = {}};
        study.document = std::make_unique<AnnotationDocument>(dicom::StudyUid{study.uid}, isStored ? m_store.get() : nullptr);
        QObject::connect(study.document.get(), &AnnotationDocument::changed, [&study] { ++study.seenChanges; });
        QObject::connect(study.document.get(), &AnnotationDocument::failed, [&study](const Error& error) { study.seenFailures << error.detail; });
        int damaged = 0;
        for (const Row& row : m_rows)
            if (row.study == study.uid && isStored && !m_isBroken)
                row.isDamaged ? void(++damaged) : study.figures.push_back(row.figure);
        study.failures = isStored && (m_isBroken || damaged > 0);
        m_isRight = m_isRight && study.seenFailures.isEmpty(); // whoever opens it connects first
        QCoreApplication::sendPostedEvents();
        const bool isSaid = study.seenFailures == QStringList(QString("%1 stored annotations cannot be read").arg(damaged));
        m_isRight = m_isRight && isSaid == (damaged > 0) && !(m_isBroken && study.seenFailures.join(' ').contains("annotations"));
    }
    void push(Study& study, const Study::Step& step)
    {
        study.steps.resize(study.done);
        study.steps.push_back(step);
        apply(study, study.steps[study.done++], &Study::Step::after);
    }
    void apply(Study& study, Study::Step& step, std::optional<Figure> Study::Step::*which)
    {
        const std::optional<Figure>& to = step.*which;
        ++study.changes;
        study.failures += study.isStored && m_isBroken;
        const auto shown = std::ranges::find(study.figures, step.id(), &Figure::id);
        const bool isShown = shown != study.figures.end();
        if (isShown && to)
            *shown = *to;
        else if (isShown)
            step.index = size_t(shown - study.figures.begin()), study.figures.erase(shown);
        else if (to)
            study.figures.insert(study.figures.begin() + qsizetype(std::min(step.index, study.figures.size())), *to);
        m_reached.count("back in its place", to && !isShown && step.index + 1 < study.figures.size());
        if (!study.isStored || m_isBroken)
            return;
        const auto row = std::ranges::find(m_rows, step.id(), [](const Row& one) { return one.figure.id; });
        if (row != m_rows.end() && to)
            row->figure = *to, row->isDamaged = false;
        else if (row != m_rows.end())
            step.drawn = row->drawn, m_rows.erase(row);
        else if (to)
            m_rows.push_back({study.uid, *to, false, step.drawn > 0 ? step.drawn : m_rows.empty() ? 1 : m_rows.back().drawn + 1}); // of all studies
        std::ranges::stable_sort(m_rows, {}, &Row::drawn);
    }
    static QString idsOf(const std::vector<Figure>& figures)
    {
        return std::accumulate(figures.begin(), figures.end(), QString(), [](const QString& all, const Figure& one) { return all + one.id + ' '; });
    }
    QString compare()
    {
        for (Study& study : m_studies) {
            AnnotationDocument& document = *study.document;
            if (document.figures() != study.figures || document.study().value != study.uid)
                return line("figures", idsOf(document.figures()), "and not", idsOf(study.figures));
            if (document.undoStack().canUndo() != (study.done > 0) || document.undoStack().canRedo() != (study.done < study.steps.size()))
                return "what can be undone";
            if (study.seenChanges != study.changes || study.seenFailures.size() != study.failures || !m_isRight)
                return line("changes", study.seenChanges, "failures", study.seenFailures, "and not", study.changes, study.failures);
            const QString id = QString::number(m_dice.upTo(m_count + 1));
            if (const Figure* found = document.find(id); (found ? std::optional(*found) : std::nullopt) != study.find(id))
                return "found on the screen";
            if (m_isBroken)
                continue;
            std::vector<Figure> stored;
            int damaged = 0;
            const Row* row = nullptr;
            for (const Row& one : m_rows) {
                if (one.study == study.uid)
                    one.isDamaged ? void(++damaged) : stored.push_back(one.figure);
                row = one.figure.id == id ? &one : row;
            }
            const auto loaded = m_store->load({study.uid});
            if (!loaded || loaded->figures != stored || loaded->damagedCount != damaged)
                return line("stored", loaded ? idsOf(loaded->figures) : "nothing", "and not", idsOf(stored), damaged);
            const bool isDamaged = row && row->isDamaged;
            if (const auto one = m_store->find(id);
                isDamaged ? one || one.error().fault != Fault::Damaged : !one || *one != (row ? std::optional(row->figure) : std::nullopt))
                return line("found in the store", id);
        }
        return {};
    }

    Dice& m_dice;
    Reached& m_reached;
    QTemporaryDir m_folder{(QDir("/dev/shm").exists() ? QString("/dev/shm") : QDir::tempPath()) + "/diascope-XXXXXX"};
    std::unique_ptr<FigureStore> m_store;
    std::unique_ptr<Database> m_database;
    std::array<Study, 2> m_studies;
    std::vector<Row> m_rows;
    int m_count = 0;
    bool m_isBroken = false, m_isRight = true;
};

} // namespace

class TestRandomAnnotations : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void MEA_05_theKindsAndTheirLines()
    {
        QCOMPARE(builtinFigures().size(), kinds.size());
        for (size_t i = 0; i < kinds.size(); ++i) {
            const FigureKind& got = builtinFigures()[i];
            QCOMPARE(line(got.id, got.name, got.pointCount, got.isOpenEnded, got.hasText, got.values != nullptr),
                     line(kinds[i].id, kinds[i].name, kinds[i].points, kinds[i].isOpenEnded, kinds[i].hasText, kinds[i].hasValues));
            QCOMPARE(figureKind(got.id), &got);
        }
        QCOMPARE(figureKind("Length"), nullptr);
        QCOMPARE(seedOf(2000, [](Dice& dice) { return compareOutline(dice, dice.of(kinds)); }), QString());
    }
    void MEA_08_whatLiesOnAPlane() { QCOMPARE(seedOf(3000, comparePlane), QString()); }
    void SAF_12_whatIsRead() { QCOMPARE(seedOf(3000, compareJson), QString()); }
    void MEA_05_SAF_06_SAF_11_aDocumentAndItsStore()
    {
        Reached reached{"nothing replaced", "replaced", "replaced, not there", "removed", "undone", "redone", "no table", "a damaged row",
                        "opened again", "back in its place"};
        QString difference;
        for (int seed = 1; seed <= test::rounds(60); ++seed) {
            Dice dice(seed);
            Desk desk(dice, reached);
            for (int i = 0; i < 40 && difference.isEmpty(); ++i)
                difference = desk.step();
            QVERIFY2(difference.isEmpty(), qPrintable(line("seed", seed, difference)));
        }
        QVERIFY2(reached.missing().isEmpty(), qPrintable(reached.missing()));
    }

private:
    /// The first difference.
    template <typename Compare>
    static QString seedOf(int count, const Compare& compare)
    {
        for (int seed = 1; seed <= test::rounds(count); ++seed) {
            Dice dice(seed);
            if (const QString difference = compare(dice); !difference.isEmpty())
                return line("seed", seed, difference);
        }
        return {};
    }
};

QTEST_GUILESS_MAIN(TestRandomAnnotations)
#include "tst_random_annotations.moc"
