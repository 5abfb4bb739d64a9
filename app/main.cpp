#include "app/cli/cli.h"
#include "app/windows/workstation.h"
#include <QApplication>
#include <csignal>
#include <cstdio>
#include <sys/stat.h>

using namespace diascope;

int main(int argc, char* argv[])
{
    umask(0077); // what is written is of patients: for this user alone
    std::signal(SIGPIPE, SIG_IGN); // who read what we say may go: a listener goes on
    QStringList arguments;
    for (int i = 1; i < argc; ++i)
        arguments << QString::fromLocal8Bit(argv[i]);
    const bool isVerb = cli::namesVerb(arguments) && !windows::isDemonstration(arguments);
    // A verb shows nothing: it must work without a display.
    const bool isTextOnly = isVerb || arguments.contains(QStringLiteral("--help")) || arguments.contains(QStringLiteral("--version"));
    if (isTextOnly && qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM"))
        qputenv("QT_QPA_PLATFORM", "offscreen");
    if (const auto refused = isTextOnly ? std::nullopt : cli::refusal(arguments))
        return *refused;
    if (isTextOnly)
        cli::silenceLibraries();
    QApplication application(argc, argv);
    QCoreApplication::setApplicationName(QStringLiteral("diascope"));
    QCoreApplication::setApplicationVersion(QStringLiteral(DIASCOPE_VERSION));
    QGuiApplication::setApplicationDisplayName(QStringLiteral("Diascope"));
    if (isVerb)
        return cli::run(arguments);
    if (arguments.contains(QStringLiteral("--version"))) {
        std::printf("diascope %s\n", DIASCOPE_VERSION);
        return 0;
    }
    if (arguments.contains(QStringLiteral("--help"))) {
        std::printf("%s\n", cli::help().toUtf8().constData());
        return 0;
    }
    return windows::run(application, arguments);
}
