import Timing

/// More of a peer's BFD session than its state.
package struct BFDSessionEntry: Hashable, Sendable, Decodable {
    /// When it came into its state.
    package var since: Timestamp
    /// As RFC 5880 names it: why it last left Up.
    package var diagnostic: String
    /// In milliseconds: between our packets, before jitter; the detection time.
    package var transmitInterval: Int
    package var detectionTime: Int
    /// How often it was Up and the path failed.
    package var failures: UInt64
    package var packetsSent: UInt64
    package var packetsReceived: UInt64
    /// Packets not used, by reason.
    package var drops: [InterfaceEntry.Drops]
    /// What keeps packets from being sent or received.
    package var problem: String?

    package init(
        since: Timestamp, diagnostic: String, transmitInterval: Int, detectionTime: Int, failures: UInt64,
        packetsSent: UInt64, packetsReceived: UInt64, drops: [InterfaceEntry.Drops], problem: String? = nil
    ) {
        self.since = since
        self.diagnostic = diagnostic
        self.transmitInterval = transmitInterval
        self.detectionTime = detectionTime
        self.failures = failures
        self.packetsSent = packetsSent
        self.packetsReceived = packetsReceived
        self.drops = drops
        self.problem = problem
    }
}

extension BFDSessionEntry: JSONRepresentable {
    package var json: JSONValue {
        [
            "since": since.json, "diagnostic": diagnostic.json, "transmitInterval": transmitInterval.json,
            "detectionTime": detectionTime.json, "failures": failures.json, "packetsSent": packetsSent.json,
            "packetsReceived": packetsReceived.json, "drops": drops.json, "problem": problem.json,
        ]
    }
}
