import KubernetesModel

/// A port of an address that a Service uses: no two Services that share the address may use it.
struct PortClaim: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// `TCP`, `UDP` or `SCTP`.
    let `protocol`: String
    let port: Int

    init(_ port: ServicePort) {
        self.protocol = port.protocol?.uppercased() ?? "TCP"
        self.port = port.port
    }

    var description: String { "\(port)/\(`protocol`)" }

    static func < (a: PortClaim, b: PortClaim) -> Bool {
        a.port == b.port ? a.protocol < b.protocol : a.port < b.port
    }
}
