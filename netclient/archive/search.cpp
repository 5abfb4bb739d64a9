#include "netclient/archive/archive_private.h"
#include "netclient/dicom/person_name.h"
#include <QDate>
#include <QJsonArray>
#include <QJsonDocument>
#include <array>
#include <string>

namespace diascope::archive
{

namespace
{

const QString studyColumns = QStringLiteral("uid, patient_name, patient_id, issuer, birth_date, sex, date, time, accession,"
                                            " description, referring, modalities, series, instances, added, used, pinned, bytes, only_here");

/// What was made of the texts that came by lately: studies share dates, descriptions, modalities, and then what is made of them.
template <typename Value>
class Recent
{
public:
    template <typename Make>
    const Value& value(QByteArrayView bytes, const Make& make)
    {
        size_t hash = size_t(bytes.size());
        for (const char byte : bytes)
            hash = (hash ^ uchar(byte)) * 0x01000193U;
        Entry& entry = m_entries[(hash ^ (hash >> 15)) % m_entries.size()];
        const std::string_view wanted(bytes.data(), size_t(bytes.size()));
        if (!entry.isMade || entry.bytes != wanted)
            entry = {std::string(wanted), make(bytes), true};
        return entry.value;
    }

private:
    struct Entry
    {
        std::string bytes;
        Value value;
        bool isMade = false;
    };
    std::array<Entry, 64> m_entries;
};

class StudyReader
{
public:
    StudyRow operator()(const Statement& row)
    {
        StudyRow study;
        read(row, study);
        return study;
    }

    void read(const Statement& row, StudyRow& study)
    {
        study.uid.value = row.text(0);
        study.patientName = row.text(1);
        study.patientId = row.text(2);
        study.issuer = shared(row, 3);
        study.birthDate = shared(row, 4);
        study.sex = shared(row, 5);
        study.date = shared(row, 6);
        study.time = row.text(7);
        study.accession = row.text(8);
        study.description = shared(row, 9);
        study.referringPhysician = shared(row, 10);
        study.modalities = m_modalities.value(row.utf8(11), [](QByteArrayView joined) { return QString::fromUtf8(joined).split(u'\\', Qt::SkipEmptyParts); });
        study.series = int(row.integer(12));
        study.instances = row.integer(13);
        study.addedMs = row.integer(14);
        study.usedMs = row.integer(15);
        study.isPinned = row.integer(16) != 0;
        study.storedBytes = row.integer(17);
        study.onlyHere = row.integer(18);
    }

private:
    const QString& shared(const Statement& row, int column)
    {
        return m_texts.value(row.utf8(column), [](QByteArrayView bytes) { return QString::fromUtf8(bytes); });
    }

    Recent<QString> m_texts;
    Recent<QStringList> m_modalities;
};

struct Conditions
{
    QStringList sql;
    QVariantList values;

