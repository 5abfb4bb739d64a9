#pragma once
#include <QString>
#include <QTemporaryDir>

namespace diascope::test
{

/// Certificates made by the openssl program: an authority and what it signs. Paths of PEM files in a folder of their own.
class Certificates
{
public:
    /// `why` says what is missing; empty: all is well.
    explicit Certificates(QString* why);
    struct Pair
    {
        QString certificate, key;
    };
    QString authority() const { return m_folder.filePath("ca.pem"); }
    QString otherAuthority() const { return m_folder.filePath("other-ca.pem"); }
    /// Signed by authority(); `names`: "DNS:localhost,IP:127.0.0.1". Days from now: `from` to `to`.
    Pair signedFor(const QString& name, const QString& names, int fromDay = -1, int toDay = 30);
    Pair selfSigned(const QString& name, const QString& names);
    Pair byOther(const QString& name, const QString& names);

private:
    bool run(const QStringList& arguments);
    Pair issue(const QString& ca, const QString& name, const QString& names, int fromDay, int toDay);
    QTemporaryDir m_folder;
    QString* m_why;
};

} // namespace diascope::test
