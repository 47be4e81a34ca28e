import Addresses
import BFD

/// One socket that packets of BFD sessions are received on.
struct BFDPlace: Hashable, Sendable, Comparable, CustomStringConvertible {
    let family: AddressFamily
    let isMultihop: Bool
    /// `nil`: any.
    let device: String?

    /// RFC 5881 §4, RFC 5883 §5.
    var port: UInt16 { isMultihop ? Registry.multihopPort : Registry.singleHopPort }

    static func < (a: BFDPlace, b: BFDPlace) -> Bool {
        (a.port, a.family, a.device ?? "") < (b.port, b.family, b.device ?? "")
    }

    var description: String { "UDP port \(port) over \(family)\(device.map { " on \($0)" } ?? "")" }
}
