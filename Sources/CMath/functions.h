// Functions of the C library's mathematics that Swift's import of it leaves out, or turns into others.
#ifndef REVERIE_CMATH_H
#define REVERIE_CMATH_H

#include <math.h>

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

// The square as pow gives it, which differs from x * x in the last bit for one number in a thousand. The exponent is
// hidden because compilers turn the power of a constant 2 into the product.
static inline double rv_square(double x) {
    const volatile double two = 2;
    return pow(x, two);
}

static inline float rv_square_single(float x) {
    const volatile float two = 2;
    return powf(x, two);
}

#endif
