import Addresses
import WireIdentity

/// Whose marks are believed on one segment: which speakers are ours, at which MAC addresses they are, and which of their
/// frames are new.
///
/// - A speaker that liveness reaches is at the MAC addresses of its packets, and nowhere else.
/// - One that liveness does not reach, or whose liveness has no MAC address (version 1), is where its first frames come
///   from: at ``placesLimit`` addresses at most, of which none gives way to another.
/// - A frame without ``MarkExtension`` is of version 1: believed only if that is permitted, and of no speaker that has
///   shown that it runs a later one. With a key, only of a speaker that liveness reaches, which has verified it.
/// - With a key, a frame counts only with a signature and with a number above those that came before.
struct Acquaintances: Sendable {
    enum Verdict: Hashable, Sendable {
        /// Another interface of this host.
        case ourselves
        case member(Witness)
        /// In the name of a speaker, but from a MAC address that is not its own, as far as is known.
        case elsewhere(Witness)
        /// Genuine once, and sent again.
        case replayed(Witness)
        case stranger(ClaimStranger.Origin)
    }

    static let placesLimit = 4

    let credentials: SpeakerCredentials
    /// All MAC addresses of this host.
    var hostAddresses: Set<MACAddress> = []
    /// The numbers of all other nodes.
    private(set) var speakers: Set<UInt32> = []
    /// Where liveness reaches which.
    private(set) var heard: [UInt32: Set<MACAddress>] = [:]
    /// Where the others were seen first, or were reachable before.
    private var places: [UInt32: [MACAddress]] = [:]
    /// Speakers that have shown that they run a version with extensions.
    private var upgraded: Set<UInt32> = []
    /// The last numbers, with a key. Never forgotten as long as the process lives.
    private(set) var guards: [Witness: ReplayGuard] = [:]

    init(_ credentials: SpeakerCredentials) { self.credentials = credentials }

    mutating func setSpeakers(_ others: Set<UInt32>) {
        speakers = others
        places = places.filter { others.contains($0.key) }
    }

    mutating func setHeard(_ new: [UInt32: Set<MACAddress>]) {
        for (speaker, hardwareAddresses) in heard where !hardwareAddresses.isEmpty && new[speaker] != hardwareAddresses
        {
            // Where it was reachable it may still be seen.
            let all = hardwareAddresses.sorted() + (places[speaker] ?? []).filter { !hardwareAddresses.contains($0) }
            places[speaker] = Array(all.prefix(Acquaintances.placesLimit))
        }
        upgraded.formUnion(new.lazy.filter { !$0.value.isEmpty }.map(\.key))
        heard = new
    }

    /// This speaker has answered a challenge.
    mutating func noteUpgrade(of speaker: UInt32) { upgraded.insert(speaker) }

    /// Takes over what is known of recorded frames.
    mutating func restore(_ guards: [Witness: ReplayGuard]) { self.guards = guards }

    mutating func judge(_ sighting: Sighting, _ mark: ClaimMark, own speaker: UInt32) -> Verdict {
        let witness = Witness(mark.speaker, at: sighting.hardwareAddress)
        let isOwn = mark.speaker == speaker
        if isOwn, hostAddresses.contains(sighting.hardwareAddress) { return .ourselves }
        guard let markExtension = sighting.markExtension else {
            if isOwn { return .stranger(.twin) }
            return acceptsPreviousVersion(of: mark.speaker) ? place(witness) : .stranger(.unaccepted)
        }
        guard markExtension.cluster == credentials.cluster else {
            return .stranger(.otherCluster(markExtension.cluster))
        }
        guard isOwn || speakers.contains(mark.speaker) else { return .stranger(.unaccepted) }
        guard let key = credentials.key else {
            if markExtension.signature != nil { return .stranger(.unaccepted) }
            return isOwn ? .stranger(.twin) : place(witness)
        }
        // A challenge and its answer carry a nonce.
        let isNumbered = !markExtension.isEcho && mark.kind != .challenge
        // Before the signature, which costs more to look at.
        if isNumbered, let last = guards[witness]?.last, markExtension.number <= last, markExtension.signature != nil {
            return .replayed(witness)
        }
        let content = (kind: sighting.kind, address: sighting.address)
        guard markExtension.isSigned(mark, of: content, from: sighting.hardwareAddress, with: key) else {
            return .stranger(.unaccepted)
        }
        if isOwn { return .stranger(.twin) }
        if isNumbered { _ = guards[witness, default: ReplayGuard()].takes(markExtension.number) }
        upgraded.insert(mark.speaker)
        return place(witness)
    }

    private func acceptsPreviousVersion(of speaker: UInt32) -> Bool {
        guard credentials.acceptsPreviousVersion, speakers.contains(speaker), !upgraded.contains(speaker) else {
            return false
        }
        return credentials.key == nil || heard[speaker] != nil
    }

    private mutating func place(_ witness: Witness) -> Verdict {
        if let known = heard[witness.speaker], !known.isEmpty {
            return known.contains(witness.hardwareAddress) ? .member(witness) : .elsewhere(witness)
        }
        let known = places[witness.speaker] ?? []
        if known.contains(witness.hardwareAddress) { return .member(witness) }
        guard known.count < Acquaintances.placesLimit else { return .elsewhere(witness) }
        places[witness.speaker] = known + [witness.hardwareAddress]
        return .member(witness)
    }

    /// Whether the speaker is at this MAC address, as far as is known.
    func isPlaced(_ witness: Witness) -> Bool {
        if let known = heard[witness.speaker], !known.isEmpty { return known.contains(witness.hardwareAddress) }
        return places[witness.speaker]?.contains(witness.hardwareAddress) ?? false
    }
}
