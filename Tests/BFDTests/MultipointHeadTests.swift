import BFD
import TestSupport
import Testing
import Timing

@Suite("The head of a multipoint session")
struct MultipointHeadTests {
    private struct Sent { let at: Instant, packet: ControlPacket }

    /// Handles every deadline up to `end`.
    private static func run(
        _ head: inout MultipointHead, until end: Instant, using generator: inout SeededGenerator
    ) -> [Sent] {
        var sent: [Sent] = []
        while let next = head.nextDeadline, next <= end {
            for case .send(let packet) in head.handle(.deadlineReached, at: next, using: &generator) {
                sent.append(Sent(at: next, packet: packet))
            }
        }
        return sent
    }

    private static func head() -> MultipointHead {
        MultipointHead(discriminator: 7, interval: .milliseconds(50), detectMultiplier: 5, at: .zero)
    }

    @Test("It sends Up from the first moment, with M and D, and asks for nothing", arguments: [UInt64(1), 2, 3])
    func steady(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var head = MultipointHeadTests.head()
        let sent = MultipointHeadTests.run(&head, until: Instant(nanoseconds: 10_000_000_000), using: &generator)
        #expect(sent.first?.at == .zero)
        #expect((200...267).contains(sent.count), "seed \(seed)")
        for (a, b) in zip(sent, sent.dropFirst()) {
            #expect((Duration.microseconds(37_500)...(.milliseconds(50))).contains(a.at.duration(to: b.at)))
        }
        let expected = ControlPacket(
            state: .up, detectMultiplier: 5, myDiscriminator: 7, desiredMinTxInterval: .milliseconds(50),
            isDemand: true, isMultipoint: true)
        #expect(sent.allSatisfy { $0.packet == expected })
    }

    @Test("A longer interval is announced five times with P at the old one, then used")
    func longer() {
        var generator = SeededGenerator(seed: 1)
        var head = MultipointHeadTests.head()
        _ = MultipointHeadTests.run(&head, until: Instant(nanoseconds: 1_000_000_000), using: &generator)
        _ = head.handle(
            .intervalChanged(.milliseconds(200)), at: Instant(nanoseconds: 1_000_000_000), using: &generator)
        let sent = MultipointHeadTests.run(&head, until: Instant(nanoseconds: 5_000_000_000), using: &generator)
        #expect(sent.allSatisfy { $0.packet.desiredMinTxInterval == .milliseconds(200) })
        #expect(sent.prefix(5).allSatisfy(\.packet.isPoll) && !sent.dropFirst(5).contains { $0.packet.isPoll })
        let gaps = zip(sent, sent.dropFirst()).map { $0.at.duration(to: $1.at) }
        #expect(gaps.prefix(4).allSatisfy { $0 <= .milliseconds(50) })
        #expect(gaps.dropFirst(4).allSatisfy { $0 >= .milliseconds(150) })
    }

    @Test("A shorter interval is used at once, and announced with P")
    func shorter() {
        var generator = SeededGenerator(seed: 1)
        var head = MultipointHead(discriminator: 7, interval: .seconds(1), detectMultiplier: 5, at: .zero)
        _ = MultipointHeadTests.run(&head, until: .zero, using: &generator)
        let now = Instant(nanoseconds: 100_000_000)
        _ = head.handle(.intervalChanged(.milliseconds(50)), at: now, using: &generator)
        #expect(head.nextDeadline == now)
        let sent = MultipointHeadTests.run(&head, until: Instant(nanoseconds: 1_000_000_000), using: &generator)
        #expect(sent.prefix(5).allSatisfy(\.packet.isPoll) && !sent.dropFirst(5).contains { $0.packet.isPoll })
        #expect(sent.count >= 17)
    }

    @Test("Leaving says AdminDown at once and for a detection time, then nothing")
    func leaving() {
        var generator = SeededGenerator(seed: 1)
        var head = MultipointHeadTests.head()
        _ = MultipointHeadTests.run(&head, until: Instant(nanoseconds: 1_000_000_000), using: &generator)
        let now = Instant(nanoseconds: 1_010_000_000)
        let first = head.handle(.administrativelyDisabled, at: now, using: &generator)
        #expect(first.count == 1)
        if case .send(let packet) = first.first {
            #expect(packet.state == .adminDown && packet.diagnostic == .administrativelyDown && packet.isMultipoint)
        }
        var more: [MultipointHead.Action] = []
        var last = now
        while let next = head.nextDeadline {
            last = next
            more += head.handle(.deadlineReached, at: next, using: &generator)
        }
        #expect(more.count == 6 && more.last == .fellSilent)
        #expect((Duration.milliseconds(187)...(.milliseconds(250))).contains(now.duration(to: last)))
        #expect(head.handle(.administrativelyDisabled, at: last, using: &generator).isEmpty)
        #expect(head.handle(.deadlineReached, at: last, using: &generator).isEmpty)
    }
}
