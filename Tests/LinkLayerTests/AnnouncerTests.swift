import Addresses
import LinkLayer
import TestSupport
import Testing
import Timing

@Suite struct AnnouncerTests {
    static func address(_ number: Int) -> IPAddress {
        .v4(IPv4Address(rawValue: 0x0A00_0000 + UInt32(number)))
    }

    /// Everything announced up to `end`, with the moment in seconds.
    static func run(
        _ announcer: inout Announcer, until end: Duration, _ generator: inout SeededGenerator
    ) -> [(seconds: Double, address: IPAddress)] {
        var sent: [(Double, IPAddress)] = []
        while let now = announcer.nextDeadline, now <= Instant.zero.advanced(by: end) {
            while let address = announcer.popDue(at: now, using: &generator) {
                sent.append((Double(now.nanoseconds) / 1e9, address))
            }
        }
        return sent
    }

    @Test(
        "An address is announced at once, thrice in the next three seconds, then every minute",
        arguments: [UInt64(1), 2, 3])
    func schedule(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var announcer = Announcer()
        announcer.begin(AnnouncerTests.address(1), at: .zero)
        let times = AnnouncerTests.run(&announcer, until: .seconds(400), &generator).map(\.seconds)
        #expect(times.prefix(4) == [0, 1, 2, 3])
        // The first of the steady ones comes at a moment of its own, at least a second later.
        #expect(times[4] >= 4 && times[4] <= 64.1, "\(times[4]), seed \(seed)")
        for (earlier, later) in zip(times.dropFirst(4), times.dropFirst(5)) {
            #expect(abs(later - earlier - 60) < 0.000_001, "seed \(seed)")
        }
        #expect(times.count >= 9)
    }

    @Test("Ten thousand addresses that began together are spread over the minute", arguments: [UInt64(1), 2])
    func spread(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var announcer = Announcer()
        for number in 0..<10_000 { announcer.begin(AnnouncerTests.address(number), at: .zero) }
        let sent = AnnouncerTests.run(&announcer, until: .seconds(185), &generator)
        var perSecond: [Int: Int] = [:]
        for entry in sent where entry.seconds >= 64.2 && entry.seconds < 184.2 {
            perSecond[Int(entry.seconds - 0.2), default: 0] += 1
        }
        // 166 a second on average; far from the 10,000 of a burst, and never silent.
        #expect((perSecond.values.max() ?? 0) < 300, "seed \(seed)")
        #expect((perSecond.values.min() ?? 0) > 60, "seed \(seed)")
        #expect(perSecond.values.reduce(0, +) == 20_000, "each twice in two minutes; seed \(seed)")
        // Few enough moments that a sleeping process is not woken for each address.
        let moments = Set(sent.filter { $0.seconds >= 64.2 && $0.seconds < 124.2 }.map(\.seconds))
        #expect(moments.count <= 601, "seed \(seed)")
    }

    @Test("A withdrawn address is not announced again, and does not keep the deadline")
    func end() {
        var generator = SeededGenerator(seed: 1)
        var announcer = Announcer()
        announcer.begin(AnnouncerTests.address(1), at: .zero)
        announcer.begin(AnnouncerTests.address(2), at: .zero.advanced(by: .seconds(5)))
        announcer.end(AnnouncerTests.address(1))
        #expect(announcer.nextDeadline == .zero.advanced(by: .seconds(5)))
        let sent = AnnouncerTests.run(&announcer, until: .seconds(300), &generator)
        #expect(sent.allSatisfy { $0.address == AnnouncerTests.address(2) })
        announcer.end(AnnouncerTests.address(2))
        #expect(announcer.nextDeadline == nil)
        let late = announcer.popDue(at: .zero.advanced(by: .seconds(1000)), using: &generator)
        #expect(late == nil)
    }

    @Test("Beginning again starts the burst again, once")
    func beginAgain() {
        var generator = SeededGenerator(seed: 1)
        var announcer = Announcer()
        announcer.begin(AnnouncerTests.address(1), at: .zero)
        announcer.begin(AnnouncerTests.address(1), at: .zero)
        let before = AnnouncerTests.run(&announcer, until: .milliseconds(1500), &generator).map(\.seconds)
        #expect(before == [0, 1])
        announcer.restart(at: .zero.advanced(by: .seconds(10)))
        let times = AnnouncerTests.run(&announcer, until: .seconds(13), &generator).map(\.seconds)
        #expect(times == [10, 11, 12, 13])
    }

    @Test("After a long sleep each address is announced once, not once for each time missed")
    func sleep() {
        var generator = SeededGenerator(seed: 7)
        var announcer = Announcer()
        announcer.begin(AnnouncerTests.address(1), at: .zero)
        _ = AnnouncerTests.run(&announcer, until: .seconds(120), &generator)
        let late = Instant.zero.advanced(by: .seconds(10_000))
        let popped = (announcer.popDue(at: late, using: &generator), announcer.popDue(at: late, using: &generator))
        #expect(popped.0 != nil)
        #expect(popped.1 == nil)
        let next = announcer.nextDeadline.map { late.duration(to: $0) } ?? .zero
        #expect(next > .seconds(59) && next <= .milliseconds(60_100))
    }

    @Test("Addresses that come and go leave nothing behind", arguments: [UInt64(11), 12])
    func churn(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var announcer = Announcer()
        var expected: Set<IPAddress> = []
        var now = Instant.zero
        for _ in 0..<20_000 {
            let address = AnnouncerTests.address(Int.random(in: 0..<200, using: &generator))
            if Bool.random(using: &generator) {
                announcer.begin(address, at: now)
                expected.insert(address)
            } else {
                announcer.end(address)
                expected.remove(address)
            }
            now = now.advanced(by: .milliseconds(Int.random(in: 0...20, using: &generator)))
            while let due = announcer.popDue(at: now, using: &generator) {
                #expect(expected.contains(due), "seed \(seed)")
            }
            if let deadline = announcer.nextDeadline { #expect(deadline > now, "seed \(seed)") }
        }
        #expect(announcer.count == expected.count)
        #expect((announcer.nextDeadline == nil) == expected.isEmpty)
        for address in expected { announcer.end(address) }
        #expect(announcer.nextDeadline == nil, "seed \(seed)")
    }
}
