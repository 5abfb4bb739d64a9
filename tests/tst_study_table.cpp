#include "app/windows/study_table.h"
#include <QAbstractItemModelTester>
#include <QtTest>

using namespace diascope;
using namespace diascope::windows;

class TestStudyTable : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theChosenRowStaysTheSamePatientsWhenSorted()
    {
        StudyTable table;
        QAbstractItemModelTester tester(&table, QAbstractItemModelTester::FailureReportingMode::QtTest);
        table.setEntries({entry("1", "Carla", "20200101"), entry("2", "Anna", "20210101"), entry("3", "Berta", "20190101")});
        const QPersistentModelIndex chosen = table.index(table.rowOf({"1"}), StudyTable::Patient);
        table.sort(StudyTable::Patient, Qt::AscendingOrder);
        QCOMPARE(names(table), (QStringList{"Anna", "Berta", "Carla"}));
        QCOMPARE(chosen.row(), 2);
        QCOMPARE(table.entryAt(chosen.row())->row.uid.value, "1");
        table.sort(StudyTable::Date, Qt::DescendingOrder);
        QCOMPARE(names(table), (QStringList{"Anna", "Carla", "Berta"}));
        QCOMPARE(table.entryAt(chosen.row())->row.uid.value, "1");
    }

    void imagesAreSortedAsNumbers()
    {
        StudyTable table;
        auto few = entry("1", "A", "20200101");
        auto many = entry("2", "B", "20200101");
        few.localInstances = 9;
        many.localInstances = 108;
        table.setEntries({many, few});
        table.sort(StudyTable::Images, Qt::AscendingOrder);
        QCOMPARE(names(table), (QStringList{"A", "B"}));
    }

    void aPacsRowOfAStudyThatIsHereIsNotASecondRow()
    {
        StudyTable table;
        QAbstractItemModelTester tester(&table, QAbstractItemModelTester::FailureReportingMode::QtTest);
        table.setEntries({entry("1", "Anna", "20200101")});
        auto remote = entry("1", "Anna", "20200101");
        remote.nodes = QStringList{"PACS"};
        remote.isLocal = false;
        table.merge({remote});
        QCOMPARE(table.rowCount(), 1);
        QVERIFY(table.data(table.index(0, StudyTable::Source), Qt::DisplayRole).toString().contains("PACS"));
        auto other = entry("2", "Berta", "20200101");
        other.nodes = QStringList{"PACS"};
        auto again = remote;
        again.nodes = QStringList{"BACKUP"};
        auto twin = other;
        twin.nodes = QStringList{"BACKUP"};
        table.merge({other, again, twin});
        QCOMPARE(table.rowCount(), 2);
        for (const char* uid : {"1", "2"})
            QCOMPARE(table.entryAt(table.rowOf({uid}))->nodes, (QStringList{"PACS", "BACKUP"}));
    }

    void SAF_04_whatIsMissingHereIsSaidAgainstTheServersCount()
    {
        StudyTable table;
        auto local = entry("1", "Anna", "20200101");
        local.localInstances = 40;
        table.setEntries({local});
        auto remote = entry("1", "Anna", "20200101");
        remote.isLocal = false;
        remote.nodes = QStringList{"PACS"};
        remote.remoteInstances = 72;
        table.merge({remote});
        const QModelIndex images = table.index(0, StudyTable::Images);
        QCOMPARE(images.data().toString(), QStringLiteral("⚠ 40 of 72"));
        QVERIFY(images.data(Qt::ToolTipRole).toString().contains("PACS")); // who says so
        QVERIFY(!table.entryAt(0)->isComplete());
        archive::StudyRow now = local.row;
        now.instances = 72;
        table.setLocal(now);
        QCOMPARE(images.data().toString(), "72");
        QVERIFY(table.entryAt(0)->isComplete());
    }

    void SAF_01_aStudyWithoutANameSaysSo()
    {
        StudyTable table;
        table.setEntries({entry("1", "", "20200101")});
        QCOMPARE(names(table), QStringList{"(no name)"});
    }

    void NET_08_oneUidForTwoPatientsIsSaid()
    {
        StudyTable table;
        auto local = entry("1", "Anna", "20200101");
        local.row.patientId = "A";
        table.setEntries({local});
        auto remote = entry("1", "Berta", "20200101");
        remote.row.patientId = "B";
        remote.nodes = QStringList{"PACS"};
        table.merge({remote});
        QCOMPARE(names(table), QStringList{"Anna"});
        QVERIFY(table.index(0, StudyTable::Source).data().toString().contains("another patient"));
    }

    void rowsThatArriveKeepOrderSelectionAndPlace()
    {
        StudyTable table;
        QAbstractItemModelTester tester(&table, QAbstractItemModelTester::FailureReportingMode::QtTest);
        table.sort(StudyTable::Date, Qt::DescendingOrder);
        table.setEntries({entry("1", "Anna", "20200101"), entry("2", "Berta", "20210101")});
        const QPersistentModelIndex chosen = table.index(table.rowOf({"1"}), 0);
        auto newest = entry("3", "Carla", "20260101");
        newest.nodes = QStringList{"PACS"};
        auto middle = entry("4", "Dora", "20200601");
        middle.nodes = QStringList{"PACS"};
        table.merge({middle, newest});
        QCOMPARE(names(table), (QStringList{"Carla", "Berta", "Dora", "Anna"}));
        QCOMPARE(table.entryAt(chosen.row())->row.uid.value, "1");
    }

    void thousandsOfRowsInBatchesDoNotStutter()
    {
        StudyTable table;
        table.sort(StudyTable::Patient, Qt::AscendingOrder);
        QElapsedTimer clock;
        qint64 worst = 0;
        for (int batch = 0; batch < 50; ++batch) {
            std::vector<StudyEntry> rows;
            for (int i = 0; i < 200; ++i) {
                rows.push_back(entry(qPrintable(QString::number(batch * 200 + i)), qPrintable(QStringLiteral("Name%1").arg((batch * 7919 + i * 104729) % 10007, 5, 10, QLatin1Char('0'))), "20200101"));
                rows.back().nodes = QStringList{"PACS"};
            }
            clock.start();
            table.merge(std::move(rows));
            worst = std::max(worst, clock.elapsed());
        }
        QCOMPARE(table.rowCount(), 10'000);
        for (int row = 1; row < table.rowCount(); ++row)
            QVERIFY(table.entryAt(row - 1)->row.patientName.mid(4).toInt() <= table.entryAt(row)->row.patientName.mid(4).toInt());
        QVERIFY2(worst < 500, QByteArray::number(worst).constData()); // 10,000 rows put in order; some 50 ms where nothing else runs
    }

    void namesAreTextAndNeverMarkup()
    {
        StudyTable table;
        table.setEntries({entry("1", "<b>Anna</b><img src='file:///etc/passwd'>", "20200101")});
        const QString tip = table.data(table.index(0, StudyTable::Patient), Qt::ToolTipRole).toString();
        QVERIFY2(!tip.contains('<'), "SEC-06 a tooltip would take it for HTML");
    }

private:
    static StudyEntry entry(const char* uid, const char* name, const char* date)
    {
        StudyEntry made;
        made.row.uid = {QLatin1String(uid)};
        made.row.patientName = QLatin1String(name);
        made.row.date = QLatin1String(date);
        made.isLocal = true;
        return made;
    }
    static QStringList names(const StudyTable& table)
    {
        QStringList found;
        for (int row = 0; row < table.rowCount(); ++row)
            found << table.data(table.index(row, StudyTable::Patient), Qt::DisplayRole).toString();
        return found;
    }
};

QTEST_GUILESS_MAIN(TestStudyTable)
#include "tst_study_table.moc"
