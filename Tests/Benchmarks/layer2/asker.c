// What a client on the segment sees of an address while something happens to its owner.
//
//   asker INTERFACE ADDRESS SECONDS [COMMAND...]
//
// Asks by ARP for ADDRESS every 5 ms, as a host does, and after 300 ms runs COMMAND. Prints one line: the MAC address that
// answered first; the longest time between two answers, in ms; from COMMAND to the first answer of another MAC address, in
// ms, or -; how long answers of two alternated, in ms; and how many questions had no answer, of how many.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netpacket/packet.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { interval_us = 5000, lead_us = 300000 };

static void fail(const char *what) {
    fprintf(stderr, "asker: %s: %s\n", what, strerror(errno));
    exit(1);
}

static int64_t now_us(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000LL + time.tv_nsec / 1000;
}

int main(int count, char **arguments) {
    if (count < 4) {
        fprintf(stderr, "usage: asker INTERFACE ADDRESS SECONDS [COMMAND...]\n");
        return 64;
    }
    uint8_t target[4];
    if (inet_pton(AF_INET, arguments[2], target) != 1) fail("address");
    int64_t duration = atof(arguments[3]) * 1e6;

    int descriptor = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ARP));
    if (descriptor < 0) fail("socket");
    struct ifreq request = {0};
    strncpy(request.ifr_name, arguments[1], IFNAMSIZ - 1);
    if (ioctl(descriptor, SIOCGIFHWADDR, &request) < 0) fail("MAC address");
    uint8_t own[6];
    memcpy(own, request.ifr_hwaddr.sa_data, sizeof own);
    if (ioctl(descriptor, SIOCGIFADDR, &request) < 0) fail("IPv4 address");
    struct in_addr source = ((struct sockaddr_in *)&request.ifr_addr)->sin_addr;
    struct sockaddr_ll link = {
        .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ARP), .sll_ifindex = if_nametoindex(arguments[1])};
    if (bind(descriptor, (struct sockaddr *)&link, sizeof link) < 0) fail("bind");

    uint8_t frame[42] = {255, 255, 255, 255, 255, 255};
    static const uint8_t head[] = {0x08, 0x06, 0, 1, 8, 0, 6, 4, 0, 1};
    memcpy(frame + 6, own, 6);
    memcpy(frame + 12, head, sizeof head);
    memcpy(frame + 22, own, 6);
    memcpy(frame + 28, &source, 4);
    memcpy(frame + 38, target, 4);

    int64_t begin = now_us(), next = begin, happened = 0, last = 0, longest = 0, taken = 0, old_last = 0;
    int asked = 0, answered = 0, is_open = 0;
    uint8_t first[6] = {0};
    while (next - begin < duration) {
        // An answer of before counts for the question that it followed.
        if (send(descriptor, frame, sizeof frame, 0) != sizeof frame) fail("send");
        asked++;
        is_open = 1;
        if (!happened && count > 4 && next - begin >= lead_us) {
            happened = now_us();
            if (fork() == 0) {
                execvp(arguments[4], arguments + 4);
                fail(arguments[4]);
            }
        }
        next += interval_us;
        int64_t wait;
        while ((wait = next - now_us()) > 0) {
            struct pollfd ready = {.fd = descriptor, .events = POLLIN};
            struct timespec limit = {.tv_nsec = wait * 1000};
            if (ppoll(&ready, 1, &limit, NULL) <= 0) continue;
            uint8_t answer[128];
            ssize_t got = recv(descriptor, answer, sizeof answer, 0);
            // An answer to us, or a gratuitous one, of either operation.
            if (got < 42 || memcmp(answer + 28, target, 4) || !memcmp(answer + 22, own, 6)) continue;
            int64_t now = now_us();
            if (last == 0) memcpy(first, answer + 22, 6);
            if (last && now - last > longest) longest = now - last;
            last = now;
            answered += is_open;
            is_open = 0;
            int is_first = !memcmp(answer + 22, first, 6);
            if (!is_first && !taken) taken = now;
            if (is_first && taken) old_last = now;
        }
    }
    while (waitpid(-1, NULL, WNOHANG) > 0) continue;
    if (last == 0) {
        printf("- - - - %d %d\n", asked, asked);
        return 1;
    }
    if (begin + duration - last > longest) longest = begin + duration - last;
    printf("%02x:%02x:%02x:%02x:%02x:%02x %.1f ", first[0], first[1], first[2], first[3], first[4], first[5], longest / 1e3);
    if (taken) printf("%.1f ", (taken - happened) / 1e3);
    else printf("- ");
    printf("%.1f %d %d\n", old_last > taken && taken ? (old_last - taken) / 1e3 : 0.0, asked - answered, asked);
    return 0;
}
