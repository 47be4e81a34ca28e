/// A valid configuration: what the objects of the cluster mean, every default filled in and every reference resolved.
///
/// Everything is in the order of the input, which is the order that breaks ties.
package struct Configuration: Hashable, Sendable {
    package var pools: [Pool]
    package var layer2Advertisements: [Layer2Advertisement]
    package var bgpAdvertisements: [BGPRouteAdvertisement]
    package var peers: [Peer]

    package init(
        pools: [Pool] = [], layer2Advertisements: [Layer2Advertisement] = [],
        bgpAdvertisements: [BGPRouteAdvertisement] = [], peers: [Peer] = []
    ) {
        self.pools = pools
        self.layer2Advertisements = layer2Advertisements
        self.bgpAdvertisements = bgpAdvertisements
        self.peers = peers
    }
}
