// Random operations on an archive of small files; after each step all that it tells and all that lies on the disk is compared with a plain model.
#include "netclient/archive/archive.h"
#include "netclient/dicom/person_name.h"
#include "netclient/dicom/structure.h"
#include "tests/support/archive_phantoms.h"
#include "tests/support/comparison.h"
#include "tests/support/plain_archive.h"
#include <QDirIterator>
#include <QTest>
#include <array>

using namespace diascope;
using namespace diascope::archive;
using namespace diascope::test;

class TestRandomArchive : public QObject, test::Comparison
{
    Q_OBJECT

    test::Dice m_dice{0};
    test::Reached m_reached{"a thumbnail goes", "accepted, and gone", "accepted, and refused again", "another patient, accepted", "found",
                            "bytes that two remarks keep", "evict: else", "evict: goes", "evict: open", "evict: pinned", "evict: wanted",
                            "evict: references stay", "evict: stopped", "rebuild: another patient", "rebuild: late", "rebuild: the same again",
                            "verify: copy changed", "verify: copy missing", "verify: reference changed", "verify: reference missing",
                            "copy, copy comes: 1", "copy, copy comes: 2", "copy, received comes: 1", "copy, received comes: 2",
                            "copy, reference comes: 1", "copy, reference comes: 2", "lost copy, copy comes: 0", "lost copy, copy comes: 2",
                            "lost copy, received comes: 0", "lost copy, received comes: 2", "lost copy, reference comes: 2",
                            "lost reference, copy comes: 0", "lost reference, copy comes: 2", "lost reference, received comes: 0",
                            "lost reference, received comes: 2", "lost reference, reference comes: 0", "lost reference, reference comes: 2",
                            "reference, copy comes: 0", "reference, copy comes: 2", "reference, received comes: 0",
                            "reference, received comes: 2", "reference, reference comes: 0", "reference, reference comes: 1",
                            "reference, reference comes: 2", "a reference written over comes again",
                            "another patient in its place", "what was confirmed has gone", "verify: a thumbnail goes", "rebuild: other bytes",
                            "rebuild: a DICOMDIR", "import: stopped", "receive: a DICOMDIR",
                            "unknown, copy comes: 2", "unknown, reference comes: 2"};
    PlainArchive m_plain;
    std::unique_ptr<Archive> m_archives[2];
    std::unique_ptr<Database> m_database;
    std::vector<File> m_pool;
    std::vector<std::pair<QString, std::unique_ptr<Archive::OpenMark>>> m_marks;
    QString m_in; ///< where the user's files lie
    QString m_replaced; ///< the number of what is drawn, where that is not left open
    int m_names = 0, m_written = 0;
    std::atomic<int> m_signals = 0;

    Archive& archive() { return *m_dice.in(m_archives); }
    void open(int which)
    {
        m_archives[which].reset();
        m_archives[which] = std::move(*Archive::open(profile()));
        Archive* one = m_archives[which].get();
        QObject::connect(one, &Archive::changed, one, [this] { ++m_signals; }, Qt::DirectConnection);
    }
    void openAgain()
    {
        did("open again");
        open(m_dice.upTo(1));
    }
    QString anyStudy()
    {
        const QStringList all = m_plain.studies.keys();
        return all.isEmpty() || m_dice.isOneOf(12) ? QString("2.25.%1").arg(m_dice.upTo(6)) : m_dice.of(all);
    }
    QString drawn(std::initializer_list<const char*> all) { return m_dice.text(all); }

    QByteArray bytesOf(const Aside& one)
    {
        return one.kept.isEmpty() ? m_plain.users.value(one.source) : m_plain.disk.value("quarantine/" + one.kept);
    }

