#ifndef CPICTURES_H
#define CPICTURES_H

#include <stddef.h>
#include <stdint.h>

// Pictures in memory by libpng and libjpeg-turbo. Both report errors by longjmp, which must not cross a frame of Swift:
// here it ends within the C function that was called.

typedef enum {
    PICTURE_READ,
    // The bytes break the format, or end too early.
    PICTURE_DAMAGED,
    // The picture is of a kind that is valid and not read here.
    PICTURE_UNSUPPORTED,
    // It has more pixels than the caller allows.
    PICTURE_TOO_LARGE,
    // There is no memory for it.
    PICTURE_NO_MEMORY,
} picture_status;

typedef struct {
    uint32_t width, height;
    // Red, green, blue and alpha of each pixel, a byte each, row by row; NULL unless it was read.
    uint8_t *pixels;
    // How many of the bytes had been taken when the status was known.
    size_t offset;
    // What is wrong, in the library's words.
    char message[200];
} picture;

// Reads a picture of at most `most` pixels. Nothing is allocated for pixels before their number is known and allowed.
picture_status picture_read_png(const uint8_t *bytes, size_t count, uint64_t most, picture *result);
picture_status picture_read_jpeg(const uint8_t *bytes, size_t count, uint64_t most, picture *result);

void picture_free(picture *read);

#endif
