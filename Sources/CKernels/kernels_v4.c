#if defined(__x86_64__)
#include <immintrin.h>

#define KERNELS_NAME "x86-64-v4"
#define KERNELS_TABLE rv_kernels_v4
#define KERNELS_LANES 16
#define KERNELS_TILE_ROWS 8
#pragma clang attribute push(__attribute__((target("arch=x86-64-v4,no-prefer-256-bit"))), apply_to = function)
#include "body.h"
#pragma clang attribute pop
#endif