    void setPatient(Says& says, int person)
    {
        const QStringList letters{"Müller^Hans", m_dice.isOneOf(4) ? "山田^太郎" : "Nguyễn^Lǖ", m_dice.isOneOf(3) ? "WEISS" : "Weiß"};
        const QStringList more{"", "=山田^太郎", "=山田^太郎=ﾔﾏﾀﾞ^たろう"};
        const bool isNobody = m_dice.isOneOf(15);
        says[Name] = person == 0 && m_dice.isOneOf(4) ? "MULLER^Hans" : person == 2 && m_dice.isOneOf(3) ? "Άννα" : letters[person];
        says[Name] += person == 0 ? m_dice.of(more) : "";
        says[Id] = isNobody || m_dice.isOneOf(4) ? "" : person ? "P1" : "P２"; // two of one number, of two issuers
        says[Issuer] = m_dice.isOneOf(3) ? "" : person == 1 ? "B" : "A";
        says[Birth] = m_dice.isOneOf(3) ? "" : person == 2 ? "19600228" : m_dice.isOneOf(2) ? "1961.03.01" : "19610301";
        says[Sex] = m_dice.isOneOf(3) ? "" : person == 1 ? "F" : "M";
        if (isNobody)
            says[Name] = "";
    }
    File drawFile(bool isDirectory = false)
    {
        std::vector<File> rare; // of what is lost, or lies elsewhere
        for (const Row& row : m_plain.rows)
            if (!m_plain.isThere(row) || (!row.isOurs() && m_dice.isOneOf(8)))
                rare.push_back(row.file);
        for (const Aside& one : m_plain.quarantine)
            if (!one.study.isEmpty() && m_dice.isOneOf(2))
                rare.push_back(m_plain.meaning(bytesOf(one)));
        std::erase_if(rare, [](const File& one) { return one.kind != File::Sound || one.bytes.isEmpty(); });
        if (!m_replaced.isEmpty())
            rare.assign(1, m_plain.rows[m_replaced].file);
        const bool isRare = !rare.empty() && (!m_replaced.isEmpty() || m_dice.isOneOf(3));
        if (isRare && !isDirectory && m_dice.isOneOf(m_replaced.isEmpty() ? 2 : 4))
            return m_dice.of(rare);
        File file;
        if (isRare || (!m_pool.empty() && !m_dice.isOneOf(3))) {
            file = m_dice.of(isRare ? rare : m_pool);
            switch (isRare ? m_dice.from(m_replaced.isEmpty() ? 1 : 2, 6) : m_dice.upTo(8)) {
            case 0: file.syntax = file.isEncapsulated() ? Jpeg + OtherJpeg - file.syntax : m_dice.from(Explicit, Deflated); break;
            case 1: file.header = m_dice.upTo(31); break;
            case 2: file.says[Content] = drawn({"pixel1", "pixel2"}); break;
            case 3: setPatient(file.says, m_dice.upTo(2)); break;
            case 4:
                for (const Says other = m_dice.of(rare.empty() || !m_replaced.isEmpty() ? m_pool : rare).says;
                     const quint32 tag : {Name, Id, Issuer, Birth, Sex})
                    file.says[tag] = other[tag];
                break;
            case 5:
                file.says[Study] = m_dice.isOneOf(3) ? file.says[Study] : QString("2.25.%1").arg(m_dice.from(1, 4));
                file.says[Series] = m_dice.isOneOf(3) ? file.says[Series] : QString("%1.%2").arg(file.says[Study]).arg(m_dice.from(1, 2));
                break;
            case 6:
                for (const Element& one : elements)
                    if (one.tag != CharacterSet && !one.texts.isEmpty() && m_dice.isOneOf(2))
                        file.says[one.tag] = m_dice.of(one.texts);
                break;
            default: break;
            }
        } else {
            const int study = m_dice.from(1, 4);
            for (const Element& one : elements)
                file.says[one.tag] = one.texts.isEmpty() ? QString() : m_dice.of(one.texts);
            file.says[Study] = QString("2.25.%1").arg(study);
            file.says[Series] = QString("2.25.%1.%2").arg(m_dice.isOneOf(12) ? 1 : study).arg(m_dice.from(1, 2));
            file.says[Instance] = QString("2.25.%1.9.%2").arg(m_dice.isOneOf(12) ? 1 : study).arg(m_dice.from(1, 6));
            setPatient(file.says, m_dice.isOneOf(8) ? m_dice.upTo(2) : study % 3);
            file.syntax = m_dice.isOneOf(2) ? Explicit : m_dice.upTo(OtherJpeg);
            file.header = m_dice.isOneOf(2) ? Plain : m_dice.upTo(31);
        }
        file.header = file.syntax != Explicit ? file.header & ~Bare : file.header & Bare ? Bare : file.header;
        m_pool.push_back(file);
        if (isDirectory || m_dice.isOneOf(8))
            spoil(file, isDirectory ? 5 : m_dice.upTo(5));
        file.write();
        if (file.kind == File::NotDicom)
            file.bytes = file.reason.endsWith("empty") ? "" : m_dice.of({QByteArray("rubbish"), QByteArray(200, 't'), file.bytes.mid(200)});
        if (file.kind == File::Damaged && file.reason.isEmpty()) {
            file.bytes.chop(3);
            const auto why = dicom::checkStructure(reinterpret_cast<const uchar*>(file.bytes.constData()), file.bytes.size());
            file.reason = why ? QString() : why.error().detail;
        }
        m_plain.meanings[shaOf(file.bytes)] = file;
        return file;
    }
    void spoil(File& file, int how)
    {
        const auto [tag, name] = m_dice.of({std::pair(Instance, "SOP Instance UID"), {Study, "Study Instance UID"}, {Series, "Series Instance UID"}});
        file.header = Plain;
        file.kind = File::Damaged;
        file.syntax = Explicit;
        switch (how) {
        case 0: file.says[tag] = "", file.reason = QString("there is no %1").arg(name); break;
        case 1: file.says[tag] = drawn({"2.25.a", "../1", "1..2"}), file.reason = QString("the %1 is no UID").arg(name); break;
        case 2: file.says[Content] = "pixel1"; break; // its end is missing
        case 3: file.kind = File::NotDicom, file.reason = "the file is empty"; break;
        case 4: file.kind = File::NotDicom, file.reason = "the file has no DICOM header"; break;
        default:
            file.kind = File::Directory, file.says[Instance] = "", file.header = Padded, file.reason = "a DICOMDIR cannot be stored";
            break;
        }
    }
    void put(const QString& path, const QByteArray& bytes)
    {
        QDir().mkpath(QFileInfo(path).path());
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size());
    }
    QString putForUser(const QString& name, const QByteArray& bytes)
    {
        const QString path = m_in + '/' + name;
        put(path, bytes);
        const int count = m_plain.written[path] = ++m_written;
        QFile file(path); // two within one tick of the clock are two nevertheless
        const bool isSet = file.open(QIODevice::ReadWrite) && file.setFileTime(test::timeOf(1000 * count), QFileDevice::FileModificationTime);
        compare("time of the file", isSet, true);
        m_plain.users[path] = bytes;
        return path;
    }
    void import()
    {
        const bool isCopy = m_dice.isOneOf(3), isStopped = m_reached.count("import: stopped", m_dice.isOneOf(12));
        QStringList paths, files, progress;
        int fault = test::noFault;
        const auto draw = [&](bool mayBeDirectory) {
            while (true)
                if (const File file = drawFile(); mayBeDirectory || file.kind != File::Directory)
                    return file.bytes;
        };
        if (m_dice.isOneOf(4)) {
            const QString folder = QString("f%1").arg(++m_names), first = m_in + '/' + folder + "/a";
            paths << m_in + '/' + folder;
            for (const char* name : {"10", "9", "a", "b", "sub/a", "sub2/deep/a"})
                if (m_dice.isOneOf(3))
                    files << putForUser(folder + '/' + name, draw(true));
            if (m_dice.isOneOf(2) && files.contains(first)) {
                QVERIFY(QFile::link(first, first + "a"));
                m_plain.users[first + "a"] = m_plain.users[first];
                m_plain.written[first + "a"] = m_plain.written[first];
                files.insert(files.indexOf(first) + 1, first + "a");
            }
            QDir().mkpath(paths[0]);
            fault = files.isEmpty() && !isStopped ? int(Fault::NotDicom) : test::noFault;
            files = isStopped ? QStringList() : files;
        } else {
            QStringList known = m_plain.users.keys();
            known.removeIf([&](const QString& path) { return m_plain.meaning(m_plain.users[path]).kind == File::Directory; });
            for (int i = m_dice.upTo(2); i >= 0; --i) {
                const QString writtenOver = m_plain.rows.value(m_replaced).reference;
                const bool isAgain = known.contains(writtenOver) ? !m_dice.isOneOf(3) : m_dice.isOneOf(3) && !known.isEmpty();
                paths << (!isAgain ? putForUser(QString::number(++m_names), draw(false)) : known.contains(writtenOver) ? writtenOver : m_dice.of(known));
                if (!files.contains(paths.last()))
                    files << paths.last();
            }
            if (m_dice.isOneOf(15)) {
                paths << m_in + "/nothing";
                fault = int(Fault::NotFound);
            }
        }
        did("import", isCopy ? "copies" : "references", paths);
        Task task([&](qint64 done, qint64 total, const QString&) { progress << line(done, "of", total); });
        isStopped ? task.cancel() : void();
        const auto report = archive().import(paths, isCopy ? ImportMode::Copy : ImportMode::Reference, task);
        compareFault("import", report, fault);
        if (!report || fault != test::noFault)
            return;
        ImportReport expected;
        expected.isCancelled = isStopped;
        QStringList expectedProgress{line(0, "of", files.size())};
        for (const QString& path : isStopped ? QStringList() : files) {
            m_plain.count(expected, {m_plain.users[path], path, isCopy ? "" : path});
            expectedProgress << line(expectedProgress.size(), "of", files.size());
        }
        compare("import", linesOf(*report), linesOf(expected));
        compare("progress of the import", progress, expectedProgress);
    }
    void receive()
    {
        const bool isOne = !m_dice.isOneOf(4), isFetched = m_dice.isOneOf(2);
        const Arrival arrival = isFetched ? Arrival::Fetched : Arrival::Pushed;
        const QString source = m_dice.isOneOf(12) ? "" : drawn({"PACS", "CT1"});
        QStringList got, expected;
        const auto settled = [&](const dicom::InstanceUid& uid, const Result<Stored>& stored) {
            got << line(uid.value, stored ? *stored == Stored::New ? "new" : "duplicate" : stored.error().detail);
        };
        auto intake = isOne ? nullptr : archive().intake(source, settled, arrival);
        for (int i = isOne ? 0 : m_dice.upTo(3); i >= 0; --i) {
            const File file = drawFile();
            const dicom::InstanceUid uid{QString("as %1").arg(i)};
            did("receive", file.says[Instance], "of", file.says[Study], "from", source, arrival);
            if (isOne)
                settled(uid, archive().storeReceived(file.bytes, source, arrival));
            else
                intake->add(file.bytes, uid);
            const Outcome outcome = m_plain.decide({file.bytes, source, {}, isFetched ? Origin::Retrieved : Origin::Received, true});
            m_reached.count("receive: a DICOMDIR", !isOne && outcome.kind == Outcome::Directory);
            const QStringList words{"new", "duplicate", outcome.reason, outcome.reason, "a DICOMDIR cannot be stored"};
            expected << line(uid.value, words[outcome.kind]);
        }
        if (intake)
            intake->finish();
        compare("receive", got, expected);
    }
    void confirm() { confirm(m_dice.isOneOf(12) ? "" : drawn({"PACS", "VNA"}), 2); }
    void confirm(const QString& node, int everyWhich)
    {
        std::vector<dicom::InstanceUid> chosen{{"2.25.4711"}};
        for (const QString& uid : m_plain.rows.keys())
            if (m_dice.isOneOf(everyWhich)) {
                chosen.push_back({uid});
                if (m_plain.rows[uid].confirmed.isEmpty())
                    m_plain.rows[uid].confirmed = node;
            }
        did("confirmed by", node);
        compareFault("confirm", archive().markConfirmed(chosen, node), node.isEmpty() ? int(Fault::Invalid) : test::noFault);
    }
    void pinOrUse()
    {
        const QString uid = anyStudy();
        const bool isPin = m_dice.isOneOf(2), isUse = m_dice.isOneOf(2), isKnown = m_plain.studies.contains(uid);
        did(isUse ? "use" : isPin ? "pin" : "unpin", uid);
        const auto done = isUse ? archive().markUsed({uid}) : archive().setPinned({uid}, isPin ? Archive::Pin::Yes : Archive::Pin::No);
        compareFault("pin or use", done, isKnown || isUse ? test::noFault : int(Fault::NotFound));
        if (isKnown && isUse)
            m_plain.studies[uid].isTouched = true;
        else if (isKnown)
            m_plain.studies[uid].isPinned = isPin;
    }
    void openOrClose()
    {
        const bool isClose = !m_marks.empty() && m_dice.isOneOf(2);
        const auto one = m_marks.begin() + (isClose ? m_dice.upTo(int(m_marks.size()) - 1) : 0);
        const QString uid = isClose ? one->first : anyStudy();
        did(isClose ? "close" : "open", uid);
        if (isClose)
            m_marks.erase(one);
        else
            m_marks.emplace_back(uid, archive().markOpen({uid}));
    }
    void evict()
    {
        if (!m_dice.isOneOf(3))
            confirm("PACS", 1);
        if (!m_dice.isOneOf(3))
            for (auto [uid, study] : m_plain.studies.asKeyValueRange()) {
                study.used = m_dice.isOneOf(4) ? QDateTime::currentMSecsSinceEpoch() + test::dayMs : m_dice.upTo(4);
                QVERIFY(m_database->execute("UPDATE study SET used=? WHERE uid=?", {study.used, uid}));
            }
        QStringList open, told, expectedTold;
        for (const auto& [uid, mark] : m_marks)
            open << uid;
        const QString wanted = anyStudy();
        const bool importedMayGo = m_dice.isOneOf(2), isStopped = m_dice.isOneOf(4);
        const qint64 all = m_plain.storedBytes(), quota = m_dice.of<qint64>({-1, 0, all / 2, all, all - 1, all - m_plain.storedBytes(anyStudy())});
        did("evict", quota, "of", all, "open", open, "wanted", wanted, importedMayGo ? "imported may go" : "", isStopped ? "stopped" : "");
        Task task([&](qint64 done, qint64 total, const QString&) {
            told << QString("%1 of %2").arg(done).arg(total);
            isStopped ? task.cancel() : void();
        });
        const auto keep = [&](const dicom::StudyUid& uid) {
            told << "asked for " + uid.value;
            return QString(wanted == uid.value ? "wanted" : "");
        };
        const auto report = archive().evict(quota, keep, task, importedMayGo ? Archive::OnlyHere::ImportedMayGo : Archive::OnlyHere::Stays);
        const EvictionReport expected = m_plain.evict(quota, wanted, open, importedMayGo, isStopped, expectedTold);
        compareFault("evict", report, test::noFault);
        compare("evict", linesOf(value(report)), linesOf(expected));
        compare("what evict told", told, expectedTold);
    }
    void remove()
    {
        const QString uid = anyStudy();
        const bool isKnown = m_plain.studies.contains(uid);
        did("remove", uid);
        compareFault("remove", archive().removeStudy({uid}), isKnown ? test::noFault : int(Fault::NotFound));
        if (isKnown)
            m_plain.remove(uid, true);
    }
    void settleQuarantine()
    {
        const auto rows = value(archive().quarantine());
        const size_t count = m_plain.quarantine.size();
        if (rows.size() != count || count == 0 || m_dice.isOneOf(15)) {
            did("nothing in quarantine");
            compareFault("remove from quarantine", archive().removeFromQuarantine(4711), int(Fault::NotFound));
            compareFault("accept", archive().acceptFromQuarantine(4711, "me"), int(Fault::NotFound));
            return;
        }
        size_t index = size_t(m_dice.upTo(int(count) - 1));
        for (size_t i = 0; i < count && m_plain.quarantine[index].study.isEmpty() && !m_dice.isOneOf(4); ++i)
            index = i;
        const Aside chosen = m_plain.quarantine[index];
        if (m_dice.isOneOf(3)) {
            did("remove from quarantine", chosen.uid);
            compareFault("remove from quarantine", archive().removeFromQuarantine(rows[index].id), test::noFault);
            m_plain.dropFromQuarantine(index);
            return;
        }
        const auto isMeant = [&](const Aside& one) { return one.study == chosen.study && one.patient == chosen.patient; };
        did("accept", chosen.uid, "of", chosen.study);
        const auto report = archive().acceptFromQuarantine(rows[index].id, "me");
        compareFault("accept", report, chosen.study.isEmpty() ? int(Fault::Conflict) : test::noFault);
        if (chosen.study.isEmpty())
            return;
        m_plain.accepted.insert({chosen.study, lineOf(chosen.patient)});
        ImportReport expected;
        expected.studies.push_back({chosen.study});
        for (size_t i = 0, at = 0; i < count; ++i) {
            const Aside one = m_plain.quarantine[at];
            const bool isCopied = !one.kept.isEmpty(), isGone = !isCopied && !m_plain.users.contains(one.source);
            const File file = isGone ? File() : m_plain.meaning(bytesOf(one));
            if (!isMeant(one)) {
                ++at;
            } else if (m_reached.count("accepted, and gone", isGone) || file.kind != File::Sound) {
                expected.skipped.push_back({one.source, isGone ? "the file cannot be read: No such file or directory" : file.reason, one.uid});
                ++at;
            } else {
                const Outcome outcome = m_plain.decide({bytesOf(one), one.source, {}, isCopied ? Origin::Received : Origin::Imported, isCopied});
                expected.imported += outcome.kind == Outcome::New;
                expected.duplicates += outcome.kind == Outcome::Duplicate;
                if (m_reached.count("accepted, and refused again", outcome.kind == Outcome::Quarantined))
                    expected.quarantined.push_back({one.source, outcome.reason, one.uid});
                m_plain.dropFromQuarantine(at);
            }
        }
        compare("accept", linesOf(value(report)), linesOf(expected));
    }
    void thumbnail()
    {
        if (m_plain.rows.isEmpty())
            return;
        const QString series = m_dice.of(m_plain.rows.values())[Series];
        did("thumbnail of", series);
        m_plain.thumbnails[series] = QByteArray::number(++m_names);
        compareFault("thumbnail", archive().storeThumbnail({series}, m_plain.thumbnails[series]), test::noFault);
    }
    /// Somebody else does something to the files, and now and then that is seen at once.
    void meddle()
    {
        meddleOnce();
        if (m_dice.isOneOf(2))
            m_dice.isOneOf(3) ? verify() : m_dice.isOneOf(3) ? settleQuarantine() : rebuild();
    }
    void meddleOnce()
    {
        const QStringList places = m_plain.places(), users = m_plain.users.keys().filter(QRegularExpression("/in/\\d+$"));
        QString place = places.isEmpty() ? "" : m_dice.of(places), user = users.isEmpty() ? "" : m_dice.of(users);
        QStringList references, refused;
        for (const Row& row : m_plain.rows)
            references << row.reference;
        for (const Aside& one : m_plain.quarantine)
            refused << (one.study.isEmpty() ? "" : one.source);
        for (QStringList& known : m_dice.isOneOf(3) ? std::array{references, refused} : std::array{refused, references}) {
            known.removeIf([&](const QString& path) { return !users.contains(path); });
            user = known.isEmpty() ? user : m_dice.of(known);
        }
        enum { Lost, Rotten, Garbage, UserLost, UserOther, Orphan, Misnamed };
        const int what = m_dice.of<int>({Lost, Lost, Rotten, Garbage, UserLost, UserLost, UserOther, UserOther, Orphan, Orphan, Orphan, Misnamed});
        if (what <= Garbage ? place.isEmpty() : what <= UserOther && user.isEmpty())
            return;
        did("somebody changes", what <= Garbage ? place : what <= UserOther ? user : "the store", what);
        if (what == UserLost || what == UserOther) {
            m_plain.users.remove(user);
            QVERIFY(QFile::remove(user));
            if (what == UserOther)
                putForUser(user.section('/', -1), drawFile().bytes);
            return;
        }
        QByteArray bytes = what > Garbage ? drawFile(m_dice.isOneOf(8)).bytes : m_plain.disk[place];
        for (const Aside& one : m_plain.quarantine) // refused once, it lies there nevertheless
            if (what == Orphan && !one.study.isEmpty() && m_dice.isOneOf(2) && m_plain.meaning(bytesOf(one)).kind == File::Sound)
                bytes = bytesOf(one).isEmpty() ? bytes : bytesOf(one);
        if (what > Garbage)
            place = placeOf(what == Orphan ? shaOf(bytes) : shaOf(QByteArray::number(++m_names)));
        if (what > Garbage && m_plain.disk.contains(place))
            return;
        File file = m_plain.meaning(bytes);
        const qsizetype at = bytes.indexOf("pixel");
        if (what == Rotten && file.kind == File::Sound && at > 0) {
            file.says[Content] = "rotten";
            file.bytes = bytes.replace(at, 6, "rotten");
        } else if (what == Rotten || what == Garbage) {
            bytes = "garbage";
            file = {File::NotDicom, {}, Explicit, Plain, "the file has no DICOM header", bytes};
        }
        m_plain.meanings[shaOf(bytes)] = file;
        m_plain.disk.remove(place);
        if (what == Lost)
            QVERIFY(QFile::remove(m_plain.folder + '/' + place));
        else
            put(m_plain.folder + '/' + place, m_plain.disk[place] = bytes);
    }
    static bool isLinked(const QString& path) { return QFileInfo(path + 'a').isSymLink() || QFileInfo(path).isSymLink(); }
    /// Of what was refused: the file is gone when it is accepted, or lies in the store nevertheless.
    void meddleWithRefused()
    {
        std::vector<Aside> refused = m_plain.quarantine;
        std::erase_if(refused, [&](const Aside& one) { return one.study.isEmpty() || m_plain.meaning(bytesOf(one)).kind != File::Sound; });
        if (refused.empty())
            return;
        const Aside one = m_dice.of(refused);
        const QByteArray bytes = bytesOf(one);
        const QString place = placeOf(shaOf(bytes));
        did("refused before", one.uid);
        if (one.kept.isEmpty() && m_plain.users.contains(one.source) && !isLinked(one.source) && m_dice.isOneOf(2)) {
            m_plain.users.remove(one.source);
            QVERIFY(QFile::remove(one.source));
            settleQuarantine();
        } else if (!bytes.isEmpty() && !m_plain.disk.contains(place)) {
            put(m_plain.folder + '/' + place, m_plain.disk[place] = bytes);
            rebuild();
        }
    }
    /// A file goes, or another one is written over a reference, and then one of its number comes.
    void replaceFile()
    {
        QStringList references, copies;
        for (const auto& [uid, row] : m_plain.rows.asKeyValueRange()) {
            if (m_plain.isThere(row) && (row.isOurs() || !isLinked(row.reference)))
                (row.isOurs() ? copies : references) << uid;
        }
        const QStringList& all = m_dice.isOneOf(6) ? copies : references;
        if (all.isEmpty())
            return;
        m_replaced = m_dice.of(all);
        const Row row = m_plain.rows[m_replaced];
        const QString path = m_plain.pathOf(row);
        const bool isLost = row.isOurs() || m_dice.isOneOf(2);
        did(isLost ? "lost" : "overwritten", path);
        if (isLost) {
            row.isOurs() ? m_plain.disk.remove(placeOf(row.sha)) : m_plain.users.remove(path);
            QVERIFY(QFile::remove(path));
        } else {
            putForUser(path.mid(m_in.size() + 1), drawFile().bytes);
        }
        m_dice.isOneOf(isLost ? 2 : 4) ? receive() : import();
        m_replaced.clear();
    }
    void verify()
    {
        const bool isRepair = m_dice.isOneOf(2), isStopped = m_dice.isOneOf(8);
        did("verify", isRepair);
        Task task;
        isStopped ? task.cancel() : void();
        const auto report = archive().verify(isRepair ? Archive::Repair::Yes : Archive::Repair::No, task);
        compareFault("verify", report, isStopped ? int(Fault::Cancelled) : test::noFault);
        if (report)
            compare("verify", linesOf(*report), linesOf(m_plain.verify(isRepair)));
    }
    void rebuild()
    {
        for (const QString& place : m_plain.places())
            m_reached.count("rebuild: a DICOMDIR", m_plain.meaning(m_plain.disk[place]).kind == File::Directory);
        const bool isAny = !m_plain.places().isEmpty() || std::ranges::any_of(m_plain.rows, [](const Row& row) { return !row.isOurs(); });
        const bool isStopped = m_dice.isOneOf(8) && isAny;
        did("rebuild");
        Task task;
        isStopped ? task.cancel() : void();
        const auto report = archive().rebuild(task);
        compareFault("rebuild", report, isStopped ? int(Fault::Cancelled) : test::noFault);
        if (report)
            compare("rebuild", linesOf(*report), linesOf(m_plain.rebuild()));
    }

    QStringList expectedStudy(const QString& uid) const
    {
        const StudyState& study = m_plain.studies[uid];
        const Says& first = study.first;
        QStringList modalities, accepted;
        for (const Says& says : study.series)
            if (!says[Modality].isEmpty())
                modalities << says[Modality];
        modalities.removeDuplicates();
        modalities.sort();
        QStringList lines{line(uid, lineOf(study.patient), plainDate(first[StudyDate]), first[StudyTime], first[Accession], first[Description],
                               first[Referring], modalities, study.series.size(), m_plain.rowsOf(uid).size(), study.isPinned,
                               m_plain.storedBytes(uid), m_plain.onlyHere(uid))};
        const auto key = [](const PatientIdentity& one) {
            const QString nameless = dicom::PersonName::parse(one.name).comparable() + '|' + one.birthDate;
            return line(one.patientId, '|', one.issuer, '|', one.patientId.isEmpty() ? nameless : "");
        };
        for (const QString& other : m_plain.newestFirst())
            if (other != uid && key(m_plain.studies[other].patient) == key(study.patient))
                lines << "  other " + other;
        QStringList series = study.series.keys();
        std::ranges::sort(series, {}, [&](const QString& one) { return byNumber(study.series[one][SeriesNumber], one); });
        for (const QString& one : series) {
            const Says says = study.series[one];
            QStringList rows = m_plain.rowsOf(uid, one);
            std::ranges::sort(rows, {}, [&](const QString& of) { return byNumber(m_plain.rows[of][Number], of); });
            lines << line("  series", uid, one, says[Modality], wholeNumber(says[SeriesNumber]), says[SeriesDescription], says[BodyPart],
                          plainDate(says[SeriesDate]), says[SeriesTime], says[Frame], rows.size());
            for (const QString& of : rows) {
                const Row row = m_plain.rows[of];
                lines << line("    instance", uid, one, of, row[SopClass], syntaxes[row.file.syntax], wholeNumber(row[Number]), row[Rows].toInt(),
                              row[Columns].toInt(), std::max(1, row[Frames].toInt()), row.size, m_plain.pathOf(row), !row.isOurs(), row.sha,
                              row.origin, row.source, row.confirmed);
            }
        }
        for (const auto& [of, patient] : m_plain.accepted)
            if (of == uid)
                accepted << "  accepted " + patient;
        return lines + accepted;
    }
    QStringList gotStudy(Archive& from, const StudyRow& study)
    {
        QStringList lines{lineOf(study)}, instances, accepted;
        for (const QString& other : studyUids(value(from.otherStudiesOfPatient(study.uid))))
            lines << "  other " + other;
        for (const SeriesRow& series : value(from.series(study.uid))) {
            const QStringList ofSeries = linesOf(value(from.instances(series.uid, study.uid)));
            lines << lineOf(series) << ofSeries;
            instances << ofSeries;
        }
        compare("all instances of the study", linesOf(value(from.instancesOfStudy(study.uid))), instances);
        for (const PatientIdentity& one : value(from.acceptedPatients(study.uid)))
            accepted << "  accepted " + lineOf(one);
        accepted.sort();
        return lines + accepted;
    }
    QStringList filesOnDisk() const
    {
        QStringList found;
        for (QDirIterator all(m_plain.folder, QDir::Files | QDir::Hidden, QDirIterator::Subdirectories); all.hasNext();) {
            const QString place = all.next().mid(m_plain.folder.size() + 1), folder = place.section('/', 0, 0);
            if (place.endsWith(".part") || folder.size() == 2 || folder == "quarantine")
                found << place + ' ' + shaOf(test::bytesOf(m_plain.folder + '/' + place));
        }
        found.sort();
        return found;
    }
    void compareAll(qint64 from, qint64 to, bool isWhole)
    {
        Archive& archive = this->archive();
        const auto studies = value(archive.studies());
        QStringList got, expected, kept;
        compare("studies", studyUids(studies), m_plain.newestFirst());
        for (const StudyRow& one : studies) {
            got << (isWhole ? gotStudy(archive, one) : QStringList{lineOf(one)});
            StudyState& study = m_plain.studies[one.uid.value];
            const auto isBetween = [&](qint64 time, qint64 old) { return time >= std::max(old, from) && time <= std::max(old, to); };
            compare("time of " + one.uid.value, study.added ? one.addedMs == study.added : isBetween(one.addedMs, 0), true);
            const bool isUsed = isBetween(one.usedMs, study.used), isUnused = one.usedMs == study.used;
            compare("use of " + one.uid.value, study.isTouched ? isUsed : isUnused, true);
            study.added = one.addedMs, study.used = one.usedMs, study.isTouched = false;
        }
        for (const QString& uid : m_plain.newestFirst())
            expected << (isWhole ? expectedStudy(uid) : expectedStudy(uid).mid(0, 1));
        compare("what is known of the studies", got, expected);
        got = expected = {};
        for (const QuarantineRow& one : value(archive.quarantine())) {
            got << line(one.source, one.sopInstanceUid, one.reason, one.keptPath, one.study.value, lineOf(one.patient), one.isOfAnotherPatient());
            compare("time of the remark", one.timeMs <= to, true);
        }
        for (const Aside& one : m_plain.quarantine)
            expected << line(one.source, one.uid, one.reason, one.kept.isEmpty() ? "" : m_plain.folder + "/quarantine/" + one.kept, one.study,
                             lineOf(one.patient), !one.study.isEmpty());
        compare("quarantine", got, expected);
        for (const auto& [place, bytes] : m_plain.disk.asKeyValueRange())
            kept << place + ' ' + shaOf(bytes);
        kept.sort();
        compare("files", filesOnDisk(), kept);
        compare("stored bytes", value(archive.storedBytes()), m_plain.storedBytes());
    }
    /// By what leads to one.
    void compareParts()
    {
        Archive& archive = this->archive();
        const QString study = anyStudy(), series = QString("2.25.%1.%2").arg(m_dice.from(1, 5)).arg(m_dice.from(1, 2));
        const QString uid = m_plain.rows.isEmpty() ? "2.25.1" : m_dice.of(m_plain.rows.keys());
        const auto row = value(archive.instance({uid}));
        compare("instance", row ? row->uid.value + row->sha256 : "none", m_plain.rows.contains(uid) ? uid + m_plain.rows[uid].sha : "none");
        const auto one = value(archive.study({study}));
        compare("study", one ? lineOf(*one) : "none", m_plain.studies.contains(study) ? expectedStudy(study).first() : "none");
        compare("no study", value(archive.study({})).has_value(), false);
        QStringList got, expected = m_plain.rowsOf({}, series);
        for (const InstanceRow& found : value(archive.instances({series})))
            got << found.uid.value;
        std::ranges::sort(expected, {}, [&](const QString& found) { return byNumber(m_plain.rows[found][Number], found); });
        compare("instances of the series", got, expected);
        compare("thumbnail", value(archive.thumbnail({series})), m_plain.thumbnails.value(series));
        const QStringList some{"2.25.1", study, "2.25.4", "2.25.\"4"};
        expected = m_plain.newestFirst();
        erase_if(expected, [&](const QString& found) { return !some.contains(found); });
        compare("studies by UID", studyUids(value(archive.studiesByUid(some))), expected);
    }
    void search()
    {
        Query query;
        const auto [text, words] = m_dice.isOneOf(2) ? m_dice.of(typed) : std::pair<QString, QStringList>();
        const auto [name, nameWords] = m_dice.isOneOf(3) ? m_dice.of(typed) : std::pair<QString, QStringList>();
        const auto maybe = [&](std::initializer_list<const char*> all) { return m_dice.isOneOf(6) ? drawn(all) : QString(); };
        query.text = text, query.name = name;
        query.patientId = maybe({"P1", "p1", "P２"}), query.issuer = maybe({"A", "B"}), query.accession = maybe({"A1", "A", "a\"2%"});
        query.dateFrom = maybe({"20170101", "20170630", "20180107", "20180108", "20180109"});
        query.dateTo = maybe({"20170629", "20170630", "20180107", "20200101"});
        query.study = {m_dice.isOneOf(10) ? anyStudy() : QString()};
        if (m_dice.isOneOf(4))
            query.modalities = QStringList{drawn({"ct", "CT", "MR", "C", "SR"}), drawn({"MR", "XA", "SR"})}.mid(m_dice.upTo(1));
        query.limit = m_dice.of({0, 0, 0, 1, 2});
        query.after = {m_dice.isOneOf(5) ? anyStudy() : QString()};
        const QStringList all = m_plain.newestFirst();
        const qsizetype after = all.indexOf(query.after.value), first = query.after.isEmpty() ? 0 : after < 0 ? all.size() : after + 1;
        QStringList got, expected;
        const auto is = [](const QString& wanted, const QString& value) { return wanted.isEmpty() || wanted == value; };
        for (const QString& uid : all.mid(first)) {
            const StudyState& one = m_plain.studies[uid];
            const QString date = plainDate(one.first[StudyDate]), to = query.dateTo, searched = plainName(one.patient.name);
            bool isFound = is(query.patientId, one.patient.patientId) && is(query.issuer, one.patient.issuer) && is(query.study.value, uid) &&
                           is(query.accession, one.first[Accession]) && date >= query.dateFrom && (to.isEmpty() || (!date.isEmpty() && date <= to));
            for (const QString& word : nameWords)
                isFound = isFound && searched.contains(word);
            for (const QString& word : words)
                isFound = isFound && !one.words.filter(word).isEmpty();
            const bool hasModality = std::ranges::any_of(one.series, [&](const Says& says) {
                return query.modalities.contains(says[Modality], Qt::CaseInsensitive);
            });
            if (isFound && (query.modalities.isEmpty() || hasModality))
                expected << uid;
        }
        m_reached.count("found", !expected.isEmpty());
        expected = query.limit ? expected.mid(0, query.limit) : expected;
        const QString what = line("search", query.text, '/', query.name, '/', query.patientId, query.issuer, query.accession, query.dateFrom, '-',
                                  query.dateTo, query.modalities, query.study.value, query.limit, "after", query.after.value);
        compare(what, studyUids(value(archive().studies(query))), expected);
        const qsizetype most = m_dice.from(1, 3);
        compareFault(what, archive().studies(query, [&](StudyRow&& row) { return (got << row.uid.value).size() < most; }), test::noFault);
        compare(what + " stopped", got, expected.mid(0, most));
    }
    QStringList everything() const
    {
        QStringList lines{QString::number(m_plain.quarantine.size())};
        for (const QString& uid : m_plain.newestFirst())
            lines << expectedStudy(uid);
        return lines;
    }
    void start(int seed)
    {
        m_marks.clear();
        for (auto& archive : m_archives)
            archive.reset();
        m_database.reset();
        startInFolder(seed);
        m_dice = test::Dice(seed);
        m_plain = {};
        m_plain.reached = &m_reached;
        m_plain.folder = profile().pixelFolder();
        m_in = profile().folder() + "/in";
        m_pool.clear();
        m_names = m_written = 0;
        m_replaced.clear();
        open(0);
        open(1);
        m_database = std::move(*Database::open(profile().databasePath()));
    }

