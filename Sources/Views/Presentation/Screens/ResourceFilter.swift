import Addresses

/// Which of a resource `martlet get` is to show.
package struct ResourceFilter: Hashable, Sendable {
    /// Only the one of this name: a Service (`NAMESPACE/NAME`, or a name in `default`), a pool, a peer, a node or a prefix.
    package var name: String?
    /// Only Services of this namespace, and what belongs to them.
    package var namespace: String?
    /// By what Services were chosen before, for messages.
    package var selector: String?

    /// Of events: only those about this address.
    package var address: IPAddress?

    package init(
        name: String? = nil, namespace: String? = nil, selector: String? = nil, address: IPAddress? = nil
    ) {
        self.address = address
        self.selector = selector
        self.name = name
        self.namespace = namespace
    }

    /// Whether it lets everything through.
    var isEmpty: Bool { name == nil && namespace == nil }

    func accepts(service: String) -> Bool {
        if let namespace, !service.hasPrefix(namespace + "/") { return false }
        guard let name else { return true }
        return service == (name.contains("/") ? name : "\(namespace ?? "default")/\(name)")
    }

    /// - Parameter services: those that the thing concerns.
    func accepts(_ services: [String]) -> Bool { services.contains { accepts(service: $0) } }

    /// For things that have a name and belong to no namespace.
    func accepts(name: String) -> Bool { self.name == nil || self.name == name }
}
