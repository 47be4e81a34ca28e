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

    /// The value under the first prefix that has one, with the whole name that it stands under.
    package func value(in annotations: [String: String]?) -> (key: String, value: String)? {
        guard let annotations else { return nil }
        for prefix in ServiceAnnotation.prefixes {
            if let value = annotations[prefix + rawValue] { return (prefix + rawValue, value) }
        }
        return nil
    }
}
