import Addresses
import Timing

/// When to announce which addresses on one interface: at once, three times more in the first three seconds, then at a
/// steady pace that is spread over time.
///
/// A value: it sends nothing and reads no clock. Ask ``popDue(at:using:)`` until it returns `nil`, and again no later
/// than ``nextDeadline``. Beginning and ending an announcement, and each repetition, cost the logarithm of the number
/// of addresses.
///
/// Standards: RFC 5227 §2.3 (announcements, two or more, two seconds apart or less), RFC 4861 §7.2.6 (unsolicited
/// advertisements, at least RetransTimer, one second, apart).
package struct Announcer: Sendable {
    package struct Pace: Hashable, Sendable {
        /// How often an address is announced when its announcement begins.
        package var burst = 4
        /// The time between those.
        package var burstInterval: Duration = .seconds(1)
        /// The time between announcements afterwards.
        package var interval: Duration = .seconds(60)
        /// Later deadlines are multiples of this, so that many addresses do not wake a sleeping process one by one.
        package var granularity: Duration = .milliseconds(100)

        package init() {}
    }

    package let pace: Pace
    /// How often each address was announced since its announcement began.
    private var sent: [IPAddress: Int] = [:]
    private var deadlines = DeadlineQueue<IPAddress>()

    package init(pace: Pace = Pace()) { self.pace = pace }

    package var count: Int { sent.count }

    package func contains(_ address: IPAddress) -> Bool { sent[address] != nil }

    /// When ``popDue(at:using:)`` will have something; `nil` without addresses.
    package var nextDeadline: Instant? { deadlines.nextDeadline }

    /// Starts to announce an address, or starts again.
    package mutating func begin(_ address: IPAddress, at now: Instant) {
        sent[address] = 0
        deadlines.set(address, at: now)
    }

    package mutating func end(_ address: IPAddress) {
        sent[address] = nil
        deadlines.set(address, at: nil)
    }

    /// Starts again with all addresses: the interface has come up, or has another MAC address.
    package mutating func restart(at now: Instant) {
        deadlines.removeAll()
        // In order, so that equal input gives equal output.
        for address in sent.keys.sorted() { begin(address, at: now) }
    }

    /// The next address to announce now, and sets when it is next. `nil`: none is due.
    package mutating func popDue(at now: Instant, using generator: inout some RandomNumberGenerator) -> IPAddress? {
        guard let due = deadlines.nextDeadline, let address = deadlines.popExpired(at: now) else { return nil }
        let count = (sent[address] ?? 0) + 1
        sent[address] = count
        deadlines.set(address, at: deadline(after: due, sent: count, at: now, using: &generator))
        return address
    }

    private func deadline(
        after due: Instant, sent: Int, at now: Instant, using generator: inout some RandomNumberGenerator
    ) -> Instant {
        if sent < pace.burst { return now.advanced(by: pace.burstInterval) }
        let next: Instant
        if sent == pace.burst {
            // Addresses that began together part here, and keep their distance from then on.
            next = now.advanced(by: pace.burstInterval + pace.interval.jittered(by: 1, using: &generator))
        } else {
            // From the deadline, not from now: being late does not add up. After a long sleep, from now.
            let regular = due.advanced(by: pace.interval)
            next = regular > now ? regular : now.advanced(by: pace.interval)
        }
        let grain = max(pace.granularity.wholeNanoseconds, 1)
        let excess = next.nanoseconds % grain
        return excess == 0 ? next : next.advanced(by: .nanoseconds(grain - excess))
    }
}
