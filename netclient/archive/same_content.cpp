#include "netclient/archive/archive_private.h"
#include "netclient/dicom/dataset.h"
#include <QCryptographicHash>
#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>
#include <dcmtk/dcmdata/dcostrmb.h>

namespace diascope::archive
{

namespace
{

/// A digest of the elements as they would be written in `syntax`, without group lengths and trailing padding.
QByteArray digest(const dicom::Dataset& dataset, E_TransferSyntax syntax)
{
    auto* elements = dynamic_cast<DcmDataset*>(&dataset.dcmtk());
    if (!elements || elements->loadAllDataIntoMemory().bad())
        return {};
    QCryptographicHash hash(QCryptographicHash::Sha256);
    QByteArray block(1 << 20, Qt::Uninitialized);
    elements->computeGroupLengthAndPadding(EGL_withoutGL, EPD_withoutPadding, syntax, EET_UndefinedLength);
    elements->transferInit();
    OFCondition written = EC_StreamNotifyClient;
    DcmOutputBufferStream stream(block.data(), block.size());
    while (written == EC_StreamNotifyClient) {
        written = elements->write(stream, syntax, EET_UndefinedLength, nullptr, EGL_withoutGL, EPD_withoutPadding);
        void* bytes = nullptr;
        offile_off_t size = 0;
        stream.flushBuffer(bytes, size);
        hash.addData(QByteArrayView(static_cast<const char*>(bytes), qsizetype(size)));
    }
    elements->transferEnd();
    return written.good() ? hash.result() : QByteArray();
}

} // namespace

bool hasSameContent(const QString& path, const QString& otherPath)
{
    const auto one = dicom::Dataset::read(path);
    const auto other = dicom::Dataset::read(otherPath);
    if (!one || !other)
        return false;
    const dicom::TransferSyntax syntax = one->transferSyntax();
    const dicom::TransferSyntax otherSyntax = other->transferSyntax();
    if (syntax.uid != otherSyntax.uid && (syntax.isEncapsulated() || otherSyntax.isEncapsulated()))
        return false;
    const E_TransferSyntax target = syntax.isEncapsulated() ? DcmXfer(syntax.uid.toLatin1().constData()).getXfer()
                                                             : EXS_LittleEndianExplicit;
    const QByteArray digestOfOne = digest(*one, target);
    return !digestOfOne.isEmpty() && digestOfOne == digest(*other, target);
}

} // namespace diascope::archive
