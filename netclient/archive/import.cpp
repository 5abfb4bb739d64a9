#include "netclient/archive/archive_private.h"
#include "netclient/dicom/dicomdir.h"
#include <QElapsedTimer>
#include <QFileInfo>
#include <QSet>
#include <algorithm>
#include <filesystem>

namespace diascope::archive
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("Archive", text); }

/// Every plain file below the given paths, each once, and what has to be said about the rest.
class Finder
{
public:
    explicit Finder(Task& task) : m_task(task) {}

    Result<void> add(const QString& path)
    {
        const QFileInfo info(path);
        if (!info.exists())
            return fail(Fault::NotFound, info.isSymLink() ? tr("%1 leads nowhere").arg(path) : tr("there is no %1").arg(path));
        if (info.isDir())
            addFolder(info.absoluteFilePath());
        else if (!info.isFile())
            remarks.push_back({path, tr("no plain file")});
        else if (dicom::DicomDir::isDicomDir(path))
            addDicomDir(info.absoluteFilePath(), References::Follow);
        else
            addFile(info.absoluteFilePath());
        return {};
    }

    QStringList files;
    std::vector<Remark> remarks;

private:
    enum class References { Follow, OnlyCheck };
    enum class Kind { File, Folder, Link, Other };

    static Kind kindOf(const std::filesystem::directory_entry& entry)
    {
        std::error_code error;
        return entry.is_symlink(error) ? Kind::Link : entry.is_directory(error) ? Kind::Folder : entry.is_regular_file(error) ? Kind::File : Kind::Other;
    }

    void addFile(const QString& path)
    {
        if (m_seen.contains(path))
            return;
        m_seen.insert(path);
        files << path;
    }

    /// A medium or a folder gives what is in it, not what a link in it leads to elsewhere.
    static bool isWithin(const QString& path, const QString& folder)
    {
        const QString real = QFileInfo(path).canonicalFilePath();
        return real.startsWith(QFileInfo(folder).canonicalFilePath() + u'/');
    }

    void addFolder(const QString& folder)
    {
        // A stack, not recursion: depth is whatever the medium has.
        std::vector<QString> waiting{folder};
        while (!waiting.empty() && !m_task.isCancelled()) {
            const QString current = waiting.back();
            waiting.pop_back();
            // What an entry is comes with its name: to ask for each of them would take as long as reading the headers does.
            std::vector<std::pair<QString, Kind>> entries;
            std::error_code error;
            for (std::filesystem::directory_iterator entry(QFile::encodeName(current).constData(), error), end; !error && entry != end; entry.increment(error)) {
                const std::string& bytes = entry->path().native();
                const QString path = QFile::decodeName(bytes.c_str());
                if (path.contains(QChar::ReplacementCharacter) && QFile::encodeName(path) != QByteArrayView(bytes))
                    remarks.push_back({path, tr("its name is no text in this system’s encoding (UTF-8), so it cannot be opened")});
                else
                    entries.emplace_back(path, kindOf(*entry));
            }
            if (error)
                remarks.push_back({current, tr("the folder cannot be read")});
            std::sort(entries.begin(), entries.end());
            std::vector<QString> folders;
            for (const auto& [path, kind] : entries) {
                const QFileInfo target = kind == Kind::Link ? QFileInfo(path) : QFileInfo();
                if (kind == Kind::Folder)
                    folders.push_back(path);
                else if (kind == Kind::Link && target.isDir())
                    remarks.push_back({path, tr("a link to a folder is not followed")});
                else if (kind == Kind::Link && !target.exists())
                    remarks.push_back({path, tr("a link that leads nowhere")});
                else if (kind != Kind::File && !target.isFile())
                    remarks.push_back({path, tr("no plain file")});
                else if (kind == Kind::Link && !isWithin(path, folder))
                    remarks.push_back({path, tr("a link out of the folder is not followed")});
                else if (path.endsWith(QLatin1String("/DICOMDIR"), Qt::CaseInsensitive))
                    addDicomDir(path, References::OnlyCheck);
                else
                    addFile(path);
            }
            waiting.insert(waiting.end(), folders.rbegin(), folders.rend());
        }
    }

