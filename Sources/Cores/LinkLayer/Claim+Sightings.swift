import Addresses
import Timing

// What a claim makes of the frames of others.
extension Claim {
    mutating func see(_ sighting: Sighting, at now: Instant, _ context: ClaimContext, _ actions: inout [Action]) {
        guard let mark = sighting.mark else {
            meetStranger(sighting, at: now, context, &actions)
            return
        }
        let witness = Witness(mark.speaker, at: sighting.hardwareAddress)
        if let echo = sighting.markExtension, echo.isEcho {
            seeEcho(of: echo.number, mark, by: witness, at: now, context, &actions)
            return
        }
        switch mark.kind {
        case .probe: meetProbe(of: mark, by: sighting.hardwareAddress, at: now, context, &actions)
        case .claim, .answer, .confirmation: meetClaim(of: mark, by: witness, at: now, context, &actions)
        case .concession: meetConcession(of: witness, at: now, context, &actions)
        // Not about whose the address is.
        case .greeting, .inquiry, .challenge, .denial: break
        }
    }
}

// MARK: - Other speakers
extension Claim {
    private mutating func meetProbe(
        of mark: ClaimMark, by hardwareAddress: MACAddress, at now: Instant, _ context: ClaimContext,
        _ actions: inout [Action]
    ) {
        switch state {
        case .holding: send(.answer(address, to: hardwareAddress), .answer, context, &actions)
        case .probing:
            // RFC 5227 §2.1.1: another host probes for the address. Among speakers, one of the two continues. One that gave
            // way and received no claim does not do so again: two owners settle that at once, and a prober that claims
            // nothing must not block others.
            let hasGivenWay = lastGivingWay.map { $0.advanced(by: context.pace.distrust) > now } ?? false
            if !hasGivenWay, mark.outranks(self.mark(.probe, in: context), for: address) {
                giveWay(at: now, context)
            } else {
                // It may have missed ours, which came first.
                repeatProbe(context, &actions)
            }
        case .watching, .blocked: break
        }
    }

    /// Once for each probe.
    private mutating func repeatProbe(_ context: ClaimContext, _ actions: inout [Action]) {
        guard !hasRepeatedProbe else { return }
        hasRepeatedProbe = true
        send(.probe(address), .probe, context, &actions)
    }

    /// Stops probing; looks again after a while if the other does not claim.
    private mutating func giveWay(at now: Instant, _ context: ClaimContext) {
        guard let due = timers.deadline(of: .probe) else { return }
        lastGivingWay = now
        state = .watching
        timers.stop(.probe)
        endTrials()
        timers.set(.check, at: due.advanced(by: context.pace.givingWay))
    }

    private mutating func meetClaim(
        of mark: ClaimMark, by witness: Witness, at now: Instant, _ context: ClaimContext, _ actions: inout [Action]
    ) {
        if concludeByMark(mark, by: witness, at: now, context, &actions) { return }
        switch state {
        case .watching, .blocked: noteClaim(of: mark, by: witness, at: now, context, &actions)
        case .probing:
            // In a moment it is known whether it has the address; until then nothing is claimed.
            challenge(witness, because: mark, at: now, context, &actions)
        case .holding:
            let isToTake = isYielding(in: context) && !mark.flags.contains(.isYielding)
            if isToTake || mark.outranks(self.mark(.claim, in: context), for: address) {
                // This node goes on answering until it is known whether that is true.
                challenge(witness, because: mark, at: now, context, &actions)
            } else {
                contend(with: witness, mark, at: now, context, &actions)
            }
        }
    }

    /// A claim was received that this node does not contest.
    private mutating func noteClaim(
        of mark: ClaimMark, by witness: Witness, at now: Instant, _ context: ClaimContext, _ actions: inout [Action]
    ) {
        if holder?.witness != witness, let index = rival(witness, mark, at: now), rivals[index].isDistrusted(at: now) {
            // It did not answer for the address a moment ago, and is believed when it does: copies of its frames would
            // otherwise have this node wait for it again and again.
            challenge(witness, because: mark, at: now, context, &actions)
            return
        }
        timers.stop(.verify)
        if holder?.witness == witness {
            holder?.lastHeard = now
            if holder?.isConfirmed == true, isHeldByMember(context), !role.isOwner { timers.stop(.check) }
        } else {
            _ = rival(witness, mark, at: now)
            let belief = Belief(witness: witness, lastHeard: now, isConfirmed: false)
            if isHeldByMember(context) {
                candidate = belief
                doubt(at: now, context)
            } else {
                candidate = nil
                believe(belief, at: now, context, &actions)
            }
        }
    }

    private mutating func meetConcession(
        of witness: Witness, at now: Instant, _ context: ClaimContext, _ actions: inout [Action]
    ) {
        if state == .holding {
            // The caches of others may point to the one that has let go.
            repair(at: now, context, &actions)
        } else if candidate?.witness == witness {
            candidate = nil
        } else if holder?.witness == witness {
            holder = nil
            promoteCandidate(at: now, context, &actions)
            watch(at: now, context)
        }
    }

