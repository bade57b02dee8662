// Random numbers: each is a function of the stream's key, the replay's counter, the node and the element.

// Philox4x32-10 over RV_STRIP/4 blocks at a time; element e takes word e % 4 of block e / 4.
// The counter's words are: block, random node, replay counter (low, high).
static void philox_strip(
    uint32_t words[4][RV_STRIP / 4], const rv_random_state *state, uint32_t ordinal, size_t start) {
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

// Stores the elements from the first `skipped` on.
static void store_strip(float *d, float values[4][RV_STRIP / 4], size_t skipped, size_t n) {
    float strip[RV_STRIP];
    for (size_t i = 0; i < RV_STRIP / 4; i++) {
        for (size_t lane = 0; lane < 4; lane++) strip[4 * i + lane] = values[lane][i];
    }
    memcpy(d, strip + skipped, n * sizeof(float));
}

// Uniform in [0, 1): the upper 24 bits of each word.
static void random_uniform_strip(float *d, size_t n, size_t start, const rv_random_state *state, uint32_t ordinal) {
    uint32_t words[4][RV_STRIP / 4];
    float values[4][RV_STRIP / 4];
    philox_strip(words, state, ordinal, start);
    for (int lane = 0; lane < 4; lane++) {
        VECTORISE for (size_t i = 0; i < RV_STRIP / 4; i++) values[lane][i] = (float)(words[lane][i] >> 8) * 0x1p-24f;
    }
    store_strip(d, values, start % 4, n);
}

// Standard normal by Box and Muller (1958): words 0 and 1 give elements 0 and 1, words 2 and 3 the others.
static void random_normal_strip(float *d, size_t n, size_t start, const rv_random_state *state, uint32_t ordinal) {
    uint32_t words[4][RV_STRIP / 4];
    float values[4][RV_STRIP / 4];
    philox_strip(words, state, ordinal, start);
    for (int pair = 0; pair < 4; pair += 2) {
        VECTORISE for (size_t i = 0; i < RV_STRIP / 4; i++) {
            float u = (float)((words[pair][i] >> 8) + 1) * 0x1p-24f;
            float radius = __builtin_sqrtf(-2.0f * log_of(u));
            // The angle in turns, reduced by symmetry to |t| <= 1/8 around the centre of a quarter.
            uint32_t angle = words[pair + 1][i] >> 8;
            uint32_t quadrant = (angle + 0x200000u) >> 22;
            float t = (float)((int32_t)angle - (int32_t)(quadrant << 22)) * (0x1p-24f * 6.28318530717958648f);
            float z = t * t;
            float sine = sine_near_zero(t, z), cosine = cosine_near_zero(z);
            uint32_t odd = quadrant & 1;
            float c = odd ? sine : cosine, s = odd ? cosine : sine;
            c = ((quadrant + 1) & 2) ? -c : c;
            s = (quadrant & 2) ? -s : s;
            values[pair][i] = radius * c;
            values[pair + 1][i] = radius * s;
        }
    }
    store_strip(d, values, start % 4, n);
}

// As many elements as requested, from any start.
#define RANDOM(name)                                                                                     \
    static void random_##name##_kernel(                                                                  \
        float *d, size_t n, size_t start, const rv_random_state *state, uint32_t ordinal) {              \
        for (size_t done = 0, some; done < n; done += some) {                                            \
            some = smaller(RV_STRIP - (start + done) % 4, n - done);                                     \
            random_##name##_strip(d + done, some, start + done, state, ordinal);                         \
        }                                                                                                \
    }

RANDOM(uniform)
RANDOM(normal)
