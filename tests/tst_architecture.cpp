#include "tests/support/test_data.h"
#include <QDirIterator>
#include <QMap>
#include <QRegularExpression>
#include <QSet>
#include <QTemporaryDir>

/// The arrows between the rooms of the house: which folder may include which. A room not named here may not exist.
namespace
{

const QMap<QString, QStringList> arrows{
    {"netclient/base", {}},
    {"netclient/dicom", {"netclient/base"}},
    {"netclient/archive", {"netclient/base", "netclient/dicom"}},
    {"netclient/dimse", {"netclient/base", "netclient/dicom"}},
    {"netclient/dicomweb", {"netclient/base", "netclient/dicom"}},
    {"netclient/hl7", {"netclient/base", "netclient/dicom"}},
    {"netclient/fhir", {"netclient/base", "netclient/dicom"}},
    {"netclient/media", {"netclient/base", "netclient/dicom"}},
    {"netclient/transfer", {"netclient/"}},
    {"viewer/decode", {"netclient/base", "netclient/dicom"}},
    {"viewer/volume", {"netclient/base", "netclient/dicom", "viewer/decode"}},
    {"viewer/slice", {"netclient/base", "netclient/dicom", "viewer/decode", "viewer/volume"}},
    {"viewer/scene", {"netclient/base", "netclient/dicom", "viewer/decode", "viewer/volume"}},
    {"viewer/figures",
     {"netclient/base", "netclient/dicom", "viewer/decode", "viewer/volume", "viewer/slice", "viewer/scene"}},
    {"viewer/presentation",
     {"netclient/base", "netclient/dicom", "viewer/decode", "viewer/volume", "viewer/slice", "viewer/scene", "viewer/figures"}},
    {"viewer/tools",
     {"netclient/base", "netclient/dicom", "viewer/decode", "viewer/volume", "viewer/slice", "viewer/scene", "viewer/figures"}},
    {"viewer/hanging", {"netclient/base", "netclient/dicom"}},
    {"viewer/ui", {"netclient/base", "netclient/dicom", "viewer/"}},
    {"reporting/model", {"netclient/base", "netclient/dicom"}},
    {"reporting/templates", {"netclient/base", "netclient/dicom", "reporting/model"}},
    {"reporting/store", {"netclient/base", "netclient/dicom", "reporting/model"}},
    {"reporting/export",
     {"netclient/base", "netclient/dicom", "netclient/hl7", "netclient/fhir", "reporting/model", "reporting/templates"}},
    {"reporting/ui", {"netclient/base", "netclient/dicom", "reporting/"}},
    {"app/access", {"netclient/base", "netclient/dicom"}},
    {"app/demo", {"netclient/", "viewer/", "reporting/"}},
    {"app/session", {"netclient/", "viewer/", "reporting/", "app/access", "app/demo"}},
    {"app/cli", {"netclient/", "viewer/", "reporting/", "app/"}},
    {"app/windows", {"netclient/", "viewer/", "reporting/", "app/"}},
    {"app", {"netclient/", "viewer/", "reporting/", "app/"}},
};

const QStringList widgetRooms{"viewer/ui", "reporting/ui", "app/windows", "app/cli", "app"};
const QRegularExpression includeLine(QStringLiteral("^\\s*#\\s*include\\s*([<\"])([^>\"]+)[>\"]"),
                                     QRegularExpression::MultilineOption);
const QRegularExpression heavyHeader(QStringLiteral("^(vtk|itk|dcmtk/|gdcm)"));
const QRegularExpression widgetHeader(
    QStringLiteral("^(QtWidgets|QWidget|QDialog|QMainWindow|QLabel|QPushButton|QTreeView|QTableView|QLineEdit|QMessageBox|QApplication|QDockWidget|QMenu|QToolBar)"));

QString roomOf(const QString& path)
{
    const QStringList parts = path.split(u'/');
    return parts.size() > 2 ? parts[0] + u'/' + parts[1] : parts[0];
}

/// What is wrong with a file of `path` (from the root) and this text; empty if nothing.
QStringList violations(const QString& path, const QString& text)
{
    QStringList found;
    const QString room = roomOf(path);
    if (!arrows.contains(room))
        return {path + ": the room " + room + " is not in the house"};
    for (auto match = includeLine.globalMatch(text); match.hasNext();) {
        const auto include = match.next();
        const QString header = include.captured(2);
        if (include.captured(1) == "<") {
            if (path.endsWith(".h") && heavyHeader.match(header).hasMatch())
                found << path + ": a heavy header in a header of ours: " + header;
            if (!widgetRooms.contains(room) && widgetHeader.match(header).hasMatch())
                found << path + ": widgets outside ui and windows: " + header;
            continue;
        }
        const QString target = roomOf(header);
        if (target == room || !header.contains(u'/'))
            continue;
        const QStringList allowed = arrows[room];
        const bool isAllowed = std::any_of(allowed.begin(), allowed.end(), [&](const QString& arrow) {
            return arrow.endsWith(u'/') ? target.startsWith(arrow) : target == arrow;
        });
        if (!isAllowed)
            found << path + ": " + room + " may not include " + header;
    }
    return found;
}

} // namespace

