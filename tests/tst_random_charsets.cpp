// Random texts in the character sets of PS3.3 C.12.1.1.2 against plain readings of ISO 2022.
#include "netclient/dicom/dataset.h"
#include "tests/support/dice.h"
#include "tests/support/words.h"
#include <QTest>
#include <map>

using namespace diascope;
using test::Dice, test::Reached, test::difference;

namespace
{

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

} // namespace

class TestRandomCharsets : public QObject
{
    Q_OBJECT

private Q_SLOTS:
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
};

QTEST_GUILESS_MAIN(TestRandomCharsets)
#include "tst_random_charsets.moc"
