#include "netclient/dicom/uid.h"
#include "netclient/dicomweb/pictures.h"
#include "netclient/dicomweb/query.h"
#include "netclient/dicomweb/retrieve.h"
#include "netclient/dicomweb/store.h"
#include "tests/support/orthanc.h"
#include "tests/support/phantom_files.h"
#include "tests/support/web_proxy.h"
#include <QCryptographicHash>
#include <QDirIterator>
#include <thread>

using namespace diascope;
using namespace diascope::dicomweb;
namespace tag = diascope::dicom::tag;

/// DICOMweb with a real server: Orthanc and its plugin, plain and behind nginx with TLS and HTTP/2.
class TestDicomWebPeers : public QObject
{
    Q_OBJECT

    std::unique_ptr<test::Orthanc> m_orthanc;
    std::unique_ptr<test::Certificates> m_certificates;
    std::unique_ptr<test::WebProxy> m_proxy;
    QString m_why, m_whyNoProxy;
    QTemporaryDir m_made;
    QStringList m_files;
    QString m_study, m_series;
    QMap<QString, QString> m_pathOf; ///< by SOP Instance UID

    Service plain() const
    {
        Service service;
        service.url = QStringLiteral("http://127.0.0.1:%1/dicom-web").arg(m_orthanc->httpPort);
        return service;
    }
    Service secure() const
    {
        Service service;
        service.url = QStringLiteral("https://localhost:%1/dicom-web/").arg(m_proxy->port);
        service.tls.caFile = m_certificates->file("ca.pem");
        return service;
    }
    static QStringList texts(const Service& service, dicom::Level level, const dicom::FindKeys& keys, dicom::Tag tag, QString* error)
    {
        QStringList found;
        Task task;
        const auto done = find(service, level, keys, [&](const dicom::Dataset& row) {
            found << row.text(tag);
            return true;
        }, task);
        *error = done ? QString() : message(done.error());
        return found;
    }

private Q_SLOTS:
    void initTestCase()
    {
        m_orthanc = test::Orthanc::start(test::freePort(), &m_why, R"(,"Plugins":["/usr/share/orthanc/plugins/libOrthancDicomWeb.so"],"DicomWeb":{"Enable":true})");
        if (m_orthanc && m_orthanc->get("/dicom-web/studies").isEmpty()) {
            m_why = "Orthanc has no DICOMweb plugin here";
            m_orthanc.reset();
        }
        m_certificates = test::Certificates::make(&m_whyNoProxy);
        if (m_orthanc && m_certificates)
            m_proxy = test::WebProxy::start(m_orthanc->httpPort, m_certificates->file("server.pem"), m_certificates->file("server.key"), {}, &m_whyNoProxy);
        QDirIterator all(test::dataFile("volumes/fnndsc_andrei_abdomen_ct"), {"*.dcm"}, QDir::Files, QDirIterator::Subdirectories);
        while (all.hasNext())
            m_files << all.next();
        m_files.sort();
        m_files = m_files.mid(0, 30);
        for (const QString& file : m_files) {
            const auto dataset = dicom::Dataset::read(file);
            QVERIFY(dataset);
            m_study = dataset->text(tag::StudyInstanceUID);
            m_series = dataset->text(tag::SeriesInstanceUID);
            m_pathOf[dataset->text(tag::SOPInstanceUID)] = file;
        }
    }
    void init()
    {
        if (!m_orthanc)
            QSKIP(qPrintable(m_why));
        NEEDS_TEST_DATA(test::dataFile("volumes/fnndsc_andrei_abdomen_ct"));
    }

    void NET_01_stowIntoOrthanc()
    {
        qint64 last = 0;
        Task task([&](qint64 done, qint64, const QString&) { last = done; });
        QFile rubbish(m_made.filePath("rubbish"));
        QVERIFY(rubbish.open(QIODevice::WriteOnly) && rubbish.write("no DICOM") > 0);
        rubbish.close();
        const auto sent = store(plain(), m_files + QStringList{rubbish.fileName()}, task);
        QVERIFY2(sent, sent ? "" : qPrintable(message(sent.error())));
        QCOMPARE(sent->confirmed, 30);
        QCOMPARE(sent->failed.size(), 1);
        QCOMPARE(sent->failed[0].path, rubbish.fileName());
        QCOMPARE(last, 31); // the rubbish is done too
        QCOMPARE(m_orthanc->instanceIds().size(), 30); // by its own account
    }

