import Addresses
import BGP

/// A valid BGPAdvertisement.
package struct BGPRouteAdvertisement: Hashable, Sendable {
    package var name: String
    /// The object's namespace, to name it in problems; `nil` if not known.
    package var namespace: String?
    package var pools: PoolSelection
    /// A node matches one of these; none given: every node matches.
    package var nodeSelectors: [Selector]
    /// A Service matches one of these; none given: every Service matches.
    package var serviceSelectors: [Selector]
    /// Names of peers; `nil`: all.
    package var peers: Set<String>?
    /// 1 to 32.
    package var aggregationLength: Int
    /// 1 to 128.
    package var aggregationLengthV6: Int
    package var localPreference: UInt32?
    /// Sorted, without repetition.
    package var communities: [BGP.Community]
    /// Sorted, without repetition.
    package var largeCommunities: [LargeCommunity]
    /// MULTI_EXIT_DISC.
    package var multiExitDiscriminator: UInt32?
    /// How often our AS number is repeated in the path towards external peers; up to ``mostPrepending``.
    package var prepending: UInt8
    /// Routes say how many endpoints are behind them, so that routers share traffic out accordingly.
    package var weighsEndpoints: Bool
    /// How long a node that is being drained keeps its routes, at the lowest preference.
    package var drainTime: Duration

    /// Some routers refuse long paths; a short one is enough to lose a comparison.
    package static let mostPrepending = 10
    package static let defaultDrainTime = Duration.seconds(30)

    package init(
        name: String, pools: PoolSelection = .all, nodeSelectors: [Selector] = [], serviceSelectors: [Selector] = [],
        peers: Set<String>? = nil, aggregationLength: Int = 32, aggregationLengthV6: Int = 128,
        localPreference: UInt32? = nil, communities: [BGP.Community] = [], largeCommunities: [LargeCommunity] = [],
        namespace: String? = nil, multiExitDiscriminator: UInt32? = nil, prepending: UInt8 = 0,
        weighsEndpoints: Bool = false, drainTime: Duration = BGPRouteAdvertisement.defaultDrainTime
    ) {
        self.name = name
        self.namespace = namespace
        self.pools = pools
        self.nodeSelectors = nodeSelectors
        self.serviceSelectors = serviceSelectors
        self.peers = peers
        self.aggregationLength = aggregationLength
        self.aggregationLengthV6 = aggregationLengthV6
        self.localPreference = localPreference
        self.communities = communities
        self.largeCommunities = largeCommunities
        self.multiExitDiscriminator = multiExitDiscriminator
        self.prepending = prepending
        self.weighsEndpoints = weighsEndpoints
        self.drainTime = drainTime
    }

    /// The route for an address.
    package func prefix(of address: IPAddress) -> IPPrefix {
        let length =
            switch address.family {
            case .ipv4: aggregationLength
            case .ipv6: aggregationLengthV6
            }
        return IPPrefix(containing: address, length: length) ?? IPPrefix(host: address)
    }
}
