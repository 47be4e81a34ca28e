/// One aspect of an object's state (meta/v1 Condition).
package struct Condition: Codable, Hashable, Sendable {
    /// For example `Valid`.
    package var type: String
    /// `True`, `False` or `Unknown`.
    package var status: String
    /// A CamelCase word that scripts can rely on.
    package var reason: String?
    /// A sentence for a person.
    package var message: String?
    /// RFC 3339 text: when `status` last changed.
    package var lastTransitionTime: String?
    /// The `metadata.generation` that was judged.
    package var observedGeneration: Int64?

    package init(
        type: String, status: String, reason: String? = nil, message: String? = nil, lastTransitionTime: String? = nil,
        observedGeneration: Int64? = nil
    ) {
        self.type = type
        self.status = status
        self.reason = reason
        self.message = message?.bounded()
        self.lastTransitionTime = lastTransitionTime
        self.observedGeneration = observedGeneration
    }

    /// Whether both say the same, whenever it became so.
    package func agrees(with other: Condition) -> Bool {
        (type, status, reason, message) == (other.type, other.status, other.reason, other.message)
            && observedGeneration == other.observedGeneration
    }
}

extension Condition {
    /// On a Service: whether it has its addresses, and if not, why. Written by Martlet's controller.
    package static let addressAssigned = "martlet.dev/AddressAssigned"
}
