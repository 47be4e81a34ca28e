// The least that answers ARP requests and neighbour solicitations by libpcap: what Martlet is measured against.
//
//   responder INTERFACE IPV4 IPV6
#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <pcap/pcap.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

static uint8_t mac[6], ipv4[4], ipv6[16];

static int answer_arp(const uint8_t *frame, uint32_t length, uint8_t *reply) {
    if (length < 42 || memcmp(frame + 38, ipv4, 4)) return 0;
    memcpy(reply, frame + 22, 6);
    memcpy(reply + 6, mac, 6);
    memcpy(reply + 12, frame + 12, 10);
    reply[21] = 2;
    memcpy(reply + 22, mac, 6);
    memcpy(reply + 28, ipv4, 4);
    memcpy(reply + 32, frame + 22, 10);
    return 42;
}

static int answer_solicitation(const uint8_t *frame, uint32_t length, uint8_t *reply) {
    if (length < 86 || frame[21] != 255 || memcmp(frame + 62, ipv6, 16)) return 0;
    memcpy(reply, frame + 80, 6);
    memcpy(reply + 6, mac, 6);
    memcpy(reply + 12, (uint8_t[]){0x86, 0xDD, 0x60, 0, 0, 0, 0, 32, 58, 255}, 10);
    memcpy(reply + 22, ipv6, 16);
    memcpy(reply + 38, frame + 22, 16);
    memcpy(reply + 54, (uint8_t[]){136, 0, 0, 0, 0x60, 0, 0, 0}, 8);
    memcpy(reply + 62, ipv6, 16);
    reply[78] = 2;
    reply[79] = 1;
    memcpy(reply + 80, mac, 6);
    uint32_t sum = 32 + 58;
    for (int i = 22; i < 86; i += 2) sum += reply[i] << 8 | reply[i + 1];
    while (sum >> 16) sum = (sum & 0xFFFF) + (sum >> 16);
    reply[56] = ~sum >> 8 & 0xFF;
    reply[57] = ~sum & 0xFF;
    return 86;
}

int main(int argc, char **argv) {
    char message[PCAP_ERRBUF_SIZE];
    if (argc != 4 || inet_pton(AF_INET, argv[2], ipv4) != 1 || inet_pton(AF_INET6, argv[3], ipv6) != 1) {
        fprintf(stderr, "usage: responder INTERFACE IPV4 IPV6\n");
        return 64;
    }
    struct ifreq request = {0};
    snprintf(request.ifr_name, sizeof request.ifr_name, "%s", argv[1]);
    int any = socket(AF_INET, SOCK_DGRAM, 0);
    if (ioctl(any, SIOCGIFHWADDR, &request) < 0) return perror(argv[1]), 1;
    memcpy(mac, request.ifr_hwaddr.sa_data, 6);
    // The group of the IPv6 address, so that its solicitations are heard.
    struct ipv6_mreq group = {.ipv6mr_interface = if_nametoindex(argv[1])};
    inet_pton(AF_INET6, "ff02::1:ff00:0", &group.ipv6mr_multiaddr);
    memcpy((uint8_t *)&group.ipv6mr_multiaddr + 13, ipv6 + 13, 3);
    int member = socket(AF_INET6, SOCK_DGRAM, 0);
    setsockopt(member, IPPROTO_IPV6, IPV6_JOIN_GROUP, &group, sizeof group);

    pcap_t *handle = pcap_create(argv[1], message);
    pcap_set_snaplen(handle, 256);
    pcap_set_immediate_mode(handle, 1);
    pcap_set_timeout(handle, 100);
    struct bpf_program program;
    if (pcap_activate(handle) < 0 || pcap_setdirection(handle, PCAP_D_IN) < 0 ||
        pcap_compile(handle, &program, "(arp and arp[6:2] = 1) or (ip6 and ip6[6] = 58 and ip6[40] = 135)", 1,
                     PCAP_NETMASK_UNKNOWN) < 0 ||
        pcap_setfilter(handle, &program) < 0)
        return pcap_perror(handle, argv[1]), 1;
    for (;;) {
        struct pcap_pkthdr *header;
        const uint8_t *frame;
        int status = pcap_next_ex(handle, &header, &frame);
        if (status < 0) return pcap_perror(handle, argv[1]), 1;
        if (status == 0 || header->caplen < 14) continue;
        uint8_t reply[86];
        int length = frame[12] == 0x08 ? answer_arp(frame, header->caplen, reply)
                                       : answer_solicitation(frame, header->caplen, reply);
        if (length > 0) pcap_inject(handle, reply, length);
    }
}
