import Addresses
import BFD
import Interfaces
import NetworkIO
import TestSupport
import Testing
import Timing
import WireCodec

@testable import NodeDecisions
@testable import Speaker

/// A core with its generator and the time, whose sockets open or fail as the test says.
private struct Subject {
    var core = LivenessCore(node: "n1", configuration: SegmentConfiguration())
    var generator = SeededGenerator(seed: 1)
    var now = Instant.zero
    var refused: Set<LivenessCore.Port> = []
    var open: Set<LivenessCore.Port> = []
    var seen: [LivenessCore.Action] = []

    static let eth0 = InterfaceForLiveness(index: 2, name: "eth0", families: [.ipv4, .ipv6])
    static let eth1 = InterfaceForLiveness(index: 3, name: "eth1", families: [.ipv4])
    static let source = IPAddress.v4(IPv4Address(192, 0, 2, 2))

    mutating func perform(_ actions: [LivenessCore.Action]) {
        for action in actions {
            seen.append(action)
            switch action {
            case .open(let port):
                if refused.contains(port) {
                    perform(core.failed(port, message: "refused", at: now, using: &generator))
                } else {
                    open.insert(port)
                    perform(core.opened(port, at: now, using: &generator))
                }
            case .close(let port): #expect(open.remove(port) != nil)
            case .send(_, let port): #expect(open.contains(port))
            case .tell, .log: break
            }
        }
    }

    mutating func apply(_ interfaces: [InterfaceForLiveness]) {
        perform(core.apply(interfaces: interfaces, at: now, using: &generator))
    }

    mutating func apply(nodes: [String]) { perform(core.apply(nodes: nodes, at: now, using: &generator)) }

    mutating func hear(_ node: String, on index: Int32 = 2, hopLimit: UInt8 = 255) {
        let packet = ControlPacket(
            state: .up, detectMultiplier: 5,
            myDiscriminator: NodeIdentities([node]).discriminator(of: node) ?? 1,
            desiredMinTxInterval: .milliseconds(50),
            isDemand: true, isMultipoint: true)
        var writer = ByteWriter()
        packet.encode(into: &writer)
        hear(writer.bytes, on: index, hopLimit: hopLimit)
    }

    mutating func hear(_ octets: [UInt8], on index: Int32 = 2, hopLimit: UInt8 = 255) {
        perform(
            core.receive(
                octets.span, through: .init(index: index, family: .ipv4), from: Subject.source, hopLimit: hopLimit,
                at: now,
                using: &generator))
    }

    mutating func pass(_ duration: Duration) {
        let end = now.advanced(by: duration)
        while let next = core.nextDeadline, next <= end {
            now = max(now, next)
            perform(core.handleDeadline(at: now, using: &generator))
        }
        now = end
    }

    var told: [LivenessChange] { seen.compactMap { if case .tell(let change) = $0 { change } else { nil } } }
    var logged: [LivenessEvent] { seen.compactMap { if case .log(let event) = $0 { event } else { nil } } }
    var sent: [LivenessCore.Port] { seen.compactMap { if case .send(_, let port) = $0 { port } else { nil } } }
}

@Suite("Liveness decides")
struct LivenessCoreTests {
    @Test("Each family of each interface gets a socket; what is no longer wanted is left and closed")
    func sockets() {
        var subject = Subject()
        subject.apply([Subject.eth0, Subject.eth1])
        #expect(subject.open.count == 3)
        var onlyIPv4 = Subject.eth0
        onlyIPv4.families = [.ipv4]
        subject.apply([onlyIPv4, Subject.eth1])
        #expect(subject.open == [.init(index: 2, family: .ipv4), .init(index: 3, family: .ipv4)])
        subject.pass(.milliseconds(100))
        subject.seen = []
        subject.apply([Subject.eth1])
        #expect(subject.open == [.init(index: 3, family: .ipv4)])
        // The farewell goes first.
        if case .send(let packet, _) = subject.seen.first {
            #expect(packet.control.state == .adminDown)
        } else {
            Issue.record("no farewell")
        }
    }

    @Test("An interface is renamed while it is up → who is heard there is heard under the new name") func renamed() {
        var subject = Subject()
        subject.apply([Subject.eth0])
        subject.apply(nodes: ["n1", "n2"])
        subject.hear("n2")
        var heard = HeardNodes()
        for change in subject.told { heard.note(change) }
        heard.note(ListenedSegments(list: 0, interfaces: ["eth0"]))
        subject.seen = []
        var lan0 = Subject.eth0
        lan0.name = "lan0"
        heard.rename("eth0", to: "lan0")
        #expect(heard.byInterface == ["lan0": ["n2": []]])
        subject.apply([lan0])
        #expect(subject.open.count == 2, "the sockets stay")
        for change in subject.told { heard.note(change) }
        #expect(heard.byInterface == ["lan0": ["n2": []]])
    }

