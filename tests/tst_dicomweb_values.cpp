#include "netclient/dicom/dataset.h"
#include "netclient/dicomweb/json_rows.h"
#include <QtTest>

using namespace diascope;
using namespace diascope::dicomweb;
using dicom::Tag;

/// Each kind of value in JSON (PS3.18 Table F.2.3-1) and what it becomes.
class TestDicomWebValues : public QObject
{
    Q_OBJECT

    static Result<dicom::Dataset> read(const QByteArray& attribute)
    {
        return datasetFromJson("{\"00080018\":{\"vr\":\"UI\",\"Value\":[\"1.2.3\"]}," + attribute + "}");
    }

private Q_SLOTS:
    void NET_14_numbers_data()
    {
        QTest::addColumn<QByteArray>("attribute");
        QTest::addColumn<quint32>("key");
        QTest::addColumn<QList<double>>("numbers");
        const auto row = [](const char* name, const QByteArray& tag, const QByteArray& vr, const QByteArray& values,
                            const QList<double>& numbers) {
            QTest::newRow(name) << QByteArray("\"" + tag + "\":{\"vr\":\"" + vr + "\",\"Value\":[" + values + "]}")
                                << tag.toUInt(nullptr, 16) << numbers;
        };
        row("US", "00280010", "US", "512", {512});
        row("US, its ends", "00280010", "US", "0,65535", {0, 65535});
        row("US, over its end", "00280010", "US", "65536", {});
        row("US, below", "00280010", "US", "-1", {});
        row("US, one of two over", "00280010", "US", "1,65536", {});
        row("US, in a string", "00280010", "US", "\" 512 \"", {512});
        row("US, no number", "00280010", "US", "\"many\"", {});
        row("US, a hole", "00280010", "US", "1,null", {});
        row("SS, its ends", "00091001", "SS", "-32768,32767", {-32768, 32767});
        row("SS, over", "00091001", "SS", "32768", {});
        row("SS, below", "00091001", "SS", "-32769", {});
        row("UL, its ends", "00186018", "UL", "0,4294967295", {0, 4294967295.0});
        row("UL, over", "00186018", "UL", "4294967296", {});
        row("UL, below", "00186018", "UL", "-1", {});
        row("UL, one of two over", "00186018", "UL", "1,4294967296", {});
        row("SL, its ends", "00186020", "SL", "-2147483648,2147483647", {-2147483648.0, 2147483647.0});
        row("SL, over", "00186020", "SL", "2147483648", {});
        row("SL, one of two over", "00186020", "SL", "1,2147483648", {});
        row("SL, below", "00186020", "SL", "-2147483649", {});
        row("FL", "00091002", "FL", "0.5,-0.25", {0.5, -0.25});
        row("FL, over", "00091002", "FL", "1e39", {});
        row("FD", "00189087", "FD", "0.1,1e300", {0.1, 1e300});
        row("FD, in a string, and infinite", "00189087", "FD", "\"inf\"", {});
        row("DS", "00280030", "DS", "0.5,0.25", {0.5, 0.25});
        row("DS in strings", "00280030", "DS", "\"0.5\",\"0.25\"", {0.5, 0.25});
        row("DS of many digits", "00280030", "DS", "0.333333333333333333", {0.33333333333333});
        row("IS", "00200013", "IS", "7", {7});
        row("IS, large", "00200013", "IS", "2147483647", {2147483647});
        row("US or SS, US", "00280106", "US", "60000", {60000});
        row("US or SS, SS", "00280106", "SS", "-5", {-5});
        row("the dictionary before the server: US said to be SS", "00280010", "SS", "512", {512});
    }
    void NET_14_numbers()
    {
        QFETCH(QByteArray, attribute);
        QFETCH(quint32, key);
        QFETCH(QList<double>, numbers);
        const auto dataset = read(attribute);
        QVERIFY2(dataset, dataset ? "" : qPrintable(message(dataset.error())));
        const Tag tag{quint16(key >> 16), quint16(key)};
        const auto found = dataset->numbers(tag);
        QCOMPARE(QList<double>(found.begin(), found.end()), numbers);
        QCOMPARE(dataset->contains(tag), !numbers.isEmpty());
        if (attribute.contains("\"DS\""))
            for (const QString& one : dataset->texts(tag))
                QVERIFY2(one.size() <= 16, qPrintable(one)); // PS3.5 6.2
    }

