/// Why a session last left Up: RFC 5880 §4.1, a field of five bits. Values unknown here survive decoding.
package struct Diagnostic: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    /// From 0 to 31.
    package let rawValue: UInt8

    /// `nil` if the value has more than five bits.
    package init?(rawValue: UInt8) {
        guard rawValue < 32 else { return nil }
        self.rawValue = rawValue
    }

    /// The low five bits of an octet.
    init(truncating octet: UInt8) { rawValue = octet & 0x1F }

    package static let none = Diagnostic(truncating: 0)
    package static let controlDetectionTimeExpired = Diagnostic(truncating: 1)
    package static let echoFunctionFailed = Diagnostic(truncating: 2)
    package static let neighborSignaledSessionDown = Diagnostic(truncating: 3)
    package static let forwardingPlaneReset = Diagnostic(truncating: 4)
    package static let pathDown = Diagnostic(truncating: 5)
    package static let concatenatedPathDown = Diagnostic(truncating: 6)
    package static let administrativelyDown = Diagnostic(truncating: 7)
    package static let reverseConcatenatedPathDown = Diagnostic(truncating: 8)
    /// RFC 6428 §5.
    package static let misconnectivityDefect = Diagnostic(truncating: 9)

    package var description: String {
        switch self {
        case .none: "No Diagnostic"
        case .controlDetectionTimeExpired: "Control Detection Time Expired"
        case .echoFunctionFailed: "Echo Function Failed"
        case .neighborSignaledSessionDown: "Neighbor Signaled Session Down"
        case .forwardingPlaneReset: "Forwarding Plane Reset"
        case .pathDown: "Path Down"
        case .concatenatedPathDown: "Concatenated Path Down"
        case .administrativelyDown: "Administratively Down"
        case .reverseConcatenatedPathDown: "Reverse Concatenated Path Down"
        case .misconnectivityDefect: "Mis-connectivity Defect"
        default: "Diagnostic \(rawValue)"
        }
    }
}
