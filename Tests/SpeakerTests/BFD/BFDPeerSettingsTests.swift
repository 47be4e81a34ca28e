import Addresses
import BFD
import BGP
import ClusterConfiguration
import NodeDecisions
import Speaker
import Testing

@Suite("The BFD session that a BGPPeer asks for")
struct BFDPeerSettingsTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let remote: Peer.RemoteAS
        var isFar = false
        var isOnLink = true
        let isMultihop: Bool
    }

    @Test(
        "Single hop for routers on the link, multihop for others",
        arguments: [
            Row(testDescription: "external", remote: .number(64513), isMultihop: false),
            Row(testDescription: "external, not in a prefix", remote: .external, isOnLink: false, isMultihop: false),
            Row(testDescription: "external, ebgpMultiHop", remote: .number(64513), isFar: true, isMultihop: true),
            Row(testDescription: "internal, in a prefix", remote: .internal, isMultihop: false),
            Row(testDescription: "internal, elsewhere", remote: .number(64512), isOnLink: false, isMultihop: true),
        ])
    func hops(_ row: Row) throws {
        var peer = Peer(
            name: "tor", myASN: 64512, remoteAS: row.remote, endpoint: .address(try IPAddress("192.0.2.1"), zone: nil))
        peer.ebgpMultiHop = row.isFar
        peer.sourceAddress = try IPAddress("192.0.2.9")
        peer.vrf = "red"
        peer.bfd = BFDSettings(
            profile: "p", receiveInterval: .milliseconds(60), transmitInterval: .milliseconds(70), detectMultiplier: 4,
            isPassive: true, minimumTTL: 200)
        peer.bfd?.authentication = BFDSettings.Authentication(isMeticulous: false, keyID: 9, secret: Password("hush"))
        let settings = try #require(
            BGPPeerSettings(
                peer, routerID: IPv4Address(192, 0, 2, 9), ownAddresses: [:], isOnLink: row.isOnLink))
        var expected = BFDPeerSettings(name: "tor", address: try IPAddress("192.0.2.1"))
        expected.sourceAddress = try IPAddress("192.0.2.9")
        expected.device = "red"
        expected.isMultihop = row.isMultihop
        expected.role = .passive
        expected.requiredMinRxInterval = .milliseconds(60)
        expected.desiredMinTxInterval = .milliseconds(70)
        expected.detectMultiplier = 4
        expected.minimumHopLimit = 200
        expected.authentication = AuthenticationKey(keyID: 9, secret: Array("hush".utf8), isMeticulous: false)
        #expect(settings.bfd == expected)
    }

    @Test("Without a profile there is none") func none() throws {
        let peer = Peer(
            name: "tor", myASN: 64512, remoteAS: .external, endpoint: .address(try IPAddress("192.0.2.1"), zone: nil))
        let settings = BGPPeerSettings(peer, routerID: IPv4Address(192, 0, 2, 9), ownAddresses: [:])
        #expect(settings != nil && settings?.bfd == nil)
    }
}
