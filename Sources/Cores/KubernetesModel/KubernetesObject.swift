/// An object as the API server keeps it: of one kind, with `metadata`.
package protocol KubernetesObject {
    /// The kind as `kind:` names it.
    static var kind: String { get }

    /// The namespace that a manifest without one means; `nil` where that says nothing.
    static var defaultNamespace: String? { get }

    var metadata: ObjectMeta { get }
}

extension KubernetesObject {
    package static var defaultNamespace: String? { nil }
}

extension Node: KubernetesObject { package static var kind: String { "Node" } }
extension Namespace: KubernetesObject { package static var kind: String { "Namespace" } }
extension Secret: KubernetesObject { package static var kind: String { "Secret" } }

extension Service: KubernetesObject {
    package static var kind: String { "Service" }
    package static var defaultNamespace: String? { "default" }
}

extension EndpointSlice: KubernetesObject {
    package static var kind: String { "EndpointSlice" }
    package static var defaultNamespace: String? { "default" }
}
