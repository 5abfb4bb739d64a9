#include "netclient/base/database.h"
#include <QDateTime>
#include <QFile>
#include <QFileInfo>
#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>
#include <utility>

namespace diascope
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("Database", text); }

Error errorOf(sqlite3* handle, int code)
{
    const int last = errno; // SQLite keeps it for itself except where a COMMIT cannot be synced
    const QString detail = QString::fromUtf8(sqlite3_errmsg(handle));
    const int primary = code & 0xff;
    if (handle && (primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN)) // it says FULL only where a write fails
        for (const int system : {last, sqlite3_system_errno(handle)})
            if (system == ENOSPC || system == EDQUOT)
                return {Fault::DiskFull, detail};
    switch (primary) {
    case SQLITE_FULL:
        return {Fault::DiskFull, detail};
    case SQLITE_NOTADB:
        return {Fault::Damaged, detail};
    case SQLITE_CORRUPT:
        return {Fault::Damaged, tr("the database is damaged (%1); diascope rebuild makes a new one and takes over what can still be read").arg(detail)};
    case SQLITE_CANTOPEN:
    case SQLITE_IOERR:
    case SQLITE_PERM:
    case SQLITE_READONLY:
        return {Fault::Unreadable, detail};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return {Fault::TimedOut, tr("another process holds the database")};
    case SQLITE_INTERRUPT:
        return {Fault::Cancelled, {}};
    case SQLITE_CONSTRAINT:
        return {Fault::Conflict, detail};
    default:
        return {Fault::Internal, detail};
    }
}

