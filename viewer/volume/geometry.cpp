#include "viewer/volume/geometry.h"
#include <algorithm>
#include <array>
#include <numbers>

namespace diascope::viewer
{

QString orientationLetters(Vec3 direction, double threshold)
{
    const double length = norm(direction);
    if (!(length > 0))
        return {};
    struct Axis
    {
        double size;
        QChar letter;
    };
    const Vec3 d = direction / length;
    std::array axes{Axis{std::abs(d.x), d.x > 0 ? u'L' : u'R'}, Axis{std::abs(d.y), d.y > 0 ? u'P' : u'A'},
                    Axis{std::abs(d.z), d.z > 0 ? u'H' : u'F'}};
    std::stable_sort(axes.begin(), axes.end(), [](const Axis& a, const Axis& b) { return a.size > b.size; });
    QString letters;
    for (const Axis& axis : axes)
        if (axis.size > threshold)
            letters += axis.letter;
    return letters;
}

QString oppositeLetters(const QString& letters)
{
    static constexpr QStringView from = u"LRPAHF";
    static constexpr QStringView to = u"RLAPFH";
    QString opposite;
    for (const QChar letter : letters)
        if (const auto i = from.indexOf(letter); i >= 0)
            opposite += to[i];
    return opposite;
}

QString orientationName(Vec3 normal, double toleranceDeg)
{
    const double length = norm(normal);
    if (!(length > 0))
        return QStringLiteral("none");
    const double least = std::cos(toleranceDeg * std::numbers::pi / 180);
    if (std::abs(normal.z) / length >= least)
        return QStringLiteral("axial");
    if (std::abs(normal.x) / length >= least)
        return QStringLiteral("sagittal");
    if (std::abs(normal.y) / length >= least)
        return QStringLiteral("coronal");
    return QStringLiteral("oblique");
}

std::optional<LineSegment> intersection(const PlaneGeometry& shown, const PlaneGeometry& other)
{
    const Vec3 shownNormal = shown.normal();
    const double sine = norm(cross(shownNormal, other.normal()));
    if (sine < std::sin(2 * std::numbers::pi / 180))
        return std::nullopt;
    // Where the edges of `other` (to the outer borders of its pixels) pass through the shown plane.
    const std::array corners{other.toPatient({-0.5, -0.5}), other.toPatient({other.columns - 0.5, -0.5}),
                             other.toPatient({other.columns - 0.5, other.rows - 0.5}), other.toPatient({-0.5, other.rows - 0.5})};
    std::array<double, 4> distances{};
    for (size_t i = 0; i < 4; ++i)
        distances[i] = dot(corners[i] - shown.originLps, shownNormal);
    std::vector<Vec3> hits;
    for (size_t i = 0; i < 4; ++i) {
        const size_t next = (i + 1) % 4;
        const double a = distances[i];
        const double b = distances[next];
        if ((a < 0) != (b < 0))
            hits.push_back(corners[i] + (corners[next] - corners[i]) * (a / (a - b)));
    }
    if (hits.size() != 2)
        return std::nullopt;
    return LineSegment{hits[0], hits[1]};
}

} // namespace diascope::viewer
