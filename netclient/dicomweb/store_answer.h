#pragma once
#include "netclient/base/error.h"
#include <QHash>
#include <QSet>

namespace diascope::dicomweb
{

/// What a server says about each instance of a STOW-RS request (PS3.18 Annex I).
struct StoreAnswer
{
    QSet<QString> stored;           ///< SOP Instance UIDs
    QHash<QString, quint16> failed; ///< and why (0008,1197)

    bool namesNone() const { return stored.isEmpty() && failed.isEmpty(); }

    /// JSON or Native DICOM Model in XML, as the media type or the text itself says. An empty body names none. Errors: Damaged,
    /// NotDicom.
    static Result<StoreAnswer> parse(const QByteArray& contentType, const QByteArray& body);
};

inline constexpr quint16 transferSyntaxNotSupported = 0xC122;

QString failureText(quint16 reason);

} // namespace diascope::dicomweb
