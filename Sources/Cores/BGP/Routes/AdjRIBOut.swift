import Addresses
import WireCodec

/// The routes that this speaker announces, and the progress of each peer: RFC 4271 §3.2, Adj-RIBs-Out.
///
/// One table serves all peers. A route is a prefix and, for each peer that gets it, the attributes; these are kept once
/// for all routes that share them, and a route costs its prefix and where it lies. A peer that has everything
/// costs nothing per route.
///
/// Changes go in by ``apply(_:)``; what a peer is to be sent comes out by ``takeOutput(for:limit:)``, when its socket can
/// take it and not before: a peer that does not read makes nothing grow but the set of routes that it is behind with.
/// UPDATEs are as few as the message size allows, withdrawals first, then routes by their attributes, in the order of
/// their prefixes. Peers of equal ``PeerEncoding`` that are sent the same routes get the octets that were made for the
/// first of them.
package struct AdjRIBOut: Sendable {
    /// What a peer is to be sent.
    package struct Output: Hashable, Sendable {
        /// Whole messages.
        package var bytes: [UInt8] = []
        package var updates = 0
        package var routeRefreshes = 0

        package init() {}
    }

    /// What a call of ``apply(_:)`` led to.
    package struct Effect: Hashable, Sendable {
        /// The peers that have something to be sent.
        package var peers: Set<String> = []
        /// Routes whose attributes are too long for a message. They are announced to no peer.
        package var refused: [IPPrefix] = []

        package init() {}
    }

    private var ipv4 = FamilyTable<IPv4RouteKey>()
    private var ipv6 = FamilyTable<IPv6RouteKey>()
    private var names: [String] = []
    private var indices: [String: PeerIndex] = [:]
    /// The number of each attached peer's encoding.
    private var attached: [PeerIndex: Int] = [:]
    private var packers = UpdatePackers()
    private var ipv4Messages = MessageCache<IPv4RouteKey>()
    private var ipv6Messages = MessageCache<IPv6RouteKey>()

    package init() {}

    /// The number of prefixes.
    package var routeCount: Int { ipv4.count + ipv6.count }
    /// How many UPDATEs were made, as opposed to sent.
    package private(set) var updatesEncoded = 0

    /// How many prefixes a peer has, once it has got what was taken for it.
    package func prefixesSent(to peer: String) -> Int {
        guard let index = indices[peer] else { return 0 }
        return ipv4.told(index) + ipv6.told(index)
    }
}

// MARK: - Changes

extension AdjRIBOut {
    /// Changes routes. The cost depends on the number of changes, and not on the number of routes.
    package mutating func apply(_ changes: some Sequence<RouteChange>) -> Effect {
        collectGarbage()
        var effect = Effect()
        var concerned = PeerTable<Void>()
        // Many changes in a row mostly say the same.
        var last: [RouteChange.Advertisement] = []
        var lastDistribution: Distribution?
        for change in changes {
            if change.advertisements != last {
                last = change.advertisements
                lastDistribution = distribution(last)
            }
            if lastDistribution == nil, !change.advertisements.isEmpty, !last.allSatisfy(\.peers.isEmpty) {
                effect.refused.append(change.prefix)
            }
            set(change.prefix, lastDistribution, &concerned)
        }
        for peer in concerned.keys { effect.peers.insert(names[Int(peer.rawValue)]) }
        return effect
    }

    private mutating func set(_ prefix: IPPrefix, _ distribution: Distribution?, _ concerned: inout PeerTable<Void>) {
        var retired: [Distribution] = []
        let isNew: Bool
        if let key = IPv4RouteKey(prefix) {
            isNew = ipv4.set(key, distribution, retired: &retired, concerned: &concerned)
        } else if let key = IPv6RouteKey(prefix) {
            isNew = ipv6.set(key, distribution, retired: &retired, concerned: &concerned)
        } else {
            return
        }
        if isNew, let distribution { packers.attributes.retain(distribution) }
        for distribution in retired { packers.attributes.release(distribution) }
    }

    /// `nil` if no peer gets the route, or if attributes do not fit a message.
    private mutating func distribution(_ advertisements: [RouteChange.Advertisement]) -> Distribution? {
        var chosen: [PeerIndex: AttributesID] = [:]
        for advertisement in advertisements where advertisement.attributes.fitsMessage {
            let id = packers.attributes.id(of: advertisement.attributes)
            for peer in advertisement.peers {
                let index = index(of: peer)
                if chosen[index] == nil { chosen[index] = id }
            }
        }
        guard !chosen.isEmpty else { return nil }
        let entries = chosen.map { Distribution.Entry(peer: $0.key, attributes: $0.value) }
        return Distribution(entries: entries.sorted { $0.peer < $1.peer })
    }

