// How the work of a kernel is divided into parts.
#ifndef REVERIE_PARTS_H
#define REVERIE_PARTS_H

#include "movement.h"

typedef struct {
    size_t first, end;
} range;

// A part's share of the given number of items.
static inline range share_of(rv_part part, size_t items) {
    if (part.count == 1) return (range){0, items};
    return (range){items * part.index / part.count, items * (part.index + 1) / part.count};
}

// The same in whole blocks; the last block may be smaller.
static inline range share_in_blocks(rv_part part, size_t items, size_t block) {
    if (part.count == 1) return (range){0, items};
    range blocks = share_of(part, (items + block - 1) / block);
    return (range){blocks.first * block, blocks.end * block < items ? blocks.end * block : items};
}

// A part's items of work that is divided along this dimension, or along another one.
static inline range share_if(int cut, rv_part part, size_t items) {
    return cut ? share_of(part, items) : (range){0, items};
}

#endif
