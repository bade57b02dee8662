// Logs all changes of the files in a folder: preloaded into a run, it tells power.py what a power loss at any moment
// might have left of them.
//
//     cc -shared -fPIC -O1 log_io.c -o log_io.so -ldl
//     LOG_ROOT=/tmp/run LOG_IO=/tmp/log LD_PRELOAD=./log_io.so reverie train … --run /tmp/run
//
// A record is a line and, for a write, the bytes written. Files are named by their inodes, since renames change paths:
//
//     C INODE PATH          a file was created        W INODE OFFSET COUNT    bytes were written
//     T INODE LENGTH        it was truncated          F INODE                 it was synced
//     R PATH<tab>PATH       a rename                  L PATH<tab>PATH         a link
//     U PATH                a file was removed        M PATH                  a folder was made
//     D PATH                a folder was synced
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int log_file = -2;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static void append(const char *line, const void *bytes, size_t count) {
    pthread_mutex_lock(&mutex);
    if (log_file == -2) {
        const char *path = getenv("LOG_IO");
        log_file = path ? (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;
    }
    if (log_file >= 0) {
        if (syscall(SYS_write, log_file, line, strlen(line)) < 0) abort();
        if (count > 0 && syscall(SYS_write, log_file, bytes, count) != (long)count) abort();
    }
    pthread_mutex_unlock(&mutex);
}

// The absolute path if it lies in the folder that is logged, else NULL.
static const char *logged(const char *path, char *buffer) {
    const char *root = getenv("LOG_ROOT");
    if (!root) return NULL;
    if (path[0] == '/') {
        snprintf(buffer, 4096, "%s", path);
    } else {
        char folder[2048];
        if (!getcwd(folder, sizeof folder)) return NULL;
        snprintf(buffer, 4096, "%s/%s", folder, path);
    }
    return strncmp(buffer, root, strlen(root)) == 0 ? buffer : NULL;
}

// The inode of an open regular file in the folder that is logged, or 0; for a folder its path in `buffer`, and 0.
static unsigned long inode(int file, char *buffer) {
    char link[64];
    struct stat status;
    buffer[0] = 0;
    if (file <= STDERR_FILENO || fstat(file, &status) != 0) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, buffer, 4000);
    if (length < 0) return 0;
    buffer[length] = 0;
    const char *root = getenv("LOG_ROOT");
    // The folder above the root holds the root's own name.
    size_t count = root ? (size_t)(strrchr(root, '/') - root) : 0;
    if (!root || strncmp(buffer, root, count) != 0) return buffer[0] = 0;
    if (S_ISREG(status.st_mode)) return strncmp(buffer, root, strlen(root)) == 0 ? status.st_ino : 0;
    if (!S_ISDIR(status.st_mode)) buffer[0] = 0;
    return 0;
}

// Whether opening a path will create a file, as one process at a time works in the folder.
static int creates(const char *path, int flags) {
    return flags & O_CREAT && (flags & O_EXCL || faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW) != 0);
}

static int opened(int file, const char *path, int is_new) {
    char buffer[4096], line[8192], name[4096];
    if (file >= 0 && is_new && logged(path, buffer)) {
        snprintf(line, sizeof line, "C %lu %s\n", inode(file, name), buffer);
        append(line, NULL, 0);
    }
    return file;
}

int open(const char *path, int flags, ...) {
    va_list list;
    va_start(list, flags);
    mode_t mode = va_arg(list, mode_t);
    va_end(list);
    int is_new = creates(path, flags);
    return opened(REAL(open)(path, flags, mode), path, is_new);
}

int open64(const char *path, int flags, ...) {
    va_list list;
    va_start(list, flags);
    mode_t mode = va_arg(list, mode_t);
    va_end(list);
    int is_new = creates(path, flags);
    return opened(REAL(open64)(path, flags, mode), path, is_new);
}

static ssize_t written(int file, const void *bytes, ssize_t count, off_t offset) {
    char name[4096], line[128];
    unsigned long number = count > 0 ? inode(file, name) : 0;
    if (number) {
        snprintf(line, sizeof line, "W %lu %ld %ld\n", number, (long)offset, (long)count);
        append(line, bytes, (size_t)count);
    }
    return count;
}

ssize_t pwrite(int file, const void *bytes, size_t count, off_t offset) {
    return written(file, bytes, REAL(pwrite)(file, bytes, count, offset), offset);
}

ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t offset) {
    return written(file, bytes, REAL(pwrite64)(file, bytes, count, offset), offset);
}

static int synced(int file, int result) {
    char name[4096], line[8192];
    if (result != 0) return result;
    unsigned long number = inode(file, name);
    if (number) {
        snprintf(line, sizeof line, "F %lu\n", number);
    } else if (name[0]) {
        snprintf(line, sizeof line, "D %s\n", name);
    } else {
        return result;
    }
    append(line, NULL, 0);
    return result;
}

int fsync(int file) { return synced(file, REAL(fsync)(file)); }

int fdatasync(int file) { return synced(file, REAL(fdatasync)(file)); }

static int truncated(int file, off_t length, int result) {
    char name[4096], line[128];
    unsigned long number = result == 0 ? inode(file, name) : 0;
    if (number) {
        snprintf(line, sizeof line, "T %lu %ld\n", number, (long)length);
        append(line, NULL, 0);
    }
    return result;
}

int ftruncate(int file, off_t length) { return truncated(file, length, REAL(ftruncate)(file, length)); }

int ftruncate64(int file, off64_t length) { return truncated(file, length, REAL(ftruncate64)(file, length)); }

static int named(char letter, const char *from, const char *to, int result) {
    char first[4096], second[4096], line[10000];
    if (result != 0 || !logged(from, first)) return result;
    if (to && logged(to, second)) {
        snprintf(line, sizeof line, "%c %s\t%s\n", letter, first, second);
    } else {
        snprintf(line, sizeof line, "%c %s\n", letter, first);
    }
    append(line, NULL, 0);
    return result;
}

int rename(const char *from, const char *to) { return named('R', from, to, REAL(rename)(from, to)); }

int link(const char *from, const char *to) { return named('L', from, to, REAL(link)(from, to)); }

int unlink(const char *path) { return named('U', path, NULL, REAL(unlink)(path)); }

int mkdir(const char *path, mode_t mode) { return named('M', path, NULL, REAL(mkdir)(path, mode)); }
