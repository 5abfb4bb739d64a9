#include "netclient/base/error.h"

namespace diascope
{

QString title(Fault fault)
{
    const auto tr = [](const char* text) { return QCoreApplication::translate("Fault", text); };
    switch (fault) {
    case Fault::NotFound:
        return tr(QT_TRANSLATE_NOOP("Fault", "Not found"));
    case Fault::Unreadable:
        return tr(QT_TRANSLATE_NOOP("Fault", "Cannot be read"));
    case Fault::NotDicom:
        return tr(QT_TRANSLATE_NOOP("Fault", "Not a DICOM file"));
    case Fault::Damaged:
        return tr(QT_TRANSLATE_NOOP("Fault", "Damaged"));
    case Fault::Unsupported:
        return tr(QT_TRANSLATE_NOOP("Fault", "Not supported"));
    case Fault::Refused:
        return tr(QT_TRANSLATE_NOOP("Fault", "Refused"));
    case Fault::Unreachable:
        return tr(QT_TRANSLATE_NOOP("Fault", "Cannot be reached"));
    case Fault::TimedOut:
        return tr(QT_TRANSLATE_NOOP("Fault", "No answer in time"));
    case Fault::Cancelled:
        return tr(QT_TRANSLATE_NOOP("Fault", "Cancelled"));
    case Fault::DiskFull:
        return tr(QT_TRANSLATE_NOOP("Fault", "The disk is full"));
    case Fault::Denied:
        return tr(QT_TRANSLATE_NOOP("Fault", "Not permitted"));
    case Fault::Conflict:
        return tr(QT_TRANSLATE_NOOP("Fault", "Contradiction"));
    case Fault::Invalid:
        return tr(QT_TRANSLATE_NOOP("Fault", "Not valid"));
    case Fault::Internal:
        break;
    }
    return tr(QT_TRANSLATE_NOOP("Fault", "Internal error"));
}

QString message(const Error& error)
{
    return error.detail.isEmpty() ? title(error.fault)
                                  : QCoreApplication::translate("Fault", "%1: %2").arg(title(error.fault), error.detail);
}

} // namespace diascope
