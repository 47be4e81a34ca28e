import Addresses
import ArgumentParser
import ClusterConfiguration
import FoundationEssentials
import Presentation
import Recording
import SystemIO
import Timing

struct ReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Repeats the decisions of a recorded process, and shows what differs.",
        discussion: """
            The file is one that `martlet run`, `speaker` or `controller` wrote with --record FILE. Each event is shown with its \
            time since the start of the process, its core, and what this version decides. Nothing is changed.

            The exit status is 1 if this version decides differently, or if the file is not a recording.

            Examples:
              martlet replay martlet.recording
              martlet replay martlet.recording --core standalone --since 10m
            """)

    enum Core: String, ExpressibleByArgument, CaseIterable {
        case standalone
        case cluster
        case speaker
        case controller
    }

    @Argument(help: "The recording, or a bundle with one.") var file: String

    @Option(
        help:
            "Show only this core: standalone (the addresses of run), cluster (what a speaker knows of the cluster), speaker (what a node announces) or controller."
    ) var core: Core?

    @Option(help: ArgumentHelp("Show only events that are later than this after the start.", valueName: "duration"))
    var since: String?

    @OptionGroup var output: OutputOptions

    func validate() throws {
        if let since, (try? Duration(goText: since)) == nil {
            throw ValidationError("--since \(since): expected a duration such as 90s or 10m")
        }
        guard output.output == .table || output.output == .wide || output.output == .json else {
            throw ValidationError("-o \(output.output.rawValue): expected table, wide or json")
        }
    }

    /// The recording in a bundle; `nil` if this is no bundle.
    private static func bundled(_ octets: [UInt8]) throws -> [UInt8]? {
        guard octets.first == UInt8(ascii: "{"), let bundle = try? BundleDocument(jsonText: octets) else { return nil }
        let recordings = bundle.recordings ?? []
        guard recordings.count == 1, let content = Data(base64Encoded: recordings[0].content) else {
            throw StatusClient.Failure(
                description: recordings.isEmpty
                    ? "the bundle has no recording: make it with `martlet bundle --recording FILE`"
                    : "the bundle has \(recordings.count) recordings instead of one, or a damaged one")
        }
        return Array(content)
    }

    func run() async throws {
        let recording: Recording
        do {
            let octets = try RegularFile.read(file, limit: 1 << 32)
            recording = try Recording(try ReplayCommand.bundled(octets) ?? octets)
        } catch {
            throw Diagnostics.failure("\(file): \(error)")
        }
        let begin = since.flatMap { try? Duration(goText: $0) } ?? .zero
        let turns = recording.turns.filter { turn in
            turn.time >= begin && (core == nil || turn.core.rawValue == core?.rawValue)
        }
        if recording.version != Version.text {
            Diagnostics.say("\(file) was recorded by martlet \(recording.version); this is \(Version.text)")
        }
        if output.output == .json {
            try OutputOptions.write(recording.json(turns).text())
        } else {
            let width = output.output == .wide ? Int.max : 200
            for turn in turns {
                guard try OutputOptions.write(turn.text(width: width)) else { return }
            }
        }
        if recording.lost > 0 {
            Diagnostics.say(
                "\(recording.lost) events are missing: the disk was too slow. Later events were not "
                    + "compared")
        }
        switch recording.end {
        case .inOrder: break
        case .full: Diagnostics.say("the recording ends at its limit (--record-limit)")
        case .torn(at: nil): Diagnostics.say("the recording has no end: the process was killed, or is still running")
        case .torn(at: let offset?):
            Diagnostics.say(
                "the recording is incomplete after octet \(offset): the process was killed, or is still running")
        }
        if let difference = recording.firstDifference {
            throw Diagnostics.failure(
                "this version decides differently at \(difference.timeText) (\(difference.core.rawValue), octet "
                    + "\(difference.offset)): \(difference.event)")
        }
    }
}

extension Recording.Turn {
    fileprivate var timeText: String { "\(Instant.zero.advanced(by: time))s" }

    /// The event, and below it the decisions.
    fileprivate func text(width: Int) -> String {
        func cut(_ line: String) -> String { line.count > width ? line.prefix(width) + "…" : line }
        let mark = differs ? "  DIFFERS" : ""
        let lines = ["\(timeText)  \(core.rawValue)  \(event)\(mark)"] + decisions.map { "    -> \($0)" }
        return lines.map { cut($0.visible) + "\n" }.joined()
    }
}

extension Recording {
    fileprivate func json(_ turns: [Turn]) -> JSONValue {
        let ending: JSONValue =
            switch end {
            case .inOrder: "inOrder"
            case .full: "full"
            case .torn: "torn"
            }
        let events = turns.map { turn -> JSONValue in
            [
                "milliseconds": .integer(Int128(turn.time.wholeNanoseconds / 1_000_000)),
                "core": .string(turn.core.rawValue), "event": .string(turn.event),
                "detail": .string(turn.detail), "decisions": .array(turn.decisions.map { .string($0) }),
                "differs": .boolean(turn.differs),
            ]
        }
        return [
            "version": .string(version), "node": .string(node), "began": .string("\(began)"), "end": ending,
            "lost": .integer(Int128(lost)), "events": .array(events),
        ]
    }
}
