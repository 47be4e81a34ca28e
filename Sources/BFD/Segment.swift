import Addresses
import Timing

/// Who is alive on one segment, told and learnt by multipoint BFD (RFC 8562): this node's head, and a tail for each
/// address that another node is heard from.
///
/// Give it what happened and when; it answers with what to do. Call again with `.deadlineReached` no later than
/// ``nextDeadline``; packets that wait to be read go first, since what has arrived was not silence.
///
/// Nodes are told apart by My Discriminator, which ``NodeIdentities`` derives from their names. Senders that are no known
/// node are dropped with a reason. A node is up as long as one of its tails is.
///
/// **Both families.** A node sends over both while that keeps everybody below the configured packets per second. On a
/// larger segment it sends over IPv4 alone, which is enough to be up, unless somebody is heard over IPv6 alone.
/// Beyond that the interval grows.
///
/// **Stalls.** A caller that comes late by an interval or more could not listen meanwhile: its machine was paused, or
/// it got no processor. That time is not counted as silence of others.
package struct Segment: Hashable, Sendable {
    package enum Event: Hashable, Sendable {
        /// A packet that was decoded, and what the wire told beside it.
        case received(ControlPacket, from: IPAddress, hopLimit: UInt8)
        case deadlineReached
        /// The nodes of the configuration, this one among them.
        case nodesChanged(NodeIdentities)
        /// The families in which this node has an address on the segment, and can send.
        case familiesChanged(Set<AddressFamily>)
        case reconfigured(SegmentConfiguration)
        /// This node leaves: it says so for one detection time.
        case leave
    }

    package enum Action: Hashable, Sendable {
        case send(ControlPacket, over: AddressFamily)
        /// A node came up, went down, or, with `from` and `to` equal, is heard from another address.
        case memberChanged(SegmentMember, from: SessionState)
        case dropped(DropReason, from: IPAddress)
        /// The caller came so much too late.
        case stalled(Duration)
        /// Our interval is another one now.
        case intervalChanged(Duration)
        /// The farewell is over: nothing will be sent any more.
        case left
    }

    /// A node and the tails that stand for it.
    private struct Member: Hashable, Sendable {
        var view: SegmentMember
        var tails: [MultipointTail] = []

        var upTails: some Sequence<MultipointTail> { tails.lazy.filter { $0.state == .up } }

        func isHeard(over family: AddressFamily) -> Bool { upTails.contains { $0.source.family == family } }
    }

    /// This node's name.
    package let node: String
    package private(set) var configuration: SegmentConfiguration
    private var identities: NodeIdentities
    private var families: Set<AddressFamily>
    private var head: MultipointHead
    private var isLeaving = false
    /// By My Discriminator.
    private var heard: [UInt32: Member] = [:]
    /// What has been taken of each node's numbered packets; for each node, not for each address of it, so that what was
    /// heard from one address cannot be sent again from another.
    private var verifiers: [UInt32: PacketVerifier] = [:]
    private var signer: PacketSigner?
    /// No tail expires before this; at this moment, look.
    private var nextDetection: Instant?
    private var settlesAt: Instant
    /// Until when lateness has been accounted for.
    private var listenedUntil: Instant
    /// The families that this node sends over at present.
    package private(set) var sendingFamilies: [AddressFamily] = []
    /// Whether something changed that ``sendingFamilies`` or the interval depends on.
    private var mustAdapt = true

    /// A segment that begins to be listened to at `now`, and to be sent on as soon as a family is there.
    ///
    /// - Parameter identities: of the nodes of the configuration; this node is added where it is missing.
    package init(
        node: String, identities: NodeIdentities, families: Set<AddressFamily>,
        configuration: SegmentConfiguration = SegmentConfiguration(), at now: Instant
    ) {
        self.node = node
        self.configuration = configuration
        let own = Segment.including(node, in: identities)
        self.identities = own.identities
        self.families = families
        head = MultipointHead(
            discriminator: own.discriminator, interval: configuration.interval,
            detectMultiplier: configuration.detectMultiplier, at: now)
        settlesAt = now.advanced(by: configuration.detectionTime)
        listenedUntil = now
    }

    /// The nodes that were ever heard and are still configured, in the order of their names.
    package var members: [SegmentMember] { heard.values.map(\.view).sorted { $0.node < $1.node } }

    /// The nodes that are alive here, without this one.
    package var upNodes: [String] { heard.values.filter(\.view.isUp).map(\.view.node).sorted() }

    /// This node's interval, before jitter.
    package var interval: Duration { head.interval }

    package var nextDeadline: Instant? {
        guard let sending = head.nextDeadline else { return nextDetection }
        return nextDetection.map { min($0, sending) } ?? sending
    }

    /// Whether this node's farewell is over, and it sends nothing any more.
    package var isSilent: Bool { head.nextDeadline == nil }

    /// Whether it was listened for so long that every node which is there has been heard.
    package func isSettled(at now: Instant) -> Bool { settlesAt <= now }

    package mutating func handle(
        _ event: Event, at now: Instant, using generator: inout some RandomNumberGenerator
    ) -> [Action] {
        var actions: [Action] = []
        noticeStall(at: now, &actions)
        if mustAdapt { adapt(at: now, &actions, &generator) }
        switch event {
        case .received(let packet, let source, let hopLimit):
            receive(packet, from: source, hopLimit: hopLimit, at: now, &actions)
        case .deadlineReached:
            expireTails(at: now, &actions)
            perform(head.handle(.deadlineReached, at: now, using: &generator), &actions, &generator)
        case .nodesChanged(let identities):
            change(identities, at: now, &actions)
        case .familiesChanged(let families):
            self.families = families
            mustAdapt = true
        case .reconfigured(let new):
            reconfigure(new, at: now)
            mustAdapt = true
        case .leave:
            guard !isLeaving else { break }
            isLeaving = true
            perform(head.handle(.administrativelyDisabled, at: now, using: &generator), &actions, &generator)
        }
        if mustAdapt { adapt(at: now, &actions, &generator) }
        return actions
    }
}

