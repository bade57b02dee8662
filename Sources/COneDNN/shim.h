#include <oneapi/dnnl/dnnl.h>

// The OpenMP runtime that oneDNN runs on; its header ships with GCC only.
void omp_set_num_threads(int count);
