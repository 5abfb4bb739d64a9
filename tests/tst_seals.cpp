#include "app/demo/phantom.h"
#include "tests/support/program.h"
#include <QtTest>

using namespace diascope;
using test::Program;
using test::Ran;

/// Whoever changes, adds or takes away what was signed is found out (REP-10). The changes are made with Python's SQLite, as somebody
/// with the file would.
class TestSeals : public QObject
{
    Q_OBJECT

    static constexpr char key[] = "DIASCOPE_SECRET_REPORT_SEAL";

    /// `reports` of them signed.
    static QStringList signedReports(const Program& program, int reports)
    {
        const QTemporaryDir folder;
        demo::Sampling sampling;
        sampling.columns = sampling.rows = 16;
        sampling.slices = 1;
        (void)demo::writeCt(folder.path(), {}, {}, sampling);
        (void)program.run({"import", folder.path()});
        (void)program.run({"config", "set", "report.severalOfStudy", "true"});
        QStringList ids;
        for (int i = 0; i < reports; ++i) {
            ids << program.json({"report", "new", "--study", demo::studyUidOf("phantom"), "--template", "general"}).object()["reportId"].toString();
            (void)program.run({"report", "set", ids.last(), "findings", "No haemorrhage."});
            (void)program.run({"report", "set", ids.last(), "impression", "Normal."});
            if (const Ran ran = program.run({"report", "sign", ids.last()}); ran.code != 0)
                qWarning("%s", ran.err.constData());
        }
        return ids;
    }
    /// Python over the database: c is the connection, ids the reports. What it says on stderr.
    static QByteArray tamper(const Program& program, const QStringList& ids, const QByteArray& with)
    {
        const QByteArray script = "import sys,sqlite3,hashlib,json\n"
                                  "c=sqlite3.connect(sys.argv[1]+'/diascope.db'); ids=sys.argv[2:]\n"
                                  "sha=lambda b: hashlib.sha256(b).hexdigest()\n"
                                  "def free():\n"
                                  "  for (n,) in c.execute(\"select name from sqlite_schema where type='trigger' and name like 'report%'\").fetchall(): c.execute('drop trigger '+n)\n"
                                  "def forge(id,how='update'):\n"
                                  "  b=bytes(c.execute('select content from report_version where report_id=?',(id,)).fetchone()[0]).replace(b'No haem',b'Big haem')\n"
                                  "  if how=='update': c.execute('update report_version set content=?,sha256=? where report_id=?',(b,sha(b),id))\n"
                                  "  else: c.execute('insert or replace into report_version select report_id,version,status,signer,signed_at,?,?,from_revision,signed_as from report_version where report_id=?',(sha(b),b,id))\n"
                                  "  return sha(b)\n"
                                  "def chain():\n" // as whoever has read our source would
                                  "  before=''\n"
                                  "  for n,r,v,s in c.execute('select number,report_id,version,sha256 from report_seal order by number').fetchall():\n"
                                  "    h=sha(f'{n}\\n{r}\\n{v}\\n{s}\\n{before}'.encode()); c.execute('update report_seal set previous=?,hash=? where number=?',(before,h,n)); before=h\n"
                                  "  c.execute('update report_seal_head set hash=?,number=(select max(number) from report_seal)',(before,))\n" +
                                  with + "\nc.commit()\n";
        return test::python(QString::fromUtf8(script), QStringList{program.profile()} + ids).err;
    }
    static QJsonObject verified(const Program& program, int* code)
    {
        return program.json({"report", "verify", "--all"}, code).object();
    }

private Q_SLOTS:
    void cleanup() { qunsetenv(key); }

    void REP_10_whatWasSignedIsIntact()
    {
        for (const bool hasKey : {false, true}) {
            if (hasKey)
                qputenv(key, "a key of the keyring");
            const Program program;
            const QStringList ids = signedReports(program, 3);
            int code = -1;
            const QJsonObject check = verified(program, &code);
            QVERIFY2(code == 0, QJsonDocument(check).toJson().constData());
            QCOMPARE(check["versions"].toInt(), 3);
            QCOMPARE(check["withoutKey"].toInt(), hasKey ? 0 : 3);
            QVERIFY(check["intact"].toBool());
            SUCCEEDS(program.run({"report", "verify", ids[1]}));
            FAILS_PLAINLY(program.run({"report", "verify", "nobody"}));
            QCOMPARE(program.run({"report", "verify"}).code, 2);
            QVERIFY(program.json({"doctor"}).object()["reportProblems"].toArray().isEmpty());
        }
    }

