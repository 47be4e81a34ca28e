// Measures how long an ARP request or a neighbour solicitation waits for its answer.
//
//   prober INTERFACE ADDRESS COUNT PAUSE_US
//   prober INTERFACE ADDRESS SECONDS rate
//
// Sends COUNT requests for ADDRESS, one at a time, and prints one line of microseconds: p50 p90 p99 max, and how many
// had no answer within 200 ms. ARP for an IPv4 address, neighbour discovery for an IPv6 one.
//
// With `rate`, keeps 32 requests on their way for SECONDS and prints how many were answered in a second.
#include <arpa/inet.h>
#include <errno.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netpacket/packet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static void fail(const char *what) {
    fprintf(stderr, "prober: %s: %s\n", what, strerror(errno));
    exit(1);
}

static double now_us(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1e6 + time.tv_nsec / 1e3;
}

static int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static uint16_t checksum(const uint8_t *packet, int length) {
    // The pseudo-header: both addresses, the length, the protocol.
    uint32_t sum = length + 58;
    for (int i = 8; i < 40; i += 2) sum += packet[i] << 8 | packet[i + 1];
    for (int i = 40; i < 40 + length; i += 2) sum += packet[i] << 8 | packet[i + 1];
    while (sum >> 16) sum = (sum & 0xFFFF) + (sum >> 16);
    return ~sum;
}

static int make_arp(uint8_t *frame, const uint8_t mac[6], const uint8_t target[4]) {
    static const uint8_t head[] = {0x08, 0x06, 0, 1, 8, 0, 6, 4, 0, 1};
    memset(frame, 0, 42);
    memset(frame, 0xFF, 6);
    memcpy(frame + 6, mac, 6);
    memcpy(frame + 12, head, sizeof head);
    memcpy(frame + 22, mac, 6);
    memcpy(frame + 28, (uint8_t[]){192, 0, 2, 9}, 4);
    memcpy(frame + 38, target, 4);
    return 42;
}

static int make_solicitation(uint8_t *frame, const uint8_t mac[6], const uint8_t target[16]) {
    memset(frame, 0, 86);
    memcpy(frame, (uint8_t[]){0x33, 0x33, 0xFF, target[13], target[14], target[15]}, 6);
    memcpy(frame + 6, mac, 6);
    memcpy(frame + 12, (uint8_t[]){0x86, 0xDD, 0x60, 0, 0, 0, 0, 32, 58, 255}, 10);
    memcpy(frame + 22, (uint8_t[]){0xFE, 0x80, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0xFF, 0xFE, 0, 0, 9}, 16);
    memcpy(frame + 38, (uint8_t[]){0xFF, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xFF, target[13], target[14], target[15]}, 16);
    frame[54] = 135;
    memcpy(frame + 62, target, 16);
    frame[78] = 1;
    frame[79] = 1;
    memcpy(frame + 80, mac, 6);
    uint16_t sum = checksum(frame + 14, 32);
    frame[56] = sum >> 8;
    frame[57] = sum & 0xFF;
    return 86;
}

static int is_answer(const uint8_t *frame, ssize_t length, int is_ipv6, const uint8_t *target) {
    return is_ipv6 ? length >= 78 && frame[54] == 136 && !memcmp(frame + 62, target, 16)
                   : length >= 42 && frame[21] == 2 && !memcmp(frame + 28, target, 4);
}

static int measure_rate(int descriptor, const uint8_t *frame, int length, int is_ipv6, const uint8_t *target, int seconds) {
    enum { window = 32 };
    uint8_t answer[2048];
    double begin = now_us(), end = begin + seconds * 1e6;
    long answered = 0;
    int waiting = 0;
    while (now_us() < end) {
        for (; waiting < window; waiting++) {
            if (send(descriptor, frame, length, 0) != length) fail("send");
        }
        struct sockaddr_ll from;
        socklen_t size = sizeof from;
        ssize_t got = recvfrom(descriptor, answer, sizeof answer, 0, (struct sockaddr *)&from, &size);
        // None within 200 ms: those on their way are lost.
        if (got < 0 && errno == EAGAIN) waiting = 0;
        if (got < 0 || from.sll_pkttype == PACKET_OUTGOING || !is_answer(answer, got, is_ipv6, target)) continue;
        answered++;
        if (waiting > 0) waiting--;
    }
    printf("%.0f\n", answered / ((now_us() - begin) / 1e6));
    return 0;
}

int main(int argc, char **argv) {
    if (argc != 5) {
        fprintf(stderr, "usage: prober INTERFACE ADDRESS COUNT PAUSE_US | SECONDS rate\n");
        return 64;
    }
    uint8_t target[16];
    int is_ipv6 = inet_pton(AF_INET6, argv[2], target) == 1;
    if (!is_ipv6 && inet_pton(AF_INET, argv[2], target) != 1) fail(argv[2]);
    int count = atoi(argv[3]), pause_us = atoi(argv[4]), protocol = is_ipv6 ? ETH_P_IPV6 : ETH_P_ARP;

    int descriptor = socket(AF_PACKET, SOCK_RAW, htons(protocol));
    if (descriptor < 0) fail("socket");
    struct ifreq request = {0};
    snprintf(request.ifr_name, sizeof request.ifr_name, "%s", argv[1]);
    if (ioctl(descriptor, SIOCGIFHWADDR, &request) < 0) fail(argv[1]);
    uint8_t mac[6];
    memcpy(mac, request.ifr_hwaddr.sa_data, 6);
    struct sockaddr_ll address = {
        .sll_family = AF_PACKET, .sll_protocol = htons(protocol), .sll_ifindex = (int)if_nametoindex(argv[1])};
    if (bind(descriptor, (struct sockaddr *)&address, sizeof address) < 0) fail("bind");
    struct timeval limit = {.tv_usec = 200000};
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);

    uint8_t frame[86], answer[2048];
    int length = is_ipv6 ? make_solicitation(frame, mac, target) : make_arp(frame, mac, target);
    if (!strcmp(argv[4], "rate")) return measure_rate(descriptor, frame, length, is_ipv6, target, count);
    double *times = calloc(count, sizeof *times);
    int answered = 0;
    for (int i = 0; i < count; i++) {
        double start = now_us();
        if (send(descriptor, frame, length, 0) != length) fail("send");
        for (;;) {
            struct sockaddr_ll from;
            socklen_t size = sizeof from;
            ssize_t got = recvfrom(descriptor, answer, sizeof answer, 0, (struct sockaddr *)&from, &size);
            if (got < 0) {
                if (errno == EINTR) continue;
                if (errno == EAGAIN) break;
                fail("receive");
            }
            if (from.sll_pkttype == PACKET_OUTGOING) continue;
            if (is_answer(answer, got, is_ipv6, target)) {
                times[answered++] = now_us() - start;
                break;
            }
        }
        struct timespec pause = {.tv_nsec = pause_us * 1000L};
        nanosleep(&pause, NULL);
    }
    if (answered == 0) {
        printf("- - - - %d\n", count);
        return 1;
    }
    qsort(times, answered, sizeof *times, compare);
    printf("%.1f %.1f %.1f %.1f %d\n", times[answered / 2], times[answered * 9 / 10], times[answered * 99 / 100],
           times[answered - 1], count - answered);
    return 0;
}
