// Random texts and answers of peers, and our words to them, against plain readings of the standards.
#include "netclient/dicom/dataset.h"
#include "netclient/dicom/patient_identity.h"
#include "netclient/dicom/uid.h"
#include "netclient/dicomweb/json_rows.h"
#include "netclient/dicomweb/store_answer.h"
#include "netclient/dimse/commitment_report.h"
#include "netclient/dimse/query_session.h"
#include "netclient/transfer/rules.h"
#include "tests/support/dice.h"
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QTest>
#include <cmath>
#include <map>

using namespace diascope;
using test::Dice, test::Reached;

namespace
{

/// Where it is and what was expected; "": nothing is wrong.
QString difference(int seed, const QString& found, const QString& expected, const QString& of)
{
    return found == expected ? QString() : QStringLiteral("seed %1: \"%2\", not \"%3\" of %4").arg(seed).arg(found, expected, of);
}

// ---- DICOM JSON

struct Known
{
    quint32 tag;
    const char* vr;
    bool isOpen = false; ///< the dictionary has none: the peer's word counts
};
const Known attributes[] = {{0x00280010, "US"}, {0x00189219, "SS"}, {0x00186018, "UL"}, {0x00186020, "SL"}, {0x00700022, "FL"}, {0x00189087, "FD"}, {0x00280106, "SS", true},
                            {0x00091001, "US", true}, {0x00091002, "SL", true}, {0x00091003, "LO", true}, {0x00091004, "PN", true}, {0x00091005, "UN", true}, {0x00091006, "UV", true},
                            {0x00091007, "SV", true}, {0x00091008, "SQ", true}, {0x00091009, "OB", true}, {0x0009100A, "FD", true}, {0x0009100B, "UL", true}, {0x00420011, "OB"},
                            {0x00281201, "OW"}, {0x00640009, "OF"}, {0x7FE00009, "OD"}, {0x00660040, "OL"}, {0x7FE00001, "OV"}, {0x7FE00010, "OW", true}, {0x00280009, "AT"},
                            {0x00081140, "SQ"}, {0x00100010, "PN"}, {0x00081060, "PN"}, {0x00081030, "LO"}, {0x00280030, "DS"}, {0x00200013, "IS"}, {0x00104000, "LT"}, {0x00080061, "CS"}};

dicom::Tag tagOf(quint32 tag) { return {quint16(tag >> 16), quint16(tag)}; }
QString printed(double number) { return QString::number(number, 'g', 17) + ' '; }

/// An attribute as it lies in a dataset, in words.
QString held(const dicom::Dataset& dataset, const Known& known);
QString held(const dicom::Dataset& dataset)
{
    QString all;
    for (const dicom::Tag tag : dataset.tags()) {
        const quint32 number = quint32(tag.group) << 16 | tag.element;
        const auto known = std::find_if(std::begin(attributes), std::end(attributes), [&](const Known& one) { return one.tag == number; });
        all += tag.text() + '=' + (known == std::end(attributes) ? dataset.text(tag) : held(dataset, *known)) + '\n';
    }
    return all;
}
QString held(const dicom::Dataset& dataset, const Known& known)
{
    const QByteArray vr = known.vr;
    const dicom::Tag tag = tagOf(known.tag);
    QString all;
    if (vr == "SQ") {
        for (const dicom::Dataset& item : dataset.items(tag))
            all += '{' + held(item) + '}';
    } else if (vr == "DS" || vr == "IS") {
        for (const QString& text : dataset.texts(tag)) // PS3.5 §6.2: at most 16 characters
            all += text.size() > 16 ? "longer than 16 " : printed(text.toDouble());
    } else if (vr == "PN" || vr == "LO" || vr == "LT" || vr == "CS" || vr == "UN") {
        all = dataset.text(tag);
    } else if (vr[0] == 'O' || vr == "AT") {
        all = QString::fromLatin1(dataset.bytes(tag).toHex());
    } else {
        all = QString::number(dataset.lengthOf(tag)) + " bytes ";
        for (const double number : dataset.numbers(tag))
            all += printed(number);
    }
    return all;
}

/// What a server has written, and what it is where that was read as ISO 8859-1 by mistake.
struct Misread
{
    QString written, meant;
};
const std::map<QString, std::vector<Misread>> misread{
    {"", {{"Müller", "Müller"}, {"\u00d2", "\u00d2"}}},
    {"ISO_IR 100", {{"Müller", "Müller"}, {"ÿ", "ÿ"}}},
    {"ISO_IR 144", {{"\u00d2\u00d0", "ва"}, {"a \u00ff", "a џ"}, {"\u00d2\u0100", "\u00d2\u0100"}, {"\u00d0王", "\u00d0王"}}},
    {"GB18030", {{"\u00cd\u00f5", "王"}, {"\u00ff", "\u00ff"}, {"\u00cd\u00f5X\u00ff", "\u00cd\u00f5X\u00ff"}}}, // FF begins nothing there
    {"ISO 2022 IR 100\\ISO 2022 IR 149", {{"\u001b$)C\u00b1\u00e8^\u00fc", "김^ü"}, {"\u001b$)C\u00b1\u00e8=\u00fc", "김=ü"}}},
    {"ISO 2022 IR 100\\ISO 2022 IR 87", {{"\u001b$B;3\u001b(B", "山"}}}};

QString trimmed(QString text, bool keepsLeading)
{
    while (text.endsWith(' '))
        text.chop(1);
    while (!keepsLeading && text.startsWith(' '))
        text.remove(0, 1);
    return text;
}

/// The nearest number that has a decimal string of 16 characters and at most 15 digits, as many as each double keeps.
double asDecimalString(double number)
{
    double best = HUGE_VAL;
    for (int digits = 1; digits <= 15; ++digits)
        if (const QString text = QString::number(number, 'g', digits); text.size() <= 16 && std::abs(text.toDouble() - number) < std::abs(best - number))
            best = text.toDouble();
    return best;
}

/// PS3.18 Annex F: an object with attributes of all kinds, and what is to be found of it.
class JsonRow
{
public:
    JsonRow(Dice& dice, const QString& assumed, Reached& reached, int depth) : m_dice(dice), m_assumed(assumed), m_reached(reached), m_depth(depth)
    {
        for (int i = dice.from(1, 6); i > 0; --i) {
            const Known known = attributes[dice.upTo(int(std::size(attributes)) - 1)];
            const QString key = QString::number(known.tag, 16).rightJustified(8, '0').toUpper();
            if (!object.contains(key))
                add(known, key);
        }
        if (dice.isOneOf(3)) {
            const char* const names[] = {"0008103", "000810300", "StudyDate", "0008103G", "0x081030", "+0081030", "00020010", "00010010", "FFFEE000", "FFFEE00D", "FFFF0010", "00080000", "00090000", "00080005", ""};
            object[dice.of(names)] = QJsonObject{{"vr", "LO"}, {"Value", QJsonArray{dice.isOneOf(2) ? QJsonValue("odd") : QJsonValue(7)}}};
            reached.count("a name that is no attribute's");
        }
        if (dice.isOneOf(6)) {
            object["00081090"] = dice.of({QJsonValue("text"), QJsonValue(QJsonArray{"text"}), QJsonValue(), QJsonValue(7)});
            reached.count("an attribute that is no object");
        }
    }
    QJsonObject object;
    std::map<quint32, QString> wanted;
    QString expected() const
    {
        QString all;
        for (const auto& [tag, value] : wanted)
            all += tagOf(tag).text() + '=' + value + '\n';
        return all;
    }

private:
    void add(const Known& known, const QString& key)
    {
        const QByteArray vr = known.vr;
        QJsonObject attribute;
        if (known.isOpen && vr == "UN")
            m_dice.isOneOf(2) ? attribute["vr"] = m_dice.of({"UN", "??", "XX", ""}) : QJsonValue();
        else if (known.isOpen || m_dice.isOneOf(2))
            attribute["vr"] = known.vr;
        else if (m_dice.isOneOf(2))
            attribute["vr"] = m_dice.of({"LO", "UN", "SQ", "FD"}), m_reached.count("another VR than the dictionary's");
        QJsonArray values;
        QString value;
        bool isThere = true;
        const int count = m_dice.of({0, 1, 1, 1, 2, 3});
        if (vr == "SQ") {
            for (int i = m_depth < 2 ? count : 0; i > 0; --i) {
                if (m_dice.isOneOf(4)) { // an empty item (PS3.18 F.2.5)
                    values << (m_dice.isOneOf(2) ? QJsonValue() : QJsonValue(QJsonObject()));
                    value += "{}";
                    continue;
                }
                const JsonRow item(m_dice, m_assumed, m_reached, m_depth + 1);
                values << item.object;
                value += '{' + item.expected() + '}';
                m_reached.count("an item");
            }
        } else if (vr == "AT") {
            for (int i = count; i > 0; --i) {
                const QString word = m_dice.of({"00181063", "0018A001", "FFFF1234", "7fe00010", "frames", "100181063", "0x181063", "+0181063", ""});
                const bool isTag = word.size() == 8 && std::all_of(word.begin(), word.end(), [](QChar c) { return QString("0123456789abcdefABCDEF").contains(c); });
                const quint32 tag = isTag ? word.toUInt(nullptr, 16) : 0;
                values << word;
                isThere = isThere && isTag;
                for (const int shift : {16, 24, 0, 8}) // group and element, each the low byte first
                    value += QString::number(tag >> shift & 0xff, 16).rightJustified(2, '0');
            }
        } else if (vr[0] == 'O' || vr == "UN") {
            const bool isUnknown = vr == "UN"; // read as text where it is one
            QByteArray bytes = (isUnknown ? QByteArray("CT\\MR 12\\3") : QByteArray::fromHex("00ff015cfe00000180")).left(m_dice.of({0, 1, 2, 3, 8, 9}));
            value = QString::fromLatin1(bytes);
            if (!bytes.isEmpty() || m_dice.isOneOf(2))
                attribute["InlineBinary"] = QString::fromLatin1(bytes.toBase64());
            if (bytes.size() % 2) // PS3.5 §7.1.1
                bytes += '\0', m_reached.count("an odd number of bytes");
            value = isUnknown ? value : QString::fromLatin1(bytes.toHex());
        } else if (vr == "PN" || vr == "LO" || vr == "LT" || vr == "CS" || vr == "DS" || vr == "IS") {
            QStringList texts;
            for (int i = vr == "LT" ? std::min(count, 1) : count; i > 0; --i)
                values << textValue(vr, texts);
            value = vr == "DS" || vr == "IS" ? texts.join(QString()) : texts.join('\\');
        } else {
            for (int i = count; i > 0; --i)
                values << numberValue(vr, value, isThere);
            isThere = isThere && (values.isEmpty() || vr[1] != 'V');
            const int size = vr == "FD" ? 8 : vr == "US" || vr == "SS" ? 2 : 4;
            value = QStringLiteral("%1 bytes ").arg(values.size() * size) + value;
        }
        if (values.size() == 1 && !values[0].isNull() && m_dice.isOneOf(4))
            attribute["Value"] = values[0], m_reached.count("a value without its brackets");
        else if (!values.isEmpty() || m_dice.isOneOf(3))
            attribute["Value"] = values.isEmpty() && m_dice.isOneOf(2) ? QJsonValue() : QJsonValue(values);
        if (vr != "SQ" && m_dice.isOneOf(8)) {
            attribute["BulkDataURI"] = "http://h/1";
            isThere = false;
            m_reached.count("elsewhere");
        }
        m_reached.count("nothing", values.isEmpty() && value.isEmpty());
        m_reached.count("does not fit", !isThere && !attribute.contains("BulkDataURI"));
        object[key] = attribute;
        if (isThere)
            wanted[known.tag] = value;
    }
    QJsonValue textValue(const QByteArray& vr, QStringList& texts)
    {
        if (vr == "CS") {
            texts << m_dice.of({"CT", "MR", "PT"});
            return texts.back();
        }
        if (vr == "DS" || vr == "IS") {
            const double numbers[] = {0, 7, -7, 2147483647, 0.1, -0.25, 1 / 3., -1 / 3., 1.0e15, -999999999999999, 1.23456789012345e-5, -1.23456789012345e-5, 1e-300, -1.23456787654321e-300, -1234567890123456, 123456789.0123456};
            const double number = vr == "IS" ? m_dice.of({0., 7., -7., 2147483647., -2147483648.}) : m_dice.of(numbers);
            const bool isText = number == std::floor(number) && std::abs(number) < 1000 && m_dice.isOneOf(2);
            m_reached.count("a long decimal", QString::number(number, 'g', 15).size() > 16);
            texts << printed(asDecimalString(number));
            return isText ? QJsonValue(QString::number(number)) : QJsonValue(number);
        }
        const auto piece = [&](QString& meant) {
            const std::vector<Misread>& pieces = misread.at(m_assumed);
            if (m_dice.isOneOf(3) && (vr == "PN" || !m_assumed.contains('\\'))) {
                const Misread one = m_dice.of(pieces);
                m_reached.count("read in another set", one.written != one.meant);
                meant = one.meant;
                return one.written;
            }
            meant = m_dice.of({"Meier", "A B", " leading", "trailing ", "", "山ü", "王"});
            const bool hasNul = !meant.isEmpty() && m_dice.isOneOf(10);
            return hasNul ? meant.left(1) + QChar(0) + meant.mid(1) : meant;
        };
        QString meant;
        if (m_dice.isOneOf(8)) {
            texts << QString();
            m_reached.count("null");
            return {};
        }
        if (vr != "PN" || m_dice.isOneOf(4)) {
            const QString text = piece(meant);
            texts << trimmed(meant, vr == "LT");
            return text;
        }
        QJsonObject groups;
        QStringList all{"", "", ""};
        for (const auto& [name, at] : {std::pair("Alphabetic", 0), {"Ideographic", 1}, {"Phonetic", 2}})
            if (m_dice.isOneOf(2)) {
                QString text = piece(meant);
                if (meant.contains('=') || m_dice.isOneOf(8))
                    text += "=", m_reached.count("a sign of groups in a group");
                groups[name] = text;
                all[at] = meant.remove('=');
            }
        m_reached.count("groups", groups.size() > 1);
        QString name = all.join('=');
        while (name.endsWith('='))
            name.chop(1);
        texts << trimmed(name, false);
        return groups;
    }
    QJsonValue numberValue(const QByteArray& vr, QString& value, bool& isThere)
    {
        if (m_dice.isOneOf(8)) {
            isThere = false;
            return m_dice.of({QJsonValue(), QJsonValue("many"), QJsonValue(""), QJsonValue("inf"), QJsonValue("nan"), QJsonValue(true), QJsonValue(QJsonObject())});
        }
        static const std::map<QByteArray, std::pair<double, double>> ranges{{"US", {0, 65535}}, {"SS", {-32768, 32767}}, {"UL", {0, 4294967295.}}, {"SL", {-2147483648., 2147483647.}}};
        double number = m_dice.of({0., 1., 7.});
        if (const auto range = ranges.find(vr); range != ranges.end()) {
            number = m_dice.of({range->second.first, range->second.second, number, number, range->second.first - 1, range->second.second + 1, 1.5});
            isThere = isThere && number >= range->second.first && number <= range->second.second && number == std::floor(number);
        } else if (vr[0] == 'F') {
            number = m_dice.of({0.5, -0.25, 3e38, -3e38, 1e39, -1e39});
            isThere = isThere && (vr == "FD" || std::abs(number) < 3.5e38);
        }
        value += printed(vr == "FL" ? double(float(number)) : number);
        const QString text = QString::number(number, 'g', 17);
        m_reached.count("numbers at the ends");
        return m_dice.isOneOf(3) ? QJsonValue(m_dice.isOneOf(2) ? text : ' ' + text + ' ') : QJsonValue(number);
    }

