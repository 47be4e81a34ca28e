/// The state of a session, as its packets carry it: RFC 5880 §4.1 and §6.2.
///
/// The raw value is the two-bit field, so no other value exists.
package enum SessionState: UInt8, Hashable, Sendable, CaseIterable, CustomStringConvertible {
    /// Held down by its operator.
    case adminDown = 0
    /// No communication, or none in both directions yet.
    case down = 1
    /// Packets of the remote system arrive, but do not confirm ours. The standard calls it Init.
    case initializing = 2
    case up = 3

    /// The state in the two high bits of the packet's second octet.
    init(highBitsOf octet: UInt8) {
        self =
            switch octet >> 6 {
            case 0: .adminDown
            case 1: .down
            case 2: .initializing
            default: .up
            }
    }

    /// The state's name in RFC 5880.
    package var description: String {
        switch self {
        case .adminDown: "AdminDown"
        case .down: "Down"
        case .initializing: "Init"
        case .up: "Up"
        }
    }
}
