#pragma once

/// Texts of DICOM JSON and XML; in a file of their own because moc does not understand them.
namespace diascope::test
{

extern const char* const pydicomScript;
extern const char* const oddJson;
extern const char* const misreadName;
extern const char* const rightName;
extern const char* const storedJson;
extern const char* const storedXml;

} // namespace diascope::test
