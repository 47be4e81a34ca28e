import Addresses

/// Which addresses of a pool may be a subnet-router anycast address (RFC 4291 §2.6.1): every router of the subnet, and so
/// every node that forwards, answers for its own.
///
/// The length of the subnets is not known. Those with the low 64 bits all zero are the address of a /64, and the first
/// address of an entry that is a prefix of /126 or shorter is the address of that prefix. (RFC 6164 §5: a /127 has none.)
package struct SubnetRouterAnycast: Hashable, Sendable {
    private let firstOfEntries: Set<IPAddress>

    package init(entries: [IPRange]) {
        firstOfEntries = Set(
            entries.filter { $0.family == .ipv6 && SubnetRouterAnycast.isSubnet($0) }.map(\.lower))
    }

    package func contains(_ address: IPAddress) -> Bool {
        guard address.family == .ipv6 else { return false }
        return UInt64(truncatingIfNeeded: address.rawValue) == 0 || firstOfEntries.contains(address)
    }

    /// Whether a range is one prefix of /126 or shorter: as many addresses as a power of two, four at least, from a
    /// multiple of it.
    private static func isSubnet(_ range: IPRange) -> Bool {
        let mask = range.countLessOne
        return mask >= 3 && mask & (mask &+ 1) == 0 && range.lower.rawValue & mask == 0
    }
}
