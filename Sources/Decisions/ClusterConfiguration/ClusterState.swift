import Addresses
import KubernetesModel

/// Every object that decisions are made from: a snapshot, in the order of the input.
package struct ClusterState: Hashable, Sendable {
    package var pools: [IPAddressPool] = []
    package var layer2Advertisements: [L2Advertisement] = []
    package var bgpAdvertisements: [BGPAdvertisement] = []
    package var peers: [BGPPeer] = []
    package var bfdProfiles: [BFDProfile] = []
    package var communities: [CommunityList] = []
    package var services: [Service] = []
    package var nodes: [Node] = []
    package var namespaces: [Namespace] = []
    package var secrets: [Secret] = []
    package var endpointSlices: [EndpointSlice] = []
    /// Where the objects and their fields stand in the input, where known.
    package var locations = ObjectLocations()
    /// Objects of the input that could not be understood, each with a problem; they are in none of the lists above.
    package var leftOut: Set<ObjectReference> = []

    /// Whether Secrets may be there that are not in ``secrets``: without permission to read them, names are assumed to
    /// exist.
    package var secretsAreUnknown = false

    /// The default gateways that are known, each with a node that has it.
    package var gateways: [IPAddress: String] = [:]

    package init() {}
}