    @Test("A node is told up and lost, with its interface; one list of nodes holds for all interfaces")
    func members() {
        var subject = Subject()
        subject.apply([Subject.eth0, Subject.eth1])
        subject.hear("n2")
        #expect(subject.told.isEmpty && subject.logged.count == 1)
        subject.apply(nodes: ["n1", "n2"])
        subject.hear("n2")
        subject.hear("n2", on: 3)
        #expect(subject.told.map(\.interface) == ["eth0", "eth1"] && subject.told.allSatisfy(\.isUp))
        subject.pass(.milliseconds(250))
        #expect(subject.told.count == 4 && subject.told.suffix(2).allSatisfy { $0.state == .down && $0.node == "n2" })
        #expect(subject.core.snapshot(at: subject.now).segments.map { $0.members.map(\.state) } == [[.down], [.down]])
    }

    @Test("When an interface goes, its nodes are told lost; when it comes back, they are heard again")
    func interfaceGone() {
        var subject = Subject()
        subject.apply(nodes: ["n2"])
        subject.apply([Subject.eth0])
        subject.hear("n2")
        subject.apply([])
        #expect(subject.told.map(\.isUp) == [true, false])
        #expect(subject.core.nextDeadline == nil)
        subject.hear("n2")
        #expect(subject.told.count == 2)
        subject.apply([Subject.eth0])
        #expect(!subject.core.isSettled(at: subject.now))
        subject.hear("n2")
        #expect(subject.told.count == 3)
    }

    @Test("Settled after 250 ms on every interface, and again when one is added")
    func settled() {
        var subject = Subject()
        #expect(!subject.core.isSettled(at: subject.now))
        subject.apply([])
        #expect(subject.core.isSettled(at: subject.now))
        subject.apply([Subject.eth0])
        subject.pass(.milliseconds(249))
        #expect(!subject.core.isSettled(at: subject.now))
        subject.pass(.milliseconds(1))
        #expect(subject.core.isSettled(at: subject.now))
        subject.apply([Subject.eth0, Subject.eth1])
        #expect(!subject.core.isSettled(at: subject.now))
    }

    @Test("A socket that does not open is tried again, ever more rarely; meanwhile the other family serves")
    func refused() {
        var subject = Subject()
        let port = LivenessCore.Port(index: 2, family: .ipv6)
        subject.refused = [port]
        subject.apply([Subject.eth0])
        subject.pass(.seconds(60))
        let attempts = subject.seen.filter { $0 == .open(port) }.count
        #expect((10...20).contains(attempts))
        #expect(subject.sent.allSatisfy { $0.family == .ipv4 } && !subject.sent.isEmpty)
        #expect(subject.core.snapshot(at: subject.now).segments.first?.problems == [.ipv6: "refused"])
        subject.refused = []
        subject.pass(.seconds(11))
        #expect(subject.open.contains(port))
        #expect(subject.core.snapshot(at: subject.now).segments.first?.problems.isEmpty == true)
    }

    @Test("A broken socket is closed, reopened, and its members are not lost while the other family is heard")
    func broken() {
        var subject = Subject()
        subject.apply(nodes: ["n2"])
        subject.apply([Subject.eth0])
        subject.hear("n2")
        let port = LivenessCore.Port(index: 2, family: .ipv6)
        subject.perform(subject.core.failed(port, message: "broken", at: subject.now, using: &subject.generator))
        #expect(!subject.open.contains(port))
        subject.pass(.milliseconds(200))
        #expect(subject.open.contains(port))
        #expect(subject.told.count == 1)
    }

