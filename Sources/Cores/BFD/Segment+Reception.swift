import Addresses
import Timing
import WireIdentity

// RFC 5881 §5, RFC 8562 §5.13, and whose packet it is.
extension Segment {
    mutating func receive(
        _ packet: LivenessPacket, from source: IPAddress, hopLimit: UInt8, at now: Instant, _ actions: inout [Action]
    ) {
        let control = packet.control
        let discriminator = control.myDiscriminator
        var reason = reasonToDrop(control, hopLimit: hopLimit)
        if reason == nil { reason = reasonNotOurs(packet, from: source, at: now, &actions) }
        if reason == nil { reason = reasonToDrop(packet, from: source, at: now) }
        if let reason {
            actions.append(.dropped(reason, from: source))
            return
        }
        guard let node = identities.node(withDiscriminator: discriminator) else { return }
        if let index = heard[discriminator]?.tails.firstIndex(where: { $0.isHead(at: source, packet.trailer) }),
            var tail = heard[discriminator]?.tails[index]
        {
            if configuration.credentials.key == nil, tail.isRepeated(packet.trailer) {
                actions.append(.dropped(.numberRepeated, from: source))
                return
            }
            let before = tail
            tail.receive(control, at: now)
            tail.trailer = packet.trailer ?? tail.trailer
            heard[discriminator]?.tails[index] = tail
            lookForSilence(at: tail.detectionDeadline)
            if !tail.says(theSameAs: before) { update(discriminator, after: tail, at: now, &actions) }
            return
        }
        // A head that says farewell, or that is down, need not be remembered to be forgotten.
        guard control.state == .up else { return }
        guard heard[discriminator]?.tails.count ?? 0 < configuration.sourcesPerNode else {
            actions.append(.dropped(.tooManySources, from: source))
            return
        }
        var tail = MultipointTail(
            source: source, remoteDiscriminator: discriminator, trailer: packet.trailer, at: now)
        tail.receive(control, at: now)
        lookForSilence(at: tail.detectionDeadline)
        let newcomer = Member(view: SegmentMember(node: node, address: source, state: .down, since: now))
        heard[discriminator, default: newcomer].tails.append(tail)
        update(discriminator, after: tail, at: now, &actions)
    }

    mutating func lookForSilence(at moment: Instant) { nextDetection = min(nextDetection ?? moment, moment) }

    /// The checks of RFC 8562 §5.13.2; those of the packet alone were made when it was decoded.
    private func reasonToDrop(_ packet: ControlPacket, hopLimit: UInt8) -> DropReason? {
        // RFC 5881 §5.
        if hopLimit != Registry.singleHopLimit { return .hopLimitTooLow }
        // RFC 8562 §5.13.2: only heads send to the group.
        if !packet.isMultipoint { return .multipointMissing }
        // RFC 8562 §5.13.2: a head cannot know its tails.
        if packet.yourDiscriminator != 0 { return .yourDiscriminatorNotZero }
        return nil
    }

    /// Whether a packet is none of another speaker of this cluster.
    private mutating func reasonNotOurs(
        _ packet: LivenessPacket, from source: IPAddress, at now: Instant, _ actions: inout [Action]
    ) -> DropReason? {
        let discriminator = packet.control.myDiscriminator
        guard let trailer = packet.trailer else {
            return discriminator == head.discriminator ? .ownDiscriminator : nil
        }
        if trailer.cluster != configuration.credentials.cluster {
            let speaker = ForeignSpeaker(
                cluster: trailer.cluster, discriminator: discriminator,
                node: identities.node(withDiscriminator: discriminator), hardwareAddress: trailer.hardwareAddress,
                address: source, lastHeard: now)
            if let news = acquaintances.noteForeign(speaker, at: now) { actions.append(.foreignSpeakerAppeared(news)) }
            return .foreignCluster
        }
        guard discriminator == head.discriminator else { return nil }
        if trailer.instance == configuration.credentials.instance { return .reflected }
        // From this very host it is of a process that was there before this one.
        if !hostAddresses.contains(trailer.hardwareAddress) {
            let twin = SegmentTwin(hardwareAddress: trailer.hardwareAddress, address: source, lastHeard: now)
            if let news = acquaintances.noteTwin(twin, at: now) { actions.append(.twinAppeared(news)) }
        }
        return .ownDiscriminator
    }

