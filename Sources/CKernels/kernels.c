#define _GNU_SOURCE  // for sched_getaffinity

#include "CKernels.h"

#include <sched.h>
#include <string.h>
#include <unistd.h>

size_t rv_processors(void) {
#if defined(__linux__)
    cpu_set_t allowed;
    if (sched_getaffinity(0, sizeof allowed, &allowed) == 0) return (size_t)CPU_COUNT(&allowed);
#endif
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? (size_t)online : 1;
}

size_t rv_group_scratch(const rv_group *group) {
    return group->strip_count * group->strip * sizeof(float) + group->operand_count * sizeof(float *);
}

#if defined(__x86_64__)
#include <xmmintrin.h>

unsigned rv_flush_subnormals(void) {
    enum { flush_to_zero = 0x8000, denormals_are_zero = 0x0040 };
    unsigned mode = _mm_getcsr();
    _mm_setcsr(mode | flush_to_zero | denormals_are_zero);
    return mode;
}

void rv_restore_mode(unsigned mode) { _mm_setcsr(mode); }

extern const rv_kernels rv_kernels_v3, rv_kernels_v4;

static int has_v3(void) {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2");
}

static int has_v4(void) {
    return has_v3() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw")
        && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")
        && __builtin_cpu_supports("avx512cd");
}

const rv_kernels *rv_kernels_named(const char *name) {
    if (strcmp(name, rv_kernels_v3.name) == 0) return has_v3() ? &rv_kernels_v3 : NULL;
    if (strcmp(name, rv_kernels_v4.name) == 0) return has_v4() ? &rv_kernels_v4 : NULL;
    return NULL;
}

const rv_kernels *rv_kernels_best(void) {
    return has_v4() ? &rv_kernels_v4 : has_v3() ? &rv_kernels_v3 : NULL;
}
#else
extern const rv_kernels rv_kernels_portable;

unsigned rv_flush_subnormals(void) { return 0; }

void rv_restore_mode(unsigned mode) { (void)mode; }

const rv_kernels *rv_kernels_named(const char *name) {
    return strcmp(name, rv_kernels_portable.name) == 0 ? &rv_kernels_portable : NULL;
}

const rv_kernels *rv_kernels_best(void) { return &rv_kernels_portable; }
#endif
