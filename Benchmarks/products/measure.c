// Times matrix products of training steps' shapes by OpenBLAS, by oneDNN's matmul primitive and by oneDNN's sgemm,
// one thread each.
//
//     apt-get install libopenblas-dev libdnnl-dev
//     cc -O2 measure.c -o measure -lopenblas -ldnnl -lgomp && ./measure
#include <cblas.h>
#include <dnnl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

void openblas_set_num_threads(int);
char *openblas_get_corename(void);
void omp_set_num_threads(int);

static dnnl_engine_t engine;
static dnnl_stream_t stream;

typedef struct {
    int m, n, k, transpose_left, transpose_right;
    float *a, *b, *c;
    dnnl_primitive_t primitive;
    dnnl_exec_arg_t arguments[3];
} product;

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + 1e-9 * t.tv_nsec;
}

static void openblas(product *p) {
    cblas_sgemm(CblasRowMajor, p->transpose_left ? CblasTrans : CblasNoTrans, p->transpose_right ? CblasTrans : CblasNoTrans,
        p->m, p->n, p->k, 1, p->a, p->transpose_left ? p->m : p->k, p->b, p->transpose_right ? p->k : p->n, 0, p->c, p->n);
}

static void primitive(product *p) { dnnl_primitive_execute(p->primitive, stream, 3, p->arguments); }

static void sgemm(product *p) {
    dnnl_sgemm(p->transpose_left ? 'T' : 'N', p->transpose_right ? 'T' : 'N', p->m, p->n, p->k, 1, p->a,
        p->transpose_left ? p->m : p->k, p->b, p->transpose_right ? p->k : p->n, 0, p->c, p->n);
}

static float *numbers(size_t count) {
    float *x = aligned_alloc(64, (count * 4 + 63) / 64 * 64);
    for (size_t i = 0; i < count; i++) x[i] = rand() / (float)RAND_MAX - 0.5f;
    return x;
}

static void prepare(product *p) {
    p->a = numbers((size_t)p->m * p->k), p->b = numbers((size_t)p->k * p->n), p->c = numbers((size_t)p->m * p->n);
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

// Microseconds of one call: the best of seven rounds. The result is checked against `reference` where there is one.
static double microseconds(product *p, void (*work)(product *), const float *reference) {
    work(p);
    for (int i = 0; reference && i < p->m * p->n; i++) {
        if (fabsf(p->c[i] - reference[i]) > 1e-3f * (1 + fabsf(reference[i]))) return NAN;
    }
    int repeats = 5e8 / (2.0 * p->m * p->n * p->k + 20000) + 3;
    double best = INFINITY;
    for (int round = 0; round < 7; round++) {
        double start = now();
        for (int i = 0; i < repeats; i++) work(p);
        best = fmin(best, (now() - start) / repeats);
    }
    return best * 1e6;
}

int main(void) {
    openblas_set_num_threads(1);
    omp_set_num_threads(1);
    dnnl_engine_create(&engine, dnnl_cpu, 0);
    dnnl_stream_create(&stream, engine, dnnl_stream_default_flags);
    product products[] = {{1, 128, 4}, {1, 128, 128}, {1, 2, 128}, {64, 128, 4, 0, 1}, {64, 128, 128, 0, 1}, {64, 2, 128, 0, 1},
        {64, 128, 128}, {128, 128, 64, 1}, {64, 256, 256, 0, 1}, {64, 256, 256}, {256, 256, 64, 1}, {2, 256, 64, 1},
        {500, 128, 4, 0, 1}, {128, 4, 500, 1}, {128, 400, 784, 0, 1}, {400, 784, 128, 1}, {1024, 1024, 1024}};
    printf("OpenBLAS kernels: %s\n", openblas_get_corename());
    printf("| m | n | k | transposed | OpenBLAS µs | GFLOP/s | oneDNN primitive µs | GFLOP/s | oneDNN sgemm µs | GFLOP/s |\n");
    printf("|--:|--:|--:|---|--:|--:|--:|--:|--:|--:|\n");
    for (size_t i = 0; i < sizeof products / sizeof *products; i++) {
        product *p = &products[i];
        prepare(p);
        double flops = 2e-3 * p->m * p->n * p->k, t[3];
        t[0] = microseconds(p, openblas, NULL);
        float *reference = numbers((size_t)p->m * p->n);
        for (int j = 0; j < p->m * p->n; j++) reference[j] = p->c[j];
        t[1] = microseconds(p, primitive, reference), t[2] = microseconds(p, sgemm, reference);
        const char *transposed = p->transpose_left ? "left" : p->transpose_right ? "right" : "";
        printf("| %d | %d | %d | %s | %.2f | %.0f | %.2f | %.0f | %.2f | %.0f |\n", p->m, p->n, p->k, transposed, t[0],
            flops / t[0], t[1], flops / t[1], t[2], flops / t[2]);
    }
}
