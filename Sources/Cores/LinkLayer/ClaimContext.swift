import Addresses
import Crypto
import Timing

/// What a claim has to know of its segment.
struct ClaimContext: Sendable {
    /// This node's own number.
    var speaker: UInt32
    /// The speakers that are alive here, as far as is known.
    var members: Set<UInt32> = []
    /// Where liveness reaches them; absent if it does not know.
    var hardwareAddresses: [UInt32: Set<MACAddress>] = [:]
    /// Those whose frames have an extension. The others run version 1 and know no challenges.
    var modern: Set<Witness> = []
    /// Those that liveness reaches.
    var heard: Set<UInt32> = []
    /// Those of them that have shown that they receive this node's frames.
    var trusted: Set<Witness> = []
    /// How many they are, this node included, as ``ClaimMark/company`` counts.
    var company = 1
    /// Less than half of those that were ever here.
    var isMinority = false
    /// This node is on its way out.
    var isLeaving = false
    var pace = ClaimPace()
    /// Known to this process alone.
    var nonceSecret: UInt64 = 0

    /// Whether this speaker is alive at this MAC address.
    func isAlive(_ witness: Witness) -> Bool {
        members.contains(witness.speaker)
            && (hardwareAddresses[witness.speaker]?.contains(witness.hardwareAddress) ?? true)
    }

    /// Whether a missing answer of this speaker means that it no longer receives this node's frames. Otherwise nothing
    /// shows that it is there at all; of version 1, nothing can.
    func isTrusted(_ witness: Witness) -> Bool {
        trusted.contains(witness) || heard.contains(witness.speaker) && !modern.contains(witness)
    }

    /// What only the one that is asked can know before it answers.
    func nonce(for address: IPAddress, to witness: Witness, at now: Instant) -> UInt64 {
        var hash = SHA256()
        for word in [
            nonceSecret, UInt64(witness.speaker), witness.hardwareAddress.rawValue, UInt64(bitPattern: now.nanoseconds),
        ] {
            hash.update(data: (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(8 * $0)) })
        }
        hash.update(data: Array(address.octets))
        return hash.finalize().prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }
}
