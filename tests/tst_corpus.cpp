// Every file of the real test data, one row a file: what must happen with it stands in tests/corpus/expectations.tsv, written
// by readers that are not ours (tests/corpus/expectations.py).
#include "tests/support/test_data.h"
#include "viewer/volume/instance.h"
#include <QFile>
#include <QtEndian>
#include <cmath>

using namespace diascope;
using namespace diascope::viewer;

namespace
{

struct Row
{
    QString path;
    QString outcome;
    QString detail;
    int frames = 0;
    int rows = 0;
    int columns = 0;
    int samples = 0;
    QString first;
    QString last;
    QString crc;
    QString origin;
    QString window;
};

std::vector<Row> readTable()
{
    QFile file(QFINDTESTDATA("corpus/expectations.tsv"));
    std::vector<Row> table;
    if (!file.open(QIODevice::ReadOnly))
        return table;
    file.readLine(); // names of the columns
    while (!file.atEnd()) {
        const QStringList c = QString::fromUtf8(file.readLine()).chopped(1).split('\t');
        if (c.size() == 12)
            table.push_back({c[0], c[1], c[2], c[3].toInt(), c[4].toInt(), c[5].toInt(), c[6].toInt(), c[7], c[8], c[9], c[10], c[11]});
    }
    return table;
}

QString crcOf(const Frame& frame)
{
    std::array<quint32, 256> table;
    for (quint32 i = 0; i < 256; ++i) {
        quint32 c = i;
        for (int bit = 0; bit < 8; ++bit)
            c = c & 1 ? 0xEDB88320 ^ (c >> 1) : c >> 1;
        table[i] = c;
    }
    quint32 crc = ~0u;
    const auto add = [&](quint8 byte) { crc = table[(crc ^ byte) & 0xFF] ^ (crc >> 8); };
    if (frame.type == SampleType::Rgb8)
        for (const quint8 byte : frame.as<quint8>())
            add(byte);
    else
        for (int row = 0; row < frame.rows; ++row)
            for (int column = 0; column < frame.columns; ++column) {
                const quint32 value = quint32(qint64(frame.storedAt(column, row)));
                for (int shift = 0; shift < 32; shift += 8)
                    add(quint8(value >> shift));
            }
    return QString::number(~crc, 16).rightJustified(8, '0');
}

/// Smallest, largest and mean value: samples of colour, modality values of grey.
struct Statistics
{
    double low = INFINITY;
    double high = -INFINITY;
    double mean = 0;

    static Statistics of(const Frame& frame, const ModalityTransform& transform)
    {
        Statistics statistics;
        double sum = 0;
        const auto add = [&](double value) {
            statistics.low = std::min(statistics.low, value);
            statistics.high = std::max(statistics.high, value);
            sum += value;
        };
        if (frame.type == SampleType::Rgb8) {
            for (const quint8 value : frame.as<quint8>())
                add(value);
            statistics.mean = sum / double(frame.pixels.size());
        } else {
            const std::vector<float> values = modalityValues(frame, transform);
            for (const float value : values)
                add(double(value));
            statistics.mean = sum / double(values.size());
        }
        return statistics;
    }

    /// `tolerance` in stored values; of a mean much less may be off.
    QString difference(const QString& expected, double tolerance) const
    {
        const QStringList parts = expected.split('/');
        const double wanted[] = {parts.value(0).toDouble(), parts.value(1).toDouble(), parts.value(2).toDouble()};
        const double got[] = {low, high, mean};
        const double span = std::max({1e-3, std::abs(wanted[0]), std::abs(wanted[1])});
        for (int i = 0; i < 3; ++i)
            if (!(std::abs(got[i] - wanted[i]) <= span * 1e-6 + (i < 2 ? tolerance : tolerance / 2)))
                return QStringLiteral("%1/%2/%3 instead of %4").arg(low).arg(high).arg(mean).arg(expected);
        return {};
    }
};

} // namespace

class TestCorpus : public QObject
{
    Q_OBJECT

    QString m_folder;

private Q_SLOTS:
    void initTestCase() { m_folder = test::dataFolder(); }