    Dice& m_dice;
    const QString m_assumed;
    Reached& m_reached;
    const int m_depth;
};

// ---- Character sets

/// A letter in one repertoire, by Python's codecs.
struct Sign
{
    const char* repertoire;
    QByteArray bytes;
    QString letter;
};
const Sign signs[] = {{"100", "\xe4", "ä"}, {"101", "\xe4", "ä"}, {"101", "\xb1", "ą"}, {"109", "\xa1", "Ħ"}, {"110", "\xb1", "ą"}, {"126", "\xc1", "Α"}, {"127", "\xc7", "ا"}, {"138", "\xe0", "א"},
                      {"144", "\xd0", "а"}, {"148", "\xfd", "ı"}, {"203", "\xa4", "€"}, {"166", "\xa1", "ก"}, {"13", "\xa1", "｡"}, {"13", "\xb1", "ｱ"}, {"13", "\xdf", "ﾟ"}, {"87", "\x27\x51", "а"},
                      {"87", "\x3b\x33", "山"}, {"87", "\x4b\x5c", "本"}, {"87", "\x35\x5e", "急"}, {"87", "\x49\x3d", "表"}, {"159", "\x2b\x23", "ä"}, {"159", "\x2b\x28", "ą"},
                      {"159", "\x30\x21", "丂"}, {"149", "\xac\xd1", "а"}, {"149", "\xdf\xa3", "山"}, {"149", "\xdc\xe2", "本"}, {"149", "\xb1\xe8", "김"}, {"58", "\xa7\xd1", "а"},
                      {"58", "\xc9\xbd", "山"}, {"58", "\xb1\xbe", "本"}, {"GB18030", "\x81\x30\x8a\x31", "ä"}, {"GB18030", "\xa7\xd1", "а"}, {"GB18030", "\xc9\xbd", "山"},
                      {"GB18030", "\x95\x32\x82\x36", "𠀀"}, {"GBK", "\xa7\xd1", "а"}, {"GBK", "\xc9\xbd", "山"}, {"GBK", "\xb1\xbe", "本"}, {"GBK", "\x81\x40", "丂"}};

/// PS3.3 Tables C.12-3 and C.12-4.
const std::map<QByteArray, QByteArray> escapes{{"100", "-A"}, {"101", "-B"}, {"109", "-C"}, {"110", "-D"}, {"126", "-F"}, {"127", "-G"}, {"138", "-H"}, {"144", "-L"}, {"148", "-M"}, {"203", "-b"},
                                               {"166", "-T"}, {"13", ")I"}, {"87", "$B"}, {"159", "$(D"}, {"149", "$)C"}, {"58", "$)A"}};
bool isG0(const QByteArray& repertoire) { return repertoire == "87" || repertoire == "159"; }
QByteArray numberOf(const QString& term) { return term.section(' ', -1).toLatin1(); }

/// PS3.5 §6.1.2.5.3, to the letter: what is not ASCII begins anew behind each delimiter and control character, and ends before it.
QString strictlyRead(const QByteArray& bytes, const QString& set)
{
    const QByteArray first = numberOf(set.section('\\', 0, 0)), initial = isG0(first) || first == "149" || first == "58" ? QByteArray() : first;
    QByteArray g0, g1 = initial;
    QString text;
    for (qsizetype i = 0; i < bytes.size();) {
        const QByteArray rest = bytes.mid(i);
        const bool isReset = g0.isEmpty() && rest[0] != '\x1b' && (uchar(rest[0]) < 0x20 || QByteArray("^=\\").contains(rest[0]));
        const auto escape = std::find_if(escapes.begin(), escapes.end(), [&](const auto& one) { return rest.startsWith('\x1b' + one.second); });
        const QByteArray active = uchar(rest[0]) < 0x80 ? g0 : g1;
        const auto sign = std::find_if(std::begin(signs), std::end(signs), [&](const Sign& one) { return one.repertoire == active && rest.startsWith(one.bytes); });
        if (escape != escapes.end()) {
            (isG0(escape->first) ? g0 : g1) = escape->first;
            i += 1 + escape->second.size();
        } else if (rest.startsWith("\x1b(B")) {
            g0.clear();
            i += 3;
        } else if (sign != std::end(signs)) {
            text += sign->letter;
            i += sign->bytes.size();
        } else {
            text += active.isEmpty() ? QString(QChar(uchar(rest[0]))) : QString("not read");
            i += 1;
        }
        if (isReset)
            g1 = initial;
    }
    return g0.isEmpty() ? text : text + " not ended";
}

// ---- Patients

/// Writings of one word of a name, the plainest first.
using Words = std::vector<QStringList>;
const Words letters{{"muller", "Müller", "MULLER", "mu\u0308ller", "ＭＵＬＬＥＲ"}, {"miller", "Miller"}, {"oneil", "O'Neil", "ONEIL", "O-Neil"}, {"doe2", "Doe2"}, {"doe", "DOE", "Doe."}, {"कि"}, {"क"}};
const Words ideographs{{"王"}, {"李"}, {"𠀀"}, {"𠀁"}, {"ㄅ"}, {"たろ王"}, {"王たろ"}};
const Words syllables{{"ヤマダ", "ﾔﾏﾀﾞ"}, {"ヤマタ"}, {"やまだ"}, {"김"}, {"홍"}};

/// Family, given and middle name run together: separators make no difference.
struct Writing
{
    QString first, middle, text;
    QString whole() const { return first + middle; }
    bool isStated() const { return !whole().isEmpty(); }
    bool isOne(const Writing& other) const { return whole() == other.whole() || (middle.isEmpty() != other.middle.isEmpty() && first == other.first); }
};

struct Person
{
    std::array<std::array<int, 3>, 3> words{}; ///< of family, given and middle name, from 1; 0: none
    std::array<Writing, 3> writings;
    dicom::PatientIdentity said;
    QString birthDate, sex; ///< what is meant: "" nothing
    bool hasName() const { return std::any_of(writings.begin(), writings.end(), [](const Writing& one) { return one.isStated(); }); }
};

Person person(Dice& dice, const Person* like, Reached& reached)
{
    Person one;
    const auto isLike = [&] { return like && !dice.isOneOf(4); };
    QStringList groups{"", "", ""};
    std::vector<int> places = dice.of(std::vector<std::vector<int>>{{0, 1, 2}, {1, 0, 2}, {2, 1, 0}, {1, 2, 0}});
    for (size_t i = dice.isOneOf(4) ? 3 : 0; i < 3; ++i) {
        const Words& words = i == 0 ? letters : i == 1 ? ideographs : syllables;
        Writing& made = one.writings[i];
        const bool isCopy = isLike();
        const auto draw = [&](size_t part, int n, QString& plain) {
            int& word = one.words[i][part];
            if (isCopy && !dice.isOneOf(8))
                word = like->words[i][part];
            else if (dice.isOneOf(n))
                word = dice.from(1, int(words.size()));
            plain += word > 0 ? words[size_t(word - 1)][0] : QString();
            return word > 0 ? dice.of(words[size_t(word - 1)]) : QString();
        };
        const QString family = draw(0, i == 0 ? 2 : 3, made.first), given = draw(1, 2, made.first), middle = draw(2, 3, made.middle);
        if (!made.isStated())
            continue;
        const bool isRunTogether = !family.isEmpty() && !given.isEmpty() && dice.isOneOf(4);
        reached.count("family and given name in one", isRunTogether);
        reached.count("a middle name", !middle.isEmpty());
        made.text = isRunTogether ? family + ' ' + given + '^' : family + '^' + given;
        made.text += '^' + middle + dice.of({"", "", "^", "^Dr.", "^^jr", "^Dr.^jr"});
        while (dice.isOneOf(2) && made.text.endsWith('^'))
            made.text.chop(1);
        reached.count(std::array{"letters", "ideographs", "syllables"}[i]);
        reached.count("a group in another place", places[i] != int(i));
        groups[places[i]] = dice.isOneOf(8) ? ' ' + made.text + ' ' : made.text;
    }
    if (groups[places[0]].isEmpty() && dice.isOneOf(3))
        groups[places[0]] = one.writings[0].text = "^^^Dr.", reached.count("a prefix alone");
    one.said.name = groups.join('=');
    while (one.said.name.endsWith('='))
        one.said.name.chop(1);
    const auto text = [&](QString dicom::PatientIdentity::*part, const QStringList& all) { one.said.*part = isLike() ? like->said.*part : dice.of(all); };
    text(&dicom::PatientIdentity::patientId, {"", " ", "1", "1 ", "01", "a", "A"});
    text(&dicom::PatientIdentity::issuer, {"", "", " ", "H", "h"});
    text(&dicom::PatientIdentity::birthDate, {"", "", " ", "19600228", "1960.02.28", " 19600228", "19600229", "19610229", "1960"});
    text(&dicom::PatientIdentity::sex, {"", "M", "m ", "F", "O", "U", "X", " "});
    one.birthDate = one.said.birthDate.trimmed().remove('.');
    one.sex = one.said.sex.trimmed().toUpper();
    one.sex = QString("MFO").contains(one.sex) ? one.sex : QString();
    return one;
}

} // namespace

