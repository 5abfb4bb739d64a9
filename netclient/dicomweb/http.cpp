#include "netclient/dicomweb/http.h"
#include "netclient/base/log.h"
#include "netclient/dicomweb/tls.h"
#include <QDateTime>
#include <QDeadlineTimer>
#include <QElapsedTimer>
#include <QEventLoop>
#include <QHostAddress>
#include <QLocale>
#include <QNetworkAccessManager>
#include <QNetworkReply>
#include <QSslConfiguration>
#include <QSslError>
#include <QSslKey>
#include <QTimer>
#include <algorithm>
#include <vector>

namespace diascope::dicomweb
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("DicomWeb", text); }

constexpr int lookAgainMs = 25;         // for cancel and timeouts
constexpr qint64 leastBytes = 1000;     // in the time of silence; any line carries more
constexpr qint64 readAtOnce = 256 << 10;
constexpr int mostRedirects = 5;

bool isLoopback(const QString& host)
{
    return host == QLatin1String("localhost") || QHostAddress(host).isLoopback();
}

bool isSameOrigin(const QUrl& a, const QUrl& b)
{
    const auto port = [](const QUrl& url) { return url.port(url.scheme() == QLatin1String("https") ? 443 : 80); };
    return a.scheme() == b.scheme() && a.host() == b.host() && port(a) == port(b);
}

/// Seconds, or a date (RFC 9110 §10.2.3).
std::optional<int> retryAfter(const QByteArray& header)
{
    constexpr qint64 most = 1'000'000;
    const QByteArray text = header.trimmed();
    if (!text.isEmpty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; })) {
        bool isNumber = false;
        const qint64 seconds = text.toLongLong(&isNumber);
        return int(isNumber ? std::min(seconds, most) : most); // more digits than any number has
    }
    QDateTime when = QLocale::c().toDateTime(QString::fromLatin1(header.trimmed()), QStringLiteral("ddd, dd MMM yyyy hh:mm:ss 'GMT'"));
    if (!when.isValid())
        return std::nullopt;
    when.setTimeSpec(Qt::UTC);
    return int(std::clamp<qint64>(QDateTime::currentDateTimeUtc().secsTo(when), 0, most));
}

Answer headOf(const QNetworkReply& reply)
{
    Answer answer;
    answer.status = reply.attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
    answer.contentType = reply.rawHeader("Content-Type");
    const QByteArray link = reply.rawHeader("Link").toLower();
    answer.saysMore = answer.status == 206 || reply.rawHeader("Warning").trimmed().startsWith("299") || link.contains("rel=\"next\"") ||
                      link.contains("rel=next");
    bool isNumber = false;
    const qint64 total = reply.rawHeader("X-Total-Count").toLongLong(&isNumber);
    if (isNumber && total >= 0)
        answer.totalCount = total;
    answer.retryAfterSeconds = retryAfter(reply.rawHeader("Retry-After"));
    const bool isFramed = reply.header(QNetworkRequest::ContentLengthHeader).isValid() ||
                          reply.attribute(QNetworkRequest::Http2WasUsedAttribute).toBool();
    answer.mayBeCut = answer.status != 204 && !isFramed;
    answer.challenge = reply.rawHeader("WWW-Authenticate");
    return answer;
}

/// No answer, or not all of it.
Error transportError(const QNetworkReply& reply, const QList<QSslError>& sslErrors, bool hasHead)
{
    if (!sslErrors.isEmpty())
        return tlsError(sslErrors, reply.errorString());
    switch (reply.error()) {
    case QNetworkReply::ConnectionRefusedError:
        return {Fault::Unreachable, tr("the connection was refused: nothing listens there")};
    case QNetworkReply::HostNotFoundError:
        return {Fault::Unreachable, tr("the host name is unknown")};
    case QNetworkReply::SslHandshakeFailedError:
        return tlsError({}, reply.errorString());
    case QNetworkReply::TimeoutError:
        return {Fault::TimedOut, tr("the host did not answer in time")};
    case QNetworkReply::ProxyConnectionRefusedError:
    case QNetworkReply::ProxyConnectionClosedError:
    case QNetworkReply::ProxyNotFoundError:
    case QNetworkReply::ProxyTimeoutError:
        return {Fault::Unreachable, tr("the proxy on the way cannot be reached")};
    case QNetworkReply::ProtocolFailure:
    case QNetworkReply::ProtocolUnknownError:
    case QNetworkReply::ProtocolInvalidOperationError:
        return {Fault::Damaged, tr("what answers there does not speak HTTP as it should")};
    default:
        break;
    }
    const QString text = reply.errorString();
    if (text.contains(QLatin1String("SSL"), Qt::CaseInsensitive) && text.contains(QLatin1String("alert"), Qt::CaseInsensitive))
        return tlsError({}, text);
    return hasHead ? Error{Fault::Unreachable, tr("the connection was cut in the middle of the answer")}
                   : Error{Fault::Unreachable, tr("the server closed the connection without an answer")};
}

