#pragma once
#include <QByteArray>

namespace diascope::test
{

/// Sets an environment variable, and puts back at its end what was there.
class EnvironmentVariable
{
public:
    EnvironmentVariable(const char* name, const QByteArray& value) : m_name(name), m_wasSet(qEnvironmentVariableIsSet(name)), m_before(qgetenv(name))
    {
        qputenv(name, value);
    }
    ~EnvironmentVariable() { m_wasSet ? qputenv(m_name, m_before) : qunsetenv(m_name); }
    Q_DISABLE_COPY_MOVE(EnvironmentVariable)

private:
    const char* m_name;
    bool m_wasSet;
    QByteArray m_before;
};

} // namespace diascope::test
