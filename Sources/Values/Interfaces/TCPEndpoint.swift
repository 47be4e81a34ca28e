import Addresses

/// An address and a port; for a link-local address, also the interface.
package struct TCPEndpoint: Hashable, Sendable, CustomStringConvertible {
    package let address: IPAddress
    /// The name of the interface. Only link-local addresses have one.
    package let zone: String?
    package let port: UInt16

    package init(_ address: IPAddress, zone: String? = nil, port: UInt16) {
        self.address = address
        self.zone = zone
        self.port = port
    }

    package var description: String {
        let zone = zone.map { "%" + $0 } ?? ""
        return address.family == .ipv4 ? "\(address):\(port)" : "[\(address)\(zone)]:\(port)"
    }
}
