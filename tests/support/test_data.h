#pragma once
#include <QByteArray>
#include <QDir>
#include <QProcess>
#include <QString>
#include <QtTest>

namespace diascope::test
{

/// The folder of real test data (DIASCOPE_TEST_DATA, else ../shared/data beside the project); empty where absent.
QString dataFolder();

/// An absolute path in it; empty where absent.
QString dataFile(const QString& relative);

/// Runs an independent program to its end (60 s); its exit code and output.
struct Ran
{
    int code = -1;
    QByteArray out;
    QByteArray err;
};
Ran run(const QString& program, const QStringList& arguments, const QByteArray& input = {});

/// Waits so long for a process to end, then kills it (SIGKILL). Whether it ended by itself.
bool endsWithin(QProcess& process, int milliseconds);

/// A file's bytes; empty where it cannot be read.
QByteArray bytesOf(const QString& path);

/// Runs Python (Debian's, with pydicom and numpy) on a script given as text; arguments follow in sys.argv[1:].
Ran python(const QString& script, const QStringList& arguments = {});

} // namespace diascope::test

/// Skips with the reason where the real test data is not there.
#define NEEDS_TEST_DATA(path)                                                                                          \
    do {                                                                                                               \
        if ((path).isEmpty())                                                                                          \
            QSKIP("the real test data is not here (set DIASCOPE_TEST_DATA)");                                          \
    } while (false)

/// The run ended with code 0, or its words are shown.
#define SUCCEEDS(ran)                                                                                                  \
    do {                                                                                                               \
        const auto& theRun = (ran);                                                                                    \
        QVERIFY2(theRun.code == 0, qPrintable(QStringLiteral("code %1: %2").arg(theRun.code).arg(QString::fromUtf8(theRun.err)))); \
    } while (false)
