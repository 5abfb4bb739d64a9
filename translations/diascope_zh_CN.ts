<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
    <context>
        <name>Diascope</name>
        <message>
            <source>
RIS: %1 %2</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>"%1" has a value that is not among its choices</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>"%1" is above %2</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>"%1" is below %2</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>"%1" is no date</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>"%1" is no host name or address</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>"%1" is no number</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>"%1" is no time</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>"%1" is not filled in.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>"%1" must be filled in.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>%1  %2  %3  %4 instances, %5 stacks</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>%1 (element %2,%3 at byte %4)</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>%1 answers</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>%1 answers.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>%1 bits a sample in %2 cannot be decoded</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>%1 cannot be decompressed here</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>%1 cannot be reached: %2</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>%1 cannot be read back</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>%1 cannot be rewritten as %2</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>%1 cannot be written</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>%1 cannot be written: %2</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>%1 cm</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>%1 confirmed, %2 failed: %3</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>%1 d</source>
            <comment>age in days</comment>
            <translation type="unfinished" />
        </message>
        <message>
            <source>%1 does not answer</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>%1 has no directory records</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>%1 has no study that fits.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>%1 has no such study</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>%1 image(s) could not be read</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>%1 images</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>%1 images, read back and compared</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>%1 imported, %2 here before, %3 not readable, %4 skipped</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>%1 is no date and no range of dates</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>%1 is no name for a file on a medium</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>%1 is not a plain file</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>%1 is not as it was written</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>%1 is not on the medium</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>%1 is saved.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>%1 is there already</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>%1 leads nowhere</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>%1 m</source>
            <comment>age in months</comment>
            <translation type="unfinished" />
        </message>
        <message>
            <source>%1 mm</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>%1 not acknowledged: %2</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>%1 of %2</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>%1 of %2 images</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>%1 of the instances were not confirmed: %2</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>%1 pixels</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>%1 samples a pixel (%2) cannot be shown</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>%1 slice(s) missing between slice %2 (image %3) and slice %4 (image %5): %6 mm instead of %7 mm.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>%1 with %2 sample(s) a pixel</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>%1 y</source>
            <comment>age in years</comment>
            <translation type="unfinished" />
        </message>
        <message>
            <source>%1 – signed by %2, %3</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>%1: %2</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>%1: %2.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>%1: acknowledged</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>%1: cannot be read</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>%1: held – %2</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>%1: queued</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>%1: sent, not acknowledged yet</source>
            <translation type="unfinished" />
        </message>
        <message numerus="yes">
            <source>%n file(s) not shown</source>
            <translation type="unfinished">
                <numerusform />
            </translation>
        </message>
        <message numerus="yes">
            <source>%n image(s)</source>
            <translation type="unfinished">
                <numerusform />
            </translation>
        </message>
        <message numerus="yes">
            <source>%n image(s) cannot be shown</source>
            <translation type="unfinished">
                <numerusform />
            </translation>
        </message>
        <message numerus="yes">
            <source>%n stud(ies)</source>
            <translation type="unfinished">
                <numerusform />
            </translation>
        </message>
        <message numerus="yes">
            <source>%n stud(ies) on %1</source>
            <translation type="unfinished">
                <numerusform />
            </translation>
        </message>
        <message>
            <source>(for now: try again later)</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>(no name)</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>--%1 is wanted</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>--%1 wants %2 points x1,y1,x2,y2…</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>--at wants x,y,z in mm</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>--format and --out are wanted</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>--format is text, pdf, hl7 or sr</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>--headless DIR is wanted</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>--level is study, series or image</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>--plane is native, axial, sagittal or coronal</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>--size wants WIDTHxHEIGHT</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>--study and --out are wanted</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>--study is wanted</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>--window wants CENTRE/WIDTH</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>0: any free one</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>3D</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>3D is not offered for colour images</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>3D needs a display (X11), and there is none here</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>3D needs a regular volume: %1</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>3D · %1 · %2</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>&lt;%1&gt; was ignored</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>A click shows the study beside the current one</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>A study of another patient was left out.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>AE title</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Abdomen</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Accession</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Accession number</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Acknowledged by %1</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Addendum</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Addendum, not signed</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>All</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>An addendum or a correction is signed final.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>An annotation is not stored: %1</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>An image is there more than once and shown once.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Angiography</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Angle</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Annotations and report</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Any day</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Area %1</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Arrow</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>As the system</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Asking %1…</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Automatic</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Automatic window</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Axial image</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Axial, sagittal and coronal planes</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Birth date</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Bits Allocated %1 cannot be shown</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Bits Allocated %1 is neither 1 nor a multiple of 8</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Bits Stored %1 contradicts Bits Allocated %2</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Bone</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Born</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Brain</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>C %1  W %2</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>CANCELLED</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>CANCELLED by %1 on %2</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Cancel</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Cancelled</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Cannot be reached</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Cannot be read</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Caption</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Character set</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Chosen tool</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Cine</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Cine faster</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Cine slower</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Clinical information</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Close</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Communicated to %1</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Comparison</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Contact: %1</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Content: %1 instances in %2 series of %3 studies; application profile %4.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Continue</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Contradiction</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Corrected</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Corrected report, signed by %1 on %2</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Correction</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Correction, not signed</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Creator: %1</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Critical result</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Crosshair</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>DRAFT</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>DRAFT, not signed</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Damaged</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Delete annotation</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Demonstration of a reading from end to end.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Demonstration patient</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Description</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Disc images (*.iso)</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Disclaimer: the data is confidential and meant for the patient and the physicians treating the patient. It comes without warranty. A viewer on this medium is not for diagnosis unless it says so.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Distance</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Draft</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Draft, not signed</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Drag a series here</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Ellipse</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Encrypted (TLS)</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Every image names another frame of reference; the series is not linked to others by position.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Everything lies in</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>FOR PROCESSING: not for diagnosis</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Final</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Final report with addendum, signed by %1 on %2</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Final report, signed by %1 on %2</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Findings</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>First image</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Fit to window</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>High Bit %1 contradicts Bits Stored %2 and Bits Allocated %3</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Host</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>ID</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>ID %1</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Image</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Image %1</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Image %1/%2</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Image %1: %2</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Images</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Import</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Import files</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Import files…</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Import folder or disc</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Import folder or disc…</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Impression</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>In which our queries are written; empty: ASCII only</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Institution: %1</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Internal error</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Invert</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Inverted</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Keep</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Key</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Key image into the report</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Key images</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Keys</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Keys and mouse</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Kind</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Language</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Last image</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Layout</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Layout %1×%2</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Length</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Link scrolling</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Liver</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Loaded %1 of %2</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Loading…</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Lossy compression</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Lossy compression %1:1</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Lung</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Lungs</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>MIP</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>MR</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Max %1</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Maximum intensity</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Mean</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Mean %1</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Measurement</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Measurement %1</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Measurement into the report</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Measurements</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Mediastinum</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Medical images</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Min %1</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>MinIP</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Mirror left and right</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Mirror top and bottom</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Modality</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Month</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Mouse</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Moving</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Name</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Name, ID, accession number or date (2026-01-31, 20260101-20260131)</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>New report</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Next image</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Next series</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>No PACS is set up. Fill in the fields and save.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>No answer in time</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>No midline shift. The skull is intact. Measurements as listed.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>No reconstruction: %1</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>No report yet</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>No studies here yet. Search a PACS (the button at the right of the search field), import files, or drop them here.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>No study fits. Try fewer words, another day or another source.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>No study is open</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Normal demonstration study; not a medical statement.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Not a DICOM file</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Not calibrated: lengths in pixels</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Not found</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Not permitted</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Not saved yet</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Not supported</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Not valid</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Nothing is being transferred.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Nothing to insert, or the report is signed.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>NumPy file to write</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Number of Frames is no sensible number</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>One image pixel per screen pixel</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>One viewport large, and back</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Open a study to report it.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Opening…</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Other studies</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Other studies of this patient</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Our AE title</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Our port for C-MOVE and the listener</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>PACS</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>PACS: %1 instances sent and confirmed</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>PACS: %1; the files are imported instead</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>PNG file to write</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Page %1 of %2</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Pan</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Password to sign</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Patient</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Patient ID</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Photometric Interpretation “%1” cannot be shown</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Polygon</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Port</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Position %1 mm</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Positions are repeated unevenly in this series; it is shown as separate stacks.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Preliminary</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Preliminary report, signed by %1 on %2</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Presets</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Previous image</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Previous series</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>RIS</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>RIS: %1, control id %2 %3</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>RIS: %1; the report stays queued</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Radiology report</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Read</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Read (Enter)</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Reading</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Reconstruction %1 mm</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Rectangle</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Redo</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Reference lines</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Referring physician</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Refused</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Remove</source>
            <translation type="unfinished" />
        </message>
        <message numerus="yes">
            <source>Remove %1, %2 %3 with %n image(s) from this workstation?</source>
            <translation type="unfinished">
                <numerusform />
            </translation>
        </message>
        <message>
            <source>Remove from the report</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Remove…</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Report</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Report %1: %2</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Report %1: version %2 does not follow the one before it</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Report %1: version %2 holds another report</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Reset</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Retrieve</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Retrieve %1 from %2</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Rotate</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Rotate back</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Rows and Columns say %1 × %2</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>SD %1</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Save</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Saved %1</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Saved.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Scroll</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Search in %1</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Select</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Send</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Send %1 to %2</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Series</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Set up a PACS…</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Settings</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Sex</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Show in the image</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Show the image</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Sign anyway</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Sign final</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Sign final anyway</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Sign preliminary</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Signed reports go to the RIS as HL7 v2.5.1 ORU^R01 over MLLP, and are sent again until it acknowledges them.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Skin and soft tissue</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Slab %1 mm %2</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Software: %1</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Spine, soft tissue</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Start a report first: choose a template.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Stored %1</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Stroke</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Studies</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Studies (viewing only)</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Study</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Study date</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Subdural</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>TLS to this node is not possible yet; nothing was sent in the clear</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Table %1</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Technique</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Temporal bone</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Test</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Test (C-ECHO)</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Text</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Text, then Enter</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Texts: full, few, none</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>The accession number of %1 and %2 differs.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>The addendum is empty.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>The birth date of %1 and %2 differs.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>The disk is full</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>The distance between slices varies from %1 to %2 mm.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>The draft is not stored: %1</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>The file DICOMDIR in the root names every image; open it with any DICOM viewer.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>The issuer of the patient ID of %1 and %2 differs.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>The language changes with the next start.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>The patient ID of %1 and %2 differs.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>The patient name of %1 and %2 differs.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>The report is empty.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>The report is signed already.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>The report names no patient.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>The result is critical, and nobody is named who was told.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>The sex of %1 and %2 differs.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>The slices are shifted against one another.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>The slices are tilted by %1°: MPR follows their true positions.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>The study of %1 and %2 differs.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>There is no file in what was opened.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>There is no file or folder %1.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>There is no image in this study.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>These files are shown where they lie. Import them to write a report.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Thickness %1 mm</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>This is viewing-only mode.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>This medium holds medical images and documents of a patient in DICOM format.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>This workstation</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>To the report</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Today</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Tools</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Transfers</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Two different images carry the same identifier; only the first is shown.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Undo</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Unit</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Unlink scrolling</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>VOI LUT</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Value</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Version %1, SHA-256 %2</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Vessels</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Week</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>What</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Where</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Window</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Window preset %1</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Window presets</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>With addendum</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Without a frame of reference the images are not linked to others by position.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Write %1</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Write disc image</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Write disc image…</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Yesterday</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Zoom</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>Zoom %1%</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>a 3D preset</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>a DICOMDIR cannot be stored</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>a day or a range, YYYYMMDD-YYYYMMDD</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>a delivery needs a subject, a target and a control ID</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>a delivery with the control ID %1 is in the queue already</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>a demonstration profile and patient; --headless does one whole reading and leaves what came of it in DIR</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>a file-set ID has at most 16 characters A-Z 0-9 _</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>a final report takes only an addendum or a correction</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>a frame of %1 × %2 pixels is too large</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>a key image of the report is missing or was changed</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>a link that leads nowhere</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>a link to a folder is not followed</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>a node needs a name</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>a node, and either --study or files are wanted</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>a palette with %1 bits a pixel</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>a pixel fragment has no length</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>a point of the patient, LPS mm</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>a port is a number from 1 to 65535</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>a port lies between 1 and 65535</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>a preliminary report is edited on, it takes no addendum</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>a report and a figure are wanted</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>a report, a section and a text are wanted</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>a script was ignored</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>a sequence holds something that is no item</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>a signed report cannot be saved over</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>a stored annotation cannot be read</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>a style sheet or other linked resource was ignored</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>a whole number is wanted</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>a window by its name</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>accession number</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>acknowledged by the %1</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>acquisition</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>acquisition time</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>add, list or remove?</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>all %1 images confirmed</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>an AE title has 1 to 16 characters</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>an AE title has 1 to 16 characters, none of them a backslash</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>an addendum cannot change what was signed before; write a correction</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>an empty folder, or a file ending in .iso</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>an event handler was ignored</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>an input of type %1 was ignored</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>an item is longer than what holds it</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>another process holds the database</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>ask a peer whether it is there</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>at most this many</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>at the detector, magnified</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>at the second of three points</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>b-value</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>between two corners</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>between two points</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>born %1</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>both buttons, or Ctrl and wheel</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>by C-MOVE to our listener's port</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>calibrated pixel spacing</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>cd (uncompressed), dvd or usb</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>centre and width</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>checked %1, missing %2, changed %3, without row %4, repaired %5</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>colour with %1 bits a sample cannot be shown</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>content time</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>copy files, folders or media into the archive, or only index them</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>counts from 1</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>counts from 1; the middle where not given</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>dcmqrscp (package dcmtk) is not installed</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>dcmqrscp does not answer</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>decoding took longer than %1 s</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>degrees</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>deliver signed reports to the RIS; done when all are acknowledged</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>diascope-decoder does not start: %1</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>double click</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>echo time</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>exactly this ID</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>exactly this accession number</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>file to write</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>find: %1 study, "%2"</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>float pixels with %1 samples a pixel</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>for images</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>for queries, such as "ISO_IR 192" or GB18030</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>for series and images</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>general, ct-head, ct-chest, mr-brain, chest-radiograph, us-abdomen; the fitting one where not given</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>get KEY, or set KEY VALUE</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>held by the %1</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>here</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>here, %1</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>image %1 of %2 is not loaded yet</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>images</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>imported %1, duplicates %2, quarantined %3, skipped %4, in %5 s</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>in pixels</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>in the box of two corners</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>incomplete: %1 of %2 images are here; retrieve again for the rest</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>incomplete: %1 of %2 instances are here</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>it accepts none of what we ask for (no presentation context accepted)</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>it belongs to another patient than was asked for</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>it belongs to another study than was asked for</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>it does not know itself by this AE title (called AE title not recognised)</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>it does not know our AE title (calling AE title not recognised)</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>it does not speak this version of the protocol</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>it gives no reason</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>it has no SOP Instance UID or no Study Instance UID</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>it has no SOP class or instance UID</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>it has too many connections</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>it has too much to do</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>it is another instance than was announced</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>it is larger than 2 GiB</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>its AE title</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>its SOP Instance UID is no UID</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>its study is stored here with another patient</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>its wildcards go to the peer</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>keep the figure with the study</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>key image %1 is no picture</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>left drag</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>line %1 of the message does not begin with the name of a segment</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>listening as %1 on port %2</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>loaded %1 of %2</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>make a picture of an image, a reconstruction or a volume</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>make the index anew from the files</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>measure in image pixel coordinates, pixel centres at integers; an ellipse is given by the corners of its box</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>measured: %1</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>middle drag</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>mip, minip or mean</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>mm at the detector, magnified</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>name or address</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>named in the DICOMDIR, but not on the medium</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>native, axial, sagittal or coronal</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>no RIS is set up (setting ris.hl7.host)</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>no acknowledgement came in time</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>no picture</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>no plain file</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>no reconstruction: %1</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>no space is left</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>no such study in the archive</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>nobody is named who signs</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>none, minimal or full</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>none: in pixels</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>not given</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>not possible: %1</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>not sent: the association was over</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>nothing was imported</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>nothing was imported: %1: %2</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>nothing was loaded</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>of its DICOM service</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>of the archive</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>of the archive; may be given several times</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>of the series, counts from 1</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>one</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>one figure at a time</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>one file and --out are wanted</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>one file and one figure are wanted</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>one of FILE, --study, --series, and --out are wanted</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>one or several, separated by commas</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>one pixel of the image a pixel of the picture</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>only a signed report becomes a DICOM object</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>only a signed report can be cancelled; a draft is discarded</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>only a signed report is sent</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>only a whole dataset can be written, in a known transfer syntax</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>only index the files where they lie</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>only this series</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>order</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>our AE title</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>patient: %1 files made</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>pictures: 2d.png, mpr-sagittal.png, mpr-coronal.png, 3d.png</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>pixel spacing in the patient</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>pixel spacing of unknown origin</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>plane</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>planes through colour images are not offered</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>port %1 cannot be listened on: %2</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>port %1 is taken by another program</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>port %1 needs rights this program does not have; take one above 1023</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>python3 is not installed</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>python3-hl7 is not installed</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>read every file of the archive and compare it with the index</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>receive what peers send, until interrupted</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>received %1, here before %2, expected %3</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>remove studies from the archive</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>repetition</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>report</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>report %1</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>report not signed</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>report unsaved</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>report: %1, %2 measurements</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>retrieve studies into the archive; what is here already is not fetched again</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>retrieve: %1 of %2 instances</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>right drag</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>search a peer</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>search the archive</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>send instances to a peer; done when each was confirmed</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>sending was cancelled</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>sent %1, confirmed %2, failed %3</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>sequences are nested too deeply</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>set right what can be</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>settings of the profile</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>sign as preliminary</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>slices are missing</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>stopped</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>stopped while connecting to %1</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>stopped; nothing was written</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>stopped; the folder is empty again</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>stopped; there is no image</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>study, series or image</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>temporal position</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>text, pdf, hl7 or sr</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the %1 is no UID</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the 3D picture could not be drawn</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the CD profile is uncompressed only, and %1 cannot be decompressed here: written compressed, in the USB profile</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the DICOMDIR cannot be used: %1</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the DICOMDIR cannot be written: %1</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the DICOMDIR does not name %1</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the DICOMDIR names %1 files that are not there</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the DICOMDIR names %1 files, %2 were written</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the DICOMDIR refers to itself</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the HL7 character set "%1" is not known</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the PACS and other peers</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the PACS confirmed %1 of %2 instances</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the RIS did not acknowledge the report: %1</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the RIS took the report but has not said yet that it processed it</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the answer has no end</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the answer holds no acknowledgement (MSA-1)</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the answer is no HL7 message</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the archive is not sound</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the association was rejected: %1</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the bytes have changed since they were stored</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the certificates in %1 cannot be read</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the check was stopped</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the compressed data are far too short for %1 × %2 pixels</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the compressed data of frame %1 of %2 are missing</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the connection broke</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the connection broke before the acknowledgement</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the connection broke while sending</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the connection was refused: nothing listens there</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the database was written by a newer version of Diascope</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the decoder crashed on this frame</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the destination has another size than the frame</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the distance between slices varies from %1 to %2 mm</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the document is no PDF</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the element &lt;%1&gt; is not known, only its text was kept</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the embedded template "%1" is not here</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the figure lies on a reconstruction: insert it from the reading window</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the file cannot be read</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the file cannot be read: %1</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the file ends after its header: there is no dataset</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the file ends inside a sequence</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the file ends inside a value, or its length is wrong</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the file ends too early</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the file ends within the pixel data</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the file has another size than when it was indexed</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the file has no DICOM header</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the file is empty</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the file is gone</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the file meta header is broken</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the folder %1 cannot be created</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the folder %1 cannot be made</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the folder %1 is not empty</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the folder cannot be read</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the frame is too large</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the head in invesalius-examples cannot be unpacked</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the head in invesalius-examples has another size than expected</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the host cannot be reached</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the host did not answer within %1 s</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the host name is unknown</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the image has another size than the others</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the image of the figure is not in the archive</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the images are not all loaded yet</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the images carry no position in the patient</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the index is as it was before</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the languages are en and zh_CN</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the message does not begin with an MSH segment</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the message does not name its delimiters (MSH-1 and MSH-2)</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the message has no control id (MSH-10)</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the message holds a byte that would end its frame</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the name on the report; the system's user where not given</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the network cannot be used</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the node has no character set, so only ASCII can be asked for: set one for it</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the object has no pixels</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the package invesalius-examples is not installed</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the palette has no data</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the palette has no usable descriptor</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the peer aborted the association</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the peer broke the protocol: %1</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the peer broke the protocol: an answer to something else came</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the peer closed the connection without an answer</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the peer could not send %1 instances</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the peer could not send it</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the peer did not answer the association request within %1 s</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the peer does not accept %1, and it cannot be decompressed here</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the peer does not accept this kind of object</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the peer does not know the move destination: it has to be told our AE title, host and port</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the peer does not offer C-GET (no presentation context accepted); C-MOVE may work</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the peer does not permit it</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the peer does not support this kind of object</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the peer does not take the message</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the peer ended the association too early</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the peer has it and did not send it</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the peer is out of resources</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the peer reported a failure</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the peer says the data does not match its kind</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the peer stopped as asked</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the peer was silent for %1 s</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the peer was unable to process it</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the pixel data cannot be found in the file</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the pixel data ends after %1 of %2 bytes</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the pixel data ends after %1 of %2 frames</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the pixels cannot be written as %1</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the pixels do not fit the stack</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the profile has no place for it: %1</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the profile is cd, dvd or usb</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the program diascope-decoder is missing beside this program</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the program xorriso is not installed</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the receiver answered another message than the one sent</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the receiver could not process it: %1</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the receiver rejected it: %1</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the records of the DICOMDIR run in a circle</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the reference is to something that is no plain file</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the reference leads outside of the medium</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the report has an unsigned version already</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the report has no section %1; it has %2</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the report is cancelled</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the report is not signed yet</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the report is signed: only an addendum or a correction can follow</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the report names no study</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the report was changed or signed elsewhere since it was opened</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the retrieval is not complete</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the same SOP Instance UID is stored with other bytes</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the section %1 cannot be changed</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the segmented palette is broken</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the series of a study, their stacks, geometry and warnings</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the settings file %1 cannot be written</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the slices are shifted against one another</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the slices are tilted by %1°</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the stored report cannot be understood</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the study is not in the archive</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the template "%1" embeds itself</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the template "%1" grows without end</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the template "%1" is only a part of others</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the template "%1" is retired</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the template does not name its character set (meta charset)</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the template has more than one &lt;%1&gt;</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the template has more than one template_attributes</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the template has neither sections nor fields</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the template has no &lt;%1&gt;</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the template has no template_attributes</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the template has no title</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the template holds no readable HTML</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the template is larger than 2 MiB</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the template is nested too deeply</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the template is nested too deeply or has too many fields</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the template_attributes are no well-formed XML</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the template_attributes declare entities</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the text has characters that do not fit the HL7 character set %1</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the text of %1 does not fit the character set %2</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the texts cannot be written</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the transfer syntax %1 cannot be decoded</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the values of an image after its modality LUT (float32), or RGB (uint8)</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>the whole image (the default)</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>there are fewer than %1 slices</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>there are no files in %1</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>there are no images</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>there is a node "%1" already</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>there is no %1</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>there is no 3D preset %1</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>there is no 3D preset “%1”</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>there is no DICOMDIR in %1</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>there is no Study Instance UID to ask for</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>there is no dataset in the file</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>there is no figure %1</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>there is no file %1</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>there is no folder %1</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>there is no frame %1</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>there is no frame %1: frames count from 1 to %2</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>there is no frame %1: the object has %2</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>there is no held delivery %1</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>there is no node "%1"</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>there is no node %1 (see diascope node list)</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>there is no setting %1</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>there is no study %1</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>there is no study %1 in the archive</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>there is no such image in the archive</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>there is no such report</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>there is no template "%1"</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>there is no volume</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>there is no window preset %1 for this image</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>there is not enough memory for %1 images</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>there is nothing to send</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>there is nothing to write</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>these are images of %1 patients; a medium is for one</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>thickness in mm</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>this character set is not known</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>this is viewing-only mode</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>three or more points</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>trigger time</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>true or false is wanted</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>try again for this many seconds</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>usage: %1</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>version %1 of the report was changed after it was signed</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>viewing only</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>waiting for the %1</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>what answers there does not speak DICOM</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>what shall be done with a report?</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>what shall be imported?</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>what this machine has</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>wheel</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>where to leave pictures, report and acknowledgement</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>which node, and which study?</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>which node?</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>which report?</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>which study?</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>words of the name, any script</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>write a patient's disc: a folder with DICOMDIR, or an ISO image</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>write, sign and export reports</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>wrote %1 instances to %2</source>
            <translation type="unfinished" />
        </message>
        <message>
            <source>xorriso: %1</source>
            <translation type="unfinished" />
        </message>
    </context>
</TS>
