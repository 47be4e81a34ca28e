/// Signs the packets that one session, or one head, sends: a key and bfd.XmitAuthSeq of RFC 5880 §6.8.1.
package struct PacketSigner: Hashable, Sendable {
    package let key: AuthenticationKey
    package private(set) var sequenceNumber: UInt32
    /// The last packet, unsigned.
    private var last: ControlPacket?

    /// - Parameter sequenceNumber: the first one; RFC 5880 §6.8.1 wants it random.
    package init(_ key: AuthenticationKey, sequenceNumber: UInt32) {
        self.key = key
        self.sequenceNumber = sequenceNumber
    }

    package mutating func sign(_ packet: ControlPacket) -> ControlPacket {
        // RFC 5880 §6.7.4: the number grows with each packet if it is meticulous; else with each that says something else
        // than the last, so that an old one cannot be sent again to a purpose. Either way it wraps around.
        if let last, key.isMeticulous || last != packet { sequenceNumber &+= 1 }
        last = packet
        return key.sign(packet, sequenceNumber: sequenceNumber)
    }
}
