// Internal to the library; not for its users.

#ifndef REVERIE_FAULT_H
#define REVERIE_FAULT_H

// Keeps a copy of the sentence that reverie_error returns in this thread, and the code of reverie_error_code.
void reverie_set_fault(int code, const char *sentence);

#endif
