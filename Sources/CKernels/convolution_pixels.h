// The convolutions whose result has pixels, forward and by inputs: each pixel gathers from the source's pixels under
// its taps. Pixels with the same taps inside the source are computed together, so that nothing is padded and nothing is
// multiplied by zero.

// One axis: tap t of the result's position i lies at (i step + t dilation - pad) / divisor in the source, if that is
// whole and inside.
typedef struct {
    size_t extent, source, taps;
    size_t step, divisor, dilation;
    ptrdiff_t pad;
} axis;

// Positions first, first + divisor, … with the same taps inside: tap, tap + tap_step, …
typedef struct {
    size_t first, count, tap, tap_step, taps;
    ptrdiff_t source;             // of the first position's first tap
    size_t source_step, tap_span;  // from position to position, and from tap to tap
} axis_run;

static axis_run run_from(const axis *a, size_t first) {
    axis_run run = {.first = first, .tap_step = 1, .source_step = a->step};
    while (run.tap_step * a->dilation % a->divisor != 0) run.tap_step++;
    run.tap_span = run.tap_step * a->dilation / a->divisor;
    ptrdiff_t limit = (ptrdiff_t)(a->source * a->divisor), dilation = (ptrdiff_t)a->dilation;
    ptrdiff_t start = (ptrdiff_t)(first * a->step) - a->pad, move = (ptrdiff_t)(a->step * a->divisor);
    ptrdiff_t count = (ptrdiff_t)divided_up(a->extent - first, a->divisor);
    size_t tap = 0;
    while (tap < run.tap_step && (start + (ptrdiff_t)tap * dilation) % (ptrdiff_t)a->divisor != 0) tap++;
    if (tap < run.tap_step) {
        // A tap that still lies before the source will enter it; the last one inside will leave it.
        for (; tap < a->taps; tap += run.tap_step) {
            ptrdiff_t before = -(start + (ptrdiff_t)tap * dilation);
            if (before <= 0) break;
            count = smaller_signed(count, (before + move - 1) / move);
        }
        ptrdiff_t place = start + (ptrdiff_t)tap * dilation;
        run.tap = tap, run.source = place / (ptrdiff_t)a->divisor;
        for (; tap < a->taps && place < limit; tap += run.tap_step, run.taps++) {
            count = smaller_signed(count, (limit - place + move - 1) / move);
            place += (ptrdiff_t)run.tap_step * dilation;
        }
    }
    run.count = (size_t)count;
    return run;
}

// The position that starts the next run: of the same residue, or the first of the next one.
static size_t after_run(const axis *a, const axis_run *run) {
    size_t next = run->first + run->count * a->divisor, residue = run->first % a->divisor + 1;
    return next < a->extent ? next : residue < a->divisor ? smaller(residue, a->extent) : a->extent;
}

// A convolution from the viewpoint of its result's pixels. A group's panels hold, for each tap and each of the `depth`
// channels of the source, a row of factors for the `columns` channels of the result.
typedef struct {
    axis rows, columns;
    size_t batch, groups, source_channels, result_channels, depth, width;
    int by_inputs, lanewise;
} pixel_convolution;

static int is_depthwise(const rv_convolution *v) {
    return v->groups > 1 && v->groups == v->in_channels && v->groups == v->out_channels;
}

static pixel_convolution pixels_of(const rv_convolution *v, rv_convolution_kind kind) {
    int by_inputs = kind == RV_CONVOLUTION_INPUT, depthwise = is_depthwise(v);
    pixel_convolution p = {
        .rows = {v->out_height, v->in_height, v->kernel_height, v->stride_height, 1, v->dilation_height, v->pad_top},
        .columns = {v->out_width, v->in_width, v->kernel_width, v->stride_width, 1, v->dilation_width, v->pad_left},
        .batch = v->batch, .groups = depthwise ? 1 : v->groups, .source_channels = v->in_channels,
        .result_channels = v->out_channels, .depth = v->in_channels / v->groups,
        .width = depthwise ? v->out_channels : v->out_channels / v->groups, .lanewise = depthwise};
    if (by_inputs) {
        // The taps in the order in which they lie in y's gradient: the kernel's last tap comes first.
        rv_convolution m = mirrored(v);
        p = (pixel_convolution){
            .rows = {m.out_height, m.in_height, v->kernel_height, 1, v->stride_height, v->dilation_height, m.pad_top},
            .columns = {m.out_width, m.in_width, v->kernel_width, 1, v->stride_width, v->dilation_width, m.pad_left},
            .batch = v->batch, .groups = p.groups, .source_channels = v->out_channels,
            .result_channels = v->in_channels, .depth = v->out_channels / v->groups,
            .width = depthwise ? v->in_channels : v->in_channels / v->groups, .by_inputs = 1, .lanewise = depthwise};
    }
    return p;
}

static size_t taps_of(const pixel_convolution *p) { return p->rows.taps * p->columns.taps; }

static size_t panel_count(const pixel_convolution *p) {
    return taps_of(p) * p->depth * divided_up(p->width, vector_lanes) * vector_lanes;
}

// Floats of working memory: a group's panels and the stretches of the depth.
static size_t pixel_scratch(const pixel_convolution *p) {
    return panel_count(p) + taps_of(p) * (sizeof(stretch) / sizeof(float));
}