struct Exchange
{
    Http::Job job;
    QUrl url;
    std::unique_ptr<QIODevice> body;
    std::unique_ptr<QNetworkReply> reply;
    Answer answer;
    QList<QSslError> sslErrors;
    QElapsedTimer sinceStart, window; ///< the window begins anew with every thousand bytes
    qint64 windowBytes = 0, uploaded = 0, taken = 0;
    bool isSent = false, hasHead = false;
    int redirects = 0, tries = 0;
    qint64 waitedMs = 0;
    QDeadlineTimer waits{0}; ///< until it is asked again
    std::optional<Error> error;
    bool isOver = false;

    void end(Error why)
    {
        error = std::move(why);
        isOver = true;
    }
    void moved(qint64 bytes)
    {
        windowBytes += bytes;
        if (windowBytes >= leastBytes) {
            windowBytes = 0;
            window.restart();
        }
    }
};

} // namespace

struct Http::Private
{
    Private(const Service& service, Task& task) : service(service), task(task) { base = QUrl(service.url, QUrl::StrictMode); }

    void start(Exchange& exchange);
    QNetworkRequest requestFor(const Exchange& exchange) const;
    void pump(Exchange& exchange);
    void takeBytes(Exchange& exchange);
    void takeHead(Exchange& exchange);
    void redirect(Exchange& exchange);
    void waitOrFail(Exchange& exchange);
    void finish(Exchange& exchange);
    void checkTime(Exchange& exchange);

    const Service service;
    Task& task;
    QUrl base;
    QSslConfiguration ssl, strangerSsl; ///< the second without our certificate
    QByteArray authorization;
    QNetworkAccessManager manager;
};

Http::Http(std::unique_ptr<Private> d) : d(std::move(d)) {}
Http::~Http() = default;

Result<std::unique_ptr<Http>> Http::open(const Service& service, Task& task)
{
    auto d = std::make_unique<Private>(service, task);
    const bool isEncrypted = d->base.scheme() == QLatin1String("https");
    if (!d->base.isValid() || d->base.host().isEmpty() || (!isEncrypted && d->base.scheme() != QLatin1String("http")) ||
        !d->base.userInfo().isEmpty() || d->base.hasQuery() || d->base.hasFragment())
        return fail(Fault::Invalid, tr("the address of the DICOMweb service is not of the form https://host/path"));
    const dicom::Login& login = service.login;
    if (login.kind != dicom::Login::Kind::None && !isEncrypted && !isLoopback(d->base.host()))
        return fail(Fault::Invalid, tr("a password or token is not sent over http without encryption: the address must begin with https"));
    if (login.kind == dicom::Login::Kind::Bearer && login.secret.isEmpty())
        return fail(Fault::Invalid, tr("the token is empty"));
    if (login.kind == dicom::Login::Kind::Basic) {
        if (login.user.contains(u':'))
            return fail(Fault::Invalid, tr("a user name for HTTP may not have a colon"));
        d->authorization = "Basic " + (login.user + u':' + login.secret).toUtf8().toBase64();
    } else if (login.kind == dicom::Login::Kind::Bearer) {
        // A line break would begin another header.
        if (std::any_of(login.secret.begin(), login.secret.end(), [](QChar c) { return c.unicode() <= 0x20 || c.unicode() >= 0x7F; }))
            return fail(Fault::Invalid, tr("a token has only letters, digits and signs"));
        d->authorization = "Bearer " + login.secret.toLatin1();
    }
    // A redirect may lead from http to https.
    const auto ssl = sslConfiguration(service.tls);
    if (!ssl)
        return std::unexpected(ssl.error());
    d->ssl = d->strangerSsl = *ssl;
    d->strangerSsl.setLocalCertificateChain({});
    d->strangerSsl.setPrivateKey({});
    return std::unique_ptr<Http>(new Http(std::move(d)));
}

QNetworkRequest Http::Private::requestFor(const Exchange& exchange) const
{
    const Request& wanted = exchange.job.request;
    QNetworkRequest request(exchange.url);
    request.setAttribute(QNetworkRequest::RedirectPolicyAttribute, QNetworkRequest::ManualRedirectPolicy);
    request.setAttribute(QNetworkRequest::Http2AllowedAttribute, wanted.version == Request::Version::Any);
    request.setAttribute(QNetworkRequest::AuthenticationReuseAttribute, QNetworkRequest::Manual);
    request.setAttribute(QNetworkRequest::CacheLoadControlAttribute, QNetworkRequest::AlwaysNetwork);
    // What a compressed body unpacks to is counted below.
    request.setDecompressedSafetyCheckThreshold(-1);
    const bool isOurs = isSameOrigin(exchange.url, base);
    request.setSslConfiguration(isOurs ? ssl : strangerSsl);
    request.setRawHeader("Accept", wanted.accept);
    request.setRawHeader("User-Agent", "Diascope");
    if (!wanted.contentType.isEmpty())
        request.setRawHeader("Content-Type", wanted.contentType);
    if (isOurs && !authorization.isEmpty())
        request.setRawHeader("Authorization", authorization);
    return request;
}

