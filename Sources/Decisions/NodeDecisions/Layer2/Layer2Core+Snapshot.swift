import Addresses
import Interfaces
import LinkLayer

extension Layer2Core {
    /// The state at this moment. Costs the same however many addresses there are.
    package var snapshot: Layer2Snapshot {
        let interfaces = table.interfaces.map { interface in
            guard let port = ports[interface.index] else {
                return Layer2Snapshot.InterfaceStatus(
                    name: interface.name, index: interface.index,
                    state: InterfaceObstacle(of: interface, in: table).map { .unsuitable($0) } ?? .idle,
                    counters: countersAtRest[interface.index] ?? Layer2Counters())
            }
            return Layer2Snapshot.InterfaceStatus(
                name: interface.name, index: interface.index, state: state(of: port), counters: port.counters,
                addresses: port.claims.held, claims: port.claims.tally, forgedClaims: port.claims.forgedClaims,
                beliefsDropped: port.claims.beliefsDropped)
        }
        return Layer2Snapshot(
            interfaces: interfaces,
            conflicts: conflicts.sorted { ($0.address, $0.interface) < ($1.address, $1.interface) },
            configuredLocally: localAddresses.filter { isConfiguredLocally($0.key) })
    }

    private func state(of port: Layer2Port) -> Layer2Snapshot.InterfaceState {
        switch port.capture {
        case .open: .answering
        case .failed(let message, _): .failed(message)
        case .closed: InterfaceObstacle(of: port.interface, in: table).map { .unsuitable($0) } ?? .idle
        case .opening: .idle
        }
    }

    /// The names of the interfaces on which the address is answered for now, in the interfaces' order.
    package func interfaces(answering address: IPAddress) -> [String] {
        table.interfaces.filter { ports[$0.index]?.claims.holds(address) ?? false }.map(\.name)
    }
}
