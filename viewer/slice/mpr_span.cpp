#include "viewer/slice/mpr_span.h"
#include <algorithm>
#include <cmath>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace diascope::viewer
{

namespace
{

void blendInto(float& to, float value, Blend blend)
{
    switch (blend) {
    case Blend::Maximum:
        to = std::isnan(to) ? value : std::max(to, value);
        return;
    case Blend::Minimum:
        to = std::isnan(to) ? value : std::min(to, value);
        return;
    case Blend::Mean:
        to += value;
        return;
    }
}

template <typename T>
void plainSpan(const VoxelBlock& block, const VoxelLine& line, Span span, Blend blend, float* row)
{
    const auto* voxels = static_cast<const T*>(block.voxels);
    const size_t rowStride = size_t(block.columns);
    const size_t sliceStride = rowStride * size_t(block.rows);
    for (int i = span.from; i < span.to; ++i) {
        const auto at = [&](int axis, int count, int& cell) {
            const float v = std::clamp(float(line.start[axis]) + float(i) * float(line.step[axis]), 0.0f, float(count - 1));
            cell = std::min(int(v), std::max(0, count - 2));
            return v - float(cell);
        };
        int x = 0;
        int y = 0;
        int z = 0;
        const float fx = at(0, block.columns, x);
        const float fy = at(1, block.rows, y);
        const float fz = at(2, block.slices, z);
        const T* corner = voxels + size_t(z) * sliceStride + size_t(y) * rowStride + size_t(x);
        const size_t nx = block.columns > 1;
        const size_t ny = block.rows > 1 ? rowStride : 0;
        const size_t nz = block.slices > 1 ? sliceStride : 0;
        const auto along = [&](size_t from) { return float(corner[from]) + fx * (float(corner[from + nx]) - float(corner[from])); };
        const float a = along(0);
        const float b = along(ny);
        const float c = along(nz);
        const float d = along(nz + ny);
        const float ab = a + fy * (b - a);
        const float cd = c + fy * (d - c);
        blendInto(row[i], ab + fz * (cd - ab), blend);
    }
}

#if defined(__x86_64__)
/// Two neighbouring voxels of a row in one 32-bit gather: low half at x, high half at x + 1.
template <bool isSigned>
[[gnu::target("avx2,fma"), gnu::always_inline]] inline __m256 pairLerp(const void* voxels, __m256i index, __m256 fx)
{
    const __m256i pair = _mm256_i32gather_epi32(static_cast<const int*>(voxels), index, 2);
    __m256i low;
    __m256i high;
    if constexpr (isSigned) {
        low = _mm256_srai_epi32(_mm256_slli_epi32(pair, 16), 16);
        high = _mm256_srai_epi32(pair, 16);
    } else {
        low = _mm256_and_si256(pair, _mm256_set1_epi32(0xFFFF));
        high = _mm256_srli_epi32(pair, 16);
    }
    const __m256 a = _mm256_cvtepi32_ps(low);
    return _mm256_fmadd_ps(fx, _mm256_sub_ps(_mm256_cvtepi32_ps(high), a), a);
}

template <bool isSigned>
[[gnu::target("avx2,fma")]] void wideSpan(const VoxelBlock& block, const VoxelLine& line, Span span, Blend blend, float* row)
{
    const __m256 zero = _mm256_setzero_ps();
    const __m256 lanes = _mm256_setr_ps(0, 1, 2, 3, 4, 5, 6, 7);
    const int counts[3] = {block.columns, block.rows, block.slices};
    __m256 start[3];
    __m256 step[3];
    __m256 last[3];
    __m256i lastCell[3];
    for (int axis = 0; axis < 3; ++axis) {
        start[axis] = _mm256_set1_ps(float(line.start[axis]));
        step[axis] = _mm256_set1_ps(float(line.step[axis]));
        last[axis] = _mm256_set1_ps(float(counts[axis] - 1));
        lastCell[axis] = _mm256_set1_epi32(counts[axis] - 2);
    }
    const __m256i rowStride = _mm256_set1_epi32(block.columns);
    const __m256i sliceStride = _mm256_set1_epi32(block.columns * block.rows);
    int i = span.from;
    for (; i + 8 <= span.to; i += 8) {
        const __m256 at = _mm256_add_ps(_mm256_set1_ps(float(i)), lanes);
        __m256i cell[3];
        __m256 part[3];
        for (int axis = 0; axis < 3; ++axis) {
            __m256 v = _mm256_add_ps(start[axis], _mm256_mul_ps(at, step[axis]));
            v = _mm256_min_ps(_mm256_max_ps(v, zero), last[axis]);
            cell[axis] = _mm256_min_epi32(_mm256_cvttps_epi32(v), lastCell[axis]);
            part[axis] = _mm256_sub_ps(v, _mm256_cvtepi32_ps(cell[axis]));
        }
        const __m256i index = _mm256_add_epi32(
            cell[0], _mm256_add_epi32(_mm256_mullo_epi32(cell[1], rowStride), _mm256_mullo_epi32(cell[2], sliceStride)));
        const __m256 a = pairLerp<isSigned>(block.voxels, index, part[0]);
        const __m256 b = pairLerp<isSigned>(block.voxels, _mm256_add_epi32(index, rowStride), part[0]);
        const __m256i above = _mm256_add_epi32(index, sliceStride);
        const __m256 c = pairLerp<isSigned>(block.voxels, above, part[0]);
        const __m256 d = pairLerp<isSigned>(block.voxels, _mm256_add_epi32(above, rowStride), part[0]);
        const __m256 ab = _mm256_fmadd_ps(part[1], _mm256_sub_ps(b, a), a);
        const __m256 cd = _mm256_fmadd_ps(part[1], _mm256_sub_ps(d, c), c);
        const __m256 value = _mm256_fmadd_ps(part[2], _mm256_sub_ps(cd, ab), ab);
        const __m256 before = _mm256_loadu_ps(row + i);
        // With a NaN as the first operand both give the second.
        const __m256 blended = blend == Blend::Maximum   ? _mm256_max_ps(before, value)
                               : blend == Blend::Minimum ? _mm256_min_ps(before, value)
                                                         : _mm256_add_ps(before, value);
        _mm256_storeu_ps(row + i, blended);
    }
    if (i < span.to)
        plainSpan<std::conditional_t<isSigned, qint16, quint16>>(block, line, {i, span.to}, blend, row);
}

bool hasAvx2()
{
    static const bool has = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    return has;
}
#endif

} // namespace

Span clip(const VoxelLine& line, const int (&size)[3], int count)
{
    double from = 0;
    double to = count;
    for (int axis = 0; axis < 3; ++axis) {
        const double low = -0.5 - line.start[axis];
        const double high = size[axis] - 0.5 - line.start[axis];
        const double step = line.step[axis];
        if (std::abs(step) < 1e-12) {
            if (low > 0 || high < 0)
                return {};
            continue;
        }
        from = std::max(from, std::min(low / step, high / step));
        to = std::min(to, std::max(low / step, high / step) + 1e-9);
    }
    const int first = int(std::ceil(std::clamp(from - 1e-9, 0.0, double(count))));
    const int last = int(std::floor(std::clamp(to, -1.0, double(count)))) + 1;
    return first < last ? Span{first, std::min(last, count)} : Span{};
}

void sampleSpanPlain(const VoxelBlock& block, const VoxelLine& line, Span span, Blend blend, float* row)
{
    if (block.isSigned)
        plainSpan<qint16>(block, line, span, blend, row);
    else
        plainSpan<quint16>(block, line, span, blend, row);
}

void sampleSpan(const VoxelBlock& block, const VoxelLine& line, Span span, Blend blend, float* row)
{
#if defined(__x86_64__)
    const bool fits = qint64(block.columns) * block.rows * block.slices < (qint64(1) << 31) - 8;
    if (hasAvx2() && fits && block.columns > 1 && block.rows > 1 && block.slices > 1) {
        if (block.isSigned)
            wideSpan<true>(block, line, span, blend, row);
        else
            wideSpan<false>(block, line, span, blend, row);
        return;
    }
#endif
    sampleSpanPlain(block, line, span, blend, row);
}

} // namespace diascope::viewer
