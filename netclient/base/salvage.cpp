#include "netclient/base/salvage.h"
#include <QFile>
#include <QFileInfo>
#include <QScopeGuard>
#include <QUrl>
#include <QtEndian>
#include <algorithm>
#include <iterator>
#include <memory>
#include <sqlite3.h>

namespace diascope
{

namespace
{

struct Closer
{
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Handle = std::unique_ptr<sqlite3, Closer>;
using RawStatement = std::unique_ptr<sqlite3_stmt, Closer>;

QString quoted(QString name) { return u'"' + name.replace(u'"', QStringLiteral("\"\"")) + u'"'; }

RawStatement prepared(sqlite3* handle, const QString& sql)
{
    sqlite3_stmt* statement = nullptr;
    sqlite3_prepare_v2(handle, sql.toUtf8().constData(), -1, &statement, nullptr);
    return RawStatement(statement);
}

enum class Presence { There, NotThere, Unknown };

Presence presenceOf(sqlite3* handle, const QString& table)
{
    const RawStatement found = prepared(handle, QStringLiteral("SELECT 1 FROM sqlite_schema WHERE type='table' AND name='%1'").arg(QString(table).replace(u'\'', QStringLiteral("''"))));
    const int code = found ? sqlite3_step(found.get()) : SQLITE_CORRUPT;
    return code == SQLITE_ROW ? Presence::There : code == SQLITE_DONE ? Presence::NotThere : Presence::Unknown;
}

QStringList columnsOf(sqlite3* handle, const QString& table)
{
    QStringList columns;
    const RawStatement info = prepared(handle, QStringLiteral("PRAGMA table_info(%1)").arg(quoted(table)));
    while (info && sqlite3_step(info.get()) == SQLITE_ROW)
        columns << QString::fromUtf8(reinterpret_cast<const char*>(sqlite3_column_text(info.get(), 1)));
    return columns;
}

QVariant valueAt(sqlite3_stmt* row, int column)
{
    switch (sqlite3_column_type(row, column)) {
    case SQLITE_INTEGER:
        return qint64(sqlite3_column_int64(row, column));
    case SQLITE_FLOAT:
        return sqlite3_column_double(row, column);
    case SQLITE_TEXT:
        return QString::fromUtf8(reinterpret_cast<const char*>(sqlite3_column_text(row, column)), sqlite3_column_bytes(row, column));
    case SQLITE_BLOB:
        return QByteArray(static_cast<const char*>(sqlite3_column_blob(row, column)), sqlite3_column_bytes(row, column));
    default:
        return {};
    }
}

/// SQLite reads nothing of a file that is shorter than it says: the copy is filled up. Empty where it is long enough, or
/// cannot be copied.
QString lengthened(const QString& damaged)
{
    QFile file(damaged);
    if (!file.open(QIODevice::ReadOnly))
        return {};
    const QByteArray header = file.read(100);
    if (header.size() < 100)
        return {};
    const qint64 pageBytes = qFromBigEndian<quint16>(header.constData() + 16) == 1 ? 65536 : qFromBigEndian<quint16>(header.constData() + 16);
    const qint64 said = pageBytes * qFromBigEndian<quint32>(header.constData() + 28);
    const QString copy = damaged + QStringLiteral(".copy");
    if (said <= file.size() || said > 16 * file.size() || !QFile::copy(damaged, copy))
        return {};
    QFile::copy(damaged + QStringLiteral("-wal"), copy + QStringLiteral("-wal"));
    QFile::resize(copy, said);
    return copy;
}

class Salvager
{
public:
    Salvager(sqlite3* damaged, Database& into, Salvage& salvage) : m_damaged(damaged), m_into(into), m_salvage(salvage) {}

