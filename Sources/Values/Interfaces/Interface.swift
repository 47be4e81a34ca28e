import Addresses

/// A network interface as the kernel shows it at one moment.
package struct Interface: Hashable, Sendable {
    /// The kernel's number: stays the same when the name changes; a new one after the interface was removed and made
    /// again.
    package var index: CInt
    package var name: String
    /// Absent where the link has no addresses of six octets.
    package var hardwareAddress: MACAddress?
    /// Its frames have Ethernet headers.
    package var isEthernet: Bool
    /// The driver's kind, such as `bridge`, `veth`, `bond`, `vlan`; absent on physical interfaces.
    package var kind: String?
    /// The administrator wants it up (IFF_UP).
    package var isUp: Bool
    /// There is a carrier (IFF_LOWER_UP).
    package var hasCarrier: Bool
    package var isLoopback: Bool
    /// It takes no part in address resolution (IFF_NOARP).
    package var isWithoutARP: Bool
    /// The interface that it is a part of: a bridge's, a bond's.
    package var masterIndex: CInt?
    /// In order.
    package var addresses: [InterfaceAddress]

    package init(
        index: CInt, name: String, hardwareAddress: MACAddress?, isEthernet: Bool = true, kind: String? = nil,
        isUp: Bool = true, hasCarrier: Bool = true, isLoopback: Bool = false, isWithoutARP: Bool = false,
        masterIndex: CInt? = nil, addresses: [InterfaceAddress] = []
    ) {
        self.index = index
        self.name = name
        self.hardwareAddress = hardwareAddress
        self.isEthernet = isEthernet
        self.kind = kind
        self.isUp = isUp
        self.hasCarrier = hasCarrier
        self.isLoopback = isLoopback
        self.isWithoutARP = isWithoutARP
        self.masterIndex = masterIndex
        self.addresses = addresses
    }

    /// Frames can pass.
    package var isRunning: Bool { isUp && hasCarrier }
}
