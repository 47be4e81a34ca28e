import Addresses
import Interfaces
import LinkLayer
import NetworkIO
import NodeDecisions
import SystemIO
import Timing
import WireCodec

/// The engine's thread: waits, gives the core what happened, and does what it says. Everything in it belongs to that
/// thread.
///
/// Each turn does a bounded amount of everything, so that neither ten thousand announcements nor a flood on one interface
/// keep a request on another waiting.
struct Layer2Loop: ~Copyable {
    struct Commands: Sendable {
        var changes: [Layer2Change] = []
        /// The newest; one that was not taken in time is of no use any more.
        var table: InterfaceTable?
    }

    struct Published: Sendable {
        var hasLeft = false
    }

    typealias Thread = EngineThread<Commands, Published, Layer2Snapshot, Layer2Event>
    typealias Mail = Thread.Mail

    /// ARP, and neighbor solicitations and advertisements without extension headers, which is how all hosts send them.
    static let filter = "arp or (ip6 and ip6[6] = 58 and (ip6[40] = 135 or ip6[40] = 136))"

    private enum Limit {
        static let frames = 64
        static let sent = 64
        static let memberships = 64
        static let changes = 256
    }

    private static let longestBacklog = Duration.milliseconds(20)

    private enum Membership {
        case join(IPv6Address, on: CInt)
        case leave(IPv6Address, on: CInt)
    }

    private final class Opened {
        let index: CInt
        let capture: PacketCapture
        /// What of the kernel's drops was counted.
        var countedDrops = 0

        init(_ index: CInt, _ capture: consuming PacketCapture) {
            self.index = index
            self.capture = capture
        }
    }

    private let mailbox: Mail
    private let heartbeat: Heartbeat
    private let tell: @Sendable (Layer2Event) -> Void
    private let report: @Sendable ([Layer2Report]) -> Void
    /// Not passed on yet.
    private var reports: [Layer2Report] = []
    private var core: Layer2Core
    /// In the order of `poll`, after the two descriptors of our own.
    private var captures: [Opened] = []
    private var poll = PollSet()
    private var timer: DeadlineTimer
    private var changes: ArraySlice<Layer2Change> = []
    private var memberships: [Membership] = []
    private var hasToldLeaving = false
    /// The next of `memberships` to carry out.
    private var nextMembership = 0
    private var groups = GroupMemberships()
    private var failedJoins: Set<CInt> = []
    private var frame = ByteWriter(reserving: 128)
    /// `nil` without the right to real-time priority.
    private var priority: (level: CInt, rule: AnswerPriority)?
    /// Since when the thread waits; `nil` once it is known how late it was woken, or where it did not wait.
    private var waitingSince: Instant?
    private var generator = SystemRandomNumberGenerator()

    private init(
        _ surroundings: Thread.Surroundings, _ settings: Layer2Settings,
        report: @escaping @Sendable ([Layer2Report]) -> Void
    ) throws(SystemError) {
        mailbox = surroundings.mailbox
        heartbeat = surroundings.heartbeat
        tell = surroundings.log
        self.report = report
        core = Layer2Core(settings: settings, nonceSecret: UInt64.random(in: .min ... .max))
        timer = try DeadlineTimer()
        if let level = settings.realtimePriority {
            // To say at once whether it may, rather than when it must.
            do throws(SystemError) {
                try DedicatedThread.becomeRealtime(priority: level)
                DedicatedThread.becomeOrdinary()
                priority = (level, AnswerPriority())
            } catch {
                tell(.notRealtime("\(error)"))
            }
        }
        updatePoll()
    }

    /// Runs until the mailbox says stop.
    static func run(
        _ surroundings: Thread.Surroundings, _ settings: Layer2Settings,
        report: @escaping @Sendable ([Layer2Report]) -> Void, _ last: inout Layer2Snapshot
    ) throws(SystemError) {
        var loop = try Layer2Loop(surroundings, settings, report: report)
        defer { last = loop.core.snapshot }
        try loop.turnUntilStopped()
    }

    private mutating func turnUntilStopped() throws(SystemError) {
        var isMailWaiting = true
        var isBacklogged = false
        while true {
            heartbeat.beat()
            if isMailWaiting, takeMail() { return }
            applyChanges()
            handleDeadlines(isBacklogged: isBacklogged)
            // Before frames: a node that probes for an address receives the probes of others.
            changeMemberships()
            sendFrames()
            passOnReports()
            if core.hasLeft, !hasToldLeaving {
                hasToldLeaving = true
                mailbox.publish { _, published in published.hasLeft = true }
            }

            let now = UptimeClock.now
            let deadline = core.nextDeadline
            let isBusy = !changes.isEmpty || nextMembership < memberships.count || deadline.map { $0 <= now } ?? false
            if !isBusy { timer.arm(at: deadline) }
            waitingSince = isBusy || isBacklogged || priority == nil ? nil : now
            try poll.wait(for: isBusy ? .zero : Heartbeat.interval)
            isMailWaiting = poll.isReady(0)
            isBacklogged = receive()
            if poll.isReady(1) {
                timer.clear()
                if let deadline { noteWaking(due: deadline.duration(to: UptimeClock.now)) }
            }
        }
    }

    /// The first reason to wake came so long ago; what came while the thread was not waiting yet says nothing.
    private mutating func noteWaking(due age: Duration) {
        guard let since = waitingSince, let level = priority?.level else { return }
        waitingSince = nil
        let now = UptimeClock.now
        let wait = min(age, since.duration(to: now))
        switch priority?.rule.noteWait(wait, at: now) {
        case .raise(let duration):
            do {
                try DedicatedThread.becomeRealtime(priority: level)
                tell(.wokenLate(after: wait, raisedFor: duration))
            } catch {
                priority = nil
                tell(.notRealtime("\(error)"))
            }
        case .lower: DedicatedThread.becomeOrdinary()
        case nil: break
        }
    }