    @Test("Drops are counted by reason, and told once a minute")
    func drops() {
        var subject = Subject()
        subject.apply([Subject.eth1])
        for _ in 0..<10 {
            subject.hear("stranger", on: 3)
            subject.hear("n1", on: 3)
            subject.hear("stranger", on: 3, hopLimit: 254)
            subject.hear([1, 2, 3], on: 3)
            subject.pass(.seconds(10))
        }
        let segment = subject.core.snapshot(at: subject.now).segments.first
        #expect(
            segment?.drops == [.unknownSender: 10, .ownDiscriminator: 10, .hopLimitTooLow: 10, .truncated: 10])
        #expect(segment?.packetsReceived == 40)
        #expect(subject.logged.count == 8)
    }

    @Test("A failing send is told once, and again only after it has worked")
    func sendFailure() {
        var subject = Subject()
        subject.apply([Subject.eth1])
        let port = LivenessCore.Port(index: 3, family: .ipv4)
        for _ in 0..<3 { subject.perform(subject.core.sendFailed(through: port, message: "no")) }
        #expect(subject.logged.count == 1)
        subject.core.sent(through: port)
        subject.perform(subject.core.sendFailed(through: port, message: "no"))
        #expect(subject.logged.count == 2)
    }

    @Test("Leaving ends on every interface, also on one that was added meanwhile or does not open")
    func leaving() {
        var subject = Subject()
        subject.refused = [.init(index: 3, family: .ipv4)]
        subject.apply([Subject.eth0])
        subject.pass(.milliseconds(100))
        #expect(!subject.core.hasLeft)
        subject.perform(subject.core.leave(at: subject.now, using: &subject.generator))
        subject.apply([Subject.eth0, Subject.eth1])
        subject.pass(.milliseconds(250))
        #expect(subject.core.hasLeft)
    }

    @Test("Names with one hash are told once")
    func collision() {
        var subject = Subject()
        subject.apply(nodes: ["costarring", "liquid"])
        subject.apply(nodes: ["costarring", "liquid", "n2"])
        #expect(subject.logged == [.collision(.init(node: "liquid", other: "costarring"))])
    }

    @Test("Datagrams of any kind at any time harm nothing", arguments: UInt64(1)...10)
    func fuzz(seed: UInt64) {
        var subject = Subject()
        subject.apply([Subject.eth0, Subject.eth1])
        subject.apply(nodes: ["n2", "n3"])
        var generator = SeededGenerator(seed: seed)
        let discriminators = ["n1", "n2", "n3", "n4"].map { NodeIdentities([$0]).discriminator(of: $0) ?? 0 }
        for _ in 0..<2000 {
            var octets = (0..<24).map { _ in UInt8.random(in: 0...255, using: &generator) }
            // Often good enough to come far.
            if Bool.random(using: &generator) {
                octets[0] = 0x20
                octets[1] = octets[1] & 0xE8 | 3
                octets[3] = 24
                let discriminator = discriminators.randomElement(using: &generator) ?? 1
                for (place, shift) in [(4, 24), (5, 16), (6, 8), (7, 0)] {
                    octets[place] = UInt8(truncatingIfNeeded: discriminator >> UInt32(shift))
                }
                for place in 8..<13 { octets[place] = 0 }
            }
            subject.hear(
                Array(octets.prefix(.random(in: 20...30, using: &generator))),
                on: .random(in: 2...4, using: &generator),
                hopLimit: Bool.random(using: &generator) ? 255 : .random(in: 0...255, using: &generator))
            if Bool.random(using: &generator) {
                subject.pass(.milliseconds(Int.random(in: 0...100, using: &generator)))
            }
        }
        // Ups and downs of a node on an interface alternate; a change of address alone comes between.
        for node in ["n2", "n3"] {
            for interface in ["eth0", "eth1"] {
                let states = subject.told.filter { $0.node == node && $0.interface == interface }
                #expect(states.first?.isUp ?? true, "seed \(seed)")
                for (a, b) in zip(states, states.dropFirst()) where !a.isUp { #expect(b.isUp, "seed \(seed)") }
            }
        }
        #expect(!subject.told.contains { $0.node != "n2" && $0.node != "n3" }, "seed \(seed)")
        // Quiet for as long as the longest detection time that is accepted, and nobody is left.
        subject.pass(.seconds(31))
        #expect(subject.core.snapshot(at: subject.now).segments.allSatisfy { !$0.members.contains(where: \.isUp) })
    }

    @Test("An interface is watched over the families in which it has a usable address")
    func interfaces() throws {
        func interface(_ addresses: [InterfaceAddress], running: Bool = true, loopback: Bool = false) -> Interface {
            Interface(
                index: 2, name: "eth0", hardwareAddress: nil, isUp: running, isLoopback: loopback, addresses: addresses)
        }
        let v4 = InterfaceAddress(address: try IPAddress("192.0.2.1"), prefixLength: 24)
        let global = InterfaceAddress(address: try IPAddress("2001:db8::1"), prefixLength: 64)
        let linkLocal = InterfaceAddress(address: try IPAddress("fe80::1"), prefixLength: 64)
        let tentative = InterfaceAddress(address: try IPAddress("fe80::1"), prefixLength: 64, isUsable: false)
        #expect(InterfaceForLiveness(interface([v4, global, linkLocal]))?.families == [.ipv4, .ipv6])
        #expect(InterfaceForLiveness(interface([v4, global]))?.families == [.ipv4])
        #expect(InterfaceForLiveness(interface([v4, tentative]))?.families == [.ipv4])
        #expect(InterfaceForLiveness(interface([linkLocal]))?.families == [.ipv6])
        #expect(InterfaceForLiveness(interface([tentative])) == nil)
        #expect(InterfaceForLiveness(interface([v4], running: false)) == nil)
        #expect(InterfaceForLiveness(interface([v4], loopback: true)) == nil)
    }
}
