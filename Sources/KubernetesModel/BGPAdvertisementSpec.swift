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
}