    /// This node has the better claim: says so, and the other yields, if it receives it. If it claims the address again
    /// all the same, it is asked: it may not have it, and it may not receive this node's frames.
    private mutating func contend(
        with witness: Witness, _ mark: ClaimMark, at now: Instant, _ context: ClaimContext, _ actions: inout [Action]
    ) {
        guard let index = rival(witness, mark, at: now) else { return }
        if let last = rivals[index].lastDefence {
            let since = last.duration(to: now)
            // What was under way when we spoke says nothing.
            guard since >= context.pace.defenceGap else { return }
            if since < context.pace.verification {
                challenge(witness, because: mark, at: now, context, &actions)
                return
            }
        }
        rivals[index].lastDefence = now
        send(.claim(address, to: nil), .claim, context, &actions)
    }
}

// MARK: - Strangers (RFC 5227 §2.1.1, §2.4)
extension Claim {
    private mutating func meetStranger(
        _ sighting: Sighting, at now: Instant, _ context: ClaimContext, _ actions: inout [Action]
    ) {
        let identity = ClaimStranger(sighting.hardwareAddress, sighting.origin)
        switch (state, sighting.kind) {
        case (.watching, _), (.blocked, .probe): break
        case (.holding, .probe):
            // RFC 5227 §2.5: to be answered as every request is, which the responder does.
            break
        case (.probing, .probe):
            // RFC 5227 §2.1.1: who probes for a new address at the same time may be about to claim it. Who probed and did
            // not use it since, and a host that probes for what another speaker had, is none of that.
            guard !isKnown, holder == nil, stranger?.isUser ?? true else { break }
            block(for: identity, isUser: false, at: now, context, &actions)
        case (.probing, .use):
            if isKnown, !sighting.isAnswer {
                // What another speaker had is taken over in spite of who announces it; who answers a probe has it.
                remember(identity, isUser: true, at: now, context, &actions)
            } else {
                block(for: identity, isUser: true, at: now, context, &actions)
            }
        case (.blocked, .use): remember(identity, isUser: true, at: now, context, &actions)
        case (.holding, .use):
            if let end = isProvisionalUntil, now < end {
                // RFC 5227 §2.1.1: an answer that came late is an answer.
                send(.probe(address), .concession, context, &actions)
                letGo(to: nil, at: now, context, &actions)
                isKnown = false
                block(for: identity, isUser: true, at: now, context, &actions)
            } else {
                defend(against: identity, at: now, context, &actions)
            }
        }
    }

    /// Claims nothing while a stranger has the address.
    private mutating func block(
        for identity: ClaimStranger, isUser: Bool, at now: Instant, _ context: ClaimContext, _ actions: inout [Action]
    ) {
        state = .blocked
        isProvisionalUntil = nil
        timers.stop(.probe)
        timers.stop(.check)
        endTrials()
        let isNew = stranger == nil
        remember(identity, isUser: isUser, at: now, context, &actions)
        if isNew, isKnown { stranger?.retry = context.pace.takeoverRetry }
        // One that may be a node of ours, which has another key for the time of a change, is looked for without growing delays.
        if identity.origin == .unaccepted { stranger?.retry = context.pace.takeoverRetry }
        timers.set(.stranger, at: now.advanced(by: stranger?.retry ?? context.pace.conflictRetry))
        doubt(at: now, context)
    }

    private mutating func remember(
        _ identity: ClaimStranger, isUser: Bool, at now: Instant, _ context: ClaimContext, _ actions: inout [Action]
    ) {
        guard var known = stranger else {
            actions.append(.report(.stranger(identity)))
            stranger = Stranger(
                identity: identity, isUser: isUser, lastSeen: now, lastReport: now, retry: context.pace.conflictRetry)
            return
        }
        known.lastSeen = now
        known.isUser = isUser
        // One that changes its MAC address with every frame is not reported with every frame. That a host is a speaker, not
        // all of its frames show.
        let isOther = known.identity.hardwareAddress != identity.hardwareAddress
        let isBetterKnown = !isOther && known.identity.origin == .host && identity.origin != .host
        let isDue = known.lastReport.advanced(by: context.pace.defendInterval) <= now
        if isBetterKnown || isOther && isDue {
            known.identity = identity
            known.lastReport = now
            actions.append(.report(.stranger(identity)))
        }
        stranger = known
    }

    /// RFC 5227 §2.4 (c): the address is worth defending; but no more than once in DEFEND_INTERVAL, for the stranger may
    /// do the same.
    private mutating func defend(
        against identity: ClaimStranger, at now: Instant, _ context: ClaimContext, _ actions: inout [Action]
    ) {
        remember(identity, isUser: true, at: now, context, &actions)
        if !timers.isRunning(.stranger) { timers.set(.stranger, at: now.advanced(by: context.pace.defendInterval)) }
        let last = stranger?.lastDefence
        guard last.map({ $0.advanced(by: context.pace.defendInterval) <= now }) ?? true else { return }
        stranger?.lastDefence = now
        send(.claim(address, to: nil), .claim, context, &actions)
    }

    /// Whether the stranger is still there: where this node holds the address too, a probe that it does not answer shows
    /// that it is gone; where the stranger alone had it, the address is claimed if no host answers.
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
