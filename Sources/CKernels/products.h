// Matrix products C = op(A) op(B), row-major, with either operand stored transposed, by one of two methods, depending
// on the shape:
//
// - tiles: a tile of C stays in registers while the depth is processed; each step multiplies a column of op(A) by
//   vectors along a row of op(B). A transposed B is packed into panels of vectors first; if C is narrower than a vector
//   and A is stored transposed, the tiles are those of Cᵀ = op(B)ᵀ op(A)ᵀ;
// - dots: if C has few rows or columns, its elements are dot products of rows that both operands are stored in.
//
// The order in which an element is summed depends only on the shape, not on the instruction set or on the part that
// computes it: in tiles step by step, in dots by sixteen lanes.

enum {
    // A packed panel of a tile's width and this depth stays in the second-level cache.
    panel_depth = 512,
    // Up to this many rows or columns, with a depth of this many times as much, are computed by dots.
    dots_limit = 16,
    dots_depth = 4,
    // Rows of the longer and of the shorter operand that dots take at a time.
    dots_at_once = KERNELS_TILE_ROWS,
    dots_rows = KERNELS_TILE_ROWS / 4,
    // A product with at least this many rows per part is divided by rows, otherwise by columns: a part packs only its
    // own.
    rows_of_a_part = 64,
};

// A product from the viewpoint of its method.
typedef struct {
    size_t m, n, k;
    int transpose_left, transpose_right;
    size_t left_line, right_line, result_line;
    enum { by_tiles, by_tiles_of_transpose, by_dots } way;
    int packs_left, packs_right;
} product_choice;

static product_choice choose_product(const rv_product *product) {
    product_choice p = {
        product->m, product->n, product->k, product->transpose_left, product->transpose_right, product->left_line,
        product->right_line, product->result_line, by_tiles, 0, 0};
    // A vector without gaps is stored in the same way whether transposed or not.
    if (p.m == 1 && p.left_line == 1) p.transpose_left = 0;
    if (p.n == 1 && p.right_line == 1) p.transpose_right = 1;
    size_t few = smaller(dots_limit, p.k / dots_depth);
    if ((p.transpose_right && p.m <= few) || (!p.transpose_left && p.n <= (p.transpose_right ? few : few / 2))) {
        p.way = by_dots;
        p.packs_left = p.transpose_left, p.packs_right = !p.transpose_right;
    } else if (p.transpose_left && p.n < vector_lanes && p.n < p.m) {
        p = (product_choice){
            p.n, p.m, p.k, !p.transpose_right, 0, p.right_line, p.left_line, p.result_line, by_tiles_of_transpose,
            0, 0};
    } else {
        // The rows of a large matrix compete for few places in the caches; packing costs as much as a row or two of the
        // result.
        p.packs_right = p.transpose_right || (p.m >= 32 && p.n * p.k > (size_t)1 << 19);
    }
    return p;
}

// Vectors along a row of the widest tile.
static size_t widest_tile(const product_choice *p) {
    size_t widest = p->m == 1 ? tile_width_of_one_row : p->m < 4 ? tile_width_of_two_rows : tile_width;
    return smaller(widest, divided_up(p->n, vector_lanes));
}

// Floats of working memory.
static size_t scratch_count(const product_choice *p) {
    if (p->way == by_dots) return (p->packs_left ? p->m * p->k : 0) + (p->packs_right ? p->n * p->k : 0);
    return p->packs_right ? widest_tile(p) * vector_lanes * smaller(p->k, panel_depth) : 0;
}

// Runs a tile whose result has columns that are `result_column` apart.
static void scatter_tile(const tile_task *task, tile_kernel kernel, size_t rows, size_t width, size_t result_column) {
    float side[tile_rows * tile_width_of_one_row * vector_lanes];
    tile_task aside = *task;
    aside.result = side, aside.result_row = width * vector_lanes;
    kernel(&aside);
    float *result = task->result;
    size_t result_row = task->result_row, side_row = aside.result_row;
    size_t columns = side_row - vector_lanes + task->last_lanes;
    for (size_t row = 0; row < rows; row++) {
        _Pragma("clang loop vectorize(disable) unroll_count(8)") for (size_t column = 0; column < columns; column++) {
            result[row * result_row + column * result_column] = side[row * side_row + column];
        }
    }
}

// Rows and columns of a product that a part computes.
typedef struct {
    range rows, columns;
} block;

