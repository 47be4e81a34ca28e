import Addresses
import Timing
import WireIdentity

/// Which nodes are up on one segment, by multipoint BFD (RFC 8562): this node's head, and a tail for each
/// address of another node.
///
/// Give it what happened and when; it answers with what to do. Call again with `.deadlineReached` no later than
/// ``nextDeadline``; packets that wait to be read go first, since packets that have arrived count.
///
/// Nodes are identified by My Discriminator, which ``NodeIdentities`` derives from their names. Senders that are no known
/// node are dropped with a reason. A node is up as long as one of its tails is.
///
/// **Both families.** A node sends over both while that keeps everybody below the configured packets per second. On a
/// larger segment it sends over IPv4 alone, which is enough to be up, unless a node is reachable only over IPv6.
/// Beyond that the interval grows.
///
/// **Stalls.** A caller that comes late by an interval or more could not listen meanwhile: its machine was paused, or
/// it got no CPU. That time does not count against others.
package struct Segment: Hashable, Sendable {
    package enum Event: Hashable, Sendable {
        /// A decoded packet, with what the wire shows about it.
        case received(LivenessPacket, from: IPAddress, hopLimit: UInt8)
        case deadlineReached
        /// The nodes of the configuration, this one among them.
        case nodesChanged(NodeIdentities)
        /// The families in which this node has an address on the segment, and can send.
        case familiesChanged(Set<AddressFamily>)
        /// The hardware address that this node sends from, and all that its host has.
        case hardwareAddressesChanged(own: MACAddress, ofHost: Set<MACAddress>)
        case reconfigured(SegmentConfiguration)
        /// This node leaves: it says so for one detection time.
        case leave
        /// This node cannot serve the segment for now, and says that it leaves; or it can again, and is there at once.
        case suspended(Bool)
    }

    package enum Action: Hashable, Sendable {
        case send(LivenessPacket, over: AddressFamily)
        /// A node came up, went down, or, with `from` and `to` equal, has another address.
        case memberChanged(SegmentMember, from: SessionState)
        case dropped(DropReason, from: IPAddress)
        /// The node comes and goes too often, and counts as gone until it is calm: see ``MemberDamping``.
        case damped(node: String)
        /// Another host sends as this node.
        case twinAppeared(SegmentTwin)
        /// A new speaker of another cluster was seen.
        case foreignSpeakerAppeared(ForeignSpeaker)
        /// The caller came so much too late.
        case stalled(Duration)
        /// Our interval is another one now.
        case intervalChanged(Duration)
        /// The farewell is over: nothing will be sent any more.
        case left
    }

    /// A node and the tails that stand for it.
    struct Member: Hashable, Sendable {
        /// As reported last.
        var view: SegmentMember
        var tails: [MultipointTail] = []
        /// Whether one of the tails is up, reported or not.
        var isHeard = false
        var damping = MemberDamping()
        /// When a delayed report may be sent.
        var tellAt: Instant?

        var upTails: some Sequence<MultipointTail> { tails.lazy.filter { $0.state == .up } }

        func isHeard(over family: AddressFamily) -> Bool { upTails.contains { $0.source.family == family } }
    }

    /// This node's name.
    package let node: String
    package internal(set) var configuration: SegmentConfiguration
    var identities: NodeIdentities
    private var families: Set<AddressFamily>
    var head: MultipointHead
    var isLeaving = false
    /// Of the interface that is sent from, and of all interfaces of the host.
    private var hardwareAddress = MACAddress.zero
    var hostAddresses: Set<MACAddress> = []
    /// By My Discriminator.
    var heard: [UInt32: Member] = [:]
    /// What has been taken of the packets that the previous version numbers and signs; for each node, not for each address
    /// of it, so that a packet from one address cannot be replayed from another.
    var verifiers: [UInt32: PacketVerifier] = [:]
    var acquaintances = SegmentAcquaintances()
    private var signer: PacketSigner?
    private var numbers: MessageNumbers
    /// No tail expires before this, and no report is delayed until then; at this moment, look.
    var nextDetection: Instant?
    private var settlesAt: Instant
    /// Until when lateness has been accounted for.
    private var listenedUntil: Instant
    /// The families that this node sends over at present.
    package private(set) var sendingFamilies: [AddressFamily] = []
    /// Whether something changed that ``sendingFamilies`` or the interval depends on.
    var mustAdapt = true

    /// A segment that begins to be listened to at `now`, and to be sent on as soon as a family is there.
    ///
    /// - Parameters:
    ///   - identities: of the nodes of the configuration; this node is added where it is missing.
    ///   - memory: what earlier segments of this process have left; `nil`: there were none.
    package init(
        node: String, identities: NodeIdentities, families: Set<AddressFamily>,
        configuration: SegmentConfiguration = SegmentConfiguration(), memory: SegmentMemory? = nil, at now: Instant
    ) {
        self.node = node
        self.configuration = configuration
        let own = Segment.including(node, in: identities)
        self.identities = own.identities
        self.families = families
        head = MultipointHead(
            discriminator: own.discriminator, interval: configuration.interval,
            detectMultiplier: configuration.detectMultiplier, at: now)
        let memory = memory ?? SegmentMemory(configuration.credentials)
        numbers = MessageNumbers(startingAt: memory.lastNumber)
        acquaintances.memory = memory
        settlesAt = now.advanced(by: configuration.detectionTime)
        listenedUntil = now
    }

    /// The nodes that were ever reachable and are still configured, in the order of their names.
    package var members: [SegmentMember] { heard.values.map(\.view).sorted { $0.node < $1.node } }

    /// The nodes that are alive here, without this one.
    package var upNodes: [String] { heard.values.filter(\.view.isUp).map(\.view.node).sorted() }

    /// What the next segment of this process has to know.
    package var memory: SegmentMemory {
        var memory = acquaintances.memory
        memory.lastNumber = numbers.last
        return memory
    }

    /// This node's interval, before jitter.
    package var interval: Duration { head.interval }

    package var nextDeadline: Instant? {
        guard let sending = head.nextDeadline else { return nextDetection }
        return nextDetection.map { min($0, sending) } ?? sending
    }

    /// Whether this node's farewell is over, and it sends nothing any more.
    package var isSilent: Bool { head.nextDeadline == nil }

    /// Whether it was listened to long enough to find every node.
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
            perform(head.handle(.deadlineReached, at: now, using: &generator), at: now, &actions, &generator)
        case .nodesChanged(let identities):
            change(identities, at: now, &actions)
        case .familiesChanged(let families):
            self.families = families
            mustAdapt = true
        case .hardwareAddressesChanged(let own, let ofHost): (hardwareAddress, hostAddresses) = (own, ofHost)
        case .reconfigured(let new):
            reconfigure(new, at: now)
            mustAdapt = true
        case .leave:
            guard !isLeaving else { break }
            isLeaving = true
            perform(head.handle(.administrativelyDisabled, at: now, using: &generator), at: now, &actions, &generator)
        case .suspended(true):
            perform(head.handle(.administrativelyDisabled, at: now, using: &generator), at: now, &actions, &generator)
        case .suspended(false):
            guard !isLeaving, head.state != .up else { break }
            head = MultipointHead(
                discriminator: head.discriminator, interval: head.interval, detectMultiplier: head.detectMultiplier,
                at: now)
            mustAdapt = true
        }
        if mustAdapt { adapt(at: now, &actions, &generator) }
        return actions
    }
}

