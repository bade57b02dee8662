// The kernels' bodies. Each instruction set's file includes this once, with KERNELS_NAME, KERNELS_TABLE, KERNELS_LANES
// (floats in a vector) and KERNELS_TILE_ROWS (rows of a product's tile, whose sums the registers hold) set.
// Loops are written so that the compiler vectorises them: no branches, no calls that are not inlined.

#include <string.h>

#include "CKernels.h"

#define INLINE static inline __attribute__((always_inline))
// Sources and destination may be the same array at the same index, which vectorises safely.
#define VECTORISE _Pragma("clang loop vectorize(assume_safety) interleave(enable)")

#include "vectors.h"

#include "tiles.h"

#include "products.h"

INLINE uint32_t bits_of(float x) {
    uint32_t u;
    memcpy(&u, &x, 4);
    return u;
}

INLINE float float_of(uint32_t u) {
    float x;
    memcpy(&x, &u, 4);
    return x;
}

// exp by 2^n * e^r with |r| <= ln2/2; the power of two is applied in two halves so that the whole
// range, subnormals and infinity included, comes out without branches. NaN passes through.
INLINE float exp_of(float x) {
    x = x > 89.0f ? 89.0f : x;
    x = x < -104.0f ? -104.0f : x;
    const float magic = 12582912.0f;
    float shifted = x * 1.44269504088896341f + magic;
    int32_t n = (int32_t)(bits_of(shifted) - bits_of(magic));
    float whole = shifted - magic;
    float r = x - whole * 0.693145751953125f;
    r = r - whole * 1.42860682030941723212e-6f;
    float p = 1.9875691500e-4f;
    p = p * r + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = p * r * r + r + 1.0f;
    int32_t half = n >> 1;
    float low = float_of((uint32_t)(half + 127) << 23);
    float high = float_of((uint32_t)(n - half + 127) << 23);
    return p * low * high;
}

// log by m * 2^e with m in [sqrt(1/2), sqrt(2)); subnormals are scaled up first.
INLINE float log_of(float x) {
    float tiny = x < 1.17549435e-38f ? 1.0f : 0.0f;
    float y = tiny != 0.0f ? x * 8388608.0f : x;
    uint32_t u = bits_of(y);
    int32_t e = (int32_t)(u >> 23) - 126;
    float m = float_of((u & 0x007fffffu) | 0x3f000000u);
    float small = m < 0.70710678118654752f ? 1.0f : 0.0f;
    float exponent = (float)e - small - tiny * 23.0f;
    float f = small != 0.0f ? m + m - 1.0f : m - 1.0f;
    float z = f * f;
    float p = 7.0376836292e-2f;
    p = p * f - 1.1514610310e-1f;
    p = p * f + 1.1676998740e-1f;
    p = p * f - 1.2420140846e-1f;
    p = p * f + 1.4249322787e-1f;
    p = p * f - 1.6668057665e-1f;
    p = p * f + 2.0000714765e-1f;
    p = p * f - 2.4999993993e-1f;
    p = p * f + 3.3333331174e-1f;
    float r = p * f * z + exponent * -2.12194440e-4f - 0.5f * z + f + exponent * 0.693359375f;
    r = x == __builtin_inff() ? x : r;
    r = x == 0.0f ? -__builtin_inff() : r;
    return x >= 0.0f ? r : __builtin_nanf("");
}

// log(1 + u) without losing small u: the rounding error of 1 + u is divided out.
INLINE float log1p_of(float u) {
    float w = 1.0f + u;
    float r = log_of(w) * (u / (w - 1.0f));
    return w == 1.0f ? u : r;
}

INLINE float sigmoid_of(float x) { return 1.0f / (1.0f + exp_of(-x)); }

INLINE float softplus_of(float x) {
    float positive = x > 0.0f ? x : 0.0f;
    float r = positive + log1p_of(exp_of(-__builtin_fabsf(x)));
    return x != x ? x : r;
}

