import Addresses
import Timing
import WireCodec

/// This node's claims on one segment: what is asked, answered and announced there, and who else speaks there.
///
/// A value: roles, frames and moments go in; frames to send, groups to join and reports come out. Ask
/// ``popFrame(at:using:into:)`` until it returns `nil` after each of the others, and come back no later than
/// ``nextDeadline``; frames that wait to be read go first, since what has arrived was not silence.
///
/// A frame costs the same however many addresses there are; the loss of a member, the order of the number of addresses.
package struct SegmentClaims: Sendable {
    package enum Action: Hashable, Sendable {
        /// Join, or leave, a multicast group.
        case join(IPv6Address)
        case leave(IPv6Address)
        case report(ClaimReport, of: IPAddress)
        /// These speakers show themselves by their frames, though liveness does not hear them.
        case present(Set<UInt32>)
    }

    package enum Outcome: Hashable, Sendable {
        /// The reply was written; the frame asked for this address.
        case answered(IPAddress)
        /// The frame is another speaker's, and is for the claims alone.
        case noted
        case dropped(DropReason)
    }

    enum Timer: Hashable, Sendable {
        case greeting
        case presence
        case company
    }

    /// The interface's own.
    package private(set) var hardwareAddress: MACAddress
    /// An address of the interface's own, by which this node greets others; without one it does not.
    package var ownAddress: IPAddress?
    var context: ClaimContext
    /// The numbers of all other nodes.
    var speakers: Set<UInt32> = []
    /// Those that liveness hears here.
    var heard: Set<UInt32> = []
    /// When the others were last seen by their frames.
    var seen: [UInt32: Instant] = [:]
    /// All that were ever heard or seen here.
    var known: Set<UInt32> = []
    var timers = TimerSet<Timer>()
    var greetingFlags: ClaimMark.Flags = []
    /// The speaker that the next greeting asks, if it asks one alone.
    var greetingAsks: UInt32 = 0
    var lastGreeting: Instant?
    /// Until when others want to be greeted.
    var greetsUntil = Instant.zero
    private(set) var isConnected = false

    private var claims: [IPAddress: Claim] = [:]
    private var agenda = DeadlineQueue<IPAddress>()
    private var responder: Responder
    private var announcer: Announcer
    /// How many claims are in each state.
    package private(set) var tally = ClaimTally()
    private var joined: Set<IPAddress> = []
    private var groups: [IPv6Address: Int] = [:]
    private var outbox: [(frame: ClaimFrame, mark: ClaimMark?)] = []
    /// The next of `outbox` to send.
    private var nextOut = 0
    private var reminders = Reminders()
    /// Whether an announcement is next, where both wait.
    private var isAnnouncersTurn = false

    /// With so many frames waiting, answers are left out.
    private static let longestOutbox = 1024

    package init(
        speaker: UInt32, hardwareAddress: MACAddress, pace: ClaimPace = ClaimPace(),
        announcements: Announcer.Pace = Announcer.Pace()
    ) {
        self.hardwareAddress = hardwareAddress
        context = ClaimContext(speaker: speaker, pace: pace)
        responder = Responder(hardwareAddress: hardwareAddress)
        announcer = Announcer(pace: announcements)
    }

    // MARK: State

    /// How many addresses this node is to do anything about.
    package var count: Int { claims.count }

    /// How many it answers for.
    package var held: Int { responder.count }

    package func holds(_ address: IPAddress) -> Bool { responder.contains(address) }

    package var heldAddresses: [IPAddress] { claims.values.filter { $0.state == .holding }.map(\.address).sorted() }

    /// The groups that are needed now.
    package var joinedGroups: [IPv6Address] { groups.keys.sorted() }

    /// When there is something to do; long ago if there is now.
    package var nextDeadline: Instant? {
        guard isConnected else { return nil }
        if nextOut < outbox.count || !reminders.isEmpty { return .zero }
        return .earliest(.earliest(agenda.nextDeadline, announcer.nextDeadline), timers.nextDeadline)
    }

    // MARK: What is wanted

    /// Says what is wanted of this node with regard to an address; `nil`: nothing.
    package mutating func assign(_ role: ClaimRole?, of address: IPAddress, at now: Instant) -> [Action] {
        var actions: [Action] = []
        guard let role else {
            remove(address, &actions)
            return actions
        }
        if claims[address] == nil {
            claims[address] = Claim(address, role: context.isLeaving ? .standby(role.rank, mayStandIn: false) : role)
            tally.watching += 1
            // A newcomer, who does not know what others hold; in a moment it has been told of all addresses.
            if isConnected, claims.count == 1 { greet(.asksForClaims, at: now.advanced(by: SegmentClaims.greetingGap)) }
            if isConnected, !context.isLeaving { deliver(.assigned(role), to: address, at: now, &actions) }
        } else if isConnected, !context.isLeaving {
            if claims[address]?.role != role { deliver(.assigned(role), to: address, at: now, &actions) }
        } else {
            claims[address]?.role = context.isLeaving ? .standby(role.rank, mayStandIn: false) : role
        }
        return actions
    }

    private mutating func remove(_ address: IPAddress, _ actions: inout [Action]) {
        guard let claim = claims.removeValue(forKey: address) else { return }
        tally.move(from: claim.state, to: nil)
        agenda.set(address, at: nil)
        responder.remove(address)
        announcer.end(address)
        if claim.stranger != nil { actions.append(.report(.stranger(nil), of: address)) }
        updateGroups(of: address, isNeeded: false, &actions)
    }

    /// This node leaves: from now on it answers for what it has until somebody else claims it, or for a while.
    package mutating func leave(at now: Instant) -> [Action] {
        var actions: [Action] = []
        guard !context.isLeaving else { return actions }
        context.isLeaving = true
        // Nobody is there to take over.
        if context.members.isEmpty { context.pace.release = .zero }
        for address in claims.keys.sorted() {
            guard let role = claims[address]?.role else { continue }
            deliver(.assigned(.standby(role.rank, mayStandIn: false)), to: address, at: now, &actions)
        }
        return actions
    }

    // MARK: The interface

    /// Frames can be sent and received from now on.
    package mutating func connect(at now: Instant) -> [Action] {
        var actions: [Action] = []
        guard !isConnected else { return actions }
        isConnected = true
        greetingAsks = 0
        greet(claims.isEmpty ? [] : .asksForClaims, at: now)
        for address in claims.keys.sorted() { deliver(.connected, to: address, at: now, &actions) }
        return actions
    }

    /// They cannot any more. Who has what is not known afterwards, and is found out anew.
    package mutating func disconnect(at now: Instant) -> [Action] {
        var actions: [Action] = []
        guard isConnected else { return actions }
        for address in claims.keys.sorted() { deliver(.disconnected, to: address, at: now, &actions) }
        isConnected = false
        outbox.removeAll()
        nextOut = 0
        reminders = Reminders()
        timers.stopAll()
        forgetSeen(&actions)
        return actions
    }

    /// The interface has another MAC address: every neighbour's entry is wrong now.
    package mutating func change(hardwareAddress: MACAddress, at now: Instant) {
        self.hardwareAddress = hardwareAddress
        responder.hardwareAddress = hardwareAddress
        announcer.restart(at: now)
        if isConnected { greet([], at: now) }
    }

    // MARK: Time

    /// What is due apart from frames.
    package mutating func handleDeadline(at now: Instant) -> [Action] {
        var actions: [Action] = []
        guard isConnected else { return actions }
        while let address = agenda.popExpired(at: now) { deliver(.deadlineReached, to: address, at: now, &actions) }
        while let timer = timers.popExpired(at: now) { expire(timer, at: now, &actions) }
        return actions
    }

    /// Writes the next frame to send; `nil`: none. Claims and answers come first, then what is repeated.
    package mutating func popFrame(
        at now: Instant, using generator: inout some RandomNumberGenerator, into writer: inout ByteWriter
    ) -> ClaimFrame? {
        guard isConnected else { return nil }
        // In turn: who is asked without a pause must announce all the same.
        isAnnouncersTurn.toggle()
        if isAnnouncersTurn, let address = announcer.popDue(at: now, using: &generator),
            let frame = writeClaim(of: address, to: nil, into: &writer)
        {
            return frame
        }
        if nextOut < outbox.count {
            let (frame, mark) = outbox[nextOut]
            nextOut += 1
            if nextOut == outbox.count {
                outbox.removeAll(keepingCapacity: nextOut <= 4096)
                nextOut = 0
            }
            frame.encode(from: hardwareAddress, mark: mark, into: &writer)
            return frame
        }
        if let address = announcer.popDue(at: now, using: &generator) {
            return writeClaim(of: address, to: nil, into: &writer)
        }
        while let (address, newcomer) = reminders.pop() {
            if let frame = writeClaim(of: address, to: newcomer, into: &writer) { return frame }
        }
        return nil
    }

    private func writeClaim(
        of address: IPAddress, to neighbor: MACAddress?, into writer: inout ByteWriter
    ) -> ClaimFrame? {
        guard let claim = claims[address], claim.state == .holding else { return nil }
        let frame = ClaimFrame.claim(address, to: neighbor)
        frame.encode(from: hardwareAddress, mark: claim.mark(.claim, in: context), into: &writer)
        return frame
    }

    // MARK: Frames

    /// Takes a frame, beginning with its Ethernet header. The reply, if there is one, is appended to `reply`.
    package mutating func receive(
        _ octets: Span<UInt8>, at now: Instant, into reply: inout ByteWriter, _ actions: inout [Action]
    ) -> Outcome {
        do throws(DropReason) {
            let frame = try SegmentFrame(decoding: octets, on: hardwareAddress)
            var sighting = Sighting(frame)
            if let mark = sighting.mark {
                if mark.kind == .inquiry { return answerInquiry(frame, of: sighting.hardwareAddress, into: &reply) }
                // Another interface of this node on the same segment.
                if mark.speaker == context.speaker { throw .fromSelf }
                if speakers.contains(mark.speaker) {
                    meet(mark, from: sighting.hardwareAddress, at: now, &actions)
                    if mark.kind != .greeting { deliver(.sighted(sighting), to: sighting.address, at: now, &actions) }
                    return .noted
                }
                // A speaker of another cluster is a stranger.
                sighting.mark = nil
            }
            deliver(.sighted(sighting), to: sighting.address, at: now, &actions)
            return answer(frame, into: &reply)
        } catch {
            return .dropped(error)
        }
    }

    private func answer(_ frame: SegmentFrame, into reply: inout ByteWriter) -> Outcome {
        switch responder.answer(frame, into: &reply) {
        case .answered(let address): .answered(address)
        case .conflict: .dropped(.conflict)
        case .dropped(let reason): .dropped(reason)
        }
    }

    /// Answers who only wants to know as everybody else, and says besides which speaker has answered.
    private mutating func answerInquiry(
        _ frame: SegmentFrame, of neighbor: MACAddress, into reply: inout ByteWriter
    ) -> Outcome {
        let outcome = answer(frame, into: &reply)
        if case .answered(let address) = outcome, let claim = claims[address] {
            enqueue(.answer(address, to: neighbor), claim.mark(.answer, in: context))
        }
        return outcome
    }

    /// Tells a neighbour everything that this node holds.
    mutating func remind(_ neighbor: MACAddress) { reminders.add(heldAddresses, to: neighbor) }

    mutating func enqueue(_ frame: ClaimFrame, _ mark: ClaimMark) {
        // Whoever asks faster than answers leave asks again.
        guard mark.kind != .answer || outbox.count - nextOut < SegmentClaims.longestOutbox else { return }
        outbox.append((frame, mark))
    }

    /// Tells the claims of addresses that these speakers have that they are lost.
    mutating func loseMembers(_ lost: Set<UInt32>, at now: Instant, _ actions: inout [Action]) {
        let orphaned = claims.values.filter { $0.holder.map(lost.contains) ?? false }.map(\.address)
        for address in orphaned.sorted() { deliver(.memberLost, to: address, at: now, &actions) }
    }

    // MARK: Claims

    private mutating func deliver(
        _ event: Claim.Event, to address: IPAddress, at now: Instant, _ actions: inout [Action]
    ) {
        guard isConnected, let index = claims.index(forKey: address) else { return }
        let before = claims.values[index].state
        let done = claims.values[index].handle(event, at: now, in: context)
        let state = claims.values[index].state
        tally.move(from: before, to: state)
        for action in done {
            switch action {
            case .send(let frame, let mark): enqueue(frame, mark)
            case .begin:
                responder.insert(address)
                announcer.begin(address, at: now)
            case .end:
                responder.remove(address)
                announcer.end(address)
            case .report(let report): actions.append(.report(report, of: address))
            }
        }
        agenda.set(address, at: claims.values[index].nextDeadline)
        updateGroups(of: address, isNeeded: state != .watching, &actions)
    }

    /// RFC 4862 §5.4.2: who probes for an address joins its solicited-node group, to hear of others that do.
    private mutating func updateGroups(of address: IPAddress, isNeeded: Bool, _ actions: inout [Action]) {
        guard case .v6(let ipv6) = address, isNeeded != joined.contains(address) else { return }
        let group = ipv6.solicitedNodeMulticast
        if isNeeded {
            joined.insert(address)
            groups[group, default: 0] += 1
            if groups[group] == 1 { actions.append(.join(group)) }
        } else {
            joined.remove(address)
            let users = (groups[group] ?? 1) - 1
            groups[group] = users > 0 ? users : nil
            if users == 0 { actions.append(.leave(group)) }
        }
    }
}
