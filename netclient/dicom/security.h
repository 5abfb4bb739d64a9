#pragma once
#include <QString>

namespace diascope::dicom
{

/// What an encrypted connection to or from a peer needs (PS3.15 §B, BCP 195 profiles). Files are PEM. Nothing falls back to
/// plain text.
struct TlsFiles
{
    QString caFile;          ///< authorities trusted beside the system's; empty: the system's alone
    QString certificateFile; ///< ours, where the peer wants one (mutual authentication); empty: none
    QString keyFile;         ///< of certificateFile, without a passphrase; readable by its owner alone
};

/// How we say who we are, in an association (User Identity Negotiation, PS3.7 D.3.3.7) or in HTTP.
struct Login
{
    enum class Kind { None, Basic, Bearer };
    Kind kind = Kind::None;
    QString user;   ///< of Basic
    QString secret; ///< password or token: from the keyring, never from a settings file
};

} // namespace diascope::dicom
