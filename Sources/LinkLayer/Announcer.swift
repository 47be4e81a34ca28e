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
package struct Announcer: Hashable, Sendable {
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

    private struct Entry: Hashable, Sendable {
        let deadline: Instant
        /// Which beginning it belongs to; stale if that address began anew or ended.
        let generation: UInt64
        let address: IPAddress
    }

    private struct Progress: Hashable, Sendable {
        let generation: UInt64
        var sent: Int
    }

    package let pace: Pace
    private var progress: [IPAddress: Progress] = [:]
    /// A binary heap: no entry is due before the one at half its index. Its first entry is never stale.
    private var heap: [Entry] = []
    private var generation: UInt64 = 0

    package init(pace: Pace = Pace()) { self.pace = pace }

    package var count: Int { progress.count }

    package func contains(_ address: IPAddress) -> Bool { progress[address] != nil }

    /// When ``popDue(at:using:)`` will have something; `nil` without addresses.
    package var nextDeadline: Instant? { heap.first?.deadline }

    /// Begins to announce an address, or begins anew.
    package mutating func begin(_ address: IPAddress, at now: Instant) {
        generation += 1
        progress[address] = Progress(generation: generation, sent: 0)
        push(Entry(deadline: now, generation: generation, address: address))
        prune()
    }

    package mutating func end(_ address: IPAddress) {
        progress[address] = nil
        prune()
    }

    /// Begins anew with all addresses: the interface has come up, or has another MAC address.
    package mutating func restart(at now: Instant) {
        heap.removeAll(keepingCapacity: true)
        // In order, so that equal input gives equal output.
        for address in progress.keys.sorted() { begin(address, at: now) }
    }

    /// The next address to announce now, and sets when it is next. `nil`: none is due.
    package mutating func popDue(at now: Instant, using generator: inout some RandomNumberGenerator) -> IPAddress? {
        guard let entry = heap.first, entry.deadline <= now, var state = progress[entry.address] else { return nil }
        removeFirst()
        state.sent += 1
        progress[entry.address] = state
        let next = deadline(after: entry, sent: state.sent, at: now, using: &generator)
        push(Entry(deadline: next, generation: entry.generation, address: entry.address))
        prune()
        return entry.address
    }

    private func deadline(
        after entry: Entry, sent: Int, at now: Instant, using generator: inout some RandomNumberGenerator
    ) -> Instant {
        if sent < pace.burst { return now.advanced(by: pace.burstInterval) }
        let next: Instant
        if sent == pace.burst {
            // Addresses that began together part here, and keep their distance from then on.
            next = now.advanced(by: pace.burstInterval + pace.interval.jittered(by: 1, using: &generator))
        } else {
            // From the deadline, not from now: being late does not add up. After a long sleep, from now.
            let regular = entry.deadline.advanced(by: pace.interval)
            next = regular > now ? regular : now.advanced(by: pace.interval)
        }
        let grain = max(pace.granularity.wholeNanoseconds, 1)
        let excess = next.nanoseconds % grain
        return excess == 0 ? next : next.advanced(by: .nanoseconds(grain - excess))
    }
}

// MARK: - The heap
extension Announcer {
    private func isStale(_ entry: Entry) -> Bool { progress[entry.address]?.generation != entry.generation }

    /// Removes stale entries from the top, and all of them once they are the larger part.
    private mutating func prune() {
        while let first = heap.first, isStale(first) { removeFirst() }
        if heap.count > 2 * progress.count + 64 {
            let live = heap.filter { !isStale($0) }
            heap.removeAll(keepingCapacity: true)
            for entry in live { push(entry) }
        }
    }

    private func precedes(_ a: Entry, _ b: Entry) -> Bool {
        // Of equal deadlines, the one begun first is first.
        (a.deadline, a.generation) < (b.deadline, b.generation)
    }

    private mutating func push(_ entry: Entry) {
        heap.append(entry)
        var index = heap.count - 1
        while index > 0, precedes(heap[index], heap[(index - 1) / 2]) {
            heap.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }

    private mutating func removeFirst() {
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var index = 0
        while true {
            var least = index
            for child in 2 * index + 1...2 * index + 2 where child < heap.count && precedes(heap[child], heap[least]) {
                least = child
            }
            guard least != index else { return }
            heap.swapAt(index, least)
            index = least
        }
    }
}
