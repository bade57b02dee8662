// Groups: chains of element-wise operations and random numbers, run strip by strip.

static void fill(float *d, float value, size_t n) {
    VECTORISE for (size_t i = 0; i < n; i++) d[i] = value;
}

static void fill_periodic(const rv_operand *operand, float *strip, size_t start, size_t n) {
    size_t position = start % operand->inner;
    for (size_t done = 0; done < n;) {
        size_t length = operand->inner - position < n - done ? operand->inner - position : n - done;
        for (size_t i = 0; i < length; i++) strip[done + i] = operand->memory[position + i];
        done += length, position = 0;
    }
}

static void fill_column(const rv_operand *operand, float *strip, size_t start, size_t n) {
    size_t row = start / operand->inner, used = start % operand->inner;
    for (size_t done = 0; done < n; row++, used = 0) {
        size_t length = operand->inner - used < n - done ? operand->inner - used : n - done;
        fill(strip + done, operand->memory[row], length);
        done += length;
    }
}

// Points each operand at its elements from `start` on, filling its strip where they aren't contiguous. `is_first` says
// that no strip has been filled yet.
static void prepare_operands(
    const rv_group *group, float *strips, const float **pointers, size_t start, size_t n, int is_first) {
    for (uint32_t k = 0; k < group->operand_count; k++) {
        const rv_operand *operand = &group->operands[k];
        float *strip = strips + operand->strip * RV_STRIP;
        pointers[k] = strip;
        switch (operand->access) {
        case RV_CONTIGUOUS: pointers[k] = operand->memory + start; break;
        case RV_REGISTER: break;
        case RV_SCALAR:
            if (is_first) fill(strip, operand->memory[0], n);
            break;
        case RV_PERIODIC:
            if (start % operand->inner + n <= operand->inner) {
                pointers[k] = operand->memory + start % operand->inner;
            } else if (is_first || RV_STRIP % operand->inner != 0) {
                // A strip that starts a period after a strip of whole periods is the same strip.
                fill_periodic(operand, strip, start, n);
            }
            break;
        case RV_COLUMN: fill_column(operand, strip, start, n); break;
        }
    }
}

static void run_group(const rv_group *group, float *scratch, rv_part part) {
    const float **pointers = (const float **)(scratch + group->strip_count * RV_STRIP);
    range share = share_in_blocks(part, group->count, RV_STRIP);
    for (size_t start = share.first; start < share.end; start += RV_STRIP) {
        size_t n = smaller(share.end - start, RV_STRIP);
        prepare_operands(group, scratch, pointers, start, n, start == share.first);
        for (uint32_t k = 0; k < group->instruction_count; k++) {
            const rv_instruction *step = &group->instructions[k];
            float *destination = (float *)pointers[step->destination];
            if (step->operation < RV_ELEMENTWISE_COUNT) {
                elementwise_kernels[step->operation](
                    destination, pointers[step->a], pointers[step->b], pointers[step->c], n);
            } else if (step->operation == RV_RANDOM_UNIFORM) {
                random_uniform_kernel(destination, n, start, group->random, step->ordinal);
            } else {
                random_normal_kernel(destination, n, start, group->random, step->ordinal);
            }
        }
    }
}