    /// The table is about the files that are there, all of them.
    void tableIsComplete()
    {
        NEEDS_TEST_DATA(m_folder);
        QSet<QString> named;
        for (const Row& row : readTable())
            named << row.path;
        QVERIFY(named.size() > 1700);
        QDirIterator files(m_folder, QDir::Files | QDir::Hidden, QDirIterator::Subdirectories);
        QStringList missing;
        while (files.hasNext()) {
            const QString path = files.next().mid(m_folder.size() + 1);
            if (path.contains('/') && !named.contains(path))
                missing << path;
        }
        QVERIFY2(missing.isEmpty(), qPrintable(missing.join('\n')));
    }

    void everyFile_data()
    {
        QTest::addColumn<int>("row");
        if (m_folder.isEmpty())
            return;
        const auto table = readTable();
        for (size_t i = 0; i < table.size(); ++i)
            QTest::newRow(qPrintable(table[i].path)) << int(i);
    }

    /// OBJ-12, PIX-13, PIX-18, SAF-12: shown with these values, or a sentence.
    void everyFile()
    {
        NEEDS_TEST_DATA(m_folder);
        QFETCH(int, row);
        static const std::vector<Row> table = readTable();
        const Row& expected = table[size_t(row)];
        const QString path = m_folder + '/' + expected.path;
        if (!QFileInfo::exists(path))
            QSKIP("the file is not here");

        const auto instances = readInstances(path);
        if (expected.outcome == "foreign" || expected.outcome == "listed") {
            QVERIFY2(!instances, "an image where the independent reader finds none");
            QVERIFY(!message(instances.error()).isEmpty());
            if (expected.outcome == "foreign")
                QVERIFY2(instances.error().fault == Fault::NotDicom || instances.error().fault == Fault::Damaged ||
                             instances.error().fault == Fault::Unreadable,
                         qPrintable(message(instances.error())));
            return;
        }
        Result<Frame> first = fail(Fault::Internal, QString());
        Result<Frame> last = fail(Fault::Internal, QString());
        if (!instances) {
            first = last = std::unexpected(instances.error());
        } else {
            const auto source = PixelSource::open(instances->front().layout);
            QVERIFY(source);
            first = source->frame(0);
            last = instances->size() > 1 ? source->frame(int(instances->size()) - 1) : first;
        }
        if (expected.outcome == "refused") {
            const Result<Frame>& failed = first ? last : first;
            QVERIFY2(!failed, "a picture where the independent reader finds none");
            QVERIFY(!message(failed.error()).isEmpty());
            return;
        }
        QCOMPARE(expected.outcome, QStringLiteral("shown"));
        QVERIFY2(first, qPrintable(first ? QString() : message(first.error())));
        QVERIFY2(last, qPrintable(last ? QString() : message(last.error())));
        QCOMPARE(int(instances->size()), expected.frames);
        QCOMPARE(first->rows, expected.rows);
        QCOMPARE(first->columns, expected.columns);
        QCOMPARE(first->type == SampleType::Rgb8 ? 3 : 1, expected.samples);
        const bool isExact = expected.detail == "exact";
        const double slope = std::abs(instances->front().modalityTransform.slope);
        const double tolerance = isExact ? 0 : expected.detail.toDouble() * std::max(1.0, slope);
        const QString atFirst = Statistics::of(*first, instances->front().modalityTransform).difference(expected.first, tolerance);
        QVERIFY2(atFirst.isEmpty(), qPrintable(atFirst));
        const QString atLast = Statistics::of(*last, instances->back().modalityTransform).difference(expected.last, tolerance);
        QVERIFY2(atLast.isEmpty(), qPrintable(atLast));
        if (expected.crc != "-")
            QCOMPARE(crcOf(*first), expected.crc);
        const Instance& instance = instances->front();
        if (expected.origin != "-") {
            QVERIFY2(instance.plane, "no position in the patient");
            const QStringList at = expected.origin.split('/');
            QVERIFY(norm(instance.plane->originLps - Vec3{at[0].toDouble(), at[1].toDouble(), at[2].toDouble()}) < 1e-3);
        }
        if (expected.window != "-") {
            QVERIFY2(!instance.windows.empty(), "no window");
            const QString window = QStringLiteral("%1/%2").arg(instance.windows.front().centre, 0, 'g', 9).arg(instance.windows.front().width, 0, 'g', 9);
            QCOMPARE(window, expected.window);
        }
    }
};

QTEST_GUILESS_MAIN(TestCorpus)
#include "tst_corpus.moc"
