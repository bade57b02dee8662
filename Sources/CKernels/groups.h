// Groups: chains of element-wise operations and random numbers, run strip by strip.

static void fill(float *d, float value, size_t n) {
    VECTORISE for (size_t i = 0; i < n; i++) d[i] = value;
}

static void fill_periodic(const rv_operand *operand, size_t start, size_t n) {
    size_t position = start % operand->inner;
    for (size_t done = 0; done < n;) {
        size_t length = operand->inner - position < n - done ? operand->inner - position : n - done;
        for (size_t i = 0; i < length; i++) operand->scratch[done + i] = operand->memory[position + i];
        done += length, position = 0;
    }
}

static void fill_column(const rv_operand *operand, size_t start, size_t n) {
    size_t row = start / operand->inner, used = start % operand->inner;
    for (size_t done = 0; done < n; row++, used = 0) {
        size_t length = operand->inner - used < n - done ? operand->inner - used : n - done;
        fill(operand->scratch + done, operand->memory[row], length);
        done += length;
    }
}

// Points each operand at its strip [start, start + n), filling scratch memory where it isn't contiguous.
static void prepare_operands(const rv_group *group, size_t start, size_t n) {
    for (uint32_t k = 0; k < group->operand_count; k++) {
        const rv_operand *operand = &group->operands[k];
        switch (operand->access) {
        case RV_CONTIGUOUS:
            group->pointers[k] = operand->memory + start;
            break;
        case RV_REGISTER:
            group->pointers[k] = operand->scratch;
            break;
        case RV_SCALAR:
            if (start == 0) fill(operand->scratch, operand->memory[0], n);
            group->pointers[k] = operand->scratch;
            break;
        case RV_PERIODIC:
            if (start % operand->inner + n <= operand->inner) {
                group->pointers[k] = operand->memory + start % operand->inner;
            } else {
                // A strip that starts a period after a strip of whole periods is the same strip.
                if (start == 0 || RV_STRIP % operand->inner != 0) fill_periodic(operand, start, n);
                group->pointers[k] = operand->scratch;
            }
            break;
        case RV_COLUMN:
            fill_column(operand, start, n);
            group->pointers[k] = operand->scratch;
            break;
        }
    }
}

static void run_group(const rv_group *group) {
    const float **pointers = group->pointers;
    for (size_t start = 0; start < group->count; start += RV_STRIP) {
        size_t n = group->count - start < RV_STRIP ? group->count - start : RV_STRIP;
        prepare_operands(group, start, n);
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
