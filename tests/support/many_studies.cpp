#include "tests/support/many_studies.h"
#include "netclient/base/database.h"
#include <QDate>
#include <array>
#include <cstdio>

namespace diascope::test
{

namespace
{

/// The same everywhere and always: splitmix64.
quint64 mixed(quint64 n, quint64 salt)
{
    quint64 z = n * 0x9E3779B97F4A7C15ULL + salt * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
}

template <size_t count>
const char* pick(const std::array<const char*, count>& choices, quint64 n, quint64 salt)
{
    // Squared: the first ones are frequent, as names are.
    const double at = double(mixed(n, salt) >> 11) / double(1ULL << 53);
    return choices[size_t(at * at * count)];
}

constexpr std::array families{"Müller", "Schmidt", "Smith", "García", "Rossi", "Dubois", "Kowalski", "Nowak", "Novák", "Hansen", "Yılmaz",
                              "Kaya", "Haddad", "Johnson", "Silva", "Horvat", "Ivanova", "O'Brien", "van den Berg", "Lindqvist", "Fernández",
                              "Bianchi", "Papadopoulos", "Weiß", "Łukaszewicz", "Quigley", "Zsigmondy", "Xanthos"};
constexpr std::array given{"Anna", "Maria", "Peter", "Jan", "Thomas", "Sofia", "Lukas", "Emma", "Noah", "José", "Zoë", "Ayşe", "Mehmet",
                           "Olga", "Ingrid", "Björn", "Chloé", "Marek", "Fatima", "Wolfgang"};
constexpr std::array chineseFamilies{"王", "李", "张", "刘", "陈", "杨", "黄", "赵", "吴", "周", "徐", "孙", "马", "朱", "胡", "郭", "何", "高", "林", "罗",
                                     "欧阳", "司马", "龚", "麴"};
constexpr std::array chineseGiven{"伟", "芳", "娜", "敏", "静", "丽", "强", "磊", "军", "洋", "秀英", "建国", "志强", "小红", "晓明", "雪梅", "子轩", "梓涵",
                                  "宇航", "浩然", "思远", "玉兰", "国栋", "海燕"};

struct Kind
{
    const char* modality;
    const char* description;
    const char* bodyPart;
};
constexpr std::array<Kind, 15> kinds{{{"CT", "CT Thorax mit KM", "CHEST"}, {"DX", "Thorax pa", "CHEST"}, {"CT", "CT head without contrast", "HEAD"},
                           {"MR", "MR Brain", "BRAIN"}, {"US", "US abdomen", "ABDOMEN"}, {"CT", "CT Abdomen/Pelvis", "ABDOMEN"},
                           {"MR", "MR L-spine", "LSPINE"}, {"DX", "Hand left 2 views", "HAND"}, {"MG", "Mammography screening", "BREAST"},
                           {"MR", "MR knee right", "KNEE"}, {"CT", "胸部CT平扫", "CHEST"}, {"PT", "PET/CT whole body", "WHOLEBODY"},
                           {"XA", "Coronary angiography", "HEART"}, {"NM", "Bone scintigraphy", "SKELETON"}, {"MR", "头颅MR增强", "HEAD"}}};

} // namespace

MadeStudy madeStudy(int n)
{
    const quint64 study = quint64(n);
    const quint64 patient = mixed(study, 1) % 10 < 4 ? mixed(study, 2) % (study + 1) : study;
    MadeStudy made;
    made.uid = QStringLiteral("1.2.826.0.1.3680043.9.7777.%1").arg(n + 1);
    const bool isChinese = mixed(patient, 3) % 3 == 0;
    made.patientName = isChinese ? QString::fromUtf8(pick(chineseFamilies, patient, 4)) + QString::fromUtf8(pick(chineseGiven, patient, 5))
                                 : QString::fromUtf8(pick(families, patient, 4)) + u'^' + QString::fromUtf8(pick(given, patient, 5));
    made.patientId = QStringLiteral("P%1").arg(patient, 8, 10, QChar(u'0'));
    const quint64 day = mixed(study, 6) % 3653;
    made.date = QDate(2016, 1, 1).addDays(qint64(day)).toString(QStringLiteral("yyyyMMdd"));
    const quint64 second = 7 * 3600 + mixed(study, 7) % (12 * 3600);
    made.time = QStringLiteral("%1%2%3").arg(second / 3600, 2, 10, QChar(u'0')).arg(second / 60 % 60, 2, 10, QChar(u'0')).arg(second % 60, 2, 10, QChar(u'0'));
    made.accession = QStringLiteral("A%1").arg(mixed(study, 8) % 900'000'000 + 100'000'000);
    const Kind& kind = kinds[size_t(mixed(study, 9) % kinds.size())];
    made.modality = QString::fromUtf8(kind.modality);
    made.description = QString::fromUtf8(kind.description);
    made.bodyPart = QString::fromUtf8(kind.bodyPart);
    return made;
}

namespace
{

/// As foldName and folded() of the archive do for these names: written out, for the two must not share a defect.
QString plain(const QString& text)
{
    QString letters;
    for (QChar letter : text.toCaseFolded()) {
        static const QString accented = QString::fromUtf8("üéíáçąłñşöëèåó");
        static const QString without = QStringLiteral("ueiacalnsoeeao");
        const qsizetype at = accented.indexOf(letter);
        const bool isOwnLetter = letter == QChar(0x142); // ł has no decomposition
        letters += letter == u'^' ? QChar(u' ') : at >= 0 && !isOwnLetter ? without[at] : letter;
    }
    return letters;
}

/// One instance, written as fast as SQLite takes it: ten million of them are wanted.
class InstanceRows
{
public:
    static Result<InstanceRows> into(Database& database, const ManyStudies& size)
    {
        auto insert = database.prepare(QStringLiteral("INSERT INTO instance(id, series, uid, sop_class, transfer_syntax, number, rows, columns, frames, sha256, size,"
                                                      " modified%1) VALUES(?1,?2,?3,'1.2.840.10008.5.1.4.1.1.2','1.2.840.10008.1.2.1',?4,512,512,1,?5,524288,0%2)")
                                           .arg(size.isFirstVersion ? QString() : QStringLiteral(", origin, source, confirmed"),
                                                size.isFirstVersion ? QString() : QStringLiteral(",3,1,1")));
        if (!insert)
            return std::unexpected(insert.error());
        return InstanceRows(std::move(*insert));
    }

