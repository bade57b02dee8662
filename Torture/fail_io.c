// Makes the N-th change to a file fail, or that one and all later ones: preloaded into a run, it shows that no failure
// of the disk costs a checkpoint or passes for success.
//
//     cc -shared -fPIC -O1 fail_io.c -o fail_io.so -ldl
//     FAIL_AT=17 FAIL_MODE=once LD_PRELOAD=./fail_io.so reverie train …
//
// It counts write, pwrite, fsync, fdatasync, ftruncate, rename and link on regular files. With FAIL_COUNT=FILE it
// writes their number to FILE at the end, so that a script knows the largest N.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static atomic_long calls;

static long setting(const char *name) {
    const char *text = getenv(name);
    return text ? atol(text) : 0;
}

static int fails(void) {
    long call = atomic_fetch_add(&calls, 1) + 1, at = setting("FAIL_AT");
    const char *mode = getenv("FAIL_MODE");
    int is_failing = at > 0 && (call == at || (call > at && mode && strcmp(mode, "forever") == 0));
    if (is_failing) errno = ENOSPC;
    return is_failing;
}

// The process's output and error messages don't count, even if they go to files.
static int is_regular(int file) {
    struct stat status;
    return file > STDERR_FILENO && fstat(file, &status) == 0 && S_ISREG(status.st_mode);
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t write(int file, const void *bytes, size_t count) {
    return is_regular(file) && fails() ? -1 : REAL(write)(file, bytes, count);
}

ssize_t pwrite(int file, const void *bytes, size_t count, off_t offset) {
    return is_regular(file) && fails() ? -1 : REAL(pwrite)(file, bytes, count, offset);
}

ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t offset) {
    return is_regular(file) && fails() ? -1 : REAL(pwrite64)(file, bytes, count, offset);
}

int fsync(int file) { return fails() ? -1 : REAL(fsync)(file); }

int fdatasync(int file) { return fails() ? -1 : REAL(fdatasync)(file); }

int ftruncate(int file, off_t length) { return fails() ? -1 : REAL(ftruncate)(file, length); }

int rename(const char *from, const char *to) { return fails() ? -1 : REAL(rename)(from, to); }

int link(const char *from, const char *to) { return fails() ? -1 : REAL(link)(from, to); }

__attribute__((destructor)) static void report(void) {
    const char *path = getenv("FAIL_COUNT");
    FILE *file = path ? fopen(path, "w") : NULL;
    if (file) fprintf(file, "%ld\n", atomic_load(&calls)), fclose(file);
}
