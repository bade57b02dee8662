// Functions of the C library's mathematics that Swift's import of it leaves out, or turns into others.
#ifndef REVERIE_CMATH_H
#define REVERIE_CMATH_H

#include <math.h>
#include <stdint.h>
#include <string.h>

// Sine and cosine together: bit for bit sin(x) and cos(x), with one reduction of the argument in place of two.
extern void sincos(double, double *, double *);

typedef struct {
    double sine, cosine;
} rv_sine_and_cosine;

static inline rv_sine_and_cosine rv_sincos(double x) {
    rv_sine_and_cosine result;
    sincos(x, &result.sine, &result.cosine);
    return result;
}

// pow(x, 2), which differs from x * x in the last bit for one number in a thousand. The exponent is hidden because
// compilers turn the power of a constant 2 into the product.
static inline double rv_pow_two(double x) {
    const volatile double two = 2;
    return pow(x, two);
}

// The same in a third of the time: what pow rounds is wrong by less than a twentieth of the result's last place, so that
// it can differ from the product only where the exact square lies that near the middle between two doubles.
static inline double rv_square(double x) {
    double square = x * x;
    double rest = fabs(fma(x, x, -square));
    uint64_t bits;
    memcpy(&bits, &square, sizeof bits);
    // Below a power of two the doubles lie twice as dense, and near the smallest the rest isn't exact.
    uint64_t fraction = bits & 0xfffffffffffff, exponent = bits - fraction;
    double power;
    memcpy(&power, &exponent, sizeof power);
    if (fraction != 0 && square > 0x1p-900 && rest < 0.45 * 0x1p-52 * power) return square;
    return rv_pow_two(x);
}

static inline float rv_square_single(float x) {
    const volatile float two = 2;
    return powf(x, two);
}

#endif
