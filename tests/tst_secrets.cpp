#include "netclient/base/secrets.h"
#include "tests/support/test_data.h"
#include <QDirIterator>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <iostream>
#include <thread>

using namespace diascope;

/// The program is its own helper: "child VERB NAME [SECRET]" does one thing and says how it went.
namespace
{

int child(const QStringList& arguments)
{
    const QString verb = arguments.value(0), name = arguments.value(1);
    QString said;
    // Off the main thread, whose event loop does not run: as a worker would call it.
    std::thread worker([&] {
        const auto say = [&](const auto& result) { said = result ? QStringLiteral("done") : QString::number(int(result.error().fault)) + u' ' + result.error().detail; };
        if (verb == "store")
            say(storeSecret(name, arguments.value(2)));
        else if (verb == "remove")
            say(removeSecret(name));
        else if (const auto secret = readSecret(name))
            said = "secret " + *secret;
        else
            say(secret);
    });
    worker.join();
    std::cout << said.toUtf8().constData() << std::endl;
    return 0;
}

QString self() { return QCoreApplication::applicationFilePath(); }

QStringList filesWith(const QString& folder, const QByteArray& text)
{
    QStringList found;
    QDirIterator all(folder, QDir::Files | QDir::Hidden, QDirIterator::Subdirectories);
    while (all.hasNext()) {
        QFile file(all.next());
        if (file.open(QIODevice::ReadOnly) && file.readAll().contains(text))
            found << file.fileName();
    }
    return found;
}

} // namespace

class TestSecrets : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aVariableOfTheEnvironmentIsLookedAtFirst()
    {
        qputenv("DIASCOPE_SECRET_NODE_MAIN_PACS_2", "s\u00e9same");
        QCOMPARE(*readSecret("node/Main PACS-2"), QString::fromUtf8("s\u00e9same"));
        qunsetenv("DIASCOPE_SECRET_NODE_MAIN_PACS_2");
    }

    void withoutAKeyringItSaysSoAndWritesNothing()
    {
        QTemporaryDir home;
        const QString script = QStringLiteral("export HOME=%1 XDG_RUNTIME_DIR=%1 XDG_CONFIG_HOME=%1/c XDG_DATA_HOME=%1/d DBUS_SESSION_BUS_ADDRESS=unix:path=%1/none;"
                                              " unset DISPLAY WAYLAND_DISPLAY; '%2' child store a top-secret-word; '%2' child read a").arg(home.path(), self());
        const auto ran = test::run("/bin/sh", {"-c", script});
        const QList<QByteArray> lines = ran.out.trimmed().split('\n');
        QVERIFY2(lines.size() == 2, (ran.out + ran.err).constData());
        for (const QByteArray& line : lines)
            QVERIFY2(line.startsWith(QByteArray::number(int(Fault::Unreadable)) + " there is no keyring"), line.constData());
        QCOMPARE(filesWith(home.path(), "top-secret-word"), QStringList());
    }

    void aRealKeyringKeepsASecretAcrossPrograms()
    {
        if (QStandardPaths::findExecutable("gnome-keyring-daemon").isEmpty() || QStandardPaths::findExecutable("dbus-run-session").isEmpty())
            QSKIP("gnome-keyring or dbus is not here");
        QTemporaryDir home;
        const QString script = QStringLiteral("export HOME=%1 XDG_RUNTIME_DIR=%1 XDG_CONFIG_HOME=%1/c XDG_DATA_HOME=%1/d; unset DISPLAY WAYLAND_DISPLAY;"
                                              " printf 'login password' | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1;"
                                              " '%2' child read n; '%2' child store n 'p\u00e4ss word'; '%2' child read n; '%2' child remove n; '%2' child read n; '%2' child remove n")
                                   .arg(home.path(), self());
        const auto ran = test::run("dbus-run-session", {"--", "/bin/sh", "-c", script});
        const QList<QByteArray> lines = ran.out.trimmed().split('\n');
        QVERIFY2(lines.size() == 6, (ran.out + ran.err).constData());
        const QByteArray notFound = QByteArray::number(int(Fault::NotFound)) + " the keyring has no such password";
        QCOMPARE(lines[0], notFound);
        QCOMPARE(lines[1], "done");
        QCOMPARE(lines[2], "secret p\u00e4ss word");
        QCOMPARE(lines[3], "done");
        QCOMPARE(lines[4], notFound);
        QCOMPARE(lines[5], "done");
        QCOMPARE(filesWith(home.path(), "ss word"), QStringList()); // the keyring's file is encrypted
    }
};

int main(int argc, char** argv)
{
    QCoreApplication app(argc, argv);
    if (app.arguments().value(1) == "child")
        return child(app.arguments().mid(2));
    TestSecrets test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_secrets.moc"
