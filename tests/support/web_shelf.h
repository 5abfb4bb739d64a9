#pragma once
#include "netclient/dicomweb/query.h"
#include "netclient/dicomweb/retrieve.h"
#include "tests/support/phantom_files.h"
#include "tests/support/scripted_http.h"

/// A DICOMweb server's answers, and what is asked of it.
namespace diascope::test
{

inline const QString study = QStringLiteral("1.2.3.4");
inline const QString series = QStringLiteral("1.2.3.4.5");
inline const QByteArray jsonType = "application/dicom+json";

inline QByteArray row(const QByteArray& uid, const QByteArray& more = {})
{
    return "{\"0020000D\":{\"vr\":\"UI\",\"Value\":[\"" + uid + "\"]}" + more + "}";
}

inline QByteArray rows(int from, int count)
{
    QByteArray json = "[";
    for (int i = from; i < from + count; ++i)
        json += (i > from ? "," : "") + row("1.9." + QByteArray::number(i + 1));
    return json + "]";
}

inline QByteArray instanceRows(const QStringList& uids)
{
    QByteArray json = "[";
    for (const QString& uid : uids)
        json += (json.size() > 1 ? ",{" : "{") + QByteArray("\"0020000D\":{\"vr\":\"UI\",\"Value\":[\"") + study.toLatin1() + "\"]},\"0020000E\":{\"vr\":\"UI\",\"Value\":[\"" +
                series.toLatin1() + "\"]},\"00080018\":{\"vr\":\"UI\",\"Value\":[\"" + uid.toLatin1() + "\"]}}";
    return json + "]";
}

inline dicomweb::Service serviceOf(const ScriptedHttp& server)
{
    dicomweb::Service service;
    service.url = server.url();
    service.connectSeconds = 2;
    service.silenceSeconds = 2;
    service.patienceSeconds = 5;
    return service;
}

inline Result<qint64> findAll(const dicomweb::Service& service, QStringList* found = nullptr, const dicom::FindKeys& keys = {})
{
    Task task;
    return dicomweb::find(service, dicom::Level::Study, keys, [&](const dicom::Dataset& dataset) {
        if (found)
            *found << dataset.text(dicom::tag::StudyInstanceUID);
        return true;
    }, task);
}

/// The files of one study, and what a server needs to give them out.
struct Shelf
{
    QTemporaryDir folder;
    QStringList uids;
    QMap<QString, QByteArray> files;

    explicit Shelf(int count = 4)
    {
        const auto ran = writeFiles(folder.path(), QStringLiteral("for i in range(%1):\n    ds = image(); ds.SOPInstanceUID = f'1.2.3.4.5.{i + 1}'\n"
                                                                        "    ds.PatientID = 'P'; save(ds, f'{i + 1}')\n"
                                                                        "ds = image(); ds.StudyInstanceUID = '9.9'; ds.SOPInstanceUID = '1.2.3.4.5.66'; save(ds, 'study')\n"
                                                                        "ds = image(); ds.PatientID = 'Q'; ds.SOPInstanceUID = '1.2.3.4.5.67'; save(ds, 'patient')\n"
                                                                        "ds = image(); ds.SOPInstanceUID = '../../x'; save(ds, 'path')\n").arg(count));
        if (ran.code != 0)
            qFatal("%s", ran.err.constData());
        for (int i = 1; i <= count; ++i) {
            uids << series + u'.' + QString::number(i);
            files[uids.back()] = file(QString::number(i));
        }
    }
    QByteArray file(const QString& name) const { return bytesOf(folder.filePath(name)); }
    static QByteArray part(const QByteArray& bytes) { return "--cut\r\nContent-Type: application/dicom\r\n\r\n" + bytes + "\r\n"; }
    QByteArray body(const QStringList& of) const
    {
        QByteArray all;
        for (const QString& uid : of)
            all += part(files[uid]);
        return all + "--cut--\r\n";
    }
    /// QIDO as it should be, and WADO of single instances.
    bool serve(const ScriptedHttp::Request& request, ScriptedHttp::Connection& to) const
    {
        const QByteArray path = request.path();
        if (path == "/dicom-web/studies")
            to.answer(200, jsonType, "[" + row(study.toLatin1(), ",\"00201208\":{\"vr\":\"IS\",\"Value\":[" + QByteArray::number(uids.size()) + "]}") + "]");
        else if (path.endsWith("/instances"))
            to.answer(200, jsonType, instanceRows(uids));
        else if (path.contains("/instances/"))
            to.answer(200, multipart, body({QString::fromLatin1(path.mid(path.lastIndexOf('/') + 1))}));
        else
            return false;
        return true;
    }
    inline static const QByteArray multipart = "multipart/related; type=\"application/dicom\"; boundary=\"cut\"";
};

struct Got
{
    Result<dicom::RetrieveResult> result;
    QStringList uids;
    QStringList failures() const
    {
        QStringList all;
        for (const auto& failure : result->failed)
            all << failure.sopInstanceUid + u' ' + failure.reason;
        return all;
    }
};

inline Got fetch(const dicomweb::Service& service, const QSet<QString>& present = {}, const QString& patientId = {})
{
    Got got;
    Task task;
    got.result = dicomweb::retrieve(service, {{study}, {}, present, patientId}, [&](dicom::Received&& received) -> Result<void> {
        got.uids << received.sopInstanceUid;
        return {};
    }, task);
    got.uids.sort();
    return got;
}

} // namespace diascope::test