    /// From the beginning as far as it goes, and where that is not to the end, from the end too.
    Result<void> copy(const QString& table, const QStringList& columns)
    {
        QStringList names, marks;
        for (const QString& column : columns) {
            names << quoted(column);
            marks << QStringLiteral("?");
        }
        auto insert = m_into.prepare(QStringLiteral("INSERT OR IGNORE INTO %1(%2) VALUES(%3)").arg(quoted(table), names.join(u','), marks.join(u',')));
        if (!insert)
            return std::unexpected(insert.error());
        const QString select = QStringLiteral("SELECT %1 FROM %2").arg(names.join(u','), quoted(table));
        for (const QString& order : {QString(), QStringLiteral(" ORDER BY rowid DESC")}) {
            const auto isWhole = copyRows(select + order, *insert);
            if (!isWhole)
                return std::unexpected(isWhole.error());
            if (*isWhole)
                break;
            if (!m_salvage.damaged.contains(table))
                m_salvage.damaged << table;
        }
        return {};
    }

private:
    Result<bool> copyRows(const QString& select, Statement& insert)
    {
        const RawStatement rows = prepared(m_damaged, select);
        if (!rows)
            return false;
        int code = SQLITE_ROW;
        while ((code = sqlite3_step(rows.get())) == SQLITE_ROW) {
            QVariantList values;
            for (int i = 0; i < sqlite3_column_count(rows.get()); ++i)
                values << valueAt(rows.get(), i);
            insert.bindAll(values);
            const auto inserted = insert.run();
            if (inserted)
                m_salvage.rows += m_into.changes();
            else if (inserted.error().fault != Fault::Conflict) // a row that breaks a rule is part of the damage
                return std::unexpected(inserted.error());
        }
        return code == SQLITE_DONE;
    }

    sqlite3* m_damaged;
    Database& m_into;
    Salvage& m_salvage;
};

} // namespace

Result<Salvage> salvage(const QString& damaged, Database& into)
{
    Salvage salvage;
    const QString copy = lengthened(damaged);
    const auto removeCopy = qScopeGuard([&copy] {
        for (const char* part : {"", "-wal", "-shm"})
            if (!copy.isEmpty())
                QFile::remove(copy + QLatin1String(part));
    });
    const QString source = copy.isEmpty() ? damaged : copy;
    sqlite3* opened = nullptr;
    const bool hasLog = QFileInfo(source + QStringLiteral("-wal")).size() > 0;
    const QByteArray address = QUrl::fromLocalFile(source).toEncoded() + (hasLog ? "?mode=ro" : "?immutable=1"); // which makes no files beside it
    sqlite3_open_v2(address.constData(), &opened, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, nullptr);
    const Handle handle(opened);
    sqlite3_db_config(opened, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    const auto tables = rowsOf<QString>(into, QStringLiteral("SELECT name FROM sqlite_schema AS own WHERE type='table' AND rootpage>0 AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
                                                             " AND name<>'schema_version' AND NOT EXISTS(SELECT 1 FROM sqlite_schema AS virtual WHERE virtual.type='table'"
                                                             " AND virtual.rootpage=0 AND own.name LIKE replace(virtual.name,'_','\\_')||'\\_%' ESCAPE '\\') ORDER BY rowid"),
                                        {}, [](const Statement& row) { return row.text(0); });
    if (!tables)
        return std::unexpected(tables.error());
    if (auto off = into.execute(QStringLiteral("PRAGMA foreign_keys=OFF")); !off)
        return std::unexpected(off.error());
    const auto copied = [&]() -> Result<void> {
        auto transaction = Transaction::begin(into);
        if (!transaction)
            return std::unexpected(transaction.error());
        Salvager salvager(opened, into, salvage);
        for (const QString& table : *tables) {
            if (presenceOf(opened, table) == Presence::NotThere) // an older version's
                continue;
            const auto ours = rowsOf<QString>(into, QStringLiteral("SELECT name FROM pragma_table_info(?)"), {table}, [](const Statement& row) { return row.text(0); });
            if (!ours)
                return std::unexpected(ours.error());
            const QStringList theirs = columnsOf(opened, table);
            QStringList columns;
            std::copy_if(ours->begin(), ours->end(), std::back_inserter(columns), [&theirs](const QString& column) { return theirs.contains(column); });
            if (columns.isEmpty())
                salvage.damaged << table;
            else if (auto done = salvager.copy(table, columns); !done)
                return done;
        }
        return transaction->commit();
    }();
    (void)into.execute(QStringLiteral("PRAGMA foreign_keys=ON"));
    if (!copied)
        return std::unexpected(copied.error());
    return salvage;
}

} // namespace diascope
