#include "tests/support/test_data.h"

using namespace diascope;

class TestTranslations : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyTextIsTranslatedWithItsPlaceholders()
    {
        const auto ran = test::run("/usr/bin/python3", {QStringLiteral(DIASCOPE_SOURCE_DIR "/translations/extract.py"), "--check"});
        QVERIFY2(ran.code == 0, (ran.out + ran.err).constData());
        QVERIFY(ran.out.contains(" texts, 0 not translated, 0 with other placeholders"));
    }

    void everyCommandOfThePackagingIsExecutable()
    {
        for (const char* name : {"packaging/run", "packaging/test", "packaging/install", ".ci/run"})
            QVERIFY2(QFileInfo(QDir(DIASCOPE_SOURCE_DIR).filePath(QLatin1String(name))).isExecutable(), name);
    }

    /// README.md names each package of packaging/deps with its purpose.
    void theReadmeNamesEveryPackage()
    {
        QFile deps(QStringLiteral(DIASCOPE_SOURCE_DIR "/packaging/deps"));
        QFile readme(QStringLiteral(DIASCOPE_SOURCE_DIR "/README.md"));
        QVERIFY(deps.open(QIODevice::ReadOnly) && readme.open(QIODevice::ReadOnly));
        const QByteArray text = readme.readAll();
        for (const QByteArray& line : deps.readAll().split('\n'))
            if (!line.isEmpty() && line[0] != '#' && line[0] != '[')
                QVERIFY2(text.contains("`" + line.left(line.indexOf(' ')) + "`"), line.constData());
    }
};

QTEST_GUILESS_MAIN(TestTranslations)
#include "tst_translations.moc"