static void product_by_tiles(
    const product_choice *p, block own, const float *a, const float *b, float *c, float *panels) {
    const matrix left = {a, p->transpose_left ? 1 : p->left_line, p->transpose_left ? p->left_line : 1};
    const matrix right = {b, p->transpose_right ? p->right_line : 1, p->transpose_right ? 1 : p->right_line};
    int transposed = p->way == by_tiles_of_transpose;
    size_t result_row = transposed ? 1 : p->result_line, result_column = transposed ? p->result_line : 1;
    // Widths differ by at most one: a narrow last tile would wait for its own additions.
    size_t start = own.columns.first / vector_lanes, vectors = divided_up(own.columns.end, vector_lanes) - start;
    size_t groups = divided_up(vectors, widest_tile(p));
    size_t deepest = p->packs_right ? panel_depth : p->k;
    for (size_t group = 0; group < groups; group++) {
        size_t first = vectors * group / groups, width = vectors * (group + 1) / groups - first;
        size_t column = (start + first) * vector_lanes, columns = smaller(p->n - column, width * vector_lanes);
        for (size_t step = 0; step < p->k; step += deepest) {
            size_t depth = smaller(p->k - step, deepest);
            matrix part = {
                right.start + column * right.stride + step * right.depth_stride, right.stride, right.depth_stride};
            tile_task task = {
                .depth = depth, .right = part.start, .left_row = left.stride, .left_depth = left.depth_stride,
                .right_depth = right.depth_stride, .result_row = result_row,
                .last_lanes = columns - (width - 1) * vector_lanes, .accumulates = step > 0};
            if (p->packs_right) {
                if (p->transpose_right) pack_columns(panels, part, columns, depth);
                else pack_rows(panels, part, columns, depth);
                task.right = panels, task.right_depth = width * vector_lanes;
            }
            size_t rows = width == 1 ? tile_rows_of_one_vector : tile_rows;
            for (size_t row = own.rows.first; row < own.rows.end; row += rows) {
                while (rows > own.rows.end - row) rows /= 2;
                task.left = left.start + row * left.stride + step * left.depth_stride;
                task.result = c + row * result_row + column * result_column;
                int logarithm = __builtin_ctzll(rows), partial = task.last_lanes < vector_lanes;
                tile_kernel kernel = tile_kernels[logarithm][width - 1][partial];
                if (result_column == 1) kernel(&task);
                else scatter_tile(&task, kernel, rows, width, result_column);
            }
        }
    }
}

// Rows in memory, the given number of floats apart.
typedef struct {
    const float *start;
    size_t line;
} row_store;

INLINE row_store rows_from(row_store rows, size_t first) {
    return (row_store){rows.start + first * rows.line, rows.line};
}

// Dot products of each of `few` rows `x` with `count` rows of `many`; results are `few_step` and `step` apart.
INLINE void dots(
    row_store x, const size_t few, row_store many, size_t count, size_t depth, float *result, size_t few_step,
    size_t step) {
    const float *line[dots_at_once];
    for (size_t d = 0; d < dots_at_once; d++) line[d] = many.start + smaller(d, count - 1) * many.line;
    running_sums sums[dots_rows][dots_at_once] = {0};
    size_t k = 0;
    for (; k + sum_lanes <= depth; k += sum_lanes) {
        UNROLL for (size_t i = 0; i < sum_vectors; i++) {
            size_t place = k + i * vector_lanes;
            UNROLL for (size_t d = 0; d < dots_at_once; d++) {
                vector along = load(line[d] + place);
                UNROLL for (size_t f = 0; f < few; f++) {
                    sums[f][d].parts[i] += load(x.start + f * x.line + place) * along;
                }
            }
        }
    }
    if (k < depth) {
        UNROLL for (size_t i = 0; i < sum_vectors; i++) {
            size_t place = smaller(k + i * vector_lanes, depth), lanes = smaller(depth - place, vector_lanes);
            UNROLL for (size_t d = 0; d < dots_at_once; d++) {
                vector along = load_first(line[d] + place, lanes);
                UNROLL for (size_t f = 0; f < few; f++) {
                    sums[f][d].parts[i] += load_first(x.start + f * x.line + place, lanes) * along;
                }
            }
        }
    }
    UNROLL for (size_t f = 0; f < few; f++) {
        UNROLL for (size_t d = 0; d < dots_at_once; d += 4) {
            quad four = totals(&sums[f][d]);
            float *place = result + f * few_step + d * step;
            if (step == 1 && d + 4 <= count) {
                store_quad(place, four);
            } else {
                UNROLL for (size_t i = 0; i < 4; i++) {
                    if (d + i < count) place[i * step] = four[i];
                }
            }
        }
    }
}

// The lines of both matrices are the given number of floats apart.
static void transpose(float *to, size_t to_line, const float *from, size_t from_line, size_t rows, size_t columns) {
    for (size_t r = 0; r < rows; r++) {
        for (size_t c = 0; c < columns; c++) to[c * to_line + r] = from[r * from_line + c];
    }
}

