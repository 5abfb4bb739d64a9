// Text of any bytes in any character set: decoding, names, dates.
#include "tests/fuzz/fuzzing.h"
#include "netclient/dicom/person_name.h"

using namespace diascope;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size)
{
    FuzzedDataProvider data(bytes, size);
    static const char* const sets[] = {"", "ISO_IR 100", "ISO_IR 144", "ISO_IR 13", "ISO_IR 166", "ISO_IR 192", "GB18030", "GBK", "ISO 2022 IR 6\\ISO 2022 IR 87",
                                       "\\ISO 2022 IR 149", "ISO 2022 IR 13\\ISO 2022 IR 87\\ISO 2022 IR 159", "\\ISO 2022 IR 58", "nonsense"};
    const QString set = QString::fromLatin1(sets[data.ConsumeIntegralInRange<size_t>(0, std::size(sets) - 1)]);
    const QByteArray raw = fuzz::bytes(data, 400);
    const QString text = dicom::decodeText(raw, set, data.ConsumeBool() ? "^=\\" : "\\");
    for (const QChar c : text)
        fuzz::demand(c.unicode() != 0x1B && c.unicode() != 0x202E && c.unicode() != 0);
    if (const auto encoded = dicom::encodeText(text, set))
        (void)dicom::decodeText(*encoded, set);
    const auto name = dicom::PersonName::parse(text);
    (void)name.display();
    (void)name.comparable();
    (void)dicom::parseDate(text);
    (void)dicom::parseTime(text);
    (void)dicom::displayDate(text);
    (void)dicom::displayTime(text);
    (void)dicom::ageAt(text, QStringLiteral("20200101"));
    return 0;
}
