import Addresses
import BGP
import ClusterConfiguration

/// What the local node must do differently from before: differences only, nothing is repeated.
package struct AnnouncementChanges: Hashable, Sendable {
    package enum Layer2Change: Hashable, Sendable {
        /// Answer for the address on these interfaces, and on no other.
        case announce(IPAddress, InterfaceSelection)
        /// Answer for the address no longer.
        case withdraw(IPAddress)

        package var address: IPAddress {
            switch self {
            case .announce(let address, _), .withdraw(let address): address
            }
        }
    }

    package enum RouteChange: Hashable, Sendable {
        /// Advertise the route to these peers, by name. It replaces their former route for the prefix.
        case advertise(IPPrefix, RouteAttributes, peers: Set<String>)
        /// Withdraw the route from these peers, by name.
        case withdraw(IPPrefix, peers: Set<String>)

        package var prefix: IPPrefix {
            switch self {
            case .advertise(let prefix, _, _), .withdraw(let prefix, _): prefix
            }
        }
    }

    /// Sorted by address; one for each address at most.
    package var layer2: [Layer2Change]
    /// Sorted by prefix; no peer is in two of one prefix.
    package var routes: [RouteChange]

    package init(layer2: [Layer2Change] = [], routes: [RouteChange] = []) {
        self.layer2 = layer2
        self.routes = routes
    }

    package var isEmpty: Bool { layer2.isEmpty && routes.isEmpty }
}
