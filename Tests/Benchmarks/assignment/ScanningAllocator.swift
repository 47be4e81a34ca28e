import Addresses

/// For comparison: an allocator that walks the range from its start for every address, as MetalLB's does.
///
/// It does no more than that: a set of held addresses, and no rules. What it costs is the walk alone.
struct ScanningAllocator {
    let range: IPRange
    private(set) var held: Set<IPAddress> = []

    init(range: IPRange) { self.range = range }

    mutating func assign() -> IPAddress? {
        var next: IPAddress? = range.lower
        while let address = next, address <= range.upper {
            if held.insert(address).inserted { return address }
            next = address.successor
        }
        return nil
    }

    /// Counts an address as held.
    mutating func hold(_ address: IPAddress) { held.insert(address) }

    mutating func release(_ address: IPAddress) { held.remove(address) }
}
