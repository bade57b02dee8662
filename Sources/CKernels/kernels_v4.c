#if defined(__x86_64__)
#define KERNELS_NAME "x86-64-v4"
#define KERNELS_TABLE rv_kernels_v4
#pragma clang attribute push(__attribute__((target("arch=x86-64-v4,no-prefer-256-bit"))), apply_to = function)
#include "body.h"
#pragma clang attribute pop
#endif
