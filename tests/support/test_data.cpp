#include "tests/support/test_data.h"
#include <QFileInfo>

namespace diascope::test
{

QString dataFolder()
{
    const QString named = qEnvironmentVariable("DIASCOPE_TEST_DATA");
    const QString folder = named.isEmpty() ? QStringLiteral(DIASCOPE_SOURCE_DIR "/../shared/data") : named;
    return QFileInfo(folder).isDir() ? QDir(folder).canonicalPath() : QString();
}

QString dataFile(const QString& relative)
{
    const QString folder = dataFolder();
    const QString path = folder + u'/' + relative;
    return !folder.isEmpty() && QFileInfo::exists(path) ? path : QString();
}

Ran run(const QString& program, const QStringList& arguments, const QByteArray& input)
{
    QProcess process;
    process.start(program, arguments);
    if (!process.waitForStarted())
        return {-1, {}, process.errorString().toUtf8()};
    process.write(input);
    process.closeWriteChannel();
    if (!process.waitForFinished(300'000)) {
        process.kill();
        process.waitForFinished();
        return {-1, process.readAllStandardOutput(), "did not end within 300 s"};
    }
    const QByteArray out = process.readAllStandardOutput();
    const QByteArray err = process.readAllStandardError();
    if (process.exitStatus() != QProcess::NormalExit) // Qt gives the signal's number as the code
        return {-1, out, err + "ended by signal " + QByteArray::number(process.exitCode())};
    return {process.exitCode(), out, err};
}

bool endsWithin(QProcess& process, int milliseconds)
{
    if (process.waitForFinished(milliseconds))
        return true;
    process.kill();
    process.waitForFinished(5000);
    return false;
}

QByteArray bytesOf(const QString& path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

Ran python(const QString& script, const QStringList& arguments)
{
    return run(QStringLiteral("/usr/bin/python3"), QStringList{QStringLiteral("-c"), script} + arguments);
}

} // namespace diascope::test
