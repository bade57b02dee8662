/* Reverie's environments from C and from languages that can call C.
 *
 * A batch is n environments of one kind that are stepped together. Its buffers stay in place for its life: write the actions,
 * call reverie_step, read what it gave. Nothing is copied.
 *
 *     reverie_batch *batch = reverie_make("CartPole-v1", 8, REVERIE_SAME_STEP, NULL, 0);
 *     if (!batch) { fprintf(stderr, "%s\n", reverie_error()); exit(1); }
 *     reverie_buffers buffers = reverie_get_buffers(batch);
 *     reverie_reset(batch, NULL, NULL, NULL);
 *     for (int i = 0; i < 8; i++) buffers.discrete_actions[i] = 1;
 *     if (reverie_step(batch) != 0) fprintf(stderr, "%s\n", reverie_error());
 *     reverie_close(batch);
 *
 * Functions that can fail say so by NULL or a number other than 0; reverie_error then says why, in a sentence. Texts are
 * UTF-8. A batch belongs to one thread at a time; different batches may be used at the same time. */

#ifndef REVERIE_H
#define REVERIE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* n environments. */
typedef struct reverie_batch reverie_batch;

/* What happens to an environment whose episode has ended: Gymnasium's three ways. */
typedef enum {
    /* It is reset within the step: `observations` hold the new episode's first, `final_observations` the old one's last. */
    REVERIE_SAME_STEP = 0,
    /* The next step ignores its action, resets it and gives reward 0; `is_reset` marks it. */
    REVERIE_NEXT_STEP = 1,
    /* Nothing: it must be reset before the next step. */
    REVERIE_DISABLED = 2
} reverie_autoreset;

/* Where a batch's numbers are: row-major, one row an environment, n rows. Those that a batch doesn't have are NULL. */
typedef struct {
    /* The current observations: n × observation_size bytes of the observation space's type. */
    const void *observations;
    /* The observations that the last step led to; they differ where a step ended an episode with REVERIE_SAME_STEP. */
    const void *final_observations;
    /* n actions to write, where the action space is discrete. */
    int64_t *discrete_actions;
    /* n × action_count actions to write, where the action space is a box. */
    float *continuous_actions;
    /* n rewards of the last step. */
    const double *rewards;
    /* n flags: the last step ended the episode in a terminal state. */
    const uint8_t *terminated;
    /* n flags: the last step cut the episode. */
    const uint8_t *truncated;
    /* n flags: the last step was a reset that ignored its action. */
    const uint8_t *is_reset;
    /* n masks of the actions that are not in vain, bit a for the action a, where the environment tells. */
    const uint64_t *action_masks;
    /* Bytes of one observation. */
    size_t observation_size;
    /* Numbers of one action: 1 where it is discrete. */
    size_t action_count;
    /* The size of a picture in pixels. */
    size_t frame_width, frame_height;
} reverie_buffers;

#define REVERIE_VERSION "0.1.0"

/* The version of the library, which is REVERIE_VERSION of the header that it was built with. Lives as long as the process. */
const char *reverie_version(void);

/* What went wrong in this thread's last call that failed. Lives until the thread's next failing call. */
const char *reverie_error(void);

/* Says where the folder `assets` with the maps is, for the whole process. */
void reverie_set_assets(const char *path);

/* All environments as a JSON array of their ids, to be given to reverie_free. */
char *reverie_list(void);

/* Makes a batch of `count` environments. `options` are `option_count` texts "name=value"; `reverie list environments ID` shows an
 * environment's. NULL where that can't be done. */
reverie_batch *reverie_make(
    const char *id, size_t count, reverie_autoreset autoreset, const char *const *options, size_t option_count);

/* Ends a batch; its buffers are gone. NULL is allowed. */
void reverie_close(reverie_batch *batch);

/* The batch's buffers. */
reverie_buffers reverie_get_buffers(const reverie_batch *batch);

/* The batch as a JSON object, to be given to reverie_free: id, count, observationSpace, actionSpace, actionNames, framesPerSecond,
 * stepLimit, rewardThreshold, stackedFrames, canSnapshot. A space has a "type" (Discrete, Box, MultiDiscrete, MultiBinary, Tuple,
 * Dict) and Gymnasium's arguments; equal bounds of a box are one number, infinite ones the texts "inf" and "-inf". */
char *reverie_describe(const reverie_batch *batch);

/* Starts an episode in the environments i with mask[i] != 0; in all where `mask` is NULL. Environment i is seeded with seeds[i] where
 * `seeds` is not NULL and is_seeded[i] != 0 or `is_seeded` is NULL; the others' random streams run on. */
int reverie_reset(reverie_batch *batch, const uint64_t *seeds, const uint8_t *is_seeded, const uint8_t *mask);

/* Plays one step in each environment with the actions written before. Fails, and changes nothing, where an environment has not
 * been reset, its episode has ended, or an action is outside the action space. */
int reverie_step(reverie_batch *batch);

/* Draws environment `index` into frame_height × frame_width × 3 bytes of red, green and blue. */
int reverie_draw(reverie_batch *batch, size_t index, uint8_t *rgb);

/* The whole state of environment `index`, to be given to reverie_free; its bytes go to `size`. NULL where it can't be saved. */
uint8_t *reverie_save(reverie_batch *batch, size_t index, size_t *size);

/* Puts environment `index` into a saved state, its rows with it. */
int reverie_restore(reverie_batch *batch, size_t index, const uint8_t *state, size_t size);

/* Gives back what reverie_list, reverie_describe or reverie_save returned. NULL is allowed. */
void reverie_free(void *memory);

#ifdef __cplusplus
}
#endif

#endif
