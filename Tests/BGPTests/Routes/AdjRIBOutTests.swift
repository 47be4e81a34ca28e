import Addresses
import BGP
import Testing

@Suite("The table of routes") struct AdjRIBOutTests {
    private let hop = NextHop(.v4(IPv4Address(192, 0, 2, 1)))
    private var external: PeerEncoding {
        PeerEncoding(localASN: ASN(64512), isInternal: false, nextHops: [.ipv4: hop])
    }

    private static func prefix(_ number: Int) -> IPPrefix {
        IPPrefix(host: .v4(IPv4Address(rawValue: 0x0A00_0000 + UInt32(number))))
    }

    private static func drain(_ table: inout AdjRIBOut, _ peer: String, limit: Int = 65536) -> (
        updates: Int, bytes: Int
    ) {
        var total = (updates: 0, bytes: 0)
        while let output = table.takeOutput(for: peer, limit: limit) {
            total.updates += output.updates
            total.bytes += output.bytes.count
        }
        return total
    }

    private static func expectUpdates(
        _ expected: Int, _ table: inout AdjRIBOut, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let updates = drain(&table, "r").updates
        #expect(updates == expected, sourceLocation: sourceLocation)
    }

    @Test("100,000 host routes take 124 UPDATEs and End-of-RIB, and as many to withdraw")
    func packing() {
        var table = AdjRIBOut()
        let count = 100_000
        _ = table.apply((0..<count).map { .announce(Self.prefix($0), to: ["r"]) })
        table.attach("r", external)
        Self.expectUpdates(124 + 1, &table)
        #expect(table.prefixesSent(to: "r") == count)
        let effect = table.apply((0..<count).map { .withdraw(Self.prefix($0)) })
        #expect(effect.peers == ["r"])
        // 814 prefixes of 5 octets beside 23 others.
        Self.expectUpdates(123, &table)
        #expect(table.routeCount == 0)
        #expect(table.prefixesSent(to: "r") == 0)
    }

    @Test("A family that was agreed on and has no next hop gets its End-of-RIB, and no route")
    func familyWithoutNextHop() throws {
        var table = AdjRIBOut()
        let ipv6 = try IPPrefix("2001:db8::1/128")
        _ = table.apply([.announce(Self.prefix(1), to: ["r"]), .announce(ipv6, to: ["r"])])
        table.attach(
            "r",
            PeerEncoding(
                localASN: ASN(64512), isInternal: false, families: [.ipv4, .ipv6], nextHops: [.ipv4: hop]))
        // One with the route, and two markers.
        Self.expectUpdates(3, &table)
        #expect(table.prefixesSent(to: "r") == 1)
        _ = table.apply([.withdraw(ipv6)])
        Self.expectUpdates(0, &table)
    }

    @Test("Routes with eight sets of attributes, interleaved, are sorted by them")
    func interleaved() {
        var table = AdjRIBOut()
        _ = table.apply(
            (0..<10_000).map { number in
                .announce(
                    Self.prefix(number), RouteAttributes(communities: [Community(64512, UInt16(number % 8))]), to: ["r"]
                )
            })
        table.attach("r", external)
        Self.expectUpdates(16 + 1, &table)
    }

    @Test("Peers that get the same get the same octets, made once")
    func encodedOnce() {
        var table = AdjRIBOut()
        let names = Set((0..<16).map { "r\($0)" })
        _ = table.apply((0..<10_000).map { .announce(Self.prefix($0), to: names) })
        for name in names { table.attach(name, external) }
        var all: Set<[UInt8]> = []
        for name in names {
            var bytes: [UInt8] = []
            while let output = table.takeOutput(for: name, limit: 65536) { bytes += output.bytes }
            all.insert(bytes)
        }
        #expect(all.count == 1)
        #expect(table.updatesEncoded == 13)
    }

    @Test("A route that goes and comes back within a batch costs no message")
    func flap() {
        var table = AdjRIBOut()
        table.attach("r", external)
        _ = table.apply([.announce(Self.prefix(1), to: ["r"])])
        Self.expectUpdates(2, &table)
        _ = table.apply([.withdraw(Self.prefix(1)), .announce(Self.prefix(1), to: ["r"])])
        #expect(table.takeOutput(for: "r", limit: 1) == nil)
        _ = table.apply([.announce(Self.prefix(2), to: ["r"]), .withdraw(Self.prefix(2))])
        #expect(table.takeOutput(for: "r", limit: 1) == nil)
    }

