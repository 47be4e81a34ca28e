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

extension RouteKey {
    /// Spreads 64 bits over a word: the finalizer of MurmurHash3. A table of routes spends most of its time on hashing, and
    /// the standard library's hash, made to withstand keys that an enemy picks, costs ten times as much. These keys are the
    /// configuration's own addresses.
    static func mix(_ value: UInt64, _ seed: Int) -> Int {
        var bits = value ^ UInt64(truncatingIfNeeded: seed)
        bits = (bits ^ bits >> 33) &* 0xFF51_AFD7_ED55_8CCD
        bits = (bits ^ bits >> 33) &* 0xC4CE_B9FE_1A85_EC53
        return Int(truncatingIfNeeded: bits ^ bits >> 33)
    }
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

    func hash(into hasher: inout Hasher) { hasher.combine(value) }
    /// What the standard library's tables ask for first; ``hash(into:)`` is for all others.
    func _rawHashValue(seed: Int) -> Int { IPv4RouteKey.mix(value, seed) }

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

    func hash(into hasher: inout Hasher) {
        hasher.combine(high)
        hasher.combine(low)
        hasher.combine(length)
    }
    func _rawHashValue(seed: Int) -> Int {
        let first = IPv6RouteKey.mix(high ^ UInt64(length) << 56, seed)
        return IPv6RouteKey.mix(low, first)
    }

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
