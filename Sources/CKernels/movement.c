#include "movement.h"

#include <string.h>

#include "parts.h"

// The innermost dimension of a copy.
static void copy_row(int32_t *to, const int32_t *from, size_t n, ptrdiff_t to_step, ptrdiff_t from_step) {
    if (to_step == 1 && from_step == 1) {
        memcpy(to, from, n * sizeof(int32_t));
    } else if (to_step == 1 && from_step == 0) {
        int32_t value = *from;
        for (size_t i = 0; i < n; i++) to[i] = value;
    } else {
        for (size_t i = 0; i < n; i++) to[(ptrdiff_t)i * to_step] = from[(ptrdiff_t)i * from_step];
    }
}

// Two innermost dimensions of which the source is contiguous in the outer one: blocks stay in the first-level cache.
static void copy_transposed(
    int32_t *to, const int32_t *from, size_t rows, size_t columns, ptrdiff_t to_row, ptrdiff_t from_column) {
    enum { block = 16 };
    for (size_t r = 0; r < rows; r += block) {
        size_t height = rows - r < block ? rows - r : block;
        for (size_t c = 0; c < columns; c += block) {
            size_t width = columns - c < block ? columns - c : block;
            for (size_t i = r; i < r + height; i++) {
                for (size_t j = c; j < c + width; j++) {
                    to[(ptrdiff_t)i * to_row + (ptrdiff_t)j] = from[(ptrdiff_t)j * from_column + (ptrdiff_t)i];
                }
            }
        }
    }
}

static void copy_all(const rv_copy *copy, const int32_t *source, int32_t *destination) {
    size_t rank = copy->rank, inner = rank < 2 ? rank : 1;
    for (size_t axis = 0; axis < rank; axis++) {
        if (copy->extents[axis] == 0) return;
    }
    if (rank == 0) {
        *destination = *source;
        return;
    }
    int transposes = rank >= 2 && copy->source_strides[rank - 2] == 1 && copy->destination_strides[rank - 1] == 1
        && copy->source_strides[rank - 1] != 1;
    if (transposes) inner = 2;
    size_t position[RV_RANK_LIMIT] = {0};
    for (;;) {
        size_t last = rank - 1;
        if (transposes) {
            copy_transposed(
                destination, source, copy->extents[last - 1], copy->extents[last],
                copy->destination_strides[last - 1], copy->source_strides[last]);
        } else {
            copy_row(
                destination, source, copy->extents[last], copy->destination_strides[last],
                copy->source_strides[last]);
        }
        size_t axis = rank - inner;
        for (;; axis--) {
            if (axis == 0) return;
            size_t a = axis - 1;
            source += copy->source_strides[a], destination += copy->destination_strides[a];
            if (++position[a] < copy->extents[a]) break;
            source -= copy->source_strides[a] * (ptrdiff_t)copy->extents[a];
            destination -= copy->destination_strides[a] * (ptrdiff_t)copy->extents[a];
            position[a] = 0;
        }
    }
}

// Divided along the first dimension with enough elements, or else the longest.
void rv_run_copy(const rv_copy *copy, const int32_t *source, int32_t *destination, rv_part part) {
    if (part.count == 1) {
        copy_all(copy, source, destination);
        return;
    }
    if (copy->rank == 0) {
        if (part.index == 0) *destination = *source;
        return;
    }
    size_t axis = 0;
    for (size_t a = 1; a < copy->rank && copy->extents[axis] < part.count; a++) {
        if (copy->extents[a] > copy->extents[axis]) axis = a;
    }
    rv_copy own = *copy;
    range share = share_of(part, copy->extents[axis]);
    own.extents[axis] = share.end - share.first;
    ptrdiff_t first = (ptrdiff_t)share.first;
    copy_all(&own, source + first * copy->source_strides[axis], destination + first * copy->destination_strides[axis]);
}

void rv_gather(
    const rv_rows *rows, const int32_t *source, const int32_t *indices, int32_t *result, int32_t outside,
    rv_part part) {
    range share = share_of(part, rows->batch * rows->picks);
    for (size_t place = share.first; place < share.end;) {
        size_t b = place / rows->picks, end = (b + 1) * rows->picks;
        const int32_t *table = source + b * rows->extent * rows->inner;
        for (end = end < share.end ? end : share.end; place < end; place++) {
            int32_t index = indices[place], *to = result + place * rows->inner;
            if (index >= 0 && (size_t)index < rows->extent) {
                const int32_t *row = table + (size_t)index * rows->inner;
                if (rows->inner == 1) *to = *row;
                else memcpy(to, row, rows->inner * sizeof(int32_t));
            } else {
                for (size_t i = 0; i < rows->inner; i++) to[i] = outside;
            }
        }
    }
}

