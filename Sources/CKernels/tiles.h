// Tiles of a product's result, kept in registers, and the packing of a right operand into panels that tiles read.

#define UNROLL _Pragma("clang loop unroll(full)")

enum {
    tile_rows = KERNELS_TILE_ROWS,
    tile_rows_of_one_vector = 2 * KERNELS_TILE_ROWS,
    // Maximum number of vectors along a tile's rows: with more vectors there are fewer rows, or additions would wait
    // for each other.
    tile_width = 3,
    tile_width_of_two_rows = 4,
    tile_width_of_one_row = 8,
};

// The memory that a tile reads and writes; strides in floats.
typedef struct {
    size_t depth;
    const float *left, *right;
    size_t left_row, left_depth, right_depth;
    float *result;
    size_t result_row;
    size_t last_lanes;  // in use in the last vector of each row
    int accumulates;    // adds to the result
} tile_task;

// The pointer, hidden from the compiler's analysis, which would compute the place of each of a tile's rows from the one
// before: a chain of additions that takes longer than the products.
INLINE const float *opaque(const float *p) {
    __asm__("" : "+r"(p));
    return p;
}

INLINE void tile(const tile_task *task, const size_t rows, const size_t width, const int partial) {
    vector sums[tile_rows_of_one_vector][tile_width_of_one_row];
    const size_t last = task->last_lanes;
    UNROLL for (size_t r = 0; r < rows; r++) {
        UNROLL for (size_t v = 0; v < width; v++) {
            const float *place = task->result + r * task->result_row + v * vector_lanes;
            if (!task->accumulates) sums[r][v] = (vector){0};
            else sums[r][v] = partial && v + 1 == width ? load_first(place, last) : load(place);
        }
    }
    const float *right = task->right, *left[tile_rows_of_one_vector / 4];
    const size_t left_row = task->left_row, left_depth = task->left_depth;
    const size_t right_depth = task->right_depth;
    UNROLL for (size_t r = 0; r < rows; r += 4) left[r / 4] = opaque(task->left + r * left_row);
    for (size_t k = task->depth; k > 0; k--) {
        vector along[tile_width_of_one_row];
        UNROLL for (size_t v = 0; v < width; v++) {
            const float *place = right + v * vector_lanes;
            along[v] = partial && v + 1 == width ? load_first(place, last) : load(place);
        }
        UNROLL for (size_t r = 0; r < rows; r++) {
            float factor = left[r / 4][r % 4 * left_row];
            UNROLL for (size_t v = 0; v < width; v++) sums[r][v] += factor * along[v];
        }
        UNROLL for (size_t r = 0; r < rows; r += 4) left[r / 4] += left_depth;
        right += right_depth;
    }
    UNROLL for (size_t r = 0; r < rows; r++) {
        UNROLL for (size_t v = 0; v < width; v++) {
            float *place = task->result + r * task->result_row + v * vector_lanes;
            if (partial && v + 1 == width) store_first(place, sums[r][v], last);
            else store(place, sums[r][v]);
        }
    }
}

#define TILE(rows, width)                                                                      \
    static void tile_##rows##_##width(const tile_task *task) { tile(task, rows, width, 0); }   \
    static void partial_##rows##_##width(const tile_task *task) { tile(task, rows, width, 1); }
#define ENTRY(rows, width) {tile_##rows##_##width, partial_##rows##_##width}

TILE(1, 1) TILE(1, 2) TILE(1, 3) TILE(1, 4) TILE(1, 5) TILE(1, 6) TILE(1, 7) TILE(1, 8)
TILE(2, 1) TILE(2, 2) TILE(2, 3) TILE(2, 4)
TILE(4, 1) TILE(4, 2) TILE(4, 3)
TILE(8, 1)
#if KERNELS_TILE_ROWS == 8
TILE(8, 2) TILE(8, 3)
TILE(16, 1)
#endif

typedef void (*tile_kernel)(const tile_task *);

// Indexed by the binary logarithm of the rows, the width minus one, and whether the last vector is partial.
static const tile_kernel tile_kernels[5][tile_width_of_one_row][2] = {
    {ENTRY(1, 1), ENTRY(1, 2), ENTRY(1, 3), ENTRY(1, 4), ENTRY(1, 5), ENTRY(1, 6), ENTRY(1, 7), ENTRY(1, 8)},
    {ENTRY(2, 1), ENTRY(2, 2), ENTRY(2, 3), ENTRY(2, 4)},
    {ENTRY(4, 1), ENTRY(4, 2), ENTRY(4, 3)},
#if KERNELS_TILE_ROWS == 8
    {ENTRY(8, 1), ENTRY(8, 2), ENTRY(8, 3)},
    {ENTRY(16, 1)},
#else
    {ENTRY(8, 1)},
#endif
};

// An operand in memory: the strides of its rows (left) or columns (right), and of its depth.
typedef struct {
    const float *start;
    size_t stride, depth_stride;
} matrix;

INLINE size_t smaller(size_t a, size_t b) { return a < b ? a : b; }
INLINE size_t divided_up(size_t a, size_t b) { return (a + b - 1) / b; }

// The processor prefetches lines up to this length, in floats; longer ones need explicit prefetches.
enum { foreseen_line = 1024 };

// A panel: `depth` rows of the columns, rounded up to vectors. Lanes past `columns` are finite where the source is.
static void pack_rows(float *panel, matrix source, size_t columns, size_t depth) {
    for (size_t k = 0; k < depth; k++, source.start += source.depth_stride) {
        for (size_t first = 0; first < columns; first += vector_lanes, panel += vector_lanes) {
            __builtin_prefetch(source.start + 16 * source.depth_stride + first);
            size_t lanes = smaller(columns - first, vector_lanes);
            const float *from = source.start + first;
            store(panel, lanes == vector_lanes ? load(from) : load_first(from, lanes));
        }
    }
}

// Like `pack_rows` for a transposed source: four steps of the depth at a time, the last four overlapping.
static void pack_columns(float *panel, matrix source, size_t columns, size_t depth) {
    size_t row = divided_up(columns, vector_lanes) * vector_lanes;
    for (size_t first = 0; first < columns; first += vector_lanes, panel += vector_lanes) {
        const float *lines[vector_lanes];
        for (size_t l = 0; l < vector_lanes; l++) {
            lines[l] = source.start + smaller(first + l, columns - 1) * source.stride;
        }
        if (depth < 4) {
            for (size_t k = 0; k < depth; k++) {
                for (size_t l = 0; l < vector_lanes; l++) panel[k * row + l] = lines[l][k];
            }
            continue;
        }
        for (size_t next = 0; next < depth; next += 4) {
            size_t k = smaller(next, depth - 4);
            if (next % 16 == 0 && source.stride >= foreseen_line) {
                for (size_t l = 0; l < vector_lanes; l++) __builtin_prefetch(lines[l] + next + 64);
            }
            vector a = quads_of(lines, k), b = quads_of(lines + 1, k);
            vector c = quads_of(lines + 2, k), d = quads_of(lines + 3, k);
            vector ab_low = ZIP_LOW(a, b), ab_high = ZIP_HIGH(a, b), cd_low = ZIP_LOW(c, d), cd_high = ZIP_HIGH(c, d);
            float *place = panel + k * row;
            store(place, PAIR_LOW(ab_low, cd_low));
            store(place + row, PAIR_HIGH(ab_low, cd_low));
            store(place + 2 * row, PAIR_LOW(ab_high, cd_high));
            store(place + 3 * row, PAIR_HIGH(ab_high, cd_high));
        }
    }
}
