import Addresses
import Timing
import WireIdentity

// Who else speaks on the segment. Liveness knows it best, and tells. But where its packets do not pass although other
// frames do, the speakers see each other by those, and keep each other from taking what is not free.
extension SegmentClaims {
    /// Two greetings are at least so far apart.
    static let greetingGap = Duration.milliseconds(20)

    /// This node's number, and those of all other nodes. Frames of others are strangers'.
    package mutating func setSpeakers(_ own: UInt32, _ others: Set<UInt32>, at now: Instant) -> [Action] {
        var actions: [Action] = []
        context.speaker = own
        let others = others.subtracting([own])
        acquaintances.setSpeakers(others)
        known.formIntersection(others)
        reminders.keep(others)
        handshakes = handshakes.filter { others.contains($0.key.speaker) }
        unplacedAsks = unplacedAsks.filter { others.contains($0.key) }
        context.modern = context.modern.filter { others.contains($0.speaker) }
        context.trusted = context.trusted.filter { others.contains($0.speaker) }
        if !seen.keys.allSatisfy(others.contains) {
            seen = seen.filter { others.contains($0.key) }
            actions.append(.present(Set(seen.keys)))
        }
        updateMembers(at: now, &actions)
        return actions
    }

    /// The speakers that liveness reaches here, and where; nowhere in particular if it does not know.
    package mutating func setHeard(_ new: [UInt32: Set<MACAddress>], at now: Instant) -> [Action] {
        var actions: [Action] = []
        let new = speaksPreviousVersion ? new.mapValues { _ in [] } : new
        let old = acquaintances.heard
        guard new != old else { return actions }
        let added = Set(new.filter { old[$0.key] == nil || !$0.value.subtracting(old[$0.key] ?? []).isEmpty }.keys)
        let isLoss = old.contains { speaker, places in new[speaker].map { !$0.isSuperset(of: places) } ?? true }
        acquaintances.setHeard(new)
        known.formUnion(new.keys)
        context.trusted = context.trusted.filter { new[$0.speaker] != nil && acquaintances.isPlaced($0) }
        context.modern = context.modern.filter(acquaintances.isPlaced)
        handshakes = handshakes.filter { new[$0.key.speaker] != nil && acquaintances.isPlaced($0.key) }
        let before = seen.count
        seen = seen.filter { new[$0.key] == nil }
        if seen.count != before { actions.append(.present(Set(seen.keys))) }
        updateMembers(at: now, &actions)
        guard isConnected else { return actions }
        // A newcomer may hold what this node holds: the two have been apart. And a node that liveness has lost may be there.
        ask(added)
        greet([], at: now)
        for speaker in added.sorted() {
            for place in (new[speaker] ?? []).sorted() {
                let witness = Witness(speaker, at: place)
                context.modern.insert(witness)
            }
            // It has asked before it was known to be there.
            if let place = unplacedAsks.removeValue(forKey: speaker), new[speaker]?.contains(place) ?? false,
                !context.isLeaving
            {
                remind(speaker, at: place, at: now)
            }
        }
        if !added.isEmpty { shakeHandsWithAll(at: now) }
        if isLoss || !added.isEmpty { loseMembers(at: now, &actions) }
        return actions
    }

    /// A frame of another speaker has come.
    mutating func meet(_ mark: ClaimMark, of witness: Witness, at now: Instant, _ actions: inout [Action]) {
        // Who yields may be about to leave.
        if acquaintances.heard[mark.speaker] == nil, !mark.flags.contains(.isYielding) || seen[mark.speaker] != nil {
            let isNew = seen.updateValue(now, forKey: mark.speaker) == nil
            if isNew {
                known.insert(mark.speaker)
                actions.append(.present(Set(seen.keys)))
                updateMembers(at: now, &actions)
                ask([mark.speaker])
                greet(.needsGreetings, at: now)
            }
            if !timers.isRunning(.presence) { timers.set(.presence, at: now.advanced(by: context.pace.presence)) }
        }
        guard mark.kind == .greeting else { return }
        if isAsked(mark), !context.isLeaving { remind(mark.speaker, at: witness.hardwareAddress, at: now) }
        if mark.flags.contains(.needsGreetings) {
            greetsUntil = now.advanced(by: context.pace.presence)
            scheduleGreeting(at: now.advanced(by: context.pace.greetingInterval))
        }
    }

