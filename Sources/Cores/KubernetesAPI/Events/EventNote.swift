import KubernetesModel

/// Something to tell about a Service, as a Kubernetes Event.
package struct EventNote: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable {
        case normal = "Normal"
        case warning = "Warning"
    }

    package var service: NamespacedName
    package var uid: String?
    package var kind: Kind
    /// What was done, for example `Assign`.
    package var action: String
    /// A CamelCase word.
    package var reason: String
    package var message: String

    package init(
        service: NamespacedName, uid: String?, kind: Kind, action: String, reason: String, message: String
    ) {
        self.service = service
        self.uid = uid
        self.kind = kind
        self.action = action
        self.reason = reason
        self.message = message
    }
}
