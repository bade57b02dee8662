// The kernels' bodies. Each instruction set's file includes this once, after setting KERNELS_NAME, KERNELS_TABLE,
// KERNELS_LANES (floats per vector) and KERNELS_TILE_ROWS (rows of a product's tile, whose sums the registers hold).
// Loops are written so that the compiler vectorises them: no branches, no calls that are not inlined.

#include <string.h>

#include "CKernels.h"
#include "parts.h"

#define INLINE static inline __attribute__((always_inline))
// Sources and destination may be the same array at the same index, which vectorises safely.
#define VECTORISE _Pragma("clang loop vectorize(assume_safety) interleave(enable)")

#include "vectors.h"

#include "tiles.h"

#include "products.h"

#include "gathered.h"

#include "convolutions.h"

#include "functions.h"

#include "elementwise.h"

#include "random.h"

#include "reductions.h"

#include "groups.h"

const rv_kernels KERNELS_TABLE = {
    .name = KERNELS_NAME,
    .run_group = run_group,
    .sum = sum_kernel,
    .maximum = maximum_reduction,
    .argmax = argmax_kernel,
    .product = run_product,
    .product_scratch = product_scratch,
    .convolution = run_convolution,
    .convolution_scratch = convolution_scratch,
};
