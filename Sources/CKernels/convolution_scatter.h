// The gradient by inputs where x has few channels: the product of y's gradient, a matrix with a row a pixel, and the
// weights has a column for each tap and channel, and each row of it is added to x's gradient under the pixel's taps.
// The result's few channels alone would leave most of a vector unused.

// Pixels done at a time.
enum { scattered_pixels = 64 };

static rv_product scatter_product(const rv_convolution *v, size_t pixels) {
    return (rv_product){pixels, v->kernel_height * v->kernel_width * v->in_channels, v->out_channels, 0, 0};
}

// Floats of working memory: the products, and what making them needs.
static size_t scatter_scratch(const rv_convolution *v) {
    rv_product product = scatter_product(v, scattered_pixels);
    return scattered_pixels * product.n + product_scratch(&product) / sizeof(float);
}

static void add_taps(const rv_convolution *v, const float *taps, size_t i, size_t j, float *image) {
    size_t line = v->kernel_width * v->in_channels;
    ptrdiff_t column = (ptrdiff_t)(j * v->stride_width) - v->pad_left;
    for (size_t a = 0; a < v->kernel_height; a++, taps += line) {
        ptrdiff_t row = (ptrdiff_t)(i * v->stride_height + a * v->dilation_height) - v->pad_top;
        if (row < 0 || row >= (ptrdiff_t)v->in_height) continue;
        float *to = image + (size_t)row * v->in_width * v->in_channels;
        for (size_t b = 0; b < v->kernel_width; b++) {
            ptrdiff_t at = column + (ptrdiff_t)(b * v->dilation_width);
            if (at < 0 || at >= (ptrdiff_t)v->in_width) continue;
            for (size_t c = 0; c < v->in_channels; c++) {
                to[(size_t)at * v->in_channels + c] += taps[b * v->in_channels + c];
            }
        }
    }
}

// `w` has a row for each of y's channels.
static void scatter_inputs(const rv_convolution *v, const float *dy, const float *w, float *dx, float *scratch) {
    size_t image = v->in_height * v->in_width * v->in_channels, pixels = v->out_height * v->out_width;
    memset(dx, 0, v->batch * image * sizeof(float));
    rv_product whole = scatter_product(v, scattered_pixels);
    float *taps = scratch, *working = scratch + scattered_pixels * whole.n;
    for (size_t first = 0; first < v->batch * pixels; first += scattered_pixels) {
        rv_product product = scatter_product(v, smaller(v->batch * pixels - first, scattered_pixels));
        run_product(&product, dy + first * v->out_channels, w, taps, working);
        for (size_t p = 0; p < product.m; p++) {
            size_t n = (first + p) / pixels, pixel = (first + p) % pixels;
            add_taps(v, taps + p * product.n, pixel / v->out_width, pixel % v->out_width, dx + n * image);
        }
    }
}

// The weights as those of the mirrored convolution: by x's channels, taps in reverse.
static void mirror_weights(const rv_convolution *v, const float *w, float *to) {
    size_t taps = v->kernel_height * v->kernel_width;
    for (size_t c = 0; c < v->in_channels; c++) {
        for (size_t t = taps; t-- > 0;) {
            for (size_t o = 0; o < v->out_channels; o++) *to++ = w[(o * taps + t) * v->in_channels + c];
        }
    }
}
