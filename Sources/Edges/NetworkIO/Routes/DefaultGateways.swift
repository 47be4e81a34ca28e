import Addresses
import Glibc
import SystemIO

/// The hosts that this host sends to what is in none of its subnets.
package enum DefaultGateways {
    /// Those of the main table that are in force now. What cannot be read has none.
    package static func current() -> Set<IPAddress> {
        ipv4(in: text(of: "/proc/thread-self/net/route")).union(ipv6(in: text(of: "/proc/thread-self/net/ipv6_route")))
    }

    /// A route that goes by a gateway (`RTF_GATEWAY` of route(8)).
    private static let usesGateway: UInt32 = 2

    /// The gateways of routes to 0.0.0.0/0 in the form of `/proc/net/route`: a line of names, then of each route the
    /// interface, destination, gateway, flags, three numbers and the mask. Addresses are in hexadecimal, as a number of this
    /// host whose octets are in the network's order.
    static func ipv4(in text: String) -> Set<IPAddress> {
        var result: Set<IPAddress> = []
        for line in text.split(separator: "\n").dropFirst() {
            let fields = line.split(whereSeparator: { $0 == "\t" || $0 == " " })
            guard fields.count >= 8, UInt32(fields[1], radix: 16) == 0, UInt32(fields[7], radix: 16) == 0,
                let gateway = UInt32(fields[2], radix: 16), let flags = UInt32(fields[3], radix: 16),
                flags & usesGateway != 0
            else { continue }
            result.insert(.v4(IPv4Address(rawValue: UInt32(bigEndian: gateway))))
        }
        return result
    }

    /// The gateways of routes to ::/0 in the form of `/proc/net/ipv6_route`: of each route the destination and its length,
    /// the source and its length, the next hop, metric, two counts, flags, interface.
    static func ipv6(in text: String) -> Set<IPAddress> {
        var result: Set<IPAddress> = []
        for line in text.split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard fields.count >= 10, UInt128(fields[0], radix: 16) == 0, UInt32(fields[1], radix: 16) == 0,
                let gateway = UInt128(fields[4], radix: 16), let flags = UInt32(fields[8], radix: 16),
                flags & usesGateway != 0
            else { continue }
            result.insert(.v6(IPv6Address(rawValue: gateway)))
        }
        return result
    }

    private static func text(of path: String) -> String {
        guard let file = try? FileDescriptor(path: path, flags: O_RDONLY),
            let bytes = try? file.readAll(from: path, limit: 64 << 20)
        else { return "" }
        return String(decoding: bytes, as: UTF8.self)
    }
}
