import BFD
import TestSupport
import Testing
import Timing

@testable import NodeDecisions
@testable import Speaker

/// A gate under test, at the time that it is given.
private struct Subject {
    var gate = BFDGate()
    var generator = SeededGenerator(seed: 1)
    var now = Instant.zero

    mutating func tell(
        _ state: SessionState, remote: SessionState = .down, heard: Bool = true, failure: Bool = false
    ) -> BFDGate.Verdict {
        let status = BFDPeerStatus(state: state, remoteState: remote, isHeard: heard, since: now)
        return gate.handle(
            BFDChange(peer: "tor", status: status, isFailure: failure), at: now, using: &generator)
    }

    /// Up for `time`, then failed: nothing is heard any more.
    mutating func fail(after time: Duration = .seconds(100)) {
        _ = tell(.up, remote: .up)
        now = now.advanced(by: time)
        _ = tell(.down, heard: false, failure: true)
    }

    mutating func pass(_ time: Duration) -> BFDGate.Verdict {
        now = now.advanced(by: time)
        return gate.handleDeadline(at: now)
    }
}

@Suite("What BFD means for a BGP session")
struct BFDGateTests {
    @Test("BFD that was never up keeps nobody waiting") func neverUp() {
        var subject = Subject()
        #expect(subject.gate.isOpen && subject.gate.nextDeadline == nil)
        #expect(subject.tell(.down, heard: false) == .unchanged)
        #expect(subject.tell(.initializing) == .unchanged)
        #expect(subject.tell(.down, remote: .adminDown) == .unchanged)
        #expect(subject.gate.isOpen)
        #expect(subject.tell(.up, remote: .up) == .hurry)
        #expect(subject.tell(.up, remote: .up) == .unchanged)
    }

    @Test("A failed path ends the session at once, and BFD Up lets it begin, a second later at most") func failure()
        throws
    {
        var subject = Subject()
        _ = subject.tell(.up, remote: .up)
        #expect(subject.tell(.down, heard: false, failure: true) == .end)
        #expect(!subject.gate.isOpen)
        #expect(subject.tell(.initializing) == .unchanged)
        #expect(subject.tell(.up, remote: .up) == .unchanged)
        let deadline = try #require(subject.gate.nextDeadline)
        #expect(deadline <= subject.now.advanced(by: .seconds(1)))
        #expect(subject.pass(.seconds(1)) == .begin)
        #expect(subject.gate.isOpen && subject.gate.nextDeadline == nil)
    }

    @Test("Down because the router wants it down ends nothing") func administrative() {
        var subject = Subject()
        _ = subject.tell(.up, remote: .up)
        #expect(subject.tell(.down, remote: .adminDown) == .unchanged)
        #expect(subject.gate.isOpen)
    }

    @Test("After a failure the router says that it wants BFD down: the session may begin") func becomesAdministrative()
    {
        var subject = Subject()
        subject.fail()
        subject.now = subject.now.advanced(by: .seconds(2))
        #expect(subject.tell(.down, remote: .adminDown) == .begin)
    }

    @Test("After a failure and silence the session may begin, in case BFD is not there any more") func silence() {
        var subject = Subject()
        subject.fail()
        #expect(subject.gate.nextDeadline == subject.now.advanced(by: BFDGate.patience))
        #expect(subject.pass(.milliseconds(2999)) == .unchanged)
        #expect(subject.pass(.milliseconds(1)) == .begin)
    }

    @Test("As long as the router is heard but BFD does not come up, nothing begins") func heard() {
        var subject = Subject()
        subject.fail()
        subject.now = subject.now.advanced(by: .seconds(1))
        #expect(subject.tell(.initializing, remote: .down) == .unchanged)
        #expect(subject.gate.nextDeadline == nil)
        #expect(subject.pass(.seconds(1000)) == .unchanged)
        // It stops responding: patience begins then.
        #expect(subject.tell(.down, heard: false) == .unchanged)
        #expect(subject.pass(.milliseconds(2999)) == .unchanged)
        #expect(subject.pass(.milliseconds(1)) == .begin)
    }

    @Test("A path that comes and goes is followed ever more slowly, and again once it has held for a minute")
    func flapping() {
        var subject = Subject()
        var waits: [Duration] = []
        for _ in 0..<8 {
            subject.fail(after: .seconds(1))
            let failed = subject.now
            _ = subject.tell(.up, remote: .up)
            #expect(!subject.gate.isOpen)
            guard let deadline = subject.gate.nextDeadline else { break }
            waits.append(failed.duration(to: deadline))
            subject.now = deadline
            #expect(subject.gate.handleDeadline(at: deadline) == .begin)
        }
        #expect(waits.count == 8)
        for (wait, whole) in zip(waits, [1, 2, 4, 8, 16, 30, 30, 30]) {
            #expect(wait <= .seconds(whole) && wait >= .milliseconds(whole * 750))
        }
        subject.fail(after: .seconds(61))
        _ = subject.tell(.up, remote: .up)
        let deadline = subject.gate.nextDeadline
        #expect(deadline.map { subject.now.duration(to: $0) <= .seconds(1) } == true)
    }

    @Test("A second failure while the first is waited out ends nothing twice") func twice() {
        var subject = Subject()
        subject.fail()
        _ = subject.tell(.up, remote: .up)
        #expect(subject.tell(.down, heard: false, failure: true) == .unchanged)
        #expect(!subject.gate.isOpen)
    }

    @Test("Without BFD from now on, a session that was held down begins") func removed() {
        var subject = Subject()
        subject.fail()
        #expect(subject.gate.remove() == .begin)
        #expect(subject.gate == BFDGate())
        #expect(subject.gate.remove() == .unchanged)
    }

    @Test("Whatever is told, a closed gate has a deadline or a router that is heard", arguments: UInt64(1)...50)
    func noDeadEnd(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var subject = Subject()
        for _ in 0..<200 {
            subject.now = subject.now.advanced(by: .milliseconds(Int.random(in: 0...2000, using: &random)))
            let state = SessionState.allCases.randomElement(using: &random) ?? .down
            let heard = state == .up || Bool.random(using: &random)
            let remote = heard ? SessionState.allCases.randomElement(using: &random) ?? .down : .down
            let failure = state == .down && subject.gate.status?.state == .up && remote != .adminDown
            let wasOpen = subject.gate.isOpen
            let verdict = subject.tell(state, remote: remote, heard: heard, failure: failure)
            #expect((verdict == .end) == (wasOpen && failure), "seed \(seed)")
            if !subject.gate.isOpen, subject.gate.nextDeadline == nil { #expect(heard, "seed \(seed)") }
            if let deadline = subject.gate.nextDeadline, deadline <= subject.now {
                #expect(subject.gate.handleDeadline(at: subject.now) == .begin, "seed \(seed)")
            }
        }
        // Left alone in silence, it opens.
        _ = subject.tell(.down, heard: false)
        if !subject.gate.isOpen { #expect(subject.pass(.seconds(31)) == .begin, "seed \(seed)") }
    }
}
