import Addresses
import Interfaces
import LinkLayer

/// Layer 2 on this node at one moment.
package struct Layer2Snapshot: Hashable, Sendable {
    package enum InterfaceState: Hashable, Sendable {
        /// Frames are answered.
        case answering
        /// Nothing is announced here.
        case idle
        case unsuitable(InterfaceObstacle)
        /// It is suitable, but cannot be used; the text says why.
        case failed(String)
    }

    package struct InterfaceStatus: Hashable, Sendable {
        package var name: String
        package var index: CInt
        package var state: InterfaceState
        package var counters: Layer2Counters
        /// The number of addresses answered for here.
        package var addresses = 0
        /// How many claims are in each state.
        package var claims = ClaimTally()
        /// Claims in the name of speakers that did not have the address.
        package var forgedClaims = 0
        /// Speakers that were taken for holders and were not.
        package var beliefsDropped = 0
    }

    /// A host that is not a speaker has an address that this node should have.
    package struct Conflict: Hashable, Sendable {
        package var address: IPAddress
        package var hardwareAddress: MACAddress
        package var interface: String
    }

    /// By index.
    package var interfaces: [InterfaceStatus]
    /// By address.
    package var conflicts: [Conflict]
    /// Announced addresses that the kernel has too, and on which interface: the kernel answers for them as well.
    package var configuredLocally: [IPAddress: String]

    package init(
        interfaces: [InterfaceStatus] = [],
        conflicts: [Conflict] = [], configuredLocally: [IPAddress: String] = [:]
    ) {
        self.interfaces = interfaces
        self.conflicts = conflicts
        self.configuredLocally = configuredLocally
    }
}
