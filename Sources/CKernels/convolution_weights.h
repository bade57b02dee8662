// The gradient by weights, whose depth is y's pixels. If x's channels fill vectors, rows are y's channels and columns
// are x's channels under one tap, over the pixels for which that tap lies inside x. Otherwise rows are x's channels
// under all taps, for which x is padded, and columns are y's channels; or the same with x and y exchanged.

enum {
    // Pixels of the depth that are processed at a time, and for which images are padded at a time: their data stays in
    // the second-level cache.
    depth_at_once = 1024,
};

static size_t images_at_once(const rv_convolution *v) {
    return smaller(v->batch, divided_up(depth_at_once, v->out_height * v->out_width));
}

// Floats for the stretches of these images, each of which is a row of y or a part of one.
static size_t stretch_floats(const rv_convolution *v) {
    size_t count = images_at_once(v) * v->out_height * divided_up(v->out_width, depth_at_once);
    return count * (sizeof(stretch) / sizeof(float));
}

// Adds a row of pixels to `count` stretches, in parts.
static size_t add_stretches(stretch *to, size_t count, stretch row, size_t left_depth, size_t right_depth) {
    while (row.depth > 0) {
        size_t depth = smaller(row.depth, depth_at_once);
        to[count++] = (stretch){row.left, row.right, depth};
        row.left += (ptrdiff_t)(depth * left_depth), row.right += (ptrdiff_t)(depth * right_depth);
        row.depth -= depth;
    }
    return count;
}

// The number of stretches from `first` on that are processed at a time.
static size_t stretches_at_once(const stretch *stretches, size_t first, size_t count) {
    size_t depth = 0, i = first;
    while (i < count && (i == first || depth + stretches[i].depth <= depth_at_once)) depth += stretches[i++].depth;
    return i - first;
}

static size_t list_tap(stretch *to, const rv_convolution *v, size_t a, size_t b, size_t from, size_t until) {
    ptrdiff_t top = (ptrdiff_t)(a * v->dilation_height) - v->pad_top;
    ptrdiff_t left = (ptrdiff_t)(b * v->dilation_width) - v->pad_left;
    span rows = positions_inside(v->out_height, v->in_height, v->stride_height, top);
    span columns = positions_inside(v->out_width, v->in_width, v->stride_width, left);
    size_t count = 0;
    for (size_t n = from; n < until; n++) {
        for (size_t i = rows.first; i < rows.end; i++) {
            size_t y = (n * v->out_height + i) * v->out_width + columns.first;
            size_t row = n * v->in_height + (size_t)((ptrdiff_t)(i * v->stride_height) + top);
            size_t x = row * v->in_width + (size_t)((ptrdiff_t)(columns.first * v->stride_width) + left);
            stretch whole = {
                (ptrdiff_t)(y * v->out_channels), (ptrdiff_t)(x * v->in_channels), columns.end - columns.first};
            count = add_stretches(to, count, whole, v->out_channels, v->stride_width * v->in_channels);
        }
    }
    return count;
}

// The channels of y that a part computes under a tap: parts are cut from one list of all taps' channels.
static range channels_under(const rv_convolution *v, size_t tap, range share) {
    size_t start = tap * v->out_channels, end = start + v->out_channels;
    size_t first = share.first > start ? share.first : start, last = smaller(share.end, end);
    return first < last ? (range){first - start, last - start} : (range){0, 0};
}

