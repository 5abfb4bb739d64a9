#pragma once
#include "netclient/base/error.h"

class QFile;

namespace diascope::dicom
{

class ByteWindow;

/// Sequences nested deeper than this are refused: the parsers below us recurse (no real object comes near it).
inline constexpr int maximumNesting = 64;

/// How the dataset of a file lies, by its bytes.
struct Encoding
{
    qint64 offset = 0; ///< of its first element
    bool isImplicit = false;
    bool isBigEndian = false;
    bool isMislabelled = false; ///< the Transfer Syntax UID says implicit over explicit, or the other order of bytes
    bool isDeflated = false;    ///< what begins at offset is a deflate stream
};

/// Walks the element structure of a DICOM file without building anything (PS3.5 §7, PS3.10 §7): every length lies within
/// the file, nesting is bounded; a deflated body is inflated for that, within limits (inflate.h). Errors: NotFound,
/// Unreadable, NotDicom, Damaged (says where).
Result<Encoding> checkStructure(const QString& path);
/// The same for an open file, wherever in it one has read; a plain one, which the caller has made sure of.
Result<Encoding> checkStructure(QFile& file);
/// The same for one who reads on in the same bytes.
Result<Encoding> checkStructure(ByteWindow& bytes);
/// The same for a file's bytes in memory.
Result<Encoding> checkStructure(const uchar* bytes, qint64 size);

} // namespace diascope::dicom
