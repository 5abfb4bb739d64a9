#include "viewer/volume/not_shown.h"
#include <QCryptographicHash>
#include <QFile>
#include <QFileInfo>
#include <map>

namespace diascope::viewer
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("Volume", text); }

/// Empty where the file cannot be read.
QString hashOf(const QString& path)
{
    QFile file(path);
    QCryptographicHash hash(QCryptographicHash::Sha256);
    return file.open(QIODevice::ReadOnly) && hash.addData(&file) ? QString::fromLatin1(hash.result().toHex()) : QString();
}

} // namespace

Result<std::vector<Instance>> readKnownInstances(const QString& path, const dicom::SeriesUid& series, const dicom::InstanceUid& uid)
{
    auto instances = readInstances(path);
    const auto isOther = [](const auto& known, const auto& found) { return !known.isEmpty() && !found.isEmpty() && known.value != found.value; };
    if (instances && (isOther(series, instances->front().seriesUid) || isOther(uid, instances->front().uid)))
        return fail(Fault::Conflict, tr("the file has become another image"));
    return instances;
}

QString reasonNotShown(const Error& error) { return error.fault == Fault::NotFound ? error.detail : message(error); }

std::vector<NotShown> compareDuplicates(std::vector<Instance>& instances)
{
    std::map<QString, std::map<QString, std::vector<Instance*>>> byUid; // then by path
    std::map<QString, QString> firstPaths;
    for (Instance& instance : instances)
        if (!instance.uid.isEmpty() && !instance.path.isEmpty()) {
            byUid[instance.uid.value][instance.path].push_back(&instance);
            firstPaths.try_emplace(instance.uid.value, instance.path);
        }
    std::vector<NotShown> contradicting;
    for (auto& [uid, files] : byUid) {
        if (files.size() < 2)
            continue;
        const QString& firstPath = firstPaths[uid];
        const std::optional<FileIdentity> firstFile = files[firstPath].front()->file;
        const QString firstHash = hashOf(firstPath);
        for (auto& [path, frames] : files) {
            const auto& file = frames.front()->file;
            const bool isSame = path == firstPath || (file && firstFile && file->isSameFile(*firstFile));
            const QString hash = isSame ? firstHash : hashOf(path);
            for (Instance* frame : frames)
                frame->contentHash = hash;
            if (hash != firstHash)
                contradicting.push_back({path, tr("another image has the same identifier: %1 is shown instead").arg(QFileInfo(firstPath).fileName()), {uid}});
        }
    }
    return contradicting;
}

} // namespace diascope::viewer
