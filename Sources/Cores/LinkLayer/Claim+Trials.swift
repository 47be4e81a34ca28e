import Addresses
import Timing

// Asking the speaker in whose name an address is claimed whether it has it, and what follows from the answer.
extension Claim {
    /// So many speakers that claim one address are attended to at a time; those that come on top of them have to claim it
    /// again.
    private static let rivalLimit = 16

    /// The index of what is kept about a speaker; `nil` if there are too many.
    mutating func rival(_ witness: Witness, _ mark: ClaimMark, at now: Instant) -> Int? {
        if let index = rivals.firstIndex(where: { $0.witness == witness }) {
            // What is long over does not keep it from being asked at once.
            if rivals[index].isOver(at: now) { rivals[index] = Rival(witness, mark) }
            rivals[index].mark = mark
            return index
        }
        rivals.removeAll { $0.isOver(at: now) }
        guard rivals.count < Claim.rivalLimit else { return nil }
        rivals.append(Rival(witness, mark))
        return rivals.count - 1
    }

    /// Asks a speaker whether it has the address, as soon as that may be asked.
    mutating func challenge(
        _ witness: Witness, because mark: ClaimMark, at now: Instant, _ context: ClaimContext,
        _ actions: inout [Action]
    ) {
        guard let index = rival(witness, mark, at: now), rivals[index].trial == nil else { return }
        if let due = restDeadline(of: rivals[index], context), due > now {
            rivals[index].isWaiting = true
        } else {
            beginTrial(index, at: now, context, &actions)
        }
        setTrialTimer(context)
    }

    /// Until when a speaker is left alone. One that has the address, as it said when it was asked, may be asked at any time:
    /// it takes the speaker itself to bring that about.
    private func restDeadline(of rival: Rival, _ context: ClaimContext) -> Instant? {
        if case .confirmed = rival.lastOutcome { return nil }
        // Once in each course of probes.
        if case .probing = state, let last = rival.lastTrial, let probingSince, last < probingSince { return nil }
        guard rival.refusals > 0 else { return nil }
        // At first it may be about to have what it did not have yet.
        guard let last = rival.lastTrial else { return nil }
        // A claim with another term is another claim: copies of what was denied must not keep a handover waiting. Once in a
        // while, for terms can be made up.
        let isOther = rival.deniedTerm.map { $0 != rival.mark.term } ?? false
        if isOther, rival.lastExtraTrial.map({ $0.advanced(by: context.pace.trialGap) <= last }) ?? true {
            return last.advanced(by: context.pace.firstTrialGap)
        }
        let gap = min(context.pace.trialGap, context.pace.firstTrialGap * (1 << min(rival.refusals - 1, 10)))
        return last.advanced(by: gap)
    }

    private mutating func beginTrial(
        _ index: Int, at now: Instant, _ context: ClaimContext, _ actions: inout [Action]
    ) {
        rivals[index].isWaiting = false
        if let last = rivals[index].lastTrial, now < last.advanced(by: context.pace.trialGap) {
            rivals[index].lastExtraTrial = now
        }
        rivals[index].lastTrial = now
        rivals[index].trial = Rival.Trial(
            nonce: context.nonce(for: address, to: rivals[index].witness, at: now),
            next: now.advanced(by: context.pace.trialInterval))
        ask(index, context, &actions)
    }

    private func ask(_ index: Int, _ context: ClaimContext, _ actions: inout [Action]) {
        let witness = rivals[index].witness
        guard let trial = rivals[index].trial else { return }
        let frame = ClaimFrame.challenge(address, to: witness.hardwareAddress)
        if context.modern.contains(witness) {
            actions.append(.ask(frame, mark(.challenge, in: context), nonce: trial.nonce))
        } else {
            // Version 1 knows probes alone, and answers if it has the address. The rank gives way to everybody's.
            actions.append(
                .send(
                    frame,
                    ClaimMark(
                        .probe, rank: ClaimRank(standing: .max), speaker: context.speaker, company: context.company)))
        }
    }

    private mutating func setTrialTimer(_ context: ClaimContext) {
        let moments = rivals.compactMap { rival in
            rival.trial?.next ?? (rival.isWaiting ? restDeadline(of: rival, context) : nil)
        }
        if let next = moments.min() { timers.set(.trial, at: next) } else { timers.stop(.trial) }
    }