    void REP_10_tamperingIsNoticed_data()
    {
        QTest::addColumn<bool>("withKey");
        QTest::addColumn<QByteArray>("change");
        QTest::addColumn<QString>("says");
        const auto row = [](const char* name, bool withKey, const char* change, const char* says) { QTest::newRow(name) << withKey << QByteArray(change) << says; };
        row("content and its hash", false, "free(); forge(ids[1])", "changed after it was signed");
        row("replaced", false, "free(); forge(ids[1],'replace')", "changed after it was signed");
        row("taken out of the middle", false, "free(); c.execute('delete from report_version where report_id=?',(ids[1],)); c.execute('delete from report where report_id=?',(ids[1],))",
            "signed and is missing");
        row("the last taken out", false, "free(); c.execute('delete from report_version where report_id=?',(ids[2],)); c.execute('delete from report where report_id=?',(ids[2],))",
            "signed and is missing");
        row("the last, with its seal", false,
            "free()\nfor t in ('report_version','report','report_seal'): c.execute('delete from '+t+' where report_id=?',(ids[2],))", "Signed reports are missing");
        row("the last, with its seal and the head", false,
            "free()\nfor t in ('report_version','report','report_seal'): c.execute('delete from '+t+' where report_id=?',(ids[2],))\nchain()", "not among its signed versions");
        row("put in", false,
            "c.execute('insert into report_version select report_id,2,status,signer,signed_at,sha256,content,from_revision,signed_as from report_version where report_id=?',(ids[0],))",
            "not in the register");
        row("the seal too", false, "free(); s=forge(ids[1]); c.execute('update report_seal set sha256=? where report_id=?',(s,ids[1]))", "its seal was changed");
        row("the whole chain", false, "free(); s=forge(ids[1]); c.execute('update report_seal set sha256=? where report_id=?',(s,ids[1])); chain()", "not among its signed versions");
        row("one seal, with a hash that fits it", false,
            "free(); s=forge(ids[1]); n,v,p=c.execute('select number,version,previous from report_seal where report_id=?',(ids[1],)).fetchone()\n"
            "h=sha(f'{n}\\n{ids[1]}\\n{v}\\n{s}\\n{p}'.encode()); c.execute('update report_seal set sha256=?,hash=? where report_id=?',(s,h,ids[1])); c.execute('delete from delivery')",
            "what was signed before it is missing or was changed");
        row("the last one and its seal, with a hash that fits it", false,
            "free(); s=forge(ids[2]); n,v,p=c.execute('select number,version,previous from report_seal where report_id=?',(ids[2],)).fetchone()\n"
            "h=sha(f'{n}\\n{ids[2]}\\n{v}\\n{s}\\n{p}'.encode()); c.execute('update report_seal set sha256=?,hash=? where report_id=?',(s,h,ids[2])); c.execute('delete from delivery')",
            "Signed reports are missing");
        // Whoever rewrites all of it, and there is no key: what the versions say of themselves is left.
        row("another report in its place", false,
            "free(); b,s=c.execute('select content,sha256 from report_version where report_id=?',(ids[0],)).fetchone()\n"
            "c.execute('update report_version set content=?,sha256=? where report_id=?',(b,s,ids[1])); c.execute('update report_seal set sha256=? where report_id=?',(s,ids[1])); chain(); c.execute('delete from delivery')",
            "holds another report");
        for (const auto& [name, change, says] : {std::tuple("another version in its place", "j['version']=3", "holds another report"), std::tuple("with a forerunner", "j['predecessorHash']='00'", "does not follow the one before it")})
            row(name, false,
                (QByteArray("free(); j=json.loads(bytes(c.execute('select content from report_version where report_id=?',(ids[1],)).fetchone()[0])); ") + change +
                 "; b=json.dumps(j).encode(); s=sha(b)\n"
                 "c.execute('update report_version set content=?,sha256=? where report_id=?',(b,s,ids[1])); c.execute('update report_seal set sha256=? where report_id=?',(s,ids[1])); chain(); c.execute('delete from delivery')")
                    .constData(),
                says);
        row("the first version taken away", false,
            "free(); c.execute('update report_version set version=2 where report_id=?',(ids[1],)); c.execute('update report set version=2 where report_id=?',(ids[1],)); c.execute('update report_seal set version=2 where report_id=?',(ids[1],)); chain(); c.execute('delete from delivery')",
            "does not follow the one before it");
        row("the whole chain, and what was queued", true,
            "free(); s=forge(ids[1]); c.execute('update report_seal set sha256=? where report_id=?',(s,ids[1])); chain(); c.execute('delete from delivery')", "was not made by this program");
        row("the whole chain, under another key", true,
            "free(); s=forge(ids[1]); c.execute('update report_seal set sha256=? where report_id=?',(s,ids[1])); chain(); c.execute('delete from delivery')\n"
            "c.execute(\"update report_seal set key_id='0'\")", "not in this keyring");
        row("the head, under the key", true,
            "free()\nfor t in ('report_version','report','report_seal'): c.execute('delete from '+t+' where report_id=?',(ids[2],))\nchain(); c.execute('delete from delivery')",
            "end of the register");
    }
    void REP_10_tamperingIsNoticed()
    {
        QFETCH(bool, withKey);
        QFETCH(QByteArray, change);
        QFETCH(QString, says);
        if (withKey)
            qputenv(key, "a key of the keyring");
        const Program program;
        const QStringList ids = signedReports(program, 3);
        QCOMPARE(tamper(program, ids, change), QByteArray());
        int code = -1;
        const QJsonObject check = verified(program, &code);
        const QString problems = check["problems"].toVariant().toStringList().join(u'\n');
        QVERIFY2(code == 1 && !check["intact"].toBool(), qPrintable(problems));
        QVERIFY2(problems.contains(says), qPrintable(problems));
        QVERIFY(!program.json({"doctor"}).object()["reportProblems"].toArray().isEmpty());
    }