/// SQLite tries several ways to open a file and tells why the last one failed. A file beside it tells whether there is space.
Error withDiskFull(Error error, const QString& path)
{
    if (error.fault != Fault::Unreadable)
        return error;
    const QByteArray probe = QFile::encodeName(path + QStringLiteral("-probe"));
    const int file = ::open(probe.constData(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    const bool isMade = file >= 0;
    const bool isFull = (!isMade || ::write(file, "", 1) != 1) && (errno == ENOSPC || errno == EDQUOT);
    if (isMade) {
        ::close(file);
        ::unlink(probe.constData());
    }
    if (isFull)
        error.fault = Fault::DiskFull;
    return error;
}

} // namespace

Result<std::unique_ptr<Database>> Database::open(const QString& path, Durability durability)
{
    std::unique_ptr<Database> database(new Database);
    database->m_path = path;
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    const int opened = sqlite3_open_v2(path.toUtf8().constData(), &database->m_handle, flags, nullptr);
    if (opened != SQLITE_OK) {
        Error error = errorOf(database->m_handle, opened);
        error.detail = QStringLiteral("%1 (%2)").arg(error.detail, path);
        return std::unexpected(withDiskFull(error, path));
    }
    sqlite3_extended_result_codes(database->m_handle, 1);
    sqlite3_busy_timeout(database->m_handle, 10000);
    sqlite3_db_config(database->m_handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(database->m_handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    const QString synchronous = durability == Durability::Full ? QStringLiteral("FULL") : QStringLiteral("NORMAL");
    // Reading first: a foreign file is found out before anything is written to it. All of ours have this table before any other.
    const auto tables = database->value(QStringLiteral("SELECT count(*) FROM sqlite_schema WHERE type='table'"));
    if (!tables)
        return std::unexpected(withDiskFull(tables.error(), path));
    if ((*tables)->toInt() > 0 && !database->prepare(QStringLiteral("SELECT owner, version FROM schema_version")))
        return fail(Fault::Conflict, tr("%1 is the database of another program").arg(path));
    for (const QString& pragma : {QStringLiteral("PRAGMA journal_mode=WAL"),
                                  QStringLiteral("PRAGMA synchronous=") + synchronous, QStringLiteral("PRAGMA foreign_keys=ON"),
                                  QStringLiteral("PRAGMA recursive_triggers=ON")}) // or INSERT OR REPLACE would pass those before DELETE
        if (auto done = database->execute(pragma); !done)
            return std::unexpected(withDiskFull(done.error(), path));
    QFile::setPermissions(path, QFile::ReadOwner | QFile::WriteOwner);
    return database;
}

Database::~Database()
{
    for (const auto& [sql, statement] : m_kept)
        sqlite3_finalize(statement);
    sqlite3_close_v2(m_handle);
}

Result<void> Database::migrate(const QString& owner, const QStringList& steps)
{
    auto done = bringUp(owner, steps);
    return done ? done : std::unexpected(withDiskFull(done.error(), m_path));
}

Result<void> Database::bringUp(const QString& owner, const QStringList& steps)
{
    const QString versionOf = QStringLiteral("SELECT version FROM schema_version WHERE owner=?");
    // What is up to date is not written to: a start costs no wait for the disk, and none for another process that writes.
    if (const auto known = value(versionOf, {owner}); known && *known && (*known)->toLongLong() == steps.size())
        return {};
    if (auto done = execute(QStringLiteral("CREATE TABLE IF NOT EXISTS schema_version"
                                           "(owner TEXT PRIMARY KEY, version INTEGER NOT NULL) WITHOUT ROWID"));
        !done)
        return done;
    auto transaction = Transaction::begin(*this);
    if (!transaction)
        return std::unexpected(transaction.error());
    auto current = value(versionOf, {owner});
    if (!current)
        return std::unexpected(current.error());
    const qsizetype version = *current ? (*current)->toLongLong() : 0;
    if (version > steps.size())
        return fail(Fault::Conflict, tr("the database was written by a newer version of Diascope"));
    for (qsizetype i = version; i < steps.size(); ++i) {
        char* text = nullptr;
        const int code = sqlite3_exec(m_handle, steps[i].toUtf8().constData(), nullptr, nullptr, &text);
        sqlite3_free(text);
        if (code != SQLITE_OK)
            return std::unexpected(errorOf(m_handle, code));
    }
    if (auto done = execute(QStringLiteral("INSERT OR REPLACE INTO schema_version(owner,version) VALUES(?,?)"),
                            {owner, steps.size()});
        !done)
        return done;
    return transaction->commit();
}

Result<Statement> Database::prepare(const QString& sql)
{
    sqlite3_stmt* statement = nullptr;
    const QByteArray utf8 = sql.toUtf8();
    const int code = sqlite3_prepare_v2(m_handle, utf8.constData(), int(utf8.size()) + 1, &statement, nullptr);
    if (code != SQLITE_OK)
        return std::unexpected(errorOf(m_handle, code));
    return Statement(m_handle, statement);
}

Result<Statement> Database::prepareKept(const QString& sql)
{
    const auto known = std::find_if(m_kept.begin(), m_kept.end(), [&sql](const auto& kept) { return kept.first == sql; });
    auto statement = known == m_kept.end() ? prepare(sql) : Result<Statement>(Statement(m_handle, known->second));
    if (known != m_kept.end())
        m_kept.erase(known);
    if (statement) {
        statement->m_keeper = this;
        statement->m_sql = sql;
    }
    return statement;
}

Result<void> Database::execute(const QString& sql, const QVariantList& values)
{
    auto statement = prepare(sql);
    if (!statement)
        return std::unexpected(statement.error());
    statement->bindAll(values);
    return statement->run();
}

Result<std::optional<QVariant>> Database::value(const QString& sql, const QVariantList& values)
{
    auto statement = prepare(sql);
    if (!statement)
        return std::unexpected(statement.error());
    statement->bindAll(values);
    auto row = statement->step();
    if (!row)
        return std::unexpected(row.error());
    if (!*row)
        return std::optional<QVariant>();
    switch (sqlite3_column_type(statement->m_statement, 0)) {
    case SQLITE_INTEGER:
        return QVariant(statement->integer(0));
    case SQLITE_FLOAT:
        return QVariant(statement->real(0));
    case SQLITE_BLOB:
        return QVariant(statement->blob(0));
    case SQLITE_TEXT:
        return QVariant(statement->text(0));
    default:
        return QVariant();
    }
}

void Database::stopWhen(std::function<bool()> isToStop)
{
    m_isToStop = std::move(isToStop);
    const auto ask = [](void* self) { return static_cast<Database*>(self)->m_isToStop() ? 1 : 0; };
    sqlite3_progress_handler(m_handle, m_isToStop ? 100'000 : 0, m_isToStop ? +ask : nullptr, this);
}

qint64 Database::lastInsertId() const { return sqlite3_last_insert_rowid(m_handle); }
qint64 Database::changes() const { return sqlite3_changes64(m_handle); }

Statement::Statement(Statement&& other) noexcept
    : m_database(other.m_database), m_statement(std::exchange(other.m_statement, nullptr)), m_keeper(other.m_keeper), m_sql(std::move(other.m_sql))
{
}

Statement::~Statement()
{
    constexpr size_t mostKept = 16;
    if (!m_statement || !m_keeper) {
        sqlite3_finalize(m_statement);
        return;
    }
    sqlite3_reset(m_statement);
    sqlite3_clear_bindings(m_statement);
    auto& kept = m_keeper->m_kept;
    if (kept.size() == mostKept) {
        sqlite3_finalize(kept.front().second);
        kept.erase(kept.begin());
    }
    kept.emplace_back(std::move(m_sql), m_statement);
}

void Statement::bind(int index, const QVariant& value)
{
    if (!value.isValid() || value.isNull()) {
        sqlite3_bind_null(m_statement, index);
        return;
    }
    switch (value.metaType().id()) {
    case QMetaType::Bool:
    case QMetaType::Int:
    case QMetaType::UInt:
    case QMetaType::Long:
    case QMetaType::LongLong:
    case QMetaType::ULong:
    case QMetaType::ULongLong:
        sqlite3_bind_int64(m_statement, index, value.toLongLong());
        break;
    case QMetaType::Float:
    case QMetaType::Double:
        sqlite3_bind_double(m_statement, index, value.toDouble());
        break;
    case QMetaType::QByteArray: {
        const QByteArray bytes = value.toByteArray();
        sqlite3_bind_blob64(m_statement, index, bytes.constData(), sqlite3_uint64(bytes.size()), SQLITE_TRANSIENT);
        break;
    }
    default: {
        const QByteArray utf8 = value.toString().toUtf8();
        sqlite3_bind_text64(m_statement, index, utf8.constData(), sqlite3_uint64(utf8.size()), SQLITE_TRANSIENT, SQLITE_UTF8);
    }
    }
}

void Statement::bindAll(const QVariantList& values)
{
    for (qsizetype i = 0; i < values.size(); ++i)
        bind(int(i) + 1, values[i]);
}

void Statement::bindInteger(int index, qint64 value) { sqlite3_bind_int64(m_statement, index, value); }

void Statement::bindText(int index, QByteArrayView utf8)
{
    sqlite3_bind_text64(m_statement, index, utf8.data(), sqlite3_uint64(utf8.size()), SQLITE_TRANSIENT, SQLITE_UTF8);
}

void Statement::bindOne(int index, const QString& text)
{
    if (text.isNull())
        sqlite3_bind_null(m_statement, index);
    else
        bindText(index, text.toUtf8());
}

Result<bool> Statement::step()
{
    switch (const int code = sqlite3_step(m_statement)) {
    case SQLITE_ROW:
        return true;
    case SQLITE_DONE:
        return false;
    default:
        return std::unexpected(errorOf(m_database, code));
    }
}

Result<void> Statement::run()
{
    for (;;) {
        auto row = step();
        if (!row || !*row) {
            reset();
            if (!row)
                return std::unexpected(row.error());
            return {};
        }
    }
}

void Statement::reset() { sqlite3_reset(m_statement); }
int Statement::columnCount() const { return sqlite3_column_count(m_statement); }
bool Statement::isNull(int column) const { return sqlite3_column_type(m_statement, column) == SQLITE_NULL; }
qint64 Statement::integer(int column) const { return sqlite3_column_int64(m_statement, column); }
double Statement::real(int column) const { return sqlite3_column_double(m_statement, column); }

QByteArrayView Statement::utf8(int column) const
{
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(m_statement, column));
    return QByteArrayView(text, sqlite3_column_bytes(m_statement, column));
}

QString Statement::text(int column) const { return QString::fromUtf8(utf8(column)); }

QByteArray Statement::blob(int column) const
{
    const auto* bytes = static_cast<const char*>(sqlite3_column_blob(m_statement, column));
    return QByteArray(bytes, sqlite3_column_bytes(m_statement, column));
}

Result<Transaction> Transaction::begin(Database& database)
{
    if (auto done = database.execute(QStringLiteral("BEGIN IMMEDIATE")); !done)
        return std::unexpected(done.error());
    return Transaction(database);
}

Transaction::~Transaction()
{
    if (m_database && !sqlite3_get_autocommit(m_database->m_handle))
        (void)m_database->execute(QStringLiteral("ROLLBACK"));
}

Result<void> Transaction::commit()
{
    auto done = m_database->execute(QStringLiteral("COMMIT"));
    if (done)
        m_database = nullptr;
    return done;
}

} // namespace diascope