// MARK: - Reception (RFC 5881 §5, RFC 8562 §5.13)

extension Segment {
    private mutating func receive(
        _ packet: ControlPacket, from source: IPAddress, hopLimit: UInt8, at now: Instant, _ actions: inout [Action]
    ) {
        if let reason = reasonToDrop(packet, hopLimit: hopLimit) {
            actions.append(.dropped(reason, from: source))
            return
        }
        guard let node = identities.node(withDiscriminator: packet.myDiscriminator) else {
            actions.append(.dropped(.unknownSender, from: source))
            return
        }
        let discriminator = packet.myDiscriminator
        if let reason = reasonToDistrust(packet, at: now) {
            actions.append(.dropped(reason, from: source))
            return
        }
        if let place = heard.index(forKey: discriminator),
            let index = heard.values[place].tails.firstIndex(where: { $0.source == source })
        {
            let before = heard.values[place].tails[index].state
            heard.values[place].tails[index].receive(packet, at: now)
            let tail = heard.values[place].tails[index]
            lookForSilence(at: tail.detectionDeadline)
            if tail.state != before { tailChanged(tail, at: now, &actions) }
            return
        }
        // A head that says farewell, or that is down, need not be remembered to be forgotten.
        guard packet.state == .up else { return }
        guard heard[discriminator]?.tails.count ?? 0 < configuration.sourcesPerNode else {
            actions.append(.dropped(.tooManySources, from: source))
            return
        }
        var tail = MultipointTail(source: source, remoteDiscriminator: discriminator, at: now)
        tail.receive(packet, at: now)
        lookForSilence(at: tail.detectionDeadline)
        let newcomer = Member(view: SegmentMember(node: node, address: source, state: .down, since: now))
        heard[discriminator, default: newcomer].tails.append(tail)
        tailChanged(tail, at: now, &actions)
    }

