// Convolutions, channels last.

static size_t convolution_scratch(const rv_convolution *convolution, rv_convolution_kind kind) {
    (void)convolution, (void)kind;
    return 0;
}

static void run_convolution(
    const rv_convolution *v, rv_convolution_kind kind, const float *a, const float *b, float *result, float *scratch) {
    (void)scratch;
    size_t depth = v->groups ? v->in_channels / v->groups : 0, width = v->groups ? v->out_channels / v->groups : 0;
    size_t inputs = v->batch * v->in_height * v->in_width * v->in_channels;
    size_t outputs = v->batch * v->out_height * v->out_width * v->out_channels;
    size_t weights = v->out_channels * v->kernel_height * v->kernel_width * depth;
    size_t count = kind == RV_CONVOLUTION_FORWARD ? outputs : kind == RV_CONVOLUTION_INPUT ? inputs : weights;
    memset(result, 0, count * sizeof(float));
    for (size_t output = 0; output < outputs; output++) {
        size_t o = output % v->out_channels, pixel = output / v->out_channels;
        size_t j = pixel % v->out_width, line = pixel / v->out_width, i = line % v->out_height, n = line / v->out_height;
        for (size_t p = 0; p < v->kernel_height * v->kernel_width; p++) {
            ptrdiff_t row = (ptrdiff_t)(i * v->stride_height + p / v->kernel_width * v->dilation_height) - v->pad_top;
            ptrdiff_t column = (ptrdiff_t)(j * v->stride_width + p % v->kernel_width * v->dilation_width) - v->pad_left;
            if (row < 0 || row >= (ptrdiff_t)v->in_height || column < 0 || column >= (ptrdiff_t)v->in_width) continue;
            size_t x = ((n * v->in_height + (size_t)row) * v->in_width + (size_t)column) * v->in_channels + o / width * depth;
            size_t w = (o * v->kernel_height * v->kernel_width + p) * depth;
            for (size_t c = 0; c < depth; c++) {
                switch (kind) {
                case RV_CONVOLUTION_FORWARD: result[output] += a[x + c] * b[w + c]; break;
                case RV_CONVOLUTION_INPUT: result[x + c] += a[output] * b[w + c]; break;
                case RV_CONVOLUTION_WEIGHT: result[w + c] += a[x + c] * b[output]; break;
                }
            }
        }
    }
}
