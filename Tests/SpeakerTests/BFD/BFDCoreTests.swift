import Addresses
import BFD
import TestSupport
import Testing
import Timing
import WireCodec

@testable import NodeDecisions
@testable import Speaker

/// A core under test with its generator, at the time that it is given.
private struct Subject {
    var core = BFDCore()
    var generator = SeededGenerator(seed: 1)
    var now = Instant.zero

    mutating func apply(_ peers: [BFDPeerSettings]) -> [BFDCore.Action] {
        let actions = core.apply(peers, at: now, using: &generator)
        for action in actions {
            if case .listen(let place) = action { _ = core.listening(at: place) }
            if case .openSender(let id, let route) = action {
                _ = core.senderOpened(id, scope: route.zone == nil ? 0 : 7)
            }
        }
        return actions
    }

    mutating func receive(
        _ state: SessionState, your: UInt32 = 0, from source: String = "192.0.2.1",
        to destination: String = "192.0.2.9",
        interface: Int32 = 7, hopLimit: UInt8 = 255, at place: BFDReceiverKey? = nil,
        requiredMinRx: Duration = .milliseconds(50)
    ) throws -> [BFDCore.Action] {
        var writer = ByteWriter()
        ControlPacket(
            state: state, detectMultiplier: 3, myDiscriminator: 77, yourDiscriminator: your,
            desiredMinTxInterval: .milliseconds(50), requiredMinRxInterval: requiredMinRx
        ).encode(into: &writer)
        let address = try IPAddress(source)
        let arrival = BFDCore.Arrival(
            source: address, destination: try IPAddress(destination), interface: interface, hopLimit: hopLimit)
        return core.receive(
            writer.bytes.span, at: place ?? BFDReceiverKey(family: address.family, isMultihop: false, device: nil),
            arrival,
            now: now, using: &generator)
    }

    var id: UInt32? { core.items.keys.first }

    /// Brings the only session up.
    mutating func bringUp() throws {
        let id = try #require(self.id)
        _ = try receive(.down)
        _ = try receive(.initializing, your: id)
        _ = try receive(.up, your: id)
    }

    mutating func pass(_ time: Duration) -> [BFDCore.Action] {
        var actions: [BFDCore.Action] = []
        let end = now.advanced(by: time)
        while let next = core.nextDeadline, next <= end {
            now = max(now, next)
            actions += core.handleDeadline(at: now, using: &generator)
        }
        now = end
        return actions
    }
}

extension [BFDCore.Action] {
    fileprivate var told: [BFDChange] { compactMap { if case .tell(let change) = $0 { change } else { nil } } }
    fileprivate var sent: [ControlPacket] { compactMap { if case .send(let packet, _) = $0 { packet } else { nil } } }
}

@Suite("BFD sessions of a node")
struct BFDCoreTests {
    static func peer(_ name: String = "tor", _ address: String = "192.0.2.1") throws -> BFDPeerSettings {
        var settings = BFDPeerSettings(name: name, address: try IPAddress(address))
        settings.desiredMinTxInterval = .milliseconds(50)
        settings.requiredMinRxInterval = .milliseconds(50)
        return settings
    }

    @Test("Up, then silence: a failure to the nanosecond, told once") func silence() throws {
        var subject = Subject()
        _ = subject.apply([try BFDCoreTests.peer()])
        try subject.bringUp()
        let heard = subject.now
        let before = subject.pass(.milliseconds(149)).told
        #expect(before.allSatisfy { $0.status.state == .up })
        let after = subject.pass(.milliseconds(1)).told
        #expect(after.map(\.isFailure) == [true] && after.first?.status.state == .down)
        #expect(after.first?.status.since == heard.advanced(by: .milliseconds(150)))
        #expect(subject.core.snapshot(at: subject.now).sessions["tor"]?.failures == 1)
        #expect(subject.pass(.seconds(10)).told.allSatisfy { !$0.isFailure })
    }

