// Random rows of DICOM JSON against a plain reading of PS3.18 Annex F.
#include "netclient/dicom/dataset.h"
#include "netclient/dicomweb/json_rows.h"
#include "tests/support/dice.h"
#include "tests/support/words.h"
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>
#include <cmath>
#include <map>

using namespace diascope;
using test::Dice, test::Reached, test::difference;

namespace
{

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
            const bool hasNul = m_dice.isOneOf(10);
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

} // namespace

class TestRandomJsonRows : public QObject
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
};

QTEST_GUILESS_MAIN(TestRandomJsonRows)
#include "tst_random_json_rows.moc"
