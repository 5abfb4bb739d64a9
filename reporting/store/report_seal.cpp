#include "reporting/store/report_seal.h"
#include <QCryptographicHash>
#include <QMessageAuthenticationCode>

namespace diascope::reporting
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("ReportStore", text); }
QString s(const char* sql) { return QString::fromLatin1(sql); }

struct Seal
{
    qint64 number = 0;
    QString reportId;
    int version = 0;
    QString sha256;   ///< of the version's content
    QString previous; ///< hash of the seal before; empty for the first
    QString hash;
    QString keyId; ///< empty: under no key
    QString mac;
};

QString hashOf(const Seal& seal)
{
    const QByteArray whole = QStringLiteral("%1\n%2\n%3\n%4\n%5").arg(QString::number(seal.number), seal.reportId, QString::number(seal.version), seal.sha256, seal.previous).toUtf8();
    return QString::fromLatin1(QCryptographicHash::hash(whole, QCryptographicHash::Sha256).toHex());
}

QString idOf(const QByteArray& key)
{
    return key.isEmpty() ? s("") : QString::fromLatin1(QCryptographicHash::hash(key, QCryptographicHash::Sha256).toHex().left(16));
}

enum class Of { Seal, Head }; // one is no good as the other
QString macOf(Of what, const QString& hash, const QByteArray& key)
{
    if (key.isEmpty())
        return s("");
    const QByteArray text = (what == Of::Head ? "head\n" : "seal\n") + hash.toLatin1();
    return QString::fromLatin1(QMessageAuthenticationCode::hash(text, key, QCryptographicHash::Sha256).toHex());
}

const QString columns = QStringLiteral("SELECT number, report_id, version, sha256, previous, hash, key_id, mac FROM report_seal ");

Seal read(const Statement& row)
{
    return {row.integer(0), row.text(1), int(row.integer(2)), row.text(3), row.text(4), row.text(5), row.text(6), row.text(7)};
}

/// Empty: as it was made. `key` empty: what is under one cannot be looked at.
QString problemOf(const Seal& seal, const QByteArray& key)
{
    if (seal.hash != hashOf(seal))
        return tr("its seal was changed");
    if (key.isEmpty() || seal.keyId.isEmpty())
        return {};
    if (seal.keyId != idOf(key))
        return tr("it was sealed under a key that is not in this keyring");
    return seal.mac == macOf(Of::Seal, seal.hash, key) ? QString() : tr("its seal was not made by this program");
}

QString sentence(const Seal& seal, const QString& problem)
{
    return tr("Report %1, version %2: %3").arg(seal.reportId).arg(seal.version).arg(problem);
}

/// Of the last seal; number 0 where there is none.
Result<Seal> last(Database& database)
{
    const auto rows = rowsOf<Seal>(database, columns + s("ORDER BY number DESC LIMIT 1"), {}, read);
    if (!rows)
        return std::unexpected(rows.error());
    return rows->empty() ? Seal() : rows->front();
}

Result<void> setHead(Database& database, const Seal& seal, const QByteArray& key)
{
    return database.execute(s("INSERT INTO report_seal_head(id, number, hash, key_id, mac) VALUES(1,?,?,?,?) ON CONFLICT(id) DO UPDATE SET"
                              " number=excluded.number, hash=excluded.hash, key_id=excluded.key_id, mac=excluded.mac"),
                            {seal.number, seal.hash + s(""), idOf(key), macOf(Of::Head, seal.hash, key)});
}

Result<QString> problemOfHead(Database& database, const Seal& newest, const QByteArray& key)
{
    auto query = database.prepare(s("SELECT number, hash, key_id, mac FROM report_seal_head"));
    if (!query)
        return std::unexpected(query.error());
    const auto row = query->step();
    if (!row)
        return std::unexpected(row.error());
    if (!*row)
        return newest.number == 0 ? QString() : tr("The register of signed reports has lost its end.");
    if (query->integer(0) != newest.number || query->text(1) != newest.hash)
        return tr("Signed reports are missing: %1 are registered, %2 are there.").arg(query->integer(0)).arg(newest.number);
    const bool isChecked = !key.isEmpty() && query->text(2) == idOf(key);
    return isChecked && query->text(3) != macOf(Of::Head, newest.hash, key) ? tr("The end of the register of signed reports was changed.") : QString();
}

} // namespace

