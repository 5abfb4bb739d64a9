// What a header says of the dimensions of its frames: times, makers' b-values, vectors and indices.
#include "netclient/dicom/dataset.h"
#include "viewer/volume/frame_groups.h"
#include "viewer/volume/stack.h"
#include <QtTest>
#include <cstring>
#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcitem.h>

using namespace diascope;
using namespace diascope::viewer;
using namespace diascope::dicom;

namespace
{

using Number = std::optional<double>;

QByteArray doubles(std::initializer_list<double> values)
{
    QByteArray bytes;
    for (const double value : values)
        bytes += QByteArray(reinterpret_cast<const char*>(&value), 8);
    return bytes;
}
QByteArray floats(std::initializer_list<float> values)
{
    QByteArray bytes;
    for (const float value : values)
        bytes += QByteArray(reinterpret_cast<const char*>(&value), 4);
    return bytes;
}
/// A value of no known kind.
void putRaw(Dataset& dataset, Tag at, const QByteArray& bytes)
{
    dataset.dcmtk().putAndInsertUint8Array(DcmTag(at.group, at.element, DcmVR(EVR_OB)), reinterpret_cast<const Uint8*>(bytes.constData()), size_t(bytes.size()));
}
void putPointer(Dataset& dataset, Tag at, Tag to)
{
    const Uint16 words[] = {to.group, to.element};
    dataset.dcmtk().putAndInsertUint16Array(DcmTag(at.group, at.element, DcmVR(EVR_AT)), words, 1);
}

constexpr Tag orientation{0x0018, 0x9089};
constexpr double dayS = 86400;

} // namespace

