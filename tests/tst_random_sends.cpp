// Random files sent to a peer of any habits: what goes as it is, what goes in another syntax, and what becomes of each, against a plain reading.
#include "netclient/dimse/association.h"
#include "netclient/dimse/query.h"
#include "netclient/dimse/store.h"
#include "tests/support/dice.h"
#include "tests/support/dimse_peers.h"
#include "tests/support/scripted_scp.h"
#include <QTemporaryDir>
#include <QTest>
#include <map>
#include <mutex>
#include <set>

using namespace diascope;
using namespace diascope::dimse;
using test::big, test::Dice, test::element, test::little, test::Reached, test::ScriptedScp, test::uid;

namespace {

const QByteArray explicitSyntax = "1.2.840.10008.1.2.1", implicitSyntax = "1.2.840.10008.1.2", bigEndian = "1.2.840.10008.1.2.2",
                 runLength = "1.2.840.10008.1.2.5", htj2k = "1.2.840.10008.1.2.4.201";
const QByteArray secondaryCapture = "1.2.840.10008.5.1.4.1.1.7", ct = "1.2.840.10008.5.1.4.1.1.2", rare = "1.2.840.10008.5.1.4.1.1.6.2";

struct File
{
    QString path;
    QByteArray sopClass, instance, syntax, dataset;
    QString wrong; ///< what keeps it from being sent
    quint16 status = 0;
};

/// An image of 2 x 2 in one of the syntaxes (PS3.5 §7.1, Annexes A and G).
QByteArray datasetOf(const QByteArray& syntax, const QByteArray& sopClass, const QByteArray& instance)
{
    QByteArray all;
    const bool isBig = syntax == bigEndian;
    const auto number = [&](quint64 value, int bytes) { return isBig ? big(value, bytes) : little(value, bytes); };
    const auto put = [&](quint16 group, quint16 name, const char* vr, const QByteArray& value) {
        all += syntax == implicitSyntax ? element(group, name, value) : number(group, 2) + number(name, 2) + vr + number(quint64(value.size()), 2) + value;
    };
    put(8, 0x16, "UI", uid(sopClass));
    put(8, 0x18, "UI", uid(instance));
    put(0x20, 0x0D, "UI", uid("1.2.3"));
    put(0x20, 0x0E, "UI", uid("1.2.3.4"));
    put(0x28, 0x02, "US", number(1, 2));
    put(0x28, 0x04, "CS", "MONOCHROME2 ");
    put(0x28, 0x10, "US", number(2, 2));
    put(0x28, 0x11, "US", number(2, 2));
    put(0x28, 0x0100, "US", number(8, 2));
    put(0x28, 0x0101, "US", number(8, 2));
    put(0x28, 0x0102, "US", number(7, 2));
    put(0x28, 0x0103, "US", number(0, 2));
    const QByteArray pixels = "abcd";
    if (syntax == implicitSyntax)
        return all + element(0x7FE0, 0x10, pixels);
    if (syntax == explicitSyntax || isBig)
        return all + number(0x7FE0, 2) + number(0x10, 2) + "OB" + QByteArray(2, '\0') + number(4, 4) + pixels;
    // One segment: a run of four bytes as they are.
    const QByteArray frame = syntax == runLength ? little(1, 4) + little(64, 4) + QByteArray(56, '\0') + '\3' + pixels + '\0' : QByteArray("no codestream ");
    const QByteArray item = little(0xFFFE, 2) + little(0xE000, 2);
    return all + little(0x7FE0, 2) + little(0x10, 2) + "OB" + QByteArray(2, '\0') + little(0xFFFFFFFF, 4) + item + little(0, 4) + item +
           little(quint64(frame.size()), 4) + frame + little(0xFFFE, 2) + little(0xE0DD, 2) + little(0, 4);
}

void write(const File& file, const QByteArray& dataset)
{
    const auto put = [](quint16 name, const char* vr, const QByteArray& value) {
        return little(2, 2) + little(name, 2) + vr + little(quint64(value.size()), 2) + value;
    };
    const QByteArray meta = put(2, "UI", uid(file.sopClass)) + put(3, "UI", uid(file.instance)) + put(0x10, "UI", uid(file.syntax));
    QFile out(file.path);
    if (out.open(QIODevice::WriteOnly))
        out.write(QByteArray(128, '\0') + "DICM" + put(0, "UL", little(quint64(meta.size()), 4)) + meta + dataset);
}

} // namespace

class TestRandomSends : public QObject
{
    Q_OBJECT

    Local m_local;

private Q_SLOTS:
    void initTestCase() { m_local.connectSeconds = m_local.acseSeconds = m_local.dimseSeconds = 10; }

