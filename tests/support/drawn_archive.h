#pragma once
#include "netclient/dicom/patient_identity.h"
#include "tests/support/part_ten.h"
#include "tests/support/words.h"
#include <QCryptographicHash>
#include <QMap>
#include <QStringList>

/// Small DICOM files for an archive, written from what they are to say, and what their texts are found by.
namespace diascope::test
{

using dicom::PatientIdentity;

inline constexpr quint32 CharacterSet = 0x00080005, SopClass = 0x00080016, Instance = 0x00080018, StudyDate = 0x00080020, SeriesDate = 0x00080021,
                         StudyTime = 0x00080030, SeriesTime = 0x00080031, Accession = 0x00080050, Modality = 0x00080060, Referring = 0x00080090,
                         Description = 0x00081030, SeriesDescription = 0x0008103E, Name = 0x00100010, Id = 0x00100020, Issuer = 0x00100021,
                         Birth = 0x00100030, Sex = 0x00100040, BodyPart = 0x00180015, Study = 0x0020000D, Series = 0x0020000E, StudyId = 0x00200010,
                         SeriesNumber = 0x00200011, Number = 0x00200013, Frame = 0x00200052, Frames = 0x00280008, Rows = 0x00280010,
                         Columns = 0x00280011, Content = 0x00420011;
/// What a file may say, where that is drawn from a list.
struct Element
{
    quint32 tag;
    const char* kind;
    QStringList texts = {};
};
inline const std::vector<Element> elements{
    {CharacterSet, "CS", {"ISO_IR 192"}}, {SopClass, "UI", {"1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.7"}},
    {Instance, "UI"},
    {StudyDate, "DA", {"20180107", "2018.01.08", "20170630", ""}}, {SeriesDate, "DA", {"2018.01.09", "20180101", ""}},
    {StudyTime, "TM", {"101500", "090000.5", ""}}, {SeriesTime, "TM", {"111500", ""}}, {Accession, "SH", {"A1", "A1", "a\"2%", ""}},
    {Modality, "CS", {"CT", "MR", "SR", ""}},
    {Referring, "PN", {"Roe^Ann", ""}}, {Description, "LO", {"CT HEAD", "Thorax, LÀO", "胸部平扫", "İliac", ""}},
    {SeriesDescription, "LO", {"axial", ""}}, {Name, "PN"}, {Id, "LO"}, {Issuer, "LO"}, {Birth, "DA"}, {Sex, "CS"},
    {BodyPart, "CS", {"KNEE", "", ""}}, {Study, "UI"}, {Series, "UI"}, {StudyId, "SH", {"S9", "", ""}},
    {SeriesNumber, "IS", {"1", "2", "10", "-1", ""}}, {Number, "IS", {"1", "2", "10", ""}}, {Frame, "UI", {"2.25.77", ""}},
    {Frames, "IS", {"", "0", "1", "3"}}, {Rows, "US", {"", "1", "512", "65535"}}, {Columns, "US", {"", "2", "513"}},
    {Content, "OB", {"pixel1", "pixel1", "pixel1", ""}}};
using Says = QMap<quint32, QString>; ///< by the tags
enum Syntax { Explicit, Implicit, Big, Deflated, Jpeg, OtherJpeg };
inline const QStringList syntaxes{"1.2.840.10008.1.2.1", "1.2.840.10008.1.2", "1.2.840.10008.1.2.2", "1.2.840.10008.1.2.1.99",
                                  "1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.57"};
enum Header { Plain = 0, OtherWriter = 1, Padded = 2, Program = 4, GroupLength = 8, Bare = 16 };

/// What texts are searched as.
inline const QMap<QString, QString> plainOf{{"Müller", "muller"}, {"MULLER", "muller"}, {"Hans", "hans"}, {"Nguyễn", "nguyen"}, {"Lǖ", "lu"},
                                            {"Weiß", "weiss"}, {"WEISS", "weiss"}, {"İliac", "iliac"},
                                            {"ﾔﾏﾀﾞ", "ヤマダ"}, {"Άννα", "άννα"}, {"P1", "p1"}, {"P２", "p2"}, {"A1", "a1"},
                                            {"CT HEAD", "ct head"}, {"Thorax, LÀO", "thorax lao"}, {"KNEE", "knee"}, {"S9", "s9"}};
inline const std::vector<std::pair<QString, QStringList>> typed{
    {"müll", {"mull"}}, {"ＭULLER hans", {"muller", "hans"}}, {"山", {"山"}}, {"山田太郎", {"山田太郎"}}, {"田太", {"田太"}}, {"ﾔﾏ", {"ヤマ"}},
    {"Nguyen^LU", {"nguyen", "lu"}}, {"weIß", {"weiss"}}, {"WEISS", {"weiss"}},
    {"Il", {"il"}}, {"Aİlİ", {"aili"}}, {"İL", {"il"}}, {"Ά", {"ά"}}, {"P1", {"p1"}}, {"Ｐ2", {"p2"}}, {"p", {"p"}}, {"a1", {"a1"}},
    {"\"2", {"\"2"}}, {"%", {"%"}}, {"ct=head", {"ct", "head"}}, {"làO,thorax", {"lao", "thorax"}}, {"胸部", {"胸部"}}, {"knee", {"knee"}},
    {"s9", {"s9"}}, {"  ", {}}, {"hansmuller", {"hansmuller"}}, {"mullerhans", {"mullerhans"}}, {"Hans\\knee", {"hans", "knee"}}, {"muller  p2", {"muller", "p2"}}};

inline QString shaOf(const QByteArray& bytes) { return QCryptographicHash::hash(bytes, QCryptographicHash::Sha256).toHex(); }
inline QString placeOf(const QString& sha) { return sha.left(2) + '/' + sha; }
inline QString plain(const QString& text) { return plainOf.value(text, text); }
inline QString plainDate(QString date) { return date.remove('.'); }
/// Its words; of what stands behind a =, and of ideographs, also what it is without spaces.
inline QString plainName(const QString& name)
{
    QStringList found;
    for (int i = 0; const QString& group : name.split('=')) {
        QStringList parts;
        for (const QString& part : group.split('^'))
            parts << plain(part);
        found << parts.join(' ') << (i++ || group > QChar(0x2E80) ? parts.join("") : "");
    }
    return found.join(' ');
}
inline PatientIdentity patientOf(const Says& says) { return {says[Id], says[Issuer], says[Name], plainDate(says[Birth]), says[Sex]}; }
inline QString lineOf(const PatientIdentity& one) { return line(one.patientId, one.issuer, one.name, one.birthDate, one.sex); }

inline QByteArray number(qint64 value, int bytes, bool isBig = false)
{
    QByteArray out = littleEndian(quint64(value), bytes);
    if (isBig)
        std::ranges::reverse(out);
    return out;
}
inline QByteArray elementOf(quint32 tag, const QByteArray& kind, QByteArray value, int syntax)
{
    const bool isBig = syntax == Big, isLong = kind == "OB";
    if (kind == "US")
        value = number(value.toInt(), 2, isBig);
    if (value.size() % 2)
        value += kind == "UI" || isLong ? '\0' : ' ';
    const QByteArray head = number(tag >> 16, 2, isBig) + number(tag & 0xFFFF, 2, isBig);
    if (syntax == Implicit)
        return head + number(value.size(), 4) + value;
    return head + kind + (isLong ? QByteArray(2, '\0') : QByteArray()) + number(value.size(), isLong ? 4 : 2, isBig) + value;
}

struct File
{
    enum Kind { Sound, Damaged, NotDicom, Directory } kind = Sound;
    Says says;
    int syntax = Explicit, header = Plain;
    QString reason; ///< why it is not sound
    QByteArray bytes;
    bool isEncapsulated() const { return syntax >= Jpeg; }
    bool isSameAs(const File& other) const
    {
        const bool isOneSyntax = syntax == other.syntax || (!isEncapsulated() && !other.isEncapsulated());
        return kind == Sound && other.kind == Sound && says == other.says && isOneSyntax;
    }
    void write()
    {
        QByteArray body;
        if (header & GroupLength)
            body = elementOf(0x00080000, "UL", number(4711, 4, syntax == Big), syntax);
        for (const Element& one : elements)
            if (!says[one.tag].isEmpty() && (one.tag != Content || !isEncapsulated()))
                body += elementOf(one.tag, one.kind, says[one.tag].toUtf8(), syntax);
        if (isEncapsulated() && !says[Content].isEmpty())
            body += fragments({says[Content].toUtf8()});
        if (header & Padded)
            body += elementOf(0xFFFCFFFC, "OB", QByteArray(kind == Directory ? 800 : 6, '\0'), syntax);
        if (syntax == Deflated)
            body = qCompress(body).mid(6).chopped(4) + QByteArray(qCompress(body).size() % 2, '\0');
        const QString sopClass = kind == Directory ? "1.2.840.10008.1.3.10" : says[SopClass];
        QByteArray meta = element(2, 2, "UI", sopClass.toLatin1()) + element(2, 0x10, "UI", syntaxes[syntax].toLatin1());
        meta += header & OtherWriter ? element(2, 0x13, "SH", "OTHER") : QByteArray();
        const QByteArray preamble = QByteArray(128, '\0').replace(0, 2, header & Program ? "MZ" : "II");
        bytes = header & Bare ? body : preamble + "DICM" + element(2, 0, "UL", number(meta.size(), 4)) + meta + body;
    }
};

} // namespace diascope::test
