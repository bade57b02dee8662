#include "reverie.h"
#include "reverie_fault.h"

#include <stdlib.h>
#include <string.h>

// The other functions are written in Swift (Sources/Interface), against the header's declarations.

const char *reverie_version(void) { return REVERIE_VERSION; }

static _Thread_local char *fault;

const char *reverie_error(void) { return fault ? fault : "nothing went wrong"; }

static _Thread_local int fault_code;

reverie_code reverie_error_code(void) { return (reverie_code)fault_code; }

void reverie_set_fault(int code, const char *sentence) {
    free(fault);
    fault = strdup(sentence);
    fault_code = code;
}
