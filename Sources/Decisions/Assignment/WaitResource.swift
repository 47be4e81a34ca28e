import Addresses

/// Something that a Service without an address waits for. Pools are named by their place in the order of pools.
enum WaitResource: Hashable, Sendable {
    /// An address of this pool becomes free.
    case free(pool: Int, AddressFamily)
    /// An address of any pool that serves everybody becomes free.
    case freeForAll(AddressFamily)
    /// A namespace comes to hold fewer addresses of a pool with a quota.
    case quota(namespace: String, AddressFamily)
    /// This very address becomes free, or is used otherwise than before.
    case address(IPAddress)
    /// An address that this group shares becomes usable by others of the group.
    case group(SharingGroup)
}
