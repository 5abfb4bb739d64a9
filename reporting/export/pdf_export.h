#pragma once
#include "reporting/model/report.h"

namespace diascope::reporting
{

struct PdfOptions
{
    QString institution; ///< letterhead line; empty: the study's institution
    QString watermark;   ///< over each page; a draft always says so
};

/// A4, one or more pages; patient name, ID and page number on each (SAF-01). Needs a QGuiApplication; any thread.
/// Damaged: a key image is no picture.
Result<QByteArray> toPdf(const Report& report, const PdfOptions& options = {});

} // namespace diascope::reporting
