import Addresses
import Timing

// Who else speaks on the segment. Liveness knows it best, and tells. But where its packets do not pass although other
// frames do, the speakers see each other by those, and keep each other from taking what is not free.
extension SegmentClaims {
    /// Two greetings are at least so far apart.
    static let greetingGap = Duration.milliseconds(20)

    /// This node's number, and those of all other nodes. Frames of others are strangers'.
    package mutating func setSpeakers(_ own: UInt32, _ others: Set<UInt32>, at now: Instant) -> [Action] {
        var actions: [Action] = []
        context.speaker = own
        speakers = others.subtracting([own])
        known.formIntersection(speakers)
        if !seen.keys.allSatisfy(speakers.contains) {
            seen = seen.filter { speakers.contains($0.key) }
            actions.append(.present(Set(seen.keys)))
        }
        updateMembers(at: now, &actions)
        return actions
    }

    /// The speakers that liveness hears here.
    package mutating func setHeard(_ new: Set<UInt32>, at now: Instant) -> [Action] {
        var actions: [Action] = []
        guard new != heard else { return actions }
        let (added, lost) = (new.subtracting(heard), heard.subtracting(new))
        heard = new
        known.formUnion(new)
        let before = seen.count
        seen = seen.filter { !added.contains($0.key) }
        if seen.count != before { actions.append(.present(Set(seen.keys))) }
        updateMembers(at: now, &actions)
        guard isConnected else { return actions }
        // A newcomer may hold what this node holds: the two have been apart. And who fell silent for liveness may be there.
        ask(added)
        greet([], at: now)
        if !lost.isEmpty { loseMembers(lost, at: now, &actions) }
        return actions
    }

    /// A frame of another speaker has come.
    mutating func meet(
        _ mark: ClaimMark, from hardwareAddress: MACAddress, at now: Instant, _ actions: inout [Action]
    ) {
        // Who yields may be about to leave.
        if !heard.contains(mark.speaker), !mark.flags.contains(.isYielding) || seen[mark.speaker] != nil {
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
        // Who asks another because that is new here knows what this node holds.
        let isAsked = mark.term == 0 || mark.term == context.speaker
        if mark.flags.contains(.asksForClaims), isAsked, !context.isLeaving { remind(hardwareAddress) }
        if mark.flags.contains(.needsGreetings) {
            greetsUntil = now.advanced(by: context.pace.presence)
            scheduleGreeting(at: now.advanced(by: context.pace.greetingInterval))
        }
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
            loseMembers(lost, at: now, &actions)
        case .company:
            context.company = context.members.count + 1
            updateMembers(at: now, &actions)
        }
    }

    /// The company shrinks at once, and grows only after a while: a node that was cut off, and has taken for lost those who
    /// were not, still says so when it meets them again.
    private mutating func updateMembers(at now: Instant, _ actions: inout [Action]) {
        context.members = heard.union(seen.keys)
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
        // As long as somebody is seen but not heard, or wants to be greeted.
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
