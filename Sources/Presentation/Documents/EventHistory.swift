/// The last events of a process: as many as there is room for, the oldest forgotten first.
package struct EventHistory: Hashable, Sendable {
    package let capacity: Int
    /// A ring once it is full: the oldest is at ``oldest``.
    private var entries: [EventEntry] = []
    private var oldest = 0
    /// How many there ever were.
    private var total: UInt64 = 0

    /// - Parameter capacity: at least 1.
    package init(capacity: Int) { self.capacity = max(1, capacity) }

    /// Adds an event, which gets the next number.
    package mutating func append(_ event: EventEntry) {
        total += 1
        var event = event
        event.number = total
        guard entries.count == capacity else {
            entries.append(event)
            return
        }
        entries[oldest] = event
        oldest = (oldest + 1) % capacity
    }

    /// Oldest first.
    package var events: [EventEntry] { Array(entries[oldest...] + entries[..<oldest]) }

    package var document: EventsDocument { EventsDocument(events, forgotten: total - UInt64(entries.count)) }

    /// The last events of one Service, oldest first.
    package func events(of service: String, atMost count: Int) -> [EventEntry] {
        events.filter { $0.services.contains(service) }.suffix(max(0, count))
    }
}
