/// The states of RFC 4271 §8.2.2, in the order in which a session goes through them.
package enum SessionState: String, Hashable, Sendable, CaseIterable, CustomStringConvertible {
    case idle = "Idle"
    case connect = "Connect"
    case active = "Active"
    case openSent = "OpenSent"
    case openConfirm = "OpenConfirm"
    case established = "Established"

    package var description: String { rawValue }
}
