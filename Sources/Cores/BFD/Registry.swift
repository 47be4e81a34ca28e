import Addresses

/// Numbers that BFD takes from its standards, and the few that Martlet chose.
package enum Registry {
    /// RFC 5880 §4.1.
    package static let version: UInt8 = 1

    /// RFC 5881 §4: where control packets of single-hop sessions go, and those of multipoint sessions on one segment.
    package static let singleHopPort: UInt16 = 3784
    /// RFC 5881 §4: where echo packets go. Martlet sends none.
    package static let echoPort: UInt16 = 3785
    /// RFC 5883 §5: where control packets of multihop sessions go.
    package static let multihopPort: UInt16 = 4784
    /// RFC 5881 §4: where control packets come from.
    package static let sourcePorts: ClosedRange<UInt16> = 49152...65535

    /// RFC 5881 §5: the TTL or hop limit that single-hop packets are sent with, and must still have when they arrive. Any
    /// router on the way would have lowered it, so no host off the segment can send one.
    package static let singleHopLimit: UInt8 = 255

    /// Where heads send over IPv4: 224.0.0.254.
    ///
    /// No standard assigns a group to multipoint BFD. The Local Network Control Block 224.0.0.0/24 is never forwarded by
    /// routers (RFC 5771 §4), and switches that snoop IGMP flood it to every port (RFC 4541 §2.1.2), so that liveness
    /// does not depend on a querier. Within it RFC 4727 §2.4.2 sets .254 aside for protocols without an assignment: it
    /// will never belong to another protocol, and routers do not act on it.
    package static let multicastGroupIPv4 = IPv4Address(224, 0, 0, 254)

    /// Where heads send over IPv6: ff12::8562:3784.
    ///
    /// Flag T: not assigned permanently; scope 2: the link (RFC 4291 §2.7). The low 32 bits lie in the range that
    /// RFC 3307 §4.3 leaves to hosts, 0x80000000 and above; they spell the RFC and the port.
    package static let multicastGroupIPv6 = IPv6Address(rawValue: 0xFF12 << 112 | 0x8562_3784)

    /// The group of either family.
    package static func multicastGroup(_ family: AddressFamily) -> IPAddress {
        switch family {
        case .ipv4: .v4(multicastGroupIPv4)
        case .ipv6: .v6(multicastGroupIPv6)
        }
    }
}
