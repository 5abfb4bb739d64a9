#include "app/cli/verbs.h"
#include "viewer/scene/scene_renderer.h"
#include "viewer/slice/slice_renderer.h"
#include "viewer/ui/viewport.h"
#include "viewer/volume/not_shown.h"
#include <QEventLoop>
#include <QFileInfo>
#include <QPainter>
#include <QSaveFile>
#include <QUuid>

namespace diascope::cli
{

namespace
{

using namespace viewer;

QString tr(const char* text) { return QCoreApplication::translate("Cli", text); }

/// A frame number as DICOM counts, from 1; 1 where not given.
Result<int> frameOption(const QCommandLineParser& parser, int count)
{
    if (!parser.isSet("frame"))
        return 0;
    bool isNumber = false;
    const int frame = parser.value("frame").toInt(&isNumber);
    if (!isNumber || frame < 1 || frame > count)
        return fail(Fault::Invalid, tr("there is no frame %1: frames count from 1 to %2").arg(parser.value("frame")).arg(count));
    return frame - 1;
}

/// One frame of a file as a stack of one.
Result<std::shared_ptr<const Volume>> loadFrame(const QString& path, const QCommandLineParser& parser)
{
    auto instances = readInstances(path);
    if (!instances)
        return std::unexpected(instances.error());
    const auto frame = frameOption(parser, int(instances->size()));
    if (!frame)
        return std::unexpected(frame.error());
    return StackLoader::load(singleFrame((*instances)[size_t(*frame)]));
}

/// NumPy's format 1.0: magic, header length, a Python dict padded to 64 bytes, the values in C order.
QByteArray npy(const char* type, const QList<int>& shape, const QByteArray& values)
{
    QStringList sizes;
    for (int size : shape)
        sizes << QString::number(size);
    QByteArray header = QStringLiteral("{'descr': '%1', 'fortran_order': False, 'shape': (%2), }").arg(QLatin1String(type), sizes.join(QStringLiteral(", "))).toLatin1();
    const qsizetype unpadded = 10 + header.size() + 1;
    header += QByteArray((64 - unpadded % 64) % 64, ' ') + '\n';
    QByteArray bytes("\x93NUMPY\x01\x00", 8);
    bytes += char(header.size() & 0xff);
    bytes += char(header.size() >> 8);
    return bytes + header + values;
}

Result<void> writeFile(const QString& path, const QByteArray& bytes)
{
    QSaveFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size() || !file.commit())
        return fail(Fault::Unreadable, tr("%1 cannot be written: %2").arg(path, file.errorString()));
    return {};
}

Outcome runPixels(Call& call, const QCommandLineParser& parser)
{
    if (parser.positionalArguments().size() != 1 || !parser.isSet("out"))
        return wrongUsage(tr("one file and --out are wanted"));
    const auto volume = loadFrame(parser.positionalArguments().first(), parser);
    if (!volume)
        return failed(volume.error());
    const int rows = (*volume)->rows();
    const int columns = (*volume)->columns();
    QByteArray bytes;
    if ((*volume)->isColour()) {
        const auto stored = (*volume)->storedBytes(0);
        bytes = npy("|u1", {rows, columns, 3}, QByteArray(reinterpret_cast<const char*>(stored.data()), qsizetype(stored.size())));
    } else {
        // Padding is written with its value too: leaving it out is for displays and statistics.
        std::vector<float> values;
        values.reserve(size_t(rows) * size_t(columns));
        const ModalityTransform& transform = (*volume)->instance(0).modalityTransform;
        for (int row = 0; row < rows; ++row)
            for (int column = 0; column < columns; ++column)
                values.push_back(float(transform.apply((*volume)->storedAt(0, column, row).value_or(0))));
        bytes = npy("<f4", {rows, columns}, QByteArray(reinterpret_cast<const char*>(values.data()), qsizetype(values.size() * sizeof(float))));
    }
    if (auto written = writeFile(parser.value("out"), bytes); !written)
        return failed(written.error());
    if (call.isJson)
        call.print(QJsonObject{{"rows", rows}, {"columns", columns}, {"colour", (*volume)->isColour()}, {"unit", (*volume)->unit(0)}, {"out", parser.value("out")}});
    return done();
}

/// SUV by lean body mass and body surface, after those by body weight.
void addOtherSuv(std::vector<FigureValue>& values, const PetData& pet)
{
    const Suv bodyWeight = suv(pet);
    const std::vector<FigureValue> measured = values;
    for (const auto& [kind, prefix] : {std::pair(SuvKind::LeanBodyMass, "suvlbm-"), std::pair(SuvKind::BodySurface, "suvbsa-")}) {
        const Suv other = suv(pet, kind);
        for (const FigureValue& value : measured)
            if (bodyWeight.factor && other.factor && value.name.startsWith(QLatin1String("suvbw-")))
                values.push_back({QLatin1String(prefix) + value.name.section(u'-', 1), value.value * *other.factor / *bodyWeight.factor, other.unit});
    }
}

Outcome runMeasure(Call& call, const QCommandLineParser& parser)
{
    QString kindId;
    std::vector<QPointF> points;
    for (const char* id : {"length", "ellipse", "rectangle", "polygon", "angle"}) {
        if (!parser.isSet(id))
            continue;
        const FigureKind* kind = figureKind(QLatin1String(id));
        const auto numbers = numbersOf(parser.value(id));
        if (!kindId.isEmpty())
            return wrongUsage(tr("one figure at a time"));
        if (!numbers || numbers->size() % 2 != 0 || int(numbers->size() / 2) < kind->pointCount ||
            (!kind->isOpenEnded && int(numbers->size() / 2) != kind->pointCount))
            return wrongUsage(tr("--%1 wants %2 points x1,y1,x2,y2…").arg(kind->id).arg(kind->pointCount));
        kindId = kind->id;
        for (size_t i = 0; i < numbers->size(); i += 2)
            points.emplace_back((*numbers)[i], (*numbers)[i + 1]);
    }
    if (parser.positionalArguments().size() != 1 || kindId.isEmpty())
        return wrongUsage(tr("one file and one figure are wanted"));
    const auto volume = loadFrame(parser.positionalArguments().first(), parser);
    if (!volume)
        return failed(volume.error());
    const Instance& instance = (*volume)->instance(0);
    Figure figure;
    figure.id = QUuid::createUuid().toString(QUuid::WithoutBraces);
    figure.kind = kindId;
    figure.image = ImageRef{instance.seriesUid, instance.uid, instance.frame};
    if (instance.plane && !instance.frameOfReference.isEmpty()) {
        figure.frameOfReference = instance.frameOfReference;
        figure.normal = instance.plane->normal();
    }
    for (const QPointF& point : points)
        figure.points.push_back(figure.isInPatientSpace() ? instance.plane->toPatient(point) : Vec3{point.x(), point.y(), 0});
    // From the very points given: through the patient and back they would lose their last digits.
    const MeasuringPlane plane = MeasuringPlane::ofFrame(*volume, 0, points);
    auto values = figureKind(kindId)->values(points, plane);
    if (instance.modules && instance.modules->pet)
        addOtherSuv(values, *instance.modules->pet);
    QJsonArray json;
    for (const FigureValue& value : values) {
        json << QJsonObject{{"name", value.name}, {"value", value.value}, {"unit", value.unit}};
        call.say(QStringLiteral("%1 %2 %3").arg(value.name).arg(value.value, 0, 'g', 10).arg(value.unit).trimmed());
    }
    QJsonObject result{{"kind", kindId}, {"values", json}, {"calibration", plane.calibration}};
    if (instance.modules && instance.modules->pet) {
        const Suv bodyWeight = suv(*instance.modules->pet);
        result["suv"] = bodyWeight.factor ? bodyWeight.basis : bodyWeight.reason;
        call.say(bodyWeight.factor ? tr("SUV: %1").arg(bodyWeight.basis) : bodyWeight.reason);
    }
    if (parser.isSet("save")) {
        const auto session = call.session();
        if (!session)
            return failed(session.error());
        if (auto saved = (*session)->saveFigure(instance.studyUid, figure); !saved)
            return failed(saved.error());
        result["figureId"] = figure.id;
        call.say(QStringLiteral("figure %1").arg(figure.id));
    }
    if (call.isJson)
        call.print(result);
    return done();
}

/// What `render` works on: a stack of the file, series or study.
Result<Stack> chosenStack(Call& call, const QCommandLineParser& parser)
{
    std::vector<std::vector<archive::InstanceRow>> series;
    if (parser.positionalArguments().size() == 1) {
        series.emplace_back(1).front().path = parser.positionalArguments().first();
    } else {
        const auto session = call.session();
        if (!session)
            return std::unexpected(session.error());
        archive::Archive& archive = (*session)->archive();
        std::vector<dicom::SeriesUid> wanted;
        if (parser.isSet("series")) {
            wanted.push_back({parser.value("series")});
        } else {
            const auto rows = archive.series({parser.value("study")});
            if (!rows)
                return std::unexpected(rows.error());
            for (const archive::SeriesRow& row : *rows)
                wanted.push_back(row.uid);
        }
        for (const dicom::SeriesUid& uid : wanted) {
            const auto files = archive.instances(uid);
            if (!files)
                return std::unexpected(files.error());
            if (!files->empty())
                series.push_back(*files);
        }
    }
    std::optional<Error> firstError;
    for (const std::vector<archive::InstanceRow>& files : series) {
        std::vector<Instance> instances;
        for (const archive::InstanceRow& file : files) {
            auto read = readKnownInstances(file.path, {}, file.uid);
            if (read)
                instances.insert(instances.end(), read->begin(), read->end());
            else if (!firstError)
                firstError = read.error();
        }
        const auto stacks = buildStacks(std::move(instances));
        const int index = parser.isSet("stack") ? parser.value("stack").toInt() - 1 : 0;
        if (index >= 0 && index < int(stacks.size()))
            return stacks[size_t(index)];
    }
    return firstError ? std::unexpected(*firstError) : fail(Fault::NotFound, tr("there is no such image in the archive"));
}

/// The overlay is painted by the viewport itself, the one of the windows.
QImage withOverlay(const Stack& stack, const SliceView& view, const Presentation& presentation, QSize size, OverlayDetail detail)
{
    ImageTexts texts;
    if (const auto dataset = dicom::Dataset::read(stack.instances.front().path))
        texts = ImageTexts::of(*dataset);
    auto open = std::make_shared<OpenStack>(stack, texts);
    Viewport viewport;
    viewport.setAttribute(Qt::WA_DontShowOnScreen);
    viewport.resize(size);
    viewport.setOverlay(detail);
    viewport.showStack(open, nullptr);
    viewport.show();
    // Runs the event loop until what was asked for is on the screen.
    const auto pump = [&](auto isReady) {
        QEventLoop loop;
        QObject::connect(&viewport, &Viewport::painted, &loop, &QEventLoop::quit);
        QObject::connect(open.get(), &OpenStack::grown, &loop, &QEventLoop::quit);
        while (!isReady())
            loop.exec();
    };
    pump([&] { return open->volume() && open->volume()->isComplete() && !viewport.isWaitingForPixels(); });
    viewport.setView(view);
    viewport.setPresentation(presentation);
    pump([&] { return !viewport.isWaitingForPixels(); });
    return viewport.grab().toImage();
}

/// What is misspelt is wrong usage, not quietly something else.
Outcome checkWords(const QCommandLineParser& parser)
{
    const std::pair<const char*, QStringList> choices[] = {{"blend", {"mip", "minip", "mean"}}, {"overlay", {"none", "minimal", "full"}}};
    for (const auto& [option, words] : choices)
        if (parser.isSet(QLatin1String(option)) && !words.contains(parser.value(QLatin1String(option))))
            return wrongUsage(tr("--%1 is %2").arg(QLatin1String(option), words.join(QStringLiteral(", "))));
    for (const char* option : {"slab", "azimuth", "elevation", "stack"})
        if (parser.isSet(QLatin1String(option)) && !numbersOf(parser.value(QLatin1String(option)), 1))
            return wrongUsage(tr("--%1 wants a number").arg(QLatin1String(option)));
    if (parser.value("slab").toDouble() < 0)
        return wrongUsage(tr("a slab has a thickness of 0 or more"));
    return done();
}

Outcome runRender(Call& call, const QCommandLineParser& parser)
{
    const int sources = int(parser.positionalArguments().size()) + parser.isSet("study") + parser.isSet("series");
    if (sources != 1 || !parser.isSet("out"))
        return wrongUsage(tr("one of FILE, --study, --series, and --out are wanted"));
    QSize size(512, 512);
    if (parser.isSet("size")) {
        const QStringList parts = parser.value("size").toLower().split(u'x');
        size = parts.size() == 2 ? QSize(parts[0].toInt(), parts[1].toInt()) : QSize();
        if (size.width() < 1 || size.height() < 1 || size.width() > 16384 || size.height() > 16384)
            return wrongUsage(tr("--size wants WIDTHxHEIGHT"));
    }
    if (auto usage = checkWords(parser); usage.exitCode != 0)
        return usage;
    const auto stack = chosenStack(call, parser);
    if (!stack)
        return failed(stack.error());
    const auto frame = frameOption(parser, stack->frameCount());
    if (!frame)
        return failed(frame.error());
    const auto loaded = StackLoader::load(*stack);
    if (!loaded)
        return failed(loaded.error());
    const Volume& volume = **loaded;
    QImage image;
    if (parser.isSet("3d")) {
        SceneView view;
        view.preset = parser.value("3d");
        view.azimuthDeg = parser.value("azimuth").toDouble();
        view.elevationDeg = parser.value("elevation").toDouble();
        const auto presets = scenePresets();
        if (std::none_of(presets.begin(), presets.end(), [&](const ScenePreset& preset) { return preset.id == view.preset; }))
            return wrongUsage(tr("there is no 3D preset %1").arg(view.preset));
        const auto picture = SceneRenderer::renderOnce(*loaded, view, size);
        if (!picture)
            return failed(picture.error());
        image = *picture;
    } else {
        SliceView view;
        view.frame = parser.isSet("frame") || stack->sliceCount < 3 ? *frame : stack->sliceCount / 2;
        const QString plane = parser.isSet("plane") ? parser.value("plane") : QStringLiteral("native");
        if (!QStringList{"native", "axial", "sagittal", "coronal"}.contains(plane))
            return wrongUsage(tr("--plane is native, axial, sagittal or coronal"));
        std::optional<Vec3> at;
        if (parser.isSet("at")) {
            const auto numbers = numbersOf(parser.value("at"), 3);
            if (!numbers)
                return wrongUsage(tr("--at wants x,y,z in mm"));
            at = Vec3{(*numbers)[0], (*numbers)[1], (*numbers)[2]};
        }
        if (plane != QLatin1String("native")) {
            const auto grid = volume.grid();
            if (!grid)
                return failed(tr("no reconstruction: %1").arg(stack->whyNoVolume));
            const AnatomicalPlane anatomical = plane == QLatin1String("axial")      ? AnatomicalPlane::Axial
                                               : plane == QLatin1String("sagittal") ? AnatomicalPlane::Sagittal
                                                                                    : AnatomicalPlane::Coronal;
            view.mpr = anatomicalPlane(anatomical, at.value_or(grid->centreLps()));
            view.slabMm = parser.value("slab").toDouble();
            const QString blend = parser.value("blend");
            view.blend = blend == QLatin1String("minip") ? Blend::Minimum : blend == QLatin1String("mean") ? Blend::Mean : Blend::Maximum;
            view.frame = 0;
        } else if (at) {
            if (const auto nearest = volume.nearestFrame(*at))
                view.frame = *nearest;
        }
        if (parser.isSet("1to1"))
            view.zoom = oneToOneZoom(volume, view);
        Presentation presentation = initialPresentation(volume, view.frame);
        if (parser.isSet("window")) {
            const QStringList parts = parser.value("window").split(u'/');
            bool isCentre = false;
            bool isWidth = false;
            presentation.window = {parts.value(0).toDouble(&isCentre), parts.value(1).toDouble(&isWidth)};
            if (!isCentre || !isWidth || presentation.window.width <= 0)
                return wrongUsage(tr("--window wants CENTRE/WIDTH"));
            presentation.voiLut = -1;
            presentation.function = VoiFunction::Linear;
        } else if (parser.isSet("preset")) {
            const auto preset = findWindowPreset(volume.instance(view.frame), parser.value("preset"));
            if (!preset)
                return failed(tr("there is no window preset %1 for this image").arg(parser.value("preset")));
            presentation.window = preset->window;
            presentation.function = preset->function;
            presentation.voiLut = preset->voiLut;
        }
        const QString overlay = parser.isSet("overlay") ? parser.value("overlay") : QStringLiteral("none");
        if (overlay != QLatin1String("none")) {
            image = withOverlay(*stack, view, presentation, size, overlay == QLatin1String("minimal") ? OverlayDetail::Minimal : OverlayDetail::Full);
        } else {
            const RenderedSlice slice = viewer::render(volume, view, presentation, size);
            if (slice.problem)
                return failed(*slice.problem);
            image = slice.image;
        }
    }
    if (!image.save(parser.value("out"), "PNG"))
        return failed(tr("%1 cannot be written").arg(parser.value("out")));
    if (call.isJson)
        call.print(QJsonObject{{"out", parser.value("out")}, {"width", image.width()}, {"height", image.height()}});
    return done();
}

} // namespace

