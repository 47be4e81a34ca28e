import Addresses
import ClusterConfiguration
import Timing

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
        /// Advertisements that name no interfaces use it.
        package var isUsedByDefault: Bool
        package var counters: Layer2Counters
        /// The number of addresses announced here.
        package var addresses: Int
    }

    /// Somebody else uses an address that is announced here.
    package struct Conflict: Hashable, Sendable {
        package var address: IPAddress
        package var hardwareAddress: MACAddress
        package var interface: String
        package var lastSeen: Instant
    }

    /// By index.
    package var interfaces: [InterfaceStatus]
    package var announced: [IPAddress: InterfaceSelection]
    /// By address.
    package var conflicts: [Conflict]
    /// Announced addresses that the kernel has too, by itself, and on which interface: the kernel answers for them as well.
    package var configuredLocally: [IPAddress: String]

    package init(
        interfaces: [InterfaceStatus] = [], announced: [IPAddress: InterfaceSelection] = [:],
        conflicts: [Conflict] = [], configuredLocally: [IPAddress: String] = [:]
    ) {
        self.interfaces = interfaces
        self.announced = announced
        self.conflicts = conflicts
        self.configuredLocally = configuredLocally
    }

    /// The names of the interfaces on which the address is answered for now, in the interfaces' order.
    package func interfaces(announcing address: IPAddress) -> [String] {
        guard let selection = announced[address] else { return [] }
        return interfaces.filter { status in
            guard status.state == .answering else { return false }
            if case .named(let names) = selection { return names.contains(status.name) }
            return status.isUsedByDefault
        }.map(\.name)
    }
}
