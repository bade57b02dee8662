// What the programs that time CKernels beside oneDNN share: the two sides' set-up, the clock, numbers to work on.
#include "CKernels.h"
#include <dnnl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

void omp_set_num_threads(int);

static const rv_kernels *kernels;
static dnnl_engine_t engine;
static dnnl_stream_t stream;

// Chooses the kernels that the first argument names, or the best, and starts oneDNN on one thread.
static void start(int count, char **arguments) {
    kernels = count > 1 ? rv_kernels_named(arguments[1]) : rv_kernels_best();
    if (!kernels) {
        fprintf(stderr, "this processor can't run these kernels\n");
        exit(1);
    }
    omp_set_num_threads(1);
    dnnl_engine_create(&engine, dnnl_cpu, 0);
    dnnl_stream_create(&stream, engine, dnnl_stream_default_flags);
}

// Monotonic seconds.
static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + 1e-9 * t.tv_nsec;
}

// Numbers within ±0.5 in memory aligned to a cache line.
static float *numbers(size_t count) {
    float *x = aligned_alloc(64, (count * 4 + 64) / 64 * 64);
    for (size_t i = 0; i < count; i++) x[i] = rand() / (float)RAND_MAX - 0.5f;
    return x;
}
