// Random edits of an open report against a plain model: what changes, what is refused, who hears of it.
#include "reporting/model/report_document.h"
#include "tests/support/plain_report.h"
#include <QTest>

using namespace diascope;
using namespace diascope::reporting;

class TestRandomEdits : public QObject, test::ReportComparison
{
    Q_OBJECT

    test::Dice m_dice{0};
    test::Reached m_reached{"text refused",    "the same text", "appended",  "text set",  "field set", "field refused",       "section added",
                            "moved to where it is", "the same caption", "as critical as before",
                            "section removed", "section moved", "replaced",  "taken out", "caption",   "saved, and gone on", "saved"};
    std::unique_ptr<ReportDocument> m_document;
    Report m_plain, m_snapshot; ///< the snapshot: what is being stored
    bool m_isViewing = false, m_isModified = false;
    QMap<QString, int> m_heard, m_expected; ///< signals of a step
    int m_step = 0;

    bool isOpen() const { return m_plain.status == Status::Draft && !m_isViewing; }
    /// Its place; the size where there is none.
    size_t sectionAt(const QString& id) const { return size_t(std::ranges::find(m_plain.sections, id, &Section::id) - m_plain.sections.begin()); }
    bool isFree(const QString& id) const
    {
        const size_t at = sectionAt(id);
        return isOpen() && at < m_plain.sections.size() && !m_plain.sections[at].isLocked;
    }
    QString otherId() { return QString("m%1").arg(m_dice.upTo(2)); }
    void expectChange(const QString& signal = {})
    {
        m_isModified = true;
        ++m_expected["changed"];
        ++m_expected["state"];
        if (!signal.isEmpty())
            ++m_expected[signal];
    }
    Report drawReport()
    {
        Report report = drawDraft(m_dice);
        if (report.sections.empty())
            report.sections = blankReport({}, {}).sections;
        Field open, fixed;
        open.id = "f";
        fixed.id = "g";
        fixed.isReadOnly = true;
        report.sections.front().fields = {open, fixed};
        report.sections.back().isLocked = m_dice.isOneOf(3);
        report.status = m_dice.isOneOf(5) ? Status(m_dice.upTo(5)) : Status::Draft;
        return report;
    }