    Result<void> add(qint64 series, const QByteArray& seriesUid, int number)
    {
        const quint64 id = quint64(++m_id);
        std::array<char, 72> sha256, uid;
        const int hashed = std::snprintf(sha256.data(), sha256.size(), "%016llx%016llx%016llx%016llx", mixed(id, 11), mixed(id, 12), mixed(id, 13), id);
        const int named = std::snprintf(uid.data(), uid.size(), "%s.%d", seriesUid.constData(), number);
        m_insert.bindInteger(1, m_id);
        m_insert.bindInteger(2, series);
        m_insert.bindText(3, {uid.data(), named});
        m_insert.bindInteger(4, number);
        m_insert.bindText(5, {sha256.data(), hashed});
        return m_insert.run();
    }

private:
    explicit InstanceRows(Statement&& insert) : m_insert(std::move(insert)) {}
    Statement m_insert;
    qint64 m_id = 0;
};

Result<void> insertRows(Database& database, const ManyStudies& size)
{
    auto patient = database.prepare("INSERT OR IGNORE INTO patient(patient_id, issuer) VALUES(?,'HOSPITAL')");
    auto study = database.prepare("INSERT INTO study(id, uid, patient, patient_name, patient_id, issuer, birth_date, sex, date, time, accession,"
                                  " description, referring, study_id, name_folded, words, modalities, series, instances, added)"
                                  " VALUES(?1,?2,(SELECT id FROM patient WHERE patient_id=?3 AND issuer='HOSPITAL'),?4,?3,'HOSPITAL','19600101','F',"
                                  "?5,?6,?7,?8,'','',?9,?10,?11,3,?12,?13)");
    auto series = database.prepare("INSERT INTO series(id, study, uid, modality, number, description, body_part, date, time, frame_of_reference, instances)"
                                   " VALUES(?1,?2,?3,?4,?5,'',?6,?7,?8,'',?9)");
    auto rows = InstanceRows::into(database, size);
    for (const auto* statement : {&patient, &study, &series})
        if (!*statement)
            return std::unexpected(statement->error());
    if (!rows)
        return std::unexpected(rows.error());
    for (int n = 0; n < size.studies; ++n) {
        const MadeStudy made = madeStudy(n);
        const int instances = std::max(3, size.instancesPerStudy / 2 + int(mixed(quint64(n), 10) % quint64(std::max(1, size.instancesPerStudy))));
        patient->bind(1, made.patientId);
        if (auto done = patient->run(); !done)
            return done;
        const QString name = plain(made.patientName);
        const QString body = size.isFirstVersion ? QString() : u' ' + made.bodyPart.toLower();
        study->bindAll({n + 1, made.uid, made.patientId, made.patientName, made.date, made.time, made.accession, made.description, name,
                        QStringList{name, made.patientId.toLower(), made.accession.toLower(), plain(made.description), QString()}.join(u' ') + body,
                        made.modality, instances, qint64(1'700'000'000'000 + n)});
        if (auto done = study->run(); !done)
            return done;
        for (int s = 0; s < 3; ++s) {
            const int from = instances * s / 3;
            const int to = instances * (s + 1) / 3;
            const QString seriesUid = QStringLiteral("%1.%2").arg(made.uid).arg(s + 1);
            series->bindAll({n * 3 + s + 1, n + 1, seriesUid, made.modality, s + 1, made.bodyPart, made.date, made.time, to - from});
            if (auto done = series->run(); !done)
                return done;
            const QByteArray uid = seriesUid.toLatin1();
            for (int i = from; i < to; ++i)
                if (auto done = rows->add(n * 3 + s + 1, uid, i + 1); !done)
                    return done;
        }
    }
    return {};
}

/// Rows in the order of their hashes are no order at all: the index over them is sorted once, after all are there.
Result<void> fillInOneGo(Database& database, const ManyStudies& size)
{
    QStringList indices;
    for (const char* name : {"instance_by_hash", "instance_by_series"}) {
        const auto sql = database.value("SELECT sql FROM sqlite_schema WHERE name=?", {QLatin1String(name)});
        if (!sql)
            return std::unexpected(sql.error());
        if (!*sql)
            continue;
        indices << (*sql)->toString();
        if (auto done = database.execute(QStringLiteral("DROP INDEX %1").arg(QLatin1String(name))); !done)
            return done;
    }
    if (!size.isFirstVersion)
        if (auto done = database.execute("INSERT OR IGNORE INTO peer(id, name) VALUES(1,'PACS')"); !done)
            return done;
    if (auto done = insertRows(database, size); !done)
        return done;
    QStringList steps = indices;
    if (!size.isFirstVersion)
        steps << "UPDATE study SET used=added, bytes=instances*524288" << "INSERT INTO study_text(study_text) VALUES('rebuild')";
    for (const QString& step : steps)
        if (auto done = database.execute(step); !done)
            return done;
    return {};
}

} // namespace

Result<void> fillWithStudies(const QString& databasePath, const ManyStudies& size)
{
    auto database = Database::open(databasePath, Durability::Normal);
    if (!database)
        return std::unexpected(database.error());
    // Nothing here must survive anything: no log that is written and then copied, no waiting for the disk.
    for (const char* pragma : {"PRAGMA journal_mode=MEMORY", "PRAGMA synchronous=OFF", "PRAGMA foreign_keys=OFF", "PRAGMA cache_size=-524288", "PRAGMA threads=2"})
        if (auto done = (*database)->execute(QLatin1String(pragma)); !done)
            return done;
    auto transaction = Transaction::begin(**database);
    if (!transaction)
        return std::unexpected(transaction.error());
    if (auto done = fillInOneGo(**database, size); !done)
        return done;
    if (auto done = transaction->commit(); !done)
        return done;
    return (*database)->execute("PRAGMA journal_mode=WAL");
}

} // namespace diascope::test
