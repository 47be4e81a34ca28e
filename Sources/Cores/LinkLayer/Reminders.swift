import Addresses
import DequeModule
import Timing

/// Which newcomers still need a report of what this node holds. Each gets its own, one after the other, so that no other
/// node receives a burst.
///
/// There is one entry at most for each speaker, and it is a position in the list of what is held, not a copy. Each gets two
/// reports at most within ``gap``: the first may have been sent while it did not receive this node yet. Who asks once more
/// waits.
struct Reminders: Sendable {
    private struct Newcomer: Sendable {
        var hardwareAddress: MACAddress
        /// How many addresses, from the beginning of the list, it still has to get; `nil`: none.
        var left: Int?
        var lastBegun: Instant
        /// The report before that one.
        var begunBefore: Instant?
        var asksAgain = false

        /// When the next report may begin.
        var mayBegin: Instant { begunBefore?.advanced(by: Reminders.gap) ?? lastBegun }
    }

    static let gap = Duration.seconds(1)

    private var newcomers: [UInt32: Newcomer] = [:]
    /// Those with something left, in their order.
    private var queue: Deque<UInt32> = []

    /// Whether something is to be sent now.
    var isEmpty: Bool { queue.isEmpty }

    /// How many speakers are known here.
    var count: Int { newcomers.count }

    /// When a waiting one may be served; costs the number of newcomers.
    var nextDeadline: Instant? {
        newcomers.values.filter(\.asksAgain).map(\.mayBegin).min()
    }

    /// A speaker asks for a report.
    mutating func add(_ speaker: UInt32, at hardwareAddress: MACAddress, count: Int, at now: Instant) {
        newcomers[speaker]?.hardwareAddress = hardwareAddress
        if let newcomer = newcomers[speaker], newcomer.mayBegin > now {
            newcomers[speaker]?.asksAgain = true
        } else {
            begin(speaker, at: hardwareAddress, count: count, at: now)
        }
    }

    private mutating func begin(_ speaker: UInt32, at hardwareAddress: MACAddress, count: Int, at now: Instant) {
        if newcomers[speaker]?.left == nil { queue.append(speaker) }
        newcomers[speaker] = Newcomer(
            hardwareAddress: hardwareAddress, left: count, lastBegun: now, begunBefore: newcomers[speaker]?.lastBegun)
    }

    /// Begins with those that have waited long enough.
    mutating func resume(count: Int, at now: Instant) {
        for (speaker, newcomer) in newcomers.sorted(by: { $0.key < $1.key })
        where newcomer.asksAgain && newcomer.mayBegin <= now {
            begin(speaker, at: newcomer.hardwareAddress, count: count, at: now)
        }
    }

    /// Forgets all speakers but these.
    mutating func keep(_ speakers: Set<UInt32>) {
        newcomers = newcomers.filter { speakers.contains($0.key) }
        queue.removeAll { !speakers.contains($0) }
    }

    mutating func pop(from list: HeldList) -> (address: IPAddress, newcomer: MACAddress)? {
        while let speaker = queue.first {
            guard let newcomer = newcomers[speaker], let left = newcomer.left else {
                queue.removeFirst()
                continue
            }
            let position = min(left, list.elements.count) - 1
            guard position >= 0 else {
                newcomers[speaker]?.left = nil
                queue.removeFirst()
                continue
            }
            newcomers[speaker]?.left = position
            return (list.elements[position], newcomer.hardwareAddress)
        }
        return nil
    }
}
