#if !defined(__x86_64__)
#define KERNELS_NAME "portable"
#define KERNELS_TABLE rv_kernels_portable
#include "body.h"
#endif