    /// The files beside a DICOMDIR in a folder come with the folder, also those it forgot to name.
    void addDicomDir(const QString& path, References references)
    {
        const auto directory = dicom::DicomDir::read(path);
        if (!directory) {
            remarks.push_back({path, tr("the DICOMDIR cannot be used: %1").arg(directory.error().detail)});
            return;
        }
        if (references == References::Follow)
            for (const auto& entry : directory->files) {
                if (isWithin(entry.path, QFileInfo(path).path()))
                    addFile(QFileInfo(entry.path).absoluteFilePath());
                else
                    remarks.push_back({entry.path, tr("a link out of the folder is not followed")});
            }
        for (const auto& entry : directory->missing)
            remarks.push_back({entry.path, tr("named in the DICOMDIR, but not on the medium")});
        for (const auto& refusal : directory->refused)
            remarks.push_back({path, QStringLiteral("%1: %2").arg(refusal.fileId, refusal.reason)});
        if (directory->isCircular)
            remarks.push_back({path, tr("the records of the DICOMDIR run in a circle")});
    }

    Task& m_task;
    QSet<QString> m_seen;
};

} // namespace

Result<ImportReport> Archive::import(const QStringList& paths, ImportMode mode, Task& task)
{
    QElapsedTimer clock;
    clock.start();
    Finder finder(task);
    for (const QString& path : paths)
        if (auto added = finder.add(path); !added)
            return std::unexpected(added.error());
    if (finder.files.isEmpty() && finder.remarks.empty() && !task.isCancelled())
        return fail(Fault::NotDicom, tr("there are no files in %1").arg(paths.join(QStringLiteral(", "))));

    ImportReport report;
    report.skipped = std::move(finder.remarks);
    std::optional<Error> failure;
    std::atomic<bool> hasFailed = false;
    QSet<QString> studies;
    const qint64 total = finder.files.size();
    task.report(0, total);
    {
        Pipeline pipeline(*d, [&](qint64 index, const Candidate& candidate, const Result<Outcome>& outcome) {
            if (!outcome) {
                if (!failure)
                    failure = outcome.error();
                hasFailed = true;
                return;
            }
            switch (outcome->kind) {
            case Outcome::New:
                ++report.imported;
                break;
            case Outcome::Duplicate:
                ++report.duplicates;
                break;
            case Outcome::Quarantined:
                report.quarantined.push_back({candidate.source, outcome->error.detail});
                break;
            case Outcome::Skipped:
                report.skipped.push_back({candidate.source, outcome->error.detail});
                break;
            case Outcome::Directory:
                break;
            }
            if ((outcome->kind == Outcome::New || outcome->kind == Outcome::Duplicate) && !studies.contains(outcome->studyUid)) {
                studies.insert(outcome->studyUid);
                report.studies.push_back({outcome->studyUid});
            }
            if (outcome->kind == Outcome::New && candidate.header && candidate.header->isProgram)
                report.warned.push_back({candidate.source, tr("the file begins like a program; never run it")});
            task.report(index + 1, total);
        });
        for (qsizetype i = 0; i < finder.files.size() && !hasFailed; ++i) {
            if (task.isCancelled())
                break;
            const QString path = finder.files[i];
            pipeline.add([this, path, mode] { return mode == ImportMode::Copy ? d->prepareCopy(path) : d->prepareReference(path); },
                         0);
        }
    }
    if (failure && report.imported + report.duplicates == 0)
        return std::unexpected(*failure);
    report.failure = failure;
    report.isCancelled = task.isCancelled();
    report.seconds = double(clock.nsecsElapsed()) / 1e9;
    return report;
}

} // namespace diascope::archive
