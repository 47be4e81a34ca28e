import Addresses
import BGP
import ClusterConfiguration
import Interfaces

extension BGPPeerSettings {
    /// The session that a node holds with a configured peer; `nil` for an unnumbered one without a router.
    ///
    /// - Parameters:
    ///   - routerID: what the node calls itself where the configuration does not say.
    ///   - ownAddresses: the node's own, for routes of a family that the session does not run over.
    ///   - isOnLink: whether the peer is a neighbor of the node, by its address.
    ///   - links: the indexes of the interfaces that the peer is on, by its address.
    ///   - router: of an unnumbered peer, the router on its interface.
    package init?(
        _ peer: Peer, routerID: IPv4Address, ownAddresses: [AddressFamily: IPAddress], isOnLink: Bool = true,
        links: Set<Int32> = [], router: IPv6Address? = nil
    ) {
        let address: IPAddress
        let zone: String?
        switch peer.endpoint {
        case .address(let given, let interface): (address, zone) = (given, interface)
        case .unnumbered(let interface):
            guard let router else { return nil }
            (address, zone) = (.v6(router), interface)
        }
        let localASN = ASN(peer.localASN ?? peer.myASN)
        let peerASN: SessionConfiguration.PeerASN =
            switch peer.remoteAS {
            case .number(let number): .exactly(ASN(number))
            case .internal: .internal
            case .external: .external
            }
        let families = AddressFamily.allCases.filter { peer.carries($0) }
        var session = SessionConfiguration(
            localASN: localASN, peerASN: peerASN, identifier: BGPIdentifier(peer.routerID ?? routerID),
            families: families, holdTime: peer.holdTime, keepaliveTime: peer.keepaliveTime,
            isPassive: peer.isPassive,
            gracefulRestart: peer.enableGracefulRestart ? SessionConfiguration.GracefulRestartSettings() : nil)
        // RFC 8950: without an IPv4 address on the link, IPv4 routes have an IPv6 next hop.
        session.allowsExtendedNextHop = peer.interface != nil
        if let connectTime = peer.connectTime { session.connectRetryTime = connectTime }
        var options = TCPOptions()
        // An external router is a neighbor unless the configuration says otherwise: packets that would go further are
        // not meant (RFC 4271 §5.1.3 takes adjacent external peers for granted).
        if !peer.isInternal, !peer.ebgpMultiHop { options.timeToLive = 1 }
        // RFC 5082 §3: what arrives with 255 has passed no router.
        if peer.ttlSecurity { (options.timeToLive, options.leastTimeToLive) = (255, 255) }
        options.password = peer.password.flatMap { TCPPassword(octets: $0.octets) }
        options.device = peer.vrf
        // What the router knows of an unnumbered neighbor is its link-local address.
        let others =
            peer.interface == nil
            ? ownAddresses.filter { $0.key != address.family && families.contains($0.key) } : [:]
        self.init(
            name: peer.name, session: session, address: address, zone: zone, port: peer.port,
            sourceAddress: peer.sourceAddress, options: options, nextHops: others,
            shutdown: peer.shutdown.map { Shutdown(text: $0.message) }, description: peer.description)
        bfd = peer.bfd.map { BFDPeerSettings(peer, $0, address: address, zone: zone, isOnLink: isOnLink, links: links) }
    }
}
