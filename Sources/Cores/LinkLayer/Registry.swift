/// What follows an Ethernet header: IEEE 802 numbers, listed by IANA.
package struct EtherType: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt16

    package init(rawValue: UInt16) { self.rawValue = rawValue }

    package static let ipv4 = EtherType(rawValue: 0x0800)  // RFC 894
    package static let arp = EtherType(rawValue: 0x0806)  // RFC 826
    package static let vlan = EtherType(rawValue: 0x8100)  // IEEE 802.1Q
    package static let ipv6 = EtherType(rawValue: 0x86DD)  // RFC 2464 §3
    package static let serviceVLAN = EtherType(rawValue: 0x88A8)  // IEEE 802.1ad
}

/// The protocol numbers of IPv6 headers that matter here.
enum ProtocolNumber {
    static let icmpv6: UInt8 = 58  // RFC 4443 §1
}

/// The ICMPv6 message types that matter here.
enum ICMPv6Type {
    static let neighborSolicitation: UInt8 = 135  // RFC 4861 §4.3
    static let neighborAdvertisement: UInt8 = 136  // RFC 4861 §4.4
}

/// The options of neighbor discovery that matter here.
enum NeighborDiscoveryOption {
    static let sourceLinkLayerAddress: UInt8 = 1  // RFC 4861 §4.6.1
    static let targetLinkLayerAddress: UInt8 = 2  // RFC 4861 §4.6.1
    /// "RFC3692-style Experiment 1": a speaker's mark.
    static let experiment: UInt8 = 253  // RFC 4727 §4
    /// "RFC3692-style Experiment 2": what extends a speaker's mark.
    static let secondExperiment: UInt8 = 254  // RFC 4727 §4
}
