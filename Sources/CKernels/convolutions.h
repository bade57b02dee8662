// Convolutions, channels last. The method depends on the shape, not on the instruction set.

// Floats in whole cache lines.
INLINE size_t whole_lines(size_t count) { return divided_up(count, 16) * 16; }
INLINE ptrdiff_t smaller_signed(ptrdiff_t a, ptrdiff_t b) { return a < b ? a : b; }

// The convolution whose x is v's y and whose y is v's x, for strides of 1: its taps are v's in reverse.
static rv_convolution mirrored(const rv_convolution *v) {
    rv_convolution m = *v;
    m.in_height = v->out_height, m.in_width = v->out_width, m.in_channels = v->out_channels;
    m.out_height = v->in_height, m.out_width = v->in_width, m.out_channels = v->in_channels;
    m.pad_top = (ptrdiff_t)((v->kernel_height - 1) * v->dilation_height) - v->pad_top;
    m.pad_left = (ptrdiff_t)((v->kernel_width - 1) * v->dilation_width) - v->pad_left;
    return m;
}

// The positions of y for which a tap lies inside x.
typedef struct {
    size_t first, end;
} span;

static span positions_inside(size_t out, size_t in, size_t stride, ptrdiff_t tap) {
    // i stride + tap in 0 ..< in
    ptrdiff_t s = (ptrdiff_t)stride;
    ptrdiff_t first = tap < 0 ? (s - 1 - tap) / s : 0;
    ptrdiff_t end = (ptrdiff_t)in > tap ? ((ptrdiff_t)in - tap + s - 1) / s : 0;
    end = smaller_signed(end, (ptrdiff_t)out);
    return (span){(size_t)smaller_signed(first, end), (size_t)end};
}

#include "convolution_pixels.h"

#include "convolution_scatter.h"

#include "convolution_weights.h"

enum {
    // Channels below this number are few: as columns they leave most of a vector unused.
    few_channels = 8,
    // Multiples of this number of channels fill vectors.
    full_channels = 16,
};

typedef enum {
    as_product,
    by_pixels,
    by_scatter,
    by_scatter_mirrored,
    weights_of_taps,
    weights_of_all_taps,
    weights_of_all_taps_mirrored,
} convolution_way;

static convolution_way choose_way(const rv_convolution *v, rv_convolution_kind kind) {
    int one_stride = v->stride_height == 1 && v->stride_width == 1, plain = v->groups == 1;
    int one_tap = v->kernel_height == 1 && v->kernel_width == 1 && v->pad_top == 0 && v->pad_left == 0;
    int same_pixels = one_tap && one_stride && v->in_height == v->out_height && v->in_width == v->out_width;
    if (plain && same_pixels) return as_product;
    int few_inputs = plain && v->in_channels < few_channels;
    int few_outputs = plain && v->out_channels < few_channels && one_stride;
    switch (kind) {
    case RV_CONVOLUTION_FORWARD: return few_outputs ? by_scatter_mirrored : by_pixels;
    case RV_CONVOLUTION_INPUT: return few_inputs ? by_scatter : by_pixels;
    case RV_CONVOLUTION_WEIGHT:
        if (few_outputs && !few_inputs) return weights_of_all_taps_mirrored;
        return v->in_channels / v->groups % full_channels == 0 ? weights_of_taps : weights_of_all_taps;
    }
}

// A convolution of one tap: pixels are rows of matrices.
static rv_product product_of(const rv_convolution *v, rv_convolution_kind kind) {
    size_t pixels = v->batch * v->in_height * v->in_width;
    switch (kind) {
    case RV_CONVOLUTION_FORWARD: return rv_packed_product(pixels, v->out_channels, v->in_channels, 0, 1, 1);
    case RV_CONVOLUTION_INPUT: return rv_packed_product(pixels, v->in_channels, v->out_channels, 0, 0, 1);
    case RV_CONVOLUTION_WEIGHT: return rv_packed_product(v->out_channels, v->in_channels, pixels, 1, 0, 1);
    }
}

static size_t input_count(const rv_convolution *v) { return v->batch * v->in_height * v->in_width * v->in_channels; }
static size_t output_count(const rv_convolution *v) {
    return v->batch * v->out_height * v->out_width * v->out_channels;
}
static size_t weight_count(const rv_convolution *v) {
    return v->groups == 0 ? 0 : v->out_channels * v->kernel_height * v->kernel_width * (v->in_channels / v->groups);
}
static int is_empty(const rv_convolution *v) {
    return input_count(v) == 0 || output_count(v) == 0 || weight_count(v) == 0;
}

static size_t convolution_scratch(const rv_convolution *v, rv_convolution_kind kind) {
    if (is_empty(v)) return 0;
    rv_product product = product_of(v, kind);
    pixel_convolution pixels = pixels_of(v, kind);
    rv_convolution mirror = mirrored(v);
    size_t floats = 0;
    switch (choose_way(v, kind)) {
    case as_product: return product_scratch(&product);
    case by_pixels: floats = pixel_scratch(&pixels); break;
    case by_scatter: floats = scatter_scratch(v); break;
    case by_scatter_mirrored: floats = scatter_scratch(&mirror) + whole_lines(weight_count(v)); break;
    case weights_of_taps: floats = stretch_floats(v); break;
    case weights_of_all_taps: floats = all_taps_scratch(v, 0); break;
    case weights_of_all_taps_mirrored: floats = all_taps_scratch(&mirror, 1); break;
    }
    return floats * sizeof(float);
}

static void run_convolution(
    const rv_convolution *v, rv_convolution_kind kind, const float *a, const float *b, float *result, float *scratch,
    rv_part part) {
    if (is_empty(v)) {
        size_t count = kind == RV_CONVOLUTION_FORWARD ? output_count(v)
            : kind == RV_CONVOLUTION_INPUT            ? input_count(v)
                                                      : weight_count(v);
        range share = share_of(part, count);
        memset(result + share.first, 0, (share.end - share.first) * sizeof(float));
        return;
    }
    rv_product product = product_of(v, kind);
    pixel_convolution pixels = pixels_of(v, kind);
    rv_convolution mirror = mirrored(v);
    switch (choose_way(v, kind)) {
    case as_product:
        if (kind == RV_CONVOLUTION_WEIGHT) run_product(&product, b, a, result, scratch, part);
        else run_product(&product, a, b, result, scratch, part);
        break;
    case by_pixels: convolve_pixels(&pixels, a, b, result, scratch, part); break;
    case by_scatter: scatter_inputs(v, a, b, result, scratch, part); break;
    case by_scatter_mirrored:
        mirror_weights(v, b, scratch);
        scatter_inputs(&mirror, a, scratch, result, scratch + whole_lines(weight_count(v)), part);
        break;
    case weights_of_taps: weights_by_taps(v, a, b, result, scratch, part); break;
    case weights_of_all_taps: weights_by_all_taps(v, 0, a, b, result, scratch, part); break;
    case weights_of_all_taps_mirrored: weights_by_all_taps(&mirror, 1, b, a, result, scratch, part); break;
    }
}
