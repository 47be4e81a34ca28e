import Addresses
import BFD
import TestSupport
import Testing
import Timing
import WireIdentity

/// Many nodes on one segment: a wire that delays and loses, nodes that die, return and leave.
private struct Simulation {
    struct Arrival {
        let at: Instant
        let to: Int
        let packet: LivenessPacket
        let source: IPAddress
    }

    let seed: UInt64
    let names: [String]
    let identities: NodeIdentities
    let families: Set<AddressFamily>
    var segments: [Segment?]
    var generator: SeededGenerator
    var now = Instant.zero
    var lossPercent = 0
    /// What each node has heard, in packets.
    var heard: [Int]
    /// Losses that a node declared, with when.
    var losses: [(at: Instant, by: Int, node: String)] = []
    private var wire: [Arrival] = []
    private var deadlines: [Instant?]
    /// The first of them, unless something changed.
    private var first: (at: Instant, index: Int)?
    private var isFirstKnown = false

    init(seed: UInt64, nodes: Int, families: Set<AddressFamily> = [.ipv4]) {
        self.seed = seed
        self.families = families
        names = (0..<nodes).map { "node-\($0)" }
        identities = NodeIdentities(names)
        generator = SeededGenerator(seed: seed)
        heard = Array(repeating: 0, count: nodes)
        segments = []
        deadlines = Array(repeating: .zero, count: nodes)
        for index in names.indices { segments.append(segment(index)) }
    }

    private mutating func noteDeadline(of index: Int) {
        let new = segments[index]?.nextDeadline
        guard new != deadlines[index] else { return }
        deadlines[index] = new
        isFirstKnown = false
    }

    private mutating func firstDeadline() -> (at: Instant, index: Int)? {
        if !isFirstKnown {
            first = nil
            for (index, deadline) in deadlines.enumerated() {
                if let deadline, deadline < first?.at ?? Instant(nanoseconds: .max) { first = (deadline, index) }
            }
            isFirstKnown = true
        }
        return first
    }

    private var lives: UInt64 = 0

    /// Of a process of its own: after a restart its numbers begin above those of the last.
    private mutating func segment(_ index: Int) -> Segment {
        lives += 1
        let credentials = SpeakerCredentials(firstNumber: lives << 40, instance: lives)
        return Segment(
            node: names[index], identities: identities, families: families,
            configuration: SegmentConfiguration(credentials: credentials), at: now)
    }

    mutating func kill(_ index: Int) {
        segments[index] = nil
        noteDeadline(of: index)
    }

    mutating func start(_ index: Int) {
        segments[index] = segment(index)
        noteDeadline(of: index)
    }

    mutating func leave(_ index: Int) { handle(.leave, by: index) }

    private func address(_ index: Int, _ family: AddressFamily) -> IPAddress {
        family == .ipv4
            ? .v4(IPv4Address(rawValue: 0x0A00_0000 + UInt32(index)))
            : .v6(IPv6Address(rawValue: 0xFE80 << 112 | UInt128(index + 1)))
    }

    mutating func handle(_ event: Segment.Event, by index: Int) {
        guard let actions = segments[index]?.handle(event, at: now, using: &generator) else { return }
        noteDeadline(of: index)
        for action in actions {
            switch action {
            case .send(let packet, let family):
                // The bridge floods; each receiver may miss it on its own.
                for other in names.indices where other != index {
                    guard Int.random(in: 0..<100, using: &generator) >= lossPercent else { continue }
                    let delay = Duration.microseconds(Int.random(in: 20...500, using: &generator))
                    let arrival = Arrival(
                        at: now.advanced(by: delay), to: other, packet: packet, source: address(index, family))
                    wire.insert(arrival, at: wire.lastIndex { $0.at <= arrival.at }.map { $0 + 1 } ?? 0)
                }
            case .memberChanged(let member, from: .up) where !member.isUp:
                losses.append((now, index, member.node))
            // With so many losses a member may flap, and a packet may be overtaken by one that left at once.
            case .memberChanged, .intervalChanged, .left, .damped, .dropped(.numberRepeated, _): break
            case .dropped(let reason, _): Issue.record("seed \(seed): dropped for \(reason)")
            case .twinAppeared, .foreignSpeakerAppeared: Issue.record("seed \(seed): \(action)")
            case .stalled: Issue.record("seed \(seed): the simulation came late")
            }
        }
    }

    mutating func run(for duration: Duration) {
        let end = now.advanced(by: duration)
        while true {
            let deadline = firstDeadline().flatMap { $0.at < end ? $0 : nil }
            if let arrival = wire.first, arrival.at <= deadline?.at ?? end {
                wire.removeFirst()
                now = max(now, arrival.at)
                if segments[arrival.to] != nil { heard[arrival.to] += 1 }
                handle(.received(arrival.packet, from: arrival.source, hopLimit: 255), by: arrival.to)
            } else if let deadline {
                now = max(now, deadline.at)
                handle(.deadlineReached, by: deadline.index)
            } else {
                break
            }
        }
        now = end
    }

