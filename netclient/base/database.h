#pragma once
#include "netclient/base/error.h"
#include "netclient/base/file_lock.h"
#include <QByteArray>
#include <QStringList>
#include <QVariant>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

struct sqlite3;
struct sqlite3_stmt;

namespace diascope
{

enum class Durability {
    Normal, ///< survives a crash of the program (WAL, synchronous=NORMAL)
    Full,   ///< survives a power cut: for what was acknowledged or signed (synchronous=FULL)
};

class Statement;

/// One SQLite connection: WAL, foreign keys, busy timeout 10 s, defensive. Use from one thread at a time; open another
/// connection for another thread. SQL stands only in the library that owns the table.
class Database
{
public:
    /// Opens or creates. While it is open its folder is locked for those who replace databases: see lockForReplacing().
    /// Damaged: not a database, and it is left untouched. Denied: it is being replaced.
    static Result<std::unique_ptr<Database>> open(const QString& path, Durability durability = Durability::Full);
    /// Nobody opens a database of this folder while the lock lives. Denied: somebody has one open, in this process or another.
    static Result<FileLock> lockForReplacing(const QString& folder);
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    /// Brings `owner`'s tables to version steps.size(): each step runs once, in order, in one transaction with its number.
    /// Conflict: the file was written by a newer version; it is left untouched. Steps are only ever appended.
    Result<void> migrate(const QString& owner, const QStringList& steps);

    Result<Statement> prepare(const QString& sql);
    /// The same, and what was prepared is kept for the next time: for what is asked again and again. The statement must go
    /// before the database does.
    Result<Statement> prepareKept(const QString& sql);
    /// Prepares, binds in order, runs to the end.
    Result<void> execute(const QString& sql, const QVariantList& values = {});
    /// First column of the first row; nothing if there is no row.
    Result<std::optional<QVariant>> value(const QString& sql, const QVariantList& values = {});
    /// Asked now and then while a statement runs: true stops it with Cancelled. For statements that take minutes.
    void stopWhen(std::function<bool()> isToStop);
    qint64 lastInsertId() const;
    qint64 changes() const;
    QString path() const { return m_path; }

private:
    Database() = default;
    Result<void> bringUp(const QString& owner, const QStringList& steps);
    friend class Statement;
    friend class Transaction;
    sqlite3* m_handle = nullptr;
    QString m_path;
    FileLock m_lock;
    std::function<bool()> m_isToStop;
    std::vector<std::pair<QString, sqlite3_stmt*>> m_kept; ///< not in use; the longest unused first
};

/// A prepared statement. bind() counts from 1. QString → TEXT, QByteArray → BLOB, bool and integers → INTEGER,
/// double → REAL, invalid or null QVariant → NULL.
class Statement
{
public:
    Statement(Statement&& other) noexcept;
    Statement& operator=(Statement&&) = delete;
    ~Statement();

    void bind(int index, const QVariant& value);
    void bindAll(const QVariantList& values);
    void bindInteger(int index, qint64 value);
    void bindText(int index, QByteArrayView utf8); ///< valid UTF-8; both: for millions of rows
    /// All in order and without detours, for what is done thousands of times: integers, texts, and optional ones. A null
    /// QString is NULL, as in bind().
    template <typename... Values>
    void bindEach(const Values&... values)
    {
        int index = 0;
        (bindOne(++index, values), ...);
    }
    /// True: a row is there; false: the end.
    Result<bool> step();
    Result<void> run(); ///< step to the end, then reset
    void reset();

    int columnCount() const;
    bool isNull(int column) const;
    QString text(int column) const;
    QByteArrayView utf8(int column) const; ///< the same text's bytes, valid until the next step
    qint64 integer(int column) const;
    double real(int column) const;
    QByteArray blob(int column) const;

private:
    friend class Database;
    void bindOne(int index, qint64 value) { bindInteger(index, value); }
    void bindOne(int index, const QString& text);
    template <typename Value>
    void bindOne(int index, const std::optional<Value>& value)
    {
        value ? bindOne(index, *value) : bind(index, QVariant());
    }
    Statement(sqlite3* database, sqlite3_stmt* statement) : m_database(database), m_statement(statement) {}
    sqlite3* m_database;
    sqlite3_stmt* m_statement;
    Database* m_keeper = nullptr; ///< takes it back
    QString m_sql;                ///< as it is known there
};

/// Every row of a query, as `read` makes it of the statement that stands there.
template <typename Row, typename Read>
Result<std::vector<Row>> rowsOf(Database& database, const QString& sql, const QVariantList& values, Read read)
{
    auto query = database.prepare(sql);
    if (!query)
        return std::unexpected(query.error());
    query->bindAll(values);
    std::vector<Row> rows;
    while (true) {
        const auto row = query->step();
        if (!row)
            return std::unexpected(row.error());
        if (!*row)
            return rows;
        rows.push_back(read(*query));
    }
}

/// BEGIN IMMEDIATE … COMMIT; rolls back when it goes out of scope uncommitted.
class Transaction
{
public:
    static Result<Transaction> begin(Database& database);
    Transaction(Transaction&& other) noexcept : m_database(std::exchange(other.m_database, nullptr)) {}
    Transaction& operator=(Transaction&&) = delete;
    ~Transaction();
    Result<void> commit();

private:
    explicit Transaction(Database& database) : m_database(&database) {}
    Database* m_database;
};

} // namespace diascope
