// Tiles of a result whose rows may lie anywhere: each row has a pointer to the start of its left factors and one to its
// place in the result. The depth is a list of stretches, each at a distance from these starts that is the same for all
// rows. Convolutions are built on them: rows are pixels and stretches taps, or rows are taps and stretches rows of
// pixels.

// A stretch of the depth: its offset from the start of a row (in floats) and in the right operand (in floats, or in the
// rows of a packed panel).
typedef struct {
    ptrdiff_t left, right;
    size_t depth;
} stretch;

enum {
    gathered_rows = 128,     // done together
    gathered_tile_rows = 8,  // of a tile at most
};

// Rows to be computed together; the last one is repeated to fill a tile.
typedef struct {
    size_t count;
    const float *left[gathered_rows + gathered_tile_rows];
    float *result[gathered_rows + gathered_tile_rows];
} row_list;

// A right operand is packed into panels of `packed_depth` rows, one for each tile's width, or, if that is 0, it lies in
// memory with rows `right_depth` floats apart.
typedef struct {
    const stretch *stretches;
    size_t stretch_count;
    const float *right;
    size_t packed_depth, right_depth, left_depth;
    size_t columns;
    int accumulates;  // adds to the result
    int lanewise;     // a row's left factors are vectors, one factor a column, not one factor for all columns
} gathered_product;

// The memory that a tile reads and writes.
typedef struct {
    const stretch *stretches;
    size_t stretch_count;
    const float *const *left;
    float *const *result;
    const float *right;
    size_t column, left_depth, right_depth, right_unit;
    size_t last_lanes;
    int accumulates;
} gathered_task;

INLINE vector load_up_to(const float *place, const int partial, size_t lanes) {
    return partial ? load_first(place, lanes) : load(place);
}

INLINE void gathered_tile(
    const gathered_task *task, const size_t rows, const size_t width, const int partial, const int lanewise) {
    vector sums[gathered_tile_rows][tile_width];
    const size_t last = task->last_lanes, column = task->column;
    const float *left[gathered_tile_rows];
    UNROLL for (size_t r = 0; r < rows; r++) {
        left[r] = opaque(task->left[r] + (lanewise ? column : 0));
        UNROLL for (size_t v = 0; v < width; v++) {
            const float *place = task->result[r] + column + v * vector_lanes;
            sums[r][v] = task->accumulates ? load_up_to(place, partial && v + 1 == width, last) : (vector){0};
        }
    }
    const size_t left_depth = task->left_depth, right_depth = task->right_depth;
    const stretch *end = task->stretches + task->stretch_count;
    for (const stretch *s = task->stretches; s < end; s++) {
        const float *right = task->right + s->right * (ptrdiff_t)task->right_unit;
        ptrdiff_t at = s->left;
        for (size_t k = s->depth; k > 0; k--) {
            vector along[tile_width];
            UNROLL for (size_t v = 0; v < width; v++) {
                along[v] = load_up_to(right + v * vector_lanes, partial && v + 1 == width, last);
            }
            UNROLL for (size_t r = 0; r < rows; r++) {
                const float *place = left[r] + at;
                UNROLL for (size_t v = 0; v < width; v++) {
                    if (lanewise) {
                        sums[r][v] += load_up_to(place + v * vector_lanes, partial && v + 1 == width, last) * along[v];
                    } else {
                        sums[r][v] += *place * along[v];
                    }
                }
            }
            at += (ptrdiff_t)left_depth, right += right_depth;
        }
    }
    float *const *results = task->result;
    UNROLL for (size_t r = 0; r < rows; r++) {
        float *result = results[r] + column;
        UNROLL for (size_t v = 0; v < width; v++) {
            float *place = result + v * vector_lanes;
            if (partial && v + 1 == width) store_first(place, sums[r][v], last);
            else store(place, sums[r][v]);
        }
    }
}

#define GATHERED(rows, width)                                                                                       \
    static void gathered_##rows##_##width(const gathered_task *task) { gathered_tile(task, rows, width, 0, 0); }    \
    static void gathered_partial_##rows##_##width(const gathered_task *task) {                                      \
        gathered_tile(task, rows, width, 1, 0);                                                                     \
    }                                                                                                               \
    static void lanewise_##rows##_##width(const gathered_task *task) { gathered_tile(task, rows, width, 0, 1); }    \
    static void lanewise_partial_##rows##_##width(const gathered_task *task) {                                      \
        gathered_tile(task, rows, width, 1, 1);                                                                     \
    }
