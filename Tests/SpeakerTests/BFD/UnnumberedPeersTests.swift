import Addresses
import BGP
import ClusterConfiguration
import Interfaces
import KubernetesModel
import NetworkIO
import NodeDecisions
import Speaker
import Testing

@Suite("Unnumbered peers of a node")
struct UnnumberedPeersTests {
    static let router = IPv6Address(rawValue: 0xFE80 << 112 | 1)
    static let other = IPv6Address(rawValue: 0xFE80 << 112 | 2)
    static let eth0 = Interface(index: 2, name: "eth0", hardwareAddress: nil)

    static func sessions(_ actions: [SpeakerCore.Action]) -> [BGPPeerSettings]? {
        actions.compactMap { if case .hold(let sessions) = $0 { sessions } else { nil } }.last
    }

    static func core() -> SpeakerCore {
        var core = SpeakerCore(node: "n1")
        let peer = Peer(name: "tor", myASN: 64512, remoteAS: .external, endpoint: .unnumbered(interface: "eth0"))
        _ = core.handle(
            .updated(
                SpeakerUpdate(
                    configuration: Configuration(peers: [peer]), nodes: [Node(metadata: ObjectMeta(name: "n1"))])))
        return core
    }

    @Test("The interface is looked at once it is there, and the session follows its router") func followsRouter() throws
    {
        var core = UnnumberedPeersTests.core()
        #expect(core.peersWithoutRouter == ["tor": "eth0"])
        let found = core.handle(.linksChanged(InterfaceTable([UnnumberedPeersTests.eth0])))
        #expect(found.contains(.findRouters(on: [2: "eth0"])))
        #expect(UnnumberedPeersTests.sessions(found) == nil)

        for router in [UnnumberedPeersTests.router, UnnumberedPeersTests.other] {
            let actions = core.handle(.routerChanged(RouterChange(interface: "eth0", router: router)))
            let session = try #require(UnnumberedPeersTests.sessions(actions)?.first)
            #expect(session.address == .v6(router) && session.zone == "eth0")
            #expect(session.session.allowsExtendedNextHop && session.session.families == [.ipv4, .ipv6])
            #expect(core.peersWithoutRouter.isEmpty)
        }
        let gone = core.handle(.routerChanged(RouterChange(interface: "eth0", router: nil)))
        #expect(UnnumberedPeersTests.sessions(gone) == [])
        #expect(core.peersWithoutRouter == ["tor": "eth0"])
    }

    @Test("Several routers on the interface → said, with the one in use") func several() {
        var core = UnnumberedPeersTests.core()
        _ = core.handle(.linksChanged(InterfaceTable([UnnumberedPeersTests.eth0])))
        #expect(core.routerProblems.isEmpty)
        _ = core.handle(
            .routerChanged(
                RouterChange(
                    interface: "eth0", router: UnnumberedPeersTests.router, others: [UnnumberedPeersTests.other])))
        let messages = core.routerProblems.map(\.message)
        #expect(
            messages.count == 1 && messages[0].contains("fe80::1 is the one in use") && messages[0].contains("fe80::2"))
        _ = core.handle(.routerChanged(RouterChange(interface: "eth0", router: UnnumberedPeersTests.router)))
        #expect(core.routerProblems.isEmpty)
    }

    @Test("An interface that goes down takes its router with it") func interfaceDown() {
        var core = UnnumberedPeersTests.core()
        _ = core.handle(.linksChanged(InterfaceTable([UnnumberedPeersTests.eth0])))
        _ = core.handle(.routerChanged(RouterChange(interface: "eth0", router: UnnumberedPeersTests.router)))
        var down = UnnumberedPeersTests.eth0
        down.hasCarrier = false
        let actions = core.handle(.linksChanged(InterfaceTable([down])))
        #expect(actions.contains(.findRouters(on: [:])))
        #expect(UnnumberedPeersTests.sessions(actions) == [])
    }
}
