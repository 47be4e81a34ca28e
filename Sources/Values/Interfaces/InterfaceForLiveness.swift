import Addresses

/// An interface whose segment is to be watched, and the families that this node can send there.
package struct InterfaceForLiveness: Hashable, Sendable {
    package var index: Int32
    package var name: String
    /// IPv4, where the interface has a usable IPv4 address; IPv6, where it has a usable link-local one.
    package var families: Set<AddressFamily>
    /// Where its packets come from; zero if it has none.
    package var hardwareAddress: MACAddress

    package init(
        index: Int32, name: String, families: Set<AddressFamily>, hardwareAddress: MACAddress = .zero
    ) {
        self.index = index
        self.name = name
        self.families = families
        self.hardwareAddress = hardwareAddress
    }

    /// `nil` if nothing can be received: the interface is down, without carrier, a loopback, or without an address.
    package init?(_ interface: Interface) {
        guard interface.isRunning, !interface.isLoopback else { return nil }
        var families: Set<AddressFamily> = []
        for address in interface.addresses where address.isUsable && !address.isLoopback {
            switch address.address {
            case .v4: families.insert(.ipv4)
            case .v6: if address.isLinkLocal { families.insert(.ipv6) }
            }
        }
        guard !families.isEmpty else { return nil }
        self.init(
            index: interface.index, name: interface.name, families: families,
            hardwareAddress: interface.hardwareAddress ?? .zero)
    }
}