    /// A report that was changed is not shown as if it had been signed so.
    void REP_10_openingLooksAtTheSeal()
    {
        const Program program;
        const QStringList ids = signedReports(program, 2);
        QCOMPARE(tamper(program, ids, "free(); forge(ids[0])"), QByteArray());
        FAILS_PLAINLY(program.run({"report", "show", ids[0]}));
        FAILS_PLAINLY(program.run({"report", "export", ids[0], "--format", "text", "--out", program.profile() + "/out"}));
        FAILS_PLAINLY(program.run({"report", "addendum", ids[0]}));
        SUCCEEDS(program.run({"report", "show", ids[1]}));
    }

    /// Who asks for one report hears of that one.
    void REP_10_oneReportIsVerifiedByItself()
    {
        const Program program;
        const QStringList ids = signedReports(program, 3);
        QCOMPARE(tamper(program, ids, "free(); forge(ids[1])"), QByteArray());
        SUCCEEDS(program.run({"report", "verify", ids[0]}));
        SUCCEEDS(program.run({"report", "verify", ids[2]}));
        const Ran changed = program.run({"report", "verify", ids[1]});
        QCOMPARE(changed.code, 1);
        QVERIFY(changed.out.contains("changed after it was signed") && !changed.out.contains(ids[0].toUtf8()));
    }

    /// What the key makes of a seal and of the end of the register is fixed: a later version of the program must make the same of them.
    void REP_10_sealsKeepTheirForm()
    {
        qputenv(key, "a key of the keyring");
        const Program program;
        const QStringList ids = signedReports(program, 2);
        const auto seen = tamper(program, ids,
                                 "import hmac\n"
                                 "k=b'a key of the keyring'; mac=lambda what,h: hmac.new(k,what+b'\\n'+h.encode(),'sha256').hexdigest(); before=''\n"
                                 "for n,r,v,s,p,h,i,m in c.execute('select number,report_id,version,sha256,previous,hash,key_id,mac from report_seal order by number'):\n"
                                 "  assert (r,p,h)==(ids[n-1],before,sha(f'{n}\\n{r}\\n{v}\\n{s}\\n{p}'.encode())),(n,r,p,h)\n"
                                 "  assert (i,m)==(sha(k)[:16],mac(b'seal',h)),(i,m)\n"
                                 "  before=h\n"
                                 "assert c.execute('select number,hash,key_id,mac from report_seal_head').fetchall()==[(2,before,sha(k)[:16],mac(b'head',before))]");
        QCOMPARE(seen, QByteArray());
    }

    void REP_10_replacingIsRefusedByTheDatabase()
    {
        const Program program;
        const QStringList ids = signedReports(program, 2);
        QVERIFY(tamper(program, ids, "forge(ids[0],'replace')").contains("immutable"));
        QVERIFY(tamper(program, ids, "forge(ids[0])").contains("immutable"));
        QVERIFY(tamper(program, ids, "c.execute(\"insert or replace into report_seal values(1,'a',1,'b','','c','','')\")").contains("immutable"));
        int code = -1;
        (void)verified(program, &code);
        QCOMPARE(code, 0);
    }

    /// What was signed before there were seals, and what a recovery brought back without.
    void REP_10_whatHasNoSealGetsOneOnce()
    {
        const Program program;
        const QStringList ids = signedReports(program, 2);
        QCOMPARE(tamper(program, ids, "free(); c.execute('delete from report_seal'); c.execute('delete from report_seal_head')"), QByteArray());
        int code = -1;
        QCOMPARE(verified(program, &code)["versions"].toInt(), 2);
        QCOMPARE(code, 0);
        QCOMPARE(tamper(program, ids, "c.execute('delete from report_seal where number=1')"), QByteArray());
        (void)verified(program, &code);
        QCOMPARE(code, 1);
    }
};

QTEST_GUILESS_MAIN(TestSeals)
#include "tst_seals.moc"
