import Addresses
import Timing

/// This node's claim to one address on one segment: a state machine.
///
///                   is to own it                    no answer
///     ┌────────┐ ─────────────────▶ ┌─────────┐ ───────────────▶ ┌────────┐
///     │ watches│                    │ probes  │                  │ holds  │
///     └────────┘ ◀───────────────── └─────────┘                  └────────┘
///        ▲  ▲     another speaker     │     ▲                        │
///        │  │     answers             │     │ after a while          │
///        │  │                 stranger│     │                        │
///        │  │                 answers ▼     │                        │
///        │  │                       ┌─────────┐                      │
///        │  └────────────────────── │ blocked │                      │
///        │      not to own it       └─────────┘                      │
///        └───────────────────────────────────────────────────────────┘
///                another speaker claims it, and has the better claim
///
/// A holder that is to have the address no longer continues to answer until it receives the claim of the next: make before
/// break. A watcher of an address without known holder probes the wire after a while, and claims it if it may:
/// even if messages are lost and views differ, an address does not stay without an owner.
///
/// A mark is not believed for what it says. Before a holder lets go, before a prober gives up, and soon after a watcher has
/// learnt of a holder, the speaker in whose name the mark came is asked ("challenged") whether it has the address
/// (``Rival``). What it does not confirm is dropped; what has not been confirmed for long is asked again.
///
/// Standards: RFC 5227 §2.1 (probing), §2.3 (announcing), §2.4 (conflicts); RFC 4862 §5.4 (the same for IPv6).
struct Claim: Sendable {
    enum State: Hashable, Sendable {
        case watching
        /// With the number of probes still to send.
        case probing(left: Int)
        case holding
        /// A stranger has it.
        case blocked
    }

    enum Event: Hashable, Sendable {
        case assigned(ClaimRole)
        case sighted(Sighting)
        /// A frame about the address came that no speaker may have sent: in the name of one that is elsewhere, or recorded.
        case impersonated
        case deadlineReached
        /// Another speaker is no longer alive here.
        case memberLost
        /// Frames can be received from now on.
        case connected
        /// Frames cannot be received any more.
        case disconnected
    }

    enum Action: Hashable, Sendable {
        case send(ClaimFrame, ClaimMark)
        /// Send with this nonce in place of a number.
        case ask(ClaimFrame, ClaimMark, nonce: UInt64)
        /// Answer for the address, and announce it, from now on.
        case begin
        /// No longer.
        case end
        case report(ClaimReport)
    }

    enum Timer: Hashable, Sendable {
        /// The wire had time to answer a probe.
        case probe
        case confirm
        /// No node took over what this node must no longer have.
        case release
        /// Whether anybody has it.
        case check
        /// Whether the one that this node gave way to has it.
        case verify
        /// Whether the stranger is still there.
        case stranger
        /// Whether the other speaker has the address still, or at all.
        case belief
        /// A challenge is to be repeated, or was not answered.
        case trial
    }

    struct Stranger: Hashable, Sendable {
        var identity: ClaimStranger
        /// Whether the last that was seen of it is a use of the address. One that only asks may not want it after all, and
        /// holds a claim up once.
        var isUser: Bool
        var lastSeen: Instant
        var lastDefence: Instant?
        /// When it was reported last.
        var lastReport: Instant
        /// When it was looked for last.
        var lastProbe: Instant?
        /// The delay before it is looked for again.
        var retry: Duration
    }

    let address: IPAddress
    var role: ClaimRole
    var state = State.watching
    /// The other speaker that has the address.
    var holder: Belief?
    /// One that claims it while `holder` is alive and has not let go; it is asked before it is believed.
    var candidate: Belief?
    /// Of this node's claim.
    var term: UInt32 = 0
    /// That was confirmed or used.
    var highestTerm: UInt32 = 0
    var stranger: Stranger?
    /// Speakers that claim the address, and are or were asked about it.
    var rivals: [Rival] = []
    /// A speaker is known to have had the address: who takes it over need not ask strangers as for a new one.
    var isKnown = false
    /// When the wire was asked last.
    var lastProbe: Instant?
    /// When this node began to ask it.
    var probingSince: Instant?
    /// It was asked once more then, for another prober that had missed it.
    var hasRepeatedProbe = false
    /// Until then the answer of a stranger shows that the address, which was new, is the stranger's.
    var isProvisionalUntil: Instant?
    /// When this node gave way to another's probes last.
    var lastGivingWay: Instant?
    /// When this node announced last because of a foreign frame, or because another node yielded.
    var lastRepair: Instant?
    /// When this node had the address last, and let go.
    var lastHeld: Instant?
    var timers = TimerSet<Timer>()

