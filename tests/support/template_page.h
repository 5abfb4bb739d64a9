#pragma once
#include "reporting/model/study_context.h"
#include <QByteArray>

/// Templates around what a test is about.
namespace diascope::test
{

inline constexpr const char* head = R"(<!DOCTYPE html><html><head><title>T</title><meta charset="UTF-8"/>
<meta name="dcterms.title" content="%TITLE%"/><meta name="dcterms.identifier" content="%ID%"/>
<script type="text/xml"><template_attributes><top-level-flag>true</top-level-flag><status>%STATUS%</status>
<coded_content><entry ORIGTXT="size"><term type="procedure"><code meaning="size" value="RID1" scheme="RADLEX"/></term></entry></coded_content>
</template_attributes></script></head>)";

/// A whole template with this body.
inline QByteArray page(const QByteArray& body, const QByteArray& id = "t", const QByteArray& status = "ACTIVE")
{
    QByteArray html = head + QByteArray("<body>") + body + "</body></html>";
    return html.replace("%ID%", id).replace("%TITLE%", "Title " + id).replace("%STATUS%", status);
}

inline reporting::StudyContext someStudy()
{
    reporting::StudyContext study;
    study.patientName = "Doe^Jane";
    study.patientId = "4711";
    study.birthDate = "19800229";
    study.studyDate = "20180107";
    study.accession = "A1";
    study.reasonForStudy = "<b>headache</b> & nausea";
    return study;
}

} // namespace diascope::test
