#include "netclient/base/secrets.h"
#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusVariant>
#include <QThread>
#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <qt6keychain/keychain.h>

namespace diascope
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("Secrets", text); }

const QString service = QStringLiteral("Diascope");
std::atomic<std::chrono::seconds> patience{std::chrono::seconds(keyringSeconds.defaultValue)};
std::atomic<int> openQuestions = 0; // that nobody waits for any more

/// QtKeychain lines its jobs up in the thread that used it first; so that is always this one.
QObject& keyringThread()
{
    static QObject* const place = [] {
        auto* thread = new QThread; // lives as long as the program
        auto* object = new QObject;
        object->moveToThread(thread);
        thread->start();
        qAddPostRoutine([] {
            QThread* const running = keyringThread().thread();
            running->quit();
            running->wait(2000);
        });
        return object;
    }();
    return *place;
}

QByteArray variableOf(const QString& name)
{
    QByteArray variable = "DIASCOPE_SECRET_";
    for (const QChar c : name.toUpper())
        variable += (c >= u'A' && c <= u'Z') || (c >= u'0' && c <= u'9') ? char(c.unicode()) : '_';
    return variable;
}

struct Outcome
{
    QKeychain::Error error = QKeychain::OtherError;
    QString text;
    QString secret;
};

/// Asked in the keyring's thread, awaited in another, which may give up first.
struct Question
{
    std::mutex mutex;
    std::condition_variable answered;
    std::optional<Outcome> outcome;
    bool isGivenUp = false;

    void answer(Outcome&& with)
    {
        const std::lock_guard lock(mutex);
        outcome = std::move(with);
        if (isGivenUp)
            --openQuestions;
        answered.notify_all();
    }
    std::optional<Outcome> await()
    {
        std::unique_lock lock(mutex);
        if (!answered.wait_for(lock, patience.load(), [this] { return outcome.has_value(); })) {
            isGivenUp = true;
            ++openQuestions;
        }
        return outcome;
    }
};

/// Runs a job made by `make` in the keyring's thread. Where one before it still waits for a person, it would wait behind that.
template <typename Make>
Result<Outcome> run(const QString& name, const Make& make)
{
    const auto unanswered = [] { return fail(Fault::TimedOut, tr("the keyring does not answer; it may be waiting to be unlocked")); };
    if (openQuestions > 0)
        return unanswered();
    const auto question = std::make_shared<Question>();
    QMetaObject::invokeMethod(&keyringThread(), [question, name, make] {
        QKeychain::Job* job = make();
        job->setKey(name);
        job->setInsecureFallback(false);
        QObject::connect(job, &QKeychain::Job::finished, job, [question](QKeychain::Job* done) {
            auto* read = qobject_cast<QKeychain::ReadPasswordJob*>(done);
            question->answer({done->error(), done->errorString(), read ? read->textData() : QString()});
        });
        job->start(); // deletes itself
    }, Qt::QueuedConnection);
    auto outcome = question->await();
    if (!outcome)
        return unanswered();
    return std::move(*outcome);
}

/// libsecret finds nothing in a keyring that nobody unlocked, and calls that success. Asked of the Secret Service itself.
bool isLocked()
{
    QDBusMessage ask = QDBusMessage::createMethodCall(QStringLiteral("org.freedesktop.secrets"), QStringLiteral("/org/freedesktop/secrets/aliases/default"),
                                                      QStringLiteral("org.freedesktop.DBus.Properties"), QStringLiteral("Get"));
    ask << QStringLiteral("org.freedesktop.Secret.Collection") << QStringLiteral("Locked");
    ask.setAutoStartService(false);
    constexpr int longestMs = 2000;
    const QDBusMessage answer = QDBusConnection::sessionBus().call(ask, QDBus::Block, longestMs);
    return answer.type() == QDBusMessage::ReplyMessage && answer.arguments().value(0).value<QDBusVariant>().variant().toBool();
}

std::unexpected<Error> stayedLocked() { return fail(Fault::Unreadable, tr("the keyring stayed locked")); }

std::unexpected<Error> failure(const Outcome& outcome)
{
    switch (outcome.error) {
    case QKeychain::EntryNotFound:
        if (isLocked())
            return stayedLocked();
        return fail(Fault::NotFound, tr("the keyring has no such password"));
    case QKeychain::AccessDeniedByUser:
    case QKeychain::AccessDenied:
        return stayedLocked();
    default:
        return fail(Fault::Unreadable, tr("there is no keyring to keep passwords in (%1)").arg(outcome.text));
    }
}

} // namespace

void setKeyringPatience(std::chrono::seconds newPatience) { patience = std::max(newPatience, std::chrono::seconds(1)); }

Result<QString> readSecret(const QString& name)
{
    if (const QByteArray variable = variableOf(name); qEnvironmentVariableIsSet(variable.constData()))
        return qEnvironmentVariable(variable.constData());
    const auto outcome = run(name, [] { return new QKeychain::ReadPasswordJob(service); });
    if (!outcome)
        return std::unexpected(outcome.error());
    return outcome->error == QKeychain::NoError ? Result<QString>(outcome->secret) : failure(*outcome);
}

Result<void> storeSecret(const QString& name, const QString& secret)
{
    const auto outcome = run(name, [secret] {
        auto* job = new QKeychain::WritePasswordJob(service);
        job->setTextData(secret);
        return job;
    });
    if (!outcome)
        return std::unexpected(outcome.error());
    return outcome->error == QKeychain::NoError ? Result<void>() : failure(*outcome);
}

Result<void> removeSecret(const QString& name)
{
    const auto outcome = run(name, [] { return new QKeychain::DeletePasswordJob(service); });
    if (!outcome)
        return std::unexpected(outcome.error());
    const bool isGone = outcome->error == QKeychain::NoError || outcome->error == QKeychain::EntryNotFound;
    if (isGone && isLocked())
        return stayedLocked();
    return isGone ? Result<void>() : failure(*outcome);
}

} // namespace diascope
