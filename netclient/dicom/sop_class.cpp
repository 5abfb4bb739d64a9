#include "netclient/dicom/sop_class.h"
#include <QCoreApplication>

namespace diascope::dicom
{

namespace
{

/// A UID, or with a point at its end all below it; the more exact ones first.
struct Kind
{
    const char* uid; ///< after "1.2.840.10008."
    const char* name;
};
constexpr Kind kinds[] = {
    {"1.3.10", QT_TRANSLATE_NOOP("Dicom", "the directory of a medium")},
    {"5.1.4.1.1.11.", QT_TRANSLATE_NOOP("Dicom", "a presentation state")},
    {"5.1.4.1.1.88.59", QT_TRANSLATE_NOOP("Dicom", "a key object selection")},
    {"5.1.4.1.1.88.40", QT_TRANSLATE_NOOP("Dicom", "a procedure log")},
    {"5.1.4.1.1.88.67", QT_TRANSLATE_NOOP("Dicom", "a dose report")},
    {"5.1.4.1.1.88.68", QT_TRANSLATE_NOOP("Dicom", "a dose report")},
    {"5.1.4.1.1.88.73", QT_TRANSLATE_NOOP("Dicom", "a dose report")},
    {"5.1.4.1.1.88.74", QT_TRANSLATE_NOOP("Dicom", "a dose report")},
    {"5.1.4.1.1.88.76", QT_TRANSLATE_NOOP("Dicom", "a dose report")},
    {"5.1.4.1.1.88.", QT_TRANSLATE_NOOP("Dicom", "a structured report")},
    {"5.1.4.1.1.104.1", QT_TRANSLATE_NOOP("Dicom", "an encapsulated PDF")},
    {"5.1.4.1.1.104.2", QT_TRANSLATE_NOOP("Dicom", "an encapsulated CDA document")},
    {"5.1.4.1.1.104.", QT_TRANSLATE_NOOP("Dicom", "an encapsulated 3D model")},
    {"5.1.4.1.1.66", QT_TRANSLATE_NOOP("Dicom", "raw data")},
    {"5.1.4.1.1.66.1", QT_TRANSLATE_NOOP("Dicom", "a spatial registration")},
    {"5.1.4.1.1.66.2", QT_TRANSLATE_NOOP("Dicom", "spatial fiducials")},
    {"5.1.4.1.1.66.3", QT_TRANSLATE_NOOP("Dicom", "a deformable registration")},
    {"5.1.4.1.1.66.4", QT_TRANSLATE_NOOP("Dicom", "a segmentation")},
    {"5.1.4.1.1.66.5", QT_TRANSLATE_NOOP("Dicom", "a surface segmentation")},
    {"5.1.4.1.1.66.6", QT_TRANSLATE_NOOP("Dicom", "tractography results")},
    {"5.1.4.1.1.67", QT_TRANSLATE_NOOP("Dicom", "a map to real world values")},
    {"5.1.4.1.1.68.", QT_TRANSLATE_NOOP("Dicom", "a surface scan")},
    {"5.1.4.1.1.4.2", QT_TRANSLATE_NOOP("Dicom", "MR spectroscopy")},
    {"5.1.4.1.1.9.1.", QT_TRANSLATE_NOOP("Dicom", "an ECG")},
    {"5.1.4.1.1.9.2.", QT_TRANSLATE_NOOP("Dicom", "a haemodynamic waveform")},
    {"5.1.4.1.1.9.3.", QT_TRANSLATE_NOOP("Dicom", "an electrophysiology waveform")},
    {"5.1.4.1.1.9.4.", QT_TRANSLATE_NOOP("Dicom", "an audio recording")},
    {"5.1.4.1.1.9.", QT_TRANSLATE_NOOP("Dicom", "a waveform")},
    {"5.1.4.1.1.481.3", QT_TRANSLATE_NOOP("Dicom", "an RT structure set")},
    {"5.1.4.1.1.481.4", QT_TRANSLATE_NOOP("Dicom", "an RT treatment record")},
    {"5.1.4.1.1.481.5", QT_TRANSLATE_NOOP("Dicom", "an RT plan")},
    {"5.1.4.1.1.481.6", QT_TRANSLATE_NOOP("Dicom", "an RT treatment record")},
    {"5.1.4.1.1.481.7", QT_TRANSLATE_NOOP("Dicom", "an RT treatment record")},
    {"5.1.4.1.1.481.8", QT_TRANSLATE_NOOP("Dicom", "an RT plan")},
    {"5.1.4.1.1.481.9", QT_TRANSLATE_NOOP("Dicom", "an RT treatment record")},
    {"5.1.4.1.1.77.1.5.3", QT_TRANSLATE_NOOP("Dicom", "a stereometric relationship")},
    {"5.1.4.1.1.78.", QT_TRANSLATE_NOOP("Dicom", "ophthalmic measurements")},
    {"5.1.4.1.1.79.", QT_TRANSLATE_NOOP("Dicom", "ophthalmic measurements")},
    {"5.1.4.1.1.80.", QT_TRANSLATE_NOOP("Dicom", "ophthalmic measurements")},
    {"5.1.4.1.1.90.", QT_TRANSLATE_NOOP("Dicom", "a content assessment")},
    {"5.1.4.1.1.91.", QT_TRANSLATE_NOOP("Dicom", "annotations of a microscopy slide")},
    {"5.1.4.1.1.200.", QT_TRANSLATE_NOOP("Dicom", "a protocol")},
    {"5.1.4.34.", QT_TRANSLATE_NOOP("Dicom", "a procedure step")},
    {"5.1.4.38.", QT_TRANSLATE_NOOP("Dicom", "a hanging protocol")},
    {"5.1.4.39.", QT_TRANSLATE_NOOP("Dicom", "a colour palette")},
    {"5.1.4.43.", QT_TRANSLATE_NOOP("Dicom", "an implant template")},
    {"5.1.4.44.", QT_TRANSLATE_NOOP("Dicom", "an implant template")},
    {"5.1.4.45.", QT_TRANSLATE_NOOP("Dicom", "an implant template")},
};

} // namespace

QString objectKind(const QString& sopClassUid)
{
    static const QLatin1String root("1.2.840.10008.");
    if (!sopClassUid.startsWith(root))
        return {};
    const QStringView rest = QStringView(sopClassUid).mid(root.size());
    for (const Kind& kind : kinds) {
        const QLatin1String uid(kind.uid);
        if (uid.endsWith(u'.') ? rest.startsWith(uid) : rest == uid)
            return QCoreApplication::translate("Dicom", kind.name);
    }
    return {};
}

} // namespace diascope::dicom