class TestArchitecture : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void includesFollowTheArrows()
    {
        const QDir root(QStringLiteral(DIASCOPE_SOURCE_DIR));
        QStringList found;
        int files = 0;
        for (const char* house : {"netclient", "viewer", "reporting", "app"}) {
            QDirIterator it(root.filePath(QLatin1String(house)), {"*.h", "*.cpp"}, QDir::Files, QDirIterator::Subdirectories);
            while (it.hasNext()) {
                QFile file(it.next());
                QVERIFY(file.open(QIODevice::ReadOnly));
                found += violations(root.relativeFilePath(file.fileName()), QString::fromUtf8(file.readAll()));
                ++files;
            }
        }
        QVERIFY(files > 10);
        QVERIFY2(found.isEmpty(), qPrintable(found.join('\n')));
    }

    void eachArrowAgainstTheHouseIsFound_data()
    {
        QTest::addColumn<QString>("path");
        QTest::addColumn<QString>("line");
        QTest::newRow("viewer sees archive") << "viewer/ui/a.cpp" << "#include \"netclient/archive/archive.h\"";
        QTest::newRow("viewer sees reporting") << "viewer/ui/a.cpp" << "#include \"reporting/model/report.h\"";
        QTest::newRow("dimse sees archive") << "netclient/dimse/a.cpp" << "#include \"netclient/archive/archive.h\"";
        QTest::newRow("volume sees slice") << "viewer/volume/a.h" << "#include \"viewer/slice/slice.h\"";
        QTest::newRow("DCMTK in a header") << "netclient/dicom/a.h" << "#include <dcmtk/dcmdata/dctk.h>";
        QTest::newRow("VTK in a header") << "viewer/scene/a.h" << "#include <vtkVolume.h>";
        QTest::newRow("session sees widgets") << "app/session/a.cpp" << "#include <QWidget>";
        QTest::newRow("unknown room") << "viewer/stuff/a.cpp" << "";
        QTest::newRow("base sees dicom") << "netclient/base/a.cpp" << "  #  include \"netclient/dicom/uid.h\"";
    }
    void eachArrowAgainstTheHouseIsFound()
    {
        QFETCH(QString, path);
        QFETCH(QString, line);
        QCOMPARE(violations(path, line + "\n").size(), 1);
    }

    /// A run that skipped what it is there for says so, and a strict one fails; what cannot be had everywhere is allowed.
    void aSkipIsStatedAndFailsAStrictRun_data()
    {
        QTest::addColumn<QByteArray>("log");
        QTest::addColumn<bool>("isAllowed");
        QTest::addColumn<QByteArray>("stated");
        QTest::newRow("none") << QByteArray("PASS   : TestA::b()\n") << true << QByteArray("0 skipped");
        QTest::newRow("no data") << QByteArray("SKIP   : TestA::b(NET-01 row) the real test data is not here\n   Loc: [x]\n") << false << QByteArray("the real test data is not here  (1: TestA::b)");
        QTest::newRow("allowed") << QByteArray("SKIP   : TestA::b() sanitizers slow only our side down\n") << true << QByteArray("1 skipped");
        QTest::newRow("one of each") << QByteArray("SKIP   : TestA::b() sanitizers slow only our side down\nSKIP   : TestA::c() ffmpeg is not here\n") << false << QByteArray("2 skipped");
    }
    void aSkipIsStatedAndFailsAStrictRun()
    {
        QFETCH(QByteArray, log);
        QFETCH(bool, isAllowed);
        QFETCH(QByteArray, stated);
        QTemporaryDir build;
        QVERIFY(QDir(build.path()).mkpath("Testing/Temporary"));
        QFile file(build.filePath("Testing/Temporary/LastTest.log"));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write(log) == log.size());
        file.close();
        const QString script = QStringLiteral(DIASCOPE_SOURCE_DIR) + "/packaging/skips";
        const auto loose = diascope::test::run("env", {"DIASCOPE_STRICT=0", script, build.path()});
        QCOMPARE(loose.code, 0);
        QVERIFY2(loose.out.contains(stated), loose.out.constData());
        QCOMPARE(diascope::test::run("env", {"DIASCOPE_STRICT=1", script, build.path()}).code, isAllowed ? 0 : 1);
        QVERIFY(QFile::remove(file.fileName())); // nothing ran
        QVERIFY(diascope::test::run(script, {build.path()}).code != 0);
    }

    void everyRoomSaysWhatItIs()
    {
        const QDir root(QStringLiteral(DIASCOPE_SOURCE_DIR));
        for (const QString& room : arrows.keys())
            if (room.contains('/') && root.exists(room))
                QVERIFY2(root.exists(room + "/README.md"), qPrintable(room));
    }
};

QTEST_GUILESS_MAIN(TestArchitecture)
#include "tst_architecture.moc"
