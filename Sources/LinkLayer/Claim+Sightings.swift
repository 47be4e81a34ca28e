import Addresses
import Timing

// What a claim makes of the frames of others.
extension Claim {
    mutating func see(_ sighting: Sighting, at now: Instant, _ context: ClaimContext, _ actions: inout [Action]) {
        if let mark = sighting.mark {
            switch mark.kind {
            case .probe: meetProbe(of: mark, by: sighting.hardwareAddress, context, &actions)
            case .claim, .answer, .confirmation:
                highestTerm = max(highestTerm, mark.term)
                meetClaim(of: mark, at: now, context, &actions)
            case .concession: meetConcession(of: mark, at: now, context, &actions)
            // Not about whose the address is.
            case .greeting, .inquiry: break
            }
        } else {
            meetStranger(sighting, at: now, context, &actions)
        }
    }
}

// MARK: - Other speakers
extension Claim {
    private mutating func meetProbe(
        of mark: ClaimMark, by hardwareAddress: MACAddress, _ context: ClaimContext, _ actions: inout [Action]
    ) {
        switch state {
        case .holding: send(.answer(address, to: hardwareAddress), .answer, context, &actions)
        case .probing:
            // RFC 5227 §2.1.1: somebody else probes for the address. Among speakers, one of the two goes on.
            if mark.outranks(self.mark(.probe, in: context), for: address) {
                giveWay(context)
            } else {
                // It may not have heard ours, which came first.
                send(.probe(address), .probe, context, &actions)
            }
        case .watching, .blocked: break
        }
    }

    /// Stops probing; looks again after a while if nothing is heard of the other.
    private mutating func giveWay(_ context: ClaimContext) {
        guard let due = timers.deadline(of: .probe) else { return }
        state = .watching
        timers.stop(.probe)
        timers.set(.check, at: due.advanced(by: context.pace.patience))
    }

    private mutating func meetClaim(
        of mark: ClaimMark, at now: Instant, _ context: ClaimContext, _ actions: inout [Action]
    ) {
        switch state {
        case .watching, .blocked:
            timers.stop(.verify)
            if context.members.contains(mark.speaker), !role.isOwner { timers.stop(.check) }
            note(mark.speaker, &actions)
        case .probing:
            let mayTake = mark.flags.contains(.isYielding) || role == .owner(role.rank, over: mark.speaker)
            if mayTake, role.isOwner {
                hold(at: now, context, &actions)
            } else {
                state = .watching
                timers.stop(.probe)
                note(mark.speaker, &actions)
                watch(at: now, context)
            }
        case .holding:
            if isYielding(in: context), !mark.flags.contains(.isYielding) {
                letGo(to: mark.speaker, &actions)
            } else if mark.outranks(self.mark(.claim, in: context), for: address) {
                yield(to: mark.speaker, at: now, context, &actions)
            } else {
                contend(with: mark, at: now, context, &actions)
            }
        }
    }

    private mutating func note(_ speaker: UInt32, _ actions: inout [Action]) {
        guard holder != speaker else { return }
        holder = speaker
        actions.append(.report(.holder(.speaker(speaker))))
    }

    /// The other has the better claim, and is to announce it to everybody again, which it does when it hears of this. It
    /// must be heard of again: both may have thought at one moment that the other's is better.
    private mutating func yield(
        to speaker: UInt32, at now: Instant, _ context: ClaimContext, _ actions: inout [Action]
    ) {
        send(.probe(address), .concession, context, &actions)
        letGo(to: speaker, &actions)
        timers.set(.verify, at: now.advanced(by: context.pace.verification))
    }

    private mutating func meetConcession(
        of mark: ClaimMark, at now: Instant, _ context: ClaimContext, _ actions: inout [Action]
    ) {
        if state == .holding {
            // The caches of others may point to the one that has let go.
            send(.claim(address, to: nil), .claim, context, &actions)
        } else if holder == mark.speaker {
            holder = nil
            watch(at: now, context)
        }
    }

