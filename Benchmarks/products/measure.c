// Times matrix products of training steps' shapes by CKernels, by oneDNN's sgemm and matmul primitive and by OpenBLAS,
// one thread each, in turns, so that what else the machine does meets all of them.
//
//     apt-get install libopenblas-dev libdnnl-dev
//     K=../../Sources/CKernels
//     clang -O3 -fno-math-errno -fno-trapping-math -march=x86-64-v3 -I$K/include measure.c $K/*.c -o measure \
//         -lopenblas -ldnnl -lgomp -lm
//     ./measure [x86-64-v3]
//
// An instruction set chooses CKernels' kernels; DNNL_MAX_CPU_ISA=AVX2 makes oneDNN keep to the same.
#include "../beside_onednn.h"
#include <cblas.h>
#include <math.h>
#include <string.h>

void openblas_set_num_threads(int);
char *openblas_get_corename(void);

typedef struct {
    int m, n, k, transpose_left, transpose_right;
    float *a, *b, *c, *scratch;
    dnnl_primitive_t primitive;
    dnnl_exec_arg_t arguments[3];
} product;

static rv_product shape(const product *p) {
    return rv_packed_product(p->m, p->n, p->k, p->transpose_left, p->transpose_right, 1);
}

static void ours(product *p) {
    rv_product s = shape(p);
    kernels->product(&s, p->a, p->b, p->c, p->scratch, (rv_part){0, 1});
}

static void openblas(product *p) {
    CBLAS_TRANSPOSE left = p->transpose_left ? CblasTrans : CblasNoTrans;
    CBLAS_TRANSPOSE right = p->transpose_right ? CblasTrans : CblasNoTrans;
    cblas_sgemm(CblasRowMajor, left, right, p->m, p->n, p->k, 1, p->a, p->transpose_left ? p->m : p->k, p->b,
        p->transpose_right ? p->k : p->n, 0, p->c, p->n);
}

static void primitive(product *p) { dnnl_primitive_execute(p->primitive, stream, 3, p->arguments); }

static void sgemm(product *p) {
    dnnl_sgemm(p->transpose_left ? 'T' : 'N', p->transpose_right ? 'T' : 'N', p->m, p->n, p->k, 1, p->a,
        p->transpose_left ? p->m : p->k, p->b, p->transpose_right ? p->k : p->n, 0, p->c, p->n);
}

static void prepare(product *p) {
    p->a = numbers((size_t)p->m * p->k), p->b = numbers((size_t)p->k * p->n), p->c = numbers((size_t)p->m * p->n);
    rv_product s = shape(p);
    p->scratch = numbers(kernels->product_scratch(&s) / sizeof(float) + 1);
    dnnl_dims_t da = {p->m, p->k}, db = {p->k, p->n}, dc = {p->m, p->n};
    dnnl_dims_t sa = {p->transpose_left ? 1 : p->k, p->transpose_left ? p->m : 1};
    dnnl_dims_t sb = {p->transpose_right ? 1 : p->n, p->transpose_right ? p->k : 1}, sc = {p->n, 1};
    dnnl_memory_desc_t ma, mb, mc;
    dnnl_memory_desc_init_by_strides(&ma, 2, da, dnnl_f32, sa);
    dnnl_memory_desc_init_by_strides(&mb, 2, db, dnnl_f32, sb);
    dnnl_memory_desc_init_by_strides(&mc, 2, dc, dnnl_f32, sc);
    dnnl_matmul_desc_t description;
    dnnl_matmul_desc_init(&description, &ma, &mb, NULL, &mc);
    dnnl_primitive_desc_t choice;
    dnnl_primitive_desc_create(&choice, &description, NULL, engine, NULL);
    dnnl_primitive_create(&p->primitive, choice);
    dnnl_memory_t xa, xb, xc;
    dnnl_memory_create(&xa, &ma, engine, p->a);
    dnnl_memory_create(&xb, &mb, engine, p->b);
    dnnl_memory_create(&xc, &mc, engine, p->c);
    p->arguments[0] = (dnnl_exec_arg_t){DNNL_ARG_SRC, xa};
    p->arguments[1] = (dnnl_exec_arg_t){DNNL_ARG_WEIGHTS, xb};
    p->arguments[2] = (dnnl_exec_arg_t){DNNL_ARG_DST, xc};
}

typedef struct {
    const char *name;
    void (*run)(product *);
} way;

