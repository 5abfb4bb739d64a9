#include "netclient/base/secrets.h"
#include "tests/support/test_data.h"
#include <QDirIterator>
#include <QDeadlineTimer>
#include <QElapsedTimer>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <csignal>
#include <iostream>
#include <thread>

using namespace diascope;

/// The program is its own helper: "child VERB NAME [SECRET]" does one thing and says how it went; "twice" reads it two times, and
/// says how long the second took; "late" reads it until it comes, with the keyring stopped at first (SECRET is its process). It waits two
/// seconds for a person.
namespace
{

int child(const QStringList& arguments)
{
    const QString verb = arguments.value(0), name = arguments.value(1);
    QString said;
    setKeyringPatience(std::chrono::seconds(2));
    // Off the main thread, whose event loop does not run: as a worker would call it.
    std::thread worker([&] {
        const auto say = [&](const auto& result) { said = result ? QStringLiteral("done") : QString::number(int(result.error().fault)) + u' ' + result.error().detail; };
        if (verb == "store")
            say(storeSecret(name, arguments.value(2)));
        else if (verb == "remove")
            say(removeSecret(name));
        else if (verb == "twice") {
            QElapsedTimer clock;
            clock.start();
            const auto first = readSecret(name);
            const qint64 firstMs = clock.restart();
            const auto second = readSecret(name);
            said = QStringLiteral("%1 %2 %3").arg(first ? -1 : int(first.error().fault)).arg(second ? -1 : int(second.error().fault)).arg(firstMs) + u' ' + QString::number(clock.elapsed());
        } else if (verb == "late") {
            const pid_t keyring = arguments.value(2).toInt();
            const auto tell = [&](int signal) { return keyring > 1 && ::kill(keyring, signal) == 0; };
            const bool isStopped = tell(SIGSTOP);
            const auto first = readSecret(name);
            tell(SIGCONT);
            auto next = readSecret(name);
            for (QDeadlineTimer deadline(20000); !next && !deadline.hasExpired(); next = readSecret(name))
                std::this_thread::yield();
            said = QStringLiteral("%1 %2").arg(first || !isStopped ? -1 : int(first.error().fault)).arg(next.value_or("nothing"));
        } else if (const auto secret = readSecret(name))
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
        QTemporaryDir home;
        const auto ran = withOpenKeyring(home, QStringLiteral("'%1' child read n; '%1' child store n 'p\u00e4ss word'; '%1' child read n; '%1' child remove n; '%1' child read n; '%1' child remove n").arg(self()));
        if (!ran)
            QSKIP("gnome-keyring or dbus is not here");
        const QList<QByteArray> lines = ran->out.trimmed().split('\n');
        QVERIFY2(lines.size() == 6, (ran->out + ran->err).constData());
        const QByteArray notFound = QByteArray::number(int(Fault::NotFound)) + " the keyring has no such password";
        QCOMPARE(lines[0], notFound);
        QCOMPARE(lines[1], "done");
        QCOMPARE(lines[2], "secret p\u00e4ss word");
        QCOMPARE(lines[3], "done");
        QCOMPARE(lines[4], notFound);
        QCOMPARE(lines[5], "done");
        QCOMPARE(filesWith(home.path(), "ss word"), QStringList()); // the keyring's file is encrypted
    }

    /// A real keyring with a password in it, locked again. Nobody is there to unlock it, so each question fails at once and says
    /// why: libsecret alone calls the password missing, and removed.
    void aLockedKeyringIsNotAnEmptyOne()
    {
        QTemporaryDir home;
        const auto ran = withLockedKeyring(home, QStringLiteral("'%1' child read n; '%1' child store m x; '%1' child remove n").arg(self()), {});
        if (!ran)
            QSKIP("gnome-keyring or dbus is not here");
        const QList<QByteArray> lines = ran->out.trimmed().split('\n');
        QVERIFY2(lines.size() == 5 && lines[1].contains("/org/freedesktop/secrets/collection/login"), (ran->out + ran->err).constData());
        QCOMPARE(lines[0], "done");
        for (int i = 2; i < 5; ++i)
            QCOMPARE(lines[i], QByteArray::number(int(Fault::Unreadable)) + " the keyring stayed locked");
    }

    /// The same, and whoever should ask the person for the keyring's password never does.
    void aKeyringThatWaitsForAPersonIsNotWaitedForForEver()
    {
        QTemporaryDir home;
        const auto ran = withLockedKeyring(home, QStringLiteral("'%1' child read n; '%1' child twice n").arg(self()), QStringLiteral("/bin/sleep 20"));
        if (!ran)
            QSKIP("gnome-keyring or dbus is not here");
        const QList<QByteArray> lines = ran->out.trimmed().split('\n');
        QVERIFY2(lines.size() == 4, (ran->out + ran->err).constData());
        const QByteArray timedOut = QByteArray::number(int(Fault::TimedOut));
        QCOMPARE(lines[2], timedOut + " the keyring does not answer; it may be waiting to be unlocked");
        const QList<QByteArray> twice = lines[3].split(' ');
        QCOMPARE(twice.mid(0, 2), (QList<QByteArray>{timedOut, timedOut}));
        QVERIFY2(twice[2].toInt() >= 2000 && twice[2].toInt() < 6000, lines[3].constData());
        QVERIFY2(twice[3].toInt() < 500, lines[3].constData()); // the next question does not wait once more
    }

    /// A question that nobody waits for any more is answered all the same, and then others can be asked.
    void SEC_05_anAnswerThatComesLateHoldsUpNoOther()
    {
        QTemporaryDir home;
        const auto ran = withOpenKeyring(home, QStringLiteral("'%1' child store n word; '%1' child late n $(dbus-send --session --print-reply --dest=org.freedesktop.DBus /"
                                                              " org.freedesktop.DBus.GetConnectionUnixProcessID string:org.freedesktop.secrets | sed -n 's,.*uint32 ,,p')").arg(self()));
        if (!ran)
            QSKIP("gnome-keyring or dbus is not here");
        const QList<QByteArray> lines = ran->out.trimmed().split('\n');
        QVERIFY2(lines.size() == 2, (ran->out + ran->err).constData());
        QCOMPARE(lines[1], QByteArray::number(int(Fault::TimedOut)) + " word");
    }

private:
    static bool hasKeyring()
    {
        return !QStandardPaths::findExecutable("gnome-keyring-daemon").isEmpty() && !QStandardPaths::findExecutable("dbus-run-session").isEmpty();
    }
    /// `script` in a session of its own, whose keyring is open and empty.
    static std::optional<test::Ran> withOpenKeyring(const QTemporaryDir& home, const QString& script)
    {
        if (!hasKeyring())
            return std::nullopt;
        const QString all = QStringLiteral("export HOME=%1 XDG_RUNTIME_DIR=%1 XDG_CONFIG_HOME=%1/c XDG_DATA_HOME=%1/d; unset DISPLAY WAYLAND_DISPLAY;"
                                           " printf 'login password' | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1; ").arg(home.path());
        return test::run("dbus-run-session", {"--", "/bin/sh", "-c", all + script});
    }
    /// Output: "done" (a secret n was kept), what was locked, then what `script` says. `prompter`: what is started to ask a person.
    static std::optional<test::Ran> withLockedKeyring(const QTemporaryDir& home, const QString& script, const QString& prompter)
    {
        if (!hasKeyring())
            return std::nullopt;
        const QString services = home.filePath("d/dbus-1/services");
        QDir().mkpath(services);
        QFile service(services + "/org.gnome.keyring.SystemPrompter.service");
        if (!prompter.isEmpty() && service.open(QIODevice::WriteOnly))
            service.write("[D-BUS Service]\nName=org.gnome.keyring.SystemPrompter\nExec=" + prompter.toUtf8() + "\n");
        service.close();
        const QString all = QStringLiteral("printf 'login password' | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1; '%1' child store n word;"
                                           " dbus-send --session --print-reply --dest=org.freedesktop.secrets /org/freedesktop/secrets org.freedesktop.Secret.Service.Lock"
                                           " array:objpath:/org/freedesktop/secrets/collection/login | grep -m1 collection; %2").arg(self(), script);
        return test::run("env", {"-u", "DISPLAY", "-u", "WAYLAND_DISPLAY", "HOME=" + home.path(), "XDG_RUNTIME_DIR=" + home.path(), "XDG_CONFIG_HOME=" + home.filePath("c"),
                                 "XDG_DATA_HOME=" + home.filePath("d"), "dbus-run-session", "--", "/bin/sh", "-c", all});
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