    /// Whether a greeting asks this node for what it holds. Who asks another because that is new here knows it.
    func isAsked(_ mark: ClaimMark) -> Bool {
        mark.flags.contains(.asksForClaims) && (mark.term == 0 || mark.term == context.speaker)
    }

    mutating func forgetSeen(_ actions: inout [Action]) {
        guard !seen.isEmpty else { return }
        seen.removeAll()
        actions.append(.present([]))
    }

    mutating func expire(_ timer: Timer, at now: Instant, _ actions: inout [Action]) {
        switch timer {
        case .greeting: sendGreeting(at: now)
        case .presence:
            let limit = context.pace.presence
            let lost = Set(seen.filter { $0.value.advanced(by: limit) <= now }.keys)
            for speaker in lost { seen[speaker] = nil }
            if let oldest = seen.values.min() { timers.set(.presence, at: oldest.advanced(by: limit)) }
            guard !lost.isEmpty else { return }
            actions.append(.present(Set(seen.keys)))
            updateMembers(at: now, &actions)
            loseMembers(at: now, &actions)
        case .handshakes: shakeHandsWithAll(at: now)
        case .impostors:
            for (witness, finding) in impostors.sorted(by: { $0.value.since < $1.value.since })
            where finding.since.advanced(by: .seconds(1)) <= now {
                impostors[witness] = nil
                if !acquaintances.isPlaced(witness) { noteForged(witness, finding.address, at: now, &actions) }
            }
            if let oldest = impostors.values.map(\.since).min() {
                timers.set(.impostors, at: oldest.advanced(by: .seconds(1)))
            }
        case .coldStart:
            // One that was young when it was met may have been here for twice as long as this node.
            guard !hasMetElders, !context.isLeaving else { return }
            for witness in neighbors { sendHandshake(to: witness, at: now) }
            timers.set(.elders, at: now.advanced(by: context.pace.handshakeGap))
        case .elders: if !hasMetElders, !context.members.isEmpty { actions.append(.coldStart) }
        case .company:
            context.company = context.members.count + 1
            updateMembers(at: now, &actions)
        }
    }

    /// The company shrinks at once, and grows only after a while: a node that was cut off, and has taken for lost those who
    /// were not, still says so when it meets them again.
    private mutating func updateMembers(at now: Instant, _ actions: inout [Action]) {
        context.members = Set(acquaintances.heard.keys).union(seen.keys)
        context.hardwareAddresses = acquaintances.heard.filter { !$0.value.isEmpty }
        context.heard = Set(acquaintances.heard.keys)
        let company = context.members.count + 1
        if company <= context.company {
            context.company = company
            timers.stop(.company)
        } else if !timers.isRunning(.company) {
            timers.set(.company, at: now.advanced(by: context.pace.companyDelay))
        }
        context.isMinority = 2 * context.company < known.count + 1
    }

    // MARK: Greetings

    /// The next greeting asks these for what they hold: one by its number, several with all others.
    mutating func ask(_ newcomers: Set<UInt32>) {
        guard let first = newcomers.first else { return }
        let asksAnother = greetingFlags.contains(.asksForClaims) && greetingAsks != first
        greetingAsks = newcomers.count > 1 || asksAnother ? 0 : first
        greetingFlags.insert(.asksForClaims)
    }

    /// Makes this node known, soon.
    mutating func greet(_ flags: ClaimMark.Flags, at now: Instant) {
        greetingFlags.formUnion(flags)
        scheduleGreeting(at: max(now, lastGreeting?.advanced(by: SegmentClaims.greetingGap) ?? now))
    }

    private mutating func scheduleGreeting(at moment: Instant) {
        if let due = timers.deadline(of: .greeting), due <= moment { return }
        timers.set(.greeting, at: moment)
    }

