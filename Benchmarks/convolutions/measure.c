// Times convolutions of training steps' shapes, forward and both gradients, by CKernels and by oneDNN's primitives, one
// thread each, in turns, so that what else the machine does meets both.
//
//     apt-get install libdnnl-dev
//     K=../../Sources/CKernels
//     clang -O3 -fno-math-errno -fno-trapping-math -march=x86-64-v3 -I$K/include measure.c $K/*.c -o measure \
//         -ldnnl -lgomp -lm
//     ./measure [x86-64-v3]
//
// An instruction set chooses CKernels' kernels; DNNL_MAX_CPU_ISA=AVX2 makes oneDNN keep to the same. Arrays are
// channels last on both sides; oneDNN chooses the order of its weights, and putting them into it, or their gradient
// back, is timed with it, as a training step has to do it. Its primitives and memory are made once.
#include "../beside_onednn.h"
#include <math.h>
#include <string.h>

typedef struct {
    const char *name;
    int batch, height, width, channels, filters, kernel_height, kernel_width, stride, dilation, pad_top, pad_left;
    int out_height, out_width, groups;
} shape;

// One of a convolution's three kinds, its arrays, and oneDNN's primitives for it: the reorder of the weights comes
// before or after.
typedef struct {
    rv_convolution convolution;
    rv_convolution_kind kind;
    float *a, *b, *result, *check, *scratch;
    size_t result_count;
    dnnl_primitive_t steps[2];
    dnnl_exec_arg_t arguments[2][3];
    int counts[2], step_count;
} task;

static void demand(dnnl_status_t status, const char *what) {
    if (status == dnnl_success) return;
    fprintf(stderr, "oneDNN: %s failed with status %d\n", what, status);
    exit(1);
}

static dnnl_memory_t memory(const dnnl_memory_desc_t *description, void *place) {
    dnnl_memory_t m;
    demand(dnnl_memory_create(&m, description, engine, place), "memory");
    return m;
}

static void add_step(task *t, dnnl_primitive_desc_t choice, int count, const dnnl_exec_arg_t *arguments) {
    demand(dnnl_primitive_create(&t->steps[t->step_count], choice), "primitive");
    t->counts[t->step_count] = count;
    memcpy(t->arguments[t->step_count++], arguments, count * sizeof *arguments);
}

static void add_reorder(
    task *t, const dnnl_memory_desc_t *from, dnnl_memory_t a, const dnnl_memory_desc_t *to, dnnl_memory_t b) {
    dnnl_primitive_desc_t choice;
    demand(dnnl_reorder_primitive_desc_create(&choice, from, engine, to, engine, NULL), "reorder");
    dnnl_exec_arg_t arguments[] = {{DNNL_ARG_FROM, a}, {DNNL_ARG_TO, b}};
    add_step(t, choice, 2, arguments);
}

static void prepare_peer(task *t) {
    const rv_convolution *v = &t->convolution;
    int64_t n = v->batch, c = v->in_channels, o = v->out_channels, g = v->groups;
    dnnl_dims_t x = {n, c, v->in_height, v->in_width}, y = {n, o, v->out_height, v->out_width};
    dnnl_dims_t w = {o, c, v->kernel_height, v->kernel_width};
    dnnl_dims_t wg = {g, o / g, c / g, v->kernel_height, v->kernel_width};
    dnnl_memory_desc_t mx, my, any, own;
    dnnl_memory_desc_init_by_tag(&mx, 4, x, dnnl_f32, dnnl_nhwc);
    dnnl_memory_desc_init_by_tag(&my, 4, y, dnnl_f32, dnnl_nhwc);
    dnnl_memory_desc_init_by_tag(&any, g > 1 ? 5 : 4, g > 1 ? wg : w, dnnl_f32, dnnl_format_tag_any);
    dnnl_memory_desc_init_by_tag(&own, g > 1 ? 5 : 4, g > 1 ? wg : w, dnnl_f32, g > 1 ? dnnl_gohwi : dnnl_ohwi);
    dnnl_dims_t strides = {v->stride_height, v->stride_width};
    dnnl_dims_t dilations = {v->dilation_height - 1, v->dilation_width - 1};
    dnnl_dims_t before = {v->pad_top, v->pad_left}, after;
    after[0] = (v->out_height - 1) * v->stride_height + (v->kernel_height - 1) * v->dilation_height + 1 - v->in_height
        - v->pad_top;
    after[1] = (v->out_width - 1) * v->stride_width + (v->kernel_width - 1) * v->dilation_width + 1 - v->in_width
        - v->pad_left;
    dnnl_convolution_desc_t d;
    dnnl_primitive_desc_t hint, choice;
    demand(dnnl_dilated_convolution_forward_desc_init(&d, dnnl_forward_training, dnnl_convolution_auto, &mx, &any,
               NULL, &my, strides, dilations, before, after), "forward");
    demand(dnnl_primitive_desc_create(&hint, &d, NULL, engine, NULL), "forward");
    choice = hint;
    dnnl_query_t which = dnnl_query_weights_md;
    if (t->kind == RV_CONVOLUTION_INPUT) {
        demand(dnnl_dilated_convolution_backward_data_desc_init(
                   &d, dnnl_convolution_auto, &mx, &any, &my, strides, dilations, before, after), "by inputs");
        demand(dnnl_primitive_desc_create(&choice, &d, NULL, engine, hint), "by inputs");
    } else if (t->kind == RV_CONVOLUTION_WEIGHT) {
        demand(dnnl_dilated_convolution_backward_weights_desc_init(
                   &d, dnnl_convolution_auto, &mx, &any, NULL, &my, strides, dilations, before, after), "by weights");
        demand(dnnl_primitive_desc_create(&choice, &d, NULL, engine, hint), "by weights");
        which = dnnl_query_diff_weights_md;
    }
    const dnnl_memory_desc_t *chosen = dnnl_primitive_desc_query_md(choice, which, 0);
    dnnl_memory_t inner = memory(chosen, DNNL_MEMORY_ALLOCATE);
    if (t->kind == RV_CONVOLUTION_WEIGHT) {
        dnnl_exec_arg_t arguments[] = {
            {DNNL_ARG_SRC, memory(&mx, t->a)}, {DNNL_ARG_DIFF_DST, memory(&my, t->b)}, {DNNL_ARG_DIFF_WEIGHTS, inner}};
        add_step(t, choice, 3, arguments);
        add_reorder(t, chosen, inner, &own, memory(&own, t->result));
        return;
    }
    add_reorder(t, &own, memory(&own, t->b), chosen, inner);
    int forward = t->kind == RV_CONVOLUTION_FORWARD;
    dnnl_exec_arg_t arguments[] = {
        {forward ? DNNL_ARG_SRC : DNNL_ARG_DIFF_DST, memory(forward ? &mx : &my, t->a)}, {DNNL_ARG_WEIGHTS, inner},
        {forward ? DNNL_ARG_DST : DNNL_ARG_DIFF_SRC, memory(forward ? &my : &mx, t->result)}};
    add_step(t, choice, 3, arguments);
}

