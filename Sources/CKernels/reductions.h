// Sums, maxima and their indices along an axis.

static void fill(float *d, float value, size_t n) {
    VECTORISE for (size_t i = 0; i < n; i++) d[i] = value;
}

// Sums and maxima keep 32 running lanes, whatever the instruction set, so that the order of additions is one.
enum { lanes = 32 };

// Short rows leave out the lanes that would hold nothing but the start value.
#define REDUCE_ROW(name, start_value, combine)                                                           \
    INLINE float combine_lanes_##name(float *running, size_t width) {                                    \
        for (; width > 0; width /= 2) {                                                                  \
            for (size_t l = 0; l < width; l++) {                                                         \
                float x = running[l], y = running[l + width];                                            \
                running[l] = (combine);                                                                  \
            }                                                                                            \
        }                                                                                                \
        return running[0];                                                                               \
    }                                                                                                    \
    static float short_##name(const float *row, size_t n) {                                              \
        float running[lanes];                                                                            \
        size_t width = 1;                                                                                \
        while (width < n) width *= 2;                                                                    \
        for (size_t l = 0; l < width; l++) {                                                             \
            float x = (start_value), y = l < n ? row[l] : (start_value);                                 \
            running[l] = (combine);                                                                      \
        }                                                                                                \
        return combine_lanes_##name(running, width / 2);                                                 \
    }                                                                                                    \
    INLINE float name(const float *row, size_t n) {                                                      \
        if (n < lanes) return short_##name(row, n);                                                      \
        float running[lanes];                                                                            \
        for (size_t l = 0; l < lanes; l++) running[l] = (start_value);                                   \
        size_t i = 0;                                                                                    \
        for (; i + lanes <= n; i += lanes) {                                                             \
            VECTORISE for (size_t l = 0; l < lanes; l++) {                                               \
                float x = running[l], y = row[i + l];                                                    \
                running[l] = (combine);                                                                  \
            }                                                                                            \
        }                                                                                                \
        for (size_t l = 0; i + l < n; l++) {                                                             \
            float x = running[l], y = row[i + l];                                                        \
            running[l] = (combine);                                                                      \
        }                                                                                                \
        return combine_lanes_##name(running, lanes / 2);                                                 \
    }                                                                                                    \
    static void name##s(const float *source, float *destination, size_t rows, size_t n) {                \
        for (size_t r = 0; r < rows; r++) destination[r] = name(source + r * n, n);                      \
    }

#define REDUCE(name, row_name, start_value, combine)                                                     \
    static void name(                                                                                    \
        const float *source, float *destination, size_t outer, size_t reduced, size_t inner, rv_part part) { \
        int by_outer = outer >= part.count || inner == 1;                                                \
        range share = share_if(by_outer, part, outer);                                                   \
        range columns = by_outer ? (range){0, inner} : share_in_blocks(part, inner, vector_lanes);       \
        if (inner == 1) {                                                                                \
            row_name##s(                                                                                 \
                source + share.first * reduced, destination + share.first, share.end - share.first, reduced); \
            return;                                                                                      \
        }                                                                                                \
        size_t width = columns.end - columns.first;                                                      \
        for (size_t o = share.first; o < share.end; o++) {                                               \
            float *d = destination + o * inner + columns.first;                                          \
            fill(d, (start_value), width);                                                               \
            for (size_t r = 0; r < reduced; r++) {                                                       \
                const float *s = source + (o * reduced + r) * inner + columns.first;                     \
                VECTORISE for (size_t i = 0; i < width; i++) {                                           \
                    float x = d[i], y = s[i];                                                            \
                    d[i] = (combine);                                                                    \
                }                                                                                        \
            }                                                                                            \
        }                                                                                                \
    }

#define LARGER (x > y ? x : (x != x ? x : y))

REDUCE_ROW(sum_row, 0.0f, x + y)
REDUCE_ROW(maximum_row, -__builtin_inff(), LARGER)
REDUCE(sum_kernel, sum_row, 0.0f, x + y)
REDUCE(maximum_reduction, maximum_row, -__builtin_inff(), LARGER)

static void argmax_kernel(const float *source, int32_t *destination, size_t rows, size_t columns, rv_part part) {
    range share = share_of(part, rows);
    for (size_t r = share.first; r < share.end; r++) {
        const float *row = source + r * columns;
        size_t best = 0;
        for (size_t c = 1; c < columns; c++) best = row[c] > row[best] ? c : best;
        destination[r] = (int32_t)best;
    }
}
