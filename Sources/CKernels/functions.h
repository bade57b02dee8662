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
