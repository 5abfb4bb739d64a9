#include "netclient/base/database.h"
#include "netclient/base/scratch_folder.h"
#include "tests/support/environment_variable.h"
#include <QDir>
#include <QElapsedTimer>
#include <QTemporaryDir>
#include <QtTest>
#include <unistd.h>

using namespace diascope;

class TestDatabase : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void keepsEveryTypeOfValue()
    {
        auto database = open("a.db");
        QVERIFY(database->execute("CREATE TABLE t(a,b,c,d,e)"));
        QVERIFY(database->execute("INSERT INTO t VALUES(?,?,?,?,?)",
                                  {qint64(1) << 40, 0.5, QString::fromUtf8("王^小东"), QByteArray("\0\1", 2), QVariant()}));
        auto row = database->prepare("SELECT * FROM t");
        QVERIFY(row && row->step().value());
        QCOMPARE(row->integer(0), qint64(1) << 40);
        QCOMPARE(row->real(1), 0.5);
        QCOMPARE(row->text(2), QString::fromUtf8("王^小东"));
        QCOMPARE(row->blob(3), QByteArray("\0\1", 2));
        QVERIFY(row->isNull(4));
        QVERIFY(!row->step().value());
    }

    void aKeptStatementForgetsWhatItWasAskedBefore()
    {
        auto database = open("kept.db");
        QVERIFY(database->execute("CREATE TABLE t(a)"));
        QVERIFY(database->execute("INSERT INTO t VALUES(1),(2),(3)"));
        const QString sql = "SELECT a, ?1 FROM t WHERE a>=ifnull(?1,0) ORDER BY a";
        {
            auto first = database->prepareKept(sql);
            first->bindInteger(1, 2);
            QVERIFY(first->step().value());
            QCOMPARE(first->integer(0), 2); // left in the middle
            auto beside = database->prepareKept(sql); // the same while it is in use
            beside->bindInteger(1, 3);
            QVERIFY(beside->step().value());
            QCOMPARE(beside->integer(0), 3);
            QVERIFY(first->step().value());
            QCOMPARE(first->integer(0), 3);
        }
        auto again = database->prepareKept(sql);
        QVERIFY(again->step().value());
        QCOMPARE(again->integer(0), 1);
        QVERIFY(again->isNull(1));
        // A statement left in the middle would hold the table.
        again->reset();
        QVERIFY(database->execute("DROP TABLE t"));
        QVERIFY(database->execute("CREATE TABLE t(b, a)"));
        QVERIFY(database->execute("INSERT INTO t VALUES(0, 7)"));
        QVERIFY(again->step().value());
        QCOMPARE(again->integer(0), 7);
        for (int n = 0; n < 40; ++n) // more than are kept
            QCOMPARE(database->prepareKept(QStringLiteral("SELECT %1").arg(n))->step().value(), true);
    }

    void millionsOfRowsAreBoundAsTheyAre()
    {
        auto database = open("bound.db");
        auto row = database->prepare("SELECT ?1, typeof(?1), ?2, typeof(?2)");
        row->bindInteger(1, -(qint64(1) << 40));
        row->bindText(2, QByteArrayView("王^小东 and more", 10));
        QVERIFY(row->step().value());
        QCOMPARE(row->integer(0), -(qint64(1) << 40));
        QCOMPARE(row->text(1), "integer");
        QCOMPARE(row->text(2), QString::fromUtf8("王^小东"));
        QCOMPARE(row->text(3), "text");
    }

    void rollsBackWhatWasNotCommitted()
    {
        auto database = open("b.db");
        QVERIFY(database->execute("CREATE TABLE t(a)"));
        {
            auto transaction = Transaction::begin(*database);
            QVERIFY(database->execute("INSERT INTO t VALUES(1)"));
        }
        QCOMPARE(database->value("SELECT count(*) FROM t").value()->toInt(), 0);
        auto transaction = Transaction::begin(*database);
        QVERIFY(database->execute("INSERT INTO t VALUES(1)"));
        QVERIFY(transaction->commit());
        QCOMPARE(database->value("SELECT count(*) FROM t").value()->toInt(), 1);
    }

    void migrationsRunOnceAndInOrder()
    {
        auto database = open("c.db");
        const QStringList first{"CREATE TABLE t(a); INSERT INTO t VALUES(1);"};
        QVERIFY(database->migrate("room", first));
        QVERIFY(database->migrate("room", first));
        QVERIFY(database->migrate("room", first + QStringList{"INSERT INTO t VALUES(2)"}));
        QCOMPARE(database->value("SELECT group_concat(a) FROM t").value()->toString(), "1,2");
        QVERIFY(database->migrate("other room", {"CREATE TABLE u(a)"}));
    }

    void aFailedMigrationLeavesNothing()
    {
        auto database = open("d.db");
        QVERIFY(!database->migrate("room", {"CREATE TABLE t(a)", "nonsense"}));
        QVERIFY(!database->execute("INSERT INTO t VALUES(1)"));
    }

    void aNewerSchemaIsRefusedUntouched()
    {
        auto database = open("e.db");
        QVERIFY(database->migrate("room", {"CREATE TABLE t(a)", "CREATE TABLE u(a)"}));
        const auto refused = database->migrate("room", {"CREATE TABLE t(a)"});
        QVERIFY(!refused);
        QCOMPARE(refused.error().fault, Fault::Conflict);
    }

    void aLongStatementCanBeStopped()
    {
        auto database = open("s.db");
        const QString endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n) SELECT count(*) FROM n";
        int asked = 0;
        database->stopWhen([&asked] { return ++asked > 3; });
        QCOMPARE(database->value(endless).error().fault, Fault::Cancelled);
        QCOMPARE(asked, 4);
        database->stopWhen({});
        QCOMPARE(database->value("SELECT 7").value()->toInt(), 7);
    }

    /// A start of what is up to date waits for no writer.
    void aSchemaThatIsUpToDateIsNotWrittenTo()
    {
        auto database = open("u.db");
        QVERIFY(database->migrate("room", {"CREATE TABLE t(a)"}));
        auto writing = open("u.db");
        const auto transaction = Transaction::begin(*writing);
        QVERIFY(transaction);
        QElapsedTimer clock;
        clock.start();
        QVERIFY(database->migrate("room", {"CREATE TABLE t(a)"}));
        QVERIFY(clock.elapsed() < 5000); // the busy timeout is 10 s
    }

    /// STO-08: a name that others may take. A link there leads into a folder that is not for this.
    void aLinkIsNoFolderForScratch()
    {
        const QString shared = m_folder.filePath("shared"), own = m_folder.filePath("own");
        QVERIFY(QDir().mkpath(shared) && QDir().mkpath(own + "/kept"));
        QVERIFY(QFile::setPermissions(own, QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner));
        QVERIFY(QFile::link(own, QStringLiteral("%1/diascope-%2").arg(shared).arg(::getuid())));
        const test::EnvironmentVariable temporary("TMPDIR", QFile::encodeName(shared));
        ScratchFolder::removeAbandoned();
        QVERIFY(QFileInfo::exists(own + "/kept"));
        {
            const auto scratch = ScratchFolder::make();
            QVERIFY(scratch);
            QCOMPARE(QFileInfo(scratch->filePath("a")).dir().canonicalPath().section('/', 0, -2), QDir(shared).canonicalPath());
        }
        QCOMPARE(QDir(own).entryList(QDir::AllEntries | QDir::NoDotAndDotDot), QStringList{"kept"});
        QCOMPARE(QDir(shared).entryList(QDir::AllEntries | QDir::NoDotAndDotDot).size(), 1); // the link; ours is gone with its object
    }

    void aForeignFileIsLeftUntouched()
    {
        const QString path = m_folder.filePath("foreign.db");
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        const QByteArray text = QByteArray("this is not a database ").repeated(100);
        file.write(text);
        file.close();
        const auto opened = Database::open(path);
        QVERIFY(!opened);
        QCOMPARE(opened.error().fault, Fault::Damaged);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(file.readAll(), text);
    }

private:
    std::unique_ptr<Database> open(const char* name)
    {
        auto opened = Database::open(m_folder.filePath(QLatin1String(name)));
        return opened ? std::move(*opened) : nullptr;
    }
    QTemporaryDir m_folder;
};

QTEST_GUILESS_MAIN(TestDatabase)
#include "tests/support/environment_variable.h"
#include "tst_database.moc"
