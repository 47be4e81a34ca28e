import Addresses
import Interfaces
import LinkLayer

/// On which interfaces an address is asked for, and how.
package struct ProbePlan {
    package struct Port {
        package var interface: Interface
        package var inquiry: Inquiry
    }

    /// Why nothing can be probed. A sentence.
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    package let address: IPAddress
    package private(set) var ports: [Port] = []
    /// Interfaces of this host that have the address themselves.
    package let localInterfaces: [Interface]

    /// - Parameter names: of the interfaces to ask on; empty for all that are suitable.
    package init(_ address: IPAddress, on names: [String], of table: InterfaceTable, pace: Inquiry.Pace) throws(Failure)
    {
        self.address = address
        localInterfaces = table.interfaces.filter { $0.addresses.contains { $0.address == address } }
        let obstacles = table.interfaces.map { ($0, InterfaceObstacle(of: $0, in: table)) }
        guard names.isEmpty else {
            for name in names {
                guard let (interface, obstacle) = obstacles.first(where: { $0.0.name == name }) else {
                    let all = table.interfaces.map(\.name).joined(separator: ", ")
                    throw Failure(description: "there is no interface `\(name)`; there are \(all)")
                }
                if let obstacle, !obstacle.canBeOvercome {
                    throw Failure(description: "cannot probe on \(name): \(obstacle.clause)")
                }
                try add(interface, address, pace)
            }
            return
        }
        for (interface, obstacle) in obstacles where obstacle == nil { try? add(interface, address, pace) }
        guard ports.isEmpty else { return }
        let reasons = obstacles.compactMap { interface, obstacle in
            interface.isLoopback ? nil : "\(interface.name): \(obstacle?.clause ?? "it has no IPv6 address")"
        }
        throw Failure(
            description: "no interface is suitable for probing"
                + (reasons.isEmpty ? "" : " (\(reasons.joined(separator: "; ")))") + "; name one with --interface")
    }

    private mutating func add(_ interface: Interface, _ address: IPAddress, _ pace: Inquiry.Pace) throws(Failure) {
        guard let hardwareAddress = interface.hardwareAddress else {
            throw Failure(description: "cannot probe on \(interface.name): it has no MAC address")
        }
        switch address {
        case .v4(let address):
            ports.append(Port(interface: interface, inquiry: Inquiry(for: address, from: hardwareAddress, pace: pace)))
        case .v6(let address):
            guard let source = ProbePlan.source(of: interface) else {
                throw Failure(
                    description: "cannot probe on \(interface.name): it has no IPv6 source address")
            }
            ports.append(
                Port(
                    interface: interface,
                    inquiry: Inquiry(for: address, from: hardwareAddress, source: source, pace: pace)))
        }
    }

    /// RFC 4861 §7.2.2: one of the interface's own; a link-local one suits every target.
    private static func source(of interface: Interface) -> IPv6Address? {
        let own = interface.addresses.filter(\.isUsable).compactMap(\.address.v6)
        return own.first(where: \.isLinkLocal) ?? own.first
    }
}
