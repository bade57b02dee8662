// Groups: chains of element-wise operations, random numbers and reductions of rows, run strip by strip.

// A range of a group's elements, or of its rows.
typedef struct {
    size_t start, count;
} extent;

static void fill_periodic(const rv_operand *operand, float *strip, extent e) {
    size_t start = e.start;
    for (size_t done = 0; done < e.count;) {
        size_t position = start % operand->inner;
        size_t length = smaller(operand->inner - position, e.count - done);
        const float *from = operand->memory + start / operand->outer * operand->inner + position;
        for (size_t i = 0; i < length; i++) strip[done + i] = from[i];
        done += length, start += length;
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

// Where an operand's elements are that are neither contiguous nor in a register: brought to its strip, if need be. `before`
// is the number of elements of the strip filled before this one, 0 for none.
static const float *repeated(const rv_operand *operand, float *strip, extent e, size_t before) {
    if (operand->access == RV_SCALAR) {
        if (before == 0) fill(strip, operand->memory[0], e.count);
    } else if (operand->access == RV_COLUMN) {
        fill_column(operand, strip, e);
    } else if (e.start % operand->inner + e.count <= operand->inner) {
        return operand->memory + e.start / operand->outer * operand->inner + e.start % operand->inner;
    } else if (before == 0 || !is_same_strip(operand, e, before)) {
        fill_periodic(operand, strip, e);
    }
    return strip;
}

static void prepare_operands(
    const rv_group *group, float *strips, const float **pointers, extent elements, extent rows, size_t before) {
    for (uint32_t k = 0; k < group->operand_count; k++) {
        const rv_operand *operand = &group->operands[k];
        extent e = operand->by_rows ? rows : elements;
        float *strip = strips + operand->strip * group->strip;
        if (operand->access == RV_CONTIGUOUS) {
            pointers[k] = operand->memory + e.start;
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
    case RV_SPREAD_ROWS:
        for (size_t r = 0; r < rows.count; r++) fill(destination + r * group->row, a[r], group->row);
        break;
    default: break;
    }
}

static void run_group(const rv_group *group, float *scratch, rv_part part) {
    const float **pointers = (const float **)(scratch + group->strip_count * group->strip);
    range share = share_in_blocks(part, group->count, group->strip);
    for (size_t start = share.first; start < share.end; start += group->strip) {
        extent elements = {start, smaller(share.end - start, group->strip)}, rows = elements;
        if (group->row > 1) rows = (extent){start / group->row, elements.count / group->row};
        prepare_operands(group, scratch, pointers, elements, rows, start == share.first ? 0 : group->strip);
        for (uint32_t k = 0; k < group->instruction_count; k++) {
            run_instruction(group, &group->instructions[k], pointers, elements, rows);
        }
    }
}