    /// RFC 5880 §6.7: whether a known node's packet is authentic, and newer than what was taken before.
    private mutating func reasonToDistrust(_ packet: ControlPacket, at now: Instant) -> DropReason? {
        guard let key = configuration.key else { return nil }
        var verifier = verifiers[packet.myDiscriminator] ?? PacketVerifier(key)
        let reason = verifier.reasonToDrop(packet, detectionTime: MultipointTail.detectionTime(of: packet), at: now)
        if reason == nil { verifiers[packet.myDiscriminator] = verifier }
        return reason
    }

    private mutating func lookForSilence(at moment: Instant) { nextDetection = min(nextDetection ?? moment, moment) }

    /// The checks in the order of RFC 8562 §5.13.1 and §5.13.2; those of the packet alone were made when it was decoded.
    private func reasonToDrop(_ packet: ControlPacket, hopLimit: UInt8) -> DropReason? {
        // RFC 5881 §5.
        if hopLimit != Registry.singleHopLimit { return .hopLimitTooLow }
        // RFC 8562 §5.13.2: only heads send to the group.
        if !packet.isMultipoint { return .multipointMissing }
        // RFC 8562 §5.13.2: a head cannot know its tails.
        if packet.yourDiscriminator != 0 { return .yourDiscriminatorNotZero }
        if packet.myDiscriminator == head.discriminator { return .ownDiscriminator }
        // RFC 8562 §5.13.1: the A bit while no authentication is in use.
        if packet.authentication != nil, configuration.key == nil { return .authenticationUnexpected }
        // RFC 5880 §4.1.
        if packet.desiredMinTxInterval == .zero { return .desiredMinTxIntervalZero }
        // RFC 8562 §5.10.
        if MultipointTail.detectionTime(of: packet) > configuration.longestDetectionTime {
            return .detectionTimeTooLong
        }
        return nil
    }
}

// MARK: - Members

extension Segment {
    /// The only place that changes a member's state: after one of its tails came up, went down or was removed.
    private mutating func tailChanged(_ tail: MultipointTail, at now: Instant, _ actions: inout [Action]) {
        guard var member = heard[tail.remoteDiscriminator] else { return }
        let before = member.view
        if let best = member.upTails.min(by: { $0.source < $1.source }) {
            member.view.state = .up
            member.view.address = best.source
            member.view.diagnostic = .none
        } else {
            member.view.state = tail.remoteState == .adminDown ? .adminDown : .down
            member.view.diagnostic = tail.diagnostic
        }
        if member.view.state != before.state { member.view.since = now }
        heard[tail.remoteDiscriminator] = member
        mustAdapt = true
        if member.view != before { actions.append(.memberChanged(member.view, from: before.state)) }
    }

    /// RFC 5880 §6.8.4: heads that were silent for their detection time.
    private mutating func expireTails(at now: Instant, _ actions: inout [Action]) {
        guard let due = nextDetection, due <= now else { return }
        var earliest: Instant?
        // In the order of the discriminators, so that the same input gives the same actions.
        for discriminator in heard.keys.sorted() {
            for tail in heard[discriminator]?.tails ?? [] {
                guard tail.hasExpired(at: now) else {
                    earliest = min(earliest ?? tail.detectionDeadline, tail.detectionDeadline)
                    continue
                }
                heard[discriminator]?.tails.removeAll { $0.source == tail.source }
                if tail.state == .up { tailChanged(tail.afterSilence, at: now, &actions) }
            }
        }
        nextDetection = earliest
    }

    private mutating func change(_ identities: NodeIdentities, at now: Instant, _ actions: inout [Action]) {
        let own = Segment.including(node, in: identities)
        self.identities = own.identities
        for discriminator in heard.keys.sorted() {
            guard var view = heard[discriminator]?.view,
                own.discriminator == discriminator
                    || own.identities.node(withDiscriminator: discriminator) != view.node
            else { continue }
            heard[discriminator] = nil
            verifiers[discriminator] = nil
            mustAdapt = true
            guard view.isUp else { continue }
            view.state = .down
            view.since = now
            actions.append(.memberChanged(view, from: .up))
        }
        guard own.discriminator != head.discriminator, !isLeaving else { return }
        head = MultipointHead(
            discriminator: own.discriminator, interval: head.interval,
            detectMultiplier: configuration.detectMultiplier, at: now)
    }

