import Addresses

/// A prefix of one family, as small as can be: there is one for every route.
protocol RouteKey: Hashable, Sendable, Comparable {
    static var family: AddressFamily { get }
    init?(_ prefix: IPPrefix)
    var prefix: IPPrefix { get }
    /// The octets that ``append(to:)`` writes.
    var encodedLength: Int { get }
    /// Writes it as RFC 4271 §4.3 has it: the length, then as few octets as hold the prefix.
    func append(to bytes: inout [UInt8])
}

/// An IPv4 prefix in eight octets.
struct IPv4RouteKey: RouteKey {
    /// The address, then the length in the lowest octet.
    private let value: UInt64

    static var family: AddressFamily { .ipv4 }

    init?(_ prefix: IPPrefix) {
        guard case .v4(let address) = prefix.address else { return nil }
        value = UInt64(address.rawValue) << 8 | UInt64(prefix.length)
    }

    private var length: Int { Int(value & 0xFF) }
    var encodedLength: Int { 1 + (length + 7) / 8 }

    var prefix: IPPrefix {
        let address = IPAddress.v4(IPv4Address(rawValue: UInt32(truncatingIfNeeded: value >> 8)))
        // The length is at most 32: it was taken from a prefix.
        return IPPrefix(containing: address, length: length) ?? IPPrefix(host: address)
    }

    func append(to bytes: inout [UInt8]) {
        bytes.append(UInt8(truncatingIfNeeded: value))
        var shift: UInt64 = 32
        for _ in 0..<(length + 7) / 8 {
            bytes.append(UInt8(truncatingIfNeeded: value >> shift))
            shift -= 8
        }
    }

    static func < (a: IPv4RouteKey, b: IPv4RouteKey) -> Bool { a.value < b.value }
}

/// An IPv6 prefix in seventeen octets.
struct IPv6RouteKey: RouteKey {
    // Not one UInt128, whose alignment would cost fifteen octets.
    private let high: UInt64
    private let low: UInt64
    private let length: UInt8

    static var family: AddressFamily { .ipv6 }

    init?(_ prefix: IPPrefix) {
        guard case .v6(let address) = prefix.address else { return nil }
        high = UInt64(truncatingIfNeeded: address.rawValue >> 64)
        low = UInt64(truncatingIfNeeded: address.rawValue)
        length = UInt8(prefix.length)
    }

    var encodedLength: Int { 1 + (Int(length) + 7) / 8 }

    var prefix: IPPrefix {
        let address = IPAddress.v6(IPv6Address(rawValue: UInt128(high) << 64 | UInt128(low)))
        // The length is at most 128: it was taken from a prefix.
        return IPPrefix(containing: address, length: Int(length)) ?? IPPrefix(host: address)
    }

    func append(to bytes: inout [UInt8]) {
        bytes.append(length)
        for index in 0..<(Int(length) + 7) / 8 {
            let half = index < 8 ? high : low
            bytes.append(UInt8(truncatingIfNeeded: half >> UInt64(56 - 8 * (index & 7))))
        }
    }

    static func < (a: IPv6RouteKey, b: IPv6RouteKey) -> Bool {
        (a.high, a.low, a.length) < (b.high, b.low, b.length)
    }
}
