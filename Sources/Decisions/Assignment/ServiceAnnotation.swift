/// An annotation by which a Service speaks to Martlet, under any of three prefixes.
package enum ServiceAnnotation: String, Hashable, Sendable, CaseIterable {
    /// Addresses asked for: one of each family, separated by a comma.
    case loadBalancerIPs
    /// The pool asked for.
    case addressPool = "address-pool"
    /// The key under which the Service shares its address.
    case allowSharedIP = "allow-shared-ip"
    /// The pool, or the pools, that gave the addresses; written by Martlet.
    case allocatedFromPool = "ip-allocated-from-pool"

    /// In the order in which they count.
    package static let prefixes = ["martlet.dev/", "metallb.io/", legacyPrefix]
    package static let legacyPrefix = "metallb.universe.tf/"

    /// The annotation's name as Martlet writes it.
    package var key: String { ServiceAnnotation.prefixes[0] + rawValue }

    /// Names of other announcers that mean the same, read after those of all prefixes.
    package var aliases: [String] {
        switch self {
        case .loadBalancerIPs: ["kube-vip.io/loadbalancerIPs", "eip.openelb.kubesphere.io/v1alpha1"]
        case .addressPool: ["eip.openelb.kubesphere.io/v1alpha2"]
        default: []
        }
    }

    /// The value under the first prefix that has one, or the first alias, with its full name.
    package func value(in annotations: [String: String]?) -> (key: String, value: String)? {
        guard let annotations else { return nil }
        for key in ServiceAnnotation.prefixes.map({ $0 + rawValue }) + aliases {
            if let value = annotations[key] { return (key, value) }
        }
        return nil
    }
}
