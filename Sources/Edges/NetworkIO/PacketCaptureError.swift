import SystemIO

/// Why frames cannot be captured or sent on an interface.
package struct PacketCaptureError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Problem: Hashable, Sendable {
        /// The process lacks a capability.
        case notPermitted(missing: Capability)
        case noSuchInterface
        case interfaceDown
        /// It was there when the capture began, and is no more.
        case interfaceGone
        /// Its frames have other headers than Ethernet's.
        case notEthernet
        /// What libpcap says.
        case other(String)
    }

    package let interface: String
    package let problem: Problem

    package init(interface: String, problem: Problem) {
        self.interface = interface
        self.problem = problem
    }

    package var description: String {
        switch problem {
        case .notPermitted(let capability):
            "cannot capture on \(interface): not permitted; packet sockets need the capability \(capability)"
        case .noSuchInterface: "cannot capture on \(interface): there is no such interface"
        case .interfaceDown: "cannot capture on \(interface): the interface is down"
        case .interfaceGone: "capture on \(interface) stopped: the interface is gone"
        case .notEthernet: "cannot capture on \(interface): not an Ethernet interface"
        case .other(let text): "capture on \(interface) failed: \(text)"
        }
    }
}
