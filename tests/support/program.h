#pragma once
#include "tests/support/test_data.h"
#include <QCoreApplication>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>

namespace diascope::test
{

/// The program itself with a profile of its own, called as a script would call it: in English, without a display.
class Program
{
public:
    Program()
    {
        for (const char* display : {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM", "XDG_RUNTIME_DIR"})
            qunsetenv(display);
        qputenv("LC_ALL", "C.UTF-8");
    }
    /// Whatever a test did, the log names nobody (SEC-04): of the patients of phantoms and orders.
    ~Program()
    {
        QFile log(profile() + QStringLiteral("/diascope.log"));
        if (!log.open(QIODevice::ReadOnly))
            return;
        const QByteArray lines = log.readAll();
        for (const char* name : {"Phantom", "Peter", "PH-0001", "Doe", "Jane"})
            if (const auto at = lines.indexOf(name); at >= 0)
                QTest::qFail(("the log names a patient: " + lines.mid(std::max<qsizetype>(0, at - 100), 200)).constData(),
                             __FILE__, __LINE__);
    }
    QString profile() const { return m_profile.path(); }
    Ran run(const QStringList& arguments, const QByteArray& input = {}) const
    {
        return test::run(path(), words(arguments), input);
    }
    /// In the background.
    void start(QProcess& process, const QStringList& arguments) const { process.start(path(), words(arguments)); }
    /// With --json; the document also where the verb failed. Null where stdout is not exactly one JSON document.
    QJsonDocument json(const QStringList& arguments, int* exitCode = nullptr, QByteArray* err = nullptr) const
    {
        const Ran ran = run(arguments + QStringList{QStringLiteral("--json")});
        if (exitCode)
            *exitCode = ran.code;
        if (err)
            *err = ran.err;
        if (!exitCode && ran.code != 0)
            qWarning("%s: %s", qPrintable(arguments.join(u' ')), ran.err.constData());
        return QJsonDocument::fromJson(ran.out);
    }

private:
    static QString path() { return QCoreApplication::applicationDirPath() + QStringLiteral("/diascope"); }
    QStringList words(const QStringList& arguments) const { return QStringList{QStringLiteral("--profile"), profile()} + arguments; }

    QTemporaryDir m_profile;
};

/// What stderr holds after a failure: one line that begins with the program's name.
inline bool isOnePlainLine(const QByteArray& err)
{
    return err.startsWith("diascope: ") && err.size() > 12 && err.count('\n') == 1 && err.endsWith('\n');
}

} // namespace diascope::test

/// The call failed as CLI.md says: code 1, one plain line on stderr.
#define FAILS_PLAINLY(ran)                                                                                             \
    do {                                                                                                               \
        const auto& theRun = (ran);                                                                                    \
        QVERIFY2(theRun.code == 1, qPrintable(QStringLiteral("code %1: %2%3").arg(theRun.code).arg(QString::fromUtf8(theRun.err), QString::fromUtf8(theRun.out)))); \
        QVERIFY2(diascope::test::isOnePlainLine(theRun.err), theRun.err.constData());                                  \
    } while (false)
