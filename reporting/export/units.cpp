#include "reporting/export/units.h"

namespace diascope::reporting
{

std::optional<Code> ucum(const QString& unit)
{
    struct Known
    {
        const char* shown;
        const char* code;
        const char* meaning;
    };
    static constexpr Known units[] = {{"mm", "mm", "millimeter"},
                                      {"cm", "cm", "centimeter"},
                                      {"px", "{pixels}", "pixels"},
                                      {"HU", "[hnsf'U]", "Hounsfield unit"},
                                      {"deg", "deg", "degree"},
                                      {"°", "deg", "degree"},
                                      {"mm2", "mm2", "square millimeter"},
                                      {"mm²", "mm2", "square millimeter"},
                                      {"cm²", "cm2", "square centimeter"},
                                      {"mm³", "mm3", "cubic millimeter"},
                                      {"cm³", "cm3", "cubic centimeter"},
                                      {"g/ml", "g/ml", "gram per milliliter"},
                                      {"cm2/ml", "cm2/ml", "square centimeter per milliliter"},
                                      {"Bq/ml", "Bq/ml", "becquerel per milliliter"},
                                      {"s", "s", "second"},
                                      {"cm/s", "cm/s", "centimeter per second"},
                                      {"Hz", "Hz", "hertz"},
                                      {"%", "%", "percent"}};
    for (const Known& one : units)
        if (unit == QString::fromUtf8(one.shown))
            return Code{QString::fromUtf8(one.code), QStringLiteral("UCUM"), QString::fromUtf8(one.meaning)};
    return std::nullopt;
}

} // namespace diascope::reporting
