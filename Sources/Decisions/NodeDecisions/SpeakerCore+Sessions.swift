import Addresses
import BFD
import BGP
import ClusterConfiguration
import Interfaces
import KubernetesModel

// With whom this node holds BGP sessions, and how.
extension SpeakerCore {
    mutating func updateSessions(_ actions: inout [Action]) {
        let labels = nodes.first { $0.metadata.name == node }?.metadata.labels ?? [:]
        let wanted = configuration.peers.filter { peer in
            peer.nodeSelectors.isEmpty || peer.nodeSelectors.contains { $0.matches(labels) }
        }
        findRouters(for: wanted, &actions)
        guard !wanted.isEmpty || !sessions.isEmpty else { return }
        let identifier = routerID ?? SpeakerCore.routerID(of: node, own: ownAddresses(.ipv4))
        routerID = wanted.isEmpty ? nil : identifier
        var addresses: [AddressFamily: IPAddress] = [:]
        for family in AddressFamily.allCases { addresses[family] = ownAddresses(family).first }
        let settings = wanted.compactMap { peer in
            let links = links(to: peer)
            return BGPPeerSettings(
                peer, routerID: identifier, ownAddresses: addresses, isOnLink: links != nil, links: links ?? [],
                router: peer.interface.flatMap { routers[$0] })
        }
        guard settings != sessions else { return }
        sessions = settings
        actions.append(.hold(sessions: settings))
    }

    /// Looks for the routers of unnumbered peers, and notes which peers have none.
    private mutating func findRouters(for peers: [Peer], _ actions: inout [Action]) {
        let unnumbered = peers.filter { $0.shutdown == nil && $0.interface != nil }
        let names = Set(unnumbered.compactMap(\.interface))
        // One that is down has no router; its last one counts no more.
        let usable = table.interfaces.filter { names.contains($0.name) && $0.isRunning }
        let interfaces = Dictionary(usable.map { ($0.index, $0.name) }) { first, _ in first }
        if interfaces != interfacesWithRouters {
            interfacesWithRouters = interfaces
            actions.append(.findRouters(on: interfaces))
        }
        routers = routers.filter { router in usable.contains { $0.name == router.key } }
        otherRouters = otherRouters.filter { router in usable.contains { $0.name == router.key } }
        peersWithoutRouter = Dictionary(
            unnumbered.compactMap { peer in
                peer.interface.flatMap { routers[$0] == nil ? (peer.name, $0) : nil }
            }, uniquingKeysWith: { first, _ in first })
    }

    /// What is to be said of routers that unnumbered peers were found by.
    package var routerProblems: [Problem] {
        let unnumbered = configuration.peers.filter { $0.shutdown == nil && $0.interface != nil }
        return unnumbered.compactMap { peer in
            guard let interface = peer.interface, let router = routers[interface], let others = otherRouters[interface]
            else { return nil }
            let names = others.sorted().map(\.description).joined(separator: ", ")
            return Problem(
                .warning, ObjectReference(kind: "BGPPeer", name: NamespacedName(namespace: nil, name: peer.name)),
                "\(others.count + 1) routers advertise themselves on \(interface). \(router) is the one in use; of the "
                    + "others (\(names)), the next is tried if no session with it is established. Use one router per link, "
                    + "or set peerAddress")
        }
    }

    /// The indexes of the interfaces that have a prefix with the router's address; `nil`: none has. None for a link-local
    /// address, which is on the interface that is named with it.
    ///
    /// An interface that goes down may lose its addresses; the router is then still where it was, and BFD is to find out
    /// that it cannot be reached there.
    private mutating func links(to peer: Peer) -> Set<Int32>? {
        guard case .address(let address, _) = peer.endpoint, !address.isLinkLocal else { return [] }
        let links = table.interfaces.filter { interface in
            interface.addresses.contains { own in
                own.address.family == address.family
                    && IPPrefix(containing: own.address, length: own.prefixLength)?.contains(address) == true
            }
        }
        if let link = links.first {
            linkOfRouter[address] = link.index
            return Set(links.map(\.index))
        }
        guard let former = linkOfRouter[address], table[former]?.isRunning != true else { return nil }
        return [former]
    }

    /// The node's own addresses of a family, as Kubernetes has them; where it has none, as its interfaces have them. In
    /// order, without loopback and link-local ones.
    private func ownAddresses(_ family: AddressFamily) -> [IPAddress] {
        let known = (nodes.first { $0.metadata.name == node }?.status?.addresses ?? [])
            .filter { $0.type == "InternalIP" }.compactMap { try? IPAddress($0.address) }
        let own = table.interfaces.flatMap(\.addresses).map(\.address)
        let usable = [known, own].map {
            $0.filter { $0.family == family && !$0.isLoopback && !$0.isLinkLocal }.sorted()
        }
        return usable.first { !$0.isEmpty } ?? []
    }

    /// The lowest IPv4 address of the node's own; without any, a number made of its name (RFC 6286 §2.1: any number but
    /// zero will do, unique within the AS).
    private static func routerID(of node: String, own: [IPAddress]) -> IPv4Address {
        if let lowest = own.first?.v4 { return lowest }
        let number = NodeIdentities([node]).discriminator(of: node) ?? 1
        // The first octet is kept in 1…223, so that it looks like a host's address in every router's output.
        return IPv4Address(rawValue: (1 + number >> 24 % 223) << 24 | number & 0xFF_FFFF)
    }
}