Verb pixelsVerb()
{
    return {"pixels", "FILE [--frame N] --out F.npy", tr("the values of an image after its modality LUT (float32), or RGB (uint8)"),
            [](QCommandLineParser& parser) {
                parser.addOptions({{"frame", tr("counts from 1"), "N"}, {"out", tr("NumPy file to write"), "F.npy"}});
            },
            runPixels};
}

Verb measureVerb()
{
    return {"measure", "FILE [--frame N] [--save] --length x1,y1,x2,y2 | --ellipse x1,y1,x2,y2 | --rectangle … | --polygon … | --angle …",
            tr("measure in image pixel coordinates, pixel centres at integers; an ellipse is given by the corners of its box"),
            [](QCommandLineParser& parser) {
                parser.addOptions({{"frame", tr("counts from 1"), "N"},
                                   {"save", tr("keep the figure with the study")},
                                   {"length", tr("between two points"), "x1,y1,x2,y2"},
                                   {"ellipse", tr("in the box of two corners"), "x1,y1,x2,y2"},
                                   {"rectangle", tr("between two corners"), "x1,y1,x2,y2"},
                                   {"polygon", tr("three or more points"), "x1,y1,x2,y2,x3,y3…"},
                                   {"angle", tr("at the second of three points"), "x1,y1,x2,y2,x3,y3"}});
            },
            runMeasure};
}

