import Addresses
import Announcement
import BFD
import BGP
import ClusterConfiguration
import Interfaces
import KubernetesModel
import LinkLayer
import NetworkIO
import Presentation
import Testing
import Timing

@testable import NodeDecisions
@testable import Speaker

@Suite("The history of a speaker tells") struct EventTests {
    static let address = IPAddress.v4(IPv4Address(192, 0, 2, 101))
    static let web = NamespacedName(namespace: "default", name: "web")
    static let now = Timestamp(seconds: 1_767_225_600)

    /// A node that is alone on `eth0`, with one Service.
    static func makeView() throws -> SpeakerView {
        var core = SpeakerCore(node: "n1")
        let interface = Interface(
            index: 2, name: "eth0", hardwareAddress: MACAddress(2, 0, 0, 0, 0, 2),
            addresses: [InterfaceAddress(address: try IPAddress("192.0.2.1"), prefixLength: 24)])
        _ = core.handle(.linksChanged(InterfaceTable([interface])))
        _ = core.handle(
            .updated(
                SpeakerUpdate(
                    configuration: Configuration(layer2Advertisements: [Layer2Advertisement(name: "all")]),
                    nodes: [Node(metadata: ObjectMeta(name: "n1"))],
                    services: [AnnouncedService(web, addresses: [.init(address, pool: "lan")])])))
        return SpeakerView(core: core)
    }

    @Test("who answers for an address since when, and why no longer, also when its Service is gone")
    func held() throws {
        var view = try Self.makeView()
        _ = view.core.handle(.reported([.holder(.thisNode, of: Self.address, on: "eth0")]))
        let gained = view.noteHeld(at: Self.now)
        #expect(gained == [HeldChange(address: Self.address, isHeld: true, services: [Self.web])])
        let claimed = view.events(of: gained, at: Self.now)
        #expect(claimed.map(\.kind) == ["Claimed"])
        #expect(claimed.first?.message == "n1 answers for 192.0.2.101 on eth0.")
        #expect(claimed.first?.services == ["default/web"])
        #expect(view.noteHeld(at: Self.now).isEmpty)

        _ = view.core.handle(.updated(SpeakerUpdate(removed: [Self.web])))
        let lost = view.noteHeld(at: Self.now)
        let yielded = view.events(of: lost, at: Self.now)
        #expect(yielded.map(\.kind) == ["Yielded"])
        #expect(yielded.first?.services == ["default/web"])
        #expect(yielded.first?.message.contains("no Service has it now") == true)
    }

