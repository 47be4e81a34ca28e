import FoundationEssentials

/// What a long-running process answers at `/v1/events`: the last changes that it made or noticed, oldest first.
package struct EventsDocument: Hashable, Sendable, Decodable {
    package var events: [EventEntry]
    /// How many older ones are no longer kept.
    package var forgotten: UInt64

    package init(_ events: [EventEntry], forgotten: UInt64 = 0) {
        self.events = events
        self.forgotten = forgotten
    }

    /// Reads what a process answered.
    package init(jsonText: [UInt8]) throws(DocumentError) {
        do {
            self = try JSONDecoder().decode(EventsDocument.self, from: Data(jsonText))
        } catch {
            throw DocumentError("not a list of events: \(error)")
        }
    }
}

extension EventsDocument: JSONRepresentable {
    package var json: JSONValue { ["events": events.json, "forgotten": forgotten.json] }
}
