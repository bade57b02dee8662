// Vectorised loops of the tensor core: one body, built for several instruction sets.
//
// A table of kernels is chosen once, by `rv_kernels_best`; tests request each one by name. All arrays are float32
// unless stated otherwise. No function allocates memory or keeps state.
#ifndef REVERIE_CKERNELS_H
#define REVERIE_CKERNELS_H

#include <stddef.h>
#include <stdint.h>

#include "movement.h"

// The approximate number of elements that a group processes at a time: its registers stay in the first-level cache. A
// group with reductions takes whole rows, at least one.
#define RV_STRIP 512

// Operations of one instruction in an element-wise group. The order is that of the kernel table.
typedef enum {
    RV_COPY,
    RV_NEGATE,
    RV_ABSOLUTE,
    RV_SIGN,
    RV_EXP,
    RV_LOG,
    RV_SQUARE_ROOT,
    RV_SQUARE,
    RV_RELU,
    RV_SIGMOID,
    RV_TANH,
    RV_SOFTPLUS,
    RV_FLOAT_FROM_INT32,
    RV_LOG1P,
    RV_EXPM1,
    RV_SINE,
    RV_COSINE,
    RV_ERF,
    RV_ERF_INVERSE,
    RV_FLOOR,
    RV_ROUND,             // to the nearest integer, ties to the even one
    RV_INT32_FROM_FLOAT,  // towards zero; NaN and what an int32 can't hold give the least int32
    RV_ADD,
    RV_SUBTRACT,
    RV_MULTIPLY,
    RV_DIVIDE,
    RV_MAXIMUM,
    RV_MINIMUM,
    RV_LESS,
    RV_LESS_EQUAL,
    RV_EQUAL,
    RV_POWER,  // as C's powf
    RV_SELECT,
    RV_ELEMENTWISE_COUNT,
    RV_RANDOM_UNIFORM = RV_ELEMENTWISE_COUNT,
    RV_RANDOM_NORMAL,
    // From elements to one number per row.
    RV_SUM_ROWS,
    RV_MAXIMUM_ROWS,
    // From one number per row to the row's elements.
    RV_SPREAD_ROWS,
    // Added up element by element, with `inner` sums for every `outer` elements: the destination is an operand RV_SUMS.
    RV_SUM_COLUMNS,
    // Several element-wise operations as one function: the group's chain number `ordinal`. Its operands are in its code.
    RV_CHAIN,
} rv_operation;

// Element-wise operations on `count` elements of the operands that the group's operand k has at pointers[k].
typedef void (*rv_chain)(const float *const *pointers, size_t count);

// How an operand of a group is indexed by the group's element i, or by its row.
typedef enum {
    RV_CONTIGUOUS,  // memory[i]
    RV_REGISTER,    // a strip of the working memory
    RV_SCALAR,      // memory[0]
    RV_FIRST,       // memory[0], read by chains alone, which spread it themselves
    RV_PERIODIC,    // memory[(i / outer) · step + i % inner]: repeated along middle and outermost dimensions, or cut
    RV_COLUMN,      // memory[(i / inner) % outer]: repeated along inner and outermost dimensions
    RV_SUMS,        // memory[(i / outer) · inner + i % inner], to which elements are added
} rv_access;

// An operand of a group; all except contiguous operands have a strip of the working memory.
typedef struct {
    float *memory;
    size_t inner, outer, step;
    rv_access access;
    uint32_t strip;
    uint32_t by_rows;  // whether it has one number a row
} rv_operand;

// destination = operation(a, b, c), all indices into the group's operands; `ordinal` names a random node.
typedef struct {
    rv_operation operation;
    uint32_t ordinal;
    uint32_t by_rows;  // whether an element-wise operation is one of a number a row
    uint32_t destination, a, b, c;
} rv_instruction;

// The state that random kernels read: the stream's key and the replay's counter.
typedef struct {
    uint64_t key;
    uint64_t counter;
} rv_random_state;

// A chain of element-wise operations over `count` elements in rows of `row`, and of reductions of rows, run strip by
// strip.
typedef struct {
    size_t count, row;
    size_t strip;  // elements at a time: whole rows
    size_t block;  // parts of the work are so many of these elements
    const rv_operand *operands;
    uint32_t operand_count;
    uint32_t moving_count;  // the first operands, after which come those that are at the same place in every strip
    const rv_instruction *instructions;
    uint32_t instruction_count;
    uint32_t strip_count;
    const rv_random_state *random;
    const rv_chain *chains;
} rv_group;

