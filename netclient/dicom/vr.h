#pragma once
#include <QtGlobal>
#include <algorithm>
#include <cstring>
#include <iterator>

namespace diascope::dicom
{

/// Two capital letters, as every value representation has them (PS3.5 §6.2); `vr` points to the two bytes.
inline bool looksLikeVr(const uchar* vr) { return vr[0] >= 'A' && vr[0] <= 'Z' && vr[1] >= 'A' && vr[1] <= 'Z'; }

/// Explicit VR with a length of 16 bits (PS3.5 §7.1.2). All others, those of the future too, have a reserved word and 32 bits.
inline bool hasShortLength(const uchar* vr)
{
    static constexpr const char* names[] = {"AE", "AS", "AT", "CS", "DA", "DS", "DT", "FL", "FD", "IS", "LO",
                                            "LT", "PN", "SH", "SL", "SS", "ST", "TM", "UI", "UL", "US"};
    return std::any_of(std::begin(names), std::end(names), [vr](const char* name) { return std::memcmp(vr, name, 2) == 0; });
}

} // namespace diascope::dicom
