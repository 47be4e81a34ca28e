import KubernetesModel

/// An object of Martlet's kinds was reported.
package enum ConfigurationChange: Hashable, Sendable {
    case pool(WatchEvent<IPAddressPool>)
    case layer2Advertisement(WatchEvent<L2Advertisement>)
    case bgpAdvertisement(WatchEvent<BGPAdvertisement>)
    case peer(WatchEvent<BGPPeer>)
    case bfdProfile(WatchEvent<BFDProfile>)
    case communities(WatchEvent<CommunityList>)
}