static const way ways[] = {{"ours", ours}, {"sgemm", sgemm}, {"primitive", primitive}, {"OpenBLAS", openblas}};
enum { way_count = sizeof ways / sizeof *ways, rounds = 15 };

// Microseconds of one call by each way: the best of the rounds. Results are checked against the first way's.
static void measure(product *p, double *best) {
    size_t count = (size_t)p->m * p->n;
    float *reference = numbers(count);
    for (int w = 0; w < way_count; w++) {
        best[w] = INFINITY;
        ways[w].run(p);
        if (w == 0) memcpy(reference, p->c, count * sizeof(float));
        for (size_t i = 0; i < count; i++) {
            if (!(fabsf(p->c[i] - reference[i]) <= 1e-3f * (1 + fabsf(reference[i])))) {
                fprintf(stderr, "%d x %d x %d: %s differs\n", p->m, p->n, p->k, ways[w].name);
                exit(1);
            }
        }
    }
    free(reference);
    int repeats = 2e8 / (2.0 * p->m * p->n * p->k + 20000) + 1;
    for (int round = 0; round < rounds; round++) {
        for (int w = 0; w < way_count; w++) {
            double start = now();
            for (int i = 0; i < repeats; i++) ways[w].run(p);
            best[w] = fmin(best[w], 1e6 * (now() - start) / repeats);
        }
    }
}

int main(int count, char **arguments) {
    start(count, arguments);
    openblas_set_num_threads(1);
    product products[] = {
        // Acting with one and with eight environments.
        {1, 128, 4, 0, 1}, {1, 128, 128, 0, 1}, {1, 2, 128, 0, 1}, {1, 128, 4}, {1, 128, 128}, {8, 128, 128, 0, 1},
        // Deep Q-learning, 4-128-128-2 and 4-256-256-2, a batch of 64: forward, the inputs' and the weights' gradients.
        {64, 128, 4, 0, 1}, {64, 128, 128, 0, 1}, {64, 2, 128, 0, 1}, {64, 128, 2}, {64, 128, 128}, {2, 128, 64, 1},
        {128, 128, 64, 1}, {128, 4, 64, 1}, {64, 256, 4, 0, 1}, {64, 256, 256, 0, 1}, {64, 2, 256, 0, 1}, {64, 256, 2},
        {64, 256, 256}, {2, 256, 64, 1}, {256, 256, 64, 1}, {256, 4, 64, 1},
        // REINFORCE, 4-128-2, 500 steps.
        {500, 128, 4, 0, 1}, {500, 2, 128, 0, 1}, {500, 128, 2}, {2, 128, 500, 1}, {128, 4, 500, 1},
        // A variational autoencoder, 784-400-20, a batch of 128.
        {128, 400, 784, 0, 1}, {128, 20, 400, 0, 1}, {128, 400, 20, 0, 1}, {128, 784, 400, 0, 1}, {128, 400, 784},
        {784, 400, 128, 1}, {128, 20, 400}, {400, 20, 128, 1}, {128, 400, 20}, {20, 400, 128, 1}, {400, 784, 128, 1},
        // Odd and large extents.
        {17, 33, 65, 0, 1}, {64, 12, 128}, {256, 256, 256}, {512, 512, 512, 0, 1}, {1024, 1024, 1024},
        {1024, 1024, 1024, 0, 1}, {1024, 1024, 1024, 1}};
    printf("CKernels: %s, OpenBLAS: %s\n\n", kernels->name, openblas_get_corename());
    printf("| m×n×k | transposed | ours µs | GFLOP/s | sgemm / ours | sgemm µs | GFLOP/s | primitive µs "
           "| OpenBLAS µs |\n|---|---|--:|--:|--:|--:|--:|--:|--:|\n");
    for (size_t i = 0; i < sizeof products / sizeof *products; i++) {
        product *p = &products[i];
        prepare(p);
        double flops = 2e-3 * p->m * p->n * p->k, t[way_count];
        measure(p, t);
        const char *transposed = p->transpose_left ? "left" : p->transpose_right ? "right" : "";
        printf("| %d×%d×%d | %s | %.2f | %.0f | %.2f | %.2f | %.0f | %.2f | %.2f |\n", p->m, p->n, p->k, transposed,
            t[0], flops / t[0], t[1] / t[0], t[1], flops / t[1], t[2], t[3]);
        fflush(stdout);
    }
}
