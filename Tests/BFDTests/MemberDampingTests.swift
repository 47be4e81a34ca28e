import Addresses
import BFD
import TestSupport
import Testing
import Timing

@Suite("Damping of members") struct MemberDampingTests {
    typealias Identity = SegmentIdentityTests

    @Test(
        "Forged farewells, a thousand a second for a minute → told a few times, then gone until it was calm for five seconds"
    )
    func storm() {
        var subject = Identity.Subject()
        var told: [(at: Instant, isUp: Bool)] = []
        var damped = 0
        func note(_ actions: [Segment.Action]) {
            for action in actions {
                if case .memberChanged(let member, let before) = action, member.isUp != (before == .up) {
                    told.append((subject.now, member.isUp))
                }
                if case .damped = action { damped += 1 }
            }
        }
        var number: UInt64 = 0
        for _ in 0..<30_000 {
            for state in [SessionState.up, .adminDown] {
                number += 1
                note(subject.hear(Identity.packet("n2", state, number: number)))
                note(subject.pass(.milliseconds(1)))
            }
        }
        #expect(told.count <= 4 && damped == 1, "\(told)")
        #expect(subject.segment.members.map(\.isDamped) == [true] && subject.segment.upNodes.isEmpty)
        let stormEnds = subject.now
        told = []
        while told.isEmpty, stormEnds.duration(to: subject.now) < .seconds(10) {
            number += 1
            note(subject.hear(Identity.packet(number: number)))
            note(subject.pass(.milliseconds(50)))
        }
        #expect(told.map(\.isUp) == [true])
        #expect(abs(stormEnds.duration(to: subject.now) / .seconds(1) - 5) < 0.2)
        #expect(subject.segment.members.map(\.isDamped) == [false])
    }

    @Test("A node that restarts, and a link that is fixed → told at once") func calm() {
        var subject = Identity.Subject()
        var number: UInt64 = 0
        for _ in 0..<4 {
            number += 1
            subject.hear(Identity.packet(number: number))
            #expect(subject.segment.upNodes == ["n2"])
            subject.pass(.seconds(2))
            #expect(subject.segment.upNodes.isEmpty)
            subject.pass(.seconds(1))
        }
    }

    @Test("A farewell right after the first packet → told at once; the return within a second of the first, then")
    func quickReturn() {
        var subject = Identity.Subject()
        subject.hear(Identity.packet(number: 1))
        subject.pass(.milliseconds(10))
        subject.hear(Identity.packet("n2", .adminDown, number: 2))
        #expect(subject.segment.upNodes.isEmpty)
        for number in UInt64(3)..<30 {
            subject.pass(.milliseconds(40))
            subject.hear(Identity.packet(number: number))
            #expect(
                subject.segment.upNodes.isEmpty == (subject.now < .zero.advanced(by: .seconds(1))), "\(subject.now)")
        }
    }

    @Test("A node is heard from ever other addresses → told once a second at most") func addresses() {
        var subject = Identity.Subject()
        var told = 0
        for number in UInt64(1)...4000 {
            let source = IPAddress.v4(IPv4Address(192, 0, 2, UInt8(number % 7 + 1)))
            for action in subject.hear(
                Identity.packet("n2", number % 2 == 0 ? .up : .adminDown, number: number * 100), from: source)
                + subject.pass(.milliseconds(1))
            {
                if case .memberChanged = action { told += 1 }
            }
        }
        #expect(told <= 12, "\(told)")
    }
}
