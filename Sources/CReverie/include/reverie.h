/* Reverie's environments from C and from languages that can call C.
 *
 * A batch is n environments of one kind that are stepped together. Its buffers stay in place as long as it lives: write
 * the actions, call reverie_step, and read the results. Nothing is copied.
 *
 *     reverie_batch *batch = reverie_make("CartPole-v1", 8, REVERIE_SAME_STEP, NULL, 0);
 *     if (!batch) { fprintf(stderr, "%s\n", reverie_error()); exit(1); }
 *     reverie_buffers buffers = reverie_get_buffers(batch);
 *     reverie_reset(batch, NULL, NULL, NULL);
 *     for (int i = 0; i < 8; i++) buffers.discrete_actions[i] = 1;
 *     if (reverie_step(batch) != 0) fprintf(stderr, "%s\n", reverie_error());
 *     reverie_close(batch);
 *
 * Functions that fail return NULL or an error code, a number other than 0; reverie_error_code and reverie_error then say
 * what went wrong. A NULL where a pointer is needed is such a failure, for a batch as for anything else; where NULL has a
 * meaning, it is described. A batch must not be used after reverie_close, and must not be copied by its bytes; to copy
 * an environment, use reverie_save and reverie_restore. Strings are UTF-8. Only one thread at a time may use a batch;
 * different batches may be used at the same time. */

#ifndef REVERIE_H
#define REVERIE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* n environments. */
typedef struct reverie_batch reverie_batch;

/* What happens to an environment whose episode has ended: Gymnasium's three autoreset modes. */
typedef enum {
    /* The step resets it: `observations` hold the new episode's first, `final_observations` the old one's last. */
    REVERIE_SAME_STEP = 0,
    /* The next step ignores its action, resets it and gives reward 0; `is_reset` marks that step. */
    REVERIE_NEXT_STEP = 1,
    /* Nothing: it must be reset before the next step. */
    REVERIE_DISABLED = 2
} reverie_autoreset;

/* What a function that fails returns, if it returns a number. */
typedef enum {
    REVERIE_OK = 0,
    /* The arguments are wrong, or the environment refuses them. */
    REVERIE_FAILED = 1,
    /* It would take more memory than there is. Nothing was allocated. */
    REVERIE_NO_MEMORY = 2
} reverie_code;

/* A batch's buffers: row-major, n rows, one per environment. Those that a batch doesn't have are NULL. */
typedef struct {
    /* The current observations: n × observation_size bytes of the observation space's type. */
    const void *observations;
    /* The observations that the last step led to; with REVERIE_SAME_STEP they differ where it ended an episode. */
    const void *final_observations;
    /* n × action_count numbers to write, if the action space is discrete or has several choices. */
    int64_t *discrete_actions;
    /* n × action_count numbers to write, if the action space is a box of floats. */
    float *continuous_actions;
    /* n rewards of the last step. */
    const double *rewards;
    /* n flags: the last step ended the episode in a terminal state. */
    const uint8_t *terminated;
    /* n flags: the last step truncated the episode. */
    const uint8_t *truncated;
    /* n flags: the last step was a reset that ignored its action. */
    const uint8_t *is_reset;
    /* n masks of the valid actions, bit a for action a, if the environment has them. */
    const uint64_t *action_masks;
    /* n masks of the states that ended an episode, where the last step did: only with REVERIE_SAME_STEP, whose
     * `action_masks` are those of the new episode. */
    const uint64_t *final_action_masks;
    /* Bytes of one observation. */
    size_t observation_size;
    /* Numbers in one action: 1 if it is discrete. */
    size_t action_count;
    /* The size of a drawn frame in pixels. */
    size_t frame_width, frame_height;
    /* n × action_count zeros and ones to write, if the action space consists of bits. */
    uint8_t *binary_actions;
} reverie_buffers;

#define REVERIE_VERSION "0.1.0"

/* The version of the library: REVERIE_VERSION of the header that it was built with. Valid as long as the process. */
const char *reverie_version(void);

/* What went wrong in this thread's last failed call. Valid until the thread's next failed call. */
const char *reverie_error(void);

/* The code of this thread's last failed call, for functions that return NULL; REVERIE_OK if none has failed. */
reverie_code reverie_error_code(void);

/* Sets the path of the folder `assets`, which holds the maps, for the whole process. NULL changes nothing. */
void reverie_set_assets(const char *path);

/* The ids of all environments as a JSON array. Free it with reverie_free. */
char *reverie_list(void);

/* All environments as a JSON array of objects: id, summary, stepLimit and rewardThreshold, each a number or null. Free
 * it with reverie_free. */
char *reverie_catalog(void);

/* Makes a batch of `count` environments, from 1 to 2^20. `options` are `option_count` strings "name=value", NULL if there
 * are none; `reverie list environments ID` shows an environment's options. What the batch takes is reckoned first. NULL
 * on failure. */
reverie_batch *reverie_make(
    const char *id, size_t count, reverie_autoreset autoreset, const char *const *options, size_t option_count);

/* Frees a batch and its buffers. NULL is allowed. */
void reverie_close(reverie_batch *batch);

/* The batch's buffers; all NULL and 0 on failure. */
reverie_buffers reverie_get_buffers(const reverie_batch *batch);

/* Describes the batch as a JSON object: id, count, observationSpace, actionSpace, elementType, actionNames,
 * framesPerSecond, stepLimit, rewardThreshold, stackedFrames, canSnapshot. Free it with reverie_free; NULL on failure. A
 * space has a "type" (Discrete, Box, MultiDiscrete, MultiBinary, Tuple, Dict) and Gymnasium's arguments; equal bounds of
 * a box are one number, infinite ones the strings "inf" and "-inf". */
char *reverie_describe(const reverie_batch *batch);

/* Starts an episode in each environment i with mask[i] != 0; in all if `mask` is NULL. Environment i is seeded with
 * seeds[i] if `seeds` is not NULL and either is_seeded[i] != 0 or `is_seeded` is NULL; the random streams of the others
 * continue. */
int reverie_reset(reverie_batch *batch, const uint64_t *seeds, const uint8_t *is_seeded, const uint8_t *mask);

/* Plays one step in each environment with the actions written before. Fails and changes nothing if an environment has
 * not been reset, if its episode has ended, if a discrete action is outside the action space, or if a number is NaN.
 * Numbers beyond the bounds of a box are clipped where the original clips them. */
int reverie_step(reverie_batch *batch);

/* Draws environment `index` into frame_height × frame_width × 3 bytes of red, green and blue. */
int reverie_draw(reverie_batch *batch, size_t index, uint8_t *rgb);

/* The whole state of environment `index`; its length in bytes is written to `size`. Free it with reverie_free. NULL if
 * the environment can't be saved. */
uint8_t *reverie_save(reverie_batch *batch, size_t index, size_t *size);

/* Restores a saved state of environment `index`, including its rows of the buffers. One that was saved before its first
 * reset must be reset before it is stepped. Fails and changes nothing if the bytes are no state of this environment. */
int reverie_restore(reverie_batch *batch, size_t index, const uint8_t *state, size_t size);

/* Frees what reverie_list, reverie_describe or reverie_save returned. NULL is allowed. */
void reverie_free(void *memory);

#ifdef __cplusplus
}
#endif

#endif
