import Addresses
import Timing

extension Segment {
    /// The only place that changes what is reported of a member: after one of its tails came up, went down, said
    /// something else or was removed, and when a delayed report may be sent.
    ///
    /// - Parameter tail: the one that changed; `nil`: none did.
    mutating func update(
        _ discriminator: UInt32, after tail: MultipointTail?, at now: Instant, _ actions: inout [Action]
    ) {
        guard var member = heard[discriminator] else { return }
        defer { heard[discriminator] = member }
        member.tellAt = nil
        mustAdapt = true
        let upTails = Array(member.upTails)
        if upTails.isEmpty == member.isHeard {
            member.isHeard = !upTails.isEmpty
            if member.damping.noteChange(at: now) { actions.append(.damped(node: member.view.node)) }
        }
        let before = member.view
        var view = before
        view.isDamped = member.damping.isHeld(at: now)
        if view.isDamped, let calmAt = member.damping.calmAt {
            member.tellAt = calmAt
            lookForSilence(at: calmAt)
        }
        view.hardwareAddresses = Set(upTails.compactMap(\.trailer?.hardwareAddress)).subtracting([.zero])
        view.hasTwin =
            Set(upTails.compactMap(\.trailer?.instance)).count > 1 && view.hardwareAddresses.count > 1
        var mayTell = now
        if let best = upTails.min(by: { $0.source < $1.source }) {
            mayTell = before.isUp ? member.damping.detailAllowed(at: now) : member.damping.riseAllowed(at: now)
            view.address = best.source
            view.state = .up
            view.diagnostic = .none
        } else if let tail {
            view.state = tail.remoteState == .adminDown ? .adminDown : .down
            view.diagnostic = tail.diagnostic
        }
        if mayTell > now {
            guard view != before else { return }
            member.tellAt = mayTell
            lookForSilence(at: mayTell)
            return
        }
        if view.state != before.state { view.since = now }
        guard view != before else { return }
        member.view = view
        if view.isUp { before.isUp ? member.damping.noteDetail(at: now) : member.damping.noteRise(at: now) }
        actions.append(.memberChanged(view, from: before.state))
    }

    /// RFC 5880 §6.8.4: heads without a packet for their detection time; and delayed reports.
    mutating func expireTails(at now: Instant, _ actions: inout [Action]) {
        guard let due = nextDetection, due <= now else { return }
        // A report below may set it again.
        nextDetection = nil
        // In the order of the discriminators, so that the same input gives the same actions.
        for discriminator in heard.keys.sorted() {
            for tail in heard[discriminator]?.tails ?? [] {
                guard tail.hasExpired(at: now) else {
                    lookForSilence(at: tail.detectionDeadline)
                    continue
                }
                heard[discriminator]?.tails.removeAll {
                    $0.source == tail.source && $0.trailer?.hardwareAddress == tail.trailer?.hardwareAddress
                }
                if tail.state == .up { update(discriminator, after: tail.afterSilence, at: now, &actions) }
            }
            guard let moment = heard[discriminator]?.tellAt else { continue }
            if moment <= now {
                update(discriminator, after: nil, at: now, &actions)
            } else {
                lookForSilence(at: moment)
            }
        }
    }

    mutating func change(_ identities: NodeIdentities, at now: Instant, _ actions: inout [Action]) {
        let own = Segment.including(node, in: identities)
        self.identities = own.identities
        for discriminator in heard.keys.sorted() {
            guard var view = heard[discriminator]?.view,
                own.discriminator == discriminator
                    || own.identities.node(withDiscriminator: discriminator) != view.node
            else { continue }
            heard[discriminator] = nil
            verifiers[discriminator] = nil
            acquaintances.forget(discriminator)
            mustAdapt = true
            guard view.isUp else { continue }
            view.state = .down
            view.hardwareAddresses = []
            view.since = now
            actions.append(.memberChanged(view, from: .up))
        }
        guard own.discriminator != head.discriminator, !isLeaving else { return }
        head = MultipointHead(
            discriminator: own.discriminator, interval: head.interval,
            detectMultiplier: configuration.detectMultiplier, at: now)
    }

    static func including(
        _ node: String, in identities: NodeIdentities
    ) -> (identities: NodeIdentities, discriminator: UInt32) {
        if let discriminator = identities.discriminator(of: node) { return (identities, discriminator) }
        let all = NodeIdentities(identities.nodes + [node])
        // Every node in the list has a discriminator.
        return (all, all.discriminator(of: node) ?? 1)
    }
}
