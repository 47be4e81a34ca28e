import AddressPools
import Addresses

/// How many addresses of one family a pool has, and what became of them.
package struct PoolCounts: Hashable, Sendable {
    package let pool: String
    package let family: AddressFamily
    /// Addresses that can be given at all: without the excluded ones.
    package let size: AddressCount
    /// Addresses that Services have; one that is shared counts once.
    package let assigned: Int
    /// Addresses that were released, and wait until they may be given again.
    package let resting: Int

    /// Addresses that no Service has, and that are not given because a node or a gateway has them.
    package let reserved: Int

    /// Addresses that could be given now.
    package var available: AddressCount { size.subtracting(UInt128(assigned + resting + reserved)) }
}