// Divided by the batch, or along long rows, or by the rows' indices.
void rv_scatter_add(
    const rv_rows *rows, const float *values, const int32_t *indices, float *result, rv_part part) {
    enum { long_row = 32 };
    size_t extent = rows->extent, inner = rows->inner;
    int by_batch = rows->batch >= part.count, along_rows = !by_batch && inner >= long_row * part.count;
    range batch = share_if(by_batch, part, rows->batch), columns = share_if(along_rows, part, inner);
    range kept = share_if(!by_batch && !along_rows, part, extent);
    size_t width = columns.end - columns.first;
    int is_whole = width == inner && kept.first == 0 && kept.end == extent;
    size_t count = (batch.end - batch.first) * extent * inner;
    if (is_whole) memset(result + batch.first * extent * inner, 0, count * sizeof(float));
    for (size_t b = batch.first; b < batch.end; b++) {
        float *table = result + b * extent * inner + columns.first;
        if (width < inner) {
            for (size_t e = 0; e < extent; e++) memset(table + e * inner, 0, width * sizeof(float));
        } else if (!is_whole) {
            memset(table + kept.first * inner, 0, (kept.end - kept.first) * inner * sizeof(float));
        }
        const float *from = values + b * rows->picks * inner + columns.first;
        for (size_t p = 0; p < rows->picks; p++, from += inner) {
            int32_t index = indices[b * rows->picks + p];
            if (index < 0 || (size_t)index < kept.first || (size_t)index >= kept.end) continue;
            float *row = table + (size_t)index * inner;
            for (size_t i = 0; i < width; i++) row[i] += from[i];
        }
    }
}

void rv_cumulative_sum(
    const float *source, float *result, size_t outer, size_t extent, size_t inner, int from_end, rv_part part) {
    if (extent == 0 || inner == 0) return;
    ptrdiff_t step = from_end ? -(ptrdiff_t)inner : (ptrdiff_t)inner;
    int by_outer = outer >= part.count || inner == 1;
    range share = share_if(by_outer, part, outer), columns = share_if(!by_outer, part, inner);
    size_t start = from_end ? (extent - 1) * inner : 0, width = columns.end - columns.first;
    for (size_t o = share.first; o < share.end; o++) {
        const float *from = source + o * extent * inner + start + columns.first;
        float *to = result + o * extent * inner + start + columns.first;
        if (inner == 1) {
            float sum = 0;
            for (size_t e = 0; e < extent; e++, from += step, to += step) *to = sum += *from;
            continue;
        }
        memmove(to, from, width * sizeof(float));
        for (size_t e = 1; e < extent; e++) {
            const float *before = to;
            from += step, to += step;
            for (size_t i = 0; i < width; i++) to[i] = before[i] + from[i];
        }
    }
}

static int comes_before(float a, float b, int descending) {
    int less = a < b || (b != b && a == a), greater = b < a || (a != a && b == b);
    return descending ? greater : less;
}

// Merges of runs of 1, 2, 4 … elements, from one array to the other and back.
void rv_argsort(
    const float *source, int32_t *result, size_t rows, size_t columns, int descending, int32_t *scratch,
    rv_part part) {
    range share = share_of(part, rows);
    source += share.first * columns, result += share.first * columns;
    for (size_t r = share.first; r < share.end; r++, source += columns, result += columns) {
        int32_t *from = result, *to = scratch;
        for (size_t c = 0; c < columns; c++) from[c] = (int32_t)c;
        for (size_t run = 1; run < columns; run *= 2) {
            for (size_t start = 0; start < columns; start += 2 * run) {
                size_t middle = start + run < columns ? start + run : columns;
                size_t end = middle + run < columns ? middle + run : columns;
                size_t left = start, right = middle;
                for (size_t place = start; place < end; place++) {
                    int takes_right = left == middle
                        || (right < end && comes_before(source[from[right]], source[from[left]], descending));
                    to[place] = takes_right ? from[right++] : from[left++];
                }
            }
            int32_t *swap = from;
            from = to, to = swap;
        }
        if (from != result) memcpy(result, from, columns * sizeof(int32_t));
    }
}

// The places of a window that lie within the image along one dimension.
static void window_range(
    size_t place, size_t stride, ptrdiff_t pad, size_t window, size_t extent, size_t *first, size_t *end) {
    ptrdiff_t start = (ptrdiff_t)(place * stride) - pad, stop = start + (ptrdiff_t)window;
    *first = start < 0 ? 0 : (size_t)start;
    *end = stop > (ptrdiff_t)extent ? extent : (size_t)stop;
}

void rv_pool_argmax(const rv_pooling *p, const float *source, int32_t *result, rv_part part) {
    range share = share_of(part, p->batch * p->out_height);
    result += share.first * p->out_width * p->channels;
    for (size_t row = share.first; row < share.end; row++) {
        size_t b = row / p->out_height, top, bottom, left, right;
        window_range(row % p->out_height, p->stride_height, p->pad_top, p->window_height, p->height, &top, &bottom);
        for (size_t j = 0; j < p->out_width; j++, result += p->channels) {
            window_range(j, p->stride_width, p->pad_left, p->window_width, p->width, &left, &right);
            size_t first = ((b * p->height + top) * p->width + left) * p->channels;
            for (size_t c = 0; c < p->channels; c++) result[c] = (int32_t)(first + c);
            for (size_t y = top; y < bottom; y++) {
                for (size_t x = left; x < right; x++) {
                    size_t place = ((b * p->height + y) * p->width + x) * p->channels;
                    for (size_t c = 0; c < p->channels; c++) {
                        float best = source[result[c]], here = source[place + c];
                        int larger = here > best || (here != here && best == best);
                        result[c] = larger ? (int32_t)(place + c) : result[c];
                    }
                }
            }
        }
    }
}