    /// Whether each living node holds exactly the other living nodes for alive.
    var agrees: Bool {
        let alive = Set(names.indices.filter { segments[$0] != nil }.map { names[$0] })
        return names.indices.allSatisfy { index in
            segments[index].map { Set($0.upNodes) == alive.subtracting([names[index]]) } ?? true
        }
    }
}

@Suite("Many nodes on one segment, simulated")
struct SegmentSimulationTests {
    @Test(
        "Fifty nodes find each other, and a dead one is lost by all within its detection time",
        arguments: [UInt64(1), 2, 3])
    func fifty(seed: UInt64) {
        var simulation = Simulation(seed: seed, nodes: 50)
        simulation.run(for: .seconds(2))
        #expect(simulation.agrees, "seed \(seed)")
        #expect(simulation.losses.isEmpty, "seed \(seed)")
        // Fifty streams do not fit 600 packets a second at 50 ms.
        let interval = simulation.segments[0]?.interval ?? .zero
        #expect(interval == .milliseconds(85))
        let before = simulation.heard
        simulation.run(for: .seconds(2))
        for (heard, before) in zip(simulation.heard, before) { #expect((heard - before) / 2 <= 690, "seed \(seed)") }
        let death = simulation.now
        simulation.kill(17)
        simulation.run(for: .seconds(1))
        #expect(simulation.agrees, "seed \(seed)")
        #expect(simulation.losses.count == 49, "seed \(seed)")
        for loss in simulation.losses {
            #expect(loss.node == "node-17")
            #expect(death.duration(to: loss.at) <= interval * 5 + .milliseconds(1), "seed \(seed)")
        }
        simulation.start(17)
        simulation.run(for: .seconds(1))
        #expect(simulation.agrees && simulation.losses.count == 49, "seed \(seed)")
    }

    @Test(
        "Up to fifteen nodes use both families at 50 ms, up to thirty IPv4 alone at 50 ms; beyond, the interval grows",
        arguments: [(2, 2, 50), (15, 2, 50), (16, 1, 50), (30, 1, 50), (31, 1, 55), (60, 1, 100)])
    func families(nodes: Int, families: Int, milliseconds: Int) {
        var simulation = Simulation(seed: 1, nodes: nodes, families: [.ipv4, .ipv6])
        simulation.run(for: .seconds(2))
        #expect(simulation.agrees && simulation.losses.isEmpty)
        for segment in simulation.segments {
            #expect(segment?.sendingFamilies.count == families)
            #expect(segment?.interval == .milliseconds(milliseconds))
        }
    }

    @Test("When a large segment shrinks, the interval returns to 50 ms and nobody is lost by mistake")
    func shrinks() {
        var simulation = Simulation(seed: 4, nodes: 45)
        simulation.run(for: .seconds(2))
        for index in 10..<45 { simulation.leave(index) }
        simulation.run(for: .seconds(2))
        for index in 10..<45 { simulation.kill(index) }
        #expect(simulation.agrees)
        for index in 0..<10 { #expect(simulation.segments[index]?.interval == .milliseconds(50)) }
        #expect(!simulation.losses.contains { Int($0.node.dropFirst(5)) ?? 0 < 10 })
    }

    @Test("Loss, deaths, returns and farewells in any order: after a quiet second all agree", arguments: UInt64(1)...40)
    func churn(seed: UInt64) {
        var simulation = Simulation(
            seed: seed, nodes: Int(3 + seed % 10), families: seed.isMultiple(of: 2) ? [.ipv4] : [.ipv4, .ipv6])
        var generator = SeededGenerator(seed: seed &* 31)
        for _ in 0..<40 {
            let index = Int.random(in: simulation.names.indices, using: &generator)
            switch Int.random(in: 0..<5, using: &generator) {
            case 0: simulation.kill(index)
            case 1: simulation.start(index)
            case 2: simulation.leave(index)
            case 3: simulation.lossPercent = Int.random(in: 0...60, using: &generator)
            default: break
            }
            simulation.run(for: .milliseconds(Int.random(in: 0...400, using: &generator)))
        }
        simulation.lossPercent = 0
        // Whoever was taking leave is gone by now.
        simulation.run(for: .seconds(1))
        for index in simulation.names.indices where simulation.segments[index]?.isSilent == true {
            simulation.kill(index)
        }
        simulation.run(for: .seconds(1) + MemberDamping.calm)
        #expect(simulation.agrees, "seed \(seed)")
    }

    @Test("With one packet in twenty lost at random, nobody is lost in a minute", arguments: [UInt64(1), 2])
    func randomLoss(seed: UInt64) {
        var simulation = Simulation(seed: seed, nodes: 4)
        simulation.lossPercent = 5
        simulation.run(for: .seconds(60))
        #expect(simulation.agrees && simulation.losses.isEmpty, "seed \(seed)")
    }

    @Test("A node that is back within the detection time was never gone", arguments: UInt64(1)...10)
    func restart(seed: UInt64) {
        var simulation = Simulation(seed: seed, nodes: 5)
        simulation.run(for: .seconds(1))
        simulation.kill(3)
        simulation.run(for: .milliseconds(195))
        simulation.start(3)
        simulation.run(for: .seconds(1))
        #expect(simulation.agrees && simulation.losses.isEmpty, "seed \(seed)")
    }
}
