import Assignment
import ClusterConfiguration
import Controller
import KubernetesModel
import Logging
import Manifests
import NIOCore
import NIOPosix
import RecordingFile
import ServiceLifecycle
import Speaker
import Synchronization
import SystemIO
import Telemetry
import Timing
import UnixSignals

/// `martlet run`: assigns and announces from manifests, in one process. The shell around ``StandaloneCore``.
///
/// One loop takes what happens, one thing at a time: manifests that changed, SIGHUP, a deadline, a question. What was
/// decided is on disk before it is announced.
package final class StandaloneService: ServiceLifecycle.Service {
    package enum Input: Sendable {
        case manifestsChanged
        case hangup
        /// A deadline may have come.
        case deadline
        /// The loop is to turn, and do nothing else.
        case beat
        case asked(CheckedContinuation<StandaloneView?, Never>)
    }

    private let loop: StandaloneLoop
    /// The loop when it has ended.
    private let ended = Mutex<StandaloneLoop?>(nil)
    private let heartbeat = Heartbeat("assignment")
    private let changes: AsyncStream<Void>
    private let inputs: AsyncStream<Input>
    private let input: AsyncStream<Input>.Continuation

    /// - Parameter first: what `source` read at first; it was complete.
    package init(
        source: ManifestSource, first: ManifestReading, state: StateDirectory, speaker: SpeakerService,
        metrics: StandaloneMetrics, events: EventLog, recorder: Recorder? = nil, logger: Logger
    ) throws {
        changes = source.changes
        // Unbounded: few, and none may be missed; changes of manifests are bounded where they come from.
        let (inputs, input) = AsyncStream.makeStream(of: Input.self)
        self.inputs = inputs
        self.input = input
        loop = try StandaloneLoop(
            source: source, first: first, state: state, speaker: speaker, metrics: metrics, events: events,
            recorder: recorder, heartbeat: heartbeat, logger: logger, wakeUp: { input.yield(.deadline) })
    }

    package func run() async throws {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [input, changes] in
                for await _ in changes { input.yield(.manifestsChanged) }
            }
            group.addTask { [input] in
                for await _ in await UnixSignalsSequence(trapping: .sighup) { input.yield(.hangup) }
            }
            group.addTask { [input, heartbeat] in await heartbeat.keepTurning { input.yield(.beat) } }
            await handleInputs()
            group.cancelAll()
        }
    }

    private func handleInputs() async {
        var loop = loop
        loop.begin()
        for await next in inputs.cancelOnGracefulShutdown() { loop.handle(next) }
        input.finish()
        heartbeat.end()
        // Pending callers get their answer.
        for await next in inputs { if case .asked = next { loop.handle(next) } }
        ended.withLock { [loop] in $0 = loop }
    }

    /// To be called when everything is withdrawn, since it takes longer with more Services: see
    /// ``StandaloneLoop/close()``.
    package func close() {
        ended.withLock { $0?.close() }
    }

    /// Why the process should be restarted, a sentence each: the loop if it does not turn.
    package var deadLoops: [String] { [heartbeat.problem].compactMap(\.self) }

    /// What is decided, after everything that happened before; `nil` once the service has stopped.
    package func view() async -> StandaloneView? {
        await withCheckedContinuation { answer in
            if case .terminated = input.yield(.asked(answer)) { answer.resume(returning: nil) }
        }
    }
}