    @Test("A change of attributes is one UPDATE, and no withdrawal")
    func implicitWithdrawal() throws {
        var table = AdjRIBOut()
        table.attach("r", external)
        _ = table.apply([.announce(Self.prefix(1), to: ["r"])])
        _ = Self.drain(&table, "r")
        let attributes = RouteAttributes(communities: [Community(64512, 1)])
        _ = table.apply([.announce(Self.prefix(1), attributes, to: ["r"])])
        var peer = ReceivingPeer(external)
        let taken = table.takeOutput(for: "r", limit: 65536)
        try peer.take(try #require(taken))
        #expect(peer.updates == 1)
        #expect(peer.routes.keys.first == Self.prefix(1))
        #expect(peer.routes[Self.prefix(1)]?.contains(.communities([Community(64512, 1)])) == true)
    }

    @Test("The same change again does nothing")
    func idempotence() {
        var table = AdjRIBOut()
        table.attach("r", external)
        let change = RouteChange.announce(Self.prefix(1), to: ["r"])
        _ = table.apply([change])
        _ = Self.drain(&table, "r")
        let effect = table.apply([change])
        #expect(effect == AdjRIBOut.Effect())
        #expect(table.takeOutput(for: "r", limit: 1) == nil)
    }

    @Test("An empty table is End-of-RIB alone, once for each family")
    func emptyTable() throws {
        var table = AdjRIBOut()
        let six = NextHop(.v6(IPv6Address(rawValue: 1)))
        let encoding = PeerEncoding(localASN: ASN(1), isInternal: false, nextHops: [.ipv4: hop, .ipv6: six])
        table.attach("r", encoding)
        var peer = ReceivingPeer(encoding)
        let taken = table.takeOutput(for: "r", limit: 65536)
        try peer.take(try #require(taken))
        #expect(peer.endsOfRIB == [.ipv4, .ipv6])
        let rest = table.takeOutput(for: "r", limit: 65536)
        #expect(rest == nil)
    }

    @Test("A refresh sends everything again, between markers if both sides know them", arguments: [false, true])
    func refresh(isEnhanced: Bool) throws {
        var table = AdjRIBOut()
        _ = table.apply((0..<2000).map { .announce(Self.prefix($0), to: ["r"]) })
        table.attach("r", external)
        _ = Self.drain(&table, "r")
        table.sendAgain("r", .ipv4, isEnhanced: isEnhanced)
        let taken = table.takeOutput(for: "r", limit: 65536)
        let output = try #require(taken)
        #expect(output.updates == 3)
        #expect(output.routeRefreshes == (isEnhanced ? 2 : 0))
        let rest = table.takeOutput(for: "r", limit: 65536)
        #expect(rest == nil)
        #expect(table.prefixesSent(to: "r") == 2000)
    }

    @Test("Attributes that no message can hold are rejected, and the others go on")
    func tooLong() {
        var table = AdjRIBOut()
        table.attach("r", external)
        _ = Self.drain(&table, "r")
        let attributes = RouteAttributes(communities: (0..<1000).map { Community(rawValue: $0) })
        let effect = table.apply([
            .announce(Self.prefix(1), attributes, to: ["r"]), .announce(Self.prefix(2), to: ["r"]),
        ])
        #expect(effect.refused == [Self.prefix(1)])
        Self.expectUpdates(1, &table)
        #expect(table.routeCount == 1)
    }

    @Test("The most that is accepted fits a message of 4096 octets, even where a path travels twice")
    func longest() throws {
        var table = AdjRIBOut()
        let encoding = PeerEncoding(
            localASN: ASN(4_200_000_000), isInternal: false, fourOctetASN: false, nextHops: [.ipv4: hop])
        table.attach("r", encoding)
        _ = Self.drain(&table, "r")
        let attributes = RouteAttributes(
            multiExitDiscriminator: 1, communities: (0..<462).map { Community(rawValue: $0) }, prepending: 255)
        let effect = table.apply([.announce(Self.prefix(1), attributes, to: ["r"])])
        #expect(effect.refused == [])
        var peer = ReceivingPeer(encoding)
        let taken = table.takeOutput(for: "r", limit: 65536)
        try peer.take(try #require(taken))
        #expect(peer.routes.count == 1)
    }

    @Test("A peer that reads nothing costs what has changed, not how often")
    func backPressure() {
        var table = AdjRIBOut()
        table.attach("r", external)
        for round in 0..<50 {
            let attributes = RouteAttributes(communities: [Community(64512, UInt16(round))])
            _ = table.apply((0..<1000).map { .announce(Self.prefix($0), attributes, to: ["r"]) })
        }
        // One state of 1000 routes and End-of-RIB, not fifty.
        Self.expectUpdates(3, &table)
    }

    /// RFC 6793 §4.2.2.
    @Test("To a peer of two octets, AS_TRANS stands for a longer number, which travels in AS4_PATH beside it")
    func fourOctetPath() throws {
        var table = AdjRIBOut()
        _ = table.apply([.announce(try IPPrefix("192.0.2.10/32"), RouteAttributes(prepending: 1), to: ["old"])])
        table.attach(
            "old",
            PeerEncoding(
                localASN: ASN(4_200_000_007), isInternal: false, fourOctetASN: false,
                nextHops: [.ipv4: NextHop(.v4(IPv4Address(10, 99, 0, 1)))]))
        let output = table.takeOutput(for: "old", limit: 1)
        #expect(
            output?.bytes
                == SessionHarness.message(
                    2,
                    [
                        0, 0, 0, 33, 0x40, 1, 1, 0, 0x40, 2, 6, 2, 2, 0x5B, 0xA0, 0x5B, 0xA0, 0x40, 3, 4, 10, 99, 0, 1,
                        0xC0, 17, 10, 2, 2, 0xFA, 0x56, 0xEA, 0x07, 0xFA, 0x56, 0xEA, 0x07, 32, 192, 0, 2, 10,
                    ]))
    }
}