class TestRandomWire : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    /// PS3.18 Annex F: each attribute that fits is there as it was written, and nothing else is.
    void NET_14_SAF_07_whatARowOfJsonSays()
    {
        Reached reached({"an item", "nothing", "does not fit", "elsewhere", "null", "groups", "a sign of groups in a group", "a long decimal", "read in another set", "an odd number of bytes",
                         "a value without its brackets", "another VR than the dictionary's", "a name that is no attribute's", "an attribute that is no object", "numbers at the ends"});
        for (int seed = 1; seed <= test::rounds(8000); ++seed) {
            Dice dice(seed);
            const QString assumed = std::next(misread.begin(), dice.upTo(int(misread.size()) - 1))->first;
            const JsonRow row(dice, assumed, reached, 0);
            const QByteArray json = QJsonDocument(row.object).toJson(dice.isOneOf(2) ? QJsonDocument::Compact : QJsonDocument::Indented);
            const auto dataset = dicomweb::datasetFromJson(json, assumed);
            QVERIFY2(dataset, json.constData());
            QString expected = row.expected(), set = "(0008,0005)=ISO_IR 192\n"; // JSON is UTF-8 (F.2)
            QString found = held(*dataset);
            QVERIFY2(found.contains(set), qPrintable(found));
            const QString wrong = difference(seed, found.remove(found.indexOf(set), set.size()), expected, assumed + QString::fromUtf8(json));
            QVERIFY2(wrong.isEmpty(), qPrintable(wrong));
        }
        qInfo("%s", qPrintable(reached.summary()));
        QCOMPARE(reached.missing(), QString());
    }

    /// PS3.18 F.2: text in another character set than UTF-8, and sequences deeper than any real ones.
    void NET_14_FIL_01_whatIsNoJson()
    {
        const std::vector<std::tuple<QString, QByteArray, QString>> texts{{"", "\xe4", "\ufffd"}, {"", "ä", "ä"}, {"ISO_IR 100", "\xe4", "ä"}, {"ISO_IR 144", "\xd0", "а"}, {"GB18030", "\xa7\xd1", "а"}};
        for (const auto& [set, bytes, letters] : texts)
            for (const char* between : {"", " ", "\n", "\r\n", "\t"}) {
                const QByteArray json = "{" + QByteArray(between) + "\"00081030\":{\"vr\":\"LO\"," + between + "\"Value\":[\"X" + bytes + "\"]}}";
                const auto dataset = dicomweb::datasetFromJson(json, set);
                QVERIFY2(dataset, json.constData());
                QCOMPARE(dataset->text({0x0008, 0x1030}), 'X' + letters);
            }
        for (const char* json : {"", "[]", "x", "{\"00081030\":", "7", "[{}]"}) {
            const auto dataset = dicomweb::datasetFromJson(json);
            QVERIFY2(!dataset && dataset.error().fault == Fault::Damaged, json);
        }
        for (const int depth : {1, 2, 63, 64, 65, 66}) {
            QByteArray json = "{}";
            for (int i = 0; i < depth; ++i)
                json = "{\"00081140\":{\"vr\":\"SQ\",\"Value\":[" + json + "]}}";
            const auto dataset = dicomweb::datasetFromJson(json);
            QCOMPARE(dataset.has_value(), depth <= 64);
            QVERIFY(dataset || dataset.error().fault == Fault::Damaged);
        }
    }

    /// PS3.5 §6.1.2.5: letters of all repertoires in one text, and what begins anew behind delimiters and control characters.
    void SAF_07_FIL_18_lettersOfAllRepertoires()
    {
        Reached reached({"an escape", "a delimiter", "a control character", "a control character in two-byte letters", "two-byte letters", "ASCII again", "behind a delimiter as before",
                         "no set", "a sign that may not be there", "assumed", "padding", "no escape"});
        for (int seed = 1; seed <= test::rounds(30000); ++seed) {
            Dice dice(seed);
            const QString first = dice.of({"", "ISO_IR 100", "ISO 2022 IR 100", "ISO_IR 144", "ISO 2022 IR 13", "ISO_IR 13", "ISO_IR 166", "ISO-IR 203"});
            const QString set = first + dice.of({"", "\\ISO 2022 IR 87", "\\ISO 2022 IR 87\\ISO 2022 IR 159", "\\ISO 2022 IR 149"});
            const char* delimiters = dice.of({"", "\\", "^=\\"});
            const QByteArray initial = numberOf(first);
            QByteArray g0, g1 = initial, bytes;
            QString text;
            const bool hasEscapes = !dice.isOneOf(3);
            const auto toAscii = [&] {
                if (!g0.isEmpty())
                    bytes += dice.of({"\x1b(B", "\x1b(J"}), reached.count("ASCII again");
                g0.clear();
            };
            for (int i = dice.upTo(12); i > 0; --i) {
                const Sign sign = dice.of(signs);
                const QByteArray repertoire = sign.repertoire;
                const int what = dice.upTo(9);
                if (what == 0) {
                    toAscii();
                    const char letter = dice.of({'a', 'Z', ' ', '1', '\x7e', '\x7f'});
                    bytes += letter;
                    text += letter == '\x7f' ? QChar(0xfffd) : QChar(letter);
                    reached.count("a sign that may not be there", letter == '\x7f');
                } else if (what <= 2) {
                    const char letter = what == 1 ? dice.of({'^', '=', '\\'}) : dice.of({'\t', '\n', '\f', '\r', '\x01', '\x1f'});
                    reached.count(what == 1 ? "a delimiter" : g0.isEmpty() ? "a control character" : "a control character in two-byte letters");
                    if (what == 1)
                        toAscii();
                    bytes += letter;
                    text += letter == '\x01' || letter == '\x1f' ? QChar(0xfffd) : QChar(letter);
                    if (what == 2 || QByteArray(delimiters).contains(letter)) {
                        g0.clear();
                        reached.count("behind a delimiter as before", initial.isEmpty() && !g1.isEmpty());
                        g1 = initial.isEmpty() ? g1 : initial; // some leave out the escape that belongs here
                    }
                } else if (what == 3 && g1.isEmpty() && bytes.contains('\x1b')) {
                    bytes += '\xe4';
                    text += QChar(0xfffd);
                    reached.count("no set");
                } else if (escapes.contains(repertoire)) {
                    QByteArray& active = isG0(repertoire) ? g0 : g1;
                    if (active != repertoire && !hasEscapes)
                        continue;
                    if (active != repertoire || (hasEscapes && dice.isOneOf(8)))
                        bytes += '\x1b' + escapes.at(repertoire), reached.count("an escape");
                    active = repertoire;
                    bytes += sign.bytes;
                    text += sign.letter;
                    reached.count("two-byte letters", sign.bytes.size() == 2);
                }
            }
            reached.count("no escape", !text.isEmpty() && !bytes.contains('\x1b'));
            const QByteArray padding(dice.of({0, 0, 1, 2}), '\0');
            reached.count("padding", !padding.isEmpty());
            const bool isAssumed = dice.isOneOf(3);
            reached.count("assumed", isAssumed);
            dicom::Dataset::setAssumedCharacterSet(isAssumed || set.isEmpty() ? set : "ISO_IR 166");
            const QString found = dicom::decodeText(bytes + padding, isAssumed ? QString() : set, delimiters);
            const QString wrong = difference(seed, found, text, set + " with delimiters " + delimiters + " of " + bytes.toPercentEncoding(" ^=\\"));
            QVERIFY2(wrong.isEmpty(), qPrintable(wrong));
        }
        dicom::Dataset::setAssumedCharacterSet({});
        qInfo("%s", qPrintable(reached.summary()));
        QCOMPARE(reached.missing(), QString());
    }

    /// PS3.5 §6.1.2.5.3 and §6.1.2.3 the other way: what does not fit is not written, what is written is read back by the standard.
    void SAF_07_DEL_06_whatIsWrittenIsReadBack()
    {
        Reached reached({"fits", "does not fit", "an escape", "several repertoires"});
        const QString sets[] = {"", "ISO_IR 999", "ISO_IR 100", "ISO_IR 144", "ISO_IR 13", "ISO_IR 192", "GB18030", "GBK", "\\ISO 2022 IR 87", "\\ISO 2022 IR 149", "\\ISO 2022 IR 58", "ISO 2022 IR 149",
                                "ISO 2022 IR 87", "ISO 2022 IR 100\\ISO 2022 IR 87", "ISO 2022 IR 13\\ISO 2022 IR 87\\ISO 2022 IR 159", "ISO 2022 IR 101\\ISO 2022 IR 144\\ISO 2022 IR 159",
                                "ISO 2022 IR 149\\ISO 2022 IR 87"};
        for (int seed = 1; seed <= test::rounds(20000); ++seed) {
            Dice dice(seed);
            const QString set = dice.of(sets);
            const QStringList terms = set.split('\\');
            QString text;
            bool fits = true;
            for (int i = dice.upTo(6); i > 0; --i) {
                // 急 and € are in more repertoires than the table says
                const QString letter = dice.of({"a", "^", "=", "\\", "\n", "ä", "ą", "а", "ｱ", "ﾟ", "｡", "山", "本", "丂", "김", "𠀀"});
                const bool isAscii = letter[0].unicode() < 0x80;
                const bool isIn = isAscii || set == "ISO_IR 192" || std::any_of(std::begin(signs), std::end(signs), [&](const Sign& one) {
                    return one.letter == letter && std::any_of(terms.begin(), terms.end(), [&](const QString& term) { return numberOf(term) == one.repertoire; });
                });
                if (set == "GB18030" && !isIn)
                    continue; // it has them all
                fits = fits && isIn;
                text += letter;
            }
            const auto bytes = dicom::encodeText(text, set);
            const QString where = QStringLiteral("%1 in %2").arg(text, set);
            QVERIFY2(bytes.has_value() == fits, qPrintable(QStringLiteral("seed %1: ").arg(seed) + where));
            reached.count(fits ? "fits" : "does not fit");
            if (!fits)
                continue;
            reached.count("an escape", bytes->contains('\x1b'));
            reached.count("several repertoires", bytes->count('\x1b') > 2);
            const QString wrong = difference(seed, set == "ISO_IR 192" ? QString::fromUtf8(*bytes) : strictlyRead(*bytes, set), text, where + " as " + bytes->toPercentEncoding());
            QVERIFY2(wrong.isEmpty(), qPrintable(wrong));
        }
        qInfo("%s", qPrintable(reached.summary()));
        QCOMPARE(reached.missing(), QString());
    }

    /// The promise of patient_identity.h (PS3.3 C.7.1.1, PS3.5 §6.2.1.1).
    void NET_09_whoIsOnePatient()
    {
        using dicom::IdentityPart;
        Reached reached({"letters", "ideographs", "syllables", "a group in another place", "a middle name", "family and given name in one", "other name", "other ID", "other issuer",
                         "other birth date", "other sex", "one patient", "one by name", "one by birth date", "not one, without a contradiction", "both say nothing", "a writing more", "a prefix alone"});
        for (int seed = 1; seed <= test::rounds(10000); ++seed) {
            Dice dice(seed);
            const Person a = person(dice, nullptr, reached), b = person(dice, &a, reached);
            const auto differ = [](const QString& x, const QString& y) { return !x.isEmpty() && !y.isEmpty() && x != y; };
            dicom::IdentityParts expected;
            bool isOneByName = false;
            for (size_t i = 0; i < 3; ++i)
                if (a.writings[i].isStated() && b.writings[i].isStated()) {
                    const bool isOne = a.writings[i].isOne(b.writings[i]);
                    expected |= isOne ? dicom::IdentityParts() : IdentityPart::Name;
                    isOneByName = isOneByName || isOne;
                }
            const QString idA = a.said.patientId.trimmed(), idB = b.said.patientId.trimmed();
            expected.setFlag(IdentityPart::PatientId, differ(idA, idB));
            expected.setFlag(IdentityPart::Issuer, differ(a.said.issuer.trimmed(), b.said.issuer.trimmed()));
            expected.setFlag(IdentityPart::BirthDate, differ(a.birthDate, b.birthDate));
            expected.setFlag(IdentityPart::Sex, differ(a.sex, b.sex));
            const QString where = QStringLiteral("%1|%2|%3|%4|%5 and ").arg(a.said.patientId, a.said.issuer, a.said.name, a.said.birthDate, a.said.sex) +
                                  QStringLiteral("%1|%2|%3|%4|%5").arg(b.said.patientId, b.said.issuer, b.said.name, b.said.birthDate, b.said.sex);
            const auto number = [](auto parts) { return QString::number(int(parts)); };
            QString wrong = difference(seed, number(contradictions(a.said, b.said)), number(expected), where);
            QVERIFY2(wrong.isEmpty(), qPrintable(wrong));

            const bool isOneById = !idA.isEmpty() && !idB.isEmpty(), isOneByDate = !a.birthDate.isEmpty() && !b.birthDate.isEmpty();
            const bool isNobodyA = idA.isEmpty() && !a.hasName(), isNobodyB = idB.isEmpty() && !b.hasName();
            const bool isOne = !expected && (isOneById || isOneByName || (isNobodyA ? isNobodyB : !isNobodyB && isOneByDate));
            wrong = difference(seed, number(isOnePatient(a.said, b.said)), number(isOne), where + " one patient");
            QVERIFY2(wrong.isEmpty(), qPrintable(wrong));

            for (const auto& [part, name] : {std::pair(IdentityPart::Name, "other name"), {IdentityPart::PatientId, "other ID"}, {IdentityPart::Issuer, "other issuer"},
                                             {IdentityPart::BirthDate, "other birth date"}, {IdentityPart::Sex, "other sex"}})
                reached.count(name, expected == part);
            reached.count("one patient", isOne);
            reached.count("one by name", isOne && !isOneById && isOneByName);
            reached.count("one by birth date", isOne && !isOneById && !isOneByName && isOneByDate && !isNobodyA);
            reached.count("both say nothing", isNobodyA && isNobodyB);
            reached.count("not one, without a contradiction", !isOne && !expected);

            const auto merged = a.said.mergedWith(b.said);
            QStringList names;
            bool hasMore = false;
            for (size_t i = 0; i < 3; ++i) {
                hasMore = hasMore || (a.writings[i].text.isEmpty() && !b.writings[i].text.isEmpty());
                names << (a.writings[i].text.isEmpty() ? b.writings[i].text : a.writings[i].text);
            }
            while (names.size() > 1 && names.back().isEmpty())
                names.removeLast();
            reached.count("a writing more", hasMore);
            const auto either = [](const QString& mine, const QString& other) { return mine.trimmed().isEmpty() ? other : mine; };
            const QStringList all{hasMore ? names.join('=') : a.said.name, either(a.said.patientId, b.said.patientId), either(a.said.issuer, b.said.issuer),
                                  either(a.said.birthDate, b.said.birthDate), either(a.said.sex, b.said.sex)};
            wrong = difference(seed, QStringList{merged.name, merged.patientId, merged.issuer, merged.birthDate, merged.sex}.join('|'), all.join('|'), where + " merged");
            QVERIFY2(wrong.isEmpty(), qPrintable(wrong));
        }
        qInfo("%s", qPrintable(reached.summary()));
        QCOMPARE(reached.missing(), QString());
    }

    /// Sets without code extensions, letters that no set tells, and signs that may not be shown (FIL-18).
    void SAF_07_FIL_18_wholeSets()
    {
        Reached reached({"UTF-8", "GB18030", "GBK", "turned round", "damaged", "Korean without escapes", "no set"});
        for (int seed = 1; seed <= test::rounds(5000); ++seed) {
            Dice dice(seed);
            const QByteArray repertoire = dice.of({"192", "192", "GB18030", "GBK", "149", ""});
            const QString set = QString(repertoire == "192" ? "ISO_IR " : repertoire == "149" ? dice.of({"\\ISO 2022 IR ", "\\ISO 2022 IR 87\\ISO 2022 IR "}) : "") +
                                (repertoire.isEmpty() ? dice.of({"ISO_IR 999", ""}) : repertoire.constData()) + (repertoire == "192" ? dice.of({"", "\\ISO 2022 IR 87"}) : "");
            QByteArray bytes;
            QString text;
            const bool isUtf8 = repertoire == "192" || repertoire.isEmpty(); // what no set tells is UTF-8 or nothing
            for (int i = dice.upTo(5); i > 0; --i) {
                const Sign sign = dice.of(signs);
                if (isUtf8 && dice.isOneOf(3)) {
                    const char32_t mark = dice.of({0x7eU, 0x7fU, 0x80U, 0x9fU, 0xa0U, 0x2029U, 0x202aU, 0x202eU, 0x202fU, 0x2065U, 0x2066U, 0x2069U, 0x206aU});
                    const bool isOut = (mark >= 0x7f && mark < 0xa0) || (mark >= 0x202a && mark <= 0x202e) || (mark >= 0x2066 && mark <= 0x2069);
                    bytes += QString::fromUcs4(&mark, 1).toUtf8();
                    text += isOut ? QString(QChar(0xfffd)) : QString::fromUcs4(&mark, 1);
                    reached.count("turned round", isOut);
                } else if (isUtf8 || sign.repertoire == repertoire) {
                    bytes += isUtf8 ? sign.letter.toUtf8() : sign.bytes;
                    text += sign.letter;
                } else {
                    bytes += dice.isOneOf(2) && repertoire != "149" && !repertoire.isEmpty() ? '\x1b' : 'a';
                    text += bytes.back() == 'a' ? QChar('a') : QChar(0xfffd);
                }
            }
            if (isUtf8 && dice.isOneOf(5)) { // a letter that is cut: nothing is guessed
                bytes += "\xe5\xb1";
                text.clear();
                for (const char c : bytes)
                    text += uchar(c) < 0x7f ? QChar(c) : QChar(0xfffd);
                reached.count("damaged");
            }
            reached.count(repertoire == "192" ? "UTF-8" : repertoire == "149" ? "Korean without escapes" : repertoire.isEmpty() ? "no set" : repertoire.constData());
            const QString wrong = difference(seed, dicom::decodeText(bytes, set), text, set + " of " + bytes.toPercentEncoding());
            QVERIFY2(wrong.isEmpty(), qPrintable(wrong));
        }
        qInfo("%s", qPrintable(reached.summary()));
        QCOMPARE(reached.missing(), QString());
    }

    /// PS3.18 §10.5.3 and Annex I, in JSON (Annex F) and in XML (PS3.19 §A.1): who is named as stored and who not, and why.
    void NET_01_NET_06_STOW_whatTheAnswerSaysOfEach()
    {
        Reached reached({"JSON", "JSON in a list", "XML", "both", "no reason", "nothing", "cut", "another type", "within an item", "another sequence"});
        const quint16 reasons[] = {0, 0x0110, 0x0122, 0x0124, 0xA700, 0xC122, 0xFFFF};
        for (int seed = 1; seed <= test::rounds(3000); ++seed) {
            Dice dice(seed);
            QMap<QString, quint16> failed;
            QSet<QString> stored;
            QMap<QString, QJsonArray> json;
            QMap<QString, QByteArray> xml;
            const bool hasOther = dice.isOneOf(3);
            for (int i = dice.upTo(6); i > 0; --i) {
                const QString uid = "1.2." + QString::number(dice.upTo(5)), sequence = dice.of({"00081199", "00081198", hasOther ? "00081115" : "00081199"});
                const bool isFailed = sequence == "00081198", isWithin = dice.isOneOf(4);
                const quint16 reason = failed.value(uid, dice.of(reasons));
                reached.count("another sequence", sequence == "00081115");
                reached.count("both", (isFailed && stored.contains(uid)) || (sequence == "00081199" && failed.contains(uid)));
                if (isFailed)
                    failed[uid] = reason;
                else if (sequence == "00081199")
                    stored << uid;
                QJsonObject item{{"00081155", QJsonObject{{"vr", "UI"}, {"Value", QJsonArray{uid}}}}, {"00081150", QJsonObject{{"vr", "UI"}, {"Value", QJsonArray{"1.9"}}}}};
                const QByteArray of = "<DicomAttribute vr=\"UI\" tag=\"", value = QByteArray(dice.of({"\"><Value number=\"1\">", "\">\n<Value number=\"1\"> "}));
                QByteArrayList parts{of + "00081155" + value + uid.toLatin1() + "</Value></DicomAttribute>", of + "00081150" + value + "1.9</Value></DicomAttribute>"};
                if (reason != 0 || dice.isOneOf(2)) {
                    item["00081197"] = QJsonObject{{"vr", "US"}, {"Value", QJsonArray{dice.isOneOf(3) ? QJsonValue(QString::number(reason)) : QJsonValue(reason)}}};
                    parts << of + "00081197" + value + QByteArray::number(reason) + "</Value></DicomAttribute>";
                }
                reached.count("no reason", isFailed && reason == 0);
                if (isWithin) { // another instance, which this one refers to
                    item["0008114A"] = QJsonObject{{"vr", "SQ"}, {"Value", QJsonArray{QJsonObject{{"00081155", QJsonObject{{"vr", "UI"}, {"Value", QJsonArray{"1.2.3"}}}}}}}};
                    parts << of + "0008114A\"><Item number=\"1\">" + of + "00081155\"><Value number=\"1\">1.2.3</Value></DicomAttribute></Item></DicomAttribute>";
                    reached.count("within an item");
                }
                if (dice.isOneOf(2))
                    std::reverse(parts.begin(), parts.end());
                json[sequence] << item;
                xml[sequence] += "<Item number=\"1\">" + parts.join("\n") + "</Item>";
            }
            const int form = dice.upTo(2);
            QByteArray body, type;
            if (form == 2) {
                for (const QString& sequence : xml.keys())
                    body += "<DicomAttribute tag=\"" + sequence.toLatin1() + "\" vr=\"SQ\">" + xml[sequence] + "</DicomAttribute>\n";
                const bool isPlain = dice.isOneOf(3);
                body = (isPlain ? "<!-- said --><NativeDicomModel>" : dice.of({"<?xml version=\"1.0\"?><NativeDicomModel>", "<NativeDicomModel xml:space=\"preserve\">", " \n<NativeDicomModel>"})) + body + "</NativeDicomModel>";
                type = isPlain ? dice.of({"application/dicom+xml", "Application/XML; charset=utf-8", "text/xml"}) : dice.of({"application/dicom+xml", "text/xml", "application/octet-stream", ""});
            } else {
                QJsonObject object, second;
                for (const QString& sequence : json.keys())
                    (form == 1 && dice.isOneOf(2) ? second : object)[sequence] = QJsonObject{{"vr", "SQ"}, {"Value", json[sequence]}};
                body = dice.of({"", " \n"}) + (form == 1 ? QJsonDocument(QJsonArray{object, second}) : QJsonDocument(object)).toJson();
                type = dice.of({"application/dicom+json", "application/json; charset=utf-8", "text/plain", ""});
            }
            reached.count(form == 0 ? "JSON" : form == 1 ? "JSON in a list" : "XML");
            const QByteArray where = "seed " + QByteArray::number(seed) + ' ' + type + ' ' + body;
            if (dice.isOneOf(8)) {
                type = form == 2 ? "application/dicom+xml" : "application/dicom+json";
                body = body.trimmed();
                const auto answer = dicomweb::StoreAnswer::parse(type, body.left(dice.from(1, int(body.size()) - 1)));
                QVERIFY2(!answer && answer.error().fault == Fault::Damaged, where.constData());
                reached.count("cut");
                continue;
            }
            if (dice.isOneOf(8)) {
                const auto answer = dicomweb::StoreAnswer::parse(dice.of({"text/html", "image/png", "text/plain"}), dice.of({"<html/>", "stored", "x<?xml"}));
                QVERIFY2(!answer && answer.error().fault == Fault::NotDicom, where.constData());
                const auto none = dicomweb::StoreAnswer::parse("text/html", dice.of({"", " \r\n"}));
                QVERIFY(none && none->namesNone());
                reached.count("another type");
            }
            const auto answer = dicomweb::StoreAnswer::parse(type, body);
            QVERIFY2(answer, where.constData());
            for (const QString& uid : failed.keys())
                stored.remove(uid); // of what is said to be both nothing is believed
            QVERIFY2(answer->stored == stored, where.constData());
            QVERIFY2((QMap<QString, quint16>(std::map<QString, quint16>(answer->failed.constKeyValueBegin(), answer->failed.constKeyValueEnd())) == failed), where.constData());
            QCOMPARE(answer->namesNone(), stored.isEmpty() && failed.isEmpty());
            reached.count("nothing", answer->namesNone());
        }
        qInfo("%s", qPrintable(reached.summary()));
        QCOMPARE(reached.missing(), QString());
    }

    /// PS3.18 Table I.2-2: the groups of reasons by their first digits, and those that have a sentence of their own.
    void NET_06_STOW_eachReasonIsSaid()
    {
        const std::map<int, QString> own{{0, "does not say why"}, {0x0110, "failed while"}, {0x0111, "already"}, {0xB00E, "already"}, {0x0122, "this kind"}, {0x0124, "permit"}, {0xC122, "transfer syntax"}};
        for (int reason = 0; reason <= 0xFFFF; ++reason) {
            const QString text = dicomweb::failureText(quint16(reason));
            const QString code = QString::number(reason, 16).rightJustified(4, '0');
            const char* const group = code.startsWith("a7") ? "out of resources (0x" : code.startsWith("a9") ? "match its kind (0x" : code.startsWith('c') ? "understand it (0x" : "refused it (0x";
            const auto sentence = own.find(reason);
            QVERIFY2(text.contains(sentence == own.end() ? group + code + ')' : sentence->second), qPrintable(code + ": " + text));
        }
    }

    /// PS3.4 Table J.3-2: what a peer keeps safely; what it says to keep and not to keep is not safe.
    void NET_01_NET_06_whatAPeerCommitsItselfTo()
    {
        Reached reached({"kept", "failed", "both", "no transaction"});
        const std::map<int, QString> reasons{{0x0110, "processed"}, {0x0112, "does not have"}, {0x0213, "no room"}, {0x0122, "this kind"}, {0x0119, "another kind"}, {0x0131, "asked twice"},
                                             {0x0120, "0x0120"}, {0xA700, "0xa700"}, {0, "0x0000"}};
        for (int seed = 1; seed <= test::rounds(2000); ++seed) {
            Dice dice(seed);
            dicom::Dataset information;
            const QString transaction = dice.of({"1.2.3", "2.25.1", "", "1..2", "x"});
            if (!transaction.isEmpty() || dice.isOneOf(2))
                (void)information.setText({0x0008, 0x1195}, transaction);
            QStringList kept, failed, wantedFailed;
            for (int i = dice.upTo(6); i > 0; --i) {
                const QString uid = "1.2." + QString::number(dice.upTo(5));
                const bool isKept = dice.isOneOf(2);
                auto item = information.addItem({0x0008, quint16(isKept ? 0x1199 : 0x1198)});
                (void)item.setText({0x0008, 0x1150}, "1.9");
                (void)item.setText({0x0008, 0x1155}, uid);
                const auto reason = std::next(reasons.begin(), dice.upTo(int(reasons.size()) - 1));
                if (reason->first != 0 || dice.isOneOf(2))
                    item.setNumber({0x0008, 0x1197}, reason->first);
                isKept ? kept << uid : failed << uid;
                if (!isKept)
                    wantedFailed << uid + ": " + reason->second;
            }
            for (const QString& uid : failed)
                reached.count("both", kept.removeAll(uid) > 0);
            const auto report = dimse::commitmentReport(information);
            const bool isNamed = transaction == "1.2.3" || transaction == "2.25.1";
            reached.count(isNamed ? "kept" : "no transaction", !isNamed || !kept.isEmpty());
            QCOMPARE(report.has_value(), isNamed);
            if (!isNamed) {
                QCOMPARE(report.error().fault, Fault::Damaged);
                continue;
            }
            QCOMPARE(report->transactionUid, transaction);
            QCOMPARE(report->committed, kept);
            QCOMPARE(qsizetype(report->failed.size()), wantedFailed.size());
            for (qsizetype i = 0; i < wantedFailed.size(); ++i) {
                const QString said = report->failed[size_t(i)].sopInstanceUid + ": " + report->failed[size_t(i)].reason;
                QVERIFY2(said.startsWith(wantedFailed[i].section(": ", 0, 0) + ": ") && said.contains(wantedFailed[i].section(": ", 1)), qPrintable(said));
            }
            reached.count("failed", !failed.isEmpty());
        }
        QCOMPARE(reached.missing(), QString());
    }

    /// PS3.4 C.4.1.2 and C.6.2.1: which keys a query of each level has, and whether one level alone can answer it.
    void NET_01_theKeysOfAQuery()
    {
        using namespace dicom::tag;
        using dicom::Level;
        Reached reached({"study", "series", "image", "keys of all levels", "across levels", "of one level", "does not fit", "other return keys"});
        for (int seed = 1; seed <= test::rounds(4000); ++seed) {
            Dice dice(seed);
            const Level level = dice.of({Level::Study, Level::Series, Level::Image});
            const auto which = dice.of({dimse::Keys::OfLevel, dimse::Keys::OfAllLevels});
            const int often = dice.of({3, 12});
            const auto text = [&](std::initializer_list<const char*> all) { return dice.isOneOf(often) ? QString::fromUtf8(dice.of(all)) : QString(); };
            dicom::FindKeys keys;
            keys.patientId = text({"P1", "P*"});
            keys.patientName = text({"Doe*", "山*"});
            keys.birthDate = text({"19600228"});
            keys.accession = text({"A1"});
            keys.dates = text({"20200101-", "20200101"});
            keys.modality = text({"CT", "CT\\MR"});
            keys.description = text({"*chest*"});
            keys.studyUid = dice.isOneOf(2) ? "1.2.3" : text({"1.2.3", "1.2.3\\1.2.4", "1.2.*"});
            keys.seriesUid = dice.isOneOf(3) ? "1.2.3.4" : text({"1.2.3.4", "1.2.3.4\\1.2.3.5"});
            keys.instanceUid = text({"1.2.3.4.5"});
            if (dice.isOneOf(3))
                keys.alsoReturn = {BodyPartExamined, PatientName, StudyInstanceUID, SeriesInstanceUID}, reached.count("other return keys");
            dimse::Node node;
            node.characterSet = dice.of({"", "ISO_IR 192", "ISO_IR 100", "\\ISO 2022 IR 87"});
            // The keys by the level they belong to; ModalitiesInStudy and the two descriptions are of one level each.
            struct Key
            {
                dicom::Tag tag;
                Level level;
                QString value;
                bool holdsBelow = true;
            };
            const std::vector<Key> all{{StudyInstanceUID, Level::Study, keys.studyUid}, {StudyDate, Level::Study, keys.dates}, {StudyTime, Level::Study, {}}, {AccessionNumber, Level::Study, keys.accession},
                                       {ModalitiesInStudy, Level::Study, keys.modality, false}, {ReferringPhysicianName, Level::Study, {}}, {StudyDescription, Level::Study, keys.description, false},
                                       {PatientName, Level::Study, keys.patientName}, {PatientID, Level::Study, keys.patientId}, {IssuerOfPatientID, Level::Study, {}},
                                       {PatientBirthDate, Level::Study, keys.birthDate}, {PatientSex, Level::Study, {}}, {StudyID, Level::Study, {}}, {NumberOfStudyRelatedSeries, Level::Study, {}},
                                       {NumberOfStudyRelatedInstances, Level::Study, {}}, {SeriesInstanceUID, Level::Series, keys.seriesUid}, {Modality, Level::Series, keys.modality},
                                       {SeriesDescription, Level::Series, keys.description}, {SeriesNumber, Level::Series, {}}, {NumberOfSeriesRelatedInstances, Level::Series, {}},
                                       {SOPInstanceUID, Level::Image, keys.instanceUid}, {SOPClassUID, Level::Image, {}}, {InstanceNumber, Level::Image, {}}};
            std::map<quint32, QString> wanted{{0x00080052, QStringList{"STUDY", "SERIES", "IMAGE"}[int(level)]}};
            if (!node.characterSet.isEmpty())
                wanted[0x00080005] = node.characterSet;
            bool isAcross = level != Level::Study && keys.studyUid != "1.2.3", fits = true;
            for (const Key& key : all) {
                const bool isUnique = key.tag == StudyInstanceUID || (key.tag == SeriesInstanceUID && level == Level::Image);
                const bool holds = which == dimse::Keys::OfAllLevels && key.level < level && key.holdsBelow && !key.value.isEmpty();
                if (key.level == level || isUnique || holds) {
                    wanted[quint32(key.tag.group) << 16 | key.tag.element] = key.value;
                    fits = fits && (!key.value.contains("山") || node.characterSet == "ISO_IR 192" || node.characterSet.contains("87"));
                }
                isAcross = isAcross || (key.level < level && key.holdsBelow && !isUnique && !key.value.isEmpty()) ||
                           (level == Level::Image && key.tag == SeriesInstanceUID && key.value != "1.2.3.4");
            }
            for (const dicom::Tag tag : keys.alsoReturn)
                wanted.try_emplace(quint32(tag.group) << 16 | tag.element);
            reached.count(level == Level::Study ? "study" : level == Level::Series ? "series" : "image");
            reached.count("keys of all levels", which == dimse::Keys::OfAllLevels);
            reached.count(isAcross ? "across levels" : "of one level", level != Level::Study);
            reached.count("does not fit", !fits);
            const QByteArray where = "seed " + QByteArray::number(seed);
            QVERIFY2(dimse::reachesAcrossLevels(level, keys) == isAcross, where.constData());
            const auto made = dimse::keysFor(node, level, keys, which);
            QVERIFY2(made.has_value() == fits, where.constData());
            if (!fits) {
                QCOMPARE(made.error().fault, Fault::Unsupported);
                continue;
            }
            QString expected, found;
            for (const auto& [tag, value] : wanted)
                expected += tagOf(tag).text() + '=' + value + '\n';
            for (const dicom::Tag tag : made->tags())
                found += tag.text() + '=' + made->text(tag) + '\n';
            const QString wrong = difference(seed, found, expected, "the keys");
            QVERIFY2(wrong.isEmpty(), qPrintable(wrong));
        }
        qInfo("%s", qPrintable(reached.summary()));
        QCOMPARE(reached.missing(), QString());
    }

    /// The promise of node.h: what breaks a rule is not kept, what is kept comes back whole, by name, and without its secret.
    void NET_01_SEC_05_whichNodesAreKept()
    {
        using dimse::Node, dicom::Login;
        Reached reached({"added", "taken", "replaced", "not there", "removed", "breaks a rule", "a certificate", "a web address", "a login"});
        const QTemporaryDir folder;
        const QString file = folder.filePath("a.pem");
        QVERIFY(QFile(file).open(QIODevice::WriteOnly));
        const auto profile = Profile::open(folder.path());
        QVERIFY(profile);
        Settings settings(*profile);
        dimse::Nodes nodes(settings);
        const auto words = [](const Node& node) {
            return QStringList{node.name, node.aeTitle, node.host, QString::number(node.port), QString::number(node.useTls), node.dicomWebUrl, node.characterSet, node.assumedCharacterSet, node.tls.caFile,
                               node.tls.certificateFile, node.tls.keyFile, QString::number(int(node.login)), node.user, node.secret, QString::number(int(node.retrieveBy)), QString::number(node.associations),
                               QString::number(node.isSlowLine)}.join('|');
        };
        std::map<QString, QString> kept;
        for (int seed = 1; seed <= test::rounds(500); ++seed) {
            Dice dice(seed);
            bool isAllowed = true;
            const auto draw = [&](const QStringList& good, const QStringList& bad) {
                const bool isGood = bad.isEmpty() || !dice.isOneOf(20);
                isAllowed = isAllowed && isGood;
                return dice.of(isGood ? good : bad);
            };
            Node node;
            node.name = draw({"B", "a", "C d", "Ä"}, {"", " "});
            node.aeTitle = draw({"PACS", "1234567890123456", " ~!", "z"}, {"", " ", "12345678901234567", "A\\B", "Ä", "a\tb", "\u007f"});
            node.host = draw({"pacs.example", "127.0.0.1"}, {"", "  ", "a b", "::1", "h:1"});
            node.port = quint16(draw({"1", "104", "65535"}, {"0"}).toInt());
            node.useTls = dice.isOneOf(3);
            node.dicomWebUrl = draw({"", "https://h/dicom-web", "http://h:8042/x"}, {"ftp://h/", "https://u@h/", "https://h/?a", "https://h/#f", "h/x", "https:///x", "https://h:x/"});
            isAllowed = isAllowed && !(node.useTls && node.dicomWebUrl.startsWith("http:"));
            node.retrieveBy = dice.of({Node::RetrieveBy::Auto, Node::RetrieveBy::Get, Node::RetrieveBy::Move, Node::RetrieveBy::Web});
            isAllowed = isAllowed && !(node.retrieveBy == Node::RetrieveBy::Web && node.dicomWebUrl.isEmpty());
            node.characterSet = dice.of({"", "ISO_IR 192", "\\ISO 2022 IR 87"});
            node.assumedCharacterSet = dice.of({"", "GB18030"});
            node.login = dice.of({Login::Kind::None, Login::Kind::Basic, Login::Kind::Bearer});
            node.user = node.login == Login::Kind::Basic ? draw({"u"}, {""}) : QString(dice.of({"", "v"}));
            node.secret = "geheim";
            node.tls.caFile = draw({"", file}, {file + "x"});
            node.tls.certificateFile = draw({"", file}, {file + "x"});
            node.tls.keyFile = draw({node.tls.certificateFile}, {node.tls.certificateFile.isEmpty() ? file : QString()});
            node.associations = draw({"1", "3", "16"}, {"0", "17", "-1"}).toInt();
            node.isSlowLine = dice.isOneOf(2);
            const bool isThere = kept.contains(node.name);
            const int what = dice.upTo(4);
            const auto done = what == 0 ? nodes.remove(node.name) : what <= 2 ? nodes.add(node) : nodes.replace(node);
            std::optional<Fault> fault;
            if (what > 0 && !isAllowed)
                fault = Fault::Invalid, reached.count("breaks a rule");
            else if (what == 0 || what > 2)
                fault = isThere ? fault : Fault::NotFound, reached.count(!isThere ? "not there" : what == 0 ? "removed" : "replaced");
            else
                fault = isThere ? Fault::Conflict : fault, reached.count(isThere ? "taken" : "added");
            node.secret.clear();
            const QString where = QStringLiteral("seed %1: %2, done %3").arg(seed).arg(words(node)).arg(what);
            QVERIFY2((done ? std::nullopt : std::optional(done.error().fault)) == fault, qPrintable(where));
            if (!fault && what == 0)
                kept.erase(node.name);
            else if (!fault)
                kept[node.name] = words(node);
            reached.count("a certificate", done && !node.tls.keyFile.isEmpty());
            reached.count("a web address", done && !node.dicomWebUrl.isEmpty());
            reached.count("a login", done && node.login != Login::Kind::None);
            Settings others(*profile);
            QStringList found, wanted;
            for (const Node& one : dimse::Nodes(others).list())
                found << words(one);
            for (const auto& [name, all] : kept)
                wanted << all;
            QVERIFY2(found == wanted, qPrintable(where + "\n" + found.join('\n') + "\nnot\n" + wanted.join('\n')));
            const auto one = nodes.find(node.name);
            QCOMPARE(one ? words(*one) : QString(), kept.contains(node.name) ? kept[node.name] : QString());
        }
        QFile written(profile->settingsPath());
        QVERIFY(written.open(QIODevice::ReadOnly) && !written.readAll().contains("geheim"));
        qInfo("%s", qPrintable(reached.summary()));
        QCOMPARE(reached.missing(), QString());
    }

    /// PS3.5 §6.2, AE and who calls; our own side by the settings; what a foreign hand has written into them.
    void NET_01_NET_12_titlesAndSettings()
    {
        const QTemporaryDir folder;
        const auto profile = Profile::open(folder.path());
        QVERIFY(profile);
        for (int seed = 1; seed <= test::rounds(600); ++seed) {
            Dice dice(seed);
            const QString where = QStringLiteral("seed %1").arg(seed);
            QString title;
            bool isAllowed = true;
            for (int i = dice.of({0, 1, 2, 15, 16, 17}); i > 0; --i) {
                const ushort sign = dice.isOneOf(40) ? dice.of<ushort>({'\\', 0x1f, 0x7f, 0xe4, 0}) : dice.of<ushort>({' ', ' ', ' ', 'A', '~', '!'});
                isAllowed = isAllowed && sign >= ' ' && sign <= '~' && sign != '\\';
                title += QChar(sign);
            }
            isAllowed = isAllowed && title.size() <= 16 && title.count(' ') < title.size();
            QVERIFY2(dimse::isAeTitle(title) == isAllowed, qPrintable(where + '"' + title + '"'));

            dimse::Node called;
            called.aeTitle = dice.of({"PACS", "Pacs ", "PAC"});
            called.host = dice.of({"127.0.0.1", "10.1.2.3"});
            const QString caller = dice.of({"PACS", " pacs ", "PACSX"});
            const quint32 address = dice.of({0x7f000001U, 0x0a010203U, 0x0100007fU, 0x0302010aU});
            const bool isIt = called.aeTitle != "PAC" && caller != "PACSX" && address == (called.host == "127.0.0.1" ? 0x7f000001U : 0x0a010203U);
            QVERIFY2(dimse::isCaller(called, caller, address) == isIt, qPrintable(where));

            if (seed % 10 > 0) // each writes files
                continue;
            Settings settings(*profile);
            const dimse::Local otherwise{"ELSE", 21, 22, 23};
            QList<int> wanted{21, 22, 23};
            const QString ae = dice.of({"", "OURS"});
            ae.isEmpty() ? settings.remove("listen.ae") : (void)settings.setRaw("listen.ae", ae);
            const char* const names[] = {"network.connectSeconds", "network.acseSeconds", "network.dimseSeconds"};
            for (int i = 0; i < 3; ++i)
                if (dice.isOneOf(2))
                    (void)settings.setRaw(names[i], wanted[i] = dice.of({1, 7, 60}));
                else
                    settings.remove(names[i]);
            const dimse::Local local = dimse::localOf(settings, otherwise);
            QVERIFY2(QList<int>({local.connectSeconds, local.acseSeconds, local.dimseSeconds}) == wanted, qPrintable(where));
            QCOMPARE(local.aeTitle, ae.isEmpty() ? "DIASCOPE" : ae);

            QJsonObject object{{"name", "n"}};
            const auto put = [&](const char* name, const QJsonArray& values) {
                const int at = dice.upTo(int(values.size()));
                if (at < values.size())
                    object[name] = values[at];
                return at;
            };
            const int login = put("login", {"none", "basic", "bearer", "Basic", 7}), by = put("retrieveBy", {"auto", "get", "move", "web", "GET", ""}), count = put("associations", {1, 0, 16, 17, -5, "x"});
            (void)settings.setRaw("nodes", QString::fromUtf8(QJsonDocument(QJsonArray{object}).toJson()));
            const auto list = dimse::Nodes(settings).list();
            QVERIFY2(list.size() == 1, qPrintable(where));
            QCOMPARE(int(list[0].login), login < 3 ? login : 0);
            QCOMPARE(int(list[0].retrieveBy), by < 4 ? by : 0);
            QCOMPARE(list[0].associations, QList<int>({1, 1, 16, 16, 1, 1, 1})[count]);
        }
    }

    /// The promise of rules.h: a list that is empty fits everything, and a word that is not known is no rule.
    void NET_15_whichRulesAreRules()
    {
        using namespace transfer;
        Reached reached({"a route", "no route", "a prefetch rule", "no prefetch rule", "an unknown word", "fits", "does not fit"});
        for (int seed = 1; seed <= test::rounds(10000); ++seed) {
            Dice dice(seed);
            QJsonObject rule;
            bool isRule = true;
            const auto put = [&](const char* name, const QJsonArray& good, const QJsonArray& bad, int n = 2) {
                if (!dice.isOneOf(n))
                    return QJsonValue(QJsonValue::Undefined);
                const bool isGood = !dice.isOneOf(30);
                isRule = isRule && isGood;
                const QJsonValue value = isGood ? good[dice.upTo(int(good.size()) - 1)] : bad[dice.upTo(int(bad.size()) - 1)];
                rule[name] = value;
                return value;
            };
            const auto listed = [](const QJsonValue& value) {
                QStringList texts;
                for (const QJsonValue& one : value.isArray() ? value.toArray() : QJsonArray{value})
                    texts << one.toString().toUpper();
                texts.removeAll(QString());
                return texts;
            };
            const QJsonArray notText{7, true, QJsonObject(), QJsonValue()}, notList{7, QJsonObject(), QJsonValue(), QJsonArray{""}, QJsonArray{"ct1", 7}, QJsonArray{QJsonValue()}};
            const QStringList modalities = listed(put("modalities", {"ct", QJsonArray{"CT", "MR"}, QJsonArray{}, ""}, notList));
            const QStringList parts = listed(put("bodyParts", {"chest", QJsonArray{"HEAD", "chest"}}, notList));
            const bool isRoute = dice.isOneOf(2);
            const QStringList from = isRoute ? listed(put("from", {"ct1", QJsonArray{"CT1", "mr1"}}, notList)) : QStringList();
            const QStringList priors = isRoute ? QStringList() : listed(put("priors", {"cr", QJsonArray{"CT", "DX"}}, notList));
            const QString description = isRoute ? put("description", {"Chest", "", "thorax"}, notText).toString() : QString();
            const QJsonValue to = isRoute ? put("to", {"archive"}, {"", 7, QJsonValue()}, 1) : QJsonValue();
            const QJsonValue commit = isRoute ? put("commit", {true, false}, {"true", 1, QJsonValue()}) : put("sameBodyPart", {true, false}, {"true", 1, QJsonValue()});
            const QJsonValue years = isRoute ? QJsonValue() : put("years", {1, 5, 120}, {0, 121, -1, 2.5, "5", QJsonValue()});
            const QJsonValue atMost = isRoute ? QJsonValue() : put("atMost", {1, 100}, {0, 101, "5", QJsonValue()});
            if (dice.isOneOf(10)) {
                rule[dice.of({"form", "Modalities", "", isRoute ? "years" : "to"})] = "ct";
                isRule = false;
                reached.count("an unknown word");
            }
            const bool isInList = !dice.isOneOf(20);
            const QJsonArray rules{rule, QJsonValue(rule)};
            const QByteArray json = isInList ? QJsonDocument(rules).toJson() : dice.of({QJsonDocument(rule).toJson(), QByteArray("[7]"), QByteArray("[{]"), QByteArray("x")});
            isRule = isRule && isInList;
            const QByteArray where = "seed " + QByteArray::number(seed) + ' ' + json;
            reached.count(isRoute ? isRule ? "a route" : "no route" : isRule ? "a prefetch rule" : "no prefetch rule");
            if (!isRoute) {
                const auto read = parsePrefetch(QString::fromUtf8(json));
                QVERIFY2(read.has_value() == isRule && (read || read.error().fault == Fault::Invalid), where.constData());
                if (!read)
                    continue;
                const PrefetchRule& one = read->at(1);
                QVERIFY2(read->size() == 2 && one.modalities == modalities && one.bodyParts == parts && one.priors == priors && one.needsSameBodyPart == commit.toBool(), where.constData());
                QVERIFY2(one.years == years.toInt(5) && one.atMost == atMost.toInt(3), where.constData());
                continue;
            }
            const auto read = parseRoutes(QString::fromUtf8(json));
            QVERIFY2(read.has_value() == isRule && (read || read.error().fault == Fault::Invalid), where.constData());
            if (!read)
                continue;
            const RouteRule& one = read->at(1);
            QVERIFY2(read->size() == 2 && one.modalities == modalities && one.bodyParts == parts && one.from == from && one.wantsCommitment == commit.toBool(), where.constData());
            QVERIFY2(one.to == to.toString() && one.description == description, where.constData());
            const Arrival arrival{dice.of({"ct1", "CT1 ", "MR1", "XX", ""}), dice.of({"CT", "mr", "PT", ""}), dice.of({"CHEST", "head ", "", "TOE"}), dice.of({"CT Thorax", "", "chest"}), dice.of({"", "CHEST 1mm", "knee"})};
            const QString part = !arrival.bodyPart.isEmpty()                                                    ? arrival.bodyPart.trimmed().toUpper()
                                 : arrival.seriesDescription.startsWith("CHEST") || !arrival.studyDescription.isEmpty() ? "CHEST"
                                 : arrival.seriesDescription == "knee"                                          ? "KNEE"
                                                                                                                : "";
            const auto isIn = [](const QStringList& list, const QString& text) { return list.isEmpty() || list.contains(text.trimmed().toUpper()); };
            const auto says = [&](const QString& text) { return text.toUpper().contains(description.toUpper()); };
            // A body part that is no word of ours is looked for in the descriptions first.
            const bool isToe = part == "TOE";
            const QString meant = isToe ? bodyPartOf("", arrival.seriesDescription + ' ' + arrival.studyDescription) : part;
            const bool isWanted = isIn(from, arrival.callingAe) && isIn(modalities, arrival.modality) && isIn(parts, meant.isEmpty() && isToe ? part : meant) &&
                                  (says(arrival.studyDescription) || says(arrival.seriesDescription));
            QVERIFY2(fits(one, arrival) == isWanted, where.constData());
            reached.count(isWanted ? "fits" : "does not fit");
        }
        QVERIFY(parseRoutes(" ") && parseRoutes(" ")->empty());
        QVERIFY(parsePrefetch("\n") && parsePrefetch("\n")->size() == 1 && parsePrefetch("[]") && parsePrefetch("[]")->empty());
        qInfo("%s", qPrintable(reached.summary()));
        QCOMPARE(reached.missing(), QString());
    }

    /// The promise of rules.h: the patient's priors that the first fitting rule wants, newest first.
    void NET_15_NET_08_whichPriorsAreFetched()
    {
        using namespace transfer;
        Reached reached({"a prior", "no rule", "another rule than the first", "more than wanted", "another patient", "another issuer", "another name", "too old", "too late", "itself", "no date of the order"});
        // Each name with what it says, so that two are one person's where they have something in common.
        const std::vector<std::pair<QString, QStringList>> names{{"Doe^John", {"doe"}}, {"DOE^JOHN ", {"doe"}}, {"Doe John", {"doe"}}, {"Doe^Jane", {"jane"}}, {"", {}}, {"王^小", {"王"}}, {"Doe^John=王^小", {"doe", "王"}}};
        const std::vector<std::pair<QString, QString>> parts{{"", ""}, {"CT Thorax", "CHEST"}, {"brain", "HEAD"}, {"Lung", "CHEST"}, {"x", ""}};
        for (int seed = 1; seed <= test::rounds(10000); ++seed) {
            Dice dice(seed);
            Order order;
            const auto name = dice.of(names);
            const auto part = dice.of(parts);
            order.patientId = dice.of({"1", "1", "1", ""});
            order.issuer = dice.of({"", "H"});
            order.patientName = name.first;
            order.modalities = dice.of({QStringList{"CT"}, QStringList{"MR", "PT"}, QStringList{}});
            order.description = part.first;
            order.date = dice.isOneOf(5) ? QDate() : QDate(2024, 2, 29);
            order.study.value = "1.2.0";
            std::vector<PrefetchRule> rules;
            for (int i = dice.upTo(2); i > 0; --i)
                rules.push_back({dice.of({QStringList{}, QStringList{"CT"}, QStringList{"PT", "CT"}}), dice.of({QStringList{}, QStringList{"CHEST"}}), dice.of({QStringList{}, QStringList{"CR"}, QStringList{"ct", "MR"}}),
                                 dice.isOneOf(2), dice.of({1, 5}), dice.of({1, 2, 3})});
            const PrefetchRule* rule = nullptr;
            const auto anyOf = [](const QStringList& list, const QStringList& texts) {
                return list.isEmpty() || std::any_of(texts.begin(), texts.end(), [&](const QString& text) { return list.contains(text, Qt::CaseInsensitive); });
            };
            for (const PrefetchRule& one : rules)
                if (!rule && anyOf(one.modalities, order.modalities) && anyOf(one.bodyParts, {part.second}))
                    rule = &one;
            std::vector<archive::StudyRow> candidates;
            QStringList wanted;
            for (int i = 0, count = dice.upTo(8); i < count; ++i) {
                archive::StudyRow row;
                row.uid.value = "1.2." + QString::number(dice.isOneOf(10) ? 0 : i + 1);
                row.patientId = dice.isOneOf(8) ? "2" : "1";
                row.issuer = dice.of({"", "H", "H", "K"});
                const auto theirs = dice.isOneOf(2) ? name : dice.of(names);
                row.patientName = theirs.first;
                row.date = dice.of({"20240229", "20240228", "20230301", "20230228", "20230227", "20190228", "20190227", "20240301", "", "2024"});
                row.time = QString::number(100000 + i);
                row.modalities = dice.of({QStringList{"CT"}, QStringList{"CR"}, QStringList{"MR", "SR"}, QStringList{"PT", "CT"}});
                const auto of = dice.of(parts);
                row.description = of.first;
                candidates.push_back(row);
                if (!rule || order.patientId.isEmpty())
                    continue;
                const bool isItself = row.uid.value == "1.2.0", isOther = row.patientId != "1", isElsewhere = !order.issuer.isEmpty() && !row.issuer.isEmpty() && row.issuer != order.issuer;
                const bool isNamed = name.second.isEmpty() || theirs.second.isEmpty() || anyOf(name.second, theirs.second);
                const bool isLate = order.date.isValid() && row.date > "20240229", isOld = order.date.isValid() && row.date < (rule->years == 1 ? "20230228" : "20190228");
                const bool isOfKind = anyOf(rule->priors.isEmpty() ? order.modalities : rule->priors, row.modalities) && (!rule->needsSameBodyPart || of.second == part.second);
                if (row.date.size() != 8 || !isOfKind)
                    continue;
                reached.count("itself", isItself && !isOther && !isElsewhere && isNamed && !isLate && !isOld);
                reached.count("another patient", isOther && !isItself && !isElsewhere && isNamed && !isLate && !isOld);
                reached.count("another issuer", isElsewhere && !isItself && !isOther && isNamed && !isLate && !isOld);
                reached.count("another name", !isNamed && !isItself && !isOther && !isElsewhere && !isLate && !isOld);
                reached.count("too late", isLate && !isItself && !isOther && !isElsewhere && isNamed);
                reached.count("too old", isOld && !isItself && !isOther && !isElsewhere && isNamed);
                if (!isItself && !isOther && !isElsewhere && isNamed && !isLate && !isOld)
                    wanted << row.date + row.time + ' ' + row.uid.value;
            }
            reached.count("no rule", !rule && !order.patientId.isEmpty());
            reached.count("another rule than the first", rule && rule != rules.data());
            reached.count("a prior", !wanted.isEmpty());
            reached.count("no date of the order", !wanted.isEmpty() && !order.date.isValid());
            std::sort(wanted.rbegin(), wanted.rend());
            reached.count("more than wanted", rule && wanted.size() > rule->atMost);
            if (rule)
                wanted = wanted.mid(0, rule->atMost);
            QStringList found;
            for (const archive::StudyRow& row : priorsFor(rules, order, candidates))
                found << row.date + row.time + ' ' + row.uid.value;
            QVERIFY2(found == wanted, qPrintable(QStringLiteral("seed %1: %2, not %3").arg(seed).arg(found.join(", "), wanted.join(", "))));
        }
        qInfo("%s", qPrintable(reached.summary()));
        QCOMPARE(reached.missing(), QString());
    }
};

QTEST_GUILESS_MAIN(TestRandomWire)
#include "tst_random_wire.moc"
