import Addresses

/// The last events of a process: as many as there is room for, the oldest forgotten first.
///
/// Which Service got and lost which address is kept for longer than the rest: sessions that come and go must not push out
/// who had an address at noon.
package struct EventHistory: Hashable, Sendable {
    private var recent: Ring
    private var assignments: Ring
    /// How many there ever were.
    private var total: UInt64 = 0

    /// - Parameters:
    ///   - capacity: how many events of all kinds; at least 1.
    ///   - assignments: how many of those that say who has an address; no fewer than that.
    package init(capacity: Int, assignments: Int = 0) {
        recent = Ring(capacity: max(1, capacity))
        self.assignments = Ring(capacity: max(1, capacity, assignments))
    }

    /// Adds an event, which gets the next number.
    package mutating func append(_ event: EventEntry) {
        total += 1
        var event = event
        event.number = total
        recent.append(event)
        if EventHistory.kinds.contains(event.kind) { assignments.append(event) }
    }

    private static let kinds: Set<String> = [EventEntry.Kind.assigned.rawValue, EventEntry.Kind.released.rawValue]

    /// Oldest first.
    package var events: [EventEntry] { recent.entries }

    package var document: EventsDocument { EventsDocument(events, forgotten: total - UInt64(recent.count)) }

    /// The last events of one Service, oldest first.
    package func events(of service: String, atMost count: Int) -> [EventEntry] {
        events.filter { $0.services.contains(service) }.suffix(max(0, count))
    }

    /// All that is known of an address: the recent events about it, and before them who got and lost it.
    package func events(about address: IPAddress) -> [EventEntry] {
        let first = recent.first?.number ?? 0
        return (assignments.entries.filter { $0.number < first } + events).filter { $0.concerns(address) }
    }
}

/// A list that forgets its oldest entry for each that comes once it is full.
private struct Ring: Hashable, Sendable {
    private let capacity: Int
    private var slots: [EventEntry] = []
    private var oldest = 0

    init(capacity: Int) { self.capacity = capacity }

    var count: Int { slots.count }

    var first: EventEntry? { slots.isEmpty ? nil : slots[oldest] }

    /// Oldest first.
    var entries: [EventEntry] { Array(slots[oldest...] + slots[..<oldest]) }

    mutating func append(_ event: EventEntry) {
        guard slots.count == capacity else {
            slots.append(event)
            return
        }
        slots[oldest] = event
        oldest = (oldest + 1) % capacity
    }
}