    void equals(const char* column, const QString& value)
    {
        if (value.isEmpty())
            return;
        sql << QLatin1String(column) + QStringLiteral("=?");
        values << value;
    }
    /// instr() and not LIKE: nothing a person types is a metacharacter.
    void containsWords(const char* column, const QString& words)
    {
        for (const QString& word : words.split(u' ', Qt::SkipEmptyParts)) {
            sql << QStringLiteral("instr(%1,?)>0").arg(QLatin1String(column));
            values << word;
        }
    }
};

} // namespace

std::optional<Query> Query::withDates(Query query, const QString& range)
{
    const auto day = [](const QString& text) -> std::optional<QString> {
        const QString plain = QString(text).remove(u'-').trimmed();
        if (plain.isEmpty())
            return QString();
        return plain.size() == 8 && QDate::fromString(plain, QStringLiteral("yyyyMMdd")).isValid() ? std::optional(plain)
                                                                                                      : std::nullopt;
    };
    QString from = range.trimmed();
    QString to = from;
    const qsizetype spaced = range.indexOf(QStringLiteral(" - "));
    const qsizetype dashes = range.count(u'-');
    if (spaced >= 0) {
        from = range.left(spaced);
        to = range.mid(spaced + 3);
    } else if (dashes == 1) {
        from = range.section(u'-', 0, 0);
        to = range.section(u'-', 1, 1);
    } else if (dashes == 5) { // 2018-01-01-2018-01-31
        from = range.section(u'-', 0, 2);
        to = range.section(u'-', 3, 5);
    }
    const auto first = day(from);
    const auto last = day(to);
    if (!first || !last || (first->isEmpty() && last->isEmpty()))
        return std::nullopt;
    query.dateFrom = *first;
    query.dateTo = *last;
    return query;
}

namespace
{

/// The words that three-letter pieces can find, as a query of the text index: every piece of every such word.
QString pieces(const QStringList& words)
{
    QStringList all;
    for (const QString& word : words) {
        const QList<uint> letters = word.toUcs4();
        for (qsizetype i = 0; i + 3 <= letters.size() && all.size() < 64; ++i) {
            QString piece = QString::fromUcs4(reinterpret_cast<const char32_t*>(letters.constData() + i), 3);
            piece = u'"' + piece.replace(u'"', QStringLiteral("\"\"")) + u'"';
            if (!all.contains(piece))
                all << piece;
        }
    }
    return all.join(QStringLiteral(" AND "));
}

/// Whether more than a few studies have all of these pieces. Then they lie close in the list, and the first page is found sooner
/// by reading it from the top than by sorting all of them.
Result<bool> isFrequent(Database& database, const QStringList& words, const QString& match)
{
    const auto isMore = [&database](const QString& sql, const QVariantList& values) -> Result<bool> {
        auto many = database.prepareKept(sql);
        if (!many)
            return std::unexpected(many.error());
        many->bindAll(values);
        return many->step();
    };
    // Of a word that stands in every tenth study the first ones tell, at a fraction of what counting it costs.
    Conditions newest;
    for (const QString& word : words)
        newest.containsWords("words", word);
    const auto isCommon = isMore(QStringLiteral("SELECT 1 FROM (SELECT words FROM study INDEXED BY study_search ORDER BY date DESC, time DESC, id DESC LIMIT 128)"
                                                " WHERE %1 LIMIT 1 OFFSET 12").arg(newest.sql.join(QStringLiteral(" AND "))), newest.values);
    if (!isCommon || *isCommon)
        return isCommon;
    constexpr int few = 1000;
    return isMore(QStringLiteral("SELECT 1 FROM study_text WHERE study_text MATCH ?1 LIMIT 1 OFFSET ?2"), {match, few});
}

/// Where the rows are looked for: an index that leads there, few rows by their text, or the list from the top.
Result<QString> tableFor(Database& database, const Query& query, const QStringList& words, Conditions& where)
{
    if (!query.study.isEmpty() || !query.patientId.isEmpty() || !query.accession.isEmpty())
        return QStringLiteral("study");
    // A few months are read sooner than the pieces of all years.
    const auto day = [](const QString& text) { return QDate::fromString(text, QStringLiteral("yyyyMMdd")); };
    const bool isShort = day(query.dateFrom).isValid() && day(query.dateFrom).daysTo(query.dateTo.isEmpty() ? QDate::currentDate() : day(query.dateTo)) < 400;
    if (const QString match = pieces(words); !match.isEmpty() && !isShort) {
        const auto frequent = query.limit > 0 ? isFrequent(database, words, match) : Result<bool>(false);
        if (!frequent)
            return std::unexpected(frequent.error());
        if (!*frequent) {
            where.sql << QStringLiteral("id IN (SELECT rowid FROM study_text WHERE study_text MATCH ?)");
            where.values << match;
            return QStringLiteral("study NOT INDEXED");
        }
    }
    return QStringLiteral("study INDEXED BY study_search");
}

/// The studies asked for, bound and ready to step through.
Result<Statement> search(Database& database, const Query& query)
{
    const QString name = folded(query.name).remove(QChar(0));
    const QString text = folded(query.text).remove(QChar(0));
    Conditions where;
    const auto table = tableFor(database, query, (name + u' ' + text).split(u' ', Qt::SkipEmptyParts), where);
    if (!table)
        return std::unexpected(table.error());
    where.equals("uid", query.study.value);
    where.equals("patient_id", query.patientId);
    where.equals("issuer", query.issuer);
    where.equals("accession", query.accession);
    if (!query.dateFrom.isEmpty()) {
        where.sql << QStringLiteral("date>=?");
        where.values << query.dateFrom;
    }
    if (!query.dateTo.isEmpty()) {
        where.sql << QStringLiteral("date<=? AND date<>''");
        where.values << query.dateTo;
    }
    if (!query.after.isEmpty()) {
        where.sql << QStringLiteral("(date, time, id)<(SELECT date, time, id FROM study WHERE uid=?)");
        where.values << query.after.value;
    }
    where.containsWords("name_folded", name);
    where.containsWords("words", text);
    QStringList anyModality;
    for (const QString& modality : query.modalities) {
        anyModality << QStringLiteral("instr('\\'||modalities||'\\',?)>0");
        where.values << QStringLiteral("\\%1\\").arg(modality.toUpper());
    }
    if (!anyModality.isEmpty())
        where.sql << u'(' + anyModality.join(QStringLiteral(" OR ")) + u')';
    QString sql = QStringLiteral("SELECT %1 FROM %2").arg(studyColumns, *table);
    if (!where.sql.isEmpty())
        sql += QStringLiteral(" WHERE ") + where.sql.join(QStringLiteral(" AND "));
    sql += QStringLiteral(" ORDER BY date DESC, time DESC, id DESC");
    if (query.limit > 0)
        sql += QStringLiteral(" LIMIT %1").arg(query.limit);
    auto rows = database.prepareKept(sql);
    if (rows)
        rows->bindAll(where.values);
    return rows;
}

} // namespace

Result<void> Archive::studies(const Query& query, const std::function<bool(StudyRow&&)>& onRow) const
{
    auto database = d->reader();
    if (!database)
        return std::unexpected(database.error());
    auto rows = search(**database, query);
    if (!rows)
        return std::unexpected(rows.error());
    StudyReader studyRow;
    while (true) {
        const auto row = rows->step();
        if (!row)
            return std::unexpected(row.error());
        if (!*row || !onRow(studyRow(*rows)))
            return {};
    }
}

Result<std::vector<StudyRow>> Archive::studies(const Query& query) const
{
    auto database = d->reader();
    if (!database)
        return std::unexpected(database.error());
    auto found = search(**database, query);
    if (!found)
        return std::unexpected(found.error());
    StudyReader reader;
    std::vector<StudyRow> rows;
    rows.reserve(size_t(std::clamp(query.limit, 256, 2048))); // moving rows costs as much as reading them
    while (true) {
        const auto row = found->step();
        if (!row)
            return std::unexpected(row.error());
        if (!*row)
            return rows;
        reader.read(*found, rows.emplace_back());
    }
}

Result<std::vector<StudyRow>> Archive::studiesByUid(const QStringList& uids) const
{
    auto database = d->reader();
    if (!database)
        return std::unexpected(database.error());
    const QString json = QString::fromUtf8(QJsonDocument(QJsonArray::fromStringList(uids)).toJson(QJsonDocument::Compact));
    return rowsOf<StudyRow>(**database,
                            QStringLiteral("SELECT %1 FROM study WHERE uid IN (SELECT value FROM json_each(?))"
                                           " ORDER BY date DESC, time DESC, id DESC").arg(studyColumns),
                            {json}, StudyReader());
}

Result<std::optional<StudyRow>> Archive::study(const dicom::StudyUid& study) const
{
    Query query;
    query.study = study;
    auto rows = studies(query);
    if (!rows)
        return std::unexpected(rows.error());
    return study.isEmpty() || rows->empty() ? std::nullopt : std::optional(rows->front());
}

Result<std::vector<StudyRow>> Archive::otherStudiesOfPatient(const dicom::StudyUid& study) const
{
    auto database = d->reader();
    if (!database)
        return std::unexpected(database.error());
    return rowsOf<StudyRow>(**database,
                            QStringLiteral("SELECT %1 FROM study WHERE patient=(SELECT patient FROM study WHERE uid=?1)"
                                           " AND uid<>?1 ORDER BY date DESC, time DESC, id DESC").arg(studyColumns),
                            {study.value}, StudyReader());
}

Result<std::vector<SeriesRow>> Archive::series(const dicom::StudyUid& study) const
{
    auto database = d->reader();
    if (!database)
        return std::unexpected(database.error());
    return rowsOf<SeriesRow>(**database,
                             QStringLiteral("SELECT series.uid, modality, number, series.description, body_part, series.date,"
                                            " series.time, frame_of_reference, series.instances FROM series JOIN study"
                                            " ON study.id=series.study WHERE study.uid=? ORDER BY number IS NULL, number, series.uid"),
                             {study.value}, [&](const Statement& row) {
                                 return SeriesRow{study, {row.text(0)}, row.text(1),
                                                  row.isNull(2) ? std::nullopt : std::optional(row.integer(2)), row.text(3),
                                                  row.text(4), row.text(5), row.text(6), row.text(7), row.integer(8)};
                             });
}

namespace
{

const QString instanceColumns =
    QStringLiteral("SELECT series.uid, instance.uid, sop_class, transfer_syntax, instance.number, rows, columns, frames, size,"
                   " reference, sha256, origin, (SELECT name FROM peer WHERE id=source), (SELECT name FROM peer WHERE id=confirmed), study.uid"
                   " FROM instance JOIN series ON series.id=instance.series JOIN study ON study.id=series.study ");

auto instanceReader(const PixelStore& store)
{
    return [&store](const Statement& row) {
        const QString sha256 = row.text(10);
        return InstanceRow{{row.text(0)}, {row.text(1)}, row.text(2), row.text(3),
                           row.isNull(4) ? std::nullopt : std::optional(row.integer(4)), int(row.integer(5)), int(row.integer(6)),
                           int(row.integer(7)), row.integer(8), row.isNull(9) ? store.pathOf(sha256) : row.text(9),
                           !row.isNull(9), sha256, static_cast<Origin>(row.integer(11)), row.text(12), row.text(13), {row.text(14)}};
    };
}

} // namespace

Result<std::vector<InstanceRow>> Archive::instances(const dicom::SeriesUid& series, const dicom::StudyUid& study) const
{
    auto database = d->reader();
    if (!database)
        return std::unexpected(database.error());
    const QString sql = instanceColumns + QStringLiteral("WHERE series.uid=? AND (?2='' OR study.uid=?2)"
                                                         " ORDER BY instance.number IS NULL, instance.number, instance.uid");
    return rowsOf<InstanceRow>(**database, sql, {series.value, study.value.isNull() ? QLatin1String("") : study.value},
                               instanceReader(*d->store));
}

Result<std::vector<InstanceRow>> Archive::instancesOfStudy(const dicom::StudyUid& study) const
{
    auto database = d->reader();
    if (!database)
        return std::unexpected(database.error());
    const QString sql = instanceColumns + QStringLiteral("WHERE study.uid=? ORDER BY series.number IS NULL, series.number, series.uid,"
                                                         " instance.number IS NULL, instance.number, instance.uid");
    return rowsOf<InstanceRow>(**database, sql, {study.value}, instanceReader(*d->store));
}

Result<std::optional<InstanceRow>> Archive::instance(const dicom::InstanceUid& instance) const
{
    auto database = d->reader();
    if (!database)
        return std::unexpected(database.error());
    auto rows = rowsOf<InstanceRow>(**database, instanceColumns + QStringLiteral("WHERE instance.uid=?"), {instance.value},
                                    instanceReader(*d->store));
    if (!rows)
        return std::unexpected(rows.error());
    return rows->empty() ? std::nullopt : std::optional(rows->front());
}

Result<std::vector<QuarantineRow>> Archive::quarantine() const
{
    auto database = d->reader();
    if (!database)
        return std::unexpected(database.error());
    return rowsOf<QuarantineRow>(**database, QStringLiteral("SELECT id, time, source, uid, reason, kept, study, patient_id, issuer, name, birth_date, sex FROM quarantine ORDER BY id"), {},
                                 [this](const Statement& row) {
                                     const QString kept = row.text(5);
                                     return QuarantineRow{row.integer(0), row.integer(1), row.text(2), row.text(3), row.text(4),
                                                          kept.isEmpty() ? QString() : d->store->quarantinePathOf(kept),
                                                          {row.text(6)}, {row.text(7), row.text(8), row.text(9), row.text(10), row.text(11)}};
                                 });
}

Result<std::vector<dicom::PatientIdentity>> Archive::acceptedPatients(const dicom::StudyUid& study) const
{
    auto database = d->reader();
    if (!database)
        return std::unexpected(database.error());
    return rowsOf<dicom::PatientIdentity>(**database, QStringLiteral("SELECT patient_id, issuer, name, birth_date, sex FROM accepted_patient WHERE study=?"),
                                          {study.value}, [](const Statement& row) {
                                              return dicom::PatientIdentity{row.text(0), row.text(1), row.text(2), row.text(3), row.text(4)};
                                          });
}

Result<void> Archive::storeThumbnail(const dicom::SeriesUid& series, const QByteArray& png)
{
    const std::lock_guard lock(d->writing);
    return d->writer->execute(QStringLiteral("INSERT OR REPLACE INTO thumbnail(series, png) VALUES(?,?)"), {series.value, png});
}

Result<QByteArray> Archive::thumbnail(const dicom::SeriesUid& series) const
{
    auto database = d->reader();
    if (!database)
        return std::unexpected(database.error());
    const auto png = (*database)->value(QStringLiteral("SELECT png FROM thumbnail WHERE series=?"), {series.value});
    if (!png)
        return std::unexpected(png.error());
    return *png ? (*png)->toByteArray() : QByteArray();
}

qint64 Archive::changeCounter() const
{
    auto database = d->reader();
    if (!database)
        return 0;
    const auto counter = (*database)->value(QStringLiteral("SELECT counter FROM archive_change"));
    return counter && *counter ? (*counter)->toLongLong() : 0;
}

} // namespace diascope::archive