    init(_ address: IPAddress, role: ClaimRole) {
        self.address = address
        self.role = role
    }

    var nextDeadline: Instant? { timers.nextDeadline }

    /// Whether this node answers only until another node claims the address.
    func isYielding(in context: ClaimContext) -> Bool { context.isLeaving || !role.isOwner }

    /// What this node's frames about the address carry.
    func mark(_ kind: ClaimMark.Kind, in context: ClaimContext) -> ClaimMark {
        var flags: ClaimMark.Flags = context.isMinority ? .isMinority : []
        if state == .holding, isYielding(in: context) { flags.insert(.isYielding) }
        // A probe speaks for the claim that it comes before.
        return ClaimMark(
            kind, flags: flags, rank: role.rank, speaker: context.speaker,
            term: state == .holding ? term : nextTerm, company: context.company)
    }

    private var nextTerm: UInt32 { highestTerm == .max ? .max : highestTerm + 1 }

    func send(_ frame: ClaimFrame, _ kind: ClaimMark.Kind, _ context: ClaimContext, _ actions: inout [Action]) {
        actions.append(.send(frame, mark(kind, in: context)))
    }

    mutating func handle(_ event: Event, at now: Instant, in context: ClaimContext) -> [Action] {
        var actions: [Action] = []
        switch event {
        case .assigned(let role): assign(role, at: now, context, &actions)
        case .sighted(let sighting): see(sighting, at: now, context, &actions)
        case .impersonated: repair(at: now, context, &actions)
        case .deadlineReached:
            // Each once: one that is started again for a moment that has passed is due in the next turn, not in this one.
            for _ in 0..<timers.count {
                guard let timer = timers.popExpired(at: now) else { break }
                expire(timer, at: now, context, &actions)
            }
        case .memberLost: loseHolder(at: now, context, &actions)
        case .connected: assign(role, at: now, context, &actions)
        case .disconnected:
            // What happens on the wire meanwhile is not known afterwards.
            let wasHolding = state == .holding
            state = .watching
            timers.stopAll()
            rivals = []
            candidate = nil
            isProvisionalUntil = nil
            holder?.isConfirmed = false
            if wasHolding {
                actions.append(.end)
                actions.append(.report(.holder(.nobody)))
            }
        }
        return actions
    }
}

// MARK: - What is wanted, and time
extension Claim {
    private mutating func assign(
        _ new: ClaimRole, at now: Instant, _ context: ClaimContext, _ actions: inout [Action]
    ) {
        role = new
        switch (state, new) {
        case (.watching, .owner(_, let other)):
            // From one whose better claim this node has just given way to, it is not taken again at once: two that disagree
            // would pass the address to and fro as fast as frames travel. `verify` asks again.
            if let other, other == holder?.witness.speaker, timers.isRunning(.verify) { break }
            startProbing(at: now, context, &actions)
        case (.watching, .standby): watch(at: now, context)
        case (.probing, .owner), (.blocked, .owner): break
        case (.probing, .standby), (.blocked, .standby):
            state = .watching
            timers.stopAll()
            endTrials()
            watch(at: now, context)
            doubt(at: now, context)
        case (.holding, .owner): timers.stop(.release)
        case (.holding, .standby(_, let mayStandIn)):
            if mayStandIn {
                timers.stop(.release)
            } else if !timers.isRunning(.release) {
                timers.set(.release, at: now.advanced(by: context.pace.release))
            }
        }
    }

    private mutating func expire(
        _ timer: Timer, at now: Instant, _ context: ClaimContext, _ actions: inout [Action]
    ) {
        switch timer {
        case .probe: probeUnanswered(at: now, context, &actions)
        case .confirm: send(.probe(address), .confirmation, context, &actions)
        case .release:
            // A node that may stand in need not wait until the address has no known holder.
            send(.probe(address), .concession, context, &actions)
            letGo(to: nil, at: now, context, &actions)
        case .check:
            let isHeld = isHeldByMember(context) && holder?.isConfirmed == true
            if role.isOwner || !isHeld, role.mayHold { startProbing(at: now, context, &actions) }
        case .verify: if role.mayHold { startProbing(asking: context.pace.probes, at: now, context, &actions) }
        case .stranger: lookForStranger(at: now, context, &actions)
        case .belief: examineBeliefs(at: now, context, &actions)
        case .trial: continueTrials(at: now, context, &actions)
        }
    }