    /// The checks of a packet that says to be of another speaker of this cluster.
    private mutating func reasonToDrop(
        _ packet: LivenessPacket, from source: IPAddress, at now: Instant
    ) -> DropReason? {
        let control = packet.control
        // RFC 5880 §4.1.
        if control.desiredMinTxInterval == .zero { return .desiredMinTxIntervalZero }
        // RFC 8562 §5.10.
        if MultipointTail.detectionTime(of: control) > configuration.longestDetectionTime {
            return .detectionTimeTooLong
        }
        guard identities.node(withDiscriminator: control.myDiscriminator) != nil else { return .unknownSender }
        let reason =
            packet.trailer.map { reasonToDistrust(packet, $0, over: source.family, at: now) }
            ?? reasonToDistrust(previousVersion: control, at: now)
        if let doubt = reason?.distrust { acquaintances.doubt(control.myDiscriminator, doubt, at: now) }
        return reason
    }

    private mutating func reasonToDistrust(
        _ packet: LivenessPacket, _ trailer: LivenessTrailer, over family: AddressFamily, at now: Instant
    ) -> DropReason? {
        let discriminator = packet.control.myDiscriminator
        if let key = configuration.credentials.key {
            guard trailer.signature != nil else { return .signatureMissing }
            guard packet.isSigned(with: key) else { return .signatureWrong }
            // Only now: a forged packet may not decide which numbers are taken next.
            guard acquaintances.takes(trailer, from: discriminator, over: family) else { return .numberRepeated }
        } else if trailer.signature != nil {
            return .signatureUnexpected
        }
        acquaintances.noteModern(discriminator, at: now)
        return nil
    }

    /// RFC 5880 §6.7: whether a packet of the previous version is authentic, and newer than what was taken before.
    private mutating func reasonToDistrust(previousVersion packet: ControlPacket, at now: Instant) -> DropReason? {
        let credentials = configuration.credentials
        let discriminator = packet.myDiscriminator
        // No downgrade: what a node has signed is not to be cut off, or recorded before it was upgraded, and sent again.
        guard credentials.acceptsPreviousVersion,
            !acquaintances.isModern(discriminator, at: now)
        else { return .previousVersion }
        guard let key = configuration.key else {
            // RFC 8562 §5.13.1: the A bit while no authentication is in use.
            return packet.authentication == nil ? nil : .authenticationUnexpected
        }
        if packet.authentication == nil, credentials.acceptsUnsigned {
            acquaintances.noteUnsignedPreviousVersion(discriminator, at: now)
            return nil
        }
        var verifier = verifiers[discriminator] ?? PacketVerifier(key)
        let reason = verifier.reasonToDrop(packet, detectionTime: MultipointTail.detectionTime(of: packet), at: now)
        if reason == nil { verifiers[discriminator] = verifier }
        return reason
    }

    // MARK: Who else is there

    /// Speakers of other clusters that sent in the last ten seconds.
    package func foreignSpeakers(at now: Instant) -> [ForeignSpeaker] { acquaintances.foreignSpeakers(at: now) }

    /// Other hosts that sent as this node in the last ten seconds.
    package func twins(at now: Instant) -> [SegmentTwin] { acquaintances.twins(at: now) }

    /// The nodes that are not members though they sent in the last ten seconds, and why they are not believed.
    package func distrusted(at now: Instant) -> [String: Distrust] {
        var nodes: [String: Distrust] = [:]
        for (discriminator, reason) in acquaintances.doubts(at: now) {
            guard let node = identities.node(withDiscriminator: discriminator), heard[discriminator]?.isHeard != true
            else { continue }
            nodes[node] = reason
        }
        return nodes
    }
}

extension DropReason {
    /// What a packet that is dropped for this reason says of its sender; `nil`: nothing about a key.
    fileprivate var distrust: Distrust? {
        switch self {
        case .signatureWrong, .authenticationDigest, .authenticationKeyUnknown, .authenticationTypeWrong: .otherKey
        case .signatureMissing, .authenticationMissing: .unsigned
        case .signatureUnexpected, .authenticationUnexpected: .signs
        case .previousVersion: .previousVersion
        default: nil
        }
    }
}

extension MultipointTail {
    /// Whether nothing that is reported of a member has changed.
    fileprivate func says(theSameAs other: MultipointTail) -> Bool {
        state == other.state && trailer?.hardwareAddress == other.trailer?.hardwareAddress
            && trailer?.instance == other.trailer?.instance
    }
}
