// Random answers of peers, the keys and titles we send them, and the nodes that are kept, against plain readings of the standards.
#include "netclient/dicom/dataset.h"
#include "netclient/dicom/uid.h"
#include "netclient/dicomweb/store_answer.h"
#include "netclient/dimse/commitment_report.h"
#include "netclient/dimse/query_session.h"
#include "tests/support/dice.h"
#include "tests/support/words.h"
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QTest>
#include <map>

using namespace diascope;
using test::Dice, test::Reached, test::difference;

namespace
{

dicom::Tag tagOf(quint32 tag) { return {quint16(tag >> 16), quint16(tag)}; }

} // namespace

class TestRandomPeers : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    /// PS3.18 §10.5.3 and Annex I, in JSON (Annex F) and in XML (PS3.19 §A.1): who is named as stored and who not, and why.
    void NET_01_NET_06_STOW_whatTheAnswerSaysOfEach()
    {
        Reached reached({"JSON", "JSON in a list", "XML", "both", "no reason", "nothing", "cut", "another type", "within an item", "another sequence", "a byte order mark", "an instance that is not named"});
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
                const bool isFailed = sequence == "00081198", isWithin = dice.isOneOf(4), isNamed = sequence != "00081199" || !dice.isOneOf(8);
                const quint16 reason = failed.value(uid, dice.of(reasons));
                reached.count("another sequence", sequence == "00081115");
                reached.count("both", (isFailed && stored.contains(uid)) || (sequence == "00081199" && failed.contains(uid)));
                if (isFailed)
                    failed[uid] = reason;
                else if (sequence == "00081199" && isNamed)
                    stored << uid;
                QJsonObject item{{"00081155", QJsonObject{{"vr", "UI"}, {"Value", QJsonArray{uid}}}}, {"00081150", QJsonObject{{"vr", "UI"}, {"Value", QJsonArray{"1.9"}}}}};
                const QByteArray of = "<DicomAttribute vr=\"UI\" tag=\"", value = QByteArray(dice.of({"\"><Value number=\"1\">", "\">\n<Value number=\"1\"> "}));
                QByteArrayList parts{of + "00081155" + value + uid.toLatin1() + "</Value></DicomAttribute>", of + "00081150" + value + "1.9</Value></DicomAttribute>"};
                if (reached.count("an instance that is not named", !isNamed)) {
                    item.remove("00081155");
                    parts.removeFirst();
                }
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
            if (reached.count("a byte order mark", dice.isOneOf(8)))
                body.prepend("\xef\xbb\xbf");
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
};

QTEST_GUILESS_MAIN(TestRandomPeers)
#include "tst_random_peers.moc"
