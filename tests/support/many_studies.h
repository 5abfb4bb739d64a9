#pragma once
#include "netclient/base/error.h"
#include <QString>

namespace diascope::test
{

/// How large an archive to make up.
struct ManyStudies
{
    int studies = 20'000;
    int instancesPerStudy = 100; ///< on average
    /// Rows as the first version of the archive wrote them, for the upgrade from it.
    bool isFirstVersion = false;
};

/// Fills an archive that was opened once and closed again with rows, by SQL and always the same ones: names of Europe, the Near
/// East and China (of two and three characters, without pinyin), ten years of dates to the end of 2025, the modalities of a
/// hospital, their descriptions, body parts, accession numbers. The rows' files do not exist. About 2 patients in 5 come again.
Result<void> fillWithStudies(const QString& databasePath, const ManyStudies& size);

/// The name, description and so on of the n-th study, as fillWithStudies() wrote them: what a test may search for.
struct MadeStudy
{
    QString uid, patientName, patientId, date, time, accession, description, modality, bodyPart;
};
MadeStudy madeStudy(int n);

} // namespace diascope::test
