#pragma once
#include "netclient/archive/archive.h"
#include "tests/support/archive_phantoms.h"
#include <QDirIterator>
#include <QTemporaryDir>

namespace diascope::test
{

/// A CT of the test data; none where they are absent.
inline QStringList ctFiles()
{
    QStringList files;
    QDirIterator all(test::dataFile("volumes/fnndsc_andrei_abdomen_ct"), {"*.dcm"}, QDir::Files, QDirIterator::Subdirectories);
    while (all.hasNext())
        files << all.next();
    files.sort();
    return files;
}

/// An archive in a folder of its own.
class ArchiveFixture
{
protected:
    using Archive = archive::Archive;
    using ImportMode = archive::ImportMode;
    using ImportReport = archive::ImportReport;

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<Archive> m_archive;

    QString file(const QString& name) const { return m_folder->filePath(name); }
    QString profileFolder() const { return file("profile"); }
    void reopen()
    {
        m_archive.reset();
        auto opened = Archive::open(*Profile::open(profileFolder()));
        QVERIFY2(opened, opened ? "" : qPrintable(message(opened.error())));
        m_archive = std::move(*opened);
    }
    ImportReport import(const QStringList& paths, ImportMode mode = ImportMode::Copy)
    {
        Task task;
        auto report = m_archive->import(paths, mode, task);
        if (!report) {
            QTest::qFail(qPrintable(message(report.error())), __FILE__, __LINE__);
            return {};
        }
        return *report;
    }
    void start()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        reopen();
    }
    void end()
    {
        m_archive.reset();
        m_folder.reset();
    }
};

} // namespace diascope::test
