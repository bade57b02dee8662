// Vectors of KERNELS_LANES floats (8 or 16) in the compiler's own notation, and the operations that it has no notation
// for: partial loads and stores.

#if KERNELS_LANES != 8 && KERNELS_LANES != 16
#error "vectors have 8 or 16 lanes"
#endif

enum { vector_lanes = KERNELS_LANES };

typedef float quad __attribute__((vector_size(16)));
typedef float pair __attribute__((vector_size(32)));  // of quads
typedef float vector __attribute__((vector_size(4 * KERNELS_LANES)));
// The same in memory, at any address.
typedef float stored_quad __attribute__((vector_size(16), aligned(4)));
typedef float stored_vector __attribute__((vector_size(4 * KERNELS_LANES), aligned(4)));

INLINE quad load_quad(const float *p) { return *(const stored_quad *)p; }
INLINE void store_quad(float *p, quad x) { *(stored_quad *)p = x; }
INLINE vector load(const float *p) { return *(const stored_vector *)p; }
INLINE void store(float *p, vector x) { *(stored_vector *)p = x; }

// The first `count` lanes, up to vector_lanes, or those from `first` to `end`: no other memory is touched, and the
// other lanes load as 0.
#if defined(__x86_64__) && KERNELS_LANES == 16
INLINE vector load_first(const float *p, size_t count) {
    return (vector)_mm512_maskz_loadu_ps((__mmask16)((1u << count) - 1), p);
}
INLINE vector load_between(const float *p, size_t first, size_t end) {
    return (vector)_mm512_maskz_loadu_ps((__mmask16)((1u << end) - (1u << first)), p);
}
INLINE void store_first(float *p, vector x, size_t count) {
    _mm512_mask_storeu_ps(p, (__mmask16)((1u << count) - 1), (__m512)x);
}
#elif defined(__x86_64__)
INLINE __m256i first_lanes(size_t count) {
    static const int32_t window[16] = {-1, -1, -1, -1, -1, -1, -1, -1};
    return _mm256_loadu_si256((const __m256i *)(window + 8 - count));
}
INLINE vector load_first(const float *p, size_t count) { return (vector)_mm256_maskload_ps(p, first_lanes(count)); }
INLINE vector load_between(const float *p, size_t first, size_t end) {
    return (vector)_mm256_maskload_ps(p, _mm256_andnot_si256(first_lanes(first), first_lanes(end)));
}
INLINE void store_first(float *p, vector x, size_t count) { _mm256_maskstore_ps(p, first_lanes(count), (__m256)x); }
#else
INLINE vector load_first(const float *p, size_t count) {
    vector x = {0};
    for (size_t lane = 0; lane < vector_lanes; lane++) x[lane] = lane < count ? p[lane] : 0.0f;
    return x;
}
INLINE vector load_between(const float *p, size_t first, size_t end) {
    vector x = {0};
    for (size_t lane = 0; lane < vector_lanes; lane++) x[lane] = lane >= first && lane < end ? p[lane] : 0.0f;
    return x;
}
INLINE void store_first(float *p, vector x, size_t count) {
    for (size_t lane = 0; lane < vector_lanes; lane++) {
        if (lane < count) p[lane] = x[lane];
    }
}
#endif

// The same shuffle of two operands in each quad of a vector: these take one instruction, crossing quads takes several.
#define SECOND KERNELS_LANES
#if KERNELS_LANES == 8
#define IN_QUADS(x, y, a, b, c, d) __builtin_shufflevector(x, y, a, b, c, d, a + 4, b + 4, c + 4, d + 4)
#else
#define IN_QUADS(x, y, a, b, c, d)                                                                             \
    __builtin_shufflevector(x, y, a, b, c, d, a + 4, b + 4, c + 4, d + 4, a + 8, b + 8, c + 8, d + 8, a + 12, \
        b + 12, c + 12, d + 12)
#endif
#define ZIP_LOW(x, y) IN_QUADS(x, y, 0, SECOND, 1, SECOND + 1)
#define ZIP_HIGH(x, y) IN_QUADS(x, y, 2, SECOND + 2, 3, SECOND + 3)
#define PAIR_LOW(x, y) IN_QUADS(x, y, 0, 1, SECOND, SECOND + 1)
#define PAIR_HIGH(x, y) IN_QUADS(x, y, 2, 3, SECOND + 2, SECOND + 3)

// The quads at `offset` of every fourth of vector_lanes places, as one vector.
INLINE vector quads_of(const float *const *places, size_t offset) {
    pair low = __builtin_shufflevector(
        load_quad(places[0] + offset), load_quad(places[4] + offset), 0, 1, 2, 3, 4, 5, 6, 7);
#if KERNELS_LANES == 8
    return low;
#else
    pair high = __builtin_shufflevector(
        load_quad(places[8] + offset), load_quad(places[12] + offset), 0, 1, 2, 3, 4, 5, 6, 7);
    return __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
#endif
}

// Sixteen running sums, in one vector or two: there is only one order of additions, whatever the instruction set.
enum { sum_lanes = 16, sum_vectors = sum_lanes / vector_lanes };
typedef struct {
    vector parts[sum_vectors];
} running_sums;

// The totals of four: first within quads, then of quads that are eight lanes apart, then of the two that are left.
INLINE quad totals(const running_sums *sums) {
    vector parts[sum_vectors];
    for (size_t i = 0; i < sum_vectors; i++) {
        vector a = sums[0].parts[i], b = sums[1].parts[i], c = sums[2].parts[i], d = sums[3].parts[i];
        vector ab = ZIP_LOW(a, b) + ZIP_HIGH(a, b), cd = ZIP_LOW(c, d) + ZIP_HIGH(c, d);
        parts[i] = PAIR_LOW(ab, cd) + PAIR_HIGH(ab, cd);
    }
#if KERNELS_LANES == 8
    pair x = parts[0] + parts[1];
#else
    pair x = __builtin_shufflevector(parts[0], parts[0], 0, 1, 2, 3, 4, 5, 6, 7)
        + __builtin_shufflevector(parts[0], parts[0], 8, 9, 10, 11, 12, 13, 14, 15);
#endif
    return __builtin_shufflevector(x, x, 0, 1, 2, 3) + __builtin_shufflevector(x, x, 4, 5, 6, 7);
}
