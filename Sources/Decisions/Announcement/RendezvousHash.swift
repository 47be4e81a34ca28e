import Addresses

/// The scores by which nodes and addresses find each other (highest random weight).
///
/// Every speaker must compute the same numbers, also in another version and on another machine; so this is fixed: FNV-1a
/// over the octets, and the finalizer of SplitMix64 to mix. Not a defence against chosen names: who may name Services and
/// nodes may do worse.
enum RendezvousHash {
    static func node(_ name: String) -> UInt64 { mix(fnv1a(name.utf8)) }

    static func address(_ address: IPAddress) -> UInt64 { mix(fnv1a(address.octets)) }

    /// How much a node and an address want each other.
    static func score(node: UInt64, address: UInt64) -> UInt64 { mix(node ^ (address << 31 | address >> 33)) }

    private static func fnv1a(_ octets: some Sequence<UInt8>) -> UInt64 {
        octets.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }

    private static func mix(_ value: UInt64) -> UInt64 {
        var value = value &+ 0x9E37_79B9_7F4A_7C15
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}
