// A BGP receiver that only counts, so that what is measured is the sender.
//
//     sink SPEAKER FIRST SESSIONS ROUTES [withdraw | changes COUNT]
//
// Opens SESSIONS sessions to SPEAKER, from the address FIRST and those after it, as AS 64513 of 64512. Prints
//
//     full SECONDS UPDATES OCTETS        when every session has ROUTES prefixes: from Established to the last of them
//     withdraw SECONDS UPDATES OCTETS    when all are withdrawn: when that was, since 1970
//     update NUMBER NANOSECONDS          for each later UPDATE, of 10.0.0.0/32 plus NUMBER, on the monotonic clock
//
// The numbers of UPDATEs and octets are those of the first session. It must not take three minutes: it sends one KEEPALIVE.
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { most_sessions = 64, buffer_size = 1 << 20 };

struct session {
    int descriptor;
    uint8_t *buffer;
    size_t used;
    int64_t established, last, last_withdrawal;
    long announced, withdrawn, updates, octets, withdrawals, withdrawal_octets;
};

static struct session sessions[most_sessions];
static const char *speaker;
static uint32_t first;
static long routes;
// UPDATEs after the table was complete, where they are asked for.
static int prints_updates;
static long printed;

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static void fail(const char *what) {
    fprintf(stderr, "sink: %s: %s\n", what, strerror(errno));
    exit(1);
}

// The speaker may not listen yet.
static int dial(uint32_t own) {
    struct sockaddr_in local = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(own)};
    struct sockaddr_in remote = {.sin_family = AF_INET, .sin_port = htons(179)};
    inet_pton(AF_INET, speaker, &remote.sin_addr);
    for (int attempt = 0; attempt < 1500; attempt++) {
        int descriptor = socket(AF_INET, SOCK_STREAM, 0);
        if (descriptor < 0) fail("socket");
        if (bind(descriptor, (struct sockaddr *)&local, sizeof local) < 0) fail("bind");
        if (connect(descriptor, (struct sockaddr *)&remote, sizeof remote) == 0) return descriptor;
        close(descriptor);
        usleep(20000);
    }
    fail("connect");
    return -1;
}

static void greet(int descriptor, uint32_t own) {
    uint8_t message[] = {
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 0, 45, 1, 4, 0xfc, 0x01, 0, 240, 0,
        0, 0, 0, 16, 2, 14, 1, 4, 0, 1, 0, 1, 65, 4, 0, 0, 0xfc, 0x01, 2, 0,
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 0, 19, 4,
    };
    uint32_t identifier = htonl(own);
    memcpy(message + 24, &identifier, 4);
    if (write(descriptor, message, sizeof message) != (ssize_t)sizeof message) fail("write");
}

static long count_prefixes(const uint8_t *bytes, size_t length) {
    long count = 0;
    for (size_t at = 0; at < length; count++) at += 1 + (bytes[at] + 7) / 8;
    return count;
}

static void take_update(struct session *session, const uint8_t *message, size_t length, int64_t time) {
    size_t withdrawn = message[19] << 8 | message[20];
    size_t attributes = message[21 + withdrawn] << 8 | message[22 + withdrawn];
    size_t at = 23 + withdrawn + attributes;
    if (withdrawn > 0) {
        session->last_withdrawal = time;
        session->withdrawn += count_prefixes(message + 21, withdrawn);
        session->withdrawals++;
        session->withdrawal_octets += length;
    }
    if (at < length) {
        session->announced += count_prefixes(message + at, length - at);
        session->updates++;
        if (prints_updates) {
            // Each has a prefix of its own: the changes differ in their attributes.
            uint32_t prefix = 0;
            if (message[at] == 32) memcpy(&prefix, message + at + 1, sizeof prefix);
            printf("update %u %lld\n", ntohl(prefix) & 0xFFFFFF, (long long)time);
            printed++;
        }
        session->octets += length;
        session->last = time;
    }
}

static void open_session(int number) {
    sessions[number].descriptor = dial(first + number);
    sessions[number].used = 0;
    greet(sessions[number].descriptor, first + number);
}

static void take(struct session *session) {
    ssize_t count = read(session->descriptor, session->buffer + session->used, buffer_size - session->used);
    if (count <= 0 && session->established == 0) {
        // A speaker may still be idle after the last session.
        close(session->descriptor);
        usleep(100000);
        open_session(session - sessions);
        return;
    }
    if (count <= 0) fail("the speaker ended the session");
    int64_t time = now();
    session->used += count;
    size_t at = 0;
    while (session->used - at >= 19) {
        const uint8_t *message = session->buffer + at;
        size_t length = message[16] << 8 | message[17];
        if (session->used - at < length) break;
        if (message[18] == 3) {
            fprintf(stderr, "sink: NOTIFICATION %d, %d\n", message[19], message[20]);
            exit(1);
        }
        if (message[18] == 4 && session->established == 0) session->established = time;
        if (message[18] == 2) take_update(session, message, length, time);
        at += length;
    }
    memmove(session->buffer, session->buffer + at, session->used - at);
    session->used -= at;
}

int main(int count, char **arguments) {
    if (count < 5) return 64;
    speaker = arguments[1];
    inet_pton(AF_INET, arguments[2], &first);
    first = ntohl(first);
    int peers = atoi(arguments[3]);
    routes = atol(arguments[4]);
    const char *then = count > 5 ? arguments[5] : "";
    long changes = count > 6 ? atol(arguments[6]) : 0;
    struct pollfd polls[most_sessions];
    for (int i = 0; i < peers; i++) {
        sessions[i].buffer = malloc(buffer_size);
        open_session(i);
    }
    int is_full = 0;
    for (;;) {
        for (int i = 0; i < peers; i++) polls[i] = (struct pollfd){.fd = sessions[i].descriptor, .events = POLLIN};
        if (poll(polls, peers, is_full ? 15000 : 60000) <= 0) {
            long withdrawn = sessions[0].withdrawn;
            if (is_full && !changes) fprintf(stderr, "sink: %ld of %ld routes were withdrawn, no more\n", withdrawn, routes);
            if (is_full && !changes) return 0;
            fail("nothing comes");
        }
        int complete = 1, empty = 1;
        for (int i = 0; i < peers; i++) {
            if (polls[i].revents) take(&sessions[i]);
            complete = complete && sessions[i].announced >= routes;
            empty = empty && sessions[i].withdrawn >= routes;
        }
        if (complete && !is_full) {
            is_full = 1;
            int64_t longest = 0;
            for (int i = 0; i < peers; i++) {
                int64_t time = sessions[i].last - sessions[i].established;
                if (time > longest) longest = time;
            }
            printf("full %.6f %ld %ld\n", longest / 1e9, sessions[0].updates, sessions[0].octets);
            fflush(stdout);
            if (*then == 0) return 0;
            prints_updates = changes > 0;
        }
        if (is_full && empty && strcmp(then, "withdraw") == 0) {
            struct timespec wall;
            clock_gettime(CLOCK_REALTIME, &wall);
            double ago = (now() - sessions[0].last_withdrawal) / 1e9;
            printf("withdraw %.6f %ld %ld\n", wall.tv_sec + wall.tv_nsec / 1e9 - ago, sessions[0].withdrawals,
                sessions[0].withdrawal_octets);
            return 0;
        }
        if (is_full && changes && printed >= changes) return 0;
    }
}