static void weights_by_taps(
    const rv_convolution *v, const float *x, const float *dy, float *dw, float *scratch, rv_part part) {
    stretch *stretches = (stretch *)scratch;
    size_t depth = v->in_channels / v->groups, width = v->out_channels / v->groups;
    size_t taps = v->kernel_height * v->kernel_width, images = images_at_once(v);
    range share = share_in_blocks(part, taps * v->out_channels, gathered_tile_rows);
    for (size_t row = share.first; row < share.end; row++) {
        size_t place = row % v->out_channels * taps + row / v->out_channels;
        memset(dw + place * depth, 0, depth * sizeof(float));
    }
    gathered_product product = {
        .left_depth = v->out_channels, .right_depth = v->stride_width * v->in_channels, .columns = depth,
        .accumulates = 1};
    row_list rows;
    rows.count = 0;
    for (size_t from = 0; from < v->batch; from += images) {
        for (size_t t = 0; t < taps; t++) {
            range own = channels_under(v, t, share);
            if (own.first == own.end) continue;
            size_t count = list_tap(
                stretches, v, t / v->kernel_width, t % v->kernel_width, from, smaller(from + images, v->batch));
            for (size_t s = 0; s < count; s += product.stretch_count) {
                product.stretches = stretches + s, product.stretch_count = stretches_at_once(stretches, s, count);
                for (size_t o = own.first, end; o < own.end; o = end) {
                    size_t group = o / width;
                    end = smaller((group + 1) * width, own.end);
                    product.right = x + group * depth;
                    add_rows(&product, &rows, dy + o, 1, dw + (o * taps + t) * depth, taps * depth, end - o);
                    run_gathered(&product, &rows);
                }
            }
        }
    }
}

// x with its padding, in memory.
typedef struct {
    size_t height, width;
    int copied;
} padded_extents;

static padded_extents padded(const rv_convolution *v) {
    size_t height = (v->out_height - 1) * v->stride_height + (v->kernel_height - 1) * v->dilation_height + 1;
    size_t width = (v->out_width - 1) * v->stride_width + (v->kernel_width - 1) * v->dilation_width + 1;
    int inside = v->pad_top <= 0 && v->pad_left <= 0 && (ptrdiff_t)height - v->pad_top <= (ptrdiff_t)v->in_height
        && (ptrdiff_t)width - v->pad_left <= (ptrdiff_t)v->in_width;
    return inside ? (padded_extents){v->in_height, v->in_width, 0} : (padded_extents){height, width, 1};
}

static size_t padded_count(const rv_convolution *v) {
    padded_extents p = padded(v);
    return p.copied ? whole_lines(images_at_once(v) * p.height * p.width * v->in_channels) : 0;
}

static void pad(const rv_convolution *v, padded_extents p, const float *x, size_t images, float *to) {
    ptrdiff_t before = smaller_signed(v->pad_left > 0 ? v->pad_left : 0, (ptrdiff_t)p.width);
    ptrdiff_t end = smaller_signed((ptrdiff_t)v->in_width + v->pad_left, (ptrdiff_t)p.width);
    size_t c = v->in_channels, line = p.width * c, first = (size_t)before * c;
    size_t count = end > before ? (size_t)(end - before) * c : 0;
    for (size_t n = 0; n < images; n++) {
        for (size_t i = 0; i < p.height; i++, to += line) {
            ptrdiff_t row = (ptrdiff_t)i - v->pad_top;
            int inside = row >= 0 && row < (ptrdiff_t)v->in_height && count > 0;
            if (!inside) {
                memset(to, 0, line * sizeof(float));
                continue;
            }
            const float *from = x
                + ((n * v->in_height + (size_t)row) * v->in_width + (size_t)(before - v->pad_left)) * c;
            memset(to, 0, first * sizeof(float));
            memcpy(to + first, from, count * sizeof(float));
            memset(to + first + count, 0, (line - first - count) * sizeof(float));
        }
    }
}

// The places of the sums of x's channels under the taps: the first, and the distances between taps and channels.
typedef struct {
    float *start;
    ptrdiff_t tap;
    size_t channel;
} sum_places;

static size_t list_rows(stretch *to, const rv_convolution *v, padded_extents p, size_t images) {
    size_t count = 0;
    for (size_t n = 0; n < images; n++) {
        for (size_t i = 0; i < v->out_height; i++) {
            size_t x = (n * p.height + i * v->stride_height) * p.width, y = (n * v->out_height + i) * v->out_width;
            stretch whole = {(ptrdiff_t)(x * v->in_channels), (ptrdiff_t)(y * v->out_channels), v->out_width};
            count = add_stretches(to, count, whole, v->stride_width * v->in_channels, v->out_channels);
        }
    }
    return count;
}

