/// Why a frame got no answer. The raw value is the label of the metric that counts it, and stays as it is.
package enum DropReason: String, Error, Hashable, Sendable, CaseIterable {
    // MARK: Ethernet

    /// Shorter than an Ethernet header.
    case runt = "runt"
    /// Ends before what it says that it holds, or was longer than the capture keeps.
    case truncated = "truncated"
    /// Belongs to a VLAN, and so to another interface than the one that it was seen on.
    case vlanTagged = "vlan_tagged"
    /// Neither ARP nor IPv6.
    case otherProtocol = "other_protocol"
    /// Sent to another MAC address, and seen only because a switch flooded it or the interface is promiscuous.
    case otherDestination = "other_destination"
    /// Carries this interface's own MAC address as its source: a loop somewhere brought our own frame back.
    case fromSelf = "from_self"

    /// The asker's MAC address is zero or a group's: an answer would go to no host, or to many.
    case senderHardwareAddress = "sender_hardware_address"

    // MARK: ARP (RFC 826)

    case arpHardwareType = "arp_hardware_type"
    case arpProtocolType = "arp_protocol_type"
    case arpAddressLength = "arp_address_length"
    /// A reply, or an operation that is neither request nor reply.
    case arpNotRequest = "arp_not_request"

    // MARK: Neighbour discovery (RFC 4861)

    case ipv6Version = "ipv6_version"
    /// The next header is not ICMPv6, or the ICMPv6 type is another one.
    case notNeighborSolicitation = "not_neighbor_solicitation"
    case notNeighborAdvertisement = "not_neighbor_advertisement"
    case hopLimit = "hop_limit"
    case checksum = "checksum"
    case icmpCode = "icmp_code"
    /// Fewer than the 24 octets of a message without options.
    case tooShort = "too_short"
    case targetMulticast = "target_multicast"
    /// An option says that it is zero octets long.
    case optionLength = "option_length"
    /// The source is a multicast address, which no packet may come from.
    case sourceMulticast = "source_multicast"
    /// The source is unspecified, but the destination is not a solicited-node group.
    case unspecifiedSourceDestination = "unspecified_source_destination"
    /// The source is unspecified, but the message says what its link-layer address is.
    case unspecifiedSourceOption = "unspecified_source_option"
    /// Says that it answers a solicitation, but was sent to many.
    case solicitedMulticast = "solicited_multicast"

    // MARK: Ours or not

    /// Asks for an address that is not announced here. By far the most frequent.
    case notAnnounced = "not_announced"
    /// Another host uses, or announces, an address that is announced here.
    case conflict = "conflict"
    /// A speaker's frame whose number shows that it was recorded and sent again, or arrived twice.
    case replayed = "replayed"
    /// The frame came while the interface was not suitable.
    case notSuitable = "not_suitable"
}
