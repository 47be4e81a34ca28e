import BFD
import TestSupport
import Testing
import Timing

/// A session under test with its generator, at the time that it is given.
private struct Subject {
    var session: Session
    var generator = SeededGenerator(seed: 1)
    var now = Instant.zero

    static let remote: UInt32 = 0xBBBB_BBBB
    static let local: UInt32 = 0xAAAA_AAAA

    init(_ configuration: SessionConfiguration = SessionConfiguration(localDiscriminator: Subject.local)) {
        session = Session(configuration, at: .zero, using: &generator)
    }

    /// In the given state, by way of packets and commands alone.
    init(in state: SessionState) {
        self.init()
        switch state {
        case .adminDown: handle(.administrativelyDisabled)
        case .down: break
        case .initializing: receive(.down, your: 0)
        case .up: receive(.initializing)
        }
    }

    @discardableResult mutating func handle(_ event: Session.Event) -> [Session.Action] {
        session.handle(event, at: now, using: &generator)
    }

    @discardableResult mutating func receive(
        _ state: SessionState, your: UInt32 = local, poll: Bool = false, final: Bool = false, demand: Bool = false,
        tx: Duration = .milliseconds(300), rx: Duration = .milliseconds(300), multiplier: UInt8 = 3
    ) -> [Session.Action] {
        handle(
            .received(
                ControlPacket(
                    state: state, detectMultiplier: multiplier, myDiscriminator: Subject.remote,
                    yourDiscriminator: your,
                    desiredMinTxInterval: tx, requiredMinRxInterval: rx, isPoll: poll, isFinal: final, isDemand: demand),
                hopLimit: 255))
    }

    /// Lets time pass, handling every deadline; returns what was sent, with when.
    mutating func pass(_ duration: Duration) -> [(Instant, ControlPacket)] {
        var sent: [(Instant, ControlPacket)] = []
        let end = now.advanced(by: duration)
        while let next = session.nextDeadline, next <= end {
            now = next
            for case .send(let packet) in handle(.deadlineReached) { sent.append((now, packet)) }
        }
        now = end
        return sent
    }
}

extension [Session.Action] {
    var sent: [ControlPacket] { compactMap { if case .send(let packet) = $0 { packet } else { nil } } }
    var drops: [DropReason] { compactMap { if case .dropped(let reason) = $0 { reason } else { nil } } }
}

@Suite("A session between two systems")
struct SessionTests {
    struct Cell: Sendable, CustomTestStringConvertible {
        let local: SessionState
        let received: SessionState
        let next: SessionState
        var diagnostic = Diagnostic.none
        var testDescription: String { "\(local) hears \(received)" }
    }

    /// RFC 5880 §6.2 and §6.8.6.
    static let table: [Cell] = [
        Cell(local: .adminDown, received: .adminDown, next: .adminDown, diagnostic: .administrativelyDown),
        Cell(local: .adminDown, received: .down, next: .adminDown, diagnostic: .administrativelyDown),
        Cell(local: .adminDown, received: .initializing, next: .adminDown, diagnostic: .administrativelyDown),
        Cell(local: .adminDown, received: .up, next: .adminDown, diagnostic: .administrativelyDown),
        Cell(local: .down, received: .adminDown, next: .down),
        Cell(local: .down, received: .down, next: .initializing),
        Cell(local: .down, received: .initializing, next: .up),
        Cell(local: .down, received: .up, next: .down),
        Cell(local: .initializing, received: .adminDown, next: .down, diagnostic: .neighborSignaledSessionDown),
        Cell(local: .initializing, received: .down, next: .initializing),
        Cell(local: .initializing, received: .initializing, next: .up),
        Cell(local: .initializing, received: .up, next: .up),
        Cell(local: .up, received: .adminDown, next: .down, diagnostic: .neighborSignaledSessionDown),
        Cell(local: .up, received: .down, next: .down, diagnostic: .neighborSignaledSessionDown),
        Cell(local: .up, received: .initializing, next: .up),
        Cell(local: .up, received: .up, next: .up),
    ]

