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
        const QPersistentModelIndex chosen = table.index(0, StudyTable::Patient);
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
        few.row.instances = 9;
        many.row.instances = 108;
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
        remote.node = "PACS";
        table.merge(remote);
        QCOMPARE(table.rowCount(), 1);
        QVERIFY(table.data(table.index(0, StudyTable::Source), Qt::DisplayRole).toString().contains("PACS"));
        auto other = entry("2", "Berta", "20200101");
        other.node = "PACS";
        table.merge(other);
        QCOMPARE(table.rowCount(), 2);
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
