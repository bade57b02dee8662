// Between the two halves of the library; not for its users.

#ifndef REVERIE_FAULT_H
#define REVERIE_FAULT_H

// Keeps a copy of what reverie_error is to say in this thread.
void reverie_set_fault(const char *sentence);

#endif