    /// PS3.4 §B.2.2, table B.2-1.
    void SAF_05_whatBecomesOfEachFile()
    {
        Reached reached({"as it is", "as it is, byte for byte", "uncompressed", "the other way round", "again uncompressed", "by who can", "nobody can",
                         "a kind that is not accepted", "nothing is accepted", "a warning", "refused", "missing", "cut", "nameless", "nothing to send",
                         "in implicit", "first answer stays"});
        for (int seed = 1; seed <= test::rounds(200); ++seed) {
            Dice dice(seed);
            const QTemporaryDir folder;
            QByteArrayList syntaxes{explicitSyntax, implicitSyntax, bigEndian, runLength, htj2k};
            dice.shuffle(syntaxes);
            syntaxes = syntaxes.mid(0, dice.from(1, 5));
            const QByteArrayList refused = dice.isOneOf(3) ? QByteArrayList{dice.of({secondaryCapture, ct, rare})} : QByteArrayList();
            const bool hasTranscode = dice.isOneOf(2);
            std::vector<File> files;
            for (int i = dice.from(0, 6); i > 0; --i) {
                File file{folder.filePath(QString::number(i)),
                          dice.of({secondaryCapture, ct, rare}),
                          "1.2.3.4." + QByteArray::number(i),
                          dice.of({explicitSyntax, implicitSyntax, bigEndian, runLength, runLength, htj2k}),
                          {},
                          {},
                          0};
                if (dice.isOneOf(12))
                    (dice.isOneOf(2) ? file.instance : file.sopClass) = "1..2", file.wrong = "Damaged: it has no SOP class or instance UID";
                file.dataset = datasetOf(file.syntax, file.sopClass, file.instance);
                file.status = dice.of<quint16>({0, 0, 0, 0xB000, 0xA700, 0x0122, 0xC001});
                if (file.wrong.isEmpty() && dice.isOneOf(12))
                    file.wrong = "Not found: ";
                const bool isCut = file.wrong.isEmpty() && dice.isOneOf(12);
                if (isCut)
                    file.wrong = "Damaged: ";
                if (file.wrong != "Not found: ")
                    write(file, file.dataset.chopped(isCut ? 1 : 0));
                reached.count("cut", isCut);
                files.push_back(file);
            }

            // What is agreed on for each class: each syntax of its files by itself, and one that is not compressed.
            std::map<QByteArray, std::set<QByteArray>> agreed;
            bool isAnyAgreed = false, isAnyGood = false;
            for (const File& file : files) {
                if (!file.wrong.isEmpty())
                    continue;
                isAnyGood = true;
                if (refused.contains(file.sopClass))
                    continue;
                if (syntaxes.contains(file.syntax))
                    agreed[file.sopClass].insert(file.syntax);
                for (const QByteArray& syntax : syntaxes)
                    if (syntax == explicitSyntax || syntax == implicitSyntax) {
                        agreed[file.sopClass].insert(syntax);
                        break;
                    }
                isAnyAgreed = isAnyAgreed || !agreed[file.sopClass].empty();
            }

            std::mutex mutex;
            std::map<QByteArray, QByteArrayList> got; // datasets by instance
            std::set<quint16> ids;
            ScriptedScp peer(
                [&](ScriptedScp::Conversation& conversation, const ScriptedScp::Message& message) {
                    const std::lock_guard lock(mutex);
                    const auto file = std::find_if(files.begin(), files.end(), [&](const File& one) { return message.dataset.contains(uid(one.instance)); });
                    if (file == files.end() || message.sopClass != file->sopClass || !ids.insert(message.id).second)
                        return conversation.close();
                    got[file->instance] << message.dataset;
                    conversation.respond(message, got[file->instance].size() == 1 ? file->status : quint16(0));
                },
                {.syntaxes = syntaxes, .refused = refused});
            QStringList paths, confirmed, wantedConfirmed, failed, progress;
            for (const File& file : files)
                paths << file.path;
            Task task([&](qint64 done, qint64 total, const QString&) { progress << QStringLiteral("%1 of %2").arg(done).arg(total); });
            QStringList transcoded;
            const Transcode recorded = [&](const QString& path) -> Result<dicom::Dataset> {
                transcoded << path;
                dicom::Dataset dataset;
                (void)dataset.setText(dicom::tag::SOPInstanceUID, "1.2.3.4." + QFileInfo(path).fileName());
                return dataset;
            };
            const auto sent = dimse::store({"s", "SCRIPTED", "127.0.0.1", peer.port(), false, {}, {}, {}}, paths, m_local, task,
                                           hasTranscode ? recorded : Transcode(), [&](const QString& path) { confirmed << path; });
            const QByteArray where = "seed " + QByteArray::number(seed) + ": ";
            if (files.empty() || (isAnyGood && !isAnyAgreed)) {
                QVERIFY2(!sent && (files.empty() ? sent.error().fault == Fault::Invalid : isNotOffered(sent.error())), where.constData());
                reached.count(files.empty() ? "nothing to send" : "nothing is accepted");
                continue;
            }
            QVERIFY2(sent, where.constData());
            QStringList sayFailed;
            int answers = 0;
            const std::lock_guard lock(mutex);
            for (const File& file : files) // what is wrong with a file is said before any is sent
                if (!file.wrong.isEmpty()) {
                    failed << QFileInfo(file.path).fileName() + "  " + file.wrong;
                    reached.count(file.wrong.startsWith("Not") ? "missing" : "nameless",
                                  file.instance == "1..2" || file.sopClass == "1..2" || file.wrong.startsWith("Not"));
                }
            for (const File& file : files) {
                const QByteArrayList& came = got[file.instance];
                if (!file.wrong.isEmpty()) {
                    QVERIFY2(came.isEmpty(), where.constData());
                    continue;
                }
                const auto& mine = agreed[file.sopClass];
                const bool isPacked = file.syntax == runLength || file.syntax == htj2k, goesAsIs = mine.contains(file.syntax),
                           hasPlain = mine.contains(explicitSyntax) || mine.contains(implicitSyntax);
                const QString line = QFileInfo(file.path).fileName() + ' ' + QString::fromLatin1(file.instance) + ' ';
                const QByteArray plain = mine.contains(explicitSyntax)
                                             ? little(0x7FE0, 2) + little(0x10, 2) + "OB" + QByteArray(2, '\0') + little(4, 4) + "abcd"
                                             : element(0x7FE0, 0x10, "abcd");
                const auto isPlain = [&](const QByteArray& bytes) {
                    return file.syntax == htj2k ? !bytes.contains("codestream")
                                                : bytes.endsWith(plain) || bytes.endsWith(QByteArray(plain).replace("OB", "OW"));
                };
                const bool canBePlain = file.syntax != htj2k || hasTranscode;
                if (!goesAsIs && (!hasPlain || !canBePlain)) {
                    QVERIFY2(came.isEmpty(), where.constData());
                    failed << line + (hasPlain ? "the peer does not accept " + dicom::TransferSyntax::fromUid(QString::fromLatin1(file.syntax)).name +
                                                     ", and it cannot be decompressed here"
                                               : "the peer does not accept this kind of object");
                    reached.count(hasPlain ? "nobody can" : "a kind that is not accepted");
                    continue;
                }
                const bool isAgain = goesAsIs && isPacked && hasPlain && canBePlain && (file.status == 0xA700 || file.status == 0xC001);
                QVERIFY2(came.size() == (isAgain ? 2 : 1), (where + file.instance).constData());
                QVERIFY2(goesAsIs ? came[0] == file.dataset : isPlain(came[0]), (where + file.instance + ' ' + came[0].toHex()).constData());
                QVERIFY2(!isAgain || isPlain(came[1]), (where + file.instance).constData());
                ++answers;
                const quint16 status = isAgain ? quint16(0) : file.status;
                status == 0 || status == 0xB000 ? wantedConfirmed << file.path : failed << line + statusText(status);
                reached.count("as it is", goesAsIs);
                reached.count("as it is, byte for byte", goesAsIs && isPacked);
                reached.count("uncompressed", !goesAsIs && file.syntax == runLength);
                reached.count("the other way round", !goesAsIs && file.syntax == bigEndian);
                reached.count("again uncompressed", isAgain);
                reached.count("by who can", !goesAsIs && file.syntax == htj2k);
                reached.count("a warning", status == 0xB000);
                reached.count("refused", status == 0x0122);
                reached.count("in implicit", !goesAsIs && !mine.contains(explicitSyntax));
                reached.count("first answer stays", goesAsIs && isPacked && !isAgain && (status == 0xA700 || status == 0xC001));
            }
            for (const SendFailure& failure : sent->failed) {
                const QString line = QFileInfo(failure.path).fileName() + ' ' + failure.sopInstanceUid + ' ' + failure.reason;
                sayFailed << (failure.sopInstanceUid.isEmpty() && !failure.reason.contains("UID") ? line.section(": ", 0, 0) + ": " : line);
            }
            QVERIFY2(sayFailed == failed, (where + sayFailed.join("; ").toUtf8() + "\nnot " + failed.join("; ").toUtf8()).constData());
            QVERIFY2(confirmed == wantedConfirmed, (where + confirmed.join("; ").toUtf8()).constData());
            QVERIFY2(sent->sent == answers && sent->confirmed == wantedConfirmed.size() && !sent->ended, where.constData());
            if (isAnyGood) {
                QTRY_COMPARE(peer.releases(), 1); // it ends as it should
                QVERIFY2(progress.last() == QStringLiteral("%1 of %1").arg(files.size()), (where + progress.join(", ").toUtf8()).constData());
            }
        }
        qInfo("%s", qPrintable(reached.summary()));
        QCOMPARE(reached.missing(), QString());
    }
};

QTEST_GUILESS_MAIN(TestRandomSends)
#include "tst_random_sends.moc"
