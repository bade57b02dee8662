// A child of the bridge that says what a file holds, whatever that is: the fuzzer's input. The file's parts, which a
// zero byte ends, are sent one by one, each after something has arrived from the parent, or after a tenth of a second
// in which nothing has; then the child ends.
//
//     REVERIE_ANSWERS=FILE child

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LINK = 3, LARGEST = 1 << 17 };

int main(void) {
    static char answers[LARGEST], asked[1 << 16];
    const char *path = getenv("REVERIE_ANSWERS");
    int file = path ? open(path, O_RDONLY) : -1;
    if (file < 0) return 1;
    ssize_t count = read(file, answers, sizeof answers);
    close(file);
    for (ssize_t start = 0; start < count;) {
        struct pollfd link = {LINK, POLLIN, 0};
        if (poll(&link, 1, 100) > 0 && read(LINK, asked, sizeof asked) <= 0) return 0;
        const char *end = memchr(answers + start, 0, (size_t)(count - start));
        ssize_t length = end ? end - (answers + start) : count - start;
        if (length > 0 && write(LINK, answers + start, (size_t)length) != length) return 0;
        start += length + 1;
    }
    return 0;
}
