import Addresses
import BGP
import TestSupport
import Testing
import Timing

/// Two sessions that call each other over an in-memory network, in manual time.
///
/// The network delays everything at random, so that what happens on two connections comes in any order, keeps the order
/// within a connection, rejects some attempts and cuts some connections; and time jumps: until ``isCalm``.
private struct SessionPair {
    /// One end of a connection: a side and what that side calls it.
    private struct End: Hashable {
        let side: Int
        let id: ConnectionID
    }

    private enum Delivery {
        case event(Int, Session.Event)
        case arrival(from: End)
        case bytes([UInt8], to: End)
        case cut(End)
    }

    private(set) var sessions: [Session]
    private(set) var transcript: [String] = []
    private(set) var now = Instant.zero
    var isCalm = false
    private var generator: SeededGenerator
    private var queue: [(at: Instant, order: Int, what: Delivery)] = []
    private var order = 0
    /// The other end of each open end.
    private var links: [End: End] = [:]
    /// When the last octets of each end arrive: later ones do not overtake them.
    private var lastArrival: [End: Instant] = [:]
    private var inboundCounts = [0, 0]

    init(seed: UInt64, isSecondPassive: Bool) {
        generator = SeededGenerator(seed: seed)
        sessions = [
            SessionPair.makeSession(side: 0, isPassive: false),
            SessionPair.makeSession(side: 1, isPassive: isSecondPassive),
        ]
        for side in 0..<2 { handle(.start, side) }
    }

    private static func makeSession(side: UInt8, isPassive: Bool) -> Session {
        let configuration = SessionConfiguration(
            localASN: ASN(64512 + UInt32(side)), peerASN: .exactly(ASN(64513 - UInt32(side))),
            identifier: BGPIdentifier(IPv4Address(10, 0, 0, side + 1)), families: [.ipv4], holdTime: .seconds(9),
            isPassive: isPassive)
        return Session(configuration)
    }

    private mutating func delay() -> Duration { .milliseconds(Int.random(in: 1...120, using: &generator)) }

    private mutating func post(_ what: Delivery, after delay: Duration) { post(what, at: now.advanced(by: delay)) }

    private mutating func post(_ what: Delivery, at time: Instant) {
        order += 1
        queue.append((time, order, what))
    }

    private mutating func handle(_ event: Session.Event, _ side: Int) {
        for action in sessions[side].handle(event, at: now, using: &generator) { perform(action, side) }
    }

    private mutating func perform(_ action: Session.Action, _ side: Int) {
        switch action {
        case .connect(let id):
            let end = End(side: side, id: id)
            if !isCalm, Int.random(in: 0..<4, using: &generator) == 0 {
                post(.event(side, .connectionFailed(id, "refused")), after: delay())
            } else {
                post(.arrival(from: end), after: delay())
            }
        case .send(let bytes, let id):
            guard let other = links[End(side: side, id: id)] else { return }
            let arrival = max(now.advanced(by: delay()), lastArrival[other] ?? .zero)
            lastArrival[other] = arrival
            post(.bytes(bytes, to: other), at: arrival)
        case .close(let id):
            let end = End(side: side, id: id)
            guard let other = links.removeValue(forKey: end) else { return }
            let arrival = max(now.advanced(by: delay()), lastArrival[other] ?? .zero)
            lastArrival[other] = arrival
            post(.cut(other), at: arrival)
        case .stateChanged(let transition):
            transcript.append("\(now)  \("AB".map(String.init)[side])  \(transition.from) → \(transition.to)")
        case .established, .ended, .sendAgain: break
        }
    }