INLINE float tanh_of(float x) {
    float magnitude = __builtin_fabsf(x);
    float large = 1.0f - 2.0f / (exp_of(magnitude + magnitude) + 1.0f);
    float z = x * x;
    float p = -5.70498872745e-3f;
    p = p * z + 2.06390887954e-2f;
    p = p * z - 5.37397155531e-2f;
    p = p * z + 1.33314422036e-1f;
    p = p * z - 3.33332819422e-1f;
    float small = p * z * x + x;
    large = x < 0.0f ? -large : large;
    return magnitude < 0.625f ? small : large;
}

#define UNARY(name, expression)                                                                          \
    static void name(float *d, const float *a, const float *b, const float *c, size_t n) {               \
        (void)b, (void)c;                                                                                \
        VECTORISE for (size_t i = 0; i < n; i++) {                                                       \
            float x = a[i];                                                                              \
            d[i] = (expression);                                                                         \
        }                                                                                                \
    }

#define BINARY(name, expression)                                                                         \
    static void name(float *d, const float *a, const float *b, const float *c, size_t n) {               \
        (void)c;                                                                                         \
        VECTORISE for (size_t i = 0; i < n; i++) {                                                       \
            float x = a[i], y = b[i];                                                                    \
            d[i] = (expression);                                                                         \
        }                                                                                                \
    }

UNARY(copy_kernel, x)
UNARY(negate_kernel, -x)
UNARY(absolute_kernel, __builtin_fabsf(x))
UNARY(sign_kernel, x > 0.0f ? 1.0f : (x < 0.0f ? -1.0f : (x != x ? x : 0.0f)))
UNARY(exp_kernel, exp_of(x))
UNARY(log_kernel, log_of(x))
UNARY(square_root_kernel, __builtin_sqrtf(x))
UNARY(square_kernel, x *x)
UNARY(relu_kernel, x < 0.0f ? 0.0f : x)
UNARY(sigmoid_kernel, sigmoid_of(x))
UNARY(tanh_kernel, tanh_of(x))
UNARY(softplus_kernel, softplus_of(x))
UNARY(float_from_int32_kernel, (float)(int32_t)bits_of(x))
BINARY(add_kernel, x + y)
BINARY(subtract_kernel, x - y)
BINARY(multiply_kernel, x *y)
BINARY(divide_kernel, x / y)
// NaN in either operand gives NaN, as in NumPy and PyTorch.
BINARY(maximum_kernel, x > y ? x : (x != x ? x : y))
BINARY(minimum_kernel, x < y ? x : (x != x ? x : y))
BINARY(less_kernel, x < y ? 1.0f : 0.0f)
BINARY(less_equal_kernel, x <= y ? 1.0f : 0.0f)
BINARY(equal_kernel, x == y ? 1.0f : 0.0f)

static void select_kernel(float *d, const float *a, const float *b, const float *c, size_t n) {
    VECTORISE for (size_t i = 0; i < n; i++) {
        float chosen = b[i], other = c[i];
        d[i] = a[i] != 0.0f ? chosen : other;
    }
}

typedef void (*elementwise_kernel)(float *, const float *, const float *, const float *, size_t);

static const elementwise_kernel elementwise_kernels[RV_ELEMENTWISE_COUNT] = {
    [RV_COPY] = copy_kernel,
    [RV_NEGATE] = negate_kernel,
    [RV_ABSOLUTE] = absolute_kernel,
    [RV_SIGN] = sign_kernel,
    [RV_EXP] = exp_kernel,
    [RV_LOG] = log_kernel,
    [RV_SQUARE_ROOT] = square_root_kernel,
    [RV_SQUARE] = square_kernel,
    [RV_RELU] = relu_kernel,
    [RV_SIGMOID] = sigmoid_kernel,
    [RV_TANH] = tanh_kernel,
    [RV_SOFTPLUS] = softplus_kernel,
    [RV_FLOAT_FROM_INT32] = float_from_int32_kernel,
    [RV_ADD] = add_kernel,
    [RV_SUBTRACT] = subtract_kernel,
    [RV_MULTIPLY] = multiply_kernel,
    [RV_DIVIDE] = divide_kernel,
    [RV_MAXIMUM] = maximum_kernel,
    [RV_MINIMUM] = minimum_kernel,
    [RV_LESS] = less_kernel,
    [RV_LESS_EQUAL] = less_equal_kernel,
    [RV_EQUAL] = equal_kernel,
    [RV_SELECT] = select_kernel,
};

