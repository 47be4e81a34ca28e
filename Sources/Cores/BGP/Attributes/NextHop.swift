import Addresses
import WireCodec

/// Where packets for a route are to be sent: an IPv4 address, or an IPv6 address and, on a shared link, a link-local one
/// beside it (RFC 2545 §3).
package struct NextHop: Hashable, Sendable, CustomStringConvertible {
    package let address: IPAddress
    package let linkLocal: IPv6Address?

    package init(_ address: IPAddress, linkLocal: IPv6Address? = nil) {
        self.address = address
        self.linkLocal = address.family == .ipv6 ? linkLocal : nil
    }

    /// Decodes the next hop field of MP_REACH_NLRI, whose length says what is in it: 4, 16 or 32 octets.
    @_lifetime(reader: copy reader)
    init(decoding reader: inout ByteReader) throws(DecodeError) {
        switch reader.remaining {
        case 4:
            address = .v4(IPv4Address(rawValue: try reader.read()))
            linkLocal = nil
        case 16:
            address = .v6(IPv6Address(rawValue: try reader.read()))
            linkLocal = nil
        case 32:
            address = .v6(IPv6Address(rawValue: try reader.read()))
            linkLocal = IPv6Address(rawValue: try reader.read())
        default: throw reader.invalid("a next hop of \(reader.remaining) octets")
        }
    }

    func encode(into writer: inout ByteWriter) {
        switch address {
        case .v4(let address): writer.write(address.rawValue)
        case .v6(let address):
            writer.write(address.rawValue)
            if let linkLocal { writer.write(linkLocal.rawValue) }
        }
    }

    package var description: String { linkLocal.map { "\(address) \($0)" } ?? "\(address)" }
}
