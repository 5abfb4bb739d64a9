#include "app/windows/study_preview.h"
#include "netclient/dicom/person_name.h"
#include "netclient/transfer/study_transfer.h"
#include "reporting/export/text_export.h"
#include "viewer/ui/thumbnail.h"
#include <QBuffer>
#include <QPlainTextEdit>
#include <QTreeWidget>
#include <QtConcurrent>

namespace diascope::windows
{

namespace
{

constexpr int pictureStoredPx = 112;
constexpr int pictureShownPx = 56;
constexpr int askAfterMs = 250; // whoever runs down the table with the arrow keys asks nobody

void showIcons(QTreeWidget* series, const std::vector<std::pair<QString, QByteArray>>& pictures)
{
    for (int i = 0; i < series->topLevelItemCount(); ++i)
        for (const auto& [uid, png] : pictures)
            if (series->topLevelItem(i)->data(0, Qt::UserRole).toString() == uid)
                series->topLevelItem(i)->setIcon(0, QIcon(QPixmap::fromImage(QImage::fromData(png))));
}

} // namespace

StudyPreview::StudyPreview(app::Session& session, QWidget* parent) : QSplitter(Qt::Horizontal, parent), m_session(session)
{
    m_series = new QTreeWidget(this);
    m_series->setHeaderLabels({tr("Series"), tr("Modality"), tr("Description"), tr("Images")});
    m_series->setRootIsDecorated(false);
    m_series->setIconSize({pictureShownPx, pictureShownPx});
    m_series->setColumnWidth(0, pictureShownPx + 64); // a picture and a number of five digits
    m_series->setColumnWidth(1, 76);
    m_series->setColumnWidth(2, 190);
    m_others = new QTreeWidget(this);
    m_others->setHeaderLabels({tr("Other studies"), tr("Modality"), tr("Description")});
    m_others->setRootIsDecorated(false);
    m_others->setColumnWidth(0, 100);
    m_others->setColumnWidth(1, 70);
    m_others->setToolTip(tr("Other studies of this patient on this workstation: Enter reads"));
    m_report = new QPlainTextEdit(this);
    m_report->setReadOnly(true);
    
    setSizes({420, 300, 420});
    connect(m_others, &QTreeWidget::itemActivated, this, [this](QTreeWidgetItem* item) { Q_EMIT studyActivated(item->data(0, Qt::UserRole).toString()); });
    connect(&m_pictures, &QFutureWatcherBase::finished, this, [this] {
        const Pictures made = m_pictures.result();
        for (const auto& [uid, png] : made)
            (void)m_session.archive().storeThumbnail({uid}, png); // only a cache: made again where it is missing
        showIcons(m_series, made);
    });
    m_askSoon.setSingleShot(true);
    connect(&m_askSoon, &QTimer::timeout, this, [this] { askNode(m_shown, m_shownNode); });
}

StudyPreview::~StudyPreview() { m_pictures.waitForFinished(); }

void StudyPreview::show(const StudyEntry* entry)
{
    m_askSoon.stop();
    m_series->clear();
    m_others->clear();
    m_report->clear();
    m_shown = entry ? entry->row.uid : dicom::StudyUid{};
    m_report->setPlaceholderText(entry ? tr("No report on this workstation") : QString());
    if (!entry)
        return;
    if (entry->isLocal)
        showLocal(*entry);
    if (!entry->isComplete() && !entry->nodes.isEmpty()) {
        m_shownNode = entry->nodes.first();
        m_askSoon.start(askAfterMs);
    }
}

void StudyPreview::showLocal(const StudyEntry& entry)
{
    if (const auto series = m_session.archive().series(entry.row.uid)) {
        for (const archive::SeriesRow& row : *series) {
            auto* item = new QTreeWidgetItem(m_series, {row.number ? QString::number(*row.number) : QString(), row.modality, row.description, QString::number(row.instances)});
            item->setData(0, Qt::UserRole, row.uid.value);
        }
        showPictures(*series);
    }
    if (const auto others = m_session.archive().otherStudiesOfPatient(entry.row.uid))
        for (const archive::StudyRow& row : *others) {
            auto* item = new QTreeWidgetItem(m_others, {dicom::displayDate(row.date), row.modalities.join(QStringLiteral(", ")), row.description});
            item->setData(0, Qt::UserRole, row.uid.value);
        }
    showReport(entry.row.uid);
}

void StudyPreview::showReport(const dicom::StudyUid& study)
{
    const auto reports = m_session.reports().list(study.value);
    if (!reports || reports->empty())
        return;
    const auto report = m_session.reports().load(reports->front().reportId);
    if (!report)
        return m_report->setPlainText(message(report.error()));
    QString text = reporting::toText(*report);
    if (const auto deliveries = m_session.deliveries().list(report->reportId))
        for (const transfer::Delivery& delivery : *deliveries)
            text += tr("\nRIS: %1 %2").arg(transfer::name(delivery.state), transfer::remark(delivery));
    m_report->setPlainText(text);
}

/// What the node says of the study's series: beside each how much of it is here.
void StudyPreview::askNode(const dicom::StudyUid& study, const QString& name)
{
    const auto node = dimse::Nodes(m_session.settings()).find(name);
    if (!node)
        return;
    struct Series
    {
        QString uid, number, modality, description, images;
    };
    auto found = std::make_shared<std::vector<Series>>();
    dicom::FindKeys keys;
    keys.studyUid = study.value;
    Job::leave(std::move(m_asking));
    m_asking = std::make_unique<Job>(
        tr("Series of %1").arg(name),
        [configured = *node, keys, found, local = m_session.local()](Task& task) -> Result<QString> {
            const auto node = app::withSecret(configured);
            if (!node)
                return std::unexpected(node.error());
            const auto rows = transfer::find(*node, dicom::Level::Series, keys, [&](const dicom::Dataset& row) {
                using namespace dicom;
                found->push_back({row.text(tag::SeriesInstanceUID), row.text(tag::SeriesNumber), row.text(tag::Modality), row.text(tag::SeriesDescription),
                                  row.text(tag::NumberOfSeriesRelatedInstances)});
                return found->size() < 1000;
            }, local, task);
            return rows ? Result<QString>(QString()) : std::unexpected(rows.error());
        },
        nullptr);
    connect(m_asking.get(), &Job::finished, this, [this, study, found] {
        if (study != m_shown)
            return;
        if (!m_asking->result()) {
            auto* item = new QTreeWidgetItem(m_series, {QString(), QString(), message(m_asking->result().error())});
            item->setForeground(2, QColor(0xf0, 0xb4, 0x3c));
            return;
        }
        std::stable_sort(found->begin(), found->end(), [](const Series& a, const Series& b) { return a.number.toInt() < b.number.toInt(); });
        QHash<QString, QTreeWidgetItem*> here;
        for (int i = 0; i < m_series->topLevelItemCount(); ++i)
            here.insert(m_series->topLevelItem(i)->data(0, Qt::UserRole).toString(), m_series->topLevelItem(i));
        for (const Series& series : *found) {
            if (QTreeWidgetItem* item = here.value(series.uid)) {
                if (series.images.toInt() > item->text(3).toInt()) {
                    item->setText(3, tr("%1 of %2").arg(item->text(3), series.images));
                    item->setForeground(3, QColor(0xf0, 0xb4, 0x3c));
                }
                continue;
            }
            auto* item = new QTreeWidgetItem(m_series, {series.number, series.modality, series.description, series.images});
            for (int column = 0; column < 4; ++column)
                item->setForeground(column, QColor(0x8f, 0xa3, 0xb3));
        }
    });
}

void StudyPreview::showPictures(const std::vector<archive::SeriesRow>& series)
{
    std::vector<std::pair<QString, QString>> wanted; // series UID, a file from its middle
    Pictures stored;
    for (const archive::SeriesRow& row : series) {
        const auto picture = m_session.archive().thumbnail(row.uid);
        if (picture && !picture->isEmpty()) {
            stored.emplace_back(row.uid.value, *picture);
        } else if (const auto instances = m_session.archive().instances(row.uid, row.study); instances && !instances->empty()) {
            wanted.emplace_back(row.uid.value, (*instances)[instances->size() / 2].path);
        }
    }
    showIcons(m_series, stored);
    if (wanted.empty())
        return;
    m_pictures.setFuture(QtConcurrent::run([wanted] {
        Pictures made;
        for (const auto& [uid, path] : wanted) {
            QByteArray png;
            QBuffer buffer(&png);
            buffer.open(QIODevice::WriteOnly);
            if (viewer::thumbnailOf(path, pictureStoredPx).save(&buffer, "PNG"))
                made.emplace_back(uid, png);
        }
        return made;
    }));
}

} // namespace diascope::windows
