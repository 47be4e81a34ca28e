/// How full a pool is, as `/v1/status` states it.
package struct PoolEntry: Hashable, Sendable, Decodable {
    /// The addresses of one family.
    package struct Usage: Hashable, Sendable, Decodable {
        /// `IPv4` or `IPv6`.
        package var family: String
        /// Addresses that may be given at all: without those excluded.
        package var size: UInt128
        /// Held by Services.
        package var assigned: UInt128
        /// Free to be given now: also without those held back for a while after their release.
        package var available: UInt128

        package init(family: String, size: UInt128, assigned: UInt128, available: UInt128) {
            self.family = family
            self.size = size
            self.assigned = assigned
            self.available = available
        }
    }

    package var pool: String
    /// Whether it gives addresses to Services that do not ask for it.
    package var autoAssign: Bool
    /// IPv4 first; only families that the pool has.
    package var families: [Usage]
    /// The entries, in declared order.
    package var addresses: [String]

    package init(pool: String, autoAssign: Bool, families: [Usage], addresses: [String] = []) {
        self.pool = pool
        self.autoAssign = autoAssign
        self.families = families
        self.addresses = addresses
    }
}

extension PoolEntry: JSONRepresentable {
    package var json: JSONValue {
        [
            "pool": pool.json, "autoAssign": autoAssign.json, "families": families.json, "addresses": addresses.json,
        ]
    }
}

extension PoolEntry.Usage: JSONRepresentable {
    package var json: JSONValue {
        ["family": family.json, "size": size.json, "assigned": assigned.json, "available": available.json]
    }
}
