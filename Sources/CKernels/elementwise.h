// Element-wise operations: one loop each over up to RV_STRIP elements, and their table.

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
UNARY(log1p_kernel, x == __builtin_inff() ? x : log1p_of(x))
UNARY(expm1_kernel, expm1_of(x))
UNARY(sine_kernel, sine_of_shifted(x, 0))
UNARY(cosine_kernel, sine_of_shifted(x, 1))
UNARY(erf_kernel, erf_of(x))
UNARY(erf_inverse_kernel, erf_inverse_of(x))
UNARY(floor_kernel, __builtin_floorf(x))
UNARY(round_kernel, __builtin_roundevenf(x))
UNARY(int32_from_float_kernel, float_of((uint32_t)(x >= -0x1p31f && x < 0x1p31f ? (int32_t)x : INT32_MIN)))
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
BINARY(power_kernel, power_of(x, y))

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
    [RV_LOG1P] = log1p_kernel,
    [RV_EXPM1] = expm1_kernel,
    [RV_SINE] = sine_kernel,
    [RV_COSINE] = cosine_kernel,
    [RV_ERF] = erf_kernel,
    [RV_ERF_INVERSE] = erf_inverse_kernel,
    [RV_FLOOR] = floor_kernel,
    [RV_ROUND] = round_kernel,
    [RV_INT32_FROM_FLOAT] = int32_from_float_kernel,
    [RV_ADD] = add_kernel,
    [RV_SUBTRACT] = subtract_kernel,
    [RV_MULTIPLY] = multiply_kernel,
    [RV_DIVIDE] = divide_kernel,
    [RV_MAXIMUM] = maximum_kernel,
    [RV_MINIMUM] = minimum_kernel,
    [RV_LESS] = less_kernel,
    [RV_LESS_EQUAL] = less_equal_kernel,
    [RV_EQUAL] = equal_kernel,
    [RV_POWER] = power_kernel,
    [RV_SELECT] = select_kernel,
};
