// Random messages, cut anywhere, against plain readings of the standards.
#include "netclient/dicomweb/json_rows.h"
#include "netclient/dicomweb/matching.h"
#include "netclient/dicomweb/multipart.h"
#include "netclient/hl7/message.h"
#include "tests/support/dice.h"
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>
#include <map>

using namespace diascope;
using test::Dice;

namespace
{

/// Given out in pieces of random length, empty ones among them. False: the reader has ended it.
template <typename Reader>
Result<void> feed(Reader& reader, const QByteArray& bytes, Dice& dice)
{
    const int most = dice.of({1, 2, 7, 60, 5000});
    for (qsizetype at = 0; at < bytes.size();) {
        const qsizetype size = std::min<qsizetype>(dice.upTo(most), bytes.size() - at);
        if (auto fed = reader.feed(QByteArrayView(bytes).sliced(at, size)); !fed)
            return fed;
        at += size;
    }
    return {};
}

/// HL7 v2.5.1 §2.7: what each sign of a text becomes, in the delimiters | ^ ~ \ &.
QString escaped(QString text)
{
    static const std::map<QChar, QString> signs{{u'|', "\\F\\"}, {u'^', "\\S\\"}, {u'&', "\\T\\"}, {u'~', "\\R\\"}, {u'\\', "\\E\\"},
                                                {u'\n', "\\.br\\"}, {u'\r', "\\.br\\"},
                                                {QChar(0x2028), "\\.br\\"}, {QChar(0x2029), "\\.br\\"}, {QChar(0x1b), "\\X1B\\"}, {QChar(0x0b), "\\X0B\\"}, {QChar(0x1c), "\\X1C\\"}, {QChar(0), "\\X00\\"}};
    QString made;
    text.replace("\r\n", "\n");
    for (const QChar c : text)
        made += signs.contains(c) ? signs.at(c) : QString(c);
    return made;
}

/// What comes back: each line break is one.
QString plain(QString text) { return text.replace("\r\n", "\n").replace('\r', '\n').replace(QChar(0x2028), '\n').replace(QChar(0x2029), '\n'); }

QString randomText(Dice& dice)
{
    static const QString pieces[] = {"|", "^", "~", "\\", "&", "\r", "\n", "\r\n", "a", "B 2", "\t", QString(QChar(0x1b)), QString(QChar(0x0b)), QString(QChar(0)), QString(QChar(0x2028)),
                                     QString(QChar(0x1c)), "\\F\\", "\\", "Müller", "王", "𠀀", "\\.br\\", "X0D", "e\u0301"};
    QString text;
    for (int i = dice.upTo(5); i > 0; --i)
        text += dice.of(pieces);
    return text;
}

struct Part
{
    QByteArray type, location, body;
    qint64 bodyEnd = 0;      ///< in the whole text
    qint64 delimiterEnd = 0; ///< of the boundary after it, with its line break
    bool isLengthRight = false;
    bool isLengthWrong = false;
};

} // namespace

