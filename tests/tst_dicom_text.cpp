#include "netclient/archive/archive_private.h"
#include "netclient/dicom/dicomdir.h"
#include "netclient/dicom/structure.h"
#include "tests/support/archive_phantoms.h"
#include "tests/support/part_ten.h"
#include "tests/support/phantom_files.h"

using namespace diascope;
using namespace diascope::dicom;
using test::element, test::littleEndian, test::word;

namespace {

const QByteArray explicitSyntax = "1.2.840.10008.1.2.1", implicitSyntax = "1.2.840.10008.1.2",
                 bigSyntax = "1.2.840.10008.1.2.2";

QByteArray head(const QByteArray& syntax)
{
    return QByteArray(128, '\0') + "DICM" + element(2, 0x10, "UI", syntax);
}
/// Without VR (PS3.5 7.1.3).
QByteArray plain(quint16 group, quint16 number, const QByteArray& value, qint64 length = -1)
{
    return littleEndian(group, 2) + littleEndian(number, 2) +
           littleEndian(quint64(length < 0 ? value.size() : length), 4) + value;
}
QByteArray item(const QByteArray& content, qint64 length = -1)
{
    return plain(0xFFFE, 0xE000, content, length);
}
constexpr qint64 open = 0xFFFFFFFF;
const QByteArray itemEnd = plain(0xFFFE, 0xE00D, {}), sequenceEnd = plain(0xFFFE, 0xE0DD, {});
QByteArray openSequence(const QByteArray& content, const char* vr = "SQ")
{
    return littleEndian(8, 2) + littleEndian(0x1140, 2) + vr + word(0) + littleEndian(open, 4) + content + sequenceEnd;
}
QByteArray nested(int depth)
{
    return depth == 0 ? QByteArray() : openSequence(item(nested(depth - 1) + itemEnd, open));
}

QString lineOf(const Result<Encoding>& found)
{
    if (!found)
        return (found.error().fault == Fault::NotDicom ? "no DICOM: " : "") + found.error().detail;
    return QString::number(found->offset) + (found->isImplicit ? " implicit" : "") +
           (found->isBigEndian ? " big" : "") + (found->isMislabelled ? " mislabelled" : "") +
           (found->isDeflated ? " deflated" : "");
}

} // namespace

/// Letters out of bytes and back, elements out of bytes, references of a medium: by the standard or another reader.
class TestDicomText : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder;
    QHash<QString, QStringList> m_python; // of each codec: bytes, text

