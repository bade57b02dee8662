/* Plays MinAtar's Breakout at random in eight environments at once, through libReverie:
 *
 *     cc -O2 rollouts.c -I ../../Sources/CReverie/include -L ../../.build/release -lReverie -Wl,-rpath,$PWD/../../.build/release -o rollouts
 */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "reverie.h"

enum { COUNT = 8, STEPS = 10000 };

static void stop_at(int failed) {
    if (!failed) return;
    fprintf(stderr, "%s\n", reverie_error());
    exit(1);
}

int main(void) {
    const char *options[] = {"sticky_action_prob=0", "max_episode_steps=1000"};
    reverie_batch *batch = reverie_make("MinAtar/Breakout-v0", COUNT, REVERIE_SAME_STEP, options, 2);
    stop_at(!batch);
    reverie_buffers buffers = reverie_get_buffers(batch);
    uint64_t seeds[COUNT];
    for (int i = 0; i < COUNT; i++) seeds[i] = i;
    stop_at(reverie_reset(batch, seeds, NULL, NULL));

    uint64_t random = 1;
    double total = 0;
    int episodes = 0;
    for (int step = 0; step < STEPS; step++) {
        for (int i = 0; i < COUNT; i++) {
            random = random * 6364136223846793005u + 1442695040888963407u;
            buffers.discrete_actions[i] = (int64_t)((random >> 33) % 6);
        }
        stop_at(reverie_step(batch));
        for (int i = 0; i < COUNT; i++) {
            total += buffers.rewards[i];
            episodes += buffers.terminated[i] || buffers.truncated[i];
        }
    }
    printf("%d episodes of %s, mean return %.2f\n", episodes, "MinAtar/Breakout-v0", total / episodes);
    reverie_close(batch);
    return 0;
}
