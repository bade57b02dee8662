// Transcendental functions of one float, without branches, so that loops over them vectorise.

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

INLINE uint64_t bits_of_double(double x) {
    uint64_t u;
    memcpy(&u, &x, 8);
    return u;
}

INLINE double double_of(uint64_t u) {
    double x;
    memcpy(&x, &u, 8);
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

// e^x - 1 by 2^n (e^r - 1) + (2^n - 1), where |r| <= ln2/2 and the polynomial is exp_of's, all halved so that 2^n may
// just exceed the largest number.
INLINE float expm1_of(float x) {
    float y = x > 89.0f ? 89.0f : x;
    y = y < -20.0f ? -20.0f : y;
    const float magic = 12582912.0f;
    float shifted = y * 1.44269504088896341f + magic;
    int32_t n = (int32_t)(bits_of(shifted) - bits_of(magic));
    float whole = shifted - magic;
    float r = y - whole * 0.693145751953125f;
    r = r - whole * 1.42860682030941723212e-6f;
    float p = 1.9875691500e-4f;
    p = p * r + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = p * r * r + r;
    float half = float_of((uint32_t)(n + 126) << 23);
    float result = 2.0f * (p * half + (half - 0.5f));
    return x == 0.0f ? x : result;
}

// Sine and cosine of |t| <= pi/4, within 3e-8 of 1.
INLINE float sine_near_zero(float t, float z) {
    return ((-1.9515295891e-4f * z + 8.3321608736e-3f) * z - 1.6666654611e-1f) * z * t + t;
}

INLINE float cosine_near_zero(float z) {
    return ((2.443315711809948e-5f * z - 1.388731625493765e-3f) * z + 4.166664568298827e-2f) * z * z - 0.5f * z + 1.0f;
}

// sin(x + quarters pi/2). The nearest multiple of pi/2 is subtracted in double precision, as a sum of two constants, so
// that the remaining angle is correct to float precision. Beyond 2^50, where neighbouring floats are many turns apart,
// numbers count as 0.
INLINE float sine_of_shifted(float x, uint32_t quarters) {
    double wide = __builtin_fabsf(x) < 0x1p50f ? x : x * 0.0f;
    const double magic = 0x1.8p52;
    double shifted = wide * 0.63661977236758134308 + magic;
    double whole = shifted - magic;
    double reduced = wide - whole * 1.57079632679489655800;
    float t = (float)(reduced - whole * 6.12323399573676603587e-17);
    float z = t * t;
    uint32_t quadrant = (uint32_t)bits_of_double(shifted) + quarters;
    float r = quadrant & 1 ? cosine_near_zero(z) : sine_near_zero(t, z);
    return quadrant & 2 ? -r : r;
}

// The error function: x P(x²) up to 1 and 1 - e^Q(|x|) up to 4, beyond which it rounds to 1. P and Q are minimax
// polynomials (Remez) with errors of 1.3e-9 and 1.1e-9 relative to erf.
INLINE float erf_of(float x) {
    float a = __builtin_fabsf(x);
    float z = x * x;
    float p = 7.85387753e-5f;
    p = p * z - 8.01019826e-4f;
    p = p * z + 5.18832819e-3f;
    p = p * z - 2.68538122e-2f;
    p = p * z + 1.12835851e-1f;
    p = p * z - 3.76126258e-1f;
    p = p * z + 1.28379166e-1f;  // and 1, so that no rounding comes of it
    float small = p * x + x;
    float y = a < 4.0f ? a : 4.0f;
    float q = 1.86374950e-4f;
    q = q * y - 2.94761744e-3f;
    q = q * y + 2.18379034e-2f;
    q = q * y - 1.03106425e-1f;
    q = q * y - 6.38145205e-1f;
    q = q * y - 1.12708897f;
    q = q * y - 3.41576205e-4f;
    float large = a < 4.0f ? 1.0f - exp_of(q) : 1.0f;
    large = __builtin_copysignf(large, x);
    float r = a < 1.0f ? small : large;
    return x != x ? x : r;
}

// The inverse of the error function: y times a polynomial of w = -log(1 - y²) up to w = 5, and of its square root
// beyond that (the split is by Giles, 2010); both are minimax (Remez) with a relative error of 9.4e-8 and 6e-8.
INLINE float erf_inverse_of(float y) {
    float w = -log_of((1.0f - y) * (1.0f + y));
    float c = w - 2.5f;
    float p = 2.85342871e-8f;
    p = p * c + 3.43725571e-7f;
    p = p * c - 3.52885242e-6f;
    p = p * c - 4.39676433e-6f;
    p = p * c + 2.18602160e-4f;
    p = p * c - 1.25370757e-3f;
    p = p * c - 4.17770769e-3f;
    p = p * c + 2.46640726e-1f;
    p = p * c + 1.50140942f;
    float s = __builtin_sqrtf(w) - 3.0f;
    float q = -2.00120739e-4f;
    q = q * s + 1.02693808e-4f;
    q = q * s + 1.34912816e-3f;
    q = q * s - 3.67564605e-3f;
    q = q * s + 5.73946508e-3f;
    q = q * s - 7.62167179e-3f;
    q = q * s + 9.43893529e-3f;
    q = q * s + 1.00167403f;
    q = q * s + 2.83297692f;
    float r = y * (w < 5.0f ? p : q);
    return __builtin_fabsf(y) == 1.0f ? y * __builtin_inff() : r;
}

// log2 of x >= 0: e + 2 atanh((m - 1) / (m + 1)) / ln2 with x = m 2^e and m close to 1, by a minimax polynomial (Remez)
// with a relative error of 4.2e-12.
INLINE double log2_of(double x) {
    uint64_t u = bits_of_double(x) - 0x3fe6a09e667f3bcdull;  // sqrt(1/2)
    double e = double_of((uint64_t)((int64_t)u >> 52) + 0x4338000000000000ull) - 0x1.8p52;
    double m = double_of((u & 0x000fffffffffffffull) + 0x3fe6a09e667f3bcdull);
    double s = (m - 1.0) / (m + 1.0), z = s * s;
    double p = 0.340728009315087116;
    p = p * z + 0.411672827065212388;
    p = p * z + 0.577083583260413077;
    p = p * z + 0.961796673350164675;
    p = p * z + 2.88539008179008;
    double r = p * s + e;
    r = x == 0.0 ? -__builtin_inf() : r;
    return x < __builtin_inf() ? r : x;
}

// 2^t within a float's range, and 0 or infinity outside: a minimax polynomial (Remez) with a relative error of 4e-11.
INLINE float exp2_of(double t) {
    t = t < 200.0 ? t : (t != t ? t : 200.0);
    t = t > -200.0 ? t : (t != t ? t : -200.0);
    const double magic = 0x1.8p52;
    double shifted = t + magic;
    double r = t - (shifted - magic);
    double p = 0.0000152019286572743084;
    p = p * r + 0.000154692922280758056;
    p = p * r + 0.00133339225416732261;
    p = p * r + 0.00961802725048122996;
    p = p * r + 0.0555041035346600105;
    p = p * r + 0.240226511981700343;
    p = p * r + 0.693147180728433718;
    p = p * r + 0.999999999961688373;
    return (float)(p * double_of((bits_of_double(shifted) + 1023) << 52));
}

// x^y by 2^(y log2 |x|) in double precision, with C's special cases: 1 if x is 1 or y is 0, or if x is -1 and y
// infinite; the sign of x for odd y; NaN for finite x < 0 and y that is not an integer.
INLINE float power_of(float x, float y) {
    float magnitude = __builtin_fabsf(x);
    float r = exp2_of((double)y * log2_of(magnitude));
    r = magnitude == 1.0f && __builtin_fabsf(y) == __builtin_inff() ? 1.0f : r;
    float half = 0.5f * y;
    int whole = __builtin_floorf(y) == y, odd = whole & (__builtin_floorf(half) != half);
    r = x < 0.0f && x > -__builtin_inff() && !whole ? __builtin_nanf("") : r;
    r = odd ? __builtin_copysignf(r, x) : r;
    return x == 1.0f || y == 0.0f ? 1.0f : r;
}