    /// No answer to what was asked matters any more.
    mutating func endTrials() {
        for index in rivals.indices {
            rivals[index].trial = nil
            rivals[index].isWaiting = false
        }
        timers.stop(.trial)
    }

    mutating func continueTrials(at now: Instant, _ context: ClaimContext, _ actions: inout [Action]) {
        for witness in rivals.map(\.witness) {
            guard let index = rivals.firstIndex(where: { $0.witness == witness }) else { continue }
            if var trial = rivals[index].trial {
                guard trial.next <= now else { continue }
                if trial.asked < context.pace.trialAsks {
                    trial.asked += 1
                    trial.next = now.advanced(by: context.pace.trialInterval)
                    rivals[index].trial = trial
                    ask(index, context, &actions)
                } else {
                    conclude(index, .unanswered, at: now, context, &actions)
                }
            } else if rivals[index].isWaiting, restDeadline(of: rivals[index], context).map({ $0 <= now }) ?? true {
                let isOfConcern =
                    state == .holding || holder?.witness == witness || candidate?.witness == witness
                    || rivals[index].isDistrusted(at: now)
                if isOfConcern {
                    beginTrial(index, at: now, context, &actions)
                } else {
                    rivals[index].isWaiting = false
                }
            }
        }
        setTrialTimer(context)
    }

    /// An answer to a challenge has come.
    mutating func seeEcho(
        of nonce: UInt64, _ mark: ClaimMark, by witness: Witness, at now: Instant, _ context: ClaimContext,
        _ actions: inout [Action]
    ) {
        guard let index = rivals.firstIndex(where: { $0.witness == witness && $0.trial?.nonce == nonce }) else {
            return
        }
        switch mark.kind {
        case .answer: conclude(index, .confirmed(mark), at: now, context, &actions)
        case .denial:
            conclude(index, .denied(hadIt: mark.flags.contains(.isYielding)), at: now, context, &actions)
        default: return
        }
        setTrialTimer(context)
    }

    /// The previous version's way to confirm a claim.
    mutating func concludeByMark(
        _ mark: ClaimMark, by witness: Witness, at now: Instant, _ context: ClaimContext, _ actions: inout [Action]
    ) -> Bool {
        guard !context.modern.contains(witness),
            let index = rivals.firstIndex(where: { $0.witness == witness && $0.trial != nil })
        else { return false }
        conclude(index, .confirmed(mark), at: now, context, &actions)
        setTrialTimer(context)
        return true
    }

    private mutating func conclude(
        _ index: Int, _ outcome: Rival.Outcome, at now: Instant, _ context: ClaimContext, _ actions: inout [Action]
    ) {
        rivals[index].trial = nil
        rivals[index].lastOutcome = outcome
        let rival = rivals[index]
        switch outcome {
        case .confirmed(let mark):
            highestTerm = max(highestTerm, mark.term)
            isKnown = true
            rivals[index].distrustedUntil = nil
            rivals[index].refusals = 0
        case .denied(let hadIt):
            rivals[index].refusals += 1
            rivals[index].deniedTerm = rival.mark.term
            if !hadIt { actions.append(.report(.forged(rival.witness))) }
        case .unanswered:
            rivals[index].refusals += 1
            rivals[index].distrustedUntil = now.advanced(by: context.pace.distrust)
        }
        switch state {
        case .holding: concludeContest(with: rival, outcome, at: now, context, &actions)
        case .probing: concludeProbing(against: rival, outcome, at: now, context, &actions)
        case .watching, .blocked: concludeBelief(in: rival, outcome, at: now, context, &actions)
        }
    }
}

