// Datagrams with what the kernel tells beside them, which needs the CMSG_ macros.
#pragma once

#include <stddef.h>
#include <stdint.h>

/// A datagram's sender and its way here.
struct clinux_datagram {
    /// 4 or 16 octets of the source address in network order, by `address_length`.
    uint8_t source[16];
    int address_length;
    /// The address that it was sent to, as many octets. Zeros if the kernel did not tell (IP_PKTINFO, IPV6_RECVPKTINFO).
    uint8_t destination[16];
    /// The index of the interface that it came in through; 0 if the kernel did not tell.
    int interface;
    /// The TTL or hop limit that it arrived with; -1 if the kernel did not tell.
    int hop_limit;
    /// 1 if the datagram was longer than the buffer.
    int is_truncated;
};

/// Receives one datagram without waiting. The socket has to have IP_RECVTTL or IPV6_RECVHOPLIMIT set. Returns its length,
/// or a negative errno: -EAGAIN if none is there.
long clinux_receive_datagram(int descriptor, void *buffer, size_t capacity, struct clinux_datagram *datagram);
