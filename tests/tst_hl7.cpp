#include "tests/support/mllp_receiver.h"
#include "tests/support/test_data.h"
#include "netclient/hl7/mllp.h"
#include <QDirIterator>
#include <QRegularExpression>
#include <QTcpServer>
#include <QTcpSocket>
#include <QThread>
#include <QtConcurrent>

using namespace diascope;
using namespace diascope::hl7;

namespace
{

const QString poison = QString::fromUtf8("a|b^c~d\\e&f\nsecond line\r\nthird \\.br\\ \\F\\ \x1c\r\x0b end é 王");

Message sample(const QString& controlId, const QString& characterSet = QStringLiteral("UNICODE UTF-8"))
{
    Message message = Message::create("ORU^R01^ORU_R01", controlId, QDateTime({2018, 1, 7}, {14, 3, 12}, Qt::UTC), characterSet);
    message.add("PID").set(3, "4711").setComponents(5, {"Doe", "Jane"});
    return message;
}

MllpTarget local(quint16 port)
{
    MllpTarget target;
    target.host = "127.0.0.1";
    target.port = port;
    target.connectTimeoutMs = 3000;
    target.answerTimeoutMs = 5000;
    target.applicationTimeoutMs = 300;
    return target;
}

} // namespace

class TestHl7 : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    /// HL7 v2.5.1 §2.7: what each sequence stands for.
    void escapesOfTheStandard_data()
    {
        QTest::addColumn<QString>("field");
        QTest::addColumn<QString>("text");
        QTest::newRow("field") << "a\\F\\b" << "a|b";
        QTest::newRow("component") << "a\\S\\b" << "a^b";
        QTest::newRow("subcomponent") << "a\\T\\b" << "a&b";
        QTest::newRow("repetition") << "a\\R\\b" << "a~b";
        QTest::newRow("escape") << "a\\E\\b" << "a\\b";
        QTest::newRow("line break") << "a\\.br\\b" << "a\nb";
        QTest::newRow("two lines") << "a\\.sp2\\b" << "a\n\nb";
        QTest::newRow("hexadecimal") << "a\\X0D0A\\b" << "a\r\nb";
        QTest::newRow("highlighting") << "\\H\\TOTAL\\N\\ 5" << "TOTAL 5";
        QTest::newRow("one line, no number") << "a\\.sp\\b" << "a\nb";
        QTest::newRow("lines: no number") << "a\\.spx\\b" << "a\\.spx\\b";
        QTest::newRow("lines: a thousand at most") << "a\\.sp5000\\b" << "a" + QString(1000, u'\n') + "b";
        QTest::newRow("blanks") << "a\\.sk3\\b" << "a   b";
        QTest::newRow("indentation") << "a\\.in4\\b\\.ti-2\\c" << "abc";
        QTest::newRow("centred") << "a\\.ce\\b" << "a\nb";
        QTest::newRow("filled and not") << "a\\.fi\\b\\.nf\\c" << "abc";
        QTest::newRow("hexadecimal, UTF-8") << "\\XE78E8B\\" << QString::fromUtf8("王");
        QTest::newRow("hexadecimal of nothing") << "a\\X\\b" << "a\\X\\b";
        QTest::newRow("half a byte") << "a\\X0\\b" << "a\\X0\\b";
        QTest::newRow("no hexadecimal digits") << "a\\XZZ\\b" << "a\\XZZ\\b";
        QTest::newRow("sender's own") << "a\\Zxy\\b" << "a\\Zxy\\b";
        QTest::newRow("lone backslash") << "C:\\temp" << "C:\\temp";
        QTest::newRow("escaped escape before F") << "\\E\\F\\E\\" << "\\F\\";
    }
    void escapesOfTheStandard()
    {
        QFETCH(QString, field);
        QTEST(unescape(field), "text");
    }

    void DEL_05_whatIsEscaped_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("field");
        QTest::newRow("delimiters") << "|^&~\\" << "\\F\\\\S\\\\T\\\\R\\\\E\\";
        QTest::newRow("line breaks") << "a\nb\rc\r\nd\r" << "a\\.br\\b\\.br\\c\\.br\\d\\.br\\";
        QTest::newRow("of Unicode") << QString::fromUtf8("a\u2028b\u2029c") << "a\\.br\\b\\.br\\c";
        QTest::newRow("a tab is text") << "a\tb" << "a\tb";
        QTest::newRow("signs of control") << QString("a\vb\x1f") << "a\\X0B\\b\\X1F\\";
        QTest::newRow("letters") << QString::fromUtf8("王 ä") << QString::fromUtf8("王 ä");
    }
    void DEL_05_whatIsEscaped()
    {
        QFETCH(QString, text);
        QTEST(escape(text), "field");
    }

    /// How a message may begin and end, and how much of it there may be.
    void NET_15_howAMessageMayBeWritten_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<int>("segments"); // -1: refused
        const QString head = "MSH|^~\\&|A|B|C|D|20260101||ORM^O01|1|P|2.3.1\r";
        QTest::newRow("plain") << head + "PID|1\r" << 2;
        QTest::newRow("a mark of Unicode") << QChar(0xFEFF) + head << 1;
        QTest::newRow("blank lines") << "\r\n " + head + "\r\rPID|1\r\r" << 2;
        QTest::newRow("line feeds") << QString(head).replace('\r', '\n') + "PID|1\n" << 2;
        QTest::newRow("both") << QString(head).replace('\r', "\r\n") + "PID|1" << 2;
        QTest::newRow("the header ends with its delimiters") << QString("MSH|^~\\&\rPID|1") << 2;
        QTest::newRow("the same, line feeds") << QString("MSH|^~\\&\nPID|1") << 2;
        QTest::newRow("no delimiters") << QString("MSH||A\r") << -1;
        QTest::newRow("names of digits") << head + "Z12|1\r" << 2;
        QTest::newRow("names in small letters") << head + "pid|1\r" << -1;
        QTest::newRow("a name that begins with a digit") << head + "1ID|1\r" << 2; // senders do
        QTest::newRow("a name of two") << head + "PI|1\r" << -1;
        QTest::newRow("a name with a sign") << head + "P[D|1\r" << -1;
        QTest::newRow("a name with a colon") << head + "P:D|1\r" << -1; // each side of the digits and the letters
        QTest::newRow("a name with a slash") << head + "P/D|1\r" << -1;
        QTest::newRow("a name with an at") << head + "P@D|1\r" << -1;
        QTest::newRow("0, 9, A and Z") << head + "Z09|1\rA9Z|1\r" << 3;
        QTest::newRow("one delimiter and no more") << "MSH|^" << 1;
        QTest::newRow("not even one") << "MSH|" << -1;
        QTest::newRow("as many segments as may be") << head + QString("NTE\r").repeated(39'999) << 40'000;
        QTest::newRow("one more") << head + QString("NTE\r").repeated(40'000) << -1;
        QTest::newRow("as many fields as may be") << head + "NTE" + QString(200'000 - 11, u'|') + '\r' << 2;
        QTest::newRow("one field more") << head + "NTE" + QString(200'000 - 10, u'|') + '\r' << -1;
    }
    void NET_15_howAMessageMayBeWritten()
    {
        QFETCH(QString, text);
        QFETCH(int, segments);
        const auto message = Message::parse(text);
        QCOMPARE(message ? int(message->segments().size()) : -1, segments);
        if (!message)
            QCOMPARE(message.error().fault, Fault::Damaged);
    }

    void whatKindAMessageIs()
    {
        QCOMPARE(Message::parse("MSH|^~\\&|A|B|C|D|20260101||ACK|1|P|2.3.1\r")->type(), "ACK");
        QCOMPARE(Message::parse("MSH|^~\\&|A|B|C|D|20260101||ORM^O01^ORM_O01|1|P|2.3.1\r")->type(), "ORM^O01");
    }

    void DEL_05_poisonedTextComesBackExactly()
    {
        Message message = sample("1");
        message.add("OBX").set(5, poison).set(5, 2, poison);
        const QString text = message.toText();
        QVERIFY(!text.contains(QChar(0x1c)) && !text.contains(QChar(0x0b)) && !text.contains('\n'));
        QCOMPARE(text.count('\r'), 3);
        const auto again = Message::parse(text);
        QVERIFY(again);
        // \r\n in a text is one line break, as is \n
        QString expected = poison;
        expected.replace("\r\n", "\n").replace("\x1c\r", "\x1c\n");
        QCOMPARE(again->text("OBX-5.1"), expected);
        QCOMPARE(again->text("OBX-5.2"), expected);
        QCOMPARE(again->toText(), text);
    }

    /// §2.A.22: YYYYMMDDHHMMSS+/-ZZZZ
    /// HL7 v2.5.1 §2.9.2, §2.14.8: who asked is who is answered; version, processing ID and character set stay the asker's.
    void anAnswerIsAddressedToWhoAsked()
    {
        const auto asked = *Message::fromBytes("MSH|^~\\&|RIS^1.2^ISO|HOSP|DIA|READ^9|20180107||ORM^O01^ORM_O01|C1|T|2.3.1||||||8859/1\r");
        const auto lines = [](const Message& message) {
            QStringList segments = message.toText().split('\r', Qt::SkipEmptyParts);
            segments[0].remove(QRegularExpression("\\d{14}[+-]\\d{4}"));
            return segments;
        };
        QCOMPARE(lines(acknowledge(asked, AckCode::Accepted)), (QStringList{"MSH|^~\\&|DIA|READ^9|RIS^1.2^ISO|HOSP|||ACK^O01^ACK|C1|T|2.3.1||||||8859/1", "MSA|AA|C1"}));
        for (const auto& [ack, name] : {std::pair(AckCode::Accepted, "AA"), {AckCode::Error, "AE"}, {AckCode::Rejected, "AR"}, {AckCode::CommitAccepted, "CA"},
                                        {AckCode::CommitError, "CE"}, {AckCode::CommitRejected, "CR"}}) {
            QCOMPARE(code(ack), name);
            QCOMPARE(lines(acknowledge(asked, ack, "a|b"))[1], QString("MSA|%1|C1|a\\F\\b").arg(name));
        }
        // a message that says little is answered in our own version
        const auto bare = *Message::fromBytes("MSH|^~\\&|||||||ACK|C2\r");
        QCOMPARE(lines(acknowledge(bare, AckCode::Accepted)), (QStringList{"MSH|^~\\&|||||||ACK|C2|P|2.5.1", "MSA|AA|C2"}));
    }

    /// Every place of a message by its path and by its numbers; what is not there is empty.
    void everyPlaceHasItsPath_data()
    {
        QTest::addColumn<QString>("path");
        QTest::addColumn<QString>("text");
        const auto row = [](const char* path, const char* text) { QTest::newRow(path) << QString(path) << QString(text); };
        row("MSH-1", "|");
        row("MSH-2", "^~\\&");
        row("MSH-3", "A");
        row("MSH-10", "7");
        row("PID-3", "1");
        row("PID-3.1", "1");
        row("PID-3.4", "H");
        row("PID-3.4.2", "1.2");
        row("PID-3(2)", "2");
        row("PID-3(2).4.1", "I");
        row("PID-3(3)", "");
        row("PID-3.9", "");
        row("PID-3.4.4", "");
        row("PID-9", "");
        row("PID(2)-3", "");
        row("OBX-1", "1");
        row("OBX(2)-1", "2");
        row("OBX(2)-5.2", "b|c");
        row("ZZZ-1", "");
        row("PID", "");
        row("PID-", "");
        row("pid-3", "");
        row("PID-3.", "");
    }
    void everyPlaceHasItsPath()
    {
        QFETCH(QString, path);
        QFETCH(QString, text);
        const auto message = Message::parse("MSH|^~\\&|A|B|C|D|||ADT^A08|7|P|2.5\nPID|||1^^^H&1.2&ISO~2^^^I\r\nOBX|1\rOBX|2||||a^b\\F\\c");
        QVERIFY(message);
        QCOMPARE(message->text(path), text);
        QCOMPARE(message->type(), "ADT^A08");
        const Segment& pid = *message->segment("PID");
        QCOMPARE(pid.fieldCount(), 3);
        QCOMPARE(pid.repetitionCount(3), 2);
        QCOMPARE(pid.repetitionCount(2), 0);
        QCOMPARE(pid.componentCount(3), 4);
        QCOMPARE(pid.componentCount(3, 3), 0);
        QCOMPARE(message->count("OBX"), 2);
        QVERIFY(!message->segment("OBX", 3) && !message->segment("ZZZ"));
    }

    void partsAreSetWhereTheyAreMeant()
    {
        Segment segment("PID");
        segment.set(3, 4, "H", 2);
        QCOMPARE(segment.raw(3), "~^^^H");
        segment.set(3, 4, "1.2", 2, 2);
        QCOMPARE(segment.raw(3), "~^^^H&1.2");
        segment.set(3, 1, "7");
        QCOMPARE(segment.raw(3), "7~^^^H&1.2");
        segment.setComponents(5, {"Doe", "", "x^y", "", ""}, 2);
        QCOMPARE(segment.raw(5), "~Doe^^x\\S\\y"); // nothing behind the last that says something
        segment.set(8, "F");
        QCOMPARE(segment.fieldCount(), 8);
        QCOMPARE(segment.raw(4), "");
        QCOMPARE(segment.raw(9), "");
        QCOMPARE(segment.raw(0), "");
        Message message = Message::create("ADT^A08", "1", QDateTime({2018, 1, 7}, {14, 3, 12}, Qt::UTC), "ASCII");
        message.add("PV1").set(3, "").set(2, "I");
        message.add("ZZZ");
        QCOMPARE(message.toText(), "MSH|^~\\&|||||20180107140312+0000||ADT^A08|1|P|2.5.1||||||ASCII\rPV1||I\rZZZ\r");
    }

    void timeStampsCarryTheirZone()
    {
        QCOMPARE(timestamp(QDateTime({2018, 1, 7}, {14, 3, 12}, Qt::UTC)), "20180107140312+0000");
        QCOMPARE(timestamp(QDateTime({2018, 1, 7}, {14, 3, 12}, Qt::OffsetFromUTC, 8 * 3600)), "20180107140312+0800");
        QCOMPARE(timestamp(QDateTime({2018, 1, 7}, {14, 3, 12}, Qt::OffsetFromUTC, -12600)), "20180107140312-0330");
        QCOMPARE(timestamp({}), "");
    }

    void otherDelimitersAreTakenFromMsh()
    {
        const auto message = Message::parse("MSH#*!?%#A#B#C#D#20180107##ADT*A08#7#P#2.5\rPID###1*2!3*4#\rZZZ#a?S?b#|^&\r");
        QVERIFY(message);
        QCOMPARE(message->text("MSH-1"), "#");
        QCOMPARE(message->text("MSH-2"), "*!?%");
        QCOMPARE(message->type(), "ADT^A08");
        QCOMPARE(message->text("PID-3.2"), "2");
        QCOMPARE(message->text("PID-3(2).2"), "4");
        QCOMPARE(message->text("ZZZ-1"), "a*b");
        QCOMPARE(message->text("ZZZ-2"), "|^&");
    }

    /// What was read can be read again from what is written of it, also where the header says nothing.
    void DEL_05_aShortHeaderComesBack()
    {
        for (const char* text : {"MSH|^||||||\r", "MSH|^|a||||\r", "MSH|^~\\&||||||||||\rPID|1\r"}) {
            const auto message = Message::parse(text);
            QVERIFY2(message, text);
            const auto again = Message::parse(message->toText());
            QVERIFY2(again, qPrintable(message->toText()));
            QCOMPARE(again->toText(), message->toText());
            QCOMPARE(again->segments().size(), message->segments().size());
        }
        // Where it ends with its first delimiter, the others are those that the standard recommends (HL7 v2.5.1 §2.5.4).
        for (const char* end : {"\r", "\n", "\r\n"}) {
            const auto message = Message::parse(QString("MSH|^") + end + "PID|||1^a&b~2");
            QVERIFY2(message, end);
            QCOMPARE(message->text("PID-3(2)"), "2");
            QCOMPARE(message->text("PID-3.2.2"), "b");
        }
    }

    void brokenMessagesAreRefused_data()
    {
        QTest::addColumn<QString>("text");
        QTest::newRow("empty") << "";
        QTest::newRow("no MSH") << "PID|1\r";
        QTest::newRow("MSH alone") << "MSH";
        QTest::newRow("no delimiters") << "MSH\r\r\r\r\r\r";
        QTest::newRow("a letter as delimiter") << "MSHA^~\\&ABC\r";
        QTest::newRow("a digit as delimiter") << "MSH1^~\\&1BC\r";
        QTest::newRow("a space as delimiter") << "MSH ^~\\& ABC\r";
        QTest::newRow("segment without a name") << "MSH|^~\\&|A\r|x|y\r";
        QTest::newRow("HTTP") << "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
    }
    void brokenMessagesAreRefused()
    {
        QFETCH(QString, text);
        const auto message = Message::parse(text);
        QVERIFY(!message);
        QCOMPARE(message.error().fault, Fault::Damaged);
        QCOMPARE(Message::parse("MSH|^~\\&|A\r\rPID|1\r|x|y\r").error().detail, "line 3 of the message does not begin with the name of a segment");
    }

    /// Messages of many senders: each field of each segment reads as python3-hl7 reads it.
    void readsAsPythonHl7Does()
    {
        const QString folder = test::dataFile("messages");
        NEEDS_TEST_DATA(folder);
        const QString script = QStringLiteral(R"PY(
import sys, json, hl7
out = {}
for path in sys.argv[1:]:
    text = open(path, 'rb').read().decode('utf-8', 'replace')
    text = text.lstrip('\ufeff').replace('\r\n', '\r').replace('\n', '\r').strip()
    try:
        message = hl7.parse(text)
    except Exception:
        continue
    out[path] = [[str(s[0])] + [str(f) for f in (s[1:] if str(s[0]) != 'MSH' else s[1:])] for s in message if str(s).strip()]
print(json.dumps(out))
)PY");
        QStringList files;
        QDirIterator it(folder, {"*.hl7"}, QDir::Files, QDirIterator::Subdirectories);
        while (it.hasNext())
            files << it.next();
        QVERIFY(files.size() > 100);
        const auto ran = test::python(script, files);
        QVERIFY2(ran.code == 0, ran.err.constData());
        const QJsonObject expected = QJsonDocument::fromJson(ran.out).object();
        int compared = 0;
        for (auto file = expected.begin(); file != expected.end(); ++file) {
            QFile source(file.key());
            QVERIFY(source.open(QIODevice::ReadOnly));
            const QByteArray bytes = source.readAll();
            if (QString::fromUtf8(bytes).contains(QChar::ReplacementCharacter))
                continue; // the other parser was given no valid text
            const auto message = Message::parse(QString::fromUtf8(bytes));
            if (!message)
                continue; // counted below
            const QJsonArray segments = file.value().toArray();
            QVERIFY2(segments.size() == qsizetype(message->segments().size()), qPrintable(file.key()));
            for (int i = 0; i < segments.size(); ++i) {
                const QJsonArray fields = segments[i].toArray();
                const Segment& segment = message->segments()[i];
                QCOMPARE(segment.name(), fields[0].toString().trimmed());
                for (int f = 1; f < fields.size(); ++f)
                    QVERIFY2(segment.raw(f).trimmed() == fields[f].toString().trimmed(),
                             qPrintable(file.key() + " " + segment.name() + "-" + QString::number(f)));
            }
            ++compared;
        }
        qInfo("%d of %lld files compared", compared, qlonglong(files.size()));
        QVERIFY(compared > 100);
    }

    /// The bytes of each set come from Python's codecs.
    void characterSetsOfMsh18_data()
    {
        QTest::addColumn<QString>("set");
        QTest::addColumn<QString>("codec");
        QTest::addColumn<QString>("name");
        const auto row = [](const char* set, const char* codec, const char* name) {
            QTest::newRow(set) << QString::fromLatin1(set) << QString::fromLatin1(codec) << QString::fromUtf8(name);
        };
        row("UNICODE UTF-8", "utf-8", "Wang^誠 Müller");
        row("8859/1", "iso8859-1", "Müller");
        row("8859/2", "iso8859-2", "Łukasz");
        row("8859/3", "iso8859-3", "Ħal Għaxaq");
        row("8859/4", "iso8859-4", "Ģirts");
        row("8859/5", "iso8859-5", "Люкceмбypг");
        row("8859/6", "iso8859-6", "قباني");
        row("8859/7", "iso8859-7", "Διονυσιος");
        row("8859/8", "iso8859-8", "שרון");
        row("8859/9", "iso8859-9", "Şükrü Işık");
        row("8859/15", "iso8859-15", "Œuvre €");
        row("GB 18030-2000", "gb18030", "王小东 誠 𠀀"); // 誠 ends in 5C, the escape delimiter
        row("KS X 1001", "euc_kr", "김희중");
        row("BIG-5", "big5", "王功許"); // 功 and 許 end in 5C
        row("ASCII", "ascii", "Doe");
        // names of senders' own
        for (const char* name : {"UTF-8", "UTF8", "UNICODE", " unicode utf-8 "})
            row(name, "utf-8", "Wang^誠 Müller");
        for (const char* name : {"GB18030", "GB 18030"})
            row(name, "gb18030", "王小东 誠 𠀀");
        row("ISO-8859-1", "iso8859-1", "Müller");
        row("US-ASCII", "ascii", "Doe");
    }
    void characterSetsOfMsh18()
    {
        QFETCH(QString, set);
        QFETCH(QString, codec);
        QFETCH(QString, name);
        Message message = sample("1", set);
        message.segment("PID")->set(5, name);
        const auto bytes = message.toBytes();
        QVERIFY2(bytes, bytes ? "" : qPrintable(bytes.error().detail));
        QString escaped = escape(name);
        const auto ran = test::python("import sys; sys.stdout.buffer.write(sys.argv[1].encode(sys.argv[2]))", {escaped, codec});
        QCOMPARE(ran.code, 0);
        QVERIFY(bytes->contains("|" + ran.out + "\r"));
        const auto again = Message::fromBytes(*bytes);
        QVERIFY(again);
        QCOMPARE(again->text("PID-5"), name);
    }

    void DEL_06_aNameThatDoesNotFitFailsVisibly()
    {
        for (const QString& set : {QStringLiteral("8859/1"), QStringLiteral("ASCII"), QString()}) {
            Message message = sample("1", set);
            message.segment("PID")->set(5, QString::fromUtf8("王小东"));
            const auto bytes = message.toBytes();
            QVERIFY(!bytes);
            QCOMPARE(bytes.error().fault, Fault::Unsupported);
            QVERIFY(bytes.error().detail.contains(set.isEmpty() ? "ASCII" : set));
            QVERIFY(!bytes.error().detail.contains(QString::fromUtf8("王")));
        }
        Message message = sample("1", "KOI-7");
        QCOMPARE(message.toBytes().error().fault, Fault::Unsupported);
        for (const QString set : {"UNICODE UTF-8", "GB 18030-2000"}) { // half of a rare ideograph, cut in two
            const auto half = encode(QString(QChar(0xD842)), set);
            QVERIFY2(!half && half.error().fault == Fault::Unsupported && half.error().detail.contains(set), qPrintable(set));
        }
    }

    void bytesThatAreNoCharacterBecomeNoLetter()
    {
        const auto message = Message::fromBytes("MSH|^~\\&|||||||ADT^A08|1|P|2.5\rPID|||1||M\xfcller\r");
        QVERIFY(message);
        QCOMPARE(message->text("PID-5"), QString::fromUtf8("M\ufffdller"));
        const auto assumed = Message::fromBytes("MSH|^~\\&|||||||ADT^A08|1|P|2.5\rPID|||1||M\xfcller\r", "8859/1");
        QCOMPARE(assumed->text("PID-5"), QString::fromUtf8("Müller"));
    }

    void anotherProgramsReceiverAccepts()
    {
        test::MllpReceiver receiver;
        QVERIFY(receiver.isRunning());
        MllpSender sender(local(receiver.port()));
        for (int i = 1; i <= 3; ++i) {
            Message message = sample(QString::number(i));
            message.add("OBX").set(5, poison);
            const auto ack = sender.send(message);
            QVERIFY2(ack, ack ? "" : qPrintable(ack.error().detail));
            QVERIFY(ack->isAccepted());
            QCOMPARE(ack->controlId, QString::number(i));
        }
        const auto messages = receiver.messages();
        QCOMPARE(messages.size(), 3);
        QString expected = poison;
        expected.replace("\r\n", "\n").replace("\x1c\r", "\x1c\n");
        QCOMPARE(Message::fromBytes(messages[2])->text("OBX-5"), expected);
    }

    void DEL_02_aLostAcknowledgementIsResentWithTheSameControlId()
    {
        test::MllpReceiver receiver("close,AA");
        QVERIFY(receiver.isRunning());
        MllpSender sender(local(receiver.port()));
        const Message message = sample("DS-0001");
        const auto lost = sender.send(message);
        QVERIFY(!lost);
        QCOMPARE(lost.error().fault, Fault::Unreachable);
        const auto again = sender.send(message);
        QVERIFY(again && again->isAccepted());
        const auto messages = receiver.messages();
        QCOMPARE(messages.size(), 2);
        QCOMPARE(messages[0], messages[1]);
        QCOMPARE(Message::fromBytes(messages[1])->controlId(), "DS-0001");
    }

    void DEL_03_answers_data()
    {
        QTest::addColumn<QString>("answers");
        QTest::addColumn<QString>("expected");
        QTest::newRow("DEL-03 AA") << "AA" << "accepted";
        QTest::newRow("DEL-03 AE") << "AE" << "refused AE the receiver says AE";
        QTest::newRow("DEL-03 AR") << "AR" << "refused AR the receiver says AR";
        QTest::newRow("DEL-03 CE") << "CE" << "refused CE the receiver says CE";
        QTest::newRow("DEL-03 CA alone is pending") << "CA" << "pending";
        QTest::newRow("DEL-03 CA then AA") << "CA+AA" << "accepted";
        QTest::newRow("DEL-03 CA then AE") << "CA+AE" << "refused AE the receiver says AE";
        QTest::newRow("DEL-03 wrong MSA-2 is waited past") << "wrong+AA" << "accepted";
        QTest::newRow("DEL-03 wrong MSA-2 alone is no acknowledgement") << "wrong" << "error TimedOut";
        QTest::newRow("no answer") << "none" << "error TimedOut";
        QTest::newRow("closed") << "close" << "error Unreachable";
    }
    void DEL_03_answers()
    {
        QFETCH(QString, answers);
        test::MllpReceiver receiver(answers);
        QVERIFY(receiver.isRunning());
        MllpTarget target = local(receiver.port());
        target.answerTimeoutMs = answers == "none" || answers == "wrong" ? 500 : 5000;
        MllpSender sender(target);
        const auto ack = sender.send(sample("77"));
        QString got;
        if (!ack)
            got = ack.error().fault == Fault::TimedOut ? "error TimedOut" : "error Unreachable";
        else if (ack->isAccepted())
            got = "accepted";
        else if (ack->isPending())
            got = "pending";
        else
            got = "refused " + code(ack->code) + " " + ack->text;
        QTEST(got, "expected");
    }

    void DEL_05_aFrameByteInTheMessageIsNeverSent()
    {
        MllpSender sender(local(1));
        const auto sent = sender.send(QByteArray("MSH|^~\\&|||||||ADT^A08|1|P|2.5\rPID|\x1c\rx\r"), "1");
        QVERIFY(!sent);
        QCOMPARE(sent.error().fault, Fault::Invalid);
    }

    void nobodyThereIsSaidAtOnce()
    {
        QTcpServer probe;
        QVERIFY(probe.listen(QHostAddress::LocalHost));
        const quint16 port = probe.serverPort();
        probe.close();
        MllpSender sender(local(port));
        const auto sent = sender.send(sample("1"));
        QVERIFY(!sent);
        QCOMPARE(sent.error().fault, Fault::Unreachable);
        QVERIFY(sent.error().detail.contains(QString::number(port)));
    }

    void waitingCanBeCancelled()
    {
        test::MllpReceiver receiver("none");
        Task task;
        auto sending = QtConcurrent::run([&] {
            MllpSender sender(local(receiver.port()));
            const auto sent = sender.send(sample("1"), task);
            return sent ? Fault::Internal : sent.error().fault;
        });
        QTRY_COMPARE(receiver.messages().size(), 1);
        task.cancel();
        QCOMPARE(sending.result(), Fault::Cancelled);
    }

    void theListenerAnswersAnotherProgramsClient()
    {
        QStringList types;
        MllpListener listener([&](const Message& message) {
            types << message.type();
            return message.type() == "ADT^A08" ? MllpListener::Reply{} : MllpListener::Reply{AckCode::Error, "not | today"};
        });
        QVERIFY(listener.listen(QHostAddress::LocalHost, 0));
        auto client = QtConcurrent::run([port = listener.port()] {
            return test::python(QStringLiteral(R"PY(
import asyncio, sys, hl7
from hl7.mllp import open_hl7_connection
async def main():
    reader, writer = await open_hl7_connection('127.0.0.1', int(sys.argv[1]), encoding='utf-8')
    for kind in ('ADT^A08', 'ORM^O01'):
        writer.writemessage(hl7.parse('MSH|^~\\&|RIS|H|DIA|R|20180107||%s|id-%s|P|2.5.1||||||UNICODE UTF-8\rPID|||1||Wáng\r' % (kind, kind[:3])))
        await writer.drain()
        ack = await reader.readmessage()
        print(ack['MSA'][0][1], ack['MSA'][0][2], ack['MSH'][0][3], ack['MSH'][0][5], ack.unescape(str(ack['MSA'][0][3])) if len(ack['MSA'][0]) > 3 else '')
    writer.close()
asyncio.run(main())
)PY"),
                                {QString::number(port)});
        });
        QTRY_VERIFY_WITH_TIMEOUT(client.isFinished(), 30000);
        QCOMPARE(client.result().err, QByteArray());
        QCOMPARE(client.result().out, QByteArray("AA id-ADT DIA RIS \nAE id-ORM DIA RIS not | today\n"));
        QCOMPARE(types, (QStringList{"ADT^A08", "ORM^O01"}));
    }

    void theListenerSurvivesNoiseAndBoundsFrames()
    {
        int handled = 0;
        MllpListener listener([&](const Message&) {
            ++handled;
            return MllpListener::Reply{};
        });
        MllpListener::Limits limits;
        limits.frameBytes = 10000;
        limits.connections = 2;
        listener.setLimits(limits);
        QVERIFY(listener.listen(QHostAddress::LocalHost, 0));

        QTcpSocket noisy;
        noisy.connectToHost(QHostAddress::LocalHost, listener.port());
        noisy.write("GET / HTTP/1.1\r\n\r\n");
        noisy.write("\x0bnot HL7\x1c\r");
        QTRY_VERIFY(noisy.bytesAvailable() > 0);
        QByteArray answer;
        QTRY_VERIFY((answer += noisy.readAll()).contains("MSA|AR"));
        QCOMPARE(handled, 0);

        QTcpSocket endless;
        endless.connectToHost(QHostAddress::LocalHost, listener.port());
        endless.write("\x0b" + QByteArray(20000, 'x'));
        QTRY_COMPARE(endless.state(), QAbstractSocket::UnconnectedState);

        // a frame in three pieces, then two frames in one
        noisy.write("\x0bMSH|^~\\&|A|||||");
        noisy.flush();
        noisy.write("|ADT^A08|5|P|2.5\r");
        noisy.write("\x1c");
        noisy.write("\r\x0bMSH|^~\\&|A||||||ADT^A08|6|P|2.5\r\x1c\r");
        answer.clear();
        QTRY_VERIFY((answer += noisy.readAll()).contains("MSA|AA|6"));
        QVERIFY(answer.contains("MSA|AA|5"));
        QCOMPARE(handled, 2);
    }
};

QTEST_GUILESS_MAIN(TestHl7)
#include "tst_hl7.moc"
