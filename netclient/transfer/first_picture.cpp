#include "netclient/transfer/first_picture.h"
#include "netclient/dicomweb/pictures.h"
#include "netclient/dicomweb/query.h"
#include "netclient/transfer/study_transfer.h"
#include <algorithm>

namespace diascope::transfer
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("Transfer", text); }

namespace tag = dicom::tag;

constexpr int sidePx = 512;
constexpr int quality = 60;

/// Series without images of their own (PS3.3 C.7.3.1.1.1).
const QStringList imageless{QStringLiteral("SR"), QStringLiteral("PR"), QStringLiteral("KO"), QStringLiteral("SEG"), QStringLiteral("RTSTRUCT"),
                            QStringLiteral("RTPLAN"), QStringLiteral("RTRECORD"), QStringLiteral("REG"), QStringLiteral("DOC"), QStringLiteral("ECG"),
                            QStringLiteral("AU"), QStringLiteral("FID"), QStringLiteral("RWV"), QStringLiteral("PLAN")};

struct Numbered
{
    QString uid;
    qint64 number = 0;
    friend bool operator<(const Numbered& a, const Numbered& b) { return std::tie(a.number, a.uid) < std::tie(b.number, b.uid); }
};

} // namespace

Result<FirstPicture> firstPicture(const dimse::Node& node, const dicom::StudyUid& study, Task& task)
{
    if (node.dicomWebUrl.isEmpty())
        return fail(Fault::Unsupported, tr("%1 has no DICOMweb address, so it makes no small pictures").arg(node.name));
    dicomweb::Service service = serviceOf(node);
    service.patienceSeconds = 0; // a picture that comes late is of no use
    dicom::FindKeys keys;
    keys.studyUid = study.value;
    std::vector<Numbered> series;
    const auto foundSeries = dicomweb::find(service, dicom::Level::Series, keys, [&](const dicom::Dataset& row) {
        if (!imageless.contains(row.text(tag::Modality)))
            series.push_back({row.text(tag::SeriesInstanceUID), row.integer(tag::SeriesNumber).value_or(0)});
        return true;
    }, task);
    if (!foundSeries)
        return std::unexpected(foundSeries.error());
    std::sort(series.begin(), series.end());
    for (const Numbered& candidate : series) {
        keys.seriesUid = candidate.uid;
        std::vector<Numbered> instances;
        const auto foundInstances = dicomweb::find(service, dicom::Level::Image, keys, [&](const dicom::Dataset& row) {
            instances.push_back({row.text(tag::SOPInstanceUID), row.integer(tag::InstanceNumber).value_or(0)});
            return true;
        }, task);
        if (!foundInstances)
            return std::unexpected(foundInstances.error());
        if (instances.empty())
            continue;
        std::sort(instances.begin(), instances.end());
        const dicomweb::InstanceName name{study, {candidate.uid}, {instances[instances.size() / 2].uid}};
        auto picture = dicomweb::rendered(service, name, 0, {sidePx, sidePx}, quality, task);
        if (!picture)
            return std::unexpected(picture.error());
        return FirstPicture{std::move(picture->bytes), name.series, name.instance};
    }
    return fail(Fault::NotFound, tr("the study has no images"));
}

} // namespace diascope::transfer
