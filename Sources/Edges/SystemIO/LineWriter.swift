import Dispatch
import Synchronization
import Timing

/// Writes lines to a descriptor from a queue of its own, so that who writes a line never waits for who reads it.
///
/// A pipe whose reader has stopped takes 64 kB and then makes every write wait. What does not fit into ``capacity`` is
/// dropped and counted, and a line says how many once there is room again.
package final class LineWriter: Sendable {
    private struct State {
        var waiting: [UInt8] = []
        var isWriting = false
        /// Since the last line that said so.
        var dropped = 0
        var droppedInAll = 0
    }

    /// The octets that may wait.
    package let capacity: Int
    private let descriptor: FileDescriptor
    private let notice: @Sendable (Int) -> String
    private let queue = DispatchQueue(label: "log")
    private let state = Mutex(State())

    /// - Parameter notice: the line that says how many were dropped, with its line break.
    package init(
        _ descriptor: consuming FileDescriptor, capacity: Int = 1 << 20, notice: @escaping @Sendable (Int) -> String
    ) {
        self.capacity = capacity
        self.descriptor = descriptor
        self.notice = notice
    }

    /// How many lines were dropped so far.
    package var dropped: Int { state.withLock { $0.droppedInAll } }

    /// Returns at once.
    ///
    /// - Parameter line: with its line break. Lines of several threads do not mix.
    package func write(_ line: String) {
        let starts = state.withLock { state in
            guard state.waiting.count + line.utf8.count <= capacity else {
                state.dropped += 1
                state.droppedInAll += 1
                return false
            }
            state.waiting += line.utf8
            defer { state.isWriting = true }
            return !state.isWriting
        }
        if starts { queue.async { [self] in drain() } }
    }

    /// Waits until everything is written, but no longer than this: a reader that has stopped must not keep the process.
    package func flush(atMost limit: Duration) {
        let deadline = UptimeClock.now.advanced(by: limit)
        let done = DispatchSemaphore(value: 0)
        queue.async { done.signal() }
        let rest = max(UptimeClock.now.duration(to: deadline), .zero)
        _ = done.wait(timeout: .now() + .nanoseconds(Int(clamping: rest.wholeNanoseconds)))
    }

    private func drain() {
        while true {
            let next: [UInt8]? = state.withLock { state in
                var lines = state.waiting
                if state.dropped > 0 { lines += notice(state.dropped).utf8 }
                guard !lines.isEmpty else {
                    state.isWriting = false
                    return nil
                }
                state.waiting = []
                state.dropped = 0
                return lines
            }
            guard let next else { return }
            // Nowhere is left to say that nothing can be said.
            try? descriptor.write(next, to: "the log")
        }
    }
}
