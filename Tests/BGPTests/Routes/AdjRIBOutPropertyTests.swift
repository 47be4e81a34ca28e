import Addresses
import BGP
import TestSupport
import Testing
import WireCodec

/// What a peer holds after the UPDATEs that it was sent.
struct ReceivingPeer {
    let encoding: PeerEncoding
    private(set) var routes: [IPPrefix: [PathAttribute]] = [:]
    private(set) var updates = 0
    private(set) var endsOfRIB: [AddressFamily] = []
    /// Withdrawals of what the peer did not have, and announcements of what it had just so.
    private(set) var needless = 0

    init(_ encoding: PeerEncoding) { self.encoding = encoding }

    mutating func take(_ output: AdjRIBOut.Output) throws {
        var framer = MessageFramer()
        framer.append(output.bytes)
        var count = 0
        while let frame = try framer.next(maximumLength: encoding.maximumMessageLength) {
            guard frame.type == .update else { continue }
            count += 1
            let received = try ReceivedUpdate(
                decoding: frame.bytes.span.extracting(droppingFirst: Header.length),
                context: ReceivedUpdate.Context(
                    fourOctetASN: encoding.fourOctetASN, isInternal: encoding.isInternal))
            #expect(received.problems == [])
            apply(received.message)
        }
        #expect(count == output.updates)
        updates += count
    }

    private mutating func apply(_ update: UpdateMessage) {
        if let family = update.endOfRIBFamily {
            endsOfRIB.append(family)
            return
        }
        for prefix in update.withdrawn where routes.removeValue(forKey: prefix) == nil { needless += 1 }
        let attributes = update.attributes.map { attribute in
            // The routes themselves are not a property of one of them.
            guard case .mpReachNLRI(let reach) = attribute else { return attribute }
            return .mpReachNLRI(MPReachNLRI(family: reach.family, nextHop: reach.nextHop, nlri: []))
        }
        for prefix in update.announced {
            if routes[prefix] == attributes { needless += 1 }
            routes[prefix] = attributes
        }
    }
}

/// The table as anyone would write it who need not care for time and space.
struct NaiveTable {
    var routes: [IPPrefix: [RouteChange.Advertisement]] = [:]

    mutating func apply(_ change: RouteChange) {
        routes[change.prefix] = change.advertisements.isEmpty ? nil : change.advertisements
    }

    func routes(of peer: String, _ encoding: PeerEncoding) -> [IPPrefix: [PathAttribute]] {
        var result: [IPPrefix: [PathAttribute]] = [:]
        for (prefix, advertisements) in routes {
            guard let hop = encoding.nextHops[prefix.family],
                let attributes = advertisements.first(where: { $0.peers.contains(peer) })?.attributes
            else { continue }
            result[prefix] = expectedAttributes(attributes, encoding, hop, prefix.family)
        }
        return result
    }

    private func expectedAttributes(
        _ route: RouteAttributes, _ encoding: PeerEncoding, _ hop: NextHop, _ family: AddressFamily
    ) -> [PathAttribute] {
        var list: [PathAttribute] = []
        if family == .ipv6 { list.append(.mpReachNLRI(MPReachNLRI(family: .ipv6, nextHop: hop, nlri: []))) }
        list.append(.origin(.igp))
        list.append(.asPath(encoding.isInternal ? .empty : ASPath(origin: encoding.localASN, prepending: 0)))
        if family == .ipv4, case .v4(let address) = hop.address { list.append(.nextHop(address)) }
        if encoding.isInternal { list.append(.localPreference(route.localPreference ?? 100)) }
        if !route.communities.isEmpty { list.append(.communities(route.communities)) }
        return list
    }
}

@Suite("The table and its packing, against a naive model") struct AdjRIBOutPropertyTests {
    private static let encodings: [String: PeerEncoding] = {
        let four = NextHop(.v4(IPv4Address(192, 0, 2, 1)))
        let six = NextHop(.v6(IPv6Address(rawValue: 0x2001_0db8 << 96 | 1)))
        let internalPeer = PeerEncoding(localASN: ASN(64512), isInternal: true, nextHops: [.ipv4: four])
        let both = PeerEncoding(localASN: ASN(64512), isInternal: false, nextHops: [.ipv4: four, .ipv6: six])
        let large = PeerEncoding(
            localASN: ASN(64512), isInternal: false, maximumMessageLength: 65535, nextHops: [.ipv6: six])
        return ["a": internalPeer, "b": internalPeer, "c": both, "d": large]
    }()

    private static let attributes = [
        RouteAttributes(), RouteAttributes(localPreference: 200), RouteAttributes(communities: [Community(64512, 7)]),
        RouteAttributes(communities: [Community(64512, 7), .noExport]),
    ]