    @Test("The router says AdminDown: no failure; it says Down: one") func signalled() throws {
        for (state, isFailure) in [(SessionState.adminDown, false), (.down, true)] {
            var subject = Subject()
            _ = subject.apply([try BFDCoreTests.peer()])
            try subject.bringUp()
            let told = try subject.receive(state, your: try #require(subject.id)).told
            #expect(told.contains { $0.isFailure } == isFailure)
            #expect(told.last?.status.state == .down)
        }
    }

    @Test("A packet finds its session by our discriminator, or by where it comes from, or none") func demultiplexing()
        throws
    {
        var subject = Subject()
        var bound = try BFDCoreTests.peer("bound", "192.0.2.2")
        bound.sourceAddress = try IPAddress("192.0.2.9")
        var local = try BFDCoreTests.peer("local", "fe80::1")
        local.zone = "eth0"
        _ = subject.apply([try BFDCoreTests.peer(), bound, local])
        func received(_ name: String) -> UInt64 {
            subject.core.snapshot(at: subject.now).sessions[name]?.packetsReceived ?? 0
        }
        _ = try subject.receive(.down)
        #expect(received("tor") == 1)
        _ = try subject.receive(.down, from: "192.0.2.2")
        _ = try subject.receive(.down, from: "192.0.2.2", to: "192.0.2.10")
        #expect(received("bound") == 1)
        _ = try subject.receive(.down, from: "fe80::1", to: "fe80::9")
        _ = try subject.receive(.down, from: "fe80::1", to: "fe80::9", interface: 8)
        #expect(received("local") == 1)
        _ = try subject.receive(.down, from: "192.0.2.3")
        // Our discriminator alone does not show who knows it.
        let id = try #require(subject.core.items.first { $0.value.names == ["tor"] }?.key)
        _ = try subject.receive(.initializing, your: id, from: "192.0.2.200")
        _ = try subject.receive(.initializing, your: id, from: "192.0.2.2")
        #expect(received("tor") == 1)
        _ = try subject.receive(.initializing, your: id)
        #expect(received("tor") == 2)
        // But what comes to the other port is another protocol's.
        let multihop = BFDReceiverKey(family: .ipv4, isMultihop: true, device: nil)
        _ = try subject.receive(.initializing, your: id, at: multihop)
        _ = try subject.receive(.initializing, your: id &+ 1)
        #expect(subject.core.snapshot(at: subject.now).strayDrops == [.sessionNotFound: 7])
    }

    @Test(
        "A packet with the router's address and TTL 255 through another interface, as from a pod → the session stays Up",
        arguments: [
            ("the router is in a prefix of eth0", [7], false), ("of two interfaces", [7, 9], false),
            ("its address does not tell: where it came Up", [], false),
            ("several hops away, any interface", [], true),
        ] as [(String, Set<Int32>, Bool)])
    func otherInterface(row: (name: String, links: Set<Int32>, isMultihop: Bool)) throws {
        var subject = Subject()
        var peer = try BFDCoreTests.peer()
        peer.links = row.links
        peer.isMultihop = row.isMultihop
        let place = BFDReceiverKey(family: .ipv4, isMultihop: row.isMultihop, device: nil)
        _ = subject.apply([peer])
        let id = try #require(subject.id)
        for (state, your) in [(SessionState.down, 0), (.initializing, id), (.up, id)] {
            _ = try subject.receive(state, your: your, at: place)
        }
        #expect(subject.core.items[id]?.session.state == .up)
        // Ours is no secret to who sees the packets that we send.
        for your in [0, id] { _ = try subject.receive(.down, your: your, interface: 8, at: place) }
        let isUp = subject.core.items[id]?.session.state == .up
        #expect(isUp != row.isMultihop)
        let drops = subject.core.snapshot(at: subject.now).sessions["tor"]?.drops ?? [:]
        #expect(drops == (row.isMultihop ? [:] : [.interfaceWrong: 2]))
    }

    @Test("A session that came Up elsewhere, once it is down → may come Up through another interface") func moved()
        throws
    {
        var subject = Subject()
        _ = subject.apply([try BFDCoreTests.peer()])
        try subject.bringUp()
        let id = try #require(subject.id)
        _ = subject.pass(.seconds(1))
        #expect(subject.core.items[id]?.session.state == .down)
        _ = try subject.receive(.down, interface: 8)
        _ = try subject.receive(.initializing, your: id, interface: 8)
        #expect(subject.core.items[id]?.session.state == .up)
    }

    @Test("Peers at one address share a session, and each is told of it") func sharing() throws {
        var subject = Subject()
        let actions = subject.apply([try BFDCoreTests.peer("b"), try BFDCoreTests.peer("a")])
        #expect(subject.core.items.count == 1)
        #expect(actions.told.map(\.peer) == ["a", "b"])
        try subject.bringUp()
        // One of them goes: the session stays, and nobody is told AdminDown.
        let fewer = subject.apply([try BFDCoreTests.peer("b")])
        #expect(fewer.sent.isEmpty && subject.core.items.count == 1)
        let third = subject.apply([try BFDCoreTests.peer("b"), try BFDCoreTests.peer("c")])
        #expect(third.told.map(\.peer) == ["c"] && third.told.first?.status.state == .up)
    }

    @Test("Who goes says AdminDown until the router knows, then closes everything; who comes back is taken back")
    func farewell() throws {
        var subject = Subject()
        _ = subject.apply([try BFDCoreTests.peer()])
        try subject.bringUp()
        let id = try #require(subject.id)
        let leaving = subject.apply([])
        #expect(leaving.sent.map(\.state) == [.adminDown])
        #expect(leaving.told.isEmpty)
        // Back before the end of the farewell.
        let back = subject.apply([try BFDCoreTests.peer()])
        #expect(back.sent.first?.state == .down && subject.id == id)
        _ = subject.apply([])
        let end = try subject.receive(.down, your: id)
        #expect(end.contains(.closeSender(id)))
        #expect(end.contains(.stopListening(BFDReceiverKey(family: .ipv4, isMultihop: false, device: nil))))
        #expect(subject.core.items.isEmpty && subject.core.nextDeadline == nil)
    }

    @Test("Nobody answers the farewell: it ends by itself within a detection time") func unansweredFarewell() throws {
        var subject = Subject()
        _ = subject.apply([try BFDCoreTests.peer()])
        try subject.bringUp()
        let actions = subject.core.leave(at: subject.now, using: &subject.generator)
        #expect(actions.sent.count == 1 && !subject.core.hasLeft)
        let rest = subject.pass(.milliseconds(150))
        #expect(rest.sent.allSatisfy { $0.state == .adminDown } && (1...2).contains(rest.sent.count))
        #expect(subject.core.hasLeft)
    }

    @Test("A router that wants no packets, or hardly any, keeps nobody from ending", arguments: [0, 4_000_000])
    func endlessFarewell(microseconds: Int) throws {
        var subject = Subject()
        _ = subject.apply([try BFDCoreTests.peer()])
        try subject.bringUp()
        let id = try #require(subject.id)
        _ = try subject.receive(.up, your: id, requiredMinRx: .microseconds(microseconds))
        _ = subject.core.leave(at: subject.now, using: &subject.generator)
        for _ in 0..<40 {
            guard !subject.core.hasLeft else { break }
            _ = try subject.receive(.up, your: id, requiredMinRx: .microseconds(microseconds))
            _ = subject.pass(.milliseconds(100))
        }
        #expect(subject.core.hasLeft)
    }

    @Test(
        "A packet that cannot be sent to one peer of a device is no reason to stop listening there",
        arguments: [true, false])
    func sharedDevice(isDeviceGone: Bool) throws {
        var subject = Subject()
        let peers = try ["192.0.2.1", "192.0.2.2"].map { text in
            var peer = try BFDCoreTests.peer(text, text)
            peer.device = "red"
            return peer
        }
        _ = subject.core.apply(peers, at: subject.now, using: &subject.generator)
        let place = BFDReceiverKey(family: .ipv4, isMultihop: false, device: "red")
        _ = subject.core.listening(at: place)
        let id = try #require(subject.core.items.keys.min())
        let actions = subject.core.sendFailed(
            id, message: "no route", isDeviceGone: isDeviceGone, at: subject.now, using: &subject.generator)
        #expect(actions.contains(.closeSender(id)))
        #expect((subject.core.receivers[place]?.state == .open) == !isDeviceGone)
    }

    @Test("A socket that cannot be opened is tried again, and says so where one looks") func sockets() throws {
        var subject = Subject()
        let actions = subject.core.apply([try BFDCoreTests.peer()], at: subject.now, using: &subject.generator)
        let id = try #require(subject.id)
        let place = BFDReceiverKey(family: .ipv4, isMultihop: false, device: nil)
        #expect(actions.contains(.listen(place)))
        _ = subject.core.receiverFailed(place, message: "taken", at: subject.now, using: &subject.generator)
        _ = subject.core.senderFailed(id, message: "no address", at: subject.now, using: &subject.generator)
        #expect(subject.core.snapshot(at: subject.now).sessions["tor"]?.problem == "taken")
        let retried = subject.pass(.milliseconds(200))
        #expect(retried.contains(.listen(place)))
        #expect(retried.contains { if case .openSender(id, _) = $0 { true } else { false } })
        _ = subject.core.listening(at: place)
        _ = subject.core.senderOpened(id, scope: 0)
        #expect(subject.core.snapshot(at: subject.now).sessions["tor"]?.problem == nil)
        #expect(!subject.pass(.seconds(2)).sent.isEmpty)
    }

    @Test("Octets at random are dropped with a reason, whatever they are", arguments: UInt64(1)...20)
    func fuzz(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var subject = Subject()
        _ = subject.apply([try BFDCoreTests.peer()])
        for _ in 0..<500 {
            let octets = (0..<Int.random(in: 0...60, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            let arrival = BFDCore.Arrival(
                source: try IPAddress("192.0.2.1"), destination: try IPAddress("192.0.2.9"), interface: 7,
                hopLimit: .random(in: 0...255, using: &random))
            _ = subject.core.receive(
                octets.span, at: BFDReceiverKey(family: .ipv4, isMultihop: false, device: nil), arrival,
                now: subject.now,
                using: &subject.generator)
        }
        let snapshot = subject.core.snapshot(at: subject.now)
        let drops = snapshot.strayDrops.values.reduce(0, +) + (snapshot.sessions["tor"]?.packetsReceived ?? 0)
        #expect(drops == 500, "seed \(seed)")
    }
}