    func isHeldByMember(_ context: ClaimContext) -> Bool { holder.map { context.isAlive($0.witness) } ?? false }

    /// Makes sure that the wire is probed if the address has no known holder for a while.
    mutating func watch(at now: Instant, _ context: ClaimContext) {
        guard role.isOwner || !isHeldByMember(context) else { return }
        check(after: context.pace.patience, at: now, context)
    }

    /// Has the wire asked after this time, and a little more on all but the owner: not all at once, so that the first to ask is
    /// received by the others.
    mutating func check(after delay: Duration, at now: Instant, _ context: ClaimContext) {
        guard state == .watching, !timers.isRunning(.check) else { return }
        let spread = Int64((ClaimMark.lot(context.speaker, address) >> 8) % 256)
        timers.set(.check, at: now.advanced(by: delay + .milliseconds(role.isOwner ? 0 : spread)))
    }
}

// MARK: - Probing and holding
extension Claim {
    /// RFC 5227 §2.1.1, at the pace of ``ClaimPace``. One probe is enough if a node is known to have had the address:
    /// the others were answered when that one asked.
    mutating func startProbing(
        asking probes: Int? = nil, at now: Instant, _ context: ClaimContext, _ actions: inout [Action]
    ) {
        let count = probes ?? (holder == nil ? context.pace.probes : 1)
        guard count > 0 else {
            hold(at: now, context, &actions)
            return
        }
        state = .probing(left: count - 1)
        probingSince = now
        for timer in [Timer.check, .verify, .stranger, .belief] { timers.stop(timer) }
        endTrials()
        candidate = nil
        lastProbe = now
        hasRepeatedProbe = false
        send(.probe(address), .probe, context, &actions)
        let wait = count == 1 ? context.pace.quickProbeWait : context.pace.probeInterval
        timers.set(.probe, at: now.advanced(by: wait))
    }

    mutating func probeUnanswered(at now: Instant, _ context: ClaimContext, _ actions: inout [Action]) {
        guard case .probing(let left) = state else { return }
        guard left > 0 else {
            // One that says that it has the address is being asked whether that is true; see `conclude`.
            if !rivals.contains(where: { $0.trial != nil }) { hold(at: now, context, &actions) }
            return
        }
        state = .probing(left: left - 1)
        lastProbe = now
        hasRepeatedProbe = false
        send(.probe(address), .probe, context, &actions)
        timers.set(.probe, at: now.advanced(by: context.pace.probeInterval))
    }

    mutating func hold(at now: Instant, _ context: ClaimContext, _ actions: inout [Action]) {
        term = nextTerm
        highestTerm = term
        state = .holding
        (holder, candidate) = (nil, nil)
        endTrials()
        // RFC 5227 §2.1.1: an answer within ANNOUNCE_WAIT of the last probe is one to be heeded.
        isProvisionalUntil = isKnown ? nil : lastProbe?.advanced(by: context.pace.lateAnswer)
        timers.stopAll()
        timers.set(.confirm, at: now.advanced(by: context.pace.confirmation))
        actions.append(.begin)
        actions.append(.report(.holder(.thisNode)))
        if isKnown, stranger != nil {
            // What a speaker has, it has handed on with its conflicts.
            timers.set(.stranger, at: now.advanced(by: context.pace.defendInterval))
        } else {
            forgetStranger(&actions)
        }
        isKnown = true
    }

    /// Stops answering: for another speaker that has the address now, or because the time is over.
    mutating func letGo(
        to other: Belief?, at now: Instant, _ context: ClaimContext, _ actions: inout [Action]
    ) {
        guard state == .holding else { return }
        state = .watching
        holder = other
        lastHeld = now
        endTrials()
        timers.stopAll()
        actions.append(.end)
        actions.append(.report(.holder(other.map { .speaker($0.witness.speaker) } ?? .nobody)))
        forgetStranger(&actions)
        doubt(at: now, context)
    }

    /// Announces the address again, for the caches of others may say otherwise; at most once a second.
    mutating func repair(at now: Instant, _ context: ClaimContext, _ actions: inout [Action]) {
        guard state == .holding, lastRepair.map({ $0.advanced(by: .seconds(1)) <= now }) ?? true else { return }
        lastRepair = now
        send(.claim(address, to: nil), .claim, context, &actions)
    }
}