    @Test("routes that come and go, with the peers and the reason; very many in one line") func routes() throws {
        var view = try Self.makeView()
        let prefix = IPPrefix(host: Self.address)
        func tell(_ changes: [RouteChange]) -> [EventEntry] {
            view.events(of: view.note(.advertise(changes), at: Self.now), at: Self.now)
        }
        let first = tell([.announce(prefix, to: ["tor-b", "tor-a"])])
        #expect(first.map(\.kind) == ["Advertised"] && first.first?.peer == nil)
        #expect(first.first?.services == ["default/web"] && first.first?.ip == "192.0.2.101")
        #expect(first.first?.message == "n1 advertises 192.0.2.101/32 to tor-a, tor-b, while the session is up.")
        // Other attributes are no news.
        #expect(tell([.announce(prefix, RouteAttributes(localPreference: 1), to: ["tor-b", "tor-a"])]).isEmpty)
        let less = tell([.announce(prefix, to: ["tor-a"])])
        #expect(less.map(\.kind) == ["Withdrawn"] && less.first?.peer == "tor-b")
        // The Service goes, and is still named.
        _ = view.core.handle(.updated(SpeakerUpdate(removed: [Self.web])))
        let gone = tell([RouteChange(prefix: prefix, advertisements: [])])
        #expect(gone.map(\.kind) == ["Withdrawn"] && gone.first?.services == ["default/web"])
        #expect(
            gone.first?.message
                == "n1 stopped advertising 192.0.2.101/32 to tor-a: no Service has the address now.")
        #expect(tell([RouteChange(prefix: prefix, advertisements: [])]).isEmpty)
        let many = (0..<200).map { RouteChange.announce(IPPrefix(host: .v4(IPv4Address(10, 0, 0, $0))), to: ["tor-a"]) }
        #expect(tell(many).map(\.message) == ["n1 advertises 200 routes: tor-a."])
    }

    @Test("since when an address is answered for, and a route sent over which session") func ages() throws {
        var view = try Self.makeView()
        var plan = AnnouncementPlan()
        plan.layer2 = ["n1", "n2"].map {
            Layer2Announcement(service: Self.web, address: Self.address, node: $0, interfaces: .all)
        }
        plan.bgp = [
            BGPAnnouncement(
                service: Self.web, address: Self.address, node: "n1", peer: "tor",
                prefix: IPPrefix(host: Self.address), attributes: RouteAttributes())
        ]
        // Owned, and not yet answered for.
        #expect(view.entries(of: plan, []).map(\.since) == [nil, nil, nil])
        _ = view.core.handle(.reported([.holder(.thisNode, of: Self.address, on: "eth0")]))
        _ = view.noteHeld(at: Self.now)
        view.advertisedSince[IPPrefix(host: Self.address)] = Self.now
        let later = Self.now.advanced(by: .seconds(60))
        func entries(_ state: String) -> [AnnouncementEntry] {
            view.entries(
                of: plan, [PeerEntry(peer: "tor", address: nil, state: state, since: later, prefixesSent: 1)])
        }
        #expect(entries("Established").map(\.since) == [Self.now, nil, later])
        #expect(entries("Established").map(\.session) == [nil, nil, "Established"])
        #expect(entries("Active").map(\.since) == [Self.now, nil, nil])
        #expect(entries("Active").last?.isUnsent == true)
    }

    @Test("a BFD session that comes up, and one that leaves Up with its diagnostic") func bfd() {
        var status = BFDPeerStatus(state: .up, since: .zero)
        let up = SpeakerView.event(of: status, peer: "tor-a", node: "n1", at: Self.now)
        #expect(up.kind == "BFDUp" && up.peer == "tor-a" && up.message == "The BFD session with tor-a is up.")
        status.state = .down
        status.diagnostic = .controlDetectionTimeExpired
        let down = SpeakerView.event(of: status, peer: "tor-a", node: "n1", at: Self.now)
        #expect(down.kind == "BFDDown")
        #expect(down.message == "The BFD session with tor-a is Down: Control Detection Time Expired.")
    }

    @Test("a stranger with its MAC address, and when it is gone; what is about nobody's address is not told")
    func conflict() throws {
        let view = try Self.makeView()
        let stranger = MACAddress(2, 0, 0, 0, 0, 0x99)
        let begin = try #require(
            view.event(of: .stranger(ClaimStranger(stranger), of: Self.address, on: "eth0"), at: Self.now))
        #expect(begin.kind == "Conflict" && begin.message.contains("02:00:00:00:00:99 on eth0"))
        #expect(begin.services == ["default/web"] && begin.interface == "eth0")
        let end = try #require(view.event(of: .stranger(nil, of: Self.address, on: "eth0"), at: Self.now))
        #expect(end.kind == "ConflictOver")
        let other = IPAddress.v4(IPv4Address(192, 0, 2, 200))
        #expect(view.event(of: .stranger(ClaimStranger(stranger), of: other, on: "eth0"), at: Self.now) == nil)
        #expect(view.event(of: .holder(.nobody, of: Self.address, on: "eth0"), at: Self.now) == nil)
    }

    @Test("who is heard, who said that it leaves, and who stopped responding") func liveness() throws {
        let view = try Self.makeView()
        let rows: [(BFD.SessionState, String, String)] = [
            (.up, "NodeHeard", "is reachable on eth0"), (.adminDown, "NodeLost", "is leaving eth0"),
            (.down, "NodeLost", "not reachable"),
        ]
        for (state, kind, words) in rows {
            let change = LivenessChange(
                interface: "eth0", interfaceIndex: 2, node: "n2", state: state, since: .zero,
                address: Self.address)
            let event = view.event(of: change, at: Self.now)
            #expect(event.kind == kind && event.message.contains(words), "\(event)")
        }
    }
}
