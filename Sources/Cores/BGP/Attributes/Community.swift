/// A BGP community (RFC 1997): 32 bits, by convention an AS number and a value of 16 bits each.
package struct Community: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let rawValue: UInt32

    package init(rawValue: UInt32) { self.rawValue = rawValue }

    package init(_ high: UInt16, _ low: UInt16) { rawValue = UInt32(high) << 16 | UInt32(low) }

    /// Parses `HIGH:LOW`, two decimal numbers from 0 to 65535. `nil` if the text is anything else.
    package init?(_ text: String) {
        let parts = text.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard parts.count == 2, let high = UInt16(digits: parts[0]), let low = UInt16(digits: parts[1]) else {
            return nil
        }
        self.init(high, low)
    }

    /// RFC 8326 §4.1: routers lower the preference of such routes before a planned shutdown.
    package static let gracefulShutdown = Community(0xFFFF, 0x0000)
    /// RFC 1997: not beyond the AS or confederation.
    package static let noExport = Community(0xFFFF, 0xFF01)
    /// RFC 1997: to no other peer.
    package static let noAdvertise = Community(0xFFFF, 0xFF02)
    /// RFC 1997: to no external peer.
    package static let noExportSubconfed = Community(0xFFFF, 0xFF03)
    /// RFC 7999: traffic to it is to be dropped.
    package static let blackhole = Community(0xFFFF, 0x029A)
    /// RFC 3765: not to bilateral peers.
    package static let noPeer = Community(0xFFFF, 0xFF04)

    /// `HIGH:LOW`, also for the well-known ones.
    package var description: String { "\(rawValue >> 16):\(rawValue & 0xFFFF)" }

    package static func < (a: Community, b: Community) -> Bool { a.rawValue < b.rawValue }
}