    void NET_01_qidoFromOrthanc()
    {
        QString error;
        dicom::FindKeys keys;
        keys.studyUid = m_study;
        QCOMPARE(texts(plain(), dicom::Level::Study, keys, tag::NumberOfStudyRelatedInstances, &error), QStringList{"30"});
        QCOMPARE(texts(plain(), dicom::Level::Series, keys, tag::SeriesInstanceUID, &error), QStringList{m_series});
        QCOMPARE(texts(plain(), dicom::Level::Series, keys, tag::NumberOfSeriesRelatedInstances, &error), QStringList{"30"});
        keys.seriesUid = m_series;
        QStringList uids = texts(plain(), dicom::Level::Image, keys, tag::SOPInstanceUID, &error);
        uids.sort();
        QCOMPARE(uids, m_pathOf.keys());
        keys = {};
        keys.patientName = "NOBODY^AT ALL*";
        QCOMPARE(texts(plain(), dicom::Level::Study, keys, tag::StudyInstanceUID, &error), QStringList());
        QCOMPARE(error, QString());
        keys = {};
        keys.dates = "19000101-19000102";
        QCOMPARE(texts(plain(), dicom::Level::Study, keys, tag::StudyInstanceUID, &error), QStringList());
    }

    /// Stored by an independent program in four character sets. Orthanc's plugin 1.7 does not decode percent signs in a query: what has
    /// any is found all the same.
    void namesInManyCharacterSetsAreFound_data()
    {
        QTest::addColumn<QString>("characterSet");
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("pattern");
        QTest::newRow("SAF-07 UTF-8") << "ISO_IR 192" << "Łukasiewicz^Jan" << "*Jan";
        QTest::newRow("SAF-07 UTF-8, asked in its letters") << "ISO_IR 192" << "Łukasiewicz^Ewa Maria" << "łukasiewicz^Ewa Maria";
        QTest::newRow("SAF-07 Cyrillic") << "ISO_IR 144" << "Люкceмбypг" << "*";
        QTest::newRow("SAF-07 Cyrillic, asked in its letters") << "ISO_IR 144" << "Иванов^Пётр" << "иванов*";
        QTest::newRow("SAF-07 GB18030") << "GB18030" << "Zhang^XiaoDong=张^小东" << "Zhang*";
        QTest::newRow("SAF-07 GB18030, asked in its letters") << "GB18030" << "Li^Wei=李^伟" << "李*";
        QTest::newRow("SAF-07 Latin-1") << "ISO_IR 100" << "Buc^Jérôme" << "Buc*";
        QTest::newRow("SAF-07 Latin-1, asked by a letter's wildcard") << "ISO_IR 100" << "Müller^Anna" << "M?ller^Anna";
    }
    void namesInManyCharacterSetsAreFound()
    {
        QFETCH(QString, characterSet);
        QFETCH(QString, name);
        QFETCH(QString, pattern);
        const auto made = test::writeFiles(m_made.path(), QStringLiteral("ds = image(); ds.SpecificCharacterSet = '%1'; ds.StudyInstanceUID = generate_uid(); ds.SeriesInstanceUID = generate_uid()\n"
                                                                         "ds.PatientID = '%3'; ds.PatientName = '%2'; save(ds, 'name')").arg(characterSet, name, characterSet.right(3)));
        QVERIFY2(made.code == 0, made.err.constData());
        SUCCEEDS(test::run("storescu", {"-aec", "ORTHANC", "127.0.0.1", QString::number(m_orthanc->port), m_made.filePath("name")}));
        dicom::FindKeys keys;
        keys.patientName = pattern;
        keys.patientId = characterSet.right(3);
        QString error;
        const QStringList found = texts(plain(), dicom::Level::Study, keys, tag::PatientName, &error);
        QCOMPARE(error, QString());
        QCOMPARE(found, QStringList{name});
    }

