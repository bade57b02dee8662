// Gives every process the same number, as containers often do: preloaded into runs that are killed and resumed, it shows
// that nothing relies on its being new.
//
//     cc -shared -fPIC -O1 same_pid.c -o same_pid.so
#include <unistd.h>

pid_t getpid(void) { return 7; }
