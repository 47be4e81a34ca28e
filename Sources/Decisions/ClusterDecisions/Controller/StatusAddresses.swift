import Addresses
import KubernetesModel

/// Which Services' statuses have which addresses, as far as has been seen; and what waits until one of them has it no more.
struct StatusAddresses: Sendable {
    private var holders: [IPAddress: Set<NamespacedName>] = [:]
    private var waiting: [IPAddress: Set<NamespacedName>] = [:]

    /// The addresses that a Service's status has.
    static func of(_ service: Service?) -> Set<IPAddress> {
        Set((service?.status?.loadBalancer?.ingress ?? []).compactMap { $0.ip.flatMap { try? IPAddress($0) } })
    }

    /// A Service is not what it was. Returns the Services that waited for an address of it.
    mutating func replace(_ former: Service?, by service: Service?, of name: NamespacedName) -> Set<NamespacedName> {
        let (old, new) = (StatusAddresses.of(former), StatusAddresses.of(service))
        var released: Set<NamespacedName> = []
        for address in old.subtracting(new) {
            holders[address]?.remove(name)
            if holders[address]?.isEmpty ?? false { holders[address] = nil }
            released.formUnion(waiting.removeValue(forKey: address) ?? [])
        }
        for address in new.subtracting(old) { holders[address, default: []].insert(name) }
        return released
    }

    func holders(of address: IPAddress) -> Set<NamespacedName> { holders[address] ?? [] }

    /// The Service is to be looked at again when a status that has the address has it no more.
    mutating func wait(_ name: NamespacedName, for address: IPAddress) { waiting[address, default: []].insert(name) }
}
