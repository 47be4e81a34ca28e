import Addresses
import BGP
import ClusterConfiguration
import NetworkIO
import Speaker
import Testing

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
}