// A product C = op(A) op(B) of row-major matrices: C is (m, n), op(A) is (m, k), op(B) is (k, n). A transposed
// operand is stored as its transpose. A batch has `outer` times `inner` such products.
typedef struct {
    size_t m, n, k;
    int transpose_left, transpose_right;
    // Floats from one stored row to the next.
    size_t left_line, right_line, result_line;
    size_t outer, inner;
    // Floats from one product to the next, along the batch's two dimensions.
    size_t left_steps[2], right_steps[2], result_steps[2];
} rv_product;

// Products whose matrices lie one after another in memory, row after row.
static inline rv_product rv_packed_product(
    size_t m, size_t n, size_t k, int transpose_left, int transpose_right, size_t batch) {
    return (rv_product){
        m, n, k, transpose_left, transpose_right, transpose_left ? m : k, transpose_right ? k : n, n, 1, batch,
        {0, m * k}, {0, n * k}, {0, m * n}};
}

// A convolution of x (batch, in_height, in_width, in_channels) with w (out_channels, kernel_height, kernel_width,
// in_channels / groups) to y (batch, out_height, out_width, out_channels):
//
//     y[n, i, j, o] = sum over a, b, c of w[o, a, b, c]
//         · x[n, i·stride_height + a·dilation_height - pad_top, j·stride_width + b·dilation_width - pad_left, g·C + c]
//
// where C = in_channels / groups channels belong to each group and g = o / (out_channels / groups). Elements outside of
// x are 0. The bottom and right padding follow from the extents of y; negative padding crops.
typedef struct {
    size_t batch, in_height, in_width, in_channels;
    size_t out_height, out_width, out_channels;
    size_t kernel_height, kernel_width;
    size_t stride_height, stride_width;
    size_t dilation_height, dilation_width;
    ptrdiff_t pad_top, pad_left;
    size_t groups;
} rv_convolution;

// Which array a convolution's kernel computes from the other two.
typedef enum {
    RV_CONVOLUTION_FORWARD,  // (x, w) -> y
    RV_CONVOLUTION_INPUT,    // (y's gradient, w) -> x's gradient
    RV_CONVOLUTION_WEIGHT,   // (x, y's gradient) -> w's gradient
} rv_convolution_kind;

// The kernels of one instruction set.
typedef struct {
    const char *name;
    // `scratch` is aligned to 64 bytes and holds `rv_group_scratch` bytes.
    void (*run_group)(const rv_group *group, float *scratch, rv_part part);
    // source is (outer, reduced, inner), destination (outer, inner).
    void (*sum)(
        const float *source, float *destination, size_t outer, size_t reduced, size_t inner, rv_part part);
    void (*maximum)(
        const float *source, float *destination, size_t outer, size_t reduced, size_t inner, rv_part part);
    // source is (rows, columns), destination rows of int32: the first index of each row's maximum.
    void (*argmax)(const float *source, int32_t *destination, size_t rows, size_t columns, rv_part part);
    // C must not overlap A or B. `scratch` is aligned to 64 bytes and holds `product_scratch` bytes.
    void (*product)(
        const rv_product *product, const float *a, const float *b, float *c, float *scratch, rv_part part);
    size_t (*product_scratch)(const rv_product *product);
    // The result must not overlap a or b. `scratch` is aligned to 64 bytes and holds `convolution_scratch` bytes.
    void (*convolution)(
        const rv_convolution *convolution, rv_convolution_kind kind, const float *a, const float *b, float *result,
        float *scratch, rv_part part);
    size_t (*convolution_scratch)(const rv_convolution *convolution, rv_convolution_kind kind);
} rv_kernels;

size_t rv_group_scratch(const rv_group *group);

// Makes the calling thread treat subnormal numbers as 0, and returns its earlier mode for `rv_restore_mode`: without
// this, moments that decay towards 0 would slow down a training step several times.
unsigned rv_flush_subnormals(void);
void rv_restore_mode(unsigned mode);

// The number of processors that this process may use.
size_t rv_processors(void);

// Tells the processor that the calling thread is waiting for another one to write to memory.
static inline void rv_pause(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

// The best table for this processor; NULL if it lacks AVX2 and FMA (x86-64-v3).
const rv_kernels *rv_kernels_best(void);

// The table called `name` ("x86-64-v3", "x86-64-v4", "portable"); NULL if it can't run here.
const rv_kernels *rv_kernels_named(const char *name);

#endif
