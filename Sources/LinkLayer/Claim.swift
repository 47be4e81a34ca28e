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
/// A holder that is to have the address no longer goes on answering until it hears the claim of the next: make before
/// break. Whoever watches an address that nobody is known to have asks the wire after a while, and claims it if it may:
/// whatever messages were lost, and however views differ, an address does not stay without an owner.
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
        case deadlineReached
        /// Another speaker is no longer alive here.
        case memberLost
        /// The wire can be heard from now on.
        case connected
        /// The wire cannot be heard any more.
        case disconnected
    }

    enum Action: Hashable, Sendable {
        case send(ClaimFrame, ClaimMark)
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
        /// Nobody took over what this node must not have any more.
        case release
        /// Whether anybody has it.
        case check
        /// Whether the one that this node gave way to has it.
        case verify
        /// Whether the stranger is still there.
        case stranger
    }

    struct Stranger: Hashable, Sendable {
        var hardwareAddress: MACAddress
        var lastSeen: Instant
        var lastDefence: Instant?
        /// When it was reported last.
        var lastReport: Instant
        /// When it was looked for last.
        var lastProbe: Instant?
        /// The delay before it is looked for again.
        var retry: Duration
    }

    /// Another speaker that claims what this node holds.
    struct Contest: Hashable, Sendable {
        var speaker: UInt32
        var lastDefence: Instant
    }

    let address: IPAddress
    var role: ClaimRole
    var state = State.watching
    /// The other speaker that has the address.
    var holder: UInt32?
    /// Of this node's claim.
    var term: UInt32 = 0
    /// That was heard of or used.
    var highestTerm: UInt32 = 0
    var stranger: Stranger?
    var contest: Contest?
    var timers = TimerSet<Timer>()

    init(_ address: IPAddress, role: ClaimRole) {
        self.address = address
        self.role = role
    }

    var nextDeadline: Instant? { timers.nextDeadline }

    /// Whether this node answers only until somebody else claims the address.
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
        case .deadlineReached:
            while let timer = timers.popExpired(at: now) { expire(timer, at: now, context, &actions) }
        case .memberLost:
            if state == .watching { watch(at: now, context) }
        case .connected: assign(role, at: now, context, &actions)
        case .disconnected:
            // What happens on the wire meanwhile is not known afterwards.
            let wasHolding = state == .holding
            state = .watching
            timers.stopAll()
            contest = nil
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
        case (.watching, .owner): startProbing(at: now, context, &actions)
        case (.watching, .standby): watch(at: now, context)
        case (.probing, .owner), (.blocked, .owner): break
        case (.probing, .standby), (.blocked, .standby):
            state = .watching
            timers.stopAll()
            watch(at: now, context)
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
            // Who may stand in need not wait until nobody is heard to have it.
            send(.probe(address), .concession, context, &actions)
            letGo(to: nil, &actions)
        case .check:
            if role.isOwner || !isHeldByMember(context), role.mayHold { startProbing(at: now, context, &actions) }
        case .verify: if role.mayHold { startProbing(asking: context.pace.probes, at: now, context, &actions) }
        case .stranger: lookForStranger(at: now, context, &actions)
        }
    }

    private func isHeldByMember(_ context: ClaimContext) -> Bool { holder.map(context.members.contains) ?? false }

    /// Sees to it that the wire is asked if nobody is known to have the address for a while.
    mutating func watch(at now: Instant, _ context: ClaimContext) {
        guard state == .watching, role.isOwner || !isHeldByMember(context), !timers.isRunning(.check) else { return }
        // Not all at once: the first to ask is heard by the others.
        let spread = Int64((ClaimMark.lot(context.speaker, address) >> 8) % 256)
        timers.set(.check, at: now.advanced(by: context.pace.patience + .milliseconds(role.isOwner ? 0 : spread)))
    }
}

// MARK: - Probing and holding
extension Claim {
    /// RFC 5227 §2.1.1, at the pace of ``ClaimPace``. One probe is enough where somebody is known to have had the address:
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
        timers.stop(.check)
        timers.stop(.verify)
        timers.stop(.stranger)
        send(.probe(address), .probe, context, &actions)
        let wait = count == 1 ? context.pace.quickProbeWait : context.pace.probeInterval
        timers.set(.probe, at: now.advanced(by: wait))
    }

    private mutating func probeUnanswered(at now: Instant, _ context: ClaimContext, _ actions: inout [Action]) {
        guard case .probing(let left) = state else { return }
        guard left > 0 else {
            hold(at: now, context, &actions)
            return
        }
        state = .probing(left: left - 1)
        send(.probe(address), .probe, context, &actions)
        timers.set(.probe, at: now.advanced(by: context.pace.probeInterval))
    }

    mutating func hold(at now: Instant, _ context: ClaimContext, _ actions: inout [Action]) {
        term = nextTerm
        highestTerm = term
        state = .holding
        holder = nil
        contest = nil
        timers.stopAll()
        timers.set(.confirm, at: now.advanced(by: context.pace.confirmation))
        actions.append(.begin)
        actions.append(.report(.holder(.thisNode)))
        forgetStranger(&actions)
    }

    /// Stops answering: for another speaker that has the address now, or because the time is over.
    mutating func letGo(to other: UInt32?, _ actions: inout [Action]) {
        guard state == .holding else { return }
        state = .watching
        holder = other
        contest = nil
        timers.stopAll()
        actions.append(.end)
        actions.append(.report(.holder(other.map { .speaker($0) } ?? .nobody)))
        forgetStranger(&actions)
    }
}
