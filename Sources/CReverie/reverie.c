#include "reverie.h"
#include "reverie_fault.h"

#include <stdlib.h>
#include <string.h>

// The other functions are written in Swift (Sources/Interface), against the header's declarations.

const char *reverie_version(void) { return REVERIE_VERSION; }

static _Thread_local char *fault;

const char *reverie_error(void) { return fault ? fault : "nothing went wrong"; }

void reverie_set_fault(const char *sentence) {
    free(fault);
    fault = strdup(sentence);
}