    /// An unread answer counts: while there is more to read, deadlines wait, but not for long.
    private mutating func handleDeadlines(isBacklogged: Bool) {
        let now = UptimeClock.now
        if isBacklogged, let due = core.nextDeadline, due.advanced(by: Layer2Loop.longestBacklog) > now { return }
        perform(core.handleDeadline(at: now))
    }

    private mutating func passOnReports() {
        guard !reports.isEmpty else { return }
        report(reports)
        reports.removeAll(keepingCapacity: true)
    }

    /// Returns whether to stop.
    private mutating func takeMail() -> Bool {
        let mail = mailbox.take()
        if mail.isStopped { return true }
        if let table = mail.commands.table { perform(core.update(table, at: UptimeClock.now)) }
        changes += mail.commands.changes
        if !mail.questions.isEmpty {
            // A snapshot shows what was asked for before it.
            while !changes.isEmpty { applyChanges() }
            for opened in captures { countKernelDrops(of: opened) }
            let snapshot = core.snapshot
            for answer in mail.questions { answer(snapshot) }
        }
        return false
    }

    private mutating func applyChanges() {
        guard !changes.isEmpty else { return }
        // However many wait: each batch is a turn.
        heartbeat.beat()
        let now = UptimeClock.now
        for change in changes.prefix(Limit.changes) { perform(core.apply(change, at: now)) }
        changes = changes.dropFirst(Limit.changes)
        if changes.isEmpty { changes = [] }
    }

    // MARK: Frames

    /// Returns whether there is more to read.
    private mutating func receive() -> Bool {
        var isBacklogged = false
        for (position, opened) in captures.enumerated() where poll.isReady(position + 2) {
            do throws(PacketCaptureError) {
                let count = try opened.capture.receive(limit: Limit.frames) { received, arrival in
                    answer(received, opened)
                    if waitingSince != nil { noteWaking(due: arrival.age) }
                }
                if count == Limit.frames { isBacklogged = true }
            } catch {
                fail(opened.index, error)
            }
        }
        return isBacklogged
    }

    private mutating func answer(_ received: Span<UInt8>, _ opened: Opened) {
        frame.removeAll()
        var actions: [Layer2Core.Action] = []
        let outcome = core.receive(received, on: opened.index, at: UptimeClock.now, into: &frame, &actions)
        if case .answered = outcome { send(on: opened) }
        if !actions.isEmpty { perform(actions) }
    }

    private mutating func send(on opened: Opened) {
        // A frame that cannot be sent is lost, as it would be on the wire; whether the interface still works shows when
        // it is read from.
        do { try opened.capture.send(frame.bytes.span) } catch { core.countSendFailure(on: opened.index) }
    }

    private mutating func sendFrames() {
        let now = UptimeClock.now
        for _ in 0..<Limit.sent {
            frame.removeAll()
            guard let index = core.popFrame(at: now, using: &generator, into: &frame) else { return }
            if let opened = captures.first(where: { $0.index == index }) { send(on: opened) }
        }
    }

    // MARK: Actions

    private mutating func perform(_ actions: [Layer2Core.Action]) {
        for action in actions {
            switch action {
            case .open(let interface): open(interface)
            case .close(let index):
                for opened in captures where opened.index == index { countKernelDrops(of: opened) }
                captures.removeAll { $0.index == index }
                updatePoll()
            case .join(let group, let index): memberships.append(.join(group, on: index))
            case .leave(let group, let index): memberships.append(.leave(group, on: index))
            case .tell(let event): tell(event)
            case .report(let report): reports.append(report)
            }
        }
    }

    /// Read from the kernel for each snapshot: a system call for each interface in use.
    private mutating func countKernelDrops(of opened: Opened) {
        let dropped = opened.capture.statistics().dropped
        // An interface that is gone has no statistics any more.
        guard dropped > opened.countedDrops else { return }
        core.countKernelDrops(dropped - opened.countedDrops, on: opened.index)
        opened.countedDrops = dropped
    }

    private mutating func open(_ interface: Interface) {
        do throws(PacketCaptureError) {
            let capture = try PacketCapture(
                interface: interface.name, options: PacketCapture.Options(filter: Layer2Loop.filter))
            captures.append(Opened(interface.index, capture))
            failedJoins.remove(interface.index)
            updatePoll()
            perform(core.captureOpened(on: interface.index, at: UptimeClock.now))
        } catch {
            fail(interface.index, error)
        }
    }

    private mutating func fail(_ index: CInt, _ error: PacketCaptureError) {
        perform(core.captureFailed(on: index, message: "\(error)", at: UptimeClock.now, using: &generator))
    }

    private mutating func updatePoll() {
        poll.replace(with: [mailbox.wakeUp.rawValue, timer.rawValue] + captures.map { $0.capture.descriptor })
    }

    private mutating func changeMemberships() {
        for _ in 0..<Limit.memberships {
            guard nextMembership < memberships.count else {
                memberships.removeAll()
                nextMembership = 0
                return
            }
            switch memberships[nextMembership] {
            case .leave(let group, let index): groups.leave(group, on: index)
            case .join(let group, let index):
                do { try groups.join(group, on: index) } catch {
                    // One of many on an interface is reported.
                    if failedJoins.insert(index).inserted {
                        tell(
                            .joinFailed(
                                interface: captures.first { $0.index == index }?.capture.interface ?? "\(index)",
                                message: "\(error)"))
                    }
                }
            }
            nextMembership += 1
        }
    }
}
