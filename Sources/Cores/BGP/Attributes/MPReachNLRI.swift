import Addresses
import WireCodec

/// Reachable routes of any family, with their next hop: RFC 4760 §3.
///
///     +---------------------------------------------------------+
///     | Address family identifier (2 octets)                    |
///     | Subsequent address family identifier (1 octet)          |
///     | Length of next hop (1 octet)                            |
///     | Next hop (variable)                                     |
///     | Reserved (1 octet)                                      |
///     | NLRI (variable)                                         |
///     +---------------------------------------------------------+
package struct MPReachNLRI: Hashable, Sendable {
    package let family: AddressFamily
    package let nextHop: NextHop
    package let nlri: [IPPrefix]

    package init(family: AddressFamily, nextHop: NextHop, nlri: [IPPrefix]) {
        self.family = family
        self.nextHop = nextHop
        self.nlri = nlri
    }

    /// Decodes what follows AFI and SAFI.
    @_lifetime(reader: copy reader)
    init(decoding reader: inout ByteReader, family: AddressFamily) throws(DecodeError) {
        self.family = family
        let length: UInt8 = try reader.read()
        var hop = try reader.read(count: Int(length))
        nextHop = try NextHop(decoding: &hop)
        // RFC 8950 §3: IPv4 routes may have IPv6 next hops; IPv6 routes have those alone.
        if family == .ipv6, nextHop.address.family != .ipv6 { throw hop.invalid("IPv6 routes with an IPv4 next hop") }
        // RFC 4760 §3: reserved, to be ignored.
        try reader.skip(count: 1)
        nlri = try reader.readPrefixes(of: family)
    }

    func encode(into writer: inout ByteWriter) throws(LengthOverflow) {
        let route = RouteFamily(unicast: family)
        writer.write(route.afi.rawValue)
        writer.write(route.safi.rawValue)
        try writer.writeLengthPrefixed(as: UInt8.self) { nextHop.encode(into: &$0) }
        writer.write(UInt8.zero)
        for prefix in nlri { writer.write(prefix) }
    }
}
