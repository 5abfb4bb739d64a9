#pragma once
#include "netclient/base/task.h"
#include "netclient/dicomweb/service.h"
#include <QByteArray>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

class QIODevice;

namespace diascope::dicomweb
{

/// What a server answered.
struct Answer
{
    int status = 0;
    QByteArray contentType;
    bool saysMore = false;            ///< 206, Warning 299 (PS3.18 §8.3.4.4) or a Link to the next page: there are more rows than it gave
    bool mayBeCut = false;            ///< nothing but the body itself tells where it ends
    std::optional<qint64> totalCount; ///< X-Total-Count
    std::optional<int> retryAfterSeconds;
    QByteArray challenge; ///< WWW-Authenticate
    QByteArray body; ///< what no consumer took
};

struct Request
{
    /// Takes the body of a success piece by piece as it comes. An error ends the exchange.
    using Consumer = std::function<Result<void>(const Answer& head, QByteArrayView bytes)>;
    /// Over HTTP/2, Qt reads faster than we take: not for bodies without an end.
    enum class Version { Any, Http1 };

    QByteArray path; ///< below the service's URL, from its '/' on, percent-encoded
    QByteArray accept;
    QByteArray contentType = {};
    std::function<std::unique_ptr<QIODevice>()> body = {}; ///< a POST; called again where it is sent again
    qint64 mostBytes = 64 << 20;                           ///< of a body, consumed or not
    Consumer consumer = {};
    std::vector<int> alsoTakes = {};                       ///< statuses whose body is an answer, not a failure
    Version version = Version::Any;
};

/// The connections to one service. One thread; blocking, by an event loop of its own: never on the UI thread. Follows
/// redirects (credentials stay at the service's own origin, https never becomes http), waits and asks again where the server
/// says so, ends within 200 ms of a cancel and where too few bytes come in the service's time.
class Http
{
public:
    /// Errors: Invalid (URL, or a login over plain http), Unreadable (TLS files).
    static Result<std::unique_ptr<Http>> open(const Service& service, Task& task);
    ~Http();

    /// An answer of success. Errors: what the status means, or that none came.
    Result<Answer> exchange(Request request);

    struct Job
    {
        Request request;
        std::function<void(Result<Answer>&&)> done;
    };
    /// Several at once, as many as the service bears, as long as `next` gives one.
    void exchangeAll(const std::function<std::optional<Job>()>& next);

private:
    struct Private;
    explicit Http(std::unique_ptr<Private> d);
    std::unique_ptr<Private> d;
};

/// What a status other than success says.
Error statusError(const Answer& answer);

/// A web page where data was asked for: mostly a login form.
Error notDicomError(const QByteArray& contentType);

/// Whether it is JSON: by its media type, or, where the server gives none or a type that says nothing, by how it begins.
bool isJson(const Answer& head, QByteArrayView begin);

/// Percent-encoded for a query, wildcards `*` kept.
QByteArray encoded(const QString& value);

} // namespace diascope::dicomweb