private Q_SLOTS:
    void PER_06_datesAsTheyAreTyped()
    {
        const QStringList days{"", "20180101", "20180131", "20240229", "19991231", "20180230", "2018010", "201801011", "2018x101"};
        for (int seed = 1; seed <= test::rounds(3000); ++seed) {
            test::Dice dice(seed);
            const auto day = [&] { return dice.isOneOf(4) ? dice.of(days) : days[dice.from(1, 4)]; };
            const auto dashed = [](const QString& one) { return one.isEmpty() ? one : one.left(4) + '-' + one.mid(4, 2) + '-' + one.mid(6); };
            QString from = day(), to = day(), text = from;
            switch (dice.upTo(4)) {
            case 0: to = from; break;
            case 1: text = from + '-' + to; break;
            case 2: to = from, text = dashed(from); break;
            case 3: text = dice.isOneOf(2) ? from + " - " + to : dashed(from) + " - " + dashed(to); break;
            default: from = from.isEmpty() ? days[1] : from, to = to.isEmpty() ? days[2] : to, text = dashed(from) + '-' + dashed(to); break;
            }
            if (dice.isOneOf(3) && text.trimmed() == text)
                text = ' ' + text + ' ';
            const bool isRange = days.indexOf(from) < 5 && days.indexOf(to) < 5 && !(from.isEmpty() && to.isEmpty());
            Query query;
            query.text = "x", query.dateFrom = "1", query.dateTo = "2";
            const auto got = Query::withDates(query, text);
            const QString found = got ? line(got->text, got->dateFrom, got->dateTo) : "none", expected = isRange ? line("x", from, to) : "none";
            QVERIFY2(found == expected, qPrintable(test::difference(seed, found, expected, text)));
        }
    }
    /// Two archives on one profile.
    void STO_03_STO_06_STO_07_STO_08_NET_09_archive()
    {
        using Test = TestRandomArchive;
        const std::pair<void (Test::*)(), int> operations[] = {
            {&Test::import, 8}, {&Test::receive, 8}, {&Test::confirm, 4}, {&Test::pinOrUse, 3}, {&Test::openOrClose, 2}, {&Test::evict, 6},
            {&Test::remove, 1}, {&Test::settleQuarantine, 7}, {&Test::thumbnail, 4}, {&Test::meddle, 6},
            {&Test::meddleWithRefused, 3}, {&Test::replaceFile, 14}, {&Test::verify, 3}, {&Test::rebuild, 3}, {&Test::openAgain, 1}};
        std::vector<void (Test::*)()> all;
        for (const auto& [operation, weight] : operations)
            all.insert(all.end(), size_t(weight), operation);
        for (int seed = 1; seed <= test::rounds(26); ++seed) {
            start(seed);
            QStringList before = everything();
            for (int step = 0; step < 70 && isSame(); ++step) {
                const qint64 from = QDateTime::currentMSecsSinceEpoch(), counter = archive().changeCounter();
                m_signals = 0;
                (this->*m_dice.of(all))();
                compareAll(from, QDateTime::currentMSecsSinceEpoch(), step % 3 == 2 || m_dice.isOneOf(4));
                compareParts();
                for (int i = 0; i < 2; ++i)
                    search();
                const QStringList now = everything();
                const bool isAsBefore = std::exchange(before, now) == now;
                compare("whether others see a change", archive().changeCounter() > counter || isAsBefore, true);
                compare("whether a change is told", m_signals > 0 || isAsBefore, true);
            }
            QVERIFY2(isSame(), qPrintable(difference()));
        }
        QCOMPARE(m_reached.missing(), QString());
    }
};

QTEST_GUILESS_MAIN(TestRandomArchive)
#include "tst_random_archive.moc"