void Http::Private::start(Exchange& exchange)
{
    exchange.reply.reset();
    exchange.answer = {};
    exchange.sslErrors.clear();
    exchange.isSent = exchange.hasHead = false;
    exchange.windowBytes = exchange.uploaded = exchange.taken = 0;
    exchange.sinceStart.start();
    exchange.window.start();
    if (exchange.job.request.body) {
        exchange.body = exchange.job.request.body();
        exchange.reply.reset(manager.post(requestFor(exchange), exchange.body.get()));
    } else {
        exchange.reply.reset(manager.get(requestFor(exchange)));
    }
    QNetworkReply* reply = exchange.reply.get();
    reply->setReadBufferSize(4 * readAtOnce);
    const auto sent = [&exchange] {
        if (!exchange.isSent)
            exchange.window.restart();
        exchange.isSent = true;
    };
    QObject::connect(reply, &QNetworkReply::requestSent, reply, sent);
    QObject::connect(reply, &QNetworkReply::uploadProgress, reply, [&exchange, sent](qint64 done, qint64) {
        if (done <= 0)
            return;
        sent();
        exchange.moved(std::max<qint64>(0, done - exchange.uploaded));
        exchange.uploaded = done;
    });
    QObject::connect(reply, &QNetworkReply::sslErrors, reply, [&exchange](const QList<QSslError>& errors) { exchange.sslErrors += errors; });
}

void Http::Private::redirect(Exchange& exchange)
{
    const QByteArray location = exchange.reply->rawHeader("Location");
    QUrl to = exchange.url.resolved(QUrl::fromEncoded(location, QUrl::StrictMode));
    to.setUserInfo({}); // whom we log in as is not for the server to say
    if (location.isEmpty() || !to.isValid() || to.host().isEmpty())
        return exchange.end(statusError(exchange.answer));
    if (++exchange.redirects > mostRedirects)
        return exchange.end({Fault::Refused, tr("the server sends us from one address to the next without end")});
    if (to.scheme() != QLatin1String("https") && (exchange.url.scheme() == QLatin1String("https") || to.scheme() != QLatin1String("http")))
        return exchange.end({Fault::Refused, tr("the server sends us from https to an unencrypted address: not followed")});
    const bool isKept = exchange.answer.status == 307 || exchange.answer.status == 308;
    if (exchange.job.request.body && (!isKept || !isSameOrigin(to, base)))
        return exchange.end({Fault::Refused, tr("the server sends us elsewhere with what we store: not followed")});
    exchange.url = to;
    start(exchange);
}

/// 429 and 503: asked again while there is patience (RFC 9110 §10.2.3).
void Http::Private::waitOrFail(Exchange& exchange)
{
    const qint64 waitMs = 1000LL * exchange.answer.retryAfterSeconds.value_or(1 << std::min(exchange.tries, 6));
    ++exchange.tries;
    exchange.waitedMs += std::max<qint64>(waitMs, 100);
    if (exchange.waitedMs > 1000LL * service.patienceSeconds)
        return exchange.end(statusError(exchange.answer));
    qCDebug(lcNet, "the server asks to wait %lld ms", static_cast<long long>(waitMs));
    exchange.reply.reset();
    exchange.waits = QDeadlineTimer(std::max<qint64>(waitMs, 100));
}

void Http::Private::takeHead(Exchange& exchange)
{
    if (exchange.hasHead || exchange.reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt() == 0)
        return;
    exchange.answer = headOf(*exchange.reply);
    exchange.hasHead = exchange.isSent = true;
    const int status = exchange.answer.status;
    // An interim answer that Qt takes for the last one: the real one is lost.
    if (status < 200)
        return exchange.end({Fault::Damaged, tr("what answers there does not speak HTTP as it should")});
    const auto& also = exchange.job.request.alsoTakes;
    if (status < 300 || std::find(also.begin(), also.end(), status) != also.end())
        return;
    if (status == 301 || status == 302 || status == 303 || status == 307 || status == 308)
        return redirect(exchange);
    if (status == 429 || status == 503)
        return waitOrFail(exchange);
    exchange.end(statusError(exchange.answer));
}

