#include "netclient/archive/archive_private.h"
#include "netclient/dicom/person_name.h"
#include <QDate>

namespace diascope::archive
{

namespace
{

const QString studyColumns = QStringLiteral("uid, patient_name, patient_id, issuer, birth_date, sex, date, time, accession,"
                                            " description, referring, modalities, series, instances, added");

StudyRow studyRow(const Statement& row)
{
    return {{row.text(0)}, row.text(1), row.text(2), row.text(3), row.text(4), row.text(5), row.text(6), row.text(7), row.text(8),
            row.text(9), row.text(10), row.text(11).split(u'\\', Qt::SkipEmptyParts), int(row.integer(12)), row.integer(13),
            row.integer(14)};
}

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

template <typename Row, typename Read>
Result<std::vector<Row>> rowsOf(Database& database, const QString& sql, const QVariantList& values, const Read& read)
{
    auto query = database.prepare(sql);
    if (!query)
        return std::unexpected(query.error());
    query->bindAll(values);
    std::vector<Row> rows;
    while (true) {
        const auto row = query->step();
        if (!row)
            return std::unexpected(row.error());
        if (!*row)
            return rows;
        rows.push_back(read(*query));
    }
}

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

Result<std::vector<StudyRow>> Archive::studies(const Query& query) const
{
    Conditions where;
    where.equals("uid", query.study.value);
    where.equals("patient_id", query.patientId);
    where.equals("issuer", query.issuer);
    where.equals("accession", query.accession);
    where.containsWords("name_folded", folded(query.name));
    where.containsWords("words", folded(query.text));
    if (!query.dateFrom.isEmpty()) {
        where.sql << QStringLiteral("date>=?");
        where.values << query.dateFrom;
    }
    if (!query.dateTo.isEmpty()) {
        where.sql << QStringLiteral("date<=? AND date<>''");
        where.values << query.dateTo;
    }
    QStringList anyModality;
    for (const QString& modality : query.modalities) {
        anyModality << QStringLiteral("instr('\\'||modalities||'\\',?)>0");
        where.values << QStringLiteral("\\%1\\").arg(modality.toUpper());
    }
    if (!anyModality.isEmpty())
        where.sql << u'(' + anyModality.join(QStringLiteral(" OR ")) + u')';
    QString sql = QStringLiteral("SELECT %1 FROM study").arg(studyColumns);
    if (!where.sql.isEmpty())
        sql += QStringLiteral(" WHERE ") + where.sql.join(QStringLiteral(" AND "));
    sql += QStringLiteral(" ORDER BY date DESC, time DESC, id DESC");
    if (query.limit > 0)
        sql += QStringLiteral(" LIMIT %1").arg(query.limit);
    auto database = d->reader();
    if (!database)
        return std::unexpected(database.error());
    return rowsOf<StudyRow>(**database, sql, where.values, studyRow);
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
                            {study.value}, studyRow);
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
                   " reference, sha256 FROM instance JOIN series ON series.id=instance.series JOIN study ON study.id=series.study ");

auto instanceReader(const PixelStore& store)
{
    return [&store](const Statement& row) {
        const QString sha256 = row.text(10);
        return InstanceRow{{row.text(0)}, {row.text(1)}, row.text(2), row.text(3),
                           row.isNull(4) ? std::nullopt : std::optional(row.integer(4)), int(row.integer(5)), int(row.integer(6)),
                           int(row.integer(7)), row.integer(8), row.isNull(9) ? store.pathOf(sha256) : row.text(9),
                           !row.isNull(9), sha256};
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
    return rowsOf<QuarantineRow>(**database, QStringLiteral("SELECT id, time, source, uid, reason, kept FROM quarantine ORDER BY id"), {},
                                 [this](const Statement& row) {
                                     const QString kept = row.text(5);
                                     return QuarantineRow{row.integer(0), row.integer(1), row.text(2), row.text(3), row.text(4),
                                                          kept.isEmpty() ? QString() : d->store->quarantinePathOf(kept)};
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
