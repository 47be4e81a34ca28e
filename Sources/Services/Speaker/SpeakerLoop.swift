import Interfaces
import Logging
import NodeDecisions
import Presentation
import Recording
import RecordingFile
import SystemIO
import Telemetry
import Timing

/// The body of ``SpeakerService``'s loop: what it keeps, and what it does with each input.
struct SpeakerLoop {
    private(set) var view: SpeakerView
    private let engines: SpeakerEngines
    private let inbox: SpeakerInbox
    private let metrics: SpeakerMetrics
    private let events: EventLog
    private let logger: Logger
    private let heartbeat: Heartbeat
    /// Gets what is decided from, and what is decided.
    private let recorder: Recorder?

    private var heard = HeardNodes()
    private var alarm: (deadline: Instant, task: Task<Void, Never>)?
    private var problems = ProblemLog()

    init(
        core: SpeakerCore, engines: SpeakerEngines, inbox: SpeakerInbox, metrics: SpeakerMetrics, events: EventLog,
        logger: Logger, heartbeat: Heartbeat, recorder: Recorder?
    ) {
        view = SpeakerView(core: core)
        self.engines = engines
        self.inbox = inbox
        self.metrics = metrics
        self.events = events
        self.logger = logger
        self.heartbeat = heartbeat
        self.recorder = recorder
        recorder?.record(UptimeClock.now, .speakerStarted(node: core.node, core.nodePolicy), .nothing)
    }

    mutating func handle(_ input: SpeakerInput) async {
        heartbeat.beat()
        switch input {
        case .beat: break
        case .asked(let continuation): continuation.resume(returning: view)
        case .updated:
            guard let (update, since, count) = inbox.takeUpdate() else { return }
            await decide(.updated(update), since: since, updates: count)
            problems.update(view.core.hostProblems, logger)
        case .linksChanged(let table):
            await decide(.linksChanged(table))
            problems.update(view.core.hostProblems, logger)
        case .routerChanged(let change): await decide(.routerChanged(change))
        case .livenessChanged:
            // All at once: where many nodes come or go together, who owns what is decided once.
            for change in inbox.takeLiveness() where heard.note(change) {
                events.append(view.event(of: change, at: .now))
            }
            await decide(.heard(heard.byInterface))
        case .listened(let segments):
            if heard.note(segments) { await decide(.heard(heard.byInterface)) }
        case .unhearableChanged: await decide(.heard(heard.byInterface))
        case .reported(let reports):
            for report in reports { if let event = view.event(of: report, at: .now) { events.append(event) } }
            await decide(.reported(reports))
        case .rebalanced: await decide(.rebalanced)
        case .deadlineReached:
            // It may have come too early, where the clocks count a time of sleep differently.
            alarm = nil
            await decide(nil)
        }
    }

    /// No input comes any more.
    mutating func end() -> SpeakerCore {
        alarm?.task.cancel()
        return view.core
    }

    /// What follows from an event, if there is one, and from the time that has passed; and does it.
    ///
    /// - Parameters:
    ///   - known: when what has happened became known.
    ///   - updates: how many changes of the cluster the event is made of.
    private mutating func decide(
        _ event: SpeakerCore.Event?, since known: Instant = UptimeClock.now, updates: Int = 0
    ) async {
        view.revision += 1
        let before = view.core.listening
        let now = UptimeClock.now
        var actions = view.core.advance(to: now)
        if let event { actions += view.core.handle(event) }
        if let recorder {
            let input: CoreInput = updates > 0 ? .updatesTaken(updates) : event.map { .speaker($0) } ?? .speakerDeadline
            recorder.record(now, input, .actions(actions))
        }
        for action in actions {
            let routes = view.note(action, at: .now)
            for event in view.events(of: routes, at: .now) { events.append(event) }
            await perform(action)
            count(action, since: known)
        }
        let changes = view.noteHeld(at: .now)
        count(changes)
        for event in view.events(of: changes, at: .now) { events.append(event) }
        if view.core.listening != before { heard.follow(view.core.listening, after: before) }
        setAlarm()
    }

    private mutating func perform(_ action: SpeakerCore.Action) async {
        let list = await engines.perform(action)
        guard case .listen(let interfaces) = action, let list else { return }
        let unhearable = Set(interfaces.filter { InterfaceForLiveness($0) == nil }.map(\.name))
        if heard.listen(list: list, unhearable: unhearable) { inbox.put(.unhearableChanged) }
    }

    private mutating func setAlarm() {
        guard view.core.nextDeadline != alarm?.deadline else { return }
        alarm?.task.cancel()
        alarm = view.core.nextDeadline.map { deadline in
            let task = Task { [inbox] in
                try? await Task.sleep(for: UptimeClock.now.duration(to: deadline))
                if !Task.isCancelled { inbox.put(.deadlineReached) }
            }
            return (deadline, task)
        }
    }

    private func count(_ action: SpeakerCore.Action, since known: Instant) {
        switch action {
        case .claim(let changes):
            let isAboutAddresses = changes.contains { if case .assign = $0 { true } else { false } }
            if isAboutAddresses { metrics.layer2Latency.observe(known.duration(to: UptimeClock.now)) }
        case .advertise: metrics.bgpLatency.observe(known.duration(to: UptimeClock.now))
        case .listen, .expect, .hold, .findRouters: break
        }
    }

    private func count(_ changes: [HeldChange]) {
        let gained = changes.count(where: \.isHeld)
        if gained > 0 { metrics.gained.increase(by: Int64(gained)) }
        if gained < changes.count { metrics.lost.increase(by: Int64(changes.count - gained)) }
    }
}
