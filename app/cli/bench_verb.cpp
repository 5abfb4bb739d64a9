#include "app/cli/verbs.h"
#include "app/windows/study_browser.h"
#include "app/windows/study_search.h"
#include "app/windows/workstation.h"
#include <QApplication>
#include <QElapsedTimer>
#include <QFile>
#include <QTreeView>
#include <algorithm>
#include <ctime>
#include <unistd.h>

namespace diascope::cli
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("Cli", text); }

constexpr int patienceMs = 60'000;

/// Since the kernel made this process, before the first line of ours; counted in its ticks of 10 ms (proc(5), field 22 of stat).
double msSinceProcessStart()
{
    QFile stat(QStringLiteral("/proc/self/stat"));
    if (!stat.open(QIODevice::ReadOnly))
        return -1;
    const QByteArray all = stat.readAll();
    const QList<QByteArray> fields = all.mid(all.lastIndexOf(')') + 2).split(' '); // the name before it may hold anything; from field 3 on
    timespec now{};
    clock_gettime(CLOCK_BOOTTIME, &now);
    return double(now.tv_sec) * 1e3 + double(now.tv_nsec) / 1e6 - fields.value(19).toDouble() * 1e3 / double(sysconf(_SC_CLK_TCK));
}

/// What this thread has worked: the same however busy the machine is with others.
double workedMs()
{
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return double(now.tv_sec) * 1e3 + double(now.tv_nsec) / 1e6;
}

/// Knows when rows were painted.
class FirstRows : public QObject
{
public:
    explicit FirstRows(QTreeView& view) : m_view(view) { view.viewport()->installEventFilter(this); }
    bool arePainted() const { return m_arePainted; }
    bool eventFilter(QObject* watched, QEvent* event) override
    {
        if (event->type() == QEvent::Paint && m_view.model()->rowCount() > 0)
            m_arePainted = true; // it is about to be: its end is waited for by who asks, on the same thread
        return QObject::eventFilter(watched, event);
    }

private:
    QTreeView& m_view;
    bool m_arePainted = false;
};

/// What windows::run() does until somebody can use the list, but for what talks to others: nothing is delivered, nothing listens.
Outcome benchStart(Call& call, app::Session& session)
{
    const double sessionMs = msSinceProcessStart();
    auto& application = *static_cast<QApplication*>(QCoreApplication::instance());
    const QString language = session.settings().get(app::uiLanguage);
    windows::applyLanguage(application, language);
    windows::applyTheme(application, language.isEmpty() ? QLocale::system().name() : language);
    windows::Workstation workstation(session);
    const auto views = workstation.browser().findChildren<QTreeView*>();
    const auto found = std::find_if(views.begin(), views.end(), [](const QTreeView* view) { return qobject_cast<windows::StudyTable*>(view->model()); });
    QTreeView* view = found == views.end() ? nullptr : *found;
    if (!view)
        return failed(tr("the window has no list"));
    const FirstRows rows(*view);
    workstation.showBrowser();
    const double shownMs = msSinceProcessStart();
    QElapsedTimer clock;
    clock.start();
    while (!rows.arePainted() && clock.elapsed() < patienceMs && view->model()->rowCount() > 0)
        QCoreApplication::processEvents(QEventLoop::AllEvents, 20);
    if (!rows.arePainted())
        return failed(tr("no rows were shown"));
    const double firstMs = msSinceProcessStart();
    if (call.isJson)
        call.print(QJsonObject{{"firstMs", firstMs}, {"sessionMs", sessionMs}, {"shownMs", shownMs}, {"rows", view->model()->rowCount()}});
    call.say(tr("%1 ms from the start of the process to the first rows").arg(firstMs, 0, 'f', 0));
    return done();
}

/// A word letter by letter, as somebody types it into the browser: the archive is asked, the list is filled and sorted.
Outcome benchTyping(Call& call, app::Session& session, const QString& word)
{
    windows::StudyTable table;
    windows::StudySearch search(session);
    QTreeView view;
    view.setUniformRowHeights(true);
    view.setModel(&table);
    view.resize(1200, 800);
    view.show();
    QCoreApplication::processEvents();
    std::vector<double> times, filled, worked;
    for (qsizetype letters = 1; letters <= word.size(); ++letters) {
        QElapsedTimer clock;
        clock.start();
        const double before = workedMs();
        windows::SearchTerms terms;
        terms.text = word.left(letters);
        search.start(terms, table, windows::StudySearch::Nodes::LeaveAlone);
        filled.push_back(double(clock.nsecsElapsed()) / 1e6);
        QCoreApplication::processEvents();
        worked.push_back(workedMs() - before);
        times.push_back(double(clock.nsecsElapsed()) / 1e6);
    }
    const auto json = [](const std::vector<double>& values) {
        QJsonArray all;
        for (const double value : values)
            all << value;
        return all;
    };
    const double worst = *std::max_element(times.begin(), times.end());
    if (call.isJson)
        call.print(QJsonObject{{"allMs", json(times)}, {"filledMs", json(filled)}, {"workedMs", json(worked)}, {"worstMs", worst}, {"rows", table.rowCount()}});
    call.say(tr("%1 ms at most for one letter").arg(worst, 0, 'f', 1));
    return done();
}

Outcome runBench(Call& call, const QCommandLineParser& parser)
{
    const QStringList words = parser.positionalArguments();
    const bool isStart = words.size() == 1 && words[0] == QLatin1String("start");
    const bool isTyping = words.size() == 2 && words[0] == QLatin1String("typing") && !words[1].isEmpty();
    if (!isStart && !isTyping)
        return wrongUsage(tr("start or typing WORD is wanted"));
    const auto session = call.session();
    if (!session)
        return failed(session.error());
    return isStart ? benchStart(call, **session) : benchTyping(call, **session, words[1]);
}

} // namespace

Verb benchVerb()
{
    return {"bench", "start | typing WORD", tr("how long the list of studies takes, from the start of the process or letter by letter"), {}, runBench};
}

} // namespace diascope::cli
