// The gradient by inputs if x has few channels, which would leave most of a vector unused. A product of the weights and
// y's gradient has a row for each tap and channel and a column for each pixel of y; these rows are added at the places
// of their taps in x's gradient. A row of x's gradient is gathered as one row for each channel and each of the
// positions within a stride, so that neighbours in y stay neighbours.

enum {
    // Floats for the products of a block of rows, which stay in the second-level cache.
    scattered_floats = 1 << 17,
};

// The pixels of a row of y for which one of a kernel row's taps lies inside x, and the place of the first one in a
// gathered row.
typedef struct {
    size_t first, count, residue, place;
} tap_span;

typedef struct {
    size_t rows;          // of x at a time
    size_t product_rows;  // of y that they need
    size_t line;          // of a gathered row: positions that are a stride apart
    size_t tap_step;      // from tap to tap of the same residue
    int in_place;         // a gathered row is a row of x's gradient
} scatter_plan;

static scatter_plan plan_scatter(const rv_convolution *v) {
    size_t taps = v->kernel_height * v->kernel_width * v->in_channels;
    size_t reach = (v->kernel_height - 1) * v->dilation_height, stride = v->stride_height;
    size_t least = divided_up(reach, stride) + 1, fitting = scattered_floats / (taps * v->out_width);
    scatter_plan plan = {
        .line = divided_up(v->in_width, v->stride_width), .tap_step = 1,
        .in_place = v->in_channels == 1 && v->stride_width == 1};
    while (plan.tap_step * v->dilation_width % v->stride_width != 0) plan.tap_step++;
    plan.product_rows = smaller(v->out_height, least < fitting ? fitting : least);
    plan.rows = plan.product_rows == v->out_height ? v->in_height : (plan.product_rows - 1) * stride - reach + 1;
    return plan;
}

static rv_product scatter_product(const rv_convolution *v, size_t rows) {
    size_t taps = v->kernel_height * v->kernel_width * v->in_channels;
    return rv_packed_product(taps, rows * v->out_width, v->out_channels, 1, 1, 1);
}

// The offsets of the parts of the working memory, in floats. The products lie at its start.
typedef struct {
    size_t gathered;  // a row
    size_t spans;     // one for each tap of a kernel row
    size_t reaching;  // the products with the rows of y that reach a row of x
    size_t product;   // the matrix product's
    size_t count;
} scatter_memory;

static scatter_memory share_memory(const rv_convolution *v, const scatter_plan *plan) {
    rv_product product = scatter_product(v, plan->product_rows);
    scatter_memory m = {.gathered = whole_lines(product.m * product.n)};
    m.spans = m.gathered + whole_lines(plan->line * v->stride_width * v->in_channels);
    m.reaching = m.spans + whole_lines(v->kernel_width * sizeof(tap_span) / sizeof(float));
    m.product = m.reaching + whole_lines(v->kernel_height * sizeof(float *) / sizeof(float));
    m.count = m.product + product_scratch(&product) / sizeof(float);
    return m;
}

static size_t scatter_scratch(const rv_convolution *v) {
    scatter_plan plan = plan_scatter(v);
    return share_memory(v, &plan).count;
}

static void find_spans(const rv_convolution *v, tap_span *spans) {
    for (size_t b = 0; b < v->kernel_width; b++) {
        ptrdiff_t stride = (ptrdiff_t)v->stride_width, tap = (ptrdiff_t)(b * v->dilation_width) - v->pad_left;
        span inside = positions_inside(v->out_width, v->in_width, v->stride_width, tap);
        size_t count = inside.end - inside.first, residue = (size_t)((tap % stride + stride) % stride);
        size_t place = count > 0 ? (size_t)((ptrdiff_t)inside.first * stride + tap) / v->stride_width : 0;
        spans[b] = (tap_span){inside.first, count, residue, place};
    }
}

