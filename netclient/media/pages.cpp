#include "netclient/media/pages.h"

namespace diascope::media
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("Media", text); }

/// Any system shows ASCII; other letters are taken apart or become '?' here, where nothing clinical stands.
QByteArray ascii(const QString& text)
{
    QByteArray plain;
    for (QChar letter : text.normalized(QString::NormalizationForm_KD)) {
        if (letter.category() == QChar::Mark_NonSpacing)
            continue;
        plain += letter.unicode() < 0x80 ? char(letter.unicode()) : '?';
    }
    return plain;
}

QString profileName(MediaProfile profile)
{
    switch (profile) {
    case MediaProfile::Cd:
        return QStringLiteral("STD-GEN-CD");
    case MediaProfile::Dvd:
        return QStringLiteral("STD-GEN-DVD");
    case MediaProfile::Usb:
        return QStringLiteral("STD-GEN-USB");
    }
    return {};
}

QStringList lines(const MediaOptions& options, const MediaReport& report)
{
    const QString unknown = tr("not given");
    return {
        tr("This medium holds medical images and documents of a patient in DICOM format."),
        tr("Creator: %1").arg(options.institution.isEmpty() ? unknown : options.institution),
        tr("Institution: %1").arg(options.institution.isEmpty() ? unknown : options.institution),
        tr("Software: %1").arg(options.software),
        tr("Contact: %1").arg(options.contact.isEmpty() ? unknown : options.contact),
        tr("Content: %1 instances in %2 series of %3 studies; application profile %4.")
            .arg(report.written).arg(report.series).arg(report.studies).arg(profileName(report.profile)),
        tr("The file DICOMDIR in the root names every image; open it with any DICOM viewer."),
        tr("Disclaimer: the data is confidential and meant for the patient and the physicians treating the patient. "
           "It comes without warranty. A viewer on this medium is not for diagnosis unless it says so."),
    };
}

} // namespace

QByteArray readme(const MediaOptions& options, const MediaReport& report)
{
    QByteArray text;
    for (const QString& line : lines(options, report))
        text += ascii(line) + "\r\n\r\n";
    return text;
}

QByteArray index(const MediaOptions& options, const MediaReport& report)
{
    QString body;
    for (const QString& line : lines(options, report))
        body += QStringLiteral("<p>%1</p>\r\n").arg(line.toHtmlEscaped());
    QString links = QStringLiteral("<li><a href=\"README.TXT\">README.TXT</a></li>\r\n");
    for (const ExtraFile& file : options.extraFiles)
        links += QStringLiteral("<li><a href=\"%1\">%1</a></li>\r\n").arg(file.nameOnMedium.toHtmlEscaped());
    return QStringLiteral("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n"
                          "<!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Strict//EN\" \"http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd\">\r\n"
                          "<html xmlns=\"http://www.w3.org/1999/xhtml\"><head><title>%1</title></head><body>\r\n<h1>%1</h1>\r\n%2<ul>\r\n%3</ul>\r\n"
                          "</body></html>\r\n")
        .arg(tr("Medical images").toHtmlEscaped(), body, links)
        .toUtf8();
}

} // namespace diascope::media