// Adds the contributions of the listed rows of pixels to some sums of a group, which are ordered by taps and then by
// channels. x is the group's first channel.
static void add_all_taps(
    const rv_convolution *v, gathered_product product, const float *x, padded_extents p, const stretch *stretches,
    size_t count, sum_places sums, range own) {
    size_t depth = v->in_channels / v->groups;
    row_list rows;
    rows.count = 0;
    for (size_t s = 0; s < count; s += product.stretch_count, product.accumulates = 1) {
        product.stretches = stretches + s, product.stretch_count = stretches_at_once(stretches, s, count);
        for (size_t row = own.first, end; row < own.end; row = end) {
            size_t tap = row / depth, channel = row % depth;
            end = smaller((tap + 1) * depth, own.end);
            size_t a = tap / v->kernel_width, b = tap % v->kernel_width;
            size_t pixel = a * v->dilation_height * p.width + b * v->dilation_width;
            float *to = sums.start + (ptrdiff_t)tap * sums.tap + channel * sums.channel;
            add_rows(&product, &rows, x + pixel * v->in_channels + channel, 1, to, sums.channel, end - row);
        }
        run_gathered(&product, &rows);
    }
}

// Floats of working memory; sums are transposed at the end, unless x and y are exchanged.
static size_t all_taps_scratch(const rv_convolution *v, int exchanged) {
    size_t sums = v->out_channels * v->kernel_height * v->kernel_width * (v->in_channels / v->groups);
    return padded_count(v) + stretch_floats(v) + (exchanged ? 0 : sums);
}

// If x and y are exchanged, `v` is the mirrored convolution.
static void weights_by_all_taps(
    const rv_convolution *v, int exchanged, const float *x, const float *dy, float *dw, float *scratch,
    rv_part part) {
    int depthwise = is_depthwise(v);
    size_t groups = depthwise ? 1 : v->groups, depth = v->in_channels / v->groups, width = v->out_channels / groups;
    size_t taps = v->kernel_height * v->kernel_width, line = taps * depth, images = images_at_once(v);
    padded_extents p = padded(v);
    stretch *stretches = (stretch *)(scratch + padded_count(v));
    float *sums = exchanged ? dw : scratch + padded_count(v) + stretch_floats(v);
    gathered_product product = {
        .left_depth = v->stride_width * v->in_channels, .right_depth = v->out_channels, .columns = width,
        .lanewise = depthwise};
    // Rows of sums: channels under taps of groups.
    range share = share_of(part, groups * line);
    for (size_t from = 0; from < v->batch; from += images) {
        size_t some = smaller(images, v->batch - from), count = list_rows(stretches, v, p, some);
        const float *start = x + from * v->in_height * v->in_width * v->in_channels;
        if (p.copied) pad(v, p, start, some, scratch), start = scratch;
        else start -= (v->pad_top * (ptrdiff_t)v->in_width + v->pad_left) * (ptrdiff_t)v->in_channels;
        product.accumulates = from > 0;
        for (size_t row = share.first, end; row < share.end; row = end) {
            size_t g = row / line;
            end = smaller((g + 1) * line, share.end);
            float *of_group = sums + g * line * width;
            sum_places places = exchanged
                ? (sum_places){of_group + (taps - 1) * width, -(ptrdiff_t)width, taps * width}
                : (sum_places){of_group, (ptrdiff_t)(depth * width), width};
            product.right = dy + from * v->out_height * v->out_width * v->out_channels + g * width;
            range own = {row - g * line, end - g * line};
            add_all_taps(v, product, start + g * depth, p, stretches, count, places, own);
        }
    }
    if (exchanged) return;
    for (size_t row = share.first, end; row < share.end; row = end) {
        size_t g = row / line;
        end = smaller((g + 1) * line, share.end);
        transpose(dw + g * line * width + row % line, line, sums + row * width, width, end - row, width);
    }
}