// Packs the weights of a group for the width of one tile.
static void pack_taps(float *panel, const pixel_convolution *p, const float *w, size_t column, size_t columns) {
    size_t taps = taps_of(p), row = divided_up(columns, vector_lanes) * vector_lanes;
    if (p->lanewise) {
        for (size_t t = 0; t < taps; t++) {
            for (size_t l = 0; l < columns; l++) {
                panel[t * row + l] = w[(column + l) * taps + (p->by_inputs ? taps - 1 - t : t)];
            }
        }
    } else if (!p->by_inputs) {
        size_t line = taps * p->depth;
        pack_columns(panel, (matrix){w + column * line, line, 1}, columns, line);
    } else {
        for (size_t t = 0; t < taps; t++) {
            matrix tap = {w + (taps - 1 - t) * p->width + column, 1, taps * p->width};
            pack_rows(panel + t * p->depth * row, tap, columns, p->depth);
        }
    }
}

// Packs some of a group's columns.
static void pack_group(float *panels, const pixel_convolution *p, const float *w, range columns) {
    size_t count = columns.end - columns.first;
    width_list widths = widths_of(count);
    for (size_t i = 0; i < widths.count; i++) {
        size_t column = first_vector(widths, i) * vector_lanes, end = first_vector(widths, i + 1) * vector_lanes;
        float *panel = panels + column * taps_of(p) * p->depth;
        pack_taps(panel, p, w, columns.first + column, smaller(end, count) - column);
    }
}

// The stretches of the taps inside; adjacent taps in the source and in the panels are merged.
static size_t list_stretches(
    stretch *to, const pixel_convolution *p, const axis_run *rows, const axis_run *columns, size_t left_depth) {
    size_t count = 0;
    for (size_t a = 0; a < rows->taps; a++) {
        for (size_t b = 0; b < columns->taps; b++) {
            size_t pixel = a * rows->tap_span * p->columns.source + b * columns->tap_span;
            size_t tap = (rows->tap + a * rows->tap_step) * p->columns.taps + columns->tap + b * columns->tap_step;
            stretch s = {(ptrdiff_t)(pixel * p->source_channels), (ptrdiff_t)(tap * p->depth), p->depth};
            stretch *last = to + count - 1;
            if (count > 0 && last->left + (ptrdiff_t)(last->depth * left_depth) == s.left
                && last->right + (ptrdiff_t)last->depth == s.right) {
                last->depth += s.depth;
            } else {
                to[count++] = s;
            }
        }
    }
    return count;
}

static void gather_pixels(
    const pixel_convolution *p, gathered_product *product, stretch *stretches, const axis_run *rows,
    const axis_run *columns, const float *source, float *result, rv_part part) {
    product->left_depth = p->lanewise ? columns->tap_span * p->source_channels : 1;
    product->stretch_count = list_stretches(stretches, p, rows, columns, product->left_depth);
    // Without taps inside, only the place of the result matters.
    int inside = product->stretch_count > 0;
    row_list list;
    list.count = 0;
    range share = share_of(part, p->batch * rows->count);
    for (size_t row = share.first; row < share.end; row++) {
        size_t n = row / rows->count, i = row % rows->count;
        size_t y = n * p->rows.extent + rows->first + i * p->rows.divisor;
        size_t from = n * p->rows.source + (inside ? (size_t)rows->source + i * rows->source_step : 0);
        float *to = result + (y * p->columns.extent + columns->first) * p->result_channels;
        const float *left = source
            + (inside ? from * p->columns.source + (size_t)columns->source : 0) * p->source_channels;
        add_rows(
            product, &list, left, inside ? columns->source_step * p->source_channels : 0, to,
            p->columns.divisor * p->result_channels, columns->count);
    }
    run_gathered(product, &list);
}

enum {
    // With at least this many pixels per part, parts are rows of pixels and each packs all weights; otherwise they are
    // columns, if there are enough to fill tiles, and each packs its own.
    pixels_of_a_part = 512,
};

static int is_cut_by_columns(const pixel_convolution *p, rv_part part) {
    return p->batch * p->rows.extent * p->columns.extent < pixels_of_a_part * part.count
        && p->width >= 2 * vector_lanes * part.count;
}

static void convolve_pixels(
    const pixel_convolution *p, const float *source, const float *w, float *result, float *scratch, rv_part part) {
    stretch *stretches = (stretch *)(scratch + panel_count(p));
    range own = {0, p->width};
    if (is_cut_by_columns(p, part)) {
        own = share_in_blocks(part, p->width, vector_lanes);
        part = (rv_part){0, 1};
    }
    gathered_product product = {
        .stretches = stretches, .right = scratch, .packed_depth = taps_of(p) * p->depth,
        .columns = own.end - own.first, .lanewise = p->lanewise};
    for (size_t g = 0; g < p->groups; g++) {
        pack_group(scratch, p, w, own);
        for (size_t i = 0; i < p->rows.extent;) {
            axis_run rows = run_from(&p->rows, i);
            for (size_t j = 0; j < p->columns.extent;) {
                axis_run columns = run_from(&p->columns, j);
                gather_pixels(
                    p, &product, stretches, &rows, &columns, source + (p->lanewise ? own.first : 0),
                    result + own.first, part);
                j = after_run(&p->columns, &columns);
            }
            i = after_run(&p->rows, &rows);
        }
        source += p->depth, result += p->width;
        w += taps_of(p) * p->depth * p->width;
    }
}
