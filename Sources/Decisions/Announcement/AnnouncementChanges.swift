import Addresses

/// Which answers of ``AnnouncementEngine`` for the local node may be different.
package struct AnnouncementChanges: Hashable, Sendable {
    /// The addresses whose roles changed, and some whose roles did not.
    package var addresses: Set<IPAddress> = []
    /// The prefixes whose routes changed, and no others.
    package var prefixes: Set<IPPrefix> = []
}
