#pragma once
#include "reporting/model/life_cycle.h"
#include <QObject>

namespace diascope::reporting
{

/// The report that is open: a Report value with signals. UI thread. Every change goes through here; a signed report
/// refuses them all (the setters return false). Text undo belongs to the text widgets.
class ReportDocument : public QObject
{
    Q_OBJECT

public:
    explicit ReportDocument(Report report = {}, QObject* parent = nullptr);

    const Report& report() const { return m_report; }
    /// Another report, or the same as stored (after create, save, sign). Everything is shown anew; not modified.
    void setReport(Report report);
    /// After saving: takes id, version, revision and times, keeps what was typed meanwhile. `saved` is what the store
    /// returned; stays modified where the content has gone on.
    void markSaved(const Report& saved);

    bool isEditable() const; ///< a draft, and not in viewing-only mode
    bool isModified() const { return m_isModified; }
    void setViewingOnly(bool viewingOnly);
    bool isViewingOnly() const { return m_isViewingOnly; }

    void setEvidence(const Evidence& evidence);
    const Evidence& evidence() const { return m_evidence; }
    SignCheck checkSigning(SignAs as) const;
    bool canSign(SignAs as) const { return checkSigning(as).isAllowed(); }

    bool setSectionText(const QString& sectionId, const QString& text);
    bool appendSectionText(const QString& sectionId, const QString& text); ///< as a new line
    bool setFieldValue(const QString& sectionId, const QString& fieldId, const QString& value);
    bool addSection(const Section& section, int index = -1);
    bool removeSection(const QString& sectionId);
    bool moveSection(const QString& sectionId, int index);

    /// Both give an id where there is none and return it; empty: refused. The same id again replaces the former.
    QString insertMeasurement(const Measurement& measurement);
    QString insertKeyImage(const KeyImage& image);
    bool removeMeasurement(const QString& id);
    bool removeKeyImage(const QString& id);
    bool setKeyImageCaption(const QString& id, const QString& caption);
    bool setCritical(const CriticalResult& critical);

Q_SIGNALS:
    void reset();                                 ///< show everything anew
    void changed();                               ///< any change of content: save soon
    void sectionChanged(const QString& sectionId);
    void sectionsChanged();                       ///< added, removed or moved
    void measurementsChanged();
    void keyImagesChanged();
    void stateChanged();                          ///< status, editable, modified, what blocks signing

private:
    Section* editableSection(const QString& id);
    void touch();
    Report m_report;
    Evidence m_evidence;
    bool m_isModified = false;
    bool m_isViewingOnly = false;
};

} // namespace diascope::reporting
