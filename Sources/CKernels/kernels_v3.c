#if defined(__x86_64__)
#include <immintrin.h>

#define KERNELS_NAME "x86-64-v3"
#define KERNELS_TABLE rv_kernels_v3
#define KERNELS_LANES 8
#define KERNELS_TILE_ROWS 4
#pragma clang attribute push(__attribute__((target("arch=x86-64-v3"))), apply_to = function)
#include "body.h"
#pragma clang attribute pop
#endif
