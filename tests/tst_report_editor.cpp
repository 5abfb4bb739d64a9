#include "reporting/store/report_store.h"
#include "reporting/ui/report_editor.h"
#include <QApplication>
#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollBar>
#include <QTemporaryDir>
#include <QToolButton>
#include <QtTest>

using namespace diascope;
using namespace diascope::reporting;

namespace
{

StudyContext someStudy()
{
    StudyContext study;
    study.patientName = "Doe^Jane";
    study.patientId = "4711";
    study.studyUid = "1.2.3";
    study.accession = "A1";
    study.modality = "CT";
    study.description = "CT Head";
    study.reasonForStudy = "Fall from a ladder";
    return study;
}

Report fromTemplate(const QString& id = "ct-head")
{
    auto report = TemplateLibrary::builtIn().newReport(id, someStudy(), "resident");
    return report ? *report : Report{};
}

} // namespace

class TestReportEditor : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void emptyStateOffersTemplates()
    {
        ReportEditor editor;
        editor.setTemplates(TemplateLibrary::builtIn().usable(), "ct-head");
        show(editor);
        auto* templates = editor.findChild<QComboBox*>("templates");
        QVERIFY(templates->isVisible());
        QCOMPARE(templates->currentText(), "CT head");
        QSignalSpy wanted(&editor, &ReportEditor::newReportRequested);
        QTest::mouseClick(button(editor, "create"), Qt::LeftButton);
        QCOMPARE(wanted.size(), 1);
        QCOMPARE(wanted[0][0].toString(), "ct-head");
        editor.setReport(fromTemplate());
        QVERIFY(!templates->isVisible());
    }

    void typingReachesTheReport()
    {
        ReportEditor editor;
        editor.setReport(fromTemplate());
        show(editor);
        auto* findings = text(editor, "findings");
        QTest::keyClicks(findings, "No haemorrhage.");
        QCOMPARE(editor.document().report().findSection("findings")->text, "No haemorrhage.");
        auto* shift = editor.findChild<QLineEdit*>("field-midline-shift");
        QTest::keyClicks(shift, "4,5x");
        QCOMPARE(editor.document().report().findSection("findings")->findField("midline-shift")->value, "4.5");
        auto* combo = editor.findChild<QComboBox*>("field-haemorrhage");
        combo->setFocus();
        QTest::keyClick(combo, Qt::Key_Down);
        QCOMPARE(editor.document().report().findSection("findings")->findField("haemorrhage")->value, "None");
        // changes from elsewhere are shown
        editor.document().setFieldValue("findings", "haemorrhage", "Subdural");
        QCOMPARE(combo->currentText(), "Subdural");
        editor.document().appendSectionText("findings", "Second line.");
        QCOMPARE(findings->toPlainText(), "No haemorrhage.\nSecond line.");
        QCOMPARE(editor.findChild<QLineEdit*>("field-indication")->text(), "Fall from a ladder");
    }

    void tabGoesOnAndControlTabGoesBackToTheImage()
    {
        ReportEditor editor;
        editor.setReport(fromTemplate("general"));
        show(editor);
        editor.focusSection("findings");
        QTRY_VERIFY(text(editor, "findings")->hasFocus());
        QTest::keyClick(text(editor, "findings"), Qt::Key_Tab);
        QVERIFY(text(editor, "impression")->hasFocus());
        QCOMPARE(text(editor, "findings")->toPlainText(), "");
        QSignalSpy back(&editor, &ReportEditor::backToImageRequested);
        QTest::keyClick(text(editor, "impression"), Qt::Key_Tab, Qt::ControlModifier);
        QCOMPARE(back.size(), 1);
    }

    void REP_07_measurementsAndKeyImagesLinkBack()
    {
        ReportEditor editor;
        editor.setReport(fromTemplate());
        show(editor);
        const InstanceRef where{"1.2.3.4", 7, "figure-1", "1.2.3", ""};
        const QString measurement = editor.insertMeasurement({"", "Lesion & oedema", "length", 12.34, 1, "mm", where});
        QImage image(64, 48, QImage::Format_RGB32);
        image.fill(Qt::darkGray);
        const QString keyImage = editor.insertKeyImage(image, "Lesion", where);
        QVERIFY(!measurement.isEmpty() && !keyImage.isEmpty());
        QCOMPARE(QImage::fromData(editor.document().report().keyImages[0].png).size(), QSize(64, 48));
        const QString second = editor.insertKeyImage(image, "Oedema", where);
        QVERIFY(editor.document().setKeyImageCaption(second, "Oedema, left"));
        QVERIFY(!editor.document().setKeyImageCaption("nobody", "x"));
        QCOMPARE(editor.document().report().keyImages[0].caption, "Lesion");
        QCOMPARE(editor.document().report().keyImages[1].caption, "Oedema, left");
        QSignalSpy links(&editor, &ReportEditor::linkActivated);
        auto* link = editor.findChild<QToolButton*>("measurement-" + measurement);
        QCOMPARE(link->text(), "Lesion && oedema: 12.3 mm");
        link->click();
        editor.findChild<QToolButton*>("key-image-" + keyImage)->click();
        QCOMPARE(links.size(), 2);
        for (const auto& arguments : links)
            QCOMPARE(arguments[0].value<InstanceRef>(), where);
    }

    void SAF_06_changesAreAskedToBeSavedWithinTwoSeconds()
    {
        ReportEditor editor;
        editor.setReport(fromTemplate());
        show(editor);
        QSignalSpy save(&editor, &ReportEditor::saveRequested);
        QElapsedTimer since;
        since.start();
        // somebody who types without a pause is saved too
        while (save.isEmpty() && since.elapsed() < 4000)
            QTest::keyClick(text(editor, "findings"), Qt::Key_A, Qt::NoModifier, 50);
        QCOMPARE(save.size(), 1);
        QVERIFY2(since.elapsed() < 2000, qPrintable(QString::number(since.elapsed())));
    }

    void REP_15_typingGoesOnWhileASaveIsUnderWay()
    {
        auto store = *ReportStore::open(m_folder.filePath("a.db"));
        ReportEditor editor;
        editor.setAutosaveInterval(10);
        editor.setReport(*store->create(fromTemplate()));
        show(editor);
        Report underWay;
        connect(&editor, &ReportEditor::saveRequested, &editor, [&] { underWay = editor.document().report(); });
        auto* findings = text(editor, "findings");
        QTest::keyClicks(findings, "first");
        QTRY_VERIFY(underWay.findSection("findings") && underWay.findSection("findings")->text == "first");
        QTest::keyClicks(findings, " second");
        editor.document().markSaved(*store->saveDraft(underWay));
        QVERIFY(editor.document().isModified());
        QTRY_COMPARE(underWay.findSection("findings")->text, "first second");
        const auto saved = store->saveDraft(underWay);
        QVERIFY2(saved, saved ? "" : qPrintable(saved.error().detail));
        editor.document().markSaved(*saved);
        QVERIFY(!editor.document().isModified());
        QCOMPARE(findings->toPlainText(), "first second");
        // another author saved meanwhile: refused, said, and nothing typed is lost
        Report theirs = *store->load(saved->reportId);
        QVERIFY(store->saveDraft(theirs));
        QTest::keyClicks(findings, " third");
        QTRY_VERIFY(underWay.findSection("findings")->text.endsWith("third"));
        const auto refused = store->saveDraft(underWay);
        QCOMPARE(refused.error().fault, Fault::Conflict);
        editor.showProblem(message(refused.error()));
        QVERIFY(editor.findChild<QLabel*>("problem")->isVisible());
        QCOMPARE(findings->toPlainText(), "first second third");
    }

    void SAF_09_signedReportsAreReadOnly()
    {
        ReportEditor editor;
        Report report = fromTemplate();
        report.reportId = "r";
        report.findSection("findings")->text = "Text";
        report.findSection("impression")->text = "Text";
        editor.setReport(*signedVersion(report, SignAs::Final, "Dr. Strange", QDateTime::currentDateTimeUtc()));
        show(editor);
        QTest::keyClicks(text(editor, "findings"), "x");
        QCOMPARE(text(editor, "findings")->toPlainText(), "Text");
        QVERIFY(!editor.findChild<QComboBox*>("field-haemorrhage")->isEnabled());
        QVERIFY(editor.insertMeasurement({}).isEmpty());
        QVERIFY(!button(editor, "sign-final")->isVisible());
        QSignalSpy addendum(&editor, &ReportEditor::addendumRequested);
        QTest::mouseClick(button(editor, "addendum"), Qt::LeftButton);
        QCOMPARE(addendum.size(), 1);
        QCOMPARE(addendum[0][0].toString(), "r");

        auto following = succeed(editor.document().report(), Purpose::Addendum, "x");
        editor.setReport(*following);
        QVERIFY(text(editor, "findings")->isReadOnly());
        QVERIFY(!text(editor, "addendum")->isReadOnly());
    }

    void viewingOnlyChangesNothing()
    {
        ReportEditor editor;
        editor.setReport(fromTemplate());
        editor.setViewingOnly(true);
        show(editor);
        QTest::keyClicks(text(editor, "findings"), "x");
        QCOMPARE(text(editor, "findings")->toPlainText(), "");
        QVERIFY(!button(editor, "sign-final")->isVisible());
    }

    void DEL_08_signingIsDisabledWithItsReason()
    {
        ReportEditor editor;
        editor.setReport(fromTemplate());
        show(editor);
        QVERIFY(button(editor, "sign-final")->isEnabled());
        Evidence evidence;
        evidence.images = {someStudy()};
        evidence.images.front().patientId = "4712";
        editor.document().setEvidence(evidence);
        QVERIFY(!button(editor, "sign-final")->isEnabled());
        QVERIFY(button(editor, "sign-final")->toolTip().contains("patient ID"));
        QVERIFY(editor.findChild<QLabel*>("blocking")->isVisible());
        evidence.images.front().patientId = "4711";
        editor.document().setEvidence(evidence);
        QVERIFY(button(editor, "sign-final")->isEnabled());
    }

    void REP_02_alertFieldsAskOnceWithoutADialog()
    {
        ReportEditor editor;
        Report report = fromTemplate();
        report.findSection("findings")->text = "Text";
        editor.setReport(report);
        show(editor);
        QSignalSpy sign(&editor, &ReportEditor::signRequested);
        QTest::mouseClick(button(editor, "sign-final"), Qt::LeftButton);
        QCOMPARE(sign.size(), 0);
        QVERIFY(editor.findChild<QLabel*>("problem")->text().contains("Impression"));
        QVERIFY(!QApplication::activeModalWidget());
        QTest::mouseClick(button(editor, "sign-final"), Qt::LeftButton);
        QCOMPARE(sign.size(), 1);
    }

    void DEL_07_aDoubleClickAsksForOneSignature()
    {
        ReportEditor editor;
        Report report = fromTemplate();
        report.findSection("impression")->text = "Text";
        editor.setReport(report);
        editor.setPasswordRequired(true);
        show(editor);
        QSignalSpy sign(&editor, &ReportEditor::signRequested);
        QTest::keyClicks(editor.findChild<QLineEdit*>("password"), "secret");
        QTest::mouseClick(button(editor, "sign-final"), Qt::LeftButton);
        QTest::mouseClick(button(editor, "sign-final"), Qt::LeftButton);
        QCOMPARE(sign.size(), 1);
        QCOMPARE(sign[0][0].value<SignAs>(), SignAs::Final);
        QCOMPARE(sign[0][1].toString(), "secret");
        QCOMPARE(editor.findChild<QLineEdit*>("password")->text(), "");
        editor.showProblem("The password is wrong.");
        QVERIFY(button(editor, "sign-final")->isEnabled());
    }

    void SEC_06_markupIsShownAsText()
    {
        ReportEditor editor;
        Report report = fromTemplate("general");
        report.title = "<img src='file:///etc/hostname'><b>title</b>";
        report.sections[0].title = "<h1>big</h1>";
        report.findSection("findings")->text = "<script>alert(1)</script>";
        editor.setReport(report);
        editor.setDeliveryState({"RIS", DeliveryState::State::Held, "<b>reason</b>"});
        show(editor);
        QCOMPARE(text(editor, "findings")->toPlainText(), "<script>alert(1)</script>");
        for (const QLabel* label : editor.findChildren<QLabel*>())
            if (label->text().contains('<'))
                QCOMPARE(label->textFormat(), Qt::PlainText);
        QVERIFY(editor.findChild<QPushButton*>("delivery")->toolTip().contains("&lt;b&gt;"));
    }

    void deliveryStateIsShown()
    {
        ReportEditor editor;
        editor.setReport(fromTemplate());
        show(editor);
        auto* line = editor.findChild<QPushButton*>("delivery");
        QVERIFY(!line->isVisible());
        editor.setDeliveryStates({{"RIS", DeliveryState::State::Held, "AE: unknown patient"}, {"PACS", DeliveryState::State::Acknowledged, {}}});
        QVERIFY(line->isVisible());
        QVERIFY(line->text().contains("AE: unknown patient") && line->text().contains("PACS: acknowledged"));
    }

    void theWheelNeverChangesAFinding()
    {
        ReportEditor editor;
        Report report = fromTemplate();
        report.findSection("findings")->fields[0].value = "Subdural";
        editor.setReport(report);
        show(editor);
        auto* combo = editor.findChild<QComboBox*>("field-haemorrhage");
        combo->setFocus();
        QWheelEvent wheel(QPointF(5, 5), combo->mapToGlobal(QPointF(5, 5)), {}, {0, -240}, Qt::NoButton, Qt::NoModifier, Qt::NoScrollPhase, false);
        QApplication::sendEvent(combo, &wheel);
        QCOMPARE(combo->currentText(), "Subdural");
    }

    void fitsADockOf380Pixels()
    {
        ReportEditor editor;
        Report report = fromTemplate();
        report.findSection("findings")->text = QString("A sentence that is long enough to be wrapped several times. ").repeated(6);
        editor.setReport(report);
        QImage image(512, 512, QImage::Format_RGB32);
        image.fill(QColor(60, 60, 60));
        editor.insertMeasurement({"", "Subdural haematoma, right, largest width", "length", 12.3, 1, "mm", {"1.2", 1, "f", "", ""}});
        editor.insertKeyImage(image, "Right convexity", {"1.2", 1, "", "", ""});
        editor.setDeliveryState({"RIS", DeliveryState::State::Held, "AE: unknown patient"});
        editor.resize(380, 900);
        editor.show();
        QVERIFY(QTest::qWaitForWindowExposed(&editor));
        QCOMPARE(editor.width(), 380);
        for (const QWidget* child : editor.findChildren<QWidget*>())
            if (child->isVisible() && !qobject_cast<const QScrollBar*>(child)) {
                const int right = child->mapTo(&editor, QPoint(child->width(), 0)).x();
                QVERIFY2(right <= 380, qPrintable(QString("%1 %2 reaches to %3").arg(child->metaObject()->className(), child->objectName()).arg(right)));
            }
        if (qEnvironmentVariableIsSet("DIASCOPE_KEEP"))
            editor.grab().save(qEnvironmentVariable("DIASCOPE_KEEP") + "/editor.png");
    }

