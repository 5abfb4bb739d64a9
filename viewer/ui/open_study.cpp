#include "viewer/ui/open_study.h"
#include "netclient/dicom/person_name.h"
#include "viewer/ui/thumbnail.h"
#include <QThreadPool>
#include <QtConcurrent>

namespace diascope::viewer
{

namespace
{

constexpr int thumbnailPx = 112;

/// Reading has threads of its own: a drive that does not answer holds these, and neither the global pool nor the end of the
/// program, which waits two seconds for what still reads.
QThreadPool& readingPool()
{
    static QThreadPool* const pool = [] {
        auto* made = new QThreadPool; // never destroyed: that would wait for ever
        made->setMaxThreadCount(std::max(4, QThread::idealThreadCount()));
        qAddPostRoutine([] { readingPool().waitForDone(2000); });
        return made;
    }();
    return *pool;
}

/// What a series that is still arriving is wrongly blamed for.
bool isOfMissingImages(const StackWarning& warning) { return warning.code == QLatin1String("GEO-03") || warning.code == QLatin1String("GEO-04"); }

bool holds(const Stack& stack, const Instance& image)
{
    return std::any_of(stack.instances.begin(), stack.instances.end(), [&](const Instance& other) { return other.uid == image.uid && other.frame == image.frame; });
}

} // namespace

ImageTexts ImageTexts::of(const dicom::Dataset& dataset)
{
    using namespace dicom;
    ImageTexts texts;
    const PersonName name = PersonName::parse(dataset.text(tag::PatientName));
    texts.patientName = name.display();
    texts.m_comparableName = name.comparable();
    texts.patientId = dataset.text(tag::PatientID);
    texts.issuer = dataset.text(tag::IssuerOfPatientID);
    texts.birthDate = displayDate(dataset.text(tag::PatientBirthDate));
    texts.sex = dataset.text(tag::PatientSex);
    texts.age = ageAt(dataset.text(tag::PatientBirthDate), dataset.text(tag::StudyDate));
    texts.institution = dataset.text(tag::InstitutionName);
    texts.studyDate = displayDate(dataset.text(tag::StudyDate));
    texts.studyTime = displayTime(dataset.text(tag::StudyTime));
    texts.studyDescription = dataset.text(tag::StudyDescription);
    texts.accession = dataset.text(tag::AccessionNumber);
    texts.seriesDescription = dataset.text(tag::SeriesDescription);
    texts.seriesNumber = dataset.text(tag::SeriesNumber);
    texts.modality = dataset.text(tag::Modality);
    texts.bodyPart = dataset.text(tag::BodyPartExamined);
    return texts;
}

bool ImageTexts::isSamePatient(const ImageTexts& other) const
{
    return patientId == other.patientId && issuer == other.issuer && m_comparableName == other.m_comparableName;
}

OpenStack::OpenStack(Stack stack, ImageTexts texts, QObject* parent)
    : QObject(parent), m_stack(std::move(stack)), m_texts(std::move(texts))
{
    connect(&m_thumbnailWatcher, &QFutureWatcherBase::finished, this, [this] {
        m_thumbnail = m_thumbnailWatcher.result();
        Q_EMIT thumbnailReady();
    });
}

OpenStack::~OpenStack()
{
    m_loader.reset(); // no snapshot is published after this
}

void OpenStack::setArriving(bool isArriving)
{
    if (std::exchange(m_isArriving, isArriving) != isArriving)
        Q_EMIT warningsChanged();
}

std::vector<StackWarning> OpenStack::warnings() const
{
    std::vector<StackWarning> warnings = m_stack.warnings;
    if (m_isArriving && std::erase_if(warnings, isOfMissingImages) > 0)
        warnings.insert(warnings.begin(), {QStringLiteral("SAF-04"), tr("Incomplete: more images of this series are to come.")});
    return warnings;
}

QString OpenStack::whyNoVolume() const
{
    const bool isIncomplete = m_isArriving && std::any_of(m_stack.warnings.begin(), m_stack.warnings.end(), isOfMissingImages);
    return isIncomplete && !m_stack.whyNoVolume.isEmpty() ? tr("more images are to come") : m_stack.whyNoVolume;
}

void OpenStack::want(int frame)
{
    if (m_loader)
        return m_loader->want(frame);
    m_loader = std::make_unique<StackLoader>(
        m_stack,
        [this](std::shared_ptr<const Volume> volume) {
            // The loader outlives no call of this, and is destroyed before us: `this` is alive here.
            QMetaObject::invokeMethod(
                this,
                [this, volume = std::move(volume)] {
                    m_volume = volume;
                    Q_EMIT grown();
                },
                Qt::QueuedConnection);
        },
        frame);
}

void OpenStack::wantThumbnail()
{
    if (!m_thumbnailWatcher.isRunning() && m_thumbnail.isNull())
        m_thumbnailWatcher.setFuture(QtConcurrent::run(&readingPool(), [stack = m_stack] { return thumbnailOf(stack, thumbnailPx); }));
}

OpenStudy::OpenStudy(std::vector<SeriesFiles> series, QObject* parent) : QObject(parent), m_series(std::move(series))
{
    connect(&m_watcher, &QFutureWatcherBase::finished, this, [this] {
        Headers headers = m_watcher.result();
        if (std::exchange(m_reading, Reading::Nothing) == Reading::Next) {
            m_filesRead += int(m_series[m_next].paths.size());
            ++m_next;
            m_notShown.insert(m_notShown.end(), headers.notShown.begin(), headers.notShown.end());
            for (auto& [stack, texts] : headers.stacks) {
                m_stacks.push_back(opened(std::move(stack), std::move(texts)));
                Q_EMIT stackAdded(m_stacks.back());
            }
        } else {
            const size_t series = m_again.front();
            m_again.erase(m_again.begin());
            takeAnew(m_series[series].seriesUid, std::move(headers));
        }
        readNext();
    });
    // Whoever opens us connects first.
    QMetaObject::invokeMethod(this, &OpenStudy::readNext, Qt::QueuedConnection);
}

OpenStudy::~OpenStudy() { *m_isClosed = true; }

int OpenStudy::fileCount() const
{
    int count = 0;
    for (const SeriesFiles& series : m_series)
        count += int(series.paths.size());
    return count;
}

void OpenStudy::readNext()
{
    if (m_reading != Reading::Nothing)
        return;
    if (isComplete()) {
        m_filesRead = fileCount();
        Q_EMIT completed();
        return;
    }
    m_reading = m_next < m_series.size() ? Reading::Next : Reading::Again;
    m_watcher.setFuture(QtConcurrent::run(&readingPool(), readSeries, m_series[m_reading == Reading::Next ? m_next : m_again.front()], m_isClosed));
}

void OpenStudy::grow(const std::vector<SeriesFiles>& series)
{
    bool hasNew = false;
    for (const SeriesFiles& now : series) {
        const auto known = std::find_if(m_series.begin(), m_series.end(), [&](const SeriesFiles& old) { return old.seriesUid == now.seriesUid; });
        if (known != m_series.end() && known->paths.size() >= now.paths.size())
            continue;
        hasNew = true;
        if (known == m_series.end()) {
            m_series.push_back(now);
            continue;
        }
        known->paths = now.paths;
        const size_t index = size_t(known - m_series.begin());
        // One that is still to be read, or is to be read again anyway, has its files by then. The one being read now has not.
        const bool isToCome = index > m_next || (index == m_next && m_reading != Reading::Next);
        const auto firstToCome = m_again.begin() + (m_reading == Reading::Again ? 1 : 0);
        if (!isToCome && std::find(firstToCome, m_again.end(), index) == m_again.end())
            m_again.push_back(index);
    }
    if (hasNew)
        readNext();
}

void OpenStudy::setArriving(bool isArriving)
{
    m_isArriving = isArriving;
    for (const auto& stack : m_stacks)
        stack->setArriving(isArriving);
}

std::shared_ptr<OpenStack> OpenStudy::opened(Stack stack, ImageTexts texts) const
{
    auto made = std::make_shared<OpenStack>(std::move(stack), std::move(texts));
    made->setArriving(m_isArriving);
    return made;
}

/// A stack that was made anew and is what it was: the one that is shown stays. Another file of an image may be all that came (GEO-18).
static bool isAsBefore(const Stack& before, const Stack& now)
{
    return before.frameCount() == now.frameCount() &&
           std::ranges::equal(before.warnings, now.warnings, [](const StackWarning& a, const StackWarning& b) { return a.code == b.code && a.text == b.text; });
}

/// Each new stack takes the place of the one whose image it holds; what is new comes behind. Several that turn out to be one
/// are one: nobody sees an image twice.
void OpenStudy::takeAnew(const QString& seriesUid, Headers headers)
{
    std::erase_if(m_notShown, [&](const NotShown& left) {
        return std::any_of(m_series.begin(), m_series.end(), [&](const SeriesFiles& series) { return series.seriesUid == seriesUid && series.paths.contains(left.path); });
    });
    m_notShown.insert(m_notShown.end(), headers.notShown.begin(), headers.notShown.end());
    for (auto& [stack, texts] : headers.stacks) {
        auto now = opened(std::move(stack), std::move(texts));
        const auto isPartOfIt = [&](const auto& candidate) { return candidate != now && holds(now->stack(), candidate->stack().instances.front()); };
        const auto old = std::find_if(m_stacks.begin(), m_stacks.end(), isPartOfIt);
        if (old == m_stacks.end()) {
            m_stacks.push_back(now);
            Q_EMIT stackAdded(now);
        } else if (!isAsBefore((*old)->stack(), now->stack())) {
            const auto before = std::exchange(*old, now);
            Q_EMIT stackGrown(before, now);
            for (auto other = std::find_if(m_stacks.begin(), m_stacks.end(), isPartOfIt); other != m_stacks.end();
                 other = std::find_if(m_stacks.begin(), m_stacks.end(), isPartOfIt)) {
                const auto merged = *other;
                m_stacks.erase(other);
                Q_EMIT stackMerged(merged, now);
            }
        }
    }
}

OpenStudy::Headers OpenStudy::readSeries(const SeriesFiles& series, const IsClosed& isClosed)
{
    struct OneFile
    {
        std::vector<Instance> instances;
        QString reason;
    };
    const auto files = QtConcurrent::blockingMapped<std::vector<OneFile>>(&readingPool(), series.paths, [&](const QString& path) {
        if (*isClosed)
            return OneFile{};
        auto read = readKnownInstances(path, {series.seriesUid});
        return read ? OneFile{std::move(*read), {}} : OneFile{{}, reasonNotShown(read.error())};
    });
    Headers headers;
    std::vector<Instance> instances;
    for (size_t i = 0; i < files.size(); ++i) {
        if (!files[i].reason.isEmpty())
            headers.notShown.push_back({series.paths[qsizetype(i)], files[i].reason, {}});
        instances.insert(instances.end(), files[i].instances.begin(), files[i].instances.end());
    }
    if (*isClosed)
        return {};
    const auto contradicting = compareDuplicates(instances);
    headers.notShown.insert(headers.notShown.end(), contradicting.begin(), contradicting.end());
    for (Stack& stack : buildStacks(std::move(instances))) {
        ImageTexts texts;
        if (const auto dataset = dicom::Dataset::read(stack.instances.front().path))
            texts = ImageTexts::of(*dataset);
        headers.stacks.emplace_back(std::move(stack), std::move(texts));
    }
    return headers;
}

} // namespace diascope::viewer