    private mutating func sendGreeting(at now: Instant) {
        var flags = greetingFlags
        greetingFlags = []
        lastGreeting = now
        // As long as a node is seen but not reachable, or wants to be greeted.
        if !seen.isEmpty { flags.insert(.needsGreetings) }
        if !seen.isEmpty || now < greetsUntil {
            scheduleGreeting(at: now.advanced(by: context.pace.greetingInterval))
        }
        guard let ownAddress, !context.isLeaving else { return }
        if context.isMinority { flags.insert(.isMinority) }
        enqueue(
            .greeting(own: ownAddress),
            ClaimMark(
                .greeting, flags: flags, speaker: context.speaker,
                term: flags.contains(.asksForClaims) ? greetingAsks : 0, company: context.company))
    }
}

// MARK: - Which speakers receive each other
extension SegmentClaims {
    /// Whether this node has spoken here for a short time only.
    func isYoung(at now: Instant) -> Bool { born.map { $0.advanced(by: context.pace.youth) > now } ?? true }

    /// Takes note of what a member's frame says of its version and its age.
    mutating func noteVersion(of witness: Witness, _ markExtension: MarkExtension?, at now: Instant) {
        guard let markExtension else {
            hasMetElders = true
            context.modern.remove(witness)
            return
        }
        if !markExtension.flags.contains(.isYoung) { hasMetElders = true }
        if !context.modern.contains(witness) { context.modern.insert(witness) }
        if !context.trusted.contains(witness) { shakeHands(with: witness, at: now) }
    }

    /// Asks a speaker that liveness reaches whether it receives this node's frames: about this node's own address, so
    /// that it says no. Later, a missing answer means that it no longer receives them.
    mutating func shakeHands(with witness: Witness, at now: Instant) {
        guard acquaintances.heard[witness.speaker] != nil, !context.trusted.contains(witness),
            handshakes[witness].map({ $0.since.advanced(by: context.pace.handshakeGap) <= now }) ?? true
        else { return }
        sendHandshake(to: witness, at: now)
    }

    private mutating func sendHandshake(to witness: Witness, at now: Instant) {
        guard let ownAddress, isConnected, !speaksPreviousVersion else { return }
        let nonce = context.nonce(for: ownAddress, to: witness, at: now)
        handshakes[witness] = (nonce, now)
        let mark = ClaimMark(.challenge, speaker: context.speaker, company: context.company)
        enqueue(.challenge(ownAddress, to: witness.hardwareAddress), mark, .nonce(nonce))
    }

    /// The speakers that liveness reaches, and where, in order.
    private var neighbors: [Witness] {
        acquaintances.heard.flatMap { speaker, places in places.map { Witness(speaker, at: $0) } }.sorted {
            ($0.speaker, $0.hardwareAddress) < ($1.speaker, $1.hardwareAddress)
        }
    }

    /// A frame may be lost, and the other may learn of this node only later: until each has answered, it is asked again.
    mutating func shakeHandsWithAll(at now: Instant) {
        let strange = neighbors.filter { !context.trusted.contains($0) }
        guard !strange.isEmpty else { return }
        for witness in strange { shakeHands(with: witness, at: now) }
        timers.set(.handshakes, at: now.advanced(by: context.pace.handshakeGap))
    }

    func isHandshake(_ sighting: Sighting, of witness: Witness) -> Bool {
        guard let echo = sighting.markExtension, echo.isEcho, sighting.address == ownAddress else { return false }
        return handshakes[witness]?.nonce == echo.number
    }

    mutating func concludeHandshake(with witness: Witness) {
        handshakes[witness] = nil
        context.trusted.insert(witness)
        acquaintances.noteUpgrade(of: witness.speaker)
    }

    /// A host that speaks for a member from elsewhere may be the member, which liveness is about to reach there.
    mutating func noteImpostor(_ witness: Witness, _ address: IPAddress, at now: Instant) {
        guard impostors[witness] == nil, impostors.count < SegmentClaims.impostorLimit else { return }
        impostors[witness] = (now, address)
        if !timers.isRunning(.impostors) { timers.set(.impostors, at: now.advanced(by: .seconds(1))) }
    }
}
