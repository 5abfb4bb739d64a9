#include "viewer/slice/colour_transform.h"
#include "viewer/slice/grey_table.h"
#include "viewer/slice/profile_check.h"
#include <algorithm>
#include <lcms2.h>
#include <map>
#include <mutex>

namespace diascope::viewer
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("Slice", text); }

struct Primaries
{
    cmsCIExyY white;
    cmsCIExyYTRIPLE colours;
    double gamma;
};

QByteArray profileOf(const Primaries& space)
{
    cmsToneCurve* curve = cmsBuildGamma(nullptr, space.gamma);
    cmsToneCurve* curves[3] = {curve, curve, curve};
    cmsHPROFILE profile = cmsCreateRGBProfile(&space.white, &space.colours, curves);
    cmsFreeToneCurve(curve);
    cmsUInt32Number size = 0;
    QByteArray bytes;
    if (profile && cmsSaveProfileToMem(profile, nullptr, &size)) {
        bytes.resize(qsizetype(size));
        if (!cmsSaveProfileToMem(profile, bytes.data(), &size))
            bytes.clear();
    }
    if (profile)
        cmsCloseProfile(profile);
    return bytes;
}

/// The colour spaces that PS3.3 C.11.15.1.2 names, as profiles; made once, for each says when it was made.
QByteArray profileOfSpace(const QString& name)
{
    static const cmsCIExyY d65{0.3127, 0.3290, 1};
    static const cmsCIExyY d50{0.3457, 0.3585, 1};
    static const std::map<QString, QByteArray> known{
        {QStringLiteral("ADOBERGB"), profileOf({d65, {{0.64, 0.33, 1}, {0.21, 0.71, 1}, {0.15, 0.06, 1}}, 563.0 / 256})},
        {QStringLiteral("ROMMRGB"), profileOf({d50, {{0.7347, 0.2653, 1}, {0.1596, 0.8404, 1}, {0.0366, 0.0001, 1}}, 1.8})},
    };
    const auto found = known.find(name);
    return found == known.end() ? QByteArray() : found->second;
}

void* makeTransform(const QByteArray& bytes)
{
    if (!isProfileSound(bytes))
        return nullptr;
    cmsHPROFILE from = cmsOpenProfileFromMem(bytes.constData(), cmsUInt32Number(bytes.size()));
    if (!from)
        return nullptr;
    void* transform = nullptr;
    if (cmsGetColorSpace(from) == cmsSigRgbData) {
        cmsHPROFILE to = cmsCreate_sRGBProfile();
        // Several threads use one transform: without its one-pixel cache.
        transform = cmsCreateTransform(from, TYPE_BGRA_8, to, TYPE_BGRA_8, INTENT_PERCEPTUAL, cmsFLAGS_NOCACHE);
        cmsCloseProfile(to);
    }
    cmsCloseProfile(from);
    return transform;
}

} // namespace

ColourTransform::~ColourTransform() { cmsDeleteTransform(m_transform); }

void ColourTransform::apply(QRgb* pixels, int count) const { cmsDoTransform(m_transform, pixels, pixels, cmsUInt32Number(count)); }

Result<std::shared_ptr<const ColourTransform>> ColourTransform::of(const QByteArray& profile)
{
    static std::mutex mutex;
    static std::vector<std::pair<QByteArray, std::shared_ptr<const ColourTransform>>> kept;
    const std::lock_guard lock(mutex);
    const auto found = std::find_if(kept.begin(), kept.end(), [&](const auto& entry) { return entry.first == profile; });
    std::shared_ptr<const ColourTransform> known;
    if (found != kept.end()) {
        known = found->second;
    } else {
        if (void* transform = makeTransform(profile))
            known.reset(new ColourTransform(transform));
        if (kept.size() >= 8)
            kept.erase(kept.begin());
        kept.emplace_back(profile, known);
    }
    if (!known)
        return fail(Fault::Damaged, tr("Its colour profile cannot be used: the colours are as stored"));
    return known;
}

Result<std::shared_ptr<const ColourTransform>> colourTransformOf(const Instance& instance)
{
    if (!instance.modules || (!instance.pixels.isColour() && !supplementalOf(instance)))
        return nullptr;
    const QByteArray& embedded = instance.modules->profileOf(instance.frame);
    const QByteArray profile = embedded.isEmpty() ? profileOfSpace(instance.modules->colourSpace) : embedded;
    if (profile.isEmpty())
        return nullptr;
    return ColourTransform::of(profile);
}

} // namespace diascope::viewer
