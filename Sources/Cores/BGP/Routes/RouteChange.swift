import Addresses

/// What is now to be announced for one prefix, and to which peers. It replaces what was announced for the prefix before.
package struct RouteChange: Hashable, Sendable {
    /// The same attributes for a number of peers.
    package struct Advertisement: Hashable, Sendable {
        package let attributes: RouteAttributes
        /// The peers' names.
        package let peers: Set<String>

        package init(attributes: RouteAttributes, peers: Set<String>) {
            self.attributes = attributes
            self.peers = peers
        }
    }

    package let prefix: IPPrefix
    /// No peer gets the prefix if this is empty. Of two advertisements for one peer, the first counts.
    package let advertisements: [Advertisement]

    package init(prefix: IPPrefix, advertisements: [Advertisement]) {
        self.prefix = prefix
        self.advertisements = advertisements
    }

    package static func announce(
        _ prefix: IPPrefix, _ attributes: RouteAttributes = RouteAttributes(), to peers: Set<String>
    ) -> RouteChange {
        RouteChange(prefix: prefix, advertisements: [Advertisement(attributes: attributes, peers: peers)])
    }

    package static func withdraw(_ prefix: IPPrefix) -> RouteChange { RouteChange(prefix: prefix, advertisements: []) }
}
