import Addresses
import Assignment
import ClusterConfiguration
import ClusterDecisions
import Controller
import KubernetesModel
import Logging
import Manifests
import NIOCore
import NIOPosix
import NetworkIO
import Presentation
import Recording
import RecordingFile
import Speaker
import SystemIO
import Telemetry
import Timing

/// The body of ``StandaloneService``'s loop: what it keeps, and what it does with each input.
package struct StandaloneLoop {
    /// How long until something that failed, or was not yet complete, is tried again.
    private static let retry = Duration.seconds(2)

    private var core = StandaloneCore()
    private var source: ManifestSource
    private let first: ManifestReading
    private var journal: AssignmentJournal
    private let speaker: SpeakerService
    private let metrics: StandaloneMetrics
    private let events: EventLog
    private let recorder: Recorder?
    private let heartbeat: Heartbeat
    private let logger: Logger
    private let wakeUp: @Sendable () -> Void

    private var saveFailure: Problem?
    private var assignedSince: [NamespacedName: Timestamp] = [:]
    /// The default gateways as they were when all manifests were last looked at.
    private var gateways = DefaultGateways.current()
    private var isUnsaved = false
    private var problemLog = ProblemLog()
    private var alarm: Scheduled<Void>?

    package init(
        source: ManifestSource, first: ManifestReading, state directory: StateDirectory, speaker: SpeakerService,
        metrics: StandaloneMetrics, events: EventLog, recorder: Recorder? = nil, heartbeat: Heartbeat, logger: Logger,
        wakeUp: @escaping @Sendable () -> Void
    ) throws {
        self.source = source
        self.first = first
        let store = AssignmentStore(directory)
        journal = AssignmentJournal(store, directory)
        self.speaker = speaker
        self.metrics = metrics
        self.events = events
        self.recorder = recorder
        self.heartbeat = heartbeat
        self.logger = logger
        self.wakeUp = wakeUp
        let saved = try store.load()
        let now = UptimeClock.now
        let unixTime = Timestamp.now.microseconds * 1000
        let ignored = core.restore(saved, at: now, unixTime: unixTime)
        recorder?.record(now, .restored(saved, unixTime: unixTime), .ignored(ignored))
        guard ignored == 0 else {
            throw AssignmentStore.Failure.damaged(
                path: store.path, "\(ignored) of its addresses or entries are invalid")
        }
    }

    package mutating func begin() { take(first, at: UptimeClock.now) }

    package mutating func handle(_ input: StandaloneService.Input) {
        heartbeat.beat()
        switch input {
        case .beat: break
        case .manifestsChanged: readAgain()
        case .hangup:
            logger.info("SIGHUP: reading the manifests again")
            readAgain(.afresh)
        case .deadline:
            if source.mustTryAgain { readAgain() }
            let now = UptimeClock.now
            let outcome = core.handleDeadline(at: now)
            recorder?.record(now, .assignmentDeadline, .outcome(outcome))
            perform(outcome, since: now)
        case .asked(let continuation):
            continuation.resume(
                returning: StandaloneView(
                    core: core, saveFailure: saveFailure, assignedSince: assignedSince))
        }
    }

    private mutating func readAgain(_ extent: ManifestSource.Extent = .changed) {
        let now = UptimeClock.now
        // Only a look at all takes in other gateways.
        let extent = extent == .changed && DefaultGateways.current() != gateways ? .all : extent
        switch source.read(at: now, extent) {
        case .whole(let reading): take(reading, at: now)
        case .part(let change): take(change, at: now)
        case nil: setAlarm()
        }
    }

    private mutating func take(_ reading: ManifestReading, at now: Instant) {
        let start = UptimeClock.now
        var reading = reading
        gateways = DefaultGateways.current()
        for gateway in gateways { reading.state.gateways[gateway] = speaker.node }
        let outcome = core.handle(reading, at: now)
        recorder?.record(now, .manifestsRead(reading), .outcome(outcome))
        metrics.observe(outcome, took: start.duration(to: UptimeClock.now), core)
        perform(outcome, since: now)
    }

    private mutating func take(_ change: ManifestChange, at now: Instant) {
        let start = UptimeClock.now
        let outcome = core.handle(change, at: now)
        recorder?.record(now, .manifestsChanged(change), .outcome(outcome))
        metrics.observe(outcome, took: start.duration(to: UptimeClock.now), core)
        perform(outcome, since: now)
    }

    /// - Parameter moment: when it became known what led to this.
    private mutating func perform(_ outcome: StandaloneCore.Outcome, since moment: Instant) {
        if !outcome.changes.isEmpty { isUnsaved = true }
        // First on disk, then in the log and on the wire: no Service gets an address that would not be remembered. Where
        // the disk refuses, service goes before memory, and a problem says so.
        if isUnsaved { save() }
        for change in outcome.changes {
            log(change)
            for event in EventEntry.events(of: change, node: speaker.node, at: .now) { events.append(event) }
            assignedSince[change.service] = change.assignment?.addresses.isEmpty == false ? .now : nil
        }
        speaker.apply(outcome.update, since: moment)
        problemLog.update(core.problems, logger)
        setAlarm()
    }

    private mutating func save() {
        let (now, time) = (UptimeClock.now, Timestamp.now.microseconds * 1000)
        let change = core.takeStateChange(at: now, unixTime: time)
        do {
            try journal.save(change) { core.engine.state(at: now, unixTime: time) }
            if saveFailure != nil { logger.notice("resolved: assignments are saved again") }
            isUnsaved = false
            saveFailure = nil
        } catch {
            let message =
                "\(error): new assignments would not survive a restart; free disk space or fix the permissions"
            if saveFailure?.message != message { logger.error("\(message)") }
            saveFailure = Problem(.error, nil, message)
        }
    }

    /// Nothing comes any more, and nothing is announced: leaves behind what other versions can read too.
    package mutating func close() {
        let (now, time) = (UptimeClock.now, Timestamp.now.microseconds * 1000)
        do { try journal.close { core.engine.state(at: now, unixTime: time) } } catch { logger.error("\(error)") }
    }

    private mutating func setAlarm() {
        alarm?.cancel()
        alarm = nil
        var next = core.nextDeadline
        if isUnsaved || source.mustTryAgain {
            let again = UptimeClock.now.advanced(by: StandaloneLoop.retry)
            next = min(next ?? again, again)
        }
        guard let next else { return }
        let delay = max(UptimeClock.now.duration(to: next), .zero)
        alarm = MultiThreadedEventLoopGroup.singleton.any().scheduleTask(
            in: .nanoseconds(delay.wholeNanoseconds), wakeUp)
    }

    // MARK: Logging

    private func log(_ change: AssignmentChange) {
        for line in change.lines {
            logger.log(
                level: line.isWarning ? .warning : .notice, "\(line.text)",
                metadata: [LogKey.service: "\(change.service)"])
        }
    }
}
