import WireCodec

/// The value of the graceful restart capability: RFC 4724 §3, and RFC 8538 §2 for the N bit.
///
///     +--------------------------------------------------+
///     | Restart flags: R N . . (4 bits)                  |
///     | Restart time in seconds (12 bits)                |
///     +--------------------------------------------------+
///     | AFI (16 bits), SAFI (8 bits), flags: F (8 bits)  |   as often as there are families
///     +--------------------------------------------------+
package struct GracefulRestart: Hashable, Sendable {
    package struct Family: Hashable, Sendable {
        package let family: RouteFamily
        /// RFC 4724 §3 (F): the routes still stood while the speaker restarted.
        package let isForwardingPreserved: Bool

        package init(family: RouteFamily, isForwardingPreserved: Bool) {
            self.family = family
            self.isForwardingPreserved = isForwardingPreserved
        }
    }

    /// RFC 4724 §3 (R): the speaker has restarted, and the peer must not wait for its End-of-RIB.
    package let isRestarting: Bool
    /// RFC 8538 §2 (N): graceful restart also after NOTIFICATIONs, except a Hard Reset.
    package let coversNotifications: Bool
    /// How long the peer is asked to wait for the session, in seconds: 0 to 4095.
    package let restartTime: UInt16
    package let families: [Family]

    package init(isRestarting: Bool, coversNotifications: Bool, restartTime: UInt16, families: [Family]) {
        self.isRestarting = isRestarting
        self.coversNotifications = coversNotifications
        self.restartTime = min(restartTime, 0x0FFF)
        self.families = families
    }

    @_lifetime(reader: copy reader)
    package init(decoding reader: inout ByteReader) throws(DecodeError) {
        let head: UInt16 = try reader.read()
        isRestarting = head & 0x8000 != 0
        coversNotifications = head & 0x4000 != 0
        restartTime = head & 0x0FFF
        var families: [Family] = []
        while !reader.isAtEnd {
            let afi = AFI(rawValue: try reader.read())
            let safi = SAFI(rawValue: try reader.read())
            let flags: UInt8 = try reader.read()
            families.append(
                Family(family: RouteFamily(afi: afi, safi: safi), isForwardingPreserved: flags & 0x80 != 0))
        }
        self.families = families
    }

    package func encode(into writer: inout ByteWriter) {
        writer.write((isRestarting ? 0x8000 : 0) | (coversNotifications ? 0x4000 : 0) | restartTime)
        for family in families {
            writer.write(family.family.afi.rawValue)
            writer.write(family.family.safi.rawValue)
            writer.write(UInt8(family.isForwardingPreserved ? 0x80 : 0))
        }
    }
}
