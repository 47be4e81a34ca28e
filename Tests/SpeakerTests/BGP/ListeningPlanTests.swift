import Addresses
import BGP
import Interfaces
import NetworkIO
import NodeDecisions
import Speaker
import Testing

@Suite struct ListeningPlanTests {
    private static func peer(
        _ name: String, _ address: String, isPassive: Bool = false, source: String? = nil, zone: String? = nil,
        device: String? = nil, password: String? = nil, least: UInt8? = nil
    ) throws -> BGPPeerSettings {
        BGPPeerSettings(
            name: name,
            session: SessionConfiguration(
                localASN: ASN(64512), peerASN: .external, identifier: BGPIdentifier(IPv4Address(10, 0, 0, 1)),
                families: [.ipv4], isPassive: isPassive),
            address: try IPAddress(address), zone: zone, sourceAddress: try source.map { try IPAddress($0) },
            options: TCPOptions(
                leastTimeToLive: least, password: password.flatMap { TCPPassword($0) }, device: device))
    }

    private static func sockets(_ peers: [BGPPeerSettings]) -> [String] {
        ListeningPlan(peers).sockets.keys.map { "\($0.local) \($0.device ?? "-")" }.sorted()
    }

    @Test("There are sockets for passive peers that are not shut down, and for nobody else") func sockets() throws {
        let active = try ListeningPlanTests.peer("a", "10.0.0.2")
        let passive = try ListeningPlanTests.peer("b", "10.0.0.3", isPassive: true)
        var down = passive
        down.shutdown = BGPPeerSettings.Shutdown()
        #expect(ListeningPlanTests.sockets([]) == [])
        #expect(ListeningPlanTests.sockets([active]) == [])
        #expect(ListeningPlanTests.sockets([active, down]) == [])
        #expect(ListeningPlanTests.sockets([active, passive]) == ["0.0.0.0:179 -"])
        let others = [
            try ListeningPlanTests.peer("c", "10.0.0.4", isPassive: true),
            try ListeningPlanTests.peer("d", "10.0.0.5", isPassive: true, source: "10.0.0.1"),
            try ListeningPlanTests.peer("e", "2001:db8::2", isPassive: true),
            try ListeningPlanTests.peer("f", "10.0.0.6", isPassive: true, device: "red"),
            try ListeningPlanTests.peer("g", "fe80::2", isPassive: true, source: "fe80::1", zone: "eth0"),
        ]
        #expect(
            ListeningPlanTests.sockets([passive] + others) == [
                "0.0.0.0:179 -", "0.0.0.0:179 red", "10.0.0.1:179 -", "[::]:179 -", "[fe80::1%eth0]:179 -",
            ])
    }

    @Test("Who may connect is whoever is configured, at the address and device that are") func peers() throws {
        let plan = ListeningPlan([
            try ListeningPlanTests.peer("active", "10.0.0.2"),
            try ListeningPlanTests.peer("any", "10.0.0.3", isPassive: true),
            try ListeningPlanTests.peer("a-second", "10.0.0.3"),
            try ListeningPlanTests.peer("sourced", "10.0.0.5", isPassive: true, source: "10.0.0.1"),
            try ListeningPlanTests.peer("red", "10.0.0.6", isPassive: true, device: "red"),
            try ListeningPlanTests.peer("link", "fe80::2", isPassive: true, zone: "eth0"),
        ])
        let rows: [(remote: String, zone: String?, socket: String, device: String?, expected: String?)] = [
            ("10.0.0.2", nil, "0.0.0.0", nil, "active"),
            ("10.0.0.3", nil, "0.0.0.0", nil, "any"),
            ("10.0.0.9", nil, "0.0.0.0", nil, nil),
            ("10.0.0.5", nil, "10.0.0.1", nil, "sourced"),
            ("10.0.0.6", nil, "0.0.0.0", "red", "red"),
            ("10.0.0.6", nil, "0.0.0.0", nil, nil),
            ("10.0.0.3", nil, "0.0.0.0", "red", nil),
            ("fe80::2", "eth0", "::", nil, "link"),
            ("fe80::2", "eth1", "::", nil, nil),
        ]
        for row in rows {
            let socket = try #require(
                plan.sockets.keys.first {
                    $0.local.address.description == row.socket && $0.device == row.device
                }, "\(row)")
            let remote = TCPEndpoint(try IPAddress(row.remote), zone: row.zone, port: 40000)
            let local = TCPEndpoint(try IPAddress(row.zone == nil ? "10.0.0.1" : "fe80::1"), port: 179)
            #expect(plan.peer(from: remote, to: local, at: socket)?.name == row.expected, "\(row)")
        }
        // The wrong one of our addresses.
        let socket = try #require(plan.sockets.keys.first { $0.local.address.isUnspecified && $0.device == nil })
        let remote = TCPEndpoint(try IPAddress("10.0.0.5"), port: 40000)
        let local = TCPEndpoint(try IPAddress("10.0.0.7"), port: 179)
        #expect(plan.peer(from: remote, to: local, at: socket) == nil)
    }

    @Test("A socket has every peer's key, answers with 255 if one asks, and asks for what all are asked for")
    func requirements() throws {
        let guarded = try ListeningPlanTests.peer("a", "10.0.0.2", isPassive: true, password: "x", least: 255)
        let active = try ListeningPlanTests.peer("b", "10.0.0.3", password: "y", least: 254)
        let open = try ListeningPlanTests.peer("c", "10.0.0.4")
        let both = try #require(ListeningPlan([guarded, active]).sockets.values.first)
        #expect(both.passwords.count == 2 && both.timeToLive == 255 && both.leastTimeToLive == 254)
        let all = try #require(ListeningPlan([guarded, active, open]).sockets.values.first)
        #expect(all.passwords.count == 2 && all.timeToLive == 255 && all.leastTimeToLive == 0)
        let only = try #require(
            ListeningPlan([try ListeningPlanTests.peer("c", "10.0.0.4", isPassive: true)]).sockets.values.first)
        #expect(only == ListeningPlan.Requirements(leastTimeToLive: 0))
    }
}