    /// 8 seeds of 15,000 operations each.
    @Test("Every peer ends up with the table, told once", arguments: UInt64(1)...8)
    func convergence(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var table = AdjRIBOut()
        var model = NaiveTable()
        var peers: [String: ReceivingPeer] = [:]
        let names = Self.encodings.keys.sorted()
        var detached = 0
        var repeated = 0
        for operation in 0..<15_000 {
            switch Int.random(in: 0..<1000, using: &generator) {
            case 0..<900:
                let changes = (0..<Int.random(in: 1...3, using: &generator)).map { _ in
                    Self.randomChange(names, &generator)
                }
                changes.forEach { model.apply($0) }
                let effect = table.apply(changes)
                #expect(effect.refused == [])
                for name in effect.peers { #expect(peers[name] != nil, "only attached peers are concerned") }
            case 900..<985:
                // One that reads a little.
                guard let name = names.randomElement(using: &generator) else { continue }
                let limit = Int.random(in: 1...9000, using: &generator)
                if let output = table.takeOutput(for: name, limit: limit) { try peers[name]?.take(output) }
            case 985..<990:
                guard let name = names.randomElement(using: &generator), let encoding = Self.encodings[name] else {
                    continue
                }
                table.attach(name, encoding)
                peers[name] = ReceivingPeer(encoding)
            case 990..<992:
                guard let name = names.randomElement(using: &generator) else { continue }
                table.detach(name)
                peers[name] = nil
                detached += 1
            case 992..<998:
                guard let name = names.randomElement(using: &generator) else { continue }
                table.sendAgain(name, Bool.random(using: &generator) ? .ipv4 : .ipv6, isEnhanced: true)
                repeated += 1
            default: try Self.expectConvergence(&table, model, &peers, "operation \(operation), seed \(seed)")
            }
        }
        try Self.expectConvergence(&table, model, &peers, "the end, seed \(seed)")
        #expect(detached > 0 && repeated > 0, "seed \(seed) tried nothing")
    }

    private static func expectConvergence(
        _ table: inout AdjRIBOut, _ model: NaiveTable, _ peers: inout [String: ReceivingPeer], _ note: String
    ) throws {
        for name in peers.keys.sorted() {
            while let output = table.takeOutput(for: name, limit: 4096) { try peers[name]?.take(output) }
            let peer = try #require(peers[name])
            let expected = model.routes(of: name, peer.encoding)
            #expect(peer.routes == expected, "peer \(name), \(note)")
            #expect(table.prefixesSent(to: name) == expected.count)
            #expect(table.takeOutput(for: name, limit: 1) == nil)
        }
    }

    @Test("Without repetitions, no message is needless", arguments: UInt64(1)...4)
    func economy(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var table = AdjRIBOut()
        let names = Self.encodings.keys.sorted()
        var peers: [String: ReceivingPeer] = [:]
        for _ in 0..<5000 {
            _ = table.apply([Self.randomChange(names, &generator)])
            guard let name = names.randomElement(using: &generator), let encoding = Self.encodings[name] else {
                continue
            }
            if peers[name] == nil, Int.random(in: 0..<50, using: &generator) == 0 {
                table.attach(name, encoding)
                peers[name] = ReceivingPeer(encoding)
            } else if Int.random(in: 0..<4, using: &generator) == 0, let output = table.takeOutput(for: name, limit: 1)
            {
                try peers[name]?.take(output)
            }
        }
        #expect(peers.count == 4)
        for (name, peer) in peers { #expect(peer.needless == 0, "peer \(name), seed \(seed)") }
    }

    /// So long that what is pending is looked through, and gaps are closed, under a table that is half sent.
    @Test("Who reads nothing while routes flap is then told each of them once at most", arguments: UInt64(1)...4)
    func notReading(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var table = AdjRIBOut()
        var model = NaiveTable()
        let names = Self.encodings.keys.sorted()
        func flap(_ count: Int) {
            for _ in 0..<count {
                let change = Self.randomChange(names, &generator)
                model.apply(change)
                _ = table.apply([change])
            }
        }
        flap(2000)
        var peers: [String: ReceivingPeer] = [:]
        for (name, encoding) in Self.encodings {
            table.attach(name, encoding)
            peers[name] = ReceivingPeer(encoding)
            if let output = table.takeOutput(for: name, limit: 1) { try peers[name]?.take(output) }
        }
        for round in 0..<3 {
            flap(20_000)
            let updates = peers.mapValues(\.updates)
            try Self.expectConvergence(&table, model, &peers, "round \(round), seed \(seed)")
            for (name, peer) in peers {
                #expect(peer.needless == 0, "peer \(name), round \(round), seed \(seed)")
                // Every combination of attributes and family, and a withdrawal, fill one message at most.
                #expect(peer.updates - (updates[name] ?? 0) <= 24, "peer \(name), round \(round), seed \(seed)")
            }
        }
    }

    private static func randomChange(_ names: [String], _ generator: inout SeededGenerator) -> RouteChange {
        let number = UInt32.random(in: 0..<400, using: &generator)
        let address =
            Bool.random(using: &generator)
            ? IPAddress.v4(IPv4Address(rawValue: 0x0A00_0000 | number))
            : .v6(IPv6Address(rawValue: 0x2001_0db8 << 96 | UInt128(number)))
        let prefix = IPPrefix(host: address)
        guard Int.random(in: 0..<3, using: &generator) > 0 else { return .withdraw(prefix) }
        var rest = names.shuffled(using: &generator)
        var advertisements: [RouteChange.Advertisement] = []
        for _ in 0..<Int.random(in: 1...2, using: &generator) {
            let peers = Set(rest.prefix(Int.random(in: 1...2, using: &generator)))
            rest.removeAll(where: peers.contains)
            guard let attributes = attributes.randomElement(using: &generator) else { continue }
            advertisements.append(RouteChange.Advertisement(attributes: attributes, peers: peers))
        }
        return RouteChange(prefix: prefix, advertisements: advertisements)
    }
}
