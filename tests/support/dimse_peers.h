#pragma once
#include "netclient/dicom/dataset.h"
#include "netclient/dimse/retrieve.h"
#include "tests/support/test_data.h"
#include <QDirIterator>
#include <mutex>

/// What the DIMSE tests share.
namespace diascope::test
{

/// Files of one real CT study; empty where the test data is not here.
inline QStringList abdomen(int count = 72)
{
    QStringList files;
    QDirIterator all(dataFile("volumes/fnndsc_andrei_abdomen_ct"), {"*.dcm"}, QDir::Files, QDirIterator::Subdirectories);
    while (all.hasNext())
        files << all.next();
    files.sort();
    return files.mid(0, count);
}

/// An instance of our own, with a given study, patient and UID.
inline QString makeFile(const QString& path, const QString& study, const QString& patientId, const QString& instance,
                        const QString& name = "Made^Up", const QString& series = {})
{
    namespace tag = dicom::tag;
    dicom::Dataset dataset;
    (void)dataset.setText(tag::SOPClassUID, "1.2.840.10008.5.1.4.1.1.7");
    (void)dataset.setText(tag::SOPInstanceUID, instance);
    (void)dataset.setText(tag::StudyInstanceUID, study);
    (void)dataset.setText(tag::SeriesInstanceUID, series.isEmpty() ? study + ".1" : series);
    (void)dataset.setText(tag::PatientID, patientId);
    (void)dataset.setText(tag::PatientName, name);
    (void)dataset.setText(tag::Modality, "OT");
    (void)dataset.write(path, QString::fromUtf16(dicom::explicitLittleEndian));
    return path;
}

struct Collector
{
    std::mutex mutex;
    std::vector<dimse::Received> all;
    dimse::Sink sink()
    {
        return [this](dimse::Received&& received) -> Result<void> {
            const std::lock_guard lock(mutex);
            all.push_back(std::move(received));
            return {};
        };
    }
    QSet<QString> uids() const
    {
        QSet<QString> found;
        for (const dimse::Received& received : all)
            found.insert(received.sopInstanceUid);
        return found;
    }
};

} // namespace diascope::test

#define NEEDS_SERVER(server, why)                                                                                     \
    do {                                                                                                               \
        if (!(server))                                                                                                 \
            QSKIP(qPrintable(why));                                                                                    \
    } while (false)
