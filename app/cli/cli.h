#pragma once
#include "app/session/session.h"
#include <QCommandLineParser>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <functional>

namespace diascope::cli
{

/// What every verb shares: the words after the verb, the flags common to all, the session, how to speak.
class Call
{
public:
    QString verb;
    QStringList words; ///< after the verb, without the common flags
    QString profileFolder;
    app::Mode mode = app::Mode::Reading;
    bool isJson = false;
    bool isQuiet = false;

    /// Opens the profile on first use.
    Result<app::Session*> session();
    /// Progress to stderr, only to a terminal and not with --quiet.
    Task& task();

    void print(const QJsonObject& json) { print(QJsonDocument(json)); }
    void print(const QJsonArray& json) { print(QJsonDocument(json)); }
    bool hasPrinted() const { return m_hasPrinted; }
    void say(const QString& line) const; ///< for people: nothing with --json

private:
    void print(const QJsonDocument& json);

    std::unique_ptr<app::Session> m_session;
    std::unique_ptr<Task> m_task;
    bool m_hasPrinted = false;
};

/// Fault::Invalid with `isUsage`: exit code 2.
struct Outcome
{
    int exitCode = 0;
    QString error; ///< one plain line
};
Outcome done();
Outcome failed(const Error& error);
Outcome failed(const QString& line);
Outcome wrongUsage(const QString& line);

/// One verb: a file of its own, a line in verbs.cpp.
struct Verb
{
    QString name;
    QString arguments; ///< "PATH… [--reference]"
    QString summary;   ///< one line
    std::function<void(QCommandLineParser&)> declare;
    std::function<Outcome(Call&, const QCommandLineParser&)> run;
};
const std::vector<Verb>& verbs();

/// Whether these arguments (without the program's name) name a verb: then run() does it and nothing opens.
bool namesVerb(const QStringList& arguments);
int run(const QStringList& arguments);
/// The code to exit with, said on stderr, where these arguments name no verb and no window can open for them either: a
/// misspelt verb, no display. Before the QApplication, which would abort.
std::optional<int> refusal(const QStringList& arguments);
/// Remarks of libraries do not mix with the one line a verb says on stderr. Before the QApplication.
void silenceLibraries();
/// The text of `diascope --help`.
QString help();

QJsonObject toJson(const archive::StudyRow& row);
QJsonArray toJson(const std::vector<archive::Remark>& remarks);
/// "x,y,…" as numbers; nothing if one is none or the count is another (count 0: any).
std::optional<std::vector<double>> numbersOf(const QString& text, int count = 0);
/// A whole number of an option between two bounds; `otherwise` where not given; nothing where it is no such number.
std::optional<int> wholeNumber(const QCommandLineParser& parser, const QString& option, int least, int most, int otherwise);
Result<dimse::Node> nodeNamed(Call& call, const QString& name);

} // namespace diascope::cli