class TestRandomMessages : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    /// RFC 2046 §5.1: what was put in comes out, and of what is cut only what is whole.
    void NET_14_partsAreThoseThatWerePutIn()
    {
        test::Reached reached{"a boundary within", "another length", "its length", "no length", "cut", "whole", "whole by its length"};
        for (int seed = 1; seed <= test::rounds(4000); ++seed) {
            Dice dice(seed);
            const QByteArray boundary = dice.of({"b", "--x", "0123456789'()+_,-./:=?z", "a b", "boundary"});
            const QByteArray lineBreak = dice.isOneOf(4) ? "\n" : "\r\n";
            const QByteArray delimiter = "--" + boundary;
            QByteArray text = dice.of({"", "", "a preamble", "--", "-"});
            if (dice.isOneOf(8))
                text += lineBreak + delimiter + "y: a longer one" + lineBreak + "x" + delimiter;
            if (!text.isEmpty())
                text += lineBreak;
            text += delimiter + (dice.isOneOf(6) ? " \t" : "") + lineBreak;
            std::vector<Part> parts;
            for (int count = dice.upTo(3) + 1; count > 0; --count) {
                Part part;
                const QByteArray pieces[] = {"x", "\r", "\n", "\r\n", "-", "--", QByteArray(1, '\0'), "\xff", " " + delimiter, delimiter + "z", QByteArray(dice.upTo(300), 'q')};
                for (int i = dice.upTo(6); i > 0; --i)
                    part.body += dice.of(pieces);
                while (part.body.startsWith(delimiter) || part.body.contains("\n" + delimiter)) // that would be a boundary, or begin like one
                    part.body.replace(delimiter, "d");
                if (lineBreak == "\n" && part.body.endsWith('\r')) // that would be a line break of the other kind
                    part.body += 'e';
                const int length = dice.upTo(4);
                if (length == 0 && dice.isOneOf(2)) {
                    part.body += "\r\n" + delimiter + "\r\nwithin"; // its length alone tells that the part goes on
                    reached.count("a boundary within");
                }
                const auto header = [&](const char* name, const QByteArray& value) { text += QByteArray(dice.isOneOf(2) ? name : QByteArray(name).toLower()) + (dice.isOneOf(3) ? ":" : ": ") + value + lineBreak; };
                if (!dice.isOneOf(3))
                    header("Content-Type", part.type = dice.of({"application/dicom", "application/dicom; transfer-syntax=1.2.840.10008.1.2.1", "image/jpeg"}));
                if (dice.isOneOf(2))
                    header("Content-Location", part.location = "http://h/x:1");
                if (dice.isOneOf(3))
                    header("X-Other", "Content-Type: none");
                const QByteArray said = length == 0   ? QByteArray::number(part.body.size())
                                        : length == 1 ? QByteArray(dice.of({"0", "1", "5", "100000", "-3", "many", "9223372036854775807", "99999999999999999999"}))
                                                      : QByteArray();
                if (!said.isEmpty())
                    header("Content-Length", said);
                part.isLengthRight = said == QByteArray::number(part.body.size());
                part.isLengthWrong = !said.isEmpty() && !part.isLengthRight;
                reached.count(part.isLengthRight ? "its length" : part.isLengthWrong ? "another length" : "no length");
                text += lineBreak + part.body;
                part.bodyEnd = text.size();
                text += lineBreak + delimiter;
                if (count > 1)
                    text += (dice.isOneOf(6) ? "  " : "") + lineBreak;
                else
                    text += "--";
                part.delimiterEnd = text.size();
                parts.push_back(part);
            }
            const qint64 end = text.size();
            text += dice.of({"", "\r\n", "\r\nan epilogue\r\n--", "x"});
            const bool isCut = dice.isOneOf(2);
            const qint64 cut = isCut ? dice.upTo(int(end) - 1) : text.size();
            reached.count(isCut ? "cut" : "whole");

            std::vector<Part> given;
            dicomweb::MultipartReader reader(boundary, [&](dicomweb::MultipartReader::Part&& part) -> Result<void> {
                given.push_back({part.contentType, part.contentLocation, part.body});
                return {};
            });
            const QByteArray where = "seed " + QByteArray::number(seed) + (isCut ? " cut at " + QByteArray::number(cut) : QByteArray()) + " of " + text.toPercentEncoding(" /:\r\n");
            QVERIFY2(feed(reader, text.left(cut), dice), where.constData());
            const auto finished = reader.finish();
            QVERIFY2(finished.has_value() == !isCut, where.constData());
            if (isCut)
                QVERIFY2(finished.error().fault == Fault::Damaged, where.constData());
            size_t whole = 0;
            // A boundary ended by LF alone is one when something follows it.
            while (whole < parts.size() && parts[whole].delimiterEnd <= cut - (lineBreak == "\n" && cut < end))
                ++whole;
            // Cut behind its body: its length says that it is whole. Cut in the boundary it may have been told apart already. A wrong length
            // may say that it is whole before it is.
            const bool isOneMore = whole < parts.size() && parts[whole].isLengthRight && parts[whole].bodyEnd == cut;
            const bool mayBeOneMore = whole < parts.size() && (parts[whole].isLengthWrong || parts[whole].delimiterEnd == cut || (parts[whole].isLengthRight && parts[whole].bodyEnd <= cut));
            if (whole < parts.size() && parts[whole].body.contains("\n" + delimiter) && cut < parts[whole].bodyEnd)
                continue; // neither its length nor a boundary can be believed
            if (isOneMore)
                reached.count("whole by its length");
            QVERIFY2(given.size() == whole || (mayBeOneMore && given.size() == whole + 1),
                     (QByteArray::number(int(given.size())) + " parts, not " + QByteArray::number(int(whole)) + ": " + where).constData());
            QVERIFY2(!isOneMore || given.size() == whole + 1, where.constData());
            for (size_t i = 0; i < std::min(given.size(), whole + isOneMore); ++i) {
                QVERIFY2(given[i].body == parts[i].body, where.constData());
                QVERIFY2(given[i].type == parts[i].type && given[i].location == parts[i].location, where.constData());
            }
            QCOMPARE(reader.parts(), qint64(given.size()));
        }
        QCOMPARE(reached.missing(), QString());
    }

    /// The rows of an array are those that a whole reader finds; an array without its end is damaged, whatever was cut off.
    void NET_14_rowsAreThoseOfTheArray()
    {
        test::Reached reached{"cut", "going on behind its end", "whole"};
        for (int seed = 1; seed <= test::rounds(4000); ++seed) {
            Dice dice(seed);
            const QString texts[] = {"", "a", "\"", "\\", "{[", "]}", ",:", "王", "\n", "\\\"", "}"};
            const std::function<QJsonValue(int)> value = [&](int depth) -> QJsonValue {
                switch (depth > 3 ? dice.upTo(2) : dice.upTo(4)) {
                case 0:
                    return dice.of(texts);
                case 1:
                    return dice.upTo(1000) - 500;
                case 2:
                    return dice.isOneOf(2) ? QJsonValue() : QJsonValue(true);
                case 3: {
                    QJsonArray array;
                    for (int i = dice.upTo(3); i > 0; --i)
                        array << value(depth + 1);
                    return array;
                }
                default:
                    QJsonObject object;
                    for (int i = dice.upTo(3); i > 0; --i)
                        object[dice.of(texts)] = value(depth + 1);
                    return object;
                }
            };
            QJsonArray rows;
            for (int i = dice.upTo(4); i > 0; --i)
                rows << QJsonObject{{dice.of(texts), value(0)}, {"b", value(0)}};
            QByteArray text = QJsonDocument(rows).toJson(dice.isOneOf(2) ? QJsonDocument::Compact : QJsonDocument::Indented).trimmed();
            const bool isCut = dice.isOneOf(2);
            if (isCut)
                text.truncate(dice.upTo(int(text.size()) - 2) + 1);
            else
                text += dice.of({"", "\r\n", " \t"});
            if (dice.isOneOf(5))
                text.prepend("\xEF\xBB\xBF");
            QJsonArray given;
            dicomweb::JsonRows reader([&](const QByteArray& json) -> Result<void> {
                given << QJsonDocument::fromJson(json).object();
                return {};
            });
            const bool goesOn = !isCut && dice.isOneOf(4);
            if (goesOn)
                text += dice.of({"]", "{}", "x", "[]"});
            reached.count(isCut ? "cut" : goesOn ? "going on behind its end" : "whole");
            const QByteArray where = "seed " + QByteArray::number(seed) + ": " + text;
            const auto fed = feed(reader, text, dice);
            QVERIFY2(fed.has_value() == !goesOn && (fed || fed.error().fault == Fault::Damaged), where.constData());
            if (goesOn) { // what was there before is whole
                QVERIFY2(given == rows, where.constData());
                continue;
            }
            const auto finished = reader.finish();
            QVERIFY2(finished.has_value() == !isCut, where.constData());
            if (isCut) {
                QVERIFY2(finished.error().fault == Fault::Damaged, where.constData());
                while (rows.size() > given.size())
                    rows.removeLast();
            }
            QVERIFY2(given == rows, where.constData());
        }
        QCOMPARE(reached.missing(), QString());
    }

    /// PS3.4 C.2.2.2.4: `*` is any number of letters, none too, `?` is one.
    void NET_14_wildcardsMatchAsTheyAreDefined()
    {
        const std::function<bool(QStringView, QStringView)> isMatch = [&](QStringView text, QStringView pattern) -> bool {
            if (pattern.isEmpty())
                return text.isEmpty();
            if (pattern[0] == u'*')
                return isMatch(text, pattern.mid(1)) || (!text.isEmpty() && isMatch(text.mid(1), pattern));
            return !text.isEmpty() && (pattern[0] == u'?' || pattern[0] == text[0]) && isMatch(text.mid(1), pattern.mid(1));
        };
        test::Reached reached{"matches", "does not match"};
        for (int seed = 1; seed <= test::rounds(20000); ++seed) {
            Dice dice(seed);
            QString text, pattern;
            for (int i = dice.upTo(7); i > 0; --i)
                text += dice.of({u'a', u'b', u'A', u'?', u'*'});
            for (int i = dice.upTo(6); i > 0; --i)
                pattern += dice.of({u'a', u'b', u'*', u'*', u'?'});
            const bool isWanted = isMatch(text, pattern);
            reached.count(isWanted ? "matches" : "does not match");
            QVERIFY2(dicomweb::matchesWildcards(text, pattern) == isWanted, qPrintable(text + " ~ " + pattern));
        }
        QCOMPARE(reached.missing(), QString());
    }

    /// HL7 v2.5.1 §2.5 to §2.7: each text stands where it was put, is written as the standard says, and is read back.
    void DEL_05_textsStandWhereTheyWerePut()
    {
        for (int seed = 1; seed <= test::rounds(4000); ++seed) {
            Dice dice(seed);
            const QString text = randomText(dice);
            QCOMPARE(hl7::escape(text), escaped(text));
            QCOMPARE(hl7::unescape(escaped(text)), plain(text));

            using Place = std::array<int, 4>; // field, repetition, component, subcomponent
            std::map<Place, QString> put;
            hl7::Message message = hl7::Message::create("ORU^R01^ORU_R01", "1", QDateTime::fromMSecsSinceEpoch(0, Qt::UTC));
            hl7::Segment& segment = message.add("ZZZ");
            for (int i = dice.upTo(8); i > 0; --i) {
                const Place at{dice.upTo(4) + 1, dice.isOneOf(3) ? dice.upTo(2) + 1 : 1, dice.upTo(3) + 1, dice.isOneOf(4) ? dice.upTo(2) + 1 : 1};
                const QString value = randomText(dice);
                if (at[2] == 1 && at[1] == 1 && at[3] == 1 && dice.isOneOf(3)) { // the whole field
                    segment.set(at[0], value);
                    std::erase_if(put, [&](const auto& one) { return one.first[0] == at[0]; });
                } else {
                    segment.set(at[0], at[2], value, at[1], at[3]);
                }
                put[at] = plain(value);
            }
            const auto check = [&](const hl7::Segment& read, const char* what) {
                for (int field = 1; field <= 6; ++field)
                    for (int repetition = 1; repetition <= 4; ++repetition)
                        for (int component = 1; component <= 5; ++component)
                            for (int sub = 1; sub <= 4; ++sub) {
                                const auto found = put.find({field, repetition, component, sub});
                                const QString expected = found == put.end() ? QString() : found->second;
                                const QString is = read.text(field, component, repetition, sub);
                                if (is != expected)
                                    return QStringLiteral("seed %1, %2: ZZZ-%3(%4).%5.%6 is \"%7\", not \"%8\"").arg(seed).arg(QLatin1String(what)).arg(field).arg(repetition).arg(component).arg(sub).arg(is, expected);
                            }
                return QString();
            };
            QCOMPARE(check(segment, "as set"), QString());
            const auto bytes = message.toBytes();
            QVERIFY(bytes);
            // Read plainly: segments at CR, fields at |, then ~, ^ and &.
            const QStringList segments = QString::fromUtf8(*bytes).split('\r');
            QCOMPARE(segments.size(), 3);
            QCOMPARE(segments[2], QString());
            const QStringList fields = segments[1].split('|');
            QCOMPARE(fields[0], "ZZZ");
            for (const auto& [at, value] : put)
                QCOMPARE(hl7::unescape(fields.value(at[0]).split('~').value(at[1] - 1).split('^').value(at[2] - 1).split('&').value(at[3] - 1)), value);
            const auto again = hl7::Message::fromBytes(*bytes);
            QVERIFY(again && again->segment("ZZZ"));
            QCOMPARE(check(*again->segment("ZZZ"), "as read"), QString());
            for (const auto& [at, value] : put)
                QCOMPARE(again->text(QStringLiteral("ZZZ-%1(%2).%3.%4").arg(at[0]).arg(at[1]).arg(at[2]).arg(at[3])), value);
        }
    }
};

QTEST_GUILESS_MAIN(TestRandomMessages)
#include "tst_random_messages.moc"