// MARK: - Sending

extension Segment {
    private mutating func perform(
        _ headActions: [MultipointHead.Action], at now: Instant, _ actions: inout [Action],
        _ generator: inout some RandomNumberGenerator
    ) {
        for action in headActions {
            switch action {
            case .send(let packet):
                for family in sendingFamilies {
                    actions.append(.send(finish(packet, at: now, &generator), over: family))
                }
            case .fellSilent: actions.append(.left)
            }
        }
    }

    /// Each packet gets its own number, over either family.
    private mutating func finish(
        _ packet: ControlPacket, at now: Instant, _ generator: inout some RandomNumberGenerator
    ) -> LivenessPacket {
        let credentials = configuration.credentials
        let control = sign(packet, at: now, &generator)
        let finished = LivenessPacket(
            control,
            trailer: LivenessTrailer(
                cluster: credentials.cluster, instance: credentials.instance, hardwareAddress: hardwareAddress,
                number: numbers.next()))
        return credentials.key.map { finished.signed(with: $0) } ?? finished
    }

    /// For the previous version, which looks at nothing else; the trailer has a signature of its own.
    private mutating func sign(
        _ packet: ControlPacket, at now: Instant, _ generator: inout some RandomNumberGenerator
    ) -> ControlPacket {
        guard let key = configuration.key, !acquaintances.hearsUnsignedPreviousVersion(at: now) else { return packet }
        var signer = signer ?? PacketSigner(key, sequenceNumber: .random(in: 0...UInt32.max, using: &generator))
        defer { self.signer = signer }
        return signer.sign(packet)
    }

    /// Fits the families sent over, and the interval, to the number of streams received, ours included.
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
        perform(head.handle(.intervalChanged(wanted), at: now, using: &generator), at: now, &actions, &generator)
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