    private mutating func deliver(_ what: Delivery) {
        switch what {
        case .event(let side, let event): handle(event, side)
        case .arrival(let from):
            let side = 1 - from.side
            inboundCounts[side] += 1
            let to = End(side: side, id: ConnectionID(direction: .inbound, number: inboundCounts[side]))
            links[from] = to
            links[to] = from
            if !isCalm, Int.random(in: 0..<3, using: &generator) == 0 {
                let later = Duration.milliseconds(Int.random(in: 1...20_000, using: &generator))
                post(.cut(from), after: later)
                post(.cut(to), after: later)
            }
            handle(.connected(from.id), from.side)
            handle(.accepted(to.id), to.side)
        case .bytes(let bytes, let to):
            guard let from = links[to] else { return }
            handle(.sendProgressed(from.id), from.side)
            // Cut anyhow, as TCP may.
            let middle = Int.random(in: 0...bytes.count, using: &generator)
            for part in [bytes[..<middle], bytes[middle...]] where !part.isEmpty && links[to] != nil {
                handle(.received(Array(part), to.id), to.side)
            }
        case .cut(let end):
            guard links.removeValue(forKey: end) != nil else { return }
            handle(.connectionFailed(end.id, "the peer closed the connection"), end.side)
        }
    }

    /// Both hosts stand still for a while, as virtual machines do: time goes by, and nothing is done in it.
    private mutating func standStill() {
        now = now.advanced(by: .milliseconds(Int.random(in: 1...15_000, using: &generator)))
        transcript.append("\(now)  the clock has jumped")
    }

    mutating func run(for duration: Duration) {
        let end = now.advanced(by: duration)
        while true {
            if !isCalm, Int.random(in: 0..<60, using: &generator) == 0 { standStill() }
            let deadlines = sessions.compactMap(\.nextDeadline)
            let next = queue.min { ($0.at, $0.order) < ($1.at, $1.order) }
            guard let time = (deadlines + [next?.at].compactMap { $0 }).min(), time <= end else { break }
            now = max(now, time)
            if let next, next.at <= time {
                queue.removeAll { $0.order == next.order }
                deliver(next.what)
            } else {
                for side in 0..<2 {
                    if let due = sessions[side].nextDeadline, due <= now { handle(.deadlineReached, side) }
                }
            }
        }
        now = max(now, end)
    }

    /// Whether both sides are up, on the two ends of one connection.
    var isUp: Bool {
        guard let a = sessions[0].negotiated, let b = sessions[1].negotiated else { return false }
        return links[End(side: 0, id: a.connection)] == End(side: 1, id: b.connection)
    }

    /// The open ends.
    var openEnds: Int { links.count }
}

@Suite("Two sessions in conversation") struct SessionConversationTests {
    @Test(
        "They come up on one connection once the network lets them, collide or not", arguments: UInt64(1)...40,
        [false, true])
    func convergence(seed: UInt64, isSecondPassive: Bool) {
        var pair = SessionPair(seed: seed, isSecondPassive: isSecondPassive)
        pair.run(for: .seconds(120))
        pair.isCalm = true
        // Cuts decided before may still come; then the longest wait between attempts, and an OPEN that nobody answered.
        pair.run(for: .seconds(400))
        #expect(pair.isUp, "seed \(seed):\n\(pair.transcript.suffix(20).joined(separator: "\n"))")
        #expect(pair.openEnds == 2, "seed \(seed): connections are left over")
        let count = pair.transcript.count
        pair.run(for: .seconds(600))
        #expect(pair.transcript.count == count, "seed \(seed): not stable")
    }

    @Test("One that calls and one that waits come up in four messages") func shortest() {
        var pair = SessionPair(seed: 7, isSecondPassive: true)
        pair.isCalm = true
        pair.run(for: .seconds(3))
        // Times depend on the seed; who does what in which order does not.
        #expect(pair.isUp)
        let steps = pair.transcript.map { $0.split(separator: " ", maxSplits: 1)[1].drop { $0 == " " } }
        #expect(
            Set(steps.filter { $0.hasPrefix("A") }) == [
                "A  Idle → Connect", "A  Connect → OpenSent", "A  OpenSent → OpenConfirm",
                "A  OpenConfirm → Established",
            ])
        #expect(
            Set(steps.filter { $0.hasPrefix("B") }) == [
                "B  Idle → Active", "B  Active → OpenSent", "B  OpenSent → OpenConfirm", "B  OpenConfirm → Established",
            ])
    }
}
