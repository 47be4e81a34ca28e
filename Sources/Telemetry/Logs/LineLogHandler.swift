import Logging
import Presentation
import Timing

/// Writes each log event as one line, whatever the event's text holds.
package struct LineLogHandler: LogHandler {
    package var logLevel: Logger.Level
    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?
    private let label: String
    private let format: LogFormat
    private let now: @Sendable () -> Timestamp
    private let write: @Sendable (String) -> Void

    /// - Parameter write: given a line with its line break, from any thread.
    package init(
        label: String, format: LogFormat, level: Logger.Level, now: @escaping @Sendable () -> Timestamp,
        write: @escaping @Sendable (String) -> Void
    ) {
        self.label = label
        self.format = format
        self.logLevel = level
        self.now = now
        self.write = write
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        // What is nearer to the event counts.
        var pairs = metadata.merging(metadataProvider?.get() ?? [:]) { _, new in new }
        pairs.merge(event.metadata ?? [:]) { _, new in new }
        if let error = event.error { pairs[LogKey.error] = .string("\(error)") }
        let sorted = pairs.sorted { $0.key < $1.key }
        let time = now().microsecondDescription
        switch format {
        case .text:
            var line = "\(time) \(event.level.rawValue) \(event.message.description.withoutControls)"
            for (key, value) in sorted { line += " \(LineLogHandler.plain(key))=\(LineLogHandler.plain("\(value)"))" }
            write(line + "\n")
        case .json:
            let head: [JSONMember] = [
                JSONMember(name: "time", value: .string(time)),
                JSONMember(name: "level", value: .string(event.level.rawValue)),
                JSONMember(name: "logger", value: .string(label)),
                JSONMember(name: "message", value: .string(event.message.description)),
            ]
            // A key of the event's that is taken already gives way.
            let taken = Set(head.map(\.name))
            let rest = sorted.map { key, value in
                JSONMember(name: taken.contains(key) ? "metadata.\(key)" : key, value: LineLogHandler.json(value))
            }
            write(JSONValue.object(head + rest).compactText + "\n")
        }
    }

    /// Bare where a reader could not misread it, else in quotes.
    private static func plain(_ text: String) -> String {
        let isBare = !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x3D }
        return isBare ? text : JSONValue.string(text).compactText
    }

    private static func json(_ value: Logger.Metadata.Value) -> JSONValue {
        switch value {
        case .string(let text): .string(text)
        case .stringConvertible(let value): .string("\(value)")
        case .array(let values): .array(values.map(json))
        case .dictionary(let values):
            .object(values.sorted { $0.key < $1.key }.map { JSONMember(name: $0.key, value: json($0.value)) })
        }
    }
}
