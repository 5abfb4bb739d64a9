// diascope-transcoder: rewrites an image in another transfer syntax, by GDCM. A module, for GDCM's dictionaries take longer to
// load than the rest of the program: only who makes compressed phantoms waits for them.
#include <gdcmImageChangeTransferSyntax.h>
#include <gdcmImageReader.h>
#include <gdcmImageWriter.h>

/// `file` (the system's encoding) is replaced; `transferSyntaxUid`: any that GDCM writes.
extern "C" __attribute__((visibility("default"))) bool diascopeTranscode(const char* file, const char* transferSyntaxUid)
{
    gdcm::ImageReader reader;
    reader.SetFileName(file);
    gdcm::ImageChangeTransferSyntax change;
    change.SetTransferSyntax(gdcm::TransferSyntax(gdcm::TransferSyntax::GetTSType(transferSyntaxUid)));
    if (!reader.Read())
        return false;
    change.SetInput(reader.GetImage());
    if (!change.Change())
        return false;
    gdcm::ImageWriter writer;
    writer.SetFile(reader.GetFile());
    writer.SetImage(change.GetOutput());
    writer.SetFileName(file);
    return writer.Write();
}
