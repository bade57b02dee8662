// Prints the floating-point operations a second that one core can do: independent multiply-adds in registers, nothing
// read or written. Many short runs, the fastest counts, so that a busy machine hardly shows.
//
//     clang -O3 -march=native -mprefer-vector-width=512 -ffp-contract=fast Benchmarks/peak.c -o peak && ./peak
#include <stdio.h>
#include <time.h>

#if defined(__AVX512F__)
enum { lanes = 16 };
#elif defined(__AVX__)
enum { lanes = 8 };
#else
enum { lanes = 4 };
#endif
typedef float vector __attribute__((vector_size(4 * lanes)));

// Enough to hide a multiply-add's latency, few enough for the registers.
enum { chains = 12, rounds = 20000, runs = 2000 };

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec + 1e-9 * now.tv_nsec;
}

int main(void) {
    volatile float given = 0.5f, seen;
    vector factor = {0}, sums[chains];
    factor += given;
    for (int i = 0; i < chains; i++) sums[i] = factor * (float)i;
    double fastest = 1e9;
    for (int run = 0; run < runs; run++) {
        double start = seconds();
        for (int round = 0; round < rounds; round++) {
#pragma clang loop unroll(full)
            for (int i = 0; i < chains; i++) sums[i] = sums[i] * factor + factor;
        }
        double elapsed = seconds() - start;
        for (int i = 0; i < chains; i++) seen = sums[i][0];
        if (elapsed < fastest) fastest = elapsed;
    }
    (void)seen;
    printf("%.4g\n", 2.0 * lanes * chains * rounds / fastest);
}