Verb renderVerb()
{
    return {"render", "(FILE | --study UID | --series UID [--stack N]) --out F.png", tr("make a picture of an image, a reconstruction or a volume"),
            [](QCommandLineParser& parser) {
                parser.addOptions({{"study", tr("of the archive"), "UID"},
                                   {"series", tr("of the archive"), "UID"},
                                   {"stack", tr("of the series, counts from 1"), "N"},
                                   {"out", tr("PNG file to write"), "F.png"},
                                   {"size", tr("in pixels"), "WxH"},
                                   {"frame", tr("counts from 1; the middle where not given"), "N"},
                                   {"plane", tr("native, axial, sagittal or coronal"), "P"},
                                   {"at", tr("a point of the patient, LPS mm"), "x,y,z"},
                                   {"slab", tr("thickness in mm"), "MM"},
                                   {"blend", tr("mip, minip or mean"), "B"},
                                   {"3d", tr("a 3D preset"), "PRESET"},
                                   {"azimuth", tr("degrees"), "D"},
                                   {"elevation", tr("degrees"), "D"},
                                   {"window", tr("centre and width"), "C/W"},
                                   {"preset", tr("a window by its name"), "NAME"},
                                   {"fit", tr("the whole image (the default)")},
                                   {"1to1", tr("one pixel of the image a pixel of the picture")},
                                   {"overlay", tr("none, minimal or full"), "O"}});
            },
            runRender};
}

} // namespace diascope::cli