    void NET_14_bytes_data()
    {
        QTest::addColumn<QByteArray>("vr");
        for (const char* vr : {"OB", "OW", "OD", "OF", "OL", "OV", "UN"})
            QTest::newRow(vr) << QByteArray(vr);
    }
    void NET_14_bytes()
    {
        QFETCH(QByteArray, vr);
        const auto of = [&](const QByteArray& bytes) {
            const auto dataset =
                read("\"00091003\":{\"vr\":\"" + vr + "\",\"InlineBinary\":\"" + bytes.toBase64() + "\"}");
            return dataset ? dataset->bytes({0x0009, 0x1003}) : QByteArray("?");
        };
        QCOMPARE(of("12345678"), "12345678");
        QCOMPARE(of(QByteArray::fromHex("00ff01fe00000001")), QByteArray::fromHex("00ff01fe00000001"));
        QCOMPARE(of("1234567"), QByteArray("1234567\0", 8)); // an even length (PS3.5 §7.1.1)
        QCOMPARE(of(""), "");
    }

    void NET_14_tags_data()
    {
        QTest::addColumn<QByteArray>("values");
        QTest::addColumn<QString>("text");
        QTest::newRow("one") << QByteArray("\"00181063\"") << "(0018,1063)";
        QTest::newRow("two") << QByteArray("\"00181063\",\"0018A001\"") << "(0018,1063)\\(0018,a001)";
        QTest::newRow("none") << QByteArray("\"frames\"") << "";
        QTest::newRow("eight letters") << QByteArray("\"0018106G\"") << "";
        QTest::newRow("six digits") << QByteArray("\"181063\"") << "";
        QTest::newRow("nine digits") << QByteArray("\"000181063\"") << "";
        QTest::newRow("a prefix") << QByteArray("\"0x181063\"") << "";
        QTest::newRow("a sign") << QByteArray("\"+0181063\"") << "";
        QTest::newRow("one of two is none") << QByteArray("\"00181063\",\"frames\"") << "";
    }
    void NET_14_tags()
    {
        QFETCH(QByteArray, values);
        const auto dataset = read("\"00280009\":{\"vr\":\"AT\",\"Value\":[" + values + "]}");
        QVERIFY(dataset);
        QTEST(dataset->text({0x0028, 0x0009}), "text");
    }

    /// Which names of attributes are attributes.
    void NET_14_whichAttributesAreTaken_data()
    {
        QTest::addColumn<QByteArray>("name");
        QTest::addColumn<bool>("isTaken");
        QTest::newRow("one of ours") << QByteArray("00081030") << true;
        QTest::newRow("private") << QByteArray("00091030") << true;
        QTest::newRow("seven digits") << QByteArray("0081030") << false;
        QTest::newRow("a keyword") << QByteArray("StudyDate") << false;
        QTest::newRow("no digits") << QByteArray("0008103G") << false;
        QTest::newRow("of the file's head") << QByteArray("00020010") << false;
        QTest::newRow("a group's length") << QByteArray("00080000") << false;
        QTest::newRow("an item's") << QByteArray("FFFEE000") << false;
        QTest::newRow("of group FFFF") << QByteArray("FFFF0010") << false;
    }
    void NET_14_whichAttributesAreTaken()
    {
        QFETCH(QByteArray, name);
        QFETCH(bool, isTaken);
        const auto dataset = read("\"" + name + "\":{\"vr\":\"LO\",\"Value\":[\"x\"]}");
        QVERIFY(dataset);
        std::vector<Tag> tags{{0x0008, 0x0005}, {0x0008, 0x0018}}; // ours: the set is UTF-8 (PS3.18 F.2)
        if (isTaken)
            tags.push_back({name.left(4).toUShort(nullptr, 16), name.mid(4).toUShort(nullptr, 16)});
        QCOMPARE(dataset->tags(), tags);
    }
};

QTEST_GUILESS_MAIN(TestDicomWebValues)
#include "tst_dicomweb_values.moc"
