import Crypto

/// Which cluster a speaker belongs to, as its packets and frames say it: eight octets made of a name.
///
/// In Kubernetes the name is the UID of the namespace `kube-system`, which no other cluster has; without Kubernetes it is
/// what `--cluster` says.
package struct ClusterIdentity: Hashable, Sendable {
    /// The first eight octets of a SHA-256 digest, in network order.
    package let rawValue: UInt64

    package init(rawValue: UInt64) { self.rawValue = rawValue }

    package init(name: String) {
        let digest = SHA256.hash(data: Array("martlet.dev/cluster\0\(name)".utf8))
        rawValue = digest.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }
}

extension ClusterIdentity: CustomStringConvertible {
    /// Sixteen hexadecimal digits.
    package var description: String {
        let digits = String(rawValue, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
