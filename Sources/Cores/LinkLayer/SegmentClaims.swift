import Addresses
import Timing
import WireCodec
import WireIdentity

/// This node's claims on one segment: what is asked, answered and announced there, and who else speaks there.
///
/// A value: roles, frames and moments go in; frames to send, groups to join and reports come out. Ask
/// ``popFrame(at:using:into:)`` until it returns `nil` after each of the others, and come back no later than
/// ``nextDeadline``; frames that wait to be read go first, since packets that have arrived count.
///
/// A frame costs the same however many addresses there are; the loss of a member, the order of the number of addresses.
package struct SegmentClaims: Sendable {
    package enum Action: Hashable, Sendable {
        /// Join, or leave, a multicast group.
        case join(IPv6Address)
        case leave(IPv6Address)
        case report(ClaimReport, of: IPAddress)
        /// The frames of these speakers arrive, but liveness does not reach them.
        case present(Set<UInt32>)
        /// Frames claim addresses in the name of a speaker that does not have them, or is elsewhere.
        case forged(Witness, of: IPAddress)
        /// A speaker that was taken for the holder is not, or does not answer.
        case beliefDropped(Witness, of: IPAddress)
        /// Everybody who is here has come at about the time at which this node did.
        case coldStart
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
        /// Those who spoke for a member from elsewhere are still not known to be where they are.
        case impostors
        /// A speaker that has not shown yet that it receives this node's frames is asked again.
        case handshakes
        /// The others are asked, for their answers show how old they are.
        case coldStart
        /// They have answered.
        case elders
    }

    /// What becomes of a frame that waits to be sent.
    enum Stamp: Hashable, Sendable {
        /// Its extension gets the next number.
        case number
        case nonce(UInt64)
        case echo(UInt64)
    }

    private struct Outgoing: Sendable {
        var frame: ClaimFrame
        var mark: ClaimMark
        var stamp: Stamp
    }

    /// The interface's own.
    package private(set) var hardwareAddress: MACAddress
    /// An address of the interface's own, by which this node greets others; without one it does not.
    package var ownAddress: IPAddress?
    var context: ClaimContext
    var acquaintances: Acquaintances
    /// When the others were last seen by their frames.
    var seen: [UInt32: Instant] = [:]
    /// All that were ever reachable or seen here.
    var known: Set<UInt32> = []
    var timers = TimerSet<Timer>()
    var greetingFlags: ClaimMark.Flags = []
    /// The speaker that the next greeting asks, if it asks one alone.
    var greetingAsks: UInt32 = 0
    var lastGreeting: Instant?
    /// Until when others want to be greeted.
    var greetsUntil = Instant.zero
    private(set) var isConnected = false
    /// Of this node's frames, when it gives them numbers.
    package var numbers: MessageNumbers
    /// When this node began to speak here.
    var born: Instant?
    /// Another speaker was here before.
    var hasMetElders = false
    /// Questions to speakers whether they receive this node's frames.
    var handshakes: [Witness: (nonce: UInt64, since: Instant)] = [:]
    /// Speakers that have asked for what this node holds, and are not where liveness reaches them.
    var unplacedAsks: [UInt32: MACAddress] = [:]
    /// Who spoke for a member from elsewhere, about which address.
    var impostors: [Witness: (since: Instant, address: IPAddress)] = [:]
    static let impostorLimit = 16
    /// Frames to members that they ask for.
    var budget = SendBudget<UInt32>(capacity: 1024)
    /// Marked frames to who is no member.
    var strangersBudget = SendBudget<MACAddress>(capacity: 64)
    private var newsBudget = SendBudget<News>(capacity: 1024)
    /// How many claims in the name of others were found to be forged, and how many holders not to be.
    package internal(set) var forgedClaims = 0
    package internal(set) var beliefsDropped = 0
    /// Frames go out as version 1 writes them, and what it does not know is not done. For tests of an upgrade.
    package var speaksPreviousVersion = false

    private var claims: [IPAddress: Claim] = [:]
    private var agenda = DeadlineQueue<IPAddress>()
    private var responder: Responder
    private var announcer: Announcer
    /// How many claims are in each state.
    package private(set) var tally = ClaimTally()
    private var joined: Set<IPAddress> = []
    private var groups: [IPv6Address: Int] = [:]
    private(set) var heldList = HeldList()
    private var outbox: [Outgoing] = []
    /// The next of `outbox` to send.
    private var nextOut = 0
    var reminders = Reminders()
    /// When a newcomer that asks again may get a report. Kept, since it is asked for at every turn.
    private var remindersDeadline: Instant?
    /// Whether an announcement is next, where both wait.
    private var isAnnouncersTurn = false

    /// With so many frames waiting, answers are left out.
    private static let longestOutbox = 1024

    private enum News: Hashable, Sendable {
        case forged(UInt32)
        case beliefDropped(UInt32)
    }

    /// - Parameter nonceSecret: chance, known to this process alone.
    package init(
        speaker: UInt32, hardwareAddress: MACAddress, pace: ClaimPace = ClaimPace(),
        announcements: Announcer.Pace = Announcer.Pace(), credentials: SpeakerCredentials = SpeakerCredentials(),
        nonceSecret: UInt64 = 0
    ) {
        self.hardwareAddress = hardwareAddress
        context = ClaimContext(speaker: speaker, pace: pace)
        // Longer than what the slowest of a few announcements that get lost takes.
        context.pace.beliefAge = max(announcements.interval * 5 / 2, .seconds(10))
        context.nonceSecret = nonceSecret
        acquaintances = Acquaintances(credentials)
        acquaintances.hostAddresses = [hardwareAddress]
        numbers = MessageNumbers(startingAt: credentials.firstNumber)
        responder = Responder(hardwareAddress: hardwareAddress)
        announcer = Announcer(pace: announcements)
    }

    // MARK: State

    /// How many addresses this node is to do anything about.
    package var count: Int { claims.count }

    /// How many it answers for.
    package var held: Int { responder.count }

    package func holds(_ address: IPAddress) -> Bool { responder.contains(address) }

    package var heldAddresses: [IPAddress] { heldList.elements.sorted() }

    /// The last numbers of others; with a key, frames that are older are refused.
    package var replayGuards: [Witness: ReplayGuard] {
        get { acquaintances.guards }
        set { acquaintances.restore(newValue) }
    }

    /// All MAC addresses of this host: frames of this node's own number from others are of another host.
    package mutating func setHostAddresses(_ all: Set<MACAddress>) {
        acquaintances.hostAddresses = all.union([hardwareAddress])
    }

    /// What others can make grow, for tests that nothing does without bound.
    package var footprint: Int {
        reminders.count + handshakes.count + unplacedAsks.count + impostors.count + budget.count
            + strangersBudget.count + seen.count + outbox.count - nextOut
            + claims.values.reduce(0) { $0 + $1.rivals.count }
    }

    /// The groups that are needed now.
    package var joinedGroups: [IPv6Address] { groups.keys.sorted() }

    /// When there is something to do; long ago if there is now.
    package var nextDeadline: Instant? {
        guard isConnected else { return nil }
        if nextOut < outbox.count || !reminders.isEmpty { return .zero }
        return .earliest(
            .earliest(agenda.nextDeadline, announcer.nextDeadline),
            .earliest(timers.nextDeadline, remindersDeadline))
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
            // A newcomer, who does not know what others hold; in a moment it knows all addresses.
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
        heldList.remove(address)
        announcer.end(address)
        if claim.stranger != nil { actions.append(.report(.stranger(nil), of: address)) }
        updateGroups(of: address, isNeeded: false, &actions)
    }

    /// This node leaves: from now on it answers for what it has until another node claims it, or for a while.
    package mutating func leave(at now: Instant) -> [Action] {
        var actions: [Action] = []
        guard !context.isLeaving else { return actions }
        context.isLeaving = true
        // No other node can take over.
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
        if born == nil {
            born = now
            timers.set(.coldStart, at: now.advanced(by: context.pace.coldStart))
        }
        greetingAsks = 0
        greet(claims.isEmpty ? [] : .asksForClaims, at: now)
        shakeHandsWithAll(at: now)
        for address in claims.keys.sorted() { deliver(.connected, to: address, at: now, &actions) }
        return actions
    }

    /// They cannot any more. The holders are not known afterwards, and are found out again.
    package mutating func disconnect(at now: Instant) -> [Action] {
        var actions: [Action] = []
        guard isConnected else { return actions }
        for address in claims.keys.sorted() { deliver(.disconnected, to: address, at: now, &actions) }
        isConnected = false
        outbox.removeAll()
        nextOut = 0
        reminders = Reminders()
        remindersDeadline = nil
        (handshakes, unplacedAsks, impostors) = ([:], [:], [:])
        // The cold start is over once, whether it was noticed or not.
        timers.stopAll()
        forgetSeen(&actions)
        return actions
    }

    /// The interface has another MAC address: every neighbor's entry is wrong now.
    package mutating func change(hardwareAddress: MACAddress, at now: Instant) {
        self.hardwareAddress = hardwareAddress
        // What was sent before may still be under way.
        acquaintances.hostAddresses.insert(hardwareAddress)
        responder.hardwareAddress = hardwareAddress
        announcer.restart(at: now)
        if isConnected { greet([], at: now) }
    }

    // MARK: Time

    /// What is due apart from frames.
    package mutating func handleDeadline(at now: Instant) -> [Action] {
        var actions: [Action] = []
        guard isConnected else { return actions }
        for _ in 0..<agenda.count {
            guard let address = agenda.popExpired(at: now) else { break }
            deliver(.deadlineReached, to: address, at: now, &actions)
        }
        for _ in 0..<timers.count {
            guard let timer = timers.popExpired(at: now) else { break }
            expire(timer, at: now, &actions)
        }
        if let due = remindersDeadline, due <= now {
            reminders.resume(count: heldList.elements.count, at: now)
            remindersDeadline = reminders.nextDeadline
        }
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
            let frame = writeClaim(of: address, to: nil, at: now, into: &writer)
        {
            return frame
        }
        if nextOut < outbox.count {
            let next = outbox[nextOut]
            nextOut += 1
            if nextOut == outbox.count {
                outbox.removeAll(keepingCapacity: nextOut <= 4096)
                nextOut = 0
            }
            write(next.frame, next.mark, next.stamp, at: now, into: &writer)
            return next.frame
        }
        if let address = announcer.popDue(at: now, using: &generator) {
            return writeClaim(of: address, to: nil, at: now, into: &writer)
        }
        while let (address, newcomer) = reminders.pop(from: heldList) {
            if let frame = writeClaim(of: address, to: newcomer, at: now, into: &writer) { return frame }
        }
        return nil
    }

    private mutating func writeClaim(
        of address: IPAddress, to neighbor: MACAddress?, at now: Instant, into writer: inout ByteWriter
    ) -> ClaimFrame? {
        guard let claim = claims[address], claim.state == .holding else { return nil }
        let frame = ClaimFrame.claim(address, to: neighbor)
        write(frame, claim.mark(.claim, in: context), .number, at: now, into: &writer)
        return frame
    }

    private mutating func write(
        _ frame: ClaimFrame, _ mark: ClaimMark, _ stamp: Stamp, at now: Instant, into writer: inout ByteWriter
    ) {
        guard !speaksPreviousVersion else {
            frame.encode(from: hardwareAddress, mark: mark, into: &writer)
            return
        }
        let credentials = acquaintances.credentials
        var flags: MarkExtension.Flags = isYoung(at: now) ? .isYoung : []
        let number: UInt64
        switch stamp {
        case .number: number = numbers.next()
        case .nonce(let nonce): number = nonce
        case .echo(let nonce):
            number = nonce
            flags.insert(.isEcho)
        }
        var markExtension = MarkExtension(cluster: credentials.cluster, number: number, flags: flags)
        if let key = credentials.key {
            markExtension.sign(mark, of: frame.sighting, from: hardwareAddress, with: key)
        }
        frame.encode(from: hardwareAddress, mark: mark, markExtension: markExtension, into: &writer)
    }

    // MARK: Frames

    /// Takes a frame, beginning with its Ethernet header. The reply, if there is one, is appended to `reply`.
    package mutating func receive(
        _ octets: Span<UInt8>, at now: Instant, into reply: inout ByteWriter, _ actions: inout [Action]
    ) -> Outcome {
        do throws(DropReason) {
            let frame = try SegmentFrame(decoding: octets, on: hardwareAddress)
            var sighting = Sighting(frame)
            if speaksPreviousVersion { forgetNews(of: &sighting) }
            if let mark = sighting.mark {
                if mark.kind == .inquiry {
                    return answerInquiry(frame, of: sighting.hardwareAddress, at: now, into: &reply)
                }
                switch acquaintances.judge(sighting, mark, own: context.speaker) {
                case .ourselves: throw .fromSelf
                case .replayed:
                    if sighting.kind == .use { deliver(.impersonated, to: sighting.address, at: now, &actions) }
                    throw .replayed
                case .member(let witness):
                    hear(sighting, mark, of: witness, at: now, &actions)
                    return .noted
                case .elsewhere(let witness):
                    hearElsewhere(sighting, mark, of: witness, at: now, &actions)
                    return .noted
                case .stranger(let origin):
                    sighting.mark = nil
                    sighting.origin = origin
                }
            }
            deliver(.sighted(sighting), to: sighting.address, at: now, &actions)
            let outcome = answer(frame, into: &reply)
            if case .answered(let address) = outcome, sighting.origin != .host {
                introduce(address, to: sighting.hardwareAddress, at: now)
            }
            return outcome
        } catch {
            return .dropped(error)
        }
    }

    /// What version 1 does not see.
    private func forgetNews(of sighting: inout Sighting) {
        sighting.markExtension = nil
        if sighting.mark?.kind == .challenge || sighting.mark?.kind == .denial { sighting.mark = nil }
    }

    private mutating func hear(
        _ sighting: Sighting, _ mark: ClaimMark, of witness: Witness, at now: Instant, _ actions: inout [Action]
    ) {
        noteVersion(of: witness, sighting.markExtension, at: now)
        switch mark.kind {
        case .challenge: answerChallenge(sighting, to: witness, limit: requestLimit, at: now)
        case .denial where isHandshake(sighting, of: witness), .answer where isHandshake(sighting, of: witness):
            concludeHandshake(with: witness)
        case .greeting: meet(mark, of: witness, at: now, &actions)
        // The answer to a question does not show that its sender stays.
        case .denial: deliver(.sighted(sighting), to: sighting.address, at: now, &actions)
        default:
            meet(mark, of: witness, at: now, &actions)
            // Who asks without an end is not answered without an end.
            if mark.kind == .probe, holds(sighting.address),
                !budget.takes(witness.speaker, limit: requestLimit, at: now)
            {
                return
            }
            deliver(.sighted(sighting), to: sighting.address, at: now, &actions)
        }
    }

    /// How many frames a member may ask for in a second: as many as there are addresses, three times over.
    private var requestLimit: Int { 3 * claims.count + 64 }

    /// In the name of a member, but from where that is not known to be. Nothing of it counts until liveness reaches the
    /// member there; but it is answered, a little, for it may be the member.
    private mutating func hearElsewhere(
        _ sighting: Sighting, _ mark: ClaimMark, of witness: Witness, at now: Instant, _ actions: inout [Action]
    ) {
        switch mark.kind {
        case .probe: introduce(sighting.address, to: witness.hardwareAddress, at: now)
        case .challenge: answerChallenge(sighting, to: nil, limit: 1, at: now)
        case .greeting:
            if isAsked(mark) { unplacedAsks[witness.speaker] = witness.hardwareAddress }
        case .claim, .answer, .confirmation:
            noteImpostor(witness, sighting.address, at: now)
            deliver(.impersonated, to: sighting.address, at: now, &actions)
        case .concession, .inquiry, .denial: break
        }
    }

    /// Tells a host that is not a member, in a frame with a mark, that the address is a speaker's.
    private mutating func introduce(_ address: IPAddress, to neighbor: MACAddress, at now: Instant) {
        guard let claim = claims[address], claim.state == .holding, strangersBudget.takes(neighbor, at: now) else {
            return
        }
        enqueue(.answer(address, to: neighbor), claim.mark(.answer, in: context))
    }

    private mutating func answerChallenge(_ sighting: Sighting, to member: Witness?, limit: Int, at now: Instant) {
        guard let nonce = sighting.markExtension?.number, !speaksPreviousVersion else { return }
        let neighbor = sighting.hardwareAddress
        let mayAnswer =
            member.map { budget.takes($0.speaker, limit: limit, at: now) } ?? strangersBudget.takes(neighbor, at: now)
        guard mayAnswer else { return }
        let address = sighting.address
        if let claim = claims[address], claim.state == .holding {
            enqueue(.assent(address, to: neighbor), claim.mark(.answer, in: context), .echo(nonce))
        } else {
            let hadIt = claims[address]?.lastHeld.map { $0.advanced(by: .seconds(2)) > now } ?? false
            let mark = ClaimMark(
                .denial, flags: hadIt ? .isYielding : [], speaker: context.speaker, company: context.company)
            enqueue(.denial(address, to: neighbor), mark, .echo(nonce))
        }
    }

    private func answer(_ frame: SegmentFrame, into reply: inout ByteWriter) -> Outcome {
        switch responder.answer(frame, into: &reply) {
        case .answered(let address): .answered(address)
        case .conflict: .dropped(.conflict)
        case .dropped(let reason): .dropped(reason)
        }
    }

    /// Answers an inquiry like any other request, and also says which speaker has answered.
    private mutating func answerInquiry(
        _ frame: SegmentFrame, of neighbor: MACAddress, at now: Instant, into reply: inout ByteWriter
    ) -> Outcome {
        let outcome = answer(frame, into: &reply)
        if case .answered(let address) = outcome { introduce(address, to: neighbor, at: now) }
        return outcome
    }

    /// Tells a member everything that this node holds.
    mutating func remind(_ speaker: UInt32, at neighbor: MACAddress, at now: Instant) {
        reminders.add(speaker, at: neighbor, count: heldList.elements.count, at: now)
        remindersDeadline = reminders.nextDeadline
    }

    mutating func enqueue(_ frame: ClaimFrame, _ mark: ClaimMark, _ stamp: Stamp = .number) {
        // A host that asks faster than answers leave asks again.
        let isAnswer = mark.kind == .answer || mark.kind == .denial
        guard !isAnswer || outbox.count - nextOut < SegmentClaims.longestOutbox else { return }
        outbox.append(Outgoing(frame: frame, mark: mark, stamp: stamp))
    }

    /// Counts what should never happen, and reports it, for each speaker no more than once a second.
    mutating func noteForged(_ witness: Witness, _ address: IPAddress, at now: Instant, _ actions: inout [Action]) {
        forgedClaims += 1
        if newsBudget.takes(.forged(witness.speaker), at: now) { actions.append(.forged(witness, of: address)) }
    }

    private mutating func noteBeliefDropped(
        _ witness: Witness, _ address: IPAddress, at now: Instant, _ actions: inout [Action]
    ) {
        beliefsDropped += 1
        if newsBudget.takes(.beliefDropped(witness.speaker), at: now) {
            actions.append(.beliefDropped(witness, of: address))
        }
    }

    /// Tells the claims of addresses whose holders are not alive any more, or not where they were.
    mutating func loseMembers(at now: Instant, _ actions: inout [Action]) {
        let orphaned = claims.values.filter { claim in
            [claim.holder, claim.candidate].contains { $0.map { !context.isAlive($0.witness) } ?? false }
        }
        for address in orphaned.map(\.address).sorted() { deliver(.memberLost, to: address, at: now, &actions) }
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
            case .ask(let frame, let mark, let nonce): enqueue(frame, mark, .nonce(nonce))
            case .begin:
                responder.insert(address)
                heldList.insert(address)
                announcer.begin(address, at: now)
            case .end:
                responder.remove(address)
                heldList.remove(address)
                announcer.end(address)
            case .report(.forged(let witness)): noteForged(witness, address, at: now, &actions)
            case .report(.beliefDropped(let witness)): noteBeliefDropped(witness, address, at: now, &actions)
            case .report(let report): actions.append(.report(report, of: address))
            }
        }
        agenda.set(address, at: claims.values[index].nextDeadline)
        updateGroups(of: address, isNeeded: state != .watching, &actions)
    }

    /// RFC 4862 §5.4.2: who probes for an address joins its solicited-node group, to learn of others that do.
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
