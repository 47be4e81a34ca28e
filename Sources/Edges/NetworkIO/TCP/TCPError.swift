/// Why a TCP connection cannot be prepared.
package enum TCPError: Error, Hashable, Sendable, CustomStringConvertible {
    case noInterface(String)
    /// The kind of channel takes no socket options.
    case noSocketOptions

    package var description: String {
        switch self {
        case .noInterface(let name): "there is no interface \(name)"
        case .noSocketOptions: "the channel does not support socket options"
        }
    }
}