static void ours(task *t) {
    kernels->convolution(&t->convolution, t->kind, t->a, t->b, t->result, t->scratch, (rv_part){0, 1});
}

static void peer(task *t) {
    for (int i = 0; i < t->step_count; i++) {
        dnnl_primitive_execute(t->steps[i], stream, t->counts[i], t->arguments[i]);
    }
}

static task prepare(const shape *s, rv_convolution_kind kind) {
    task t = {
        .convolution = {s->batch, s->height, s->width, s->channels, s->out_height, s->out_width, s->filters,
            s->kernel_height, s->kernel_width, s->stride, s->stride, s->dilation, s->dilation, s->pad_top, s->pad_left,
            s->groups},
        .kind = kind};
    if (s->height == 1) t.convolution.stride_height = t.convolution.dilation_height = 1;
    size_t x = (size_t)s->batch * s->height * s->width * s->channels;
    size_t y = (size_t)s->batch * s->out_height * s->out_width * s->filters;
    size_t w = (size_t)s->filters * s->kernel_height * s->kernel_width * (s->channels / s->groups);
    t.a = numbers(kind == RV_CONVOLUTION_INPUT ? y : x), t.b = numbers(kind == RV_CONVOLUTION_WEIGHT ? y : w);
    t.result_count = kind == RV_CONVOLUTION_FORWARD ? y : kind == RV_CONVOLUTION_INPUT ? x : w;
    t.result = numbers(t.result_count), t.check = numbers(t.result_count);
    t.scratch = numbers(kernels->convolution_scratch(&t.convolution, kind) / sizeof(float) + 1);
    prepare_peer(&t);
    return t;
}

static void check(task *t, const char *name) {
    ours(t);
    memcpy(t->check, t->result, t->result_count * sizeof(float));
    peer(t);
    double largest = 0, difference = 0;
    for (size_t i = 0; i < t->result_count; i++) {
        largest = fmax(largest, fabs(t->result[i]));
        difference = fmax(difference, fabs(t->check[i] - t->result[i]));
    }
    if (difference <= 1e-4 * largest) return;
    fprintf(stderr, "%s, kind %d: results differ by %g of %g\n", name, t->kind, difference, largest);
    exit(1);
}

// Microseconds of one call by each side: the best of the rounds.
static void measure(task *t, double work, double best[2]) {
    void (*ways[])(task *) = {ours, peer};
    int repeats = 1e8 / (work + 20000) + 1;
    best[0] = best[1] = INFINITY;
    for (int round = 0; round < 61; round++) {
        for (int w = 0; w < 2; w++) {
            double start = now();
            for (int i = 0; i < repeats; i++) ways[w](t);
            best[w] = fmin(best[w], 1e6 * (now() - start) / repeats);
        }
    }
}

