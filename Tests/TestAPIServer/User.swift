/// Who asks, as the token says.
struct User: Hashable, Sendable {
    static let nodeKey = "authentication.kubernetes.io/node-name"

    var name: String
    /// Of a pod's token: the node that the pod is on.
    var extra: [String: [String]] = [:]
}
