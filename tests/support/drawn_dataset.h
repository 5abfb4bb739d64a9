#pragma once
#include "netclient/dicom/dataset.h"
#include "tests/support/dice.h"
#include "tests/support/words.h"
#include <QTemporaryDir>

/// Attributes drawn at random and written; each function returns what a reader should find: nothing where they are absent, empty or no numbers.
namespace diascope::test
{

using Numbers = std::vector<double>;

inline Numbers some(Dice& dice, dicom::Dataset& to, dicom::Tag tag, std::initializer_list<int> counts, std::initializer_list<double> from,
                    bool* isBad = nullptr)
{
    if (dice.chance(25))
        return {};
    if (dice.chance(8)) {
        to.setEmpty(tag);
        return {};
    }
    if (isBad && dice.chance(6)) {
        *isBad = true;
        (void)to.setText(tag, "abc");
        return {};
    }
    Numbers values;
    for (int left = dice.of(counts); left > 0; --left)
        values.push_back(dice.of(from));
    if (!values.empty())
        to.setNumbers(tag, values);
    return values;
}
inline std::optional<double> first(const Numbers& values) { return values.empty() ? std::nullopt : std::optional(values[0]); }
/// Of one value or, against the standard, two.
inline Numbers oneOrTwo(Dice& dice, dicom::Dataset& to, dicom::Tag tag, std::initializer_list<double> from, bool* isBad = nullptr)
{
    return some(dice, to, tag, {1, 1, 1, 2}, from, isBad);
}
inline std::optional<double> one(Dice& dice, dicom::Dataset& to, dicom::Tag tag, std::initializer_list<double> from)
{
    return first(oneOrTwo(dice, to, tag, from));
}
inline QString word(Dice& dice, dicom::Dataset& to, dicom::Tag tag, std::initializer_list<const char*> from)
{
    const QString text = dice.text(from);
    if (text.isEmpty() && dice.chance(50))
        to.setEmpty(tag);
    if (!text.isEmpty())
        (void)to.setText(tag, text);
    return text;
}

/// 8 × 6 pixels of 16 bits.
inline void beginImage(dicom::Dataset& to, int frames, int bitsStored, int highBit, bool isSigned)
{
    namespace tag = dicom::tag;
    for (const auto& [t, value] : {std::pair(tag::SamplesPerPixel, 1),
                                   {tag::Rows, 6},
                                   {tag::Columns, 8},
                                   {tag::BitsAllocated, 16},
                                   {tag::BitsStored, bitsStored},
                                   {tag::HighBit, highBit},
                                   {tag::PixelRepresentation, int(isSigned)}})
        to.setNumber(t, value);
    if (frames > 1)
        to.setNumber(tag::NumberOfFrames, frames);
    to.setBytes(tag::PixelData, QByteArray(96 * frames, '\0'));
}

/// A file of three such frames whose pixels are known; a test makes the headers anew each time.
struct DrawnImageFile
{
    DrawnImageFile()
    {
        Dice dice(1);
        QByteArray bytes;
        for (int i = 0; i < 48 * 3; ++i) {
            words.push_back(quint16(dice.bits()));
            bytes += char(words.back() & 0xFF);
            bytes += char(words.back() >> 8);
        }
        dicom::Dataset dataset;
        beginImage(dataset, 3, 16, 15, false);
        dataset.setBytes(dicom::tag::PixelData, bytes);
        isWritten = bool(dataset.write(path, QStringLiteral("1.2.840.10008.1.2.1")));
    }
    QTemporaryDir folder;
    const QString path = folder.filePath("image");
    std::vector<quint16> words; ///< of the pixels
    bool isWritten = false;
};

} // namespace diascope::test