int main(int count, char **arguments) {
    start(count, arguments);
    static const shape shapes[] = {
        {"Nature CNN 1", 32, 84, 84, 4, 32, 8, 8, 4, 1, 0, 0, 20, 20, 1},
        {"Nature CNN 2", 32, 20, 20, 32, 64, 4, 4, 2, 1, 0, 0, 9, 9, 1},
        {"Nature CNN 3", 32, 9, 9, 64, 64, 3, 3, 1, 1, 0, 0, 7, 7, 1},
        {"Nature CNN 1, one image", 1, 84, 84, 4, 32, 8, 8, 4, 1, 0, 0, 20, 20, 1},
        {"Nature CNN 2, one image", 1, 20, 20, 32, 64, 4, 4, 2, 1, 0, 0, 9, 9, 1},
        {"Nature CNN 3, one image", 1, 9, 9, 64, 64, 3, 3, 1, 1, 0, 0, 7, 7, 1},
        {"MinAtar, 4 channels", 32, 10, 10, 4, 16, 3, 3, 1, 1, 0, 0, 8, 8, 1},
        {"MinAtar, 10 channels", 32, 10, 10, 10, 16, 3, 3, 1, 1, 0, 0, 8, 8, 1},
        {"MinAtar, one image", 1, 10, 10, 4, 16, 3, 3, 1, 1, 0, 0, 8, 8, 1},
        {"DCGAN 28", 64, 28, 28, 1, 64, 4, 4, 2, 1, 1, 1, 14, 14, 1},
        {"DCGAN 14", 64, 14, 14, 64, 128, 4, 4, 2, 1, 1, 1, 7, 7, 1},
        {"PixelCNN 7×7", 32, 28, 28, 1, 32, 7, 7, 1, 1, 3, 3, 28, 28, 1},
        {"PixelCNN 3×3", 32, 28, 28, 32, 32, 3, 3, 1, 1, 1, 1, 28, 28, 1},
        {"PixelCNN 1×1", 32, 28, 28, 32, 1, 1, 1, 1, 1, 0, 0, 28, 28, 1},
        {"DDPM in", 32, 28, 28, 1, 32, 3, 3, 1, 1, 1, 1, 28, 28, 1},
        {"DDPM down 1", 32, 28, 28, 32, 64, 3, 3, 2, 1, 1, 1, 14, 14, 1},
        {"DDPM down 2", 32, 14, 14, 64, 64, 3, 3, 2, 1, 1, 1, 7, 7, 1},
        {"DDPM middle", 32, 7, 7, 64, 64, 3, 3, 1, 1, 1, 1, 7, 7, 1},
        {"DDPM up 1", 32, 14, 14, 64, 64, 4, 4, 2, 1, 1, 1, 7, 7, 1},
        {"DDPM up 2", 32, 28, 28, 32, 128, 4, 4, 2, 1, 1, 1, 14, 14, 1},
        {"DDPM out 1", 32, 28, 28, 64, 32, 3, 3, 1, 1, 1, 1, 28, 28, 1},
        {"DDPM out 3", 32, 28, 28, 32, 1, 3, 3, 1, 1, 1, 1, 28, 28, 1},
        {"WaveNet, dilation 1", 8, 1, 1024, 32, 64, 1, 2, 1, 1, 0, 1, 1, 1024, 1},
        {"WaveNet, dilation 64", 8, 1, 1024, 32, 64, 1, 2, 1, 64, 0, 64, 1, 1024, 1},
        {"depthwise 3×3", 32, 14, 14, 64, 64, 3, 3, 1, 1, 1, 1, 14, 14, 64}};
    static const char *kinds[] = {"forward", "by inputs", "by weights"};
    printf("CKernels: %s\n\n| convolution | batch | x | y | kernel | | ours µs | GFLOP/s | oneDNN / ours | oneDNN µs "
           "| GFLOP/s |\n|---|--:|--:|--:|---|---|--:|--:|--:|--:|--:|\n", kernels->name);
    const char *only = getenv("ONLY");
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        const shape *s = &shapes[i];
        if (only && !strstr(s->name, only)) continue;
        double work = 2.0 * s->batch * s->out_height * s->out_width * s->filters * s->kernel_height * s->kernel_width
            * (s->channels / s->groups);
        for (int kind = 0; kind < 3; kind++) {
            double best[2];
            task t = prepare(s, kind);
            check(&t, s->name);
            measure(&t, work, best);
            printf("| %s | %d | %d×%d×%d | %d×%d×%d | %d×%d", s->name, s->batch, s->height, s->width, s->channels,
                s->out_height, s->out_width, s->filters, s->kernel_height, s->kernel_width);
            if (s->stride > 1) printf(" s%d", s->stride);
            if (s->dilation > 1) printf(" d%d", s->dilation);
            printf(" | %s | %.1f | %.0f | %.2f | %.1f | %.0f |\n", kinds[kind], best[0], 1e-3 * work / best[0],
                best[1] / best[0], best[1], 1e-3 * work / best[1]);
            fflush(stdout);
        }
    }
}
