// Groups: chains of element-wise operations, random numbers and reductions of rows, run strip by strip.

// A range of a group's elements, or of its rows.
typedef struct {
    size_t start, count;
} extent;

// Short runs, mostly of whole vectors, for which a call or the remainder of a loop would cost more than the copy.
INLINE void copy_run(float *to, const float *from, size_t n) {
    size_t i = 0;
    for (; i + vector_lanes <= n; i += vector_lanes) store(to + i, load(from + i));
    for (; i < n; i++) to[i] = from[i];
}

static void fill_periodic(const rv_operand *operand, float *strip, extent e) {
    const float *block = operand->memory + e.start / operand->outer * operand->step;
    size_t used = e.start % operand->outer, position = used % operand->inner;
    for (size_t done = 0; done < e.count; position = 0) {
        size_t length = smaller(operand->inner - position, e.count - done);
        // The processor does not prefetch runs with gaps between them.
        for (size_t i = 0; i < length; i += 16) __builtin_prefetch(block + 24 * operand->step + i);
        copy_run(strip + done, block + position, length);
        done += length, used += length;
        if (used == operand->outer) block += operand->step, used = 0;
    }
}

static void fill_column(const rv_operand *operand, float *strip, extent e) {
    size_t row = e.start / operand->inner % operand->outer, used = e.start % operand->inner;
    for (size_t done = 0; done < e.count; used = 0) {
        size_t length = smaller(operand->inner - used, e.count - done);
        fill(strip + done, operand->memory[row], length);
        done += length, row = row + 1 == operand->outer ? 0 : row + 1;
    }
}

// Whether a strip holds the same numbers as the one before it: whole periods of one block.
static int is_same_strip(const rv_operand *operand, extent e, size_t strip) {
    return e.start >= strip && strip % operand->inner == 0
        && (e.start - strip) / operand->outer == (e.start + e.count - 1) / operand->outer;
}

// Adds the given number of rows of `count` elements, `line` apart, to as many sums.
INLINE void add_lines(float *sums, const float *a, size_t rows, size_t line, size_t count) {
    size_t i = 0;
    for (; i + 2 * vector_lanes <= count; i += 2 * vector_lanes) {
        vector x = load(sums + i), y = load(sums + i + vector_lanes);
        for (size_t r = 0; r < rows; r++) {
            x += load(a + r * line + i);
            y += load(a + r * line + i + vector_lanes);
        }
        store(sums + i, x), store(sums + i + vector_lanes, y);
    }
    for (size_t lanes; i < count; i += lanes) {
        lanes = smaller(count - i, vector_lanes);
        vector x = load_first(sums + i, lanes);
        for (size_t r = 0; r < rows; r++) x += load_first(a + r * line + i, lanes);
        store_first(sums + i, x, lanes);
    }
}

// Adds elements to sums of columns, which start from 0 in each block, in the order of a sum over rows.
static void sum_columns(const rv_operand *sums, const float *a, extent e) {
    size_t inner = sums->inner, used = e.start % sums->outer, position = used % inner;
    float *to = sums->memory + e.start / sums->outer * inner;
    for (size_t done = 0; done < e.count;) {
        if (used == 0) fill(to, 0.0f, inner);
        size_t rows = position == 0 ? smaller(e.count - done, sums->outer - used) / inner : 0;
        size_t count = rows > 0 ? inner : smaller(inner - position, e.count - done);
        add_lines(to + position, a + done, rows > 0 ? rows : 1, inner, count);
        count *= rows > 0 ? rows : 1;
        done += count, used += count, position = (position + count) % inner;
        if (used == sums->outer) to += inner, used = 0;
    }
}

// The elements of an operand that are neither contiguous nor in a register, copied to its strip if necessary. `before`
// is the number of elements of the strip filled before this one, or 0 if there is none.
static const float *repeated(const rv_operand *operand, float *strip, extent e, size_t before) {
    if (operand->access == RV_SCALAR) {
        if (before == 0) fill(strip, operand->memory[0], e.count);
    } else if (operand->access == RV_COLUMN) {
        fill_column(operand, strip, e);
    } else if (e.start % operand->inner + e.count <= operand->inner) {
        return operand->memory + e.start / operand->outer * operand->step + e.start % operand->inner;
    } else if (before == 0 || !is_same_strip(operand, e, before)) {
        fill_periodic(operand, strip, e);
    }
    return strip;
}

// Arrays with at least this many elements come from beyond the second-level cache. The processor prefetches within one
// of them, but does not expect a group to return to each of several after a strip.
enum { fetched_count = 1 << 15 };

INLINE void fetch(const float *next, size_t n) {
    for (size_t i = 0; i < n; i += 16) __builtin_prefetch(next + i);
}

static void prepare_operands(
    const rv_group *group, float *strips, const float **pointers, extent elements, extent rows, size_t before) {
    int is_large = group->count >= fetched_count;
    uint32_t count = before == 0 ? group->operand_count : group->moving_count;
    for (uint32_t k = 0; k < count; k++) {
        const rv_operand *operand = &group->operands[k];
        extent e = operand->by_rows ? rows : elements;
        float *strip = strips + operand->strip * group->strip;
        if (operand->access == RV_CONTIGUOUS) {
            pointers[k] = operand->memory + e.start;
            if (is_large) fetch(operand->memory + e.start + e.count, e.count);
        } else if (operand->access == RV_FIRST) {
            pointers[k] = operand->memory;
        } else if (operand->access == RV_SUMS) {
            continue;
        } else if (operand->access == RV_REGISTER) {
            pointers[k] = strip;
        } else {
            pointers[k] = repeated(operand, strip, e, operand->by_rows ? before / group->row : before);
        }
    }
}

INLINE void run_instruction(
    const rv_group *group, const rv_instruction *step, const float **pointers, extent elements, extent rows) {
    float *destination = (float *)pointers[step->destination];
    const float *a = pointers[step->a];
    extent e = step->by_rows ? rows : elements;
    if (step->operation < RV_ELEMENTWISE_COUNT) {
        elementwise_kernels[step->operation](destination, a, pointers[step->b], pointers[step->c], e.count);
        return;
    }
    switch (step->operation) {
    case RV_RANDOM_UNIFORM: random_uniform_kernel(destination, e.count, e.start, group->random, step->ordinal); break;
    case RV_RANDOM_NORMAL: random_normal_kernel(destination, e.count, e.start, group->random, step->ordinal); break;
    case RV_SUM_ROWS: sum_rows(a, destination, rows.count, group->row); break;
    case RV_MAXIMUM_ROWS: maximum_rows(a, destination, rows.count, group->row); break;
    case RV_SPREAD_ROWS: spread_rows(a, destination, rows.count, group->row); break;
    case RV_SUM_COLUMNS: sum_columns(&group->operands[step->destination], a, elements); break;
    case RV_CHAIN: group->chains[step->ordinal](pointers, e.count); break;
    default: break;
    }
}

static void run_group(const rv_group *group, float *scratch, rv_part part) {
    const float **pointers = (const float **)(scratch + group->strip_count * group->strip);
    range share = share_in_blocks(part, group->count, group->block);
    for (size_t start = share.first; start < share.end; start += group->strip) {
        extent elements = {start, smaller(share.end - start, group->strip)}, rows = elements;
        if (group->row > 1) rows = (extent){start / group->row, elements.count / group->row};
        prepare_operands(group, scratch, pointers, elements, rows, start == share.first ? 0 : group->strip);
        for (uint32_t k = 0; k < group->instruction_count; k++) {
            run_instruction(group, &group->instructions[k], pointers, elements, rows);
        }
    }
}
