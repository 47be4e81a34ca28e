import Addresses
import Presentation
import Synchronization

/// The history of a process, for everything in it that has something to add: what `/v1/events` answers.
///
/// Adding costs a lock and a copy; no writer waits for a reader longer than that.
package final class EventLog: Sendable {
    /// Some hundred octets each: less than half a megabyte.
    package static let capacity = 1000
    /// Of those that say which Service got or lost which address: less than three megabytes.
    package static let assignments = 8192

    private let history: Mutex<EventHistory>
    private let onAppend: @Sendable (EventEntry) -> Void

    /// - Parameter onAppend: called with every event; it must not wait.
    package init(
        capacity: Int = EventLog.capacity, onAppend: @escaping @Sendable (EventEntry) -> Void = { _ in }
    ) {
        history = Mutex(EventHistory(capacity: capacity, assignments: EventLog.assignments))
        self.onAppend = onAppend
    }

    package func append(_ event: EventEntry) {
        history.withLock { $0.append(event) }
        onAppend(event)
    }

    package var document: EventsDocument { history.withLock { $0 }.document }

    /// What is known of an address: who got and lost it, and what happened to it lately.
    package func document(about address: IPAddress) -> EventsDocument {
        let history = history.withLock { $0 }
        return EventsDocument(history.events(about: address), forgotten: history.document.forgotten)
    }

    /// The last events of one Service, `NAMESPACE/NAME`, oldest first.
    package func events(of service: String, atMost count: Int = 8) -> [EventEntry] {
        history.withLock { $0 }.events(of: service, atMost: count)
    }
}