void Http::Private::takeBytes(Exchange& exchange)
{
    const Request& request = exchange.job.request;
    while (!task.isCancelled()) {
        const QByteArray bytes = exchange.reply->read(readAtOnce);
        if (bytes.isEmpty())
            return;
        exchange.taken += bytes.size();
        exchange.moved(bytes.size());
        if (exchange.taken > request.mostBytes)
            return exchange.end({Fault::Damaged, tr("the server's answer does not end: more than %1 MiB").arg(request.mostBytes >> 20)});
        if (!request.consumer || exchange.answer.status >= 300)
            exchange.answer.body += bytes;
        else if (auto done = request.consumer(exchange.answer, bytes); !done)
            return exchange.end(done.error());
    }
}

void Http::Private::finish(Exchange& exchange)
{
    exchange.isOver = true;
    QNetworkReply& reply = *exchange.reply;
    const qint64 length = reply.header(QNetworkRequest::ContentLengthHeader).toLongLong(); // 0: not said
    const bool isCut = reply.rawHeader("Content-Encoding").isEmpty() && exchange.taken < length;
    const bool isStatus = exchange.answer.status >= 300; // Qt calls these errors too
    if (isCut || !exchange.hasHead || (reply.error() != QNetworkReply::NoError && !isStatus))
        exchange.error = transportError(reply, exchange.sslErrors, exchange.hasHead);
}

void Http::Private::checkTime(Exchange& exchange)
{
    if (!exchange.isSent && exchange.sinceStart.elapsed() > 1000LL * service.connectSeconds)
        exchange.end({Fault::TimedOut, tr("the host did not answer within %1 s").arg(service.connectSeconds)});
    else if (exchange.isSent && exchange.window.elapsed() > 1000LL * service.silenceSeconds)
        exchange.end({Fault::TimedOut, exchange.hasHead ? tr("the server sent next to nothing for %1 s").arg(service.silenceSeconds)
                                                        : tr("the server did not answer within %1 s").arg(service.silenceSeconds)});
}

void Http::Private::pump(Exchange& exchange)
{
    if (task.isCancelled())
        return exchange.end({Fault::Cancelled, tr("stopped")});
    if (!exchange.reply) {
        if (exchange.waits.hasExpired())
            start(exchange);
        return;
    }
    const bool isFinished = exchange.reply->isFinished(); // before reading: nothing comes after it
    takeHead(exchange);
    if (exchange.isOver || !exchange.reply || (isFinished && !exchange.reply->isFinished()))
        return;
    if (exchange.hasHead)
        takeBytes(exchange);
    if (exchange.isOver)
        return;
    if (task.isCancelled())
        exchange.end({Fault::Cancelled, tr("stopped")});
    else if (isFinished && exchange.reply->bytesAvailable() == 0)
        finish(exchange);
    else
        checkTime(exchange);
}

void Http::exchangeAll(const std::function<std::optional<Job>()>& next)
{
    QEventLoop loop;
    QTimer wake;
    wake.start(lookAgainMs);
    std::vector<std::unique_ptr<Exchange>> active;
    const size_t most = size_t(std::clamp(d->service.parallel, 1, 6)); // Qt opens six connections to a host
    while (true) {
        while (active.size() < most && !d->task.isCancelled()) {
            auto job = next();
            if (!job)
                break;
            active.push_back(std::make_unique<Exchange>());
            active.back()->job = std::move(*job);
            active.back()->url = QUrl::fromEncoded(d->base.toEncoded(QUrl::StripTrailingSlash) + active.back()->job.request.path, QUrl::StrictMode);
            d->start(*active.back());
        }
        if (active.empty())
            return;
        std::vector<std::unique_ptr<Exchange>> over;
        for (auto& exchange : active) {
            d->pump(*exchange);
            if (exchange->isOver)
                over.push_back(std::move(exchange));
        }
        std::erase(active, nullptr);
        for (auto& exchange : over) {
            exchange->reply.reset();
            if (exchange->error)
                exchange->job.done(std::unexpected(*exchange->error));
            else
                exchange->job.done(std::move(exchange->answer));
        }
        if (over.empty())
            loop.processEvents(QEventLoop::AllEvents | QEventLoop::WaitForMoreEvents);
    }
}

Result<Answer> Http::exchange(Request request)
{
    Result<Answer> result = fail(Fault::Cancelled, tr("stopped"));
    bool isGiven = false;
    exchangeAll([&]() -> std::optional<Job> {
        if (std::exchange(isGiven, true))
            return std::nullopt;
        return Job{std::move(request), [&](Result<Answer>&& answer) { result = std::move(answer); }};
    });
    return result;
}

QByteArray encoded(const QString& value) { return QUrl::toPercentEncoding(value, "*"); }

} // namespace diascope::dicomweb
