// Functions of the C library for processes and shared memory that Swift's import of it leaves out.
#ifndef REVERIE_CLINUX_H
#define REVERIE_CLINUX_H

#include <spawn.h>

// Memory as a file without a name.
extern int memfd_create(const char *name, unsigned int flags);

// A pipe with flags such as O_CLOEXEC, so that no process started at that moment inherits it.
extern int pipe2(int ends[2], int flags);

// Lets a spawned process inherit no file from this number on.
extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from);

#endif
