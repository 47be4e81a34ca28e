#include "CLinuxMulticast.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

long clinux_receive_datagram(int descriptor, void *buffer, size_t capacity, struct clinux_datagram *datagram) {
    struct sockaddr_storage source;
    union {
        struct cmsghdr header;
        char octets[256];
    } control;
    struct iovec part = {.iov_base = buffer, .iov_len = capacity};
    struct msghdr message = {
        .msg_name = &source,
        .msg_namelen = sizeof source,
        .msg_iov = &part,
        .msg_iovlen = 1,
        .msg_control = control.octets,
        .msg_controllen = sizeof control.octets,
    };
    ssize_t length = recvmsg(descriptor, &message, MSG_DONTWAIT);
    if (length < 0) return -(long)errno;

    memset(datagram, 0, sizeof *datagram);
    datagram->hop_limit = -1;
    datagram->is_truncated = (message.msg_flags & MSG_TRUNC) != 0;
    if (message.msg_namelen >= sizeof(struct sockaddr_in) && source.ss_family == AF_INET) {
        const struct sockaddr_in *address = (const struct sockaddr_in *)&source;
        memcpy(datagram->source, &address->sin_addr, 4);
        datagram->address_length = 4;
    } else if (message.msg_namelen >= sizeof(struct sockaddr_in6) && source.ss_family == AF_INET6) {
        const struct sockaddr_in6 *address = (const struct sockaddr_in6 *)&source;
        memcpy(datagram->source, &address->sin6_addr, 16);
        datagram->address_length = 16;
    }
    for (struct cmsghdr *item = CMSG_FIRSTHDR(&message); item; item = CMSG_NXTHDR(&message, item)) {
        int isHopLimit = (item->cmsg_level == IPPROTO_IP && item->cmsg_type == IP_TTL)
            || (item->cmsg_level == IPPROTO_IPV6 && item->cmsg_type == IPV6_HOPLIMIT);
        if (isHopLimit && item->cmsg_len >= CMSG_LEN(sizeof(int))) {
            memcpy(&datagram->hop_limit, CMSG_DATA(item), sizeof(int));
        } else if (item->cmsg_level == IPPROTO_IP && item->cmsg_type == IP_PKTINFO
            && item->cmsg_len >= CMSG_LEN(sizeof(struct in_pktinfo))) {
            struct in_pktinfo information;
            memcpy(&information, CMSG_DATA(item), sizeof information);
            memcpy(datagram->destination, &information.ipi_addr, 4);
            datagram->interface = information.ipi_ifindex;
        } else if (item->cmsg_level == IPPROTO_IPV6 && item->cmsg_type == IPV6_PKTINFO
            && item->cmsg_len >= CMSG_LEN(sizeof(struct in6_pktinfo))) {
            struct in6_pktinfo information;
            memcpy(&information, CMSG_DATA(item), sizeof information);
            memcpy(datagram->destination, &information.ipi6_addr, 16);
            datagram->interface = (int)information.ipi6_ifindex;
        }
    }
    return (long)length;
}
