import KubernetesModel
import Logging
import Presentation
import Timing

/// Writes each log event as one line of bounded length, regardless of the event's text.
package struct LineLogHandler: LogHandler {
    package var logLevel: Logger.Level
    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?
    private let label: String
    private let format: LogFormat
    private let now: @Sendable () -> Timestamp
    private let admit: @Sendable (String) -> Int?
    private let write: @Sendable (String) -> Void

    /// - Parameters:
    ///   - admit: given a line without its time, says how many equal ones were held back since the last that was written;
    ///     `nil`: this one is, too.
    ///   - write: given a line with its line break, from any thread.
    package init(
        label: String, format: LogFormat, level: Logger.Level, now: @escaping @Sendable () -> Timestamp,
        admit: @escaping @Sendable (String) -> Int? = { _ in 0 }, write: @escaping @Sendable (String) -> Void
    ) {
        self.label = label
        self.format = format
        self.logLevel = level
        self.now = now
        self.admit = admit
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
        let message = event.message.description
        // The same whenever it is said.
        let known = LineLogHandler.line(format, time: "", event.level, label, message, pairs)
        guard let heldBack = admit(known) else { return }
        if heldBack > 0 { pairs[LogKey.repeated] = .stringConvertible(heldBack) }
        write(LineLogHandler.line(format, time: now().microsecondDescription, event.level, label, message, pairs))
    }

    /// One event as one line, with its line break.
    static func line(
        _ format: LogFormat, time: String, _ level: Logger.Level, _ label: String, _ message: String,
        _ metadata: Logger.Metadata
    ) -> String {
        let sorted = metadata.sorted { $0.key < $1.key }
        switch format {
        case .text:
            var line = "\(time) \(level.rawValue) \(message.bounded().withoutControls)"
            for (key, value) in sorted { line += " \(plain(key.bounded(to: 64)))=\(plain("\(value)".bounded()))" }
            return line + "\n"
        case .json:
            let head: [JSONMember] = [
                JSONMember(name: "time", value: .string(time)),
                JSONMember(name: "level", value: .string(level.rawValue)),
                JSONMember(name: "logger", value: .string(label)),
                JSONMember(name: "message", value: .string(message.bounded())),
            ]
            // A key of the event's that is taken already gives way.
            let taken = Set(head.map(\.name))
            let rest = sorted.map { key, value in
                JSONMember(name: (taken.contains(key) ? "metadata.\(key)" : key).bounded(to: 64), value: json(value))
            }
            return JSONValue.object(head + rest).compactText + "\n"
        }
    }

    /// Bare where a reader could not misread it, else in quotes.
    private static func plain(_ text: String) -> String {
        let isBare = !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x3D }
        return isBare ? text : JSONValue.string(text).compactText
    }

    private static func json(_ value: Logger.Metadata.Value) -> JSONValue {
        switch value {
        case .string(let text): .string(text.bounded())
        case .stringConvertible(let value): .string("\(value)".bounded())
        case .array(let values): .array(values.map(json))
        case .dictionary(let values):
            .object(
                values.sorted { $0.key < $1.key }.map {
                    JSONMember(name: $0.key.bounded(to: 64), value: json($0.value))
                })
        }
    }
}
