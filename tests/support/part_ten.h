#pragma once
#include "netclient/dicom/uid.h"
#include <QByteArray>
#include <QList>

/// Part 10 files written byte by byte (PS3.10 §7.1, explicit little endian), for what no writer writes: fragments cut
/// anywhere, tables that lie, elements of every kind.
namespace diascope::test
{

inline QByteArray littleEndian(quint64 value, int bytes)
{
    QByteArray out;
    for (int i = 0; i < bytes; ++i)
        out.append(char(value >> (8 * i)));
    return out;
}

inline QByteArray word(int value) { return littleEndian(quint16(value), 2); }

inline QByteArray element(quint16 group, quint16 number, const char* vr, QByteArray value)
{
    const QByteArray kind(vr);
    if (value.size() % 2)
        value.append(kind == "UI" || kind == "OB" ? '\0' : ' ');
    const bool isLong = kind == "OB" || kind == "OW" || kind == "OF" || kind == "OD" || kind == "OV" || kind == "UN" || kind == "SQ";
    const QByteArray head = littleEndian(group, 2) + littleEndian(number, 2) + kind;
    return head + (isLong ? word(0) + littleEndian(quint64(value.size()), 4) : littleEndian(quint64(value.size()), 2)) + value;
}

struct ImageNumbers
{
    int rows = 1;
    int columns = 1;
    int frames = 1;
    int allocated = 16;
    int stored = 16;
    int samples = 1;
    bool isSigned = false;
    QByteArray photometric = "MONOCHROME2";
};

/// File meta group and the Image Pixel module; `more`: elements of group 0028 behind 0028,0103 and of higher groups.
inline QByteArray partTen(const QByteArray& syntax, const ImageNumbers& image, const QByteArray& more)
{
    const QByteArray meta = element(2, 0x10, "UI", syntax);
    QByteArray file = QByteArray(128, '\0') + "DICM" + element(2, 0, "UL", littleEndian(quint64(meta.size()), 4)) + meta;
    file += element(8, 0x16, "UI", "1.2.840.10008.5.1.4.1.1.7") + element(8, 0x18, "UI", dicom::newUid().toLatin1());
    file += element(0x28, 2, "US", word(image.samples)) + element(0x28, 4, "CS", image.photometric);
    if (image.samples > 1)
        file += element(0x28, 6, "US", word(0));
    file += element(0x28, 8, "IS", QByteArray::number(image.frames)) + element(0x28, 0x10, "US", word(image.rows)) +
            element(0x28, 0x11, "US", word(image.columns)) + element(0x28, 0x100, "US", word(image.allocated)) +
            element(0x28, 0x101, "US", word(image.stored)) + element(0x28, 0x102, "US", word(image.stored - 1)) +
            element(0x28, 0x103, "US", word(image.isSigned));
    return file + more;
}

/// Encapsulated pixel data (PS3.5 §A.4): a basic offset table, maybe empty, and the fragments.
inline QByteArray fragments(const QList<QByteArray>& pieces, const QByteArray& basicTable = {})
{
    QByteArray bytes = QByteArray::fromHex("e07f10004f420000ffffffff");
    for (QByteArray piece : QList<QByteArray>{basicTable} + pieces) {
        if (piece.size() % 2)
            piece.append('\0');
        bytes += QByteArray::fromHex("feff00e0") + littleEndian(quint64(piece.size()), 4) + piece;
    }
    return bytes + QByteArray::fromHex("feffdde000000000");
}

} // namespace diascope::test