class TestFrameDimensions : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    /// Seconds since the midnight of the study's day (PS3.5 6.2 DA, TM, DT).
    void GEO_08_timesCountFromTheStudysDay_data()
    {
        QTest::addColumn<QString>("study");
        QTest::addColumn<QString>("date");
        QTest::addColumn<QString>("time");
        QTest::addColumn<Number>("seconds");
        const auto row = [](const char* name, const QString& study, const QString& date, const QString& time, Number seconds) { QTest::newRow(name) << study << date << time << seconds; };
        row("the same day", "20200229", "20200229", "101112.5", 36672.5);
        row("the day after", "20200229", "20200301", "000001", dayS + 1);
        row("the day before", "20200229", "20200228", "235959", -1.0);
        row("365 days later", "20210101", "20220101", "000000", 365 * dayS);
        row("366 days later is another study's", "20200101", "20210101", "000100", 60.0);
        row("366 days before", "20210101", "20200101", "000100", 60.0);
        row("365 days before", "20220101", "20210101", "000000", -365 * dayS);
        row("no date", "20200229", "", "000100", 60.0);
        row("a date that is none", "20200229", "20200230", "000100", 60.0);
        row("no date of the study", "", "20200229", "000100", 60.0);
        row("hours and minutes", "20200229", "20200229", "1011", 36660.0);
        row("hours alone", "20200229", "20200229", "10", Number());
        row("three digits", "20200229", "20200229", "101", Number());
        row("no hours", "20200229", "20200229", "x01112", Number());
        row("no minutes", "20200229", "20200229", "10x112", Number());
        row("no seconds", "20200229", "20200229", "1011x2", Number());
        row("no time", "20200229", "20200229", "", Number());
    }
    void GEO_08_timesCountFromTheStudysDay()
    {
        QFETCH(QString, study);
        QFETCH(QString, date);
        QFETCH(QString, time);
        Dataset dataset;
        const auto put = [&](Tag at, const QString& text) { return text.isEmpty() || dataset.setText(at, text); };
        QVERIFY(put(tag::StudyDate, study) && put(tag::AcquisitionDate, date) && put(tag::AcquisitionTime, time) && put(tag::ContentDate, date) && put(tag::ContentTime, time));
        Instance instance;
        readDimensions(dataset, instance);
        QTEST(instance.acquisitionTimeS, "seconds");
        QTEST(instance.contentTimeS, "seconds");
        // The Date Time comes before both, in whatever zone; where it is not whole they hold.
        for (const auto& [text, own] : {std::pair("20200229120000", Number(43200)), {"202002291200", Number(43200)}, {"20200229120001.5+0100", Number(43201.5)}, {"20200229120000-0500", Number(43200)},
                                        {"2020022912", Number()}, {"20200229120", Number()}, {"2020022912x0", Number()}}) {
            QVERIFY(dataset.setText(tag::AcquisitionDateTime, text));
            readDimensions(dataset, instance);
            QFETCH(Number, seconds);
            QCOMPARE(instance.acquisitionTimeS, study == "20200229" && own ? own : !own ? seconds : instance.acquisitionTimeS);
            Dataset frame;
            Dataset content = frame.addItem(tag::FrameContentSequence);
            QVERIFY(content.setText(tag::FrameAcquisitionDateTime, text));
            Instance ofFrame;
            ofFrame.acquisitionTimeS = -7;
            const std::optional<Dataset> shared;
            readFrameDimensions(dataset, FrameGroups(shared, &frame), ofFrame);
            if (study == "20200229")
                QCOMPARE(ofFrame.acquisitionTimeS, own ? own : Number(-7));
        }
    }

    /// Text, a float or doubles, as files with implicit VR leave them; what is none, negative or no number is none (GEO-08).
    void GEO_08_theMakersBValues_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<Number>("bValue");
        const auto row = [](const char* name, const QByteArray& bytes, Number bValue) { QTest::newRow(name) << bytes << bValue; };
        row("text", "1000", 1000.0);
        row("text of several", "700\\8\\0 ", 700.0);
        row("with flags", "1000000800\\8", 800.0);
        row("none", "0 ", 0.0);
        row("below none", "-5", Number());
        row("text, and a number behind it", "ab\\500", Number());
        row("text behind a number", "500\\ab", Number());
        row("a float", floats({750.5f}), 750.5);
        row("no number as a float", floats({NAN}), Number());
        row("a double", doubles({650.25}), 650.25);
        row("two doubles", doubles({650.25, 1}), 650.25);
        row("beyond all as a double", doubles({INFINITY}), Number());
        row("below none as a double", doubles({-1}), Number());
        row("two bytes", QByteArray("\1\2", 2), Number());
        row("twelve bytes", floats({100, 2, 3}), Number());
        row("nothing", {}, Number());
    }
    void GEO_08_theMakersBValues()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(Number, bValue);
        for (const auto& [group, creator, low] : {std::tuple(quint16(0x0019), "SIEMENS MR HEADER", 0x0C), {quint16(0x0043), "GEMS_PARM_01", 0x39}, {quint16(0x2001), "Philips Imaging DD 001", 0x03}})
            for (const char* modality : {"MR", "CT"})
                for (const int frames : {1, 2})
                    for (const bool isSaid : {false, true}) {
                        Dataset dataset;
                        QVERIFY(dataset.setText({group, 0x0010}, creator));
                        if (!bytes.isEmpty())
                            putRaw(dataset, {group, quint16(0x1000 | low)}, bytes);
                        if (isSaid)
                            dataset.setNumber(tag::DiffusionBValue, 40);
                        Instance instance;
                        instance.modality = modality;
                        instance.pixels.frames = frames;
                        readDimensions(dataset, instance);
                        const bool isAsked = QLatin1String(modality) == QLatin1String("MR") && frames == 1;
                        QCOMPARE(instance.bValue, isSaid ? Number(40) : isAsked ? bValue : Number());
                    }
    }

    /// Beside Siemens' b-value lies its direction, of three numbers; the standard's own comes first.
    void GEO_08_theDirectionBesideSiemensBValue()
    {
        for (const QByteArray& bytes : {doubles({0.6, 0.8, 0}), doubles({0.6, 0.8}), doubles({0.6, 0.8, 0, 0}), QByteArray("0.6\\0.8\\0 ")})
            for (const bool isSaid : {false, true}) {
                Dataset dataset;
                QVERIFY(dataset.setText({0x0019, 0x0010}, "SIEMENS MR HEADER"));
                putRaw(dataset, {0x0019, 0x100C}, "1000");
                putRaw(dataset, {0x0019, 0x100E}, bytes);
                if (isSaid)
                    dataset.setNumbers(orientation, {0, 0, 1});
                Instance instance;
                instance.modality = "MR";
                readDimensions(dataset, instance);
                const bool isThree = bytes.size() == 24 || bytes.startsWith('0');
                QCOMPARE(instance.gradient.has_value(), isSaid || isThree);
                if (instance.gradient)
                    QVERIFY(*instance.gradient == (isSaid ? Vec3{0, 0, 1} : Vec3{0.6, 0.8, 0}));
            }
    }

    /// A value of a frame's own group holds, where the group says none it has none; what no group says is as for all frames.
    void GEO_19_whatAFramesGroupsSay()
    {
        for (int said = 0; said < 4; ++said) { // bit 0: the object, bit 1: the frame
            Dataset dataset, frame;
            const bool isOfAll = said & 1, isOwn = said & 2;
            if (isOfAll) {
                for (const Tag at : {tag::TemporalPositionIdentifier, tag::EchoTime, tag::DiffusionBValue, tag::TriggerTime, tag::InversionTime, Tag{0x0018, 0x1510}, Tag{0x0018, 0x1511}, Tag{0x0020, 0x9241},
                                     Tag{0x0054, 0x1300}, tag::FlipAngle, tag::KVP})
                    dataset.setNumber(at, 5);
                dataset.setNumbers(orientation, {1, 0, 0});
                QVERIFY(dataset.setText(tag::ConvolutionKernel, "B30"));
            }
            if (isOwn) {
                Dataset content = frame.addItem(tag::FrameContentSequence);
                content.setNumber({0x0020, 0x9128}, 9);
                QVERIFY(content.setText(tag::StackID, "S"));
                content.setNumbers(tag::DimensionIndexValues, {1, 4});
                frame.addItem({0x0018, 0x9114}).setNumber({0x0018, 0x9082}, 9);
                Dataset diffusion = frame.addItem({0x0018, 0x9117});
                diffusion.setNumber(tag::DiffusionBValue, 9);
                diffusion.addItem({0x0018, 0x9076}).setNumbers(orientation, {0, 1, 0});
                frame.addItem({0x0018, 0x9115}).setNumber({0x0018, 0x9079}, 9);
                Dataset cardiac = frame.addItem({0x0018, 0x9118});
                cardiac.setNumber({0x0020, 0x9153}, 9);
                cardiac.setNumber({0x0020, 0x9241}, 9);
                Dataset positioner = frame.addItem({0x0018, 0x9405});
                positioner.setNumber({0x0018, 0x1510}, 9);
                positioner.setNumber({0x0018, 0x1511}, 9);
            }
            Instance instance;
            readDimensions(dataset, instance);
            const std::optional<Dataset> shared;
            readFrameDimensions(dataset, FrameGroups(shared, &frame), instance);
            const Number expected = isOwn ? Number(9) : isOfAll ? Number(5) : Number(), ofAll = isOfAll ? Number(5) : Number();
            for (const Number& found : {instance.temporalPosition, instance.echoTimeMs, instance.bValue, instance.triggerTimeMs, instance.inversionTimeMs, instance.cardiacPhasePercent, instance.positionerPrimaryDeg,
                                        instance.positionerSecondaryDeg})
                QCOMPARE(found, expected);
            for (const Number& found : {instance.frameReferenceTimeMs, instance.flipAngleDeg, instance.tubeVoltageKv})
                QCOMPARE(found, ofAll);
            QCOMPARE(instance.kernel, isOfAll ? "B30" : "");
            QCOMPARE(instance.stackId, isOwn ? "S" : "");
            QVERIFY(instance.dimensionIndices == (isOwn ? std::vector<qint64>{1, 4} : std::vector<qint64>{}));
            QVERIFY(instance.gradient == (isOwn ? std::optional(Vec3{0, 1, 0}) : isOfAll ? std::optional(Vec3{1, 0, 0}) : std::nullopt));
        }
        // Groups that are there and say nothing.
        Dataset dataset, frame;
        dataset.setNumber(tag::TemporalPositionIdentifier, 5);
        dataset.setNumber(tag::InversionTime, 5);
        dataset.setNumber(tag::DiffusionBValue, 5);
        dataset.setNumbers(orientation, {1, 0, 0});
        for (const Tag group : {tag::FrameContentSequence, Tag{0x0018, 0x9115}, Tag{0x0018, 0x9117}})
            frame.addItem(group);
        Instance instance;
        readDimensions(dataset, instance);
        const std::optional<Dataset> shared;
        readFrameDimensions(dataset, FrameGroups(shared, &frame), instance);
        QCOMPARE(instance.temporalPosition, Number(5));
        QCOMPARE(instance.inversionTimeMs, Number(5));
        QVERIFY(!instance.bValue && !instance.gradient); // of no diffusion
    }

    /// The names that people use for what a dimension points to, the label of the file, or the standard's keyword (PS3.3 C.7.6.17).
    void GEO_08_namesOfDimensions()
    {
        struct Named
        {
            Tag tag;
            const char* name;
            const char* unit;
            bool isPlace;
        };
        const Named all[] = {{{0x0018, 0x9082}, "echo time", "ms", false}, {{0x0018, 0x9087}, "b-value", "s/mm²", false}, {{0x0018, 0x9089}, "gradient direction", "", false},
                             {{0x0018, 0x9079}, "inversion time", "ms", false}, {{0x0020, 0x9153}, "trigger time", "ms", false}, {{0x0020, 0x9241}, "heart phase", "%", false},
                             {{0x0020, 0x9128}, "temporal position", "", false}, {{0x0020, 0x930D}, "time", "s", false}, {{0x0062, 0x000B}, "segment", "", false},
                             {{0x0020, 0x9156}, "FrameAcquisitionNumber", "", false}, {{0x0020, 0x0032}, "ImagePositionPatient", "", true}, {{0x0020, 0x0037}, "ImageOrientationPatient", "", true},
                             {{0x0020, 0x9057}, "InStackPositionNumber", "", true}, {{0x0020, 0x9056}, "StackID", "", true}, {{0x0020, 0x9301}, "ImagePositionVolume", "", true},
                             {{0x0020, 0x9302}, "ImageOrientationVolume", "", true}, {{0x0020, 0x9113}, "PlanePositionSequence", "", true}, {{0x0020, 0x9116}, "PlaneOrientationSequence", "", true},
                             {{0x0020, 0x930E}, "PlanePositionVolumeSequence", "", true}, {{0x0020, 0x930F}, "PlaneOrientationVolumeSequence", "", true}, {{0x0020, 0x1041}, "SliceLocation", "", true}};
        for (const Named& named : all)
            for (const char* label : {"", "Its own"}) {
                Dataset dataset;
                Dataset item = dataset.addItem(tag::DimensionIndexSequence);
                putPointer(item, tag::DimensionIndexPointer, named.tag);
                putPointer(item, tag::FunctionalGroupPointer, {0x0020, 0x9111});
                if (*label)
                    QVERIFY(item.setText(tag::DimensionDescriptionLabel, label));
                const auto index = readDimensionIndex(dataset);
                QVERIFY(index && index->size() == 1);
                QCOMPARE(index->front().pointer, named.tag);
                QCOMPARE(index->front().group, (Tag{0x0020, 0x9111}));
                QCOMPARE(index->front().name, *label ? label : named.name);
                QCOMPARE(index->front().unit, QString::fromUtf8(named.unit));
                QCOMPARE(index->front().isSpatial, named.isPlace);
            }
        QVERIFY(!readDimensionIndex(Dataset()));
        Dataset empty; // an item without its pointers
        empty.addItem(tag::DimensionIndexSequence);
        QCOMPARE(readDimensionIndex(empty)->front().pointer, Tag());
    }

    /// The values that the indices stand for: of the frame's group, else of the object; none for a place, nor a long one.
    void GEO_08_valuesOfDimensions()
    {
        const Tag group{0x0020, 0x9111}, own{0x0020, 0x4000}, place{0x0020, 0x9057}; // Image Comments: of any length
        const auto valuesOf = [&](const Dataset& dataset, const Dataset& frame, std::vector<DimensionIndex> index, std::vector<qint64> indices, std::optional<Vec3> gradient = {}) {
            Instance instance;
            instance.dimensionIndex = std::make_shared<const std::vector<DimensionIndex>>(std::move(index));
            instance.dimensionIndices = std::move(indices);
            instance.gradient = gradient;
            const std::optional<Dataset> shared;
            readDimensionValues(dataset, FrameGroups(shared, &frame), instance);
            return instance.dimensionIndex ? instance.dimensionValues : QStringList{"no index"};
        };
        Dataset dataset, frame;
        QVERIFY(dataset.setText(own, "of all") && dataset.setText(place, "4"));
        Dataset item = frame.addItem(group);
        QVERIFY(item.setText(own, "its own") && item.setText(place, "5"));
        QCOMPARE(valuesOf(dataset, frame, {{own, group, {}, {}, false}, {own, {0x0018, 0x9114}, {}, {}, false}, {place, group, {}, {}, true}, {place, {0x0018, 0x9114}, {}, {}, true}}, {1, 2, 3, 4}), (QStringList{"its own", "of all", "", ""}));
        QCOMPARE(valuesOf(dataset, frame, {{own, group, {}, {}, false}}, {1, 2}), QStringList{"no index"});
        QCOMPARE(valuesOf(dataset, frame, {{own, group, {}, {}, false}, {own, group, {}, {}, false}}, {1}), QStringList{"no index"});
        const DimensionIndex direction{orientation, group, {}, {}, false};
        QCOMPARE(valuesOf(dataset, frame, {direction}, {1}, Vec3{0.5, -1, 0}), QStringList{"0.5\\-1\\0"}); // wherever it stood
        QCOMPARE(valuesOf(dataset, frame, {direction}, {1}), QStringList{""});
        QCOMPARE(valuesOf(dataset, frame, {{{0x0018, 0x9087}, group, {}, {}, false}}, {1}, Vec3{1, 0, 0}), QStringList{""});
        dataset.setNumbers(orientation, {0, 0, 1});
        QCOMPARE(valuesOf(dataset, Dataset(), {direction}, {1}, Vec3{1, 0, 0}), QStringList{"0\\0\\1"});
        for (const int length : {1024, 1026}) {
            Dataset longer;
            QVERIFY(longer.setText(own, QString(length, u'x')));
            QCOMPARE(valuesOf(longer, Dataset(), {{own, group, {}, {}, false}}, {1}).front().size(), length <= 1024 ? length : 0);
        }
    }

    /// Increments are one for each frame; vectors of NM too (PS3.3 C.8.7.5, C.8.4.8).
    void GEO_19_vectorsOfFrames()
    {
        for (const size_t numbers : {1u, 2u, 3u, 4u})
            for (const char* modality : {"NM", "XA"}) {
                Dataset dataset;
                const std::vector<double> all{2, 4, 6, 8};
                const std::vector<double> some(all.begin(), all.begin() + qsizetype(numbers));
                dataset.setNumbers({0x0018, 0x1520}, some);
                dataset.setNumbers({0x0018, 0x1521}, some);
                for (const quint16 element : {0x0010, 0x0020, 0x0030, 0x0050, 0x0060, 0x0070, 0x0080, 0x0090, 0x0100})
                    dataset.setNumbers({0x0054, element}, some);
                dataset.setNumbers({0x0054, 0x0080}, {7, 8, 9});
                std::vector<Instance> frames(3);
                for (Instance& frame : frames) {
                    frame.modality = modality;
                    frame.positionerPrimaryDeg = 10;
                    frame.positionerSecondaryDeg = 20;
                }
                frames[1].positionerPrimaryDeg.reset();
                frames[2].positionerSecondaryDeg.reset();
                readVectors(dataset, frames);
                const bool isOneEach = numbers == 3, isNuclear = QLatin1String(modality) == QLatin1String("NM");
                QCOMPARE(frames[0].positionerPrimaryDeg, Number(isOneEach ? 12 : 10));
                QCOMPARE(frames[1].positionerPrimaryDeg, Number());
                QCOMPARE(frames[2].positionerPrimaryDeg, Number(isOneEach ? 16 : 10));
                QCOMPARE(frames[1].positionerSecondaryDeg, Number(isOneEach ? 24 : 20));
                QCOMPARE(frames[2].positionerSecondaryDeg, Number());
                const QStringList names{"energy window", "detector", "phase", "rotation", "R-R interval", "time slot", "slice", "angular view", "time slice"};
                for (size_t i = 0; i < 3; ++i) {
                    QCOMPARE(frames[i].dimensionIndex != nullptr, isNuclear);
                    if (!isNuclear)
                        continue;
                    QStringList found;
                    for (const DimensionIndex& index : *frames[i].dimensionIndex)
                        found << index.name;
                    QCOMPARE(found, isOneEach ? names : QStringList{"slice"});
                    const QString own = QString::number(2 * (i + 1)), slice = QString::number(7 + i);
                    QCOMPARE(frames[i].dimensionValues, isOneEach ? (QStringList{own, own, own, own, own, own, slice, own, own}) : QStringList{slice});
                    QCOMPARE(frames[i].dimensionIndices.size(), size_t(found.size()));
                    QCOMPARE(frames[i].dimensionIndices.back(), isOneEach ? own.toLongLong() : slice.toLongLong());
                }
            }
        std::vector<Instance> none(2);
        none[0].modality = none[1].modality = "NM";
        readVectors(Dataset(), none);
        QVERIFY(!none[0].dimensionIndex && !none[1].dimensionIndex);
    }

    /// Parts of a concatenation: which, of how many, and where its frames begin (PS3.3 C.7.6.16.2.2.4).
    void OBJ_10_partsOfAConcatenation_data()
    {
        QTest::addColumn<Number>("number");
        QTest::addColumn<Number>("total");
        QTest::addColumn<Number>("offset");
        QTest::addColumn<int>("part");
        QTest::addColumn<int>("parts");
        QTest::addColumn<qint64>("first");
        const auto row = [](const char* name, Number number, Number total, Number offset, int part, int parts, qint64 first) { QTest::newRow(name) << number << total << offset << part << parts << first; };
        row("all said", 2, 3, 40, 2, 3, 40);
        row("nothing said", {}, {}, {}, 1, 0, 0);
        row("without an offset by their numbers", 3, {}, {}, 3, 0, qint64(2) << 32);
        row("no part 0", 0, 0, 0, 1, 0, 0);
    }
    void OBJ_10_partsOfAConcatenation()
    {
        QFETCH(Number, number);
        QFETCH(Number, total);
        QFETCH(Number, offset);
        for (const bool isOne : {true, false}) {
            Dataset dataset;
            if (isOne)
                QVERIFY(dataset.setText(tag::ConcatenationUID, "1.2.9"));
            for (const auto& [at, value] : {std::pair(tag::InConcatenationNumber, number), {Tag{0x0020, 0x9163}, total}, {Tag{0x0020, 0x9228}, offset}})
                if (value)
                    dataset.setNumber(at, *value);
            Instance instance;
            const Instance before = instance;
            readConcatenation(dataset, instance);
            QCOMPARE(instance.concatenationUid, isOne ? "1.2.9" : "");
            if (!isOne) {
                QCOMPARE(instance.concatenationNumber, before.concatenationNumber);
                QCOMPARE(instance.concatenationTotal, before.concatenationTotal);
                QCOMPARE(instance.firstFrameInObject, before.firstFrameInObject);
                continue;
            }
            QTEST(instance.concatenationNumber, "part");
            QTEST(instance.concatenationTotal, "parts");
            QTEST(qint64(instance.firstFrameInObject), "first");
        }
    }

    /// In words of its own where there are some, else by number and unit; of no frame nothing is said.
    void GEO_08_howADimensionIsSaid()
    {
        const StackDimension times{"echo time", 3, {10, 25.5, 1.0 / 3}, "ms", {}}, numbers{"acquisition", 2, {4, 7}, "", {}}, words{"b-value", 3, {0, 1000, 2000}, "s/mm²", {"none", "1000 along"}};
        const auto said = [](const StackDimension& dimension) {
            QStringList all;
            for (int index = -2; index < 5; ++index)
                all << dimension.text(index);
            return all;
        };
        QCOMPARE(said(times), (QStringList{"", "", "10 ms", "25.5 ms", "0.33333333 ms", "", ""}));
        QCOMPARE(said(numbers), (QStringList{"", "", "4", "7", "", "", ""}));
        QCOMPARE(said(words), (QStringList{"", "", "none", "1000 along", "2000 s/mm²", "", ""}));
        Stack stack; // four slices, of each three times, of each two acquisitions
        stack.sliceCount = 4;
        stack.dimensions = {times, numbers};
        stack.instances.resize(24);
        for (int frame = 0; frame < 24; ++frame)
            QCOMPARE(stack.dimensionTexts(frame), (QStringList{"echo time " + times.text(frame / 4 % 3), "acquisition " + numbers.text(frame / 12)}));
        for (const int frame : {-13, -1, 24, 100})
            QCOMPARE(stack.dimensionTexts(frame), QStringList());
    }
};

QTEST_GUILESS_MAIN(TestFrameDimensions)
#include "tst_frame_dimensions.moc"
