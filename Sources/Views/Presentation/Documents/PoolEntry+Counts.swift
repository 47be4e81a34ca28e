import AddressPools
import Addresses
import Assignment
import ClusterConfiguration

extension PoolEntry {
    /// Every pool in force, with what became of its addresses.
    package static func all(of configuration: Configuration, _ counts: [PoolCounts]) -> [PoolEntry] {
        let counts = Dictionary(grouping: counts, by: \.pool)
        return configuration.pools.map { pool in
            PoolEntry(
                pool: pool.name, autoAssign: pool.autoAssign,
                families: (counts[pool.name] ?? []).map {
                    PoolEntry.Usage(
                        family: $0.family.description, size: $0.size.value ?? .max, assigned: UInt128($0.assigned),
                        available: $0.available.value ?? .max)
                },
                addresses: pool.ranges.map(\.description))
        }
    }
}
