import Addresses

/// Which pool holds an address, found without looking at each.
package struct AddressLocator: Sendable {
    private struct Entry: Sendable {
        let range: IPRange
        let pool: Int
    }

    private let entries: [Entry]

    /// The ranges of each pool; none may overlap another.
    package init(_ pools: [[IPRange]]) {
        entries = pools.enumerated()
            .flatMap { pool, ranges in ranges.map { Entry(range: $0, pool: pool) } }
            .sorted { $0.range < $1.range }
    }

    /// The position, in the array given, of the pool that holds the address.
    package func pool(of address: IPAddress) -> Int? {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].range.lower <= address { low = middle + 1 } else { high = middle }
        }
        guard low > 0, entries[low - 1].range.contains(address) else { return nil }
        return entries[low - 1].pool
    }
}
