#pragma once
#include "viewer/volume/not_shown.h"
#include "viewer/volume/stack_loader.h"
#include <QFutureWatcher>
#include <QImage>
#include <QObject>
#include <atomic>

namespace diascope::viewer
{

/// What stands around an image: read once from one instance of the stack.
struct ImageTexts
{
    QString patientName; ///< for display
    QString patientId;
    QString issuer;
    QString birthDate;
    QString sex;
    QString age; ///< at the study
    QString institution;
    QString studyDate;
    QString studyTime;
    QString studyDescription;
    QString accession;
    QString seriesDescription;
    QString seriesNumber;
    QString modality;
    QString bodyPart;

    static ImageTexts of(const dicom::Dataset& dataset);
    /// Equal ID with issuer and equal name (BIR-01).
    bool isSamePatient(const ImageTexts& other) const;

private:
    QString m_comparableName;
};

/// A stack on its way to the screen: its pixels are loaded from the first time somebody wants to see them. UI thread.
class OpenStack : public QObject
{
    Q_OBJECT

public:
    OpenStack(Stack stack, ImageTexts texts, QObject* parent = nullptr);
    ~OpenStack() override;

    const Stack& stack() const { return m_stack; }
    const ImageTexts& texts() const { return m_texts; }
    QString modality() const { return m_texts.modality; }
    dicom::SeriesUid seriesUid() const { return m_stack.instances.front().seriesUid; }
    dicom::StudyUid studyUid() const { return m_stack.instances.front().studyUid; }

    /// More of its images are on their way: what is missing between those that are here is no fault of the series yet.
    bool isArriving() const { return m_isArriving; }
    /// What the reader must see. While images arrive, one line instead of gaps and uneven distances (GEO-03, GEO-04).
    std::vector<StackWarning> warnings() const;
    /// Why there is no reconstruction, for a person; empty where there is one.
    QString whyNoVolume() const;

    /// Starts loading, this frame first; later calls only move the priority.
    void want(int frame);
    /// The latest snapshot; null until the first frame is loaded or failed.
    std::shared_ptr<const Volume> volume() const { return m_volume; }

    /// A small picture of the middle frame, made in the background; null until then.
    QImage thumbnail() const { return m_thumbnail; }
    void wantThumbnail();

Q_SIGNALS:
    void grown();
    void thumbnailReady();
    void warningsChanged();

private:
    friend class OpenStudy;
    void setArriving(bool isArriving);

    Stack m_stack;
    ImageTexts m_texts;
    bool m_isArriving = false;
    std::shared_ptr<const Volume> m_volume;
    std::unique_ptr<StackLoader> m_loader;
    QFutureWatcher<QImage> m_thumbnailWatcher;
    QImage m_thumbnail;
};

/// One series as the archive or a folder knows it.
struct SeriesFiles
{
    QString seriesUid; ///< files of another series are not shown; empty: any
    QStringList paths;
};

/// A study being read: series by series, so that the first can be looked at while the others are still read. UI thread.
/// Closing never waits for a drive: what is being read then is left to itself.
class OpenStudy : public QObject
{
    Q_OBJECT

public:
    explicit OpenStudy(std::vector<SeriesFiles> series, QObject* parent = nullptr);
    ~OpenStudy() override;

    const std::vector<std::shared_ptr<OpenStack>>& stacks() const { return m_stacks; }
    const std::vector<NotShown>& notShown() const { return m_notShown; }
    bool isComplete() const { return m_next >= m_series.size() && m_again.empty(); }
    /// Files have come: those of a known series make its stacks anew, new series come behind. Files are only ever added.
    void grow(const std::vector<SeriesFiles>& series);
    /// Whether more images are known to come; of every stack, those of later too.
    void setArriving(bool isArriving);
    int filesRead() const { return m_filesRead; }
    int fileCount() const;
    const std::vector<SeriesFiles>& series() const { return m_series; }
    dicom::StudyUid studyUid() const { return m_stacks.empty() ? dicom::StudyUid{} : m_stacks.front()->studyUid(); }

Q_SIGNALS:
    void stackAdded(std::shared_ptr<diascope::viewer::OpenStack> stack);
    /// The stack is another object now: it has more images, or something else is to be said of it (GEO-18).
    void stackGrown(std::shared_ptr<diascope::viewer::OpenStack> before, std::shared_ptr<diascope::viewer::OpenStack> now);
    /// The stack's images are among another one's now: what came shows that they belong together.
    void stackMerged(std::shared_ptr<diascope::viewer::OpenStack> before, std::shared_ptr<diascope::viewer::OpenStack> into);
    void completed();

private:
    struct Headers
    {
        std::vector<std::pair<Stack, ImageTexts>> stacks;
        std::vector<NotShown> notShown;
    };
    using IsClosed = std::shared_ptr<std::atomic<bool>>;
    static Headers readSeries(const SeriesFiles& series, const IsClosed& isClosed);
    void readNext();
    std::shared_ptr<OpenStack> opened(Stack stack, ImageTexts texts) const;
    void takeAnew(const QString& seriesUid, Headers headers);

    std::vector<SeriesFiles> m_series;
    std::vector<size_t> m_again; ///< series to be read once more: files have come
    enum class Reading { Nothing, Next, Again } m_reading = Reading::Nothing;
    size_t m_next = 0;
    int m_filesRead = 0;
    bool m_isArriving = false;
    std::vector<std::shared_ptr<OpenStack>> m_stacks;
    std::vector<NotShown> m_notShown;
    QFutureWatcher<Headers> m_watcher;
    IsClosed m_isClosed = std::make_shared<std::atomic<bool>>(false); ///< what is read by then is thrown away
};

} // namespace diascope::viewer
