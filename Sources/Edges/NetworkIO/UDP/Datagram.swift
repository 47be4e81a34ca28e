import Addresses
import CLinux
import Glibc

/// What came beside a datagram's octets.
package struct Datagram: Hashable, Sendable {
    /// How many octets of the buffer it fills.
    package let count: Int
    package let source: IPAddress
    /// Unspecified if the kernel was not asked.
    package let destination: IPAddress
    /// The index of the interface that it came in through; 0 if the kernel was not asked.
    package let interface: CInt
    /// The TTL or hop limit that it arrived with; 0 if the kernel did not tell.
    package let hopLimit: UInt8

    /// `nil` if it came from an address that is neither IPv4 nor IPv6.
    init?(_ datagram: clinux_datagram, count: Int) {
        var datagram = datagram
        let length = Int(datagram.address_length)
        let source = unsafe withUnsafeBytes(of: &datagram.source) { unsafe Array($0) }
        let destination = unsafe withUnsafeBytes(of: &datagram.destination) { unsafe Array($0) }
        guard let from = Datagram.address(source, length), let to = Datagram.address(destination, length) else {
            return nil
        }
        self.count = count
        self.source = from
        self.destination = to
        interface = datagram.interface
        hopLimit = UInt8(clamping: datagram.hop_limit)
    }

    private static func address(_ octets: [UInt8], _ length: Int) -> IPAddress? {
        switch length {
        case 4: .v4(IPv4Address(octets[0], octets[1], octets[2], octets[3]))
        case 16: IPv6Address(octets: octets).map { .v6($0) }
        default: nil
        }
    }
}
