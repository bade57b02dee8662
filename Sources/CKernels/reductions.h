// Sums, maxima and their indices along an axis.

static void fill(float *d, float value, size_t n) {
    VECTORISE for (size_t i = 0; i < n; i++) d[i] = value;
}

// Rows of up to four elements, such as the logits of a few actions, take loops over rows.
enum { short_row = 4 };

INLINE void spread_short_rows(const float *source, float *destination, size_t rows, const size_t n) {
    VECTORISE for (size_t i = 0; i < rows * n; i++) destination[i] = source[i / n];
}

// Each row's number, n times.
static void spread_rows(const float *source, float *destination, size_t rows, size_t n) {
    switch (n) {
    case 2: spread_short_rows(source, destination, rows, 2); return;
    case 3: spread_short_rows(source, destination, rows, 3); return;
    case short_row: spread_short_rows(source, destination, rows, short_row); return;
    default:
        for (size_t r = 0; r < rows; r++) fill(destination + r * n, source[r], n);
    }
}

// A row's sum and maximum have 32 running lanes, whatever the instruction set and the number of rows, so that there is
// only one order of additions.
enum { lanes = 32, rows_at_once = 4 };

// The sums of several rows of n elements.
INLINE void sum_some_rows(const float *source, float *destination, const size_t rows, size_t n) {
    running_sums low[rows_at_once] = {0}, high[rows_at_once] = {0};
    size_t k = 0;
    for (; k + lanes <= n; k += lanes) {
        UNROLL for (size_t r = 0; r < rows; r++) {
            UNROLL for (size_t i = 0; i < sum_vectors; i++) {
                const float *place = source + r * n + k + i * vector_lanes;
                low[r].parts[i] += load(place);
                high[r].parts[i] += load(place + sum_lanes);
            }
        }
    }
    if (k < n) {
        UNROLL for (size_t i = 0; i < 2 * sum_vectors; i++) {
            size_t place = smaller(k + i * vector_lanes, n), count = smaller(n - place, vector_lanes);
            UNROLL for (size_t r = 0; r < rows; r++) {
                vector *sum = i < sum_vectors ? &low[r].parts[i] : &high[r].parts[i - sum_vectors];
                *sum += load_first(source + r * n + place, count);
            }
        }
    }
    UNROLL for (size_t r = 0; r < rows; r++) {
        UNROLL for (size_t i = 0; i < sum_vectors; i++) low[r].parts[i] += high[r].parts[i];
    }
    quad sums = totals(low);
    UNROLL for (size_t r = 0; r < rows; r++) destination[r] = sums[r];
}

// By the same additions as above.
INLINE void sum_short_rows(const float *source, float *destination, size_t rows, const size_t n) {
    VECTORISE for (size_t r = 0; r < rows; r++) {
        const float *x = source + r * n;
        float even = n > 2 ? x[0] + x[2] : x[0], odd = n > 3 ? x[1] + x[3] : (n > 1 ? x[1] : 0.0f);
        destination[r] = even + odd + 0.0f;
    }
}

static void sum_rows(const float *source, float *destination, size_t rows, size_t n) {
    switch (n) {
    case 1: sum_short_rows(source, destination, rows, 1); return;
    case 2: sum_short_rows(source, destination, rows, 2); return;
    case 3: sum_short_rows(source, destination, rows, 3); return;
    case short_row: sum_short_rows(source, destination, rows, short_row); return;
    default: break;
    }
    size_t r = 0;
    for (; r + rows_at_once <= rows; r += rows_at_once) {
        sum_some_rows(source + r * n, destination + r, rows_at_once, n);
    }
    for (; r < rows; r++) sum_some_rows(source + r * n, destination + r, 1, n);
}

// NaN counts as larger than any number.
INLINE float larger(float x, float y) { return x > y ? x : (x != x ? x : y); }

INLINE float largest_of_lanes(float *running, size_t width) {
    for (; width > 0; width /= 2) {
        for (size_t l = 0; l < width; l++) running[l] = larger(running[l], running[l + width]);
    }
    return running[0];
}

// For fewer elements than lanes.
static float short_maximum(const float *row, size_t n) {
    float running[lanes];
    size_t width = 1;
    while (width < n) width *= 2;
    for (size_t l = 0; l < width; l++) running[l] = l < n ? row[l] : -__builtin_inff();
    return largest_of_lanes(running, width / 2);
}

INLINE float maximum_row(const float *row, size_t n) {
    if (n < lanes) return n == 0 ? -__builtin_inff() : short_maximum(row, n);
    float running[lanes];
    memcpy(running, row, sizeof running);
    size_t i = lanes;
    for (; i + lanes <= n; i += lanes) {
        VECTORISE for (size_t l = 0; l < lanes; l++) running[l] = larger(running[l], row[i + l]);
    }
    for (size_t l = 0; i + l < n; l++) running[l] = larger(running[l], row[i + l]);
    return largest_of_lanes(running, lanes / 2);
}

INLINE void maximum_short_rows(const float *source, float *destination, size_t rows, const size_t n) {
    VECTORISE for (size_t r = 0; r < rows; r++) {
        const float *x = source + r * n;
        float even = n > 2 ? larger(x[0], x[2]) : x[0], odd = n > 3 ? larger(x[1], x[3]) : x[1];
        destination[r] = larger(even, odd);
    }
}

static void maximum_rows(const float *source, float *destination, size_t rows, size_t n) {
    switch (n) {
    case 2: maximum_short_rows(source, destination, rows, 2); return;
    case 3: maximum_short_rows(source, destination, rows, 3); return;
    case short_row: maximum_short_rows(source, destination, rows, short_row); return;
    default: break;
    }
    for (size_t r = 0; r < rows; r++) destination[r] = maximum_row(source + r * n, n);
}

#define REDUCE(name, of_rows, start_value, combine)                                                     \
    static void name(                                                                                    \
        const float *source, float *destination, size_t outer, size_t reduced, size_t inner, rv_part part) { \
        int by_outer = outer >= part.count || inner == 1;                                                \
        range share = share_if(by_outer, part, outer);                                                   \
        range columns = by_outer ? (range){0, inner} : share_in_blocks(part, inner, vector_lanes);       \
        if (inner == 1) {                                                                                \
            of_rows(                                                                                    \
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

REDUCE(sum_kernel, sum_rows, 0.0f, x + y)
REDUCE(maximum_reduction, maximum_rows, -__builtin_inff(), larger(x, y))

static void argmax_kernel(const float *source, int32_t *destination, size_t rows, size_t columns, rv_part part) {
    range share = share_of(part, rows);
    for (size_t r = share.first; r < share.end; r++) {
        const float *row = source + r * columns;
        size_t best = 0;
        for (size_t c = 1; c < columns; c++) best = row[c] > row[best] ? c : best;
        destination[r] = (int32_t)best;
    }
}
