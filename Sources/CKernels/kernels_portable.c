#if !defined(__x86_64__)
#define KERNELS_NAME "portable"
#define KERNELS_TABLE rv_kernels_portable
#define KERNELS_LANES 8
#define KERNELS_TILE_ROWS 4
#include "body.h"
#endif