// Philox4x32-10 over RV_STRIP/4 blocks at a time; element e takes word e % 4 of block e / 4.
// The counter's words are: block, random node, replay counter (low, high).
static void philox_strip(uint32_t words[4][RV_STRIP / 4], const rv_random_state *state, uint32_t ordinal, size_t start) {
    enum { blocks = RV_STRIP / 4 };
    uint32_t *x0 = words[0], *x1 = words[1], *x2 = words[2], *x3 = words[3];
    for (size_t i = 0; i < blocks; i++) {
        x0[i] = (uint32_t)(start / 4 + i);
        x1[i] = ordinal;
        x2[i] = (uint32_t)state->counter;
        x3[i] = (uint32_t)(state->counter >> 32);
    }
    uint32_t k0 = (uint32_t)state->key, k1 = (uint32_t)(state->key >> 32);
    for (int round = 0; round < 10; round++) {
        VECTORISE for (size_t i = 0; i < blocks; i++) {
            uint64_t p0 = (uint64_t)x0[i] * 0xD2511F53u, p1 = (uint64_t)x2[i] * 0xCD9E8D57u;
            uint32_t y0 = (uint32_t)(p1 >> 32) ^ x1[i] ^ k0, y2 = (uint32_t)(p0 >> 32) ^ x3[i] ^ k1;
            x0[i] = y0, x1[i] = (uint32_t)p1, x2[i] = y2, x3[i] = (uint32_t)p0;
        }
        k0 += 0x9E3779B9u, k1 += 0xBB67AE85u;
    }
}

static void store_strip(float *d, float values[4][RV_STRIP / 4], size_t n) {
    float strip[RV_STRIP];
    for (size_t i = 0; i < RV_STRIP / 4; i++) {
        for (size_t lane = 0; lane < 4; lane++) strip[4 * i + lane] = values[lane][i];
    }
    memcpy(d, strip, n * sizeof(float));
}

// Uniform in [0, 1): the upper 24 bits of each word.
static void random_uniform_kernel(float *d, size_t n, size_t start, const rv_random_state *state, uint32_t ordinal) {
    uint32_t words[4][RV_STRIP / 4];
    float values[4][RV_STRIP / 4];
    philox_strip(words, state, ordinal, start);
    for (int lane = 0; lane < 4; lane++) {
        VECTORISE for (size_t i = 0; i < RV_STRIP / 4; i++) values[lane][i] = (float)(words[lane][i] >> 8) * 0x1p-24f;
    }
    store_strip(d, values, n);
}

// Standard normal by Box and Muller (1958): words 0 and 1 give elements 0 and 1, words 2 and 3 the others.
static void random_normal_kernel(float *d, size_t n, size_t start, const rv_random_state *state, uint32_t ordinal) {
    uint32_t words[4][RV_STRIP / 4];
    float values[4][RV_STRIP / 4];
    philox_strip(words, state, ordinal, start);
    for (int pair = 0; pair < 4; pair += 2) {
        VECTORISE for (size_t i = 0; i < RV_STRIP / 4; i++) {
            float u = (float)((words[pair][i] >> 8) + 1) * 0x1p-24f;
            float radius = __builtin_sqrtf(-2.0f * log_of(u));
            // The angle in turns, reduced to |t| <= 1/8 of a quarter's centre by symmetry.
            uint32_t angle = words[pair + 1][i] >> 8;
            uint32_t quadrant = (angle + 0x200000u) >> 22;
            float t = (float)((int32_t)angle - (int32_t)(quadrant << 22)) * (0x1p-24f * 6.28318530717958648f);
            float z = t * t;
            float sine = ((-1.9515295891e-4f * z + 8.3321608736e-3f) * z - 1.6666654611e-1f) * z * t + t;
            float cosine =
                ((2.443315711809948e-5f * z - 1.388731625493765e-3f) * z + 4.166664568298827e-2f) * z * z - 0.5f * z + 1.0f;
            uint32_t odd = quadrant & 1;
            float c = odd ? sine : cosine, s = odd ? cosine : sine;
            c = ((quadrant + 1) & 2) ? -c : c;
            s = (quadrant & 2) ? -s : s;
            values[pair][i] = radius * c;
            values[pair + 1][i] = radius * s;
        }
    }
    store_strip(d, values, n);
}

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

