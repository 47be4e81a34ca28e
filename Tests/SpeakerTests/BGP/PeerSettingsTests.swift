import Addresses
import BGP
import ClusterConfiguration
import Interfaces
import NetworkIO
import Testing

@testable import NodeDecisions
@testable import Speaker

@Suite struct PeerSettingsTests {
    private static func settings(_ change: (inout Peer) -> Void) throws -> BGPPeerSettings {
        var peer = Peer(
            name: "tor", myASN: 64512, remoteAS: .number(64513),
            endpoint: .address(try IPAddress("192.0.2.254"), zone: nil))
        change(&peer)
        return try #require(
            BGPPeerSettings(
                peer, routerID: IPv4Address(192, 0, 2, 1), ownAddresses: [.ipv6: try IPAddress("2001:db8::1")])
        )
    }

    @Test("GTSM sends with 255 and takes nothing less, from routers of either kind") func ttlSecurity() throws {
        for remote in [Peer.RemoteAS.number(64513), .internal] {
            let settings = try PeerSettingsTests.settings {
                $0.ttlSecurity = true
                $0.remoteAS = remote
            }
            #expect(settings.options.timeToLive == 255 && settings.options.leastTimeToLive == 255)
        }
        #expect(try PeerSettingsTests.settings { _ in }.options.leastTimeToLive == nil)
    }

    @Test("Graceful restart asks for two minutes where it is wanted, and is not there otherwise") func gracefulRestart()
        throws
    {
        let settings = try PeerSettingsTests.settings { $0.enableGracefulRestart = true }
        #expect(settings.session.gracefulRestart?.restartTime == .seconds(120))
        #expect(settings.session.gracefulRestart?.isRestarting == false)
        #expect(try PeerSettingsTests.settings { _ in }.session.gracefulRestart == nil)
    }

    @Test("Passive, shutdown and description go where they count") func additions() throws {
        let settings = try PeerSettingsTests.settings {
            $0.isPassive = true
            $0.shutdown = Peer.Shutdown(message: "new line card")
            $0.description = "rack 4"
        }
        #expect(settings.session.isPassive)
        #expect(settings.shutdown?.text == "new line card")
        #expect(settings.description == "rack 4")
        let plain = try PeerSettingsTests.settings { _ in }
        #expect(!plain.session.isPassive && plain.shutdown == nil && plain.description == nil)
    }

    struct Edit: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let needsSession: Bool
        let change: @Sendable (inout Peer) -> Void

        init(_ field: String, restarts: Bool, _ change: @escaping @Sendable (inout Peer) -> Void) {
            (testDescription, needsSession, self.change) = (field, restarts, change)
        }
    }

    static let edits: [Edit] = [
        Edit("nothing", restarts: false) { _ in },
        Edit("description", restarts: false) { $0.description = "rack 4" },
        Edit("bfdProfile", restarts: false) { $0.bfd = BFDSettings(profile: "fast") },
        Edit("connectTime", restarts: false) { $0.connectTime = .seconds(7) },
        Edit("nodeSelectors, and the node still matches", restarts: false) {
            $0.nodeSelectors = [Selector(matchLabels: ["rack": "a"])]
        },
        Edit("myASN", restarts: true) { $0.myASN = 64999 },
        Edit("peerASN", restarts: true) { $0.remoteAS = .number(64999) },
        Edit("dynamicASN", restarts: true) { $0.remoteAS = .external },
        Edit("localASN", restarts: true) { $0.localASN = 64999 },
        Edit("peerAddress", restarts: true) {
            $0.endpoint = .address(.v4(IPv4Address(192, 0, 2, 253)), zone: nil)
        },
        Edit("peerPort", restarts: true) { $0.port = 1179 },
        Edit("sourceAddress", restarts: true) { $0.sourceAddress = .v4(IPv4Address(192, 0, 2, 7)) },
        Edit("holdTime", restarts: true) { $0.holdTime = .seconds(30) },
        Edit("keepaliveTime", restarts: true) { $0.keepaliveTime = .seconds(1) },
        Edit("routerID", restarts: true) { $0.routerID = IPv4Address(1, 2, 3, 4) },
        Edit("password", restarts: true) { $0.password = Password(octets: Array("horse".utf8)) },
        Edit("ebgpMultiHop", restarts: true) { $0.ebgpMultiHop = true },
        Edit("ttlSecurity", restarts: true) { $0.ttlSecurity = true },
        Edit("enableGracefulRestart", restarts: true) { $0.enableGracefulRestart = true },
        Edit("vrf", restarts: true) { $0.vrf = "red" },
        Edit("dualStackAddressFamily", restarts: true) { $0.dualStackAddressFamily = true },
        Edit("passive", restarts: true) { $0.isPassive = true },
        Edit("shutdown", restarts: true) { $0.shutdown = Peer.Shutdown() },
    ]

    @Test("An edit restarts the session only if the session depends on it", arguments: edits) func edit(_ row: Edit)
        throws
    {
        let before = try PeerSettingsTests.settings { _ in }
        let after = try PeerSettingsTests.settings(row.change)
        #expect(before.needsNoNewSession(for: after) == !row.needsSession)
    }
}
