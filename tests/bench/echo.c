/* SPDX-License-Identifier: MIT */
/*
 * Sends back what comes, with libuv and nothing else: the floor below a daemon that is made with
 * it. Ends when standard input does.
 *
 *     echo ADDRESS
 */
#include <uv.h>

#include <stdio.h>
#include <stdlib.h>

enum { BACKLOG = 1024 };

/* One write, and the bytes that it sends. */
struct parcel {
    uv_write_t request; /* first: on_sent() casts back */
    char *bytes;
};

static void must(int result, const char *what) {
    if (result < 0) {
        (void)fprintf(stderr, "echo: %s: %s\n", what, uv_strerror(result));
        exit(1);
    }
}

static void on_closed(uv_handle_t *handle) {
    free(handle);
}

static void on_space(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer) {
    (void)handle;
    buffer->base = malloc(suggested);
    buffer->len = buffer->base != NULL ? suggested : 0;
}

static void on_sent(uv_write_t *request, int status) {
    struct parcel *parcel = (struct parcel *)request;
    (void)status; /* who went away is seen by the next read */
    free(parcel->bytes);
    free(parcel);
}

static void on_read(uv_stream_t *stream, ssize_t length, const uv_buf_t *buffer) {
    struct parcel *parcel = length > 0 ? malloc(sizeof *parcel) : NULL;
    if (parcel != NULL) {
        uv_buf_t bytes = uv_buf_init(buffer->base, (unsigned)length);
        parcel->bytes = buffer->base;
        must(uv_write(&parcel->request, stream, &bytes, 1, on_sent), "uv_write");
        return;
    }
    free(buffer->base);
    if (length < 0 && !uv_is_closing((uv_handle_t *)stream)) {
        uv_close((uv_handle_t *)stream, on_closed);
    }
}

static void on_connection(uv_stream_t *server, int status) {
    uv_pipe_t *peer = malloc(sizeof *peer);
    must(status, "a connection");
    must(peer == NULL ? UV_ENOMEM : uv_pipe_init(server->loop, peer, 0), "uv_pipe_init");
    must(uv_accept(server, (uv_stream_t *)peer), "uv_accept");
    must(uv_read_start((uv_stream_t *)peer, on_space, on_read), "uv_read_start");
}

static void on_input(uv_stream_t *input, ssize_t length, const uv_buf_t *buffer) {
    free(buffer->base);
    if (length < 0) {
        uv_stop(input->loop);
    }
}

int main(int argc, char **argv) {
    uv_loop_t *loop = uv_default_loop();
    uv_pipe_t server;
    uv_pipe_t input;
    if (argc != 2) {
        (void)fprintf(stderr, "usage: echo ADDRESS\n");
        return 2;
    }
    must(uv_pipe_init(loop, &server, 0), "uv_pipe_init");
    must(uv_pipe_bind(&server, argv[1]), argv[1]);
    must(uv_listen((uv_stream_t *)&server, BACKLOG, on_connection), "uv_listen");
    must(uv_pipe_init(loop, &input, 0), "uv_pipe_init");
    must(uv_pipe_open(&input, 0), "standard input");
    must(uv_read_start((uv_stream_t *)&input, on_space, on_input), "standard input");
    (void)uv_run(loop, UV_RUN_DEFAULT);
    return 0;
}
