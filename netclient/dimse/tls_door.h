#pragma once
#include "netclient/dimse/tls.h"
#include <QHash>
#include <functional>

namespace diascope::dimse
{

/// Somebody at the listener's door.
struct Guest
{
    int socket = -1;
    quint32 address = 0; ///< IPv4, as a number
    std::unique_ptr<TlsStream> stream{}; ///< where the connection is encrypted
};

/// Who has to go when there are too many: the oldest of the address that has most.
template <typename Guests>
typename Guests::iterator whoMakesRoom(Guests& guests)
{
    QHash<quint32, int> counts;
    int most = 0;
    for (const auto& guest : guests)
        most = std::max(most, ++counts[guest.guest.address]);
    return std::find_if(guests.begin(), guests.end(),
                        [&](const auto& guest) { return counts.value(guest.guest.address) == most; });
}

inline constexpr size_t maximumWaitingConnections = 4096;
inline constexpr qint64 longestAssociationRequest = 65536;

/// Shakes hands with those who come encrypted, on one thread for all of them: never on the one that accepts connections.
/// Nobody comes in before the whole A-ASSOCIATE-RQ is there.
class TlsDoor
{
public:
    using Admit = std::function<void(Guest&&)>;
    using Refuse = std::function<void(const Guest&, const QString& reason)>;
    /// Both are called on the door's thread. `seconds`: from the connection to the whole request.
    TlsDoor(std::shared_ptr<const TlsContext> context, int seconds, Admit admit, Refuse refuse);
    ~TlsDoor();
    void add(Guest&& guest);
    int waiting() const;

private:
    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace diascope::dimse