// MARK: - What follows
extension Claim {
    private mutating func concludeContest(
        with rival: Rival, _ outcome: Rival.Outcome, at now: Instant, _ context: ClaimContext,
        _ actions: inout [Action]
    ) {
        switch outcome {
        case .confirmed(let mark):
            let belief = Belief(witness: rival.witness, lastHeard: now, isConfirmed: true)
            if isYielding(in: context), !mark.flags.contains(.isYielding) {
                letGo(to: belief, at: now, context, &actions)
            } else if mark.outranks(self.mark(.claim, in: context), for: address) {
                yield(to: belief, at: now, context, &actions)
            } else {
                // It has it, and receives this node's frames: this shows it that this node's claim is better.
                send(.claim(address, to: nil), .claim, context, &actions)
            }
        case .denied:
            // The caches of others may have believed the frame.
            repair(at: now, context, &actions)
        case .unanswered:
            let belief = Belief(witness: rival.witness, lastHeard: now, isConfirmed: false)
            let isBetter = rival.mark.outranks(mark(.claim, in: context), for: address)
            // It does not receive this node's frames, but others': it has the address from now on, for otherwise both
            // would have it. One that reaches no node gains nothing by it; and of one that never showed that it
            // receives this node, nothing shows that it is there at all.
            guard context.isTrusted(rival.witness), isBetter || rival.mark.company > 1 else {
                actions.append(.report(.deaf(rival.witness.speaker)))
                repair(at: now, context, &actions)
                return
            }
            if isYielding(in: context), !rival.mark.flags.contains(.isYielding) {
                letGo(to: belief, at: now, context, &actions)
            } else {
                yield(to: belief, at: now, context, &actions)
            }
        }
    }

    /// The other has the better claim, and is to announce it to all again, which it does when it learns of this. It
    /// must be seen again: both may have thought at one moment that the other's is better.
    private mutating func yield(
        to other: Belief, at now: Instant, _ context: ClaimContext, _ actions: inout [Action]
    ) {
        send(.probe(address), .concession, context, &actions)
        letGo(to: other, at: now, context, &actions)
        timers.set(.verify, at: now.advanced(by: context.pace.verification))
    }

    private mutating func concludeProbing(
        against rival: Rival, _ outcome: Rival.Outcome, at now: Instant, _ context: ClaimContext,
        _ actions: inout [Action]
    ) {
        switch outcome {
        case .confirmed(let mark): meetConfirmedHolder(rival.witness, mark, at: now, context, &actions)
        case .denied: goOnProbing(at: now, context, &actions)
        case .unanswered:
            if rival.isDistrusted(at: now) {
                goOnProbing(at: now, context, &actions)
            } else {
                // It may be there and not receive this node's frames. Once.
                state = .watching
                timers.stop(.probe)
                endTrials()
                check(after: context.pace.givingWay, at: now, context)
            }
        }
    }

    /// What came in the way was nothing.
    private mutating func goOnProbing(at now: Instant, _ context: ClaimContext, _ actions: inout [Action]) {
        if !timers.isRunning(.probe) { probeUnanswered(at: now, context, &actions) }
    }

    /// Another has the address while this node probes for it.
    mutating func meetConfirmedHolder(
        _ witness: Witness, _ mark: ClaimMark, at now: Instant, _ context: ClaimContext, _ actions: inout [Action]
    ) {
        let mayTake = mark.flags.contains(.isYielding) || role == .owner(role.rank, over: mark.speaker)
        if mayTake, role.isOwner {
            hold(at: now, context, &actions)
        } else {
            state = .watching
            timers.stop(.probe)
            endTrials()
            believe(Belief(witness: witness, lastHeard: now, isConfirmed: true), at: now, context, &actions)
            watch(at: now, context)
        }
    }

    private mutating func concludeBelief(
        in rival: Rival, _ outcome: Rival.Outcome, at now: Instant, _ context: ClaimContext,
        _ actions: inout [Action]
    ) {
        let isCandidate = candidate?.witness == rival.witness
        guard isCandidate || holder?.witness == rival.witness else {
            if case .confirmed = outcome, !isHeldByMember(context) {
                believe(Belief(witness: rival.witness, lastHeard: now, isConfirmed: true), at: now, context, &actions)
            }
            return
        }
        if outcome == .unanswered, keepsBelief(in: rival.witness, at: now, context) {
            if !role.isOwner { timers.stop(.check) }
            doubt(at: now.advanced(by: .seconds(1)), context)
            return
        }
        if isCandidate { candidate = nil }
        if case .confirmed = outcome {
            believe(Belief(witness: rival.witness, lastHeard: now, isConfirmed: true), at: now, context, &actions)
            return
        }
        actions.append(.report(.beliefDropped(rival.witness)))
        if isCandidate {
            // Nothing is wrong with the one that was believed before; but something is going on.
            holder?.isConfirmed = false
            doubt(at: now, context)
        } else {
            holder = nil
            actions.append(.report(.holder(.nobody)))
            promoteCandidate(at: now, context, &actions)
            timers.stop(.check)
            check(after: .zero, at: now, context)
        }
    }
}