// Some rows of an operand as rows of its depth: as stored, or transposed into working memory, whose pointer then
// advances.
static row_store rows_of_operand(
    const float *start, size_t line, int packs, range own, size_t depth, float **scratch) {
    size_t count = own.end - own.first;
    if (!packs) return (row_store){start + own.first * line, line};
    row_store packed = {*scratch, depth};
    transpose(*scratch, depth, start + own.first, line, depth, count);
    *scratch += count * depth;
    return packed;
}

static void product_by_dots(
    const product_choice *p, block own, const float *a, const float *b, float *c, float *scratch) {
    size_t m = own.rows.end - own.rows.first, n = own.columns.end - own.columns.first;
    c += own.rows.first * p->result_line + own.columns.first;
    row_store left = rows_of_operand(a, p->left_line, p->packs_left, own.rows, p->k, &scratch);
    row_store right = rows_of_operand(b, p->right_line, p->packs_right, own.columns, p->k, &scratch);
    // Rows of the longer operand are processed together, against each row of the shorter one.
    int wide = m <= n;
    row_store few = wide ? left : right, many = wide ? right : left;
    size_t few_count = wide ? m : n, many_count = wide ? n : m;
    size_t few_step = wide ? p->result_line : 1, many_step = wide ? 1 : p->result_line;
    for (size_t first = 0; first < many_count; first += dots_at_once) {
        size_t count = smaller(many_count - first, dots_at_once);
        row_store lines = rows_from(many, first);
        float *result = c + first * many_step;
        size_t i = 0;
        for (; i + dots_rows <= few_count; i += dots_rows) {
            dots(rows_from(few, i), dots_rows, lines, count, p->k, result + i * few_step, few_step, many_step);
        }
        for (; i < few_count; i++) {
            dots(rows_from(few, i), 1, lines, count, p->k, result + i * few_step, few_step, many_step);
        }
    }
}

static size_t product_scratch(const rv_product *product) {
    product_choice p = choose_product(product);
    return scratch_count(&p) * sizeof(float);
}

static void product_block(
    const product_choice *p, block own, const float *a, const float *b, float *c, float *scratch) {
    switch (p->way) {
    case by_tiles: product_by_tiles(p, own, a, b, c, scratch); break;
    case by_tiles_of_transpose: product_by_tiles(p, own, b, a, c, scratch); break;
    case by_dots: product_by_dots(p, own, a, b, c, scratch); break;
    }
}

// Whether parts are rows of the products, and not columns.
static int is_cut_by_rows(const product_choice *p, size_t batch, rv_part part) {
    if (p->way == by_dots) return p->m > p->n;
    return batch * p->m >= rows_of_a_part * part.count || p->n < 2 * vector_lanes * part.count;
}

// Floats before an item of the batch.
INLINE size_t before_item(const rv_product *product, const size_t steps[2], size_t item) {
    return item / product->inner * steps[0] + item % product->inner * steps[1];
}

static void clear_results(const rv_product *product, float *c, rv_part part) {
    range share = share_of(part, product->outer * product->inner);
    for (size_t item = share.first; item < share.end; item++) {
        float *result = c + before_item(product, product->result_steps, item);
        for (size_t row = 0; row < product->m; row++) {
            memset(result + row * product->result_line, 0, product->n * sizeof(float));
        }
    }
}

// The batch's products are divided as one long list of blocks of rows or columns.
static void run_product(
    const rv_product *product, const float *a, const float *b, float *c, float *scratch, rv_part part) {
    size_t batch = product->outer * product->inner;
    if (product->k == 0) clear_results(product, c, part);
    if (batch == 0 || product->m == 0 || product->n == 0 || product->k == 0) return;
    product_choice p = choose_product(product);
    if (batch == 1 && part.count == 1) {
        product_block(&p, (block){{0, p.m}, {0, p.n}}, a, b, c, scratch);
        return;
    }
    int by_rows = is_cut_by_rows(&p, batch, part);
    size_t step = by_rows ? tile_rows : vector_lanes, extent = by_rows ? p.m : p.n;
    size_t blocks = divided_up(extent, step);
    range share = share_of(part, batch * blocks);
    while (share.first < share.end) {
        size_t item = share.first / blocks, first = share.first % blocks;
        size_t end = smaller(blocks, first + share.end - share.first);
        range cut = {first * step, smaller(end * step, extent)};
        block own = by_rows ? (block){cut, {0, p.n}} : (block){{0, p.m}, cut};
        product_block(
            &p, own, a + before_item(product, product->left_steps, item),
            b + before_item(product, product->right_steps, item), c + before_item(product, product->result_steps, item),
            scratch);
        share.first += end - first;
    }
}
