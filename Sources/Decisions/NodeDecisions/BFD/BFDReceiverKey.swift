import Addresses
import BFD

/// One socket that packets of BFD sessions are received on.
package struct BFDReceiverKey: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let family: AddressFamily
    package let isMultihop: Bool
    /// `nil`: any.
    package let device: String?

    /// RFC 5881 §4, RFC 5883 §5.
    package var port: UInt16 { isMultihop ? Registry.multihopPort : Registry.singleHopPort }

    package static func < (a: BFDReceiverKey, b: BFDReceiverKey) -> Bool {
        (a.port, a.family, a.device ?? "") < (b.port, b.family, b.device ?? "")
    }

    package var description: String { "UDP port \(port) over \(family)\(device.map { " on \($0)" } ?? "")" }
}
