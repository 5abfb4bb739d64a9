#pragma once
#include "netclient/base/error.h"
#include "netclient/dicom/dataset.h"
#include <QByteArray>
#include <functional>

namespace diascope::dicomweb
{

/// The objects of a JSON array as they come, cut anywhere: one row in memory at a time, its bytes, its depth and the number
/// of its parts bounded, so that no text blows up to more than a machine holds.
class JsonRows
{
public:
    struct Limits
    {
        qint64 bytes = 4 << 20;
        qint64 tokens = 200'000;
    };
    /// An error ends the reading.
    using OnRow = std::function<Result<void>(const QByteArray& json)>;

    explicit JsonRows(OnRow onRow) : JsonRows(std::move(onRow), Limits()) {}
    JsonRows(OnRow onRow, Limits limits) : m_onRow(std::move(onRow)), m_limits(limits) {}

    /// Errors: Damaged, and those of OnRow.
    Result<void> feed(QByteArrayView bytes);
    /// The body is over. Error Damaged where the array is not. Nothing at all is an empty array.
    Result<void> finish();

private:
    Result<void> between(char c);

    OnRow m_onRow;
    Limits m_limits;
    QByteArray m_row;
    QByteArray m_brackets; ///< open ones of the row
    qint64 m_tokens = 0;
    bool m_hasBegun = false, m_hasEnded = false, m_isInString = false, m_isEscaped = false;
    int m_markBytes = 0; ///< of a byte order mark
};

/// A dataset in the DICOM JSON Model (PS3.18 Annex F), in UTF-8. What lies elsewhere (BulkDataURI) is left out; what does not
/// fit its value representation too. `assumedCharacterSet`: see Service. Error: Damaged.
Result<dicom::Dataset> datasetFromJson(const QByteArray& json, const QString& assumedCharacterSet = {});

} // namespace diascope::dicomweb