    /// Names are few, and kept.
    private mutating func index(of peer: String) -> PeerIndex {
        if let index = indices[peer] { return index }
        let index = PeerIndex(rawValue: Int32(names.count))
        names.append(peer)
        indices[peer] = index
        return index
    }

    /// Attributes that no route has any longer are forgotten when no peer is behind: until then, what a peer got may
    /// have to be compared with them.
    private mutating func collectGarbage() {
        guard packers.attributes.unusedCount > 256, ipv4.isQuiet, ipv6.isQuiet else { return }
        packers.forgetUnusedAttributes()
        forgetMessages()
    }
}

// MARK: - Peers

extension AdjRIBOut {
    /// A session is Established: the peer is to be sent everything, then End-of-RIB for each family (RFC 4724 §2), which
    /// also says that there is nothing where there is nothing.
    package mutating func attach(_ peer: String, _ encoding: PeerEncoding) {
        detach(peer)
        let index = index(of: peer)
        let (number, isReused) = packers.retain(encoding)
        if isReused { forgetMessages() }
        attached[index] = number
        for family in encoding.families {
            let marker = AdjRIBOut.endOfRIB(family)
            switch family {
            case .ipv4: ipv4.attach(index, encoding: number, marker: marker)
            case .ipv6: ipv6.attach(index, encoding: number, marker: marker)
            }
        }
    }

    /// The session has ended: what the peer was sent is forgotten.
    package mutating func detach(_ peer: String) {
        guard let index = indices[peer], let number = attached.removeValue(forKey: index) else { return }
        packers.release(encoding: number)
        ipv4.detach(index)
        ipv6.detach(index)
        if attached.isEmpty { forgetMessages() }
    }

    /// The peer asked for all routes of a family again (RFC 2918), between markers if `isEnhanced` (RFC 7313).
    package mutating func sendAgain(_ peer: String, _ family: AddressFamily, isEnhanced: Bool) {
        guard let index = indices[peer] else { return }
        switch family {
        case .ipv4: ipv4.sendAgain(index, isEnhanced: isEnhanced, &packers)
        case .ipv6: ipv6.sendAgain(index, isEnhanced: isEnhanced, &packers)
        }
    }

    private static func endOfRIB(_ family: AddressFamily) -> [UInt8] {
        var writer = ByteWriter()
        do throws(LengthOverflow) {
            try UpdateMessage.endOfRIB(family).encode(into: &writer, fourOctetASN: true)
        } catch { preconditionFailure("an End-of-RIB marker does not fit a message: \(error)") }
        return writer.bytes
    }
}

// MARK: - Output

extension AdjRIBOut {
    /// Takes what the peer is to be sent next: whole messages, until `limit` octets are reached. `nil`: nothing.
    package mutating func takeOutput(for peer: String, limit: Int) -> Output? {
        guard let index = indices[peer], attached[index] != nil else { return nil }
        var output = Output()
        while output.bytes.count < limit, let next = ipv4.next(index, &packers) {
            append(next, \.ipv4Messages, &output)
        }
        while output.bytes.count < limit, let next = ipv6.next(index, &packers) {
            append(next, \.ipv6Messages, &output)
        }
        return output.bytes.isEmpty ? nil : output
    }

    private mutating func append<Key>(
        _ next: FamilyTable<Key>.Output, _ cache: WritableKeyPath<AdjRIBOut, MessageCache<Key>>, _ output: inout Output
    ) {
        switch next {
        case .message(let bytes):
            output.bytes += bytes
            let isUpdate = bytes[Header.length - 1] == MessageType.update.rawValue
            if isUpdate { output.updates += 1 } else { output.routeRefreshes += 1 }
        case .routes(let keys, let attributes, let encoding):
            guard let packer = packers.packer(attributes, Key.family, encoding: encoding) else { return }
            output.updates += 1
            guard packers.isShared(encoding: encoding),
                let identity = MessageCache<Key>.Identity(keys, attributes, encoding: encoding)
            else {
                updatesEncoded += 1
                packer.append(keys, to: &output.bytes)
                return
            }
            if let bytes = self[keyPath: cache].bytes(identity, keys) {
                output.bytes += bytes
                return
            }
            updatesEncoded += 1
            var bytes: [UInt8] = []
            bytes.reserveCapacity(Header.maximumMessageLength)
            packer.append(keys, to: &bytes)
            output.bytes += bytes
            self[keyPath: cache].insert(bytes, identity, keys)
        }
    }

    private mutating func forgetMessages() {
        ipv4Messages.removeAll()
        ipv6Messages.removeAll()
    }
}
