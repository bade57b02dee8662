// Loops that move, choose and sort elements; those that only move them serve float32 and int32 alike. None allocates.
#ifndef REVERIE_MOVEMENT_H
#define REVERIE_MOVEMENT_H

#include <stddef.h>
#include <stdint.h>

// One of `count` parts of a kernel's work, which may run at the same time, each with its own working memory. Parts
// write different elements of the result, and each element is computed as if there were one part, so the bits don't
// depend on the number of parts. A part may be empty.
typedef struct {
    size_t index, count;
} rv_part;

enum { RV_RANK_LIMIT = 12 };

// The elements of one array in the order of another's dimensions; strides are in elements, with any sign.
typedef struct {
    size_t rank;
    size_t extents[RV_RANK_LIMIT];
    ptrdiff_t source_strides[RV_RANK_LIMIT];
    ptrdiff_t destination_strides[RV_RANK_LIMIT];
} rv_copy;

void rv_run_copy(const rv_copy *copy, const int32_t *source, int32_t *destination, rv_part part);

// Rows of `inner` elements: source (batch, extent, inner), indices (batch, picks), result (batch, picks, inner).
typedef struct {
    size_t batch, extent, picks, inner;
} rv_rows;

// The indexed rows; an index outside 0..<extent gives the bits `outside`.
void rv_gather(
    const rv_rows *rows, const int32_t *source, const int32_t *indices, int32_t *result, int32_t outside,
    rv_part part);

// Zeros (batch, extent, inner), to which each row of values (batch, picks, inner) is added in order; rows with indices
// outside 0..<extent are left out.
void rv_scatter_add(
    const rv_rows *rows, const float *values, const int32_t *indices, float *result, rv_part part);

// source and result are (outer, extent, inner).
void rv_cumulative_sum(
    const float *source, float *result, size_t outer, size_t extent, size_t inner, int from_end, rv_part part);

// The stable sort order of each row; NaN counts as the largest. `scratch` holds `columns` integers.
void rv_argsort(
    const float *source, int32_t *result, size_t rows, size_t columns, int descending, int32_t *scratch,
    rv_part part);

// A pooling of (batch, height, width, channels) to (batch, out_height, out_width, channels).
typedef struct {
    size_t batch, height, width, channels, out_height, out_width;
    size_t window_height, window_width, stride_height, stride_width;
    ptrdiff_t pad_top, pad_left;
} rv_pooling;

// The index in the flat source of the first largest element of each window, with NaN counted as the largest.
void rv_pool_argmax(const rv_pooling *pooling, const float *source, int32_t *result, rv_part part);

#endif
