import Addresses

/// Why an interface is not used for layer 2.
package enum InterfaceObstacle: String, Hashable, Sendable, CaseIterable {
    // What no configuration overcomes.

    case loopback = "Loopback"
    case notEthernet = "NotEthernet"
    /// It takes no part in address resolution, as the interfaces that hold IPVS's addresses.
    case withoutARP = "WithoutARP"
    case withoutHardwareAddress = "WithoutHardwareAddress"
    /// A port of a bridge or of a bond: frames belong to the bridge or the bond. Not so with a VRF, which only routes.
    case partOfAnother = "PartOfAnother"
    case down = "Down"
    case noCarrier = "NoCarrier"

    // What naming the interface in an L2Advertisement overcomes.

    /// It has no address with a subnet: only link-local ones, /32 or /128, or none. So are the host's ends of pods'
    /// links and most tunnels, and no host on them resolves a Service's address by ARP or NDP.
    case withoutSubnet = "WithoutSubnet"
    /// A bridge of which every port is one end of a veth pair: the segment of pods or containers on this host alone.
    case bridgeOfVeths = "BridgeOfVeths"

    /// For a person: a clause.
    package var clause: String {
        switch self {
        case .loopback: "it is the loopback interface"
        case .notEthernet: "it is not an Ethernet interface"
        case .withoutARP: "it does not resolve addresses (NOARP)"
        case .withoutHardwareAddress: "it has no MAC address"
        case .partOfAnother: "it is a port of another interface, a bridge or a bond: use that one"
        case .down: "it is down"
        case .noCarrier: "it has no carrier"
        case .withoutSubnet: "it has no address with a subnet"
        case .bridgeOfVeths: "it connects only containers of this host"
        }
    }

    /// ``clause``, which of a port names what it is a port of.
    package func clause(of interface: Interface, in table: InterfaceTable) -> String {
        guard self == .partOfAnother, let master = interface.masterIndex.flatMap({ table[$0] }) else { return clause }
        return "it is a port of \(master.kind.map { "the \($0) " } ?? "")\(master.name): use \(master.name) instead"
    }

    /// Whether a link that comes up is enough.
    package var mayPass: Bool { self == .down || self == .noCarrier }

    package var canBeOvercome: Bool { self == .withoutSubnet || self == .bridgeOfVeths }

    /// The first obstacle of an interface; one that cannot be overcome before one that can.
    package init?(of interface: Interface, in table: InterfaceTable) {
        if interface.isLoopback {
            self = .loopback
        } else if !interface.isEthernet {
            self = .notEthernet
        } else if interface.isWithoutARP {
            self = .withoutARP
        } else if interface.hardwareAddress == nil {
            self = .withoutHardwareAddress
        } else if let master = interface.masterIndex, table[master]?.kind != "vrf" {
            self = .partOfAnother
        } else if !interface.isUp {
            self = .down
        } else if !interface.hasCarrier {
            self = .noCarrier
        } else if !interface.addresses.contains(where: {
            !$0.isLinkLocal && !$0.isLoopback && $0.prefixLength < $0.address.family.bitWidth
        }) {
            self = .withoutSubnet
        } else if interface.kind == "bridge", table.parts(of: interface.index).allSatisfy({ $0.kind == "veth" }) {
            self = .bridgeOfVeths
        } else {
            return nil
        }
    }
}