    void NET_01_wadoFromOrthanc_data()
    {
        QTest::addColumn<bool>("isSecure");
        QTest::addColumn<bool>("isPartPresent");
        QTest::newRow("NET-01 WADO, the study") << false << false;
        QTest::newRow("NET-01 WADO, what is missing") << false << true;
        QTest::newRow("NET-01 WADO, the study, https") << true << false;
        QTest::newRow("NET-01 WADO, what is missing, https with HTTP/2") << true << true;
    }
    void NET_01_wadoFromOrthanc()
    {
        QFETCH(bool, isSecure);
        QFETCH(bool, isPartPresent);
        if (isSecure && !m_proxy)
            QSKIP(qPrintable(m_whyNoProxy));
        const QStringList uids = m_pathOf.keys();
        const QSet<QString> present = isPartPresent ? QSet<QString>(uids.begin() + 7, uids.end()) : QSet<QString>();
        QMap<QString, QByteArray> got;
        Result<dicom::RetrieveResult> result;
        // On a thread of its own, as the transfers do.
        std::thread worker([&] {
            Task task;
            result = retrieve(isSecure ? secure() : plain(), {{m_study}, {}, present, {}}, [&](dicom::Received&& received) -> Result<void> {
                got[received.sopInstanceUid] = received.part10;
                return {};
            }, task);
        });
        worker.join();
        QVERIFY2(result, result ? "" : qPrintable(message(result.error())));
        QVERIFY2(result->isComplete(), result->ended ? qPrintable(message(*result->ended)) : "");
        QCOMPARE(result->expected, 30);
        QCOMPARE(result->present, present.size());
        QCOMPARE(got.keys(), isPartPresent ? uids.mid(0, 7) : uids);
        for (auto it = got.constBegin(); it != got.constEnd(); ++it) { // as stored: byte by byte
            QFile file(m_pathOf[it.key()]);
            QVERIFY(file.open(QIODevice::ReadOnly));
            QCOMPARE(QCryptographicHash::hash(it.value(), QCryptographicHash::Sha256), QCryptographicHash::hash(file.readAll(), QCryptographicHash::Sha256));
        }
        if (isSecure) // the whole study, which Qt would read faster than we take it, goes over HTTP/1.1
            QTRY_VERIFY2(m_proxy->log().contains((isPartPresent ? "HTTP/2.0 200 /dicom-web/studies/" + m_study.toLatin1() + "/series/"
                                                                : "HTTP/1.1 200 /dicom-web/studies/" + m_study.toLatin1() + "\n")), m_proxy->log().constData());
    }

    void anUnknownStudyIsNotFound()
    {
        Task task;
        const auto result = retrieve(plain(), {{"1.2.3.99.1"}, {}, {}, {}}, [](dicom::Received&&) { return Result<void>(); }, task);
        QVERIFY(!result);
        QCOMPARE(result.error().fault, Fault::NotFound);
    }

    void NET_01_metadataFramesAndPictures()
    {
        Task task;
        const auto all = metadata(plain(), {m_study}, {m_series}, task);
        QVERIFY2(all, all ? "" : qPrintable(message(all.error())));
        QCOMPARE(all->size(), size_t(30));
        const QString uid = m_pathOf.firstKey();
        const auto original = dicom::Dataset::read(m_pathOf[uid]);
        for (const dicom::Dataset& dataset : *all)
            if (dataset.text(tag::SOPInstanceUID) == uid) {
                QCOMPARE(dataset.integer(tag::Rows), original->integer(tag::Rows));
                QCOMPARE(dataset.numbers(tag::ImagePositionPatient), original->numbers(tag::ImagePositionPatient));
                QVERIFY(!dataset.contains(tag::PixelData));
            }
        const InstanceName name{{m_study}, {m_series}, {uid}};
        const auto frame = dicomweb::frames(plain(), name, {1}, task);
        QVERIFY2(frame, frame ? "" : qPrintable(message(frame.error())));
        QCOMPARE(frame->size(), size_t(1));
        QVERIFY(frame->front().mediaType.startsWith("application/octet-stream"));
        QCOMPARE(frame->front().bytes, original->bytes(tag::PixelData));
        QVERIFY(!dicomweb::frames(plain(), name, {2}, task));
        QCOMPARE(dicomweb::frames(plain(), name, {0}, task).error().fault, Fault::Invalid);
        const auto picture = rendered(plain(), name, 0, {128, 128}, 50, task);
        QVERIFY2(picture, picture ? "" : qPrintable(message(picture.error())));
        QFile file(m_made.filePath("picture"));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write(picture->bytes) == picture->bytes.size());
        file.close();
        // NET-16: by an independent decoder it is a picture no larger than asked for.
        const auto size = test::python("import sys\nfrom PIL import Image\nim = Image.open(sys.argv[1])\nprint(im.format, max(im.size) <= 128)", {file.fileName()});
        QCOMPARE(size.out.trimmed(), "JPEG True");
    }

    void aLoginIsAskedForAndGiven()
    {
        QString why;
        const auto guarded = test::Orthanc::start(test::freePort(), &why, R"(,"Plugins":["/usr/share/orthanc/plugins/libOrthancDicomWeb.so"],"AuthenticationEnabled":true,"RegisteredUsers":{"anna":"sesame"})");
        if (!guarded)
            QSKIP(qPrintable(why));
        Service service;
        service.url = QStringLiteral("http://127.0.0.1:%1/dicom-web").arg(guarded->httpPort);
        Task task;
        QCOMPARE(check(service, task).error().fault, Fault::Denied);
        service.login = {dicom::Login::Kind::Basic, "anna", "wrong"};
        QCOMPARE(check(service, task).error().fault, Fault::Denied);
        service.login.secret = "sesame";
        const auto done = check(service, task);
        QVERIFY2(done, done ? "" : qPrintable(message(done.error())));
    }
};

QTEST_GUILESS_MAIN(TestDicomWebPeers)
#include "tst_dicomweb_peers.moc"