// A gathered row: for the rows of y that reach it, `reaching` holds the products with the kernel row that does so.
static void gather_row(
    const rv_convolution *v, const scatter_plan *plan, const tap_span *spans, const float *const *reaching,
    size_t count, size_t pixels, float *row) {
    for (size_t c = 0; c < v->in_channels; c++) {
        for (size_t residue = 0; residue < v->stride_width; residue++, row += plan->line) {
            size_t tap = 0;
            while (tap < v->kernel_width && spans[tap].residue != residue) tap++;
            for (size_t first = 0; first < plan->line; first += vector_lanes) {
                vector sum = {0};
                for (size_t i = 0; i < count; i++) {
                    for (size_t b = tap; b < v->kernel_width; b += plan->tap_step) {
                        // The start and end of the span in this vector.
                        ptrdiff_t begin = (ptrdiff_t)(spans[b].place - first);
                        ptrdiff_t end = smaller_signed(begin + (ptrdiff_t)spans[b].count, vector_lanes);
                        if (end <= 0 || begin >= vector_lanes) continue;
                        const float *from = reaching[i] + (b * v->in_channels + c) * pixels + spans[b].first;
                        sum += load_between(from - begin, begin > 0 ? (size_t)begin : 0, (size_t)end);
                    }
                }
                size_t lanes = smaller(plan->line - first, vector_lanes);
                if (lanes == vector_lanes) store(row + first, sum);
                else store_first(row + first, sum, lanes);
            }
        }
    }
}

// Moves the elements of a gathered row to their places.
static void interleave(const rv_convolution *v, const scatter_plan *plan, const float *row, float *to) {
    size_t channels = v->in_channels, stride = v->stride_width;
    for (size_t c = 0; c < channels; c++) {
        for (size_t first = 0; first < stride; first++, row += plan->line) {
            const float *from = row;
            for (size_t j = first; j < v->in_width; j += stride) to[j * channels + c] = *from++;
        }
    }
}

// Lists the products with the kernel rows that reach row h of x; the products are for `rows` rows of y, starting from
// `first`.
static size_t list_reaching(
    const rv_convolution *v, size_t h, size_t first, size_t rows, const float *products, const float **to) {
    size_t count = 0, kernel_row = v->kernel_width * v->in_channels * rows * v->out_width;
    for (size_t a = 0; a < v->kernel_height; a++, products += kernel_row) {
        ptrdiff_t place = (ptrdiff_t)h + v->pad_top - (ptrdiff_t)(a * v->dilation_height);
        size_t i = (size_t)place / v->stride_height;
        if (place < 0 || (size_t)place % v->stride_height != 0 || i < first || i >= first + rows) continue;
        to[count++] = products + (i - first) * v->out_width;
    }
    return count;
}

// `w` has a row for each of y's channels. Parts are blocks of rows.
static void scatter_inputs(
    const rv_convolution *v, const float *dy, const float *w, float *dx, float *scratch, rv_part part) {
    scatter_plan plan = plan_scatter(v);
    scatter_memory m = share_memory(v, &plan);
    float *products = scratch, *gathered = scratch + m.gathered;
    tap_span *spans = (tap_span *)(scratch + m.spans);
    const float **reaching = (const float **)(scratch + m.reaching);
    find_spans(v, spans);
    ptrdiff_t reach = (ptrdiff_t)((v->kernel_height - 1) * v->dilation_height);
    size_t blocks = divided_up(v->in_height, plan.rows);
    range share = share_of(part, v->batch * blocks);
    for (size_t b = share.first; b < share.end; b++) {
        size_t n = b / blocks, start = b % blocks * plan.rows, end = smaller(start + plan.rows, v->in_height);
        // Rows of y with a tap in these rows of x: from the first row whose last tap reaches them to the last row whose
        // first tap does not lie past them.
        size_t first = positions_inside(v->out_height, start, v->stride_height, reach - v->pad_top).end;
        size_t last = positions_inside(v->out_height, end, v->stride_height, -v->pad_top).end;
        size_t rows = last > first ? last - first : 0;
        rv_product product = scatter_product(v, rows);
        const float *right = dy + (n * v->out_height + first) * v->out_width * v->out_channels;
        run_product(&product, w, right, products, scratch + m.product, (rv_part){0, 1});
        for (size_t h = start; h < end; h++) {
            size_t count = list_reaching(v, h, first, rows, products, reaching);
            float *row = dx + (n * v->in_height + h) * v->in_width * v->in_channels;
            gather_row(v, &plan, spans, reaching, count, product.n, plan.in_place ? row : gathered);
            if (!plan.in_place) interleave(v, &plan, gathered, row);
        }
    }
}

// The weights of the mirrored convolution: by x's channels, with the taps in reverse.
static void mirror_weights(const rv_convolution *v, const float *w, float *to) {
    size_t taps = v->kernel_height * v->kernel_width;
    for (size_t c = 0; c < v->in_channels; c++) {
        for (size_t t = taps; t-- > 0;) {
            for (size_t o = 0; o < v->out_channels; o++) *to++ = w[(o * taps + t) * v->in_channels + c];
        }
    }
}
