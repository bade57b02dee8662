#include "CPictures.h"

#include <stdio.h>

#include <jpeglib.h>

#include <jerror.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

// A progressive file can ask for any number of passes over its pixels in a few bytes each; real ones have about ten.
#define MOST_SCANS 200
#define MOST_SCANNED_PIXELS ((uint64_t)1 << 31)

typedef struct {
    struct jpeg_error_mgr base;
    struct jpeg_progress_mgr progress;
    picture *result;
    picture_status status;
    jmp_buf failed;
} handler;

static void fail(handler *errors, picture_status status) {
    errors->status = status;
    longjmp(errors->failed, 1);
}

static int is_unsupported(int code) {
    return code == JERR_SOF_UNSUPPORTED || code == JERR_BAD_PRECISION || code == JERR_CONVERSION_NOTIMPL
        || code == JERR_ARITH_NOTIMPL || code == JERR_COMPONENT_COUNT || code == JERR_NOT_COMPILED;
}

static void handle_error(j_common_ptr state) {
    handler *errors = (handler *)state->err;
    char text[JMSG_LENGTH_MAX];
    errors->base.format_message(state, text);
    strncpy(errors->result->message, text, sizeof errors->result->message - 1);
    int code = errors->base.msg_code;
    fail(errors, code == JERR_OUT_OF_MEMORY ? PICTURE_NO_MEMORY
            : is_unsupported(code)          ? PICTURE_UNSUPPORTED
                                            : PICTURE_DAMAGED);
}

// The library goes on after a warning, with grey in place of what is missing.
static void handle_message(j_common_ptr state, int level) {
    // Bytes between two markers and an odd colour transform change no pixel.
    int code = state->err->msg_code;
    if (level < 0 && code != JWRN_EXTRANEOUS_DATA && code != JWRN_ADOBE_XFORM && code != JWRN_JFIF_MAJOR)
        handle_error(state);
}

static void limit_scans(j_common_ptr state) {
    if (!state->is_decompressor) return;
    handler *errors = (handler *)state->err;
    uint64_t scans = (uint64_t)((j_decompress_ptr)state)->input_scan_number;
    uint64_t pixels = (uint64_t)errors->result->width * errors->result->height;
    if (scans > MOST_SCANS || scans * pixels > MOST_SCANNED_PIXELS) {
        strcpy(errors->result->message, "very many scans");
        fail(errors, PICTURE_UNSUPPORTED);
    }
}

picture_status picture_read_jpeg(const uint8_t *bytes, size_t count, uint64_t most, picture *result) {
    memset(result, 0, sizeof *result);
    struct jpeg_decompress_struct state;
    memset(&state, 0, sizeof state);
    handler errors = {.result = result, .status = PICTURE_READ};
    state.err = jpeg_std_error(&errors.base);
    errors.base.error_exit = handle_error;
    errors.base.emit_message = handle_message;
    errors.progress.progress_monitor = limit_scans;
    // Changed after setjmp and used after a longjmp.
    uint8_t *volatile pixels = NULL;
    if (setjmp(errors.failed) == 0) {
        jpeg_create_decompress(&state);
        state.progress = &errors.progress;
        jpeg_mem_src(&state, bytes, count);
        jpeg_read_header(&state, TRUE);
        result->width = state.image_width;
        result->height = state.image_height;
        if ((uint64_t)result->width * result->height > most) fail(&errors, PICTURE_TOO_LARGE);
        if (state.jpeg_color_space == JCS_CMYK || state.jpeg_color_space == JCS_YCCK) {
            strcpy(result->message, "the four inks of a print (CMYK)");
            fail(&errors, PICTURE_UNSUPPORTED);
        }
        state.out_color_space = JCS_EXT_RGBA;
        // The most exact transform, with the same bits on every machine.
        state.dct_method = JDCT_ISLOW;
        jpeg_start_decompress(&state);
        size_t row = (size_t)state.output_width * 4;
        pixels = malloc(row * state.output_height);
        if (!pixels) fail(&errors, PICTURE_NO_MEMORY);
        while (state.output_scanline < state.output_height) {
            JSAMPROW line = pixels + row * state.output_scanline;
            jpeg_read_scanlines(&state, &line, 1);
        }
        jpeg_finish_decompress(&state);
    }
    if (state.src) result->offset = count - state.src->bytes_in_buffer;
    // The library supplies an end of its own where the file has none.
    if (result->offset > count) result->offset = count;
    jpeg_destroy_decompress(&state);
    if (errors.status == PICTURE_READ) result->pixels = pixels;
    else free(pixels);
    return errors.status;
}