#define GATHERED_ENTRY(rows, width)                                     \
    {{gathered_##rows##_##width, gathered_partial_##rows##_##width},    \
        {lanewise_##rows##_##width, lanewise_partial_##rows##_##width}}

GATHERED(4, 1) GATHERED(4, 2) GATHERED(4, 3)
GATHERED(6, 1) GATHERED(6, 2)
#if KERNELS_TILE_ROWS == 8
GATHERED(5, 1) GATHERED(5, 2) GATHERED(5, 3)
GATHERED(6, 3)
GATHERED(8, 1) GATHERED(8, 2) GATHERED(8, 3)
#endif

typedef void (*gathered_kernel)(const gathered_task *);

// Indexed by the rows beyond four, the width minus one, whether it is lanewise, and whether the last vector is partial.
static const gathered_kernel gathered_kernels[][tile_width][2][2] = {
    {GATHERED_ENTRY(4, 1), GATHERED_ENTRY(4, 2), GATHERED_ENTRY(4, 3)},
#if KERNELS_TILE_ROWS == 8
    {GATHERED_ENTRY(5, 1), GATHERED_ENTRY(5, 2), GATHERED_ENTRY(5, 3)},
    {GATHERED_ENTRY(6, 1), GATHERED_ENTRY(6, 2), GATHERED_ENTRY(6, 3)},
    {{{0}}},
    {GATHERED_ENTRY(8, 1), GATHERED_ENTRY(8, 2), GATHERED_ENTRY(8, 3)},
#else
    {{{0}}},
    {GATHERED_ENTRY(6, 1), GATHERED_ENTRY(6, 2)},
#endif
};

// The rows of the next tile if that many are left: as many as have their sums in registers, and never fewer than four,
// which would wait for their own additions.
INLINE size_t next_rows(size_t left, size_t width) {
#if KERNELS_TILE_ROWS == 8
    (void)width;
    static const uint8_t rows[] = {4, 4, 4, 4, 4, 5, 6, 8, 8, 5, 5, 6};
    return left < sizeof rows ? rows[left] : 8;
#else
    return width > 2 || left <= 4 || left == 8 ? 4 : 6;
#endif
}

// The tiles' widths along a row of `columns`, which differ by at most one.
typedef struct {
    size_t vectors, count;
} width_list;

INLINE width_list widths_of(size_t columns) {
    size_t vectors = divided_up(columns, vector_lanes);
    return (width_list){vectors, divided_up(vectors, tile_width)};
}

INLINE size_t first_vector(width_list widths, size_t index) { return widths.vectors * index / widths.count; }

static void run_gathered(const gathered_product *product, row_list *rows) {
    if (rows->count == 0) return;
    for (size_t r = rows->count; r < rows->count + gathered_tile_rows; r++) {
        rows->left[r] = rows->left[rows->count - 1], rows->result[r] = rows->result[rows->count - 1];
    }
    width_list widths = widths_of(product->columns);
    for (size_t w = 0; w < widths.count; w++) {
        size_t first = first_vector(widths, w), width = first_vector(widths, w + 1) - first;
        size_t column = first * vector_lanes, columns = smaller(product->columns - column, width * vector_lanes);
        int packed = product->packed_depth > 0;
        gathered_task task = {
            .stretches = product->stretches, .stretch_count = product->stretch_count,
            .right = product->right + column * (packed ? product->packed_depth : 1), .column = column,
            .left_depth = product->left_depth, .right_depth = packed ? width * vector_lanes : product->right_depth,
            .right_unit = packed ? width * vector_lanes : 1, .last_lanes = columns - (width - 1) * vector_lanes,
            .accumulates = product->accumulates};
        int partial = task.last_lanes < vector_lanes;
        for (size_t row = 0, next; row < rows->count; row += next) {
            next = next_rows(rows->count - row, width);
            task.left = rows->left + row, task.result = rows->result + row;
            gathered_kernels[next - 4][width - 1][product->lanewise][partial](&task);
        }
    }
    rows->count = 0;
}

// Adds rows at equal distances; processes the list when it is full.
static void add_rows(
    const gathered_product *product, row_list *rows, const float *left, size_t left_step, float *result,
    size_t result_step, size_t count) {
    while (count > 0) {
        size_t next = smaller(count, gathered_rows - rows->count);
        const float **lefts = rows->left + rows->count;
        float **results = rows->result + rows->count;
        VECTORISE for (size_t i = 0; i < next; i++) {
            lefts[i] = left + i * left_step, results[i] = result + i * result_step;
        }
        left += next * left_step, result += next * result_step, count -= next;
        rows->count += next;
        if (rows->count == gathered_rows) run_gathered(product, rows);
    }
}