    /// This node has the better claim: says so, and the other lets go, if it hears it. If it does not, but hears others,
    /// it has the address from now on, for otherwise both would. One that hears nobody is no better off with it.
    private mutating func contend(
        with mark: ClaimMark, at now: Instant, _ context: ClaimContext, _ actions: inout [Action]
    ) {
        if let contest, contest.speaker == mark.speaker {
            let since = contest.lastDefence.duration(to: now)
            // What was under way when we spoke says nothing.
            guard since >= context.pace.defenceGap else { return }
            if since < context.pace.verification {
                if mark.company > 1 {
                    yield(to: mark.speaker, at: now, context, &actions)
                    return
                }
                actions.append(.report(.deaf(mark.speaker)))
            }
        }
        contest = Contest(speaker: mark.speaker, lastDefence: now)
        send(.claim(address, to: nil), .claim, context, &actions)
    }
}

// MARK: - Strangers (RFC 5227 §2.1.1, §2.4)
extension Claim {
    private mutating func meetStranger(
        _ sighting: Sighting, at now: Instant, _ context: ClaimContext, _ actions: inout [Action]
    ) {
        switch (state, sighting.kind) {
        case (.watching, _), (.blocked, .probe): break
        case (.holding, .probe):
            // RFC 5227 §2.5: to be answered as every request is, which the responder does.
            break
        case (.probing, _):
            // RFC 5227 §2.1.1: whoever has the address, or probes for it at the same time.
            state = .blocked
            timers.stop(.probe)
            remember(sighting.hardwareAddress, at: now, context, &actions)
            timers.set(.stranger, at: now.advanced(by: stranger?.retry ?? context.pace.conflictRetry))
        case (.blocked, .use): remember(sighting.hardwareAddress, at: now, context, &actions)
        case (.holding, .use): defend(against: sighting.hardwareAddress, at: now, context, &actions)
        }
    }

    private mutating func remember(
        _ hardwareAddress: MACAddress, at now: Instant, _ context: ClaimContext, _ actions: inout [Action]
    ) {
        guard var known = stranger else {
            actions.append(.report(.stranger(hardwareAddress)))
            stranger = Stranger(
                hardwareAddress: hardwareAddress, lastSeen: now, lastReport: now, retry: context.pace.conflictRetry)
            return
        }
        known.lastSeen = now
        // One that changes its MAC address with every frame is not told of with every frame.
        if known.hardwareAddress != hardwareAddress, known.lastReport.advanced(by: context.pace.defendInterval) <= now {
            known.hardwareAddress = hardwareAddress
            known.lastReport = now
            actions.append(.report(.stranger(hardwareAddress)))
        }
        stranger = known
    }

    /// RFC 5227 §2.4 (c): the address is worth defending; but no more than once in DEFEND_INTERVAL, for the stranger may
    /// do the same.
    private mutating func defend(
        against hardwareAddress: MACAddress, at now: Instant, _ context: ClaimContext, _ actions: inout [Action]
    ) {
        remember(hardwareAddress, at: now, context, &actions)
        if !timers.isRunning(.stranger) { timers.set(.stranger, at: now.advanced(by: context.pace.defendInterval)) }
        let last = stranger?.lastDefence
        guard last.map({ $0.advanced(by: context.pace.defendInterval) <= now }) ?? true else { return }
        stranger?.lastDefence = now
        send(.claim(address, to: nil), .claim, context, &actions)
    }

    /// Whether the stranger is still there: where this node holds the address too, a probe that it does not answer shows
    /// that it is gone; where the stranger alone had it, the address is claimed if nobody answers.
    mutating func lookForStranger(at now: Instant, _ context: ClaimContext, _ actions: inout [Action]) {
        guard var known = stranger else { return }
        known.retry = min(known.retry * 2, context.pace.conflictRetryLimit)
        defer { if stranger != nil { stranger = known } }
        switch state {
        case .blocked: startProbing(asking: context.pace.probes, at: now, context, &actions)
        case .holding:
            if let asked = known.lastProbe, known.lastSeen < asked {
                forgetStranger(&actions)
            } else {
                known.lastProbe = now
                send(.probe(address), .confirmation, context, &actions)
                timers.set(.stranger, at: now.advanced(by: context.pace.defendInterval))
            }
        case .watching, .probing: break
        }
    }

    mutating func forgetStranger(_ actions: inout [Action]) {
        guard stranger != nil else { return }
        stranger = nil
        timers.stop(.stranger)
        actions.append(.report(.stranger(nil)))
    }
}