QString sealTables()
{
    // A trigger before the insertion: INSERT OR REPLACE of a connection without recursive_triggers passes the one before DELETE.
    return s(R"(
CREATE TABLE report_seal(
  number INTEGER PRIMARY KEY, report_id TEXT NOT NULL, version INTEGER NOT NULL, sha256 TEXT NOT NULL, previous TEXT NOT NULL,
  hash TEXT NOT NULL, key_id TEXT NOT NULL, mac TEXT NOT NULL, UNIQUE(report_id, version));
CREATE TABLE report_seal_head(
  id INTEGER PRIMARY KEY CHECK(id=1), number INTEGER NOT NULL, hash TEXT NOT NULL, key_id TEXT NOT NULL, mac TEXT NOT NULL);
CREATE TRIGGER report_seal_stays BEFORE UPDATE ON report_seal BEGIN SELECT RAISE(ABORT, 'a seal is immutable'); END;
CREATE TRIGGER report_seal_is_kept BEFORE DELETE ON report_seal BEGIN SELECT RAISE(ABORT, 'a seal is kept'); END;
CREATE TRIGGER report_seal_once BEFORE INSERT ON report_seal
  WHEN EXISTS(SELECT 1 FROM report_seal WHERE number=NEW.number OR (report_id=NEW.report_id AND version=NEW.version))
  BEGIN SELECT RAISE(ABORT, 'a seal is immutable'); END;
CREATE TRIGGER report_version_once BEFORE INSERT ON report_version
  WHEN EXISTS(SELECT 1 FROM report_version WHERE report_id=NEW.report_id AND version=NEW.version)
  BEGIN SELECT RAISE(ABORT, 'a signed report is immutable'); END;
CREATE TRIGGER report_image_once BEFORE INSERT ON report_image WHEN EXISTS(SELECT 1 FROM report_image WHERE sha256=NEW.sha256)
  BEGIN SELECT RAISE(IGNORE); END;
CREATE TRIGGER report_image_is_kept BEFORE DELETE ON report_image BEGIN SELECT RAISE(ABORT, 'an image of a report is kept'); END;
)");
}

Result<void> sealUnsealed(Database& database)
{
    const auto versions = rowsOf<Seal>(database, s("SELECT 0, report_id, version, sha256, '', '', '', '' FROM report_version WHERE NOT EXISTS(SELECT 1 FROM report_seal"
                                                   " WHERE report_seal.report_id=report_version.report_id AND report_seal.version=report_version.version)"
                                                   " ORDER BY signed_at, report_id, version"), {}, read);
    if (!versions)
        return std::unexpected(versions.error());
    for (const Seal& version : *versions)
        if (auto done = appendSeal(database, version.reportId, version.version, version.sha256, {}); !done)
            return done;
    return {};
}

Result<void> beginSeals(Database& database)
{
    const auto isOpen = database.value(s("SELECT 1 WHERE EXISTS(SELECT 1 FROM report_version) AND NOT EXISTS(SELECT 1 FROM report_seal) AND NOT EXISTS(SELECT 1 FROM report_seal_head)"));
    if (!isOpen || !*isOpen)
        return isOpen ? Result<void>{} : std::unexpected(isOpen.error());
    auto transaction = Transaction::begin(database);
    if (!transaction)
        return std::unexpected(transaction.error());
    if (auto done = sealUnsealed(database); !done)
        return done;
    return transaction->commit();
}

Result<void> appendSeal(Database& database, const QString& reportId, int version, const QString& sha256, const QByteArray& key)
{
    const auto before = last(database);
    if (!before)
        return std::unexpected(before.error());
    Seal seal{before->number + 1, reportId, version, sha256, before->hash, {}, idOf(key), {}};
    seal.hash = hashOf(seal);
    seal.mac = macOf(Of::Seal, seal.hash, key);
    if (auto done = database.execute(s("INSERT INTO report_seal(number, report_id, version, sha256, previous, hash, key_id, mac) VALUES(?,?,?,?,?,?,?,?)"),
                                     {seal.number, seal.reportId, seal.version, seal.sha256, seal.previous + s(""), seal.hash, seal.keyId, seal.mac});
        !done)
        return done;
    return setHead(database, seal, key);
}

Result<std::optional<QString>> problemOfSeal(Database& database, const QString& reportId, int version, const QString& sha256, const QByteArray& key)
{
    const auto rows = rowsOf<Seal>(database, columns + s("WHERE report_id=? AND version=?"), {reportId, version}, read);
    if (!rows)
        return std::unexpected(rows.error());
    if (rows->empty())
        return tr("it is not in the register of what was signed");
    const Seal& seal = rows->front();
    if (seal.sha256 != sha256)
        return tr("it was changed after it was signed");
    if (const QString problem = problemOf(seal, key); !problem.isEmpty())
        return problem;
    return std::nullopt;
}

Result<SealCheck> checkSeals(Database& database, const QString& reportId, const QByteArray& key)
{
    const auto seals = rowsOf<Seal>(database, columns + s("ORDER BY number"), {}, read);
    if (!seals)
        return std::unexpected(seals.error());
    SealCheck check;
    Seal before;
    for (const Seal& seal : *seals) {
        const bool isWanted = reportId.isEmpty() || seal.reportId == reportId;
        check.withoutKey = seal.keyId.isEmpty() ? check.withoutKey + 1 : 0;
        QString problem = problemOf(seal, key);
        if (problem.isEmpty() && (seal.number != before.number + 1 || seal.previous != before.hash))
            problem = tr("what was signed before it is missing or was changed");
        const auto isThere = database.value(s("SELECT 1 FROM report_version JOIN report USING(report_id) WHERE report_id=? AND report_version.version=?"), {seal.reportId, seal.version});
        if (!isThere)
            return std::unexpected(isThere.error());
        if (!*isThere)
            problem = tr("it was signed and is missing");
        if (isWanted && !problem.isEmpty())
            check.problems << sentence(seal, problem);
        check.sealed += isWanted;
        before = seal;
    }
    const auto head = problemOfHead(database, before, key);
    if (!head)
        return std::unexpected(head.error());
    if (!head->isEmpty())
        check.problems << *head;
    return check;
}

} // namespace diascope::reporting