private:
    void show(QWidget& widget)
    {
        widget.resize(380, 900);
        widget.show();
        widget.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&widget));
    }
    QPushButton* button(QWidget& editor, const char* name) { return editor.findChild<QPushButton*>(QLatin1String(name)); }
    QPlainTextEdit* text(QWidget& editor, const char* section)
    {
        // a section that is being replaced may still be there, hidden
        for (QPlainTextEdit* edit : editor.findChildren<QPlainTextEdit*>(QStringLiteral("section-") + section))
            if (edit->isVisibleTo(&editor))
                return edit;
        return nullptr;
    }
    QTemporaryDir m_folder;
};

int main(int argc, char** argv)
{
    QApplication app(argc, argv);
    if (qEnvironmentVariableIsSet("DIASCOPE_KEEP")) {
        QPalette dark;
        dark.setColor(QPalette::Window, QColor("#1a1d21"));
        dark.setColor(QPalette::Base, QColor("#101214"));
        dark.setColor(QPalette::Button, QColor("#24282d"));
        for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText, QPalette::ToolTipText})
            dark.setColor(role, QColor("#d7dadd"));
        dark.setColor(QPalette::PlaceholderText, QColor("#7a8087"));
        dark.setColor(QPalette::Highlight, QColor("#4aa3df"));
        QApplication::setStyle("Fusion");
        QApplication::setPalette(dark);
    }
    TestReportEditor test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_report_editor.moc"
