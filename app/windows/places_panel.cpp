#include "app/windows/places_panel.h"
#include "app/windows/icons.h"
#include <QContextMenuEvent>
#include <QDragMoveEvent>
#include <QHeaderView>
#include <QJsonDocument>
#include <QJsonObject>
#include <QMenu>
#include <QMimeData>

namespace diascope::windows
{

namespace
{

const Setting<QString> savedSearches{"windows.browser.searches", QString()};
const Setting<QString> chosenPlace{"windows.browser.place", QString()};

constexpr int kindRole = Qt::UserRole;
constexpr int dataRole = Qt::UserRole + 1;

} // namespace

PlacesPanel::PlacesPanel(app::Session& session, QWidget* parent) : QTreeWidget(parent), m_session(session)
{
    setColumnCount(2);
    setHeaderHidden(true);
    header()->setStretchLastSection(false);
    header()->setSectionResizeMode(0, QHeaderView::Stretch);
    header()->setSectionResizeMode(1, QHeaderView::ResizeToContents);
    setRootIsDecorated(false);
    setIndentation(10);
    setItemsExpandable(false);
    setAcceptDrops(session.permit(app::Action::Send).has_value());
    setDropIndicatorShown(false);
    setContextMenuPolicy(Qt::CustomContextMenu);
    setMinimumWidth(150);
    const QJsonObject searches = QJsonDocument::fromJson(session.settings().get(savedSearches).toUtf8()).object();
    for (auto it = searches.begin(); it != searches.end(); ++it)
        m_searches.insert(it.key(), it.value().toString().toUtf8());
    connect(this, &QTreeWidget::customContextMenuRequested, this, &PlacesPanel::showMenu);
    const auto choose = [this](QTreeWidgetItem* item) {
        switch (Kind(item->data(0, kindRole).toInt())) {
        case Everywhere:
        case Here:
        case Node:
            m_current = item;
            if (m_session.permit(app::Action::ChangeSettings))
                m_session.settings().set(chosenPlace, item->data(0, dataRole).toString());
            Q_EMIT placeChosen();
            break;
        case Search:
            if (const auto terms = SearchTerms::fromJson(m_searches.value(item->data(0, dataRole).toString())))
                Q_EMIT searchChosen(*terms);
            setCurrentItem(m_current);
            break;
        case SetUp:
            setCurrentItem(m_current);
            Q_EMIT settingsWanted();
            break;
        case Heading:
            break;
        }
    };
    connect(this, &QTreeWidget::itemClicked, this, choose);
    connect(this, &QTreeWidget::itemActivated, this, choose); // Enter
    rebuild();
}

QTreeWidgetItem* PlacesPanel::add(QTreeWidgetItem* under, Kind kind, const QString& text, const QString& data)
{
    auto* item = new QTreeWidgetItem(under, {text});
    item->setData(0, kindRole, kind);
    item->setData(0, dataRole, data);
    item->setToolTip(0, text.toHtmlEscaped());
    item->setForeground(1, QColor(0x9a, 0xa0, 0xa6));
    item->setFlags(kind == Heading ? Qt::ItemIsEnabled : Qt::ItemIsEnabled | Qt::ItemIsSelectable | (kind == Node ? Qt::ItemIsDropEnabled : Qt::NoItemFlags));
    return item;
}

QStringList PlacesPanel::nodeNames() const
{
    QStringList names;
    for (const dimse::Node& node : dimse::Nodes(m_session.settings()).list())
        names << node.name;
    return names;
}

void PlacesPanel::rebuild()
{
    const QString chosen = m_current ? m_current->data(0, dataRole).toString() : m_session.settings().get(chosenPlace);
    clear();
    const auto heading = [this](const QString& text) {
        QTreeWidgetItem* item = add(invisibleRootItem(), Heading, text);
        item->setForeground(0, QColor(0x9a, 0xa0, 0xa6));
        return item;
    };
    QTreeWidgetItem* places = heading(tr("Where"));
    const QStringList nodes = nodeNames();
    QTreeWidgetItem* here = add(places, Here, tr("This workstation"), QStringLiteral("here"));
    QTreeWidgetItem* everywhere = nodes.isEmpty() ? nullptr : add(places, Everywhere, tr("Everywhere"), QStringLiteral("everywhere"));
    m_current = here;
    if (everywhere && chosen == QLatin1String("everywhere"))
        m_current = everywhere;
    for (const QString& name : nodes) {
        QTreeWidgetItem* item = add(places, Node, name, QStringLiteral("node:") + name);
        item->setIcon(0, icon(QStringLiteral("transfers")));
        if (chosen == QStringLiteral("node:") + name)
            m_current = item;
    }
    if (m_session.permit(app::Action::ChangeSettings))
        add(places, SetUp, tr("Set up a PACS…"))->setForeground(0, QColor(0x4a, 0xa3, 0xdf));
    if (!m_searches.isEmpty()) {
        QTreeWidgetItem* searches = heading(tr("Searches"));
        for (auto it = m_searches.constBegin(); it != m_searches.constEnd(); ++it)
            add(searches, Search, it.key(), it.key())->setIcon(0, icon(QStringLiteral("search")));
    }
    expandAll();
    setCurrentItem(m_current);
}

bool PlacesPanel::isArchiveChosen() const { return !m_current || Kind(m_current->data(0, kindRole).toInt()) != Node; }

QStringList PlacesPanel::chosenNodes() const
{
    if (!m_current)
        return {};
    const auto kind = Kind(m_current->data(0, kindRole).toInt());
    return kind == Everywhere ? nodeNames() : kind == Node ? QStringList{m_current->data(0, dataRole).toString().mid(5)} : QStringList();
}

void PlacesPanel::showStates(const std::vector<StudySearch::State>& states)
{
    QHash<QString, const StudySearch::State*> byName;
    for (const StudySearch::State& state : states)
        byName.insert(state.node, &state);
    for (QTreeWidgetItemIterator it(this); *it; ++it) {
        if (Kind((*it)->data(0, kindRole).toInt()) != Node)
            continue;
        const StudySearch::State* state = byName.value((*it)->data(0, dataRole).toString().mid(5));
        (*it)->setText(1, !state                   ? QString()
                          : !state->error.isEmpty() ? QStringLiteral("⚠")
                          : state->isRunning        ? QStringLiteral("…")
                                                    : QStringLiteral("%1%2").arg(state->rows).arg(state->isCut ? QStringLiteral("+") : QString()));
        (*it)->setForeground(1, state && !state->error.isEmpty() ? QColor(0xf0, 0xb4, 0x3c) : QColor(0x9a, 0xa0, 0xa6));
        (*it)->setToolTip(1, state ? state->error.toHtmlEscaped() : QString());
    }
}

void PlacesPanel::save(const QString& name, const SearchTerms& terms)
{
    m_searches.insert(name, terms.toJson());
    store();
}

void PlacesPanel::store()
{
    QJsonObject searches;
    for (auto it = m_searches.constBegin(); it != m_searches.constEnd(); ++it)
        searches[it.key()] = QString::fromUtf8(it.value());
    m_session.settings().set(savedSearches, QString::fromUtf8(QJsonDocument(searches).toJson(QJsonDocument::Compact)));
    rebuild();
}

void PlacesPanel::showMenu(QPoint at)
{
    QTreeWidgetItem* item = itemAt(at);
    if (!item || Kind(item->data(0, kindRole).toInt()) != Search || !m_session.permit(app::Action::ChangeSettings))
        return;
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->addAction(tr("Forget this search"), this, [this, name = item->data(0, dataRole).toString()] {
        m_searches.remove(name);
        store();
    });
    menu->popup(viewport()->mapToGlobal(at));
}

void PlacesPanel::dragMoveEvent(QDragMoveEvent* event)
{
    QTreeWidget::dragMoveEvent(event);
    const QTreeWidgetItem* item = itemAt(event->position().toPoint());
    const bool isNode = item && Kind(item->data(0, kindRole).toInt()) == Node;
    if (isNode && event->mimeData()->hasFormat(QLatin1String(StudyTable::mimeType)))
        event->acceptProposedAction();
    else
        event->ignore();
}

bool PlacesPanel::dropMimeData(QTreeWidgetItem* parent, int, const QMimeData* data, Qt::DropAction)
{
    if (!parent || Kind(parent->data(0, kindRole).toInt()) != Node)
        return false;
    const QStringList uids = QString::fromLatin1(data->data(QLatin1String(StudyTable::mimeType))).split(u'\n', Qt::SkipEmptyParts);
    Q_EMIT studiesDropped(uids, parent->data(0, dataRole).toString().mid(5));
    return true;
}

} // namespace diascope::windows
