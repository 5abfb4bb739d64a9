#include "netclient/base/secrets.h"
#include <QThread>
#include <future>
#include <memory>
#include <qt6keychain/keychain.h>

namespace diascope
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("Secrets", text); }

const QString service = QStringLiteral("Diascope");
constexpr std::chrono::seconds patience{60}; // the user may have to type a password

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

/// Runs a job made by `make` in the keyring's thread.
template <typename Make>
Result<Outcome> run(const QString& name, const Make& make)
{
    auto promise = std::make_shared<std::promise<Outcome>>();
    auto future = promise->get_future();
    QMetaObject::invokeMethod(&keyringThread(), [promise, name, make] {
        QKeychain::Job* job = make();
        job->setKey(name);
        job->setInsecureFallback(false);
        QObject::connect(job, &QKeychain::Job::finished, job, [promise](QKeychain::Job* done) {
            auto* read = qobject_cast<QKeychain::ReadPasswordJob*>(done);
            promise->set_value({done->error(), done->errorString(), read ? read->textData() : QString()});
        });
        job->start(); // deletes itself
    }, Qt::QueuedConnection);
    if (future.wait_for(patience) != std::future_status::ready)
        return fail(Fault::TimedOut, tr("the keyring does not answer; it may be waiting to be unlocked"));
    return future.get();
}

std::unexpected<Error> failure(const Outcome& outcome)
{
    switch (outcome.error) {
    case QKeychain::EntryNotFound:
        return fail(Fault::NotFound, tr("the keyring has no such password"));
    case QKeychain::AccessDeniedByUser:
    case QKeychain::AccessDenied:
        return fail(Fault::Unreadable, tr("the keyring stayed locked"));
    default:
        return fail(Fault::Unreadable, tr("there is no keyring to keep passwords in (%1)").arg(outcome.text));
    }
}

} // namespace

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
    return isGone ? Result<void>() : failure(*outcome);
}

} // namespace diascope