private Q_SLOTS:
    void initTestCase()
    {
        const auto ran = test::python(R"PY(
for codec in 'latin1 iso8859-2 iso8859-3 iso8859-4 iso8859-7 iso8859-6 iso8859-8 iso8859-5 iso8859-9 iso8859-15 tis-620'.split():
    pairs = []
    for byte in range(0xa1, 0x100):
        try: pairs.append((byte, bytes([byte]).decode(codec)))
        except UnicodeDecodeError: pass
    print(codec, bytes(b for b, c in pairs).hex(), ''.join(c for b, c in pairs), sep='\t')
for codec, text in ('iso2022_jp', '山田太郎±'), ('iso2022_jp_1', '丂丄'), ('euc_kr', '홍길동洪'), ('gb2312', '张小东'), ('utf-8', 'ä山\U00020000'), ('gb18030', '王誠\U00020000'), ('gbk', '王誠'), ('shift_jis', '山田ﾔﾏ'):
    print(codec, text.encode(codec).hex(), text, sep='\t')
)PY");
        SUCCEEDS(ran);
        for (const QString& line : QString::fromUtf8(ran.out).split('\n', Qt::SkipEmptyParts))
            m_python[line.section('\t', 0, 0)] = line.split('\t').mid(1);
        QCOMPARE(m_python.size(), 19);
    }

    /// PS3.3 Tables C.12-2 to C.12-5: each defined term and its escape sequence; the letters by Python's codecs.
    void SAF_07_everyRepertoire_data()
    {
        QTest::addColumn<QString>("number");
        QTest::addColumn<QString>("codec");
        QTest::addColumn<QByteArray>("escape");
        for (const auto& [number, codec, escape] : {std::tuple("100", "latin1", "-A"),
                                                    {"101", "iso8859-2", "-B"},
                                                    {"109", "iso8859-3", "-C"},
                                                    {"110", "iso8859-4", "-D"},
                                                    {"126", "iso8859-7", "-F"},
                                                    {"127", "iso8859-6", "-G"},
                                                    {"138", "iso8859-8", "-H"},
                                                    {"144", "iso8859-5", "-L"},
                                                    {"148", "iso8859-9", "-M"},
                                                    {"203", "iso8859-15", "-b"},
                                                    {"166", "tis-620", "-T"}})
            QTest::addRow("SAF-07 IR %s", number) << QString(number) << QString(codec) << QByteArray(escape);
    }
    void SAF_07_everyRepertoire()
    {
        QFETCH(QString, number);
        QFETCH(QString, codec);
        QFETCH(QByteArray, escape);
        const QByteArray bytes = QByteArray::fromHex(m_python[codec][0].toLatin1());
        const QString text = m_python[codec][1];
        QCOMPARE(decodeText(bytes, "ISO_IR " + number), text);
        QCOMPARE(encodeText(text, "ISO_IR " + number).value_or("does not fit"), bytes);
        QCOMPARE(decodeText("A\x1b" + escape + bytes, "\\ISO 2022 IR " + number), "A" + text);
        QCOMPARE(encodeText("A" + text + "B", "\\ISO 2022 IR " + number).value_or("does not fit"),
                 "A\x1b" + escape + bytes + "B");
    }

    /// What bytes say in a set as it is declared, and which bytes say that; `back`: what is written where that differs.
    void SAF_07_bytesAndLetters_data()
    {
        QTest::addColumn<QString>("set");
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("text");
        QTest::addColumn<QByteArray>("back");
        const auto row = [](const char* name, const char* set, const QByteArray& bytes, const QString& text,
                            const QByteArray& back = "same") {
            QTest::addRow("SAF-07 %s", name) << QString(set) << bytes << text << (back == "same" ? bytes : back);
        };
        const auto of = [this](const char* codec) { return QByteArray::fromHex(m_python[codec][0].toLatin1()); };
        const auto say = [this](const char* codec) { return m_python[codec][1]; };
        row("JIS X 0208", "\\ISO 2022 IR 87", of("iso2022_jp"),
            say("iso2022_jp")); // ± has the second byte 5E, a delimiter elsewhere
        row("JIS X 0212", "\\ISO 2022 IR 87\\ISO 2022 IR 159", of("iso2022_jp_1"), say("iso2022_jp_1"));
        row("both", "\\ISO 2022 IR 87\\ISO 2022 IR 159", of("iso2022_jp").chopped(3) + of("iso2022_jp_1"),
            say("iso2022_jp") + say("iso2022_jp_1"), of("iso2022_jp") + of("iso2022_jp_1"));
        row("JIS X 0212 alone does not hold 0208", "\\ISO 2022 IR 159", of("iso2022_jp"), say("iso2022_jp"),
            "does not fit");
        row("KS X 1001", "\\ISO 2022 IR 149", "\x1b$)C" + of("euc_kr"), say("euc_kr"));
        row("KS X 1001 first", "ISO 2022 IR 149", of("euc_kr"), say("euc_kr"), "\x1b$)C" + of("euc_kr"));
        row("KS X 1001 without its escape", "ISO 2022 IR 6\\ISO 2022 IR 149", of("euc_kr"), say("euc_kr"),
            "\x1b$)C" + of("euc_kr"));
        row("GB 2312", "\\ISO 2022 IR 58", "\x1b$)A" + of("gb2312"), say("gb2312"));
        row("UTF-8", "ISO_IR 192", of("utf-8"), say("utf-8"));
        row("UTF-8, not declared", "", of("utf-8"), say("utf-8"), "does not fit");
        row("GB 18030", "GB18030", of("gb18030"), say("gb18030"));
        row("GBK", "GBK", of("gbk"), say("gbk"));
        row("katakana", "ISO_IR 13", "\xA1\xDF", QString(QChar(0xFF61)) + QChar(0xFF9F));
        row("katakana and kanji", "ISO 2022 IR 13\\ISO 2022 IR 87", "\x1b)I\xD4\x1b$B;3\x1b(BA",
            QString::fromUtf8("ﾔ山A"));
        row("kanji in Shift JIS", "ISO_IR 13", of("shift_jis"), say("shift_jis"), "does not fit");
        row("ASCII by its own escape", "\\ISO 2022 IR 87", "\x1b$B;3\x1b(JA", QString::fromUtf8("山A"),
            "\x1b$B;3\x1b(BA");
        row("escapes alone", "\\ISO 2022 IR 87", "\x1b(BA", "A", "A");
        row("half a letter", "\\ISO 2022 IR 87", "\x1b$B;\x1b(BA", "A", "A");
        row("half a letter at the end", "\\ISO 2022 IR 87", "A\x1b$B;", "A", "A");
        row("half a letter, and the set anew", "\\ISO 2022 IR 87", "\x1b$B;\x1b$B;3\x1b(BA", QString::fromUtf8("山A"),
            "\x1b$B;3\x1b(BA");
        row("a byte of no set among kanji", "\\ISO 2022 IR 87", "\x1b$B;3\x80;3\x1b(B", QString::fromUtf8("山\uFFFD山"),
            "does not fit");
        row("an escape of nothing", "ISO 2022 IR 100\\ISO 2022 IR 101", "A\x1bZ\xE4", QString::fromUtf8("AZä"), "AZ\xE4");
        row("high bytes where only two-byte kanji are declared", "ISO 2022 IR 87", QByteArray("\xC3\xA4"), QString::fromUtf8("ä"),
            "does not fit");
        row("a line end ends a set", "\\ISO 2022 IR 87", "\x1b$B;3\rAB", QString::fromUtf8("山\rAB"),
            "\x1b$B;3\x1b(B\rAB");
        row("a delimiter ends it", "\\ISO 2022 IR 87", "\x1b$B;3\x1b(B^;3", QString::fromUtf8("山^;3"));
        row("the last set holds where no first one is", "\\ISO 2022 IR 149", "\x1b$)C\xfb\xf3^\xd1\xce",
            QString::fromUtf8("洪^吉"), "\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce");
        row("the first set holds again", "ISO 2022 IR 100\\ISO 2022 IR 101", "\x1b-B\xB1^\xE4",
            QString::fromUtf8("ą^ä"), "\x1b-B\xB1^\x1b-A\xE4");
        row("no set", "",
            "a\xE4"
            "b",
            QString::fromUtf8("a\uFFFDb"), "does not fit");
        row("no such set", "ISO_IR 999", "\xE4", QString(QChar(0xFFFD)), "does not fit");
        row("a last letter of no set", "", "Jos\xE9", QString::fromUtf8("Jos\uFFFD"), "does not fit");
        row("what UTF-8 is not", "ISO_IR 192",
            "\xE4"
            "b",
            QString::fromUtf8("\uFFFDb"), QString::fromUtf8("\uFFFDb").toUtf8());
        row("what the set has not", "ISO_IR 127",
            "\xA1"
            "b",
            QString::fromUtf8("\uFFFDb"), "does not fit");
        for (const char* term :
             {"ISO_IR 100", "ISO 2022 IR 100", "ISO-IR 100", "ISO_IR100", " ISO_IR 100 ", "ISO 2022 100"})
            row(term, term, "\xE4", QString::fromUtf8("ä"));
        row("padding", "ISO_IR 100", QByteArray("\xE4\0\0", 3), QString::fromUtf8("ä"), "\xE4");
        row("nothing but padding", "ISO_IR 100", QByteArray(2, '\0'), "", "");
    }
    void SAF_07_bytesAndLetters()
    {
        QFETCH(QString, set);
        QFETCH(QByteArray, bytes);
        QFETCH(QString, text);
        QFETCH(QByteArray, back);
        QCOMPARE(decodeText(bytes, set, "^=\\"), text);
        QCOMPARE(encodeText(text, set).value_or("does not fit"), back);
    }

    /// What to take where nothing is declared; what is declared comes first.
    void SAF_07_anAssumedSet()
    {
        Dataset::setAssumedCharacterSet("ISO_IR 144");
        const QString cyrillic = decodeText("\xB0", ""), declared = decodeText("\xE4", "ISO_IR 100");
        Dataset::setAssumedCharacterSet({});
        QCOMPARE(cyrillic, QString::fromUtf8("А"));
        QCOMPARE(declared, QString::fromUtf8("ä"));
        QCOMPARE(decodeText("\xB0", ""), QString(QChar(0xFFFD)));
        QVERIFY(
            !encodeText(QString(QChar(0x85)), "\\ISO 2022 IR 87")); // a control of EUC-JP is no letter of JIS X 0208
        QVERIFY(!encodeText(QString(QChar(0x80)), "\\ISO 2022 IR 87") && !encodeText(QString(QChar(0x80)), "ISO_IR 13"));
    }

    /// PS3.5 6.1.3: of the controls TAB, LF, FF and CR; and no mark that turns the order of letters (Unicode 23.2).
    void FIL_18_theSignsThatAreTakenOut()
    {
        for (const char16_t c : {0x09, 0x0A, 0x0C, 0x0D, 0x20, 0x7E, 0xA0, 0x200F, 0x2029, 0x202F, 0x2065, 0x206A})
            QCOMPARE(decodeText(("a" + QString(QChar(c)) + "b").toUtf8(), "ISO_IR 192"), "a" + QString(QChar(c)) + "b");
        for (const char16_t c : {0x00, 0x01, 0x08, 0x0B, 0x0E, 0x1F, 0x7F, 0x80, 0x9F, 0x202A, 0x202E, 0x2066, 0x2069})
            QCOMPARE(decodeText(("a" + QString(QChar(c)) + "b").toUtf8(), "ISO_IR 192"), QString::fromUtf8("a\uFFFDb"));
    }

    /// PS3.5 7, PS3.10 7: how a dataset lies, or what is wrong with it and where.
    void FIL_15_theStructureOfBytes_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("line");
        const auto row = [](const char* name, const QByteArray& bytes, const QString& line) {
            QTest::addRow("FIL-15 %s", name) << bytes << line;
        };
        const QByteArray uid = element(8, 0x18, "UI", "1.2.3"), start = head(explicitSyntax),
                         bare = head(implicitSyntax), big = head(bigSyntax);
        const QByteArray bigUid =
            QByteArray::fromHex("00080018") + "UI" + QByteArray::fromHex("0004") + QByteArray("1.2\0", 4);
        row("explicit", start + uid, "160"); // 132 + 8 + 20
        row("implicit", bare + plain(8, 0x18, "1.2.34"), "158 implicit");
        row("big endian", big + bigUid, "160 big");
        row("says implicit", bare + uid, "158 mislabelled");
        row("says explicit", start + plain(8, 0x18, "1.2.34"), "160 implicit");
        row("says little endian", start + bigUid, "160 big mislabelled");
        row("says big endian", big + uid, "160 mislabelled");
        row("nothing behind the head", start, "the file ends after its header: there is no dataset");
        row("seven bytes behind it", start + QByteArray(7, 'A'), "160");
        row("seven bytes that are no VR", start + QByteArray(7, '\0'), "160");
        row("seven bytes of a head", start + element(2, 0x13, "SH", "A").left(7), "160");
        row("a head that ends with nothing in it", start + element(2, 0x13, "SH", ""),
            "the file ends after its header: there is no dataset");
        row("a syntax filled up by a blank", head("1.2.840.10008.1.2 ") + uid, "158 mislabelled");
        row("a syntax filled up by many", head(QByteArray("1.2.840.10008.1.2.2 \0 ", 22)) + bigUid, "162 big");
        const auto deflated = [&](QByteArray bytes) { // as it is (RFC 1951, 3.2.4): eight bytes, and the rest
            const auto stored = [](int isLast, const QByteArray& part) { return char(isLast) + word(int(part.size())) + word(~int(part.size())) + part; };
            return head("1.2.840.10008.1.2.1.99") + stored(0, bytes.left(8)) + stored(1, bytes.mid(8));
        };
        row("deflated", deflated(uid), "162 deflated");
        row("deflated, value cut", deflated(uid.chopped(1)),
            "the file ends inside a value, or its length is wrong (element 0008,0018 at byte 0)");
        row("deflated by rubbish", head("1.2.840.10008.1.2.1.99") + QByteArray(20, '\xFF'), "the compressed dataset is broken");
        row("eight bytes behind it", start + plain(8, 0x18, {}), "160 implicit");
        row("eight bytes behind all, and they promise more", start + uid + plain(0x10, 0x20, {}, 5),
            "the file ends inside a value, or its length is wrong (element 0010,0020 at byte 174)");
        row("seven bytes behind all", start + uid + QByteArray(7, 'A'), "160");
        row("no head, explicit", element(8, 0x90, "PN", "Doe^Jane"), "0");
        row("no head, fifteen bytes", element(8, 0x90, "PN", "Doe^Jane").left(15),
            "no DICOM: the file has no DICOM header");
        row("no head, group 2", element(2, 0x90, "PN", "Doe^Jane"), "0");
        row("no head, group 4", element(4, 0x90, "PN", "Doe^Jane"), "no DICOM: the file has no DICOM header");
        row("no head, implicit", plain(8, 0x70, QByteArray(1023, 'x')), "0 implicit");
        row("no head, implicit and long", plain(8, 0x70, QByteArray(1024, 'x')),
            "no DICOM: the file has no DICOM header");
        row("no head, implicit and late", plain(8, 0x71, QByteArray(100, 'x')),
            "no DICOM: the file has no DICOM header");
        const QByteArray mark = start.left(132), meta = start.mid(132),
                         version = element(2, 1, "OB", QByteArray("\0\1", 2));
        row("head with a long VR", mark + version + meta + uid, "174"); // 132 + 14 + 28
        row("head of no VR", mark + QByteArray(meta).replace(4, 2, "ZZ") + uid,
            "the file meta header is broken (element 0002,0010 at byte 132)");
        row("head without VRs", mark + plain(2, 2, "1.2 ") + plain(2, 0x10, explicitSyntax + '\0') + uid,
            "172"); // 132 + 12 + 28
        row("head without one VR", mark + version + plain(2, 0x10, explicitSyntax + '\0') + uid,
            "the file meta header is broken (element 0002,0010 at byte 146)");
        row("head without the first VR, then none again",
            mark + plain(2, 2, "1.2 ") + version + plain(2, 3, "1.2 ") + uid,
            "the file meta header is broken (element 0002,0003 at byte 158)");
        row("head cut in a value", start.chopped(1), "the file ends too early (element 0002,0010 at byte 132)");
        row("head cut in a long VR", (mark + version).left(132 + 11),
            "the file ends too early (element 0002,0001 at byte 132)");
        row("value cut", start + uid + element(0x10, 0x20, "LO", "AB").chopped(1),
            "the file ends inside a value, or its length is wrong (element 0010,0020 at byte 174)");
        row("long VR cut", start + element(8, 0x1140, "UN", "").left(11),
            "the file ends too early (element 0008,1140 at byte 160)");
        row("long VR, nothing in it", start + element(8, 0x1140, "UN", ""), "160");
        row("VR of the future", start + element(8, 0x1140, "OB", "ab").replace("OB", "ZZ"), "160");
        row("one without VR", start + uid + plain(0x10, 0x20, "ABCD") + element(0x10, 0x30, "DA", "20260101"), "160");
        row("sequence", start + openSequence(item(uid) + item(uid + itemEnd, open)) + uid, "160");
        row("sequence without an end", start + openSequence(item(uid)).chopped(8),
            "the file ends inside a sequence (element 0000,0000 at byte 194)"); // 160 + 12 + 8 + 14
        row("item too long", start + element(8, 0x1140, "SQ", item(uid, 15)),
            "an item is longer than what holds it (element fffe,e000 at byte 180)");
        row("item of one element with nothing in it", start + element(8, 0x1140, "SQ", item(element(8, 0x18, "UI", ""))), "160");
        row("an item in no sequence", start + uid + item(QByteArray(0x4141, 'x')) + uid, "160"); // its length looks like a VR
        row("an open item in no sequence", start + uid + item(item(uid) + sequenceEnd, open) + uid, "160");
        row("one sequence without VR", start + uid + plain(8, 0x1140, item({}, 5)),
            "an item is longer than what holds it (element fffe,e000 at byte 190)"); // 160 + 14 + 8 + 8
        row("one open sequence without VR: implicit inside",
            start + uid + plain(8, 0x1140, item(plain(8, 0x18, QByteArray(0x4C55, '\0')) + itemEnd, open) + sequenceEnd, open), "160");
        row("bytes that look like an item", start + element(8, 0x1140, "UN", item({}, 5)), "160");
        row("half of an item's tag", bare + plain(8, 0x1140, QByteArray("\xFE\xFF" "ABCDEF")), "158 implicit");
        row("the other half", bare + plain(8, 0x1140, QByteArray("AB\0\xE0" "CDEF", 8)), "158 implicit");
        row("item too short", start + element(8, 0x1140, "SQ", item("ABCD")),
            "the file ends too early (element 0000,0000 at byte 180)");
        row("no item", start + openSequence(uid),
            "a sequence holds something that is no item (element 0008,0018 at byte 172)");
        row("implicit sequence", bare + plain(8, 0x1140, item(plain(8, 0x18, "1.2 "))), "158 implicit");
        row("implicit sequence, its item too long", bare + plain(8, 0x1140, item({}, 5)),
            "an item is longer than what holds it (element fffe,e000 at byte 174)"); // 158 + 8 + 8
        row("implicit, no sequence", bare + plain(8, 0x1140, item({}).left(6)), "158 implicit");
        row("unknown: implicit inside",
            start + openSequence(item(plain(8, 0x18, QByteArray(0x4C55, '\0')) + itemEnd, open), "UN"), "160");
        row("fragments", start + test::fragments({"abcd"}), "160");
        row("fragment without length", start + test::fragments({}).chopped(8) + item({}, open),
            "a pixel fragment has no length (element fffe,e000 at byte 188)"); // 160 + 12 + 8 + 8
        row("ends of nothing", start + uid + itemEnd + sequenceEnd + uid, "160");
        row("as deep as may be", start + nested(maximumNesting), "160");
        row("deeper", start + nested(maximumNesting + 1),
            QStringLiteral("sequences are nested too deeply (element 0008,1140 at byte %1)").arg(160 + 64 * 20 + 12));
    }
    void FIL_15_theStructureOfBytes()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, line);
        QCOMPARE(lineOf(checkStructure(reinterpret_cast<const uchar*>(bytes.constData()), bytes.size())), line);
        QFile file(m_folder.filePath("bytes"));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size() && file.flush());
        QCOMPARE(lineOf(checkStructure(file.fileName())), line);
        QVERIFY(file.resize(0));
        QCOMPARE(lineOf(checkStructure(file.fileName())), "no DICOM: the file is empty");
        QCOMPARE(checkStructure(m_folder.filePath("gone")).error().fault, Fault::NotFound);
        QCOMPARE(lineOf(checkStructure(m_folder.path())), m_folder.path() + " is not a plain file");
    }

    /// Words as a search compares them: case folded, Latin letters without accents, delimiters as blanks (UAX 15).
    void whatIsFoldedForSearching_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("folded");
        const auto row = [](const char* text, const char* folded) {
            QTest::newRow(text) << QString::fromUtf8(text) << QString::fromUtf8(folded);
        };
        row("Müller^Jörg", "muller jorg");
        row("NGUYỄN", "nguyen"); // two accents on one letter
        row("A=B,C\\D^E", "a b c d e");
        row("  a \t b  ", "a b");
        row("が", "が");
        row("ｶﾞ", "ガ");
        row("ＣＴ", "ct");
        row("ἀ", "ἀ"); // U+1F00, the first behind the Latin ones
        row("Ɏȳ", "ɏy");
        row("ḁ", "a");
        row("й", "й");
    }
    void whatIsFoldedForSearching()
    {
        QFETCH(QString, text);
        QTEST(archive::folded(text), "folded");
        QCOMPARE(archive::foldedName("Yamada^Tarou=" + QString::fromUtf8("山田^太郎=やまだ^たろう")),
                 QString::fromUtf8("yamada tarou 山田 太郎 やまだ たろう 山田太郎 やまだたろう"));
        QCOMPARE(archive::foldedName("Doe^Jane"), "doe jane");
    }

    /// A file without one of its three UIDs, or with one that is none (PS3.5 9.1), is damaged, and that is said.
    void GEO_18_anInstanceHasThreeUids()
    {
        using test::Made;
        for (const auto& [which, name] : {std::pair(&Made::instance, "SOP Instance UID"),
                                          {&Made::study, "Study Instance UID"},
                                          {&Made::series, "Series Instance UID"}})
            for (const char* uid : {"", "1.2x"}) {
                Made one;
                one.*which = uid;
                const QString path = test::make(m_folder.filePath("one"), one);
                const QByteArray bytes = test::bytesOf(path);
                for (const auto& header :
                     {archive::readHeader(path),
                      archive::readHeader({reinterpret_cast<const uchar*>(bytes.constData()), size_t(bytes.size())},
                                          path)}) {
                    QCOMPARE(header.error().fault, Fault::Damaged);
                    QCOMPARE(header.error().detail, QString(*uid ? "the %1 is no UID" : "there is no %1").arg(name));
                }
            }
    }

    /// Frames are one or more (PS3.3 C.7.6.6.1.1), and a day with dashes or dots is that day.
    void GEO_18_whatAHeaderMakesOfOddValues()
    {
        for (const auto& [frames, count] : {std::pair("0", 1), {"-3", 1}, {"2", 2}, {"", 1}}) {
            const QByteArray bytes =
                head(explicitSyntax) + element(8, 0x18, "UI", "1.2.3") + element(8, 0x20, "DA", "2018-01.07") +
                element(8, 0x1150, "UI", "1.2.840.10008.1.3.10") + element(8, 0x2111, "ST", QByteArray(700, 'x')) +
                element(0x20, 0xD, "UI", "1.2") + element(0x20, 0xE, "UI", "1.3") + element(0x28, 8, "IS", frames);
            const auto header =
                archive::readHeader({reinterpret_cast<const uchar*>(bytes.constData()), size_t(bytes.size())}, {});
            QVERIFY(header && header->frames == count && header->studyDate == "20180107" && !header->isDirectory);
        }
    }

    /// Another preamble is no other content; what is compressed otherwise is.
    void GEO_18_theSameContent()
    {
        const QByteArray jpeg = test::partTen("1.2.840.10008.1.2.4.50", {}, test::fragments({"abcd"}));
        const QByteArray files[] = {jpeg, QByteArray(jpeg).replace(0, 1, "x"), QByteArray(jpeg).replace("4.50", "4.51"),
                                    QByteArray(jpeg).replace("abcd", "abce"), "no DICOM"};
        for (int i = 0; i < 5; ++i) {
            QFile file(m_folder.filePath(QString::number(i)));
            QVERIFY(file.open(QIODevice::WriteOnly) && file.write(files[i]) == files[i].size() && file.flush());
            QCOMPARE(archive::hasSameContent(m_folder.filePath("0"), file.fileName()), i < 2);
            QCOMPARE(archive::hasSameContent(file.fileName(), m_folder.filePath("0")), i < 2);
        }
        // What cannot be compared (HTJ2K is unknown to the parser) is not the same.
        const QByteArray ht = test::partTen("1.2.840.10008.1.2.4.201", {}, test::fragments({"abcd"}));
        for (const auto& [name, bytes] : {std::pair("ht", ht), {"other", QByteArray(ht).replace("abcd", "abce")}}) {
            QFile file(m_folder.filePath(name));
            QVERIFY(file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size() && file.flush());
        }
        QVERIFY(!archive::hasSameContent(m_folder.filePath("ht"), m_folder.filePath("other")));
    }

    /// Value by value, each VR by its own rules (PS3.5 6.2): which split at a backslash, and where blanks are padding.
    void FIL_18_theTextsOfEachVr_data()
    {
        QTest::addColumn<QByteArray>("vr");
        QTest::addColumn<QByteArray>("value");
        QTest::addColumn<QStringList>("texts");
        const auto row = [](const char* vr, const QByteArray& value, const QStringList& texts) {
            QTest::addRow("FIL-18 %s %s", vr, value.left(12).toHex().constData()) << QByteArray(vr) << value << texts;
        };
        for (const char* vr : {"LO", "SH", "PN", "CS", "AE", "UC"})
            row(vr, "  A B \\ C", {"A B", "C"});
        for (const char* vr : {"LT", "ST", "UT", "UR"})
            row(vr, "  A\\B ", {"  A\\B"});
        for (const char* vr : {"LO", "SH", "PN", "LT", "ST", "UT", "UC", "UN"})
            row(vr, "\xE4", {QString::fromUtf8("ä")}); // the dataset is in Latin 1
        for (const char* vr : {"CS", "AE", "DA"})
            row(vr, "a\xE4z", {QString::fromUtf8("a\uFFFDz")}); // these are in no other set than ASCII
        row("UI", QByteArray("1.2\\1.3\0", 8), {"1.2", "1.3"});
        row("LO", "\\", {"", ""});
        row("LO", "", {});
        row("US", word(7) + word(65535), {"7", "65535"});
        row("AT", word(0x18) + word(0x1063), {"(0018,1063)"});
        const QByteArray many = QByteArray("1\\").repeated(300) + '1';
        for (const char* vr : {"AE", "AS", "CS", "DA", "DT", "LO", "SH", "TM"})
            row(vr, many, QStringList(256, "1"));
        for (const char* vr : {"DS", "IS", "UI", "PN", "UC"})
            row(vr, many, QStringList(301, "1"));
    }
    void FIL_18_theTextsOfEachVr()
    {
        QFETCH(QByteArray, vr);
        QFETCH(QByteArray, value);
        QFETCH(QStringList, texts);
        QByteArray attribute = element(0x11, 0x1000, vr.constData(), value);
        if (vr == "UC" || vr == "UT" || vr == "UR") // these have a long length
            attribute = QByteArray(attribute).replace(
                4, 4, vr + word(0) + littleEndian(quint64(value.size() + value.size() % 2), 4));
        const auto dataset = Dataset::fromBytes(head(explicitSyntax) + element(8, 5, "CS", "ISO_IR 100") + attribute);
        QVERIFY(dataset);
        const Tag tag{0x11, 0x1000};
        QCOMPARE(dataset->lengthOf(tag), value.size() + value.size() % 2);
        QCOMPARE(dataset->texts(tag), texts);
        QCOMPARE(dataset->text(tag), texts.join('\\'));
        QVERIFY(dataset->contains(tag) && dataset->hasValue(tag) != texts.join(QString()).isEmpty() &&
                !dataset->contains({0x11, 0x1001}) && !dataset->hasValue({0x11, 0x1001}));
        QVERIFY(dataset->lengthOf({0x11, 0x1001}) == 0 && dataset->texts({0x11, 0x1001}).isEmpty());
    }

    /// PS3.5 7.5.3: an item without a set of its own is in that of what holds it.
    void SAF_07_theSetOfAnItem()
    {
        const QByteArray name = element(0x10, 0x10, "PN", "\xB0 ");
        const auto dataset = Dataset::fromBytes(
            head(explicitSyntax) + element(8, 5, "CS", "ISO_IR 144") +
            element(8, 0x1140, "SQ", item(name) + item(element(8, 5, "CS", "ISO_IR 100") + name)) + name);
        QVERIFY(dataset);
        constexpr Tag sequence{8, 0x1140};
        const QStringList names{dataset->text(tag::PatientName), dataset->item(sequence)->text(tag::PatientName),
                                dataset->item(sequence, 1)->text(tag::PatientName),
                                dataset->items(sequence).at(0).text(tag::PatientName),
                                dataset->items(sequence).at(1).text(tag::PatientName)};
        QCOMPARE(names, (QStringList{QString::fromUtf8("А"), QString::fromUtf8("А"), QString::fromUtf8("°"),
                                     QString::fromUtf8("А"), QString::fromUtf8("°")}));
        QVERIFY(!dataset->item(sequence, 2) && !dataset->item({8, 0x1141}));
        QCOMPARE(dataset->tags(), (std::vector<Tag>{{8, 5}, sequence, {0x10, 0x10}}));
        Dataset copy = dataset->item(sequence)->deepCopy();
        QVERIFY(copy.setText(tag::PatientName, QString::fromUtf8("Б")));
        QCOMPARE(copy.bytes(tag::PatientName), "\xB1");
        QCOMPARE(dataset->item(sequence)->text(tag::PatientName), QString::fromUtf8("А"));
        QCOMPARE(copy.setText(tag::PatientName, QString::fromUtf8("王")).error().detail,
                 "the text of (0010,0010) does not fit the character set ISO_IR 144");
    }

    /// PS3.3 F.2.2, F.3.2.2: records that lead from the first one back to one that was passed.
    void FIL_16_aCircleOfRecords_data()
    {
        using Links = std::vector<std::pair<int, int>>; // of each record: the next, and the first below it
        QTest::addColumn<int>("first");
        QTest::addColumn<Links>("links");
        QTest::addColumn<bool>("isCircular");
        constexpr int none = -1;
        QTest::newRow("one") << 0 << Links{{none, none}} << false;
        QTest::newRow("three in a row") << 0 << Links{{1, none}, {2, none}, {none, none}} << false;
        QTest::newRow("a tree") << 0 << Links{{3, 1}, {2, none}, {none, none}, {none, 4}, {none, none}} << false;
        QTest::newRow("itself the next") << 0 << Links{{0, none}} << true;
        QTest::newRow("itself below") << 0 << Links{{none, 0}} << true;
        QTest::newRow("three in a circle") << 0 << Links{{1, none}, {2, none}, {0, none}} << true;
        QTest::newRow("below the last, the first") << 0 << Links{{1, none}, {none, 2}, {none, 0}} << true;
        QTest::newRow("in a branch that is not the last") << 0 << Links{{2, 1}, {none, 1}, {none, none}} << true;
        QTest::newRow("behind the first") << 1 << Links{{none, none}, {2, none}, {1, none}} << true;
        QTest::newRow("where nothing leads") << 0 << Links{{none, none}, {2, none}, {1, none}} << false;
        QTest::newRow("no first one") << none << Links{{0, none}} << false;
        QTest::newRow("to what is no record") << 0 << Links{{7, 8}, {none, none}} << false;
    }
    void FIL_16_aCircleOfRecords()
    {
        using Links = std::vector<std::pair<int, int>>;
        QFETCH(int, first);
        QFETCH(Links, links);
        const QByteArray start = head(explicitSyntax);
        const auto record = [](const QByteArray& next, const QByteArray& below) {
            return item(element(4, 0x1400, "UL", next) + element(4, 0x1420, "UL", below) + element(4, 0x1430, "CS", "IMAGE"));
        };
        const qint64 begin = start.size() + element(4, 0x1200, "UL", QByteArray(4, '\0')).size() + 12, each = record(QByteArray(4, '\0'), QByteArray(4, '\0')).size();
        const auto offset = [&](int of) { return littleEndian(of < 0 ? 0 : quint64(begin + of * each), 4); };
        QByteArray records;
        for (const auto& [next, below] : links)
            records += record(offset(next), offset(below));
        QFile file(m_folder.filePath("circle"));
        const QByteArray bytes = start + element(4, 0x1200, "UL", offset(first)) + element(4, 0x1220, "SQ", records);
        QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Truncate) && file.write(bytes) == bytes.size() && file.flush());
        const auto directory = DicomDir::read(file.fileName());
        QVERIFY2(directory, directory ? "" : qPrintable(message(directory.error())));
        QTEST(directory->isCircular, "isCircular");
    }

    /// What a DICOMDIR names (PS3.3 F, PS3.10 8.5), and what other systems made of the names.
    void FIL_16_whatAMediumHas()
    {
        const QDir disc(m_folder.filePath("disc"));
        for (const char* path : {"dir/im1", "DIR/IM2.DCM", "DIR/IM3;1", "DIR/IM4.", "DIR/IM5", "DIR/SUB/X"})
            test::make(disc.filePath(path), {.description = "1.2.840.10008.1.3.10"});
        WRITES(disc.path(), R"py(
d = Dataset(); d.file_meta = FileMetaDataset(); d.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
d.file_meta.MediaStorageSOPClassUID = '1.2.840.10008.1.3.10'; d.file_meta.MediaStorageSOPInstanceUID = '2.25.9'
d.FileSetID = 'SET'
def rec(*ids, kind='IMAGE'):
    r = Dataset(); r.DirectoryRecordType = kind; r.ReferencedSOPClassUIDInFile = '1.2'; r.ReferencedSOPInstanceUIDInFile = '1.3'
    if ids: r.ReferencedFileID = list(ids)
    return r
d.DirectoryRecordSequence = Sequence([rec(kind='PATIENT'), rec('DIR', 'IM5', kind='SR DOCUMENT'), rec('DIR', 'IM5'), rec('DIR', 'IM2'), rec('DIR', 'IM3'), rec('DIR', 'IM4'),
    rec('DIR', 'im5'), rec('DIR', 'SUB'), rec('DIR', 'GONE'), rec('..', 'X'), rec('.', 'X'), rec('C:', 'X'), rec('', 'X'), rec('index'), rec('CC', 'X'), rec('C:D', 'X'), rec('DIR', 'LINK')])
d.is_little_endian, d.is_implicit_VR = True, False
pydicom.dcmwrite(os.path.join(out, 'index'), d, write_like_original=False)
)py");
        QVERIFY(QDir(m_folder.path()).mkpath("disc2")); // its name begins like the medium's
        QFile outsider(m_folder.filePath("disc2/X"));
        QVERIFY(outsider.open(QIODevice::WriteOnly) && outsider.link(disc.filePath("DIR/LINK")));
        const auto directory = DicomDir::read(disc.filePath("index"));
        QVERIFY2(directory, directory ? "" : qPrintable(message(directory.error())));
        QStringList lines{directory->path + ' ' + directory->fileSetId + (directory->isCircular ? " circular" : "")};
        for (const auto& one : directory->files)
            lines << one.path + '|' + one.fileId + '|' + one.type + '|' + one.sopClassUid + '|' + one.sopInstanceUid;
        for (const auto& one : directory->missing)
            lines << "missing " + one.path + '|' + one.fileId;
        for (const auto& one : directory->refused)
            lines << one.fileId + ": " + one.reason;
        const QString root = disc.canonicalPath() + '/', outside = ": the reference leads outside of the medium",
                      rest = "|IMAGE|1.2|1.3";
        QCOMPARE(lines, (QStringList{disc.filePath("index") + " SET", root + "DIR/IM5|DIR\\IM5|SR DOCUMENT|1.2|1.3",
                                     root + "DIR/IM2.DCM|DIR\\IM2" + rest, root + "DIR/IM3;1|DIR\\IM3" + rest,
                                     root + "DIR/IM4.|DIR\\IM4" + rest, "missing " + root + "DIR/GONE|DIR\\GONE",
                                     "missing " + root + "CC/X|CC\\X", "missing " + root + "C:D/X|C:D\\X",
                                     "DIR\\SUB: the reference is to something that is no plain file", "..\\X" + outside,
                                     ".\\X" + outside, "C:\\X" + outside, "\\X" + outside,
                                     "index: the DICOMDIR refers to itself", "DIR\\LINK" + outside}));
        QCOMPARE(DicomDir::read(disc.filePath("DIR/IM5")).error().detail,
                 disc.filePath("DIR/IM5") + " has no directory records");
        // By its name, or by its class; not a folder, and not where the class stands somewhere else.
        QVERIFY(DicomDir::isDicomDir(disc.filePath("gone/dicomdir")) && DicomDir::isDicomDir(disc.filePath("index")));
        QVERIFY(!DicomDir::isDicomDir(disc.filePath("DIR/IM5")) && !DicomDir::isDicomDir(disc.path()) &&
                !DicomDir::isDicomDir(disc.filePath("gone")));
        QFile other(disc.filePath("other"));
        const QByteArray said = element(2, 2, "UI", "1.2.840.10008.1.3.10");
        QVERIFY(other.open(QIODevice::WriteOnly) && other.write(QByteArray(128, '\0') + "DICN" + said) > 0 && other.flush());
        QVERIFY(!DicomDir::isDicomDir(other.fileName()));
        QVERIFY(other.seek(128) && other.write("DICM") == 4 && other.flush());
        QVERIFY(DicomDir::isDicomDir(other.fileName()));
    }
};

QTEST_GUILESS_MAIN(TestDicomText)
#include "tst_dicom_text.moc"
