#include "CPictures.h"

#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

// Deflate can't compress further than this, 258 bytes to 2 bits, so a larger claimed size is false.
#define LARGEST_RATIO 1032

typedef struct {
    const uint8_t *bytes;
    size_t count;
    picture *result;
    jmp_buf failed;
} source;

static void take(png_structp png, png_bytep target, size_t count) {
    source *from = png_get_io_ptr(png);
    if (count > from->count - from->result->offset) png_error(png, "the end of the file");
    memcpy(target, from->bytes + from->result->offset, count);
    from->result->offset += count;
}

static void fail(png_structp png, png_const_charp message) {
    source *from = png_get_error_ptr(png);
    strncpy(from->result->message, message, sizeof from->result->message - 1);
    longjmp(from->failed, 1);
}

static void ignore(png_structp png, png_const_charp message) {
    (void)png;
    (void)message;
}

// Whether the file can hold the pixels that its header promises.
static int is_possible(png_structp png, png_infop info, size_t count) {
    uint64_t row = (uint64_t)png_get_rowbytes(png, info);
    return row * png_get_image_height(png, info) / LARGEST_RATIO <= count;
}

// Asks for red, green, blue and alpha in bytes, whatever the file has. Gamma and colour profiles are not applied.
static void convert(png_structp png, png_infop info) {
    // Palettes become colours, 1, 2 and 4 bits become 8, and a transparent colour or palette becomes alpha.
    png_set_expand(png);
    // 16 bits are rounded to 8.
    png_set_scale_16(png);
    png_set_gray_to_rgb(png);
    png_set_add_alpha(png, 0xFF, PNG_FILLER_AFTER);
    png_set_interlace_handling(png);
    png_read_update_info(png, info);
}

picture_status picture_read_png(const uint8_t *bytes, size_t count, uint64_t most, picture *result) {
    memset(result, 0, sizeof *result);
    source from = {.bytes = bytes, .count = count, .result = result};
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &from, fail, ignore);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    if (!info) {
        png_destroy_read_struct(&png, NULL, NULL);
        return PICTURE_NO_MEMORY;
    }
    // Changed after setjmp and used after a longjmp.
    uint8_t *volatile pixels = NULL;
    png_bytep *volatile rows = NULL;
    volatile picture_status status = PICTURE_DAMAGED;
    if (setjmp(from.failed) == 0) {
        png_set_read_fn(png, &from, take);
        png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
        // What libpng would only warn of changes the picture.
        png_set_benign_errors(png, 0);
        png_set_crc_action(png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
        // Texts, times and profiles are passed over: none is used, and some can be large.
        png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
        png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_AS_DEFAULT, (png_const_bytep) "tRNS", 1);
        png_read_info(png, info);
        result->width = png_get_image_width(png, info);
        result->height = png_get_image_height(png, info);
        if ((uint64_t)result->width * result->height > most) {
            status = PICTURE_TOO_LARGE;
        } else if (!is_possible(png, info, count)) {
            png_error(png, "too little data for its pixels");
        } else {
            convert(png, info);
            size_t row = (size_t)result->width * 4;
            pixels = malloc(row * result->height);
            rows = malloc(sizeof(png_bytep) * result->height);
            if (!pixels || !rows) {
                status = PICTURE_NO_MEMORY;
            } else if (png_get_rowbytes(png, info) != row) {
                png_error(png, "rows of another length");
            } else {
                for (size_t y = 0; y < result->height; y++) rows[y] = pixels + y * row;
                png_read_image(png, rows);
                png_read_end(png, NULL);
                status = PICTURE_READ;
            }
        }
    }
    png_destroy_read_struct(&png, &info, NULL);
    free(rows);
    if (status == PICTURE_READ) result->pixels = pixels;
    else free(pixels);
    return status;
}

void picture_free(picture *read) { free(read->pixels); }
