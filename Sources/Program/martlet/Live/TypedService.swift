import KubernetesModel

/// A Service as people type it: `shop/web`, `web`, and `svc/web` as kubectl has it.
package enum TypedService {
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    private static let kinds: Set<String> = ["svc", "service", "services"]

    /// - Parameter namespace: that of `-n`; `nil`: none is given. A namespace that is called `svc` can be given only so.
    package static func name(_ text: String, namespace: String?) throws(Failure) -> NamespacedName {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        let isTyped = parts.count > 1 && kinds.contains(parts[0].lowercased())
        let rest = isTyped ? Array(parts.dropFirst()) : parts
        guard rest.count <= 2, rest.allSatisfy({ !$0.isEmpty }), let name = rest.last else {
            throw Failure(description: "`\(text)` is not a Service name: write NAMESPACE/NAME, or -n NAMESPACE NAME")
        }
        guard rest.count == 2 else { return NamespacedName(namespace: namespace ?? "default", name: name) }
        guard namespace == nil || namespace == rest[0] else {
            throw Failure(description: "-n \(namespace ?? "") and `\(text)` name two namespaces: give one")
        }
        return NamespacedName(namespace: rest[0], name: name)
    }
}