    @Test("Each of the sixteen cells", arguments: table) func transition(_ cell: Cell) {
        #expect(SessionTests.table.count == 16)
        var subject = Subject(in: cell.local)
        #expect(subject.session.state == cell.local)
        let actions = subject.receive(cell.received)
        #expect(subject.session.state == cell.next)
        #expect(subject.session.diagnostic == cell.diagnostic)
        let changes = actions.filter { if case .stateChanged = $0 { true } else { false } }
        #expect(
            changes
                == (cell.local == cell.next ? [] : [.stateChanged(from: cell.local, to: cell.next, cell.diagnostic)]))
        #expect(actions.drops == (cell.local == .adminDown ? [.administrativelyDown] : []))
        // A new state is told at once.
        #expect(actions.sent.map(\.state) == (cell.local == cell.next ? [] : [cell.next]))
    }

    @Test("What a session does not accept changes nothing, and has its reason")
    func reception() throws {
        let good = ControlPacket(
            state: .up, detectMultiplier: 3, myDiscriminator: Subject.remote, yourDiscriminator: Subject.local,
            desiredMinTxInterval: .milliseconds(300), requiredMinRxInterval: .milliseconds(300))
        func changed(_ change: (inout ControlPacket) -> Void) -> ControlPacket {
            var packet = good
            change(&packet)
            return packet
        }
        let rows: [(ControlPacket, UInt8, DropReason)] = [
            (good, 254, .hopLimitTooLow),
            (good, 0, .hopLimitTooLow),
            (changed { $0.isMultipoint = true }, 255, .multipointUnexpected),
            (changed { $0.yourDiscriminator = 0 }, 255, .yourDiscriminatorZero),
            (
                changed {
                    $0.yourDiscriminator = 0; $0.state = .initializing
                }, 255, .yourDiscriminatorZero
            ),
            (changed { $0.yourDiscriminator = 7 }, 255, .sessionNotFound),
            (changed { $0.authentication = .simplePassword(keyID: 1, password: [1]) }, 255, .authenticationUnexpected),
        ]
        for (packet, hopLimit, reason) in rows {
            var subject = Subject(in: .up)
            let before = subject.session
            subject.now = Instant(nanoseconds: 1)
            #expect(subject.handle(.received(packet, hopLimit: hopLimit)) == [.dropped(reason)])
            #expect(subject.session == before)
        }
    }

    @Test("Across several hops, the lowest TTL allowed is the configuration's")
    func multihop() {
        var subject = Subject(SessionConfiguration(localDiscriminator: Subject.local, minimumHopLimit: 250))
        let packet = ControlPacket(
            state: .down, detectMultiplier: 3, myDiscriminator: 9, desiredMinTxInterval: .seconds(1))
        #expect(subject.handle(.received(packet, hopLimit: 249)) == [.dropped(.hopLimitTooLow)])
        #expect(subject.handle(.received(packet, hopLimit: 250)).drops.isEmpty)
    }

    @Test("Silence for the detection time brings an Up session down, to the nanosecond, and the peer is forgotten")
    func detection() {
        var subject = Subject(in: .up)
        subject.receive(.up, tx: .milliseconds(400), multiplier: 5)
        // RFC 5880 §6.8.4: the remote multiplier times the larger of our Required Min RX and its Desired Min TX.
        #expect(subject.session.detectionTime == .seconds(2))
        _ = subject.pass(.nanoseconds(1_999_999_999))
        #expect(subject.session.state == .up)
        _ = subject.pass(.nanoseconds(1))
        #expect(subject.session.state == .down)
        #expect(subject.session.diagnostic == .controlDetectionTimeExpired)
        #expect(subject.session.remoteDiscriminator == 0)
    }

    @Test("A session that is not Up sends once a second at most, jittered by a quarter at most")
    func slow() {
        var subject = Subject()
        let sent = subject.pass(.seconds(60))
        #expect((60...81).contains(sent.count))
        for (a, b) in zip(sent, sent.dropFirst()) {
            #expect((Duration.milliseconds(750)...(.seconds(1))).contains(a.0.duration(to: b.0)))
        }
        #expect(sent.allSatisfy { $0.1.desiredMinTxInterval == .seconds(1) && $0.1.yourDiscriminator == 0 })
    }

    @Test("With a multiplier of one, at least a tenth is taken off each interval")
    func jitterOfOne() {
        var subject = Subject(
            SessionConfiguration(localDiscriminator: 1, desiredMinTxInterval: .seconds(1), detectMultiplier: 1))
        let sent = subject.pass(.seconds(100))
        for (a, b) in zip(sent, sent.dropFirst()) {
            #expect((Duration.milliseconds(750)...(.milliseconds(900))).contains(a.0.duration(to: b.0)))
        }
    }

    @Test("A passive session is silent until it is spoken to, and again after the peer was lost")
    func passive() {
        var subject = Subject(SessionConfiguration(localDiscriminator: Subject.local, role: .passive))
        #expect(subject.pass(.seconds(10)).isEmpty)
        #expect(subject.receive(.down, your: 0).sent.map(\.state) == [.initializing])
        _ = subject.pass(.seconds(10))
        #expect(subject.session.state == .down)
        #expect(subject.pass(.seconds(10)).isEmpty)
    }

    @Test("A peer that requires no packets gets none but answers to polls")
    func silenced() {
        var subject = Subject(in: .up)
        subject.receive(.up, rx: .zero, multiplier: 200)
        #expect(subject.pass(.seconds(5)).isEmpty)
        #expect(subject.receive(.up, poll: true, rx: .zero, multiplier: 200).sent.map(\.isFinal) == [true])
    }

    @Test("A peer in demand mode gets packets only while we poll")
    func demand() {
        var subject = Subject(in: .up)
        subject.receive(.up, final: true, demand: true, multiplier: 200)
        #expect(subject.pass(.seconds(5)).isEmpty)
        var new = subject.session.configuration
        new.desiredMinTxInterval = .milliseconds(100)
        subject.handle(.reconfigured(new))
        let sent = subject.pass(.seconds(2))
        #expect(!sent.isEmpty && sent.allSatisfy { $0.1.isPoll })
        subject.receive(.up, final: true, demand: true, multiplier: 200)
        #expect(subject.pass(.seconds(5)).isEmpty)
    }

    @Test("A poll is answered at once with F and never P, even while we poll")
    func pollAnswered() {
        var subject = Subject(in: .up)
        let answer = subject.receive(.up, poll: true).sent
        #expect(answer.map(\.isFinal) == [true] && answer.map(\.isPoll) == [false])
    }

    @Test("Coming Up starts a poll sequence that ends with F")
    func pollOnUp() {
        var subject = Subject(in: .initializing)
        #expect(subject.receive(.initializing).sent.map(\.isPoll) == [true])
        #expect(subject.pass(.milliseconds(800)).allSatisfy { $0.1.isPoll })
        subject.receive(.up, final: true)
        #expect(subject.pass(.milliseconds(800)).allSatisfy { !$0.1.isPoll })
    }

    @Test("A longer transmit interval waits for the poll's answer; a shorter one does not")
    func transmitIntervalChanges() {
        var subject = Subject(in: .up)
        subject.receive(.up, final: true, rx: .milliseconds(10), multiplier: 200)
        #expect(subject.session.transmitInterval == .milliseconds(300))
        var new = subject.session.configuration
        new.desiredMinTxInterval = .milliseconds(600)
        subject.handle(.reconfigured(new))
        #expect(subject.session.transmitInterval == .milliseconds(300))
        #expect(subject.session.advertisedDesiredMinTxInterval == .milliseconds(600))
        subject.receive(.up, final: true, rx: .milliseconds(10), multiplier: 200)
        #expect(subject.session.transmitInterval == .milliseconds(600))
        new.desiredMinTxInterval = .milliseconds(20)
        let changed = subject.now
        subject.handle(.reconfigured(new))
        #expect(subject.session.transmitInterval == .milliseconds(20))
        #expect(subject.session.nextDeadline.map { changed.duration(to: $0) <= .milliseconds(20) } == true)
    }

    @Test("A shorter receive interval shortens detection only after the poll's answer")
    func receiveIntervalChanges() {
        var subject = Subject(in: .up)
        subject.receive(.up, final: true, tx: .milliseconds(10), multiplier: 10)
        #expect(subject.session.detectionTime == .seconds(3))
        var new = subject.session.configuration
        new.requiredMinRxInterval = .milliseconds(50)
        subject.handle(.reconfigured(new))
        #expect(subject.session.detectionTime == .seconds(3))
        subject.receive(.up, final: true, tx: .milliseconds(10), multiplier: 10)
        #expect(subject.session.detectionTime == .milliseconds(500))
        new.requiredMinRxInterval = .milliseconds(700)
        subject.handle(.reconfigured(new))
        #expect(subject.session.detectionTime == .seconds(7))
    }

    @Test("A change during a poll sequence is confirmed by a second one")
    func pollRenewed() {
        var subject = Subject(in: .up)
        subject.receive(.up, final: true, rx: .milliseconds(10), multiplier: 200)
        var new = subject.session.configuration
        new.desiredMinTxInterval = .milliseconds(600)
        subject.handle(.reconfigured(new))
        new.desiredMinTxInterval = .milliseconds(900)
        subject.handle(.reconfigured(new))
        subject.receive(.up, final: true, rx: .milliseconds(10), multiplier: 200)
        #expect(subject.session.transmitInterval == .milliseconds(300))
        subject.receive(.up, final: true, rx: .milliseconds(10), multiplier: 200)
        #expect(subject.session.transmitInterval == .milliseconds(900))
    }

    @Test("AdminDown is told at once and kept, and ends only when enabled")
    func administrativelyDown() {
        var subject = Subject(in: .up)
        let told = subject.handle(.administrativelyDisabled).sent
        #expect(told.map(\.state) == [.adminDown] && told.map(\.diagnostic) == [.administrativelyDown])
        #expect(subject.pass(.seconds(3)).allSatisfy { $0.1.state == .adminDown })
        #expect(subject.handle(.administrativelyEnabled).sent.map(\.state) == [.down])
        #expect(subject.handle(.administrativelyEnabled).isEmpty)
    }
}
