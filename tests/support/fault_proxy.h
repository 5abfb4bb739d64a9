#pragma once
#include <QByteArray>
#include <QtGlobal>
#include <memory>

namespace diascope::test
{

/// A bad line: forwards TCP connections to a loopback port on a thread of its own and harms what it carries. Offsets count the
/// bytes of each connection in one direction, from its beginning.
class FaultProxy
{
public:
    enum class Way { ToServer, ToClient };
    enum class Ending { Close, Reset };
    struct Faults
    {
        qint64 cutAfter = -1; ///< after so many bytes both ends are closed; -1: never
        Ending ending = Ending::Close;
        bool isStalled = false; ///< bytes are taken and none is forwarded
        qint64 dropFrom = -1, dropTo = -1; ///< these are left out, the rest goes on
        qint64 corruptAt = -1; ///< from here `corruptCount` bytes are inverted
        qint64 corruptCount = 1;
        qint64 swapAt = -1; ///< the `swapSize` bytes from here and the next `swapSize` change places
        qint64 swapSize = 0;
        int delayMs = 0;
        qint64 bytesPerSecond = 0; ///< 0: as fast as it goes
    };

    explicit FaultProxy(quint16 to);
    ~FaultProxy();
    quint16 port() const;
    /// Holds for the connections there are and those to come.
    void set(Way way, const Faults& faults);
    void clear(); ///< an honest line again
    void cutAfter(qint64 bytesToClient);
    void stall(); ///< both ways
    /// What went in at that end, of all connections one after the other: at most a mebibyte.
    QByteArray recorded(Way way) const;
    int connections() const; ///< made so far

private:
    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace diascope::test
