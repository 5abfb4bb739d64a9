#include "reporting/model/report_document.h"
#include <QUuid>

namespace diascope::reporting
{

namespace
{

/// Replaces the one with the same id, or appends.
template <typename T>
QString insertInto(std::vector<T>& list, T one)
{
    if (one.id.isEmpty())
        one.id = QUuid::createUuid().toString(QUuid::WithoutBraces).left(8);
    const QString id = one.id;
    const auto found = std::find_if(list.begin(), list.end(), [&](const T& other) { return other.id == id; });
    if (found == list.end())
        list.push_back(std::move(one));
    else
        *found = std::move(one);
    return id;
}

template <typename T>
bool removeFrom(std::vector<T>& list, const QString& id)
{
    return std::erase_if(list, [&](const T& one) { return one.id == id; }) > 0;
}

/// What counts as the same content, whatever the bookkeeping around it.
QByteArray contentOf(Report report)
{
    report.reportId.clear();
    report.version = 0;
    report.author.clear();
    report.createdAt = report.modifiedAt = {};
    return canonicalBytes(report);
}

} // namespace

ReportDocument::ReportDocument(Report report, QObject* parent) : QObject(parent), m_report(std::move(report)) {}

void ReportDocument::setReport(Report report)
{
    m_report = std::move(report);
    m_isModified = false;
    Q_EMIT reset();
    Q_EMIT stateChanged();
}

void ReportDocument::markSaved(const Report& saved)
{
    m_isModified = contentOf(saved) != contentOf(m_report);
    m_report.reportId = saved.reportId;
    m_report.version = saved.version;
    m_report.revision = saved.revision;
    m_report.author = saved.author;
    m_report.createdAt = saved.createdAt;
    m_report.modifiedAt = saved.modifiedAt;
    Q_EMIT stateChanged();
}

bool ReportDocument::isEditable() const { return !m_report.isSigned() && !m_isViewingOnly; }

void ReportDocument::setViewingOnly(bool viewingOnly)
{
    m_isViewingOnly = viewingOnly;
    Q_EMIT stateChanged();
}

void ReportDocument::setEvidence(const Evidence& evidence)
{
    m_evidence = evidence;
    Q_EMIT stateChanged();
}

SignCheck ReportDocument::checkSigning(SignAs as) const
{
    SignCheck check = reporting::checkSigning(m_report, as, m_evidence);
    if (m_isViewingOnly)
        check.blocking << QCoreApplication::translate("Report", "This is viewing-only mode.");
    return check;
}

void ReportDocument::touch()
{
    m_isModified = true;
    Q_EMIT changed();
    Q_EMIT stateChanged();
}

Section* ReportDocument::editableSection(const QString& id)
{
    Section* section = isEditable() ? m_report.findSection(id) : nullptr;
    return section && !section->isLocked ? section : nullptr;
}

bool ReportDocument::setSectionText(const QString& sectionId, const QString& text)
{
    Section* section = editableSection(sectionId);
    if (!section)
        return false;
    if (section->text == text)
        return true;
    section->text = text;
    Q_EMIT sectionChanged(sectionId);
    touch();
    return true;
}

bool ReportDocument::appendSectionText(const QString& sectionId, const QString& text)
{
    const Section* section = editableSection(sectionId);
    if (!section)
        return false;
    const bool needsBreak = !section->text.isEmpty() && !section->text.endsWith(u'\n');
    return setSectionText(sectionId, section->text + (needsBreak ? QStringLiteral("\n") : QString()) + text);
}

bool ReportDocument::setFieldValue(const QString& sectionId, const QString& fieldId, const QString& value)
{
    Section* section = editableSection(sectionId);
    auto* field = section ? const_cast<Field*>(section->findField(fieldId)) : nullptr;
    if (!field || field->isReadOnly)
        return false;
    if (field->value == value)
        return true;
    field->value = value;
    Q_EMIT sectionChanged(sectionId);
    touch();
    return true;
}

bool ReportDocument::addSection(const Section& section, int index)
{
    if (!isEditable() || section.id.isEmpty() || m_report.findSection(section.id))
        return false;
    const int size = int(m_report.sections.size());
    m_report.sections.insert(m_report.sections.begin() + (index < 0 || index > size ? size : index), section);
    Q_EMIT sectionsChanged();
    touch();
    return true;
}

bool ReportDocument::removeSection(const QString& sectionId)
{
    if (!editableSection(sectionId))
        return false;
    std::erase_if(m_report.sections, [&](const Section& section) { return section.id == sectionId; });
    Q_EMIT sectionsChanged();
    touch();
    return true;
}

bool ReportDocument::moveSection(const QString& sectionId, int index)
{
    if (!editableSection(sectionId) || index < 0 || index >= int(m_report.sections.size()))
        return false;
    auto& sections = m_report.sections;
    const auto from = std::find_if(sections.begin(), sections.end(), [&](const Section& s) { return s.id == sectionId; });
    if (from - sections.begin() == index)
        return true;
    Section section = std::move(*from);
    sections.erase(from);
    sections.insert(sections.begin() + index, std::move(section));
    Q_EMIT sectionsChanged();
    touch();
    return true;
}

QString ReportDocument::insertMeasurement(const Measurement& measurement)
{
    if (!isEditable())
        return {};
    const QString id = insertInto(m_report.measurements, measurement);
    Q_EMIT measurementsChanged();
    touch();
    return id;
}

QString ReportDocument::insertKeyImage(const KeyImage& image)
{
    if (!isEditable())
        return {};
    const QString id = insertInto(m_report.keyImages, image);
    Q_EMIT keyImagesChanged();
    touch();
    return id;
}

bool ReportDocument::removeMeasurement(const QString& id)
{
    if (!isEditable() || !removeFrom(m_report.measurements, id))
        return false;
    Q_EMIT measurementsChanged();
    touch();
    return true;
}

bool ReportDocument::removeKeyImage(const QString& id)
{
    if (!isEditable() || !removeFrom(m_report.keyImages, id))
        return false;
    Q_EMIT keyImagesChanged();
    touch();
    return true;
}

bool ReportDocument::setKeyImageCaption(const QString& id, const QString& caption)
{
    if (!isEditable())
        return false;
    for (KeyImage& image : m_report.keyImages)
        if (image.id == id) {
            if (image.caption == caption)
                return true;
            image.caption = caption;
            touch();
            return true;
        }
    return false;
}

bool ReportDocument::setCritical(const CriticalResult& critical)
{
    if (!isEditable())
        return false;
    if (m_report.critical == critical)
        return true;
    m_report.critical = critical;
    touch();
    return true;
}

} // namespace diascope::reporting
