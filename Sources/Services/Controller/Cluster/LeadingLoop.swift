import Assignment
import ClusterDecisions
import KubernetesClient
import Logging
import Presentation
import Recording
import RecordingFile
import SystemIO
import Telemetry
import Timing

/// The body of the loop of a controller that leads: what it keeps, and what it does with each input.
struct LeadingLoop {
    enum Input: Sendable {
        case event(ControllerCore.Event)
        /// This deadline has come.
        case alarm(Instant)
        /// A write was not answered: perhaps no server is there.
        case unanswered
        /// The API server answers; whether it did not before.
        case serverAnswers(wasDown: Bool)
        /// The API server's state is older than it was: what was decided since then is void.
        case setBack
        /// The loop is to turn, and do nothing else.
        case beat
        /// End what is under way, begin nothing more.
        case stop
        case asked(CheckedContinuation<ControllerCore?, Never>)
    }

    private var core: ControllerCore
    private let writer: StatusWriter
    private let events: EventRecorder
    private let recording: Recorder?
    private let heartbeat: Heartbeat
    private let logger: Logger
    private let observe: @Sendable (ControllerCore, [AssignmentChange], Duration) -> Void

    /// The writes that have not been answered.
    private var underWay = 0
    private var isStopping = false
    /// Whether a task waits for the API server.
    private var isWaitingForServer = false
    /// The deadline that an alarm is set for. One that comes too early does no harm, so none is taken back.
    private var armed: Instant?

    init(
        core: ControllerCore, writer: StatusWriter, events: EventRecorder, recording: Recorder?, heartbeat: Heartbeat,
        logger: Logger,
        observe: @escaping @Sendable (ControllerCore, [AssignmentChange], Duration) -> Void
    ) {
        self.core = core
        self.writer = writer
        self.events = events
        self.recording = recording
        self.heartbeat = heartbeat
        self.logger = logger
        self.observe = observe
    }

    /// - Parameter tasks: gets the writes and the alarms.
    /// - Returns: whether the loop goes on.
    mutating func handle(_ input: Input, _ tasks: inout DiscardingTaskGroup) -> Bool {
        heartbeat.beat()
        switch input {
        case .beat: return true
        case .asked(let continuation):
            continuation.resume(returning: core)
            return true
        case .setBack:
            logger.warning("the API server's state went backwards: listing everything again")
            return false
        case .unanswered:
            waitForServer(&tasks)
            return true
        case .stop: isStopping = true
        case .alarm(let moment):
            if armed == moment { armed = nil }
            decide(.deadlineReached, &tasks)
        case .serverAnswers(let wasDown):
            isWaitingForServer = false
            decide(wasDown ? .serverAnswers : .deadlineReached, &tasks)
        case .event(let event):
            if case .finished = event { underWay -= 1 }
            decide(event, &tasks)
        }
        return !isStopping || underWay > 0
    }

    private mutating func decide(_ event: ControllerCore.Event, _ tasks: inout DiscardingTaskGroup) {
        guard !isStopping else { return }
        var generator = DrawnNumbers(SystemRandomNumberGenerator())
        let start = UptimeClock.now
        let time = Timestamp.now
        let actions = core.handle(event, at: start, time: time, using: &generator)
        recording?.record(
            start, .controlled(event, time: time, numbers: generator.numbers), .controllerActions(actions))
        let changes = actions.compactMap { action -> AssignmentChange? in
            if case .note(let change) = action { change } else { nil }
        }
        observe(core, changes, start.duration(to: UptimeClock.now))
        for action in actions { perform(action, &tasks) }
        setAlarm(&tasks)
    }

    private mutating func perform(_ action: ControllerCore.Action, _ tasks: inout DiscardingTaskGroup) {
        switch action {
        case .note(let change): log(change)
        case .record(let note): tasks.addTask { [events] in await events.record(note) }
        case .patchService(let patch):
            underWay += 1
            tasks.addTask { [writer] in await writer.write(patch) }
        case .patchConfiguration(let patch):
            underWay += 1
            tasks.addTask { [writer] in await writer.write(patch) }
        }
    }

    private mutating func waitForServer(_ tasks: inout DiscardingTaskGroup) {
        guard !isWaitingForServer, !isStopping else { return }
        isWaitingForServer = true
        tasks.addTask { [writer] in await writer.waitForServer() }
    }

    private mutating func setAlarm(_ tasks: inout DiscardingTaskGroup) {
        guard let deadline = core.nextDeadline, armed.map({ deadline < $0 }) ?? true else { return }
        armed = deadline
        tasks.addTask { [input = writer.input] in
            let delay = max(UptimeClock.now.duration(to: deadline), .milliseconds(1))
            guard (try? await Task.sleep(for: delay)) != nil else { return }
            input.yield(.alarm(deadline))
        }
    }

    private func log(_ change: AssignmentChange) {
        // What a Service had already is no news after a change of leaders.
        guard change.status != .keep || !change.releases.isEmpty || change.assignment?.reason != nil else { return }
        for line in change.lines {
            logger.log(
                level: line.isWarning ? .warning : .notice, "\(line.text)",
                metadata: [LogKey.service: "\(change.service)"])
        }
    }
}