    void setText(const QString& id, bool appends)
    {
        const QString text = m_dice.text({"", "A", "A\n", "B"});
        const bool takes = isFree(id);
        compare("text", appends ? m_document->appendSectionText(id, text) : m_document->setSectionText(id, text), takes);
        if (m_reached.count("text refused", !takes))
            return;
        QString& now = m_plain.sections[sectionAt(id)].text;
        const QString after = !appends ? text : now.isEmpty() || now.endsWith('\n') ? now + text : now + '\n' + text;
        if (m_reached.count("the same text", after == now))
            return;
        m_reached.count(appends ? "appended" : "text set");
        now = after;
        expectChange("section " + id);
    }
    void setField(const QString& id)
    {
        const QString field = m_dice.text({"f", "f", "g", "h"}), value = m_dice.text({"", "1", "2"});
        const bool takes = isFree(id) && field == "f" && !m_plain.sections[sectionAt(id)].fields.empty();
        compare("field", m_document->setFieldValue(id, field, value), takes);
        m_reached.count(takes ? "field set" : "field refused");
        if (!takes || m_plain.sections[sectionAt(id)].fields[0].value == value)
            return;
        m_plain.sections[sectionAt(id)].fields[0].value = value;
        expectChange("section " + id);
    }
    void addSection(const QString& id)
    {
        Section added;
        added.id = m_dice.isOneOf(3) ? id : QString("new-%1").arg(m_step);
        const int size = int(m_plain.sections.size()), index = m_dice.of({-2, -1, 0, 1, size, size + 1});
        const bool takes = isOpen() && !added.id.isEmpty() && sectionAt(added.id) == m_plain.sections.size();
        compare("add a section", m_document->addSection(added, index), takes);
        if (!m_reached.count("section added", takes))
            return;
        m_plain.sections.insert(index < 0 || index > size ? m_plain.sections.end() : m_plain.sections.begin() + index, added);
        expectChange("sections");
    }
    void removeSection(const QString& id)
    {
        const bool takes = m_reached.count("section removed", isFree(id));
        compare("remove a section", m_document->removeSection(id), takes);
        if (!takes)
            return;
        m_plain.sections.erase(m_plain.sections.begin() + qsizetype(sectionAt(id)));
        expectChange("sections");
    }
    void moveSection(const QString& id)
    {
        const int size = int(m_plain.sections.size()), index = m_dice.of({-1, 0, 1, size - 1, size});
        const bool takes = m_reached.count("section moved", isFree(id) && index >= 0 && index < size);
        compare("move a section", m_document->moveSection(id, index), takes);
        if (!takes)
            return;
        const auto at = m_plain.sections.begin() + qsizetype(sectionAt(id));
        if (m_reached.count("moved to where it is", at - m_plain.sections.begin() == index))
            return;
        const Section moved = *at;
        m_plain.sections.erase(at);
        m_plain.sections.insert(m_plain.sections.begin() + index, moved);
        expectChange("sections");
    }
    /// A measurement or a key image: new, or in the place of one of its id.
    template <typename Part>
    void insert(std::vector<Part>& list, Part part, const char* signal, QString (ReportDocument::*insertPart)(const Part&))
    {
        const QString wanted = part.id;
        part.id = (m_document.get()->*insertPart)(part);
        compare("whether it was inserted", !part.id.isEmpty(), isOpen());
        if (!isOpen())
            return;
        if (!wanted.isEmpty())
            compare("under which id", part.id, wanted);
        const auto former = std::ranges::find(list, part.id, &Part::id);
        if (m_reached.count("replaced", former != list.end()))
            *former = part;
        else
            list.push_back(part);
        expectChange(signal);
    }
    void insertPart(bool isMeasurement)
    {
        const QString wanted = m_dice.isOneOf(4) ? QString() : otherId();
        if (isMeasurement)
            insert(m_plain.measurements, Measurement{wanted, "L", "length", double(m_step), 1, "mm", {}}, "measurements", &ReportDocument::insertMeasurement);
        else
            insert(m_plain.keyImages, KeyImage{wanted, QString::number(m_step), {}, "png"}, "key images", &ReportDocument::insertKeyImage);
    }
    void removePart(bool isMeasurement)
    {
        const QString id = otherId();
        const auto isIt = [&](const auto& one) { return one.id == id; };
        const auto gone = !isOpen() ? 0 : isMeasurement ? std::erase_if(m_plain.measurements, isIt) : std::erase_if(m_plain.keyImages, isIt);
        compare("remove", isMeasurement ? m_document->removeMeasurement(id) : m_document->removeKeyImage(id), gone > 0);
        if (m_reached.count("taken out", gone > 0))
            expectChange(isMeasurement ? "measurements" : "key images");
    }
    void setCaption()
    {
        const QString id = otherId();
        const auto image = std::ranges::find(m_plain.keyImages, id, &KeyImage::id);
        const QString caption = image != m_plain.keyImages.end() && m_dice.isOneOf(3) ? image->caption : QString("c%1").arg(m_step);
        const bool takes = m_reached.count("caption", isOpen() && image != m_plain.keyImages.end());
        compare("caption", m_document->setKeyImageCaption(id, caption), takes);
        if (!takes || m_reached.count("the same caption", image->caption == caption))
            return;
        image->caption = caption;
        expectChange();
    }
    void setCritical()
    {
        CriticalResult critical;
        critical.finding = m_dice.text({"a", "b"});
        compare("critical", m_document->setCritical(critical), isOpen());
        if (!isOpen() || m_reached.count("as critical as before", critical == m_plain.critical))
            return;
        m_plain.critical = critical;
        expectChange();
    }
    void setViewingOrReport()
    {
        ++m_expected["state"];
        if (m_dice.isOneOf(3)) {
            m_isViewing = m_dice.isOneOf(4);
            m_document->setViewingOnly(m_isViewing);
            return;
        }
        m_plain = drawReport();
        m_document->setReport(m_plain);
        m_isModified = false;
        ++m_expected["reset"];
    }
    void save()
    {
        Report saved = m_dice.isOneOf(2) ? m_plain : m_snapshot;
        saved.reportId = "id";
        saved.version = m_dice.from(1, 3);
        saved.revision = m_step;
        saved.author = m_dice.text({"x", "y"});
        saved.createdAt = test::timeOf(1000 * m_step);
        saved.modifiedAt = test::timeOf(2000 * m_step);
        saved.contentHash = m_dice.text({"", "h"});
        m_document->markSaved(saved);
        m_plain.reportId = saved.reportId;
        m_plain.version = saved.version;
        m_plain.revision = saved.revision;
        m_plain.author = saved.author;
        m_plain.createdAt = saved.createdAt;
        m_plain.modifiedAt = saved.modifiedAt;
        saved.contentHash = m_plain.contentHash; // what was typed and drawn counts, no bookkeeping
        m_isModified = saved != m_plain;
        m_reached.count(m_isModified ? "saved, and gone on" : "saved");
        ++m_expected["state"];
    }
    void takeStep()
    {
        const QString id = m_dice.isOneOf(8) ? m_dice.text({"", "none"}) : m_plain.sections.empty() ? "none" : m_dice.in(m_plain.sections).id;
        const int what = m_dice.upTo(17);
        did("edit", what, "of", id, "open", isOpen());
        switch (what) {
        case 0: case 1: return setText(id, true);
        case 2: case 3: return setText(id, false);
        case 4: case 5: return setField(id);
        case 6: return addSection(id);
        case 7: return removeSection(id);
        case 8: return moveSection(id);
        case 9: case 10: return insertPart(what == 9);
        case 11: case 12: return removePart(what == 11);
        case 13: return setCaption();
        case 14: return setCritical();
        case 15: return setViewingOrReport();
        case 16: m_snapshot = m_plain; return;
        default: return save();
        }
    }
    static QString textOfSignals(const QMap<QString, int>& counts)
    {
        QStringList texts;
        for (auto one = counts.begin(); one != counts.end(); ++one)
            texts << test::line(one.key(), one.value());
        return texts.join(", ");
    }

private Q_SLOTS:
    void REP_05_REP_07_REP_15_edits()
    {
        for (int seed = 1; seed <= test::rounds(150) && isSame(); ++seed) {
            start(seed);
            m_dice = test::Dice(seed);
            m_plain = m_snapshot = drawReport();
            m_isViewing = m_isModified = false;
            m_document = std::make_unique<ReportDocument>(m_plain);
            const ReportDocument* document = m_document.get();
            connect(document, &ReportDocument::reset, this, [this] { ++m_heard["reset"]; });
            connect(document, &ReportDocument::changed, this, [this] { ++m_heard["changed"]; });
            connect(document, &ReportDocument::sectionChanged, this, [this](const QString& id) { ++m_heard["section " + id]; });
            connect(document, &ReportDocument::sectionsChanged, this, [this] { ++m_heard["sections"]; });
            connect(document, &ReportDocument::measurementsChanged, this, [this] { ++m_heard["measurements"]; });
            connect(document, &ReportDocument::keyImagesChanged, this, [this] { ++m_heard["key images"]; });
            connect(document, &ReportDocument::stateChanged, this, [this] { ++m_heard["state"]; });
            for (m_step = 0; m_step < 40 && isSame(); ++m_step) {
                m_heard.clear();
                m_expected.clear();
                takeStep();
                compareReport("the report", document->report(), m_plain);
                compare("who hears of it", textOfSignals(m_heard), textOfSignals(m_expected));
                compare("modified, editable, viewing", test::line(document->isModified(), document->isEditable(), document->isViewingOnly()),
                        test::line(m_isModified, isOpen(), m_isViewing));
                compare("blocked while viewing", document->checkSigning(SignAs::Final).blocking.contains("This is viewing-only mode."), m_isViewing);
            }
        }
        QVERIFY2(isSame(), qPrintable(difference()));
        QCOMPARE(m_reached.missing(), QString());
    }
};

QTEST_GUILESS_MAIN(TestRandomEdits)
#include "tst_random_edits.moc"
