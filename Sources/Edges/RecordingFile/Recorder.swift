import Dispatch
import FoundationEssentials
import Glibc
import Recording
import Synchronization
import SystemIO
import Timing

/// Writes what a process's cores are given into a file, from a queue of its own: whoever records never waits.
///
/// The file begins with the start of the process, and stops at ``limit``: cores can be run again only from their start. A
/// file that is there is kept under its name with `.1`.
package final class Recorder: Sendable {
    private struct State {
        var waiting: [Entry] = []
        var isWriting = false
        /// Since the last entry that was taken.
        var lost = 0
        var isClosed = false
    }

    private struct Entry {
        var lostBefore: Int
        var turn: CoreTurn
    }

    /// Of the queue alone.
    private struct Output {
        var encoder = TurnEncoder()
        var written: Int
        var hasEnded = false
    }

    /// The turns that may wait to be written.
    private static let capacity = 65_536

    package let path: String
    /// The octets that the file may have.
    private let limit: Int
    private let descriptor: FileDescriptor
    private let queue = DispatchQueue(label: "recording")
    private let state = Mutex(State())
    private let output: Mutex<Output>
    /// Gets a sentence if the recording ends before the process.
    private let onEnd: @Sendable (String) -> Void

    /// Begins a recording.
    package init(
        path: String, limit: Int, version: String, node: String, onEnd: @escaping @Sendable (String) -> Void
    ) throws(SystemError) {
        self.path = path
        self.limit = limit
        self.onEnd = onEnd
        if FileManager.default.fileExists(atPath: path) {
            do {
                try? FileManager.default.removeItem(atPath: path + ".1")
                try FileManager.default.moveItem(atPath: path, toPath: path + ".1")
            } catch { throw SystemError("cannot keep \(path) as \(path).1", code: EACCES) }
        }
        // O_EXCL: never something that another has put there, such as a link.
        descriptor = try FileDescriptor(path: path, flags: O_WRONLY | O_CREAT | O_EXCL)
        let encoder = TurnEncoder()
        guard let header = try? encoder.header(version: version, node: node, began: .now, at: UptimeClock.now) else {
            throw SystemError("cannot write \(path)", code: EINVAL)
        }
        try descriptor.write(RecordFraming.preamble + header, to: path)
        output = Mutex(Output(encoder: encoder, written: RecordFraming.preamble.count + header.count))
    }

    /// Takes a turn in. Turns of several threads stand in the file in the order of these calls. Returns at once.
    package func record(_ moment: Instant, _ input: CoreInput, _ decision: CoreDecision) {
        let starts = state.withLock { state in
            guard !state.isClosed else { return false }
            guard state.waiting.count < Recorder.capacity else {
                state.lost += 1
                return false
            }
            state.waiting.append(Entry(lostBefore: state.lost, turn: CoreTurn(at: moment, input, decision)))
            state.lost = 0
            defer { state.isWriting = true }
            return !state.isWriting
        }
        if starts { queue.async { [self] in drain() } }
    }

    /// Writes what waits, and that the process ends; but takes no longer than this.
    package func close(atMost limit: Duration = .seconds(2)) {
        let done = DispatchSemaphore(value: 0)
        queue.async { [self] in
            let lost = state.withLock { state in
                state.isClosed = true
                return state.lost
            }
            output.withLock { output in
                guard !output.hasEnded, let end = try? output.encoder.end() else { return }
                let missing = lost > 0 ? (try? output.encoder.lost(lost)) ?? [] : []
                try? descriptor.write(missing + end, to: path)
                output.hasEnded = true
            }
            done.signal()
        }
        _ = done.wait(timeout: .now() + .nanoseconds(Int(clamping: limit.wholeNanoseconds)))
    }

    private func drain() {
        while true {
            let next: [Entry] = state.withLock { state in
                defer { state.waiting = [] }
                if state.waiting.isEmpty { state.isWriting = false }
                return state.waiting
            }
            guard !next.isEmpty else { return }
            output.withLock { output in
                for entry in next where !output.hasEnded { write(entry, &output) }
            }
        }
    }

    private func write(_ entry: Entry, _ output: inout Output) {
        do {
            var octets = entry.lostBefore > 0 ? try output.encoder.lost(entry.lostBefore) : []
            octets += try output.encoder.turn(entry.turn)
            if output.written + octets.count > limit {
                octets = try output.encoder.full()
                end(&output, "it has reached --record-limit")
            }
            try descriptor.write(octets, to: path)
            output.written += octets.count
        } catch { end(&output, "\(error)") }
    }

    private func end(_ output: inout Output, _ reason: String) {
        output.hasEnded = true
        state.withLock { $0.isClosed = true }
        onEnd("the recording \(path) ends here: \(reason)")
    }
}