// MARK: - Beliefs
extension Claim {
    /// Whether a speaker still counts as the holder although it does not answer: it has shown that it receives this node,
    /// so it no longer does, and its frames still claim the address. If it did not have it, it would
    /// report that to the nodes that it does receive.
    private func keepsBelief(in witness: Witness, at now: Instant, _ context: ClaimContext) -> Bool {
        guard let holder, holder.witness == witness, context.isTrusted(witness), context.isAlive(witness) else {
            return false
        }
        return holder.lastHeard.advanced(by: context.pace.beliefAge) > now
    }

    /// Takes a speaker for the holder, or goes on to.
    mutating func believe(
        _ belief: Belief, at now: Instant, _ context: ClaimContext, _ actions: inout [Action]
    ) {
        let isNews = holder?.witness.speaker != belief.witness.speaker
        holder = belief
        if belief.isConfirmed, context.isAlive(belief.witness), !role.isOwner { timers.stop(.check) }
        if isNews { actions.append(.report(.holder(.speaker(belief.witness.speaker)))) }
        doubt(at: now, context)
    }

    /// The holder has let go, or is lost: who claimed the address meanwhile is believed until it is asked.
    mutating func promoteCandidate(at now: Instant, _ context: ClaimContext, _ actions: inout [Action]) {
        guard let next = candidate else { return }
        candidate = nil
        guard context.isAlive(next.witness) else { return }
        believe(next, at: now, context, &actions)
    }

    /// Sees to it that the holder is asked in time, and who claims the address beside it.
    mutating func doubt(at now: Instant, _ context: ClaimContext) {
        guard state == .watching || state == .blocked else { return }
        let lot = Int64((ClaimMark.lot(context.speaker, address) >> 16) % 1024)
        let due: Instant
        if candidate != nil || holder?.isConfirmed == false {
            var delay = context.pace.beliefDelay + context.pace.beliefSpread * Double(lot) / 1024
            // If the wire is to be asked soon, better ask the one that is said to have the address before.
            if let check = timers.deadline(of: .check) {
                let rest = now.duration(to: check) - context.pace.trialInterval * (context.pace.trialAsks + 1)
                delay = min(delay, max(.zero, rest) * Double(lot) / 1024)
            }
            due = now.advanced(by: delay)
            // Who claims the address again does not put off the question.
            if let before = timers.deadline(of: .belief), before <= due { return }
        } else if let holder {
            // Of a holder that was not heard for that long, now: a moment that has passed would be due again and again.
            due = max(now, holder.lastHeard.advanced(by: context.pace.beliefAge + .milliseconds(lot)))
        } else {
            timers.stop(.belief)
            return
        }
        timers.set(.belief, at: due)
    }

    mutating func examineBeliefs(at now: Instant, _ context: ClaimContext, _ actions: inout [Action]) {
        guard state == .watching || state == .blocked else { return }
        if let candidate {
            challenge(candidate.witness, because: mark(of: candidate), at: now, context, &actions)
        }
        if let holder, !holder.isConfirmed || holder.lastHeard.advanced(by: context.pace.beliefAge) <= now {
            challenge(holder.witness, because: mark(of: holder), at: now, context, &actions)
        }
        // Where the question could not be asked now, or is asked at this moment.
        doubt(at: now.advanced(by: .seconds(1)), context)
    }

    private func mark(of belief: Belief) -> ClaimMark {
        rivals.first { $0.witness == belief.witness }?.mark ?? ClaimMark(.claim, speaker: belief.witness.speaker)
    }

    /// The holder is not alive any more, or not where it was.
    mutating func loseHolder(at now: Instant, _ context: ClaimContext, _ actions: inout [Action]) {
        if let lost = candidate, !context.isAlive(lost.witness) { candidate = nil }
        // Should it be alive again, it may have lost the address meanwhile; or only copies of its liveness packets arrive.
        if let lost = holder, !context.isAlive(lost.witness) { holder?.isConfirmed = false }
        guard state == .watching || state == .blocked else { return }
        if let lost = holder, !context.isAlive(lost.witness) {
            if candidate != nil {
                promoteCandidate(at: now, context, &actions)
            } else if context.members.contains(lost.witness.speaker) {
                // Another host of that name is alive, and must not be taken for the holder.
                holder = nil
                actions.append(.report(.holder(.nobody)))
            }
        }
        if state == .watching { watch(at: now, context) }
    }
}
