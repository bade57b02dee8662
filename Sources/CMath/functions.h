// Functions of the C library's mathematics that Swift's import of it leaves out.
#ifndef REVERIE_CMATH_H
#define REVERIE_CMATH_H

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

#endif
