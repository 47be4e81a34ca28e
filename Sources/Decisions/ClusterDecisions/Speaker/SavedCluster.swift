import ClusterConfiguration
import KubernetesModel

/// The last known state of a cluster, as a speaker keeps it for a start without the API server. It holds Secrets.
package struct SavedCluster: Decodable, Hashable, Sendable {
    /// Of this form; another is not read.
    package static let currentVersion = 1

    package var version = currentVersion
    package var pools: [IPAddressPool]
    package var layer2Advertisements: [L2Advertisement]
    package var bgpAdvertisements: [BGPAdvertisement]
    package var peers: [KubernetesModel.BGPPeer]
    package var bfdProfiles: [BFDProfile]
    package var communities: [CommunityList]
    package var services: [Service]
    package var nodes: [Node]
    package var secrets: [Secret]
    package var endpointSlices: [EndpointSlice]

    package init(_ state: ClusterState) {
        pools = state.pools
        layer2Advertisements = state.layer2Advertisements
        bgpAdvertisements = state.bgpAdvertisements
        peers = state.peers
        bfdProfiles = state.bfdProfiles
        communities = state.communities
        services = state.services
        nodes = state.nodes
        secrets = state.secrets
        endpointSlices = state.endpointSlices
    }

    package var state: ClusterState {
        var state = ClusterState()
        state.pools = pools
        state.layer2Advertisements = layer2Advertisements
        state.bgpAdvertisements = bgpAdvertisements
        state.peers = peers
        state.bfdProfiles = bfdProfiles
        state.communities = communities
        state.services = services
        state.nodes = nodes
        state.secrets = secrets
        state.endpointSlices = endpointSlices
        return state
    }
}
