import Addresses
import BGP
import ClusterConfiguration
import NodeDecisions
import Speaker
import TestSupport
import Testing

/// Fields of BGPPeer, and what a router sees of each.
@Suite("Fields of BGPPeer, seen by BIRD", .serialized, .enabled(if: NetworkNamespace.isPermitted, "needs root"))
struct PeerFieldInteropTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// The AS of the router, and the one that it expects of us.
        var routerASN = 64513
        var ourASN = 64512
        /// What `show protocols all` and `show route all` say once the session stands; empty: it does not come to stand.
        let seen: [String]
        var unseen: [String] = []
        /// What the peer's last error says.
        var error = ""
        let change: @Sendable (inout Peer) -> Void
    }

    static let rows = [
        Row(testDescription: "myASN, peerASN", seen: ["BGP.as_path: 64512"], unseen: ["2001:db8:1::10"]) { _ in },
        Row(testDescription: "localASN", ourASN: 64999, seen: ["BGP.as_path: 64999\n"]) { $0.localASN = 64999 },
        Row(testDescription: "dynamicASN external", seen: ["BGP.as_path: 64512"]) { $0.remoteAS = .external },
        Row(testDescription: "dynamicASN internal", routerASN: 64512, seen: ["BGP.local_pref: 100"]) {
            $0.remoteAS = .internal
        },
        Row(testDescription: "dynamicASN internal, but the router is in another AS", seen: [], error: "AS") {
            $0.remoteAS = .internal
        },
        Row(testDescription: "dynamicASN external, but the router is in ours", routerASN: 64512, seen: [], error: "AS")
        {
            $0.remoteAS = .external
        },
        Row(testDescription: "routerID", seen: ["Neighbor ID:      1.2.3.4"]) { $0.routerID = IPv4Address(1, 2, 3, 4) },
        Row(testDescription: "dualStackAddressFamily", seen: ["192.0.2.10/32", "2001:db8:1::10/128"]) {
            $0.dualStackAddressFamily = true
        },
        Row(testDescription: "disableMP", seen: ["192.0.2.10/32"], unseen: ["2001:db8:1::10"]) { $0.disableMP = true },
        Row(testDescription: "vrf, here a plain device", seen: ["192.0.2.10/32"]) { $0.vrf = "eth0" },
        Row(testDescription: "vrf without such a device", seen: [], error: "device") { $0.vrf = "red" },
        Row(testDescription: "connectTime, of a router that comes late", seen: ["192.0.2.10/32"]) {
            $0.connectTime = .seconds(1)
        },
    ]

    @Test("Each field has its effect", arguments: rows) func field(_ row: Row) async throws {
        try await BGPLab().run { lab in
            var peer = Peer(
                name: "tor", myASN: 64512, remoteAS: .number(64513),
                endpoint: .address(BGPLab.routerIPv4, zone: nil))
            row.change(&peer)
            let settings = try #require(
                BGPPeerSettings(
                    peer, routerID: IPv4Address(10, 99, 0, 1), ownAddresses: [.ipv6: BGPLab.nodeIPv6]))
            lab.speaker.apply([
                .announce(try IPPrefix("192.0.2.10/32"), to: ["tor"]),
                .announce(try IPPrefix("2001:db8:1::10/128"), to: ["tor"]),
            ])
            await lab.speaker.apply(peers: [settings])
            // Long enough for several attempts at an interval of a second.
            if peer.connectTime != nil { try await Task.sleep(for: .seconds(4)) }
            let bird = try await BirdRouter(
                lab,
                """
                protocol bgp tor {
                  local 10.99.0.2 as \(row.routerASN); neighbor 10.99.0.1 as \(row.ourASN); passive yes; hold time 9;
                  error wait time 1, 2; ipv4 { import all; export none; }; ipv6 { import all; export none; };
                }
                """)
            defer { bird.stop() }
            if row.seen.isEmpty {
                try await eventually("an error that says \(row.error)") {
                    try await lab.status().lastError?.contains(row.error) == true
                }
                #expect(try await lab.status().state != .established)
                return
            }
            try await lab.waitForState(.established, atMost: .seconds(peer.connectTime == nil ? 20 : 3))
            var text = ""
            try await eventually("BIRD has seen all of \(row.seen)") {
                text = try await bird.ask("show protocols all tor") + (try await bird.ask("show route all"))
                return row.seen.allSatisfy { text.contains($0) }
            }
            for part in row.unseen { #expect(!text.contains(part), "\(text)") }
        }
    }

    @Test(
        "The hold time that both sides agree on is zero → TCP keepalives watch the connection; any other → they do not",
        arguments: [(Duration.zero, 9, true), (.seconds(9), 0, true), (.seconds(9), 9, false)])
    func keepalive(holdTime: Duration, routers: Int, isOn: Bool) async throws {
        try await BGPLab().run { lab in
            await lab.speaker.apply(peers: [lab.peer(holdTime: holdTime)])
            let bird = try await BirdRouter(
                lab,
                """
                protocol bgp tor {
                  local 10.99.0.2 as 64513; neighbor 10.99.0.1 as 64512; passive yes; hold time \(routers);
                  ipv4 { import all; export none; };
                }
                """)
            defer { bird.stop() }
            try await lab.waitForState(.established)
            func timers() async throws -> String {
                try await lab.node.run("ss", "-tnoH", "state", "established").output
            }
            if isOn {
                try await eventually("the kernel's keepalive timer runs") {
                    try await timers().contains("timer:(keepalive")
                }
            } else {
                try await Task.sleep(for: .milliseconds(300))
                #expect(try await !timers().contains("timer:(keepalive"))
            }
        }
    }
}
