/// Which addresses are advertised to routers, and how (`martlet.dev/v1beta1`, `metallb.io/v1beta1`).
package struct BGPAdvertisement: Codable, Hashable, Sendable {
    package var apiVersion: String?
    package var metadata: ObjectMeta
    package var spec: BGPAdvertisementSpec?
    package var status: ConfigurationStatus?
}

package struct BGPAdvertisementSpec: Codable, Hashable, Sendable {
    /// Prefix length of advertised IPv4 routes. Default 32.
    package var aggregationLength: Int?
    /// Prefix length of advertised IPv6 routes. Default 128.
    package var aggregationLengthV6: Int?
    package var localPref: Int?
    /// `HIGH:LOW`, `large:A:B:C`, well-known names, and names of aliases in Community objects.
    package var communities: [String]?
    package var ipAddressPools: [String]?
    package var ipAddressPoolSelectors: [LabelSelector]?
    package var nodeSelectors: [LabelSelector]?
    /// Names of BGPPeers. Default: all.
    package var peers: [String]?
    package var serviceSelectors: [LabelSelector]?
    /// Martlet's own: MULTI_EXIT_DISC.
    package var med: Int?
    /// Martlet's own: how often our AS number is repeated in the path, beyond the one time that must be.
    package var asPathPrepend: Int?
    /// Martlet's own: `PerEndpoint`, the link bandwidth community.
    package var linkBandwidth: String?
    /// Martlet's own: how long routes are kept, at the lowest preference, on a node that is being drained. A duration as
    /// Go writes it.
    package var drainTime: String?
}