    private static func including(
        _ node: String, in identities: NodeIdentities
    ) -> (identities: NodeIdentities, discriminator: UInt32) {
        if let discriminator = identities.discriminator(of: node) { return (identities, discriminator) }
        let all = NodeIdentities(identities.nodes + [node])
        // Every node in the list has a discriminator.
        return (all, all.discriminator(of: node) ?? 1)
    }
}

// MARK: - Sending

extension Segment {
    private mutating func perform(
        _ headActions: [MultipointHead.Action], _ actions: inout [Action], _ generator: inout some RandomNumberGenerator
    ) {
        for action in headActions {
            switch action {
            case .send(let packet):
                for family in sendingFamilies { actions.append(.send(sign(packet, &generator), over: family)) }
            case .fellSilent: actions.append(.left)
            }
        }
    }

    /// Each packet gets a number of its own, over whatever family it goes.
    private mutating func sign(_ packet: ControlPacket, _ generator: inout some RandomNumberGenerator) -> ControlPacket
    {
        guard let key = configuration.key else { return packet }
        var signer = signer ?? PacketSigner(key, sequenceNumber: .random(in: 0...UInt32.max, using: &generator))
        defer { self.signer = signer }
        return signer.sign(packet)
    }

    /// Fits the families sent over, and the interval, to the number of streams heard, ours included.
    private mutating func adapt(
        at now: Instant, _ actions: inout [Action], _ generator: inout some RandomNumberGenerator
    ) {
        mustAdapt = false
        sendingFamilies = wantedFamilies
        let streams = heard.values.reduce(sendingFamilies.count) { sum, member in
            sum + (member.isHeard(over: .ipv4) ? 1 : 0) + (member.isHeard(over: .ipv6) ? 1 : 0)
        }
        let wanted = configuration.interval(streams: streams)
        guard wanted != head.advertisedInterval, head.state == .up else { return }
        perform(head.handle(.intervalChanged(wanted), at: now, using: &generator), &actions, &generator)
        actions.append(.intervalChanged(wanted))
    }

    private var wantedFamilies: [AddressFamily] {
        let usable = families.sorted()
        guard usable.count > 1 else { return usable }
        let up = heard.values.filter(\.view.isUp)
        if (up.count + 1) * usable.count <= configuration.streamsAtFullRate { return usable }
        let someoneNeedsIPv6 = up.contains { $0.isHeard(over: .ipv6) && !$0.isHeard(over: .ipv4) }
        return someoneNeedsIPv6 ? usable : [.ipv4]
    }

    private mutating func reconfigure(_ new: SegmentConfiguration, at now: Instant) {
        let multiplierChanged = new.detectMultiplier != configuration.detectMultiplier
        if new.key != configuration.key {
            signer = nil
            verifiers = [:]
        }
        configuration = new
        guard multiplierChanged, !isLeaving else { return }
        // RFC 8562 §5.10: the multiplier may change at any time.
        head = MultipointHead(
            discriminator: head.discriminator, interval: head.interval, detectMultiplier: new.detectMultiplier, at: now)
    }
}

// MARK: - Stalls

extension Segment {
    private mutating func noticeStall(at now: Instant, _ actions: inout [Action]) {
        defer { listenedUntil = max(listenedUntil, now) }
        guard let due = nextDeadline else { return }
        let lateness = max(due, listenedUntil).duration(to: now)
        guard lateness >= configuration.interval else { return }
        for discriminator in heard.keys {
            for index in heard[discriminator]?.tails.indices ?? 0..<0 {
                heard[discriminator]?.tails[index].extend(by: lateness)
            }
        }
        nextDetection = nextDetection?.advanced(by: lateness)
        settlesAt = max(settlesAt, listenedUntil).advanced(by: lateness)
        actions.append(.stalled(lateness))
    }
}