// Sums and maxima keep 32 running lanes, whatever the instruction set, so that the order of additions is one.
enum { lanes = 32 };

#define REDUCE_ROW(name, start_value, combine)                                                           \
    INLINE float name(const float *row, size_t n) {                                                      \
        float running[lanes];                                                                            \
        for (size_t l = 0; l < lanes; l++) running[l] = (start_value);                                   \
        size_t i = 0;                                                                                    \
        for (; i + lanes <= n; i += lanes) {                                                             \
            VECTORISE for (size_t l = 0; l < lanes; l++) {                                               \
                float x = running[l], y = row[i + l];                                                    \
                running[l] = (combine);                                                                  \
            }                                                                                            \
        }                                                                                                \
        for (size_t l = 0; i + l < n; l++) {                                                             \
            float x = running[l], y = row[i + l];                                                        \
            running[l] = (combine);                                                                      \
        }                                                                                                \
        for (size_t width = lanes / 2; width > 0; width /= 2) {                                          \
            for (size_t l = 0; l < width; l++) {                                                         \
                float x = running[l], y = running[l + width];                                            \
                running[l] = (combine);                                                                  \
            }                                                                                            \
        }                                                                                                \
        return running[0];                                                                               \
    }

#define REDUCE(name, row_name, start_value, combine)                                                     \
    static void name(const float *source, float *destination, size_t outer, size_t reduced, size_t inner) { \
        if (inner == 1) {                                                                                \
            for (size_t o = 0; o < outer; o++) destination[o] = row_name(source + o * reduced, reduced); \
            return;                                                                                      \
        }                                                                                                \
        for (size_t o = 0; o < outer; o++) {                                                             \
            float *d = destination + o * inner;                                                          \
            fill(d, (start_value), inner);                                                               \
            for (size_t r = 0; r < reduced; r++) {                                                       \
                const float *s = source + (o * reduced + r) * inner;                                     \
                VECTORISE for (size_t i = 0; i < inner; i++) {                                           \
                    float x = d[i], y = s[i];                                                            \
                    d[i] = (combine);                                                                    \
                }                                                                                        \
            }                                                                                            \
        }                                                                                                \
    }

#define LARGER (x > y ? x : (x != x ? x : y))

REDUCE_ROW(sum_row, 0.0f, x + y)
REDUCE_ROW(maximum_row, -__builtin_inff(), LARGER)
REDUCE(sum_kernel, sum_row, 0.0f, x + y)
REDUCE(maximum_reduction, maximum_row, -__builtin_inff(), LARGER)

static void argmax_kernel(const float *source, int32_t *destination, size_t rows, size_t columns) {
    for (size_t r = 0; r < rows; r++) {
        const float *row = source + r * columns;
        size_t best = 0;
        for (size_t c = 1; c < columns; c++) best = row[c] > row[best] ? c : best;
        destination[r] = (int32_t)best;
    }
}

const rv_kernels KERNELS_TABLE = {
    .name = KERNELS_NAME,
    .run_group = run_group,
    .sum = sum_kernel,
    .maximum = maximum_reduction,
    .argmax = argmax_kernel,
    .product = run_product,
    .product_scratch = product_scratch,
};
